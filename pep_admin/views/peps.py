"""The PEPs: the list with its bulk actions, the page of one PEP, its sections, signing, sending, grading, closing.

Each route calls one verb or one query. How a section's fields are drawn and read is section_forms.py's, what the page of one PEP
holds pep_page.py's, the PDFs pdfs.py's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, cast

from flask import abort, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_admin.actions import action
from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, joinedload

from pep_admin import queries
from pep_admin.deadlines import format_day
from pep_admin.models import Child, Pep, Person, QaReview, School, Term
from pep_admin.pep_document import answers_before, read_document
from pep_admin.pep_form import Document, Section
from pep_admin.permissions import Actor, Permission, audience_for, can
from pep_admin.validators.findings import Finding
from pep_admin.views import (
    call_notes,
    check_page,
    document_tables,
    draft_pages,
    draft_places,
    lateness,
    meeting_card,
    pep_history,
    pep_page,
    repeats,
    section_forms,
    signed,
    whole_page,
)
from pep_admin.views.cells import linked, reference
from pep_admin.views.changes import ChangePages
from pep_admin.views.filters import Case, Day, OneOf, Related
from pep_admin.views.gate import chosen_of
from pep_admin.views.grading import GradingPages
from pep_admin.views.nobody_writes import may_name, told_of_nobody
from pep_admin.views.of_a_child import SEARCHED, SEARCHED_AS
from pep_admin.views.out_of_reach import without_account
from pep_admin.views.pdfs import Pdfs
from pep_admin.views.pep_doors import PepDoors
from pep_admin.views.pep_words import LABELS
from pep_admin.views.posted_lines import at_lines
from pep_admin.views.questions import QuestionPages
from pep_admin.views.signing import SigningPages
from pep_admin.views.stages import STAGES, WAITS_WITH
from pep_admin.views.waivers import gate_name, way_to_waive
from pep_admin.views.whole_page import WholePage
from pep_admin.vocabulary import Decision, Grade, Part, PepKind, PepStatus
from pep_admin.workflow import delegation, sections
from pep_admin.workflow import peps as verbs
from pep_admin.workflow.readiness import given_away

WHOLE = (joinedload(Pep.child), joinedload(Pep.school), joinedload(Pep.term).joinedload(Term.year), joinedload(Pep.writer),
         joinedload(Pep.social_worker), joinedload(Pep.form_version))


def _asked(answered: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether the last word of the Virtual School on a PEP that is with it is a question, in that state."""
    last = select(func.max(QaReview.id)).where(QaReview.pep_id == Pep.id).correlate(Pep).scalar_subquery()
    asked = select(QaReview.id).where(QaReview.id == last, QaReview.decision == Decision.ASK, answered)
    return and_(Pep.status == PepStatus.SUBMITTED, asked.correlate(Pep).exists())


class Peps(Pdfs, GradingPages, SigningPages, QuestionPages, ChangePages, WholePage, PepDoors):
    """Everything that is done with PEPs on screen."""

    model = Pep
    noun = "peps"
    title = "PEPs"
    singular = "PEP"
    group = "Children and PEPs"
    opens: ClassVar[dict[str, Permission]] = {
        "index_view": Permission.PEP_READ,
        "details_view": Permission.PEP_READ,
        "export": Permission.LIST_EXPORT,
        "action_view": Permission.PEP_READ,
        "edit_view": Permission.PEP_EDIT,
        "section": Permission.PEP_READ,
        "whole": Permission.PEP_READ,
        "check_answers": Permission.PEP_READ,
        "changes": Permission.PEP_READ,
        "whole_history": Permission.HISTORY_READ,
        "sign": Permission.PEP_SIGN,
        "send": Permission.PEP_SUBMIT,
        "recall": Permission.PEP_SUBMIT,
        "answer": Permission.PEP_SUBMIT,
        "withdraw": Permission.PEP_WITHDRAW,
        "open_pep": Permission.PEP_OPEN,
        "name_writer": Permission.PEP_EDIT,
        "delegate_confirm": Permission.PEP_DELEGATE,
        "grade_one": Permission.PEP_GRADE,
        "grade_confirm": Permission.PEP_GRADE,
        "open_sections": Permission.PEP_GRADE,
        "pdf": Permission.PEP_PDF,
        "pdf_batch": Permission.PEP_PDF,
    }
    actions_open: ClassVar[dict[str, Permission]] = {"delegate": Permission.PEP_DELEGATE, "grade": Permission.PEP_GRADE,
                                                     "pdfs": Permission.PEP_PDF}
    records_views = True
    loads = WHOLE
    column_list = ("reference", "child", "school", "term", "status", "grade", "due_on", "writer")
    column_labels = {
        "reference": "PEP", "due_on": "Due", "writer": "Written by", "social_worker": "Social worker",
        "due_rule": "How that date was worked out", "reason": "Why it was opened", **SEARCHED_AS,
        "meeting_at": "Meeting", "next_pep_on": "Next PEP", "waited_with": "Late, waited with",
    }
    column_formatters = {
        "reference": lambda view, context, row, name: reference(row, None),
        "child": lambda view, context, row, name: linked(row.child, view.way_to("pep_children.details_view", id=row.child_id)),
        "due_on": lambda view, context, row, name: lateness.due_cell(row),
    }
    column_formatters_export: dict[str, Any] = {  # a spreadsheet holds texts, no markup
        "waited_with": lambda view, context, row, name: lateness.waited_with(row),
    }
    column_default_sort = ("due_on", False)
    column_sortable_list = ("reference", ("child", "child.last_name"), ("school", "school.name"), "status", "due_on", "grade")
    column_searchable_list = ("reference", *SEARCHED)
    column_filters = (
        Case(Pep.due_on, "Stage", "stage", STAGES),
        Case(Pep.id, "Late, waiting with", "waits_with", WAITS_WITH),
        OneOf(Pep.status, "Status", "status", PepStatus),
        OneOf(Pep.grade, "Grade", "grade", Grade),
        OneOf(Pep.kind, "Kind", "kind", PepKind),
        Case(Pep.id, "Question", "question", {
            "open": ("Not answered yet", lambda column: _asked(QaReview.answer.is_(None))),
            "answered": ("Answered, to be read", lambda column: _asked(QaReview.answer.is_not(None))),
        }),
        Related(Pep.term_id, "Term", "term", Term, order=(Term.starts_on,), search=()),
        Related(Pep.school_id, "School", "school", School, order=(School.name,), search=(School.name,)),
        Related(Pep.writer_id, "Written by", "writer", Person, order=(Person.last_name,),
                search=(Person.last_name, Person.first_name)),
        Related(Pep.social_worker_id, "Social worker", "worker", Person, order=(Person.last_name,),
                search=(Person.last_name, Person.first_name)),
        Day(Pep.due_on, "Due on or before", "due_to", after=False),
        Day(Pep.due_on, "Due on or after", "due_from", after=True),
    )
    column_export_list = ("reference", "child", "school", "term", "kind", "status", "due_on", "due_rule", "waited_with", "grade",
                          "writer", "social_worker", "meeting_at", "next_pep_on")
    form_columns = ("due_on", "due_rule", "reason")
    details_template = "pep/peps/details.html"
    list_template = "pep/peps/list.html"

    def get_list(self, *asked: Any, **more: Any) -> Any:
        """The rows of a page or an export, with what there is to say of those that are late."""
        count, rows = super().get_list(*asked, **more)
        lateness.look_at(self.db_session, cast("list[Pep]", rows), self.today)
        return count, rows

    def _change(self, session: Session, form: Any, row: Pep, *, actor: Actor) -> None:
        values = {name: form[name].data for name in self.form_columns}
        verbs.change_pep(session, row.id, values, actor=actor, version=row.row_version)
        self._on_model_change(form, row, False)

    # --- the page of one PEP -------------------------------------------------------------------------------------------

    @expose("/details/")
    def details_view(self) -> ResponseReturnValue:
        pep = self._pep()
        page = pep_page.gather(self.db_session, pep, self.actor, self.today, document_tables.of_pep(self, pep))
        return self.page(self.details_template, page=page, pep=pep, place_of=self._places(page.document), labels=LABELS,
                         nobody=told_of_nobody(pep, self.actor), may_name=may_name(self.actor), today=self.today,
                         unfinished=draft_pages.unfinished(self, pep.id), meeting=meeting_card.card_of(self, pep),
                         calls=call_notes.of_pep(self, pep), **self._waiving(pep))

    @expose("/check/")
    def check_answers(self) -> ResponseReturnValue:
        """The readiness list: what must be fixed before sending, and what to look at."""
        pep = self._pep()
        page = pep_page.gather(self.db_session, pep, self.actor, self.today)
        return self.page("pep/peps/check.html", page=page, pep=pep, shares=check_page.shares_of(page, self.actor),
                         unsaved=draft_pages.unsaved_in(self, pep, *Part), place_of=self._places(page.document),
                         **self._waiving(pep))

    @expose("/history/")
    def whole_history(self) -> ResponseReturnValue:
        """Old and new of every field of the PEP, its parts, targets and requests, newest first."""
        pep = self._pep()
        return self.page("pep/peps/history.html", pep=pep,
                         changes=pep_history.changes(self.db_session, pep, audience=audience_for(self.actor, pep.child)))

    def _pep(self) -> Pep:
        return self.one_or_404(Pep, self.asked_once("id"), *WHOLE)

    def _waiving(self, pep: Pep) -> dict[str, Any]:
        """For the head: where each gate that holds this PEP up can be waived."""
        way = way_to_waive(self, pep.id)
        return {"waive": way if pep.status in pep_page.WAIVED_WHILE else None, "waive_money": way, "gate_name": gate_name,
                "reads_reason": queries.reads_reason}

    def _places(self, document: Document) -> Callable[[Finding], str | None]:
        return lambda finding: pep_page.place_of(document, finding, self.way_to)

    # --- writing -------------------------------------------------------------------------------------------------------

    @expose("/section/", methods=("GET", "POST"))
    def section(self) -> ResponseReturnValue:
        """One section: to write for those who write its part, else to read."""
        pep = self._pep()
        document = read_document(self.db_session, pep, audience=audience_for(self.actor, pep.child))
        part, section = self._section_of(document)
        self.look_at(pep, section=section.key)
        writes = pep_page.may_write(self.actor, pep, part, section)
        if request.method == "POST":
            return self._save_section(pep, document, section) if writes else self._not_now(pep, document, part, section)
        return self._section_page(pep, document, section, writes=writes)

    def _section_of(self, document: Document) -> tuple[Part, Section]:
        try:
            form, section = document.form.section(request.args.get("section", ""))
        except KeyError:
            abort(404)
        return Part(form.part), section

    def _section_page(
        self, pep: Pep, document: Document, section: Section, *, writes: bool = True, status: int = 200, **more: Any
    ) -> ResponseReturnValue:
        before = answers_before(self.db_session, document) if writes else {}
        context = whole_page.shown(self, pep, document, section, before, writes=writes)
        part = Part(document.form.section(section.key)[0].part)
        context |= {"pep": pep, "document": document, "following": self._following(document, section),
                    "one_page": whole_page.leads_to_whole(), "may_name": may_name(self.actor),
                    "nobody": part is Part.EDUCATION and told_of_nobody(pep, self.actor),
                    "signed": signed.warning(part) if writes and document.signatures[part.value] else ""}
        return self.page("pep/peps/section.html", status=status, **{**context, **more})

    def _questions(self, document: Document, section: Section) -> list[section_forms.Question]:
        return whole_page.questions(document, section, answers_before(self.db_session, document))

    def _save_section(self, pep: Pep, document: Document, section: Section) -> ResponseReturnValue:
        keys = sections.writable(document, section.fields)
        posted = section_forms.read_post(section, keys, request.form, request.form.getlist)
        if posted.problems:
            return self._typed_again(pep, document, section, posted.problems)
        save = sections.confirm_carried if request.form.get("then") == "confirm" else sections.save_section
        save = draft_pages.saving(self, save, draft_places.of_section(pep, section), lambda written: written.conflicts is None)
        done = self.commit(save, pep.id, section.key, posted.values, base=posted.base, today=self.today, now=self.now,
                           subject=pep)
        if done.findings or done.value is None:
            return self._typed_again(self._again(pep), document, section, done.findings)
        if done.value.conflicts is not None:
            return self._conflict(self._again(pep), section, done.value.conflicts)
        return self._after_saving(self._again(pep), section, done.value, document)

    def _again(self, pep: Pep) -> Pep:
        return self.one_or_404(Pep, pep.id, *WHOLE)

    def _typed_again(self, pep: Pep, document: Document, section: Section, findings: Sequence[Finding]) -> ResponseReturnValue:
        asked, findings = self._questions(document, section), at_lines(findings, request.form)
        retyped = section_forms.as_typed(asked, request.form, request.form.getlist, findings)
        return self._section_page(pep, document, section, status=422, questions=retyped, findings=findings)

    def _conflict(self, pep: Pep, section: Section, conflicts: Mapping[str, Any]) -> ResponseReturnValue:
        document = read_document(self.db_session, pep, audience=audience_for(self.actor, pep.child))
        asked = self._questions(document, section)
        retyped = section_forms.as_typed(asked, request.form, request.form.getlist, (), conflicts, document)
        return self._section_page(pep, document, section, status=409, questions=retyped, conflicts=conflicts)

    def _whose(self, pep: Pep, part: Part) -> str:
        """Why a part that somebody wrote just now is not theirs to write any more."""
        if pep.child_id in self.actor.leaving:
            return ("By the records of the Virtual School this child has left your school today, so nothing was saved. If that is "
                    "not so, call the Virtual School.")
        return f"{part.label} is written by somebody else, so nothing was saved. If it should be yours, call the Virtual School."

    def _not_now(self, pep: Pep, document: Document, part: Part, section: Section) -> ResponseReturnValue:
        """A post to a part that is closed, or not this person's: nothing is saved, what was typed is shown."""
        if not can(self.actor, Permission.PEP_WRITE, pep, part, section.key):
            self.refuse(Permission.PEP_WRITE, why=self._whose(pep, part))
        asked = self._questions(document, section)
        retyped = section_forms.as_typed(asked, request.form, request.form.getlist)
        return self._section_page(pep, document, section, writes=False, status=409, typed=retyped)

    def _after_saving(self, pep: Pep, section: Section, written: sections.Saved, before: Document) -> ResponseReturnValue:
        document = read_document(self.db_session, pep, audience=audience_for(self.actor, pep.child))
        self.say(pep_page.told_of(written))
        part = document.form.section(section.key)[0].part
        if before.signatures[part] and not document.signatures[part]:
            self.say(signed.told(Part(part)), "warning")
        for sentence, kind in meeting_card.told_of(self, pep, written, before.answer("meeting_at")):
            self.say(sentence, kind)
        for finding in given_away(self.db_session, pep, written.changed):
            self.say(finding.sentence, "warning")
        newly = [found for found in section.fields if found.asked and document.asked(found) and document.answer(found.key) is None
                 and ((document.must(found) and not before.must(found)) or (found.core and not before.asked(found)))]
        if kept := pep_page.told_of_kept(document, section, pep, self.actor):
            self.say(kept)
        if newly:
            self.say("Because of what you answered, this page now asks something more.", "warning")
        if whole_page.leads_to_whole():
            return self.back_to_whole(pep, section)
        following = self._following(document, section)
        if request.form.get("then") == "stay" or newly:
            return self.back_to("section", id=pep.id, section=section.key)
        if request.form.get("then") in ("next", "confirm") and following:
            return self.back_to("section", id=pep.id, section=following.key)
        return self.back_to("details_view", id=pep.id)

    def _following(self, document: Document, section: Section) -> Section | None:
        """The next section of the same part that asks anything."""
        form, _ = document.form.section(section.key)
        after = form.sections[form.sections.index(section) + 1 :]
        return next((each for each in after if any(document.asked(found) for found in each.fields)), None)

    # --- what the steps share -----------------------------------------------------------------------------------------

    def _twice(self, pep: Pep, to: PepStatus) -> ResponseReturnValue | None:
        """The answer to a step that was taken already; None where it was not."""
        sentence = repeats.told(self.db_session, self._again(pep), to)
        return self._told(pep, sentence) if sentence else None

    def _told(self, pep: Pep, sentence: str) -> ResponseReturnValue:
        self.say(sentence, "warning")
        return self.back_to("details_view", id=pep.id)

    def _check_page(self, pep: Pep, refused: Sequence[Finding]) -> ResponseReturnValue:
        page = pep_page.gather(self.db_session, self._again(pep), self.actor, self.today)
        return self.page("pep/peps/check.html", status=422, page=page, pep=page.pep, refused=refused,
                         unsaved=draft_pages.unsaved_in(self, page.pep, *Part),
                         shares=check_page.shares_of(page, self.actor), place_of=self._places(page.document),
                         **self._waiving(page.pep))

    @expose("/recall/", methods=("POST",))
    def recall(self) -> ResponseReturnValue:
        pep = self._pep()
        done = self.commit(verbs.recall_pep, pep.id, subject=pep)
        if done.findings:
            return self._twice(pep, PepStatus.IN_PROGRESS) or self.page(
                "pep/peps/refused.html", status=422, pep=self._again(pep), heading="Not taken back", findings=done.findings)
        self.say("Taken back. It can be changed and sent again.")
        return self.back_to("details_view", id=pep.id)

    @expose("/withdraw/", methods=("GET", "POST"))
    def withdraw(self) -> ResponseReturnValue:
        pep, reason = self._pep(), request.form.get("reason", "")
        findings: Sequence[Finding] = ()
        if request.method == "POST":
            done = self.commit(verbs.withdraw_pep, pep.id, reason=reason, now=self.now, subject=pep)
            if done.ok:
                self.say(f"{done.value} is closed as not needed.")
                return self.back_to("details_view", id=pep.id)
            if twice := self._twice(pep, PepStatus.WITHDRAWN):
                return twice
            findings = done.findings
        return self.page("pep/peps/withdraw.html", status=422 if findings else 200, pep=pep, reason=reason, findings=findings)

    # --- opening and naming --------------------------------------------------------------------------------------------

    @expose("/open/", methods=("GET", "POST"))
    def open_pep(self) -> ResponseReturnValue:
        """Open one PEP for one child, out of the term's launch (HB-1.5)."""
        child = self.one_or_404(Child, self.asked_once("child"))
        term = queries.term_of(self.db_session, self.today)
        findings: Sequence[Finding] = ()
        if request.method == "POST" and term is not None:
            kind = chosen_of(PepKind, request.form.get("kind", ""))
            done = self.commit(verbs.initiate_pep, child, term, kind=kind, reason=request.form.get("reason", ""),
                               today=self.today, now=self.now, subject=child)
            if done.value is not None:
                opened = done.value
                self.say(f"{opened.reference} is open: {opened.kind.label}, due {format_day(opened.due_on)}. {opened.due_rule}.")
                return self.back_to("details_view", id=done.value.id)
            findings = done.findings
        return self.page("pep/peps/open.html", status=422 if findings else 200, child=child, term=term, findings=findings,
                         kinds=PepKind, typed=request.form,
                         place_of=lambda each: self.way_to("pep_peps.details_view", id=each.row) if each.row else None)

    @expose("/writer/", methods=("GET", "POST"))
    def name_writer(self) -> ResponseReturnValue:
        """Name the one person who writes the school's part (HB-2.2)."""
        pep = self._pep()
        findings: Sequence[Finding] = ()
        if request.method == "POST":
            person = self.one_or_404(Person, request.form.get("writer_id", ""))
            done = self.commit(delegation.name_writer, pep.id, person.id, subject=pep)
            if done.ok:
                self.say(f"{person} writes the school's part. Send it to them from the list or with the button here.")
                return self.back_to("details_view", id=pep.id)
            findings = done.findings
        return self.page("pep/peps/writer.html", status=422 if findings else 200, pep=pep, findings=findings,
                         people=queries.possible_writers(self.db_session, first=None if pep.school_id else pep.social_worker_id))

    # --- bulk: delegate ------------------------------------------------------------------------------------------------

    @action("delegate", "Send to their writers…")
    def delegate(self, ids: Sequence[str]) -> ResponseReturnValue:
        return self._delegation_page(self.rows_for(ids))

    def _delegation_page(
        self, rows: Sequence[Pep], *, status: int = 200, moved: Sequence[Pep] = (), already: Sequence[repeats.Handed] = ()
    ) -> ResponseReturnValue:
        run = repeats.run_of("")
        looked = delegation.delegate_peps(self.db_session, [pep.id for pep in rows], actor=self.actor, now=self.now, run=run,
                                          dry_run=True)
        return self.page("pep/peps/delegate.html", status=status, rows=rows, outcome=looked, moved=moved, already=already, run=run,
                         no_account=without_account(self, (who for each in looked.going for who in (each.reached, each.worker))),
                         waive_of=lambda pep: way_to_waive(self, pep.id))

    @expose("/delegate/", methods=("POST",))
    def delegate_confirm(self) -> ResponseReturnValue:
        """Send them, once for each form: what was sent already is told, and what is left is asked for anew."""
        rows, run = self.rows_for(request.form.getlist("rowid")), repeats.run_of(request.form.get("run", ""))
        moved, was_run = self.moved(rows), repeats.was_run(self.db_session, run)
        already = repeats.handed_out(self.db_session, rows if was_run else moved)
        left = [pep for pep in rows if pep not in {each.pep for each in already}]
        if not left:
            return self.page("pep/peps/delegated.html", outcome=None, already=already)
        if moved or was_run:
            return self._delegation_page(left, status=409, moved=[pep for pep in moved if pep in left], already=already)
        done = self.commit(delegation.delegate_peps, [pep.id for pep in rows], now=self.now, run=run)
        if done.value is None:
            return self._delegation_page(rows, status=422)
        return self.page("pep/peps/delegated.html", outcome=done.value, already=())
