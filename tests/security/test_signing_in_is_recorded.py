"""Signing in, out and in vain stand in the audit log: by the account's number, with nothing of what was typed."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from pep_admin.accounts.models import User
from tests.security.house import PASSWORD, House, address, mark_of

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

LOGIN, LOGOUT, VERIFY, CHANGE = (f"/account/{page}" for page in ("login", "logout", "verify", "change"))
WRONG = "Quittenmarmelade with cream"
ELSEWHERE = "203.0.113.9"
NEW = "copper meadow nine doors"


def attempt(client: FlaskClient, email: str, password: str, *, come_from: str = "127.0.0.1") -> Any:
    """One press of the sign-in button."""
    form = {"csrf_token": mark_of(client.get(LOGIN).text), "email": email, "password": password}
    return client.post(LOGIN, data=form, environ_overrides={"REMOTE_ADDR": come_from})


def told(house: House, after: int) -> list[tuple[Any, ...]]:
    """(action, outcome, who, kind, number) of each event; none has a child."""
    events = house.events(after=after)
    assert [each.child_id for each in events] == [None] * len(events)
    return [(each.action, each.outcome, each.actor_id, each.object_type, each.object_id) for each in events]


def number(house: House, who: str) -> int:
    return int(house.actor_id(who).partition(":")[2])


def test_who_signs_in_and_out_is_recorded(house: House) -> None:
    client, last = house.app.test_client(), house.last_event()
    assert attempt(client, address("teacher"), PASSWORD).status_code == 302
    page = client.get("/admin/pep/rules/")
    assert client.post(LOGOUT, data={"csrf_token": mark_of(page.text)}).status_code == 302
    me, account = house.actor_id("teacher"), number(house, "teacher")
    assert told(house, last) == [("account.sign_in", "done", me, "account", account),
                                 ("account.sign_out", "done", me, "account", account)]
    first, _ = house.events(after=last)
    assert first.roles == "designated_teacher" and first.actor_name == "Tess Lehrer" and first.request_id


def test_signing_out_twice_is_one_event(house: House) -> None:
    last, mark = house.last_event(), house.mark("teacher")
    for _ in range(2):
        house.ask("teacher", "POST", LOGOUT, data={"csrf_token": mark})
    assert [each[0] for each in told(house, last)] == ["account.sign_out"]


@pytest.mark.parametrize(("email", "password", "who"), [
    (address("teacher"), WRONG, "teacher"), (address("teacher").upper(), WRONG, "teacher"),
    (f"{WRONG}@house.example".replace(" ", ""), WRONG, ""), (address("teacher"), "", ""), ("", WRONG, ""), (WRONG, WRONG, ""),
])
def test_a_try_in_vain_is_recorded_with_the_account_where_there_is_one(
    house: House, email: str, password: str, who: str
) -> None:
    last = house.last_event()
    assert attempt(house.app.test_client(), email, password).status_code == 200
    assert told(house, last) == [
        ("account.sign_in_failed", "refused", "anonymous", "account", number(house, who) if who else None)]
    assert house.events(after=last)[0].details == {"page": "security.login"}


def test_a_closed_account_is_one_in_vain_whatever_the_password(house: House) -> None:
    house.change(sa.update(User).where(User.email == address("teacher")).values(active=False))
    last = house.last_event()
    assert attempt(house.app.test_client(), address("teacher"), PASSWORD).status_code == 200
    assert told(house, last) == [("account.sign_in_failed", "refused", "anonymous", "account", number(house, "teacher"))]


def test_nothing_that_was_typed_stands_in_the_log(house: House) -> None:
    last, client = house.last_event(), house.app.test_client()
    attempt(client, address("teacher"), WRONG)
    attempt(client, "quittenmarmelade@house.example", WRONG)
    house.post("officer", VERIFY, {"password": WRONG})
    text = repr([tuple(each) for each in house.events(after=last)]).lower()
    assert "quitten" not in text and address("teacher") not in text and len(told(house, last)) == 3


def test_the_brake_is_recorded_when_it_takes_hold_and_not_for_each_knock(house: House) -> None:
    client, last, account = house.app.test_client(), house.last_event(), number(house, "teacher")
    tries = [attempt(client, address("teacher"), WRONG, come_from=ELSEWHERE).status_code for _ in range(12)]
    assert tries == [200] * 5 + [429] * 7
    in_vain, slowed = ([(action, "refused", "anonymous", "account", account)]
                       for action in ("account.sign_in_failed", "account.throttled"))
    assert told(house, last) == in_vain * 5 + slowed
    assert house.events(after=last)[-1].details == {"seconds": 2}


def test_the_password_asked_once_more_is_recorded_when_it_is_wrong(house: House) -> None:
    last = house.last_event()
    assert house.post("officer", VERIFY, {"password": WRONG}).status_code == 200
    assert told(house, last) == [
        ("account.sign_in_failed", "refused", house.actor_id("officer"), "account", number(house, "officer"))]
    last = house.last_event()
    assert house.post("officer", VERIFY, {"password": PASSWORD}).status_code == 302
    assert told(house, last) == []


def test_a_new_password_is_recorded_and_is_no_sign_in(house: House) -> None:
    last = house.last_event()
    form = {"password": PASSWORD, "new_password": NEW, "new_password_confirm": NEW}
    assert house.post("officer", CHANGE, form).status_code == 302
    assert told(house, last) == [
        ("account.change_password", "done", house.actor_id("officer"), "account", number(house, "officer"))]
    assert attempt(house.app.test_client(), address("officer"), NEW).status_code == 302


def test_looking_at_the_sign_in_page_is_no_event(house: House) -> None:
    last = house.last_event()
    house.app.test_client().get(LOGIN)
    house.get("officer", VERIFY)
    house.ask("officer", "POST", LOGIN, data={"csrf_token": house.mark("officer"), "email": "x", "password": "y"})
    assert told(house, last) == []


def test_who_cannot_be_recorded_does_not_come_in_and_gets_out_all_the_same(house: House) -> None:
    client, mark = house.app.test_client(), house.mark("officer")
    house.change(sa.text("CREATE TRIGGER full BEFORE INSERT ON pep_audit_event BEGIN SELECT RAISE(ABORT, 'full'); END"))
    page = attempt(client, address("teacher"), PASSWORD)
    assert page.status_code == 500 and "Something went wrong" in page.text and "Tess Lehrer" not in page.text
    assert client.get("/admin/").status_code == 302, "still nobody"
    assert attempt(house.app.test_client(), address("teacher"), WRONG).status_code == 500
    page = house.post("head", CHANGE, {"password": PASSWORD, "new_password": NEW, "new_password_confirm": NEW})
    assert page.status_code == 500 and "Something went wrong" in page.text and "Hanna Amt" in page.text
    assert house.ask("officer", "POST", LOGOUT, data={"csrf_token": mark}).status_code == 302
    assert house.get("officer", "/admin/").status_code == 302, "nobody any more"
    house.change(sa.text("DROP TRIGGER full"))
    assert attempt(house.app.test_client(), address("head"), PASSWORD).status_code == 302, "the password is the old one"
