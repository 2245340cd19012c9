"""When somebody is reminded of a part of a PEP, and when those above them get word: the steps of a schedule, on days. Pure.

A reminder is a courtesy of the Virtual School's, no rule of the handbook: when it goes is a number of the academic year. For whom a
part waits, and on which days their school is open, is queries/chasing.py's; the letters go by workflow/chasing.py.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

HALF_TERM, ESCALATED, UNSENT = "half-term", "escalated", "unsent"
"""The steps that are no number of days: no meeting is booked by half-term; the head teacher or the team manager got word; everybody
has signed, and nobody has sent it."""
MOST_DAYS, MOST_STEPS = 90, 5


class Step(NamedTuple):
    """A step of the schedule, by its key ("before 14", "half-term", "unsent after 7"), and the day from which it is to be taken."""

    key: str
    on: date


@dataclass(frozen=True, slots=True)
class Schedule:
    """What an academic year says: whether reminders go out, so many days before and after the day a PEP is due, and after how many
    days those above get word (0: by hand alone). All in calendar days."""

    on: bool = True
    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()
    escalate_after: int = 0


@dataclass(frozen=True, slots=True)
class PartFacts:
    """The days of one part that waits: when its PEP is due, since when its writer has had it, when it was last sent back.

    `half_term_on` is the first day of the half-term where no meeting is booked and the writer is to book one; else None.
    `signed_on`: the day of the last signature, where every part is signed and the PEP was not sent; it waits for who can send it.
    """

    due_on: date
    asked_on: date
    back_on: date | None = None
    half_term_on: date | None = None
    signed_on: date | None = None

    @property
    def late_from(self) -> date:
        """The day after which it is late: the day it was due, of one that was sent back later the day of that."""
        return max(self.due_on, self.back_on or self.due_on)


def parse_days(text: str) -> tuple[int, ...]:
    """The numbers of days of "14, 5 and 1", the largest first, each once; ValueError with a sentence. Nothing is no days."""
    words = [word for word in re.split(r"[\s,;]+|\band\b", re.sub(r"\bdays?\b", " ", text, flags=re.IGNORECASE)) if word]
    for word in words:
        if re.fullmatch(r"[0-9]{1,2}", word) is None or not 1 <= int(word) <= MOST_DAYS:
            raise ValueError(f"“{word}” is no number of days from 1 to {MOST_DAYS}. Write them like 14, 5.")
    found = tuple(sorted({int(word) for word in words}, reverse=True))
    if len(found) > MOST_STEPS:
        raise ValueError(f"{len(found)} reminders are too many to be read. Write at most {MOST_STEPS} numbers.")
    return found


def steps(facts: PartFacts, schedule: Schedule) -> list[Step]:
    """The steps that there are for a part, by day. What would have come before its writer had it is none."""
    found = [Step(f"before {days}", facts.due_on - timedelta(days)) for days in schedule.before]
    if facts.half_term_on is not None:
        found.append(Step(HALF_TERM, facts.half_term_on))
    found += [Step(f"after {days}", facts.late_from + timedelta(days)) for days in schedule.after]
    if facts.signed_on is not None:
        found = [Step(UNSENT, facts.signed_on + timedelta(1)), *(Step(f"{UNSENT} {each.key}", each.on) for each in found)]
    since = max(filter(None, (facts.asked_on, facts.signed_on)))
    return sorted((each for each in found if each.on > since or each.key == UNSENT), key=lambda each: each.on)


def step_due(facts: PartFacts, schedule: Schedule, taken: Collection[str], day: date) -> Step | None:
    """The reminder that is to go on that day: the latest step that has come, unless it was taken. Those before it are passed over,
    so that nobody who could not be reminded for a while gets several at once."""
    come = [each for each in steps(facts, schedule) if each.on <= day] if schedule.on else []
    return come[-1] if come and come[-1].key not in taken else None


def is_to_escalate(facts: PartFacts, schedule: Schedule, taken: Collection[str], day: date) -> bool:
    """Whether those above get word on that day by themselves: the part is late by so many days, and they got none yet."""
    wait = schedule.escalate_after
    return schedule.on and wait > 0 and ESCALATED not in taken and day >= facts.late_from + timedelta(wait)


def step_words(key: str) -> str:
    """A step as people say it: "14 days before it is due", "1 day late"."""
    if key == HALF_TERM:
        return "no meeting booked by half-term"
    if key == ESCALATED:
        return "word to those above"
    if key.startswith(UNSENT):
        rest = key.removeprefix(UNSENT).strip()
        return f"signed and not sent{f', {step_words(rest)}' if rest else ''}"
    when, _, days = key.partition(" ")
    return f"{days} {'day' if days == '1' else 'days'} {'before it is due' if when == 'before' else 'late'}"
