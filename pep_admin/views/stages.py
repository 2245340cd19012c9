"""Where a PEP or a request stands, in the words of the front page: the same cases count there and filter here.

The conditions must say what `queries.front_page_counts` counts; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from pep_admin import config
from pep_admin.clocks import Whose
from pep_admin.models import Pep
from pep_admin.queries import DUE_SOON_DAYS, OPEN_TO_WRITE, late_now, late_with
from pep_admin.queries.in_care import of_child_in_care
from pep_admin.queries.peps import UNFINISHED
from pep_admin.views.hosting import host
from pep_admin.vocabulary import PepStatus

Cases = Mapping[str, tuple[str, Callable[[Any], Any]]]
_WRITING = Pep.status.in_(OPEN_TO_WRITE)


def _soon(due_on: Any) -> Any:
    return _WRITING & due_on.between(config.today(), config.today() + timedelta(days=DUE_SOON_DAYS))


STAGES: Cases = {
    "late": ("Late", lambda due_on: late_now(host().db.session, config.today())),
    "due_soon": ("Due soon", _soon),
    "open": ("Being written", lambda due_on: _WRITING),
    "not_sent": ("Not sent out yet", lambda due_on: (Pep.status == PepStatus.INITIATED) & of_child_in_care(config.today())),
    "left_care": ("Left care, still open", lambda due_on: Pep.status.in_(UNFINISHED) & ~of_child_in_care(config.today())),
    "with_vs": ("With the Virtual School",
                lambda due_on: (Pep.status == PepStatus.SUBMITTED) & of_child_in_care(config.today())),
    "sent_back": ("Sent back", lambda due_on: Pep.status == PepStatus.RETURNED),
}
"""For `Case(Pep.due_on, "Stage", "stage", STAGES)`."""


def _waits_with(whose: Whose) -> Callable[[Any], Any]:
    return lambda pep_id: late_with(host().db.session, whose, config.today())


WAITS_WITH: Cases = {each.value: (each.label, _waits_with(each)) for each in Whose}
"""For `Case(Pep.id, "Late, waiting with", "waits_with", WAITS_WITH)`."""
