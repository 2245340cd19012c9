"""What of a PEP that was sent back waits to be changed: the whole of it, or each section that was named (HB-7.1).

A section has been changed when an answer of it is another than on the day of the return, as the history tells. A document that came
since counts for what was named of Part 2, where it belongs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin import history, models
from pep_admin.models import PARTS, Pep, PpgRequest, QaReview, RecordChange, SdqScore, Target
from pep_admin.pep_document.shelf import ROWS, Shelf, form_of
from pep_admin.pep_form import Field, Form
from pep_admin.validators.reopening import BESIDE, goes_with, may_be_named, parts_reopened
from pep_admin.vocabulary import Decision, Part, PepStatus

Touched = frozenset[tuple[str, str]]
"""Of one PEP, what is another since the return: the table and its field, "" for a row of a table as a whole."""
_COMES = ("pep_id", "position", "number")
"""Fields of a row that say whose it is and where it stands."""
_BESIDE: Mapping[str, str] = {"targets": Target.__tablename__, "money": PpgRequest.__tablename__}
_PAPER = (models.Document.__tablename__, "")


def waiting(session: Session, peps: Iterable[Pep], shelf: Shelf) -> dict[int, tuple[datetime, tuple[str, ...] | None]]:
    """By PEP that was sent back and waits for a change: when that was, and the named sections in which nothing has changed yet, by
    key in the order of the form; None for the whole PEP. A PEP that waits for nothing is left out."""
    back = [pep for pep in peps if pep.status is PepStatus.RETURNED]
    named = [pep for pep in back if pep.reopened is not None]
    found: dict[int, tuple[datetime, tuple[str, ...] | None]] = {
        pep.id: (at, None) for pep in back if pep.reopened is None and (at := _untouched_since(pep, shelf)) is not None}
    if not named:
        return found
    days, touched = _days(session, named), _touched(session, named, shelf)
    for pep in named:
        left = tuple(key for key in _unchanged(form_of(pep.form_version), pep.reopened or (), touched.get(pep.id, frozenset())))
        if left and pep.id in days:
            found[pep.id] = (days[pep.id], left)
    return found


def _untouched_since(pep: Pep, shelf: Shelf) -> datetime | None:
    """When the whole PEP was sent back; None once any part was changed: it forgets the day (workflow/sections.part_changed)."""
    parts = parts_reopened(form_of(pep.form_version), None)
    moments = [rows[pep.id].reopened_at for part, rows in shelf.parts.items() if pep.id in rows and part in parts]
    return max((each for each in moments if each), default=None) if all(moments) else None


def _days(session: Session, peps: Sequence[Pep]) -> dict[int, datetime]:
    asked = select(QaReview.pep_id, QaReview.reviewed_at).where(
        QaReview.pep_id.in_([pep.id for pep in peps]), QaReview.decision == Decision.RETURN).order_by(QaReview.id)
    return {each.pep_id: each.reviewed_at for each in session.execute(asked)}


def _unchanged(form: Form, named: Iterable[str], touched: Touched) -> Iterator[str]:
    for key, (part, _) in may_be_named(form).items():
        papers = {_PAPER} if part is Part.EDUCATION else set()
        if key in named and touched.isdisjoint({*_places(form, key, part), *papers}):
            yield key


def _places(form: Form, key: str, part: Part) -> Iterator[tuple[str, str]]:
    """Where the answers of what was named are kept."""
    if key in BESIDE:
        yield _BESIDE[key], ""
    for section in (section for each in form.parts for section in each.sections):
        if goes_with(section.key) == key:
            yield from (_place(found, part) for found in section.fields)


def _place(found: Field, part: Part) -> tuple[str, str]:
    if found.store.startswith("rows:"):
        return ROWS[found.store.removeprefix("rows:")].__tablename__, ""
    if found.store.startswith("Pep."):
        return Pep.__tablename__, found.store.removeprefix("Pep.")
    return PARTS[part].__tablename__, f"{found.store}.{found.key}"


# --- the history -------------------------------------------------------------------------------------------------------------


def _touched(session: Session, peps: Sequence[Pep], shelf: Shelf) -> dict[int, Touched]:
    since = {pep_id: each.id for pep_id, each in history.last_changes(
        session, Pep, [pep.id for pep in peps], "status", to=PepStatus.RETURNED).items()}
    if not since:
        return {}
    owners = _owners(peps, shelf)
    tables = {table for table, _ in owners} | {_PAPER[0], *_BESIDE.values(), *(each.__tablename__ for each in ROWS.values())}
    asked = select(RecordChange).where(
        RecordChange.child_id.in_({pep.child_id for pep in peps}), RecordChange.id > min(since.values()),
        RecordChange.table_name.in_(tables)).order_by(RecordChange.id)
    net: dict[tuple[int, str, int, str], list[Any]] = {}
    for entry in session.scalars(asked):
        pep_id = owners.get((entry.table_name, entry.row_id)) or _said_of(entry)
        if pep_id in since and entry.id > since[pep_id]:
            for name, (old, new) in entry.changes.items():
                net.setdefault((pep_id, entry.table_name, entry.row_id, name), [old, new])[1] = new
    found: dict[int, set[tuple[str, str]]] = defaultdict(set)
    single = {Pep.__tablename__, *(each.__tablename__ for each in PARTS.values())}
    for (pep_id, table, _, name), (old, new) in net.items():
        if old != new and name not in _COMES:
            found[pep_id].add((table, name if table in single else ""))
    return {pep_id: frozenset(places) for pep_id, places in found.items()}


def _said_of(entry: RecordChange) -> int | None:
    """Whose a row is that came or went: what the history keeps of it says so."""
    return next((value for value in entry.changes.get("pep_id", ()) if value is not None), None)


def _owners(peps: Sequence[Pep], shelf: Shelf) -> dict[tuple[str, int], int]:
    """Whose each row is that is there, by table and number."""
    ids = {pep.id for pep in peps}
    rows: list[Any] = [row for parts in shelf.parts.values() for row in parts.values()]
    rows += [row for model, by_pep in shelf.rows.items() if ROWS[model] is not SdqScore for each in by_pep.values() for row in each]
    rows += [row for scores in shelf.rows[SdqScore.__name__].values() for row in scores if row.pep_id is not None]
    rows += [row for kept in (shelf.targets, shelf.requests) for each in kept.values() for row in each]
    owners = {(row.__tablename__, row.id): row.pep_id for row in rows if row.pep_id in ids}
    return owners | {(Pep.__tablename__, pep.id): pep.id for pep in peps}
