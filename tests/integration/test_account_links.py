"""Invitations and forgotten passwords, over HTTP with a real mail server: a link works once, for a while, and only by its form."""

from __future__ import annotations

import logging
import re
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from freezegun import freeze_time

from pep_admin.accounts import tickets
from pep_admin.accounts.models import Ticket, TicketKind, User
from pep_admin.models import AuditEvent, Delivery
from pep_admin.server.worker import run_once
from pep_admin.vocabulary import DeliveryState, Role
from tests.conftest import PASSWORD
from tests.integration.post_office import PostOffice, text_of
from tests.integration.test_second_step import code_of, events, give_password, is_inside, make_app, secret_on, visit
from tests.visiting import Page, Visitor

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

ADMIN, NEW, OTHER = "ivo.keys@example.org", "nia.neu@example.org", "otto.alt@example.org"
NOW = datetime(2026, 11, 24, 9, 0, 7, tzinfo=UTC)
CHOSEN = "copper meadow nine doors"
FORGOTTEN, LOGIN = "/account/forgotten", "/account/login"


@pytest.fixture
def app(sqlite_url: str, tmp_path: Path, post_office: PostOffice) -> Flask:
    """The application without a second step, but where a test says so; mail goes to the post office."""
    return make_app(sqlite_url, tmp_path, post_office, PEP_ADMIN_SECOND_FACTOR=False, PEP_ADMIN_BASE_URL="http://pep.example.org",
                    PEP_ADMIN_TRUSTED_HOSTS=("localhost",))


@pytest.fixture
def people(make_account: Callable[..., None]) -> None:
    make_account(ADMIN, Role.ADMINISTRATOR)
    make_account(OTHER, Role.FINANCE)


@pytest.fixture
def clock() -> Iterator[Any]:
    with freeze_time(NOW) as frozen:
        yield frozen


def inside(app: Flask, email: str, password: str = PASSWORD) -> Visitor:
    visitor = visit(app)
    assert give_password(visitor, email, password).heading in ("What needs doing", "My PEPs")
    return visitor


def invite(app: Flask, email: str = NEW, name: str = "Nia Neu", role: str = "finance") -> Page:
    admin = inside(app, ADMIN)
    check = admin.get("/admin/pep/accounts/invite/").send("email", name=name, email=email, roles=role)
    assert check.heading == f"Invite {name}?", check.main
    return check.send("sure")


def mailed_link(app: Flask, office: PostOffice, to: str) -> str:
    """The path of the link in the last letter to that address."""
    run_once(app)
    message = [message for recipients, message in office.received if recipients == [to]][-1]
    found = re.search(r"^http://pep\.example\.org(/account/link/\S+)$", text_of(message), re.MULTILINE)
    assert found, text_of(message)
    return found[1]


def ask_for_reset(app: Flask, email: str) -> Page:
    return visit(app).get(FORGOTTEN).send("email", email=email)


def choose(visitor: Visitor, link: str, password: str = CHOSEN) -> Page:
    return visitor.get(link).send("password", password=password, again=password)


def account(app: Flask, email: str) -> Any:
    with app.app_context():
        table = User.__table__
        return app.extensions["sqlalchemy"].session.execute(sa.select(table).where(table.c.email == email)).one()


# --- the whole way -----------------------------------------------------------------------------------------------------


def test_from_the_invitation_to_the_front_page_with_a_second_step(app, people, clock, post_office) -> None:
    page = invite(app)
    assert page.heading == "Nia Neu" and "on its way" in page.main and "has not chosen a password" in page.main
    app.config["PEP_ADMIN_SECOND_FACTOR"] = True
    link = mailed_link(app, post_office, NEW)
    visitor = visit(app)
    done = choose(visitor, link)
    assert done.heading == "Sign in" and "Your password is set" in done.main
    setting_up = done.send("password", email=NEW, password=CHOSEN)
    assert setting_up.heading == "Set up an app for codes"
    codes = setting_up.send("code", code=code_of(secret_on(setting_up)))
    assert codes.link("I have kept them").heading in ("What needs doing", "My PEPs")
    told = events(app, "account.invite", "account.set_password", "account.set_second_factor")
    assert [each[0] for each in told] == ["account.invite", "account.set_password", "account.set_second_factor"]
    assert told[0][2] == {"roles": ["finance"], "person": None} and told[1][2] == {"by": "invitation"}


def test_from_a_forgotten_password_to_another_which_ends_every_session(app, people, clock, post_office) -> None:
    before, thief = inside(app, OTHER), visit(app)
    thief.client.set_cookie("pep_session", before.client.get_cookie("pep_session").value)
    assert ask_for_reset(app, OTHER.upper()).heading == "Look into your mailbox"
    link = mailed_link(app, post_office, OTHER)
    assert choose(visit(app), link).heading == "Sign in"
    assert not is_inside(before) and not is_inside(thief)
    assert give_password(visit(app), OTHER).heading == "Sign in"
    assert is_inside(inside(app, OTHER, CHOSEN))
    run_once(app)
    assert "password of your account was changed" in text_of(post_office.received[-1][1])


def test_another_password_does_not_pass_by_the_second_step(app, people, post_office, clock) -> None:
    app.config["PEP_ADMIN_SECOND_FACTOR"] = True
    visitor = visit(app)
    page = give_password(visitor, OTHER)
    secret = secret_on(page)
    page.send("code", code=code_of(secret))
    ask_for_reset(app, OTHER)
    thief = visit(app)
    asked = choose(thief, mailed_link(app, post_office, OTHER)).send("password", email=OTHER, password=CHOSEN)
    assert asked.heading == "Enter the code" and not is_inside(thief)
    clock.tick(timedelta(seconds=30))
    assert asked.send("code", code=code_of(secret)).heading in ("What needs doing", "My PEPs")


def test_a_letter_names_no_child_and_leads_to_the_host_of_the_settings(app, people, clock, post_office) -> None:
    client = app.test_client()
    page = client.get(FORGOTTEN, base_url="http://localhost")
    mark = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
    forged = client.post(FORGOTTEN, base_url="http://evil.example", data={"csrf_token": mark, "email": OTHER})
    assert forged.status_code == 400
    ask_for_reset(app, OTHER)
    assert mailed_link(app, post_office, OTHER).startswith("/account/link/")


# --- a link works once, for a while, by its form only ----------------------------------------------------------------------


def test_looking_at_a_link_spends_nothing_however_often(app, people, clock, post_office) -> None:
    invite(app)
    link = mailed_link(app, post_office, NEW)
    before = _rows(app)
    for _ in range(3):
        scanner = app.test_client()
        assert scanner.get(link).status_code == 200 and scanner.head(link).status_code == 200
    assert _rows(app) == before
    assert choose(visit(app), link).heading == "Sign in"


def _rows(app: Flask) -> list[Any]:
    """Accounts and tickets as they stand."""
    with app.app_context():
        session = app.extensions["sqlalchemy"].session
        return [tuple(row) for table in (User.__table__, Ticket.__table__) for row in session.execute(sa.select(table))]


def test_spent_old_forged_and_replaced_links_get_one_and_the_same_page(app, people, clock, post_office) -> None:
    invite(app)
    spent = mailed_link(app, post_office, NEW)
    choose(visit(app), spent)
    ask_for_reset(app, OTHER)
    old = mailed_link(app, post_office, OTHER)
    clock.tick(timedelta(minutes=30, seconds=1))
    invite(app, "third@example.org", "Third")
    replaced = mailed_link(app, post_office, "third@example.org")
    _resend(app, "third@example.org")
    suspended = mailed_link(app, post_office, "third@example.org")
    assert suspended != replaced
    _set(app, "third@example.org", active=False)
    links = [spent, old, replaced, suspended, spent[:-1], f"{old}x", "/account/link/x", f"/account/link/{'y' * 300}",
             "/account/link/WzEsMV0.abc", _code_as_link(app)]
    pages = {(answer.status_code, answer.text) for answer in (app.test_client().get(link) for link in links)}
    assert len(pages) == 1
    [(status, text)] = pages
    assert status == 410 and "does not work any more" in text and FORGOTTEN in text
    for link in links:
        client = app.test_client()
        mark = re.search(r'name="csrf_token" value="([^"]+)"', client.get(LOGIN).text)[1]
        answer = client.post(link, data={"csrf_token": mark, "password": CHOSEN, "again": CHOSEN})
        assert answer.status_code == 410 and answer.text.count("does not work any more") == text.count("does not work any more")
    assert give_password(visit(app), OTHER).heading in ("What needs doing", "My PEPs"), "nothing was changed"


def _resend(app: Flask, email: str) -> None:
    number = account(app, email).id
    inside(app, ADMIN).get(f"/admin/pep/accounts/resend/?id={number}").send("row_version")


def _set(app: Flask, email: str, **values: Any) -> None:
    with app.app_context():
        session = app.extensions["sqlalchemy"].session
        session.execute(sa.update(User).where(User.email == email).values(**values))
        session.commit()


def _code_as_link(app: Flask) -> str:
    """A ticket for one sign-in, made into a link by somebody who could."""
    with app.app_context():
        session = app.extensions["sqlalchemy"].session
        user = session.scalars(sa.select(User).where(User.email == OTHER)).one()
        ticket = tickets.issue(session, TicketKind.CODE, user, now=datetime.now(UTC))
        session.commit()
        return tickets.link_of(ticket).removeprefix("http://pep.example.org")


def test_an_invitation_lasts_a_week_and_a_reset_half_an_hour(app, people, clock, post_office) -> None:
    invite(app)
    invitation = mailed_link(app, post_office, NEW)
    ask_for_reset(app, OTHER)
    reset = mailed_link(app, post_office, OTHER)
    clock.tick(timedelta(minutes=29, seconds=50))
    assert visit(app).get(reset).status == 200
    clock.tick(timedelta(seconds=15))
    assert visit(app).get(reset).status == 410
    clock.tick(timedelta(days=6, hours=23))
    assert visit(app).get(invitation).status == 200
    clock.tick(timedelta(hours=1))
    assert visit(app).get(invitation).status == 410


def test_a_password_that_is_refused_does_not_spend_the_link(app, people, clock, post_office) -> None:
    invite(app)
    link, visitor = mailed_link(app, post_office, NEW), visit(app)
    short = choose(visitor, link, "elevenchars")
    assert short.status == 422 and "at least 12 characters" in short.main
    guessed = choose(visitor, link, "nianeu nianeu1")
    assert guessed.status == 422 and "guessed first" in guessed.main
    differ = visitor.get(link).send("password", password=CHOSEN, again="something else")
    assert differ.status == 422 and "not the same" in differ.main and CHOSEN not in differ.text
    assert choose(visitor, link).heading == "Sign in"


@pytest.fixture
def either_app(both_databases: str, tmp_path: Path, post_office: PostOffice) -> Iterator[Flask]:
    """The application on either database."""
    app = make_app(both_databases, tmp_path, post_office, PEP_ADMIN_SECOND_FACTOR=False)
    yield app
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()


def test_of_many_who_send_one_link_at_once_one_sets_the_password(either_app) -> None:
    from pep_admin.accounts.creating import create_account

    app, email, posts = either_app, "race@example.org", 6
    with app.app_context():
        session = app.extensions["sqlalchemy"].session
        user = create_account(session, email, "Race", [Role.FINANCE], None)
        link = tickets.link_of(tickets.issue(session, TicketKind.INVITATION, user, now=datetime.now(UTC)))
        session.commit()
        session.remove()
    pages = [visit(app).get(link.removeprefix("http://127.0.0.1:5000")) for _ in range(posts)]
    barrier, headings = threading.Barrier(posts), []

    def send(number: int) -> None:
        barrier.wait()
        password = f"{CHOSEN} {number}"
        headings.append((pages[number].send("password", password=password, again=password).heading, number))

    threads = [threading.Thread(target=send, args=(number,)) for number in range(posts)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    won = [number for heading, number in headings if heading == "Sign in"]
    assert len(won) == 1 and len([heading for heading, _ in headings if heading == "This link does not work any more"]) == posts - 1
    with app.app_context():
        from flask_security import verify_password

        stored = app.extensions["sqlalchemy"].session.scalar(sa.select(User.password).where(User.email == email))
        assert verify_password(f"{CHOSEN} {won[0]}", stored)


def test_a_form_that_was_open_too_long_comes_again_and_spends_nothing(app, people, clock, post_office) -> None:
    invite(app)
    link = mailed_link(app, post_office, NEW)
    stale = app.test_client().post(link, data={"csrf_token": "gone", "password": CHOSEN, "again": CHOSEN})
    assert stale.status_code == 400 and "enter it once more" in stale.text and CHOSEN not in stale.text
    assert choose(visit(app), link).heading == "Sign in"


def test_a_link_used_while_somebody_else_is_signed_in_signs_them_out(app, people, clock, post_office) -> None:
    invite(app)
    link, admin = mailed_link(app, post_office, NEW), inside(app, ADMIN)
    page = admin.get(link)
    assert "Sending this form signs you out" in page.main
    assert page.send("password", password=CHOSEN, again=CHOSEN).heading == "Sign in"
    assert not is_inside(admin)


# --- where a link must not stand -----------------------------------------------------------------------------------------


def test_no_page_tells_another_the_address_of_a_link(app, people, clock, post_office) -> None:
    invite(app)
    link, client = mailed_link(app, post_office, NEW), app.test_client()
    assert client.get(link).headers["Referrer-Policy"] == "no-referrer"
    mark = re.search(r'name="csrf_token" value="([^"]+)"', client.get(link).text)[1]
    answer = client.post(link, data={"csrf_token": mark, "password": CHOSEN, "again": CHOSEN})
    assert answer.status_code == 303 and answer.headers["Referrer-Policy"] == "no-referrer"
    assert client.get(link).headers["Referrer-Policy"] == "no-referrer"


def test_a_link_stands_in_no_log_and_no_row(app, people, clock, post_office, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    invite(app)
    ask_for_reset(app, OTHER)
    words = []
    for to in (NEW, OTHER):
        link = mailed_link(app, post_office, to)
        words.append(link.rpartition("/")[2])
        choose(visit(app), link)
        visit(app).post(link, [("csrf_token", "x")])
    with app.app_context():
        engine = app.extensions["sqlalchemy"].engine
        with engine.connect() as connection:
            tables = sa.inspect(connection).get_table_names()
            everything = "".join(repr(connection.exec_driver_sql(f"SELECT * FROM {table}").all()) for table in tables)
    for word in words:
        assert word not in everything and word.partition(".")[2] not in everything and word not in caplog.text
    assert CHOSEN not in everything and CHOSEN not in caplog.text


# --- nobody learns who has an account ------------------------------------------------------------------------------------


def test_known_unknown_and_suspended_addresses_get_the_same_answer(app, people, post_office) -> None:
    _set(app, OTHER, active=False)
    pages = [ask_for_reset(app, email) for email in (ADMIN, OTHER, "nobody@example.org")]
    answers = {(page.status, page.text) for page in pages}
    assert len(answers) == 1
    run_once(app)
    assert [recipients for recipients, _ in post_office.received] == [[ADMIN]]
    with app.app_context():
        states = app.extensions["sqlalchemy"].session.scalars(sa.select(Delivery.state).order_by(Delivery.id)).all()
    assert states == [DeliveryState.SENT, DeliveryState.NOT_NEEDED, DeliveryState.NOT_NEEDED]


@pytest.mark.slow
def test_known_and_unknown_addresses_take_as_long(app, people) -> None:
    from pep_admin.accounts import throttle

    def seconds(email: str, number: int) -> float:
        client = app.test_client()
        mark = re.search(r'name="csrf_token" value="([^"]+)"', client.get(FORGOTTEN).text)[1]
        start = time.perf_counter()
        answer = client.post(FORGOTTEN, data={"csrf_token": mark, "email": email},
                             environ_overrides={"REMOTE_ADDR": f"10.1.1.{number}"})
        taken = time.perf_counter() - start
        assert answer.status_code == 200
        with app.app_context():
            session = app.extensions["sqlalchemy"].session
            session.execute(sa.delete(throttle.Attempt))
            session.commit()
        return taken

    pairs = [(seconds(OTHER, number), seconds("nobody@example.org", number)) for number in range(30)]
    known, unknown = (statistics.median(each) for each in zip(*pairs, strict=True))
    assert 0.7 < known / unknown < 1.4


def test_asking_is_slowed_for_an_address_without_slowing_its_sign_in(app, people, clock) -> None:
    statuses = [ask_for_reset(app, OTHER).status for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    slowed = ask_for_reset(app, OTHER)
    assert slowed.heading == "Forgotten your password?" and "Please wait 2 seconds" in slowed.main
    for _ in range(6):
        clock.tick(timedelta(minutes=16))
        assert ask_for_reset(app, OTHER).status == 200
    assert give_password(visit(app), OTHER).heading in ("What needs doing", "My PEPs")
    assert [ask_for_reset(app, "nobody@example.org").status for _ in range(4)] == [200, 200, 200, 429]


def test_trying_links_is_slowed_by_where_it_comes_from(app, people, clock) -> None:
    client = app.test_client()
    mark = re.search(r'name="csrf_token" value="([^"]+)"', client.get(LOGIN).text)[1]
    codes = [client.post(f"/account/link/{number}", data={"csrf_token": mark}).status_code for number in range(32)]
    assert codes == [410] * 30 + [429] * 2


def test_what_is_no_address_is_said_so(app, people, clock) -> None:
    for wrong in ("", "nobody", "two@example.org, three@example.org", "a" * 400 + "@example.org"):
        assert ask_for_reset(app, wrong).status in (422, 429)
    with app.app_context():
        assert app.extensions["sqlalchemy"].session.scalar(sa.select(sa.func.count()).select_from(Ticket)) == 0


def test_without_a_mail_server_nobody_is_promised_a_letter(sqlite_url, tmp_path, people, post_office) -> None:
    no_mail = {"PEP_ADMIN_MAIL_SERVER": "", "PEP_ADMIN_MAIL_FROM": ""}
    app = make_app(sqlite_url, tmp_path, post_office, PEP_ADMIN_SECOND_FACTOR=False, **no_mail)
    page = visit(app).get(FORGOTTEN)
    assert "No mail is sent from here" in page.main
    link = _link_on(invite(app))
    assert choose(visit(app), link).heading == "Sign in"
    with app.app_context():
        asked = sa.select(AuditEvent.action).where(AuditEvent.action == "account.forgotten")
        assert list(app.extensions["sqlalchemy"].session.scalars(asked)) == []


def _link_on(page: Page) -> str:
    assert page.heading == "The link for Nia Neu", page.main
    return str(page.tree.xpath("string(//code)")).removeprefix("http://127.0.0.1:5000")
