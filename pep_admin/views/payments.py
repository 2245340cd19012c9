"""Payment batches on screen: the list with what waits for one, making one, its frozen lines, the file for finance.

No child's name stands on any of these pages. Which money is due, and how lines are frozen, is workflow/payments.py's.
"""

from __future__ import annotations

from typing import Any

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from pep_admin import queries
from pep_admin.documents.payment_csv import build_payment_csv
from pep_admin.models import PaymentBatch
from pep_admin.permissions import Permission
from pep_admin.validators.findings import Finding
from pep_admin.views.base import Link, PepModelView
from pep_admin.views.cells import amount
from pep_admin.views.details import Change
from pep_admin.workflow import payments


class Payments(PepModelView):
    """The batches in which released money was handed to finance."""

    model = PaymentBatch
    noun = "payments"
    title = "Payments"
    singular = "Payment batch"
    group = "Money"
    opens = {
        "index_view": Permission.PAYMENT_READ,
        "details_view": Permission.PAYMENT_READ,
        "batch": Permission.PAYMENT_BATCH,
        "csv": Permission.PAYMENT_READ,
    }
    column_list = ("reference", "made_at", "made_name", "line_count", "total_pence")
    column_details_list = ("reference", "made_at", "made_name", "line_count", "total_pence")
    column_labels = {"reference": "Batch", "made_at": "Made on", "made_name": "Made by", "line_count": "Payments",
                     "total_pence": "Total"}
    column_formatters = {"total_pence": lambda view, context, batch, name: amount(batch.total_pence)}
    column_sortable_list = ("reference", "made_at", "line_count", "total_pence")
    column_default_sort = ("id", True)
    column_searchable_list = ("reference",)
    list_template = "pep/payments/list.html"
    details_template = "pep/payments/details.html"

    def waiting(self) -> queries.Waiting:
        """The released money that no batch holds yet."""
        return queries.waiting_for_batch(self.db_session)

    # --- one batch -----------------------------------------------------------------------------------------------------

    def links(self, row: PaymentBatch) -> list[Link]:
        url = self.way_to(f"{self.endpoint}.csv", id=row.id)
        return [Link("Download for finance (CSV)", url)] if url and self.holds(row) else []

    def timeline(self, row: PaymentBatch) -> list[Change]:
        return []  # a batch never changes

    def details_context(self, row: PaymentBatch) -> dict[str, Any]:
        return {"holds": self.holds(row)}

    def holds(self, batch: PaymentBatch) -> bool:
        """Whether the lines are still those that the batch was made of, and make its total."""
        total = sum(line.pence for line in batch.lines)
        return payments.digest_of_lines(batch.lines) == batch.digest and total == batch.total_pence

    @expose("/csv/")
    def csv(self) -> ResponseReturnValue:
        """The batch as finance takes it in; 409 with the batch's page where its lines no longer fit it."""
        batch: PaymentBatch = self.row_or_404()
        whole = self.holds(batch)
        self.record_view("payments.csv", batch, outcome="done" if whole else "refused", lines=len(batch.lines))
        if not whole:
            return self.page(self.details_template, status=409, row=batch, fields=self.details_of(batch), related=[], links=[],
                             timeline=[], holds=False)
        name = f"payments-{batch.reference}.csv"
        return Response(build_payment_csv(batch, batch.lines), mimetype="text/csv",
                        headers={"Content-Disposition": f'attachment; filename="{name}"'})

    # --- making one ----------------------------------------------------------------------------------------------------

    @expose("/batch/", methods=("GET", "POST"))
    def batch(self) -> ResponseReturnValue:
        """Put all that waits into one batch: what it would hold, then the deed; 409 when that changed in between."""
        waiting = self.waiting()
        findings: tuple[Finding, ...] = ()
        moved = request.method == "POST" and request.form.get("mark") != waiting.mark
        if request.method == "POST" and not moved:
            done = self.commit(payments.batch_releases, now=self.now)
            if done.value is not None:
                self.say(f"Batch {done.value.reference} was made. Download its file for finance here.")
                return self.back_to("details_view", id=done.value.id)
            findings = done.findings
        status = 409 if moved else 422 if findings else 200
        return self.page("pep/payments/batch.html", status=status, waiting=waiting, findings=findings, moved=moved)
