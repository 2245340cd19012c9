"""Typing is never lost, in a browser: kept while it is typed, through the end of a session, a busy server and a child who moves."""

from __future__ import annotations

import pathlib
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from pep_admin import create_app
from pep_admin.models import Child
from pep_admin.permissions import SYSTEM
from pep_admin.vocabulary import LeavingReason, Role
from pep_admin.workflow import roll
from tests.e2e.test_journeys import PASSWORD, breaks_nothing, enter
from tests.world import NOW, TODAY, World

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SECTION = "/admin/pep/peps/section/?id=1&section=voice"
TARGET = "/admin/pep/targets/write/?pep=1"
BOX = "textarea[name=child_voice_good]"
SAVED = re.compile(r"Draft saved \d\d:\d\d\. Only you see it; it is not in the record until you press Save\.")


@pytest.fixture
def file(tmp_path: pathlib.Path, written_world: tuple[pathlib.Path, World]) -> pathlib.Path:
    return pathlib.Path(shutil.copy(written_world[0], tmp_path / "e2e.db"))


@pytest.fixture
def app(file: pathlib.Path, tmp_path: pathlib.Path) -> Any:
    return create_app({"TESTING": True, "PEP_ADMIN_DATABASE_URL": f"sqlite:///{file}", "PEP_ADMIN_INSTANCE_FOLDER": str(tmp_path),
                       "PEP_ADMIN_TODAY": "2024-11-18"})


@pytest.fixture
def address(live_server: str, make_account: Callable[..., None], written_world: tuple[pathlib.Path, World]) -> str:
    world = written_world[1]
    for name, role, person in (("officer", Role.VS_OFFICER, world.officer), ("teacher", Role.DESIGNATED_TEACHER, world.teacher)):
        make_account(f"{name}@x.example", role, person_id=person.person_id, password=PASSWORD)
    return live_server


@pytest.fixture
def quiet(browser: Any) -> Iterator[Callable[[], Any]]:
    """`quiet()`: a page of a browser of its own, whose console may tell of answers that are no success."""
    opened = []

    def come() -> Any:
        context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
        context.set_default_timeout(15_000)
        opened.append(context)
        return context.new_page()

    yield come
    for each in opened:
        each.close()


def saved(page: Any) -> None:
    page.wait_for_function("() => document.querySelector('[data-draft-said]').textContent.startsWith('Draft saved')")
    assert SAVED.fullmatch(page.inner_text("[data-draft-said]"))


def signed_in_beside(page: Any) -> Any:
    """The window in which the teacher signs in again, by the link of a page whose session is over; it shows the section."""
    with page.context.expect_page() as opened:
        page.click("text=Sign in (new window)")
    other = opened.value
    other.fill("input[name=email]", "teacher@x.example")
    other.fill("input[name=password]", PASSWORD)
    other.press("input[name=password]", "Enter")
    other.wait_for_selector(BOX)
    return other


def said(page: Any, words: str) -> None:
    page.wait_for_function("(words) => document.querySelector('[data-draft-said]').textContent.includes(words)", arg=words)


def test_typing_is_kept_five_seconds_after_the_last_key_and_on_leaving_a_field(address: str, page: Any) -> None:
    enter(page, address, "teacher")
    page.goto(f"{address}{SECTION}")
    assert page.inner_text("[data-draft-said]") == ""
    page.focus(BOX)
    page.keyboard.press("Tab")
    page.wait_for_timeout(300)
    assert page.inner_text("[data-draft-said]") == "", "nothing was changed, so nothing is kept"
    page.fill(BOX, "Reading to the\nlittle ones")
    page.wait_for_timeout(3_000)
    assert page.inner_text("[data-draft-said]") == "", "five seconds, not three"
    saved(page)
    page.goto(f"{address}{SECTION}")  # no question: it is kept
    assert page.input_value(BOX) == "Reading to the\nlittle ones"
    breaks_nothing(page, "a section with a draft in it")
    page.focus(BOX)
    page.keyboard.press("End")
    page.keyboard.type(", and older ones")
    page.keyboard.press("Tab")
    saved(page)
    page.goto(f"{address}/admin/pep/drafts/")
    breaks_nothing(page, "my unfinished texts")
    page.click("text=Go on writing")
    page.wait_for_selector(BOX)
    page.click("button:has-text('Save and stay')")
    page.wait_for_selector(".message-success")
    assert page.locator(".draft").count() == 0
    page.wait_for_timeout(500)
    page.goto(f"{address}{SECTION}")
    assert page.locator(".draft").count() == 0, "what the page still sent did not bring it back"


def test_the_session_is_over_and_the_text_is_there_after_signing_in_again(address: str, quiet: Callable[[], Any]) -> None:
    page = quiet()
    enter(page, address, "teacher")
    page.goto(f"{address}{SECTION}")
    page.fill(BOX, "Before the end")
    page.press(BOX, "Tab")
    saved(page)
    page.context.clear_cookies()
    page.fill(BOX, "Before the end, and after it")
    page.press(BOX, "Tab")
    said(page, "Not saved yet: you are signed out.")
    other = signed_in_beside(page)
    assert other.input_value(BOX) == "Before the end"
    saved(page)  # by itself
    other.goto(f"{address}{SECTION}")
    assert other.input_value(BOX) == "Before the end, and after it"
    page.click("button:has-text('Save and stay')")
    page.wait_for_selector(".message-success")
    assert page.input_value(BOX) == "Before the end, and after it"
    assert page.locator(".draft").count() == 0


def test_thirty_minutes_typed_and_the_session_gone(address: str, quiet: Callable[[], Any]) -> None:
    """A paragraph a minute for half an hour by the page's clock; after twenty minutes the session ends; no letter is lost."""
    page = quiet()
    enter(page, address, "teacher")
    page.clock.install()
    page.goto(f"{address}{SECTION}")
    whole = page.input_value(BOX)
    for minute in range(1, 31):
        more = f"Minute {minute}: she likes the pond – “newts!” – and Zoë’s café.\n\n"
        page.focus(BOX)
        page.keyboard.press("Control+End")
        page.keyboard.insert_text(more)
        whole += more
        if minute == 21:
            page.context.clear_cookies()
        if minute <= 20:
            with page.expect_response(lambda answer: "/drafts/keep/" in answer.url):
                page.clock.run_for(60_000)
            saved(page)
        else:
            page.clock.run_for(60_000)
            said(page, "Not saved yet: you are signed out.")
    assert page.input_value(BOX) == whole
    page.clock.resume()
    other = signed_in_beside(page)
    kept = other.input_value(BOX)
    assert whole.startswith(kept) and "Minute 20:" in kept and "Minute 21:" not in kept
    page.clock.run_for(60_000)
    saved(page)
    other.goto(f"{address}{SECTION}")
    assert other.input_value(BOX) == whole


def test_a_closed_window_and_another_device(address: str, quiet: Callable[[], Any]) -> None:
    page = quiet()
    enter(page, address, "teacher")
    page.goto(f"{address}{TARGET}")
    page.fill("textarea[name=outcome]", "Robin will swim ten metres")
    page.close(run_before_unload=False)  # a second after the last key
    device = quiet()
    enter(device, address, "teacher")
    device.wait_for_timeout(1_000)
    device.goto(f"{address}{TARGET}")
    assert device.input_value("textarea[name=outcome]") == "Robin will swim ten metres"
    device.click("text=Throw it away…")
    device.click("button:has-text('Throw it away')")
    device.wait_for_selector("text=was thrown away")
    assert device.input_value("textarea[name=outcome]") == ""


def test_two_editors_of_one_field(address: str, quiet: Callable[[], Any]) -> None:
    teacher, officer = quiet(), quiet()
    enter(teacher, address, "teacher")
    enter(officer, address, "officer")
    for page, text in ((teacher, "The teacher's"), (officer, "The officer's")):
        page.goto(f"{address}{SECTION}")
        page.fill(BOX, text)
        page.press(BOX, "Tab")
        saved(page)
    officer.click("button:has-text('Save and stay')")
    officer.wait_for_selector(".message-success")
    teacher.goto(f"{address}{SECTION}")
    assert "This page was saved elsewhere since" in teacher.inner_text(".draft")
    assert teacher.input_value(BOX) == "The teacher's"
    teacher.click("button:has-text('Save and stay')")
    teacher.wait_for_selector(".saved-meanwhile")
    assert "The officer's" in teacher.inner_text(".saved-meanwhile")
    assert teacher.input_value(BOX) == "The teacher's"
    teacher.click("button:has-text('Save and stay')")
    teacher.wait_for_selector(".message-success")
    assert teacher.input_value(BOX) == "The teacher's"


def test_a_child_moves_away_while_their_teacher_types(
    address: str, file: pathlib.Path, quiet: Callable[[], Any], open_session: Callable[..., Session],
    written_world: tuple[pathlib.Path, World],
) -> None:
    page = quiet()
    enter(page, address, "teacher")
    page.goto(f"{address}{SECTION}")
    page.fill(BOX, "Half a thou")
    world = replace(written_world[1], session=open_session(f"sqlite:///{file}", SYSTEM))
    roll.change_school(world.session, world.session.get_one(Child, world.child_id), school_id=world.other_school_id,
                       on=TODAY - timedelta(days=1), reason=LeavingReason.HOME_MOVE, actor=SYSTEM, today=TODAY, now=NOW)
    world.session.commit()
    world.session.close()
    page.fill(BOX, "Half a thought")
    page.press(BOX, "Tab")
    said(page, "call the Virtual School")
    page.fill(BOX, "Half a thought, and pressed at once")
    page.click("button:has-text('Save and stay')")
    page.wait_for_selector("h1:has-text('Page not found')")
    page.goto(f"{address}/admin/pep/drafts/")
    assert "Half a thought, and pressed at once" in page.inner_text("main")
    assert "Robin" not in page.content()


def test_a_server_that_cannot_save_just_now_is_tried_again(
    address: str, file: pathlib.Path, quiet: Callable[[], Any], monkeypatch: pytest.MonkeyPatch, app: Any
) -> None:
    page = quiet()
    enter(page, address, "teacher")
    page.goto(f"{address}{SECTION}")
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()  # its next connections wait less long
    monkeypatch.setattr("pep_admin.server.database.PRAGMAS", ("busy_timeout=200", "journal_mode=WAL", "foreign_keys=ON"))
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        page.fill(BOX, "Under load")
        page.press(BOX, "Tab")
        said(page, "Not saved yet: the server cannot do it just now.")
        other.execute("ROLLBACK")
    saved(page)
    page.context.set_offline(True)
    page.fill(BOX, "Without a network")
    page.press(BOX, "Tab")
    said(page, "Not saved yet: the server cannot be reached.")
    page.context.set_offline(False)
    saved(page)
    page.goto(f"{address}{SECTION}")
    assert page.input_value(BOX) == "Without a network"


def test_more_at_once_than_is_kept_waits_and_is_kept_in_the_end(
    address: str, quiet: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pep_admin.workflow.drafts.AT_ONCE", 1)
    monkeypatch.setattr("pep_admin.workflow.drafts.APART", 4_000)
    page = quiet()
    enter(page, address, "teacher")
    page.goto(f"{address}{SECTION}")
    page.fill(BOX, "One")
    page.press(BOX, "Tab")
    saved(page)
    statuses: list[int] = []
    page.on("response", lambda answer: statuses.append(answer.status) if "/drafts/keep/" in answer.url else None)
    page.fill(BOX, "One, and two")
    page.press(BOX, "Tab")
    said(page, "Not saved yet, trying again.")
    page.fill(BOX, "One, two and three")
    page.press(BOX, "Tab")  # what is left meanwhile waits too
    saved(page)
    assert statuses == [429, 200]
    page.goto(f"{address}{SECTION}")
    assert page.input_value(BOX) == "One, two and three"


def test_a_double_click_saves_once_and_leaves_no_draft(address: str, quiet: Callable[[], Any]) -> None:
    page = quiet()
    enter(page, address, "teacher")
    page.goto(f"{address}{TARGET}")
    page.select_option("select[name=area]", index=1)
    page.select_option("select[name=subject]", index=1)
    page.fill("textarea[name=outcome]", "Robin will swim ten metres by 28 Mar 2025")
    page.dblclick("main form button.button:has-text('Save')")
    page.wait_for_selector("text=was saved")
    page.wait_for_timeout(500)
    assert "What you typed and have not saved" not in page.inner_text("main")
    assert page.locator("text=Robin will swim ten metres").count() == 1


def test_without_scripts_a_page_is_as_it_was(address: str, browser: Any) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    enter(page, address, "teacher")
    page.goto(f"{address}{SECTION}")
    page.fill(BOX, "By hand")
    page.click("button:has-text('Save and stay')")
    page.wait_for_selector(".message-success")
    assert page.input_value(BOX) == "By hand"
    assert page.locator(".draft").count() == 0
    context.close()
