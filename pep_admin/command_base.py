"""What the commands of cli.py share: the application, a session that acts as the system, tables that must be there, backups.

A command's words, and what it says, are cli.py's. Nothing is imported before it is needed, so that `--help` is quick.
"""

from __future__ import annotations

import contextlib
import sys
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pep_admin import config
from pep_admin.vocabulary import TermName

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

    from pep_admin.models import AcademicYear, Term
    from pep_admin.policy import YearPolicy


def application() -> Flask:
    """The application of the settings in the environment."""
    from pep_admin.app import create_app

    return create_app()


def system() -> Any:
    """Who acts in a command."""
    from pep_admin.permissions import SYSTEM

    return SYSTEM


@contextlib.contextmanager
def acting(app: Flask, *, writes: bool = True) -> Iterator[Session]:
    """A session of the application, acting as the system; the command commits. Not for writing, it takes no lock."""
    with app.app_context():
        session = app.extensions["sqlalchemy"].session()
        session.info.update(actor=system(), sender=app, request_id=uuid.uuid4().hex)
        if not writes:
            _read_only(session)
        try:
            yield session
        finally:
            session.close()
            app.extensions["sqlalchemy"].engine.dispose()


@contextlib.contextmanager
def engine_of(app: Flask) -> Iterator[Engine]:
    """The application's engine, its connections closed afterwards."""
    with app.app_context():
        engine: Engine = app.extensions["sqlalchemy"].engine
        try:
            yield engine
        finally:
            engine.dispose()


@contextlib.contextmanager
def other_engine(url: str) -> Iterator[Engine]:
    """An engine on another database than the settings', as the program opens its own."""
    from sqlalchemy import create_engine
    from sqlalchemy.exc import ArgumentError, OperationalError

    from pep_admin.server.database import engine_options, prepare

    try:
        engine = create_engine(url, **engine_options(url))
        prepare(engine)
        engine.connect().close()
    except (ArgumentError, OperationalError) as problem:
        raise click.ClickException(f"That database cannot be opened ({type(problem).__name__}). Look at its address, and whether "
                                   "the role may enter.") from None
    try:
        yield engine
    finally:
        engine.dispose()


@contextlib.contextmanager
def progress(label: str, length: int) -> Iterator[Callable[[int], None]]:
    """A bar on the terminal, moved by the number of things done."""
    with click.progressbar(length=max(length, 1), label=label, file=sys.stderr) as bar:
        yield bar.update


def _read_only(session: Session) -> None:
    session.connection(execution_options={"readonly": True})


def bring_up_to_date(app: Flask) -> None:
    """Take the steps that the database lacks, and say which."""
    from pep_admin.server.migrations import upgrade

    with engine_of(app) as engine:
        taken = upgrade(engine)
    for step in taken:
        click.echo(f"Took the step {step}.")
    click.echo("The database is up to date.")


def make_tables(app: Flask) -> None:
    """All tables in an empty database; an older one is the matter of `pep-admin migrate`, which takes a backup first."""
    from sqlalchemy import inspect

    from pep_admin.server.database import keep_private
    from pep_admin.server.migrations import VERSION_TABLE

    with engine_of(app) as engine:
        keep_private(engine.url)
        is_new = not inspect(engine).has_table(VERSION_TABLE)
    bring_up_to_date(app) if is_new else require_tables(app)


def back_up(app: Flask, file: Path) -> None:
    """Write a checked backup to the file, or into the folder under the time of now, and say how much it holds."""
    from pep_admin import audit
    from pep_admin.server.backups import back_up, file_name

    require_tables(app)
    file = file / file_name(datetime.now(UTC)) if file.is_dir() else file
    with engine_of(app) as engine:
        made = back_up(engine, file)
        audit.record_at_once(engine, system(), "backup.make", object_type="backup", digest=made.digest, rows=made.total)
    click.echo(f"Backed up {made.total:,} rows in {len(made.rows)} tables to {file} ({file.stat().st_size / 1e6:.1f} MB), checked.")


def back_up_before_steps(app: Flask) -> None:
    """A backup into the instance folder where steps are to be taken on a database that is in use."""
    from sqlalchemy import inspect

    from pep_admin.server.backups import back_up, file_name
    from pep_admin.server.migrations import VERSION_TABLE, pending

    with engine_of(app) as engine:
        if not inspect(engine).has_table(VERSION_TABLE) or not pending(engine):
            return
        folder = config.read_settings().folder / "backups"
        folder.mkdir(mode=0o700, exist_ok=True)
        made = back_up(engine, folder / file_name(datetime.now(UTC)))
    click.echo(f"Backed up {made.total:,} rows to {folder} first.")


def time_of(instant: str) -> str:
    """An instant in ISO, as the clock in England shows it."""
    return f"{datetime.fromisoformat(instant).astimezone(config.LONDON):%d %b %Y %H:%M}"


def require_tables(app: Flask) -> None:
    """Refuse to work on a database that is new or older than the program."""
    from pep_admin.server.migrations import pending

    with engine_of(app) as engine:
        file = engine.url.database if engine.dialect.name == "sqlite" else None
        is_there = file in (None, "", ":memory:") or Path(str(file)).exists()  # asking a file that is not there would make it
        missing = pending(engine) if is_there else ["all of them"]
    if missing:
        raise click.ClickException("The database is new or older than this program. Run `pep-admin init` for a new one, "
                                   "`pep-admin migrate` for an older one.")


def require_ready(app: Flask) -> None:
    """Refuse to serve a database that is new, older than the program, or damaged."""
    from pep_admin.server.database import quick_check

    require_tables(app)
    with engine_of(app) as engine:
        if damage := quick_check(engine):
            raise click.ClickException(damage)


def say_all(sentences: Iterable[str]) -> None:
    """Print them, one a line."""
    for sentence in sentences:
        click.echo(sentence)


def remind(dry_run: bool) -> list[str]:
    """Today's reminders, sent or only looked at: how many mails, then a line each, which names nobody: to whom by the number under
    People, by which step, of which PEPs."""
    from pep_admin.chasing import step_words
    from pep_admin.workflow.chasing import send_reminders

    app = application()
    require_tables(app)
    with acting(app, writes=not dry_run) as session:
        done = send_reminders(session, actor=system(), today=config.today(), now=config.now(), dry_run=dry_run)
        said = []
        for each in done.letters:
            about = (f"{step_words(step)}, {' '.join(sorted(references))}" for step, references in each.references.items())
            said.append(f"  person {each.person.id}: {'; '.join(about)}")
        session.rollback() if dry_run else session.commit()
    mails = f"{len(said)} mail{'' if len(said) == 1 else 's'}"
    return [f"{mails} {'would be sent' if dry_run else 'will go out'}{':' if said else '.'}", *said]


def year_of_rules() -> tuple[AcademicYear | YearPolicy, str]:
    """The academic year of today whose numbers the rulebook shows, and where they are from: without a database, policy.py's."""
    from sqlalchemy.orm import selectinload

    from pep_admin.documents.rule_lines import year_of_rules
    from pep_admin.models import AcademicYear
    from pep_admin.policy import YEARS
    from pep_admin.server.migrations import pending

    settings = config.read_settings()
    if settings.database_url or (settings.folder / "pep_admin.db").exists():
        app = application()
        with engine_of(app) as engine:
            is_ready = not pending(engine)
        if is_ready:
            with acting(app, writes=False) as session:
                if year := year_of_rules(session, config.today(), selectinload(AcademicYear.terms)):
                    return year, "on record"
    return max(YEARS.values(), key=lambda each: each.starts_on), "as this program comes: none is on record yet"


def term_of(session: Session, year: str, term: str) -> Term:
    """A term by its year and name; a refusal in words when there is none."""
    from pep_admin.queries import find_term

    found = find_term(session, year, term)
    if found is None:
        raise click.ClickException(f"There is no {TermName(term).label.lower()} term of {year}. Write the year like 2024-25. "
                                   "A year that is not there yet is made on the page of the year before it, by the head.")
    return found


@contextlib.contextmanager
def logged(ctx: click.Context) -> Iterator[None]:
    """What a command logs goes to the terminal or the journal, and so does what it could not do; its answer is what it prints.

    An error that nobody foresaw ends it with a sentence: where it happened stands in the log, what it was about does not.
    """
    import logging

    from pep_admin.server import logs

    how, log, began = config.log_format(), logging.getLogger("pep_admin.commands"), time.monotonic()
    with logs.speaking(how):
        status = 0
        try:
            yield
        except click.exceptions.Exit as done:
            status = done.exit_code
            raise
        except (click.ClickException, click.Abort, KeyboardInterrupt, BrokenPipeError):
            status = 1
            raise
        except SystemExit as done:
            status = done.code if isinstance(done.code, int) else 0 if done.code is None else 1
            raise
        except Exception as problem:
            status = 1
            foreseen = _foreseen(problem)
            if not foreseen:
                logs.event(log, "unexpected error", level=logging.ERROR, problem=problem, command=ctx.invoked_subcommand)
            raise click.ClickException(foreseen or UNFORESEEN) from None
        finally:
            # At a terminal somebody sees how it ended; a journal is searched for it.
            logs.event(log, "command", level=logging.INFO if how is config.LogFormat.JSON else logging.DEBUG,
                       command=ctx.invoked_subcommand, status=status, duration_ms=round((time.monotonic() - began) * 1000))


UNFORESEEN = ("Something went wrong that the program did not foresee. The line above says where; give it to whoever looks after "
              "this system.")


def _foreseen(problem: Exception) -> str:
    """What an error of the machine around the program comes to, in a sentence; "" for any other."""
    from sqlalchemy.exc import ArgumentError, OperationalError

    from pep_admin.server.database import is_busy_or_full

    if isinstance(problem, OSError) and problem.filename is not None:
        path = Path(str(problem.filename))
        path = path.parent if path.name.startswith(".") else path  # a file is first written under a hidden name
        return f"“{path}” cannot be used: {(problem.strerror or type(problem).__name__).lower()}."
    if isinstance(problem, ArgumentError):  # an address that is none, or of a kind that is not installed
        return "PEP_ADMIN_DATABASE_URL is no address of a database, like sqlite:////srv/pep/pep.db or postgresql+psycopg://…"
    if isinstance(problem, OperationalError) and is_busy_or_full(problem):
        return ("The database is busy or its disk is full, and nothing was stored. Another command may be writing, like the one "
                "that makes the demo; try again when it has ended.")
    return ""


# --- files whose headings are not ours -------------------------------------------------------------------------------------


def _columns(context: click.Context, option: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """“Our heading=Their heading”, each, as pairs."""
    pairs = [each.partition("=") for each in given]
    if any(not (ours.strip() and theirs.strip()) for ours, _, theirs in pairs):
        raise click.BadParameter('write it like "Last name=Pupil surname": our heading, an equals sign, the heading in the file')
    return {ours.strip(): theirs.strip() for ours, _, theirs in pairs}


columns_option = click.option(
    "--column", "columns", multiple=True, metavar="OURS=THEIRS", callback=_columns,
    help='Which heading of the file is which column, like "Last name=Pupil surname"; give it again for another one. What was '
         "matched on screen is remembered and need not be said.")
