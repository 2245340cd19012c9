"""A term of 330 PEPs, day by day from the launch to the last signature: reminders and stages against a second count, numbers
against their lists.

The second count below is written from the words on the pages of reminders and of the board alone, with the holidays as a list of
days. What people do on each day is drawn beforehand; the parts are signed and the PEPs moved as rows, for to write 330 of them
would take an hour, and what signing asks is shown elsewhere.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from pep_admin import config
from pep_admin.models import (
    PARTS,
    Child,
    Closure,
    Delivery,
    Pep,
    QaReview,
    Reminder,
    School,
    SchoolCalendar,
)
from pep_admin.permissions import SYSTEM
from pep_admin.queries.board import board_of
from pep_admin.queries.chasing import without_meeting
from pep_admin.school_words import ClosureKind
from pep_admin.vocabulary import (
    Decision,
    Grade,
    LegalStatus,
    Part,
    PepStatus,
    PersonKind,
    PlacementKind,
    ReviewKind,
    SchoolKind,
    SchoolPhase,
    SenStatus,
)
from pep_admin.workflow import calendars, chasing, delegation, roll
from pep_admin.workflow.taking import move_peps
from tests.host.foreign_app import make_council
from tests.visiting import Visitor
from tests.world import World, build_world, person

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

CHILDREN, SCHOOLS, WORKERS = 330, 30, 14
LAUNCHED, SENT_OUT, DUE, LAST = date(2024, 9, 9), date(2024, 9, 16), date(2024, 11, 29), date(2025, 1, 31)
TERMS = ((date(2024, 9, 2), date(2024, 10, 18)), (date(2024, 10, 28), date(2024, 12, 20)), (date(2025, 1, 6), date(2025, 2, 14)))
"""First and last days of the half-terms of Bury's calendar."""
HALF_TERM = date(2024, 10, 21)
INSET = (date(2024, 11, 15), date(2024, 11, 18))
"""The first school is shut on these days."""
NOBODY_WORKS = (date(2024, 12, 25), date(2024, 12, 26), date(2025, 1, 1))
FRIDAY = 4
"""Each Friday every number of the board's first line is followed to its list."""
THOROUGH = (date(2024, 11, 15), date(2024, 12, 6))
"""On these the lists are counted row by row, every sixth school's numbers are followed too, and the questions of the week asked."""
Word = tuple[date, int, int, str, str]
"""Day, person, PEP, part, step."""


def days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(number) for number in range((last - first).days + 1))


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


@dataclass
class Fate:
    """What becomes of one PEP: when its meeting is booked, each part is signed, it comes back, and is signed once more."""

    booked: date
    signed: dict[Part, date]
    back: date | None = None
    again: dict[Part, date] = field(default_factory=dict)
    done: date = LAST

    @property
    def sent(self) -> date:
        return max(self.signed.values())


def drawn(number: int) -> Fate:
    """One in eight comes back three days after it was sent; one in ten is written in January alone."""
    chance = Random(number)
    first = date(2025, 1, 6) if number % 10 == 3 else date(2024, 9, 30)
    span = 11 if number % 10 == 3 else 74
    signed = {part: first + timedelta(chance.randrange(span)) for part in Part}
    fate = Fate(date(2024, 9, 23) + timedelta(chance.randrange(60)), signed)
    if number % 8 == 5:
        fate.back = fate.sent + timedelta(3)
        fate.again = {part: fate.back + timedelta(1 + chance.randrange(10)) for part in Part}
    fate.done = max([fate.sent, *fate.again.values()]) + timedelta(2)
    return fate


# --- the second count ----------------------------------------------------------------------------------------------------


def is_open(day: date, school: int | None) -> bool:
    """Whether a school, by its place in the list, or, for none, a social worker is there."""
    if day.weekday() > 4 or day in NOBODY_WORKS:
        return False
    if school is None:
        return True
    return any(first <= day <= last for first, last in TERMS) and not (school == 0 and INSET[0] <= day <= INSET[1])


def expected(fate: Fate, part: Part, school: int) -> Iterator[tuple[date, str]]:
    """On which morning which word goes. A morning comes before what people do on its day."""
    rounds = [(SENT_OUT, DUE, fate.signed[part])]
    if fate.back is not None:
        rounds.append((fate.back, max(DUE, fate.back), fate.again[part]))
    for asked, late_from, signed in rounds:
        told: set[str] = set()
        for morning in days(asked + timedelta(1), signed):
            come = [(DUE - timedelta(14), "before 14"), (DUE - timedelta(5), "before 5"), (late_from + timedelta(1), "after 1"),
                    (late_from + timedelta(7), "after 7")]
            if part is Part.EDUCATION and fate.booked >= morning:
                come.append((HALF_TERM, "half-term"))
            come = [(on, step) for on, step in come if asked < on <= morning]
            if come and is_open(morning, school if part is Part.EDUCATION else None) and max(come)[1] not in told:
                told.add(max(come)[1])
                yield morning, max(come)[1]


def stage(fate: Fate, day: date) -> str:
    """Where a PEP stands in the evening of a day; its meeting is on the sixth day after it was booked."""
    if fate.done <= day:
        return "Signed off"
    if fate.back is not None and fate.back <= day:
        return "With the Virtual School" if max(fate.again.values()) <= day else "Sent back"
    if fate.sent <= day:
        return "With the Virtual School"
    if day < SENT_OUT:
        return "Not sent out"
    if fate.booked > day:
        return "No meeting booked"
    if fate.booked + timedelta(6) >= day:
        return "Meeting booked"
    if fate.signed[Part.EDUCATION] <= day:
        return "Waits for social care"
    return "Waits for the school" if max(fate.signed[Part.SOCIAL_CARE], fate.signed[Part.MEETING]) <= day else "Held, both to sign"


# --- the term ------------------------------------------------------------------------------------------------------------


def build(session: Any) -> World:
    """Thirty schools with a teacher each, fourteen social workers, 330 children whose PEPs are opened; a school's days off."""
    world = build_world(session)
    schools = [session.get_one(School, world.school_id), session.get_one(School, world.other_school_id)]
    for number in range(2, SCHOOLS):
        teacher = person(session, f"T{number}", "Lehrer", PersonKind.DESIGNATED_TEACHER)
        schools.append(School(name=f"School {number:02}", urn=str(900200 + number), kind=SchoolKind.SCHOOL,
                              phase=SchoolPhase.SECONDARY, designated_teacher=teacher, finance_reference="F"))
    workers = [world.worker.person_id, world.other_worker.person_id,
               *(person(session, f"W{number}", "Sozial", PersonKind.SOCIAL_WORKER).id for number in range(2, WORKERS))]
    session.add_all(schools)
    session.flush()
    for number in range(2, CHILDREN):
        facts = {"first_name": f"Kind{number}", "last_name": "Musterkind", "date_of_birth": date(2011, 5, 14),
                 "lcs_id": f"S-{number}", "entered_care_on": date(2023, 2, 1), "notified_on": date(2023, 2, 2),
                 "legal_status": LegalStatus.C2, "sen_status": SenStatus.NONE}
        roll.take_into_care(session, actor=SYSTEM, today=LAUNCHED, facts=facts, school_id=schools[number % SCHOOLS].id,
                            social_worker_id=workers[number % WORKERS], carer_id=None, placement_kind=PlacementKind.FOSTER)
    calendar = SchoolCalendar(year=world.autumn.year, school=schools[0])
    calendars.save_calendar(session, calendar, actor=world.act(world.officer))
    calendars.save_closure(session, Closure(calendar=calendar, kind=ClosureKind.INSET, starts_on=INSET[0], ends_on=INSET[1]),
                           actor=world.officer)
    world.launch(LAUNCHED)
    session.commit()
    return world


def act(world: World, day: date, peps: list[Pep], fates: list[Fate]) -> None:
    """What people do on that day."""
    for pep, fate in zip(peps, fates, strict=True):
        if fate.booked == day:
            pep.meeting_at = at(day + timedelta(6))
        for part, on in (fate.again if fate.back is not None and day > fate.back else fate.signed).items():
            if on == day:
                row = world.session.scalars(sa.select(PARTS[part]).where(PARTS[part].pep_id == pep.id)).one()
                row.signed_by, row.signed_name, row.signed_at = "x", "X", at(day)
        world.session.flush()
        if day == fate.sent or (fate.again and day == max(fate.again.values())):
            move_peps(world.session, [pep], PepStatus.SUBMITTED, submitted_at=at(day))
        if day == fate.back:
            come_back(world, pep, day)
        if day == fate.done:
            move_peps(world.session, [pep], PepStatus.COMPLETE, grade=Grade.GREEN, completed_at=at(day))


def come_back(world: World, pep: Pep, day: date) -> None:
    world.session.add(QaReview(pep_id=pep.id, kind=ReviewKind.FIRST, grade=Grade.RED, decision=Decision.RETURN, feedback="Again",
                               reviewer="x", reviewer_name="X", reviewed_on=day, reviewed_at=at(day), rubric_version="1"))
    for model in PARTS.values():
        row = world.session.scalars(sa.select(model).where(model.pep_id == pep.id)).one()
        row.signed_by = row.signed_name = row.signed_at = None
    world.session.flush()
    move_peps(world.session, [pep], PepStatus.RETURNED, grade=Grade.RED, submitted_at=None)


def length(officer: Visitor, address: str) -> int:
    """How many rows a list has, on all its pages."""
    page, rows = officer.get(address), 0
    while True:
        assert page.tree is not None and page.status == 200, address
        rows += len(page.tree.xpath("//main//table/tbody/tr"))
        further = page.tree.xpath("//main//a[@rel='next']/@href")
        if not further:
            return rows
        page = officer.get(further[0])


def follow_the_board(officer: Visitor, term: int, fates: list[Fate], day: date) -> None:
    """The first line says what the second count says; each number leads to a list of as many."""
    page = officer.get(f"/admin/pep/board/?by=school&term={term}")
    assert page.tree is not None and f"{CHILDREN} children of the term" in page.main
    told = {cell.get("data-label"): re.sub(r"\D.*", "", cell.text_content().strip(), flags=re.DOTALL)
            for cell in page.tree.xpath("//main//tr[@class='whole']/td")}
    standing = Counter(stage(fate, day) for fate in fates)
    assert {name: int(number) for name, number in told.items() if name in standing} == standing, day
    assert sum(int(number) for name, number in told.items() if name not in ("Children", "Late")) == CHILDREN, day
    lines = "position() mod 6 = 1" if day in THOROUGH else "@class='whole'"
    for link in page.tree.xpath(f"//main//tbody/tr[{lines}]//a"):
        address, number = link.get("href"), re.sub(r"\D.*", "", link.text_content().strip(), flags=re.DOTALL)
        if day in THOROUGH:
            assert length(officer, address) == int(number), (day, address)
        else:
            assert f": {number} child" in officer.get(address).main, (day, address)


def follow_the_questions(officer: Visitor, day: date) -> None:
    """Each of the fifteen leads to a list that is as long as its number."""
    page = officer.get("/admin/pep/week/?whose=all")
    assert page.tree is not None
    cards = page.tree.xpath("//main//li[contains(@class, 'card')][.//a]")
    assert len(cards) == 15
    for card in cards:
        [link] = card.xpath(".//a")
        number = int(card.xpath("string(.//*[@class='card-number'])").replace(",", ""))
        assert length(officer, link.get("href")) == number, (day, link.text_content())


def test_a_term_of_330_peps(sqlite_url: str, open_session: Any) -> None:
    world = build(session := open_session(sqlite_url))
    officer = Visitor(make_council(sqlite_url, {"officer": world.officer}).visit("officer").client)
    world.act(SYSTEM)
    school_ids = list(session.scalars(sa.select(School.id).order_by(School.id)))
    peps = list(session.scalars(sa.select(Pep).order_by(Pep.child_id)))
    fates, term_id = [drawn(number) for number in range(CHILDREN)], world.autumn.id
    assert len(peps) == CHILDREN and {pep.due_on for pep in peps} == {DUE} and max(fate.done for fate in fates) <= LAST
    for day in days(LAUNCHED, LAST):
        chasing.send_reminders(session, actor=SYSTEM, today=day, now=at(day))
        if day == SENT_OUT:
            delegation.delegate_peps(session, [pep.id for pep in peps], actor=SYSTEM, now=at(day), run="r")
        act(world, day, peps, fates)
        session.commit()
        term = world.autumn
        stages = [row.stage.label for row in board_of(session, term, min(day, term.ends_on), today=min(day, term.ends_on))]
        assert len(stages) == CHILDREN, day
        assert Counter(stages) == Counter(stage(fate, day) for fate in fates), day
        missing = {each.pep.id for each in without_meeting(session, term, day)}
        assert missing == {pep.id for pep, fate in zip(peps, fates, strict=True) if SENT_OUT <= day < min(fate.booked, fate.done)
                           and (day < fate.sent or (fate.back is not None and fate.back <= day < max(fate.again.values())))}, day
        session.rollback()
        if day.weekday() == FRIDAY:
            config.move_today(day)
            follow_the_board(officer, term_id, fates, day)
            if day in THOROUGH:
                follow_the_questions(officer, day)
        world.act(SYSTEM)
    assert {pep.status for pep in session.scalars(sa.select(Pep))} == {PepStatus.COMPLETE}

    wanted: set[Word] = set()
    for pep, fate in zip(peps, fates, strict=True):
        for part in Part:
            who = pep.writer_id if part is Part.EDUCATION else pep.social_worker_id
            wanted |= {(day, who or 0, pep.id, part.value, step)
                       for day, step in expected(fate, part, school_ids.index(pep.school_id or 0))}
    kept = session.scalars(sa.select(Reminder)).all()
    sent = {(each.sent_on, each.person_id, each.pep_id, each.part.value, each.step) for each in kept}
    assert sent - wanted == set() and wanted - sent == set()
    assert 1_000 < len(kept) == len(sent)
    in_half_term = [day for day, *_, part, _ in sent if part == "education" and HALF_TERM <= day <= date(2024, 10, 25)]
    assert in_half_term == [] and not any(day.weekday() > 4 for day, *_ in sent)
    mails = session.scalars(sa.select(Delivery).where(Delivery.template == "reminder")).all()
    assert len(mails) == len({(day, who) for day, who, *_ in wanted}), "one mail a person a day"
    names = session.scalars(sa.select(Child.first_name)).all()
    assert not any(str(name) in str(mail.arguments) for mail in mails for name in names)
