"""Documents kept with a child: adding one, taking it away with the reason, putting it back.

A document stands beside the parts of a PEP: it takes no signature away. What a file may be is uploads/'s, who may read one
queries/documents.py's. Nothing here deletes a file: it goes with the child's record.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pep_admin import audit, models, queries
from pep_admin.circumstances import said
from pep_admin.document_words import DocumentKind
from pep_admin.exceptions import NotAllowed, NotFound, Refused
from pep_admin.models import Child, Pep
from pep_admin.pep_document import take_part
from pep_admin.permissions import Actor, Permission, audience_for, can, require, require_on, writes_part
from pep_admin.queries.documents import find_document, held_bytes
from pep_admin.uploads import Upload
from pep_admin.validators.documents import check_document, check_room
from pep_admin.vocabulary import Part
from pep_admin.workflow.taking import all_or_nothing, refuse, take_pep


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of a document when it is added; `school_reads` counts for those of social care's side alone."""

    kind: DocumentKind | None
    title: str = ""
    dated_on: date | None = None
    school_reads: bool | None = None


@dataclass(frozen=True, slots=True)
class Added:
    """The document, and whether it was not here before."""

    document: models.Document
    is_new: bool


def may_add_to(actor: Actor, pep: Pep) -> bool:
    """Whether somebody may add to that PEP now: who writes a part of it or helps with one, while it is open to writing."""
    return can(actor, Permission.DOCUMENT_WRITE) and pep.status in queries.OPEN_TO_WRITE and _writes(actor, pep)


def _writes(actor: Actor, pep: Pep) -> bool:
    return any(writes_part(actor, pep, part) for part in Part) or bool(actor.helps_with(pep.id))


def may_take_away(actor: Actor, document: models.Document) -> bool:
    """Whether somebody may take it away, or put it back: who added it, while its PEP is open to writing, and the Virtual School."""
    if not can(actor, Permission.DOCUMENT_WRITE):
        return False
    is_open = document.pep is None or document.pep.status in queries.OPEN_TO_WRITE
    return actor.is_vs or (document.added_by == actor.id and is_open)


def may_open(actor: Actor, document: models.Document) -> bool:
    """Whether its file may be opened by somebody who may know of it: one that was taken away, by the Virtual School alone."""
    return document.removed_at is None or actor.is_vs


# --- adding ----------------------------------------------------------------------------------------------------------------


def add_document(
    session: Session, child_id: int, told: Told, upload: Upload, *, most: int, actor: Actor, today: date, now: datetime,
    pep_id: int | None = None,
) -> Added:
    """Keep a file with a child, behind that PEP where one is named; `most` bytes for all of the child.

    A plan is the child's also where it comes with a PEP. The same file under the same kind is not kept twice: the one that is here
    is given back. Raises Refused with what is wrong, NotFound for a child or PEP out of sight.
    """
    require(actor, Permission.DOCUMENT_WRITE)
    pep = take_pep(session, pep_id, *queries.OPEN_TO_WRITE) if pep_id is not None else None
    child: Child | None = session.scalar(select(Child).where(Child.id == child_id))
    if child is None or (pep is not None and pep.child_id != child.id):
        raise NotFound
    require_on(session, actor, Permission.DOCUMENT_WRITE, child.id)
    if pep is not None and not _writes(actor, pep):
        raise NotAllowed(Permission.DOCUMENT_WRITE.value, "Every part of this PEP is written by somebody else.")
    # What the school's side hands in, it knows; what it may read is not its own to withhold.
    is_care = audience_for(actor, child).is_of_the_office
    school_reads = told.school_reads if is_care else True
    if wrong := check_document(told.kind, told.dated_on, school_reads, born_on=child.date_of_birth, today=today):
        raise Refused(wrong)
    document = _new(child, pep, told, upload, bool(school_reads), actor, now)
    if (here := _same(session, document, is_care=is_care)) is not None:
        return Added(here, False)
    if full := check_room(len(upload.data), held_bytes(session, child.id), most):
        raise Refused(full)
    try:
        with all_or_nothing(session):
            session.add(document)
            session.flush()
    except IntegrityError:  # somebody added the very same at this moment
        if (here := _same(session, document, is_care=is_care)) is None:
            raise
        return Added(here, False)
    session.add(models.DocumentContent(child_id=child.id, document_id=document.id, data=upload.data))
    if pep is not None:
        _worked_on(session, pep)
    session.flush()
    audit.record(session, "document.add", document, kind=document.kind.value, size=document.size, pep=pep_id)
    return Added(document, True)


def _new(
    child: Child, pep: Pep | None, told: Told, upload: Upload, school_reads: bool, actor: Actor, now: datetime
) -> models.Document:
    kind = told.kind or DocumentKind.OTHER
    return models.Document(
        child_id=child.id, pep_id=pep.id if pep is not None and not kind.is_plan else None, kind=kind,
        title=told.title.strip() or kind.label, dated_on=told.dated_on, school_reads=school_reads, file_name=upload.name,
        media_type=upload.media, size=len(upload.data), sha256=upload.sha256, given_sha256=upload.given_sha256, added_by=actor.id,
        added_name=actor.name, added_at=now,
    )


def _same(session: Session, document: models.Document, *, is_care: bool) -> models.Document | None:
    """The document that stands with the same file, under the same kind, in the same place, as far as the one who acts may know.

    To the school's side one that is kept from it is none, and the same file may come a second time.
    """
    model = models.Document
    place = model.pep_id.is_(None) if document.pep_id is None else model.pep_id == document.pep_id
    found = select(model).where(model.child_id == document.child_id, place, model.kind == document.kind,
                                model.given_sha256 == document.given_sha256, model.removed_at.is_(None))
    return session.scalar((found if is_care else found.where(model.school_reads)).order_by(model.id).limit(1))


def _worked_on(session: Session, pep: Pep) -> None:
    """A PEP that was sent back for a document has been worked on when one comes (RD-003)."""
    take_part(session, pep, Part.EDUCATION).reopened_at = None


# --- taking away, and back -------------------------------------------------------------------------------------------------


def remove_document(session: Session, document_id: int, *, reason: str, actor: Actor, now: datetime) -> models.Document:
    """Take a document away, with the reason; it can be put back."""
    document = _taken(session, document_id, actor)
    if document.removed_at is not None:
        raise refuse("document-removed", "DATA-status", f"{document.removed_name} has taken this away already.")
    if not said(reason):
        raise refuse("document-reason", "DATA-status", "Say why: what was wrong with it, or what takes its place.", "reason")
    document.removed_by, document.removed_name, document.removed_at = actor.id, actor.name, now
    document.removed_reason = reason.strip()
    session.flush()
    audit.record(session, "document.remove", document)
    return document


def put_back_document(session: Session, document_id: int, *, actor: Actor) -> models.Document:
    """Undo the taking away."""
    document = _taken(session, document_id, actor)
    if document.removed_at is None:
        raise refuse("document-removed", "DATA-status", "This document is here; it was put back already.")
    if _same(session, document, is_care=document.school_reads is False) is not None:
        raise refuse("document-file", "DATA-unique",
                     "The same file was added anew meanwhile, and stands here. Nothing was put back.")
    document.removed_by = document.removed_name = document.removed_at = document.removed_reason = None
    session.flush()
    audit.record(session, "document.put_back", document)
    return document


def _taken(session: Session, document_id: int, actor: Actor) -> models.Document:
    """The document under its lock, after that of its PEP, for somebody who may take it away."""
    require(actor, Permission.DOCUMENT_WRITE)
    seen = find_document(session, document_id, actor)
    if seen is None:
        raise NotFound
    require_on(session, actor, Permission.DOCUMENT_WRITE, seen.child_id)
    if seen.pep_id is not None:
        take_pep(session, seen.pep_id)
    document = session.scalars(
        select(models.Document).where(models.Document.id == document_id).with_for_update(of=models.Document)
        .execution_options(populate_existing=True)).one()
    if not may_take_away(actor, document):
        raise NotAllowed(Permission.DOCUMENT_WRITE.value,
                         "This document was added by somebody else, or its PEP was sent. The Virtual School can take it away.")
    return document
