"""Pupil Premium requests on screen: the list, the life of one request, asking and deciding. Letting the money go is releases.py's.

What may be asked for is validators/ppg.py's, said by the verbs of workflow/ppg.py; no rule stands here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from typing import Any, cast

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import BigInteger, Boolean, Integer
from sqlalchemy.orm import joinedload
from wtforms.validators import Optional

from pep_admin import queries
from pep_admin.models import Pep, PpgRequest, School, Term, Words
from pep_admin.money import format_pounds
from pep_admin.permissions import Permission
from pep_admin.queries.requests import EFFECT_TOLD
from pep_admin.validators.findings import Finding
from pep_admin.validators.names import mask_names
from pep_admin.validators.ppg import PpgFacts, check_request, check_texts
from pep_admin.validators.ppg_requests import categories_of
from pep_admin.validators.reopening import is_open
from pep_admin.views import draft_pages, draft_places, signed
from pep_admin.views.base import Done, Link, Proposed
from pep_admin.views.base_forms import LabelField
from pep_admin.views.cells import amount, linked, posted_version, reference, start_of, wrapped
from pep_admin.views.details import said
from pep_admin.views.filters import Case, OneOf, Related
from pep_admin.views.pep_words import closed_because
from pep_admin.views.request_forms import (
    NUMBERS,
    DecideForm,
    OtherMoneyField,
    Payee,
    ReasonForm,
    TargetField,
    Verdict,
    columns_of,
    in_order,
    payee_of,
)
from pep_admin.views.waivers import way_to_waive
from pep_admin.views.working_out import WorkingOut
from pep_admin.vocabulary import Part, PpgCategory, PpgStatus, Scheme
from pep_admin.workflow import ppg

IN_FREE_WORDS = ("description", "provider", "unit")
"""Columns that people write freely, a child's name perhaps."""
ABOUT_THE_CHILD = ("measure_before", "measure_after", "beyond_ordinary", "other_money", "child_said")
"""Columns that tell of the child: finance, who must know what is paid for and to whom, is not shown them."""


class PpgRequests(WorkingOut):
    """What is asked for of the Pupil Premium, and what becomes of it."""

    model = PpgRequest
    noun = "ppg_requests"
    title = "Pupil Premium"
    singular = "Request"
    group = "Money"
    opens = {
        "index_view": Permission.REQUEST_READ,
        "details_view": Permission.REQUEST_READ,
        "export": Permission.LIST_EXPORT,
        "action_view": Permission.REQUEST_READ,
        "write": Permission.REQUEST_WRITE,
        "work_out": Permission.REQUEST_WRITE,
        "withdraw": Permission.REQUEST_WRITE,
        "decide": Permission.REQUEST_DECIDE,
        "withdraw_approved": Permission.REQUEST_DECIDE,
        "release_all": Permission.FUNDING_RELEASE,
        "release_confirm": Permission.FUNDING_RELEASE,
    }
    actions_open = {"release": Permission.FUNDING_RELEASE}
    records_views = True
    withheld = dict.fromkeys(("child", "effect", *ABOUT_THE_CHILD), Permission.CHILD_READ)
    loads = (joinedload(PpgRequest.pep).joinedload(Pep.child), joinedload(PpgRequest.payee_school), joinedload(PpgRequest.target))

    column_list = ("description", "pep", "child", "payee", "category", "amount_pence", "approved_pence", "status")
    column_details_list = ("pep", "child", "target", "category", "provider", "starts_on", "ends_on", "costed", "amount_pence",
                           "approved_pence", "payee", *ABOUT_THE_CHILD, "status")
    column_export_list = ("pep.reference", "payee", "category", "description", "provider", "quantity", "unit", "unit_cost_pence",
                          "amount_pence", "approved_pence", "status", "decided_on", "starts_on", "ends_on")
    column_labels = {
        "description": "What exactly", "pep": "PEP", "pep.reference": "PEP", "child": "Child", "payee": "Paid to",
        "category": "Category", "provider": "Who gives it", "amount_pence": "Asked for", "approved_pence": "Approved",
        "status": "Status", "target": "Serves", "target_id": "Serves this target", "quantity": "How many", "unit": "Counted in",
        "unit_cost_pence": "Each costs", "costed": "Costed as", "payee_school": "Which school or setting",
        "payee_school_id": "Paid to (school)", "payee_name": "Name of who is paid", "decided_on": "Decided on",
        "starts_on": "Starts on", "ends_on": "Ends on", "measure_before": "Where now", "measure_after": "Where afterwards",
        "beyond_ordinary": "Why this is more than every pupil gets", "other_money": "Other money considered",
        "child_said": "The child was asked, and said",
        "decided_name": "Decided by", "decided_by": "Decided by (account)", "decision_reason": "Reason of the decision",
    }
    column_descriptions = {
        "description": "Like “10 weekly hours of one-to-one maths with a qualified tutor”. Finance reads this: name no child.",
        "category": "Administration, clothing and transport are never paid for (HB-6.4).",
        "provider": "School staff, or the name of somebody from outside.",
        "starts_on": "Like 06 Jan 2025.",
        "measure_before": "The number or level of the target’s measure now, like “14 of 40 words”.",
        "measure_after": "The same measure when the help is over, like “32 of 40 words”.",
        "beyond_ordinary": "What the school gives anyway is not paid for again.",
        "child_said": "In their own words.",
        "unit": "Like hour, session, week, item, place.",
        "unit_cost_pence": "In pounds, like 55 or 12.50.",
        "amount_pence": "In pounds: how many, times what each costs (HB-6.6).",
        "payee_school": "Only if it is another school: a part of its name will do.",
        "payee_name": "Only if it is no school; finance asks them for an invoice.",
    }
    column_formatters = {
        "description": lambda view, context, row, name: wrapped(start_of(view.words_of(row, row.description))),
        "payee": lambda view, context, row, name: wrapped(row.payee),
        "pep": lambda view, context, row, name: reference(row.pep, view.way_to("pep_peps.details_view", id=row.pep_id)),
        "child": lambda view, context, row, name: linked(
            row.pep.child, view.way_to("pep_children.details_view", id=row.pep.child_id)),
        "amount_pence": lambda view, context, row, name: amount(row.amount_pence),
        "approved_pence": lambda view, context, row, name: amount(row.approved_pence),
    }
    column_formatters_detail = {
        **{name: each for name, each in column_formatters.items() if name not in ("description", "payee")},
        "target": lambda view, context, row, name: view.target_of(row),
        "provider": lambda view, context, row, name: view.words_of(row, row.provider),
        "other_money": lambda view, context, row, name: ", ".join(each.label for each in row.other_money_kinds),
        "costed": lambda view, context, row, name: view.words_of(
            row, f"{row.quantity} × {format_pounds(row.unit_cost_pence)} ({row.unit})"),
    }
    column_formatters_export = {  # whole texts, and amounts as numbers
        name: lambda view, context, row, name: view.words_of(row, getattr(row, name)) for name in IN_FREE_WORDS
    }
    column_sortable_list = (("pep", "pep.reference"), "category", "amount_pence", "approved_pence", "status")
    column_default_sort = ("id", True)
    column_searchable_list = ("description", "payee_name", "pep.reference")
    column_filters = (
        OneOf(PpgRequest.status, "Status", "status", PpgStatus),
        OneOf(PpgRequest.category, "Category", "category", PpgCategory),
        Case(PpgRequest.status, "Effect", "effect", {
            "owed": ("Released, effect not written down", lambda column: (column == PpgStatus.RELEASED) & ~EFFECT_TOLD),
            "told": ("Effect written down", lambda column: EFFECT_TOLD),
        }),
        Related(Pep.term_id, "Term", "term", Term, order=(Term.starts_on.desc(),), search=()),
        Related(PpgRequest.payee_school_id, "Paid to (school)", "payee", School, order=(School.name,), search=(School.name,)),
    )
    list_template = "pep/requests/list.html"
    details_template = "pep/requests/details.html"
    edit_template = "pep/requests/write.html"

    form_columns = ("category", "description", "provider", "starts_on", "ends_on", "measure_before", "measure_after",
                    "beyond_ordinary", "child_said", "quantity", "unit", "unit_cost_pence", "amount_pence", "payee_school",
                    "payee_name")
    form_optional_types = (Boolean, Words, Integer, BigInteger)  # what must be there is said by the verb, with its rule
    form_args = {
        **{name: {"validators": [Optional()]} for name in NUMBERS},
        "payee_school": {"criteria": lambda: [School.closed_on.is_(None)], "order": (School.name,), "blank": "No other school",
                         "search": (School.name, School.urn)},
    }
    needed = ("target_id", "description", "provider", "starts_on", "ends_on", "measure_before", "measure_after", "beyond_ordinary",
              "other_money", "quantity", "unit", "unit_cost_pence", "amount_pence", "payee", "payee_school", "payee_name")
    """Fields that the page does not call optional: the verb asks for them now or before the PEP is sent, or for one of them."""

    # --- the list, and one request -------------------------------------------------------------------------------------

    def words_of(self, row: PpgRequest, text: str | None) -> str:
        """Words of a request as the one who acts may read them: without this child's names where they may read no children."""
        if self.may(Permission.CHILD_READ):
            return text or ""
        names: dict[int, tuple[str, ...]] = request.environ.setdefault("pep_admin.names", {})
        if row.pep.child_id not in names:
            names.update(queries.names_of(self.db_session, [row.pep.child_id]))
        return mask_names(text or "", names[row.pep.child_id])

    def get_list(self, *args: Any, **kwargs: Any) -> Any:
        rows: Any
        count, rows = super().get_list(*args, **kwargs)
        if not self.may(Permission.CHILD_READ):  # whose names are masked on this page, asked for at once
            known = request.environ.setdefault("pep_admin.names", {})
            known.update(queries.names_of(self.db_session, [row.pep.child_id for row in rows]))
        return count, rows

    def _columns(self, *args: Any) -> Any:
        return [each for each in super()._columns(*args) if self.shows(each.name)]

    def _apply_search(self, *args: Any) -> Any:
        return super(PpgRequests, self._as_searched())._apply_search(*args)

    def search_placeholder(self) -> str | None:
        return super(PpgRequests, self._as_searched()).search_placeholder()

    def _as_searched(self) -> PpgRequests:
        """This view without the texts in which names are masked for the one who acts: a search would tell what stands there."""
        if self.may(Permission.CHILD_READ):
            return self
        view: Any = copy(self)
        view.column_searchable_list = [each for each in self.column_searchable_list if each not in IN_FREE_WORDS]
        view._search_fields = [each for each in self._search_fields or () if each[0].key not in IN_FREE_WORDS]
        return cast(PpgRequests, view)

    def target_of(self, row: PpgRequest) -> Any:
        """The target that a request serves: its wording for those who may read targets, else its number."""
        if row.target is None or not self.may(Permission.TARGET_READ):
            return row.target
        url = self.way_to("pep_targets.details_view", id=row.target_id)
        return linked(f"{row.target.number} · {start_of(row.target.outcome)}", url)

    def sums(self, rows: Iterable[PpgRequest]) -> tuple[int, int]:
        """Pence asked for and approved over the rows that are shown."""
        shown = list(rows)
        return sum(each.amount_pence for each in shown), sum(each.approved_pence or 0 for each in shown)

    def links(self, row: PpgRequest) -> list[Link]:
        offered = []
        if self._why_not(row, row.pep) == "" and self._asks(row.pep):
            offered += [("Change", "write"), ("Take away…", "withdraw")]
        if row.status is PpgStatus.REQUESTED and self.may(Permission.REQUEST_DECIDE):
            offered.append(("Decide…", "decide"))
        if row.status is PpgStatus.APPROVED and self.may(Permission.REQUEST_DECIDE):
            offered.append(("Withdraw…", "withdraw_approved"))
        return [Link(text, url_for(f"{self.endpoint}.{route}", id=row.id)) for text, route in offered]

    def details_context(self, row: PpgRequest) -> dict[str, Any]:
        life = queries.life_of_request(self.db_session, row, with_history=self.may(Permission.HISTORY_READ))
        effects = queries.effects_of_request(self.db_session, row) if self.may(Permission.CHILD_READ) else []
        return {"life": life, "effects": effects,
                "batch_url": lambda line: self.way_to("pep_payments.details_view", id=line.batch_id)}

    # --- asking --------------------------------------------------------------------------------------------------------

    def get_form(self) -> Any:
        return type("RequestForm", (super().get_form(),), {
            "target_id": TargetField(label="Serves this target", description="Every request serves a target of this PEP (HB-6.5)."),
            "payee": LabelField(Payee, label="Paid to"),
            "other_money": OtherMoneyField(label="Other money considered",
                                           description="Which was thought of before the grant was asked."),
        })

    @expose("/write/", methods=("GET", "POST"))
    def write(self) -> ResponseReturnValue:
        """A new request of `?pep=`, perhaps under `?target=`, or the draft of `?id=` changed."""
        row, pep = self._asked()
        if request.method != "POST" and (why := self._why_not(row, pep)):
            draft_pages.say_kept(self, draft_places.of_request(pep, row))
            return self._closed(pep, why)
        if request.form.get("then") == "work_out":
            return self._worked_out(row, pep)
        form = self._form(pep, row)
        if request.method == "POST" and self.validate_form(form):
            was_signed = signed.is_signed(self.db_session, pep.id, Part.EDUCATION)
            done = self._save(pep, row, form)
            if done.value is not None:
                return self._after_saving(pep, *done.value, was_signed)
            if done.saved is not None:
                return self._both(self.row_or_404(), form)
            self.put_on(form, done.findings)
        return self._writing_page(pep, row, form, status=422 if request.method == "POST" else 200)

    def _asked(self) -> tuple[PpgRequest | None, Pep]:
        """The request that `?id=` names with its PEP, or the PEP of `?pep=`; 403 for somebody who does not ask for its money."""
        row = self.row_or_404() if "id" in request.args else None
        pep = row.pep if row is not None else self.one_or_404(Pep, self.asked_once("pep"), joinedload(Pep.child))
        if not self._asks(pep):
            self.refuse(Permission.REQUEST_WRITE)
        return row, pep

    def _asks(self, pep: Pep) -> bool:
        return ppg.may_ask(self.actor, pep)

    def _why_not(self, row: PpgRequest | None, pep: Pep) -> str:
        """Why there is nothing to write now; "" when there is."""
        open_to_write = pep.status in queries.OPEN_TO_WRITE
        if not open_to_write or not is_open(pep.reopened, "money"):
            return f"{pep} {closed_because(pep, shut=open_to_write)}, so its requests cannot be changed now."
        if row is not None and row.status is not PpgStatus.DRAFT:
            return f"This request is “{row.status.label}” and cannot be changed now."
        return ""

    def _closed(self, pep: Pep, why: str) -> ResponseReturnValue:
        self.say(why, "warning")
        return redirect(self._page_of(pep), code=303)

    def _facts(self, pep: Pep, row: PpgRequest | None) -> PpgFacts:
        return queries.ppg_facts_for(self.db_session, [pep])[pep.id][row.id if row is not None else None]

    def _form(self, pep: Pep, row: PpgRequest | None) -> Any:
        form = in_order(self.edit_form(obj=row) if row is not None else self.create_form())
        form.target_id.targets, form.category.offered = pep.targets, categories_of(pep.year_group)
        form.amount_pence.label.text = "The whole amount"
        if request.method != "POST":
            form.payee.data = payee_of(row, pep)
            if row is None and (wanted := request.args.get("target", "")):
                form.target_id.data = next((each.id for each in pep.targets if str(each.id) == wanted), None)
        for name in self.needed:
            form[name].flags.required = True
        return form

    def _writing_page(self, pep: Pep, row: PpgRequest | None, form: Any, *, status: int, **more: Any) -> ResponseReturnValue:
        facts = self._facts(pep, row)
        barred = check_request(cast(Any, Proposed(row, {})), facts=facts) if facts.scheme is Scheme.EARLY_YEARS else []
        desk = draft_pages.desk(self, draft_places.of_request(pep, row), [each.name for each in form])
        version, desk = draft_pages.filled_form(form, desk, row.row_version if row else 0)
        version = posted_version() if request.method == "POST" and status != 409 else version  # still of the row it was filled from
        texts = {"provider": form.provider.data or "", "unit": form.unit.data or "", "payee": form.payee_name.data or ""}
        self.put_on(form, check_texts(form.description.data or "", texts, child_names=facts.child_names))
        return self.page(self.edit_template, status=status, pep=pep, row=row, form=form, barred=barred, desk=desk, version=version,
                         **self._about(pep, row, form, facts), **more)

    def _about(self, pep: Pep, row: PpgRequest | None, form: Any, facts: PpgFacts | None = None) -> dict[str, Any]:
        """What stands round the boxes: the target that is chosen, what is asked for under it, what is left, the figures so far."""
        facts = facts or self._facts(pep, row)
        target = next((each for each in pep.targets if each.id == form.target_id.data), None)
        return {"target": target, "facts": facts, "money": queries.asked_under(self.db_session, pep, facts=facts),
                "figures": self._figures(pep, row, form, facts),
                "signed": signed.before(self.db_session, pep.id, Part.EDUCATION)}

    def _both(self, row: PpgRequest, form: Any) -> ResponseReturnValue:
        stands: Any = self._edit_form_class(None, obj=row)
        form.target_id.targets = stands.target_id.targets = row.pep.targets
        stands.payee.data = payee_of(row, row.pep)
        both = [(each.label.text, said(stands[each.name]), said(each)) for each in form]
        return self._writing_page(row.pep, row, form, status=409, differing=[each for each in both if each[1] != each[2]])

    def _save(self, pep: Pep, row: PpgRequest | None, form: Any) -> Done[tuple[PpgRequest, list[Finding]]]:
        kept = {"request_id": row.id, "version": posted_version()} if row is not None else {}
        save = draft_pages.saving(self, ppg.save_request, draft_places.of_request(pep, row))
        return self.commit(save, pep.id, columns_of(form, pep), subject=pep, keep_stale=True, today=self.today, **kept)

    def _after_saving(
        self, pep: Pep, row: PpgRequest, warnings: Sequence[Finding], was_signed: bool
    ) -> ResponseReturnValue:
        same = str(row.row_version) == request.form.get("row_version")
        self.say("Nothing was changed." if same else
                 f"The request for {format_pounds(row.amount_pence)} was saved. It is asked for when the PEP is sent.")
        if was_signed and not signed.is_signed(self.db_session, pep.id, Part.EDUCATION):
            self.say(signed.told(Part.EDUCATION), "warning")
        for each in warnings:
            ahead = "Please check" if each.severity == "warning" else "Before the PEP can be sent"
            self.say(f"{ahead}: {each.sentence}", "warning")
        if request.form.get("then") == "another":
            return self.back_to("write", pep=pep.id, target=row.target_id)
        return redirect(self._page_of(pep), code=303)

    def _page_of(self, pep: Pep) -> str:
        return self.way_to("pep_peps.details_view", id=pep.id) or url_for(f"{self.endpoint}.index_view")

    @expose("/withdraw/", methods=("GET", "POST"))
    def withdraw(self) -> ResponseReturnValue:
        """Take a draft away: the page that asks, then the deed."""
        row: PpgRequest = self.row_or_404()
        findings: Sequence[Finding] = ()
        if not self._asks(row.pep):
            self.refuse(Permission.REQUEST_WRITE)
        if request.method != "POST" and (why := self._why_not(row, row.pep)):
            return self._closed(row.pep, why)
        if request.method == "POST":
            done = self.commit(ppg.withdraw_request, row.id, subject=row.pep)
            if done.ok:
                self.say("The request was taken away.")
                return redirect(self._page_of(row.pep), code=303)
            findings = done.findings
        return self.page("pep/requests/withdraw.html", status=422 if findings else 200, row=row, pep=row.pep, findings=findings)

    # --- deciding ------------------------------------------------------------------------------------------------------

    @expose("/decide/", methods=("GET", "POST"))
    def decide(self) -> ResponseReturnValue:
        """Approve a request whole, or less with the reason, or decline it with the reason."""
        posted = request.method == "POST"
        row, form, status = self.row_or_404(), DecideForm(request.form if posted else None), 422 if posted else 200
        if posted and form.validate():
            status = 422 if posted_version() == row.row_version else 409
            done = self._decide(row, form)
            if done.value is not None:
                self.say(f"{done.value.status.label}: {done.value}.")
                return self.back_to("details_view", id=row.id)
            self.put_on(form, done.findings)
        return self.page("pep/requests/decide.html", status=status, row=row, form=form, pep=row.pep)

    def _decide(self, row: PpgRequest, form: DecideForm) -> Done[PpgRequest]:
        reason, version, pep = form.reason.data or "", posted_version(), row.pep
        if form.verdict.data is Verdict.DECLINE:
            return self.commit(ppg.decline_request, row.id, reason=reason, today=self.today, version=version, subject=pep)
        pence = row.amount_pence if form.verdict.data is Verdict.WHOLE else cast(int, form.amount.data or 0)
        return self.commit(ppg.approve_request, row.id, pence=pence, reason=reason, today=self.today, version=version, subject=pep)

    @expose("/withdraw-approved/", methods=("GET", "POST"))
    def withdraw_approved(self) -> ResponseReturnValue:
        """Take back what was approved and has not gone, with the reason."""
        posted = request.method == "POST"
        row, form, status = self.row_or_404(), ReasonForm(request.form if posted else None), 422 if posted else 200
        if posted and form.validate():
            status = 422 if posted_version() == row.row_version else 409
            done = self.commit(ppg.withdraw_approved, row.id, reason=form.reason.data or "", today=self.today,
                               version=posted_version(), subject=row.pep)
            if done.value is not None:
                self.say("The request was withdrawn. Its money can be asked for again.")
                return self.back_to("details_view", id=row.id)
            self.put_on(form, done.findings)
        return self.page("pep/requests/withdraw_approved.html", status=status, row=row, form=form, pep=row.pep)

    def place_of(self, row: PpgRequest, finding: Finding) -> str | None:
        """Where the one who acts can see to what holds a payment back."""
        return way_to_waive(self, row.pep_id)(finding)
