"""Targets on screen: the list over all PEPs in scope, one target's page, and the page where one is written as HB-5.4 orders it.

What a target must have, and how good its wording is, is validators/targets.py's; who writes one when, workflow/targets.py's.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import Boolean, select
from sqlalchemy.orm import joinedload
from wtforms import BooleanField, TextAreaField
from wtforms.validators import InputRequired, Length

from pep_admin import queries
from pep_admin.config import LONDON
from pep_admin.deadlines import format_day
from pep_admin.models import Pep, ProgressNote, Target, Term, Words
from pep_admin.permissions import Permission, can, lent
from pep_admin.queries import OPEN_TO_WRITE
from pep_admin.stems import STEMS
from pep_admin.validators.findings import Finding
from pep_admin.validators.reopening import is_open
from pep_admin.views import draft_pages, draft_places, signed
from pep_admin.views.base import Done, Link, PepModelView, RelatedTable
from pep_admin.views.base_forms import DayField, LabelField, PepForm
from pep_admin.views.cells import linked, posted_version, reference, start_of, wrapped
from pep_admin.views.filters import Case, OneOf, Related
from pep_admin.views.hosting import whole_id
from pep_admin.views.pep_words import closed_because
from pep_admin.views.request_forms import ReasonForm, reason_field
from pep_admin.vocabulary import ChildAgrees, Part, Subject, TargetArea
from pep_admin.workflow import ppg, progress, targets
from pep_admin.workflow.drafts import Page

KINDS = {**{each.value: each.label for each in (Subject.ENGLISH, Subject.MATHS)}, **{each.value: each.label for each in TargetArea}}
"""What stems and examples are sorted by, in the order of the page."""

NOTE_HEADINGS = ("Seen on", "What was seen", "With the child", "Written by")


def note_row(note: ProgressNote) -> list[Any]:
    """A note as a row under NOTE_HEADINGS; of one that was struck, by whom and why."""
    if note.struck_at is not None:
        struck = f"Struck by {note.struck_name} on {format_day(note.struck_at.astimezone(LONDON).date())}: {note.struck_reason}"
        return [note.seen_on, wrapped(struck), "—", note.noted_name]
    return [note.seen_on, wrapped(note.what), "Yes" if note.with_child else "No", note.noted_name]


class ProgressForm(PepForm):
    """A note on a target."""

    seen_on = DayField("Seen on", [InputRequired("Enter the day.")], description="Like 18 Nov 2024.")
    what = TextAreaField("What was seen", [Length(max=2_000, message="At most 2,000 characters fit here.")],
                         description="What the child does now, in figures where there are any.")
    with_child = BooleanField("Looked at together with the child")


class StrikeForm(ReasonForm):
    """Why a note should not stand."""

    reason = reason_field("Why it should not stand", "Like: it is about another child.")


class Targets(PepModelView):
    """The SMART targets of every PEP in scope."""

    model = Target
    noun = "targets"
    title = "Targets"
    singular = "Target"
    group = "Children and PEPs"
    opens = {
        "index_view": Permission.TARGET_READ,
        "details_view": Permission.TARGET_READ,
        "write": Permission.TARGET_WRITE,
        "remove": Permission.TARGET_WRITE,
        "note": Permission.TARGET_WRITE,
        "strike": Permission.TARGET_WRITE,
    }
    records_views = True
    loads = (joinedload(Target.pep).joinedload(Pep.child),)

    column_list = ("outcome", "child", "pep", "area", "subject", "due_on")
    column_details_list = ("child", "pep", "area", "subject", "is_strength", "answers_sdq", "need", "support_what", "support_when",
                           "support_where", "support_who", "support_how_often", "outcome", "baseline", "success_measure", "due_on",
                           "look_on", "child_agrees", "child_wording", "from_plan")
    column_labels = {
        "pep": "PEP", "child": "Child", "area": "Area of need", "subject": "Subject", "is_strength": "Builds on a strength",
        "answers_sdq": "Answers the SDQ", "need": "The need, or the strength to grow", "support_what": "What is done",
        "support_when": "When", "support_where": "Where", "support_who": "Who gives it", "support_how_often": "How often",
        "outcome": "What the child will be able to do", "baseline": "Where now", "success_measure": "How we will know",
        "due_on": "By when", "look_on": "Look at it on",
        "child_agrees": "Does the child agree?", "child_wording": "In the child’s words",
        "from_plan": "Serves this outcome of the plan", "number": "Number",
    }
    column_descriptions = {
        "area": "One of the handbook’s five areas (HB-5.6).",
        "subject": "One English, one Maths, one for the person (HB-5.1, HB-5.3).",
        "answers_sdq": "Tick this where the SDQ is high and this target is the answer to it (HB-4.7).",
        "need": "The gap, or the strength worth growing, and how you know.",
        "support_what": "The service or the help, in plain words.",
        "support_who": "By name or post, so that somebody does it.",
        "support_how_often": "Like: weekly, ten hours.",
        "outcome": "[Name] will … so that …, by … Write it so that anybody could see whether it has happened.",
        "baseline": "A number, grade, count or thing seen, today.",
        "success_measure": "The same thing counted or seen again, then.",
        "due_on": "Like 28 Mar 2025. By the next PEP, or the end of the year at the latest.",
        "look_on": "Where it runs past the next PEP: a day on the way, like 20 Jan 2025 (HB-5.8).",
        "child_wording": "As the child would say it; this is what their own copy shows.",
        "from_plan": "With an EHCP or a support plan: the outcome’s number or first words (HB-5.5).",
    }
    column_formatters = {
        "outcome": lambda view, context, target, name: wrapped(f"{target.number} · {start_of(target.outcome)}"),
        "child": lambda view, context, target, name: linked(
            target.pep.child, view.way_to("pep_children.details_view", id=target.pep.child_id)),
        "pep": lambda view, context, target, name: reference(target.pep, view.way_to("pep_peps.details_view", id=target.pep_id)),
    }
    column_formatters_detail = {
        **{name: each for name, each in column_formatters.items() if name != "outcome"},
        "child_agrees": lambda view, context, target, name: _agreement(target.child_agrees),
    }
    column_sortable_list = (("child", "pep.child.last_name"), ("pep", "pep.reference"), "area", "subject", "due_on")
    column_default_sort = [("pep_id", True), ("number", False)]
    column_searchable_list = ("outcome",)
    column_filters = (
        OneOf(Target.area, "Area of need", "area", TargetArea),
        OneOf(Target.subject, "Subject", "subject", Subject),
        Related(Pep.term_id, "Term", "term", Term, order=(Term.starts_on.desc(),), search=()),
        Case(Target.answers_sdq, "SDQ", "sdq", {
            "yes": ("Answers the SDQ", lambda column: column.is_(True)),
            "no": ("Does not", lambda column: column.is_(False)),
        }),
    )

    form_columns = ("area", "subject", "is_strength", "answers_sdq", "need", "support_what", "support_when", "support_where",
                    "support_who", "support_how_often", "outcome", "baseline", "success_measure", "due_on", "look_on",
                    "child_agrees", "child_wording", "from_plan")
    form_optional_types = (Boolean, Words)  # whether a text must be there is said by the verb, in the rule's own words
    form_overrides = {"child_agrees": LabelField}
    form_args = {"child_agrees": {"kind": ChildAgrees, "blank": "Not said yet"}}
    steps = (
        ("What it is about", ("area", "subject", "is_strength", "answers_sdq")),
        ("1. The need", ("need",)),
        ("2. The support", ("support_what", "support_when", "support_where", "support_who", "support_how_often")),
        ("3. What we will see", ("outcome", "baseline", "success_measure", "due_on", "look_on")),
        ("The child’s part, and the plan behind it", ("child_agrees", "child_wording", "from_plan")),
    )
    """The writing page's groups, in the order of HB-5.4."""
    needed = ("need", "support_what", "support_who", "support_how_often", "outcome", "baseline", "success_measure", "due_on")
    """What signing Part 2 asks for (RD-225): the page does not call these optional, though a target may be saved without."""
    list_template = "pep/targets/list.html"
    details_template = "pep/targets/details.html"
    edit_template = "pep/targets/write.html"

    # --- one target ----------------------------------------------------------------------------------------------------

    def links(self, row: Target) -> list[Link]:
        notes = self._may_note(row) and row.pep.status in queries.NOTED
        noting = [Link("Note how it goes", url_for(f"{self.endpoint}.note", id=row.id))] if notes else []
        if not self._may_change(row.pep):
            return noting
        return [Link("Change", url_for(f"{self.endpoint}.write", id=row.id)), *noting,
                Link("Take away…", url_for(f"{self.endpoint}.remove", id=row.id))]

    def details_context(self, row: Target) -> dict[str, Any]:
        return {**self._money(row.pep), "life": queries.life_of_target(self.db_session, row)}

    def _money(self, pep: Pep) -> dict[str, Any]:
        """What is asked for under this PEP's targets, for those who may read that, and whether they may ask for more now."""
        if not self.may(Permission.REQUEST_READ):
            return {}
        return {"money": queries.asked_under(self.db_session, pep), "asks": self._asks(pep)}

    def _asks(self, pep: Pep) -> bool:
        return self.way_to("pep_ppg_requests.write") is not None and ppg.may_ask_now(self.actor, pep)

    def _may_change(self, pep: Pep) -> bool:
        return self._is_open(pep) and can(self.actor, Permission.TARGET_WRITE, pep, Part.EDUCATION, "targets")

    def _is_open(self, pep: Pep) -> bool:
        return pep.status in OPEN_TO_WRITE and is_open(pep.reopened, "targets")

    def _may_note(self, row: Target) -> bool:
        """Whether one of the roles that open this child's record writes targets (HB-5.8)."""
        permission = Permission.TARGET_WRITE
        return can(self.actor, permission) and not lent(self.db_session, self.actor, permission, [row.pep.child_id])

    def related(self, row: Target) -> list[RelatedTable]:
        """What was noted on it between PEPs."""
        seen = queries.notes_of(self.db_session, [row.id], with_struck=True)[row.id]
        ways = [self._strike(row, each) if self._may_strike(row, each) else "" for each in seen]
        rows = [[*note_row(each), *([way] if any(ways) else [])] for each, way in zip(seen, ways, strict=True)]
        headings = [*NOTE_HEADINGS, *(["If it should not stand"] if any(ways) else [])]
        return [RelatedTable("How it goes, between PEPs", headings, rows, "Nothing is noted yet.")]

    def _may_strike(self, row: Target, note: ProgressNote) -> bool:
        return note.struck_at is None and self._may_note(row) and progress.may_strike(self.actor, note)

    def _strike(self, row: Target, note: ProgressNote) -> Link:
        return Link("Strike…", url_for(f"{self.endpoint}.strike", id=row.id, note=note.id))

    # --- writing -------------------------------------------------------------------------------------------------------

    @expose("/write/", methods=("GET", "POST"))
    def write(self) -> ResponseReturnValue:
        """A new target of `?pep=`, filled with the one that goes on where `?from=` names it, or the one of `?id=` changed."""
        row, pep = self._asked()
        if request.method != "POST" and not self._is_open(pep):
            return self._closed(pep, draft_places.of_target(pep, row))
        kept = self._kept(pep) if row is None else None
        if kept is not None and request.method != "POST" and (copy := queries.copy_of(self.db_session, pep.id, kept.id)):
            return self._kept_already(pep, copy)
        form = self._form(pep, row, kept)
        if "stem" in request.form:
            return self._started(pep, row, form)
        if request.method == "POST" and self.validate_form(form):
            was_signed = signed.is_signed(self.db_session, pep.id, Part.EDUCATION)
            done = self._save(pep, row, form, kept)
            if done.value is not None:
                return self._after_saving(pep, *done.value, was_signed)
            if done.saved is not None:
                return self._both(self.row_or_404(), form)
            self.put_on(form, done.findings)
        return self._write_page(pep, row, form, status=422 if request.method == "POST" else 200)

    def _write_page(self, pep: Pep, row: Target | None, form: Any, status: int = 200) -> ResponseReturnValue:
        """The form, with the stems by kind; what was posted keeps the version that it was filled from."""
        desk = draft_pages.desk(self, draft_places.of_target(pep, row), [each.name for each in form])
        version, desk = draft_pages.filled_form(form, desk, row.row_version if row else 0)
        version = posted_version() if request.method == "POST" else version
        kinds = [(kind, KINDS[kind], [stem.for_child(pep.child.called) for stem in STEMS[kind]]) for kind in KINDS]
        return self.page(self.edit_template, status=status, form=form, row=row, pep=pep, version=version, kinds=kinds,
                         desk=desk, kept=self._kept(pep) if row is None else None)

    def page(self, template: str, *, status: int = 200, **context: Any) -> ResponseReturnValue:
        """The rendered page; the one for writing keeps what is typed, also after a stale save."""
        if template == self.edit_template and "desk" not in context:
            row, form = context["row"], context["form"]
            context["desk"] = draft_pages.desk(self, draft_places.of_target(row.pep, row), [each.name for each in form])
        if template == self.edit_template:
            pep = context.get("pep") or context["row"].pep
            context |= self._money(pep) | {"signed": signed.before(self.db_session, pep.id, Part.EDUCATION)}
        return super().page(template, status=status, **context)

    def _started(self, pep: Pep, row: Target | None, form: Any) -> ResponseReturnValue:
        """The form as it was typed, with a stem in the outcome, below what stands there; nothing is stored."""
        kind, _, number = request.form["stem"].rpartition("-")
        if kind not in KINDS or number not in map(str, range(len(STEMS[kind]))):
            abort(404)
        typed = (form.outcome.data or "").rstrip()
        form.outcome.data = "\n".join(filter(None, (typed, STEMS[kind][int(number)].for_child(pep.child.called))))
        self.say("The idea stands under “3. What we will see”. Put your own words where the brackets are. Nothing has been saved "
                 "yet.")
        return self._write_page(pep, row, form)

    def _asked(self) -> tuple[Target | None, Pep]:
        """The target that `?id=` names with its PEP, or the PEP of `?pep=`; 403 for somebody who does not write its targets."""
        row = self.row_or_404() if "id" in request.args else None
        pep = row.pep if row is not None else self.one_or_404(Pep, self.asked_once("pep"), joinedload(Pep.child))
        self._writers_only(pep)
        return row, pep

    def _writers_only(self, pep: Pep) -> None:
        if not can(self.actor, Permission.TARGET_WRITE, pep, Part.EDUCATION, "targets"):
            self.refuse(Permission.TARGET_WRITE)

    def _kept(self, pep: Pep) -> Target | None:
        """The target of an earlier PEP that `?from=` names; 404 unless its review in this PEP says that it goes on (HB-5.7)."""
        if "from" not in request.args:
            return None
        return queries.kept_target(self.db_session, pep, whole_id(self.asked_once("from"))) or abort(404)

    def _kept_already(self, pep: Pep, copy: Target) -> ResponseReturnValue:
        self.say(f"The kept target is written here already: it is {str(copy).lower()}.", "warning")
        draft_pages.say_kept(self, draft_places.of_target(pep, None))
        return redirect(url_for(f"{self.endpoint}.write", id=copy.id), code=303)

    def _form(self, pep: Pep, row: Target | None, kept: Target | None) -> Any:
        form: Any = self.edit_form(obj=row) if row is not None else self.create_form()
        if kept is not None and request.method != "POST":
            form = self.create_form(obj=self._going_on(kept))
        form.outcome.label.text = f"What {pep.child.called} will be able to do"
        for name in self.needed:
            form[name].flags.required = True
        return form

    def _going_on(self, kept: Target) -> SimpleNamespace:
        """What the form of a kept target begins with: all that was written but days that are over, and whether the child agrees."""
        values = {name: getattr(kept, name) for name in self.form_columns if name != "child_agrees"}
        over = {name: None for name in ("due_on", "look_on") if values[name] is not None and values[name] < self.today}
        return SimpleNamespace(**values | over)

    def _save(self, pep: Pep, row: Target | None, form: Any, kept: Target | None) -> Done[tuple[Target, list[Finding]]]:
        values = {name: _plain(form[name].data) for name in self.form_columns}
        more = {"target_id": row.id, "version": posted_version()} if row is not None else {"kept_from": kept.id if kept else None}
        save = draft_pages.saving(self, targets.save_target, draft_places.of_target(pep, row))
        return self.commit(save, pep.id, values, subject=pep, keep_stale=True, **more)

    def _after_saving(
        self, pep: Pep, target: Target, findings: Iterable[Finding], was_signed: bool
    ) -> ResponseReturnValue:
        same = str(target.row_version) == request.form.get("row_version")
        self.say("Nothing was changed." if same else f"{target} was saved.")
        if was_signed and not signed.is_signed(self.db_session, pep.id, Part.EDUCATION):
            self.say(signed.told(Part.EDUCATION), "warning")
        for each in findings:
            self.say(f"{target}. {'Must fix before signing' if each.severity == 'blocking' else 'Please check'}: "
                     f"{each.sentence}", "warning")
        asking = request.form.get("then") == "ask" and self._asks(pep)
        way = self.way_to("pep_ppg_requests.write", pep=pep.id, target=target.id) if asking else None
        return redirect(way or self._page_of(pep), code=303)

    def _closed(self, pep: Pep, page: Page | None = None) -> ResponseReturnValue:
        shut = pep.status in OPEN_TO_WRITE and pep.reopened is not None
        self.say(f"{pep} {closed_because(pep, shut=shut)}, so its targets cannot be changed now.", "warning")
        if page is not None:
            draft_pages.say_kept(self, page)
        return redirect(self._page_of(pep), code=303)

    def _page_of(self, pep: Pep) -> str:
        return self.way_to("pep_peps.details_view", id=pep.id) or url_for(f"{self.endpoint}.index_view")

    @expose("/note/", methods=("GET", "POST"))
    def note(self) -> ResponseReturnValue:
        """A dated note on how a target goes, whatever has become of its PEP (HB-5.8)."""
        row = self.row_or_404()
        if not self._may_note(row):
            self.refuse(Permission.TARGET_WRITE)
        if request.method != "POST" and row.pep.status not in queries.NOTED:
            return self._closed(row.pep)
        form: Any = ProgressForm(request.form if request.method == "POST" else None, seen_on=self.today)
        form.what.flags.required = True
        page = draft_places.of_note(row)
        if request.method == "POST" and form.validate():
            note = draft_pages.saving(self, progress.note_progress, page)
            done = self.commit(note, row.id, seen_on=form.seen_on.data, what=form.what.data,
                               with_child=form.with_child.data, today=self.today, now=self.now, subject=row.pep)
            if done.value is not None:
                self.say("The note was saved. It stands with the target, and where the target is reviewed.")
                return redirect(self.row_url(row) or url_for(f"{self.endpoint}.index_view"), code=303)
            self.put_on(form, done.findings)
        _, desk = draft_pages.filled_form(form, draft_pages.desk(self, page, [each.name for each in form]), 0)
        return self.page("pep/targets/note.html", status=422 if request.method == "POST" else 200, row=row, form=form, desk=desk)

    @expose("/strike/", methods=("GET", "POST"))
    def strike(self) -> ResponseReturnValue:
        """Take a note back that should not stand: the page that asks why, then the deed."""
        row = self.row_or_404()
        note = self._note(row)
        if not (self._may_note(row) and progress.may_strike(self.actor, note)):
            self.refuse(Permission.TARGET_WRITE)
        form = StrikeForm(request.form if request.method == "POST" else None)
        if request.method == "POST" and form.validate():
            done = self.commit(progress.strike_note, note.id, reason=form.reason.data, now=self.now, subject=row.pep)
            if done.value is not None:
                self.say("The note was struck. Its words are no longer shown.")
                return redirect(self.row_url(row) or url_for(f"{self.endpoint}.index_view"), code=303)
            self.put_on(form, done.findings)
        return self.page("pep/targets/strike.html", status=422 if request.method == "POST" else 200, row=row, note=note, form=form)

    def _note(self, row: Target) -> ProgressNote:
        """The note of `?note=`, which is one of this target's; the look at the target is the one that is noted."""
        asked = select(ProgressNote).where(ProgressNote.id == whole_id(self.asked_once("note")), ProgressNote.target_id == row.id)
        note = self.db_session.scalar(asked)
        if note is None:
            abort(404)
        return note

    @expose("/remove/", methods=("GET", "POST"))
    def remove(self) -> ResponseReturnValue:
        """Take a target away: the page that asks, then the deed."""
        row = self.row_or_404()
        self._writers_only(row.pep)
        if request.method != "POST" and not self._is_open(row.pep):
            return self._closed(row.pep)
        findings: tuple[Finding, ...] = ()
        if request.method == "POST":
            done = self.commit(targets.remove_target, row.id, subject=row.pep)
            if done.value is not None:
                self.say("The target was taken away.")
                return redirect(self._page_of(done.value), code=303)
            findings = done.findings
        return self.page("pep/targets/remove.html", status=422 if findings else 200, row=row, pep=row.pep, findings=findings)


def _agreement(code: str | None) -> str:
    return ChildAgrees(code).label if code in list(ChildAgrees) else code or "—"


def _plain(value: Any) -> Any:
    """What a verb takes: an answer kept as text is plain text there."""
    return value.value if isinstance(value, ChildAgrees) else value
