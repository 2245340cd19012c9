"""What every test may ask for: databases of both kinds, sessions with the net under them, the application, a browser.

Databases are migrated, never made from the models: a template is migrated once in a run (and worker), each test gets a copy.
PEP_REQUIRE_POSTGRES and PEP_REQUIRE_BROWSER turn the skips into failures.
"""

from __future__ import annotations

import os
import pathlib
import pwd
import re
import shutil
import subprocess
import tempfile
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import settings
from jinja2 import FileSystemBytecodeCache
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.util import LRUCache

from tests.world import World, build_world

ROOT = pathlib.Path(__file__).parent.parent
CHROMIUM_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                  "--disable-component-update", "--disable-sync"]
PASSWORD = "lantern orchard seven kites"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")

settings.register_profile("suite", deadline=None)  # two shared cores: time says nothing about the code
settings.load_profile("suite")

# Every test's application reads the same templates: compiled once on this machine, not once a test.
_compiled = pathlib.Path(tempfile.gettempdir()) / f"pep-admin-templates-{os.getuid()}"
_compiled.mkdir(mode=0o700, exist_ok=True)
Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": FileSystemBytecodeCache(str(_compiled))}

# Likewise the statements on SQLite: every test has an engine of its own, and each would compile the same ones again.
_statements = LRUCache(2_000)
SQLiteDialect_pysqlite.__eq__ = lambda self, other: type(self) is type(other)  # type: ignore[method-assign]  # the driver's own is replaced on purpose
SQLiteDialect_pysqlite.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]  # the driver's own is replaced on purpose


@sa.event.listens_for(sa.Engine, "engine_connect")
def _share_compiled_statements(connection: sa.Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.execution_options(compiled_cache=_statements)


# A SQLite commit waits for the disk, as it must in life; tests keep their files in memory where there is room.
_memory = pathlib.Path("/dev/shm")
if _memory.is_dir() and os.access(_memory, os.W_OK) and shutil.disk_usage(_memory).free > 2 * 2**30:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_memory))



def _no_settings() -> None:
    """A developer's own settings are not the tests'. Most tests sign in by password alone; those of the second step say yes."""
    for key in [key for key in os.environ if key.startswith("PEP_ADMIN_")]:
        del os.environ[key]
    os.environ["PEP_ADMIN_SECOND_FACTOR"] = "no"


_no_settings()


@pytest.fixture(autouse=True)
def _the_true_day() -> Iterator[None]:
    """No test leaves the program standing on another day, nor a setting behind: the demo puts its own into the environment."""
    from pep_admin import config

    _no_settings()
    yield
    config.move_today(None)
    _no_settings()


# --- databases -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def open_engine() -> Iterator[Callable[[str], sa.Engine]]:
    """`open_engine(url)`: an engine as the program prepares it; the caller may dispose of it, the run does."""
    from pep_admin.server.database import engine_options, prepare

    with ExitStack() as closing:

        def open_one(url: str) -> sa.Engine:
            engine = sa.create_engine(url, **engine_options(url))
            prepare(engine)
            closing.callback(engine.dispose)
            return engine

        yield open_one


def alembic(engine: sa.Engine, command: str, target: str) -> None:
    """Run one Alembic command ("upgrade", "downgrade") of ours on an engine."""
    from alembic import command as commands
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["engine"] = engine
    getattr(commands, command)(config, target)


@pytest.fixture(scope="session")
def migrate() -> Callable[..., None]:
    """`migrate(engine, "upgrade" | "downgrade", target)`."""
    return alembic


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory, open_engine: Callable[[str], sa.Engine]) -> pathlib.Path:
    """A migrated SQLite file to copy from; open it never."""
    file = tmp_path_factory.mktemp("template") / "pep.db"
    engine = open_engine(f"sqlite:///{file}")
    alembic(engine, "upgrade", "heads")
    engine.dispose()  # the last connection writes the journal back into the file
    return file


@pytest.fixture
def sqlite_url(tmp_path: pathlib.Path, migrated_sqlite: pathlib.Path) -> str:
    """A migrated SQLite database of the test's own."""
    return f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path / 'pep.db')}"


def _private_server() -> tuple[str | None, Callable[[], None] | None]:
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    initdb = shutil.which("initdb") or (found[-1] if found else None)
    if not initdb:
        return None, None
    programs, who = pathlib.Path(initdb).resolve().parent, {}
    home = tempfile.mkdtemp(prefix="pep-pg-", dir="/tmp")  # the path of a socket must be short
    if os.geteuid() == 0:  # initdb refuses root
        owner = pwd.getpwnam("postgres")
        os.chown(home, owner.pw_uid, owner.pw_gid)
        who = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}

    def run(program: str, *args: str) -> None:
        words = [programs / program, "-D", f"{home}/data", *args]
        subprocess.run(words, check=True, cwd=home, stdout=subprocess.DEVNULL, **who)

    run("initdb", "-A", "trust", "-U", "pep", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
    run("pg_ctl", "-w", "-l", f"{home}/log", "-o", f"-k {home} -c listen_addresses= -c fsync=off", "start")

    def stop() -> None:
        run("pg_ctl", "-m", "immediate", "stop")
        shutil.rmtree(home, ignore_errors=True)

    return f"postgresql+psycopg://pep@/postgres?host={home}", stop


class PostgresServer:
    """A server on which databases are made and dropped; `make()` gives the URL of an empty one or of a template's copy."""

    def __init__(self, url: str) -> None:
        self.url = sa.make_url(url)
        self._engine = sa.create_engine(self.url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)

    def make(self, template: str | None = None) -> str:
        name = f"pep_test_{uuid.uuid4().hex[:12]}"
        copied = f" TEMPLATE {sa.make_url(template).database}" if template else ""
        with self._engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}{copied}")
        return self.url.set(database=name).render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        with self._engine.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {sa.make_url(url).database} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The server named by PEP_TEST_POSTGRES_URL, else a private one on a socket in /tmp; one a worker."""
    named = os.environ.get("PEP_TEST_POSTGRES_URL")
    url, stop = (named, None) if named else _private_server()
    if not url:
        (pytest.fail if os.environ.get("PEP_REQUIRE_POSTGRES") else pytest.skip)(
            "There is no PostgreSQL: install it or set PEP_TEST_POSTGRES_URL."
        )
    yield PostgresServer(url)
    if stop:
        stop()


@pytest.fixture(scope="session")
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """One empty PostgreSQL database for the run of this worker."""
    url = postgres_server.make()
    yield url
    postgres_server.drop(url)


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: PostgresServer, open_engine: Callable[[str], sa.Engine]) -> Iterator[str]:
    """A migrated PostgreSQL database to copy from; connect to it never."""
    url = postgres_server.make()
    engine = open_engine(url)
    alembic(engine, "upgrade", "heads")
    engine.dispose()
    yield url
    postgres_server.drop(url)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def both_databases(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a migrated database of the test's own: once SQLite, once PostgreSQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    url = server.make(template=request.getfixturevalue("migrated_postgres"))
    yield url
    server.drop(url)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_database(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> Iterator[str]:
    """The URL of a database without a table: once SQLite, once PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    url = server.make()
    yield url
    server.drop(url)


# --- sessions ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def open_session(open_engine: Callable[[str], sa.Engine]) -> Iterator[Callable[..., Session]]:
    """`open_session(url, actor=SYSTEM)`: a session as the program's own: scope, history and signals on it."""
    from pep_admin import history, permissions, signals

    with ExitStack() as closing:

        def open_one(url: str, actor: permissions.Actor | None = permissions.SYSTEM) -> Session:
            sessions = sessionmaker(open_engine(url))
            permissions.guard(sessions)
            history.watch(sessions)
            signals.deliver_after_commit(sessions)
            session = sessions()
            session.info["actor"] = actor
            closing.callback(session.close)
            return session

        yield open_one


@pytest.fixture
def session(sqlite_url: str, open_session: Callable[..., Session]) -> Session:
    """A session of SYSTEM on a migrated SQLite database of the test's own."""
    return open_session(sqlite_url)


# --- the small world of tests/world.py ------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def write_world(
    tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: pathlib.Path, open_engine: Callable[[str], sa.Engine]
) -> Callable[[Callable[[Session], World]], tuple[pathlib.Path, World]]:
    """`write_world(write)`: a SQLite file with what `write(session)` makes, and what it gave; open the file never, copy it."""
    from pep_admin import history, permissions, signals

    def write_one(write: Callable[[Session], World]) -> tuple[pathlib.Path, World]:
        file = pathlib.Path(shutil.copy(migrated_sqlite, tmp_path_factory.mktemp("world") / "pep.db"))
        engine = open_engine(f"sqlite:///{file}")
        sessions = sessionmaker(engine)
        permissions.guard(sessions)
        history.watch(sessions)
        signals.deliver_after_commit(sessions)
        with sessions() as session:
            world = write(session)
            session.commit()
        engine.dispose()
        return file, world

    return write_one


@pytest.fixture(scope="session")
def written_world(write_world: Callable[..., tuple[pathlib.Path, World]]) -> tuple[pathlib.Path, World]:
    """A SQLite file with the world in it, its PEPs written and unsigned; open the file never, copy it."""

    def write(session: Session) -> World:
        world = build_world(session)
        for child_id in (world.child_id, world.other_child_id):
            world.written_pep(money=False, child_id=child_id)
        return world

    return write_world(write)


@pytest.fixture
def world(tmp_path: pathlib.Path, written_world: tuple[pathlib.Path, World], open_session: Callable[..., Session]) -> World:
    """The written world, a copy of the test's own, in a session of SYSTEM."""
    file, world = written_world
    session = open_session(f"sqlite:///{shutil.copy(file, tmp_path / 'world.db')}")
    return replace(world, session=session)


# --- the application -----------------------------------------------------------------------------------------------------


@pytest.fixture
def app(sqlite_url: str, tmp_path: pathlib.Path) -> Any:
    """The standalone application on a database of the test's own, CSRF on as in life.

    Hold no application context around a request: extensions keep things in it that belong to one request.
    """
    from pep_admin import create_app

    return create_app({"TESTING": True, "PEP_ADMIN_DATABASE_URL": sqlite_url, "PEP_ADMIN_INSTANCE_FOLDER": str(tmp_path)})


@pytest.fixture
def client(app: Any) -> Any:
    """An anonymous person's client."""
    return app.test_client()


@pytest.fixture
def make_account(app: Any) -> Callable[..., None]:
    """`make_account(email, *roles, person_id=None, password=PASSWORD)`: an account of the application's, ready to sign in."""
    from pep_admin.accounts.creating import create_account

    def make(email: str, *roles: Any, person_id: int | None = None, password: str = PASSWORD) -> None:
        with app.app_context():
            session = app.extensions["sqlalchemy"].session
            create_account(session, email, email.partition("@")[0].title(), roles, password, person_id)
            session.commit()
            session.remove()

    return make


_TOKEN = re.compile(r'name="csrf_token"[^>]*?value="([^"]+)"|value="([^"]+)"[^>]*?name="csrf_token"')


@pytest.fixture(scope="session")
def csrf_token() -> Callable[[str], str]:
    """`csrf_token(html)`: the token of the first form on a page."""

    def read(html: str) -> str:
        found = _TOKEN.search(html)
        assert found, "The page has no form with a csrf_token"
        return found[1] or found[2]

    return read


@pytest.fixture(scope="session")
def sign_in(csrf_token: Callable[[str], str]) -> Callable[..., Any]:
    """`sign_in(client, email, password=PASSWORD)`: through the page, as a person does; gives the answer to the post."""

    def do(client: Any, email: str, password: str = PASSWORD) -> Any:
        page = client.get("/account/login")
        answer = client.post(
            "/account/login", data={"csrf_token": csrf_token(page.text), "email": email, "password": password}
        )
        assert answer.status_code == 302, f"Signing in as {email} was refused"
        return answer

    return do


# --- a browser -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium: the one that PEP_CHROMIUM names, else the machine's."""
    path = os.environ.get("PEP_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if not path:
        (pytest.fail if os.environ.get("PEP_REQUIRE_BROWSER") else pytest.skip)(
            "There is no Chromium: install it or set PEP_CHROMIUM."
        )
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def live_server(app: Any) -> Iterator[str]:
    """The application served as in life on a free port of this machine; gives its address without a slash at the end."""
    import waitress

    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=8)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.task_dispatcher.shutdown()  # what is being answered is finished first
    server.close()
    thread.join(timeout=10)


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A page of a fresh browser; the test fails when a script fails, the console complains or a request leaves this machine."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    context.set_default_timeout(10_000)
    opened, complaints = context.new_page(), []
    opened.on("pageerror", lambda error: complaints.append(f"script: {error}"))
    opened.on("console", lambda said: complaints.append(f"console: {said.text}") if said.type == "error" else None)
    opened.on("request", lambda sent: complaints.append(f"left this machine: {sent.url}") if _is_foreign(sent.url) else None)
    yield opened
    context.close()
    assert complaints == []


def _is_foreign(url: str) -> bool:
    return not url.startswith(("http://127.0.0.1:", "data:", "blob:", "about:"))
