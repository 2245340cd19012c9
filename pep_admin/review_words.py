"""The words of reviews out of turn: what has changed, and how that was settled; and the lists whose filters can be kept. Enums.

What counts as a change is queries/changes.py's, what follows from it workflow/out_of_turn.py's.
"""

from __future__ import annotations

from pep_admin.vocabulary import Labelled


class ChangeKind(Labelled):
    """What calls for a review out of turn (HB-1.5)."""

    SCHOOL = "school", "School or setting"
    HOME = "home", "Home"
    SEN = "sen", "Special educational needs"
    SDQ = "sdq", "SDQ"
    RISK = "risk", "Risk of exclusion"
    MONEY = "money", "Money for a school that was left"


class Settling(Labelled):
    """How a change was settled."""

    OPENED = "opened", "A PEP was opened for it"
    JOINED = "joined", "Joined to an open PEP"
    WAVED = "waved", "Needs no review"


class SavedList(Labelled):
    """A list whose filters can be kept under a name."""

    CHILDREN = "children", "Children"
    PEPS = "peps", "PEPs"
    REQUESTS = "ppg_requests", "Pupil Premium"
    BOARD = "board", "Term board"
