"""Whatever is typed: checks answer in findings, never in exceptions, and the caps hold to the penny."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pep_admin.circumstances import SWITCHES, CircumstanceFacts, phase_of, scheme_of, switches_for
from pep_admin.policy import FormNumbers
from pep_admin.rulebook import RULES
from pep_admin.school_calendar import YEAR_GROUPS
from pep_admin.validators.findings import Finding, blocking
from pep_admin.validators.identifiers import check_email, check_upn, check_urn
from pep_admin.validators.ppg import PpgFacts, check_request
from pep_admin.validators.targets import check_wording
from pep_admin.vocabulary import PepKind, Scheme

LETTERS = set("aeiouäß漢")
"""Signs that can be read: what has one of them, and is no mark for “nothing here”, is a voice."""
TEXT = st.text(max_size=80).map(lambda text: f"{text}!!" if text.strip() else text) | st.none()
COUNT = st.integers(0, 400) | st.none()
DAY = st.dates(date(2000, 1, 1), date(2030, 12, 31))
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "child_voice_good": TEXT,
        "child_voice_want": TEXT,
        "child_voice_attempts": TEXT,
        "behaviour": st.sampled_from(["none", "some", "serious", None]),
        "child_attended": st.sampled_from(["whole", "part", "no", None]),
        "attendance": st.lists(st.fixed_dictionaries({"possible": COUNT, "present": COUNT}), max_size=3).map(tuple) | st.none(),
        "sdq": st.lists(
            st.fixed_dictionaries({"total": st.integers(0, 40) | st.none(), "completed_on": DAY | st.none()}), max_size=3
        ).map(tuple)
        | st.none(),
    },
)
FACTS = st.builds(
    CircumstanceFacts,
    year_group=st.sampled_from(["", *YEAR_GROUPS]),
    date_of_birth=DAY,
    on=DAY,
    kind=st.sampled_from(PepKind),
    has_school=st.booleans(),
    sen_status=st.sampled_from("NKE"),
    sdq_total=st.integers(0, 40) | st.none(),
    numbers=st.builds(FormNumbers, sdq_threshold=st.integers(10, 30), low_attendance_percent=st.integers(1, 100)),
    has_targets_to_review=st.booleans(),
    answers=ANSWERS,
)


@given(FACTS)
def test_switches_are_known_and_do_not_contradict_one_another(facts: CircumstanceFacts) -> None:
    on = switches_for(facts)
    assert on <= SWITCHES
    assert not {"has_ehcp", "sen_support"} <= on
    assert ("sen_any" in on) is bool({"has_ehcp", "sen_support"} & on)
    assert not {"initial", "targets_to_review"} <= on
    assert not {"no_school_place", "attendance_expected"} <= on
    assert "no_child_voice" not in on or not LETTERS & set(facts.answers.get("child_voice_good") or "")


@given(st.sampled_from(["", *YEAR_GROUPS]))
def test_every_year_group_has_a_phase_and_a_scheme(group: str) -> None:
    assert scheme_of(group) in Scheme
    assert (phase_of(group).value == "P16") is (scheme_of(group) is Scheme.POST_16)


def sound(findings: list[Finding]) -> None:
    for finding in findings:
        assert finding.code in RULES
        assert finding.message.endswith((".", "?"))
        assert finding.severity in ("blocking", "signoff", "warning")


@given(st.text(max_size=300))
def test_any_text_can_be_judged(text: str) -> None:
    for findings in (check_wording(text), check_wording(text, child_names=[text, "Sam"]), check_upn(text), check_urn(text)):
        sound(findings)


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_any_address_can_be_judged(text: str) -> None:
    sound(check_email(text))
    sound(check_email(f"{text}@elm.example"))


@dataclass(frozen=True)
class Request:
    quantity: int
    unit_cost_pence: int
    amount_pence: int
    category: str = "MENTOR"
    description: str = "Mentoring"
    unit: str = "hour"
    target_id: int | None = 1
    payee: str = "Elm School"


POUNDS = st.integers(0, 2_000_00)


@given(POUNDS, POUNDS, POUNDS, st.sampled_from([Scheme.SCHOOL_AGE, Scheme.POST_16]))
def test_an_amount_passes_exactly_when_it_fits_under_every_cap(amount: int, term: int, year: int, scheme: Scheme) -> None:
    year = max(term, year)
    school_age = scheme is Scheme.SCHOOL_AGE
    caps: dict[str, Any] = {"term_cap_pence": 60000 if school_age else None, "year_cap_pence": 180000 if school_age else 30000}
    facts = PpgFacts(scheme, "Autumn 2024-25", "2024-25", term_taken_pence=term, year_taken_pence=year, has_target=True, **caps)
    findings = check_request(Request(1, amount, amount), facts=facts)
    sound(findings)
    fits = 0 < amount <= facts.left_pence
    assert (blocking(findings) == []) is fits
    assert not fits or (year + amount <= caps["year_cap_pence"] and (not school_age or term + amount <= 60000))


@given(st.integers(1, 100), st.integers(1, 600_00), st.integers(1, 600_00))
def test_only_the_exact_product_is_fully_costed(quantity: int, unit_cost: int, amount: int) -> None:
    facts = PpgFacts(Scheme.SCHOOL_AGE, "Autumn 2024-25", "2024-25", 10**9, 10**9, 0, 0, has_target=True)
    assert ("HB-6.6" in {each.code for each in check_request(Request(quantity, unit_cost, amount), facts=facts)}) is (
        quantity * unit_cost != amount
    )
    assert check_request(Request(quantity, unit_cost, quantity * unit_cost), facts=facts) == []
