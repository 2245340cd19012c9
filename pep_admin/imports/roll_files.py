"""Which file is which, where the roll is loaded by command: told by the columns, whatever the files are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy.orm import Session

from pep_admin.exceptions import Refused
from pep_admin.imports import matching
from pep_admin.imports.files import open_table
from pep_admin.imports.keeping import PlacesOf
from pep_admin.imports.kinds import Kind
from pep_admin.imports.return_903 import RETURN
from pep_admin.imports.roll_list import ROLL
from pep_admin.workflow.taking import refuse


def sort_files(session: Session, files: Sequence[Path], words: Mapping[str, str]) -> tuple[Kind, dict[str, Path]]:
    """The kind of import and its files by their part: one file is a list with names, several are a return's, known by their
    columns: by words (our heading to theirs), by what the team remembers, by their names.

    Raises Refused where a file is none of a return's, or two are the same one.
    """
    if len(files) == 1:
        return ROLL, {"roll": files[0]}
    places = matching.as_told(RETURN, matching.remembered(session, RETURN), words)
    parts: dict[str, Path] = {}
    for path in files:
        part = _part_of(path, places)
        if part in parts:
            raise refuse("file-doubled", "DATA-file", f"Two of the files are “{RETURN.part(part).title}” of a return. Give "
                         "it once.")
        parts[part] = path
    return RETURN, parts


def _part_of(path: Path, places: PlacesOf) -> str:
    """The part of a return whose columns the file has. Raises Refused, with the reader's own words where it cannot be read."""
    for part in RETURN.parts:
        try:
            with path.open("rb") as source:
                open_table(source, part.layout, part=part.key, places=places(part))
        except Refused as refused:
            if all(each.check != "file-column" for each in refused.findings):
                raise
        else:
            return part.key
    raise refuse("file-unknown", "DATA-file", "One of the files has the columns of no file of a return: header (CHILD, DOB, UPN), "
                 "episodes (CHILD, DECOM, RNE, LS, DEC) or OC2 (CHILD, SDQ_SCORE).")
