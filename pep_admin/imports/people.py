"""People from a list: designated teachers with their schools, social workers and others, told by their e-mail address.

A person who teaches at two schools has a row for each. Who has left is not told by a list: somebody takes their place by hand.
Storing is workflow/address_book.py's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin.imports.files import Row
from pep_admin.imports.headings import Column, Layout
from pep_admin.imports.kinds import Kind, Part, Plan, Step, no_step
from pep_admin.imports.outcome import Outcome
from pep_admin.imports.values import Reading
from pep_admin.models import Person, School
from pep_admin.permissions import Actor, Permission
from pep_admin.validators.findings import Finding, blocking
from pep_admin.vocabulary import PersonKind, RowFate
from pep_admin.workflow.address_book import PersonEntry, PersonFacts, check_person, differences, record_people

PEOPLE_LIST = Layout(
    (
        Column("email", "E-mail", ("Email address",), needed=True),
        Column("first_name", "First name", ("Forename",)),
        Column("last_name", "Last name", ("Surname",)),
        Column("kind", "Who they are", ("Role", "Kind")),
        Column("phone", "Telephone", ("Phone",)),
        Column("organisation", "Organisation", ("School or organisation", "Team")),
        Column("school", "School URN", ("URN",)),
    ),
    most_rows=20_000,
)
LABELS = {"email": "E-mail", "first_name": "First name", "last_name": "Last name", "kind": "Who they are", "phone": "Telephone",
          "organisation": "Organisation"}


@dataclass(slots=True)
class _Standing:
    id: int
    row_version: int
    facts: PersonFacts
    has_left: bool


@dataclass(slots=True)
class _School:
    id: int
    name: str
    teacher_id: int | None
    teacher: str | None


@dataclass(slots=True)
class _Wanted:
    """A person as the rows so far describe them, and for each row its number and the school that it names."""

    facts: PersonFacts
    rows: list[tuple[int, _School | None]] = field(default_factory=list)


def plan_people(
    session: Session, tables: Mapping[str, Any], options: Mapping[str, Any], *, today: date, step: Step = no_step
) -> Plan:
    """What the list would add and change, and which schools it would give another designated teacher."""
    planning = _Planning(session)
    for row in tables["people"].rows():
        planning.consider(row)
    return planning.finish()


def store_people(
    session: Session, work: Sequence[PersonEntry], *, actor: Actor, today: date, now: datetime, step: Step = no_step
) -> None:
    """Record them (workflow/address_book.py)."""
    record_people(session, work, actor=actor, now=now, run=f"people-{now:%Y%m%d%H%M%S%f}", step=step)


class _Planning:
    """A plan in the making."""

    def __init__(self, session: Session) -> None:
        columns = [getattr(Person, name) for name in PersonFacts._fields]
        people = session.execute(select(Person.id, Person.row_version, Person.left_on, *columns).where(Person.email.is_not(None)))
        self.known = {row.email.lower(): _Standing(row[0], row[1], PersonFacts(*row[3:]), row[2] is not None) for row in people}
        teacher = Person.first_name + " " + Person.last_name
        schools = session.execute(select(School.urn, School.id, School.name, School.designated_teacher_id, teacher)
                                  .outerjoin(Person, School.designated_teacher_id == Person.id).where(School.urn.is_not(None)))
        self.schools = {row[0]: _School(*row[1:]) for row in schools}
        self.wanted: dict[str, _Wanted] = {}
        self.contradicted: dict[str, int] = {}
        self.named: dict[int, tuple[str, int]] = {}
        self.contested: dict[int, int] = {}
        self.plan = Plan(Outcome())
        self.headings = {each.key: each.heading for each in PEOPLE_LIST.columns}

    def consider(self, row: Row) -> None:
        cells = Reading(row)
        if row.is_shifted:
            return self._refuse(row.number, row["email"], cells.problems)
        email = cells.take("email", "email", str.lower)
        for key in ("first_name", "last_name"):
            cells.words(key, longest=100)
        cells.choice("kind", "kind", PersonKind)
        cells.words("phone", longest=40)
        cells.words("organisation")
        school = self._school(cells)
        facts = self._facts(cells, email)
        if not cells.problems and facts is not None:
            cells.problems += blocking(check_person(facts))
        if facts is None or cells.problems:
            return self._refuse(row.number, row["email"], cells.problems)
        return self._accept(row, facts, school)

    def _school(self, cells: Reading) -> _School | None:
        urn = cells.figures("school", count=6)
        school = self.schools.get(urn or "")
        if urn and school is None:
            cells.problem("school", "No school with this URN is on record. Load the school register first.", "DATA-urn")
        return school

    def _facts(self, cells: Reading, email: str | None) -> PersonFacts | None:
        """What the person would be: what the row gives, over what an earlier row gave or what stands."""
        if not email:
            cells.problem("email", "This must not be empty.", "DATA-email")
            return None
        before = self.wanted[email].facts if email in self.wanted else None
        before = before or (self.known[email].facts if email in self.known else None)
        given = {key: value for key, value in cells.values.items() if key in PersonFacts._fields}
        for key in ("first_name", "last_name", "kind"):
            if not given.get(key, getattr(before, key, None)) and all(each.field != key for each in cells.problems):
                cells.problem(key, "This must not be empty.", "DATA-child")
        if cells.problems:
            return None
        return before._replace(**given) if before else PersonFacts(**given)

    def _accept(self, row: Row, facts: PersonFacts, school: _School | None) -> None:
        problem = self._contradiction(row, facts) or (self._why_not_there(row, facts, school) if school is not None else None)
        if problem is not None:
            return self._refuse(row.number, row["email"], [problem])
        self.wanted.setdefault(facts.email, _Wanted(facts)).rows.append((row.number, school))
        return None

    def _contradiction(self, row: Row, facts: PersonFacts) -> Finding | None:
        earlier = self.wanted.get(facts.email)
        if earlier is None or earlier.facts == facts:
            return None
        self.contradicted.setdefault(facts.email, row.number)
        return _says_else(earlier.rows[0][0])

    def _why_not_there(self, row: Row, facts: PersonFacts, school: _School) -> Finding | None:
        """Why the person cannot be named designated teacher of the school."""
        standing = self.known.get(facts.email)
        if facts.kind is not PersonKind.DESIGNATED_TEACHER:
            return _at_school("DATA-shape", "Only a designated teacher is named at a school. Leave this empty, or write the school "
                              "under “Organisation”.")
        if standing is not None and standing.has_left:
            return _at_school("HB-2.2", "This person has left. Name somebody else.")
        first, number = self.named.setdefault(school.id, (facts.email, row.number))
        if first != facts.email:
            self.contested.setdefault(school.id, row.number)
            return _names_else(number)
        return None

    def _refuse(self, number: int, email: str, problems: Sequence[Finding]) -> None:
        self.plan.outcome.refuse(number, email, problems, self.headings, part="people")

    def finish(self) -> Plan:
        for email, wanted in self.wanted.items():
            for number, school in wanted.rows:
                if wrong := self._of_two(email, school):
                    self._refuse(number, email, [wrong])
            wanted.rows = [(number, school) for number, school in wanted.rows if self._of_two(email, school) is None]
            if wanted.rows:
                self._compare(wanted, self.known.get(email))
        return self.plan

    def _of_two(self, email: str, school: _School | None) -> Finding | None:
        """Nobody can say which of two rows is right that contradict one another: neither is taken."""
        if email in self.contradicted:
            return _says_else(self.contradicted[email])
        return _names_else(self.contested[school.id]) if school is not None and school.id in self.contested else None

    def _compare(self, wanted: _Wanted, standing: _Standing | None) -> None:
        """The person at their first row; a school that is to have them, at the row that names it."""
        facts, teaches_at = wanted.facts, []
        name = f"{facts.first_name} {facts.last_name}"
        changes: list[tuple[str, Any, Any]] = _facts_changed(facts, standing)
        fate, anything = RowFate.CHANGED if standing else RowFate.NEW, bool(changes)
        for number, school in wanted.rows:
            if school is not None and school.id not in teaches_at and (standing is None or school.teacher_id != standing.id):
                teaches_at.append(school.id)
                changes.append((f"Designated teacher of {school.name}", school.teacher, name))
            self.plan.outcome.add(number, f"{name}, {facts.email}", fate if changes else RowFate.UNCHANGED, changes=changes,
                                  part="people", exact=(facts, number))
            changes, fate = [], RowFate.CHANGED
        if anything or teaches_at:
            entry = PersonEntry(facts, teaches_at=tuple(teaches_at))
            if standing:
                entry = entry._replace(person_id=standing.id, row_version=standing.row_version, before=standing.facts)
            self.plan.work.append(entry)


def _facts_changed(facts: PersonFacts, standing: _Standing | None) -> list[tuple[str, Any, Any]]:
    if standing is None:
        return [(LABELS[name], None, getattr(facts, name)) for name in ("kind", "organisation", "phone") if getattr(facts, name)]
    return [(LABELS[name], old, new) for name, (old, new) in differences(standing.facts, facts).items()]


def _says_else(number: int) -> Finding:
    return Finding("person-doubled", "DATA-unique", "email", f"Row {number} says something else of the same address. Make the rows "
                   "say the same.")


def _names_else(number: int) -> Finding:
    return _at_school("DATA-unique", f"Row {number} names somebody else designated teacher of this school. Keep one.")


def _at_school(code: str, message: str) -> Finding:
    return Finding("person-school", code, "school", message)


PEOPLE = Kind(
    key="people",
    title="People and designated teachers",
    intro="A list of teachers, social workers, carers and others, told by their e-mail address. A designated teacher’s row may "
          "name the school by its URN; a teacher of two schools has two rows.",
    thing=("person", "people"),
    permission=Permission.PERSON_EDIT,
    parts=(Part("people", "The list of people", PEOPLE_LIST, "CSV or a workbook (.xlsx)."),),
    plan=plan_people,
    store=store_people,
    leads_to="pep_people.index_view",
)
