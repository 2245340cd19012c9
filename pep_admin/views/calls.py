"""Ring today: whom to ring about what, by school and by social-care team, and the page that keeps what was said.

Who is on it is queries/calls.py's, what is kept workflow/calls.py's. It is the Virtual School's alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any, ClassVar

from flask import request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from wtforms import SelectField, TextAreaField
from wtforms.fields.choices import Choice  # type: ignore[attr-defined]  # not yet in types-WTForms
from wtforms.validators import InputRequired, Length

from pep_admin.models import Pep, Person
from pep_admin.permissions import Permission
from pep_admin.queries.calls import ToRing, concerns, notes_with, to_ring
from pep_admin.validators import forms
from pep_admin.views.base_forms import DayField, PepForm
from pep_admin.views.gate import PepView
from pep_admin.views.hosting import whole_id
from pep_admin.workflow import calls


def _id_or_none(value: Any) -> int | None:
    return whole_id(value) if value else None


class AboutField(SelectField):
    """One of the PEPs that wait for the person or that it was agreed to ring about, or none."""

    peps: tuple[Pep, ...] = ()

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, choices=[], validate_choice=False, coerce=_id_or_none, **kwargs)

    def iter_choices(self) -> Iterator[Choice]:
        yield Choice("", "All of it", self.data is None, {})
        for each in self.peps:
            yield Choice(str(each.id), f"{each.reference}, {each.child.called}", self.data == each.id, {})


class CallForm(PepForm):
    """What was said."""

    words = TextAreaField("What was said", [Length(max=2_000, message="At most 2,000 characters fit here.")])
    about = AboutField("About", description=(
        "What you had agreed about the same is settled by this call; about all of it, everything that you had agreed with them."))
    spoke_on = DayField("Day of the call", [InputRequired("Enter the day of the call.")])
    follow_up_on = DayField("Ring again on", description=(
        "Until that day they are not on this list, unless you agreed on an earlier one, and get no reminder of what the call was "
        "about. Left empty, nothing new is agreed."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.words.flags.required = self.about.flags.required = True


class Calls(PepView):
    """Whom to ring."""

    noun = "calls"
    title = "Ring today"
    group = "Children and PEPs"
    opens: ClassVar[dict[str, Permission]] = dict.fromkeys(("index_view", "note", "settle"), Permission.CALL_NOTE)
    lists: ClassVar[frozenset[str]] = frozenset({"index_view", "note"})

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """By school, then by team; who was rung and waits for a later day stands folded below."""
        every = to_ring(self.db_session, self.today)
        due, later = [each for each in every if each.is_due(self.today)], [each for each in every if not each.is_due(self.today)]
        self.record_view("calls.list", object_type="calls", rows=len(every))
        return self.page("pep/calls/index.html", schools=_grouped(each for each in due if each.is_school),
                         teams=_grouped(each for each in due if not each.is_school), later=later, people=len(due), today=self.today)

    @expose("/note/", methods=("GET", "POST"))
    def note(self) -> ResponseReturnValue:
        """What was said with the person of `?person=`."""
        person, posted = self.one_or_404(Person, self.asked_once("person")), request.method == "POST"
        form: Any = CallForm(request.form if posted else None, spoke_on=self.today)
        rows = [each for each in to_ring(self.db_session, self.today) if each.person.id == person.id]
        owed = [each.pep for row in rows for each in row.owed]
        agreed = [each.pep for row in rows for each in row.follow_ups if each.pep is not None and concerns(each.pep, person.id)]
        form.about.peps = tuple(dict.fromkeys(owed + agreed))
        if posted and form.validate():
            done = self.commit(calls.note_call, person.id, words=form.words.data or "", spoke_on=form.spoke_on.data,
                               follow_up_on=form.follow_up_on.data, pep_id=form.about.data, today=self.today, subject=person)
            if done.value is not None:
                self.say("The call is noted.")
                return self.back_to("index_view")
            form.head = forms.attach(form, done.findings)
        self.record_view("calls.note", object_type="calls", rows=len(owed), person_id=person.id)
        person = self.one_or_404(Person, person.id)
        return self.page("pep/calls/note.html", status=422 if posted else 200, person=person, form=form,
                         notes=notes_with(self.db_session, person.id))

    @expose("/settle/", methods=("POST",))
    def settle(self) -> ResponseReturnValue:
        """Nobody need ring for that note again."""
        done = self.commit(calls.settle_call, whole_id(self.asked_once("id")), today=self.today)
        if done.value is None:
            self.say(done.findings[0].sentence, "warning")
        else:
            note = done.value
            self.say(f"Settled: what was agreed with {note.person} about {note.pep.reference if note.pep else 'all of it'}.")
        return self.back_to("index_view")


def _grouped(rows: Any) -> list[tuple[str, list[ToRing]]]:
    return [(group, list(found)) for group, found in groupby(rows, key=lambda each: each.group)]
