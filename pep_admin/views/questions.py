"""Answering on screen what the Virtual School asked of a PEP (HB-7.1). A mixin of views/peps.py.

Who may answer, and until when, is workflow/questions.py's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import select
from wtforms import TextAreaField
from wtforms.validators import Length

from pep_admin.models import QaReview
from pep_admin.permissions import Permission
from pep_admin.views import draft_pages, draft_places
from pep_admin.views.base_forms import PepForm
from pep_admin.views.hosting import whole_id
from pep_admin.workflow import questions

if TYPE_CHECKING:
    from pep_admin.views.base import PepModelView as Base
else:
    Base = object


class AnswerForm(PepForm):
    """The one answer to a question."""

    answer = TextAreaField("Your answer", [Length(max=5_000, message="At most 5,000 characters fit here.")],
                           description="The Virtual School reads it beside the PEP. Nothing is opened or signed again for it.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.answer.flags.required = True


class QuestionPages(Base):
    """The route of answering."""

    _pep: Any

    @expose("/answer/", methods=("GET", "POST"))
    def answer(self) -> ResponseReturnValue:
        """The question, and room for its answer."""
        pep = self._pep()
        asked = self.db_session.scalar(
            select(QaReview).where(QaReview.id == whole_id(self.asked_once("review")), QaReview.pep_id == pep.id))
        if asked is None:
            abort(404)
        if not questions.may_answer(self.actor, pep):
            self.refuse(Permission.PEP_SUBMIT)
        form = AnswerForm(request.form if request.method == "POST" else None)
        page = draft_places.of_answer(pep, asked.id)
        if request.method == "POST" and form.validate():
            answer = draft_pages.saving(self, questions.answer_question, page)
            done = self.commit(answer, pep.id, asked.id, words=form.answer.data or "", now=self.now, subject=pep)
            if done.value is not None:
                self.say("Your answer is with the Virtual School.")
                return self.back_to("details_view", id=pep.id)
            self.put_on(form, done.findings)
        waits, desk = questions.open_question(self.db_session, pep), draft_pages.desk(self, page, ["answer"])
        if waits is asked:
            _, desk = draft_pages.filled_form(form, desk, 0)
        return self.page("pep/peps/answer.html", status=422 if request.method == "POST" else 200, pep=pep, asked=asked, form=form,
                         waits=waits, desk=desk)
