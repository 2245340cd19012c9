"""The PEPs that were left open of a child who has left care, as the child's page offers to close them.

Who has left is queries/in_care.py's, closing a PEP is workflow/peps.py's, the worklist a filter of the list of PEPs (stages.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from pep_admin.models import Child, Pep
from pep_admin.queries.in_care import has_left
from pep_admin.queries.peps import UNFINISHED
from pep_admin.views.base import PepModelView


class LeftOpen(NamedTuple):
    """A PEP that was left open, the way to it and the way to close it; None where they are not for who reads the page."""

    pep: Pep
    url: str | None
    close: str | None


def left_open(view: PepModelView, child: Child, peps: Iterable[Pep]) -> list[LeftOpen]:
    """Those among the child's PEPs that somebody has to close or to finish, because the child left care; else none."""
    if not has_left(child.left_care_on, view.today):
        return []
    return [LeftOpen(pep, view.way_to("pep_peps.details_view", id=pep.id), view.way_to("pep_peps.withdraw", id=pep.id))
            for pep in peps if pep.status in UNFINISHED]
