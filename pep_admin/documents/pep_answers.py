"""Fields of a PEP laid out for paper: what stands beside its label, what needs paragraphs, what makes a table.

Free text of any length stays out of table cells, because a cell that outgrows its page is lost or refused. Which field stands
where in the document is pep_pages.py's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from pep_admin.attainment_words import COLUMNS, last_of
from pep_admin.documents.pdf_fonts import Ink
from pep_admin.documents.wording import value_words
from pep_admin.pep_form import Document, Field, Kind
from pep_admin.validators.voices import voices_missing
from pep_admin.vocabulary import Subject

NOT_ANSWERED = "Not answered"
LONGEST_PARAGRAPH = 5_000
"""Characters. Beyond it the engine's line breaking grows worse than the text does."""
LONGEST_FACT = 600
"""Characters beside a label: a table cell that outgrows its page is a refusal, so longer words stand in paragraphs."""
LONGEST_BOX = 32
"""Lines: some two thirds of a page."""
LONGEST_COLUMN = 200
"""Characters in a column of a table, the narrowest some eleven letters wide; rows with longer words are printed as blocks."""
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of short cells; `widths` in per cent add to 100. `total` is a last row that sums the others up, `figures` the
    columns of numbers, which stand to the right."""

    heads: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, ...] = ()
    figures: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """A label with what stands there. `layout` is fact (the first of `lines` beside the label), prose, grid or blocks."""

    label: str
    layout: str
    lines: tuple[str, ...] = ()
    grid: Grid | None = None
    blocks: tuple[Block, ...] = ()

    @property
    def is_question(self) -> bool:
        """A label too long for a column: the words follow it in the same line."""
        return len(self.label) > 24

    @property
    def height(self) -> int:
        """About how many lines of paper it takes by itself."""
        if self.grid is not None:
            return 2 + sum(max(1 + len(cell) * 2 // width for cell, width in zip(row, self.grid.widths, strict=True))
                           for row in self.grid.rows)
        return 2 + _lines_of(self.lines, 75) + sum(block.height + 1 for block in self.blocks)

    @property
    def is_short(self) -> bool:
        """Short enough to share a line with another fact."""
        return not self.is_question and sum(map(len, self.lines)) <= 26


@dataclass(frozen=True, slots=True)
class Run:
    """Answers in a row that are laid out alike, so that facts share one table."""

    layout: str
    entries: tuple[Answer, ...]

    @property
    def tables(self) -> list[list[tuple[Answer, ...]]]:
        """Facts as rows of one or, where two short ones follow each other, of two; neighbouring rows of one width together."""
        rows: list[tuple[Answer, ...]] = []
        for answer in self.entries:
            before = rows[-1] if rows else ()
            if len(before) == 1 and before[0].is_short and answer.is_short:
                rows[-1] = (before[0], answer)
            else:
                rows.append((answer,))
        return [list(table) for _, table in groupby(rows, key=lambda row: (len(row), row[0].is_question))]

    @property
    def height(self) -> int:
        """About how many lines of paper it takes, labels and gaps included."""
        if self.layout == "fact":
            return sum(_lines_of(row[-1].lines, 60) for table in self.tables for row in table)
        return sum(each.height for each in self.entries)


@dataclass(frozen=True, slots=True)
class Block:
    """Something with a first line of its own and labelled words after it: an action, a review, a cost."""

    title: tuple[str, ...]
    runs: tuple[Run, ...]

    @property
    def height(self) -> int:
        """About how many lines of paper it takes."""
        return _lines_of((line for lines in (self.title, *self._told) for line in lines), 75)

    @property
    def _told(self) -> Iterator[tuple[str, ...]]:
        return (answer.lines for run in self.runs for answer in run.entries)

    @property
    def is_long(self) -> bool:
        """Too long to be kept on one page: that would leave the page before it empty."""
        return self.height > LONGEST_BOX


class Answers:
    """Fields of the document laid out for paper."""

    def __init__(self, document: Document, ink: Ink) -> None:
        self.document = document
        self._ink = ink
        self._asked = {found.key: found for found in document.fields()}

    def of(self, keys: Iterable[str]) -> list[Answer]:
        """The answers of those fields that apply, bar those that are merely the other way out of a field that is answered, and
        what nobody has to say (a field that is not core) and nobody said."""
        asked = [self._asked[key] for key in keys if key in self._asked and not self._stands_in_for_nothing(key)]
        return [self._answer(found) for found in asked
                if (found.core and not found.looks) or self.document.answer(found.key) is not None]

    def runs(self, keys: Iterable[str]) -> tuple[Run, ...]:
        return runs_of(self.of(keys))

    def labelled(self, pairs: Iterable[tuple[str, str]]) -> tuple[Run, ...]:
        """Labels with words; a pair without words is left out."""
        return runs_of(self._laid_out(label, lines) for label, words in pairs if (lines := self.paragraphs(words)))

    def paragraphs(self, text: str) -> tuple[str, ...]:
        """Printable text as one paragraph a line, blank lines dropped, none longer than the engine breaks in good time."""
        return tuple(piece for line in self._ink(text).split("\n") for piece in _pieces(" ".join(line.split())))

    def _answer(self, found: Field) -> Answer:
        value = self.document.answer(found.key)
        if found.kind is Kind.ROWS and value:
            return self._rows(found)
        lines = self.paragraphs(value_words(found, value))
        if not lines:
            return Answer(found.label, "fact", (NOT_ANSWERED,))
        return Answer(found.label, "prose", lines) if found.kind is Kind.PARA else self._laid_out(found.label, lines)

    def _laid_out(self, label: str, lines: tuple[str, ...]) -> Answer:
        return Answer(label, "fact" if _fits_a_cell(lines, LONGEST_FACT) else "prose", lines)

    def table(self, label: str, heads: tuple[str, ...], widths: tuple[int, ...], rows: Iterable[tuple[str, ...]]) -> Answer:
        """Rows as a table, or as blocks where a cell of theirs would be too long for one."""
        cells = tuple(tuple(cell or NOTHING for cell in row) for row in rows)
        if all(_fits_a_cell(self.paragraphs(cell), LONGEST_COLUMN) for row in cells for cell in row):
            return Answer(label, "grid", grid=Grid(heads, widths, cells))
        return Answer(label, "blocks", blocks=tuple(self._block(heads, row) for row in cells))

    def _rows(self, found: Field) -> Answer:
        rows = self.document.rows(found.key)
        columns = [each for each in found.columns if each.core or any(row.get(each.key) is not None for row in rows)]
        heads = tuple(column.label for column in columns)
        cells = [tuple(self._cell(column, row.get(column.key)) for column in columns) for row in rows]
        if any(column.kind is Kind.PARA or _is_long_line(column) for column in columns):
            return Answer(found.label, "blocks", blocks=tuple(self._block(heads, row) for row in cells))
        if found.key == "attainment" and self.document.judged_before:
            heads, cells = _with_last_term(columns, heads, cells, rows, self.document.judged_before)
            return self.table(found.label, heads, _even(len(heads)), cells)
        if found.key == "attendance":
            shares = [(*cell, _share(row)) for cell, row in zip(cells, rows, strict=True)]
            return self.table(found.label, (*heads, "Attendance"), _even(len(heads) + 1), shares)
        return self.table(found.label, heads, _widths(columns), cells)

    def _cell(self, column: Field, value: object) -> str:
        """A column in words; a target is told by its number, which its card has too."""
        if column.key == "target_id":
            return next((f"Target {each.number}" for each in self.document.targets if each.id == value), NOTHING)
        return value_words(column, value)

    def _block(self, heads: tuple[str, ...], cells: tuple[str, ...]) -> Block:
        rest = zip(heads[1:], cells[1:], strict=True)
        return Block(
            self.paragraphs(cells[0] or NOTHING), self.labelled((head, cell or NOT_ANSWERED) for head, cell in rest)
        )

    def _stands_in_for_nothing(self, key: str) -> bool:
        if self.document.answer(key):
            return False
        targets = self.document.targets
        there = {target.subject for target in targets}
        instead: Mapping[str, bool] = {
            "child_voice_attempts": "child" not in voices_missing(self.document),
            "carer_voice_attempts": bool(self.document.answer("carer_voice")),
            "social_worker_voice_attempts": bool(self.document.answer("social_worker_voice")),
            "sdq_missing_reason": bool(self.document.rows("sdq")),
            **{f"{subject.value}_exception{of}": subject in there
               for subject in (Subject.ENGLISH, Subject.MATHS) for of in ("", "_kind")},
            "sdq_answer_reason": any(target.answers_sdq for target in targets),
            "no_next_pep_reason": self.document.next_pep_on is not None,
        }
        return instead.get(key, False)


def runs_of(answers: Iterable[Answer]) -> tuple[Run, ...]:
    """Neighbours of one layout together, in their order."""
    return tuple(Run(layout, tuple(run)) for layout, run in groupby(answers, key=lambda each: each.layout))



def _lines_of(texts: Iterable[str], letters: int) -> int:
    """About how many lines of paper those paragraphs take, at so many letters a line."""
    return sum(1 + len(text) // letters for text in texts)


def _pieces(line: str) -> Iterator[str]:
    while len(line) > LONGEST_PARAGRAPH:
        space = line.rfind(" ", 1, LONGEST_PARAGRAPH)
        at = space if space > 0 else LONGEST_PARAGRAPH
        yield line[:at]
        line = line[at:].lstrip(" ")
    if line:
        yield line



def _fits_a_cell(lines: tuple[str, ...], longest: int) -> bool:
    return len(lines) <= 1 and sum(map(len, lines)) <= longest


def _is_long_line(column: Field) -> bool:
    return column.kind is Kind.LINE and column.max_length > LONGEST_COLUMN


def _with_last_term(
    columns: Sequence[Field], heads: tuple[str, ...], cells: Sequence[tuple[str, ...]], rows: Sequence[Mapping[str, Any]],
    before: Mapping[str, str],
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The table of attainment with last term's judgement after the values of this one."""
    at = 1 + max(place for place, column in enumerate(columns) if column.key in COLUMNS)
    told = [(*cell[:at], last_of(before, row["subject"] or ""), *cell[at:]) for cell, row in zip(cells, rows, strict=True)]
    return (*heads[:at], "Last term", *heads[at:]), told


def _widths(columns: Sequence[Field]) -> tuple[int, ...]:
    """Columns share the width by how much they may hold, so that a name gets more of it than a number."""
    weights = [3 if column.kind is Kind.LINE and column.max_length >= 80 else 2 for column in columns]
    widths = [100 * weight // sum(weights) for weight in weights]
    return (widths[0] + 100 - sum(widths), *widths[1:])


def _even(columns: int) -> tuple[int, ...]:
    return (100 - (columns - 1) * (100 // columns), *(100 // columns for _ in range(columns - 1)))


def _share(row: Mapping[str, int | None]) -> str:
    """Sessions mean little to a reader without the share that was attended: in per cent, cut off after one decimal."""
    possible, present = row.get("possible") or 0, row.get("present") or 0
    if not possible:
        return NOTHING
    tenths = 1000 * present // possible
    return f"{tenths // 10}.{tenths % 10}%"
