"""The front page: what needs doing, for whoever is signed in, each number a way to the rows it counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import redirect
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import select

from pep_admin import queries
from pep_admin.models import Term
from pep_admin.permissions import OWN_CHILDREN, Permission
from pep_admin.views import week
from pep_admin.views.filters import asked_for
from pep_admin.views.gate import PepView
from pep_admin.views.hosting import present_actor
from pep_admin.vocabulary import PpgStatus
from pep_admin.workflow.alerts import find_alerts


@dataclass(frozen=True, slots=True)
class Count:
    """A number of the front page: its key in `queries.front_page_counts`, its words, who sees it, and the rows it leads to."""

    key: str
    text: str
    hint: str
    permission: Permission
    endpoint: str
    asked: Mapping[str, str]


def _peps(key: str, text: str, hint: str) -> Count:
    return Count(key, text, hint, Permission.PEP_READ, "pep_peps", {"stage": key})


def _money(key: str, text: str, hint: str, status: PpgStatus) -> Count:
    return Count(key, text, hint, Permission.REQUEST_READ, "pep_ppg_requests", {"status": status.value})


COUNTS = (
    Count("open_alerts", "Alerts", "Exclusion risk, suspension, 45 days, no school, part-time without an end: no advice yet",
          Permission.WEEK_READ, "pep_alerts", {}),
    Count("alerts", "Exclusion risk", "Told and not closed: advise at once", Permission.ALERT_READ, "pep_exclusion_alerts",
          {"state": "open"}),
    _peps("late", "Late", "Past the due day and not sent, or a new child’s not with its writers in time"),
    _peps("due_soon", "Due soon", f"Due within {queries.DUE_SOON_DAYS} days and not sent"),
    _peps("sent_back", "Sent back", "To be changed and sent again"),
    _peps("open", "Being written", "Opened and not yet sent"),
    _peps("left_care", "Left care, PEP still open", "Grade what was sent, or close it as not needed; nobody is reminded of them"),
    _peps("with_vs", "With the Virtual School", "Sent, waiting to be graded"),
    _money("held", "Money asked for", "Requests waiting for a decision", PpgStatus.REQUESTED),
    _money("to_release", "Money to release", "Approved, not yet released", PpgStatus.APPROVED),
    Count("setting_unknown", "Next setting not known", "In care, moved on from the last school: find out the next",
          Permission.PERIOD_READ, "pep_children", {"care": "in", "setting": "unknown"}),
    Count("leads_named", "Somebody else named lead", "A designated teacher says that another has taken over: to be decided",
          Permission.SCHOOL_EDIT, "pep_leads", {"state": "decide"}),
)


class Dashboard(PepView):
    """The first page of the admin."""

    noun = "dashboard"
    title = "Front page"
    opens = {"index": Permission.DASHBOARD}
    lists = frozenset({"index"})  # numbers, and nobody by name

    def is_visible(self) -> bool:
        return super().is_visible() and self._desk() is None

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """Counts of what waits, and the term that runs; who only writes PEPs is led to their own desk."""
        if desk := self._desk():
            return redirect(desk)
        shown = [each for each in COUNTS if self.may(each.permission)]
        counts = dict(queries.front_page_counts(self.db_session, self.actor, self.today)) if shown else {}
        if self.may(Permission.WEEK_READ):
            counts["open_alerts"] = len(find_alerts(self.db_session, self.today))
        cards = [(each, counts.get(each.key, 0), self._list(each)) for each in shown]
        scope, mine = week.my_week(self) if self.may(Permission.WEEK_READ) else ("", [])
        return self.page("pep/dashboard.html", cards=cards, term=self._term(), week=mine, scope=scope,
                         week_url=self.way_to("pep_week.index_view"),
                         years=self.way_to("pep_years.index_view"), accounts=self.may(Permission.ACCOUNT_EDIT))

    def _desk(self) -> str | None:
        """The page of those who do nothing but write for their own children; None for everybody else."""
        actor = present_actor()
        return self.way_to("pep_my_peps.index_view") if actor and actor.roles and actor.roles <= OWN_CHILDREN else None

    def _list(self, count: Count) -> str | None:
        return self.way_to(f"{count.endpoint}.index_view", **asked_for(**count.asked))

    def _term(self) -> Any:
        return self.db_session.scalar(select(Term).where(Term.ends_on >= self.today).order_by(Term.starts_on).limit(1))
