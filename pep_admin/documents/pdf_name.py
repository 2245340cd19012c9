"""What the PDF of a PEP is called: the pattern that the authority has set, filled in with numbers and dates, never with a name.

Which parts a pattern may have is config.py's, which refuses others at start-up.
"""

from __future__ import annotations

import re
from typing import Protocol

LONGEST = 100
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
"""Names that Windows keeps for devices."""


class _Year(Protocol):
    @property
    def name(self) -> str: ...


class _Term(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def year(self) -> _Year: ...


class _Child(Protocol):
    @property
    def lcs_id(self) -> str | None: ...


class NamedPep(Protocol):
    """What a file name reads of a PEP."""

    @property
    def reference(self) -> str: ...
    @property
    def term(self) -> _Term: ...
    @property
    def child(self) -> _Child: ...


def pdf_name(pattern: str, pep: NamedPep, *, draft: bool) -> str:
    """The file's name with its ending. Signs that a file system or an archive may not like become “-”; who has no LCS number is
    named by the reference of the PEP.
    """
    facts = {"reference": pep.reference, "lcs_id": pep.child.lcs_id or pep.reference, "year": pep.term.year.name,
             "term": str(pep.term.name)}
    stem = _UNSAFE.sub("-", pattern.format(**facts)).strip("-._")[:LONGEST] or _UNSAFE.sub("-", pep.reference)
    stem = f"pep-{stem}" if _RESERVED.fullmatch(stem) else stem
    return f"{stem}{'-draft' if draft else ''}.pdf"


class NamesTaken:
    """The names of one archive: a name that is there already gets a number, whatever its case."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, name: str) -> str:
        """That name, or the first of its kind that is free: a.pdf, a-2.pdf, a-3.pdf."""
        stem, number, found = name.removesuffix(".pdf"), 1, name
        while found.lower() in self._taken:
            number += 1
            found = f"{stem}-{number}.pdf"
        self._taken.add(found.lower())
        return found
