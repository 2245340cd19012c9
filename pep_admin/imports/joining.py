"""Children as a file describes them, compared with the roll: who is new, what differs, whom somebody must settle by hand.

What the columns of a file mean is roll_list.py's (a list with names) and return_903.py's (the looked-after return). A child is
told by the number of the care record or the UPN, never by name. Nobody is taken off the roll by a file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pep_admin.deadlines import format_day
from pep_admin.imports.kinds import Plan, Step, no_step
from pep_admin.imports.outcome import Outcome
from pep_admin.models import CareEpisode, CarePlacement, Child, SdqScore
from pep_admin.permissions import Actor
from pep_admin.validators.children import check_child
from pep_admin.validators.findings import Finding, blocking
from pep_admin.validators.records import check_sdq
from pep_admin.vocabulary import LegalStatus, PlacementKind, RowFate, SdqBy, SenStatus
from pep_admin.workflow import roll
from pep_admin.workflow.corrections import correct_child
from pep_admin.workflow.records import save_record

LABELS = {
    "lcs_id": "LCS number", "first_name": "First name", "last_name": "Last name", "known_as": "Known as",
    "date_of_birth": "Date of birth", "upn": "UPN", "entered_care_on": "Entered care", "notified_on": "Virtual School told on",
    "legal_status": "Legal status", "sen_status": "SEN status",
}
FACTS = tuple(LABELS)
NEEDED = ("date_of_birth", "entered_care_on", "legal_status")
SHORT_BREAKS = frozenset({"V3", "V4"})
"""Legal statuses of the looked-after return that put nobody on the roll."""


class Home(NamedTuple):
    """Where a child lived from a day on, and until the next home or the end of the period."""

    kind: PlacementKind
    started_on: date


class Period(NamedTuple):
    """A time in care with its homes in their order; `ended_on` None while it goes on, `why` the reason of the end."""

    started_on: date
    ended_on: date | None
    homes: tuple[Home, ...] = ()
    why: str = ""


class Sdq(NamedTuple):
    """An SDQ total and the day it is recorded for."""

    total: int
    on: date


MOST_REMARKS = 30
"""Sentences about the files as a whole, and about rows that are loaded although they look odd."""


@dataclass(slots=True)
class Wanted:
    """A child as the file has them. `facts` are columns of Child that the file gives; what it leaves blank is not among them.

    `short_break` is the code of a status that puts nobody on the roll. `periods` are all known times in care, the last one last;
    empty where the file gives `entered_care_on` alone. `left_on` is the end of care by the file. `unsettled` says why a child
    who is not on record cannot be new by this file.
    """

    number: int
    facts: dict[str, Any]
    problems: list[Finding] = field(default_factory=list)
    left_on: date | None = None
    short_break: str = ""
    periods: tuple[Period, ...] = ()
    sdq: Sdq | None = None
    ref: str = ""
    unsettled: Finding | None = None


@dataclass(slots=True)
class Standing:
    """A child on record: id, the columns that a file may give, end of care, the end of the time in care before, the home, SDQs."""

    id: int
    facts: dict[str, Any]
    left_on: date | None
    before: date | None = None
    home: Home | None = None
    sdqs: dict[date, int] = field(default_factory=dict)


class Joining(NamedTuple):
    """What is stored of one child: a new one (`child_id` None), or the facts of one on record that differ."""

    child_id: int | None
    facts: Mapping[str, Any]
    periods: tuple[Period, ...] = ()
    home: Home | None = None
    sdq: Sdq | None = None


@dataclass(slots=True)
class _Defaults:
    """A new child as check_child reads one."""

    date_of_birth: date | None = None
    entered_care_on: date | None = None
    first_name: str = ""
    last_name: str = ""
    known_as: str | None = None
    upn: str | None = None
    lcs_id: str | None = None
    notified_on: date | None = None
    left_care_on: date | None = None
    legal_status: LegalStatus | None = None
    sen_status: SenStatus = SenStatus.NONE
    ehcp_review_on: date | None = None
    year_group_override: str | None = None
    year_group_reason: str | None = None


# --- storing ---------------------------------------------------------------------------------------------------------------


def store_joining(
    session: Session, work: Sequence[Joining], *, actor: Actor, today: date, now: datetime, step: Step = no_step
) -> None:
    """Take the new children into care, correct the others, record homes and SDQ totals: each through its verb."""
    for each in work:
        if each.child_id is None:
            child = _take_in(session, each, actor, today, now)
        else:
            child = session.scalars(select(Child).where(Child.id == each.child_id)).one()
            if each.facts:
                correct_child(session, child, each.facts, reason="As the loaded file has it", actor=actor, today=today)
            if each.home is not None:
                roll.change_placement(session, child, kind=each.home.kind, carer_id=None, on=each.home.started_on, actor=actor,
                                      today=today)
        if each.sdq is not None:
            _record_sdq(session, child, each.sdq, actor, today)
        step(1)


def _take_in(session: Session, new: Joining, actor: Actor, today: date, now: datetime) -> Child:
    """The child with every time in care, as it went: taken in, moved, left, taken in again."""
    first, *later = new.periods or (Period(new.facts["entered_care_on"], None),)
    child = roll.take_into_care(
        session, actor=actor, today=today, facts={**new.facts, "entered_care_on": first.started_on},
        placement_kind=first.homes[0].kind if first.homes else None,
    )
    _move_on(session, child, first, actor, today, now)
    for period in later:
        roll.return_to_care(
            session, child, on=period.started_on, notified_on=new.facts.get("notified_on"), legal_status=new.facts["legal_status"],
            actor=actor, today=today, placement_kind=period.homes[0].kind if period.homes else None,
        )
        _move_on(session, child, period, actor, today, now)
    return child


def _move_on(session: Session, child: Child, period: Period, actor: Actor, today: date, now: datetime) -> None:
    for home in period.homes[1:]:
        roll.change_placement(session, child, kind=home.kind, carer_id=None, on=home.started_on, actor=actor, today=today)
    if period.ended_on is not None:
        roll.leave_care(session, child, on=period.ended_on, reason=period.why, actor=actor, today=today, now=now)


def _record_sdq(session: Session, child: Child, sdq: Sdq, actor: Actor, today: date) -> None:
    """The total of that day by the carer; one that is on record for the day is corrected."""
    score = session.scalar(select(SdqScore).where(
        SdqScore.child_id == child.id, SdqScore.completed_on == sdq.on, SdqScore.completed_by == SdqBy.CARER))
    score = score or SdqScore(child_id=child.id, completed_on=sdq.on, completed_by=SdqBy.CARER)
    score.total = sdq.total
    save_record(session, score, actor=actor, today=today)


# --- comparing -------------------------------------------------------------------------------------------------------------


class Comparison:
    """A plan in the making. `part` is the file whose rows are the children, `headings` its columns by the field of a finding."""

    def __init__(self, session: Session, part: str, headings: Mapping[str, str], *, today: date) -> None:
        self.part, self.headings, self.today = part, headings, today
        self.children = _on_record(session)
        self.by_number = {key: {each.facts[key]: each for each in self.children if each.facts[key]} for key in ("lcs_id", "upn")}
        self.plan = Plan(Outcome())
        self.met: set[int] = set()

    def plan_of(self, wanted: Iterable[Wanted]) -> Plan:
        """Every child of the file, in its order; rows that share a number are all refused."""
        found = list(wanted)
        _tell_doubled(found)
        for each in found:
            self._consider(each)
        return self.plan

    def name_missing(self, also_there: frozenset[str] = frozenset()) -> None:
        """Children in care on record whom the file lacks: named, and nothing done. `also_there` are further LCS numbers of it."""
        missing = [each for each in self.children
                   if each.left_on is None and each.id not in self.met and each.facts["lcs_id"] not in also_there]
        for child in missing:
            why = Finding("roll-missing", "DATA-roll", "", "In care on record, but not in the file. If care has ended, enter it on "
                          "the child’s page.")
            self.plan.outcome.refuse(0, _subject(child, child.facts), [why], {}, fate=RowFate.WAITING)
        if missing:
            who = "1 child in care on record is" if len(missing) == 1 else f"{len(missing):,} children in care on record are"
            self.plan.outcome.notes.append(f"{who} not in the file, told under “{RowFate.WAITING.label}” without a row. Nobody is "
                                           "taken off the roll by a file.")

    def _consider(self, wanted: Wanted) -> None:
        child = self._child_of(wanted)
        if child is not None and child.id in self.met:
            wanted.problems.append(Finding("roll-doubled", "DATA-unique", "lcs_id", "An earlier row is about the same child. Keep "
                                           "one of them."))
        elif child is not None:
            self.met.add(child.id)
        if wanted.problems:
            return self._hold(wanted, child, wanted.problems, RowFate.REFUSED)
        if why := self._to_settle(wanted, child):
            return self._hold(wanted, child, [why], RowFate.WAITING)
        if child is None:
            return self._add(wanted)
        return self._compare(wanted, child)

    def _child_of(self, wanted: Wanted) -> Standing | None:
        """The child on record with either number; a problem where the two are different children's, or neither is given."""
        numbers = {key: wanted.facts.get(key) for key in ("lcs_id", "upn")}
        found = {key: self.by_number[key].get(number) for key, number in numbers.items() if number}
        if not found and not any(each.field in numbers for each in wanted.problems):
            wanted.problems.append(Finding("roll-numbers", "DATA-child", "lcs_id", "Give the child’s number in the care record, "
                                           "or the UPN."))
        by_lcs_id, by_upn = found.get("lcs_id"), found.get("upn")
        if by_upn is None or by_lcs_id is by_upn:
            return by_lcs_id
        if by_lcs_id is not None or (numbers["lcs_id"] and by_upn.facts["lcs_id"]):
            wanted.problems.append(Finding("roll-numbers", "DATA-unique", "upn", "On record this UPN is that of a child with "
                                           "another number in the care record. Find out which is right."))
            return by_lcs_id
        return by_upn

    def _to_settle(self, wanted: Wanted, child: Standing | None) -> Finding | None:
        """What a file does not do by itself."""
        if wanted.short_break:
            on_roll = " The child is on the roll here: if care has ended, enter it on the child’s page." if (
                child is not None and child.left_on is None) else ""
            return Finding("roll-short-break", "DATA-roll", "legal_status", f"Short breaks ({wanted.short_break}) put nobody on "
                           f"the roll. Nothing is loaded of this row.{on_roll}")
        left = wanted.left_on if wanted.left_on is not None and wanted.left_on <= self.today else None
        if child is None:
            if left is None:
                return wanted.unsettled
            return _left(f"Left care on {format_day(left)} and is not on record. Nothing is loaded of this row.")
        if left is not None:
            return self._left_by_file(child, left)
        return self._back_or_older(wanted, child)

    def _left_by_file(self, child: Standing, left: date) -> Finding | None:
        if left < child.facts["entered_care_on"] or left == child.left_on:
            return None  # the file tells of a time in care before the one on record, or of the same
        if child.left_on is None:
            return _left(f"Left care on {format_day(left)} by the file, and is in care on record. Enter it on the child’s page.")
        return _left(f"Left care on {format_day(left)} by the file, on {format_day(child.left_on)} on record. If the file is "
                     "right, correct the day on the child’s page.")

    def _back_or_older(self, wanted: Wanted, child: Standing) -> Finding | None:
        entered, stands = wanted.facts.get("entered_care_on"), child.facts["entered_care_on"]
        if entered is None or entered == stands:
            return None
        ended = [each for each in wanted.periods if each.ended_on is not None and each.started_on == stands]
        if child.left_on is not None or ended:
            return Finding("roll-back", "DATA-roll", "entered_care_on", f"In care again since {format_day(entered)} by the file. "
                           "Enter the end of the time before and the return on the child’s page.")
        if child.before is not None and entered < child.before:
            return Finding("roll-period", "DATA-dates", "entered_care_on", f"On record an earlier time in care ended on "
                           f"{format_day(child.before)}, after this day. Find out which is right.")
        return None

    def _add(self, wanted: Wanted) -> None:
        facts = {key: value for key, value in wanted.facts.items() if value is not None}
        wrong = [Finding("roll-empty", "DATA-roll", key, "This must not be empty for a child who is not on record.")
                 for key in NEEDED if facts.get(key) is None]
        wrong = wrong or self._wrong(wanted, facts)
        if wrong:
            return self._hold(wanted, None, wrong, RowFate.REFUSED)
        self._remark(wanted, facts)
        new = Joining(None, facts, wanted.periods, sdq=wanted.sdq)
        changes = [(LABELS[key], None, facts[key]) for key in FACTS if key in facts and not key.endswith("_name")]
        changes += _told_homes(wanted.periods) + _told_sdq(wanted.sdq, None)
        subject = _subject(None, facts, wanted.ref)
        self.plan.outcome.add(wanted.number, subject, RowFate.NEW, changes=changes, part=self.part, exact=new)
        self.plan.work.append(new)
        return None

    def _remark(self, wanted: Wanted, facts: Mapping[str, Any]) -> None:
        """What the form would ask about a day of a new child, and load all the same."""
        for each in check_child(_Defaults(**facts), today=self.today):
            if each.severity == "warning" and each.code == "DATA-dates" and len(self.plan.outcome.notes) < MOST_REMARKS:
                self.plan.outcome.notes.append(f"Row {wanted.number}: {each.sentence}")

    def _compare(self, wanted: Wanted, child: Standing) -> None:
        facts = {key: value for key, value in wanted.facts.items() if value != child.facts[key]}
        wrong = [Finding("roll-empty", "DATA-roll", key, "This cannot be cleared.") for key in NEEDED if facts.get(key, "") is None]
        if self._is_past(wanted, child):
            facts = {key: value for key, value in facts.items() if key not in ("entered_care_on", "legal_status")}
        after = {**child.facts, **facts}
        wrong = wrong or self._wrong(wanted, after)
        if wrong:
            return self._hold(wanted, child, wrong, RowFate.REFUSED)
        home, stands = self._new_home(wanted, child, after["entered_care_on"]), wanted.sdq and child.sdqs.get(wanted.sdq.on)
        sdq = wanted.sdq if wanted.sdq is not None and stands != wanted.sdq.total else None
        changes = [(LABELS[key], child.facts[key], facts[key]) for key in FACTS if key in facts]
        if home is not None:
            changes.append(("Home", child.home and child.home.kind, f"{home.kind.label}, from {format_day(home.started_on)}"))
        changes += _told_sdq(sdq, stands)
        work = Joining(child.id, facts, home=home, sdq=sdq)
        fate = RowFate.CHANGED if changes else RowFate.UNCHANGED
        self.plan.outcome.add(wanted.number, _subject(child, after), fate, changes=changes, part=self.part, exact=work)
        if changes:
            self.plan.work.append(work)
        return None

    def _is_past(self, wanted: Wanted, child: Standing) -> bool:
        """Whether the file tells of a time in care that ended, or of one that has ended on record."""
        return child.left_on is not None or (wanted.left_on is not None and wanted.left_on <= self.today)

    def _new_home(self, wanted: Wanted, child: Standing, entered: date) -> Home | None:
        """The last home of the file, where it is of another kind than the one on record and not older than it."""
        if not wanted.periods or not wanted.periods[-1].homes or self._is_past(wanted, child):
            return None
        last = wanted.periods[-1].homes[-1]
        if child.home is not None and (child.home.kind is last.kind or last.started_on < child.home.started_on):
            return None
        return last if entered <= last.started_on <= self.today else None

    def _wrong(self, wanted: Wanted, facts: Mapping[str, Any]) -> list[Finding]:
        """What the verbs would say no to, told at its column."""
        found = blocking(check_child(_Defaults(**facts), today=self.today))
        days = [day for each in wanted.periods for day in (each.started_on, each.ended_on) if day is not None]
        if not found and days and min(days) < facts["date_of_birth"]:
            found.append(_day("The child cannot have come into care before being born."))
        if not found and days and max(days) > self.today:
            found.append(_day(f"{format_day(max(days))} is still to come."))
        if wanted.sdq is not None:
            score = SdqScore(total=wanted.sdq.total, completed_on=wanted.sdq.on)
            scored = check_sdq(score, born_on=facts["date_of_birth"], today=self.today)
            found += [Finding(each.check, each.code, "sdq", each.message) for each in scored]
        return found

    def _hold(self, wanted: Wanted, child: Standing | None, why: Sequence[Finding], fate: RowFate) -> None:
        subject = _subject(child, child.facts if child else wanted.facts, wanted.ref)
        self.plan.outcome.refuse(wanted.number, subject, why, self.headings, part=self.part, fate=fate)


def _tell_doubled(found: Sequence[Wanted]) -> None:
    for key in ("lcs_id", "upn"):
        rows: dict[str, list[Wanted]] = defaultdict(list)
        for each in found:
            if number := each.facts.get(key):
                rows[number].append(each)
        for same in rows.values():
            for each in same if len(same) > 1 else ():
                other = next(row.number for row in same if row is not each)
                each.problems.append(Finding("roll-doubled", "DATA-unique", key, f"Row {other} has the same number. Each child has "
                                             "one row, and a number of its own."))


def _day(message: str) -> Finding:
    return Finding("roll-period", "DATA-dates", "entered_care_on", message)


def _left(message: str) -> Finding:
    return Finding("roll-left", "DATA-roll", "left_care_on", message)


def _subject(child: Standing | None, facts: Mapping[str, Any], ref: str = "") -> str:
    name = f"{facts.get('first_name') or ''} {facts.get('last_name') or ''}".strip() or "Name not known"
    number = facts.get("lcs_id") or facts.get("upn") or ref or (child and child.facts["lcs_id"])
    return f"{name}, {number}" if number else name


def _told_homes(periods: Sequence[Period]) -> list[tuple[str, Any, Any]]:
    """How many times in care, and the home of the last."""
    told: list[tuple[str, Any, Any]] = []
    if len(periods) > 1:
        told.append(("Earlier times in care", None, ", ".join(
            f"{format_day(each.started_on)} to {format_day(each.ended_on)}" for each in periods if each.ended_on)))
    if periods and periods[-1].homes:
        last = periods[-1].homes[-1]
        told.append(("Home", None, f"{last.kind.label}, from {format_day(last.started_on)}"))
    return told


def _told_sdq(sdq: Sdq | None, stands: int | None) -> list[tuple[str, Any, Any]]:
    return [] if sdq is None else [(f"SDQ total of {format_day(sdq.on)}", stands, sdq.total)]


def _on_record(session: Session) -> list[Standing]:
    columns = [getattr(Child, name) for name in FACTS]
    found = {row[0]: Standing(row[0], dict(zip(FACTS, row[2:], strict=True)), row[1])
             for row in session.execute(select(Child.id, Child.left_care_on, *columns).order_by(Child.last_name, Child.id))}
    ended = select(CareEpisode.child_id, func.max(CareEpisode.ended_on)).group_by(CareEpisode.child_id)
    for child_id, before in session.execute(ended):
        if child_id in found:
            found[child_id].before = before
    homes = select(CarePlacement.child_id, CarePlacement.kind, CarePlacement.started_on).where(CarePlacement.ended_on.is_(None))
    for child_id, kind, started_on in session.execute(homes):
        if child_id in found:
            found[child_id].home = Home(kind, started_on)
    scores = select(SdqScore.child_id, SdqScore.completed_on, SdqScore.total).where(SdqScore.completed_by == SdqBy.CARER)
    for child_id, on, total in session.execute(scores):
        if child_id in found:
            found[child_id].sdqs[on] = total
    return list(found.values())
