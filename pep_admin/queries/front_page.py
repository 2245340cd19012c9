"""The numbers of the front page. Their words and the lists they lead to are views/dashboard.py's."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from pep_admin.models import Child, ExclusionAlert, LeadQuestion, Pep, PpgRequest
from pep_admin.permissions import Actor
from pep_admin.queries.in_care import of_child_in_care, stays_in_care
from pep_admin.queries.lateness import late_now
from pep_admin.queries.peps import OPEN_TO_WRITE, UNFINISHED
from pep_admin.school_words import LeadAnswer
from pep_admin.vocabulary import PepStatus, PpgStatus

DUE_SOON_DAYS = 14


def front_page_counts(session: Session, actor: Actor, today: date) -> dict[str, int]:
    """How many PEPs and requests the actor sees in each state; the keys are those of the front page."""
    soon = today + timedelta(days=DUE_SOON_DAYS)
    writing = Pep.status.in_(OPEN_TO_WRITE)
    row = session.execute(
        select(
            func.count(case((writing, 1))).label("open"),
            func.count(case((writing & Pep.due_on.between(today, soon), 1))).label("due_soon"),
            func.count(case((late_now(session, today), 1))).label("late"),
            func.count(case((Pep.status.in_(UNFINISHED) & ~of_child_in_care(today), 1))).label("left_care"),
            func.count(case(((Pep.status == PepStatus.SUBMITTED) & of_child_in_care(today), 1))).label("with_vs"),
            func.count(case((Pep.status == PepStatus.RETURNED, 1))).label("sent_back"),
            func.count(case((Pep.status == PepStatus.COMPLETE, 1))).label("complete"),
        )
    ).one()
    money = session.execute(
        select(
            func.count(case((PpgRequest.status == PpgStatus.APPROVED, 1))).label("to_release"),
            func.count(case((PpgRequest.status == PpgStatus.REQUESTED, 1))).label("held"),
        )
    ).one()
    unknown = select(func.count(Child.id)).where(
        Child.setting_unknown_since.is_not(None), stays_in_care(today))
    named = select(func.count(LeadQuestion.id)).where(LeadQuestion.answer == LeadAnswer.OTHER, LeadQuestion.decision.is_(None))
    alerts = select(func.count(ExclusionAlert.id)).where(ExclusionAlert.closed_on.is_(None))
    return {**row._asdict(), **money._asdict(), "setting_unknown": session.scalar(unknown) or 0,
            "leads_named": session.scalar(named) or 0, "alerts": session.scalar(alerts) or 0}
