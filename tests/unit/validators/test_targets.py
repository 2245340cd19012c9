"""SMART targets: the wording as people write it, the pieces of one target, the set of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pep_admin.pep_form import Document, StandingException, TargetFacts
from pep_admin.validators.findings import Finding
from pep_admin.validators.targets import check_progress_note, check_target, check_target_set, check_wording

Make = Callable[..., Document]


def said(text: str, *names: str) -> list[tuple[str, str]]:
    return [(finding.check, finding.severity) for finding in check_wording(text, child_names=names)]


@pytest.mark.parametrize(
    "text",
    [
        "Leah will be able to recognise when she is becoming anxious and use a strategy to calm down by the end of the spring term",
        "By the end of the academic year, Leo will have achieved a GCSE grade 4 in English",
        "Kai's SDQ score will reduce from 21 to below 17 by the end of the academic year",
        "Noah will read aloud for 15 minutes on a daily basis throughout the term",
        "Noah will write a story of 300 words using his/her own ideas by the end of the summer term",
        "Zara will join in a small group activity/task 3 times a week until the end of the spring term",
        "Jay will be able to tie his shoe laces without help by half term",
        "Ella will increase her attendance from 82% to 90% by Easter",
        "Sam will be able to solve two-step word problems by the end of Year 4",
        "Tom will take turns in a board game with a friend within six weeks",
        "Ann will make two new friends by the end of the autumn term",
        "Ann will follow a visual timetable to move between activities by 4 April 2025",
        "Ann will be on time for her first lesson until the February half-term",
        "X Æ will name ten feelings by the end of the autumn term",
    ],
)
def test_the_handbooks_manner_is_accepted_without_a_word(text: str) -> None:
    assert said(text) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("XXXX will read 40 words by the end of the spring term", "XXXX"),
        ("Sam will read XX words by the end of the spring term", "XX"),
        ("Sam will read X words by the end of the spring term", "X"),
        ("Sam will read ______ words by the end of the spring term", "______"),
        ("Sam will read ........ words by the end of the spring term", "........"),
        ("Sam will read ?? words by the end of the spring term", "??"),
        ("Sam will read 40 words by the end of the Autumn/Spring/Summer term", "Autumn/Spring/Summer"),
        ("Sam will read 40 words by the end of the spring / summer term", "spring / summer"),
        ("Sam will read 40 words daily/weekly until the summer", "daily/weekly"),
        ("Sam will use his strategies (strategies to include…) by Easter", "(strategies to include…)"),
        ("Sam will use his strategies (strategies to include) by Easter", "(strategies to include)"),
        ("Sam will read 40 words by a date TBC", "TBC"),
        ("Sam will achieve a grade _ in English by June", "_"),
        ("Sam will achieve a grade ? in the test of June", "?"),
        ("Sam will gain x marks in the test by Easter", "x"),
        ("By DATE Sam will read a page aloud", "DATE"),
        ("Sam will read NUMBER words by Easter", "NUMBER"),
        ("Sam will read 40 words, date to be confirmed", "to be confirmed"),
        ("[Name] will read 40 words by the end of the spring term", "[Name]"),
        ("<insert child> will read 40 words by the end of the spring term", "<insert child>"),
        ("Sam will read 40 words by the spring (delete as appropriate)", "delete as appropriate"),
        ("(Child's name) will read 40 words by the end of the spring term", "(Child's name)"),
    ],
)
def test_a_blank_or_a_choice_left_in_blocks_and_is_shown(text: str, shown: str) -> None:
    (finding,) = check_wording(text)
    assert (finding.check, finding.code, finding.field, finding.severity) == ("RD-226", "HB-5.2", "outcome", "blocking")
    assert f"“{shown}”" in finding.message


@pytest.mark.parametrize(
    "text",
    [
        "Sam will use his/her strategies (strategies to include a visual timetable) at lunch by Easter",
        "Sam will read 40 words (in the Friday check) by the end of the spring term",
        "Sam will solve for x in 8 of 10 equations by the end of the spring term",
        "Sam will hold a taxi ride's worth of talk, about 5 minutes, by the summer",
    ],
)
def test_slashes_and_brackets_that_say_something_are_words(text: str) -> None:
    assert said(text) == []


@pytest.mark.parametrize("text", ["", "   ", "Improve maths", "Continue to make progress", "Read 40 words daily"])
def test_fewer_than_five_words_block(text: str) -> None:
    assert said(text) == [("SMART-short", "blocking")]


def test_five_words_are_enough() -> None:
    assert said("Sam will read 40 words") == [("SMART-time", "warning")]


@pytest.mark.parametrize(
    ("text", "checks"),
    [
        ("To be happier in school", {"SMART-vague", "RD-227", "SMART-time"}),
        ("Sam to improve his behaviour in class", {"SMART-vague", "RD-227", "SMART-time"}),
        ("Try harder in English and maths", {"SMART-vague", "RD-227", "SMART-time"}),
        ("Continue to work hard in all his lessons", {"SMART-vague", "RD-227", "SMART-time"}),
        ("Behave better in lessons this term", {"SMART-vague", "RD-227"}),
        ("Work on her confidence this year", {"SMART-vague", "RD-227"}),
        ("Sam will be better at reading this year", {"SMART-vague", "RD-227"}),
        ("Sam will make good progress in all subjects by summer", {"SMART-vague", "RD-227"}),
        ("Sam will show improvement in maths by July", {"RD-227"}),
        ("Make sure he does his homework", {"RD-227", "SMART-time"}),
        ("Sam will improve his spelling by the end of Year 5", {"SMART-vague", "RD-227"}),
        ("Sam will improve his spelling by 12 July 2025", {"SMART-vague", "RD-227"}),
        ("Sam will improve his spelling within 6 weeks", {"SMART-vague", "RD-227"}),
        ("Sam will improve his spelling score to 85 by July", set()),
        ("Sam will read aloud 3 times a week", {"SMART-time"}),
        ("Sam will read for 15 minutes a day at home", {"SMART-time"}),
        ("In the long-term Sam will read 40 words", {"SMART-time"}),
        ("Sam will read 40 words in terms of phonics", {"SMART-time"}),
        ("Improve reading, writing, maths and attendance by July", {"SMART-vague", "RD-227", "SMART-several"}),
        ("Sam will read 40 words. Sam will count to 50. Sam will draw a map by July", {"SMART-several"}),
        ("By July Sam is to:\n- read 40 words\n- count to 50", {"SMART-several"}),
        ("By July Sam is to:\n- read 40 words", set()),
        ("SAM WILL REACH GRADE 4 IN MATHS BY JULY", set()),
        ("Sam will gain 4 x 2 marks in the test by Easter", set()),
        ("Sam will read 40 words and will count to 50 by July", {"SMART-several"}),
        ("Sam will read 40 words and he will also count to 50 by July", {"SMART-several"}),
        ("Sam will read 40 words by July, so that he will read the menu", set()),
        ("Sam will read 40 words and so he will be able to read the menu by July", set()),
        ("Sam will spell 10 words, solve 5 sums and swim 25 metres by July", {"SMART-several"}),
        ("Sam will read 10 words and write 5 of them by July", set()),
        ("Sam will raise his attendance to 95% and his reading age by 6 months by July", {"SMART-several"}),
        ("Sam will raise his attendance to 95% and his reading by July", set()),
        ("Sam will read 40 reading and spelling words by July", set()),
        ("Sam will read 40 reading, spelling and science words by July", {"SMART-several"}),
        ("Sam will read, write, count, swim and tidy his room every week by July", {"SMART-several"}),
        ("Sam will read aloud, spell 10 words, use a ruler, tie laces and sing in the choir by July", {"SMART-several"}),
        ("Sam will listen, answer, share and take turns in every lesson by July", set()),
        ("Sam will read, and write, and do maths, and swim 25 metres by July", {"SMART-several"}),
        ("Sam will read 3 books and behave better and come in on time and eat his lunch each day by July", {"SMART-several"}),
        ("Sam will 1) read 20 words 2) count to 100 3) swim 25 metres by July", {"SMART-several"}),
        ("Sam will use 1) a ruler for every drawing by July", set()),
    ],
)
def test_what_was_written_in_a_hurry_is_flagged(text: str, checks: set[str]) -> None:
    found = said(text)
    assert {check for check, _ in found} == checks
    assert {severity for _, severity in found} <= {"warning"}


def test_the_childs_own_name_is_no_month_and_no_verb() -> None:
    assert said("May will read 40 words to Will", "May", "Will") == [("SMART-time", "warning")]
    assert said("Sam will read 40 words by May", "Sam") == []
    assert said("Summer reads 40 words to June", "Summer", "June") == [("SMART-time", "warning")]


def test_each_sentence_ends_in_something_to_do() -> None:
    for finding in check_wording("Improve reading, writing, maths and attendance"):
        assert finding.code == "HB-5.2"
        assert finding.message.endswith(".")


# --- one target ------------------------------------------------------------------------------------------------------------

TARGET = TargetFacts(
    id=11, number=2, area="cognition", subject="english", is_strength=False, answers_sdq=False,
    need="Reads slowly", support_what="Paired reading", support_when="", support_where="", support_who="Mr Shah",
    support_how_often="Three times a week", outcome="Sam will read 60 words a minute by the end of the spring term",
    baseline="45 words a minute", success_measure="60 words in the reading check", due_on=date(2025, 4, 4),
    child_agrees="", child_wording="", from_plan="",
)  # fmt: skip


def judged(**changes: Any) -> list[Finding]:
    return check_target(
        replace(TARGET, **changes),
        number=2,
        meeting_on=date(2024, 11, 20),
        year_ends_on=date(2025, 8, 31),
        child_names=("Sam", "Reed"),
    )


def test_a_whole_target_has_nothing_against_it() -> None:
    assert judged() == []


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"need": " "}, "need", "Target 2 has no need."),
        ({"outcome": ""}, "outcome", "Target 2 has no outcome."),
        ({"baseline": ""}, "baseline", "Target 2 has no start (where the child is now)."),
        ({"success_measure": ""}, "success_measure", "Target 2 has no measure (how we will know)."),
        ({"due_on": None}, "due_on", "Target 2 has no date."),
        ({"support_what": ""}, "support_what", "Target 2 has no support (what)."),
        ({"support_who": ""}, "support_who", "Target 2 has no name of who gives the support."),
        ({"support_how_often": ""}, "support_how_often", "Target 2 has no word on how often."),
        ({"outcome": "TBC"}, "outcome", "Target 2 has no outcome."),
        ({"outcome": "______"}, "outcome", "Target 2 has no outcome."),
        ({"need": "n/a"}, "need", "Target 2 has no need."),
        ({"support_who": "-"}, "support_who", "Target 2 has no name of who gives the support."),
        ({"baseline": "", "due_on": None}, "baseline", "Target 2 has no start (where the child is now) and no date."),
        (
            {"need": "", "baseline": "", "due_on": None},
            "need",
            "Target 2 has no need, no start (where the child is now) and no date.",
        ),
    ],
)
def test_missing_pieces_are_named_in_one_sentence(changes: dict[str, Any], field: str, message: str) -> None:
    assert judged(**changes) == [Finding("RD-225", "HB-5.2", field, message, "blocking", "education", "11")]


@pytest.mark.parametrize("field", ["need", "baseline", "success_measure", "support_what", "support_who", "support_how_often"])
def test_a_blank_in_any_piece_blocks(field: str) -> None:
    (finding,) = judged(**{field: "XXXX in the hall, with 3 others"})
    assert (finding.check, finding.field, finding.severity, finding.row) == ("RD-226", field, "blocking", "11")
    assert finding.message == "Target 2 still has a blank or a choice left in: “XXXX”, in “XXXX in the hall, with 3 others”."


@pytest.mark.parametrize("outcome", [
    "Sam will read \u0425\u0425\u0425\u0425 words by July", "Sam will read – – – words by July", "Sam will read - - words by July"])
def test_what_looks_like_a_blank_is_one(outcome: str) -> None:
    assert [check for check, _ in said(outcome)] == ["RD-226"]


def test_a_figure_alone_is_no_measure() -> None:
    """“How we will know: 2” tells nothing; a thing counted does."""
    hasty = "Sam will be happier in the school hall"
    def told(measure: str) -> list[str]:
        return [each.check for each in judged(outcome=hasty, success_measure=measure)]

    assert told("2") == ["SMART-vague", "RD-227"] and told("at most 2 upsets a week") == []


def test_a_target_of_a_pep_for_money_is_not_due_before_it_was_opened() -> None:
    def told(due_on: date) -> list[str]:
        target = replace(TARGET, due_on=due_on)
        found = check_target(target, number=2, meeting_on=None, year_ends_on=None, opened_on=date(2024, 11, 18))
        return [each.message for each in found]

    assert told(date(2024, 11, 18)) == []
    assert told(date(2024, 11, 17)) == ["Target 2 is due on 17 Nov 2024, before this PEP was opened on 18 Nov 2024."]


def test_a_blank_in_the_outcome_names_the_target() -> None:
    (finding,) = judged(outcome="Sam will read XX words by Easter")
    assert (finding.check, finding.field, finding.severity) == ("RD-226", "outcome", "blocking")
    assert finding.message.startswith("Target 2: ")


def test_the_measure_and_the_date_answer_for_the_wording() -> None:
    vague = "Sam will be better at reading books"
    assert judged(outcome=vague) == []
    assert {finding.check for finding in judged(outcome=vague, success_measure="He is happier")} == {"RD-227", "SMART-vague"}
    assert {finding.check for finding in judged(outcome=vague, due_on=None)} == {"RD-225", "SMART-time"}


@pytest.mark.parametrize(
    ("due_on", "fits"),
    [
        (date(2024, 11, 19), False), (date(2024, 11, 20), True), (date(2025, 8, 31), True), (date(2025, 9, 1), False),
    ],
)  # fmt: skip
def test_a_target_is_due_between_the_meeting_and_the_end_of_the_year(due_on: date, fits: bool) -> None:
    found = [(finding.check, finding.field, finding.severity) for finding in judged(due_on=due_on)]
    assert found == ([] if fits else [("RD-228", "due_on", "blocking")])


def test_without_a_meeting_or_an_end_any_date_fits() -> None:
    assert check_target(replace(TARGET, due_on=date(2020, 1, 1)), number=2, meeting_on=None, year_ends_on=None) == []


# --- the set ---------------------------------------------------------------------------------------------------------------


def of_set(document: Document) -> list[tuple[str, str, str]]:
    return [(finding.check, finding.code, finding.severity) for finding in check_target_set(document)]


def test_a_balanced_set(a_document: Make) -> None:
    assert of_set(a_document()) == []


@pytest.mark.parametrize(("subject", "check"), [("english", "RD-223"), ("maths", "RD-224")])
def test_english_and_maths_are_there_or_it_is_said_why(a_document: Make, subject: str, check: str) -> None:
    both = a_document().targets
    others = tuple(replace(target, subject="other") if target.subject == subject else target for target in both)
    assert of_set(a_document(targets=others)) == [(check, "HB-5.1", "blocking")]
    assert of_set(a_document(answers={f"{subject}_exception": "  "}, targets=others)) == [(check, "HB-5.1", "blocking")]
    assert of_set(a_document(answers={f"{subject}_exception": "Grade 6 already."}, targets=others)) == []


@pytest.mark.parametrize(
    ("kind", "why", "stands"),
    [
        ("grade_4", None, False), ("ehcp_first", "", False), ("not_in_education", "x", False), ("other", None, False),
        ("other", "n/a", False), ("other", "Sits the Welsh exam instead.", True), (None, "Grade 6 already.", True),
        (None, None, False), (None, "-", False), ("grade_4", "Grade 6 already.", True), (None, "x", False), (None, "yes.", False),
        (None, "Grade", True),
    ],
)  # fmt: skip
@pytest.mark.parametrize(("subject", "check"), [("english", "RD-223"), ("maths", "RD-224")])
def test_an_exception_has_its_reason_in_words_whatever_is_chosen(
    a_document: Make, subject: str, check: str, kind: str | None, why: str | None, stands: bool
) -> None:
    others = tuple(replace(target, subject="other") if target.subject == subject else target for target in a_document().targets)
    found = of_set(a_document(answers={f"{subject}_exception_kind": kind, f"{subject}_exception": why}, targets=others))
    assert found == ([] if stands else [(check, "HB-5.1", "blocking")])


def test_a_choice_without_words_is_asked_for_them(a_document: Make) -> None:
    answers = {"english_exception_kind": "other", "maths_exception_kind": "ehcp_first"}
    (english, maths) = check_target_set(a_document(answers=answers, targets=()))
    assert english.message == "There is no English target, for another reason than those listed. Say which, in a few words."
    assert maths.message == ("There is no Maths target: “The EHCP puts something else first”. Say in a few words what that is in "
                             "this child's case.")


@pytest.mark.parametrize(("subject", "check"), [("english", "RD-223"), ("maths", "RD-224")])
def test_what_a_special_school_said_earlier_in_the_year_still_stands(a_document: Make, subject: str, check: str) -> None:
    others = tuple(replace(target, subject="other") if target.subject == subject else target for target in a_document().targets)
    earlier = StandingException(subject, "ehcp_first", "", "2425-AUT-0001", "Tess Lehrer", date(2024, 11, 18))
    assert of_set(a_document(targets=others, exceptions=(earlier,))) == []
    other = "maths" if subject == "english" else "english"
    assert of_set(a_document(targets=others, exceptions=(replace(earlier, subject=other),))) == [(check, "HB-5.1", "blocking")]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "No English target: The EHCP puts something else first. Speech first. Said in 2425-AUT-0001, signed by Tess Lehrer on "
             "18 Nov 2024; it holds for the rest of the academic year."),
        ({"kind": "other", "why": "Speech!", "subject": "maths"},
         "No Maths target: Speech! Said in 2425-AUT-0001, signed by Tess Lehrer on 18 Nov 2024; it holds for the rest of the "
         "academic year."),
        ({"why": "", "by": "", "on": None},
         "No English target: The EHCP puts something else first. Said in 2425-AUT-0001; it holds for the rest of the academic "
         "year."),
    ],
)
def test_an_exception_is_told_with_whose_it_is_and_when(changes: dict[str, Any], told: str) -> None:
    earlier = StandingException("english", "ehcp_first", "Speech first", "2425-AUT-0001", "Tess Lehrer", date(2024, 11, 18))
    assert replace(earlier, **changes).told == told


def test_no_targets_at_all(a_document: Make) -> None:
    assert [check for check, _, _ in of_set(a_document(targets=()))] == ["RD-223", "RD-224"]


def test_the_early_years_have_the_same_two(a_document: Make) -> None:
    assert [check for check, _, _ in of_set(a_document(phase="EY", targets=()))] == ["RD-223", "RD-224"]


@pytest.mark.parametrize(
    ("personal", "about"),
    [
        (None, "schoolwork and difficulties"),
        ({"subject": "other", "area": "cognition"}, "schoolwork and difficulties"),
        ({"subject": "english", "area": "semh"}, "schoolwork and difficulties"),
        ({"subject": "other", "area": "cognition", "is_strength": True}, "schoolwork"),
        ({"subject": "other", "area": "semh"}, "difficulties"),
        ({"subject": "other", "area": "semh", "is_strength": True}, None),
    ],
)
def test_a_set_balances_work_and_growth(a_document: Make, personal: dict[str, Any] | None, about: str | None) -> None:
    work = a_document().targets[:2]
    third = (replace(work[0], id=14, number=3, **personal),) if personal else ()
    found = [finding for finding in check_target_set(a_document(targets=work + third)) if finding.check == "RD-230"]
    assert [(finding.code, finding.severity) for finding in found] == ([("HB-5.3", "warning")] if about else [])
    assert all(f"All targets are about {about}." in finding.message for finding in found)


def test_one_target_is_no_set_to_balance(a_document: Make) -> None:
    assert [check for check, _, _ in of_set(a_document(targets=a_document().targets[:1]))] == ["RD-224"]


def test_a_high_sdq_is_answered(a_document: Make) -> None:
    high = {"sdq_total": 17}
    answers: dict[str, Any] = {"sdq": None}
    assert of_set(a_document(answers, high)) == [("RD-231", "HB-4.7", "blocking")]
    assert of_set(a_document({**answers, "sdq_answer_reason": "In therapy."}, high)) == []
    answering = tuple(replace(target, answers_sdq=target.number == 2) for target in a_document().targets)
    assert of_set(a_document(answers, high, targets=answering)) == []
    assert of_set(a_document(answers, {"sdq_total": 16})) == []


@pytest.mark.parametrize(
    ("agrees", "which"),
    [
        (("yes", "partly", "no"), None), (("", "yes", "yes"), "target 1"), (("yes", "not_asked", ""), "targets 2 and 3"),
        (("", "", "not_asked"), "targets 1, 2 and 3"),
    ],
)  # fmt: skip
def test_the_child_is_asked_about_every_target(a_document: Make, agrees: tuple[str, str, str], which: str | None) -> None:
    targets = tuple(replace(target, child_agrees=word) for target, word in zip(a_document().targets, agrees, strict=True))
    found = check_target_set(a_document(targets=targets))
    said_so = f"It is not said whether Sam agrees with {which}. Ask Sam, and write down how they would say it."
    assert found == ([Finding("TARGET-child", "HB-5.9", "targets", said_so, "warning", "education")] if which else [])


def test_a_funding_pep_needs_one_target_of_any_kind(a_document: Make) -> None:
    assert of_set(a_document(kind="funding", targets=())) == [("RD-225", "HB-6.5", "blocking")]
    assert of_set(a_document(kind="funding", targets=a_document().targets[:1])) == []


OPENED, TODAY = date(2024, 9, 9), date(2024, 11, 18)


@pytest.mark.parametrize(("what", "seen_on", "wrong"), [
    ("Reads 30 of the 40 words", OPENED, []), ("Reads 30 of the 40 words", TODAY, []), ("n/a", TODAY, ["TARGET-note"]),
    (" ", TODAY, ["TARGET-note"]), ("Reads well", date(2024, 9, 8), ["TARGET-note-day"]),
    ("Reads well", date(2024, 11, 19), ["TARGET-note-day"]), ("", date(2024, 11, 19), ["TARGET-note", "TARGET-note-day"]),
])
def test_a_note_on_a_target_says_something_of_a_day_since_the_pep_was_opened(what: str, seen_on: date, wrong: list[str]) -> None:
    found = check_progress_note(what, seen_on, opened_on=OPENED, today=TODAY)
    assert [(each.check, each.code, each.severity) for each in found] == [(each, "HB-5.8", "blocking") for each in wrong]
