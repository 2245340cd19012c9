"""What makes an inspection's record acceptable, and when a school is less than good by it (HB-3.10), under the year's local rule.

Pure: which inspection is a school's latest and which year's rule holds is known elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pep_admin.deadlines import format_day
from pep_admin.school_words import CardGrade, CardRule, GradedRule, InspectionCategory, InspectionRegime, OfstedGrade
from pep_admin.validators.findings import Finding
from pep_admin.vocabulary import Labelled

OVERALL_ENDED_ON, CARDS_BEGAN_ON = date(2024, 9, 2), date(2025, 11, 10)
_BEGAN = {InspectionRegime.GRADED: OVERALL_ENDED_ON, InspectionRegime.CARD: CARDS_BEGAN_ON}
"""An overall grade goes on at independent schools, so that it has no end."""
"""The first days of the second and the third regime for state schools."""
EARLIEST = date(1993, 1, 1)  # Ofsted's first inspections

AREAS: Mapping[InspectionRegime, Mapping[str, str]] = {
    InspectionRegime.OVERALL: {
        "overall": "Overall effectiveness", "quality_of_education": "Quality of education", "behaviour": "Behaviour and attitudes",
        "personal_development": "Personal development", "leadership": "Leadership and management",
        "early_years": "Early years provision", "sixth_form": "Sixth-form provision",
    },
    InspectionRegime.GRADED: {
        "quality_of_education": "Quality of education", "behaviour": "Behaviour and attitudes",
        "personal_development": "Personal development", "leadership": "Leadership and management",
        "early_years": "Early years provision", "sixth_form": "Sixth-form provision",
    },
    InspectionRegime.CARD: {
        "card_inclusion": "Inclusion", "card_teaching": "Curriculum and teaching", "card_achievement": "Achievement",
        "card_attendance": "Attendance and behaviour", "card_personal": "Personal development and well-being",
        "card_leadership": "Leadership and governance", "card_early_years": "Early years (card)",
        "card_post_16": "Post-16 provision",
    },
}
"""The areas that each regime judges, by their columns, with the words for people."""
COLUMNS = tuple(dict.fromkeys(name for areas in AREAS.values() for name in areas))

_BELOW_GOOD = frozenset({OfstedGrade.REQUIRES_IMPROVEMENT, OfstedGrade.INADEQUATE})
_BELOW_EXPECTED = frozenset({CardGrade.ATTENTION, CardGrade.URGENT})
_WORST = frozenset({OfstedGrade.INADEQUATE, CardGrade.URGENT})
_FEW = {"teaching_or_leadership": {InspectionRegime.GRADED: ("quality_of_education", "leadership"),
                                   InspectionRegime.CARD: ("card_teaching", "card_leadership")}}


@dataclass(frozen=True, slots=True)
class LessThanGoodRule:
    """What an academic year calls less than good where there is no overall grade; `year` is its name."""

    year: str
    graded: GradedRule = GradedRule.ANY
    card: CardRule = CardRule.ANY


@dataclass(frozen=True, slots=True)
class Threshold:
    """A rule for one regime: so many of those areas with one of those grades make a school less than good."""

    areas: tuple[str, ...]
    below: frozenset[Labelled]
    at_least: int = 1


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a school is less than good, and the sentence that says why."""

    less_than_good: bool
    sentence: str


def regime_of(inspected_on: date) -> InspectionRegime:
    """The regime of a state school's inspection on that day."""
    if inspected_on < OVERALL_ENDED_ON:
        return InspectionRegime.OVERALL
    return InspectionRegime.GRADED if inspected_on < CARDS_BEGAN_ON else InspectionRegime.CARD


def threshold(regime: InspectionRegime, rule: LessThanGoodRule) -> Threshold:
    """The year's rule for a regime. An overall grade speaks for itself; safeguarding and categories are beside all rules."""
    if regime is InspectionRegime.OVERALL:
        return Threshold(("overall",), _BELOW_GOOD)
    chosen = rule.graded if regime is InspectionRegime.GRADED else rule.card
    areas = _FEW.get(chosen.value, {}).get(regime, tuple(AREAS[regime]))
    below: frozenset[Labelled] = _BELOW_GOOD if regime is InspectionRegime.GRADED else _BELOW_EXPECTED
    if chosen is CardRule.URGENT:
        below = frozenset({CardGrade.URGENT})
    return Threshold(areas, below, 2 if chosen.value == "two" else 1)


def judge(inspection: Any, rule: LessThanGoodRule) -> Standing:
    """Whether the school is less than good by that inspection under the year's rule (HB-3.10).

    `inspection` reads like a row of Inspection. A category of concern, or safeguarding that is not met, is less than good always.
    """
    line = threshold(inspection.regime, rule)
    low = [name for name in line.areas if getattr(inspection, name) in line.below]
    is_less = inspection.category is not None or inspection.safeguarding_met is False or len(low) >= line.at_least
    why = ", ".join(_why(inspection, low, is_less))
    said = "Less than good" if is_less else "Good or better"
    return Standing(is_less, f"{said}: {why}, {format_day(inspection.inspected_on)}, rule {rule.year}")


def standing(by_hand: bool | None, reason: str | None, inspection: Any | None, rule: LessThanGoodRule) -> Standing:
    """Where a school stands: what is said by hand with its reason, else its latest inspection, else not judged (HB-3.10)."""
    judged = judge(inspection, rule) if inspection is not None else None
    if by_hand is None:
        return judged or Standing(False, "Not judged: no inspection on record")
    said = f"{'Less than good' if by_hand else 'Good or better'}, by hand: {reason or 'no reason given'}"
    if judged is not None:
        said += f" (the latest inspection: {judged.sentence[0].lower()}{judged.sentence[1:]})"
    return Standing(by_hand, said)


def check_by_hand(said: bool | None, reason: str | None) -> list[Finding]:
    """What is said of a school by hand has its reason."""
    if said is not None and not (reason or "").strip():
        message = "Say why this is said by hand. It holds in place of what the inspections say."
        return [Finding("SCHOOL-by-hand", "DATA-reason", "less_than_good_reason", message)]
    return []


def check_inspection(inspection: Any, *, today: date) -> list[Finding]:
    """An inspection has been, was published after it, and has a judgement of its regime. Oddities are asked about (warnings)."""
    return [*_days(inspection, today), *_in_force(inspection), *_judgements(inspection), *_oddities(inspection)]


def _why(inspection: Any, low: list[str], is_less: bool) -> Iterator[str]:
    labels = AREAS[inspection.regime]
    if inspection.category is not None:
        yield inspection.category.label.lower()
    if inspection.safeguarding_met is False:
        yield "safeguarding not met"
    if inspection.regime is InspectionRegime.OVERALL and inspection.overall is not None:
        yield inspection.overall.label.lower()
    elif low:
        named = ", ".join(f"{labels[name].lower()} {getattr(inspection, name).label.lower()}" for name in low)
        yield named if is_less else f"only {named}"
    elif not is_less:
        yield "no area below the line of the rule"


def _wrong(field: str, message: str, severity: Any = "blocking") -> Finding:
    return Finding("INSP-record", "DATA-inspection", field, message, severity)


def _days(inspection: Any, today: date) -> Iterator[Finding]:
    on, published_on = inspection.inspected_on, inspection.published_on
    if on is not None and on > today:
        yield _wrong("inspected_on", f"{format_day(on)} is still to come. Enter the inspection when it has been.")
    if on is not None and on < EARLIEST:
        yield _wrong("inspected_on", f"{format_day(on)} is before Ofsted's first inspections. Check the year.")
    if published_on is not None and published_on > today:
        yield _wrong("published_on", f"{format_day(published_on)} is still to come.")
    elif on is not None and published_on is not None and published_on < on:
        yield _wrong("published_on", f"The report cannot be published before the inspection, {format_day(on)}.")


def _in_force(inspection: Any) -> Iterator[Finding]:
    began = _BEGAN.get(inspection.regime)
    if began is not None and inspection.inspected_on is not None and inspection.inspected_on < began:
        message = f"“{inspection.regime.label}” began on {format_day(began)}. Check the day, or choose the sort of that day."
        yield _wrong("inspected_on", message)


def _judgements(inspection: Any) -> Iterator[Finding]:
    regime = inspection.regime
    if regime is None:
        return
    areas = AREAS[regime]
    if regime is InspectionRegime.OVERALL and inspection.overall is None:
        yield _wrong("overall", "Choose the overall grade, or tell that this was an inspection of another regime.")
    elif not any(getattr(inspection, name) for name in areas):
        yield _wrong(next(iter(areas)), "Choose the grade of at least one area.")
    if any(getattr(inspection, name) for name in COLUMNS if name not in areas):
        yield _wrong("", f"Grades of another regime stand beside those of “{regime.label}”. Take them away first.")


def _oddities(inspection: Any) -> Iterator[Finding]:
    grades = [getattr(inspection, name) for name in COLUMNS]
    worst = any(grade in _WORST for grade in grades)
    if inspection.category is not None and not worst and inspection.safeguarding_met is not False:
        yield _wrong("category", "A school is put into a category for an area that is inadequate or in urgent need of improvement, "
                     "or for safeguarding. None of these is entered.", "warning")
    if inspection.regime is InspectionRegime.CARD and inspection.category is None and worst:
        yield _wrong("category", "A school with an area in urgent need of improvement is in a category as a rule.", "warning")
    only_leadership = inspection.category is InspectionCategory.SPECIAL_MEASURES and inspection.regime is InspectionRegime.CARD
    if only_leadership and inspection.card_leadership is not CardGrade.URGENT:
        yield _wrong("category", "Special measures go with leadership and governance in urgent need of improvement.", "warning")
