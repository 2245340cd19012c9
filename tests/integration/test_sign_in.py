"""Signing in and out of the standalone host, over HTTP with CSRF on, as a browser would and as somebody with ill intent would."""

from __future__ import annotations

import pathlib
import re
import shutil
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from freezegun import freeze_time

from pep_admin.accounts import sessions
from pep_admin.accounts.creating import create_account
from pep_admin.accounts.models import User
from pep_admin.accounts.passwords import why_refused
from pep_admin.config import Environment
from pep_admin.server import database
from pep_admin.vocabulary import Role

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

EMAIL, PASSWORD = "amara.okafor@example.org", "violet harbour kettle"
OTHER, OTHERS_PASSWORD = "bryn.davies@example.org", "marsh lantern tide"
LOGIN, LOGOUT, CHANGE = "/account/login", "/account/logout", "/account/change"
INSIDE = "/admin/pep/rules/"
TYPED = 'He said "well done" <b>& £5</b>,\nnaïve café \u202e!'


@pytest.fixture(scope="module")
def peopled(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: pathlib.Path) -> pathlib.Path:
    """A database file to copy from, with two accounts: an officer, and a designated teacher who also is a social worker."""
    from pep_admin import create_app

    folder = tmp_path_factory.mktemp("peopled")
    file = folder / "pep.db"
    shutil.copy(migrated_sqlite, file)
    app = create_app({"PEP_ADMIN_DATABASE_URL": f"sqlite:///{file}", "PEP_ADMIN_INSTANCE_FOLDER": str(folder)})
    with app.app_context():
        db = app.extensions["sqlalchemy"]
        create_account(db.session, EMAIL, "Amara Okafor", [Role.VS_OFFICER, Role.FINANCE], PASSWORD)
        create_account(db.session, OTHER, "Bryn Davies", [Role.DESIGNATED_TEACHER, Role.SOCIAL_WORKER], OTHERS_PASSWORD, 7)
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    return file


@pytest.fixture
def sqlite_url(tmp_path: pathlib.Path, peopled: pathlib.Path) -> str:
    """Here every test's database has the two accounts."""
    return f"sqlite:///{shutil.copy(peopled, tmp_path / 'pep.db')}"


@pytest.fixture
def accounts(app: Flask) -> dict[str, int]:
    """The ids of the two accounts by their addresses."""
    with app.app_context():
        return dict(app.extensions["sqlalchemy"].session.execute(sa.select(User.email, User.id)).all())


@pytest.fixture
def try_password(csrf_token: Callable[[str], str]) -> Callable[..., Any]:
    """`try_password(client, email, password, **more)`: the answer to a post of the sign-in form."""

    def do(client: FlaskClient, email: str, password: str, address: str = "127.0.0.1", **more: str) -> Any:
        token = csrf_token(client.get(LOGIN).text)
        form = {"csrf_token": token, "email": email, "password": password, **more}
        return client.post(LOGIN, data=form, environ_overrides={"REMOTE_ADDR": address})

    return do


def is_inside(client: FlaskClient) -> bool:
    return client.get(INSIDE).status_code == 200


def cookie(client: FlaskClient) -> str:
    found = client.get_cookie("pep_session")
    return found.value if found else ""


def kept_sessions(app: Flask) -> list[str]:
    """The keys of all session rows."""
    with app.app_context():
        return list(app.extensions["sqlalchemy"].session.scalars(sa.select(sessions.Row.key)))


def with_cookie(app: Flask, value: str) -> FlaskClient:
    client = app.test_client()
    client.set_cookie("pep_session", value)
    return client


def hidden(page: str) -> list[tuple[str, str]]:
    """The hidden fields of a page's first form, as a browser would send them back."""
    form = re.search(r"<main.*?<form.*?</form>", page, re.DOTALL)
    assert form
    return [(unescape(name), unescape(value))
            for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form[0])]


# --- in and out --------------------------------------------------------------------------------------------------------


def test_signing_in_opens_the_desk_and_signing_out_closes_it(app, client, accounts, sign_in, csrf_token) -> None:
    assert client.get(INSIDE).headers["Location"] == f"/account/login?next={INSIDE}"
    sign_in(client, EMAIL, PASSWORD)
    page = client.get(INSIDE)
    assert page.status_code == 200 and "Amara Okafor" in page.text
    out = client.post(LOGOUT, data={"csrf_token": csrf_token(page.text)})
    assert out.headers["Location"] == LOGIN
    assert out.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert not is_inside(client)


def test_an_address_may_be_typed_in_capitals(client, accounts, sign_in) -> None:
    sign_in(client, EMAIL.upper(), PASSWORD)
    assert is_inside(client)


def test_signing_out_by_a_link_or_without_the_mark_does_nothing(client, accounts, sign_in) -> None:
    sign_in(client, EMAIL, PASSWORD)
    assert client.get(LOGOUT).status_code == 405
    refused = client.post(LOGOUT)
    assert refused.status_code == 400 and "Sign out" in refused.text
    assert is_inside(client)


def test_a_stolen_cookie_is_worth_nothing_after_signing_out(app, client, accounts, sign_in, csrf_token) -> None:
    sign_in(client, EMAIL, PASSWORD)
    thief = with_cookie(app, cookie(client))
    assert is_inside(thief)
    client.post(LOGOUT, data={"csrf_token": csrf_token(client.get(INSIDE).text)})
    assert not is_inside(thief)
    assert sessions._key(cookie(thief)) not in kept_sessions(app)


def test_a_database_that_is_busy_is_told_in_words_where_no_session_can_begin(app, client, sqlite_url) -> None:
    with app.app_context():
        engine = app.extensions["sqlalchemy"].engine
        sa.event.listen(engine, "checkout", lambda connection, *_: connection.execute("PRAGMA busy_timeout=50"))
        engine.dispose()
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = client.get(LOGIN)
        assert (answer.status_code, answer.headers["Retry-After"], answer.mimetype) == (503, "60", "text/plain")
        assert "Please try again in a minute." in answer.text and "Set-Cookie" not in answer.headers
        other.execute("ROLLBACK")
    assert client.get(LOGIN).status_code == 200


def test_a_session_chosen_beforehand_is_not_the_one_signed_in(app, client, accounts, try_password) -> None:
    client.get(LOGIN)
    planted = cookie(client)
    try_password(client, EMAIL, PASSWORD)
    assert is_inside(client)
    assert cookie(client) != planted
    assert not is_inside(with_cookie(app, planted))


def test_an_invented_session_number_is_not_taken_over(app, accounts, try_password) -> None:
    client = with_cookie(app, "chosen-by-somebody-else-0123456789")
    try_password(client, EMAIL, PASSWORD)
    assert cookie(client) != "chosen-by-somebody-else-0123456789"
    assert not is_inside(with_cookie(app, "chosen-by-somebody-else-0123456789"))


def test_the_database_holds_no_session_number_that_could_be_used(app, client, accounts, sign_in) -> None:
    sign_in(client, EMAIL, PASSWORD)
    keys = kept_sessions(app)
    assert keys and cookie(client) not in keys
    assert not any(is_inside(with_cookie(app, key)) for key in keys)


def test_disabling_an_account_ends_its_session_at_once(app, client, accounts, sign_in, try_password) -> None:
    sign_in(client, EMAIL, PASSWORD)
    with app.app_context():
        session = app.extensions["sqlalchemy"].session
        session.get(User, accounts[EMAIL]).active = False
        session.commit()
    assert not is_inside(client)
    assert try_password(app.test_client(), EMAIL, PASSWORD).status_code == 200  # the form again, with the usual sentence


def test_all_sessions_of_somebody_can_be_ended(app, client, accounts, sign_in) -> None:
    second, other = app.test_client(), app.test_client()
    for browser in (client, second):
        sign_in(browser, EMAIL, PASSWORD)
    sign_in(other, OTHER, OTHERS_PASSWORD)
    with app.app_context():
        session = app.extensions["sqlalchemy"].session
        sessions.end_all_sessions(session, session.get(User, accounts[EMAIL]))
        session.commit()
    assert not is_inside(client) and not is_inside(second)
    assert is_inside(other)


# --- limits ------------------------------------------------------------------------------------------------------------


def test_a_session_ends_after_an_hour_without_a_page_and_after_twelve_in_any_case(client, accounts, sign_in) -> None:
    start = datetime(2024, 11, 18, 8, 0, tzinfo=UTC)
    with freeze_time(start):
        sign_in(client, EMAIL, PASSWORD)
    with freeze_time(start + timedelta(minutes=59)):
        assert is_inside(client)
    for minutes in range(118, 12 * 60, 59):
        with freeze_time(start + timedelta(minutes=minutes)):
            assert is_inside(client), minutes
    with freeze_time(start + timedelta(hours=12, seconds=1)):
        assert not is_inside(client)


def test_an_idle_session_ends(client, accounts, sign_in) -> None:
    start = datetime(2024, 11, 18, 8, 0, tzinfo=UTC)
    with freeze_time(start):
        sign_in(client, EMAIL, PASSWORD)
    with freeze_time(start + timedelta(minutes=61)):
        assert not is_inside(client)


def test_reading_pages_does_not_write_the_session_each_time(app, client, accounts, sign_in) -> None:
    sign_in(client, EMAIL, PASSWORD)
    client.get(INSIDE)
    with app.app_context():
        engine = app.extensions["sqlalchemy"].engine
    written: list[str] = []
    sa.event.listen(engine, "before_cursor_execute", lambda *args: written.append(args[2]))
    client.get(INSIDE)
    assert not [statement for statement in written if "account_session" in statement and not statement.startswith("SELECT")]


# --- guessing ----------------------------------------------------------------------------------------------------------


def test_a_known_and_an_unknown_address_get_the_same_answer(client, app, accounts, try_password) -> None:
    def body(email: str) -> str:
        page = try_password(app.test_client(), email, "not the right words").text
        return re.sub(r'value="[^"]*"', "", page)

    assert body(EMAIL) == body("nobody@example.org")
    assert "do not belong together" in body(EMAIL)


def test_guessing_at_one_account_is_slowed_from_wherever_it_comes(app, accounts, try_password) -> None:
    start = datetime(2024, 11, 18, 8, 0, tzinfo=UTC)
    with freeze_time(start):
        answers = [try_password(app.test_client(), EMAIL, f"wrong words {n}", f"10.0.0.{n}") for n in range(12)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 7
        refused = try_password(app.test_client(), EMAIL, PASSWORD, "10.0.0.99")
    assert refused.status_code == 429 and int(refused.headers["Retry-After"]) == 2
    assert "Please wait 2 seconds" in refused.text
    with freeze_time(start + timedelta(seconds=3)):
        assert try_password(app.test_client(), EMAIL, PASSWORD, "10.0.0.99").status_code == 302


@pytest.mark.slow
def test_the_wait_grows_and_is_never_longer_than_a_quarter_of_an_hour(app, accounts, try_password) -> None:
    moment, waits = datetime(2024, 11, 18, 8, 0, tzinfo=UTC), []
    for number in range(20):
        with freeze_time(moment):
            answer = try_password(app.test_client(), EMAIL, "wrong words again", f"10.0.1.{number}")
            if answer.status_code == 429:
                waits.append(int(answer.headers["Retry-After"]))
                moment += timedelta(seconds=waits[-1])
    assert waits[:4] == [2, 4, 8, 16]


@pytest.mark.slow
def test_one_password_on_many_accounts_is_slowed_by_its_address(app, accounts, try_password) -> None:
    answers = [try_password(app.test_client(), f"somebody{n}@example.org", "same words each time", "10.9.9.9") for n in range(35)]
    assert [answer.status_code for answer in answers].count(200) == 30
    assert answers[-1].status_code == 429
    assert try_password(app.test_client(), EMAIL, PASSWORD, "10.9.9.10").status_code == 302


@pytest.mark.slow
def test_a_forwarded_address_is_not_believed_without_a_proxy(app, accounts, csrf_token) -> None:
    codes = []
    for number in range(32):
        client = app.test_client()
        form = {"csrf_token": csrf_token(client.get(LOGIN).text), "email": f"a{number}@example.org", "password": "wrong words now"}
        codes.append(client.post(LOGIN, data=form, headers={"X-Forwarded-For": f"203.0.113.{number}"}).status_code)
    assert codes.count(200) == 30


def test_a_stranger_cannot_keep_somebody_out_who_signs_in_from_their_usual_place(app, accounts, try_password) -> None:
    assert try_password(app.test_client(), EMAIL, PASSWORD, "192.0.2.5").status_code == 302
    for number in range(8):
        try_password(app.test_client(), EMAIL, "a stranger guessing", f"10.0.2.{number}")
    assert try_password(app.test_client(), EMAIL, PASSWORD, "198.51.100.7").status_code == 429
    assert try_password(app.test_client(), EMAIL, PASSWORD, "192.0.2.5").status_code == 302


def test_a_right_password_wipes_the_slips_before_it(app, accounts, try_password) -> None:
    for _ in range(3):
        for _ in range(4):
            assert try_password(app.test_client(), EMAIL, "a slip of the keys", "10.0.3.1").status_code == 200
        assert try_password(app.test_client(), EMAIL, PASSWORD, "10.0.3.1").status_code == 302


def test_a_sign_in_as_json_is_refused(client, accounts) -> None:
    assert client.post(LOGIN, json={"email": EMAIL, "password": PASSWORD}).status_code == 400


def test_in_and_out_and_the_throttle_on_both_databases(both_databases, tmp_path, sign_in, try_password) -> None:
    from pep_admin import create_app

    address = "carys.hughes@example.org"
    app = create_app({"TESTING": True, "PEP_ADMIN_DATABASE_URL": both_databases, "PEP_ADMIN_INSTANCE_FOLDER": str(tmp_path)})
    with app.app_context():
        db = app.extensions["sqlalchemy"]
        create_account(db.session, address, "Amara Okafor", [Role.VS_OFFICER], PASSWORD)
        db.session.commit()
    client = app.test_client()
    sign_in(client, address, PASSWORD)
    stolen = with_cookie(app, cookie(client))
    assert is_inside(stolen)
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(INSIDE).text)[1]
    assert client.post(LOGOUT, data={"csrf_token": token}).status_code == 302
    assert not is_inside(client) and not is_inside(stolen)

    with ThreadPoolExecutor(8) as many:  # guesses sent at once do not slip past the count
        guesses = many.map(lambda n: try_password(app.test_client(), address, "not this one", f"10.0.4.{n}").status_code, range(24))
        assert sorted(guesses) == [200] * 5 + [429] * 19
    with app.app_context():
        db.engine.dispose()


# --- where it leads ----------------------------------------------------------------------------------------------------

FOREIGN = [
    "//evil.example", "https://evil.example", "http:evil.example", "https:evil.example", "/\\evil.example", "\\\\evil.example",
    "javascript:alert(1)", "////evil.example", "/%5cevil.example/../..//evil.example\t", " //evil.example", "/\t/evil.example",
]


def test_signing_in_never_leads_to_another_site(client, accounts, csrf_token) -> None:
    for target in FOREIGN:
        assert client.get(LOGIN, query_string={"next": target}).status_code == 400, target
        token = csrf_token(client.get(LOGIN).text)
        answer = client.post(LOGIN, data={"csrf_token": token, "email": EMAIL, "password": PASSWORD, "next": target})
        assert answer.status_code == 400 and not is_inside(client), target


def test_signing_in_leads_back_to_the_page_that_was_asked_for(client, accounts, csrf_token) -> None:
    asked = client.get("/admin/pep/schools/?page=2")
    page = client.get(asked.headers["Location"])
    fields = {**dict(hidden(page.text)), "email": EMAIL, "password": PASSWORD}
    assert client.post(LOGIN, data=fields).headers["Location"] == "/admin/pep/schools/?page=2"


def test_another_host_name_is_not_served(client) -> None:
    answer = client.get(LOGIN, headers={"Host": "evil.example"})
    assert answer.status_code == 400 and "evil" not in answer.text


def test_a_nul_anywhere_is_refused(client) -> None:
    for path in ("/account/login?next=%00", "/admin/?x=%00", "/healthz?%00=1"):
        assert client.get(path).status_code == 400, path
    assert client.post(LOGIN, data={"email": "a\x00b"}).status_code == 400


# --- what every answer carries -----------------------------------------------------------------------------------------


EVERYWHERE = {
    "/": 302, LOGIN: 200, "/admin/": 302, "/nowhere": 404, "/healthz": 200, "/favicon.ico": 200, LOGOUT: 405,
    "/admin/pep/static/pep.css": 200, "/account/login?next=//evil.example": 400,
}


def test_every_answer_carries_the_safety_headers(client) -> None:
    for path, code in EVERYWHERE.items():
        answer = client.get(path, buffered=True)
        assert answer.status_code == code, path
        policy = answer.headers["Content-Security-Policy"]
        for part in ("default-src", "script-src 'self'", "style-src 'self'", "base-uri 'none'", "frame-ancestors 'none'",
                     "form-action 'self'"):
            assert part in policy, path
        assert "unsafe" not in policy and "*" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert (answer.headers.get("Cache-Control") == "no-store") is ("static" not in path), path
        assert "Server" not in answer.headers and "X-Powered-By" not in answer.headers


def test_a_broken_page_carries_them_too_and_tells_nothing(app, accounts, sign_in, monkeypatch) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.testing = False
    app.view_functions["front"] = lambda: 1 // 0
    answer = app.test_client().get("/")
    assert answer.status_code == 500
    assert answer.headers["Content-Security-Policy"] and answer.headers["Cache-Control"] == "no-store"
    assert "ZeroDivision" not in answer.text and "Traceback" not in answer.text


def test_while_the_database_is_busy_a_form_comes_back_with_its_text(sqlite_url, tmp_path, sign_in, csrf_token, monkeypatch) -> None:
    from pep_admin import create_app

    monkeypatch.setattr(database, "PRAGMAS", ("busy_timeout=100", "journal_mode=WAL", "foreign_keys=ON"))
    app = create_app({"TESTING": True, "PEP_ADMIN_DATABASE_URL": sqlite_url, "PEP_ADMIN_INSTANCE_FOLDER": str(tmp_path)})
    client = app.test_client()
    sign_in(client, EMAIL, PASSWORD)
    token = csrf_token(client.get("/admin/pep/schools/new/").text)
    with closing(sqlite3.connect(tmp_path / "pep.db", isolation_level=None)) as elsewhere:
        elsewhere.execute("BEGIN IMMEDIATE")
        answer = client.post("/admin/pep/schools/new/", data={"csrf_token": token, "name": TYPED})
        assert is_inside(client)  # reading goes on
    assert answer.status_code == 503 and answer.headers["Retry-After"] == "60"
    assert TYPED in unescape(answer.text) and "Amara Okafor" in answer.text
    assert "sqlite" not in answer.text.lower()


def test_health_says_one_word(client) -> None:
    assert client.get("/healthz").text == "ok"


def test_a_request_that_is_too_large_is_refused(client, accounts, sign_in) -> None:
    sign_in(client, EMAIL, PASSWORD)
    assert client.post(LOGIN, data={"email": "x" * 3_000_000}).status_code == 413


def test_in_production_the_cookie_is_bound_to_the_host_and_to_encryption(sqlite_url, tmp_path) -> None:
    from pep_admin import create_app

    app = create_app({
        "PEP_ADMIN_ENVIRONMENT": Environment.PRODUCTION, "PEP_ADMIN_DATABASE_URL": sqlite_url,
        "PEP_ADMIN_INSTANCE_FOLDER": str(tmp_path),
        "PEP_ADMIN_SECRET_KEY": "kT3v-9Qd_w2LxZ7mB4cN8rJ1sH6yP0aF", "PEP_ADMIN_BASE_URL": "https://pep.example.org",
    })
    answer = app.test_client().get(LOGIN, base_url="https://pep.example.org")
    assert answer.status_code == 200
    [sent] = answer.headers.getlist("Set-Cookie")
    assert sent.startswith("__Host-pep=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(sent.split("; ")) and "Domain" not in sent
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert app.test_client().get(LOGIN, base_url="https://localhost").status_code == 400


# --- typing outlives the session ---------------------------------------------------------------------------------------


@pytest.fixture
def lost(app, client, accounts) -> Any:
    """The answer to a form that somebody sends when their session is over: a school, typed by the officer."""
    form = [("csrf_token", "gone"), ("written_by", f"user:{accounts[EMAIL]}"), ("name", TYPED), ("tag", "one"), ("tag", "two")]
    return client.post("/admin/pep/schools/new/?url=/admin/pep/schools/", data=_multi(form))


def _multi(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def _sign_in_from(client: FlaskClient, page: str, email: str, password: str) -> Any:
    return client.post(LOGIN, data={**_multi(hidden(page)), "email": email, "password": password})


def test_what_was_typed_comes_back_byte_for_byte_after_signing_in(client, accounts, lost) -> None:
    assert lost.status_code == 401 and lost.headers["Cache-Control"] == "no-store"
    assert "<b>" not in lost.text
    kept = _sign_in_from(client, lost.text, EMAIL, PASSWORD)
    assert kept.status_code == 200 and "We kept what you typed" in kept.text
    fields = hidden(kept.text)
    assert ("name", TYPED) in fields
    assert [value for name, value in fields if name == "tag"] == ["one", "two"]
    assert ("written_by", f"user:{accounts[EMAIL]}") in fields
    assert '<form method="post" action="/admin/pep/schools/new/?url=/admin/pep/schools/">' in kept.text
    again = client.post("/admin/pep/schools/new/?url=/admin/pep/schools/", data=_multi(fields))
    assert again.status_code == 422 and unescape(again.text).count(TYPED)  # the form itself: signed in, the mark right, text there


def test_nothing_is_sent_by_itself(app, client, accounts, lost) -> None:
    _sign_in_from(client, lost.text, EMAIL, PASSWORD)
    with app.app_context():
        assert app.extensions["sqlalchemy"].session.execute(sa.text("SELECT count(*) FROM pep_school")).scalar() == 0


def test_a_wrong_password_does_not_lose_it(client, accounts, lost) -> None:
    wrong = _sign_in_from(client, lost.text, EMAIL, "a slip of the keys")
    assert wrong.status_code == 200 and ("kept-name", TYPED) in hidden(wrong.text)
    kept = _sign_in_from(client, wrong.text, EMAIL, PASSWORD)
    assert ("name", TYPED) in hidden(kept.text)


def test_the_throttle_does_not_lose_it(client, accounts, lost) -> None:
    page = lost
    for _ in range(6):
        page = _sign_in_from(client, page.text, EMAIL, "a slip of the keys")
    assert page.status_code == 429 and ("kept-name", TYPED) in hidden(page.text)


def test_a_mark_that_is_no_longer_valid_does_not_lose_it(client, accounts, lost) -> None:
    fields = [(name, value if name != "csrf_token" else "stale") for name, value in hidden(lost.text)]
    once_more = client.post(LOGIN, data={**_multi(fields), "email": EMAIL, "password": PASSWORD})
    assert once_more.status_code == 400 and ("kept-name", TYPED) in hidden(once_more.text)
    assert not is_inside(client)


def test_another_person_who_signs_in_does_not_see_it(client, accounts, lost) -> None:
    answer = _sign_in_from(client, lost.text, OTHER, OTHERS_PASSWORD)
    assert answer.status_code == 409
    assert "well done" not in unescape(answer.text)


def test_passwords_are_never_carried(client, accounts) -> None:
    page = client.post("/admin/pep/schools/new/", data={"name": "x", "old_password": "s3cret words"})
    assert page.status_code == 401 and "s3cret" not in page.text


def test_text_that_another_site_sends_is_not_taken_for_ones_own(client, accounts) -> None:
    for origin in ("https://evil.example", "null", "http://localhost.evil.example"):
        answer = client.post("/admin/pep/schools/new/", data={"name": "planted"}, headers={"Origin": origin})
        assert answer.status_code == 400 and "planted" not in answer.text, origin
        assert "Set-Cookie" not in answer.headers
    assert client.post("/admin/pep/schools/new/", data={"name": "own"}, headers={"Origin": "http://localhost"}).status_code == 401


def test_a_button_pressed_after_the_session_ended_only_asks_to_sign_in(client, accounts) -> None:
    page = client.post("/admin/pep/schools/new/", data={"csrf_token": "gone"})
    assert page.status_code == 401 and "nothing was done" in page.text


# --- roles and passwords -----------------------------------------------------------------------------------------------


def test_an_account_may_hold_several_roles(app, accounts) -> None:
    with app.app_context():
        user = app.extensions["sqlalchemy"].session.get(User, accounts[OTHER])
        assert user.role_set == {Role.DESIGNATED_TEACHER, Role.SOCIAL_WORKER}
        assert user.held == "designated_teacher social_worker" and user.person_id == 7


def test_the_plugin_is_told_who_acts(app, accounts) -> None:
    from flask_login import login_user

    from pep_admin.accounts.sign_in import actor, sign_in_url

    with app.test_request_context("/admin/"):
        assert actor() is None and sign_in_url("/admin/") == "/account/login?next=/admin/"
        login_user(app.extensions["sqlalchemy"].session.get(User, accounts[OTHER]))
        told = actor()
        assert told is not None
        assert (told.id, told.name, told.person_id) == (f"user:{accounts[OTHER]}", "Bryn Davies", 7)
        assert told.roles == {Role.DESIGNATED_TEACHER, Role.SOCIAL_WORKER}
        assert sign_in_url("/admin/") == "/account/verify?next=/admin/"


def test_passwords_are_kept_as_argon2id_with_the_chosen_cost(app, accounts) -> None:
    with app.app_context():
        stored = app.extensions["sqlalchemy"].session.get(User, accounts[EMAIL]).password
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_the_password_once_more_makes_a_session_fresh(app, client, accounts, sign_in, csrf_token) -> None:
    sign_in(client, EMAIL, PASSWORD)
    page = client.get("/account/verify?next=/admin/pep/schools/")
    form = {"csrf_token": csrf_token(page.text), "next": "/admin/pep/schools/"}
    wrong = client.post("/account/verify", data={**form, "password": "a slip of the keys"})
    assert wrong.status_code == 200 and "not the password of your account" in wrong.text
    for _ in range(7):  # right ones do not count towards the throttle
        right = client.post("/account/verify", data={**form, "password": PASSWORD})
        assert right.headers["Location"] == "/admin/pep/schools/"


def test_changing_the_password_ends_every_other_session(app, client, accounts, sign_in, csrf_token, try_password) -> None:
    elsewhere = app.test_client()
    sign_in(elsewhere, EMAIL, PASSWORD)
    sign_in(client, EMAIL, PASSWORD)
    before = cookie(client)
    new = "copper orchard window"
    form = {"csrf_token": csrf_token(client.get(CHANGE).text), "password": PASSWORD, "new_password": new,
            "new_password_confirm": new}
    assert client.post(CHANGE, data={**form, "password": "a slip of the keys"}).status_code == 200
    assert client.post(CHANGE, data=form).status_code == 302
    assert is_inside(client) and cookie(client) != before
    assert not is_inside(elsewhere) and not is_inside(with_cookie(app, before))
    assert sessions._key(cookie(elsewhere)) not in kept_sessions(app)
    assert try_password(app.test_client(), EMAIL, PASSWORD).status_code == 200
    assert try_password(app.test_client(), EMAIL, new).status_code == 302


def test_a_weak_password_is_refused_with_what_to_do(client, accounts, sign_in, csrf_token) -> None:
    sign_in(client, EMAIL, PASSWORD)
    weak = "amaraokafor1985"  # her own name, which no list of common passwords holds
    form = {"csrf_token": csrf_token(client.get(CHANGE).text), "password": PASSWORD, "new_password": weak,
            "new_password_confirm": weak}
    answer = client.post(CHANGE, data=form)
    assert answer.status_code == 200 and "Use three or four words that have nothing to do with you" in answer.text


@pytest.mark.parametrize("weak", [
    "elevenchars", "burycouncilpep1", "virtualschool2026", "Password1234!", "V1rtualSch00l!", "qwertyuiopas", "aaaaaaaaaaaa",
    "123456789012", "janesmith1985", "stgeorges2024", "liverpool1892", "designatedteacher", "letmeinletmein", "P@ssw0rd2024!",
    "abcdefghijkl", "x" * 600,
])
def test_a_password_that_is_guessed_first_is_refused(weak) -> None:
    assert why_refused(weak, about=["jane.smith@stgeorges.sch.uk", "Jane Smith", "Bury Virtual School"])


@pytest.mark.parametrize("good", [
    "tin roof wagon", "🙂 smile ocean lamp", "kQ9z-wX4!mTb2", "8#2&9!x4$7@1q", "correct horse battery " * 6,
])
def test_a_long_or_strange_password_is_accepted(good) -> None:
    assert why_refused(good, about=["jane.smith@stgeorges.sch.uk", "Jane Smith"]) is None


IMPOSSIBLE = [
    ("two@example.org, three@example.org", "X", [Role.AUDITOR], "one complete e-mail address"),
    ("no-at-sign", "X", [Role.AUDITOR], "one complete e-mail address"),
    (EMAIL.upper(), "X", [Role.AUDITOR], "already"),
    ("new@example.org", " ", [Role.AUDITOR], "a name"),
    ("new@example.org", "X", [], "one role"),
]


def test_an_account_that_cannot_be_is_refused(app, accounts) -> None:
    with app.app_context():
        for email, name, roles, sentence in IMPOSSIBLE:
            with pytest.raises(ValueError, match=sentence):
                create_account(app.extensions["sqlalchemy"].session, email, name, roles, PASSWORD)
