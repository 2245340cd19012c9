"""Inspections on screen: by regime, judged under the year's rule, and what a school's page says of it (HB-3.10)."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from pep_admin import queries
from pep_admin.models import Inspection, RecordChange, School
from pep_admin.school_words import CardGrade, CardRule, GradedRule, InspectionCategory, InspectionRegime, OfstedGrade
from pep_admin.validators.inspections import AREAS, LessThanGoodRule, judge
from tests.world import World

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

SCHOOLS, INSPECTIONS = "/admin/pep/schools/", "/admin/pep/inspections/"


def add(enter: Any, world: World, on: str, regime: str = "", **typed: str) -> Any:
    page = enter("officer").get(f"{SCHOOLS}details/?id={world.school_id}").link("Add an inspection")
    fields = {each.get("name") for each in page.tree.xpath("//main//form//*[@name]")}
    assert fields == {"school", "on", "regime"}
    second = enter("officer").get(f"{INSPECTIONS}add/?school={world.school_id}&on={on.replace(' ', '+')}&regime={regime}")
    return second.send("published_on", **typed) if second.status == 200 and typed else second


def is_less(ask: Any, world: World) -> bool:
    found: bool = ask(lambda session: session.scalar(sa.select(School.less_than_good).where(School.id == world.school_id)))
    return found


def school_says(enter: Any, world: World) -> str:
    page = enter("officer").get(f"{SCHOOLS}details/?id={world.school_id}")
    found: str = " ".join(page.tree.xpath("string(//dt[.='Judged less than good']/following-sibling::dd)").split())
    return found


def test_the_latest_inspection_says_whether_a_school_is_less_than_good(world: World, enter: Any, ask: Any) -> None:
    assert school_says(enter, world) == "Not judged: no inspection on record"
    page = add(enter, world, "12 Mar 2024", overall="3", published_on="18 Apr 2024")
    assert page.heading == "Inspection of 12 Mar 2024"
    assert is_less(ask, world) is True
    assert school_says(enter, world) == "Less than good: requires improvement, 12 Mar 2024, rule 2024-25"
    add(enter, world, "5 May 2021", overall="4")
    assert is_less(ask, world) is True, "an older one changes nothing"
    add(enter, world, "8 Oct 2024", quality_of_education="2", leadership="2")
    assert is_less(ask, world) is False
    assert school_says(enter, world) == "Good or better: no area below the line of the rule, 08 Oct 2024, rule 2024-25"


def test_each_regime_asks_for_its_own_grades(world: World, enter: Any) -> None:
    def asked(page: Any) -> set[str]:
        return {each.get("name") for each in page.form("published_on").xpath(".//select")} - {"safeguarding_met", "category"}

    assert asked(add(enter, world, "12 Mar 2024")) == set(AREAS[InspectionRegime.OVERALL])
    assert asked(add(enter, world, "2 Sep 2024")) == set(AREAS[InspectionRegime.GRADED])
    assert asked(add(enter, world, "8 Oct 2024", "overall")) == set(AREAS[InspectionRegime.OVERALL]), "an independent school"
    assert asked(add(enter, world, "8 Oct 2024", "card")) == set(AREAS[InspectionRegime.CARD])


def test_what_is_wrong_with_an_inspection_is_said_beside_its_field(world: World, enter: Any, ask: Any) -> None:
    officer, path = enter("officer"), f"{INSPECTIONS}add/?school={world.school_id}"
    assert "is not in the calendar" in officer.get(f"{path}&on=31+Feb+2024").main
    assert officer.get(f"{path}&on=").status == 422
    assert officer.get(f"{path}&on=12+Mar+2024&regime=odd").status == 422
    page = add(enter, world, "12 Mar 2024", leadership="2")
    assert page.status == 422 and "Choose the overall grade" in page.main
    page = add(enter, world, "12 Mar 2024", overall="2", published_on="11 Mar 2024")
    assert page.status == 422 and "cannot be published before the inspection" in page.main
    page = add(enter, world, "19 Nov 2024", leadership="2")
    assert page.status == 422 and "still to come" in page.main
    assert ask(lambda session: session.scalar(sa.select(sa.func.count(Inspection.id)))) == 0
    add(enter, world, "12 Mar 2024", overall="2")
    page = add(enter, world, "12 Mar 2024", overall="3")
    assert page.status == 422 and "An inspection of that day is on record" in page.main
    page = add(enter, world, "11 Mar 2024", overall="2", category="special_measures")
    assert page.status == 200 and "Please check: A school is put into a category" in page.main


def test_the_years_rule_is_the_heads_and_judges_every_school_anew(world: World, enter: Any, ask: Any) -> None:
    add(enter, world, "8 Oct 2024", quality_of_education="2", behaviour="3", leadership="2")
    assert is_less(ask, world) is True
    year = ask(lambda session: session.scalar(sa.text("SELECT id FROM pep_academic_year WHERE name = '2024-25'")))
    enter("head").get(f"/admin/pep/years/edit/?id={year}").send("graded_rule", graded_rule="two")
    assert is_less(ask, world) is False
    assert school_says(enter, world) == (
        "Good or better: only behaviour and attitudes requires improvement, 08 Oct 2024, rule 2024-25")
    assert enter("officer").get(f"/admin/pep/years/edit/?id={year}").status == 403


def test_what_is_said_by_hand_needs_its_reason_and_holds(world: World, enter: Any, ask: Any) -> None:
    add(enter, world, "12 Mar 2024", overall="2")
    form = enter("officer").get(f"{SCHOOLS}edit/?id={world.school_id}")
    page = form.send("urn", less_than_good_by_hand="yes")
    assert page.status == 422 and "Say why this is said by hand" in page.main and is_less(ask, world) is False
    form.send("urn", less_than_good_by_hand="yes", less_than_good_reason="Monitoring visit in May")
    assert is_less(ask, world) is True
    assert school_says(enter, world) == (
        "Less than good, by hand: Monitoring visit in May (the latest inspection: good or better: good, 12 Mar 2024, rule 2024-25)")
    add(enter, world, "8 Oct 2024", quality_of_education="2")
    assert is_less(ask, world) is True, "it holds until it is taken back"
    enter("officer").get(f"{SCHOOLS}edit/?id={world.school_id}").send("urn", less_than_good_by_hand="", less_than_good_reason="")
    assert is_less(ask, world) is False


def test_an_inspection_is_changed_and_removed_and_the_school_judged_anew(world: World, enter: Any, ask: Any) -> None:
    add(enter, world, "12 Mar 2024", overall="2")
    found, officer = ask(lambda session: session.scalars(sa.select(Inspection.id)).one()), enter("officer")
    officer.get(f"{INSPECTIONS}edit/?id={found}").send("overall", overall="4")
    assert is_less(ask, world) is True
    page = officer.get(f"{INSPECTIONS}remove/?id={found}").send("reason", reason="Another school's")
    assert "was removed" in page.main and is_less(ask, world) is False
    told = ask(lambda session: session.scalars(sa.select(RecordChange.reason).where(
        RecordChange.table_name == "pep_inspection", RecordChange.verb == "delete")).one())
    assert told == "Another school's"


def test_the_list_is_narrowed_by_judgement_regime_and_age(world: World, enter: Any) -> None:
    """Today is 18 Nov 2024: an inspection of 17 Nov 2019 is older than five years, one of the day after is not."""
    for on, grade in (("17 Nov 2019", "3"), ("18 Nov 2019", "2"), ("12 Mar 2024", "2")):
        add(enter, world, on, overall=grade)
    add(enter, world, "8 Oct 2024", leadership="4", category="special_measures")
    auditor = enter("auditor")

    def days(asked: str) -> list[str]:
        return [text.strip() for text in auditor.get(f"{INSPECTIONS}?{asked}").tree.xpath("//tbody//th//text()") if text.strip()]

    assert days("flt0_judged=less") == ["08 Oct 2024", "17 Nov 2019"]
    assert days("flt0_judged=good") == ["12 Mar 2024", "18 Nov 2019"]
    assert days("flt1_regime=graded") == ["08 Oct 2024"]
    assert days("flt2_age=old") == ["17 Nov 2019"]
    assert days("flt2_age=new") == ["08 Oct 2024", "12 Mar 2024", "18 Nov 2019"]
    assert days("flt3_which=latest") == ["08 Oct 2024"]
    assert days("search=birch") == []
    sheet = enter("officer").get(f"{INSPECTIONS}export/csv/").text
    assert "Less than good: special measures, leadership and management inadequate, 08 Oct 2024, rule 2024-25" in sheet


# --- one rule, asked of a row and of the database -------------------------------------------------------------------------

RULES = [LessThanGoodRule("2024-25", graded, card) for graded, card in itertools.zip_longest(GradedRule, CardRule,
                                                                                             fillvalue=GradedRule.ANY)]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.graded}-{rule.card}")
def test_the_list_finds_exactly_what_the_rule_says_of_each(world: World, rule: LessThanGoodRule) -> None:
    session, step = world.session, itertools.count()
    world.act(world.officer)
    grades: dict[InspectionRegime, Any] = {
        InspectionRegime.OVERALL: [None, *OfstedGrade], InspectionRegime.GRADED: [None, OfstedGrade.GOOD, OfstedGrade.INADEQUATE],
        InspectionRegime.CARD: [None, CardGrade.EXPECTED, CardGrade.ATTENTION, CardGrade.URGENT]}
    for regime, areas in AREAS.items():
        names = list(areas)
        for first, other in ((names[0], names[1]), (names[1], names[3]), (names[3], names[5])):
            for one, two in itertools.product(grades[regime], repeat=2):
                session.add(Inspection(school_id=world.school_id, inspected_on=date.fromordinal(730_000 + next(step)),
                                       regime=regime, **{first: one, other: two}))
    session.add(Inspection(school_id=world.school_id, inspected_on=date(2001, 1, 1), regime=InspectionRegime.GRADED,
                           category=InspectionCategory.SIGNIFICANT_IMPROVEMENT))
    session.add(Inspection(school_id=world.school_id, inspected_on=date(2001, 1, 2), regime=InspectionRegime.CARD,
                           safeguarding_met=False))
    session.flush()
    condition = queries.is_less_than_good(rule)
    less = set(session.scalars(sa.select(Inspection.id).where(condition)))
    good = set(session.scalars(sa.select(Inspection.id).where(~condition)))
    every = {each.id: judge(each, rule).less_than_good for each in session.scalars(sa.select(Inspection))}
    assert less == {row_id for row_id, is_low in every.items() if is_low} and good == set(every) - less
    assert less and good
