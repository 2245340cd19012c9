"""Backup and restore as the IT person does them: by command, while people write, on both databases, with damage refused."""

from __future__ import annotations

import pathlib
import sqlite3
import stat
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from pep_admin import audit
from pep_admin.accounts.models import SignInSession
from pep_admin.models import AuditEvent, Child, RecordChange
from pep_admin.permissions import SYSTEM
from pep_admin.server import backups
from tests.integration.test_commands import Shell
from tests.world import build_world

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

OpenEngine = Callable[[str], sa.Engine]
OpenSession = Callable[..., Session]


@pytest.fixture
def house(both_databases: str, open_session: OpenSession, tmp_path: pathlib.Path) -> tuple[Shell, str]:
    """A shell on a database with the little world in it."""
    build_world(open_session(both_databases)).session.close()
    return Shell(tmp_path, both_databases), both_databases


def rows_of(engine: sa.Engine) -> dict[str, int]:
    with engine.connect().execution_options(readonly=True) as connection:
        return {name: connection.execute(sa.select(sa.func.count()).select_from(sa.table(name))).scalar_one()
                for name in sa.inspect(connection).get_table_names()}


def rename(engine: sa.Engine, to: str) -> None:
    with engine.execution_options(write=True).begin() as connection:
        connection.execute(sa.update(Child.__table__).values(last_name=to))


def names(engine: sa.Engine) -> set[str]:
    with engine.connect().execution_options(readonly=True) as connection:
        return set(connection.scalars(sa.select(Child.__table__.c.last_name)))


def test_what_is_restored_is_what_was_backed_up(
    house: tuple[Shell, str], open_engine: OpenEngine, tmp_path: pathlib.Path
) -> None:
    shell, url = house
    engine, file = open_engine(url), tmp_path / "kept.zip"
    before = rows_of(engine)

    code, said = shell("backup", str(file))
    assert code == 0 and "checked" in said, said
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    rename(engine, "Written-Over")
    engine.dispose()
    code, said = shell("restore", str(file))
    assert code == 1 and "--replace" in said, "records are not overwritten by a slip"
    assert names(engine) == {"Written-Over"}

    engine.dispose()
    code, said = shell("restore", str(file), "--replace")
    assert code == 0, said
    assert names(engine) == {"Musterkind0", "Musterkind1"}
    # The backup itself and its being put back are recorded: one event is all that is more than before.
    assert rows_of(engine) == before | {"pep_audit_event": before["pep_audit_event"] + 1}
    with Session(engine) as session:
        assert session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id.desc())).first() == "backup.restore"


@pytest.fixture
def another(house: tuple[Shell, str], request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> Iterator[str]:
    """The URL of an empty database of the house's kind."""
    if house[1].startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'another.db'}"
        return
    server = request.getfixturevalue("postgres_server")
    yield (url := server.make())
    server.drop(url)


def test_a_backup_goes_into_an_empty_database(
    house: tuple[Shell, str], another: str, open_engine: OpenEngine, tmp_path: pathlib.Path
) -> None:
    assert house[0]("backup", str(tmp_path / "kept.zip"))[0] == 0

    code, said = Shell(tmp_path, another)("restore", str(tmp_path / "kept.zip"))

    assert code == 0, said
    assert names(open_engine(another)) == {"Musterkind0", "Musterkind1"}
    with open_engine(another).connect() as connection, pytest.raises(sa.exc.DatabaseError, match="append-only"):
        connection.execution_options(write=True).execute(sa.delete(RecordChange.__table__))


def test_a_backup_taken_while_people_write_is_of_one_instant(
    house: tuple[Shell, str], open_engine: OpenEngine, tmp_path: pathlib.Path
) -> None:
    """Each write gives every child the same new name: a backup with two names in it would be of two instants."""
    _, url = house
    engine, stop, written = open_engine(url), threading.Event(), []

    def write_on() -> None:
        while not stop.is_set():
            rename(engine, f"Name{len(written)}")
            written.append(1)

    rename(engine, "First")
    writer = threading.Thread(target=write_on)
    writer.start()
    try:
        made = []
        for number in range(5):
            began = len(written)
            made.append(tmp_path / f"{number}.zip")
            backups.back_up(engine, made[-1])
            assert len(written) > began, "nobody wrote meanwhile, so nothing was shown"
    finally:
        stop.set()
        writer.join()
    for file in made:
        engine.dispose()
        backups.restore(engine, file, replace=True)
        assert len(names(engine)) == 1


def test_everybody_signs_in_again_after_a_restore(
    house: tuple[Shell, str], open_engine: OpenEngine, tmp_path: pathlib.Path
) -> None:
    shell, url = house
    engine, now = open_engine(url), datetime.now(UTC)
    with Session(engine.execution_options(write=True)) as session, session.begin():
        session.add(SignInSession(key="k" * 64, user_key="u", born_at=now, seen_at=now, body="{}"))
    assert shell("backup", str(tmp_path / "kept.zip"))[0] == 0
    engine.dispose()
    assert shell("restore", str(tmp_path / "kept.zip"), "--replace")[0] == 0
    with Session(engine) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(SignInSession)) == 0


# --- what is no backup ------------------------------------------------------------------------------------------------------


@pytest.fixture
def kept(sqlite_url: str, open_session: OpenSession, tmp_path: pathlib.Path) -> tuple[Shell, pathlib.Path]:
    """A SQLite house and its backup."""
    build_world(open_session(sqlite_url)).session.close()
    shell = Shell(tmp_path, sqlite_url)
    assert shell("backup", str(tmp_path / "kept.zip"))[0] == 0
    return shell, tmp_path / "kept.zip"


def altered(file: pathlib.Path, **parts: Callable[[bytes], bytes]) -> pathlib.Path:
    with zipfile.ZipFile(file) as packed:
        held = {name: packed.read(name) for name in packed.namelist()}
    other = file.with_name("altered.zip")
    with zipfile.ZipFile(other, "w") as packed:
        for name, data in held.items():
            packed.writestr(name, parts.get(name.partition(".")[0], bytes)(data))
    return other


@pytest.mark.parametrize(("part", "change"), [
    ("database", lambda data: data[:-1] + bytes([data[-1] ^ 1])),
    ("database", lambda data: data[: len(data) // 2]),
    ("manifest", lambda data: data.replace(b'"pep_child": 2', b'"pep_child": 3')),
    ("manifest", lambda data: b"{}"),
])
def test_a_backup_that_was_changed_is_refused_and_nothing_with_it(
    kept: tuple[Shell, pathlib.Path], part: str, change: Callable[[bytes], bytes], sqlite_url: str, open_engine: OpenEngine
) -> None:
    shell, file = kept
    rename(open_engine(sqlite_url), "Still-There")
    code, said = shell("restore", str(altered(file, **{part: change})), "--replace")
    assert code == 1 and ("damaged" in said or "manifest" in said), said
    assert names(open_engine(sqlite_url)) == {"Still-There"}


@pytest.mark.parametrize("words", [("restore", "/nowhere/kept.zip"), ("backup", "/nowhere/kept.zip")])
def test_a_place_that_is_not_there_is_said_plainly(kept: tuple[Shell, pathlib.Path], words: tuple[str, str]) -> None:
    code, said = kept[0](*words)
    assert code == 1 and "/nowhere" in said and "Traceback" not in said


def test_a_damaged_database_gives_no_backup_and_leaves_the_old_one(
    kept: tuple[Shell, pathlib.Path], sqlite_url: str, open_engine: OpenEngine
) -> None:
    shell, file = kept
    old, database = file.read_bytes(), pathlib.Path(sa.make_url(sqlite_url).database or "")
    open_engine(sqlite_url).dispose()
    with database.open("r+b") as torn:
        torn.seek(4096 * 3)
        torn.write(b"\xff" * 4096 * 4)
    code, said = shell("backup", str(file))
    assert code == 1 and "Traceback" not in said, said
    assert file.read_bytes() == old
    assert not list(file.parent.glob(".pep-backup-*"))


def test_a_database_with_a_row_that_hangs_on_nothing_gives_no_backup(kept: tuple[Shell, pathlib.Path], sqlite_url: str) -> None:
    shell, file = kept
    old = file.read_bytes()
    with closing(sqlite3.connect(sa.make_url(sqlite_url).database or "")) as raw:
        raw.execute("PRAGMA foreign_keys=OFF")
        raw.execute("UPDATE pep_enrolment SET school_id = 987654")
        raw.commit()
    code, said = shell("backup", str(file))
    assert code == 1 and "damaged" in said
    assert file.read_bytes() == old


# --- by the clock, and before a migration -------------------------------------------------------------------------------------


def test_a_folder_keeps_the_newest(kept: tuple[Shell, pathlib.Path]) -> None:
    shell, file = kept
    folder = file.parent / "hourly"
    folder.mkdir()
    older = [folder / f"pep-admin-2024-11-1{day}-090000.zip" for day in range(3)]
    for each in older:
        each.write_bytes(b"old")
    (folder / "something-else.zip").write_bytes(b"not ours")

    code, said = shell("backup", str(folder), "--keep", "2")

    assert code == 0, said
    assert sorted(each.name for each in folder.iterdir() if each.name.startswith("pep-admin-2024")) == [older[2].name]
    assert len(list(folder.iterdir())) == 3, "two backups, and the file that is not ours"


@pytest.mark.parametrize(("hours", "said"), [(25, False), (27, True)])
def test_a_backup_that_is_a_day_and_more_old_is_said_so(
    kept: tuple[Shell, pathlib.Path], sqlite_url: str, open_engine: OpenEngine, hours: int, said: bool
) -> None:
    audit.record_at_once(open_engine(sqlite_url), SYSTEM, "backup.make", object_type="backup")
    with closing(sqlite3.connect(sa.make_url(sqlite_url).database or "")) as raw:
        raw.execute("DROP TRIGGER pep_audit_event_no_update")
        raw.execute("UPDATE pep_audit_event SET at = ?", (f"{datetime.now(UTC) - timedelta(hours=hours):%Y-%m-%d %H:%M:%S.%f}",))
        raw.commit()
    assert ("The last backup was taken on" in kept[0]("check-deploy")[1]) is said


def test_migrating_takes_a_backup_first(tmp_path: pathlib.Path, empty_database: str, open_engine: OpenEngine,
                                        migrate: Callable[..., None]) -> None:
    engine = open_engine(empty_database)
    migrate(engine, "upgrade", "0001")
    engine.dispose()
    shell = Shell(tmp_path, empty_database)

    code, said = shell("migrate")
    assert code == 0, said
    made = list((tmp_path / "backups").iterdir())
    assert len(made) == 1
    assert backups.read_backup(made[0]).steps == ("0001",)

    assert shell("migrate")[0] == 0
    assert len(list((tmp_path / "backups").iterdir())) == 1, "where no step is missing, nothing is to be kept"


def test_an_older_backup_over_a_newer_database_says_that_it_is_older(
    tmp_path: pathlib.Path, empty_database: str, open_engine: OpenEngine, migrate: Callable[..., None]
) -> None:
    engine = open_engine(empty_database)
    migrate(engine, "upgrade", "0001")
    backups.back_up(engine, tmp_path / "old.zip")
    migrate(engine, "upgrade", "heads")
    engine.dispose()
    backups.restore(engine, tmp_path / "old.zip", replace=True)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM pep_schema_version").scalars().all() == ["0001"]
    engine.dispose()
    migrate(engine, "upgrade", "heads")  # the newer tables went with the newer state, and can be made again
