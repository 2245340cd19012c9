"""The ways out for money that waits (HB-4.6): the head lets it go without a voice, or the Virtual School withdraws the approval.

The first child's PEP is signed off as Gold with £550.00 approved; the carer's words could not be had, and an officer accepted that.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from pep_admin import config, queries
from pep_admin.exceptions import NotAllowed, Refused
from pep_admin.models import Allocation, AuditEvent, Pep, PpgRequest, RecordChange, Waiver
from pep_admin.permissions import SYSTEM, Actor
from pep_admin.vocabulary import PpgStatus
from pep_admin.workflow import payments, ppg, reviews, waivers
from tests.host.foreign_app import make_council
from tests.visiting import Page, Visitor
from tests.world import NOW, TODAY, World, accepting, writing

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

REQUESTS, PEPS = "/admin/pep/ppg_requests/", "/admin/pep/peps/"
TRIED = "Asked on 4, 11 and 18 October by telephone by the social worker; the carer is in hospital."
WHY = "The carer is in hospital until January; the tutor is booked for Monday."
SAID = "The carer's voice is missing; Hanna Amt let the money go without it on 18 Nov 2024."
HELD = ("The carer's voice is missing from the PEP. The money waits until the words are there, or the head of the Virtual School "
        "lets it go without them.")


def accept(world: World, pep: Pep) -> None:
    """Sign off as Gold, done without the words that could not be had."""
    reviews.grade_pep(world.session, pep.id, accepting(attempts_accepted=True), actor=world.act(world.officer), today=TODAY,
                      now=NOW)


@pytest.fixture
def pep(world: World) -> Pep:
    """Signed off without the carer's own words, its money approved."""
    found = world.written_pep()
    world.save(found, "voices", world.worker, carer_voice=None, carer_voice_attempts=TRIED)
    writing.sign_and_send(world.session, found, today=TODAY, now=NOW)
    accept(world, found)
    world.act(SYSTEM)
    return found


@pytest.fixture
def enter(world: World, tmp_path: Path) -> Callable[[str], Visitor]:
    """`enter("head")`: that person of the world at the pages, with all that was done so far."""
    config.move_today(TODAY)
    names = ("head", "officer", "finance", "auditor", "teacher", "worker")
    council = make_council(f"sqlite:///{tmp_path / 'world.db'}", {name: getattr(world, name) for name in names})

    def come(name: str) -> Visitor:
        world.session.commit()
        return Visitor(council.visit(name).client)

    return come


def waive(world: World, pep: Pep, who: Actor | None = None, reason: str = WHY) -> list[Waiver]:
    return waivers.waive_voices(world.session, pep.id, reason=reason, actor=world.act(who or world.head), now=NOW)


def release(world: World, pep: Pep, *, dry_run: bool = False) -> payments.ReleaseResult:
    ids = [each.id for each in world.requests_of(pep)]
    return payments.release_requests(world.session, ids, actor=world.act(world.finance), today=TODAY, now=NOW, dry_run=dry_run)


def refusal(verb: Callable[..., Any], *args: Any, **named: Any) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        verb(*args, **named)
    [finding] = refused.value.findings
    return finding.check, finding.code


def reserved(world: World) -> set[int]:
    world.act(SYSTEM)
    world.session.expire_all()
    found = sa.select(Allocation.reserved_pence).where(Allocation.child_id == world.child_id)
    return set(world.session.scalars(found))


# --- the waiver ------------------------------------------------------------------------------------------------------------


def test_the_money_waits_until_the_head_lets_it_go(world: World, pep: Pep) -> None:
    held = release(world, pep)
    assert held.released == () and [each.message for _, findings in held.held for each in findings] == [HELD]

    [made] = waive(world, pep)
    assert (made.check, made.reason, made.waived_by, made.waived_name, made.waived_at) == (
        "RD-308", WHY, world.head.id, "Hanna Amt", NOW)
    planned = release(world, pep, dry_run=True)
    assert planned.held == () and [(each.message, each.code) for _, found in planned.waived for each in found] == [(SAID, "HB-4.6")]
    assert release(world, pep).pence == 550_00


def test_only_the_head_waives(world: World, pep: Pep) -> None:
    for who in (world.officer, world.finance, world.teacher, world.worker, world.auditor, world.administrator):
        with pytest.raises(NotAllowed):
            waive(world, pep, who)
    assert world.session.scalars(sa.select(Waiver)).all() == []


def test_a_waiver_needs_its_reason_and_is_given_once(world: World, pep: Pep) -> None:
    for nothing in (" ", ".", "\u200b", "n/a"):
        assert refusal(waive, world, pep, reason=nothing) == ("waive-reason", "DATA-reason")
    waive(world, pep)
    assert refusal(waive, world, pep) == ("waive-nothing", "HB-4.6")


def test_what_is_not_signed_off_or_lacks_no_voice_has_nothing_to_waive(world: World) -> None:
    sent = world.sent_pep()
    assert refusal(waive, world, sent) == ("status", "DATA-status")
    reviews.grade_pep(world.session, sent.id, accepting(), actor=world.act(world.officer), today=TODAY, now=NOW)
    assert refusal(waive, world, sent) == ("waive-nothing", "HB-4.6")


def test_a_waiver_of_one_voice_opens_nothing_for_another(world: World) -> None:
    """Two voices are missing, and each has its own; without the second the money goes on waiting."""
    pep = world.written_pep()
    world.save(pep, "voices", world.worker, carer_voice=None, carer_voice_attempts=TRIED, social_worker_voice=None,
               social_worker_voice_attempts=TRIED)
    writing.sign_and_send(world.session, pep, today=TODAY, now=NOW)
    accept(world, pep)
    assert [each.check for each in waive(world, pep)] == ["RD-308", "RD-309"]
    world.session.delete(world.session.scalars(sa.select(Waiver).where(Waiver.check == "RD-309")).one())
    world.session.flush()
    [(_, findings)] = release(world, pep).held
    assert [each.message.partition(" voice")[0] for each in findings] == ["The social worker's"]


def test_a_waiver_is_kept_in_history_and_audit(world: World, pep: Pep) -> None:
    [made] = waive(world, pep)
    world.act(SYSTEM)
    [change] = world.session.scalars(sa.select(RecordChange).where(RecordChange.table_name == "pep_waiver"))
    assert (change.row_id, change.child_id, change.actor_id, change.verb) == (made.id, world.child_id, world.head.id, "insert")
    [event] = world.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "pep.waive"))
    assert (event.child_id, event.object_id, event.details) == (world.child_id, pep.id, {"checks": ["RD-308"]})


def test_a_waiver_opens_no_other_gate(world: World, pep: Pep) -> None:
    """Two people, and a child who left care: the law and the separation of duties stand as before."""
    waive(world, pep)
    ids = [each.id for each in world.requests_of(pep)]
    world.session.execute(sa.update(PpgRequest).where(PpgRequest.id.in_(ids)).values(decided_by=world.finance.id),
                          execution_options={"history_kept": True})
    pep.child.left_care_on = TODAY
    world.session.flush()
    [(_, findings)] = release(world, pep).held
    assert {each.check for each in findings if each.severity == "blocking"} == {"REL-two-people", "REL-in-care"}


def test_the_head_waives_from_the_peps_page_and_finance_releases(
    world: World, pep: Pep, enter: Callable[[str], Visitor]
) -> None:
    pep_id = pep.id
    assert "Let the money go without a voice…" not in enter("officer").get(f"{PEPS}details/?id={pep_id}").main
    page = enter("head").get(f"{PEPS}details/?id={pep_id}").link("Let the money go without a voice…")
    assert "the carer’s own words could not be had" in page.main
    wrong = page.send("reason", reason="  ")
    assert wrong.status == 422 and "Say why the money goes without these words." in wrong.main
    after = wrong.send("reason", reason=WHY)
    assert after.url == f"{PEPS}details/?id={pep_id}" and "the money may go without the carer’s own words." in after.main
    assert WHY in after.main
    assert "Let the money go without a voice…" not in after.main

    def money(name: str) -> str:
        return enter(name).get(f"{PEPS}details/?id={pep_id}").main

    assert WHY in money("worker") and WHY in money("auditor")
    assert "the money may go without" in money("teacher") and WHY not in money("teacher"), "why is care's to read (HB-3.11)"
    assert WHY in enter("head").get(f"{PEPS}history/?id={pep_id}").main

    preview = enter("finance").get(f"{REQUESTS}release-all/")
    assert "1 of 1 request would be released: £550.00 in all." in preview.main
    assert "What the head let pass" in preview.main and SAID in preview.main and WHY not in preview.text
    released = preview.send("rowid")
    assert released.heading == "£550.00 released" and SAID in released.main


def test_what_holds_the_money_leads_the_head_there(world: World, pep: Pep, enter: Callable[[str], Visitor]) -> None:
    where = f"{REQUESTS}waive/?pep={pep.id}"

    def leads(page: Page) -> list[str]:
        assert page.tree is not None and HELD in page.main
        return [str(each) for each in page.tree.xpath("//main//ul[@class='held']//a/@href") if "/waive/" in each]

    chosen = [str(each.id) for each in world.requests_of(pep)]
    preview = enter("head").get(REQUESTS).send("rowid", button=("action", "release"), choose=chosen)
    assert leads(preview) == [where]
    assert leads(enter("finance").get(f"{REQUESTS}release-all/")) == []
    assert enter("officer").get(where).status == 403


# --- withdrawing an approval -------------------------------------------------------------------------------------------------


def withdraw(world: World, pep: Pep, who: Actor | None = None, reason: str = "The tutor has moved away") -> PpgRequest:
    [request] = world.requests_of(pep)
    return ppg.withdraw_approved(world.session, request.id, reason=reason, actor=world.act(who or world.officer), today=TODAY)


def test_an_approval_is_withdrawn_and_its_money_can_be_asked_for_again(world: World, pep: Pep) -> None:
    assert reserved(world) == {550_00}
    found = withdraw(world, pep)
    assert (found.status, found.approved_pence, found.decided_by, found.decision_reason) == (
        PpgStatus.WITHDRAWN, None, world.officer.id, "The tutor has moved away")
    assert reserved(world) == {0} and queries.allocation_differences(world.session) == []
    assert queries.ppg_facts_for(world.session, [pep])[pep.id][None].left_pence == 600_00
    assert refusal(withdraw, world, pep) == ("request-status", "DATA-status")
    assert reserved(world) == {0}, "given back once"


def test_less_than_was_asked_is_given_back_as_it_was_approved(world: World) -> None:
    pep = world.sent_pep()
    [request] = world.requests_of(pep)
    ppg.approve_request(world.session, request.id, pence=400_00, reason="Eight hours", actor=world.act(world.officer), today=TODAY)
    assert reserved(world) == {400_00}
    withdraw(world, pep)
    assert reserved(world) == {0}


def test_it_needs_a_reason_and_the_virtual_school(world: World, pep: Pep) -> None:
    for nothing in (" ", ".", "\u200b", "n/a"):
        assert refusal(withdraw, world, pep, reason=nothing) == ("withdraw-reason", "DATA-reason")
    for who in (world.finance, world.teacher, world.worker, world.auditor):
        with pytest.raises(NotAllowed):
            withdraw(world, pep, who)
    assert reserved(world) == {550_00}


def test_what_was_released_is_not_withdrawn(world: World) -> None:
    pep = world.graded_pep()
    release(world, pep)
    assert refusal(withdraw, world, pep) == ("request-status", "DATA-status")
    assert [each.status for each in world.requests_of(pep)] == [PpgStatus.RELEASED]


def test_an_approval_is_withdrawn_on_screen(world: World, pep: Pep, enter: Callable[[str], Visitor]) -> None:
    assert "Withdraw…" not in enter("teacher").get(f"{REQUESTS}details/?id=1").main
    page = enter("officer").get(f"{REQUESTS}details/?id=1").link("Withdraw…")
    assert "£550.00 for Alder School" in page.main
    wrong = page.send("reason", reason="")
    assert wrong.status == 422 and "Say why the money is not paid after all" in wrong.main
    after = wrong.send("reason", reason="The tutor has moved away")
    assert "Its money can be asked for again." in after.main and "“The tutor has moved away”" in after.main
    assert reserved(world) == {0}
    school = enter("teacher").get(f"{REQUESTS}details/?id=1").main
    assert "Taken away, by Ole Amt “The tutor has moved away”" in school, "the school reads it, without the history"
    late = page.send("reason", reason="Twice")
    assert late.status == 409 and "Somebody decided on this request a moment ago" in late.main
