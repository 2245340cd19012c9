"""What follows from a child's facts: the phase of the form, the funding scheme, which switches of the form are on, which
version of the child's voice is asked. What lies ahead in a year group is transitions.py's.

The form names the switches, this module decides them; what a field then does is pep_form's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from pep_admin.form_words import AwayBecause, P16Activity
from pep_admin.pep_form import NOT_REACHED, SDQ_TO_COME, SchoolingFacts
from pep_admin.policy import FormNumbers, YearNumbers
from pep_admin.school_calendar import age_on, england_working_day, year_group, year_number
from pep_admin.vocabulary import (
    Attendance,
    AttendeeRole,
    PepKind,
    Phase,
    Scheme,
    SenStatus,
)
from pep_admin.voice_words import FACE_QUESTIONS, FACES_THAT_SPEAK, VoiceVersion, speaks
from pep_admin.year_words import LastDay

EXAM_YEARS = frozenset({6, 10, 11, 12, 13})
"""Year groups in which arrangements for exams are made."""
FIRST_OF_CAREERS, FIRST_OF_LIGHT_CAREERS = 7, 3  # the year groups from which careers are asked about, in full and lightly
NOT_EET = frozenset({P16Activity.LOOKING, P16Activity.ILL, P16Activity.PARENT, P16Activity.CARER, P16Activity.NONE_OTHER,
                     P16Activity.UNKNOWN})
"""Neither in education, employment nor training, or not known."""
LEARNING = frozenset(P16Activity) - NOT_EET - {P16Activity.WORK, P16Activity.GAP}
"""A course or an apprenticeship, in whatever place (P2.16)."""

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
        "absence_to_tell",
        "carer_absent",
        "at_school",
        "on_a_timetable",
        "part_time",
        "not_eet",
        "in_learning",
        "after_year_11",
        "has_sen_plan",
        "carer_not_reached",
        "careers",
        "careers_light",
        "sdq_to_come",
        "transition_with_ehcp",
        "transition",
        "has_targets",
        "late",
        "home_move",
        "address_withheld",
        "address_shared",
        "address_from_school",
        "schooling_gap",
        "planning_ahead",
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
        "voice_seen",
        "voice_faces",
        "voice_junior",
        "voice_senior",
        "voice_adult",
        "restricted",
        "other_services",
        "healthcare_plan",
        "mental_health_help",
        "out_of_year",
        "review_same_day",
    }
)

WITHOUT_WORDS = frozenset({"behaviour", "other"})
"""Ways of communicating of a child who uses no words, signs or symbols."""
CHILD_VOICE = ("child_voice_good", "child_voice_hard", "child_voice_want")
SEEN = ("seen_yes_no", "seen_comforted", "seen_led_to")
ASKED_IN_WORDS = ("voice_junior_answers", "voice_senior_answers", "voice_adult_answers")


@dataclass(frozen=True, slots=True)
class CircumstanceFacts:
    """The facts of one child and PEP that the switches depend on.

    `on` is the day of the meeting, or today while there is none. `sdq_total` is the latest SDQ total of the child (0 to 40) or
    None; a score among `answers` wins over it. `numbers` are the year's; `answers` are stored and posted answers together, keyed
    by field. `is_late`: the due day has passed without its being sent, or had when it was. `moves_to` is what `next_stage` says,
    `schooling` every school. `has_suspension`: one in the PEP's academic year; `in_custody`: the home on record is secure.
    `ahead` is what `ahead_of` says.
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
    ahead: tuple[str, ...] = ()


def phase_of(group: str) -> Phase:
    """The phase of the form for a year group; ValueError for a word that is none.

    "" (younger or older than the year groups) reads as early years: who still has a PEP then is a two-year-old in a setting.
    """
    number = year_number(group)
    if number < 1:
        return Phase.EARLY_YEARS
    if number <= 6:
        return Phase.PRIMARY
    return Phase.SECONDARY if number <= 11 else Phase.POST_16


def scheme_of(group: str) -> Scheme:
    """Which money a year group falls under: N1 and N2 HB-6.3, Reception to 11 HB-6.1, 12 and 13 HB-6.2.

    "" reads as early years too, the scheme that pays nothing here: no grant goes out for a child whose year group is unknown.
    """
    number = year_number(group)
    if number < 0:
        return Scheme.EARLY_YEARS
    return Scheme.SCHOOL_AGE if number <= 11 else Scheme.POST_16


FROM_AGE, UNTIL_AGE = 2, 18  # years: from two in a setting, to the 18th birthday


def is_pep_age(date_of_birth: date, on: date, numbers: YearNumbers, *, has_setting: bool = False) -> bool:
    """HB-1.1: from the year's first year group, or from two where at a setting, to the end of Year 13 or the 18th birthday.

    The birthday always falls in Year 13, so that by the first of the two a young person keeps the PEP until its last day.
    """
    group, age = year_group(date_of_birth, on), age_on(date_of_birth, on)
    if age >= UNTIL_AGE and (group == "" or numbers.last_day is LastDay.BIRTHDAY):
        return False
    if group != "" and year_number(group) >= year_number(numbers.first_group.value):
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
    of_school_age = 0 <= year_number(facts.year_group) <= 11
    after_16 = year_number(facts.year_group) > 11
    activity = facts.answers.get("p16_activity")
    return {
        "initial": initial,
        "no_school_place": of_school_age and not facts.has_school,
        "has_ehcp": facts.sen_status == SenStatus.EHCP,
        "sen_support": facts.sen_status == SenStatus.SUPPORT,
        "sen_any": facts.sen_status in (SenStatus.EHCP, SenStatus.SUPPORT),
        "sdq_due": _asks_for_sdq(facts),
        "sdq_high": total is not None and total >= facts.numbers.sdq_threshold,
        "targets_to_review": facts.has_targets_to_review and not initial,
        # A funding PEP is a target, a request and the voices; the next PEP of the term tells what became of earlier money.
        "money_to_answer": facts.has_money_to_answer and facts.kind != PepKind.FUNDING,
        # No register is kept where there is no school, nor one in sessions before Reception or after Year 11.
        "attendance_expected": facts.has_school and of_school_age,
        "at_school": facts.has_school and of_school_age,
        "at_a_setting": facts.has_school,
        "on_a_timetable": facts.has_school and year_number(facts.year_group) > 0,
        "not_eet": after_16 and (activity in NOT_EET or (activity is None and not facts.has_school)),
        "in_learning": after_16 and (activity in LEARNING or (activity is None and facts.has_school)),
        "after_year_11": after_16,
        "has_sen_plan": facts.sen_status == SenStatus.SUPPORT and facts.answers.get("sen_plan") is True,
        "careers": year_number(facts.year_group) >= FIRST_OF_CAREERS,
        "careers_light": FIRST_OF_LIGHT_CAREERS <= year_number(facts.year_group) < FIRST_OF_CAREERS,
        "transition": facts.moves_to != "",
        "transition_with_ehcp": facts.moves_to != "" and facts.sen_status == SenStatus.EHCP,
        "planning_ahead": bool(facts.ahead),
        "has_targets": facts.has_targets,
        "late": facts.is_late,
        "schooling_gap": bool(schooling_gaps(facts.schooling)),
    }


def _asks_for_sdq(facts: CircumstanceFacts) -> bool:
    return facts.numbers.sdq_from_age <= age_on(facts.date_of_birth, facts.on) <= facts.numbers.sdq_to_age


def _of_the_age(facts: CircumstanceFacts) -> dict[str, bool]:
    number = year_number(facts.year_group)
    return {
        "from_16": age_on(facts.date_of_birth, facts.on) >= 16,
        # What college and work ask for in September is looked for from Easter on.
        "leaving_school": number > 11 or (number == 11 and 4 <= facts.on.month <= 8),
        "qualifications": number >= 11,
        "exam_years": number in EXAM_YEARS,
        "key_stage_2_up": number >= 3,
        "nursery": number < 0 and facts.has_school,
        "two_year_check": number < year_number("N2") and facts.has_school,
    }


def _of_both(facts: CircumstanceFacts, answers: Mapping[str, Any]) -> dict[str, bool]:
    """What the record or an answer may say."""
    review_on = answers.get("next_care_review_on")
    version = voice_version(facts.year_group, answers.get("communicates_by"))
    return {
        **{f"voice_{each.value}": each is version for each in VoiceVersion},
        "in_custody": facts.in_custody,
        "sdq_to_come": _asks_for_sdq(facts) and answers.get("sdq_missing_reason") == SDQ_TO_COME,
        "exclusion_concern": facts.has_suspension or answers.get("exclusion_risk") is True,
        "review_same_day": answers.get("meeting_at") is not None and review_on == facts.on,
    }


def _of_the_answers(answers: Mapping[str, Any], numbers: FormNumbers) -> dict[str, bool]:
    spoken = child_spoke(answers)
    return {
        # Only "asked, and could not be had" counts: on an empty form the questions of when and by whom must stand there.
        "no_child_voice": not spoken and said(answers.get("child_voice_attempts")),
        "attendance_low": any(_is_low(row, numbers.low_attendance_percent) for row in answers.get("attendance") or ()),
        "behaviour_concern": answers.get("behaviour") in ("some", "serious"),
        "child_absent": answers.get("child_attended") in ("part", "no"),
        "absence_to_tell": answers.get("child_absent_kind") in (AwayBecause.ADULTS, AwayBecause.OTHER),
        "carer_absent": _is_carer_absent(answers.get("attendees") or ()),
        "part_time": answers.get("part_time") is True,
        "home_move": answers.get("placement_change_expected") is True,
        "address_withheld": answers.get("address_withheld_from") in ("parents", "school"),
        "address_shared": answers.get("address_withheld_from") in ("nobody", "parents"),
        "address_from_school": answers.get("address_withheld_from") == "school",
        "carer_not_reached": answers.get("carer_voice_how") == NOT_REACHED,
        "alternative_provision": answers.get("alternative_provision") is True,
        "communication_needs": tuple(answers.get("communicates_by") or ("speech",)) != ("speech",),
        "restricted": answers.get("restricted_any") is True,
        "other_services": answers.get("other_services") is True,
        "healthcare_plan": answers.get("healthcare_plan") is True,
        "mental_health_help": answers.get("mental_health_support") in ("asked", "waiting", "receiving"),
        "out_of_year": answers.get("out_of_year") is True,
    }


def voice_version(group: str, communicates_by: Sequence[str] | None) -> VoiceVersion:
    """Which questions a child is asked: by the year group, and by how they communicate where that is not by speech alone."""
    ways = set(communicates_by or ())
    if year_number(group) < 1 or (ways and ways <= WITHOUT_WORDS):
        return VoiceVersion.SEEN
    if year_number(group) <= 2 or (ways and ways != {"speech"}):
        return VoiceVersion.FACES
    if year_number(group) <= 6:
        return VoiceVersion.JUNIOR
    return VoiceVersion.SENIOR if year_number(group) <= 11 else VoiceVersion.ADULT


def child_spoke(answers: Mapping[str, Any]) -> bool:
    """Whether one real answer of the child stands there (HB-4.6): words, a face that says something, what was seen of a child who
    uses no words. To pass is an answer, and no voice."""
    words = [answers.get(key) for key in (*CHILD_VOICE, *SEEN)]
    words += [row.get("answer") for key in ASKED_IN_WORDS for row in answers.get(key) or ()]
    words += [row.get("saw") for row in answers.get("seen_times") or ()]
    faces = {answers.get(key) for key, _ in FACE_QUESTIONS}
    spoken = any(is_voice(each) for each in words)
    return spoken or not faces.isdisjoint(FACES_THAT_SPEAK)


def is_voice(words: object) -> bool:
    """Whether somebody's own words stand there (HB-4.6): a refusal, a cross or “none” are words of whoever wrote them down."""
    return isinstance(words, str) and said(words) and speaks(words)


def is_pass(words: str) -> bool:
    """Whether a child said nothing but "pass"."""
    return words.strip(" .!“”\"'").casefold() in ("pass", "passed")


def _is_carer_absent(attendees: Sequence[Mapping[str, Any]]) -> bool:
    """Who came was written down, and no carer among them. While nobody has answered yet, they are no more than invited."""
    here = {row.get("role") for row in attendees if row.get("took_part") in (Attendance.ATTENDED, Attendance.PART)}
    is_told = any(row.get("took_part") not in (None, Attendance.NO_ANSWER) for row in attendees)
    return is_told and AttendeeRole.CARER not in here


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
