"""Labels that the pages of one PEP show for codes of its targets. The words themselves are vocabulary.py's."""

from __future__ import annotations

from pep_admin.vocabulary import Subject, TargetArea

LABELS = {
    "area": {each.value: each.label for each in TargetArea},
    "subject": {each.value: each.label for each in Subject},
}
