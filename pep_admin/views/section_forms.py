"""One section of a PEP as a page: how a declared field is filled in, posted, read back, and shown again after a refusal.

Everything follows from the field's declaration in pep_form.py; no field is named here. What a value must be is the validators'.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any

from werkzeug.datastructures import MultiDict

from pep_admin.attainment_words import offered
from pep_admin.circumstances import voice_version
from pep_admin.config import LONDON
from pep_admin.money import parse_pounds
from pep_admin.pep_document import digest, judged
from pep_admin.pep_form import Document, Field, Kind, Section
from pep_admin.validators.findings import Finding
from pep_admin.validators.national_tests import FIELD as TESTS
from pep_admin.validators.national_tests import reached
from pep_admin.views.answer_words import LOOKED_AT, TARGET, readable, written
from pep_admin.views.attainment_lines import ATTAINMENT, BESIDE, SUBJECT, laid_out, told_beside
from pep_admin.views.formats import parse_day
from pep_admin.views.looking_back import LOOKING_BACK, target_rows
from pep_admin.views.posted_lines import DECLARED, GIVEN, numbers_in, said_in
from pep_admin.voice_words import prompts_for

REVIEWS = "target_reviews"
"""The field that must be answered where there is a last target, line by line (HB-5.7)."""
CHILDS_WORDS = "P2.53"
"""The number of every question that the child answers."""
BASE = "base-"
SPARE_LINES = 2
"""Empty lines under those that are filled in; one where a table is usually of one line."""
_TIME = re.compile(r"(\d{1,2})[:.](\d{2})")


@dataclass(frozen=True, slots=True)
class Control:
    """One input as the template draws it; `text` is what stands in it, `picked` the codes that are chosen.

    `carried`: it came over from last term, and nobody has said yet that it is still right. `beside`: what stands under its label.
    """

    field: Field
    name: str
    text: str = ""
    picked: frozenset[str] = frozenset()
    error: str = ""
    required: bool = False
    carried: bool = False
    beside: str = ""

    @property
    def id(self) -> str:
        return f"f-{self.name}"

    @property
    def is_optional(self) -> bool:
        """Whether it may be left empty by itself. Of the child's own answers any one will do (HB-4.6), and a check looks at some
        fields together, like words and why there are none: neither is marked so."""
        return not self.required and not self.field.check and not (self.field.id == CHILDS_WORDS and self.field.core)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a table: its number, its row's id ("" for a new one), its controls, and what heads it; `given` where that is its
    subject, which the page names and nobody typed."""

    number: int
    row_id: str
    controls: tuple[Control, ...]
    heading: str = ""
    given: bool = False

    @property
    def subject(self) -> Control | None:
        return next((each for each in self.controls if each.field.key == SUBJECT), None)


@dataclass(frozen=True, slots=True)
class Question:
    """A field on the page: one control, or the lines of a table. `saved` is what stands in the record where that differs, `last`
    last term's answer where it is another. `offered`: by column, words to choose from or not."""

    control: Control
    base: str
    lines: tuple[Line, ...] = ()
    saved: str | None = None
    last: str | None = None
    prompts: tuple[str, ...] = ()
    offered: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def field(self) -> Field:
        return self.control.field

    @property
    def is_filled(self) -> bool:
        """Whether something stands in it, or is said about it: then it is not folded away."""
        controls = [self.control, *(each for line in self.lines for each in line.controls if each.field.key not in LOOKED_AT)]
        return self.saved is not None or any(each.text or each.picked or each.error for each in controls)


@dataclass(frozen=True, slots=True)
class Posted:
    """A post read back: parsed values and bases by key, and what could not be read. What failed is not in `values`."""

    values: Mapping[str, Any]
    base: Mapping[str, str]
    problems: tuple[Finding, ...]


# --- filling in --------------------------------------------------------------------------------------------------------


def questions(
    document: Document, section: Section, keys: Iterable[str], before: Mapping[str, Any] | None = None
) -> list[Question]:
    """The section's fields of those keys, filled from the record; `before` are last term's answers by key."""
    wanted = set(keys)
    return [_question(document, found, (before or {}).get(found.key))
            for found in section.fields if found.key in wanted and document.asked(found)]


def _question(document: Document, found: Field, before: Any) -> Question:
    value = document.answer(found.key)
    found = _narrowed(document, found)
    required = document.must(found) or (found.key == REVIEWS and bool(document.reviews))
    control = replace(_control(found, found.key, value, required=required), carried=found.key in document.carried)
    lines = _lines(document, found, value, judged(before) if found.key == ATTAINMENT else {}) if found.kind is Kind.ROWS else ()
    return Question(control, document.digests[found.key], lines, last=_last(found, value, before),
                    prompts=_prompts(document, found), offered=_offered(document, found))


def _narrowed(document: Document, found: Field) -> Field:
    """National tests with those to choose from that the child has come to; every other field as it is declared."""
    if found.key != TESTS:
        return found
    offered = {each.value for each in reached(document.child.year_group, document.rows(found.key))}
    test, *others = found.columns
    return replace(found, columns=(replace(test, choices=tuple(each for each in test.choices if each[0] in offered)), *others))


def _prompts(document: Document, found: Field) -> tuple[str, ...]:
    """What to ask of this child beside that box, by their year and how they communicate."""
    return prompts_for(voice_version(document.child.year_group, document.answer("communicates_by")), found.key)


def _offered(document: Document, found: Field) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple(offered(document.child.year_group, document.year).items()) if found.key == ATTAINMENT else ()


def _last(found: Field, value: Any, before: Any) -> str | None:
    """Last term's answer where it is another; a child's is shown to the adult only when the child has answered (HB-4.6)."""
    if before is None or (found.id == CHILDS_WORDS and value is None):
        return None
    last = readable(found, before)
    return last if last != readable(found, value) else None


def _control(found: Field, name: str, value: Any, *, required: bool) -> Control:
    picked = {str(each) for each in value} if found.kind is Kind.MANY_OF and value else set()
    if found.kind in (Kind.ONE_OF, Kind.YES_NO) and value is not None:
        picked = {written(found, value)}
    return Control(found, name, "" if found.kind in (Kind.ROWS, Kind.MANY_OF) else written(found, value), frozenset(picked),
                   required=required)


def _lines(document: Document, found: Field, value: Any, before: Mapping[str, str]) -> tuple[Line, ...]:
    if found.key == ATTAINMENT:
        asked = _attainment_lines(document, found, value or (), before)
        return (*asked, *(_line(found, len(asked) + each, {}, "") for each in range(SPARE_LINES)))
    rows: list[Mapping[str, Any]] = list(value or ())
    headings = [""] * len(rows)
    if found.store in LOOKING_BACK:
        rows, headings = LOOKING_BACK[found.store](document, rows)
    elif any(column.key == TARGET for column in found.columns):
        rows, headings = target_rows(_targets(document), rows)
    else:
        spare = max(SPARE_LINES if found.lines > 1 else 1, found.lines - len(rows))
        rows = [*rows, *({} for _ in range(spare))]
        headings += [""] * spare
    return tuple(_line(found, number, row, headings[number]) for number, row in enumerate(rows))


def _targets(document: Document) -> dict[int, str]:
    return {each.id: document.target(each.id) for each in document.targets}


def question_of_lines(document: Document, found: Field, rows: Iterable[Mapping[str, Any]]) -> Question:
    """The question of a table with just those lines, for a page that lays them out itself; of attainment with those of the subjects
    that are still to be judged."""
    if found.key == ATTAINMENT:
        lines = _attainment_lines(document, found, rows, document.judged_before)
    else:
        lines = tuple(_line(found, number, row, "") for number, row in enumerate(rows))
    return Question(_control(found, found.key, None, required=document.must(found)), document.digests[found.key], lines,
                    offered=_offered(document, found))


def _attainment_lines(
    document: Document, found: Field, rows: Iterable[Mapping[str, Any]], before: Mapping[str, str]
) -> tuple[Line, ...]:
    lines = []
    for number, each in enumerate(laid_out(document, rows, before)):
        subject = each.row.get(SUBJECT) or ""
        line = _line(found, number, each.row, subject if each.given else "")
        lines.append(replace(_with_beside(line, told_beside(before, subject)), given=each.given))
    return tuple(lines)


def _with_beside(line: Line, words: str) -> Line:
    controls = (replace(each, beside=words) if each.field.key == BESIDE else each for each in line.controls)
    return replace(line, controls=tuple(controls))


def _line(found: Field, number: int, row: Mapping[str, Any], heading: str) -> Line:
    controls = tuple(
        _control(column, f"{found.key}-{number}-{column.key}", row.get(column.key), required=column.must == "always")
        for column in found.columns
    )
    return Line(number, str(row.get("id") or ""), controls, heading)


def renumbered(line: Line, key: str, number: int) -> Line:
    """The line of that table under another number."""
    return replace(line, number=number, controls=tuple(
        replace(each, name=f"{key}-{number}-{each.field.key}") for each in line.controls))


# --- reading back ------------------------------------------------------------------------------------------------------


def read_post(section: Section, keys: Iterable[str], form: Mapping[str, Any], many: Callable[[str], list[str]]) -> Posted:
    """Read the post of a section page. A field counts as posted when its base came with it; `many` is the form's getlist."""
    values: dict[str, Any] = {}
    base: dict[str, str] = {}
    problems: list[Finding] = []
    wanted = set(keys)
    for found in section.fields:
        if found.key not in wanted or f"{BASE}{found.key}" not in form:
            continue
        base[found.key] = form[f"{BASE}{found.key}"]
        try:
            values[found.key] = _read_field(found, form, many)
        except Unreadable as problem:
            problems += problem.findings
    return Posted(values, base, tuple(problems))


def is_as_filled_in(key: str, form: MultiDict[str, str]) -> bool:
    """Whether a posted question of the document says what its page was filled with, by the base that came with it; False of what is
    no such question, and of what cannot be read."""
    found, base = DECLARED.get(key), form.get(f"{BASE}{key}")
    if found is None or base is None:
        return False
    try:
        return digest(found, _read_field(found, form, form.getlist)) == base
    except Unreadable:
        return False


class Unreadable(ValueError):
    """What could not be read of one field, as findings; `row` names the line and column."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings
        super().__init__(" ".join(each.message for each in findings))


def _read_field(found: Field, form: Mapping[str, Any], many: Callable[[str], list[str]]) -> Any:
    if found.kind is Kind.MANY_OF:
        return tuple(many(found.key)) or None
    if found.kind is Kind.ROWS:
        return _read_rows(found, form)
    try:
        return read(found, form.get(found.key, ""))
    except ValueError as problem:
        raise Unreadable([_unread(found, found, str(problem))]) from problem


def _unread(owner: Field, found: Field, sentence: str, row: str = "") -> Finding:
    return Finding(found.check or "shape", found.rule or "DATA-shape", owner.key, f"{found.label}: {sentence}", row=row)


def read(found: Field, text: str) -> Any:
    """A typed text as a value of the field's kind, None when blank; ValueError with a sentence to act on."""
    if not text.strip():
        return None
    if found.kind is Kind.PARA:
        return text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.strip()
    return READERS.get(found.kind, str)(text)


def parse_moment(text: str) -> datetime:
    """A day and a time in England, such as 18 Nov 2024 14:00; ValueError with a sentence."""
    day_text, _, time_text = text.replace(",", " ").strip().rpartition(" ")
    found = _TIME.fullmatch(time_text)
    if not day_text or found is None or int(found[1]) > 23 or int(found[2]) > 59:
        raise ValueError("Enter the day and the time, like 18 Nov 2024 14:00.")
    return datetime.combine(parse_day(day_text), time(int(found[1]), int(found[2])), LONDON)


def _number(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text, re.ASCII):
        raise ValueError("Enter a whole number, like 17.")
    return int(text)


def _yes_no(text: str) -> bool:
    if text not in ("yes", "no"):
        raise ValueError("Choose yes or no.")
    return text == "yes"


READERS: dict[Kind, Callable[[str], Any]] = {
    Kind.DATE: parse_day,
    Kind.MOMENT: parse_moment,
    Kind.NUMBER: _number,
    Kind.MONEY: parse_pounds,
    Kind.YES_NO: _yes_no,
}


def _read_rows(found: Field, form: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    rows: list[dict[str, Any]] = []
    problems: list[Finding] = []
    for number in said_in(found, form):
        typed = {column.key: form.get(f"{found.key}-{number}-{column.key}", "") for column in found.columns}
        row: dict[str, Any] = {"id": form.get(f"{found.key}-{number}-id") or None}
        for column in found.columns:
            try:
                row[column.key] = read(column, typed[column.key])
            except ValueError as problem:
                problems.append(_unread(found, column, str(problem), f"{len(rows)}-{column.key}"))
        rows.append(row)
    if problems:
        raise Unreadable(problems)
    return rows or None


# --- showing again -----------------------------------------------------------------------------------------------------


def as_typed(
    asked: list[Question], form: Mapping[str, Any], many: Callable[[str], list[str]], findings: Iterable[Finding] = (),
    conflicts: Mapping[str, Any] | None = None, document: Document | None = None,
) -> list[Question]:
    """The questions with what was typed in them, errors beside their fields, and, in a conflict, what stands in the record now.

    In a conflict the base moves on to what is saved: sending the page again is then the writer's own choice.
    """
    errors: dict[tuple[str, str], str] = {}
    for finding in findings:
        errors.setdefault((finding.field, finding.row), finding.sentence)
    shown = []
    for question in asked:
        again = _retyped(question, form, many, errors)
        key = question.field.key
        if conflicts and key in conflicts and document is not None:
            saved = readable(question.field, _named(document, question.field, conflicts[key]))
            again = replace(again, saved=saved, base=document.digests[key])
        shown.append(again)
    return shown


def _retyped(
    question: Question, form: Mapping[str, Any], many: Callable[[str], list[str]], errors: Mapping[tuple[str, str], str]
) -> Question:
    found = question.field
    if f"{BASE}{found.key}" not in form:
        return question
    base = form[f"{BASE}{found.key}"]
    if found.kind is Kind.ROWS:
        lines = _retyped_lines(found, question.lines, form, errors)
        whole = next((text for (key, row), text in errors.items() if key == found.key and not row), "")
        return replace(question, base=base, lines=lines, control=replace(question.control, error=whole))
    return replace(question, base=base, control=_retype(question.control, form, many, errors.get((found.key, ""), "")))


def _retyped_lines(
    found: Field, standing: tuple[Line, ...], form: Mapping[str, Any], errors: Mapping[tuple[str, str], str]
) -> tuple[Line, ...]:
    headings = {line.number: line.heading for line in standing if not line.given}
    beside = {_subject_of(line): each.beside for line in standing for each in line.controls if each.beside}
    lines = []
    for number in numbers_in(found, form):
        controls = tuple(
            _retype(_control(column, f"{found.key}-{number}-{column.key}", None, required=column.must == "always"), form,
                    lambda _: [], errors.get((found.key, f"{number}-{column.key}"), ""))
            for column in found.columns
        )
        given = f"{found.key}-{number}-{GIVEN}" in form
        line = Line(number, form.get(f"{found.key}-{number}-id", ""), controls, headings.get(number, ""), given)
        subject = _subject_of(line)
        lines.append(_with_beside(replace(line, heading=subject) if given else line, beside.get(subject, "")))
    return (*lines, *_still_given(found, standing, lines)) if lines else standing


def _still_given(found: Field, standing: tuple[Line, ...], lines: list[Line]) -> tuple[Line, ...]:
    """The lines that the page gives and that were not sent along: a draft keeps none in which nothing was typed."""
    there = {_subject_of(each) for each in lines}
    left = (each for each in standing if each.given and _subject_of(each) not in there)
    return tuple(renumbered(each, found.key, lines[-1].number + 1 + place) for place, each in enumerate(left))


def _subject_of(line: Line) -> str:
    return line.subject.text if line.subject else ""


def _retype(control: Control, form: Mapping[str, Any], many: Callable[[str], list[str]], error: str) -> Control:
    text = form.get(control.name, "")
    picked = set(many(control.name)) if control.field.kind is Kind.MANY_OF else {text}
    return replace(control, text=text, picked=frozenset(picked), error=error)


def in_words(document: Document, found: Field, value: Any) -> str:
    """An answer as it is read, with its targets by their words."""
    return readable(found, _named(document, found, value))


def answered(document: Document, section: Section) -> list[tuple[Field, str]]:
    """The section to read: each field that applies with its answer in words."""
    asked = [found for found in section.fields if document.asked(found)]
    return [(found, in_words(document, found, document.answer(found.key))) for found in asked]


def _named(document: Document, found: Field, value: Any) -> Any:
    """An answer with its targets in words instead of by number; a line about one that is gone is left out."""
    if found.key == REVIEWS or not any(column.key == TARGET for column in found.columns):
        return value
    return [{**row, TARGET: name} for row in value or () if (name := document.target(row[TARGET]))] or None
