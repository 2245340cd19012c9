"""For whom the parts of PEPs wait: what is not signed yet, with whoever is to write it.

Whom to ring (calls.py) and whom nothing reaches (out_of_reach.py) ask here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from pep_admin.models import PARTS, Pep, Person, School
from pep_admin.pep_form import parts_signed
from pep_admin.vocabulary import Part


def with_writers(peps: Select[Pep]) -> Select[Pep]:
    """Those PEPs with their child and whoever writes them."""
    return peps.options(joinedload(Pep.child), joinedload(Pep.writer), joinedload(Pep.social_worker),
                        joinedload(Pep.school).joinedload(School.designated_teacher))


def parts_waiting(session: Session, peps: Sequence[Pep]) -> Iterator[tuple[Pep, Part, Person | None]]:
    """Each part that is signed before its PEP is sent, and is not yet, with who is to write it, None where nobody is named.

    Of Part 2 that is the named writer, by default the school's designated teacher, without a school the social worker (HB-2.2).
    """
    signed = _signed(session, [pep.id for pep in peps])
    for pep in peps:
        teacher = pep.school.designated_teacher if pep.school else pep.social_worker
        for part in parts_signed(pep.kind):
            if (part, pep.id) not in signed:
                yield pep, part, (pep.writer or teacher) if part is Part.EDUCATION else pep.social_worker


def _signed(session: Session, pep_ids: Sequence[int]) -> set[tuple[Part, int]]:
    return {(part, pep_id) for part, model in PARTS.items()
            for pep_id in session.scalars(select(model.pep_id).where(model.pep_id.in_(pep_ids), model.signed_at.is_not(None)))}
