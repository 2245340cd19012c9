"""What the grades mean."""

from __future__ import annotations

from pep_admin.rubric import MEANING, RUBRIC_VERSION, is_satisfactory
from pep_admin.vocabulary import Grade
from pep_admin.year_words import SatisfactoryGrades


def test_every_grade_has_its_meaning() -> None:
    assert list(MEANING) == list(Grade)
    assert all(text.endswith(".") for text in MEANING.values())


def test_the_rubric_has_a_version_that_reviews_keep() -> None:
    assert RUBRIC_VERSION == "2024-25.1"


def test_amber_is_satisfactory_only_where_the_year_says_so() -> None:
    assert is_satisfactory(Grade.GREEN, SatisfactoryGrades.GREEN)
    assert not is_satisfactory(Grade.AMBER, SatisfactoryGrades.GREEN)
    assert is_satisfactory(Grade.AMBER, SatisfactoryGrades.AMBER)
