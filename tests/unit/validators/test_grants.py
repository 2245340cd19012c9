"""Who may write for whom, for how long, and what (HB-2.2 to 2.7). Days by hand: 183 days after 18 November 2024 is 20 May 2025."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pep_admin.pep_form import FORM
from pep_admin.validators.grants import Side, check_between, check_days, check_sections, domain_of, may_be_given
from pep_admin.vocabulary import PersonKind

TODAY = date(2024, 11, 18)
TEACHER = Side("Tess Lehrer", "tess@alder.example", PersonKind.DESIGNATED_TEACHER)
MIA = Side("Mia Kollege", "Mia@Alder.example", PersonKind.SCHOOL_STAFF)
SARA = Side("Sara Sozial", "sara@council.example", PersonKind.SOCIAL_WORKER)


def said(found: list) -> str:  # type: ignore[type-arg]  # findings
    return " ".join(each.message for each in found)


def test_a_colleague_of_the_same_side_with_the_same_ending_may() -> None:
    assert check_between(TEACHER, MIA, by_office=False) == []
    assert check_between(TEACHER, Side("Head", "head@alder.example", PersonKind.HEADTEACHER), by_office=False) == []
    assert check_between(SARA, Side("Olga", "olga@council.example", PersonKind.SOCIAL_WORKER), by_office=False) == []


@pytest.mark.parametrize(("giver", "holder", "sentence"), [
    (TEACHER, Side("Mia", "mia@birch.example", PersonKind.SCHOOL_STAFF), "ends in @alder.example"),
    (TEACHER, Side("Mia", "mia@alder.example.evil", PersonKind.SCHOOL_STAFF), "ends in @alder.example"),
    (TEACHER, Side("Mia", None, PersonKind.SCHOOL_STAFF), "ends in @alder.example"),
    (Side("Tess", "tess@gmail.com", PersonKind.DESIGNATED_TEACHER), Side("M", "mia@gmail.com", PersonKind.SCHOOL_STAFF), "private"),
    (Side("Tess", None, PersonKind.DESIGNATED_TEACHER), Side("Mia", None, PersonKind.SCHOOL_STAFF), "private"),
    (TEACHER, Side("Karla", "karla@alder.example", PersonKind.CARER), "Karla, carer, who cannot write for a designated teacher"),
    (SARA, Side("Tess", "tess@council.example", PersonKind.DESIGNATED_TEACHER), "who cannot write for a social worker"),
    (TEACHER, Side("Mia", "mia@alder.example", PersonKind.SCHOOL_STAFF, date(2024, 10, 1)), "Mia has left"),
])
def test_nobody_else_may(giver: Side, holder: Side, sentence: str) -> None:
    found = check_between(giver, holder, by_office=False)
    assert sentence in said(found)
    assert [(each.check, each.code, each.field, each.severity) for each in found] == [("grant", "HB-2.7", "email", "blocking")]


def test_the_office_is_not_asked_for_the_address_and_for_all_else_is() -> None:
    assert check_between(TEACHER, Side("Mia", "mia@birch.example", PersonKind.SCHOOL_STAFF), by_office=True) == []
    assert "who cannot write" in said(check_between(TEACHER, SARA, by_office=True))
    left = Side("Mia", "mia@birch.example", PersonKind.SCHOOL_STAFF, date(2024, 10, 1))
    assert "Mia has left" in said(check_between(TEACHER, left, by_office=True))


ALDER, BIRCH = ["Alder School"], ["Birch School"]


@pytest.mark.parametrize(("ours", "theirs", "fits"), [
    (ALDER, [], True), ([], [], True), (ALDER, ["alder  SCHOOL"], True), (ALDER, [*BIRCH, *ALDER], True),
    (ALDER, BIRCH, False), ([], BIRCH, False),
])
def test_the_same_ending_at_another_school_is_no_colleague(ours: list[str], theirs: list[str], fits: bool) -> None:
    giver = Side("Tess", "tess@trust.example", PersonKind.DESIGNATED_TEACHER, works_at=ours)
    holder = Side("Mia", "mia@trust.example", PersonKind.SCHOOL_STAFF, works_at=theirs)
    assert (check_between(giver, holder, by_office=False) == []) is fits
    assert check_between(giver, holder, by_office=True) == []
    workers = [Side(name, f"{name}@council.example", PersonKind.SOCIAL_WORKER, works_at=at)
               for name, at in (("a", ours), ("b", theirs))]
    assert check_between(*workers, by_office=False) == [], "teams of one council stand in for one another"


def test_an_address_elsewhere_is_refused_before_anything_is_told_of_it() -> None:
    assert "Karla" not in said(check_between(TEACHER, Side("Karla", "k@home.example", PersonKind.CARER), by_office=False))


def test_the_ending_of_an_address() -> None:
    assert [domain_of(each) for each in ("a@B.Example ", "a", "", "a@b@c.example")] == ["b.example", "a", "", "c.example"]


@pytest.mark.parametrize(("starts", "ends", "sentence"), [
    (TODAY, TODAY, ""),
    (TODAY, date(2025, 5, 20), ""),
    (TODAY, date(2025, 5, 21), "At most half a year, until 20 May 2025."),
    (date(2024, 12, 1), date(2025, 6, 2), ""),
    (date(2024, 12, 1), date(2025, 6, 3), "At most half a year, until 02 Jun 2025."),
    (date(2024, 9, 1), date(2024, 11, 17), "That day is over."),
    (date(2024, 11, 17), date(2024, 12, 1), "It cannot begin before today."),
    (date(2024, 12, 2), date(2024, 12, 1), "It would end before it begins, on 02 Dec 2024."),
])
def test_its_days(starts: date, ends: date, sentence: str) -> None:
    found = check_days(starts, ends, today=TODAY)
    assert (sentence in said(found)) if sentence else found == []


@given(st.dates(date(2024, 1, 1), date(2026, 1, 1)), st.dates(date(2024, 1, 1), date(2026, 1, 1)))
def test_what_is_let_through_ends_soon_and_in_order(starts: date, ends: date) -> None:
    if not check_days(starts, ends, today=TODAY):
        assert max(starts, TODAY) <= ends <= max(starts, TODAY) + timedelta(days=183)


def test_the_sections_of_part_two_can_be_given_and_what_stands_beside_them() -> None:
    offered = list(may_be_given(FORM))
    assert offered[:3] == ["setting", "strengths", "voice"] and offered[-2:] == ["targets", "money"]
    assert not {"about", "background", "meeting", "voices", "target_exceptions"} & set(offered)


@pytest.mark.parametrize(("sections", "reopened", "given_already", "sentence"), [
    (["voice"], None, [], ""),
    (["voice", "targets"], None, ["voice"], ""),
    ([], None, [], "Tick what they are to write."),
    (["background"], None, [], "Choose from the list."),
    (["voice"], ["attendance"], [], "This stays as it was signed"),
    (["attendance"], ["attendance"], [], ""),
    (["voice"], None, ["voice", "targets"], "They have this to write already."),
])
def test_what_can_be_given(sections: list[str], reopened: list[str] | None, given_already: list[str], sentence: str) -> None:
    found = check_sections(FORM, sections, reopened=reopened, given=given_already)
    assert (sentence in said(found)) if sentence else found == []
