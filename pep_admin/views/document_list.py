"""The list of documents over all children in scope: what each is, whose, since when, and whether it was taken away.

Which of them somebody may know of is queries/documents.py's, under rows, count, search, filters and export alike.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import joinedload

from pep_admin import models
from pep_admin.document_words import DocumentKind
from pep_admin.models import Child, Pep, School, Term
from pep_admin.queries.documents import listed_for
from pep_admin.validators.documents import format_size
from pep_admin.views.cells import reference, wrapped
from pep_admin.views.child_forms import school_label
from pep_admin.views.filters import Case, OneOf, Through
from pep_admin.views.of_a_child import SEARCHED, OfAChild


class DocumentList(OfAChild):
    """The list; its one noun is Documents of documents.py, which has the pages of one."""

    model = models.Document
    noun = "documents"
    title = "Documents"
    singular = "Document"
    group = "Children and PEPs"
    loads = (joinedload(models.Document.child), joinedload(models.Document.pep))

    list_template = "pep/documents/list.html"
    column_list: Any = ("title", "child", "kind", "pep", "dated_on", "added_at", "added_name", "size", "removed_at")
    column_export_list: Any = column_list
    column_labels = {
        **OfAChild.labels, "title": "Document", "kind": "Kind", "pep": "PEP", "dated_on": "Its date", "added_at": "Kept on",
        "added_name": "Added by", "size": "Size", "removed_at": "Taken away",
    }
    column_formatters: Any = {
        **OfAChild.column_formatters,
        "title": lambda view, context, row, name: wrapped(row.title),
        "pep": lambda view, context, row, name: reference(row.pep, view.way_to("pep_peps.details_view", id=row.pep_id))
        if row.pep is not None else None,
        "size": lambda view, context, row, name: f"{row.media_type.label}, {format_size(row.size)}",
    }
    column_sortable_list = ("title", ("child", "child.last_name"), "kind", ("pep", "pep.reference"), "dated_on", "added_at",
                            "added_name", "size", "removed_at")
    column_default_sort = [("added_at", True), ("id", True)]
    column_searchable_list = ("title", *SEARCHED)
    column_filters = (
        OneOf(models.Document.kind, "Kind", "kind", DocumentKind),
        Through(models.Document.pep_id, Pep.term_id, "Term of its PEP", "term", Term, order=(Term.starts_on.desc(),), search=()),
        Through(models.Document.child_id, Child.school_id, "School of the child", "school", School, order=(School.name,),
                search=(School.name,), label_of=school_label),
        Case(models.Document.removed_at, "Taken away", "away", {
            "no": ("No", lambda column: column.is_(None)), "yes": ("Yes", lambda column: column.is_not(None)),
        }),
    )

    def get_query(self) -> Any:
        return super().get_query().where(listed_for(self.actor))

    def get_count_query(self) -> Any:
        return super().get_count_query().where(listed_for(self.actor))
