"""Agreed actions: mine and everybody's, ticked off and taken back by whoever sees the child today; open ones come up again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from pep_admin import config
from pep_admin.exceptions import NotAllowed, NotFound, Refused
from pep_admin.models import AgreedAction, AuditEvent, Pep, RecordChange
from pep_admin.permissions import SYSTEM, Cover
from pep_admin.queries.actions import actions_of
from pep_admin.vocabulary import LeavingReason, PepStatus
from pep_admin.workflow import actions, peps, roll
from tests.world import NOW, TODAY, World

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

MINE = "/admin/pep/actions/"
TUTOR, DENTIST = "Arrange the maths tutor and tell the carer the day", "Ask the dentist for appointments after school"
"""What was agreed at each meeting of 28 Oct 2024: the teacher by 11 Nov, which is over, the carer by 18 Nov."""
BIRCH = "Find a quiet room"


@pytest.fixture
def tutor(world: World) -> int:
    """The first child's action of the teacher; the other child's teacher has one too."""
    world.act(SYSTEM)
    other = world.session.scalars(sa.select(AgreedAction).where(AgreedAction.who == "Otto Anders")).one()
    other.what = BIRCH
    found = world.session.scalars(sa.select(AgreedAction).where(AgreedAction.who == "Tess Lehrer")).one()
    assert (found.what, found.by_on) == (TUTOR, date(2024, 11, 11))
    number = found.id
    world.session.commit()
    return number


def shown(page: Any) -> list[str]:
    """What each action on the page says, in their order."""
    return [" ".join(each.text_content().split()) for each in page.tree.xpath("//main//li[contains(@class, 'action')]")]


def test_my_actions_are_those_with_my_name_the_overdue_first(tutor: int, enter: Any) -> None:
    page = enter("teacher").get(MINE)
    [line] = shown(page)
    assert line.startswith(f"{TUTOR} Tess Lehrer, by 11 Nov 2024 overdue Robin")
    every = shown(enter("worker").get(f"{MINE}?whose=all"))
    assert [each.partition(" overdue")[0].partition(", by")[0] for each in every] == [f"{TUTOR} Tess Lehrer",
                                                                                    f"{DENTIST} Karla Pflege"]
    assert "overdue" in every[0] and "overdue" not in every[1], "today is the last day of the second"
    assert "Nothing waits for you." in enter("worker").get(MINE).main


def test_the_office_sees_every_childs_and_an_outsider_none(tutor: int, enter: Any) -> None:
    assert len(shown(enter("officer").get(f"{MINE}?whose=all"))) == 4
    assert "Robin Musterkind" in str(shown(enter("officer").get(f"{MINE}?whose=all"))), "a first name is not enough among 330"
    assert len(shown(enter("auditor").get(f"{MINE}?whose=all"))) == 4
    assert [each.split(" Otto")[0] for each in shown(enter("other_teacher").get(MINE))] == [BIRCH]
    assert enter("finance").get(MINE).status == 403 and enter("administrator").get(MINE).status == 403


def test_ticking_off_says_who_and_when_and_can_be_taken_back(tutor: int, enter: Any, ask: Any) -> None:
    teacher = enter("teacher")
    done = teacher.get(MINE).send()
    assert f"Ticked off: {TUTOR}" in done.text and shown(done) == []
    [line] = shown(teacher.get(f"{MINE}?state=done"))
    assert "done on 18 Nov 2024, ticked off by Tess Lehrer" in line
    again = teacher.get(f"{MINE}?state=done").send()
    assert f"Open again: {TUTOR}" in again.text and len(shown(again)) == 1

    def history(session: Any) -> list[Any]:
        found = session.scalars(sa.select(RecordChange).where(
            RecordChange.table_name == "pep_agreed_action", RecordChange.row_id == tutor, RecordChange.verb == "update"))
        return [(each.actor_name, each.changes["done_on"]) for each in found if "done_on" in each.changes]

    assert ask(history) == [("Tess Lehrer", [None, "2024-11-18"]), ("Tess Lehrer", ["2024-11-18", None])]
    assert ask(lambda session: session.scalars(sa.select(AuditEvent.action).where(
        AuditEvent.action.startswith("action.")).order_by(AuditEvent.id)).all()) == ["action.finish", "action.reopen"]


def test_one_ticks_off_for_those_who_have_no_account(tutor: int, enter: Any, ask: Any) -> None:
    page = enter("worker").get(f"{MINE}?whose=all")
    forms = [form for form in page.tree.xpath("//main//form") if DENTIST in form.text_content()]
    answer = page.visitor.post(forms[0].get("action"), list(forms[0].form_values()))
    assert "Ticked off" in answer.text
    assert ask(lambda session: session.scalars(sa.select(AgreedAction.done_name).where(
        AgreedAction.done_name.is_not(None))).all()) == ["Sara Sozial"]


@pytest.mark.parametrize(("who", "status"), [("other_teacher", 404), ("other_worker", 404), ("auditor", 403), ("finance", 403)])
def test_an_outsider_ticks_nothing_off(world: World, tutor: int, council: Any, ask: Any, who: str, status: int) -> None:
    answer = council.visit(who).send(f"{MINE}done/?id={tutor}", page="/admin/pep/rules/")
    assert answer.status_code == status
    assert ask(lambda session: session.get(AgreedAction, tutor).done_on) is None


def test_the_verb_refuses_too(world: World, tutor: int) -> None:
    with pytest.raises(NotFound):
        actions.finish_action(world.session, tutor, actor=world.act(world.other_worker), today=TODAY)
    with pytest.raises(NotAllowed):
        actions.finish_action(world.session, tutor, actor=world.act(world.auditor), today=TODAY)
    with pytest.raises(Refused, match="This is open already"):
        actions.reopen_action(world.session, tutor, actor=world.act(world.worker))
    actions.finish_action(world.session, tutor, actor=world.act(world.worker), today=TODAY)
    with pytest.raises(Refused, match="Sara Sozial has ticked this off already, on 18 Nov 2024"):
        actions.finish_action(world.session, tutor, actor=world.act(world.teacher), today=TODAY)


def test_a_child_who_has_moved_takes_their_actions_along(world: World, tutor: int, enter: Any) -> None:
    child = world.pep_of().child
    roll.change_school(world.session, child, school_id=world.other_school_id, on=TODAY, reason=LeavingReason.HOME_MOVE,
                       actor=world.act(world.officer), today=TODAY, now=NOW)
    world.session.commit()
    config.move_today(date(2024, 11, 19))  # the last day at the old school is over
    assert shown(enter("teacher").get(f"{MINE}?whose=all")) == []
    assert len(shown(enter("other_teacher").get(f"{MINE}?whose=all"))) == 4
    assert len(shown(enter("worker").get(f"{MINE}?whose=all"))) == 2


def test_of_a_child_who_leaves_today_nothing_is_ticked_off(world: World, tutor: int, council: Any) -> None:
    child = world.pep_of().child
    roll.change_school(world.session, child, school_id=None, on=TODAY, reason=LeavingReason.HOME_MOVE,
                       actor=world.act(world.officer), today=TODAY, now=NOW)
    world.session.commit()
    assert council.visit("teacher").send(f"{MINE}done/?id={tutor}", page="/admin/pep/rules/").status_code in (403, 404)


def test_saving_part_3_keeps_what_is_done_and_sending_holds_nothing_up(world: World, tutor: int, enter: Any, ask: Any) -> None:
    actions.finish_action(world.session, tutor, actor=world.act(world.teacher), today=TODAY)
    world.session.commit()
    pep = world.pep_of().id
    world.session.rollback()
    page = enter("worker").get(f"/admin/pep/peps/section/?id={pep}&section=actions")
    saved = page.send("actions-0-what", button=("then", "stay"), **{"actions-0-what": "Book the tutor"})
    assert saved.status == 200 and "Saved." in saved.main
    assert ask(lambda session: [(each.what, each.done_name) for each in session.scalars(
        sa.select(AgreedAction).where(AgreedAction.id == tutor))]) == [("Book the tutor", "Tess Lehrer")]
    world.graded_pep()
    actions.reopen_action(world.session, tutor, actor=world.act(world.teacher))
    assert actions.finish_action(world.session, tutor, actor=world.act(world.teacher), today=TODAY).done_on == TODAY


def test_a_pep_that_is_closed_takes_its_actions_off_the_lists(world: World, tutor: int, enter: Any) -> None:
    peps.withdraw_pep(world.session, world.pep_of().id, reason="Entered in error", actor=world.act(world.officer), now=NOW)
    world.session.commit()
    assert shown(enter("teacher").get(f"{MINE}?whose=all")) == []
    with pytest.raises(Refused, match="closed as not needed"):
        actions.finish_action(world.session, tutor, actor=world.act(world.teacher), today=TODAY)


def test_what_is_open_comes_first_at_the_next_pep_the_overdue_before_the_rest(world: World, tutor: int, enter: Any) -> None:
    """Both of the autumn's are overdue in spring; what is ticked off there is gone from it."""
    world.graded_pep()
    config.move_today(date(2025, 1, 7))
    world.launch(on=date(2025, 1, 7), term="spring")
    spring = world.pep_of()
    assert spring.status is PepStatus.INITIATED and spring.id != world.session.get_one(AgreedAction, tutor).pep_id
    number, autumn = spring.id, world.session.get_one(AgreedAction, tutor).pep_id
    world.session.commit()
    page = enter("teacher").get(f"/admin/pep/peps/details/?id={number}")
    assert "Agreed before, and not done 2" in page.main
    assert [line.split(", by ")[1].split(" Agreed")[0] for line in shown(page)] == ["11 Nov 2024 overdue", "18 Nov 2024 overdue"]
    form = next(form for form in page.tree.xpath("//main//form") if TUTOR in form.text_content())
    after = page.visitor.post(form.get("action"), list(form.form_values()))
    assert after.heading == page.heading and "Agreed before, and not done 1" in after.main, "back on the PEP"
    assert "Agreed before" not in enter("teacher").get(f"/admin/pep/peps/details/?id={autumn}").main


def test_who_stands_in_has_the_others_actions_too_and_names_are_names(world: World, tutor: int) -> None:
    """A letter that SQLite does not lower, and a name inside a longer text, are found; another's name is not."""
    world.act(SYSTEM)
    row = world.session.get_one(AgreedAction, tutor)
    for who, name, found in (("Özge Şen, head of year", "Özge Şen", 1), ("TESS LEHRER", "Tess Lehrer", 1),
                             ("Tess Lehrer", "Tess Lehrerin", 0), ("100% of us", "1_0%", 0)):
        row.who = who
        world.session.flush()
        asked = {"done": False, "today": TODAY, "page": 0, "on_a_page": 50}
        actor = replace(world.teacher, name=name)
        assert actions_of(world.session, mine=actor, **asked).count == found, who
        stands_in = replace(world.other_worker, covers=(Cover(1, name, TODAY),))
        assert actions_of(world.session, mine=stands_in, **asked).count == found, who
    assert world.session.scalar(sa.select(sa.func.count()).select_from(Pep)) == 2
