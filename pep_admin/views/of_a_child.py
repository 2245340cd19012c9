"""What lists of a child's rows share: the child as a link, found by any of its names, under one heading of the menu."""

from __future__ import annotations

from typing import Any, ClassVar

from pep_admin.views.base import PepModelView
from pep_admin.views.cells import linked

SEARCHED = ("child.last_name", "child.first_name", "child.known_as")
SEARCHED_AS = {"child.last_name": "surname", "child.first_name": "first name", "child.known_as": "name they like"}
"""How the names that a search looks in are called beside its box."""


class OfAChild(PepModelView):
    """A table whose rows belong to a child."""

    group = "Records"
    records_views = True
    labels: ClassVar[dict[str, str]] = {"child": "Child", **SEARCHED_AS}
    column_formatters: Any = {
        "child": lambda view, context, row, name: linked(row.child, view.way_to("pep_children.details_view", id=row.child_id)),
    }
    column_formatters_export: Any = {}
    column_default_sort: Any = ("started_on", True)
    column_searchable_list: Any = SEARCHED
