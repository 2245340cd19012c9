"""A cap that the head changes in the middle of a year holds from then on (HB-6.1, 6.2), for children whose counters are there.

The first child's PEP has £550.00 set aside of £600.00 a term and £1,800.00 a year; a second PEP of the same term asks for more.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pep_admin import config, queries
from pep_admin.exceptions import Refused
from pep_admin.models import AcademicYear, Allocation, Pep, PpgRequest
from pep_admin.permissions import SYSTEM
from pep_admin.vocabulary import Grade, Part, PepKind, PpgStatus
from pep_admin.workflow import delegation, ppg, reviews, sections
from pep_admin.workflow import peps as pep_verbs
from tests.host.foreign_app import make_council
from tests.visiting import Visitor
from tests.world import NOW, TODAY, World, accepting, child, writing

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything


def second_pep(world: World, pence: int) -> Pep:
    """A PEP because of need beside the sent one, written and signed, asking for that much as one line; not sent."""
    pep = pep_verbs.initiate_pep(world.session, child(world.session, world.child_id), world.autumn, kind=PepKind.NEED,
                                 reason="More help", actor=world.act(world.officer), today=TODAY, now=NOW)
    delegation.delegate_peps(world.session, [pep.id], actor=world.officer, now=NOW, run="second")
    writing.write(world.session, pep, meeting_on=TODAY, money=False)
    values = world.request_values(pep, quantity=1, unit_cost_pence=pence, amount_pence=pence)
    ppg.save_request(world.session, pep.id, values, actor=world.act(world.officer))
    teacher, worker = writing.people_of(pep)
    for part, who in ((Part.EDUCATION, teacher), (Part.SOCIAL_CARE, worker), (Part.MEETING, worker)):
        sections.sign_part(world.session, pep.id, part, actor=world.act(who), today=TODAY, now=NOW)
    world.act(SYSTEM)
    return pep


def change_caps(world: World, **caps: int) -> None:
    world.act(SYSTEM)
    year = world.autumn.year
    for name, pence in caps.items():
        setattr(year, name, pence)
    world.session.flush()


def counters(world: World) -> dict[str, tuple[int, int]]:
    """(cap, taken) of each of the first child's counters."""
    world.act(SYSTEM)
    world.session.expire_all()
    columns = (Allocation.period, Allocation.cap_pence, Allocation.reserved_pence + Allocation.released_pence)
    found = world.session.execute(sa.select(*columns).where(Allocation.child_id == world.child_id))
    return {period: (cap, taken) for period, cap, taken in found}


def send(world: World, pep: Pep) -> None:
    pep_verbs.submit_pep(world.session, pep.id, actor=world.act(world.officer), today=TODAY, now=NOW)


def refusals(world: World, pep: Pep) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as refused:
        send(world, pep)
    return [(each.code, each.message) for each in refused.value.findings]


def set_aside(world: World, pep: Pep) -> str:
    """What the counters themselves say no with, past the checks that read the year."""
    requests = list(world.session.scalars(sa.select(PpgRequest).where(PpgRequest.pep_id == pep.id)))
    with pytest.raises(Refused) as refused, world.session.begin_nested():
        ppg.ask_for(world.session, pep, requests)
    [finding] = refused.value.findings
    return finding.message


def test_a_raised_cap_lets_more_be_sent(world: World) -> None:
    world.sent_pep()
    change_caps(world, ppg_term_cap_pence=700_00)
    send(world, second_pep(world, 150_00))
    assert counters(world) == {"2024-25": (1_800_00, 700_00), "2024-25 autumn": (700_00, 700_00)}
    assert queries.allocation_differences(world.session) == []


def test_a_lowered_cap_holds_back_what_the_old_one_let_through(world: World) -> None:
    """£550.00 of the new £580.00 are taken: £30.00 go, and not a penny more."""
    world.sent_pep()
    more = second_pep(world, 50_00)
    change_caps(world, ppg_term_cap_pence=580_00)
    [(code, message)] = refusals(world, more)
    assert code == "HB-6.1" and "£580.00 is the limit and £30.00 is left" in message
    assert set_aside(world, more) == "£50.00 is more than what is left for 2024-25 autumn: £30.00 of £580.00."
    [request] = world.requests_of(more)
    request.quantity, request.unit_cost_pence, request.amount_pence = 1, 30_00, 30_00
    world.session.flush()
    send(world, more)
    assert counters(world)["2024-25 autumn"] == (580_00, 580_00)


def test_a_cap_below_what_is_taken_leaves_nothing_and_breaks_nothing(world: World) -> None:
    first = world.sent_pep()
    more = second_pep(world, 1)
    change_caps(world, ppg_term_cap_pence=400_00)
    [(code, message)] = refusals(world, more)
    assert code == "HB-6.1" and "£400.00 is the limit and £0.00 is left" in message
    assert set_aside(world, more) == "£0.01 is more than what is left for 2024-25 autumn: £0.00 of £400.00."
    assert counters(world)["2024-25 autumn"] == (600_00, 550_00), "it keeps the cap under which the money was taken"
    pep_verbs.recall_pep(world.session, first.id, actor=world.act(world.teacher))
    send(world, more)
    assert counters(world)["2024-25 autumn"] == (400_00, 1)


def test_the_cap_of_the_year_holds_likewise(world: World) -> None:
    world.sent_pep()
    more = second_pep(world, 50_00)
    change_caps(world, ppg_year_cap_pence=590_00)
    assert [code for code, _ in refusals(world, more)] == ["HB-6.1"]
    assert set_aside(world, more) == "£50.00 is more than what is left for 2024-25: £40.00 of £590.00."


def test_after_sixteen_the_years_own_cap_is_brought_up(world: World) -> None:
    pep = world.written_pep(money=False)
    pep.year_group = "12"
    world.session.flush()
    values = world.request_values(pep, quantity=1, unit_cost_pence=300_00, amount_pence=300_00)
    ppg.save_request(world.session, pep.id, values, actor=world.act(world.officer))
    world.act(SYSTEM)
    [request] = world.requests_of(pep)
    ppg.ask_for(world.session, pep, [request])
    change_caps(world, post16_year_cap_pence=350_00)
    ppg.save_request(world.session, pep.id, values | {"unit_cost_pence": 50_00, "amount_pence": 50_00},
                     actor=world.act(world.officer))
    world.act(SYSTEM)
    ppg.ask_for(world.session, pep, [each for each in world.requests_of(pep) if each.status is PpgStatus.DRAFT])
    assert counters(world) == {"2024-25": (350_00, 350_00)}


def accept(world: World, pep: Pep, grade: Grade = Grade.GOLD) -> None:
    reviews.grade_pep(world.session, pep.id, accepting(grade), actor=world.act(world.officer), today=TODAY, now=NOW)


def approve(world: World, pep: Pep, pence: int) -> PpgRequest:
    world.act(SYSTEM)
    [request] = world.requests_of(pep)
    ppg.approve_request(world.session, request.id, pence=pence, reason="The limit was lowered.", actor=world.act(world.officer),
                        today=TODAY)
    return request


def test_what_was_asked_for_before_is_approved_under_the_cap_of_now(world: World) -> None:
    """£550.00 were asked for under £600.00; the limit is £400.00 when the PEP is signed off."""
    pep = world.sent_pep()
    change_caps(world, ppg_term_cap_pence=400_00)
    with pytest.raises(Refused) as held:
        accept(world, pep)
    assert [(each.check, each.code) for each in held.value.findings] == [("RD-403", "HB-6.1")], "not signed off with it"
    with pytest.raises(Refused) as refused:
        approve(world, pep, 400_01)
    [finding] = refused.value.findings
    assert (finding.check, finding.code, finding.field) == ("RD-403", "HB-6.1", "amount")
    assert finding.message == ("With this, £400.01 would be approved for this child in Autumn 2024-25; £400.00 is the limit now "
                               "and £400.00 is left. Approve less, or decline it.")
    request = approve(world, pep, 400_00)
    accept(world, pep)
    world.act(SYSTEM)
    world.session.expire_all()
    assert (request.status, request.approved_pence) == (PpgStatus.APPROVED, 400_00)
    assert counters(world)["2024-25 autumn"] == (600_00, 400_00)
    assert queries.allocation_differences(world.session) == []


def test_what_waits_beside_a_pep_that_was_not_good_enough_is_held_to_the_cap_of_now(world: World) -> None:
    pep = world.sent_pep()
    accept(world, pep, Grade.AMBER)
    change_caps(world, ppg_year_cap_pence=549_99)
    with pytest.raises(Refused) as refused:
        approve(world, pep, 550_00)
    assert "in the academic year 2024-25; £549.99 is the limit now" in refused.value.findings[0].message
    change_caps(world, ppg_year_cap_pence=550_00)
    assert approve(world, pep, 550_00).approved_pence == 550_00


def test_what_another_pep_got_counts_when_more_is_approved(world: World) -> None:
    """£550.00 are approved and £50.00 asked for under £600.00; at £570.00 only £20.00 of them are left."""
    first = world.sent_pep()
    more = second_pep(world, 50_00)
    send(world, more)
    accept(world, first)
    change_caps(world, ppg_term_cap_pence=570_00)
    with pytest.raises(Refused) as refused:
        approve(world, more, 20_01)
    assert "£570.01 would be approved" in refused.value.findings[0].message
    assert approve(world, more, 20_00).approved_pence == 20_00


def test_after_sixteen_it_is_the_years_own_cap_that_holds_back(world: World) -> None:
    pep = world.sent_pep()
    accept(world, pep, Grade.AMBER)
    world.act(SYSTEM)
    pep.year_group = "12"
    change_caps(world, post16_year_cap_pence=300_00)
    with pytest.raises(Refused) as refused:
        approve(world, pep, 300_01)
    assert [each.code for each in refused.value.findings] == ["HB-6.2"]


def test_the_officer_is_told_beside_the_decision(world: World, tmp_path: Path) -> None:
    config.move_today(TODAY)
    pep = world.sent_pep()
    [request] = world.requests_of(pep)
    number = request.id
    change_caps(world, ppg_term_cap_pence=400_00)
    world.session.commit()
    officer = Visitor(make_council(f"sqlite:///{tmp_path / 'world.db'}", {"officer": world.officer}).visit("officer").client)
    decide = officer.get(f"/admin/pep/ppg_requests/decide/?id={number}")
    refused = decide.send("verdict", verdict="whole")
    assert refused.status == 422 and "£400.00 is the limit now and £400.00 is left. Approve less, or decline it." in refused.main
    assert decide.send("verdict", verdict="less", amount="400", reason="The limit was lowered.").status == 200
    assert world.session.scalar(sa.select(PpgRequest.approved_pence).where(PpgRequest.id == number)) == 400_00
    world.session.rollback()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 800_00), st.integers(0, 1_000_00), st.integers(1, 400_00)), max_size=6))
def test_whatever_the_head_sets_the_counter_and_the_check_agree(world: World, steps: list[tuple[int, int, int]]) -> None:
    """Each step: the caps of term and year, and an amount that is asked for under them. Nothing is taken beyond either."""
    world.act(SYSTEM)
    pep = world.pep_of()
    target = world.target_of(pep).id
    whole = world.session.begin_nested()
    taken = 0
    for term_cap, year_cap, amount in steps:
        change_caps(world, ppg_term_cap_pence=term_cap, ppg_year_cap_pence=year_cap)
        left = queries.ppg_facts_for(world.session, [pep])[pep.id][None].left_pence
        assert left == max(0, min(term_cap, year_cap) - taken)
        asked = PpgRequest(pep_id=pep.id, **world.request_values(pep, target_id=target, quantity=1, unit_cost_pence=amount,
                                                                 amount_pence=amount), status=PpgStatus.DRAFT)
        step = world.session.begin_nested()
        world.session.add(asked)
        world.session.flush()
        try:
            ppg.ask_for(world.session, pep, [asked])
            step.commit()
            assert amount <= left
            taken += amount
        except Refused:
            step.rollback()
            assert amount > left
        held: Any = {period: pence for period, (_, pence) in counters(world).items()}
        assert set(held.values()) <= {taken}
    whole.rollback()


def test_the_head_raises_the_cap_on_screen_and_the_pep_goes(world: World, tmp_path: Path) -> None:
    config.move_today(TODAY)
    world.sent_pep()
    more, year = second_pep(world, 50_00).id, world.autumn.year_id
    world.act(SYSTEM)
    [request] = world.requests_of(world.session.get_one(Pep, more))
    request.unit_cost_pence = request.amount_pence = 150_00
    world.session.commit()
    people = {"head": world.head, "officer": world.officer}
    council = make_council(f"sqlite:///{tmp_path / 'world.db'}", people)
    head, officer = (Visitor(council.visit(name).client) for name in people)
    [form] = officer.get(f"/admin/pep/peps/details/?id={more}").tree.xpath("//form[contains(@action, '/peps/send/')]")
    refused = officer.post(form.get("action"), form.form_values())
    assert refused.status == 422 and "£600.00 is the limit and £50.00 is left" in refused.main
    changed = head.get(f"/admin/pep/years/edit/?id={year}").send("ppg_term_cap_pence", ppg_term_cap_pence="700")
    assert changed.status == 200
    assert "Sent to the Virtual School." in officer.post(form.get("action"), form.form_values()).main
    found = sa.select(Allocation.cap_pence, Allocation.reserved_pence).where(Allocation.period == "2024-25 autumn")
    assert [tuple(row) for row in world.session.execute(found)] == [(700_00, 700_00)]
    assert world.session.scalar(sa.select(AcademicYear.ppg_term_cap_pence).where(AcademicYear.id == year)) == 700_00
    world.session.rollback()
