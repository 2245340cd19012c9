"""An import between looking and loading: its files are kept for a day, its outcome page by page; confirming compares once more.

Nothing of a file is stored in the domain's tables before `confirm_import` or `load_plan`. Times are the true clock's, like the
audit log's, wherever the demo may stand. What rows mean is each kind's own matter.
"""

from __future__ import annotations

import contextlib
import io
import zlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import IO, Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from pep_admin import audit, outbox
from pep_admin.exceptions import NotFound, Refused
from pep_admin.imports import KINDS
from pep_admin.imports.files import Places, Table, open_table
from pep_admin.imports.kinds import Kind, Part, Plan, Step, no_step
from pep_admin.imports.outcome import Outcome, file_to_mend, with_their_own
from pep_admin.models import Import, ImportFile, ImportPage
from pep_admin.permissions import Actor, require
from pep_admin.validators.findings import Finding
from pep_admin.vocabulary import RowFate
from pep_admin.workflow.jobs import ACTIVE
from pep_admin.workflow.taking import MANY, refuse

KEPT_FOR = timedelta(hours=24)
DROP_OLD = "imports.drop_old"
"""The kind of job that ends what was kept for a day (server/worker.py)."""
LONGEST_NAME = 200


PlacesOf = Callable[[Part], Places | None]
"""How the columns of each file are found; None for by their names."""


def by_name(part: Part) -> None:
    """Every column is known by its names."""


def as_chosen(places: Mapping[str, Mapping[str, int] | None]) -> PlacesOf:
    """By the parts' keys, the places that were found or chosen when the file was first looked at."""

    def of(part: Part) -> Places | None:
        found = places.get(part.key)
        return None if found is None else lambda _: found

    return of


@dataclass(frozen=True, slots=True)
class Given:
    """A file as it was handed in: what it is called there, and its bytes, which can be wound back."""

    name: str
    content: IO[bytes]


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What came of a confirmation: stored, or asked of a job, or neither: the outcome is no longer the one that was shown."""

    kept: Import
    stored: bool
    asked: bool = False


def open_files(kind: Kind, given: Mapping[str, Given], places: PlacesOf = by_name) -> dict[str, Table]:
    """The tables of a kind's parts, their columns found by `places`. Raises Refused for a part that is missing, cannot be read or
    has no row, naming it by its key."""
    tables, problems = {}, []
    for part in kind.parts:
        if part.key in given:
            try:
                tables[part.key] = open_table(given[part.key].content, part.layout, part=part.key, places=places(part))
                if part.needed:
                    _refuse_without_rows(tables[part.key])
            except Refused as refused:
                problems += [Finding(each.check, each.code, part.key, each.message) for each in refused.findings]
        elif part.needed:
            problems.append(Finding("file-missing", "DATA-file", part.key, f"Choose a file for “{part.title}”."))
    if problems:
        raise Refused(problems)
    return tables


def _refuse_without_rows(table: Table) -> None:
    with contextlib.closing(table.rows()) as rows:
        if next(rows, None) is None:
            raise refuse("file-rows", "DATA-file", "The file has the names of its columns and no row below them.")


def make_plan(
    session: Session, kind: Kind, tables: Mapping[str, Table], options: Mapping[str, Any], *, actor: Actor, today: date,
    step: Step = no_step,
) -> Plan:
    """What the files would do. Reads alone; raises NotAllowed, and Refused where a file cannot be read to its end."""
    require(actor, kind.permission)
    plan = kind.plan(session, tables, options, today=today, step=step)
    plan.outcome.notes += [note for part in kind.parts if part.key in tables for note in _notes(part.title, tables[part.key])]
    return plan


def load_plan(
    session: Session, kind: Kind, plan: Plan, tables: Mapping[str, Table], *, good_rows: bool, actor: Actor, today: date,
    now: datetime, kept: Import | None = None, step: Step = no_step,
) -> None:
    """Store what a plan says, made in this same transaction; one audit event with counts and digests.

    Raises Refused when rows were refused, unless `good_rows` says that the others are wanted without them.
    """
    counts = plan.outcome.counts()
    require_no_refused(counts[RowFate.REFUSED], good_rows)
    kind.store(session, plan.work, actor=actor, today=today, now=now, step=step)
    details: dict[str, Any] = {fate.value: count for fate, count in counts.items()}
    audit.record(session, f"import.{kind.key}", kept, object_type="import", left_out=plan.outcome.left_out,
                 files=_digests(tables), **details)


def require_no_refused(refused: int, good_rows: bool) -> None:
    """Raise Refused where rows are refused and nobody has said that the others are wanted without them."""
    if refused and not good_rows:
        what = "1 row is refused" if refused == 1 else f"{refused:,} rows are refused"
        raise refuse("import-refused", "DATA-file", f"{what}, so nothing was loaded. Mend what is wrong and load the file again, "
                     "or load the other rows without it.")


# --- kept until it is confirmed --------------------------------------------------------------------------------------------


def keep_import(
    session: Session, kind: Kind, given: Mapping[str, Given], tables: Mapping[str, Table], options: dict[str, Any], plan: Plan, *,
    actor: Actor,
) -> Import:
    """Keep the files and the outcome of a plan until somebody confirms it, a day at most. Stores nothing of the domain."""
    kept = keep_files(session, kind, given, tables, options, actor=actor)
    write_outcome(session, kept, plan, tables)
    record_look(session, kept, tables)
    return kept


def keep_files(
    session: Session, kind: Kind, given: Mapping[str, Given], tables: Mapping[str, Table], options: dict[str, Any], *, actor: Actor,
    awaits_columns: bool = False,
) -> Import:
    """Keep files for a day, for the actor alone; an outcome follows, or first somebody's word on the columns."""
    require(actor, kind.permission)
    drop_old(session)
    kept = Import(kind=kind.key, made_by=actor.id, made_name=actor.name, made_at=_clock(), options=options, outcome={}, digest="",
                  awaits_columns=awaits_columns)
    session.add(kept)
    session.flush()
    for key, table in tables.items():
        content = given[key].content
        content.seek(0)
        session.add(ImportFile(import_id=kept.id, part=key, name=given[key].name[-LONGEST_NAME:], sha256=table.sha256,
                               size=table.size, places=dict(table.places), content=zlib.compress(content.read(), 6)))
    session.flush()
    job = outbox.queue_job(session, DROP_OLD, now=_clock(), once_key=f"{DROP_OLD}:{kept.id}")
    job.due_at = kept.made_at + KEPT_FOR
    return kept


def keep_places(session: Session, import_id: int, tables: Mapping[str, Table], *, actor: Actor) -> Import:
    """Keep where each column stands in files whose columns were matched by hand; an outcome follows."""
    kept = take_import(session, import_id, actor)
    for each in kept.files:
        each.places = dict(tables[each.part].places)
    kept.awaits_columns = False
    return kept


def record_look(session: Session, kept: Import, tables: Mapping[str, Table]) -> None:
    """The audit event of files that were looked at."""
    audit.record(session, "import.look", kept, kind=kept.kind, files=_digests(tables))


def find_import(session: Session, import_id: int, *, actor: Actor) -> Import:
    """An import of one's own that has an outcome; NotFound for another's, and for one that was kept long enough."""
    found = find_kept(session, import_id, actor=actor)
    if found.awaits_columns:
        raise NotFound
    return found


def find_kept(session: Session, import_id: int, *, actor: Actor) -> Import:
    """Like `find_import`, also where nobody has yet said which heading is which column."""
    found = session.get(Import, import_id)
    if found is None or found.made_by != actor.id or (found.loaded_at is None and found.made_at < _clock() - KEPT_FOR):
        raise NotFound
    require(actor, KINDS[found.kind].permission)
    return found


def imports_of(session: Session, actor: Actor, limit: int = 20) -> list[Import]:
    """The actor's own imports that wait or were loaded, newest first."""
    mine = select(Import).where(Import.made_by == actor.id)
    waiting = (Import.loaded_at.is_not(None)) | (Import.made_at >= _clock() - KEPT_FOR)
    return list(session.scalars(mine.where(waiting).order_by(Import.id.desc()).limit(limit)))


def outcome_page(session: Session, kept: Import, fate: RowFate, number: int) -> list[Any]:
    """One page of an outcome: rows as [number, subject, part, [[label, old, new]…], [[column, sentence, rule]…]]."""
    found = session.scalar(
        select(ImportPage.rows).where(ImportPage.import_id == kept.id, ImportPage.fate == fate, ImportPage.number == number)
    )
    return found["rows"] if found else []


def confirm_import(
    session: Session, import_id: int, *, shown: str, good_rows: bool, actor: Actor, today: date, now: datetime,
    job_id: int | None = None, step: Step = no_step,
) -> Confirmed:
    """Compare the kept files once more with what stands now, and store them if the outcome is still the one that was `shown`.

    `shown` is `seal_of` the import as its page carried it: the digests of the files and of the outcome. Where it is not what comes
    out now, the new outcome takes the old one's place, and nothing is stored. Raises Refused like `load_plan`, when it was loaded
    already, and while another job than `job_id` is at work on it.
    """
    kept = take_import(session, import_id, actor, job_id)
    if not kept.outcome:
        raise NotFound
    kind, tables = KINDS[kept.kind], open_kept(session, kept)
    plan = make_plan(session, kind, tables, kept.options, actor=actor, today=today, step=step)
    if plan.outcome.digest() != kept.digest:
        write_outcome(session, kept, plan, tables)
        return Confirmed(kept, stored=False)
    if shown != seal_of(kept):
        return Confirmed(kept, stored=False)
    load_plan(session, kind, plan, tables, good_rows=good_rows, actor=actor, today=today, now=now, kept=kept,
              step=step)
    kept.loaded_at = _clock()
    if not kept.outcome["mend"]:
        _drop_contents(session, [kept.id])
    return Confirmed(kept, stored=True)


def seal_of(kept: Import) -> str:
    """What a confirmation must carry: which files, and which outcome of theirs, were looked at."""
    return "-".join([*(each.sha256 for each in kept.files), kept.digest])


def discard_import(session: Session, import_id: int, *, actor: Actor) -> None:
    """Forget an import that was not loaded, with its files."""
    forget(session, take_import(session, import_id, actor))


def forget(session: Session, kept: Import) -> None:
    """Take away an import with its files."""
    _drop_contents(session, [kept.id])
    audit.record(session, "import.discard", kept)
    session.execute(delete(Import).where(Import.id == kept.id))


def rows_to_mend(session: Session, kept: Import, part: str) -> bytes:
    """The rows of one of its files that are not loaded as CSV, to mend and load again; NotFound when there is nothing of it."""
    why: dict[str, dict[int, str]] = defaultdict(dict)
    pages = select(ImportPage.rows).where(ImportPage.import_id == kept.id, ImportPage.fate.in_((RowFate.REFUSED, RowFate.WAITING)))
    for rows in session.scalars(pages):
        for number, _, where, _, reasons in rows["rows"]:
            why[where][number] = _in_a_line(reasons)
    tables = open_kept(session, kept)
    held = with_their_own(tables, why, KINDS[kept.kind].joined_by).get(part)
    if not held:
        raise NotFound
    return file_to_mend(tables[part], held)


def drop_old(session: Session) -> None:
    """End what was kept for a day: files and pages of all, and the mark itself of what was never loaded."""
    old = select(Import.id, Import.loaded_at).where(Import.made_at < _clock() - KEPT_FOR)
    found = session.execute(old.where(Import.files.any() | Import.loaded_at.is_(None))).all()
    _drop_contents(session, [row.id for row in found])
    never_loaded = [row.id for row in found if row.loaded_at is None]
    session.execute(delete(Import).where(Import.id.in_(never_loaded)))


# --- in one place ----------------------------------------------------------------------------------------------------------


def _clock() -> datetime:
    return datetime.now(UTC)


def take_import(session: Session, import_id: int, actor: Actor, job_id: int | None = None) -> Import:
    """An import of one's own that is not loaded, locked; Refused while another job than that one is at work on it."""
    found = find_kept(session, import_id, actor=actor)
    session.refresh(found, with_for_update=True)
    if found.loaded_at is not None:
        raise refuse("import-loaded", "DATA-status", "This was loaded already; nothing was done a second time.")
    if found.job is not None and found.job.state in ACTIVE and found.job_id != job_id:
        raise refuse("import-at-work", "DATA-status", "This file is being worked on just now. Wait for it, or stop it first.")
    return found


def open_kept(session: Session, kept: Import) -> dict[str, Table]:
    """The tables of the files that are kept, their columns where they were found or matched."""
    return open_files(KINDS[kept.kind], contents_of(session, kept), as_chosen({each.part: each.places for each in kept.files}))


def contents_of(session: Session, kept: Import) -> dict[str, Given]:
    """The files of an import as they were handed in, by their part."""
    rows = session.execute(select(ImportFile.part, ImportFile.name, ImportFile.content).where(ImportFile.import_id == kept.id))
    return {part: Given(name, io.BytesIO(zlib.decompress(content))) for part, name, content in rows}


def write_outcome(session: Session, kept: Import, plan: Plan, tables: Mapping[str, Table]) -> None:
    """Put the outcome of a plan for those tables in the place of the one that was kept, page by page."""
    session.execute(delete(ImportPage).where(ImportPage.import_id == kept.id))
    pages = [{"import_id": kept.id, "fate": fate, "number": number, "rows": {"rows": rows}}
             for fate, number, rows in plan.outcome.pages()]
    for start in range(0, len(pages), MANY):
        session.execute(insert(ImportPage), pages[start:start + MANY])
    kept.digest = plan.outcome.digest()
    kept.outcome = {"counts": {fate.value: count for fate, count in plan.outcome.counts().items()},
                    "left_out": plan.outcome.left_out, "notes": plan.outcome.notes,
                    "mend": [part for part, why in to_mend(KINDS[kept.kind], plan.outcome, tables).items() if why]}
    session.flush()


def to_mend(kind: Kind, outcome: Outcome, tables: Mapping[str, Table]) -> dict[str, dict[int, str]]:
    """By the file's part, the rows of it that are not loaded, each with why."""
    return with_their_own(tables, {part: outcome.refused_in(part) for part in tables}, kind.joined_by)


def _drop_contents(session: Session, ids: Sequence[int]) -> None:
    for model in (ImportFile, ImportPage):
        session.execute(delete(model).where(model.import_id.in_(ids)))


def _digests(tables: Mapping[str, Table]) -> list[str]:
    return [f"{key} {table.sha256}" for key, table in tables.items()]


def _notes(title: str, table: Table) -> list[str]:
    found = []
    if table.renamed:
        read = ", ".join(f"“{theirs[:60]}” as “{ours}”" for ours, theirs in table.renamed)
        found.append(f"{title}: matched by hand, now or before, {'is' if len(table.renamed) == 1 else 'are'} {read}.")
    if table.missing:
        found.append(f"{title}: the file lacks {_quoted(table.missing)}. What is on record there stays.")
    if table.unknown:
        found.append(f"{title}: not read {'is' if len(table.unknown) == 1 else 'are'} {_quoted(table.unknown)}.")
    return found


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"“{name[:60]}”" for name in names)


def _in_a_line(reasons: Sequence[Sequence[str]]) -> str:
    return " ".join(f"{column}: {message}" if column else message for column, message, _ in reasons)
