"""When a school is less than good, under three regimes and the local rules; what an inspection's record must hold."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from pep_admin.school_words import CardGrade, CardRule, GradedRule, InspectionCategory, InspectionRegime, OfstedGrade
from pep_admin.validators.findings import blocking
from pep_admin.validators.inspections import (
    COLUMNS,
    LessThanGoodRule,
    check_by_hand,
    check_inspection,
    judge,
    regime_of,
    standing,
)

OVERALL, GRADED, CARD = InspectionRegime
GOOD, LOW, WORST = OfstedGrade.GOOD, OfstedGrade.REQUIRES_IMPROVEMENT, OfstedGrade.INADEQUATE
EXPECTED, ATTENTION, URGENT = CardGrade.EXPECTED, CardGrade.ATTENTION, CardGrade.URGENT
RULE = LessThanGoodRule("2024-25")
DAYS = {OVERALL: date(2024, 3, 12), GRADED: date(2024, 10, 8), CARD: date(2025, 11, 18), None: date(2024, 3, 12)}


def inspection(regime: InspectionRegime, **told: Any) -> Any:
    facts = dict.fromkeys((*COLUMNS, "published_on", "safeguarding_met", "category"))
    return SimpleNamespace(**{"regime": regime, "inspected_on": DAYS[regime], **facts, **told})


def graded(**told: Any) -> Any:
    return inspection(GRADED, **{"quality_of_education": GOOD, "behaviour": GOOD, "personal_development": GOOD, "leadership": GOOD,
                                 **told})


@pytest.mark.parametrize(("day", "regime"), [
    (date(2024, 9, 1), OVERALL), (date(2024, 9, 2), GRADED), (date(2025, 11, 9), GRADED), (date(2025, 11, 10), CARD),
])
def test_the_regime_follows_from_the_day(day: date, regime: InspectionRegime) -> None:
    assert regime_of(day) is regime


@pytest.mark.parametrize(("grade", "less", "sentence"), [
    (OfstedGrade.OUTSTANDING, False, "Good or better: outstanding, 12 Mar 2024, rule 2024-25"),
    (GOOD, False, "Good or better: good, 12 Mar 2024, rule 2024-25"),
    (LOW, True, "Less than good: requires improvement, 12 Mar 2024, rule 2024-25"),
    (WORST, True, "Less than good: inadequate, 12 Mar 2024, rule 2024-25"),
])
def test_an_overall_grade_speaks_for_itself(grade: OfstedGrade, less: bool, sentence: str) -> None:
    found = judge(inspection(OVERALL, overall=grade, leadership=LOW), RULE)
    assert (found.less_than_good, found.sentence) == (less, sentence)


@pytest.mark.parametrize(("rule", "told", "less"), [
    (GradedRule.ANY, {}, False), (GradedRule.ANY, {"behaviour": LOW}, True),
    (GradedRule.TWO, {"behaviour": LOW}, False), (GradedRule.TWO, {"behaviour": LOW, "early_years": WORST}, True),
    (GradedRule.TEACHING_OR_LEADERSHIP, {"behaviour": LOW, "sixth_form": LOW}, False),
    (GradedRule.TEACHING_OR_LEADERSHIP, {"quality_of_education": LOW}, True),
    (GradedRule.TEACHING_OR_LEADERSHIP, {"leadership": LOW}, True),
])
def test_graded_areas_are_judged_by_the_years_rule(rule: GradedRule, told: dict[str, Any], less: bool) -> None:
    assert judge(graded(**told), LessThanGoodRule("2024-25", graded=rule, card=CardRule.URGENT)).less_than_good is less


@pytest.mark.parametrize(("rule", "told", "less"), [
    (CardRule.ANY, {}, False), (CardRule.ANY, {"card_inclusion": ATTENTION}, True),
    (CardRule.TWO, {"card_inclusion": ATTENTION}, False),
    (CardRule.TWO, {"card_inclusion": ATTENTION, "card_post_16": URGENT}, True),
    (CardRule.TEACHING_OR_LEADERSHIP, {"card_achievement": URGENT}, False),
    (CardRule.TEACHING_OR_LEADERSHIP, {"card_teaching": ATTENTION}, True),
    (CardRule.TEACHING_OR_LEADERSHIP, {"card_leadership": ATTENTION}, True),
    (CardRule.URGENT, {"card_teaching": ATTENTION, "card_leadership": ATTENTION}, False),
    (CardRule.URGENT, {"card_attendance": URGENT}, True),
])
def test_a_report_card_is_judged_by_the_years_rule(rule: CardRule, told: dict[str, Any], less: bool) -> None:
    card = inspection(CARD, **{"card_teaching": EXPECTED, "card_leadership": CardGrade.STRONG, **told})
    assert judge(card, LessThanGoodRule("2025-26", graded=GradedRule.TWO, card=rule)).less_than_good is less


def test_a_category_and_safeguarding_are_less_than_good_under_any_rule() -> None:
    lenient = LessThanGoodRule("2025-26", GradedRule.TWO, CardRule.URGENT)
    assert judge(inspection(CARD, card_teaching=EXPECTED, safeguarding_met=False), lenient).sentence == (
        "Less than good: safeguarding not met, 18 Nov 2025, rule 2025-26")
    assert judge(graded(category=InspectionCategory.SPECIAL_MEASURES), lenient).sentence == (
        "Less than good: special measures, 08 Oct 2024, rule 2025-26")
    assert judge(inspection(CARD, card_teaching=EXPECTED, safeguarding_met=True), lenient).less_than_good is False


def test_the_sentence_names_the_areas_that_are_low() -> None:
    low = graded(behaviour=LOW, leadership=WORST)
    assert judge(low, RULE).sentence == (
        "Less than good: behaviour and attitudes requires improvement, leadership and management inadequate, 08 Oct 2024, "
        "rule 2024-25")
    one = judge(graded(behaviour=LOW), LessThanGoodRule("2024-25", GradedRule.TWO))
    assert one.sentence == "Good or better: only behaviour and attitudes requires improvement, 08 Oct 2024, rule 2024-25"


def test_what_is_said_by_hand_holds_and_tells_what_the_inspection_says() -> None:
    found = inspection(OVERALL, overall=GOOD)
    said = standing(True, "Monitoring visit in May", found, RULE)
    assert said.less_than_good is True
    assert said.sentence == ("Less than good, by hand: Monitoring visit in May "
                             "(the latest inspection: good or better: good, 12 Mar 2024, rule 2024-25)")
    assert standing(True, None, None, RULE).sentence == "Less than good, by hand: no reason given"
    assert standing(False, "Merged since", inspection(OVERALL, overall=WORST), RULE).less_than_good is False
    assert standing(None, None, found, RULE).sentence == "Good or better: good, 12 Mar 2024, rule 2024-25"
    assert standing(None, None, None, RULE) == standing(None, "left over", None, RULE)
    assert standing(None, None, None, RULE).sentence == "Not judged: no inspection on record"


def test_what_is_said_by_hand_has_its_reason() -> None:
    assert [each.field for each in blocking(check_by_hand(False, " "))] == ["less_than_good_reason"]
    assert check_by_hand(True, "Monitoring visit") == [] == check_by_hand(None, None)


TODAY = date(2025, 11, 19)


@pytest.mark.parametrize(("record", "field", "said"), [
    (inspection(OVERALL, overall=GOOD, inspected_on=date(2025, 11, 20)), "inspected_on", "still to come"),
    (inspection(OVERALL, overall=GOOD, inspected_on=date(1924, 3, 12)), "inspected_on", "Check the year"),
    (inspection(OVERALL, overall=GOOD, published_on=date(2024, 3, 11)), "published_on", "cannot be published before"),
    (inspection(OVERALL, overall=GOOD, published_on=date(2025, 11, 20)), "published_on", "still to come"),
    (inspection(GRADED, leadership=GOOD, inspected_on=date(2024, 9, 1)), "inspected_on", "began on 02 Sep 2024"),
    (inspection(CARD, card_teaching=EXPECTED, inspected_on=date(2025, 11, 9)), "inspected_on", "began on 10 Nov 2025"),
    (inspection(OVERALL, leadership=GOOD), "overall", "Choose the overall grade"),
    (inspection(GRADED), "quality_of_education", "at least one area"),
    (inspection(CARD), "card_inclusion", "at least one area"),
    (inspection(CARD, card_teaching=EXPECTED, leadership=GOOD), "", "another regime"),
])
def test_what_an_inspection_lacks_is_said(record: Any, field: str, said: str) -> None:
    [finding] = [each for each in check_inspection(record, today=TODAY) if each.severity == "blocking"]
    assert (finding.field, finding.code) == (field, "DATA-inspection") and said in finding.message


def test_an_inspection_of_today_is_right() -> None:
    assert check_inspection(inspection(OVERALL, overall=GOOD, inspected_on=TODAY, published_on=TODAY), today=TODAY) == []


@pytest.mark.parametrize("record", [
    inspection(OVERALL, overall=LOW, category=InspectionCategory.SIGNIFICANT_IMPROVEMENT),
    inspection(CARD, card_teaching=URGENT),
    inspection(CARD, card_teaching=URGENT, category=InspectionCategory.SPECIAL_MEASURES),
])
def test_a_category_that_does_not_fit_is_asked_about(record: Any) -> None:
    assert [(each.field, each.severity) for each in check_inspection(record, today=TODAY)] == [("category", "warning")]


def test_a_category_that_fits_is_not() -> None:
    for record in (inspection(OVERALL, overall=WORST, category=InspectionCategory.SPECIAL_MEASURES),
                   inspection(CARD, card_teaching=URGENT, category=InspectionCategory.SIGNIFICANT_IMPROVEMENT),
                   inspection(CARD, card_leadership=URGENT, card_teaching=URGENT, category=InspectionCategory.SPECIAL_MEASURES),
                   inspection(CARD, card_teaching=EXPECTED, safeguarding_met=False,
                              category=InspectionCategory.SIGNIFICANT_IMPROVEMENT)):
        assert check_inspection(record, today=TODAY) == []


def test_what_a_regime_asks_waits_until_one_is_chosen() -> None:
    assert check_inspection(inspection(None), today=TODAY) == []  # type: ignore[arg-type]  # a form that is not filled in
