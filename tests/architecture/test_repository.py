"""What the repository must not give away, and what its locks must not lean on: this machine, an index, a folder."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

NOT_OURS = {".git", ".venv", "instance", "build", "dist", "node_modules"}
WHERE_SERVERS_LIVE = ("opt", "srv", "usr", "var")  # the documentation may name folders there
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-build.lock")


def texts(root: Path) -> Iterator[tuple[str, str]]:
    """Every text file of the checkout: its path below the root and what it says."""
    for folder, folders, files in os.walk(root):
        folders[:] = [each for each in folders if each not in NOT_OURS and not each.endswith(("_cache", ".egg-info"))]
        folders[:] = [each for each in folders if each not in ("__pycache__", ".hypothesis", ".stamps")]
        for file in files:
            try:
                yield Path(folder, file).relative_to(root).as_posix(), Path(folder, file).read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


def test_no_file_names_a_folder_of_this_machine(root: Path) -> None:
    """Neither somebody's home, nor where this checkout lies, nor what lies beside it."""
    home = re.compile(r"(?<![\w.])/(?:home/\w+|Users/\w+|root)/")
    beside = [] if root.is_relative_to(tempfile.gettempdir()) else [f"{each}/" for each in root.parent.iterdir() if each.is_dir()]
    near = [] if root.parts[1] in WHERE_SERVERS_LIVE else [f"{root}/", *beside]
    told = [path for path, text in texts(root) if home.search(text) or any(place in text for place in near)]
    assert told == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address(root: Path, lock: str) -> None:
    text = (root / lock).read_text()
    assert "://" not in text
    assert re.findall(r"^--(?!only-binary :all:|no-binary flask-principal$)\S+", text, re.MULTILINE) == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_of_a_lock_is_pinned_under_its_digest(root: Path, lock: str) -> None:
    text = (root / lock).read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith(("#", "--"))]
    assert lines
    pinned = re.compile(r"[a-z0-9-]+==\S+(\s+;[^-]+)?(\s+--hash=sha256:[0-9a-f]{64})+\s*")
    assert [line for line in lines if not pinned.fullmatch(line)] == []
