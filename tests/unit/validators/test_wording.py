"""The reading of a target's wording, measured against many: thought out, in a hurry, left open; and what it says of them."""

from __future__ import annotations

import time

import pytest

from pep_admin.stems import EXAMPLES, STEMS, Stem, kind_of
from pep_admin.validators.targets import check_wording
from pep_admin.validators.wording import is_measurable
from pep_admin.vocabulary import Subject, TargetArea
from tests.unit.validators.wordings import BLANKS, FROM_EVERYWHERE, IN_A_HURRY, NO_BLANKS, PEOPLE, THOUGHT_OUT

KINDS = ("english", "maths", "cognition", "semh", "communication", "sensory_physical", "independence")


def checks(text: str, *names: str) -> list[str]:
    return [finding.check for finding in check_wording(text, child_names=names)]


def test_what_was_thought_out_is_left_in_peace() -> None:
    assert len(set(THOUGHT_OUT)) == 120
    questioned = {text: found for text in THOUGHT_OUT if (found := checks(text))}
    assert len(questioned) <= 3, questioned
    assert not any(each.severity == "blocking" for text in THOUGHT_OUT for each in check_wording(text))


def test_what_was_written_in_a_hurry_is_flagged() -> None:
    assert len(set(IN_A_HURRY)) == 80
    assert [text for text in IN_A_HURRY if not checks(text)] == []


def test_a_time_put_behind_it_makes_no_target_of_it() -> None:
    timed = [f"{text} by the end of the spring term" for text in IN_A_HURRY]
    passed = [text for text in timed if not set(checks(text)) - {"SMART-time"}]
    assert len(passed) <= 4, passed


@pytest.mark.parametrize(("text", "shown"), BLANKS)
def test_what_was_left_open_blocks_and_is_shown(text: str, shown: str) -> None:
    (finding,) = check_wording(text, child_names=("Sam",))
    assert (finding.check, finding.code, finding.field, finding.severity) == ("RD-226", "HB-5.2", "outcome", "blocking")
    assert f"“{shown}”" in finding.message


@pytest.mark.parametrize("text", NO_BLANKS)
def test_signs_that_say_something_are_no_blanks(text: str) -> None:
    assert checks(text) == []


@pytest.mark.parametrize(("text", "names"), PEOPLE)
def test_the_childs_own_name_is_no_month_and_no_verb(text: str, names: tuple[str, ...]) -> None:
    assert checks(text, *names) == ["SMART-time"]


def test_a_name_that_is_a_verb_leaves_the_verb_alone() -> None:
    assert checks("Will will improve by the end of the spring term", "Will") == ["SMART-vague", "RD-227"]
    assert checks("Grade will improve by the end of the spring term", "Grade") == ["SMART-vague", "RD-227"]


@pytest.mark.parametrize(("text", "names"), FROM_EVERYWHERE)
def test_names_of_many_languages_are_names(text: str, names: tuple[str, ...]) -> None:
    assert checks(text, *names) == []


@pytest.mark.parametrize("text", THOUGHT_OUT[:20])
def test_capitals_and_the_full_stop_change_nothing(text: str) -> None:
    name = text.split()[0].removesuffix("'s")
    assert checks(text.upper(), name) == checks(text, name)
    assert checks(text.rstrip("."), name) == checks(f"{text.rstrip('.')}.", name)


def test_a_list_is_several_targets() -> None:
    for mark in ("- ", "* ", "• ", "1. ", "2) "):
        assert checks(f"By July Sam will:\n{mark}read 40 words\n{mark}count to 50") == ["SMART-several"]
    assert checks("By July Sam will:\n- read 40 words") == []


def test_three_thousand_characters_are_read() -> None:
    long = ("Sam will read 40 words to an adult by the end of the spring term. " * 50)[:3_000]
    assert checks(long) == ["SMART-several"]


@pytest.mark.parametrize(
    "text",
    [
        "a", " ", "\n", "X", "x ", "_ ", "[name ", "(", "<insert ", "will ", "will be able to ", "by ", "by the ", "spring/",
        "spring, ", "1", "in the next ", "to really ", "- a\n", "will have ", "will receive very much extra ", "use a b c ",
        ".", "… ", "—",
        "(please ", "roman numerals XX ", "without ", "be ", "will not also then ", "grade X", "'", "don't ", "t.b.", "end of the ",
    ],
)  # fmt: skip
def test_no_text_makes_it_think_long(text: str) -> None:
    often = text * (6_000 // len(text))
    for long in (often, f"({often}", f"{{ {' ' * 6_000}{text}", f"in{' ' * 6_000}{text}"):
        begun = time.process_time()
        check_wording(long, child_names=("Sam", long[:200]))
        assert time.process_time() - begun < 0.5


# --- what is said ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("area", "subject", "shown"),
    [
        ("cognition", "english", "words"), ("cognition", "maths", "tables"), ("semh", "maths", "tables"),
        ("semh", "other", "worried"),
        ("communication", "other", "instruction"), ("sensory_physical", "other", "pencil"), ("independence", "other", "checklist"),
        ("cognition", "other", "task"), ("semh", "", "worried"), ("", "maths", "tables"),
        (TargetArea.SEMH, Subject.OTHER, "worried"),
    ],
)  # fmt: skip
def test_the_example_is_of_the_targets_kind(area: str, subject: str, shown: str) -> None:
    (short,) = check_wording("Do better", area=area, subject=subject)
    assert short.check == "SMART-short"
    assert shown in short.message
    kind = EXAMPLES[kind_of(area, subject)]
    vague, unseen, _ = check_wording("Sam will be better at it all", area=area, subject=subject)
    assert (vague.check, unseen.check) == ("SMART-vague", "RD-227")
    assert kind.seen in vague.message
    assert kind.counted in unseen.message


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Improve maths", "maths"), ("Improve reading", "english"), ("To be happier", "semh"), ("Behave", "semh"),
        ("Speech and language", "communication"), ("Fine motor skills", "sensory_physical"),
        ("Be more independent", "independence"),
        ("Focus in lessons", "cognition"), ("Do better", "english"),
    ],
)  # fmt: skip
def test_where_nobody_says_the_kind_the_words_do(text: str, kind: str) -> None:
    (finding,) = check_wording(text)
    assert EXAMPLES[kind].whole in finding.message


@pytest.mark.parametrize("text", IN_A_HURRY)
def test_every_sentence_says_what_to_add_with_an_example(text: str) -> None:
    for finding in check_wording(text):
        assert finding.message.endswith(".")
        assert any(word in finding.message for word in ("like “", "For example: “", "as short as “"))


@pytest.mark.parametrize(
    "text",
    [
        "School will provide one to one support in maths by the end of the spring term",
        "Sam will be supported in maths 3 times a week by the end of the spring term",
        "Sam will receive extra help with reading every day until Easter",
        "Staff to monitor his progress in each lesson throughout the term",
    ],
)
def test_what_adults_do_is_no_target(text: str) -> None:
    assert checks(text)[0] == "SMART-whose"
    assert {each.severity for each in check_wording(text)} == {"warning"}


@pytest.mark.parametrize(
    "text",
    [
        "Sam will be supported to plan his work and will finish it in 3 lessons a week until Easter",
        "Sam will have a weekly reading session with his mentor so that he can read 40 more words by Easter",
        "Sam will receive tuition twice a week so that he can solve 8 of 10 sums by Easter",
    ],
)
def test_help_with_what_the_child_then_does_is_one(text: str) -> None:
    assert checks(text) == []


# --- examples and stems ----------------------------------------------------------------------------------------------------


def test_every_kind_has_an_example_that_is_a_target_itself() -> None:
    assert set(EXAMPLES) == set(STEMS) == set(KINDS)
    for example in EXAMPLES.values():
        assert checks(example.whole, "Sam") == []


@pytest.mark.parametrize("kind", KINDS)
def test_ten_stems_to_start_from(kind: str) -> None:
    texts = [stem.text for stem in STEMS[kind]]
    assert len(set(texts)) == 10
    assert all(text.startswith("{name} will ") and ", so that " in text and ", by [when]" in text for text in texts)


@pytest.mark.parametrize("stem", [stem for stems in STEMS.values() for stem in stems])
def test_a_stem_is_no_target_until_its_gaps_are_filled(stem: Stem) -> None:
    open_still = stem.for_child("Robin")
    assert open_still.startswith("Robin will ")
    assert open_still.count("[") == len(stem.filling) >= 2
    (finding,) = check_wording(open_still, child_names=("Robin",))
    assert (finding.check, finding.severity) == ("RD-226", "blocking")
    one_left = stem.filled("Robin").replace(stem.filling[0], open_still[open_still.index("[") : open_still.index("]") + 1], 1)
    assert checks(one_left, "Robin") == ["RD-226"]
    assert "[" not in stem.filled("Robin")
    assert checks(stem.filled("Robin"), "Robin") == []


@pytest.mark.parametrize(("text", "seen"), [
    ("Sam will engage in conversations with friends", True), ("Sam will engage in lessons more", False),
    ("Sam will engage well with his learning", False),
])
def test_engaging_can_be_seen_in_something_that_is_done(text: str, seen: bool) -> None:
    assert is_measurable(text) is seen
