"""The filter bar: filters in Flask-Admin's shape whose controls are native and whose strange values are ignored, never an error.

A filter's address is `flt<n>_<key>=value`; `asked_for` writes such addresses for links. Which filters a list has is its view's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from flask_admin.contrib.sqla.filters import BaseSQLAFilter
from sqlalchemy import ColumnElement, Integer, false, or_, select

from pep_admin.models import Base
from pep_admin.queries import day_bounds
from pep_admin.views.formats import parse_day
from pep_admin.views.hosting import HIGHEST_ID, can_be_id, host, present_actor
from pep_admin.vocabulary import Labelled

MOST_OPTIONS = 250
LONGEST_VALUE = 100


class PepFilter(BaseSQLAFilter):
    """Base of ours: a `key` for the address and a control for the bar."""

    def __init__(self, column: Any, name: str, key: str) -> None:
        super().__init__(column, name)
        self.key = key

    def operation(self) -> str:
        return ""

    def choices(self) -> list[tuple[str, str]] | None:
        """(value, label) for a select, asked anew for every page; None for a text box."""
        return None

    def apply(self, query: Any, value: Any, alias: Any = None) -> Any:
        return query.filter(self.criterion(cast("ColumnElement[Any]", self.get_column(alias)), value))

    def criterion(self, column: ColumnElement[Any], value: Any) -> ColumnElement[bool]:
        equal: ColumnElement[bool] = column == value
        return equal


class OneOf(PepFilter):
    """Equal to one member of an enum, asked for by its value: `OneOf(Child.sen_status, "SEN", "sen", SenStatus)`."""

    def __init__(self, column: Any, name: str, key: str, kind: type[Labelled]) -> None:
        super().__init__(column, name, key)
        self.kind = kind

    def clean(self, value: str) -> Labelled:
        return self.kind(value)

    def choices(self) -> list[tuple[str, str]]:
        return [(each.value, each.label) for each in self.kind]


class Case(PepFilter):
    """One of some named conditions: `Case(Child.left_care_on, "Care", "care", {"in": ("In care", lambda column: …)})`."""

    def __init__(
        self, column: Any, name: str, key: str, cases: Mapping[str, tuple[str, Callable[[Any], ColumnElement[bool]]]]
    ) -> None:
        super().__init__(column, name, key)
        self.cases = cases

    def clean(self, value: str) -> str:
        if value not in self.cases:
            raise ValueError(value)
        return value

    def choices(self) -> list[tuple[str, str]]:
        return [(value, label) for value, (label, _) in self.cases.items()]

    def criterion(self, column: ColumnElement[Any], value: str) -> ColumnElement[bool]:
        return self.cases[value][1](column)


class Related(PepFilter):
    """Equal to one row of another table by its id, chosen within the scope; a text box by name beyond MOST_OPTIONS rows.

    `Related(Child.school_id, "School", "school", School, order=(School.name,), search=(School.name,))`
    """

    def __init__(
        self, column: Any, name: str, key: str, model: type[Base], *, order: Sequence[Any], search: Sequence[Any],
        criteria: Sequence[Any] = (), label_of: Callable[[Any], str] = str,
    ) -> None:
        super().__init__(column, name, key)
        self.model, self.order, self.search, self.criteria, self.label_of = model, order, search, criteria, label_of

    @property
    def offered(self) -> Any:
        """The column whose rows are chosen among."""
        return self.get_column(None)

    def choices(self) -> list[tuple[str, str]] | None:
        asked = select(self.model).where(*self.criteria).order_by(*self.order).limit(MOST_OPTIONS + 1)
        actor = present_actor()
        if actor is None or not actor.sees_all:  # only what stands in rows they see: the bar is no directory
            asked = asked.where(self.model.id.in_(select(self.offered)))
        rows = list(host().db.session.scalars(asked))
        return [(str(row.id), self.label_of(row)) for row in rows] if len(rows) <= MOST_OPTIONS else None

    def clean(self, value: str) -> int | str:
        if value.isascii() and value.isdigit():
            if len(value) > 10 or int(value) > HIGHEST_ID:
                raise ValueError(value)
            return int(value)
        return value[:LONGEST_VALUE]

    def criterion(self, column: ColumnElement[Any], value: int | str) -> ColumnElement[bool]:
        if isinstance(value, int):
            return column == value
        if not self.search:
            return false()
        found = select(self.model.id)
        for word in value.split()[:6]:
            pattern = f"%{word.replace('%', '').replace('_', '')}%"
            found = found.where(or_(*(each.ilike(pattern) for each in self.search)))
        return column.in_(found)


class Through(Related):
    """The same over a row between: `Through(Document.pep_id, Pep.term_id, "Term", "term", Term, …)`. Nothing is joined, so that it
    stands beside a search and other filters that join tables which know one another too."""

    def __init__(self, column: Any, far: Any, name: str, key: str, model: type[Base], **more: Any) -> None:
        super().__init__(column, name, key, model, **more)
        self.far = far

    @property
    def offered(self) -> Any:
        return self.far

    def criterion(self, column: ColumnElement[Any], value: int | str) -> ColumnElement[bool]:
        return column.in_(select(self.far.class_.id).where(super().criterion(self.far, value)))


class Day(PepFilter):
    """On or after a day (`after=True`), or on or before it."""

    def __init__(self, column: Any, name: str, key: str, *, after: bool) -> None:
        super().__init__(column, name, key)
        self.after = after

    def clean(self, value: str) -> date:
        return parse_day(value)

    def criterion(self, column: ColumnElement[Any], value: date) -> ColumnElement[bool]:
        return column >= value if self.after else column <= value


class Moment(Day):
    """A day asked of an instant: from its first moment in England, or up to its last."""

    def criterion(self, column: ColumnElement[Any], value: date) -> ColumnElement[bool]:
        first, beyond = day_bounds(value)
        return column >= first if self.after else column < beyond


class Contains(PepFilter):
    """A text that holds what is typed."""

    def clean(self, value: str) -> str:
        return value[:LONGEST_VALUE]

    def criterion(self, column: ColumnElement[Any], value: str) -> ColumnElement[bool]:
        return column.ilike(f"%{value.replace('%', '').replace('_', '')}%")


class Exactly(PepFilter):
    """Just what is typed: a number where the column holds numbers, else a text. What is no number fits nothing, rather than all."""

    def clean(self, value: str) -> int | str | None:
        if not isinstance(self.get_column(None).type, Integer):
            return value[:LONGEST_VALUE]
        return int(value) if can_be_id(value) else None

    def validate(self, value: Any) -> bool:
        return True

    def criterion(self, column: ColumnElement[Any], value: int | str | None) -> ColumnElement[bool]:
        return false() if value is None else column == value


@dataclass(frozen=True, slots=True)
class Control:
    """One native control of the bar: its name in the address, label, present value, and options (None: a text box)."""

    name: str
    label: str
    value: str
    options: list[tuple[str, str]] | None


def controls(view: Any, active: Sequence[Any]) -> list[Control]:
    """The bar of a view, with what is asked for now; Flask-Admin's own filters get a box or a select of their own."""
    asked = {index: value for index, _, value in active or ()}
    bar = []
    for index, each in enumerate(view._filters or ()):
        if not view.shows(view.get_filter_arg(index, each)):
            continue
        offered = each.choices() if isinstance(each, PepFilter) else each.get_options(view)
        options = [(str(value), str(text)) for value, text in offered] if offered is not None else None
        label = f"{each.name} {each.operation()}".strip()
        name = f"flt{index}_{view.get_filter_arg(index, each)}"
        bar.append(Control(name, label, str(asked.get(index, "")), options))
    return bar


def asked_for(**values: str) -> dict[str, str]:
    """The query of a list's address with filters set, by their keys: `url_for("….index_view", **asked_for(care="in"))`."""
    return {f"flt{number}_{key}": value for number, (key, value) in enumerate(values.items())}


def fits(each: Any, value: str) -> bool:
    """Whether a filter can be asked for that value."""
    try:
        return bool(each.validate(value))
    except Exception:  # a stock filter may raise anything on a value that is not of its kind
        return False
