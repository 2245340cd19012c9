"""Terms in order and inside their year, closures inside a term and once, days off that would be worked otherwise."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from pep_admin.school_calendar import TermDates
from pep_admin.school_words import ClosureKind
from pep_admin.validators.calendars import check_calendar, check_closure, check_code, check_day_off
from pep_admin.validators.findings import blocking

DAYS = {
    "autumn_starts_on": date(2024, 9, 3), "autumn_ends_on": date(2024, 12, 20), "autumn_half_from": date(2024, 10, 28),
    "autumn_half_to": date(2024, 11, 1), "spring_starts_on": date(2025, 1, 6), "spring_ends_on": date(2025, 4, 11),
    "spring_half_from": date(2025, 2, 17), "spring_half_to": date(2025, 2, 21), "summer_starts_on": date(2025, 4, 28),
    "summer_ends_on": date(2025, 7, 22), "summer_half_from": date(2025, 5, 26), "summer_half_to": date(2025, 5, 30),
}
TERMS = (TermDates(date(2024, 9, 3), date(2024, 12, 20), date(2024, 10, 28), date(2024, 11, 1)),
         TermDates(date(2025, 1, 6), date(2025, 4, 11), date(2025, 2, 17), date(2025, 2, 21)))


def wrong(**changed: Any) -> list[tuple[str, str]]:
    closed, followed = changed.pop("closed", ()), changed.pop("followed", ())
    calendar = SimpleNamespace(**(DAYS | changed))
    year = {"first": date(2024, 9, 1), "last": date(2025, 8, 31), "year": "2024-25"}
    found = check_calendar(calendar, **year, closed=closed, followed=followed)
    assert all(each.severity == "blocking" and each.code == "DATA-calendar" for each in found)
    return [(each.field, each.message) for each in found]


def test_a_whole_calendar_in_order_is_right_and_so_is_one_without_any_term() -> None:
    assert wrong() == []
    assert wrong(**dict.fromkeys(DAYS)) == []
    assert wrong(spring_half_from=None, spring_half_to=None) == []
    assert wrong(autumn_starts_on=date(2024, 9, 1), summer_ends_on=date(2025, 8, 31)) == [], "the year's own first and last day"


@pytest.mark.parametrize(("changed", "field", "said"), [
    ({"spring_starts_on": None, "spring_ends_on": None, "spring_half_from": None, "spring_half_to": None}, "spring_starts_on",
     "Enter all three terms"),
    ({"summer_ends_on": None}, "summer_ends_on", "Enter all three terms"),
    ({"autumn_ends_on": date(2024, 9, 3)}, "autumn_ends_on", "must come after the first, 03 Sep 2024"),
    ({"autumn_half_to": None}, "autumn_half_to", "Enter both days"),
    ({"autumn_half_from": date(2024, 11, 4)}, "autumn_half_to", "cannot end before it begins"),
    ({"autumn_half_from": date(2024, 9, 3)}, "autumn_half_from", "lies outside the term"),
    ({"autumn_starts_on": date(2024, 8, 31)}, "autumn_starts_on", "31 Aug 2024 lies outside 2024-25"),
    ({"summer_ends_on": date(2025, 9, 1)}, "summer_ends_on", "01 Sep 2025 lies outside 2024-25"),
    ({"spring_starts_on": date(2024, 12, 20)}, "spring_starts_on", "before the last one has ended, on 20 Dec 2024"),
    ({"autumn_ends_on": date(2024, 11, 3)}, "spring_starts_on", "More than nine weeks"),
])
def test_what_is_wrong_stands_beside_its_field(changed: dict[str, Any], field: str, said: str) -> None:
    found = wrong(**changed)
    assert found and all(said in message for name, message in found if name == field) and field in dict(found)


def test_nine_weeks_between_two_terms_are_a_holiday() -> None:
    assert wrong(autumn_ends_on=date(2024, 11, 4)) == []  # 63 days before 6 January


def test_closures_stay_inside_the_terms_that_are_entered_or_followed() -> None:
    closed = [(date(2024, 12, 20), date(2024, 12, 20))]
    assert wrong(closed=closed) == []
    assert wrong(closed=closed, autumn_ends_on=date(2024, 12, 19)) == [
        ("", "The closure of 20 Dec 2024 would lie outside these terms. Change or remove it first.")]
    nothing = dict.fromkeys(DAYS)
    assert wrong(closed=closed, followed=TERMS, **nothing) == []
    assert len(wrong(closed=[(date(2025, 4, 28), date(2025, 4, 29))], followed=TERMS, **nothing)) == 1


def closure(first: date | None, last: date | None, kind: ClosureKind = ClosureKind.INSET, note: str | None = None,
            others: Any = (), terms: Any = TERMS) -> list[tuple[str, str, str]]:
    found = check_closure(SimpleNamespace(kind=kind, starts_on=first, ends_on=last, note=note), terms=terms, others=others)
    return [(each.field, each.code, each.message) for each in found]


@pytest.mark.parametrize(("first", "last", "said"), [
    (date(2024, 12, 20), date(2024, 12, 19), "cannot come before the first"),
    (date(2024, 12, 23), date(2024, 12, 23), "23 Dec 2024 does not lie inside one term"),
    (date(2024, 12, 20), date(2025, 1, 6), "does not lie inside one term"),
    (date(2024, 10, 28), date(2024, 11, 1), "shut then anyway"),
    (date(2024, 11, 9), date(2024, 11, 10), "shut then anyway"),
])
def test_a_closure_shuts_a_school_that_would_be_open(first: date, last: date, said: str) -> None:
    [(_, code, message)] = closure(first, last)
    assert code == "DATA-calendar" and said in message


def test_a_closure_may_reach_into_the_half_term_and_over_a_weekend() -> None:
    assert closure(date(2024, 10, 25), date(2024, 10, 28)) == []
    assert closure(date(2024, 9, 3), date(2024, 9, 3)) == [] == closure(date(2024, 12, 20), date(2024, 12, 20))


def test_the_same_days_are_closed_once() -> None:
    others = [(date(2024, 11, 5), date(2024, 11, 7))]
    [(field, code, message)] = closure(date(2024, 11, 7), date(2024, 11, 8), others=others)
    assert (field, code) == ("starts_on", "DATA-unique") and "05 Nov 2024 to 07 Nov 2024" in message
    assert closure(date(2024, 11, 8), date(2024, 11, 8), others=others) == []
    assert closure(date(2024, 11, 4), date(2024, 11, 4), others=others) == []


def test_another_closure_says_what_it_is_for_and_needs_known_terms() -> None:
    day = date(2024, 11, 5)
    assert [each[0] for each in closure(day, day, ClosureKind.OTHER)] == ["note"]
    assert closure(day, day, ClosureKind.OTHER, "Polling station") == []
    assert "not on record yet" in closure(day, day, terms=())[0][2]
    assert closure(None, day) == []


def test_a_day_off_is_no_weekend_and_no_bank_holiday() -> None:
    assert check_day_off(date(2025, 5, 6)) == [] == check_day_off(None)
    assert "a bank holiday already" in blocking(check_day_off(date(2025, 5, 5)))[0].message
    assert "a weekend" in blocking(check_day_off(date(2025, 5, 4)))[0].message


def test_an_authority_has_three_figures() -> None:
    assert check_code("351") == []
    for bad in ("35", "3511", "abc", "", None, "３５１"):
        assert [each.field for each in blocking(check_code(bad))] == ["local_authority_code"]
