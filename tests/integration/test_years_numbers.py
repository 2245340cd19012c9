"""Each number of an academic year, changed by the head, moves a verdict; a PEP goes by its own term's year.

Every verdict is asked for through a verb or a page; what it is before and after is worked out by hand, in the comment beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from pep_admin import queries
from pep_admin.exceptions import NotAllowed, Refused
from pep_admin.meeting_words import AttendingReason
from pep_admin.models import AcademicYear, Child, Inspection, Pep, RecordChange, School
from pep_admin.permissions import SYSTEM
from pep_admin.policy import NUMBERS, USUAL, YearNumbers, numbers_of
from pep_admin.queries.meetings import too_many
from pep_admin.school_words import CardGrade, CardRule, GradedRule, InspectionRegime, OfstedGrade
from pep_admin.vocabulary import Grade, LeavingReason, LegalStatus, PepKind, PersonKind, PlacementKind, SenStatus, TermName
from pep_admin.workflow import calendars, chasing, meetings, payments, ppg, reviews, roll, years
from pep_admin.workflow import peps as pep_verbs
from pep_admin.workflow.inspections import save_inspection
from pep_admin.workflow.readiness import readiness
from pep_admin.year_words import FirstGroup, LastDay, SatisfactoryGrades
from tests.world import NOW, TODAY, World, accepting, child, person

pytestmark = pytest.mark.slow  # the quick suite stays under a minute
Verdict = Callable[[World], Any]


def reminded(day: date) -> Callable[[World], Verdict]:
    """By which steps word would go out on that day of PEPs that were with their writers since September."""

    def begin(world: World) -> Verdict:
        for pep in world.session.scalars(select(Pep)):
            pep.delegated_at = datetime(2024, 9, 16, 9, tzinfo=UTC)
        head = person(world.session, "Hedda", "Rektor", PersonKind.HEADTEACHER)
        world.session.get_one(School, world.school_id).headteacher = head
        world.session.flush()

        def verdict(world: World) -> set[str]:
            world.act(SYSTEM)
            done = chasing.send_reminders(world.session, actor=SYSTEM, today=day, now=NOW, dry_run=True)
            return {step for letter in done.letters for _, step in letter.lines}

        return verdict

    return begin


def change(world: World, year: str = "2024-25", **numbers: Any) -> calendars.Recount:
    """As the head saves the year's form."""
    world.act(world.head)
    row = world.session.scalars(select(AcademicYear).where(AcademicYear.name == year)).one()
    with world.session.no_autoflush:
        for name, value in numbers.items():
            setattr(row, name, value)
        done = years.save_year(world.session, row, actor=world.head, today=TODAY)
    world.session.expire_all()
    world.act(SYSTEM)
    return done


def take_in(world: World, born: date, entered: date, *, at_school: bool = True) -> int:
    """Another child, in care since that day."""
    facts = {"first_name": "Kim", "last_name": "Neu", "date_of_birth": born, "lcs_id": "T-new", "entered_care_on": entered,
             "notified_on": entered, "legal_status": LegalStatus.C2, "sen_status": SenStatus.NONE}
    return roll.take_into_care(
        world.session, actor=world.act(SYSTEM), today=TODAY, facts=facts, school_id=world.school_id if at_school else None,
        social_worker_id=None, carer_id=None, placement_kind=PlacementKind.FOSTER).id


def is_launched(world: World, child_id: int) -> bool:
    return child_id in pep_verbs.launch_term(world.session, world.autumn, actor=world.act(world.officer), today=TODAY, now=NOW,
                                             dry_run=True).children


def refused(world: World, **request: Any) -> list[str]:
    """The rules by which a request under the first child's PEP is refused."""
    pep = world.pep_of()
    try:
        with world.session.begin_nested() as kept:
            ppg.save_request(world.session, pep.id, world.request_values(pep, **request), actor=world.act(world.officer))
            kept.rollback()
    except Refused as problem:
        return [f"{each.code} {'in the academic year' in each.message}" for each in problem.findings]
    return []


def checks(world: World) -> set[str]:
    return {each.check for each in readiness(world.session, world.pep_of(), today=TODAY)}


# --- the verdicts: what is set up, then what is asked before and after ------------------------------------------------------


def a_request_of_550(world: World) -> Verdict:
    world.written_pep(money=False)
    return refused


def a_request_of_a_sixth_former(world: World) -> Verdict:
    world.written_pep(money=False).year_group = "12"
    world.session.flush()
    return lambda world: refused(world, quantity=5, unit_cost_pence=50_00, amount_pence=250_00)


def money_after_green(world: World) -> Verdict:
    """Asked once before and once after the change: grading in a savepoint that is given back."""
    world.sent_pep()

    def status(world: World) -> str:
        with world.session.begin_nested() as kept:
            pep = world.pep_of()
            reviews.grade_pep(world.session, pep.id, accepting(Grade.GREEN), actor=world.act(world.officer), today=TODAY, now=NOW)
            (request,) = world.requests_of(pep)
            found = request.status.value
            kept.rollback()
        world.session.expire_all()
        return found

    return status


def a_new_childs_pep(world: World) -> int:
    """A child of nine who came into care on 14 Oct 2024, with a first PEP."""
    found = take_in(world, date(2015, 3, 1), date(2024, 10, 14))
    world.launch(on=TODAY)
    assert world.pep_of(found).kind is PepKind.INITIAL
    return found


def first_pep_with_writers(world: World) -> Verdict:
    found = a_new_childs_pep(world)
    return lambda world: getattr(calendars.send_by(world.session, world.pep_of(found)), "on", None)


def first_pep_due(world: World) -> Verdict:
    found = a_new_childs_pep(world)
    return lambda world: world.pep_of(found).due_on


def pep_out_of_turn_due(world: World) -> Verdict:
    world.launch()
    pep_verbs.initiate_pep(world.session, child(world.session, world.child_id), world.autumn, kind=PepKind.NEED, reason="Help",
                           actor=world.act(world.officer), today=TODAY, now=NOW)
    return lambda world: world.pep_of().due_on


def two_meetings_of_one_officer(world: World) -> Verdict:
    for child_id, day in ((world.child_id, 25), (world.other_child_id, 29)):
        pep = world.pep_of(child_id)
        pep.meeting_at = datetime(2024, 11, day, 10, tzinfo=UTC)
        meetings.send_officer(world.session, pep.id, world.officer.person_id, seen=meetings.Shown(pep.meeting_at, None),
                              actor=world.act(world.officer), today=TODAY, now=NOW)
    return lambda world: too_many(world.session, TODAY)


def launched(born: date, *, at_school: bool) -> Callable[[World], Verdict]:
    def begin(world: World) -> Verdict:
        found = take_in(world, born, date(2024, 11, 4), at_school=at_school)
        return lambda world: is_launched(world, found)

    return begin


def written(section: str = "", who: str = "worker", check: str = "", **answers: Any) -> Callable[[World], Verdict]:
    """A written PEP of a child of 13, with those answers, and whether the check has something to say."""

    def begin(world: World) -> Verdict:
        pep = world.written_pep(money=False)
        if section:
            world.save(pep, section, getattr(world, who), **answers)
        world.act(SYSTEM)
        return lambda world: check in checks(world)

    return begin


def with_an_ehcp(review_on: date) -> Callable[[World], Verdict]:
    """The same of a child with an EHCP that is reviewed on that day: whether no PEP is held with it (HB-3.4)."""

    def begin(world: World) -> Verdict:
        child = world.session.get_one(Child, world.child_id)
        child.sen_status, child.ehcp_review_on = SenStatus.EHCP, review_on
        world.session.flush()
        return written(check="RD-216")(world)

    return begin


def score(on: date) -> list[dict[str, Any]]:
    return [{"id": None, "total": 12, "completed_on": on, "completed_by": "carer"}]


def a_school_with(regime: InspectionRegime, on: date, **grades: Any) -> Callable[[World], Verdict]:
    def begin(world: World) -> Verdict:
        row = Inspection(school_id=world.school_id, inspected_on=on, regime=regime, **grades)
        save_inspection(world.session, row, actor=world.act(world.officer), today=max(on, TODAY))
        return lambda world: world.session.get_one(School, world.school_id).less_than_good

    return begin


def to_be_met(reason: AttendingReason, begin: Callable[[World], int]) -> Callable[[World], Verdict]:
    """Whether that is today a reason for the Virtual School to meet the child of `begin` (HB-3.10)."""

    def begun(world: World) -> Verdict:
        child_id = begin(world)

        def verdict(world: World) -> bool:
            world.act(world.officer)
            found = {each.facts.child_id: each.why for each in queries.children_to_meet(world.session, TODAY)}
            world.act(SYSTEM)
            return any(why.reason is reason for why in found.get(child_id, ()))

        return verdict

    return begun


def moved_school(world: World) -> int:
    roll.change_school(world.session, world.session.get_one(Child, world.child_id), school_id=world.other_school_id,
                       on=date(2024, 10, 14), reason=LeavingReason.OTHER, actor=world.act(world.officer), today=TODAY, now=NOW)
    return world.child_id


@dataclass(frozen=True)
class Case:
    """A number's new value (with what has to change beside it), a way to a verdict, and what that is before and after."""

    name: str
    value: Any
    begin: Callable[[World], Verdict]
    before: Any
    after: Any
    beside: Any = None


CASES = (
    Case("ppg_term_cap_pence", 500_00, a_request_of_550, [], ["HB-6.1 False"]),
    # £550 within the term's £550, above the year's: a year cannot allow less than a term, so both are lowered.
    Case("ppg_year_cap_pence", 540_00, a_request_of_550, [], ["HB-6.1 False", "HB-6.1 True"], {"ppg_term_cap_pence": 540_00}),
    Case("post16_year_cap_pence", 200_00, a_request_of_a_sixth_former, [], ["HB-6.2 True"]),
    Case("satisfactory_grades", SatisfactoryGrades.GOLD, money_after_green, "approved", "requested"),
    # From Mon 14 Oct, working days: the tenth is Mon 28, the fifth Mon 21 Oct.
    Case("initiate_working_days", 5, first_pep_with_writers, date(2024, 10, 28), date(2024, 10, 21)),
    # School days without half-term (21-25 Oct): the twentieth is Mon 18, the fifteenth Mon 11 Nov.
    Case("complete_school_days", 15, first_pep_due, date(2024, 11, 18), date(2024, 11, 11)),
    # From Mon 18 Nov: the twentieth school day is Mon 16 Dec, the fifth Mon 25 Nov.
    Case("between_school_days", 5, pep_out_of_turn_due, date(2024, 12, 16), date(2024, 11, 25)),
    # Mon 14 Oct being day one, the twentieth is Fri 15 Nov.
    Case("counts_first_day", True, first_pep_due, date(2024, 11, 18), date(2024, 11, 15)),
    # Two at the 31 August: N1. At no setting, so that the year group alone decides.
    Case("first_group", FirstGroup.N2, launched(date(2022, 3, 1), at_school=False), True, False),
    # Two since 10 Oct 2024, so in no year group before September 2025, and at a setting.
    Case("two_in_setting", False, launched(date(2022, 10, 10), at_school=True), True, False),
    # Eighteen since 5 Oct 2024, in Year 13 until August.
    Case("last_day", LastDay.BIRTHDAY, launched(date(2006, 10, 5), at_school=True), True, False),
    # A total of 12 on record, nothing written for school.
    Case("sdq_threshold", 12, written(check="RD-107"), False, True),
    # Thirteen years old at the meeting, no score and no reason.
    Case("sdq_from_age", 14, written("health", check="RD-106", sdq=[]), True, False),
    Case("sdq_to_age", 12, written("health", check="RD-106", sdq=[]), True, False),
    # The meeting was on 28 Oct 2024: a score of 27 Sep is a day too old for one month.
    Case("sdq_valid_months", 1, written("health", check="RD-106", sdq=score(date(2024, 9, 27))), False, True),
    # 75 of 80 sessions are 93.75 per cent; nothing is said of why.
    Case("low_attendance_percent", 93, written("attendance", "teacher", "RD-209", attendance_reasons=""), True, False),
    # Figures up to 24 Oct 2024, the meeting on the 28th.
    Case("figures_stale_days", 3, written(check="RD-208"), False, True),
    # The meeting on 28 Oct 2024, the EHCP's review ten days later.
    Case("ehcp_within_days", 9, with_an_ehcp(date(2024, 11, 7)), False, True),
    Case("graded_rule", GradedRule.TWO,
         a_school_with(InspectionRegime.GRADED, date(2024, 10, 8), quality_of_education=OfstedGrade.GOOD,
                       behaviour=OfstedGrade.REQUIRES_IMPROVEMENT), True, False),
    Case("card_rule", CardRule.URGENT,
         a_school_with(InspectionRegime.CARD, date(2025, 11, 18), card_attendance=CardGrade.ATTENTION), True, False),
    # From 14 Oct to 18 Nov 2024 it is 35 days.
    Case("new_to_roll_days", 34, to_be_met(AttendingReason.NEW, lambda world: take_in(world, date(2014, 1, 1), date(2024, 10, 14))),
         True, False),
    Case("school_move_days", 34, to_be_met(AttendingReason.MOVED, moved_school), True, False),
    # Two meetings in the week of 25 Nov 2024, to both of which one officer goes.
    Case("meetings_a_week", 1, two_meetings_of_one_officer, False, True),
    Case("attend_year_groups", "Year 9", to_be_met(AttendingReason.YEAR_GROUP, lambda world: world.child_id), False, True),
    # Due on 29 Nov 2024: 14 days before is Fri 15 Nov, 7 days before a week later.
    Case("send_reminders", False, reminded(date(2024, 11, 15)), {"before 14"}, set()),
    Case("remind_days_before", "7", reminded(date(2024, 11, 15)), {"before 14"}, set()),
    # One day late is Sat 30 Nov, so Mon 2 Dec; 5 days late are 4 Dec, and 5 days before was not taken yet.
    Case("remind_days_after", "5", reminded(date(2024, 12, 2)), {"after 1"}, {"before 5"}),
    # Ten days late are Mon 9 Dec.
    Case("escalate_after_days", 11, reminded(date(2024, 12, 9)), {"after 7", "escalated"}, {"after 7"}),
)
SHOWN_ONLY = {"grant_per_child_pence"}
"""Caps nothing; it is shown on the year's page, where test_plain_screens.py reads and changes it."""
ELSEWHERE = {"withheld_address_blocks"}
"""Moves the verdict of a whole journey over the pages: test_more_of_the_form.py."""


def test_every_number_has_its_case() -> None:
    assert {each.name for each in CASES} | SHOWN_ONLY | ELSEWHERE == {each.name for each in NUMBERS}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_changed_number_moves_a_verdict(world: World, case: Case) -> None:
    verdict = case.begin(world)
    assert verdict(world) == case.before
    change(world, "2025-26", **{case.name: case.value}, **(case.beside or {}))
    assert verdict(world) == case.before, "a PEP goes by its own term's year"
    change(world, **{case.name: case.value}, **(case.beside or {}))
    assert verdict(world) == case.after


# --- what a change moves, who may make it, what is refused -------------------------------------------------------------------


def test_due_days_that_a_number_moves_are_said_and_kept_in_the_history(world: World, enter: Any, ask: Any) -> None:
    found, year = a_new_childs_pep(world), world.autumn.year_id
    reference = world.pep_of(found).reference
    world.session.commit()
    page = enter("head").get(f"/admin/pep/years/edit/?id={year}").send("complete_school_days", complete_school_days="15")
    assert f"Due days that moved with it: {reference} to 11 Nov 2024." in page.text
    pep = ask(lambda session: session.scalars(select(Pep).where(Pep.child_id == found)).one())
    assert pep.due_rule == "15 school days from Mon 14 Oct 2024, skipping 21 to 25 Oct"
    kept = ask(lambda session: session.scalars(select(RecordChange).where(
        RecordChange.table_name == "pep_pep", RecordChange.row_id == pep.id).order_by(RecordChange.id.desc())).first())
    assert kept.changes["due_on"] == ["2024-11-18", "2024-11-11"]
    assert kept.reason == "The numbers of 2024-25 were changed, so the school days were counted anew."
    assert "Working days to open a new child" in enter("head").get(f"/admin/pep/years/details/?id={year}").main


def test_a_number_of_days_holds_for_peps_that_are_opened_later(world: World) -> None:
    change(world, complete_school_days=15, between_school_days=5)
    assert world.pep_of(a_new_childs_pep(world)).due_on == date(2024, 11, 11)
    assert pep_out_of_turn_due(world)(world) == date(2024, 11, 25)
    change(world, counts_first_day=True)
    pep_verbs.initiate_pep(world.session, child(world.session, world.other_child_id), world.autumn, kind=PepKind.NEED,
                           reason="Help", actor=world.act(world.officer), today=TODAY, now=NOW)
    assert world.pep_of(world.other_child_id).due_on == date(2024, 11, 22)


def test_counting_from_the_day_itself_says_so(world: World) -> None:
    found = a_new_childs_pep(world)
    change(world, counts_first_day=True)
    pep = world.pep_of(found)
    assert (pep.due_on, pep.due_rule) == (
        date(2024, 11, 15), "20 school days from Mon 14 Oct 2024, that day included, skipping 21 to 25 Oct")
    assert calendars.send_by(world.session, pep).on == date(2024, 10, 25)  # type: ignore[union-attr]  # it is there, or the test fails here
    change(world, counts_first_day=False)
    assert world.pep_of(found).due_on == date(2024, 11, 18)


def test_a_number_of_days_that_somebody_wrote_and_a_day_set_by_hand_stay(world: World) -> None:
    found = a_new_childs_pep(world)
    pep = world.pep_of(found)
    pep_verbs.change_pep(world.session, pep.id, {"due_rule": "25 school days from Mon 14 Oct 2024"}, actor=world.act(world.officer))
    change(world, complete_school_days=15)
    # The twenty-fifth school day from Mon 14 Oct 2024 is Mon 25 Nov.
    assert world.pep_of(found).due_on == date(2024, 11, 25)
    pep_verbs.change_pep(world.session, pep.id, {"due_on": date(2024, 12, 3)}, actor=world.act(world.officer))
    change(world, complete_school_days=10)
    assert world.pep_of(found).due_on == date(2024, 12, 3)


def test_money_that_was_approved_waits_when_its_grade_is_no_longer_enough(world: World) -> None:
    change(world, satisfactory_grades=SatisfactoryGrades.AMBER)
    (request,) = world.requests_of(world.graded_pep(Grade.AMBER))
    assert request.status.value == "approved"

    def held(world: World) -> list[str]:
        result = payments.release_requests(world.session, [request.id], actor=world.act(world.finance), today=TODAY, now=NOW,
                                           dry_run=True)
        return [finding.check for _, findings in result.held for finding in findings]

    assert held(world) == []
    change(world, satisfactory_grades=SatisfactoryGrades.GREEN)
    assert held(world) == ["REL-satisfactory"]


def test_a_sent_pep_keeps_its_due_day_and_its_numbers(world: World) -> None:
    change(world, figures_stale_days=3)
    world.sent_pep(money=False)
    before, due_on = checks(world), world.pep_of().due_on
    assert "RD-208" in before
    change(world, figures_stale_days=28, sdq_threshold=5, complete_school_days=5, low_attendance_percent=50)
    assert checks(world) == before
    assert world.pep_of().due_on == due_on


def test_a_deadline_that_moves_takes_the_open_peps_of_its_term_along(world: World, enter: Any, ask: Any) -> None:
    world.launch()
    term, pep, other = world.autumn.id, world.pep_of(), world.pep_of(world.other_child_id)
    assert pep.due_on == other.due_on == date(2024, 11, 29)
    pep_verbs.change_pep(world.session, other.id, {"due_on": date(2024, 12, 3), "due_rule": "Agreed with the school"},
                         actor=world.act(world.officer))
    ids = pep.id, other.id
    world.session.commit()
    page = enter("head").get(f"/admin/pep/terms/edit/?id={term}").send("deadline_on", deadline_on="6 Dec 2024")
    assert f"Due days that moved with it: {pep.reference} to 06 Dec 2024." in page.text
    due = ask(lambda session: dict(session.execute(select(Pep.id, Pep.due_on).where(Pep.id.in_(ids))).all()))
    assert due == {ids[0]: date(2024, 12, 6), ids[1]: date(2024, 12, 3)}


@pytest.mark.parametrize(("name", "wrong", "said"), [
    ("complete_school_days", "0", "at least 1"), ("complete_school_days", "101", "at most 100"),
    ("low_attendance_percent", "101", "at most 100"), ("sdq_threshold", "41", "at most 40"),
    ("sdq_valid_months", "0", "at least 1"), ("sdq_to_age", "3", "not below that"),
])
def test_a_number_that_cannot_be_is_refused_beside_its_field(world: World, enter: Any, name: str, wrong: str, said: str) -> None:
    year = world.autumn.year_id
    world.session.rollback()
    page = enter("head").get(f"/admin/pep/years/edit/?id={year}").send(name, **{name: wrong})
    assert page.status == 422
    (error,) = page.tree.xpath(f"//*[@id='{name}-error']")
    assert said in error.text_content()
    assert len(error.xpath(".//a[@class='rule-inline' and @target='_blank' and @rel='noopener']")) == 1


def test_only_the_head_changes_a_years_numbers(world: World) -> None:
    row = world.autumn.year
    for who in (world.officer, world.finance, world.auditor, world.teacher, world.worker, world.administrator):
        with pytest.raises(NotAllowed):
            years.save_year(world.session, row, actor=world.act(who), today=TODAY)
        with pytest.raises(NotAllowed):
            years.copy_year(world.session, row, {}, actor=world.act(who), today=TODAY)


def test_a_year_that_is_typed_in_begins_with_the_usual_numbers(world: World, enter: Any, ask: Any) -> None:
    world.session.rollback()
    page = enter("head").get("/admin/pep/years/new/").send(
        "sdq_threshold", name="2026-27", starts_on="1 Sep 2026", ends_on="31 Aug 2027", figures_stale_days="14")
    assert "2026-27 was added." in page.text
    made = ask(lambda session: numbers_of(
        YearNumbers, session.scalars(select(AcademicYear).where(AcademicYear.name == "2026-27")).one()))
    assert made == replace(USUAL, figures_stale_days=14)


# --- the next year -----------------------------------------------------------------------------------------------------------


def last_year_page(world: World, enter: Any, ask: Any) -> Any:
    year = ask(lambda session: session.scalar(select(AcademicYear.id).where(AcademicYear.name == "2025-26")))
    return enter("head").get(f"/admin/pep/years/details/?id={year}")


def test_the_next_year_is_made_from_this_one_and_can_be_launched(world: World, enter: Any, ask: Any) -> None:
    world.session.commit()
    change(world, "2025-26", sdq_threshold=15, satisfactory_grades=SatisfactoryGrades.AMBER)
    world.session.commit()
    page = last_year_page(world, enter, ask).link("Make 2026-27 from this year…")
    shown = {each.get("name"): each.get("value") for each in page.form("autumn_starts_on").xpath(".//input[@type='text']")}
    # 52 weeks on keeps the weekday. Mon 1 Sep 2025 would become Mon 31 Aug 2026, a day before the year: its first day instead.
    assert shown["autumn_starts_on"] == "01 Sep 2026" and shown["autumn_deadline_on"] == "27 Nov 2026"
    assert (shown["spring_half_term_from"], shown["spring_half_term_to"]) == ("15 Feb 2027", "19 Feb 2027")
    assert shown["summer_ends_on"] == "19 Jul 2027" and len(shown) == 15
    assert ask(lambda session: session.scalar(select(AcademicYear.id).where(AcademicYear.name == "2026-27"))) is None
    made = page.send("autumn_starts_on", summer_ends_on="21 Jul 2027")
    assert made.heading == "2026-27" and "2026-27 was made, with the numbers of 2025-26." in made.text
    row = ask(lambda session: session.scalars(select(AcademicYear).where(AcademicYear.name == "2026-27")).one().id)

    def stored(session: Any) -> Any:
        year = session.get_one(AcademicYear, row)
        return (numbers_of(YearNumbers, year), year.starts_on, year.ends_on,
                {term.name: (term.starts_on, term.ends_on, term.deadline_on, term.dates_to_check) for term in year.terms})

    numbers, first, last, terms = ask(stored)
    assert (numbers.sdq_threshold, numbers.satisfactory_grades) == (15, SatisfactoryGrades.AMBER)
    assert (first, last) == (date(2026, 9, 1), date(2027, 8, 31))
    assert terms[TermName.AUTUMN] == (date(2026, 9, 1), date(2026, 12, 18), date(2026, 11, 27), True)
    assert terms[TermName.SUMMER][1:] == (date(2027, 7, 21), date(2027, 6, 4), False), "its dates were changed by hand"
    launched = pep_verbs.launch_term(world.session, world.term("autumn", "2026-27"), actor=world.act(world.officer),
                                     today=date(2026, 9, 7), now=NOW, dry_run=True)
    assert launched.children == (world.child_id, world.other_child_id)


def test_a_year_that_is_on_record_is_not_made_again(world: World, enter: Any, ask: Any) -> None:
    year = world.autumn.year_id
    world.session.rollback()
    page = enter("head").get(f"/admin/pep/years/details/?id={year}")
    assert "Make 2025-26" not in page.main, "it is there"
    page = enter("head").get(f"/admin/pep/years/next/?id={year}")
    assert page.status == 200 and "2025-26 is on record already. Change it on its own page. DATA-unique" in page.main
    assert page.tree.xpath("//main//form") == []
    with pytest.raises(Refused, match="on record already"):
        years.copy_year(world.session, world.autumn.year, {}, actor=world.act(world.head), today=TODAY)


@pytest.mark.parametrize(("field", "typed", "said"), [
    ("autumn_starts_on", "31 Aug 2026", "lies outside 2026-27"),
    ("autumn_ends_on", "", "Enter the last day."),
    ("spring_starts_on", "1 Dec 2026", "Spring cannot begin on 01 Dec 2026: Autumn ends on 18 Dec 2026."),
    ("spring_deadline_on", "nonsense", "Enter a date like 01 Sep 2024."),
    ("summer_half_term_to", "", "Enter both days of the half-term, or neither."),
])
def test_dates_that_cannot_be_are_said_beside_their_field_and_nothing_is_stored(
    world: World, enter: Any, ask: Any, field: str, typed: str, said: str
) -> None:
    world.session.commit()
    page = last_year_page(world, enter, ask).link("Make 2026-27 from this year…").send("autumn_starts_on", **{field: typed})
    assert page.status == 422
    assert said in page.tree.xpath(f"string(//*[@id='{field}-error'])")
    (box,) = page.tree.xpath(f"//input[@name='{field}']")
    assert box.get("value") == typed, "what was typed stays"
    assert ask(lambda session: session.scalar(select(AcademicYear.id).where(AcademicYear.name == "2026-27"))) is None


def test_terms_that_nobody_has_checked_say_so_until_somebody_has(world: World, enter: Any, ask: Any) -> None:
    world.session.commit()
    page = last_year_page(world, enter, ask)
    assert page.main.count("To be checked") == 3
    autumn = page.link("Autumn 2025-26")
    launch = autumn.link("Launch this term…")
    assert "still to be checked" in launch.main
    form = autumn.link("Change").form("dates_to_check")
    saved = autumn.visitor.post(f"/admin/pep/terms/edit/?id={autumn.url.rpartition('=')[2]}",
                                [pair for pair in form.form_values() if pair[0] != "dates_to_check"])
    assert saved.status == 200 and "still to be checked" not in saved.link("Launch this term…").main
    assert last_year_page(world, enter, ask).main.count("To be checked") == 2
