"""Whether a message about a meeting may still go when its turn comes, and what it says: asked when it is sent, not before.

What is queued, and for whom, is workflow/invitations.py's; the calendar entry itself is written by documents/invites.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from pep_admin.models import Delivery, MeetingInvitation, Pep
from pep_admin.queries.meetings import PEOPLE, invitable
from pep_admin.validators.meetings import day_of
from pep_admin.vocabulary import DeliveryState, MeetingHow

LETTER, CALLED_OFF = "meeting", "meeting_called_off"
"""The letters about a meeting: when it is, and that it is off."""


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """What a calendar is told of a meeting: nothing of it names a child. Instants are aware; `off` takes the entry out again,
    `known` says that an earlier message about this meeting went to the same person."""

    pep_id: int
    reference: str
    uid: str
    sequence: int
    starts_at: datetime
    minutes: int
    how: MeetingHow | None
    off: bool = False
    known: bool = False

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)


def beginning_of(notice_id: int, person_id: int) -> str:
    """How the keys of the messages to somebody about one meeting begin."""
    return f"meeting:{notice_id}:{person_id}:"


def entry_of(session: Session, row: Delivery, today: date) -> CalendarEntry | str:
    """What the message of that row tells a calendar; a sentence where it must not go any more."""
    found = session.scalar(
        select(MeetingInvitation).where(MeetingInvitation.id == row.arguments.get("invitation"))
        .options(joinedload(MeetingInvitation.notice), joinedload(MeetingInvitation.pep).options(*PEOPLE)))
    if found is None:
        return "There is no such invitation."
    off, known = row.template == CALLED_OFF, _was_told(session, row, found)
    if why := _why_not(found, row, today, off=off, known=known):
        return why
    notice = found.notice
    return CalendarEntry(found.pep_id, found.pep.reference, notice.uid, found.sequence, notice.starts_at, notice.minutes,
                         notice.how, off, known)


def _why_not(found: MeetingInvitation, row: Delivery, today: date, *, off: bool, known: bool) -> str:
    """Why the message holds no longer; "" where it does."""
    if found.sequence != row.arguments.get("change"):
        return "The meeting was changed again before this was sent."
    if off:
        return "" if known else "The meeting was off before they were invited to it."
    if not _concerns(found.pep, found.person_id):
        return "They have nothing to do with this PEP any more."
    return "The meeting is over." if (day_of(found.notice.starts_at) or today) < today else ""


def _concerns(pep: Pep, person_id: int) -> bool:
    return any(each.person.id == person_id for each in invitable(pep))


def _was_told(session: Session, row: Delivery, found: MeetingInvitation) -> bool:
    """Whether an earlier message about the meeting went to them, or is just going: what another worker holds may arrive."""
    earlier = select(Delivery.id).where(
        Delivery.key.startswith(beginning_of(found.notice_id, found.person_id), autoescape=True), Delivery.template == LETTER,
        Delivery.id < row.id, Delivery.state.in_((DeliveryState.SENT, DeliveryState.SENDING)))
    return session.scalar(earlier.limit(1)) is not None
