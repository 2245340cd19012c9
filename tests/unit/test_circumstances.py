"""What follows from a child's facts: phase, scheme, age and the switches of the form."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from pep_admin.circumstances import (
    SWITCHES,
    CircumstanceFacts,
    child_spoke,
    is_pep_age,
    is_voice,
    latest_sdq,
    phase_of,
    said,
    scheme_of,
    schooling_gaps,
    switches_for,
    voice_version,
)
from pep_admin.pep_form import FORM, Field, SchoolingFacts
from pep_admin.policy import USUAL, FormNumbers
from pep_admin.vocabulary import PepKind, Phase, Scheme, SenStatus
from pep_admin.year_words import FirstGroup, LastDay

MONDAY = datetime(2024, 11, 18, 9, tzinfo=UTC)
ELM_THEN_ASH = (SchoolingFacts("Elm School", date(2020, 9, 1), date(2024, 1, 12), "Moved home"),
                SchoolingFacts("Ash School", date(2024, 4, 15), None))


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
    assert is_pep_age(born, date(2024, 11, 18), USUAL) is of_age


@pytest.mark.parametrize(("born", "changed", "has_setting", "of_age"), [
    # Two on 10 Oct 2024, in no year group yet: at a setting, and where the year says so.
    (date(2022, 10, 10), {}, True, True), (date(2022, 10, 10), {}, False, False),
    (date(2022, 10, 10), {"two_in_setting": False}, True, False),
    # One year old: never.
    (date(2022, 11, 19), {}, True, False),
    # N1, N2 and Reception, where PEPs begin later.
    (date(2022, 3, 1), {"first_group": FirstGroup.N2}, False, False),
    (date(2021, 3, 1), {"first_group": FirstGroup.N2}, False, True),
    (date(2021, 3, 1), {"first_group": FirstGroup.R}, False, False), (date(2020, 3, 1), {"first_group": FirstGroup.R}, False, True),
    (date(2021, 3, 1), {"first_group": FirstGroup.R}, True, True),
    # Eighteen today, eighteen tomorrow, nineteen and past Year 13.
    (date(2006, 11, 18), {"last_day": LastDay.BIRTHDAY}, True, False),
    (date(2006, 11, 19), {"last_day": LastDay.BIRTHDAY}, True, True),
    (date(2006, 11, 18), {}, True, True), (date(2005, 10, 1), {}, True, False),
])
def test_who_has_a_pep_is_the_years_to_say(born: date, changed: dict[str, Any], has_setting: bool, of_age: bool) -> None:
    assert is_pep_age(born, date(2024, 11, 18), replace(USUAL, **changed), has_setting=has_setting) is of_age


def switches(answers: dict[str, Any] | None = None, **changes: Any) -> frozenset[str]:
    facts: dict[str, Any] = {
        "year_group": "5", "date_of_birth": date(2015, 3, 1), "on": date(2024, 11, 18), "kind": PepKind.TERMLY,
        "has_school": True, "sen_status": SenStatus.NONE, "sdq_total": None, "numbers": USUAL,
        "has_targets_to_review": False, "answers": answers or {},
    }  # fmt: skip
    return switches_for(CircumstanceFacts(**{**facts, **changes}))


def test_a_quiet_child_of_year_5_with_an_empty_form() -> None:
    assert switches() == {"sdq_due", "attendance_expected", "at_school", "at_a_setting", "on_a_timetable", "key_stage_2_up",
                          "voice_junior", "careers_light"}


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
        ({"sdq_total": 16, "numbers": FormNumbers(sdq_threshold=16)}, "sdq_high", True),
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
        ({"year_group": "R", "has_school": False}, "no_school_place", True),
        ({"year_group": "N2", "has_school": False}, "no_school_place", False),
        ({"year_group": "12", "has_school": False}, "no_school_place", False),
        ({"year_group": "R"}, "at_school", True),
        ({"year_group": "11"}, "at_school", True),
        ({"year_group": "12"}, "at_school", False),
        ({"has_school": False}, "at_school", False),
        ({"year_group": "R"}, "on_a_timetable", False),
        ({"year_group": "1"}, "on_a_timetable", True),
        ({"year_group": "12"}, "on_a_timetable", True),
        ({"year_group": "12", "has_school": False}, "on_a_timetable", False),
        ({"year_group": "12"}, "at_a_setting", True),
        ({"has_school": False}, "at_a_setting", False),
        ({"date_of_birth": date(2008, 11, 18)}, "from_16", True),  # sixteen on the day
        ({"date_of_birth": date(2008, 11, 19)}, "from_16", False),
        ({"year_group": "11", "on": date(2025, 3, 31)}, "leaving_school", False),
        ({"year_group": "11", "on": date(2025, 4, 1)}, "leaving_school", True),
        ({"year_group": "11", "on": date(2024, 9, 1)}, "leaving_school", False),
        ({"year_group": "10", "on": date(2025, 5, 1)}, "leaving_school", False),
        ({"year_group": "12"}, "leaving_school", True),
        ({"year_group": "10"}, "qualifications", False),
        ({"year_group": "11"}, "qualifications", True),
        ({"year_group": "6"}, "exam_years", True),
        ({"year_group": "9"}, "exam_years", False),
        ({"year_group": "13"}, "exam_years", True),
        ({"year_group": "2"}, "key_stage_2_up", False),
        ({"year_group": "3"}, "key_stage_2_up", True),
        ({"year_group": "N2"}, "nursery", True),
        ({"year_group": "N2", "has_school": False}, "nursery", False),
        ({"year_group": "R"}, "nursery", False),
        ({"year_group": "N1"}, "two_year_check", True),
        ({"year_group": ""}, "two_year_check", True),
        ({"year_group": "N1", "has_school": False}, "two_year_check", False),
        ({"year_group": "N2"}, "two_year_check", False),
        ({"ahead": ("Schools are visited",)}, "planning_ahead", True),
        ({"ahead": ()}, "planning_ahead", False),
        ({"in_custody": True}, "in_custody", True),
        ({"in_custody": False}, "in_custody", False),
        ({"has_suspension": True}, "exclusion_concern", True),
        ({"has_suspension": False}, "exclusion_concern", False),
        ({"year_group": "6"}, "careers", False),
        ({"year_group": "7"}, "careers", True),
        ({"year_group": "2"}, "careers_light", False),
        ({"year_group": "3"}, "careers_light", True),
        ({"year_group": "6"}, "careers_light", True), ({"year_group": "7"}, "careers_light", False),
        ({"year_group": "12", "has_school": False}, "not_eet", True),
        ({"year_group": "12"}, "not_eet", False),
        ({"year_group": "11", "has_school": False}, "not_eet", False),
        ({"year_group": "12", "answers": {"p16_activity": "NAV"}}, "not_eet", True),
        ({"year_group": "13", "answers": {"p16_activity": "UNK"}}, "not_eet", True),
        ({"year_group": "12", "has_school": False, "answers": {"p16_activity": "APP"}}, "not_eet", False),
        ({"year_group": "12", "has_school": False, "answers": {"p16_activity": "GAP"}}, "not_eet", False),
        ({"moves_to": "Year 7"}, "transition", True),
        ({"moves_to": ""}, "transition", False),
        ({"is_late": True}, "late", True),
        ({"has_targets": True}, "has_targets", True),
        ({"schooling": ELM_THEN_ASH}, "schooling_gap", True),
        ({"schooling": ELM_THEN_ASH[:1]}, "schooling_gap", False),
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
        ({"attendees": ({"role": "carer", "took_part": "apologies"},)}, "carer_absent", True),
        ({"attendees": ({"role": "carer", "took_part": "part"},)}, "carer_absent", False),
        ({"attendees": ({"role": "carer", "took_part": "no_answer"}, {"role": "child", "took_part": "no_answer"})}, "carer_absent",
         False),
        ({"attendees": ({"role": "carer", "took_part": "no_answer"}, {"role": "child", "took_part": "part"})}, "carer_absent",
         True),
        ({"attendees": ({"role": "child", "took_part": "attended"},)}, "carer_absent", True),
        ({"attendees": None}, "carer_absent", False),
        ({"part_time": True}, "part_time", True),
        ({"part_time": False}, "part_time", False),
        ({"placement_change_expected": True}, "home_move", True),
        ({"placement_change_expected": False}, "home_move", False),
        ({"exclusion_risk": True}, "exclusion_concern", True),
        ({"exclusion_risk": False}, "exclusion_concern", False),
        ({"alternative_provision": True}, "alternative_provision", True),
        ({"alternative_provision": False}, "alternative_provision", False),
        ({"communicates_by": ("speech",)}, "communication_needs", False),
        ({"communicates_by": None}, "communication_needs", False),
        ({"communicates_by": ("speech", "signing")}, "communication_needs", True),
        ({"communicates_by": ("behaviour",)}, "communication_needs", True),
        ({"restricted_any": True}, "restricted", True),
        ({"restricted_any": False}, "restricted", False),
        ({"other_services": True}, "other_services", True),
        ({"other_services": False}, "other_services", False),
        ({"healthcare_plan": True}, "healthcare_plan", True),
        ({"healthcare_plan": False}, "healthcare_plan", False),
        ({"out_of_year": True}, "out_of_year", True),
        ({"out_of_year": False}, "out_of_year", False),
        ({"mental_health_support": "waiting"}, "mental_health_help", True),
        ({"mental_health_support": "ended"}, "mental_health_help", False),
        ({"child_absent_kind": "adults"}, "absence_to_tell", True),
        ({"child_absent_kind": "other"}, "absence_to_tell", True),
        ({"child_absent_kind": "unwell"}, "absence_to_tell", False),
        ({"next_care_review_on": date(2024, 11, 18), "meeting_at": MONDAY}, "review_same_day", True),
        ({"next_care_review_on": date(2024, 11, 18)}, "review_same_day", False),
        ({"next_care_review_on": date(2024, 11, 19), "meeting_at": MONDAY}, "review_same_day", False),
        ({"address_withheld_from": "nobody"}, "address_withheld", False),
        ({"address_withheld_from": "parents"}, "address_withheld", True),
        ({"address_withheld_from": "school"}, "address_withheld", True),
        ({}, "address_shared", False), ({"address_withheld_from": "nobody"}, "address_shared", True),
        ({"address_withheld_from": "parents"}, "address_shared", True),
        ({"address_withheld_from": "school"}, "address_shared", False),
        ({"address_withheld_from": "parents"}, "address_from_school", False),
        ({"address_withheld_from": "school"}, "address_from_school", True),
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
            "child_voice_attempts": "Asked.", "behaviour": "some", "child_attended": "no", "child_absent_kind": "adults",
            "attendance": ({"possible": 10, "present": 1},), "sdq": ({"total": 40, "completed_on": date(2024, 9, 1)},),
            "attendees": ({"role": "child", "took_part": "attended"},), "part_time": True, "placement_change_expected": True,
            "address_withheld_from": "school", "carer_voice_how": "not_reached",
            "sdq_missing_reason": "under_a_year", "alternative_provision": True,
            "communicates_by": ("signing",),
            "restricted_any": True, "other_services": True, "healthcare_plan": True, "mental_health_support": "asked",
            "out_of_year": True, "next_care_review_on": date(2024, 11, 18), "meeting_at": MONDAY,
        },
        sen_status="E", has_targets_to_review=True, has_targets=True, is_late=True, moves_to="Year 7", schooling=ELM_THEN_ASH,
        has_money_to_answer=True, ahead=("Schools are visited",), in_custody=True, has_suspension=True,
    )  # fmt: skip
    others = switches({"sen_plan": True, "address_withheld_from": "nobody"}, kind=PepKind.INITIAL, sen_status="K", has_school=False)
    at_college = switches({"p16_activity": "FE"}, year_group="12", date_of_birth=date(2008, 3, 1))
    older = switches(year_group="12", has_school=False, date_of_birth=date(2008, 3, 1))
    ages = (switches(year_group=each) for each in ("N1", "2", "4", "6", "8"))
    assert everything.union(others, older, at_college, *ages) == SWITCHES


@pytest.mark.parametrize(("group", "ways", "version"), [
    ("", None, "seen"), ("N1", ("speech",), "seen"), ("R", ("speech",), "seen"), ("1", ("speech",), "faces"), ("2", None, "faces"),
    ("3", ("speech",), "junior"), ("6", None, "junior"), ("7", ("speech",), "senior"), ("11", None, "senior"),
    ("12", ("speech",), "adult"), ("13", None, "adult"),
    # How a child communicates goes before the year group.
    ("9", ("symbols",), "faces"), ("9", ("speech", "signing"), "faces"), ("4", ("device",), "faces"),
    ("9", ("behaviour",), "seen"), ("13", ("behaviour", "other"), "seen"), ("9", ("symbols", "behaviour"), "faces"),
])
def test_which_questions_a_child_is_asked(group: str, ways: tuple[str, ...] | None, version: str) -> None:
    assert voice_version(group, ways) == version
    on = switches({"communicates_by": ways}, year_group=group)
    assert {each for each in on if each.startswith("voice_")} == {f"voice_{version}"}


@pytest.mark.parametrize(("answers", "spoke"), [
    ({}, False), ({"child_voice_good": "I like PE."}, True), ({"child_voice_hard": "Pass"}, False),
    ({"child_voice_hard": "“pass.”"}, False), ({"child_voice_want": "n/a"}, False), ({"child_voice_want": "To pass maths"}, True),
    ({"face_lunch": "bad"}, True), ({"face_lunch": "good"}, True), ({"face_lunch": "middle"}, True),
    ({"face_lunch": "unsure", "face_home": "stop"}, False),
    ({"seen_comforted": "Her blue blanket."}, True), ({"seen_times": ({"saw": "Ran to the sand."},)}, True),
    ({"seen_times": ({"saw": None},)}, False), ({"voice_senior_answers": ({"answer": "My mentor."},)}, True),
    ({"voice_senior_answers": ({"answer": "Pass"},)}, False), ({"voice_junior_answers": ({"answer": None},)}, False),
])
def test_one_real_answer_is_a_voice_and_a_pass_is_none(answers: dict[str, Any], spoke: bool) -> None:
    assert child_spoke(answers) is spoke


# --- the schools so far ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left_on", "began_on", "weeks"),
    [
        (date(2024, 3, 1), date(2024, 3, 4), None),  # the Monday after
        (date(2024, 3, 1), date(2024, 3, 22), None),  # fourteen school days
        (date(2024, 3, 1), date(2024, 3, 25), 3),  # fifteen
        (date(2023, 7, 21), date(2023, 9, 5), None),  # the summer holidays
        (date(2023, 6, 9), date(2023, 9, 5), 5),  # and five weeks before them: 12 June to 17 July are 26 days
        (date(2023, 12, 19), date(2024, 1, 8), None),  # Christmas
        (date(2024, 3, 28), date(2024, 4, 15), None),  # Easter
        (date(2024, 9, 6), date(2024, 9, 2), None),  # one before the other ended
    ],
)
def test_weeks_at_no_school_are_counted_without_the_long_holidays(left_on: date, began_on: date, weeks: int | None) -> None:
    schools = (SchoolingFacts("Elm School", date(2020, 9, 1), left_on, "Moved home"), SchoolingFacts("Ash School", began_on, None))
    found = [(gap.weeks, gap.after, gap.before) for gap in schooling_gaps(schools)]
    assert found == ([(weeks, "Elm School", "Ash School")] if weeks else [])


def test_a_school_that_lasts_through_another_leaves_no_gap() -> None:
    long, short = (SchoolingFacts("Elm School", date(2020, 9, 1), date(2024, 7, 19), "Moved home"),
                   SchoolingFacts("The workshop", date(2023, 1, 9), date(2023, 2, 10), "Other"))
    after = SchoolingFacts("Ash School", date(2024, 9, 3), None)
    assert schooling_gaps((after, short, long)) == []
    assert [gap.after for gap in schooling_gaps((after, short))] == ["The workshop"]


@pytest.mark.parametrize(("text", "words"), [
    ("Fine", True), ("7", True), ("我喜欢数学", True), (" ", False), (".", False), ("-", False), ("\u200b", False),
    ("\u3164", False), ("\u2800", False), ("n/a", False), ("N/A ", False), ("tbc", False), ("Nana helps me", True), (None, False),
])
def test_words_are_what_can_be_read_and_says_something(text: str | None, words: bool) -> None:
    assert said(text) is words


@pytest.mark.parametrize("words", [
    "XXXX", "xx", "none", "None.", "Refused", "No comment", "Did not want to", "didn’t want to say", "I", "ok", "Pass", "?", "",
    "“Don't know”", "n/a", "  absent ",
])
def test_what_tells_that_nobody_was_heard_is_no_voice(words: str) -> None:
    assert not is_voice(words)


@pytest.mark.parametrize("words", ["No more maths", "Fine at lunch", "Hm, PE", "Nothing is hard", "Xu", "我喜欢"])
def test_few_words_may_be_a_voice(words: str) -> None:
    assert is_voice(words)


def test_what_is_no_text_is_no_voice() -> None:
    assert not is_voice(None) and not is_voice(3)
