"""The questions about money: what can go and what is held, which schools owe the effect of it or have some left.

What holds money is the rule of its release (workflow/payments.py), which is asked as if a colleague released it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from pep_admin.models import Child, FundingEffect, Pep, PpgRequest
from pep_admin.money import format_pounds
from pep_admin.permissions import SYSTEM
from pep_admin.queries.requests import EFFECT_TOLD
from pep_admin.questions.found import Found, Leads, Week, theirs
from pep_admin.validators.findings import blocking
from pep_admin.vocabulary import PepStatus, PpgStatus
from pep_admin.workflow.payments import judge_releases

FORTNIGHT = timedelta(days=14)


def money(week: Week) -> list[Found]:
    """Money that is approved, or asked for in a PEP that is signed off: what can go first, then what is held and why. The days are
    those since it was approved."""
    session = week.session
    asked = select(PpgRequest).join(Pep, PpgRequest.pep_id == Pep.id).where(or_(
        PpgRequest.status == PpgStatus.APPROVED, (PpgRequest.status == PpgStatus.REQUESTED) & (Pep.status == PepStatus.COMPLETE)))
    requests = list(session.scalars(asked.order_by(PpgRequest.id).options(
        joinedload(PpgRequest.pep).joinedload(Pep.child), joinedload(PpgRequest.payee_school))))
    judged = judge_releases(session, requests, actor=SYSTEM, today=week.today) if requests else {}
    found = []
    for each in requests:
        why = [finding.message for finding in blocking(judged[each.id][1])]
        pounds = format_pounds(each.approved_pence if each.approved_pence is not None else each.amount_pence)
        words = f"{pounds} for {each.payee or 'nobody named'}: {' '.join(why) if why else 'can be released'}"
        days = (week.today - each.decided_on).days if each.decided_on and each.status is PpgStatus.APPROVED else None
        found.append((bool(why), Found(words, theirs(each.pep.child.case_officer_id), each.pep.child_id, each.pep_id, days=days,
                                       leads=Leads.REQUEST, row_id=each.id)))
    return [each for _, each in sorted(found, key=lambda pair: (pair[0], -(pair[1].days or 0), pair[1].row_id or 0))]


@dataclass(slots=True)
class _Owed:
    """What one payee owes: requests without their effect, pence left over, whose children, since when, and a request of theirs."""

    officers: set[int] = field(default_factory=set)
    untold: int = 0
    unspent_pence: int = 0
    since: date | None = None


def impact(week: Week) -> list[Found]:
    """Schools and others who were paid: of what is over, or of whose child a later PEP is there, the effect is not written down
    (HB-6.5), or some of it is left (HB-6.8). A line for each; the days are those since the help was over."""
    owed: dict[tuple[int | None, str], _Owed] = defaultdict(_Owed)
    for request in week.session.execute(_untold(week)):
        one = _owed_by(owed, request)
        one.untold += 1
        one.since = min(filter(None, (one.since, request.ends_on)), default=None)
    for request, pence in _unspent(week):
        _owed_by(owed, request).unspent_pence += pence
    found = [_of_payee(school_id, name, one, week.today) for (school_id, name), one in owed.items()]
    return sorted(found, key=lambda each: (-(each.days or 0), each.school_id or 0, each.name))


def _owed_by(owed: dict[tuple[int | None, str], _Owed], request: Any) -> _Owed:
    one = owed[request.payee_school_id, "" if request.payee_school_id is not None else request.payee_name or ""]
    one.officers |= theirs(request.case_officer_id)
    return one


def _of_payee(school_id: int | None, name: str, one: _Owed, today: date) -> Found:
    said = []
    if one.untold:
        said.append(f"The effect of {one.untold} payment{'' if one.untold == 1 else 's'} is not written down")
    if one.unspent_pence:
        said.append(f"{format_pounds(one.unspent_pence)} is left over")
    days = (today - one.since).days if one.since is not None and one.since < today else None
    return Found(". ".join(said), frozenset(one.officers), school_id=school_id, name=name, days=days)


_PAID = (PpgRequest.id, PpgRequest.payee_school_id, PpgRequest.payee_name, PpgRequest.ends_on, Child.case_officer_id)


def _untold(week: Week) -> Any:
    """Released requests whose effect is to be told by now, and is not."""
    later = select(Pep.id).where(Pep.child_id == Child.id, Pep.id > PpgRequest.pep_id, Pep.status != PepStatus.WITHDRAWN)
    is_due = or_(PpgRequest.ends_on < week.today, later.correlate(Child, PpgRequest).exists())
    asked = select(*_PAID).join(Pep, PpgRequest.pep_id == Pep.id).join(Child, Pep.child_id == Child.id)
    return asked.where(PpgRequest.status == PpgStatus.RELEASED, ~EFFECT_TOLD, is_due).order_by(PpgRequest.id)


def _unspent(week: Week) -> Iterable[tuple[Any, int]]:
    """Requests of which the newest word is that something is left, and how many pence."""
    told = select(FundingEffect.request_id, FundingEffect.unspent_pence).join(Pep, FundingEffect.pep_id == Pep.id).where(
        Pep.status != PepStatus.WITHDRAWN).order_by(FundingEffect.id)
    left = {request_id: int(pence) for request_id, pence in week.session.execute(told)}
    ids = [request_id for request_id, pence in left.items() if pence > 0]
    asked = select(*_PAID).join(Pep, PpgRequest.pep_id == Pep.id).join(Child, Pep.child_id == Child.id)
    rows = week.session.execute(asked.where(PpgRequest.id.in_(ids)).order_by(PpgRequest.id)) if ids else ()
    return [(row, left[row.id]) for row in rows]
