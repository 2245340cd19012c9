"""Money asked for a nursery child (HB-6.3): refused, with one referral to the Early Years Team left behind, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from pep_admin import config
from pep_admin.exceptions import NotAllowed, Refused
from pep_admin.models import AuditEvent, Base, EarlyYearsReferral, Pep, RecordChange
from pep_admin.permissions import SYSTEM
from pep_admin.workflow import ppg
from pep_admin.workflow.referrals import remove_referral
from tests.host.foreign_app import make_council
from tests.visiting import Page, Visitor, values_of
from tests.world import TODAY, World, build_world

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

REQUESTS, REFERRALS, CHILDREN = (f"/admin/pep/{noun}/" for noun in ("ppg_requests", "referrals", "children"))
ASKED = {"category": "SALT", "description": "Six visits of a speech therapist", "provider": "The clinic", "quantity": "6",
         "unit": "visit", "unit_cost_pence": "50", "amount_pence": "300"}
SENTENCE = "Nursery children's money comes from the Early Years Team. We have recorded a referral instead."


@pytest.fixture
def nursery(both_databases: str, open_session: Callable[..., Session]) -> Iterator[tuple[World, int, Callable[[str], Visitor]]]:
    """A world whose first child is in nursery with a PEP sent to its writers, on either database, and its people at the pages."""
    world = build_world(open_session(both_databases))
    pep = world.delegated_pep()
    pep.year_group = "N2"
    number = pep.id
    world.session.commit()
    config.move_today(TODAY)
    people = {name: getattr(world, name) for name in ("officer", "teacher", "other_teacher", "worker", "finance", "auditor")}
    council = make_council(both_databases, people)
    yield world, number, lambda name: Visitor(council.visit(name).client)
    with council.app.app_context():
        council.db.engine.dispose()


def counts(world: World) -> dict[str, int]:
    """How many rows each table of ours holds; what a page without scripts keeps for its writer, and its sweep, are no records."""
    world.session.rollback()
    world.act(SYSTEM)
    found = {table.name: world.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
             for table in Base.metadata.sorted_tables if table.name not in ("pep_draft", "pep_job")}
    world.session.rollback()
    return found


def ask_for(who: Visitor, pep: int, **changed: str) -> Page:
    return who.get(f"{REQUESTS}write/?pep={pep}").send("amount_pence", **(ASKED | changed))


def referrals(world: World) -> list[tuple[Any, ...]]:
    world.session.rollback()
    world.act(SYSTEM)
    found = [(each.child_id, each.pep_id, each.wanted, each.amount_pence, each.asked_by, each.asked_on, each.told_on, each.told_by)
             for each in world.session.scalars(sa.select(EarlyYearsReferral).order_by(EarlyYearsReferral.id))]
    world.session.rollback()
    return found


def test_asking_is_refused_and_leaves_one_referral_and_nothing_else(nursery: Any) -> None:
    world, pep, enter = nursery
    teacher = enter("teacher")
    page = teacher.get(f"{REQUESTS}write/?pep={pep}")
    assert "Nursery children's money comes from the Early Years Team." in page.main and "We have recorded" not in page.main
    before = counts(world)
    refused = page.send("amount_pence", **ASKED)
    assert refused.status == 422 and SENTENCE in refused.main and "HB-6.3" in refused.main
    assert dict(values_of(refused.form("amount_pence")))["description"] == ASKED["description"], "nothing typed is lost"
    after = counts(world)
    grown = {name: after[name] - count for name, count in before.items() if after[name] != count}
    grown.pop("pep_audit_event")
    assert grown == {"pep_early_years_referral": 1, "pep_record_change": 1}
    kept = (world.child_id, pep, ASKED["description"], 300_00, world.teacher.id, TODAY, None, None)
    assert referrals(world) == [kept]

    assert ask_for(enter("officer"), pep).status == 422
    assert referrals(world) == [kept], "the same form sent twice leaves one"
    assert {name: count for name, count in counts(world).items() if name != "pep_audit_event"} == \
        {name: count for name, count in after.items() if name != "pep_audit_event"}


def test_what_is_asked_for_in_other_words_or_another_sum_is_referred_too(nursery: Any) -> None:
    """Nothing that was recorded in words is lost because something else waits to be passed on."""
    world, pep, enter = nursery
    for changed in ({}, {"description": "A weighted blanket"}, {"quantity": "3", "amount_pence": "150"},
                    {"quantity": "", "unit_cost_pence": "", "amount_pence": ""}, {"description": "A weighted blanket"}):
        refused = ask_for(enter("teacher"), pep, **changed)
        assert refused.status == 422 and SENTENCE in refused.main
    kept = [(each[2], each[3]) for each in referrals(world)]
    assert kept == [("Six visits of a speech therapist", 300_00), ("A weighted blanket", 300_00),
                    ("Six visits of a speech therapist", 150_00), ("Six visits of a speech therapist", None)]
    officer = enter("officer")
    assert officer.get(f"{REFERRALS}?flt0_state=open").main.count("Six visits of a speech therapist") == 3
    officer.get(f"{REFERRALS}details/?id=2").link("The Early Years Team was told…").send("told_on", told_on="18 Nov 2024")
    assert "A weighted blanket" not in officer.get(f"{REFERRALS}?flt0_state=open").main, "each is passed on by itself"


def test_what_the_grant_never_pays_for_is_not_passed_on_either(nursery: Any) -> None:
    world, pep, enter = nursery
    refused = ask_for(enter("teacher"), pep, category="X_TRANSPORT", description="Taxi")
    assert refused.status == 422 and "The grant cannot pay for transport." in refused.main and "HB-6.4" in refused.main
    assert referrals(world) == []


def test_the_pep_of_a_nursery_child_speaks_of_no_cap_and_lists_what_was_asked_for(nursery: Any) -> None:
    _, pep, enter = nursery
    page = enter("teacher").get(f"/admin/pep/peps/details/?id={pep}")
    assert "Nursery children’s money comes from the Early Years Team." in page.main and "Nothing was asked for." in page.main
    assert "Left this term" not in page.main and "£0.00" not in page.main
    ask_for(enter("teacher"), pep)
    page = enter("teacher").get(f"/admin/pep/peps/details/?id={pep}")
    assert page.link(ASKED["description"]).status == 200 and "£300.00" in page.main and "Not yet" in page.main


def test_a_wrong_referral_is_taken_away_by_who_asked_or_the_virtual_school_until_it_was_passed_on(nursery: Any) -> None:
    world, pep, enter = nursery
    for words in ("Six visits", "A weighted blanket", "A slide"):
        ask_for(enter("teacher"), pep, description=words)
    teacher, officer, remove = enter("teacher"), enter("officer"), f"{REFERRALS}remove/?id="
    assert enter("worker").get(f"{remove}1").status == 403, "a colleague's is not theirs to take away"
    assert enter("worker").get(f"{REFERRALS}details/?id=1").links("Remove…") == []
    page = teacher.get(f"{REFERRALS}details/?id=1").link("Remove…")
    assert page.send("reason", reason="x").status == 422 and len(referrals(world)) == 3, "an x is no reason"
    assert page.send("reason", reason="Asked for the wrong child").status == 200
    assert [each[2] for each in referrals(world)] == ["A weighted blanket", "A slide"]
    officer.get(f"{REFERRALS}details/?id=2").link("Remove…").send("reason", reason="The nursery has one already")
    assert [each[2] for each in referrals(world)] == ["A slide"]
    stale = teacher.get(f"{REFERRALS}details/?id=3").link("Remove…")
    officer.get(f"{REFERRALS}details/?id=3").link("The Early Years Team was told…").send("told_on", told_on="18 Nov 2024")
    assert stale.send("reason", reason="No longer needed").status == 409 and len(referrals(world)) == 1
    assert teacher.get(f"{REFERRALS}details/?id=3").links("Remove…") == []
    refused = teacher.get(f"{remove}3").send("reason", reason="No longer needed")
    assert refused.status == 422 and "Tell them that it changed." in refused.main and len(referrals(world)) == 1
    world.act(SYSTEM)
    gone = world.session.scalars(sa.select(RecordChange).where(RecordChange.table_name == "pep_early_years_referral",
                                                               RecordChange.verb == "delete").order_by(RecordChange.id)).all()
    assert [(each.actor_id, each.reason, each.changes["wanted"][0]) for each in gone] == [
        (world.teacher.id, "Asked for the wrong child", "Six visits"),
        (world.officer.id, "The nursery has one already", "A weighted blanket")]
    world.session.rollback()


def test_the_refusal_and_the_referral_are_both_in_the_audit_log(nursery: Any) -> None:
    world, pep, enter = nursery
    ask_for(enter("teacher"), pep)
    world.act(SYSTEM)
    wanted = ("referral.record", "ppg.save_request", "save_request")
    events = world.session.scalars(sa.select(AuditEvent).where(AuditEvent.action.in_(wanted)).order_by(AuditEvent.id)).all()
    assert [(each.outcome, each.child_id, each.actor_id) for each in events] == [
        ("done", world.child_id, world.teacher.id), ("refused", world.child_id, world.teacher.id)]
    assert events[1].details["codes"] == ["HB-6.3"]
    [change] = world.session.scalars(sa.select(RecordChange).where(RecordChange.table_name == "pep_early_years_referral"))
    assert (change.actor_id, change.child_id) == (world.teacher.id, world.child_id)
    world.session.rollback()


def test_a_request_that_says_nothing_leaves_nothing(nursery: Any) -> None:
    world, pep, enter = nursery
    refused = ask_for(enter("teacher"), pep, description=" ")
    assert refused.status == 422 and "Say what it is for, and it is referred to them." in refused.main
    assert referrals(world) == []


def test_the_verb_refuses_alone_and_hands_the_referral_to_whoever_runs_it(nursery: Any) -> None:
    world, number, _ = nursery
    world.act(SYSTEM)
    pep = world.session.get_one(Pep, number)
    values = {**ASKED, "target_id": None, "payee_school_id": None, "payee_name": "The clinic", "quantity": 6,
              "unit_cost_pence": 50_00, "amount_pence": 300_00}
    with pytest.raises(Refused) as refused:
        ppg.save_request(world.session, pep.id, values, actor=world.act(world.officer), today=date(2024, 11, 18))
    assert [(each.check, each.code) for each in refused.value.findings] == [("RD-404", "HB-6.3")]
    assert referrals(world) == []
    assert refused.value.instead is not None
    for _ in range(2):
        world.act(world.officer)
        refused.value.instead(world.session)
        world.session.commit()
    assert [each[2:5] for each in referrals(world)] == [("Six visits of a speech therapist", 300_00, world.officer.id)]


def test_it_stands_on_the_childs_page_and_in_a_list_until_the_team_was_told(nursery: Any) -> None:
    world, pep, enter = nursery
    officer = enter("officer")
    assert "Referrals to the Early Years Team" not in officer.get(f"{CHILDREN}details/?id={world.child_id}").main
    ask_for(enter("teacher"), pep)
    for who in ("officer", "teacher", "worker", "auditor"):
        page = enter(who).get(f"{CHILDREN}details/?id={world.child_id}")
        assert "Referrals to the Early Years Team" in page.main and "Six visits of a speech therapist" in page.main, who
        assert "Six visits" in enter(who).get(f"{REFERRALS}?flt0_state=open").main, who
    assert "Six visits" not in enter("other_teacher").get(REFERRALS).main
    assert enter("finance").get(REFERRALS).status == 403

    page = officer.get(f"{REFERRALS}details/?id=1").link("The Early Years Team was told…")
    for day, sentence in (("", "Enter the day on which"), ("17 Nov 2024", "from 18 Nov 2024, when it was asked for, to today"),
                          ("19 Nov 2024", "from 18 Nov 2024, when it was asked for, to today")):
        wrong = page.send("told_on", told_on=day)
        assert wrong.status == 422 and sentence in wrong.main, day
    assert "It is kept that the Early Years Team was told." in page.send("told_on", told_on="18 Nov 2024").main
    assert referrals(world)[0][-2:] == (TODAY, world.officer.id)
    assert page.send("told_on", told_on="18 Nov 2024").status == 409, "once is enough"
    assert "Six visits" not in officer.get(f"{REFERRALS}?flt0_state=open").main
    assert "18 Nov 2024" in officer.get(f"{REFERRALS}?flt0_state=told").main

    assert ask_for(enter("teacher"), pep, description="Three more visits").status == 422
    assert [(each[2], each[-2]) for each in referrals(world)] == [("Six visits of a speech therapist", TODAY),
                                                                  ("Three more visits", None)], "asked anew after that"


def test_only_the_virtual_school_says_that_the_team_was_told(nursery: Any) -> None:
    _, pep, enter = nursery
    ask_for(enter("teacher"), pep)
    assert enter("teacher").get(f"{REFERRALS}details/?id=1").status == 200
    for who in ("teacher", "worker", "auditor", "finance"):
        assert enter(who).get(f"{REFERRALS}told/?id=1").status == 403, who
    assert enter("other_teacher").get(f"{REFERRALS}details/?id=1").status == 404


def test_the_verb_takes_nothing_away_that_is_somebody_elses(nursery: Any) -> None:
    """Not by the page alone: a social worker may ask for money, but this was asked for by the teacher."""
    world, pep, enter = nursery
    ask_for(enter("teacher"), pep)
    world.act(SYSTEM)
    found = world.session.scalars(sa.select(EarlyYearsReferral)).one()
    with pytest.raises(NotAllowed, match="Who asked for this"):
        remove_referral(world.session, found, reason="Asked for by mistake", actor=world.act(world.worker))
    world.session.rollback()
    assert len(referrals(world)) == 1
