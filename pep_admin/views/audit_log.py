"""The audit log on screen: who did, who looked, who was refused. Read only, and looking at it is itself recorded."""

from __future__ import annotations

from typing import Any

from pep_admin.models import AuditEvent
from pep_admin.permissions import Permission
from pep_admin.views import formats
from pep_admin.views.base import PepModelView
from pep_admin.views.cells import linked
from pep_admin.views.filters import Case, Contains, Exactly, Moment, asked_for


class AuditLog(PepModelView):
    """Events, newest first; ids and field names only, never a child's words."""

    model = AuditEvent
    noun = "audit_log"
    title = "Audit log"
    singular = "Event"
    group = "Records"
    opens = {
        "index_view": Permission.AUDIT_READ,
        "details_view": Permission.AUDIT_READ,
    }
    records_views = True
    column_list = ("at", "actor_name", "action", "object_type", "object_id", "child_id", "outcome")
    column_details_list = ("at", "actor_name", "actor_id", "roles", "action", "object_type", "object_id", "child_id", "outcome",
                           "details", "request_id")
    column_labels = {
        "at": "When", "actor_name": "Who", "actor_id": "Account", "roles": "As", "action": "What", "object_type": "Of what",
        "object_id": "Number", "child_id": "Child's number", "outcome": "Outcome", "details": "More", "request_id": "Request",
    }
    column_formatters = {
        "details": lambda view, context, event, name: _in_words(event.details),
        "actor_name": lambda view, context, event, name: _only(view, event.actor_name, account=event.actor_id),
        "child_id": lambda view, context, event, name: _only(view, event.child_id, child=str(event.child_id)),
    }
    list_template = "pep/audit_log/list.html"
    column_sortable_list = ()
    column_default_sort = ("id", True)
    column_filters = (
        Contains(AuditEvent.actor_name, "Who", "who"),
        Exactly(AuditEvent.actor_id, "Account", "account"),
        Exactly(AuditEvent.child_id, "Child’s number", "child"),
        Contains(AuditEvent.action, "What", "what"),
        Case(AuditEvent.outcome, "Outcome", "outcome", {
            "done": ("Done", lambda column: column == "done"),
            "refused": ("Refused", lambda column: column == "refused"),
        }),
        Moment(AuditEvent.at, "From day", "from", after=True),
        Moment(AuditEvent.at, "To day", "to", after=False),
    )

    def timeline(self, row: Any) -> list[Any]:
        return []  # events are never changed


def _only(view: PepModelView, value: Any, **asked: str) -> Any:
    """The value as the way to all events that have it; a dash for none."""
    return formats.NOTHING if value is None else linked(value, view.way_to("pep_audit_log.index_view", **asked_for(**asked)))


def _in_words(details: dict[str, Any]) -> str:
    return "; ".join(f"{key}: {', '.join(map(str, value)) if isinstance(value, list) else value}"
                     for key, value in sorted(details.items()))
