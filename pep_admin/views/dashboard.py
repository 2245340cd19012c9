"""The front page: what needs doing, for whoever is signed in, each number a way to the rows it counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import select

from pep_admin import queries
from pep_admin.models import Term
from pep_admin.permissions import Permission
from pep_admin.views.filters import asked_for
from pep_admin.views.gate import PepView


@dataclass(frozen=True, slots=True)
class Count:
    """A number of the front page: its key in `queries.front_page_counts`, its words, who sees it, and the list it leads to."""

    key: str
    text: str
    hint: str
    permission: Permission
    endpoint: str
    stage: str


COUNTS = (
    Count("late", "Late", "Past the due day and not sent", Permission.PEP_READ, "pep_peps", "late"),
    Count("due_soon", "Due soon", "Due in the next days and not sent", Permission.PEP_READ, "pep_peps", "due_soon"),
    Count("sent_back", "Sent back", "To be changed and sent again", Permission.PEP_READ, "pep_peps", "sent_back"),
    Count("open", "Being written", "Opened and not yet sent", Permission.PEP_READ, "pep_peps", "open"),
    Count("with_vs", "With the Virtual School", "Sent, waiting to be graded", Permission.PEP_READ, "pep_peps", "with_vs"),
    Count("held", "Money asked for", "Requests waiting for a decision", Permission.REQUEST_READ, "pep_requests", "held"),
    Count("to_release", "Money to release", "Approved, not yet released", Permission.REQUEST_READ, "pep_requests", "to_release"),
)


class Dashboard(PepView):
    """The first page of the admin."""

    noun = "dashboard"
    title = "Front page"
    opens = {"index": Permission.DASHBOARD}

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """Counts of what waits, and the term that runs."""
        shown = [each for each in COUNTS if self.may(each.permission)]
        counts: Mapping[str, int] = queries.front_page_counts(self.db_session, self.actor, self.today) if shown else {}
        cards = [(each, counts.get(each.key, 0), self._list(each)) for each in shown]
        return self.page("pep/dashboard.html", cards=cards, term=self._term(), accounts=self.may(Permission.ACCOUNT_EDIT))

    def _list(self, count: Count) -> str | None:
        return self.way_to(f"{count.endpoint}.index_view", **asked_for(stage=count.stage))

    def _term(self) -> Any:
        return self.db_session.scalar(select(Term).where(Term.ends_on >= self.today).order_by(Term.starts_on).limit(1))
