"""Why a message went no further, told apart, and what can be done about each: only what waits for somebody is shown as waiting."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from pep_admin.accounts import letters as letters_of_accounts
from pep_admin.exceptions import Refused
from pep_admin.models import Delivery, Person
from pep_admin.permissions import SYSTEM
from pep_admin.server.addressing import ADDRESSED
from pep_admin.server.mail import LETTERS
from pep_admin.vocabulary import DeliveryState
from pep_admin.workflow import mail
from pep_admin.workflow.delegation import delegate_peps
from tests.world import NOW, TODAY, World

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

assert letters_of_accounts  # registers whom they go to
MAIL = "/admin/pep/deliveries/"
WENT = datetime(2024, 11, 18, 10, 31, tzinfo=UTC)


@pytest.fixture
def letter(world: World) -> int:
    """The letter to the teacher that a PEP waits, sent."""
    pep = world.pep_of(world.child_id)
    delegate_peps(world.session, [pep.id], actor=world.act(world.officer), now=NOW, run="states")
    world.act(SYSTEM)
    found = world.session.scalars(sa.select(Delivery).where(Delivery.key == f"delegated:states:{world.teacher.person_id}")).one()
    found.state, found.sent_at, found.sent_to = DeliveryState.SENT, WENT, "tess.lehrer@example.org"
    number = found.id
    world.session.commit()
    return number


def mark(world: World, letter: int, state: DeliveryState, problem: str | None = None, **changed: Any) -> None:
    world.act(SYSTEM)
    row = world.session.get_one(Delivery, letter)
    row.state, row.problem = state, problem
    for name, value in changed.items():
        setattr(row, name, value)
    world.session.commit()


def test_only_what_waits_for_somebody_is_listed_as_waiting(world: World, letter: int, enter: Any) -> None:
    officer = enter("officer")
    waiting = f"{MAIL}?flt0_waits=yes"
    for state, waits in (("refused", True), ("came_back", True), ("no_route", True), ("given_up", True), ("not_needed", False),
                         ("failed", False), ("sent", False)):
        mark(world, letter, DeliveryState(state))
        assert ("Tess Lehrer" in officer.get(waiting).main) is waits, state
        assert "Tess Lehrer" in officer.get(f"{MAIL}?flt0_state={state}").main, "each is a filter"
    assert officer.get(MAIL).link("waits for you").url.endswith("flt0_waits=yes")


def test_what_is_not_needed_any_more_is_never_sent_again(world: World, letter: int, enter: Any) -> None:
    mark(world, letter, DeliveryState.NOT_NEEDED, "The meeting was changed again before this was sent.")
    page = enter("officer").get(f"{MAIL}details/?id={letter}")
    assert "It is not needed any more, so it is not sent again. The meeting was changed again" in page.main
    assert "Send it again" not in page.main
    with pytest.raises(Refused, match="not needed any more"):
        mail.send_again(world.session, letter, actor=world.act(world.officer), now=NOW)


def test_what_went_and_holds_no_longer_is_not_sent_again(world: World, letter: int, enter: Any) -> None:
    mark(world, letter, DeliveryState.SENT, template="lead_asked")  # nobody waits for that answer
    page = enter("officer").get(f"{MAIL}details/?id={letter}")
    assert "This was answered, or somebody else is designated teacher now." in page.main and "Send it again" not in page.main
    with pytest.raises(Refused, match="not needed any more"):
        mail.send_again(world.session, letter, actor=world.act(world.officer), now=NOW)


def test_the_mail_to_somebody_who_left_leads_to_replacing_them(world: World, letter: int, enter: Any) -> None:
    mark(world, letter, DeliveryState.NO_ROUTE, "This person has left, or has no address that works.")
    world.session.get_one(Person, world.teacher.person_id).left_on = TODAY
    world.session.commit()
    page = enter("officer").get(f"{MAIL}details/?id={letter}")
    assert "Send it again" not in page.main
    assert page.link("Replace this person…").heading == "Replace Tess Lehrer"
    assert "Replace this person" not in enter("auditor").get(f"{MAIL}details/?id={letter}").main


def test_it_came_back_is_taken_back(world: World, letter: int, enter: Any, ask: Any) -> None:
    page = enter("officer").get(f"{MAIL}details/?id={letter}")
    token = [("csrf_token", page.form("email").xpath(".//input[@name='csrf_token']/@value")[0])]
    back = page.visitor.post(f"{MAIL}came-back/?id={letter}", token)
    assert "It did not come back" in back.main
    again = back.visitor.post(f"{MAIL}not-back/?id={letter}", token)
    assert "Taken back. Mail goes to tess.lehrer@example.org again." in again.main and "Send it again" in again.main
    assert ask(lambda session: session.get_one(Person, world.teacher.person_id).has_working_address)
    twice = again.visitor.post(f"{MAIL}not-back/?id={letter}", token)
    assert "This is not marked as come back." in twice.main


def test_the_pep_of_a_message_is_shown_and_of_many_how_many(world: World, letter: int, enter: Any) -> None:
    reference = world.pep_of(world.child_id).reference
    world.session.rollback()
    officer = enter("officer")
    assert officer.get(f"{MAIL}details/?id={letter}").link(reference).status == 200
    assert reference in officer.get(f"{MAIL}?search=Lehrer").main
    mark(world, letter, DeliveryState.SENT, arguments={"count": 12})
    assert "12 PEPs" in officer.get(f"{MAIL}?search=Lehrer").main


def test_a_wrong_address_is_mended_from_the_row_and_comes_back_to_the_list(world: World, letter: int, enter: Any, ask: Any) -> None:
    mark(world, letter, DeliveryState.REFUSED, "The mail server refused the address (550).")
    row = enter("officer").get(f"{MAIL}?search=Lehrer&flt0_waits=yes")
    form = row.link("Mend the address… of Tess Lehrer")
    wrong = form.send("email", email="no address")
    assert wrong.status == 422
    done = wrong.send("email", email="tess.l@example.org")
    assert done.url.startswith(f"{MAIL}?") and "search=Lehrer" in done.url and "flt0_waits=yes" in done.url
    assert "The address of Tess Lehrer is mended" in done.text
    assert ask(lambda session: session.get_one(Person, world.teacher.person_id).email) == "tess.l@example.org"


def test_what_else_waited_for_the_right_address_goes_with_it(world: World, letter: int, enter: Any, ask: Any) -> None:
    """Four more to the teacher, of which two did not arrive and still hold, and one to the social worker."""
    mark(world, letter, DeliveryState.REFUSED, "The mail server refused the address (550).")
    peps = [world.pep_of().id]

    def another(name: str, state: DeliveryState, template: str = "delegated", who: int | None = None) -> None:
        world.session.add(Delivery(key=f"other:{name}", template=template, person_id=who or world.teacher.person_id, state=state,
                                   arguments={"peps": peps, "count": 1}, queued_at=NOW, due_at=NOW))

    another("back", DeliveryState.CAME_BACK)
    another("none", DeliveryState.NO_ROUTE)
    another("over", DeliveryState.CAME_BACK, "lead_asked")  # nobody waits for that answer
    another("server", DeliveryState.GIVEN_UP)
    another("hers", DeliveryState.NO_ROUTE, who=world.worker.person_id)
    world.session.commit()
    page = enter("officer").get(f"{MAIL}details/?id={letter}")
    assert "2 other messages to them that did not arrive go out again too." in page.main
    done = page.send("email", email="tess.l@example.org")
    assert "and the message goes out again shortly, with 2 other messages to them that did not arrive." in done.text
    found = ask(lambda session: dict(session.execute(sa.select(Delivery.key, Delivery.state).where(
        Delivery.key.startswith("other:"))).all()))
    assert {key.removeprefix("other:"): state.value for key, state in found.items()} == {
        "back": "queued", "none": "queued", "over": "came_back", "server": "given_up", "hers": "no_route"}
    assert ask(lambda session: session.get_one(Delivery, letter).state) is DeliveryState.QUEUED


def test_every_letter_to_people_can_be_listed_by_itself_and_none_of_an_account(world: World, letter: int, enter: Any) -> None:
    offered = enter("officer").get(MAIL).tree.xpath("//select[contains(@name, '_letter')]/option/@value")
    assert set(offered) - {""} == set(LETTERS) - set(ADDRESSED), "what goes to an account is asked of who registered for it"
    assert {"delegated", "alerts_told"} <= set(offered) and not {"invited", "sign_in_code"} & set(offered)
