"""The term after, on the pages: what came over, and what is said of words that come again or are another child's (HB-1.6)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from pep_admin.exceptions import NotAllowed, Refused
from pep_admin.models import AuditEvent, Child, Pep, RecordChange, SocialCareSection, Target, Wording
from pep_admin.pep_document import read_document
from pep_admin.permissions import SYSTEM, audience_for
from pep_admin.validators.findings import Finding
from pep_admin.vocabulary import Audience, Decision, Grade, LegalStatus, Part, PepKind, PepStatus, SenStatus, TargetArea
from pep_admin.vocabulary import Subject as Of
from pep_admin.workflow import delegation, reviews, roll, sections, targets
from pep_admin.workflow import peps as verbs
from pep_admin.workflow.readiness import part_findings, readiness, readiness_of
from tests.visiting import Page
from tests.world import NOW, TODAY, World, build_world, writing

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

PEPS = "/admin/pep/peps/"
Enter = Callable[[str], Any]


@pytest.fixture
def spring(world: World) -> int:
    """The spring PEP of Robin, sent to its writers; the autumn one is signed off."""
    world.graded_pep()
    return opened(world, "spring")


def opened(world: World, term: str) -> int:
    world.launch(on=TODAY, term=term)
    pep = world.pep_of()
    pep_id = pep.id
    delegation.delegate_peps(world.session, [pep_id], actor=world.act(world.officer), now=NOW, run=term)
    world.session.commit()
    return pep_id


def section(enter: Enter, who: str, pep: int, key: str) -> Page:
    page: Page = enter(who).get(f"{PEPS}section/?id={pep}&section={key}")
    assert page.status == 200
    return page


def marked(page: Page) -> list[str]:
    """The ids of the questions that are marked as having come over."""
    return [each.removesuffix("-carried").removeprefix("f-") for each in page.tree.xpath("//main//form//p[@class='carried']/@id")]


def state_of(enter: Enter, who: str, pep: int, title: str) -> str:
    page = enter(who).get(f"{PEPS}details/?id={pep}")
    [state] = page.tree.xpath(f"//li[a[normalize-space()='{title}']]/span/text()")
    return str(state)


def waiting(world: World, pep_id: int) -> frozenset[str]:
    world.session.expire_all()
    world.act(SYSTEM)
    carried = read_document(world.session, world.session.get_one(Pep, pep_id), audience=Audience.RULES).carried
    world.session.commit()
    return carried


def told(world: World, pep_id: int, *checks: str) -> list[Finding]:
    world.session.expire_all()
    world.act(SYSTEM)
    found = readiness(world.session, world.session.get_one(Pep, pep_id), today=TODAY)
    world.session.commit()
    return [each for each in found if each.check in checks]


# --- what comes over -----------------------------------------------------------------------------------------------------


def test_a_section_says_what_came_over_and_one_press_keeps_it(enter: Enter, ask: Any, world: World, spring: int) -> None:
    worker = world.worker.person_id
    assert state_of(enter, "worker", spring, "About the child and home") == "9 from last term"
    page = section(enter, "worker", spring, "about")
    assert page.main.count("Came over from last term. Still right?") == 9
    assert marked(page) == ["first_language", "interpreter_needed", "communicates_by", "permanence_plan", "next_care_review_on",
                            "iro", "address_withheld_from", "home_address", "faith_and_culture"]
    assert page.tree.xpath("//input[@name='first_language']/@value") == ["English"]
    described = page.tree.xpath("//input[@name='first_language']/@aria-describedby")[0]
    assert "f-first_language-carried" in described.split()

    after = page.send("then", button=("then", "confirm"))
    assert "9 answers from last term are still right." in after.main and "Saved." not in after.main
    assert after.heading == "People and responsibility", "the next page comes"
    assert state_of(enter, "worker", spring, "About the child and home") == "Done"
    assert marked(section(enter, "worker", spring, "about")) == []
    pressed = select(AuditEvent.actor_id, AuditEvent.object_id).where(AuditEvent.action == "pep.confirm_carried")
    assert ask(lambda session: tuple(session.execute(pressed).one())) == (f"person:{worker}", spring)
    kept = select(RecordChange.actor_name, RecordChange.changes).where(RecordChange.table_name == "pep_social_care_section")
    name, changes = ask(lambda session: tuple(session.execute(kept.order_by(RecordChange.id.desc()).limit(1)).one()))
    assert name == "Sara Sozial" and "first_language" in changes["carried"][0] and "first_language" not in changes["carried"][1]
    history = enter("officer").get(f"{PEPS}history/?id={spring}").main
    assert "From last term, not yet said to be still right" in history and "First language, Is an interpreter needed?" in history


def test_what_is_asked_anew_stands_empty_and_what_is_withheld_stays_so(enter: Enter, world: World, spring: int) -> None:
    voice = section(enter, "teacher", spring, "voice")
    assert marked(voice) == ["hopes", "long_term_hopes"]
    assert [each.text.strip() for each in voice.tree.xpath("//textarea[@name='child_voice_good']")] == [""]
    assert "Two moves of home" in section(enter, "worker", spring, "background").text
    assert "Two moves" not in section(enter, "teacher", spring, "background").text
    world.act(SYSTEM)
    row = world.session.get_one(Pep, spring)
    document = read_document(world.session, row, audience=Audience.RULES)
    assert document.answer("disruption_before_care") == "weeks", "copied for good"
    assert {"disruption_before_care", "confidential_history", "child_voice_good"}.isdisjoint(document.carried)
    assert document.answer("meeting_at") is None and document.rows("attendees") == () and document.targets == ()


def test_the_school_reads_that_nobody_has_confirmed_it(enter: Enter, spring: int) -> None:
    page = section(enter, "teacher", spring, "about")
    assert "Came over from last term; nobody has said yet that it is still right." in page.main
    assert "All still right" not in page.main


def test_who_writes_a_field_anew_has_answered_it(enter: Enter, world: World, spring: int) -> None:
    page = section(enter, "worker", spring, "about")
    saved = page.send("then", button=("then", "stay"), first_language="Welsh")
    assert "Saved." in saved.main and "still right" not in saved.main.split("Saved.")[1][:30]
    assert "first_language" not in marked(saved) and len(marked(saved)) == 8
    again = saved.send("then", button=("then", "confirm"), permanence_plan="kinship")
    assert "Saved. 7 answers from last term are still right." in again.main
    world.act(SYSTEM)
    document = read_document(world.session, world.session.get_one(Pep, spring), audience=Audience.RULES)
    assert (document.answer("first_language"), document.answer("permanence_plan")) == ("Welsh", "kinship")
    world.session.rollback()


def test_last_terms_answer_stands_beside_one_that_is_another(enter: Enter, spring: int) -> None:
    page = section(enter, "worker", spring, "about")
    beside = [each.text_content() for each in page.tree.xpath("//details[@class='last-term']/summary")]
    assert beside == ["Last term: Is a move of home expected?"], "what is asked anew; the same words are not shown twice"
    saved = page.send("then", button=("then", "stay"), first_language="Welsh")
    beside, _ = saved.tree.xpath("//details[@class='last-term']")
    assert [beside.xpath("string(summary)"), beside.xpath("string(p)")] == ["Last term: First language", "English"]


def test_a_childs_last_words_are_shown_when_they_have_spoken_again(enter: Enter, spring: int) -> None:
    page = section(enter, "teacher", spring, "voice")
    assert "real experiments" not in page.text and "do real experiments" not in page.main
    saved = page.send("then", button=("then", "stay"), child_voice_good="Swimming.")
    assert "I like science now because we do real experiments." in saved.main
    carers = section(enter, "worker", spring, "voices")
    assert "comes home talking about science" in carers.main, "an adult may see at once what was said"
    assert "comes home talking" not in carers.tree.xpath("string(//textarea[@name='carer_voice'])")


def test_what_changed_meanwhile_is_not_confirmed_unseen(enter: Enter, world: World, spring: int) -> None:
    page = section(enter, "worker", spring, "about")
    section(enter, "officer", spring, "about").send("then", button=("then", "stay"), permanence_plan="kinship")
    after = page.send("then", button=("then", "confirm"))
    assert "8 answers from last term are still right." in after.main
    world.act(SYSTEM)
    document = read_document(world.session, world.session.get_one(Pep, spring), audience=Audience.RULES)
    assert document.answer("permanence_plan") == "kinship"


def test_a_page_that_was_filled_with_something_else_confirms_nothing(world: World, spring: int) -> None:
    pep, who = world.session.get_one(Pep, spring), world.act(world.worker)
    document = read_document(world.session, pep, audience=audience_for(who, pep.child))
    base = {key: document.digests[key] for key in ("first_language", "permanence_plan")}
    before = waiting(world, spring)
    world.act(who)
    base |= {"permanence_plan": "0" * 16, "interpreter_needed": document.digests["interpreter_needed"]}
    values = {"interpreter_needed": True, "first_language": "Welsh"}
    written = sections.confirm_carried(world.session, spring, "about", values, base=base, actor=who, today=TODAY, now=NOW)
    assert written.changed == written.confirmed == () and written.conflicts == {"permanence_plan": "stay"}
    assert waiting(world, spring) == before, "nothing was stored either"
    now = read_document(world.session, world.session.get_one(Pep, spring), audience=Audience.RULES)
    assert (now.answer("first_language"), now.answer("interpreter_needed")) == ("English", False)


def test_nobody_confirms_what_somebody_else_writes(world: World, spring: int) -> None:
    with pytest.raises(NotAllowed):
        sections.confirm_carried(world.session, spring, "about", {}, base={}, actor=world.act(world.teacher), today=TODAY, now=NOW)


def test_only_what_was_on_the_page_is_confirmed(world: World, spring: int) -> None:
    pep, who = world.session.get_one(Pep, spring), world.act(world.worker)
    digests = read_document(world.session, pep, audience=audience_for(who, pep.child)).digests
    base = {"first_language": digests["first_language"], "slips_signed_by": digests["slips_signed_by"]}
    assert sections.confirm_carried(world.session, spring, "about", {}, base=base, actor=who, today=TODAY, now=NOW).confirmed == (
        "first_language",)
    assert "slips_signed_by" in waiting(world, spring), "it stands on another page"


def test_confirming_leaves_a_signature_and_changing_takes_it(world: World, spring: int) -> None:
    pep = world.session.get_one(Pep, spring)
    writing.write(world.session, pep, meeting_on=date(2024, 11, 11), money=False)
    part = sections.take_part(world.session, pep, Part.EDUCATION)
    part.carried = ["strengths"]
    part.signed_by, part.signed_name, part.signed_at = world.teacher.id, world.teacher.name, NOW
    world.session.flush()
    who = world.act(world.teacher)
    document = read_document(world.session, pep, audience=audience_for(who, pep.child))
    base = {"strengths": document.digests["strengths"]}
    assert sections.confirm_carried(world.session, spring, "strengths", {}, base=base, actor=who, today=TODAY, now=NOW).confirmed
    assert sections.take_part(world.session, pep, Part.EDUCATION).signed_at is not None
    sections.confirm_carried(world.session, spring, "strengths", {"strengths": "Kind."}, base=base, actor=who, today=TODAY, now=NOW)
    assert sections.take_part(world.session, pep, Part.EDUCATION).signed_at is None


def test_part_1_is_not_signed_before_it_is_confirmed(enter: Enter, world: World, spring: int) -> None:
    page = enter("worker").get(f"{PEPS}sign/?id={spring}&part=social_care")
    assert "Part 1 is not confirmed for this term." in page.main and not page.tree.xpath("//main//form[@method='post']")
    with pytest.raises(Refused) as refusal:
        sections.sign_part(world.session, spring, Part.SOCIAL_CARE, actor=world.act(world.worker), today=TODAY, now=NOW)
    assert "RD-101" in {each.check for each in refusal.value.findings}
    world.session.rollback()
    for key in ("about", "responsibility", "health", "background"):
        section(enter, "worker", spring, key).send("then", button=("then", "confirm"))
    signed = enter("worker").get(f"{PEPS}sign/?id={spring}&part=social_care").send("part")
    assert "is signed." in signed.main, signed.main


# --- from which PEP ------------------------------------------------------------------------------------------------------


def test_what_is_carried_twice_still_waits(enter: Enter, world: World, spring: int) -> None:
    section(enter, "worker", spring, "about").send("then", button=("then", "stay"), first_language="Welsh")
    summer = opened(world, "summer")
    page = section(enter, "worker", summer, "about")
    assert page.tree.xpath("//input[@name='first_language']/@value") == ["Welsh"] and len(marked(page)) == 9


def test_a_review_out_of_turn_starts_from_the_one_that_runs(world: World, spring: int) -> None:
    child, term = world.session.get_one(Child, world.child_id), world.term("spring")
    changed = verbs.initiate_pep(world.session, child, term, kind=PepKind.NEED, reason="Bullied on the bus.",
                                 actor=world.act(world.officer), today=TODAY, now=NOW)
    assert waiting(world, changed.id) == waiting(world, spring)


def test_nothing_comes_over_into_a_first_pep_or_one_for_money(world: World, spring: int) -> None:
    child, term = world.session.get_one(Child, world.child_id), world.term("spring")
    who = world.act(world.officer)
    funding = verbs.initiate_pep(
        world.session, child, term, kind=PepKind.FUNDING, reason="A tutor.", actor=who, today=TODAY, now=NOW)
    assert waiting(world, funding.id) == frozenset()
    world.act(who)
    child.entered_care_on = back = date(2024, 11, 19)  # what was before the child came back does not count (HB-1.3)
    world.session.flush()
    first = verbs.initiate_pep(
        world.session, child, world.term("summer"), kind=PepKind.TERMLY, reason="", actor=who, today=back, now=NOW)
    assert waiting(world, first.id) == frozenset()
    assert told(world, first.id, "RD-004", "RD-101") == []


def test_a_pep_that_was_closed_as_not_needed_is_no_beginning(world: World, spring: int) -> None:
    world.save(world.session.get_one(Pep, spring), "about", world.worker, first_language="Welsh")
    verbs.withdraw_pep(world.session, spring, reason="Opened by mistake.", actor=world.act(world.officer), now=NOW)
    again = opened(world, "spring")
    world.act(SYSTEM)
    document = read_document(world.session, world.session.get_one(Pep, again), audience=Audience.RULES)
    assert again != spring and document.answer("first_language") == "English"


# --- before the meeting --------------------------------------------------------------------------------------------------


def test_the_page_of_the_pep_warns_before_the_meeting(enter: Enter, world: World, spring: int) -> None:
    """Today is Mon 18 Nov 2024: five working days later is Mon 25 Nov."""
    pep = world.session.get_one(Pep, spring)
    world.act(SYSTEM)
    pep.meeting_at = datetime(2024, 11, 25, 14, tzinfo=UTC)
    world.session.commit()
    sentence = "The meeting is on Mon 25 Nov 2024, and Part 1 is not up to date."
    assert sentence in enter("worker").get(f"{PEPS}details/?id={spring}").main
    assert sentence in enter("teacher").get(f"{PEPS}check/?id={spring}").main
    world.act(SYSTEM)
    world.session.get_one(Pep, spring).meeting_at = datetime(2024, 11, 26, 14, tzinfo=UTC)
    world.session.commit()
    assert "is not up to date" not in enter("worker").get(f"{PEPS}details/?id={spring}").main


# --- words that come again -----------------------------------------------------------------------------------------------


def test_a_spring_written_like_the_autumn_is_told_so(enter: Enter, world: World, spring: int) -> None:
    pep = world.session.get_one(Pep, spring)
    writing.write(world.session, pep, meeting_on=date(2024, 11, 11), money=False)
    found = told(world, spring, "RD-203", "RD-218", "RD-310", "COPY-last", "RD-004", "RD-101")
    assert [(each.check, each.field) for each in found] == [
        ("RD-203", "child_voice_good"), ("RD-218", "attainment"), *[("COPY-last", "outcome")] * 3,
        ("RD-310", "carer_voice"), ("RD-310", "social_worker_voice")]
    page = enter("teacher").get(f"{PEPS}check/?id={spring}")
    assert "Robin's answers are almost the same as last term's." in page.main and "Target 3 is last term's again." in page.main
    [link] = page.tree.xpath("//a[contains(., 'Target 3 is last term')]/@href")
    assert "targets/write" in link
    summer = opened(world, "summer")
    writing.write(world.session, world.session.get_one(Pep, summer), meeting_on=date(2024, 11, 12), money=False)
    again = told(world, summer, "RD-233", "COPY-last")
    assert [each.message for each in again] == [
        f"Target {n} comes back for the third time. Smaller steps may help." for n in (1, 2, 3)]


def test_words_that_stand_in_another_childs_plan_are_told_and_nobody_is_named(enter: Enter, world: World) -> None:
    """Robin's and Jule's targets are the same but for the name; the teacher of one never sees the other."""
    mine, theirs = world.pep_of(world.child_id), world.pep_of(world.other_child_id)
    other, target, pep, number = smart(world, theirs, "Jule"), smart(world, mine, "Robin"), mine.id, 4
    row = str(target.id)
    found = told(world, pep, "COPY-other")
    assert (row, "outcome", "HB-5.2", "warning") in [(each.row, each.field, each.code, each.severity) for each in found]
    page = enter("teacher").get(f"{PEPS}check/?id={pep}")
    assert f"Target {number} stands word for word in another child's PEP." in page.main
    assert "Jule" not in page.text and "Birch" not in page.text
    findings = part_findings(world.session, mine, Part.EDUCATION, today=TODAY)
    assert row in [each.row for each in findings if each.check == "COPY-other"]
    assert str(other.id) not in [each.row for each in told(world, theirs.id, "COPY-other")], "who wrote it first did not copy"

    targets.save_target(world.session, theirs.id, {"outcome": "Jule will climb the wall in the hall 3 times by the end of term."},
                        target_id=other.id, actor=world.act(world.other_teacher))
    assert row not in [each.row for each in told(world, pep, "COPY-other")]


def smart(world: World, pep: Pep, name: str) -> Target:
    values = {"area": TargetArea.COGNITION, "subject": Of.OTHER,
              "outcome": f"{name} will lead the lunch-time chess club twice a week by the end of the spring term."}
    return targets.save_target(world.session, pep.id, values, actor=world.act(world.officer))[0]


def test_a_voice_that_stands_in_another_childs_plan_is_told(world: World) -> None:
    mine, theirs = world.pep_of(world.child_id), world.pep_of(world.other_child_id)
    words = "I like the chess club most, because nobody shouts there and I win."
    world.save(mine, "voice", world.teacher, child_voice_good="I like the ball and the net, and the hall when it is empty.")
    world.save(theirs, "voice", world.other_teacher, child_voice_good=words.upper())
    assert "child_voice_good" not in [each.field for each in told(world, mine.id, "COPY-other")]
    world.save(mine, "voice", world.teacher, child_voice_good=words)
    assert "child_voice_good" in [each.field for each in told(world, mine.id, "COPY-other")]
    assert "child_voice_good" not in [each.field for each in told(world, theirs.id, "COPY-other")], "who was first did not copy"
    world.save(theirs, "voice", world.other_teacher, child_voice_good="Chess.")
    assert "child_voice_good" not in [each.field for each in told(world, mine.id, "COPY-other")]


def test_the_same_child_may_say_it_in_two_plans(world: World, spring: int) -> None:
    """What a child said in autumn is no other child's."""
    words = "I want to keep the chess club every Friday."
    world.save(world.session.get_one(Pep, spring), "voice", world.teacher, child_voice_want=words)
    summer = opened(world, "summer")
    world.save(world.session.get_one(Pep, summer), "voice", world.teacher, child_voice_want=words)
    assert told(world, summer, "COPY-other") == []


def test_a_target_that_is_gone_leaves_no_mark(world: World) -> None:
    pep = world.pep_of()
    target = smart(world, pep, "Robin")
    places = select(Wording.place).where(Wording.pep_id == pep.id)
    assert f"target-{target.id}" in world.session.scalars(places).all()
    targets.remove_target(world.session, target.id, actor=world.officer)
    assert f"target-{target.id}" not in world.session.scalars(places).all()


def test_another_childs_name_is_asked_about(enter: Enter, world: World) -> None:
    facts = {"first_name": "Anouk", "last_name": "Musterkind", "date_of_birth": date(2012, 1, 1), "lcs_id": "T-third",
             "entered_care_on": date(2024, 2, 1), "legal_status": LegalStatus.C2, "sen_status": SenStatus.NONE}
    roll.take_into_care(world.session, actor=world.act(SYSTEM), today=TODAY, facts=facts, school_id=world.school_id)
    world.launch()
    pep = world.pep_of(world.child_id)
    pep_id = pep.id
    world.save(pep, "learning", world.teacher, needs_and_provision="Jule needs a quiet place, and Robin sits by the door.")
    assert told(world, pep_id, "RD-234") == [], "who is in care at another school is nobody's to learn by typing names"
    world.save(pep, "learning", world.teacher, needs_and_provision="Anouk needs a quiet place, and Robin sits by the door.")
    [found] = told(world, pep_id, "RD-234")
    assert (found.field, found.severity) == ("needs_and_provision", "warning")
    sentence = "“Anouk” in “Needs, and the help in place” is not Robin's name."
    assert sentence in enter("teacher").get(f"{PEPS}check/?id={pep_id}").main
    world.save(pep, "learning", world.teacher, needs_and_provision="Ethan needs a quiet place.")
    assert told(world, pep.id, "RD-234") == [], "no child on record is called so"


# --- sent back -----------------------------------------------------------------------------------------------------------


def test_a_pep_that_was_sent_back_is_not_sent_again_unchanged(enter: Enter, world: World) -> None:
    pep = world.sent_pep(money=False)
    back = reviews.Grading(Grade.RED, Decision.RETURN, "Say more about the targets.", "Begin with the SDQ.")
    pep_id = pep.id
    reviews.grade_pep(world.session, pep_id, back, actor=world.act(world.officer), today=TODAY, now=NOW)
    world.session.commit()
    sentence = "The Virtual School sent this PEP back for changes on 18 Nov 2024, and nothing in it has changed since."
    assert sentence in enter("teacher").get(f"{PEPS}check/?id={pep_id}").main
    with pytest.raises(Refused) as refusal:
        writing.sign_and_send(world.session, world.session.get_one(Pep, pep.id), today=TODAY, now=NOW)
    assert [each.check for each in refusal.value.findings] == ["RD-003"]
    targets.save_target(world.session, pep.id, {"outcome": "Robin will read five whole books by the end of the spring term."},
                        target_id=world.target_of(pep).id, actor=world.act(world.teacher))
    assert told(world, pep.id, "RD-003") == []
    sections.sign_part(world.session, pep.id, Part.EDUCATION, actor=world.act(world.teacher), today=TODAY, now=NOW)
    verbs.submit_pep(world.session, pep.id, actor=world.teacher, today=TODAY, now=NOW)
    world.act(SYSTEM)
    assert world.session.get_one(Pep, pep.id).status is PepStatus.SUBMITTED


# --- many at once --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("children", [20, 120])
def test_a_launch_and_a_readiness_list_take_as_many_statements_for_many_as_for_few(
    both_databases: str, open_session: Callable[..., Session], children: int
) -> None:
    session = open_session(both_databases)
    world = build_world(session, children=children)
    world.launch()
    world.act(SYSTEM)
    filled = {"answers": {"first_language": "English", "permanence_plan": "stay", "disruption_before_care": "weeks"},
              "sensitive_answers": {"confidential_history": "Held by the social worker."}}
    for row in session.scalars(select(SocialCareSection)):
        row.answers, row.sensitive_answers = filled["answers"], filled["sensitive_answers"]
    session.commit()
    said: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda _c, _cursor, statement, *_: said.append(statement))
    opened = world.launch(on=TODAY, term="spring").peps
    assert len(opened) == children and len(said) <= 30, len(said)
    session.expire_all()
    world.act(SYSTEM)
    rows = session.scalars(select(SocialCareSection).where(SocialCareSection.pep_id.in_([pep.id for pep in opened]))).all()
    assert [(row.answers, row.sensitive_answers, row.carried) for row in rows] == [
        (filled["answers"], filled["sensitive_answers"], ["first_language", "permanence_plan"])] * children
    said.clear()
    found = readiness_of(session, opened, today=TODAY)
    assert all("RD-101" in {each.check for each in findings} for findings in found.values()) and len(found) == children
    assert len(said) <= 60, len(said)
