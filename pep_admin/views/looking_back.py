"""The lines of tables that are given: one for each target, or release of money, that is looked back on or agreed, and its heading.

What is typed in a line is section_forms.py's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pep_admin.money import format_pounds
from pep_admin.pep_form import Document, FundingEffectFacts
from pep_admin.views.answer_words import TARGET


def target_rows(
    about: Mapping[int, str], rows: list[Mapping[str, Any]]
) -> tuple[list[Mapping[str, Any]], list[str]]:
    """A line for each target, whether something was said of it or not yet."""
    said = {row[TARGET]: row for row in rows}
    return [said.get(target_id, {TARGET: target_id}) for target_id in about], list(about.values())


def _review_rows(document: Document, rows: list[Mapping[str, Any]]) -> tuple[list[Mapping[str, Any]], list[str]]:
    """A line for each target to look back on."""
    return target_rows({each.target_id: f"{each.wording} ({each.set_in})" for each in document.reviews}, rows)


def _effect_rows(document: Document, rows: list[Mapping[str, Any]]) -> tuple[list[Mapping[str, Any]], list[str]]:
    """A line for each release whose effect is told here, with how much it was and what it was to do."""
    said = {row["request_id"]: row for row in rows}
    lines = [said.get(each.request_id, {"request_id": each.request_id}) for each in document.effects]
    return lines, [_of_release(each) for each in document.effects]


def _of_release(each: FundingEffectFacts) -> str:
    aim = f", from {each.measure_before} to {each.measure_after}" if each.measure_before and each.measure_after else ""
    return f"{format_pounds(each.released_pence)} for “{each.description}”{aim} ({each.set_in})"


LOOKING_BACK: dict[str, Callable[[Document, list[Mapping[str, Any]]], tuple[list[Mapping[str, Any]], list[str]]]] = {
    "rows:TargetReview": _review_rows, "rows:FundingEffect": _effect_rows,
}
"""Tables whose lines are given: one for each thing to look back on, with what heads it."""
