"""What became of released money (HB-6.5, 6.8): asked of the next PEP, told on its page, read by those who may, and never twice.

By hand: ten hours at £55.00 are £550.00; £430.00 of them were spent, £120.00 are left.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from pypdf import PdfReader

from pep_admin import config
from pep_admin.exceptions import NotFound, Refused
from pep_admin.models import Allocation, FundingEffect, FundingRelease, Pep, PpgRequest, Target
from pep_admin.money_words import MoneyGiven, MoneyNext
from pep_admin.pep_document import freeze, read_document
from pep_admin.permissions import SYSTEM
from pep_admin.vocabulary import Audience, PepKind, PpgStatus, Subject
from pep_admin.workflow import delegation, payments, ppg, reviews
from pep_admin.workflow import peps as pep_verbs
from pep_admin.workflow.readiness import readiness
from tests.visiting import Page, Visitor
from tests.world import NOW, TODAY, World, accepting, child, writing

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

SPRING_DAY, MEETING, SUMMER_DAY = date(2025, 1, 10), date(2025, 2, 3), date(2025, 4, 25)
REQUESTS, PEPS, CHILDREN = (f"/admin/pep/{noun}/" for noun in ("ppg_requests", "peps", "children"))
SECTION = "money_effect"
TOLD = {"given": "part", "spent_pence": "430", "unspent_pence": "£120.00", "what_changed": "She counts on without fingers.",
        "measure_now": "27 of 40 questions", "next": "carry_on"}


def opened_in(world: World, term: str, on: date) -> Pep:
    """The PEP of that term, with its writers."""
    world.launch(on=on, term=term)
    pep = world.pep_of()
    delegation.delegate_peps(world.session, [pep.id], actor=world.act(world.officer), now=NOW, run=term)
    world.act(SYSTEM)
    return pep


@pytest.fixture
def spring(world: World) -> Pep:
    """The spring's PEP, open, after the autumn's £550.00 were released."""
    autumn = world.graded_pep()
    payments.release_requests(world.session, [each.id for each in world.requests_of(autumn)], actor=world.act(world.finance),
                              today=TODAY, now=NOW)
    pep = opened_in(world, "spring", SPRING_DAY)
    world.session.commit()
    return pep


@pytest.fixture
def pep(spring: Pep, world: World) -> int:
    """The same by its number, with no transaction left open beside the pages."""
    number = spring.id
    world.session.rollback()
    return number


def typed(**changed: str) -> dict[str, str]:
    return {f"funding_effects-0-{key}": value for key, value in (TOLD | changed).items()}


def section(who: Visitor, pep: int) -> Page:
    config.move_today(MEETING)
    return who.get(f"{PEPS}section/?id={pep}&section={SECTION}")


def effects(ask: Callable[..., Any]) -> list[tuple[Any, ...]]:
    found = sa.select(FundingEffect).order_by(FundingEffect.id)
    return ask(lambda session: [  # type: ignore[no-any-return]  # a fixture's answer has no type
        (each.pep_id, each.request_id, each.given, each.spent_pence, each.unspent_pence, each.what_changed, each.measure_now,
         each.next, each.change_agreed_by) for each in session.scalars(found)])


def tell(world: World, pep: Pep, **changed: Any) -> None:
    """The same through the verb."""
    world.act(SYSTEM)
    [owed] = read_document(world.session, pep, audience=Audience.RULES).effects
    row = {"id": None, "request_id": owed.request_id, "given": "part", "spent_pence": 430_00, "unspent_pence": 120_00,
           "what_changed": "She counts on.", "measure_now": "27 of 40", "next": "carry_on", "change_agreed_by": None}
    world.save(pep, SECTION, world.teacher, funding_effects=[row | changed])
    world.act(SYSTEM)


def owed_in(world: World, pep: Pep) -> list[int]:
    world.act(SYSTEM)
    world.session.expire_all()
    return [each.request_id for each in read_document(world.session, pep, audience=Audience.RULES).effects]


def checks(world: World, pep: Pep) -> list[str]:
    world.act(SYSTEM)
    return [each.check for each in readiness(world.session, pep, today=MEETING) if each.field == "funding_effects"]


# --- on the pages ----------------------------------------------------------------------------------------------------------


def test_the_next_pep_asks_and_what_is_told_is_kept_to_the_penny(pep: int, enter: Any, ask: Any) -> None:
    teacher = enter("teacher")
    page = section(teacher, pep)
    assert "£550.00 for “Ten weekly hours of maths tuition”, from 14 of 40 questions to 32 of 40 questions (2425-A" in page.main
    assert page.send("then", button=("then", "stay"), **typed()).status == 200
    kept = (pep, 1, MoneyGiven.PART, 430_00, 120_00, TOLD["what_changed"], TOLD["measure_now"], MoneyNext.CARRY_ON, None)
    assert effects(ask) == [kept]
    again = section(teacher, pep)
    form = dict(again.form("then").form_values())
    assert (form["funding_effects-0-spent_pence"], form["funding_effects-0-unspent_pence"]) == ("430.00", "120.00")
    assert again.send("then", button=("then", "stay")).status == 200 and effects(ask) == [kept], "sent as it is, nothing changes"
    assert again.send("then", button=("then", "stay"), **typed(spent_pence="550", unspent_pence="0")).status == 200
    assert [row[3:5] for row in effects(ask)] == [(550_00, 0)], "corrected in its place"


def test_sums_that_do_not_make_what_was_released_are_refused_beside_their_field(pep: int, enter: Any, ask: Any) -> None:
    page = section(enter("teacher"), pep)
    for wrong, sentence in (
        ({"unspent_pence": "119.99"}, "Line 1: £430.00 spent and £119.99 left make £549.99, but £550.00 was released."),
        ({"spent_pence": "4e2"}, "Spent: "),
        ({"spent_pence": "-1"}, "Spent: "),
        ({"unspent_pence": ""}, "“Left of it” is empty in line 1"),
        ({"what_changed": ""}, "“What changed, and where that can be seen” is empty in line 1"),
        ({"given": ""}, "“Was it given?” is empty in line 1"),
        ({"request_id": "2"}, "this PEP does not tell what became of that money"),
    ):
        answer = page.send("then", button=("then", "stay"), **typed(**wrong))
        assert answer.status == 422 and sentence in answer.main, (wrong, answer.main)
        assert dict(answer.form("then").form_values())["funding_effects-0-measure_now"] == "27 of 40 questions"
        (name, _), *_ = wrong.items()
        if name not in ("given", "request_id"):
            assert answer.tree.xpath(f"//*[@name='funding_effects-0-{name}'][@aria-invalid='true']"), name
    assert effects(ask) == []


def test_it_is_asked_on_check_answers_until_it_is_told(pep: int, enter: Any) -> None:
    teacher = enter("teacher")
    config.move_today(MEETING)
    listed = teacher.get(f"{PEPS}check/?id={pep}")
    sentence = "£550.00 was released for “Ten weekly hours of maths tuition” (2425-AUT-0001), and its effect is not written"
    [link] = [each for each in listed.tree.xpath("//main//a") if sentence in each.text_content()]
    assert f"section={SECTION}" in link.get("href") and "f-funding_effects" in link.get("href")
    assert sentence in teacher.get(f"{PEPS}check/?id={pep}").main
    section(teacher, pep).send("then", button=("then", "stay"), **typed())
    assert sentence not in teacher.get(f"{PEPS}check/?id={pep}").main


def test_a_changed_use_is_asked_about_until_somebody_agreed(spring: Pep, world: World) -> None:
    tell(world, spring, given="other")
    assert checks(world, spring) == ["PPG-change"]
    tell(world, spring, given="other", change_agreed_by="Ole Amt, on 3 Feb")
    assert checks(world, spring) == []


def test_it_is_read_on_the_pages_of_pep_request_and_child(pep: int, world: World, enter: Any) -> None:
    officer, child_page = enter("officer"), f"{CHILDREN}details/?id={world.child_id}"
    config.move_today(MEETING)
    assert "Not written down yet" in officer.get(child_page).main
    assert "Not written down yet" in officer.get(f"{PEPS}details/?id={pep}").main
    section(enter("teacher"), pep).send("then", button=("then", "stay"), **typed())
    for page in (officer.get(child_page), officer.get(f"{PEPS}details/?id={pep}"), officer.get(f"{REQUESTS}details/?id=1")):
        assert all(each in page.main for each in ("£430.00", "£120.00", "She counts on without fingers.")), page.url
        assert "Not written down yet" not in page.main


def test_what_is_owed_is_a_list(pep: int, enter: Any) -> None:
    officer = enter("officer")

    def listed(effect: str) -> int:
        return len(officer.get(f"{REQUESTS}?flt0_effect={effect}").tree.xpath("//main//tbody/tr"))

    assert (listed("owed"), listed("told")) == (1, 0)
    section(enter("teacher"), pep).send("then", button=("then", "stay"), **typed())
    assert (listed("owed"), listed("told")) == (0, 1)


def test_finance_reads_neither_what_changed_nor_what_tells_of_the_child(spring: Pep, world: World, enter: Any) -> None:
    tell(world, spring)
    world.session.commit()
    page = enter("finance").get(f"{REQUESTS}details/?id=1")
    assert page.status == 200 and "Ten weekly hours of maths tuition" in page.main and "25 Nov 2024" in page.main
    for told in ("She counts on.", "14 of 40", "taught alone", "EHCP", "I would like that"):
        assert told not in page.main, told
        assert told in enter("officer").get(f"{REQUESTS}details/?id=1").main
    assert enter("finance").get(f"{REQUESTS}?flt0_effect=told").main.count("Ten weekly hours") == 1, "no filter tells it either"
    assert "effect" not in " ".join(enter("finance").get(REQUESTS).tree.xpath("//main//select/@name"))


# --- which PEP asks, and who reads it ------------------------------------------------------------------------------------------


def test_each_release_is_told_once_and_what_is_left_out_comes_again(spring: Pep, world: World) -> None:
    summer = opened_in(world, "summer", SUMMER_DAY)
    assert owed_in(world, spring) == owed_in(world, summer) == [1]
    tell(world, summer)
    assert (owed_in(world, spring), owed_in(world, summer)) == ([], [1])


def test_what_a_closed_pep_told_is_not_on_the_record(spring: Pep, world: World) -> None:
    summer = opened_in(world, "summer", SUMMER_DAY)
    tell(world, spring)
    assert owed_in(world, summer) == []
    pep_verbs.withdraw_pep(world.session, spring.id, reason="Entered in error", actor=world.act(world.officer), now=NOW)
    assert owed_in(world, summer) == [1]


def test_money_that_is_not_released_is_not_asked_about(world: World) -> None:
    world.graded_pep()
    spring = opened_in(world, "spring", SPRING_DAY)
    assert owed_in(world, spring) == []
    document = read_document(world.session, spring, audience=Audience.RULES)
    assert "money_to_answer" not in document.switches and "funding_effects" not in document.answers


def test_a_funding_pep_does_not_ask(spring: Pep, world: World) -> None:
    funding = pep_verbs.initiate_pep(world.session, child(world.session, world.child_id), world.term("spring"),
                                     kind=PepKind.FUNDING, reason="More tuition", actor=world.act(world.officer), today=SPRING_DAY,
                                     now=NOW)
    world.act(SYSTEM)
    assert "money_to_answer" not in read_document(world.session, funding, audience=Audience.RULES).switches
    assert checks(world, funding) == [] and checks(world, spring) == ["RD-408"]


def test_no_copy_for_child_or_parent_tells_of_money(spring: Pep, world: World) -> None:
    tell(world, spring)
    for audience, reads in ((Audience.CARE, 1), (Audience.SCHOOL, 1), (Audience.CHILD, 0), (Audience.PARENT, 0)):
        document = read_document(world.session, spring, audience=audience)
        assert (len(document.effects), "funding_effects" in document.answers) == (reads, bool(reads)), audience


def test_the_pdf_tells_it_and_the_request_in_full(pep: int, world: World, enter: Any) -> None:
    def printed(who: str, number: int) -> str:
        answer = enter(who).client.get(f"{PEPS}pdf/?id={number}")
        assert answer.status_code == 200
        return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(answer.get_data())).pages)

    section(enter("teacher"), pep).send("then", button=("then", "stay"), **typed())
    for who in ("officer", "teacher"):
        text = printed(who, pep)
        assert all(each in text for each in ("£430.00", "£120.00", "She counts on without fingers.", "27 of 40 questions"))
        asked = printed(who, 1)
        assert all(each in asked for each in ("25 Nov 2024", "10 Feb 2025", "Nobody else in the class is taught alone",
                                              "The EHCP’s own money, The school’s own money", "I would like that"))


def test_a_pep_that_was_sent_keeps_what_it_answered_for(spring: Pep, world: World) -> None:
    tell(world, spring)
    freeze(world.session, spring)
    summer = opened_in(world, "summer", SUMMER_DAY)
    world.session.add(replace_effect(world, spring, summer))
    world.session.flush()
    assert owed_in(world, spring) == [1], "told once more elsewhere, later"


def replace_effect(world: World, pep: Pep, summer: Pep) -> FundingEffect:
    return FundingEffect(pep_id=summer.id, request_id=1, given=MoneyGiven.NOT_GIVEN, spent_pence=0, unspent_pence=550_00,
                         what_changed="Nothing", measure_now="14", next=MoneyNext.STOP)


def test_money_of_another_child_cannot_be_told_of(spring: Pep, world: World) -> None:
    world.act(SYSTEM)
    foreign = world.session.scalars(sa.select(Pep).where(Pep.child_id == world.other_child_id).order_by(Pep.id)).first()
    assert foreign is not None
    theirs, _ = ppg.save_request(world.session, foreign.id, world.request_values(foreign), actor=world.act(world.officer))
    world.act(SYSTEM)
    [owed] = read_document(world.session, spring, audience=Audience.RULES).effects
    row = {"id": None, "request_id": theirs.id, "given": "part", "spent_pence": 430_00, "unspent_pence": 120_00,
           "what_changed": "x", "measure_now": "x", "next": "stop", "change_agreed_by": None}
    with pytest.raises((NotFound, Refused)):
        world.save(spring, SECTION, world.teacher, funding_effects=[row])
    assert world.session.query(FundingEffect).count() == 0 and owed.request_id != theirs.id


def test_what_is_left_is_recorded_and_gives_no_headroom_back(spring: Pep, world: World) -> None:
    def money() -> list[Any]:
        world.act(SYSTEM)
        found = sa.select(Allocation.period, Allocation.reserved_pence, Allocation.released_pence).order_by(Allocation.id)
        return [tuple(row) for row in world.session.execute(found)] + [world.session.query(FundingRelease).count()]

    before = money()
    tell(world, spring)
    assert money() == before == [("2024-25", 0, 550_00), ("2024-25 autumn", 0, 550_00), 1]


def test_who_asks_for_the_same_again_is_told_what_is_left(spring: Pep, world: World, enter: Any, ask: Any) -> None:
    writing.write(world.session, spring, meeting_on=MEETING, money=False)
    maths = world.session.scalars(sa.select(Target.id).where(Target.pep_id == spring.id, Target.subject == Subject.MATHS)).one()
    values = world.request_values(spring, target_id=maths, quantity=1, unit_cost_pence=100_00, amount_pence=100_00)

    def warned(**changed: Any) -> list[str]:
        _, found = ppg.save_request(world.session, spring.id, values | changed, actor=world.act(world.teacher))
        return [each.message for each in found]

    assert warned() == []
    tell(world, spring)
    again = {"description": "More hours of maths"}
    assert warned(**again) == ["£120.00 of earlier money is unspent; this request asks for the same thing."]
    assert warned(category="MENTOR", description="A mentor in maths") == []
    pep = spring.id
    world.session.commit()
    config.move_today(MEETING)
    assert "£120.00 of earlier money is unspent" in enter("officer").get(f"{PEPS}check/?id={pep}").main


# --- a request in full -----------------------------------------------------------------------------------------------------


def test_a_draft_of_before_is_completed_before_it_is_sent(world: World, enter: Any, ask: Any) -> None:
    written = world.written_pep()
    [request] = world.requests_of(written)
    for name in ("starts_on", "ends_on", "measure_before", "measure_after", "beyond_ordinary", "other_money"):
        setattr(request, name, None)
    pep, draft = written.id, request.id
    world.session.commit()
    teacher = enter("teacher")
    config.move_today(TODAY)
    listed = teacher.get(f"{PEPS}check/?id={pep}")
    wanted = ("Say when it starts.", "Say when it ends.", "Say where the child stands now", "Say where the child is to stand",
              "Say why this is more than every pupil gets.", "Say what other money was considered.")
    assert all(each in listed.main for each in wanted)
    with pytest.raises(Refused) as refused:
        writing.sign_and_send(world.session, world.pep_of(), today=TODAY, now=NOW)
    assert {each.check for each in refused.value.findings} == {"PPG-when", "PPG-measure", "PPG-more", "PPG-other-money"}
    world.session.rollback()
    page = teacher.get(f"{REQUESTS}write/?id={draft}")
    after = page.send("starts_on", starts_on="25 Nov 2024", ends_on="10 Feb 2025", measure_before="14 of 40",
                      measure_after="32 of 40")
    assert "Before the PEP can be sent: Say why this is more than every pupil gets." in after.main
    assert not re.search(r"Before the PEP can be sent: Say when", after.main)
    page = teacher.get(f"{REQUESTS}write/?id={draft}")
    page.send("starts_on", beyond_ordinary="Nobody else is taught alone", other_money=["school", "charity"], child_said="Yes")
    columns = (PpgRequest.starts_on, PpgRequest.ends_on, PpgRequest.measure_before, PpgRequest.measure_after,
               PpgRequest.beyond_ordinary, PpgRequest.other_money, PpgRequest.child_said)
    assert ask(lambda session: tuple(session.execute(sa.select(*columns)).one())) == (
        date(2024, 11, 25), date(2025, 2, 10), "14 of 40", "32 of 40", "Nobody else is taught alone", "school charity", "Yes")
    assert not [each for each in wanted if each in teacher.get(f"{PEPS}check/?id={pep}").main]
    boxes = teacher.get(f"{REQUESTS}write/?id={draft}").tree.xpath("//input[@name='other_money'][@checked]/@value")
    assert boxes == ["school", "charity"]


def test_what_was_requested_before_is_graded_and_paid_as_it_stands(world: World) -> None:
    pep = world.sent_pep()
    [request] = world.requests_of(pep)
    request.starts_on = request.beyond_ordinary = request.other_money = None
    world.session.flush()
    reviews.grade_pep(world.session, pep.id, accepting(), actor=world.act(world.officer), today=TODAY, now=NOW)
    done = payments.release_requests(world.session, [request.id], actor=world.act(world.finance), today=TODAY, now=NOW)
    assert done.pence == 550_00


def test_an_end_before_the_beginning_is_refused_beside_its_field(world: World, enter: Any, ask: Any) -> None:
    pep = world.written_pep()
    [request] = [each.id for each in world.requests_of(pep)]
    world.session.commit()
    page = enter("teacher").get(f"{REQUESTS}write/?id={request}")
    wrong = page.send("starts_on", starts_on="10 Feb 2025", ends_on="09 Feb 2025")
    assert wrong.status == 422 and "Ends on: It cannot end on 09 Feb 2025, before it starts on 10 Feb 2025." in wrong.main
    assert ask(lambda session: session.scalar(sa.select(PpgRequest.ends_on))) == date(2025, 2, 10)
    assert page.send("starts_on", other_money=["gold"]).status == 422, "none of the list"


def test_a_request_that_was_sent_is_no_draft_to_finance(world: World, enter: Any, ask: Any) -> None:
    world.sent_pep()
    world.session.commit()
    request = ask(lambda session: session.scalar(sa.select(PpgRequest.id).where(PpgRequest.status == PpgStatus.REQUESTED)))
    page = enter("finance").get(f"/admin/pep/ppg_requests/details/?id={request}")
    assert "Nothing has been decided yet." in page.main and "It is a draft" not in page.main
