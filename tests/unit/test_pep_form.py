"""The declaration as data: found by keys, kept as a snapshot and read again, seen by those who may. Values by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from pep_admin.pep_form import (
    FORM,
    Document,
    Field,
    Form,
    Kind,
    PartForm,
    Section,
    applies,
    digest_of,
    load_form,
    required,
    snapshot,
    visible,
)
from pep_admin.vocabulary import Audience
from tests.unit.conftest import CHILD

CHOICE = Field("home", "P9.01", "Home", Kind.ONE_OF, choices=(("a", "First"),), phases=("PRI",), asked="has_ehcp", hide="CS")
ROWS = Field("sdq", "P9.02", "SDQ", Kind.ROWS, columns=(Field("total", "P9.02", "Total", Kind.NUMBER, lowest=0, highest=40),))
SMALL = Form((PartForm("social_care", "Part 1", (Section("about", "About", (CHOICE, ROWS), "Read first"),)),))


def test_fields_parts_and_sections_are_found_by_their_keys() -> None:
    assert SMALL.field("sdq") is ROWS and SMALL.part_of("sdq") == "social_care"
    assert SMALL.section_of("sdq") is SMALL.parts[0].sections[0]
    assert SMALL.section("about") == (SMALL.parts[0], SMALL.parts[0].sections[0])
    assert list(SMALL.fields()) == [CHOICE, ROWS] == list(SMALL.fields("social_care")) and list(SMALL.fields("meeting")) == []


@pytest.mark.parametrize("ask", [SMALL.field, SMALL.part_of, SMALL.section, SMALL.section_of])
def test_a_key_that_this_version_lacks_is_a_key_error(ask: Callable[[str], object]) -> None:
    with pytest.raises(KeyError, match="nobody"):
        ask("nobody")


def test_a_snapshot_reads_back_as_the_form_it_was_taken_of() -> None:
    for form in (SMALL, FORM):
        kept = json.loads(json.dumps(snapshot(form)))
        assert load_form(kept) == form and digest_of(kept) == digest_of(snapshot(form))
    assert digest_of(snapshot(SMALL)) != digest_of(snapshot(FORM)) and len(digest_of(snapshot(SMALL))) == 64


def test_a_snapshot_of_an_older_program_takes_what_it_lacks_by_default() -> None:
    kept = snapshot(SMALL)
    section = kept["parts"][0]["sections"][0]
    del section["intro"]
    section["fields"] = [{"key": "old", "id": "P9.03", "label": "Old", "kind": "line", "of_a_newer_program": 1}]
    assert load_form(kept).field("old") == Field("old", "P9.03", "Old", Kind.LINE)
    assert load_form(kept).parts[0].sections[0].intro == ""


@pytest.mark.parametrize(("phase", "switches", "asked"), [
    ("PRI", {"has_ehcp"}, True), ("SEC", {"has_ehcp"}, False), ("PRI", set(), False), ("PRI", {"has_ehcp", "initial"}, False)])
def test_a_field_is_asked_in_its_phase_while_its_switch_is_on(phase: str, switches: set[str], asked: bool) -> None:
    assert applies(replace(CHOICE, unless="initial"), phase, frozenset(switches)) is asked
    assert applies(ROWS, phase, frozenset(switches)) is True


@pytest.mark.parametrize(("must", "switches", "needed"), [
    ("always", set(), True), ("never", {"never"}, False), ("sdq_due", set(), False), ("sdq_due", {"sdq_due"}, True)])
def test_an_answer_is_needed_always_never_or_by_a_switch(must: str, switches: set[str], needed: bool) -> None:
    assert required(replace(ROWS, must=must), frozenset(switches)) is needed


@pytest.mark.parametrize(("hide", "hidden_from"), [
    ("", set()), ("C", {Audience.CHILD}), ("P", {Audience.PARENT}), ("CS", {Audience.CHILD, Audience.SCHOOL, Audience.PARENT}),
    ("CSP", {Audience.CHILD, Audience.SCHOOL, Audience.PARENT}), ("CP", {Audience.CHILD, Audience.PARENT})])
def test_who_may_read_a_field(hide: str, hidden_from: set[Audience]) -> None:
    assert {each for each in Audience if not visible(replace(CHOICE, hide=hide), each)} == hidden_from  # type: ignore[arg-type]  # letters


def test_posted_answers_stand_over_stored_ones_and_change_nothing(a_document: Callable[..., Document]) -> None:
    document = a_document(answers={"hopes": "To swim."})
    posted = document.with_answers({"hopes": "To sing."})
    assert (posted.answer("hopes"), document.answer("hopes"), posted.answer("chair")) == ("To sing.", "To swim.", "Ms Green")


@pytest.mark.parametrize(("changes", "called", "full_name", "names"), [
    ({}, "Sam", "Sam Reed", ("Sam", "Reed")),
    ({"known_as": "Sammy"}, "Sammy", "Sam Reed", ("Sammy", "Sam", "Reed")),
    ({"first_name": "", "last_name": ""}, "Child 5", "Name not known, ref L5", ()),
    ({"first_name": "", "last_name": "", "lcs_id": None}, "Child 5", "Name not known, ref 5", ()),
])
def test_how_a_child_is_called(changes: dict[str, str], called: str, full_name: str, names: tuple[str, ...]) -> None:
    child = replace(CHILD, **changes)  # type: ignore[arg-type]  # columns of text alone
    assert (child.called, child.full_name, child.names) == (called, full_name, names)


def test_a_target_is_told_by_its_number_and_words_while_it_is_there(a_document: Callable[..., Document]) -> None:
    first = a_document().targets[0]
    assert a_document().target(first.id) == f"Target 1: {first.outcome}" and a_document().target(999) == ""


def test_an_auditor_reads_with_the_office_and_nobody_else_does() -> None:
    assert [each for each in Audience if each.is_of_the_office] == [Audience.CARE, Audience.AUDIT]
