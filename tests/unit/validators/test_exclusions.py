"""What must be said of a risk of exclusion (HB-3.6) and of the advice on it. Values by hand; today is Monday 18 Nov 2024."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from pep_admin.school_words import ExclusionConcern
from pep_admin.validators.exclusions import check_advice, check_telling
from pep_admin.validators.findings import Finding

TODAY = date(2024, 11, 18)


@dataclass
class Told:
    concern: Any = ExclusionConcern.RISK
    since_on: Any = date(2024, 11, 15)
    happened: str = "A fight at lunch"
    tried: str = "A key adult"


def short(found: list[Finding]) -> list[tuple[str, str, str]]:
    assert all(each.severity == "blocking" for each in found)
    return [(each.check, each.code, each.field) for each in found]


def test_what_is_told_in_full_is_taken() -> None:
    assert check_telling(Told(), today=TODAY) == []


@pytest.mark.parametrize(("changed", "expected"), [
    ({"concern": None}, ("ALERT-concern", "HB-3.6", "concern")),
    ({"since_on": None}, ("ALERT-since", "HB-3.6", "since_on")),
    ({"happened": " \n"}, ("ALERT-happened", "HB-3.6", "happened")),
    ({"tried": ""}, ("ALERT-tried", "HB-3.6", "tried")),
    ({"since_on": date(2024, 11, 19)}, ("ALERT-since", "DATA-dates", "since_on")),
    ({"since_on": date(2023, 11, 18)}, ("ALERT-since", "DATA-dates", "since_on")),
])
def test_what_is_missing_or_cannot_be_is_asked_for(changed: dict[str, Any], expected: tuple[str, str, str]) -> None:
    assert short(check_telling(Told(**changed), today=TODAY)) == [expected]


@pytest.mark.parametrize("day", [date(2024, 11, 18), date(2023, 11, 19)])
def test_today_and_a_year_ago_are_days_that_can_be(day: date) -> None:
    assert check_telling(Told(since_on=day), today=TODAY) == []


def test_everything_is_said_at_once() -> None:
    assert len(check_telling(Told(None, None, "", ""), today=TODAY)) == 4


def test_advice_is_said_and_given_between_the_telling_and_today() -> None:
    told_on = date(2024, 11, 15)
    for day in (told_on, TODAY):
        assert check_advice("Meet first", day, told_on=told_on, today=TODAY) == []
    wrong = ("ALERT-advised", "DATA-dates", "advised_on")
    for wrong_day in (date(2024, 11, 14), date(2024, 11, 19), None):
        assert short(check_advice("Meet first", wrong_day, told_on=told_on, today=TODAY)) == [wrong]
    assert short(check_advice(" ", TODAY, told_on=told_on, today=TODAY)) == [("ALERT-advice", "HB-3.6", "advice")]
