"""Whom a message goes to, or why it does not: asked when it is sent, not before. Nothing here writes.

What a message is about and whether that holds is queries/deliveries.py's; the sending is worker.py's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from pep_admin import config
from pep_admin.models import Delivery, Person
from pep_admin.queries import officer_letters
from pep_admin.queries.chasing import standing
from pep_admin.queries.deliveries import CHASES, DELEGATED, ESCALATED, still_written, why_closed, why_gone, why_over
from pep_admin.queries.meeting_letters import LETTERS, OFF, CalendarEntry, entry_of
from pep_admin.server import daily, mail, meetings
from pep_admin.vocabulary import DeliveryState
from pep_admin.workflow import alert_letters


@dataclass(frozen=True, slots=True)
class Addressed:
    """Whom a letter goes to, what is filled into its words beside what every letter has, and the meeting that it brings along.

    `is_leaving`: today is the last day of who gets it, so that nobody can do anything where it does not arrive.
    """

    to: str
    facts: Mapping[str, str] = field(default_factory=dict)
    meeting: CalendarEntry | None = None
    is_leaving: bool = False


@dataclass(frozen=True, slots=True)
class Later:
    """That a letter may go, but not before that instant."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Stuck:
    """That a letter is needed and cannot go: somebody has to do something."""

    state: DeliveryState
    why: str


Goes = Addressed | Later | Stuck | str
"""Whom a message goes to, or from when it may go, or that it cannot, or a sentence that says why it is not needed any more."""
Addressing = Callable[[Session, Mapping[str, Any]], Addressed | str]
TO_OFFICERS = {officer_letters.LETTER: officer_letters.words_of, alert_letters.LETTER: alert_letters.words_of}
ADDRESSED: dict[str, Addressing] = {}
"""Letters to somebody of the host's who is no Person, by template."""


def addressed(*templates: str) -> Callable[[Addressing], Addressing]:
    """Register whom the letters of those templates go to: `address(session, arguments)`, asked when one is sent.

    It gives a sentence instead where the letter must not go any more; it writes nothing.
    """

    def register(address: Addressing) -> Addressing:
        ADDRESSED.update(dict.fromkeys(templates, address))
        return address

    return register


def goes_to(session: Session, row: Delivery) -> Goes:
    """Whom the message goes to, or what has changed since it was queued so that it must not: asked when it is sent, not before."""
    if row.template not in mail.LETTERS:
        return Stuck(DeliveryState.GIVEN_UP, "The program has no letter of that name.")
    if row.person is None:
        address = ADDRESSED.get(row.template)
        return address(session, row.arguments) if address else Stuck(DeliveryState.GIVEN_UP, "Nobody knows whom this goes to.")
    if why := why_gone(row, config.today()):
        return why
    goes = _to_person(session, row, row.person)
    if isinstance(goes, str) or row.person.has_working_address:
        return goes
    if isinstance(goes, Addressed) and row.template in OFF and row.person.left_on is not None:
        return replace(goes, is_leaving=True)
    return Stuck(DeliveryState.NO_ROUTE, "This person has left, or has no address that works.")


def _to_person(session: Session, row: Delivery, person: Person) -> Goes:
    """What the message says to them today, or why it holds no longer; whether they can be reached is not asked."""
    if why := why_closed(session, row):
        return why
    if row.template in CHASES:
        return _chase(session, row, person)
    if row.template in LETTERS:
        entry = entry_of(session, row, config.today())
        return entry if isinstance(entry, str) else Addressed(person.email or "", meetings.words_of(entry), entry)
    if row.template in TO_OFFICERS:
        told = TO_OFFICERS[row.template](session, row, config.today())
        return told if isinstance(told, str) else Addressed(person.email or "", told)
    if why := why_over(session, row, person.id, config.today()):
        return why
    still = still_written(session, row, person.id, config.today()) if row.template == DELEGATED else None
    return Addressed(person.email or "", {} if still is None else {"count": mail.count_of(still)})


def _chase(session: Session, row: Delivery, person: Person) -> Goes:
    """A reminder says what holds when it is sent; on a day on which nobody of its parts is there, it waits for the next."""
    found = standing(session, person.id, row.arguments["parts"], config.today(), is_up=row.template == ESCALATED,
                     any_day=row.arguments["any_day"])
    if not found.peps:
        return "What it was about is signed, closed or somebody else's by now."
    if not found.goes_today:
        return Later(daily.morning_after(config.today()))
    return Addressed(person.email or "", mail.words_of_chase(found.peps, found.no_meeting, found.unsent))
