"""Who may import whom: the contracts of pyproject.toml, what a pure room loads, and that what is imported is declared."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.conftest import Module

PURE = ("config", "vocabulary", "exceptions", "money", "school_calendar", "policy", "stems", "pep_form", "clocks", "deadlines",
        "circumstances", "transitions", "rubric", "validators.findings")
FRAMEWORKS = ("flask", "flask_admin", "sqlalchemy", "wtforms", "werkzeug")
COMES_WITH_THEM = {"werkzeug", "jinja2", "markupsafe", "itsdangerous", "click", "blinker", "flask-login", "libpass"}


@pytest.fixture(scope="session")
def project(root: Path) -> dict[str, Any]:
    return tomllib.loads((root / "pyproject.toml").read_text())


def test_the_import_contracts_hold(root: Path) -> None:
    program = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([program, "--no-logo", "--no-cache"], cwd=root, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("room", PURE)
def test_a_pure_room_loads_no_framework(room: str) -> None:
    said = f"import sys, pep_admin.{room}; print(*sorted(set({FRAMEWORKS!r}) & sys.modules.keys()))"
    run = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []


def imported(tree: ast.Module) -> set[str]:
    """Top-level names of the packages that a module imports."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(each.name.split(".")[0] for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.split(".")[0])
    return found


def test_what_the_program_imports_is_declared(package: list[Module], project: dict[str, Any]) -> None:
    """Flask's and Flask-Security's own foundations count as declared with them; gunicorn's settings are read by gunicorn alone."""
    wanted = project["project"]["dependencies"] + project["project"]["optional-dependencies"]["gunicorn"]
    declared = {canonicalize_name(Requirement(each).name) for each in wanted} | COMES_WITH_THEM
    sources = packages_distributions()
    undeclared = {
        (module.path, name)
        for module in package
        for name in imported(module.tree) - sys.stdlib_module_names - {"pep_admin"}
        if not {canonicalize_name(each) for each in sources.get(name, [name])} & declared
    }
    assert undeclared == set()


@pytest.mark.parametrize(("lock", "extra"), [("requirements.lock", ""), ("requirements-dev.lock", "dev")])
def test_the_locks_hold_what_is_declared(root: Path, project: dict[str, Any], lock: str, extra: str) -> None:
    pinned = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (root / lock).read_text(), re.MULTILINE))
    wanted = project["project"]["dependencies"] + (project["project"]["optional-dependencies"][extra] if extra else [])
    for requirement in map(Requirement, wanted):
        version = pinned.get(canonicalize_name(requirement.name), "none")
        assert requirement.specifier.contains(version), f"{lock} has {requirement.name} {version}: run `make lock`"


def test_both_locks_name_the_same_versions(root: Path) -> None:
    runtime, everything = (
        set(re.findall(r"^\S+==\S+", (root / lock).read_text(), re.MULTILINE))
        for lock in ("requirements.lock", "requirements-dev.lock")
    )
    assert runtime
    assert runtime <= everything
