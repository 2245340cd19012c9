"""Every kind of letter that the program sends, through a real mail server: in none of them stands who the child is.

Both children have names, numbers and days that stand nowhere else. A letter that is new in server/mail.py fails here until it is
sent here too. When each letter goes, and to whom, is shown where its feature is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask

from pep_admin.accounts import letters as account_letters
from pep_admin.accounts import tickets
from pep_admin.accounts.creating import create_account
from pep_admin.accounts.models import TicketKind
from pep_admin.models import Child, Delivery, Pep, School
from pep_admin.pep_document import read_document
from pep_admin.permissions import SYSTEM, audience_for
from pep_admin.school_words import ExclusionConcern
from pep_admin.server.mail import LETTERS
from pep_admin.server.worker import run_once
from pep_admin.vocabulary import Decision, DeliveryState, Grade, LeavingReason, PersonKind, Role
from pep_admin.workflow import chasing, exclusions, grants, leads, meetings, payments, reviews, roll
from tests.conftest import PASSWORD
from tests.integration.post_office import PostOffice
from tests.integration.test_second_step import make_app
from tests.world import NOW, TODAY, World, accepting, person

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

CANARIES: dict[str, Any] = {
    "first_name": "Quendolin", "last_name": "Zwetschgenbaum-Ölmütz", "known_as": "Quennie", "upn": "X820000012345",
    "lcs_id": "LCS-77341", "date_of_birth": date(2009, 2, 27),
}
OTHER = {**CANARIES, "first_name": "Peregrine", "last_name": "O’Vrubel", "known_as": "Perry", "upn": "W820000054321",
         "lcs_id": "LCS-88452", "date_of_birth": date(2010, 10, 31)}
SAID = "Quittenmarmelade"
"""What was written about the child: it stays in the record too."""


AS_WRITTEN = ("%Y-%m-%d", "%d %b %Y", "%d %B %Y", "%d/%m/%Y", "%d.%m.%Y", "%Y%m%d", "%d%m%y")


def secrets() -> set[str]:
    """Each child's names and every part of them, numbers, and the day of birth as it may be written."""
    found = {SAID}
    for facts in (CANARIES, OTHER):
        names = [str(facts[key]) for key in ("first_name", "last_name", "known_as")]
        found |= {part for name in names for part in (name, *re.split(r"[-’]", name)) if len(part) > 1}
        found |= {str(facts["upn"]), str(facts["lcs_id"])}
        found |= {format(facts["date_of_birth"], pattern) for pattern in AS_WRITTEN}
    return {each.casefold() for each in found}


@pytest.fixture
def world(world: World) -> World:
    """Both PEPs are with their writers since September; the school has a head; an officer has the first child."""
    world.act(SYSTEM)
    for child_id, facts in ((world.child_id, CANARIES), (world.other_child_id, OTHER)):
        child = world.session.get_one(Child, child_id)
        for key, value in facts.items():
            setattr(child, key, value)
        child.case_officer_id = world.officer.person_id
    for pep in world.session.scalars(sa.select(Pep)):
        pep.delegated_at = datetime(2024, 9, 16, 9, tzinfo=UTC)
    world.session.get_one(School, world.school_id).headteacher = person(world.session, "Hedda", "Rektor", PersonKind.HEADTEACHER)
    world.session.commit()
    return world


@pytest.fixture
def app(world: World, tmp_path: Path, post_office: PostOffice) -> Flask:
    return make_app(f"sqlite:///{tmp_path / 'world.db'}", tmp_path, post_office, PEP_ADMIN_TODAY=TODAY.isoformat(),
                    PEP_ADMIN_BASE_URL="https://pep.example.org")


# --- what brings each letter about ---------------------------------------------------------------------------------------


def reminds(world: World) -> None:
    chasing.send_reminders(world.session, actor=world.act(SYSTEM), today=TODAY, now=NOW)
    for pep in world.session.scalars(sa.select(Pep)):
        pep.due_on = date(2024, 11, 15)
    world.session.flush()
    head = world.session.get_one(School, world.school_id).headteacher
    chasing.escalate(world.session, [head.id if head else 0], actor=world.act(world.officer), today=TODAY, now=NOW, run="r")


def asks_whether_they_still_are(world: World) -> None:
    leads.ask_leads(world.session, [world.school_id, world.other_school_id], actor=world.act(world.officer), now=NOW, run="r")


def lets_colleagues_write(world: World) -> None:
    pep = world.pep_of()
    grants.give_sections(world.session, pep.id, grants.Named("mia@example.org", "Mia", "Kollege"), ("strengths",),
                         ends_on=date(2024, 12, 20), note=f"{CANARIES['known_as']}: {SAID}", actor=world.act(world.teacher),
                         today=TODAY, now=NOW)
    grants.give_cover(world.session, world.teacher.person_id or 0, grants.Named("nia@example.org", "Nia", "Kollege"),
                      starts_on=TODAY, ends_on=date(2024, 12, 20), actor=world.act(world.teacher), today=TODAY, now=NOW)


def tells_the_officer(world: World) -> None:
    told = exclusions.Telling(ExclusionConcern.RISK, TODAY, f"{CANARIES['first_name']} fought: {SAID}", "A key adult")
    exclusions.tell_exclusion_risk(world.session, world.child_id, told, actor=world.act(world.teacher), today=TODAY)


def books_a_meeting(world: World) -> None:
    pep, actor = world.pep_of(), world.act(world.worker)
    document = read_document(world.session, pep, audience=audience_for(actor, pep.child))
    values = {"meeting_at": datetime(2024, 11, 26, 10, tzinfo=ZoneInfo("Europe/London")),
              "meeting_place": f"At {CANARIES['first_name']}’s home", "carer_preference": SAID}
    base = {key: document.digests[key] for key in values}
    people = frozenset({world.teacher.person_id or 0, world.worker.person_id or 0})
    meetings.book_meeting(world.session, pep.id, meetings.Booking(values, base, 60, people), actor=actor, today=TODAY,
                          now=NOW)


def book_for(world: World, *people: int | None) -> None:
    pep, actor = world.pep_of(), world.act(world.worker)
    document = read_document(world.session, pep, audience=audience_for(actor, pep.child))
    values = {"meeting_at": datetime(2024, 11, 26, 11, tzinfo=ZoneInfo("Europe/London"))}
    booking = meetings.Booking(values, {"meeting_at": document.digests["meeting_at"]}, 60,
                               frozenset(each for each in people if each is not None))
    meetings.book_meeting(world.session, pep.id, booking, actor=actor, today=TODAY, now=NOW)


def moves_it(world: World) -> None:
    book_for(world, world.teacher.person_id, world.worker.person_id)


def leaves_one_out(world: World) -> None:
    book_for(world, world.worker.person_id)


def calls_it_off(world: World) -> None:
    meetings.call_off_meeting(world.session, world.pep_of().id, seen=world.pep_of().meeting_at,
                              actor=world.act(world.worker), today=TODAY, now=NOW)


def sends_one_back(world: World) -> None:
    pep = world.sent_pep(child_id=world.other_child_id)
    back = reviews.Grading(Grade.AMBER, Decision.RETURN, f"What did {OTHER['known_as']} say?", SAID)
    reviews.grade_pep(world.session, pep.id, back, actor=world.act(world.officer), today=TODAY, now=NOW)


def asks(world: World) -> None:
    world.act(SYSTEM)
    world.pep_of().meeting_at = datetime(2024, 10, 28, 14, tzinfo=UTC)
    world.session.flush()
    pep = world.sent_pep()
    asked = reviews.Grading(None, Decision.ASK, f"Which tutor does {CANARIES['first_name']} have? {SAID}")
    reviews.grade_pep(world.session, pep.id, asked, actor=world.act(world.officer), today=TODAY, now=NOW)


def accepts_and_pays(world: World) -> None:
    pep = world.pep_of()
    reviews.grade_pep(world.session, pep.id, accepting(), actor=world.act(world.officer), today=TODAY, now=NOW)
    world.act(SYSTEM)
    ids = [each.id for each in world.requests_of(pep)]
    payments.release_requests(world.session, ids, actor=world.act(world.finance), today=TODAY, now=NOW)


def moves_on(world: World) -> None:
    world.act(world.officer)
    child = world.session.get_one(Child, world.child_id)
    roll.change_school(world.session, child, school_id=world.other_school_id, on=TODAY, reason=LeavingReason.HOME_MOVE,
                       actor=world.officer, today=TODAY, now=NOW, run="m")


def leaves_school(world: World) -> None:
    child = world.session.get_one(Child, world.child_id)
    child.case_officer_id = world.officer.person_id
    world.act(world.officer)
    roll.change_school(world.session, child, school_id=None, on=TODAY, reason=LeavingReason.OTHER, actor=world.officer,
                       today=TODAY, now=NOW, run="l")


STEPS: tuple[Callable[[World], None], ...] = (
    lambda world: None,  # what the world begins with: both PEPs were sent out
    reminds, asks_whether_they_still_are, lets_colleagues_write, tells_the_officer, books_a_meeting, moves_it, leaves_one_out,
    calls_it_off, sends_one_back, asks, accepts_and_pays, moves_on, leaves_school,
)


def writes_about_accounts(app: Flask) -> None:
    with app.app_context():
        session, now = app.extensions["sqlalchemy"].session, datetime.now(UTC)
        user = create_account(session, "tess.lehrer@example.org", "Tess Lehrer", [Role.DESIGNATED_TEACHER], PASSWORD)
        for kind in TicketKind:
            account_letters.queue_ticket(session, tickets.issue(session, kind, user, now=now), now=now)
        for change in account_letters.Change:
            account_letters.queue_notice(session, user, change, now=now)
        session.commit()
        session.remove()


# --- what is in them -------------------------------------------------------------------------------------------------------


def whole(message: Any) -> str:
    """Everything that arrived: the raw message, each header as it is read, each part as it is read, folded lines joined."""
    parts = [message.as_string()]
    for part in message.walk():
        parts += [f"{name}: {value}" for name, value in part.items()]
        if not part.is_multipart():
            content = part.get_payload(decode=True).decode()
            parts += [content, re.sub(r"\r?\n[ \t]", "", content)]
    return "\n".join(parts).casefold()


def test_no_kind_of_letter_says_who_the_child_is(world: World, app: Flask, post_office: PostOffice) -> None:
    for step in STEPS:
        step(world)
        world.session.commit()
        run_once(app)
        world.act(SYSTEM)
    writes_about_accounts(app)
    run_once(app)
    world.session.expire_all()

    rows = world.session.scalars(sa.select(Delivery)).all()
    assert {each.template for each in rows if each.state is DeliveryState.SENT} == set(LETTERS), "a kind of letter was not sent"
    kinds = {(each.template, each.state.value, each.problem) for each in rows if each.state is not DeliveryState.SENT}
    assert kinds == set() and len(post_office.received) == len(rows)
    found = {(secret, str(message["Subject"])) for _, message in post_office.received for secret in secrets()
             if secret in whole(message)}
    assert found == set()
    kept = "\n".join(f"{each.key} {each.arguments} {each.problem}" for each in rows).casefold()
    assert not [secret for secret in secrets() if secret in kept], "nor does what is kept of them"
    entries = sum(message.is_multipart() for _, message in post_office.received)
    assert entries == 6, "two calendar entries, twice, and two that take it out"
