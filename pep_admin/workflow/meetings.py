"""Booking, moving and calling off a PEP's meeting (HB-3.1), by the school or social care; and who of the Virtual School goes there.

When and how it is held are answers of Part 3 and kept as such (sections.py); the mail is invitations.py's. Who came, and what was
said, is written in Part 3 itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin import audit
from pep_admin.deadlines import format_day
from pep_admin.exceptions import NotFound, Refused, StaleRecord
from pep_admin.models import Pep, Person
from pep_admin.pep_document import Written, take_part
from pep_admin.pep_form import Document
from pep_admin.permissions import Actor, Permission, require
from pep_admin.queries.meetings import PEOPLE, Invitable, before_going, invitable
from pep_admin.queries.peps import OPEN_TO_WRITE
from pep_admin.validators.findings import Finding
from pep_admin.validators.meetings import day_of
from pep_admin.validators.names import as_compared
from pep_admin.vocabulary import Attendance, Part, PersonKind
from pep_admin.workflow import invitations
from pep_admin.workflow.readiness import part_findings
from pep_admin.workflow.sections import take_section, write_section
from pep_admin.workflow.taking import all_or_nothing, refuse, take_pep

SECTION = "meeting"
FIELDS = ("meeting_at", "meeting_how", "meeting_place", "carer_preference")
"""The questions of Part 3 that are answered when a meeting is booked."""
PLANNED = frozenset({"MEET-plan", "MEET-late"})
"""Checks that tell of an unlikely day or hour of a meeting ahead."""
LENGTHS = (30, 45, 60, 90, 120)
"""How long a meeting may be said to take, in minutes."""


Readers = Callable[[Collection[int]], set[int]]
"""Of people (ids), those whose account reads children's records."""


@dataclass(frozen=True, slots=True)
class Booking:
    """What is booked: parsed answers by the field's key with the digests of what the page showed, how long, and who is invited."""

    values: Mapping[str, Any]
    base: Mapping[str, str]
    minutes: int
    people: frozenset[int]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page showed of a meeting when somebody decided by it: when it is (aware), and which officer (id) goes there."""

    at: datetime | None
    officer_id: int | None


@dataclass(frozen=True, slots=True)
class Booked:
    """What became of it: the save of the answers (with conflicts nothing was kept), who gets which message, and what to look at."""

    written: Written
    told: invitations.News = field(default_factory=invitations.News)
    notes: Sequence[Finding] = ()


def book_meeting(session: Session, pep_id: int, booking: Booking, *, actor: Actor, today: date, now: datetime) -> Booked:
    """Book the meeting of a PEP, or move it; those who are invited are told, each change once.

    Who is invited is put among those of whom Part 3 asks whether they came (HB-3.2). Raises Refused for a day that is over, and for
    what does not fit its field; NotFound for somebody who cannot be invited.
    """
    pep, document, section = take_section(session, pep_id, SECTION, actor)
    if set(booking.values) - set(FIELDS):
        raise NotFound
    people = [each for each in _known(session, pep) if each.person.id in booking.people and each.told_by_mail]
    if len(people) != len(booking.people) or booking.minutes not in LENGTHS:
        raise NotFound
    _require_ahead(booking.values.get("meeting_at", pep.meeting_at), today)
    values, base = _with_invited(document, booking, people, today)
    with all_or_nothing(session) as step:
        written = write_section(session, pep, document, section, values, base=base, actor=actor, today=today)
        if written.conflicts is not None:
            step.rollback()
            return Booked(written)
        told = invitations.invite(session, pep, booking.people, minutes=booking.minutes, today=today, now=now)
    audit.record(session, "meeting.book", pep, people=len(booking.people))
    return Booked(written, told, [each for each in part_findings(session, pep, Part.MEETING, today=today) if each.check in PLANNED])


def _known(session: Session, pep: Pep) -> list[Invitable]:
    found = session.scalars(select(Pep).where(Pep.id == pep.id).options(*PEOPLE).execution_options(populate_existing=True)).one()
    return invitable(found)


def _require_ahead(at: datetime | None, today: date) -> None:
    if at is None:
        raise refuse("book-day", "HB-3.1", "Enter the day and the time of the meeting.", "meeting_at")
    if (day_of(at) or today) < today:
        message = f"{format_day(at.date())} is over. Of a meeting that was held, tell in Part 3."
        raise refuse("book-day", "HB-3.1", message, "meeting_at")


def _with_invited(
    document: Document, booking: Booking, people: Collection[Invitable], today: date
) -> tuple[dict[str, Any], dict[str, str]]:
    """The answers with those who are invited among the attendees, who are not there by name yet: until they answer, no answer."""
    rows = [dict(each) for each in document.rows("attendees")]
    there = {as_compared(str(each.get("name") or "")) for each in rows}
    columns = [each.key for each in document.form.field("attendees").columns]
    asked_when = {"invited_on": today} if "invited_on" in columns else {}
    new = [{**dict.fromkeys(columns), **asked_when, "id": None, "name": each.person.name, "role": each.role.value,
            "took_part": Attendance.NO_ANSWER.value} for each in people if as_compared(each.person.name) not in there]
    if not new:
        return dict(booking.values), dict(booking.base)
    return ({**booking.values, "attendees": [*rows, *new]},
            {**booking.base, "attendees": document.digests["attendees"]})


def call_off_meeting(
    session: Session, pep_id: int, *, seen: datetime | None, actor: Actor, today: date, now: datetime
) -> Sequence[Person]:
    """The meeting is off and no other is booked; those who were invited are told. Raises Refused where none is booked ahead, and
    StaleRecord where it is not that of the instant that the page showed (`seen`): another than was meant would be off."""
    pep, document, section = take_section(session, pep_id, SECTION, actor)
    if pep.meeting_at is None or (day_of(pep.meeting_at) or today) < today:
        raise refuse("call-off", "DATA-status", "No meeting is booked that could be called off.")
    if pep.meeting_at != seen:
        raise StaleRecord({"meeting_at": pep.meeting_at})
    with all_or_nothing(session):
        base = {"meeting_at": document.digests["meeting_at"]}
        write_section(session, pep, document, section, {"meeting_at": None}, base=base, actor=actor, today=today)
        return invitations.call_off(session, pep, now=now)


def drop_plan(session: Session, pep: Pep, *, today: date, now: datetime) -> None:
    """The meeting of a PEP that is taken will not be held, because its child left care or it is closed: who was invited is told,
    and a day that is still ahead stands in Part 3 no longer, nor that anybody is named to go there. A meeting that is over stays,
    and so does today's where Part 3 is signed, which tells of it: of that one nobody hears that it is off."""
    day = day_of(pep.meeting_at)
    if day == today and take_part(session, pep, Part.MEETING).signed_at is not None:
        return
    invitations.call_off(session, pep, now=now)
    if day is not None and day >= today:
        pep.meeting_at = pep.attending_officer = None
        session.flush()


def send_officer(
    session: Session, pep_id: int, officer_id: int | None, *, seen: Shown, actor: Actor, today: date, now: datetime,
    readers: Readers | None = None, heeded: Collection[str] = (),
) -> Pep:
    """Say who of the Virtual School goes to the meeting (HB-3.10), or that nobody is named; calendars follow where people were
    invited. Raises Refused for somebody who is not of the Virtual School, has left, or is none of the `readers`: of people (ids),
    those whose account reads children, where the host knows. Raises StaleRecord where the meeting, or who
    goes there, is another than the page showed. The same choice once more changes nothing.

    Raises Refused with warnings too, where there is something to look at first (another meeting at that time, a full week): whoever
    decides goes past it with `heeded`, the sentences that they were shown. What was gone past stands in the audit log."""
    require(actor, Permission.ATTENDING_EDIT)
    pep = take_pep(session, pep_id, *OPEN_TO_WRITE)
    officer = session.get(Person, officer_id) if officer_id is not None else None
    if officer_id is not None and (officer is None or officer.kind is not PersonKind.VIRTUAL_SCHOOL or officer.left_on is not None):
        raise refuse("attend-who", "HB-3.10", "Choose somebody of the Virtual School who is here.", "officer")
    if officer is not None and readers is not None and officer.id not in readers([officer.id]):
        message = f"{officer.name} has no account that reads children, so could not read about the child there."
        raise refuse("attend-who", "HB-3.10", message, "officer")
    before = pep.attending_officer_id
    if before == officer_id:
        return pep
    if seen != Shown(pep.meeting_at, before):
        raise StaleRecord({"meeting_at": pep.meeting_at, "officer": before})
    advice = before_going(session, pep, [officer]).get(officer.id, []) if officer is not None else []
    if not {each.message for each in advice} <= set(heeded):
        raise Refused(advice)
    pep.attending_officer = officer
    session.flush()
    reached = officer is not None and officer.has_working_address
    others = {each.person.id for each in _known(session, pep)}
    invitations.change_one(session, pep, leaves=None if before in others else before, comes=officer_id if reached else None,
                           today=today, now=now)
    audit.record(session, "meeting.send_officer", pep, person_id=officer_id, past=sorted({each.check for each in advice}))
    return pep
