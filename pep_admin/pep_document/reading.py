"""Reading PEPs as documents: everything a set of them is made of, each table once, then one Document each, filtered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from pep_admin.circumstances import CircumstanceFacts, phase_of, switches_for
from pep_admin.config import today
from pep_admin.exceptions import NotFound
from pep_admin.models import (
    PARTS,
    AgreedAction,
    Attainment,
    AttendanceSummary,
    Attendee,
    CarePlacement,
    Child,
    Enrolment,
    FormVersion,
    FrozenFacts,
    Pep,
    PepPart,
    PpgRequest,
    SdqScore,
    Suspension,
    Target,
    TargetReview,
    Term,
)
from pep_admin.pep_document import roll_facts
from pep_admin.pep_document.beside import SDQ_STORE, Beside, from_json
from pep_admin.pep_document.values import digest, loaded, normal
from pep_admin.pep_form import (
    FORM,
    ChildFacts,
    Document,
    Field,
    Form,
    RequestFacts,
    Signature,
    TargetFacts,
    TargetReviewFacts,
    applies,
    digest_of,
    load_form,
    snapshot,
    visible,
)
from pep_admin.policy import FormNumbers, numbers_of
from pep_admin.school_calendar import year_group
from pep_admin.validators.meetings import day_of
from pep_admin.vocabulary import Audience, Part, PepStatus

ROWS: dict[str, type[Any]] = {
    "Attainment": Attainment,
    "AttendanceSummary": AttendanceSummary,
    "Attendee": Attendee,
    "AgreedAction": AgreedAction,
    "TargetReview": TargetReview,
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
    signed_off: bool


@dataclass(slots=True)
class Shelf:
    """Everything the documents of a set of PEPs are made of, each read once; keyed by PEP or child."""

    parts: dict[Part, dict[int, PepPart]]
    rows: dict[str, dict[int, list[Any]]]
    targets: dict[int, list[Target]]
    requests: dict[int, list[PpgRequest]]
    earlier: dict[int, list[Earlier]]
    reviewed_elsewhere: set[tuple[int, int]]
    homes: dict[int, CarePlacement]
    frozen: dict[int, FrozenFacts]
    schools: dict[int, list[Enrolment]]
    suspensions: dict[int, list[Suspension]]
    joined: list[tuple[int, int, int]]


def read_document(session: Session, pep: Pep, *, audience: Audience) -> Document:
    """`read_documents` for one; NotFound when the PEP is outside the actor's scope."""
    found = read_documents(session, [pep], audience=audience).get(pep.id)
    if found is None:
        raise NotFound
    return found


def read_documents(session: Session, peps: Iterable[Pep], *, audience: Audience) -> dict[int, Document]:
    """The documents of those PEPs by id, filtered for that audience; a fixed number of statements however many."""
    ids = [pep.id for pep in peps]
    wanted = list(
        session.scalars(
            select(Pep)
            .where(Pep.id.in_(ids))
            .options(
                joinedload(Pep.child).joinedload(Child.social_worker),
                joinedload(Pep.child).joinedload(Child.carer),
                joinedload(Pep.term).joinedload(Term.year),
                joinedload(Pep.school),
                joinedload(Pep.writer),
                joinedload(Pep.form_version),
            )
        )
    )
    shelf = fill(session, wanted)
    return {pep.id: _document(pep, shelf, audience) for pep in wanted}


def fill(session: Session, peps: Sequence[Pep]) -> Shelf:
    ids, children = [pep.id for pep in peps], [pep.child_id for pep in peps]
    earlier: dict[int, list[Earlier]] = defaultdict(list)
    past = (
        select(Target, Pep.child_id, Pep.reference, Pep.status)
        .join(Pep, Target.pep_id == Pep.id)
        .where(Pep.child_id.in_(children), Pep.status != PepStatus.WITHDRAWN)
        .order_by(Pep.id, Target.number)
    )
    for target, child_id, reference, status in session.execute(past):
        earlier[child_id].append(Earlier(target, reference, status is PepStatus.COMPLETE))
    past_ids = [each.target.id for found in earlier.values() for each in found]
    reviewed = session.execute(
        select(TargetReview.target_id, TargetReview.pep_id).join(Pep, TargetReview.pep_id == Pep.id)
        # what a withdrawn PEP said of a target is not on the record (HB-5.7): the target waits for the next one
        .where(TargetReview.target_id.in_(past_ids), Pep.status != PepStatus.WITHDRAWN)
    )
    frozen = session.scalars(select(FrozenFacts).where(FrozenFacts.pep_id.in_(ids)))
    homes = session.scalars(
        select(CarePlacement).where(CarePlacement.child_id.in_(children), CarePlacement.ended_on.is_(None))
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
        homes={home.child_id: home for home in homes},
        frozen={each.pep_id: each for each in frozen},
        schools=_by(roll_facts.schools_of(session, children), "child_id"),
        suspensions=_by(roll_facts.suspensions_of(session, children), "child_id"),
        joined=roll_facts.joined_with_review(session, peps),
    )


def shelf_of(session: Session, pep: Pep, part: Part, row: PepPart, tables: Iterable[str]) -> Shelf:
    """Only what one part's posted fields are read from: its row, and the tables of that name."""
    return Shelf({part: {pep.id: row}}, _rows(session, [pep], tables), {}, {}, {}, set(), {}, {}, {}, {}, [])


def answers_shelf(session: Session, peps: Sequence[Pep], tables: Iterable[str] = ()) -> Shelf:
    """Only the parts of those PEPs, and the tables of that name."""
    return Shelf(_parts(session, [pep.id for pep in peps]), _rows(session, peps, tables), {}, {}, {}, set(), {}, {}, {}, {}, [])


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


def beside_of(session: Session, pep: Pep) -> Beside:
    """What stands beside that PEP now, whether or not it keeps an earlier day's."""
    return _beside(pep, fill(session, [pep]))


def _beside(pep: Pep, shelf: Shelf) -> Beside:
    return Beside(
        child=_child(pep, shelf),
        school=pep.school.name if pep.school else "",
        writer=pep.writer.name if pep.writer else "",
        sdq_rows=tuple(_row(found, each) for _, found in _each(form_of(pep.form_version)) if found.store == SDQ_STORE
                       for each in _scores(pep, shelf)),
        numbers=numbers_of(FormNumbers, pep.term.year),
        targets_to_review=tuple(each.target.id for each in _unreviewed(pep, shelf)),
        payees={each.id: each.payee for each in shelf.requests.get(pep.id, ())},
        schooling=tuple(roll_facts.schooling_of(each) for each in shelf.schools.get(pep.child_id, ())),
        suspensions=tuple(roll_facts.suspension_of(each) for each in shelf.suspensions.get(pep.child_id, ())
                          if pep.term.year.starts_on <= each.started_on <= pep.term.year.ends_on),
        ehcp_joined=any(child == pep.child_id and year == pep.term.year_id and other != pep.id
                        for child, year, other in shelf.joined),
        moves_to=roll_facts.next_stage_of(pep, _year_group(pep)),
    )


def _document(pep: Pep, shelf: Shelf, audience: Audience) -> Document:
    form, kept = form_of(pep.form_version), shelf.frozen.get(pep.id)
    beside = from_json(kept.facts, form) if kept else _beside(pep, shelf)
    phase = phase_of(beside.child.year_group)
    held = {found.key: normal(found, beside.sdq_rows if found.store == SDQ_STORE else value_of(pep, found, part, shelf))
            for part, found in _each(form)}
    to_review = _to_review(pep, beside, shelf)
    switches = switches_for(_circumstances(pep, beside, held, has_targets=bool(shelf.targets.get(pep.id))))
    shown = {
        found.key: held[found.key]
        for _, found in _each(form)
        if applies(found, phase.value, switches) and visible(found, audience)
    }
    of_the_office = audience not in (Audience.CHILD, Audience.PARENT)
    return Document(
        pep_id=pep.id,
        reference=pep.reference,
        kind=pep.kind.value,
        status=pep.status.value,
        grade=pep.grade.value if pep.grade else None,
        year=pep.term.year.name,
        term=pep.term.name.value,
        term_label=pep.term.label,
        school=beside.school,
        school_id=pep.school_id,
        writer=beside.writer,
        due_on=pep.due_on,
        due_rule=pep.due_rule,
        initiated_on=pep.initiated_on,
        meeting_at=pep.meeting_at,
        next_pep_on=pep.next_pep_on,
        phase=phase.value,
        audience=audience,
        form=form,
        child=beside.child_for(audience),
        switches=switches,
        answers=shown,
        digests={found.key: digest(found, shown[found.key]) for _, found in _each(form) if found.key in shown},
        signatures={part.value: _signature(shelf.parts[part].get(pep.id)) for part in Part},
        targets=tuple(_target(each) for each in shelf.targets.get(pep.id, ())),
        reviews=to_review,
        requests=tuple(_request(each, beside) for each in shelf.requests.get(pep.id, ())) if of_the_office else (),
        schooling=beside.schooling if of_the_office else (),
        suspensions=beside.suspensions if of_the_office else (),
        moves_to=beside.moves_to,
        ehcp_joined=beside.ehcp_joined,
        sent_on=day_of(pep.submitted_at),
        versions={part.value: each.row_version for part in Part if (each := shelf.parts[part].get(pep.id))},
        numbers=beside.numbers,
        carried=frozenset(key for rows in shelf.parts.values() if pep.id in rows for key in rows[pep.id].carried if key in shown),
        sent_back_at=_sent_back_at(pep, shelf),
    )


def _sent_back_at(pep: Pep, shelf: Shelf) -> datetime | None:
    """When it was sent back, while no part has been changed since: a changed one forgets it (workflow/sections.part_changed)."""
    moments = [rows[pep.id].reopened_at for rows in shelf.parts.values() if pep.id in rows]
    return max((each for each in moments if each), default=None) if pep.status is PepStatus.RETURNED and all(moments) else None


def _each(form: Form) -> Iterable[tuple[Part, Field]]:
    for part in form.parts:
        for found in form.fields(part.part):
            yield Part(part.part), found


def _year_group(pep: Pep) -> str:
    return pep.year_group or pep.child.year_group_override or year_group(pep.child.date_of_birth, pep.initiated_on)


def value_of(pep: Pep, found: Field, part: Part, shelf: Shelf) -> Any:
    if found.store in ("answers", "sensitive_answers"):
        kept = shelf.parts[part].get(pep.id)
        return loaded(found, getattr(kept, found.store).get(found.key)) if kept else None
    if found.store.startswith("Pep."):
        return getattr(pep, found.store.removeprefix("Pep."))
    name = found.store.removeprefix("rows:")
    if name == "SdqScore":
        return [_row(found, each) for each in _scores(pep, shelf)]
    return [_row(found, each) for each in shelf.rows[name].get(pep.id, ())]


def _scores(pep: Pep, shelf: Shelf) -> list[SdqScore]:
    """The scores recorded with this PEP; while there are none, the child's latest, carried."""
    every: list[SdqScore] = shelf.rows["SdqScore"].get(pep.child_id, [])
    return [each for each in every if each.pep_id == pep.id] or every[:1]


def _row(found: Field, each: Any) -> dict[str, Any]:
    return {"id": each.id} | {column.key: getattr(each, column.key) for column in found.columns}


def _unreviewed(pep: Pep, shelf: Shelf) -> list[Earlier]:
    """Targets of the child's earlier signed-off PEPs that no other PEP has looked back on."""
    elsewhere = {target for target, where in shelf.reviewed_elsewhere if where != pep.id}
    return [each for each in shelf.earlier.get(pep.child_id, ())
            if each.signed_off and each.target.pep_id < pep.id and each.target.id not in elsewhere]


def _to_review(pep: Pep, beside: Beside, shelf: Shelf) -> tuple[TargetReviewFacts, ...]:
    """The targets that this PEP looks back on, with what it says of them (HB-5.7)."""
    said = {review.target_id: review for review in shelf.rows["TargetReview"].get(pep.id, ())}
    earlier = {each.target.id: each for each in shelf.earlier.get(pep.child_id, ())}
    return tuple(_looked_back(earlier[each].target, earlier[each].reference, said.get(each))
                 for each in beside.targets_to_review if each in earlier)


def _looked_back(target: Target, reference: str, review: TargetReview | None) -> TargetReviewFacts:
    return TargetReviewFacts(
        target_id=target.id,
        wording=target.outcome,
        set_in=reference,
        outcome=review.outcome.value if review else "",
        what_happened=review.what_happened if review else "",
        support_effect=review.support_effect if review else "",
        child_view=(review.child_view or "") if review else "",
        next=review.next.value if review else "",
    )


def _circumstances(pep: Pep, beside: Beside, held: Mapping[str, Any], *, has_targets: bool) -> CircumstanceFacts:
    return CircumstanceFacts(
        year_group=beside.child.year_group,
        date_of_birth=beside.child.date_of_birth,
        on=day_of(pep.meeting_at) or pep.due_on,
        kind=pep.kind,
        has_school=pep.school_id is not None,
        sen_status=beside.child.sen_status,
        sdq_total=beside.sdq_rows[0]["total"] if beside.sdq_rows else None,
        numbers=beside.numbers,
        has_targets_to_review=bool(beside.targets_to_review),
        answers=held,
        has_targets=has_targets,
        is_late=(day_of(pep.submitted_at) or today()) > pep.due_on,
        moves_to=beside.moves_to,
        schooling=beside.schooling,
    )


def _child(pep: Pep, shelf: Shelf) -> ChildFacts:
    child, home = pep.child, shelf.homes.get(pep.child_id)
    return ChildFacts(
        id=child.id,
        first_name=child.first_name,
        last_name=child.last_name,
        known_as=child.known_as or "",
        date_of_birth=child.date_of_birth,
        year_group=_year_group(pep),
        upn=child.upn,
        lcs_id=child.lcs_id,
        entered_care_on=child.entered_care_on,
        legal_status=child.legal_status.label,
        sen_status=child.sen_status.value,
        ehcp_review_on=child.ehcp_review_on,
        social_worker=child.social_worker.name if child.social_worker else "",
        carer=child.carer.name if child.carer else "",
        home=home.kind.label if home else "",
        home_since=home.started_on if home else None,
    )


def _signature(part: PepPart | None) -> Signature | None:
    if part is None or part.signed_at is None or part.signed_by is None:
        return None
    return Signature(part.signed_by, part.signed_name or "", part.signed_at, part.signed_reason or "")


def _target(each: Target) -> TargetFacts:
    return TargetFacts(
        id=each.id,
        number=each.number,
        area=each.area.value,
        subject=each.subject.value,
        is_strength=each.is_strength,
        answers_sdq=each.answers_sdq,
        need=each.need,
        support_what=each.support_what,
        support_when=each.support_when,
        support_where=each.support_where,
        support_who=each.support_who,
        support_how_often=each.support_how_often,
        outcome=each.outcome,
        baseline=each.baseline,
        success_measure=each.success_measure,
        due_on=each.due_on,
        child_agrees=each.child_agrees or "",
        child_wording=each.child_wording or "",
        from_plan=each.from_plan or "",
    )


def _request(each: PpgRequest, beside: Beside) -> RequestFacts:
    return RequestFacts(
        id=each.id,
        target_id=each.target_id,
        category=each.category.value,
        description=each.description,
        provider=each.provider,
        payee=beside.payees.get(each.id, each.payee),
        quantity=each.quantity,
        unit=each.unit,
        unit_cost_pence=each.unit_cost_pence,
        amount_pence=each.amount_pence,
        approved_pence=each.approved_pence,
        status=each.status.value,
    )
