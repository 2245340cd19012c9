"""Between looking and loading: what is kept, for whom, how long; and that a confirmation compares once more."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from pep_admin.exceptions import NotAllowed, NotFound, Refused
from pep_admin.imports import KINDS, keeping
from pep_admin.models import AuditEvent, Import, ImportFile, ImportPage, Job, School
from pep_admin.permissions import Actor
from pep_admin.vocabulary import Role, RowFate
from tests.imports.making import csv_of, school

TODAY = date(2024, 11, 18)
NOW = datetime(2024, 11, 18, 10, tzinfo=UTC)
OLIVE = Actor("o", "Olive", frozenset({Role.VS_OFFICER}))
HEAD = Actor("h", "Hedda", frozenset({Role.VS_HEAD}))
SCHOOLS = KINDS["schools"]


@pytest.fixture
def session(both_databases: str, open_session: Callable[..., Session]) -> Session:
    return open_session(both_databases, OLIVE)


def keep(session: Session, *rows: dict[str, str], actor: Actor = OLIVE) -> Import:
    given = {"register": keeping.Given("C:/<b>my</b>.csv", io.BytesIO(csv_of(rows)))}
    tables = keeping.open_files(SCHOOLS, given)
    options = SCHOOLS.read_options({"own_authority": "355"})
    made = keeping.make_plan(session, SCHOOLS, tables, options, actor=actor, today=TODAY)
    kept = keeping.keep_import(session, SCHOOLS, given, tables, options, made, actor=actor)
    session.commit()
    return kept


def confirm(session: Session, kept: Import, **more: Any) -> keeping.Confirmed:
    asked = {"shown": keeping.seal_of(kept), "good_rows": False, "actor": OLIVE, "today": TODAY, "now": NOW, **more}
    done = keeping.confirm_import(session, kept.id, **asked)
    session.commit()
    return done


def count(session: Session, model: Any) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def test_looking_keeps_the_file_and_stores_no_school(session: Session) -> None:
    kept = keep(session, *[school(100_000 + number) for number in range(120)])
    assert count(session, School) == 0 and kept.outcome["counts"]["new"] == 120
    assert [len(keeping.outcome_page(session, kept, RowFate.NEW, number)) for number in range(4)] == [50, 50, 20, 0]
    number, subject, part, changes, why = keeping.outcome_page(session, kept, RowFate.NEW, 1)[0]
    assert (number, subject, part, why) == (52, "100050 School 100050", "register", []) and ["Town", "", "Eccles"] in changes
    event = session.scalars(sa.select(AuditEvent)).one()
    assert (event.action, event.actor_id, event.object_id) == ("import.look", "o", kept.id) and "my" not in str(event.details)


def test_confirming_loads_once_and_leaves_nothing_of_the_file(session: Session) -> None:
    kept = keep(session, school(100001))
    assert confirm(session, kept).stored and count(session, School) == 1
    assert (count(session, ImportFile), count(session, ImportPage)) == (0, 0) and kept.loaded_at is not None
    event = session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "import.schools")).one()
    assert (event.object_id, event.details["new"]) == (kept.id, 1)
    with pytest.raises(Refused, match="loaded already"):
        confirm(session, kept)


def test_what_somebody_changed_meanwhile_is_shown_again_and_not_stored(session: Session) -> None:
    kept = keep(session, school(100001, town="Eccles"), school(100002))
    session.add(School(urn="100001", name="School 100001", kind="special", phase="all_through", town="Bury"))
    session.commit()
    old = keeping.seal_of(kept)
    assert not confirm(session, kept, shown=old).stored and count(session, School) == 1
    assert kept.outcome["counts"] | {"new": 1, "changed": 1} == kept.outcome["counts"]
    (row,) = keeping.outcome_page(session, kept, RowFate.CHANGED, 0)
    assert ["Town", "Bury", "Eccles"] in row[3]
    assert not confirm(session, kept, shown=old).stored, "the page that was looked at is no longer the one"
    assert confirm(session, kept).stored and count(session, School) == 2


@pytest.mark.parametrize("shown", ["", "x", "{other}"])
def test_a_seal_of_something_else_loads_nothing(session: Session, shown: str) -> None:
    kept, other = keep(session, school(100001)), keep(session, school(100002))
    assert not confirm(session, kept, shown=shown.format(other=keeping.seal_of(other))).stored
    assert count(session, School) == 0


def test_refused_rows_stop_all_until_the_others_are_wanted_without_them(session: Session) -> None:
    kept = keep(session, school(100001), school(100002, "=1"))
    with pytest.raises(Refused, match="1 row is refused"):
        confirm(session, kept)
    session.rollback()
    assert count(session, School) == 0
    assert confirm(session, kept, good_rows=True).stored and count(session, School) == 1
    lines = keeping.rows_to_mend(session, kept, "register").decode("utf-8-sig").splitlines()
    assert len(lines) == 2 and lines[1].endswith("EstablishmentName: This cell holds a formula. Put its value in its place.")
    assert "'=1" in lines[1], "the file to mend is kept, and does nothing in a spreadsheet"


def test_an_import_is_its_makers_alone_and_of_those_who_may_load(session: Session) -> None:
    kept = keep(session, school(100001))
    for actor in (HEAD, replace(OLIVE, id="other")):
        with pytest.raises(NotFound):
            keeping.find_import(session, kept.id, actor=actor)
        with pytest.raises(NotFound):
            confirm(session, kept, actor=actor)
    demoted = replace(OLIVE, roles=frozenset({Role.AUDITOR}))
    with pytest.raises(NotAllowed):
        confirm(session, kept, actor=demoted)
    assert count(session, School) == 0 and [each.id for each in keeping.imports_of(session, OLIVE)] == [kept.id]
    assert keeping.imports_of(session, HEAD) == []


def test_files_are_kept_for_a_day(session: Session) -> None:
    waiting, loaded, fresh = (keep(session, school(100_001 + number), school(200_001, "=1")) for number in range(3))
    confirm(session, loaded, good_rows=True)
    (job,) = session.scalars(sa.select(Job).where(Job.once_key == f"{keeping.DROP_OLD}:{waiting.id}"))
    assert job.due_at - waiting.made_at == timedelta(hours=24)
    for each in (waiting, loaded):
        each.made_at -= timedelta(hours=24, minutes=1)
    session.commit()
    with pytest.raises(NotFound):
        keeping.find_import(session, waiting.id, actor=OLIVE)
    keeping.drop_old(session)
    session.commit()
    assert set(session.scalars(sa.select(Import.id))) == {loaded.id, fresh.id}, "of what was loaded the mark stays"
    for model in (ImportFile, ImportPage):
        assert set(session.scalars(sa.select(model.import_id))) == {fresh.id}


def test_a_file_that_is_not_wanted_is_forgotten_at_once(session: Session) -> None:
    kept = keep(session, school(100001))
    keeping.discard_import(session, kept.id, actor=OLIVE)
    session.commit()
    assert [count(session, model) for model in (Import, ImportFile, ImportPage, School)] == [0, 0, 0, 0]


def test_a_part_that_is_missing_or_broken_is_named(session: Session) -> None:
    with pytest.raises(Refused) as refused:
        keeping.open_files(SCHOOLS, {"links": keeping.Given("l.csv", io.BytesIO(b""))})
    assert [(each.field, each.check) for each in refused.value.findings] == [("register", "file-missing"), ("links", "file-empty")]
