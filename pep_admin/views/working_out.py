"""Money while it is typed: what a request would come to and leave, in the verb's own words, on its page and for the page's script.

Nothing is stored by it, and no figure is worked out here: that is workflow/ppg.py's, by validators/ppg.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from pep_admin.models import Pep, PpgRequest
from pep_admin.money import format_pounds
from pep_admin.validators.ppg import PpgFacts, WorkedOut
from pep_admin.views.releases import Releasing
from pep_admin.views.request_forms import NUMBERS
from pep_admin.workflow import ppg

READ = ("category", "description", *NUMBERS)
"""The boxes that are read for it."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What stands beside the boxes of the cost: what was worked out, and (label, sentence) of what could not be read."""

    worked: WorkedOut
    unread: tuple[tuple[str, str], ...]

    @property
    def sum_typed(self) -> str:
        """The sum as one would type it into the box of the amount."""
        return format_pounds(self.worked.sum_pence).removeprefix("£") if self.worked.sum_pence is not None else ""


class WorkingOut(Releasing):
    """The figures of a request that is being written, on the view of the requests."""

    column_details_list: Any = None
    column_export_list: Any = None
    _asked: Callable[[], tuple[PpgRequest | None, Pep]]
    _why_not: Callable[[PpgRequest | None, Pep], str]
    _form: Callable[[Pep, PpgRequest | None], Any]
    _facts: Callable[[Pep, PpgRequest | None], PpgFacts]
    _about: Callable[[Pep, PpgRequest | None, Any], dict[str, Any]]
    _writing_page: Callable[..., ResponseReturnValue]

    @expose("/work-out/", methods=("POST",))
    def work_out(self) -> ResponseReturnValue:
        """The figures and the target of the request that is typed on a page, as pieces of that page; 409 where it is closed now."""
        row, pep = self._asked()
        why, form = self._why_not(row, pep), self._form(pep, row)
        return self.page("pep/requests/_worked_out.html", status=409 if why else 200, row=row, pep=pep, form=form, why=why,
                         **self._about(pep, row, form))

    def _worked_out(self, row: PpgRequest | None, pep: Pep) -> ResponseReturnValue:
        """The whole page again as it was typed, with its figures; an amount that was left open is filled in."""
        form = self._form(pep, row)
        if why := self._why_not(row, pep):
            self.say(f"{why} Nothing was saved; what you typed is below.", "warning")
        figures, box = self._figures(pep, row, form, self._facts(pep, row)), form.amount_pence
        if figures.worked.sum_pence is not None and not any(each.strip() for each in request.form.getlist(box.name)):
            box.raw_data, box.data = None, figures.worked.sum_pence
        return self._writing_page(pep, row, form, status=200)

    def _figures(self, pep: Pep, row: PpgRequest | None, form: Any, facts: PpgFacts) -> Figures:
        values = {name: form[name].data for name in READ}
        worked = ppg.work_out_request(self.db_session, pep, values, actor=self.actor, facts=facts, found=row)
        return Figures(worked, tuple((form[name].label.text, str(each)) for name in NUMBERS for each in form[name].process_errors))
