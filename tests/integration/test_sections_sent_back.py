"""A PEP that is sent back for some sections alone (HB-7.1): what is open, what stays signed, and how the rest is opened."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from pep_admin.exceptions import NotAllowed, Refused
from pep_admin.models import AuditEvent, EducationSection, Pep, QaReview, SocialCareSection
from pep_admin.pep_document import read_document, read_documents
from pep_admin.permissions import SYSTEM
from pep_admin.views import draft_places
from pep_admin.vocabulary import Audience, Decision, Grade, Part, PepStatus, PpgStatus, TargetArea
from pep_admin.vocabulary import Subject as Of
from pep_admin.workflow import figures, peps, ppg, reviews, sections, targets
from pep_admin.workflow.drafts import Page
from pep_admin.workflow.readiness import readiness
from tests.visiting import values_of
from tests.world import NOW, TODAY, World, accepting

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

PEPS = "/admin/pep/peps/"
SHUT = "The Virtual School sent back “The child's voice” alone. Ask it to open the rest, if this has to change too."
LATER = NOW + timedelta(hours=2)


def sent_back(world: World, *named: str, grade: Grade = Grade.RED) -> int:
    """Robin's PEP, written, sent, and sent back for those sections alone."""
    pep = world.sent_pep()
    back = reviews.Grading(grade, Decision.RETURN, "Ask Robin again.", "In their own words.", sections=frozenset(named))
    reviews.grade_pep(world.session, pep.id, back, actor=world.act(world.officer), today=TODAY, now=NOW)
    world.session.commit()
    return pep.id


def signed(world: World, pep: int) -> dict[str, bool]:
    world.act(SYSTEM)
    world.session.expire_all()
    return {kind.__name__: world.session.scalars(sa.select(kind).where(kind.pep_id == pep)).one().signed_at is not None
            for kind in (SocialCareSection, EducationSection)}


def refusal(verb: Any, *args: Any, **named: Any) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as refused:
        verb(*args, **named)
    return [(each.check, each.message) for each in refused.value.findings]


def test_the_desk_leads_to_what_was_sent_back_until_it_is_changed(world: World, enter: Any) -> None:
    number = sent_back(world, "voice", "targets")
    world.session.rollback()
    teacher = enter("teacher")
    page = teacher.get("/admin/pep/my_peps/").link("Change: The child's voice, Robin")
    assert page.heading == "The child's voice"
    lines = teacher.get(f"{PEPS}details/?id={number}").main
    assert "The child's voice Sent back" in lines and "Strengths first Stays as it was sent" in lines
    page.send("then", button=("then", "stay"), child_voice_good="I like swimming best, and the choir")
    lines = teacher.get("/admin/pep/my_peps/").main
    assert "Change: The child's voice" not in lines and "Change: Targets" in lines, "what is still as it was"


def test_only_what_was_named_reopens_and_the_other_parts_stay_signed(world: World) -> None:
    number = sent_back(world, "voice")
    pep = world.session.get_one(Pep, number)
    assert (pep.status, pep.reopened) == (PepStatus.RETURNED, ["voice"])
    assert signed(world, number) == {"SocialCareSection": True, "EducationSection": False}
    [review] = world.session.scalars(sa.select(QaReview).where(QaReview.pep_id == number))
    assert review.sections == ["voice"]

    assert refusal(world.save, pep, "strengths", world.teacher, strengths="Kind") == [("RETURN-section", SHUT)]
    assert refusal(world.save, pep, "about", world.worker, first_language="Welsh") == [("RETURN-section", SHUT)]
    assert refusal(world.save, pep, "strengths", world.officer, strengths="Kind") == [("RETURN-section", SHUT)], "for everybody"
    values = {"area": TargetArea.COGNITION, "subject": Of.OTHER, "outcome": "Robin will play chess twice a week by Easter."}
    saving = (targets.save_target, world.session, number, values)
    assert refusal(*saving, actor=world.act(world.teacher)) == [("RETURN-section", SHUT)]
    target = world.target_of(pep)
    assert refusal(targets.remove_target, world.session, target.id, actor=world.act(world.teacher)) == [("RETURN-section", SHUT)]
    [request] = world.requests_of(pep)
    assert refusal(ppg.withdraw_request, world.session, request.id, actor=world.act(world.teacher)) == [("RETURN-section", SHUT)]
    asked = world.request_values(pep, description="Something else")
    assert refusal(ppg.save_request, world.session, number, asked, actor=world.act(world.teacher)) == [("RETURN-section", SHUT)]

    world.save(pep, "voice", world.teacher, child_voice_good="I read to the little ones on Fridays and they laugh.")
    assert signed(world, number) == {"SocialCareSection": True, "EducationSection": False}


def test_it_is_sent_again_once_what_was_named_has_changed_and_is_signed(world: World) -> None:
    number = sent_back(world, "voice")
    pep = world.session.get_one(Pep, number)
    sign = {"today": TODAY, "now": LATER}
    sections.sign_part(world.session, number, Part.EDUCATION, actor=world.act(world.teacher), **sign)
    send = (peps.submit_pep, world.session, number)
    [(check, _)] = refusal(*send, actor=world.act(world.teacher), **sign)
    assert check == "RD-003", "nothing that was sent back has changed"
    world.save(pep, "voice", world.teacher, child_voice_good="I read to the little ones on Fridays and they laugh.")
    sections.sign_part(world.session, number, Part.EDUCATION, actor=world.act(world.teacher), **sign)
    peps.submit_pep(world.session, number, actor=world.act(world.teacher), **sign)
    reviews.grade_pep(world.session, number, accepting(), actor=world.act(world.officer), today=TODAY, now=LATER)
    world.act(SYSTEM)
    world.session.expire_all()
    pep = world.session.get_one(Pep, number)
    assert (pep.status, pep.reopened) == (PepStatus.COMPLETE, None)


WAITS = "The Virtual School asked for changes in “{}” on 18 Nov 2024, and nothing there has changed yet."


def waits(world: World, number: int) -> list[str]:
    world.act(SYSTEM)
    world.session.expire_all()
    found = readiness(world.session, world.session.get_one(Pep, number), today=TODAY)
    return [each.message for each in found if each.check == "RD-003"]


def test_each_section_that_was_named_waits_for_a_change_of_its_own(world: World) -> None:
    number = sent_back(world, "voice", "targets", "meeting", "money")
    pep = world.session.get_one(Pep, number)
    voice, meeting, wanted, money = (WAITS.format(each) for each in (
        "The child's voice", "The meeting", "Targets", "Pupil Premium requests"))
    assert sorted(waits(world, number)) == sorted([voice, meeting, wanted, money])
    spoken = read_document(world.session, pep, audience=Audience.CARE).answer("child_voice_good")
    world.save(pep, "voice", world.teacher, child_voice_good="I read to the little ones on Fridays and they laugh.")
    assert sorted(waits(world, number)) == sorted([meeting, wanted, money])
    world.save(pep, "voice", world.teacher, child_voice_good=spoken)
    assert voice in waits(world, number), "what is put back as it was is not changed"
    world.save(pep, "voice", world.teacher, child_voice_good="I read to the little ones on Fridays and they laugh.")
    targets.save_target(world.session, number, {"outcome": "Robin will read five whole books by the end of the spring term."},
                        target_id=world.target_of(pep).id, actor=world.act(world.teacher))
    assert sorted(waits(world, number)) == sorted([meeting, money])
    attendees = [dict(each) for each in read_document(world.session, pep, audience=Audience.CARE).rows("attendees")]
    attendees[0]["took_part"] = "apologies"
    world.save(pep, "meeting", world.worker, attendees=attendees)
    assert waits(world, number) == [money]
    [request] = world.requests_of(pep)
    ppg.withdraw_request(world.session, request.id, actor=world.act(world.teacher))
    assert waits(world, number) == []


def test_each_pep_counts_from_its_own_return(world: World) -> None:
    """Read together with one that came back earlier, what was changed before its own return counts as little as read alone."""
    other = world.sent_pep(child_id=world.other_child_id)
    back = reviews.Grading(Grade.RED, Decision.RETURN, "Ask again.", "In their own words.", sections=frozenset({"voice"}))
    reviews.grade_pep(world.session, other.id, back, actor=world.act(world.officer), today=TODAY, now=NOW)
    world.save(world.pep_of(), "voice", world.teacher, child_voice_good="I read to the little ones on Fridays and they laugh.")
    number = sent_back(world, "voice")
    world.act(SYSTEM)
    world.session.expire_all()
    both = [world.session.get_one(Pep, each) for each in (other.id, number)]
    read = read_documents(world.session, both, audience=Audience.CARE)
    assert [read[each.id].unchanged for each in both] == [("voice",), ("voice",)]


def test_a_section_that_was_left_as_it_was_is_not_sent_again(world: World, enter: Any) -> None:
    number = sent_back(world, "voice", "strengths")
    pep = world.session.get_one(Pep, number)
    world.save(pep, "voice", world.teacher, child_voice_good="I read to the little ones on Fridays and they laugh.")
    sign = {"today": TODAY, "now": LATER}
    sections.sign_part(world.session, number, Part.EDUCATION, actor=world.act(world.teacher), **sign)
    found = refusal(peps.submit_pep, world.session, number, actor=world.act(world.teacher), **sign)
    assert found == [("RD-003", WAITS.format("Strengths first"))]
    world.session.commit()
    page = enter("teacher").get(f"{PEPS}check/?id={number}")
    assert page.link(WAITS.format("Strengths first")).heading == "Strengths first"


def test_the_virtual_school_opens_the_rest_and_nobody_else_does(world: World) -> None:
    number = sent_back(world, "voice")
    for who in (world.teacher, world.worker, world.finance, world.auditor):
        with pytest.raises(NotAllowed):
            reviews.reopen_all(world.session, number, actor=world.act(who))
    reviews.reopen_all(world.session, number, actor=world.act(world.officer))
    assert signed(world, number)["SocialCareSection"], "what is signed stays signed until it is changed"
    pep = world.session.get_one(Pep, number)
    world.save(pep, "about", world.worker, first_language="Welsh")
    assert not signed(world, number)["SocialCareSection"]
    assert refusal(reviews.reopen_all, world.session, number, actor=world.act(world.officer))[0][0] == "RETURN-open"
    world.act(SYSTEM)
    assert world.session.scalars(sa.select(AuditEvent.action).where(AuditEvent.action == "pep.open_sections")).all() == [
        "pep.open_sections"]
    world.session.rollback()


def test_a_second_return_names_its_own_sections_and_a_whole_one_opens_all(world: World) -> None:
    number = sent_back(world, "voice")
    pep, again = world.session.get_one(Pep, number), {"today": TODAY, "now": LATER}
    world.save(pep, "voice", world.teacher, child_voice_good="I read to the little ones on Fridays and they laugh.")
    sections.sign_part(world.session, number, Part.EDUCATION, actor=world.act(world.teacher), **again)
    peps.submit_pep(world.session, number, actor=world.act(world.teacher), **again)
    whole = reviews.Grading(Grade.RED, Decision.RETURN, "Begin again.", "With the needs.")
    reviews.grade_pep(world.session, number, whole, actor=world.act(world.officer), today=TODAY, now=LATER + timedelta(hours=1))
    assert signed(world, number) == {"SocialCareSection": False, "EducationSection": False}
    assert world.session.get_one(Pep, number).reopened is None


def test_lists_of_figures_write_into_no_section_that_stays(world: World) -> None:
    """The grid of one's children and a file of the Virtual School's both end in workflow/figures.py."""
    number = sent_back(world, "voice")
    line = {"id": None, "possible": 60, "present": 60, "figures_to": date(2024, 10, 25)}

    def wanted(audience: Audience) -> list[figures.Lines]:
        document = read_document(world.session, world.session.get_one(Pep, number), audience=audience)
        return [figures.Lines(number, [line], document.digests["attendance"])]

    teacher = world.act(world.teacher)
    each = figures.record_each(world.session, "attendance", "attendance", wanted(Audience.SCHOOL), actor=teacher, today=TODAY)
    [done] = each.values()
    assert [(found.check, found.message) for found in done.findings] == [("RETURN-section", SHUT)]
    officer = world.act(world.officer)
    told = refusal(figures.record_lines, world.session, "attendance", "attendance", wanted(Audience.CARE), actor=officer,
                   today=TODAY, step=lambda count: None)
    assert told == [("RETURN-section", SHUT)]


def test_what_was_typed_for_a_section_that_stays_is_shown_to_copy(enter: Any, world: World) -> None:
    """The page was opened while it could be written; by the time it is sent, other sections alone were sent back."""
    pep = world.written_pep()
    number, request, target = pep.id, world.requests_of(pep)[0].id, world.target_of(pep).id
    world.session.commit()
    teacher = enter("teacher")
    page = teacher.get(f"{PEPS}section/?id={number}&section=strengths")
    sent_back(world, "voice")
    world.session.rollback()
    late = page.send("then", button=("then", "stay"), strengths="Kind, and funny when he trusts you")
    assert late.status == 409 and "It was sent back for other sections alone, so nothing was saved." in late.main
    assert "Kind, and funny when he trusts you" in late.text
    for address in (f"ppg_requests/write/?id={request}", f"targets/remove/?id={target}"):
        told = teacher.get(f"/admin/pep/{address}")
        assert "was sent back for other sections alone" in told.text and not told.tree.xpath("//main//textarea")
    assert teacher.get(f"/admin/pep/ppg_requests/details/?id={request}").links("Change") == []
    pep = world.session.get_one(Pep, number)
    why = {place: draft_places.why_closed(world.session, world.act(world.teacher), Page(pep.id, pep.child_id, place, ""), pep)
           for place in ("section:strengths", f"target:{target}", f"request:{request}", "section:voice")}
    assert [bool(each) for each in why.values()] == [True, True, True, False], why
    world.session.rollback()


def test_the_officer_ticks_sections_and_the_writers_see_them(enter: Any, world: World) -> None:
    pep = world.sent_pep()
    number, target = pep.id, world.target_of(pep).id
    world.session.commit()
    page = enter("officer").get(f"{PEPS}grade/?id={number}")
    assert "Send back some sections alone" in page.main
    refused = page.send("feedback", grade="red", decision="accept", feedback="Ask Robin again.", improve="In Robin's words.",
                        sections="voice")
    assert refused.status == 422 and "You ticked sections that have to change, but the PEP is not sent back." in refused.main
    ticked = refused.tree.xpath("//input[@name='sections'][@checked]/@value")
    assert ticked == ["voice"] and refused.tree.xpath("//details[@open]//input[@value='voice']"), "the tick is kept, and in sight"
    done = page.send("feedback", grade="red", decision="return", feedback="Ask Robin again.", improve="In Robin's words.",
                     sections="voice")
    assert done.status == 200 and "1 PEP" in done.main

    teacher = enter("teacher")
    seen = teacher.get(f"{PEPS}details/?id={number}")
    assert "Sent back to be changed: The child's voice. The rest stays as it was signed." in " ".join(seen.main.split())
    assert "Stays as it was sent" in seen.main and "Add a target" not in seen.main and "Open every section" not in seen.main
    assert teacher.get(f"{PEPS}section/?id={number}&section=voice").tree.xpath("//textarea[@name='child_voice_good']")
    closed = teacher.get(f"{PEPS}section/?id={number}&section=strengths")
    assert not closed.tree.xpath("//main//textarea") and "was sent back for other sections alone" in closed.main
    whole = teacher.get(f"{PEPS}whole/?id={number}")
    assert len(whole.tree.xpath("//main//form[@data-typed]")) == 1 and "Stays as it was sent" in whole.main
    told = teacher.get(f"/admin/pep/targets/write/?id={target}")
    assert "was sent back for other sections alone, so its targets cannot be changed now." in told.text

    history = enter("officer").get(f"{PEPS}history/?id={number}").main
    assert "Sent back, these aloneNoneThe child's voice" in history

    officer = enter("officer").get(f"{PEPS}details/?id={number}")
    [way] = officer.tree.xpath("//form[contains(., 'Open every section')]")
    officer.visitor.post(way.get("action"), values_of(way))
    assert teacher.get(f"{PEPS}section/?id={number}&section=strengths").tree.xpath("//main//textarea")


def test_a_pep_with_money_that_is_approved_is_not_taken_back_by_its_writers(world: World) -> None:
    """What the Virtual School has approved would fall in silence; it sends the PEP back itself."""
    pep = world.sent_pep()
    [request] = world.requests_of(pep)
    ppg.approve_request(world.session, request.id, pence=550_00, reason="", actor=world.act(world.officer), today=TODAY)
    [(check, message)] = refusal(peps.recall_pep, world.session, pep.id, actor=world.act(world.teacher))
    assert (check, message) == ("recall-late", "The Virtual School has approved money here already. Ask them to send it back.")
    assert world.requests_of(pep)[0].status is PpgStatus.APPROVED


def test_when_somebody_was_invited_and_what_was_asked_of_them_is_kept(world: World) -> None:
    """HB-3.2, and how often the child came late (HB-4.1)."""
    pep = world.written_pep()
    moss = {"id": None, "name": "Dr Moss", "role": "professional", "took_part": "apologies", "invited_on": date(2024, 10, 7),
            "report_asked": True, "report_received": None}
    line = {"id": None, "possible": 60, "present": 58, "late": 7, "figures_to": date(2024, 10, 25)}
    world.save(pep, "meeting", world.worker, attendees=[moss])
    world.save(pep, "attendance", world.teacher, attendance=[line])
    world.act(SYSTEM)
    world.session.expire_all()
    document = read_document(world.session, world.session.get_one(Pep, pep.id), audience=Audience.CARE)
    [row], [figures_kept] = document.rows("attendees"), document.rows("attendance")
    assert (row["invited_on"], row["report_asked"], figures_kept["late"]) == (date(2024, 10, 7), True, 7)
