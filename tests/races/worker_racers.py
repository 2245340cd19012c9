"""A worker as `pep-admin worker` starts it, that knows one more kind of job: for the races in which workers are killed.

The job writes twice and rests between, so that a kill falls into it; what it wrote is counted afterwards. What the environment
names as fatal, kinds of jobs and addresses, kills the worker with -9 each time that it is tried.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from pep_admin import cli
from pep_admin.models import Person
from pep_admin.server import mail, worker
from pep_admin.server.jobs import JOB_KINDS, Beat, job_kind
from pep_admin.vocabulary import PersonKind

WRITE_TWICE = "race.write_twice"
HALVES = ("First", "Second")
REST = 0.03
"""Seconds between the two."""


@job_kind(WRITE_TWICE)
def _write_twice(session: Session, payload: Mapping[str, Any], beat: Beat) -> None:
    beat()
    for half in HALVES:
        session.add(Person(first_name=half, last_name=payload["name"], kind=PersonKind.CARER))
        session.flush()
        time.sleep(REST)


FATAL = "RACE_FATAL"
"""What kills a worker, by commas: kinds of jobs, and addresses that a message goes to."""


def _die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _arm(fatal: list[str]) -> None:
    send = mail.send

    def send_or_die(settings: mail.MailSettings, to: str, *words: str, **more: Any) -> None:
        _die() if to in fatal else send(settings, to, *words, **more)

    worker.mail.send = send_or_die
    JOB_KINDS.update({kind: _die for kind in fatal if kind in JOB_KINDS})


if __name__ == "__main__":
    _arm(os.environ.get(FATAL, "").split(","))
    cli.main(["worker"])
    sys.exit()
