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

LETTER, MOVED = "meeting", "meeting_moved"
CALLED_OFF, NOT_EXPECTED = "meeting_called_off", "meeting_not_expected"
"""The letters about a meeting: when it is, that it was changed, that it is off, that somebody is not expected there any more."""
OFF = frozenset({CALLED_OFF, NOT_EXPECTED})
LETTERS = OFF | {LETTER, MOVED}


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """What a calendar is told of a meeting: nothing of it names a child. Instants are aware; `off` takes the entry out again,
    `known` says that an earlier message about this meeting went to the same person, `before` for when, where it said so."""

    pep_id: int
    reference: str
    uid: str
    sequence: int
    starts_at: datetime
    minutes: int
    how: MeetingHow | None
    off: bool = False
    known: bool = False
    before: datetime | None = None

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
    off, told = row.template in OFF, _was_told(session, row, found)
    known, before = told is not None, _instant(told)
    if why := _why_not(found, row, today, off=off, known=known, before=before):
        return why
    notice = found.notice
    return CalendarEntry(found.pep_id, found.pep.reference, notice.uid, found.sequence, notice.starts_at, notice.minutes,
                         notice.how, off, known, before)


def _why_not(
    found: MeetingInvitation, row: Delivery, today: date, *, off: bool, known: bool, before: datetime | None
) -> str:
    """Why the message holds no longer; "" where it does."""
    if found.sequence != row.arguments.get("change"):
        return "The meeting was changed again before this was sent."
    if off:
        return "" if known else "The meeting was off before they were invited to it."
    if not _concerns(found.pep, found.person_id):
        return "They have nothing to do with this PEP any more."
    # Where a calendar still shows a day ahead, it is told of the day that is over: else the wrong entry would stay in it.
    latest = max(filter(None, (day_of(found.notice.starts_at), day_of(before))), default=today)
    return "The meeting is over." if latest < today else ""


def _concerns(pep: Pep, person_id: int) -> bool:
    return any(each.person.id == person_id for each in invitable(pep))


def _instant(told: Delivery | None) -> datetime | None:
    at = told.arguments.get("at") if told is not None else None
    return datetime.fromisoformat(at) if at else None


def _was_told(session: Session, row: Delivery, found: MeetingInvitation) -> Delivery | None:
    """The last message about the meeting that went to them, or is just going: what another worker holds may arrive."""
    earlier = select(Delivery).where(
        Delivery.key.startswith(beginning_of(found.notice_id, found.person_id), autoescape=True),
        Delivery.template.in_((LETTER, MOVED)),
        Delivery.id < row.id, Delivery.state.in_((DeliveryState.SENT, DeliveryState.SENDING)))
    return session.scalar(earlier.order_by(Delivery.id.desc()).limit(1))
