"""Who has left care is planned for no more: nobody is sent the PEP that was left open or chased for it, no number counts it.

It is Mon 18 Nov 2024. The PEPs of both children are written, not signed, and due on Fri 29 Nov; Robin leaves care on Fri 15 Nov.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from pep_admin import config
from pep_admin.models import Child, Delivery, Pep, Person, Reminder, School
from pep_admin.permissions import SYSTEM
from pep_admin.queries.out_of_reach import out_of_reach
from pep_admin.server import worker
from pep_admin.vocabulary import PepStatus, PersonKind
from pep_admin.workflow import chasing, roll
from tests.host.foreign_app import Council
from tests.integration.post_office import PostOffice
from tests.world import NOW, TODAY, World, person

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

LATE = date(2024, 12, 10)
PEPS = "/admin/pep/peps/"


def leave(world: World, on: date = date(2024, 11, 15)) -> None:
    child = world.session.get_one(Child, world.child_id)
    roll.leave_care(world.session, child, on=on, reason="Went home", actor=world.act(world.officer), today=TODAY, now=NOW)
    world.act(SYSTEM)
    world.session.commit()


def mails(world: World, template: str) -> int:
    world.act(SYSTEM)
    count = sa.select(sa.func.count(Delivery.id)).where(Delivery.template == template)
    found = world.session.scalar(count) or 0
    world.session.rollback()
    return found


def test_a_pep_is_held_when_the_child_leaves_between_preview_and_sending(world: World, enter: Any) -> None:
    pep = world.pep_of()
    pep.status, pep.meeting_at, pep.delegated_at = PepStatus.INITIATED, None, None
    chosen = [str(pep.id)]
    world.session.commit()
    preview = enter("officer").get(PEPS).send("rowid", button=("action", "delegate"), choose=chosen)
    assert "left care" not in preview.main
    before = mails(world, "delegated")
    leave(world)
    done = preview.send("rowid")
    assert "The child left care on 15 Nov 2024. Close the PEP as not needed." in done.main
    assert mails(world, "delegated") == before
    held = enter("officer").get(PEPS).send("rowid", button=("action", "delegate"), choose=chosen)
    assert "The child left care on 15 Nov 2024. Close the PEP as not needed." in held.main
    world.act(SYSTEM)
    world.session.expire_all()
    assert world.pep_of().status is PepStatus.INITIATED


def board(enter: Any) -> str:
    return str(enter("officer").get("/admin/pep/board/").main)


def calls(enter: Any) -> str:
    return str(enter("officer").get("/admin/pep/calls/").main)


def no_meeting(enter: Any) -> str:
    return str(enter("officer").get("/admin/pep/reminders/no-meeting/").main)


def escalate(enter: Any) -> str:
    return str(enter("officer").get("/admin/pep/reminders/escalate/").main)


def question(key: str) -> Callable[[Any], str]:
    return lambda enter: str(enter("officer").get(f"/admin/pep/week/lines/?whose=all&question={key}").main)


@pytest.mark.parametrize(("page", "there", "gone"), [
    (board, "2 children of the term", "1 child of the term"), (calls, "Robin", "Jule"),
    (no_meeting, "2 PEPs without", "1 PEP without"),
    (escalate, "Tess Lehrer", "Otto Anders"), (question("no_meeting"), "Robin", "Jule"),
])
def test_no_list_of_the_chase_holds_who_has_left(
    world: World, enter: Any, page: Callable[[Any], str], there: str, gone: str
) -> None:
    """On 10 Dec everything is late and no meeting is booked; both schools have a head."""
    for school_id in (world.school_id, world.other_school_id):
        world.session.get_one(School, school_id).headteacher = person(world.session, f"Head{school_id}", "Rektor",
                                                                      PersonKind.HEADTEACHER)
    for pep in world.session.scalars(sa.select(Pep)):
        pep.meeting_at = None
        pep.delegated_at = NOW.replace(month=9)
    world.session.commit()
    config.move_today(LATE)
    before = page(enter)
    assert there in before
    leave(world)
    after = page(enter)
    assert there not in after and gone in after


def test_nobody_is_reminded_and_what_waits_is_asked_anew_when_it_goes(
    world: World, council: Council, post_office: PostOffice
) -> None:
    council.app.config.update(post_office.settings, PEP_ADMIN_BASE_URL="https://pep.example.org")
    for pep in world.session.scalars(sa.select(Pep)):
        pep.delegated_at = NOW.replace(month=9)
    world.session.execute(sa.delete(Delivery))
    world.session.commit()
    world.act(SYSTEM)
    assert {each.person.last_name for each in chasing.send_reminders(
        world.session, actor=SYSTEM, today=TODAY, now=NOW, dry_run=True).letters} == {"Lehrer", "Anders", "Sozial", "Zweite"}
    chasing.send_reminders(world.session, actor=SYSTEM, today=TODAY, now=NOW)
    world.session.commit()
    leave(world)
    worker.run_once(council.app)
    assert {to[0] for to, message in post_office.received if "wait" in str(message)} == {
        "otto.anders@example.org", "olga.zweite@example.org"}
    world.act(SYSTEM)
    world.session.execute(sa.delete(Reminder))
    found = chasing.send_reminders(world.session, actor=SYSTEM, today=date(2024, 11, 25), now=NOW, dry_run=True)
    assert {each.person.last_name for each in found.letters} == {"Anders", "Zweite"}


def test_who_is_out_of_reach_for_a_child_who_has_left_is_not_looked_for(world: World) -> None:
    world.session.get_one(Person, world.teacher.person_id).email = None
    world.session.commit()
    world.act(SYSTEM)
    assert len(out_of_reach(world.session, today=TODAY, accounts=None, seen=None)) == 1
    leave(world)
    assert out_of_reach(world.session, today=TODAY, accounts=None, seen=None) == []


def test_until_the_last_day_the_child_counts(world: World, enter: Any) -> None:
    leave(world, TODAY)
    config.move_today(date(2024, 11, 17))
    assert "2 children of the term" in board(enter)
    config.move_today(TODAY)
    assert "1 child of the term" in board(enter)


def test_the_open_pep_is_offered_to_be_closed(world: World, enter: Any) -> None:
    number, reference = world.pep_of().id, world.pep_of().reference
    leave(world)
    officer = enter("officer")
    front = officer.get("/admin/")
    assert "Left care, PEP still open" in front.main
    worklist = officer.get(f"{PEPS}?flt0_stage=left_care")
    assert "Robin" in worklist.main and "Jule" not in worklist.main
    page = officer.get(f"/admin/pep/children/details/?id={world.child_id}")
    assert "Left care with a PEP still open" in page.main and "left care on 15 Nov 2024" in page.main
    closed = page.link(f"Close as not needed: {reference}").send("reason", reason="Went home")
    assert "is closed as not needed" in closed.text
    assert "Left care with a PEP still open" not in officer.get(f"/admin/pep/children/details/?id={world.child_id}").main
    assert "Robin" not in officer.get(f"{PEPS}?flt0_stage=left_care").main
    world.act(SYSTEM)
    assert world.session.scalar(sa.select(Pep.status).where(Pep.id == number)) is PepStatus.WITHDRAWN
    assert "Left care with a PEP" not in enter("teacher").get(f"/admin/pep/children/details/?id={world.other_child_id}").main
