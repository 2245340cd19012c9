"""Telling the Virtual School of a risk of exclusion (HB-3.6): on any day, once, seen at once, advised on, closed.

The world's day is 18 Nov 2024; Robin is Tess's at Alder School and Sara's, Jule is Otto's and Olga's.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from pep_admin import signals
from pep_admin.exceptions import NotAllowed, NotFound, Refused
from pep_admin.models import AuditEvent, ExclusionAlert, RecordChange
from pep_admin.permissions import Actor
from pep_admin.school_words import ExclusionConcern
from pep_admin.workflow import exclusions
from pep_admin.workflow.exclusions import Telling
from tests.visiting import Page, Visitor
from tests.world import TODAY, World, build_world

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

ALERTS, CHILDREN, PEPS = (f"/admin/pep/{noun}/" for noun in ("exclusion_alerts", "children", "peps"))
FEARED = Telling(ExclusionConcern.RISK, date(2024, 11, 15), "A fight on Friday; the head decides on Tuesday.",
                 "A quiet room, a key adult.")
TYPED = {"concern": "risk", "since_on": "15 Nov 2024", "happened": "A fight on Friday.", "tried": "A quiet room."}


def tell(world: World, who: Actor | None = None, told: Telling = FEARED, child_id: int = 0) -> ExclusionAlert:
    actor = world.act(who or world.teacher)
    return exclusions.tell_exclusion_risk(world.session, child_id or world.child_id, told, actor=actor, today=TODAY)


def told_at(visitor: Visitor, child_id: int, **typed: str) -> Page:
    return visitor.get(f"{ALERTS}tell/?child={child_id}").send("happened", **{**TYPED, **typed})


def alerts(session: Any) -> list[ExclusionAlert]:
    return list(session.scalars(sa.select(ExclusionAlert).order_by(ExclusionAlert.id)))


def events(session: Any) -> list[str]:
    wanted = AuditEvent.action.like("exclusion_alert.%"), AuditEvent.action != "exclusion_alert.read", AuditEvent.outcome == "done"
    return list(session.scalars(sa.select(AuditEvent.action).where(*wanted).order_by(AuditEvent.id)))


# --- telling -----------------------------------------------------------------------------------------------------------------


def test_a_teacher_tells_without_an_open_pep_and_the_office_sees_it_at_once(
    world: World, enter: Callable[[str], Visitor], ask: Callable[..., Any]
) -> None:
    page = told_at(enter("teacher"), world.child_id)
    assert page.status == 200 and "The Virtual School has been told." in page.main
    assert "A fight on Friday." in page.main and "Told byTess Lehrer" in page.main
    front = enter("officer").get("/admin/")
    assert "1 Exclusion risk Told and not closed: advise at once" in front.main
    listed = front.link("Exclusion risk")
    assert "Robin Musterkind0" in listed.main and "18 Nov 2024" in listed.main
    child = enter("officer").get(f"{CHILDREN}details/?id={world.child_id}")
    assert "Feared: a suspension or exclusion may come, since 15 Nov 2024. Told by Tess Lehrer on 18 Nov 2024." in child.main
    assert "The Virtual School has not recorded its advice yet." in child.main
    assert ask(events) == ["exclusion_alert.tell"]
    assert ask(lambda session: [(each.school_id, each.pep_id) for each in alerts(session)]) == [(world.school_id, None)]


def test_what_is_missing_is_said_beside_its_field_and_nothing_typed_is_lost(world: World, enter: Callable[[str], Visitor]) -> None:
    page = told_at(enter("teacher"), world.child_id, since_on="19 Nov 2024", tried=" ", concern="")
    assert page.status == 422
    assert "Say whether it is feared or has happened. (HB-3.6)" in page.main
    assert "19 Nov 2024 cannot be meant: enter a day of the last twelve months, up to today. (DATA-dates)" in page.main
    assert "Say what the school has tried so far. If nothing yet, say so. (HB-3.6)" in page.main
    assert page.tree.xpath("//textarea[@name='happened']")[0].text_content().strip() == "A fight on Friday."
    assert page.tree.xpath("//input[@name='since_on']/@value") == ["19 Nov 2024"]


def test_a_second_press_makes_no_second_one(world: World, enter: Callable[[str], Visitor], ask: Callable[..., Any]) -> None:
    visitor = enter("teacher")
    form = visitor.get(f"{ALERTS}tell/?child={world.child_id}")
    for _ in range(2):
        page = form.send("happened", **TYPED)
        assert page.status == 200 and "The Virtual School has been told." in page.main
    assert ask(lambda session: len(alerts(session))) == 1 and ask(events) == ["exclusion_alert.tell"]


def test_who_tells_second_sees_what_was_told_and_keeps_their_own_words(
    world: World, enter: Callable[[str], Visitor], ask: Callable[..., Any]
) -> None:
    hers = enter("worker").get(f"{ALERTS}tell/?child={world.child_id}")
    told_at(enter("teacher"), world.child_id)
    page = hers.send("happened", **{**TYPED, "happened": "The carer fears it too."})
    assert page.status == 422
    assert "Tess Lehrer has told the Virtual School already, on 18 Nov 2024. What is new goes under it." in page.main
    assert "A fight on Friday." in page.main
    assert page.tree.xpath("//textarea[@name='happened']")[0].text_content().strip() == "The carer fears it too."
    for _ in range(2):
        done = page.send("happened", concern="suspension")
        assert done.status == 200
    [alert] = ask(lambda session: [(each.concern, each.happened, each.tried) for each in alerts(session)])
    assert alert == (ExclusionConcern.SUSPENSION, "A fight on Friday.\n\n18 Nov 2024, Sara Sozial: The carer fears it too.",
                     "A quiet room.\n\n18 Nov 2024, Sara Sozial: A quiet room.")
    assert ask(events) == ["exclusion_alert.tell", "exclusion_alert.tell_more"]


def test_more_that_says_nothing_or_does_not_fit_is_refused(world: World) -> None:
    alert = tell(world)
    for told, check in ((Telling(None, None, " ", "-"), "ALERT-happened"), (Telling(None, None, "x" * 5_000, ""), "ALERT-happened"),
                        (Telling(None, None, "", "x" * 5_000), "ALERT-tried")):
        with pytest.raises(Refused) as refused:
            exclusions.add_to_alert(world.session, alert.id, told, actor=world.act(world.teacher), today=TODAY)
        assert [each.check for each in refused.value.findings] == [check]


def test_the_child_is_chosen_among_ones_own(world: World, enter: Callable[[str], Visitor]) -> None:
    page = enter("teacher").get(f"{ALERTS}tell/")
    assert "Robin Musterkind0" in page.main and "Jule" not in page.main
    assert page.link("Robin Musterkind0").heading == "Tell the Virtual School: exclusion risk"
    told_at(enter("teacher"), world.child_id)
    assert "Told on 18 Nov 2024: tell what is new" in enter("worker").get(f"{ALERTS}tell/").main
    assert enter("officer").get(f"{ALERTS}tell/").heading == "Children"


# --- what the Virtual School does ----------------------------------------------------------------------------------------------


def test_the_office_records_its_advice_and_closes_the_alert(
    world: World, enter: Callable[[str], Visitor], ask: Callable[..., Any]
) -> None:
    told_at(enter("teacher"), world.child_id)
    alert = ask(lambda session: alerts(session)[0].id)
    page = enter("officer").get(f"{ALERTS}details/?id={alert}").link("Record the advice…")
    assert page.send("advice", advice=" ").status == 422
    wrong = page.send("advice", advice="Meet before Tuesday.", advised_on="17 Nov 2024")
    assert "Enter the day on which it was given, from 18 Nov 2024, when you were told, to today. (DATA-dates)" in wrong.main
    told = wrong.send("advice", advised_on="18 Nov 2024")
    assert "The advice is recorded." in told.main and "Advised byOle Amt" in told.main
    assert "Meet before Tuesday." in enter("teacher").get(f"{ALERTS}details/?id={alert}").main, "the school reads it"
    closing = told.link("Close…")
    assert closing.send("outcome", outcome=" ").status == 422
    closed = closing.send("outcome", outcome="No suspension; a support plan.")
    assert "Closed. If it comes up again, it is told anew." in closed.main and "No suspension; a support plan." in closed.main
    assert "0 Exclusion risk" in enter("officer").get("/admin/").main
    again = closing.send("outcome", outcome="Twice")
    assert again.status in (409, 422) and "Ole Amt closed this on 18 Nov 2024: No suspension; a support plan." in again.main
    assert ask(events) == ["exclusion_alert.tell", "exclusion_alert.advise", "exclusion_alert.close"]
    kept = sa.select(RecordChange.changes).where(RecordChange.table_name == "pep_exclusion_alert").order_by(RecordChange.id)
    changed = ask(lambda session: session.scalars(kept).all())
    assert len(changed) == 3 and changed[1]["advice"] == [None, "Meet before Tuesday."]
    assert told_at(enter("teacher"), world.child_id).status == 200
    assert ask(lambda session: len(alerts(session))) == 2, "told anew"


def test_an_advice_typed_beside_a_colleagues_is_not_lost_and_not_written_over(
    world: World, enter: Callable[[str], Visitor], ask: Callable[..., Any]
) -> None:
    told_at(enter("teacher"), world.child_id)
    alert = ask(lambda session: alerts(session)[0].id)
    mine = enter("officer").get(f"{ALERTS}advise/?id={alert}")
    enter("head").get(f"{ALERTS}advise/?id={alert}").send("advice", advice="Ring me first.")
    page = mine.send("advice", advice="Meet before Tuesday.")
    assert page.status == 409 and "Somebody has changed this meanwhile." in page.main
    assert "Ring me first." in page.main and "Meet before Tuesday." in page.text
    assert page.send("advice").status == 200
    assert ask(lambda session: alerts(session)[0].advice) == "Meet before Tuesday."


# --- who may -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["finance", "auditor", "administrator"])
def test_who_only_reads_or_pays_tells_nothing(world: World, who: str) -> None:
    with pytest.raises(NotAllowed):
        tell(world, getattr(world, who))


@pytest.mark.parametrize("who", ["other_teacher", "other_worker"])
def test_of_another_schools_child_nothing_is_told_or_read(world: World, enter: Callable[[str], Visitor], who: str) -> None:
    with pytest.raises(NotFound):
        tell(world, getattr(world, who))
    alert_id = tell(world).id
    world.session.commit()
    for path in (f"tell/?child={world.child_id}", f"details/?id={alert_id}"):
        assert enter(who).get(f"{ALERTS}{path}").status == 404
    assert "Robin" not in enter(who).get(ALERTS).text


def test_finance_sees_no_alert_anywhere(world: World, enter: Callable[[str], Visitor]) -> None:
    alert_id = tell(world).id
    world.session.commit()
    visitor = enter("finance")
    assert "Exclusion" not in visitor.get("/admin/").text
    for path in ("", f"details/?id={alert_id}", f"tell/?child={world.child_id}"):
        assert visitor.get(f"{ALERTS}{path}").status == 403


@pytest.mark.parametrize("who", ["teacher", "worker", "auditor"])
def test_only_the_virtual_school_advises_and_closes(world: World, who: str) -> None:
    alert, actor = tell(world), getattr(world, who)
    with pytest.raises(NotAllowed):
        exclusions.advise(world.session, alert.id, advice="Ring", advised_on=TODAY, actor=world.act(actor), today=TODAY)
    with pytest.raises(NotAllowed):
        exclusions.close_alert(world.session, alert.id, outcome="Over", actor=world.act(actor), today=TODAY)


# --- told by the answer in Part 2 (RD-210) -------------------------------------------------------------------------------------


def heard() -> tuple[list[int], Callable[..., None]]:
    said: list[int] = []

    def hear(_sender: Any, alert_id: int) -> None:
        said.append(alert_id)

    return said, hear


def test_yes_in_part_two_tells_it_in_the_same_moment_and_once(both_databases: str, open_session: Callable[..., Any]) -> None:
    world = build_world(open_session(both_databases))
    pep = world.delegated_pep()
    world.session.commit()
    said, hear = heard()
    signals.exclusion_risk_told.connect(hear)
    try:
        world.save(pep, "attendance", world.teacher, exclusion_risk=False)
        assert alerts(world.session) == []
        world.save(pep, "attendance", world.teacher, exclusion_risk=True)
        world.session.rollback()
        assert alerts(world.session) == [], "taken back with the answer"
        world.save(pep, "attendance", world.teacher, exclusion_risk=True)
        [alert] = alerts(world.session)
        assert (alert.pep_id, alert.child_id, alert.concern, alert.told_name, alert.told_on) == (
            pep.id, pep.child_id, ExclusionConcern.RISK, "Tess Lehrer", TODAY)
        assert alert.happened == f"Part 2 of {pep.reference} says that there is a risk of suspension or exclusion."
        assert said == []
        world.session.commit()
        assert said == [alert.id], "told to who listens, after the commit"
    finally:
        signals.exclusion_risk_told.disconnect(hear)
    world.save(pep, "attendance", world.teacher, exclusion_risk=False)
    world.save(pep, "attendance", world.teacher, exclusion_risk=True)
    assert len(alerts(world.session)) == 1, "one is open already"
    exclusions.close_alert(world.session, alert.id, outcome="Over", actor=world.act(world.officer), today=TODAY)
    world.save(pep, "attendance", world.teacher, behaviour="some")
    assert len(alerts(world.session)) == 1, "the answer was given before"


def test_the_page_of_the_answer_and_the_list_say_what_is_true(
    world: World, enter: Callable[[str], Visitor], ask: Callable[..., Any]
) -> None:
    pep = world.delegated_pep().id
    world.session.commit()
    enter("teacher").get(f"{PEPS}section/?id={pep}&section=attendance").send("exclusion_risk", exclusion_risk="yes")
    said = "You recorded a risk of exclusion. The Virtual School has been told; ask it before anything is decided."
    assert said in enter("teacher").get(f"{PEPS}check/?id={pep}").main
    assert "1 Exclusion risk" in enter("officer").get("/admin/").main
