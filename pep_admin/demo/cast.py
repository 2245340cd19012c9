"""Children of the demonstration with a story: each is one circumstance that a Virtual School meets in a term.

Only what is invented stands here, as data. How it comes about, verb by verb, is autumn.py's and stories.py's; the children beside
these are made by number.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import Enum, auto
from typing import Any

from pep_admin.vocabulary import CaseRating, Grade, LegalStatus, PlacementKind, SenStatus


class Goes(Enum):
    """How far the autumn's PEP of a child comes."""

    WAITS = auto()  # opened, and nobody was sent it
    OUT = auto()  # with its writers
    HALF = auto()  # written up to the meeting
    SENT = auto()
    ASKED = auto()  # sent, with a question of the Virtual School
    BACK = auto()  # sent back
    DONE = auto()  # signed off


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of one PEP: how far it comes, with which grade, whether money is asked for, which SDQ total it tells."""

    goes: Goes
    grade: Grade = Grade.GREEN
    money: bool = True
    sdq: int | None = None
    carer_speaks: bool = True
    met: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One child; `school` is the number of a school in words.SCHOOLS, None for a child without one."""

    key: str
    born_on: date
    school: int | None
    plan: Plan
    entered_on: date = date(2022, 5, 16)
    notified_on: date | None = None
    placement: PlacementKind = PlacementKind.FOSTER
    facts: dict[str, Any] = field(default_factory=dict)


BRAMBLE, COPPERBEECH, DOVECOTE, ELDER, FOXGLOVE, GREENFINCH, HAWTHORN, IVY, JASMINE, KINGFISHER, LAPWING, MAGPIE = range(12)
DONE, SENT, HALF, OUT, WAITS = (Plan(each) for each in (Goes.DONE, Goes.SENT, Goes.HALF, Goes.OUT, Goes.WAITS))
GOLD, AMBER = Plan(Goes.DONE, Grade.GOLD), Plan(Goes.DONE, Grade.AMBER)
EHCP = {"sen_status": SenStatus.EHCP, "ehcp_review_on": date(2025, 2, 6)}

CAST: tuple[Part, ...] = (
    # of every phase
    Part("ehcp", date(2012, 3, 8), HAWTHORN, GOLD, facts={**EHCP, "case_rating": CaseRating.GREEN}),
    Part("college", date(2008, 1, 22), JASMINE, DONE, placement=PlacementKind.SUPPORTED),
    Part("no_course_after_16", date(2007, 2, 3), None, OUT, placement=PlacementKind.SUPPORTED,
         facts={"case_rating": CaseRating.RED}),
    Part("nursery", date(2021, 4, 19), IVY, Plan(Goes.DONE, Grade.GOLD, money=False), entered_on=date(2023, 9, 4)),
    Part("two_years_old", date(2021, 12, 1), None, WAITS, entered_on=date(2023, 11, 6), placement=PlacementKind.KINSHIP),
    Part("first_year_at_school", date(2020, 1, 14), KINGFISHER, DONE, entered_on=date(2021, 3, 1)),
    # where they learn
    Part("no_school", date(2010, 10, 30), None, WAITS, placement=PlacementKind.RESIDENTIAL,
         facts={"case_rating": CaseRating.RED, "legal_status": LegalStatus.C1}),
    Part("out_of_borough", date(2013, 2, 11), FOXGLOVE, Plan(Goes.DONE, met=True)),
    Part("less_than_good", date(2011, 5, 5), LAPWING, SENT),
    Part("alternative_provision", date(2010, 1, 9), MAGPIE, WAITS, facts={"sen_status": SenStatus.SUPPORT}),
    Part("moved_school", date(2013, 11, 2), BRAMBLE, HALF),
    # where they live
    Part("moved_home", date(2009, 12, 12), ELDER, SENT, facts={"case_rating": CaseRating.AMBER}),
    Part("left_care_with_a_final_pep", date(2009, 1, 27), ELDER, GOLD),
    Part("left_care_before_the_pep", date(2014, 6, 6), DOVECOTE, OUT),
    Part("new_both_clocks", date(2012, 7, 3), GREENFINCH, WAITS, entered_on=date(2024, 11, 6), notified_on=date(2024, 11, 8),
         facts={"legal_status": LegalStatus.C1}),
    Part("new_this_week", date(2017, 9, 21), COPPERBEECH, WAITS, entered_on=date(2024, 11, 14), notified_on=date(2024, 11, 15),
         facts={"legal_status": LegalStatus.L2}),
    # how they are
    Part("sdq_21", date(2015, 3, 17), COPPERBEECH, Plan(Goes.DONE, Grade.GREEN, sdq=21), facts={"sen_status": SenStatus.SUPPORT}),
    Part("suspended", date(2010, 6, 24), GREENFINCH, HALF, facts={"case_rating": CaseRating.AMBER}),
    Part("consents", date(2014, 1, 30), BRAMBLE, DONE),
    # what they are called
    Part("name_not_known", date(2016, 8, 8), KINGFISHER, WAITS, entered_on=date(2024, 10, 21),
         facts={"first_name": "", "last_name": ""}),
    Part("long_names", date(2011, 9, 14), ELDER, SENT,
         facts={"first_name": "Maximiliana-Theodora Wilhelmina Philippa",
                "last_name": "Featherstonehaugh-Example of Upper Puddlecombe-on-the-Wold"}),
    Part("known_as", date(2013, 4, 4), FOXGLOVE, DONE,
         facts={"first_name": "Bartholomew", "last_name": "Nutbourne-Example", "known_as": "Badger"}),
    Part("twin", date(2016, 2, 29), DOVECOTE, GOLD, facts={"first_name": "Thistle", "last_name": "Twinbury-Example"}),
    Part("other_twin", date(2016, 2, 29), DOVECOTE, DONE, facts={"first_name": "Bracken", "last_name": "Twinbury-Example"}),
    # what became of the PEP
    Part("question", date(2012, 10, 10), LAPWING, Plan(Goes.ASKED)),
    Part("returned", date(2015, 12, 18), KINGFISHER, Plan(Goes.BACK, Grade.RED)),
    Part("without_the_carers_words", date(2014, 9, 9), BRAMBLE, Plan(Goes.DONE, Grade.GREEN, carer_speaks=False)),
    # what became of the money
    Part("declined", date(2011, 2, 2), GREENFINCH, AMBER),
    Part("approved_in_part", date(2012, 12, 5), FOXGLOVE, AMBER),
    Part("approval_withdrawn", date(2010, 3, 3), LAPWING, DONE),
    Part("released", date(2015, 7, 7), COPPERBEECH, DONE),
    Part("batched", date(2013, 1, 15), ELDER, GOLD),
)
