"""The notes on targets between PEPs (HB-5.8), read to be shown, within the scope."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin.models import ProgressNote
from pep_admin.vocabulary import PepStatus

NOTED = tuple(each for each in PepStatus if each is not PepStatus.WITHDRAWN)
"""In which states of its PEP a target may be noted on: all but closed as not needed."""


def notes_of(session: Session, target_ids: Sequence[int], *, with_struck: bool = False) -> dict[int, list[ProgressNote]]:
    """By target, the newest day first, without those that were struck unless asked for. One statement, none for no target."""
    found: dict[int, list[ProgressNote]] = defaultdict(list)
    if target_ids:
        asked = select(ProgressNote).where(ProgressNote.target_id.in_(target_ids))
        if not with_struck:
            asked = asked.where(ProgressNote.struck_at.is_(None))
        for note in session.scalars(asked.order_by(ProgressNote.seen_on.desc(), ProgressNote.id.desc())):
            found[note.target_id].append(note)
    return found
