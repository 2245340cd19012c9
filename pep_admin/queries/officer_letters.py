"""What a message to a child's officer says, and whether it may still go, asked when it is sent.

What is queued, and for whom, is workflow/officer_letters.py's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin.models import Child, Delivery

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


def words_of(session: Session, row: Delivery, today: date) -> Mapping[str, str] | str:
    """What is filled into the letter; a sentence where somebody else is the child's officer by now."""
    officer = session.scalar(select(Child.case_officer_id).where(Child.id == row.arguments.get("child")))
    if officer != row.person_id:
        return "Somebody else is the child's officer now."
    return {"told": SAID[News(row.arguments["news"])]}
