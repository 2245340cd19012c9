"""The hand-over note of the school that a child leaves: its page, and what a child's page shows of such notes.

What is kept, and who may leave one, is workflow/handover.py's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import select
from wtforms import TextAreaField
from wtforms.validators import Length

from pep_admin.models import Child, HandoverNote
from pep_admin.permissions import Permission, lent
from pep_admin.queries.child_page import ChildRecord, enrolments_of
from pep_admin.queries.handover import notes_of
from pep_admin.validators import forms
from pep_admin.views import draft_pages, draft_places
from pep_admin.views.base import Link
from pep_admin.views.base_forms import PepForm
from pep_admin.views.cells import posted_version
from pep_admin.views.gate import PepView
from pep_admin.views.hosting import whole_id
from pep_admin.workflow.handover import LONGEST, Stay, leave_note, may_change, stays_to_tell_of


class NoteForm(PepForm):
    """What the next school should know."""

    words = TextAreaField("What the next school should know", [
        Length(max=LONGEST, message=f"At most {LONGEST:,} characters fit here.")],
        filters=[lambda text: (text or "").replace("\r\n", "\n")],
        description="What works in class, what is under way and with whom, what to send on. Everybody who sees this child’s record "
                    "reads it, schools too.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.words.flags.required = True


@dataclass(frozen=True, slots=True)
class HandoverCard:
    """On a child's page: the notes, the way to leave or change one, and until when who leads the last school sees the record."""

    notes: Sequence[HandoverNote]
    links: Sequence[Link]
    until: date | None


def handover_of(view: PepView, record: ChildRecord) -> HandoverCard | None:
    """The card; None where nothing is to be read or written."""
    child = record.child
    stays = [] if lent(view.db_session, view.actor, Permission.HANDOVER_WRITE, [child.id]) else stays_to_tell_of(
        view.actor, record.enrolments, record.handover, view.today)
    url = view.way_to("pep_handover_notes.leave", child=child.id)
    first = _first(stays)
    links = []
    if url and first is not None and (len(stays) > 1 or first.note is None or may_change(view.actor, first.note)):
        links = [Link("Change the hand-over note…" if first.note else "Leave a hand-over note…", url)]
    until = view.today if child.id in view.actor.leaving else None
    return HandoverCard(record.handover, links, until) if record.handover or links or until else None


def leaving_of(view: PepView) -> list[Link]:
    """The children whose last day at the school of the one who acts is today, each with the way to its hand-over note."""
    if not view.actor.leaving:
        return []
    children = view.db_session.scalars(select(Child).where(Child.id.in_(view.actor.leaving)).order_by(Child.last_name, Child.id))
    ways = [(child.called, view.way_to("pep_handover_notes.leave", child=child.id)) for child in children]
    return [Link(name, url) for name, url in ways if url]


def _first(stays: Sequence[Stay]) -> Stay | None:
    """Of which school a note is asked for first: the one that was left last, else the one that the child is at."""
    left = [each for each in stays if each.enrolment.ended_on is not None]
    return next(iter([*left, *stays]), None)


class HandoverNotes(PepView):
    """What a school says of a child who leaves it."""

    noun = "handover_notes"
    title = "Hand-over note"
    group = "Records"
    in_menu = False
    opens: ClassVar[dict[str, Permission]] = {"leave": Permission.HANDOVER_WRITE}
    model = HandoverNote
    column_labels: ClassVar[dict[str, str]] = {
        "child": "Child", "child_id": "Child", "school": "School", "school_id": "School",
        "words": "What the next school should know", "noted_by": "Written by (account)",
        "noted_name": "Written by", "noted_on": "Written on",
    }

    @expose("/", methods=("GET", "POST"))
    def leave(self) -> ResponseReturnValue:
        """Leave the note on the child of `?child=`, or change it; `?school=` says of which school, where there are several."""
        child, posted = self.one_or_404(Child, self.asked_once("child")), request.method == "POST"
        stays = self._stays(child)
        if not stays:
            self.refuse(Permission.HANDOVER_WRITE)
        stay = self._chosen(stays)
        form: Any = NoteForm(request.form if posted else None, words=stay.note.words if stay.note else "")
        page = draft_places.of_handover(child, stay.school)
        if posted and form.validate():
            leave = draft_pages.saving(self, leave_note, page)
            done = self.commit(leave, child.id, stay.school.id, words=form.words.data or "", today=self.today,
                               version=posted_version(), subject=child)
            if done.value is not None:
                self.say("The hand-over note is kept. Whoever sees this child’s record reads it.")
                return redirect(url_for("pep_children.details_view", id=child.id, _anchor="handover"), code=303)
            form.head = forms.attach(form, done.findings)
            child = self.one_or_404(Child, child.id)
            stays = self._stays(child)
            stay = self._chosen(stays)
        changes, desk = stay.note is None or may_change(self.actor, stay.note), draft_pages.desk(self, page, ["words"])
        version = stay.note.row_version if stay.note else 0
        if changes:
            version, desk = draft_pages.filled_form(form, desk, version)
        return self.page("pep/handover.html", status=422 if posted else 200, child=child, stay=stay, form=form, desk=desk,
                         changes=changes, typed=posted, version=version,
                         others=[each.school for each in stays if each.school.id != stay.school.id])

    def _stays(self, child: Child) -> list[Stay]:
        return stays_to_tell_of(self.actor, enrolments_of(self.db_session, child), notes_of(self.db_session, child.id), self.today)

    def _chosen(self, stays: Sequence[Stay]) -> Stay:
        asked = self.asked_once("school")
        found = next((each for each in stays if each.school.id == whole_id(asked)), None) if asked else _first(stays)
        return found or abort(404)
