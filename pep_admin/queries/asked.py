"""What is asked for under the targets of one PEP, and what is left for it: for every page that shows targets and money together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from pep_admin.models import Pep, PpgRequest, Term
from pep_admin.pep_form import RequestFacts
from pep_admin.queries.caps import ppg_facts_for, scheme_for
from pep_admin.queries.peps import OPEN_TO_WRITE
from pep_admin.validators.ppg import PpgFacts, asked_pence
from pep_admin.vocabulary import PpgStatus, Scheme

Request = PpgRequest | RequestFacts
"""A request as its row or as a document tells it."""


@dataclass(frozen=True, slots=True)
class DraftsElsewhere:
    """Drafts of another open PEP of the same child, in pence together: no limit counts them before that PEP is sent."""

    pep_id: int
    reference: str
    pence: int


@dataclass(frozen=True, slots=True)
class AskedUnder:
    """The requests under one target, and what they ask for together."""

    rows: tuple[Request, ...]
    pence: int


@dataclass(frozen=True, slots=True)
class Asked:
    """All that a PEP asks for, what its child may still have beside it, and what no limit counts yet."""

    pep_id: int
    requests: tuple[Request, ...]
    facts: PpgFacts
    not_counted: tuple[DraftsElsewhere, ...]

    @property
    def pence(self) -> int:
        return asked_pence(self.requests)

    @property
    def is_ours(self) -> bool:
        """Whether the Virtual School gives this child's money: not in early years (HB-6.3)."""
        return self.facts.scheme is not Scheme.EARLY_YEARS

    @staticmethod
    def status_of(each: Request) -> PpgStatus:
        """Its status; a document tells it by value."""
        return PpgStatus(each.status)

    def under(self, target_id: int | None, without: int | None = None) -> AskedUnder:
        """What is asked for under that target (None: what lost its target), without the request of that id."""
        rows = tuple(each for each in self.requests if each.target_id == target_id and each.id != without)
        return AskedUnder(rows, asked_pence(rows))


def asked_under(
    session: Session, pep: Pep, *, requests: Sequence[Request] | None = None, facts: PpgFacts | None = None
) -> Asked:
    """What is asked for under that PEP's targets; `requests` and `facts` where they were read already."""
    found = session.scalars(
        select(PpgRequest).where(PpgRequest.pep_id == pep.id).options(joinedload(PpgRequest.payee_school)).order_by(PpgRequest.id)
    ) if requests is None else requests
    return Asked(pep.id, tuple(found), facts or ppg_facts_for(session, [pep])[pep.id][None], drafts_elsewhere(session, pep))


def drafts_elsewhere(session: Session, pep: Pep) -> tuple[DraftsElsewhere, ...]:
    """Drafts of the child's other open PEPs over the span that a limit counts, as far as the one who acts may see them."""
    if pep.status not in OPEN_TO_WRITE:
        return ()
    year = select(Term.year_id).where(Term.id == pep.term_id).scalar_subquery()
    within = Term.year_id == year if scheme_for(pep) is Scheme.POST_16 else Pep.term_id == pep.term_id
    rows = session.execute(
        select(Pep.id, Pep.reference, func.sum(PpgRequest.amount_pence))
        .join(PpgRequest, PpgRequest.pep_id == Pep.id).join(Term, Pep.term_id == Term.id)
        .where(Pep.child_id == pep.child_id, Pep.id != pep.id, Pep.status.in_(OPEN_TO_WRITE), within,
               PpgRequest.status == PpgStatus.DRAFT)
        .group_by(Pep.id, Pep.reference).order_by(Pep.id)
    )
    return tuple(DraftsElsewhere(pep_id, reference, int(pence)) for pep_id, reference, pence in rows)
