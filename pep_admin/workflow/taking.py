"""How a verb takes the rows it works on: scoped, locked in the house's order (Term, Pep, PpgRequest, Allocation) and read anew.

Every verb on a PEP begins with `take_pep`; the status is checked there, under the lock. No rule of the handbook stands here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from pep_admin import history
from pep_admin.exceptions import NotFound, Refused, SaidAlready, StaleRecord
from pep_admin.models import Base, Pep, PpgRequest, Term, clean
from pep_admin.validators.findings import Finding
from pep_admin.vocabulary import PepStatus, PpgStatus

Row = TypeVar("Row", bound=Base)
MANY = 1_000
"""Rows a set-based statement takes at most."""


def refuse(check: str, code: str, message: str, field: str = "") -> Refused:
    """A refusal of one finding."""
    return Refused([Finding(check, code, field, message)])


def refuse_twice(session: Session, same: Select[Any], check: str, sentence: str, field: str, values: Mapping[str, Any]) -> None:
    """Raise Refused where `same` finds a row that says what is being written: a form that was sent twice makes one. Where it says
    all of `values` (by column) nothing is left to save: SaidAlready.

    Asked under the lock of the PEP, so that two posts at the same moment do not both find nothing.
    """
    row = session.scalar(same.limit(1))
    if row is not None:
        whole = all(alike(getattr(row, key), value) for key, value in values.items())
        raise (SaidAlready if whole else Refused)([Finding(check, "DATA-unique", field, sentence)])


def put(row: Any, values: Mapping[str, Any]) -> bool:
    """Put values into a row's columns; whether anything is another now. What only looks different, like an empty box where there is
    no value, stays as it stands, so that saving a page unread changes nothing."""
    changed = {key: value for key, value in values.items() if not alike(getattr(row, key), value)}
    for key, value in changed.items():
        setattr(row, key, value)
    return bool(changed)


def alike(stands: Any, typed: Any) -> bool:
    """Whether a column holds what was typed; an empty box and no value are one."""
    if isinstance(typed, str):
        typed = clean(typed.strip())
    return (stands or None) == (typed or None)


def all_or_nothing(session: Session) -> AbstractContextManager[Any]:
    """A savepoint around the body of a verb that may still refuse after its first write."""
    return session.begin_nested()


def take_row(session: Session, model: type[Row], row_id: int) -> Row:
    """That row of a plain record, locked and read anew; NotFound where there is none in sight."""
    found = session.scalar(
        select(model).where(model.id == row_id).with_for_update(of=model).execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def take_term(session: Session, term_id: int) -> Term:
    """The term's row, locked: opening PEPs in one term goes one at a time."""
    return take_row(session, Term, term_id)


def take_pep(session: Session, pep_id: int, *statuses: PepStatus, version: int | None = None) -> Pep:
    """The PEP, locked and read anew, in one of those statuses and, where given, of that row version.

    Raises NotFound outside the scope, StaleRecord on another version, Refused in another status.
    """
    return take_peps(session, [pep_id], *statuses, versions={} if version is None else {pep_id: version})[0]


def take_peps(
    session: Session, ids: Iterable[int], *statuses: PepStatus, versions: Mapping[int, int] | None = None
) -> list[Pep]:
    """Those PEPs in the order of their ids, all or NotFound; like `take_pep` otherwise."""
    wanted = sorted(set(ids))
    found = list(
        session.scalars(
            select(Pep).where(Pep.id.in_(wanted)).order_by(Pep.id).with_for_update(of=Pep).execution_options(populate_existing=True)
        )
    )
    if len(found) != len(wanted):
        raise NotFound
    for pep in found:
        if (versions or {}).get(pep.id, pep.row_version) != pep.row_version:
            raise StaleRecord({"status": pep.status.label})
        if statuses and pep.status not in statuses:
            raise refuse("status", "DATA-status", f"{pep.reference} is “{pep.status.label}”, so this cannot be done to it now.")
    return found


def take_requests(session: Session, ids: Iterable[int]) -> list[PpgRequest]:
    """Those requests in the order of their ids, locked; all or NotFound."""
    wanted = sorted(set(ids))
    found = list(
        session.scalars(
            select(PpgRequest).where(PpgRequest.id.in_(wanted)).order_by(PpgRequest.id)
            .with_for_update(of=PpgRequest).execution_options(populate_existing=True)
        )
    )
    if len(found) != len(wanted):
        raise NotFound
    return found


def move_peps(session: Session, peps: Sequence[Pep], to: PepStatus, **values: Any) -> None:
    """Move taken PEPs to a status and set the same further columns on all, set-based, with their history."""
    for start in range(0, len(peps), MANY):
        some = peps[start : start + MANY]
        by_status: dict[PepStatus, list[Pep]] = {}
        for pep in some:
            by_status.setdefault(pep.status, []).append(pep)
        for status, group in by_status.items():
            moved = session.scalars(
                update(Pep)
                .where(Pep.id.in_([pep.id for pep in group]), Pep.status == status)
                .values(status=to, row_version=Pep.row_version + 1, **values)
                .returning(Pep.id),
                execution_options={"history_kept": True, "synchronize_session": False},
            ).all()
            if len(moved) != len(group):
                raise StaleRecord
        new = {"status": to, **values}
        history.keep(
            session, Pep, [(pep.id, pep.child_id, {key: (getattr(pep, key), value) for key, value in new.items()}) for pep in some]
        )
        for pep in some:
            session.expire(pep)


def move_requests(session: Session, requests: Sequence[PpgRequest], frm: PpgStatus, to: PpgStatus, **values: Any) -> list[int]:
    """Move requests by a conditional UPDATE, with their history; the ids of those that really were in `frm`.

    A value may be an expression of the row's own columns, worked out by the database.
    """
    if not requests:
        return []
    before = {each.id: {key: getattr(each, key) for key in ("status", *values)} for each in requests}
    moved = set(
        session.scalars(
            update(PpgRequest)
            .where(PpgRequest.id.in_([each.id for each in requests]), PpgRequest.status == frm)
            .values(status=to, row_version=PpgRequest.row_version + 1, **values)
            .returning(PpgRequest.id),
            execution_options={"history_kept": True, "synchronize_session": False},
        )
    )
    again = (
        select(PpgRequest, Pep.child_id).join(Pep, PpgRequest.pep_id == Pep.id).where(PpgRequest.id.in_(moved))
        .execution_options(populate_existing=True)
    )
    history.keep(session, PpgRequest, [
        (each.id, child_id, {key: (was, getattr(each, key)) for key, was in before[each.id].items()})
        for each, child_id in session.execute(again)
    ])
    return [each.id for each in requests if each.id in moved]
