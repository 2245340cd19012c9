"""What a PEP asks beside its core, at the pages: asked where it applies, folded away, and held against the record of the child."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin import config
from pep_admin.exceptions import Refused
from pep_admin.models import AcademicYear, Attainment, Child, Enrolment, Pep, School, Suspension, Target
from pep_admin.pep_document import read_document
from pep_admin.pep_form import FORM
from pep_admin.vocabulary import (
    Audience,
    LeavingReason,
    Part,
    PepKind,
    SchoolPhase,
    SenStatus,
    SuspensionKind,
    SuspensionReason,
)
from pep_admin.workflow import peps as verbs
from pep_admin.workflow import sections
from pep_admin.workflow.readiness import part_findings, readiness
from tests.visiting import Page, Visitor
from tests.world import NOW, TODAY, World

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

Enter = Callable[[str], Visitor]
Ask = Callable[..., Any]
STAY = ("then", "stay")


def section(who: Visitor, key: str) -> Page:
    return who.get(f"/admin/pep/peps/section/?id=1&section={key}")


def check_answers(who: Visitor) -> Page:
    return who.get("/admin/pep/peps/check/?id=1")


def answer(ask: Ask, key: str) -> Any:
    def read(session: Session) -> Any:
        return read_document(session, session.get_one(Pep, 1), audience=Audience.RULES).answer(key)

    return ask(read)


def change(world: World, model: type[Any], row_id: int, **values: Any) -> None:
    row = world.session.get_one(model, row_id)
    for key, value in values.items():
        setattr(row, key, value)
    world.session.commit()


# --- the school place ----------------------------------------------------------------------------------------------------------


def test_a_reduced_timetable_is_asked_about_when_there_is_one(enter: Enter) -> None:
    teacher = enter("teacher")
    page = section(teacher, "setting")
    assert not page.tree.xpath("//*[@name='part_time_plan-0-reason']")
    asked = page.send("then", button=STAY, part_time="yes", hours_offered="15")
    saved = asked.send("then", button=STAY, **{"part_time_plan-0-reason": "Back after an illness", "part_time_plan-0-hours": "15",
                                               "part_time_plan-0-began_on": "4 Nov 2024"})
    assert saved.status == 200, saved.main
    said = "The reduced timetable has no end date and no plan back to full time."
    checked = check_answers(teacher)
    assert said in checked.main and "HB-1.5" in checked.main
    mended = checked.link(said)
    assert mended.heading == "The school place"
    mended.send("then", **{"part_time_plan-0-ends_on": "20 Dec 2024", "part_time_plan-0-plan_back": "Two more hours each week"})
    assert "reduced timetable" not in check_answers(teacher).main


def test_what_is_not_core_is_folded_away_until_it_is_filled(enter: Enter) -> None:
    worker = enter("worker")
    page = section(worker, "responsibility")
    assert [each.get("open") is not None for each in page.tree.xpath("//details[contains(@class, 'more')]")] == [True]
    gone = {f"emergency_contacts-{number}-{column}": "" for number in (0, 1) for column in ("name", "relation", "phone", "hours")}
    emptied = page.send("then", button=STAY, **gone, daily_liaison="", family_time_and_school="")
    assert [each.get("open") for each in emptied.tree.xpath("//details[contains(@class, 'more')]")] == [None]
    assert "5 more questions, where there is something to say" in emptied.main
    assert "No emergency contact is given; two are safer." in check_answers(worker).main
    wrong = emptied.send("then", button=STAY, **{"emergency_contacts-0-name": "Pat"})
    assert wrong.status == 422
    assert [each.get("open") is not None for each in wrong.tree.xpath("//details[contains(@class, 'more')]")] == [True]


def test_a_child_of_year_2_is_asked_neither_about_work_nor_about_a_move_and_one_of_year_4_lightly(
    world: World, enter: Enter
) -> None:
    teacher = enter("teacher")
    names = {each.get("name") for each in section(teacher, "next_steps").tree.xpath("//main//*[@name]")}
    assert {"careers_adviser", "careers_visits-0-where", "careers_employers-0-who"} <= names and "careers_light" not in names
    change(world, Pep, 1, year_group="4")
    names = {each.get("name") for each in section(teacher, "next_steps").tree.xpath("//main//*[@name]")}
    assert "careers_light" in names and not {each for each in names if each.startswith(("careers_a", "careers_v", "transition"))}
    saved = section(teacher, "next_steps").send("then", button=STAY, careers_light="A vet came to tell of her work")
    assert "A vet came to tell of her work" in saved.text
    change(world, Pep, 1, year_group="2")
    page = teacher.get("/admin/pep/peps/details/?id=1")
    assert "Next steps" not in page.main and "The school place" in page.main


def test_who_was_not_reached_was_heard_on_no_day_and_has_no_voice(enter: Enter) -> None:
    """HB-4.6, P3.24: how, on which day and by whom is needed; a carer who was not reached has no voice."""
    worker = enter("worker")
    page = section(worker, "voices")
    emptied = page.send("then", button=STAY, carer_voice_on="", carer_voice_by="", carer_voice="She is happy there")
    assert emptied.status == 200
    said = check_answers(worker).main
    assert "Part 3 still needs “Heard on”." in said and "Part 3 still needs “Heard by”." in said and "carer's voice" not in said
    section(worker, "voices").send("then", button=STAY, carer_voice_how="not_reached")
    said = check_answers(worker).main
    assert "“Heard on”" not in said and "The carer's voice is missing." in said


def test_the_school_reads_where_the_child_lives_unless_it_is_withheld_from_it(enter: Enter) -> None:
    """P1.16: the address is needed; parents and the child’s copy never have it."""
    worker, teacher = enter("worker"), enter("teacher")
    about = "/admin/pep/peps/section/?id=1&section=about"
    page = section(worker, "about").send("then", button=STAY, address_withheld_from="parents", home_address="7 Saffron Row Lane")
    assert "7 Saffron Row Lane" in page.text and "7 Saffron Row Lane" in teacher.get(about).text
    asked = section(worker, "about").send("then", button=STAY, address_withheld_from="school")
    assert "The address that is withheld" in check_answers(worker).main
    asked.send("then", button=STAY, placement_address="7 Saffron Row Lane")
    assert "7 Saffron Row Lane" in section(worker, "about").text and "Saffron" not in teacher.get(about).text
    assert "Part 1 still needs" not in check_answers(worker).main


def test_the_day_of_a_first_score_is_asked_for_and_stands_on_the_social_workers_desk(enter: Enter) -> None:
    """P1.37: a child in care for less than a year has no score yet; when it is due is told."""
    worker, desk = enter("worker"), "/admin/pep/my_peps/"
    asked = section(worker, "health").send("then", button=STAY, sdq_missing_reason="under_a_year")
    assert "“The first score is due on”" in check_answers(worker).main and "The first SDQ" not in worker.get(desk).main
    asked.send("then", button=STAY, sdq_due_on="2 May 2025")
    assert "“The first score is due on”" not in check_answers(worker).main
    assert "The first SDQ of the carer is due on 02 May 2025." in worker.get(desk).main
    assert "The first SDQ" not in enter("teacher").get(desk).main


def test_every_table_of_a_section_numbers_its_lines(enter: Enter) -> None:
    """A finding names the line; what looks back on a target is headed by it instead."""
    tables = set()
    for who in ("teacher", "worker"):
        for part in FORM.parts:
            for each in part.sections:
                page = enter(who).get(f"/admin/pep/peps/section/?id=1&section={each.key}")
                for table in page.tree.xpath("//main//fieldset[contains(@class, 'lines')]") if page.status == 200 else ():
                    heads = [" ".join(line.text_content().split()) for line in table.xpath(".//fieldset/legend")]
                    assert heads and all(heads), table.get("id")
                    if not heads[0].startswith("Target"):
                        assert heads == [f"Line {number}" for number in range(1, len(heads) + 1)], table.get("id")
                    tables.add(table.get("id"))
    assert {"f-pep_used_at", "f-documents", "f-attendees", "f-actions", "f-attendance_last_term"} <= tables


@pytest.mark.parametrize(("phase", "moves"), [(SchoolPhase.PRIMARY, True), (SchoolPhase.ALL_THROUGH, False)])
def test_a_move_to_year_7_is_planned_from_the_autumn_on(world: World, enter: Enter, phase: SchoolPhase, moves: bool) -> None:
    change(world, School, world.school_id, phase=phase)
    change(world, Pep, 1, year_group="6")
    said = "Robin moves to Year 7 in September 2025; the plan for the move still needs: where it is to, who receives them there, " \
           "the visits, what they ask or fear, the day of a first look at how it went."
    teacher = enter("teacher")
    assert (said in check_answers(teacher).main) is moves
    if moves:
        page = check_answers(teacher).link(said)
        page.send("then", transition_to="Alder High", transition_contact="Ms Oak, rung on 11 Nov", transition_visits="Two in June",
                  transition_child_asks="“Who will I sit with?”", transition_check_on="10 Oct 2025")
        assert "the plan for the move" not in check_answers(teacher).main


# --- the record of the child -----------------------------------------------------------------------------------------------------


def test_a_suspension_without_its_days_stops_part_2_and_leads_to_its_page(world: World, enter: Enter) -> None:
    world.session.add_all([
        Suspension(child_id=1, school_id=world.school_id, kind=SuspensionKind.SUSPENSION, started_on=date(2024, 11, 12),
                   told_us_on=date(2024, 11, 12), reason=SuspensionReason.DB),
        Suspension(child_id=1, school_id=world.school_id, kind=SuspensionKind.SUSPENSION, started_on=date(2024, 6, 3)),  # last year
    ])
    world.session.commit()
    said = "The suspension of 12 Nov 2024 has no last day and no number of half days. Add it on the child's page."
    teacher = enter("teacher")
    page = teacher.get("/admin/pep/peps/sign/?id=1&part=education")
    assert page.main.count("The suspension of") == 1 and said in page.main
    with pytest.raises(Refused, match="has no last day"):
        sections.sign_part(world.session, 1, Part.EDUCATION, actor=world.act(world.teacher), today=TODAY, now=NOW)
    world.session.rollback()
    saved = page.link(said).link("Change").send("started_on", ended_on="13 Nov 2024", half_days="4")
    assert "was saved" in saved.main
    assert "The suspension of" not in teacher.get("/admin/pep/peps/sign/?id=1&part=education").main


def test_weeks_between_two_schools_are_asked_about_and_accounted_for(world: World, enter: Enter, ask: Ask) -> None:
    first = world.session.scalars(select(Enrolment).where(Enrolment.child_id == 1)).one()
    first.started_on = date(2024, 4, 15)
    world.session.add_all([
        Enrolment(child_id=1, school_id=world.other_school_id, started_on=date(2020, 9, 1), ended_on=date(2024, 1, 12)),
        Enrolment(child_id=1, school_id=world.other_school_id, started_on=date(2024, 2, 1), ended_on=date(2024, 3, 1),
                  leaving_reason=LeavingReason.CORRECTION)])
    world.session.commit()
    worker = enter("worker")
    page = check_answers(worker)
    # 15 January to 12 April 2024: 65 weekdays less Good Friday and Easter Monday.
    gap = "12 weeks of school between Birch School and Alder School are not accounted for."
    assert gap in page.main
    assert "Birch School has no reason for leaving on the child's record." in page.main
    page.link(gap).send("then", schooling_gaps="Taught at home by a tutor.")
    assert gap not in check_answers(worker).main
    world.session.expire_all()
    earlier = world.session.scalars(select(Enrolment).where(Enrolment.ended_on == date(2024, 1, 12))).one()
    change(world, Enrolment, earlier.id, leaving_reason=LeavingReason.HOME_MOVE)
    assert "no reason for leaving" not in check_answers(worker).main


def test_one_pep_of_the_year_is_held_with_the_ehcps_review(world: World) -> None:
    session = world.session
    change(world, Child, 1, sen_status=SenStatus.EHCP, ehcp_review_on=date(2024, 10, 1))
    wants = "No PEP this year has been joined to the EHCP review (01 Oct 2024)."

    def told(pep: Pep) -> list[str]:
        world.act(world.officer)
        return [each.message for each in part_findings(session, pep, Part.MEETING, today=TODAY) if each.check == "RD-216"]

    autumn = session.get_one(Pep, 1)
    assert told(autumn) == [wants]  # the meeting of 28 October was 27 days later
    other = verbs.initiate_pep(session, session.get_one(Child, 1), world.autumn, kind=PepKind.NEED, reason="A worry",
                               actor=world.act(world.officer), today=TODAY, now=NOW)
    world.save(autumn, "meeting", world.worker, joined_ehcp_review=True)
    assert told(autumn) == [] and told(other) == []
    world.save(autumn, "meeting", world.worker, joined_ehcp_review=False)
    assert told(autumn) == [wants] and told(other) == [wants]
    session.get_one(Child, 1).ehcp_review_on = date(2024, 10, 14)  # fourteen days before the meeting
    session.flush()
    assert told(autumn) == [] and told(other) == []
    next_year = verbs.initiate_pep(session, session.get_one(Child, 1), world.term("autumn", "2025-26"), kind=PepKind.NEED,
                                   reason="A worry", actor=world.act(world.officer), today=date(2025, 9, 8), now=NOW)
    assert told(next_year) == ["No PEP this year has been joined to the EHCP review (its day is not on the child's record)."]


# --- what is withheld ------------------------------------------------------------------------------------------------------------


def test_a_withheld_address_is_found_where_a_teacher_wrote_it_and_not_told_to_them(world: World, enter: Enter, ask: Ask) -> None:
    worker, teacher, head = enter("worker"), enter("teacher"), enter("head")
    asked = section(worker, "about").send("then", button=STAY, address_withheld_from="school")
    asked.send("then", placement_address="12 Saffron Row Lane, Bury\nBL9 0ZZ")
    assert answer(ask, "placement_address") == "12 Saffron Row Lane, Bury\nBL9 0ZZ"
    saved = section(teacher, "strengths").send("then", achievements="Walked from Saffron Row Lane on her own.")
    said = "The address is withheld, but a part of it stands in “Achievements since the last PEP”. Take any address out of there."
    assert said in saved.main, "told at once"
    assert answer(ask, "achievements") == "Walked from Saffron Row Lane on her own.", "and kept"
    again = section(teacher, "strengths").send("then", strengths="Patient with younger ones")
    assert said not in again.main, "not at every save"
    page = check_answers(teacher)
    assert said in page.main and "HB-3.11" in page.main
    for who in (teacher, enter("other_teacher")):
        for path in ("check/?id=1", "details/?id=1", "section/?id=1&section=about", "history/?id=1"):
            assert "Saffron" not in who.get(f"/admin/pep/peps/{path}").text
    refused = teacher.get("/admin/pep/peps/sign/?id=1&part=education")
    assert "Before it can be signed" in refused.main and not refused.tree.xpath("//main//form//button[text()='Sign']")
    year = head.get("/admin/pep/years/edit/?id=1")
    form = [(key, value) for key, value in year.form("name").form_values() if key != "withheld_address_blocks"]
    assert head.post(year.url, form).status == 200
    assert ask(lambda session: session.get_one(AcademicYear, 1).withheld_address_blocks) is False
    allowed = teacher.get("/admin/pep/peps/sign/?id=1&part=education")
    assert said in allowed.main and allowed.form("part") is not None


def test_a_note_on_a_target_does_not_carry_a_withheld_address_to_the_school(enter: Enter, ask: Ask) -> None:
    worker = enter("worker")
    asked = section(worker, "about").send("then", button=STAY, address_withheld_from="school")
    asked.send("then", placement_address="12 Saffron Row Lane, Bury\nBL9 0ZZ")
    target = ask(lambda session: session.scalars(select(Target.id).where(Target.pep_id == 1)).first())
    page = worker.get(f"/admin/pep/targets/note/?id={target}")
    refused = page.send("what", what="Reads at home in Saffron Row Lane")
    assert refused.status == 422 and "The address is withheld, but a part of it stands in “What was seen”." in refused.main
    assert "Reads at home in Saffron Row Lane" in refused.main, "what was typed stays"
    assert page.send("what", what="Reads at home every evening").status == 200


def test_a_sentence_of_the_confidential_history_is_pointed_out_and_not_quoted(enter: Enter) -> None:
    """The demo's history begins “Two moves of home in the first year in care.”"""
    teacher = enter("teacher")
    page = section(teacher, "learning").send("then", attainment_context="We know of two moves of home in the first year in care.")
    assert page.status == 200 and "“What stands behind it” repeats a sentence" in page.main
    told = [each for each in check_answers(teacher).tree.xpath("//main//li") if "HB-3.11" in each.text_content()]
    assert [" ".join(each.text_content().split()) for each in told] == [
        "“What stands behind it” repeats a sentence from the confidential history. Take it out, or move it. HB-3.11"]


# --- the meeting -----------------------------------------------------------------------------------------------------------------


def test_each_target_is_asked_about_at_the_meeting_by_its_own_words(enter: Enter, ask: Ask) -> None:
    worker = enter("worker")
    page = section(worker, "actions")
    legends = [each.text_content() for each in page.tree.xpath("//fieldset[@id='f-targets_agreed']//legend")]
    assert legends[1].startswith("Target 1: Robin will read four whole books") and len(legends) == 4
    saved = page.send("then", button=STAY, **{"targets_agreed-1-agreed": "not_agreed"})
    assert saved.status == 200
    said = "Target 2 was not agreed by everyone. Change it, or keep both views on record."
    assert said in check_answers(worker).main
    saved.send("then", **{"targets_agreed-1-views": "The carer wants the tuition at home."})
    assert said not in check_answers(worker).main
    rows = answer(ask, "targets_agreed")
    assert [(row["target_id"], row["agreed"]) for row in rows] == [(1, "agreed"), (2, "not_agreed"), (3, "agreed")]
    read = section(enter("auditor"), "actions")
    assert "Target: Target 2: Robin will answer 16 of 20 fraction questions" in read.main


def test_a_target_of_another_pep_is_not_agreed_here(world: World) -> None:
    pep = world.session.get_one(Pep, 1)
    with pytest.raises(Refused, match="is not of this PEP"):
        world.save(pep, "actions", world.worker, targets_agreed=({"id": None, "target_id": 4, "agreed": "agreed", "views": None},))


def test_for_a_carer_who_could_not_come_it_is_asked_what_was_offered(enter: Enter) -> None:
    worker = enter("worker")
    page = section(worker, "meeting").send("then", button=STAY, **{"attendees-3-took_part": "apologies"})
    assert "The carer was not there. How did they take part?" in check_answers(worker).main
    page.send("then", carer_offered="Two other days and a lift; told us her view by telephone.")
    assert "The carer was not there." not in check_answers(worker).main


@pytest.mark.parametrize(("day", "late"), [(date(2024, 11, 29), False), (date(2024, 12, 2), True)])
def test_a_late_pep_is_asked_why(enter: Enter, day: date, late: bool) -> None:
    worker = enter("worker")
    config.move_today(day)
    said = "This PEP was due on 29 Nov 2024 (Deadline of Autumn 2024-25). Say in a sentence why it is late."
    page = check_answers(worker)
    assert (said in page.main) is late, page.main
    assert bool(section(worker, "actions").tree.xpath("//*[@name='lateness_reason']")) is late
    if late:
        page.link(said).send("then", lateness_reason="The meeting was moved twice; the carer was in hospital.")
        assert "This PEP was due on" not in check_answers(worker).main


def test_what_the_office_takes_makes_no_sent_pep_late(world: World) -> None:
    pep = world.sent_pep(money=False)
    found = readiness(world.session, pep, today=date(2025, 1, 8))
    assert [each.check for each in found if each.check == "RD-002"] == []


# --- tables ------------------------------------------------------------------------------------------------------------------


def test_progress_from_the_childs_own_start_stands_beside_each_subject(enter: Enter, ask: Ask) -> None:
    page = section(enter("teacher"), "learning").send("then", button=STAY, **{"attainment-1-progress": "LESS"})
    assert page.status == 200
    rows = ask(lambda session: session.execute(
        select(Attainment.subject, Attainment.progress).where(Attainment.pep_id == 1).order_by(Attainment.position)).all())
    assert [(subject, str(progress)) for subject, progress in rows] == [("English", "MORE"), ("Maths", "LESS"), ("Science", "EXP")]


def test_other_meetings_at_which_the_plan_was_used_are_noted_by_their_day(enter: Enter, ask: Ask) -> None:
    page = section(enter("teacher"), "papers").send("then", **{
        "pep_used_at-1-on": "14 Nov 2024", "pep_used_at-1-meeting": "Talk after a fight",
        "documents-0-kind": "school_report", "documents-0-where": "The school’s system", "documents-0-dated_on": "18 Jul 2024"})
    assert page.status == 200
    assert [(row["on"], row["meeting"]) for row in answer(ask, "pep_used_at")] == [
        (date(2024, 10, 3), "Parents’ evening"), (date(2024, 11, 14), "Talk after a fight")]
    assert [row["kind"] for row in answer(ask, "documents")] == ["school_report"]
    wrong = section(enter("teacher"), "papers").send("then", **{"pep_used_at-2-meeting": "No day"})
    assert wrong.status == 422 and "“On” is empty in line 3" in wrong.main


def test_a_sent_pep_keeps_the_schools_and_the_suspensions_of_that_day(world: World) -> None:
    pep = world.sent_pep(money=False)
    world.session.add(Suspension(child_id=1, school_id=world.school_id, kind=SuspensionKind.SUSPENSION, started_on=TODAY))
    world.session.flush()
    assert [each.check for each in readiness(world.session, pep, today=TODAY) if each.severity == "blocking"] == []
    verbs.recall_pep(world.session, pep.id, actor=world.act(world.worker))
    assert [each.check for each in readiness(world.session, pep, today=TODAY) if each.check == "RD-211"] == ["RD-211"]


@pytest.mark.parametrize(("kind", "words", "said"), [
    (None, None, "Robin was not there for all of the meeting. Say why."),
    ("adults", None, "Say in a few words why Robin was not there for all of the meeting."),
    ("other", None, "Say in a few words why Robin was not there for all of the meeting."),
    ("adults", "The talk was about money.", ""), ("unwell", None, ""),
])
def test_why_a_child_was_away_is_a_choice_with_words_where_it_needs_them(
    enter: Enter, ask: Ask, kind: str | None, words: str | None, said: str
) -> None:
    worker = enter("worker")
    page = section(worker, "meeting").send("then", button=STAY, child_attended="no")
    assert page.status == 200
    typed = {"child_absent_kind": kind or "", "child_absent_reason": words or ""}
    assert section(worker, "meeting").send("then", button=STAY, **typed).status == 200
    told = check_answers(worker).main
    assert (said in told if said else "for all of the meeting" not in told)
    assert (answer(ask, "child_absent_kind"), answer(ask, "child_absent_reason")) == (kind, words)


def test_what_a_check_looks_for_together_is_not_called_optional(enter: Enter) -> None:
    """The carer's words or why there are none (HB-4.6): each alone may be empty, both may not."""
    page = section(enter("worker"), "voices")
    assert page.tree is not None
    labels = [" ".join(each.text_content().split()) for each in page.tree.xpath("//main//label")]
    words = [each for each in labels if each.startswith(("The carer's words", "The social worker's view"))]
    assert len(words) == 2 and not [each for each in words if "(optional)" in each]
    assert [each for each in labels if "(optional)" in each], "what no check looks for still is"
