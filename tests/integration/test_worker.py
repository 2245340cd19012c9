"""The background worker against a real mail server and a real database: what is sent once, tried again, given up, taken over."""

from __future__ import annotations

import os
import pathlib
import re
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import pytest
from flask import Flask
from freezegun import freeze_time
from sqlalchemy import select

from pep_admin import outbox
from pep_admin.config import today
from pep_admin.models import Delivery, Job, Person, RecordChange
from pep_admin.permissions import SYSTEM
from pep_admin.server import worker
from pep_admin.server.mail import LETTERS
from pep_admin.server.worker import Worker, job_kind, run_once
from pep_admin.vocabulary import DeliveryState, JobState, PersonKind
from tests.integration.post_office import PostOffice, opened, text_of

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

ROOT = pathlib.Path(__file__).parents[2]
START = datetime(2024, 11, 18, 9, 0, tzinfo=UTC)


@pytest.fixture
def mailing(app: Flask, post_office: PostOffice) -> Flask:
    """The application, sending through the post office."""
    app.config.update(PEP_ADMIN_MAIL_SERVER="127.0.0.1", PEP_ADMIN_MAIL_PORT=post_office.port, PEP_ADMIN_MAIL_USE_TLS=False,
                      PEP_ADMIN_MAIL_FROM="pep@example.org", PEP_ADMIN_BASE_URL="https://pep.example.org",
                      PEP_ADMIN_MAIL_BACKEND="smtp")
    return app


@pytest.fixture
def queue() -> Callable[..., int]:
    """`queue(app, key, email)`: a letter to a new person with that address; gives the delivery's id."""

    def do(app: Flask, key: str = "delegated:1:1", email: str = "dt@example.org", template: str = "delegated", **more: Any) -> int:
        with app.app_context():
            session = app.extensions["sqlalchemy"].session
            session.info["actor"] = SYSTEM
            person = Person(first_name="Dilys", last_name="Tomos", kind=PersonKind.DESIGNATED_TEACHER, email=email)
            session.add(person)
            delivery = outbox.queue_mail(session, key, person, template, now=START, **more)
            session.commit()
            return delivery.id

    return do


def row(app: Flask, model: type[Any], row_id: int) -> Any:
    with app.app_context():
        session = app.extensions["sqlalchemy"].session
        session.info["actor"] = SYSTEM
        found = session.get(model, row_id)
        session.expunge(found)
        return found


# --- mail --------------------------------------------------------------------------------------------------------------


def test_a_letter_goes_once_and_says_where_to_sign_in(mailing, post_office, queue) -> None:
    sent = queue(mailing, count=3)
    assert run_once(mailing) == 1
    assert run_once(mailing) == 0
    [(recipients, message)] = post_office.received
    assert recipients == ["dt@example.org"]
    assert message["To"] == "dt@example.org" and message["From"] == "pep@example.org"
    assert message["Subject"] == "A PEP needs your part"
    text = text_of(message)
    assert "3 PEPs" in text and "Virtual School" in text
    assert f"https://pep.example.org/admin/pep/from_mail/?message={sent}&to=desk" in text
    assert message["Auto-Submitted"] == "auto-generated"
    delivery = row(mailing, Delivery, sent)
    assert delivery.state is DeliveryState.SENT and delivery.sent_to == "dt@example.org" and delivery.tries == 1


@pytest.mark.parametrize("template", ["delegated", "returned", "asked", "released"])
def test_every_letter_that_the_program_queues_has_its_words(mailing, post_office, queue, template) -> None:
    queue(mailing, template=template)
    run_once(mailing)
    [(_, message)] = post_office.received
    assert "{" not in message.get_payload() and "https://pep.example.org/admin/" in message.get_payload()


def test_every_letter_queued_anywhere_in_the_program_is_known() -> None:
    source = "".join(path.read_text() for path in (ROOT / "pep_admin" / "workflow").glob("*.py"))
    queued = {*re.findall(r'queue_mail\([^)]*?, "([a-z_]+)"', source), *re.findall(r'_tell\(session, \w+, "([a-z_]+)"', source)}
    assert queued and queued <= set(LETTERS)


def test_a_letter_put_off_is_tried_again_later_each_time_under_the_same_number(mailing, post_office, queue) -> None:
    sent = queue(mailing)
    post_office.answers["dt@example.org"] = "451 try later"
    moment, waits = START, []
    with freeze_time(moment):
        run_once(mailing)
    for _ in range(3):
        delivery = row(mailing, Delivery, sent)
        assert delivery.state is DeliveryState.FAILED and "451" in delivery.problem
        waits.append((delivery.due_at - moment).total_seconds())
        with freeze_time(delivery.due_at - timedelta(seconds=1)):
            assert run_once(mailing) == 0
        moment = delivery.due_at
        with freeze_time(moment):
            assert run_once(mailing) == 1
    assert waits == [30, 60, 120]
    post_office.answers.clear()
    with freeze_time(moment + timedelta(hours=1)):
        run_once(mailing)
    [(_, message)] = post_office.received
    assert message["Message-ID"].endswith("@pep.example.org>")
    assert row(mailing, Delivery, sent).state is DeliveryState.SENT


def test_the_number_of_a_message_is_its_keys(mailing, post_office, queue) -> None:
    sent = queue(mailing, "delegated:7:1")
    run_once(mailing)
    with mailing.app_context():
        session = mailing.extensions["sqlalchemy"].session
        delivery = session.get(Delivery, sent)
        delivery.state, delivery.leased_until = DeliveryState.SENDING, START  # as if a worker had died after handing it over
        session.commit()
    run_once(mailing)
    assert len(post_office.received) == 2
    assert len({message["Message-ID"] for _, message in post_office.received}) == 1


def test_a_letter_is_given_up_after_the_eighth_try(mailing, post_office, queue) -> None:
    sent = queue(mailing)
    post_office.answers["dt@example.org"] = "450 busy"
    for number in range(8):
        with freeze_time(START + timedelta(days=number)):
            assert run_once(mailing) == 1
    delivery = row(mailing, Delivery, sent)
    assert delivery.state is DeliveryState.GIVEN_UP and delivery.tries == 8
    with freeze_time(START + timedelta(days=30)):
        assert run_once(mailing) == 0
    assert row(mailing, Person, 1).bounced_on is None


def test_an_address_that_the_server_does_not_know_is_marked_on_the_person(mailing, post_office, queue) -> None:
    sent = queue(mailing)
    post_office.answers["dt@example.org"] = "550 no such user"
    run_once(mailing)
    delivery, person = row(mailing, Delivery, sent), row(mailing, Person, 1)
    assert delivery.state is DeliveryState.REFUSED and "550" in delivery.problem and "dt@" not in delivery.problem
    assert person.bounced_on == today() and not person.has_working_address
    with mailing.app_context():
        session = mailing.extensions["sqlalchemy"].session
        last = session.scalars(select(RecordChange).order_by(RecordChange.id.desc())).first()
        assert last.actor_id == "system" and last.changes == {"bounced_on": [None, today().isoformat()]}


@pytest.mark.parametrize(("where", "answer"), [("rcpt", "552 mailbox full"), ("data", "554 looks like spam")])
def test_a_refusal_for_another_reason_leaves_the_address_alone(mailing, post_office, queue, where, answer) -> None:
    sent = queue(mailing)
    if where == "rcpt":
        post_office.answers["dt@example.org"] = answer
    else:
        post_office.data_answer = answer
    run_once(mailing)
    assert row(mailing, Delivery, sent).state is DeliveryState.REFUSED
    assert row(mailing, Person, 1).bounced_on is None


def test_one_bad_address_does_not_hold_up_the_others(mailing, post_office, queue) -> None:
    post_office.answers["gone@example.org"] = "550 no"
    queue(mailing, "a", "gone@example.org")
    queue(mailing, "b", "here@example.org")
    assert run_once(mailing) == 2
    assert [recipients for recipients, _ in post_office.received] == [["here@example.org"]]


def test_somebody_who_left_in_the_meantime_gets_nothing(mailing, post_office, queue) -> None:
    sent = queue(mailing)
    with mailing.app_context():
        session = mailing.extensions["sqlalchemy"].session
        session.info["actor"] = SYSTEM
        session.get(Person, 1).left_on = START.date()
        session.commit()
    run_once(mailing)
    assert post_office.received == []
    delivery = row(mailing, Delivery, sent)
    assert delivery.state is DeliveryState.NO_ROUTE and "left" in delivery.problem


def test_a_mail_folder_that_cannot_be_written_is_marked_and_tried_again(app, queue) -> None:
    folder = pathlib.Path(app.instance_path) / "mail"
    app.config.update(PEP_ADMIN_MAIL_BACKEND="file", PEP_ADMIN_BASE_URL="https://pep.example.org")
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("in the way")
    sent = queue(app)
    run_once(app)
    delivery = row(app, Delivery, sent)
    assert delivery.state is DeliveryState.QUEUED and delivery.tries == 0 and delivery.problem is not None
    assert "The mail folder cannot be written" in delivery.problem
    folder.unlink()
    run_once(app)
    assert row(app, Delivery, sent).state is DeliveryState.SENT and len(list(folder.glob("*.eml"))) == 1


@pytest.mark.parametrize("address", [
    "a@example.org\r\nBcc: all@evil.example", "a@example.org, b@evil.example", '"x" <a@example.org>',
])
def test_an_address_that_would_add_a_header_or_a_recipient_is_never_sent(mailing, post_office, queue, address) -> None:
    sent = queue(mailing, email=address)
    run_once(mailing)
    assert post_office.received == []
    assert row(mailing, Delivery, sent).state is DeliveryState.REFUSED


def test_without_a_mail_server_mail_stays_queued_and_the_log_says_so_once(app, queue, caplog) -> None:
    sent = queue(app)
    work = Worker(app, Event())
    work.drain()
    work.mail_resumes = 0
    work.drain()
    assert [record.message for record in caplog.records if record.name == "pep_admin.worker"] == [
        "No mail server is set (PEP_ADMIN_MAIL_SERVER and PEP_ADMIN_MAIL_FROM). Mail stays queued."]
    delivery = row(app, Delivery, sent)
    assert delivery.state is DeliveryState.QUEUED and delivery.tries == 0 and "No mail server" in delivery.problem


def test_a_server_that_is_down_costs_no_try_and_is_not_asked_again_at_once(mailing, queue, post_office) -> None:
    sent = queue(mailing)
    mailing.config["PEP_ADMIN_MAIL_PORT"] = 9  # nobody listens there
    work = Worker(mailing, Event())
    assert work.drain() == 0 and work.mail_resumes > time.monotonic() + 25
    delivery = row(mailing, Delivery, sent)
    assert delivery.state is DeliveryState.QUEUED and delivery.tries == 0
    mailing.config["PEP_ADMIN_MAIL_PORT"] = post_office.port
    assert work.drain() == 0  # still waiting
    assert run_once(mailing) == 1


def test_nothing_is_sent_in_clear_where_encryption_is_asked_for(mailing, post_office, queue) -> None:
    mailing.config["PEP_ADMIN_MAIL_USE_TLS"] = True
    sent = queue(mailing)
    run_once(mailing)
    assert post_office.received == []
    delivery = row(mailing, Delivery, sent)
    assert delivery.state is DeliveryState.QUEUED and "encryption" in delivery.problem


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(mailing, queue, tmp_path) -> None:
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", tmp_path / "key.pem", "-out", tmp_path / "cert.pem",
         "-days", "1", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("openssl is not installed")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    with opened(PostOffice(), tls_context=context) as office:
        mailing.config.update(PEP_ADMIN_MAIL_USE_TLS=True, PEP_ADMIN_MAIL_PORT=office.port)
        sent = queue(mailing)
        run_once(mailing)
    assert office.received == []
    assert "certificate" in row(mailing, Delivery, sent).problem


def test_mail_can_go_into_a_folder(app, queue, tmp_path) -> None:
    app.config["PEP_ADMIN_MAIL_BACKEND"] = "file"
    sent = queue(app)
    run_once(app)
    [file] = (pathlib.Path(app.instance_path) / "mail").glob("*.eml")
    assert b"A PEP needs your part" in file.read_bytes()
    assert row(app, Delivery, sent).state is DeliveryState.SENT


def test_no_transaction_is_open_while_a_letter_is_handed_over(mailing, post_office, queue) -> None:
    queue(mailing)
    engine = None
    with mailing.app_context():
        engine = mailing.extensions["sqlalchemy"].engine
    written = []

    async def data(server: Any, session: Any, envelope: Any) -> str:
        with engine.execution_options(write=True).begin() as connection:  # would wait 30 s if the worker held the write lock
            connection.exec_driver_sql("UPDATE pep_person SET phone = '0161' WHERE id = 1")
        written.append(True)
        return "250 OK"

    post_office.handle_DATA = data
    began = time.monotonic()
    run_once(mailing)
    assert written and time.monotonic() - began < 5


def test_a_letter_that_cannot_be_made_is_tried_again_given_up_and_holds_up_no_other(mailing, post_office, queue, caplog) -> None:
    """What it is about cannot be read (`parts` is not there), or a word of its has nothing to be filled with."""
    unread = queue(mailing, "a", "a@example.org", "reminder")
    unfilled = queue(mailing, "b", "b@example.org", "invited")
    queue(mailing, "c", "c@example.org")
    with freeze_time(START):
        assert run_once(mailing) == 3
    assert [recipients for recipients, _ in post_office.received] == [["c@example.org"]]
    for number in range(1, 8):
        with freeze_time(START + timedelta(days=number)):
            assert run_once(mailing) == 2
    for each in (unread, unfilled):
        delivery = row(mailing, Delivery, each)
        assert (delivery.state, delivery.tries) == (DeliveryState.GIVEN_UP, 8)
        assert delivery.problem == "The program could not make this message (KeyError)."
    assert f"Message {unread} (reminder) could not be made." in caplog.text
    with freeze_time(START + timedelta(days=30)):
        assert run_once(mailing) == 0


# --- jobs --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def kinds() -> Iterator[dict[str, Any]]:
    """The register of job kinds, put back afterwards."""
    before = dict(worker.JOB_KINDS)
    yield worker.JOB_KINDS
    worker.JOB_KINDS.clear()
    worker.JOB_KINDS.update(before)


def enqueue(app: Flask, kind: str, **payload: Any) -> int:
    with app.app_context():
        session = app.extensions["sqlalchemy"].session
        job = outbox.queue_job(session, kind, now=START, **payload)
        session.commit()
        return job.id


def test_a_job_is_done_once_and_its_writes_are_stored_with_its_mark(app, kinds) -> None:
    @job_kind("greet")
    def greet(session: Any, payload: Any, beat: Callable[[], None]) -> None:
        session.add(Person(first_name=payload["name"], last_name="X", kind=PersonKind.CARER))

    job = enqueue(app, "greet", name="Mair")
    assert run_once(app) == 1 and run_once(app) == 0
    assert row(app, Job, job).state is JobState.DONE
    assert row(app, Person, 1).first_name == "Mair"


def test_a_job_of_an_unknown_kind_waits_for_a_worker_that_knows_it(app, kinds) -> None:
    kinds["other"] = lambda *_: None
    job = enqueue(app, "of-tomorrow")
    assert run_once(app) == 0
    assert row(app, Job, job).state is JobState.QUEUED


def test_a_job_that_fails_stores_nothing_and_is_tried_three_times(app, kinds) -> None:
    @job_kind("fail")
    def fail(session: Any, payload: Any, beat: Callable[[], None]) -> None:
        session.add(Person(first_name="Half", last_name="Done", kind=PersonKind.CARER))
        session.flush()
        raise RuntimeError("a child's words")

    job = enqueue(app, "fail")
    for number in range(3):
        with freeze_time(START + timedelta(hours=number)):
            assert run_once(app) == 1
    found = row(app, Job, job)
    assert found.state is JobState.FAILED and found.tries == 3 and found.problem == "RuntimeError"
    with app.app_context():
        assert app.extensions["sqlalchemy"].session.scalar(select(Person.id)) is None


def test_a_job_of_a_worker_that_died_is_taken_over_and_the_dead_ones_result_is_not_stored(app, kinds) -> None:
    @job_kind("long")
    def long(session: Any, payload: Any, beat: Callable[[], None]) -> None:
        done.append(True)

    done: list[bool] = []
    job = enqueue(app, "long")
    with app.app_context():
        session = app.extensions["sqlalchemy"].session
        found = session.get(Job, job)
        found.state, found.holder, found.beat_at, found.tries = JobState.RUNNING, "elsewhere:1", datetime.now(UTC), 1
        session.commit()
    assert run_once(app) == 0
    with freeze_time(datetime.now(UTC) + timedelta(minutes=3)):
        assert run_once(app) == 1
    assert done == [True] and row(app, Job, job).tries == 2


def test_a_worker_that_lost_its_lease_drops_its_work(app, kinds) -> None:
    @job_kind("slow")
    def slow(session: Any, payload: Any, beat: Callable[[], None]) -> None:
        with app.extensions["sqlalchemy"].engine.execution_options(write=True).begin() as connection:
            connection.exec_driver_sql("UPDATE pep_job SET holder = 'somebody else'")
        beat()

    job = enqueue(app, "slow")
    run_once(app)
    found = row(app, Job, job)
    assert found.state is JobState.RUNNING and found.holder == "somebody else"


def test_what_a_worker_without_its_lease_wrote_is_not_stored(app, kinds) -> None:
    @job_kind("late")
    def late(session: Any, payload: Any, beat: Callable[[], None]) -> None:
        with app.extensions["sqlalchemy"].engine.execution_options(write=True).begin() as connection:
            connection.exec_driver_sql("UPDATE pep_job SET holder = 'somebody else'")
        session.add(Person(first_name="Twice", last_name="Done", kind=PersonKind.CARER))

    enqueue(app, "late")
    run_once(app)
    with app.app_context():
        assert app.extensions["sqlalchemy"].session.scalar(select(Person.id)) is None


def test_stopping_gives_a_job_back_untried(app, kinds) -> None:
    stop = Event()

    @job_kind("endless")
    def endless(session: Any, payload: Any, beat: Callable[[], None]) -> None:
        stop.set()
        beat()

    job = enqueue(app, "endless")
    Worker(app, stop).drain()
    found = row(app, Job, job)
    assert found.state is JobState.QUEUED and found.tries == 0 and found.holder is None


def test_an_idle_worker_takes_no_write_lock(app, kinds) -> None:
    kinds["anything"] = lambda *_: None
    with app.app_context():
        engine = app.extensions["sqlalchemy"].engine
    with engine.execution_options(write=True).begin():
        began = time.monotonic()
        assert run_once(app) == 0
        assert time.monotonic() - began < 2


@pytest.mark.slow
def test_the_command_ends_at_once_when_asked(sqlite_url, tmp_path) -> None:
    environment = {**os.environ, "PEP_ADMIN_DATABASE_URL": sqlite_url, "PEP_ADMIN_INSTANCE_FOLDER": str(tmp_path),
                   "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "pep_admin.cli", "worker"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        assert "Waiting for mail" in process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=5) == 0
    finally:
        process.kill()
        process.communicate()
