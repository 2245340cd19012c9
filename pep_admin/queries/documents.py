"""Documents kept with a child, for those who may read them; their bytes are asked for one by one.

What is kept from the school is left out here for everybody who reads as the school does (HB-3.11): no page has to remember it.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import Session, joinedload

from pep_admin import models
from pep_admin.document_words import DocumentKind
from pep_admin.permissions import Actor, audience_for, is_care_throughout, works_for

_PLANS = tuple(kind for kind in DocumentKind if kind.is_plan)


def documents_of_child(session: Session, child: models.Child, actor: Actor) -> list[models.Document]:
    """All that the actor may know of, the newest first, those that were taken away too."""
    return _those(session, child, actor, models.Document.child_id == child.id)


def documents_of_pep(session: Session, pep: models.Pep, actor: Actor) -> list[models.Document]:
    """The PEP's own and the child's plans, likewise."""
    behind = or_(models.Document.pep_id == pep.id,
                 and_(models.Document.child_id == pep.child_id, models.Document.kind.in_(_PLANS)))
    return _those(session, pep.child, actor, behind)


def _those(session: Session, child: models.Child, actor: Actor, which: ColumnElement[bool]) -> list[models.Document]:
    found = session.scalars(
        select(models.Document).where(which).options(joinedload(models.Document.pep))
        .order_by(models.Document.added_at.desc(), models.Document.id.desc()))
    return [each for each in found if may_read(each, child, actor)]


def find_document(session: Session, document_id: int, actor: Actor) -> models.Document | None:
    """The document of that number, where the actor may know of it; None alike for another and for none."""
    found = session.scalar(
        select(models.Document).where(models.Document.id == document_id)
        .options(joinedload(models.Document.child), joinedload(models.Document.pep)))
    return found if found is not None and may_read(found, found.child, actor) else None


def may_read(document: models.Document, child: models.Child, actor: Actor) -> bool:
    """Whether somebody who sees the child may know of that document."""
    return document.school_reads or audience_for(actor, child).is_of_the_office


def listed_for(actor: Actor) -> ColumnElement[bool]:
    """What a list of many children's documents asks of each row: `may_read` and `is_listed`, as the database reads them."""
    document, child = models.Document, models.Child.__table__
    of_theirs = document.child_id.in_(select(child.c.id).where(child.c.social_worker_id.in_(works_for(actor))))
    known = true() if is_care_throughout(actor) else or_(document.school_reads.is_(True), of_theirs)
    return and_(known, true() if actor.is_vs else or_(document.removed_at.is_(None), document.added_by == actor.id))


def is_listed(document: models.Document, actor: Actor) -> bool:
    """Whether a document stands in lists: one that was taken away, for who added it and for the Virtual School."""
    return document.removed_at is None or actor.is_vs or document.added_by == actor.id


def content_of(session: Session, document: models.Document) -> bytes | None:
    """Its bytes; None where they are gone, which no step of the program brings about."""
    return session.scalar(select(models.DocumentContent.data).where(models.DocumentContent.document_id == document.id))


def held_bytes(session: Session, child_id: int) -> int:
    """Bytes of all documents of a child, also of those that were taken away or that the one who acts may not know of."""
    asked = select(func.coalesce(func.sum(models.Document.size), 0)).where(models.Document.child_id == child_id)
    return session.scalar(asked) or 0


def documents_kept_from_school(session: Session, ids: Iterable[int]) -> set[int]:
    """Of those numbers of documents, the ones that the school's side may not know of."""
    asked = select(models.Document.id).where(models.Document.id.in_(list(ids)), models.Document.school_reads.is_(False))
    return set(session.scalars(asked))
