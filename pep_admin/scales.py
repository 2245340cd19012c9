"""The attainment scales (pep-form, section 2) as data: values lowest first, the year groups each is for, the academic years in
which it holds; and what a typed text means on them.

Which subjects are asked and what a page offers is attainment_words.py's; whether a judgement may stand is the validators'. A scale
that changes nationally gets `until`, and a new one beside it `since`: a PEP reads the scales of its own academic year.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from pep_admin.vocabulary import OnTrack

EVER_SINCE, EVER_AFTER = "", "9999"


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a scale: its code, the words that are stored and read, what else is typed for it, and, where the value itself says
    how that is against the age, which of scale 2.1 it is."""

    code: str
    label: str
    also: tuple[str, ...] = ()
    against_age: OnTrack | None = None

    @property
    def spellings(self) -> tuple[str, ...]:
        return (self.label, self.code, *self.also)


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale by its number in pep-form: `values` in order, lowest first; `unplaced` have no place in it. `since` and `until` are
    academic years ("2024-25"), both included."""

    number: str
    title: str
    values: tuple[Value, ...]
    unplaced: tuple[Value, ...] = ()
    since: str = EVER_SINCE
    until: str = EVER_AFTER

    def holds_in(self, year: str) -> bool:
        return self.since <= year <= self.until


NOT_YET = Value("NA", "Not assessed yet", ("Not assessed", "Not yet assessed"), OnTrack.NOT_ASSESSED)


def _valued(*pairs: tuple[str, str]) -> tuple[Value, ...]:
    return tuple(Value(code, label) for code, label in pairs)


AGE = Scale("2.1", "On track for age", (
    Value("WB", OnTrack.WELL_BELOW.label, ("Well below age-related expectation",), OnTrack.WELL_BELOW),
    Value("B", OnTrack.BELOW.label, ("Below age-related expectation",), OnTrack.BELOW),
    Value("ON", OnTrack.EXPECTED.label, ("At", "On track", "ARE"), OnTrack.EXPECTED),
    Value("AB", OnTrack.ABOVE.label, ("Above age-related expectation",), OnTrack.ABOVE),
), (NOT_YET,))

EARLY = Scale("2.2a", "Early years, in the year", (
    Value("BEL", "Below", ("Below age",), OnTrack.BELOW),
    Value("ON", "On track", ("At", "At age-related expectation"), OnTrack.EXPECTED),
    Value("ABV", "Above", ("Above age",), OnTrack.ABOVE),
), (NOT_YET,))

PROFILE = Scale("2.2b", "Early years profile, the end of Reception", (
    Value("1", "Emerging"), Value("2", "Expected", ("Expected level",)),
), _valued(("A", "No judgement")))

_PRE_KEY_STAGE = tuple(Value(f"PK{step}", f"Pre-key-stage {step}", (f"PKS{step}", f"Pre key stage {step}")) for step in range(1, 7))
PRIMARY = Scale("2.8a", "Years 1 to 6, against the own year", (
    Value("PRE", "Pre-key-stage", ("Pre key stage",)), *_PRE_KEY_STAGE,
    Value("WTS", "Working towards", ("WT", "Working towards the expected standard", "Working towards expected")),
    Value("EXS", "Expected", ("EXP", "At expected", "Expected standard", "Working at the expected standard")),
    Value("GDS", "Greater depth", ("GD", "Working at greater depth")),
), (NOT_YET,))

_GRADES = tuple(Value(str(grade), str(grade), (f"Grade {grade}",)) for grade in range(1, 10))
GCSE = Scale("2.8c", "GCSE 9 to 1", (Value("U", "U", ("Ungraded",)), *_GRADES), (Value("X", "Not entered"), NOT_YET))
GCSE_PAIRS = Scale("2.8c", "GCSE combined science", tuple(
    Value(f"{high}-{low}", f"{high}-{low}", (f"{high}{low}", f"{low}-{high}")) for low, high in
    ((each // 2 + 1, (each + 1) // 2 + 1) for each in range(17))))

VOCATIONAL = Scale("2.8d", "Vocational awards of key stage 4", (Value("U", "U", ("Ungraded",)), *_valued(
    ("L1P", "Level 1 pass"), ("L1M", "Level 1 merit"), ("L1D", "Level 1 distinction"), ("L2P", "Level 2 pass"),
    ("L2M", "Level 2 merit"), ("L2D", "Level 2 distinction"), ("L2D*", "Level 2 distinction*"))))


def _levels() -> Iterator[Value]:
    for code, level, other in (*((f"E{step}", f"Entry level {step}", f"Entry {step}") for step in range(1, 4)),
                               *((f"L{step}", f"Functional level {step}", f"Functional skills level {step}") for step in (1, 2))):
        yield Value(f"{code} WT", f"{level}, working towards", (f"{other}, working towards",))
        yield Value(code, f"{level}, passed", (level, other, f"{other}, passed"))


FUNCTIONAL = Scale("2.8e", "Entry level and functional skills", tuple(_levels()))
A_LEVEL = Scale("2.8g", "A level", tuple(Value(each, each) for each in ("U", "E", "D", "C", "B", "A", "A*")))
BTEC = Scale("2.8g", "BTEC and T Level", (Value("U", "U", ("Ungraded",)), *_valued(
    ("P", "Pass"), ("M", "Merit"), ("D", "Distinction"), ("D*", "Distinction*"))))
APPRENTICE = Scale("2.8g", "Apprenticeship", (Value("ON", "On programme"), Value("GATE", "Gateway"), *_valued(
    ("P", "End assessment: pass"), ("M", "End assessment: merit"), ("D", "End assessment: distinction"))),
    (Value("LEFT", "Left early"), NOT_YET))

_KEY_STAGE_4 = (GCSE, GCSE_PAIRS, VOCATIONAL, FUNCTIONAL)
_AFTER_16 = (FUNCTIONAL, GCSE, VOCATIONAL, A_LEVEL, BTEC, APPRENTICE)
NOW, LATER = "now", "later"
"""What a value is of: the judgement of today, or what is expected or aimed at for the end of the phase."""
_OF_YEAR: dict[str, tuple[tuple[Scale, ...], tuple[Scale, ...]]] = {
    **dict.fromkeys(("N1", "N2"), ((EARLY,), (EARLY,))),
    "R": ((EARLY,), (PROFILE, EARLY)),
    **dict.fromkeys(("1", "2", "3", "4", "5", "6"), ((PRIMARY,), (PRIMARY,))),
    **dict.fromkeys(("7", "8", "9"), ((AGE,), (AGE, GCSE))),
    **dict.fromkeys(("10", "11"), (_KEY_STAGE_4, _KEY_STAGE_4)),
    **dict.fromkeys(("12", "13"), (_AFTER_16, _AFTER_16)),
}
"""By year group the scales of today's judgement, and those of what is expected and aimed at."""


def scales_of(year_group: str, year: str, of: str = NOW) -> tuple[Scale, ...]:
    """The scales of a year group in an academic year ("2024-25"); none for an unknown year group."""
    now, later = _OF_YEAR.get(year_group, ((), ()))
    return tuple(each for each in (now if of == NOW else later) if each.holds_in(year))


@lru_cache(maxsize=128)
def _known(year_group: str, year: str, of: str) -> dict[str, tuple[Value, ...]]:
    """By spelling what it may mean, whole words before codes; values of one label count once."""
    found: dict[str, dict[str, Value]] = {}
    for scale in scales_of(year_group, year, of):
        for value in (*scale.values, *scale.unplaced):
            for spelling in value.spellings:
                found.setdefault(_plain(spelling), {}).setdefault(value.label, value)
    labels = {_plain(value.label): value for each in found.values() for value in each.values()}
    return {text: (labels[text],) if text in labels else tuple(each.values()) for text, each in found.items()}


def meant(text: str | None, year_group: str, year: str, of: str = NOW) -> tuple[Value, ...]:
    """The values that a typed text may mean there: one; none where it is a school's own scale; several where two qualifications use
    one code (P is a pass of BTEC and of an apprenticeship)."""
    return _known(year_group, year, of).get(_plain(text), ()) if text else ()


def on_scale(text: str | None, year_group: str, year: str, of: str = NOW) -> bool:
    """Whether a text says something on the scales of that year group; what does not is the school's own, and stays as typed."""
    return bool(meant(text, year_group, year, of))


def in_words(text: str | None, year_group: str, year: str, of: str = NOW) -> str | None:
    """A typed text in the words of the scale (“exs” is “Expected”); as it was typed where it is none of it, or one of several."""
    values = meant(text, year_group, year, of)
    return values[0].label if len(values) == 1 else text


def _plain(text: str) -> str:
    return " ".join(text.replace("\u2013", "-").split()).casefold().rstrip(".")
