"""What runs in the background: queued mail is sent, queued jobs are done, one loop a process, as many processes as are wanted.

Work is taken under a lease in a short transaction, done with no transaction open, and marked in another. A worker that dies loses
its lease, and another takes over: mail may then arrive twice, under the same Message-ID. What is queued is outbox.py's matter.
"""

from __future__ import annotations

import hashlib
import logging
import os
import socket
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

from flask import Flask
from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from pep_admin import config
from pep_admin.documents.invites import build_invite, method_of
from pep_admin.exceptions import NotAllowed, Refused
from pep_admin.models import Delivery, Job, Person
from pep_admin.permissions import SYSTEM
from pep_admin.queries.deliveries import WAITS
from pep_admin.server import daily, logs, made_files, mail, meetings
from pep_admin.server.addressing import Addressed, Goes, Later, Stuck, goes_to
from pep_admin.server.job_leases import Cancelled, Lease, LeaseLost, Stopping, due_jobs, end_job, finish_job, note_beat, take_job
from pep_admin.server.jobs import JOB_KINDS, Made, read_only
from pep_admin.server.jobs import job_kind as job_kind
from pep_admin.vocabulary import DeliveryState, JobState
from pep_admin.workflow.jobs import clean_up

log = logging.getLogger("pep_admin.worker")

POLL_SECONDS = 1.0
BEAT_FILE, BEAT_SECONDS = "worker.beat", 30.0
"""A file in the instance folder that a running worker touches that often: whoever looks after the machine sees that one runs."""
LEASE = timedelta(minutes=5)
FIRST_WAIT, MOST_TRIES = timedelta(seconds=30), 8
"""After its nth failure a message waits 30 s times 2 to the power of n - 1; after the eighth it is given up."""
WORKERS_DIED = "The program stopped each time that it was to be sent. Tell whoever looks after this system; then send it again."
NO_SERVER_WAITS = (30.0, 900.0)
"""Seconds until the mail server is asked again: the first wait, doubled each time up to the second."""
BEAT_EVERY = 1.0
"""Seconds between two notes of how far a job is: a step may take a thousandth of that."""
MAIL_BETWEEN = 3
"""Messages sent at each beat of a long job: somebody may wait for a code to sign in with, and it must not cost the lease."""


@dataclass
class Worker:
    """One loop; `stop` ends it, `holder` names it in the jobs that it holds."""

    app: Flask
    stop: Event
    holder: str = ""
    mail_waits: float = 0.0
    mail_resumes: float = 0.0
    beaten: float = -BEAT_SECONDS
    beats_again: float = 0.0
    said: str = ""
    asked_for: date | None = None

    def __post_init__(self) -> None:
        self.holder = self.holder or f"{socket.gethostname()[:40]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"

    def run(self, parent: int | None = None) -> None:
        """Work until stopped, or until the process that started this one is gone."""
        while not self.stop.is_set():
            if parent is not None and os.getppid() != parent:
                return
            self._show_that_it_runs()
            try:
                self._ask_daily()
                self.drain()
            except SQLAlchemyError as problem:
                log.warning("The database could not be used (%s); trying again.", type(problem).__name__)
                self.stop.wait(5)
            self.stop.wait(POLL_SECONDS)

    def _ask_daily(self) -> None:
        """Once a day, as far as this worker knows: the rows know better."""
        if self.asked_for != config.today():
            queue_daily(self.app)
            self.asked_for = config.today()

    def _show_that_it_runs(self) -> None:
        if time.monotonic() - self.beaten >= BEAT_SECONDS:
            self.beaten = time.monotonic()
            with suppress(OSError):  # a full disk must not end the worker too
                Path(self.app.instance_path, BEAT_FILE).touch(mode=0o600)

    def drain(self) -> int:
        """Do everything that is due now; the number of messages and jobs that were taken."""
        with self.app.app_context():
            return self._deliver_all() + self._do_all()

    # --- mail ----------------------------------------------------------------------------------------------------------

    def _deliver_all(self, most: int | None = None) -> int:
        taken = 0
        while taken != most and self._may_send() and _any(self.app, Delivery.id, _due_mail()):
            settings = mail.mail_settings(self.app.config, Path(self.app.instance_path))
            try:
                if not _deliver_one(self.app, settings):
                    break
            except mail.NoMailServer as problem:
                self._pause_mail(str(problem))
                break
            taken += 1
            self.mail_waits, self.said = 0.0, ""
        return taken

    def _may_send(self) -> bool:
        return not self.stop.is_set() and time.monotonic() >= self.mail_resumes

    def _pause_mail(self, problem: str) -> None:
        first, longest = NO_SERVER_WAITS
        self.mail_waits = min(self.mail_waits * 2 or first, longest)
        self.mail_resumes = time.monotonic() + self.mail_waits
        if problem != self.said:
            log.warning("%s Mail stays queued.", problem)
            self.said = problem

    # --- jobs ----------------------------------------------------------------------------------------------------------

    def _do_all(self) -> int:
        done = 0
        while JOB_KINDS and not self.stop.is_set() and _any(self.app, Job.id, due_jobs()):
            with _unit(self.app) as session:
                job = take_job(session, self.holder)
            if job is None:
                break
            self._do(job)
            done += 1
        return done

    def _do(self, job: Lease) -> None:
        made: Made | None = None
        with _unit(self.app) as session:
            try:
                self._beat(job)
                made = JOB_KINDS[job.kind](session, {**job.payload, "job": job.id}, partial(self._beat, job)) or Made()
                finish_job(session, job, made)
                session.commit()
                logs.event(log, "job", job_id=job.id, kind=job.kind, state=JobState.DONE, tries=job.tries)
                return
            except Exception as problem:
                session.rollback()
                ended_by = problem
        if made is not None:
            made_files.drop_file(_made_folder(self.app), made.file)
        self._after(job, ended_by)

    def _after(self, job: Lease, problem: Exception) -> None:
        """Mark a job that did not come to its end; where it was stopped, with what was prepared for it taken away."""
        if isinstance(problem, LeaseLost):
            log.warning("Job %s was taken over by another worker.", job.id)
            return
        if not isinstance(problem, Stopping | Cancelled | Refused | NotAllowed):
            log.error("Job %s (%s) failed.", job.id, job.kind, exc_info=problem)
        with _unit(self.app) as session:
            try:
                end_job(session, job, problem)
            except LeaseLost:
                return
            if isinstance(problem, Cancelled):
                clean_up(session, job.kind, job.payload)
            session.commit()

    def _beat(self, job: Lease, done: int | None = None, total: int | None = None) -> None:
        if self.stop.is_set():
            raise Stopping
        self._show_that_it_runs()
        if done and time.monotonic() < self.beats_again:
            return
        note_beat(_host(self.app).db.engine, job, done, total)
        self.beats_again = time.monotonic() + BEAT_EVERY
        with self.app.app_context():  # a session of its own: the job's stays as it is
            self._deliver_all(most=MAIL_BETWEEN)


def queue_daily(app: Flask) -> None:
    """Queue what is done every day, where nobody has for this one: one row a day and kind, whoever comes first."""
    for key, due_at in daily.due_on(config.today()).items():
        with app.app_context():
            if _any(app, Job.id, Job.once_key == key):
                continue
            with _unit(app) as session, suppress(IntegrityError):  # another worker was quicker
                daily.queue(session, key, due_at)
                session.commit()


def run_once(app: Flask) -> int:
    """Do everything that is due now, once; the number of messages and jobs that were taken."""
    return Worker(app, Event()).drain()


# --- one message -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Message:
    """A message that this worker holds until `lease`. `fatal`: whoever held it before died each time, of it perhaps."""

    id: int
    key: str
    template: str
    arguments: Mapping[str, Any]
    person_id: int | None
    tries: int
    lease: datetime
    fatal: bool


def _due_mail() -> ColumnElement[bool]:
    now = datetime.now(UTC)
    waiting = and_(Delivery.state.in_((DeliveryState.QUEUED, DeliveryState.FAILED)), Delivery.due_at <= now)
    return or_(waiting, and_(Delivery.state == DeliveryState.SENDING, Delivery.leased_until < now))


def _deliver_one(app: Flask, settings: mail.MailSettings) -> bool:
    """Take one message and send it; False when there was none. Raises NoMailServer with the message back in the queue."""
    with _unit(app) as session:
        message = _take_message(session)
    if message is None:
        return False
    values = _try(app, settings, message)
    with _unit(app) as session:
        _mark(session, message, values)
        session.commit()
    logs.event(log, "mail", delivery_id=message.id, letter=message.template, state=values["state"], tries=message.tries,
               why=values.get("problem"))
    if isinstance(problem := values.get("server"), mail.NoMailServer):
        raise problem
    return True


def _take_message(session: Session) -> _Message | None:
    due = select(Delivery).where(_due_mail()).order_by(Delivery.due_at, Delivery.id).limit(1)
    row = session.scalar(due.with_for_update(skip_locked=True, of=Delivery))
    if row is None:
        return None
    fatal = row.state is DeliveryState.SENDING and row.tries >= MOST_TRIES
    row.state, row.leased_until, row.tries = DeliveryState.SENDING, datetime.now(UTC) + LEASE, row.tries + (not fatal)
    message = _Message(row.id, row.key, row.template, dict(row.arguments), row.person_id, row.tries, row.leased_until, fatal)
    session.commit()  # before anything is made of it: a try counts though the worker may not live to tell of it
    return message


def _try(app: Flask, settings: mail.MailSettings, message: _Message) -> dict[str, Any]:
    """Ask whether it may go and send it; the columns to mark it with. One that cannot be made stops no other."""
    if message.fatal:
        return {"state": DeliveryState.GIVEN_UP, "problem": WORKERS_DIED}
    try:
        with _unit(app) as session:
            read_only(session)
            goes = goes_to(session, session.get_one(Delivery, message.id))
        values = _try_to_send(app, settings, message, goes)
        if isinstance(goes, Addressed) and goes.is_leaving and values["state"] in WAITS:
            return {**values, "state": DeliveryState.NOT_NEEDED}
        return values
    except SQLAlchemyError:
        raise  # the database is no fault of the message
    except Exception as defect:
        log.exception("Message %s (%s) could not be made.", message.id, message.template)
        return _after_refusal(message, f"The program could not make this message ({type(defect).__name__}).")


def _try_to_send(app: Flask, settings: mail.MailSettings, message: _Message, goes: Goes) -> dict[str, Any]:
    """Send it, with no transaction open; the columns to mark it with (`server`, `bounced` are for the caller)."""
    if isinstance(goes, str):
        return {"state": DeliveryState.NOT_NEEDED, "problem": goes}
    if isinstance(goes, Stuck):
        return {"state": goes.state, "problem": goes.why}
    if isinstance(goes, Later):
        return {"state": DeliveryState.QUEUED, "tries": message.tries - 1, "due_at": goes.at}
    facts = {**_facts(app, message), **goes.facts}
    calendar, letter = None, message.template
    if (entry := goes.meeting) is not None:
        letter = meetings.letter_of(entry, letter)
        facts["pep"] += f"&about={entry.pep_id}"
        link = f"{_base(app)}{_host(app).own_url('peps')}/details/?id={entry.pep_id}"  # the same at each change of the entry
        around = meetings.around(app, link, facts["authority"], settings.sender)
        calendar = mail.CalendarFile(build_invite(entry, around, goes.to), method_of(entry, goes.to))
    subject, text = mail.LETTERS[letter].fill(**facts)
    try:
        mail.send(settings, goes.to, subject, text, message_id=_message_id(app, message.key), calendar=calendar)
    except mail.NoMailServer as problem:
        return {"state": DeliveryState.QUEUED, "tries": message.tries - 1, "problem": str(problem), "server": problem}
    except mail.MailRefused as problem:
        return {"state": DeliveryState.REFUSED, "problem": str(problem), "bounced": goes.to if problem.bad_address else None}
    except mail.MailDeferred as problem:
        return _after_refusal(message, str(problem))
    return {"state": DeliveryState.SENT, "sent_at": config.now(), "sent_to": goes.to, "problem": None}


def _after_refusal(message: _Message, problem: str) -> dict[str, Any]:
    if message.tries >= MOST_TRIES:
        return {"state": DeliveryState.GIVEN_UP, "problem": problem}
    wait = FIRST_WAIT * 2 ** (message.tries - 1)
    return {"state": DeliveryState.FAILED, "due_at": datetime.now(UTC) + wait, "problem": problem}


def _mark(session: Session, message: _Message, values: Mapping[str, Any]) -> None:
    columns = {name: value for name, value in values.items() if name not in ("server", "bounced")}
    held = (Delivery.id == message.id, Delivery.state == DeliveryState.SENDING, Delivery.leased_until == message.lease)
    mark = update(Delivery).where(*held).values(leased_until=None, **columns).execution_options(synchronize_session=False)
    session.execute(mark)
    if (address := values.get("bounced")) and message.person_id is not None:
        person = session.scalar(select(Person).where(Person.id == message.person_id).with_for_update())
        if person is not None and person.email == address:  # it may have been corrected meanwhile
            person.bounced_on = config.today()


def _base(app: Flask) -> str:
    """What stands before the path of a link in a letter."""
    return str(app.config.get("PEP_ADMIN_BASE_URL", ""))


def _facts(app: Flask, message: _Message) -> dict[str, Any]:
    host, count = _host(app), int(message.arguments.get("count", 1))
    base = f"{_base(app)}{host.own_url('from_mail')}"
    return {
        **{name: f"{base}/?message={message.id}&to={name}" for name in mail.PLACES},
        "authority": host.settings.get("authority") or "Virtual School",
        "count": mail.count_of(count),
    }


def _message_id(app: Flask, key: str) -> str:
    digest = hashlib.sha256(key.encode()).hexdigest()[:32]
    return f"{digest}@{meetings.host_of(app)}"


# --- the application it works for --------------------------------------------------------------------------------------


def _made_folder(app: Flask) -> Path:
    return Path(_host(app).settings["made_folder"])


def _host(app: Flask) -> Any:
    """What the application gave the plugin: its database, its addresses, its settings."""
    return app.extensions["pep_admin"]


@contextmanager
def _unit(app: Flask) -> Iterator[Session]:
    """A session of the application's own, acting as the system; what is not committed is dropped."""
    sessions = _host(app).db.session
    session: Session = sessions()
    session.info.update(actor=SYSTEM, sender=app, request_id=None)
    try:
        yield session
    finally:
        sessions.remove()


def _any(app: Flask, column: Any, condition: ColumnElement[bool]) -> bool:
    """Whether a row waits: asked as a read, so that an idle worker never takes the write lock."""
    with _host(app).db.engine.connect().execution_options(readonly=True) as connection:
        return connection.execute(select(column).where(condition).limit(1)).first() is not None
