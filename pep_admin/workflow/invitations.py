"""Telling the calendars of those who are invited: when a meeting is booked, changed or called off, each change once.

A message to each person is queued here and checked once more when it is sent (queries/meeting_letters.py). Who is invited follows
booking (meetings.py); when the meeting is, is Part 3's own answer, whichever page it was written on.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from pep_admin import audit, outbox
from pep_admin.models import MeetingInvitation, MeetingNotice, Pep, Person
from pep_admin.pep_document import read_document
from pep_admin.queries.meeting_letters import CALLED_OFF, LETTER, MOVED, NOT_EXPECTED, beginning_of
from pep_admin.queries.meetings import PEOPLE, invitable, invited, next_uid, standing_notice
from pep_admin.queries.terms import day_bounds
from pep_admin.validators.grants import SCHOOL_SIDE
from pep_admin.validators.meetings import day_of
from pep_admin.vocabulary import Audience, MeetingHow, PersonKind
from pep_admin.workflow.taking import take_peps


@dataclass(frozen=True, slots=True)
class News:
    """Who is told of what: newly invited, that the meeting was moved or changed, that they are not expected, that it is off."""

    invited: Sequence[Person] = ()
    moved: Sequence[Person] = ()
    no_longer: Sequence[Person] = ()
    off: Sequence[Person] = ()


TOLD = frozenset({"meeting_at", "meeting_how"})
"""The answers of Part 3 that calendars are told."""


def invite(
    session: Session, pep: Pep, people: Collection[int], *, minutes: int, today: date, now: datetime
) -> News:
    """Invite those people (ids) to the meeting as it is booked, and nobody else; who is told of what.

    Who is no longer among them gets word that it is off for them. `minutes`: how long it takes.
    """
    notice = standing_notice(session, pep.id)
    if notice is None:
        if not people or pep.meeting_at is None:
            return News()
        notice = MeetingNotice(pep_id=pep.id, uid=next_uid(session, pep), starts_at=pep.meeting_at, minutes=minutes,
                               how=_how(session, pep))
        session.add(notice)
        session.flush()
        changed = False
    else:
        changed = _bring_up_to_date(session, notice, pep, minutes)
    standing = {each.person_id: each for each in invited(session, notice)}
    gone = [standing.pop(person_id) for person_id in sorted(set(standing) - set(people))]
    for each in gone:
        _end(session, notice, each, now)
    no_longer = [each.person for each in gone]
    new = [_add(session, notice, person_id) for person_id in sorted(set(people) - set(standing))]
    if _day(notice.starts_at) < today:
        return News(no_longer=no_longer)
    moved = _tell(session, notice, list(standing.values()), now, MOVED) if changed else []
    return News(_tell(session, notice, new, now), moved, no_longer)


def follow(session: Session, pep: Pep, *, today: date, now: datetime) -> News:
    """The meeting was changed on whatever page: those who are invited are told, and who has to do with the PEP no more is not
    invited any longer. One that was ahead and is said to be over now was held on another day: what calendars show ahead is off.
    Nobody is told of a change to a meeting that was over before it and is after it."""
    notice = standing_notice(session, pep.id)
    if notice is None:
        return News()
    if pep.meeting_at is None or _day(pep.meeting_at) < today <= _day(notice.starts_at):
        return News(off=call_off(session, pep, now=now))
    if not _bring_up_to_date(session, notice, pep, notice.minutes):
        return News()
    gone = [each.person for each in _let_go(session, notice, pep, now)]
    ahead = _day(notice.starts_at) >= today
    return News(moved=_tell(session, notice, invited(session, notice), now, MOVED) if ahead else [], no_longer=gone)


def call_off(session: Session, pep: Pep, *, now: datetime) -> list[Person]:
    """The meeting is off: those who are invited are told, unless it was over. The next one is another meeting to calendars."""
    notice = standing_notice(session, pep.id)
    if notice is None:
        return []
    people = invited(session, notice)
    notice.called_off_at, notice.sequence = now, notice.sequence + 1
    if _day(notice.starts_at) >= _day(now):
        for each in people:
            _queue(session, notice, each, CALLED_OFF, now)
    session.flush()
    audit.record(session, "meeting.call_off", pep, people=len(people))
    return [each.person for each in people]


def change_one(session: Session, pep: Pep, *, leaves: int | None, comes: int | None, today: date, now: datetime) -> None:
    """Somebody (id) goes to the meeting in another's place; only where people were invited to it."""
    notice = standing_notice(session, pep.id)
    if notice is None:
        return
    people = {each.person_id for each in invited(session, notice)} - {leaves} | {comes}
    invite(session, pep, {each for each in people if each is not None}, minutes=notice.minutes, today=today, now=now)


# --- who has to do with it -----------------------------------------------------------------------------------------------


def look_again(session: Session, *, today: date, now: datetime) -> int:
    """Of every meeting ahead: who has nothing to do with the PEP any more is not invited any longer and told that it is off for
    them, and whoever is in their place now is invited; how many were told.

    In whose place somebody is, goes by the side: the school's writer, the social worker, the carer. Whom somebody chose not to
    invite is left out.
    """
    first, _ = day_bounds(today)
    ahead = select(MeetingNotice.pep_id).where(MeetingNotice.called_off_at.is_(None), MeetingNotice.starts_at >= first)
    told, ids = 0, [pep.id for pep in take_peps(session, session.scalars(ahead))]
    peps = select(Pep).where(Pep.id.in_(ids)).options(*PEOPLE).order_by(Pep.id).execution_options(populate_existing=True)
    for pep in session.scalars(peps).all():
        notice = standing_notice(session, pep.id)
        if notice is None:
            continue
        gone = _let_go(session, notice, pep, now)
        come = _tell(session, notice, [_add(session, notice, each) for each in _in_their_place(session, notice, pep)], now)
        told += len(gone) + len(come)
    return told


def _let_go(session: Session, notice: MeetingNotice, pep: Pep, now: datetime) -> list[MeetingInvitation]:
    """End the invitation of whoever has nothing to do with the PEP any more."""
    known = {each.person.id for each in invitable(pep)}
    gone = [each for each in invited(session, notice) if each.person_id not in known]
    for each in gone:
        _end(session, notice, each, now)
        each.gone = True
    session.flush()
    return gone


def _in_their_place(session: Session, notice: MeetingNotice, pep: Pep) -> list[int]:
    """Who is to be invited because somebody of their side has gone and nobody of it is invited now (ids)."""
    every = session.scalars(select(MeetingInvitation).where(MeetingInvitation.notice_id == notice.id).options(
        joinedload(MeetingInvitation.person))).all()
    left = {_side_of(each.person.kind) for each in every if each.gone}
    there = {_side_of(each.person.kind) for each in every if each.ended_at is None}
    chosen_out = {each.person_id for each in every if each.ended_at is not None and not each.gone}
    found: dict[PersonKind, int] = {}
    for each in sorted(invitable(pep), key=lambda one: one.person.id != pep.writer_id):
        side = _side_of(each.person.kind)
        if side in left - there and each.told_by_mail and each.person.id not in chosen_out:
            found.setdefault(side, each.person.id)
    return sorted(found.values())


def _side_of(kind: PersonKind) -> PersonKind:
    """Everybody of a school is one side; every other kind is its own."""
    return PersonKind.DESIGNATED_TEACHER if kind in SCHOOL_SIDE else kind


# --- one calendar entry --------------------------------------------------------------------------------------------------


def _bring_up_to_date(session: Session, notice: MeetingNotice, pep: Pep, minutes: int) -> bool:
    """Put into the notice what is so now; whether that is another than was told."""
    how = _how(session, pep)
    if pep.meeting_at is None or (notice.starts_at, notice.minutes, notice.how) == (pep.meeting_at, minutes, how):
        return False
    notice.starts_at, notice.minutes, notice.how = pep.meeting_at, minutes, how
    notice.sequence += 1
    session.flush()
    return True


def _how(session: Session, pep: Pep) -> MeetingHow | None:
    said = read_document(session, pep, audience=Audience.RULES).answer("meeting_how")
    return MeetingHow(said) if said else None


def _add(session: Session, notice: MeetingNotice, person_id: int) -> MeetingInvitation:
    """That person's invitation, anew where it had ended: a calendar that was told that it is off heeds a later change alone."""
    same = select(MeetingInvitation).where(MeetingInvitation.notice_id == notice.id, MeetingInvitation.person_id == person_id)
    found = session.scalar(same)
    if found is None:
        found = MeetingInvitation(notice_id=notice.id, pep_id=notice.pep_id, person_id=person_id)
        session.add(found)
    else:
        found.ended_at, found.gone, notice.sequence = None, False, notice.sequence + 1
    session.flush()
    return found


def _end(session: Session, notice: MeetingNotice, invitation: MeetingInvitation, now: datetime) -> None:
    invitation.ended_at, notice.sequence = now, notice.sequence + 1
    _queue(session, notice, invitation, NOT_EXPECTED, now)
    session.flush()


def _tell(
    session: Session, notice: MeetingNotice, invitations: Collection[MeetingInvitation], now: datetime, letter: str = LETTER
) -> list[Person]:
    for each in invitations:
        _queue(session, notice, each, letter, now)
    session.flush()
    if invitations:
        audit.record(session, "meeting.tell", notice.pep, people=len(invitations), change=notice.sequence)
    return [each.person for each in invitations]


def _queue(session: Session, notice: MeetingNotice, invitation: MeetingInvitation, letter: str, now: datetime) -> None:
    """One message to one person about one change: the same again is the same message."""
    invitation.sequence = notice.sequence
    key = f"{beginning_of(notice.id, invitation.person_id)}{notice.sequence}"
    outbox.queue_mail(session, key, invitation.person, letter, now=now, pep_id=notice.pep_id, invitation=invitation.id,
                      change=notice.sequence, at=notice.starts_at.isoformat())


def _day(moment: datetime) -> date:
    return day_of(moment) or date.min
