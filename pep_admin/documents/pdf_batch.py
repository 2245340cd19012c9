"""PDFs of many PEPs for one person: which of those asked for they get, in which copy, and who may have the file that a job made.

The archive itself is pep_archive.py's.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin.documents.pep_archive import Entry
from pep_admin.models import Child, Job, Pep
from pep_admin.permissions import Actor, Permission, audience_for, lent, require
from pep_admin.vocabulary import Audience, PepStatus
from pep_admin.workflow.jobs import ACTIVE, ask_job
from pep_admin.workflow.taking import MANY, refuse

PDF_BATCH = "peps.pdfs"
MOST_PDFS = 5_000
"""PEPs in one archive: more than twice the children of the largest authority, and some hours of work."""


class _Wanted(NamedTuple):
    id: int
    reference: str
    status: PepStatus
    child_id: int
    social_worker_id: int | None


@dataclass(frozen=True, slots=True)
class Batch:
    """What would be made: PEPs in the order of their references, how many in which copy and status; what is left out, and why."""

    ids: tuple[int, ...]
    copies: Mapping[Audience, int]
    statuses: Mapping[PepStatus, int]
    closed: tuple[tuple[int, str], ...]
    not_theirs: int
    seal: str


def look_at_batch(session: Session, ids: Iterable[int], *, actor: Actor) -> Batch:
    """Which of those PEPs the actor would get. Reads alone, within the actor's scope.

    Left out are those closed as not needed (id and reference), and those of a child whom a role opens that makes no PDFs.
    """
    require(actor, Permission.PEP_PDF)
    rows = sorted(_rows(session, list(ids)), key=lambda row: row.reference)
    lent_out = lent(session, actor, Permission.PEP_PDF, {row.child_id for row in rows})
    theirs = [row for row in rows if row.child_id not in lent_out]
    going = [row for row in theirs if row.status is not PepStatus.WITHDRAWN]
    copies = [(row.id, audience_for(actor, row)) for row in going]
    return Batch(
        ids=tuple(row.id for row in going),
        copies=Counter(copy for _, copy in copies),
        statuses={each: count for each in PepStatus if (count := sum(row.status is each for row in going))},
        closed=tuple((row.id, row.reference) for row in theirs if row.status is PepStatus.WITHDRAWN),
        not_theirs=len(rows) - len(theirs),
        seal=hashlib.sha256(repr(sorted(copies)).encode()).hexdigest(),
    )


def ask_for_batch(session: Session, ids: Sequence[int], *, actor: Actor) -> Job:
    """The job that makes the PDFs of those PEPs; where it is asked for twice, the one that is making them already.

    Raises Refused for none, and for too many.
    """
    found = look_at_batch(session, ids, actor=actor)
    if not found.ids:
        raise refuse("pdfs-none", "DATA-status", "None of these PEPs can be made into a PDF, so there is nothing to make.")
    if len(found.ids) > MOST_PDFS:
        raise refuse("pdfs-many", "DATA-status", f"At most {MOST_PDFS:,} PDFs are made at once. Filter the list by term.")
    at_work = session.scalars(select(Job).where(Job.made_by == actor.id, Job.kind == PDF_BATCH, Job.state.in_(ACTIVE),
                                                Job.cancel_asked_at.is_(None)))
    same = next((job for job in at_work if job.payload.get("peps") == list(found.ids)), None)
    return same or ask_job(session, PDF_BATCH, actor=actor, total=len(found.ids), peps=list(found.ids))


def result_of(entries: Sequence[Entry]) -> dict[str, Any]:
    """What the job keeps: which PEPs are in the file, by their copy, and how many are not."""
    made = [each for each in entries if each.file]
    return {"peps": {copy.value: [each.pep_id for each in made if each.copy is copy] for copy in (Audience.CARE, Audience.SCHOOL)},
            "made": len(made), "failed": sum(bool(each.copy and each.problem) for each in entries),
            "left_out": sum(not each.copy for each in entries)}


def may_still_have(session: Session, result: Mapping[str, Any], *, actor: Actor) -> bool:
    """Whether the actor may read, today, everything that is in a file that was made for them, in the copy that it holds."""
    require(actor, Permission.PEP_PDF)
    full, school = set(result["peps"][Audience.CARE]), set(result["peps"][Audience.SCHOOL])
    rows = _rows(session, full | school)
    if len(rows) != len(full | school) or lent(session, actor, Permission.PEP_PDF, {row.child_id for row in rows}):
        return False
    return all(audience_for(actor, row) is Audience.CARE for row in rows if row.id in full)


def _rows(session: Session, ids: Iterable[int]) -> list[_Wanted]:
    wanted, found = sorted(set(ids)), []
    asked = select(Pep.id, Pep.reference, Pep.status, Pep.child_id, Child.social_worker_id).join(Child, Pep.child_id == Child.id)
    for at in range(0, len(wanted), MANY):
        found += [_Wanted(*row) for row in session.execute(asked.where(Pep.id.in_(wanted[at:at + MANY])))]
    return found
