"""A few journeys in a real browser: the pages of a PEP by hand, without scripts too, and no rule of accessibility broken."""

from __future__ import annotations

import pathlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from pep_admin import create_app
from pep_admin.vocabulary import Role
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PASSWORD = "a kettle on the window sill"
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PEPS = "/admin/pep/peps"


@pytest.fixture
def database(tmp_path: pathlib.Path, written_world: tuple[pathlib.Path, World], open_session: Callable[..., Session]) -> str:
    """The first child's PEP is sent, with ten hours at £55.00; the other child's is written and unsigned."""
    url = f"sqlite:///{shutil.copy(written_world[0], tmp_path / 'e2e.db')}"
    session = open_session(url)
    replace(written_world[1], session=session).sent_pep()
    session.commit()
    session.close()
    return url


@pytest.fixture
def app(database: str, tmp_path: pathlib.Path) -> Any:
    return create_app({"TESTING": True, "PEP_ADMIN_DATABASE_URL": database, "PEP_ADMIN_INSTANCE_FOLDER": str(tmp_path),
                       "PEP_ADMIN_TODAY": "2024-11-18"})


@pytest.fixture
def address(live_server: str, make_account: Callable[..., None], written_world: tuple[pathlib.Path, World]) -> str:
    world = written_world[1]
    for name, role, person in (("head", Role.VS_HEAD, world.head), ("officer", Role.VS_OFFICER, world.officer),
                               ("finance", Role.FINANCE, world.finance),
                               ("teacher", Role.DESIGNATED_TEACHER, world.other_teacher)):
        make_account(f"{name}@x.example", role, person_id=person.person_id, password=PASSWORD)
    return live_server


@pytest.fixture
def without_scripts(browser: Any) -> Iterator[Any]:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 375, "height": 800}, locale="en-GB")
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


def enter(page: Any, address: str, name: str) -> None:
    page.goto(f"{address}/account/login")
    page.fill("input[name=email]", f"{name}@x.example")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_selector("h1:has-text('What needs doing'), h1:has-text('My PEPs')")


def test_the_pages_of_a_pep_break_no_rule_of_accessibility(address: str, page: Any) -> None:
    enter(page, address, "officer")
    for path in (
        f"{PEPS}/",
        f"{PEPS}/details/?id=1",
        f"{PEPS}/details/?id=2",
        f"{PEPS}/check/?id=2",
        f"{PEPS}/history/?id=1",
        f"{PEPS}/section/?id=2&section=meeting",
        f"{PEPS}/section/?id=2&section=voice",
        f"{PEPS}/section/?id=1&section=voice",
        f"{PEPS}/section/?id=2&section=attendance",
        f"{PEPS}/sign/?id=2&part=meeting",
        f"{PEPS}/writer/?id=2",
        f"{PEPS}/withdraw/?id=2",
        f"{PEPS}/grade/?id=1",
        f"{PEPS}/changes/?id=1",
        f"{PEPS}/?flt0_status=submitted",
        "/admin/pep/targets/",
        "/admin/pep/targets/details/?id=1",
        "/admin/pep/targets/note/?id=1",
        "/admin/pep/ppg_requests/",
        "/admin/pep/ppg_requests/details/?id=1",
        "/admin/pep/ppg_requests/decide/?id=1",
        "/admin/pep/waivers/",
        "/admin/pep/attending/",
        "/admin/pep/referrals/",
        "/admin/pep/exclusion_alerts/",
        "/admin/pep/suspensions/",
        "/admin/pep/imports/",
        f"{PEPS}/open/?child=1",
        "/admin/pep/targets/write/?pep=2",
        "/admin/pep/ppg_requests/write/?pep=2",
        "/admin/pep/payments/",
        "/admin/pep/children/details/?id=1",
        "/admin/pep/schools/details/?id=1",
    ):
        page.goto(f"{address}{path}")
        breaks_nothing(page, path)


def breaks_nothing(page: Any, path: str) -> None:
    """The page that stands there, wide and narrow."""
    from axe_playwright_python.sync_playwright import Axe

    for width in (1280, 375):
        page.set_viewport_size({"width": width, "height": 900})
        result = Axe().run(page, options={"runOnly": AXE_TAGS})
        assert [(each["id"], each["nodes"][0]["html"]) for each in result.response["violations"]] == [], (path, width)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} is wider than {width}"


def test_the_rulebook_and_a_year_break_no_rule_and_a_rule_opens_beside_what_was_typed(address: str, page: Any) -> None:
    enter(page, address, "head")
    for path in ("/admin/pep/rules/", "/admin/pep/years/details/?id=1", "/admin/pep/years/next/?id=2"):
        page.goto(f"{address}{path}")
        breaks_nothing(page, path)
    page.goto(f"{address}/admin/pep/years/edit/?id=1")
    breaks_nothing(page, "the numbers of a year")
    page.fill("#sdq_threshold", "16")
    with page.context.expect_page() as opened:
        page.click("#sdq_threshold-hint a")
    opened.value.wait_for_selector("#HB-4\\.7")
    assert opened.value.url.endswith("/admin/pep/rules/#HB-4.7")
    assert page.input_value("#sdq_threshold") == "16", "what was typed stays"


def test_a_teacher_writes_and_signs_without_scripts_on_a_telephone(address: str, without_scripts: Any) -> None:
    page = without_scripts
    enter(page, address, "teacher")
    page.goto(f"{address}{PEPS}/")
    page.click("main tbody a")
    page.click("text=The child's voice")
    page.fill("textarea[name=child_voice_good]", "I read to the little ones now.")
    page.click("text=Save and go on to learning")
    page.wait_for_selector("h1:has-text('Learning')")
    page.click("text=2425-AUT-0002")
    page.click("text=Sign this part")
    page.click("main button:has-text('Sign')")
    page.wait_for_selector("text=Part 2 · Education is signed.")
    assert "Signed by Teacher" in page.inner_text("#parts")


def test_grading_and_releasing_by_hand_with_the_keyboard_to_the_pdf(address: str, page: Any, browser: Any) -> None:
    enter(page, address, "officer")
    page.goto(f"{address}{PEPS}/?flt0_status=submitted")
    page.focus("input[name=rowid]")
    page.keyboard.press("Space")
    page.focus("button:has-text('Grade…')")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Grade')")
    page.focus("input[name=grade][value=gold]")
    page.keyboard.press("Space")
    page.fill("#feedback", "Led by the child's own words.")
    page.click("main button:has-text('Grade')")
    page.wait_for_selector("h1:has-text('Accept')")
    with page.expect_download(timeout=60_000) as download:  # the first PDF of an installation makes its fonts
        page.evaluate(f"location.href = '{PEPS}/pdf/?id=1'")
    assert download.value.suggested_filename == "2425-AUT-0001.pdf"

    other = browser.new_context(locale="en-GB")
    finance = other.new_page()
    enter(finance, address, "finance")
    finance.goto(f"{address}/admin/pep/ppg_requests/")
    finance.check("input[name=rowid]")
    finance.click("button:has-text('Release')")
    finance.wait_for_selector("text=£550.00")
    finance.click("main form[method=post] button[type=submit]")
    finance.wait_for_selector("h1:has-text('£550.00')")
    assert "Musterkind" not in finance.content()
    other.close()




def test_the_desk_the_grid_and_the_news_by_keyboard_on_a_telephone(address: str, page: Any) -> None:
    """What a teacher does between two lessons: look, put a figure right, tell the Virtual School."""
    page.set_viewport_size({"width": 375, "height": 800})
    enter(page, address, "teacher")
    assert page.inner_text("h1") == "My PEPs"
    breaks_nothing(page, "my_peps")
    page.focus("text=Attendance and attainment of all")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Attendance of my children')")
    cell = page.locator("input[name$='--attendance-0-present']").first
    breaks_nothing(page, "the grid")
    cell.focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("60")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Saved for 1 child.")
    page.goto(f"{address}/admin/pep/my_peps/figures/?of=attainment")
    breaks_nothing(page, "attainment")
    page.goto(f"{address}/admin/pep/exclusion_alerts/tell/")
    breaks_nothing(page, "whom it is about")
    page.focus("main ul.whom a")
    page.keyboard.press("Enter")
    page.wait_for_selector("#concern")
    breaks_nothing(page, "the news")
    page.select_option("#concern", "risk")
    for name, text in (("since_on", "15 Nov 2024"), ("happened", "A fight at lunch"), ("tried", "A key adult")):
        page.fill(f"#{name}", text)
    page.focus("form[data-typed] button")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=The Virtual School has been told.")
    breaks_nothing(page, "the alert")
