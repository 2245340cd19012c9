"""What a message is about and whether what it says still holds: asked when it is sent, and before it is sent once more.

Whom a message goes to, and with which words, is server/addressing.py's; what an officer does about it workflow/mail.py's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from pep_admin.deadlines import format_day
from pep_admin.models import Child, Delivery, Grant, LeadQuestion, Pep, Person, QaReview, Reminder, School
from pep_admin.queries.chasing import WITH_WRITERS, standing
from pep_admin.queries.grants import leaving, not_over
from pep_admin.queries.in_care import of_child_in_care
from pep_admin.queries.meeting_letters import LETTERS, OFF, entry_of
from pep_admin.queries.officer_letters import LETTER as OFFICER_TOLD
from pep_admin.queries.officer_letters import words_of as words_to_officer
from pep_admin.queries.waiting import writer_of
from pep_admin.vocabulary import Decision, DeliveryState, Part, PepStatus, PersonKind

DELEGATED, RETURNED, ASKED = "delegated", "returned", "asked"
"""The letters to those who write a PEP: that it was sent to them, that it came back, that the Virtual School asks something."""
ESCALATED = "escalated"
CHASES = frozenset({"reminder", ESCALATED})
WRITERS_LETTERS = {
    DELEGATED: "None of the PEPs that it was about is theirs to write any more.",
    RETURNED: "The PEP was sent again, closed or handed to somebody else by now.",
    ASKED: "It was answered, or the PEP is somebody else's by now.",
}
"""And why each of them is not needed any more, where it is not."""
WAITS = (DeliveryState.REFUSED, DeliveryState.CAME_BACK, DeliveryState.NO_ROUTE, DeliveryState.GIVEN_UP)
"""What never arrived and goes no further by itself: somebody has to do something. What is not needed any more is none of it."""

OF_THE_ADDRESS = (DeliveryState.REFUSED, DeliveryState.CAME_BACK, DeliveryState.NO_ROUTE)
"""Of those, what may arrive at another address: it did not at the one it went to, or there was none."""


def waits_for_somebody() -> ColumnElement[bool]:
    """The condition that somebody has to do something about a message. A meeting that is to be taken out of the calendar of who has
    left is none of it: nothing can be done."""
    gone = Delivery.person.has(Person.left_on.is_not(None))
    return Delivery.state.in_(WAITS) & ~(Delivery.template.in_(OFF) & gone)


def of_the_same_address(session: Session, row: Delivery, *, lock: bool = False) -> Sequence[Delivery]:
    """The other messages to the same person that did not arrive and may at another address, the first first."""
    asked = select(Delivery).where(Delivery.person_id == row.person_id, Delivery.id != row.id, Delivery.state.in_(OF_THE_ADDRESS))
    asked = asked.order_by(Delivery.id)
    return session.scalars(asked.with_for_update(of=Delivery) if lock else asked).all()


def why_closed(session: Session, row: Delivery) -> str:
    """That the PEP of the message was closed as not needed; "" where it was not, or the message says just that."""
    if row.pep_id is None or row.template in OFF:
        return ""
    status = session.scalar(select(Pep.status).where(Pep.id == row.pep_id))
    return "The PEP was closed before this was sent." if status is PepStatus.WITHDRAWN else ""


def why_gone(row: Delivery, today: date) -> str:
    """That the message is to take a meeting out of the calendar of somebody who has left, which nobody can do any more; "" else.

    On their last day the address still works, and their own calendar would go on showing a meeting at which nobody expects them:
    so it still goes then. After it the calendar of their work is not theirs any more.
    """
    person = row.person
    if row.template not in OFF or person is None or person.left_on is None:
        return ""
    if person.left_on >= today and person.email and person.bounced_on is None:
        return ""
    return f"{person.name} left on {format_day(person.left_on)}, so nobody expects them there."


def why_over(session: Session, row: Delivery, person_id: int, today: date) -> str:
    """Why what the letter says holds no longer, where it hangs on an answer, a right or a day; "" where it does."""
    if row.template == "lead_asked" and not _is_still_asked(session, person_id):
        return "This was answered, or somebody else is designated teacher now."
    if row.template in WRITERS_LETTERS and _is_over(session, row, person_id, today):
        return WRITERS_LETTERS[row.template]
    if "grant" in row.arguments and not _is_still_given(session, row.arguments["grant"], today):
        return "This was taken back, or is over."
    if row.template == "child_leaves" and not leaving(session, [person_id], today):
        return "The day is over, or the child is back."
    return ""


def why_not_again(session: Session, row: Delivery, today: date) -> str:
    """Why the message is not needed any more, so that sending it again would help nobody; "" where it may go."""
    if row.person_id is None:
        return ""
    if why := why_gone(row, today) or why_closed(session, row):
        return why
    if row.template in CHASES:
        found = standing(session, row.person_id, row.arguments["parts"], today, is_up=row.template == ESCALATED,
                         any_day=row.arguments["any_day"])
        return "" if found.peps else "What it was about is signed, closed or somebody else's by now."
    if row.template in LETTERS:
        entry = entry_of(session, row, today)
        return entry if isinstance(entry, str) else ""
    if row.template == OFFICER_TOLD:
        told = words_to_officer(session, row, today)
        return told if isinstance(told, str) else ""
    return why_over(session, row, row.person_id, today)


def still_written(session: Session, row: Delivery, person_id: int, today: date) -> int | None:
    """Of the PEPs that were sent out with the message, how many that person still writes; None where it does not keep which."""
    peps = row.arguments.get("peps")
    return len(_written_by(session, peps, WITH_WRITERS, person_id, today)) if peps is not None else None


def _written_by(
    session: Session, pep_ids: Collection[int], statuses: Collection[PepStatus], person_id: int, today: date
) -> list[int]:
    """Which of those PEPs are in one of those states, of a child in care, and that person's to write by now."""
    asked = select(Pep, Child.school_id, Child.social_worker_id).join(Child, Pep.child_id == Child.id).where(
        Pep.id.in_(pep_ids), Pep.status.in_(statuses), of_child_in_care(today))
    # The child itself is not read: a page of a message names none.
    rows = session.execute(asked.options(joinedload(Pep.writer), joinedload(Pep.social_worker),
                                         joinedload(Pep.school).joinedload(School.designated_teacher)))
    return [pep.id for pep, school_id, worker_id in rows if _writes(pep, person_id, school_id, worker_id)]


def _writes(pep: Pep, person_id: int, school_id: int | None, worker_id: int | None) -> bool:
    """Whether the PEP is that person's to write: of a child who is still at its school, or whose social worker they still are. A
    sent PEP keeps the names of its day, and who has lost sight of the child is told nothing more of it."""
    if pep.social_worker_id == worker_id == person_id:
        return True
    writer = writer_of(pep, Part.EDUCATION)
    if writer is None or writer.id != person_id:
        return False
    return pep.school_id == school_id or writer.kind is PersonKind.VIRTUAL_SCHOOL


def _is_over(session: Session, row: Delivery, person_id: int, today: date) -> bool:
    """Whether nothing of what a letter to those who write a PEP is about is left for that person."""
    if row.template == DELEGATED:
        return still_written(session, row, person_id, today) == 0
    if row.pep_id is None:
        return False
    if row.template == RETURNED:
        return not _written_by(session, [row.pep_id], [PepStatus.RETURNED], person_id, today)
    return not (_waits_for_answer(session, row.pep_id) and
                _written_by(session, [row.pep_id], [PepStatus.SUBMITTED], person_id, today))


def _waits_for_answer(session: Session, pep_id: int) -> bool:
    """Whether the last that the Virtual School said of the PEP is a question without its answer."""
    last = session.scalar(select(QaReview).where(QaReview.pep_id == pep_id).order_by(QaReview.id.desc()).limit(1))
    return last is not None and last.decision is Decision.ASK and last.answer is None


def _is_still_asked(session: Session, person_id: int) -> bool:
    """Whether a school that names that person as designated teacher waits for their answer."""
    asked = select(LeadQuestion.id).join(School, LeadQuestion.school_id == School.id).where(
        LeadQuestion.person_id == person_id, LeadQuestion.answered_at.is_(None), School.designated_teacher_id == person_id)
    return session.scalar(asked.limit(1)) is not None


def _is_still_given(session: Session, grant_id: int, today: date) -> bool:
    return session.scalar(select(Grant.id).where(Grant.id == grant_id, *not_over(today))) is not None


def peps_of(session: Session, rows: Sequence[Delivery]) -> dict[int, list[Pep]]:
    """By message the PEPs that it is about, as far as that is kept: the one it names, those of a reminder, and those that were
    sent out with it. A fixed number of statements, however many messages."""
    ids: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        if row.pep_id is not None:
            ids[row.id].add(row.pep_id)
        ids[row.id].update(row.arguments.get("peps", ()))
    reminded = select(Reminder.delivery_id, Reminder.pep_id).where(Reminder.delivery_id.in_([row.id for row in rows]))
    for delivery_id, pep_id in session.execute(reminded):
        ids[delivery_id].add(pep_id)
    # Of older letters it is not kept which; what was sent out at that instant is still known.
    sent_out = [row for row in rows if row.template == DELEGATED and "peps" not in row.arguments]
    if sent_out:
        with_it = session.scalars(select(Pep).where(Pep.delegated_at.in_({row.queued_at for row in sent_out})))
        for pep in with_it:
            for row in sent_out:
                if pep.delegated_at == row.queued_at and row.person_id in (pep.writer_id, pep.social_worker_id):
                    ids[row.id].add(pep.id)
    wanted = {pep_id for each in ids.values() for pep_id in each}
    peps = {pep.id: pep for pep in session.scalars(select(Pep).where(Pep.id.in_(wanted)))} if wanted else {}
    return {row_id: [peps[each] for each in sorted(found) if each in peps] for row_id, found in ids.items()}
