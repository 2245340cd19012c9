"""What makes a document acceptable that is kept with a child: its kind, its day, how much there may be.

Its file is uploads/'s matter.
"""

from __future__ import annotations

from datetime import date

from pep_admin.deadlines import format_day
from pep_admin.document_words import DocumentKind
from pep_admin.validators.findings import Finding

_MEGABYTE, _KILOBYTE = 1024 * 1024, 1024


def check_document(
    kind: DocumentKind | None, dated_on: date | None, school_reads: bool | None, *, born_on: date, today: date
) -> list[Finding]:
    """A document has its kind, a day in the child's life up to today if it has one, and it is said whether the school may read it
    (HB-3.11)."""
    found = []
    if kind is None:
        found.append(_wrong("kind", "DATA-shape", "Choose what this document is."))
    if dated_on is not None and dated_on > today:
        found.append(_wrong("dated_on", "DATA-dates", f"{format_day(dated_on)} is still to come. When was it written or made?"))
    if dated_on is not None and dated_on < born_on:
        message = f"The child was born on {format_day(born_on)}; the document cannot be older than that."
        found.append(_wrong("dated_on", "DATA-dates", message))
    if school_reads is None:
        found.append(_wrong("school_reads", "HB-3.11", "Say whether the school may read this document."))
    return found


def check_room(size: int, held: int, most: int) -> list[Finding]:
    """All documents of a child together, with one of `size` bytes beside the `held` ones, stay within `most`."""
    if held + size <= most:
        return []
    message = (f"With it the documents of this child would take {format_size(held + size)}; the most is {format_size(most)}. "
               "Save it smaller, or ask the Virtual School to have more room set.")
    return [_wrong("file", "DATA-file", message)]


def format_size(size: int) -> str:
    """Bytes as people read them: 340 kB, 1.2 MB; never nothing."""
    if size < _MEGABYTE:
        return f"{max(1, round(size / _KILOBYTE))} kB"
    return f"{size / _MEGABYTE:.1f} MB".replace(".0 MB", " MB")


def _wrong(field: str, code: str, message: str) -> Finding:
    return Finding(f"document-{field.replace('_', '-')}", code, field, message)
