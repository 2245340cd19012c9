"""The form as it meets a child: the questions of their age and way of communicating, and what the record says beside them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from pep_admin.models import Child, Pep
from pep_admin.pep_document import read_document
from pep_admin.school_words import OptionsYear
from pep_admin.vocabulary import Audience, Part
from pep_admin.workflow.readiness import part_findings
from tests.visiting import Page, Visitor
from tests.world import TODAY, World

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

Enter = Callable[[str], Visitor]
Ask = Callable[..., Any]
STAY = ("then", "stay")
NO_BOXES = {"child_voice_good": "", "child_voice_hard": "", "child_voice_want": ""}


def section(who: Visitor, key: str) -> Page:
    return who.get(f"/admin/pep/peps/section/?id=1&section={key}")


def in_year(world: World, group: str, **of_the_child: Any) -> None:
    pep = world.session.get_one(Pep, 1)
    pep.year_group = group
    for key, value in of_the_child.items():
        setattr(world.session.get_one(Child, pep.child_id), key, value)
    world.session.commit()


def missing_voice(session: Session) -> list[str]:
    """Whether the child's voice is missed in Part 2 (RD-202), by how much."""
    found = part_findings(session, session.get_one(Pep, 1), Part.EDUCATION, today=TODAY)
    return [each.severity for each in found if each.check == "RD-202"]


def names(page: Page) -> set[str]:
    return {each.get("name") for each in page.tree.xpath("//main//*[@name]")}


@pytest.mark.parametrize(("group", "asks", "asks_not", "prompt"), [
    ("N2", "seen_comforted", "face_lunch", "Happiest when …"),
    ("R", "seen_times-0-saw", "voice_junior_answers-0-answer", "Goes first to …"),
    ("1", "face_lunch", "seen_comforted", "Draw or tell: the best thing at school"),
    ("4", "voice_junior_answers-0-answer", "face_lunch", "What is going well? What are you proud of?"),
    ("11", "voice_senior_answers-0-answer", "voice_junior_answers-0-answer", "School from 0 to 10: how is it?"),
    ("12", "voice_adult_answers-0-answer", "voice_senior_answers-0-answer", "What are you doing now, and is it right for you?"),
])
def test_a_child_is_asked_the_questions_of_their_age(
    world: World, enter: Enter, group: str, asks: str, asks_not: str, prompt: str
) -> None:
    in_year(world, group)
    page = section(enter("teacher"), "voice")
    assert asks in names(page) and asks_not not in names(page)
    assert prompt in page.main and {"child_voice_good", "child_voice_hard", "child_voice_want"} <= names(page)


def test_faces_are_radios_with_their_words_and_one_of_them_is_a_voice(world: World, enter: Enter, ask: Ask) -> None:
    in_year(world, "2")
    page = section(enter("teacher"), "voice")
    lunch = page.tree.xpath("//fieldset[@id='f-face_lunch']")[0]
    assert [each.get("type") for each in lunch.xpath(".//input")] == ["radio"] * 5
    assert [each.text_content().strip() for each in lunch.xpath(".//label")] == ["Good", "In between", "Not good", "Don't know",
                                                                                 "Stop, pass"]
    drawn = lunch.xpath(".//img")
    assert [each.get("alt") for each in drawn] == [""] * 5  # the word beside it says it
    assert [enter("teacher").get(each.get("src")).status for each in drawn] == [200] * 5
    silent = page.send("then", button=STAY, **NO_BOXES, face_lunch="stop")
    assert silent.status == 200 and ask(missing_voice) == ["blocking"]
    silent.send("then", button=STAY, face_lunch="bad")
    assert ask(missing_voice) == []
    stored = ask(lambda session: read_document(session, session.get_one(Pep, 1), audience=Audience.CHILD).answer("face_lunch"))
    assert stored == "bad"
    wrong = section(enter("teacher"), "voice").send("then", button=STAY, face_lunch="grin")
    assert wrong.status == 422 and "choose one of the list" in wrong.main


def test_symbols_give_a_child_of_year_9_the_pictures_and_behaviour_gives_what_we_saw(enter: Enter, ask: Ask) -> None:
    worker, teacher = enter("worker"), enter("teacher")
    section(worker, "about").send("then", button=STAY, communicates_by=["symbols"])
    assert "face_friends" in names(section(teacher, "voice"))
    section(worker, "about").send("then", button=STAY, communicates_by=["behaviour"])
    page = section(teacher, "voice")
    assert "seen_led_to" in names(page) and "face_friends" not in names(page)
    page.send("then", button=STAY, **NO_BOXES, **{"seen_times-0-on": "14 Oct 2024", "seen_times-0-where": "home",
                                                  "seen_times-0-saw": "Laughed at the swing."})
    assert ask(missing_voice) == []


def test_a_pass_is_an_answer_and_no_voice(enter: Enter, ask: Ask) -> None:
    page = section(enter("teacher"), "voice")
    page.send("then", button=STAY, **{**NO_BOXES, "child_voice_hard": "Pass"})
    assert ask(missing_voice) == ["blocking"]
    page = section(enter("teacher"), "voice")
    page.send("then", button=STAY, **{"voice_senior_answers-0-question": "support", "voice_senior_answers-0-answer": "The mentor."})
    assert ask(missing_voice) == []


def test_a_nursery_childs_week_is_asked_and_no_register_in_sessions(world: World, enter: Enter) -> None:
    in_year(world, "N2")
    teacher = enter("teacher")
    checked = teacher.get("/admin/pep/peps/check/?id=1").main
    assert "Part 2 still needs “The week at nursery”." in checked and "Part 2 still needs “Attendance at nursery”." in checked
    assert "attendance-0-possible" not in names(section(teacher, "attendance"))
    section(teacher, "setting").send("then", button=STAY, **{"ey_pattern-0-setting": "Ivy House", "ey_pattern-0-sessions": "5"})
    section(teacher, "attendance").send("then", button=STAY, **{"ey_attendance-0-period": "September to today",
                                                                "ey_attendance-0-booked": "60", "ey_attendance-0-attended": "58"})
    assert "nursery”." not in teacher.get("/admin/pep/peps/check/?id=1").main


def test_who_must_not_meet_the_child_is_asked_for_when_there_is_somebody_and_kept_from_no_front_desk(
    world: World, enter: Enter
) -> None:
    worker, teacher = enter("worker"), enter("teacher")
    asked = section(worker, "responsibility").send("then", restricted_any="yes")
    assert asked.heading == "People and responsibility" and "this page now asks something more" in asked.text
    assert "Part 1 still needs “Who, and what staff do”." in worker.get("/admin/pep/peps/check/?id=1").main
    asked.send("then", button=STAY, **{"restricted_people-0-who": "An uncle", "restricted_people-0-not_allowed": "Collecting"})
    assert "An uncle" in section(teacher, "responsibility").main
    section(worker, "responsibility").send("then", button=STAY, family_time_detail="Every second Saturday at the centre.")
    assert "at the centre" not in section(teacher, "responsibility").text


def test_the_record_stands_beside_the_questions_and_is_not_typed(world: World, enter: Enter) -> None:
    in_year(world, "9", ehcp_review_on=date(2025, 2, 6))
    teacher = enter("teacher")
    shown = section(teacher, "setting").main
    assert "From the record" in shown and "Alder School, designated teacher Tess Lehrer" in shown
    assert "T-0" in section(enter("worker"), "about").main
    assert "Latest SDQ total" in section(enter("worker"), "health").main
    assert "None on record this year" in section(teacher, "attendance").main


def test_what_the_record_says_stays_when_the_pep_is_sent(world: World, ask: Ask) -> None:
    pep = world.sent_pep()
    before = read_document(world.session, pep, audience=Audience.RULES).record
    assert (before.designated_teacher, before.schools, before.homes) == ("Tess Lehrer", 1, 1)
    school = pep.school
    assert school is not None
    school.designated_teacher_id, school.less_than_good = world.other_teacher.person_id, True
    world.session.flush()
    world.session.expire_all()

    def record(session: Session, audience: Audience) -> Any:
        return read_document(session, session.get_one(Pep, pep.id), audience=audience).record

    assert record(world.session, Audience.RULES) == before
    assert (record(world.session, Audience.CHILD).homes, record(world.session, Audience.PARENT).schools) == (0, 0)


def test_courses_are_planned_for_in_the_year_in_which_the_school_has_them_chosen(world: World, enter: Enter) -> None:
    """Year 9, until the office says Year 8 on the school's form; a PEP that was sent keeps what it was asked."""
    world.written_pep()
    spring, school = world.term("spring").id, world.school_id
    world.session.get_one(Pep, 1).term_id = spring
    asked = {}
    for year in ("9", "8"):
        if year == "8":
            saved = enter("officer").get(f"/admin/pep/schools/edit/?id={school}").send("urn", options_in="8")
            assert saved.status == 200 and re.search(r"Courses are chosen in\s*Year 8", saved.main)
        for group in ("8", "9"):
            in_year(world, group)
            world.session.rollback()
            asked[year, group] = "ahead_plan" in names(section(enter("teacher"), "next_steps"))
    assert asked == {("9", "8"): False, ("9", "9"): True, ("8", "8"): True, ("8", "9"): False}
    in_year(world, "8")
    world.session.rollback()
    page = section(enter("teacher"), "next_steps")
    assert "Courses for Years 9 to 11: choices, advice, doors kept open" in page.main


def test_a_sent_pep_keeps_the_year_of_its_day(world: World) -> None:
    pep = world.written_pep()
    pep.term_id, pep.year_group = world.term("spring").id, "9"
    world.session.flush()
    world.sent_pep()
    assert read_document(world.session, pep, audience=Audience.SCHOOL).record.options_in == "9"
    pep.school.options_in = OptionsYear.YEAR_8
    world.session.flush()
    document = read_document(world.session, pep, audience=Audience.SCHOOL)
    assert (document.record.options_in, "planning_ahead" in document.switches) == ("9", True)
