"""Who leaves their school in September, by what the record has: the phase of the school, its name, the year group on both sides."""

from __future__ import annotations

import pytest

from pep_admin.roll_fate import RollFacts, RollFate, group_a_year_later, roll_fate
from pep_admin.vocabulary import SchoolKind, SchoolPhase

F, P, K = RollFate, SchoolPhase, SchoolKind


@pytest.mark.parametrize(("before", "after", "phase", "kind", "name", "fate"), [
    ("N1", "N2", P.EARLY_YEARS, K.NURSERY, "Acorns", F.STAYS),
    ("N2", "R", P.EARLY_YEARS, K.NURSERY, "Acorns", F.MOVES),
    ("N2", "R", P.ALL_THROUGH, K.NURSERY, "Acorns", F.MOVES),
    ("N2", "R", P.PRIMARY, K.SCHOOL, "Bank Primary", F.STAYS),
    ("2", "3", P.PRIMARY, K.SCHOOL, "Bank Primary School", F.STAYS),
    ("2", "3", P.PRIMARY, K.SCHOOL, "Bank Infant School", F.MOVES),
    ("2", "3", P.PRIMARY, K.SCHOOL, "Bank Junior and Infant School", F.STAYS),
    ("2", "3", P.PRIMARY, K.SCHOOL, "St Mary's", F.ASKED),
    ("1", "2", P.PRIMARY, K.SCHOOL, "Bank Infant School", F.STAYS),
    ("2", "3", P.PRIMARY, K.SCHOOL, "Bank First School", F.STAYS),
    ("4", "5", P.PRIMARY, K.SCHOOL, "Bank First School", F.MOVES),
    ("5", "6", P.PRIMARY, K.SCHOOL, "Bank Primary", F.STAYS),
    ("6", "7", P.PRIMARY, K.SCHOOL, "Bank Primary", F.MOVES),
    ("6", "7", P.ALL_THROUGH, K.SCHOOL, "Whole School", F.STAYS),
    ("7", "8", P.SECONDARY, K.SCHOOL, "Oak Middle School", F.ASKED),
    ("10", "11", P.SECONDARY, K.SCHOOL, "Oak High", F.STAYS),
    ("11", "12", P.SECONDARY, K.SCHOOL, "Oak High", F.MOVES),
    ("11", "12", P.SECONDARY, K.SPECIAL, "Elms", F.ASKED),
    ("11", "12", P.ALL_THROUGH, K.SCHOOL, "Whole School", F.ASKED),
    ("12", "13", P.POST_16, K.COLLEGE, "College", F.STAYS),
    ("13", "", P.POST_16, K.COLLEGE, "College", F.LEAVES),
    ("13", "", None, None, "", F.LEAVES),
    ("6", "7", None, None, "", F.NO_SCHOOL),
    ("", "N1", None, None, "", F.NO_SCHOOL),
])
def test_the_record_tells_what_it_can_and_asks_for_the_rest(
    before: str, after: str, phase: SchoolPhase | None, kind: SchoolKind | None, name: str, fate: RollFate
) -> None:
    found = roll_fate(RollFacts(before, after, phase, kind, name))
    assert found is not None and found[0] is fate


def test_who_is_in_no_year_group_on_either_side_is_not_concerned() -> None:
    assert roll_fate(RollFacts("", "", None)) is None


def test_who_came_to_the_school_in_the_new_year_stays_and_who_is_done_is_done() -> None:
    assert roll_fate(RollFacts("6", "7", P.PRIMARY, K.SCHOOL, "Bank Primary", since_new_year=True)) == (F.STAYS, "")
    assert roll_fate(RollFacts("6", "7", P.PRIMARY, K.SCHOOL, "Bank Primary", is_done=True)) == (F.DONE, "")


@pytest.mark.parametrize(("by_hand", "by_age", "later"), [
    ("5", "7", "6"), ("R", "2", "1"), ("N2", "1", "R"), ("13", "", None), ("13", "13", None), ("5", "6", None), ("12", "12", "13"),
])
def test_a_year_group_set_by_hand_goes_up_or_is_set_no_more(by_hand: str, by_age: str, later: str | None) -> None:
    assert group_a_year_later(by_hand, by_age) == later
