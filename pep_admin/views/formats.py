"""How values are written for people: English dates, pounds, labels, and cells that no spreadsheet obeys.

Formatters have Flask-Admin's shape (view, value, name) and are chosen by the value's type. Fields of forms are base_forms.py's.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from markupsafe import Markup

from pep_admin.config import LONDON
from pep_admin.deadlines import format_day, parse_day
from pep_admin.money import format_pounds
from pep_admin.spreadsheet_cells import guarded
from pep_admin.vocabulary import Decision, Grade, Labelled, PepStatus, PpgStatus

__all__ = ["EXPORTED", "SHOWN", "exported", "moment", "parse_day", "shown", "tag", "verdict"]

NOTHING = "—"
TAGGED = (PepStatus, PpgStatus, Grade)
VERDICTS = {Decision.ACCEPT: "accepted", Decision.ASK: "a question was asked", Decision.RETURN: "sent back"}


def moment(value: datetime) -> str:
    """An instant on the clock in England: 18 Nov 2024, 14:05."""
    local = value.astimezone(LONDON)
    return f"{format_day(local)}, {local:%H:%M}"


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
    return guarded(str(shown(value, name)))


def tag(value: Labelled) -> Markup:
    """A status or grade as a labelled tag; the words carry the meaning, the colour only helps."""
    return Markup('<span class="tag tag-{}">{}</span>').format(value.value.replace("_", "-"), value.label)


def verdict(review: Any) -> str:
    """A grade and a decision for those who read the result: "Gold · accepted", "Red · sent back", "A question was asked"."""
    words = VERDICTS[review.decision]
    if review.decision is Decision.ASK or review.grade is None:
        return words.capitalize()
    return f"{review.grade.label} · {words}"


def _by_type(write: Any) -> dict[type, Any]:
    def formatter(_view: Any, value: Any, name: str) -> Any:
        return write(value, name)

    return dict.fromkeys((type(None), bool, Labelled, datetime, date, int, str), formatter)


SHOWN = _by_type(shown)
"""For `column_type_formatters` and `column_type_formatters_detail`."""
EXPORTED = _by_type(exported)
"""For `column_type_formatters_export`."""
