"""Looks at children's records: noted while a page is made, written as audit events before it leaves. No route has to remember it.

Every row of a child that the gate hands a route is noted (gate.py), and the session notes every child whose own row was read in any
other way. Lists, exports and files tell of themselves in one event. How an event is written is audit.py's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

from flask import request
from sqlalchemy import event, select
from sqlalchemy.orm import Session, sessionmaker

from pep_admin import audit
from pep_admin.models import AuditEvent, Base, Child, OfChild, OfPep, Pep, PpgRequest, Target
from pep_admin.views.hosting import can_be_id

READ = {Child: "children.read", Pep: "pep.read", Target: "targets.read", PpgRequest: "ppg_requests.read",
        AuditEvent: "audit_log.read"}
"""What a look at a row of that kind is called; any other is `<its kind>.read`."""
NAMED: dict[str, type[Base]] = {"child": Child, "pep": Pep}
"""Rows that an address names beside the view's own."""
KEY = "looks"


@dataclass(slots=True)
class Look:
    """A look at one row: what it is called, which row of which child, and more to say of it."""

    action: str
    facts: dict[str, Any]
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Looks:
    """What one request has read of children so far: rows by kind and number, and children whose own row came up."""

    rows: dict[tuple[str, int], Look] = field(default_factory=dict)
    children: set[int] = field(default_factory=set)

    def note(self, row: Any, action: str = "", **details: Any) -> None:
        """A look at that row; noted twice it is still one, under the later action if one is given, with all details."""
        facts, kind = audit.facts_of(row), audit.type_of(row)
        look = self.rows.setdefault((kind, row.id), Look(READ.get(type(row), f"{kind}.read"), facts))
        look.action = action or look.action
        look.details |= details

    def take(self, page: str, *, children_too: bool) -> list[tuple[str, dict[str, Any]]]:
        """An event for each row noted, and, unless the page is a list, for each child beside them whose row was read; once."""
        found = list(self.rows.values())
        if children_too:
            told = {each.facts["child_id"] for each in found}
            found += [Look(READ[Child], {"object_type": "child", "object_id": each, "child_id": each})
                      for each in sorted(self.children - told)]
        self.rows, self.children = {}, set()
        return [(each.action, {**each.facts, "page": page, **each.details}) for each in found]


def watch(sessions: sessionmaker[Any] | type[Session]) -> None:
    """Have those sessions note each child whose row they load. A page that asks for columns alone must call `look_at` itself."""
    event.listen(sessions, "loaded_as_persistent", _note_child)


def _note_child(session: Session, row: Any) -> None:
    if isinstance(row, Child) and KEY in session.info:
        session.info[KEY].children.add(row.id)


def begin(session: Session) -> None:
    """Start this request's looks; a route that is called by another goes on with them."""
    session.info[KEY] = request.environ.setdefault("pep_admin.looks", Looks())


def of(session: Session) -> Looks:
    """The looks of the request that the session serves."""
    return cast(Looks, session.info[KEY])


def is_of_a_child(row: Any) -> bool:
    """Whether the row is a child or a part of a child's record."""
    return isinstance(row, Child | OfChild | OfPep)


def facts_of_what_was_asked(session: Session, model: type[Base] | None) -> dict[str, Any]:
    """What a refusal says of the child's row that the request is about, where the one who acts may see that row; else nothing.

    The row that was read already, or that the address or the form names as one of `model`, or as a child or PEP.
    """
    if noted := next(iter(of(session).rows.values()), None):
        return noted.facts
    kinds = {"id": model, "rowid": model, **NAMED}
    for name, kind in kinds.items():
        asked = request.values.getlist(name)
        if kind is not None and issubclass(kind, Child | OfChild | OfPep) and len(asked) == 1 and can_be_id(asked[0]):
            row = session.scalar(select(kind).where(kind.id == int(asked[0])))
            if row is not None:
                return audit.facts_of(row)
    return {}
