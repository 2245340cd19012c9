"""What the page of one PEP shows of its meeting: who is invited and who goes there, with the ways on; and what was agreed before.

Booking is meetings.py's, ticking off actions.py's; nothing is judged here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

from pep_admin.models import AgreedAction, Pep, Person
from pep_admin.pep_document import read_document
from pep_admin.permissions import Permission, audience_for, lent, writes_part
from pep_admin.queries.actions import open_before
from pep_admin.queries.in_care import has_left
from pep_admin.queries.meetings import invited, is_planned, nobody_invited, standing_notice
from pep_admin.queries.peps import OPEN_TO_WRITE, UNFINISHED
from pep_admin.validators.meetings import day_of
from pep_admin.validators.reopening import is_open
from pep_admin.views import formats
from pep_admin.views.cells import linked
from pep_admin.views.gate import PepView
from pep_admin.vocabulary import MeetingHow, Part
from pep_admin.workflow.meetings import SECTION
from pep_admin.workflow.sections import Saved


@dataclass(frozen=True, slots=True)
class MeetingCard:
    """Where the meeting is and how it is held ("" where nobody said), whether it is still ahead, its people and ways,
    and the open actions of earlier PEPs with whether the one who acts ticks them off; `left_on` is the day on which a child who is
    no longer in care left it."""

    where: str
    ahead: bool
    left_on: date | None
    invited: Sequence[Person]
    officer: Person | None
    book: str | None
    call_off: str | None
    calendar: str | None
    send: str | None
    agreed: Sequence[AgreedAction]
    ticks: bool


def may_book(view: PepView, pep: Pep) -> bool:
    """Whether the one who acts books the meeting now: the section that holds it is open, and theirs to write."""
    return (pep.status in OPEN_TO_WRITE and is_open(pep.reopened, SECTION) and view.may(Permission.PEP_WRITE)
            and writes_part(view.actor, pep, Part.MEETING))


def card_of(view: PepView, pep: Pep) -> MeetingCard:
    """The card for the one who acts."""
    session, live = view.db_session, pep.status in OPEN_TO_WRITE
    notice = standing_notice(session, pep.id) if pep.meeting_at is not None else None
    books = may_book(view, pep)
    ahead = pep.meeting_at is not None and (day_of(pep.meeting_at) or view.today) >= view.today
    ways: dict[str, Any] = {
        "book": view.way_to("pep_meetings.book", pep=pep.id) if books else None,
        "call_off": view.way_to("pep_meetings.call_off", pep=pep.id) if books and ahead else None,
        "calendar": view.way_to("pep_meetings.calendar", pep=pep.id) if is_planned(pep, view.today) else None,
        "send": view.way_to("pep_meetings.send_officer", pep=pep.id) if live else None,
    }
    agreed = open_before(session, pep)
    ticks = bool(agreed) and view.may(Permission.ACTION_TICK) and not lent(
        session, view.actor, Permission.ACTION_TICK, [pep.child_id])
    left_on = pep.child.left_care_on if has_left(pep.child.left_care_on, view.today) else None
    people = [each.person for each in invited(session, notice)] if notice else []
    return MeetingCard(_where(view, pep), ahead and pep.status in UNFINISHED, left_on, people, pep.attending_officer,
                       agreed=agreed, ticks=ticks, **ways)


def _where(view: PepView, pep: Pep) -> str:
    """ "By video, Quiet room": how it is held and where, as far as the one who acts reads it."""
    if pep.meeting_at is None:
        return ""
    document = read_document(view.db_session, pep, audience=audience_for(view.actor, pep.child))
    how, place = document.answer("meeting_how"), document.answer("meeting_place")
    return ", ".join(filter(None, (MeetingHow(how).label if how else "", place)))


def told_of(view: PepView, pep: Pep, saved: Saved, was: datetime | None) -> Iterator[tuple[str, str]]:
    """What saving the section meant for those who are invited to the meeting, which was booked for `was`; and that nobody is, where
    its day was written and is ahead. Sentences with their kind."""
    off = "The meeting is off." if pep.meeting_at is None else f"Nothing is booked for {formats.shown(was)} any more."
    told = saved.told
    for people, sentence in ((told.moved, "That it was changed is told to {}."), (told.off, f"{off} Word goes to {{}}."),
                             (told.no_longer, "That they are no longer expected is told to {}.")):
        if people:
            yield sentence.format(", ".join(each.name for each in people)), "success"
    if "meeting_at" in saved.changed and nobody_invited(view.db_session, pep, view.today):
        way = view.way_to("pep_meetings.book", pep=pep.id) if may_book(view, pep) else None
        link = linked("Invite people…", way) if way else ""
        yield Markup("Nobody was invited to this meeting by mail. {}").format(link), "warning"
