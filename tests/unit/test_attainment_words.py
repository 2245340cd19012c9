"""What is offered for attainment by year: subjects in the order in which they are asked, values from the lowest on."""

from __future__ import annotations

import pytest

from pep_admin.attainment_words import offered
from pep_admin.school_calendar import YEAR_GROUPS


@pytest.mark.parametrize(("group", "subject", "lowest", "highest"), [
    ("N1", "Communication and language", "Below", "Above"), ("R", "Communication and language", "Below", "Expected"),
    ("4", "Reading", "Pre-key-stage", "Greater depth"), ("8", "English", "Working towards", "9"),
    ("11", "English language", "U", "Functional skills level 2"), ("13", "English", "Entry level 1", "Distinction*"),
])
def test_subjects_and_values_of_a_year(group: str, subject: str, lowest: str, highest: str) -> None:
    found = offered(group)
    assert (found["subject"][0], found["current"][0], found["current"][-1]) == (subject, lowest, highest)
    assert found["expected"] == found["current"]


def test_every_year_is_known_and_an_unknown_one_is_offered_nothing() -> None:
    assert all(offered(group)["subject"] for group in YEAR_GROUPS) and offered("") == {}
    assert ["Grammar, punctuation and spelling" in offered(group)["subject"] for group in ("5", "6")] == [False, True]


def test_no_word_is_longer_than_its_box() -> None:
    for group in YEAR_GROUPS:
        found = offered(group)
        assert all(len(each) <= 80 for each in found["subject"]) and all(len(each) <= 40 for each in found["current"])
        assert len(set(found["current"])) == len(found["current"]), "each once"
