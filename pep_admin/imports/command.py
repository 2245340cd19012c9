"""An import by command: the same plan and the same loading as on screen, told in plain sentences that name rows and never people.

The words of the command line, and its exit status, are cli.py's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from pep_admin.imports import keeping, matching
from pep_admin.imports.files import Table
from pep_admin.imports.kinds import Kind, Plan, Step, no_step
from pep_admin.imports.outcome import Outcome, file_to_mend, sentences
from pep_admin.permissions import Actor
from pep_admin.vocabulary import RowFate

MOST_NAMED = 20
"""Refused rows that are told; a longer list is counted, and written into the file to mend."""
LONGEST_NOTE = 300


@dataclass(frozen=True, slots=True)
class Asked:
    """What a command was asked: the files by their part, options as typed, whether to store, and whether without refused rows."""

    kind: Kind
    files: Mapping[str, Path]
    options: Mapping[str, str] = field(default_factory=dict)
    dry_run: bool = False
    good_rows: bool = False
    mend: Path | None = None
    """Where the rows that are not stored are written, to be mended; None for nowhere."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Headings of ours, each with the file's own for it; before what is remembered for the team."""


def run(
    session: Session, asked: Asked, *, actor: Actor, today: date, now: datetime, say: Callable[[str], None], step: Step = no_step
) -> bool:
    """Plan and, unless it is a dry run, load; the caller commits. True when all was as asked, False when rows stand in the way.

    Raises Refused where a file cannot be read at all.
    """
    with ExitStack() as closing:
        given = {part: keeping.Given(path.name, closing.enter_context(path.open("rb"))) for part, path in asked.files.items()}
        options = asked.kind.read_options(asked.options)
        places = matching.as_told(asked.kind, matching.remembered(session, asked.kind), asked.columns)
        tables = keeping.open_files(asked.kind, given, places)
        matching.refuse_unused_words(tables, asked.columns)
        plan = keeping.make_plan(session, asked.kind, tables, options, actor=actor, today=today, step=step)
        for sentence in told(asked.kind, plan.outcome, several=len(tables) > 1):
            say(sentence)
        if asked.mend is not None:
            _write_to_mend(asked, tables, plan.outcome, say)
        return _finish(session, asked, plan, tables, actor=actor, today=today, now=now, say=say, step=step)


def _finish(
    session: Session, asked: Asked, plan: Plan, tables: Mapping[str, Table], *, actor: Actor, today: date,
    now: datetime, say: Callable[[str], None], step: Step,
) -> bool:
    stands_in_the_way = bool(plan.outcome.counts()[RowFate.REFUSED]) and not asked.good_rows
    if stands_in_the_way:
        say("Nothing was stored: mend the refused rows, or give --good-rows to load the others without them.")
    elif asked.dry_run:
        say("Nothing was stored: this was a dry run.")
    else:
        keeping.load_plan(session, asked.kind, plan, tables, good_rows=asked.good_rows, actor=actor, today=today, now=now,
                          step=step)
        say("Stored." if plan.work else "There was nothing to store.")
    return not stands_in_the_way


def told(kind: Kind, outcome: Outcome, *, several: bool = False) -> Iterator[str]:
    """The outcome in sentences: counts, what concerns the files, the first refused rows by their numbers (of `several` files)."""
    counts = outcome.counts()
    rows = sum(1 for each in outcome.told if each.number) + outcome.left_out
    words = [f"{count:,} {fate.label.lower()}" for fate, count in counts.items()]
    yield f"{rows:,} {kind.thing[rows != 1]} in the file: {', '.join(words)}, {outcome.left_out:,} left out."
    yield from (f"{note[:LONGEST_NOTE]}…" if len(note) > LONGEST_NOTE else note for note in outcome.notes)
    held = [each for each in outcome.told if each.why and each.number]  # those without a row are counted in a note
    held.sort(key=lambda each: (each.fate is RowFate.WAITING, each.number))  # what holds the others back comes first
    for each in held[:MOST_NAMED]:
        where = f" of “{kind.part(each.part).title}”" if each.part and several else ""
        rules = ", ".join(dict.fromkeys(rule for _, _, rule in each.why))
        yield f"  row {each.number}{where}: {sentences(each)} ({rules})"
    if len(held) > MOST_NAMED:
        yield f"  and {len(held) - MOST_NAMED:,} more."


def _write_to_mend(asked: Asked, tables: Mapping[str, Table], outcome: Outcome, say: Callable[[str], None]) -> None:
    """One file a part; a second part's gets its key into its name."""
    held = keeping.to_mend(asked.kind, outcome, tables)
    for number, (part, table) in enumerate(tables.items()):
        path = asked.mend
        if path is None or not (why := held[part]):
            continue
        path = path if number == 0 else path.with_stem(f"{path.stem}-{part}")
        path.write_bytes(file_to_mend(table, why))
        say(f"Wrote {len(why):,} rows to mend to {path}.")
