"""The parts of a PEP and the readiness of the whole. Each test changes one thing of a complete document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from pep_admin.pep_form import FORM, Document, Kind
from pep_admin.school_calendar import TermsUnknown, england_working_day
from pep_admin.validators.findings import Finding
from pep_admin.validators.meetings import Calendar
from pep_admin.validators.peps import check_due, check_part, check_readiness, voices_missing
from pep_admin.validators.ppg import PpgFacts
from pep_admin.vocabulary import Part, Scheme

Make = Callable[..., Document]
Short = tuple[str, str, str, str]

TODAY = date(2024, 11, 26)
FACTS = {
    21: PpgFacts(
        scheme=Scheme.SCHOOL_AGE, term_label="Autumn 2024-25", year_label="2024-25", term_cap_pence=60000,
        year_cap_pence=180000, term_taken_pence=0, year_taken_pence=0, has_target=True,
    )
}  # fmt: skip


def short(findings: list[Finding], part: Part | None = None) -> list[Short]:
    assert part is None or {finding.part for finding in findings} <= {part.value}
    return [(finding.check, finding.code, finding.field, finding.severity) for finding in findings]


def of(document: Document, part: Part) -> list[Short]:
    return short(check_part(document, part, today=TODAY), part)


def ready(document: Document, **options: Any) -> list[Finding]:
    return check_readiness(document, today=TODAY, ppg_facts=FACTS, **options)


def test_a_complete_document_has_nothing_against_it(a_document: Make) -> None:
    assert ready(a_document()) == []


def test_a_part_may_be_named_by_its_value(a_document: Make) -> None:
    assert check_part(a_document(), "education", today=TODAY) == []  # type: ignore[arg-type]  # a value that names the part


# --- required answers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "field", "check", "code"),
    [
        (Part.SOCIAL_CARE, "first_language", "RD-102", "HB-7.1"),
        (Part.SOCIAL_CARE, "interpreter_needed", "RD-102", "HB-7.1"),
        (Part.SOCIAL_CARE, "communicates_by", "RD-102", "HB-7.1"),
        (Part.SOCIAL_CARE, "next_care_review_on", "RD-102", "HB-7.1"),
        (Part.SOCIAL_CARE, "parental_responsibility", "RD-103", "HB-3.7"),
        (Part.SOCIAL_CARE, "reports_to", "RD-104", "HB-3.7"),
        (Part.SOCIAL_CARE, "slips_signed_by", "RD-104", "HB-3.7"),
        (Part.SOCIAL_CARE, "emotional_needs", "RD-102", "HB-7.1"),
        (Part.EDUCATION, "achievements", "RD-201", "HB-7.1"),
        (Part.EDUCATION, "voice_gathered_on", "RD-204", "HB-3.14"),
        (Part.EDUCATION, "voice_gathered_by", "RD-204", "HB-3.14"),
        (Part.EDUCATION, "attainment", "RD-217", "HB-4.1"),
        (Part.EDUCATION, "attendance", "RD-201", "HB-7.1"),
        (Part.EDUCATION, "exclusion_risk", "RD-201", "HB-7.1"),
        (Part.MEETING, "chair", "RD-302", "HB-7.1"),
        (Part.MEETING, "attendees", "RD-302", "HB-7.1"),
        (Part.MEETING, "child_attended", "RD-307", "HB-3.5"),
        (Part.MEETING, "discussion", "RD-302", "HB-7.1"),
        (Part.MEETING, "actions", "RD-302", "HB-7.1"),
    ],
)
def test_a_required_answer_is_missed_once(a_document: Make, part: Part, field: str, check: str, code: str) -> None:
    nothing: dict[Kind, list[object]] = {Kind.LINE: [None, "", "  "], Kind.PARA: [None, " \n"], Kind.ROWS: [None, ()]}
    for empty in nothing.get(FORM.field(field).kind, [None]):
        assert of(a_document({field: empty}), part) == [(check, code, field, "blocking")]


def test_the_sentence_names_the_label(a_document: Make) -> None:
    (first,) = check_part(a_document({"chair": None}), Part.MEETING, today=TODAY)
    assert first.message == "Part 3 still needs “Who chaired it”."
    (second,) = check_part(a_document({"interpreter_needed": None}), Part.SOCIAL_CARE, today=TODAY)
    assert second.message == "Part 1 still needs an answer to “Is an interpreter needed?”."
    (third,) = check_part(a_document({"voice_gathered_by": None}), Part.EDUCATION, today=TODAY)
    assert third.message == "Say who listened to Sam."


def test_no_is_an_answer(a_document: Make) -> None:
    assert of(a_document({"interpreter_needed": False}), Part.SOCIAL_CARE) == []
    assert of(a_document({"reports_and_slips_discussed": False}), Part.MEETING) == []


@pytest.mark.parametrize(
    ("answers", "facts", "part", "field", "check"),
    [
        ({"behaviour": "some", "behaviour_seen": None}, {}, Part.EDUCATION, "behaviour_seen", "RD-201"),
        ({"sen_provision": None}, {"sen_status": "K"}, Part.EDUCATION, "sen_provision", "RD-215"),
        ({"child_attended": "part", "child_absent_kind": None}, {}, Part.MEETING, "child_absent_kind", "RD-307"),
        ({"child_attended": "no", "child_absent_kind": "adults"}, {}, Part.MEETING, "child_absent_reason", "RD-307"),
        ({"child_attended": "part", "child_absent_kind": "other"}, {}, Part.MEETING, "child_absent_reason", "RD-307"),
    ],
)
def test_what_a_switch_makes_required(
    a_document: Make, answers: dict[str, Any], facts: dict[str, Any], part: Part, field: str, check: str
) -> None:
    document = a_document(answers, facts)
    assert [(found[0], found[2]) for found in of(document, part) if found[3] == "blocking"] == [(check, field)]
    answered = a_document({**answers, field: "Said."}, facts)
    assert [found for found in of(answered, part) if found[3] == "blocking"] == []


def test_what_no_switch_asks_is_not_missed(a_document: Make) -> None:
    assert of(a_document({"attendance": ()}, {"year_group": "12"}, phase="P16"), Part.EDUCATION) == []
    assert of(a_document({"attendance": ()}, {"has_school": False}), Part.EDUCATION) == []


@pytest.mark.parametrize(
    ("part", "field", "row", "check", "code", "empty"),
    [
        (Part.SOCIAL_CARE, "parental_responsibility", {"id": "x", "name": "Ann Reed", "relation": None, "gets_reports": False},
         "RD-102", "HB-7.1", "“Relation” is empty in line 1 of “Who holds parental responsibility”."),
        (Part.MEETING, "actions", {"id": "x", "what": "Ring the tutor", "who": "", "by_on": date(2024, 12, 6)}, "RD-311", "HB-3.9",
         "“Who” is empty in line 1 of “Actions”."),
        (Part.MEETING, "actions", {"id": "x", "what": "Ring the tutor", "who": "", "by_on": None}, "RD-311", "HB-3.9",
         "“Who” and “By” are empty in line 1 of “Actions”."),
    ],
)  # fmt: skip
def test_a_line_with_a_gap_is_named(
    a_document: Make, part: Part, field: str, row: dict[str, Any], check: str, code: str, empty: str
) -> None:
    (finding,) = check_part(a_document({field: (row,)}), part, today=TODAY)
    assert (finding.check, finding.code, finding.field, finding.row, finding.severity) == (check, code, field, "x", "blocking")
    assert finding.message == empty


# --- Part 1 ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("completed_on", "missing_reason", "fits"),
    [
        (date(2024, 9, 10), None, True),
        (date(2023, 11, 20), None, True),  # twelve months before the meeting, to the day
        (date(2023, 11, 19), None, False),
        (date(2023, 11, 19), "declined", True),
        (TODAY, None, True),  # after the meeting, but there
        (date(2024, 11, 27), None, False),  # still to come
        (None, None, False),
        (None, "under_a_year", True),
    ],
)
def test_a_score_of_the_last_twelve_months_or_a_reason(
    a_document: Make, completed_on: date | None, missing_reason: str | None, fits: bool
) -> None:
    rows = ({"id": 1, "total": 12, "completed_on": completed_on, "completed_by": "carer"},) if completed_on else None
    found = of(a_document({"sdq": rows, "sdq_missing_reason": missing_reason}), Part.SOCIAL_CARE)
    assert found == ([] if fits else [("RD-106", "HB-4.7", "sdq", "blocking")])


def test_without_a_meeting_the_twelve_months_end_today(a_document: Make) -> None:
    rows = ({"id": 1, "total": 12, "completed_on": date(2023, 11, 25), "completed_by": "carer"},)
    assert [found[0] for found in of(a_document({"sdq": rows, "meeting_at": None}), Part.SOCIAL_CARE)] == ["RD-106"]
    assert of(a_document({"sdq": rows}), Part.SOCIAL_CARE) == []


def test_a_leap_day_has_its_year_before(a_document: Make) -> None:
    rows = ({"id": 1, "total": 12, "completed_on": date(2023, 2, 28), "completed_by": "carer"},)
    document = a_document({"sdq": rows, "meeting_at": None})
    assert check_part(document, Part.SOCIAL_CARE, today=date(2024, 2, 29)) == []


def test_no_score_is_asked_of_a_child_of_three(a_document: Make) -> None:
    document = a_document({"sdq": None}, {"date_of_birth": date(2021, 3, 1), "year_group": "N2"}, phase="EY")
    assert of(document, Part.SOCIAL_CARE) == []


def test_a_high_score_asks_for_strategies(a_document: Make) -> None:
    high = ({"id": 1, "total": 17, "completed_on": date(2024, 9, 10), "completed_by": "carer"},)
    assert of(a_document({"sdq": high}), Part.SOCIAL_CARE) == [("RD-107", "HB-4.7", "strategies_for_school", "warning")]
    assert of(a_document({"sdq": high, "strategies_for_school": "A quiet corner."}), Part.SOCIAL_CARE) == []


# --- Part 2 ----------------------------------------------------------------------------------------------------------------

NO_VOICE = {"child_voice_good": None, "child_voice_hard": " ", "child_voice_want": ""}


def test_no_voice_and_no_attempts_stops_sending(a_document: Make) -> None:
    found = of(a_document(NO_VOICE), Part.EDUCATION)
    assert found == [("RD-202", "HB-4.6", "child_voice_good", "blocking")]


def test_attempts_alone_stop_signing_off(a_document: Make) -> None:
    attempts = {"child_voice_attempts": "Asked by Ms Green on 4 and 11 Nov; he left the room."}
    document = a_document({**NO_VOICE, **attempts, "voice_gathered_on": None, "voice_gathered_by": None})
    assert of(document, Part.EDUCATION) == [("RD-202", "HB-4.6", "child_voice_good", "signoff")]
    assert voices_missing(document) == ("child",)
    (sought,) = check_part(document, Part.EDUCATION, today=TODAY)
    (silent,) = check_part(a_document(NO_VOICE), Part.EDUCATION, today=TODAY)
    assert sought.message.startswith("Sam's voice is missing; it is said how it was sought.")
    assert silent.message.startswith("Sam's voice is missing. It may be sent with “asked on, by whom, how often, why not”")


@pytest.mark.parametrize("heard", ["child_voice_good", "child_voice_hard", "child_voice_want"])
def test_one_real_answer_is_a_voice(a_document: Make, heard: str) -> None:
    document = a_document({**NO_VOICE, heard: "Fractions."})
    assert voices_missing(document) == ()
    (finding,) = check_part(document, Part.EDUCATION, today=TODAY)
    assert (finding.check, finding.code, finding.severity) == ("RD-240", "HB-4.6", "warning")


def test_what_is_said_and_what_not(a_document: Make) -> None:
    (finding,) = check_part(a_document({"child_voice_hard": None}), Part.EDUCATION, today=TODAY)
    assert finding.message == "Sam has said what is going well and wanted, but nothing yet about what is hard."
    assert finding.field == "child_voice_hard"


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        ({"voice_gathered_on": date(2024, 11, 21)}, ("RD-205", "HB-3.14", "voice_gathered_on", "warning")),
        ({"voice_gathered_on": date(2024, 11, 27)}, ("RD-204", "HB-3.14", "voice_gathered_on", "blocking")),
        ({"exclusion_risk": True}, ("RD-210", "HB-3.6", "exclusion_risk", "warning")),
    ],
)
def test_rules_of_part_2(a_document: Make, answers: dict[str, Any], found: Short) -> None:
    assert of(a_document(answers), Part.EDUCATION) == [found]


def attendance(**changes: Any) -> dict[str, Any]:
    row = {"id": 4, "possible": 100, "present": 97, "figures_to": date(2024, 11, 15)}
    return {"attendance": ({**row, **changes},)}


def test_attendance_that_cannot_be(a_document: Make) -> None:
    assert of(a_document(attendance(present=100)), Part.EDUCATION) == []
    (finding,) = check_part(a_document(attendance(present=101)), Part.EDUCATION, today=TODAY)
    assert (finding.check, finding.code, finding.severity, finding.row) == ("RD-207", "HB-4.1", "blocking", "4")


def test_low_attendance_asks_why(a_document: Make) -> None:
    low = attendance(present=94)
    assert of(a_document(low), Part.EDUCATION) == [("RD-209", "HB-7.1", "attendance_reasons", "warning")]
    assert of(a_document({**low, "attendance_reasons": "Long journey; the carer sets off earlier."}), Part.EDUCATION) == []


def test_more_sessions_than_there_were_half_days_of_school_are_pointed_out(a_document: Make) -> None:
    """From Mon 2 Sep to Fri 15 Nov 2024 England worked 55 days: 110 half days; none before, and nothing of another year."""
    assert of(a_document(attendance(possible=110, present=108)), Part.EDUCATION) == []
    (finding,) = check_part(a_document(attendance(possible=111, present=108)), Part.EDUCATION, today=TODAY)
    assert (finding.check, finding.code, finding.severity, finding.row) == ("ATTEND-open", "HB-4.1", "warning", "4")
    assert finding.message == "111 possible sessions are more than the 110 half days of school from September to 15 Nov 2024."
    last_year = attendance(possible=378, present=370, figures_to=date(2024, 7, 19))
    assert ("ATTEND-open", "HB-4.1", "attendance", "warning") not in of(a_document(last_year), Part.EDUCATION)


def test_the_schools_own_holidays_are_no_sessions(a_document: Make) -> None:
    """With a half-term from 21 to 25 Oct there are ten half days fewer; where no calendar tells, people's working days count."""
    half_term = Calendar(is_school_day=lambda day: england_working_day(day) and not date(2024, 10, 21) <= day <= date(2024, 10, 25))

    def unknown(day: date) -> bool:
        raise TermsUnknown(day)

    def told(calendar: Calendar, possible: int) -> list[str]:
        document = a_document(attendance(possible=possible, present=97))
        found = check_part(document, Part.EDUCATION, today=TODAY, calendar=calendar)
        return [each.message for each in found if each.check == "ATTEND-open"]

    assert told(half_term, 100) == [] and "the 100 half days" in told(half_term, 101)[0]
    assert told(Calendar(is_school_day=unknown), 110) == [] and told(Calendar(is_school_day=unknown), 111) != []


def test_stale_figures_are_pointed_out(a_document: Make) -> None:
    stale = attendance(possible=60, present=58, figures_to=date(2024, 10, 11))
    assert of(a_document(stale), Part.EDUCATION) == [("RD-208", "HB-4.1", "attendance", "warning")]


@pytest.mark.parametrize("field", ["outcome", "what_happened", "support_effect", "next"])
def test_every_last_target_is_reviewed(a_document: Make, field: str) -> None:
    review = replace(a_document().reviews[0], **{field: ""})
    (finding,) = check_part(a_document(reviews=(review,)), Part.EDUCATION, today=TODAY)
    assert (finding.check, finding.code, finding.severity, finding.row) == ("RD-221", "HB-5.7", "blocking", "7")
    assert finding.message == "The last target “Sam will write 100 words about a trip...” is not reviewed."
    eight_words = replace(review, wording="Sam will write 100 words about a trip")
    (finding,) = check_part(a_document(reviews=(eight_words,)), Part.EDUCATION, today=TODAY)
    assert finding.message == "The last target “Sam will write 100 words about a trip” is not reviewed."


def test_the_childs_view_of_it_is_asked_for(a_document: Make) -> None:
    review = replace(a_document().reviews[0], child_view=" ")
    assert of(a_document(reviews=(review,)), Part.EDUCATION) == [("RD-222", "HB-5.7", "target_reviews", "warning")]


def test_a_first_pep_has_nothing_to_review(a_document: Make) -> None:
    review = replace(a_document().reviews[0], outcome="")
    document = a_document(facts={"has_targets_to_review": False}, reviews=(review,))
    assert of(document, Part.EDUCATION) == []


def test_part_2_includes_its_targets(a_document: Make) -> None:
    english, maths, personal = a_document().targets
    assert of(a_document(targets=(english, personal)), Part.EDUCATION) == [("RD-224", "HB-5.1", "maths_exception", "blocking")]
    gap = replace(maths, baseline="")
    assert of(a_document(targets=(english, gap, personal)), Part.EDUCATION) == [("RD-225", "HB-5.2", "baseline", "blocking")]


def test_a_plan_steers_the_targets(a_document: Make) -> None:
    plan = ({"id": "d1", "kind": "ehcp", "dated_on": date(2023, 3, 1), "where": "The SEN file"},)
    answers, facts = {"sen_provision": "Speech; EHCP outcome 2.", "documents": plan}, {"sen_status": "E"}
    found = of(a_document(answers, facts), Part.EDUCATION)
    assert found == [("RD-232", "HB-5.5", "from_plan", "warning")] * 3
    steered = tuple(replace(target, from_plan="Outcome 2") for target in a_document().targets)
    assert of(a_document(answers, facts, targets=steered), Part.EDUCATION) == []


@pytest.mark.parametrize(
    ("term", "next_on", "due_on", "fits"),
    [
        ("autumn", date(2025, 2, 12), date(2025, 8, 31), True),
        ("autumn", date(2025, 2, 12), date(2025, 9, 1), False),
        ("autumn", date(2025, 2, 12), date(2024, 11, 19), False),
        ("summer", date(2025, 11, 12), date(2025, 12, 31), True),
        ("summer", date(2025, 11, 12), date(2026, 1, 1), False),
        ("summer", date(2026, 2, 3), date(2026, 4, 30), True),
        ("summer", date(2026, 2, 3), date(2026, 5, 1), False),
        ("summer", date(2026, 4, 30), date(2026, 5, 1), False),
        ("summer", date(2026, 5, 5), date(2026, 8, 31), True),
        ("summer", date(2025, 9, 30), date(2025, 12, 31), True),
        ("summer", None, date(2025, 12, 31), True),
        ("summer", None, date(2026, 1, 1), False),
        ("autumn", None, date(2025, 9, 1), False),
    ],
)
def test_how_far_a_target_may_run(a_document: Make, term: str, next_on: date | None, due_on: date, fits: bool) -> None:
    english, maths, personal = a_document().targets
    document = a_document({"next_pep_on": next_on}, term=term, targets=(replace(english, due_on=due_on), maths, personal))
    assert of(document, Part.EDUCATION) == ([] if fits else [("RD-228", "HB-5.2", "due_on", "blocking")])


# --- Part 3 ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        ({"meeting_at": None}, ("RD-301", "HB-2.5", "meeting_at", "blocking")),
        ({"meeting_at": datetime(2024, 11, 27, 9, 0, tzinfo=UTC)}, ("RD-301", "HB-2.5", "meeting_at", "blocking")),
        ({"next_care_review_on": date(2024, 11, 20), "same_day_reason": "He wished it so"},
         ("RD-303", "HB-3.3", "meeting_at", "warning")),
        ({"chair_role": "social_worker"}, ("RD-304", "HB-2.6", "chair_role", "warning")),
        ({"chair_role": "independent"}, ("RD-304", "HB-2.6", "chair_role", "warning")),
        ({"carer_voice": None}, ("RD-308", "HB-4.6", "carer_voice", "blocking")),
        ({"carer_voice": " ", "carer_voice_attempts": "Rung on 3 days."}, ("RD-308", "HB-4.6", "carer_voice", "signoff")),
        ({"social_worker_voice": None}, ("RD-309", "HB-4.6", "social_worker_voice", "blocking")),
        ({"social_worker_voice": None, "social_worker_voice_attempts": "On leave; two mails."},
         ("RD-309", "HB-4.6", "social_worker_voice", "signoff")),
        ({"next_pep_on": None}, ("RD-313", "HB-1.7", "next_pep_on", "blocking")),
        ({"next_pep_on": date(2024, 11, 20)}, ("RD-314", "HB-1.7", "next_pep_on", "blocking")),
        ({"next_pep_on": date(2025, 2, 15)}, ("RD-314", "HB-1.7", "next_pep_on", "warning")),
        ({"after_how_it_went": None}, ("RD-315", "HB-3.8", "after_how_it_went", "warning")),
        ({"copy_wanted": None}, ("RD-315", "HB-3.8", "copy_wanted", "warning")),
    ],
)  # fmt: skip
def test_rules_of_part_3(a_document: Make, answers: dict[str, Any], found: Short) -> None:
    assert of(a_document(answers), Part.MEETING) == [found]


def test_a_reason_stands_for_the_next_date(a_document: Make) -> None:
    assert of(a_document({"next_pep_on": None, "no_next_pep_reason": "turning_18"}), Part.MEETING) == []


def test_the_dates_of_the_record_stand_in_where_no_answer_was_posted(a_document: Make) -> None:
    whole = a_document()
    answers = {key: value for key, value in whole.answers.items() if key not in ("meeting_at", "next_pep_on")}
    assert check_part(replace(whole, answers=answers), Part.MEETING, today=TODAY) == []
    gone = replace(whole, answers=answers, meeting_at=None, next_pep_on=None)
    assert [finding.check for finding in check_part(gone, Part.MEETING, today=TODAY)] == ["RD-301", "RD-313"]


def test_the_calendar_that_the_caller_knows_is_used(a_document: Make) -> None:
    calendar = Calendar(next_deadline_on=date(2025, 2, 11))
    (finding,) = check_part(a_document(), Part.MEETING, today=TODAY, calendar=calendar)
    assert (finding.check, finding.code, finding.severity) == ("RD-314", "HB-1.4", "warning")
    assert ready(a_document(), calendar=calendar) == [finding]


def people(**took_part: str) -> dict[str, Any]:
    rows = tuple(
        {"id": number, "name": role, "role": role, "took_part": took, "report_received": None}
        for number, (role, took) in enumerate(took_part.items(), start=1)
    )
    return {"attendees": rows}


def test_who_was_not_there(a_document: Make) -> None:
    present = {"child": "attended", "social_worker": "attended", "designated_teacher": "part", "carer": "attended"}
    assert of(a_document(people(**present)), Part.MEETING) == []
    document = a_document(people(**{**present, "carer": "apologies"}))
    assert of(document, Part.MEETING) == [("RD-305", "HB-3.12", "attendees", "warning")]
    document = a_document(people(**{**present, "social_worker": "apologies", "designated_teacher": "apologies"}))
    assert of(document, Part.MEETING) == [("RD-305", "HB-3.1", "attendees", "warning")] * 2


def test_a_professional_who_does_not_come_sends_a_report(a_document: Make) -> None:
    rows = a_document().rows("attendees")
    absent = {"id": 9, "name": "Dr Moss", "role": "professional", "took_part": "apologies", "report_received": False}
    (finding,) = check_part(a_document({"attendees": (*rows, absent)}), Part.MEETING, today=TODAY)
    assert (finding.check, finding.code, finding.severity, finding.row) == ("RD-306", "HB-3.2", "warning", "9")
    assert finding.message.startswith("Dr Moss did not come")
    assert of(a_document({"attendees": (*rows, {**absent, "report_received": True})}), Part.MEETING) == []
    asked = a_document({"attendees": (*rows, {**absent, "report_asked": True})})
    assert [each.message for each in check_part(asked, Part.MEETING, today=TODAY) if each.check == "RD-306"] == [
        "Dr Moss did not come, and the report that was asked for has not come either."]
    assert of(a_document({"attendees": (*rows, {**absent, "took_part": "attended"})}), Part.MEETING) == []


# --- the whole -------------------------------------------------------------------------------------------------------------


def test_the_whole_is_the_sum_of_its_parts_in_order(a_document: Make) -> None:
    document = a_document({"first_language": None, "achievements": None, "chair": None})
    assert [(finding.part, finding.field) for finding in ready(document)] == [
        ("social_care", "first_language"),
        ("education", "achievements"),
        ("meeting", "chair"),
    ]


@pytest.mark.parametrize("part", Part)
def test_every_part_is_signed(a_document: Make, part: Part) -> None:
    document = a_document()
    unsigned = replace(document, signatures={**document.signatures, part.value: None})
    (finding,) = ready(unsigned)
    assert (finding.check, finding.code, finding.part, finding.severity) == ("RD-316", "HB-2.6", part.value, "blocking")
    assert ready(unsigned, signed=False) == []


@pytest.mark.parametrize(("school_id", "said"), [
    (1, "The school has not signed Part 2, education."), (None, "Part 2, education, has not been signed by its writer.")])
def test_without_a_school_part_two_waits_for_its_writer(a_document: Make, school_id: int | None, said: str) -> None:
    document = replace(a_document(), school_id=school_id)
    (finding,) = ready(replace(document, signatures={**document.signatures, Part.EDUCATION.value: None}))
    assert finding.message == said


def test_the_requests_are_judged_with_their_facts(a_document: Make) -> None:
    over = replace(FACTS[21], term_taken_pence=5001, year_taken_pence=5001)
    (finding,) = check_readiness(a_document(), today=TODAY, ppg_facts={21: over})
    assert (finding.check, finding.code, finding.field) == ("RD-403", "HB-6.1", "amount")
    assert (finding.part, finding.row) == ("education", "21")


def test_a_target_of_another_pep_does_not_serve(a_document: Make) -> None:
    request = replace(a_document().requests[0], target_id=999)
    assert [finding.check for finding in ready(a_document(requests=(request,)))] == ["RD-401"]


@pytest.mark.parametrize(
    ("status", "judged"), [("draft", True), ("requested", True), ("approved", False), ("withdrawn", False), ("declined", False)]
)
def test_only_open_requests_are_judged(a_document: Make, status: str, judged: bool) -> None:
    request = replace(a_document().requests[0], status=status, category="X_TRANSPORT")
    assert [finding.check for finding in ready(a_document(requests=(request,)))] == (["RD-405"] if judged else [])


@pytest.mark.parametrize(("status", "asked"), [("draft", True), ("requested", False), ("approved", False), ("withdrawn", False)])
def test_a_draft_is_told_in_full_before_it_goes_and_what_went_stays_valid(a_document: Make, status: str, asked: bool) -> None:
    request = replace(a_document().requests[0], status=status, starts_on=None, other_money="")
    found = [(each.check, each.field, each.severity, each.row) for each in ready(a_document(requests=(request,)))]
    assert found == [("PPG-when", "starts_on", "blocking", "21"), ("PPG-other-money", "other_money", "blocking", "21")] * asked


def test_a_request_without_facts_is_a_defect_of_the_caller(a_document: Make) -> None:
    with pytest.raises(KeyError):
        check_readiness(a_document(), today=TODAY, ppg_facts={})


@pytest.mark.parametrize(
    ("silent", "missing"),
    [
        ({}, ()),
        (NO_VOICE, ("child",)),
        ({"carer_voice": None, "carer_voice_attempts": "Rung thrice."}, ("carer",)),
        ({"social_worker_voice": "\n "}, ("social worker",)),
        ({**NO_VOICE, "carer_voice": None, "social_worker_voice": None}, ("child", "carer", "social worker")),
    ],
)
def test_whose_voice_is_missing(a_document: Make, silent: dict[str, Any], missing: tuple[str, ...]) -> None:
    assert voices_missing(a_document(silent)) == missing


# --- a funding PEP ---------------------------------------------------------------------------------------------------------


def test_a_funding_pep_is_a_target_a_request_and_the_voices(a_document: Make) -> None:
    document = a_document()
    voices = ("child_voice_good", "carer_voice", "social_worker_voice")
    answers = {key: document.answers[key] for key in voices}
    funding = replace(
        document, kind="funding", answers=answers, meeting_at=None, next_pep_on=None, targets=document.targets[1:2],
        signatures={**document.signatures, "social_care": None},
    )  # fmt: skip
    assert ready(funding) == []
    assert [(finding.check, finding.code) for finding in ready(replace(funding, requests=()))] == [("RD-401", "HB-6.5")]
    bare = replace(funding, targets=(), requests=())
    assert [(finding.check, finding.code) for finding in ready(bare)] == [("RD-225", "HB-6.5"), ("RD-401", "HB-6.5")]
    gap = replace(funding, targets=(replace(funding.targets[0], baseline=""),))
    assert [(finding.check, finding.field) for finding in ready(gap)] == [("RD-225", "baseline")]
    silent = replace(funding, answers={})
    assert [(finding.check, finding.severity) for finding in ready(silent)] == [
        ("RD-202", "blocking"),
        ("RD-308", "blocking"),
        ("RD-309", "blocking"),
    ]
    unsigned = replace(funding, signatures=dict.fromkeys(funding.signatures))
    assert [(finding.check, finding.part) for finding in ready(unsigned)] == [("RD-316", "education"), ("RD-316", "meeting")]


def test_no_message_shows_a_withheld_answer(a_document: Make) -> None:
    document = a_document({"confidential_history": "SECRET", "adults_only_notes": "SECRET", "first_language": None})
    assert ready(document) != []
    assert not any("SECRET" in finding.message for finding in ready(document))


@pytest.mark.parametrize(("on", "fits"), [(date(2024, 9, 8), False), (date(2024, 9, 9), True), (date(2025, 8, 31), True),
                                          (date(2025, 9, 1), False)])
def test_a_pep_is_due_within_its_year(on: date, fits: bool) -> None:
    found = check_due(on, opened_on=date(2024, 9, 9), year="2024-25")
    assert [(each.code, each.field, each.severity) for each in found] == ([] if fits else [("DATA-due", "due_on", "blocking")])
