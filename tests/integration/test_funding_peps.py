"""A funding PEP beside the term's own (HB-1.4, 1.5): it never stands for a review, and there is one of them at a time.

What counts as the term's PEP is decision 0012.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pep_admin import config
from pep_admin.exceptions import Refused
from pep_admin.models import Pep
from pep_admin.permissions import SYSTEM
from pep_admin.policy import YearNumbers
from pep_admin.queries.new_children import is_new_in_care
from pep_admin.school_calendar import TermDates
from pep_admin.vocabulary import PepKind, PepStatus, TargetArea
from pep_admin.vocabulary import Subject as Of
from pep_admin.workflow import delegation, ppg, targets
from pep_admin.workflow import peps as pep_verbs
from tests.host.foreign_app import make_council
from tests.visiting import Visitor
from tests.world import LAUNCH_DAY, NOW, TODAY, World, build_world, child

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

SPRING = date(2025, 1, 10)


def opened(world: World, kind: PepKind, term: str = "autumn", on: date = TODAY, child_id: int | None = None) -> Pep:
    return pep_verbs.initiate_pep(world.session, child(world.session, child_id or world.child_id), world.term(term), kind=kind,
                                  reason="A reason", actor=world.act(world.officer), today=on, now=NOW)


def closed(world: World, pep: Pep) -> None:
    pep_verbs.withdraw_pep(world.session, pep.id, reason="Entered in error", actor=world.act(world.officer), now=NOW)


# --- what a launch counts ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "is_the_terms"),
    [(PepKind.INITIAL, True), (PepKind.TERMLY, True), (PepKind.CHANGE, True), (PepKind.NEED, True), (PepKind.FUNDING, False)],
)
def test_any_pep_but_a_funding_one_is_the_terms_pep(session: Session, kind: PepKind, is_the_terms: bool) -> None:
    world = build_world(session)
    opened(world, kind)
    result = world.launch(on=TODAY)
    assert (world.child_id in result.children, result.already) == (not is_the_terms, int(is_the_terms))
    assert world.other_child_id in result.children
    world.act(SYSTEM)
    count = sa.select(sa.func.count(Pep.id)).where(Pep.child_id == world.child_id)
    assert session.scalar(count) == (1 if is_the_terms else 2)


def test_a_pep_that_was_closed_as_not_needed_never_counts(session: Session) -> None:
    world = build_world(session)
    closed(world, opened(world, PepKind.NEED))
    assert world.child_id in world.launch(on=TODAY).children


def test_a_funding_pep_is_nobodys_first_one(session: Session) -> None:
    """HB-1.3: the whole PEP of a child newly in care is still due in twenty school days, whatever money was asked for before.

    Came into care on 2 Sep 2024: the twentieth school day after it is 30 Sep 2024.
    """
    world = build_world(session)
    child(session, world.child_id).entered_care_on = date(2024, 9, 2)
    session.flush()
    opened(world, PepKind.FUNDING, on=LAUNCH_DAY)
    world.launch(on=LAUNCH_DAY)
    pep = world.pep_of()
    assert (pep.kind, pep.due_on) == (PepKind.INITIAL, date(2024, 9, 30))


def test_the_terms_pep_is_opened_by_itself_beside_a_funding_one(session: Session) -> None:
    world = build_world(session)
    opened(world, PepKind.FUNDING)
    opened(world, PepKind.TERMLY)
    with pytest.raises(Refused) as refused:
        opened(world, PepKind.TERMLY)
    assert [each.code for each in refused.value.findings] == ["HB-1.4"]


# --- one at a time -----------------------------------------------------------------------------------------------------------


def test_a_second_funding_pep_is_refused_and_names_the_open_one(world: World) -> None:
    first = opened(world, PepKind.FUNDING)
    for term, on in (("autumn", TODAY), ("spring", SPRING)):
        with pytest.raises(Refused) as refused:
            opened(world, PepKind.FUNDING, term, on)
        [finding] = refused.value.findings
        assert (finding.check, finding.code, finding.row) == ("open-funding", "HB-1.5", str(first.id))
        assert finding.message == f"Robin has a funding PEP that is open: {first.reference} (Opened). Ask for the money there."
    opened(world, PepKind.FUNDING, child_id=world.other_child_id)


def test_after_it_is_closed_or_signed_off_another_may_be_opened(world: World) -> None:
    closed(world, opened(world, PepKind.FUNDING))
    second = opened(world, PepKind.FUNDING)
    world.session.execute(sa.update(Pep).where(Pep.id == second.id).values(status=PepStatus.COMPLETE),
                          execution_options={"history_kept": True})
    opened(world, PepKind.FUNDING)


@pytest.mark.parametrize("status", [PepStatus.INITIATED, PepStatus.IN_PROGRESS, PepStatus.SUBMITTED, PepStatus.RETURNED])
def test_the_database_knows_it_too(world: World, status: PepStatus) -> None:
    first, second = opened(world, PepKind.FUNDING), opened(world, PepKind.NEED)
    first.status = status
    world.session.flush()
    second.kind = PepKind.FUNDING
    with pytest.raises(IntegrityError):
        world.session.flush()


def test_the_page_leads_to_the_open_one(world: World, tmp_path: Path) -> None:
    config.move_today(TODAY)
    first = opened(world, PepKind.FUNDING)
    reference, where = first.reference, f"/admin/pep/peps/details/?id={first.id}"
    world.session.commit()
    council = make_council(f"sqlite:///{tmp_path / 'world.db'}", {"officer": world.officer})
    page = Visitor(council.visit("officer").client).get(f"/admin/pep/peps/open/?child={world.child_id}")
    refused = page.send("kind", kind="funding", reason="A laptop")
    assert refused.status == 422 and refused.tree.xpath(f"//main//a[@href='{where}']/text()") == [
        f"Robin has a funding PEP that is open: {reference} (Opened). Ask for the money there."]
    assert "A laptop" in refused.text


# --- to the Virtual School ---------------------------------------------------------------------------------------------------


def test_it_is_signed_by_school_and_social_worker_and_its_page_offers_to_send_it(world: World, tmp_path: Path) -> None:
    """A target, a request, the three voices; the social worker signs for the voices that the school wrote down (HB-2.5)."""
    config.move_today(TODAY)
    pep = opened(world, PepKind.FUNDING)
    delegation.delegate_peps(world.session, [pep.id], actor=world.act(world.officer), now=NOW, run="money")
    target, _ = targets.save_target(world.session, pep.id, TARGET, actor=world.act(world.teacher))
    ppg.save_request(world.session, pep.id, world.request_values(pep, target_id=target.id, amount_pence=55_00, quantity=1),
                     actor=world.act(world.teacher))
    world.save(pep, "voice", world.teacher, child_voice_good="I like it when somebody explains it twice.")
    world.save(pep, "voices", world.teacher, carer_voice="The tutor helps.", social_worker_voice="It is worth going on.")
    number, people = pep.id, {"teacher": world.teacher, "worker": world.worker}
    world.session.commit()
    council = make_council(f"sqlite:///{tmp_path / 'world.db'}", people)
    teacher, worker = (Visitor(council.visit(name).client) for name in people)
    page = teacher.get(f"/admin/pep/peps/sign/?id={number}&part=education").send("part")
    assert "is signed." in page.main and "Send to the Virtual School" not in page.main
    told = teacher.get(f"/admin/pep/peps/check/?id={number}").main
    assert "The social worker has not signed Part 3, the meeting." in told and "Part 1" not in told
    page = worker.get(f"/admin/pep/peps/sign/?id={number}&part=meeting").send("part")
    assert "is signed, and the PEP was sent to the Virtual School." in page.main


TARGET = {
    "area": TargetArea.COGNITION, "subject": Of.MATHS, "outcome": "Robin will answer 16 of 20 fraction questions by Easter.",
    "need": "Behind after two schools", "support_what": "Tuition", "support_who": "A tutor", "support_how_often": "Weekly",
    "baseline": "9 of 20 in October", "success_measure": "16 of 20 in March", "due_on": date(2025, 3, 28),
}


# --- a first one that is long due --------------------------------------------------------------------------------------------


def test_a_first_pep_that_is_opened_late_keeps_the_childs_own_day(session: Session) -> None:
    """Came into care on 16 Dec 2024: the twentieth school day after it was 27 Jan 2025, long past in June (HB-1.3)."""
    world = build_world(session)
    june = date(2025, 6, 2)
    child(session, world.child_id).entered_care_on = date(2024, 12, 16)
    session.flush()
    first = opened(world, PepKind.INITIAL, "summer", june)
    assert (first.kind, first.due_on) == (PepKind.INITIAL, date(2025, 1, 27))
    child(session, world.other_child_id).entered_care_on = date(2024, 12, 16)
    session.flush()
    other = opened(world, PepKind.TERMLY, "summer", june, world.other_child_id)
    assert (other.kind, other.due_on) == (PepKind.TERMLY, date(2025, 6, 6)), "the term's own, where that is what was asked for"


def test_a_day_counted_by_dates_that_nobody_has_checked_says_so(session: Session) -> None:
    """The spring of 2025 still to be checked: 20 school days from 16 Dec 2024 end on 27 Jan 2025, as far as is known."""
    world = build_world(session)
    child(session, world.child_id).entered_care_on = date(2024, 12, 16)
    world.term("spring").dates_to_check = True
    session.flush()
    first = opened(world, PepKind.INITIAL, "spring", SPRING)
    assert first.due_on == date(2025, 1, 27) and first.due_rule.endswith("on term dates that are still to be checked")
    world.act(SYSTEM)
    world.term("spring").dates_to_check = False
    session.flush()
    child(session, world.other_child_id).entered_care_on = date(2024, 12, 16)
    session.flush()
    assert "to be checked" not in opened(world, PepKind.INITIAL, "spring", SPRING, world.other_child_id).due_rule


def test_who_came_into_care_on_the_first_day_of_the_year_has_both_clocks(session: Session) -> None:
    """1 Sep 2024 is a Sunday, the day before the first term on record begins; who came in August is not new here."""
    world = build_world(session)
    robin, terms = child(session, world.child_id), [TermDates(date(2024, 9, 2), date(2024, 12, 20))]
    for entered, is_new in ((date(2024, 9, 1), True), (date(2024, 8, 31), False)):
        robin.entered_care_on = entered
        assert is_new_in_care(robin, None, terms, today=LAUNCH_DAY, numbers=YearNumbers()) is is_new


def test_its_page_asks_for_no_targets_of_english_and_maths(world: World, enter: Any) -> None:
    numbers = opened(world, PepKind.FUNDING).id, opened(world, PepKind.CHANGE).id
    world.session.commit()
    funding, other = (enter("officer").get(f"/admin/pep/peps/details/?id={each}").main for each in numbers)
    assert "No targets yet." in funding and "at least one for English" not in funding
    assert "at least one for English and one for Maths" in other
