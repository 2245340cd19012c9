"""The dates round a meeting: its own day, the care review, who was heard when, the next PEP. What was said is peps.py's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pep_admin.deadlines import format_day, format_long
from pep_admin.school_calendar import TermsUnknown, academic_year_begins, academic_year_end, england_working_day
from pep_admin.validators.findings import Finding
from pep_admin.vocabulary import Part

LONDON = ZoneInfo("Europe/London")
BEFORE_OPENING = timedelta(days=60)  # DATA-meeting: a meeting that was held before anybody opened the PEP for it
_MEETING, _EDUCATION = Part.MEETING.value, Part.EDUCATION.value


@dataclass(frozen=True, slots=True)
class Calendar:
    """What is known of the days to come. By default only England's working days are, and no deadline."""

    is_school_day: Callable[[date], bool] = england_working_day
    next_deadline_on: date | None = None
    is_working_day: Callable[[date], bool] = england_working_day

    def school_days_between(self, first: date, last: date) -> int:
        """How many days school was open, both ends counted; a day of which no calendar tells counts when people work."""
        return sum(self._was_open(first + timedelta(days=n)) for n in range((last - first).days + 1))

    def _was_open(self, day: date) -> bool:
        try:
            return self.is_school_day(day)
        except TermsUnknown:
            return self.is_working_day(day)


def day_of(moment: datetime | None) -> date | None:
    """The day in England on which a moment lies (aware moments in any zone, naive ones as they stand)."""
    if moment is None:
        return None
    return moment.date() if moment.tzinfo is None else moment.astimezone(LONDON).date()


def check_meeting_day(
    meeting_on: date | None, *, entered_care_on: date | None, care_review_on: date | None, today: date
) -> list[Finding]:
    """RD-301 (blocking): the meeting has been held, and in care. RD-303 (warning): not on the day of the care review."""
    if meeting_on is None:
        return [Finding("RD-301", "HB-2.5", "meeting_at", "Enter the date and time of the meeting.", part=_MEETING)]
    found: list[Finding] = []
    if meeting_on > today:
        message = f"The meeting on {format_long(meeting_on)} is still to come. Part 3 is its record; finish it afterwards."
        found.append(Finding("RD-301", "HB-2.5", "meeting_at", message, part=_MEETING))
    if entered_care_on and meeting_on < entered_care_on:
        message = f"The meeting cannot have been before the child came into care on {format_day(entered_care_on)}."
        found.append(Finding("RD-301", "DATA-dates", "meeting_at", message, part=_MEETING))
    if care_review_on and meeting_on == care_review_on:
        message = f"The meeting is on {format_day(meeting_on)}, the day of the care review. Many children want them apart."
        found.append(Finding("RD-303", "HB-3.3", "meeting_at", message, "warning", _MEETING))
    return found


def check_meeting_span(meeting_on: date | None, *, opened_on: date | None, year: str) -> list[Finding]:
    """DATA-meeting (blocking): from 60 days before the PEP was opened to the end of its academic year ("2024-25")."""
    if meeting_on is None or opened_on is None:
        return []
    first, last = opened_on - BEFORE_OPENING, academic_year_end(year)
    if first <= meeting_on <= last:
        return []
    message = f"This PEP's meeting lies between {format_day(first)} and {format_day(last)}, so not on {format_day(meeting_on)}."
    return [Finding("MEET-span", "DATA-meeting", "meeting_at", message, part=_MEETING)]


LINK = re.compile(r"https?:|\b(?:www|teams|zoom|meet)\.[a-z0-9]", re.IGNORECASE)
"""What a link into a video call begins with, or has in it."""
EARLIEST_HOUR, LATEST_HOUR = time(8), time(20)
"""Between them people can be expected to meet."""


def check_hour(at: datetime | None) -> list[Finding]:
    """MEET-hour (blocking): an hour that the clocks leave out in spring does not exist; it would be kept as another."""
    if at is None or at.tzinfo is None:
        return []
    there = at.astimezone(UTC).astimezone(at.tzinfo)
    if there.replace(tzinfo=None) == at.replace(tzinfo=None):
        return []
    message = f"There is no {at:%H:%M} on {format_day(at.date())}: the clocks go forward that night. Enter another time."
    return [Finding("MEET-hour", "DATA-dates", "meeting_at", message, part=_MEETING)]


def check_place(place: str | None) -> list[Finding]:
    """MEET-link (blocking): where the meeting is holds no link; whoever finds one in an old record could still walk in."""
    if not LINK.search(place or ""):
        return []
    message = "Where: a link is never kept here. Write “video”, and send the link to those who come."
    return [Finding("MEET-link", "DATA-shape", "meeting_place", message, part=_MEETING)]


def check_plan(at: datetime | None, *, due_on: date | None, today: date, calendar: Calendar) -> Iterator[Finding]:
    """MEET-plan, MEET-late (warnings): a meeting ahead at a time at which people rarely meet, or after the PEP is due."""
    day = day_of(at)
    if at is None or day is None or day < today:
        return
    if not england_working_day(day):
        what = f"is a {day:%A}" if day.weekday() >= 5 else "is a bank holiday"
        yield _planned("MEET-plan", "HB-3.1", f"The meeting is planned for {format_day(day)}, which {what}. Is that the day?")
    elif _known_holiday(day, calendar):
        what = "is not a day of term at the child's school"
        yield _planned("MEET-plan", "HB-3.1", f"The meeting is planned for {format_day(day)}, which {what}. Is that the day?")
    hour = (at if at.tzinfo is None else at.astimezone(LONDON)).time()
    if not EARLIEST_HOUR <= hour <= LATEST_HOUR:
        when = "before 08:00" if hour < EARLIEST_HOUR else "after 20:00"
        yield _planned("MEET-plan", "HB-3.1", f"The meeting is planned for {hour:%H:%M}, {when}. Is that the hour?")
    if due_on is not None and day > due_on:
        message = f"The meeting is planned for {format_day(day)}, but this PEP is due by {format_day(due_on)}."
        yield _planned("MEET-late", "HB-1.4", message)


def _planned(check: str, code: str, message: str) -> Finding:
    return Finding(check, code, "meeting_at", message, "warning", _MEETING)


def check_next_date(
    next_on: date | None, *, reason: str | None, meeting_on: date | None, calendar: Calendar | None = None
) -> list[Finding]:
    """RD-313 (blocking): a date, or the reason for none. RD-314: after this meeting (blocking), on a school day and before the
    next deadline (warnings)."""
    if next_on is None:
        if reason:
            return []
        message = "Set the date of the next PEP, or say why there is none: turning 18, leaving care, or the new school sets it."
        return [Finding("RD-313", "HB-1.7", "next_pep_on", message, part=_MEETING)]
    if meeting_on and next_on <= meeting_on:
        message = f"The next PEP, {format_day(next_on)}, has to come after this meeting, {format_day(meeting_on)}."
        return [Finding("RD-314", "HB-1.7", "next_pep_on", message, part=_MEETING)]
    return list(_next_date_warnings(next_on, calendar or Calendar()))


def _next_date_warnings(next_on: date, calendar: Calendar) -> Iterator[Finding]:
    if _known_holiday(next_on, calendar):
        message = f"The next PEP, {format_long(next_on)}, is not on a school day. Please choose a day in term."
        yield Finding("RD-314", "HB-1.7", "next_pep_on", message, "warning", _MEETING)
    if calendar.next_deadline_on and next_on > calendar.next_deadline_on:
        message = f"The next PEP, {format_day(next_on)}, is after the next deadline, {format_day(calendar.next_deadline_on)}."
        yield Finding("RD-314", "HB-1.4", "next_pep_on", message, "warning", _MEETING)


def _known_holiday(day: date, calendar: Calendar) -> bool:
    try:
        return not calendar.is_school_day(day)
    except TermsUnknown:
        return not england_working_day(day)


# --- who of the Virtual School goes there --------------------------------------------------------------------------------

USUAL_MINUTES = 60
"""How long a meeting is taken to last while nobody has said it."""


@dataclass(frozen=True, slots=True)
class Engagement:
    """A meeting to which somebody goes: of which PEP (its reference), when it begins (aware), and how many minutes it takes."""

    reference: str
    at: datetime
    minutes: int = USUAL_MINUTES

    @property
    def ends_at(self) -> datetime:
        return self.at + timedelta(minutes=self.minutes)

    @property
    def week(self) -> date:
        """The Monday of its week in England."""
        return monday_of(day_of(self.at) or date.min)

    def overlaps(self, other: Engagement) -> bool:
        """Whether nobody can be at both from beginning to end; one that begins when the other ends does not."""
        return self.at < other.ends_at and other.at < self.ends_at


def monday_of(day: date) -> date:
    """The Monday of that day's week."""
    return day - timedelta(days=day.weekday())


def check_goer(name: str, meeting: Engagement, others: Iterable[Engagement], *, most: int) -> list[Finding]:
    """MEET-two, MEET-full (warnings): who is sent to a meeting goes to another one at that time, or to more than `most` from Monday
    to Sunday of that week. `others` are all that they go to or went to; `most` is 0 where no number is known."""
    found, elsewhere = [], [each for each in others if each.reference != meeting.reference]
    for each in sorted((each for each in elsewhere if meeting.overlaps(each)), key=lambda each: (each.at, each.reference)):
        begins, ends = each.at.astimezone(LONDON), each.ends_at.astimezone(LONDON)
        message = (f"{name} goes to another meeting at that time: {each.reference}, {format_day(begins.date())}, "
                   f"{begins:%H:%M} to {ends:%H:%M}.")
        found.append(Finding("MEET-two", "HB-3.10", "officer", message, "warning", _MEETING))
    count = 1 + sum(each.week == meeting.week for each in elsewhere)
    if most and count > most:
        message = (f"With this one {name} has {count} meetings in the week of {format_day(meeting.week)}; an officer can go to "
                   f"{most}.")
        found.append(Finding("MEET-full", "HB-3.10", "officer", message, "warning", _MEETING))
    return found


def coincides(meeting_on: date | None, review_on: date | None, within_days: int) -> bool:
    """Whether a PEP's meeting and the annual review of the EHCP count as one occasion (HB-3.4), by the year's number of days."""
    return meeting_on is not None and review_on is not None and abs((meeting_on - review_on).days) <= within_days


def check_heard_on(heard_on: date | None, *, name: str, meeting_on: date | None, today: date) -> list[Finding]:
    """RD-204 (blocking): the child was heard by now. RD-205 (warning): and before the meeting (HB-3.14)."""
    if heard_on is None:
        return []
    if heard_on > today:
        message = f"{format_day(heard_on)}, the day on which {name} was listened to, is still to come."
        return [Finding("RD-204", "HB-3.14", "voice_gathered_on", message, part=_EDUCATION)]
    if meeting_on and heard_on > meeting_on:
        message = f"{name} was heard on {format_day(heard_on)}, which is after the meeting on {format_day(meeting_on)}."
        return [Finding("RD-205", "HB-3.14", "voice_gathered_on", message, "warning", _EDUCATION)]
    if heard_on < (meeting_on or today) - BEFORE_OPENING:
        message = f"{name} was heard on {format_day(heard_on)}, long before this PEP. Is it what they say now?"
        return [Finding("RD-205", "HB-3.14", "voice_gathered_on", message, "warning", _EDUCATION)]
    return []


def check_figures_to(figures_to: date | None, *, meeting_on: date | None, stale_days: int, row: str = "") -> list[Finding]:
    """RD-208 (warning): attendance figures that stop more than `stale_days` before the meeting."""
    if figures_to is None or meeting_on is None or (meeting_on - figures_to).days <= stale_days:
        return []
    days = (meeting_on - figures_to).days
    before = f"{days // 7} weeks" if days >= 14 else f"{days} day{'' if days == 1 else 's'}"
    message = f"The attendance figures stop on {format_day(figures_to)}, {before} before the meeting."
    return [Finding("RD-208", "HB-4.1", "attendance", message, "warning", _EDUCATION, row)]


def check_possible(possible: int | None, figures_to: date | None, *, year: str, calendar: Calendar, row: str = "") -> list[Finding]:
    """ATTEND-open (warning): more sessions (half days) than the school had from the start of that academic year to that day."""
    first, last = academic_year_begins(year), academic_year_end(year)
    if possible is None or figures_to is None or not first <= figures_to <= last:
        return []
    most = 2 * calendar.school_days_between(first, figures_to)
    if possible <= most:
        return []
    message = (f"{possible} possible sessions are more than the {most} half days of school from September to "
               f"{format_day(figures_to)}.")
    return [Finding("ATTEND-open", "HB-4.1", "attendance", message, "warning", _EDUCATION, row)]
