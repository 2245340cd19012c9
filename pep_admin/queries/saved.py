"""The questions that were kept under a name: one's own and what is shared, as the scope gives them."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pep_admin.models import SavedQuestion
from pep_admin.review_words import SavedList


def saved_questions(session: Session, of_list: SavedList | None = None) -> list[SavedQuestion]:
    """Those of a list, or of all lists, by name."""
    asked = select(SavedQuestion).order_by(SavedQuestion.of_list, func.lower(SavedQuestion.name), SavedQuestion.id)
    return list(session.scalars(asked if of_list is None else asked.where(SavedQuestion.of_list == of_list)))
