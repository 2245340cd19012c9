"""The roll-over on screen: the children by what becomes of their school in September, what is planned, and the one act.

What is judged and done is workflow/roll_over.py's, the fields of a line roll_over_forms.py's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import abort, request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from pep_admin.models import AcademicYear, Term
from pep_admin.permissions import Permission
from pep_admin.roll_fate import RollFate
from pep_admin.school_calendar import academic_year_begins
from pep_admin.validators.findings import Finding
from pep_admin.views import repeats
from pep_admin.views.filters import asked_for
from pep_admin.views.gate import PepView
from pep_admin.views.roll_over_forms import plan_form
from pep_admin.vocabulary import NextStep, TermName
from pep_admin.workflow.roll_over import (
    RollLine,
    RollResult,
    check_day,
    find_roll_lines,
    plan_moves,
    roll_over,
    seal_of,
    years_to_roll_into,
)

PLANNING_BEGINS = 4
"""The month from which the next year is meant unless another is asked for: places for September are known in spring."""


class RollOver(PepView):
    """Where children go in September."""

    noun = "roll_over"
    title = "Roll-over in September"
    group = "Years and terms"
    opens = {"index_view": Permission.CHILD_EDIT, "confirm": Permission.CHILD_EDIT}
    lists = frozenset({"index_view", "confirm"})

    @expose("/", methods=("GET", "POST"))
    def index_view(self) -> ResponseReturnValue:
        """Every child by what becomes of their school; what is planned is typed and kept here."""
        year, lines = self._asked()
        if year is None:
            return self.page("pep/roll_over/index.html", years=[], year=None)
        if request.method != "POST":
            return self._planning(year, lines, plan_form(lines))
        form = plan_form(lines, request.form)
        if not form.validate():
            return self._planning(year, lines, form, 422)
        done = self.commit(plan_moves, year, form.choices(), today=self.today, subject=year, keep_stale=True)
        if done.saved is not None:
            year, lines = self._now()
            return self._planning(year, lines, plan_form(lines, request.form, anew=True), 409)
        if not done.ok:
            form.head = form.put(done.findings)  # type: ignore[attr-defined]  # as put_on has it
            return self._planning(year, lines, form, 422)
        self.say(f"{done.value} plan{'' if done.value == 1 else 's'} saved. Nobody has moved yet.")
        return self.back_to("confirm" if "go_on" in request.form else "index_view", year=year.id)

    @expose("/confirm/", methods=("GET", "POST"))
    def confirm(self) -> ResponseReturnValue:
        """What the roll would do by the plans as they stand, and the button that does it."""
        year, lines = self._asked()
        if year is None:
            abort(404)
        if request.method != "POST":
            return self._confirming(year, lines, check_day(year, self.today))
        done = self.commit(roll_over, year.id, seal=request.form.get("seal", ""), today=self.today, now=self.now,
                           run=f"roll-{repeats.run_of(request.form.get('run', ''))}", subject=year, keep_stale=True)
        if done.saved is not None:
            return self._confirming(*self._now(), (), 409)
        if done.value is None:
            return self._confirming(year, lines, done.findings, 422)
        self.say(_told(done.value, year))
        return self.back_to("index_view", year=year.id)

    # --- what both pages are made of -------------------------------------------------------------------------------------

    def _asked(self) -> tuple[AcademicYear | None, list[RollLine]]:
        """The year that the address names, else the one that is meant at this time; with its children."""
        years, asked = years_to_roll_into(self.db_session, self.today), self.asked_once("year")
        if asked and asked not in {str(year.id) for year in years}:
            abort(404)
        year = next((each for each in years if str(each.id) == asked), None) or _meant(years, self.today)
        return year, find_roll_lines(self.db_session, year, self.today) if year else []

    def _now(self) -> tuple[AcademicYear, list[RollLine]]:
        """The same, read anew after somebody else was quicker."""
        self.db_session.expire_all()
        year, lines = self._asked()
        if year is None:
            abort(404)
        return year, lines

    def _planning(self, year: AcademicYear, lines: Sequence[RollLine], form: Any, status: int = 200) -> ResponseReturnValue:
        self.record_view("roll_over.list", object_type="roll_over", rows=len(lines))
        by_fate = {fate: [line for line in lines if line.fate is fate] for fate in RollFate}
        by_hand = [line for line in lines if line.decides and not line.asks_school]
        return self.page(
            "pep/roll_over/index.html", status=status, year=year, years=years_to_roll_into(self.db_session, self.today), form=form,
            by_fate=by_fate, by_hand=by_hand, first=academic_year_begins(year.name), day=check_day(year, self.today),
            moved=status == 409, fates=RollFate, birthday_18=birthday_18, further=self._further(year))

    def _confirming(
        self, year: AcademicYear, lines: Sequence[RollLine], findings: Sequence[Finding], status: int = 200
    ) -> ResponseReturnValue:
        self.record_view("roll_over.confirm", object_type="roll_over", rows=len(lines))
        deciding = [line for line in lines if line.decides]
        leaving = [line for line in deciding if line.leaves]
        return self.page(
            "pep/roll_over/confirm.html", status=status, year=year, findings=findings, moved=status == 409,
            known=[line for line in leaving if line.choice.step is NextStep.MOVES],
            unknown=[line for line in leaving if line.choice.step is NextStep.UNKNOWN],
            staying=[line for line in deciding if line.asks_school and not line.leaves],
            going_up=[line for line in deciding if line.by_hand and not line.choice.keeps_group], deciding=deciding,
            seal=seal_of(lines), run=repeats.run_of(""), first=academic_year_begins(year.name))

    def _further(self, year: AcademicYear) -> list[tuple[str, str]]:
        """Where one goes on from here: who has no setting, the term's launch, the named leads."""
        autumn = next((term for term in year.terms if term.name is TermName.AUTUMN), None)
        unknown = self.way_to("pep_children.index_view", **asked_for(care="in", setting="unknown"))
        offered = [
            ("Children whose next setting is not known", unknown),
            (f"Launch {autumn.label}" if autumn else "", self._launch(autumn)),
            ("Ask the named leads whether they still are", self.way_to("pep_leads.ask")),
        ]
        return [(text, url) for text, url in offered if url]

    def _launch(self, term: Term | None) -> str | None:
        return self.way_to("pep_terms.launch", id=term.id) if term is not None else None


def birthday_18(born: date) -> date:
    """The eighteenth birthday; of a 29 February the 1 March."""
    try:
        return born.replace(year=born.year + 18)
    except ValueError:
        return date(born.year + 18, 3, 1)


def _meant(years: Sequence[AcademicYear], today: date) -> AcademicYear | None:
    coming = [year for year in years if academic_year_begins(year.name) > today]
    running = [year for year in years if academic_year_begins(year.name) <= today]
    order = coming + running if PLANNING_BEGINS <= today.month <= 8 else running + coming
    return order[0] if order else None


def _told(result: RollResult, year: AcademicYear) -> str:
    """What was done, in a sentence or two."""
    if result == RollResult():
        return f"The roll had moved on into {year.name} already. Nothing was done twice."
    groups = f" Year groups set by hand that went up: {result.groups}." if result.groups else ""
    return (f"The roll has moved on into {year.name}. To the school that was named: {result.moved}. Next setting not known: "
            f"{result.unknown}. Stayed: {result.stayed}.{groups}")
