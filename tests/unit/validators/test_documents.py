"""What makes a document acceptable that is kept with a child, by values alone."""

from __future__ import annotations

from datetime import date

import pytest

from pep_admin.document_words import DocumentKind, MediaType
from pep_admin.pep_form import PaperFacts, may_read
from pep_admin.validators.documents import check_document, check_room, format_size
from pep_admin.vocabulary import Audience

BORN, TODAY = date(2011, 5, 14), date(2024, 11, 18)


def told(
    kind: DocumentKind | None = DocumentKind.WORK, on: date | None = None, reads: bool | None = True
) -> list[tuple[str, str, str]]:
    found = check_document(kind, on, reads, born_on=BORN, today=TODAY)
    assert all(each.severity == "blocking" for each in found)
    return [(each.check, each.code, each.field) for each in found]


def test_a_document_needs_its_kind_and_who_may_read_it() -> None:
    assert told() == []
    assert told(kind=None, reads=None) == [
        ("document-kind", "DATA-shape", "kind"), ("document-school-reads", "HB-3.11", "school_reads")]
    assert told(reads=False) == []


@pytest.mark.parametrize(("on", "fits"), [
    (date(2011, 5, 13), False), (date(2011, 5, 14), True), (date(2024, 11, 18), True), (date(2024, 11, 19), False),
])
def test_a_document_is_of_a_day_in_the_childs_life(on: date, fits: bool) -> None:
    assert told(on=on) == ([] if fits else [("document-dated-on", "DATA-dates", "dated_on")])


@pytest.mark.parametrize(("size", "held", "fits"), [(10, 90, True), (11, 90, False), (100, 0, True), (101, 0, False)])
def test_the_documents_of_a_child_have_their_room(size: int, held: int, fits: bool) -> None:
    assert [(each.check, each.code, each.field, each.severity) for each in check_room(size, held, 100)] == (
        [] if fits else [("document-file", "DATA-file", "file", "blocking")])


@pytest.mark.parametrize(("size", "words"), [
    (1, "1 kB"), (1_024, "1 kB"), (350_000, "342 kB"), (1024 * 1024 - 1, "1024 kB"), (1024 * 1024, "1 MB"), (1_300_000, "1.2 MB"),
    (10 * 1024 * 1024, "10 MB"),
])
def test_a_size_is_read_as_people_say_it(size: int, words: str) -> None:
    assert format_size(size) == words


@pytest.mark.parametrize(("kind", "hide"), [
    (DocumentKind.EHCP, "C"), (DocumentKind.SUPPORT_PLAN, "C"), (DocumentKind.HEALTHCARE_PLAN, "C"),
    (DocumentKind.SCHOOL_REPORT, "C"),
    (DocumentKind.WORK, ""), (DocumentKind.CERTIFICATE, ""), (DocumentKind.REPORT, "CP"), (DocumentKind.OTHER, "CP"),
])
def test_the_childs_own_work_alone_is_in_the_childs_copy(kind: DocumentKind, hide: str) -> None:
    assert kind.hide == hide and may_read(hide, Audience.CHILD) is (hide == "")
    assert kind.is_plan is (kind.name in ("EHCP", "SUPPORT_PLAN", "HEALTHCARE_PLAN"))


def test_a_paper_that_is_kept_from_the_school_says_so() -> None:
    one = PaperFacts(1, "work", "A", None, "image/png", 1, "Tess", TODAY, "CS")
    assert one.for_care_only and not PaperFacts(1, "work", "A", None, "image/png", 1, "Tess", TODAY, "C").for_care_only


def test_a_file_is_given_the_ending_of_what_it_is() -> None:
    assert [each.ending for each in MediaType] == [".pdf", ".jpg", ".png", ".docx", ".odt"]
