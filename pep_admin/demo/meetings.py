"""Meetings of the demonstration that its day finds booked, or held and waiting for a signature: of children beside the cast.

Whose PEPs are written, and how far, is autumn.py's; what was said at a meeting words.py's.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin.demo import writing
from pep_admin.demo.writing import Office, act_as, at, people_of
from pep_admin.models import Pep, Target, Term
from pep_admin.pep_document import read_document
from pep_admin.permissions import audience_for
from pep_admin.queries.meetings import invitable
from pep_admin.vocabulary import Part, PepStatus
from pep_admin.workflow import meetings, sections

ASKED_ON, HELD_ON = date(2024, 11, 6), date(2024, 11, 14)
HOLD_ON = (date(2024, 11, 13), date(2024, 11, 19), date(2024, 11, 20), date(2024, 11, 26), date(2024, 11, 28), date(2024, 12, 3))
"""The first is over on the demo's day, and nobody has written of it yet."""
OWN_WORDS_FROM = 80
"""From which number on these meetings have words of their own (words.own_words); the autumn's begin at 0."""
ATTENDED = (2, 4)
"""By their place among those days, the meetings to which the Virtual School's officer goes."""


def book(session: Session, office: Office, term: Term, but: Collection[int]) -> None:
    """Of the term's PEPs with their writers, those of the children `but` left out: the written ones are held, others are booked."""
    found = session.scalars(select(Pep).where(
        Pep.term_id == term.id, Pep.status == PepStatus.IN_PROGRESS, Pep.meeting_at.is_(None), Pep.school_id.is_not(None),
        Pep.writer_id.is_not(None), Pep.social_worker_id.is_not(None), Pep.child_id.not_in(but)).order_by(Pep.id)).all()
    written = set(session.scalars(select(Target.pep_id).where(Target.pep_id.in_([pep.id for pep in found]))))
    _hold(session, [pep for pep in found if pep.id in written])
    for place, (day, pep) in enumerate(zip(HOLD_ON, [pep for pep in found if pep.id not in written], strict=False)):
        _book(session, pep, day, 9 + place)
        if place in ATTENDED:
            officer = act_as(session, office.officer)
            meetings.send_officer(session, pep.id, officer.person_id, seen=meetings.Shown(pep.meeting_at, None), actor=officer,
                                  today=ASKED_ON, now=at(ASKED_ON))
        session.commit()


def _hold(session: Session, peps: Sequence[Pep]) -> None:
    """Told of in Part 3, and signed by one side: by turns social care and the school."""
    for number, pep in enumerate(peps):
        teacher, worker = people_of(pep)
        writing.meet(session, pep, meeting_on=HELD_ON, number=OWN_WORDS_FROM + number)
        who, parts = (worker, (Part.SOCIAL_CARE, Part.MEETING)) if number % 2 == 0 else (teacher, (Part.EDUCATION,))
        act_as(session, who)
        for part in parts:
            sections.sign_part(session, pep.id, part, actor=who, today=HELD_ON, now=at(HELD_ON))
        session.commit()


def _book(session: Session, pep: Pep, day: date, hour: int) -> None:
    """By the school, which invites everybody who can be told."""
    teacher, _ = people_of(pep)
    act_as(session, teacher)
    values = {"meeting_at": datetime(day.year, day.month, day.day, hour, tzinfo=UTC), "meeting_how": "in_person",
              "meeting_place": "The school’s meeting room"}
    digests = read_document(session, pep, audience=audience_for(teacher, pep.child)).digests
    people = frozenset(each.person.id for each in invitable(pep) if each.told_by_mail)
    booking = meetings.Booking(values, {key: digests[key] for key in values}, 60, people)
    meetings.book_meeting(session, pep.id, booking, actor=teacher, today=ASKED_ON, now=at(ASKED_ON))
