"""Whom the Virtual School should meet (HB-3.10): the eight reasons, from the record and from what people say, and the order.

Facts come in as days and words; who gathers them is queries/attending.py. That somebody goes there is for people to decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from pep_admin.deadlines import format_day
from pep_admin.meeting_words import AttendingNoteKind, AttendingReason
from pep_admin.school_calendar import YEAR_GROUPS
from pep_admin.vocabulary import CaseRating, SenStatus


@dataclass(frozen=True, slots=True)
class AttendingYear:
    """The academic year's own figures: how many days somebody is new to the roll, and to a school; which year groups are met."""

    new_to_roll_days: int
    school_move_days: int
    year_groups: frozenset[str]


@dataclass(frozen=True, slots=True)
class NoteFacts:
    """What somebody said that no record tells, and has not been cleared: by name, on which day, in which words ("" for none)."""

    id: int
    kind: AttendingNoteKind
    by: str
    on: date
    reason: str


@dataclass(frozen=True, slots=True)
class AttendingFacts:
    """What the reasons read of one child in care.

    `school_since`: the first day at the school of today; `unknown_since`: from when a school has to be found out. `attendance` is
    (sessions present, possible) as last told, `suspensions` those of the academic year. `last_attended_on`: when somebody of the
    Virtual School last came to a meeting; `meeting_at`: the next one that is booked.
    """

    child_id: int
    year_group: str
    entered_care_on: date
    school_id: int | None = None
    school: str = ""
    school_since: date | None = None
    unknown_since: date | None = None
    in_borough: bool = True
    less_than_good: bool = False
    case_rating: CaseRating | None = None
    sen_status: SenStatus = SenStatus.NONE
    attendance: tuple[int, int] | None = None
    suspensions: int = 0
    notes: tuple[NoteFacts, ...] = ()
    last_attended_on: date | None = None
    meeting_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WhyAttend:
    """One reason, and what it rests on; `note` is the id of what somebody said, where it rests on that."""

    reason: AttendingReason
    says: str
    note: int | None = None


@dataclass(frozen=True, slots=True)
class ToMeet:
    """A child whom the Virtual School should meet, with every reason."""

    facts: AttendingFacts
    why: tuple[WhyAttend, ...]

    @property
    def count(self) -> int:
        """How many reasons: two people who say the same are one."""
        return len({each.reason for each in self.why})


def parse_year_groups(text: str) -> frozenset[str]:
    """The year groups of "N2, 6 and 11" or "Year 6"; ValueError with a sentence for a word that is none. Nothing is no group."""
    words = [word for word in re.split(r"[\s,;]+|\band\b", re.sub(r"\byears?\b", " ", text, flags=re.IGNORECASE)) if word]
    for word in words:
        if word.upper() not in YEAR_GROUPS:
            raise ValueError(f"“{word}” is no year group. Write them like N2, R, 6, 11.")
    return frozenset(word.upper() for word in words)


def why_attend(facts: AttendingFacts, *, today: date, year: AttendingYear) -> tuple[WhyAttend, ...]:
    """The reasons that hold for the child today, in the handbook's order; () where there is none."""
    return tuple(_reasons(facts, today, year))


def _reasons(facts: AttendingFacts, today: date, year: AttendingYear) -> Iterator[WhyAttend]:
    if 0 <= (today - facts.entered_care_on).days <= year.new_to_roll_days:
        yield WhyAttend(AttendingReason.NEW, f"In care since {format_day(facts.entered_care_on)}")
    if moved := _moved(facts, today, year.school_move_days):
        yield WhyAttend(AttendingReason.MOVED, moved)
    if facts.case_rating is CaseRating.RED:
        yield WhyAttend(AttendingReason.PRIORITY, _beside_the_rating(facts))
    if facts.sen_status is SenStatus.EHCP:
        yield WhyAttend(AttendingReason.SEND, SenStatus.EHCP.label)
    yield from _said(facts)
    if facts.year_group in year.year_groups:
        yield WhyAttend(AttendingReason.YEAR_GROUP, group_label(facts.year_group))
    if facts.school and not facts.in_borough:
        yield WhyAttend(AttendingReason.OUT_OF_BOROUGH, facts.school)


def group_label(group: str) -> str:
    """A year group as people say it."""
    names = {"N1": "Nursery 1", "N2": "Nursery 2", "R": "Reception", "": "No year group"}
    return names.get(group, f"Year {group}")


def _moved(facts: AttendingFacts, today: date, days: int) -> str:
    """The school began after the child came into care, and not long ago; or it ended, and the next is not known."""
    if facts.unknown_since is not None:
        return f"No school known since {format_day(facts.unknown_since)}"
    since = facts.school_since
    if since is None or since <= facts.entered_care_on or not 0 <= (today - since).days <= days:
        return ""
    return f"At {facts.school} since {format_day(since)}"


def _beside_the_rating(facts: AttendingFacts) -> str:
    """The meeting's rating is the reason; what is on record of attendance, suspension, needs and school stands beside it."""
    told = []
    if facts.attendance and facts.attendance[1]:
        told.append(f"attendance {facts.attendance[0] * 100 // facts.attendance[1]} %")
    if facts.suspensions:
        told.append(f"{facts.suspensions} suspension{'' if facts.suspensions == 1 else 's'} this year")
    if facts.sen_status is not SenStatus.NONE:
        told.append("EHCP" if facts.sen_status is SenStatus.EHCP else "SEN support")
    if facts.less_than_good:
        told.append("school less than good")
    return f"Rated Red by the Virtual School{': ' if told else ''}{', '.join(told)}"


_SAID = {
    AttendingNoteKind.SEND: AttendingReason.SEND,
    AttendingNoteKind.CHAIR: AttendingReason.CHAIR,
    AttendingNoteKind.SCHOOL_ASKS: AttendingReason.SCHOOL_ASKS,
}


def _said(facts: AttendingFacts) -> Iterator[WhyAttend]:
    """What somebody says; of significant needs only where there is no EHCP, which tells them already."""
    for note in sorted(facts.notes, key=lambda each: (list(_SAID).index(each.kind), each.id)):
        if note.kind is AttendingNoteKind.SEND and facts.sen_status is SenStatus.EHCP:
            continue
        words = f": {note.reason}" if note.reason else ""
        yield WhyAttend(_SAID[note.kind], f"{note.by}, {format_day(note.on)}{words}", note.id)


def to_meet(children: Iterable[AttendingFacts], *, today: date, year: AttendingYear) -> list[ToMeet]:
    """The children for whom there is a reason: the most reasons first, then whom the Virtual School has not met for longest."""
    found = [ToMeet(facts, why) for facts in children if (why := why_attend(facts, today=today, year=year))]
    return sorted(found, key=lambda each: (-each.count, each.facts.last_attended_on or date.min, each.facts.child_id))
