"""What a PEP is compared with: the PEPs before it, and whether its words or a name in it belong to another child.

Facts alone, as columns. What the comparison means is validators/last_term.py's; the answers themselves are pep_document's to read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from pep_admin.models import Child, Pep, Target, Wording
from pep_admin.queries.past_scope import because
from pep_admin.vocabulary import PepKind, PepStatus

MANY = 1_000
"""Words that one statement asks about at most."""
STARTS_BLANK = (PepKind.INITIAL, PepKind.FUNDING)
"""A child new into care has no PEP to start from (HB-1.6), and a funding PEP is no review."""


def peps_before(session: Session, pep_ids: Collection[int]) -> dict[int, tuple[int, ...]]:
    """By PEP id, the ids of the PEPs that it follows, the newest first; () where it starts from none (HB-1.6).

    Those of this time in care that are reviews and were not closed as not needed, whatever became of them.
    """
    children = select(Pep.child_id).where(Pep.id.in_(pep_ids))
    rows = session.execute(
        select(Pep.id, Pep.child_id, Pep.kind, Pep.status, Pep.initiated_on, Child.entered_care_on)
        .join(Child, Pep.child_id == Child.id).where(Pep.child_id.in_(children)).order_by(Pep.id)
    )
    followed: dict[int, list[int]] = defaultdict(list)
    found: dict[int, tuple[int, ...]] = {}
    for pep_id, child_id, kind, status, opened_on, entered_on in rows:
        if pep_id in pep_ids:
            found[pep_id] = () if kind in STARTS_BLANK else tuple(reversed(followed[child_id]))
        if status is not PepStatus.WITHDRAWN and kind is not PepKind.FUNDING and opened_on >= entered_on:
            followed[child_id].append(pep_id)
    return found


def outcomes_of(session: Session, pep_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """What the targets of each of those PEPs were to come to, by PEP id."""
    found: dict[int, tuple[str, ...]] = {}
    for pep_id, outcome in session.execute(
        select(Target.pep_id, Target.outcome).where(Target.pep_id.in_(pep_ids)).order_by(Target.pep_id, Target.number)
    ):
        found[pep_id] = (*found.get(pep_id, ()), outcome)
    return found


def places_copied(session: Session, pep_ids: Collection[int]) -> dict[int, frozenset[str]]:
    """By PEP id, the places whose words stood in a PEP of another child already; PEPs without any are left out.

    Who wrote them first is not asked whether they copied; nor is who keeps what another child's next plan takes over.
    """
    own, other, mine, theirs = Wording, aliased(Wording), aliased(Pep), aliased(Pep)
    before = (
        select(own.pep_id, own.place).join(mine, own.pep_id == mine.id).join(other, other.mark == own.mark)
        .join(theirs, other.pep_id == theirs.id)
        .where(own.pep_id.in_(pep_ids), other.id < own.id, theirs.child_id != mine.child_id).distinct()
    )
    past = because("check_copied: the same words in a PEP of a child whom the writer may not see; only that they are there is told")
    copied: dict[int, set[str]] = defaultdict(set)
    for pep_id, place in session.execute(before, execution_options=past):
        copied[pep_id].add(place)
    return {pep_id: frozenset(places) for pep_id, places in copied.items()}


def names_at_school(session: Session, words: Mapping[int, Collection[str]]) -> dict[int, frozenset[str]]:
    """By PEP id, which of the words in it are the first name of a child with a PEP at the same school, or what one is known as.

    Of that school alone: a warning about a name from elsewhere would tell its reader who is in care there.
    """
    wanted: Sequence[str] = sorted({word for some in words.values() for word in some})
    past = because("RD-234: a name copied from the plan of another child at this school; only a word they typed is told")
    other = aliased(Pep)
    found: dict[int, set[str]] = defaultdict(set)
    for start in range(0, len(wanted), MANY):
        some = wanted[start : start + MANY]
        for name in (Child.first_name, Child.known_as):
            rows = select(Pep.id, name).join(other, Pep.school_id == other.school_id).join(Child, Child.id == other.child_id).where(
                Pep.id.in_(words), name.in_(some)).distinct()
            for pep_id, each in session.execute(rows, execution_options=past):
                found[pep_id].add(each or "")
    return {pep_id: frozenset(found[pep_id] & set(some)) for pep_id, some in words.items()}
