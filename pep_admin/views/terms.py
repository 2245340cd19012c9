"""Academic years with their numbers, the making of the next one, their terms, and the launch of a term."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from pep_admin.exceptions import Refused
from pep_admin.models import AcademicYear, Child, Term
from pep_admin.permissions import Actor, Permission
from pep_admin.policy import NUMBERS, Number
from pep_admin.validators.findings import Finding
from pep_admin.validators.years import check_term, check_year
from pep_admin.views.base import Link, RelatedTable
from pep_admin.views.calendars import Counting
from pep_admin.views.filters import OneOf, Related, asked_for
from pep_admin.views.term_forms import NextYearForm
from pep_admin.vocabulary import TermName
from pep_admin.workflow import years
from pep_admin.workflow.calendars import Recount, save_term
from pep_admin.workflow.peps import LaunchResult, launch_term

MOST_NAMED = 200
"""Children a preview names; a longer list is counted, not printed."""

NAMES = tuple(each.name for each in NUMBERS)
TO_CHECK = {True: "To be checked", False: ""}


def _hint(number: Number) -> str:
    """What to know of a number, and the rules it belongs to."""
    return f"{number.hint} ({', '.join(number.codes)})" if number.codes else number.hint


class Years(Counting):
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
        "next_year": Permission.TERM_EDIT,
    }
    column_list = ("name", "starts_on", "ends_on", "ppg_term_cap_pence", "ppg_year_cap_pence", "post16_year_cap_pence")
    column_details_list = ("starts_on", "ends_on", *NAMES)
    column_labels = {"name": "Name", "starts_on": "First day", "ends_on": "Last day", **{each.name: each.label for each in NUMBERS}}
    column_descriptions = {"name": "The two halves of the year, like 2024-25.", **{each.name: _hint(each) for each in NUMBERS}}
    column_default_sort = ("starts_on", True)
    form_columns = ("name", "starts_on", "ends_on", *NAMES)

    def check(self, proposed: Any) -> list[Finding]:
        return check_year(proposed)

    def keep(self, session: Session, row: Any, actor: Actor) -> Recount:
        return years.save_year(session, row, actor=actor, today=self.today)

    def links(self, row: AcademicYear) -> list[Link]:
        url = self.way_to("pep_years.next_year", id=row.id)
        following = years.next_year_of(row).name
        can_be = url and not years.find_wrong_in_next(self.db_session, row)
        return [*super().links(row), *([Link(f"Make {following} from this year…", url)] if url and can_be else [])]

    @expose("/next/", methods=("GET", "POST"))
    def next_year(self) -> ResponseReturnValue:
        """The year after this one, as it would be: its numbers, its terms 52 weeks on, every date to be checked or changed."""
        row = self.row_or_404()
        form = NextYearForm.of(row, request.form if request.method == "POST" else None)
        wrong: Sequence[Finding] = years.find_wrong_in_next(self.db_session, row)
        if request.method == "POST" and not wrong and form.validate():
            done = self.commit(years.copy_year, row, form.terms(), today=self.today, subject=row)
            if done.value is not None:
                self.say(f"{done.value.name} was made, with the numbers of {row.name}.")
                return self.back_to("details_view", id=done.value.id)
            form.put(done.findings)
        return self.page("pep/terms/next_year.html", status=422 if request.method == "POST" else 200, row=row, form=form,
                         wrong=wrong, following=years.next_year_of(row), numbers=self.details_of(row)[2:])

    def related(self, row: AcademicYear) -> list[RelatedTable]:
        found = self.db_session.scalars(
            select(Term).where(Term.year_id == row.id).options(joinedload(Term.year)).order_by(Term.starts_on)
        )
        rows = [[self._term(each), each.starts_on, each.ends_on, each.deadline_on, TO_CHECK[each.dates_to_check], each.launched_at]
                for each in found]
        new = self.way_to("pep_terms.create_view")
        return [RelatedTable("Terms", ("Term", "First day", "Last day", "PEPs due by", "Dates", "Launched"), rows, "No term yet.",
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
    column_details_list = ("year", "starts_on", "ends_on", "half_term_from", "half_term_to", "deadline_on", "dates_to_check",
                           "launched_at")
    column_labels = {
        "label": "Term", "name": "Term", "year": "Academic year", "year_id": "Academic year", "starts_on": "First day",
        "ends_on": "Last day", "half_term_from": "Half-term from", "half_term_to": "Half-term to", "deadline_on": "PEPs due by",
        "dates_to_check": "The dates are still to be checked", "launched_at": "Launched",
    }
    column_descriptions = {"dates_to_check": "Take the tick away when they agree with the calendar that was published."}
    column_sortable_list = (("label", "starts_on"), "starts_on", "ends_on", "deadline_on")
    column_default_sort = ("starts_on", True)
    column_filters = (
        OneOf(Term.name, "Term", "term", TermName),
        Related(Term.year_id, "Academic year", "year", AcademicYear, order=(AcademicYear.starts_on.desc(),),
                search=(AcademicYear.name,)),
    )
    form_columns = ("year", "name", "starts_on", "ends_on", "half_term_from", "half_term_to", "deadline_on", "dates_to_check")
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
