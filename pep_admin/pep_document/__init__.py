"""One PEP as one document: the only room that touches the answers of its parts and the rows that stand beside them.

Reading is set-based and filtered by phase and audience; writing is per field and all or nothing. What a field is, is
pep_form.py's; who may write it and what follows is workflow/sections.py's.
"""

from pep_admin.pep_document.freezing import Heading, freeze, heading_of, thaw
from pep_admin.pep_document.last_term import (
    answers_before,
    compare,
    is_compared,
    judged,
    keep_marks,
    open_parts,
    with_judgements_before,
)
from pep_admin.pep_document.reading import read_document, read_documents
from pep_admin.pep_document.shelf import current_form_version, form_of
from pep_admin.pep_document.timetables import ReducedTimetable, reduced_timetables
from pep_admin.pep_document.values import digest, normal
from pep_admin.pep_document.writing import Written, confirm_answers, take_part, write_answers

__all__ = [
    "Heading",
    "ReducedTimetable",
    "Written",
    "answers_before",
    "compare",
    "confirm_answers",
    "current_form_version",
    "digest",
    "form_of",
    "freeze",
    "heading_of",
    "is_compared",
    "judged",
    "keep_marks",
    "normal",
    "open_parts",
    "read_document",
    "read_documents",
    "reduced_timetables",
    "take_part",
    "thaw",
    "with_judgements_before",
    "write_answers",
]
