"""What would make a PEP Gold: one document that just meets every criterion, and for each what is said when it just misses it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pep_admin.pep_form import Document, PaperFacts
from pep_admin.rulebook import RULES
from pep_admin.validators.findings import Finding, blocking, stopping_signoff
from pep_admin.validators.gold import SAID_BY, advise_gold
from pep_admin.validators.peps import check_readiness
from pep_admin.validators.ppg import PpgFacts
from pep_admin.validators.waivers import may_waive
from pep_admin.vocabulary import Scheme

Make = Callable[..., Document]
TODAY = date(2024, 11, 26)
FACTS = {21: PpgFacts(scheme=Scheme.SCHOOL_AGE, term_label="Autumn 2024-25", year_label="2024-25", term_cap_pence=60000,
                      year_cap_pence=180000, term_taken_pence=0, year_taken_pence=0, has_target=True)}

GOLD: dict[str, Any] = {
    "family_time_and_school": "Quiet on Mondays.",
    "voice_changed_what": "Target 3 is Sam's own idea.",
    "steps_and_helpers": ({"id": "s1", "step": "Join the Saturday team", "helper": "Pat Lee", "by_on": date(2025, 1, 11)},),
    "attainment": tuple(
        {"id": number, "subject": each, "current": "Working towards", "expected": "Expected", "on_track": "B", "progress": "EXP"}
        for number, each in enumerate(("Maths", "Reading", "Writing"))),
    "documents": ({"id": "d1", "kind": "work", "dated_on": None, "where": "In the class file"},),
    "voice_in_meeting": "spoke",
    "actions": ({"id": 1, "what": "Read together each evening", "who": "Pat Lee", "by_on": date(2024, 12, 6)},),
}
PROFESSIONAL = {"id": 9, "name": "Dr Moss", "role": "professional", "took_part": "attended", "report_received": True}


@pytest.fixture
def golden(a_document: Make) -> Make:
    """`golden(answers, facts, **fields)`: the document that just meets it all, with those changes."""

    def make(answers: Mapping[str, Any] | None = None, facts: Mapping[str, Any] | None = None, **changes: Any) -> Document:
        document = a_document({**GOLD, **(answers or {})}, facts)
        targets = tuple(replace(each, child_wording="I will do it!") for each in document.targets)
        requests = tuple(replace(each, child_said="I would like that.") for each in document.requests)
        return replace(document, **{"targets": targets, "requests": requests, **changes})

    return make


def short(found: list[Finding]) -> list[tuple[str, str, str, str, str]]:
    return [(each.check, each.code, each.field, each.row, each.severity) for each in found]


def advice(document: Document) -> list[tuple[str, str, str, str, str]]:
    return short(advise_gold(document))


def target(document: Document, number: int, **changes: Any) -> Document:
    """The document with another target of that number."""
    return replace(document, targets=tuple(replace(each, **changes) if each.number == number else each
                                           for each in document.targets))


def test_where_every_criterion_is_met_nothing_is_said(golden: Make) -> None:
    assert advise_gold(golden()) == []


def test_a_green_document_is_told_all_that_is_between_it_and_gold(a_document: Make) -> None:
    found = advise_gold(a_document())
    assert [(each.check, each.field, each.row) for each in found] == [
        ("GOLD-Q02", "family_time_and_school", ""), ("GOLD-Q05", "voice_changed_what", ""), ("GOLD-Q05", "targets", "11"),
        ("GOLD-Q05", "targets", "12"), ("GOLD-Q05", "targets", "13"), ("GOLD-Q05", "requests", "21"),
        ("GOLD-Q09", "attainment", ""), ("GOLD-Q22", "steps_and_helpers", ""), ("GOLD-Q25", "documents", ""),
        ("GOLD-Q06", "voice_in_meeting", ""), ("GOLD-Q07", "actions", ""),
    ]


# --- answers that nobody has to give -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "facts", "check", "code"),
    [
        ("family_time_and_school", {}, "GOLD-Q02", "HB-3.11"),
        ("strategies_for_school", {"sdq_total": 17}, "GOLD-Q03", "HB-4.7"),
        ("voice_changed_what", {}, "GOLD-Q05", "HB-4.6"),
        ("transition_handover", {"moves_to": "secondary school"}, "GOLD-Q21", "HB-4.3"),
        ("ahead_plan", {"ahead": ("Options",)}, "GOLD-Q21", "HB-4.3"),
        ("voice_in_meeting", {}, "GOLD-Q06", "HB-3.5"),
    ],
)
def test_an_answer_that_gold_looks_for_is_asked_for_where_its_form_asks_it(
    golden: Make, key: str, facts: dict[str, Any], check: str, code: str
) -> None:
    more = {"sdq": None} if "sdq_total" in facts else {}
    of_the_key = [each for each in advice(golden({key: " \n", **more}, facts)) if each[2] == key]
    assert of_the_key == [(check, code, key, "", "warning")]
    assert key not in {each[2] for each in advice(golden({key: "spoke", **more}, facts))}
    unasked = golden({key: None, **more}, facts)
    unasked = replace(unasked, answers={name: value for name, value in unasked.answers.items() if name != key})
    assert key not in {each[2] for each in advice(unasked)}


def test_what_is_not_so_for_a_child_is_not_asked_for(golden: Make) -> None:
    asked = golden().answers
    assert {"strategies_for_school", "transition_handover", "ahead_plan", "strategies_tried"} & set(asked) == set()
    assert advise_gold(golden()) == []


# --- targets -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("field", "word"), [("support_when", "when"), ("support_where", "where")])
def test_all_of_a_targets_support_is_said(golden: Make, field: str, word: str) -> None:
    (found,) = advise_gold(target(golden(), 2, **{field: "- "}))
    assert short([found]) == [("GOLD-Q18", "HB-5.4", "targets", "12", "warning")]
    assert found.message.startswith(f"Target 2 does not say {word} the support is given.")


def test_support_without_when_and_where_is_one_sentence(golden: Make) -> None:
    (found,) = advise_gold(target(golden(), 1, support_when="", support_where=""))
    assert found.message.startswith("Target 1 does not say when and where the support is given.")


def test_each_target_has_the_childs_own_wording(golden: Make) -> None:
    assert advice(target(golden(), 3, child_wording="")) == [("GOLD-Q05", "HB-5.9", "targets", "13", "warning")]


def test_each_target_is_looked_at_on_the_way(golden: Make) -> None:
    assert advice(target(golden(), 1, look_on=None)) == [("GOLD-Q17", "HB-5.8", "targets", "11", "warning")]
    assert advice(target(golden(), 1, look_on=None, due_on=None)) == [], "a target without a day must have one first"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"baseline": "Not confident"}, "where now"),
        ({"success_measure": "Feeling better about it"}, "how we will know"),
        ({"baseline": "Not confident", "success_measure": "Feeling better about it"}, "where now and how we will know"),
    ],
)
def test_start_and_measure_can_both_be_counted_or_seen(golden: Make, changes: dict[str, str], words: str) -> None:
    (found,) = advise_gold(target(golden(), 1, **changes))
    assert short([found]) == [("GOLD-Q16", "HB-5.2", "targets", "11", "warning")]
    assert found.message.startswith(f"Target 1, {words}: ")


@pytest.mark.parametrize("text", ["One book finished since September", "Cannot tie laces", "Can’t sit through a story", "NONE"])
def test_a_number_in_words_or_nothing_yet_is_a_start(golden: Make, text: str) -> None:
    assert advice(target(golden(), 1, baseline=text)) == []


def test_a_word_that_only_holds_such_a_number_is_none(golden: Make) -> None:
    assert [each[0] for each in advice(target(golden(), 1, baseline="Lonely, anyone sees it"))] == ["GOLD-Q16"]


def test_a_start_that_is_missing_is_readiness_own_matter(golden: Make) -> None:
    assert advice(target(golden(), 1, baseline="", success_measure="")) == []


def test_a_target_that_answers_a_high_sdq_has_a_score_before_and_after(golden: Make) -> None:
    high = golden({"sdq": None, "strategies_for_school": "A quiet start."}, {"sdq_total": 17})
    told = [("GOLD-Q04", "HB-4.7", "targets", "13", "warning")]
    answering = target(high, 3, answers_sdq=True, baseline="SDQ 19", success_measure="SDQ 16")
    assert advice(answering) == []
    assert advice(target(answering, 3, baseline="Has led once")) == told
    assert advice(target(answering, 3, success_measure="He leads a game each day")) == told
    assert advice(target(answering, 3, answers_sdq=False, baseline="Has led once")) == []
    assert advice(target(golden(), 3, answers_sdq=True)) == [], "the SDQ is not high"


def test_one_target_builds_on_a_strength(golden: Make) -> None:
    assert advice(target(golden(), 3, is_strength=False)) == [("GOLD-Q14", "HB-5.3", "targets", "", "warning")]
    assert advice(replace(golden(), targets=())) == [], "targets come first"


# --- money -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "asked"), [("draft", True), ("requested", True), ("approved", False), ("withdrawn", False)])
def test_the_child_was_asked_about_the_money(golden: Make, status: str, asked: bool) -> None:
    document = golden()
    (request,) = document.requests
    found = advice(replace(document, requests=(replace(request, status=status, child_said=""),)))
    assert found == ([("GOLD-Q05", "HB-4.6", "requests", "21", "warning")] if asked else [])


def test_a_child_who_uses_no_words_is_asked_for_none(golden: Make) -> None:
    watched = golden({"communicates_by": ("behaviour",)})
    (request,) = watched.requests
    silent = replace(target(watched, 1, child_wording=""), requests=(replace(request, child_said=""),))
    assert advice(silent) == []
    assert [each[2] for each in advice(replace(silent, switches=silent.switches - {"voice_seen"}))] == ["targets", "requests"]


# --- the rest of Part 2 ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("column", ["expected", "progress"])
def test_the_gap_is_sized_in_each_subject(golden: Make, column: str) -> None:
    maths, *_ = GOLD["attainment"]
    english, art = {**maths, "id": 2, "subject": "English", column: None}, {**maths, "id": 3, "subject": "Art", column: ""}
    (found,) = advise_gold(golden({"attainment": (maths, english, art)}))
    assert short([found]) == [("GOLD-Q09", "HB-4.9", "attainment", "", "warning")]
    assert found.message.startswith("English and Art: ")


def test_ways_of_helping_with_behaviour_are_looked_back_on(golden: Make) -> None:
    told = [("GOLD-Q11", "HB-3.13", "strategies_tried", "", "warning")]
    tried = {"id": "t1", "what": "A quiet start", "since_on": None, "worked": "Mostly", "next": "Go on"}
    concern = {"behaviour": "some", "behaviour_seen": "Leaves the room."}
    assert advice(golden({**concern, "strategies_tried": (tried,)})) == []
    assert advice(golden({**concern, "strategies_tried": None})) == told
    for column in ("worked", "next"):
        assert advice(golden({**concern, "strategies_tried": (tried, {**tried, column: None})})) == told
    assert advice(golden({"strategies_tried": None})) == []


def test_the_child_speaks_of_each_last_target(golden: Make) -> None:
    document = golden()
    (review,) = document.reviews
    unsaid = replace(document, reviews=(review, replace(review, target_id=8, child_view="")))
    assert advice(unsaid) == [("GOLD-Q13", "HB-5.7", "target_reviews", "8", "warning")]
    assert advice(replace(unsaid, switches=unsaid.switches - {"targets_to_review"})) == []


def test_each_step_has_its_helper_and_its_day(golden: Make) -> None:
    (step,) = GOLD["steps_and_helpers"]
    told = [("GOLD-Q22", "HB-4.5", "steps_and_helpers", "", "warning")]
    assert advice(golden({"steps_and_helpers": None})) == told
    assert advice(golden({"steps_and_helpers": (step, {**step, "helper": None})})) == told
    assert advice(golden({"steps_and_helpers": (step, {**step, "by_on": None})})) == told
    assert advice(golden({"steps_and_helpers": None}, {"year_group": "2"})) == [], "not asked before Year 3"


def test_a_piece_of_work_is_there_listed_or_as_a_file(golden: Make) -> None:
    told = [("GOLD-Q25", "HB-4.1", "documents", "", "warning")]
    paper = PaperFacts(1, "certificate", "Swimming", None, "image/png", 10, "Ms Green", TODAY, "")
    report = {"id": "d2", "kind": "school_report", "dated_on": None, "where": "Office"}
    assert advice(golden({"documents": (report,)})) == told
    assert advice(golden({"documents": (report,)}, papers=(paper,))) == []
    assert advice(golden({"documents": None}, papers=(replace(paper, kind="school_report"),))) == told
    without = golden({"documents": None})
    assert advice(replace(without, answers={key: each for key, each in without.answers.items() if key != "documents"})) == []


# --- the meeting -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("came", "begins"), [
    ("whole", "Say how the room heard Sam"), ("part", "Say how the room heard Sam"),
    ("no", "Sam was not at the meeting. Say how the room still heard Sam"), (None, ""),
])
def test_it_is_said_how_the_room_heard_the_child(golden: Make, came: str | None, begins: str) -> None:
    away = {"child_absent_kind": "other", "child_absent_reason": "At the dentist"}
    found = advise_gold(golden({"child_attended": came, **away, "voice_in_meeting": None}))
    assert [each.message[: len(begins)] for each in found] == ([begins] if begins else [])


def attendees(document: Document, **carer: Any) -> tuple[Any, ...]:
    return tuple({**row, **carer} if row["role"] == "carer" else row for row in document.rows("attendees"))


def test_the_meeting_is_planned_by_what_suits_a_carer_who_did_not_come(golden: Make) -> None:
    away = {"attendees": attendees(golden(), took_part="apologies"), "carer_offered": "A call"}
    told = [("GOLD-Q07", "HB-3.1", "carer_preference", "", "warning")]
    assert advice(golden(away)) == told
    assert advice(golden({**away, "carer_preference": "Fridays, by video"})) == []
    without = golden(away)
    assert advice(replace(without, answers={key: each for key, each in without.answers.items() if key != "carer_preference"})) == []


@pytest.mark.parametrize(("who", "named"), [
    ("Pat Lee", True), ("Pat", True), ("Mrs Lee", True), ("the foster carer", True), ("Ms Green", False), ("Mrs Green", False),
    ("Ms Green and Mr Shah", False),
])
def test_an_action_names_the_carer(golden: Make, who: str, named: bool) -> None:
    (action,) = GOLD["actions"]
    found = advice(golden({"actions": (action | {"who": who},)}))
    assert found == ([] if named else [("GOLD-Q07", "HB-3.9", "actions", "", "warning")])


def test_a_target_that_the_carer_helps_with_does_as_well(golden: Make) -> None:
    nobody = golden({"actions": None})
    assert [each[0] for each in advice(nobody)] == ["GOLD-Q07"]
    assert advice(target(nobody, 2, support_who="Mr Shah and Pat Lee")) == []


def test_the_carer_who_came_is_meant_where_the_record_names_none(golden: Make) -> None:
    named = replace(golden().child, carer="")
    assert advice(golden(child=named)) == []
    other = golden({"attendees": attendees(golden(), name="Kim Oak")}, child=named)
    assert [each[:3] for each in advice(other)] == [("GOLD-Q07", "HB-3.9", "actions")]


def test_a_child_without_a_carer_is_not_asked_for_one(golden: Make) -> None:
    alone = golden({"attendees": tuple(each for each in golden().rows("attendees") if each["role"] != "carer"), "actions": None})
    assert [each[0] for each in advice(alone)] == ["GOLD-Q07"], "the record names one"
    assert advice(replace(alone, child=replace(alone.child, carer=""))) == []


def test_who_works_with_the_child_and_came_has_written_too(golden: Make) -> None:
    rows = golden().rows("attendees")
    assert advice(golden({"attendees": (*rows, PROFESSIONAL)})) == []
    silent = {**PROFESSIONAL, "report_received": False}
    (found,) = advise_gold(golden({"attendees": (*rows, silent, {**silent, "name": None, "took_part": "part"})}))
    assert short([found]) == [("GOLD-Q23", "HB-3.2", "attendees", "", "warning")]
    assert "Dr Moss and a professional" in found.message
    assert advice(golden({"attendees": (*rows, {**silent, "took_part": "apologies"})})) == [], "that is RD-306"


# --- a PEP for extra money, and the other list -------------------------------------------------------------------------------


def test_a_pep_for_extra_money_is_asked_about_its_target_its_request_and_the_voice(a_document: Make) -> None:
    found = advise_gold(a_document(kind="funding"))
    assert {(each.check, each.field) for each in found} == {
        ("GOLD-Q05", "voice_changed_what"), ("GOLD-Q05", "targets"), ("GOLD-Q05", "requests")}
    lone = a_document(kind="funding")
    assert "GOLD-Q14" not in {each.check for each in advise_gold(replace(lone, targets=lone.targets[:1]))}


@pytest.mark.parametrize(("check", "row"), [("GOLD-Q13", "7"), ("GOLD-Q14", ""), ("GOLD-Q17", "11")])
def test_what_the_readiness_list_says_is_not_said_twice(golden: Make, check: str, row: str) -> None:
    document = target(target(golden(), 1, look_on=None), 3, is_strength=False)
    document = replace(document, reviews=tuple(replace(each, child_view="") for each in document.reviews))
    assert [(each.check, each.row) for each in advise_gold(document)] == [
        ("GOLD-Q14", ""), ("GOLD-Q17", "11"), ("GOLD-Q13", "7")]
    same = Finding(SAID_BY[check], "HB-5.7", "", "Said already.", "warning", row=row)
    assert (check, row) not in {(each.check, each.row) for each in advise_gold(document, [same])}
    elsewhere = replace(same, row="999")
    assert (check, row) in {(each.check, each.row) for each in advise_gold(document, [elsewhere])}


def test_the_readiness_list_really_says_those(golden: Make) -> None:
    document = target(target(golden(), 1, look_on=None), 3, is_strength=False)
    document = replace(document, reviews=tuple(replace(each, child_view="") for each in document.reviews))
    said = check_readiness(document, today=TODAY, ppg_facts=FACTS)
    assert {each.check for each in said} == set(SAID_BY.values())
    assert advise_gold(document, said) == []


def test_no_advice_holds_anything_up_can_be_waived_or_is_on_the_readiness_list(a_document: Make) -> None:
    found = advise_gold(a_document())
    assert found and blocking(found) == stopping_signoff(found) == []
    assert not any(may_waive(replace(each, severity=severity)) for each in found for severity in ("blocking", "signoff", "warning"))
    assert {each.code for each in found} <= set(RULES)
    assert check_readiness(a_document(), today=TODAY, ppg_facts=FACTS) == []
