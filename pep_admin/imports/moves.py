"""Where children are and who works with them, from lists: enrolments by school, caseloads by social worker.

Each row is a child and the school or worker they have now, and since when. What differs becomes a move through the verbs of
workflow/roll.py, with all that follows from one. The child is told by the number of the care record or the UPN, never by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from pep_admin.deadlines import format_day
from pep_admin.imports.child_numbers import CHILD_COLUMNS, ChildNumbers, SameRows
from pep_admin.imports.files import Row, Table
from pep_admin.imports.headings import Column, Layout
from pep_admin.imports.kinds import Kind, Part, Plan, Step, no_step
from pep_admin.imports.outcome import Outcome
from pep_admin.imports.values import CLEAR, Reading
from pep_admin.models import Caseload, Child, Enrolment, Person, School
from pep_admin.permissions import Actor, Permission
from pep_admin.validators.children import check_move_day
from pep_admin.validators.findings import Finding
from pep_admin.vocabulary import LeavingReason, PersonKind, RowFate
from pep_admin.workflow import roll

ENROLMENTS_LIST = Layout((
    *CHILD_COLUMNS,
    Column("urn", "School URN", ("URN",), needed=True),
    Column("since", "First day", ("From", "Start date"), needed=True),
    Column("reason", "Why they left the last school", ("Reason for leaving",)),
))
CASELOADS_LIST = Layout((
    *CHILD_COLUMNS,
    Column("email", "Social worker's e-mail", ("Social worker email", "E-mail"), needed=True),
    Column("since", "From", ("Start date", "First day"), needed=True),
))


class Place(NamedTuple):
    """A school or worker: its number, and how people know it."""

    id: int
    name: str


class Standing(NamedTuple):
    """A child on the roll: name, days of birth and of leaving care, what stands now with its first day, and when the last ended."""

    id: int
    name: str
    born: date
    left_care_on: date | None
    now: Place | None
    since: date | None
    last_ended: date | None


class Move(NamedTuple):
    """A child who is to have another school or worker from a day on."""

    child_id: int
    place_id: int
    on: date
    reason: LeavingReason | None = None


def store_enrolments(
    session: Session, work: Sequence[Move], *, actor: Actor, today: date, now: datetime, step: Step = no_step
) -> None:
    """Change each child's school (workflow/roll.py)."""
    run = f"enrolments-{now:%Y%m%d%H%M%S%f}"
    for child, move in _children(session, work, step):
        roll.change_school(session, child, school_id=move.place_id, on=move.on, reason=move.reason, actor=actor, today=today,
                           now=now, run=run)


def store_caseloads(
    session: Session, work: Sequence[Move], *, actor: Actor, today: date, now: datetime, step: Step = no_step
) -> None:
    """Hand each child over to the social worker (workflow/roll.py)."""
    run = f"caseloads-{now:%Y%m%d%H%M%S%f}"
    for child, move in _children(session, work, step):
        roll.change_social_worker(session, child, person_id=move.place_id, on=move.on, actor=actor, today=today, now=now, run=run)


def _children(session: Session, work: Sequence[Move], step: Step) -> Iterator[tuple[Child, Move]]:
    for move in work:
        yield session.scalars(select(Child).where(Child.id == move.child_id)).one(), move
        step(1)


# --- planning --------------------------------------------------------------------------------------------------------------


def plan_enrolments(
    session: Session, tables: Mapping[str, Table], options: Mapping[str, Any], *, today: date, step: Step = no_step
) -> Plan:
    """Which children would change school, or get their first."""
    found = session.execute(select(School.urn, School.id, School.name).where(School.urn.is_not(None)))
    places = {urn: Place(row_id, name) for urn, row_id, name in found}

    def place_of(cells: Reading) -> Place | None:
        urn = cells.figures("urn", count=6)
        if urn and urn not in places:
            cells.problem("urn", "No school with this URN is on record. Load the school register first.", "DATA-urn")
        return places.get(urn or "")

    now = (select(Enrolment.child_id, School.id, School.name, Enrolment.started_on).join(School, Enrolment.school_id == School.id)
           .where(Enrolment.ended_on.is_(None)))
    return _Planning(session, now, ENROLMENTS_LIST, "School", "urn", place_of, today, asks_why=True).plan_of(tables["enrolments"])


def plan_caseloads(
    session: Session, tables: Mapping[str, Table], options: Mapping[str, Any], *, today: date, step: Step = no_step
) -> Plan:
    """Which children would be handed over, or get their first social worker."""
    worker = aliased(Person)
    name = worker.first_name + " " + worker.last_name
    found = session.execute(select(worker.email, worker.id, name).where(
        worker.email.is_not(None), worker.kind == PersonKind.SOCIAL_WORKER, worker.left_on.is_(None)))
    places = {(email or "").lower(): Place(row_id, full) for email, row_id, full in found}

    def place_of(cells: Reading) -> Place | None:
        email = cells.take("email", "email", str.lower)
        if email and email not in places:
            cells.problem("email", "No social worker with this address is on record. Load the people first.", "DATA-email")
        return places.get(email or "")

    now = (select(Caseload.child_id, worker.id, name, Caseload.started_on).join(worker, Caseload.social_worker_id == worker.id)
           .where(Caseload.ended_on.is_(None)))
    return _Planning(session, now, CASELOADS_LIST, "Social worker", "email", place_of, today).plan_of(tables["caseloads"])


class _Planning:
    """A plan in the making, for one sort of move: `label` in words, `key` the column that names the new place."""

    def __init__(
        self, session: Session, now: Any, layout: Layout, label: str, key: str, place_of: Callable[[Reading], Place | None],
        today: date, *, asks_why: bool = False,
    ) -> None:
        self.label, self.key, self.place_of, self.today, self.asks_why = label, key, place_of, today, asks_why
        self.children = list(_roll(session, now, Enrolment if asks_why else Caseload))
        self.headings = {each.key: each.heading for each in layout.columns}
        self.plan, self.same = Plan(Outcome()), SameRows()
        self.part = ""
        self.numbers = ChildNumbers(session)

    def plan_of(self, table: Table) -> Plan:
        self.part = table.part
        by_id = {child.id: child for child in self.children}
        found = [(cells, self._child_of(cells, by_id)) for cells in map(Reading, table.rows())]
        for cells, child in found:
            if child is not None:
                self.same.note(child.id, cells.row.number)
        for cells, child in found:
            self._consider(cells, child, None if cells.row.is_shifted else self.place_of(cells))
        return self.plan

    def _child_of(self, cells: Reading, by_id: Mapping[int, Standing]) -> Standing | None:
        return None if cells.row.is_shifted else by_id.get(self.numbers.id_of(cells) or 0)

    def _consider(self, cells: Reading, child: Standing | None, place: Place | None) -> None:
        row, since = cells.row, cells.day("since")
        reason = cells.choice("reason", "reason", LeavingReason) if self.asks_why else None
        for key in (self.key, "since"):
            if not row[key] or row[key].lower() == CLEAR:
                cells.problem(key, "This must not be empty.", "DATA-roll")
        if child is None or place is None or since is None or cells.problems:
            return self._refuse(row, child, cells.problems)
        if problem := self._why_not(row, child, place, since, reason):
            return self._refuse(row, child, [problem])
        return self._compare(row, child, place, since, reason)

    def _why_not(self, row: Row, child: Standing, place: Place, since: date, reason: LeavingReason | None) -> Finding | None:
        """What the verb would say no to, told at its column."""
        if doubled := self.same.why_not(child.id, row.number, "child"):
            return doubled
        if child.left_care_on is not None and child.left_care_on <= self.today:
            return Finding("move-left", "DATA-roll", "lcs_id", f"This child left care on {format_day(child.left_care_on)}.")
        if child.now is not None and child.now.id == place.id:
            return None
        wrong = check_move_day(since, what=self.label.lower(), born=child.born, today=self.today, since=child.since,
                               last_ended=child.last_ended)
        if wrong:
            return replace(wrong[0], field="since")
        if self.asks_why and child.now is not None and reason is None:
            return Finding("move-reason", "HB-4.1", "reason", "Say why the child left the last school.")
        return None

    def _compare(self, row: Row, child: Standing, place: Place, since: date, reason: LeavingReason | None) -> None:
        subject, outcome = self._subject(row, child), self.plan.outcome
        if child.now is not None and child.now.id == place.id:
            if child.since == since:
                outcome.add(row.number, subject, RowFate.UNCHANGED, part=self.part)
                return
            stands = format_day(child.since) if child.since else "another day"
            differs = Finding("move-since", "DATA-roll", "since", f"On record this began on {stands}. If the list is right, "
                              "correct the day there.")
            self._refuse(row, child, [differs], RowFate.WAITING)
            return
        old = child.now.name if child.now else None
        changes = [(self.label, old, place.name), ("From", child.since, since)]
        move = Move(child.id, place.id, since, reason)
        outcome.add(row.number, subject, RowFate.CHANGED, changes=changes, part=self.part, exact=move)
        self.plan.work.append(move)

    def _subject(self, row: Row, child: Standing | None) -> str:
        number = row["lcs_id"] or row["upn"]
        return f"{child.name}, {number}" if child else number

    def _refuse(self, row: Row, child: Standing | None, problems: Sequence[Finding], fate: RowFate = RowFate.REFUSED) -> None:
        self.plan.outcome.refuse(row.number, self._subject(row, child), problems, self.headings, part=self.part, fate=fate)


def _roll(session: Session, now: Any, moves: type[Enrolment] | type[Caseload]) -> Iterator[Standing]:
    """Every child with what stands now, by a query of (child id, place id, its name, first day)."""
    places = {child_id: (Place(place_id, name), since) for child_id, place_id, name, since in session.execute(now)}
    ended = select(moves.child_id, func.max(moves.ended_on).label("day")).group_by(moves.child_id)
    last = {row.child_id: row.day for row in session.execute(ended)}
    for row in session.execute(select(Child.id, Child.first_name, Child.last_name, Child.date_of_birth, Child.left_care_on)):
        name = f"{row.first_name} {row.last_name}".strip() or "Name not known"
        place, since = places.get(row.id, (None, None))
        yield Standing(row.id, name, row.date_of_birth, row.left_care_on, place, since, last.get(row.id))


ENROLMENTS = Kind(
    key="enrolments",
    title="Where children go to school",
    intro="A list of children and their present schools. A child at another school moves there, with all that follows from a move; "
          "the schools must be on record.",
    thing=("child", "children"),
    permission=Permission.CHILD_EDIT,
    parts=(Part("enrolments", "The list of enrolments", ENROLMENTS_LIST, "CSV or a workbook (.xlsx)."),),
    plan=plan_enrolments,
    store=store_enrolments,
    leads_to="pep_children.index_view",
)
CASELOADS = Kind(
    key="caseloads",
    title="Social workers’ caseloads",
    intro="A list of children and their present social workers. A child with another worker is handed over from that day, open "
          "PEPs with them; the workers must be on record.",
    thing=("child", "children"),
    permission=Permission.CHILD_EDIT,
    parts=(Part("caseloads", "The list of caseloads", CASELOADS_LIST, "CSV or a workbook (.xlsx)."),),
    plan=plan_caseloads,
    store=store_caseloads,
    leads_to="pep_children.index_view",
)
