"""The payment file: its bytes, its order, and text that stays text in a spreadsheet."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pep_admin.documents.payment_csv import build_payment_csv, digest_of, total_of
from pep_admin.vocabulary import PaymentMethod


@dataclass(frozen=True)
class ABatch:
    reference: str = "PAY-2024-003"


@dataclass(frozen=True)
class ALine:
    number: int = 1
    payee: str = "Larkspur Primary School"
    payee_urn: str | None = "105123"
    finance_reference: str | None = "L-0042"
    payment_method: PaymentMethod = PaymentMethod.JOURNAL
    pep_reference: str = "PEP-2024-0417"
    pence: int = 55_000


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_ten_hours_at_55_pounds_are_one_line_of_550_00() -> None:
    assert build_payment_csv(ABatch(), [ALine()]) == (
        b"\xef\xbb\xbfbatch,line,payee,urn,finance reference,method,pep reference,amount\r\n"
        b"PAY-2024-003,1,Larkspur Primary School,105123,L-0042,Journal transfer,PEP-2024-0417,550.00\r\n"
    )


def test_lines_stand_in_the_order_of_their_numbers() -> None:
    data = build_payment_csv(ABatch(), [ALine(number=10), ALine(number=2), ALine(number=1)])

    assert [row[1] for row in rows_of(data)[1:]] == ["1", "2", "10"]


def test_the_same_lines_make_the_same_bytes_in_whatever_order_they_come() -> None:
    lines = [ALine(number=1), ALine(number=2, payee="Wren Tuition", payee_urn=None, finance_reference=None)]

    assert build_payment_csv(ABatch(), lines) == build_payment_csv(ABatch(), reversed(lines))


@pytest.mark.parametrize(
    ("pence", "amount"), [(1, "0.01"), (9, "0.09"), (5_500, "55.00"), (60_000, "600.00"), (123_456_789, "1234567.89")]
)
def test_amounts_are_pounds_with_two_figures_and_no_separators(pence: int, amount: str) -> None:
    assert rows_of(build_payment_csv(ABatch(), [ALine(pence=pence)]))[1][7] == amount


def test_what_a_payee_lacks_is_empty_and_its_name_survives() -> None:
    line = ALine(payee='Łukasz "Lu" Óg, tutor', payee_urn=None, finance_reference=None, payment_method=PaymentMethod.BACS)

    assert rows_of(build_payment_csv(ABatch(), [line]))[1] == [
        "PAY-2024-003", "1", 'Łukasz "Lu" Óg, tutor', "", "", "BACS", "PEP-2024-0417", "550.00",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://127.0.0.1/","x")', "+1", "-1", "@SUM(A1)", "\t=1", "\tplain", "\rplain", " =1", "\u00a0=1", "＝1",
        "＋1", "－1", "＠SUM", "−1", "\ufeff=1", "\u200b=1", "﹦1",
    ],
)  # fmt: skip
def test_text_that_would_begin_a_formula_gets_an_apostrophe_in_every_text_column(text: str) -> None:
    line = ALine(payee=text, payee_urn=text, finance_reference=text, pep_reference=text)

    row = rows_of(build_payment_csv(ABatch(reference=text), [line]))[1]

    assert [row[0], row[2], row[3], row[4], row[6]] == [f"'{text}"] * 5
    assert (row[1], row[5], row[7]) == ("1", "Journal transfer", "550.00")


@pytest.mark.parametrize("text", ["O'Brien School", "St Mary's = good", "A-1 Tutors", "1+1 Club", "'quoted'", "李", "Null"])
def test_ordinary_names_are_left_alone(text: str) -> None:
    assert rows_of(build_payment_csv(ABatch(), [ALine(payee=text)]))[1][2] == text


def test_a_line_break_in_a_name_makes_no_second_row() -> None:
    rows = rows_of(build_payment_csv(ABatch(), [ALine(payee="Larkspur\r\nSchool,,,"), ALine(number=2)]))

    assert len(rows) == 3
    assert rows[1][2] == "Larkspur\r\nSchool,,,"


@given(st.text(max_size=60))
def test_no_text_cell_begins_a_formula_and_none_loses_a_character(text: str) -> None:
    text = text.encode("utf-8", "ignore").decode()  # lone surrogates never reach a database

    row = rows_of(build_payment_csv(ABatch(), [ALine(payee=text)]))[1]

    assert row[2] in (text, f"'{text}")
    assert not row[2].lstrip().startswith(("=", "+", "-", "@"))


def test_the_digest_is_the_sha_256_of_the_whole_file() -> None:
    data = build_payment_csv(ABatch(), [ALine()])

    assert digest_of(data) == hashlib.sha256(data).hexdigest()
    assert digest_of(data) != digest_of(build_payment_csv(ABatch(), [replace(ALine(), pence=55_001)]))


def test_the_total_is_the_sum_of_the_lines_and_no_row_of_the_file() -> None:
    lines = [ALine(pence=55_000), ALine(number=2, pence=4_792)]

    assert total_of(lines) == 59_792
    assert len(rows_of(build_payment_csv(ABatch(), lines))) == 3
    assert b"597.92" not in build_payment_csv(ABatch(), lines)
