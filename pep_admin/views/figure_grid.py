"""The grid of attendance or attainment: the lines of one table of Part 2 for many children, drawn, read back and shown again.

Controls, parsing and showing again are section_forms.py's, a name before each telling whose line it is; what is saved is
workflow/figures.py's. Its route is my_peps.py's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import request
from sqlalchemy import select

from pep_admin.desk import DeskFacts, in_order
from pep_admin.models import Draft, Pep
from pep_admin.pep_document import digest, form_of, read_documents, with_judgements_before
from pep_admin.pep_form import Document, Field
from pep_admin.permissions import audience_for
from pep_admin.queries import OPEN_TO_WRITE
from pep_admin.queries.desk import desk_of
from pep_admin.queries.drafts import drafts_at
from pep_admin.validators.answered import asks
from pep_admin.validators.findings import Finding
from pep_admin.views import draft_pages, draft_places, section_forms, typed
from pep_admin.views.attainment_lines import SUBJECT
from pep_admin.views.base import PepView
from pep_admin.views.draft_pages import Desk
from pep_admin.views.posted_lines import MOST_LINES
from pep_admin.vocabulary import Audience, Part, PepKind
from pep_admin.workflow.drafts import Page
from pep_admin.workflow.figures import Lines, Recorded

ON_A_PAGE = 25
BETWEEN = "--"
_PEP = re.compile(r"([0-9]{4}-[A-Z]{3}-[0-9]+)--(.+)")


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the grids: the section and field that it is of, its name, and whether a child has a line for each subject."""

    of: str
    section: str
    title: str
    by_subject: bool = False


KINDS = {each.of: each for each in (Kind("attendance", "attendance", "Attendance"),
                                    Kind("attainment", "learning", "Attainment", by_subject=True))}


@dataclass(frozen=True, slots=True)
class GridRow:
    """One child: the PEP, its question with its lines, what was said of the whole row, and the draft that stands in it."""

    pep: Pep
    question: section_forms.Question
    notes: tuple[Finding, ...] = ()
    draft: Draft | None = None

    @property
    def saved(self) -> str | None:
        return self.question.saved

    @property
    def wrong(self) -> bool:
        """Whether something was not saved of it."""
        errors = (each.error for line in self.question.lines for each in line.controls)
        return bool(self.notes or self.question.control.error or self.saved is not None or any(errors))


@dataclass(frozen=True, slots=True)
class Grid:
    """A page of the grid: its rows, the PEPs left out because Part 2 is signed, the number of pages, and which one it is."""

    kind: Kind
    columns: Sequence[Field]
    rows: Sequence[GridRow]
    signed: Sequence[Pep]
    page: int
    pages: int
    count: int
    lost: Sequence[tuple[str, str]] = ()


    @property
    def wrong(self) -> list[GridRow]:
        return [each for each in self.rows if each.wrong]

    @property
    def drafted(self) -> list[tuple[GridRow, Draft]]:
        return [(each, each.draft) for each in self.rows if each.draft is not None]


# --- drawing -------------------------------------------------------------------------------------------------------------------


def gather(view: PepView, kind: Kind, page: int, loads: Sequence[Any]) -> Grid:
    """That page of the children in whose open PEPs the one who acts writes Part 2; a fixed number of statements."""
    facts = [each for each in _mine(view) if each.status in OPEN_TO_WRITE]
    signed = [each for each in facts if Part.EDUCATION in each.signed]
    left = [each for each in facts if Part.EDUCATION not in each.signed]
    pages = max(1, -(-len(left) // ON_A_PAGE))
    page = min(page, pages - 1)
    some = left[page * ON_A_PAGE : (page + 1) * ON_A_PAGE]
    peps = _peps(view, [each.pep_id for each in (*some, *signed)], loads)
    documents = _documents(view, [peps[each.pep_id] for each in some], by_subject=kind.by_subject)
    drafts = _drafts(view, kind, documents)
    rows = [_with_draft(GridRow(peps[each.pep_id], _question(documents[each.pep_id], kind.of)), documents[each.pep_id],
                        drafts.get(each.pep_id)) for each in some if _asks(documents[each.pep_id], kind.of)]
    return Grid(kind, _columns(rows), rows, [peps[each.pep_id] for each in signed], page, pages, len(left))


def _mine(view: PepView) -> list[DeskFacts]:
    """The PEPs of the desk in which Part 2 is theirs and asks for figures: a funding PEP does not."""
    every = in_order(desk_of(view.db_session, view.actor, view.today))
    return [each for each in every if Part.EDUCATION in each.mine and each.kind is not PepKind.FUNDING]


def _peps(view: PepView, ids: Sequence[int], loads: Sequence[Any]) -> dict[int, Pep]:
    return {pep.id: pep for pep in view.db_session.scalars(select(Pep).where(Pep.id.in_(ids)).options(*loads))}


def _documents(view: PepView, peps: Sequence[Pep], *, by_subject: bool) -> dict[int, Document]:
    found: dict[int, Document] = {}
    for audience in Audience:
        some = [pep for pep in peps if audience_for(view.actor, pep.child) is audience]
        found |= read_documents(view.db_session, some, audience=audience) if some else {}
    return with_judgements_before(view.db_session, found) if by_subject else found


def _asks(document: Document, key: str) -> bool:
    return asks(document, key) and document.asked(document.form.field(key))


def _columns(rows: Sequence[GridRow]) -> Sequence[Field]:
    """The columns of the table as it is declared, but what heads its lines."""
    return [each for each in rows[0].question.field.columns if each.key != SUBJECT] if rows else ()


def _question(document: Document, key: str, standing: Sequence[Mapping[str, Any]] | None = None) -> section_forms.Question:
    """The lines that stand in the record, or those; below them one for each subject that is still to be judged. Of other figures an
    empty one where there is none."""
    found, rows = document.form.field(key), list(document.rows(key) if standing is None else standing)
    return section_forms.question_of_lines(document, found, rows if rows or _by_subject(found) else [{}])


def _by_subject(found: Field) -> bool:
    return any(column.key == SUBJECT for column in found.columns)


def _drafts(view: PepView, kind: Kind, pep_ids: Collection[int]) -> dict[int, Draft]:
    """The actor's own texts of those lines, typed here or on the section's own page, by PEP; none on a page that shows a post."""
    if request.method == "POST" or not pep_ids:
        return {}
    found = drafts_at(view.db_session, view.actor, pep_ids, f"section:{kind.section}")
    return {pep_id: draft for pep_id, draft in found.items() if kind.of in draft.fields}


def _with_draft(row: GridRow, document: Document, draft: Draft | None) -> GridRow:
    """The row as it was typed and not saved, with an empty line for each core subject that nothing was typed of."""
    if draft is None:
        return row
    post = draft_pages.as_post(draft)
    (question,) = section_forms.as_typed([row.question], post, post.getlist)
    lines = [line for line in question.lines if any(each.text.strip() for each in line.controls if each.field.key != SUBJECT)]
    have = [each.text for line in lines for each in line.controls if each.field.key == SUBJECT]
    key, after = row.question.field.key, max((line.number for line in lines), default=-1) + 1
    empty = _question(document, key, [{SUBJECT: each} for each in have]).lines[len(have):] if have or not lines else ()
    spare = [section_forms.renumbered(line, key, after + place) for place, line in enumerate(empty)]
    return replace(row, question=replace(question, lines=(*lines, *spare)), draft=draft)


def page_of(kind: Kind, pep: Pep) -> Page:
    """Where the lines of one child are kept while they are typed: in the section that they belong to."""
    return draft_places.of_section(pep, form_of(pep.form_version).section(kind.section)[1])


def desk_for(view: PepView, grid: Grid) -> Desk | None:
    """What the page needs to keep drafts, of each child by itself."""
    parts = [draft_pages.Sealed(page_of(grid.kind, row.pep), (grid.kind.of,), f"{row.pep.reference}{BETWEEN}") for row in grid.rows]
    return draft_pages.desk_of(view, parts)


def named(row: GridRow) -> GridRow:
    """The row with the PEP's reference before the name of each control, so that many children fit into one form."""
    before = f"{row.pep.reference}{BETWEEN}"
    lines = tuple(replace(line, controls=tuple(replace(each, name=before + each.name) for each in line.controls))
                  for line in row.question.lines)
    return replace(row, question=replace(row.question, lines=lines))


# --- reading back ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed for one PEP: its part of the form, the numbers of the lines that say something, the lines to write (None where
    nothing was touched), and what could not be read of them."""

    form: Mapping[str, str]
    numbers: tuple[int, ...]
    lines: Lines | None
    problems: tuple[Finding, ...]


def parts_of(form: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The posted fields by the reference of the PEP that they are of."""
    found: dict[str, dict[str, str]] = {}
    for name, text in form.items():
        if part := _PEP.fullmatch(name):
            found.setdefault(part[1], {})[part[2]] = text
    return found


def read(document: Document, kind: Kind, form: Mapping[str, str]) -> Typed:
    """What was typed for one PEP. A line that only says what it is about counts for nothing; one that was cleared is taken away."""
    _, section = document.form.section(kind.section)
    found, key = document.form.field(kind.of), kind.of
    names = re.compile(rf"{re.escape(key)}-([0-9]{{1,3}})-[a-z_]+")
    every = sorted({int(match[1]) for name in form if (match := names.fullmatch(name))})[:MOST_LINES]
    told = [column.key for column in found.columns if column.key != SUBJECT]
    numbers = tuple(each for each in every if any(form.get(f"{key}-{each}-{name}", "").strip() for name in told))
    alone = {f"{section_forms.BASE}{key}": form.get(f"{section_forms.BASE}{key}", "")}
    for new, old in enumerate(numbers):
        alone |= {f"{key}-{new}-{name}": form.get(f"{key}-{old}-{name}", "") for name in ("id", SUBJECT, *told)}
    posted = section_forms.read_post(section, [key], alone, lambda _: [])
    if posted.problems:
        return Typed(form, numbers, None, _at_lines(found, posted.problems, numbers))
    value, base = posted.values.get(key), posted.base.get(key, "")
    touched = digest(found, value) != base
    return Typed(form, numbers, Lines(document.pep_id, value or (), base) if touched else None, ())


def _at_lines(found: Field, findings: Sequence[Finding], numbers: Sequence[int]) -> tuple[Finding, ...]:
    """Findings at the lines of the page instead of those that said something, without the number of the line in their words."""
    told = re.compile(rf"Line [0-9]+ of “{re.escape(found.label)}”: ")
    shown = []
    for each in findings:
        number, _, column = each.row.partition("-")
        row = f"{numbers[int(number)]}-{column}" if number.isdigit() and int(number) < len(numbers) else ""
        message = told.sub("", each.message).replace(f" in line {int(number) + 1} of “{found.label}”", "") if row else each.message
        shown.append(replace(each, row=row, message=message))
    return tuple(shown)


# --- showing again ---------------------------------------------------------------------------------------------------------------


def again(view: PepView, grid: Grid, typed_by: Mapping[str, Typed], done: Mapping[int, Recorded], loads: Sequence[Any]) -> Grid:
    """The page after a save that left something over: what was saved as it stands now, the rest as it was typed, with why."""
    shown = {row.pep.reference: row for row in grid.rows}
    gone = [each for each in typed_by if each not in shown]
    closed = {pep.reference: pep for pep in _peps(view, [each.pep_id for each in _mine(view)], loads).values()
              if pep.reference in gone} if gone else {}
    documents = _documents(view, [*(row.pep for row in grid.rows), *closed.values()], by_subject=grid.kind.by_subject)
    rows = [_shown(row, documents[row.pep.id], typed_by.get(row.pep.reference), done.get(row.pep.id)) for row in grid.rows]
    others = [_shown(GridRow(pep, _question(documents[pep.id], grid.kind.of)), documents[pep.id], typed_by[reference],
                     done.get(pep.id)) for reference, pep in closed.items() if _asks(documents[pep.id], grid.kind.of)]
    rows += [each for each in others if each.wrong]
    there = {*shown, *closed}
    fields = [(f"{reference}{BETWEEN}{name}", text) for reference, each in typed_by.items() if reference not in there
              for name, text in each.form.items()]
    return replace(grid, rows=rows, columns=_columns(rows), lost=typed.told(fields))


def _shown(row: GridRow, document: Document, what: Typed | None, done: Recorded | None) -> GridRow:
    problems = what.problems if what else ()
    conflicts = done.written.conflicts if done else None
    if what is None or not (problems or (done and (done.findings or conflicts))):
        return row
    findings = problems or _at_lines(row.question.field, done.findings if done else (), what.numbers)
    (question,) = section_forms.as_typed([row.question], what.form, lambda _: [], findings, conflicts, document)
    notes = tuple(each for each in findings if not each.row)
    return replace(row, question=replace(question, control=replace(question.control, error="")), notes=notes)


Commit = Callable[[list[Lines], Mapping[int, Page]], Mapping[int, Recorded]]


def save(view: PepView, grid: Grid, commit: Commit, form: Mapping[str, str], loads: Sequence[Any]) -> tuple[int, bool, Grid]:
    """Read the post, write what was touched with one `commit`: how many children were saved, whether anything is left, the page.

    `commit` is given what to write, and by PEP where the drafts of it are, and of those where nothing differs from the record.

    PEPs that are no longer open to the one who acts are read too: what was typed for them is shown again.
    """
    parts = parts_of(form)
    facts = {each.pep_id: each for each in _mine(view)}
    peps = [pep for pep in _peps(view, list(facts), loads).values() if pep.reference in parts]
    documents = _documents(view, peps, by_subject=False)
    typed_by = {reference: Typed(part, (), None, ()) for reference, part in parts.items()}
    typed_by |= {pep.reference: read(documents[pep.id], grid.kind, parts[pep.reference]) for pep in peps
                 if _asks(documents[pep.id], grid.kind.of)}
    wanted = [each.lines for each in typed_by.values() if each.lines is not None]
    pages = {pep.id: page_of(grid.kind, pep) for pep in peps if not typed_by[pep.reference].problems}
    done = commit(wanted, pages)
    saved = sum(bool(each.written.changed) for each in done.values())
    fresh = gather(view, grid.kind, grid.page, loads)
    shown = again(view, fresh, typed_by, done, loads)
    return saved, bool(shown.wrong or shown.lost), shown
