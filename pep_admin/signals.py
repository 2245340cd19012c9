"""Signals a host may listen to, sent after the commit of what they tell; a listener never hears of what was rolled back.

Each is sent with the host's Flask app as sender and the ids named below; none carries a child's name or words.
"""

from __future__ import annotations

from typing import Any

from blinker import Namespace, Signal
from sqlalchemy import event
from sqlalchemy.orm import Session, sessionmaker

_ours = Namespace()

pep_submitted = _ours.signal("pep-submitted", doc="A PEP was sent to the Virtual School: pep_id.")
pep_completed = _ours.signal("pep-completed", doc="A PEP was signed off: pep_id, grade.")
pep_returned = _ours.signal("pep-returned", doc="A PEP was sent back: pep_id.")
ppg_approved = _ours.signal("ppg-approved", doc="A request was approved: request_id, pence.")
funding_released = _ours.signal("funding-released", doc="Money was let go: request_ids, pence.")
exclusion_risk_told = _ours.signal("exclusion-risk-told", doc="The Virtual School was told of a risk of exclusion: alert_id.")
person_left = _ours.signal("person-left", doc="Somebody on record has left, and no longer needs an account: person_id.")
payment_batch_built = _ours.signal("payment-batch-built", doc="A batch was made: batch_id, pence.")


def announce(session: Session, signal: Signal, **facts: Any) -> None:
    """Queue a signal until the session's transaction is committed."""
    session.info.setdefault("announced", []).append((signal, facts))


def deliver_after_commit(sessions: sessionmaker[Any] | type[Session]) -> None:
    """Send what was queued once those sessions commit, and forget it when they roll back."""
    event.listen(sessions, "after_commit", _send)
    event.listen(sessions, "after_soft_rollback", _forget)


def _send(session: Session) -> None:
    if session.in_nested_transaction():
        return
    for signal, facts in session.info.pop("announced", []):
        signal.send(session.info.get("sender"), **facts)


def _forget(session: Session, previous: Any) -> None:
    if not previous.nested:
        session.info.pop("announced", None)
