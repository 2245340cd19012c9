"""What a request for Pupil Premium tells beside its sum: when, for what measure, why, who else could pay (pep-form section 5).

What must be there before the PEP is sent, and what to look at whenever it is saved. Caps, costs and barred spending are ppg.py's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pep_admin.circumstances import stands
from pep_admin.deadlines import format_day
from pep_admin.money import format_pounds
from pep_admin.money_words import OtherMoney
from pep_admin.policy import BURSARY_WORDS, LOCAL_BARS, ONE_BY_ONE, STAGES
from pep_admin.school_calendar import YEAR_GROUPS, academic_year_begins, academic_year_end
from pep_admin.validators.findings import Finding
from pep_admin.vocabulary import PpgCategory, Scheme


@dataclass(frozen=True, slots=True)
class Unspent:
    """Earlier money of which something is left: the category it was released for, and how much is left, in pence."""

    category: str
    pence: int


def words_pattern(words: Sequence[str]) -> re.Pattern[str]:
    """A pattern for any of those words or their plurals, in any case and spacing; the longest wins."""
    longest_first = sorted(words, key=len, reverse=True)
    spaced = "|".join(r"\s+".join(re.escape(piece) for piece in word.split()) for word in longest_first)
    return re.compile(rf"\b(?:{spaced})(?:e?s)?\b", re.IGNORECASE)


_ONE_BY_ONE = {what: (categories, words_pattern(words)) for what, (categories, words) in ONE_BY_ONE.items()}
_LOCAL = {what: words_pattern(words) for what, words in LOCAL_BARS.items()}
_BURSARY = words_pattern(BURSARY_WORDS)

_WANTED = (
    ("provider", "PPG-provider", "DATA-request-whole", "Say who gives it: school staff, or the name of somebody from outside."),
    ("starts_on", "PPG-when", "DATA-request-whole", "Say when it starts."),
    ("ends_on", "PPG-when", "DATA-request-whole", "Say when it ends."),
    ("measure_before", "PPG-measure", "HB-6.5", "Say where the child stands now, in the measure of the target: a number, a level."),
    ("measure_after", "PPG-measure", "HB-6.5", "Say where the child is to stand afterwards, in the same measure."),
    ("beyond_ordinary", "PPG-more", "DATA-request-whole", "Say why this is more than every pupil gets."),
    ("other_money", "PPG-other-money", "DATA-request-whole", "Say what other money was considered."),
)
"""What is asked always: the field, its check, its rule and the sentence while it is empty."""


def categories_of(group: str) -> frozenset[PpgCategory]:
    """The categories that are for a child of that year group; all where it is not known."""
    return frozenset(each for each in PpgCategory if _is_for(each, group))


def check_stage(category: PpgCategory | str | None, group: str) -> list[Finding]:
    """PPG-stage (blocking): a category is for certain years, and the child is in one of them."""
    found = next((each for each in PpgCategory if each.value == category), None)
    if found is None or _is_for(found, group):
        return []
    first, last = STAGES[found]
    years = f"Years {first} to {last}" if first != "R" else f"Reception to Year {last}"
    child = f"Year {group}" if group.isdigit() else "Reception"
    message = f"“{found.label}” is for {years}; this child is in {child}. Choose what else it is."
    return [Finding("PPG-stage", "DATA-stage", "category", message)]


def _is_for(category: PpgCategory, group: str) -> bool:
    if category not in STAGES or group not in YEAR_GROUPS:
        return True
    first, last = (YEAR_GROUPS.index(each) for each in STAGES[category])
    return first <= YEAR_GROUPS.index(group) <= last


def check_whole(request: Any) -> list[Finding]:
    """What a request still lacks before its PEP is sent, each blocking; a form's values, the row and RequestFacts fit."""
    return [Finding(check, code, field, sentence) for field, check, code, sentence in _WANTED
            if not stands(getattr(request, field, None))]


def check_doubts(request: Any, *, scheme: Scheme, year: str, unspent: Sequence[Unspent] = ()) -> list[Finding]:
    """Days that contradict one another (blocking), and what to look at: RD-407, RD-409, RD-410, local bars.

    `year` is the academic year of the PEP ("2024-25"). What the request has no field for is not judged.
    """
    return [*_days(request, year), *_one_by_one(request), *_local_bars(request), *_bursary_first(request, scheme),
            *_unspent(request, unspent)]


def _days(request: Any, year: str) -> Iterator[Finding]:
    starts, ends = (_day(request, name) for name in ("starts_on", "ends_on"))
    if starts and ends and ends < starts:
        message = f"It cannot end on {format_day(ends)}, before it starts on {format_day(starts)}."
        yield Finding("PPG-when", "DATA-dates", "ends_on", message)
        return
    for field, day in (("starts_on", starts), ("ends_on", ends)):
        if day and not academic_year_begins(year) <= day <= academic_year_end(year):
            message = f"{format_day(day)} lies outside {year}, and money that is not used does not roll on. Is the year right?"
            yield _warning("PPG-when", "HB-6.1", field, message)


def _day(request: Any, name: str) -> date | None:
    found = getattr(request, name, None)
    return found if isinstance(found, date) else None


def _one_by_one(request: Any) -> Iterator[Finding]:
    for what, (categories, pattern) in _ONE_BY_ONE.items():
        if request.category in categories or pattern.search(_plain(request)):
            message = f"{what} are looked at one by one. Say why this child needs it and who else could pay."
            yield _warning("RD-407", "DATA-one-by-one", "description", message)


def _local_bars(request: Any) -> Iterator[Finding]:
    for what, pattern in _LOCAL.items():
        if found := pattern.search(_plain(request)):
            message = f"“{found.group()}” sounds like {what}, which is not asked of the grant. Say what it is for, or change it."
            yield _warning("PPG-local", "DATA-local-bars", "description", message)


def _bursary_first(request: Any, scheme: Scheme) -> Iterator[Finding]:
    considered = OtherMoney.BURSARY in _considered(request)
    if scheme is Scheme.POST_16 and not considered and (found := _BURSARY.search(_plain(request))):
        message = f"The 16-19 bursary should be asked first for “{found.group()}”."
        yield _warning("RD-410", "DATA-bursary", "other_money", message)


def _considered(request: Any) -> Sequence[str]:
    """The codes of other money that was considered, as a form gives them or as the column keeps them."""
    found = getattr(request, "other_money", None) or ()
    return found.split() if isinstance(found, str) else list(found)


def _unspent(request: Any, unspent: Sequence[Unspent]) -> Iterator[Finding]:
    pence = sum(each.pence for each in unspent if each.category == request.category)
    if pence:
        message = f"{format_pounds(pence)} of earlier money is unspent; this request asks for the same thing."
        yield _warning("RD-409", "HB-6.5", "category", message)


def _plain(request: Any) -> str:
    return str(request.description or "").replace("’", "'")


def _warning(check: str, code: str, field: str, message: str) -> Finding:
    return Finding(check, code, field, message, "warning")
