"""Whether an answer fits its field: lengths, ranges, choices and rows; nothing is wrong with no answer. Values by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pep_admin.pep_form import Field, Kind
from pep_admin.validators.answers import attendance_wrong, check_answer

CHOICES = (("a", "First"), ("b", "Second"))
LINE = Field("chair", "X", "Who chaired it", Kind.LINE, max_length=5)
NUMBER = Field("total", "X", "Total", Kind.NUMBER, must="always", lowest=0, highest=40)
DAY = Field("on", "X", "Completed on", Kind.DATE)
ONE = Field("one", "X", "Home", Kind.ONE_OF, choices=CHOICES)
MANY = Field("many", "X", "How", Kind.MANY_OF, choices=CHOICES)
ROWS = Field("sdq", "X", "SDQ score", Kind.ROWS, rule="HB-4.7", check="RD-106", columns=(NUMBER, DAY))
ATTENDANCE = Field("attendance", "X", "Attendance", Kind.ROWS, columns=(
    Field("possible", "X", "Possible sessions", Kind.NUMBER), Field("present", "X", "Attended", Kind.NUMBER)))


@pytest.mark.parametrize(("found", "value"), [
    (LINE, None), (LINE, "12345"), (NUMBER, 0), (NUMBER, 40), (Field("n", "X", "Number", Kind.NUMBER), -7), (DAY, date(1990, 1, 1)),
    (DAY, date(2100, 12, 31)), (ONE, "b"), (MANY, ()), (MANY, ("b", "a")), (Field("y", "X", "Yes?", Kind.YES_NO), False),
    (ROWS, ({"total": 12, "on": None},)), (ROWS, ()),
    (ATTENDANCE, ({"possible": 10, "present": 10}, {"possible": None, "present": 3})),
    (ATTENDANCE, ({"possible": 3, "present": None},)),
])
def test_what_fits_its_field_is_taken(found: Field, value: Any) -> None:
    assert check_answer(found, value) == []


@pytest.mark.parametrize(("found", "value", "said"), [
    (LINE, "123456", "Who chaired it: 1 character too many; 5 fit."),
    (LINE, "1" * 1_205, "Who chaired it: 1,200 characters too many; 5 fit."),
    (NUMBER, -1, "Total: enter a whole number from 0 to 40."), (NUMBER, 41, "Total: enter a whole number from 0 to 40."),
    (DAY, date(1989, 12, 31), "Completed on: check the year."), (DAY, date(2101, 1, 1), "Completed on: check the year."),
    (ONE, "c", "Home: choose one of the list."), (MANY, ("a", "c"), "How: choose from the list."),
])
def test_what_does_not_fit_is_told_with_the_fields_own_name(found: Field, value: Any, said: str) -> None:
    [finding] = check_answer(found, value)
    assert (finding.message, finding.field, finding.check, finding.code) == (said, found.key, "shape", "DATA-shape")
    assert finding.severity == "blocking"


def test_a_line_of_a_table_is_told_by_its_number_and_box() -> None:
    rows = ({"total": None, "on": None}, {"total": 41, "on": date(20, 1, 1)})
    found = check_answer(ROWS, rows)
    assert [(each.row, each.message) for each in found] == [
        ("0-total", "“Total” is empty in line 1 of “SDQ score”."),
        ("1-total", "Line 2 of “SDQ score”: Total: enter a whole number from 0 to 40."),
        ("1-on", "Line 2 of “SDQ score”: Completed on: check the year."),
    ]
    assert {(each.check, each.code, each.field) for each in found} == {("RD-106", "HB-4.7", "sdq")}


def test_sixty_lines_fit_and_no_more() -> None:
    assert check_answer(ROWS, ({"total": 1},) * 60) == []
    assert [each.message for each in check_answer(ROWS, ({"total": 1},) * 61)] == ["SDQ score: 60 lines fit."]


def test_more_sessions_attended_than_possible_stand_at_their_line() -> None:
    [found] = check_answer(ATTENDANCE, ({"possible": 10, "present": 9}, {"possible": 10, "present": 11}))
    assert (found.check, found.code, found.row) == ("RD-207", "HB-4.1", "1-present")


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ({"possible": 100, "present": 90, "authorised": 6, "unauthorised": 4}, ""),
        ({"possible": 100, "present": 90, "authorised": 6, "unauthorised": 5},
         "90 sessions attended and 11 missed make 101, more than the 100 that were possible."),
        ({"possible": 100, "present": 90, "unauthorised": 20},
         "90 sessions attended and 20 missed make 110, more than the 100 that were possible."),
        ({"possible": 0, "present": 0}, "With no session possible there is nothing to count. Enter how many there were."),
        ({"possible": 1, "present": 0}, ""), ({"possible": None, "present": 3}, ""), ({"possible": 3, "present": None}, ""),
    ],
)  # fmt: skip
def test_sessions_add_up(line: dict[str, int | None], wrong: str) -> None:
    assert attendance_wrong(line) == wrong
