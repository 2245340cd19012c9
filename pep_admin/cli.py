"""pep-admin: the commands for those who install the program and for what runs by the clock.

A command reads its words, calls one verb and says in plain sentences what came of it. Nothing is imported before it is needed, so
that `--help` and a second start are quick.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pep_admin import command_base as base
from pep_admin import config
from pep_admin.exceptions import PepAdminError
from pep_admin.vocabulary import Role, TermName

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from flask import Flask
    from sqlalchemy.orm import Session

    from pep_admin.imports.command import Asked


class PlainGroup(click.Group):
    """Commands whose refusals are sentences, not tracebacks."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; exit status 1 with a sentence when the program says no, or when something goes wrong in it."""
        with base.logged(ctx):
            try:
                return super().invoke(ctx)
            except PepAdminError as refusal:
                raise click.ClickException(str(refusal)) from None


@click.group(cls=PlainGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="pep-admin", prog_name="pep-admin")
def main() -> None:
    """Personal Education Plans for a Virtual School.

    Settings are environment variables that begin with PEP_ADMIN_; docs/deployment.md lists them.
    """


# --- serving -----------------------------------------------------------------------------------------------------------

host_option = click.option("--host", default="127.0.0.1", show_default=True, help="Address of this machine to listen on.")
port_option = click.option("--port", default=5000, show_default=True, type=click.IntRange(1, 65_535),
                           help="Port to listen on; the next free one is taken when it is in use.")


@main.command()
@host_option
@port_option
@click.option("--no-worker", is_flag=True, help="Do not start the background worker beside it.")
def serve(host: str, port: int, no_worker: bool) -> None:
    """Serve the program, with its background worker."""
    _serve(host, port, with_worker=not no_worker)


@main.command()
@click.option("--size", default="small", show_default=True, type=click.Choice(["small", "bury", "largest", "england"]),
              help="How many children: 60, 350, 2,200 or 82,000.")
@click.option("--no-serve", is_flag=True, help="Only make the database.")
@click.option("--show", is_flag=True, help="Say the sign-ins again.")
@host_option
@port_option
def demo(size: str, no_serve: bool, show: bool, host: str, port: int) -> None:
    """Make a Virtual School whose children are all made up, once, and serve it."""
    from pep_admin.demo.standing import ready

    app, sign_ins, is_new = ready(size, click.echo)
    if show or is_new:
        click.echo("Sign in as (the password is the same for all; the demo asks for nothing else, in earnest a code follows):")
        for each in sign_ins:
            click.echo(f"  {each['email']:<32} {each['password']}   {each['roles']}: {each['name']}")
    if not no_serve:
        _serve(host, port, with_worker=True, app=app)


@main.command()
@click.option("--once", is_flag=True, help="Do what is due now and end.")
@click.option("--parent", type=int, hidden=True)
def worker(once: bool, parent: int | None) -> None:
    """Send queued mail and do queued jobs, until ended."""
    from pep_admin.server.serving import stop_on_signals
    from pep_admin.server.worker import Worker, log, queue_daily, run_once

    app = base.application()
    base.require_tables(app)
    if once:
        queue_daily(app)
        click.echo(f"{run_once(app)} done.")
        return
    stop = stop_on_signals()
    log.info("Waiting for mail and jobs.")
    Worker(app, stop).run(parent)


# --- setting up --------------------------------------------------------------------------------------------------------

email_option = click.option("--email", prompt="E-mail address", help="The address to sign in with.")
name_option = click.option("--name", prompt="Name", help="The name that others see.")


@main.command()
@email_option
@name_option
def init(email: str, name: str) -> None:
    """Make the tables, the academic years and the first administrator.

    It prints a link, once, with which the administrator chooses a password. No password is asked for here.
    """
    app = base.application()
    base.make_tables(app)
    from pep_admin.accounts.commands import make_first_administrator
    from pep_admin.workflow.years import open_years

    with base.acting(app) as session:
        said = make_first_administrator(session, email, name)
        years = [year.name for year in open_years(session, actor=base.system())]
        session.commit()
    for year in years:
        click.echo(f"Opened the academic year {year}.")
    base.say_all(said)
    click.echo("Start the program with `pep-admin serve` first.")


@main.command()
@click.option("--no-backup", is_flag=True, help="Take no backup before the steps.")
def migrate(no_backup: bool) -> None:
    """Bring the database up to this version: all steps or none, with a backup of it before the first.

    The backup is put into backups/ in the instance folder.
    """
    app = base.application()
    if not no_backup:
        base.back_up_before_steps(app)
    base.bring_up_to_date(app)


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--keep", type=click.IntRange(1), help="When FILE is a folder: delete all but this many of the backups in it.")
def backup(file: Path, keep: int | None) -> None:
    """Write a checked backup of the whole database to FILE, or into the folder FILE under the time of now.

    People may work meanwhile. A database that is damaged gives no backup, and an old FILE stays.
    """
    from pep_admin.server.backups import remove_old

    if keep and not file.is_dir():
        raise click.ClickException("--keep is for a folder: name one that is there.")
    base.back_up(base.application(), file)
    for old in remove_old(file, keep) if keep else []:
        click.echo(f"Deleted {old.name}.")


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Put the backup in the place of the records that are there.")
def restore(file: Path, replace: bool) -> None:
    """Make the database what the backup FILE holds, checked row by row. Stop the program and its worker first.

    Everybody has to sign in again afterwards.
    """
    from pep_admin import audit
    from pep_admin.accounts.sessions import end_all
    from pep_admin.server import backups, migrations

    with base.engine_of(base.application()) as engine:
        found = backups.restore(engine, file, replace=replace)
        click.echo(f"Restored {found.total:,} rows in {len(found.rows)} tables, as they stood at {base.time_of(found.taken_at)}.")
        end_all(engine)
        if migrations.pending(engine):
            click.echo("The backup is older than this program: run `pep-admin migrate` before you start it.")
            return
        audit.record_at_once(engine, base.system(), "backup.restore", object_type="backup", digest=found.digest, rows=found.total)


@main.command("move-to")
@click.argument("url")
def move_to(url: str) -> None:
    """Copy every record into the empty database URL, like postgresql+psycopg://pep@/pep?host=/var/run/postgresql.

    Stop the program and its worker first; set PEP_ADMIN_DATABASE_URL to URL afterwards. The old database stays as it is.
    """
    with base.engine_of(base.application()) as engine, base.other_engine(url) as target:
        from pep_admin.server.moving import move

        moved = move(engine, target, lambda sentence: click.echo(f"  {sentence}"))
    click.echo(f"Moved {moved:,} rows. Set PEP_ADMIN_DATABASE_URL to the new database, then `pep-admin reconcile` and start.")


@main.command("create-user")
@email_option
@name_option
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice([role.value for role in Role]),
              help="What the account may be; give it again for another role.")
@click.option("--person", "person_id", type=int,
              help="Number of the person in the list of people who this is; found by the address when it is left out.")
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of the input; nobody is invited then.")
def create_user(email: str, name: str, roles: tuple[str, ...], person_id: int | None, password_stdin: bool) -> None:
    """Make an account, and invite its owner to choose a password.

    The invitation goes by mail; where no mail is set up, its link is printed, once, to be handed over.
    """
    from pep_admin.accounts.commands import make_account

    app = base.application()
    base.require_tables(app)
    password = sys.stdin.readline().rstrip("\n") if password_stdin else None
    with base.acting(app) as session:
        said = make_account(session, email, name, [Role(role) for role in roles], password=password, person_id=person_id)
        session.commit()
    base.say_all(said)


@main.command("rescue-user")
@email_option
def rescue_user(email: str) -> None:
    """Let somebody in again whom no administrator can help: the last administrator, say, without their telephone.

    It prints a link, once, to choose another password with, takes their second step away, and ends their sessions.
    """
    from pep_admin.accounts.commands import rescue

    app = base.application()
    base.require_tables(app)
    with base.acting(app) as session:
        said = rescue(session, email)
        session.commit()
    base.say_all(said)


@main.command("check-deploy")
def check_deploy() -> None:
    """Say what must change before the program is used in earnest; exit status 1 when something must."""
    from pep_admin.server.checks import deploy_remarks

    settings = config.read_settings()
    app = base.application()
    with app.app_context():
        remarks = deploy_remarks(settings, app.extensions["sqlalchemy"].engine)
    for remark in remarks:
        click.echo(f"{'MUST CHANGE' if remark.stops else 'please note'}: {remark.sentence}")
    stops = sum(remark.stops for remark in remarks)
    click.echo(f"{stops} to change, {len(remarks) - stops} to note." if remarks else "All is well.")
    sys.exit(1 if stops else 0)


# --- what comes in -----------------------------------------------------------------------------------------------------

file_path = click.Path(exists=True, dir_okay=False, path_type=Path)


@main.command("import-schools")
@click.argument("file", type=file_path)
@base.columns_option
@click.option("--links", type=file_path, help="The register's file of links between schools: which school took over from which.")
@click.option("--which", type=click.Choice(["all", "open", "known"]), default="all", show_default=True,
              help="Every school in the file; only open ones; only those on record. Those on record are always brought up to date.")
@click.option("--authority", "authorities", multiple=True, metavar="NUMBER",
              help="Only schools of this local authority, like 351; give it again for another one.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.option("--good-rows", is_flag=True, help="Load the other rows although some are refused.")
@click.option("--refused", "mend", type=click.Path(dir_okay=False, path_type=Path),
              help="Write the rows that are not loaded to this file (CSV), with why, to mend them and load them again.")
def import_schools(
    file: Path, columns: dict[str, str], links: Path | None, which: str, authorities: tuple[str, ...], dry_run: bool,
    good_rows: bool, mend: Path | None,
) -> None:
    """Load schools from an extract of the national register (GIAS), by the names of its columns.

    Safe to repeat: what is on record already is compared, and only what differs is changed. Designated teachers, headteachers,
    payments and judgements are never touched. Exit status 1 when rows are refused and nothing is stored.
    """
    from pep_admin.imports.command import Asked
    from pep_admin.imports.schools import SCHOOLS

    own = config.read_settings().authority_code
    options = {"which": which, "authorities": " ".join(authorities), "own_authority": own}
    files = {"register": file, **({"links": links} if links else {})}
    _import(lambda _: Asked(SCHOOLS, files, options, dry_run, good_rows, mend, columns), files.values(), dry_run)


@main.command("import-roll")
@click.argument("files", type=file_path, nargs=-1, required=True, metavar="FILE...")
@base.columns_option
@click.option("--year", default="", metavar="YEAR", help="The year in which the return ends, like 2024 for the year to 31 Mar "
              "2024; without it, told from the episodes.")
@click.option("--part-of-roll", is_flag=True, help="Do not name the children in care who are not in the file.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.option("--good-rows", is_flag=True, help="Load the other rows although some are refused.")
@click.option("--refused", "mend", type=click.Path(dir_okay=False, path_type=Path),
              help="Write the rows that are not loaded to this file (CSV), with why, to mend them and load them again.")
def import_roll(
    files: tuple[Path, ...], columns: dict[str, str], year: str, part_of_roll: bool, dry_run: bool, good_rows: bool,
    mend: Path | None,
) -> None:
    """Load children: one list with names (CSV, .xlsx), or header, episodes and OC2 of a looked-after return, in any order.

    Safe to repeat: new children are taken into care, what differs is corrected, nobody is taken off the roll. Exit status 1 when
    rows are refused and nothing is stored.
    """
    from pep_admin.imports.command import Asked
    from pep_admin.imports.roll_files import sort_files

    def asking(session: Session) -> Asked:
        kind, parts = sort_files(session, files, columns)
        options = {"year": year, "whole": "no" if part_of_roll else "yes"}
        return Asked(kind, parts, options, dry_run, good_rows, mend, columns)

    _import(asking, files, dry_run)


def _import(asking: Callable[[Session], Asked], files: Iterable[Path], dry_run: bool) -> None:
    from pep_admin.imports.command import run

    app = base.application()
    base.require_tables(app)
    rows = sum(path.stat().st_size for path in files) // 1_000  # near enough for a bar that moves
    with base.acting(app, writes=not dry_run) as session, base.progress("Comparing", rows) as step:
        done = run(session, asking(session), actor=base.system(), today=config.today(), now=config.now(), say=click.echo, step=step)
        session.commit()
    sys.exit(0 if done else 1)


# --- the work of a term ------------------------------------------------------------------------------------------------

year_argument = click.argument("year", metavar="YEAR")
term_argument = click.argument("term", type=click.Choice([name.value for name in TermName]))


@main.command("launch-term")
@year_argument
@term_argument
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
def launch_term(year: str, term: str, dry_run: bool) -> None:
    """Open a PEP for every child in care who lacks one: pep-admin launch-term 2024-25 autumn."""
    from pep_admin.workflow import peps

    app = base.application()
    base.require_tables(app)
    with base.acting(app) as session:
        found = base.term_of(session, year, term)
        done = peps.launch_term(session, found, actor=base.system(), today=config.today(), now=config.now(), dry_run=dry_run)
        label = found.label
        session.rollback() if dry_run else session.commit()
    opened = len(done.children) if dry_run else len(done.opened)
    click.echo(f"{label}: {opened} {'would be opened' if dry_run else 'opened'}, {done.already} had one already, "
               f"{len(done.skipped)} left out.")
    for child_id, reason in done.skipped:
        click.echo(f"  child {child_id}: {reason}")


@main.command()
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
def remind(dry_run: bool) -> None:
    """Send today's reminders now, instead of waiting for the worker to do it in the morning. Safe to repeat."""
    base.say_all(base.remind(dry_run))


@main.command("export-pdf")
@year_argument
@term_argument
@click.option("--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The ZIP file to write.")
def export_pdf(year: str, term: str, output: Path) -> None:
    """Write every PEP of a term as a PDF into one ZIP file, with a manifest that names no child."""
    if output.exists():
        raise click.ClickException(f"{output} is there already; name a new file.")
    app = base.application()
    base.require_tables(app)
    from pep_admin.documents.pep_archive import Making, write_term_archive

    with base.acting(app) as session, click.progressbar(length=1, label="Making PDFs", file=sys.stderr) as progress:
        found = base.term_of(session, year, term)

        def step(done: int, total: int) -> None:
            progress.length = total
            progress.update(1)

        making = Making(app.config["PEP_ADMIN_FONT_FOLDER"], config.now(), "pep-admin export-pdf", app.config["PEP_ADMIN_PDF_NAME"])
        entries = write_term_archive(session, found.id, output, actor=base.system(), making=making, step=step)
    failed = sum(bool(entry.problem) for entry in entries)
    click.echo(f"Wrote {len(entries) - failed} PDFs to {output}.")
    if failed:
        raise click.ClickException(f"{failed} could not be made: manifest.csv in the file says which.")


@main.command()
def reconcile() -> None:
    """Compare every child's funding counters with the requests and the ledger; exit status 1 when they differ."""
    from pep_admin import queries

    app = base.application()
    base.require_tables(app)
    with base.acting(app, writes=False) as session:
        differences = queries.allocation_differences(session)
    for sentence in differences:
        click.echo(sentence)
    counted = "1 difference." if len(differences) == 1 else f"{len(differences)} differences."
    click.echo(counted if differences else "Every pound is where it should be.")
    sys.exit(1 if differences else 0)


@main.command()
def rules() -> None:
    """Say every rule that the program cites: what it does, where it is checked, this year's numbers."""
    from pep_admin.documents.rule_lines import rule_lines

    year, where = base.year_of_rules()
    for line in rule_lines(year):
        numbers = "".join(f" · {what}: {value}" for what, value in line.figures)
        click.echo(f"{line.rule.code:<20} {line.rule.sentence}\n{'':<20} {line.kinds}. Checked: {line.checked}{numbers}")
    click.echo(f"The numbers are those of {year.name} {where}.")


def _serve(host: str, port: int, *, with_worker: bool, app: Flask | None = None) -> None:
    from pep_admin.server import serving

    app = app or base.application()
    base.require_ready(app)
    in_production = app.config.get("PEP_ADMIN_ENVIRONMENT") == config.Environment.PRODUCTION
    with serving.open_port(host, port, exactly=in_production) as listening:
        address = serving.address_of(listening)
        os.environ.setdefault("PEP_ADMIN_BASE_URL", address)  # links lead here unless a setting says where; the worker reads it too
        settings = config.read_settings()
        app.config.update(PEP_ADMIN_BASE_URL=settings.base_url, TRUSTED_HOSTS=settings.hosts)
        if host not in ("127.0.0.1", "::1", "localhost"):
            click.echo(f"It answers only to the names {', '.join(settings.hosts)}: PEP_ADMIN_TRUSTED_HOSTS adds others.")
        where = "" if settings.base_url == address else f" (listening on {address})"
        click.echo(f"Open {settings.base_url} in a browser{where}. Ctrl+C ends the program.")
        command = serving.worker_command() if with_worker else None
        serving.serve(app, listening, worker_command=command, environ=os.environ)


if __name__ == "__main__":
    main()
