"""Waivers on screen: what the head let PEPs pass, listed and counted; the page on which a gate is waived, and the way back.

Which gates open is validators/waivers.py's, what is done workflow/waivers.py's. The way there stands beside each finding.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_admin.contrib.sqla import ModelView
from sqlalchemy import ColumnElement
from sqlalchemy.orm import joinedload
from wtforms import BooleanField

from pep_admin import queries
from pep_admin.models import Pep, School, Term, Waiver
from pep_admin.permissions import Permission, audience_for
from pep_admin.validators.findings import Finding
from pep_admin.validators.waivers import NEVER, WAIVABLE, Gate, gate_of, may_waive, why_never
from pep_admin.views.base import Link, PepModelView
from pep_admin.views.cells import linked, reference, start_of, wrapped
from pep_admin.views.filters import Case, Moment, Related
from pep_admin.views.gate import PepView
from pep_admin.views.request_forms import ReasonForm
from pep_admin.workflow import waivers


def way_to_waive(view: PepView, pep_id: int) -> Callable[[Finding], str | None]:
    """Says of a finding where the one who acts can waive it for that PEP; None where they cannot."""

    def way(finding: Finding) -> str | None:
        if not may_waive(finding):
            return None
        gate = gate_of(finding)
        return view.way_to("pep_waivers.waive", pep=pep_id, check=gate.check, field=gate.field or None, row=gate.row or None)

    return way


def gate_name(row: Waiver) -> str:
    """What a gate is called."""
    return WAIVABLE[row.check][0] if row.check in WAIVABLE else row.check


def _is(check: str) -> Callable[[Any], ColumnElement[bool]]:
    return lambda column: column == check


class WaiveForm(ReasonForm):
    """Why a PEP may pass, and for whose eyes the reason is."""

    school_reads = BooleanField("The school may read this reason too")


class Waivers(PepModelView):
    """What the head let pass, one gate of one PEP a row."""

    model = Waiver
    noun = "waivers"
    title = "Waivers"
    singular = "Waiver"
    group = "Children and PEPs"
    opens = {
        "index_view": Permission.WAIVER_READ,
        "details_view": Permission.WAIVER_READ,
        "export": Permission.LIST_EXPORT,
        "waive": Permission.GATE_WAIVE,
        "withdraw": Permission.GATE_WAIVE,
    }
    records_views = True
    loads = (joinedload(Waiver.pep).joinedload(Pep.child), joinedload(Waiver.pep).joinedload(Pep.school),
             joinedload(Waiver.pep).joinedload(Pep.term).joinedload(Term.year))
    column_list = ("check", "sentence", "pep", "pep.child", "pep.school", "waived_at", "ended_at")
    column_details_list = ("check", "code", "sentence", "pep", "pep.child", "pep.school", "pep.term", "reason", "school_reads",
                           "waived_name", "waived_at", "ended_at", "ended_name", "ended_reason")
    column_export_list = ("pep.reference", "pep.term", "pep.school", "check", "code", "sentence", "reason", "waived_name",
                          "waived_at", "ended_at", "ended_reason")
    column_labels = {
        "check": "Gate", "code": "Rule", "sentence": "What was let pass", "pep": "PEP", "pep.reference": "PEP",
        "pep.child": "Child", "pep.school": "School", "pep.term": "Term", "reason": "Why", "school_reads": "For the school too",
        "waived_name": "Waived by", "waived_at": "Waived", "waived_by": "Waived by (account)", "field": "Field", "row_key": "Row",
        "ended_at": "Ended", "ended_name": "Ended by", "ended_by": "Ended by (account)", "ended_reason": "Why it ended",
    }
    column_formatters = {
        "check": lambda view, context, row, name: wrapped(gate_name(row)),
        "sentence": lambda view, context, row, name: wrapped(start_of(row.sentence)),
        "pep": lambda view, context, row, name: reference(row.pep, view.way_to("pep_peps.details_view", id=row.pep_id)),
        "pep.child": lambda view, context, row, name: linked(
            row.pep.child, view.way_to("pep_children.details_view", id=row.pep.child_id)),
        "ended_at": lambda view, context, row, name: row.ended_at or "Stands",
        "reason": lambda view, context, row, name: view.reason_of(row),
        "ended_reason": lambda view, context, row, name: view.reason_of(row) and row.ended_reason,
    }
    column_formatters_detail = {name: each for name, each in column_formatters.items() if name != "sentence"}
    column_formatters_export = {
        "check": lambda view, context, row, name: gate_name(row),
        "reason": lambda view, context, row, name: view.reason_of(row),
        "ended_reason": lambda view, context, row, name: view.reason_of(row) and row.ended_reason,
    }
    column_sortable_list = ("check", ("pep", "pep.reference"), "waived_at", "ended_at")
    column_default_sort = ("waived_at", True)
    column_filters = (
        Case(Waiver.check, "Gate", "gate", {check: (f"{name} ({check})", _is(check)) for check, (name, _) in WAIVABLE.items()}),
        Case(Waiver.ended_at, "State", "state", {"stands": ("Stands", lambda column: column.is_(None)),
                                                 "ended": ("Ended", lambda column: column.is_not(None))}),
        Related(Pep.term_id, "Term", "term", Term, order=(Term.starts_on.desc(),), search=()),
        Related(Pep.school_id, "School", "school", School, order=(School.name,), search=(School.name,)),
        Moment(Waiver.waived_at, "Waived on or after", "from", after=True),
        Moment(Waiver.waived_at, "Waived on or before", "to", after=False),
    )
    form_columns = ("reason",)
    list_template = "pep/waivers/list.html"

    def reason_of(self, row: Waiver) -> str:
        """The reason, where the one who acts may read it."""
        return row.reason if queries.reads_reason(row, audience_for(self.actor, row.pep.child)) else ""

    def counts(self) -> list[tuple[str, int, int]]:
        """(gate, how many stand, how many in all) of what the list is narrowed to, the most first."""
        asked, plain = self._get_list_extra_args(), ModelView.get_query(self)
        query, *_ = self._apply_filters(plain, None, {}, {}, asked.filters) if asked.filters else (plain,)
        found = queries.count_waivers(query.with_entities(Waiver.check, Waiver.ended_at.is_(None)).all())
        return [(WAIVABLE[check][0] if check in WAIVABLE else check, stand, every) for check, stand, every in found]

    def links(self, row: Waiver) -> list[Link]:
        url = self.way_to(f"{self.endpoint}.withdraw", id=row.id) if row.ended_at is None else None
        return [Link("Withdraw…", url)] if url else []

    # --- waiving, and the way back -------------------------------------------------------------------------------------

    @expose("/waive/", methods=("GET", "POST"))
    def waive(self) -> ResponseReturnValue:
        """Let the PEP of `?pep=` pass the gate of `?check=`, `?field=` and `?row=`, with the head's reason."""
        pep, posted = self.one_or_404(Pep, self.asked_once("pep"), *_WHOLE), request.method == "POST"
        gate, form = Gate(*(self.asked_once(name) for name in Gate._fields)), WaiveForm(request.form if posted else None)
        if gate.check not in {*WAIVABLE, *NEVER}:
            abort(404)
        if posted and form.validate():
            done = self.commit(waivers.waive_gate, pep.id, gate, reason=form.reason.data or "", school_reads=form.school_reads.data,
                               sentence=request.form.get("sentence", ""), today=self.today, now=self.now, subject=pep)
            if done.value is not None:
                self.say(f"Waived: {gate_name(done.value)}. It stands until you withdraw it, or the PEP is sent back.")
                return redirect(self._page_of(pep.id), code=303)
            self.put_on(form, done.findings)
        pep = self.one_or_404(Pep, pep.id, *_WHOLE)
        finding = waivers.find_gate(self.db_session, pep, gate, today=self.today)
        return self.page("pep/waivers/waive.html", status=422 if posted else 200, pep=pep, form=form, finding=finding,
                         why_never=why_never(finding) if finding else "", back=self._page_of(pep.id),
                         name=WAIVABLE.get(gate.check, (gate.check, ""))[0])

    @expose("/withdraw/", methods=("GET", "POST"))
    def withdraw(self) -> ResponseReturnValue:
        """Take a waiver back, with the reason."""
        row, posted = self.row_or_404(), request.method == "POST"
        form = ReasonForm(request.form if posted else None)
        if posted and form.validate():
            done = self.commit(waivers.withdraw_waiver, row.id, reason=form.reason.data or "", now=self.now, subject=row)
            if done.value is not None:
                self.say("The waiver is withdrawn. From now on the gate stands again.")
                return redirect(self._page_of(row.pep_id), code=303)
            self.put_on(form, done.findings)
        return self.page("pep/waivers/withdraw.html", status=422 if posted else 200, row=self.row_or_404(), form=form,
                         back=self._page_of(row.pep_id), name=gate_name(row))

    def _page_of(self, pep_id: int) -> str:
        return self.way_to("pep_peps.details_view", id=pep_id) or self.way_to(f"{self.endpoint}.index_view") or "/"


_WHOLE: tuple[Any, ...] = (joinedload(Pep.child), joinedload(Pep.term).joinedload(Term.year))
