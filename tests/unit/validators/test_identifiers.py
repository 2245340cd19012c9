"""UPN, URN and e-mail, accepted and refused. The UPNs are the published examples, worked by hand."""

from __future__ import annotations

import pytest

from pep_admin.validators.identifiers import check_email, check_upn, check_urn, parse_upn


def test_a_upn_is_kept_without_spaces_and_in_capitals() -> None:
    assert parse_upn(" b80 1200 005001 ") == "B801200005001"


@pytest.mark.parametrize("text", ["B801200005001", "b801 200005001", "P207000016049"])
def test_a_upn_whose_letter_fits(text: str) -> None:
    assert check_upn(text) == []


def test_a_temporary_upn_ends_with_a_letter() -> None:
    # By hand: 8·2 + 1·4 + 2·5 + 5·10 = 80, and A counts 0 at position 13; 80 mod 23 = 11 -> M
    assert check_upn("M80120000500A") == []


@pytest.mark.parametrize("text", ["A801200005001", "Q207000016049"])
def test_a_letter_that_does_not_fit_only_warns(text: str) -> None:
    (finding,) = check_upn(text)
    assert (finding.code, finding.field, finding.severity) == ("DATA-upn", "upn", "warning")


def test_a_new_authoritys_number_is_no_mistake() -> None:
    # 940, North Northamptonshire: 9·2 + 4·3 + 2·9 + 4·10 + 1·13 = 101; 101 mod 23 = 9 -> K
    assert check_upn("K940000024001") == []


@pytest.mark.parametrize(
    "text",
    [
        "", "B80120000500", "B8012000050011", "1801200005001", "I801200005001", "B80120000500S", "B80120000A001",
        "B80120000500١", "none",
    ],
)  # fmt: skip
def test_what_has_not_the_shape_of_a_upn_blocks(text: str) -> None:
    (finding,) = check_upn(text)
    assert (finding.code, finding.field, finding.severity) == ("DATA-upn", "upn", "blocking")


@pytest.mark.parametrize("text", ["105283", " 149999 "])
def test_a_urn_of_six_figures(text: str) -> None:
    assert check_urn(text) == []


@pytest.mark.parametrize("text", ["", "10528", "1052834", "10528a", "012345", "١٠٥٢٨٣", "-10528"])
def test_other_urns_block(text: str) -> None:
    (finding,) = check_urn(text)
    assert (finding.code, finding.field, finding.severity) == ("DATA-urn", "urn", "blocking")


@pytest.mark.parametrize("text", ["a.green@elm.example", " J.O'Brien@bury.gov.uk ", "dt+cla@x.sch.uk", "A@B.CO", "a@staff.test"])
def test_an_address(text: str) -> None:
    assert check_email(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "", "green", "green@", "@elm.example", "green@elm", "a b@elm.example", "a@elm.example, b@elm.example",
        "a@elm.example;b@c.uk", "Ann <a@elm.example>", "a..b@elm.example", ".a@elm.example", "a@-elm.example",
        "a@elm..example", "a@elm.example\nBcc: x@y.uk",
        "a@[127.0.0.1]", "a\u202eb@elm.example", f"{'a' * 65}@elm.example", "ü@elm.example",
    ],
)  # fmt: skip
def test_what_is_not_one_whole_address_blocks(text: str) -> None:
    (finding,) = check_email(text)
    assert (finding.code, finding.field, finding.severity) == ("DATA-email", "email", "blocking")
