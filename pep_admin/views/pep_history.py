"""The story of one PEP in words: every change of it and of what belongs to it, and what all of them since it was sent back come to.

How one entry reads is details.py's and history_words.py's; what is another than last term is changes.py's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin import history, models
from pep_admin.models import PARTS, Pep, PpgRequest, ProgressNote, RecordChange, Target, Waiver
from pep_admin.pep_form import Document
from pep_admin.views.details import Change, names_in
from pep_admin.vocabulary import Audience, Part, PepStatus, PpgStatus

TOLD: dict[str, tuple[str, type[Any]]] = {
    Pep.__tablename__: ("the PEP", Pep),
    **{model.__tablename__: (part.label, model) for part, model in PARTS.items() if part is not Part.MEETING},
    models.Attainment.__tablename__: ("a line of attainment", models.Attainment),
    models.AttendanceSummary.__tablename__: ("the attendance", models.AttendanceSummary),
    models.TargetReview.__tablename__: ("the review of a last target", models.TargetReview),
    models.FundingEffect.__tablename__: ("what earlier money did", models.FundingEffect),
    Target.__tablename__: ("a target", Target),
    ProgressNote.__tablename__: ("a note on a target", ProgressNote),
    PpgRequest.__tablename__: ("a request", PpgRequest),
    PARTS[Part.MEETING].__tablename__: (Part.MEETING.label, PARTS[Part.MEETING]),
    models.Attendee.__tablename__: ("somebody invited", models.Attendee),
    models.AgreedAction.__tablename__: ("an action", models.AgreedAction),
    Waiver.__tablename__: ("a waiver of the head", Waiver),
    models.Document.__tablename__: ("a document", models.Document),
}
"""What a table of the history is called, by its name."""
NOT_FOR_SCHOOL = frozenset({Waiver.__tablename__, models.Document.__tablename__})
"""Tables whose history may hold what the school's side must not read: why the head waived something, a document kept from it."""
NAMED = frozenset({Target.__tablename__, PpgRequest.__tablename__, models.AgreedAction.__tablename__})
OWN_ANSWERS = ("meeting_at", "next_pep_on")
"""Columns of a PEP itself that somebody answers; its others say where it stands and whose it is."""
NO_ANSWER = frozenset({"pep_id", "child_id", "position", "number", "carried", "reopened_at", "form_version_id"})


@dataclass(slots=True)
class Sum:
    """What all entries of one row come to, told as one entry: `changes` are from before the first of them to after the last."""

    table_name: str
    row_id: int
    verb: str
    at: datetime
    actor_name: str
    reason: str | None = None
    changes: dict[str, list[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Since:
    """What was done since a PEP was sent back: what all of it comes to (what, which, how), in the order of the PEP; and each single
    step (what, how), newest first."""

    come_to: tuple[tuple[str, str, Change], ...]
    steps: tuple[tuple[str, Change], ...]


def changes(session: Session, pep: Pep, *, audience: Audience) -> list[tuple[str, Change]]:
    """(what was changed, how) of everything that belongs to the PEP, newest first; what that audience may not read is left out."""
    return _in_words(session, _entries(session, pep, audience))


def changes_since_return(
    session: Session, pep: Pep, audience: Audience, reads: Callable[[str, str], bool] = lambda table, name: True
) -> Since | None:
    """What was done since the PEP was last sent back; None where it never was. `reads`: which columns, by table, are told of."""
    found = _entries(session, pep, audience)
    back = next((each for each in found if each.table_name == Pep.__tablename__ and _sent_back(each)), None)
    if back is None:
        return None
    entries = [each for each in found if each.id > back.id]
    sums = sorted(_only(summed(entries), reads), key=lambda each: (list(TOLD).index(each.table_name), each.row_id))
    told = zip(sums, _in_words(session, sums), strict=True)
    called = _names(session, sums)
    return Since(tuple((what, called.get((each.table_name, each.row_id), ""), how) for each, (what, how) in told),
                 tuple(_in_words(session, entries)))


def changes_for_writers(session: Session, pep: Pep, document: Document) -> Since | None:
    """What the answers, targets and requests have come to since the PEP was last sent back, for who reads no histories: only what
    that document shows its reader, and no single step."""
    since = changes_since_return(session, pep, document.audience, _shown_in(document))
    return Since(since.come_to, ()) if since is not None else None


def _shown_in(document: Document) -> Callable[[str, str], bool]:
    """Whether the reader of that document reads a column of a table there."""
    shown = {(PARTS[Part(part.part)].__tablename__, f"{found.store}.{found.key}")
             for part in document.form.parts for found in document.fields(part.part)}
    stores = {f"rows:{model.__name__}": model.__tablename__ for model in history.LINES}
    rows = {stores[found.store] for found in document.fields() if found.store in stores}
    whole = {*rows, Target.__tablename__, PpgRequest.__tablename__}
    own = {(Pep.__tablename__, found.store.removeprefix("Pep.")) for found in document.fields() if found.store.startswith("Pep.")}
    return lambda table, name: table in whole or (table, name) in shown | own


def summed(entries: Sequence[RecordChange]) -> list[Sum]:
    """What those entries, newest first, come to for each row; answers that are as they were and rows that came and went are left
    out."""
    found: dict[tuple[str, int], Sum] = {}
    for each in reversed(entries):
        fields = {name: values for name, values in each.changes.items()
                  if _is_answer(each.table_name, name) and not _moves_by_itself(each.table_name, name, values)}
        row = found.setdefault((each.table_name, each.row_id), Sum(
            each.table_name, each.row_id, each.verb, each.at, each.actor_name))
        for name, (old, new) in fields.items():
            row.changes[name] = [row.changes[name][0] if name in row.changes else old, new]
        if fields or each.verb == "delete":
            row.at, row.actor_name, row.reason = each.at, each.actor_name, each.reason
        if each.verb == "delete":
            row.verb = each.verb
    for row in found.values():
        row.changes = {name: values for name, values in row.changes.items() if values[0] != values[1]}
    return [row for row in found.values() if row.changes]


def _only(sums: Iterable[Sum], reads: Callable[[str, str], bool]) -> list[Sum]:
    """Those of which something is told, without what is not."""
    for each in sums:
        each.changes = {name: values for name, values in each.changes.items() if reads(each.table_name, name)}
    return [each for each in sums if each.changes]


def _is_answer(table: str, name: str) -> bool:
    return name in OWN_ANSWERS if table == Pep.__tablename__ else name not in NO_ANSWER and not name.startswith("signed_")


def _moves_by_itself(table: str, name: str, values: Sequence[Any]) -> bool:
    """A request goes to the Virtual School, and comes back, with its PEP: nobody did that. Taking it away is done."""
    return table == PpgRequest.__tablename__ and name == "status" and set(values) == {PpgStatus.DRAFT, PpgStatus.REQUESTED}


def _sent_back(entry: RecordChange) -> bool:
    return bool(entry.changes.get("status", [""])[-1] == PepStatus.RETURNED.value)


def _entries(session: Session, pep: Pep, audience: Audience) -> list[RecordChange]:
    return [entry for entry in history.timeline_of_pep(session, pep)
            if audience.is_of_the_office or entry.table_name not in NOT_FOR_SCHOOL]


def _in_words(session: Session, entries: Sequence[RecordChange] | Sequence[Sum]) -> list[tuple[str, Change]]:
    models_of = [(entry, *TOLD[entry.table_name]) for entry in entries]
    names = names_in(session, [(entry, model) for entry, _, model in models_of])
    return [(what, Change.of(entry, model, None, names)) for entry, what, model in models_of]


def _names(session: Session, sums: Iterable[Sum]) -> dict[tuple[str, int], str]:
    """What targets, requests and actions are called, by table and row: one question a table; one that is gone has no name."""
    wanted: dict[str, set[int]] = {}
    for each in sums:
        if each.table_name in NAMED:
            wanted.setdefault(each.table_name, set()).add(each.row_id)
    return {(table, row.id): str(row) for table, ids in wanted.items()
            for row in session.scalars(select(TOLD[table][1]).where(TOLD[table][1].id.in_(ids)))}
