"""Cells of lists and details that are more than a value: a text that leads somewhere, the start of a long one, an amount.

How a value is written is formats.py's; which columns a list has is its view's.
"""

from __future__ import annotations

import re
from typing import Any

from flask import request
from markupsafe import Markup

from pep_admin.money import format_pounds
from pep_admin.views.formats import NOTHING

LONGEST_START = 90
LONGEST_WORD = 36
NEVER_POSTED = -1
"""Stands for a version that the form did not carry: no row has it, so the save is a stale one."""


def start_of(text: str) -> str:
    """The first words of a text, cut between two words."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_START else f"{line[:LONGEST_START].rpartition(' ')[0] or line[:LONGEST_START]}…"


def wrapped(text: str) -> Markup:
    """Free text in a cell: however long a word in it is, the table stays as wide as the page."""
    return Markup('<span class="wrap">{}</span>').format(text)


def breaking(value: Any) -> Any:
    """Any value of a cell; one with a word longer than a column, a name mostly, is wrapped."""
    text = value.striptags() if isinstance(value, Markup) else str(value)
    return wrapped(value) if any(len(word) > LONGEST_WORD for word in re.split(r"[\s\-]+", text)) else value


def linked(text: Any, url: str | None) -> Any:
    """The text as a link where it leads somewhere for the one who reads."""
    return Markup('<a href="{}">{}</a>').format(url, text) if url else text


def reference(pep: Any, url: str | None) -> Markup:
    """A PEP's reference, in one piece, as a link where it leads somewhere for the one who reads."""
    return Markup('<span class="reference">{}</span>').format(linked(pep, url))


def amount(pence: int | None) -> Markup:
    """An amount that lines up under others; a dash for none."""
    return Markup('<span class="money">{}</span>').format(NOTHING if pence is None else format_pounds(pence))


def posted_version() -> int:
    """The row version that the form was filled from; NEVER_POSTED when it carries none."""
    return whole(request.form.get("row_version", ""))


def posted_versions(ids: list[int]) -> dict[int, int]:
    """The same for each of the chosen rows of a bulk action, by id."""
    return {row_id: whole(request.form.get(f"version-{row_id}", "")) for row_id in ids}


def whole(text: str) -> int:
    """A version as it was posted; NEVER_POSTED for anything but plain digits."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else NEVER_POSTED
