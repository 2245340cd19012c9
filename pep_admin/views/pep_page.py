"""What the page of one PEP shows, gathered: the parts with their sections and signatures, what the actor may do, what is wanting.

Everything is the verbs' and the document's own findings; no rule is judged here and nothing is rendered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin import history, queries
from pep_admin.models import PARTS, Pep, PpgRequest, QaReview, Target
from pep_admin.pep_document import form_of, read_document
from pep_admin.pep_form import Document, PartForm, Signature
from pep_admin.permissions import Actor, Permission, audience_for, can
from pep_admin.validators.findings import Finding, blocking
from pep_admin.views.details import Change
from pep_admin.vocabulary import Part, PepStatus
from pep_admin.workflow.ppg import may_ask
from pep_admin.workflow.readiness import readiness

OPEN = queries.OPEN_TO_WRITE


@dataclass(frozen=True, slots=True)
class SectionLine:
    """A section in the list: how many of its questions are answered, and how many it must still have."""

    key: str
    title: str
    answered: int
    asked: int
    wanting: int

    @property
    def state(self) -> str:
        """In words, as the list shows it."""
        if self.wanting:
            return f"{self.wanting} still needed"
        return "Done" if self.answered else "Nothing needed"


@dataclass(frozen=True, slots=True)
class PartCard:
    """A part on the page: its sections, its signature, and whether the actor may write and sign it now."""

    part: Part
    title: str
    owner: str
    sections: tuple[SectionLine, ...]
    signature: Signature | None
    may_write: bool
    may_sign: bool


@dataclass(frozen=True, slots=True)
class PepPage:
    """The whole page of one PEP, as one actor sees it."""

    pep: Pep
    document: Document
    cards: tuple[PartCard, ...]
    findings: tuple[Finding, ...]
    reviews: tuple[QaReview, ...]
    left_pence: int | None
    may: frozenset[str]

    @property
    def must_fix(self) -> list[Finding]:
        return [each for each in self.findings if each.severity != "warning"]

    @property
    def please_check(self) -> list[Finding]:
        return [each for each in self.findings if each.severity == "warning"]

    @property
    def blocked(self) -> bool:
        return bool(blocking(self.findings))


def gather(session: Session, pep: Pep, actor: Actor, today: date) -> PepPage:
    """Read everything the page needs."""
    document = read_document(session, pep, audience=audience_for(actor, pep.child))
    findings = readiness(session, pep, today=today) if pep.status is not PepStatus.WITHDRAWN else []
    facts = queries.ppg_facts_for(session, [pep])[pep.id][None]
    reviews = session.scalars(select(QaReview).where(QaReview.pep_id == pep.id).order_by(QaReview.id.desc()))
    cards = tuple(_card(document, part, pep, actor, findings) for part in document.form.parts)
    return PepPage(pep, document, cards, tuple(findings), tuple(reviews), facts.left_pence, _may(pep, document, actor))


def _card(document: Document, form: PartForm, pep: Pep, actor: Actor, findings: Sequence[Finding]) -> PartCard:
    part = Part(form.part)
    mine = pep.status in OPEN and can(actor, Permission.PEP_WRITE, pep, part)
    wanting = {finding.field for finding in findings if finding.severity == "blocking" and finding.part == part.value}
    lines = []
    for section in form.sections:
        asked = [found for found in section.fields if document.asked(found)]
        if asked:
            lines.append(
                SectionLine(
                    section.key, section.title, sum(document.answer(found.key) is not None for found in asked), len(asked),
                    sum(found.key in wanting for found in asked),
                )
            )
    signature = document.signatures[part.value]
    owner = (pep.writer.name if pep.writer else "Nobody named yet") if part is Part.EDUCATION else (
        pep.social_worker.name if pep.social_worker else "No social worker on record")
    return PartCard(part, form.title, owner, tuple(lines), signature, mine,
                    mine and signature is None and can(actor, Permission.PEP_SIGN, pep, part))


def _may(pep: Pep, document: Document, actor: Actor) -> frozenset[str]:
    """The steps that are open to this actor with this PEP now, by name."""
    ours = actor.is_vs or actor.person_id in (pep.writer_id, pep.social_worker_id)
    signed = all(document.signatures.values())
    live = pep.status in (*OPEN, PepStatus.SUBMITTED)
    steps = {
        "send": signed and pep.status in (PepStatus.IN_PROGRESS, PepStatus.RETURNED) and ours and can(actor, Permission.PEP_SUBMIT),
        "recall": pep.status is PepStatus.SUBMITTED and ours and can(actor, Permission.PEP_SUBMIT),
        "grade": pep.status is PepStatus.SUBMITTED and can(actor, Permission.PEP_GRADE),
        "delegate": pep.status in OPEN and can(actor, Permission.PEP_DELEGATE),
        "name_writer": pep.status in OPEN and can(actor, Permission.PEP_EDIT),
        "withdraw": live and can(actor, Permission.PEP_WITHDRAW),
        "pdf": can(actor, Permission.PEP_PDF),
        "targets": pep.status in OPEN and can(actor, Permission.TARGET_WRITE, pep, Part.EDUCATION),
        "requests": pep.status in OPEN and may_ask(actor, pep),
    }
    return frozenset(name for name, holds in steps.items() if holds)


def changes(session: Session, pep: Pep) -> list[tuple[str, Change]]:
    """(what was changed, how) of everything that belongs to the PEP, newest first; withheld answers are left out."""
    labels = {f"answers.{found.key}": found.label for found in form_of(pep.form_version).fields()}
    return [
        (TOLD[entry.table_name][0], Change.of(entry, TOLD[entry.table_name][1], labels))
        for entry in history.timeline_of_pep(session, pep)
    ]


def place_of(document: Document, finding: Finding) -> str | None:
    """The page on which a finding can be answered; None when it is about nothing that has a page."""
    if finding.check.startswith("RD-4") and finding.row:
        return url_for("pep_ppg_requests.write", id=finding.row)
    if finding.field == "targets" or finding.check in TARGET_CHECKS:
        if finding.row:
            return url_for("pep_targets.write", id=finding.row)
        if finding.check in ("RD-223", "RD-224") or finding.field == "targets":
            return url_for("pep_targets.write", pep=document.pep_id)
    for part in document.form.parts:
        for section in part.sections:
            if any(found.key == finding.field for found in section.fields):
                return url_for("pep_peps.section", id=document.pep_id, section=section.key, _anchor=f"f-{finding.field}")
    if finding.check == "RD-316":
        return url_for("pep_peps.details_view", id=document.pep_id, _anchor="parts")
    return None


TOLD: dict[str, tuple[str, type[Any]]] = {
    Pep.__tablename__: ("the PEP", Pep),
    Target.__tablename__: ("a target", Target),
    PpgRequest.__tablename__: ("a request", PpgRequest),
    **{model.__tablename__: (part.label, model) for part, model in PARTS.items()},
}
"""What a table of the history is called, by its name."""

TARGET_CHECKS = frozenset({"RD-223", "RD-224", "RD-225", "RD-226", "RD-227", "RD-228", "RD-229", "RD-230", "RD-232"})
