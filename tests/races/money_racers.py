"""What each of two racing processes does: it waits at a barrier with the other and then runs one verb, again and again.

Imported by name in a fresh process, so nothing of a test's own state is shared with it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from pep_admin import history, permissions, signals
from pep_admin.exceptions import PepAdminError
from pep_admin.permissions import Actor
from pep_admin.server.database import prepare
from pep_admin.workflow import payments, ppg
from pep_admin.workflow import peps as pep_verbs

NOW = datetime(2024, 11, 18, 10, 30, tzinfo=UTC)
TODAY = date(2024, 11, 18)
PATIENCE = 60


def open_session(url: str, actor: Actor) -> Session:
    engine = sa.create_engine(url, hide_parameters=True, **({"connect_args": {"timeout": 30}} if url.startswith("sqlite") else {}))
    prepare(engine)
    sessions = sessionmaker(engine)
    permissions.guard(sessions)
    history.watch(sessions)
    signals.deliver_after_commit(sessions)
    session = sessions()
    session.info["actor"] = actor
    return session


def release_all(url: str, actor: Actor, ids: list[int], barrier: Barrier, out: Queue[Any]) -> None:
    """Release each request in turn, at the same moment as the other process; puts the ids that this one released."""
    mine = []
    for request_id in ids:
        with open_session(url, actor) as session:
            barrier.wait(PATIENCE)
            try:
                result = payments.release_requests(session, [request_id], actor=actor, today=TODAY, now=NOW)
                session.commit()
                mine += [each.id for each in result.released]
            except PepAdminError:
                session.rollback()
    out.put(("released", mine))


def withdraw_all(url: str, actor: Actor, ids: list[int], barrier: Barrier, out: Queue[Any]) -> None:
    """Withdraw each approved request in turn, at the same moment as the other process releases it; puts the ids of those that
    this one withdrew."""
    mine = []
    for request_id in ids:
        with open_session(url, actor) as session:
            barrier.wait(PATIENCE)
            try:
                ppg.withdraw_approved(session, request_id, reason="Not needed", actor=actor, today=TODAY)
                session.commit()
                mine.append(request_id)
            except PepAdminError:
                session.rollback()
    out.put(("withdrawn", mine))


def act(what: str, *arguments: Any) -> None:
    """One of these functions by its name, so that two different ones can race."""
    {"release": release_all, "withdraw": withdraw_all}[what](*arguments)


def submit_again_and_again(url: str, actor: Actor, pep_id: int, trials: int, barrier: Barrier, out: Queue[Any]) -> None:
    """Send one PEP at the same moment as the other process sends the child's other one, then take it back; puts a list of
    whether it went."""
    went = []
    for _ in range(trials):
        with open_session(url, actor) as session:
            barrier.wait(PATIENCE)
            try:
                pep_verbs.submit_pep(session, pep_id, actor=actor, today=TODAY, now=NOW)
                session.commit()
                went.append(True)
            except PepAdminError:
                session.rollback()
                went.append(False)
            barrier.wait(PATIENCE)
            if went[-1]:
                pep_verbs.recall_pep(session, pep_id, actor=actor)
                session.commit()
            barrier.wait(PATIENCE)
    out.put((pep_id, went))


def launch(url: str, actor: Actor, term_id: int, barrier: Barrier, out: Queue[Any]) -> None:
    """Launch a term at the same moment as the other process; puts how many PEPs this one opened."""
    from pep_admin.models import Term

    with open_session(url, actor) as session:
        term = session.get(Term, term_id)
        assert term is not None
        session.rollback()
        barrier.wait(PATIENCE)
        opened = pep_verbs.launch_term(session, term, actor=actor, today=date(2024, 9, 9), now=NOW)
        session.commit()
        out.put(len(opened.opened))
