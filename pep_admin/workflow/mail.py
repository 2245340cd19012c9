"""What an officer does about a message: send it again, say that it came back, mend the address it went to (HB-2.2).

Queueing is outbox.py's and sending server/worker.py's, which asks once more whether a message may still go.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from pep_admin import audit, outbox
from pep_admin.exceptions import NotFound, Refused
from pep_admin.models import Delivery, Person
from pep_admin.permissions import Actor, Permission, require
from pep_admin.queries.deliveries import of_the_same_address, why_not_again
from pep_admin.queries.new_children import day_of
from pep_admin.validators.findings import Finding
from pep_admin.validators.identifiers import check_email
from pep_admin.vocabulary import DeliveryState
from pep_admin.workflow import alert_letters
from pep_admin.workflow.taking import all_or_nothing, refuse, take_row

ON_ITS_WAY = (DeliveryState.QUEUED, DeliveryState.SENDING)
AGAIN = ":again:"
"""What stands in the key of a message that was sent once more, before its number."""


def send_again(session: Session, delivery_id: int, *, actor: Actor, now: datetime) -> Delivery:
    """Send a message once more: one that never went is put back into the queue, of one that went another goes out.

    Raises Refused where it is on its way already, where it is not needed any more, or where the person cannot be reached.
    """
    require(actor, Permission.DELIVERY_SEND)
    row = take_row(session, Delivery, delivery_id)
    if why := why_not_needed(session, _checked(row), now):
        raise refuse("mail", "DATA-status", f"It is not needed any more, so it is not sent again. {why}")
    return _send(session, row, actor=actor, now=now)


def _send(session: Session, row: Delivery, *, actor: Actor, now: datetime) -> Delivery:
    person = _person(row)
    if not person.has_working_address:
        why = "has left" if person.left_on is not None else "has no address that works"
        raise refuse("mail", "HB-2.2", f"{person.name} {why}, so nothing can be sent.", "email")
    if row.state in ON_ITS_WAY:
        raise refuse("mail", "DATA-status", "It is waiting to be sent already.")
    if row.state is not DeliveryState.SENT:
        row.state, row.due_at, row.tries, row.problem = DeliveryState.QUEUED, now, 0, None
        session.flush()
        audit.record(session, "mail.send_again", row, person_id=person.id)
        return row
    first = row.key.partition(AGAIN)[0]
    others = list(session.scalars(select(Delivery).where(Delivery.key.startswith(f"{first}{AGAIN}", autoescape=True))))
    if any(each.state in ON_ITS_WAY for each in others):
        raise refuse("mail", "DATA-status", "It is waiting to be sent again already.")
    new = outbox.queue_mail(session, f"{first}{AGAIN}{len(others) + 1}", person, row.template, now=now, pep_id=row.pep_id,
                            **row.arguments)
    session.flush()
    audit.record(session, "mail.send_again", new, person_id=person.id)
    return new


def _take_sent(session: Session, delivery_id: int, state: DeliveryState, why_not: str, actor: Actor) -> tuple[Delivery, Person]:
    """A message in that state and whom it went to, taken; Refused where it is in another, or their address is."""
    require(actor, Permission.DELIVERY_SEND)
    row = take_row(session, Delivery, delivery_id)
    person = take_row(session, Person, _person(row).id)
    if row.state is not state:
        raise refuse("mail", "DATA-status", why_not)
    if person.email != row.sent_to:
        raise refuse("mail", "DATA-status", f"{person.name} has another address by now. Nothing was changed.")
    return row, person


def note_return(session: Session, delivery_id: int, *, actor: Actor, today: date) -> Delivery:
    """The message came back: nothing more is sent to that address until it is mended. Raises Refused where the person has another
    address by now, or the message never went."""
    row, person = _take_sent(session, delivery_id, DeliveryState.SENT, "Only what was sent can come back.", actor)
    person.bounced_on = today
    row.state, row.problem = DeliveryState.CAME_BACK, None
    session.flush()
    audit.record(session, "mail.note_return", row, person_id=person.id)
    return row


def undo_return(session: Session, delivery_id: int, *, actor: Actor) -> Delivery:
    """It did not come back after all: mail goes to that address again. Raises Refused where it is not marked so, or the person has
    another address by now."""
    why_not = "This is not marked as come back. Nothing was changed."
    row, person = _take_sent(session, delivery_id, DeliveryState.CAME_BACK, why_not, actor)
    person.bounced_on = None
    row.state = DeliveryState.SENT
    session.flush()
    audit.record(session, "mail.undo_return", row, person_id=person.id)
    return row


@dataclass(frozen=True, slots=True)
class Mended:
    """The message from which an address was mended, and how many others to the same person go out again with it."""

    message: Delivery
    others: int


def with_the_address(session: Session, row: Delivery, now: datetime, *, lock: bool = False) -> list[Delivery]:
    """The other messages that wait because of that person's address and are still needed."""
    return [each for each in of_the_same_address(session, row, lock=lock) if not why_not_needed(session, each, now)]


def mend_address(session: Session, delivery_id: int, email: str, *, actor: Actor, now: datetime) -> Mended:
    """Put the right address in for the person, and send again what is still needed: the message, and whatever else to them did not
    arrive because of their address; all or nothing. Raises Refused for what is no address, or another person's."""
    require(actor, Permission.PERSON_EDIT)
    row = take_row(session, Delivery, delivery_id)
    person, email = take_row(session, Person, _person(row).id), email.strip().lower()
    if wrong := check_email(email):
        raise Refused(wrong)
    taken = session.scalar(select(Person).where(func.lower(Person.email) == email, Person.id != person.id))
    if taken is not None:
        raise Refused([Finding("mail", "DATA-unique", "email", f"This is the address of {taken.name}.")])
    with all_or_nothing(session):
        person.email, person.bounced_on = email, None
        session.flush()
        # The address is worth mending though what the message said may hold no longer.
        sent = row if why_not_needed(session, row, now) else _send(session, row, actor=actor, now=now)
        others = with_the_address(session, row, now, lock=True)
        for each in others:
            _send(session, each, actor=actor, now=now)
    audit.record(session, "mail.mend_address", row, person_id=person.id, others=len(others))
    return Mended(sent, len(others))


def note_opened(engine: Engine, delivery_id: int, person_id: int, *, now: datetime) -> None:
    """That the one to whom a message went came by its link, signed in: the first time. Anybody else's coming changes nothing.

    In a short transaction of its own, as a look at a record is: the page it leads to is only read.
    """
    mine = (Delivery.id == delivery_id, Delivery.person_id == person_id, Delivery.sent_at.is_not(None))
    with engine.execution_options(write=True).begin() as connection:
        connection.execute(update(Delivery).where(*mine, Delivery.opened_at.is_(None)).values(opened_at=now))


def why_not_needed(session: Session, row: Delivery, now: datetime) -> str:
    """Why nobody needs the message any more, so that it is never sent again: changed, over, or another's; else ""."""
    today = day_of(now) or now.date()
    if row.state is DeliveryState.NOT_NEEDED:
        return row.problem or "What it said holds no longer."
    if row.template == alert_letters.LETTER:
        told = alert_letters.words_of(session, row, today)
        return told if isinstance(told, str) else ""
    return why_not_again(session, row, today)


def _checked(row: Delivery) -> Delivery:
    """The message, where it goes to somebody on record; NotFound else."""
    _person(row)
    return row


def _person(row: Delivery) -> Person:
    """Whom it went to; NotFound for a letter of an account, which holds a way in and is sent anew there."""
    if row.person is None:
        raise NotFound
    return row.person
