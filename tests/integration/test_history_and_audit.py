"""Old and new value of every change with who and when, and the log of who did and who was refused."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select, update

from pep_admin import history
from pep_admin.exceptions import NoActor
from pep_admin.models import AuditEvent, Child, Pep, PpgRequest, RecordChange
from pep_admin.permissions import SYSTEM
from pep_admin.vocabulary import PepStatus
from pep_admin.workflow import payments
from tests.world import NOW, TODAY, World, child


def changes(world: World, table: str, row_id: int) -> list[tuple[str, str, dict[str, list[object]]]]:
    world.act(SYSTEM)
    return [(each.actor_name, each.verb, each.changes) for each in reversed(history.timeline(world.session, table, row_id))]


def test_a_changed_field_keeps_its_old_and_new_value_also_when_it_was_expired(world: World) -> None:
    row = child(world.session, world.child_id)
    world.act(world.officer)
    world.session.expire(row)
    row.known_as = "Robbie"
    world.session.flush()
    assert changes(world, "pep_child", row.id)[-1] == (world.officer.name, "update", {"known_as": [None, "Robbie"]})


def test_an_answer_is_kept_by_its_own_key_with_its_child(world: World) -> None:
    pep = world.pep_of()
    world.save(pep, "strengths", world.teacher, strengths="Patient with the little ones.")
    entry = world.session.scalars(
        select(RecordChange).where(RecordChange.table_name == "pep_education_section").order_by(RecordChange.id.desc())
    ).first()
    assert entry is not None
    assert list(entry.changes) == ["answers.strengths"]
    assert entry.changes["answers.strengths"][1] == "Patient with the little ones."
    assert (entry.actor_id, entry.child_id) == (world.teacher.id, world.child_id)


def test_a_conditional_update_keeps_its_history_too(world: World) -> None:
    pep = world.graded_pep()
    [request] = world.requests_of(pep)
    payments.release_requests(world.session, [request.id], actor=world.act(world.finance), today=TODAY, now=NOW)
    kept = changes(world, "pep_ppg_request", request.id)
    assert [entry["status"] for _, _, entry in kept if "status" in entry] == [
        [None, "draft"], ["draft", "requested"], ["requested", "approved"], ["approved", "released"],
    ]
    assert kept[-1][0] == world.finance.name
    statuses = [entry["status"] for _, _, entry in changes(world, "pep_pep", pep.id) if "status" in entry]
    assert statuses[-2:] == [["in_progress", "submitted"], ["submitted", "complete"]]


def test_a_bulk_change_without_history_is_refused(world: World) -> None:
    world.act(SYSTEM)
    with pytest.raises(RuntimeError, match="no history"):
        world.session.execute(update(Pep).values(status=PepStatus.COMPLETE))


def test_nothing_is_changed_with_nobody_acting(world: World) -> None:
    row = child(world.session, world.child_id)
    world.session.info["actor"] = None
    row.date_of_birth = date(2010, 1, 1)
    with pytest.raises(NoActor):
        world.session.flush()


def test_every_step_of_a_pep_leaves_its_event_with_who_did_it(world: World) -> None:
    pep = world.graded_pep()
    [request] = world.requests_of(pep)
    payments.release_requests(world.session, [request.id], actor=world.act(world.finance), today=TODAY, now=NOW)
    payments.batch_releases(world.session, actor=world.finance, now=NOW)
    world.session.flush()
    events = world.session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
    told = {(event.action, event.actor_name) for event in events if event.child_id == world.child_id}
    assert {
        ("child.take_into_care", SYSTEM.name), ("pep.delegate", world.officer.name), ("pep.write", world.teacher.name),
        ("pep.write", world.worker.name), ("target.save", world.teacher.name), ("pep.sign", world.teacher.name),
        ("pep.submit", world.worker.name), ("pep.grade", world.officer.name), ("request.approve", world.officer.name),
        ("funding.release", world.finance.name),
    } <= told
    assert ("payment.batch", world.finance.name) in {(event.action, event.actor_name) for event in events}


def test_no_event_holds_a_word_that_a_child_said(world: World) -> None:
    pep = world.pep_of()
    world.save(pep, "voice", world.teacher, child_voice_good="CANARY-4711 I like the climbing wall.")
    world.session.flush()
    assert "CANARY" not in repr([event.details for event in world.session.scalars(select(AuditEvent))])


def test_a_deleted_rows_values_stay_in_the_history(world: World) -> None:
    from pep_admin.workflow import targets

    pep = world.pep_of()
    target = world.target_of(pep)
    said, target_id = target.outcome, target.id
    targets.remove_target(world.session, target.id, actor=world.act(world.teacher))
    kept = changes(world, "pep_target", target_id)
    assert ("delete", said) in [(verb, (entry.get("outcome") or [None])[0]) for _, verb, entry in kept]


def test_the_child_of_every_change_is_known(world: World) -> None:
    world.graded_pep()
    unknown = world.session.scalars(
        select(RecordChange.table_name).where(RecordChange.child_id.is_(None)).distinct()
    ).all()
    assert set(unknown) <= {"pep_academic_year", "pep_term", "pep_person", "pep_school"}
    assert world.session.scalar(select(PpgRequest.id)) and world.session.scalar(select(Child.id))
