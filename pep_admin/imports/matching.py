"""Columns of other people's files: what the team remembers of their headings, and the step at which somebody says which is which.

What a heading may be matched with is headings.py's; keeping the file meanwhile is keeping.py's. Headings are remembered, values
never.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from pep_admin import audit
from pep_admin.exceptions import NotFound, Refused
from pep_admin.imports import KINDS, keeping
from pep_admin.imports.files import WHY, Places, Table
from pep_admin.imports.headings import (
    NOT_READ,
    NOTHING,
    Remembered,
    can_be_name,
    check_places,
    find_places,
    learnt,
    own_place,
    plain_heading,
    suggest_places,
)
from pep_admin.imports.kinds import Kind, Part, Plan
from pep_admin.models import ColumnMatch, Import
from pep_admin.permissions import Actor, require
from pep_admin.validators.findings import Finding
from pep_admin.workflow.taking import refuse

LONGEST_HEADING = 200
BY_HAND = frozenset({"file-column", "file-doubled"})
"""The checks that somebody can answer by saying which heading is which column."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a file as it is offered: its place from 0, its words, whether the file has it twice, some of its values."""

    place: int
    name: str
    is_doubled: bool
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToMatch:
    """One file whose columns are matched: its part, its headings, and the places that are known or remembered, by column."""

    part: Part
    headings: tuple[Heading, ...]
    suggested: Mapping[str, int]


def remembered(session: Session, kind: Kind) -> dict[str, dict[str, str]]:
    """What the team remembers of the headings of a kind's files, by part; columns that there are no longer are left out."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    rows = session.execute(select(ColumnMatch.part, ColumnMatch.plain, ColumnMatch.column).where(ColumnMatch.kind == kind.key))
    known = {part.key: {NOT_READ, *(each.key for each in part.layout.columns)} for part in kind.parts}
    for part, plain, column in rows:
        if column in known.get(part, ()):
            found[part][plain] = column
    return dict(found)


def as_remembered(known: Mapping[str, Remembered]) -> keeping.PlacesOf:
    """Columns are found by what is remembered of the part's headings, then by their names."""

    def of(part: Part) -> Places:
        return lambda headings: find_places(headings, part.layout, known.get(part.key, NOTHING))

    return of


def open_known(kind: Kind, given: Mapping[str, keeping.Given], places: keeping.PlacesOf) -> dict[str, Table] | None:
    """The tables of a kind's files; None where somebody must say which heading is which column: a needed one is not known, or one
    could be two headings.

    Raises Refused where a file is missing or cannot be read, or has fewer headings than it needs.
    """
    try:
        return keeping.open_files(kind, given, places)
    except Refused as refused:
        if any(each.check not in BY_HAND for each in refused.findings) or not _can_be_matched(kind, given):
            raise
        return None


def keep_to_match(
    session: Session, kind: Kind, given: Mapping[str, keeping.Given], options: dict[str, Any], *, actor: Actor
) -> Import:
    """Keep files until their columns are matched, a day at most, for the actor alone. Raises Refused where one cannot be read."""
    tables = keeping.open_files(kind, given, _unread)
    for table in tables.values():
        table.samples()  # what the page shows can be read
    kept = keeping.keep_files(session, kind, given, tables, options, actor=actor, awaits_columns=True)
    keeping.record_look(session, kept, tables)
    return kept


def find_to_match(session: Session, import_id: int, *, actor: Actor) -> Import:
    """An import of one's own whose columns are to be matched; NotFound for another's, a loaded one and one kept long enough."""
    kept = keeping.find_kept(session, import_id, actor=actor)
    if kept.loaded_at is not None or not kept.files:
        raise NotFound
    return kept


def to_match(session: Session, kept: Import) -> list[ToMatch]:
    """What is there to match in each file of an import, with what is known of it already."""
    kind = KINDS[kept.kind]
    known, tables = remembered(session, kind), keeping.open_files(kind, keeping.contents_of(session, kept), _unread)
    before = {each.part: each.places for each in kept.files if not kept.awaits_columns}
    return [ToMatch(part, _offered(tables[part.key]),
                    before.get(part.key) or _suggested(tables[part.key], known.get(part.key, NOTHING)))
            for part in kind.parts if part.key in tables]


def open_matched(session: Session, kept: Import, chosen: Mapping[str, Mapping[str, int]]) -> dict[str, Table]:
    """The tables of an import with the columns where somebody says they stand. Raises Refused, at “part-column”, for a heading that
    the file does not have or that is chosen twice, and for a needed column without one."""
    kind, given = KINDS[kept.kind], keeping.contents_of(session, kept)
    tables = keeping.open_files(kind, given, _unread)
    if problems := [_at(part, each) for part, table in tables.items()
                    for each in check_places(table.headings, table.layout, chosen.get(part, {}))]:
        raise Refused(problems)
    return keeping.open_files(kind, given, keeping.as_chosen(chosen))


def settle_columns(session: Session, import_id: int, tables: Mapping[str, Table], plan: Plan, *, actor: Actor) -> Import:
    """Keep the outcome of files whose columns were matched by hand, and remember the match for the team."""
    kept = settle_places(session, import_id, tables, actor=actor)
    keeping.write_outcome(session, kept, plan, tables)
    return kept


def settle_places(session: Session, import_id: int, tables: Mapping[str, Table], *, actor: Actor) -> Import:
    """Keep how the columns of the files were matched, and remember it for the team; the outcome is the caller's."""
    kept = keeping.keep_places(session, import_id, tables, actor=actor)
    fresh = gone = 0
    for part, table in tables.items():
        taught = learnt(table.headings, table.layout, table.places)
        gone += _forget(session, kept.kind, part, [plain_heading(heading) for heading in taught])
        rows = [(heading, column) for heading, column in taught.items() if column is not None and len(heading) <= LONGEST_HEADING]
        session.add_all(_match(kept.kind, part, heading, column, actor) for heading, column in rows)
        fresh += len(rows)
    session.flush()
    if fresh or gone:
        audit.record(session, "import.match", kept, kind=kept.kind, headings=fresh)
    return kept


# --- by command ------------------------------------------------------------------------------------------------------------


def as_told(kind: Kind, known: Mapping[str, Remembered], words: Mapping[str, str]) -> keeping.PlacesOf:
    """Columns are found by words, our heading to the file's, before what is remembered and before their names.

    Raises Refused for a heading of ours that no file of this kind has.
    """
    ours = [each for part in kind.parts for each in part.layout.columns]
    if strange := [word for word in words if not any(own_place(each, word) for each in ours)]:
        raise refuse("match-strange", "DATA-file", f"There is no column “{strange[0]}” to be read. The columns are "
                     f"{', '.join(dict.fromkeys(each.heading for each in ours))}.")
    return as_remembered({part.key: _overruled(part, known.get(part.key, NOTHING), words) for part in kind.parts})


def refuse_unused_words(tables: Mapping[str, Table], words: Mapping[str, str]) -> None:
    """Raise Refused for a heading that was named and that no file has."""
    there = {plain_heading(each) for table in tables.values() for each in table.headings}
    if missing := [theirs for theirs in words.values() if plain_heading(theirs) not in there]:
        raise refuse("file-column", "DATA-file", f"No file has a column “{missing[0]}”.")


def _overruled(part: Part, known: Remembered, words: Mapping[str, str]) -> Remembered:
    """What is remembered, with columns that words name found by these alone."""
    found = dict(known)
    for column in part.layout.columns:
        for theirs in (theirs for ours, theirs in words.items() if own_place(column, ours)):
            others = {*column.names, *(plain for plain, key in known.items() if key == column.key)}
            found |= dict.fromkeys(others, NOT_READ) | {plain_heading(theirs): column.key}
    return found


# --- what is remembered ----------------------------------------------------------------------------------------------------


def matches_of(session: Session, kinds: Iterable[Kind]) -> dict[tuple[str, str], list[ColumnMatch]]:
    """What is remembered for those kinds, by kind and part, in the order of the headings."""
    found: dict[tuple[str, str], list[ColumnMatch]] = defaultdict(list)
    wanted = select(ColumnMatch).where(ColumnMatch.kind.in_([each.key for each in kinds]))
    for each in session.scalars(wanted.order_by(ColumnMatch.heading, ColumnMatch.id)):
        found[each.kind, each.part].append(each)
    return found


def change_matches(session: Session, kind: Kind, part_key: str, wanted: Mapping[int, str | None], *, actor: Actor) -> int:
    """Give remembered headings another column, by their row's id; "" for not read, None to forget it. How many have changed.

    Raises Refused for a row that is not of this part, as when somebody else has forgotten it, and for a strange column.
    """
    require(actor, kind.permission)
    rows = {each.id: each for each in session.scalars(
        select(ColumnMatch).where(ColumnMatch.kind == kind.key, ColumnMatch.part == part_key).with_for_update())}
    if set(wanted) - set(rows):
        raise refuse("match-gone", "DATA-file", "Somebody has changed what is remembered meanwhile. Look at it below, and change "
                     "it again if need be.")
    columns = {NOT_READ, *(each.key for each in kind.part(part_key).layout.columns)}
    if strange := [row_id for row_id, column in wanted.items() if column is not None and column not in columns]:
        sentence = "Choose a column of the list."
        raise Refused(Finding("match-strange", "DATA-file", f"column-{row_id}", sentence) for row_id in strange)
    changed = {row_id: column for row_id, column in wanted.items() if column != rows[row_id].column}
    for row_id, column in changed.items():
        if column is None:
            session.delete(rows[row_id])
        else:
            each = rows[row_id]
            each.column, each.made_by, each.made_name, each.made_at = column, actor.id, actor.name, datetime.now(UTC)
    session.flush()
    if changed:
        audit.record(session, "import.rematch", object_type="import", kind=kind.key, part=part_key, headings=len(changed))
    return len(changed)


# --- in one place ----------------------------------------------------------------------------------------------------------


def _unread(part: Part) -> Places:
    return lambda _: {}


def _can_be_matched(kind: Kind, given: Mapping[str, keeping.Given]) -> bool:
    """Whether each file has as many headings as it needs columns; Refused where one cannot be read beside that."""
    tables = keeping.open_files(kind, given, _unread)
    return all(len(_names(table)) >= len(table.layout.needed) for table in tables.values())


def _names(table: Table) -> list[int]:
    """The places of what may be names of columns."""
    return [place for place, heading in enumerate(table.headings) if can_be_name(heading) and heading != WHY]


def _offered(table: Table) -> tuple[Heading, ...]:
    plain, samples = [plain_heading(each) for each in table.headings], table.samples()
    return tuple(Heading(place, table.headings[place], plain.count(plain[place]) > 1, samples[place]) for place in _names(table))


def _suggested(table: Table, known: Remembered) -> dict[str, int]:
    return suggest_places(table.headings, table.layout, known)


def _at(part: str, finding: Finding) -> Finding:
    return Finding(finding.check, finding.code, f"{part}-{finding.field}", finding.message)


def _forget(session: Session, kind: str, part: str, plain: Sequence[str]) -> int:
    gone = delete(ColumnMatch).where(ColumnMatch.kind == kind, ColumnMatch.part == part, ColumnMatch.plain.in_(plain))
    return len(session.scalars(gone.returning(ColumnMatch.id)).all())


def _match(kind: str, part: str, heading: str, column: str, actor: Actor) -> ColumnMatch:
    return ColumnMatch(kind=kind, part=part, heading=heading, plain=plain_heading(heading), column=column, made_by=actor.id,
                       made_name=actor.name, made_at=datetime.now(UTC))
