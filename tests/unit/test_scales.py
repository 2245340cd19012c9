"""The attainment scales: their order, no word twice in one of them, and the years in which they hold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pep_admin import scales
from pep_admin.scales import AGE, LATER, NOW, PRIMARY, Scale, in_words, meant, on_scale, scales_of
from pep_admin.school_calendar import YEAR_GROUPS

EVERY = [each for each in vars(scales).values() if isinstance(each, Scale)]


def test_the_scales_of_the_form_are_there() -> None:
    assert {each.number for each in EVERY} == {"2.1", "2.2a", "2.2b", "2.8a", "2.8c", "2.8d", "2.8e", "2.8g"}
    assert [value.code for value in AGE.values] == ["WB", "B", "ON", "AB"] and [value.code for value in AGE.unplaced] == ["NA"]
    assert [value.code for value in PRIMARY.values] == ["PRE", *(f"PK{step}" for step in range(1, 7)), "WTS", "EXS", "GDS"]
    assert [value.label for value in scales.GCSE_PAIRS.values][:4] == ["1-1", "2-1", "2-2", "3-2"]


@pytest.mark.parametrize("scale", EVERY, ids=lambda scale: scale.title)
def test_no_spelling_means_two_values_of_one_scale(scale: Scale) -> None:
    spellings = [text.casefold() for value in (*scale.values, *scale.unplaced) for text in dict.fromkeys(
        each.casefold() for each in value.spellings)]
    assert len(set(spellings)) == len(spellings)


def test_every_year_group_has_a_scale_for_now_and_for_the_end_of_its_phase() -> None:
    assert all(scales_of(group, "2024-25", of) for group in YEAR_GROUPS for of in (NOW, LATER)) and scales_of("", "2024-25") == ()


def test_a_scale_holds_in_the_years_it_is_dated_for(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = replace(PRIMARY, until="2024-25"), replace(AGE, since="2025-26")
    monkeypatch.setitem(scales._OF_YEAR, "4", ((old, new), (old,)))
    scales._known.cache_clear()
    try:
        assert [scales_of("4", year) for year in ("2023-24", "2024-25", "2025-26")] == [(old,), (old,), (new,)]
        assert scales_of("4", "2025-26", LATER) == ()
        assert [on_scale("EXS", "4", year) for year in ("2024-25", "2025-26")] == [True, False]
    finally:
        scales._known.cache_clear()


def test_a_code_of_two_qualifications_is_on_the_scale_and_stays_as_typed() -> None:
    assert {value.label for value in meant("P", "12", "2024-25")} == {"Pass", "End assessment: pass"}
    assert in_words("P", "12", "2024-25") == "P" and on_scale("P", "12", "2024-25")
    assert in_words("D", "12", "2024-25") == "D", "a grade that is called so goes before a code"
    assert in_words(None, "12", "2024-25") is None and not on_scale("", "12", "2024-25")
