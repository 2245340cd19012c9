"""Large files: looked at and loaded by a job, with progress, instead of while somebody waits for a page.

What is compared and stored, and that a confirmation is of the outcome that was seen, is keeping.py's, alike for small and large.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from pep_admin.exceptions import NotFound
from pep_admin.imports import KINDS
from pep_admin.imports.files import Table
from pep_admin.imports.keeping import (
    Confirmed,
    Given,
    confirm_import,
    find_import,
    forget,
    keep_files,
    make_plan,
    open_kept,
    record_look,
    require_no_refused,
    seal_of,
    take_import,
    write_outcome,
)
from pep_admin.imports.kinds import Kind, Step
from pep_admin.imports.matching import settle_places
from pep_admin.models import Import
from pep_admin.permissions import Actor
from pep_admin.vocabulary import JobState, RowFate
from pep_admin.workflow.jobs import ACTIVE, ask_job, asker_of, cleans_up

LARGE_BYTES, LARGE_ROWS = 1024 * 1024, 2_000
"""From these on a file is a job's: on a small machine 2,000 rows take about a second to compare and another to store, and storing
holds up everybody else's saves where the database is SQLite. A workbook is small in bytes and may be long in rows."""
LOOK, LOAD = "imports.look", "imports.load"

Beat = Callable[[int, int], None]
"""Hears how many rows are done, of how many; raises when the work is to stop."""


def is_large(tables: Mapping[str, Table]) -> bool:
    """Whether those files are a job's. Walks through them, so that one that cannot be read to its end is refused (Refused) while
    whoever chose it is there.
    """
    return _rows(tables) > LARGE_ROWS or sum(each.size for each in tables.values()) > LARGE_BYTES


def is_large_import(kept: Import) -> bool:
    """The same, of files that were looked at."""
    rows = sum(kept.outcome["counts"].values()) + kept.outcome["left_out"]
    return sum(each.size for each in kept.files) > LARGE_BYTES or rows > LARGE_ROWS


# --- asking ----------------------------------------------------------------------------------------------------------------


def ask_to_look(
    session: Session, kind: Kind, given: Mapping[str, Given], tables: Mapping[str, Table], options: dict[str, Any], *, actor: Actor
) -> Import:
    """Keep the files, and have a job compare them; their outcome is empty until then."""
    kept = keep_files(session, kind, given, tables, options, actor=actor)
    kept.job = ask_job(session, LOOK, actor=actor, **{"import": kept.id})
    return kept


def ask_to_look_as_matched(session: Session, import_id: int, tables: Mapping[str, Table], *, actor: Actor) -> Import:
    """The same, of kept files whose columns were matched by hand; an outcome of before goes."""
    kept = settle_places(session, import_id, tables, actor=actor)
    kept.outcome, kept.digest = {}, ""
    kept.job = ask_job(session, LOOK, actor=actor, **{"import": kept.id})
    return kept


def ask_to_load(
    session: Session, import_id: int, *, shown: str, good_rows: bool, actor: Actor, today: date, now: datetime
) -> Confirmed:
    """Have a job do what `confirm_import` does; what can be refused before, is."""
    kept = take_import(session, import_id, actor)
    if not kept.outcome:
        raise NotFound
    if shown != seal_of(kept):
        return Confirmed(kept, stored=False)
    require_no_refused(kept.outcome["counts"][RowFate.REFUSED], good_rows)
    kept.job = ask_job(session, LOAD, actor=actor, **{"import": kept.id}, shown=shown, good_rows=good_rows)
    return Confirmed(kept, stored=False, asked=True)


def at_work(kept: Import) -> bool:
    """Whether the outcome cannot be shown: a job is at work, or the one that was to look has come to nothing."""
    return not kept.outcome or (kept.job is not None and kept.job.state in ACTIVE)


def came_to_nothing(kept: Import) -> str:
    """Why the last job did not load what was to be loaded, in a sentence; "" where there is nothing to say."""
    if kept.loaded_at is not None or kept.job is None or kept.job.kind != LOAD or kept.job.state is not JobState.FAILED:
        return ""
    return kept.job.problem or ""


def was_moved(kept: Import) -> bool:
    """Whether the last job found another outcome than the one that had been seen, and so stored nothing."""
    job = kept.job
    return kept.loaded_at is None and job is not None and job.kind == LOAD and job.result.get("stored") is False


# --- the work --------------------------------------------------------------------------------------------------------------


def look(session: Session, import_id: int, *, actor: Actor, today: date, beat: Beat) -> None:
    """Compare the kept files with what stands, reading alone, and then write the outcome; the caller commits."""
    kept = find_import(session, import_id, actor=actor)
    tables = open_kept(session, kept)
    plan = make_plan(session, KINDS[kept.kind], tables, kept.options, actor=actor, today=today, step=_told(tables, beat))
    session.rollback()
    kept = take_import(session, import_id, actor, kept.job_id)
    write_outcome(session, kept, plan, tables)
    record_look(session, kept, tables)


def load(session: Session, payload: Mapping[str, Any], *, actor: Actor, today: date, now: datetime, beat: Beat) -> bool:
    """Compare while nothing is locked, so that it can be stopped and others can save; then confirm as any import. True: stored."""
    kept = find_import(session, payload["import"], actor=actor)
    tables = open_kept(session, kept)
    plan = make_plan(session, KINDS[kept.kind], tables, kept.options, actor=actor, today=today, step=_told(tables, beat))
    digest, seen, job_id = plan.outcome.digest(), kept.digest, kept.job_id
    session.rollback()
    if digest != seen:
        write_outcome(session, take_import(session, payload["import"], actor, job_id), plan, tables)
        return False
    del plan
    total = _rows(tables)
    # Another connection cannot note a beat while this one writes to SQLite; on PostgreSQL it can, and stop the work.
    is_shared = session.get_bind().dialect.name == "postgresql"
    done = confirm_import(session, payload["import"], shown=payload["shown"], good_rows=payload["good_rows"], actor=actor,
                          today=today, now=now, job_id=job_id, step=lambda count: beat(total, total) if is_shared else None)
    return done.stored


@cleans_up(LOOK)
def _forget_unseen(session: Session, payload: Mapping[str, Any]) -> None:
    """Nobody has seen an outcome of files whose looking was stopped: they go."""
    with contextlib.suppress(NotFound):  # kept for longer than a day, and gone
        forget(session, find_import(session, payload["import"], actor=asker_of(payload)))


def _told(tables: Mapping[str, Table], beat: Beat) -> Step:
    total, done = _rows(tables), 0
    beat(0, total)

    def step(count: int) -> None:
        nonlocal done
        done += count
        beat(min(done, total), total)

    return step


def _rows(tables: Mapping[str, Table]) -> int:
    return sum(sum(1 for _ in each.rows()) for each in tables.values())
