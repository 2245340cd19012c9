"""The command line as an IT person uses it: each command says what it did in plain sentences and ends with the right status."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pep_admin.accounts.models import Factor, User
from pep_admin.cli import main
from pep_admin.demo import standing
from pep_admin.models import AcademicYear, AuditEvent, Delivery, Pep
from pep_admin.rulebook import RULES
from pep_admin.server import checks

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

ROOT = pathlib.Path(__file__).parents[2]
PASSWORD = "violet harbour kettle\n"


class Shell:
    """Runs pep-admin with an instance folder and a database of its own: within this process, or as a process of its own."""

    def __init__(self, folder: pathlib.Path, url: str = "") -> None:
        self.settings = {"PEP_ADMIN_INSTANCE_FOLDER": str(folder), "PEP_ADMIN_DATABASE_URL": url, "PEP_ADMIN_SECOND_FACTOR": ""}

    def __call__(self, *words: str, typed: str = "", **settings: str) -> tuple[int, str]:
        """Exit status and everything said."""
        done = CliRunner().invoke(main, words, input=typed, env={**self.settings, **settings})
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.output

    def start(self, *words: str) -> subprocess.Popen[str]:
        environ = {**os.environ, **self.settings, "PYTHONPATH": str(ROOT)}
        return subprocess.Popen([sys.executable, "-m", "pep_admin.cli", *words], env=environ,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


@pytest.fixture(autouse=True)
def _quiet_log() -> Iterator[None]:
    """The log of a command does not stay on this process."""
    before = list(logging.root.handlers), logging.root.level
    yield
    logging.root.handlers[:], logging.root.level = before


@pytest.fixture
def shell(tmp_path: pathlib.Path, sqlite_url: str) -> Shell:
    """On a migrated database."""
    return Shell(tmp_path, sqlite_url)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Shell, str]:
    """A finished demo, made once for the tests that only look at it, and what making it said."""
    shell = Shell(tmp_path_factory.mktemp("demo"))
    code, said = shell("demo", "--no-serve")
    assert code == 0, said
    return shell, said


def count(session: Session, model: type[Any]) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


# --- setting up --------------------------------------------------------------------------------------------------------


LINK = re.compile(r"^  (http://127\.0\.0\.1:5000/account/link/\S+)$", re.MULTILINE)


def choose_password(shell: Shell, link: str, password: str) -> int:
    """Open a link in a browser and choose a password; the status of the answer."""
    from pep_admin import create_app

    app = create_app({"TESTING": True, **shell.settings})
    client, path = app.test_client(), link.removeprefix("http://127.0.0.1:5000")
    page = client.get(path)
    mark = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    form = {"csrf_token": mark[1] if mark else "", "password": password, "again": password}
    status = client.post(path, data=form).status_code if page.status_code == 200 else page.status_code
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()
    return status


def test_init_makes_tables_years_and_one_administrator_by_a_link_that_works_once(tmp_path, open_session) -> None:
    shell = Shell(tmp_path)
    words = ("init", "--email", "Ann@Example.org", "--name", "Ann Admin")
    code, said = shell(*words)
    assert code == 0 and "administrator Ann Admin" in said and "2024-25" in said
    assert stat.S_IMODE((tmp_path / "pep_admin.db").stat().st_mode) == 0o600, "nobody else on the machine reads it"
    [link] = LINK.findall(said)
    session = open_session(f"sqlite:///{tmp_path / 'pep_admin.db'}")
    assert [(user.email, user.held, user.password) for user in session.scalars(select(User))] == [
        ("ann@example.org", "administrator", None)]
    assert count(session, AcademicYear) >= 1
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "account.create")).one()
    assert event.actor_id == "system" and event.details == {"roles": ["administrator"]}
    session.close()

    (tmp_path / "pep_admin.db").replace(tmp_path / "kept.db")
    shutil.copy(tmp_path / "kept.db", tmp_path / "pep_admin.db")
    with closing(sqlite3.connect(tmp_path / "pep_admin.db")) as older:
        older.execute("DELETE FROM pep_schema_version WHERE version_num LIKE 'a%'")
        older.commit()
    code, said = shell(*words)
    assert code == 1 and "pep-admin migrate" in said, "an older database is not brought up without a backup"
    (tmp_path / "kept.db").replace(tmp_path / "pep_admin.db")

    code, said = shell("init", "--email", "else@example.org", "--name", "Else")
    assert code == 1 and "run this again with that address" in said
    code, said = shell(*words)
    [newer] = LINK.findall(said)
    assert code == 0 and "Invited the administrator" in said and newer != link
    assert choose_password(shell, link, PASSWORD.strip()) == 410
    assert choose_password(shell, newer, PASSWORD.strip()) == 303
    assert choose_password(shell, newer, PASSWORD.strip()) == 410
    code, said = shell(*words)
    assert code == 1 and "There is an administrator already" in said and LINK.findall(said) == []


def test_a_last_administrator_without_a_telephone_is_rescued_by_command(tmp_path, open_session) -> None:
    shell = Shell(tmp_path)
    [link] = LINK.findall(shell("init", "--email", "ann@example.org", "--name", "Ann")[1])
    choose_password(shell, link, PASSWORD.strip())
    session = open_session(f"sqlite:///{tmp_path / 'pep_admin.db'}")
    user = session.scalars(select(User)).one()
    user.second_factor, user.second_secret, before = Factor.APP, "x", user.fs_uniquifier
    session.commit()
    code, said = shell("rescue-user", "--email", "ann@example.org")
    [link] = LINK.findall(said)
    assert code == 0 and choose_password(shell, link, "another harbour kettle") == 303
    session.expire_all()
    assert user.second_factor is None and user.second_secret is None and user.fs_uniquifier != before
    assert session.scalars(select(AuditEvent.action).where(AuditEvent.action == "account.rescue")).all() == ["account.rescue"]
    session.close()
    code, said = shell("rescue-user", "--email", "nobody@example.org")
    assert code == 1 and "no account with that address" in said


def test_nothing_runs_on_a_database_without_tables(tmp_path) -> None:
    shell = Shell(tmp_path)
    for words in (["serve"], ["worker", "--once"], ["launch-term", "2024-25", "autumn"], ["reconcile"]):
        code, said = shell(*words)
        assert code == 1 and "pep-admin init" in said


def test_asking_for_a_database_that_is_not_there_makes_none(tmp_path) -> None:
    file = tmp_path / "nowhere.db"
    code, said = Shell(tmp_path, f"sqlite:///{file}")("reconcile")
    assert code == 1 and "Run `pep-admin init` for a new one" in said and not file.exists()


@pytest.mark.parametrize("address", ["nonsense", "foo://somewhere/pep"])
def test_an_address_that_is_none_is_said_to_be_none(tmp_path, address) -> None:
    code, said = Shell(tmp_path, address)("reconcile")
    assert code == 1 and "PEP_ADMIN_DATABASE_URL is no address of a database" in said and "did not foresee" not in said


def test_a_folder_that_is_not_there_is_named(demo, tmp_path) -> None:
    made = pathlib.Path(demo[0].settings["PEP_ADMIN_INSTANCE_FOLDER"]) / "demo.db"
    code, said = demo[0]("export-pdf", "2024-25", "autumn", "--output", str(tmp_path / "not" / "there.zip"),
                         PEP_ADMIN_DATABASE_URL=f"sqlite:///{made}")
    assert code == 1 and "did not foresee" not in said
    assert f"“{tmp_path / 'not'}” cannot be used: no such file or directory." in said


def test_migrate_says_what_it_took_and_then_that_there_is_nothing(tmp_path) -> None:
    shell = Shell(tmp_path)
    code, said = shell("migrate")
    assert code == 0 and "Took the step 0001" in said and "a0001" in said
    assert shell("migrate") == (0, "The database is up to date.\n")


def test_create_user_takes_several_roles_and_is_recorded(shell, sqlite_url, open_session) -> None:
    words = ("create-user", "--email", "f@example.org", "--name", "Fay", "--role", "finance", "--role", "vs_head",
             "--password-stdin")
    code, said = shell(*words, typed=PASSWORD)
    assert code == 0 and "Finance approver, Virtual School head" in said
    session = open_session(sqlite_url)
    user = session.scalars(select(User)).one()
    assert user.held == "finance vs_head"
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "account.create")).one()
    assert (event.actor_id, event.object_id, event.details["roles"]) == ("system", user.id, ["finance", "vs_head"])


def test_create_user_invites_by_a_link_where_no_mail_goes_out_and_by_mail_where_it_does(shell, sqlite_url, open_session) -> None:
    words = ("create-user", "--email", "f@example.org", "--name", "Fay", "--role", "finance")
    code, said = shell(*words)
    [link] = LINK.findall(said)
    assert code == 0 and choose_password(shell, link, PASSWORD.strip()) == 303
    mail = {"PEP_ADMIN_MAIL_SERVER": "mail.example.org", "PEP_ADMIN_MAIL_FROM": "pep@example.org"}
    code, said = shell(*words[:2], "g@example.org", *words[3:], **mail)
    assert code == 0 and "invitation to g@example.org is queued" in said and "account/link" not in said
    session = open_session(sqlite_url)
    [letter] = session.scalars(select(Delivery).where(Delivery.template == "invited"))
    assert letter.person_id is None and set(letter.arguments) == {"ticket"}


@pytest.mark.parametrize(("more", "typed", "sentence"), [
    ([], "password12345\n", "words that are guessed first"),
    (["--person", "99"], PASSWORD, "no person with the number 99"),
    (["--role", "administrator"], PASSWORD, "they have no other themselves"),
    (["--role", "social_worker"], PASSWORD, "Nobody in the list of people has this address"),
])
def test_create_user_refuses_in_a_sentence(shell, more, typed, sentence) -> None:
    code, said = shell("create-user", "--email", "f@example.org", "--name", "Fay", "--role", "finance", "--password-stdin", *more,
                       typed=typed)
    assert code == 1 and sentence in said


def test_a_database_that_another_command_holds_is_said_to_be_busy(shell, sqlite_url, monkeypatch) -> None:
    monkeypatch.setattr("pep_admin.server.database.PRAGMAS", ("busy_timeout=0",))
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        code, said = shell("create-user", "--email", "f@example.org", "--name", "Fay", "--role", "finance", "--password-stdin",
                           typed=PASSWORD)
    assert code == 1 and "The database is busy or its disk is full, and nothing was stored." in said
    assert "did not foresee" not in said


def test_a_setting_that_is_misspelt_is_named(shell) -> None:
    code, said = shell("reconcile", PEP_ADMIN_TODY="2024-11-18")
    assert code == 1 and "Did you mean PEP_ADMIN_TODAY?" in said


def test_help_and_rules_come_without_a_database() -> None:
    shell = Shell(pathlib.Path("/nonexistent"))
    code, said = shell("rules")
    assert code == 0
    assert re.findall(r"^((?:HB|DATA)-\S+)", said, re.MULTILINE) == list(RULES)
    assert "Gate. Checked: Requests, sending · PPG for a child in a term, up to: £600.00 · " in said
    assert not pathlib.Path("/nonexistent").exists()
    for command in ("demo", "init", "migrate", "create-user", "serve", "worker", "launch-term", "export-pdf", "reconcile", "rules",
                    "check-deploy"):
        code, said = shell(command, "--help")
        assert code == 0 and said.startswith("Usage")


def test_a_refusal_of_a_command_ends_in_its_rule(shell) -> None:
    assert shell("init", "--email", "ann@example.org", "--name", "Ann")[0] == 0
    code, said = shell("launch-term", "2024-25", "autumn", PEP_ADMIN_TODAY="2025-03-03")
    assert code == 1 and said.strip().endswith("launch the term that is running or comes next. (HB-1.4)")
    code, said = shell("launch-term", "2031-32", "autumn")
    assert code == 1 and "A year that is not there yet is made on the page of the year before it" in said


# --- before going live -------------------------------------------------------------------------------------------------


def test_check_deploy_names_what_must_change(shell) -> None:
    code, said = shell("check-deploy")
    assert code == 1
    for named in ("PEP_ADMIN_ENVIRONMENT", "PEP_ADMIN_BASE_URL", "PEP_ADMIN_MAIL_SERVER"):
        assert named in said


def test_check_deploy_passes_when_all_is_set(shell, tmp_path) -> None:
    tmp_path.chmod(0o700)
    code, said = shell("check-deploy", PEP_ADMIN_ENVIRONMENT="production", PEP_ADMIN_BASE_URL="https://pep.example.org",
                       PEP_ADMIN_SECRET_KEY="kT3v-9Qd_w2LxZ7mB4cN8rJ1sH6yP0aF", PEP_ADMIN_PROXY_HOPS="1",
                       PEP_ADMIN_SECOND_FACTOR_KEY="pW5x-2Rf_y8NvK1tD6gM3bQ9uH4zS7cE",
                       PEP_ADMIN_MAIL_SERVER="mail.example.org", PEP_ADMIN_MAIL_FROM="pep@example.org")
    assert code == 0 and "MUST CHANGE" not in said


@pytest.mark.parametrize(("settings", "named"), [
    ({"PEP_ADMIN_PROXY_HOPS": "0"}, "PEP_ADMIN_PROXY_HOPS"),
    ({"PEP_ADMIN_MAIL_USE_TLS": "no"}, "PEP_ADMIN_MAIL_USE_TLS"),
    ({"PEP_ADMIN_DATABASE_URL": ""}, "pep-admin migrate"),
    ({"PEP_ADMIN_SECOND_FACTOR": "no"}, "PEP_ADMIN_SECOND_FACTOR is no"),
    ({"PEP_ADMIN_SECOND_FACTOR_KEY": ""}, "PEP_ADMIN_SECOND_FACTOR_KEY is not set"),
    ({"PEP_ADMIN_MAIL_SERVER": "", "PEP_ADMIN_MAIL_FROM": ""}, "PEP_ADMIN_MAILED_CODE_ROLES lets designated_teacher"),
])
def test_check_deploy_finds_each_unsafe_thing(shell, tmp_path, settings, named) -> None:
    tmp_path.chmod(0o700)
    good = {"PEP_ADMIN_ENVIRONMENT": "production", "PEP_ADMIN_BASE_URL": "https://pep.example.org", "PEP_ADMIN_PROXY_HOPS": "1",
            "PEP_ADMIN_SECRET_KEY": "kT3v-9Qd_w2LxZ7mB4cN8rJ1sH6yP0aF", "PEP_ADMIN_MAIL_SERVER": "mail.example.org",
            "PEP_ADMIN_SECOND_FACTOR_KEY": "pW5x-2Rf_y8NvK1tD6gM3bQ9uH4zS7cE", "PEP_ADMIN_MAIL_FROM": "pep@example.org"}
    code, said = shell("check-deploy", **{**good, **settings})
    [stops] = [line for line in said.splitlines() if line.startswith("MUST CHANGE")]
    assert code == 1 and named in stops


def test_check_deploy_does_not_ask_for_mail_where_no_code_is_mailed(shell, tmp_path) -> None:
    said = shell("check-deploy", PEP_ADMIN_MAILED_CODE_ROLES="none")[1]
    assert "PEP_ADMIN_MAILED_CODE_ROLES" not in said and "PEP_ADMIN_MAIL_SERVER is not set" in said
    code, said = shell("check-deploy", PEP_ADMIN_MAILED_CODE_ROLES="teacher")
    assert code == 1 and "names teacher, which is no role" in said


def test_check_deploy_finds_a_file_that_others_can_read(shell, tmp_path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "pep.db").chmod(0o644)
    assert "Other users of this machine can read" in shell("check-deploy")[1]


@pytest.mark.parametrize(("version", "faulty"), [
    ((3, 40, 1), True), ((3, 44, 5), True), ((3, 44, 6), False), ((3, 45, 0), True), ((3, 50, 7), False), ((3, 51, 2), True),
    ((3, 51, 3), False), ((3, 53, 0), False), ((3, 6, 0), False),
])
def test_the_versions_of_sqlite_with_the_fault_are_known(version, faulty) -> None:
    assert checks._has_the_wal_fault(version) is faulty


# --- serving -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def serving(shell: Shell) -> Iterator[Callable[..., tuple[subprocess.Popen[str], str]]]:
    """`serving(*words)`: a running server and the address that it said."""
    started: list[subprocess.Popen[str]] = []

    def start(*words: str) -> tuple[subprocess.Popen[str], str]:
        process = shell.start("serve", *words)
        started.append(process)
        assert process.stdout is not None
        for line in process.stdout:
            if found := re.search(r"Open (http://\S+) in a browser", line):
                return process, found[1]
        raise AssertionError("The server did not start")

    yield start
    for process in started:
        process.kill()
        process.communicate()


def answers(address: str) -> bool:
    for _ in range(50):
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=5) as answer:  # noqa: S310  # an address of this test's own server
                return bool(answer.read() == b"ok")
        except OSError:
            time.sleep(0.1)
    return False


def children_of(pid: int) -> list[int]:
    return [int(word) for task in pathlib.Path(f"/proc/{pid}/task").iterdir() for word in (task / "children").read_text().split()]


def is_alive(pid: int) -> bool:
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False


def wait_until(condition: Callable[[], bool], seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return False


@pytest.mark.slow
def test_serve_takes_the_next_free_port_and_ends_with_its_worker(serving) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process, address = serving("--port", str(port))
        assert address != f"http://127.0.0.1:{port}" and answers(address)
        [worker] = children_of(process.pid)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=15) == 0
        assert wait_until(lambda: not is_alive(worker))


@pytest.mark.slow
def test_a_worker_does_not_outlive_a_server_that_was_killed(serving) -> None:
    process, address = serving("--port", str(_free_port()))
    assert answers(address)
    [worker] = children_of(process.pid)
    time.sleep(2.5)  # it has come to its loop by then
    process.kill()
    process.wait()
    assert wait_until(lambda: not is_alive(worker))


@pytest.mark.slow
def test_serve_without_a_worker_starts_none(serving) -> None:
    process, address = serving("--no-worker", "--port", str(_free_port()))
    assert answers(address) and children_of(process.pid) == []


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


# --- the demo and the work of a term -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_demo_is_made_once_and_says_its_sign_ins_once(demo) -> None:
    shell, said = demo
    assert "officer@" in said and said.count("@demo.example") >= 5
    assert shell("demo", "--no-serve") == (0, "")
    assert "officer@" in shell("demo", "--no-serve", "--show")[1]


@pytest.mark.slow
def test_the_demo_never_mixes_with_other_records(demo, tmp_path, shell, sqlite_url) -> None:
    shell("create-user", "--email", "f@example.org", "--name", "Fay", "--role", "finance", "--password-stdin", typed=PASSWORD)
    code, said = shell("demo", "--no-serve")
    assert code == 1 and "not the demo's" in said
    code, said = shell("demo", "--no-serve", PEP_ADMIN_ENVIRONMENT="production")
    assert code == 1 and "production" in said


@pytest.mark.slow
def test_a_term_is_launched_exported_and_reconciled(demo, tmp_path, open_session) -> None:
    shell, _ = demo
    folder = pathlib.Path(shell.settings["PEP_ADMIN_INSTANCE_FOLDER"])
    url = f"sqlite:///{folder / 'demo.db'}"
    settings = {"PEP_ADMIN_DATABASE_URL": url, "PEP_ADMIN_TODAY": "2024-11-18"}
    session = open_session(url)
    before = count(session, Pep)
    session.rollback()

    code, said = shell("launch-term", "2024-25", "spring", "--dry-run", **settings)
    assert code == 0 and "would be opened" in said and count(session, Pep) == before
    session.rollback()
    code, said = shell("launch-term", "2024-25", "spring", **settings)
    opened = int(re.search(r": (\d+) opened", said)[1])
    assert code == 0 and opened > 0 and count(session, Pep) == before + opened
    session.rollback()
    assert f"0 opened, {opened} had one already" in shell("launch-term", "2024-25", "spring", **settings)[1]

    output = tmp_path / "spring.zip"
    code, said = shell("export-pdf", "2024-25", "spring", "--output", str(output), **settings)
    assert code == 0 and f"Wrote {opened} PDFs" in said
    with zipfile.ZipFile(output) as archive:
        names = archive.namelist()
        assert len(names) == opened + 1 and archive.read(names[0]).startswith(b"%PDF")
        manifest = archive.read("manifest.csv").decode()
    assert manifest.splitlines()[0] == "reference,status,copy,file,pages,unprintable,sha256,problem"
    assert len(manifest.splitlines()) == opened + 1
    assert output.stat().st_mode & 0o077 == 0
    assert count_events(session, "pep.pdf") >= opened and count_events(session, "pep.export") == 1
    session.rollback()
    code, said = shell("export-pdf", "2024-25", "spring", "--output", str(output), **settings)
    assert code == 1 and "there already" in said

    assert shell("reconcile", **settings) == (0, "Every pound is where it should be.\n")
    code, said = shell("launch-term", "2031-32", "spring", **settings)
    assert code == 1 and "2024-25" in said


def count_events(session: Session, action: str) -> int:
    return session.scalar(select(func.count()).select_from(AuditEvent).where(AuditEvent.action == action)) or 0


def test_a_demo_that_was_stopped_half_way_is_thrown_away_and_a_finished_one_is_kept(tmp_path, monkeypatch) -> None:
    for key in ("PEP_ADMIN_ENVIRONMENT", "PEP_ADMIN_TODAY", "PEP_ADMIN_MAIL_BACKEND", "PEP_ADMIN_DATABASE_URL"):
        monkeypatch.setenv(key, "")  # put back afterwards
    monkeypatch.setenv("PEP_ADMIN_INSTANCE_FOLDER", str(tmp_path))
    half_made = tmp_path / "demo.db"
    half_made.write_bytes(b"half")
    standing._stand()
    assert not half_made.exists()
    half_made.write_bytes(b"whole")
    (tmp_path / "demo-sign-ins.json").write_text(json.dumps({standing._key(): []}))
    monkeypatch.setenv("PEP_ADMIN_DATABASE_URL", "")
    standing._stand()
    assert half_made.read_bytes() == b"whole"


def test_two_demos_are_not_made_in_one_folder_at_once(tmp_path) -> None:
    with open(tmp_path / "demo.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        code, said = Shell(tmp_path)("demo", "--no-serve")
    assert code == 1 and "another process" in said


def test_a_taken_port_is_passed_over_but_never_where_a_proxy_looks_for_it() -> None:
    from pep_admin.exceptions import ConfigError
    from pep_admin.server.serving import open_port

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with open_port("127.0.0.1", port) as other:
            assert other.getsockname()[1] != port
        with pytest.raises(ConfigError, match=f"Port {port} is taken"):
            open_port("127.0.0.1", port, exactly=True)
