"""docs/form.md, written from the declaration in pep_form.py: `python -m tests.architecture.form_page` writes the file anew.

test_docs.py compares the file with what is built here, so that the page never says less or more than the program asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pep_admin.pep_form import EVERY_PHASE, FORM, Field, Kind, PartForm
from pep_admin.roll_lines import LINES, Line
from pep_admin.vocabulary import Phase

PAGE = Path(__file__).parents[2] / "docs" / "form.md"
HEAD = """# The document, field by field

This page is written from `pep_admin/pep_form.py`; don't edit it by hand. After a change there:
`.venv/bin/python -m tests.architecture.form_page`.

A PEP has three parts. The social worker owns Part 1 and Part 3, the school (its designated teacher, and who is named as writer)
owns Part 2, and may take the notes in Part 3 for the social worker to sign. Targets and Pupil
Premium requests are tables of their own and have their own pages; they are not on this list.

How to read it:

- **No.** is the number of the question. Several fields may share one. The name below the question is its key: it is what
  the database, the history and the code call it, and it is never renamed or used for something else.
- **Needed**: *always*, or the name of the circumstance that makes it so (`pep_admin/circumstances.py` decides them all),
  or nothing. A field that is not needed may still be asked for by a rule of its own: see [rules.md](rules.md).
- **Asked**: only in the circumstance named, or *unless* it; nothing means always.
- **Next time**: what the next PEP is to begin with: the same answer (*copy*), the same answer to be confirmed (*confirm*), or
  nothing.
- **Not shown to**: the child's copy, the school, parents.
"""
KINDS = {
    Kind.LINE: "a line", Kind.PARA: "text", Kind.DATE: "date", Kind.MOMENT: "date and time", Kind.NUMBER: "whole number",
    Kind.MONEY: "pounds",
    Kind.YES_NO: "yes or no", Kind.ONE_OF: "one of", Kind.MANY_OF: "some of", Kind.ROWS: "table",
}
READERS = {"C": "child", "S": "school", "P": "parents"}


def build() -> str:
    """The whole page."""
    count = sum(1 for _ in FORM.fields())
    parts = "\n".join(line for part in FORM.parts for line in _part(part))
    return f"{HEAD}\n{count} fields in {len(FORM.parts)} parts, and {len(LINES)} lines from the record.\n{parts}"


def _part(part: PartForm) -> Iterator[str]:
    yield f"\n## {part.title}\n"
    for section in part.sections:
        yield f"### {section.title}\n"
        if section.intro:
            yield f"{section.intro}\n"
        yield "| No. | Question | Kind | Needed | Asked | Next time | Not shown to | Rule | Help |"
        yield "|---|---|---|---|---|---|---|---|---|"
        for each in section.fields:
            yield _row(each)
        yield ""
        if shown := [_shown(each) for each in LINES if each.section == section.key]:
            yield f"Shown from the record, not typed: {'; '.join(shown)}.\n"


def _shown(line: Line) -> str:
    hidden = ", ".join(READERS[letter] for letter in line.hide)
    return f"{line.id} {line.label}{f' (not shown to {hidden})' if hidden else ''}"


def _row(field: Field) -> str:
    cells = (
        field.id,
        f"{field.label}<br>`{field.key}`",
        _kind(field),
        {"never": "", "always": "always"}.get(field.must, f"`{field.must}`"),
        _asked(field),
        "" if field.carry == "blank" else field.carry,
        ", ".join(READERS[letter] for letter in field.hide),
        field.rule,
        field.help,
    )
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _kind(field: Field) -> str:
    name = KINDS[field.kind]
    if field.choices:
        return f"{name}: {' · '.join(label for _, label in field.choices)}"
    if field.columns:
        return f"{name}: {' · '.join(_column(each) for each in field.columns)}"
    if field.lowest is not None:
        return f"{name}, {field.lowest} to {field.highest}" if field.highest is not None else f"{name} from {field.lowest}"
    return f"{name}, up to {field.max_length:,}" if field.kind in (Kind.LINE, Kind.PARA) else name


def _column(field: Field) -> str:
    return f"{field.label}{'' if field.must == 'always' else ' (may be left empty)'}"


def _asked(field: Field) -> str:
    phases = [Phase(each).label.lower() for each in field.phases] if field.phases != EVERY_PHASE else []
    only = [f"`{field.asked}`"] if field.asked else []
    never = [f"unless `{field.unless}`"] if field.unless else []
    return ", ".join([*phases, *only, *never])


if __name__ == "__main__":
    PAGE.write_text(build(), encoding="utf-8")
