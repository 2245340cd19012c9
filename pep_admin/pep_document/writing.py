"""Writing the answers of one part: per field, all or nothing, refusing what somebody else saved meanwhile."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin.exceptions import NotFound
from pep_admin.models import PARTS, Base, FundingEffect, Pep, PepPart, PpgRequest, SdqScore, Target, TargetReview
from pep_admin.pep_document.last_term import keep_marks
from pep_admin.pep_document.reading import value_of
from pep_admin.pep_document.shelf import ROWS, form_of, shelf_of
from pep_admin.pep_document.values import digest, normal, stored
from pep_admin.pep_form import Field
from pep_admin.permissions import Actor
from pep_admin.validators.last_term import VOICES
from pep_admin.vocabulary import Part, SdqBy


@dataclass(frozen=True, slots=True)
class Written:
    """What a save did: the keys that changed, or, by key, what somebody else saved meanwhile (then nothing was stored).

    `confirmed`: keys of what came over from last term and was now said to be still right.
    """

    changed: tuple[str, ...] = ()
    confirmed: tuple[str, ...] = ()
    conflicts: Mapping[str, Any] | None = None


def take_part(session: Session, pep: Pep, part: Part) -> PepPart:
    """The part's row, locked and read anew; NotFound when the PEP has none."""
    model = PARTS[part]
    found = session.scalar(
        select(model).where(model.pep_id == pep.id).with_for_update(of=model).execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def write_answers(
    session: Session, pep: Pep, part: Part, values: Mapping[str, Any], *, base: Mapping[str, str], actor: Actor
) -> Written:
    """Store posted values of one part's fields, all or nothing.

    `values` are parsed values by key, `base` the digests the form was filled with. A value equal to its base was not touched;
    one whose stored value has moved since is a conflict, as is one with no base. Raises NotFound for a key that the part lacks.
    """
    row = take_part(session, pep, part)
    form = form_of(pep.form_version)
    if unknown := set(values) - {found.key for found in form.fields(part.value)}:
        raise NotFound(f"{part.label} has no {', '.join(sorted(unknown))}")
    stores = {form.field(key).store for key in values}
    tables = [store.removeprefix("rows:") for store in stores if store.startswith("rows:")]
    shelf = shelf_of(session, pep, part, row, tables)
    fresh: dict[str, Any] = {}
    conflicts: dict[str, Any] = {}
    for key, value in values.items():
        found = form.field(key)
        saved = normal(found, value_of(pep, found, part, shelf))
        posted, stands = digest(found, value), digest(found, saved)
        if posted in (base.get(key), stands):
            continue
        if base.get(key) != stands:
            conflicts[key] = saved
        else:
            fresh[key] = normal(found, value)
    if conflicts:
        return Written(conflicts=conflicts)
    for key, value in fresh.items():
        _store(session, pep, row, form.field(key), value)
    _confirm(row, fresh)
    if voices := {key: value for key, value in fresh.items() if key in VOICES}:
        keep_marks(session, pep, voices)
    session.flush()
    return Written(changed=tuple(fresh))


def confirm_answers(session: Session, pep: Pep, part: Part, base: Mapping[str, str]) -> Written:
    """Of the answers of a part that came over from last term, say that those of `base` are still right, all or nothing.

    `base` are the digests of what the one who says so has read; an answer that is another by now is a conflict.
    """
    row, form = take_part(session, pep, part), form_of(pep.form_version)
    shelf = shelf_of(session, pep, part, row, ())
    seen = [form.field(key) for key in row.carried if key in base]
    saved = {found.key: normal(found, value_of(pep, found, part, shelf)) for found in seen}
    if moved := {found.key: saved[found.key] for found in seen if digest(found, saved[found.key]) != base[found.key]}:
        return Written(conflicts=moved)
    _confirm(row, saved)
    session.flush()
    return Written(confirmed=tuple(saved))


def _confirm(row: PepPart, keys: Collection[str]) -> None:
    """Nothing of those waits any more: somebody wrote it anew, or said that it is still right."""
    if not set(keys).isdisjoint(row.carried):
        row.carried = [key for key in row.carried if key not in keys]


def _store(session: Session, pep: Pep, row: PepPart, found: Field, value: Any) -> None:
    if found.store in ("answers", "sensitive_answers"):
        kept = dict(getattr(row, found.store))
        kept[found.key] = stored(found, value)
        setattr(row, found.store, kept)
    elif found.store.startswith("Pep."):
        setattr(pep, found.store.removeprefix("Pep."), value)
    elif found.store == "rows:SdqScore":
        _store_scores(session, pep, value or ())
    else:
        _store_rows(session, pep, found, ROWS[found.store.removeprefix("rows:")], value or ())


def _columns(model: type[Base], found: Field, row: Mapping[str, Any]) -> dict[str, Any]:
    """A posted row as column values; enum columns take members."""
    kinds = {column.key: getattr(model.__table__.c[column.key].type, "enum_class", None) for column in found.columns}
    return {
        key: kind(row[key]) if (kind := kinds[key]) is not None and row[key] is not None else row[key]
        for key in kinds
    }


def _store_rows(session: Session, pep: Pep, found: Field, model: type[Any], rows: Sequence[Mapping[str, Any]]) -> None:
    standing = {str(each.id): each for each in session.scalars(select(model).where(model.pep_id == pep.id))}
    if model in LOOKS_AT:
        name, owner = LOOKS_AT[model]
        _refuse_foreign(session, pep, owner, {row[name] for row in rows})
        # A target, or a request, is looked back on once a PEP: its row is the target's, whatever row id was posted.
        by_what = {getattr(each, name): row_id for row_id, each in standing.items()}
        rows = [{**row, "id": by_what.get(row[name])} for row in rows]
    for position, row in enumerate(rows):
        known = row.get("id")
        if known is None:
            session.add(model(pep_id=pep.id, position=position, **_columns(model, found, row)))
            continue
        each = standing.pop(str(known), None)
        if each is None:
            raise NotFound("A row of another record was posted.")
        for key, value in ({"position": position} | _columns(model, found, row)).items():
            setattr(each, key, value)
    for each in standing.values():
        session.delete(each)


LOOKS_AT: dict[type[Any], tuple[str, type[Any]]] = {
    TargetReview: ("target_id", Target), FundingEffect: ("request_id", PpgRequest),
}
"""Rows that look back on something of the child's: the column that names it, and its table."""


def _refuse_foreign(session: Session, pep: Pep, owner: type[Any], wanted: set[Any]) -> None:
    own = select(owner.id).join(Pep, owner.pep_id == Pep.id).where(owner.id.in_(wanted), Pep.child_id == pep.child_id)
    if wanted - set(session.scalars(own)):
        raise NotFound(f"A row of another child was posted: {owner.__name__}.")


def _store_scores(session: Session, pep: Pep, rows: Sequence[Mapping[str, Any]]) -> None:
    """A score is the child's: the same day and author is a correction of it, anything else a new one of this PEP."""
    standing = {(each.completed_on, each.completed_by.value): each
                for each in session.scalars(select(SdqScore).where(SdqScore.child_id == pep.child_id))}
    kept = set()
    for row in rows:
        known = standing.get((row["completed_on"], row["completed_by"]))
        if known is None:
            known = SdqScore(child_id=pep.child_id, pep_id=pep.id, completed_on=row["completed_on"],
                             completed_by=SdqBy(row["completed_by"]), total=row["total"])
            session.add(known)
        known.total = row["total"]
        kept.add(known)
    for each in standing.values():
        if each.pep_id == pep.id and each not in kept:
            session.delete(each)
