"""Saved questions: filters of a list kept under a name, shared with the Virtual School or not, named anew, taken away.

Which filters an address asks for and where a saved one leads is saved_tabs.py's; what may be kept by whom workflow/saved.py's.
"""

from __future__ import annotations

from typing import Any, ClassVar

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from wtforms import BooleanField, StringField

from pep_admin.models import SavedQuestion
from pep_admin.permissions import Permission
from pep_admin.review_words import SavedList
from pep_admin.validators import forms
from pep_admin.views import saved_tabs
from pep_admin.views.base_forms import PepForm
from pep_admin.views.cells import posted_version
from pep_admin.views.gate import PepView
from pep_admin.workflow import saved as verbs


class QuestionForm(PepForm):
    """Its name, and who reads it."""

    name = StringField("Name", description="Like “Year 11, late”. Name no child: it may be read by others.")
    shared = BooleanField("The whole Virtual School sees it")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name.flags.required = True


class Saved(PepView):
    """The questions that the one who acts keeps, and those that are shared."""

    noun = "saved"
    title = "Saved questions"
    group = "Children and PEPs"
    in_menu = False
    opens: ClassVar[dict[str, Permission]] = dict.fromkeys(("index_view", "new", "change", "remove"), Permission.QUESTION_KEEP)

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """All of them, by list, each with what can be done with it."""
        return self.page("pep/saved/list.html", tabs=saved_tabs.of_all_lists(self), words_of=saved_tabs.words_of,
                         me=self.actor.id)

    @expose("/new/", methods=("GET", "POST"))
    def new(self) -> ResponseReturnValue:
        """Keep the filters that the address asks for of `?list=`; 404 where it asks for one that there is not."""
        which = next((each for each in SavedList if each.value == self.asked_once("list")), None) or abort(404)
        view = saved_tabs.view_of(which)
        if view is None or not view.may_open("index_view") or saved_tabs.asks_for_unknown(which):
            abort(404)
        asked, posted = saved_tabs.asked_now(which), request.method == "POST"
        form: Any = QuestionForm(request.form if posted else None)
        proposed = SavedQuestion(of_list=which, asked=asked, name="", owner=self.actor.id)
        if posted:
            done = self.commit(verbs.keep_question, which, asked, name=form.name.data or "", shared=bool(form.shared.data))
            if done.value is not None:
                self.say(f"“{done.value.name}” is kept. It stands above the list of {which.label}.")
                return self.back_to("index_view")
            form.head = forms.attach(form, done.findings)
        back = saved_tabs.url_of(proposed) or url_for(".index_view")
        return self.page("pep/saved/form.html", status=422 if posted else 200, form=form, row=None, heading="Save this question",
                         words=saved_tabs.words_of(proposed), searched=saved_tabs.SEARCH in asked, which=which, back=back)

    @expose("/change/", methods=("GET", "POST"))
    def change(self) -> ResponseReturnValue:
        """Name it anew, share it or not: its owner's alone."""
        row, posted = self.one_or_404(SavedQuestion, self.asked_once("id")), request.method == "POST"
        if row.owner != self.actor.id:
            self.refuse(Permission.QUESTION_KEEP, why=f"This is {row.owner_name}’s question. Only they change it.")
        form: Any = QuestionForm(request.form if posted else None, obj=row)
        if posted:
            done = self.commit(verbs.change_question, row.id, name=form.name.data or "", shared=bool(form.shared.data),
                               version=posted_version(), subject=row)
            if done.value is not None:
                self.say(f"“{done.value.name}” is saved.")
                return self.back_to("index_view")
            form.head = forms.attach(form, done.findings)
        return self.page("pep/saved/form.html", status=422 if posted else 200, form=form, row=row, heading=f"Change “{row.name}”",
                         words=saved_tabs.words_of(row), searched=saved_tabs.SEARCH in row.asked, which=row.of_list,
                         back=url_for(".index_view"))

    @expose("/remove/", methods=("POST",))
    def remove(self) -> ResponseReturnValue:
        """Take it away: its owner's alone."""
        row = self.one_or_404(SavedQuestion, self.asked_once("id"))
        done = self.commit(verbs.remove_question, row.id, subject=row)
        self.say(f"“{done.value}” is taken away." if done.ok else " ".join(each.message for each in done.findings))
        return self.back_to("index_view")
