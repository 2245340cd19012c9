"""What `pep-admin check-deploy` finds on a machine: no worker, work that waits, full disks, open files, a debugger, the log."""

from __future__ import annotations

import os
import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from pep_admin.config import Settings, read_settings
from pep_admin.document_words import DocumentKind, MediaType
from pep_admin.models import Delivery, Job
from pep_admin.server import checks
from pep_admin.server.worker import BEAT_FILE, Worker
from pep_admin.uploads import Upload
from pep_admin.vocabulary import JobState, Role
from pep_admin.workflow import documents
from tests.world import NOW, build_world

GOOD = {"PEP_ADMIN_ENVIRONMENT": "production", "PEP_ADMIN_BASE_URL": "https://pep.example.org", "PEP_ADMIN_PROXY_HOPS": "1",
        "PEP_ADMIN_SECRET_KEY": "kT3v-9Qd_w2LxZ7mB4cN8rJ1sH6yP0aF", "PEP_ADMIN_MAIL_SERVER": "mail.example.org",
        "PEP_ADMIN_SECOND_FACTOR_KEY": "pW5x-2Rf_y8NvK1tD6gM3bQ9uH4zS7cE", "PEP_ADMIN_MAIL_FROM": "pep@example.org",
        "PEP_ADMIN_LOG_FORMAT": "json", "PEP_ADMIN_SECOND_FACTOR": "yes"}


@pytest.fixture
def found(tmp_path: Path, both_databases: str, open_engine: Any) -> Any:
    """`found(key=value)`: the sentences said with those settings beside good ones, and which of them stop."""
    tmp_path.chmod(0o700)

    def ask(**changed: str) -> dict[str, bool]:
        settings = read_settings({}, {**GOOD, "PEP_ADMIN_INSTANCE_FOLDER": str(tmp_path), **changed})
        return {each.sentence: each.stops for each in checks.deploy_remarks(settings, open_engine(both_databases))}

    return ask


def about(said: dict[str, bool], word: str) -> list[bool]:
    return [stops for sentence, stops in said.items() if word in sentence]


def test_good_settings_stop_nothing(found) -> None:
    assert True not in found().values()
    assert about(found(), "PEP_ADMIN_LOG_FORMAT") == [] and about(found(), "FLASK_DEBUG") == []


def test_a_worker_that_runs_is_seen_and_one_that_ended_is_named(found, tmp_path: Path) -> None:
    assert about(found(), "No worker has run on this machine yet") == [False]
    file = tmp_path / BEAT_FILE
    file.touch()
    assert about(found(), "No worker") == []
    os.utime(file, (time.time(), time.time() - 4 * 60))
    assert about(found(), "No worker") == []
    os.utime(file, (time.time(), time.time() - 6 * 60))
    assert about(found(), "No worker has run on this machine since") == [False]


def test_a_running_worker_touches_its_file(app: Any, tmp_path: Path) -> None:
    class Once:
        """Stops the loop when it has gone round."""

        def __init__(self) -> None:
            self.rounds = 0

        def is_set(self) -> bool:
            self.rounds += 1
            return self.rounds > 1

        def wait(self, seconds: float) -> None:
            return None

    assert not (tmp_path / BEAT_FILE).exists()
    Worker(app, Once()).run()  # type: ignore[arg-type]  # an event of the test's own
    assert (tmp_path / BEAT_FILE).exists()
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()


def test_mail_and_jobs_that_wait_long_are_counted(found, both_databases: str, open_session: Any) -> None:
    now = datetime.now(UTC)
    session = open_session(both_databases)
    for key, minutes in (("a", 61), ("b", 59)):
        then = {"queued_at": now - timedelta(minutes=minutes), "due_at": now - timedelta(minutes=minutes)}
        session.add_all([Delivery(key=key, template="delegated", arguments={}, **then), Job(kind=key, payload={}, **then)])
    session.commit()
    assert about(found(), "2 messages or jobs have waited for more than an hour") == [False]
    session.execute(sa.update(Job).values(state="done"))
    session.commit()
    assert about(found(), "1 messages or jobs have waited") == [False]


def test_what_the_program_does_by_itself_and_gave_up_is_named(found, both_databases: str, open_session: Any) -> None:
    now = datetime.now(UTC)
    session = open_session(both_databases)

    def given_up(kind: str, days: int, made_by: str | None = None) -> Job:
        then = now - timedelta(days=days)
        return Job(kind=kind, payload={}, queued_at=then, due_at=then, ended_at=then, state=JobState.FAILED, made_by=made_by)

    session.add_all([given_up("old", 8), given_up("asked.for", 1, "person:1")])
    session.commit()
    assert about(found(), "was given up") == []
    session.add_all([given_up("follow_up", 1), given_up("follow_up", 2), given_up("chase.remind", 6)])
    session.commit()
    assert about(found(), "was given up in the last week (chase.remind, follow_up)") == [False]


@pytest.mark.parametrize(("value", "stops"), [("1", [True]), ("true", [True]), ("0", []), ("", [])])
def test_a_debugger_is_named(found, monkeypatch: pytest.MonkeyPatch, value: str, stops: list[bool]) -> None:
    monkeypatch.setenv("FLASK_DEBUG", value)
    assert about(found(), "FLASK_DEBUG") == stops


def test_a_log_for_a_terminal_is_noted_in_earnest(found) -> None:
    assert about(found(PEP_ADMIN_LOG_FORMAT="text"), "PEP_ADMIN_LOG_FORMAT") == [False]


@pytest.mark.parametrize(("secret", "stops"), [("", [True]), ("short", [True]), (GOOD["PEP_ADMIN_SECRET_KEY"], [])])
def test_a_secret_that_can_be_guessed_stops_outside_production(found, secret: str, stops: list[bool]) -> None:
    assert about(found(PEP_ADMIN_ENVIRONMENT="development", PEP_ADMIN_SECRET_KEY=secret), "PEP_ADMIN_SECRET_KEY") == stops


def test_a_folder_that_others_can_write_to_or_backups_that_they_can_read_stop(found, tmp_path: Path) -> None:
    (tmp_path / "backups").mkdir(mode=0o755)
    assert about(found(), "Other users") == [], "nobody else comes through the folder above"
    tmp_path.chmod(0o755)
    assert about(found(), "backups: chmod 700") == [True] and about(found(), "can put files") == []
    tmp_path.chmod(0o770)
    assert about(found(), "can put files into") == [True]
    tmp_path.chmod(0o700)


def test_a_disk_that_is_nearly_full_is_named_once(found, monkeypatch: pytest.MonkeyPatch, both_databases: str) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda place: SimpleNamespace(total=1_000_000_000, used=0, free=90_000_000))
    name = "database" if both_databases.startswith("sqlite") else "instance folder"
    assert about(found(), f"The disk of the {name} is nearly full: 90 MB are free.") == [False]
    assert about(found(), "nearly full") == [False]
    monkeypatch.setattr(shutil, "disk_usage", lambda place: SimpleNamespace(total=1_000_000_000, used=0, free=110_000_000))
    assert about(found(), "nearly full") == []


def test_many_documents_are_named_on_sqlite(
    found, monkeypatch: pytest.MonkeyPatch, both_databases: str, open_session: Any
) -> None:
    assert about(found(), "documents of children") == []
    session = open_session(both_databases)
    world = build_world(session)
    documents.add_document(session, world.child_id, documents.Told(DocumentKind.WORK, "Work", None, True),
                           Upload("work.pdf", MediaType.PDF, b"x" * 90, "0" * 64), most=100, actor=world.act(world.officer),
                           today=NOW.date(), now=NOW)
    session.commit()
    monkeypatch.setattr(checks, "MANY_DOCUMENTS", 90)
    assert about(found(), "documents of children") == []
    monkeypatch.setattr(checks, "MANY_DOCUMENTS", 89)
    assert about(found(), "documents of children") == ([False] if both_databases.startswith("sqlite") else [])


def test_the_settings_of_a_new_machine_stop(found) -> None:
    said = found(PEP_ADMIN_ENVIRONMENT="development", PEP_ADMIN_BASE_URL=Settings().base_url)
    assert about(said, "PEP_ADMIN_ENVIRONMENT") == [True] and about(said, "PEP_ADMIN_BASE_URL") == [True]


def test_open_accounts_of_the_demonstration_stop_real_use(
    app: Any, make_account: Any, sqlite_url: str, tmp_path: Path, open_engine: Any
) -> None:
    def demonstration() -> list[bool]:
        said = {each.sentence: each.stops for each in checks.deploy_remarks(settings, open_engine(sqlite_url))}
        return about(said, "demonstration")

    settings = read_settings({}, {**GOOD, "PEP_ADMIN_INSTANCE_FOLDER": str(tmp_path)})
    make_account("olive@council.example", Role.VS_OFFICER)
    assert demonstration() == []
    make_account("officer@demo.example", Role.VS_OFFICER)
    assert demonstration() == [True]
