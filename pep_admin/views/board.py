"""The board of the term: how many children stand on which stage, by phase, team, school or officer; the list behind each number.

Which stage a child stands on is stages.py's, what there is to count queries/board.py's. What is done with a list's PEPs are the
bulk actions of the list of PEPs.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from flask import abort, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from pep_admin import queries
from pep_admin.clocks import Clock
from pep_admin.deadlines import format_day
from pep_admin.models import Child, Pep, Term
from pep_admin.permissions import Permission
from pep_admin.queries.board import BoardRow, board_of, same_day, term_before
from pep_admin.queries.terms import term_at_work, terms_launched
from pep_admin.school_calendar import days_until
from pep_admin.stages import Stage
from pep_admin.views import lateness
from pep_admin.views.gate import PepView
from pep_admin.views.hosting import can_be_id
from pep_admin.vocabulary import Phase

ON_A_PAGE = 100
LATE = "late"
"""In the place of a stage: those whose day has gone by, whatever their stage."""
ALL = "all"


@dataclass(frozen=True, slots=True)
class Grouping:
    """One way of grouping: what it is called, and of a row the key in the address and the words."""

    label: str
    heading: str
    of: Callable[[BoardRow], tuple[str, str]]


def _place(pair: tuple[int, str] | None, nothing: str) -> tuple[str, str]:
    return (str(pair[0]), pair[1]) if pair else ("none", nothing)


BY: Mapping[str, Grouping] = {
    "phase": Grouping("Phase", "Phase", lambda row: (row.phase.value, row.phase.label)),
    "team": Grouping("Social-care team", "Team", lambda row: (row.team or "none", row.team or "No team on record")),
    "school": Grouping("School", "School", lambda row: _place(row.school, "No school")),
    "officer": Grouping("Officer", "Virtual School officer", lambda row: _place(row.officer, "No officer")),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A group on the board: how many children stand on each stage, and how many did on this day of the term before."""

    key: str
    label: str
    counts: Mapping[str, int]
    before: Mapping[str, int] | None

    @property
    def total(self) -> int:
        return sum(self.counts[stage.value] for stage in Stage)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for."""

    term: Term
    by: str
    group: str = ALL
    stage: str = ALL
    page: int = 0

    def address(self, **changed: Any) -> dict[str, Any]:
        """The query of the same, with something changed; what is not narrowed stands in no address."""
        found = {"term": self.term.id, "by": self.by, "group": self.group, "stage": self.stage, **changed}
        return {key: value for key, value in found.items() if value not in (ALL, 0, None)}


class TermBoard(PepView):
    """Where the PEPs of a term stand."""

    noun = "board"
    title = "Term board"
    group = "Children and PEPs"
    opens: ClassVar[dict[str, Permission]] = {"index_view": Permission.BOARD_READ, "children": Permission.BOARD_READ}
    lists: ClassVar[frozenset[str]] = frozenset({"index_view", "children"})

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """Stages by groups; this day of the term before stands beside."""
        asked = self._asked()
        if asked is None:
            return self.page("pep/board/no_term.html", years=self.way_to("pep_years.index_view"))
        rows, late = self._rows(asked.term)
        earlier = term_before(self.db_session, asked.term)
        day = same_day(asked.term, earlier, self._day(asked.term)) if earlier else None
        before = board_of(self.db_session, earlier, day, today=self.today) if earlier and day else None
        lines = _lines(rows, late, before, BY[asked.by])
        return self.page("pep/board/index.html", asked=asked, lines=lines, stages=Stage, ways=BY, earlier=earlier, day=day,
                         terms=terms_launched(self.db_session, self.today), left=self._deadline(asked.term))

    @expose("/children/")
    def children(self) -> ResponseReturnValue:
        """The children behind one number, with the next step for each and for all that are ticked."""
        asked = self._asked()
        if asked is None:
            abort(404)
        rows, late = self._rows(asked.term)
        found = [row for row in rows if _fits(row, asked, late)]
        pages = max(1, -(-len(found) // ON_A_PAGE))
        page = min(asked.page, pages - 1)
        shown = found[page * ON_A_PAGE : (page + 1) * ON_A_PAGE]
        cards = self._cards(shown)
        self.record_view("board.children", object_type="board", rows=len(shown), stage=asked.stage, by=asked.by)
        return self.page("pep/board/children.html", asked=asked, count=len(found), page_number=page, pages=pages,
                         first=page * ON_A_PAGE + 1, lines=cards, late=late, left=self._left(cards),
                         heading=self._heading(asked, found), actions=self._actions(), late_words=lateness.late_words)

    def _asked(self) -> Asked | None:
        """Strange values ask for nothing; None where no term has begun or is near."""
        terms = terms_launched(self.db_session, self.today)
        wanted = self.asked_once("term")
        term = next((each for each in terms if str(each.id) == wanted), None) or term_at_work(self.db_session, terms, self.today)
        if term is None:
            return None
        by, stage, page = self.asked_once("by"), self.asked_once("stage"), self.asked_once("page")
        return Asked(term, by if by in BY else "phase", request.args.get("group", "")[:200] or ALL,
                     stage if stage in {LATE, *(each.value for each in Stage)} else ALL, int(page) if can_be_id(page) else 0)

    def _day(self, term: Term) -> date:
        """The day that the board of a term shows: today, for a term that is over its last."""
        return min(self.today, term.ends_on)

    def _rows(self, term: Term) -> tuple[list[BoardRow], dict[int, Clock]]:
        """Every child of the term as of today, or its last day; and by PEP what is late now."""
        rows = board_of(self.db_session, term, self._day(term), today=self._day(term))
        ids = [row.pep_id for row in rows if row.pep_id is not None and row.stage not in (Stage.WITH_VS, Stage.SIGNED_OFF)]
        peps = self.db_session.scalars(select(Pep).where(Pep.id.in_(ids)).options(
            joinedload(Pep.child), joinedload(Pep.writer), joinedload(Pep.social_worker),
            joinedload(Pep.term).joinedload(Term.year)))
        found = queries.delays(self.db_session, peps, self.today)
        return rows, found

    def _cards(self, rows: Sequence[BoardRow]) -> list[tuple[BoardRow, Child, Pep | None]]:
        """The rows with what is shown of each, in the order of their names."""
        known = self.db_session.scalars(select(Child).where(Child.id.in_([row.child_id for row in rows])).options(
            joinedload(Child.school), joinedload(Child.social_worker)))
        children = {child.id: child for child in known}
        opened = self.db_session.scalars(select(Pep).where(Pep.id.in_([row.pep_id for row in rows if row.pep_id])).options(
            joinedload(Pep.school), joinedload(Pep.writer), joinedload(Pep.social_worker)))
        peps = {pep.id: pep for pep in opened}
        cards = [(row, children[row.child_id], peps.get(row.pep_id or 0)) for row in rows if row.child_id in children]
        return sorted(cards, key=lambda card: (card[1].last_name or "", card[1].first_name or "", card[1].id))

    def _heading(self, asked: Asked, found: Sequence[BoardRow]) -> str:
        stage = "Late" if asked.stage == LATE else Stage(asked.stage).label if asked.stage != ALL else "Every stage"
        group = next((BY[asked.by].of(row)[1] for row in found), "") if asked.group != ALL else ""
        return ", ".join(filter(None, (stage, group)))

    def _actions(self) -> list[tuple[str, str]]:
        """The bulk actions of the list of PEPs that the one who acts may take."""
        offered = (("delegate", "Send to their writers…", Permission.PEP_DELEGATE), ("grade", "Grade…", Permission.PEP_GRADE),
                   ("pdfs", "PDFs…", Permission.PEP_PDF))
        return [(name, text) for name, text, permission in offered if self.may(permission)]

    def _deadline(self, term: Term) -> str:
        """How far the deadline of the term is off."""
        if term.deadline_on < self.today:
            return f"The deadline was {format_day(term.deadline_on)}."
        return f"The deadline is {format_day(term.deadline_on)}, {self._off()(term.deadline_on)}."

    def _left(self, cards: Sequence[tuple[BoardRow, Child, Pep | None]]) -> dict[int, str]:
        """By PEP that is still to be sent, how far its day is off; nothing where that has gone by."""
        off = self._off()
        return {pep.id: off(pep.due_on) for row, _, pep in cards
                if pep is not None and row.stage not in (Stage.WITH_VS, Stage.SIGNED_OFF) and pep.due_on >= self.today}

    def _off(self) -> Callable[[date], str]:
        """How far a day is off that has not gone by, in words."""
        counts = queries.is_working_day_in(self.db_session)

        def words(day: date) -> str:
            working = days_until(self.today, day, counts)
            return "today" if day == self.today else f"{working} working {'day' if working == 1 else 'days'} off"

        return words


def _fits(row: BoardRow, asked: Asked, late: Mapping[int, Clock]) -> bool:
    in_group = asked.group in (ALL, BY[asked.by].of(row)[0])
    is_late = row.pep_id in late and row.stage not in (Stage.WITH_VS, Stage.SIGNED_OFF)
    return in_group and (asked.stage in (ALL, row.stage.value) or (asked.stage == LATE and is_late))


def _lines(
    rows: Sequence[BoardRow], late: Mapping[int, Clock], before: Sequence[BoardRow] | None, by: Grouping
) -> list[Line]:
    """A line for each group there is now, by its words, the phases in their order; the first is of all."""
    groups: dict[str, list[BoardRow]] = defaultdict(list)
    labels: dict[str, str] = {}
    for row in rows:
        key, labels[key] = by.of(row)
        groups[key].append(row)
    past: dict[str, list[BoardRow]] = defaultdict(list)
    for row in before or ():
        past[by.of(row)[0]].append(row)
    order = [phase.value for phase in Phase]
    keys = sorted(groups, key=lambda key: (order.index(key) if key in order else 0, key == "none", labels[key].casefold()))
    whole = Line(ALL, "All", _counts(rows, late), _counts(before, {}) if before is not None else None)
    return [whole, *(Line(key, labels[key], _counts(groups[key], late), _counts(past[key], {}) if before is not None else None)
                     for key in keys)]


def _counts(rows: Sequence[BoardRow], late: Mapping[int, Clock]) -> Mapping[str, int]:
    found = Counter(row.stage.value for row in rows)
    found[LATE] = sum(row.pep_id in late for row in rows)
    return found
