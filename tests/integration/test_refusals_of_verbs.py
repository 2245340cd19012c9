"""Every gate of the walking skeleton, tried at the verbs: each refusal cites its rule, and leaves no half change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pep_admin.exceptions import NotAllowed, NotFound, Refused
from pep_admin.models import Allocation, AuditEvent, Pep, Person, PpgRequest, RecordChange, Target
from pep_admin.permissions import SYSTEM
from pep_admin.vocabulary import Decision, Grade, Part, PepKind, PepStatus, PpgCategory, PpgStatus, Subject
from pep_admin.workflow import delegation, payments, ppg, reviews, roll, sections, targets
from pep_admin.workflow import peps as pep_verbs
from tests.world import MEETING_DAY, NOW, TODAY, World, accepting, build_world, child, writing

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything


def refused(verb: Callable[..., Any], *args: Any, **named: Any) -> set[tuple[str, str]]:
    """(check, rule) of everything that a verb refuses with."""
    with pytest.raises(Refused) as refusal:
        verb(*args, **named)
    return {(finding.check, finding.code) for finding in refusal.value.findings}


def counted(session: Session) -> tuple[int, ...]:
    """How much there is of everything that a half change would leave behind."""
    return tuple(
        session.scalar(select(func.count(model.id)).execution_options(unscoped="a test counts"))
        for model in (RecordChange, AuditEvent, PpgRequest, Target, Pep, Allocation)
    )


# --- signing and sending ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("section", "cleared", "part", "expected"),
    [
        ("voice", ("child_voice_good", "child_voice_hard", "child_voice_want"), Part.EDUCATION, ("RD-202", "HB-4.6")),
        ("voices", ("carer_voice",), Part.MEETING, ("RD-308", "HB-4.6")),
        ("voices", ("social_worker_voice",), Part.MEETING, ("RD-309", "HB-4.6")),
        ("actions", ("next_pep_on",), Part.MEETING, ("RD-313", "HB-1.7")),
        ("actions", ("actions",), Part.MEETING, ("RD-302", "HB-7.1")),
        ("meeting", ("attendees",), Part.MEETING, ("RD-302", "HB-7.1")),
        ("responsibility", ("parental_responsibility",), Part.SOCIAL_CARE, ("RD-103", "HB-3.7")),
        ("health", ("sdq",), Part.SOCIAL_CARE, ("RD-106", "HB-4.7")),
        ("learning", ("attainment",), Part.EDUCATION, ("RD-217", "HB-4.1")),
        ("strengths", ("leisure_interests",), Part.EDUCATION, ("RD-201", "HB-7.1")),
    ],
)
def test_a_part_without_what_the_handbook_asks_is_not_signed(
    world: World, section: str, cleared: tuple[str, ...], part: Part, expected: tuple[str, str]
) -> None:
    pep = world.written_pep()
    who = world.teacher if part is Part.EDUCATION else world.worker
    world.save(pep, section, who, **dict.fromkeys(cleared))
    before = counted(world.session)

    found = refused(sections.sign_part, world.session, pep.id, part, actor=who, today=TODAY, now=NOW)

    assert expected in found
    assert counted(world.session) == before


def test_every_part_of_the_written_pep_can_be_signed(world: World) -> None:
    """The counterpart of the refusals: with nothing cleared, each part signs and the PEP goes."""
    pep = world.sent_pep()
    assert pep.status is PepStatus.SUBMITTED


def test_a_pep_without_an_english_or_a_maths_target_is_not_signed(world: World) -> None:
    pep = world.written_pep(money=False)
    for target in world.session.scalars(select(Target).where(Target.pep_id == pep.id, Target.subject != Subject.OTHER)).all():
        targets.remove_target(world.session, target.id, actor=world.act(world.teacher))
    found = refused(sections.sign_part, world.session, pep.id, Part.EDUCATION, actor=world.teacher, today=TODAY, now=NOW)
    assert {("RD-223", "HB-5.1"), ("RD-224", "HB-5.1")} <= found


def test_an_exception_with_its_reason_stands_for_a_target(world: World) -> None:
    pep = world.written_pep(money=False)
    english = world.session.scalars(select(Target).where(Target.pep_id == pep.id, Target.subject == Subject.ENGLISH)).one()
    targets.remove_target(world.session, english.id, actor=world.act(world.teacher))
    world.save(pep, "target_exceptions", world.teacher, english_exception="Has grade 6 in English already.")
    sections.sign_part(world.session, pep.id, Part.EDUCATION, actor=world.teacher, today=TODAY, now=NOW)


@pytest.mark.parametrize(
    "missing", ["need", "baseline", "success_measure", "support_what", "support_who", "support_how_often", "due_on"]
)
def test_a_target_without_one_of_its_smart_parts_is_not_signed(world: World, missing: str) -> None:
    pep = world.written_pep(money=False)
    target = world.target_of(pep)
    values = {"outcome": target.outcome, missing: None if missing == "due_on" else ""}
    targets.save_target(world.session, pep.id, values, actor=world.act(world.teacher), target_id=target.id)
    found = refused(sections.sign_part, world.session, pep.id, Part.EDUCATION, actor=world.teacher, today=TODAY, now=NOW)
    assert {code for check, code in found if check in ("RD-225", "RD-228")} & {"HB-5.2", "HB-5.4"}


def test_nothing_is_sent_before_every_part_is_signed(world: World) -> None:
    pep = world.written_pep()
    sections.sign_part(world.session, pep.id, Part.EDUCATION, actor=world.act(world.teacher), today=TODAY, now=NOW)
    before = counted(world.session)
    found = refused(pep_verbs.submit_pep, world.session, pep.id, actor=world.act(world.worker), today=TODAY, now=NOW)
    assert ("RD-316", "HB-2.6") in found
    assert counted(world.session) == before


def test_changing_a_signed_part_takes_its_signature_away(world: World) -> None:
    pep = world.written_pep()
    sections.sign_part(world.session, pep.id, Part.EDUCATION, actor=world.act(world.teacher), today=TODAY, now=NOW)
    world.save(pep, "strengths", world.teacher, strengths="Patient with the little ones.")
    found = refused(pep_verbs.submit_pep, world.session, pep.id, actor=world.act(world.worker), today=TODAY, now=NOW)
    assert ("RD-316", "HB-2.6") in found


def test_nobody_signs_or_writes_the_part_of_another(world: World) -> None:
    pep = world.written_pep()
    with pytest.raises(NotAllowed):
        sections.sign_part(world.session, pep.id, Part.MEETING, actor=world.act(world.teacher), today=TODAY, now=NOW)
    with pytest.raises(NotAllowed):
        world.save(pep, "strengths", world.worker, strengths="Not mine to write.")
    with pytest.raises(NotFound):
        world.save(pep, "strengths", world.other_teacher, strengths="Not my school's child.")


def test_the_virtual_school_signs_for_somebody_only_with_a_reason(world: World) -> None:
    pep = world.written_pep()
    found = refused(sections.sign_part, world.session, pep.id, Part.EDUCATION, actor=world.act(world.officer), today=TODAY, now=NOW)
    assert found == {("RD-316", "HB-2.6")}
    sections.sign_part(world.session, pep.id, Part.EDUCATION, actor=world.officer, today=TODAY, now=NOW, reason="She is ill")


# --- money ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"quantity": 1, "unit_cost_pence": 600_01, "amount_pence": 600_01}, ("RD-403", "HB-6.1")),
        ({"category": PpgCategory.X_TRANSPORT}, ("RD-405", "HB-6.4")),
        ({"category": PpgCategory.X_CLOTHING}, ("RD-405", "HB-6.4")),
        ({"category": PpgCategory.X_ADMIN}, ("RD-405", "HB-6.4")),
        ({"target_id": None}, ("RD-401", "HB-6.5")),
        ({"amount_pence": 560_00}, ("RD-402", "HB-6.6")),
        ({"payee_school_id": None}, ("PPG-payee", "HB-6.7")),
    ],
)
def test_a_request_against_a_rule_is_refused_and_not_stored(
    world: World, changed: dict[str, Any], expected: tuple[str, str]
) -> None:
    pep = world.written_pep(money=False)
    before = counted(world.session)
    values = world.request_values(pep, **changed)
    found = refused(ppg.save_request, world.session, pep.id, values, actor=world.act(world.teacher))
    assert expected in found
    assert counted(world.session) == before


def test_six_hundred_pounds_to_the_penny_may_be_asked_for(world: World) -> None:
    pep = world.written_pep(money=False)
    ppg.save_request(world.session, pep.id, world.request_values(pep, quantity=1, unit_cost_pence=600_00, amount_pence=600_00),
                     actor=world.act(world.teacher))


def test_two_lines_of_one_pep_are_counted_together(world: World) -> None:
    pep = world.written_pep(money=False)
    first = world.request_values(pep, quantity=1, unit_cost_pence=300_00, amount_pence=300_00)
    ppg.save_request(world.session, pep.id, first, actor=world.act(world.teacher))
    second = first | {"unit_cost_pence": 300_01, "amount_pence": 300_01}
    assert ("RD-403", "HB-6.1") in refused(ppg.save_request, world.session, pep.id, second, actor=world.teacher)


def test_a_second_pep_of_the_term_cannot_take_the_sum_over_the_cap(world: World) -> None:
    pep = world.graded_pep()  # £550.00 approved
    other = pep_verbs.initiate_pep(world.session, child(world.session, world.child_id), world.autumn, kind=PepKind.NEED,
                                   reason="More help", actor=world.act(world.officer), today=TODAY, now=NOW)
    delegation.delegate_peps(world.session, [other.id], actor=world.officer, now=NOW, run="two")
    writing.write(world.session, other, meeting_on=MEETING_DAY, money=False)
    values = world.request_values(other, quantity=1, unit_cost_pence=50_01, amount_pence=50_01)
    assert ("RD-403", "HB-6.1") in refused(ppg.save_request, world.session, other.id, values, actor=world.act(world.teacher))
    ppg.save_request(world.session, other.id, values | {"unit_cost_pence": 50_00, "amount_pence": 50_00}, actor=world.teacher)
    assert pep.status is PepStatus.COMPLETE


def test_a_target_of_another_pep_is_not_there(world: World) -> None:
    pep = world.written_pep(money=False)
    other = world.written_pep(money=False, child_id=world.other_child_id)
    foreign = world.target_of(other).id
    with pytest.raises(NotFound):
        ppg.save_request(world.session, pep.id, world.request_values(pep, target_id=foreign), actor=world.act(world.officer))


# --- opening, delegating, grading, releasing ----------------------------------------------------------------------------


def test_a_second_termly_pep_of_the_same_term_is_refused(world: World) -> None:
    world.launch()
    found = refused(pep_verbs.initiate_pep, world.session, child(world.session, world.child_id), world.autumn, kind=PepKind.TERMLY,
                    reason="", actor=world.act(world.officer), today=TODAY, now=NOW)
    assert found == {("open-twice", "HB-1.4")}


def test_a_pep_without_a_named_writer_with_an_address_is_held_and_stays_unopened(session: Session) -> None:
    world = build_world(session)
    teacher = world.session.get(Person, world.teacher.person_id)
    assert teacher is not None
    teacher.email = None
    world.session.flush()
    world.launch()
    ids = list(world.session.scalars(select(Pep.id)))
    result = delegation.delegate_peps(world.session, ids, actor=world.act(world.officer), now=NOW, run="one")
    assert [(pep.child_id, finding.code) for pep, finding in result.held] == [(world.child_id, "HB-2.2")]
    assert [each.pep.child_id for each in result.going] == [world.other_child_id]
    assert world.pep_of(world.child_id).status is PepStatus.INITIATED


def test_red_cannot_be_accepted_and_amber_leaves_the_money_waiting(world: World) -> None:
    pep = world.sent_pep()
    act = world.act(world.officer)
    found = refused(reviews.grade_pep, world.session, pep.id, accepting(Grade.RED), actor=act, today=TODAY, now=NOW)
    assert ("QA-red", "HB-7.2") in found
    reviews.grade_pep(world.session, pep.id, accepting(Grade.AMBER), actor=act, today=TODAY, now=NOW)
    assert pep.status is PepStatus.COMPLETE
    assert [each.status for each in world.requests_of(pep)] == [PpgStatus.REQUESTED]


def test_grading_needs_feedback(world: World) -> None:
    pep = world.sent_pep()
    found = refused(reviews.grade_pep, world.session, pep.id, accepting(feedback=" "), actor=world.act(world.officer), today=TODAY,
                    now=NOW)
    assert found == {("QA-feedback", "HB-7.2")}


def test_attempts_instead_of_a_voice_may_be_sent_but_hold_the_money(world: World) -> None:
    """HB-4.6: sent with what was tried, signed off only when an officer accepts that, and then the money waits."""
    pep = world.written_pep()
    world.save(
        pep,
        "voices",
        world.worker,
        carer_voice=None,
        carer_voice_attempts="Asked on 4, 11 and 18 October by telephone by the social worker; the carer is in hospital.",
    )
    writing.sign_and_send(world.session, pep, today=TODAY, now=NOW)
    found = refused(reviews.grade_pep, world.session, pep.id, accepting(), actor=world.act(world.officer), today=TODAY, now=NOW)
    assert {code for _, code in found} == {"HB-4.6"}
    reviews.grade_pep(world.session, pep.id, accepting(attempts_accepted=True), actor=world.officer, today=TODAY, now=NOW)
    [request] = world.requests_of(pep)
    result = payments.release_requests(world.session, [request.id], actor=world.act(world.finance), today=TODAY, now=NOW)
    assert result.released == ()
    assert "HB-4.6" in {finding.code for _, findings in result.held for finding in findings}


def test_the_one_who_approved_does_not_release_unless_the_head_says_why(world: World) -> None:
    pep = world.sent_pep()
    reviews.grade_pep(world.session, pep.id, accepting(), actor=world.act(world.head), today=TODAY, now=NOW)
    [request] = world.requests_of(pep)
    result = payments.release_requests(world.session, [request.id], actor=world.head, today=TODAY, now=NOW)
    assert result.released == () and result.held
    with pytest.raises(NotAllowed):
        payments.release_requests(world.session, [request.id], actor=world.act(world.officer), today=TODAY, now=NOW)
    result = payments.release_requests(world.session, [request.id], actor=world.act(world.head), today=TODAY, now=NOW,
                                       alone_reason="Finance is away until Monday; the school needs to book the tutor.")
    assert [each.id for each in result.released] == [request.id]


def test_money_of_a_child_who_left_care_is_held(world: World) -> None:
    pep = world.graded_pep()
    roll.leave_care(world.session, child(world.session, world.child_id), on=TODAY - timedelta(days=1), reason="Returned home",
                    actor=world.act(world.officer), today=TODAY, now=NOW)
    [request] = world.requests_of(pep)
    result = payments.release_requests(world.session, [request.id], actor=world.act(world.finance), today=TODAY, now=NOW)
    assert result.released == () and len(result.held) == 1


def test_returning_gives_the_money_back_and_unsigns_every_part(world: World) -> None:
    pep = world.sent_pep()
    back = reviews.Grading(Grade.RED, Decision.RETURN, "The targets do not answer the need.", "Start from the SDQ.")
    reviews.grade_pep(world.session, pep.id, back, actor=world.act(world.officer), today=TODAY, now=NOW)
    world.act(SYSTEM)
    assert pep.status is PepStatus.RETURNED
    assert [each.status for each in world.requests_of(pep)] == [PpgStatus.DRAFT]
    assert set(world.session.scalars(select(Allocation.reserved_pence))) == {0}
    world.save(pep, "strengths", world.teacher, strengths="Kind, and patient with the little ones.")
    writing.sign_and_send(world.session, pep, today=TODAY, now=NOW)
    assert pep.status is PepStatus.SUBMITTED


def test_a_verb_of_another_role_is_not_allowed(world: World) -> None:
    pep = world.sent_pep()
    for who in (world.teacher, world.worker, world.finance, world.auditor, world.administrator):
        with pytest.raises(NotAllowed):
            reviews.grade_pep(world.session, pep.id, accepting(), actor=world.act(who), today=TODAY, now=NOW)
