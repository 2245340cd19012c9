"""Words that the pages of one PEP share: labels for codes of its targets (vocabulary.py's), and why it is closed."""

from __future__ import annotations

from pep_admin.models import Pep
from pep_admin.vocabulary import Subject, TargetArea

LABELS = {
    "area": {each.value: each.label for each in TargetArea},
    "subject": {each.value: each.label for each in Subject},
}


def closed_because(pep: Pep, *, shut: bool) -> str:
    """Why something of a PEP is not to be changed now, to go on a sentence that began with the PEP; `shut`: it is open for others
    of its sections."""
    return "was sent back for other sections alone" if shut else f"is “{pep.status.label}”"
