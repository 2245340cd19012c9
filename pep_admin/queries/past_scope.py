"""What the questions share that read past the row scope: the shape of what they bring, and the reason each of them gives.

Only facts for rules are read so, as columns and never entities: what people are shown is read scoped.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

Columns = Row[*tuple[Any, ...]]
"""A row of plain columns, whatever they are."""


def because(reason: str) -> dict[str, str]:
    """The execution option that lets a statement past the scope, with the reason it names."""
    return {"unscoped": reason}
