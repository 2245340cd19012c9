"""Lines of a section that come from a list, such as attendance: written like a page's, but never into what somebody has signed.

Which lines a list means is imports/'s; the checks of an answer are those of the page (sections.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from pep_admin.deadlines import format_day
from pep_admin.models import Pep, PepPart
from pep_admin.pep_document import form_of, take_part
from pep_admin.permissions import Actor, Permission, require
from pep_admin.queries import OPEN_TO_WRITE
from pep_admin.validators.findings import Finding
from pep_admin.vocabulary import Part
from pep_admin.workflow.sections import save_section
from pep_admin.workflow.taking import refuse, take_pep


def record_lines(
    session: Session, pep_id: int, section_key: str, key: str, lines: Sequence[Mapping[str, Any]], *, base: str, actor: Actor,
    today: date,
) -> None:
    """Put `lines` in the place of a field's lines; `base` is the digest of those that were compared.

    Raises Refused in a PEP that is not being written, in a part that is signed, for lines that the page would refuse, and where
    somebody has saved others meanwhile.
    """
    require(actor, Permission.PEP_WRITE)
    pep = take_pep(session, pep_id, *OPEN_TO_WRITE)
    part_form, _ = form_of(pep.form_version).section(section_key)
    part = Part(part_form.part)
    if wrong := why_closed(pep, take_part(session, pep, part), part):
        raise refuse(wrong.check, wrong.code, wrong.message)
    written = save_section(session, pep_id, section_key, {key: tuple(lines)}, base={key: base}, actor=actor, today=today)
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
