"""What the head lets a PEP pass: signing, sending, sign-off, money and its writers, each by its own waiver; and how a waiver ends.

Also the way out for money that was approved and is not needed: the Virtual School withdraws it (HB-4.6, HB-6.7).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from pep_admin import config, queries
from pep_admin.exceptions import NotAllowed, Refused
from pep_admin.models import Allocation, AuditEvent, Pep, Person, PpgRequest, RecordChange, School, Target, Waiver
from pep_admin.permissions import SYSTEM, Actor
from pep_admin.validators.findings import Finding
from pep_admin.validators.waivers import Gate
from pep_admin.vocabulary import Decision, Grade, Part, PepStatus, PpgStatus, Subject
from pep_admin.workflow import delegation, payments, ppg, reviews, sections, targets, waivers
from pep_admin.workflow import peps as pep_verbs
from tests.host.foreign_app import make_council
from tests.visiting import Page, Visitor
from tests.world import NOW, TODAY, World, accepting, writing

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

REQUESTS, PEPS = "/admin/pep/ppg_requests/", "/admin/pep/peps/"
TRIED = "Asked on 4, 11 and 18 October by telephone by the social worker; the carer is in hospital."
WHY = "The carer is in hospital until January; the tutor is booked for Monday."
CARER = Gate("RD-308")
NO_MATHS = Gate("RD-224", "maths_exception")
HELD = ("The carer's voice is missing from the PEP. The money waits until the words are there, or the head of the Virtual School "
        "lets it go without them.")
BY_HEAD = "Waived by Hanna Amt on 18 Nov 2024"
SAID = f"{BY_HEAD}. What was let pass: {HELD}"


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


def stands_at(world: World, pep: Pep, gate: Gate) -> Finding | None:
    world.act(SYSTEM)
    world.session.expire_all()
    return waivers.find_gate(world.session, world.session.get_one(Pep, pep.id), gate, today=TODAY)


def waive(world: World, pep: Pep, gate: Gate = CARER, who: Actor | None = None, reason: str = WHY, **more: Any) -> Waiver:
    """The head waives what stands at that gate, having read it."""
    finding = stands_at(world, pep, gate)
    sentence = finding.message if finding else ""
    named = {"reason": reason, "sentence": sentence, "today": TODAY, "now": NOW, **more}
    return waivers.waive_gate(world.session, pep.id, gate, actor=world.act(who or world.head), **named)


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


# --- the money ---------------------------------------------------------------------------------------------------------------


def test_the_money_waits_until_the_head_lets_it_go(world: World, pep: Pep) -> None:
    held = release(world, pep)
    assert held.released == () and [each.message for _, findings in held.held for each in findings] == [HELD]

    made = waive(world, pep)
    assert (made.check, made.code, made.sentence, made.reason, made.waived_by, made.waived_name, made.waived_at) == (
        "RD-308", "HB-4.6", HELD, WHY, world.head.id, "Hanna Amt", NOW)
    planned = release(world, pep, dry_run=True)
    assert planned.held == () and [(each.message, each.code) for _, found in planned.waived for each in found] == [(SAID, "HB-4.6")]
    assert release(world, pep).pence == 550_00


def test_a_waiver_of_one_voice_opens_nothing_for_another(world: World) -> None:
    """Two voices are missing, and each has its own; without the second the money goes on waiting."""
    pep = world.written_pep()
    world.save(pep, "voices", world.worker, carer_voice=None, carer_voice_attempts=TRIED, social_worker_voice=None,
               social_worker_voice_attempts=TRIED)
    writing.sign_and_send(world.session, pep, today=TODAY, now=NOW)
    accept(world, pep)
    waive(world, pep)
    [(_, findings)] = release(world, pep).held
    assert [each.message.partition(" voice")[0] for each in findings if each.severity == "blocking"] == ["The social worker's"]
    waive(world, pep, Gate("RD-309"))
    assert release(world, pep).pence == 550_00


def test_a_voice_that_was_waived_before_sending_holds_up_nothing_afterwards(world: World) -> None:
    """Neither words nor attempts: signing, sending, signing off without accepted attempts, and the money."""
    pep = world.written_pep()
    world.save(pep, "voices", world.worker, carer_voice=None, carer_voice_attempts=None)
    assert refusal(sign, world, pep, world.worker, Part.MEETING) == ("RD-308", "HB-4.6")
    waive(world, pep)
    writing.sign_and_send(world.session, pep, today=TODAY, now=NOW)
    reviews.grade_pep(world.session, pep.id, accepting(), actor=world.act(world.officer), today=TODAY, now=NOW)
    assert release(world, pep).pence == 550_00


def test_money_may_follow_a_pep_that_is_not_satisfactory_if_the_head_says_so(world: World) -> None:
    """HB-6.7. The officer approves it by hand, since an Amber PEP approves nothing by itself."""
    pep = world.graded_pep(Grade.AMBER)
    [request] = world.requests_of(pep)
    ppg.approve_request(world.session, request.id, pence=550_00, reason="", actor=world.act(world.officer), today=TODAY)
    [(_, [finding])] = release(world, pep).held
    assert (finding.check, finding.code) == ("REL-satisfactory", "HB-6.7")
    waive(world, pep, Gate("REL-satisfactory"))
    result = release(world, pep)
    assert result.pence == 550_00 and BY_HEAD in result.waived[0][1][0].message


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


# --- signing, sending, signing off -------------------------------------------------------------------------------------------


def sign(world: World, pep: Pep, who: Actor, part: Part) -> Pep:
    return sections.sign_part(world.session, pep.id, part, actor=world.act(who), today=TODAY, now=NOW)


def without_maths(world: World) -> Pep:
    """Written, with no Maths target and no reason for that; nothing is asked for."""
    pep = world.written_pep(money=False)
    _take_maths_away(world, pep, world.teacher)
    return pep


def _take_maths_away(world: World, pep: Pep, teacher: Actor) -> None:
    maths = world.session.scalars(sa.select(Target.id).where(Target.pep_id == pep.id, Target.subject == Subject.MATHS)).all()
    for target_id in maths:
        targets.remove_target(world.session, target_id, actor=world.act(teacher))
    world.act(SYSTEM)


def test_one_waiver_opens_its_gate_in_signing_sending_and_signing_off(world: World) -> None:
    pep = without_maths(world)
    assert refusal(sign, world, pep, world.teacher, Part.EDUCATION) == ("RD-224", "HB-5.1")
    waive(world, pep, NO_MATHS)
    writing.sign_and_send(world.session, pep, today=TODAY, now=NOW)
    reviews.grade_pep(world.session, pep.id, accepting(), actor=world.act(world.officer), today=TODAY, now=NOW)
    assert world.pep_of().status is PepStatus.COMPLETE


def test_a_gate_may_be_waived_when_the_pep_is_with_the_virtual_school(world: World) -> None:
    pep = without_maths(world)
    made = waive(world, pep, NO_MATHS)
    writing.sign_and_send(world.session, pep, today=TODAY, now=NOW)
    waivers.withdraw_waiver(world.session, made.id, reason="I thought of another child", actor=world.act(world.head), now=NOW)
    grading = (reviews.grade_pep, world.session, pep.id, accepting())
    by = {"today": TODAY, "now": NOW}
    assert refusal(*grading, actor=world.act(world.officer), **by) == ("RD-224", "HB-5.1")
    waive(world, pep, NO_MATHS)
    reviews.grade_pep(world.session, pep.id, accepting(), actor=world.act(world.officer), **by)
    assert world.pep_of().status is PepStatus.COMPLETE


def test_a_waiver_for_one_target_is_none_for_another(world: World) -> None:
    pep = world.written_pep(money=False)
    first, second = world.session.scalars(sa.select(Target).where(Target.pep_id == pep.id).order_by(Target.number)).all()[:2]
    world.act(world.teacher)
    first.success_measure = second.success_measure = ""
    world.session.flush()

    def wrong() -> list[tuple[str, str]]:
        with pytest.raises(Refused) as refused:
            sign(world, pep, world.teacher, Part.EDUCATION)
        return [(each.check, each.row) for each in refused.value.findings]

    assert wrong() == [("RD-225", str(first.id)), ("RD-225", str(second.id))]
    waive(world, pep, Gate("RD-225", "success_measure", str(second.id)))
    assert wrong() == [("RD-225", str(first.id))]
    world.act(world.teacher)
    world.session.get_one(Target, second.id).due_on = None
    world.session.flush()
    assert wrong() == [("RD-225", str(first.id)), ("RD-225", str(second.id))], "more is missing now than the head let pass"
    waive(world, pep, Gate("RD-225", "success_measure", str(second.id)))
    assert wrong() == [("RD-225", str(first.id))]
    kept = queries.waivers_of(world.session, [pep.id])[pep.id]
    assert [(each.ended_at is None, each.ended_reason or "") for each in kept] == [  # one stands, and is counted
        (False, "The words that were let pass have changed since; they were waived anew."), (True, "")]


def test_a_waiver_ends_when_the_pep_is_sent_back(world: World) -> None:
    pep = without_maths(world)
    made = waive(world, pep, NO_MATHS)
    writing.sign_and_send(world.session, pep, today=TODAY, now=NOW)
    back = reviews.Grading(grade=Grade.RED, decision=Decision.RETURN, feedback="The voices are thin.", improve="Ask again.")
    reviews.grade_pep(world.session, pep.id, back, actor=world.act(world.officer), today=TODAY, now=NOW)
    assert (made.ended_by, made.ended_at, made.ended_reason) == (
        world.officer.id, NOW, "The PEP was sent back: what is written anew is judged anew.")
    assert refusal(sign, world, pep, world.teacher, Part.EDUCATION) == ("RD-224", "HB-5.1")
    again = waive(world, pep, NO_MATHS)
    assert again.id != made.id and again.ended_at is None
    sign(world, pep, world.teacher, Part.EDUCATION)


def test_a_waiver_stays_when_the_writers_take_the_pep_back_themselves(world: World) -> None:
    pep = without_maths(world)
    waive(world, pep, NO_MATHS)
    writing.sign_and_send(world.session, pep, today=TODAY, now=NOW)
    pep_verbs.recall_pep(world.session, pep.id, actor=world.act(world.teacher))
    pep_verbs.submit_pep(world.session, pep.id, actor=world.act(world.teacher), today=TODAY, now=NOW)
    assert world.pep_of().status is PepStatus.SUBMITTED


def test_what_was_done_under_a_waiver_stays_and_the_gate_stands_again(world: World) -> None:
    pep = without_maths(world)
    made = waive(world, pep, NO_MATHS)
    sign(world, pep, world.teacher, Part.EDUCATION)
    withdraw_it = (waivers.withdraw_waiver, world.session, made.id)
    assert refusal(*withdraw_it, reason=" ", actor=world.act(world.head), now=NOW) == ("waiver-reason", "DATA-reason")
    for who in (world.officer, world.teacher, world.auditor):
        with pytest.raises(NotAllowed):
            waivers.withdraw_waiver(world.session, made.id, reason="No", actor=world.act(who), now=NOW)
    waivers.withdraw_waiver(world.session, made.id, reason="There is a tutor now", actor=world.act(world.head), now=NOW)
    assert (made.ended_name, made.ended_reason) == ("Hanna Amt", "There is a tutor now")
    assert refusal(*withdraw_it, reason="Twice", actor=world.act(world.head), now=NOW) == ("waiver-ended", "DATA-status")
    for part in (Part.SOCIAL_CARE, Part.MEETING):
        sign(world, pep, world.worker, part)
    send = {"actor": world.act(world.worker), "today": TODAY, "now": NOW}
    assert refusal(pep_verbs.submit_pep, world.session, pep.id, **send) == ("RD-224", "HB-5.1"), "signed, and not sent"


# --- its writers -------------------------------------------------------------------------------------------------------------


def test_a_pep_whose_writer_no_mail_reaches_may_go_all_the_same(world: World) -> None:
    """HB-2.2: nobody is written to, and the Virtual School writes the school's part."""
    world.act(SYSTEM)
    world.session.get_one(Person, world.teacher.person_id).bounced_on = TODAY
    pep = world.pep_of()
    world.session.execute(sa.update(Pep).where(Pep.id == pep.id).values(status=PepStatus.INITIATED, delegated_at=None),
                          execution_options={"history_kept": True})
    world.session.flush()
    world.session.expire_all()

    def delegate() -> delegation.DelegationResult:
        return delegation.delegate_peps(world.session, [pep.id], actor=world.act(world.officer), now=NOW, run="waived")

    [(_, finding)] = delegate().held
    assert (finding.check, finding.code) == ("RD-001", "HB-2.2")
    waive(world, pep, Gate("RD-001", "writer"))
    result = delegate()
    assert result.held == () and [each.reached for each in result.going] == [None]
    assert result.mails == 1, "the social worker's alone"
    assert world.pep_of().status is PepStatus.IN_PROGRESS
    assert world.pep_of().writer_id == world.teacher.person_id


def test_a_pep_without_any_writer_may_go_too(world: World) -> None:
    world.act(SYSTEM)
    world.session.get_one(School, world.school_id).designated_teacher_id = None
    pep = world.pep_of()
    world.session.execute(sa.update(Pep).where(Pep.id == pep.id).values(status=PepStatus.INITIATED, writer_id=None),
                          execution_options={"history_kept": True})
    world.session.flush()
    waive(world, pep, Gate("RD-001", "writer"))
    result = delegation.delegate_peps(world.session, [pep.id], actor=world.act(world.officer), now=NOW, run="nobody")
    assert [(each.writer, each.reached) for each in result.going] == [(None, None)] and world.pep_of().writer_id is None
    assert world.pep_of().status is PepStatus.IN_PROGRESS


# --- who waives what ---------------------------------------------------------------------------------------------------------


def test_only_the_head_waives(world: World, pep: Pep) -> None:
    for who in (world.officer, world.finance, world.teacher, world.worker, world.auditor, world.administrator):
        with pytest.raises(NotAllowed):
            waive(world, pep, who=who)
    assert world.session.scalars(sa.select(Waiver)).all() == []


def test_a_waiver_needs_its_reason_and_is_given_once(world: World, pep: Pep) -> None:
    for nothing in (" ", ".", "\u200b", "n/a"):
        assert refusal(waive, world, pep, reason=nothing) == ("waive-reason", "DATA-reason")
    waive(world, pep)
    assert refusal(waive, world, pep) == ("waive-nothing", "DATA-status")


def test_what_the_head_did_not_read_is_not_waived(world: World, pep: Pep) -> None:
    assert refusal(waive, world, pep, sentence="Something milder.") == ("waive-moved", "DATA-status")


def test_where_nothing_stands_nothing_is_waived(world: World) -> None:
    sent = world.sent_pep()
    assert refusal(waive, world, sent) == ("waive-nothing", "DATA-status")
    accept(world, sent)
    assert refusal(waive, world, sent) == ("waive-nothing", "DATA-status")
    assert refusal(waive, world, sent, Gate("REL-two-people")) == ("waive-nothing", "DATA-status")
    closed = world.pep_of(world.other_child_id)
    pep_verbs.withdraw_pep(world.session, closed.id, reason="Left care", actor=world.act(world.officer), now=NOW)
    assert refusal(waive, world, closed, NO_MATHS) == ("status", "DATA-status")


def test_a_signature_the_sdq_and_a_cap_are_waived_by_no_one(world: World) -> None:
    pep = world.written_pep()
    assert refusal(waive, world, pep, Gate("RD-316")) == ("waive-never", "HB-2.6")
    [request] = world.requests_of(pep)
    world.session.execute(sa.update(PpgRequest).where(PpgRequest.id == request.id).values(quantity=11, amount_pence=605_00),
                          execution_options={"history_kept": True})
    assert refusal(waive, world, pep, Gate("RD-403", "amount", str(request.id))) == ("waive-never", "HB-6.1")
    world.save(pep, "health", world.worker, sdq=(), sdq_missing_reason=None)
    assert refusal(waive, world, pep, Gate("RD-106", "sdq")) == ("waive-never", "HB-4.7")
    assert world.session.scalars(sa.select(Waiver)).all() == []


def test_a_waiver_is_kept_in_history_and_audit(world: World, pep: Pep) -> None:
    made = waive(world, pep)
    waivers.withdraw_waiver(world.session, made.id, reason="She is back", actor=world.act(world.head), now=NOW)
    world.act(SYSTEM)
    first, second = world.session.scalars(
        sa.select(RecordChange).where(RecordChange.table_name == "pep_waiver").order_by(RecordChange.id))
    assert (first.row_id, first.child_id, first.actor_id, first.verb) == (made.id, world.child_id, world.head.id, "insert")
    assert second.verb == "update" and second.changes["ended_reason"] == [None, "She is back"]
    given, taken = world.session.scalars(
        sa.select(AuditEvent).where(AuditEvent.action.in_(("pep.waive", "pep.waiver_end"))).order_by(AuditEvent.id))
    assert (given.child_id, given.object_id, given.details) == (
        world.child_id, pep.id, {"check": "RD-308", "field": "", "row": ""})
    assert (taken.action, taken.object_id, taken.details["check"]) == ("pep.waiver_end", pep.id, "RD-308")


# --- on screen ---------------------------------------------------------------------------------------------------------------

WAIVERS = "/admin/pep/waivers/"


def test_the_head_waives_from_the_peps_page_and_finance_releases(
    world: World, pep: Pep, enter: Callable[[str], Visitor]
) -> None:
    pep_id = pep.id
    assert "Waive…" not in enter("officer").get(f"{PEPS}details/?id={pep_id}").main
    page = enter("head").get(f"{PEPS}details/?id={pep_id}").link(f"Waive… {HELD}")
    assert page.heading == "Waive: The carer's own words" and HELD in page.main
    wrong = page.send("reason", reason="  ")
    assert wrong.status == 422 and "Say in a few words why this PEP may pass here." in wrong.main
    after = wrong.send("reason", reason=WHY)
    assert after.url == f"{PEPS}details/?id={pep_id}" and "It stands until you withdraw it, or the PEP is sent back." in after.main
    assert WHY in after.main and "Waive…" not in after.main

    def money(name: str) -> str:
        return enter(name).get(f"{PEPS}details/?id={pep_id}").main

    assert WHY in money("worker") and WHY in money("auditor")
    assert "What was let pass: The carer's voice is missing" in money("teacher")
    assert WHY not in money("teacher"), "why is care's to read (HB-3.11), unless the head says otherwise"
    assert WHY in enter("head").get(f"{PEPS}history/?id={pep_id}").main

    preview = enter("finance").get(f"{REQUESTS}release-all/")
    assert "1 of 1 request would be released: £550.00 in all." in preview.main
    assert "What the head let pass" in preview.main and SAID in preview.main and WHY not in preview.text
    released = preview.send("rowid")
    assert released.heading == "£550.00 released" and SAID in released.main


def test_what_holds_the_money_leads_the_head_there(world: World, pep: Pep, enter: Callable[[str], Visitor]) -> None:
    where = f"{WAIVERS}waive/?pep={pep.id}&check=RD-308"

    def leads(page: Page) -> list[str]:
        assert page.tree is not None and HELD in page.main
        return [str(each) for each in page.tree.xpath("//main//ul[@class='held']//a/@href") if "/waive/" in each]

    chosen = [str(each.id) for each in world.requests_of(pep)]
    preview = enter("head").get(REQUESTS).send("rowid", button=("action", "release"), choose=chosen)
    assert leads(preview) == [where]
    assert leads(enter("finance").get(f"{REQUESTS}release-all/")) == []
    assert enter("officer").get(where).status == 403


def test_the_way_over_check_answers_and_back(world: World, enter: Callable[[str], Visitor]) -> None:
    """The head waives, the school reads why because the head said so, signs, and the head takes it back."""
    pep = without_maths(world)
    pep_id = pep.id
    check, sentence = f"{PEPS}check/?id={pep_id}", "There is no Maths target. Add one, or say why this term is an exception."
    assert "Waive…" not in enter("officer").get(check).main and "Waive…" not in enter("teacher").get(check).main
    page = enter("head").get(check)
    assert page.tree is not None
    unsigned = [each.text_content() for each in page.tree.xpath("//main//li[contains(., 'has not signed')]")]
    assert unsigned and not any("Waive" in each for each in unsigned), "a signature has no such door"
    waiving = page.link(f"Waive… {sentence}")
    waiving.send("reason", reason="A tutor begins after Easter", school_reads="y")
    told = f"{BY_HEAD}: “A tutor begins after Easter” What was let pass: {sentence}"
    for name in ("head", "officer", "teacher", "worker", "auditor"):
        assert told in enter(name).get(check).main, name
    signing = enter("teacher").get(f"{PEPS}sign/?id={pep_id}&part=education")
    assert told in signing.main and signing.send("part").status == 200
    again = waiving.send("reason", reason="Twice")
    assert again.status == 422 and "there is nothing to waive" in again.main

    back = enter("head").get(f"{PEPS}details/?id={pep_id}").link("Withdraw the waiver of A target for Maths…")
    assert "What was signed, sent, signed off or paid under this waiver stays so." in back.main
    assert back.send("reason", reason="").status == 422
    after = back.send("reason", reason="The school found a tutor")
    assert "Ended" in after.main and "The school found a tutor" in after.main and "Withdraw the waiver" not in after.main
    assert sentence in enter("teacher").get(check).main and told not in enter("teacher").get(check).main


def test_a_writer_whom_no_mail_reaches_is_waived_from_the_preview(world: World, enter: Callable[[str], Visitor]) -> None:
    world.act(SYSTEM)
    world.session.get_one(Person, world.teacher.person_id).bounced_on = TODAY
    chosen, named = str(world.pep_of().id), world.pep_of().reference

    def preview(name: str) -> Page:
        return enter(name).get(PEPS).send("rowid", button=("action", "delegate"), choose=[chosen])

    assert "has no working e-mail address" in preview("officer").main and "Waive for" not in preview("officer").main
    page = preview("head").link(f"Waive for {named}…")
    page.send("reason", reason="The school is closed by a flood; we write it ourselves.")
    assert "Nobody is written to: waived" in preview("officer").main


def test_waivers_are_listed_narrowed_and_counted(world: World, pep: Pep, enter: Callable[[str], Visitor]) -> None:
    waive(world, pep)
    other = world.written_pep(child_id=world.other_child_id, money=False)
    _take_maths_away(world, other, world.other_teacher)
    taken = waive(world, other, NO_MATHS, reason="Another reason")
    waivers.withdraw_waiver(world.session, taken.id, reason="Not so", actor=world.act(world.head), now=NOW)
    taken_id, term_id, named = taken.id, str(pep.term_id), pep.reference
    page = enter("auditor").get(WAIVERS)
    assert "2 in all, 1 of them standing" in page.main
    assert "The carer's own words" in page.main and "A target for Maths" in page.main

    def narrowed(**asked: str) -> str:
        query = "&".join(f"flt{number}_{key}={value}" for number, (key, value) in enumerate(asked.items()))
        return enter("officer").get(f"{WAIVERS}?{query}").main

    assert "1 in all, 1 of them standing" in narrowed(gate="RD-308")
    assert "1 in all, 0 of them standing" in narrowed(state="ended")
    assert "2 in all, 1 of them standing" in narrowed(term=term_id)
    assert "1 in all, 0 of them standing" in narrowed(school=str(world.other_school_id))
    assert "1 in all, 1 of them standing" in narrowed(school=str(world.school_id), term=term_id, gate="RD-308")
    assert "Nothing fits this search." in narrowed(gate="RD-001")
    sheet = enter("officer").get(f"{WAIVERS}export/csv/?flt0_gate=RD-308").text
    assert sheet.count("\r\n") == 2 and WHY in sheet and named in sheet and "Robin" not in sheet
    details = enter("auditor").get(f"{WAIVERS}details/?id={taken_id}").main
    assert "Another reason" in details and "Not so" in details
    for name in ("teacher", "worker", "finance"):
        assert enter(name).get(WAIVERS).status == 403


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
