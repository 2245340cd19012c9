"""What makes a child's record acceptable: names, dates in their order, identifiers. Who else has the UPN is not known here."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Protocol

from pep_admin.circumstances import can_be_read
from pep_admin.deadlines import format_day
from pep_admin.school_calendar import YEAR_GROUPS, age_on
from pep_admin.validators.findings import Finding, Severity
from pep_admin.validators.identifiers import check_upn
from pep_admin.vocabulary import SenStatus

TOO_OLD = 26  # years: no child of the roll; the likeliest cause is a wrong century or a carer's birthday
FARTHEST_AHEAD = timedelta(days=365)  # a place at a school that is further away is a slip in the year
LONGEST_NAME = 100  # characters, as the table holds
# Marks that turn the reading direction of what follows: a name could be made to read as another.
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class ChildLike(Protocol):
    """What check_child reads; the Child row and a row of an import both fit."""

    @property
    def first_name(self) -> str | None: ...
    @property
    def last_name(self) -> str | None: ...
    @property
    def date_of_birth(self) -> date | None: ...
    @property
    def upn(self) -> str | None: ...
    @property
    def lcs_id(self) -> str | None: ...
    @property
    def entered_care_on(self) -> date | None: ...
    @property
    def notified_on(self) -> date | None: ...
    @property
    def left_care_on(self) -> date | None: ...
    @property
    def sen_status(self) -> SenStatus | str | None: ...
    @property
    def ehcp_review_on(self) -> date | None: ...
    @property
    def year_group_override(self) -> str | None: ...
    @property
    def year_group_reason(self) -> str | None: ...


def check_child(child: ChildLike, *, today: date) -> list[Finding]:
    """Everything that can be said of a child's record by itself; `field` of a finding is the attribute's name."""
    return [
        *_names(child),
        *_birth(child, today),
        *_care(child, today),
        *_leaving(child, today),
        *(check_upn(child.upn) if child.upn and child.upn.strip() else ()),
        *_plan(child, today),
        *_year_group(child),
    ]


def check_name(text: str, field: str, *, longest: int = LONGEST_NAME) -> list[Finding]:
    """Any name of a person or a setting: readable as it is written, and no longer than the table holds (blocking)."""
    if any(each in _TURNING for each in text):
        message = "This name holds an invisible mark that turns the reading direction. Please type it again by hand."
        return [Finding("CHILD-name", "DATA-child", field, message)]
    if any(unicodedata.category(each) == "Cc" for each in text):
        message = "This name holds a line break or another invisible sign. Please type it again by hand."
        return [Finding("CHILD-name", "DATA-child", field, message)]
    if text.strip() and not can_be_read(text):
        return [Finding("CHILD-name", "DATA-child", field, "Nothing in this name can be read. Please type it again by hand.")]
    if len(text) > longest:
        return [Finding("CHILD-name", "DATA-child", field, f"A name has at most {longest} characters.")]
    return []


def check_first_school_day(first_on: date | None, *, born: date | None, today: date) -> list[Finding]:
    """A child's first day at a school is not before birth, and at most a year from today (blocking)."""
    if first_on is None:
        return []
    if born and first_on < born:
        return [_dates("school_started_on", f"The first day at this school cannot be before birth, {format_day(born)}.")]
    if first_on > today + FARTHEST_AHEAD:
        return [_dates("school_started_on", f"{format_day(first_on)} is more than a year ahead. Please check the year.")]
    return []


def _names(child: ChildLike) -> Iterator[Finding]:
    known = {"first_name": child.first_name, "last_name": child.last_name, "known_as": getattr(child, "known_as", None)}
    for field, text in known.items():
        yield from check_name(text or "", field)
    if not any((text or "").strip() for text in (child.first_name, child.last_name, child.lcs_id)):
        yield Finding("CHILD-named", "DATA-child", "first_name", "Enter a name, or at least the number of the care record.")


def check_move_day(
    on: date, *, what: str, born: date, today: date, since: date | None = None, last_ended: date | None = None,
    entered: date | None = None,
) -> list[Finding]:
    """The day on which something of a child's changes: a school, a worker, a home (`what`). Beside the field `on`.

    `since` is the first day of what stands now, `last_ended` the latest last day of what stood before; `entered` the day of coming
    into care, for what care alone brings. A child's first school or worker on record may be older than care.
    """
    if on > today:
        return [_move_day(f"{format_day(on)} is still to come. Enter the move on the day it happens.")]
    if since is not None and on < since:
        return [_move_day(f"The present {what} began on {format_day(since)}; the change cannot be before that.")]
    if last_ended is not None and on < last_ended:
        return [_move_day(f"The last {what} on record ended on {format_day(last_ended)}; the next cannot begin before that.")]
    if entered is not None and on < entered:
        return [_move_day(f"The child entered care on {format_day(entered)}; the change cannot be before that.")]
    if on < born:
        return [_move_day(f"The child was born on {format_day(born)}; the {what} cannot begin before that.")]
    return []


def _move_day(message: str) -> Finding:
    return Finding("roll-date", "DATA-dates", "on", message)


def _dates(field: str, message: str, severity: Severity = "blocking") -> Finding:
    return Finding("CHILD-dates", "DATA-dates", field, message, severity)


def _birth(child: ChildLike, today: date) -> Iterator[Finding]:
    born = child.date_of_birth
    if born is None:
        yield _dates("date_of_birth", "Enter the date of birth.")
    elif born > today:
        yield _dates("date_of_birth", f"The date of birth, {format_day(born)}, is still to come.")
    elif age_on(born, today) >= TOO_OLD:
        message = f"Born on {format_day(born)} would be {age_on(born, today)} years old today. Please check the year."
        yield _dates("date_of_birth", message)


def _care(child: ChildLike, today: date) -> Iterator[Finding]:
    born, entered, notified = child.date_of_birth, child.entered_care_on, child.notified_on
    if entered is None:
        yield _dates("entered_care_on", "Enter the day on which the child came into care; the due dates count from it.")
        return
    if entered > today:
        yield _dates("entered_care_on", f"The day of coming into care, {format_day(entered)}, is still to come.")
    if born and entered < born:
        yield _dates("entered_care_on", "The child cannot have come into care before being born.")
    if notified and notified > today:
        yield _dates("notified_on", f"The day on which you were told, {format_day(notified)}, is still to come.")
    elif notified and notified < entered:
        message = f"You were told on {format_day(notified)}, before the child came into care. Is that so?"
        yield _dates("notified_on", message, "warning")


def _leaving(child: ChildLike, today: date) -> Iterator[Finding]:
    entered, left = child.entered_care_on, child.left_care_on
    if left is None:
        return
    if entered and left < entered:
        message = f"The child cannot have left care before coming into care on {format_day(entered)}."
        yield _dates("left_care_on", message)
    elif left > today:
        message = f"{format_day(left)} is still to come; until then the child counts as in care."
        yield _dates("left_care_on", message, "warning")


def _plan(child: ChildLike, today: date) -> Iterator[Finding]:
    if child.ehcp_review_on is not None and child.date_of_birth is not None and child.ehcp_review_on < child.date_of_birth:
        yield _dates("ehcp_review_on", f"The child was born on {format_day(child.date_of_birth)}; no review was before that.")
    if child.ehcp_review_on is not None and child.ehcp_review_on > today + 2 * FARTHEST_AHEAD:
        yield _dates("ehcp_review_on", f"{format_day(child.ehcp_review_on)} is more than two years ahead. Please check the year.")
    last, born = child.ehcp_review_on, child.date_of_birth
    if child.sen_status == SenStatus.EHCP and (last is None or (born or last) <= last < today):
        message = "Enter the date of the next EHCP review, so that one PEP of the year can be held with it."
        if last is not None:
            message = f"The EHCP review of {format_day(last)} has been. {message}"
        yield Finding("CHILD-ehcp", "HB-3.4", "ehcp_review_on", message, "warning")
    if child.sen_status != SenStatus.EHCP and child.ehcp_review_on is not None:
        message = "There is a date for an EHCP review, but no EHCP is recorded."
        yield Finding("CHILD-ehcp", "HB-3.4", "sen_status", message, "warning")


def _year_group(child: ChildLike) -> Iterator[Finding]:
    group, reason = (child.year_group_override or "").strip(), (child.year_group_reason or "").strip()
    if group and group not in YEAR_GROUPS:
        message = "A year group is N1, N2, R or a number from 1 to 13."
        yield Finding("CHILD-year-group", "DATA-year-group", "year_group_override", message)
    if group and not reason:
        message = "Say why the child is taught in another year group than the birthday gives."
        yield Finding("CHILD-year-group", "DATA-year-group", "year_group_reason", message)
