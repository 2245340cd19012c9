"""What the columns and values of the history are called on a page: by the labels of their own screens, of the PEP's form, of codes.

Which entries are told, and in what order, is trails.py's and pep_page.py's; one entry in words is details.py's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import request

from pep_admin.models import PpgRequest, Target
from pep_admin.money_words import OtherMoney
from pep_admin.pep_document.shelf import ROWS
from pep_admin.pep_document.values import loaded
from pep_admin.pep_form import FORM
from pep_admin.validators.reopening import titles_of
from pep_admin.views.answer_words import readable
from pep_admin.views.hosting import host
from pep_admin.vocabulary import ChildAgrees

ANSWERS = "answers."
WAITING = "From last term, not yet said to be still right"
ALONE = "Sent back, these alone"
LINES = {model.__tablename__: name for name, model in ROWS.items()}
FIELDS = {found.key: found for found in FORM.fields()}
CODES: Mapping[tuple[str, str], Any] = {
    (Target.__tablename__, "child_agrees"): ChildAgrees,
    (PpgRequest.__tablename__, "other_money"): OtherMoney,
}
"""Columns that hold one code, or several with a space between, of a vocabulary."""


def labels_of(table: str) -> dict[str, str]:
    """What the columns of a table are called, by name: as on its own screen, and the answers of a PEP as they are asked.

    Put together once a request and table: a history has hundreds of entries of a few tables.
    """
    known: dict[str, dict[str, str]] = request.environ.setdefault("pep_admin.labels", {})
    if table not in known:
        known[table] = _labels(table)
    return known[table]


def _labels(table: str) -> dict[str, str]:
    views: list[Any] = [view for view in host().admin._views if getattr(view, "model", None) is not None]
    own = [view.column_labels or {} for view in views if view.model.__tablename__ == table]
    answers = {f"{ANSWERS}{key}": found.label for key, found in FIELDS.items()}
    lines = {column.key: column.label for found in FIELDS.values() if found.store == f"rows:{LINES.get(table, '')}"
             for column in found.columns}
    lists = {"carried": WAITING, "reopened": ALONE, "sections": ALONE}
    return {name: label for labels in (*own, answers, lines, lists) for name, label in labels.items()}


def answer_in_words(name: str, value: Any) -> str | None:
    """An answer as it reads, by its name in the history; None for what is no answer, or one that is no longer asked."""
    found = FIELDS.get(name.removeprefix(ANSWERS)) if name.startswith(ANSWERS) else None
    if found is None or value is None:
        return None
    try:
        return readable(found, loaded(found, value))
    except (TypeError, ValueError, AttributeError):  # kept by an earlier form, in another shape
        return None


def codes_in_words(table: str, name: str, value: Any) -> str | None:
    """What a column of codes says; None for any other."""
    kind = CODES.get((table, name))
    if kind is None or not isinstance(value, str) or not value:
        return None
    said = {each.value: each.label for each in kind}
    return ", ".join(said.get(code, code) for code in value.split())


def _waiting(keys: Iterable[str]) -> str:
    return ", ".join(FIELDS[key].label if key in FIELDS else key for key in keys) or "None"


def _sent_back(keys: Iterable[str]) -> str:
    return "; ".join(titles_of(FORM, keys)) or "None"


LISTS: Mapping[str, Callable[[Iterable[str]], str]] = {"carried": _waiting, "reopened": _sent_back, "sections": _sent_back}
"""Columns that hold a list of keys, and how it reads."""
