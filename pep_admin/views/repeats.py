"""A post that comes twice, by a double click or from a page that was open too long: what it asks for is done already.

It is told so as information, with the day and the name; nothing is done twice. What a verb refuses is the verb's own matter.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from pep_admin import history, outbox
from pep_admin.config import LONDON
from pep_admin.deadlines import format_day
from pep_admin.models import Pep
from pep_admin.vocabulary import PepStatus

_RUN = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Handed:
    """A PEP that was sent to its writer already: when, and by whom ("" where the history does not say)."""

    pep: Pep
    at: datetime
    by: str


def told(session: Session, pep: Pep, to: PepStatus) -> str:
    """The sentence for a step to that status which was taken already; "" where the PEP does not stand there."""
    move = history.last_changes(session, Pep, [pep.id], "status", to=to).get(pep.id)
    if move is None:
        return ""
    if to is PepStatus.SUBMITTED and pep.status in (to, PepStatus.COMPLETE) and pep.submitted_at:
        now = "" if pep.status is to else f" It is “{pep.status.label}” now."
        sent_on = format_day(pep.submitted_at.astimezone(LONDON))
        return f"It was sent already, on {sent_on} by {move.actor_name}. Nothing was sent again.{now}"
    if to is PepStatus.IN_PROGRESS and pep.status is to and move.changes["status"][0] == PepStatus.SUBMITTED.value:
        return f"It was taken back already, by {move.actor_name}."
    if to is PepStatus.WITHDRAWN and pep.status is to:
        return f"It was closed already, by {move.actor_name}: {pep.closing_reason}"
    return ""


def run_of(text: str) -> str:
    """The name of a run as the form carried it; a new one where it carried none."""
    return text if _RUN.fullmatch(text) else uuid.uuid4().hex


def handed_out(session: Session, peps: Iterable[Pep]) -> list[Handed]:
    """Those of the PEPs that were sent to their writers."""
    gone = [(pep, pep.delegated_at) for pep in peps if pep.delegated_at and pep.status is not PepStatus.INITIATED]
    moves = history.last_changes(session, Pep, [pep.id for pep, _ in gone], "delegated_at")
    return [Handed(pep, at, moves[pep.id].actor_name if pep.id in moves else "") for pep, at in gone]


def was_run(session: Session, run: str) -> bool:
    """Whether that run of sending PEPs to their writers was done."""
    return outbox.was_queued(session, f"delegated:{run}:")


def was_escalated(session: Session, run: str) -> bool:
    """Whether that run of telling head teachers and team managers was done."""
    return outbox.was_queued(session, f"escalated:{run}:")
