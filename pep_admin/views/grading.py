"""Grading PEPs on screen: one from its own page, or a batch that is read together; what was graded, and what was held.

What a grading must hold is validators/qa.py's, the verb is workflow/reviews.py's. A mixin of views/peps.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_admin.actions import action

from pep_admin import queries
from pep_admin.models import Pep
from pep_admin.pep_document import read_document
from pep_admin.validators.findings import Finding
from pep_admin.validators.reopening import BESIDE, may_be_named
from pep_admin.views import pep_page
from pep_admin.views.gate import chosen_of
from pep_admin.vocabulary import Audience, Decision, Grade, Part
from pep_admin.workflow import reviews
from pep_admin.workflow.questions import answers_for
from pep_admin.workflow.readiness import readiness_of

if TYPE_CHECKING:
    from pep_admin.views.base import PepModelView as Base
else:
    Base = object


class GradingPages(Base):
    """The routes and the action of grading."""

    _pep: Any
    _waiving: Any

    @action("grade", "Grade…")
    def grade(self, ids: Sequence[str]) -> ResponseReturnValue:
        return self._grading_page(self.rows_for(ids))

    @expose("/grade/")
    def grade_one(self) -> ResponseReturnValue:
        """The same page for one PEP, from its own page."""
        return self._grading_page([self._pep()])

    def _grading_page(
        self, rows: Sequence[Pep], *, status: int = 200, moved: Sequence[Pep] = (), outcome: reviews.GradingResult | None = None
    ) -> ResponseReturnValue:
        found = readiness_of(self.db_session, list(rows), today=self.today, reader=Audience.CARE)
        return self.page("pep/peps/grade.html", status=status, rows=rows, readiness=found, held=self._held(outcome), moved=moved,
                         grades=Grade, decisions=Decision,
                         counting=sorted({pep.term.year.satisfactory_grades.label for pep in rows}),
                         typed=request.form, shared=pep_page.shared(rows, found),
                         answers=answers_for(self.db_session, rows),
                         nameable=self._nameable(rows),
                         asked=queries.requested_pence(self.db_session, [pep.id for pep in rows]),
                         **self._waiving(rows[0]))

    @expose("/grade/confirm/", methods=("POST",))
    def grade_confirm(self) -> ResponseReturnValue:
        rows, grading = self.rows_for(request.form.getlist("rowid")), self._grading()
        so_already = reviews.graded_so(self.db_session, rows, grading)
        if moved := self.moved(pep for pep in rows if pep.id not in so_already):
            return self._grading_page(rows, status=409, moved=moved)
        done = self.commit(reviews.grade_peps, [pep.id for pep in rows], grading, today=self.today, now=self.now)
        rows = self.rows_for(request.form.getlist("rowid"))
        if done.value is None or not (done.value.done or done.value.already):
            return self._grading_page(rows, status=422, outcome=done.value)
        return self.page("pep/peps/graded.html", outcome=done.value, grading=grading, held=self._held(done.value))

    def _held(self, outcome: reviews.GradingResult | None) -> list[tuple[Finding, list[Pep]]]:
        held = outcome.held if outcome else ()
        return pep_page.shared([pep for pep, _ in held], {pep.id: findings for pep, findings in held})

    def _grading(self) -> reviews.Grading:
        form = request.form
        return reviews.Grading(
            grade=chosen_of(Grade, form["grade"]) if form.get("grade") else None,
            decision=chosen_of(Decision, form.get("decision", "")),
            feedback=form.get("feedback", ""),
            improve=form.get("improve", ""),
            attempts_accepted=form.get("attempts_accepted") == "yes",
            sections=frozenset(form.getlist("sections")),
        )

    def _nameable(self, rows: Sequence[Pep]) -> list[tuple[str, list[tuple[str, str]]]]:
        """By part, (key, title) of what can be sent back by itself of a PEP that is graded alone; nothing for several."""
        if len(rows) != 1:
            return []
        document = read_document(self.db_session, rows[0], audience=Audience.CARE)
        asked = {section.key for part in document.form.parts for section in part.sections
                 if any(document.asked(each) for each in section.fields)}
        named = may_be_named(document.form)
        return [(part.label, [(key, title) for key, (of, title) in named.items() if of is part and (key in asked or key in BESIDE)])
                for part in Part]

    @expose("/open-sections/", methods=("POST",))
    def open_sections(self) -> ResponseReturnValue:
        """Open the other sections too of a PEP that was sent back for some alone."""
        pep = self._pep()
        done = self.commit(reviews.reopen_all, pep.id, subject=pep)
        for each in done.findings:
            self.say(each.sentence, "warning")
        if done.ok:
            self.say("Every section is open now. What is signed stays signed until it is changed.")
        return self.back_to("details_view", id=pep.id)
