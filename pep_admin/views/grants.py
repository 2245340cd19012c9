"""Cover and colleagues: the page that gives sections of a PEP to a colleague, the one that names who stands in, and taking back.

The Virtual School's list of all of them is here too. Who may give what to whom is workflow/grants.py's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy.orm import joinedload
from wtforms import SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import Choice  # type: ignore[attr-defined]  # not yet in types-WTForms
from wtforms.validators import InputRequired, Length

from pep_admin import config
from pep_admin.models import Child, Grant, Pep, Person, School, Term
from pep_admin.pep_document import form_of
from pep_admin.permissions import Permission
from pep_admin.queries.grants import covers_of, opens_still
from pep_admin.validators.grants import may_be_given
from pep_admin.views import draft_pages, draft_places
from pep_admin.views.base import Link, PepModelView
from pep_admin.views.base_forms import DayField, PepForm
from pep_admin.views.cells import wrapped
from pep_admin.views.filters import Case
from pep_admin.views.hosting import host, whole_id
from pep_admin.workflow import grants

SOME_DAYS = timedelta(days=14)
"""How long a section is given for where the PEP is due sooner."""


class SectionsField(SelectMultipleField):
    """Sections of one PEP, as boxes; what is no section of it is left to the verb."""

    offered: Mapping[str, str] = {}

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, choices=[], validate_choice=False, **kwargs)

    def iter_choices(self) -> Iterator[Choice]:
        for key, title in self.offered.items():
            yield Choice(key, title, key in (self.data or ()), {})


class ColleagueForm(PepForm):
    """Who it is: the address, and the name of somebody who is not on record yet."""

    email = StringField("Their work e-mail", [InputRequired("Enter their work e-mail address."), Length(max=254)])
    first_name = StringField("First name", [Length(max=100)], description="Where they have not written here before.")
    last_name = StringField("Last name", [Length(max=100)])

    def named(self) -> grants.Named:
        """The colleague as the verb takes them."""
        return grants.Named(self.email.data or "", self.first_name.data or "", self.last_name.data or "")


class SectionsForm(ColleagueForm):
    """Which sections of a PEP, until when, and what is asked."""

    sections = SectionsField("What they write")
    ends_on = DayField("Until", [InputRequired("Enter the last day.")],
                       description="The last day on which they can write, like 28 Mar 2025.")
    note = TextAreaField("What you would like from them", [Length(max=500, message="At most 500 characters fit here.")],
                         description="They read it under My PEPs.")


class CoverForm(ColleagueForm):
    """Who stands in, from when, until when."""

    starts_on = DayField("From", [InputRequired("Enter the first day.")])
    ends_on = DayField("Until", [InputRequired("Enter the last day.")],
                       description="The last day, like 28 Mar 2025. It ends by itself.")


class Grants(PepModelView):
    """Who writes in whose place."""

    model = Grant
    noun = "grants"
    title = "Cover and colleagues"
    singular = "Cover"
    group = "Schools and people"
    opens = {
        "index_view": Permission.PERSON_READ,
        "details_view": Permission.PERSON_READ,
        "sections": Permission.GRANT_GIVE,
        "cover": Permission.GRANT_GIVE,
        "end": Permission.GRANT_GIVE,
    }
    loads = (joinedload(Grant.holder), joinedload(Grant.giver), joinedload(Grant.pep).joinedload(Pep.form_version),
             joinedload(Grant.pep).joinedload(Pep.school))

    column_list = ("holder", "giver", "what", "starts_on", "ends_on", "state", "signs_in", "made_name")
    column_details_list = ("holder", "giver", "what", "note", "starts_on", "ends_on", "state", "signs_in", "made_name", "made_at",
                           "ended_name", "ended_at")
    column_labels = {
        "holder": "Who writes", "holder_id": "Who writes", "giver": "For whom", "giver_id": "For whom", "what": "What",
        "pep": "PEP", "pep_id": "PEP", "sections": "Sections", "starts_on": "From", "ends_on": "Until", "note": "What was asked",
        "state": "State", "signs_in": "Can sign in", "made_name": "Given by", "made_by": "Given by (account)", "made_at": "Given",
        "ended_name": "Ended by", "ended_by": "Ended by (account)", "ended_at": "Ended",
    }
    column_formatters = {
        "what": lambda view, context, row, name: view.what_of(row),
        "state": lambda view, context, row, name: view.state_of(row),
        "signs_in": lambda view, context, row, name: view.signs_in(row),
    }
    column_formatters_detail = column_formatters
    column_sortable_list = (("holder", ("holder.last_name", "holder.first_name")),
                            ("giver", ("giver.last_name", "giver.first_name")), "starts_on", "ends_on")
    column_default_sort = ("ends_on", True)
    column_filters = (
        Case(Grant.ends_on, "State", "state", {
            "now": ("Goes on, or is still to begin", lambda column: (column >= config.today()) & Grant.ended_at.is_(None)),
            "over": ("Over", lambda column: (column < config.today()) | Grant.ended_at.is_not(None)),
        }),
        Case(Grant.pep_id, "Kind", "kind", {
            "cover": ("Stands in for somebody", lambda column: column.is_(None)),
            "sections": ("Writes sections of a PEP", lambda column: column.is_not(None)),
        }),
    )
    list_template = "pep/grants/list.html"

    def what_of(self, row: Grant) -> Any:
        """What it lets somebody write."""
        if row.pep is None:
            return "Everything that is theirs"
        return wrapped(f"{row.pep.reference}: {'; '.join(self.titles_of(row))}")

    def titles_of(self, row: Grant) -> Sequence[str]:
        """The sections of a grant, as the form calls them."""
        titles = may_be_given(form_of(row.pep.form_version)) if row.pep else {}
        return [titles.get(key, key) for key in row.sections or ()]

    def state_of(self, row: Grant) -> str:
        """Where it stands today."""
        if row.ended_at is not None:
            return "Taken back"
        if row.ends_on < self.today:
            return "Over"
        if not opens_still(self.db_session, row):
            return "Opens nothing any more"
        return "Still to begin" if row.starts_on > self.today else "Goes on"

    def signs_in(self, row: Grant) -> str:
        """Whether whoever holds it has an account to write with."""
        return "Not known here" if (known := self.has_account(row.holder_id)) is None else "Yes" if known else "No account yet"

    def has_account(self, person_id: int) -> bool | None:
        """Whether the host lets that person sign in; None where it does not say."""
        holders = host().account_holders
        return None if holders is None else person_id in holders(self.db_session, [person_id])

    def links(self, row: Grant) -> list[Link]:
        open_still = row.ended_at is None and row.ends_on >= self.today and grants.may_end(self.actor, row)
        return [Link("End it…", url_for(f"{self.endpoint}.end", id=row.id))] if open_still else []

    # --- a colleague for some sections -----------------------------------------------------------------------------------

    @expose("/sections/", methods=("GET", "POST"))
    def sections(self) -> ResponseReturnValue:
        """Give sections of the PEP of `?pep=` to a colleague; `?section=` is ticked already."""
        pep, posted = self.one_or_404(Pep, self.asked_once("pep"), *_WHOLE), request.method == "POST"
        if not grants.may_give(self.actor, pep):
            self.refuse(Permission.GRANT_GIVE, why=grants.why_not_given(self.actor, pep))
        ends_on = max(pep.due_on, self.today + SOME_DAYS)
        form: Any = SectionsForm(request.form if posted else None, ends_on=ends_on, sections=[self.asked_once("section")])
        form.sections.offered = grants.offered_of(self.db_session, pep, self.actor)
        page = draft_places.of_giving(pep)
        if posted and form.validate():
            give = draft_pages.saving(self, grants.give_sections, page)
            done = self.commit(give, pep.id, form.named(), form.sections.data or [], ends_on=form.ends_on.data,
                               note=form.note.data or "", today=self.today, now=self.now, has_account=self._asks_accounts(),
                               subject=pep)
            if done.value is not None:
                self._say_given(done.value)
                return redirect(self._page_of(pep.id), code=303)
            self.put_on(form, done.findings)
        _, desk = draft_pages.of_form(self, page, form)
        return self.page("pep/grants/sections.html", status=422 if posted else 200, pep=self.one_or_404(Pep, pep.id, *_WHOLE),
                         form=form, desk=desk, back=self._page_of(pep.id))

    # --- somebody who stands in --------------------------------------------------------------------------------------------

    @expose("/cover/", methods=("GET", "POST"))
    def cover(self) -> ResponseReturnValue:
        """Who stands in for oneself, or, for the Virtual School, for the person of `?person=`."""
        giver, posted = self._giver(), request.method == "POST"
        form: Any = CoverForm(request.form if posted else None, starts_on=self.today)
        if posted and form.validate():
            done = self.commit(grants.give_cover, giver.id, form.named(), starts_on=form.starts_on.data, ends_on=form.ends_on.data,
                               today=self.today, now=self.now, has_account=self._asks_accounts(), subject=giver)
            if done.value is not None:
                self._say_given(done.value)
                return self.back_to("cover", **self._address(giver))
            self.put_on(form, done.findings)
        giver = self.one_or_404(Person, giver.id)
        return self.page("pep/grants/cover.html", status=422 if posted else 200, form=form, giver=giver,
                         own=giver.id == self.actor.person_id, covers=covers_of(self.db_session, giver.id, self.today))

    def _giver(self) -> Person:
        """The one who acts; whom the address names, for the Virtual School; 404 where nobody can stand in for them."""
        asked = self.asked_once("person")
        giver_id = whole_id(asked) if asked else self.actor.person_id
        if giver_id is None or not (self.actor.is_vs or giver_id == self.actor.person_id):
            abort(404)
        giver = self.one_or_404(Person, giver_id)
        if giver.kind not in grants.GIVERS:
            abort(404)
        return giver

    def _address(self, giver: Person) -> dict[str, int]:
        return {} if giver.id == self.actor.person_id else {"person": giver.id}

    # --- taking back -------------------------------------------------------------------------------------------------------

    @expose("/end/", methods=("GET", "POST"))
    def end(self) -> ResponseReturnValue:
        """Take one back: the page that says what ends, then the deed."""
        grant = grants.find_grant(self.db_session, whole_id(self.asked_once("id")), self.actor) or abort(404)
        back = self._way_back(grant)
        findings: Sequence[Any] = ()
        if request.method == "POST":
            done = self.commit(grants.end_grant, grant.id, now=self.now, subject=grant)
            if done.value is not None:
                self.say("It has ended. What was written stays.")
                return redirect(back, code=303)
            findings = done.findings
        return self.page("pep/grants/end.html", status=422 if findings else 200, row=grant, findings=findings, back=back,
                         titles=self.titles_of(grant))

    def _way_back(self, grant: Grant) -> str:
        """To the PEP where it is of one, to one's own page of cover, else to the list."""
        holds = grant.holder_id == self.actor.person_id and not self.actor.is_vs
        if grant.pep_id is not None and not holds:
            return self._page_of(grant.pep_id)
        if grant.giver_id == self.actor.person_id:
            return url_for(f"{self.endpoint}.cover")
        return self.way_to(f"{self.endpoint}.index_view") or self.way_to("pep_my_peps.index_view") or "/"

    # --- what they share ---------------------------------------------------------------------------------------------------

    def _asks_accounts(self) -> Any:
        return None if host().account_holders is None else lambda person_id: bool(self.has_account(person_id))

    def _say_given(self, grant: Grant) -> None:
        name = grant.holder.name
        if self.has_account(grant.holder_id) is False:
            self.say(f"{name} can write once they have an account. They have none yet: the Virtual School sees that under “People "
                     "out of reach”, and an administrator there invites them. Call, if it is urgent.", "warning")
        else:
            self.say(f"{name} is told by mail, and finds it under My PEPs.")

    def _page_of(self, pep_id: int) -> str:
        return self.way_to("pep_peps.details_view", id=pep_id) or "/"


_WHOLE: tuple[Any, ...] = (joinedload(Pep.child).joinedload(Child.social_worker), joinedload(Pep.term).joinedload(Term.year),
                           joinedload(Pep.school).joinedload(School.designated_teacher), joinedload(Pep.writer),
                           joinedload(Pep.form_version))
