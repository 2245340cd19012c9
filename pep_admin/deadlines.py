"""A due date with its rule and the arithmetic that made it, so that nobody has to believe a date; how dates are written."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from pep_admin.school_calendar import MONTHS, WEEKDAYS, add_school_days, add_working_days, england_working_day

EARLIEST_YEAR, LATEST_YEAR = 1900, 2100
_MONTH_NAMES = ("january", "february", "march", "april", "may", "june",
                "july", "august", "september", "october", "november", "december")
LONGEST_RULE = 300  # characters, as Pep.due_rule holds
_COUNTED = re.compile(r"([0-9]{1,3}) school days? from [A-Z][a-z]{2} ([0-9]{2} [A-Z][a-z]{2} [0-9]{4})\b(, that day included)?")
_WRITTEN = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?[ \-]+([A-Za-z]{3,9})[ ,\-]+([0-9]{4})")
_NUMBERED = re.compile(r"([0-9]{1,2})[/.\-]([0-9]{1,2})[/.\-]([0-9]{4})")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")


@dataclass(frozen=True, slots=True)
class Due:
    """A due day; `rule` says in words how it came about (at most 300 characters), `code` names the rule (HB-...)."""

    on: date
    rule: str
    code: str


def due_for_term(deadline_on: date, term_label: str) -> Due:
    """The term's own deadline (HB-1.4); `term_label` as people say it, "Autumn 2024-25"."""
    return Due(deadline_on, f"Deadline of {term_label}", "HB-1.4")


class Counted(NamedTuple):
    """How a due date was counted: from which day, how many school days, and whether that day itself was day one of them."""

    start: date
    days: int
    with_start: bool = False


def due_for_new_child(
    entered_on: date, *, days: int, is_school_day: Callable[[date], bool], whose_on: Callable[[date], str] = lambda day: "",
    with_start: bool = False,
) -> Due:
    """When a new child's first PEP must be written, signed and sent (HB-1.3); `days` in school days, 20 in the handbook.

    `whose_on` names the calendar of a day where it is not the Virtual School's. Counting begins on the day after `entered_on`, or,
    `with_start`, on the day itself. TermsUnknown comes through where the calendar ends too early.
    """
    due_on = add_school_days(_before_day_one(entered_on, with_start), days, is_school_day)
    told = _arithmetic(Counted(entered_on, days, with_start), due_on, "school", is_school_day, whose_on(due_on))
    return Due(due_on, told, "HB-1.3")


def counted_from(rule: str) -> Counted | None:
    """What the sentence of a due date counts; None for a date that was not counted in school days.

    A date that somebody set by hand says so, and is none of these: it stays when a calendar changes.
    """
    found = _COUNTED.match(rule)
    return Counted(parse_day(found[2]), int(found[1]), found[3] is not None) if found else None


def set_by_hand(rule: str) -> str:
    """The sentence of a counted date that somebody has replaced by another day."""
    return f"Set by hand, in place of: {rule}"[:LONGEST_RULE]


def initiate_by(
    entered_on: date, *, days: int, is_working_day: Callable[[date], bool] = england_working_day, with_start: bool = False
) -> Due:
    """When a new child's first PEP must be with its writers (HB-1.2); `days` in working days, 10 in the handbook."""
    due_on = add_working_days(_before_day_one(entered_on, with_start), days, is_working_day)
    return Due(due_on, _arithmetic(Counted(entered_on, days, with_start), due_on, "working", is_working_day), "HB-1.2")


def _before_day_one(start: date, with_start: bool) -> date:
    return start - timedelta(days=1) if with_start else start


FIRST_REVIEW_WORKING_DAYS = 20
"""By law a child's first care review is held within 20 working days of coming into care; no authority changes that."""


def first_care_review_by(entered_on: date, *, is_working_day: Callable[[date], bool] = england_working_day) -> Due:
    """The last day for a new child's first care review, on which the PEP meeting is better not held (HB-3.3)."""
    how = Counted(entered_on, FIRST_REVIEW_WORKING_DAYS)
    due_on = add_working_days(how.start, how.days, is_working_day)
    return Due(due_on, _arithmetic(how, due_on, "working", is_working_day), "HB-3.3")


def format_day(day: date) -> str:
    """The date as it stands in lists and sentences: "01 Sep 2024"."""
    return f"{day.day:02d} {MONTHS[day.month - 1]} {day.year:04d}"


def parse_day(text: str) -> date:
    """A date from 01 Sep 2024, 1 September 2024, 01/09/2024 or 2024-09-01; ValueError with a sentence to act on."""
    text = " ".join(text.split())
    year, month, number = _parts_of_day(text)
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise ValueError(f"Check the year: it must be between {EARLIEST_YEAR} and {LATEST_YEAR}.")
    try:
        return date(year, month, number)
    except ValueError:
        raise ValueError(f"{text} is not in the calendar. Enter a date like 01 Sep 2024.") from None


def format_long(day: date) -> str:
    """The date with its weekday: "Mon 16 Dec 2024"."""
    return f"{WEEKDAYS[day.weekday()]} {format_day(day)}"


def _arithmetic(how: Counted, end: date, kind: str, counts: Callable[[date], bool], whose: str = "") -> str:
    """ "10 working days from Mon 16 Dec 2024, skipping 25, 26 Dec and 1 Jan"; weekends go without saying."""
    between = (how.start + timedelta(days=number) for number in range(0 if how.with_start else 1, (end - how.start).days))
    weekdays = [day for day in between if day.weekday() < 5 and not counts(day)]
    counted = f"{how.days} {kind} day{'' if how.days == 1 else 's'} from {format_long(how.start)}"
    counted += ", that day included" if how.with_start else ""
    by = f", on {whose}" if whose else ""
    if not weekdays:
        return f"{counted}{by}"
    told = f"{counted}, skipping {_skipped(weekdays)}{by}"
    return told if len(told) <= LONGEST_RULE else f"{counted}, skipping {len(weekdays)} weekdays{by}"


def _skipped(weekdays: list[date]) -> str:
    pieces: list[str] = []
    spans = [span for run in _runs(weekdays) for span in ([(day, day) for day in run] if len(run) < 3 else [(run[0], run[-1])])]
    for position, (first, last) in enumerate(spans):
        follows = spans[position + 1] if position + 1 < len(spans) else None
        pieces.append(_span(first, last, follows))
    return ", ".join(pieces[:-1]) + (" and " if len(pieces) > 1 else "") + (pieces[-1] if pieces else "")


def _runs(weekdays: list[date]) -> list[list[date]]:
    """Stretches of weekdays with nothing but a weekend in between."""
    runs: list[list[date]] = []
    for day in weekdays:
        before = day - timedelta(days=3 if day.weekday() == 0 else 1)
        if runs and runs[-1][-1] == before:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


def _span(first: date, last: date, follows: tuple[date, date] | None) -> str:
    if first == last:
        shares_month = follows is not None and follows[0] == follows[1] and follows[0].month == first.month
        return str(first.day) if shares_month else f"{first.day} {MONTHS[first.month - 1]}"
    begin = str(first.day) if first.month == last.month else f"{first.day} {MONTHS[first.month - 1]}"
    return f"{begin} to {last.day} {MONTHS[last.month - 1]}"


def _parts_of_day(text: str) -> tuple[int, int, int]:
    if found := _ISO.fullmatch(text):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _NUMBERED.fullmatch(text):
        return int(found[3]), int(found[2]), int(found[1])
    if found := _WRITTEN.fullmatch(text):
        for number, name in enumerate(_MONTH_NAMES, start=1):
            if name.startswith(found[2].lower()):
                return int(found[3]), number, int(found[1])
    raise ValueError("Enter a date like 01 Sep 2024.")
