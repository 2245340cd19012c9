"""What an officer does about a message: read how it went, send it again, say that it came back, mend the address (HB-2.2)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from pep_admin.exceptions import NotAllowed, NotFound, Refused
from pep_admin.models import AuditEvent, Delivery, Person
from pep_admin.permissions import SYSTEM
from pep_admin.vocabulary import DeliveryState, Role
from pep_admin.workflow import mail
from tests.world import NOW, TODAY, World

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

MAIL = "/admin/pep/deliveries/"
WENT = datetime(2024, 11, 18, 10, 31, tzinfo=UTC)


@pytest.fixture
def letter(world: World) -> int:
    """The letter to the teacher that a PEP waits, sent."""
    world.act(SYSTEM)
    for each in world.session.scalars(sa.select(Delivery)):
        each.state, each.sent_at, each.tries = DeliveryState.SENT, WENT, 1
        each.sent_to = each.person.email if each.person else None
    found = world.session.scalars(sa.select(Delivery).where(Delivery.person_id == world.teacher.person_id)).first()
    assert found is not None and found.template == "delegated"
    number = found.id
    world.session.commit()
    return number


def states(world: World) -> list[tuple[str, str]]:
    world.session.expire_all()
    mine = sa.select(Delivery).where(Delivery.person_id == world.teacher.person_id).order_by(Delivery.id)
    return [(row.state.value, row.key.partition(":again:")[2]) for row in world.session.scalars(mine)]


def words(refused: Any) -> str:
    return " ".join(each.message for each in refused.value.findings)


def test_what_went_goes_out_once_more_as_another_message(world: World, letter: int) -> None:
    before = states(world)
    mail.send_again(world.session, letter, actor=world.act(world.officer), now=NOW)
    assert states(world) == [*before, ("queued", "1")]
    with pytest.raises(Refused) as twice:
        mail.send_again(world.session, letter, actor=world.act(world.officer), now=NOW)
    assert "waiting to be sent again already" in words(twice) and states(world) == [*before, ("queued", "1")]
    new = world.session.scalars(sa.select(Delivery).order_by(Delivery.id.desc())).first()
    assert new is not None
    new.state = DeliveryState.SENT
    world.session.flush()
    mail.send_again(world.session, new.id, actor=world.act(world.officer), now=NOW)
    assert states(world)[-2:] == [("sent", "1"), ("queued", "2")]


@pytest.mark.parametrize("state", [DeliveryState.GIVEN_UP, DeliveryState.FAILED])
def test_what_never_went_is_put_back_into_the_queue(world: World, letter: int, state: DeliveryState) -> None:
    world.act(SYSTEM)
    row = world.session.get_one(Delivery, letter)
    row.state, row.tries, row.problem = state, 8, "The server said no."
    world.session.flush()
    count = len(states(world))
    mail.send_again(world.session, letter, actor=world.act(world.officer), now=NOW)
    assert (row.state, row.tries, row.problem, row.due_at) == (DeliveryState.QUEUED, 0, None, NOW) and len(states(world)) == count
    with pytest.raises(Refused, match="waiting to be sent already"):
        mail.send_again(world.session, letter, actor=world.act(world.officer), now=NOW)


def test_nothing_goes_to_who_has_left_or_cannot_be_reached(world: World, letter: int) -> None:
    world.act(SYSTEM)
    teacher = world.session.get_one(Person, world.teacher.person_id)
    teacher.bounced_on = TODAY
    world.session.flush()
    with pytest.raises(Refused, match="no address that works"):
        mail.send_again(world.session, letter, actor=world.act(world.officer), now=NOW)
    teacher.bounced_on, teacher.left_on = None, TODAY
    world.session.flush()
    with pytest.raises(Refused, match="has left"):
        mail.send_again(world.session, letter, actor=world.act(world.officer), now=NOW)


def test_what_came_back_stops_the_address_until_it_is_mended(world: World, letter: int, enter: Any, ask: Any) -> None:
    officer = enter("officer")
    assert "Tess Lehrer" not in officer.get(f"{MAIL}?search=Anders").main
    page = officer.get(f"{MAIL}?flt0_state=sent&search=Lehrer").link("Tess Lehrer")
    assert "A PEP needs your part" in page.main and "tess.lehrer@example.org" in page.main
    back = page.visitor.post(f"{MAIL}came-back/?id={letter}", [("csrf_token", page.form("email").xpath(".//input/@value")[0])])
    assert "Nothing more is sent to tess.lehrer@example.org" in back.main and "It came back" in back.main
    assert ask(lambda session: session.get_one(Person, world.teacher.person_id).has_working_address) is False
    assert "Send it again" not in back.main
    wrong = back.send("email", email="not an address")
    assert wrong.status == 422 and "Enter one whole e-mail address" in wrong.main
    taken = back.send("email", email="otto.anders@example.org")
    assert taken.status == 422 and "This is the address of Otto Anders." in taken.main
    assert ask(lambda session: session.get_one(Person, world.teacher.person_id).email) == "tess.lehrer@example.org"
    mended = back.send("email", email="Tess.L@example.org")
    assert "The address of Tess Lehrer is mended" in mended.main and "Waiting to be sent" in mended.main
    teacher = ask(lambda session: session.get_one(Person, world.teacher.person_id))
    assert (teacher.email, teacher.bounced_on) == ("tess.l@example.org", None)
    told = ask(lambda session: session.scalars(sa.select(AuditEvent.action).where(AuditEvent.action.like("mail.%"))).all())
    assert sorted(told) == ["mail.mend_address", "mail.note_return", "mail.send_again"]


def test_only_what_was_sent_to_that_address_can_come_back(world: World, letter: int) -> None:
    world.act(SYSTEM)
    teacher = world.session.get_one(Person, world.teacher.person_id)
    teacher.email = "another@example.org"
    world.session.flush()
    with pytest.raises(Refused, match="another address by now"):
        mail.note_return(world.session, letter, actor=world.act(world.officer), today=TODAY)
    world.session.get_one(Delivery, letter).state = DeliveryState.QUEUED
    world.session.flush()
    with pytest.raises(Refused, match="Only what was sent"):
        mail.note_return(world.session, letter, actor=world.act(world.officer), today=TODAY)


def test_an_address_that_is_mended_while_the_letter_waits_is_no_second_letter(world: World, letter: int) -> None:
    world.act(SYSTEM)
    world.session.get_one(Delivery, letter).state = DeliveryState.QUEUED
    world.session.flush()
    with pytest.raises(Refused, match="waiting to be sent already"):
        mail.mend_address(world.session, letter, "tess.l@example.org", actor=world.act(world.officer), now=NOW)
    assert world.session.get_one(Person, world.teacher.person_id).email == "tess.lehrer@example.org", "all or nothing"


def test_letters_of_accounts_are_not_here(world: World, letter: int, enter: Any) -> None:
    world.act(SYSTEM)
    invited = Delivery(key="ticket:1", template="invited", arguments={"ticket": 1}, queued_at=NOW, due_at=NOW)
    world.session.add(invited)
    world.session.commit()
    number = invited.id
    world.session.rollback()
    officer = enter("officer")
    assert officer.get(f"{MAIL}details/?id={number}").status == 404
    assert "account" not in officer.get(MAIL).main
    for verb in (lambda: mail.send_again(world.session, number, actor=world.act(world.officer), now=NOW),
                 lambda: mail.note_return(world.session, number, actor=world.act(world.officer), today=TODAY),
                 lambda: mail.mend_address(world.session, number, "a@example.org", actor=world.act(world.officer), now=NOW)):
        with pytest.raises(NotFound):
            verb()


@pytest.mark.parametrize("who", ["auditor", "teacher", "worker", "finance", "administrator"])
def test_nobody_else_sends(world: World, letter: int, who: str) -> None:
    with pytest.raises(NotAllowed):
        mail.send_again(world.session, letter, actor=world.act(getattr(world, who)), now=NOW)
    assert Role.VS_OFFICER in world.officer.roles
