"""`pep-admin move-to`: everything from SQLite into PostgreSQL, with its ids, and work goes on there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from pep_admin import queries
from pep_admin.models import AcademicYear, AuditEvent, Child, RecordChange, School
from pep_admin.permissions import SYSTEM
from pep_admin.vocabulary import LegalStatus, SchoolKind, SchoolPhase, SenStatus
from pep_admin.workflow import roll
from tests.integration.test_commands import Shell
from tests.world import TODAY, World

pytestmark = [pytest.mark.slow, pytest.mark.postgres]


@pytest.fixture
def new_database(postgres_server: Any) -> Any:
    """The address of an empty PostgreSQL database."""
    url = postgres_server.make()
    yield url
    postgres_server.drop(url)


def contents(session: Session) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of the domain as the program reads it."""
    session.info["actor"] = SYSTEM
    tables = Child.metadata.sorted_tables
    return {table.name: [tuple(row) for row in session.execute(sa.select(table).order_by(table.c.id))] for table in tables}


def test_everything_moves_and_work_goes_on(
    world: World, tmp_path: Path, new_database: str, open_session: Callable[..., Session]
) -> None:
    world.graded_pep()
    old = School(name="Old School", kind=SchoolKind.SCHOOL, phase=SchoolPhase.PRIMARY, successor_id=world.school_id)
    world.session.add(old)
    world.session.commit()
    before = contents(world.session)
    world.session.rollback()
    shell = Shell(tmp_path, f"sqlite:///{tmp_path / 'world.db'}")
    code, said = shell("move-to", new_database)
    assert code == 0 and f"Moved {sum(map(len, before.values())):,} rows" in said, said
    session = open_session(new_database)
    after = contents(session)
    assert {name: rows for name, rows in before.items() if after[name] != rows} == {}
    assert len(after["pep_record_change"]) > 50 and len(after["pep_audit_event"]) > 10
    assert session.get_one(School, old.id).successor_id == world.school_id
    child = roll.take_into_care(session, actor=SYSTEM, today=TODAY, facts={
        "first_name": "New", "last_name": "Here", "date_of_birth": date(2012, 1, 1), "entered_care_on": date(2024, 11, 1),
        "legal_status": LegalStatus.C2, "sen_status": SenStatus.NONE})
    session.commit()
    assert child.id > world.other_child_id, "the next number follows the highest"
    assert queries.allocation_differences(session) == []
    assert session.scalar(sa.select(sa.func.count()).select_from(RecordChange)) > len(before["pep_record_change"])
    session.close()


def test_nothing_moves_into_a_database_that_is_used_or_out_of_an_older_one(
    sqlite_url: str, tmp_path: Path, new_database: str, migrated_postgres: str, open_session: Callable[..., Session]
) -> None:
    code, said = Shell(tmp_path, sqlite_url)("move-to", migrated_postgres)
    assert code == 1 and "holds tables of the program already" in said
    code, said = Shell(tmp_path, f"sqlite:///{tmp_path / 'none.db'}")("move-to", new_database)
    assert code == 1 and "older than the program" in said
    code, said = Shell(tmp_path, sqlite_url)("move-to", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    assert code == 1 and "cannot be opened (OperationalError)" in said
    with open_session(sqlite_url) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(AcademicYear)) == 0
        assert session.scalar(sa.select(sa.func.count()).select_from(AuditEvent)) == 0
