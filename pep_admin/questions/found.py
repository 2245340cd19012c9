"""What a question of the week is, one line of its answer, and what the questions share while they are asked.

Each question is asked once and gives its number by the lines it finds, so that a number and its list are never two things. How a
line is shown, and who may read it, is the views'.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property

from sqlalchemy.orm import Session

from pep_admin import queries
from pep_admin.models import Term
from pep_admin.queries.board import BoardRow, board_of, elsewhere
from pep_admin.queries.changes import MOVES, Change, changes_to_review
from pep_admin.queries.first_peps import NewChild, new_children
from pep_admin.queries.out_of_reach import Accounts, OutOfReach, Seen, out_of_reach

SUNDAY = 7


class Leads(StrEnum):
    """What a line leads to beside its child and PEP, by the id that it carries."""

    ALERT = "alert"
    SUSPENSION = "suspension"
    REQUEST = "request"
    CHANGE = "change"


class Whom(StrEnum):
    """Who is rung about the lines of a question."""

    WRITERS = "writers"
    """For whom parts of the PEP wait."""
    AROUND = "around"
    """The designated teacher of the child's school, and the social worker."""
    THEMSELVES = "themselves"
    """The person or the school that the line is about."""
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Found:
    """One line of an answer: what it is about by ids, in words why it stands here, and whose it is (ids of officers).

    `days` are plain days of the question's own kind, `due_on` is the day by which something is to happen. Without a child it is
    about a person or a school (`name` where neither is on record).
    """

    words: str
    officers: frozenset[int] = frozenset()
    child_id: int | None = None
    pep_id: int | None = None
    person_id: int | None = None
    school_id: int | None = None
    name: str = ""
    days: int | None = None
    due_on: date | None = None
    leads: Leads | None = None
    row_id: int | None = None
    kind: str = ""

    def is_of(self, person_id: int) -> bool:
        """Whether it is that officer's."""
        return person_id in self.officers


@dataclass(frozen=True)
class Week:
    """The day on which the questions are asked, and what several of them read, read once."""

    session: Session
    today: date
    accounts: Accounts | None = None
    seen: Seen | None = None

    @property
    def sunday(self) -> date:
        """The last day of this week."""
        return self.today + timedelta(days=SUNDAY - self.today.isoweekday())

    @cached_property
    def term(self) -> Term | None:
        return queries.term_of(self.session, self.today)

    @cached_property
    def board(self) -> list[BoardRow]:
        """Every child of the running term; nobody where no term is on record."""
        return board_of(self.session, self.term, self.today, today=self.today) if self.term is not None else []

    @cached_property
    def other_terms(self) -> list[BoardRow]:
        """The unfinished PEPs of every term but the running one."""
        return elsewhere(self.session, self.term, self.today)

    @cached_property
    def new(self) -> list[NewChild]:
        return new_children(self.session, self.today)

    @cached_property
    def moves(self) -> list[Change]:
        """Changes of school and home that wait for a review."""
        return changes_to_review(self.session, self.today, kinds=MOVES)

    @cached_property
    def unreached(self) -> list[OutOfReach]:
        return out_of_reach(self.session, today=self.today, accounts=self.accounts, seen=self.seen)


@dataclass(frozen=True, slots=True)
class Question:
    """One of the questions: what it is called, what it counts, what is said where nothing stands, its days, who is rung."""

    key: str
    title: str
    hint: str
    empty: str
    ask: Callable[[Week], list[Found]]
    days: str = "Days"
    whom: Whom = Whom.NOBODY


def theirs(*person_ids: int | None) -> frozenset[int]:
    """The officers among those ids."""
    return frozenset(each for each in person_ids if each is not None)
