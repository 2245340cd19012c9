"""Accounts in a real browser: from the invitation to the front page by keyboard and without scripts, and accessibility."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from passlib.totp import TOTP

from pep_admin.accounts import tickets
from pep_admin.accounts.creating import create_account
from pep_admin.accounts.models import TicketKind
from pep_admin.vocabulary import Role
from tests.e2e.test_journeys import AXE_TAGS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PASSWORD = "a kettle on the window sill"
ACCOUNTS, MINE = "/admin/pep/accounts", "/admin/pep/my_account"


@pytest.fixture
def app(sqlite_url: str, tmp_path: Path) -> Any:
    """With the second step, and with mail that is written into a folder."""
    from pep_admin import create_app

    return create_app({"TESTING": True, "PEP_ADMIN_DATABASE_URL": sqlite_url, "PEP_ADMIN_INSTANCE_FOLDER": str(tmp_path),
                       "PEP_ADMIN_SECOND_FACTOR": True, "PEP_ADMIN_MAIL_BACKEND": "file"})


@pytest.fixture
def invited(app: Any) -> str:
    """The path of the link of somebody's invitation: a teacher with a long name."""
    with app.app_context():
        session = app.extensions["sqlalchemy"].session
        name = "Featherstonehaugh Cholmondeley-Marjoribanks the Younger"
        user = create_account(session, "new@x.example", name, [Role.DESIGNATED_TEACHER], None)
        link = tickets.link_of(tickets.issue(session, TicketKind.INVITATION, user, now=datetime.now(UTC)))
        session.commit()
        session.remove()
    return link.partition("://")[2].partition("/")[2]


@pytest.fixture
def without_scripts(browser: Any) -> Iterator[Any]:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 375, "height": 800}, locale="en-GB")
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


def code_on(page: Any) -> str:
    """What the app would show for the key on the page."""
    return str(TOTP(key=page.locator("code.key").text_content().replace(" ", "")).generate().token)


def typed(page: Any, *texts: str) -> None:
    """Into the page's first boxes, one after the other, and Enter: no mouse."""
    page.locator("main input:not([type=hidden]):not([hidden])").first.focus()
    for number, text in enumerate(texts):
        if number:
            page.keyboard.press("Tab")
        page.keyboard.type(text)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_from_the_invitation_to_the_front_page_without_scripts_and_without_a_mouse(
    live_server: str, invited: str, without_scripts: Any
) -> None:
    page = without_scripts
    page.goto(f"{live_server}/{invited}")
    typed(page, PASSWORD, PASSWORD)
    page.wait_for_selector("h1:has-text('Sign in')")
    typed(page, "new@x.example", PASSWORD)
    page.wait_for_selector("h1:has-text('Set up a second step')")
    page.focus("text=Use an app")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Set up an app')")
    typed(page, code_on(page))
    page.wait_for_selector("h1:has-text('Keep these recovery codes')")
    codes = page.locator(".codes code").all_text_contents()
    assert len(codes) == 8
    page.focus("text=I have kept them")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('What needs doing'), h1:has-text('My PEPs')")
    page.locator("button:has-text('Sign out')").click()
    page.goto(f"{live_server}/account/login")
    typed(page, "new@x.example", PASSWORD)
    page.wait_for_selector("h1:has-text('Enter the code')")
    page.click("text=Use one of your recovery codes")
    typed(page, codes[0])
    page.wait_for_selector("h1:has-text('What needs doing'), h1:has-text('My PEPs')")


@pytest.mark.parametrize(("box", "complete"), [
    ("/account/login#email", "username"), ("/account/login#password", "current-password"), ("/account/forgotten#email", "username"),
])
def test_password_managers_find_their_boxes_and_may_paste(live_server: str, page: Any, box: str, complete: str) -> None:
    path, _, name = box.partition("#")
    page.goto(f"{live_server}{path}")
    assert page.get_attribute(f"#{name}", "autocomplete") == complete
    assert page.evaluate(f"document.querySelector('#{name}').onpaste") is None


def checked(page: Any) -> None:
    """No rule of accessibility broken, nothing wider than the window, on a desk and on a telephone."""
    from axe_playwright_python.sync_playwright import Axe

    for width in (1280, 375):
        page.set_viewport_size({"width": width, "height": 900})
        result = Axe().run(page, options={"runOnly": AXE_TAGS})
        assert [(each["id"], each["nodes"][0]["html"]) for each in result.response["violations"]] == [], (page.url, width)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{page.url} is wider than {width}"


def test_the_pages_of_sign_in_break_no_rule_of_accessibility(live_server: str, invited: str, page: Any) -> None:
    for path in ("/account/login", "/account/forgotten", f"/{invited}"):
        page.goto(f"{live_server}{path}")
        checked(page)
    assert page.get_attribute("#password", "autocomplete") == page.get_attribute("#again", "autocomplete") == "new-password"
    typed(page, PASSWORD, PASSWORD)
    typed(page, "new@x.example", PASSWORD)
    checked(page)
    page.click("text=Send me a code by e-mail")
    checked(page)
    page.goto(f"{live_server}/account/set-up/app")
    checked(page)
    assert page.get_attribute("#code", "autocomplete") == "one-time-code"
    typed(page, code_on(page))
    checked(page)
    for path in (f"{MINE}/", f"{MINE}/new-codes/", "/account/set-up", "/account/change"):
        page.goto(f"{live_server}{path}")
        checked(page)


def test_the_pages_of_accounts_break_no_rule_of_accessibility(
    live_server: str, invited: str, page: Any, make_account: Callable[..., None]
) -> None:
    make_account("keys@x.example", Role.ADMINISTRATOR, password=PASSWORD)
    page.goto(f"{live_server}/account/login")
    typed(page, "keys@x.example", PASSWORD)
    typed(page, code_on(page))
    for path in ("/", "/?search=nobody", "/details/?id=1", "/details/?id=2", "/invite/", "/change/?id=1", "/suspend/?id=1",
                 "/resend/?id=1", "/reset-factor/?id=1", "/end-sessions/?id=1"):
        page.goto(f"{live_server}{ACCOUNTS}{path}")
        checked(page)
    page.goto(f"{live_server}{ACCOUNTS}/invite/")
    page.fill("#name", "Fay Fisk")
    page.fill("#email", "fay@x.example")
    page.check("text=Finance approver")
    page.check("text=Virtual School officer")
    page.click("text=Go on")
    checked(page)
    page.click("text=Send the invitation")
    page.wait_for_selector("h1:has-text('Fay Fisk')")
    checked(page)
