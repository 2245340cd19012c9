"""What the page of one PEP shows, gathered: the parts with their sections and signatures, what the actor may do, what is wanting.

Everything is the verbs' and the document's own findings; no rule is judged here and nothing is rendered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin import config, models, queries
from pep_admin.clocks import Clock
from pep_admin.deadlines import Due
from pep_admin.models import AttendingNote, EarlyYearsReferral, Pep, ProgressNote, QaReview, Waiver
from pep_admin.pep_document import Written, read_document
from pep_admin.pep_form import Document, PartForm, Section, Signature, TargetReviewFacts
from pep_admin.permissions import Actor, Permission, audience_for, can, lent, owns_part, takes_part
from pep_admin.queries.grants import helpers_of
from pep_admin.queries.handover import note_of_last_school
from pep_admin.validators.findings import Finding, blocking
from pep_admin.validators.gold import advise_gold
from pep_admin.validators.grants import may_be_given
from pep_admin.validators.last_term import still_to_write
from pep_admin.validators.reopening import is_open, titles_of
from pep_admin.views.details import RelatedTable
from pep_admin.vocabulary import Part, PepStatus, Scheme, Subject
from pep_admin.workflow.attending import may_ask_still
from pep_admin.workflow.calendars import send_by
from pep_admin.workflow.grants import may_end, may_give
from pep_admin.workflow.meetings import PLANNED
from pep_admin.workflow.payments import release_gates
from pep_admin.workflow.peps import why_not_recalled
from pep_admin.workflow.ppg import may_ask_now
from pep_admin.workflow.questions import may_answer, open_question
from pep_admin.workflow.readiness import readiness

OPEN = queries.OPEN_TO_WRITE
WAIVED_WHILE = (PepStatus.IN_PROGRESS, PepStatus.RETURNED, PepStatus.SUBMITTED)
"""While a PEP is there, the head may waive what stands on its readiness list."""


@dataclass(frozen=True, slots=True)
class SectionLine:
    """A section in the list: how many of its questions are answered, how many it must still have, and how many answers came over
    from last term and wait for somebody to say that they are still right. `is_open` is False where others alone were sent back."""

    key: str
    title: str
    answered: int
    asked: int
    wanting: int
    carried: int = 0
    is_open: bool = True
    sent_back: bool = False

    @property
    def state(self) -> str:
        """In words, as the list shows it."""
        if not self.is_open:
            return "Stays as it was sent"
        open_ones = ["Sent back"] if self.sent_back else []
        open_ones += [f"{self.wanting} still needed"] if self.wanting else []
        open_ones += [f"{self.carried} from last term"] if self.carried else []
        if open_ones:
            return ", ".join(open_ones)
        return "Done" if self.answered else "Nothing needed"


@dataclass(frozen=True, slots=True)
class PartCard:
    """A part on the page: its sections, its signature, and whether the actor may write and sign it now.

    `helps` where they write what somebody else signs: the school in Part 3 (HB-2.5).
    """

    part: Part
    title: str
    owner: str
    sections: tuple[SectionLine, ...]
    signature: Signature | None
    may_sign: bool
    helps: bool


@dataclass(frozen=True, slots=True)
class PepPage:
    """The whole page of one PEP, as one actor sees it."""

    pep: Pep
    document: Document
    cards: tuple[PartCard, ...]
    findings: tuple[Finding, ...]
    reviews: tuple[QaReview, ...]
    question: QaReview | None
    waivers: tuple[Waiver, ...]
    money: queries.Asked
    may: frozenset[str]
    send_by: Due | None = None
    money_gates: tuple[Finding, ...] = ()
    asked: AttendingNote | None = None
    delay: Clock | None = None
    papers: RelatedTable | None = None
    helpers: tuple[models.Grant, ...] = ()
    """The colleagues to whom sections of Part 2 were given."""
    last_school: models.HandoverNote | None = None
    """What the school before this one left, while the PEP is written."""
    referred: tuple[EarlyYearsReferral, ...] | None = None
    """What was asked of the Early Years Team instead (HB-6.3); None for a child whose money the Virtual School gives."""

    @property
    def must_fix(self) -> list[Finding]:
        return [each for each in self.findings if each.severity != "warning"]

    @property
    def please_check(self) -> list[Finding]:
        return [each for each in self.findings if each.severity == "warning"]

    @property
    def may_become_gold(self) -> bool:
        """Whether it is still written, or waits for its grade."""
        return self.pep.status in (*OPEN, PepStatus.SUBMITTED)

    @property
    def to_gold(self) -> list[Finding]:
        """What would make it Gold, beside what is listed already; it holds nothing up, and a person grades."""
        return advise_gold(self.document, self.findings)

    @property
    def before_meeting(self) -> list[Finding]:
        """That the meeting is near and Part 1 not up to date (HB-1.6), or that it is planned for an unlikely day (HB-3.1)."""
        return [each for each in self.findings if each.check in BEFORE] if self.pep.status in OPEN else []

    @property
    def blocked(self) -> bool:
        return bool(blocking(self.findings))

    @property
    def target_gaps(self) -> list[Finding]:
        """What the targets together still lack, beside the place where they are written."""
        return [each for each in blocking(self.findings) if each.check in GAP_CHECKS] if self.pep.status in OPEN else []

    @property
    def to_go_on(self) -> list[TargetReviewFacts]:
        """Last targets that are to go on and wait to be written here; nothing for who does not write the targets (HB-5.7)."""
        return still_to_write(self.document) if "targets" in self.may else []

    @property
    def sent_back_alone(self) -> list[str]:
        """What alone was sent back, while it is written in; nothing where the whole PEP is open."""
        return titles_of(self.document.form, self.pep.reopened or ()) if self.pep.status in OPEN else []

    def given_to(self, actor: Actor) -> list[tuple[models.Grant, str, bool]]:
        """Who was given which sections, and whether the one who acts may take it back."""
        titles = may_be_given(self.document.form)
        return [(each, "; ".join(titles.get(key, key) for key in each.sections or ()), may_end(actor, each))
                for each in self.helpers]

    def titles_of(self, review: QaReview) -> list[str]:
        """What that review sent back by itself."""
        return titles_of(self.document.form, review.sections or ())

    @property
    def standing(self) -> str:
        """Where it stands on its way to the Virtual School; "" while the list of what must be fixed says so itself."""
        if self.pep.status in STANDING:
            return STANDING[self.pep.status]
        if self.blocked:
            return ""
        if "send" not in self.may:
            return "Nothing is wanting: those who write this PEP can send it."
        if self.findings:
            return "Nothing stands in the way: this PEP can go. Have a look first at what is listed here."
        return "Nothing is wanting: this PEP can go."


def shared(rows: Sequence[Pep], found: Mapping[int, Sequence[Finding]]) -> list[tuple[Finding, list[Pep]]]:
    """Findings of many PEPs, equal ones once, each with the PEPs that it concerns."""
    together: dict[tuple[str, str, str], tuple[Finding, list[Pep]]] = {}
    for pep in rows:
        for each in found.get(pep.id, ()):
            whose = together.setdefault((each.severity, each.code, each.message), (each, []))[1]
            if pep not in whose:
                whose.append(pep)
    return list(together.values())


def gather(session: Session, pep: Pep, actor: Actor, today: date, papers: RelatedTable | None = None) -> PepPage:
    """Read everything the page needs; `papers` is the table of the documents behind it."""
    reader = audience_for(actor, pep.child)
    document = read_document(session, pep, audience=reader)
    findings = readiness(session, pep, today=today, reader=reader) if pep.status is not PepStatus.WITHDRAWN else []
    facts = queries.ppg_facts_for(session, [pep])[pep.id][None]
    reviews = tuple(session.scalars(select(QaReview).where(QaReview.pep_id == pep.id).order_by(QaReview.id.desc())))
    question = open_question(session, pep) if reviews else None
    cards = tuple(_card(document, part, pep, actor, findings) for part in document.form.parts)
    waivers = tuple(queries.waivers_of(session, [pep.id]).get(pep.id, ()))
    nursery, live = facts.scheme is Scheme.EARLY_YEARS, pep.status in (*OPEN, PepStatus.SUBMITTED)
    money = queries.asked_under(session, pep, requests=document.requests, facts=facts)
    return PepPage(pep, document, cards, tuple(findings), reviews, question, waivers, money,
                   _may(session, pep, document, actor), send_by(session, pep),
                   tuple(release_gates(session, pep)) if pep.status is PepStatus.COMPLETE else (),
                   queries.asks_of(session, pep.id) if pep.status in OPEN else None,
                   queries.delays(session, [pep], today).get(pep.id), papers,
                   tuple(helpers_of(session, pep.id, today)) if live else (), note_of_last_school(session, pep),
                   _referred(session, pep) if nursery else None)


def _referred(session: Session, pep: Pep) -> tuple[EarlyYearsReferral, ...]:
    asked = select(EarlyYearsReferral).where(EarlyYearsReferral.pep_id == pep.id).order_by(EarlyYearsReferral.id)
    return tuple(session.scalars(asked))


def may_write(actor: Actor, pep: Pep, part: Part, section: Section) -> bool:
    """Whether they write that section now: the PEP is open, the section too, and its part is theirs."""
    return pep.status in OPEN and is_open(pep.reopened, section.key) and can(actor, Permission.PEP_WRITE, pep, part, section.key)


def may_write_targets(actor: Actor, pep: Pep) -> bool:
    """The same of the targets."""
    return (pep.status in OPEN and is_open(pep.reopened, "targets")
            and can(actor, Permission.TARGET_WRITE, pep, Part.EDUCATION, "targets"))


def is_shut(pep: Pep, section: Section) -> bool:
    """Whether that section stays as it was, because others alone were sent back."""
    return pep.status in OPEN and not is_open(pep.reopened, section.key)


def told_of(written: Written) -> str:
    """What a save did, in words."""
    kept = len(written.confirmed)
    still = f" {'1 answer from last term is' if kept == 1 else f'{kept} answers from last term are'} still right." if kept else ""
    return (("Saved." if written.changed else "") + still).strip() or "Nothing was changed."


def told_of_kept(document: Document, section: Section, pep: Pep, actor: Actor) -> str:
    """After the review of the last targets was saved: how many of them wait to be written here; "" elsewhere (HB-5.7)."""
    waiting = len(still_to_write(document)) if section.key == "last_targets" and may_write_targets(actor, pep) else 0
    if not waiting:
        return ""
    those, are = ("1 target", "goes") if waiting == 1 else (f"{waiting} targets", "go")
    return f"{those} of last term {are} on. Write {'it' if waiting == 1 else 'them'} into this PEP under “Targets” on its page."


def _card(document: Document, form: PartForm, pep: Pep, actor: Actor, findings: Sequence[Finding]) -> PartCard:
    part = Part(form.part)
    mine = pep.status in OPEN and can(actor, Permission.PEP_WRITE, pep, part)
    wanting = {finding.field for finding in blocking(findings) if finding.part == part.value and finding.check not in NO_ANSWER}
    lines = []
    for section in form.sections:
        asked = [found for found in section.fields if document.asked(found)]
        if asked:
            lines.append(
                SectionLine(
                    section.key, section.title, sum(document.answer(found.key) is not None for found in asked), len(asked),
                    sum(found.key in wanting for found in asked), sum(found.key in document.carried for found in asked),
                    pep.status not in OPEN or is_open(pep.reopened, section.key),
                    pep.status in OPEN and pep.reopened is not None and is_open(pep.reopened, section.key),
                )
            )
    signature = document.signatures[part.value]
    owner = (pep.writer.name if pep.writer else "Nobody named yet") if part is Part.EDUCATION else (
        pep.social_worker.name if pep.social_worker else "No social worker on record")
    closes = actor.is_vs or owns_part(actor, pep, part)
    return PartCard(part, form.title, owner, tuple(lines), signature, helps=mine and not closes,
                    may_sign=mine and closes and signature is None and can(actor, Permission.PEP_SIGN))


def _may(session: Session, pep: Pep, document: Document, actor: Actor) -> frozenset[str]:
    """The steps that are open to this actor with this PEP now, by name."""
    ours = takes_part(actor, pep) and not lent(session, actor, Permission.PEP_SUBMIT, [pep.child_id])
    signed = not document.unsigned
    live = pep.status in (*OPEN, PepStatus.SUBMITTED)
    steps = {
        "send": signed and pep.status in (PepStatus.IN_PROGRESS, PepStatus.RETURNED) and ours and can(actor, Permission.PEP_SUBMIT),
        "recall": pep.status is PepStatus.SUBMITTED and ours and can(actor, Permission.PEP_SUBMIT)
        and not why_not_recalled(session, pep),
        "grade": pep.status is PepStatus.SUBMITTED and can(actor, Permission.PEP_GRADE),
        "delegate": pep.status in OPEN and can(actor, Permission.PEP_DELEGATE),
        "name_writer": pep.status in OPEN and can(actor, Permission.PEP_EDIT),
        "withdraw": live and can(actor, Permission.PEP_WITHDRAW),
        "pdf": can(actor, Permission.PEP_PDF) and not lent(session, actor, Permission.PEP_PDF, [pep.child_id]),
        "targets": may_write_targets(actor, pep),
        "requests": may_ask_now(actor, pep),
        "open_all": pep.status in OPEN and pep.reopened is not None and can(actor, Permission.PEP_GRADE),
        "answer": ours and may_answer(actor, pep),
        "ask_colleague": may_give(actor, pep),
        "ask_vs": may_ask_still(actor, pep, config.now()),
    }
    return frozenset(name for name, holds in steps.items() if holds)


def notes_for(session: Session, document: Document, section: Section) -> list[tuple[str, list[ProgressNote]]]:
    """On the page where the last targets are reviewed: each with what was noted on it since (HB-5.8); nothing elsewhere."""
    if section.key != "last_targets":
        return []
    found = queries.notes_of(session, [each.target_id for each in document.reviews])
    return [(each.wording, found[each.target_id]) for each in document.reviews if found[each.target_id]]


def place_of(document: Document, finding: Finding, way_to: Callable[..., str | None]) -> str | None:
    """The page on which a finding can be answered; None when it is about nothing that has a page, and where that page is not open
    to who reads it (`way_to`, of the view)."""
    if place := _beside(document, finding, way_to):
        return place
    for part in document.form.parts:
        for section in part.sections:
            if any(found.key == finding.field for found in section.fields):
                return way_to("pep_peps.section", id=document.pep_id, section=section.key, _anchor=f"f-{finding.field}")
    if finding.check == "RD-316":
        return way_to("pep_peps.details_view", id=document.pep_id, _anchor="parts")
    return None


def _beside(document: Document, finding: Finding, way_to: Callable[..., str | None]) -> str | None:
    """The page of what has a page of its own beside the sections: a request, a target, a suspension."""
    if finding.row and finding.field != EFFECTS and (finding.check.startswith(("RD-4", "PPG-")) or finding.field == "requests"):
        return way_to("pep_ppg_requests.write", id=finding.row)
    if finding.check == "RD-003" and finding.field in ANCHORS:
        return way_to("pep_peps.details_view", id=document.pep_id, _anchor=ANCHORS[finding.field])
    if finding.check in ("RD-238", "GOLD-Q25"):
        return way_to("pep_documents.add", pep=document.pep_id)
    if finding.field == "suspensions":
        child = way_to("pep_children.details_view", id=document.child.id, _anchor="records")
        return way_to("pep_suspensions.details_view", id=finding.row) if finding.row else child
    if finding.field == "targets" or finding.check in TARGET_CHECKS or finding.check.startswith("SMART-"):
        if finding.row:
            return way_to("pep_targets.write", id=finding.row)
        if finding.check in ("RD-223", "RD-224") or finding.field == "targets":
            return way_to("pep_targets.write", pep=document.pep_id, **_kept_for(document, finding))
    return None


ANCHORS = {"targets": "targets", "requests": "money"}
"""Where the page of a PEP shows what stands beside its sections."""


def _kept_for(document: Document, finding: Finding) -> dict[str, int]:
    """Which kept target, in the address, would be the missing one of that subject."""
    wanted = MISSING.get(finding.check)
    return next(({"from": each.target_id} for each in still_to_write(document) if each.subject == wanted), {})


STANDING = {
    PepStatus.INITIATED: "It has not been sent to its writers yet; that comes before it can be sent to the Virtual School.",
    PepStatus.SUBMITTED: "It was sent, and is with the Virtual School.",
    PepStatus.COMPLETE: "It is signed off.",
    PepStatus.WITHDRAWN: "It is closed as not needed.",
}
EFFECTS = "funding_effects"
"""The field in which what became of earlier money is told; a finding on it names a request, but is mended there."""
MISSING = {"RD-223": Subject.ENGLISH, "RD-224": Subject.MATHS}
"""The subject whose target is missing."""
BEFORE = PLANNED | {"MEET-part1"}
"""What is said of a meeting ahead."""
GAP_CHECKS = frozenset({"RD-223", "RD-224", "RD-231"})
"""A target is missing, or the reason why there is none."""
NO_ANSWER = GAP_CHECKS | {"RD-101"}
"""Not about an answer that is missing: the list of sections says these otherwise."""
TARGET_CHECKS = frozenset({"RD-223", "RD-224", "RD-225", "RD-226", "RD-227", "RD-228", "RD-229", "RD-230", "RD-232", "RD-233",
                           "RD-234", "COPY-other", "COPY-last"})
