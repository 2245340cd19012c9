"""Lines of a section that come from a list, such as attendance: written like a page's, but never into what somebody has signed.

Which lines a list means is imports/'s; the checks of an answer are those of the page (sections.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from pep_admin.deadlines import format_day
from pep_admin.exceptions import NotAllowed, Refused
from pep_admin.models import Pep, PepPart
from pep_admin.pep_document import read_documents, take_part
from pep_admin.pep_form import Document
from pep_admin.permissions import Actor, Permission, audience_for, require
from pep_admin.queries import OPEN_TO_WRITE
from pep_admin.validators.findings import Finding
from pep_admin.vocabulary import Audience, Part
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
    part_form, section = document.form.section(section_key)
    part = Part(part_form.part)
    require_writer(session, actor, Permission.PEP_WRITE, pep, part)
    if audience_for(actor, pep.child) is not document.audience:
        raise NotAllowed(Permission.PEP_WRITE.value, "Lists are loaded by the Virtual School.")
    if wrong := why_closed(pep, take_part(session, pep, part), part):
        raise Refused([wrong])
    written = write_section(session, pep, document, section, {key: tuple(wanted.lines)}, base={key: wanted.base}, actor=actor,
                            today=today)
    if written.conflicts:
        raise refuse("figures-moved", "DATA-status", f"Somebody has just written into {pep.reference}. Look at the file once more.")


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
