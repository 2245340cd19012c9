"""Academic years with their numbers, their terms, and the launch of a term: preview, confirm, result."""

from __future__ import annotations

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from pep_admin.exceptions import Refused
from pep_admin.models import AcademicYear, Child, Term
from pep_admin.permissions import Actor, Permission
from pep_admin.validators.findings import Finding
from pep_admin.validators.years import check_term, check_year
from pep_admin.views.base import Link, PepModelView, RelatedTable
from pep_admin.views.calendars import Counting
from pep_admin.views.filters import OneOf, Related, asked_for
from pep_admin.vocabulary import TermName
from pep_admin.workflow.calendars import Recount, save_term
from pep_admin.workflow.inspections import judge_schools
from pep_admin.workflow.peps import LaunchResult, launch_term

MOST_NAMED = 200
"""Children a preview names; a longer list is counted, not printed."""

NUMBERS = ("ppg_term_cap_pence", "ppg_year_cap_pence", "post16_year_cap_pence", "grant_per_child_pence", "sdq_threshold",
           "initiate_working_days", "complete_school_days", "amber_is_satisfactory", "graded_rule", "card_rule",
           "withheld_address_blocks")


class Years(PepModelView):
    """Academic years; a PEP keeps to the numbers of its term's year."""

    model = AcademicYear
    noun = "years"
    title = "Academic years"
    singular = "Academic year"
    group = "Years and terms"
    opens = {
        "index_view": Permission.TERM_READ,
        "details_view": Permission.TERM_READ,
        "create_view": Permission.TERM_EDIT,
        "edit_view": Permission.TERM_EDIT,
    }
    column_list = ("name", "starts_on", "ends_on", "ppg_term_cap_pence", "ppg_year_cap_pence", "post16_year_cap_pence")
    column_details_list = ("starts_on", "ends_on", *NUMBERS)
    column_labels = {
        "name": "Name", "starts_on": "First day", "ends_on": "Last day", "ppg_term_cap_pence": "PPG for a child in a term, up to",
        "ppg_year_cap_pence": "PPG for a child in the year, up to", "post16_year_cap_pence": "Post-16 in the year, up to",
        "grant_per_child_pence": "Grant received for each child", "sdq_threshold": "SDQ total that targets must answer",
        "initiate_working_days": "Working days to open a new child's PEP", "complete_school_days": "School days to complete it",
        "amber_is_satisfactory": "Amber counts as satisfactory",
        "graded_rule": "Less than good, where areas were graded without an overall grade",
        "card_rule": "Less than good, by a report card",
        "withheld_address_blocks": "A withheld address that stands elsewhere stops a PEP",
    }
    column_descriptions = {
        "name": "The two halves of the year, like 2024-25.", "ppg_term_cap_pence": "In pounds (HB-6.1).",
        "ppg_year_cap_pence": "In pounds (HB-6.1).", "post16_year_cap_pence": "In pounds (HB-6.2).",
        "grant_per_child_pence": "In pounds, for the year.", "sdq_threshold": "17 in the handbook (HB-4.7).",
        "initiate_working_days": "10 in the handbook (HB-1.2).", "complete_school_days": "20 in the handbook (HB-1.3).",
        "graded_rule": "For inspections from September 2024 to November 2025 (HB-3.10).",
        "card_rule": "For inspections from November 2025 on (HB-3.10).",
        "withheld_address_blocks": "Without this it is only pointed out (HB-3.11).",
        "amber_is_satisfactory": "Gold and Green always do; this decides whether money follows an Amber PEP (HB-7.4).",
    }
    column_default_sort = ("starts_on", True)
    form_columns = ("name", "starts_on", "ends_on", *NUMBERS)

    def check(self, proposed: Any) -> list[Finding]:
        return check_year(proposed)

    def on_model_change(self, form: Any, model: Any, is_created: bool) -> None:
        judge_schools(self.db_session, today=self.today)

    def related(self, row: AcademicYear) -> list[RelatedTable]:
        found = self.db_session.scalars(
            select(Term).where(Term.year_id == row.id).options(joinedload(Term.year)).order_by(Term.starts_on)
        )
        rows = [[self._term(each), each.starts_on, each.ends_on, each.deadline_on, each.launched_at] for each in found]
        new = self.way_to("pep_terms.create_view")
        return [RelatedTable("Terms", ("Term", "First day", "Last day", "PEPs due by", "Launched"), rows, "No term yet.",
                             [Link("Add a term", new)] if new else [])]

    def _term(self, term: Term) -> Any:
        url = self.way_to("pep_terms.details_view", id=term.id)
        return Link(term.label, url) if url else term.label


class Terms(Counting):
    """Terms, each with the day by which its PEPs are due (HB-1.4)."""

    model = Term
    noun = "terms"
    title = "Terms"
    singular = "Term"
    group = "Years and terms"
    opens = {
        "index_view": Permission.TERM_READ,
        "details_view": Permission.TERM_READ,
        "create_view": Permission.TERM_EDIT,
        "edit_view": Permission.TERM_EDIT,
        "launch": Permission.TERM_LAUNCH,
    }
    loads = (joinedload(Term.year),)
    column_list = ("label", "starts_on", "ends_on", "deadline_on", "launched_at")
    column_details_list = ("year", "starts_on", "ends_on", "half_term_from", "half_term_to", "deadline_on", "launched_at")
    column_labels = {
        "label": "Term", "name": "Term", "year": "Academic year", "year_id": "Academic year", "starts_on": "First day",
        "ends_on": "Last day", "half_term_from": "Half-term from", "half_term_to": "Half-term to", "deadline_on": "PEPs due by",
        "launched_at": "Launched",
    }
    column_sortable_list = (("label", "starts_on"), "starts_on", "ends_on", "deadline_on")
    column_default_sort = ("starts_on", True)
    column_filters = (
        OneOf(Term.name, "Term", "term", TermName),
        Related(Term.year_id, "Academic year", "year", AcademicYear, order=(AcademicYear.starts_on.desc(),),
                search=(AcademicYear.name,)),
    )
    form_columns = ("year", "name", "starts_on", "ends_on", "half_term_from", "half_term_to", "deadline_on")
    form_args = {"year": {"order": (AcademicYear.starts_on.desc(),), "search": (AcademicYear.name,)}}

    def check(self, proposed: Any) -> list[Finding]:
        return check_term(proposed)

    def keep(self, session: Session, row: Any, actor: Actor) -> Recount:
        return save_term(session, row, actor=actor)

    def links(self, row: Term) -> list[Link]:
        launch = self.way_to("pep_terms.launch", id=row.id)
        pdfs = self.way_to("pep_peps.pdf_batch", **asked_for(term=str(row.id)))
        more = [("Launch this term…", launch), ("PDFs of this term’s PEPs…", pdfs)]
        return [*super().links(row), *(Link(text, url) for text, url in more if url)]

    @expose("/launch/", methods=("GET", "POST"))
    def launch(self) -> ResponseReturnValue:
        """One PEP for every child of PEP age who lacks one: who it would be, then who it was (HB-1.4, HB-2.1)."""
        term = self.row_or_404()
        if request.method == "POST":
            done = self.commit(launch_term, term, today=self.today, now=self.now)
            if done.value is not None:
                return self._launched(self.row_or_404(), done.value)
            return self._launching(term, LaunchResult(), done.findings, 422)
        try:
            planned = launch_term(self.db_session, term, actor=self.actor, today=self.today, now=self.now, dry_run=True)
        except Refused as refused:
            return self._launching(term, LaunchResult(), refused.findings, 200)
        return self._launching(term, planned, (), 200)

    def _launching(self, term: Term, planned: LaunchResult, findings: Any, status: int) -> ResponseReturnValue:
        return self.page("pep/terms/launch.html", status=status, row=term, planned=planned, findings=findings, most=MOST_NAMED,
                         children=self._named(planned.children), left_out=self._named(child_id for child_id, _ in planned.skipped))

    def _launched(self, term: Term, result: LaunchResult) -> ResponseReturnValue:
        return self.page("pep/terms/launched.html", row=term, result=result, peps=self.way_to("pep_peps.index_view"),
                         left_out=self._named(child_id for child_id, _ in result.skipped), most=MOST_NAMED)

    def _named(self, ids: Any) -> dict[int, Child]:
        """The first MOST_NAMED of those children by id, with their schools."""
        wanted = list(ids)[:MOST_NAMED]
        found = self.db_session.scalars(select(Child).where(Child.id.in_(wanted)).options(selectinload(Child.school)))
        return {child.id: child for child in found}
