"""What makes the facts acceptable that come in between PEPs: SDQ totals, suspensions, consents. Values and Protocols only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from pep_admin.deadlines import format_day
from pep_admin.school_calendar import england_working_day
from pep_admin.validators.findings import Finding, Severity
from pep_admin.vocabulary import ConsentDecision, SuspensionKind

HIGHEST_SDQ = 40
MOST_SUSPENDED_HALF_DAYS = 90
"""45 school days in an academic year: the limit in law for suspensions (RD-212)."""

TOLD_AHEAD = timedelta(days=7)
"""A suspension is decided within days; told of earlier, it was another one, or a date was mistyped."""


class SdqLike(Protocol):
    """What `check_sdq` reads."""

    @property
    def total(self) -> int | None: ...
    @property
    def completed_on(self) -> date | None: ...


class SuspensionLike(Protocol):
    """What `check_suspension` reads."""

    @property
    def kind(self) -> SuspensionKind | None: ...
    @property
    def started_on(self) -> date | None: ...
    @property
    def ended_on(self) -> date | None: ...
    @property
    def half_days(self) -> int | None: ...
    @property
    def reason(self) -> object: ...
    @property
    def second_reason(self) -> object: ...
    @property
    def third_reason(self) -> object: ...
    @property
    def told_us_on(self) -> date | None: ...
    @property
    def back_to_school_talk_on(self) -> date | None: ...


@dataclass(frozen=True, slots=True)
class SuspensionFacts:
    """What a suspension is held against: `half_days` of the child's others in that academic year, the `spans` of all others (last
    day None while it is not known, and for good), and whether the child was at that school on its first day (None: not known).

    `own_school`: whether it is a school of whoever records it; None for the Virtual School, which records for all.
    """

    half_days: int = 0
    spans: tuple[tuple[date, date | None], ...] = ()
    at_school: bool | None = None
    own_school: bool | None = None


class ConsentLike(Protocol):
    """What `check_consent` reads."""

    @property
    def decision(self) -> ConsentDecision | None: ...
    @property
    def given_on(self) -> date | None: ...
    @property
    def days_notice(self) -> int | None: ...


def check_figures_day(figures_to: date | None, *, today: date) -> list[Finding]:
    """Attendance is told up to a day that has come (HB-4.1)."""
    if figures_to is None or figures_to <= today:
        return []
    message = f"Figures up to {format_day(figures_to)}: that day has not come yet."
    return [Finding("attendance-day", "DATA-dates", "figures_to", message)]


def check_sdq(score: SdqLike, *, born_on: date, today: date) -> list[Finding]:
    """A total of 0 to 40, of a day in the child's life (HB-4.7)."""
    found = []
    if score.total is not None and not 0 <= score.total <= HIGHEST_SDQ:
        found.append(Finding("SDQ-total", "DATA-shape", "total", f"An SDQ total is a whole number from 0 to {HIGHEST_SDQ}."))
    if score.completed_on is not None:
        found += _day("SDQ-day", "completed_on", score.completed_on, born_on, today)
    return found


def check_suspension(
    row: SuspensionLike, *, born_on: date, today: date, facts: SuspensionFacts = SuspensionFacts()
) -> list[Finding]:
    """A suspension as far as it is known, by itself and beside what else is on record of the child."""
    return [*_suspended(row, born_on, today), *_talk(row), *_beside_others(row, facts), *_at_that_school(row, facts),
            *_reasons(row), *_told(row), *_too_many(row, facts.half_days)]


def _suspended(row: SuspensionLike, born_on: date, today: date) -> Iterator[Finding]:
    if row.started_on is None:
        return
    yield from _day("SUS-day", "started_on", row.started_on, born_on, today)
    if row.ended_on is None:
        return
    if row.kind is SuspensionKind.PERMANENT:
        yield _wrong("SUS-end", "ended_on", "A permanent exclusion has no last day. Leave this empty, or choose a suspension.")
    elif row.ended_on < row.started_on:
        yield _wrong("SUS-end", "ended_on", f"The last day cannot be before the first, {format_day(row.started_on)}.")
    elif row.half_days is not None and row.half_days > (most := 2 * _working_days(row.started_on, row.ended_on)):
        message = f"From {format_day(row.started_on)} to {format_day(row.ended_on)} there are at most {most} half days of school."
        yield _wrong("SUS-half-days", "half_days", message, "DATA-shape")


def _talk(row: SuspensionLike) -> Iterator[Finding]:
    if row.started_on is not None and row.back_to_school_talk_on is not None and row.back_to_school_talk_on < row.started_on:
        message = f"The talk on coming back cannot be before the first day, {format_day(row.started_on)}."
        yield _wrong("SUS-talk", "back_to_school_talk_on", message)


def _beside_others(row: SuspensionLike, facts: SuspensionFacts) -> Iterator[Finding]:
    """SUS-twice: a day is lost once."""
    first = row.started_on
    if first is None:
        return
    last = row.ended_on or first
    for begun, ended in facts.spans:
        if begun <= last and first <= (ended or begun):
            until = f" to {format_day(ended)}" if ended else ""
            message = f"One of {format_day(begun)}{until} is on record already. Change that one, or check the days."
            yield _wrong("SUS-twice", "started_on", message, "DATA-unique")
            break


def _at_that_school(row: SuspensionLike, facts: SuspensionFacts) -> Iterator[Finding]:
    """SUS-school: the child was at that school on the first day, by the record. A school records what happened at itself; the
    Virtual School, which may know more than the record, is asked only."""
    if facts.own_school is False:
        message = "A school records its own suspensions. Tell the Virtual School of one at another school."
        yield _wrong("SUS-school", "school", message, "DATA-roll")
    elif row.started_on is not None and facts.at_school is False:
        message = f"By the record the child was not at this school on {format_day(row.started_on)}."
        if facts.own_school is None:
            yield _wrong("SUS-school", "school", f"{message} Is it the right one?", "DATA-roll", "warning")
        else:
            message += " Check the day, or ask the Virtual School to put the record right."
            yield _wrong("SUS-school", "started_on", message, "DATA-roll")


def _working_days(first: date, last: date) -> int:
    return sum(england_working_day(first + timedelta(days=step)) for step in range((last - first).days + 1))


def _reasons(row: SuspensionLike) -> Iterator[Finding]:
    given = [each for each in (row.reason, row.second_reason, row.third_reason) if each is not None]
    if len(set(given)) < len(given):
        yield _wrong("SUS-reasons", "second_reason", "Each reason is named once.", "DATA-shape")
    if row.reason is None and given:
        yield _wrong("SUS-reasons", "reason", "Name the first reason before further ones.", "DATA-shape")


def _told(row: SuspensionLike) -> Iterator[Finding]:
    if row.started_on is None:
        return
    if row.told_us_on is not None and row.told_us_on < row.started_on - TOLD_AHEAD:
        message = f"The Virtual School was told more than {TOLD_AHEAD.days} days before the first day. Is that so?"
        yield _wrong("SUS-told", "told_us_on", message, "HB-3.6", "warning")
    if row.told_us_on is None:
        yield _wrong("SUS-told", "told_us_on", "When was the Virtual School told? It is told at once.", "HB-3.6", "warning")
    elif row.told_us_on > row.started_on:
        days = (row.told_us_on - row.started_on).days
        message = f"The Virtual School was told {days} day{'s' if days > 1 else ''} after the first day; it is told at once."
        yield _wrong("SUS-told", "told_us_on", message, "HB-3.6", "warning")


def _too_many(row: SuspensionLike, other_half_days: int) -> Iterator[Finding]:
    total = other_half_days + (row.half_days or 0)
    if row.kind is SuspensionKind.SUSPENSION and total > MOST_SUSPENDED_HALF_DAYS:
        message = (f"That makes {total / 2:g} days lost to suspension this academic year; the legal limit is "
                   f"{MOST_SUSPENDED_HALF_DAYS // 2}.")
        yield _wrong("RD-212", "half_days", message, "HB-3.6", "warning")


def check_consent(row: ConsentLike, *, born_on: date, today: date) -> list[Finding]:
    """A decision has its day; who decides may stand there before any decision (HB-3.7)."""
    found = [] if row.given_on is None else _day("CON-day", "given_on", row.given_on, born_on, today)
    if row.decision is not None and row.given_on is None:
        found.append(_wrong("CON-day", "given_on", "Enter the day of the decision."))
    if row.decision is None and row.given_on is not None:
        found.append(_wrong("CON-decision", "decision", "Choose what was decided, or leave the day empty.", "DATA-shape"))
    if row.days_notice is not None and not 0 <= row.days_notice <= 365:
        found.append(_wrong("CON-notice", "days_notice", "The notice that is needed is 0 to 365 days.", "DATA-shape"))
    return found


def _day(check: str, field: str, day: date, born_on: date, today: date) -> list[Finding]:
    if day > today:
        return [_wrong(check, field, f"{format_day(day)} is still to come.")]
    if day < born_on:
        return [_wrong(check, field, f"The child was born on {format_day(born_on)}; this cannot be before that.")]
    return []


def _wrong(check: str, field: str, message: str, code: str = "DATA-dates", severity: Severity = "blocking") -> Finding:
    return Finding(check, code, field, message, severity)
