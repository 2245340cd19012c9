"""SDQ totals, suspensions and consents: what is refused, what is only pointed out, what passes. Values by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from pep_admin.validators.findings import blocking
from pep_admin.validators.records import SuspensionFacts, check_consent, check_figures_day, check_sdq, check_suspension
from pep_admin.vocabulary import ConsentDecision, SuspensionKind, SuspensionReason

BORN, TODAY = date(2011, 5, 14), date(2024, 11, 18)
FRIDAY, MONDAY = date(2024, 11, 8), date(2024, 11, 11)


@dataclass
class Row:
    kind: Any = SuspensionKind.SUSPENSION
    started_on: Any = FRIDAY
    ended_on: Any = None
    half_days: Any = None
    reason: Any = None
    second_reason: Any = None
    third_reason: Any = None
    told_us_on: Any = FRIDAY
    back_to_school_talk_on: Any = None
    total: Any = 12
    completed_on: Any = MONDAY
    decision: Any = None
    given_on: Any = None
    days_notice: Any = None


def fields(found: list[Any], severity: str = "blocking") -> list[str]:
    return [each.field for each in found if each.severity == severity]


@pytest.mark.parametrize(("total", "wrong"), [(0, []), (40, []), (41, ["total"]), (-1, ["total"])])
def test_an_sdq_total_is_0_to_40(total: int, wrong: list[str]) -> None:
    assert fields(check_sdq(Row(total=total), born_on=BORN, today=TODAY)) == wrong


@pytest.mark.parametrize(("day", "told"), [(None, []), (TODAY, []), (date(2024, 11, 19), [("DATA-dates", "figures_to")])])
def test_attendance_is_told_up_to_a_day_that_has_come(day: date | None, told: list[tuple[str, str]]) -> None:
    assert [(each.code, each.field) for each in blocking(check_figures_day(day, today=TODAY))] == told


def test_an_sdq_of_which_nothing_is_known_yet_is_no_problem() -> None:
    assert check_sdq(Row(total=None, completed_on=None), born_on=BORN, today=TODAY) == []


@pytest.mark.parametrize(("day", "wrong"), [(TODAY, []), (date(2024, 11, 19), ["completed_on"]), (BORN, []),
                                            (date(2011, 5, 13), ["completed_on"])])
def test_an_sdq_is_of_a_day_in_the_childs_life(day: date, wrong: list[str]) -> None:
    assert fields(check_sdq(Row(completed_on=day), born_on=BORN, today=TODAY)) == wrong


@pytest.mark.parametrize(("changed", "wrong"), [
    ({}, []),
    ({"ended_on": MONDAY, "half_days": 4}, []),  # Friday and Monday: two school days, four half days
    ({"ended_on": MONDAY, "half_days": 5}, ["half_days"]),
    ({"ended_on": FRIDAY, "half_days": 1}, []),
    ({"ended_on": date(2024, 11, 7)}, ["ended_on"]),
    ({"started_on": date(2024, 11, 19)}, ["started_on"]),
    ({"started_on": None, "ended_on": MONDAY, "half_days": 5}, []),  # nothing to hold the others against
    ({"kind": SuspensionKind.PERMANENT}, []),
    ({"kind": SuspensionKind.PERMANENT, "ended_on": MONDAY}, ["ended_on"]),
    ({"reason": SuspensionReason.DB, "second_reason": SuspensionReason.DB}, ["second_reason"]),
    ({"second_reason": SuspensionReason.DB}, ["reason"]),
    ({"reason": SuspensionReason.DB, "second_reason": SuspensionReason.VA, "third_reason": SuspensionReason.TH}, []),
])
def test_what_a_suspension_must_be(changed: dict[str, Any], wrong: list[str]) -> None:
    assert fields(check_suspension(Row(**changed), born_on=BORN, today=TODAY)) == wrong


@pytest.mark.parametrize(("told", "said"), [
    (FRIDAY, []), (date(2024, 11, 7), []), (date(2024, 11, 1), []), (date(2024, 10, 31), ["told_us_on"]),
    (MONDAY, ["told_us_on"]), (None, ["told_us_on"]),
])
def test_the_virtual_school_is_told_at_once(told: date | None, said: list[str]) -> None:
    found = check_suspension(Row(told_us_on=told), born_on=BORN, today=TODAY)
    assert fields(found, "warning") == said
    assert {each.code for each in found} <= {"HB-3.6"}


@pytest.mark.parametrize(("first", "last", "twice"), [
    (date(2024, 11, 4), None, True), (date(2024, 11, 6), None, True), (date(2024, 11, 7), None, False),
    (date(2024, 11, 1), None, False), (date(2024, 11, 1), date(2024, 11, 4), True), (date(2024, 11, 1), date(2024, 11, 15), True),
    (date(2024, 9, 9), None, True), (date(2024, 9, 10), date(2024, 9, 11), False),  # of the 9th the end is not known
])
def test_a_day_is_lost_once(first: date, last: date | None, twice: bool) -> None:
    facts = SuspensionFacts(spans=((date(2024, 9, 9), None), (date(2024, 11, 4), date(2024, 11, 6))))
    found = check_suspension(Row(started_on=first, ended_on=last, told_us_on=first), born_on=BORN, today=TODAY, facts=facts)
    assert [(each.check, each.field) for each in found if each.severity == "blocking"] == (
        [("SUS-twice", "started_on")] if twice else [])


@pytest.mark.parametrize(("at_school", "asked"), [(True, []), (None, []), (False, [("SUS-school", "school")])])
def test_a_school_that_the_child_was_not_at_is_asked_about(at_school: bool | None, asked: list[tuple[str, str]]) -> None:
    found = check_suspension(Row(), born_on=BORN, today=TODAY, facts=SuspensionFacts(at_school=at_school))
    assert [(each.check, each.field) for each in found if each.severity == "warning"] == asked
    assert fields(found) == []


@pytest.mark.parametrize(("own", "at_school", "first", "wrong"), [
    (True, True, FRIDAY, []), (True, None, FRIDAY, []), (True, False, FRIDAY, ["started_on"]), (True, False, None, []),
    (False, True, FRIDAY, ["school"]), (False, False, FRIDAY, ["school"]), (False, None, None, ["school"]),
])
def test_a_school_records_what_was_at_itself_while_the_child_was_there(
    own: bool, at_school: bool | None, first: date | None, wrong: list[str]
) -> None:
    facts = SuspensionFacts(at_school=at_school, own_school=own)
    found = blocking(check_suspension(Row(started_on=first), born_on=BORN, today=TODAY, facts=facts))
    assert [each.field for each in found if each.check == "SUS-school"] == wrong


@pytest.mark.parametrize(("day", "wrong"), [(FRIDAY, []), (MONDAY, []), (date(2024, 11, 7), ["back_to_school_talk_on"])])
def test_nobody_comes_back_before_being_sent_away(day: date, wrong: list[str]) -> None:
    assert fields(check_suspension(Row(back_to_school_talk_on=day), born_on=BORN, today=TODAY)) == wrong


@pytest.mark.parametrize(("others", "own", "said"), [(88, 2, []), (88, 3, ["half_days"]), (91, None, ["half_days"]), (0, 90, [])])
def test_45_days_in_a_year_are_the_limit_in_law(others: int, own: int | None, said: list[str]) -> None:
    found = check_suspension(Row(half_days=own), born_on=BORN, today=TODAY, facts=SuspensionFacts(others))
    assert fields(found, "warning") == said


@pytest.mark.parametrize(("changed", "wrong"), [
    ({}, []),
    ({"decision": ConsentDecision.YES, "given_on": MONDAY}, []),
    ({"decision": ConsentDecision.NO}, ["given_on"]),
    ({"given_on": MONDAY}, ["decision"]),
    ({"decision": ConsentDecision.YES, "given_on": date(2024, 11, 19)}, ["given_on"]),
    ({"days_notice": 366}, ["days_notice"]),
])
def test_a_decision_has_its_day(changed: dict[str, Any], wrong: list[str]) -> None:
    assert fields(check_consent(Row(**changed), born_on=BORN, today=TODAY)) == wrong
