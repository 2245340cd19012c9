"""The meetings ahead that are somebody's own, and by what calendars know meetings: of one PEP, or of many at once.

Whose PEP it is says desk.py, who goes for the Virtual School meetings.py; the file is written by documents/invites.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin.models import MeetingNotice, Pep
from pep_admin.permissions import Actor
from pep_admin.queries.desk import desk_of
from pep_admin.queries.meetings import every_meeting_ahead, uid_of, who_goes
from pep_admin.validators.meetings import USUAL_MINUTES


@dataclass(frozen=True, slots=True)
class Known:
    """By what id calendars know a meeting, how many changes to it they were told of, and how many minutes it takes."""

    uid: str
    sequence: int
    minutes: int


def own_meetings(session: Session, actor: Actor, today: date) -> list[Pep]:
    """The PEPs, not finished, whose meeting is ahead and theirs: they sign or write a part of it, or go there for the Virtual
    School; in order of time."""
    if actor.person_id is None:
        return []
    written = {each.pep_id for each in desk_of(session, actor, today)}
    entries = every_meeting_ahead(session, today)
    goers = who_goes(session, entries)
    return [each.pep for each in entries
            if each.pep.id in written or actor.person_id in {one.person_id for one in goers.get(each.pep.id, ())}]


def known_to_calendars(session: Session, peps: Sequence[Pep]) -> dict[int, Known]:
    """By PEP id: what is mailed to whoever is invited, so that a file and a mail are one meeting to a calendar; where nobody is
    invited yet, what would be."""
    notices = session.scalars(select(MeetingNotice).where(MeetingNotice.pep_id.in_([pep.id for pep in peps]))).all()
    before = Counter(each.pep_id for each in notices)
    standing = {each.pep_id: Known(each.uid, each.sequence, each.minutes) for each in notices if each.called_off_at is None}
    return {pep.id: standing.get(pep.id) or Known(uid_of(pep, before[pep.id]), 0, USUAL_MINUTES) for pep in peps}
