"""The handbook's numbers of a year, each with its unit and rule, and the rulebook: every rule that the program cites.

These values seed the AcademicYear and Term rows, where the Virtual School may change them; no calculation belongs here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pep_admin.school_words import CardRule, GradedRule
from pep_admin.vocabulary import Grade, PpgCategory, TermName


@dataclass(frozen=True, slots=True)
class TermPolicy:
    """A term: first and last school day, first and last day of its half-term, and the PEP deadline of HB-1.4."""

    name: TermName
    starts_on: date
    ends_on: date
    half_term_from: date
    half_term_to: date
    deadline_on: date


@dataclass(frozen=True, slots=True)
class YearPolicy:
    """One academic year, 1 September to 31 August, and what holds in it.

    `ppg_term_cap_pence`, `ppg_year_cap_pence`: HB-6.1, pence per child of school age, per term and per year.
    `post16_year_cap_pence`: HB-6.2, pence per young person a year.
    `grant_per_child_pence`: the national Pupil Premium Plus rate, pence per child a year; shown in reports, caps nothing.
    `sdq_threshold`: HB-4.7, the SDQ total (0 to 40) from which the targets must answer it.
    `initiate_working_days`: HB-1.2, working days from coming into care to a PEP sent to its writers.
    `complete_school_days`: HB-1.3, school days from coming into care to every part signed and sent.
    `amber_is_satisfactory`: HB-6.7 and HB-7.4, whether Amber too releases money; our choice is no.
    `graded_rule`, `card_rule`: HB-3.10, what is less than good where an inspection gives no overall grade; our choice is any area.
    """

    name: str
    starts_on: date
    ends_on: date
    terms: tuple[TermPolicy, ...]
    grant_per_child_pence: int
    ppg_term_cap_pence: int = 600_00
    ppg_year_cap_pence: int = 1_800_00
    post16_year_cap_pence: int = 300_00
    sdq_threshold: int = 17
    initiate_working_days: int = 10
    complete_school_days: int = 20
    amber_is_satisfactory: bool = False
    graded_rule: GradedRule = GradedRule.ANY
    card_rule: CardRule = CardRule.ANY

    def term(self, name: TermName) -> TermPolicy:
        """The term of that name; KeyError when the year has none."""
        for each in self.terms:
            if each.name is name:
                return each
        raise KeyError(name)


YEARS: dict[str, YearPolicy] = {
    "2024-25": YearPolicy(
        name="2024-25",
        starts_on=date(2024, 9, 1),
        ends_on=date(2025, 8, 31),
        grant_per_child_pence=2_570_00,
        terms=(
            TermPolicy(TermName.AUTUMN, date(2024, 9, 2), date(2024, 12, 20), date(2024, 10, 21), date(2024, 10, 25),
                       deadline_on=date(2024, 11, 29)),
            TermPolicy(TermName.SPRING, date(2025, 1, 6), date(2025, 4, 4), date(2025, 2, 17), date(2025, 2, 21),
                       deadline_on=date(2025, 2, 28)),
            TermPolicy(TermName.SUMMER, date(2025, 4, 22), date(2025, 7, 22), date(2025, 5, 26), date(2025, 5, 30),
                       deadline_on=date(2025, 6, 6)),
        ),
    ),
    # Provisional: a common English calendar and last year's deadlines moved on. The Virtual School edits them on the year.
    "2025-26": YearPolicy(
        name="2025-26",
        starts_on=date(2025, 9, 1),
        ends_on=date(2026, 8, 31),
        grant_per_child_pence=2_630_00,
        terms=(
            TermPolicy(TermName.AUTUMN, date(2025, 9, 1), date(2025, 12, 19), date(2025, 10, 27), date(2025, 10, 31),
                       deadline_on=date(2025, 11, 28)),
            TermPolicy(TermName.SPRING, date(2026, 1, 5), date(2026, 3, 27), date(2026, 2, 16), date(2026, 2, 20),
                       deadline_on=date(2026, 2, 27)),
            TermPolicy(TermName.SUMMER, date(2026, 4, 13), date(2026, 7, 20), date(2026, 5, 25), date(2026, 5, 29),
                       deadline_on=date(2026, 6, 5)),
        ),
    ),
}


def is_satisfactory(grade: Grade | None, amber_is_satisfactory: bool) -> bool:
    """Whether that grade lets money and copies go out (HB-6.7, HB-7.4); no grade never does."""
    return grade in (Grade.GOLD, Grade.GREEN) or (grade is Grade.AMBER and amber_is_satisfactory)


# HB-6.4: what the grant never pays for, by category ...
BARRED: dict[PpgCategory, str] = {
    PpgCategory.X_ADMIN: "administration",
    PpgCategory.X_CLOTHING: "clothing",
    PpgCategory.X_TRANSPORT: "transport",
}

# ... and the words in a description that make the program ask, under the category's name. Plurals are found too.
BARRED_WORDS: dict[str, tuple[str, ...]] = {
    "administration": (
        "admin", "administration", "administrative", "administrator", "clerical", "paperwork", "meeting time",
        "cover for the pep", "report writing", "photocopying", "postage", "printing costs",
    ),
    "clothing": (
        "clothing", "clothes", "uniform", "blazer", "shoe", "trainers", "coat", "jacket", "trousers", "jumper", "hoodie",
        "shirt", "skirt", "boots", "pe kit", "sportswear", "school bag", "bag", "rucksack",
    ),
    "transport": (
        "transport", "taxi", "cab", "bus pass", "bus fare", "bus ticket", "train fare", "train ticket", "rail fare",
        "railcard", "fare", "petrol", "diesel", "fuel", "mileage", "minibus", "travel", "parking",
    ),
}

# What is looked at one by one, because authorities disagree about it: by what it is called, categories and words.
ONE_BY_ONE: dict[str, tuple[tuple[PpgCategory, ...], tuple[str, ...]]] = {
    "Laptops and other equipment with a screen": (
        (PpgCategory.ICT,),
        ("laptop", "tablet", "ipad", "chromebook", "computer", "hardware", "smartphone", "phone", "printer"),
    ),
    "Trips": ((PpgCategory.TRIP,), ("trip", "excursion", "residential", "day out", "outing")),
    "Rewards": ((PpgCategory.REWARD,), ("reward", "prize", "gift card", "gift voucher", "treat")),
}

# Local bars: what somebody else pays for, and the words that make the program ask. Another authority has others.
LOCAL_BARS: dict[str, tuple[str, ...]] = {
    "what an EHCP already pays for": ("ehcp", "ehc plan", "education health and care plan", "education, health and care plan"),
    "the ordinary cost of teaching": ("supply teacher", "cover teacher", "cover supervisor", "class teacher", "salary", "salaries"),
    "what every pupil gets": ("every pupil", "all pupils", "all children", "whole class", "whole school", "whole year group"),
    "a holiday": ("family holiday", "holiday abroad", "package holiday", "holiday camp", "holiday park", "beach holiday"),
    "school meals": ("school meal", "school dinner", "school lunch", "lunch money", "dinner money", "packed lunch"),
    "the carer's own costs": ("carer's cost", "carers' cost", "foster allowance", "carer's allowance", "respite", "babysitting"),
}

# What the 16-19 bursary pays for, and so is asked first, after Year 11.
BURSARY_WORDS: tuple[str, ...] = (
    "travel", "bus pass", "bus fare", "train fare", "course kit", "kit", "tool", "toolbox", "protective clothing",
    "protective wear", "overalls", "safety boots", "safety shoe", "hard hat", "uniform", "meal", "textbook", "course book",
)

FIGURES: dict[str, tuple[str, ...]] = {
    "HB-1.2": ("initiate_working_days",),
    "HB-1.3": ("complete_school_days",),
    "HB-1.5": ("complete_school_days",),
    "HB-3.10": ("graded_rule", "card_rule"),
    "HB-4.7": ("sdq_threshold",),
    "HB-6.1": ("ppg_term_cap_pence", "ppg_year_cap_pence"),
    "HB-6.2": ("post16_year_cap_pence",),
    "HB-6.7": ("amber_is_satisfactory",),
    "HB-7.4": ("amber_is_satisfactory",),
}
"""Which numbers of an academic year a rule goes by, beside the deadlines of its terms (HB-1.4)."""

RULES: dict[str, str] = {
    "HB-1.1": "Every child in care from nursery (N1) to the end of Year 13 has a PEP.",
    "HB-1.2": "A PEP is opened and sent to its writers within 10 working days of the child coming into care.",
    "HB-1.3": "A first PEP is written, signed and sent within 20 school days of the child coming into care.",
    "HB-1.4": "A PEP is reviewed at least once a term, by the deadline of that term.",
    "HB-1.5": "A change of school or home, a need, or extra funding starts a PEP in between.",
    "HB-1.6": "Each PEP starts from the one before, and Part 1 is brought up to date before the meeting.",
    "HB-1.7": "The date of the next PEP is set at the end of this one, or it is said why there is none.",
    "HB-1.8": "Other education meetings use the PEP and are noted on it.",
    "HB-2.1": "The Virtual School sends every PEP to its writers.",
    "HB-2.2": "The school's part goes to one named person with an address that works.",
    "HB-2.3": "Part 1 is the social worker's.",
    "HB-2.4": "Part 2 is the designated teacher's or the named writer's, before and after the meeting.",
    "HB-2.5": "Part 3 is the social worker's record of the meeting; the school may take the notes for them to sign.",
    "HB-2.6": "Designated teacher and social worker answer for the PEP together; someone from education chairs the meeting.",
    "HB-2.7": "In school only those who need to know are told, and a governor is named.",
    "HB-3.1": "Teacher, social worker and carer agree when and how the meeting is held.",
    "HB-3.2": "Other professionals are invited, and who cannot come is asked for a report.",
    "HB-3.3": "The PEP meeting is not routinely on the day of the care review.",
    "HB-3.4": "With an EHCP, one PEP of the year is held together with its annual review.",
    "HB-3.5": "The child is encouraged to come, even for a part, and if not the reason is kept.",
    "HB-3.6": "The Virtual School is told at once when suspension or exclusion threatens.",
    "HB-3.7": "It is recorded who holds parental responsibility, who gets reports and who signs slips.",
    "HB-3.8": "The child is asked how the meeting went and whether they want a copy.",
    "HB-3.9": "Every action has one person and one date.",
    "HB-3.10": "The Virtual School attends where the handbook names a reason.",
    "HB-3.11": "Sensitive history is seen only by those who need it, and never stands in the child's copy.",
    "HB-3.12": "Every effort is made to bring the carer to the meeting.",
    "HB-3.13": "The meeting weighs strengths and difficulties and plans the help that is needed.",
    "HB-3.14": "Somebody listens to the child before the meeting.",
    "HB-4.1": "Achievements, schooling so far, attainment, attendance, behaviour and SEN are recorded.",
    "HB-4.2": "Needs and the help for them are recorded.",
    "HB-4.3": "Short-term targets and coming changes are recorded, with how disruption is kept low.",
    "HB-4.4": "Interests outside lessons are recorded.",
    "HB-4.5": "Hopes and long-term plans are recorded, with the carer's part in them.",
    "HB-4.6": "Child, carer and social worker are all heard; without one voice there is no sign-off and no money.",
    "HB-4.7": "There is an SDQ score or a reason, and a total of 17 or more is answered by a target.",
    "HB-4.8": "Health and emotional needs that touch learning are shared and planned for.",
    "HB-4.9": "Progress is at least what is expected from the child's own start.",
    "HB-5.1": "There is at least one English and one Maths target, or the exceptional reason why not.",
    "HB-5.2": "Every target is specific, measurable, achievable, relevant and has a date.",
    "HB-5.3": "Targets balance schoolwork with personal growth, and strengths with difficulties.",
    "HB-5.4": "A target goes from need to support to what will be seen.",
    "HB-5.5": "With an EHCP or a support plan, targets say which part of it they serve.",
    "HB-5.6": "A target belongs to one of five areas.",
    "HB-5.7": "The last targets are reviewed with the child; none is left out.",
    "HB-5.8": "Targets are looked at between PEPs, and what is seen is noted.",
    "HB-5.9": "The child helps to choose the targets.",
    "HB-6.1": "A child of school age may have up to £600 a term and £1,800 a year.",
    "HB-6.2": "A young person after Year 11 may have up to £300 a year.",
    "HB-6.3": "Money for nursery children comes from the Early Years Team, not from the Virtual School.",
    "HB-6.4": "The grant does not pay for administration, clothing or transport.",
    "HB-6.5": "Every request serves a target, and its effect is written down at the next PEP.",
    "HB-6.6": "Every request is fully costed: quantity times unit cost is the amount.",
    "HB-6.7": "Money goes to the payee only after a satisfactory PEP is signed off.",
    "HB-6.8": "Money is spent as the PEP says, or the change is agreed.",
    "HB-7.1": "The Virtual School checks first that every section is properly filled in.",
    "HB-7.2": "A PEP is graded Gold, Green, Amber or Red, with feedback and how to improve.",
    "HB-7.3": "PEPs are sampled, and the feedback goes to school and social worker.",
    "HB-7.4": "After a satisfactory PEP the money is released and a PDF goes to school and social worker.",
    "HB-7.5": "A weekly report shows which PEPs are complete.",
    "HB-7.6": "The Virtual School watches completion and quality for every child.",
    "DATA-file": "A file is read by the names of its columns, and each row that cannot be read says where and why.",
    "DATA-school": "A school's record has a name, and register numbers in their shape.",
    "DATA-child": "A child's record has a name or a care-record number, and text that can be read as it is written.",
    "DATA-shape": "An answer fits its field: its length, its range, its choices.",
    "DATA-dates": "Dates are possible and in their order: birth, first day at a school, coming into care, leaving care.",
    "DATA-due": "A PEP is due between the day it was opened and the end of its academic year.",
    "DATA-meeting": "The meeting of a PEP is at most 60 days before it was opened, and not after its academic year.",
    "DATA-roll": "Moves of school, home and care follow one another without contradiction.",
    "DATA-status": "Each step is taken once, and only from the state that comes before it.",
    "DATA-reason": "What is refused or given up has its reason.",
    "DATA-unique": "No two records are of the same thing.",
    "DATA-constraint": "Nothing is stored that contradicts itself or another record.",
    "DATA-upn": "A UPN has a letter, eleven figures, and a figure or letter; its first letter checks the rest.",
    "DATA-urn": "A school's URN has six figures.",
    "DATA-email": "An e-mail address is one complete address.",
    "DATA-year": "An academic year has its terms in order, inside the year, and amounts and days that can be.",
    "DATA-calendar": "A calendar has all its terms in order, inside its year, and each closure inside a term.",
    "DATA-inspection": "An inspection has its day, its regime and a judgement, and nothing of another regime.",
    "DATA-year-group": "A year group other than the birthday's is a known one, and has its reason.",
    "DATA-two-people": "One person approves a payment and another releases it; the head alone only with a reason.",
    "DATA-finance": "Finance sees what is paid for and to whom, and no child's name.",
    "DATA-request-whole": "A request says who gives the help, when, why it is more than every pupil gets, and what else could pay.",
    "DATA-one-by-one": "Laptops, trips and rewards are looked at one by one.",
    "DATA-local-bars": "What somebody else pays for is asked of them: EHCP, school, school meals, holidays, the carer's costs.",
    "DATA-bursary": "After Year 11 the 16-19 bursary is asked first for what it pays for.",
    "DATA-effect-sum": "What was spent of released money and what is left of it make what was released.",
    "DATA-payee": "A payment goes to a named payee whose finance reference is known.",
    "DATA-in-care": "No money is released for a child who has left care until the Virtual School has decided.",
    "DATA-account": "An account has a name, one whole address of its own and at least one role.",
    "DATA-account-roles": "Whoever keeps accounts has no other role; nobody should audit what they do themselves.",
    "DATA-account-person": "A designated teacher's or social worker's account is that of a person on record with the same address.",
    "DATA-account-last": "Administrators neither change their own roles nor suspend themselves, so that one is always left.",
    "DATA-account-state": "What an account needs follows from where it stands: invited, active, suspended.",
}
