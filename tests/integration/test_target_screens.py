"""The screens of targets, used as people use them: the list, one target's page, writing, changing, taking away."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from pep_admin.models import AuditEvent, EducationSection, Pep, ProgressNote, RecordChange, Target
from pep_admin.vocabulary import Part, PpgStatus, Subject, TargetArea
from pep_admin.workflow import ppg, sections, targets
from tests.visiting import Page
from tests.world import NOW, TODAY, World

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

TARGETS, PEPS = "/admin/pep/targets/", "/admin/pep/peps/"
HARD = "He said “5 < 6 & £7”:\nO'Brien's <b>é</b> word"
SMART = {"area": "semh", "subject": "other", "need": "Goes quiet when worried", "support_what": "A daily check-in",
         "support_who": "Mr Lumen", "support_how_often": "Daily", "baseline": "Once a week",
         "success_measure": "Three times a week", "due_on": "28 Mar 2025"}
OUTCOME = "Robin will ask an adult for help 3 times a week by the end of the spring term."


@pytest.fixture
def pep(world: World, ask: Any) -> int:
    """The first child's PEP, with three targets, being written."""
    return ask(lambda session: world.pep_of().id)  # type: ignore[no-any-return]  # a fixture's answer has no type


def outcomes(ask: Any, pep: int) -> list[str]:
    return ask(lambda session: session.scalars(  # type: ignore[no-any-return]  # a fixture's answer has no type
        sa.select(Target.outcome).where(Target.pep_id == pep).order_by(Target.number)).all())


def first_target(ask: Any, pep: int) -> int:
    return ask(lambda session: session.scalar(sa.select(Target.id).where(Target.pep_id == pep, Target.number == 1)))  # type: ignore[no-any-return]  # a fixture's answer has no type


def box(page: Page, name: str) -> str:
    """What stands in a field as a browser reads it: the line break after <textarea> is none of its text."""
    return str(dict(page.form(name).form_values()).get(name, "")).replace("\r\n", "\n").removeprefix("\n")


# --- writing -------------------------------------------------------------------------------------------------------------


def test_a_target_is_written_along_the_steps_and_one_is_back_at_the_pep(enter: Any, ask: Any, pep: int) -> None:
    page = enter("teacher").get(f"{TARGETS}write/?pep={pep}")
    assert "What Robin will be able to do" in page.main and "Where now" in page.main and "How we will know" in page.main
    assert page.main.index("1. The need") < page.main.index("2. The support") < page.main.index("3. What we will see")
    after = page.send("outcome", outcome=OUTCOME, child_agrees="partly", child_wording=HARD, answers_sdq="y", **SMART)
    assert after.status == 200 and after.url == f"{PEPS}details/?id={pep}"
    assert "Target 4 was saved." in after.main and "Please check" not in after.main
    kept = ask(lambda session: session.scalars(sa.select(Target).where(Target.pep_id == pep, Target.number == 4)).one())
    assert (kept.outcome, kept.area, kept.subject, kept.answers_sdq, kept.is_strength, kept.child_agrees) == (
        OUTCOME, TargetArea.SEMH, Subject.OTHER, True, False, "partly")
    assert kept.child_wording.replace("\r\n", "\n") == HARD


def test_what_was_stored_is_shown_again_and_saving_it_unchanged_changes_nothing(enter: Any, ask: Any, pep: int) -> None:
    teacher = enter("teacher")
    teacher.get(f"{TARGETS}write/?pep={pep}").send("outcome", outcome=OUTCOME, child_agrees="no", child_wording=HARD, **SMART)
    target = ask(lambda session: session.scalar(sa.select(Target.id).where(Target.number == 4)))
    columns = [each.name for each in Target.__table__.columns if each.name != "row_version"]

    def stands(session: Session) -> dict[str, Any]:
        return {name: getattr(session.get_one(Target, target), name) for name in columns}

    before = ask(stands)
    page = teacher.get(f"{TARGETS}write/?id={target}")
    assert box(page, "due_on") == "28 Mar 2025" and box(page, "child_wording") == HARD and box(page, "child_agrees") == "no"
    assert page.send("outcome").url == f"{PEPS}details/?id={pep}"
    assert ask(stands) == before


def test_wording_that_is_only_half_a_target_is_saved_and_the_doubts_are_said_at_the_pep(enter: Any, ask: Any, pep: int) -> None:
    page = enter("teacher").get(f"{TARGETS}write/?pep={pep}")
    after = page.send("outcome", area="cognition", subject="other", outcome="Robin will make good progress in all lessons")
    assert after.url == f"{PEPS}details/?id={pep}"
    assert "Target 4. Please check:" in after.main and "There is nothing to count or see" in after.main
    assert "There is no time in it" in after.main and "HB-5.2" in after.main
    assert outcomes(ask, pep)[3] == "Robin will make good progress in all lessons"


def test_a_blank_left_in_is_said_to_stand_in_the_way_of_signing(enter: Any, pep: int) -> None:
    page = enter("teacher").get(f"{TARGETS}write/?pep={pep}")
    after = page.send("outcome", area="cognition", subject="other", outcome="XXXX will read 5 books by the end of the spring term")
    assert "Target 4. Must fix before signing:" in after.main and "“XXXX”" in after.main


def test_a_target_that_says_nothing_is_refused_by_its_rule_and_the_rest_is_kept(enter: Any, ask: Any, pep: int) -> None:
    page = enter("teacher").get(f"{TARGETS}write/?pep={pep}")
    wrong = page.send("outcome", outcome="   ", **(SMART | {"need": HARD}))
    assert wrong.status == 422
    assert "What Robin will be able to do: Say what the child will be able to do. (HB-5.4)" in wrong.main
    assert box(wrong, "need") == HARD and box(wrong, "support_who") == "Mr Lumen" and box(wrong, "area") == "semh"
    assert len(outcomes(ask, pep)) == 3
    after = wrong.send("outcome", outcome=OUTCOME)
    assert after.status == 200 and outcomes(ask, pep)[3] == OUTCOME


def test_what_does_not_fit_its_field_is_refused_beside_it(enter: Any, ask: Any, pep: int) -> None:
    page = enter("teacher").get(f"{TARGETS}write/?pep={pep}")
    for name, typed, sentence in (
        ("area", "", "Area of need: Choose one."),
        ("subject", "latin", "Subject: Choose one from the list."),
        ("due_on", "31/02/2025", "By when: 31/02/2025 is not in the calendar."),
        ("due_on", "01/02/03", "By when: Enter a date like 01 Sep 2024."),
        ("outcome", "x" * 2_001, "At most 2,000 characters fit here."),
        ("support_who", "x" * 201, "Who gives it: At most 200 characters fit here."),
        ("child_agrees", "perhaps", "Does the child agree?: Choose one from the list."),
    ):
        wrong = page.send("outcome", **(SMART | {"outcome": OUTCOME} | {name: typed}))
        assert wrong.status == 422 and sentence in wrong.main, (name, typed, wrong.main)
        assert box(wrong, "success_measure") == SMART["success_measure"]
    assert len(outcomes(ask, pep)) == 3


def test_only_the_fields_of_the_form_are_written(enter: Any, ask: Any, world: World, pep: int) -> None:
    target = first_target(ask, pep)
    other = ask(lambda session: world.pep_of(world.other_child_id).id)
    teacher = enter("teacher")
    page = teacher.get(f"{TARGETS}write/?id={target}")
    forged = [("pep_id", str(other)), ("number", "77"), ("id", "9"), ("row_id", "9"), ("status", "x"), ("pep", "9")]
    assert teacher.post(f"{TARGETS}write/?id={target}", [*page.form("outcome").form_values(), *forged]).status == 200
    assert ask(lambda session: (session.get_one(Target, target).pep_id, session.get_one(Target, target).number)) == (pep, 1)


def test_two_people_on_one_target_see_both_texts_and_neither_is_lost(enter: Any, ask: Any, pep: int) -> None:
    target = first_target(ask, pep)
    mine = enter("teacher").get(f"{TARGETS}write/?id={target}")
    theirs = enter("officer").get(f"{TARGETS}write/?id={target}")
    assert theirs.send("outcome", baseline="Two books, said the officer").status == 200
    both = mine.send("outcome", baseline="One book, said the teacher", need=HARD)
    assert both.status == 409
    assert "This was saved elsewhere while you had it open" in both.main
    assert "Two books, said the officer" in both.main and box(both, "baseline") == "One book, said the teacher"
    assert box(both, "need") == HARD
    assert ask(lambda session: session.get_one(Target, target).baseline) == "Two books, said the officer"
    assert both.send("outcome").status == 200
    assert ask(lambda session: session.get_one(Target, target).baseline) == "One book, said the teacher"


def test_a_form_without_its_version_saves_nothing(enter: Any, ask: Any, pep: int) -> None:
    target = first_target(ask, pep)
    teacher = enter("teacher")
    page = teacher.get(f"{TARGETS}write/?id={target}")
    data = [(key, value) for key, value in page.form("outcome").form_values() if key not in ("row_version", "baseline")]
    assert teacher.post(page.url, [*data, ("baseline", "changed")]).status == 409
    assert ask(lambda session: session.get_one(Target, target).baseline) != "changed"


GOES = "Part 2 · Education is signed. Saving a change here takes the signature away, and it has to be signed again."
GONE = "Part 2 · Education was signed and is another now, so its signature is gone: it has to be signed again."


def test_a_signed_part_is_unsigned_by_a_changed_target_and_says_so_before_and_after(
    enter: Any, ask: Any, world: World, pep: int
) -> None:
    def signed_at() -> Any:
        return ask(lambda session: session.scalars(
            sa.select(EducationSection).where(EducationSection.pep_id == pep)).one().signed_at)

    teacher, address = enter("teacher"), f"{TARGETS}write/?id={first_target(ask, pep)}"
    assert GOES not in teacher.get(address).main
    sections.sign_part(world.session, pep, Part.EDUCATION, actor=world.act(world.teacher), today=TODAY, now=NOW)
    world.session.commit()
    page = teacher.get(address)
    unread = page.send("outcome")
    assert GOES in page.main and "Nothing was changed." in unread.main and signed_at() is not None
    assert GONE not in unread.main, "saved unread, nothing is another"
    changed = page.send("outcome", baseline="Two books")
    assert GONE in changed.main and "Target 1 was saved." in changed.main and signed_at() is None


def test_a_section_of_a_signed_part_says_so_too(enter: Any, world: World, pep: int) -> None:
    sections.sign_part(world.session, pep, Part.EDUCATION, actor=world.act(world.teacher), today=TODAY, now=NOW)
    world.session.commit()
    page = enter("teacher").get(f"{PEPS}section/?id={pep}&section=strengths")
    unread = page.send("then", button=("then", "stay"))
    assert GOES in page.main and GONE not in unread.main and GOES in unread.main
    changed = unread.send("then", button=("then", "stay"), strengths="Kind to the younger ones")
    assert GONE in changed.main and GOES not in changed.main


def test_a_request_saved_unread_keeps_the_signature_and_a_changed_one_says_that_it_goes(
    enter: Any, world: World, pep: int
) -> None:
    row, _ = ppg.save_request(
        world.session, pep, world.request_values(world.session.get_one(Pep, pep)), actor=world.act(world.teacher), today=TODAY)
    number = row.id
    sections.sign_part(world.session, pep, Part.EDUCATION, actor=world.act(world.teacher), today=TODAY, now=NOW)
    world.session.commit()
    page = enter("teacher").get(f"/admin/pep/ppg_requests/write/?id={number}")
    unread = page.send("amount_pence")
    assert GOES in page.main and "Nothing was changed." in unread.main and GONE not in unread.main
    assert GONE in page.send("amount_pence", description="Ten hours of one-to-one maths tuition, in the library").main


# --- a PEP that is no longer written ---------------------------------------------------------------------------------------


def test_a_sent_pep_is_not_written_in_and_the_page_says_why(enter: Any, ask: Any, world: World) -> None:
    pep = world.sent_pep().id
    world.session.commit()
    target = first_target(ask, pep)
    for path in (f"write/?id={target}", f"write/?pep={pep}", f"remove/?id={target}"):
        page = enter("teacher").get(f"{TARGETS}{path}")
        assert page.url == f"{PEPS}details/?id={pep}" and "so its targets cannot be changed now" in page.main
    left = enter("teacher").get(f"{TARGETS}details/?id={target}").tree.xpath("//main//p[@class='buttons']/a")
    assert [each.text for each in left] == ["Note how it goes"]


def test_what_was_typed_while_the_pep_was_sent_is_kept_on_the_page(enter: Any, ask: Any, world: World, pep: int) -> None:
    page = enter("teacher").get(f"{TARGETS}write/?id={first_target(ask, pep)}")
    world.sent_pep()
    world.session.commit()
    refused = page.send("outcome", need=HARD)
    assert refused.status == 422 and "so this cannot be done to it now" in refused.main
    assert box(refused, "need") == HARD
    assert ask(lambda session: session.get_one(Target, first_target(ask, pep)).need) != HARD


# --- who may ---------------------------------------------------------------------------------------------------------------


def test_another_schools_teacher_finds_no_such_target(enter: Any, ask: Any, pep: int) -> None:
    target, stranger = first_target(ask, pep), enter("other_teacher")
    mark = stranger.get(TARGETS).tree.xpath("//input[@name='csrf_token']/@value")[0]
    assert stranger.get(f"{TARGETS}details/?id={target}").status == 404
    for path in (f"write/?id={target}", f"write/?pep={pep}", f"remove/?id={target}"):
        assert stranger.get(TARGETS + path).status == 404, path
        assert stranger.post(TARGETS + path, [("csrf_token", mark), ("outcome", "Mine now")]).status == 404, path
    assert "Mine now" not in outcomes(ask, pep) and len(outcomes(ask, pep)) == 3


def test_who_does_not_write_part_two_does_not_write_its_targets(enter: Any, ask: Any, pep: int) -> None:
    target = first_target(ask, pep)
    for name, reads in (("worker", 200), ("auditor", 200), ("finance", 403)):
        visitor = enter(name)
        assert visitor.get(f"{TARGETS}details/?id={target}").status == reads
        assert visitor.get(f"{TARGETS}write/?id={target}").status == 403
        assert visitor.get(f"{TARGETS}write/?pep={pep}").status == 403
        assert visitor.get(f"{TARGETS}remove/?id={target}").status == 403
    assert enter("finance").get(TARGETS).status == 403


def test_an_id_that_no_target_has_is_no_page(enter: Any) -> None:
    officer = enter("officer")
    for path in ("details/?id=0", "details/?id=x", "write/?id=99999999999", "write/?pep=1,2", "write/", "remove/?id="):
        assert officer.get(TARGETS + path).status == 404, path


# --- the list and one target's page ----------------------------------------------------------------------------------------


def rows(page: Page) -> list[list[str]]:
    assert page.tree is not None
    lines = page.tree.xpath("//main//tbody/tr")
    return [[" ".join(cell.text_content().split()) for cell in line.xpath("./th|./td")] for line in lines]


def test_the_list_shows_what_one_may_see_and_leads_on(enter: Any, world: World, ask: Any, pep: int) -> None:
    reference, child = ask(lambda session: (session.get_one(Pep, pep).reference, world.child_id))
    page = enter("teacher").get(TARGETS)
    shown = rows(page)
    assert len(shown) == 3
    assert shown[1] == ["2 · Robin will answer 16 of 20 fraction questions correctly in the class test by the end of…",
                        "Robin Musterkind0", reference, "Cognition and learning", "Maths", "28 Mar 2025"]
    links = page.tree.xpath("//main//tbody/tr[1]//a/@href")
    assert links[1:] == [f"/admin/pep/children/details/?id={child}", f"{PEPS}details/?id={pep}"]
    assert len(rows(enter("officer").get(TARGETS))) == 6


def test_the_list_is_filtered_searched_and_sorted(enter: Any) -> None:
    expected = {
        "flt0_area=semh": 2, "flt0_subject=maths": 2, "flt0_sdq=yes": 2, "flt0_sdq=no": 4, "flt0_term=1": 6, "flt0_term=2": 0,
        "flt0_area=nonsense": 6, "flt0_subject=maths&flt1_term=1&search=Jule": 1, "search=fraction": 2, "search=Robin": 3,
        "sort=1&page=99": 6, "sort=2&desc=1": 6, "sort=77": 6,
    }
    officer = enter("officer")
    assert {asked: len(rows(officer.get(f"{TARGETS}?{asked}"))) for asked in expected} == expected


def test_one_targets_page_tells_everything_and_the_look_is_recorded(enter: Any, ask: Any, world: World, pep: int) -> None:
    maths = ask(lambda session: session.scalar(sa.select(Target.id).where(Target.pep_id == pep, Target.subject == Subject.MATHS)))
    world.written_pep(money=True)
    world.session.commit()
    page = enter("teacher").get(f"{TARGETS}details/?id={maths}")
    assert "Robin will answer 16 of 20 fraction questions correctly in the class test by the end of the spring term." in page.main
    assert "Ten weekly hours of maths tuition" in page.main and "£550.00" in page.main and "History" not in page.main
    looked = ask(lambda session: session.execute(sa.select(AuditEvent.actor_id, AuditEvent.object_id, AuditEvent.child_id).where(
        AuditEvent.action == "targets.read")).all())
    assert looked == [(world.teacher.id, maths, world.child_id)]
    assert "History" in enter("officer").get(f"{TARGETS}details/?id={maths}").main


# --- taking away -----------------------------------------------------------------------------------------------------------


def test_a_target_is_taken_away_after_one_was_asked(enter: Any, ask: Any, pep: int) -> None:
    target = first_target(ask, pep)
    page = enter("teacher").get(f"{TARGETS}details/?id={target}").link("Take away…")
    assert "Take away target 1?" in page.heading and len(outcomes(ask, pep)) == 3
    after = page.send()
    assert after.url == f"{PEPS}details/?id={pep}" and "The target was taken away." in after.main
    assert len(outcomes(ask, pep)) == 2


def test_a_target_that_money_hangs_on_stays_until_the_request_is_gone(enter: Any, ask: Any, world: World, pep: int) -> None:
    world.written_pep(money=True)
    world.session.commit()
    maths = ask(lambda session: session.scalar(sa.select(Target.id).where(Target.pep_id == pep, Target.subject == Subject.MATHS)))
    page = enter("teacher").get(f"{TARGETS}remove/?id={maths}")
    refused = page.send()
    assert refused.status == 422 and "Take the request away first." in refused.main and "HB-6.5" in refused.main
    request = ask(lambda session: world.requests_of(world.pep_of())[0].id)
    ppg.withdraw_request(world.session, request, actor=world.act(world.teacher))
    world.session.commit()
    assert refused.send().url == f"{PEPS}details/?id={pep}"
    assert ask(lambda session: [(each.status, each.target_id) for each in world.requests_of(world.pep_of())]) == [
        (PpgStatus.WITHDRAWN, None)]


def test_a_target_that_was_taken_away_meanwhile_is_not_found_and_the_text_is_shown(
    enter: Any, ask: Any, world: World, pep: int
) -> None:
    target = first_target(ask, pep)
    page = enter("teacher").get(f"{TARGETS}write/?id={target}")
    targets.remove_target(world.session, target, actor=world.act(world.officer))
    world.session.commit()
    gone = page.send("outcome", need=HARD)
    assert gone.status == 404 and "O'Brien's <b>é</b>" in gone.main


# --- ideas to start from ---------------------------------------------------------------------------------------------------


def stems(page: Page) -> dict[str, str]:
    """The ideas on the page, by the value of their buttons."""
    return {each.get("value"): each.get("aria-label").removeprefix("Use this: ")
            for each in page.form("outcome").xpath(".//button[@name='stem']")}


def test_ideas_stand_by_area_where_the_outcome_is_written(enter: Any, pep: int) -> None:
    page = enter("teacher").get(f"{TARGETS}write/?pep={pep}")
    offered = stems(page)
    assert len(offered) == 70 and all(text.startswith("Robin will ") and "[" in text for text in offered.values())
    folds = [" ".join(each.text_content().split()) for each in page.form("outcome").xpath(".//details/summary")]
    assert folds == ["Ideas to start from", "English", "Maths", "Cognition and learning", "Social, emotional and mental health",
                     "Speech, language and communication", "Sensory and physical", "Independence and self-help"]
    first = page.form("outcome").xpath(".//button[@type='submit']")[0]
    assert first.get("name") is None and first.text == "Save"  # what Enter in a box presses


def test_an_idea_goes_into_the_outcome_and_what_was_typed_elsewhere_stays(enter: Any, ask: Any, pep: int) -> None:
    page = enter("teacher").get(f"{TARGETS}write/?pep={pep}")
    begun = page.send("outcome", button=("stem", "maths-2"), **(SMART | {"need": HARD, "due_on": "31/02/2025"}))
    assert begun.status == 200 and "Nothing has been saved yet" in begun.main
    assert box(begun, "outcome") == stems(page)["maths-2"]
    assert box(begun, "need") == HARD and box(begun, "due_on") == "31/02/2025" and box(begun, "area") == "semh"
    twice = begun.send("outcome", button=("stem", "semh-0"), due_on="28 Mar 2025")
    assert box(twice, "outcome") == f"{stems(page)['maths-2']}\n{stems(page)['semh-0']}"
    assert len(outcomes(ask, pep)) == 3
    saved = twice.send("outcome", outcome=stems(page)["maths-2"])
    assert "Target 4. Must fix before signing: There is still a blank or a choice left in: “[how many]”" in saved.main


def test_an_idea_for_a_target_that_somebody_else_changes_meanwhile_hides_nothing(enter: Any, ask: Any, pep: int) -> None:
    target = first_target(ask, pep)
    mine = enter("teacher").get(f"{TARGETS}write/?id={target}")
    enter("officer").get(f"{TARGETS}write/?id={target}").send("outcome", baseline="Two books, said the officer")
    before = box(mine, "outcome")
    begun = mine.send("outcome", button=("stem", "english-9"))
    assert box(begun, "outcome").startswith(f"{before}\nRobin will ")
    both = begun.send("outcome")
    assert both.status == 409 and "Two books, said the officer" in both.main


def test_what_was_refused_once_still_sees_what_somebody_else_saved(enter: Any, ask: Any, pep: int) -> None:
    target = first_target(ask, pep)
    mine = enter("teacher").get(f"{TARGETS}write/?id={target}")
    enter("officer").get(f"{TARGETS}write/?id={target}").send("outcome", baseline="Two books, said the officer")
    wrong = mine.send("outcome", due_on="31/02/2025")
    assert wrong.status == 422
    assert wrong.send("outcome", due_on="28 Mar 2025").status == 409
    assert ask(lambda session: session.get_one(Target, target).baseline) == "Two books, said the officer"


@pytest.mark.parametrize("forged", ["", "maths", "maths-10", "maths--1", "latin-1", "maths-٣", "maths-1.0"])
def test_an_idea_that_is_none_is_not_found(enter: Any, pep: int, forged: str) -> None:
    page = enter("teacher").get(f"{TARGETS}write/?pep={pep}")
    assert page.send("outcome", button=("stem", forged), outcome=OUTCOME).status == 404


def test_advice_on_a_wording_leads_from_the_list_of_checks_to_its_target(enter: Any, ask: Any, pep: int) -> None:
    target, teacher = first_target(ask, pep), enter("teacher")
    teacher.get(f"{TARGETS}write/?id={target}").send("outcome", outcome="Staff will support Robin in maths all year",
                                                     area="cognition", subject="maths")
    page = teacher.get(f"{PEPS}check/?id={pep}")
    advice = [each for each in page.tree.xpath("//main//li/a") if "says what others do" in each.text_content()]  # type: ignore[union-attr]  # it is there, or the test fails here
    assert [each.get("href") for each in advice] == [f"{TARGETS}write/?id={target}"]
    assert "will solve seven out of ten problems" in advice[0].text_content()  # an example of maths, since it is a maths target


# --- notes between PEPs (HB-5.8) -------------------------------------------------------------------------------------------


def note(visitor: Any, target: int, what: str = "Asks for help once a day", **typed: str) -> Page:
    return visitor.get(f"{TARGETS}note/?id={target}").send("what", what=what, **typed)  # type: ignore[no-any-return]  # a fixture's answer has no type


def test_a_note_stands_with_its_target_with_day_and_writer(enter: Any, ask: Any, pep: int) -> None:
    target, teacher = first_target(ask, pep), enter("teacher")
    page = teacher.get(f"{TARGETS}details/?id={target}").link("Note how it goes")
    assert box(page, "seen_on") == "18 Nov 2024" and "HB-5.8" in page.main
    after = page.send("what", what=HARD, seen_on="11 Nov 2024", with_child="y")
    assert after.url == f"{TARGETS}details/?id={target}" and "The note was saved." in after.main
    note(enter("worker"), target)
    note(enter("officer"), target, "Seen in the lesson", seen_on="12 Nov 2024")
    told = teacher.get(f"{TARGETS}details/?id={target}").tree
    table = told.xpath("//table[caption='How it goes, between PEPs']")[0]  # type: ignore[union-attr]  # it is there, or the test fails here
    rows = [[" ".join(cell.text_content().split()) for cell in row.xpath("./th|./td")] for row in table.xpath("./tbody/tr")]
    assert rows == [["18 Nov 2024", "Asks for help once a day", "No", "Sara Sozial", "—"],
                    ["12 Nov 2024", "Seen in the lesson", "No", "Ole Amt", "—"],
                    ["11 Nov 2024", " ".join(HARD.split()), "Yes", "Tess Lehrer", "Strike…"]]


def test_a_note_is_no_part_of_the_pep_and_may_follow_its_sign_off(world: World, enter: Any, ask: Any) -> None:
    number = world.graded_pep(money=False).id
    world.session.commit()
    target, before = first_target(ask, number), ask(lambda session: session.get_one(Pep, number).row_version)
    assert note(enter("teacher"), target, with_child="y").status == 200
    assert note(enter("worker"), target, "Told me so at home").status == 200
    signed = ask(lambda session: session.scalar(sa.select(EducationSection.signed_name).where(EducationSection.pep_id == number)))
    assert signed == "Tess Lehrer" and ask(lambda session: session.get_one(Pep, number).row_version) == before
    child = ask(lambda session: session.get_one(Pep, number).child_id)
    assert "18 Nov 2024: Told me so at home (1 earlier)" in enter("officer").get(f"/admin/pep/children/details/?id={child}").main
    history = enter("officer").get(f"{PEPS}history/?id={number}").main
    assert "a note on a target" in history and "Told me so at home" in history
    events = ask(lambda session: session.scalars(sa.select(AuditEvent.actor_name).where(AuditEvent.action == "target.note")).all())
    assert events == ["Tess Lehrer", "Sara Sozial"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"what": "  "}, "What was seen: Say what was seen"), ({"what": "-"}, "What was seen: Say what was seen"),
        ({"seen_on": "19 Nov 2024"}, "19 Nov 2024 cannot be: the PEP was opened on 09 Sep 2024, and today is 18 Nov 2024."),
        ({"seen_on": "08 Sep 2024"}, "08 Sep 2024 cannot be"), ({"seen_on": ""}, "Seen on: Enter the day."),
        ({"seen_on": "31/02/2024"}, "is not in the calendar"), ({"what": "x" * 2_001}, "At most 2,000 characters fit here."),
    ],
)  # fmt: skip
def test_a_note_that_cannot_be_is_refused_beside_its_field(
    enter: Any, ask: Any, pep: int, typed: dict[str, str], sentence: str
) -> None:
    values = {"what": "Asks for help", "seen_on": "18 Nov 2024"} | typed
    wrong = note(enter("teacher"), first_target(ask, pep), **values)
    assert wrong.status == 422 and sentence in wrong.main
    assert box(wrong, "what") == values["what"] and box(wrong, "seen_on") == values["seen_on"]
    assert ask(lambda session: session.scalar(sa.select(sa.func.count(ProgressNote.id)))) == 0


def test_the_first_day_of_the_pep_and_today_may_be_noted(enter: Any, ask: Any, pep: int) -> None:
    for day in ("09 Sep 2024", "18 Nov 2024"):
        assert note(enter("teacher"), first_target(ask, pep), seen_on=day).status == 200


def test_a_note_that_should_not_stand_is_struck_with_the_reason(enter: Any, ask: Any, pep: int) -> None:
    target, teacher = first_target(ask, pep), enter("teacher")
    note(teacher, target, "Ravi shouts in the corridor")
    note(enter("worker"), target, "Asks for help at home")
    page = teacher.get(f"{TARGETS}details/?id={target}").link("Strike…")
    assert "Ravi shouts in the corridor" in page.main, "one's own, and only that one, is offered"
    assert "(optional)" not in page.main, "the reason is asked for"
    for reason in ("", " ", "-"):
        wrong = page.send("reason", reason=reason)
        assert wrong.status == 422 and "Say why the note should not stand" in wrong.main
    after = page.send("reason", reason="It is about another child")
    assert "The note was struck." in after.main
    for who in ("teacher", "worker", "officer", "auditor"):
        shown = enter(who).get(f"{TARGETS}details/?id={target}").main
        assert "Struck by Tess Lehrer on 18 Nov 2024: It is about another child" in shown and "Ravi" not in shown, who
    again = page.send("reason", reason="Once more")
    assert again.status == 422 and "Tess Lehrer has struck this note already." in again.main
    assert "It was struck by Tess Lehrer" in teacher.get(page.url).main
    child = ask(lambda session: session.get_one(Pep, pep).child_id)
    shown = enter("teacher").get(f"/admin/pep/children/details/?id={child}").main
    assert "Asks for help at home" in shown and "Ravi" not in shown and "(1 earlier)" not in shown
    assert "Ravi shouts" in enter("officer").get(f"{PEPS}history/?id={pep}").main, "the history keeps what it said"
    assert note(teacher, target, "Ravi shouts in the corridor").status == 200, "what was struck does not stand in the way"


def test_a_note_is_struck_by_its_writer_or_the_virtual_school(enter: Any, ask: Any, pep: int) -> None:
    target = first_target(ask, pep)
    note(enter("worker"), target)
    number = ask(lambda session: session.scalar(sa.select(ProgressNote.id)))
    way = f"{TARGETS}strike/?id={target}&note={number}"
    assert enter("teacher").get(way).status == 403 and "Strike…" not in enter("teacher").get(f"{TARGETS}details/?id={target}").main
    assert enter("officer").get(way).send("reason", reason="Said in anger").status == 200
    other = ask(lambda session: session.scalars(sa.select(Target.id).where(Target.id != target)).first())
    for wrong in (f"id={other}&note={number}", f"id={target}&note=999", f"id={target}", f"id={target}&note=x"):
        assert enter("officer").get(f"{TARGETS}strike/?{wrong}").status == 404, wrong


EVENTS = sa.select(sa.func.count(AuditEvent.id)).where(AuditEvent.action == "target.save")


def test_the_same_target_sent_twice_is_one(enter: Any, ask: Any, pep: int) -> None:
    count = sa.select(sa.func.count(Target.id)).where(Target.pep_id == pep)
    typed = {"area": "cognition", "subject": "english", "outcome": "Robin will read a page aloud by Easter"}
    before, page = ask(lambda session: session.scalar(count)), enter("teacher").get(f"{TARGETS}write/?pep={pep}")
    once = page.send("outcome", **typed)
    events = ask(lambda session: session.scalar(EVENTS))
    twice = page.send("outcome", **typed)
    assert (once.status, twice.status) == (200, 200)
    assert (twice.url, twice.main) == (once.url, once.main), "the second press of the button leads where the first did"
    assert ask(lambda session: session.scalar(count)) == before + 1 and ask(lambda session: session.scalar(EVENTS)) == events
    other = page.send("outcome", **(typed | {"need": "Reads slowly"}))
    assert other.status == 422 and "There is a target with these words already." in other.main
    assert box(other, "outcome") == typed["outcome"] and box(other, "need") == "Reads slowly"
    assert page.send("outcome", **(typed | {"outcome": "Robin will read two pages aloud by Easter"})).status == 200


def test_a_pep_that_was_closed_takes_no_note(world: World, enter: Any, ask: Any, pep: int) -> None:
    target, teacher = first_target(ask, pep), enter("teacher")
    page = teacher.get(f"{TARGETS}note/?id={target}")
    enter("officer").get(f"{PEPS}withdraw/?id={pep}").send("reason", reason="Entered twice")
    late = page.send("what", what="Too late")
    assert late.status == 422 and "so this cannot be done to it now" in late.main and box(late, "what") == "Too late"
    assert "cannot be changed now" in teacher.get(f"{TARGETS}note/?id={target}").main
    assert "Note how it goes" not in teacher.get(f"{TARGETS}details/?id={target}").main
    assert ask(lambda session: session.scalar(sa.select(sa.func.count(ProgressNote.id)))) == 0


def test_a_target_is_taken_away_with_its_notes_and_the_history_keeps_them(enter: Any, ask: Any, pep: int) -> None:
    target, teacher = first_target(ask, pep), enter("teacher")
    note(teacher, target, "Asks for help once a day")
    assert teacher.get(f"{TARGETS}remove/?id={target}").send().status == 200
    assert ask(lambda session: session.scalar(sa.select(sa.func.count(ProgressNote.id)))) == 0
    gone = sa.select(RecordChange.changes).where(RecordChange.table_name == "pep_progress_note", RecordChange.verb == "delete")
    assert ask(lambda session: session.scalars(gone).one())["what"] == ["Asks for help once a day", None]


# --- what the set still wants, on the page ---------------------------------------------------------------------------------


def test_a_high_sdq_is_answered_by_the_target_that_is_marked_so(world: World, enter: Any, ask: Any, pep: int) -> None:
    world.save(world.pep_of(), "health", world.worker, sdq=[
        {"id": None, "total": 17, "completed_on": date(2024, 10, 14), "completed_by": "carer"}])
    for each in world.session.scalars(sa.select(Target).where(Target.pep_id == pep)):
        each.answers_sdq = False
    world.session.commit()
    teacher, asked_for = enter("teacher"), "The SDQ is high: mark a target as answering it"
    assert asked_for in teacher.get(f"{PEPS}check/?id={pep}").main
    teacher.get(f"{TARGETS}write/?id={first_target(ask, pep)}").send("outcome", answers_sdq="y")
    assert asked_for not in teacher.get(f"{PEPS}check/?id={pep}").main


def test_the_childs_part_in_a_target_is_asked_about_and_told(enter: Any, ask: Any, pep: int) -> None:
    teacher, target = enter("teacher"), first_target(ask, pep)
    assert "It is not said whether" not in teacher.get(f"{PEPS}check/?id={pep}").main
    teacher.get(f"{TARGETS}write/?id={target}").send("outcome", child_agrees="not_asked")
    assert "It is not said whether Robin agrees with target 1." in teacher.get(f"{PEPS}check/?id={pep}").main
    teacher.get(f"{TARGETS}write/?id={target}").send("outcome", child_agrees="no", child_wording="I want to read about bikes")
    assert "It is not said whether" not in teacher.get(f"{PEPS}check/?id={pep}").main
    told = teacher.get(f"{TARGETS}details/?id={target}").main
    assert "Does the child agree?No" in told.replace("? No", "?No") and "I want to read about bikes" in told


def test_what_a_target_needs_at_least_is_said_and_is_enough(enter: Any, pep: int) -> None:
    page = enter("teacher").get(f"{TARGETS}write/?pep={pep}")
    assert ("A target may be saved before it is finished, once its area of need, its subject and what the child will be able to do "
            "are there.") in page.main
    told = {"area": "semh", "subject": "other", "outcome": OUTCOME}
    for name in told:
        assert page.send("outcome", **(told | {name: ""})).status == 422, name
    assert page.send("outcome", **told).status == 200
