"""The chase: each morning's reminders, and word to head teachers and team managers of what is late. One mail a person a run.

Whose turn it is, is queries/chasing.py's; the worker asks it once more before a letter goes. Each word is a Reminder, kept in the
transaction that queues its letter, so that no step is taken twice.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin import audit, outbox
from pep_admin.models import AcademicYear, Reminder
from pep_admin.permissions import Actor, Permission, require
from pep_admin.queries.chasing import Letter, day_key, late_letters, letters_of, mailed_on, parts_chased
from pep_admin.workflow.taking import refuse

REMIND = "chase.remind"
"""The kind of the job that does it each morning."""


@dataclass(frozen=True, slots=True)
class ChaseResult:
    """The mails that went into the queue, or would."""

    letters: tuple[Letter, ...]

    @property
    def reminders(self) -> int:
        return sum(not each.is_up for each in self.letters)

    @property
    def escalations(self) -> int:
        return sum(each.is_up for each in self.letters)


def send_reminders(session: Session, *, actor: Actor, today: date, now: datetime, dry_run: bool = False) -> ChaseResult:
    """Remind whoever owes a part whose step has come, and give word to those above of what is late for long enough.

    Run again on the same day, whoever had a mail gets none; whom mail does not reach is left out, and waits.
    """
    require(actor, Permission.PEP_DELEGATE)
    if not dry_run:
        _one_at_a_time(session)
    letters = letters_of(parts_chased(session, today), today, mailed_on(session, today))
    if not dry_run:
        for each in letters:
            _queue(session, each, f"{day_key(today)}{each.person.id}", today=today, now=now)
    return ChaseResult(tuple(letters))


def escalate(
    session: Session, person_ids: Collection[int], *, actor: Actor, today: date, now: datetime, run: str
) -> ChaseResult:
    """Tell those head teachers and team managers now of everything that is late below them and of which they got no word yet.

    Raises Refused where nothing of the kind is left: somebody else was quicker, or it was signed meanwhile.
    """
    require(actor, Permission.PEP_DELEGATE)
    _one_at_a_time(session)
    letters = late_letters(parts_chased(session, today), today, person_ids)
    if not letters:
        raise refuse("chase", "DATA-status", "Choose somebody who has not been told yet. Nothing was sent.")
    for each in letters:
        _queue(session, each, f"escalated:{run}:{each.person.id}", today=today, now=now, any_day=True)
    return ChaseResult(tuple(letters))


def _one_at_a_time(session: Session) -> None:
    """Of two that run at once, the second waits here, and then finds what the first one sent."""
    session.scalars(select(AcademicYear.id).order_by(AcademicYear.id).with_for_update()).all()


def _queue(session: Session, letter: Letter, key: str, *, today: date, now: datetime, any_day: bool = False) -> None:
    about = sorted({(each.pep.id, each.part.value) for each, _ in letter.lines})
    delivery = outbox.queue_mail(session, key, letter.person, "escalated" if letter.is_up else "reminder", now=now,
                                 count=letter.peps, parts=[list(each) for each in about], any_day=any_day)
    session.flush()
    session.add_all(Reminder(pep_id=each.pep.id, part=each.part, step=step, returns=each.returns, person_id=letter.person.id,
                             delivery_id=delivery.id, sent_on=today) for each, step in letter.lines)
    session.flush()
    audit.record(session, "chase.escalate" if letter.is_up else "chase.remind", delivery, person_id=letter.person.id,
                 peps=letter.peps)
