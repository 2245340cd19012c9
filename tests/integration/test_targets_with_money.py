"""Targets and money together: what is asked for stands under its target, with its sum and what is left; the figures of a request
while it is typed, by its script's route and by hand.

By hand: ten hours at £55.00 are £550.00; of £600.00 a term that leaves £50.00.
"""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from pep_admin import queries
from pep_admin.exceptions import NotAllowed
from pep_admin.models import Base, Pep, PpgRequest, Target
from pep_admin.permissions import SYSTEM
from pep_admin.vocabulary import Decision, Grade, PepKind, PepStatus, PpgCategory, PpgStatus, Subject, TargetArea
from pep_admin.workflow import delegation, peps, ppg, reviews, targets
from tests.visiting import Page, Visitor, values_of
from tests.world import NOW, TODAY, World, child

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

REQUESTS, TARGETS, PEPS = (f"/admin/pep/{noun}/" for noun in ("ppg_requests", "targets", "peps"))
ASKED = {"category": "TUITION_1", "description": "Ten weekly hours of maths", "provider": "A tutor", "quantity": "10",
         "unit": "hour", "unit_cost_pence": "55", "amount_pence": "550"}
PAGES = (f"{PEPS}details/?id={{pep}}", f"{PEPS}whole/?id={{pep}}", f"{TARGETS}details/?id={{target}}",
         f"{TARGETS}write/?id={{target}}")


@pytest.fixture
def pep(ask: Any, world: World) -> int:
    """The first child's PEP: written, without a request."""
    return ask(lambda session: world.pep_of().id)  # type: ignore[no-any-return]  # a fixture's answer has no type


@pytest.fixture
def target(ask: Any, pep: int) -> int:
    """Its maths target, which is number 2."""
    found = sa.select(Target.id).where(Target.pep_id == pep, Target.subject == Subject.MATHS)
    return ask(lambda session: session.scalar(found))  # type: ignore[no-any-return]  # a fixture's answer has no type


def asking(who: Visitor, pep: int, target: int) -> Page:
    return who.get(f"{REQUESTS}write/?pep={pep}&target={target}")


def under(page: Page, number: int) -> list[list[str]]:
    """The rows of money under that target, as texts."""
    assert page.tree is not None
    rows = page.tree.xpath(f"//table[caption='Pupil Premium for target {number}']/tbody/tr")
    return [[" ".join(cell.text_content().split()) for cell in row.xpath("./th|./td")] for row in rows]


def live(page: Page, **typed: str) -> Page:
    """What the script of that page is answered when this is typed: it sends the whole form."""
    form = page.form("amount_pence")
    data = [(key, value) for key, value in values_of(form) if key not in typed]
    return page.visitor.post(form.get("data-work-out"), [*data, *typed.items()])


def piece(page: Page, name: str) -> str:
    assert page.tree is not None
    [found] = page.tree.xpath(f"//*[@data-live='{name}']")
    return " ".join(found.text_content().split())


def everything(ask: Any) -> dict[str, int]:
    """How many rows each table has, but the record of who looked."""
    tables = [each for each in Base.metadata.sorted_tables if each.name != "pep_audit_event"]

    def count(session: Session) -> dict[str, int]:
        return {each.name: session.scalar(sa.select(sa.func.count()).select_from(each)) or 0 for each in tables}

    return ask(count)  # type: ignore[no-any-return]  # a fixture's answer has no type


def second_pep(world: World, pounds: int) -> str:
    """Another open PEP of the first child this term, with a draft of that much; its reference. Committed."""
    session = world.session
    found = peps.initiate_pep(session, child(session, world.child_id), world.autumn, kind=PepKind.FUNDING,
                              reason="A tutor from January", actor=world.act(world.officer), today=TODAY, now=NOW)
    delegation.delegate_peps(session, [found.id], actor=world.act(world.officer), now=NOW, run="second")
    reading, _ = targets.save_target(session, found.id, {
        "outcome": "Robin will read four whole books by the end of the spring term.", "area": TargetArea.COGNITION,
        "subject": Subject.ENGLISH}, actor=world.act(world.officer))
    ppg.save_request(session, found.id, world.request_values(
        found, target_id=reading.id, description="Books", category=PpgCategory.BOOKS, quantity=1, unit="set",
        unit_cost_pence=pounds * 100, amount_pence=pounds * 100), actor=world.act(world.officer))
    reference = found.reference
    world.act(SYSTEM)
    session.commit()
    return reference


# --- rows under their target -----------------------------------------------------------------------------------------------


def test_what_is_asked_for_stands_under_its_target_with_the_sums(enter: Any, pep: int, target: int) -> None:
    teacher = enter("teacher")
    assert asking(teacher, pep, target).send("amount_pence", **(ASKED | {"quantity": "5", "amount_pence": "275"})).status == 200
    books = {"category": "BOOKS", "description": "Practice books", "provider": "The school", "quantity": "2", "unit": "book",
             "unit_cost_pence": "12.50", "amount_pence": "25"}
    assert asking(teacher, pep, target).send("amount_pence", **books).status == 200
    for path in PAGES:
        page = teacher.get(path.format(pep=pep, target=target))
        assert under(page, 2) == [
            ["Ten weekly hours of maths", "5 × £55.00 (hour)", "£275.00", "Alder School", "Draft",
             "Change Ten weekly hours of maths · Take away… Ten weekly hours of maths"],
            ["Practice books", "2 × £12.50 (book)", "£25.00", "Alder School", "Draft",
             "Change Practice books · Take away… Practice books"]], path
        assert under(page, 1) == [] and page.main.count("Asked for under target 2: £300.00") == 1, path
        assert "Asked for in this PEP: £300.00 Left this term: £300.00 of £600.00 Autumn 2024-25" in page.main, path
        assert "elsewhere" not in page.main and "Not counted" not in page.main
    page = teacher.get(f"{PEPS}details/?id={pep}")
    assert page.link("Change Practice books").url == f"{REQUESTS}write/?id=2"
    assert page.link("Add a row: ask for Pupil Premium for target 2").url == f"{REQUESTS}write/?pep={pep}&target={target}"
    assert page.links("Ask for Pupil Premium for target 1") and not page.links("Ask for Pupil Premium for target 2")
    assert page.link("Take away… Practice books").send().status == 200
    page = teacher.get(f"{TARGETS}details/?id={target}")
    assert [row[4] for row in under(page, 2)] == ["Draft", "Withdrawn"]
    assert "Asked for under target 2: £275.00" in page.main, "what was taken away is not asked for"
    assert "Left this term: £325.00 of £600.00" in page.main


def test_who_may_not_ask_reads_the_rows_and_is_offered_nothing(enter: Any, pep: int, target: int) -> None:
    asking(enter("teacher"), pep, target).send("amount_pence", **ASKED)
    for who in ("worker", "auditor"):
        for path in PAGES[:3]:
            page = enter(who).get(path.format(pep=pep, target=target))
            assert under(page, 2) == [["Ten weekly hours of maths", "10 × £55.00 (hour)", "£550.00", "Alder School", "Draft"]]
            assert "Left this term: £50.00" in page.main
            assert not [each for each in page.tree.xpath("//main//a/@href") if f"{REQUESTS}w" in each], (who, path)
    assert enter("other_teacher").get(f"{TARGETS}details/?id={target}").status == 404


def test_what_was_approved_stands_beside_what_was_asked(enter: Any, world: World) -> None:
    pep = world.graded_pep().id
    world.session.commit()
    page = enter("teacher").get(f"{PEPS}details/?id={pep}")
    assert under(page, 2) == [["Ten weekly hours of maths tuition", "10 × £55.00 (hour)", "£550.00", "£550.00", "Alder School",
                               "Approved"]]
    assert "Left this term: £50.00 of £600.00 Autumn" in page.main, "its own money is not asked for elsewhere"


def test_a_request_whose_target_went_stands_by_itself(enter: Any, ask: Any, pep: int, target: int) -> None:
    teacher = enter("teacher")
    asking(teacher, pep, target).send("amount_pence", **ASKED)
    teacher.get(f"{REQUESTS}withdraw/?id=1").send()
    assert teacher.get(f"{TARGETS}remove/?id={target}").send().status == 200
    page = teacher.get(f"{PEPS}details/?id={pep}")
    rows = page.tree.xpath("//main//table[caption='Pupil Premium for no target']/tbody/tr")
    assert len(rows) == 1 and "Withdrawn" in rows[0].text_content() and "Under no target any more" in page.main
    assert "Asked for in this PEP: £0.00 Left this term: £600.00 of £600.00" in page.main


def test_drafts_of_another_open_pep_are_named_beside_what_is_left(enter: Any, world: World, pep: int, target: int) -> None:
    reference = second_pep(world, 200)
    said = f"Left this term: £600.00 of £600.00 Autumn 2024-25 Not counted: £200.00 of drafts in {reference}, not sent yet."
    for path in PAGES:
        page = enter("teacher").get(path.format(pep=pep, target=target))
        assert said in page.main, path
    said = said.replace("Autumn 2024-25", "Autumn 2024-25, without this request")
    assert said in asking(enter("teacher"), pep, target).main
    world.session.get_one(Pep, pep).status = PepStatus.COMPLETE
    world.session.commit()
    assert "Not counted" not in enter("teacher").get(f"{PEPS}details/?id={pep}").main, "nothing is asked for here any more"


def test_after_sixteen_drafts_of_the_whole_year_are_named(enter: Any, world: World, pep: int, target: int) -> None:
    reference = second_pep(world, 200)
    for each in world.session.scalars(sa.select(Pep).where(Pep.child_id == world.child_id)):
        each.year_group = "12"
    other = world.session.scalars(sa.select(Pep).where(Pep.reference == reference)).one()
    other.term_id = world.term("spring").id
    world.session.commit()
    page = enter("teacher").get(f"{TARGETS}details/?id={target}")
    assert f"Left this year: £300.00 of £300.00 2024-25 Not counted: £200.00 of drafts in {reference}" in page.main


# --- from the target to its money --------------------------------------------------------------------------------------------


def test_a_target_is_saved_and_its_money_asked_for_in_one_step(enter: Any, ask: Any, pep: int) -> None:
    page = enter("teacher").get(f"{TARGETS}write/?pep={pep}")
    refused = page.send("outcome", button=("then", "ask"), need="Behind in music", area="cognition", subject="other", outcome="")
    assert refused.status == 422 and dict(values_of(refused.form("outcome")))["need"].strip() == "Behind in music"
    after = refused.send("outcome", button=("then", "ask"), outcome="Robin will play three songs by the end of March.")
    number = ask(lambda session: session.scalar(sa.select(Target.id).where(Target.number == 4, Target.pep_id == pep)))
    assert after.url == f"{REQUESTS}write/?pep={pep}&target={number}" and "Target 4 was saved." in after.main
    assert piece(after, "target") == ("Target 4: the need Behind in music What the child will be able to do "
                                      "Robin will play three songs by the end of March.")
    again = enter("teacher").get(f"{TARGETS}write/?id={number}").send("outcome")
    assert again.url == f"{PEPS}details/?id={pep}"


def sent_back(world: World, *named: str) -> int:
    pep = world.sent_pep()
    back = reviews.Grading(Grade.RED, Decision.RETURN, "Look again.", "In more detail.", sections=frozenset(named))
    reviews.grade_pep(world.session, pep.id, back, actor=world.act(world.officer), today=TODAY, now=NOW)
    found = pep.id
    world.session.commit()
    return found


def test_where_targets_alone_were_sent_back_money_is_not_offered(enter: Any, world: World, target: int) -> None:
    pep = sent_back(world, "targets")
    page = enter("teacher").get(f"{TARGETS}write/?id={target}")
    assert not page.tree.xpath("//main//button[@value='ask']") and under(page, 2)[0][-1] == "Draft"
    after = page.send("outcome", button=("then", "ask"))
    assert after.url == f"{PEPS}details/?id={pep}" and not after.links("Ask for Pupil Premium for target 1")
    assert "cannot be changed now" not in after.main, "it does not lead to a closed door"
    late = enter("officer").get(f"{PEPS}details/?id={pep}")
    assert not late.links("Change Ten weekly hours of maths tuition")


def test_where_money_alone_was_sent_back_it_is_asked_for_and_worked_out(enter: Any, world: World, target: int) -> None:
    pep = sent_back(world, "money")
    page = enter("teacher").get(f"{TARGETS}details/?id={target}")
    assert not page.links("Change") and page.links("Change Ten weekly hours of maths tuition")
    page = page.link("Add a row: ask for Pupil Premium for target 2")
    worked = live(page, quantity="1", unit_cost_pence="50")
    assert worked.status == 200 and piece(worked, "figures") == (
        "1 × £50.00 is £50.00. With this row, £0.00 of £600.00 is left in Autumn 2024-25.")
    assert page.send("amount_pence", **(ASKED | {"quantity": "1", "amount_pence": "50", "unit_cost_pence": "50"})).url == (
        f"{PEPS}details/?id={pep}")


# --- while it is typed ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("typed", "said"), [
    ({}, "Say how many and what one costs: the sum, and what it leaves, is worked out here."),
    ({"quantity": "10"}, "Say how many and what one costs: the sum, and what it leaves, is worked out here."),
    ({"quantity": "10", "unit_cost_pence": "55"},
     "10 × £55.00 is £550.00. With this row, £50.00 of £600.00 is left in Autumn 2024-25."),
    ({"quantity": "10", "unit_cost_pence": "£55.00", "amount_pence": "550"},
     "10 × £55.00 is £550.00. With this row, £50.00 of £600.00 is left in Autumn 2024-25."),
    ({"amount_pence": "100"}, "With this row, £500.00 of £600.00 is left in Autumn 2024-25."),
    ({"quantity": "10", "unit_cost_pence": "55", "amount_pence": "500"},
     "10 × £55.00 is £550.00. With this row, £100.00 of £600.00 is left in Autumn 2024-25. "
     "“Hours”: 10 × £55.00 is £550.00, not £500.00. HB-6.6"),
    ({"quantity": "11", "unit_cost_pence": "55"},
     "11 × £55.00 is £605.00. That makes £605.00 for this child in Autumn 2024-25; £600.00 is the limit and £600.00 is left. "
     "HB-6.1"),
    ({"quantity": "0", "amount_pence": "0"},
     "Enter how many, as a whole number from 1 on. HB-6.6 The amount has to be more than nothing. HB-6.6"),
    ({"quantity": "ten", "unit_cost_pence": "5,5,5"}, "How many: Enter a whole number, like 17. Each costs: "),
    ({"quantity": "1", "unit_cost_pence": "9", "category": "X_CLOTHING"},
     "1 × £9.00 is £9.00. With this row, £591.00 of £600.00 is left in Autumn 2024-25. The grant cannot pay for clothing. HB-6.4"),
])
def test_the_figures_are_the_verbs_and_nothing_is_stored(
    enter: Any, ask: Any, pep: int, target: int, typed: dict[str, str], said: str
) -> None:
    page, before = asking(enter("teacher"), pep, target), everything(ask)
    worked = live(page, description="Hours", **typed)
    assert worked.status == 200 and " ".join(piece(worked, "figures").split()).startswith(said), piece(worked, "figures")
    by_hand = page.send("amount_pence", button=("then", "work_out"), description="Hours", **typed)
    assert by_hand.status == 200 and by_hand.url.startswith(f"{REQUESTS}write/?pep={pep}")
    assert piece(by_hand, "figures").startswith(said)
    shown = dict(values_of(by_hand.form("amount_pence")))
    assert {key: shown[key] for key in typed} == typed and shown["description"] == "Hours"
    assert everything(ask) == before


def test_an_amount_that_was_left_open_is_filled_in_by_hand(enter: Any, ask: Any, pep: int, target: int) -> None:
    page = asking(enter("teacher"), pep, target)
    filled = page.send("amount_pence", button=("then", "work_out"), **(ASKED | {"quantity": "1", "amount_pence": " "}))
    assert dict(values_of(filled.form("amount_pence")))["amount_pence"] == "55.00"
    assert live(page, quantity="1", unit_cost_pence="55").tree.xpath("//@data-sum") == ["55.00"]
    assert filled.send("amount_pence").status == 200
    assert ask(lambda session: session.scalars(sa.select(PpgRequest.amount_pence)).all()) == [55_00]


def test_a_changed_draft_counts_the_others_and_keeps_its_version(enter: Any, ask: Any, pep: int, target: int) -> None:
    teacher = enter("teacher")
    half = ASKED | {"quantity": "5", "amount_pence": "275"}
    asking(teacher, pep, target).send("amount_pence", **half)
    asking(teacher, pep, target).send("amount_pence", **(half | {"description": "Five more"}))
    page, late = teacher.get(f"{REQUESTS}write/?id=2"), enter("officer").get(f"{REQUESTS}write/?id=2")
    assert [row[0] for row in under(page, 2)] == ["Ten weekly hours of maths"], "the others under its target"
    assert piece(page, "figures") == "5 × £55.00 is £275.00. With this row, £50.00 of £600.00 is left in Autumn 2024-25."
    wrong = live(page, quantity="6", amount_pence="")
    assert "That makes £605.00 for this child in Autumn 2024-25; £600.00 is the limit and £325.00 is left beside" in piece(
        wrong, "figures")
    assert page.send("amount_pence", description="Five hours more").status == 200
    worked = late.send("amount_pence", button=("then", "work_out"), description="The officer's words")
    assert worked.status == 200 and "This was saved elsewhere" not in worked.main
    assert worked.send("amount_pence").status == 409, "it is still the row that its page was filled from"


def test_the_target_and_what_is_asked_under_it_follow_the_choice(enter: Any, ask: Any, pep: int, target: int) -> None:
    page = asking(enter("teacher"), pep, target)
    assert page.send("amount_pence", **ASKED).status == 200
    page = enter("teacher").get(f"{REQUESTS}write/?pep={pep}")
    assert piece(page, "target") == ""
    worked = live(page, target_id=str(target))
    need = ask(lambda session: session.get_one(Target, target).need)
    assert piece(worked, "target").startswith(f"Target 2: the need {need} What the child will be able to do ")
    assert under(worked, 2)[0][:3] == ["Ten weekly hours of maths", "10 × £55.00 (hour)", "£550.00"]


def test_save_and_add_another_row(enter: Any, ask: Any, pep: int, target: int) -> None:
    page = asking(enter("teacher"), pep, target)
    wrong = page.send("amount_pence", button=("then", "another"), **(ASKED | {"amount_pence": "5"}))
    assert wrong.status == 422
    after = wrong.send("amount_pence", button=("then", "another"), amount_pence="550")
    assert after.url == f"{REQUESTS}write/?pep={pep}&target={target}" and "The request for £550.00 was saved." in after.main
    assert under(after, 2)[0][0] == "Ten weekly hours of maths" and "Left this term: £50.00 of £600.00" in after.main
    shown = dict(values_of(after.form("amount_pence")))
    assert (shown["target_id"], shown["description"].strip(), shown["amount_pence"]) == (str(target), "", "")


def test_only_who_may_ask_is_answered(enter: Any, world: World, ask: Any, pep: int, target: int) -> None:
    page, before = asking(enter("teacher"), pep, target), everything(ask)
    data = [(key, value) for key, value in values_of(page.form("amount_pence")) if key not in ("csrf_token", "written_by")]
    for who, status in (("officer", 200), ("worker", 403), ("auditor", 403), ("finance", 403), ("other_teacher", 404)):
        visitor = enter(who)
        mark = visitor.get(f"{REQUESTS}").tree.xpath("//input[@name='csrf_token']/@value")[0]
        answer = visitor.post(f"{REQUESTS}work-out/?pep={pep}", [*data, ("csrf_token", mark)])
        assert answer.status == status, who
        assert ("Left" in answer.text or "data-live" in answer.text) is (status == 200), who
    assert everything(ask) == before


def test_a_page_that_closed_meanwhile_says_so_and_loses_nothing(enter: Any, world: World, ask: Any, pep: int, target: int) -> None:
    page = asking(enter("teacher"), pep, target)
    world.session.get_one(Pep, pep).status = PepStatus.SUBMITTED
    world.session.commit()
    worked = live(page, quantity="2", unit_cost_pence="5")
    assert worked.status == 409 and "so its requests cannot be changed now." in piece(worked, "figures")
    by_hand = page.send("amount_pence", button=("then", "work_out"), **ASKED)
    assert "cannot be changed now. Nothing was saved; what you typed is below." in by_hand.main
    assert dict(values_of(by_hand.form("amount_pence")))["description"].strip() == "Ten weekly hours of maths"


def test_nursery_money_has_no_figures(enter: Any, world: World, ask: Any, pep: int, target: int) -> None:
    world.session.get_one(Pep, pep).year_group = "N2"
    world.session.commit()
    page, before = asking(enter("teacher"), pep, target), everything(ask)
    assert not page.tree.xpath("//form[@data-work-out]") and "Work it out" not in page.main
    assert "Left this" not in enter("teacher").get(f"{TARGETS}details/?id={target}").main
    worked = page.visitor.post(f"{REQUESTS}work-out/?pep={pep}", [*values_of(page.form("amount_pence")), ("quantity", "2")])
    assert "Nursery children's money comes from the Early Years Team." in piece(worked, "figures")
    assert everything(ask) == before, "to look is not to ask: nothing is referred"


def test_a_target_with_much_money_takes_as_many_statements_as_one_with_little(
    enter: Any, world: World, pep: int, target: int
) -> None:
    said: list[str] = []

    def count(path: str) -> int:
        enter("teacher").get(path)
        said.clear()
        assert enter("teacher").get(path).status == 200
        return len(said)

    def hear(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    paths = [each.format(pep=pep, target=target) for each in PAGES]
    for number in range(12):
        if number == 1:
            sa.event.listen(sa.engine.Engine, "before_cursor_execute", hear)
            few = [count(path) for path in paths]
            sa.event.remove(sa.engine.Engine, "before_cursor_execute", hear)
        world.act(world.officer)
        ppg.save_request(world.session, pep, world.request_values(
            world.session.get_one(Pep, pep), target_id=target, description=f"Set {number}", quantity=1, unit_cost_pence=5_00,
            amount_pence=5_00), actor=world.officer)
        world.act(SYSTEM)
        world.session.commit()
    sa.event.listen(sa.engine.Engine, "before_cursor_execute", hear)
    many = [count(path) for path in paths]
    sa.event.remove(sa.engine.Engine, "before_cursor_execute", hear)
    assert many == few, (few, many)


def test_the_verb_stores_nothing_and_asks_who_it_is(world: World) -> None:
    pep = world.pep_of()
    facts = queries.ppg_facts_for(world.session, [pep])[pep.id][None]
    worked = ppg.work_out_request(world.session, pep, {"quantity": 2, "unit_cost_pence": 5_00}, actor=world.act(world.teacher),
                                  facts=facts)
    assert (worked.sum_pence, worked.findings) == (10_00, ()) and not world.session.new and not world.session.dirty
    for who in (world.worker, world.finance, world.other_teacher):
        with pytest.raises(NotAllowed):
            ppg.work_out_request(world.session, pep, {}, actor=world.act(who), facts=facts)
    world.act(SYSTEM)
    assert world.session.scalars(sa.select(PpgRequest).where(PpgRequest.status == PpgStatus.DRAFT)).all() == []
    world.session.rollback()
