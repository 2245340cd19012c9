"""A whole journey with a name planted wherever one can be: nothing that the program prints or logs holds it, and each line is known
by the number that the answer, the error's page and the audit log carry.
"""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from pep_admin import create_app
from pep_admin.cli import main
from pep_admin.config import LogFormat
from pep_admin.models import AuditEvent, Delivery
from pep_admin.server import logs
from pep_admin.server.worker import run_once
from tests.integration.post_office import PostOffice, opened
from tests.security.house import NOBODY, PASSWORD, House, mark_of
from tests.security.test_what_stays_inside import ADMIN, WORD, say_everywhere

pytestmark = pytest.mark.slow

NAMES = re.compile(f"{WORD}|Musterkind|Robin|Jule|Lehrer|Sozial|house\\.example|Pflege", re.IGNORECASE)


@pytest.fixture
def heard(capfd: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    """`heard()`: everything that this process wrote to either stream since, as it would with JSON in the journal."""
    capfd.readouterr()
    undo = logs.install(LogFormat.JSON)
    yield lambda: "".join(capfd.readouterr())
    undo()


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_name_that_is_typed_everywhere_reaches_no_log(either_house: House, heard: Callable[[], str]) -> None:
    house = either_house
    say_everywhere(house)
    assert house.get("officer", f"{ADMIN}/peps/pdf/?id={{pep}}").mimetype == "application/pdf"
    file = io.BytesIO(f"LCS number,First name,Date of birth\n{WORD},{WORD},{WORD}\n".encode())
    answer = house.client("officer").post(f"{ADMIN}/imports/new/?kind=roll", data={
        "csrf_token": house.mark("officer"), "list": (file, f"{WORD}.csv")})
    assert answer.status_code in (200, 303, 422)
    assert house.client(NOBODY).open(f"/{WORD}?{WORD}={WORD}", method="GET").status_code == 404
    assert house.client(NOBODY).open("/", method=WORD.upper()).status_code == 405
    house.change(sa.text("ALTER TABLE pep_audit_event RENAME TO pep_gone"))
    assert house.get("teacher", f"{ADMIN}/children/details/?id={{child}}&search={WORD}").status_code == 500
    said = heard()
    assert not NAMES.search(said)
    found = lines(said)
    assert {line["method"] for line in found if line["event"] == "request"} == {"GET", "POST", "other"}
    assert {200, 404, 405, 422, 500} <= {line["status"] for line in found if line["event"] == "request"}
    assert [line["error"] for line in found if line["event"] == "unexpected error"], "the fault was logged, by its type"


def test_a_request_is_one_line_with_route_status_time_and_who(house: House, heard: Callable[[], str]) -> None:
    answer = house.get("officer", f"{ADMIN}/children/details/?id={{child}}")
    assert house.get("officer", f"{ADMIN}/static/pep.css").status_code in (200, 404)
    line = next(line for line in lines(heard()) if line["event"] == "request")
    assert {key: line[key] for key in ("logger", "endpoint", "method", "status", "actor_id", "row_id")} == {
        "logger": "pep_admin.requests", "endpoint": "pep_children.details_view", "method": "GET", "status": 200,
        "actor_id": house.actor_id("officer"), "row_id": house.plan.places["child"]}
    assert 0 <= line["duration_ms"] < 60_000
    assert line["request_id"] == answer.headers["X-Request-Id"]


def test_a_request_has_one_number_in_audit_log_answer_and_line(house: House, heard: Callable[[], str]) -> None:
    last = house.last_event()
    answer = house.get("officer", f"{ADMIN}/children/details/?id={{child}}")
    [event] = house.events(last)
    assert event.request_id == answer.headers["X-Request-Id"] == lines(heard())[-1]["request_id"]
    last = house.last_event()
    failed = house.visitor(NOBODY).get("/account/login").send(email="teacher@house.example", password="not this one, surely")
    [tried] = house.events(last)
    assert tried.action == "account.sign_in_failed" and tried.request_id == failed.answer.headers["X-Request-Id"]
    last, nobody = house.last_event(), house.client(NOBODY)
    form = {"csrf_token": mark_of(nobody.get("/account/login").text), "email": "teacher@house.example", "password": PASSWORD}
    came = nobody.post("/account/login", data=form)
    assert came.status_code == 302 and [each.request_id for each in house.events(last)] == [came.headers["X-Request-Id"]]


def test_an_error_is_found_by_the_reference_on_its_page(tmp_path: Path, sqlite_url: str, heard: Callable[[], str]) -> None:
    app = create_app({"PEP_ADMIN_DATABASE_URL": sqlite_url, "PEP_ADMIN_INSTANCE_FOLDER": str(tmp_path)})

    def break_down() -> str:
        try:
            app.extensions["sqlalchemy"].session.execute(sa.text(f"SELECT '{WORD}' FROM {WORD}"))
        except sa.exc.OperationalError as below:
            raise ValueError(f"{WORD} broke it") from below
        return ""

    app.add_url_rule("/broken", "broken", break_down)
    answer = app.test_client().get(f"/broken?{WORD}={WORD}")
    text = heard()
    assert answer.status_code == 500 and not NAMES.search(text) and not NAMES.search(answer.text)
    fault = next(line for line in lines(text) if line["event"] == "unexpected error")
    assert (fault["error"], fault["caused_by"]) == ("ValueError", ["sqlalchemy.exc.OperationalError", "sqlite3.OperationalError"])
    assert fault["frames"][-1].startswith("tests/security/test_logs_without_names.py:")
    assert fault["frames"][-1].endswith(" break_down") and fault["endpoint"] == "broken"
    assert fault["request_id"] == answer.headers["X-Request-Id"] and fault["request_id"] in answer.text
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()


def test_mail_that_fails_is_logged_by_its_number(house: House, heard: Callable[[], str]) -> None:
    with opened(PostOffice()) as office:
        office.data_answer = f"550 {WORD} does not live here"
        app = create_app({"PEP_ADMIN_DATABASE_URL": house.url, "PEP_ADMIN_INSTANCE_FOLDER": str(Path(house.app.instance_path)),
                          **office.settings})
        house.change(sa.update(Delivery).values(state="queued", tries=0, due_at=sa.func.now()),
                     sa.update(Delivery).where(Delivery.template == "grant_sections").values(state="sent"))  # one was taken back
        assert run_once(app) > 0
        with app.app_context():
            app.extensions["sqlalchemy"].engine.dispose()
    text = heard()
    assert not NAMES.search(text)
    found = [line for line in lines(text) if line["event"] == "mail"]
    assert {(line["state"], line["why"]) for line in found} == {
        ("refused", "The mail server refused the message (550)."),
        ("not_needed", "None of the PEPs that it was about is theirs to write any more.")}
    assert all(isinstance(line["delivery_id"], int) for line in found)


def test_a_command_prints_and_logs_no_name_of_a_file_that_it_refuses(tmp_path: Path, sqlite_url: str) -> None:
    file = tmp_path / "list.csv"
    file.write_text(f"LCS number,First name,Surname,Date of birth,Start date\n{WORD},{WORD},{WORD},{WORD},{WORD}\n")
    done = CliRunner().invoke(main, ["import-roll", str(file)], env={
        "PEP_ADMIN_INSTANCE_FOLDER": str(tmp_path / "instance"), "PEP_ADMIN_DATABASE_URL": sqlite_url,
        "PEP_ADMIN_LOG_FORMAT": "json"})
    assert done.exit_code == 1 and not NAMES.search(done.output), done.output
    assert "refused" in done.output
    line = json.loads(done.output.splitlines()[-1])
    assert (line["event"], line["command"], line["status"]) == ("command", "import-roll", 1)


def test_a_command_that_breaks_says_so_in_a_sentence_and_logs_the_place(tmp_path: Path, sqlite_url: str) -> None:
    engine = sa.create_engine(sqlite_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE pep_allocation RENAME TO pep_gone")
    engine.dispose()
    done = CliRunner().invoke(main, ["reconcile"], env={
        "PEP_ADMIN_INSTANCE_FOLDER": str(tmp_path / "instance"), "PEP_ADMIN_DATABASE_URL": sqlite_url})
    assert done.exit_code == 1 and "Traceback" not in done.output
    assert "pep_admin.commands: unexpected error command=reconcile error=sqlalchemy.exc.OperationalError" in done.output
    assert "Something went wrong that the program did not foresee" in done.output and "pep_gone" not in done.output
    assert logging.root.handlers == [] or not any(type(each).__module__ == logs.__name__ for each in logging.root.handlers)


def test_what_one_command_did_shares_one_number_in_the_audit_log(sqlite_url: str, tmp_path: Path) -> None:
    environ = {"PEP_ADMIN_INSTANCE_FOLDER": str(tmp_path), "PEP_ADMIN_DATABASE_URL": sqlite_url}
    assert CliRunner().invoke(main, ["init", "--email", "a@example.org", "--name", "Ann"], env=environ).exit_code == 0
    engine = sa.create_engine(sqlite_url)
    with engine.connect() as connection:
        numbers = set(connection.scalars(sa.select(AuditEvent.request_id)))
    engine.dispose()
    assert len(numbers) == 1 and None not in numbers
