"""A child's own names in what people typed: what is found, what is left alone, and how it reads when it is masked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pep_admin.validators.names import holds_name, mask_names

NAMES = ("Robin", "Musterkind", "Bobby")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Ten hours for Robin", "Ten hours for [name]"),
        ("ROBIN'S laptop, robin’s bag", "[name]'S laptop, [name]’s bag"),
        ("Robin Musterkind (Bobby)", "[name] [name] ([name])"),
        ("Für Róbin, rôbin und ROBĪN", "Für [name], [name] und [name]"),
        ("Ro\u0301bin in two signs", "[name] in two signs"),
        ("Ro\u200bbin, Ro\u00adbin", "[name], [name]"),
        ("Ｒｏｂｉｎ", "[name]"),
        ("robin_maths robin-maths Robin1", "[name]_maths [name]-maths Robin1"),
        ("A robin's nest", "A [name]'s nest"),
        ("Robinson, Robins, Robinia: other words", "Robinson, Robins, Robinia: other words"),
        ("Weekly hours of maths", "Weekly hours of maths"),
        ("", ""),
    ],
)
def test_a_name_is_masked_as_a_whole_word(text: str, masked: str) -> None:
    assert mask_names(text, NAMES) == masked
    assert holds_name(text, NAMES) is (masked != text)


@pytest.mark.parametrize(
    ("name", "text", "masked"),
    [
        ("Anna-Lena", "Anna Lena, anna-lena, Anna‑Lena, Lena", "[name] [name], [name], [name], [name]"),
        ("Mary  Jane", "for Mary Jane and Mary\nJane", "for [name] and [name]"),
        ("anna lena", "Lena and Anna Lena", "[name] and [name]"),
        ("O'Brien", "O’Brien and obrien", "[name] and obrien"),
        ("van der Berg", "A van for van der Berg, der Weg, Berg", "A van for [name], der Weg, [name]"),
        ("Łukasz", "lukasz und ŁUKASZ", "[name] und [name]"),
        ("Søren", "Soren", "[name]"),
        ("Straße", "STRASSE", "[name]"),
        ("Li", "Li and li", "Li and li"),
        ("İpek", "ipek", "[name]"),
        ("J.J.", "J.J. went", "J.J. went"),
        ("[name]", "[name]", "[name]"),
        ("(", "(", "("),
    ],
)
def test_names_as_people_have_them(name: str, text: str, masked: str) -> None:
    assert mask_names(text, [name]) == masked


def test_without_names_nothing_is_looked_for() -> None:
    assert mask_names("Robin", []) == mask_names("Robin", [""]) == mask_names("Robin", ["Bo"]) == "Robin"


@given(st.text(max_size=60), st.lists(st.text(max_size=12), max_size=3))
def test_no_text_and_no_name_breaks_it(text: str, names: list[str]) -> None:
    masked = mask_names(text, names)
    assert (masked != text) <= holds_name(text, names)
    assert holds_name(text, names) or masked == text


@given(st.text(max_size=30), st.text(max_size=30), st.sampled_from(["Robin", "ROBIN", "róbin", "Musterkind"]))
def test_a_name_between_spaces_never_stays(before: str, after: str, name: str) -> None:
    masked = mask_names(f"{before} {name} {after}", NAMES)
    assert " [name] " in masked
