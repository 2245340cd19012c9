"""A child's years as a band: one lane for each kind of thing, drawn to scale, for those who see at a glance. No rule, no query.

Everything in it stands in the table beside it too, in words; the band is left out of narrow windows, where nobody could read it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pep_admin.deadlines import format_day
from pep_admin.school_calendar import academic_year_name, academic_year_start

WIDTH, LABELS, LANE, HEAD = 960, 130, 30, 26
"""Units of the drawing: whole width, what the names of the lanes take of it, the height of a lane and of the years above."""
LEAST = 3
"""The width of the shortest bar that can still be seen."""
MOST_YEARS = 20


@dataclass(frozen=True, slots=True)
class Happening:
    """Something of a child's life: of which kind, what it is, from when and until when; `to_on` is None while it goes on."""

    kind: str
    what: str
    from_on: date
    to_on: date | None


@dataclass(frozen=True, slots=True)
class Bar:
    """One happening on its lane, in units of the drawing."""

    x: float
    width: float
    title: str
    is_odd: bool


@dataclass(frozen=True, slots=True)
class Lane:
    """All bars of one kind."""

    label: str
    y: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """The whole drawing: lanes from the top, and where each academic year begins."""

    lanes: tuple[Lane, ...]
    years: tuple[tuple[float, str], ...]
    height: int
    summary: str
    width: int = WIDTH
    labels: int = LABELS
    head: int = HEAD
    lane: int = LANE


def band_of(happenings: Sequence[Happening], kinds: Sequence[str], today: date) -> Band | None:
    """The band from the first happening to today, at most the last twenty years; None where nothing has happened yet."""
    begun = [each for each in happenings if each.from_on <= today]
    if not begun:
        return None
    first = max(min(each.from_on for each in begun), today - timedelta(days=366 * MOST_YEARS))
    span = max((today - first).days, 1)

    def at(day: date) -> float:
        return round(LABELS + (WIDTH - LABELS) * min(max((day - first).days, 0), span) / span, 1)

    lanes: list[Lane] = []
    for kind in kinds:
        own = sorted((each for each in begun if each.kind == kind), key=lambda each: each.from_on)
        if own:
            lanes.append(Lane(kind, HEAD + LANE * len(lanes), tuple(
                _bar(each, at(each.from_on), at(min(each.to_on or today, today)), number) for number, each in enumerate(own))))
    summary = f"From {format_day(first)} to {format_day(today)}: " + ", ".join(f"{lane.label} {len(lane.bars)}" for lane in lanes)
    return Band(tuple(lanes), _years(first, today, at), HEAD + LANE * len(lanes), f"{summary}.")


def _bar(each: Happening, begin: float, end: float, number: int) -> Bar:
    width = max(end - begin, LEAST)
    until = f" to {format_day(each.to_on)}" if each.to_on and each.to_on != each.from_on else ("" if each.to_on else ", still")
    title = f"{each.what}, {format_day(each.from_on)}{until}"
    return Bar(round(min(begin, WIDTH - width), 1), round(width, 1), title, number % 2 == 1)


def _years(first: date, today: date, at: Callable[[date], float]) -> tuple[tuple[float, str], ...]:
    start, found = academic_year_start(first), []
    while start <= today:
        shown = max(start, first)
        found.append((at(shown), academic_year_name(start)))
        start = start.replace(year=start.year + 1)
    room = (WIDTH - LABELS) / 70
    step = max(1, -(-len(found) // int(room)))
    return tuple(found[::step])
