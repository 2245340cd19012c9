"""How the cells of a row become values: text, dates, numbers, choices. Blank leaves what stands, `[clear]` empties it.

Which columns there are, and what they mean, is the matter of each kind of import.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, TypeVar

from pep_admin.deadlines import parse_day
from pep_admin.imports.files import Row
from pep_admin.models import clean_line
from pep_admin.validators.findings import Finding
from pep_admin.vocabulary import Labelled

CLEAR = "[clear]"
"""A cell that empties what stands; a blank cell leaves it."""

_SERIAL = re.compile(r"[2-6][0-9]{4}(?:\.0+)?")
_SERIAL_ZERO = date(1899, 12, 30)
_YES, _NO = ("yes", "y", "true", "1"), ("no", "n", "false", "0")
Choice = TypeVar("Choice", bound=Labelled)
Value = TypeVar("Value")


def parse_cell_day(text: str) -> date:
    """A date as people and programs write it (24-09-2024, 24/09/2024, 2024-09-24, 24 Sep 2024), midnight behind it or not, or
    Excel's count of days; ValueError with a sentence to act on."""
    if _SERIAL.fullmatch(text):
        return _SERIAL_ZERO + timedelta(days=int(float(text)))
    return parse_day(re.sub(r"[ T]00:00(:00)?(\.0+)?$", "", text))


class Reading:
    """One row, read cell by cell: `values` by field holds what the row says, `problems` what cannot be read, by column.

    A blank cell puts nothing into `values`: what stands is left. `[clear]` puts None.
    """

    __slots__ = ("problems", "row", "values")

    def __init__(self, row: Row) -> None:
        self.row = row
        self.values: dict[str, Any] = {}
        self.problems: list[Finding] = list(row.problems)

    def words(self, key: str, field: str = "", *, longest: int = 200) -> str | None:
        """Text with single blanks, as the database will hold it."""
        return self.take(key, field, lambda text: _short(text, longest))

    def day(self, key: str, field: str = "") -> date | None:
        """A date."""
        return self.take(key, field, parse_cell_day)

    def figures(self, key: str, field: str = "", *, count: int) -> str | None:
        """A number that is a name: figures alone, with the noughts in front that a spreadsheet took away."""
        return self.take(key, field, lambda text: _figures(text, count))

    def whole(self, key: str, field: str = "", *, low: int, high: int) -> int | None:
        """A whole number within those bounds."""
        return self.take(key, field, lambda text: _whole(text, low, high))

    def yes_no(self, key: str, field: str = "") -> bool | None:
        """Yes or no, in the ways in which programs write them."""
        return self.take(key, field, _yes_no)

    def choice(self, key: str, field: str, kind: type[Choice]) -> Choice | None:
        """One of an enum's members, by its value or by its label."""
        return self.take(key, field, lambda text: _choice(text, kind))

    def take(self, key: str, field: str, parse: Callable[[str], Value]) -> Value | None:
        """The cell as `parse` reads it; its ValueError's sentence becomes a problem of the column."""
        text = self.row[key]
        if not text:
            return None
        if text.lower() == CLEAR:
            self.values[field or key] = None
            return None
        try:
            found = parse(text)
        except ValueError as problem:
            self.problem(key, str(problem))
            return None
        self.values[field or key] = found
        return found

    def problem(self, key: str, message: str, code: str = "DATA-shape", check: str = "cell") -> None:
        """The cell of that column cannot be used, for that reason."""
        self.problems.append(Finding(check, code, key, message))


def _short(text: str, longest: int) -> str:
    text = " ".join(clean_line(text).split())
    if len(text) > longest:
        raise ValueError(f"This has more than {longest} characters. Shorten it.")
    return text


def _figures(text: str, count: int) -> str:
    figures = text.replace(" ", "").removesuffix(".0")
    if not (figures.isascii() and figures.isdigit()) or len(figures) > count:
        raise ValueError(f"This must be {count} figures and nothing else.")
    return figures.zfill(count)


def _whole(text: str, low: int, high: int) -> int:
    figures = text.removesuffix(".0")
    if not (figures.isascii() and figures.isdigit() and len(figures) < 10) or not low <= int(figures) <= high:
        raise ValueError(f"This must be a whole number from {low} to {high}.")
    return int(figures)


def _yes_no(text: str) -> bool:
    if text.lower() not in (*_YES, *_NO):
        raise ValueError("This must be yes or no.")
    return text.lower() in _YES


def _choice(text: str, kind: type[Choice]) -> Choice:
    wanted = " ".join(text.split()).casefold()
    for each in kind:
        if wanted in (each.value.casefold(), each.label.casefold()):
            return each
    raise ValueError(f"This must be one of: {', '.join(each.label for each in kind)}.")
