"""Filters of a list under a name: kept, named anew, shared or not, taken away. By their owner alone.

Whether a filter is one of its list is the views' to say: they know the lists.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pep_admin import audit
from pep_admin.circumstances import said
from pep_admin.exceptions import NotAllowed
from pep_admin.models import SavedQuestion
from pep_admin.permissions import Actor, Permission, require
from pep_admin.review_words import SavedList
from pep_admin.workflow.taking import refuse, take_row

LONGEST_NAME = 80
MOST = 50
"""Questions that one account keeps."""


def keep_question(
    session: Session, of_list: SavedList, asked: Mapping[str, str], *, name: str, shared: bool, actor: Actor
) -> SavedQuestion:
    """Keep those filters of that list. Raises Refused without a filter or a name, for a name that is taken, and beyond MOST."""
    require(actor, Permission.QUESTION_KEEP)
    if not asked:
        raise refuse("saved-filters", "DATA-shape", "Choose at least one filter in the list first, and press Show.")
    name = _name(session, name, of_list, actor)
    own = select(func.count(SavedQuestion.id)).where(SavedQuestion.owner == actor.id)
    if (session.scalar(own) or 0) >= MOST:
        raise refuse("saved-most", "DATA-shape", f"You keep {MOST} questions already. Take one away first.")
    kept = SavedQuestion(owner=actor.id, owner_name=actor.name, of_list=of_list, name=name, asked=dict(asked), shared=shared)
    session.add(kept)
    session.flush()
    audit.record(session, "question.keep", kept, list=of_list.value, shared=shared)
    return kept


def change_question(
    session: Session, question_id: int, *, name: str, shared: bool, actor: Actor, version: int | None = None
) -> SavedQuestion:
    """Name it anew, share it or share it no more: its owner alone."""
    require(actor, Permission.QUESTION_KEEP)
    kept = take_row(session, SavedQuestion, question_id)
    if kept.owner != actor.id:
        raise NotAllowed(Permission.QUESTION_KEEP.value, f"This is {kept.owner_name}’s question. Keep one of your own.")
    if version is not None and version != kept.row_version:
        raise refuse("saved-moved", "DATA-status", "It was changed meanwhile. It stands here as it is now; save again.")
    kept.name, kept.shared = _name(session, name, kept.of_list, actor, but=kept.id), shared
    session.flush()
    audit.record(session, "question.change", kept, shared=shared)
    return kept


def remove_question(session: Session, question_id: int, *, actor: Actor) -> str:
    """Take it away and give its name: its owner alone, shared or not."""
    require(actor, Permission.QUESTION_KEEP)
    kept = take_row(session, SavedQuestion, question_id)
    if kept.owner != actor.id:
        why = f"This is {kept.owner_name}’s question. Only they take it away."
        raise NotAllowed(Permission.QUESTION_KEEP.value, why)
    audit.record(session, "question.remove", kept, list=kept.of_list.value)
    session.delete(kept)
    session.flush()
    return kept.name


def _name(session: Session, text: str, of_list: SavedList, actor: Actor, *, but: int | None = None) -> str:
    name = " ".join(text.split())
    if not said(name):
        raise refuse("saved-name", "DATA-reason", "Give it a name by which you find it again.", "name")
    if len(name) > LONGEST_NAME:
        raise refuse("saved-name", "DATA-shape", f"At most {LONGEST_NAME} characters fit in the name.", "name")
    same = select(SavedQuestion.id).where(SavedQuestion.owner == actor.id, SavedQuestion.of_list == of_list,
                                          SavedQuestion.name == name, SavedQuestion.id != (but or 0))
    if session.scalar(same) is not None:
        raise refuse("saved-name", "DATA-unique", f"You keep a question “{name}” of this list already.", "name")
    return name
