"""Notes of telephone calls as they stand on the page of a person and of a PEP, for the Virtual School alone.

Whom to ring, and keeping a note, is calls.py's.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pep_admin.deadlines import format_day
from pep_admin.models import CallNote, Pep, Person
from pep_admin.permissions import Permission
from pep_admin.queries.calls import notes_about, notes_with
from pep_admin.views import formats
from pep_admin.views.cells import reference
from pep_admin.views.details import RelatedTable
from pep_admin.views.gate import PepView

ABOUT_ALL = "All of it"


def of_person(view: PepView, person: Person) -> list[RelatedTable]:
    """What was said with them, and about which PEP; nothing for who may not read it, or where nobody rang."""
    notes = notes_with(view.db_session, person.id) if view.may(Permission.CALL_NOTE) else []
    rows = [(*_said(each), _about(view, each)) for each in notes]
    return [RelatedTable("Telephone calls", (*SAID, "About"), rows)] if rows else []


def of_pep(view: PepView, pep: Pep) -> RelatedTable | None:
    """What was said about the PEP, and with whom."""
    notes: Iterable[CallNote] = notes_about(view.db_session, pep) if view.may(Permission.CALL_NOTE) else ()
    rows = [(each.person.name, *_said(each), "This PEP" if each.pep_id else ABOUT_ALL) for each in notes]
    return RelatedTable("Telephone calls", ("With", *SAID, "About"), rows) if rows else None


SAID = ("Day", "What was said", "Noted by", "Ring again on")


def _said(note: CallNote) -> tuple[Any, ...]:
    again = formats.NOTHING
    if note.follow_up_on is not None:
        again = format_day(note.follow_up_on) + (", settled" if note.settled_on else "")
    return note.spoke_on, note.words, note.noted_name, again


def _about(view: PepView, note: CallNote) -> Any:
    return reference(note.pep, view.way_to("pep_peps.details_view", id=note.pep_id)) if note.pep is not None else ABOUT_ALL
