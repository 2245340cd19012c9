"""Figures of many children at once, from a list or a grid: written like a page's, but never into what somebody has signed.

Which lines a list means is imports/'s; the checks of an answer are those of the page (sections.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from pep_admin.deadlines import format_day
from pep_admin.exceptions import NotAllowed, Refused
from pep_admin.models import Pep, PepPart
from pep_admin.pep_document import Written, read_documents, take_part
from pep_admin.pep_form import Document
from pep_admin.permissions import Actor, Permission, audience_for, require
from pep_admin.queries import OPEN_TO_WRITE
from pep_admin.validators.findings import Finding
from pep_admin.vocabulary import Audience, Part
from pep_admin.workflow.drafts import Page, drop_questions
from pep_admin.workflow.sections import require_writer, write_section
from pep_admin.workflow.taking import refuse, take_peps

AT_ONCE = 500
"""PEPs whose documents are read together."""


class Lines(NamedTuple):
    """The lines that a field of a PEP is to have, and the digest of those that were compared."""

    pep_id: int
    lines: Sequence[Mapping[str, Any]]
    base: str


def record_lines(
    session: Session, section_key: str, key: str, wanted: Sequence[Lines], *, actor: Actor, today: date, step: Callable[[int], None]
) -> None:
    """Put lines in the place of those of one field in many PEPs, one row of `wanted` each, all or none.

    Raises Refused in a PEP that is not being written, in a part that is signed, for lines that the page would refuse, and where
    somebody has saved others meanwhile.
    """
    require(actor, Permission.PEP_WRITE)
    for start in range(0, len(wanted), AT_ONCE):
        some = {each.pep_id: each for each in wanted[start:start + AT_ONCE]}
        peps = take_peps(session, some)
        documents = read_documents(session, peps, audience=Audience.CARE)
        for pep in peps:
            _record(session, pep, documents[pep.id], section_key, key, some[pep.id], actor, today)
            step(1)


def _record(
    session: Session, pep: Pep, document: Document, section_key: str, key: str, wanted: Lines, actor: Actor, today: date
) -> None:
    if audience_for(actor, pep.child) is not document.audience:
        raise NotAllowed(Permission.PEP_WRITE.value, "Lists are loaded by the Virtual School.")
    if _written(session, pep, document, section_key, key, wanted, actor, today).conflicts:
        raise refuse("figures-moved", "DATA-status", f"Somebody has just written into {pep.reference}. Look at the file once more.")


def _written(
    session: Session, pep: Pep, document: Document, section_key: str, key: str, wanted: Lines, actor: Actor, today: date
) -> Written:
    """The lines in a PEP that is taken, by somebody who writes that part and as the page would; Refused in one that is closed."""
    part_form, section = document.form.section(section_key)
    part = Part(part_form.part)
    require_writer(session, actor, Permission.PEP_WRITE, pep, part)
    if wrong := why_closed(pep, take_part(session, pep, part), part):
        raise Refused([wrong])
    return write_section(session, pep, document, section, {key: tuple(wanted.lines)}, base={key: wanted.base}, actor=actor,
                         today=today)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of one PEP's lines: what was written, or what somebody else saved meanwhile, or why they were refused."""

    written: Written = field(default_factory=Written)
    findings: tuple[Finding, ...] = ()


def record_each(
    session: Session, section_key: str, key: str, wanted: Sequence[Lines], *, actor: Actor, today: date
) -> dict[int, Recorded]:
    """Put lines in the place of those of one field in several PEPs, by whoever writes that part of each; by PEP what became of it.

    Each PEP by itself, unlike a file's: a slip in one child's figures must not cost a teacher those of thirty others, who have
    nothing to do with one another. Raises NotAllowed where the part is somebody else's; nothing at all is stored then.
    """
    require(actor, Permission.PEP_WRITE)
    lines = {each.pep_id: each for each in wanted}
    peps = take_peps(session, lines)
    done: dict[int, Recorded] = {}
    for audience in Audience:
        some = [pep for pep in peps if audience_for(actor, pep.child) is audience]
        documents = read_documents(session, some, audience=audience) if some else {}
        for pep in some:
            try:
                written = _written(session, pep, documents[pep.id], section_key, key, lines[pep.id], actor, today)
                done[pep.id] = Recorded(written)
            except Refused as refused:
                done[pep.id] = Recorded(findings=tuple(refused.findings))
    return done


def each_saved_with(pages: Mapping[int, Page], *, run: str, now: datetime) -> Callable[..., dict[int, Recorded]]:
    """`record_each`, and in the same transaction what the actor had typed of those lines goes, of each PEP that was saved, or of
    which nothing was to save; `pages` says by PEP where it is kept."""

    def save(
        session: Session, section_key: str, key: str, wanted: Sequence[Lines], *, actor: Actor, today: date
    ) -> dict[int, Recorded]:
        done = record_each(session, section_key, key, wanted, actor=actor, today=today)
        left = {pep_id for pep_id, each in done.items() if each.findings or each.written.conflicts}
        drop_questions(session, [page for pep_id, page in pages.items() if pep_id not in left], key, run=run, actor=actor, now=now)
        return done

    save.__name__ = record_each.__name__
    return save


def why_closed(pep: Pep, row: PepPart, part: Part) -> Finding | None:
    """Why no list writes into that part of that PEP; None where it may.

    A page may change a signed part, which takes the signature away before the writer's eyes; a list would do it behind their back.
    """
    if pep.status not in OPEN_TO_WRITE:
        message = f"{pep.reference} is “{pep.status.label}”: nothing is written into it now."
        return Finding("figures-sent", "DATA-status", "", message)
    if row.signed_at is not None:
        signed = f"{part.label} of {pep.reference} was signed by {row.signed_name} on {format_day(row.signed_at)}."
        message = f"{signed} If it is wrong, change it on its page and have it signed again."
        return Finding("figures-signed", "DATA-status", "", message)
    return None
