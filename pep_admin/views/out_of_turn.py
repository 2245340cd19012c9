"""Reviews out of turn (HB-1.5): what has changed for a child and calls for one, settled one by one; and the children new in care,
with both clocks and the step that opens the first PEP and sends it out (HB-1.2, HB-1.3).

What there is to settle is queries/changes.py's, the steps workflow/out_of_turn.py's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar

from flask import abort, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from pep_admin.deadlines import format_day
from pep_admin.models import Child, SettledChange
from pep_admin.permissions import Permission
from pep_admin.queries.changes import Change, changes_to_review, settled_changes, settled_of
from pep_admin.queries.first_peps import new_children
from pep_admin.review_words import ChangeKind, Settling
from pep_admin.validators.findings import Finding
from pep_admin.views import repeats
from pep_admin.views.gate import PepView
from pep_admin.views.hosting import can_be_id, whole_id
from pep_admin.workflow import out_of_turn
from pep_admin.workflow.delegation import DelegationResult

ON_A_PAGE = 50
STILL_SHOWN = timedelta(days=30)
"""How long what was settled stands below the list, to be offered again."""
JOIN = "join-"


class OutOfTurn(PepView):
    """The worklist of changes."""

    noun = "out_of_turn"
    title = "Reviews out of turn"
    group = "Children and PEPs"
    opens: ClassVar[dict[str, Permission]] = {
        "index_view": Permission.WEEK_READ, "settle": Permission.PEP_OPEN, "again": Permission.PEP_OPEN,
        "first": Permission.PEP_DELEGATE,
    }

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """What is to be settled, the oldest first; who is new in care without a PEP; what was settled lately."""
        every, new = changes_to_review(self.db_session, self.today), new_children(self.db_session, self.today)
        pages, asked = max(1, -(-len(every) // ON_A_PAGE)), self.asked_once("page")
        page = min(int(asked) if can_be_id(asked) else 0, pages - 1)
        shown = every[page * ON_A_PAGE : (page + 1) * ON_A_PAGE]
        settled = settled_changes(self.db_session, self.today - STILL_SHOWN)[:ON_A_PAGE]
        self.record_view("out_of_turn.list", object_type="out_of_turn", rows=len(shown) + len(new) + len(settled))
        return self.page("pep/out_of_turn/list.html", lines=self._with_children(shown), count=len(every), pages=pages,
                         page_number=page, new=[each for each in new if each.pep is None],
                         running=[each for each in new if each.pep is not None],
                         settled=settled, run=repeats.run_of(""), opened=Settling.OPENED, first=page * ON_A_PAGE + 1)

    def _with_children(self, changes: Sequence[Change]) -> list[tuple[Change, Child]]:
        asked = select(Child).where(Child.id.in_({each.child_id for each in changes})).options(
            joinedload(Child.school), joinedload(Child.case_officer))
        children = {child.id: child for child in self.db_session.scalars(asked)}
        return [(each, children[each.child_id]) for each in changes]

    @expose("/settle/", methods=("GET", "POST"))
    def settle(self) -> ResponseReturnValue:
        """One change of `?child=`: open a PEP for it, join it to one that is open, or say why none is needed."""
        child, change = self._change()
        if isinstance(change, SettledChange):
            self.say(_told(change, child), "warning")
            return self.back_to("index_view")
        findings: Sequence[Finding] = ()
        if request.method == "POST":
            how, pep_id = _chosen(request.form.get("how", ""))
            done = self.commit(out_of_turn.settle_change, child.id, change.kind, change.row_id, how=how, pep_id=pep_id,
                               reason=request.form.get("reason", "")[:500], today=self.today, now=self.now, subject=child)
            if done.value is not None:
                return self._settled(done.value, child)
            findings = done.findings
        return self.page("pep/out_of_turn/settle.html", status=422 if findings else 200, child=child, change=change,
                         findings=findings, typed=request.form, join=JOIN, settling=Settling)

    def _change(self) -> tuple[Child, Change | SettledChange]:
        """The change that the address names, still to be settled, or how somebody settled it; 404 for any other."""
        child = self.one_or_404(Child, self.asked_once("child"))
        kind, row = self.asked_once("kind"), self.asked_once("row")
        if kind not in {each.value for each in ChangeKind}:
            abort(404)
        every = changes_to_review(self.db_session, self.today, kinds=[ChangeKind(kind)])
        found = next((each for each in every if each.child_id == child.id and str(each.row_id) == row), None)
        return child, found or settled_of(self.db_session, child.id, ChangeKind(kind), whole_id(row)) or abort(404)

    def _settled(self, settled: SettledChange, child: Child) -> ResponseReturnValue:
        said = {Settling.OPENED: f"{settled.pep} is open for it: {settled.pep.kind.label}, due {format_day(settled.pep.due_on)}."
                if settled.pep else "", Settling.JOINED: f"{settled.pep} covers it.",
                Settling.WAVED: "It needs no review; that is kept with the reason."}
        self.say(f"{child.name}, {settled.kind.label}: {said[settled.how]}")
        return self.back_to("index_view")

    @expose("/again/", methods=("POST",))
    def again(self) -> ResponseReturnValue:
        """Take a settling back, so that the change is offered again."""
        settled = self.one_or_404(SettledChange, self.asked_once("id"))
        done = self.commit(out_of_turn.offer_again, settled.id, today=self.today, subject=settled)
        self.say("It is offered again." if done.ok else " ".join(each.message for each in done.findings),
                 "success" if done.ok else "warning")
        return self.back_to("index_view")

    @expose("/first/", methods=("POST",))
    def first(self) -> ResponseReturnValue:
        """Open the first PEP of `?child=` and send it to its writers."""
        child = self.one_or_404(Child, self.asked_once("child"))
        done = self.commit(out_of_turn.open_first_pep, child.id, run=repeats.run_of(request.form.get("run", "")), today=self.today,
                           now=self.now, subject=child)
        if done.value is None:
            self.say(" ".join(each.message for each in done.findings), "warning")
        else:
            pep, sent = done.value
            self.say(f"{pep.reference} is open for {child.name}, due {format_day(pep.due_on)}. {_sent(sent)}",
                     "success" if sent.going else "warning")
        return self.back_to("index_view")


def _told(settled: SettledChange, child: Child) -> str:
    """By whom and when it was settled."""
    how = f", with {settled.pep}" if settled.pep else ""
    return (f"{child.name}, {settled.kind.label}: settled by {settled.settled_name} on {format_day(settled.settled_on)}: "
            f"{settled.how.label}{how}. Nothing was saved again.")


def _chosen(text: str) -> tuple[Settling | None, int | None]:
    """What the form chose: nothing, `opened`, `waved`, or `join-` with the PEP; 400 for what no page offers."""
    if not text:
        return None, None
    if text in (Settling.OPENED, Settling.WAVED):
        return Settling(text), None
    number = text.removeprefix(JOIN)
    if not text.startswith(JOIN) or not can_be_id(number):
        abort(400, description="Choose one of what the page offers. Nothing was saved.")
    return Settling.JOINED, int(number)


def _sent(sent: DelegationResult) -> str:
    """What became of sending it out."""
    if not sent.going:
        return " ".join(f"It was not sent out: {why.message}" for _, why in sent.held)
    names = " and ".join(person.name for person in (sent.going[0].writer, sent.going[0].worker) if person is not None)
    return f"It was sent to {names}."
