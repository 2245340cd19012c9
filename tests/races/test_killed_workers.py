"""Two real workers killed with -9 at random and started again, on both databases: every mail and every job once.

A mail may come twice, under one Message-ID, where the kill fell between handing it over and marking it: once more for each time
that a worker was killed with it in hand. That the leases of the dead run out is not waited for: their rows are put back by as much.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from pep_admin import outbox
from pep_admin.imports.keeping import DROP_OLD
from pep_admin.models import Delivery, Job, Pep, Person, Reminder
from pep_admin.permissions import SYSTEM
from pep_admin.queries.jobs import SILENT_AFTER
from pep_admin.server import job_leases, worker
from pep_admin.server.job_kinds import DROP_MADE
from pep_admin.server.worker import LEASE
from pep_admin.vocabulary import DeliveryState, JobState, PersonKind
from pep_admin.workflow import delegation
from pep_admin.workflow.chasing import REMIND
from tests.integration.post_office import PostOffice, opened
from tests.races.worker_racers import FATAL, HALVES, WRITE_TWICE
from tests.world import build_world

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
MAILS, JOBS, MOST_ROUNDS = 60, 40, 5
BETWEEN = (12, 20)
"""How much two workers do, at least and at most, before the first of them is killed."""
DAY, CHILDREN = date(2024, 11, 15), 6
"""A Friday, 14 days before the term's PEPs are due: both teachers and both social workers are reminded."""


class SlowOffice(PostOffice):
    """Takes its time before it keeps a letter, and after, so that a kill falls between."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        await asyncio.sleep(random.uniform(0, 0.03))
        answer = await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(random.uniform(0, 0.06))
        return answer


def environ(url: str, office: PostOffice, folder: Path) -> dict[str, str]:
    """What the program is started with."""
    settings = {name: str(value) for name, value in office.settings.items()} | {"PEP_ADMIN_MAIL_USE_TLS": "no"}
    return {**os.environ, **settings, "PEP_ADMIN_DATABASE_URL": url, "PEP_ADMIN_INSTANCE_FOLDER": str(folder),
            "PEP_ADMIN_TODAY": DAY.isoformat(), "PYTHONPATH": str(ROOT)}


class Pair:
    """Two workers on one database, and what those that were killed held."""

    def __init__(self, url: str, session: Session, office: PostOffice, folder: Path) -> None:
        self.session, self.office, self.folder = session, office, folder
        self.environ = environ(url, office, folder)
        self.running: list[subprocess.Popen[bytes]] = []
        self.held_mail: Counter[int] = Counter()
        self.held_jobs: Counter[int] = Counter()

    def start(self) -> None:
        for _ in range(2):
            with (self.folder / "workers.log").open("ab") as log:
                self.running.append(subprocess.Popen([sys.executable, "-m", "tests.races.worker_racers"], env=self.environ,
                                                     cwd=ROOT, stdout=log, stderr=log))

    def kill(self) -> None:
        """One, and a little later the other; then the leases of the dead have run out."""
        for process in self.running:
            assert process.poll() is None, (self.folder / "workers.log").read_text()
            process.send_signal(signal.SIGKILL)
            process.wait()
            time.sleep(random.uniform(0, 0.3))
        self.running.clear()
        time.sleep(0.2)  # a letter that was handed over is kept, though nobody waits for the answer
        mails = sa.select(Delivery.id).where(Delivery.state == DeliveryState.SENDING)
        jobs = sa.select(Job.id).where(Job.state == JobState.RUNNING)
        self.held_mail.update(self.session.scalars(mails))
        self.held_jobs.update(self.session.scalars(jobs))
        now = datetime.now(UTC)
        self.session.execute(sa.update(Delivery).where(Delivery.id.in_(mails)).values(leased_until=now - LEASE))
        self.session.execute(sa.update(Job).where(Job.id.in_(jobs)).values(beat_at=now - SILENT_AFTER - timedelta(minutes=1)))
        self.session.commit()

    def done(self) -> int:
        """Mails marked as sent and jobs marked as done."""
        sent = sa.select(sa.func.count(Delivery.id)).where(Delivery.state == DeliveryState.SENT)
        done = sa.select(sa.func.count(Job.id)).where(Job.state == JobState.DONE)
        # As a read: on SQLite this would else take the lock that the workers write under.
        with self.session.get_bind().connect().execution_options(readonly=True) as connection:
            return (connection.scalar(sent) or 0) + (connection.scalar(done) or 0)

    def work_until(self, count: int) -> None:
        end = time.monotonic() + 300
        while self.done() < count:
            assert time.monotonic() < end, (self.folder / "workers.log").read_text()
            time.sleep(0.02)


@contextmanager
def pair(url: str, session: Session, folder: Path) -> Iterator[Pair]:
    with opened(SlowOffice()) as office:
        both = Pair(url, session, office, folder)
        try:
            yield both
        finally:
            for process in both.running:
                process.kill()
                process.wait()


def fill(session: Session) -> int:
    """A term whose writers are reminded today, sixty letters and forty jobs; how many mails and jobs that makes."""
    world = build_world(session, children=CHILDREN)
    world.launch()
    world.act(SYSTEM)
    delegation.delegate_peps(session, session.scalars(sa.select(Pep.id)).all(), actor=world.act(world.officer),
                             now=datetime(2024, 9, 16, 9, tzinfo=UTC), run="r")
    world.act(SYSTEM)
    session.execute(sa.delete(Delivery))
    now = datetime.now(UTC)
    for number in range(MAILS):
        somebody = Person(first_name="Dilys", last_name=f"Tomos{number}", kind=PersonKind.DESIGNATED_TEACHER,
                          email=f"dt{number}@example.org")
        session.add(somebody)
        outbox.queue_mail(session, f"delegated:r:{number}", somebody, "delegated", now=now)
    for number in range(JOBS):
        outbox.queue_job(session, WRITE_TWICE, now=now, name=f"Job{number}")
    session.commit()
    # Beside these the reminders: the day's one job, and a mail to each of two teachers and two social workers.
    return MAILS + JOBS + 1 + 4


def test_two_workers_killed_at_random_send_each_mail_and_do_each_job_once(
    both_databases: str, open_session: Callable[..., Session], tmp_path: Path
) -> None:
    session = open_session(both_databases)
    every = fill(session)
    with pair(both_databases, session, tmp_path) as workers:
        for _ in range(MOST_ROUNDS):
            before = workers.done()
            if before >= every - BETWEEN[1]:
                break
            workers.start()
            workers.work_until(min(before + random.randint(*BETWEEN), every - 2))
            time.sleep(random.uniform(0, 0.1))
            workers.kill()
        workers.start()
        workers.work_until(every)
        time.sleep(1.5)  # they look once more, and find nothing
        workers.kill()
    session.expire_all()

    arrived: dict[str, Counter[str]] = {}
    for [to], message in workers.office.received:
        arrived.setdefault(to, Counter())[message["Message-ID"]] += 1
    letters = session.scalars(sa.select(Delivery).order_by(Delivery.id)).all()
    assert {each.state for each in letters} == {DeliveryState.SENT}
    assert sorted(arrived) == sorted(each.sent_to or "" for each in letters) and len(letters) == MAILS + 4
    assert all(len(numbers) == 1 for numbers in arrived.values()), "twice is under one Message-ID"
    assert len({number for numbers in arrived.values() for number in numbers}) == len(letters), "and each has its own"
    for each in letters:
        came = arrived[each.sent_to or ""].total()
        assert 1 <= came <= 1 + workers.held_mail[each.id], f"{each.sent_to}: {came} times"
        assert each.tries == 1 + workers.held_mail[each.id]

    jobs = session.scalars(sa.select(Job).where(Job.kind.in_((WRITE_TWICE, REMIND)))).all()
    assert {each.state for each in jobs} == {JobState.DONE} and len(jobs) == JOBS + 1
    assert all(each.tries == 1 + workers.held_jobs[each.id] for each in jobs)
    written = Counter(session.execute(sa.select(Person.last_name, Person.first_name).where(Person.first_name.in_(HALVES))).all())
    assert written == {(f"Job{number}", half): 1 for number in range(JOBS) for half in HALVES}, "whole, and once"
    # 14 days before: one part of each PEP at the school, two with the social worker; and half-term, which went by unbooked.
    reminded = Counter(session.scalars(sa.select(Reminder.step)))
    assert sum(reminded.values()) == 3 * CHILDREN, reminded
    assert sum(workers.held_mail.values()) + sum(workers.held_jobs.values()), "the kills fell on something"


def put_back(session: Session) -> None:
    """The leases of the dead have run out, and what waits to be tried again is due."""
    now = datetime.now(UTC)
    session.execute(sa.update(Delivery).where(Delivery.state == DeliveryState.SENDING).values(leased_until=now - LEASE))
    session.execute(sa.update(Job).where(Job.state == JobState.RUNNING).values(beat_at=now - SILENT_AFTER - timedelta(minutes=1)))
    session.commit()


def test_what_kills_its_worker_each_time_is_given_up_and_holds_up_nothing_else(
    sqlite_url: str, open_session: Callable[..., Session], tmp_path: Path
) -> None:
    """A message after eight tries and a job of whatever kind after three, as after any other failure; each says why."""
    session, now = open_session(sqlite_url), datetime.now(UTC)
    letters, jobs = {}, {}
    for name in ("fatal", "other"):
        somebody = Person(first_name="Dilys", last_name="Tomos", kind=PersonKind.DESIGNATED_TEACHER, email=f"{name}@example.org")
        session.add(somebody)
        letters[name] = outbox.queue_mail(session, f"delegated:f:{name}", somebody, "delegated", now=now)
    for kind in (WRITE_TWICE, DROP_OLD, DROP_MADE):
        jobs[kind] = outbox.queue_job(session, kind, now=now, name="Job")
    session.commit()
    deaths = 0
    with opened(PostOffice()) as office, (tmp_path / "worker.log").open("wb") as log:
        fatal = {**environ(sqlite_url, office, tmp_path), FATAL: f"fatal@example.org,{WRITE_TWICE},{DROP_OLD}"}
        while deaths < 30:
            words = [sys.executable, "-m", "tests.races.worker_racers"]
            process = subprocess.Popen(words, env=fatal, cwd=ROOT, stdout=log, stderr=log)
            if lives(process, session):
                process.terminate()
                process.wait()
                break
            assert process.returncode == -signal.SIGKILL, (tmp_path / "worker.log").read_text()
            deaths += 1
            put_back(session)
    session.expire_all()
    assert deaths == 8 + 3 + 3
    given_up, other = letters["fatal"], letters["other"]
    assert (given_up.state, given_up.tries, given_up.problem) == (DeliveryState.GIVEN_UP, 8, worker.WORKERS_DIED)
    assert given_up.leased_until is None
    assert other.state is DeliveryState.SENT and [to for to, _ in office.received] == [["other@example.org"]]
    for kind in (WRITE_TWICE, DROP_OLD):
        failed = jobs[kind]
        assert (failed.state, failed.tries, failed.problem) == (JobState.FAILED, 3, job_leases.WORKERS_DIED), kind
    assert jobs[DROP_MADE].state is JobState.DONE
    assert f"({WRITE_TWICE}) was given up: its worker stopped each of 3 times" in (tmp_path / "worker.log").read_text()


def lives(process: subprocess.Popen[bytes], session: Session) -> bool:
    """Whether that worker lives still when nothing is left to do."""
    assert wait_until(lambda: process.poll() is not None or is_quiet(session), 60)
    return process.poll() is None


def is_quiet(session: Session) -> bool:
    """Whether nothing is waiting or under way any more."""
    going = (Delivery.state.in_((DeliveryState.QUEUED, DeliveryState.SENDING)), Job.state.in_((JobState.QUEUED, JobState.RUNNING)))
    with session.get_bind().connect().execution_options(readonly=True) as connection:
        return not any(connection.scalar(sa.select(sa.func.count()).where(each)) for each in
                       (going[0], going[1] & (Job.due_at <= datetime.now(UTC))))


def children_of(pid: int) -> list[int]:
    return [int(word) for task in Path(f"/proc/{pid}/task").iterdir() for word in (task / "children").read_text().split()]


def wait_until(condition: Callable[[], bool], seconds: float = 180) -> bool:
    end = time.monotonic() + seconds
    while not (met := condition()) and time.monotonic() < end:
        time.sleep(0.1)
    return met


def test_the_worker_beside_the_web_is_started_again_when_it_was_killed(
    sqlite_url: str, open_session: Callable[..., Session], tmp_path: Path
) -> None:
    """As `pep-admin serve` runs it: what is queued afterwards goes out all the same."""
    session = open_session(sqlite_url)

    def queue(number: int) -> None:
        somebody = Person(first_name="Dilys", last_name="Tomos", kind=PersonKind.CARER, email=f"dt{number}@example.org")
        session.add(somebody)
        outbox.queue_mail(session, f"delegated:s:{number}", somebody, "delegated", now=datetime.now(UTC))
        session.commit()

    with opened(PostOffice()) as office, socket.create_server(("127.0.0.1", 0)) as probe:
        words = [sys.executable, "-m", "pep_admin.cli", "serve", "--port", str(probe.getsockname()[1])]  # or the next that is free
        with (tmp_path / "serve.log").open("wb") as log:
            process = subprocess.Popen(words, env=environ(sqlite_url, office, tmp_path), cwd=ROOT, stdout=log, stderr=log)
        try:
            queue(1)
            assert wait_until(lambda: len(office.received) == 1), (tmp_path / "serve.log").read_text()
            [first] = children_of(process.pid)
            os.kill(first, signal.SIGKILL)
            queue(2)
            assert wait_until(lambda: len(office.received) == 2), (tmp_path / "serve.log").read_text()
            [second] = children_of(process.pid)
            assert second != first
            assert "The worker ended (exit status -9) and is started again." in (tmp_path / "serve.log").read_text()
        finally:
            process.terminate()
            process.wait()
