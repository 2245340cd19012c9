"""The PDF of one PEP: every word arrives, nothing is fetched, nothing leaks, and what cannot be printed is said."""

from __future__ import annotations

import logging
import re
import shutil
import socket
import subprocess
import threading
import traceback
import unicodedata
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

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

MADE_AT = datetime(2024, 12, 2, 9, 30, tzinfo=UTC)
EVERY_SWITCH = frozenset(
    {
        "sdq_due", "sdq_high", "sen_any", "attendance_low", "attendance_expected", "behaviour_concern", "child_absent",
        "targets_to_review", "at_school", "on_a_timetable", "part_time", "has_targets", "transition", "home_move",
        "address_from_school", "schooling_gap", "sen_support", "has_sen_plan", "late",
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
    "address_withheld_from": "school",
    "placement_address": "The Old Bakery, 3 Saffron Row, Marlbury, MX9 0ZZ",
    "placement_change_expected": True,
    "placement_change_on": date(2025, 3, 3),
    "placement_change_plan": "The journey stays the same; Mr Boateng tells her with Nimmi in the week before.",
    "emergency_contacts": (
        {"id": "c", "name": "Jo Thistledown", "relation": "Carer", "phone": "01632 960103", "hours": "At any time"},
        {"id": "d", "name": "Nimmi Applegarth", "relation": "Social worker", "phone": "01632 960104", "hours": "9 to 5"},
    ),
    "schooling_gaps": "Seven weeks in spring 2022, between the homes; a tutor came twice a week.",
    "governor": "Hilary Stonecrop",
    "part_time": True,
    "part_time_plan": (
        {"id": "e", "reason": "Ear operation", "hours": 15, "began_on": date(2024, 11, 4), "ends_on": date(2024, 12, 6),
         "agreed": True, "plan_back": "Afternoons from the third week on"},
    ),
    "hours_offered": 24,
    "statutory_results": ({"id": "f", "test": "tables", "taken_in": "2023-24", "result": "17 of 25"},),
    "sen_needs": ("SLCN", "HI"),
    "sen_plan": True,
    "sen_plan_review_on": date(2025, 1, 20),
    "next_send_step": "senco",
    "transition_to": "Marlbury Juniors",
    "transition_contact": "Ms Bryony Fell, written to on 04 Nov",
    "transition_visits": "Two in the summer term with Mr Boateng, and one with the class.",
    "transition_child_asks": "Is there a choir and do I keep my radio aid",
    "transition_check_on": date(2025, 10, 3),
    "transition_handover": "The hearing plan goes with her. If the place falls through the present school keeps her.",
    "pep_used_at": ({"id": "g", "on": date(2024, 10, 15), "meeting": "Parents’ evening", "what_followed": "A second radio aid"},),
    "documents": ({"id": "h", "kind": "support_plan", "dated_on": date(2024, 9, 16), "where": "SEN folder of the school"},),
    "carer_preference": "After four, in the library",
    "targets_agreed": ({"id": "i", "target_id": 31, "agreed": "not_agreed", "views": "Jo would rather begin in January"},),
    "lateness_reason": "The clinic moved its appointment.",
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
    "hopes": "To get into the school choir’s summer concert.",
    "long_term_hopes": "When I grow up I will look after animals, or be a judge.",
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
    "chair_role": "designated_teacher",
    "attendees": (
        {"id": 1, "name": "Zo", "role": "child", "took_part": "part", "report_received": None},
        {"id": 2, "name": "Ada Okafor", "role": "designated_teacher", "took_part": "attended", "report_received": True},
        {"id": 3, "name": "Nimmi Applegarth", "role": "social_worker", "took_part": "attended", "report_received": True},
        {"id": 4, "name": "Jo Thistledown", "role": "carer", "took_part": "attended", "report_received": None},
        {"id": 5, "name": "Dr Hal Winterbourne", "role": "professional", "took_part": "apologies", "report_received": False},
    ),
    "child_attended": "part",
    "child_absent_kind": "chose",
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


def a_small_document(**changes: Any) -> Document:
    """The same child with nothing written yet, for tests to which the rest is nothing."""
    return a_document(
        **{"answers": {}, "targets": (), "reviews": (), "requests": (), "signatures": {}, "switches": frozenset(), **changes}
    )


@pytest.fixture(scope="module")
def fonts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fonts")


def built(document: Document, fonts: Path, *, draft: bool = False, care_only_page: bool = True) -> PdfResult:
    return build_pep_pdf(
        document, fonts=fonts, made_at=MADE_AT, made_by="Wren Castlemere", draft=draft, care_only_page=care_only_page
    )


def pages_of(result: PdfResult) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(result.data)).pages]


RUNNING = re.compile(r"Personal Education Plan$|PEP-2024-0417$|Confidential · |Page \d+ of \d+$|DRAFT$")


def bodies_of(result: PdfResult) -> list[str]:
    """Each page on one line, words parted by single blanks, without what every page says."""
    return [
        " ".join(word for line in page.splitlines() if not RUNNING.match(line.strip()) for word in line.split())
        for page in pages_of(result)
    ]


def words_of(result: PdfResult) -> str:
    return " ".join(bodies_of(result))


@pytest.fixture(scope="module")
def whole(fonts: Path) -> PdfResult:
    return built(a_document(), fonts)


@pytest.fixture(scope="module")
def text(whole: PdfResult) -> str:
    return words_of(whole)


# --- every word arrives ------------------------------------------------------------------------------------------------


def told(value: Any, found: Field | None = None) -> Iterator[str]:
    """What a reader must find of a value, by rules of the test's own."""
    if value is None or isinstance(value, bool | int):
        return
    if isinstance(value, datetime):
        yield from f"{value:%d %b %Y}, {value:%H:%M}".split()  # winter: London is UTC
    elif isinstance(value, date):
        yield from f"{value:%d %b %Y}".split()
    elif isinstance(value, tuple) and value and isinstance(value[0], dict):
        for row in value:
            for column in found.columns if found else ():
                yield from told(row.get(column.key), column)
    elif isinstance(value, tuple):
        for code in value:
            yield from told(code, found)
    elif found is not None and found.choices:
        yield from dict(found.choices)[value].split()
    else:
        yield from value.split()


def told_of(facts: Any, *left_out: str) -> Iterator[str]:
    """The same for every text and date of a dataclass."""
    assert is_dataclass(facts)
    for each in fields(facts):
        if each.name not in left_out:
            yield from told(getattr(facts, each.name))


def everything(document: Document) -> Counter[str]:
    words = Counter(word for found in FORM.fields() for word in told(document.answer(found.key), found))
    coded = ("area", "subject", "child_agrees", "category", "status", "outcome", "support_effect", "next")
    for target in document.targets:
        words.update(told_of(replace(target, child_agrees="", area="", subject="")))
    for review in document.reviews:
        words.update(told_of(review, *coded))
    for request in document.requests:
        words.update(told_of(replace(request, unit=f"({request.unit})"), *coded))
    words.update(told_of(replace(document.child, sen_status="", year_group="")))
    words.update(word for each in document.signatures.values() if each for word in told_of(each, "actor_id"))
    return words


def lost(document: Document, text: str) -> Counter[str]:
    """Words of the document that the text holds fewer of; choices stand in a list, parted by commas."""
    wanted, found = (Counter(word.rstrip(",") for word in words) for words in (everything(document).elements(), text.split()))
    return wanted - found


def test_every_word_of_every_answer_is_in_the_full_copy(text: str) -> None:
    assert sum(everything(a_document()).values()) > 800
    assert lost(a_document(), text) == Counter()


def test_another_reader_of_pdfs_finds_the_same_words(whole: PdfResult, tmp_path: Path) -> None:
    pdftotext = shutil.which("pdftotext")
    if not pdftotext:
        pytest.skip("poppler-utils is not installed")
    (tmp_path / "pep.pdf").write_bytes(whole.data)

    said = subprocess.run([pdftotext, tmp_path / "pep.pdf", "-"], check=True, capture_output=True, text=True).stdout

    assert lost(a_document(), said) == Counter()


def filler(length: int, salt: str) -> str:
    """That many characters of words that occur once each, in lines of uneven length."""
    words = (f"{salt}{number:04d}" + ("\n" if number % 37 == 0 else "") for number in range(length))
    return " ".join(words)[:length].rsplit(" ", 1)[0]


def at_full_length() -> Document:
    """Every text of the form as long as its field allows, everything in tables as long as its column does."""
    answers = dict(ANSWERS)
    for number, found in enumerate(FORM.fields()):
        if not a_document().asked(found):
            continue
        if found.kind in (Kind.PARA, Kind.LINE):
            answers[found.key] = filler(found.max_length, f"f{number}x")
        if found.kind is Kind.ROWS and answers.get(found.key):
            answers[found.key] = tuple(
                {
                    **row,
                    **{
                        column.key: filler(column.max_length, f"r{number}y{place}")
                        for column in found.columns
                        if column.kind is Kind.LINE
                    },
                }
                for place, row in enumerate(answers[found.key])
            )
    lengths = {"need": 2_000, "outcome": 2_000, "child_wording": 1_000, "from_plan": 500, "baseline": 500, "success_measure": 500,
               "support_what": 500, "support_when": 200, "support_where": 200, "support_who": 200, "support_how_often": 200}
    targets = tuple(
        replace(target, **{key: filler(length, f"t{target.id}{key}") for key, length in lengths.items()}) for target in TARGETS
    )
    said = {"wording": 2_000, "what_happened": 2_000, "child_view": 2_000}
    reviews = tuple(replace(each, **{key: filler(n, f"v{each.target_id}{key}") for key, n in said.items()}) for each in REVIEWS)
    asked = {"description": 500, "provider": 200, "payee": 200, "unit": 40}
    requests = tuple(replace(each, **{key: filler(n, f"q{each.id}{key}") for key, n in asked.items()}) for each in REQUESTS)
    child = replace(CHILD, **{key: filler(200, key) for key in ("social_worker", "carer")})
    school = filler(200, "school")
    return a_document(answers=answers, targets=targets, reviews=reviews, requests=requests, child=child, school=school)


@pytest.mark.slow
def test_every_field_at_its_greatest_length_survives(fonts: Path) -> None:
    document = at_full_length()

    result = built(document, fonts)

    # A column may be narrower than a word: compared without any blanks, each word once.
    solid = "".join(words_of(result).split())
    assert {word for word in everything(document) if word not in solid} == set()
    assert result.unprintable == 0


@pytest.mark.slow
def test_a_word_of_fifty_thousand_letters_loses_none(fonts: Path) -> None:
    result = built(a_small_document(answers={"discussion": "ж" * 50_000}), fonts)

    assert "".join(pages_of(result)).count("ж") == 50_000
    assert result.pages >= 10  # in one line they would all be in the file too, and off the page


@pytest.mark.slow
def test_a_thousand_line_breaks_are_a_thousand_paragraphs(fonts: Path) -> None:
    answers = {"discussion": "\n".join(f"ж{number}" for number in range(1_000))}

    assert words_of(built(a_small_document(answers=answers), fonts)).count("ж") == 1_000


@pytest.mark.slow
def test_cells_of_every_height_up_to_their_cap_are_printed(fonts: Path) -> None:
    """The engine's refusal of cells too tall must not meet cells that fit: their heights are compared to the last bit."""
    names = [filler(length, "n") for length in range(4, 201, 7)]
    rows = tuple({"id": str(n), "name": name, "relation": name, "gets_reports": True} for n, name in enumerate(names))
    targets = tuple(replace(TARGETS[0], id=100 + n, number=n, need=filler(40 + 37 * n, "w")) for n in range(16))

    result = built(a_small_document(answers={"parental_responsibility": rows}, targets=targets), fonts)

    assert result.pages > 8


# --- what stands where -------------------------------------------------------------------------------------------------


def test_chapters_come_in_the_order_of_a_good_conversation(text: str) -> None:
    chapters = [
        "Targets at a glance", "Zo’s voice What is going well", "Achievements since the last PEP",
        "Last targets, reviewed with the child", "How school is going Attainment", "Attendance this year",
        "Needs and support Needs, and the help in place",
        "New targets Target 1 · English", "Money For What", "Next steps The next school, course or work",
        "The meeting Date and time", "What was discussed",
        "The carer's and the social worker's voice", "Actions and the next PEP", "Signatures", "Annex: Part 1 · Social care",
        "For social care and the Virtual School only",
    ]  # fmt: skip
    places = [text.find(chapter) for chapter in chapters]

    assert -1 not in places
    assert places == sorted(places)


def test_the_annex_and_the_page_for_care_alone_begin_pages_of_their_own(whole: PdfResult) -> None:
    pages = bodies_of(whole)

    for title in ("Annex: Part 1 · Social care", "For social care and the Virtual School only"):
        assert [page.startswith(title) for page in pages if title in page] == [True]


def test_the_front_has_what_a_reader_looks_for_first(whole: PdfResult) -> None:
    front = " ".join(pages_of(whole)[0].split())

    for words in (
        "Zo", "Autumn 2024-25", "School Larkspur Primary School", "Year group Year 5", "Kind of PEP Termly", "Opened 09 Sep 2024",
        "Due 29 Nov 2024", "Meeting 18 Nov 2024, 14:00", "Next PEP 24 Feb 2025", "Grade Gold", "Where it stands Signed off",
        "School’s part by Ada Okafor", "Social worker Nimmi Applegarth", "Carer Jo and Sam Thistledown",
        "1 · English By the end of the spring term Zo will read a page", "3 · Other By the end of the autumn term",
        "Full copy of PEP-2024-0417, made on 02 Dec 2024, 09:30 by Wren Castlemere.",
    ):  # fmt: skip
        assert words in front, words


def test_values_are_written_as_people_read_them(text: str) -> None:
    for words in (
        "Is an interpreter needed? No", "How they communicate Speech, Symbols or pictures", "Next care review 11 Feb 2025",
        "Long-term plan for the child's home Stay long term", "Mental-health support Receiving", "SEN SEN support",
        "19 21 Oct 2024 Carer", "Reading Year 4 secure Year 6 expected – Below", "110 104 4 2 08 Nov 2024 94.5%",
        "Ada Okafor Designated teacher Attended Yes", "How it went Achieved", "Next Change it",
        "Part 3 · The meeting Wren Castlemere 26 Nov 2024, 08:00", "signed for, because Nimmi Applegarth is ill",
    ):  # fmt: skip
        assert words in text, words


def test_a_column_that_nobody_filled_is_not_printed_and_one_that_somebody_did_is(fonts: Path) -> None:
    """When somebody was invited, whether a report was asked for, how often a child came late: where it was said."""
    row = {"id": 1, "name": "Dr Moss", "role": "professional", "took_part": "apologies", "report_received": False}
    said = {**row, "invited_on": date(2024, 11, 4), "report_asked": True}
    silent, told = (words_of(built(a_small_document(answers={"attendees": rows}), fonts)) for rows in ((row,), (row, said)))
    assert "Invited on" not in silent and "Dr Moss Other professional Sent apologies No" in silent
    assert "Invited on Report asked for" in told and "Dr Moss Other professional Sent apologies 04 Nov 2024 Yes No" in told


def test_summer_moments_are_england_s(fonts: Path) -> None:
    summer = datetime(2025, 6, 2, 13, 0, tzinfo=UTC)

    assert "Meeting 02 Jun 2025, 14:00" in words_of(built(a_small_document(meeting_at=summer), fonts))


def test_money_is_told_on_the_card_and_summed_in_a_table(text: str) -> None:
    assert "£550.00 · One-to-one tuition Costed as 10 × £55.00 (hour) For Ten weekly hours of one-to-one maths" in text
    assert "Given by Ines Calloway Tuition Paid to Larkspur Primary School" in text
    assert "Target 2 One-to-one tuition 10 £55.00 £550.00 £550.00 Approved" in text
    assert "Target 1 Books and revision guides 8 £5.99 £47.92 – Declined" in text
    assert "Total £597.92 £550.00" in text


def test_a_request_taken_back_is_not_printed_and_one_without_target_is_told_below(fonts: Path) -> None:
    withdrawn = replace(REQUESTS[0], status="withdrawn", approved_pence=None)
    loose = replace(REQUESTS[1], target_id=None, description="A loose request, told in full")

    text = words_of(built(a_small_document(targets=TARGETS, requests=(withdrawn, loose)), fonts))

    assert "£550.00" not in text
    assert "Total £47.92 –" in text
    assert "– Books and revision guides" in text
    assert "A loose request, told in full" in text


def test_asked_and_empty_says_so_and_what_does_not_apply_is_not_printed(fonts: Path) -> None:
    text = words_of(built(a_small_document(), fonts))

    for label in ("Discussion", "The carer's words", "What is going well", "SEN"):
        assert label in text
    assert "Actions Not answered" in text
    assert "Attainment Not answered" in text
    assert "If there is no English target this term, why Not answered" in text
    assert "No target has been set yet." in text
    for absent in ("Last targets", "The need, and the plan behind it", "SDQ", "Money", "What helps in class", "If not for all"):
        assert absent not in text, absent


def test_the_other_way_out_of_an_answered_field_is_not_asked_for(text: str) -> None:
    for absent in ("If the child's words could not be had", "If there is no English target", "If there is no date, why"):
        assert absent not in text, absent


def test_a_field_that_only_a_later_form_has_is_printed_all_the_same(fonts: Path) -> None:
    part_2 = FORM.parts[1]
    section = replace(part_2.sections[0], fields=(*part_2.sections[0].fields, Field("pets", "P2.99", "Pets at home", Kind.LINE)))
    later = replace(FORM, parts=(FORM.parts[0], replace(part_2, sections=(section, *part_2.sections[1:])), FORM.parts[2]))

    text = words_of(built(a_small_document(form=later, answers={"pets": "Two hens"}), fonts))

    assert "Pets at home Two hens" in text


# --- for whom ----------------------------------------------------------------------------------------------------------


def visible_to(audience: Audience) -> Document:
    """As `read_document` filters: hidden fields have no answers, facts withheld are None."""
    hidden = {Audience.SCHOOL: "S", Audience.CHILD: "C"}[audience]
    answers = {found.key: ANSWERS.get(found.key) for found in FORM.fields() if hidden not in found.hide}
    child = CHILD
    if audience is Audience.CHILD:
        child = replace(CHILD, upn=None, lcs_id=None, entered_care_on=None, legal_status=None)
    return a_document(audience=audience, answers=answers, child=child)


def test_the_school_s_copy_has_the_money_and_nothing_that_is_care_s_alone(fonts: Path) -> None:
    text = words_of(built(visible_to(Audience.SCHOOL), fonts))

    assert "School’s copy" in text
    assert "Total £597.92" in text
    for withheld in ("four homes", "Not printed", "Confidential history", "told on 09 Dec", "Notes of the adults alone",
                     "For social care and"):
        assert withheld not in text, withheld


def test_what_is_care_s_alone_is_printed_only_when_asked_for(fonts: Path) -> None:
    document = a_small_document(answers={"confidential_history": ANSWERS["confidential_history"]})

    without, with_it = (words_of(built(document, fonts, care_only_page=asked)) for asked in (False, True))

    assert "four homes" not in without
    assert "For social care and the Virtual School only" not in without
    unprinted = without[without.index("Not printed:"):].split(".")[0]
    for label in ("Family time in detail", "Confidential history", "Notes of the adults alone"):
        assert label in unprinted, "named whether it was answered or not, so that it tells of nothing"
    assert "Not printed:" not in with_it
    assert "For social care and the Virtual School only" in with_it
    assert "four homes" in with_it


def test_the_child_s_copy_is_in_its_own_words_and_without_money_grade_or_case_facts(fonts: Path) -> None:
    text = words_of(built(visible_to(Audience.CHILD), fonts))

    assert "Child’s copy" in text
    assert "1 · English I will read my page to six people and I choose which page." in text
    assert "I have got a proper freind now and we sit together." in text
    for withheld in (
        "£", "Ten weekly hours", "Gold", "Annex", "Full care order", "B340123456787", "SEN support", "SDQ", "Well below Year",
        "supply days were talked", "Some concern", "four homes", "Nimmi Applegarth is ill",
    ):  # fmt: skip
        assert withheld not in text, withheld


# --- every page --------------------------------------------------------------------------------------------------------


def test_every_page_says_confidential_its_reference_and_its_number(whole: PdfResult) -> None:
    pages = pages_of(whole)

    assert len(pages) == whole.pages
    assert 4 <= len(pages) <= 10  # the tenth is the page for care alone
    for number, page in enumerate(pages, 1):
        line = " ".join(page.split())
        assert "Confidential · Full copy" in line
        assert "PEP-2024-0417" in line
        assert f"Page {number} of {len(pages)}" in line


def test_a_draft_is_marked_on_every_page_and_a_finished_document_on_none(whole: PdfResult, fonts: Path) -> None:
    draft = pages_of(built(a_small_document(), fonts, draft=True))

    assert all(page.count("DRAFT") == 2 for page in draft)  # in the margin and across the page
    assert "This is a draft: it is not signed off." in " ".join(draft[0].split())
    assert not any("DRAFT" in page for page in pages_of(whole))


def test_metadata_names_the_document_and_not_the_child(whole: PdfResult) -> None:
    reader = PdfReader(BytesIO(whole.data))

    assert reader.metadata is not None
    assert reader.metadata.title == "PEP-2024-0417"
    assert reader.root_object["/Lang"] == "en-GB"
    assert not any(name in str(dict(reader.metadata)) for name in ("Zo", "Fernhollow", "Zoë"))


def bookmarks(outline: Any) -> Iterator[str]:
    for each in outline:
        yield from bookmarks(each) if isinstance(each, list) else [each.title]


def test_bookmarks_lead_to_chapters_sections_and_targets(whole: PdfResult) -> None:
    titles = list(bookmarks(PdfReader(BytesIO(whole.data)).outline))

    for title in ("Zo", "Zo’s voice", "Money", "What was discussed", "Target 2 · Maths", "Annex: Part 1 · Social care"):
        assert title in titles, title


@pytest.mark.slow
@pytest.mark.parametrize("lines", [1, pytest.param(9, marks=pytest.mark.slow), 14, pytest.param(20, marks=pytest.mark.slow)])
def test_no_heading_stands_alone_at_the_foot_of_a_page(fonts: Path, lines: int) -> None:
    """Paragraphs of different length push each heading over the foot of a page in turn."""
    answers = {**ANSWERS, **{key: ANSWERS[key] + "\nAnd so on." * lines for key in ("hopes", "needs_and_provision", "discussion")}}

    result = built(a_document(answers=answers), fonts)

    titles = set(bookmarks(PdfReader(BytesIO(result.data)).outline))
    for page in pages_of(result):
        body = [line.strip() for line in page.splitlines() if line.strip() and not RUNNING.match(line.strip())]
        assert body[-1] not in titles


@pytest.mark.parametrize("lines", [0, 8, 20, 36])
def test_signatures_do_not_stand_alone_on_a_page(fonts: Path, lines: int) -> None:
    """A discussion that grows pushes the end of the meeting over the foot of a page; the actions go with the signatures."""
    kept = ("actions", "next_pep_on", "after_how_it_went", "copy_wanted")
    answers = {key: ANSWERS[key] for key in kept} | {"discussion": "We talked.\n" + "And so on.\n" * lines}

    bodies = bodies_of(built(a_small_document(answers=answers, signatures=SIGNATURES), fonts))

    (signed,) = [body for body in bodies if "Signed by" in body]
    assert signed.index("Actions and the next PEP") < signed.index("Signatures")


# --- names and letters -------------------------------------------------------------------------------------------------


NAMES = ["Zoë", "Łukasz", "Nguyễn", "Ṣọlá", "O’Brien", "Юлия", "Ελένη", "Şiğ"]


def test_names_are_drawn_in_headings_cells_and_running_text(fonts: Path) -> None:
    name = " ".join(NAMES)
    child = replace(CHILD, known_as=name, first_name=name, last_name=name, social_worker=name, carer=name)
    attendees = ({"id": 1, "name": name, "role": "child", "took_part": "part", "report_received": None},)
    answers = {"attendees": attendees, "child_voice_good": name, "chair": name}

    result = built(a_small_document(child=child, writer=name, school=name, reference="PEP Łukasz", answers=answers), fonts)

    text = " ".join(" ".join(pages_of(result)).split())
    assert result.unprintable == 0
    assert f"{name}’s voice" in text
    assert f"What is going well {name}" in text
    assert f"Who chaired it {name}" in text
    assert text.count("PEP Łukasz") > result.pages
    assert [each for each in NAMES if text.count(each) < 10] == []


def test_an_arabic_name_is_drawn_joined_and_in_its_order(fonts: Path) -> None:
    name = "محمد عبد الله"
    result = built(a_small_document(child=replace(CHILD, known_as=name, last_name=name)), fonts)

    # Readers give the joined forms back, in the order in which they were drawn.
    letters = Counter(unicodedata.normalize("NFKC", words_of(result)))
    assert result.unprintable == 0
    assert all(letters[letter] >= name.count(letter) * 3 for letter in name if letter.isalpha())


def test_a_han_name_is_drawn_or_shown_as_its_code_point(fonts: Path) -> None:
    result = built(a_small_document(child=replace(CHILD, known_as="李")), fonts)

    text = words_of(result)
    if ord("李") in prepare_fonts(fonts).covered:
        assert result.unprintable == 0
        assert "李’s voice" in text
    else:
        assert "[U+674E]’s voice" in text
        assert f"{result.unprintable} characters of this document could not be printed; the on-line record has them." in text


def test_letters_that_would_be_drawn_wrongly_are_shown_as_code_points_and_counted(fonts: Path) -> None:
    result = built(a_small_document(answers={"child_voice_want": "My name is किरण."}), fonts)

    text = words_of(result)
    assert "My name is [U+0915][U+093F][U+0930][U+0923]." in text
    assert result.unprintable == 4
    assert text.count("4 characters of this document could not be printed; the on-line record has them.") == 1


def test_one_such_letter_is_one_character(fonts: Path) -> None:
    text = words_of(built(a_small_document(answers={"hopes": "ख"}), fonts))

    assert "1 character of this document could not be printed; the on-line record has it." in text


def test_marks_that_turn_text_about_and_controls_leave_no_trace(fonts: Path) -> None:
    result = built(a_small_document(answers={"hopes": "to b\u202ee an \x07art\u2066ist\x00 Zoe\u0308"}), fonts)

    assert "to be an artist Zoë" in words_of(result)
    assert result.unprintable == 0


# --- nothing fetched, nothing leaked, nothing half done ------------------------------------------------------------------


@pytest.fixture
def probe() -> Iterator[tuple[int, list[bytes]]]:
    """A port of this machine, and what anybody says to it."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        done = threading.Event()

        def listen() -> None:
            while not done.is_set():
                try:
                    caller, _ = server.accept()
                except TimeoutError:
                    continue
                with caller:
                    caller.settimeout(0.2)
                    heard.append(b"called")

        thread = threading.Thread(target=listen)
        thread.start()
        yield server.getsockname()[1], heard
        done.set()
        thread.join()


@pytest.fixture
def every_word_logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Logging as loud as it goes, with handlers of their own on the engine's loggers."""
    caplog.set_level(logging.DEBUG)
    for name in ("xhtml2pdf", "xhtml2pdf.context", "reportlab", "html5lib", "pypdf"):
        caplog.set_level(logging.DEBUG, logger=name)
        logging.getLogger(name).addHandler(caplog.handler)
    yield caplog
    for name in ("xhtml2pdf", "xhtml2pdf.context", "reportlab", "html5lib", "pypdf"):
        logging.getLogger(name).removeHandler(caplog.handler)


def poisoned(document: Document, poison: str) -> Document:
    """The document with that text in every place where a person can type."""
    answers: dict[str, Any] = {}
    for found in FORM.fields():
        value = document.answer(found.key)
        if found.kind in (Kind.LINE, Kind.PARA):
            value = poison
        elif found.kind is Kind.ROWS and value:
            lines = {column.key: poison for column in found.columns if column.kind in (Kind.LINE, Kind.PARA)}
            value = tuple({**row, **lines} for row in value)
        answers[found.key] = value
    return replace(
        document,
        answers=answers,
        school=poison,
        writer=poison,
        term_label=poison,
        child=replace(CHILD, first_name=poison, last_name=poison, known_as=poison, social_worker=poison, carer=poison, home=poison),
        targets=tuple(
            replace(each, need=poison, outcome=poison, baseline=poison, success_measure=poison, support_what=poison,
                    support_who=poison, child_wording=poison, from_plan=poison)
            for each in TARGETS
        ),
        reviews=tuple(replace(each, wording=poison, what_happened=poison, child_view=poison, set_in=poison) for each in REVIEWS),
        requests=tuple(replace(each, description=poison, provider=poison, payee=poison, unit=poison) for each in REQUESTS),
        signatures={key: each and replace(each, name=poison, reason=poison) for key, each in SIGNATURES.items()},
    )  # fmt: skip


@pytest.mark.slow
def test_hostile_text_is_text_and_fetches_nothing(
    fonts: Path, probe: tuple[int, list[bytes]], tmp_path: Path, every_word_logged: pytest.LogCaptureFixture
) -> None:
    port, heard = probe
    (tmp_path / "planted.txt").write_text("PLANTEDSECRET")
    (tmp_path / "planted.css").write_text("body { color: red } /* PLANTEDSECRET */")
    address = f"http://127.0.0.1:{port}"
    poison = (
        f"<script>alert(1)</script> {{{{7*7}}}} {{% include 'x' %}} <img src=\"file://{tmp_path}/planted.txt\"> "
        f"<img src='{address}/a.png'> <link rel=stylesheet href={address}/b.css> <style>@import url({address}/c.css); "
        f"@import url({tmp_path}/planted.css); p {{ background: url({address}/d.png) }}</style> </td></table><pdf:nextpage/> "
        f"<pdf:include src='{address}/e'/> url({address}/f) &lt;b&gt; \"'><iframe src={address}/g>"
    )

    result = built(poisoned(a_document(), poison), fonts)

    solid = "".join(words_of(result).split())
    assert heard == []
    assert solid.count("".join(poison.split())) > 30
    assert b"PLANTEDSECRET" not in result.data
    assert "PLANTEDSECRET" not in solid
    assert result.unprintable == 0
    assert every_word_logged.text == ""


MARKUP = {
    "an image over http": "<img src='http://127.0.0.1:{port}/a.png'/>",
    "a style sheet over http": "<link rel='stylesheet' href='http://127.0.0.1:{port}/b.css'/>",
    "an import over http": "<style>@import url(http://127.0.0.1:{port}/c.css);</style>",
    "a font over http": "<style>@font-face {{ font-family: x; src: url(http://127.0.0.1:{port}/d.ttf); }}</style>",
    "a file": "<img src='{planted}'/>",
    "a file by its scheme": "<img src='file://{planted}'/>",
    "a file by the way up": "<img src='../planted.png'/>",
}


@pytest.mark.parametrize("markup", MARKUP.values(), ids=MARKUP.keys())
def test_even_markup_of_our_own_reaches_nothing_outside_its_folder(
    markup: str, probe: tuple[int, list[bytes]], tmp_path: Path, every_word_logged: pytest.LogCaptureFixture
) -> None:
    port, heard = probe
    (tmp_path / "planted.png").write_bytes(b"\x89PNG PLANTEDSECRET")
    (tmp_path / "inside").mkdir()
    body = markup.format(port=port, planted=tmp_path / "planted.png")

    with pytest.raises(PdfFailed) as refused:
        render_pdf(f"<html><body>{body}<p>Zo Fernhollow</p></body></html>", folder=tmp_path / "inside")

    assert refused.value.reason_code == "warned"
    assert heard == []
    assert every_word_logged.text == ""


def whole_story(error: BaseException) -> str:
    """All that a traceback, a debugger or a log could say of an error."""
    return "".join(traceback.format_exception(error)) + repr(vars(error)) + repr(error.__context__) + repr(error.__cause__)


STRICT = "td { -pdf-keep-in-frame-mode: error }"


@pytest.mark.parametrize(
    ("body", "reason_code"),
    [
        ("<p>Zo Fernhollow \u674e</p>", "warned"),  # no font draws it
        (f"<style>{STRICT}</style><table><tr><td><p>{'Fernhollow ' * 9_000}</p></td></tr></table>", "layout"),
        ("<div>" * 400 + "Zo Fernhollow" + "</div>" * 400, "too_large"),
        ("<p>Zo Fernhollow</p>" + " " * pdf_engine.LONGEST_DOCUMENT, "too_large"),
        ("<p>Fernhollow \ud800</p>", "engine"),  # half a character
    ],
    ids=["a letter without a font", "a cell taller than its page", "too deep", "too long", "half a character"],
)
def test_a_document_that_the_engine_complains_of_is_not_given_out_and_not_quoted(
    tmp_path: Path, body: str, reason_code: str, every_word_logged: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(PdfFailed) as refused:
        render_pdf(f"<html><body>{body}</body></html>", folder=tmp_path)

    assert refused.value.reason_code == reason_code
    assert "Fernhollow" not in whole_story(refused.value)
    assert refused.value.__context__ is refused.value.__cause__ is None  # the engine's own error quotes what it met
    assert every_word_logged.text == ""


def test_an_engine_whose_complaints_are_silenced_is_refused_all_the_same(tmp_path: Path) -> None:
    logging.disable(logging.CRITICAL)
    try:
        with pytest.raises(PdfFailed):
            render_pdf("<p>\u674e</p>", folder=tmp_path)
    finally:
        logging.disable(logging.NOTSET)


def test_another_thread_s_words_are_still_logged_while_a_document_is_made(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    with pdf_engine._silenced() as heard:
        thread = threading.Thread(target=logging.getLogger("xhtml2pdf.context").warning, args=("of another document",))
        thread.start()
        thread.join()
        logging.getLogger("xhtml2pdf.context").warning("of this one")
    logging.getLogger("xhtml2pdf.context").warning("afterwards")

    assert [record.message for record in caplog.records] == ["of another document", "afterwards"]
    assert heard.warnings == 1


def test_without_a_place_for_its_fonts_no_document_is_made(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where the folder should be")

    with pytest.raises(PdfFailed) as refused:
        built(a_small_document(), tmp_path / "taken")

    assert refused.value.reason_code == "fonts"
    assert str(tmp_path) not in whole_story(refused.value).split("File ")[0]
