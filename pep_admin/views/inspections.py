"""Inspections of schools: the list, one inspection's page, its form by the regime, and what a school's own page shows of them.

When a school is less than good is judged under the year's rule elsewhere; here the sentence is shown.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from wtforms.validators import InputRequired

from pep_admin import config, queries
from pep_admin.models import Inspection, School, SchoolCalendar
from pep_admin.permissions import Actor, Permission
from pep_admin.school_words import InspectionRegime
from pep_admin.validators.findings import Finding
from pep_admin.validators.inspections import AREAS, COLUMNS, LessThanGoodRule, judge, regime_of
from pep_admin.views.base import Link, PepView, RelatedTable
from pep_admin.views.base_forms import DayField, LabelField, PepForm
from pep_admin.views.filters import Case, Day, OneOf, Related
from pep_admin.views.hosting import host
from pep_admin.views.removing import Removable
from pep_admin.workflow import inspections as verbs

YEARS_OLD = 5
"""After so many years an inspection says little of a school."""
LABELS = {name: label for areas in AREAS.values() for name, label in areas.items()}
RULE = "pep_admin.less_than_good_rule"


class FirstStep(PepForm):
    """When the inspection was: from that the regime follows, unless it is told."""

    on = DayField("Inspected on", [InputRequired("Enter a date, like 12 Mar 2024.")],
                  description="The first day of the inspection, like 12 Mar 2024.")
    regime = LabelField(InspectionRegime, blank="As the day says", label="What was judged",
                        description="Independent schools and colleges kept the overall grade until November 2025.")


class Inspections(Removable):
    """What Ofsted found at a school."""

    model = Inspection
    noun = "inspections"
    title = "Inspections"
    singular = "Inspection"
    group = "Schools and people"
    opens = {
        "index_view": Permission.SCHOOL_READ, "details_view": Permission.SCHOOL_READ, "export": Permission.LIST_EXPORT,
        "add": Permission.SCHOOL_EDIT, "edit_view": Permission.SCHOOL_EDIT, "remove": Permission.SCHOOL_EDIT,
    }
    list_template = "pep/inspections/list.html"
    loads = (joinedload(Inspection.school),)
    column_list = ("inspected_on", "school", "judged", "regime", "category", "published_on")
    column_details_list = ("school", "judged", "inspected_on", "published_on", "regime", *COLUMNS, "safeguarding_met", "category",
                           "note")
    column_export_list = ("school", "school.urn", "judged", "inspected_on", "published_on", "regime", *COLUMNS, "safeguarding_met",
                          "category")
    column_labels = {
        **LABELS, "school": "School", "school_id": "School", "school.urn": "URN", "judged": "Judged",
        "inspected_on": "Inspected on", "published_on": "Report published on", "regime": "Regime",
        "safeguarding_met": "Safeguarding met", "category": "Category",
        "note": "Note", "school.name": "school",
    }
    column_formatters = {"judged": lambda view, context, row, name: judge(row, rule_now()).sentence}
    column_formatters_export = column_formatters
    column_descriptions = {
        "safeguarding_met": "On a report card: met or not met. Before that: effective or not.",
        "category": "Only where the report puts the school into one.",
    }
    column_sortable_list = ("inspected_on", ("school", "school.name"), "published_on")
    column_default_sort = ("inspected_on", True)
    column_searchable_list = ("school.name",)
    column_filters = (
        Case(Inspection.id, "Judged", "judged", {
            "less": ("Less than good", lambda column: queries.is_less_than_good(rule_now())),
            "good": ("Good or better", lambda column: ~queries.is_less_than_good(rule_now())),
        }),
        OneOf(Inspection.regime, "Regime", "regime", InspectionRegime),
        Case(Inspection.inspected_on, "Age", "age", {
            "old": (f"Older than {YEARS_OLD} years", lambda column: column < years_ago()),
            "new": (f"Of the last {YEARS_OLD} years", lambda column: column >= years_ago()),
        }),
        Case(Inspection.school_id, "Of each school", "which", {"latest": ("The latest alone", lambda column: queries.is_latest())}),
        Related(Inspection.school_id, "School", "school", School, order=(School.name,), search=(School.name,)),
        Day(Inspection.inspected_on, "On or after", "from", after=True),
    )
    form_columns = ("inspected_on", "published_on", *COLUMNS, "safeguarding_met", "category", "note")

    def details_of(self, row: Any) -> list[tuple[str, Any]]:
        others = {self.column_labels[name] for name in COLUMNS if name not in AREAS[row.regime]}
        return [(label, value) for label, value in super().details_of(row) if label not in others]

    def edit_form(self, obj: Any = None) -> Any:
        return _of_regime(super().edit_form(obj), obj.regime)

    @expose("/add/", methods=("GET", "POST"))
    def add(self) -> ResponseReturnValue:
        """An inspection of the school that `?school=` names: first its day, then what its regime judges."""
        school, first = self._school(), FirstStep(request.args)
        if "on" not in request.args or not first.validate():
            first = first if "on" in request.args else FirstStep()
            return self.page("pep/inspections/when.html", form=first, school=school, back=self._page_of(school),
                             status=422 if "on" in request.args or request.method == "POST" else 200)
        form: Any = self._second_step(school, first)
        return self.new_row(form, "pep/add_to.html", parent=school, parent_url=self._page_of(school))

    def check(self, proposed: Any) -> list[Finding]:
        return verbs.find_wrong(self.db_session, proposed, today=self.today)

    def _school(self) -> School:
        return self.one_or_404(School, self.asked_once("school"))

    def _page_of(self, school: School) -> str | None:
        return self.way_to("pep_schools.details_view", id=school.id)

    def _second_step(self, school: School, first: FirstStep) -> Any:
        day: Any = first.on.data
        regime: Any = first.regime.data or regime_of(day)
        form: Any = _of_regime(self.create_form(), regime)
        if request.method == "GET":
            form.inspected_on.data = day
        form.known = {"school_id": school.id, "regime": regime}
        return form

    def validate_form(self, form: Any) -> bool:
        # `check` reads what the address says of a new row as if it had been typed.
        for name, value in getattr(form, "known", {}).items():
            setattr(form, name, value)
        return super().validate_form(form)

    def _make(self, session: Session, form: Any, *, actor: Actor) -> Any:
        row = Inspection(**form.known)
        form.populate_obj(row)
        return verbs.save_inspection(session, row, actor=actor, today=self.today)

    def _change(self, session: Session, form: Any, row: Any, *, actor: Actor) -> None:
        with session.no_autoflush:
            form.populate_obj(row)
            verbs.save_inspection(session, row, actor=actor, today=self.today)

    def removing(self) -> Any:
        return verbs.remove_inspection, {"today": self.today}


def rule_now() -> LessThanGoodRule:
    """The rule of today's academic year, asked once a request."""
    known = request.environ
    if RULE not in known:
        known[RULE] = queries.less_than_good_rule(host().db.session(), config.today())
    found: LessThanGoodRule = known[RULE]
    return found


def years_ago() -> date:
    """The day some years ago; of a 29 February the day before."""
    today = config.today()
    return today.replace(year=today.year - YEARS_OLD, day=28 if (today.month, today.day) == (2, 29) else today.day)


def standing_in_words(view: Any, context: Any, row: School, name: str) -> str:
    """A formatter of School.less_than_good for its page: the sentence with its reason."""
    return verbs.standing_of(view.db_session, row, today=view.today).sentence


def tables_of_school(view: PepView, school: School) -> list[RelatedTable]:
    """What a school's page shows of its inspections and its calendars."""
    found = view.db_session.scalars(
        select(Inspection).where(Inspection.school_id == school.id).order_by(Inspection.inspected_on.desc()).limit(20))
    rows: list[list[Any]] = [
        [Link(f"{each}", view.way_to("pep_inspections.details_view", id=each.id) or ""), judge(each, rule_now()).sentence,
         each.published_on] for each in found
    ]
    new = view.way_to("pep_inspections.add", school=school.id)
    inspected = RelatedTable("Inspections", ("Inspection", "Judged", "Report published on"), rows, "No inspection on record.",
                             [Link("Add an inspection", new)] if new else [])
    calendars = view.db_session.scalars(
        select(SchoolCalendar).where(SchoolCalendar.school_id == school.id).options(joinedload(SchoolCalendar.year)).limit(20))
    lines: list[list[Any]] = [
        [Link(each.year.name, view.way_to("pep_calendars.details_view", id=each.id) or ""),
         "Those that it follows" if each.follows else "Its own", each.note] for each in calendars
    ]
    own = view.way_to("pep_calendars.add", school=school.id)
    return [inspected, RelatedTable("Its own calendars", ("Academic year", "Terms", "Note"), lines,
                                    "None. The terms of its authority hold, or those of the Virtual School.",
                                    [Link("Add a calendar", own)] if own else [])]


def _of_regime(form: Any, regime: InspectionRegime) -> Any:
    """The form without the areas of other regimes."""
    for name in COLUMNS:
        if name not in AREAS[regime]:
            del form[name]
    if regime is InspectionRegime.CARD:
        form["card_early_years"].label.text = "Early years"
    return form
