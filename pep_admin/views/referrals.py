"""Money asked for nursery children, which the Early Years Team gives (HB-6.3): the list, one referral, and that the team was told.

A referral is made by the verb that refuses the request; nothing is entered here but the day on which the team heard of it. One that
is wrong is taken away by who asked for it, or by the Virtual School, and asked for again.
"""

from __future__ import annotations

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy.orm import joinedload
from wtforms.validators import InputRequired

from pep_admin.models import EarlyYearsReferral
from pep_admin.permissions import Permission
from pep_admin.views.base import Link
from pep_admin.views.base_forms import DayField, PepForm
from pep_admin.views.cells import amount, posted_version, reference, start_of, wrapped
from pep_admin.views.filters import Case, Day
from pep_admin.views.of_a_child import OfAChild
from pep_admin.views.removing import Removable
from pep_admin.workflow.referrals import close_referral, is_theirs, may_remove, remove_referral


class ToldForm(PepForm):
    """When the Early Years Team was told."""

    told_on = DayField("Told on", [InputRequired("Enter the day on which the Early Years Team was told.")])


class Referrals(Removable, OfAChild):
    """What was asked for a nursery child, and since when the Early Years Team knows."""

    model = EarlyYearsReferral
    noun = "referrals"
    title = "Early years referrals"
    singular = "Early years referral"
    group = "Money"
    opens = {
        "index_view": Permission.CHILD_READ, "details_view": Permission.CHILD_READ, "export": Permission.LIST_EXPORT,
        "told": Permission.REQUEST_DECIDE, "remove": Permission.REQUEST_WRITE,
    }
    loads = (joinedload(EarlyYearsReferral.child), joinedload(EarlyYearsReferral.pep))
    column_list: Any = ("asked_on", "child", "wanted", "amount_pence", "told_on")
    column_details_list: Any = ("child", "pep", "wanted", "amount_pence", "asked_on", "asked_name", "told_on", "told_name")
    column_export_list: Any = column_details_list
    column_labels = {
        **OfAChild.labels, "pep": "PEP", "wanted": "What for", "amount_pence": "Asked for", "asked_on": "Asked on",
        "asked_name": "Asked by", "told_on": "Early Years Team told on", "told_name": "Told by",
    }
    column_formatters = {
        **OfAChild.column_formatters,
        "pep": lambda view, context, row, name: reference(row.pep, view.way_to("pep_peps.details_view", id=row.pep_id)),
        "wanted": lambda view, context, row, name: wrapped(start_of(row.wanted)),
        "amount_pence": lambda view, context, row, name: amount(row.amount_pence),
    }
    column_formatters_detail = {**column_formatters, "wanted": lambda view, context, row, name: wrapped(row.wanted)}
    column_default_sort = ("asked_on", True)
    column_sortable_list = ("asked_on", ("child", "child.last_name"), "amount_pence", "told_on")
    column_filters = (
        Case(EarlyYearsReferral.told_on, "State", "state", {
            "open": ("To be passed on", lambda column: column.is_(None)), "told": ("Told", lambda column: column.is_not(None)),
        }),
        Day(EarlyYearsReferral.asked_on, "Asked on or after", "from", after=True),
    )
    form_columns = ("told_on",)

    def links(self, row: EarlyYearsReferral) -> list[Link]:
        leads = self.way_to(f"{self.endpoint}.told", id=row.id) if row.told_on is None else None
        return [*([Link("The Early Years Team was told…", leads)] if leads else []), *super().links(row)]

    def may_change(self, row: EarlyYearsReferral) -> bool:
        return may_remove(self.actor, row)

    def permit(self, row: EarlyYearsReferral) -> None:
        if not is_theirs(self.actor, row):
            self.refuse(Permission.REQUEST_WRITE)

    def removing(self) -> Any:
        return remove_referral, {}

    @expose("/told/", methods=("GET", "POST"))
    def told(self) -> ResponseReturnValue:
        """The day on which the Early Years Team was told."""
        posted = request.method == "POST"
        row, form, status = self.row_or_404(), ToldForm(request.form if posted else None, data={"told_on": self.today}), 200
        if posted:
            status = 422 if posted_version() == row.row_version else 409
        if posted and form.validate():
            done = self.commit(close_referral, row.id, told_on=form.told_on.data, today=self.today, version=posted_version(),
                               subject=row)
            if done.ok:
                self.say("It is kept that the Early Years Team was told.")
                return self.back_to("details_view", id=row.id)
            self.put_on(form, done.findings)
        return self.page("pep/referrals/told.html", status=status, row=row, form=form)
