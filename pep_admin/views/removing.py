"""A row that was entered by mistake is taken away on a page of its own, with the reason.

For plain records that no law keeps. Which verb takes a row away is the noun's to say.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from pep_admin.views.base import Link, PepModelView


class Removable(PepModelView):
    """A list whose rows can be taken away again; `opens` names `remove`."""

    column_details_list: Any = None
    column_export_list: Any = None

    def removing(self) -> tuple[Callable[..., Any], dict[str, Any]]:
        """The verb that takes a row away, and what it needs beside the row, the reason and who acts."""
        raise NotImplementedError

    def permit(self, row: Any) -> None:
        """Refuse who may not change this row, although they may change others of its kind."""

    def may_change(self, row: Any) -> bool:
        """Whether `permit` lets the one who acts pass."""
        return True

    def links(self, row: Any) -> list[Link]:
        if not self.may_change(row):
            return []
        leads = self.way_to(f"{self.endpoint}.remove", id=row.id)
        return [*super().links(row), *([Link("Remove…", leads)] if leads else [])]

    def edit_form(self, obj: Any = None) -> Any:
        self.permit(obj)
        return super().edit_form(obj)

    @expose("/remove/", methods=("GET", "POST"))
    def remove(self) -> ResponseReturnValue:
        """Take the row away, with the reason."""
        row = self.row_or_404()
        self.permit(row)
        if request.method != "POST":
            return self.page("pep/remove.html", row=row, findings=(), reason="")
        if self.moved([row]):
            return self.page("pep/remove.html", row=row, findings=(), reason=request.form.get("reason", ""), moved=True, status=409)
        (verb, more), name = self.removing(), str(row)
        reason = request.form.get("reason", "")[:500]
        done = self.commit(verb, row, reason=reason, subject=row, **more)
        if done.findings:
            return self.page("pep/remove.html", row=self.row_or_404(), findings=done.findings, reason=reason, status=422)
        self.say(f"{name} was removed.")
        self.after_removal(done.value)
        return self.back_to("index_view")

    def after_removal(self, value: Any) -> None:
        """More to say of what the verb returned."""
