"""Documents kept as files, as the PEP they stand behind reads them: which of a child's are its, and what is told of each.

Their bytes are not read here, and who may open one is not decided here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin import models
from pep_admin.config import LONDON
from pep_admin.pep_form import PaperFacts, may_read
from pep_admin.vocabulary import Audience


def papers_of(session: Session, children: Sequence[int]) -> Sequence[models.Document]:
    """Every document of these children that was not taken away, in the order in which they came."""
    found = select(models.Document).where(models.Document.child_id.in_(children), models.Document.removed_at.is_(None))
    return session.scalars(found.order_by(models.Document.id)).all()


def papers_behind(
    pep: models.Pep, papers: Iterable[models.Document], *, until: datetime | None, audience: Audience
) -> tuple[PaperFacts, ...]:
    """Those that stand behind a PEP and may be told to that audience: its own, and the child's plans.

    `until`: when it was sent, where it keeps that day; a plan that came later is not of it (decision 0011).
    """
    found = [each for each in papers
             if each.pep_id == pep.id or (each.kind.is_plan and (until is None or each.added_at <= until))]
    return tuple(facts for facts in map(_facts, found) if may_read(facts.hide, audience))


def _facts(each: models.Document) -> PaperFacts:
    return PaperFacts(
        id=each.id, kind=each.kind.value, title=each.title, dated_on=each.dated_on, media=each.media_type.value, size=each.size,
        added_by=each.added_name, added_on=each.added_at.astimezone(LONDON).date(),
        hide=each.kind.hide + ("" if each.school_reads else "CS"),
    )
