"""Which texts count as the same, which sound like an adult, which words stand where a name does: accepted and refused, by hand."""

from __future__ import annotations

import pytest

from pep_admin.validators.alike import (
    Outcome,
    almost_same,
    judgements_stand_still,
    mark_of,
    names_in_subject,
    sounds_adult,
    voice_comes_again,
)

SCIENCE = "I like science now because we do real experiments and Mr Lumen lets me sit near the front."


@pytest.mark.parametrize("now", [
    SCIENCE,
    SCIENCE.upper(),
    f"  “{SCIENCE.replace('because', 'because,')}”\n",
    SCIENCE.replace("near the front", "at the front"),
    f"{SCIENCE} Yes.",
])
def test_almost_the_same(now: str) -> None:
    assert almost_same(now, SCIENCE) and almost_same(SCIENCE, now)


@pytest.mark.parametrize("now", [
    "",
    "…",
    "I like science.",
    SCIENCE.replace("science", "art").replace("real experiments", "clay and ink"),
    "Mr Lumen lets me sit near the front and I like science now because we do real experiments.",
    f"{SCIENCE} But in maths I still sit at the back and nobody notices.",
])
def test_not_the_same(now: str) -> None:
    assert not almost_same(now, SCIENCE)


@pytest.mark.parametrize(("now", "before", "same"), [
    ("Fractions.", "fractions", True), ("Fractions", "Fractions and reading", False),
    ("Maths is hard for me", "Maths is hard for me.", True), ("", "", False)])
def test_short_answers_are_the_same_only_word_for_word(now: str, before: str, same: bool) -> None:
    assert almost_same(now, before) is same


@pytest.mark.parametrize(("now", "before", "key"), [
    ({"good": SCIENCE, "hard": "Lunch"}, ["Nothing", SCIENCE], "good"),
    ({"good": "PE", "hard": "Maths"}, ["PE.", "maths"], "good"),
    ({"good": "PE", "hard": "Maths"}, ["PE", "Reading"], None),
    ({"good": "PE", "hard": "Maths", "want": "More football after school, please"}, ["PE", "Maths"], None),
    ({"good": "PE"}, [], None),
    ({}, ["PE"], None),
])
def test_a_voice_that_comes_again(now: dict[str, str], before: list[str], key: str | None) -> None:
    assert voice_comes_again(now, before) == key


@pytest.mark.parametrize(("now", "before"), [
    ("Sam will read four whole books by the end of the spring term.",
     "Sam will read four whole books by the end of the autumn term."),
    ("Sam will answer 16 of 20 fraction questions by March 2025.", "Sam will answer 16 of 20 fraction questions by December 2024."),
    ("Sam will ask an adult for help 3 times a week this term.", "sam will ask an adult for help, 3 times a week, this term"),
])
def test_a_target_that_is_the_last_one_again(now: str, before: str) -> None:
    assert Outcome.of(now).is_again(Outcome.of(before))


@pytest.mark.parametrize(("now", "before"), [
    ("Sam will answer 18 of 20 fraction questions by March 2025.", "Sam will answer 16 of 20 fraction questions by December 2024."),
    ("Sam will read six whole books by the end of the spring term.",
     "Sam will read four whole books by the end of the autumn term."),
    ("Sam will read four whole books by the end of the spring term.",
     "Sam will write four book reviews by the end of the spring term."),
    ("", ""),
])
def test_another_step_is_another_target(now: str, before: str) -> None:
    assert not Outcome.of(now).is_again(Outcome.of(before))


ENGLISH, MATHS = ({"subject": "English", "current": "Expected", "on_track": "ON"},
                  {"subject": "Maths", "current": "Below", "on_track": "B"})


@pytest.mark.parametrize(("now", "before", "still"), [
    ([ENGLISH, MATHS], [MATHS, ENGLISH], True),
    ([ENGLISH, MATHS], [ENGLISH, MATHS, {"subject": "Art", "current": "Good", "on_track": "ON"}], True),
    ([ENGLISH, {**MATHS, "subject": " maths "}], [ENGLISH, MATHS], True),
    ([ENGLISH, {**MATHS, "on_track": "ON"}], [ENGLISH, MATHS], False),
    ([ENGLISH, {**MATHS, "current": "Expected"}], [ENGLISH, MATHS], False),
    ([ENGLISH, MATHS], [ENGLISH], False),
    ([ENGLISH], [ENGLISH], False),
    ([], [], False),
])
def test_judgements_that_stand_still(now: list[dict[str, str]], before: list[dict[str, str]], still: bool) -> None:
    assert judgements_stand_still(now, before) is still


# --- another child's words ---------------------------------------------------------------------------------------------


def test_the_same_words_have_one_mark_whoever_they_are_about() -> None:
    robin = mark_of("Robin will read four whole books by the end of term.", ["Robin", "Reed"])
    assert robin is not None and len(robin) == 32
    assert robin == mark_of("JULE will read four  whole books, by the end of term", ["Jule"])
    assert robin != mark_of("Jule will read six whole books by the end of term.", ["Jule"])
    assert robin == mark_of("Robin will read four whole books by the end of term.", ["Jule"]), "the other name was left in"
    assert robin != mark_of("Jule will read four whole books by the end of term with Robin.", ["Jule"])


@pytest.mark.parametrize("text", [None, "", "Fractions.", "Robin will read four books by then."])
def test_a_short_text_may_stand_in_any_plan(text: str | None) -> None:
    assert mark_of(text, ["Robin"]) is None


# --- a child's own words -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [
    "Sam is making good progress and enjoys PE.",
    "sam enjoys practical lessons and football.",
    "He finds maths difficult, particularly fractions.",
    "She would like more help. She expressed a wish to join the choir.",
    "This pupil is settled and happy in school.",
    "The young person has a good relationship with staff.",
    "Sam Reed likes art and has lots of friends.",
])
def test_it_sounds_like_an_adult(text: str) -> None:
    assert sounds_adult(text, ("Sam", "Reed"))


@pytest.mark.parametrize("text", [
    "",
    "PE and art.",
    "Sam likes art.",
    "I like science now because we do real experiments.",
    "He is nice and funny at lunch.",
    "They shout all the time at lunch.",
    "Miss Green, she is kind and helps with spelling.",
    "Sam said: “more football, and no more fractions”.",
    "We saw that Sam likes the sand tray best.",
    "Sam was seen to go to the sand tray first each day.",
    "My teacher says Sam is a good helper.",
    "More football and less maths, and the dog please.",
    "Everything is fine except the noise in the hall.",
    "Samuel enjoys the trains in the museum most.",
    "The child next to me is loud all day.",
])
def test_it_sounds_like_a_child_or_says_who_saw_it(text: str) -> None:
    assert not sounds_adult(text, ("Sam", "Reed"))


def test_without_a_name_only_the_rest_is_looked_at() -> None:
    assert sounds_adult("He enjoys practical lessons and football.", ()) and not sounds_adult("It is fine at school now.", ())


# --- names ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "names"), [
    ("Ethan will read 40 of the 50 words.", ["Ethan"]),
    ("By the end of term Zoë will put up a hand. When Ethan is upset, a card helps.", ["Zoë", "Ethan"]),
    ("In Ethan's book there are gaps; Ethan’s spelling is weak.", ["Ethan", "Ethan"]),
    ("Works well with Sam. Ethan needs a quiet place.", ["Ethan"]),
    ("Mr Lumen will help, and Miss Verse is told.", []),
    ("Mrs. Verse will help.", []),
    ("Emma Brown will read with the group.", []),
    ("She reads with Ethan on Mondays.", []),
    ("Reading is better. Grace will come with time. April was hard.", []),
    ("ethan will read 40 words.", []),
    ("the teacher's plan, and it will help", []),
])
def test_names_that_stand_where_a_child_does(text: str, names: list[str]) -> None:
    assert list(names_in_subject([text])) == names
