"""Pounds and pence, exact. Money is an int of pence everywhere else; text in pounds stands only at the edges, and passes here.

Nothing is ever rounded, and no rule about how much is allowed belongs here.
"""

from __future__ import annotations

import re
from operator import index

MOST_PENCE = 99_999_999_99  # £99,999,999.99: above any grant, and far inside every column
_AMOUNT = re.compile(r"£?(?P<pounds>[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.(?P<pence>[0-9]{2}))?")
_ODD_PENCE = re.compile(r"£?[0-9,]*\.[0-9]*")
_NEGATIVE = re.compile(r"[-−–]\s*£?[0-9.,]+|£[-−–][0-9.,]+")

SHAPE = "Enter an amount in pounds, like 550 or 599.50."
WHOLE_PENCE = "Enter pounds with two figures for the pence, like 599.50. Nothing is rounded."
NOT_NEGATIVE = "An amount cannot be less than nothing. Enter pounds, like 550 or 599.50."
TOO_LARGE = "The largest amount that can be entered is £99,999,999.99."


def parse_pounds(text: str) -> int:
    """The pence of an amount typed in pounds, £0 to £99,999,999.99.

    Accepted: "600", "599.50", "£1", " 5 ", "£1,000", "1,000.00". Everything else raises ValueError with a sentence for the
    person who typed it; the sentence never repeats what was typed.
    """
    typed = text.strip()
    found = _AMOUNT.fullmatch(typed)
    if found is None:
        raise ValueError(_why_not(typed))
    digits = found["pounds"].replace(",", "").lstrip("0")
    if len(digits) > 8:
        raise ValueError(TOO_LARGE)
    return int(digits or "0") * 100 + int(found["pence"] or "0")


def format_pounds(pence: int) -> str:
    """Pence as people read them: 125000 -> "£1,250.00", -500 -> "-£5.00". TypeError for anything but a whole number."""
    pounds, rest = divmod(abs(index(pence)), 100)
    return f"{'-' if pence < 0 else ''}£{pounds:,}.{rest:02d}"


def _why_not(typed: str) -> str:
    if _NEGATIVE.fullmatch(typed):
        return NOT_NEGATIVE
    return WHOLE_PENCE if _ODD_PENCE.fullmatch(typed) and any(each.isdigit() for each in typed) else SHAPE
