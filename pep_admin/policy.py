"""The numbers of an academic year, each with its unit, its rule and what it may be, and what they are where nobody changed them.

They seed the AcademicYear and Term rows, where the head changes them; a PEP follows those of its term's year. No calculation
belongs here. A new number is a line in YearNumbers, one in NUMBERS, one in models.AcademicYear, and its migration.

What nobody would change is no number of a year and stands where it is judged: the SDQ's own 0 to 40, the 45 days of suspension in
law, how a wording is read, and the bounds that only catch a mistyped date (60 days before opening, two years ahead).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, TypeVar

from pep_admin.school_words import CardRule, GradedRule
from pep_admin.vocabulary import Grade, PpgCategory, TermName
from pep_admin.year_words import FirstGroup, LastDay, SatisfactoryGrades


@dataclass(frozen=True, slots=True)
class TermPolicy:
    """A term: first and last school day, first and last day of its half-term, and the PEP deadline of HB-1.4."""

    name: TermName
    starts_on: date
    ends_on: date
    half_term_from: date
    half_term_to: date
    deadline_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class FormNumbers:
    """What the document of a PEP is judged by. A PEP that was sent keeps those of its day, as it keeps what stood beside it.

    `sdq_threshold`: HB-4.7, the SDQ total (0 to 40) from which the targets must answer it.
    `sdq_from_age`, `sdq_to_age`: HB-4.7, whole years on the day of the meeting, both included; as the statutory return asks.
    `sdq_valid_months`: HB-4.7, how long a score is good for, in months before the meeting.
    `low_attendance_percent`: HB-4.1, per cent of possible sessions, below which the form asks why.
    `figures_stale_days`: HB-4.1, how old attendance figures may be at the meeting, in days.
    `ehcp_within_days`: HB-3.4, within how many days of the EHCP's annual review a meeting counts as held with it; ours is fourteen.
    `withheld_address_blocks`: HB-3.11, whether a withheld address that stands in another answer stops sending; our choice is yes.
    """

    sdq_threshold: int = 17
    sdq_from_age: int = 4
    sdq_to_age: int = 16
    sdq_valid_months: int = 12
    low_attendance_percent: int = 95
    figures_stale_days: int = 28
    ehcp_within_days: int = 14
    withheld_address_blocks: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class YearNumbers(FormNumbers):
    """All the numbers of an academic year.

    `ppg_term_cap_pence`, `ppg_year_cap_pence`: HB-6.1, pence per child of school age, per term and per year.
    `post16_year_cap_pence`: HB-6.2, pence per young person a year.
    `grant_per_child_pence`: the national Pupil Premium Plus rate, pence per child a year; shown in reports, caps nothing.
    `initiate_working_days`: HB-1.2, working days from coming into care to a PEP sent to its writers.
    `complete_school_days`: HB-1.3, school days from coming into care to every part signed and sent.
    `between_school_days`: HB-1.5, school days for a PEP out of turn; the handbook names none, ours are as many.
    `counts_first_day`: HB-1.2 and HB-1.3, whether the day itself is day one; our choice is the day after it.
    `first_group`, `two_in_setting`, `last_day`: HB-1.1, who has a PEP by age; younger ones from their second birthday on where
    they are at a setting.
    `satisfactory_grades`: HB-6.7 and HB-7.4, which grades let money and copies go out; our choice is Gold and Green.
    `new_to_roll_days`, `school_move_days`: HB-3.10, days for which a child is new to the roll, or to a school; ours: about a term.
    `attend_year_groups`: HB-3.10, year groups that the Virtual School meets, written like "N2, 6, 11".
    `meetings_a_week`: HB-3.10, how many PEP meetings one officer can go to in a week; the handbook names none, ours are five.
    `graded_rule`, `card_rule`: HB-3.10, what is less than good where an inspection gives no overall grade; our choice is any area.
    `send_reminders`: whether whoever owes a part of a PEP is reminded of it; no rule of the handbook's, like the next three.
    `remind_days_before`, `remind_days_after`: on which calendar days before and after a PEP is due, written like "14, 5".
    `escalate_after_days`: calendar days late after which head teacher or team manager get word by themselves; 0 for never.
    """

    ppg_term_cap_pence: int = 600_00
    ppg_year_cap_pence: int = 1_800_00
    post16_year_cap_pence: int = 300_00
    grant_per_child_pence: int = 2_570_00
    initiate_working_days: int = 10
    complete_school_days: int = 20
    between_school_days: int = 20
    counts_first_day: bool = False
    first_group: FirstGroup = FirstGroup.N1
    two_in_setting: bool = True
    last_day: LastDay = LastDay.YEAR_13
    satisfactory_grades: SatisfactoryGrades = SatisfactoryGrades.GREEN
    graded_rule: GradedRule = GradedRule.ANY
    card_rule: CardRule = CardRule.ANY
    new_to_roll_days: int = 90
    school_move_days: int = 90
    attend_year_groups: str = "N2, 6, 11"
    send_reminders: bool = True
    remind_days_before: str = "14, 5"
    remind_days_after: str = "1, 7"
    escalate_after_days: int = 10
    meetings_a_week: int = 5


USUAL = YearNumbers()
"""The numbers where nobody has changed one."""

Numbers = TypeVar("Numbers", bound=FormNumbers)


def numbers_of(kind: type[Numbers], year: Any) -> Numbers:
    """The numbers of an academic year on record, or of anything else that has them as attributes."""
    return kind(**{each.name: getattr(year, each.name) for each in fields(kind)})


@dataclass(frozen=True, slots=True)
class Number:
    """One of YearNumbers as people meet it: its rules, its label, its hint, and, of a number, the least and the most it may be."""

    name: str
    codes: tuple[str, ...]
    label: str
    hint: str
    least: int | None = None
    most: int | None = None


NUMBERS: tuple[Number, ...] = (
    Number("ppg_term_cap_pence", ("HB-6.1",), "PPG for a child in a term, up to", "In pounds.", 0),
    Number("ppg_year_cap_pence", ("HB-6.1",), "PPG for a child in the year, up to", "In pounds.", 0),
    Number("post16_year_cap_pence", ("HB-6.2",), "Post-16 in the year, up to", "In pounds.", 0),
    Number("grant_per_child_pence", (), "Grant received for each child", "In pounds, for the year. It limits nothing.", 0),
    Number("satisfactory_grades", ("HB-6.7", "HB-7.4"), "Satisfactory grades", "With these the money and the copies go out."),
    Number("initiate_working_days", ("HB-1.2",), "Working days to open a new child's PEP", "10 in the handbook.", 1, 100),
    Number("complete_school_days", ("HB-1.3",), "School days to complete it", "20 in the handbook.", 1, 100),
    Number("between_school_days", ("HB-1.5",), "School days for a PEP out of turn", "After a change, or because of need.", 1, 100),
    Number("counts_first_day", ("HB-1.2", "HB-1.3", "HB-1.5"), "Days are counted from the day itself",
           "Otherwise from the day after it."),
    Number("first_group", ("HB-1.1",), "PEPs from", "The first year group whose children all have one."),
    Number("two_in_setting", ("HB-1.1",), "Younger ones too, from two, if at a setting", "Otherwise the year group alone decides."),
    Number("last_day", ("HB-1.1",), "PEPs until", "When a young person's PEPs end."),
    Number("sdq_threshold", ("HB-4.7",), "SDQ total that targets must answer", "17 in the handbook.", 1, 40),
    Number("sdq_from_age", ("HB-4.7",), "SDQ asked for from age", "In years, on the day of the meeting.", 0, 25),
    Number("sdq_to_age", ("HB-4.7",), "SDQ asked for up to age", "In years; children of this age are still asked.", 0, 25),
    Number("sdq_valid_months", ("HB-4.7",), "Months that an SDQ score is good for", "Before the meeting.", 1, 36),
    Number("low_attendance_percent", ("HB-4.1",), "Attendance is low below, in per cent", "The form then asks why.", 1, 100),
    Number("figures_stale_days", ("HB-4.1",), "Days that attendance figures may be old", "At the meeting.", 0, 366),
    Number("ehcp_within_days", ("HB-3.4",), "Days between a PEP meeting and the EHCP’s review that count as one occasion",
           "0: only the same day.", 0, 92),
    Number("withheld_address_blocks", ("HB-3.11",), "A withheld address that stands elsewhere stops a PEP",
           "Otherwise it is only pointed out."),
    Number("graded_rule", ("HB-3.10",), "Less than good, where areas were graded without an overall grade",
           "For inspections from September 2024 to November 2025."),
    Number("card_rule", ("HB-3.10",), "Less than good, by a report card", "For inspections from November 2025 on."),
    Number("new_to_roll_days", ("HB-3.10",), "Days for which a child is new to the roll",
           "Whom the Virtual School meets for being new; 90 is about a term.", 0, 366),
    Number("school_move_days", ("HB-3.10",), "Days for which a school move is new", "Whom the Virtual School meets after a move.",
           0, 366),
    Number("attend_year_groups", ("HB-3.10",), "Year groups that the Virtual School meets", "Like N2, 6, 11."),
    Number("send_reminders", (), "Reminders are sent", "Each morning, to whoever owes a part of a PEP; otherwise none."),
    Number("remind_days_before", (), "Days before a PEP is due on which its writers are reminded", "Like 14, 5. Empty for none."),
    Number("remind_days_after", (), "Days late on which they are reminded again", "Like 1, 7. Empty for none."),
    Number("escalate_after_days", (), "Days late after which head teacher or team manager get word",
           "0: only when an officer sends it.", 0, 90),
    Number("meetings_a_week", ("HB-3.10",), "PEP meetings that an officer can go to in a week",
           "The diary says where somebody has more.", 1, 50),
)
"""In the order of the year's screen. What each means, and its unit, stands in the docstrings above."""


def numbers_by_rule(code: str) -> tuple[Number, ...]:
    """Which numbers of the academic year a rule goes by, beside the deadlines of its terms (HB-1.4)."""
    return tuple(each for each in NUMBERS if code in each.codes)


@dataclass(frozen=True, slots=True, kw_only=True)
class YearPolicy(YearNumbers):
    """One academic year, 1 September to 31 August, its terms, and what holds in it. `dates_to_check`: nobody has checked them."""

    name: str
    starts_on: date
    ends_on: date
    terms: tuple[TermPolicy, ...]
    dates_to_check: bool = False

    @property
    def numbers(self) -> dict[str, Any]:
        """Every number by its name."""
        return asdict(numbers_of(YearNumbers, self))

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
    # A common English calendar and last year's deadlines moved on; the terms say that they are still to be checked.
    "2025-26": YearPolicy(
        name="2025-26",
        dates_to_check=True,
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


_GRADES = (Grade.GOLD, Grade.GREEN, Grade.AMBER)


def is_satisfactory(grade: Grade | None, counting: SatisfactoryGrades) -> bool:
    """Whether that grade lets money and copies go out (HB-6.7, HB-7.4); Red and no grade never do."""
    return grade in _GRADES[: _GRADES.index(Grade(counting.value)) + 1]


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
        "cover for the pep", "report writing", "photocopying", "postage", "printing costs", "secretary", "secretarial",
        "write the pep", "fill in the pep", "pep form",
    ),
    "clothing": (
        "clothing", "clothes", "uniform", "blazer", "shoe", "trainers", "coat", "jacket", "trousers", "jumper", "hoodie",
        "shirt", "skirt", "boots", "wellies", "pe kit", "sportswear", "swimming costume", "swimsuit", "leotard", "cagoule",
        "waterproofs", "school bag", "bag", "rucksack",
    ),
    "transport": (
        "transport", "taxi", "cab", "bus pass", "bus fare", "bus ticket", "train fare", "train ticket", "rail fare",
        "railcard", "rail ticket", "travelcard", "fare", "petrol", "diesel", "fuel", "mileage", "minibus", "travel", "parking",
    ),
}

# What a category is for, where it is not for every year from Reception on: the first and the last year group (pep-form, section 5).
STAGES: dict[PpgCategory, tuple[str, str]] = {
    PpgCategory.LITERACY_NUMERACY: ("R", "11"),
    PpgCategory.IN_CLASS: ("R", "11"),
    PpgCategory.EXTENDED: ("R", "11"),
    PpgCategory.EXAM: ("9", "13"),
    PpgCategory.CAREERS: ("7", "13"),
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
