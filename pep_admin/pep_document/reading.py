"""Reading PEPs as documents: everything a set of them is made of, each table once, then one Document each, filtered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from pep_admin.circumstances import CircumstanceFacts, phase_of, switches_for
from pep_admin.config import today
from pep_admin.exceptions import NotFound
from pep_admin.models import (
    Child,
    Pep,
    PepPart,
    School,
    SdqScore,
    Target,
    TargetReview,
    Term,
)
from pep_admin.pep_document import roll_facts
from pep_admin.pep_document.beside import SDQ_STORE, Beside, from_json
from pep_admin.pep_document.exceptions import standing_for
from pep_admin.pep_document.money import effects_of, request_facts, unanswered
from pep_admin.pep_document.papers import papers_behind
from pep_admin.pep_document.sent_back import waiting
from pep_admin.pep_document.shelf import (
    Earlier,
    Shelf,
    fill,
    form_of,
)
from pep_admin.pep_document.values import digest, loaded, normal
from pep_admin.pep_form import (
    ChildFacts,
    Document,
    Field,
    Form,
    FundingEffectFacts,
    Signature,
    TargetFacts,
    TargetReviewFacts,
    applies,
    visible,
)
from pep_admin.policy import FormNumbers, numbers_of
from pep_admin.school_calendar import year_group
from pep_admin.transitions import ahead_of
from pep_admin.validators.meetings import day_of
from pep_admin.vocabulary import Audience, Part, PlacementKind, SenStatus


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
                joinedload(Pep.school).joinedload(School.designated_teacher),
                joinedload(Pep.school).joinedload(School.headteacher),
                joinedload(Pep.writer),
                joinedload(Pep.attending_officer),
                joinedload(Pep.form_version),
            )
        )
    )
    shelf = fill(session, wanted)
    found, sent_back = {pep.id: _document(pep, shelf, audience) for pep in wanted}, waiting(session, wanted, shelf)
    return {pep_id: replace(each, sent_back_at=sent_back[pep_id][0], unchanged=sent_back[pep_id][1] or ())
            if pep_id in sent_back else each for pep_id, each in found.items()}


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
        money_to_answer=tuple(each.request.id for each in unanswered(shelf.money.get(pep.child_id, ()), pep.id)),
        record=roll_facts.record_of(pep, shelf.homes.get(pep.child_id, ()), shelf.schools.get(pep.child_id, ()),
                                    _before(pep, shelf)),
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
        requests=tuple(request_facts(each, beside) for each in shelf.requests.get(pep.id, ())) if of_the_office else (),
        schooling=beside.schooling if of_the_office else (),
        suspensions=beside.suspensions if of_the_office else (),
        moves_to=beside.moves_to,
        ehcp_joined=beside.ehcp_joined,
        sent_on=day_of(pep.submitted_at),
        exceptions=standing_for(pep, shelf.exceptions.get(pep.child_id, ())),
        effects=_effects(pep, beside, shelf) if of_the_office else (),
        papers=papers_behind(pep, shelf.papers.get(pep.child_id, ()), until=pep.submitted_at if kept else None, audience=audience),
        versions={part.value: each.row_version for part in Part if (each := shelf.parts[part].get(pep.id))},
        numbers=beside.numbers,
        carried=frozenset(key for rows in shelf.parts.values() if pep.id in rows for key in rows[pep.id].carried if key in shown),
        record=beside.record_for(audience),
    )


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


def _before(pep: Pep, shelf: Shelf) -> int | None:
    """The SDQ total before the latest that this PEP shows."""
    every, shown = shelf.rows["SdqScore"].get(pep.child_id, []), _scores(pep, shelf)
    earlier = [each.total for each in every if shown and each.completed_on < shown[0].completed_on]
    return earlier[0] if earlier else None


def _row(found: Field, each: Any) -> dict[str, Any]:
    return {"id": each.id} | {column.key: getattr(each, column.key) for column in found.columns}


def _unreviewed(pep: Pep, shelf: Shelf) -> list[Earlier]:
    """Targets of the child's earlier PEPs that wait to be looked back on, and that no other PEP has. What this one has said of a
    target stays with it while the earlier one goes back to its writers."""
    elsewhere = {target for target, where in shelf.reviewed_elsewhere if where != pep.id}
    here = {target for target, where in shelf.reviewed_elsewhere if where == pep.id}
    return [each for each in shelf.earlier.get(pep.child_id, ())
            if (each.waits_for(pep) or each.target.id in here) and each.target.pep_id < pep.id and each.target.id not in elsewhere]


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
        subject=target.subject.value,
    )


def _effects(pep: Pep, beside: Beside, shelf: Shelf) -> tuple[FundingEffectFacts, ...]:
    """The released money that this PEP answers for, with what it says of it (HB-6.5); none where its form does not ask yet."""
    if not any(found.store == "rows:FundingEffect" for _, found in _each(form_of(pep.form_version))):
        return ()
    return effects_of(shelf.money.get(pep.child_id, ()), beside.money_to_answer, shelf.rows["FundingEffect"].get(pep.id, ()))


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
        has_money_to_answer=bool(beside.money_to_answer),
        answers=held,
        has_targets=has_targets,
        is_late=(day_of(pep.submitted_at) or today()) > pep.due_on,
        moves_to=beside.moves_to,
        schooling=beside.schooling,
        in_custody=beside.child.home == PlacementKind.SECURE.label,
        has_suspension=bool(beside.suspensions),
        ahead=ahead_of(beside.child.year_group, pep.term.name, beside.child.sen_status == SenStatus.EHCP,
                       beside.record.options_in),
    )


def _child(pep: Pep, shelf: Shelf) -> ChildFacts:
    child, home = pep.child, next((each for each in shelf.homes.get(pep.child_id, ()) if each.ended_on is None), None)
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
        look_on=each.look_on,
        due_on=each.due_on,
        child_agrees=each.child_agrees or "",
        child_wording=each.child_wording or "",
        from_plan=each.from_plan or "",
        kept_from=each.kept_from_id,
    )
