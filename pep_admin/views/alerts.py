"""Alerts: what needs an officer's advice at once, of all five kinds, and the page that records what was advised or done.

What is an alert, and what settles one, is workflow/alerts.py's. Of a risk that somebody told, the advice is recorded with it
(exclusion_alerts.py): the list leads there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

from flask import abort, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from pep_admin.models import AlertAdvice, Child, Pep, School
from pep_admin.permissions import Permission
from pep_admin.queries.alerts import Alert, advice_since
from pep_admin.school_words import AlertKind
from pep_admin.validators import forms
from pep_admin.views import contacts
from pep_admin.views.cells import posted_version
from pep_admin.views.contacts import Contact
from pep_admin.views.exclusion_alerts import AdviceForm
from pep_admin.views.gate import PepView
from pep_admin.views.hosting import can_be_id
from pep_admin.views.week import EVERY, MINE, SCOPES
from pep_admin.workflow import alerts

ON_A_PAGE = 50
STILL_SHOWN = timedelta(days=30)
"""How long what was answered stands below the list, to be corrected."""


@dataclass(frozen=True, slots=True)
class Line:
    """An alert as it is shown: its child, how many days it has stood, the PEP that says so, where its advice is recorded, whom to
    ring."""

    alert: Alert
    child: Child
    days: int
    pep: Pep | None
    way: str | None
    contacts: Sequence[Contact]


class Alerts(PepView):
    """The Virtual School's list of what cannot wait."""

    noun = "alerts"
    title = "Alerts"
    group = "Children and PEPs"
    opens: ClassVar[dict[str, Permission]] = {"index_view": Permission.WEEK_READ, "advise": Permission.ALERT_ADVISE}

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """All of them, or those of the children whose officer one is, the longest first; what was answered lately below."""
        scope = self._scope()
        every = [each for each in alerts.find_alerts(self.db_session, self.today)
                 if scope == EVERY or each.officer_id == self.actor.person_id]
        pages, asked = max(1, -(-len(every) // ON_A_PAGE)), self.asked_once("page")
        page = min(int(asked) if can_be_id(asked) else 0, pages - 1)
        shown = self._lines(every[page * ON_A_PAGE : (page + 1) * ON_A_PAGE])
        answered = advice_since(self.db_session, self.today - STILL_SHOWN)[:ON_A_PAGE]
        children = self._children([each.child_id for each in answered])
        self.record_view("alerts.list", object_type="alerts", rows=len(shown) + len(answered))
        return self.page("pep/alerts/list.html", lines=shown, count=len(every), pages=pages, page_number=page, scope=scope,
                         scopes=SCOPES if self.actor.person_id is not None else {}, first=page * ON_A_PAGE + 1,
                         answered=[(each, children[each.child_id]) for each in answered])

    def _scope(self) -> str:
        return MINE if self.asked_once("whose") == MINE and self.actor.person_id is not None else EVERY

    def _lines(self, found: Sequence[Alert]) -> list[Line]:
        children = self._children([each.child_id for each in found])
        peps = {each.id: each for each in self.db_session.scalars(select(Pep).where(Pep.id.in_({each.pep_id for each in found})))}
        return [Line(each, children[each.child_id], (self.today - each.since).days, peps.get(each.pep_id or 0), self._way(each),
                     contacts.around(children[each.child_id])) for each in found]

    def _children(self, ids: Sequence[int]) -> Mapping[int, Child]:
        asked = select(Child).where(Child.id.in_(set(ids))).options(
            joinedload(Child.school).joinedload(School.designated_teacher), joinedload(Child.case_officer),
            joinedload(Child.social_worker))
        return {each.id: each for each in self.db_session.scalars(asked)}

    def _way(self, alert: Alert) -> str | None:
        if alert.kind is AlertKind.RISK:
            return self.way_to("pep_exclusion_alerts.advise", id=alert.row_id)
        return self.way_to("pep_alerts.advise", child=alert.child_id, kind=alert.kind.value, occurrence=alert.occurrence)

    @expose("/advise/", methods=("GET", "POST"))
    def advise(self) -> ResponseReturnValue:
        """What was advised or done on one alert of `?child=`; once it is recorded, to correct it."""
        child, kind, occurrence = self.one_or_404(Child, self.asked_once("child")), self._kind(), self.asked_once("occurrence")
        row = alerts.advice_on(self.db_session, child.id, kind, occurrence)
        standing = self._standing(child, kind, occurrence, row)
        posted = request.method == "POST"
        given = {"advice": row.advice, "advised_on": row.advised_on} if row is not None else {"advised_on": self.today}
        form: Any = AdviceForm(request.form if posted else None, data=given)
        if posted and form.validate():
            done = self.commit(alerts.record_advice, child.id, kind, occurrence, advice=form.advice.data or "",
                               advised_on=form.advised_on.data, today=self.today, version=posted_version(), subject=child)
            if done.value is not None:
                self.say(f"{child.name}, {kind.label}: it is recorded.")
                return self.back_to("index_view")
            form.head = forms.attach(form, done.findings)
            row = alerts.advice_on(self.db_session, child.id, kind, occurrence)
        form.advice.label.text, form.advice.description = "What you advised or did", "It is kept with the child’s record."
        child = self.one_or_404(Child, child.id)
        return self.page("pep/alerts/advise.html", status=422 if posted else 200, child=child, kind=kind, row=row, form=form,
                         since=standing[0], what=standing[1])

    def _kind(self) -> AlertKind:
        asked = self.asked_once("kind")
        if asked not in {each.value for each in AlertKind} - {AlertKind.RISK}:
            abort(404)
        return AlertKind(asked)

    def _standing(self, child: Child, kind: AlertKind, occurrence: str, row: AlertAdvice | None) -> tuple[Any, str]:
        """Since when it is so, and what; of an alert that is no more and was never answered there is no page."""
        if row is not None:
            return row.since_on, row.what
        every = alerts.find_alerts(self.db_session, self.today)
        found = next((each for each in every if each.key == (child.id, kind, occurrence)), None)
        return (found.since, found.what) if found is not None else abort(404)
