"""Accounts as administrators keep them, and one's own account: over HTTP, as they use it and as somebody with ill intent would."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from freezegun import freeze_time
from sqlalchemy.orm import Session

from pep_admin.accounts import upkeep
from pep_admin.accounts.creating import create_account
from pep_admin.accounts.models import User
from pep_admin.exceptions import NotAllowed
from pep_admin.models import Person
from pep_admin.permissions import SYSTEM, Actor
from pep_admin.server.worker import run_once
from pep_admin.vocabulary import PersonKind, Role
from tests.conftest import PASSWORD
from tests.integration.post_office import PostOffice, text_of
from tests.integration.test_account_links import CHOSEN, account, choose, inside, mailed_link
from tests.integration.test_second_step import code_of, events, give_password, is_inside, make_app, set_up_app, visit
from tests.visiting import Page, Visitor

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

ADMIN, SECOND, HEAD, TEACHER = (f"{name}@example.org" for name in ("ivo.keys", "ada.lock", "hanna.amt", "tess.lehrer"))
LIST, MINE = "/admin/pep/accounts", "/admin/pep/my_account/"
NOW = datetime(2026, 11, 24, 9, 0, 7, tzinfo=UTC)
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/604.1"


@pytest.fixture
def app(sqlite_url: str, tmp_path: Path, post_office: PostOffice) -> Flask:
    return make_app(sqlite_url, tmp_path, post_office, PEP_ADMIN_SECOND_FACTOR=False, PEP_ADMIN_BASE_URL="http://pep.example.org",
                    PEP_ADMIN_TRUSTED_HOSTS=("localhost",))


@pytest.fixture(autouse=True)
def people(app: Flask, make_account: Callable[..., None]) -> None:
    """Two administrators, the head; a teacher on record, with an account, and one without."""
    with app.app_context():
        session = app.extensions["sqlalchemy"].session
        session.info["actor"] = SYSTEM
        teacher = Person(first_name="Tess", last_name="Lehrer", kind=PersonKind.DESIGNATED_TEACHER, email=TEACHER)
        worker = Person(first_name="Nia", last_name="Neu", kind=PersonKind.SOCIAL_WORKER, email="Nia.Neu@example.org")
        session.add_all([teacher, worker])
        session.commit()
        number = teacher.id
        session.remove()
    for email, role in ((ADMIN, Role.ADMINISTRATOR), (SECOND, Role.ADMINISTRATOR), (HEAD, Role.VS_HEAD)):
        make_account(email, role)
    make_account(TEACHER, Role.DESIGNATED_TEACHER, person_id=number)


@pytest.fixture
def clock() -> Iterator[Any]:
    with freeze_time(NOW) as frozen:
        yield frozen


@pytest.fixture
def admin(app: Flask, people: None) -> Visitor:
    return inside(app, ADMIN)


def page_of(app: Flask, admin: Visitor, email: str, what: str = "details") -> Page:
    return admin.get(f"{LIST}/{what}/?id={account(app, email).id}")


def invite(admin: Visitor, **typed: Any) -> Page:
    usual = {"name": "Nia Neu", "email": "nia.neu@example.org", "roles": "finance"}
    return admin.get(f"{LIST}/invite/").send("email", **{**usual, **typed})


# --- the list ----------------------------------------------------------------------------------------------------------


def names(page: Page) -> list[str]:
    return [each.text_content().strip() for each in page.tree.xpath("//table//tbody//th")]


def test_the_list_is_filtered_by_role_state_and_last_sign_in(app, admin) -> None:
    everybody = ["Ada.Lock", "Hanna.Amt", "Ivo.Keys", "Tess.Lehrer"]
    assert names(admin.get(f"{LIST}/")) == everybody
    invite(admin).send("sure")
    page_of(app, admin, SECOND, "suspend").send("reason", reason="away")
    for asked, found in (("flt0_role=finance", ["Nia Neu"]), ("flt0_role=administrator", ["Ada.Lock", "Ivo.Keys"]),
                         ("flt1_state=invited", ["Nia Neu"]), ("flt1_state=suspended", ["Ada.Lock"]),
                         ("flt1_state=active", ["Hanna.Amt", "Ivo.Keys", "Tess.Lehrer"]),
                         ("flt2_seen=never", ["Ada.Lock", "Hanna.Amt", "Nia Neu", "Tess.Lehrer"]),
                         ("flt2_seen=month", ["Ivo.Keys"]), ("flt2_seen=long", []), ("search=tess.lehrer@", ["Tess.Lehrer"])):
        assert names(admin.get(f"{LIST}/?{asked}")) == found, asked


def test_strange_addresses_of_the_list_are_answered_with_a_list(admin) -> None:
    for asked in ("flt0_role=nobody", "flt1_state=x", "flt2_seen=99", "page=99999999999999999999", "sort=999", "search=%25_%5C'",
                  "page_size=100000000", "id=1&id=2"):
        assert admin.get(f"{LIST}/?{asked}").status == 200, asked
    for asked in ("", "id=0", "id=-1", "id=x", "id=99999999999", "id=1&id=2", "id=987654"):
        assert admin.get(f"{LIST}/details/?{asked}").status == 404, asked


def test_only_an_administrator_sees_them(app) -> None:
    for email in (HEAD, TEACHER):
        visitor = inside(app, email)
        assert visitor.client.get(f"{LIST}/").status_code == 403 and "Accounts" not in visitor.get("/admin/").text


# --- inviting ----------------------------------------------------------------------------------------------------------


def test_a_social_worker_is_invited_as_the_person_with_that_address(app, admin, post_office) -> None:
    check = invite(admin, email="NIA.neu@example.org", roles="social_worker")
    assert "Nia Neu, social worker" in check.main
    page = check.send("sure")
    assert page.heading == "Nia Neu" and "Nia Neu, social worker" in page.main
    row = account(app, "nia.neu@example.org")
    assert row.person_id == 2 and row.password is None and row.held == "social_worker" and row.active
    link = mailed_link(app, post_office, "nia.neu@example.org")
    assert "handed to the mail server" in page_of(app, admin, "nia.neu@example.org").main
    assert choose(visit(app), link).heading == "Sign in"
    inside(app, "nia.neu@example.org", CHOSEN)
    told = page_of(app, admin, "nia.neu@example.org").main
    assert "Invited" in told and "Chose a password" in told and "Active" in told


@pytest.mark.parametrize(("typed", "sentence"), [
    ({"name": " "}, "Enter the name"), ({"email": "nobody"}, "whole e-mail address"), ({"email": ""}, "whole e-mail address"),
    ({"email": "a@x.org, b@x.org"}, "whole e-mail address"), ({"email": HEAD.upper()}, "account with this address already"),
    ({"roles": []}, "at least one role"), ({"roles": ["administrator", "vs_head"]}, "they have no other themselves"),
    ({"roles": "designated_teacher", "email": "unknown@example.org"}, "Nobody in the list of people has this address"),
    ({"roles": "social_worker", "email": "unknown@example.org"}, "Nobody in the list of people has this address"),
])
def test_what_cannot_be_an_account_is_refused_beside_its_field(app, admin, typed, sentence) -> None:
    before = _count(app)
    page = invite(admin, **typed)
    assert page.status == 422 and sentence in page.main and page.heading == "Invite somebody"
    assert _count(app) == before


def _count(app: Flask) -> int:
    with app.app_context():
        return int(app.extensions["sqlalchemy"].session.scalar(sa.select(sa.func.count()).select_from(User)))


def test_roles_that_are_much_for_one_pair_of_hands_are_asked_about(admin) -> None:
    page = invite(admin, roles=["finance", "vs_officer"])
    assert page.heading == "Invite Nia Neu?" and "may approve money and release money" in page.main
    assert "look at what they did themselves" in invite(admin, roles=["auditor", "vs_officer"]).main


def test_an_invitation_sent_again_ends_the_link_before_it(app, admin, post_office) -> None:
    invite(admin).send("sure")
    first = mailed_link(app, post_office, "nia.neu@example.org")
    page = page_of(app, admin, "nia.neu@example.org", "resend").send("row_version")
    assert "on its way" in page.main
    second = mailed_link(app, post_office, "nia.neu@example.org")
    assert visit(app).get(first).status == 410 and choose(visit(app), second).heading == "Sign in"
    refused = page_of(app, admin, "nia.neu@example.org", "resend").send("row_version")
    assert refused.status == 422 and "has a password already" in refused.main


def test_a_letter_that_cannot_be_delivered_is_seen_on_the_account(app, admin, post_office) -> None:
    post_office.answers["nia.neu@example.org"] = "550 no such user"
    invite(admin).send("sure")
    run_once(app)
    assert "could not be sent" in page_of(app, admin, "nia.neu@example.org").main


# --- changing ----------------------------------------------------------------------------------------------------------


def test_roles_are_changed_after_a_look_and_hold_from_the_next_request(app, admin) -> None:
    head = inside(app, HEAD)
    assert head.client.get("/admin/pep/audit_log/").status_code == 200
    check = page_of(app, admin, HEAD, "change").send("email", roles="vs_officer")
    assert check.heading == "Change the account of Hanna.Amt?" and account(app, HEAD).held == "vs_head"
    assert "was saved" in check.send("sure").main
    assert account(app, HEAD).held == "vs_officer" and head.client.get("/admin/pep/audit_log/").status_code == 403
    [(_, _, details)] = events(app, "account.change")
    assert details == {"changed": ["roles"], "before": ["vs_head"], "roles": ["vs_officer"], "person": None}


def test_another_address_ends_sessions_and_links_of_the_one_before(app, admin, post_office) -> None:
    invite(admin).send("sure")
    old, head = mailed_link(app, post_office, "nia.neu@example.org"), inside(app, HEAD)
    page_of(app, admin, "nia.neu@example.org", "change").send("email", email="nia@example.org").send("sure")
    assert visit(app).get(old).status == 410
    assert choose(visit(app), mailed_link(app, post_office, "nia@example.org")).heading == "Sign in"
    page_of(app, admin, HEAD, "change").send("email", email="hanna@example.org").send("sure")
    assert not is_inside(head) and is_inside(inside(app, "hanna@example.org"))


def test_a_teacher_keeps_the_person_they_are_when_their_name_changes(app, admin) -> None:
    page_of(app, admin, TEACHER, "change").send("email", name="Tess Lehrer-Neu").send("sure")
    row = account(app, TEACHER)
    assert (row.name, row.person_id) == ("Tess Lehrer-Neu", 1)


def test_a_change_over_somebody_elses_is_refused(app, admin) -> None:
    mine = page_of(app, admin, HEAD, "change").send("email", roles="auditor")
    other = inside(app, SECOND)
    page_of(app, other, HEAD, "change").send("email", name="Hanna A.").send("sure")
    assert mine.send("sure").status == 409
    assert (account(app, HEAD).name, account(app, HEAD).held) == ("Hanna A.", "vs_head")


def test_nobody_changes_their_own_roles_or_suspends_themselves(app, admin) -> None:
    own = page_of(app, admin, ADMIN, "change").send("email", roles="vs_head").send("sure")
    assert own.status == 422 and "Nobody changes their own roles" in own.main
    suspended = page_of(app, admin, ADMIN, "suspend").send("reason", reason="left")
    assert suspended.status == 422 and "Nobody suspends themselves" in suspended.main
    row = account(app, ADMIN)
    assert row.held == "administrator" and row.active


# --- suspending, rescuing, ending --------------------------------------------------------------------------------------


def test_a_suspended_account_is_nobody_at_once_and_is_told_so_only_with_its_password(app, admin) -> None:
    head, thief = inside(app, HEAD), visit(app)
    thief.client.set_cookie("pep_session", head.client.get_cookie("pep_session").value)
    page = page_of(app, admin, HEAD, "suspend").send("reason", reason="at_risk")
    assert "signed out everywhere" in page.main and "Suspended" in page.main
    assert not is_inside(head) and not is_inside(thief)
    assert "This account is suspended" in give_password(visit(app), HEAD).main
    wrong = give_password(visit(app), HEAD, "not the right words").main
    assert "suspended" not in wrong and "do not belong together" in wrong
    assert "may sign in again" in page_of(app, admin, HEAD, "reactivate").send("reason", reason="safe").main
    assert not is_inside(thief) and is_inside(inside(app, HEAD))
    assert events(app, "account.suspend", "account.reactivate") == [
        ("account.suspend", "done", {"reason": "at_risk", "sessions": 1}), ("account.reactivate", "done", {"reason": "safe"})]


def test_a_suspension_needs_its_reason_and_is_done_once(app, admin) -> None:
    without = page_of(app, admin, HEAD, "suspend").send("reason", reason="")
    assert without.status == 422 and "Choose why" in without.main and account(app, HEAD).active
    strange = page_of(app, admin, HEAD, "suspend").send("reason", reason="because")
    assert strange.status == 422 and account(app, HEAD).active
    page = page_of(app, admin, HEAD, "suspend")
    page.send("reason", reason="left")
    assert page.send("reason", reason="left").status == 409


def test_a_letter_to_who_was_suspended_meanwhile_is_not_sent(app, admin, post_office) -> None:
    invite(admin).send("sure")
    page_of(app, admin, "nia.neu@example.org", "suspend").send("reason", reason="mistake")
    run_once(app)
    assert post_office.received == []


def test_an_invited_account_that_is_opened_again_is_invited_anew(app, admin, post_office) -> None:
    invite(admin).send("sure")
    first = mailed_link(app, post_office, "nia.neu@example.org")
    page_of(app, admin, "nia.neu@example.org", "suspend").send("reason", reason="mistake")
    page_of(app, admin, "nia.neu@example.org", "reactivate").send("reason", reason="mistake")
    assert visit(app).get(first).status == 410
    assert choose(visit(app), mailed_link(app, post_office, "nia.neu@example.org")).heading == "Sign in"


def test_who_forgot_their_password_is_sent_a_link_by_an_administrator(app, admin, post_office) -> None:
    head = inside(app, HEAD)
    assert "is on its way" in page_of(app, admin, HEAD, "send-reset").send("row_version").main
    assert is_inside(head), "until the link is used all stays as it is"
    assert choose(visit(app), mailed_link(app, post_office, HEAD)).heading == "Sign in"
    assert not is_inside(head) and is_inside(inside(app, HEAD, CHOSEN))
    invite(admin).send("sure")
    refused = page_of(app, admin, "nia.neu@example.org", "send-reset").send("row_version")
    assert refused.status == 422 and "no password yet" in refused.main


def test_all_sessions_of_somebody_are_ended_by_an_administrator(app, admin) -> None:
    head, thief = inside(app, HEAD), visit(app)
    thief.client.set_cookie("pep_session", head.client.get_cookie("pep_session").value)
    assert "A browser" in page_of(app, admin, HEAD).main or "Another browser" in page_of(app, admin, HEAD).main
    assert "signed out everywhere" in page_of(app, admin, HEAD, "end-sessions").send("row_version").main
    assert not is_inside(head) and not is_inside(thief) and is_inside(admin)


def test_a_lost_telephone_is_rescued_by_an_administrator(sqlite_url, tmp_path, post_office, people) -> None:
    app = make_app(sqlite_url, tmp_path, post_office)
    with freeze_time(NOW) as clock:
        head, _, _ = set_up_app(app, HEAD)
        admin, _, _ = set_up_app(app, ADMIN)
        page = page_of(app, admin, HEAD, "reset-factor")
        assert page.send("reason", reason="lost", proof="").status == 422
        told = page.send("reason", reason="lost", proof="called").main
        assert "Second step taken away" in told and "lost or stolen" in told and "I called them" in told
        assert not is_inside(head)
        clock.tick(timedelta(seconds=30))
        again = give_password(visit(app), HEAD)
        assert again.heading == "Set up an app for codes"
        assert visit(app).get("/account/recovery").heading == "Sign in"
        run_once(app)
        assert "took away the second step" in text_of(post_office.received[-1][1])
        assert events(app, "account.reset_second_factor")[0][2] == {"reason": "lost", "proof": "called", "sessions": 1}
        own = page_of(app, admin, ADMIN, "reset-factor").send("reason", reason="lost", proof="seen")
        assert own.status == 422 and "under My account" in own.main


def test_giving_out_rights_asks_for_the_password_again_after_a_quarter_of_an_hour(app, clock) -> None:
    admin = inside(app, ADMIN)
    clock.tick(timedelta(minutes=21))
    for path in ("invite/", f"change/?id={account(app, HEAD).id}", f"reset-factor/?id={account(app, HEAD).id}"):
        assert admin.get(f"{LIST}/{path}").heading == "Your password once more"
    assert admin.get(f"{LIST}/").heading == "Accounts"


def test_of_two_administrators_who_suspend_each_other_at_once_one_stays(both_databases, tmp_path, post_office) -> None:
    app = make_app(both_databases, tmp_path, post_office)
    with app.app_context():
        session = app.extensions["sqlalchemy"].session
        both = [create_account(session, f"{name}@race.example", name, [Role.ADMINISTRATOR], PASSWORD) for name in ("one", "two")]
        ids = [each.id for each in both]
        session.commit()
        session.remove()
    barrier, outcomes = threading.Barrier(2), []

    def suspend(own: int, other: int) -> None:
        with app.app_context():
            session: Session = app.extensions["sqlalchemy"].session()
            actor = Actor(f"user:{own}", "x", frozenset({Role.ADMINISTRATOR}))
            session.info.update(actor=actor, sender=app)
            barrier.wait()
            try:
                upkeep.suspend_account(session, other, actor=actor, version=1, reason=upkeep.SuspensionReason.LEFT, now=NOW)
                session.commit()
                outcomes.append("done")
            except NotAllowed:
                session.rollback()
                outcomes.append("none any more")

    threads = [threading.Thread(target=suspend, args=pair) for pair in (ids, ids[::-1])]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(outcomes) == ["done", "none any more"]
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()


# --- one's own ---------------------------------------------------------------------------------------------------------


def enter_from(app: Flask, user_agent: str) -> Visitor:
    client = app.test_client()
    client.environ_base["HTTP_USER_AGENT"] = user_agent
    visitor = Visitor(client)
    give_password(visitor, HEAD)
    return visitor


def test_ones_own_browsers_are_listed_and_ended_one_by_one(app, clock) -> None:
    desk = enter_from(app, FIREFOX)
    clock.tick(timedelta(minutes=5))
    telephone = enter_from(app, IPHONE)
    page = desk.get(MINE)
    assert "Firefox on Windows" in page.main and "Safari on an iPhone" in page.main
    assert "Since 24 Nov 2026, 09:00" in page.main and page.main.count("This one") == 1
    form = page.form("session")
    keys = form.xpath(".//input[@name='session']/@value")
    assert len(keys) == 1 and keys[0] not in (telephone.client.get_cookie("pep_session").value,)
    assert "That browser is signed out" in page.send("session").main
    assert is_inside(desk) and not is_inside(telephone)


def test_all_others_are_ended_at_once(app) -> None:
    here, one, two = (inside(app, HEAD) for _ in range(3))
    other = inside(app, TEACHER)
    page = here.get(MINE)
    buttons = [form for form in page.tree.xpath("//main//form") if form.get("action").endswith("/end-others/")]
    done = here.post(buttons[0].get("action"), list(buttons[0].form_values()))
    assert "Every other browser is signed out" in done.main
    assert is_inside(here) and not is_inside(one) and not is_inside(two) and is_inside(other)


def test_nobody_ends_the_session_of_another_by_its_key(app) -> None:
    head, teacher = inside(app, HEAD), inside(app, TEACHER)
    from pep_admin.accounts.sessions import _key

    key = _key(teacher.client.get_cookie("pep_session").value)
    page = head.get("/admin/")
    mark = page.tree.xpath("//input[@name='csrf_token']/@value")[0]
    for asked in (key, "x", "", key[:-1]):
        assert head.client.post(f"{MINE}end/", data={"csrf_token": mark, "session": asked}).status_code == 404
    assert is_inside(teacher)


def test_the_second_step_cannot_be_passed_by_on_the_page_of_ones_own_account(sqlite_url, tmp_path, post_office, people) -> None:
    app = make_app(sqlite_url, tmp_path, post_office)
    half_way = visit(app)
    give_password(half_way, HEAD)
    for path in (MINE, f"{MINE}new-codes/", f"{LIST}/", "/account/change"):
        assert half_way.client.get(path).status_code == 302
    with freeze_time(NOW):
        visitor, secret, _ = set_up_app(app, HEAD)
        page = visitor.get(MINE)
        assert "A code from an app" in page.main and "8 of 8 recovery codes are left" in page.main
        assert code_of(secret) not in page.text and secret not in page.text
