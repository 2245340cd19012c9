"""The rows that documents are read from: everything of some PEPs at once, in a fixed number of statements however many.

What a document makes of them is reading.py's; which table keeps a field's rows is said here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from pep_admin import models
from pep_admin.models import (
    PARTS,
    AgreedAction,
    Attainment,
    AttendanceSummary,
    Attendee,
    CarePlacement,
    EducationSection,
    Enrolment,
    FormVersion,
    FrozenFacts,
    FundingEffect,
    Pep,
    PepPart,
    PpgRequest,
    School,
    SdqScore,
    Suspension,
    Target,
    TargetReview,
    Term,
)
from pep_admin.pep_document import roll_facts
from pep_admin.pep_document.exceptions import Made, exceptions_in
from pep_admin.pep_document.money import Spent, spent_by_child
from pep_admin.pep_document.papers import papers_of
from pep_admin.pep_form import (
    FORM,
    Form,
    digest_of,
    load_form,
    snapshot,
)
from pep_admin.vocabulary import Part, PepStatus, SchoolKind

ROWS: dict[str, type[Any]] = {
    "Attainment": Attainment,
    "AttendanceSummary": AttendanceSummary,
    "Attendee": Attendee,
    "AgreedAction": AgreedAction,
    "TargetReview": TargetReview,
    "FundingEffect": FundingEffect,
    "SdqScore": SdqScore,
}
"""The tables behind `rows:` stores."""


# --- form versions -----------------------------------------------------------------------------------------------------

_forms: dict[str, Form] = {}


def current_form_version(session: Session, now: datetime) -> FormVersion:
    """The row of today's declaration, made when it is new."""
    declared = snapshot(FORM)
    wanted = digest_of(declared)
    found = session.scalar(select(FormVersion).where(FormVersion.digest == wanted))
    if found is None:
        found = FormVersion(digest=wanted, declared=declared, created_at=now)
        session.add(found)
        session.flush()
    return found


def form_of(version: FormVersion) -> Form:
    """The declaration that a PEP was opened with."""
    if version.digest not in _forms:
        _forms[version.digest] = load_form(version.declared)
    return _forms[version.digest]


# --- reading -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Earlier:
    """A target of another PEP of the same child."""

    target: Target
    reference: str
    status: PepStatus
    term_id: int

    def waits_for(self, pep: Pep) -> bool:
        """Whether that later PEP is to look back on it: its own is signed off or, of another term, with the Virtual School, which
        changes nothing of what the meeting agreed."""
        return self.status is PepStatus.COMPLETE or (self.status is PepStatus.SUBMITTED and self.term_id != pep.term_id)


@dataclass(slots=True)
class Shelf:
    """Everything the documents of a set of PEPs are made of, each read once; keyed by PEP or child."""

    parts: dict[Part, dict[int, PepPart]]
    rows: dict[str, dict[int, list[Any]]]
    targets: dict[int, list[Target]] = field(default_factory=dict)
    requests: dict[int, list[PpgRequest]] = field(default_factory=dict)
    earlier: dict[int, list[Earlier]] = field(default_factory=dict)
    reviewed_elsewhere: set[tuple[int, int]] = field(default_factory=set)
    homes: dict[int, list[CarePlacement]] = field(default_factory=dict)
    frozen: dict[int, FrozenFacts] = field(default_factory=dict)
    schools: dict[int, list[Enrolment]] = field(default_factory=dict)
    suspensions: dict[int, list[Suspension]] = field(default_factory=dict)
    joined: list[tuple[int, int, int]] = field(default_factory=list)
    exceptions: dict[int, list[Made]] = field(default_factory=dict)
    money: dict[int, list[Spent]] = field(default_factory=dict)
    papers: dict[int, list[models.Document]] = field(default_factory=dict)


def fill(session: Session, peps: Sequence[Pep]) -> Shelf:
    ids, children = [pep.id for pep in peps], [pep.child_id for pep in peps]
    earlier: dict[int, list[Earlier]] = defaultdict(list)
    past = (
        select(Target, Pep.child_id, Pep.reference, Pep.status, Pep.term_id)
        .join(Pep, Target.pep_id == Pep.id)
        .where(Pep.child_id.in_(children), Pep.status != PepStatus.WITHDRAWN)
        .order_by(Pep.id, Target.number)
    )
    for target, child_id, reference, status, term_id in session.execute(past):
        earlier[child_id].append(Earlier(target, reference, status, term_id))
    past_ids = [each.target.id for found in earlier.values() for each in found]
    reviewed = session.execute(
        select(TargetReview.target_id, TargetReview.pep_id).join(Pep, TargetReview.pep_id == Pep.id)
        # what a withdrawn PEP said of a target is not on the record (HB-5.7): the target waits for the next one
        .where(TargetReview.target_id.in_(past_ids), Pep.status != PepStatus.WITHDRAWN)
    )
    frozen = session.scalars(select(FrozenFacts).where(FrozenFacts.pep_id.in_(ids)))
    homes = session.scalars(
        select(CarePlacement).where(CarePlacement.child_id.in_(children)).order_by(CarePlacement.started_on, CarePlacement.id)
    )
    return Shelf(
        parts=_parts(session, ids),
        rows=_rows(session, peps, ROWS),
        targets=_by(session.scalars(select(Target).where(Target.pep_id.in_(ids)).order_by(Target.number)), "pep_id"),
        requests=_by(
            session.scalars(
                select(PpgRequest)
                .where(PpgRequest.pep_id.in_(ids))
                .options(joinedload(PpgRequest.payee_school))
                .order_by(PpgRequest.id)
            ),
            "pep_id",
        ),
        earlier=earlier,
        reviewed_elsewhere={(target, pep) for target, pep in reviewed},
        homes=_by(homes, "child_id"),
        frozen={each.pep_id: each for each in frozen},
        schools=_by(roll_facts.schools_of(session, children), "child_id"),
        suspensions=_by(roll_facts.suspensions_of(session, children), "child_id"),
        joined=roll_facts.joined_with_review(session, peps),
        exceptions=_made_at_special_schools(session, peps),
        money=spent_by_child(session, children),
        papers=_by(papers_of(session, children), "child_id"),
    )


def _made_at_special_schools(session: Session, peps: Sequence[Pep]) -> dict[int, list[Made]]:
    """Exceptions in sent PEPs of special schools, oldest first (HB-5.1). No statement where no PEP of the set is of one."""
    children = [pep.child_id for pep in peps if pep.school is not None and pep.school.kind is SchoolKind.SPECIAL]
    part = EducationSection
    asked = (
        select(Pep.id, Pep.child_id, Pep.school_id, Term.year_id, Pep.reference, part.answers, part.signed_name, part.signed_at)
        .join(part, part.pep_id == Pep.id).join(Term, Term.id == Pep.term_id).join(School, School.id == Pep.school_id)
        .where(Pep.child_id.in_(children), Pep.status.in_((PepStatus.SUBMITTED, PepStatus.COMPLETE)),
               School.kind == SchoolKind.SPECIAL)
        .order_by(Pep.id)
    )
    return exceptions_in(tuple(row) for row in session.execute(asked)) if children else {}


def shelf_of(session: Session, pep: Pep, part: Part, row: PepPart, tables: Iterable[str]) -> Shelf:
    """Only what one part's posted fields are read from: its row, and the tables of that name."""
    return Shelf({part: {pep.id: row}}, _rows(session, [pep], tables))


def answers_shelf(session: Session, peps: Sequence[Pep], tables: Iterable[str] = ()) -> Shelf:
    """Only the parts of those PEPs, and the tables of that name."""
    return Shelf(_parts(session, [pep.id for pep in peps]), _rows(session, peps, tables))


def _parts(session: Session, pep_ids: Sequence[int]) -> dict[Part, dict[int, PepPart]]:
    return {
        part: {each.pep_id: each for each in session.scalars(select(model).where(model.pep_id.in_(pep_ids)))}
        for part, model in PARTS.items()
    }


def _rows(session: Session, peps: Sequence[Pep], tables: Iterable[str]) -> dict[str, dict[int, list[Any]]]:
    rows: dict[str, dict[int, list[Any]]] = {}
    for name in tables:
        model = ROWS[name]
        of_child = model is SdqScore
        key, order = (model.child_id, model.completed_on.desc()) if of_child else (model.pep_id, model.position)
        wanted = [pep.child_id if of_child else pep.id for pep in peps]
        rows[name] = _by(session.scalars(select(model).where(key.in_(wanted)).order_by(order, model.id)), key.key)
    return rows


def _by(found: Iterable[Any], key: str) -> dict[int, list[Any]]:
    grouped: dict[int, list[Any]] = defaultdict(list)
    for each in found:
        grouped[getattr(each, key)].append(each)
    return grouped
