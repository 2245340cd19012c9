"""The chase over an autumn term, day by day: who is reminded when, when not, and who above them gets word.

Every expected day is worked out by hand. PEPs are due on Fri 29 Nov 2024; the numbers are 14 and 5 days before, 1 and 7 days late,
and word to those above after 10. Half-term is Mon 21 to Fri 25 Oct.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from pep_admin.demo import writing
from pep_admin.exceptions import NotAllowed, Refused
from pep_admin.models import (
    AcademicYear,
    CareTeam,
    Closure,
    Delivery,
    NonWorkingDay,
    Pep,
    Person,
    Reminder,
    School,
    SchoolCalendar,
)
from pep_admin.permissions import SYSTEM
from pep_admin.school_words import ClosureKind
from pep_admin.vocabulary import Decision, Grade, Part, PersonKind
from pep_admin.workflow import calendars, calls, chasing, delegation, reviews, sections
from tests.world import World, accepting, build_world, person

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

SENT_OUT = date(2024, 9, 16)
LAST = date(2024, 12, 20)
Told = tuple[str, str, str, str]


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 8, tzinfo=UTC)


@pytest.fixture
def term(session: Session) -> World:
    """Four children: 0 and 2 at Alder (Tess Lehrer, Sara Sozial of Team North), 1 and 3 at Birch (Otto Anders, Olga Zweite of no
    team). Sent out on 16 Sep. Alder has a head, Team North a manager; Birch has none."""
    world = build_world(session, children=4)
    head, manager = person(session, "Hedda", "Rektor", PersonKind.HEADTEACHER), person(session, "Mara", "Leitung",
                                                                                   PersonKind.SOCIAL_WORKER)
    session.get_one(School, world.school_id).headteacher = head
    session.get_one(Person, world.worker.person_id).organisation = "Team  North"
    session.add(CareTeam(name="team north", manager=manager))
    world.launch()
    world.act(SYSTEM)
    ids = session.scalars(sa.select(Pep.id).order_by(Pep.child_id)).all()
    delegation.delegate_peps(session, ids, actor=world.act(world.officer), now=at(SENT_OUT), run="r")
    world.act(SYSTEM)
    session.commit()
    return world


def pep(world: World, number: int) -> Pep:
    world.act(SYSTEM)
    return world.session.scalars(sa.select(Pep).order_by(Pep.child_id)).all()[number]


def run(world: World, day: date) -> chasing.ChaseResult:
    world.act(SYSTEM)
    done = chasing.send_reminders(world.session, actor=SYSTEM, today=day, now=at(day))
    world.session.commit()
    return done


def walk(world: World, first: date, last: date, on: dict[date, Callable[[], None]] | None = None) -> None:
    """The worker's mornings from day to day; after each, what people do on it."""
    day = first
    while day <= last:
        run(world, day)
        if on and day in on:
            on[day]()
            world.session.commit()
        day += timedelta(1)


def told(world: World, number: int | None = None) -> list[Told]:
    """Every word, in order: "18 Nov", who, which part, by which step; of one child's PEP, or all."""
    world.act(SYSTEM)
    world.session.expire_all()
    asked = sa.select(Reminder).order_by(Reminder.sent_on, Reminder.person_id, Reminder.part, Reminder.step)
    if number is not None:
        asked = asked.where(Reminder.pep_id == pep(world, number).id)
    return [(f"{each.sent_on:%d %b}", each.person.last_name, each.part.value, each.step) for each in world.session.scalars(asked)]


def words(day: str, who: str, step: str, *parts: str) -> list[Told]:
    return [(day, who, part, step) for part in parts]


CARE = ("meeting", "social_care")


def sign(world: World, number: int, day: date, *parts: Part) -> None:
    found = pep(world, number)
    teacher, worker = writing.people_of(found)
    for part in parts:
        who = teacher if part is Part.EDUCATION else worker
        sections.sign_part(world.session, found.id, part, actor=world.act(who), today=day, now=at(day))
    world.act(SYSTEM)


def write(world: World, number: int, meeting_on: date) -> None:
    writing.write(world.session, pep(world, number), meeting_on=meeting_on, money=False)
    world.act(SYSTEM)


def shut_birch(world: World) -> None:
    """Birch School is shut on Fri 15 and Mon 18 Nov; on Mon 25 Nov nobody works."""
    world.act(SYSTEM)
    school = world.session.get_one(School, world.other_school_id)
    calendar = SchoolCalendar(year=world.autumn.year, school=school)
    calendars.save_calendar(world.session, calendar, actor=world.act(world.officer))
    calendars.save_closure(world.session, Closure(calendar=calendar, kind=ClosureKind.INSET, starts_on=date(2024, 11, 15),
                                                  ends_on=date(2024, 11, 18)), actor=world.act(world.officer))
    calendars.save_day_off(world.session, NonWorkingDay(day_on=date(2024, 11, 25), name="A wedding"), actor=world.act(world.head))
    world.session.commit()


def send_back(world: World, number: int, day: date) -> None:
    reviews.grade_pep(world.session, pep(world, number).id, accepting(Grade.RED, decision=Decision.RETURN), actor=world.act(
        world.officer), today=day, now=at(day))
    world.act(SYSTEM)


def test_a_term_of_reminders(term: World) -> None:
    """Child 0: meeting held on 14 Oct; the teacher signs on 18 Nov, the social worker on 27 Nov. Child 1: sent on 4 Nov, sent back
    on 4 Dec. Children 2 and 3: nobody does anything."""
    shut_birch(term)

    def send_1() -> None:
        writing.sign_and_send(term.session, pep(term, 1), today=date(2024, 11, 4), now=at(date(2024, 11, 4)))
        term.act(SYSTEM)

    walk(term, SENT_OUT, LAST, {
        date(2024, 10, 14): lambda: write(term, 0, date(2024, 10, 14)),
        date(2024, 10, 16): lambda: write(term, 1, date(2024, 10, 16)),
        date(2024, 11, 4): send_1,
        date(2024, 11, 18): lambda: sign(term, 0, date(2024, 11, 18), Part.EDUCATION),
        date(2024, 11, 27): lambda: sign(term, 0, date(2024, 11, 27), Part.SOCIAL_CARE, Part.MEETING),
        date(2024, 12, 4): lambda: send_back(term, 1, date(2024, 12, 4)),
    })
    # 14 days before is Fri 15 Nov. 5 days before is Sun 24 Nov, the Monday nobody works, so Tue 26 Nov.
    assert told(term, 0) == [*words("15 Nov", "Lehrer", "before 14", "education"), *words("15 Nov", "Sozial", "before 14", *CARE),
                             *words("26 Nov", "Sozial", "before 5", *CARE),
                             # signed whole on Wed 27 Nov and not sent: the day after, then as a part that is late
                             *words("28 Nov", "Sozial", "unsent", "meeting"),
                             *words("02 Dec", "Sozial", "unsent after 1", "meeting"),
                             *words("06 Dec", "Sozial", "unsent after 7", "meeting")]
    # Sent before anything was due. Back on Wed 4 Dec: one day later is Thu 5 Dec, seven are Wed 11 Dec; ten are Sat 14 Dec, but
    # there is nobody above.
    assert told(term, 1) == [*words("05 Dec", "Anders", "after 1", "education"), *words("05 Dec", "Zweite", "after 1", *CARE),
                             *words("11 Dec", "Anders", "after 7", "education"), *words("11 Dec", "Zweite", "after 7", *CARE)]
    # Half-term begins on Mon 21 Oct: back at school on Mon 28 Oct. One day late is Sat 30 Nov, so Mon 2 Dec; seven are Fri 6 Dec;
    # ten are Mon 9 Dec.
    assert told(term, 2) == [
        *words("28 Oct", "Lehrer", "half-term", "education"),
        *words("15 Nov", "Lehrer", "before 14", "education"), *words("15 Nov", "Sozial", "before 14", *CARE),
        *words("26 Nov", "Lehrer", "before 5", "education"), *words("26 Nov", "Sozial", "before 5", *CARE),
        *words("02 Dec", "Lehrer", "after 1", "education"), *words("02 Dec", "Sozial", "after 1", *CARE),
        *words("06 Dec", "Lehrer", "after 7", "education"), *words("06 Dec", "Sozial", "after 7", *CARE),
        *words("09 Dec", "Rektor", "escalated", "education"), *words("09 Dec", "Leitung", "escalated", *CARE)]
    # Birch is shut on 15 and 18 Nov, the social worker is not.
    assert told(term, 3) == [
        *words("28 Oct", "Anders", "half-term", "education"),
        *words("15 Nov", "Zweite", "before 14", *CARE), *words("19 Nov", "Anders", "before 14", "education"),
        *words("26 Nov", "Anders", "before 5", "education"), *words("26 Nov", "Zweite", "before 5", *CARE),
        *words("02 Dec", "Anders", "after 1", "education"), *words("02 Dec", "Zweite", "after 1", *CARE),
        *words("06 Dec", "Anders", "after 7", "education"), *words("06 Dec", "Zweite", "after 7", *CARE)]
    mails = term.session.execute(sa.select(Delivery.person_id, sa.func.date(Delivery.queued_at), sa.func.count()).where(
        Delivery.template.in_(("reminder", "escalated"))).group_by(Delivery.person_id, sa.func.date(Delivery.queued_at))).all()
    # Tess: 28 Oct, 15, 26 Nov, 2, 6 Dec. Sara: 28 Nov in October's place. Otto: 28 Oct, 19, 26 Nov, 2, 5, 6, 11 Dec. Olga: 15, 26
    # Nov, 2, 5, 6, 11 Dec. And two above.
    assert all(count == 1 for *_, count in mails) and len(mails) == 5 + 5 + 7 + 6 + 2


def test_a_step_that_falls_into_the_holidays_waits_for_the_first_day_after(term: World) -> None:
    """Due on Wed 8 Jan 2025: 14 days before is 25 Dec, 5 are Fri 3 Jan. School begins again on Mon 6 Jan, when the later step alone
    is taken; a social worker is at work on Fri 27 Dec."""
    pep(term, 2).due_on = date(2025, 1, 8)
    for number in (0, 1, 3):
        pep(term, number).due_on = date(2025, 6, 6)
    term.session.commit()
    walk(term, date(2024, 12, 16), date(2025, 1, 7))
    assert [each for each in told(term) if each[3] != "half-term"] == [
        *words("27 Dec", "Sozial", "before 14", *CARE), *words("03 Jan", "Sozial", "before 5", *CARE),
        *words("06 Jan", "Lehrer", "before 5", "education")]


def test_nothing_goes_where_nobody_knows_the_term_dates(term: World) -> None:
    """The last year on record ends on 20 Jul 2026; in August nobody can say whether a school is open."""
    pep(term, 0).due_on = date(2026, 8, 10)
    term.session.commit()
    run(term, date(2026, 8, 5))
    assert {who for _, who, *_ in told(term, 0)} == {"Sozial"}


def test_who_cannot_be_reached_gets_none_and_is_reminded_once_they_can_be(term: World) -> None:
    teacher = term.session.get_one(Person, term.teacher.person_id)
    teacher.bounced_on = date(2024, 11, 1)
    term.session.commit()
    run(term, date(2024, 11, 15))
    assert "Lehrer" not in str(told(term))
    teacher.bounced_on = None
    term.session.commit()
    assert run(term, date(2024, 11, 18)).reminders == 1
    assert told(term, 0)[-1] == ("18 Nov", "Lehrer", "education", "before 14")


def test_a_run_is_safe_to_repeat_and_a_preview_stores_nothing(term: World) -> None:
    day = date(2024, 11, 15)
    seen = chasing.send_reminders(term.session, actor=SYSTEM, today=day, now=at(day), dry_run=True)
    assert (seen.reminders, told(term)) == (4, [])
    assert run(term, day).reminders == 4 and run(term, day).reminders == 0
    assert {each.person.last_name for each in seen.letters} == {who for _, who, *_ in told(term)}


def test_whoever_had_a_mail_gets_what_comes_up_later_that_day_on_another(term: World) -> None:
    day = date(2024, 11, 15)
    run(term, day)
    before = told(term)
    year = term.session.scalars(sa.select(AcademicYear).where(AcademicYear.name == "2024-25")).one()
    year.remind_days_before = "15"  # another step than the one that went, and its day has come too
    term.session.commit()
    assert run(term, day).reminders == 0 and told(term) == before
    assert run(term, date(2024, 11, 19)).reminders == 4
    assert {each[::3] for each in told(term)} == {("15 Nov", "before 14"), ("19 Nov", "before 15")}


def test_a_year_without_reminders_and_one_with_other_days(term: World) -> None:
    year = term.session.scalars(sa.select(AcademicYear).where(AcademicYear.name == "2024-25")).one()
    year.send_reminders = False
    term.session.commit()
    walk(term, date(2024, 11, 1), LAST)
    assert told(term) == []
    year.send_reminders, year.remind_days_before, year.remind_days_after, year.escalate_after_days = True, "", "18", 0
    term.session.commit()
    walk(term, date(2024, 12, 16), LAST)  # 29 Nov and 18 days: Tue 17 Dec; half-term was passed over by then
    assert {each[::3] for each in told(term)} == {("17 Dec", "after 18"), ("16 Dec", "half-term")}


def test_a_note_of_a_call_holds_them_back_until_its_day(term: World) -> None:
    calls.note_call(term.session, term.teacher.person_id or 0, words="Back from sick leave on Monday", spoke_on=date(2024, 11, 14),
                    follow_up_on=date(2024, 11, 18), pep_id=pep(term, 0).id, actor=term.act(term.officer), today=date(2024, 11, 14))
    term.session.commit()
    walk(term, date(2024, 11, 15), date(2024, 11, 18))
    assert told(term, 0)[-1] == ("18 Nov", "Lehrer", "education", "before 14"), "held back, then reminded"
    assert told(term, 2)[0] == ("15 Nov", "Lehrer", "education", "before 14"), "the other PEP was not held"


# --- word to those above ---------------------------------------------------------------------------------------------------


def test_an_officer_tells_those_above_at_once_and_nobody_twice(term: World) -> None:
    day = date(2024, 12, 2)
    term.act(SYSTEM)
    everybody = set(term.session.scalars(sa.select(Person.id)))
    with pytest.raises(NotAllowed):
        chasing.escalate(term.session, everybody, actor=term.act(term.auditor), today=day, now=at(day), run="a")
    term.session.rollback()
    done = chasing.escalate(term.session, everybody, actor=term.act(term.officer), today=day, now=at(day), run="b")
    assert {each.person.last_name: each.peps for each in done.letters} == {"Rektor": 2, "Leitung": 2}
    term.session.commit()
    with pytest.raises(Refused, match="has not been told yet"):
        chasing.escalate(term.session, everybody, actor=term.act(term.officer), today=day, now=at(day), run="c")
    term.session.rollback()
    walk(term, date(2024, 12, 3), LAST)
    assert [each for each in told(term) if each[3] == "escalated" and each[0] != "02 Dec"] == []


def test_who_owes_it_is_not_told_as_if_somebody_else_did(term: World) -> None:
    school = term.session.get_one(School, term.school_id)
    school.headteacher_id = school.designated_teacher_id
    term.session.commit()
    run(term, date(2024, 12, 9))
    assert [each for each in told(term, 0) if each[2] == "education"] == [("09 Dec", "Lehrer", "education", "after 7")]


def test_who_has_a_reminder_gets_word_of_others_on_another_day(term: World) -> None:
    """The manager of the team is a social worker of it too, with a reminder of their own on the day."""
    manager = term.session.scalars(sa.select(Person).where(Person.last_name == "Leitung")).one()
    mine = pep(term, 3)
    mine.social_worker, mine.due_on = manager, date(2024, 12, 8)  # one day late on Mon 9 Dec, as word to those above is due
    term.session.commit()
    walk(term, date(2024, 12, 9), date(2024, 12, 10))
    assert [each for each in told(term) if each[1] == "Leitung"] == [
        *words("09 Dec", "Leitung", "after 1", *CARE),
        *words("10 Dec", "Leitung", "escalated", "meeting", "meeting", "social_care", "social_care")]
