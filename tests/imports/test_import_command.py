"""`pep-admin import-schools` as an IT person uses it: sentences, counts, exit status, the file to mend."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlalchemy.orm import Session

from pep_admin.cli import main
from pep_admin.models import AuditEvent, Import, School
from tests.imports.making import CLOSED_SCHOOL, OPEN_SCHOOL, csv_of, school, workbook

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

Shell = Callable[..., tuple[int, str]]


@pytest.fixture
def shell(tmp_path: Path, both_databases: str) -> Shell:
    """Runs the command; gives its exit status and everything said."""

    def run(*words: object, **settings: str) -> tuple[int, str]:
        environ = {"PEP_ADMIN_INSTANCE_FOLDER": str(tmp_path / "instance"), "PEP_ADMIN_DATABASE_URL": both_databases,
                   "PEP_ADMIN_AUTHORITY_CODE": "355", **settings}
        done = CliRunner().invoke(main, ["import-schools", *map(str, words)], env=environ)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.output

    return run


@pytest.fixture
def register(tmp_path: Path) -> Path:
    file = tmp_path / "register.csv"
    file.write_bytes(csv_of([OPEN_SCHOOL, CLOSED_SCHOOL], encoding="cp1252"))
    return file


def urns(url: str, open_session: Callable[..., Session]) -> list[str | None]:
    with open_session(url) as session:
        return list(session.scalars(sa.select(School.urn).order_by(School.urn)))


def test_a_dry_run_then_loading_then_nothing_new(
    shell: Shell, register: Path, both_databases: str, open_session: Callable[..., Session]
) -> None:
    code, said = shell(register, "--dry-run")
    assert code == 0 and "2 schools in the file: 2 new, 0 changed, 0 unchanged, 0 refused" in said and "dry run" in said
    assert urns(both_databases, open_session) == []
    code, said = shell(register)
    assert code == 0 and "Stored." in said and urns(both_databases, open_session) == ["138130", "140134"]
    code, said = shell(register)
    assert code == 0 and "0 new, 0 changed, 2 unchanged" in said and "There was nothing to store." in said
    with open_session(both_databases) as session:
        assert [each.actor_id for each in session.scalars(sa.select(AuditEvent))] == ["system", "system"]
        assert session.scalar(sa.select(sa.func.count(Import.id))) == 0, "a command keeps no file"


def test_refused_rows_end_with_status_one_and_a_file_to_mend(
    shell: Shell, tmp_path: Path, both_databases: str, open_session: Callable[..., Session]
) -> None:
    file, mend = tmp_path / "register.csv", tmp_path / "mend.csv"
    file.write_bytes(csv_of([school(100001), school(100002, "=1"), *(school(7) for _ in range(25))]))
    code, said = shell(file, "--refused", mend)
    assert code == 1 and "26 refused" in said and "Nothing was stored" in said and urns(both_databases, open_session) == []
    assert "row 3: EstablishmentName: This cell holds a formula. Put its value in its place. (DATA-file)" in said
    assert "and 6 more" in said and "Wrote 26 rows to mend" in said
    assert mend.read_bytes().decode("utf-8-sig").count("\r\n") == 27
    assert shell(file, "--dry-run")[0] == 1
    code, said = shell(file, "--good-rows")
    assert code == 0 and "Stored." in said and urns(both_databases, open_session) == ["100001"]


def test_only_the_schools_that_are_asked_for(
    shell: Shell, register: Path, both_databases: str, open_session: Callable[..., Session]
) -> None:
    assert "0 new" in shell(register, "--which", "known")[1]
    code, said = shell(register, "--which", "open", "--authority", "355", "--authority", "350")
    assert code == 0 and "1 new" in said and "1 left out" in said and urns(both_databases, open_session) == ["138130"]
    assert "three figures" in shell(register, "--authority", "Bury")[1]


def test_links_and_workbooks_are_taken_too(
    shell: Shell, tmp_path: Path, both_databases: str, open_session: Callable[..., Session]
) -> None:
    file, links = tmp_path / "register.xlsx", tmp_path / "links.csv"
    file.write_bytes(workbook([["URN", "EstablishmentName"], [100001, "Old"], [100002, "New"]]))
    links.write_text("URN,LinkURN,LinkType\n100001,100002,Successor\n")
    assert shell(file, "--links", links)[0] == 0
    with open_session(both_databases) as session:
        old = session.scalars(sa.select(School).where(School.urn == "100001")).one()
        assert old.successor is not None and old.successor.name == "New"


def test_a_file_that_cannot_be_read_is_a_sentence_and_status_one(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "register.csv"
    broken = ((b"URN,EstablishmentName\r1,a\r", "old Macintosh"), ("URN\n".encode("utf-16"), "UTF-16"), (b"", "is empty"),
              (b"URN,EstablishmentName\n" + b"100001,a\n" * 100_000, "more than 75,000 rows"))
    for data, sentence in broken:
        file.write_bytes(data)
        code, said = shell(file)
        assert code == 1 and sentence in said and "Traceback" not in said


def test_without_our_own_number_it_says_so(shell: Shell, register: Path) -> None:
    assert "PEP_ADMIN_AUTHORITY_CODE" in shell(register, PEP_ADMIN_AUTHORITY_CODE="")[1]
    code, said = shell(register, PEP_ADMIN_AUTHORITY_CODE="Bury")
    assert code == 1 and "three figures" in said


@pytest.mark.slow
def test_fifty_thousand_rows_are_loaded_within_a_minute_and_again_change_nothing(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "register.csv"
    file.write_bytes(csv_of([school(100_000 + number) for number in range(50_000)]))
    assert "50,000 new" in shell(file)[1]
    assert "50,000 unchanged" in shell(file)[1]
