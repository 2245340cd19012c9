"""The folder of made files: what jobs make for one person, kept for a day out of the web's reach, under names that nobody guesses.

Who may take a file away is judged by whoever gives it out. Several machines share the folder, where there are several.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

NAME = re.compile(r"\.?[0-9a-f]{32}\.zip(\.[A-Za-z0-9_]+)?")
"""Our files, and what a worker that was killed left half-written; nothing else in the folder is touched."""


@contextmanager
def new_file(folder: Path) -> Iterator[Path]:
    """The path of a new file with a random name, which is gone again when the body fails."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{secrets.token_hex(16)}.zip"
    try:
        yield path
        path.chmod(0o600)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def find_file(folder: Path, name: str | None) -> Path | None:
    """The file of that name, where it is there; None too for a name that is none of ours."""
    path = folder / name if name and NAME.fullmatch(name) else None
    return path if path is not None and path.is_file() else None


def drop_file(folder: Path, name: str | None) -> None:
    """Delete the file of that name."""
    if (path := find_file(folder, name)) is not None:
        path.unlink(missing_ok=True)


def drop_older(folder: Path, before: datetime) -> None:
    """Delete every file of ours that was last written before that instant, whether a job still names it or not."""
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        if NAME.fullmatch(path.name) and path.is_file() and path.stat().st_mtime < before.timestamp():
            path.unlink(missing_ok=True)
