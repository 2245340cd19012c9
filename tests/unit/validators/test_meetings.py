"""The dates round a meeting."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from pep_admin.school_calendar import TermDates, school_days
from pep_admin.validators.findings import Finding
from pep_admin.validators.meetings import (
    Calendar,
    Engagement,
    check_figures_to,
    check_goer,
    check_heard_on,
    check_hour,
    check_meeting_day,
    check_meeting_span,
    check_next_date,
    check_place,
    check_plan,
    day_of,
    monday_of,
)

TODAY = date(2024, 11, 26)
MEETING = date(2024, 11, 20)


def short(findings: list[Finding]) -> list[tuple[str, str, str, str]]:
    return [(finding.check, finding.code, finding.field, finding.severity) for finding in findings]


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2024, 7, 1, 23, 30, tzinfo=UTC), date(2024, 7, 2)),  # half past midnight in England
        (datetime(2024, 11, 20, 23, 30, tzinfo=UTC), date(2024, 11, 20)),
        (datetime(2024, 11, 20, 1, 0, tzinfo=timezone(timedelta(hours=5))), date(2024, 11, 19)),
        (datetime(2024, 11, 20, 9, 0), date(2024, 11, 20)),
        (None, None),
    ],
)
def test_the_day_in_england(moment: datetime | None, day: date | None) -> None:
    assert day_of(moment) == day


def meeting(on: date | None, review: date | None = date(2025, 1, 15), entered: date | None = date(2023, 5, 2)) -> list[Finding]:
    return check_meeting_day(on, entered_care_on=entered, care_review_on=review, today=TODAY)


def test_a_meeting_that_was_held() -> None:
    assert meeting(MEETING) == []
    assert meeting(TODAY) == []
    assert meeting(MEETING, review=None, entered=None) == []


@pytest.mark.parametrize("on", [None, date(2024, 11, 27)], ids=["no date", "to come"])
def test_a_meeting_that_was_not(on: date | None) -> None:
    assert short(meeting(on)) == [("RD-301", "HB-2.5", "meeting_at", "blocking")]


def test_a_meeting_before_care_contradicts_the_record() -> None:
    assert short(meeting(date(2023, 5, 1))) == [("RD-301", "DATA-dates", "meeting_at", "blocking")]


@pytest.mark.parametrize(
    ("on", "fits"),
    [(date(2024, 7, 10), False), (date(2024, 7, 11), True), (date(2025, 8, 31), True), (date(2025, 9, 1), False), (None, True)],
)
def test_a_meeting_is_its_peps_own(on: date | None, fits: bool) -> None:
    """Sixty days before 9 Sep 2024 is 11 Jul 2024."""
    found = check_meeting_span(on, opened_on=date(2024, 9, 9), year="2024-25")
    assert short(found) == ([] if fits else [("MEET-span", "DATA-meeting", "meeting_at", "blocking")])


def test_the_first_day_in_care_is_in_care() -> None:
    assert meeting(MEETING, entered=MEETING) == []


def test_the_care_review_of_the_same_day_is_a_warning() -> None:
    assert short(meeting(MEETING, review=MEETING)) == [("RD-303", "HB-3.3", "meeting_at", "warning")]


@pytest.mark.parametrize("reason", [None, ""])
def test_the_next_date_or_why_there_is_none(reason: str | None) -> None:
    assert short(check_next_date(None, reason=reason, meeting_on=MEETING)) == [("RD-313", "HB-1.7", "next_pep_on", "blocking")]
    assert check_next_date(None, reason="turning_18", meeting_on=MEETING) == []
    assert check_next_date(date(2025, 2, 12), reason=reason, meeting_on=MEETING) == []


@pytest.mark.parametrize("on", [MEETING, date(2024, 11, 19)])
def test_the_next_pep_comes_after_this_one(on: date) -> None:
    assert short(check_next_date(on, reason=None, meeting_on=MEETING)) == [("RD-314", "HB-1.7", "next_pep_on", "blocking")]


@pytest.mark.parametrize("on", [date(2025, 2, 15), date(2024, 12, 25)], ids=["Saturday", "Christmas Day"])
def test_a_day_off_is_a_warning_without_any_calendar(on: date) -> None:
    assert short(check_next_date(on, reason=None, meeting_on=None)) == [("RD-314", "HB-1.7", "next_pep_on", "warning")]


def test_a_known_calendar_knows_half_term_and_deadline() -> None:
    spring = TermDates(date(2025, 1, 6), date(2025, 4, 4), date(2025, 2, 17), date(2025, 2, 21))
    calendar = Calendar(school_days([spring]), date(2025, 2, 28))

    def said(on: date) -> list[tuple[str, str]]:
        found = check_next_date(on, reason=None, meeting_on=MEETING, calendar=calendar)
        return [(finding.code, finding.severity) for finding in found]

    assert said(date(2025, 2, 12)) == []
    assert said(date(2025, 2, 28)) == []
    assert said(date(2025, 2, 18)) == [("HB-1.7", "warning")]
    assert said(date(2025, 3, 3)) == [("HB-1.4", "warning")]
    assert said(date(2025, 6, 10)) == [("HB-1.4", "warning")]  # past the known terms: a weekday is let be
    assert said(date(2025, 6, 14)) == [("HB-1.7", "warning"), ("HB-1.4", "warning")]


def test_when_the_child_was_heard() -> None:
    def said(on: date | None) -> list[tuple[str, str, str, str]]:
        return short(check_heard_on(on, name="Sam", meeting_on=MEETING, today=TODAY))

    assert said(None) == []
    assert said(MEETING) == []
    assert said(date(2024, 11, 21)) == [("RD-205", "HB-3.14", "voice_gathered_on", "warning")]
    assert said(date(2024, 11, 27)) == [("RD-204", "HB-3.14", "voice_gathered_on", "blocking")]
    assert check_heard_on(TODAY, name="Sam", meeting_on=None, today=TODAY) == []
    assert said(MEETING - timedelta(days=60)) == []
    assert said(MEETING - timedelta(days=61)) == [("RD-205", "HB-3.14", "voice_gathered_on", "warning")]
    assert short(check_heard_on(TODAY - timedelta(days=61), name="Sam", meeting_on=None, today=TODAY)) == [
        ("RD-205", "HB-3.14", "voice_gathered_on", "warning")]


def test_attendance_figures_are_at_most_four_weeks_old() -> None:
    assert check_figures_to(MEETING - timedelta(days=28), meeting_on=MEETING, stale_days=28) == []
    (finding,) = check_figures_to(MEETING - timedelta(days=35), meeting_on=MEETING, stale_days=28, row="4")
    assert (finding.check, finding.severity, finding.row) == ("RD-208", "warning", "4")
    assert "stop on 16 Oct 2024, 5 weeks before" in finding.message
    stale = check_figures_to(MEETING - timedelta(days=29), meeting_on=MEETING, stale_days=28)
    assert short(stale) == [("RD-208", "HB-4.1", "attendance", "warning")]
    assert check_figures_to(None, meeting_on=MEETING, stale_days=28) == []
    assert check_figures_to(MEETING, meeting_on=None, stale_days=28) == []


# --- a meeting that is planned ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "wrong"),
    [
        (datetime(2025, 3, 30, 1, 30, tzinfo=ZoneInfo("Europe/London")), True),
        (datetime(2025, 3, 30, 0, 59, tzinfo=ZoneInfo("Europe/London")), False),
        (datetime(2025, 3, 30, 2, 0, tzinfo=ZoneInfo("Europe/London")), False),
        (datetime(2024, 10, 27, 1, 30, tzinfo=ZoneInfo("Europe/London")), False),  # there are two of them
        (datetime(2025, 3, 30, 1, 30, tzinfo=UTC), False),
        (datetime(2025, 3, 30, 1, 30), False),
        (None, False),
    ],
)
def test_an_hour_that_the_clocks_leave_out(at: datetime | None, wrong: bool) -> None:
    assert short(check_hour(at)) == ([("MEET-hour", "DATA-dates", "meeting_at", "blocking")] if wrong else [])


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        ("https://x.example/1", True), ("HTTP://x.example", True), ("see www.example.org", True), ("teams.microsoft.com/l", True),
        ("us02web.zoom.us/j/9", True), ("meet.google.com/a-b", True), ("Video", False), ("By Teams. Link follows", False),
        ("Room www", False), ("", False), (None, False),
    ],
)
def test_where_it_is_holds_no_link(place: str | None, wrong: bool) -> None:
    assert short(check_place(place)) == ([("MEET-link", "DATA-shape", "meeting_place", "blocking")] if wrong else [])


def in_term(day: date) -> bool:
    return school_days([TermDates(date(2024, 9, 2), date(2024, 12, 20), date(2024, 10, 28), date(2024, 11, 1))])(day)


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (datetime(2024, 11, 26, 8, 0), []),
        (datetime(2024, 11, 28, 20, 0), []),
        (datetime(2024, 11, 27, 7, 59), ["07:59, before 08:00"]),
        (datetime(2024, 11, 27, 20, 1, tzinfo=UTC), ["20:01, after 20:00"]),
        (datetime(2024, 11, 30, 10, 0), ["which is a Saturday"]),
        (datetime(2024, 12, 25, 3, 0), ["which is a bank holiday", "before 08:00", "due by 13 Dec 2024"]),
        (datetime(2024, 12, 13, 10, 0), []),
        (datetime(2024, 12, 16, 10, 0), ["due by 13 Dec 2024"]),
        (datetime(2024, 11, 25, 3, 0), []),  # it is over
        (None, []),
    ],
)
def test_an_unlikely_day_of_a_meeting_ahead(at: datetime | None, said: list[str]) -> None:
    found = list(check_plan(at, due_on=date(2024, 12, 13), today=TODAY, calendar=Calendar(in_term)))
    assert len(found) == len(said) and all(words in each.message for each, words in zip(found, said, strict=True))
    assert {(each.field, each.severity) for each in found} <= {("meeting_at", "warning")}
    assert {(each.check, each.code) for each in found} <= {("MEET-plan", "HB-3.1"), ("MEET-late", "HB-1.4")}


def test_a_day_out_of_term_is_said_where_the_terms_are_known() -> None:
    half_term = datetime(2024, 10, 30, 10)
    ((check, *_, severity),) = short(list(check_plan(half_term, due_on=None, today=date(2024, 10, 1), calendar=Calendar(in_term))))
    assert (check, severity) == ("MEET-plan", "warning")
    assert not list(check_plan(datetime(2025, 6, 10, 10), due_on=None, today=TODAY, calendar=Calendar(in_term)))


# --- who of the Virtual School goes there ------------------------------------------------------------------------------------


def at(day: int, hour: int, minute: int = 0, *, pep: str = "2425-AUT-0002", minutes: int = 60) -> Engagement:
    """A meeting in November 2024, when London keeps universal time. The 25th is a Monday."""
    return Engagement(pep, datetime(2024, 11, day, hour, minute, tzinfo=UTC), minutes)


HERE = at(26, 10, pep="2425-AUT-0001")
"""The meeting to which somebody is to be sent."""
TWICE = "Ole Amt goes to another meeting at that time: 2425-AUT-0002, 26 Nov 2024, {}."


def looked_at(*others: Engagement, most: int = 5) -> list[str]:
    found = check_goer("Ole Amt", HERE, others, most=most)
    assert {(each.code, each.severity, each.field) for each in found} <= {("HB-3.10", "warning", "officer")}
    return [each.message for each in found]


@pytest.mark.parametrize(("other", "said"), [
    (at(26, 10), ["10:00 to 11:00"]), (at(26, 9, 1), ["09:01 to 10:01"]), (at(26, 10, 59), ["10:59 to 11:59"]),
    (at(26, 9, 30, minutes=120), ["09:30 to 11:30"]), (at(26, 10, 15, minutes=30), ["10:15 to 10:45"]),
    (at(26, 9), []), (at(26, 11), []), (at(27, 10), []), (at(26, 9, 30, minutes=30), []), (at(26, 10, pep="2425-AUT-0001"), []),
])
def test_two_meetings_at_one_time_are_said_and_one_after_the_other_is_not(other: Engagement, said: list[str]) -> None:
    assert looked_at(other) == [TWICE.format(each) for each in said]


def test_every_other_meeting_at_that_time_is_said_in_the_clock_of_london() -> None:
    """In June 10:00 in London is 9:00 universal time; the first one of them stands first."""
    def june(pep: str, hour: int, minute: int) -> Engagement:
        return Engagement(pep, datetime(2025, 6, 12, hour, minute, tzinfo=UTC), 60)

    found = check_goer("Ole Amt", june("A", 9, 0), [june("C", 9, 30), june("B", 8, 30)], most=5)
    assert [each.message for each in found] == [
        "Ole Amt goes to another meeting at that time: B, 12 Jun 2025, 09:30 to 10:30.",
        "Ole Amt goes to another meeting at that time: C, 12 Jun 2025, 10:30 to 11:30."]
    assert {each.check for each in found} == {"MEET-two"}


@pytest.mark.parametrize(("days", "most", "count"), [
    ((25, 27, 28, 29), 5, 0), ((25, 27, 28, 29, 30), 5, 6), ((24, 27, 28, 29), 4, 0),
    ((25, 27, 28, 29), 4, 5), ((25,), 1, 2), ((25, 27, 28), 0, 0),
])
def test_a_week_is_full_from_monday_to_sunday(days: tuple[int, ...], most: int, count: int) -> None:
    """The 24th is the Sunday before. The meeting itself, where they are named already, is no other one."""
    others = [at(day, 14, pep=f"P{day}") for day in days]
    assert looked_at(HERE, *others, most=most) == (
        [f"With this one Ole Amt has {count} meetings in the week of 25 Nov 2024; an officer can go to {most}."] if count else [])


def test_a_week_is_that_of_london() -> None:
    """Sunday 1 June 2025, 23:30 universal time, is Monday 00:30 in London."""
    assert Engagement("A", datetime(2025, 6, 1, 23, 30, tzinfo=UTC)).week == date(2025, 6, 2)
    assert Engagement("A", datetime(2025, 6, 1, 22, 30, tzinfo=UTC)).week == date(2025, 5, 26)
    assert monday_of(date(2025, 6, 2)) == date(2025, 6, 2) and monday_of(date(2025, 6, 8)) == date(2025, 6, 2)
