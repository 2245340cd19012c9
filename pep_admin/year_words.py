"""The words of an academic year's own numbers as enums: where PEPs begin and end, which grades are satisfactory.

Stored values never change once released; labels may. No rule stands here, only names.
"""

from __future__ import annotations

from pep_admin.vocabulary import Labelled


class FirstGroup(Labelled):
    """The first year group whose children have a PEP wherever they are (HB-1.1)."""

    N1 = "N1", "Nursery 1"
    N2 = "N2", "Nursery 2"
    R = "R", "Reception"


class LastDay(Labelled):
    """Until when a young person has a PEP (HB-1.1)."""

    YEAR_13 = "year_13", "The end of Year 13"
    BIRTHDAY = "birthday", "The day before the 18th birthday"


class SatisfactoryGrades(Labelled):
    """Which grades let money and copies go out (HB-6.7, HB-7.4)."""

    GOLD = "gold", "Gold alone"
    GREEN = "green", "Gold and Green"
    AMBER = "amber", "Gold, Green and Amber"
