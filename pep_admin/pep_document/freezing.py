"""Keeping what stands beside a PEP on the day it is sent or closed, and letting it go again when the PEP is taken back.

What is kept is beside.py's. The verbs of workflow/ call this; the answers themselves need no keeping, no verb writes them then.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin.models import FrozenFacts, Pep
from pep_admin.pep_document.beside import as_json, from_json
from pep_admin.pep_document.reading import beside_of
from pep_admin.pep_document.shelf import form_of


def freeze(session: Session, pep: Pep) -> None:
    """Keep what stands beside this PEP now; once kept, it stays until `thaw`."""
    if _kept(session, pep) is None:
        session.add(FrozenFacts(pep_id=pep.id, facts=as_json(beside_of(session, pep), form_of(pep.form_version))))
        session.flush()


def thaw(session: Session, pep: Pep) -> None:
    """Let the PEP follow the child again: it is being written once more, and will be signed anew."""
    kept = _kept(session, pep)
    if kept is not None:
        session.delete(kept)
        session.flush()


@dataclass(frozen=True, slots=True)
class Heading:
    """Whose PEP it is: what the child is called, and the school ("" for none)."""

    called: str
    school: str


def heading_of(session: Session, pep: Pep) -> Heading:
    """As the PEP keeps it from the day it was sent or closed, else as it is today (decision 0011)."""
    kept = _kept(session, pep)
    if kept is None:
        return Heading(pep.child.called, pep.school.name if pep.school else "")
    beside = from_json(kept.facts, form_of(pep.form_version))
    return Heading(beside.child.called, beside.school)


def _kept(session: Session, pep: Pep) -> FrozenFacts | None:
    return session.scalar(select(FrozenFacts).where(FrozenFacts.pep_id == pep.id))
