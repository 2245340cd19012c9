"""The steps of a schedule: on which day each falls, which of them is to be taken, what is typed as days."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pep_admin.chasing import (
    ESCALATED,
    HALF_TERM,
    UNSENT,
    PartFacts,
    Schedule,
    is_to_escalate,
    parse_days,
    step_due,
    step_words,
    steps,
)

DUE = date(2024, 11, 29)
SCHEDULE = Schedule(True, (14, 5), (1, 7), 10)


def facts(**changed: Any) -> PartFacts:
    return PartFacts(**{"due_on": DUE, "asked_on": date(2024, 9, 16), **changed})


def days(found: PartFacts) -> list[tuple[str, str]]:
    return [(step.key, f"{step.on:%d %b}") for step in steps(found, SCHEDULE)]


def test_the_steps_by_day() -> None:
    assert days(facts()) == [("before 14", "15 Nov"), ("before 5", "24 Nov"), ("after 1", "30 Nov"), ("after 7", "06 Dec")]
    assert days(facts(half_term_on=date(2024, 10, 21)))[0] == (HALF_TERM, "21 Oct")


def test_what_would_have_come_before_the_writer_had_it_is_no_step() -> None:
    assert days(facts(asked_on=date(2024, 11, 15))) == [("before 5", "24 Nov"), ("after 1", "30 Nov"), ("after 7", "06 Dec")]
    assert days(facts(asked_on=date(2024, 12, 20))) == []


def test_sent_back_after_its_day_it_is_late_from_then() -> None:
    assert days(facts(asked_on=date(2024, 12, 4), back_on=date(2024, 12, 4))) == [("after 1", "05 Dec"), ("after 7", "11 Dec")]
    early = facts(asked_on=date(2024, 11, 20), back_on=date(2024, 11, 20))
    assert days(early)[:2] == [("before 5", "24 Nov"), ("after 1", "30 Nov")]


def test_what_is_signed_and_not_sent_has_steps_of_its_own_from_the_day_after() -> None:
    assert days(facts(signed_on=date(2024, 11, 20), half_term_on=date(2024, 10, 21))) == [
        (UNSENT, "21 Nov"), (f"{UNSENT} before 5", "24 Nov"), (f"{UNSENT} after 1", "30 Nov"), (f"{UNSENT} after 7", "06 Dec")]
    assert days(facts(signed_on=date(2024, 12, 20))) == [(UNSENT, "21 Dec")]
    assert step_words(UNSENT) == "signed and not sent"
    assert step_words(f"{UNSENT} after 1") == "signed and not sent, 1 day late"


@pytest.mark.parametrize(("day", "taken", "key"), [
    (date(2024, 11, 14), (), None), (date(2024, 11, 15), (), "before 14"), (date(2024, 11, 15), ("before 14",), None),
    (date(2024, 11, 23), (), "before 14"), (date(2024, 11, 24), (), "before 5"), (date(2024, 12, 1), ("after 1",), None),
])
def test_the_latest_step_that_has_come_is_taken_once(day: date, taken: tuple[str, ...], key: str | None) -> None:
    found = step_due(facts(), SCHEDULE, taken, day)
    assert (found.key if found else None) == key
    assert step_due(facts(), Schedule(False, (14, 5), (1, 7), 10), taken, day) is None


def test_those_above_get_word_once_when_it_is_late_for_long_enough() -> None:
    assert not is_to_escalate(facts(), SCHEDULE, (), date(2024, 12, 8)) and is_to_escalate(facts(), SCHEDULE, (), date(2024, 12, 9))
    assert not is_to_escalate(facts(), SCHEDULE, (ESCALATED,), date(2024, 12, 9))
    assert not is_to_escalate(facts(), Schedule(True, (), (), 0), (), date(2025, 6, 1))
    assert not is_to_escalate(facts(), Schedule(False, (), (), 10), (), date(2025, 6, 1))


@pytest.mark.parametrize(("text", "found"), [
    ("14, 5", (14, 5)), ("5 and 14 days", (14, 5)), ("", ()), ("7;7 1", (7, 1)), ("90", (90,)),
])
def test_days_as_they_are_typed(text: str, found: tuple[int, ...]) -> None:
    assert parse_days(text) == found


@pytest.mark.parametrize(("text", "said"), [
    ("soon", "“soon” is no number of days from 1 to 90"), ("0", "“0”"), ("91", "“91”"), ("-3", "“-3”"), ("1.5", "“1.5”"),
    ("1 2 3 4 5 6", "6 reminders are too many"),
])
def test_what_is_no_days(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said.replace("“", ".").replace("”", ".")):
        parse_days(text)


def test_a_step_in_words() -> None:
    assert [step_words(key) for key in ("before 14", "after 1", "after 7", HALF_TERM, ESCALATED)] == [
        "14 days before it is due", "1 day late", "7 days late", "no meeting booked by half-term", "word to those above"]
