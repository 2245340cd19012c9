"""The table of documents as it stands on the page of a child and of a PEP: what each is, its file, and the way to add one.

Which of them somebody may know of is queries/documents.py's; the pages of one document are documents.py's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pep_admin import models, queries
from pep_admin.config import LONDON
from pep_admin.deadlines import format_day
from pep_admin.models import Child, Pep
from pep_admin.permissions import Permission, audience_for, lent
from pep_admin.queries.documents import is_listed
from pep_admin.validators.documents import format_size
from pep_admin.views.base import Link, PepModelView, RelatedTable
from pep_admin.workflow.documents import may_add_to, may_open

HEADINGS = ("Document", "Kind", "Date", "Added", "File")
FOR_CARE = "Not for the school"


def of_child(view: PepModelView, child: Child) -> RelatedTable | None:
    """All of a child's; None for those who may read none."""
    if not view.may(Permission.DOCUMENT_READ):
        return None
    found = queries.documents_of_child(view.db_session, child, view.actor)
    adds = not lent(view.db_session, view.actor, Permission.DOCUMENT_WRITE, [child.id])
    return _table(view, child, found, view.way_to("pep_documents.add", child=child.id) if adds else None, of_a_pep=True)


def of_pep(view: PepModelView, pep: Pep) -> RelatedTable | None:
    """A PEP's own, and the child's plans."""
    if not view.may(Permission.DOCUMENT_READ):
        return None
    found = queries.documents_of_pep(view.db_session, pep, view.actor)
    adds = may_add_to(view.actor, pep) and not lent(view.db_session, view.actor, Permission.DOCUMENT_WRITE, [pep.child_id])
    return _table(view, pep.child, found, view.way_to("pep_documents.add", pep=pep.id) if adds else None, of_a_pep=False)


def _table(
    view: PepModelView, child: Child, found: Sequence[models.Document], adding: str | None, *, of_a_pep: bool
) -> RelatedTable:
    """The rows that stand, then, for those who may open them all the same, the ones that were taken away."""
    care = audience_for(view.actor, child).is_of_the_office
    shown = [each for each in found if each.removed_at is None]
    gone = [each for each in found if each.removed_at is not None and is_listed(each, view.actor)]
    rows = [_row(view, each, care, of_a_pep) for each in (*shown, *gone)]
    headings = (*HEADINGS, *(["Behind"] if of_a_pep else []), *(["Who may read it"] if care else []))
    return RelatedTable("Documents", headings, rows, "No document is kept here yet.",
                        [Link("Add a document…", adding)] if adding else [])


def _row(view: PepModelView, each: models.Document, care: bool, of_a_pep: bool) -> list[Any]:
    title = f"{each.title} (taken away)" if each.removed_at is not None else each.title
    name = Link(title, view.way_to("pep_documents.details_view", id=each.id) or "")
    size = f"{each.media_type.label}, {format_size(each.size)}"
    file = Link(f"Save ({size})", view.way_to("pep_documents.file", id=each.id) or "") if may_open(view.actor, each) else size
    added = f"{each.added_name}, {format_day(each.added_at.astimezone(LONDON))}"
    row: list[Any] = [name, each.kind, each.dated_on, added, file]
    if of_a_pep:
        row.append(each.pep.reference if each.pep is not None else "Every PEP" if each.kind.is_plan else "The child")
    if care:
        row.append("The school too" if each.school_reads else FOR_CARE)
    return row
