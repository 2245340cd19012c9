"""What the PDF of a PEP is called: parts filled in, unsafe signs replaced, doubles told apart; and which patterns are refused."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from pep_admin.config import read_pdf_name, read_settings
from pep_admin.documents.pdf_name import NamesTaken, pdf_name
from pep_admin.exceptions import ConfigError
from pep_admin.vocabulary import TermName


@dataclass
class OnePep:
    reference: str = "2425-AUT-0001"
    lcs_id: str | None = "L-77"

    @property
    def child(self) -> SimpleNamespace:
        return SimpleNamespace(lcs_id=self.lcs_id, first_name="Robin", last_name="Musterkind")

    @property
    def term(self) -> SimpleNamespace:
        return SimpleNamespace(name=TermName.AUTUMN, year=SimpleNamespace(name="2024-25"))


@pytest.mark.parametrize(("pattern", "lcs_id", "draft", "name"), [
    ("{reference}", "L-77", False, "2425-AUT-0001.pdf"),
    ("{reference}", "L-77", True, "2425-AUT-0001-draft.pdf"),
    ("{lcs_id}_{year}_{term}", "L-77", False, "L-77_2024-25_autumn.pdf"),
    ("{lcs_id}_{year}_{term}", None, False, "2425-AUT-0001_2024-25_autumn.pdf"),
    ("{lcs_id}_{year}_{term}", "", True, "2425-AUT-0001_2024-25_autumn-draft.pdf"),
    ("PEP {lcs_id}", "L-77", False, "PEP-L-77.pdf"),
    ("{lcs_id}", "../../etc/passwd", False, "etc-passwd.pdf"),
    ("{lcs_id}", 'a"b\\c:d*e\r\nX: y', False, "a-b-c-d-e-X-y.pdf"),
    ("{lcs_id}", "Łódź 7", False, "d-7.pdf"),
    ("{lcs_id}", "...", False, "2425-AUT-0001.pdf"),
    ("{lcs_id}", "CON", False, "pep-CON.pdf"),
    ("{lcs_id}", "9" * 300, False, f"{'9' * 100}.pdf"),
])
def test_a_pdf_is_called_by_the_pattern(pattern: str, lcs_id: str | None, draft: bool, name: str) -> None:
    assert pdf_name(pattern, OnePep(lcs_id=lcs_id), draft=draft) == name


def test_doubles_get_a_number_whatever_their_case() -> None:
    names = NamesTaken()
    assert [names.take(each) for each in ("a.pdf", "A.pdf", "a.pdf", "a-2.pdf", "b.pdf")] == [
        "a.pdf", "A-2.pdf", "a-3.pdf", "a-2-2.pdf", "b.pdf"]


@pytest.mark.parametrize("pattern", [
    "{first_name}", "{last_name}_{reference}", "{reference!r}", "{reference:>40}", "{reference.__class__}", "{}", "{0}",
    "{reference",
    "reference}", "{year}_{term}", "report",
])
def test_a_pattern_with_another_part_or_none_that_tells_whose_it_is_is_refused_at_the_start(pattern: str) -> None:
    with pytest.raises(ConfigError, match=r"PEP_ADMIN_PDF_NAME (must|has)"):
        read_settings({"PEP_ADMIN_PDF_NAME": pattern}, {})
    with pytest.raises(ConfigError):
        read_pdf_name(pattern)


def test_the_pattern_is_the_reference_where_none_is_set() -> None:
    assert read_settings({}, {}).pdf_name == read_pdf_name(None) == read_pdf_name("") == "{reference}"
    assert read_settings({"PEP_ADMIN_PDF_NAME": " {lcs_id}_{year}_{term} "}, {}).pdf_name == "{lcs_id}_{year}_{term}"
