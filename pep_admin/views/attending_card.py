"""Whether the Virtual School should meet one child, as the child's page shows it. The list of all is attending.py's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pep_admin import queries
from pep_admin.meeting_words import AttendingNoteKind
from pep_admin.models import AcademicYear, Child
from pep_admin.permissions import Permission
from pep_admin.views.base import Link, PepModelView
from pep_admin.workflow.attending import SAID_BY_OFFICERS

NEVER = "Not on record"
NOT_BOOKED = "Not booked"


@dataclass(frozen=True, slots=True)
class ToMeetCard:
    """A row for each reason, how many there are, when somebody last came, when the next meeting is, and what can be said."""

    why: Sequence[Sequence[Any]]
    count: int
    last: Any
    next: Any
    links: Sequence[Link]
    may_clear: bool


def card_of(view: PepModelView, child: Child, year: AcademicYear | None) -> ToMeetCard | None:
    """The card; None for those who may not read it, and for a child who is not in care or not of PEP age."""
    if not view.may(Permission.ATTENDING_READ):
        return None
    found = queries.reasons_to_meet(view.db_session, view.today, child.id, year)
    if found is None:
        return None
    clears = view.way_to("pep_attending.clear") is not None and any(each.note is not None for each in found.why)
    rows = [[each.reason.label, each.says, *([_clearing(view, each.note, each.reason.label)] if clears else [])]
            for each in found.why]
    return ToMeetCard(rows, found.count, found.facts.last_attended_on or NEVER, found.facts.meeting_at or NOT_BOOKED,
                      _links(view, child), clears)


def _clearing(view: PepModelView, note: int | None, what: str) -> Any:
    url = view.way_to("pep_attending.clear", id=note) if note is not None else None
    return Link(f"Clear: {what}…", url) if url else ""


_OFFERED = {AttendingNoteKind.CHAIR: "An independent chair is needed…",
            AttendingNoteKind.SEND: "The special needs are significant…"}


def _links(view: PepModelView, child: Child) -> list[Link]:
    ways = {kind: view.way_to("pep_attending.say_needed", child=child.id, kind=kind.value) for kind in SAID_BY_OFFICERS}
    return [Link(_OFFERED[kind], url) for kind, url in ways.items() if url]
