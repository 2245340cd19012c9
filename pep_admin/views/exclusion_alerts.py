"""Exclusion and the risk of it (HB-3.6): telling the Virtual School of a child, its work list, what it advised, and closing.

One form serves the school's and the social worker's way in; which child it is about comes with the address or is chosen first. What
is kept is workflow/exclusions.py's.
"""

from __future__ import annotations

from typing import Any

from flask import redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from wtforms import TextAreaField
from wtforms.validators import Length

from pep_admin import queries
from pep_admin.models import Child, ExclusionAlert
from pep_admin.permissions import Permission
from pep_admin.school_words import ExclusionConcern
from pep_admin.views import draft_pages, draft_places
from pep_admin.views.base import Link
from pep_admin.views.base_forms import DayField, LabelField, PepForm
from pep_admin.views.cells import posted_version, start_of, wrapped
from pep_admin.views.filters import Case, Day, OneOf
from pep_admin.views.formats import NOTHING
from pep_admin.views.of_a_child import OfAChild
from pep_admin.workflow.drafts import drop_draft
from pep_admin.workflow.exclusions import Telling, add_to_alert, advise, close_alert, tell_exclusion_risk

MOST_OFFERED = 500
"""Children to choose from; who sees more than these begins at the child's own page."""
OPEN, CLOSED = "Open", "Closed"


def _text(label: str, description: str, longest: int) -> TextAreaField:
    fits = Length(max=longest, message=f"At most {longest:,} characters fit here.")
    return TextAreaField(label, [fits], filters=[lambda text: (text or "").replace("\r\n", "\n")], description=description)


class NewsForm(PepForm):
    """What the two ways of telling share."""

    def telling(self) -> Telling:
        """What was typed, for the verb; of a choice or a day that could not be read, nothing."""
        found: dict[str, Any] = self.data
        concern = found["concern"] if isinstance(found["concern"], ExclusionConcern) else None
        return Telling(concern, found.get("since_on"), found["happened"] or "", found["tried"] or "")


class TellForm(NewsForm):
    """The news. What is missing of it is said by the verb."""

    concern = LabelField(ExclusionConcern, label="Is it feared, or has it happened?")
    since_on = DayField("Since when")
    happened = _text("What happened, or is feared", "What was seen, when and where; what is to be decided, and when.", 2_000)
    tried = _text("What the school has tried", "And what helped. If nothing has been tried yet, say so.", 2_000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for each in self:
            each.flags.required = True


class MoreForm(NewsForm):
    """What is new about what was told already."""

    concern = LabelField(ExclusionConcern, label="How it stands now")
    happened = _text("What is new", "It is put under what was told, with today’s date and your name.", 2_000)
    tried = _text("What the school has tried since", "", 2_000)


class AdviceForm(PepForm):
    """What the Virtual School advised."""

    advice = _text("What you advised", "School and social worker read it.", 2_000)
    advised_on = DayField("Given on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for each in self:
            each.flags.required = True


class CloseForm(PepForm):
    """What became of it."""

    outcome = _text("What became of it", "Like: no suspension, a support plan. School and social worker read it.", 500)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.outcome.flags.required = True


class ExclusionAlerts(OfAChild):
    """The Virtual School's work list of children whose place at school is at risk."""

    model = ExclusionAlert
    noun = "exclusion_alerts"
    title = "Exclusion risk"
    singular = "Alert"
    group = "Children and PEPs"
    opens = {
        "index_view": Permission.ALERT_READ, "details_view": Permission.ALERT_READ, "export": Permission.LIST_EXPORT,
        "tell": Permission.ALERT_TELL, "advise": Permission.ALERT_ADVISE, "close": Permission.ALERT_ADVISE,
    }
    loads = (joinedload(ExclusionAlert.child), joinedload(ExclusionAlert.school), joinedload(ExclusionAlert.pep))
    details_template = "pep/exclusion_alerts/details.html"
    list_template = "pep/exclusion_alerts/list.html"
    column_list: Any = ("told_on", "child", "concern", "school", "happened", "advised_on", "closed_on")
    column_details_list: Any = ("child", "school", "concern", "since_on", "happened", "tried", "told_on", "told_name", "pep",
                                "advice", "advised_on", "advised_name", "closed_on", "closed_name", "outcome")
    column_export_list: Any = column_details_list
    column_labels = {
        **OfAChild.labels, "school": "School", "concern": "What it is", "since_on": "Since",
        "happened": "What happened, or is feared", "tried": "What the school has tried", "told_on": "Told on",
        "told_name": "Told by", "pep": "Told by the PEP", "advice": "Advice of the Virtual School",
        "advised_on": "Advised on", "advised_name": "Advised by",
        "closed_on": "Closed on", "closed_name": "Closed by", "outcome": "What became of it",
    }
    column_formatters: Any = {
        **OfAChild.column_formatters,
        "happened": lambda view, context, row, name: wrapped(start_of(row.happened)),
        "advised_on": lambda view, context, row, name: row.advised_on or "Not yet",
        "closed_on": lambda view, context, row, name: row.closed_on or OPEN,
    }
    column_formatters_detail: Any = {
        **OfAChild.column_formatters,
        **{key: lambda view, context, row, name: Markup('<span class="pre">{}</span>').format(getattr(row, name) or NOTHING)
           for key in ("happened", "tried", "advice", "outcome")},
    }
    column_default_sort = ("told_on", True)
    column_sortable_list = ("told_on", ("child", "child.last_name"), ("school", "school.name"), "concern", "advised_on",
                            "closed_on")
    column_filters = (
        Case(ExclusionAlert.closed_on, "State", "state", {
            "open": (OPEN, lambda column: column.is_(None)), "closed": (CLOSED, lambda column: column.is_not(None)),
        }),
        Case(ExclusionAlert.advised_on, "Advice", "advice", {
            "none": ("Not given yet", lambda column: column.is_(None)), "given": ("Given", lambda column: column.is_not(None)),
        }),
        OneOf(ExclusionAlert.concern, "What it is", "concern", ExclusionConcern),
        Day(ExclusionAlert.told_on, "Told on or after", "from", after=True),
    )
    form_columns = ("advice",)

    def links(self, row: ExclusionAlert) -> list[Link]:
        if row.closed_on is not None:
            return []
        ways = [("Tell more…", self.way_to(f"{self.endpoint}.tell", child=row.child_id)),
                ("Change the advice…" if row.advice else "Record the advice…", self.way_to(f"{self.endpoint}.advise", id=row.id)),
                ("Record a suspension…", self.way_to("pep_suspensions.add", child=row.child_id)),
                ("Close…", self.way_to(f"{self.endpoint}.close", id=row.id))]
        return [Link(text, url) for text, url in ways if url]

    # --- telling -------------------------------------------------------------------------------------------------------------

    @expose("/tell/", methods=("GET", "POST"))
    def tell(self) -> ResponseReturnValue:
        """Tell of the child of `?child=`; which child, is asked first where none is named."""
        if request.method == "GET" and "child" not in request.args:
            return self._whom()
        child = self.one_or_404(Child, self.asked_once("child"), joinedload(Child.school), joinedload(Child.social_worker))
        standing = queries.open_alert_of(self.db_session, child.id)
        if request.method != "POST":
            return self._tell_page(child, standing)
        knew, page = bool(request.form.get("alert")), draft_places.of_telling(child)
        form: Any = (MoreForm if knew else TellForm)(request.form)
        if standing is not None and not knew and standing.happened == (form.happened.data or "").strip():
            self.commit(drop_draft, page, run=draft_pages.run_of_form(), now=self.now)
            return self._told(standing.id)  # pressed twice
        if not form.validate():
            return self._tell_page(child, standing, form, status=422)
        if knew and standing is not None:
            add = draft_pages.saving(self, add_to_alert, page)
            done = self.commit(add, standing.id, form.telling(), today=self.today, subject=standing)
        else:
            tell = draft_pages.saving(self, tell_exclusion_risk, page)
            done = self.commit(tell, child.id, form.telling(), today=self.today, subject=child)
        if done.value is not None:
            return self._told(done.value.id)
        self.put_on(form, done.findings)
        return self._tell_page(child, queries.open_alert_of(self.db_session, child.id), form, status=422)

    def _whom(self) -> ResponseReturnValue:
        """The children to choose from: those that somebody of a school or social care sees."""
        if self.actor.sees_all:
            self.say("Open the page of the child, and tell it there.", "warning")
            return redirect(self.way_to("pep_children.index_view") or self.way_to(f"{self.endpoint}.index_view") or "/", code=303)
        wanted = select(Child).where(Child.left_care_on.is_(None) | (Child.left_care_on > self.today))
        rows = self.db_session.scalars(
            wanted.options(joinedload(Child.school)).order_by(Child.last_name, Child.first_name).limit(MOST_OFFERED)).all()
        return self.page("pep/exclusion_alerts/whom.html", children=rows, alerts=queries.open_alerts(
            self.db_session, [each.id for each in rows]))

    def _tell_page(
        self, child: Child, standing: ExclusionAlert | None, form: Any = None, *, status: int = 200
    ) -> ResponseReturnValue:
        """The form; where the Virtual School knows already, what it knows, and below it what is new. Typed words stay."""
        told: Any = form
        if not isinstance(form, TellForm if standing is None else MoreForm):  # it was told, or closed, while this one was typed
            typed = {"happened": form.happened.data, "tried": form.tried.data} if form is not None else {}
            told = TellForm(None, data=typed) if standing is None else MoreForm(None, data={"concern": standing.concern, **typed})
            told.head = [each for each in getattr(form, "head", ()) if each.field == ""]
        back = self.way_to("pep_children.details_view", id=child.id) or self.way_to(f"{self.endpoint}.index_view")
        _, desk = draft_pages.of_form(self, draft_places.of_telling(child), told)
        return self.page("pep/exclusion_alerts/tell.html", status=status, child=child, standing=standing, form=told, back=back,
                         desk=desk)

    def _told(self, alert_id: int) -> ResponseReturnValue:
        self.say("The Virtual School has been told. Ask for its advice before anything is decided.")
        return self.back_to("details_view", id=alert_id)

    # --- what the Virtual School does ----------------------------------------------------------------------------------------

    @expose("/advise/", methods=("GET", "POST"))
    def advise(self) -> ResponseReturnValue:
        """Record the advice given."""
        row = self.row_or_404()
        given = {"advice": row.advice, "advised_on": row.advised_on or self.today}
        form: Any = AdviceForm(request.form if request.method == "POST" else None, data=given)
        if request.method == "POST" and form.validate():
            done = self.commit(advise, row.id, advice=form.advice.data or "", advised_on=form.advised_on.data, today=self.today,
                               version=posted_version(), subject=row)
            if done.ok:
                self.say("The advice is recorded. School and social worker read it here.")
                return self.back_to("details_view", id=row.id)
            self.put_on(form, done.findings)
        return self._step("Record the advice", "Save", form)

    @expose("/close/", methods=("GET", "POST"))
    def close(self) -> ResponseReturnValue:
        """Close the alert and say what became of it."""
        row = self.row_or_404()
        form: Any = CloseForm(request.form if request.method == "POST" else None)
        if request.method == "POST" and form.validate():
            done = self.commit(close_alert, row.id, outcome=form.outcome.data or "", today=self.today, version=posted_version(),
                               subject=row)
            if done.ok:
                self.say("Closed. If it comes up again, it is told anew.")
                return self.back_to("details_view", id=row.id)
            self.put_on(form, done.findings)
        return self._step("Close the alert", "Close it", form)

    def _step(self, heading: str, button: str, form: Any) -> ResponseReturnValue:
        row = self.row_or_404()
        status = 200 if request.method != "POST" else 422 if posted_version() == row.row_version else 409
        return self.page("pep/exclusion_alerts/step.html", status=status, row=row, form=form, heading=heading, button=button)
