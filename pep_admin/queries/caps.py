"""What a child may still be granted: the counters a request counts against, and the facts that the checks of money ask for.

They count every school's requests, so they are read past the scope, as columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin.circumstances import scheme_of
from pep_admin.models import AcademicYear, Allocation, FundingEffect, Pep, PpgRequest, Term
from pep_admin.queries.children import names_of
from pep_admin.queries.past_scope import Columns, because
from pep_admin.validators.ppg import PpgFacts
from pep_admin.validators.ppg_requests import Unspent
from pep_admin.vocabulary import PepStatus, PpgStatus, Scheme


def periods(year: str, term_label: str, scheme: Scheme) -> tuple[str, ...]:
    """The allocation rows a request of that scheme counts against, in the order they are locked."""
    return (year,) if scheme is Scheme.POST_16 else (year, f"{year} {term_label}")


def scheme_for(pep: Pep) -> Scheme:
    """The money a PEP's child falls under, by the year group the PEP was opened with."""
    return scheme_of(pep.year_group)


def ppg_facts_for(session: Session, peps: Iterable[Pep]) -> dict[int, dict[int | None, PpgFacts]]:
    """What the caps leave (HB-6.1, 6.2): by PEP id, then by request id, None standing for a new request.

    Counts every school's requests of the child: drafts of the same PEP, reservations and releases of all. Six statements
    however many PEPs.
    """
    peps = list(peps)
    names = names_of(session, [pep.child_id for pep in peps])
    counters = _counters(session, [pep.child_id for pep in peps])
    requests = _requests(session, [pep.id for pep in peps])
    unspent = _unspent(session, peps)
    years = _years(session, peps)
    return {
        pep.id: {
            own: replace(_facts(pep, years[pep.term_id], counters, requests.get(pep.id, []), own), child_names=names[pep.child_id],
                         unspent=tuple(unspent.get((pep.child_id, pep.term_id), ())))
            for own in (None, *(row.id for row in requests.get(pep.id, [])))
        }
        for pep in peps
    }


def _counters(session: Session, child_ids: Sequence[int]) -> dict[tuple[int, str], int]:
    found = select(Allocation.child_id, Allocation.period, Allocation.reserved_pence + Allocation.released_pence)
    rows = session.execute(
        found.where(Allocation.child_id.in_(child_ids)), execution_options=because("HB-6.1: the caps count every school's requests")
    )
    return {(child_id, period): pence for child_id, period, pence in rows}


def _requests(session: Session, pep_ids: Sequence[int]) -> dict[int, list[Columns]]:
    rows = session.execute(
        select(PpgRequest.id, PpgRequest.pep_id, PpgRequest.status, PpgRequest.amount_pence, PpgRequest.approved_pence)
        .where(PpgRequest.pep_id.in_(pep_ids)),
        execution_options=because("HB-6.1: the caps count every line of a PEP"),
    )
    grouped: dict[int, list[Columns]] = {}
    for row in rows:
        grouped.setdefault(row.pep_id, []).append(row)
    return grouped


def _unspent(session: Session, peps: Sequence[Pep]) -> dict[tuple[int, int], list[Unspent]]:
    """By child and term, what the PEPs of that term say is left of earlier money (RD-409)."""
    rows = session.execute(
        select(Pep.child_id, Pep.term_id, PpgRequest.category, FundingEffect.unspent_pence)
        .select_from(FundingEffect).join(Pep, FundingEffect.pep_id == Pep.id)
        .join(PpgRequest, FundingEffect.request_id == PpgRequest.id)
        .where(Pep.child_id.in_({pep.child_id for pep in peps}), Pep.term_id.in_({pep.term_id for pep in peps}),
               Pep.status != PepStatus.WITHDRAWN, FundingEffect.unspent_pence > 0),
        execution_options=because("HB-6.5: what is left of earlier money counts whoever had it"),
    )
    found: dict[tuple[int, int], list[Unspent]] = {}
    for child_id, term_id, category, pence in rows:
        found.setdefault((child_id, term_id), []).append(Unspent(category.value, int(pence)))
    return found


def grant_facts(session: Session, pep: Pep) -> PpgFacts:
    """What the caps leave to be approved (HB-6.1, 6.2): like `ppg_facts_for`, but what is only asked for counts as nothing."""
    year = _years(session, [pep])[pep.term_id]
    released = session.execute(
        select(Allocation.child_id, Allocation.period, Allocation.released_pence).where(Allocation.child_id == pep.child_id),
        execution_options=because("HB-6.1: the caps count every school's requests"),
    )
    granted = {(child_id, period): pence for child_id, period, pence in released}
    approved = session.execute(
        select(AcademicYear.name, Term.name, Pep.year_group, PpgRequest.approved_pence)
        .join(Pep, PpgRequest.pep_id == Pep.id).join(Term, Pep.term_id == Term.id)
        .join(AcademicYear, Term.year_id == AcademicYear.id)
        .where(Pep.child_id == pep.child_id, PpgRequest.status == PpgStatus.APPROVED),
        execution_options=because("HB-6.1: the caps count every school's requests"),
    )
    for name, term, group, pence in approved:
        for period in periods(name, term.value, scheme_of(group)):
            granted[pep.child_id, period] = granted.get((pep.child_id, period), 0) + int(pence or 0)
    return _facts(pep, year, granted, [], None)


def _years(session: Session, peps: Sequence[Pep]) -> dict[int, Columns]:
    """By term id: the names and caps of the terms of those PEPs."""
    columns = (Term.id, Term.name.label("term"), AcademicYear.name, AcademicYear.ppg_term_cap_pence,
               AcademicYear.ppg_year_cap_pence, AcademicYear.post16_year_cap_pence)
    found = select(*columns).join(AcademicYear).where(Term.id.in_({pep.term_id for pep in peps}))
    return {row.id: row for row in session.execute(found)}


def _facts(pep: Pep, year: Columns, counters: dict[tuple[int, str], int], requests: list[Columns], own: int | None) -> PpgFacts:
    scheme = scheme_for(pep)
    drafts = sum(row.amount_pence for row in requests if row.status == PpgStatus.DRAFT and row.id != own)
    counted = sum(_reserved(row) for row in requests if row.id == own)
    taken = {
        period: counters.get((pep.child_id, period), 0) - counted + drafts for period in periods(year.name, year.term.value, scheme)
    }
    school_age = scheme is not Scheme.POST_16
    shown = f"{year.name} {year.term.value}" if school_age else year.name
    elsewhere = counters.get((pep.child_id, shown), 0) - sum(map(_reserved, requests))
    return PpgFacts(
        scheme=scheme,
        term_label=f"{year.term.label} {year.name}",
        year_label=year.name,
        term_cap_pence=year.ppg_term_cap_pence if school_age else None,
        year_cap_pence=year.ppg_year_cap_pence if school_age else year.post16_year_cap_pence,
        term_taken_pence=taken.get(f"{year.name} {year.term.value}", 0),
        year_taken_pence=taken[year.name],
        has_target=True,
        drafts_pence=drafts,
        elsewhere_pence=max(0, elsewhere),
        year_group=pep.year_group,
    )


def _reserved(row: Columns) -> int:
    """What a request holds in the counters now, in pence."""
    if row.status == PpgStatus.REQUESTED:
        return int(row.amount_pence)
    return int(row.approved_pence or 0) if row.status in (PpgStatus.APPROVED, PpgStatus.RELEASED) else 0
