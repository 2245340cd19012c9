"""What the pages of one PEP share beside their verbs: under which names they are headed, and which steps are over.

Which statuses a verb takes is the verb's own matter (workflow/); here a page that could only be refused is not shown at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from flask import request
from flask.typing import ResponseReturnValue

from pep_admin.models import Pep
from pep_admin.pep_document import heading_of
from pep_admin.queries.peps import OPEN_TO_WRITE, UNFINISHED
from pep_admin.views.base import PepModelView
from pep_admin.vocabulary import PepStatus


class PepDoors(PepModelView):
    """The view of the PEPs stands on this."""

    column_export_list: Any = None
    steps: ClassVar[Mapping[str, tuple[tuple[PepStatus, ...], str]]] = {
        "edit_view": (UNFINISHED, "so it cannot be changed now."),
        "name_writer": (OPEN_TO_WRITE, "so its writer cannot be changed now."),
        "sign": (OPEN_TO_WRITE, "so its parts cannot be signed now."),
        "grade_one": ((PepStatus.SUBMITTED,), "and only a PEP that was sent to the Virtual School can be graded."),
        "withdraw": (UNFINISHED, "so it cannot be closed as not needed."),
    }
    """Pages that ask for a step, by the name of their function: in which statuses their post can succeed, and what else is said."""

    def _run_view(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        over = self._over(fn.__name__) if request.method in ("GET", "HEAD") else None
        return over or super()._run_view(fn, *args, **kwargs)

    def _over(self, step: str) -> ResponseReturnValue | None:
        """Where the PEP is past that step, back to its page with a sentence; None where it may be taken, or is no step."""
        if step not in self.steps:
            return None
        pep, (statuses, sentence) = self.one_or_404(Pep, self.asked_once("id")), self.steps[step]
        if pep.status in statuses:
            return None
        self.say(f"{pep} is “{pep.status.label}”, {sentence}", "warning")
        return self.back_to("details_view", id=pep.id)

    def page(self, template: str, *, status: int = 200, **context: Any) -> ResponseReturnValue:
        """The rendered page; one of a single PEP is headed by the names that the PEP keeps, where it was sent (decision 0011)."""
        if isinstance(pep := context.get("pep"), Pep):
            context["heading_of"] = heading_of(self.db_session, pep)
        return super().page(template, status=status, **context)
