"""The program as real processes: waitress and gunicorn, on SQLite and PostgreSQL, signed in to, ended while they answer."""

from __future__ import annotations

import http.cookiejar
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from pep_admin import create_app
from pep_admin.accounts.creating import create_account
from pep_admin.server.database import engine_options, prepare
from pep_admin.vocabulary import Role

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
EMAIL, PASSWORD = "carys.hughes@example.org", "lantern orchard seven kites"
SERVERS = {
    "serve": ["-m", "pep_admin.cli", "serve", "--no-worker", "--port", "{port}"],
    "gunicorn": ["-m", "gunicorn", "--config", "python:pep_admin.gunicorn_settings", "--bind", "127.0.0.1:{port}",
                 "wsgi:application"],
}


@dataclass
class Running:
    """A server that answers."""

    process: subprocess.Popen[bytes]
    port: int
    url: str
    log: Path

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def lines(self) -> list[dict[str, Any]]:
        """What it has logged."""
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]


class Browser:
    """Somebody's cookies; redirects are not followed."""

    def __init__(self, server: Running) -> None:
        self.server = server
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()), _Stay())

    def open(self, path: str, fields: dict[str, str] | None = None) -> tuple[int, str]:
        data = urllib.parse.urlencode(fields).encode() if fields else None
        try:
            with self._opener.open(f"{self.server.address}{path}", data, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as answer:
            return answer.code, answer.read().decode()

    def mark(self) -> str:
        """The safety mark of the page for signing in."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.open("/account/login")[1])
        assert found
        return found[1]

    def sign_in(self, password: str = PASSWORD, mark: str = "") -> int:
        fields = {"csrf_token": mark or self.mark(), "email": EMAIL, "password": password}
        return self.open("/account/login", fields)[0]


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


@pytest.fixture
def start(tmp_path: Path, both_databases: str) -> Iterator[Callable[[str], Running]]:
    """`start("gunicorn")`: that server, on a database with one account, once it answers."""
    app = create_app({"PEP_ADMIN_DATABASE_URL": both_databases, "PEP_ADMIN_INSTANCE_FOLDER": str(tmp_path)})
    with app.app_context():
        database = app.extensions["sqlalchemy"]
        create_account(database.session, EMAIL, "Carys Hughes", [Role.VS_OFFICER], PASSWORD)
        database.session.commit()
        database.session.remove()
        database.engine.dispose()
    with ExitStack() as ending:

        def begin(which: str) -> Running:
            if which == "gunicorn":
                pytest.importorskip("gunicorn")
            with socket.create_server(("127.0.0.1", 0)) as probe:
                port = probe.getsockname()[1]
            environ = {**os.environ, "PEP_ADMIN_DATABASE_URL": both_databases, "PEP_ADMIN_INSTANCE_FOLDER": str(tmp_path),
                       "PEP_ADMIN_LOG_FORMAT": "json", "PEP_ADMIN_SECOND_FACTOR": "no", "PYTHONPATH": str(ROOT)}
            log = tmp_path / "log"
            with log.open("wb") as out:
                process = subprocess.Popen([sys.executable, *(word.format(port=port) for word in SERVERS[which])], env=environ,
                                           cwd=ROOT, stdout=out, stderr=subprocess.STDOUT)
            ending.callback(process.wait)
            ending.callback(process.kill)
            running = Running(process, port, both_databases, log)
            assert wait_until(lambda: process.poll() is not None or answers(running), 60), log.read_text()
            assert process.poll() is None, log.read_text()
            return running

        yield begin


def wait_until(condition: Callable[[], bool], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return False


def answers(server: Running) -> bool:
    try:
        return Browser(server).open("/healthz") == (200, "ok")
    except OSError:
        return False


@contextmanager
def nobody_may_write(url: str) -> Iterator[None]:
    """Hold what a sign-in has to write, so that whoever signs in waits."""
    if url.startswith("sqlite"):
        held = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=30, isolation_level=None)
        held.execute("BEGIN IMMEDIATE")
        yield
        held.execute("ROLLBACK")
        held.close()
        return
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql("LOCK TABLE account_attempt IN ACCESS EXCLUSIVE MODE")
        yield
        connection.rollback()


@pytest.mark.parametrize("which", SERVERS)
def test_a_server_signs_people_in_and_finishes_what_it_answers_before_it_ends(start, which: str) -> None:
    server = start(which)
    browser = Browser(server)
    assert browser.sign_in() == 302
    assert {browser.open("/admin/")[0] for _ in range(8)} == {200}, "whichever process answers knows the session"
    late = Browser(server)
    mark = late.mark()
    with ThreadPoolExecutor(1) as meanwhile:
        with nobody_may_write(server.url):
            waiting = meanwhile.submit(late.sign_in, mark=mark)
            time.sleep(2)
            assert not waiting.done()
            server.process.send_signal(signal.SIGTERM)
            time.sleep(2)
            assert server.process.poll() is None, "it waits for the one who is being answered"
        assert waiting.result(timeout=30) == 302
    assert server.process.wait(timeout=30) == 0
    assert {line["status"] for line in server.lines() if line["event"] == "request"} >= {200, 302}
    text = server.log.read_text()
    assert EMAIL not in text and "Carys" not in text
    assert all(line.startswith("{") for line in text.splitlines()[1 if which == "serve" else 0 :]), text


def test_the_brake_on_guessing_counts_for_all_processes_together(start) -> None:
    server = start("gunicorn")
    with ThreadPoolExecutor(8) as many:
        found = list(many.map(lambda n: Browser(server).sign_in("not this one, surely"), range(24)))
    assert set(found) == {200, 429}
    # Five are free for all three processes together; a slow machine lets a wait or two run out meanwhile. Each counting for itself
    # would make fifteen.
    assert 5 <= found.count(200) <= 10


def test_gunicorn_refuses_a_database_that_is_older_than_the_program_in_a_sentence(tmp_path: Path) -> None:
    pytest.importorskip("gunicorn")
    environ = {**os.environ, "PEP_ADMIN_DATABASE_URL": f"sqlite:///{tmp_path / 'new.db'}", "PYTHONPATH": str(ROOT),
               "PEP_ADMIN_INSTANCE_FOLDER": str(tmp_path)}
    words = [word.format(port=1) for word in SERVERS["gunicorn"]]
    done = subprocess.run([sys.executable, *words], env=environ, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1 and "Run `pep-admin init` for a new one" in done.stderr and "Traceback" not in done.stderr


def test_a_forked_process_takes_connections_of_its_own_and_leaves_the_parents_alone(both_databases: str) -> None:
    engine = sa.create_engine(both_databases, **engine_options(both_databases))
    prepare(engine)
    ask = "SELECT pg_backend_pid()" if engine.dialect.name == "postgresql" else "SELECT 1"
    with engine.connect() as connection:
        mine = connection.exec_driver_sql(ask).scalar_one()
    said, told = os.pipe()
    child = os.fork()
    if child == 0:  # nothing of pytest's may run in here
        try:
            fresh = engine.pool.checkedin()
            with engine.connect() as connection:
                os.write(told, f"{fresh} {connection.exec_driver_sql(ask).scalar_one()}".encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    fresh, theirs = map(int, os.read(said, 100).split())
    assert fresh == 0, "the pool of the parent was left to the parent"
    with engine.connect() as connection:
        assert connection.exec_driver_sql(ask).scalar_one() == mine, "the parent's own is still there"
    assert engine.dialect.name == "sqlite" or theirs != mine
    engine.dispose()
    os.close(said)
    os.close(told)
