"""What a PEP is told in comparison with the one before and with other children's. Each changes one thing of a complete document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from pep_admin.pep_form import Document
from pep_admin.validators.findings import Finding
from pep_admin.validators.last_term import LastTerm, check_copied, names_to_look_up, still_to_write
from pep_admin.validators.meetings import Calendar
from pep_admin.validators.peps import check_part, check_readiness
from pep_admin.vocabulary import Part
from tests.unit.conftest import ENGLISH, MATHS, PERSONAL, REVIEW
from tests.unit.validators.test_peps import FACTS, TODAY

Make = Callable[..., Document]

GOOD = "I like PE and the new climbing wall, and I got to the top of it twice."
LAST = "Sam will read 60 words a minute by the end of the autumn term"


def of(document: Document, part: Part, last: LastTerm | None = None, **options: Any) -> list[Finding]:
    return check_part(document, part, today=options.pop("today", TODAY), last=last, **options)


def short(findings: list[Finding]) -> list[tuple[str, str, str, str, str]]:
    return [(each.check, each.code, each.field, each.severity, each.row) for each in findings]


# --- what came over ------------------------------------------------------------------------------------------------------


def test_what_came_over_in_part_1_is_its_confirmation(a_document: Make) -> None:
    document = a_document(carried=frozenset({"first_language", "slips_signed_by", "strengths"}))
    found = of(document, Part.SOCIAL_CARE)
    assert short(found) == [("RD-101", "HB-1.6", "first_language", "blocking", ""),
                            ("RD-004", "HB-1.6", "first_language", "warning", "")]
    assert found[0].message == ("Part 1 is not confirmed for this term. Read what came over; press “All still right” on each page, "
                                "or change it.")
    assert found[1].message == ("2 answers of Part 1 came over from last term and nobody has said that they are still right: About "
                                "the child and home, People and responsibility.")


def test_what_came_over_in_the_other_parts_is_asked_about(a_document: Make) -> None:
    found = of(a_document(carried=frozenset({"strengths"})), Part.EDUCATION)
    assert short(found) == [("RD-004", "HB-1.6", "strengths", "warning", "")]
    assert found[0].message == ("1 answer of Part 2 came over from last term and nobody has said that it is still right: Strengths "
                                "first.")
    meeting = a_document(carried=frozenset({"carer_part"}))
    assert short(of(meeting, Part.MEETING)) == [("RD-004", "HB-1.6", "carer_part", "warning", "")]
    assert of(meeting, Part.EDUCATION) == []


def test_what_is_not_asked_any_more_waits_for_nobody(a_document: Make) -> None:
    assert of(a_document(carried=frozenset({"strategies_for_school", "behaviour_seen"})), Part.SOCIAL_CARE) == []


# --- before the meeting ----------------------------------------------------------------------------------------------------
# 20 Nov 2024 is a Wednesday. Five working days before it: Wed 13 Nov (14, 15, 18, 19, 20 are the five).


@pytest.mark.parametrize(("today", "warned"), [
    (date(2024, 11, 12), False), (date(2024, 11, 13), True), (date(2024, 11, 20), True), (date(2024, 11, 21), False)])
def test_five_working_days_before_the_meeting_part_1_is_up_to_date(a_document: Make, today: date, warned: bool) -> None:
    waiting = a_document(carried=frozenset({"permanence_plan"}))
    told = [each for each in of(waiting, Part.SOCIAL_CARE, today=today) if each.check == "MEET-part1"]
    assert bool(told) is warned
    for each in told:
        assert (each.code, each.severity, each.field) == ("HB-1.6", "warning", "permanence_plan")
    if today == date(2024, 11, 13):
        assert told[0].message == (
            "The meeting is on Wed 20 Nov 2024, and Part 1 is not up to date. Please bring it up to date before then.")
    if today == date(2024, 11, 20):
        assert told[0].message.startswith("The meeting is today, and")


def test_a_missing_answer_is_as_little_up_to_date_and_a_day_off_counts_for_none(a_document: Make) -> None:
    unfilled = a_document({"permanence_plan": None})
    assert "MEET-part1" in [each.check for each in of(unfilled, Part.SOCIAL_CARE, today=date(2024, 11, 14))]
    off = Calendar(is_working_day=lambda day: day.weekday() < 5 and day != date(2024, 11, 15))
    early = of(unfilled, Part.SOCIAL_CARE, today=date(2024, 11, 12), calendar=off)
    assert "MEET-part1" in [each.check for each in early], "13, 14, 18, 19, 20 are the five then"
    assert of(a_document(), Part.SOCIAL_CARE, today=date(2024, 11, 14)) == []
    assert "MEET-part1" not in [each.check for each in of(replace(unfilled, meeting_at=None), Part.SOCIAL_CARE)]


# --- voices ------------------------------------------------------------------------------------------------------------------


def test_a_child_that_says_the_same_is_asked_about(a_document: Make) -> None:
    found = of(a_document({"child_voice_good": GOOD}), Part.EDUCATION, LastTerm(answers={"child_voice_good": GOOD + " Yes."}))
    assert short(found) == [("RD-203", "HB-4.6", "child_voice_good", "warning", "")]
    assert found[0].message == "Sam's answers are almost the same as last term's. See both; is this what they said now?"
    assert of(a_document({"child_voice_good": GOOD}), Part.EDUCATION, LastTerm(answers={"child_voice_hard": "Fractions."})) == []


@pytest.mark.parametrize(("key", "whose"), [("carer_voice", "The carer's"), ("social_worker_voice", "The social worker's")])
def test_adults_who_say_the_same_are_asked_about(a_document: Make, key: str, whose: str) -> None:
    found = of(a_document({key: GOOD}), Part.MEETING, LastTerm(answers={key: GOOD.lower()}))
    assert short(found) == [("RD-310", "HB-4.6", key, "warning", "")]
    assert found[0].message == f"{whose} words are almost the same as last term's. See both; is this what they say now?"
    other = "social_worker_voice" if key == "carer_voice" else "carer_voice"
    assert of(a_document({key: GOOD}), Part.MEETING, LastTerm(answers={other: GOOD})) == []


@pytest.mark.parametrize(("answers", "changes", "told"), [
    ({"child_voice_want": "Sam would like to join the choir."}, {}, ["child_voice_want"]),
    ({"child_voice_want": "I would like to join the choir."}, {}, []),
    ({"child_voice_want": "Sam would like to join the choir.", "voice_how": ("play",)}, {}, []),
    ({"child_voice_want": "Sam would like to join the choir."}, {"phase": "EY"}, []),
])
def test_an_adult_who_tells_of_the_child(a_document: Make, answers: dict[str, Any], changes: Any, told: list[str]) -> None:
    found = [each for each in of(a_document(answers, **changes), Part.EDUCATION) if each.check == "RD-206"]
    assert [each.field for each in found] == told
    assert all((each.code, each.severity) == ("HB-4.6", "warning") for each in found)


def test_a_voice_that_is_another_childs_is_asked_about_and_names_nobody(a_document: Make) -> None:
    last = LastTerm(copied=frozenset({"child_voice_good", "carer_voice"}))
    [child] = of(a_document(), Part.EDUCATION, last)
    assert short([child]) == [("COPY-other", "HB-4.6", "child_voice_good", "warning", "")]
    assert child.message == "“What is going well” stands word for word in another child's PEP. Was it copied? Make it Sam's own."
    assert short(of(a_document(), Part.MEETING, last)) == [("COPY-other", "HB-4.6", "carer_voice", "warning", "")]


# --- judgements and targets --------------------------------------------------------------------------------------------------


def test_judgements_that_are_all_the_same_are_asked_about(a_document: Make) -> None:
    rows = tuple({"id": n, "subject": subject, "current": "WTS", "expected": None, "on_track": "B"}
                 for n, subject in enumerate(("Maths", "English")))
    found = of(a_document({"attainment": rows}), Part.EDUCATION, LastTerm(answers={"attainment": rows}))
    assert [(each.check, each.severity, each.message) for each in found] == [
        ("RD-218", "warning", "Every judgement is the same as last term. Is that so?")]
    assert of(a_document({"attainment": rows}), Part.EDUCATION, LastTerm(answers={"attainment": rows[:1]})) == []


@pytest.mark.parametrize(("outcomes", "check", "sentence"), [
    (((LAST,), (LAST, "Something else by then")), "RD-233", "Target 1 comes back for the third time. Smaller steps may help."),
    (((), (LAST,), (LAST,), (LAST,)), "RD-233", "Target 1 comes back for the fourth time. Smaller steps may help."),
    (((LAST,), ("Something else by then",)), "COPY-last",
     "Target 1 is last term's again. If it goes on, say so in the review of the last targets; else take the next step."),
])
def test_a_target_that_comes_back(a_document: Make, outcomes: Any, check: str, sentence: str) -> None:
    [found] = of(a_document(), Part.EDUCATION, LastTerm(outcomes=outcomes))
    assert short([found]) == [(check, "HB-5.2", "outcome", "warning", "11")]
    assert found.message == sentence


@pytest.mark.parametrize("outcomes", [(), ((),), ((), (LAST,)), ((LAST.replace("60", "50"),),)])
def test_a_new_target_is_no_old_one(a_document: Make, outcomes: Any) -> None:
    assert of(a_document(), Part.EDUCATION, LastTerm(outcomes=outcomes)) == []


def test_a_target_that_was_said_to_go_on_may_stand_again(a_document: Make) -> None:
    document = a_document(reviews=(replace(REVIEW, wording=LAST, outcome="MOST", next="keep"),))
    assert of(document, Part.EDUCATION, LastTerm(outcomes=((LAST,),))) == []
    closed = a_document(reviews=(replace(REVIEW, wording=LAST, next="close"),))
    assert [each.check for each in of(closed, Part.EDUCATION, LastTerm(outcomes=((LAST,),)))] == ["COPY-last"]


def test_what_is_kept_or_changed_waits_until_it_is_written_here(a_document: Make) -> None:
    said = ((7, "keep"), (8, "change"), (9, "close"), (10, ""))
    reviews = tuple(replace(REVIEW, target_id=number, next=then) for number, then in said)
    assert [each.target_id for each in still_to_write(a_document(reviews=reviews))] == [7, 8]
    written = a_document(reviews=reviews, targets=(replace(ENGLISH, kept_from=7), MATHS, PERSONAL))
    assert [each.target_id for each in still_to_write(written)] == [8]


def test_where_no_last_target_is_looked_back_on_none_is_said_to_be_last_terms(a_document: Make) -> None:
    """A PEP out of turn beside one of this term that is not signed off has no review in which it could be said."""
    last = LastTerm(outcomes=((LAST,),))
    assert [each.check for each in of(a_document(), Part.EDUCATION, last)] == ["COPY-last"]
    assert "COPY-last" not in [each.check for each in of(a_document(reviews=()), Part.EDUCATION, last)]


def test_a_target_that_is_another_childs_is_asked_about(a_document: Make) -> None:
    [found] = of(a_document(), Part.EDUCATION, LastTerm(copied=frozenset({"target-12"})))
    assert short([found]) == [("COPY-other", "HB-5.2", "outcome", "warning", "12")]
    assert found.message == "Target 2 stands word for word in another child's PEP. Was it copied? Make it Sam's own."


def test_nothing_is_copied_where_nothing_is_the_same() -> None:
    assert check_copied("Target 1", "outcome", "HB-5.2", name="Sam", elsewhere=False) == []


# --- names -------------------------------------------------------------------------------------------------------------------


def with_targets(a_document: Make, **changes: Any) -> Document:
    return a_document(targets=(replace(ENGLISH, **changes), MATHS, PERSONAL))


def test_a_name_that_is_another_childs_is_asked_about_once(a_document: Make) -> None:
    document = with_targets(a_document, need="Ethan is behind. Ethan needs time.")
    assert names_to_look_up(document) == {"Ethan"}
    [found] = of(document, Part.EDUCATION, LastTerm(names=frozenset({"Ethan"})))
    assert short([found]) == [("RD-234", "HB-5.2", "outcome", "warning", "11")]
    assert found.message == "“Ethan” in target 1 is not Sam's name. Was it copied from another plan?"
    assert of(document, Part.EDUCATION, LastTerm()) == [], "nobody on record is called so"


def test_a_name_in_what_the_school_writes_is_asked_about_there(a_document: Make) -> None:
    document = a_document({"strengths": "Ethan is kind.", "child_voice_good": "Ethan is my friend.", "hopes": "Ethan will too."})
    [found] = of(document, Part.EDUCATION, LastTerm(names=frozenset({"Ethan"})))
    assert found.field == "strengths" and found.message.startswith("“Ethan” in “What staff like and admire” is not Sam's name.")


@pytest.mark.parametrize("key", ["child_voice_good", "child_voice_hard", "child_voice_want", "hopes"])
def test_a_child_may_speak_of_friends(a_document: Make, key: str) -> None:
    assert of(a_document({key: "I know that Ethan is kind."}), Part.EDUCATION, LastTerm(names=frozenset({"Ethan"}))) == []


@pytest.mark.parametrize("need", ["Sam is behind.", "Pat is told each week.", "Jo will ring.", "Green is the group's colour.",
                                  "Mr Ethan will help.", "A friend of Ethan, who reads."])
def test_those_who_have_to_do_with_the_plan_are_nobody_else(a_document: Make, need: str) -> None:
    everybody = frozenset({"Sam", "Pat", "Jo", "Green", "Ethan"})
    assert of(with_targets(a_document, need=need), Part.EDUCATION, LastTerm(names=everybody)) == []


def test_a_helper_named_in_the_target_is_nobody_else(a_document: Make) -> None:
    document = with_targets(a_document, need="Ethan will sit beside Sam.", support_who="Ethan Green, teaching assistant")
    assert names_to_look_up(document) == frozenset()


# --- sent back ---------------------------------------------------------------------------------------------------------------


def test_a_pep_that_was_sent_back_is_changed_before_it_goes_again(a_document: Make) -> None:
    document = a_document(sent_back_at=datetime(2024, 11, 11, 23, 30, tzinfo=UTC))
    [found] = check_readiness(document, today=TODAY, ppg_facts=FACTS)
    assert short([found]) == [("RD-003", "HB-7.1", "", "blocking", "")]
    assert found.message == "The Virtual School sent this PEP back for changes on 11 Nov 2024, and nothing in it has changed since."
    assert check_part(document, Part.EDUCATION, today=TODAY) == [], "each part may be signed"


def test_each_section_that_was_named_is_told_by_itself(a_document: Make) -> None:
    back = {"sent_back_at": datetime(2024, 11, 11, 12, 0, tzinfo=UTC)}
    document = a_document(**back, unchanged=("about", "voice", "targets", "money"))
    found = [each for each in check_readiness(document, today=TODAY, ppg_facts=FACTS) if each.check == "RD-003"]
    assert [(each.field, each.part, each.severity) for each in found] == [
        ("gender", "social_care", "blocking"), ("child_voice_good", "education", "blocking"),
        ("targets", "education", "blocking"), ("requests", "education", "blocking")]
    assert found[1].message == ("The Virtual School asked for changes in “The child's voice” on 11 Nov 2024, and nothing there has "
                                "changed yet.")
    assert [each.message.split("”")[0].split("“")[1] for each in found] == [
        "About the child and home", "The child's voice", "Targets", "Pupil Premium requests"]


def test_of_what_asks_nothing_any_more_no_change_is_wanted(a_document: Make) -> None:
    back = a_document(sent_back_at=datetime(2024, 11, 11, 12, 0, tzinfo=UTC), unchanged=("money_effect",))
    assert check_readiness(back, today=TODAY, ppg_facts=FACTS) == []
