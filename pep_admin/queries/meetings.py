"""Meetings of PEPs: who can be invited by mail, what their calendars were told, and the Virtual School's own diary.

Whom the Virtual School should meet, and why, is asked in attending.py; booking and telling are workflow/meetings.py's and
workflow/invitations.py's.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, joinedload

from pep_admin.models import Attendee, Child, MeetingInvitation, MeetingNotice, Pep, Person, School, Term
from pep_admin.queries.new_children import year_of
from pep_admin.queries.peps import UNFINISHED
from pep_admin.queries.terms import day_bounds
from pep_admin.validators.findings import Finding
from pep_admin.validators.meetings import USUAL_MINUTES, Engagement, check_goer, day_of, monday_of
from pep_admin.validators.names import as_compared
from pep_admin.vocabulary import Attendance, AttendeeRole, PepStatus, PersonKind

PEOPLE = (joinedload(Pep.child).joinedload(Child.social_worker), joinedload(Pep.child).joinedload(Child.carer),
          joinedload(Pep.school).joinedload(School.designated_teacher), joinedload(Pep.term).joinedload(Term.year),
          joinedload(Pep.writer), joinedload(Pep.social_worker), joinedload(Pep.attending_officer), joinedload(Pep.form_version))
"""What reading who has to do with a PEP's meeting takes of it."""
FORTNIGHT = timedelta(days=14)
WEEKS = 6
"""How far ahead the diary looks."""


@dataclass(frozen=True, slots=True)
class Invitable:
    """Somebody who has to do with a PEP and is on record, and in which role they come to its meeting."""

    person: Person
    role: AttendeeRole

    @property
    def told_by_mail(self) -> bool:
        """Whether an invitation can be expected to reach them."""
        return self.person.has_working_address


def invitable(pep: Pep) -> list[Invitable]:
    """Who can be invited by mail, each once: the school's writer and its designated teacher while the child is there, the social
    worker, the carer, and the officer who was named to go there.
    """
    at_school = pep.school_id == pep.child.school_id
    teacher = pep.school.designated_teacher if pep.school else None
    found: dict[int, Invitable] = {}
    for person, role, holds in (
        (teacher, AttendeeRole.DESIGNATED_TEACHER, at_school),
        (pep.writer, AttendeeRole.SCHOOL_STAFF, at_school),
        (pep.social_worker, AttendeeRole.SOCIAL_WORKER, True),
        (pep.child.carer, AttendeeRole.CARER, True),
        (pep.attending_officer, AttendeeRole.VIRTUAL_SCHOOL, True),
    ):
        if person is not None and holds and person.left_on is None:
            found.setdefault(person.id, Invitable(person, role))
    return list(found.values())


def is_planned(pep: Pep, today: date) -> bool:
    """Whether a meeting of that PEP is still to be held, today's counted; of one that was closed as not needed none is."""
    day = day_of(pep.meeting_at)
    return day is not None and day >= today and pep.status is not PepStatus.WITHDRAWN


def nobody_invited(session: Session, pep: Pep, today: date) -> bool:
    """Whether a meeting of that PEP is planned and nobody was invited to it by mail (HB-3.1)."""
    notice = standing_notice(session, pep.id)
    return is_planned(pep, today) and not (notice and invited(session, notice))


def standing_notice(session: Session, pep_id: int) -> MeetingNotice | None:
    """What calendars were told of that PEP's meeting; None where nobody was invited, or it was called off."""
    return session.scalar(select(MeetingNotice).where(MeetingNotice.pep_id == pep_id, MeetingNotice.called_off_at.is_(None)))


def invited(session: Session, notice: MeetingNotice) -> Sequence[MeetingInvitation]:
    """Who is invited now, in the order in which they were."""
    asked = select(MeetingInvitation).where(MeetingInvitation.notice_id == notice.id, MeetingInvitation.ended_at.is_(None))
    return session.scalars(asked.options(joinedload(MeetingInvitation.person)).order_by(MeetingInvitation.id)).all()


def next_uid(session: Session, pep: Pep) -> str:
    """By what calendars know the PEP's next meeting: its reference and which meeting it is; no name is in it."""
    return uid_of(pep, len(session.scalars(select(MeetingNotice.id).where(MeetingNotice.pep_id == pep.id)).all()))


def uid_of(pep: Pep, before: int) -> str:
    """The same, where so many meetings of the PEP were told to calendars before."""
    return f"{pep.reference}-{before + 1}".lower()


# --- the Virtual School's diary ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DiaryEntry:
    """A meeting that is booked, and who of the Virtual School goes there (None: nobody is named)."""

    pep: Pep
    at: datetime
    officer: Person | None

    @property
    def on(self) -> date:
        """Its day in England."""
        return day_of(self.at) or date.min

    @property
    def week(self) -> date:
        """The Monday of its week."""
        return monday_of(self.on)


@dataclass(frozen=True, slots=True)
class Goer:
    """Somebody who goes to a meeting for the Virtual School, by the name that was said; `person_id` says whose meeting it is."""

    name: str
    person_id: int | None


def meetings_ahead(session: Session, today: date) -> list[DiaryEntry]:
    """Every meeting that is booked from today to the end of the sixth week, of PEPs that are not finished, in order of time."""
    last = last_day_ahead(today)
    return [each for each in every_meeting_ahead(session, today) if each.on <= last]


def every_meeting_ahead(session: Session, today: date) -> list[DiaryEntry]:
    """The same without an end."""
    asked = select(Pep).where(Pep.meeting_at >= day_bounds(today)[0], Pep.status.in_(UNFINISHED))
    found = session.scalars(asked.options(joinedload(Pep.child), joinedload(Pep.school), joinedload(Pep.attending_officer))
                            .order_by(Pep.meeting_at, Pep.id))
    return [DiaryEntry(pep, pep.meeting_at, pep.attending_officer) for pep in found if pep.meeting_at is not None]


def last_day_ahead(today: date) -> date:
    """The Sunday on which the diary ends."""
    return monday_of(today) + timedelta(days=7 * WEEKS - 1)


def within_a_fortnight(on: date, today: date) -> bool:
    """Whether that day is one of the next fourteen, or today."""
    return today <= on <= today + FORTNIGHT


def invited_of_ours(session: Session, pep_ids: Collection[int]) -> dict[int, list[str]]:
    """By PEP the names of those who are invited to its meeting for the Virtual School and have not sent apologies."""
    asked = select(Attendee.pep_id, Attendee.name).where(
        Attendee.pep_id.in_(pep_ids), Attendee.role == AttendeeRole.VIRTUAL_SCHOOL, Attendee.took_part != Attendance.APOLOGIES)
    found: dict[int, list[str]] = defaultdict(list)
    for pep_id, name in session.execute(asked.order_by(Attendee.id)):
        found[pep_id].append(name)
    return dict(found)


def who_goes(session: Session, entries: Sequence[DiaryEntry]) -> dict[int, list[Goer]]:
    """By PEP who goes to its meeting for the Virtual School: who is named in the diary, else whoever is invited by name. A name
    that is nobody's on record is taken for the child's officer. A meeting to which nobody goes is left out."""
    found = {each.pep.id: [Goer(each.officer.name, each.officer.id)] for each in entries if each.officer is not None}
    unnamed = {each.pep.id: each.pep.child.case_officer_id for each in entries if each.officer is None}
    names = invited_of_ours(session, unnamed)
    ours = {as_compared(each.name): each.id for each in officers(session)} if names else {}
    return found | {pep_id: [Goer(name, ours.get(as_compared(name), unnamed[pep_id])) for name in told]
                    for pep_id, told in names.items()}


Busy = Mapping[int, Sequence[Engagement]]
"""By officer (id) the meetings to which they go or went."""


def busy(session: Session, first: date, last: date) -> Busy:
    """Who of the Virtual School goes or went to which meetings from that day to that day, whatever has become of the PEP since, but
    for one that was closed as not needed: who is named in the diary and who is down in Part 3 by name, without whoever sent
    apologies. Where nobody is named, a name that is nobody's on record is taken for the child's officer."""
    begins, beyond = day_bounds(first)[0], day_bounds(last)[1]
    standing = and_(MeetingNotice.pep_id == Pep.id, MeetingNotice.called_off_at.is_(None))
    rows = session.execute(
        select(Pep.id, Pep.reference, Pep.meeting_at, Pep.attending_officer_id, Child.case_officer_id, MeetingNotice.minutes)
        .join(Child, Pep.child_id == Child.id).outerjoin(MeetingNotice, standing)
        .where(Pep.meeting_at >= begins, Pep.meeting_at < beyond, Pep.status != PepStatus.WITHDRAWN)
        .order_by(Pep.meeting_at, Pep.id)).all()
    there: dict[int, list[tuple[str, Attendance]]] = defaultdict(list)
    asked = select(Attendee.pep_id, Attendee.name, Attendee.took_part).where(
        Attendee.pep_id.in_([row.id for row in rows]), Attendee.role == AttendeeRole.VIRTUAL_SCHOOL)
    for pep_id, name, took_part in session.execute(asked):
        there[pep_id].append((name, took_part))
    ours = {as_compared(each.name): each.id for each in officers(session)} if there else {}
    found: dict[int, list[Engagement]] = defaultdict(list)
    for row in rows:
        instead = row.case_officer_id if row.attending_officer_id is None else None
        down = [(ours.get(as_compared(name), instead), took_part) for name, took_part in there[row.id]]
        away = {person_id for person_id, took_part in down if took_part is Attendance.APOLOGIES}
        for person_id in ({row.attending_officer_id} - away) | {each for each, took_part in down if each not in away}:
            if person_id is not None:
                found[person_id].append(Engagement(row.reference, row.meeting_at, row.minutes or USUAL_MINUTES))
    return found


def busy_in_week(session: Session, day: date) -> Busy:
    """The same of the whole week of that day, Monday to Sunday."""
    monday = monday_of(day)
    return busy(session, monday, monday + timedelta(days=6))


def load_of(found: Busy) -> Counter[tuple[int, date]]:
    """How many meetings each officer (by id) has in each week (by its Monday)."""
    return Counter((person_id, each.week) for person_id, meetings in found.items() for each in meetings)


def engagement_of(session: Session, pep: Pep) -> Engagement | None:
    """That PEP's meeting as it is booked; None where none is."""
    if pep.meeting_at is None:
        return None
    notice = standing_notice(session, pep.id)
    return Engagement(pep.reference, pep.meeting_at, notice.minutes if notice else USUAL_MINUTES)


def before_going(session: Session, pep: Pep, people: Sequence[Person]) -> dict[int, list[Finding]]:
    """By person what there is to look at before they are sent to that PEP's meeting; nothing while none is booked (HB-3.10)."""
    meeting = engagement_of(session, pep)
    if meeting is None or not people:
        return {}
    day = day_of(meeting.at) or date.min
    found, most = busy_in_week(session, day), most_a_week(session, day)
    return {each.id: check_goer(each.name, meeting, found.get(each.id, ()), most=most) for each in people}


def most_a_week(session: Session, today: date) -> int:
    """How many meetings an officer can go to in a week, by the academic year of that day; 0 while there is none."""
    year = year_of(session, today)
    return year.meetings_a_week if year else 0


def too_many(session: Session, today: date) -> bool:
    """Whether somebody has more meetings in a week than can be done."""
    found = busy(session, monday_of(today), last_day_ahead(today))
    return max(load_of(found).values(), default=0) > most_a_week(session, today)


def officers(session: Session) -> Sequence[Person]:
    """The people of the Virtual School who are here, by name."""
    asked = select(Person).where(Person.kind == PersonKind.VIRTUAL_SCHOOL, Person.left_on.is_(None))
    return session.scalars(asked.order_by(Person.last_name, Person.first_name, Person.id)).all()
