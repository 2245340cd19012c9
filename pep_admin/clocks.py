"""The clocks of PEPs: of a child new in care the first PEP with its writers (HB-1.2), and signed and sent (HB-1.3); and of any PEP
with whom it waited when its day had gone by (HB-1.4).

Facts come in as days and names; out come the due day with its arithmetic, what was done when, by how much it is late and with
whom it waited. Which PEP is the first of a time in care, and who is told, is for those who ask.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from pep_admin.deadlines import Due, due_for_new_child, format_day, initiate_by
from pep_admin.school_calendar import SchoolDays, TermsUnknown, england_working_day
from pep_admin.vocabulary import Labelled, Part

VIRTUAL_SCHOOL, SOCIAL_CARE, SCHOOL, WRITERS = "the Virtual School", "social care", "the school", "those who write it"
WRITER = "the writer of Part 2"
"""Where the child has no school: the social worker or an officer (HB-2.2)."""
OWNERS = {Part.SOCIAL_CARE: SOCIAL_CARE, Part.EDUCATION: SCHOOL, Part.MEETING: SOCIAL_CARE}


class Whose(Labelled):
    """Whose a delay is, in the order of the lists."""

    SCHOOL = "school", "The school"
    SOCIAL_CARE = "social_care", "Social care"
    NO_PLACE = "no_place", "No school place"
    TOLD_LATE = "told_late", "Told late"
    OPENING = "opening", "The Virtual School, opening it"
    QA = "qa", "The Virtual School, reading it"
    WRITERS = "writers", "Its writers, signed and not sent"
    UNKNOWN = "unknown", "Not on record"


_WHOSE = {SCHOOL: Whose.SCHOOL, SOCIAL_CARE: Whose.SOCIAL_CARE, WRITER: Whose.NO_PLACE}
ONE_DAY = timedelta(days=1)
Counts = Callable[[date], bool]


@dataclass(frozen=True, slots=True)
class PartSigned:
    """A part of the first PEP: whose it is by name ("" for nobody named), and the day it was signed on."""

    part: Part
    who: str
    signed_on: date | None


@dataclass(frozen=True, slots=True)
class NewChildFacts:
    """What the clocks read of a child's coming into care and of the first PEP of that time, None while there is none; of a later
    PEP (`is_first` false) the same, but for how the Virtual School came to know.

    `told_on`: when the Virtual School was told. `opened_on`, `handed_on`: the PEP was opened, and sent to its writers. `sent_on`:
    it was sent to the Virtual School with every part signed, and stands so. `due`: the day that the PEP itself was given (HB-1.3).
    `sendings`: every day it was sent on, `returned_on` the last on which the Virtual School sent it back.
    """

    entered_on: date
    told_on: date | None = None
    opened_on: date | None = None
    handed_on: date | None = None
    sent_on: date | None = None
    parts: tuple[PartSigned, ...] = ()
    due: Due | None = None
    has_school: bool = True
    is_first: bool = True
    sendings: tuple[date, ...] = ()
    returned_on: date | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock: its rule, what is to be done, by when and why then; without a `due`, `unknown` says why no day can be told.

    `days`, of the kind of the rule (`unit`), are those left, or, where `late`, those gone since; 0 is today. `waits_for` says with
    whom it waited and why, "" while it is in time; `whose` the same in words to count by.
    """

    code: str
    title: str
    due: Due | None
    done_on: date | None = None
    late: bool = False
    days: int = 0
    unit: str = "day"
    waits_for: str = ""
    unknown: str = ""
    whose: tuple[Whose, ...] = ()

    @property
    def standing(self) -> str:
        """How it stands, in words."""
        if self.due is None:
            return f"Done on {format_day(self.done_on)}" if self.done_on else "Not done"
        count = f"{self.days} {self.unit}{'' if self.days == 1 else 's'}"
        if self.done_on:
            return f"Done on {format_day(self.done_on)}, {f'{count} late' if self.late else 'in time'}"
        if self.late:
            return f"Late by {count}"
        return f"Due in {count}" if self.days else "Due today"


def clocks(
    facts: NewChildFacts, *, today: date, working_days: int, school_days: int, days: SchoolDays,
    is_working_day: Counts = england_working_day, with_start: bool = False,
) -> tuple[Clock, Clock]:
    """Both clocks; the numbers are the academic year's (10 and 20 in the handbook), counted from the day after coming into care or,
    `with_start`, from that day on. `days` are those of the calendar in force for the child's school.
    """
    handing = initiate_by(facts.entered_on, days=working_days, is_working_day=is_working_day, with_start=with_start)
    first = _clock("Sent to its writers", handing, facts.handed_on, today, "working day", is_working_day)
    number = _Numbered(is_working_day, with_start)
    first = _waiting(first, _why_not_handed(facts, handing.on, number))
    try:
        due = facts.due or due_for_new_child(facts.entered_on, days=school_days, is_school_day=days.is_school_day,
                                             whose_on=days.whose_on, with_start=with_start)
    except TermsUnknown as problem:
        return first, Clock("HB-1.3", "Signed and sent", None, facts.sent_on, unknown=str(problem))
    second = _clock("Signed and sent", due, facts.sent_on, today, "school day", days.is_school_day)
    return first, _waiting(second, _why_not_sent(facts, due.on, number))


def _clock(title: str, due: Due, done_on: date | None, today: date, unit: str, counts: Counts) -> Clock:
    until = done_on or today
    late = until > due.on
    days, unit = _counted(due.on, until, unit, counts) if late else _counted(until, due.on, unit, counts)
    return Clock(due.code, title, due, done_on, late, days, unit)


def _counted(start: date, end: date, unit: str, counts: Counts) -> tuple[int, str]:
    """Days of that kind after `start` up to `end`; plain days where none of them lies between, or the calendar ends before."""
    try:
        found = sum(counts(day) for day in _days(start, end))
    except TermsUnknown:
        found = 0
    return (found, unit) if found or start == end else ((end - start).days, "day")


def _days(start: date, end: date) -> Iterator[date]:
    return (start + ONE_DAY * number for number in range(1, (end - start).days + 1))


def delay_of(facts: NewChildFacts, *, today: date, hand_over: Due | None = None) -> Clock | None:
    """Whether a PEP missed its day, by how many plain days, and with whom it waited; None for one that is in time.

    `facts.due` is the PEP's own day; sent by then with every part signed it is in time, however long the Virtual School reads it.
    `hand_over`: by when a first PEP must be with its writers (HB-1.2), where it is not there yet.
    """
    if facts.due is None:
        return None
    late = _clock("Signed and sent", facts.due, facts.sent_on, today, "day", lambda _: True)
    if late.late:
        return _waiting(late, _why_not_sent(facts, facts.due.on, _Numbered(england_working_day, False)))
    if hand_over is None or facts.handed_on is not None or hand_over.on >= today:
        return None
    waits = _clock("Sent to its writers", hand_over, None, today, "day", lambda _: True)
    return _waiting(waits, _why_not_handed(facts, hand_over.on, _Numbered(england_working_day, False)))


_Why = tuple[tuple[Whose, ...], str]
"""Whose a delay is, and the sentence that says so."""


def _waiting(clock: Clock, why: _Why) -> Clock:
    return replace(clock, whose=why[0], waits_for=why[1]) if clock.late else clock


def _why_not_handed(facts: NewChildFacts, due_on: date, number: _Numbered) -> _Why:
    """With whom a PEP waited that came late to its writers, or has not come to them."""
    if not facts.is_first:
        opened = f"it was opened on {format_day(facts.opened_on)}" if facts.opened_on else "it has not been opened"
        handed = f"sent to its writers on {format_day(facts.handed_on)}" if facts.handed_on else "has not been sent to its writers"
        return (Whose.OPENING,), _with(VIRTUAL_SCHOOL, f"{opened}, and {handed}")
    if facts.told_on is not None and facts.told_on > due_on:
        when = f"{format_day(facts.told_on)}, {number.of(facts)}"
        return (Whose.TOLD_LATE,), _with(SOCIAL_CARE, f"the Virtual School was told on {when}")
    if facts.told_on is None:
        return (Whose.UNKNOWN,), "It is not on record when the Virtual School was told, so nobody can say with whom it waited."
    told = f"it was told on {format_day(facts.told_on)}, {number.of(facts)}"
    if facts.opened_on is None:
        return (Whose.OPENING,), _with(VIRTUAL_SCHOOL, f"{told}, and no PEP has been opened")
    opened = f"{told}, and opened the PEP on {format_day(facts.opened_on)}"
    why = opened if facts.handed_on else f"{opened}, which has not been sent to its writers"
    return (Whose.OPENING,), _with(VIRTUAL_SCHOOL, why)


def _why_not_sent(facts: NewChildFacts, due_on: date, number: _Numbered) -> _Why:
    """With whom a PEP waited that was sent late, or has not been sent: where it was handed over too late, where the Virtual School
    held it beyond its day and sent it back, else with its writers."""
    if facts.handed_on is None or facts.handed_on > due_on:
        return _why_not_handed(facts, due_on, number)
    if facts.returned_on is not None and facts.returned_on > due_on:
        before = [day for day in facts.sendings if day <= facts.returned_on]
        if before and max(before) <= due_on:
            held = f"it was sent in time, on {format_day(max(before))}, and sent back on {format_day(facts.returned_on)}"
            return (Whose.QA,), _with(VIRTUAL_SCHOOL, held)
    open_parts = [each for each in facts.parts if each.signed_on is None or each.signed_on > due_on]
    if not open_parts:
        signed = "every part was signed in time" if facts.sent_on else "every part is signed, and it has not been sent"
        return (Whose.WRITERS,), _with(WRITERS, signed)
    owners = OWNERS if facts.has_school else OWNERS | {Part.EDUCATION: WRITER}
    whom = list(dict.fromkeys(owners[each.part] for each in open_parts))
    whose = tuple(each for each in Whose if each in {_WHOSE[name] for name in whom})
    return whose, _with(" and ".join(whom), "; ".join(_of_part(each) for each in open_parts))


def _of_part(each: PartSigned) -> str:
    who = f", {each.who}" if each.who else ", nobody named"
    state = "not signed" if each.signed_on is None else f"signed on {format_day(each.signed_on)}"
    return f"{each.part.label} {state}{who}"


def _with(whom: str, why: str) -> str:
    return f"It waited with {whom}: {why}."


@dataclass(frozen=True, slots=True)
class _Numbered:
    """How the day on which the Virtual School was told is numbered, as the clocks count."""

    is_working_day: Counts
    with_start: bool

    def of(self, facts: NewChildFacts) -> str:
        """ "by the day of coming into care", or "working day 9" after it."""
        if facts.told_on is None or facts.told_on <= facts.entered_on:
            return "by the day of coming into care"
        first = facts.entered_on - ONE_DAY if self.with_start else facts.entered_on
        number = sum(self.is_working_day(day) for day in _days(first, facts.told_on))
        return f"working day {number}" if number else "before the first working day"
