"""The source of the program as these tests read it: text and syntax tree of every module."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Module:
    """One file of Python: its path below the root ("pep_admin/money.py"), its text, its tree."""

    path: str
    text: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """The part of the package that the file belongs to: "money", "views"; "" outside the package."""
        parts = self.path.removesuffix(".py").split("/")
        return parts[1] if parts[0] == "pep_admin" else ""


def read(path: Path) -> Module:
    text = path.read_text(encoding="utf-8")
    return Module(path.relative_to(ROOT).as_posix(), text, ast.parse(text))


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def package() -> list[Module]:
    """Every module of pep_admin."""
    return [read(path) for path in sorted((ROOT / "pep_admin").rglob("*.py"))]


@pytest.fixture(scope="session")
def everything(package: list[Module]) -> list[Module]:
    """Every module of ours: the package, the migrations, the tests, what else lies at the root."""
    folders = ("migrations", "tests", "benchmarks", "examples")
    others = [*ROOT.glob("*.py"), *(path for folder in folders for path in (ROOT / folder).rglob("*.py"))]
    return [*package, *(read(path) for path in sorted(others))]
