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
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from pep_admin import config
from pep_admin.imports.keeping import DROP_OLD, drop_old
from pep_admin.models import Delivery, Job, LeadQuestion, Pep, Person, School
from pep_admin.permissions import SYSTEM
from pep_admin.server import logs, mail
from pep_admin.vocabulary import DeliveryState, JobState, PepStatus

log = logging.getLogger("pep_admin.worker")

POLL_SECONDS = 1.0
BEAT_FILE, BEAT_SECONDS = "worker.beat", 30.0
"""A file in the instance folder that a running worker touches that often: whoever looks after the machine sees that one runs."""
LEASE = timedelta(minutes=5)
FIRST_WAIT, MOST_TRIES = timedelta(seconds=30), 8
"""After its nth failure a message waits 30 s times 2 to the power of n - 1; after the eighth it is given up."""
NO_SERVER_WAITS = (30.0, 900.0)
"""Seconds until the mail server is asked again: the first wait, doubled each time up to the second."""
STALE_JOB, MOST_JOB_TRIES = timedelta(minutes=2), 3
MAIL_BETWEEN = 3
"""Messages sent at each beat of a long job: somebody may wait for a code to sign in with, and it must not cost the lease."""

Beat = Callable[[], None]
JobKind = Callable[[Session, Mapping[str, Any], Beat], None]
JOB_KINDS: dict[str, JobKind] = {}
"""What can be done, by `Job.kind`; jobs of other kinds stay queued for a worker that knows them."""


def job_kind(name: str) -> Callable[[JobKind], JobKind]:
    """Register what does the jobs of that kind: `do(session, payload, beat)`.

    It writes through the session, which is committed with the mark that the job is done; on long work it calls `beat()` at least
    once a minute, with no transaction open, which raises when the job has been taken away or the worker is to stop.
    """

    def register(do: JobKind) -> JobKind:
        JOB_KINDS[name] = do
        return do

    return register


@job_kind(DROP_OLD)
def _drop_old_imports(session: Session, payload: Mapping[str, Any], beat: Beat) -> None:
    """Files that were brought in to be loaded are kept for a day."""
    drop_old(session)


@dataclass(frozen=True, slots=True)
class Addressed:
    """Whom a letter goes to, and what is filled into its words beside what every letter has."""

    to: str
    facts: Mapping[str, str] = field(default_factory=dict)


Addressing = Callable[[Session, Mapping[str, Any]], Addressed | str]
ADDRESSED: dict[str, Addressing] = {}
"""Letters to somebody of the host's who is no Person, by template."""


def addressed(*templates: str) -> Callable[[Addressing], Addressing]:
    """Register whom the letters of those templates go to: `address(session, arguments)`, asked when one is sent.

    It gives a sentence instead where the letter must not go any more; it writes nothing.
    """

    def register(address: Addressing) -> Addressing:
        ADDRESSED.update(dict.fromkeys(templates, address))
        return address

    return register


class LeaseLost(Exception):
    """Another worker has the job now: what was done here must not be stored."""


class Stopping(Exception):
    """The worker is to end: the job goes back into the queue."""


@dataclass
class Worker:
    """One loop; `stop` ends it, `holder` names it in the jobs that it holds."""

    app: Flask
    stop: Event
    holder: str = ""
    mail_waits: float = 0.0
    mail_resumes: float = 0.0
    beaten: float = -BEAT_SECONDS
    said: str = ""

    def __post_init__(self) -> None:
        self.holder = self.holder or f"{socket.gethostname()[:40]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"

    def run(self, parent: int | None = None) -> None:
        """Work until stopped, or until the process that started this one is gone."""
        while not self.stop.is_set():
            if parent is not None and os.getppid() != parent:
                return
            self._show_that_it_runs()
            try:
                self.drain()
            except SQLAlchemyError as problem:
                log.warning("The database could not be used (%s); trying again.", type(problem).__name__)
                self.stop.wait(5)
            self.stop.wait(POLL_SECONDS)

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
        while JOB_KINDS and not self.stop.is_set() and _any(self.app, Job.id, _due_jobs()):
            with _unit(self.app) as session:
                job = _take_job(session, self.holder)
            if job is None:
                break
            self._do(job)
            done += 1
        return done

    def _do(self, job: _Job) -> None:
        with _unit(self.app) as session:
            try:
                JOB_KINDS[job.kind](session, job.payload, lambda: self._beat(job))
                _end_job(session, job, self.holder, state=JobState.DONE, ended_at=datetime.now(UTC), problem=None)
                session.commit()
                logs.event(log, "job", job_id=job.id, kind=job.kind, state=JobState.DONE, tries=job.tries)
                return
            except LeaseLost:
                session.rollback()
                log.warning("Job %s was taken over by another worker.", job.id)
                return
            except Stopping:
                session.rollback()
                values: dict[str, Any] = {"state": JobState.QUEUED, "tries": job.tries - 1}
            except Exception as problem:
                session.rollback()
                log.exception("Job %s (%s) failed.", job.id, job.kind)
                values = _after_failure(job, type(problem).__name__)
        with _unit(self.app) as session:
            try:
                _end_job(session, job, self.holder, **values)
            except LeaseLost:
                return
            session.commit()

    def _beat(self, job: _Job) -> None:
        if self.stop.is_set():
            raise Stopping
        self._show_that_it_runs()
        with _host(self.app).db.engine.execution_options(write=True).begin() as connection:
            mine = (Job.id == job.id, Job.holder == self.holder, Job.state == JobState.RUNNING)
            beaten = update(Job).where(*mine).values(beat_at=datetime.now(UTC)).returning(Job.id)
            if connection.execute(beaten).first() is None:
                raise LeaseLost
        with self.app.app_context():  # a session of its own: the job's stays as it is
            self._deliver_all(most=MAIL_BETWEEN)


def run_once(app: Flask) -> int:
    """Do everything that is due now, once; the number of messages and jobs that were taken."""
    return Worker(app, Event()).drain()


# --- one message -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Message:
    """A message that this worker holds until `lease`; a sentence in the place of whom it goes to says why it must not go."""

    id: int
    key: str
    template: str
    arguments: Mapping[str, Any]
    goes: Addressed | str
    person_id: int | None
    tries: int
    lease: datetime


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
    values = _try_to_send(app, settings, message)
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
    row.state, row.leased_until, row.tries = DeliveryState.SENDING, datetime.now(UTC) + LEASE, row.tries + 1
    message = _Message(row.id, row.key, row.template, dict(row.arguments), _goes(session, row), row.person_id, row.tries,
                       row.leased_until)
    session.commit()
    return message


def _goes(session: Session, row: Delivery) -> Addressed | str:
    """Whom the message goes to, or what has changed since it was queued so that it must not: asked when it is sent, not before."""
    if row.template not in mail.LETTERS:
        return "The program has no letter of that name."
    if row.person is None:
        address = ADDRESSED.get(row.template)
        return address(session, row.arguments) if address else "The program does not know whom this goes to."
    if not row.person.has_working_address:
        return "This person has left, or has no address that works."
    if row.pep_id is not None:
        status = session.scalar(select(Pep.status).where(Pep.id == row.pep_id))
        if status is PepStatus.WITHDRAWN:
            return "The PEP was closed before this was sent."
    if row.template == "lead_asked" and not _is_still_asked(session, row.person.id):
        return "This was answered, or somebody else is designated teacher now."
    return Addressed(row.person.email or "")


def _is_still_asked(session: Session, person_id: int) -> bool:
    """Whether a school that names that person as designated teacher waits for their answer."""
    asked = select(LeadQuestion.id).join(School, LeadQuestion.school_id == School.id).where(
        LeadQuestion.person_id == person_id, LeadQuestion.answered_at.is_(None), School.designated_teacher_id == person_id)
    return session.scalar(asked.limit(1)) is not None


def _try_to_send(app: Flask, settings: mail.MailSettings, message: _Message) -> dict[str, Any]:
    """Send it, with no transaction open; the columns to mark it with (`server`, `bounced` are for the caller)."""
    if isinstance(message.goes, str):
        return {"state": DeliveryState.GIVEN_UP, "problem": message.goes}
    subject, text = mail.LETTERS[message.template].fill(**{**_facts(app, message), **message.goes.facts})
    try:
        mail.send(settings, message.goes.to, subject, text, message_id=_message_id(app, message.key))
    except mail.NoMailServer as problem:
        return {"state": DeliveryState.QUEUED, "tries": message.tries - 1, "problem": str(problem), "server": problem}
    except mail.MailRefused as problem:
        return {"state": DeliveryState.GIVEN_UP, "problem": str(problem), "bounced": problem.bad_address}
    except mail.MailDeferred as problem:
        return _after_refusal(message, str(problem))
    return {"state": DeliveryState.SENT, "sent_at": datetime.now(UTC), "sent_to": message.goes.to, "problem": None}


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
    if values.get("bounced") and message.person_id is not None and isinstance(message.goes, Addressed):
        person = session.scalar(select(Person).where(Person.id == message.person_id).with_for_update())
        if person is not None and person.email == message.goes.to:  # it may have been corrected meanwhile
            person.bounced_on = config.today()


def _facts(app: Flask, message: _Message) -> dict[str, Any]:
    host, count = _host(app), int(message.arguments.get("count", 1))
    return {
        "link": f"{app.config.get('PEP_ADMIN_BASE_URL', '')}{host.own_url('peps')}/",
        "leads": f"{app.config.get('PEP_ADMIN_BASE_URL', '')}{host.own_url('my_lead')}/",
        "authority": host.settings.get("authority") or "Virtual School",
        "count": "a PEP" if count == 1 else f"{count} PEPs",
    }


def _message_id(app: Flask, key: str) -> str:
    digest = hashlib.sha256(key.encode()).hexdigest()[:32]
    return f"{digest}@{urlsplit(str(app.config.get('PEP_ADMIN_BASE_URL', ''))).hostname or 'pep-admin.invalid'}"


# --- one job -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Job:
    id: int
    kind: str
    payload: Mapping[str, Any]
    tries: int


def _due_jobs() -> ColumnElement[bool]:
    now = datetime.now(UTC)
    stale = and_(Job.state == JobState.RUNNING, Job.beat_at < now - STALE_JOB)
    return and_(Job.kind.in_(JOB_KINDS), or_(and_(Job.state == JobState.QUEUED, Job.due_at <= now), stale))


def _take_job(session: Session, holder: str) -> _Job | None:
    """Claim the oldest job that is due, by a conditional UPDATE: of several workers one wins."""
    row = session.execute(select(Job.id, Job.state, Job.beat_at).where(_due_jobs()).order_by(Job.due_at, Job.id).limit(1)).first()
    if row is None:
        return None
    unchanged = (Job.id == row.id, Job.state == row.state, Job.beat_at.is_not_distinct_from(row.beat_at))
    claimed = {"state": JobState.RUNNING, "holder": holder, "beat_at": datetime.now(UTC), "tries": Job.tries + 1}
    claim = update(Job).where(*unchanged).values(claimed).returning(Job.id, Job.kind, Job.payload, Job.tries)
    won = session.execute(claim.execution_options(synchronize_session=False)).first()
    session.commit()
    return None if won is None else _Job(won.id, won.kind, dict(won.payload), won.tries)


def _end_job(session: Session, job: _Job, holder: str, **values: Any) -> None:
    mine = (Job.id == job.id, Job.holder == holder, Job.state == JobState.RUNNING)
    ended = update(Job).where(*mine).values(holder=None, **values).returning(Job.id)
    if session.execute(ended.execution_options(synchronize_session=False)).first() is None:
        raise LeaseLost


def _after_failure(job: _Job, problem: str) -> dict[str, Any]:
    now = datetime.now(UTC)
    if job.tries >= MOST_JOB_TRIES:
        return {"state": JobState.FAILED, "ended_at": now, "problem": problem}
    return {"state": JobState.QUEUED, "due_at": now + FIRST_WAIT * 2 ** (job.tries - 1), "problem": problem}


# --- the application it works for --------------------------------------------------------------------------------------


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
