"""Grading (HB-7.1, 7.2): accept, ask or return, with the grade beside it, for one PEP or a term's batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin import audit, outbox, signals
from pep_admin.exceptions import Refused
from pep_admin.models import Pep, Person, PpgRequest, QaReview, clean
from pep_admin.pep_document import form_of, thaw
from pep_admin.permissions import Actor, Permission, require
from pep_admin.queries import OPEN_TO_WRITE
from pep_admin.queries.deliveries import ASKED, RETURNED
from pep_admin.rubric import RUBRIC_VERSION, is_satisfactory
from pep_admin.validators.findings import Finding, blocking
from pep_admin.validators.qa import check_grading
from pep_admin.validators.reopening import parts_reopened
from pep_admin.vocabulary import Decision, Grade, PepStatus, PpgStatus, ReviewKind
from pep_admin.workflow import ppg
from pep_admin.workflow.readiness import readiness_of
from pep_admin.workflow.sections import unsign_parts
from pep_admin.workflow.taking import all_or_nothing, move_peps, refuse, take_pep, take_peps
from pep_admin.workflow.waivers import SENT_BACK, end_waivers

LEADS_TO = {Decision.ACCEPT: PepStatus.COMPLETE, Decision.ASK: PepStatus.SUBMITTED, Decision.RETURN: PepStatus.RETURNED}


@dataclass(frozen=True, slots=True)
class Grading:
    """What the reviewer says of the chosen PEPs. `attempts_accepted`: words that could not be had are done without (HB-4.6)."""

    grade: Grade | None
    decision: Decision
    feedback: str
    improve: str = ""
    attempts_accepted: bool = False
    sections: frozenset[str] = frozenset()
    """What alone is sent back, by key (validators/reopening.py); none for the whole PEP."""


@dataclass(frozen=True, slots=True)
class GradingResult:
    """What was graded, or would be; what was held with its findings; what was graded just so already, with that review."""

    done: tuple[Pep, ...]
    held: tuple[tuple[Pep, tuple[Finding, ...]], ...]
    already: tuple[tuple[Pep, QaReview], ...] = ()


def grade_peps(
    session: Session, ids: Iterable[int], grading: Grading, *, actor: Actor, today: date, now: datetime,
    versions: Mapping[int, int] | None = None, dry_run: bool = False,
) -> GradingResult:
    """Grade those PEPs. One that may not be so graded is held with its findings and does not stop the others.

    One that stands as this very grading would leave it is left alone: the same form sent twice grades once.
    """
    require(actor, Permission.PEP_GRADE)
    peps = take_peps(session, ids, versions=versions)
    already = graded_so(session, peps, grading)
    found = readiness_of(session, peps, today=today)
    done, held = [], []
    for pep in peps:
        if pep.id in already:
            continue
        wrong = blocking(
            check_grading(grade=grading.grade, decision=grading.decision, feedback=grading.feedback, improve=grading.improve,
                          status=pep.status, readiness=found[pep.id], attempts_accepted=grading.attempts_accepted,
                          sections=grading.sections, form=form_of(pep.form_version), together=len(peps))
        )
        if wrong:
            held.append((pep, tuple(wrong)))
            continue
        done.append(pep)
        if not dry_run:
            with all_or_nothing(session):
                _grade(session, pep, grading, actor=actor, today=today, now=now)
    return GradingResult(tuple(done), tuple(held), tuple((pep, already[pep.id]) for pep in peps if pep.id in already))


def graded_so(session: Session, peps: Sequence[Pep], grading: Grading) -> dict[int, QaReview]:
    """By PEP id: the last review of each PEP that says what this grading says, where the PEP stands as it left it."""
    found = select(QaReview).where(QaReview.pep_id.in_([pep.id for pep in peps])).order_by(QaReview.id)
    last = {review.pep_id: review for review in session.scalars(found)}
    return {pep.id: last[pep.id] for pep in peps if pep.id in last and _says_so(last[pep.id], grading, pep)}


def _says_so(review: QaReview, grading: Grading, pep: Pep) -> bool:
    if pep.status is not LEADS_TO[grading.decision] or (pep.submitted_at and review.reviewed_at < pep.submitted_at):
        return False
    said = (review.decision, review.feedback, review.improve, review.attempts_accepted)
    same = said == (grading.decision, clean(grading.feedback.strip()), clean(grading.improve.strip()), grading.attempts_accepted)
    same = same and set(review.sections or ()) == grading.sections
    if grading.decision is Decision.ASK:  # an answered question that is asked again wants another answer
        return same and review.answer is None
    return same and review.grade is grading.grade


def grade_pep(
    session: Session, pep_id: int, grading: Grading, *, actor: Actor, today: date, now: datetime, version: int | None = None
) -> Pep:
    """`grade_peps` for one; raises Refused with the findings that hold it."""
    result = grade_peps(session, [pep_id], grading, actor=actor, today=today, now=now,
                        versions={} if version is None else {pep_id: version})
    if result.held:
        raise Refused(result.held[0][1])
    return (*result.done, *(pep for pep, _ in result.already))[0]


def _grade(session: Session, pep: Pep, grading: Grading, *, actor: Actor, today: date, now: datetime) -> None:
    session.add(
        QaReview(pep_id=pep.id, kind=ReviewKind.FIRST, grade=grading.grade if grading.decision is not Decision.ASK else None,
                 decision=grading.decision, feedback=grading.feedback.strip(), improve=grading.improve.strip(),
                 attempts_accepted=grading.attempts_accepted, sections=_named(grading), reviewer=actor.id,
                 reviewer_name=actor.name, reviewed_on=today, reviewed_at=now, rubric_version=RUBRIC_VERSION)
    )
    session.flush()
    if grading.decision is Decision.ACCEPT and grading.grade is not None:
        _accept(session, pep, grading.grade, actor=actor, today=today, now=now)
    elif grading.decision is Decision.RETURN:
        _return(session, pep, grading, actor=actor, now=now)
    else:
        _tell(session, pep, ASKED, now)
        audit.record(session, "pep.ask", pep)


def _accept(session: Session, pep: Pep, grade: Grade, *, actor: Actor, today: date, now: datetime) -> None:
    requests = _requests(session, pep)
    satisfactory = is_satisfactory(grade, pep.term.year.satisfactory_grades)
    move_peps(session, [pep], PepStatus.COMPLETE, grade=grade, completed_at=now, reopened=None)
    if satisfactory:
        ppg.approve_all(session, pep, [each for each in requests if each.status is PpgStatus.REQUESTED], actor=actor, today=today)
    audit.record(session, "pep.grade", pep, grade=grade.value, decision=Decision.ACCEPT.value)
    signals.announce(session, signals.pep_completed, pep_id=pep.id, grade=grade.value)


def _return(session: Session, pep: Pep, grading: Grading, *, actor: Actor, now: datetime) -> None:
    end_waivers(session, pep, reason=SENT_BACK, actor=actor, now=now)
    ppg.give_back(session, pep, _requests(session, pep))
    unsign_parts(session, pep, parts_reopened(form_of(pep.form_version), _named(grading)), now)
    thaw(session, pep)
    move_peps(session, [pep], PepStatus.RETURNED, grade=grading.grade, submitted_at=None, reopened=_named(grading))
    _tell(session, pep, RETURNED, now)
    audit.record(session, "pep.return", pep, grade=grading.grade.value if grading.grade else "")
    signals.announce(session, signals.pep_returned, pep_id=pep.id)


def _named(grading: Grading) -> list[str] | None:
    return sorted(grading.sections) or None


def reopen_all(session: Session, pep_id: int, *, actor: Actor, version: int | None = None) -> Pep:
    """Open the other sections too of a PEP that was sent back for some alone: a change in one often asks for one elsewhere.

    What is signed stays signed until it is changed.
    """
    require(actor, Permission.PEP_GRADE)
    pep = take_pep(session, pep_id, *OPEN_TO_WRITE, version=version)
    if pep.reopened is None:
        raise refuse("RETURN-open", "DATA-status", f"Every section of {pep.reference} is open already.")
    pep.reopened = None
    session.flush()
    audit.record(session, "pep.open_sections", pep)
    return pep


def _requests(session: Session, pep: Pep) -> list[PpgRequest]:
    return list(
        session.scalars(
            select(PpgRequest)
            .where(PpgRequest.pep_id == pep.id, PpgRequest.status.in_((PpgStatus.REQUESTED, PpgStatus.APPROVED)))
            .order_by(PpgRequest.id).with_for_update(of=PpgRequest).execution_options(populate_existing=True)
        )
    )


def _tell(session: Session, pep: Pep, template: str, now: datetime) -> None:
    """Word to the writer and the social worker, once for each review; where there is no address the list on screen has it."""
    review = session.scalar(select(QaReview.id).where(QaReview.pep_id == pep.id).order_by(QaReview.id.desc()).limit(1))
    for person_id in {pep.writer_id, pep.social_worker_id} - {None}:
        person = session.get(Person, person_id)
        if person is not None and person.has_working_address:
            outbox.queue_mail(session, f"{template}:{review}:{person.id}", person, template, now=now, pep_id=pep.id)
