"""Meetings: the page on which one is booked or moved, calling it off, its calendar file, and the Virtual School's own diary.

What is asked of the meeting are Part 3's own questions (section_forms.py); what booking does is workflow/meetings.py's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, ClassVar

from flask import abort, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from wtforms import SelectField
from wtforms.fields.choices import Choice, SelectChoice  # type: ignore[attr-defined]  # not yet in types-WTForms

from pep_admin import queries
from pep_admin.models import Pep, Person
from pep_admin.pep_document import read_document
from pep_admin.pep_form import Document
from pep_admin.permissions import Permission, audience_for
from pep_admin.queries.meetings import (
    PEOPLE,
    Busy,
    DiaryEntry,
    before_going,
    busy,
    busy_in_week,
    invitable,
    invited,
    is_planned,
    last_day_ahead,
    load_of,
    meetings_ahead,
    most_a_week,
    officers,
    standing_notice,
    who_goes,
    within_a_fortnight,
)
from pep_admin.validators import forms
from pep_admin.validators.findings import Finding, blocking
from pep_admin.validators.meetings import USUAL_MINUTES, check_goer, day_of, monday_of
from pep_admin.views import calendar_files, section_forms
from pep_admin.views.base_forms import PepForm
from pep_admin.views.gate import PepView
from pep_admin.views.grants import SectionsField
from pep_admin.views.hosting import can_be_id, host, whole_id
from pep_admin.views.meeting_card import may_book
from pep_admin.workflow import meetings
from pep_admin.workflow.invitations import News


class OfficerField(SelectField):
    """Somebody of the Virtual School, or nobody."""

    people: Sequence[Person] = ()

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, choices=[], validate_choice=False, **kwargs)

    def iter_choices(self) -> Iterator[Choice]:
        yield Choice("", "Nobody", not self.data, {})
        for each in self.people:
            yield Choice(str(each.id), each.name, str(self.data) == str(each.id), {})


class OfficerForm(PepForm):
    """Who goes there."""

    officer = OfficerField("Who goes there")


class InviteForm(PepForm):
    """How long it takes, and who gets the invitation."""

    minutes = SelectField("How long", choices=[SelectChoice(str(each), f"{each} minutes") for each in meetings.LENGTHS])
    people = SectionsField("Who gets an invitation by mail",
                           description="With an entry for their calendar. It names no child: the reference, the time, and a link "
                                       "behind sign-in.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.minutes.flags.required = True


class Meetings(PepView):
    """Meetings of PEPs."""

    noun = "meetings"
    title = "Diary of meetings"
    group = "Children and PEPs"
    opens: ClassVar[dict[str, Permission]] = {
        "index_view": Permission.ATTENDING_READ, "send_officer": Permission.ATTENDING_EDIT, "book": Permission.PEP_WRITE,
        "call_off": Permission.PEP_WRITE, "calendar": Permission.PEP_READ,
    }
    lists: ClassVar[frozenset[str]] = frozenset({"index_view"})

    # --- the diary -----------------------------------------------------------------------------------------------------

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """The meetings of the next six weeks, week by week; one's own of the next fortnight first."""
        entries, most = meetings_ahead(self.db_session, self.today), most_a_week(self.db_session, self.today)
        found = busy(self.db_session, monday_of(self.today), last_day_ahead(self.today))
        meet = {each.facts.child_id: each for each in queries.children_to_meet(self.db_session, self.today)}
        goers = who_goes(self.db_session, entries)
        shown = [each for each in entries if each.pep.id in goers or each.pep.child_id in meet]
        mine = [each for each in shown if self.actor.person_id in {one.person_id for one in goers.get(each.pep.id, ())} - {None}
                and within_a_fortnight(each.on, self.today)]
        self.record_view("meetings.list", object_type="meetings", rows=len(shown))
        return self.page("pep/meetings/index.html", mine=mine, goers=goers, meet=meet, most=most, advice=_advice(shown, found),
                         weeks=_by_week(shown), people=self._loads(found), this_week=monday_of(self.today))

    def _loads(self, found: Busy) -> list[tuple[Person, list[tuple[Any, int]]]]:
        """Each officer who goes anywhere, with the weeks and how many meetings they have in each."""
        loads = load_of(found)
        return [(person, sorted((week, count) for (who, week), count in loads.items() if who == person.id))
                for person in officers(self.db_session) if person.id in found]

    @expose("/officer/", methods=("GET", "POST"))
    def send_officer(self) -> ResponseReturnValue:
        """Who of the Virtual School goes to the meeting of the PEP of `?pep=`."""
        pep, posted = self._pep(), request.method == "POST"
        advice: list[Finding] = []
        form: Any = OfficerForm(request.form if posted else None, officer=pep.attending_officer_id)
        form.officer.people = self._who_can_go()
        moved = False
        if posted and form.validate():
            chosen = form.officer.data
            done = self.commit(meetings.send_officer, pep.id, whole_id(chosen) if chosen else None, seen=_shown(),
                               readers=self._readers(), heeded=request.form.getlist("seen_advice"), today=self.today, now=self.now,
                               subject=pep, keep_stale=True)
            if done.value is not None:
                self.say("It is in the diary." if chosen else "Nobody is named to go there now.")
                return redirect(self._page_of(pep.id), code=303)
            moved, form.head = done.saved is not None, forms.attach(form, blocking(done.findings))
            advice = [each for each in done.findings if each.severity == "warning"]
        pep = self._pep()
        return self.page("pep/meetings/officer.html", status=409 if moved else 422 if posted else 200, pep=pep, form=form,
                         back=self._page_of(pep.id), moved=moved, advice=advice, **self._week_of(pep, form.officer.people))

    def _week_of(self, pep: Pep, people: Sequence[Person]) -> dict[str, Any]:
        """Of the whole week of the meeting: how many meetings each of those people has, and what to look at before one is sent."""
        day = day_of(pep.meeting_at)
        if day is None:
            return {"week": None, "most": 0, "loads": []}
        loads, look = load_of(busy_in_week(self.db_session, day)), before_going(self.db_session, pep, people)
        week = monday_of(day)
        return {"week": week, "most": most_a_week(self.db_session, day),
                "loads": [(each, loads[each.id, week], look[each.id]) for each in people]}

    def _readers(self) -> meetings.Readers | None:
        known = host().child_readers
        return None if known is None else lambda ids: known(self.db_session, ids)

    def _who_can_go(self) -> list[Person]:
        """The people of the Virtual School who may read of the child whom they meet."""
        ours, readers = officers(self.db_session), self._readers()
        those = {each.id for each in ours} if readers is None else readers([each.id for each in ours])
        return [each for each in ours if each.id in those]

    # --- booking -------------------------------------------------------------------------------------------------------

    @expose("/book/", methods=("GET", "POST"))
    def book(self) -> ResponseReturnValue:
        """Book or move the meeting of the PEP of `?pep=`."""
        pep = self._bookable()
        document = read_document(self.db_session, pep, audience=audience_for(self.actor, pep.child))
        form = self._invite_form(pep)
        asked = section_forms.questions(document, _section(document), meetings.FIELDS)
        if request.method != "POST" or not form.validate():
            return self._book_page(pep, form, asked, status=422 if request.method == "POST" else 200)
        posted = section_forms.read_post(_section(document), meetings.FIELDS, request.form, request.form.getlist)
        if posted.problems:
            return self._book_page(pep, form, self._typed(asked, posted.problems), findings=posted.problems, status=422)
        booking = meetings.Booking(posted.values, posted.base, int(form.minutes.data),
                                   frozenset(whole_id(each) for each in form.people.data or ()))
        was = pep.meeting_at
        done = self.commit(meetings.book_meeting, pep.id, booking, today=self.today, now=self.now, subject=pep)
        pep = self._pep()
        if done.value is None:
            return self._book_page(pep, form, self._typed(asked, done.findings), findings=done.findings, status=422)
        if done.value.written.conflicts is not None:
            return self._conflict(pep, form, done.value.written.conflicts)
        self.say(_said_of(done.value.told, booked=was is None))
        for each in [*done.value.notes, *self._officers_other_meetings(pep)]:
            self.say(each.message, "warning")
        return redirect(self._page_of(pep.id), code=303)

    def _officers_other_meetings(self, pep: Pep) -> list[Finding]:
        """What there is to look at for the officer who was named before the meeting was moved; the Virtual School's alone."""
        officer = pep.attending_officer
        if officer is None or not self.may(Permission.ATTENDING_READ):
            return []
        return before_going(self.db_session, pep, [officer]).get(officer.id, [])

    def _bookable(self) -> Pep:
        pep = self._pep()
        if not may_book(self, pep):
            self.refuse(Permission.PEP_WRITE, why="The meeting of a PEP is booked by its school, its social worker or the Virtual "
                                                  "School, while its Part 3 is open.")
        return pep

    def _pep(self) -> Pep:
        return self.one_or_404(Pep, self.asked_once("pep"), *PEOPLE)

    def _invite_form(self, pep: Pep) -> Any:
        notice = standing_notice(self.db_session, pep.id)
        people = [each for each in invitable(pep) if each.told_by_mail]
        chosen = {each.person_id for each in invited(self.db_session, notice)} if notice else {each.person.id for each in people}
        form: Any = InviteForm(request.form if request.method == "POST" else None, people=[str(each) for each in chosen],
                               minutes=str(notice.minutes if notice else USUAL_MINUTES))
        form.people.offered = {str(each.person.id): f"{each.person.name}, {each.role.label}" for each in people}
        return form

    def _typed(self, asked: list[section_forms.Question], findings: Sequence[Any]) -> list[section_forms.Question]:
        return section_forms.as_typed(asked, request.form, request.form.getlist, findings)

    def _conflict(self, pep: Pep, form: Any, conflicts: Mapping[str, Any]) -> ResponseReturnValue:
        document = read_document(self.db_session, pep, audience=audience_for(self.actor, pep.child))
        asked = section_forms.questions(document, _section(document), meetings.FIELDS)
        typed = section_forms.as_typed(asked, request.form, request.form.getlist, (), conflicts, document)
        return self._book_page(pep, form, typed, status=409, conflicts=conflicts)

    def _book_page(
        self, pep: Pep, form: Any, asked: list[section_forms.Question], *, status: int, **more: Any
    ) -> ResponseReturnValue:
        silent = [each for each in invitable(pep) if not each.told_by_mail]
        return self.page("pep/meetings/book.html", status=status, pep=pep, form=form, questions=asked, silent=silent,
                         back=self._page_of(pep.id), **{"findings": (), **more})

    @expose("/call-off/", methods=("GET", "POST"))
    def call_off(self) -> ResponseReturnValue:
        """Call off the meeting of the PEP of `?pep=`: the page that says who is told, then the deed."""
        pep = self._bookable()
        findings: Sequence[Any] = ()
        moved = False
        if request.method == "POST":
            done = self.commit(meetings.call_off_meeting, pep.id, seen=_shown().at, today=self.today, now=self.now, subject=pep,
                               keep_stale=True)
            if done.value is not None:
                names = ", ".join(each.name for each in done.value)
                self.say(f"The meeting is off. Word goes to {names}." if names else "The meeting is off.")
                return redirect(self._page_of(pep.id), code=303)
            findings, moved, pep = done.findings, done.saved is not None, self._pep()
        notice = standing_notice(self.db_session, pep.id)
        return self.page("pep/meetings/call_off.html", status=409 if moved else 422 if findings else 200, pep=pep,
                         findings=findings, moved=moved,
                         people=[each.person for each in invited(self.db_session, notice)] if notice else [],
                         back=self._page_of(pep.id))

    # --- the calendar file ---------------------------------------------------------------------------------------------

    @expose("/calendar/")
    def calendar(self) -> ResponseReturnValue:
        """The meeting of the PEP of `?pep=` as a file for a calendar; there is none where none is planned."""
        pep = self._pep()
        if not is_planned(pep, self.today):
            abort(404)
        return calendar_files.answer(self.db_session, [pep], f"meeting-{pep.reference.lower()}.ics")

    def _page_of(self, pep_id: int) -> str:
        return self.way_to("pep_peps.details_view", id=pep_id) or "/"


def _said_of(told: News, *, booked: bool) -> str:
    """What was done and who is told of what, in sentences."""
    sentences = ["Booked." if booked else "Saved."]
    for people, sentence in ((told.invited, "An invitation goes to {}."), (told.moved, "That it was changed is told to {}."),
                             (told.no_longer, "That they are no longer expected is told to {}.")):
        if people:
            sentences.append(sentence.format(", ".join(each.name for each in people)))
    return " ".join(sentences if len(sentences) > 1 else [*sentences, "Nobody has to be told."])


def _shown() -> meetings.Shown:
    """What the page showed when it was sent, by what it carries; what cannot be read is what no page showed."""
    try:
        at = datetime.fromisoformat(request.form.get("seen_at", ""))
    except ValueError:
        at = None
    officer = request.form.get("seen_officer", "")
    return meetings.Shown(at if at is not None and at.tzinfo is not None else None, int(officer) if can_be_id(officer) else None)


def _section(document: Document) -> Any:
    return document.form.section(meetings.SECTION)[1]


def _by_week(entries: Sequence[DiaryEntry]) -> list[tuple[Any, list[DiaryEntry]]]:
    return [(week, list(found)) for week, found in groupby(entries, key=lambda each: each.week)]


def _advice(entries: Sequence[DiaryEntry], found: Busy) -> dict[int, list[Finding]]:
    """By PEP, that whoever is named to go there goes to another meeting at that time; a full week stands beside the officers."""
    told = {}
    for entry in entries:
        theirs = found.get(entry.officer.id, ()) if entry.officer is not None else ()
        this = next((each for each in theirs if each.reference == entry.pep.reference), None)
        if entry.officer is not None and this is not None:
            told[entry.pep.id] = check_goer(entry.officer.name, this, theirs, most=0)
    return told
