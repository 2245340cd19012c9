"""What a document tells of money: each request as its readers see it, and what became of what was released under earlier PEPs.

How it is asked for, set aside and paid is workflow's; how the rest of a document is read is reading.py's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from pep_admin.models import FundingEffect, Pep, PpgRequest
from pep_admin.pep_document.beside import Beside
from pep_admin.pep_form import FundingEffectFacts, RequestFacts
from pep_admin.vocabulary import PepStatus, PpgStatus


@dataclass(slots=True)
class Spent:
    """Money that was approved or released under a PEP, and the PEPs that say what became of it."""

    request: PpgRequest
    reference: str
    told_in: set[int] = field(default_factory=set)


def spent_by_child(session: Session, children: Sequence[int]) -> dict[int, list[Spent]]:
    """By child, in the order it was asked for; what a PEP said that was closed as not needed is not on the record."""
    told = aliased(Pep)
    rows = session.execute(
        select(PpgRequest, Pep.child_id, Pep.reference, told.id)
        .join(Pep, PpgRequest.pep_id == Pep.id)
        .outerjoin(FundingEffect, FundingEffect.request_id == PpgRequest.id)
        .outerjoin(told, (told.id == FundingEffect.pep_id) & (told.status != PepStatus.WITHDRAWN))
        .where(Pep.child_id.in_(children), PpgRequest.status.in_((PpgStatus.APPROVED, PpgStatus.RELEASED)))
        .order_by(PpgRequest.id)
    )
    found: dict[int, dict[int, Spent]] = {}
    for request, child_id, reference, told_in in rows:
        spent = found.setdefault(child_id, {}).setdefault(request.id, Spent(request, reference))
        spent.told_in |= {told_in} - {None}
    return {child_id: list(each.values()) for child_id, each in found.items()}


def unanswered(spent: Iterable[Spent], pep_id: int) -> list[Spent]:
    """Released money of earlier PEPs of which no other PEP than this one tells the effect (HB-6.5)."""
    return [each for each in spent
            if each.request.status is PpgStatus.RELEASED and each.request.pep_id < pep_id and not each.told_in - {pep_id}]


def effects_of(
    spent: Iterable[Spent], asked: Iterable[int], rows: Iterable[FundingEffect]
) -> tuple[FundingEffectFacts, ...]:
    """The requests of those ids, each with what the rows say of it."""
    said, known = {row.request_id: row for row in rows}, {each.request.id: each for each in spent}
    return tuple(_effect(known[each], said.get(each)) for each in asked if each in known)


def _effect(spent: Spent, said: FundingEffect | None) -> FundingEffectFacts:
    request = spent.request
    return FundingEffectFacts(
        request_id=request.id,
        description=request.description,
        set_in=spent.reference,
        released_pence=request.approved_pence or 0,
        measure_before=request.measure_before or "",
        measure_after=request.measure_after or "",
        given=said.given.value if said else "",
        spent_pence=said.spent_pence if said else None,
        unspent_pence=said.unspent_pence if said else None,
        what_changed=said.what_changed if said else "",
        measure_now=said.measure_now if said else "",
        next=said.next.value if said else "",
        change_agreed_by=(said.change_agreed_by or "") if said else "",
    )


def request_facts(each: PpgRequest, beside: Beside) -> RequestFacts:
    """A request as checks and pages read it; whom it asks to be paid as the PEP keeps it."""
    return RequestFacts(
        id=each.id,
        target_id=each.target_id,
        category=each.category.value,
        description=each.description,
        provider=each.provider,
        payee=beside.payees.get(each.id, each.payee),
        quantity=each.quantity,
        unit=each.unit,
        unit_cost_pence=each.unit_cost_pence,
        amount_pence=each.amount_pence,
        approved_pence=each.approved_pence,
        status=each.status.value,
        starts_on=each.starts_on,
        ends_on=each.ends_on,
        measure_before=each.measure_before or "",
        measure_after=each.measure_after or "",
        beyond_ordinary=each.beyond_ordinary or "",
        other_money=each.other_money or "",
        child_said=each.child_said or "",
    )
