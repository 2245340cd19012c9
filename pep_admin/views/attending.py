"""Who to meet: the children whose meetings the Virtual School should attend, with every reason; and what people say about it.

The reasons and the order are attending.py's (the judgement), what is kept workflow/attending.py's. Nothing is ranked here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from pep_admin import queries
from pep_admin.attending import ToMeet, group_label
from pep_admin.meeting_words import AttendingReason
from pep_admin.models import AttendingNote, Child, Pep
from pep_admin.permissions import Permission
from pep_admin.validators import forms
from pep_admin.validators.findings import Finding
from pep_admin.views import draft_pages, draft_places
from pep_admin.views.base import MOST_EXPORTED
from pep_admin.views.base_forms import PepForm
from pep_admin.views.csv_files import csv_file
from pep_admin.views.formats import exported
from pep_admin.views.gate import PepView
from pep_admin.views.hosting import can_be_id
from pep_admin.views.request_forms import ReasonForm, reason_field
from pep_admin.workflow import attending
from pep_admin.workflow.attending import SAID_BY_OFFICERS, may_ask_to_attend

ON_A_PAGE = 50
LONG_AGO = timedelta(days=365)
HEADINGS = ("Child", "Year", "School", "Reasons", "Why", "The Virtual School last came", "Next meeting")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list is narrowed to, each as it stands in the address ("" for all), and the page."""

    reason: str = ""
    school: str = ""
    last: str = ""
    meeting: str = ""
    page: int = 0

    @property
    def narrowed(self) -> bool:
        return bool(self.reason or self.school or self.last or self.meeting)

    def address(self, page: int = 0) -> dict[str, Any]:
        """The query of the same list at that page."""
        return {"reason": self.reason or None, "school": self.school or None, "last": self.last or None,
                "meeting": self.meeting or None, "page": page or None}


LAST = {"never": "Not on record", "long": "Not in the last year", "year": "In the last year"}
MEETING = {"booked": "Booked", "none": "Not booked"}


class AskForm(PepForm):
    """What the school would like help with."""

    reason = reason_field("What would help", "The Virtual School reads it. You may leave it open.")


class Attending(PepView):
    """Whom the Virtual School should meet."""

    noun = "attending"
    title = "Who to meet"
    group = "Children and PEPs"
    opens = {
        "index_view": Permission.ATTENDING_READ,
        "export": Permission.LIST_EXPORT,
        "say_needed": Permission.ATTENDING_EDIT,
        "clear": Permission.ATTENDING_EDIT,
        "ask": Permission.ATTENDING_ASK,
        "cancel": Permission.ATTENDING_ASK,
    }

    # --- the list ------------------------------------------------------------------------------------------------------

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """Every child for whom there is a reason, the most reasons first; narrowed as the address says."""
        asked, every = self._asked(), queries.children_to_meet(self.db_session, self.today)
        found = [each for each in every if self._fits(each, asked)]
        pages = max(1, -(-len(found) // ON_A_PAGE))
        page = min(asked.page, pages - 1)
        lines = found[page * ON_A_PAGE : (page + 1) * ON_A_PAGE]
        self.record_view("attending.list", object_type="attending", rows=len(lines), narrowed=asked.narrowed)
        return self.page("pep/attending/list.html", lines=lines, children=self._children(lines), asked=asked, count=len(found),
                         pages=pages, page_number=page, options=self._options(every), headings=HEADINGS, group_label=group_label,
                         first=page * ON_A_PAGE + 1)

    def _asked(self) -> Asked:
        """What the address asks for; a strange value asks for nothing."""
        known: Mapping[str, Callable[[str], bool]] = {
            "reason": lambda value: value in {each.value for each in AttendingReason}, "school": can_be_id,
            "last": LAST.__contains__, "meeting": MEETING.__contains__,
        }
        values = {name: value for name, fits in known.items() if fits(value := self.asked_once(name))}
        page = self.asked_once("page")
        return Asked(**values, page=int(page) if can_be_id(page) else 0)

    def _fits(self, each: ToMeet, asked: Asked) -> bool:
        facts = each.facts
        attended = "never" if facts.last_attended_on is None else (
            "year" if facts.last_attended_on >= self.today - LONG_AGO else "long")
        return (
            (not asked.reason or any(why.reason.value == asked.reason for why in each.why))
            and (not asked.school or str(facts.school_id) == asked.school)
            and (not asked.last or attended == asked.last or (asked.last == "long" and attended == "never"))
            and (not asked.meeting or (asked.meeting == "booked") is (facts.meeting_at is not None))
        )

    def _children(self, lines: Sequence[ToMeet]) -> dict[int, Child]:
        found = select(Child).where(Child.id.in_([each.facts.child_id for each in lines]))
        return {child.id: child for child in self.db_session.scalars(found)}

    def _options(self, every: Sequence[ToMeet]) -> list[tuple[str, str, list[tuple[str, str]]]]:
        """(name, label, options) of the filters: schools of those who are in the list alone."""
        schools = {(each.facts.school, str(each.facts.school_id)) for each in every if each.facts.school_id}
        return [
            ("reason", "Reason", [(each.value, each.label) for each in AttendingReason]),
            ("school", "School", [(number, name) for name, number in sorted(schools)]),
            ("last", "The Virtual School last came", list(LAST.items())),
            ("meeting", "Next meeting", list(MEETING.items())),
        ]

    @expose("/export/csv/")
    def export(self) -> ResponseReturnValue:
        """The list as CSV, as it is narrowed now."""
        if not self.may_open("export"):
            self.refuse(Permission.ATTENDING_READ)
        asked = self._asked()
        found = [each for each in queries.children_to_meet(self.db_session, self.today) if self._fits(each, asked)][:MOST_EXPORTED]
        self.record_view("attending.export", object_type="attending", rows=len(found), narrowed=asked.narrowed)
        children = self._children(found)
        return csv_file("who-to-meet", self.today, [HEADINGS, *(_cells(each, children[each.facts.child_id]) for each in found)])

    # --- what officers say ---------------------------------------------------------------------------------------------

    @expose("/say/", methods=("GET", "POST"))
    def say_needed(self) -> ResponseReturnValue:
        """Say of `?child=` what `?kind=` is, with the reason."""
        child = self.one_or_404(Child, self.asked_once("child"))
        kind = next((each for each in SAID_BY_OFFICERS if each.value == self.asked_once("kind")), None) or abort(404)
        form: Any = ReasonForm(request.form if request.method == "POST" else None)
        if request.method == "POST" and form.validate():
            done = self.commit(attending.say_needed, child, kind, reason=form.reason.data or "", now=self.now, subject=child)
            if done.ok:
                self.say(f"{kind.label}: that is kept, and counts among the reasons to meet {child.called}.")
                return redirect(self._page_of(child.id), code=303)
            form.head = forms.attach(form, done.findings)
        return self.page("pep/attending/say.html", status=422 if request.method == "POST" else 200, child=child, kind=kind,
                         form=form, back=self._page_of(child.id))

    @expose("/clear/", methods=("GET", "POST"))
    def clear(self) -> ResponseReturnValue:
        """Clear what was said, with the reason."""
        note = self.one_or_404(AttendingNote, self.asked_once("id"), joinedload(AttendingNote.child))
        form: Any = ReasonForm(request.form if request.method == "POST" else None)
        if request.method == "POST" and form.validate():
            done = self.commit(attending.clear_note, note.id, reason=form.reason.data or "", now=self.now, subject=note)
            if done.ok:
                self.say("Cleared. It no longer counts among the reasons.")
                return redirect(self._page_of(note.child_id), code=303)
            form.head = forms.attach(form, done.findings)
        return self.page("pep/attending/clear.html", status=422 if request.method == "POST" else 200, note=note, form=form,
                         back=self._page_of(note.child_id))

    def _page_of(self, child_id: int) -> str:
        return self.way_to("pep_children.details_view", id=child_id) or url_for(f"{self.endpoint}.index_view")

    # --- what the school asks ------------------------------------------------------------------------------------------

    @expose("/ask/", methods=("GET", "POST"))
    def ask(self) -> ResponseReturnValue:
        """The school asks the Virtual School to come to the meeting of `?pep=`."""
        pep = self.one_or_404(Pep, self.asked_once("pep"), joinedload(Pep.child), joinedload(Pep.school), joinedload(Pep.term))
        if not may_ask_to_attend(self.actor, pep):
            self.refuse(Permission.ATTENDING_ASK)
        if request.method != "POST" and (wrong := attending.check_ask(self.db_session, pep, now=self.now)):
            return self._not_asked(pep, wrong)
        form: Any = AskForm(request.form if request.method == "POST" else None)
        page = draft_places.of_asking(pep)
        if request.method == "POST" and form.validate():
            ask = draft_pages.saving(self, attending.ask_to_attend, page)
            done = self.commit(ask, pep.id, reason=form.reason.data or "", now=self.now, subject=pep)
            if done.ok:
                self.say("The Virtual School sees that you ask it to come.")
                return redirect(url_for("pep_peps.details_view", id=pep.id), code=303)
            form.head = forms.attach(form, done.findings)
        _, desk = draft_pages.of_form(self, page, form)
        return self.page("pep/attending/ask.html", status=422 if request.method == "POST" else 200, pep=pep, form=form, desk=desk,
                         back=url_for("pep_peps.details_view", id=pep.id))

    def _not_asked(self, pep: Pep, wrong: Sequence[Finding]) -> ResponseReturnValue:
        for each in wrong:
            self.say(each.message, "warning")
        draft_pages.say_kept(self, draft_places.of_asking(pep))
        return redirect(url_for("pep_peps.details_view", id=pep.id), code=303)

    @expose("/cancel/", methods=("POST",))
    def cancel(self) -> ResponseReturnValue:
        """The school no longer asks."""
        note = self.one_or_404(AttendingNote, self.asked_once("id"))
        if note.pep_id is None:
            abort(404)
        done = self.commit(attending.cancel_ask, note.id, now=self.now, subject=note)
        self.say("You no longer ask the Virtual School to come." if done.ok else done.findings[0].message,
                 "success" if done.ok else "warning")
        return redirect(url_for("pep_peps.details_view", id=note.pep_id), code=303)


def _cells(each: ToMeet, child: Child) -> list[Any]:
    facts = each.facts
    told = "; ".join(f"{why.reason.label} ({why.says})" for why in each.why)
    row = (child.name, group_label(facts.year_group), facts.school, each.count, told, facts.last_attended_on, facts.meeting_at)
    return [exported(cell) for cell in row]
