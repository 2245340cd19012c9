"""An answer of a PEP as it reads, by the declaration of its field: choices by their labels, English days, one line a row.

What an input holds, and how it is read back, is section_forms.py's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pep_admin.config import LONDON
from pep_admin.deadlines import format_day
from pep_admin.money import format_pounds
from pep_admin.pep_form import Field, Kind

TARGET = "target_id"
"""The column that says which target a line is about: the page has one line a target, and none may be added."""
LOOKED_AT = frozenset({TARGET, "request_id"})
"""Columns that name what a line looks back on: they come along with the page and are not typed."""


def written(found: Field, value: Any) -> str:
    """A value as its input holds it; `read` of it gives the value again."""
    if value is None:
        return ""
    if found.kind is Kind.YES_NO:
        return "yes" if value else "no"
    if found.kind is Kind.DATE:
        return format_day(value)
    if found.kind is Kind.MOMENT:
        local = value.astimezone(LONDON)
        return f"{format_day(local.date())} {local:%H:%M}"
    if found.kind is Kind.MONEY:
        return format_pounds(value).removeprefix("£")
    return str(getattr(value, "value", value))


def readable(found: Field, value: Any) -> str:
    """A saved value in words."""
    if value is None:
        return "Not answered"
    labels = dict(found.choices)
    if found.kind is Kind.MANY_OF:
        return ", ".join(labels.get(each, each) for each in value)
    if found.kind is Kind.ONE_OF:
        return labels.get(str(value), str(value))
    if found.kind is Kind.YES_NO:
        return "Yes" if value else "No"
    if found.kind is Kind.MONEY:
        return format_pounds(value)
    if found.kind is Kind.ROWS:
        return "\n".join(_readable_row(found, row) for row in value)
    return written(found, value)


def _readable_row(found: Field, row: Mapping[str, Any]) -> str:
    def is_said(column: Field) -> bool:
        """What a line looks back on is said where it was put into words; its number says nothing to a reader."""
        value = row.get(column.key)
        return value is not None and (column.key not in LOOKED_AT or isinstance(value, str))

    columns = [column for column in found.columns if is_said(column)]
    return "; ".join(f"{column.label}: {readable(column, row[column.key])}" for column in columns)
