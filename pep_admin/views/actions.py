"""My actions: what was agreed at meetings, by whom it is to be done and by when, to be ticked off. For everybody who sees a child.

Which those are is queries/actions.py's, ticking off workflow/actions.py's. They are written in Part 3 of a PEP.
"""

from __future__ import annotations

from typing import Any, ClassVar

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose

from pep_admin.models import AgreedAction
from pep_admin.permissions import Permission, lent
from pep_admin.queries.actions import actions_of
from pep_admin.views.gate import PepView
from pep_admin.views.hosting import can_be_id
from pep_admin.workflow.actions import finish_action, reopen_action

ON_A_PAGE = 50
WHOSE = {"mine": "Mine", "all": "Everybody's"}
STATE = {"open": "To do", "done": "Done"}


class Actions(PepView):
    """What was agreed."""

    noun = "actions"
    title = "My actions"
    opens: ClassVar[dict[str, Permission]] = {"index_view": Permission.PEP_READ, "done": Permission.ACTION_TICK,
                                              "not_done": Permission.ACTION_TICK}
    lists: ClassVar[frozenset[str]] = frozenset({"index_view"})

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """The actions of `?whose=` (mine, all) and `?state=` (open, done): what is overdue stands first."""
        whose, state = self._asked("whose", WHOSE), self._asked("state", STATE)
        page = int(asked) if can_be_id(asked := self.asked_once("page")) else 0
        mine = self.actor if whose == "mine" else None
        found = actions_of(self.db_session, mine=mine, done=state == "done", today=self.today, page=page, on_a_page=ON_A_PAGE)
        self.record_view("actions.list", object_type="actions", rows=len(found.rows))
        hidden = children = {each.pep.child_id for each in found.rows}
        if self.may(Permission.ACTION_TICK):
            hidden = lent(self.db_session, self.actor, Permission.ACTION_TICK, children)
        return self.page("pep/actions/index.html", found=found, whose=whose, state=state, page_number=page, today=self.today,
                         pages=max(1, -(-found.count // ON_A_PAGE)), hidden=hidden, whose_words=WHOSE, state_words=STATE)

    def _asked(self, name: str, known: dict[str, str]) -> str:
        asked = self.asked_once(name)
        return asked if asked in known else next(iter(known))

    @expose("/done/", methods=("POST",))
    def done(self) -> ResponseReturnValue:
        """The action of `?id=` is done."""
        return self._tick(finish_action, "Ticked off: {what}", today=self.today)

    @expose("/not-done/", methods=("POST",))
    def not_done(self) -> ResponseReturnValue:
        """The action of `?id=` is not done after all."""
        return self._tick(reopen_action, "Open again: {what}")

    def _tick(self, verb: Any, sentence: str, **named: Any) -> ResponseReturnValue:
        action = self.one_or_404(AgreedAction, self.asked_once("id"))
        done = self.commit(verb, action.id, subject=action, **named)
        if done.value is None:
            self.say(done.findings[0].sentence, "warning")
        else:
            self.say(sentence.format(what=done.value.what))
        pep = self.asked_once("pep")
        to_pep = self.way_to("pep_peps.details_view", id=pep, _anchor="agreed-before") if can_be_id(pep) else None
        whose = "all" if self.asked_once("whose") == "all" else None
        return redirect(to_pep or url_for(f"{self.endpoint}.index_view", whose=whose), code=303)
