"""Telling the Virtual School of an exclusion or the risk of one (HB-3.6), what it advised, and closing the alert.

What must be said is validators/exclusions.py's. A suspension itself is recorded among the child's records (records.py). The child's
officer gets word of each at once (officer_letters.py); a host listens to the signal `exclusion_risk_told`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin import audit, signals
from pep_admin.circumstances import said
from pep_admin.deadlines import format_day
from pep_admin.exceptions import NotFound, Refused
from pep_admin.models import Child, ExclusionAlert, Pep
from pep_admin.permissions import Actor, Permission, require, require_on
from pep_admin.queries import open_alert_of
from pep_admin.queries.officer_letters import News
from pep_admin.school_words import ExclusionConcern
from pep_admin.validators.exclusions import check_advice, check_telling
from pep_admin.workflow.officer_letters import tell_officers_of
from pep_admin.workflow.taking import refuse, take_row

LONGEST = 5_000


@dataclass(frozen=True, slots=True)
class Telling:
    """What somebody tells: whether it is feared or happened, since when, what happened, what the school has tried."""

    concern: ExclusionConcern | None
    since_on: date | None
    happened: str
    tried: str


def tell_exclusion_risk(session: Session, child_id: int, told: Telling, *, actor: Actor, today: date) -> ExclusionAlert:
    """Tell the Virtual School about a child, on any day, with or without an open PEP.

    Raises Refused for what is not said, and where the Virtual School knows already: then there is more to tell (`add_to_alert`).
    """
    require(actor, Permission.ALERT_TELL)
    child = _take_child(session, child_id)
    require_on(session, actor, Permission.ALERT_TELL, child.id)
    if wrong := check_telling(told, today=today):
        raise Refused(wrong)
    if (standing := open_alert_of(session, child.id)) is not None:
        message = f"{standing.told_name} has told the Virtual School already, on {format_day(standing.told_on)}."
        raise refuse("alert-twice", "DATA-status", f"{message} What is new goes under it.")
    alert = ExclusionAlert(child_id=child.id, school_id=child.school_id, concern=told.concern, since_on=told.since_on,
                           happened=told.happened.strip(), tried=told.tried.strip())
    return _open(session, alert, actor, today)


def tell_of_answer(session: Session, pep: Pep, *, actor: Actor, today: date) -> ExclusionAlert | None:
    """Part 2 of that PEP says that there is a risk (RD-210): an alert about the child, None where one is open already.

    Whoever writes Part 2 tells it by writing; the PEP was taken, and its child's row is locked here, so that two make one.
    """
    child = _take_child(session, pep.child_id)
    if open_alert_of(session, child.id) is not None:
        return None
    happened = f"Part 2 of {pep.reference} says that there is a risk of suspension or exclusion."
    alert = ExclusionAlert(child_id=child.id, school_id=pep.school_id, pep_id=pep.id, concern=ExclusionConcern.RISK,
                           since_on=today, happened=happened, tried="")
    return _open(session, alert, actor, today)


def _open(session: Session, alert: ExclusionAlert, actor: Actor, today: date) -> ExclusionAlert:
    alert.told_by, alert.told_name, alert.told_on = actor.id, actor.name, today
    session.add(alert)
    session.flush()
    tell_officers_of(session, alert.child, News.EXCLUSION, f"alert:{alert.id}", actor=actor, today=today)
    audit.record(session, "exclusion_alert.tell", alert, concern=alert.concern.value)
    signals.announce(session, signals.exclusion_risk_told, alert_id=alert.id)
    return alert


def add_to_alert(
    session: Session, alert_id: int, told: Telling, *, actor: Actor, today: date
) -> ExclusionAlert:
    """Tell more about an open alert: what is new stands under what was told, with its day and by whom; the same again is one.

    `happened` and `tried` may each be empty; nothing at all is Refused.
    """
    require(actor, Permission.ALERT_TELL)
    alert = _take(session, alert_id, None)
    require_on(session, actor, Permission.ALERT_TELL, alert.child_id)
    happened, tried = (told.happened.strip() if said(told.happened) else ""), (told.tried.strip() if said(told.tried) else "")
    if not happened and not tried:
        raise refuse("ALERT-happened", "HB-3.6", "Say what is new.", "happened")
    alert.happened = _under(alert.happened, happened, f"{format_day(today)}, {actor.name}", "happened")
    alert.tried = _under(alert.tried, tried, f"{format_day(today)}, {actor.name}", "tried")
    alert.concern = told.concern or alert.concern
    if not session.is_modified(alert):
        return alert  # pressed twice
    alert.awaits_advice = True
    session.flush()
    tell_officers_of(session, alert.child, News.EXCLUSION, f"alert:{alert.id}:{alert.row_version}", actor=actor, today=today)
    audit.record(session, "exclusion_alert.tell_more", alert, concern=alert.concern.value)
    signals.announce(session, signals.exclusion_risk_told, alert_id=alert.id)
    return alert


def _under(standing: str, text: str, signed: str, name: str) -> str:
    """What stands with the new text below it; Refused where both do not fit."""
    entry = f"{signed}: {text}"
    if not text or entry in standing:
        return standing
    whole = f"{standing}\n\n{entry}".strip()
    if len(whole) > LONGEST:
        message = f"{len(whole) - LONGEST:,} characters too many: {LONGEST:,} fit in all."
        raise refuse(f"ALERT-{name}", "DATA-shape", message, name)
    return whole


def advise(
    session: Session, alert_id: int, *, advice: str, advised_on: date | None, actor: Actor, today: date, version: int | None = None
) -> ExclusionAlert:
    """The Virtual School says what it advised and when; saying it again corrects it, and the history keeps both.

    Raises Refused for what is not said, and where somebody changed it since that version.
    """
    require(actor, Permission.ALERT_ADVISE)
    alert = _take(session, alert_id, version)
    if wrong := check_advice(advice, advised_on, told_on=alert.told_on, today=today):
        raise Refused(wrong)
    alert.advice, alert.advised_on, alert.advised_by, alert.advised_name = advice.strip(), advised_on, actor.id, actor.name
    alert.awaits_advice = False
    session.flush()
    audit.record(session, "exclusion_alert.advise", alert)
    return alert


def close_alert(
    session: Session, alert_id: int, *, outcome: str, actor: Actor, today: date, version: int | None = None
) -> ExclusionAlert:
    """The Virtual School closes an alert and says what became of it. Raises Refused without that, or when it is closed already."""
    require(actor, Permission.ALERT_ADVISE)
    alert = _take(session, alert_id, version)
    if not said(outcome):
        raise refuse("ALERT-outcome", "DATA-reason", "Say what became of it.", "outcome")
    alert.outcome, alert.closed_on, alert.closed_by, alert.closed_name = outcome.strip(), today, actor.id, actor.name
    session.flush()
    audit.record(session, "exclusion_alert.close", alert)
    return alert


def _take_child(session: Session, child_id: int) -> Child:
    """The child's row, locked: two who tell of one child go one after the other."""
    child = session.scalar(select(Child).where(Child.id == child_id).with_for_update(of=Child))
    if child is None:
        raise NotFound
    return child


def _take(session: Session, alert_id: int, version: int | None) -> ExclusionAlert:
    """The open alert, locked and read anew."""
    found = take_row(session, ExclusionAlert, alert_id)
    if found.closed_on is not None:
        message = f"{found.closed_name} closed this on {format_day(found.closed_on)}: {found.outcome}"
        raise refuse("alert-closed", "DATA-status", message)
    if version is not None and version != found.row_version:
        raise refuse("alert-moved", "DATA-status", "Somebody has changed this meanwhile. It stands above as it is now; save again.")
    return found
