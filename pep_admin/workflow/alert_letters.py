"""Word to officers, at once, of children without a school and of reduced timetables without an end: one letter a person a run.

A letter names no child: it says how many and where they are read. Whether what it tells still stands, and whether it is theirs, is
asked again when it is sent. Suspensions and risks are told one by one as they come in (officer_letters.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin import audit, outbox
from pep_admin.models import AcademicYear, AlertNotice, Delivery, Person
from pep_admin.queries.alerts import Alert
from pep_admin.queries.officer_letters import officers, whose
from pep_admin.school_words import AlertKind
from pep_admin.workflow.alerts import find_alerts

LETTER = "alerts_told"
TOLD = (AlertKind.NO_SCHOOL, AlertKind.PART_TIME)
"""The kinds that nobody reports by a verb of their own: they follow from a move, an answer, or a day that passes."""


def tell_officers(session: Session, *, today: date, now: datetime, run: str, at_once: bool) -> list[Delivery]:
    """Tell each officer of the alerts of which they got no word yet, of their own children and of those who have no officer.

    `at_once`: in the middle of somebody's work, so that what is half said waits for the morning, when it may be said in full.
    `run` names this run in the keys of its letters. Of two that run at once the second waits, and finds what the first one told.
    """
    session.scalars(select(AcademicYear.id).order_by(AcademicYear.id).with_for_update()).all()
    told = {tuple(row) for row in session.execute(select(
        AlertNotice.child_id, AlertNotice.kind, AlertNotice.occurrence, AlertNotice.person_id))}
    letters: dict[int, list[Alert]] = {}
    alerts, everybody = _of_letters(session, today), officers(session, today)
    for each in (each for each in alerts if not (at_once and each.is_half_said)):
        for person_id in whose(each.officer_id, everybody):
            if (*each.key, person_id) not in told:
                letters.setdefault(person_id, []).append(each)
    people = {each.id: each for each in session.scalars(select(Person).where(Person.id.in_(letters)).order_by(Person.id))}
    return [_queue(session, person, letters[person.id], today=today, now=now, run=run) for person in people.values()
            if person.has_working_address]


def _of_letters(session: Session, today: date) -> list[Alert]:
    return [each for each in find_alerts(session, today) if each.kind in TOLD]


def _queue(session: Session, person: Person, alerts: Sequence[Alert], *, today: date, now: datetime, run: str) -> Delivery:
    lines = [[each.child_id, each.kind.value, each.occurrence] for each in alerts]
    delivery = outbox.queue_mail(session, f"alerts:{run}:{person.id}", person, LETTER, now=now, alerts=lines)
    session.flush()
    session.add_all(AlertNotice(child_id=each.child_id, kind=each.kind, occurrence=each.occurrence, person_id=person.id,
                                delivery_id=delivery.id, told_on=today) for each in alerts)
    session.flush()
    audit.record(session, "alert.tell", delivery, person_id=person.id, alerts=len(alerts))
    return delivery


def words_of(session: Session, row: Delivery, today: date) -> Mapping[str, str] | str:
    """What is filled into the letter: what of it stands today and is that person's; a sentence where nothing is."""
    wanted: set[Any] = {(child_id, AlertKind(kind), occurrence) for child_id, kind, occurrence in row.arguments["alerts"]}
    everybody = officers(session, today)
    found = [each for each in _of_letters(session, today)
             if each.key in wanted and row.person_id in whose(each.officer_id, everybody)]
    if not found:
        return "It is answered, no longer so, or somebody else's by now."
    said = {AlertKind.NO_SCHOOL: ("a child has no school", "{} children have no school"), AlertKind.PART_TIME: (
        "a child is on a reduced timetable that has no end on record, or whose end has passed",
        "{} children are on reduced timetables that have no end on record, or whose end has passed")}
    counts = {kind: sum(each.kind is kind for each in found) for kind in TOLD}
    return {"told": "; ".join(said[kind][count > 1].format(count) for kind, count in counts.items() if count)}
