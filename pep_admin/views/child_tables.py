"""The tables of what belongs to a child, on the child's page: PEPs, schools, homes, workers, time in care, and the records.

A further table of a child's rows is a function here and a line in `tables_of`. What the rest of the page shows is child_page.py's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pep_admin.deadlines import format_day
from pep_admin.models import Child
from pep_admin.permissions import Permission, audience_for, lent
from pep_admin.queries.child_page import ChildRecord
from pep_admin.views import lateness
from pep_admin.views.base import Link, PepModelView, RelatedTable
from pep_admin.views.cells import amount
from pep_admin.vocabulary import RollMove


def tables_of(view: PepModelView, record: ChildRecord) -> list[RelatedTable]:
    """Every table, in the order of the page; homes, workers and time in care for social care's side alone (HB-3.11)."""
    child = record.child
    tables = [_peps(view, record), _enrolments(view, record)]
    if audience_for(view.actor, child).is_of_the_office:
        tables += [_homes(view, record), _workers(view, record), _periods(view, record)]
    tables += [_sdq(view, record), _suspensions(view, record), _consents(view, record)]
    tables += [_alerts(view, record)] if view.may(Permission.ALERT_READ) else []
    return [*tables, _referrals(view, record)] if record.referrals else tables


def link(view: PepModelView, text: Any, endpoint: str, **values: Any) -> Any:
    """The text as a link, where the page it leads to is mounted and open to the one who acts."""
    url = view.way_to(endpoint, **values)
    return Link(str(text), url) if url else text


def _peps(view: PepModelView, record: ChildRecord) -> RelatedTable:
    rows = [[link(view, pep.reference, "pep_peps.details_view", id=pep.id), pep.term.label, pep.kind, pep.status,
             lateness.due_cell(pep), pep.school, pep.grade] for pep in record.peps]
    opened = view.way_to("pep_peps.open_pep", child=record.child.id)
    return RelatedTable("PEPs", ("Reference", "Term", "Kind", "Status", "Due", "School", "Grade"), rows, "No PEP yet.",
                        [Link("Open a PEP", opened)] if opened else [])


def _enrolments(view: PepModelView, record: ChildRecord) -> RelatedTable:
    rows = [[link(view, each.school.name, "pep_schools.details_view", id=each.school_id), each.started_on, each.ended_on,
             each.leaving_reason] for each in record.enrolments]
    return RelatedTable("Schools", ("School", "From", "To", "Why it ended"), rows, "No school on record.",
                        _take_back(view, record.child, RollMove.SCHOOL, rows, ended=record.child.school_id is None))


def _homes(view: PepModelView, record: ChildRecord) -> RelatedTable:
    rows = [[each.kind, each.carer, each.started_on, each.ended_on] for each in record.homes]
    return RelatedTable("Homes", ("Kind", "Carer", "From", "To"), rows, "No home on record.",
                        _take_back(view, record.child, RollMove.HOME, rows))


def _workers(view: PepModelView, record: ChildRecord) -> RelatedTable:
    rows = [[each.social_worker, each.started_on, each.ended_on] for each in record.workers]
    return RelatedTable("Social workers", ("Social worker", "From", "To"), rows, "No social worker on record.",
                        _take_back(view, record.child, RollMove.WORKER, rows))


def _periods(view: PepModelView, record: ChildRecord) -> RelatedTable:
    rows = [[each.started_on, each.ended_on, each.end_reason] for each in record.periods]
    return RelatedTable("Periods in care", ("From", "To", "Why it ended"), rows, "No period on record.",
                        _take_back(view, record.child, RollMove.CARE, rows if record.child.left_care_on else []))


def _take_back(
    view: PepModelView, child: Child, move: RollMove, rows: Sequence[Sequence[Any]], *, ended: bool = False
) -> list[Link]:
    """The way to take the last move back, where something was ended."""
    least = 1 if ended or move is RollMove.CARE else 2
    url = view.way_to("pep_children.undo", id=child.id, what=move.value) if len(rows) >= least else None
    return [Link("Take the last one back", url)] if url else []


def _sdq(view: PepModelView, record: ChildRecord) -> RelatedTable:
    rows = [[link(view, format_day(each.completed_on), "pep_sdq.details_view", id=each.id), each.total, each.completed_by]
            for each in record.sdq]
    return RelatedTable("SDQ totals", ("Date", "Total", "Filled in by"), rows, "No SDQ total on record.",
                        _add(view, record.child, "Add a total", "pep_sdq.add", Permission.SDQ_EDIT))


def _suspensions(view: PepModelView, record: ChildRecord) -> RelatedTable:
    rows = [[link(view, format_day(each.started_on), "pep_suspensions.details_view", id=each.id), each.ended_on, each.kind,
             each.half_days, each.school] for each in record.suspensions]
    return RelatedTable("Suspensions", ("First day", "Last day", "Kind", "Half days", "School"), rows, "None on record.",
                        _add(view, record.child, "Add a suspension", "pep_suspensions.add", Permission.SUSPENSION_EDIT))


def _alerts(view: PepModelView, record: ChildRecord) -> RelatedTable:
    rows = [[link(view, format_day(each.told_on), "pep_exclusion_alerts.details_view", id=each.id), each.concern, each.told_name,
             each.advised_on or "Not yet", each.closed_on or "Open"] for each in record.alerts]
    return RelatedTable("Exclusion risk", ("Told on", "What it is", "Told by", "Advised on", "Closed on"), rows, "None was told.",
                        _add(view, record.child, "Tell the Virtual School…", "pep_exclusion_alerts.tell", Permission.ALERT_TELL))


def _consents(view: PepModelView, record: ChildRecord) -> RelatedTable:
    rows = [[link(view, each.matter.label, "pep_consents.details_view", id=each.id), each.who_decides, each.decision, each.given_on]
            for each in record.consents]
    return RelatedTable("Consents", ("Matter", "Who decides", "Decision", "Decided on"), rows, "None on record.",
                        _add(view, record.child, "Add a consent", "pep_consents.add", Permission.CONSENT_EDIT))


def _referrals(view: PepModelView, record: ChildRecord) -> RelatedTable:
    rows = [[link(view, format_day(each.asked_on), "pep_referrals.details_view", id=each.id), each.wanted,
             amount(each.amount_pence), each.told_on or "Not yet"] for each in record.referrals]
    return RelatedTable("Referrals to the Early Years Team", ("Asked on", "What for", "Asked for", "Team told on"), rows)


def _add(view: PepModelView, child: Child, text: str, endpoint: str, permission: Permission) -> list[Link]:
    """The way to a form about the child, for those who may use it on this one."""
    url = view.way_to(endpoint, child=child.id)
    return [Link(text, url)] if url and not lent(view.db_session, view.actor, permission, [child.id]) else []
