"""The questions of the week: of each a child that just belongs and one that just does not; every number is the length of its list.

Days by hand. Today is Monday 18 Nov 2024 unless a test says otherwise; this week ends on Sunday 24 Nov, the next on 1 Dec. The
term's PEPs were launched on 9 Sep 2024 and are due on 29 Nov. The world's two PEPs are written, not signed; they met on 28 Oct.
"""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from pep_admin import config
from pep_admin.models import Attendee, AuditEvent, Child, EducationSection, FundingEffect, Pep, Person, SdqScore, Suspension, Target
from pep_admin.money_words import MoneyGiven, MoneyNext
from pep_admin.permissions import SYSTEM
from pep_admin.queries.saved import saved_questions
from pep_admin.questions import BY_KEY, QUESTIONS, Found, Week
from pep_admin.review_words import SavedList
from pep_admin.school_words import ExclusionConcern
from pep_admin.vocabulary import (
    Attendance,
    AttendeeRole,
    Grade,
    LeavingReason,
    Part,
    PepKind,
    PepStatus,
    PlacementKind,
    SdqBy,
    SuspensionKind,
)
from pep_admin.workflow import calls, delegation, exclusions, meetings, payments, peps, reviews, roll, saved, sections
from pep_admin.workflow.records import save_record
from tests.world import NOW, TODAY, World, accepting, build_world

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

PAGE = "/admin/pep/week/"
KEPT = {"history_kept": True}


def asked(world: World, key: str, day: date = TODAY, **more: Any) -> list[Found]:
    """What a question finds on that day."""
    world.act(SYSTEM)
    world.session.flush()
    world.session.expire_all()
    return BY_KEY[key].ask(Week(world.session, day, **more))


def children(world: World, key: str, day: date = TODAY) -> list[str]:
    """The first names of whom a question finds, in its order."""
    return [world.session.get_one(Child, each.child_id).first_name for each in asked(world, key, day)]


def change(world: World, model: Any, row_id: int, **values: Any) -> None:
    world.act(SYSTEM)
    world.session.execute(sa.update(model).where(model.id == row_id).values(**values), execution_options=KEPT)
    world.session.expire_all()


def new_child(world: World, entered: date, **more: Any) -> int:
    facts = {"first_name": "Neo", "last_name": "Neukind", "date_of_birth": date(2012, 3, 1), "entered_care_on": entered,
             "notified_on": entered, "legal_status": world.session.get_one(Child, world.child_id).legal_status, "lcs_id": "NEW-1"}
    return roll.take_into_care(world.session, actor=world.act(world.officer), today=TODAY, facts=facts,
                               **{"school_id": world.school_id, "placement_kind": PlacementKind.FOSTER, **more}).id


def at(day: date, hour: int = 14) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


# --- the PEPs of the term ----------------------------------------------------------------------------------------------


def test_no_pep_this_term(world: World) -> None:
    assert children(world, "no_pep") == []
    peps.withdraw_pep(world.session, world.pep_of().id, reason="Opened by mistake", actor=world.act(world.officer), now=NOW)
    [found] = asked(world, "no_pep")
    assert (found.child_id, found.pep_id, found.days) == (world.child_id, None, 11), "18 to 29 Nov"
    change(world, Child, world.child_id, left_care_on=TODAY)
    assert asked(world, "no_pep") == []


def test_of_a_child_new_in_care_the_days_are_those_of_its_own_clock(world: World) -> None:
    """In care from 14 Oct, its first PEP is opened within ten working days, by 28 Oct; the deadline of the term is 29 Nov."""
    new = new_child(world, date(2024, 10, 14))
    [found] = [each for each in asked(world, "no_pep", date(2024, 10, 21)) if each.child_id == new]
    assert found.days == 7


def test_what_is_late_because_of_us_leads_on(world: World, enter: Any) -> None:
    number = world.pep_of(world.other_child_id).id
    change(world, Pep, number, due_on=date(2024, 11, 1), status=PepStatus.INITIATED, delegated_at=None)
    world.session.commit()
    page = enter("officer").get(f"{PAGE}lines/?question=late_ours&whose=all")
    assert [each for each in page.tree.xpath("//main//a[starts-with(normalize-space(.), 'Open the PEP')]/@href")
            if f"id={number}" in each]


def test_no_meeting_booked(world: World) -> None:
    assert asked(world, "no_meeting") == []
    change(world, Pep, world.pep_of().id, meeting_at=None)
    assert [(each.child_id, each.days) for each in asked(world, "no_meeting")] == [(world.child_id, 11)]
    change(world, Pep, world.pep_of().id, status=PepStatus.INITIATED)
    assert asked(world, "no_meeting") == [], "nobody was sent it yet"


def test_what_a_term_left_unfinished_is_counted_in_the_next(world: World, enter: Any) -> None:
    """On Fri 10 Jan 2025 spring has begun; of autumn's PEPs one met on 28 Oct and is unsigned, of one no meeting was booked. Both
    were due on 29 Nov, 42 days before."""
    change(world, Pep, world.pep_of(world.other_child_id).id, meeting_at=None)
    day = date(2025, 1, 10)
    assert [(each.child_id, each.days) for each in asked(world, "held", day)] == [(world.child_id, 74)]
    assert [(each.child_id, each.days) for each in asked(world, "no_meeting", day)] == [(world.other_child_id, -42)]
    world.session.commit()
    config.move_today(day)
    head = enter("head")
    for key, there, gone in (("held", "Robin", "Jule"), ("no_meeting", "Jule", "Robin")):
        page = head.get(f"{PAGE}lines/?whose=all&question={key}")
        assert there in page.main and gone not in page.main
    change(world, Child, world.child_id, left_care_on=date(2024, 12, 20))
    assert asked(world, "held", day) == []


def test_what_is_with_its_writers_ahead_of_its_term_is_counted_too(world: World) -> None:
    world.launch(date(2024, 12, 13), "spring")
    ahead = world.session.scalars(sa.select(Pep).where(Pep.child_id == world.child_id).order_by(Pep.id.desc())).first()
    assert ahead is not None
    change(world, Pep, ahead.id, status=PepStatus.IN_PROGRESS)
    assert [each.pep_id for each in asked(world, "no_meeting", date(2024, 12, 16))] == [ahead.id]


@pytest.mark.parametrize(("meeting", "is_held"), [(date(2024, 11, 17), True), (TODAY, False)])
def test_held_and_not_written(world: World, meeting: date, *, is_held: bool) -> None:
    change(world, Pep, world.pep_of().id, meeting_at=at(meeting))
    found = [each for each in asked(world, "held") if each.child_id == world.child_id]
    assert [(each.days, each.words) for each in found] == (
        [(1, "Meeting held on 17 Nov 2024. Held, both to sign")] if is_held else [])


def test_who_owes_it_is_told(world: World, enter: Any) -> None:
    change(world, Person, world.worker.person_id or 0, phone="01632 960123")
    sections.sign_part(world.session, world.pep_of().id, Part.EDUCATION, actor=world.act(world.teacher), today=TODAY, now=NOW)
    world.session.commit()
    page = enter("head").get(f"{PAGE}lines/?question=held")
    line = page.tree.xpath("//main//tr[contains(., 'Robin')]")[0].text_content()
    assert "Waits for social care" in line and "Sara Sozial" in line and "01632 960123" in line and "Tess" not in line


@pytest.mark.parametrize(("day", "expected"), [
    (date(2024, 10, 19), []),  # Saturday: next week ends on 27 Oct, and 28 Oct lies beyond
    (date(2024, 10, 21), [(7, "Sent to its writers by 28 Oct 2024")]),  # Monday: next week ends on 3 Nov
    (date(2024, 10, 28), [(0, "Sent to its writers by 28 Oct 2024")]),
    (date(2024, 10, 29), []),  # gone by: that is late
    (date(2024, 11, 3), []),  # Sunday: next week ends on 10 Nov
    (date(2024, 11, 11), [(7, "Signed and sent by 18 Nov 2024")]), (date(2024, 11, 18), [(0, "Signed and sent by 18 Nov 2024")]),
    (date(2024, 11, 19), []),
])
def test_first_peps_that_run_out(world: World, day: date, expected: list[tuple[int, str]]) -> None:
    """In care since 14 Oct 2024: ten working days end on 28 Oct, twenty school days on 18 Nov 2024 (HB-1.2, HB-1.3)."""
    new_child(world, date(2024, 10, 14))
    assert [(each.days, each.words) for each in asked(world, "first_peps", day)] == expected


def test_what_is_done_runs_out_no_more(world: World) -> None:
    new = new_child(world, date(2024, 10, 14))
    day = date(2024, 10, 21)
    pep = peps.initiate_pep(world.session, world.session.get_one(Child, new), world.autumn, kind=world.pep_of().kind, reason="",
                            actor=world.act(world.officer), today=day, now=at(day))
    assert [each.pep_id for each in asked(world, "first_peps", day)] == [pep.id]
    delegation.delegate_peps(world.session, [pep.id], actor=world.act(world.officer), now=at(day), run="r")
    assert asked(world, "first_peps", day) == []


def test_late_because_of_us(world: World) -> None:
    """Nobody opened one in ten working days, though we were told on the first: ours from 29 Oct. A written PEP that its writers
    have not signed by 29 Nov is not."""
    new = new_child(world, date(2024, 10, 14))
    assert asked(world, "late_ours", date(2024, 10, 28)) == []
    [found] = asked(world, "late_ours", date(2024, 10, 29))
    assert (found.child_id, found.pep_id, found.days) == (new, None, 1)
    assert "It waited with the Virtual School" in found.words
    assert [each.child_id for each in asked(world, "late_ours", date(2024, 12, 2))] == [new]
    change(world, Child, new, notified_on=date(2024, 10, 29))
    assert asked(world, "late_ours", date(2024, 10, 29)) == [], "social care told us too late"


def test_a_pep_that_was_not_handed_out_is_late_because_of_us(world: World) -> None:
    """Sent to nobody by its day, 29 Nov 2024: late with us on 30 Nov."""
    peps.withdraw_pep(world.session, world.pep_of().id, reason="Opened by mistake", actor=world.act(world.officer), now=NOW)
    pep = peps.initiate_pep(world.session, world.session.get_one(Child, world.child_id), world.autumn, kind=PepKind.TERMLY,
                            reason="", actor=world.act(world.officer), today=TODAY, now=NOW)
    assert asked(world, "late_ours", date(2024, 11, 29)) == []
    assert [(each.pep_id, each.days) for each in asked(world, "late_ours", date(2024, 11, 30))] == [(pep.id, 1)]


def test_what_waits_to_be_graded_and_what_was_sent_back(world: World) -> None:
    pep = world.sent_pep()
    assert [(each.pep_id, each.days) for each in asked(world, "with_vs", date(2024, 11, 22))] == [(pep.id, 4)]
    assert asked(world, "sent_back") == []
    reviews.grade_pep(world.session, pep.id, accepting(Grade.RED, decision=reviews.Decision.RETURN), actor=world.act(world.officer),
                      today=TODAY, now=NOW)
    assert asked(world, "with_vs") == []
    found = asked(world, "sent_back", date(2024, 11, 25))
    assert [(each.pep_id, each.days, each.words) for each in found] == [(pep.id, 7, "Sent back on 18 Nov 2024")]


# --- children ----------------------------------------------------------------------------------------------------------


def test_no_school(world: World) -> None:
    assert asked(world, "no_school") == []
    roll.change_school(world.session, world.session.get_one(Child, world.child_id), school_id=None, on=date(2024, 11, 11),
                       reason=LeavingReason.OTHER, actor=world.act(world.officer), today=TODAY, now=NOW)
    assert [(each.child_id, each.days, each.words) for each in asked(world, "no_school")] == [
        (world.child_id, 7, "No school since 11 Nov 2024")]
    new = new_child(world, date(2024, 11, 14), school_id=None)
    assert [(each.child_id, each.days) for each in asked(world, "no_school")] == [(world.child_id, 7), (new, 4)]
    change(world, Child, new, date_of_birth=date(2005, 3, 1))
    assert [each.child_id for each in asked(world, "no_school")] == [world.child_id], "nineteen is no age for a PEP"


@pytest.mark.parametrize(("answers", "expected"), [
    ({"part_time": True}, [(None, "Reduced timetable, with no end on record")]),
    ({"part_time": True, "part_time_plan": [{"id": "1", "reason": "Settling", "began_on": "2024-11-04"}]},
     [(14, "Reduced timetable since 04 Nov 2024, with no end on record")]),
    ({"part_time": True, "part_time_plan": [{"id": "1", "reason": "x", "began_on": "2024-11-04", "ends_on": "2024-12-06"}]},
     [(14, "Reduced timetable since 04 Nov 2024, until 06 Dec 2024")]),
    ({"part_time": False}, []),
])
def test_part_time(world: World, answers: dict[str, Any], expected: list[tuple[int | None, str]]) -> None:
    world.act(SYSTEM)
    part = world.session.scalars(sa.select(EducationSection).where(EducationSection.pep_id == world.pep_of().id)).one()
    part.answers = {**part.answers, **answers}
    assert [(each.days, each.words) for each in asked(world, "no_school")] == expected


def tell(world: World) -> Any:
    told = exclusions.Telling(ExclusionConcern.RISK, TODAY, "A fight at lunch", "A key adult")
    return exclusions.tell_exclusion_risk(world.session, world.child_id, told, actor=world.act(world.teacher), today=TODAY)


def test_at_risk_and_did_we_ring(world: World) -> None:
    alert = tell(world)
    day = date(2024, 11, 20)
    [found] = asked(world, "suspended", day)
    assert found.days == 2 and found.words.endswith("no advice yet. Not rung yet")
    exclusions.advise(world.session, alert.id, advice="Ring the head", advised_on=TODAY, actor=world.act(world.officer),
                      today=TODAY)
    assert asked(world, "suspended", day)[0].words.endswith("advised on 18 Nov 2024. Advice is on record")
    exclusions.close_alert(world.session, alert.id, outcome="Settled", actor=world.act(world.officer), today=TODAY)
    assert asked(world, "suspended", day) == []


def test_a_call_about_a_pep_of_the_child_counts_as_rung(world: World) -> None:
    tell(world)
    for spoke_on, words in ((date(2024, 11, 17), "Not rung yet"), (TODAY, "Rung on 18 Nov 2024")):
        calls.note_call(world.session, world.teacher.person_id or 0, words="We talked", spoke_on=spoke_on, pep_id=world.pep_of().id,
                        actor=world.act(world.officer), today=TODAY)
        assert asked(world, "suspended")[0].words.endswith(words)


@pytest.mark.parametrize(("started", "ended", "counts"), [
    (TODAY, TODAY, True), (date(2024, 11, 11), date(2024, 11, 17), False), (date(2024, 11, 11), None, True),
    (date(2024, 11, 19), None, False),
])
def test_suspended_today(world: World, started: date, ended: date | None, *, counts: bool) -> None:
    world.act(SYSTEM)
    world.session.add(Suspension(child_id=world.child_id, school_id=world.school_id, kind=SuspensionKind.SUSPENSION,
                                 started_on=started, ended_on=ended))
    assert [each.child_id for each in asked(world, "suspended")] == ([world.child_id] if counts else [])


def test_an_exclusion_without_an_end_is_over_with_another_school(world: World) -> None:
    world.act(SYSTEM)
    world.session.add(Suspension(child_id=world.child_id, school_id=world.other_school_id, kind=SuspensionKind.PERMANENT,
                                 started_on=TODAY))
    assert asked(world, "suspended") == []


def test_moved_home_or_school_is_what_waits_for_a_review(world: World) -> None:
    child = world.session.get_one(Child, world.child_id)
    roll.change_placement(world.session, child, kind=PlacementKind.KINSHIP, carer_id=None, on=date(2024, 11, 11),
                          actor=world.act(world.officer), today=TODAY)
    tell(world)
    assert [(each.child_id, each.days, each.kind) for each in asked(world, "moved")] == [(world.child_id, 7, "home")]


def scored(world: World, total: int, on: date) -> None:
    world.act(SYSTEM)
    world.session.execute(sa.delete(SdqScore).where(SdqScore.child_id == world.child_id), execution_options=KEPT)
    world.session.expire_all()
    score = SdqScore(child_id=world.child_id, total=total, completed_on=on, completed_by=SdqBy.CARER)
    save_record(world.session, score, actor=world.act(world.officer), today=TODAY)
    world.act(SYSTEM)
    own = sa.update(Target).where(Target.pep_id == world.pep_of().id)
    world.session.execute(own.values(answers_sdq=False), execution_options=KEPT)


@pytest.mark.parametrize(("total", "on", "words"), [
    (12, date(2023, 10, 28), ""), (12, date(2023, 10, 27), "There is no SDQ score from the last twelve months"),
    (16, date(2024, 10, 1), ""), (17, date(2024, 10, 1), "The SDQ is high: mark a target as answering it"),
])
def test_sdq_missing_or_unanswered(world: World, total: int, on: date, words: str) -> None:
    """The meeting was on 28 Oct 2024: twelve months before it a score may be of 28 Oct 2023."""
    assert asked(world, "sdq") == []
    scored(world, total, on)
    found = asked(world, "sdq")
    assert [each.child_id for each in found] == ([world.child_id] if words else [])
    assert not words or words in found[0].words


def test_a_target_or_the_end_of_the_pep_answers_the_sdq(world: World) -> None:
    scored(world, 21, date(2024, 10, 1))
    assert len(asked(world, "sdq")) == 1
    target = world.target_of(world.pep_of())
    change(world, Target, target.id, answers_sdq=True)
    assert asked(world, "sdq") == []
    change(world, Target, target.id, answers_sdq=False)
    change(world, Pep, world.pep_of().id, status=PepStatus.COMPLETE)
    assert asked(world, "sdq") == []


def test_people_out_of_reach_are_those_of_their_page(world: World, enter: Any) -> None:
    change(world, Person, world.teacher.person_id or 0, email=None)
    [found] = asked(world, "unreached")
    assert (found.person_id, found.days) == (world.teacher.person_id, 11) and found.words.startswith("No e-mail address. 1 PEP")
    world.session.commit()
    head = enter("head")
    page = head.get("/admin/pep/out_of_reach/")
    lines = head.get(f"{PAGE}lines/?question=unreached")
    shown = [len(each.tree.xpath("//main//tbody/tr")) for each in (page, lines)]
    assert shown[0] == shown[1] == 1


# --- money and meetings ------------------------------------------------------------------------------------------------


def test_money_that_can_go_and_what_is_held(world: World) -> None:
    assert asked(world, "money") == []
    world.graded_pep()
    [found] = asked(world, "money", date(2024, 11, 20))
    assert (found.words, found.days) == ("£550.00 for Alder School: can be released", 2)
    change(world, Child, world.child_id, left_care_on=TODAY)
    assert "The child has left care. The money waits" in asked(world, "money")[0].words
    change(world, Child, world.child_id, left_care_on=None)
    [request] = world.requests_of(world.pep_of())
    payments.release_requests(world.session, [request.id], actor=world.act(world.finance), today=TODAY, now=NOW)
    assert asked(world, "money") == []


def test_money_of_a_pep_that_is_not_satisfactory_is_held(world: World) -> None:
    world.graded_pep(Grade.AMBER)
    [found] = asked(world, "money")
    assert "The PEP is Amber, which is not satisfactory" in found.words and found.days is None


@pytest.mark.parametrize(("day", "owes"), [(date(2025, 2, 10), False), (date(2025, 2, 11), True)])
def test_schools_that_owe_the_effect(world: World, day: date, *, owes: bool) -> None:
    """The hours end on 10 Feb 2025."""
    pep = world.graded_pep()
    [request] = world.requests_of(pep)
    payments.release_requests(world.session, [request.id], actor=world.act(world.finance), today=TODAY, now=NOW)
    found = asked(world, "impact", day)
    assert [(each.school_id, each.days, each.words) for each in found] == (
        [(world.school_id, 1, "The effect of 1 payment is not written down")] if owes else [])


@pytest.mark.parametrize(("pence", "owes"), [(1, True), (0, False)])
def test_schools_that_have_money_left(world: World, pence: int, *, owes: bool) -> None:
    pep = world.graded_pep()
    [request] = world.requests_of(pep)
    payments.release_requests(world.session, [request.id], actor=world.act(world.finance), today=TODAY, now=NOW)
    world.act(SYSTEM)
    world.session.add(FundingEffect(pep_id=world.pep_of(world.other_child_id).id, request_id=request.id,
                                    given=MoneyGiven.AS_AGREED, spent_pence=550_00 - pence, unspent_pence=pence,
                                    what_changed="He reads", measure_now="20 of 40", next=MoneyNext.STOP))
    assert [each.words for each in asked(world, "impact", date(2025, 3, 1))] == (["£0.01 is left over"] if owes else [])


@pytest.mark.parametrize(("on", "counts"), [
    (TODAY, True), (date(2024, 12, 2), True), (date(2024, 12, 3), False), (date(2024, 11, 17), False)])
def test_meetings_of_the_next_fortnight(world: World, on: date, *, counts: bool) -> None:
    invite(world, "Ole  amt")
    change(world, Pep, world.pep_of().id, meeting_at=at(on))
    found = asked(world, "attending")
    assert [(each.child_id, each.officers) for each in found] == (
        [(world.child_id, frozenset({world.officer.person_id}))] if counts else [])


def invite(
    world: World, name: str, role: AttendeeRole = AttendeeRole.VIRTUAL_SCHOOL, took: Attendance = Attendance.NO_ANSWER
) -> None:
    world.act(SYSTEM)
    world.session.add(Attendee(pep_id=world.pep_of().id, name=name, role=role, took_part=took, position=9))
    world.session.flush()


@pytest.mark.parametrize(("name", "role", "took", "whose"), [
    ("Somebody Else", AttendeeRole.VIRTUAL_SCHOOL, Attendance.NO_ANSWER, "head"),
    ("Ole Amt", AttendeeRole.VIRTUAL_SCHOOL, Attendance.APOLOGIES, None),
    ("Ole Amt", AttendeeRole.PROFESSIONAL, Attendance.NO_ANSWER, None),
])
def test_whose_meeting_it_is(world: World, name: str, role: AttendeeRole, took: Attendance, whose: str | None) -> None:
    change(world, Child, world.child_id, case_officer_id=world.head.person_id)
    change(world, Pep, world.pep_of().id, meeting_at=at(date(2024, 11, 20)))
    invite(world, name, role, took)
    found = asked(world, "attending")
    assert [each.officers for each in found] == ([frozenset({getattr(world, whose).person_id})] if whose else [])


def test_who_is_named_in_the_diary_goes_whoever_is_invited(world: World) -> None:
    """The diary of meetings and this question say the same."""
    change(world, Pep, world.pep_of().id, meeting_at=at(date(2024, 11, 20)))
    assert asked(world, "attending") == []
    meetings.send_officer(world.session, world.pep_of().id, world.head.person_id,
                          seen=meetings.Shown(at(date(2024, 11, 20)), None), actor=world.act(world.officer), today=TODAY, now=NOW)
    assert [each.officers for each in asked(world, "attending")] == [frozenset({world.head.person_id})]
    invite(world, "Ole Amt")
    assert [each.officers for each in asked(world, "attending")] == [frozenset({world.head.person_id})]


# --- the pages ---------------------------------------------------------------------------------------------------------


def full(world: World) -> None:
    """Something for most of the questions: Robin is the officer's, Jule nobody's."""
    change(world, Child, world.child_id, case_officer_id=world.officer.person_id)
    tell(world)
    scored(world, 21, date(2024, 10, 1))
    new_child(world, date(2024, 10, 28))
    change(world, Person, world.other_teacher.person_id or 0, email=None)
    for child_id in (world.child_id, world.other_child_id):
        roll.change_placement(world.session, world.session.get_one(Child, child_id), kind=PlacementKind.KINSHIP, carer_id=None,
                              on=date(2024, 11, 11), actor=world.act(world.officer), today=TODAY)
    world.act(SYSTEM)
    world.session.commit()


def numbers(page: Any) -> dict[str, int]:
    """The title and the number of each card."""
    return {" ".join(card.xpath("string(.//a)").split()): int(card.xpath("string(.//*[@class='card-number'])"))
            for card in page.tree.xpath("//main//ul[@class='cards']/li[contains(@class, 'card')][.//a[contains(@href, '/week/')]]")}


@pytest.mark.parametrize("scope", ["mine", "all"])
def test_every_number_is_the_length_of_its_list(world: World, enter: Any, scope: str) -> None:
    full(world)
    officer = enter("officer")
    page = officer.get(f"{PAGE}?whose={scope}")
    told = numbers(page)
    assert len(told) == len(QUESTIONS) == 15
    for question in QUESTIONS:
        listed = officer.get(f"{PAGE}lines/?question={question.key}&whose={scope}")
        assert listed.status == 200 and listed.heading == question.title
        rows = listed.tree.xpath("//main//table/tbody/tr")
        assert len(rows) == told[question.title], question.key
        assert rows or question.empty in listed.main
    assert sum(told.values()) == (4 if scope == "mine" else 10), told


def test_my_week_opens_with_mine_and_first_what_is_due(world: World, enter: Any) -> None:
    full(world)
    page = enter("officer").get("/admin/")
    mine = numbers(page)
    assert "My week" in page.main and set(mine.values()) == {1} and len(mine) == 4
    config.move_today(date(2024, 11, 25))  # Monday of the deadline's week: 29 Nov is due by Sunday
    page = enter("officer").get("/admin/")
    assert list(numbers(page))[:2] == ["Held and not written", "SDQ missing or unanswered"]
    assert "1 by Sunday" in page.main
    head = enter("head").get("/admin/")
    assert "The week" in head.main and sum(numbers(head).values()) > sum(numbers(page).values())


def test_nothing_of_it_is_told_to_others(world: World, enter: Any) -> None:
    full(world)
    for who in ("teacher", "worker", "finance", "administrator", "auditor"):
        visitor = enter(who)
        assert visitor.get(PAGE).status == 403 and visitor.get(f"{PAGE}lines/?question=held").status == 403, who
        assert "My week" not in visitor.get("/admin/").text, who


def test_strange_addresses(world: World, enter: Any) -> None:
    officer = enter("officer")
    for address in ("lines/", "lines/?question=x", "lines/?question=held&question=sdq"):
        assert officer.get(f"{PAGE}{address}").status == 404, address
    for address in ("lines/?question=held&page=99999999999", "lines/?question=held&page=x&whose=%27", "?whose=x"):
        assert officer.get(f"{PAGE}{address}").status == 200, address


def test_a_list_is_paged_and_one_event(world: World, enter: Any, ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pep_admin.views.week.ON_A_PAGE", 1)
    full(world)
    officer = enter("officer")
    first = officer.get(f"{PAGE}lines/?question=held&whose=all")
    second = first.link("Next")
    assert "1–1 of 2" in first.main and "2–2 of 2" in second.main
    names = [re.search(r"Musterkind\d", page.tree.xpath("string(//main//tbody)")) for page in (first, second)]
    assert {each.group() for each in names if each} == {"Musterkind0", "Musterkind1"}
    events = ask(lambda session: session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "week.lines")).all())
    assert [(each.details["rows"], each.details["question"], each.child_id) for each in events] == [(1, "held", None)] * 2


def sheet(page: Any) -> list[list[str]]:
    """The rows of a file, the headings first."""
    assert page.status == 200 and page.answer.mimetype == "text/csv"
    return list(csv.reader(io.StringIO(page.answer.get_data().decode("utf-8-sig"))))


@pytest.mark.parametrize("scope", ["mine", "all"])
def test_each_list_is_exported_as_its_page_shows_it_and_is_one_event(world: World, enter: Any, ask: Any, scope: str) -> None:
    full(world)
    officer, told = enter("officer"), {}
    for question in QUESTIONS:
        listed = officer.get(f"{PAGE}lines/?question={question.key}&whose={scope}")
        file = listed.link("Export as CSV")
        headings, *rows = sheet(file)
        assert headings == ["Who", "PEP", "Why", question.days, "Due", "To ring", "Officer"], question.key
        shown = [[" ".join(cell.text_content().split()).replace("—", "") for cell in row.xpath("th|td")]
                 for row in listed.tree.xpath("//main//table/tbody/tr")]
        assert [[*row[:4], row[6]] for row in rows] == [[*row[:4], row[5]] for row in shown], question.key
        name = f"attachment; filename=week-{question.key.replace('_', '-')}-2024-11-18.csv"
        assert file.answer.headers["Content-Disposition"] == name
        told[question.key] = len(rows)
    assert sum(told.values()) == (4 if scope == "mine" else 10) and len(told) == 15, told
    events = ask(lambda session: session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "week.export")).all())
    assert {each.details["question"]: each.details["rows"] for each in events} == told
    assert len(events) == 15 and {each.child_id for each in events} == {None}


def test_the_file_says_whom_to_ring_and_by_when(world: World, enter: Any) -> None:
    full(world)
    change(world, Person, world.worker.person_id or 0, phone="+44 161 4960000")
    world.session.commit()
    _, row, _ = sheet(enter("head").get(f"{PAGE}export/csv/?question=held&whose=all"))
    assert row[0] == "Robin Musterkind0" and row[3:5] == ["21", "29 Nov 2024"]
    assert "Sara Sozial +44 161 4960000" in row[5] and "Part 2" in row[5] and row[6] == "Ole Amt"


def test_no_cell_is_a_formula_and_a_long_list_says_so(world: World, enter: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    full(world)
    change(world, Child, world.child_id, first_name='=HYPERLINK("http://evil")', known_as=None)
    change(world, Person, world.officer.person_id or 0, first_name="@SUM(A1)")
    world.session.commit()
    officer = enter("officer")
    [_, row] = sheet(officer.get(f"{PAGE}export/csv/?question=suspended&whose=mine"))
    assert row[0].startswith("'=HYPERLINK") and row[6].startswith("'@SUM")
    monkeypatch.setattr("pep_admin.views.week.MOST_EXPORTED", 1)
    rows = sheet(officer.get(f"{PAGE}export/csv/?question=held&whose=all"))
    assert len(rows) == 3 and rows[2] == ["Only the first 1 of 2 rows are here. Filter the list for the rest."]


def test_a_file_is_for_whoever_may_export_and_a_strange_address_is_none(world: World, enter: Any) -> None:
    for who in ("teacher", "worker", "finance", "administrator", "auditor"):
        assert enter(who).get(f"{PAGE}export/csv/?question=held").status == 403, who
    for query in ("", "?question=x", "?question=held&question=sdq"):
        assert enter("officer").get(f"{PAGE}export/csv/{query}").status == 404, query


def test_each_line_leads_on(world: World, enter: Any) -> None:
    full(world)
    head = enter("head")
    for key, text in (("moved", "Settle… Robin Musterkind0"), ("suspended", "Alert Robin Musterkind0"),
                      ("no_pep", "Open one… Neo Neukind")):
        assert head.get(f"{PAGE}lines/?question={key}").link(text).status == 200, key


def test_tomorrow_the_days_are_one_more(world: World) -> None:
    before, after = (asked(world, "held", TODAY + timedelta(days=more))[0].days for more in (0, 1))
    assert (before, after) == (21, 22), "28 Oct to 18 Nov"


def test_both_databases_answer_alike(both_databases: str, open_session: Any) -> None:
    session = open_session(both_databases)
    world = build_world(session)
    world.launch()
    full(world)
    part = session.scalars(sa.select(EducationSection).where(EducationSection.pep_id == world.pep_of().id)).one()
    part.answers = {"part_time": True}
    saved.keep_question(session, SavedList.PEPS, {"stage": "late"}, name="Late", shared=True, actor=world.act(world.head))
    found = {question.key: len(asked(world, question.key)) for question in QUESTIONS}
    assert {key: count for key, count in found.items() if count} == {
        "first_peps": 1, "suspended": 1, "late_ours": 1, "no_pep": 1, "moved": 2, "no_school": 1, "sdq": 2, "unreached": 1}
    world.act(world.officer)
    assert [each.name for each in saved_questions(session)] == ["Late"]
