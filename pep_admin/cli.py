"""pep-admin: the commands for those who install the program and for what runs by the clock.

A command reads its words, calls one verb and says in plain sentences what came of it. Nothing is imported before it is needed, so
that `--help` and a second start are quick.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pep_admin import config
from pep_admin.exceptions import PepAdminError
from pep_admin.vocabulary import Role, TermName

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session

    from pep_admin.accounts.models import User
    from pep_admin.models import Term


class PlainGroup(click.Group):
    """Commands whose refusals are sentences, not tracebacks."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; exit status 1 with a sentence when the program says no."""
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
        click.echo("Sign in as (the password is the same for all):")
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
    from pep_admin.server.worker import Worker, log, run_once

    _log_to_the_terminal()
    app = _application()
    _require_tables(app)
    if once:
        click.echo(f"{run_once(app)} done.")
        return
    stop = stop_on_signals()
    log.info("Waiting for mail and jobs.")
    Worker(app, stop).run(parent)


# --- setting up --------------------------------------------------------------------------------------------------------

email_option = click.option("--email", prompt="E-mail address", help="The address to sign in with.")
name_option = click.option("--name", prompt="Name", help="The name that others see.")
password_option = click.option("--password-stdin", is_flag=True, help="Read the password from the first line of the input.")


@main.command()
@email_option
@name_option
@password_option
def init(email: str, name: str, password_stdin: bool) -> None:
    """Make the tables, the academic years and the first administrator."""
    app = _application()
    _migrate(app)
    from pep_admin.accounts.models import User
    from pep_admin.workflow.years import open_years

    with _acting(app) as session:
        if session.query(User.id).first() is not None:
            raise click.ClickException("There are accounts already. Use `pep-admin create-user` for another one.")
        years = [year.name for year in open_years(session, actor=_system())]
        _create(session, email, name, [Role.ADMINISTRATOR], _password(password_stdin), None)
        session.commit()
    for year in years:
        click.echo(f"Opened the academic year {year}.")
    click.echo(f"Made the administrator {name}. Start the program with `pep-admin serve`.")


@main.command()
def migrate() -> None:
    """Bring the database up to this version: all steps or none."""
    _migrate(_application())


@main.command("create-user")
@email_option
@name_option
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice([role.value for role in Role]),
              help="What the account may be; give it again for another role.")
@click.option("--person", "person_id", type=int, help="Number of the person in the list of people who this is.")
@password_option
def create_user(email: str, name: str, roles: tuple[str, ...], person_id: int | None, password_stdin: bool) -> None:
    """Make an account that can sign in."""
    from pep_admin.models import Person

    app = _application()
    _require_tables(app)
    with _acting(app) as session:
        if person_id is not None and session.get(Person, person_id) is None:
            raise click.ClickException(f"There is no person with the number {person_id}.")
        _create(session, email, name, [Role(role) for role in roles], _password(password_stdin), person_id)
        session.commit()
    click.echo(f"Made the account of {name}: {', '.join(Role(role).label for role in roles)}.")


@main.command("check-deploy")
def check_deploy() -> None:
    """Say what must change before the program is used in earnest; exit status 1 when something must."""
    from pep_admin.server.checks import deploy_remarks

    settings = config.read_settings()
    app = _application()
    with app.app_context():
        remarks = deploy_remarks(settings, app.extensions["sqlalchemy"].engine)
    for remark in remarks:
        click.echo(f"{'MUST CHANGE' if remark.stops else 'please note'}: {remark.sentence}")
    stops = sum(remark.stops for remark in remarks)
    click.echo(f"{stops} to change, {len(remarks) - stops} to note." if remarks else "All is well.")
    sys.exit(1 if stops else 0)


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

    app = _application()
    _require_tables(app)
    with _acting(app) as session:
        found = _term(session, year, term)
        done = peps.launch_term(session, found, actor=_system(), today=config.today(), now=config.now(), dry_run=dry_run)
        label = found.label
        session.rollback() if dry_run else session.commit()
    opened = len(done.children) if dry_run else len(done.opened)
    click.echo(f"{label}: {opened} {'would be opened' if dry_run else 'opened'}, {done.already} had one already, "
               f"{len(done.skipped)} left out.")
    for child_id, reason in done.skipped:
        click.echo(f"  child {child_id}: {reason}")


@main.command("export-pdf")
@year_argument
@term_argument
@click.option("--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The ZIP file to write.")
def export_pdf(year: str, term: str, output: Path) -> None:
    """Write every PEP of a term as a PDF into one ZIP file, with a manifest that names no child."""
    if output.exists():
        raise click.ClickException(f"{output} is there already; name a new file.")
    app = _application()
    _require_tables(app)
    from pep_admin.documents.term_archive import write_term_archive

    with _acting(app) as session, click.progressbar(length=1, label="Making PDFs", file=sys.stderr) as progress:
        found = _term(session, year, term)

        def step(total: int) -> None:
            progress.length = total
            progress.update(1)

        entries = write_term_archive(session, found.id, output, fonts=app.config["PEP_ADMIN_FONT_FOLDER"], made_at=config.now(),
                                     made_by="pep-admin export-pdf", step=step)
    failed = sum(bool(entry.problem) for entry in entries)
    click.echo(f"Wrote {len(entries) - failed} PDFs to {output}.")
    if failed:
        raise click.ClickException(f"{failed} could not be made: manifest.csv in the file says which.")


@main.command()
def reconcile() -> None:
    """Compare every child's funding counters with the requests and the ledger; exit status 1 when they differ."""
    from pep_admin import queries

    app = _application()
    _require_tables(app)
    with _acting(app, writes=False) as session:
        differences = queries.allocation_differences(session)
    for sentence in differences:
        click.echo(sentence)
    click.echo(f"{len(differences)} differences." if differences else "Every pound is where it should be.")
    sys.exit(1 if differences else 0)


@main.command()
def rules() -> None:
    """Say every rule that the program cites."""
    from pep_admin.policy import RULES

    for code, sentence in RULES.items():
        click.echo(f"{code:<16} {sentence}")


# --- what the commands share -------------------------------------------------------------------------------------------


def _application() -> Flask:
    from pep_admin.app import create_app

    return create_app()


def _system() -> Any:
    from pep_admin.permissions import SYSTEM

    return SYSTEM


@contextlib.contextmanager
def _acting(app: Flask, *, writes: bool = True) -> Iterator[Session]:
    """A session of the application, acting as the system; the command commits. Not for writing, it takes no lock."""
    with app.app_context():
        session = app.extensions["sqlalchemy"].session()
        session.info.update(actor=_system(), sender=app, request_id=uuid.uuid4().hex)
        if not writes:
            _read_only(session)
        try:
            yield session
        finally:
            session.close()


def _read_only(session: Session) -> None:
    session.connection(execution_options={"readonly": True})


def _migrate(app: Flask) -> None:
    from pep_admin.server.migrations import upgrade

    with app.app_context():
        taken = upgrade(app.extensions["sqlalchemy"].engine)
    for step in taken:
        click.echo(f"Took the step {step}.")
    click.echo("The database is up to date.")


def _require_tables(app: Flask) -> None:
    from pep_admin.server.migrations import pending

    with app.app_context():
        missing = pending(app.extensions["sqlalchemy"].engine)
    if missing:
        raise click.ClickException("The database is new or older than this program. Run `pep-admin init` for a new one, "
                                   "`pep-admin migrate` for an older one.")


def _password(from_input: bool) -> str:
    if from_input:
        return sys.stdin.readline().rstrip("\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt="The same once more"))


def _create(session: Session, email: str, name: str, roles: Sequence[Role], password: str, person_id: int | None) -> User:
    from pep_admin import audit
    from pep_admin.accounts.creating import create_account

    try:
        user = create_account(session, email, name, roles, password, person_id)
    except ValueError as refusal:
        raise click.ClickException(str(refusal)) from None
    audit.record(session, "account.create", object_type="account", object_id=user.id, roles=sorted(role.value for role in roles))
    return user


def _term(session: Session, year: str, term: str) -> Term:
    from pep_admin.queries import find_term

    found = find_term(session, year, term)
    if found is None:
        raise click.ClickException(f"There is no {TermName(term).label.lower()} term of {year}. Write the year like 2024-25.")
    return found


def _log_to_the_terminal() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s", stream=sys.stderr)


def _serve(host: str, port: int, *, with_worker: bool, app: Flask | None = None) -> None:
    from pep_admin.server import serving
    from pep_admin.server.database import quick_check

    app = app or _application()
    _require_tables(app)
    with app.app_context():
        if damage := quick_check(app.extensions["sqlalchemy"].engine):
            raise click.ClickException(damage)
    _log_to_the_terminal()
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
