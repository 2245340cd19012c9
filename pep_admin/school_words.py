"""The words of calendars, inspections, named leads and exclusion as enums: vocabulary.py's neighbour, for what concerns schools.

Stored values never change once released; labels may. No rule stands here, only names.
"""

from __future__ import annotations

from pep_admin.vocabulary import Labelled


class ClosureKind(Labelled):
    """Why a school is shut to its pupils on a day of its term."""

    INSET = "inset", "INSET day"
    CLOSURE = "closure", "Closure"
    OTHER = "other", "Other"


class InspectionRegime(Labelled):
    """How Ofsted's judgements of a school read; independent schools kept the overall grade until November 2025."""

    OVERALL = "overall", "Overall grade (to August 2024)"
    GRADED = "graded", "Graded areas (September 2024 to November 2025)"
    CARD = "card", "Report card (from November 2025)"


class OfstedGrade(Labelled):
    """The four grades of the first two regimes, best first."""

    OUTSTANDING = "1", "Outstanding"
    GOOD = "2", "Good"
    REQUIRES_IMPROVEMENT = "3", "Requires improvement"
    INADEQUATE = "4", "Inadequate"


class CardGrade(Labelled):
    """The five grades of a report card, best first."""

    EXCEPTIONAL = "exceptional", "Exceptional"
    STRONG = "strong", "Strong standard"
    EXPECTED = "expected", "Expected standard"
    ATTENTION = "attention", "Needs attention"
    URGENT = "urgent", "Urgent improvement"


class InspectionCategory(Labelled):
    """The two categories of concern."""

    SPECIAL_MEASURES = "special_measures", "Special measures"
    SIGNIFICANT_IMPROVEMENT = "significant_improvement", "Serious weaknesses, or requires significant improvement"


class GradedRule(Labelled):
    """Which graded areas below good make a school less than good where there is no overall grade."""

    ANY = "any", "Any area below good"
    TWO = "two", "Two or more areas below good"
    TEACHING_OR_LEADERSHIP = "teaching_or_leadership", "Quality of education, or leadership, below good"


class CardRule(Labelled):
    """Which areas of a report card below the expected standard make a school less than good."""

    ANY = "any", "Any area below the expected standard"
    TWO = "two", "Two or more areas below the expected standard"
    TEACHING_OR_LEADERSHIP = "teaching_or_leadership", "Curriculum and teaching, or leadership, below the expected standard"
    URGENT = "urgent", "Any area in need of urgent improvement"


class LeadAnswer(Labelled):
    """What a designated teacher answers who is asked whether they still are."""

    YES = "yes", "Still is"
    OTHER = "other", "Somebody else is named"


class LeadDecision(Labelled):
    """What becomes of an answer that names somebody else."""

    ACCEPTED = "accepted", "Taken over"
    DECLINED = "declined", "Not taken over"


class ExclusionConcern(Labelled):
    """What the Virtual School is told of at once (HB-3.6)."""

    RISK = "risk", "Feared: a suspension or exclusion may come"
    SUSPENSION = "suspension", "Happened: a suspension"
    PERMANENT = "permanent", "Happened: a permanent exclusion"


class AlertKind(Labelled):
    """What an officer hears of at once and answers with advice, the most pressing first."""

    RISK = "risk", "Exclusion risk"
    SUSPENSION = "suspension", "Suspension or exclusion"
    DAYS_LOST = "days_lost", "45 days suspended in the year"
    NO_SCHOOL = "no_school", "No school"
    PART_TIME = "part_time", "Part-time without an end"


class OptionsYear(Labelled):
    """The year group in which a school has the courses of key stage 4 chosen."""

    YEAR_8 = "8", "Year 8"
    YEAR_9 = "9", "Year 9"
