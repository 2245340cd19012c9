"""What became of released money (HB-6.5, 6.8). Every sum by hand: £550.00 released."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pep_admin.pep_form import FundingEffectFacts
from pep_admin.validators.peps import check_part, check_posted
from pep_admin.validators.ppg_effects import check_effects, check_sums
from pep_admin.vocabulary import Part, PepKind
from tests.unit.conftest import TODAY, Make

OWED = FundingEffectFacts(
    request_id=7, description="Ten weekly hours of maths", set_in="2425-AUT-0001", released_pence=550_00, measure_before="3 of 10",
    measure_after="8 of 10", given="", spent_pence=None, unspent_pence=None, what_changed="", measure_now="", next="",
    change_agreed_by="",
)  # fmt: skip
TOLD = replace(OWED, given="as_agreed", spent_pence=550_00, unspent_pence=0, what_changed="She counts on.", measure_now="7 of 10",
               next="carry_on")


def test_what_is_owed_is_asked_for_and_stops_nothing() -> None:
    [found] = check_effects([OWED, TOLD])
    assert (found.check, found.code, found.field, found.severity, found.row) == \
        ("RD-408", "HB-6.5", "funding_effects", "warning", "7")
    assert found.message == "£550.00 was released for “Ten weekly hours of maths” (2425-AUT-0001), and its effect is not written " \
                            "down yet."


@pytest.mark.parametrize(("agreed", "asked"), [("", True), ("n/a", True), ("Ole Amt, 3 Feb", False)])
def test_a_changed_use_has_somebody_who_agreed(agreed: str, asked: bool) -> None:
    found = list(check_effects([replace(TOLD, given="other", change_agreed_by=agreed)]))
    assert [(each.check, each.code, each.severity) for each in found] == [("PPG-change", "HB-6.8", "warning")] * asked


@pytest.mark.parametrize(
    ("spent", "unspent", "fits"),
    [(550_00, 0, True), (0, 550_00, True), (430_00, 120_00, True), (430_00, 119_99, False), (550_00, 1, False), (0, 0, False),
     (None, 550_00, True), (550_00, None, True)],
)
def test_spent_and_left_make_what_was_released(spent: int | None, unspent: int | None, fits: bool) -> None:
    found = list(check_sums([{"request_id": 7, "spent_pence": spent, "unspent_pence": unspent}], [OWED]))
    assert [(each.check, each.code, each.field, each.row, each.severity) for each in found] == \
        [("PPG-effect-sum", "DATA-effect-sum", "funding_effects", "0-unspent_pence", "blocking")] * (not fits)


@pytest.mark.parametrize(("given", "spent", "stops"), [("not_given", 1, True), ("not_given", 0, False), ("part", 1, False)])
def test_nothing_was_spent_on_what_was_not_given(given: str, spent: int, stops: bool) -> None:
    row = {"request_id": 7, "given": given, "spent_pence": spent, "unspent_pence": 550_00 - spent}
    found = list(check_sums([row], [OWED]))
    assert [(each.check, each.row, each.severity) for each in found] == [("PPG-effect-sum", "0-spent_pence", "blocking")] * stops


def test_the_sums_are_shown() -> None:
    [found] = check_sums([{"request_id": 7, "spent_pence": 400_00, "unspent_pence": 100_00}], [OWED])
    assert found.message == "Line 1: £400.00 spent and £100.00 left make £500.00, but £550.00 was released."


def test_other_money_is_not_told_of() -> None:
    [found] = check_sums([{"request_id": 8, "spent_pence": 1, "unspent_pence": 0}], [OWED])
    assert (found.check, found.severity, found.row) == ("PPG-effect-sum", "blocking", "0-request_id")


def test_a_posted_table_is_added_up(a_document: Make) -> None:
    document = a_document(facts={"has_money_to_answer": True}, effects=(OWED,))
    field = document.form.field("funding_effects")
    row = {"request_id": 7, "given": "part", "spent_pence": 400_00, "unspent_pence": 100_00, "what_changed": "A little",
           "measure_now": "4 of 10", "next": "stop", "change_agreed_by": None}
    posted: dict[str, Any] = {"funding_effects": (row,)}
    assert [each.check for each in check_posted(document, {field.key: field}, posted, today=TODAY)] == ["PPG-effect-sum"]
    posted = {"funding_effects": ({**row, "unspent_pence": 150_00},)}
    assert check_posted(document, {field.key: field}, posted, today=TODAY) == []


def test_part_two_asks_and_a_funding_pep_does_not(a_document: Make) -> None:
    document = a_document(facts={"has_money_to_answer": True}, effects=(OWED,))
    assert [each.check for each in check_part(document, Part.EDUCATION, today=TODAY)] == ["RD-408"]
    funding = a_document(facts={"has_money_to_answer": True, "kind": PepKind.FUNDING}, effects=(OWED,))
    assert "RD-408" not in {each.check for each in check_part(funding, Part.EDUCATION, today=TODAY)}
