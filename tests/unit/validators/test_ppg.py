"""Pupil Premium money: requests (HB-6.1 to 6.6) and releases (HB-6.7). Every sum is worked by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from pep_admin.validators.findings import Finding
from pep_admin.validators.ppg import (
    PpgFacts,
    ReleaseFacts,
    asked_pence,
    check_barred,
    check_grant,
    check_release,
    check_request,
    sounds_barred,
    whole_amount,
    work_out,
)
from pep_admin.validators.ppg_requests import categories_of, check_stage
from pep_admin.vocabulary import Grade, PepStatus, PpgCategory, PpgStatus, Scheme
from pep_admin.year_words import SatisfactoryGrades


@dataclass(frozen=True)
class Request:
    """Ten weekly hours at £55, the handbook's own example."""

    category: str = "TUITION_1"
    description: str = "Ten weekly hours of maths tuition"
    quantity: int = 10
    unit: str = "hour"
    unit_cost_pence: int = 5500
    amount_pence: int = 55000
    target_id: int | None = 12
    payee: str = "Elm School"
    provider: str = ""
    beyond_ordinary: str = ""


FACTS = PpgFacts(
    scheme=Scheme.SCHOOL_AGE, term_label="Autumn 2024-25", year_label="2024-25", term_cap_pence=60000, year_cap_pence=180000,
    term_taken_pence=0, year_taken_pence=0, has_target=True,
)  # fmt: skip
POST_16 = replace(FACTS, scheme=Scheme.POST_16, term_cap_pence=None, year_cap_pence=30000)


@pytest.mark.parametrize(
    ("pence", "term", "year", "told"),
    [
        (600_00, 0, 0, []), (600_01, 0, 0, ["in Autumn 2024-25"]), (1, 600_00, 600_00, ["in Autumn 2024-25"]),
        (100_00, 0, 1_700_00, []), (100_01, 0, 1_700_00, ["in the academic year 2024-25"]),
        (600_01, 0, 1_200_00, ["in Autumn 2024-25", "in the academic year 2024-25"]),
    ],
)  # fmt: skip
def test_what_is_approved_is_held_to_the_caps_of_now(pence: int, term: int, year: int, told: list[str]) -> None:
    found = check_grant(pence, facts=replace(FACTS, term_taken_pence=term, year_taken_pence=year))
    assert [(each.check, each.code, each.field, each.severity) for each in found] == \
        [("RD-403", "HB-6.1", "amount", "blocking")] * len(told)
    assert all(span in each.message for span, each in zip(told, found, strict=True))


def test_after_sixteen_only_the_years_cap_holds_what_is_approved() -> None:
    assert check_grant(300_00, facts=POST_16) == []
    [found] = check_grant(300_01, facts=POST_16)
    assert (found.code, found.message) == (
        "HB-6.2", "With this, £300.01 would be approved for this child in the academic year 2024-25; £300.00 is the limit now and "
        "£300.00 is left. Approve less, or decline it.")


def test_what_other_drafts_of_the_pep_ask_is_said_to_be_asked_and_not_taken() -> None:
    facts = replace(FACTS, term_taken_pence=600_00, year_taken_pence=600_00, drafts_pence=300_00)
    [found] = check_request(replace(Request(), **costing(1)), facts=facts)
    assert found.message.endswith("£600.00 is the limit and £0.00 is left beside what else is asked for here.")
    [found] = check_request(replace(Request(), **costing(1)), facts=replace(facts, drafts_pence=0))
    assert found.message.endswith("£600.00 is the limit and £0.00 is left.")


def judged(facts: PpgFacts = FACTS, **changes: Any) -> list[tuple[str, str, str, str]]:
    findings = check_request(replace(Request(), **changes), facts=facts)
    return [(finding.check, finding.code, finding.field, finding.severity) for finding in findings]


def costing(pence: int) -> dict[str, int]:
    return {"quantity": 1, "unit_cost_pence": pence, "amount_pence": pence}


def test_the_handbooks_example_passes() -> None:
    assert judged() == []


@pytest.mark.parametrize(("changes", "found"), [
    ({"payee": "Sam Reed"}, [("PPG-name", "DATA-finance", "payee", "warning")]), ({"payee": "Sam's Tutors"}, []),
    ({"description": "Ten weekly hours of maths tuition for Sam"}, [("PPG-name", "DATA-finance", "description", "warning")]),
    ({"unit": "hour with Reed"}, [("PPG-name", "DATA-finance", "unit", "warning")]),
])
def test_finance_need_not_know_whom_it_is_for(changes: dict[str, str], found: list[tuple[str, str, str, str]]) -> None:
    assert judged(replace(FACTS, child_names=("Sam", "Reed")), **changes) == found


def test_a_category_may_come_as_an_enum() -> None:
    assert judged(category=PpgCategory.TUITION_1) == []
    assert judged(category=PpgCategory.X_TRANSPORT) == [("RD-405", "HB-6.4", "category", "blocking")]


@pytest.mark.parametrize(("category", "group", "said"), [
    ("EXAM", "8", "“Exam or award fee” is for Years 9 to 13; this child is in Year 8. Choose what else it is."),
    ("EXAM", "9", ""), ("EXAM", "13", ""),
    ("CAREERS", "6", "“Careers and work” is for Years 7 to 13; this child is in Year 6. Choose what else it is."),
    ("CAREERS", "R", "“Careers and work” is for Years 7 to 13; this child is in Reception. Choose what else it is."),
    ("CAREERS", "7", ""), ("EXTENDED", "11", ""), ("EXTENDED", "R", ""),
    ("EXTENDED", "12",
     "“Study outside the school day” is for Reception to Year 11; this child is in Year 12. Choose what else it is."),
    ("IN_CLASS", "13",
     "“Extra adult time in class” is for Reception to Year 11; this child is in Year 13. Choose what else it is."),
    ("LITERACY_NUMERACY", "12",
     "“Literacy or numeracy programme” is for Reception to Year 11; this child is in Year 12. Choose what else it is."),
    ("TUITION_1", "R", ""), ("TUITION_1", "13", ""), ("CAREERS", "", ""), (None, "1", ""), ("nothing", "1", ""),
])
def test_a_category_is_asked_for_in_the_years_it_is_for(category: str | None, group: str, said: str) -> None:
    found = check_stage(category, group)
    assert [(each.check, each.code, each.field, each.severity, each.message) for each in found] == (
        [("PPG-stage", "DATA-stage", "category", "blocking", said)] if said else [])


def test_a_request_and_its_figures_hold_the_category_to_the_childs_year() -> None:
    young = replace(FACTS, year_group="1")
    assert judged(young, category=PpgCategory.CAREERS) == [("PPG-stage", "DATA-stage", "category", "blocking")]
    assert judged(replace(FACTS, year_group="9"), category="CAREERS") == []
    assert [each.check for each in work_out(Request(category="EXAM"), facts=young).findings] == ["PPG-stage"]
    assert PpgCategory.EXAM not in categories_of("1") and PpgCategory.EXAM in categories_of("10")
    assert categories_of("") == frozenset(PpgCategory)


@pytest.mark.parametrize(
    ("facts", "target_id"), [(FACTS, None), (replace(FACTS, has_target=False), 12)], ids=["none", "of another PEP"]
)
def test_a_request_serves_a_target_of_this_pep(facts: PpgFacts, target_id: int | None) -> None:
    assert judged(facts, target_id=target_id) == [("RD-401", "HB-6.5", "target_id", "blocking")]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount_pence": 54999}, "amount"),
        ({"amount_pence": 55001}, "amount"),
        ({"quantity": 0}, "quantity"),
        ({"quantity": -10}, "quantity"),
        ({"quantity": None}, "quantity"),
        ({"unit_cost_pence": 0}, "unit_cost"),
        ({"unit_cost_pence": None}, "unit_cost"),
        ({"amount_pence": 0}, "amount"),
        ({"amount_pence": -55000}, "amount"),
        ({"amount_pence": None}, "amount"),
        ({"description": " "}, "description"),
        ({"unit": ""}, "unit"),
    ],
)
def test_a_request_is_fully_costed(changes: dict[str, Any], field: str) -> None:
    assert judged(**changes) == [("RD-402", "HB-6.6", field, "blocking")]


def test_the_sum_is_shown() -> None:
    (finding,) = check_request(replace(Request(), amount_pence=50000), facts=FACTS)
    assert finding.message == "“Ten weekly hours of maths tuition”: 10 × £55.00 is £550.00, not £500.00."


def test_a_payee_is_named() -> None:
    assert judged(payee=" ") == [("PPG-payee", "HB-6.7", "payee", "blocking")]


@pytest.mark.parametrize(
    ("facts", "pence", "fits"),
    [
        (FACTS, 1, True),
        (FACTS, 60000, True),
        (FACTS, 60001, False),
        (replace(FACTS, term_taken_pence=5000, year_taken_pence=5000), 55000, True),
        (replace(FACTS, term_taken_pence=5001, year_taken_pence=5001), 55000, False),
        (replace(FACTS, year_taken_pence=120000), 60000, True),
        (replace(FACTS, year_taken_pence=120001), 60000, False),
        (replace(FACTS, term_cap_pence=70000), 70000, True),
        (POST_16, 30000, True),
        (POST_16, 30001, False),
        (replace(POST_16, year_taken_pence=10000), 20000, True),
        (replace(POST_16, year_taken_pence=10000), 20001, False),
    ],
)
def test_the_caps_hold_to_the_penny(facts: PpgFacts, pence: int, fits: bool) -> None:
    code = "HB-6.2" if facts.scheme is Scheme.POST_16 else "HB-6.1"
    assert judged(facts, **costing(pence)) == ([] if fits else [("RD-403", code, "amount", "blocking")])


def test_a_refusal_says_sum_cap_and_what_is_left() -> None:
    facts = replace(FACTS, term_taken_pence=35000, year_taken_pence=35000)
    (finding,) = check_request(replace(Request(), **costing(35000)), facts=facts)
    assert finding.message == (
        "That makes £700.00 for this child in Autumn 2024-25; £600.00 is the limit and £250.00 is left."
    )
    (finding,) = check_request(replace(Request(), **costing(20001)), facts=replace(POST_16, year_taken_pence=40000))
    assert finding.message == (
        "That makes £600.01 for this child in the academic year 2024-25; £300.00 is the limit and £0.00 is left."
    )


def test_both_caps_may_be_passed_at_once() -> None:
    facts = replace(FACTS, year_taken_pence=179999)
    assert judged(facts, **costing(60001)) == [("RD-403", "HB-6.1", "amount", "blocking")] * 2


@pytest.mark.parametrize(
    ("facts", "left"),
    [
        (FACTS, 60000),
        (replace(FACTS, term_taken_pence=55000, year_taken_pence=55000), 5000),
        (replace(FACTS, term_taken_pence=0, year_taken_pence=150000), 30000),
        (replace(FACTS, term_taken_pence=70000, year_taken_pence=70000), 0),
        (POST_16, 30000),
        (replace(POST_16, year_taken_pence=1), 29999),
        (replace(FACTS, scheme=Scheme.EARLY_YEARS), 0),
    ],
)
def test_what_is_left(facts: PpgFacts, left: int) -> None:
    assert facts.left_pence == left


@pytest.mark.parametrize(("term", "year", "tighter"), [
    (0, 0, False), (0, 1_200_00, False), (0, 1_200_01, True), (550_00, 1_750_00, False), (550_00, 1_750_01, True),
    (700_00, 1_900_00, False),
])
def test_the_year_is_named_only_where_it_leaves_less_than_the_term(term: int, year: int, tighter: bool) -> None:
    facts = replace(FACTS, term_taken_pence=term, year_taken_pence=year)
    assert facts.year_is_tighter is tighter and not replace(POST_16, year_taken_pence=year).year_is_tighter
    assert (facts.span, facts.span_label, facts.span_cap_pence) == ("term", "Autumn 2024-25", 600_00)
    assert (POST_16.span, POST_16.span_label, POST_16.span_cap_pence) == ("year", "2024-25", 300_00)


def typed(**pieces: Any) -> Any:
    """A request of which only those pieces are typed."""
    return replace(Request(), **({"quantity": None, "unit_cost_pence": None, "amount_pence": None} | pieces))


@pytest.mark.parametrize(("request_", "facts", "total", "said", "wrong"), [
    (typed(), FACTS, None, 0, []),
    (typed(quantity=10), FACTS, None, 0, []),
    (typed(quantity=-1, unit_cost_pence=5), FACTS, None, 0, [("RD-402", "quantity")]),
    (typed(quantity=10, unit_cost_pence=60_00), FACTS, 600_00, 2, []),
    (typed(quantity=10, unit_cost_pence=60_01), FACTS, 600_10, 1, [("RD-403", "amount")]),
    (typed(quantity=1, unit_cost_pence=300_01), POST_16, 300_01, 1, [("RD-403", "amount")]),
    (typed(quantity=10, unit_cost_pence=55_00, amount_pence=550_01), FACTS, 550_00, 2, [("RD-402", "amount")]),
    (typed(amount_pence=0), FACTS, None, 0, [("RD-402", "amount")]),
    (typed(quantity=1, unit_cost_pence=1, category="X_ADMIN"), FACTS, 1, 2, [("RD-405", "category")]),
    (typed(quantity=1, unit_cost_pence=1), replace(FACTS, scheme=Scheme.EARLY_YEARS), None, 0, [("RD-404", "")]),
])
def test_what_is_typed_is_worked_out_and_what_is_not_is_not_asked_for(
    request_: Any, facts: PpgFacts, total: int | None, said: int, wrong: list[tuple[str, str]]
) -> None:
    found = work_out(request_, facts=facts)
    assert (found.sum_pence, len(found.said)) == (total, said)
    assert [(each.check, each.field) for each in found.findings] == wrong


def test_what_is_worked_out_is_said_in_whole_sentences() -> None:
    said = work_out(typed(quantity=3, unit_cost_pence=20_00), facts=replace(POST_16, year_taken_pence=200_00)).said
    assert said == ("3 × £20.00 is £60.00.", "With this row, £40.00 of £300.00 is left in 2024-25.")


def test_what_was_declined_or_taken_away_is_not_asked_for() -> None:
    @dataclass(frozen=True)
    class Row:
        amount_pence: int
        status: PpgStatus | str

    assert asked_pence([Row(2 ** number, each) for number, each in enumerate(PpgStatus)]) == 1 + 2 + 4 + 16
    assert asked_pence([Row(5, "draft"), Row(7, "withdrawn")]) == 5 and asked_pence([]) == 0


def test_early_years_are_refused_with_the_one_sentence() -> None:
    facts = replace(FACTS, scheme=Scheme.EARLY_YEARS)
    (finding,) = check_request(replace(Request(), target_id=None, amount_pence=0), facts=facts)
    assert (finding.check, finding.code, finding.severity) == ("RD-404", "HB-6.3", "blocking")
    assert "Early Years Team" in finding.message


@pytest.mark.parametrize(
    ("category", "kind"), [("X_ADMIN", "administration"), ("X_CLOTHING", "clothing"), ("X_TRANSPORT", "transport")]
)
def test_barred_spending_is_refused(category: str, kind: str) -> None:
    (finding,) = check_request(replace(Request(), category=category, description="Taxi to school"), facts=FACTS)
    assert finding == Finding("RD-405", "HB-6.4", "category", f"The grant cannot pay for {kind}.")


@pytest.mark.parametrize(
    ("description", "sounds"),
    [
        ("Taxi to the tutor", [("Taxi", "transport")]),
        ("TAXIS for six weeks", [("TAXIS", "transport")]),
        ("A bus  pass for college", [("bus  pass", "transport")]),
        ("School shoes and a blazer", [("shoes", "clothing")]),
        ("P.E. kit for the club", [("PE kit", "clothing")]),
        ("New school-uniform", [("uniform", "clothing")]),
        ("Admin time of the office", [("Admin", "administration")]),
        ("Photocopying and a travel card", [("Photocopying", "administration"), ("travel", "transport")]),
        ("Coaching in mathematics", []),
        ("Welfare and training of the team", []),
        ("A beanbag throwing game", []),
        ("Overcoating", []),
        ("", []),
    ],
)
def test_words_that_sound_barred(description: str, sounds: list[tuple[str, str]]) -> None:
    assert sounds_barred(description) == sounds


def test_a_word_that_sounds_barred_only_warns() -> None:
    (finding,) = check_request(replace(Request(), description="Minibus to the theatre"), facts=FACTS)
    assert (finding.check, finding.code, finding.field, finding.severity) == ("RD-406", "HB-6.4", "description", "warning")
    assert "“Minibus” sounds like transport" in finding.message


@pytest.mark.parametrize(("field", "text"), [
    ("unit", "taxi ride"), ("payee", "Star Taxis Ltd"), ("provider", "Star Taxis Ltd"),
    ("beyond_ordinary", "Somebody has to drive the minibus"),
])
def test_it_is_looked_for_wherever_the_request_says_something(field: str, text: str) -> None:
    (finding,) = check_request(replace(Request(), **{field: text}), facts=FACTS)
    assert (finding.check, finding.field, finding.severity) == ("RD-406", field, "warning")
    both = check_request(replace(Request(), description="Taxi to the tutor", **{field: text}), facts=FACTS)
    assert [each.field for each in both] == ["description"], "one kind is said once"


def test_a_blank_in_what_is_paid_for_is_not_costed() -> None:
    (finding,) = check_request(replace(Request(), description="XXXX hours of tuition"), facts=FACTS)
    assert (finding.check, finding.code, finding.field, finding.severity) == ("RD-402", "HB-6.6", "description", "blocking")
    assert finding.message == "There is still a blank or a choice left in: “XXXX”. Say what exactly is paid for."


def test_a_barred_category_is_barred_whoever_pays() -> None:
    (finding,) = check_barred(replace(Request(), category="X_TRANSPORT"))
    assert (finding.check, finding.code, finding.field, finding.severity) == ("RD-405", "HB-6.4", "category", "blocking")
    assert check_barred(Request()) == []


# --- release -------------------------------------------------------------------------------------------------------------

DUE = ReleaseFacts(
    pep_status=PepStatus.COMPLETE, grade=Grade.GOLD, satisfactory_grades=SatisfactoryGrades.GREEN,
    request_status=PpgStatus.APPROVED,
    approved_by="officer", releaser_id="finance", releaser_is_head=False, alone_reason="", child_in_care=True,
    payee_has_finance_reference=True, voices_missing=(),
)  # fmt: skip


def test_a_school_that_the_child_has_left_is_pointed_out_and_paid_all_the_same() -> None:
    [found] = check_release(replace(DUE, school_left="Alder School"))
    assert (found.check, found.code, found.severity) == ("REL-moved", "HB-6.7", "warning")
    assert found.message.startswith("The child is no longer at Alder School, which this pays.")


def held(**changes: Any) -> list[tuple[str, str]]:
    findings = check_release(replace(DUE, **changes))
    assert all(finding.severity == "blocking" for finding in findings)
    return [(finding.check, finding.code) for finding in findings]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"grade": Grade.GREEN},
        {"grade": Grade.AMBER, "satisfactory_grades": SatisfactoryGrades.AMBER},
        {"releaser_id": "officer", "releaser_is_head": True, "alone_reason": "Nobody else is at work until January."},
    ],
)
def test_money_that_may_go(changes: dict[str, Any]) -> None:
    assert held(**changes) == []


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        ({"pep_status": PepStatus.SUBMITTED}, ("REL-complete", "HB-6.7")),
        ({"pep_status": PepStatus.RETURNED}, ("REL-complete", "HB-6.7")),
        ({"grade": Grade.AMBER}, ("REL-satisfactory", "HB-6.7")),
        ({"grade": Grade.RED, "satisfactory_grades": SatisfactoryGrades.AMBER}, ("REL-satisfactory", "HB-6.7")),
        ({"grade": None}, ("REL-satisfactory", "HB-6.7")),
        ({"voices_missing": ("child",)}, ("RD-202", "HB-4.6")),
        ({"voices_missing": ("carer",)}, ("RD-308", "HB-4.6")),
        ({"voices_missing": ("social worker",)}, ("RD-309", "HB-4.6")),
        ({"request_status": PpgStatus.RELEASED}, ("REL-status", "HB-6.7")),
        ({"request_status": PpgStatus.REQUESTED}, ("REL-status", "HB-6.7")),
        ({"request_status": PpgStatus.DECLINED}, ("REL-status", "HB-6.7")),
        ({"approved_by": None}, ("REL-two-people", "DATA-two-people")),
        ({"releaser_id": "officer"}, ("REL-two-people", "DATA-two-people")),
        ({"releaser_id": "officer", "alone_reason": "In a hurry"}, ("REL-two-people", "DATA-two-people")),
        ({"releaser_id": "officer", "releaser_is_head": True}, ("REL-two-people", "DATA-two-people")),
        ({"releaser_id": "officer", "releaser_is_head": True, "alone_reason": " "}, ("REL-two-people", "DATA-two-people")),
        ({"payee_has_finance_reference": False}, ("REL-payee", "DATA-payee")),
        ({"child_in_care": False}, ("REL-in-care", "DATA-in-care")),
    ],
)
def test_one_thing_holds_the_money_back(changes: dict[str, Any], finding: tuple[str, str]) -> None:
    assert held(**changes) == [finding]


def test_each_voice_that_is_missing_is_said_by_itself() -> None:
    assert held(voices_missing=("child", "social worker")) == [("RD-202", "HB-4.6"), ("RD-309", "HB-4.6")]


def test_the_sentences_say_what_is_so() -> None:
    def sentence(**changes: Any) -> str:
        (finding,) = check_release(replace(DUE, **changes))
        return finding.message

    assert sentence(request_status=PpgStatus.RELEASED) == "This money has been released already. Nothing was released again."
    assert "this one is declined" in sentence(request_status=PpgStatus.DECLINED)
    assert sentence(voices_missing=("child",)).startswith("The child's voice is missing")
    assert "The PEP is Amber" in sentence(grade=Grade.AMBER)
    assert "not graded" in sentence(grade=None)
    assert "ask a colleague" in sentence(releaser_id="officer")
    assert "Say why you release it alone" in sentence(releaser_id="officer", releaser_is_head=True)


@pytest.mark.parametrize(("quantity", "cost", "amount", "pence"), [
    (10, 55_00, None, 550_00), (10, 55_00, 540_00, 540_00), (10, 55_00, 0, 0), (None, 55_00, None, None), (10, None, None, None),
    (-1, -5, None, None), (None, None, 7, 7),
])
def test_an_empty_amount_is_so_many_times_what_one_costs(
    quantity: int | None, cost: int | None, amount: int | None, pence: int | None
) -> None:
    assert whole_amount(quantity, cost, amount) == pence
