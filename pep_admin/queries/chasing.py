"""What the chase asks: which parts wait with whom, what they were told already, when they are there, and so whose turn it is.

A fixed number of statements, however many PEPs. Which step is due when is chasing.py's, the letters are workflow/chasing.py's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from pep_admin.chasing import ESCALATED, PartFacts, Schedule, is_to_escalate, parse_days, step_due
from pep_admin.models import AcademicYear, CallNote, CareTeam, Delivery, Grant, Pep, Person, QaReview, Reminder, School, Term
from pep_admin.queries.calendars import Calendars
from pep_admin.queries.grants import cover_by_giver, stands
from pep_admin.queries.in_care import of_child_in_care
from pep_admin.queries.new_children import day_of
from pep_admin.queries.peps import ONE_A_TERM
from pep_admin.queries.waiting import parts_signed_last, parts_waiting, with_writers, writer_of
from pep_admin.school_calendar import TermsUnknown
from pep_admin.validators.names import as_compared
from pep_admin.vocabulary import Decision, DeliveryState, Part, PepStatus

WITH_WRITERS = (PepStatus.IN_PROGRESS, PepStatus.RETURNED)
"""What was sent to its writers: of one that was not, nobody has heard."""
Key = tuple[int, Part]


@dataclass(slots=True)
class Chased:
    """A part that waits for `person`; `above` is who gets word when it is late: the head teacher, or the manager of the team.

    `taken` are the steps of which word was sent in this round, `returns` how often the PEP was sent back by now. `held` are days
    until which a note of a call asks to leave them alone. `is_open` says whether that day is one of the school's, or a working day
    for who is at none; where the term dates are not known, no day is. `covers`: who stands in for the person, on their days.
    """

    pep: Pep
    part: Part
    person: Person | None
    above: Person | None
    facts: PartFacts
    schedule: Schedule
    returns: int
    is_open: Callable[[date], bool]
    taken: set[str] = field(default_factory=set)
    held: tuple[date, ...] = ()
    covers: tuple[Grant, ...] = ()

    def reminded(self, day: date) -> Person | None:
        """Who is reminded on that day: whoever may write in the person's place then and can be reached, else the person."""
        return next((each.holder for each in self.covers if stands(each, day) and each.holder.has_working_address), self.person)

    @property
    def is_unsent(self) -> bool:
        """Whether everybody has signed, and it waits to be sent."""
        return self.facts.signed_on is not None

    @property
    def of_school(self) -> bool:
        """Whether the school writes it."""
        return self.part is Part.EDUCATION and self.pep.school is not None

    def is_held(self, day: date) -> bool:
        """Whether it was agreed on the telephone to wait until a later day."""
        return any(until > day for until in self.held)


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail of one day to one person: the parts, each with its step. `is_up`: to who stands above those that owe them."""

    person: Person
    is_up: bool
    lines: tuple[tuple[Chased, str], ...]

    @property
    def peps(self) -> int:
        """How many PEPs it is about."""
        return len({each.pep.id for each, _ in self.lines})

    @property
    def references(self) -> dict[str, list[str]]:
        """By step, the references of the PEPs, each once."""
        found: dict[str, list[str]] = {}
        for each, step in self.lines:
            if each.pep.reference not in found.setdefault(step, []):
                found[step].append(each.pep.reference)
        return found


def parts_chased(session: Session, today: date, pep_ids: Collection[int] | None = None) -> list[Chased]:
    """Every part that waits with a writer, or those of some PEPs; and of each PEP that is signed and not sent, the part that
    was signed last, with who can send it. Else what is signed waits for nobody; nobody is chased for a child who has left care."""
    some = [] if pep_ids is None else [Pep.id.in_(pep_ids)]
    asked = select(Pep).where(Pep.status.in_(WITH_WRITERS), of_child_in_care(today), *some)
    asked = with_writers(asked).options(joinedload(Pep.term).joinedload(Term.year),
                                        joinedload(Pep.school).joinedload(School.headteacher))
    peps = session.scalars(asked.order_by(Pep.due_on, Pep.id)).all()
    beside = _Beside.of(session, [pep.id for pep in peps])
    unsent = [(pep, part, person, day_of(at)) for pep, part, person, at in parts_signed_last(session, peps)]
    waiting = [(pep, part, person, None) for pep, part, person in parts_waiting(session, peps)]
    found = [beside.one(pep, part, person, signed_on) for pep, part, person, signed_on in (*waiting, *unsent)]
    covers = cover_by_giver(session, {each.person.id for each in found if each.person is not None})
    for each in found:
        each.covers = tuple(covers.get(each.person.id, ())) if each.person is not None else ()
    return found


@dataclass(frozen=True, slots=True)
class _Beside:
    """What stands beside the PEPs: days sent back, words sent, calls noted, managers by team, calendars, schedules by year."""

    backs: Mapping[int, tuple[int, date]]
    words: Mapping[tuple[int, Part, int], set[str]]
    calls: Mapping[int, Sequence[tuple[int | None, Any]]]
    managers: Mapping[str, Person]
    calendars: Calendars
    schedules: dict[int, Schedule]

    @classmethod
    def of(cls, session: Session, pep_ids: Sequence[int]) -> _Beside:
        words: dict[tuple[int, Part, int], set[str]] = defaultdict(set)
        sent = select(Reminder.pep_id, Reminder.part, Reminder.returns, Reminder.step).where(Reminder.pep_id.in_(pep_ids))
        for pep_id, part, returns, step in session.execute(sent):
            words[pep_id, part, returns].add(step)
        calls: dict[int, list[tuple[int | None, Any]]] = defaultdict(list)
        noted = select(CallNote.person_id, CallNote.pep_id, CallNote.follow_up_on).where(
            CallNote.follow_up_on.is_not(None), CallNote.settled_on.is_(None))
        for person_id, about, until in session.execute(noted):
            calls[person_id].append((about, until))
        backs = select(QaReview.pep_id, func.count(), func.max(QaReview.reviewed_on)).where(
            QaReview.pep_id.in_(pep_ids), QaReview.decision == Decision.RETURN).group_by(QaReview.pep_id)
        return cls({row[0]: (row[1], row[2]) for row in session.execute(backs)}, words, calls, _above_teams(session),
                   Calendars(session), {})

    def one(self, pep: Pep, part: Part, person: Person | None, signed_on: date | None) -> Chased:
        returns, back_on = self.backs.get(pep.id, (0, None))
        asked_on = max(filter(None, (day_of(pep.delegated_at), back_on)), default=pep.initiated_on)
        of_school = part is Part.EDUCATION and pep.school is not None
        facts = PartFacts(pep.due_on, asked_on, back_on, half_term_on(self.calendars, pep) if of_school else None,
                          signed_on)
        held = [until for pep_id, until in self.calls.get(person.id if person else 0, ()) if pep_id in (None, pep.id)]
        above = self._above(pep, person, of_school) if signed_on is None else None
        return Chased(pep, part, person, above, facts, self._schedule(pep.term.year), returns,
                      _open_days(self.calendars, pep.school_id if of_school else None),
                      self.words.get((pep.id, part, returns), set()), tuple(held))

    def _above(self, pep: Pep, person: Person | None, of_school: bool) -> Person | None:
        """Nobody is told of what they owe themselves as if somebody else did."""
        if of_school:
            found = pep.school.headteacher if pep.school else None
        else:
            worker = pep.social_worker
            found = self.managers.get(as_compared(worker.organisation)) if worker is not None else None
        return found if found is not person else None

    def _schedule(self, year: AcademicYear) -> Schedule:
        if year.id not in self.schedules:
            self.schedules[year.id] = schedule_of(year)
        return self.schedules[year.id]


def schedule_of(year: AcademicYear) -> Schedule:
    """What the year says of reminders."""
    return Schedule(year.send_reminders, parse_days(year.remind_days_before or ""), parse_days(year.remind_days_after or ""),
                    year.escalate_after_days)


def _above_teams(session: Session) -> dict[str, Person]:
    teams = session.scalars(select(CareTeam).where(CareTeam.manager_id.is_not(None)).options(joinedload(CareTeam.manager)))
    return {as_compared(team.name): team.manager for team in teams if team.manager is not None}


def _open_days(calendars: Calendars, school_id: int | None) -> Callable[[date], bool]:
    if school_id is None:
        return calendars.is_working_day
    is_school_day = calendars.days_for(school_id).is_school_day

    def is_open(day: date) -> bool:
        try:
            return is_school_day(day)
        except TermsUnknown:
            return False

    return is_open


FAIR_NOTICE = 10
"""School days before half-term by which a PEP was open, so that its meeting can be asked for by then."""


def half_term_on(calendars: Calendars, pep: Pep) -> date | None:
    """The first day of half-term at the PEP's school, where a meeting is asked for by then and none is booked; else None."""
    begins = _half_term_at(calendars, pep)
    return begins if begins is not None and _is_asked_by(begins, calendars, pep) else None


def _half_term_at(calendars: Calendars, pep: Pep) -> date | None:
    term = calendars.term_at(pep.term, pep.school_id)
    return term.half_term_from if term is not None else None


def _is_asked_by(begins: date, calendars: Calendars, pep: Pep) -> bool:
    """Whether the writer of a PEP of the term owes a meeting by half-term: it was sent to them before, and the child was in care
    and the PEP open for ten school days by then."""
    sent_on = day_of(pep.delegated_at)
    if pep.meeting_at is not None or pep.kind not in ONE_A_TERM or sent_on is None or sent_on >= begins:
        return False
    is_open, since = _open_days(calendars, pep.school_id), max(pep.initiated_on, pep.child.entered_care_on)
    days = (begins - timedelta(number) for number in range(1, (begins - since).days + 1))
    return sum(1 for _ in islice(filter(is_open, days), FAIR_NOTICE)) == FAIR_NOTICE


# --- whose turn it is ----------------------------------------------------------------------------------------------------


def letters_of(parts: Iterable[Chased], day: date, had: Collection[int] = ()) -> list[Letter]:
    """The mail of that day, one a person at most; `had`: who got theirs already (ids).

    Who has a reminder of their own gets word of what others owe on another day.
    """
    own: dict[int, list[tuple[Chased, str]]] = defaultdict(list)
    up: dict[int, list[tuple[Chased, str]]] = defaultdict(list)
    people: dict[int, Person] = {}
    for each in parts:
        if each.is_held(day) or not each.is_open(day):
            continue
        step = step_due(each.facts, each.schedule, each.taken, day)
        person = each.reminded(day)
        if step is not None and _reached(person):
            _put(own, people, person, (each, step.key))
        if is_to_escalate(each.facts, each.schedule, each.taken, day) and _reached(each.above) and each.above is not person:
            _put(up, people, each.above, (each, ESCALATED))
    up = {person_id: lines for person_id, lines in up.items() if person_id not in own}
    return [Letter(people[person_id], is_up, _in_order(lines)) for is_up, found in ((False, own), (True, up))
            for person_id, lines in sorted(found.items(), key=lambda pair: _by_name(people[pair[0]])) if person_id not in had]


def late_letters(parts: Iterable[Chased], today: date, person_ids: Collection[int] | None = None) -> list[Letter]:
    """The mail to those above about everything that is late and of which they got no word yet, on whatever day; to some, or all."""
    found: dict[int, list[tuple[Chased, str]]] = defaultdict(list)
    people: dict[int, Person] = {}
    for each in parts:
        wanted = each.above is not None and (person_ids is None or each.above.id in person_ids)
        if wanted and is_late(each, today) and ESCALATED not in each.taken and _reached(each.above):
            _put(found, people, each.above, (each, ESCALATED))
    return [Letter(people[person_id], True, _in_order(lines))
            for person_id, lines in sorted(found.items(), key=lambda pair: _by_name(people[pair[0]]))]


def is_late(each: Chased, today: date) -> bool:
    """Whether the part is late on that day."""
    return today > each.facts.late_from


def coming_letters(parts: Sequence[Chased], first: date, days: int, had: Collection[int] = ()) -> list[tuple[date, list[Letter]]]:
    """The mail of so many days from `first` on, as things stand: nothing is signed, booked or noted meanwhile. `had`: who got
    theirs on the first day already. The parts are marked as told on the way, so that they are for nothing else afterwards."""
    found = []
    for number in range(days):
        day = first + timedelta(number)
        letters = letters_of(parts, day, had if number == 0 else ())
        for letter in letters:
            for each, step in letter.lines:
                each.taken = {*each.taken, step}
        if letters:
            found.append((day, letters))
    return found


def _by_name(person: Person) -> tuple[str, str, int]:
    return person.last_name, person.first_name, person.id


def _in_order(lines: Iterable[tuple[Chased, str]]) -> tuple[tuple[Chased, str], ...]:
    """The earliest due first, then the parts as they are numbered."""
    return tuple(sorted(lines, key=lambda line: (line[0].pep.due_on, line[0].pep.id, list(Part).index(line[0].part))))


def _reached(person: Person | None) -> bool:
    return person is not None and person.has_working_address


def _put(found: dict[int, list[tuple[Chased, str]]], people: dict[int, Person], person: Person | None,
         line: tuple[Chased, str]) -> None:
    if person is not None:
        people[person.id] = person
        found[person.id].append(line)


def mailed_on(session: Session, day: date) -> set[int]:
    """Who got a mail of that day's run (ids of persons)."""
    keys = Delivery.key.startswith(day_key(day), autoescape=True)
    return {person_id for person_id in session.scalars(select(Delivery.person_id).where(keys)) if person_id is not None}


def day_key(day: date) -> str:
    """How the keys of that day's mail begin."""
    return f"chase:{day:%Y-%m-%d}:"


# --- what holds still when it is sent -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """What of a letter holds still: how many PEPs it is about, of how many no meeting is booked though half-term has begun,
    whether today is a day to send it on, and how many of them are signed and only to be sent."""

    peps: int
    no_meeting: int
    goes_today: bool
    unsent: int = 0


def standing(session: Session, person_id: int, parts: Iterable[Sequence[object]], today: date, *, is_up: bool,
             any_day: bool) -> Standing:
    """The letter about those parts ([PEP id, part]) to that person, asked anew: of what was signed, closed, handed to somebody
    else or is written under another head since, nothing is left."""
    wanted = {(int(str(pep_id)), Part(str(part))) for pep_id, part in parts}
    found = [
        each for each in parts_chased(session, today, {pep_id for pep_id, _ in wanted})
        if (each.pep.id, each.part) in wanted
        and person_id in {one.id for one in ([each.above] if is_up else [each.person, each.reminded(today)]) if one is not None}
    ]
    no_meeting = {each.pep.id for each in found if each.facts.half_term_on is not None and each.facts.half_term_on <= today}
    return Standing(len({each.pep.id for each in found}), len(no_meeting), any_day or any(each.is_open(today) for each in found),
                    len({each.pep.id for each in found if each.is_unsent}))


# --- no meeting booked ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NoMeeting:
    """A PEP without a meeting, who is to book it, and when half-term begins at its school; None where that is not known.

    `told_on`: the last day since on which a mail truly went to them that says so.
    """

    pep: Pep
    writer: Person | None
    half_term_on: date | None
    told_on: date | None


def without_meeting(session: Session, term: Term, today: date) -> list[NoMeeting]:
    """The PEPs of the term that are with their writers, have no meeting booked and are to have one by half-term, or that may be,
    because half-term is not known; of children in care, by school and reference."""
    asked = with_writers(select(Pep).where(Pep.term_id == term.id, Pep.status.in_(WITH_WRITERS), Pep.meeting_at.is_(None),
                                           Pep.kind.in_(ONE_A_TERM), of_child_in_care(today)).options(joinedload(Pep.term)))
    peps, calendars = session.scalars(asked).all(), Calendars(session)
    told = _mails_of_part_two(session, [pep.id for pep in peps])
    found = []
    for pep in peps:
        begins = _half_term_at(calendars, pep)
        if begins is None or _is_asked_by(begins, calendars, pep):
            found.append(NoMeeting(pep, writer_of(pep, Part.EDUCATION), begins, max(
                (on for on in told.get(pep.id, ()) if begins is not None and on >= begins), default=None)))
    return sorted(found, key=lambda each: (each.pep.school is None, each.pep.school.name if each.pep.school else "",
                                           each.pep.reference))


def _mails_of_part_two(session: Session, pep_ids: Sequence[int]) -> Mapping[int, list[date]]:
    """By PEP the days of the reminders of its Part 2 that were truly sent: from half-term on each of them says that no meeting is
    booked, whatever else it is about."""
    asked = select(Reminder.pep_id, Reminder.sent_on).join(Delivery, Reminder.delivery_id == Delivery.id).where(
        Reminder.pep_id.in_(pep_ids), Reminder.part == Part.EDUCATION, Reminder.step != ESCALATED,
        Delivery.state == DeliveryState.SENT)
    found: dict[int, list[date]] = defaultdict(list)
    for pep_id, on in session.execute(asked):
        found[pep_id].append(on)
    return found
