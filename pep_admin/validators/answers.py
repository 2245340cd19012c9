"""Whether one answer fits its field: length, range, choices, and rows with nothing missing in them.

The shape only, judged when it is saved; whether an answer must be there is peps.py's, judged when a part is signed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pep_admin.pep_form import Field, Kind
from pep_admin.validators.findings import Finding

EARLIEST, LATEST = date(1990, 1, 1), date(2100, 12, 31)
"""No date of a school record lies outside; a year typed as 20224 or 0024 is a slip."""
MOST_ROWS = 60


def check_answer(found: Field, value: Any) -> list[Finding]:
    """What is wrong with a parsed value (None when unanswered, which is never wrong here)."""
    if value is None:
        return []
    if found.kind is Kind.ROWS:
        return _check_rows(found, value)
    message = _problem(found, value)
    return [Finding(found.check or "shape", found.rule or "DATA-shape", found.key, message)] if message else []


def _problem(found: Field, value: Any) -> str:
    if found.kind in (Kind.LINE, Kind.PARA):
        return _too_long(found, len(value) - found.max_length)
    if found.kind is Kind.NUMBER:
        low, high = found.lowest, found.highest
        if (low is not None and value < low) or (high is not None and value > high):
            return f"{found.label}: enter a whole number from {low} to {high}."
    if found.kind is Kind.DATE and not EARLIEST <= value <= LATEST:
        return f"{found.label}: check the year."
    codes = {code for code, _ in found.choices}
    if found.kind is Kind.ONE_OF and value not in codes:
        return f"{found.label}: choose one of the list."
    if found.kind is Kind.MANY_OF and not set(value) <= codes:
        return f"{found.label}: choose from the list."
    return ""


def _too_long(found: Field, over: int) -> str:
    plural = "" if over == 1 else "s"
    return f"{found.label}: {over:,} character{plural} too many; {found.max_length:,} fit." if over > 0 else ""


def _check_rows(found: Field, rows: tuple[Mapping[str, Any], ...]) -> list[Finding]:
    check, code = found.check or "shape", found.rule or "DATA-shape"
    if len(rows) > MOST_ROWS:
        return [Finding(check, code, found.key, f"{found.label}: {MOST_ROWS} lines fit.")]
    wrong = []
    for number, row in enumerate(rows, start=1):
        for column in found.columns:
            value = row.get(column.key)
            if value is None and column.must == "always":
                message = f"“{column.label}” is empty in line {number} of “{found.label}”."
            else:
                message = _problem(column, value) if value is not None else ""
                message = f"Line {number} of “{found.label}”: {message}" if message else ""
            if message:
                wrong.append(Finding(check, code, found.key, message, row=f"{number - 1}-{column.key}"))
    return wrong + _check_together(found, rows)


def _check_together(found: Field, rows: tuple[Mapping[str, Any], ...]) -> list[Finding]:
    """What the columns of one line must agree on."""
    if found.key != "attendance":
        return []
    wrong = [(number, attendance_wrong(row)) for number, row in enumerate(rows)]
    return [Finding("RD-207", "HB-4.1", found.key, sentence, row=f"{number}-present") for number, sentence in wrong if sentence]


def attendance_wrong(row: Mapping[str, Any]) -> str:
    """Why the sessions of one line cannot be, as a sentence; "" where they can. Half days; what is not said is none."""
    possible, present = row.get("possible"), row.get("present")
    if possible is None or present is None:
        return ""
    if possible == 0:
        return "With no session possible there is nothing to count. Enter how many there were."
    if present > possible:
        return "The sessions attended are more than the sessions possible."
    missed = (row.get("authorised") or 0) + (row.get("unauthorised") or 0)
    if present + missed > possible:
        whole = present + missed
        return f"{present} sessions attended and {missed} missed make {whole}, more than the {possible} that were possible."
    return ""


def sessions_unsaid(row: Mapping[str, Any]) -> int:
    """How many of the possible sessions of one line are neither attended nor missed; 0 where nothing is said of those missed."""
    possible, present = row.get("possible"), row.get("present")
    missed = [each for each in (row.get("authorised"), row.get("unauthorised")) if each is not None]
    if possible is None or present is None or not missed:
        return 0
    unsaid: int = possible - present - sum(missed)
    return max(0, unsaid)
