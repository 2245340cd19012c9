"""The second step of signing in, over HTTP with a real mail server: set up when due, asked each time, an answer taken once."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from freezegun import freeze_time
from passlib.totp import TOTP

from pep_admin.accounts import keys, second_step
from pep_admin.accounts.models import RecoveryCode, User
from pep_admin.models import AuditEvent
from pep_admin.server.worker import run_once
from pep_admin.views.gate import begin
from pep_admin.vocabulary import Role
from tests.conftest import PASSWORD
from tests.integration.post_office import PostOffice, text_of
from tests.visiting import Page, Visitor

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

LOGIN, HOME = "/account/login", ("What needs doing", "My PEPs")
HEAD, TEACHER = "hanna.amt@example.org", "tess.lehrer@example.org"
NOW = datetime(2026, 11, 24, 9, 0, 7, tzinfo=UTC)
TYPED = 'He said "well done" <b>& £5</b>, café'


@pytest.fixture
def app(sqlite_url: str, tmp_path: Any, post_office: PostOffice) -> Flask:
    """The application as it is without further settings: it asks for a second step. Mail goes to the post office."""
    return make_app(sqlite_url, tmp_path, post_office)


def make_app(url: str, folder: Any, office: PostOffice, **more: Any) -> Flask:
    from pep_admin import create_app

    return create_app({"TESTING": True, "PEP_ADMIN_DATABASE_URL": url, "PEP_ADMIN_INSTANCE_FOLDER": str(folder),
                       "PEP_ADMIN_SECOND_FACTOR": True, **office.settings, **more})


@pytest.fixture
def people(make_account: Callable[..., None]) -> None:
    make_account(HEAD, Role.VS_HEAD)
    make_account(TEACHER, Role.DESIGNATED_TEACHER)


@pytest.fixture
def clock() -> Iterator[Any]:
    with freeze_time(NOW) as frozen:
        yield frozen


def visit(app: Flask) -> Visitor:
    return Visitor(app.test_client())


def give_password(visitor: Visitor, email: str, password: str = PASSWORD, **more: str) -> Page:
    return visitor.get(LOGIN).send("password", email=email, password=password, **more)


def secret_on(page: Page) -> str:
    """The key that the page gives to those who cannot take a picture."""
    return re.sub(r"\s", "", page.tree.xpath("string(//code[@class='key'])"))


def code_of(secret: str, at: datetime | None = None) -> str:
    return str(TOTP(key=secret).generate(time=at or datetime.now(UTC)).token)


def set_up_app(app: Flask, email: str) -> tuple[Visitor, str, list[str]]:
    """First sign-in of somebody: who is in now, the secret in their app, their recovery codes."""
    visitor = visit(app)
    page = give_password(visitor, email)
    if page.heading == "Set up a second step":
        page = visitor.get("/account/set-up/app")
    secret = secret_on(page)
    done = page.send("code", code=code_of(secret))
    assert done.heading == "Keep these recovery codes", done.main
    return visitor, secret, codes_on(done)


def codes_on(page: Page) -> list[str]:
    return [each.text_content() for each in page.tree.xpath("//ul[@class='codes']//code")]


def is_inside(visitor: Visitor) -> bool:
    return visitor.get("/admin/").heading in HOME


def events(app: Flask, *actions: str) -> list[tuple[str, str, dict[str, Any]]]:
    with app.app_context():
        table = AuditEvent.__table__
        found = sa.select(table.c.action, table.c.outcome, table.c.details).where(table.c.action.in_(actions)).order_by(table.c.id)
        return [tuple(row) for row in app.extensions["sqlalchemy"].session.execute(found)]


def mailed_code(app: Flask, office: PostOffice) -> str:
    run_once(app)
    _, message = office.received[-1]
    found = re.search(r"^    ([0-9]{6})$", text_of(message), re.MULTILINE)
    assert found, text_of(message)
    return found[1]


# --- setting it up -----------------------------------------------------------------------------------------------------


def test_a_password_alone_opens_nothing_and_leads_to_setting_up(app, people, clock) -> None:
    visitor = visit(app)
    page = give_password(visitor, HEAD)
    assert page.heading == "Set up an app for codes"
    guarded = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith(("pep_", "security.change"))]
    for rule in guarded:
        if "GET" in rule.methods and not rule.arguments and rule.endpoint != "pep_assets.static":
            answer = visitor.client.get(rule.rule)
            assert answer.status_code == 302 and answer.location.startswith(LOGIN), rule.endpoint


def test_setting_up_an_app_signs_in_and_gives_recovery_codes_once(app, people, clock) -> None:
    visitor, _, codes = set_up_app(app, HEAD)
    shape = re.compile(r"([2-9A-HJ-NP-Z]{4}-){3}[2-9A-HJ-NP-Z]{4}")
    assert len(set(codes)) == 8 and all(shape.fullmatch(each) for each in codes)
    assert visitor.get("/admin/").heading in HOME
    assert not any(code in visitor.get(path).text for code in codes for path in ("/admin/pep/my_account/", "/account/set-up"))
    assert events(app, "account.set_second_factor", "account.sign_in") == [
        ("account.set_second_factor", "done", {"factor": "app"}), ("account.sign_in", "done", {"second": "app"})]


def test_the_database_holds_neither_secret_nor_code(app, people, clock) -> None:
    _, secret, codes = set_up_app(app, HEAD)
    with app.app_context():
        session = app.extensions["sqlalchemy"].session
        user = session.scalars(sa.select(User).where(User.email == HEAD)).one()
        assert secret not in user.second_secret and keys.unseal(user.second_secret) == secret
        kept = list(session.scalars(sa.select(RecoveryCode.digest)))
        assert len(kept) == 8 and not any(code.replace("-", "") in digest.upper() for code in codes for digest in kept)


def test_a_wrong_first_code_sets_nothing_up_and_keeps_the_secret(app, people, clock) -> None:
    visitor = visit(app)
    page = give_password(visitor, HEAD)
    secret = secret_on(page)
    wrong = page.send("code", code="000000")
    assert wrong.status == 422 and "not the code of this moment" in wrong.main and secret_on(wrong) == secret
    assert wrong.send("code", code=code_of(secret)).heading == "Keep these recovery codes"


def test_the_picture_is_drawn_in_the_page_and_says_what_the_key_says(app, people, clock) -> None:
    page = give_password(visit(app), HEAD)
    assert page.tree.xpath("//svg/path/@d")[0].startswith("M") and not page.tree.xpath("//main//img | //main//script")
    assert "'unsafe" not in page.answer.headers["Content-Security-Policy"]


def test_a_session_that_was_planted_or_copied_half_way_leads_nobody_on(app, people, clock) -> None:
    visitor, planter, copier = visit(app), visit(app), visit(app)
    page = visitor.get(LOGIN)
    planter.client.set_cookie("pep_session", visitor.client.get_cookie("pep_session").value)
    half_way = page.send("password", email=HEAD, password=PASSWORD)
    assert planter.get("/account/set-up").heading == "Sign in"
    copier.client.set_cookie("pep_session", visitor.client.get_cookie("pep_session").value)
    half_way.send("code", code=code_of(secret_on(half_way)))
    assert is_inside(visitor) and not is_inside(copier) and copier.get("/account/set-up").heading == "Sign in"


def test_who_set_nothing_up_in_time_begins_again(app, people, clock) -> None:
    visitor = visit(app)
    page = give_password(visitor, HEAD)
    clock.tick(timedelta(minutes=15, seconds=1))
    assert page.send("code", code=code_of(secret_on(page))).heading == "Sign in"
    assert not is_inside(visitor)


def test_school_staff_may_choose_their_mailbox_and_nobody_else(app, people, clock, post_office) -> None:
    visitor = visit(app)
    page = give_password(visitor, TEACHER)
    assert page.heading == "Set up a second step"
    sent = visitor.post("/account/set-up/mail", [("csrf_token", token(page))])
    assert "on its way" in sent.main
    done = sent.send("code", code=mailed_code(app, post_office))
    assert done.heading == "Keep these recovery codes" and len(codes_on(done)) == 8
    assert is_inside(visitor)
    other = visit(app)
    give_password(other, HEAD)
    assert other.get("/account/set-up/mail").heading == "Set up an app for codes"


def token(page: Page) -> str:
    return str(page.tree.xpath("//input[@name='csrf_token']/@value")[0])


def test_a_role_beside_the_teachers_closes_the_mailbox(app, make_account, clock) -> None:
    make_account(TEACHER, Role.DESIGNATED_TEACHER, Role.VS_OFFICER)
    assert give_password(visit(app), TEACHER).heading == "Set up an app for codes"


def test_where_no_mail_is_set_up_no_mailbox_is_offered(sqlite_url, tmp_path, people, post_office, clock) -> None:
    app = make_app(sqlite_url, tmp_path, post_office, PEP_ADMIN_MAIL_SERVER="", PEP_ADMIN_MAIL_FROM="")
    assert give_password(visit(app), TEACHER).heading == "Set up an app for codes"


# --- a code each time --------------------------------------------------------------------------------------------------


def test_the_next_sign_in_asks_for_a_code_and_leads_where_one_was_going(app, people, clock) -> None:
    _, secret, _ = set_up_app(app, HEAD)
    clock.tick(timedelta(seconds=30))
    visitor = visit(app)
    page = visitor.get("/admin/pep/schools/").send("password", email=HEAD, password=PASSWORD)
    assert page.heading == "Enter the code" and HEAD not in page.main
    inside = page.send("code", code=f"{code_of(secret)[:3]} {code_of(secret)[3:]}")
    assert inside.heading == "Schools"


def test_a_code_is_taken_once(app, people, clock) -> None:
    _, secret, _ = set_up_app(app, HEAD)
    first, second = visit(app), visit(app)
    again = give_password(first, HEAD).send("code", code=code_of(secret))  # the one it was set up with
    assert again.status == 422 and not is_inside(first)
    clock.tick(timedelta(seconds=30))
    code = code_of(secret)
    assert again.send("code", code=code).heading in HOME
    refused = give_password(second, HEAD).send("code", code=code)
    assert refused.status == 422 and not is_inside(second)


@pytest.mark.parametrize("wrong", ["1234567", "12345", "", "abcdef", "１２３４５６", "000000; --"])
def test_what_is_no_code_is_refused(app, people, clock, wrong) -> None:
    set_up_app(app, HEAD)
    assert give_password(visit(app), HEAD).send("code", code=wrong).status == 422


def test_the_code_of_another_half_minute_is_refused(app, people, clock) -> None:
    _, secret, _ = set_up_app(app, HEAD)
    clock.tick(timedelta(minutes=5))
    moment = datetime.now(UTC)
    visitor = visit(app)
    page = give_password(visitor, HEAD)
    for away in (-30, 30, -600, 600):
        page = page.send("code", code=code_of(secret, moment + timedelta(seconds=away)))
        assert page.status == 422, away
    assert events(app, "account.code_failed") == [("account.code_failed", "refused", {"page": "account.code"})] * 4


def test_of_many_who_send_one_code_at_once_one_comes_in(both_databases, tmp_path, post_office, make_app_people) -> None:
    app = make_app_people(both_databases)
    with freeze_time(NOW):
        _, secret, _ = set_up_app(app, HEAD)
    with freeze_time(NOW + timedelta(seconds=30)):
        pages = [give_password(visit(app), HEAD) for _ in range(6)]
        code, came, barrier = code_of(secret), [], threading.Barrier(6)

        def enter(page: Page) -> None:
            barrier.wait()
            page.send("code", code=code)
            came.append(is_inside(page.visitor))

        threads = [threading.Thread(target=enter, args=(page,)) for page in pages]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    assert sorted(came) == [False] * 5 + [True]


def test_a_code_is_taken_once_by_those_who_looked_at_the_account_at_the_same_moment(both_databases, make_app_people) -> None:
    app = make_app_people(both_databases)
    with freeze_time(NOW):
        _, secret, _ = set_up_app(app, HEAD)
    later, taken, barrier = NOW + timedelta(minutes=5), [], threading.Barrier(4)

    def take() -> None:
        with app.app_context():
            session = app.extensions["sqlalchemy"].session()
            begin(session, "readonly")
            user = session.scalars(sa.select(User).where(User.email == HEAD)).one()
            barrier.wait()
            begin(session, "write")
            taken.append(second_step.take_code(session, user, code_of(secret, later), now=later))
            session.commit()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(taken) == [False] * 3 + [True]


@pytest.fixture
def make_app_people(tmp_path: Any, post_office: PostOffice) -> Iterator[Callable[[str], Flask]]:
    """`make_app_people(url)`: the application on that database, with the head and the teacher."""
    from pep_admin.accounts.creating import create_account

    made: list[Flask] = []

    def make(url: str, **more: Any) -> Flask:
        app = make_app(url, tmp_path, post_office, **more)
        with app.app_context():
            session = app.extensions["sqlalchemy"].session
            for email, role in ((HEAD, Role.VS_HEAD), (TEACHER, Role.DESIGNATED_TEACHER)):
                if session.scalar(sa.select(User.id).where(User.email == email)) is None:
                    create_account(session, email, email, [role], PASSWORD)
            session.commit()
            session.remove()
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            app.extensions["sqlalchemy"].engine.dispose()


def test_guessing_codes_is_slowed_and_a_right_password_does_not_give_tries_back(app, people, clock) -> None:
    set_up_app(app, HEAD)
    visitor, statuses = visit(app), []
    page = give_password(visitor, HEAD)
    for _ in range(7):
        page = page.send("code", code="000000")
        statuses.append(page.status)
    assert statuses == [422] * 5 + [429] * 2
    assert page.heading == "Enter the code" and "Please wait 2 seconds" in page.main
    elsewhere = visit(app)
    assert give_password(elsewhere, HEAD).send("code", code="000000").status == 429


def test_the_brake_on_codes_holds_over_two_processes(sqlite_url, make_app_people, clock) -> None:
    one, two = make_app_people(sqlite_url), make_app_people(sqlite_url)
    set_up_app(one, HEAD)
    pages = [give_password(visit(each), HEAD) for each in (one, two)]
    statuses = [pages[number % 2].send("code", code="000000").status for number in range(7)]
    assert statuses == [422] * 5 + [429] * 2


def test_signing_in_often_from_one_school_is_never_slowed(app, people, clock) -> None:
    _, secret, _ = set_up_app(app, HEAD)
    for _ in range(35):
        clock.tick(timedelta(seconds=30))
        assert give_password(visit(app), HEAD).send("code", code=code_of(secret)).heading in HOME


def test_a_code_by_mail_is_sent_with_the_right_password_and_taken_once(app, people, post_office) -> None:
    with freeze_time(NOW) as clock:
        _set_up_mailbox(app, post_office)
        clock.tick(timedelta(minutes=2))
        visitor = visit(app)
        page = give_password(visitor, TEACHER)
        assert page.heading == "Enter the code" and "t…@example.org" in page.main
        code = mailed_code(app, post_office)
        recipients, message = post_office.received[-1]
        assert recipients == [TEACHER] and "http" not in text_of(message)
        other = visit(app)
        assert give_password(other, TEACHER).send("code", code=code).heading in HOME  # asked within a minute: the same code
        assert page.send("code", code=code).status == 422 and not is_inside(visitor)


def _set_up_mailbox(app: Flask, office: PostOffice) -> None:
    visitor = visit(app)
    page = give_password(visitor, TEACHER)
    sent = visitor.post("/account/set-up/mail", [("csrf_token", token(page))])
    assert sent.send("code", code=mailed_code(app, office)).heading == "Keep these recovery codes"


def test_a_mailed_code_lasts_ten_minutes_and_another_takes_its_place(app, people, post_office) -> None:
    with freeze_time(NOW) as clock:
        _set_up_mailbox(app, post_office)
        clock.tick(timedelta(minutes=2))
        page = give_password(visit(app), TEACHER)
        old = mailed_code(app, post_office)
        clock.tick(timedelta(minutes=10))
        assert page.send("code", code=old).status == 422
        again = page.visitor.post("/account/code/mail", [("csrf_token", token(page))])
        assert "on its way" in again.main
        assert "not a minute old" in again.visitor.post("/account/code/mail", [("csrf_token", token(again))]).main
        assert again.send("code", code=mailed_code(app, post_office)).heading in HOME


def test_no_queued_letter_holds_the_code(app, people, post_office, clock) -> None:
    visitor = visit(app)
    page = give_password(visitor, TEACHER)
    visitor.post("/account/set-up/mail", [("csrf_token", token(page))])
    with app.app_context():
        rows = app.extensions["sqlalchemy"].session.execute(sa.text("SELECT * FROM pep_delivery, account_ticket")).all()
    code = mailed_code(app, post_office)
    assert rows and code not in repr(rows)


def test_letters_for_signing_in_do_not_wait_for_a_long_job(app, people, post_office, clock, monkeypatch) -> None:
    from pep_admin import outbox
    from pep_admin.server import worker

    seen: list[int] = []

    def long_job(session: Any, payload: Any, beat: Callable[[], None]) -> None:
        give_password(visit(app), TEACHER)
        beat()
        seen.append(len(post_office.received))

    monkeypatch.setitem(worker.JOB_KINDS, "long", long_job)
    _set_up_mailbox(app, post_office)
    clock.tick(timedelta(minutes=2))
    before = len(post_office.received)
    with app.app_context():
        session = app.extensions["sqlalchemy"].session
        outbox.queue_job(session, "long", now=NOW)
        session.commit()
    run_once(app)
    assert seen == [before + 1]


# --- recovery codes ----------------------------------------------------------------------------------------------------


def test_a_recovery_code_signs_in_once_and_its_owner_is_told(app, people, clock, post_office) -> None:
    _, _, codes = set_up_app(app, HEAD)
    visitor = visit(app)
    page = give_password(visitor, HEAD).link("Use one of your recovery codes")
    assert page.send("code", code=codes[0].lower().replace("-", " ")).heading in HOME
    again = give_password(visit(app), HEAD).link("Use one of your recovery codes").send("code", code=codes[0])
    assert again.status == 422 and "used already" in again.main
    assert "7 of 8 recovery codes are left" in visitor.get("/admin/pep/my_account/").main
    run_once(app)
    assert "recovery codes" in text_of(post_office.received[-1][1]) and post_office.received[-1][0] == [HEAD]


def test_of_many_who_send_one_recovery_code_at_once_one_comes_in(both_databases, make_app_people) -> None:
    app = make_app_people(both_databases)
    with freeze_time(NOW):
        _, _, codes = set_up_app(app, HEAD)
    pages = [give_password(visit(app), HEAD).link("Use one of your recovery codes") for _ in range(5)]
    barrier, came = threading.Barrier(5), []

    def enter(page: Page) -> None:
        barrier.wait()
        page.send("code", code=codes[3])
        came.append(is_inside(page.visitor))

    threads = [threading.Thread(target=enter, args=(page,)) for page in pages]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(came) == [False] * 4 + [True]


def test_another_persons_recovery_code_is_none(app, people, clock) -> None:
    set_up_app(app, HEAD)
    _, _, codes = set_up_app(app, TEACHER)
    page = give_password(visit(app), HEAD).link("Use one of your recovery codes")
    assert page.send("code", code=codes[0]).status == 422


def test_new_recovery_codes_end_the_old_ones(app, people, clock) -> None:
    visitor, _, old = set_up_app(app, HEAD)
    page = visitor.get("/admin/pep/my_account/new-codes/")
    new = codes_on(page.send())
    assert len(new) == 8 and not set(new) & set(old)
    for code, status in ((old[0], 422), (new[0], 200)):
        page = give_password(visit(app), HEAD).link("Use one of your recovery codes")
        assert page.send("code", code=code).status == status


# --- another one, and none ---------------------------------------------------------------------------------------------


def test_another_app_takes_the_place_of_the_first_and_ends_other_sessions(app, people, clock, post_office) -> None:
    visitor, secret, _ = set_up_app(app, HEAD)
    clock.tick(timedelta(seconds=30))
    elsewhere = visit(app)
    give_password(elsewhere, HEAD).send("code", code=code_of(secret))
    page = visitor.get("/account/set-up")
    other = secret_on(page)
    assert other != secret and page.send("code", code=code_of(other)).heading == "Keep these recovery codes"
    assert is_inside(visitor) and not is_inside(elsewhere)
    clock.tick(timedelta(seconds=30))
    asked = give_password(visit(app), HEAD)
    assert asked.send("code", code=code_of(secret)).status == 422
    assert asked.send("code", code=code_of(other)).heading in HOME
    run_once(app)
    assert "second code was changed" in text_of(post_office.received[-1][1])


def test_changing_it_asks_for_the_password_after_a_quarter_of_an_hour(app, people, clock) -> None:
    visitor, _, _ = set_up_app(app, HEAD)
    clock.tick(timedelta(minutes=21))
    assert visitor.get("/account/set-up").heading == "Your password once more"
    assert visitor.get("/admin/pep/my_account/new-codes/").heading == "Your password once more"


def test_a_key_that_was_exchanged_lets_nobody_in_by_the_app_and_breaks_nothing(app, people, clock, caplog) -> None:
    _, secret, _ = set_up_app(app, HEAD)
    app.config["PEP_ADMIN_SECOND_FACTOR_KEY"] = "another key that is long enough to be one"
    clock.tick(timedelta(seconds=30))
    page = give_password(visit(app), HEAD)
    assert page.send("code", code=code_of(secret)).status == 422
    assert "PEP_ADMIN_SECOND_FACTOR_KEY" in caplog.text and secret not in caplog.text


def test_an_older_key_still_reads_what_was_kept_under_it(app, people, clock) -> None:
    _, secret, codes = set_up_app(app, HEAD)
    app.config["PEP_ADMIN_SECOND_FACTOR_KEY"] = f"a newer key, which comes first, {'x' * 20}".replace(",", "") + (
        "," + app.config["PEP_ADMIN_SECOND_FACTOR_KEY"])
    clock.tick(timedelta(seconds=30))
    assert give_password(visit(app), HEAD).send("code", code=code_of(secret)).heading in HOME
    page = give_password(visit(app), HEAD).link("Use one of your recovery codes")
    assert page.send("code", code=codes[0]).heading in HOME


def test_a_session_from_before_the_second_step_was_asked_for_is_nobodys(app, people, clock) -> None:
    app.config["PEP_ADMIN_SECOND_FACTOR"] = False
    visitor = visit(app)
    assert give_password(visitor, HEAD).heading in HOME
    app.config["PEP_ADMIN_SECOND_FACTOR"] = True
    assert not is_inside(visitor)
    assert visitor.client.post("/admin/pep/schools/new/", data={"name": "x"}).status_code == 401


def test_the_demo_asks_for_the_password_alone_and_says_so(sqlite_url, tmp_path, monkeypatch, make_account) -> None:
    from pep_admin import create_app

    monkeypatch.delenv("PEP_ADMIN_SECOND_FACTOR")
    app = create_app({"TESTING": True, "PEP_ADMIN_DATABASE_URL": sqlite_url, "PEP_ADMIN_INSTANCE_FOLDER": str(tmp_path),
                      "PEP_ADMIN_ENVIRONMENT": "demo"})
    make_account(HEAD, Role.VS_HEAD)
    visitor = visit(app)
    assert "This demo asks for a password alone" in visitor.get(LOGIN).main
    assert give_password(visitor, HEAD).heading in HOME
    assert "asks for the password alone" in visitor.get("/admin/pep/my_account/").main


# --- typing is carried over both steps -----------------------------------------------------------------------------------


def test_what_was_typed_outlives_both_steps(app, people, clock) -> None:
    visitor, secret, _ = set_up_app(app, HEAD)
    with app.app_context():
        me = app.extensions["sqlalchemy"].session.scalar(sa.select(User.id).where(User.email == HEAD))
    clock.tick(timedelta(hours=2))
    typed = [("csrf_token", "gone"), ("written_by", f"user:{me}"), ("name", TYPED)]
    lost = visitor.post("/admin/pep/schools/new/", typed)
    assert lost.status == 401
    asked = lost.send("password", email=HEAD, password=PASSWORD)
    assert asked.heading == "Enter the code" and "still kept" in asked.main
    wrong = asked.send("code", code="000000")
    kept = wrong.send("code", code=code_of(secret))
    assert kept.heading == "We kept what you typed"
    again = kept.send()
    assert again.status == 422 and TYPED in again.tree.xpath("//input[@name='name']/@value")


def test_what_was_typed_outlives_a_recovery_code_and_setting_up(app, people, clock) -> None:
    visitor, _, codes = set_up_app(app, HEAD)
    typed = [("csrf_token", "gone"), ("name", TYPED)]
    clock.tick(timedelta(hours=2))
    asked = visitor.post("/admin/pep/schools/new/", typed).send("password", email=HEAD, password=PASSWORD)
    button = next(form for form in asked.tree.xpath("//main//form") if form.get("action") == "/account/recovery")
    page = asked.visitor.post("/account/recovery", list(button.form_values()))
    assert page.send("code", code=codes[0]).heading in ("We kept what you typed", "Not your text")
    with app.app_context():
        session = app.extensions["sqlalchemy"].session
        session.execute(sa.update(User).values(second_factor=None, second_secret=None))
        session.commit()
        me = session.scalar(sa.select(User.id).where(User.email == HEAD))
    clock.tick(timedelta(hours=2))
    lost = visitor.post("/admin/pep/schools/new/", [*typed, ("written_by", f"user:{me}")])
    setting_up = lost.send("password", email=HEAD, password=PASSWORD)
    done = setting_up.send("code", code=code_of(secret_on(setting_up)))
    assert done.heading == "Keep these recovery codes"
    assert TYPED in done.send().tree.xpath("//input[@name='name']/@value")
