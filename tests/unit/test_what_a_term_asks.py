"""How much a steady child's PEP asks of its writers in a term, counted by hand: what is typed afresh, what is only confirmed.

A teacher with twenty minutes must be able to do it; a question more than these numbers needs a reason.
"""

from __future__ import annotations

from datetime import date

from pep_admin.circumstances import CircumstanceFacts, switches_for
from pep_admin.pep_form import FORM, Field, applies, required
from pep_admin.policy import USUAL
from pep_admin.vocabulary import PepKind, SenStatus

TYPED_BY_SCHOOL = [
    "Achievements since the last PEP",
    "The child's words: good, hard, wanted",
    "Listened to on", "By whom",
    "Do they want to come to the meeting?",
    "Attainment", "What stands behind it", "Next step about needs",
    "Attendance this year",
    "Behaviour", "Is there a risk of suspension or exclusion?",
    "Last targets, reviewed with the child",
    "Targets",
]
TYPED_BY_SOCIAL_WORKER = [
    "Date and time", "Who chaired it", "As what they chaired it", "Who was invited, and who came",
    "Did the child come?",
    "Discussion", "Were reports and permission slips discussed?",
    "The carer's words", "How the carer was heard", "Heard on", "Heard by", "The social worker's view",
    "Actions", "Date of the next PEP",
]
MOST_TYPED, MOST_CONFIRMED = 16, 38
OWN_RULES = {"child_voice_good": "The child's words: good, hard, wanted", "carer_voice": "The carer's words",
             "social_worker_voice": "The social worker's view", "next_pep_on": "Date of the next PEP",
             "target_reviews": "Last targets, reviewed with the child"}
"""Fields that a rule of their own asks for instead of the declaration (RD-202, 308, 309, 313, 221)."""


def asked_of(part: str) -> list[Field]:
    """What stands against signing that part in a PEP of Year 4 whose child changes nothing between two terms."""
    steady = CircumstanceFacts(
        year_group="4", date_of_birth=date(2016, 3, 1), on=date(2024, 11, 18), kind=PepKind.TERMLY, has_school=True,
        sen_status=SenStatus.NONE, sdq_total=9, numbers=USUAL, has_targets_to_review=True, has_targets=True,
        answers={"communicates_by": ("speech",), "address_withheld_from": "nobody", "restricted_any": False,
                 "other_services": False, "part_time": False})
    on = switches_for(steady)
    return [found for found in FORM.fields(part)
            if applies(found, "PRI", on) and (required(found, on) or found.key in OWN_RULES)]


def typed(part: str) -> list[str]:
    return [OWN_RULES.get(found.key, found.label) for found in asked_of(part) if found.carry == "blank"]


def test_a_teacher_of_a_steady_child_types_thirteen_things() -> None:
    assert sorted([*typed("education"), "Targets"]) == sorted(TYPED_BY_SCHOOL)
    assert len(TYPED_BY_SCHOOL) == 13 <= MOST_TYPED


def test_a_social_worker_of_a_steady_child_types_fourteen_things_in_part_3_and_none_in_part_1() -> None:
    assert typed("social_care") == []
    assert sorted(typed("meeting")) == sorted(TYPED_BY_SOCIAL_WORKER)
    assert len(TYPED_BY_SOCIAL_WORKER) == 14 <= MOST_TYPED


def test_what_came_over_is_confirmed_in_fewer_clicks_than_there_are_answers() -> None:
    confirmed = {part: [found.key for found in asked_of(part) if found.carry == "confirm"]
                 for part in ("social_care", "education", "meeting")}
    sections = {part: {FORM.section_of(key).key for key in keys} for part, keys in confirmed.items()}
    assert {part: len(keys) for part, keys in confirmed.items()} == {"social_care": 18, "education": 10, "meeting": 3}
    assert sum(map(len, confirmed.values())) == 31 <= MOST_CONFIRMED
    # “All still right” is one press a page: four of Part 1, four of Part 2, two of Part 3.
    assert {part: len(keys) for part, keys in sections.items()} == {"social_care": 4, "education": 4, "meeting": 2}


def test_nothing_is_required_that_is_folded_away() -> None:
    assert [found.key for found in FORM.fields() if found.must != "never" and not found.core] == []
