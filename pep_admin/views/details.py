"""What stands on the page of one record beside its own fields: what belongs to it, buttons, its history in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin.models import Base, Child, Person, School
from pep_admin.views import formats
from pep_admin.views.history_words import LISTS, answer_in_words, codes_in_words, labels_of

SHORT = re.compile(r"\b(?:pep|ppg|sdq|sen|ehcp|upn|urn|lcs)\b", re.IGNORECASE)
Names = Mapping[tuple[str, int], str]
"""What rows are called, by table and number."""
UNNAMED = {School.__tablename__: "another school", Person.__tablename__: "another person", Child.__tablename__: "another child"}
"""A row that is gone, or that the one who reads may not see."""


@dataclass(frozen=True, slots=True)
class Link:
    """Where a cell or a button leads."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class RelatedTable:
    """Rows of something that belongs to the record on a details page; cells are values, Links or Markup."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Any]]
    empty: str = "None yet."
    links: Sequence[Link] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of a timeline, in words."""

    at: str
    who: str
    what: str
    fields: Sequence[tuple[str, Any, Any]]
    reason: str = ""

    @classmethod
    def of(cls, entry: Any, model: Any, labels: Any, names: Names) -> Change:
        """From a row of the history; values are shown as their column shows them, rows that they point to by name."""
        what = {"insert": "added", "update": "changed", "delete": "deleted"}.get(entry.verb, entry.verb)
        labels = {**labels_of(entry.table_name), **(labels or {})}
        fields = [(labels.get(name) or _plain(name), _was(model, name, old, names), _was(model, name, new, names))
                  for name, (old, new) in entry.changes.items() if _is_told(model, name) and (old or new or name not in LISTS)]
        return cls(formats.moment(entry.at), entry.actor_name, what, fields, entry.reason or "")


def names_in(session: Session, entries: Iterable[tuple[Any, Any]]) -> Names:
    """The names of all rows that those (entry of the history, its model) point to: one question a table, within the scope."""
    wanted: dict[str, set[int]] = {}
    for entry, model in entries:
        for name, values in entry.changes.items():
            if table := _pointed_to(model, name):
                wanted.setdefault(table, set()).update(each for each in values if isinstance(each, int))
    kinds: dict[str, Any] = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}
    return {(table, row.id): str(row) for table, ids in wanted.items() if "__str__" in vars(kinds[table])
            for row in session.scalars(select(kinds[table]).where(kinds[table].id.in_(ids)))}


def said(each: Any) -> str:
    """A field's value as it would be read aloud: a select by its label, a text as it stands."""
    chosen = [str(option.label) for option in each.iter_choices() if option.selected] if hasattr(each, "iter_choices") else None
    if chosen is not None:
        return ", ".join(chosen)
    if isinstance(each.data, bool):
        return "Yes" if each.data else "No"
    return str(each._value()).replace("\r\n", "\n") if hasattr(each, "_value") else str(each.data or "")


def _plain(name: str) -> str:
    words = name.rpartition(".")[2].removesuffix("_id").removesuffix("_pence").replace("_", " ").capitalize()
    return SHORT.sub(lambda found: found[0].upper(), words)


def _is_told(model: Any, name: str) -> bool:
    """Withheld answers are not, nor a home's address, which may be withheld since (HB-3.11), nor the account of somebody whose name
    stands beside it, nor the number of the form."""
    has_name = name.endswith("_by") and f"{name.removesuffix('_by')}_name" in model.__table__.columns
    return not name.startswith("sensitive_answers.") and not has_name and name not in ("answers.home_address", "form_version_id")


def _pointed_to(model: Any, name: str) -> str:
    """The table that a column points to by its key; "" for none."""
    column = model.__table__.columns.get(name)
    return next((key.column.table.name for key in column.foreign_keys), "") if column is not None else ""


def _was(model: Any, name: str, value: Any, names: Names) -> Any:
    column = model.__table__.columns.get(name)
    if name in LISTS:
        return LISTS[name](value or ())
    said = answer_in_words(name, value) or codes_in_words(model.__tablename__, name, value)
    if column is None or value is None or said:
        return said or formats.shown(value)
    if table := _pointed_to(model, name):
        return names.get((table, value)) or UNNAMED.get(table, "another record")
    kind = getattr(column.type, "enum_class", None)
    try:
        if kind is not None:
            return kind(value).label
        python = getattr(column.type, "impl", column.type).python_type
        return formats.shown(python.fromisoformat(value) if hasattr(python, "fromisoformat") else value, name)
    except (ValueError, TypeError, NotImplementedError):
        return value
