"""How values are written for people and read from them: English dates, pounds, labels, and cells that no spreadsheet obeys.

Formatters have Flask-Admin's shape (view, value, name) and are chosen by the value's type. Fields of forms are base_forms.py's.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

from pep_admin.config import LONDON
from pep_admin.deadlines import format_day
from pep_admin.money import format_pounds
from pep_admin.vocabulary import Grade, Labelled, PepStatus, PpgStatus

NOTHING = "—"
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
TAGGED = (PepStatus, PpgStatus, Grade)
OBEYED = re.compile(r"^\s*[=+\-@＝＋－＠\t\r]")
EARLIEST, LATEST = 1900, 2100

_WRITTEN = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?[ \-]+([A-Za-z]{3,9})[ ,\-]+([0-9]{4})")
_NUMBERED = re.compile(r"([0-9]{1,2})[/.\-]([0-9]{1,2})[/.\-]([0-9]{4})")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")


def moment(value: datetime) -> str:
    """An instant on the clock in England: 18 Nov 2024, 14:05."""
    local = value.astimezone(LONDON)
    return f"{format_day(local)}, {local:%H:%M}"


def parse_day(text: str) -> date:
    """A date from 01 Sep 2024, 1 September 2024, 01/09/2024 or 2024-09-01; ValueError with a sentence to act on."""
    text = " ".join(text.split())
    year, month, number = _parts(text)
    if not EARLIEST <= year <= LATEST:
        raise ValueError(f"Check the year: it must be between {EARLIEST} and {LATEST}.")
    try:
        return date(year, month, number)
    except ValueError:
        raise ValueError(f"{text} is not in the calendar. Enter a date like 01 Sep 2024.") from None


def _parts(text: str) -> tuple[int, int, int]:
    if found := _ISO.fullmatch(text):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _NUMBERED.fullmatch(text):
        return int(found[3]), int(found[2]), int(found[1])
    if found := _WRITTEN.fullmatch(text):
        for number, name in enumerate(MONTHS, start=1):
            if name.lower().startswith(found[2].lower()):
                return int(found[3]), number, int(found[1])
    raise ValueError("Enter a date like 01 Sep 2024.")


def shown(value: Any, name: str = "") -> Any:
    """Any value of a record as a page shows it; `name` tells pence from other numbers."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, Labelled):
        return tag(value) if isinstance(value, TAGGED) else value.label
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return format_day(value)
    if isinstance(value, int) and name.endswith("_pence"):
        return format_pounds(value)
    return value


def exported(value: Any, name: str = "") -> Any:
    """Any value of a record as a cell of an export: text is made safe, numbers stay numbers, pence become pounds."""
    if value is None or value == "":
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value // 100}.{value % 100:02d}" if name.endswith("_pence") else value
    if isinstance(value, Labelled):
        return value.label
    return safe_cell(str(shown(value, name)))


def safe_cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula: such a beginning gets an apostrophe before it."""
    return f"'{text}" if OBEYED.match(text) else text


def tag(value: Labelled) -> Markup:
    """A status or grade as a labelled tag; the words carry the meaning, the colour only helps."""
    return Markup('<span class="tag tag-{}">{}</span>').format(value.value.replace("_", "-"), value.label)


def _by_type(write: Any) -> dict[type, Any]:
    def formatter(_view: Any, value: Any, name: str) -> Any:
        return write(value, name)

    return dict.fromkeys((type(None), bool, Labelled, datetime, date, int, str), formatter)


SHOWN = _by_type(shown)
"""For `column_type_formatters` and `column_type_formatters_detail`."""
EXPORTED = _by_type(exported)
"""For `column_type_formatters_export`."""
