"""What the kinds of jobs share: the register, the beat, what was made, and who asked, read anew when the work begins.

The kinds themselves are job_kinds.py's, the loop that runs them worker.py's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from flask import current_app
from sqlalchemy.orm import Session

from pep_admin import config
from pep_admin.permissions import Actor, Permission, require
from pep_admin.queries.grants import with_grants
from pep_admin.workflow.jobs import asker_of
from pep_admin.workflow.taking import refuse


class Beat(Protocol):
    """A sign of life, and how far the work is. Raises when the job was taken away or stopped, or the worker is to end."""

    def __call__(self, done: int | None = None, total: int | None = None) -> None: ...


@dataclass(frozen=True, slots=True)
class Made:
    """What came of a job: what is kept of it (JSON), and the name of a made file."""

    result: dict[str, Any] = field(default_factory=dict)
    file: str | None = None


JobKind = Callable[[Session, Mapping[str, Any], Beat], Made | None]
JOB_KINDS: dict[str, JobKind] = {}
"""What can be done, by `Job.kind`; jobs of other kinds stay queued for a worker that knows them."""


def job_kind(name: str) -> Callable[[JobKind], JobKind]:
    """Register what does the jobs of that kind: `do(session, payload, beat)`; the payload holds the job's number as `job` too.

    It writes through the session, which is committed with the mark that the job is done; on long work it calls `beat()` at least
    once a minute, with no transaction open that writes. Refused and NotAllowed end a job with their sentence, other exceptions are
    tried again.
    """

    def register(do: JobKind) -> JobKind:
        JOB_KINDS[name] = do
        return do

    return register


def read_only(session: Session) -> None:
    """End what was open and begin to read: nobody's save has to wait for a long piece of reading."""
    session.rollback()
    session.connection(execution_options={"readonly": True})


def require_asker(session: Session, payload: Mapping[str, Any], permission: Permission) -> Actor:
    """Who asked for the job, as they are now, and acting from here on. Leaves no transaction open.

    Raises Refused for an account that is closed and NotAllowed for one that may no more. A host that cannot say who somebody is
    without a request (`actor_of`) has the roles of the moment of asking believed; what is made is given out by those of then.
    """
    asker = asker_of(payload)
    if (actor_of := current_app.extensions["pep_admin"].actor_of) is not None:
        read_only(session)
        found: Actor | None = actor_of(asker.id)
        session.rollback()
        if found is None:
            raise refuse("job-account", "DATA-status", "The account that asked for this has been closed.")
        asker = found
    asker = with_grants(session, asker, config.today())
    session.rollback()
    require(asker, permission)
    session.info["actor"] = asker
    return asker
