"""What comes in from files: opened by files.py, compared row by row with what stands, shown, and stored when somebody confirms it.

Each kind of import is a module with one Kind; here they are listed. The common ground is explained in docs/imports.md.
"""

from __future__ import annotations

from pep_admin.imports.attainment import ATTAINMENT
from pep_admin.imports.attendance import ATTENDANCE
from pep_admin.imports.kinds import Kind, Plan
from pep_admin.imports.moves import CASELOADS, ENROLMENTS
from pep_admin.imports.people import PEOPLE
from pep_admin.imports.return_903 import RETURN
from pep_admin.imports.roll_list import ROLL
from pep_admin.imports.schools import SCHOOLS

KINDS: dict[str, Kind] = {each.key: each for each in (
    SCHOOLS, PEOPLE, ROLL, RETURN, ENROLMENTS, CASELOADS, ATTENDANCE, ATTAINMENT)}
"""Every kind of import by its key, in the order of the page."""

__all__ = ["KINDS", "Kind", "Plan"]
