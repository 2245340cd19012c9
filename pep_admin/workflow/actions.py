"""Ticking off what was agreed at a meeting (HB-3.9), and taking the tick back. What was agreed is written in Part 3 (sections.py).

An action outlives its PEP: it is ticked off whatever has become of that, by whoever may see the child on that day.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from pep_admin import audit
from pep_admin.deadlines import format_day
from pep_admin.models import AgreedAction
from pep_admin.permissions import Actor, Permission, require, require_on
from pep_admin.vocabulary import PepStatus
from pep_admin.workflow.taking import refuse, take_row


def finish_action(session: Session, action_id: int, *, actor: Actor, today: date) -> AgreedAction:
    """It is done, as of today. Raises Refused where somebody has said so already, or the PEP was closed as not needed."""
    action = _take(session, action_id, actor)
    if action.done_on is not None:
        raise refuse("action", "DATA-status", f"{action.done_name} has ticked this off already, on {format_day(action.done_on)}.")
    if action.pep.status is PepStatus.WITHDRAWN:
        raise refuse("action", "DATA-status", "The PEP in which this was agreed is closed as not needed.")
    action.done_on, action.done_by, action.done_name = today, actor.id, actor.name
    session.flush()
    audit.record(session, "action.finish", action)
    return action


def reopen_action(session: Session, action_id: int, *, actor: Actor) -> AgreedAction:
    """It is not done after all; the history keeps who said that it was. Raises Refused where nobody has."""
    action = _take(session, action_id, actor)
    if action.done_on is None:
        raise refuse("action", "DATA-status", "This is open already.")
    action.done_on = action.done_by = action.done_name = None
    session.flush()
    audit.record(session, "action.reopen", action)
    return action


def _take(session: Session, action_id: int, actor: Actor) -> AgreedAction:
    require(actor, Permission.ACTION_TICK)
    action = take_row(session, AgreedAction, action_id)
    require_on(session, actor, Permission.ACTION_TICK, action.pep.child_id)
    return action
