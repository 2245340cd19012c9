"""The rulebook as people read it: each rule with its kinds, where it is checked, and this year's numbers in words.

The screen and `pep-admin rules` print it. What the rules are stands in rulebook.py, which numbers they go by in policy.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin.deadlines import format_day
from pep_admin.models import AcademicYear
from pep_admin.money import format_pounds
from pep_admin.policy import YearPolicy, numbers_by_rule
from pep_admin.rulebook import RULES, Guide, Rule, guides_of
from pep_admin.vocabulary import Labelled

DEADLINES = "HB-1.4"
"""The rule whose numbers are the deadlines of the terms."""


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule, what it does ("Gate, warning"), the numbers it goes by as (what, value), and the guides that belong to it."""

    rule: Rule
    kinds: str
    figures: tuple[tuple[str, str], ...]
    guides: tuple[Guide, ...]

    @property
    def checked(self) -> str:
        """Where it is checked, or that it is not."""
        return self.rule.where or "nowhere yet"


def year_of_rules(session: Session, today: date, *loads: Any) -> AcademicYear | None:
    """The academic year of today, else the last one that began."""
    started = select(AcademicYear).where(AcademicYear.starts_on <= today).order_by(AcademicYear.starts_on.desc())
    return session.scalar(started.limit(1).options(*loads))


def rule_lines(year: AcademicYear | YearPolicy | None) -> list[RuleLine]:
    """Every rule in its order, with the numbers of that year."""
    return [RuleLine(each, in_words(each), _figures(each.code, year), guides_of(each.code)) for each in RULES.values()]


def in_words(rule: Rule) -> str:
    """What a rule does: "Gate, warning"."""
    return ", ".join(kind.label for kind in rule.kinds).capitalize()


def number_in_words(name: str, value: Any) -> str:
    """A number of a year as it is said: pounds, yes or no, a label, a count."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, Labelled):
        return value.label
    return format_pounds(value) if name.endswith("_pence") else str(value)


def _figures(code: str, year: AcademicYear | YearPolicy | None) -> tuple[tuple[str, str], ...]:
    if year is None:
        return ()
    if code == DEADLINES:
        return tuple((f"{each.name.label} term, due by", format_day(each.deadline_on)) for each in year.terms)
    return tuple((each.label, number_in_words(each.name, getattr(year, each.name))) for each in numbers_by_rule(code))
