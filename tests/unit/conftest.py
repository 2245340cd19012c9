"""One complete document, written by hand, that every check on a PEP is content with; a test changes the one thing it is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from pep_admin.circumstances import CircumstanceFacts, switches_for
from pep_admin.pep_form import FORM, ChildFacts, Document, RequestFacts, Signature, TargetFacts, TargetReviewFacts, applies
from pep_admin.policy import USUAL
from pep_admin.vocabulary import Audience, Part, PepKind

TODAY = date(2024, 11, 26)
MEETING_AT = datetime(2024, 11, 20, 14, 0, tzinfo=UTC)

ANSWERS: dict[str, Any] = {
    "first_language": "English",
    "interpreter_needed": False,
    "communicates_by": ("speech",),
    "permanence_plan": "stay",
    "next_care_review_on": date(2025, 1, 15),
    "iro": "Mr Bracken",
    "home_address": "7 Elm Close, Bury",
    "parental_responsibility": ({"id": "pr1", "name": "Bury Council", "relation": "Local authority", "gets_reports": True},),
    "reports_to": "The carer and the social worker",
    "slips_signed_by": "The carer",
    "restricted_any": False,
    "health_conditions": "None known",
    "other_services": False,
    "health_effect_on_learning": "None seen",
    "emotional_needs": "Needs warning of any change.",
    "mental_health_support": "none",
    "sdq": ({"id": 1, "total": 12, "completed_on": date(2024, 9, 10), "completed_by": "carer"},),
    "sdq_missing_reason": None,
    "sdq_due_on": date(2025, 5, 2),
    "address_withheld_from": "nobody",
    "placement_change_expected": False,
    "emergency_contacts": (
        {"id": "e1", "name": "Pat Lee", "relation": "Carer", "phone": "01632 960101", "hours": None},
        {"id": "e2", "name": "Jo Bell", "relation": "Social worker", "phone": "01632 960102", "hours": "9 to 5"},
    ),
    "what_school_needs_to_know": "New to the area.",
    "disruption_before_care": "weeks",
    "key_adult": "Mr Shah",
    "who_knows": ({"id": "w1", "who": "Ms Green", "why": "Writes this plan", "child_content": True},),
    "governor": "Mrs Quince",
    "tutor_group": "5G",
    "part_time": False,
    "hours_offered": 25,
    "p16_activity": "FE",
    "not_eet_plan": ({"id": "y1", "since_on": date(2024, 9, 1), "in_the_way": "Travel", "learning_now": "Maths on line",
                      "adviser": "Mr Compass", "next_step": "A look at the college", "next_step_on": date(2024, 12, 3)},),
    "two_year_check_on": date(2024, 9, 20),
    "p16_course": ({"id": "k1", "subject": "Animal care", "level": "Level 2", "hours": 14, "ends_on": None, "resit": False},),
    "p16_bursary": "granted",
    "p16_attendance": 94,
    "qualifications_held": ({"id": "q1", "subject": "English", "level": "GCSE", "grade": "3", "year": "2024"},),
    "pathway_plan_on": date(2024, 10, 1),
    "personal_adviser": "Mrs Waymark",
    "no_place_since": date(2024, 9, 30),
    "no_place_why": "Moved home; the last school was Oak School.",
    "no_place_education": ({"id": "n1", "what": "Reading and maths", "hours": 10, "by_whom": "A tutor"},),
    "place_search": ({"id": "s1", "school": "Ash School", "asked_on": date(2024, 11, 4), "answer": None,
                      "next_step": "Ms Oak rings again", "next_step_on": date(2024, 11, 29)},),
    "sen_needs": ("MLD",),
    "ehcp_issued_on": date(2022, 5, 3),
    "ehcp_authority": "Bury Council",
    "ehcp_provision": "Fifteen hours of an adult beside him.",
    "sen_plan": True,
    "sen_plan_review_on": date(2025, 1, 20),
    "access_arrangements": ("time",),
    "one_priority": "Fractions",
    "statutory_results": ({"id": "t1", "test": "tables", "taken_in": "2023-24", "result": "19 of 25"},),
    "careers_talk_on": date(2024, 10, 8),
    "achievements": "Swam ten metres.",
    "strengths": "Kind to younger children.",
    "leisure_interests": "Football on Saturdays.",
    "child_voice_good": "I like PE.",
    "child_voice_hard": "Fractions.",
    "child_voice_want": "More football.",
    "child_voice_attempts": None,
    "voice_gathered_on": date(2024, 11, 14),
    "voice_gathered_by": "Ms Green",
    "wants_to_attend": "all",
    "hopes": "To swim a mile.",
    "long_term_hopes": "To be a coach.",
    "attainment": (
        {"id": 1, "subject": "Maths", "current": "Working towards", "expected": None, "target": None, "on_track": "B"},
        {"id": 2, "subject": "Reading", "current": "Expected", "expected": None, "target": None, "on_track": "ON"},
        {"id": 3, "subject": "Writing", "current": "Expected", "expected": None, "target": None, "on_track": "ON"},
    ),
    "attainment_context": "Missed a term in Year 3.",
    "needs_and_provision": "Small group for maths.",
    "wellbeing_in_school": "Settled.",
    "next_send_step": "none",
    "changes_ahead": "None expected",
    "attendance": (
        {"id": 1, "possible": 100, "present": 97, "authorised": 3, "unauthorised": 0, "figures_to": date(2024, 11, 15)},
    ),
    "behaviour": "none",
    "strategies_tried": ({"id": "v1", "what": "A walk", "since_on": date(2024, 10, 1), "worked": "Yes", "next": "Goes on"},),
    "exclusion_risk": False,
    "english_exception_kind": None,
    "english_exception": None,
    "maths_exception_kind": None,
    "maths_exception": None,
    "meeting_at": MEETING_AT,
    "meeting_how": "in_person",
    "meeting_place": "The library",
    "joined_ehcp_review": True,
    "chair": "Ms Green",
    "chair_role": "designated_teacher",
    "attendees": (
        {"id": 1, "name": "Sam", "role": "child", "took_part": "attended", "report_received": None},
        {"id": 2, "name": "Jo Bell", "role": "social_worker", "took_part": "attended", "report_received": None},
        {"id": 3, "name": "Ms Green", "role": "designated_teacher", "took_part": "attended", "report_received": None},
        {"id": 4, "name": "Pat Lee", "role": "carer", "took_part": "part", "report_received": None},
    ),
    "child_attended": "whole",
    "discussion": "Began with the swimming.",
    "reports_and_slips_discussed": True,
    "carer_voice": "He is settling well.",
    "carer_voice_how": "meeting",
    "carer_voice_on": MEETING_AT.date(),
    "carer_voice_by": "Jo Bell",
    "carer_part": "Reads with him each evening.",
    "social_worker_voice": "The plan serves him.",
    "actions": ({"id": 1, "what": "Ask for a reading test", "who": "Ms Green", "by_on": date(2024, 12, 6)},),
    "next_pep_on": date(2025, 2, 12),
    "no_next_pep_reason": None,
    "after_how_it_went": "It was fine.",
    "copy_wanted": "full",
}

ENGLISH = TargetFacts(
    id=11, number=1, area="cognition", subject="english", is_strength=False, answers_sdq=False,
    need="Reads slowly", support_what="Paired reading", support_when="Mornings", support_where="Library",
    support_who="Mr Shah", support_how_often="Three times a week",
    outcome="Sam will read 60 words a minute by the end of the spring term", baseline="45 words a minute",
    success_measure="60 words a minute in the reading check", due_on=date(2025, 4, 4),
    child_agrees="yes", child_wording="", from_plan="", look_on=date(2025, 1, 20),
)  # fmt: skip
MATHS = replace(
    ENGLISH, id=12, number=2, subject="maths", need="Fractions are hard",
    outcome="Sam will solve 8 of 10 fraction problems by the end of the spring term", baseline="3 of 10",
    success_measure="8 of 10 in the class test",
)  # fmt: skip
PERSONAL = replace(
    ENGLISH, id=13, number=3, area="independence", subject="other", is_strength=True, need="Likes to look after younger ones",
    outcome="Sam will lead the playground games twice a week until the end of the spring term", baseline="Has led once",
    success_measure="The games diary, twice a week",
)  # fmt: skip
REQUEST = RequestFacts(
    id=21, target_id=12, category="TUITION_1", description="Ten weekly hours of maths tuition", provider="Outside tutor",
    payee="Elm School", quantity=10, unit="hour", unit_cost_pence=55_00, amount_pence=550_00, approved_pence=None, status="draft",
    starts_on=date(2024, 12, 2), ends_on=date(2025, 2, 14), measure_before="3 of 10", measure_after="8 of 10",
    beyond_ordinary="Nobody else is taught alone", other_money="school",
)  # fmt: skip
REVIEW = TargetReviewFacts(7, "Sam will write 100 words about a trip by October", "PEP-1", "MET", "He wrote 120.", "helped",
                           "I did it!", "close")
SIGNED = Signature("sw1", "Jo Bell", datetime(2024, 11, 22, 9, 0, tzinfo=UTC))
CHILD = ChildFacts(
    id=5, first_name="Sam", last_name="Reed", known_as="", date_of_birth=date(2015, 3, 1), year_group="5", upn=None, lcs_id="L5",
    entered_care_on=date(2023, 5, 2), legal_status="C2", sen_status="N", ehcp_review_on=None, social_worker="Jo Bell",
    carer="Pat Lee", home="Foster home", home_since=date(2023, 5, 2),
)  # fmt: skip


def _switches(answers: Mapping[str, Any], **facts: Any) -> frozenset[str]:
    known = {
        "year_group": "5", "date_of_birth": CHILD.date_of_birth, "on": MEETING_AT.date(), "kind": PepKind.TERMLY,
        "has_school": True, "sen_status": "N", "sdq_total": 12, "numbers": USUAL, "has_targets_to_review": True,
        "has_targets": True,
    }  # fmt: skip
    return switches_for(CircumstanceFacts(answers=answers, **{**known, **facts}))


Make = Callable[..., Document]


@pytest.fixture
def a_document() -> Make:
    """`a_document(answers={...}, facts={...}, **fields)`: the complete document with those changes; of the answers, those that its
    circumstances and phase ask for."""

    def make(answers: Mapping[str, Any] | None = None, facts: Mapping[str, Any] | None = None, **changes: Any) -> Document:
        held = {**ANSWERS, **(answers or {})}
        switches, phase = _switches(held, **(facts or {})), changes.pop("phase", "PRI")
        held = {found.key: held.get(found.key) for found in FORM.fields() if applies(found, phase, switches)}
        document = Document(
            pep_id=1, reference="PEP-2", kind="termly", status="in_progress", grade=None, year="2024-25", term="autumn",
            term_label="Autumn 2024-25", school="Elm School", school_id=3, writer="Ms Green", due_on=date(2024, 11, 29),
            due_rule="Deadline of Autumn 2024-25", initiated_on=date(2024, 9, 9), meeting_at=MEETING_AT,
            next_pep_on=date(2025, 2, 12), phase=phase, audience=Audience.RULES, form=FORM, child=CHILD,
            switches=switches, answers=held, digests={},
            signatures={part.value: SIGNED for part in Part}, targets=(ENGLISH, MATHS, PERSONAL), reviews=(REVIEW,),
            requests=(REQUEST,),
        )  # fmt: skip
        return replace(document, **changes)

    return make
