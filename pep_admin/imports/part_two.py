"""Figures from a list for Part 2 of the children's PEPs of a term: whose PEP a row means, which line of it, and what would change.

What the columns are, and which line a row stands for, is said by each list (attendance.py, attainment.py); writing is
workflow/figures.py's, with the checks of the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin.imports.child_numbers import ChildNumbers, SameRows
from pep_admin.imports.files import Row, Table
from pep_admin.imports.kinds import Option, Plan, Step, Storer, no_step
from pep_admin.imports.outcome import Outcome
from pep_admin.imports.values import Reading
from pep_admin.models import Child, EducationSection, Pep, Term
from pep_admin.pep_document import read_documents
from pep_admin.pep_form import FORM, Document, Field, Kind
from pep_admin.permissions import Actor
from pep_admin.queries import ONE_A_TERM, find_term, peps_of_term, term_of, terms_so_far
from pep_admin.validators.findings import Finding
from pep_admin.validators.peps import check_posted
from pep_admin.vocabulary import Audience, Part, RowFate, TermName
from pep_admin.workflow.figures import Lines, record_lines, why_closed
from pep_admin.workflow.sections import writable
from pep_admin.workflow.taking import refuse

Line = Mapping[str, Any]
_TERM = re.compile(rf"[0-9]{{4}}-[0-9]{{2}} (?:{'|'.join(each.value for each in TermName)})", re.ASCII)


class Where(NamedTuple):
    """The line that a row stands for: its place among those of the PEP, None for a new one; `starts_anew` where what stands there
    is of another day, so that a blank cell leaves nothing of it. Columns of `keeps` stay as the PEP writes them."""

    place: int | None
    starts_anew: bool = False
    keeps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class List:
    """A list of figures: the field of the form that its rows are lines of, what a row is about in words and what tells two rows of
    one child apart, the line that a row stands for among those of the PEP, or why somebody must settle that by hand, and what is
    wrong with a row by itself; `kept` is a line as it is written into that PEP, whatever the file calls the same."""

    section: str
    key: str
    about: str
    same: Callable[[Line], str]
    find: Callable[[Line, Sequence[Line]], Where | Finding]
    wrong: Callable[[Line], Finding | None] = lambda line: None
    kept: Callable[[Line, Document], Line] = lambda line, document: line

    @property
    def field(self) -> Field:
        """The field as it is declared today: how its cells are read."""
        return FORM.field(self.key)


@dataclass(frozen=True, slots=True)
class _Found:
    """A child's PEP of the term with its document; `closed` says why nothing is written into it."""

    pep: Pep
    document: Document
    closed: Finding | None


class _NotFound(NamedTuple):
    """Why a child has no PEP to write into, and what becomes of the rows."""

    why: Finding
    fate: RowFate


# --- the term --------------------------------------------------------------------------------------------------------------


def _terms(session: Session, today: date) -> tuple[tuple[tuple[str, str], ...], str]:
    terms, now = terms_so_far(session, today), term_of(session, today)
    return tuple((_code(each), each.label) for each in terms), _code(now) if now else ""


def _code(term: Term) -> str:
    return f"{term.year.name} {term.name.value}"


TERM = Option("term", "Which term’s PEPs", "The figures go into Part 2 of each child’s PEP of this term.", offered=_terms)


def read_options(given: Mapping[str, str]) -> dict[str, Any]:
    """The term as “2024-25 autumn”; "" for that of the day. Raises Refused for what is none."""
    term = given.get("term", "").strip()
    if term and not _TERM.fullmatch(term):
        raise _no_term()
    return {"term": term}


def _term(session: Session, asked: str, today: date) -> Term:
    year, _, name = asked.partition(" ")
    found = find_term(session, year, name) if asked else term_of(session, today)
    if found is None:
        raise _no_term()
    return found


def _no_term() -> Exception:
    return refuse("import-term", "DATA-shape", "Choose a term of the list.", "term")


# --- planning and storing --------------------------------------------------------------------------------------------------


def plan_lines(
    session: Session, what: List, table: Table, options: Mapping[str, Any], *, today: date, step: Step = no_step
) -> Plan:
    """Which lines the list would add to the children's PEPs, and which it would change."""
    term = _term(session, options.get("term", ""), today)
    planning = _Planning(session, what, table, today)
    rows = []
    for row in table.rows():
        step(1)
        rows.append(planning.read(row))
    planning.find_peps(term, {child_id for _, child_id, _ in rows if child_id is not None})
    for cells, child_id, line in rows:
        planning.consider(cells, child_id, line)
    planning.plan.work = [each for each in planning.lines.values() if each.pep_id in planning.touched]
    planning.plan.outcome.notes.append(f"The figures are for the PEPs of {term.label}.")
    return planning.plan


def storing(section: str, key: str) -> Storer:
    """What writes the lines of that field of each PEP (workflow/figures.py)."""

    def store(
        session: Session, work: Sequence[Lines], *, actor: Actor, today: date, now: datetime, step: Step = no_step
    ) -> None:
        record_lines(session, section, key, work, actor=actor, today=today, step=step)

    return store


class _Planning:
    """A plan in the making."""

    def __init__(self, session: Session, what: List, table: Table, today: date) -> None:
        self.session, self.what, self.today, self.part = session, what, today, table.part
        self.numbers, self.plan = ChildNumbers(session), Plan(Outcome())
        self.names = {row.id: f"{row.first_name} {row.last_name}".strip() or "Name not known"
                      for row in session.execute(select(Child.id, Child.first_name, Child.last_name))}
        self.headings = {each.key: each.heading for each in table.layout.columns}
        self.standing: dict[int, _Found | _NotFound] = {}
        self.lines: dict[int, Lines] = {}
        self.touched: set[int] = set()
        self.same = SameRows()

    def read(self, row: Row) -> tuple[Reading, int | None, Line]:
        """The cells of a row, the child it names, and the line it gives: only what is filled or cleared."""
        cells = Reading(row)
        if row.is_shifted:
            return cells, None, {}
        child_id = self.numbers.id_of(cells)
        for column in self.what.field.columns:
            _read(cells, column)
        if child_id is not None:
            self.same.note((child_id, self.what.same(cells.values)), row.number)
        return cells, child_id, cells.values

    # --- whose PEP -------------------------------------------------------------------------------------------------------

    def find_peps(self, term: Term, child_ids: set[int]) -> None:
        """The PEP of the term of each child; more than one, or none, is told at the rows."""
        found = peps_of_term(self.session, term.id, child_ids)
        chosen = {child_id: _choose(found.get(child_id, []), term) for child_id in child_ids}
        peps = {each.id: each for each in chosen.values() if isinstance(each, Pep)}
        documents = read_documents(self.session, peps.values(), audience=Audience.CARE)
        rows = self.session.scalars(select(EducationSection).where(EducationSection.pep_id.in_(peps)))
        parts = {each.pep_id: each for each in rows}
        for child_id, each in chosen.items():
            if isinstance(each, Pep):
                closed = why_closed(each, parts[each.id], Part.EDUCATION)
                self.standing[child_id] = self._opened(_Found(each, documents[each.id], closed))
            else:
                self.standing[child_id] = each

    def _opened(self, found: _Found) -> _Found | _NotFound:
        """The PEP, its lines laid out; not where its form has no such question at the child's age."""
        key, document = self.what.key, found.document
        section = document.form.section(self.what.section)[1]
        if key not in writable(document, section.fields):
            message = f"{found.pep.reference} does not ask for this at the child’s age."
            return _NotFound(Finding("figures-phase", "HB-4.1", "lcs_id", message), RowFate.REFUSED)
        lines = [dict(each) for each in document.rows(key)]
        self.lines[found.pep.id] = Lines(found.pep.id, lines, document.digests.get(key, ""))
        return found

    # --- which line ------------------------------------------------------------------------------------------------------

    def consider(self, cells: Reading, child_id: int | None, given: Line) -> None:
        """One row: its line is new, changes one that stands, is there already, or cannot be."""
        if child_id is not None and (wrong := self.what.wrong(given)):
            cells.problems.append(wrong)
        if child_id is None or cells.problems:
            return self._refuse(cells, child_id, cells.problems)
        if doubled := self.same.why_not((child_id, self.what.same(given)), cells.row.number, self.what.about):
            return self._refuse(cells, child_id, [doubled])
        standing = self.standing[child_id]
        if isinstance(standing, _NotFound):
            return self._refuse(cells, child_id, [standing.why], standing.fate)
        given = self.what.kept(given, standing.document)
        if problems := self._cannot_be(standing.document, given):
            return self._refuse(cells, child_id, problems)
        lines = self.lines[standing.pep.id].lines
        where = self.what.find(given, lines)
        if isinstance(where, Finding):
            return self._refuse(cells, child_id, [where], RowFate.WAITING)
        old = lines[where.place] if where.place is not None else {}
        blank = dict.fromkeys(each.key for each in self.what.field.columns)
        kept = {} if where.starts_anew else old
        line = {**blank, **kept, **given, **{key: old[key] for key in where.keeps}, "id": old.get("id")}
        line = {**self.what.kept(line, standing.document)}
        return self._compare(cells, standing, where.place, old, line)

    def _compare(self, cells: Reading, found: _Found, place: int | None, old: Line, line: Line) -> None:
        changes = [(column.label, _shown(column, old.get(column.key)), _shown(column, line[column.key]))
                   for column in self.what.field.columns if old.get(column.key) != line[column.key]]
        subject, pep_id = self._subject(cells, found.pep.child_id), found.pep.id
        if not changes:
            self.plan.outcome.add(cells.row.number, subject, RowFate.UNCHANGED, part=self.part)
            return
        lines = self.lines[pep_id].lines
        merged = [*lines, line] if place is None else [*lines[:place], line, *lines[place + 1:]]
        if wrong := [found.closed] if found.closed else self._check(found.document, line, merged):
            return self._refuse(cells, found.pep.child_id, wrong)
        self.lines[pep_id] = self.lines[pep_id]._replace(lines=merged)
        self.touched.add(pep_id)
        fate = RowFate.NEW if place is None else RowFate.CHANGED
        self.plan.outcome.add(cells.row.number, subject, fate, changes=changes, part=self.part, exact=(pep_id, line))

    def _cannot_be(self, document: Document, given: Line) -> list[Finding]:
        """What the page would refuse of the cells that the row has, whatever line it stands for."""
        field = document.form.field(self.what.key)
        if later := [key for key in given if key not in {column.key for column in field.columns}]:
            message = f"{document.reference} was opened before its form asked for this. Leave it empty."
            return [Finding("figures-form", "DATA-status", key, message) for key in later if given[key] is not None]
        found = check_posted(document, {field.key: field}, {field.key: (given,)}, today=self.today)
        return [each for each in _at_columns(field, found) if given.get(each.field) is not None]

    def _check(self, document: Document, line: Line, merged: Sequence[Line]) -> list[Finding]:
        """What the page would refuse: of this line, at its columns, else of all the PEP's lines together."""
        field = document.form.field(self.what.key)
        if missing := [each for each in field.columns if each.must == "always" and line[each.key] is None]:
            return [Finding("cell", "HB-4.1", each.key, "This must not be empty.") for each in missing]
        for rows in ((line,), tuple(merged)):
            if found := check_posted(document, {field.key: field}, {field.key: rows}, today=self.today):
                return _at_columns(field, found) if len(rows) == 1 else [replace(each, field="", row="") for each in found]
        return []

    def _subject(self, cells: Reading, child_id: int | None) -> str:
        number = cells.row["lcs_id"] or cells.row["upn"]
        words = (self.names.get(child_id or 0, ""), number, cells.row["subject"])
        return ", ".join(word for word in words if word)

    def _refuse(
        self, cells: Reading, child_id: int | None, problems: Sequence[Finding], fate: RowFate = RowFate.REFUSED
    ) -> None:
        subject = self._subject(cells, child_id)
        self.plan.outcome.refuse(cells.row.number, subject, problems, self.headings, part=self.part, fate=fate)


def _choose(peps: Sequence[Pep], term: Term) -> Pep | _NotFound:
    """The PEP of the term: its only one, or the termly one of several."""
    if not peps:
        message = f"This child has no PEP of {term.label} to write into. Open one first."
        return _NotFound(Finding("figures-no-pep", "DATA-status", "lcs_id", message), RowFate.REFUSED)
    termly = [each for each in peps if each.kind in ONE_A_TERM]
    if len(peps) > 1 and len(termly) != 1:
        references = ", ".join(each.reference for each in peps)
        message = f"This child has {len(peps)} PEPs of {term.label}: {references}. Write it into the right one by hand."
        return _NotFound(Finding("figures-peps", "DATA-status", "lcs_id", message), RowFate.WAITING)
    return peps[0] if len(peps) == 1 else termly[0]


def _at_columns(field: Field, findings: Sequence[Finding]) -> list[Finding]:
    """What is wrong with one line, told at its columns instead of by its number."""
    alone = f"Line 1 of “{field.label}”: "
    return [replace(each, field=each.row.partition("-")[2], row="", message=each.message.removeprefix(alone)) for each in findings]


def _read(cells: Reading, column: Field) -> None:
    """One cell as its field is declared."""
    if column.kind is Kind.NUMBER:
        cells.whole(column.key, low=column.lowest or 0, high=column.highest or 0)
    elif column.kind is Kind.DATE:
        cells.day(column.key)
    elif column.kind is Kind.ONE_OF:
        cells.take(column.key, column.key, lambda text: _choice(column, text))
    else:
        cells.words(column.key, longest=column.max_length)


def _choice(column: Field, text: str) -> str:
    wanted = " ".join(text.split()).casefold()
    for code, label in column.choices:
        if wanted in (code.casefold(), label.casefold()):
            return code
    raise ValueError(f"This must be one of: {', '.join(f'{label} ({code})' for code, label in column.choices)}.")


def _shown(column: Field, value: Any) -> Any:
    return dict(column.choices).get(value, value) if column.choices else value
