"""What stands on the page of one record beside its own fields: what belongs to it, buttons, its history in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pep_admin.views import formats


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

    @classmethod
    def of(cls, entry: Any, model: Any, labels: Any) -> Change:
        """From a row of the history; values are shown as their column shows them."""
        what = {"insert": "added", "update": "changed", "delete": "deleted"}.get(entry.verb, entry.verb)
        fields = [((labels or {}).get(name) or _plain(name), _was(model, name, old), _was(model, name, new))
                  for name, (old, new) in entry.changes.items() if not name.startswith("sensitive_answers.")]
        return cls(formats.moment(entry.at), entry.actor_name, what, fields)


def said(each: Any) -> str:
    """A field's value as it would be read aloud: a select by its label, a text as it stands."""
    chosen = [str(option.label) for option in each.iter_choices() if option.selected] if hasattr(each, "iter_choices") else None
    if chosen is not None:
        return ", ".join(chosen)
    if isinstance(each.data, bool):
        return "Yes" if each.data else "No"
    return str(each._value()).replace("\r\n", "\n") if hasattr(each, "_value") else str(each.data or "")


def _plain(name: str) -> str:
    return name.rpartition(".")[2].removesuffix("_id").removesuffix("_pence").replace("_", " ").capitalize()


def _was(model: Any, name: str, value: Any) -> Any:
    column = model.__table__.columns.get(name)
    if column is None or value is None:
        return formats.shown(value)
    kind = getattr(column.type, "enum_class", None)
    try:
        if kind is not None:
            return kind(value).label
        python = column.type.python_type
        return formats.shown(python.fromisoformat(value) if hasattr(python, "fromisoformat") else value, name)
    except (ValueError, TypeError, NotImplementedError):
        return value
