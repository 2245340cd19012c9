"""A worker as `pep-admin worker` starts it, that knows one more kind of job: for the races in which workers are killed.

The job writes twice and rests between, so that a kill falls into it; what it wrote is counted afterwards.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from pep_admin import cli
from pep_admin.models import Person
from pep_admin.server.jobs import Beat, job_kind
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


if __name__ == "__main__":
    cli.main(["worker"])
    sys.exit()
