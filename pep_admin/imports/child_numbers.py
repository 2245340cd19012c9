"""By which numbers a list tells its children: the care record's and the UPN, never a name; and which rows are about the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin.imports.headings import Column
from pep_admin.imports.values import Reading
from pep_admin.models import Child
from pep_admin.validators.findings import Finding
from pep_admin.validators.identifiers import parse_upn

CHILD_COLUMNS = (
    Column("lcs_id", "LCS number", ("LCS ID", "Care record number", "Child ID")),
    Column("upn", "UPN"),
)


class ChildNumbers:
    """Children on record by the numbers that a list tells them by."""

    def __init__(self, session: Session) -> None:
        found = session.execute(select(Child.id, Child.lcs_id, Child.upn)).all()
        self.by_lcs_id = {row.lcs_id: row.id for row in found if row.lcs_id}
        self.by_upn = {row.upn: row.id for row in found if row.upn}

    def id_of(self, cells: Reading) -> int | None:
        """The child of a row; a problem where it names none, an unknown one, or two."""
        lcs_id, upn = cells.row["lcs_id"], parse_upn(cells.row["upn"])
        if not lcs_id and not upn:
            cells.problem("lcs_id", "Give the child’s number in the care record, or the UPN.", "DATA-child")
            return None
        found = {key: index.get(number) for key, number, index in
                 (("lcs_id", lcs_id, self.by_lcs_id), ("upn", upn, self.by_upn)) if number}
        for key, row_id in found.items():
            if row_id is None:
                cells.problem(key, "No child with this number is on the roll.", "DATA-child")
        if len(set(found.values())) > 1 and None not in found.values():
            cells.problem("upn", "This UPN is another child’s than the number of the care record.", "DATA-child")
        return None if cells.problems else next(iter(found.values()))


class SameRows:
    """The rows of a list by what they are about. Where several are about the same, none of them is taken: nobody can say which."""

    def __init__(self) -> None:
        self._rows: dict[Hashable, list[int]] = defaultdict(list)

    def note(self, about: Hashable, number: int) -> None:
        """That row is about it."""
        self._rows[about].append(number)

    def why_not(self, about: Hashable, number: int, what: str) -> Finding | None:
        """Why that row cannot be taken, once all are noted: another one is about the same `what`."""
        other = next((each for each in self._rows[about] if each != number), None)
        if other is None:
            return None
        return Finding("row-doubled", "DATA-unique", "lcs_id", f"Row {other} is about the same {what}. Keep one of them.")
