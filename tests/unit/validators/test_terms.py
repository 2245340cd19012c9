"""Academic years and terms: dates in their order and inside one another, a term's amount no more than the year's."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from pep_admin.policy import USUAL
from pep_admin.validators.findings import blocking
from pep_admin.validators.years import check_term, check_year

YEAR = {"name": "2024-25", "starts_on": date(2024, 9, 1), "ends_on": date(2025, 8, 31), "ppg_term_cap_pence": 600_00,
        "ppg_year_cap_pence": 1_800_00}
AUTUMN = {"starts_on": date(2024, 9, 2), "ends_on": date(2024, 12, 20), "half_term_from": date(2024, 10, 21),
          "half_term_to": date(2024, 10, 25), "deadline_on": date(2024, 11, 29)}


def of_year(**changes: Any) -> list[tuple[str, str]]:
    found = check_year(a_year(**changes))
    assert blocking(found) == found
    return [(each.code, each.field) for each in found]


def a_year(**changes: Any) -> Any:
    return SimpleNamespace(**{**asdict(USUAL), **YEAR, **changes})


def of_term(**changes: Any) -> list[tuple[str, str]]:
    found = check_term(SimpleNamespace(**{"year": a_year(), **AUTUMN, **changes}))
    assert blocking(found) == found
    return [(each.code, each.field) for each in found]


@pytest.mark.parametrize("changes", [{}, {"name": "2099-00", "starts_on": date(2099, 9, 1), "ends_on": date(2100, 8, 31)},
                                     {"starts_on": None}, {"ends_on": None},
                                     {"ppg_term_cap_pence": 1_800_00}, {"ppg_term_cap_pence": None}])
def test_a_year_that_can_be(changes: dict[str, Any]) -> None:
    assert of_year(**changes) == []


@pytest.mark.parametrize(("changes", "told"), [
    ({"name": "2024-26"}, ("DATA-year", "name")), ({"name": "2024/25"}, ("DATA-year", "name")),
    ({"name": None}, ("DATA-year", "name")),
    ({"ends_on": date(2024, 9, 1)}, ("DATA-dates", "ends_on")),
    ({"ppg_term_cap_pence": 1_800_01}, ("HB-6.1", "ppg_year_cap_pence")),
])
def test_a_year_that_cannot_be(changes: dict[str, Any], told: tuple[str, str]) -> None:
    assert told in of_year(**changes)


@pytest.mark.parametrize("changes", [
    {}, {"half_term_from": None, "half_term_to": None}, {"deadline_on": None}, {"deadline_on": date(2024, 9, 2)},
    {"deadline_on": date(2024, 12, 20)}, {"starts_on": None}, {"ends_on": None}, {"year": None},
    {"half_term_from": date(2024, 10, 21), "half_term_to": date(2024, 10, 21)},
    {"year": a_year(starts_on=None)}, {"year": a_year(ends_on=None)},
])
def test_a_term_that_can_be(changes: dict[str, Any]) -> None:
    assert of_term(**changes) == []


@pytest.mark.parametrize(("changes", "told"), [
    ({"ends_on": date(2024, 9, 2), "half_term_from": None, "half_term_to": None, "deadline_on": None},
     ("DATA-dates", "ends_on")),
    ({"starts_on": date(2024, 8, 31)}, ("DATA-dates", "starts_on")),
    ({"ends_on": date(2025, 9, 1)}, ("DATA-dates", "ends_on")),
    ({"half_term_to": None}, ("DATA-dates", "half_term_to")),
    ({"half_term_from": None}, ("DATA-dates", "half_term_from")),
    ({"half_term_to": date(2024, 10, 20)}, ("DATA-dates", "half_term_to")),
    ({"half_term_from": date(2024, 8, 30)}, ("DATA-dates", "half_term_from")),
    ({"half_term_to": date(2024, 12, 21)}, ("DATA-dates", "half_term_from")),
    ({"deadline_on": date(2024, 9, 1)}, ("HB-1.4", "deadline_on")),
    ({"deadline_on": date(2024, 12, 23)}, ("HB-1.4", "deadline_on")),
    ({"deadline_on": date(2024, 11, 30)}, ("HB-1.4", "deadline_on")),
    ({"deadline_on": date(2025, 9, 1)}, ("HB-1.4", "deadline_on")),
])
def test_a_term_that_cannot_be(changes: dict[str, Any], told: tuple[str, str]) -> None:
    assert of_term(**changes) == [told]
