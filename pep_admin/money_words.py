"""The words of money as enums: what else could pay, and what became of what was released. They are kept as vocabulary.py's are.

How much a child may have is policy.py's; a request's own words, its category and status, are vocabulary.py's.
"""

from __future__ import annotations

from pep_admin.vocabulary import Labelled


class OtherMoney(Labelled):
    """What else was considered before the grant was asked (pep-form section 5); several may have been."""

    NONE_RIGHT = "none", "Nothing else is right for it"
    EHCP = "ehcp", "The EHCP’s own money"
    SCHOOL = "school", "The school’s own money"
    CARER = "carer", "The carer’s allowance"
    BURSARY = "bursary", "The 16-19 bursary"
    CHARITY = "charity", "A charity"


class MoneyGiven(Labelled):
    """Whether what released money was for was really given (pep-form P2.66, HB-6.8)."""

    AS_AGREED = "as_agreed", "Yes, as agreed"
    PART = "part", "In part"
    OTHER = "other", "Something else instead"
    NOT_GIVEN = "not_given", "Not given"


class MoneyNext(Labelled):
    """What becomes of it after it was looked at (HB-6.5)."""

    CARRY_ON = "carry_on", "Carry on"
    CHANGE = "change", "Change it"
    STOP = "stop", "Stop"
