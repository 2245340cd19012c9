"""The words of who comes to a meeting as enums: vocabulary.py's neighbour, for what is said of the Virtual School at the table.

Stored values never change once released; labels may. No rule stands here, only names.
"""

from __future__ import annotations

from pep_admin.vocabulary import Labelled


class AttendingReason(Labelled):
    """Why the Virtual School attends a meeting, in the order of the handbook's list (HB-3.10)."""

    NEW = "new", "New to the roll"
    MOVED = "moved", "Moved school"
    PRIORITY = "priority", "Priority case: rated Red"
    SEND = "send", "EHCP or significant SEND"
    CHAIR = "chair", "Independent chair needed"
    YEAR_GROUP = "year_group", "Year group that is met"
    SCHOOL_ASKS = "school_asks", "The school asks"
    OUT_OF_BOROUGH = "out_of_borough", "School out of borough"


class AttendingNoteKind(Labelled):
    """What of it somebody says, and no record tells."""

    CHAIR = "chair", "Independent chair needed"
    SEND = "send", "Significant special needs"
    SCHOOL_ASKS = "school_asks", "The school asks the Virtual School to come"
