"""Amounts as people type them and as they are printed. Nothing is rounded, ever."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pep_admin.money import NOT_NEGATIVE, SHAPE, TOO_LARGE, WHOLE_PENCE, format_pounds, parse_pounds


@pytest.mark.parametrize(
    ("typed", "pence"),
    [
        ("600", 60000), ("599.50", 59950), ("£1", 100), (" 5 ", 500), ("600.01", 60001), ("0", 0), ("0.00", 0),
        ("£1,000", 100000), ("1,000.00", 100000), ("£0.07", 7), ("99,999,999.99", 9999999999), ("99999999.99", 9999999999),
        ("\u00a0550\n", 55000), ("0600", 60000),
    ],
)  # fmt: skip
def test_a_plain_amount_is_read_in_pence(typed: str, pence: int) -> None:
    assert parse_pounds(typed) == pence


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", SHAPE), ("   ", SHAPE), ("£", SHAPE), ("1e3", SHAPE), ("NaN", SHAPE), ("sNaN", SHAPE), ("Infinity", SHAPE),
        ("1e400", SHAPE), ("0x10", SHAPE), ("=1+1", SHAPE), ("five", SHAPE), ("5 50", SHAPE), ("£ 5", SHAPE), ("££5", SHAPE),
        ("5£", SHAPE), ("1_000", SHAPE), ("+5", SHAPE), ("5\x00", SHAPE), ("٣", SHAPE), ("５", SHAPE), ("$5", SHAPE),
        ("1,00", SHAPE), ("10,00,000", SHAPE), (",100", SHAPE), ("1.000,00", SHAPE), (".", SHAPE), ("5.5.5", SHAPE),
        ("-inf", SHAPE),
        ("600.005", WHOLE_PENCE), ("5.", WHOLE_PENCE), (".5", WHOLE_PENCE), ("1.5", WHOLE_PENCE), ("£1.999", WHOLE_PENCE),
        ("-1", NOT_NEGATIVE), ("-£1.00", NOT_NEGATIVE), ("£-1", NOT_NEGATIVE), ("−1", NOT_NEGATIVE),
        ("99999999999999999999", TOO_LARGE), ("100000000", TOO_LARGE), ("100,000,000.00", TOO_LARGE),
    ],
)  # fmt: skip
def test_anything_else_is_refused_with_a_sentence_to_act_on(typed: str, sentence: str) -> None:
    with pytest.raises(ValueError) as refused:
        parse_pounds(typed)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("pence", "printed"),
    [
        (0, "£0.00"), (7, "£0.07"), (55000, "£550.00"), (125000, "£1,250.00"), (-500, "-£5.00"), (-1, "-£0.01"),
        (9999999999, "£99,999,999.99"),
    ],
)  # fmt: skip
def test_pence_are_printed_in_pounds(pence: int, printed: str) -> None:
    assert format_pounds(pence) == printed


@pytest.mark.parametrize("no_pence", [5.0, "5", None])
def test_only_whole_pence_are_printed(no_pence: object) -> None:
    with pytest.raises(TypeError):
        format_pounds(no_pence)  # type: ignore[arg-type]  # what must be refused


def test_importing_money_loads_no_framework() -> None:
    loaded = "sorted({'flask', 'sqlalchemy', 'wtforms', 'holidays', 'decimal'} & set(sys.modules))"
    code = f"import sys, pep_admin.money; print({loaded})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
