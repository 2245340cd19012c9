"""What a spreadsheet would take for a formula gets an apostrophe; everything else stays as it is."""

from __future__ import annotations

import pytest

from pep_admin.spreadsheet_cells import guarded


@pytest.mark.parametrize("text", [
    "=1+1", "+44", "-1", "@SUM(A1)", "−5", "＝1", "＋1", "－1", "＠x", "  =1", "\u200b=1", "\ufeff=1", "\u00a0=1", "\x00=1", "\t1",
    "\r1", "\n1",
])
def test_what_begins_like_a_formula_is_guarded(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Ash School", "5 = five", "'=1", "£1,250.00", "\u200b", "01 Sep 2024", "Zoë", "x=1"])
def test_what_does_not_stays(text: str) -> None:
    assert guarded(text) == text
