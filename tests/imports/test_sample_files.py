"""Files as they come from outside, where somebody has them beside the checkout: loaded by command and again, on both databases."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlalchemy.orm import Session

from pep_admin.cli import main
from pep_admin.models import Base, CareEpisode, CarePlacement, Child, RecordChange, School, SdqScore
from tests.conftest import ROOT

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

DATA = Path(os.environ.get("SAMPLE_DATA") or ROOT.parent / "shared" / "data")
REGISTER = DATA / "gias-2024-example.csv"
RETURN = [DATA / "903-2020" / f"{name}.csv" for name in ("header", "episodes", "oc2")]

Shell = Callable[..., str]


@pytest.fixture
def shell(tmp_path: Path, both_databases: str) -> Shell:
    """Runs a command that must succeed; gives what it said."""

    def run(*words: object) -> str:
        environ = {"PEP_ADMIN_INSTANCE_FOLDER": str(tmp_path / "instance"), "PEP_ADMIN_DATABASE_URL": both_databases,
                   "PEP_ADMIN_TODAY": "2024-11-18", "PEP_ADMIN_AUTHORITY_CODE": "355"}
        done = CliRunner().invoke(main, list(map(str, words)), env=environ)
        assert done.exit_code == 0, done.output
        return done.output

    return run


def counts(url: str, open_session: Callable[..., Session], *models: type[Base]) -> list[int]:
    with open_session(url) as session:
        return [session.scalar(sa.select(sa.func.count(model.id))) or 0 for model in models]


@pytest.mark.skipif(not REGISTER.is_file(), reason="there is no example of the register beside the checkout")
def test_the_register_loads_once(shell: Shell, both_databases: str, open_session: Callable[..., Session]) -> None:
    assert "2 schools in the file: 2 new, 0 changed, 0 unchanged, 0 refused" in shell("import-schools", REGISTER)
    stood = counts(both_databases, open_session, School, RecordChange)
    assert stood == [2, 2]
    said = shell("import-schools", REGISTER)
    assert "0 new, 0 changed, 2 unchanged, 0 refused" in said and "There was nothing to store." in said
    assert counts(both_databases, open_session, School, RecordChange) == stood


@pytest.mark.skipif(not all(path.is_file() for path in RETURN), reason="there is no sample of a return beside the checkout")
def test_a_return_loads_once_in_whatever_order(
    shell: Shell, tmp_path: Path, both_databases: str, open_session: Callable[..., Session]
) -> None:
    models = (Child, CareEpisode, CarePlacement, SdqScore, RecordChange)
    first = shell("import-roll", *RETURN, "--good-rows", "--part-of-roll", "--refused", tmp_path / "mend.csv")
    header = RETURN[0].read_text().splitlines()
    assert f"{len(header) - 1:,} children in the file" in first and " 0 changed, 0 unchanged" in first and "Stored." in first
    stood = counts(both_databases, open_session, *models)
    assert stood[0] > 50 and f" {stood[0]:,} new" in first
    second = shell("import-roll", *reversed(RETURN), "--good-rows", "--part-of-roll")
    assert " 0 new, 0 changed" in second and f" {stood[0]:,} unchanged" in second and "There was nothing to store." in second
    assert counts(both_databases, open_session, *models) == stood
