"""Academic years and their terms: put on record from policy.py when a database is new; changed after that by the Virtual School."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin import audit
from pep_admin.models import AcademicYear, Term
from pep_admin.permissions import Actor, Permission, require
from pep_admin.policy import YEARS, YearPolicy


def open_years(session: Session, *, actor: Actor) -> list[AcademicYear]:
    """Put the years of policy.py on record that are not there yet; those that are keep the Virtual School's numbers."""
    require(actor, Permission.TERM_EDIT)
    there = set(session.scalars(select(AcademicYear.name)))
    opened = [_year(policy) for name, policy in YEARS.items() if name not in there]
    session.add_all(opened)
    session.flush()
    for year in opened:
        audit.record(session, "year.open", year)
    return opened


def _year(policy: YearPolicy) -> AcademicYear:
    return AcademicYear(
        name=policy.name, starts_on=policy.starts_on, ends_on=policy.ends_on, ppg_term_cap_pence=policy.ppg_term_cap_pence,
        ppg_year_cap_pence=policy.ppg_year_cap_pence, post16_year_cap_pence=policy.post16_year_cap_pence,
        grant_per_child_pence=policy.grant_per_child_pence, sdq_threshold=policy.sdq_threshold,
        initiate_working_days=policy.initiate_working_days, complete_school_days=policy.complete_school_days,
        amber_is_satisfactory=policy.amber_is_satisfactory, graded_rule=policy.graded_rule, card_rule=policy.card_rule,
        withheld_address_blocks=policy.withheld_address_blocks,
        terms=[
            Term(name=each.name, starts_on=each.starts_on, ends_on=each.ends_on, half_term_from=each.half_term_from,
                 half_term_to=each.half_term_to, deadline_on=each.deadline_on)
            for each in policy.terms
        ],
    )
