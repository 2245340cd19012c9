"""The questions about children: no school or part-time, suspended or at risk, moved, the SDQ; and whom nothing reaches.

Whether an SDQ is wanting or answered is the checks' of a PEP (RD-106, RD-231), what a reduced timetable is the document's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import joinedload

from pep_admin import queries
from pep_admin.deadlines import format_day
from pep_admin.models import CallNote, Child, ExclusionAlert, Pep, SdqScore, Suspension, Term
from pep_admin.pep_document import read_documents, reduced_timetables
from pep_admin.pep_form import Document
from pep_admin.queries.alerts import advised_on_suspension, without_school
from pep_admin.queries.in_care import stays_in_care
from pep_admin.queries.launch import launch_candidates
from pep_admin.queries.new_children import year_of
from pep_admin.queries.peps import UNFINISHED
from pep_admin.questions.found import Found, Leads, Week, theirs
from pep_admin.school_calendar import months_before
from pep_admin.validators.findings import Finding, blocking
from pep_admin.validators.meetings import Calendar
from pep_admin.validators.social_care import check_social_care
from pep_admin.validators.targets import check_target_set
from pep_admin.validators.waivers import let_pass
from pep_admin.vocabulary import Audience, PepKind

SDQ_CHECKS = ("RD-106", "RD-231")


def no_school(week: Week) -> list[Found]:
    """Children in care and of PEP age without a school, and those whose newest PEP that says so has them on a reduced timetable,
    the longest first. The days are those without a school, or since the reduced timetable began."""
    if week.term is None:
        return []
    of_age = [each for each in launch_candidates(week.session, week.term, week.today) if not each.why_not]
    officers = _officers(week)
    found = [Found(f"No school since {format_day(each.since)}", theirs(officers.get(each.child_id)), each.child_id,
                   days=(week.today - each.since).days) for each in without_school(week.session, of_age)]
    for part in reduced_timetables(week.session, {each.child_id for each in of_age if each.school_id is not None}):
        found.append(Found(part.words, theirs(officers.get(part.child_id)), part.child_id, part.pep_id,
                           days=(week.today - part.since).days if part.since else None))
    return sorted(found, key=lambda each: (-(each.days or 0), each.child_id or 0))


def _officers(week: Week) -> dict[int, int]:
    rows = week.session.execute(select(Child.id, Child.case_officer_id).where(Child.case_officer_id.is_not(None)))
    return {child_id: officer_id for child_id, officer_id in rows if officer_id is not None}


def suspended(week: Week) -> list[Found]:
    """Children sent away from school today, or of whom a risk was told that is not closed (HB-3.6): a line a child, who was not
    rung about first. The days are those since it was told or began.

    Rung is: an alert with advice, a suspension with advice on record, or a call noted about a PEP of the child since.
    """
    session, officers = week.session, _officers(week)
    since: dict[int, date] = {}
    words: dict[int, list[str]] = defaultdict(list)
    advised: dict[int, list[bool]] = defaultdict(list)
    leads: dict[int, tuple[Leads, int]] = {}
    for away in session.execute(_away(week)):
        until = f" until {format_day(away.ended_on)}" if away.ended_on else ""
        words[away.child_id].append(f"{away.kind.label} from {format_day(away.started_on)}{until}")
        advised[away.child_id].append(away.advised)
        leads[away.child_id] = (Leads.SUSPENSION, away.id)
        since[away.child_id] = min(away.started_on, since.get(away.child_id, date.max))
    alerts = select(ExclusionAlert.id, ExclusionAlert.child_id, ExclusionAlert.concern, ExclusionAlert.told_on,
                    ExclusionAlert.advised_on).join(Child, ExclusionAlert.child_id == Child.id).where(stays_in_care(week.today))
    for alert in session.execute(alerts.where(ExclusionAlert.closed_on.is_(None)).order_by(ExclusionAlert.id)):
        said = f"advised on {format_day(alert.advised_on)}" if alert.advised_on else "no advice yet"
        words[alert.child_id].append(f"{alert.concern.label}, told on {format_day(alert.told_on)}: {said}")
        advised[alert.child_id].append(alert.advised_on is not None)
        leads[alert.child_id] = (Leads.ALERT, alert.id)
        since[alert.child_id] = min(alert.told_on, since.get(alert.child_id, date.max))
    called = _called(week, since)
    found = []
    for child_id, first in since.items():
        rung = f"Rung on {format_day(called[child_id])}" if child_id in called else (
            "Advice is on record" if all(advised[child_id]) else "Not rung yet")
        kind, row_id = leads[child_id]
        found.append((rung == "Not rung yet", Found(
            f"{'; '.join(words[child_id])}. {rung}", theirs(officers.get(child_id)), child_id, days=(week.today - first).days,
            leads=kind, row_id=row_id)))
    return [each for _, each in sorted(found, key=lambda pair: (not pair[0], -(pair[1].days or 0), pair[1].child_id or 0))]


def _away(week: Week) -> Any:
    """Suspensions of this academic year that hold today; one without an end while the child is at that school still."""
    year = year_of(week.session, week.today)
    holds = or_(Suspension.ended_on >= week.today, and_(Suspension.ended_on.is_(None), Child.school_id == Suspension.school_id))
    asked = select(Suspension.id, Suspension.child_id, Suspension.kind, Suspension.started_on, Suspension.ended_on,
                   advised_on_suspension().label("advised"))
    return asked.join(Child, Suspension.child_id == Child.id).where(
        stays_in_care(week.today), Suspension.started_on <= week.today, holds,
        Suspension.started_on >= (year.starts_on if year else week.today)
    ).order_by(Suspension.id)


def _called(week: Week, since: dict[int, date]) -> dict[int, date]:
    """By child the last call that was noted about a PEP of theirs, since the day that counts for them."""
    asked = select(Pep.child_id, CallNote.spoke_on).join(Pep, CallNote.pep_id == Pep.id).order_by(CallNote.spoke_on)
    found = week.session.execute(asked.where(CallNote.spoke_on >= min(since.values()))) if since else ()
    return {child_id: on for child_id, on in found if child_id in since and on >= since[child_id]}


def moved(week: Week) -> list[Found]:
    """Moves of school and home that no review answers yet (HB-1.5), the oldest first. The days are those since."""
    return [
        Found(f"{each.kind.label}, {format_day(each.on)}: {each.what}", theirs(each.officer_id), each.child_id,
              each.open_peps[0].id if each.open_peps else None, days=(week.today - each.on).days, leads=Leads.CHANGE,
              row_id=each.row_id, kind=each.kind.value)
        for each in week.moves
    ]


def sdq(week: Week) -> list[Found]:
    """Children whose unfinished PEP lacks an SDQ total that is young enough, or has one from the threshold on that no target
    answers: what the checks of the PEP say (HB-4.7), the first due first. Whole PEPs are read of those alone that may be such."""
    peps = _may_lack_sdq(week)
    documents = read_documents(week.session, peps, audience=Audience.RULES) if peps else {}
    waivers = queries.standing_waivers(week.session, documents)
    found = []
    for pep in peps:
        wrong = let_pass(_of_sdq(documents[pep.id], week.today), waivers.get(pep.id, ()))
        said = [each.message for each in blocking(wrong)]
        if said:
            found.append(Found(" ".join(said), theirs(pep.child.case_officer_id), pep.child_id, pep.id,
                               days=(pep.due_on - week.today).days, due_on=pep.due_on))
    return sorted(found, key=lambda each: (each.due_on or date.max, each.child_id or 0))


def _of_sdq(document: Document, today: date) -> list[Finding]:
    """What Part 1 and the targets together say of the SDQ."""
    every = [*check_social_care(document, today, Calendar()), *check_target_set(document)]
    return [each for each in every if each.check in SDQ_CHECKS]


def _may_lack_sdq(week: Week) -> list[Pep]:
    """The newest unfinished review of each child in care, unless the scores it shows are young and below the threshold."""
    asked = select(Pep).join(Child, Pep.child_id == Child.id).join(Term, Pep.term_id == Term.id).where(
        Pep.status.in_(UNFINISHED), Pep.kind != PepKind.FUNDING, Child.entered_care_on <= week.today,
        stays_in_care(week.today))
    newest = {pep.child_id: pep for pep in week.session.scalars(asked.order_by(Pep.id).options(
        joinedload(Pep.child), joinedload(Pep.term).joinedload(Term.year)))}
    scores: dict[int, list[Any]] = defaultdict(list)
    columns = select(SdqScore.child_id, SdqScore.pep_id, SdqScore.completed_on, SdqScore.total)
    for row in week.session.execute(columns.order_by(SdqScore.completed_on.desc(), SdqScore.id)):
        scores[row.child_id].append(row)
    return [pep for pep in newest.values() if _may_lack(pep, scores[pep.child_id], week.today)]


def _may_lack(pep: Pep, scores: Sequence[Any], today: date) -> bool:
    shown = [each for each in scores if each.pep_id == pep.id] or list(scores[:1])
    since, threshold = months_before(today, pep.term.year.sdq_valid_months), pep.term.year.sdq_threshold
    return not any(since <= each.completed_on <= today for each in shown) or any(each.total >= threshold for each in shown)


def unreached(week: Week) -> list[Found]:
    """People for whom a part of a PEP waits and whom nothing reaches (HB-2.2), as on their own page. The days are those to the
    first of those PEPs' days."""
    found = []
    for each in week.unreached:
        peps = [pep for pep, _ in each.peps]
        first = min(pep.due_on for pep in peps)
        school = each.school
        name = "" if each.person else f"{school.name}: no designated teacher" if school else "No social worker"
        words = f"{each.why.label}. {len(peps)} PEP{'' if len(peps) == 1 else 's'}: {', '.join(pep.reference for pep in peps[:3])}"
        found.append(Found(
            words + (" and more" if len(peps) > 3 else ""), frozenset().union(*(theirs(pep.child.case_officer_id) for pep in peps)),
            person_id=each.person.id if each.person else None, school_id=school.id if school else None, name=name,
            days=(first - week.today).days, due_on=first))
    return found
