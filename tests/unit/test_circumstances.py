"""What follows from a child's facts: phase, scheme, age and the switches of the form."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pep_admin.circumstances import SWITCHES, CircumstanceFacts, is_pep_age, latest_sdq, phase_of, said, scheme_of, switches_for
from pep_admin.pep_form import FORM, Field
from pep_admin.vocabulary import PepKind, Phase, Scheme, SenStatus


@pytest.mark.parametrize(
    ("group", "phase", "scheme"),
    [
        ("N1", Phase.EARLY_YEARS, Scheme.EARLY_YEARS), ("N2", Phase.EARLY_YEARS, Scheme.EARLY_YEARS),
        ("R", Phase.EARLY_YEARS, Scheme.SCHOOL_AGE), ("1", Phase.PRIMARY, Scheme.SCHOOL_AGE),
        ("6", Phase.PRIMARY, Scheme.SCHOOL_AGE), ("7", Phase.SECONDARY, Scheme.SCHOOL_AGE),
        ("11", Phase.SECONDARY, Scheme.SCHOOL_AGE), ("12", Phase.POST_16, Scheme.POST_16), ("13", Phase.POST_16, Scheme.POST_16),
        ("", Phase.EARLY_YEARS, Scheme.EARLY_YEARS),
    ],
)  # fmt: skip
def test_phase_and_scheme_follow_the_year_group(group: str, phase: Phase, scheme: Scheme) -> None:
    assert phase_of(group) is phase
    assert scheme_of(group) is scheme


@pytest.mark.parametrize("word", ["14", "Y5", "X"])
def test_a_word_that_is_no_year_group_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match="not in tuple"):
        phase_of(word)
    with pytest.raises(ValueError, match="not in tuple"):
        scheme_of(word)


@pytest.mark.parametrize(
    ("born", "of_age"),
    [
        (date(2022, 9, 1), False),  # two only on 1 September: next year's N1
        (date(2022, 8, 31), True),
        (date(2015, 3, 1), True),
        (date(2006, 10, 5), True),  # eighteen since October, in Year 13 until August
        (date(2006, 8, 31), False),
    ],
)
def test_who_is_of_pep_age_on_18_november_2024(born: date, of_age: bool) -> None:
    assert is_pep_age(born, date(2024, 11, 18)) is of_age


def switches(answers: dict[str, Any] | None = None, **changes: Any) -> frozenset[str]:
    facts: dict[str, Any] = {
        "year_group": "5", "date_of_birth": date(2015, 3, 1), "on": date(2024, 11, 18), "kind": PepKind.TERMLY,
        "has_school": True, "sen_status": SenStatus.NONE, "sdq_total": None, "sdq_threshold": 17,
        "has_targets_to_review": False, "answers": answers or {},
    }  # fmt: skip
    return switches_for(CircumstanceFacts(**{**facts, **changes}))


def test_a_quiet_child_of_year_5_with_an_empty_form() -> None:
    assert switches() == {"sdq_due", "attendance_expected"}


@pytest.mark.parametrize(
    ("changes", "switch", "on"),
    [
        ({"kind": PepKind.INITIAL}, "initial", True),
        ({"kind": PepKind.CHANGE}, "initial", False),
        ({"has_school": False}, "no_school_place", True),
        ({"has_school": False}, "attendance_expected", False),
        ({"sen_status": "E"}, "has_ehcp", True),
        ({"sen_status": "E"}, "sen_any", True),
        ({"sen_status": "E"}, "sen_support", False),
        ({"sen_status": "K"}, "sen_support", True),
        ({"sen_status": "K"}, "sen_any", True),
        ({"sen_status": "K"}, "has_ehcp", False),
        ({"date_of_birth": date(2020, 11, 19)}, "sdq_due", False),  # four tomorrow
        ({"date_of_birth": date(2020, 11, 18)}, "sdq_due", True),
        ({"date_of_birth": date(2007, 11, 19)}, "sdq_due", True),  # sixteen still
        ({"date_of_birth": date(2007, 11, 18)}, "sdq_due", False),
        ({"sdq_total": 16}, "sdq_high", False),
        ({"sdq_total": 17}, "sdq_high", True),
        ({"sdq_total": 16, "sdq_threshold": 16}, "sdq_high", True),
        ({"has_targets_to_review": True}, "targets_to_review", True),
        ({"has_targets_to_review": True, "kind": PepKind.INITIAL}, "targets_to_review", False),
        ({"has_money_to_answer": True}, "money_to_answer", True),
        ({"has_money_to_answer": True, "kind": PepKind.INITIAL}, "money_to_answer", True),
        ({"has_money_to_answer": True, "kind": PepKind.FUNDING}, "money_to_answer", False),
        ({"year_group": "R"}, "attendance_expected", True),
        ({"year_group": "11"}, "attendance_expected", True),
        ({"year_group": "12"}, "attendance_expected", False),
        ({"year_group": "N2"}, "attendance_expected", False),
        ({"year_group": ""}, "attendance_expected", False),
    ],
)
def test_what_the_childs_facts_switch(changes: dict[str, Any], switch: str, on: bool) -> None:
    assert (switch in switches(**changes)) is on


@pytest.mark.parametrize(
    ("answers", "switch", "on"),
    [
        ({"child_voice_attempts": "Asked on 4 and 11 November; he ran off."}, "no_child_voice", True),
        ({"child_voice_attempts": "Asked twice.", "child_voice_want": "A dog."}, "no_child_voice", False),
        ({"child_voice_attempts": "  "}, "no_child_voice", False),
        ({}, "no_child_voice", False),
        ({"attendance": ({"possible": 100, "present": 95},)}, "attendance_low", False),
        ({"attendance": ({"possible": 100, "present": 94},)}, "attendance_low", True),
        ({"attendance": ({"possible": 100, "present": 99}, {"possible": 40, "present": 30})}, "attendance_low", True),
        ({"attendance": ({"possible": 0, "present": 0},)}, "attendance_low", False),
        ({"attendance": ({"possible": 10, "present": None},)}, "attendance_low", False),
        ({"attendance": ({"possible": 10, "present": 0},)}, "attendance_low", True),
        ({"attendance": None}, "attendance_low", False),
        ({"behaviour": "none"}, "behaviour_concern", False),
        ({"behaviour": "some"}, "behaviour_concern", True),
        ({"behaviour": "serious"}, "behaviour_concern", True),
        ({"child_attended": "whole"}, "child_absent", False),
        ({"child_attended": "part"}, "child_absent", True),
        ({"child_attended": "no"}, "child_absent", True),
        ({"sdq": ({"total": 20, "completed_on": date(2024, 9, 1)},)}, "sdq_high", True),
    ],
)
def test_what_the_answers_switch(answers: dict[str, Any], switch: str, on: bool) -> None:
    assert (switch in switches(answers)) is on


def test_the_latest_score_counts() -> None:
    rows = ({"total": 21, "completed_on": date(2023, 9, 1)}, {"total": 9, "completed_on": date(2024, 9, 1)})
    assert latest_sdq(rows, 30) == 9
    assert latest_sdq(rows[::-1], 30) == 9
    assert latest_sdq(({"total": None, "completed_on": date(2024, 9, 1)}, {"total": 21, "completed_on": None}), 8) == 8
    assert latest_sdq(None, None) is None
    assert "sdq_high" not in switches({"sdq": rows}, sdq_total=30)


def test_every_switch_that_the_form_names_is_known() -> None:
    def named(field: Field) -> set[str]:
        own = {field.asked, field.unless, field.must} - {"", "always", "never"}
        return own.union(*(named(column) for column in field.columns))

    in_form = set().union(*(named(field) for field in FORM.fields()))
    assert in_form - SWITCHES == set()
    assert {"sdq_due", "no_child_voice", "sen_any"} <= in_form


def test_every_switch_can_be_on() -> None:
    everything = switches(
        {
            "child_voice_attempts": "Asked.", "behaviour": "some", "child_attended": "no",
            "attendance": ({"possible": 10, "present": 1},), "sdq": ({"total": 40, "completed_on": date(2024, 9, 1)},),
        },
        sen_status="E", has_targets_to_review=True, has_money_to_answer=True,
    )  # fmt: skip
    others = switches(kind=PepKind.INITIAL, sen_status="K", has_school=False)
    assert everything | others == SWITCHES


@pytest.mark.parametrize(("text", "words"), [
    ("Fine", True), ("7", True), ("我喜欢数学", True), (" ", False), (".", False), ("-", False), ("\u200b", False),
    ("\u3164", False), ("\u2800", False), ("n/a", False), ("N/A ", False), ("tbc", False), ("Nana helps me", True), (None, False),
])
def test_words_are_what_can_be_read_and_says_something(text: str | None, words: bool) -> None:
    assert said(text) is words
