"""What a request tells beside its sum: what must stand there before the PEP is sent, and what is asked about when it is saved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest

from pep_admin.validators.ppg import PpgFacts, check_request
from pep_admin.validators.ppg_requests import Unspent, check_doubts, check_whole
from pep_admin.vocabulary import PpgCategory, Scheme


@dataclass(frozen=True)
class Request:
    """Ten weekly hours of maths, told in full."""

    category: Any = "TUITION_1"
    description: str = "Ten weekly hours of maths tuition"
    provider: str = "A tutor"
    starts_on: date | None = date(2024, 12, 2)
    ends_on: date | None = date(2025, 2, 14)
    measure_before: str | None = "3 of 10"
    measure_after: str | None = "8 of 10"
    beyond_ordinary: str | None = "Nobody else is taught alone"
    other_money: Any = "school"


Found = list[tuple[str, str, str, str]]


def doubts(scheme: Scheme = Scheme.SCHOOL_AGE, unspent: tuple[Unspent, ...] = (), **changes: Any) -> Found:
    found = check_doubts(replace(Request(), **changes), scheme=scheme, year="2024-25", unspent=unspent)
    return [(each.check, each.code, each.field, each.severity) for each in found]


def test_a_request_told_in_full_lacks_nothing_and_raises_no_doubt() -> None:
    assert check_whole(Request()) == [] and doubts() == []


@pytest.mark.parametrize(
    ("field", "check", "code"),
    [
        ("provider", "PPG-provider", "DATA-request-whole"),
        ("starts_on", "PPG-when", "DATA-request-whole"),
        ("ends_on", "PPG-when", "DATA-request-whole"),
        ("measure_before", "PPG-measure", "HB-6.5"),
        ("measure_after", "PPG-measure", "HB-6.5"),
        ("beyond_ordinary", "PPG-more", "DATA-request-whole"),
        ("other_money", "PPG-other-money", "DATA-request-whole"),
    ],
)
def test_what_is_always_asked_is_missed_by_itself(field: str, check: str, code: str) -> None:
    for nothing in (None, "") if field not in ("starts_on", "ends_on") else (None,):
        [found] = check_whole(replace(Request(), **{field: nothing}))
        assert (found.check, found.code, found.field, found.severity) == (check, code, field, "blocking")


@pytest.mark.parametrize("mark", [" ", "n/a", "...", "TBC"])
def test_a_mark_is_no_answer(mark: str) -> None:
    assert [each.field for each in check_whole(replace(Request(), beyond_ordinary=mark))] == ["beyond_ordinary"]


def test_a_nought_is_a_measure() -> None:
    assert check_whole(replace(Request(), measure_before="0")) == []


@pytest.mark.parametrize(
    ("starts", "ends", "found"),
    [
        (date(2024, 12, 2), date(2024, 12, 2), []),
        (date(2024, 12, 2), date(2024, 12, 1), [("PPG-when", "DATA-dates", "ends_on", "blocking")]),
        (date(2024, 9, 1), date(2025, 8, 31), []),
        (date(2024, 8, 31), date(2025, 8, 31), [("PPG-when", "HB-6.1", "starts_on", "warning")]),
        (date(2024, 9, 1), date(2025, 9, 1), [("PPG-when", "HB-6.1", "ends_on", "warning")]),
        (None, date(2024, 12, 1), []),
        (date(2024, 12, 2), None, []),
    ],
)
def test_days_follow_one_another_within_the_year(starts: date | None, ends: date | None, found: list[Any]) -> None:
    assert doubts(starts_on=starts, ends_on=ends) == found


@pytest.mark.parametrize(
    ("category", "description"),
    [
        (PpgCategory.ICT, "Reading software"),
        ("EQUIPMENT", "A laptop for GCSE coursework"),
        ("EQUIPMENT", "Two Chromebooks"),
        ("TRIP", "Theatre for the set play"),
        ("ENRICH", "A field trip"),
        ("REWARD", "Certificate and book token"),
        ("BOOKS", "Prizes for reading"),
    ],
)
def test_laptops_trips_and_rewards_are_looked_at_one_by_one(category: Any, description: str) -> None:
    assert doubts(category=category, description=description) == [("RD-407", "DATA-one-by-one", "description", "warning")]


@pytest.mark.parametrize("description", ["Buddy visits before the move", "Tripod for the camera", "A stablehand's course"])
def test_words_that_only_look_like_them_are_not_asked_about(description: str) -> None:
    assert doubts(description=description) == []


@pytest.mark.parametrize(
    ("description", "what"),
    [
        ("The hours that the EHCP names", "what an EHCP already pays for"),
        ("Cover teachers for two days", "the ordinary cost of teaching"),
        ("A reading scheme for the whole class", "what every pupil gets"),
        ("A family holiday in Wales", "a holiday"),
        ("School dinners for the term", "school meals"),
        ("The carer’s costs of coming in", "the carer's own costs"),
        ("Packed   lunches", "school meals"),
    ],
)
def test_what_somebody_else_pays_for_is_asked_about(description: str, what: str) -> None:
    [found] = check_doubts(replace(Request(), description=description), scheme=Scheme.SCHOOL_AGE, year="2024-25")
    assert (found.check, found.code, found.severity) == ("PPG-local", "DATA-local-bars", "warning")
    assert f"sounds like {what}, which is not asked of the grant" in found.message


def test_holiday_revision_is_no_holiday() -> None:
    assert doubts(category="EXTENDED", description="Holiday revision, three mornings") == []


BURSARY = ("RD-410", "DATA-bursary", "other_money", "warning")


@pytest.mark.parametrize(
    ("scheme", "description", "considered", "found"),
    [
        (Scheme.POST_16, "Course kit for catering", "school", [BURSARY]),
        (Scheme.POST_16, "Protective clothing for the site", "none", [BURSARY]),
        (Scheme.POST_16, "Course kit for catering", "school bursary", []),
        (Scheme.POST_16, "Course kit for catering", ["bursary"], []),
        (Scheme.POST_16, "Course kit for catering", None, [BURSARY]),
        (Scheme.POST_16, "One-to-one maths", "school", []),
        (Scheme.SCHOOL_AGE, "Course kit for catering", "school", []),
    ],
)
def test_after_year_11_the_bursary_is_asked_first(scheme: Scheme, description: str, considered: Any, found: list[Any]) -> None:
    assert doubts(scheme, description=description, other_money=considered) == found


def test_unspent_money_for_the_same_thing_is_told_in_one_sum() -> None:
    left = (Unspent("TUITION_1", 100_00), Unspent("TUITION_1", 20_50), Unspent("BOOKS", 5_00))
    [found] = check_doubts(Request(), scheme=Scheme.SCHOOL_AGE, year="2024-25", unspent=left)
    assert (found.check, found.code, found.field, found.severity) == ("RD-409", "HB-6.5", "category", "warning")
    assert found.message == "£120.50 of earlier money is unspent; this request asks for the same thing."
    assert doubts(unspent=left, category=PpgCategory.BOOKS) == [("RD-409", "HB-6.5", "category", "warning")]
    assert doubts(unspent=left, category="MENTOR") == []


def test_doubts_are_told_with_the_caps_and_stop_nothing() -> None:
    facts = PpgFacts(scheme=Scheme.SCHOOL_AGE, term_label="Autumn 2024-25", year_label="2024-25", term_cap_pence=600_00,
                     year_cap_pence=1_800_00, term_taken_pence=0, year_taken_pence=0, has_target=True,
                     unspent=(Unspent("ICT", 1_00),))

    @dataclass(frozen=True)
    class Laptop:
        """A host's own request, without our further fields."""

        category: str = "ICT"
        description: str = "A laptop"
        quantity: int = 1
        unit: str = "item"
        unit_cost_pence: int = 400_00
        amount_pence: int = 400_00
        target_id: int | None = 1
        payee: str = "Elm School"

    found = check_request(Laptop(), facts=facts)
    assert [(each.check, each.severity) for each in found] == [("RD-407", "warning"), ("RD-409", "warning")]
