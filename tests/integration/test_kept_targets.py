"""A target that is kept goes on in the next PEP (HB-5.7): offered there, filled in, linked to the form that set it first.

Robin's autumn PEP is signed off with three targets: English is kept, Maths is to be changed, the third is closed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from pep_admin import config
from pep_admin.exceptions import NotFound, Refused
from pep_admin.models import Draft, Pep, Target
from pep_admin.pep_document import read_document
from pep_admin.permissions import SYSTEM
from pep_admin.vocabulary import Audience, Decision, Grade, PepStatus, Subject, TargetArea
from pep_admin.workflow import delegation, reviews, targets
from tests.integration.test_draft_pages import keep
from tests.visiting import Page, values_of
from tests.world import NOW, TODAY, World

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

PEPS, TARGETS = "/admin/pep/peps/", "/admin/pep/targets/"
WAITS = "Kept from last term, not written here yet: "
Enter = Callable[[str], Any]
Ask = Callable[[Callable[[Session], Any]], Any]
NEXT = ("keep", "change", "close")


def opened(world: World, term: str) -> Pep:
    world.launch(on=TODAY, term=term)
    pep = world.pep_of()
    delegation.delegate_peps(world.session, [pep.id], actor=world.act(world.officer), now=NOW, run=term)
    return pep


def review(world: World, pep: Pep, *nexts: str) -> None:
    world.act(SYSTEM)
    said = read_document(world.session, pep, audience=Audience.RULES).reviews
    rows = [{"id": None, "target_id": each.target_id, "outcome": "SOME", "what_happened": "Half of the way.",
             "support_effect": "helped", "child_view": "I can do it", "next": then} for each, then in zip(said, nexts, strict=True)]
    world.save(pep, "last_targets", world.teacher, target_reviews=rows)


@pytest.fixture
def kept(world: World) -> tuple[int, int, list[int]]:
    """The autumn PEP, the spring one in which its targets were looked back on, and the three targets of autumn."""
    autumn = world.graded_pep(money=False)
    spring = opened(world, "spring")
    review(world, spring, *NEXT)
    world.act(SYSTEM)
    old = list(world.session.scalars(select(Target.id).where(Target.pep_id == autumn.id).order_by(Target.number)))
    found = autumn.id, spring.id, old
    world.session.commit()
    return found


def write_on(pep: int, target: int) -> str:
    return f"{TARGETS}write/?pep={pep}&from={target}"


def waiting(page: Page) -> list[str]:
    """Where the offers of the PEP's page lead."""
    return [each.get("href") for each in page.tree.xpath("//main//p[starts-with(normalize-space(), 'Kept from last term')]/a")]


def box(page: Page, name: str) -> Any:
    return dict(values_of(page.form("outcome"))).get(name)


def copies(ask: Ask) -> list[tuple[int, int, int | None]]:
    """(PEP, number, the target that it goes on from) of every target that goes on from one."""
    rows = select(Target.pep_id, Target.number, Target.kept_from_id).where(Target.kept_from_id.is_not(None)).order_by(Target.id)
    return ask(lambda session: [tuple(each) for each in session.execute(rows)])  # type: ignore[no-any-return]


def test_what_is_kept_or_changed_is_offered_and_what_is_closed_is_not(enter: Enter, kept: tuple[int, int, list[int]]) -> None:
    _, spring, (english, maths, _) = kept
    page = enter("teacher").get(f"{PEPS}details/?id={spring}")
    assert waiting(page) == [write_on(spring, english), write_on(spring, maths)]
    assert f"{WAITS}Robin will read four whole books and tell" in page.main
    assert waiting(enter("teacher").get(f"{PEPS}whole/?id={spring}")) == waiting(page)
    for who in ("worker", "auditor"):
        assert WAITS not in enter(who).get(f"{PEPS}details/?id={spring}").main, who


def test_saving_the_review_says_how_many_go_on(enter: Enter, kept: tuple[int, int, list[int]]) -> None:
    _, spring, _ = kept
    page = enter("teacher").get(f"{PEPS}section/?id={spring}&section=last_targets")
    after = page.send("then", button=("then", "stay"), **{"target_reviews-0-what_happened": "All of the way."})
    assert "2 targets of last term go on. Write them into this PEP under “Targets” on its page." in after.main
    after = after.send("then", button=("then", "stay"), **{"target_reviews-1-next": "close"})
    assert "1 target of last term goes on. Write it into this PEP under “Targets” on its page." in after.main
    after = after.send("then", button=("then", "stay"), **{"target_reviews-0-next": "close"})
    assert "Saved." in after.main and "of last term go" not in after.main


def test_the_form_comes_filled_and_nothing_is_stored_before_save(enter: Enter, ask: Ask, kept: tuple[int, int, list[int]]) -> None:
    _, spring, (english, _, _) = kept
    page = enter("teacher").get(write_on(spring, english))
    assert "Kept from 2425-AUT-0001" in page.main
    assert {name: box(page, name) for name in ("area", "subject", "is_strength", "support_who", "support_how_often", "baseline",
                                               "due_on", "look_on", "child_agrees")} == {
        "area": "cognition", "subject": "english", "is_strength": "y", "support_who": "Ms Verse, form tutor",
        "support_how_often": "Twice a week", "baseline": "One book finished since September",
        "due_on": "28 Mar 2025", "look_on": "20 Jan 2025", "child_agrees": ""}
    assert box(page, "outcome").startswith("Robin will read four whole books")
    assert copies(ask) == []

    after = page.send("outcome", due_on="18 Jul 2025", baseline="Two books finished")
    assert after.url == f"{PEPS}details/?id={spring}" and "Target 1 was saved." in after.main
    assert copies(ask) == [(spring, 1, english)]
    new = ask(lambda session: session.scalars(select(Target).where(Target.kept_from_id == english)).one())
    assert (new.due_on, new.look_on, new.baseline, new.support_who, new.is_strength, new.subject, new.child_agrees) == (
        date(2025, 7, 18), date(2025, 1, 20), "Two books finished", "Ms Verse, form tutor", True, Subject.ENGLISH, None)
    old = ask(lambda session: session.get_one(Target, english))
    assert (old.due_on, old.baseline, old.kept_from_id) == (date(2025, 3, 28), "One book finished since September", None)
    assert len(waiting(after)) == 1, "what stands there is not offered again"


@pytest.mark.parametrize(("today", "look_on", "due_on"), [
    (date(2025, 1, 20), "20 Jan 2025", "28 Mar 2025"), (date(2025, 1, 21), "", "28 Mar 2025"), (date(2025, 3, 29), "", ""),
])
def test_a_day_that_is_over_is_asked_anew(
    enter: Enter, kept: tuple[int, int, list[int]], today: date, look_on: str, due_on: str
) -> None:
    _, spring, (english, _, _) = kept
    teacher = enter("teacher")
    config.move_today(today)
    page = teacher.get(write_on(spring, english))
    assert (box(page, "look_on"), box(page, "due_on")) == (look_on, due_on)
    assert ("Its day was 28 Mar 2025." in page.main) is (due_on == "")


def test_a_kept_target_is_written_once_in_a_pep_and_taken_away_is_offered_again(
    enter: Enter, ask: Ask, kept: tuple[int, int, list[int]]
) -> None:
    _, spring, (english, _, _) = kept
    teacher = enter("teacher")
    page = teacher.get(write_on(spring, english))
    page.send("outcome")
    twice = page.send("outcome", outcome="Robin will read nine books by the end of the summer term.")
    assert twice.status == 422
    assert "The kept target is written here already, as target 1. Change that one instead." in twice.main
    assert "nine books" in box(twice, "outcome"), "what was typed is kept"
    assert copies(ask) == [(spring, 1, english)]
    copy = ask(lambda session: session.scalar(select(Target.id).where(Target.kept_from_id == english)))
    there = teacher.get(write_on(spring, english))
    assert there.url == f"{TARGETS}write/?id={copy}" and "written here already: it is target 1." in there.main

    after = teacher.get(f"{TARGETS}remove/?id={copy}").send()
    assert waiting(after)[0] == write_on(spring, english)
    teacher.get(write_on(spring, english)).send("outcome")
    assert copies(ask) == [(spring, 1, english)]


def test_an_idea_and_a_refusal_keep_that_it_goes_on(enter: Enter, ask: Ask, kept: tuple[int, int, list[int]]) -> None:
    _, spring, (_, maths, _) = kept
    page = enter("teacher").get(write_on(spring, maths)).send("outcome", button=("stem", "maths-0"))
    assert "Kept from 2425-AUT-0001" in page.main and box(page, "support_where") == "Room 12"
    wrong = page.send("outcome", outcome=" ")
    assert wrong.status == 422 and copies(ask) == []
    wrong.send("outcome", outcome="Robin will answer 16 of 20 questions by the end of the summer term.")
    assert copies(ask) == [(spring, 1, maths)]


def test_what_is_not_kept_or_not_this_childs_is_not_found(
    enter: Enter, ask: Ask, world: World, kept: tuple[int, int, list[int]]
) -> None:
    autumn, spring, (english, _, closed) = kept
    foreign = ask(lambda session: session.scalar(select(Target.id).join(Pep, Target.pep_id == Pep.id)
                                                 .where(Pep.child_id == world.other_child_id)))
    form = enter("teacher").get(write_on(spring, english))
    for number in (foreign, closed, 98_765, "x", ""):
        assert enter("teacher").get(write_on(spring, number)).status == 404, number
        form.url = write_on(spring, number)
        assert form.send("outcome").status == 404, number
    assert enter("other_teacher").get(write_on(spring, english)).status == 404
    assert enter("worker").get(write_on(spring, english)).status == 403
    assert copies(ask) == []

    values = {"area": TargetArea.COGNITION, "subject": Subject.ENGLISH, "outcome": "Robin will read six books by July."}
    for number in (foreign, closed):
        with pytest.raises(NotFound):
            targets.save_target(world.session, spring, values, actor=world.act(world.officer), kept_from=number)
    targets.save_target(world.session, spring, values, actor=world.act(world.officer), kept_from=english)
    with pytest.raises(Refused) as again:
        targets.save_target(world.session, spring, {**values, "outcome": "Else"}, actor=world.act(world.officer), kept_from=english)
    assert [(each.check, each.code) for each in again.value.findings] == [("target-kept-twice", "DATA-unique")]
    # sent back, the first form keeps what goes on elsewhere
    world.session.get_one(Pep, autumn).status = PepStatus.RETURNED
    with pytest.raises(Refused, match=r"Target 1 goes on in 2425-SPR-0001, so it stays here too\."):
        targets.remove_target(world.session, english, actor=world.act(world.officer))


def test_a_target_tells_where_it_was_first_set_and_where_it_went_on(
    enter: Enter, ask: Ask, world: World, kept: tuple[int, int, list[int]]
) -> None:
    _, spring, (english, maths, _) = kept
    teacher = enter("teacher")
    teacher.get(write_on(spring, english)).send("outcome")
    second = ask(lambda session: session.scalar(select(Target.id).where(Target.kept_from_id == english)))
    world.act(SYSTEM)
    # signed off as the last step leaves it: the targets of it come for review in the summer
    world.session.execute(text("UPDATE pep_pep SET status = 'complete' WHERE id = :id"), {"id": spring})
    world.session.expire_all()
    summer = opened(world, "summer")
    world.act(SYSTEM)
    document = read_document(world.session, summer, audience=Audience.RULES)
    review(world, summer, *("keep" for _ in document.reviews))
    number = summer.id
    world.session.commit()
    teacher.get(write_on(number, second)).send("outcome", outcome="Robin will read six whole books by July.")
    third = ask(lambda session: session.scalar(select(Target.id).where(Target.kept_from_id == second)))

    page = teacher.get(f"{TARGETS}details/?id={third}")
    assert "First set in 2425-AUT-0001, Autumn 2024-25." in page.main and "It went on in" not in page.main
    first = page.link("2425-AUT-0001, Autumn 2024-25")
    assert first.url == f"{TARGETS}details/?id={english}"
    assert "First set in" not in first.main
    assert "It went on in: 2425-SPR-0001, Spring 2024-25" in first.main
    assert first.link("2425-SUM-0001, Summer 2024-25").url == f"{TARGETS}details/?id={third}"
    middle = teacher.get(f"{TARGETS}details/?id={second}").main
    assert "First set in 2425-AUT-0001" in middle and "It went on in: 2425-SUM-0001" in middle
    assert "From term to term" not in teacher.get(f"{TARGETS}details/?id={maths}").main
    assert "Kept from" in enter("officer").get(f"{TARGETS}details/?id={third}").main.rpartition("History")[2]


def test_a_draft_of_a_kept_target_is_its_own_and_leads_back_to_it(enter: Enter, ask: Ask, kept: tuple[int, int, list[int]]) -> None:
    _, spring, (english, maths, _) = kept
    teacher = enter("teacher")
    assert keep(teacher.get(write_on(spring, english)), baseline="Three books").status_code == 200
    for other in (write_on(spring, maths), f"{TARGETS}write/?pep={spring}"):
        assert "had not saved" not in teacher.get(other).main, other
    again = teacher.get("/admin/pep/drafts/").link("Go on writing: A new target, 2425-SPR-0001")
    assert again.url == write_on(spring, english)
    assert (box(again, "baseline"), box(again, "support_who")) == ("Three books", "Ms Verse, form tutor")
    again.send("outcome")
    assert copies(ask) == [(spring, 1, english)]
    assert ask(lambda session: session.scalars(select(Draft.fields)).all()) == []


def test_the_missing_target_of_a_subject_leads_to_the_kept_one(enter: Enter, kept: tuple[int, int, list[int]]) -> None:
    _, spring, (english, maths, _) = kept
    teacher = enter("teacher")

    def ways() -> list[str]:
        page = teacher.get(f"{PEPS}details/?id={spring}")
        return [str(each) for each in page.tree.xpath("//ul[@class='gaps']//a/@href") if "targets/write" in each]

    assert ways() == [write_on(spring, english), write_on(spring, maths)]
    teacher.get(f"{PEPS}section/?id={spring}&section=last_targets").send(
        "then", button=("then", "stay"), **{"target_reviews-1-next": "close"})
    assert ways() == [write_on(spring, english), f"{TARGETS}write/?pep={spring}"]


def test_the_last_targets_come_first_on_the_desk(enter: Enter, world: World) -> None:
    world.graded_pep(money=False)
    spring = opened(world, "spring").id
    world.session.commit()
    page = enter("teacher").get("/admin/pep/my_peps/").link("Go on: Last targets, Robin")
    assert page.url.startswith(f"{PEPS}section/?id={spring}&section=last_targets")


def test_targets_of_a_pep_that_was_sent_are_looked_back_on_before_it_is_signed_off(world: World) -> None:
    """The meeting agreed on them; that the Virtual School has not graded yet changes nothing for the next one (HB-5.7)."""
    autumn = world.sent_pep()
    spring = opened(world, "spring")
    review(world, spring, "keep", "close", "close")
    back = reviews.Grading(Grade.RED, Decision.RETURN, "Look again at the last target.", "In smaller steps.")
    reviews.grade_pep(world.session, autumn.id, back, actor=world.act(world.officer), today=TODAY, now=NOW)
    english = world.session.scalars(select(Target).where(Target.pep_id == autumn.id).order_by(Target.number)).first()
    assert english is not None
    with pytest.raises(Refused, match=f"{spring.reference} already looks back on target 1, so it stays here"):
        targets.remove_target(world.session, english.id, actor=world.act(world.teacher))
    world.act(SYSTEM)
    document = read_document(world.session, spring, audience=Audience.RULES)
    assert [each.next for each in document.reviews] == ["keep", "close", "close"]


def test_targets_that_are_still_being_written_are_not_looked_back_on_yet(world: World) -> None:
    world.written_pep()
    assert not read_document(world.session, opened(world, "spring"), audience=Audience.RULES).reviews
