"""A designated teacher's own answer: whether they still are, school by school, and who it is now. It changes nobody's access.

What is kept of it is workflow/leads.py's; what the Virtual School makes of it leads.py's.
"""

from __future__ import annotations

from typing import Any

from flask import abort, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from pep_admin.models import School
from pep_admin.permissions import Permission
from pep_admin.validators.forms import Email, attach
from pep_admin.views.base_forms import DayField, PepForm
from pep_admin.views.gate import Done, PepView
from pep_admin.views.hosting import whole_id
from pep_admin.workflow.leads import confirm_lead, find_question, name_lead, schools_led_by


class NewLead(PepForm):
    """Who it is now."""

    first_name = StringField("First name", [InputRequired("Enter the first name."), Length(max=100)])
    last_name = StringField("Last name", [InputRequired("Enter the last name."), Length(max=100)])
    email = StringField("Work e-mail", [InputRequired("Enter their work e-mail address."), Length(max=254), Email()],
                        description="The Virtual School checks it with the school before anything is sent there.")
    from_on = DayField("Since when", description="If you know it.")


class MyLead(PepView):
    """The schools that name the one who is signed in as their designated teacher."""

    noun = "my_lead"
    title = "Named lead"
    group = "Schools and people"
    opens = dict.fromkeys(("index_view", "answer"), Permission.LEAD_ANSWER)

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """Where one is named, whether one was asked, what one said."""
        schools = schools_led_by(self.db_session, self.actor)
        return self.page("pep/leads/mine.html", schools=[(school, find_question(self.db_session, school)) for school in schools])

    @expose("/answer/", methods=("GET", "POST"))
    def answer(self) -> ResponseReturnValue:
        """Yes, or who it is now."""
        school = self._school()
        form: Any = NewLead(request.form if request.method == "POST" else None)
        if request.method == "POST":
            done = self._answered(school, form)
            if done is not None and done.ok:
                self.say(f"Thank you. Your answer for {school.name} is recorded.")
                return self.back_to("index_view")
            form.head = attach(form, done.findings) if done else []
        return self.page("pep/leads/answer.html", status=422 if request.method == "POST" else 200, school=school, form=form,
                         question=find_question(self.db_session, school))

    def _answered(self, school: School, form: Any) -> Done[Any] | None:
        """What became of the answer; None where the form itself is not filled in."""
        if request.form.get("answer") == "yes":
            return self.commit(confirm_lead, school.id, today=self.today, now=self.now, subject=school)
        if not form.validate():
            return None
        return self.commit(name_lead, school.id, first_name=form.first_name.data, last_name=form.last_name.data,
                           email=form.email.data, from_on=form.from_on.data, now=self.now, subject=school)

    def _school(self) -> School:
        asked = whole_id(self.asked_once("school"))
        found = next((each for each in schools_led_by(self.db_session, self.actor) if each.id == asked), None)
        if found is None:
            abort(404)
        return found
