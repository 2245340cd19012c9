"""The judgement is tested through and through: no check can be broken, and no branch of it be missing, without a red test."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.slow
CONTRACT = "The judgement knows no framework"


def run(*words: str, data: str = "") -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, **({"COVERAGE_FILE": data} if data else {})}
    return subprocess.run([sys.executable, "-m", *words], cwd=ROOT, capture_output=True, text=True, check=False, env=environ)


def pure_rooms() -> list[str]:
    """Those that the import contract keeps free of frameworks."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    rooms: list[str] = next(each["source_modules"] for each in contracts if each["name"] == CONTRACT)
    return rooms


def test_a_broken_check_turns_a_test_red() -> None:
    done = run("tests.architecture.flip_checks")
    assert (done.returncode, done.stdout) == (0, "Every broken check turned a test red.\n"), done.stdout + done.stderr


def test_every_branch_of_the_judgement_is_taken_by_its_own_tests(tmp_path: Path) -> None:
    data, report = str(tmp_path / "covered"), tmp_path / "covered.json"
    done = run("coverage", "run", "--branch", f"--source={','.join(pure_rooms())}", "-m", "pytest", "-q", "-p", "no:cacheprovider",
               "tests/unit", data=data)
    assert done.returncode == 0, done.stdout
    run("coverage", "json", "-o", str(report), data=data)
    files = json.loads(report.read_text())["files"]
    assert len(files) > 20
    missing = {name: [*each["missing_lines"], *each["missing_branches"]] for name, each in files.items()}
    assert {name: lines for name, lines in missing.items() if lines} == {}
