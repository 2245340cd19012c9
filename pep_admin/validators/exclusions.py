"""What must be said when the Virtual School is told of an exclusion or the risk of one (HB-3.6), and of its advice. Values only.

Who tells and who advises, and that one alert is open for a child at a time, is workflow/exclusions.py's.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Protocol

from pep_admin.circumstances import said
from pep_admin.deadlines import format_day
from pep_admin.school_words import ExclusionConcern
from pep_admin.validators.findings import Finding

LONGEST_AGO = timedelta(days=365)
"""What began longer ago is no news of today: the year was mistyped."""
RULE = "HB-3.6"


class TellingLike(Protocol):
    """What `check_telling` reads."""

    @property
    def concern(self) -> ExclusionConcern | None: ...
    @property
    def since_on(self) -> date | None: ...
    @property
    def happened(self) -> str: ...
    @property
    def tried(self) -> str: ...


def check_telling(told: TellingLike, *, today: date) -> list[Finding]:
    """What is still missing of the news: what it is, since when, what happened, what the school has tried. All of it blocking."""
    found = []
    if told.concern is None:
        found.append(Finding("ALERT-concern", RULE, "concern", "Say whether it is feared or has happened."))
    found += _since(told.since_on, today)
    if not said(told.happened):
        found.append(Finding("ALERT-happened", RULE, "happened", "Say what happened, or what you fear."))
    if not said(told.tried):
        message = "Say what the school has tried so far. If nothing yet, say so."
        found.append(Finding("ALERT-tried", RULE, "tried", message))
    return found


def _since(since_on: date | None, today: date) -> list[Finding]:
    if since_on is None:
        return [Finding("ALERT-since", RULE, "since_on", "Say since when. If you don’t know the day, the day you heard of it.")]
    if not today - LONGEST_AGO <= since_on <= today:
        message = f"{format_day(since_on)} cannot be meant: enter a day of the last twelve months, up to today."
        return [Finding("ALERT-since", "DATA-dates", "since_on", message)]
    return []


def check_advice(
    advice: str, advised_on: date | None, *, told_on: date, today: date, since: str = "when you were told"
) -> list[Finding]:
    """The Virtual School's advice is said, and was given between the day it was told and today; `since` says what that day is."""
    found = []
    if not said(advice):
        found.append(Finding("ALERT-advice", RULE, "advice", "Say what you advised."))
    if advised_on is None or not told_on <= advised_on <= today:
        message = f"Enter the day on which it was given, from {format_day(told_on)}, {since}, to today."
        found.append(Finding("ALERT-advised", "DATA-dates", "advised_on", message))
    return found
