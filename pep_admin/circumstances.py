"""What follows from a child's facts: the phase of the form, the funding scheme, which switches of the form are on, and where the
roll moves on in September.

The form names the switches, this module decides them; what a field then does is pep_form's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from pep_admin.form_words import P16Activity
from pep_admin.pep_form import SchoolingFacts
from pep_admin.policy import FormNumbers, YearNumbers
from pep_admin.school_calendar import YEAR_GROUPS, age_on, england_working_day, year_group
from pep_admin.vocabulary import (
    Attendance,
    AttendeeRole,
    Labelled,
    PepKind,
    Phase,
    Scheme,
    SchoolKind,
    SchoolPhase,
    SenStatus,
    TermName,
)
from pep_admin.year_words import LastDay

EXAM_YEARS = frozenset({6, 10, 11, 12, 13})
"""Year groups in which arrangements for exams are made."""
FIRST_OF_CAREERS = 7  # the year group from which careers are asked about
NOT_EET = frozenset({P16Activity.LOOKING, P16Activity.ILL, P16Activity.PARENT, P16Activity.CARER, P16Activity.NONE_OTHER,
                     P16Activity.UNKNOWN})
"""Neither in education, employment nor training, or not known."""

SWITCHES = frozenset(
    {
        "initial",
        "no_school_place",
        "has_ehcp",
        "sen_support",
        "sen_any",
        "sdq_due",
        "sdq_high",
        "no_child_voice",
        "targets_to_review",
        "money_to_answer",
        "attendance_expected",
        "attendance_low",
        "behaviour_concern",
        "child_absent",
        "carer_absent",
        "at_school",
        "on_a_timetable",
        "part_time",
        "not_eet",
        "careers",
        "transition",
        "has_targets",
        "late",
        "home_move",
        "address_withheld",
        "schooling_gap",
        "from_16",
        "leaving_school",
        "qualifications",
        "exam_years",
        "key_stage_2_up",
        "nursery",
        "at_a_setting",
        "two_year_check",
        "in_custody",
        "alternative_provision",
        "exclusion_concern",
        "communication_needs",
        "restricted",
        "other_services",
        "healthcare_plan",
        "mental_health_help",
        "out_of_year",
        "review_same_day",
    }
)

CHILD_VOICE = ("child_voice_good", "child_voice_hard", "child_voice_want")


@dataclass(frozen=True, slots=True)
class CircumstanceFacts:
    """The facts of one child and PEP that the switches depend on.

    `on` is the day of the meeting, or today while there is none. `sdq_total` is the latest SDQ total of the child (0 to 40) or
    None; a score among `answers` wins over it. `numbers` are the year's; `answers` are stored and posted answers together, keyed
    by field. `is_late`: the due day has passed without its being sent, or had when it was. `moves_to` is what `next_stage` says,
    `schooling` every school. `has_suspension`: one in the PEP's academic year; `in_custody`: the home on record is secure.
    """

    year_group: str
    date_of_birth: date
    on: date
    kind: PepKind
    has_school: bool
    sen_status: SenStatus | str
    sdq_total: int | None
    numbers: FormNumbers
    has_targets_to_review: bool
    answers: Mapping[str, Any] = field(default_factory=dict)
    has_targets: bool = False
    is_late: bool = False
    moves_to: str = ""
    schooling: Sequence[SchoolingFacts] = ()
    has_money_to_answer: bool = False
    in_custody: bool = False
    has_suspension: bool = False


def phase_of(group: str) -> Phase:
    """The phase of the form for a year group; ValueError for a word that is none.

    "" (younger or older than the year groups) reads as early years: who still has a PEP then is a two-year-old in a setting.
    """
    number = _number(group)
    if number < 1:
        return Phase.EARLY_YEARS
    if number <= 6:
        return Phase.PRIMARY
    return Phase.SECONDARY if number <= 11 else Phase.POST_16


def scheme_of(group: str) -> Scheme:
    """Which money a year group falls under: N1 and N2 HB-6.3, Reception to 11 HB-6.1, 12 and 13 HB-6.2.

    "" reads as early years too, the scheme that pays nothing here: no grant goes out for a child whose year group is unknown.
    """
    number = _number(group)
    if number < 0:
        return Scheme.EARLY_YEARS
    return Scheme.SCHOOL_AGE if number <= 11 else Scheme.POST_16


def _number(group: str) -> int:
    """Reception is 0, Year 1 is 1; nursery and "" are below 0."""
    if group == "":
        return -3
    return YEAR_GROUPS.index(group) - YEAR_GROUPS.index("R")


FROM_AGE, UNTIL_AGE = 2, 18  # years: from two in a setting, to the 18th birthday


def is_pep_age(date_of_birth: date, on: date, numbers: YearNumbers, *, has_setting: bool = False) -> bool:
    """HB-1.1: from the year's first year group, or from two where at a setting, to the end of Year 13 or the 18th birthday.

    The birthday always falls in Year 13, so that by the first of the two a young person keeps the PEP until its last day.
    """
    group, age = year_group(date_of_birth, on), age_on(date_of_birth, on)
    if age >= UNTIL_AGE and (group == "" or numbers.last_day is LastDay.BIRTHDAY):
        return False
    if group != "" and _number(group) >= _number(numbers.first_group.value):
        return True
    return numbers.two_in_setting and has_setting and age >= FROM_AGE


def switches_for(facts: CircumstanceFacts) -> frozenset[str]:
    """The names of SWITCHES that are on."""
    states = {**_of_the_child(facts), **_of_the_age(facts), **_of_the_answers(facts.answers, facts.numbers),
              **_of_both(facts, facts.answers)}
    return frozenset(name for name, on in states.items() if on)


def _of_the_child(facts: CircumstanceFacts) -> dict[str, bool]:
    initial = facts.kind == PepKind.INITIAL
    total = latest_sdq(facts.answers.get("sdq"), facts.sdq_total)
    of_school_age = 0 <= _number(facts.year_group) <= 11
    after_16 = _number(facts.year_group) > 11
    activity = facts.answers.get("p16_activity")
    return {
        "initial": initial,
        "no_school_place": of_school_age and not facts.has_school,
        "has_ehcp": facts.sen_status == SenStatus.EHCP,
        "sen_support": facts.sen_status == SenStatus.SUPPORT,
        "sen_any": facts.sen_status in (SenStatus.EHCP, SenStatus.SUPPORT),
        "sdq_due": facts.numbers.sdq_from_age <= age_on(facts.date_of_birth, facts.on) <= facts.numbers.sdq_to_age,
        "sdq_high": total is not None and total >= facts.numbers.sdq_threshold,
        "targets_to_review": facts.has_targets_to_review and not initial,
        # A funding PEP is a target, a request and the voices; the next PEP of the term tells what became of earlier money.
        "money_to_answer": facts.has_money_to_answer and facts.kind != PepKind.FUNDING,
        # No register is kept where there is no school, nor one in sessions before Reception or after Year 11.
        "attendance_expected": facts.has_school and of_school_age,
        "at_school": facts.has_school and of_school_age,
        "at_a_setting": facts.has_school,
        "on_a_timetable": facts.has_school and _number(facts.year_group) > 0,
        "not_eet": after_16 and (activity in NOT_EET or (activity is None and not facts.has_school)),
        "careers": _number(facts.year_group) >= FIRST_OF_CAREERS,
        "transition": facts.moves_to != "",
        "has_targets": facts.has_targets,
        "late": facts.is_late,
        "schooling_gap": bool(schooling_gaps(facts.schooling)),
    }


def _of_the_age(facts: CircumstanceFacts) -> dict[str, bool]:
    number = _number(facts.year_group)
    return {
        "from_16": age_on(facts.date_of_birth, facts.on) >= 16,
        # What college and work ask for in September is looked for from Easter on.
        "leaving_school": number > 11 or (number == 11 and 4 <= facts.on.month <= 8),
        "qualifications": number >= 11,
        "exam_years": number in EXAM_YEARS,
        "key_stage_2_up": number >= 3,
        "nursery": number < 0 and facts.has_school,
        "two_year_check": number < _number("N2") and facts.has_school,
    }


def _of_both(facts: CircumstanceFacts, answers: Mapping[str, Any]) -> dict[str, bool]:
    """What the record or an answer may say."""
    review_on = answers.get("next_care_review_on")
    return {
        "in_custody": facts.in_custody,
        "exclusion_concern": facts.has_suspension or answers.get("exclusion_risk") is True,
        "review_same_day": answers.get("meeting_at") is not None and review_on == facts.on,
    }


def _of_the_answers(answers: Mapping[str, Any], numbers: FormNumbers) -> dict[str, bool]:
    spoken = any(said(answers.get(key)) for key in CHILD_VOICE)
    return {
        # Only "asked, and could not be had" counts: on an empty form the questions of when and by whom must stand there.
        "no_child_voice": not spoken and said(answers.get("child_voice_attempts")),
        "attendance_low": any(_is_low(row, numbers.low_attendance_percent) for row in answers.get("attendance") or ()),
        "behaviour_concern": answers.get("behaviour") in ("some", "serious"),
        "child_absent": answers.get("child_attended") in ("part", "no"),
        "carer_absent": _is_carer_absent(answers.get("attendees") or ()),
        "part_time": answers.get("part_time") is True,
        "home_move": answers.get("placement_change_expected") is True,
        "address_withheld": answers.get("address_withheld_from") in ("parents", "school"),
        "alternative_provision": answers.get("alternative_provision") is True,
        "communication_needs": tuple(answers.get("communicates_by") or ("speech",)) != ("speech",),
        "restricted": answers.get("restricted_any") is True,
        "other_services": answers.get("other_services") is True,
        "healthcare_plan": answers.get("healthcare_plan") is True,
        "mental_health_help": answers.get("mental_health_support") in ("asked", "waiting", "receiving"),
        "out_of_year": answers.get("out_of_year") is True,
    }


def _is_carer_absent(attendees: Sequence[Mapping[str, Any]]) -> bool:
    """Who came was written down, and no carer among them."""
    here = {row.get("role") for row in attendees if row.get("took_part") in (Attendance.ATTENDED, Attendance.PART)}
    return bool(attendees) and AttendeeRole.CARER not in here


UNSEEN = frozenset("\u115f\u1160\u3164\uffa0")
"""Letters by their class that show nothing."""
NO_WORDS = frozenset({"n/a", "na", "n.a.", "nil", "tbc", "tba"})


def said(value: object) -> bool:
    """Whether words stand there: a letter or figure that can be seen, and more than a mark for "nothing here"."""
    return isinstance(value, str) and can_be_read(value) and value.strip().casefold() not in NO_WORDS


FEWEST_LETTERS = 5


def explained(value: object) -> bool:
    """Whether a reason is given that opens a gate: words as for `said`, and more of them than an "x" or a "yes"."""
    return said(value) and sum(sign.isalnum() for sign in str(value)) >= FEWEST_LETTERS


def stands(value: object) -> bool:
    """Whether an entry of any kind is made: words that say something, or a value that is not nought."""
    return said(value) if isinstance(value, str) else bool(value)


def can_be_read(text: str) -> bool:
    """Whether a letter or figure stands in the text that can be seen."""
    return any(sign.isalnum() and sign not in UNSEEN for sign in text)


def latest_sdq(rows: Sequence[Mapping[str, Any]] | None, otherwise: int | None) -> int | None:
    """The total of the most recent complete SDQ row, else `otherwise`."""
    dated = [row for row in rows or () if row.get("total") is not None and row.get("completed_on") is not None]
    if not dated:
        return otherwise
    latest: int = max(dated, key=lambda row: row["completed_on"])["total"]
    return latest


def _is_low(row: Mapping[str, Any], percent: int) -> bool:
    possible, present = row.get("possible"), row.get("present")
    if not possible or present is None:
        return False
    return bool(present * 100 < possible * percent)


# --- the schools so far -----------------------------------------------------------------------------------------------------

SHORTEST_GAP = 3  # school weeks; fewer are a move that took its time, and the two of Easter with a day or so beside them


@dataclass(frozen=True, slots=True)
class Gap:
    """School weeks between the end of one school and the beginning of the next."""

    weeks: int
    after: str
    before: str


def schooling_gaps(schooling: Sequence[SchoolingFacts]) -> list[Gap]:
    """The times of three school weeks and more in which the child was at no school, oldest first (RD-108).

    The summer, Christmas and bank holidays count for nothing. What came before the first school on record, and what follows the
    last, is no gap.
    """
    found: list[Gap] = []
    last: SchoolingFacts | None = None
    for each in sorted(schooling, key=lambda one: (one.started_on, one.ended_on or date.max)):
        if last is not None and last.ended_on is not None:
            weeks = _school_weeks(last.ended_on, each.started_on)
            found += [Gap(weeks, last.school, each.school)] if weeks >= SHORTEST_GAP else []
        if last is None or (last.ended_on is not None and (each.ended_on or date.max) > last.ended_on):
            last = each
    return found


def _school_weeks(last: date, first: date) -> int:
    """Whole weeks of five possible school days between the last day at one school and the first at the next."""
    days = (last + timedelta(days=number) for number in range(1, (first - last).days))
    return sum(england_working_day(day) and not _in_long_holidays(day) for day in days) // 5


def _in_long_holidays(day: date) -> bool:
    """The summer and Christmas holidays, taken generously: no authority's calendar makes a gap of them."""
    at = (day.month, day.day)
    return (7, 18) <= at <= (9, 6) or at >= (12, 20) or at <= (1, 6)


# --- the next stage ---------------------------------------------------------------------------------------------------------

_STAGES: Mapping[str, tuple[str, TermName]] = {
    "N2": ("Reception", TermName.AUTUMN),
    "R": ("Year 1", TermName.SUMMER),
    "6": ("Year 7", TermName.AUTUMN),
    "11": ("what comes after Year 11", TermName.AUTUMN),
    "12": ("Year 13", TermName.SUMMER),
    "13": ("what comes after Year 13", TermName.AUTUMN),
}
"""Where a child goes at the end of that year, and the term from which the move is planned; about a year ahead where the place is
applied for."""


def next_stage(group: str, term: TermName | str, school_ends: bool | None) -> str:
    """Where a child of that year group goes in September, from the term on in which that is planned; "" where nowhere, or not yet.

    `school_ends`: whether the school's last year is this one (None: not known). Where it goes on after Year 6 nobody moves; an
    infant, first or middle school ends in a year of its own.
    """
    to, begins = _STAGES.get(group, ("", TermName.AUTUMN))
    if group == "6" and school_ends is False:
        return ""
    if not to and school_ends:
        to = f"Year {_number(group) + 1}"
    terms = list(TermName)
    return to if to and terms.index(TermName(term)) >= terms.index(begins) else ""


# --- when the roll moves on ----------------------------------------------------------------------------------------------


class RollFate(Labelled):
    """What the record says of a child's school when the roll moves on into an academic year, in the order of the page."""

    MOVES = "moves", "At the end of what their school teaches"
    ASKED = "asked", "The record does not tell whether the school goes on"
    STAYS = "stays", "Stay at their school"
    NO_SCHOOL = "no_school", "Without a school"
    LEAVES = "leaves", "At the end of Year 13"
    DONE = "done", "Moved on already"


@dataclass(frozen=True, slots=True)
class RollFacts:
    """A child on the last day of one academic year and the first of the next, and the school they are at (None: at none).

    `before` and `after` are year groups, by the birthday or as set by hand; `since_new_year`: at this school only since the new
    year began; `is_done`: the roll has moved on for this child.
    """

    before: str
    after: str
    phase: SchoolPhase | None
    kind: SchoolKind | None = None
    school_name: str = ""
    since_new_year: bool = False
    is_done: bool = False


def group_a_year_later(by_hand: str, by_age_then: str) -> str | None:
    """A year group that was set by hand, one up; None where none has to be set any more: it is that of the age, or past Year 13."""
    place = YEAR_GROUPS.index(by_hand) + 1 if by_hand in YEAR_GROUPS else len(YEAR_GROUPS)
    moved = YEAR_GROUPS[place] if place < len(YEAR_GROUPS) else None
    return None if moved == by_age_then else moved


def roll_fate(facts: RollFacts) -> tuple[RollFate, str] | None:
    """What the record says of the child's school in the new year, and why; None for who is in no year group then and was in none.

    A school tells by its phase which year is its last. An infant or first school is known by its name alone; a secondary school
    may have a sixth form, so that its Year 11 leaves unless somebody says otherwise.
    """
    if facts.is_done:
        return RollFate.DONE, ""
    if facts.after == "":
        return (RollFate.LEAVES, "") if facts.before == YEAR_GROUPS[-1] else None
    if facts.phase is None:
        return RollFate.NO_SCHOOL, "No school on record"
    if facts.since_new_year:
        return RollFate.STAYS, ""
    if facts.kind is SchoolKind.NURSERY:
        return _after_early_years(facts)
    return _LAST_YEARS[facts.phase](facts)


def _after_early_years(facts: RollFacts) -> tuple[RollFate, str]:
    return (RollFate.STAYS, "") if facts.after in ("N1", "N2") else (RollFate.MOVES, "The setting is for early years")


def _after_primary(facts: RollFacts) -> tuple[RollFate, str]:
    words = frozenset(re.findall(r"[a-z]+", facts.school_name.casefold()))
    through = words & {"primary", "junior", "juniors"}
    if _number(facts.after) > 6:
        return RollFate.MOVES, "Year 6 is the last at a primary school"
    if facts.after == "3" and words & {"infant", "infants"} and not through:
        return RollFate.MOVES, "Year 2 is the last at an infant school"
    if facts.after == "5" and "first" in words and not through:
        return RollFate.MOVES, "Year 4 is the last at a first school"
    if facts.after == "3" and not through and "first" not in words:
        return RollFate.ASKED, "Year 2 may be the last: the record does not tell infant and primary schools apart"
    return RollFate.STAYS, ""


def _after_secondary(facts: RollFacts) -> tuple[RollFate, str]:
    if facts.after == "12" and facts.kind is SchoolKind.SCHOOL:
        return RollFate.MOVES, "Year 11 is the last but for a sixth form"
    if facts.after in ("8", "9") and "middle" in facts.school_name.casefold().split():
        return RollFate.ASKED, "A middle school ends with Year 7 or 8: the record does not tell"
    return _after_all_through(facts)


def _after_all_through(facts: RollFacts) -> tuple[RollFate, str]:
    if facts.after == "12":
        return RollFate.ASKED, "Year 11 may be the last: the record does not tell"
    return RollFate.STAYS, ""


_LAST_YEARS: Mapping[SchoolPhase, Callable[[RollFacts], tuple[RollFate, str]]] = {
    SchoolPhase.EARLY_YEARS: _after_early_years,
    SchoolPhase.PRIMARY: _after_primary,
    SchoolPhase.SECONDARY: _after_secondary,
    SchoolPhase.ALL_THROUGH: _after_all_through,
    SchoolPhase.POST_16: lambda _: (RollFate.STAYS, ""),
}
