"""What of the roll a PEP reads: the child's schools and homes, the year's suspensions, the next stage, the EHCP's review.

Rows become facts here; reading.py puts them into the document, beside.py keeps them on the day it is sent.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from pep_admin.models import AcademicYear, CarePlacement, Child, Enrolment, MeetingSection, Pep, Suspension, Term
from pep_admin.pep_form import RecordFacts, SchoolingFacts, SuspensionFacts
from pep_admin.roll_fate import RollFacts, RollFate, roll_fate
from pep_admin.school_calendar import YEAR_GROUPS
from pep_admin.school_words import OptionsYear
from pep_admin.transitions import next_stage
from pep_admin.validators.meetings import coincides, day_of
from pep_admin.vocabulary import LeavingReason, PepStatus, SenStatus, SuspensionKind


def schools_of(session: Session, children: Sequence[int]) -> Sequence[Enrolment]:
    """Every school of these children in their order, but those that were entered in error."""
    return session.scalars(
        select(Enrolment)
        .where(Enrolment.child_id.in_(children), Enrolment.leaving_reason.is_distinct_from(LeavingReason.CORRECTION))
        .options(joinedload(Enrolment.school)).order_by(Enrolment.started_on, Enrolment.id)
    ).all()


def suspensions_of(session: Session, children: Sequence[int]) -> Sequence[Suspension]:
    """Every suspension of these children in its order."""
    return session.scalars(
        select(Suspension).where(Suspension.child_id.in_(children)).order_by(Suspension.started_on, Suspension.id)).all()


def joined_with_review(session: Session, peps: Sequence[Pep]) -> list[tuple[int, int, int]]:
    """(child, year, PEP) of every PEP of these children that was held with the annual review of the EHCP (HB-3.4)."""
    children = [pep.child_id for pep in peps if pep.child.sen_status is SenStatus.EHCP]
    if not children:
        return []
    held = (
        select(Pep.child_id, Term.year_id, Pep.id, Pep.meeting_at, Child.ehcp_review_on, MeetingSection.answers,
               AcademicYear.ehcp_within_days)
        .join(Pep.child).join(Pep.term).join(Term.year).join(MeetingSection, MeetingSection.pep_id == Pep.id)
        .where(Pep.child_id.in_(children), Pep.status != PepStatus.WITHDRAWN)
    )
    return [
        (child_id, year_id, pep_id) for child_id, year_id, pep_id, meeting_at, review_on, answers, within in session.execute(held)
        if answers.get("joined_ehcp_review") is True or coincides(day_of(meeting_at), review_on, within)
    ]


def next_stage_of(pep: Pep, group: str) -> str:
    """Where the child goes at the end of the year; by the school's phase and kind where the year group alone does not tell."""
    school = pep.school
    after = YEAR_GROUPS[YEAR_GROUPS.index(group) + 1] if group in YEAR_GROUPS[:-1] else ""
    fate = roll_fate(RollFacts(group, after, school.phase, school.kind, school.name)) if school and after else None
    ends = {RollFate.MOVES: True, RollFate.STAYS: False}.get(fate[0]) if fate else None
    return next_stage(group, pep.term.name, ends)


def record_of(
    pep: Pep, homes: Sequence[CarePlacement], schools: Sequence[Enrolment], sdq_before: int | None
) -> RecordFacts:
    """What the sections show of the school, of homes and schools since coming into care, and of who is sent to the meeting."""
    school, since = pep.school, pep.child.entered_care_on
    lead, head = (school.designated_teacher, school.headteacher) if school else (None, None)
    here = [each.started_on for each in schools if each.school_id == pep.school_id]
    return RecordFacts(
        designated_teacher=lead.name if lead else "",
        head=head.name if head else (school.head_name or "") if school else "",
        less_than_good=bool(school and school.less_than_good),
        at_school_since=here[-1] if here else None,
        team=(pep.child.social_worker.organisation or "") if pep.child.social_worker else "",
        homes=sum(each.ended_on is None or each.ended_on >= since for each in homes),
        schools=len({each.school_id for each in schools if each.ended_on is None or each.ended_on >= since}),
        sdq_before=sdq_before,
        options_in=(school.options_in if school else OptionsYear.YEAR_9).value,
        goes_there=f"{officer.name}, {officer.kind.label}" if (officer := pep.attending_officer) else "",
    )


def schooling_of(each: Enrolment) -> SchoolingFacts:
    """One row as a fact."""
    reason = each.leaving_reason.label if each.leaving_reason else ""
    return SchoolingFacts(each.school.name, each.started_on, each.ended_on, reason)


def suspension_of(each: Suspension) -> SuspensionFacts:
    """One row as a fact."""
    return SuspensionFacts(each.id, each.started_on, each.ended_on, each.half_days, each.reason is not None,
                           each.kind is SuspensionKind.PERMANENT)
