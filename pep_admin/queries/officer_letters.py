"""What a message to a child's officer says, and whether it may still go, asked when it is sent.

What is queued, and for whom, is workflow/officer_letters.py's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from pep_admin.models import Child, Delivery
from pep_admin.queries.past_scope import because

LETTER = "officer_told"


class News(StrEnum):
    """What was told of a child."""

    EXCLUSION = "exclusion"
    SUSPENSION = "suspension"
    LONG_SUSPENSION = "long_suspension"


SAID: Mapping[News, str] = {
    News.EXCLUSION: "a child’s place at school is at risk, or a child was sent away",
    News.SUSPENSION: "a suspension or an exclusion was put on record",
    News.LONG_SUSPENSION: "a child has been suspended for 45 school days or more in this academic year, which is the limit in law",
}


def officers(session: Session, today: date) -> list[int]:
    """Who is officer of a child in care, by their ids; the same whoever asks."""
    asked = select(Child.case_officer_id).where(
        Child.case_officer_id.is_not(None), or_(Child.left_care_on.is_(None), Child.left_care_on > today)).distinct()
    found = session.scalars(asked.order_by(Child.case_officer_id).execution_options(**because("whom to tell, by id alone")))
    return [each for each in found if each is not None]


def whose(officer_id: int | None, everybody: Sequence[int]) -> Sequence[int]:
    """Who is told of a child: its officer; where nobody is, every officer, so that one of them takes it up (HB-3.6)."""
    return everybody if officer_id is None else [officer_id]


def words_of(session: Session, row: Delivery, today: date) -> Mapping[str, str] | str:
    """What is filled into the letter; a sentence where somebody else is the child's officer by now."""
    officer = session.scalar(select(Child.case_officer_id).where(Child.id == row.arguments.get("child")))
    if row.person_id not in whose(officer, officers(session, today)):
        return "Somebody else is the child's officer now."
    yours = "That child has no officer, so every officer is told." if officer is None else "You are the officer of that child."
    return {"told": SAID[News(row.arguments["news"])], "whose": yours}
