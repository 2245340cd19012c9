"""Reviews out of turn (HB-1.5): which changes are offered, how each is settled, and the first PEP of a child new in care.

Days by hand: today is 18 Nov 2024 (Mon), the term was launched on 9 Sep 2024; a change may lie 120 days back, to 21 Jul 2024.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from pep_admin.exceptions import NotAllowed, Refused
from pep_admin.models import CarePlacement, Child, Enrolment, Pep, SdqScore, SettledChange
from pep_admin.permissions import SYSTEM
from pep_admin.queries.changes import Change, changes_to_review
from pep_admin.queries.first_peps import new_children
from pep_admin.review_words import ChangeKind, Settling
from pep_admin.school_words import ExclusionConcern
from pep_admin.vocabulary import LeavingReason, PepKind, PepStatus, PlacementKind, RollMove, SdqBy, SenStatus
from pep_admin.workflow import corrections, exclusions, out_of_turn, peps, roll
from pep_admin.workflow.records import save_record
from tests.world import NOW, TODAY, World

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

PAGE = "/admin/pep/out_of_turn/"


def the_child(world: World) -> Child:
    return world.session.get_one(Child, world.child_id)


def moves_school(world: World, on: date = TODAY) -> None:
    roll.change_school(world.session, the_child(world), school_id=world.other_school_id, on=on, reason=LeavingReason.OTHER,
                       actor=world.act(world.officer), today=on, now=NOW)


def moves_home(world: World, on: date = TODAY) -> None:
    roll.change_placement(world.session, the_child(world), kind=PlacementKind.KINSHIP, carer_id=None, on=on,
                          actor=world.act(world.officer), today=on)


def offered(world: World, day: date = TODAY) -> list[Change]:
    world.act(SYSTEM)
    world.session.flush()
    return [each for each in changes_to_review(world.session, day) if each.child_id == world.child_id]


def told(world: World, day: date = TODAY) -> list[tuple[str, date, str, str]]:
    return [(each.kind.value, each.on, each.what, each.opens.value) for each in offered(world, day)]


def settle(world: World, change: Change, how: Settling, **more: Any) -> SettledChange:
    return out_of_turn.settle_change(world.session, change.child_id, change.kind, change.row_id, how=how,
                                     actor=world.act(world.officer), today=TODAY, now=NOW, **more)


def test_a_move_of_school_and_a_move_of_home_are_offered(world: World) -> None:
    assert told(world) == []
    moves_home(world, date(2024, 11, 11))
    moves_school(world)
    assert told(world) == [
        ("home", date(2024, 11, 11), "Another home: Relative or friend, before it Foster home", "change"),
        ("school", TODAY, "From Alder School to Birch School", "change")]


def test_how_far_back_a_change_may_lie(world: World) -> None:
    """120 days before 18 Nov 2024 is 21 Jul 2024; the PEP of the autumn is closed, so that nothing answers the change."""
    peps.withdraw_pep(world.session, world.pep_of().id, reason="Opened by mistake", actor=world.act(world.officer), now=NOW)
    moves_home(world, date(2024, 7, 21))
    assert [each.on for each in offered(world)] == [date(2024, 7, 21)]
    assert offered(world, TODAY + timedelta(days=1)) == []


def test_a_school_that_is_left_for_none_is_offered_until_there_is_one(world: World) -> None:
    roll.change_school(world.session, the_child(world), school_id=None, on=TODAY, reason=LeavingReason.OTHER,
                       actor=world.act(world.officer), today=TODAY, now=NOW)
    assert told(world) == [("school", TODAY, "Left Alder School, and no school is known yet", "change")]
    later = TODAY + timedelta(days=3)
    roll.change_school(world.session, the_child(world), school_id=world.other_school_id, on=later, reason=None,
                       actor=world.act(world.officer), today=later, now=NOW)
    assert told(world, later) == [("school", later, "From Alder School to Birch School", "change")]


def test_a_review_that_was_opened_since_answers_it(world: World) -> None:
    moves_home(world, date(2024, 9, 9))
    assert [each.kind for each in offered(world)] == [ChangeKind.HOME], "the term's PEP was opened on that day already"
    world.session.execute(sa.update(CarePlacement).where(CarePlacement.started_on == date(2024, 9, 9)).values(
        started_on=date(2024, 9, 8)), execution_options={"history_kept": True})
    world.session.expire_all()
    assert offered(world) == []


@pytest.mark.parametrize(("before", "after", "rises"), [("N", "K", True), ("K", "E", True), ("E", "K", False), ("K", "N", False)])
def test_more_support_for_special_needs_is_a_need(world: World, before: str, after: str, *, rises: bool) -> None:
    world.act(SYSTEM)
    child = the_child(world)
    world.session.execute(sa.update(Child).where(Child.id == child.id).values(sen_status=SenStatus(before)),
                          execution_options={"history_kept": True})
    world.session.expire_all()
    child.sen_status = SenStatus(after)
    found = offered(world)
    assert [(each.kind, each.opens) for each in found] == ([(ChangeKind.SEN, PepKind.NEED)] if rises else [])
    child.sen_status = SenStatus(before)
    assert offered(world) == [], "it was set by mistake and set back"


@pytest.mark.parametrize(("totals", "is_need"), [
    ((17,), True), ((16,), False), ((16, 17), True), ((18, 21), False), ((21, 9), False)])
def test_an_sdq_that_reaches_seventeen_is_a_need(world: World, totals: tuple[int, ...], *, is_need: bool) -> None:
    world.act(SYSTEM)
    world.session.execute(sa.delete(SdqScore).where(SdqScore.child_id == world.child_id), execution_options={"history_kept": True})
    for number, total in enumerate(totals):
        score = SdqScore(child_id=world.child_id, total=total, completed_on=date(2024, 11, 1 + number), completed_by=SdqBy.CARER)
        save_record(world.session, score, actor=world.act(world.officer), today=TODAY)
    assert [each.kind.value for each in offered(world)] == (["sdq"] if is_need else [])


def test_a_total_that_was_written_in_a_pep_is_that_peps_to_answer(world: World) -> None:
    world.act(SYSTEM)
    for score in world.session.scalars(sa.select(SdqScore).where(SdqScore.child_id == world.child_id)):
        assert score.pep_id == world.pep_of().id
        score.total = 21
    assert offered(world) == []


def test_a_risk_of_exclusion_is_a_need_until_it_is_closed(world: World) -> None:
    alert = exclusions.tell_exclusion_risk(world.session, world.child_id, exclusions.Telling(
        ExclusionConcern.RISK, TODAY, "A fight at lunch", "A key adult"), actor=world.act(world.teacher), today=TODAY)
    assert [(each.kind.value, each.on, each.opens.value) for each in offered(world)] == [("risk", TODAY, "need")]
    exclusions.close_alert(world.session, alert.id, outcome="Settled", actor=world.act(world.officer), today=TODAY)
    assert offered(world) == []


def test_money_for_the_school_that_was_left(world: World) -> None:
    world.graded_pep()
    assert offered(world) == []
    moves_school(world)
    found = {each.kind: each for each in offered(world)}
    assert set(found) == {ChangeKind.SCHOOL, ChangeKind.MONEY}
    assert found[ChangeKind.MONEY].what == "£550.00 is approved for Alder School, which the child has left"
    settle(world, found[ChangeKind.MONEY], Settling.OPENED)
    pep = world.session.scalars(sa.select(Pep).where(Pep.kind == PepKind.FUNDING)).one()
    assert pep.reason == f"Money for a school that was left, 18 Nov 2024: {found[ChangeKind.MONEY].what}"
    assert [each.kind for each in offered(world)] == [ChangeKind.SCHOOL], "a PEP for money alone is no review of the move"


def test_a_move_that_was_entered_by_mistake_is_gone(world: World) -> None:
    moves_school(world)
    corrections.undo_move(world.session, the_child(world), RollMove.SCHOOL, reason="The wrong child",
                          actor=world.act(world.officer), now=NOW)
    assert offered(world) == []


@pytest.mark.parametrize("state", ["left care", "too old"])
def test_who_has_no_pep_has_no_review(world: World, state: str) -> None:
    moves_home(world)
    world.act(SYSTEM)
    if state == "left care":
        the_child(world).left_care_on = TODAY
    else:
        the_child(world).date_of_birth = date(2005, 5, 14)
    assert offered(world) == []


# --- settling ----------------------------------------------------------------------------------------------------------


def test_it_is_joined_to_the_open_pep_and_offered_again(world: World) -> None:
    moves_school(world)
    pep = world.pep_of()
    [change] = offered(world)
    assert [each.id for each in change.open_peps] == [pep.id]
    kept = settle(world, change, Settling.JOINED, pep_id=pep.id)
    assert (kept.what, kept.happened_on, kept.pep_id) == ("From Alder School to Birch School", TODAY, pep.id)
    assert offered(world) == []
    with pytest.raises(Refused, match="This is settled already"):
        settle(world, change, Settling.WAVED, reason="Nothing changed for learning")
    out_of_turn.offer_again(world.session, kept.id, actor=world.act(world.officer), today=TODAY)
    assert offered(world) == [change]
    with pytest.raises(Refused, match="Ole Amt took this back on 18 Nov 2024"):
        out_of_turn.offer_again(world.session, kept.id, actor=world.officer, today=TODAY)


def test_a_pep_is_opened_for_it_and_answers_it_until_it_is_closed(world: World) -> None:
    moves_home(world)
    [change] = offered(world)
    kept = settle(world, change, Settling.OPENED, reason="To plan how school stays steady")
    pep = world.pep_of()
    assert (pep.kind, pep.reason, kept.pep_id) == (PepKind.CHANGE, "To plan how school stays steady", pep.id)
    assert offered(world) == []
    with pytest.raises(Refused, match="A PEP was opened for this"):
        out_of_turn.offer_again(world.session, kept.id, actor=world.act(world.officer), today=TODAY)
    peps.withdraw_pep(world.session, pep.id, reason="Not needed", actor=world.act(world.officer), now=NOW)
    assert offered(world) == [change]
    again = settle(world, change, Settling.WAVED, reason="The home is next door")
    assert kept.undone_on == TODAY and again.undone_on is None and offered(world) == []


def test_waving_away_has_its_reason(world: World) -> None:
    moves_home(world)
    [change] = offered(world)
    with pytest.raises(Refused, match="Say why no review is needed"):
        settle(world, change, Settling.WAVED, reason=" - ")
    assert offered(world) == [change]


@pytest.mark.parametrize("which", ["another child's", "signed off", "none"])
def test_only_an_open_pep_of_the_child_covers_it(world: World, which: str) -> None:
    moves_home(world)
    [change] = offered(world)
    pep = world.pep_of(world.other_child_id if which == "another child's" else None)
    if which == "signed off":
        world.session.execute(sa.update(Pep).where(Pep.id == pep.id).values(status=PepStatus.COMPLETE),
                              execution_options={"history_kept": True})
    with pytest.raises(Refused):
        settle(world, change, Settling.JOINED, pep_id=None if which == "none" else pep.id)


@pytest.mark.parametrize("who", ["teacher", "worker", "finance", "auditor", "administrator"])
def test_it_is_the_offices_alone(world: World, enter: Any, who: str) -> None:
    moves_home(world)
    [change] = offered(world)
    world.session.commit()
    with pytest.raises(NotAllowed):
        out_of_turn.settle_change(world.session, change.child_id, change.kind, change.row_id, how=Settling.WAVED,
                                  reason="It is near", actor=world.act(getattr(world, who)), today=TODAY, now=NOW)
    world.session.rollback()
    assert enter(who).get(PAGE).status == 403


def test_the_officers_way(world: World, enter: Any, ask: Any) -> None:
    moves_school(world)
    moves_home(world)
    world.act(SYSTEM)
    world.session.commit()
    page = enter("officer").get(PAGE)
    assert "2 changes call for a review" in page.main and "From Alder School to Birch School" in page.main
    form = page.link("Settle… Robin Musterkind0, School or setting")
    wrong = form.send("how", how="waved")
    assert wrong.status == 422 and "Say why no review is needed" in wrong.main
    done = wrong.send("how", how="waved", reason="The new school is told")
    assert "It needs no review; that is kept with the reason." in done.main and "1 change calls" in done.main
    joined = done.link("Settle… Robin Musterkind0, Home").send("how")
    assert "covers it." in joined.main and "No change waits for a review." in joined.main
    assert "The new school is told" in joined.main and "Settled in the last 30 days: 2" in joined.main
    kept = ask(lambda session: session.scalars(sa.select(SettledChange.id).order_by(SettledChange.id)).first())
    [again] = [each for each in joined.tree.xpath("//main//form/@action") if each.endswith(f"id={kept}")]
    mark = joined.tree.xpath("//main//input[@name='csrf_token']/@value")[0]
    offered_again = joined.visitor.post(again, [("csrf_token", mark)])
    assert "It is offered again." in offered_again.main and "1 change calls" in offered_again.main


def test_who_settles_second_is_told_by_whom_and_when_it_was(world: World, enter: Any) -> None:
    moves_school(world)
    world.act(SYSTEM)
    world.session.commit()
    officer = enter("officer")
    form = officer.get(PAGE).link("Settle… Robin Musterkind0, School or setting")
    form.send("how", how="waved", reason="The new school is told")
    second = form.send("how", how="waved", reason="Another reason")
    assert second.status == 200 and "settled by Ole Amt on 18 Nov 2024: Needs no review. Nothing was saved again." in second.main
    assert "settled by Ole Amt on 18 Nov 2024" in officer.get(form.url).main


def test_where_no_pep_is_open_nothing_is_chosen_in_advance(world: World, enter: Any, ask: Any) -> None:
    moves_school(world)
    world.act(SYSTEM)
    world.pep_of().status = PepStatus.WITHDRAWN
    world.session.commit()
    form = enter("officer").get(PAGE).link("Settle… Robin Musterkind0, School or setting")
    assert len(form.tree.xpath("//input[@name='how']")) == 2 and not form.tree.xpath("//input[@name='how'][@checked]")
    kept = form.send("how", reason="To plan how it goes on")
    assert kept.status == 422 and "Choose what follows from it." in kept.main and "To plan how it goes on" in kept.main
    assert ask(lambda session: session.scalar(sa.select(sa.func.count()).select_from(SettledChange))) == 0
    assert "is open for it" in kept.send("how", how="opened").main


def test_a_pep_that_was_opened_for_it_leads_to_closing_it(world: World, enter: Any) -> None:
    moves_school(world)
    world.act(SYSTEM)
    world.session.commit()
    done = enter("officer").get(PAGE).link("Settle… Robin Musterkind0, School or setting").send("how", how="opened")
    assert "No change waits for a review." in done.main
    [close] = [each for each in done.tree.xpath("//main//a/@href") if "/peps/withdraw/" in each]
    closed = done.visitor.get(close).send("reason", reason="Opened by mistake")
    assert closed.status == 200 and "1 change calls for a review" in done.visitor.get(PAGE).main


def test_what_the_address_does_not_name_is_not_there(world: World, enter: Any) -> None:
    moves_home(world)
    [change] = offered(world)
    other, child = world.other_child_id, world.child_id
    world.session.commit()
    officer = enter("officer")
    right = f"{PAGE}settle/?child={child}&kind=home&row={change.row_id}"
    assert officer.get(right).status == 200
    for wrong in (f"{PAGE}settle/?child={other}&kind=home&row={change.row_id}", f"{PAGE}settle/?child={child}&kind=x&row=1",
                  f"{PAGE}settle/?child={child}&kind=home&row=x", f"{PAGE}settle/", f"{right}&kind=school"):
        assert officer.get(wrong).status == 404, wrong
    assert officer.get(right).send("how", how="join-x").status == 400


# --- new in care -------------------------------------------------------------------------------------------------------


def test_both_clocks_of_a_child_new_in_care_and_one_step_to_its_writers(world: World, enter: Any, ask: Any) -> None:
    """Came into care on 14 Oct 2024: ten working days are over on 28 Oct, twenty school days today, 18 Nov 2024 (HB-1.2, 1.3)."""
    world.act(SYSTEM)
    facts = {"first_name": "Neo", "last_name": "Neukind", "date_of_birth": date(2012, 3, 1), "entered_care_on": date(2024, 10, 14),
             "notified_on": date(2024, 10, 15), "legal_status": the_child(world).legal_status, "lcs_id": "NEW-1"}
    new = roll.take_into_care(world.session, actor=world.act(world.officer), today=TODAY, facts=facts, school_id=world.school_id,
                              social_worker_id=world.worker.person_id, placement_kind=PlacementKind.FOSTER).id
    world.act(SYSTEM)
    [found] = new_children(world.session, TODAY)
    assert (found.child.id, found.pep, [each.due.on for each in found.clocks if each.due]) == (
        new, None, [date(2024, 10, 28), date(2024, 11, 18)])
    assert offered(world) == [], "the first school and the first home are no change"
    world.session.commit()
    page = enter("officer").get(PAGE)
    assert "Neo Neukind" in page.main and "28 Oct 2024 Late by 15 working days" in page.main
    assert "18 Nov 2024 Due today" in page.main
    done = page.send("run")
    assert "is open for Neo Neukind, due 18 Nov 2024. It was sent to Tess Lehrer and Sara Sozial." in done.main
    assert "Every child new in care has a PEP." in done.main and "New in care, the first PEP is open" in done.main
    pep = ask(lambda session: world.pep_of(new))
    assert (pep.kind, pep.status) == (PepKind.INITIAL, PepStatus.IN_PROGRESS)
    with pytest.raises(Refused, match="has a PEP for Autumn 2024-25 already"):
        out_of_turn.open_first_pep(world.session, new, run="r", actor=world.act(world.officer), today=TODAY, now=NOW)


def test_a_first_pep_that_nobody_can_be_sent_is_open_and_says_so(world: World) -> None:
    facts = {"first_name": "Neo", "last_name": "Neukind", "date_of_birth": date(2012, 3, 1), "entered_care_on": date(2024, 11, 14),
             "notified_on": date(2024, 11, 15), "legal_status": the_child(world).legal_status, "lcs_id": "NEW-1"}
    new = roll.take_into_care(world.session, actor=world.act(world.officer), today=TODAY, facts=facts).id
    pep, sent = out_of_turn.open_first_pep(world.session, new, run="r", actor=world.officer, today=TODAY, now=NOW)
    assert pep.status is PepStatus.INITIATED and not sent.going and [why.code for _, why in sent.held] == ["HB-2.2"]


def test_the_enrolments_of_an_import_are_no_changes_before_care(world: World) -> None:
    world.act(SYSTEM)
    the_child(world).entered_care_on = date(2024, 11, 1)
    world.session.execute(sa.update(Enrolment).where(Enrolment.child_id == world.child_id).values(started_on=date(2024, 11, 1)),
                          execution_options={"history_kept": True})
    world.session.expire_all()
    assert offered(world) == []


# --- the move is taken back -------------------------------------------------------------------------------------------------

OPENED = "was opened for this move and stays open. If it is not needed now, close it as not needed."
SINCE = "was opened since as a review after a change, and stays open. If it was for this move, close it as not needed."


def messages(page: Any) -> str:
    return " ".join(" ".join(page.tree.xpath("//*[contains(@class, 'messages')]//text()")).split())


def undoing(world: World, enter: Any, what: str) -> Any:
    world.act(SYSTEM)
    child = world.child_id
    world.session.commit()
    return enter("officer").get(f"/admin/pep/children/undo/?id={child}&what={what}")


@pytest.mark.parametrize(("what", "move"), [("school", moves_school), ("home", moves_home)])
def test_a_pep_that_was_opened_for_a_move_that_is_taken_back_is_named(
    world: World, enter: Any, ask: Any, what: str, move: Any
) -> None:
    move(world)
    [change] = offered(world)
    opened = settle(world, change, Settling.OPENED).pep
    number, reference = opened.id, opened.reference
    page = undoing(world, enter, what)
    assert f"{reference} {OPENED}" in page.main
    done = page.send("reason", reason="The wrong child was open")
    assert f"{reference} {OPENED}" in messages(done)
    [way] = done.tree.xpath("//*[contains(@class, 'messages')]//a/@href")
    assert way == f"/admin/pep/peps/details/?id={number}" and done.visitor.get(way).links("Close as not needed")
    assert ask(lambda session: session.get_one(Pep, number).status) is PepStatus.INITIATED, "nothing closes it by itself"


def test_a_pep_that_was_opened_because_a_school_was_left_is_named(world: World, enter: Any) -> None:
    """First left for no school, with a review; then the new one came. Taking it back takes both back."""
    roll.change_school(world.session, the_child(world), school_id=None, on=TODAY, reason=LeavingReason.OTHER,
                       actor=world.act(world.officer), today=TODAY, now=NOW)
    [change] = offered(world)
    reference = settle(world, change, Settling.OPENED).pep.reference
    assert f"{reference} {OPENED}" in undoing(world, enter, "school").main


def test_a_review_that_somebody_opened_by_hand_since_the_move_is_named_with_care(world: World, enter: Any) -> None:
    moves_school(world)
    by_hand = peps.initiate_pep(world.session, the_child(world), world.autumn, kind=PepKind.CHANGE, reason="The new school",
                                actor=world.act(world.officer), today=TODAY, now=NOW).reference
    assert f"{by_hand} {SINCE}" in undoing(world, enter, "school").main


@pytest.mark.parametrize("case", ["joined", "closed", "of another move", "opened before"])
def test_what_was_not_opened_for_the_move_or_is_closed_is_not_named(world: World, enter: Any, case: str) -> None:
    if case == "opened before":
        peps.initiate_pep(world.session, the_child(world), world.autumn, kind=PepKind.CHANGE, reason="A move in October",
                          actor=world.act(world.officer), today=TODAY - timedelta(days=20), now=NOW)
    if case == "of another move":
        moves_home(world)
        settle(world, offered(world)[0], Settling.OPENED)
        moves_school(world)
    else:
        moves_school(world)
    if case == "joined":
        settle(world, offered(world)[0], Settling.JOINED, pep_id=world.pep_of().id)
    if case == "closed":
        opened = settle(world, offered(world)[0], Settling.OPENED).pep
        peps.withdraw_pep(world.session, opened.id, reason="Opened by mistake", actor=world.act(world.officer), now=NOW)
    page = undoing(world, enter, "school")
    assert "is taken off the record" in page.main and "stays open" not in page.main
    assert "stays open" not in page.send("reason", reason="The wrong child was open").text
