"""How a file is refused: one sentence beside the box in which it was chosen."""

from __future__ import annotations

from pep_admin.exceptions import Refused
from pep_admin.validators.findings import Finding

FIELD = "file"
AS_PDF = "Print it as a new PDF (“Save as PDF” or “Print to PDF”), and add that one."


def refused(check: str, message: str) -> Refused:
    """The refusal of a file, for the box of the file."""
    return Refused([Finding(f"file-{check}", "DATA-file", FIELD, message)])
