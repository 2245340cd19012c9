"""The PDF of one PEP: every word arrives, nothing is fetched, nothing leaks, and what cannot be printed is said."""

from __future__ import annotations

import logging
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from pep_admin.documents import pdf_engine
from pep_admin.documents.pdf_engine import PdfFailed, render_pdf
from pep_admin.documents.pdf_fonts import prepare_fonts
from pep_admin.documents.pep_pdf import PdfResult, build_pep_pdf
from pep_admin.pep_form import (
    FORM,
    ChildFacts,
    Document,
    Field,
    Kind,
    RequestFacts,
    Signature,
    TargetFacts,
    TargetReviewFacts,
)
from pep_admin.vocabulary import Audience, Part

MADE_AT = datetime(2024, 12, 2, 9, 30, tzinfo=UTC)
EVERY_SWITCH = frozenset(
    {
        "sdq_due", "sdq_high", "sen_any", "attendance_low", "attendance_expected", "behaviour_concern", "child_absent",
        "targets_to_review",
    }
)  # fmt: skip

CHILD = ChildFacts(
    id=7,
    first_name="Zoë",
    last_name="Fernhollow",
    known_as="Zo",
    date_of_birth=date(2014, 10, 3),
    year_group="5",
    upn="B340123456787",
    lcs_id="LCS-0007",
    entered_care_on=date(2022, 3, 14),
    legal_status="Full care order (C2)",
    sen_status="K",
    ehcp_review_on=None,
    social_worker="Nimmi Applegarth",
    carer="Jo and Sam Thistledown",
    home="Foster home",
    home_since=date(2023, 6, 1),
)

ANSWERS: dict[str, Any] = {
    "first_language": "English",
    "interpreter_needed": False,
    "communicates_by": ("speech", "symbols"),
    "permanence_plan": "stay",
    "next_care_review_on": date(2025, 2, 11),
    "parental_responsibility": (
        {"id": "a", "name": "Marlbury Council", "relation": "Local authority, care order", "gets_reports": True},
        {"id": "b", "name": "Petra Fernhollow", "relation": "Mother", "gets_reports": True},
    ),
    "reports_to": "Jo and Sam Thistledown, and Nimmi Applegarth",
    "slips_signed_by": "Jo Thistledown, under delegated authority",
    "health_effect_on_learning": "Zo wears hearing aids and tires after lunch when the room is noisy. She sees better from the "
    "front. She has missed two mornings for the audiology clinic and nothing else.",
    "emotional_needs": "She watches the door and the adults before she can listen. New adults and changes of room unsettle her "
    "for a day or so.\nShe calms when one known adult tells her what comes next, and when she may draw for five minutes.",
    "mental_health_support": "receiving",
    "sdq": ({"id": 1, "total": 19, "completed_on": date(2024, 10, 21), "completed_by": "carer"},),
    "sdq_missing_reason": None,
    "strategies_for_school": "Tell her the plan of the day at the door.\nSeat her at the front on the left, away from the "
    "radiator fan.\nGive instructions one at a time and ask her to say the first one back.",
    "what_school_needs_to_know": "Sudden raised voices frighten her. Mother’s Day work should be offered, never required. Family "
    "time is on Saturdays, so Mondays start gently.",
    "confidential_history": "Zo lived in four homes before she was seven; the detail is in the care file.",
    "disruption_before_care": "term",
    "achievements": "Zo read her own poem at the harvest assembly, in front of two hundred people.\nShe swam twenty-five metres "
    "without a float and was chosen as the class’s eco councillor.",
    "strengths": "She notices who is left out and fetches them. When Tilly lost her coat she organised a search of the whole "
    "corridor, politely.",
    "leisure_interests": "Drawing, above all foxes. Choir on Tuesdays. She would like to try judo and has asked twice.",
    "child_voice_good": "I like it when Miss Okafor lets me practise the page first, then I can read it out and nobody "
    "laughs.\nChoir is the best bit of the week!! :)\nI have got a proper freind now and we sit together.",
    "child_voice_hard": "Maths when it is word problems. There are to many words and I forget what the numbers was for.\nWhen we "
    "have a supply teacher and nobody told me.",
    "child_voice_want": "To do judo. And somebody to tell me if its going to be a different teacher, even just on the morning.",
    "child_voice_attempts": None,
    "voice_gathered_on": date(2024, 11, 12),
    "voice_gathered_by": "Ada Okafor, class teacher",
    "voice_how": ("talk_other", "drawing"),
    "wants_to_attend": "part",
    "hopes": "To get into the school choir’s summer concert. When I grow up I will look after animals, or be a judge.",
    "attainment": (
        {"id": 1, "subject": "Reading", "current": "Year 4 secure", "expected": "Year 6 expected", "on_track": "B"},
        {"id": 2, "subject": "Writing", "current": "Year 4 emerging", "expected": "Working towards", "on_track": "B"},
        {"id": 3, "subject": "Mathematics", "current": "Year 3 secure", "expected": "Working towards", "on_track": "WB"},
        {"id": 4, "subject": "Science", "current": "Year 5 emerging", "expected": "Year 6 expected", "on_track": "ON"},
    ),
    "attainment_context": "The gap in Mathematics is about four terms. It opened in Years 1 and 2, when Zo missed most of two "
    "terms, and it is place value and the language of problems rather than calculation. Ten hours with a tutor who knows her, "
    "before lunch, would be expected to close a third of it by Easter.",
    "needs_and_provision": "Daily reading to an adult, ten minutes; began in September and works.\nEmotional-literacy sessions, "
    "weekly, with Mr Boateng.\nA radio aid, which she forgets on Mondays.\nA quiet table for tests.",
    "changes_ahead": "The class moves to the new building on 06 Jan 2025. Zo visits with Mr Boateng on 12 and 19 December.",
    "attendance": (
        {"id": 1, "possible": 110, "present": 104, "authorised": 4, "unauthorised": 2, "figures_to": date(2024, 11, 8)},
    ),
    "attendance_reasons": "Two clinic mornings, and one day after a broken night. No pattern.",
    "behaviour": "some",
    "behaviour_seen": "On supply days, mostly after lunch: leaves her seat, hides her work, refuses to write. A walk with Mr "
    "Boateng ends it within ten minutes.",
    "exclusion_risk": False,
    "sen_provision": "Hearing loss, moderate, both ears; SEN support plan of 16 Sep 2024. Its outcomes: follows instructions in a "
    "noisy room; asks when she has not heard.",
    "target_reviews": None,
    "english_exception": None,
    "maths_exception": None,
    "sdq_answer_reason": None,
    "meeting_at": datetime(2024, 11, 18, 14, 0, tzinfo=UTC),
    "meeting_how": "both",
    "meeting_place": "Larkspur Primary School, the library",
    "chair": "Ada Okafor",
    "chair_from_education": True,
    "attendees": (
        {"id": 1, "name": "Zo", "role": "child", "took_part": "part", "report_received": None},
        {"id": 2, "name": "Ada Okafor", "role": "designated_teacher", "took_part": "attended", "report_received": True},
        {"id": 3, "name": "Nimmi Applegarth", "role": "social_worker", "took_part": "attended", "report_received": True},
        {"id": 4, "name": "Jo Thistledown", "role": "carer", "took_part": "attended", "report_received": None},
        {"id": 5, "name": "Dr Hal Winterbourne", "role": "professional", "took_part": "apologies", "report_received": False},
    ),
    "child_attended": "part",
    "child_absent_reason": "She chose to come for the first ten minutes and show her drawings",
    "discussion": "Everyone began with the poem, and Zo showed the picture that goes with it.\nReading has moved by a full band "
    "since July. She now reads at home without being asked, mostly about animals. In Mathematics she calculates well and loses "
    "her way in the wording; the tutor should work on the same topic as the class, one week ahead.\nThe radio aid will live in "
    "the classroom, with a spare battery.\nHomework: one thing on Tuesdays, one on Thursdays, at the kitchen table after tea.",
    "discussion_sensitive": "The supply days were talked about after Zo had gone back to class.",
    "reports_and_slips_discussed": True,
    "adults_only_notes": "A change of social worker in January was mentioned; Zo will be told on 09 Dec 2024.",
    "carer_voice": "She is happier going in than she was in September. We hear about choir all week. Homework is fine if we do it "
    "before six, after that it is a battle. We would like to know about supply teachers the night before.",
    "carer_voice_attempts": None,
    "carer_part": "Reading together at bedtime. Taking her to judo on Thursdays from January. A quiet table.",
    "social_worker_voice": "The plan is good enough and it serves the care plan: Zo is settled and means to stay. I want the move "
    "to the new building to be on her calendar by the end of the month.",
    "social_worker_voice_attempts": None,
    "actions": (
        {"id": 1, "what": "Tell Zo and her carers about any supply teacher, by eight on the day", "who": "Ada Okafor",
         "by_on": date(2024, 11, 25)},
        {"id": 2, "what": "Book judo for Thursdays from January and tell school the date it begins", "who": "Jo Thistledown",
         "by_on": date(2024, 12, 13)},
        {"id": 3, "what": "Put both visits to the new building on Zo’s calendar, with pictures", "who": "Kofi Boateng",
         "by_on": date(2024, 11, 29)},
    ),
    "next_pep_on": date(2025, 2, 24),
    "no_next_pep_reason": None,
    "after_how_it_went": None,
    "child_understands": "partly",
    "copy_wanted": "pictures",
}

TARGETS = (
    TargetFacts(
        id=31, number=1, area="communication", subject="english", is_strength=True, answers_sdq=False,
        need="Zo reads well in private and freezes when she has to read aloud without warning.",
        support_what="Rehearsed reading: she chooses the page the day before", support_when="Mondays and Thursdays, 09:10",
        support_where="The library corner", support_who="Ada Okafor", support_how_often="Twice a week for ten minutes",
        outcome="By the end of the spring term Zo will read a page that she has practised to a group of six, three times a week, "
        "and will say for herself which page it is to be.",
        baseline="Reads aloud to one adult; has read to the group once this term", due_on=date(2025, 4, 4),
        success_measure="Three readings a week in the class log, for four weeks running", child_agrees="yes",
        child_wording="I will read my page to six people and I choose which page.", from_plan="SEN support plan, outcome 1",
    ),
    TargetFacts(
        id=32, number=2, area="cognition", subject="maths", is_strength=False, answers_sdq=False,
        need="She calculates well and loses her way in the wording of problems.",
        support_what="One-to-one tuition on the class topic, a week ahead of the class", support_when="Wednesdays, 10:40",
        support_where="The small library", support_who="Ines Calloway, tutor", support_how_often="One hour a week, ten weeks",
        outcome="By the end of the spring term Zo will solve eight out of ten two-step word problems of the Year 4 kind, "
        "underlining what is asked before she starts.",
        baseline="Three out of ten on 04 Nov 2024", due_on=date(2025, 4, 4),
        success_measure="The same ten-problem sheet, new numbers, every three weeks", child_agrees="partly",
        child_wording="", from_plan="",
    ),
    TargetFacts(
        id=33, number=3, area="semh", subject="other", is_strength=False, answers_sdq=True,
        need="Unannounced changes of adult unsettle her for the rest of the day.",
        support_what="A card that shows who teaches and what comes next", support_when="At the door, 08:45",
        support_where="The classroom door", support_who="Kofi Boateng", support_how_often="On a daily basis throughout the term",
        outcome="By the end of the autumn term Zo will start the first task within five minutes on days with another adult, using "
        "her card, on four days out of five.",
        baseline="One day out of five", due_on=date(2024, 12, 20), success_measure="Mr Boateng’s tally; SDQ from 19 to below 17",
        child_agrees="yes", child_wording="", from_plan="",
    ),
)  # fmt: skip

REVIEWS = (
    TargetReviewFacts(
        target_id=21, wording="By the end of the summer term Zo will read for ten minutes a day to an adult at home.",
        set_in="PEP-2023-0312", outcome="MET", what_happened="She read on most days from May, and on every day from July. The book "
        "box from school was the turning point.", support_effect="helped", child_view="The fox book was good, the others were "
        "babyish.", next="close",
    ),
    TargetReviewFacts(
        target_id=22, wording="By the end of the summer term Zo will know her tables to six, in any order.",
        set_in="PEP-2023-0312", outcome="SOME", what_happened="Two, three, five and ten are quick. Four and six are not.",
        support_effect="little", child_view="", next="change",
    ),
)  # fmt: skip

REQUESTS = (
    RequestFacts(
        id=51, target_id=32, category="TUITION_1", description="Ten weekly hours of one-to-one maths with a qualified tutor",
        provider="Ines Calloway Tuition", payee="Larkspur Primary School", quantity=10, unit="hour", unit_cost_pence=5_500,
        amount_pence=55_000, approved_pence=55_000, status="approved",
    ),
    RequestFacts(
        id=52, target_id=31, category="BOOKS", description="Eight animal books to keep, chosen by Zo", provider="The Owl Bookshop",
        payee="Larkspur Primary School", quantity=8, unit="book", unit_cost_pence=599, amount_pence=4_792, approved_pence=None,
        status="declined",
    ),
)  # fmt: skip

SIGNATURES = {
    Part.SOCIAL_CARE.value: Signature("u-3", "Nimmi Applegarth", datetime(2024, 11, 22, 16, 5, tzinfo=UTC)),
    Part.EDUCATION.value: Signature("u-2", "Ada Okafor", datetime(2024, 11, 21, 15, 40, tzinfo=UTC)),
    Part.MEETING.value: Signature("u-9", "Wren Castlemere", datetime(2024, 11, 26, 8, 0, tzinfo=UTC), "Nimmi Applegarth is ill"),
}


def a_document(**changes: Any) -> Document:
    """A whole PEP of a made-up child as social care reads it; keywords change it."""
    whole = Document(
        pep_id=1,
        reference="PEP-2024-0417",
        kind="termly",
        status="complete",
        grade="gold",
        year="2024-25",
        term="autumn",
        term_label="Autumn 2024-25",
        school="Larkspur Primary School",
        school_id=4,
        writer="Ada Okafor",
        due_on=date(2024, 11, 29),
        due_rule="HB-1.3",
        initiated_on=date(2024, 9, 9),
        meeting_at=ANSWERS["meeting_at"],
        next_pep_on=ANSWERS["next_pep_on"],
        phase="PRI",
        audience=Audience.CARE,
        form=FORM,
        child=CHILD,
        switches=EVERY_SWITCH,
        answers=ANSWERS,
        digests={},
        signatures=SIGNATURES,
        targets=TARGETS,
        reviews=REVIEWS,
        requests=REQUESTS,
    )
    return replace(whole, **changes)
