"""What is known of children's names, for rules and masks: the present ones and those they had.

Pages show a child's name through the scope; nothing here is shown.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin.models import Child, RecordChange
from pep_admin.queries.past_scope import because

NAMES = ("first_name", "last_name", "known_as")


def names_of(session: Session, child_ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """By child: every name on record, now or before (adoption, correction); two statements however many children."""
    wanted = set(child_ids)
    found: dict[int, dict[str, None]] = {child_id: {} for child_id in wanted}
    options = because("DATA-finance: a child's names are looked for in what people write")
    for child_id, *names in session.execute(
        select(Child.id, Child.first_name, Child.last_name, Child.known_as).where(Child.id.in_(wanted)), execution_options=options
    ):
        found[child_id].update(dict.fromkeys(name for name in names if name))
    past = select(RecordChange.row_id, RecordChange.changes).where(
        RecordChange.table_name == Child.__tablename__, RecordChange.row_id.in_(wanted))
    for child_id, changes in session.execute(past):
        found[child_id].update(dict.fromkeys(old for key in NAMES if key in changes for old in changes[key] if old))
    return {child_id: tuple(names) for child_id, names in found.items()}
