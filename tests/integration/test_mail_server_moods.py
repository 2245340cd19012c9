"""A batch of mail to a server that goes down in the middle, breaks off, keeps silent or refuses: it all arrives, and once.

One letter's fate with one answer is test_worker.py's; who the letters go to is each feature's.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from freezegun import freeze_time

from pep_admin.accounts import letters, tickets
from pep_admin.accounts.creating import create_account
from pep_admin.accounts.models import TicketKind, User
from pep_admin.exceptions import Refused
from pep_admin.models import Delivery, Person
from pep_admin.permissions import SYSTEM
from pep_admin.server import mail
from pep_admin.server.worker import Worker, run_once
from pep_admin.vocabulary import DeliveryState, Role
from pep_admin.workflow.mail import mend_address
from tests.integration.post_office import PostOffice, opened, text_of
from tests.integration.test_worker import mailing, queue
from tests.world import NOW, World

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

__all__ = ["mailing", "queue"]  # fixtures of the tests of the worker
LETTERS = 12
OVER = "421 shutting down"


class Moody(PostOffice):
    """Takes so many letters and then breaks off, before or after it has kept the next one; or thinks for long."""

    def __init__(self, takes: int = LETTERS, *, keeps_the_next: bool = False, thinks: float = 0) -> None:
        super().__init__()
        self.takes, self.keeps_the_next, self.thinks = takes, keeps_the_next, thinks

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        await asyncio.sleep(self.thinks)
        if self.takes <= 0:
            if self.keeps_the_next:
                await super().handle_DATA(server, session, envelope)
            server.transport.abort()
            return OVER
        self.takes -= 1
        return await super().handle_DATA(server, session, envelope)


def batch(app: Flask, queue: Any) -> None:
    for number in range(LETTERS):
        queue(app, f"delegated:r:{number}", f"dt{number}@example.org")


def states(app: Flask) -> Counter[tuple[str, int]]:
    """How many letters stand how, after how many tries."""
    with app.app_context():
        session = app.extensions["sqlalchemy"].session
        session.info["actor"] = SYSTEM
        found = Counter((each.state.value, each.tries) for each in session.scalars(sa.select(Delivery)))
        session.remove()
        return found


def arrived(*offices: PostOffice) -> Counter[str]:
    """How often each letter arrived, by whom it went to and the number of the message."""
    return Counter(f"{to} {message['Message-ID']}" for office in offices for [to], message in office.received)


def test_a_server_that_goes_down_in_the_middle_of_a_batch_gets_the_rest_when_it_is_back(mailing: Flask, queue: Any) -> None:
    batch(mailing, queue)
    with opened(Moody()) as first:
        mailing.config["PEP_ADMIN_MAIL_PORT"] = first.port
        keep = first.handle_DATA

        async def last_of_five(*of: Any) -> str:
            if len(first.received) == 4:
                mailing.config["PEP_ADMIN_MAIL_PORT"] = 9  # the machine is shut down after this one
            return await keep(*of)

        first.handle_DATA = last_of_five  # type: ignore[method-assign]  # for this test alone
        work = Worker(mailing, Event())
        assert work.drain() == 5
    assert states(mailing) == {("sent", 1): 5, ("queued", 0): 7}, "being down costs nobody a try"
    assert work.drain() == 0, "and is not asked again at once"
    with opened(Moody()) as second:
        mailing.config["PEP_ADMIN_MAIL_PORT"] = second.port
        assert run_once(mailing) == 7
    assert states(mailing) == {("sent", 1): 12}
    assert len(arrived(first, second)) == 12 and set(arrived(first, second).values()) == {1}


@pytest.mark.parametrize("kept", [False, True])
def test_a_server_that_breaks_off_gets_that_letter_again_under_its_number(mailing: Flask, queue: Any, *, kept: bool) -> None:
    """Whether it had kept the letter before it broke off, nobody but it can know."""
    batch(mailing, queue)
    with opened(Moody(5, keeps_the_next=kept)) as office:
        mailing.config["PEP_ADMIN_MAIL_PORT"] = office.port
        assert run_once(mailing) == 12
        assert states(mailing) == {("sent", 1): 5, ("failed", 1): 7}
        office.takes = LETTERS
        with freeze_time(datetime.now(UTC) + timedelta(seconds=31)):
            assert run_once(mailing) == 7
    assert states(mailing) == {("sent", 1): 5, ("sent", 2): 7}
    assert Counter(arrived(office).values()) == ({1: 5, 2: 7} if kept else {1: 12})
    assert len(arrived(office)) == 12, "twice is under one number"


def test_a_server_that_thinks_for_long_sends_all_and_one_that_falls_silent_is_left(
    mailing: Flask, queue: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch(mailing, queue)
    monkeypatch.setattr(mail, "SECONDS", 4.0)
    with opened(Moody(thinks=0.3)) as slow:
        mailing.config["PEP_ADMIN_MAIL_PORT"] = slow.port
        assert run_once(mailing) == 12 and states(mailing) == {("sent", 1): 12}
    queue(mailing, "delegated:s:1", "late@example.org")
    with opened(Moody(thinks=30)) as silent:  # it would take the letter in the end
        mailing.config["PEP_ADMIN_MAIL_PORT"] = silent.port
        assert run_once(mailing) == 1
    assert states(mailing) == {("sent", 1): 12, ("failed", 1): 1}
    assert set(arrived(slow).values()) == {1}


def test_of_a_batch_each_gets_its_own_answer(mailing: Flask, queue: Any, post_office: PostOffice) -> None:
    """One unknown, one full, one put off, one of two addresses; nine go."""
    batch(mailing, queue)
    post_office.answers.update({"dt1@example.org": "550 no such user", "dt2@example.org": "552 mailbox full",
                                "dt3@example.org": "451 later"})
    with mailing.app_context():
        session = mailing.extensions["sqlalchemy"].session
        session.info["actor"] = SYSTEM
        session.scalars(sa.select(Person).where(Person.email == "dt4@example.org")).one().email = "a@example.org, b@example.org"
        session.commit()
        session.remove()
    assert run_once(mailing) == 12
    assert states(mailing) == {("sent", 1): 8, ("refused", 1): 3, ("failed", 1): 1}
    assert set(arrived(post_office).values()) == {1} and len(arrived(post_office)) == 8
    with mailing.app_context():
        session = mailing.extensions["sqlalchemy"].session
        bad = session.scalars(sa.select(Person.email).where(Person.bounced_on.is_not(None)).order_by(Person.email)).all()
    assert bad == ["a@example.org, b@example.org", "dt1@example.org"], "a full mailbox is an address all the same"


@pytest.mark.parametrize("name", [
    "Tess\r\nBcc: all@evil.example", "Tess\nSubject: Won", "Tess\r\n\r\n<b>Won</b>", "Tess\r\n.\r\nQUIT",
])
def test_a_line_break_in_a_name_adds_no_header_and_ends_no_letter(app: Flask, post_office: PostOffice, name: str) -> None:
    """A form takes none; a row that was brought in by another way may hold one all the same."""
    app.config.update(post_office.settings, PEP_ADMIN_BASE_URL="https://pep.example.org")
    with app.app_context():
        session = app.extensions["sqlalchemy"].session
        user = create_account(session, "tess@example.org", "Tess", [Role.VS_OFFICER], None)
        session.execute(sa.update(User).where(User.id == user.id).values(name=name))
        now = datetime.now(UTC)
        letters.queue_ticket(session, tickets.issue(session, TicketKind.INVITATION, user, now=now), now=now)
        session.commit()
        session.remove()
    assert run_once(app) == 1
    [(recipients, message)] = post_office.received
    assert recipients == ["tess@example.org"] and message["Bcc"] is None
    assert message.get_all("Subject") == ["Your account for Personal Education Plans"]
    assert "https://pep.example.org/account/link/" in text_of(message), "the letter goes on to its end"


@pytest.mark.parametrize("address", ["a@example.org, b@example.org", "a@example.org\r\nBcc: b@example.org", "Tess <a@example.org>",
                                     "a@example.org;b@example.org"])
def test_no_address_of_two_or_with_a_line_break_is_put_on_record(world: World, address: str) -> None:
    world.act(SYSTEM)
    delivery = world.session.scalars(sa.select(Delivery).where(Delivery.person_id == world.teacher.person_id)).one()
    delivery.state = DeliveryState.GIVEN_UP
    world.session.flush()
    with pytest.raises(Refused, match="one whole e-mail address"):
        mend_address(world.session, delivery.id, address, actor=world.act(world.officer), now=NOW)
    assert delivery.state is DeliveryState.GIVEN_UP
