"""One page of a list as its template needs it. Which rows stand in it, and who may see them, is base.py's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from flask import request
from sqlalchemy import func, select
from sqlalchemy.orm import Query

from pep_admin.views.filters import Control
from pep_admin.views.hosting import host

MOST_COUNTED = 100_000
"""Rows of a list that are counted; more are "more than"."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list: its name, heading, where its heading leads to sort by it, and how it is sorted now."""

    name: str
    label: str
    sort_url: str | None
    sorted: str | None


@dataclass(slots=True)
class Listing:
    """One page of a list, ready for its template."""

    rows: list[Any]
    count: int
    page: int
    size: int
    columns: list[Column] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)
    search: str = ""
    asked: dict[str, Any] = field(default_factory=dict)

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // self.size))

    @property
    def first(self) -> int:
        return self.page * self.size + 1 if self.count else 0

    @property
    def last(self) -> int:
        return min(self.count, (self.page + 1) * self.size)

    @property
    def more_than(self) -> int | None:
        """The number at which counting stopped, where it did."""
        return self.count - 1 if self.count > MOST_COUNTED else None

    @property
    def narrowed(self) -> bool:
        """Whether a search or a filter leaves something out."""
        return bool(self.search) or any(each.value for each in self.controls)


class CappedCount(Query[Any]):
    """Flask-Admin's count, that stops counting where nobody pages any more: a list costs no more than its page of rows."""

    _counted: Any = None

    def of(self, model: Any) -> CappedCount:
        query = self.select_from(model)
        query._counted = model
        return query

    def scalar(self) -> int:
        some = self.with_entities(self._counted.id).limit(MOST_COUNTED + 1).subquery()
        return self.session.execute(select(func.count()).select_from(some)).scalar_one()


def list_left() -> str | None:
    """The list that a form with rows to choose was sent from, as it stood: a path of this program, never another's; None where the
    form does not say."""
    url = request.form.get("url", "")[:2_000]
    parts, ours = urlsplit(url), f"{request.script_root}{(host().admin.url or '').rstrip('/')}/"
    strange = parts.scheme or parts.netloc or any(sign in url for sign in "\\\r\n\t") or ".." in parts.path
    return None if strange or not parts.path.startswith(ours) else url
