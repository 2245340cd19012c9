"""For whom the parts of PEPs wait: what is not signed yet, with whoever is to write it.

Whom to ring (calls.py) and whom nothing reaches (out_of_reach.py) ask here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

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
        for part in parts_signed(pep.kind):
            if (part, pep.id) not in signed:
                yield pep, part, writer_of(pep, part)


def parts_signed_last(session: Session, peps: Sequence[Pep]) -> Iterator[tuple[Pep, Part, Person | None, datetime]]:
    """Of each PEP of which every part is signed, the part that was signed last, with whose it is and when: whoever signs last can
    send it. Asked of PEPs that were not sent, it is what waits to be."""
    signed = _signed(session, [pep.id for pep in peps])
    for pep in peps:
        times = {part: signed.get((part, pep.id)) for part in parts_signed(pep.kind)}
        at = [each for each in times.values() if each is not None]
        if at and len(at) == len(times):
            last = max(times, key=lambda part: (times[part] or at[0], list(Part).index(part)))
            yield pep, last, writer_of(pep, last), max(at)


def writer_of(pep: Pep, part: Part) -> Person | None:
    """Who is to write that part; None where nobody is named."""
    teacher = pep.school.designated_teacher if pep.school else pep.social_worker
    return (pep.writer or teacher) if part is Part.EDUCATION else pep.social_worker


def _signed(session: Session, pep_ids: Sequence[int]) -> dict[tuple[Part, int], datetime]:
    """When each part that is signed was."""
    found: dict[tuple[Part, int], datetime] = {}
    for part, model in PARTS.items():
        rows = session.execute(select(model.pep_id, model.signed_at).where(model.pep_id.in_(pep_ids), model.signed_at.is_not(None)))
        found |= {(part, pep_id): at for pep_id, at in rows if at is not None}
    return found
