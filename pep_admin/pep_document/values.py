"""One answer's value: its one stored form, how JSON keeps it, and the digest that tells it from another."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

from pep_admin.models import clean, clean_line
from pep_admin.pep_form import Field, Kind


def normal(found: Field, value: Any) -> Any:
    """A value in its one stored form: blank is None, line ends are \\n, choices stand in declared order, rows are tuples."""
    if value is None or value == "" or value == [] or value == ():
        return None
    if found.kind in (Kind.LINE, Kind.PARA):
        text = clean(str(value)).replace("\r\n", "\n").replace("\r", "\n")
        text = " ".join(clean_line(text).split()) if found.kind is Kind.LINE else text
        return text if text.strip() else None
    if found.kind is Kind.MANY_OF:
        picked = set(value)
        return tuple(code for code, _ in found.choices if code in picked) or None
    if found.kind is Kind.ONE_OF:
        return value.value if isinstance(value, Enum) else value
    if found.kind is Kind.ROWS:
        return tuple(_normal_row(found, row) for row in value) or None
    return value


def _normal_row(found: Field, row: Mapping[str, Any]) -> dict[str, Any]:
    columns = {column.key: normal(column, row.get(column.key)) for column in found.columns}
    return {"id": row.get("id") or None, **columns}


def digest(found: Field, value: Any) -> str:
    """Sixteen hex digits that tell one value of a field from another; row ids count for nothing."""
    value = normal(found, value)
    if found.kind is Kind.ROWS and value is not None:
        value = [{key: each for key, each in row.items() if key != "id"} for row in value]
    text = json.dumps(value, sort_keys=True, default=_plain, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def stored(found: Field, value: Any) -> Any:
    """A normal value as JSON keeps it; rows inside JSON carry an id of their own."""
    if isinstance(value, date):
        return value.isoformat()
    if found.kind is Kind.ROWS and value is not None:
        by_key = {column.key: column for column in found.columns}
        return [
            {"id": row.get("id") or uuid.uuid4().hex[:12]}
            | {key: stored(by_key[key], each) for key, each in row.items() if key in by_key}
            for row in value
        ]
    return list(value) if isinstance(value, tuple) else value


def loaded(found: Field, value: Any) -> Any:
    """A value back from JSON."""
    if value is None:
        return None
    if found.kind is Kind.DATE:
        return date.fromisoformat(value)
    if found.kind is Kind.MANY_OF:
        return tuple(value)
    if found.kind is Kind.ROWS:
        return tuple(_loaded_row(found, row) for row in value)
    return value


def _loaded_row(found: Field, row: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": row.get("id")} | {column.key: loaded(column, row.get(column.key)) for column in found.columns}


