"""Documents in a real browser: added without scripts on a telephone, by keyboard alone, refused and mended, saved, taken away."""

from __future__ import annotations

import pathlib
from typing import Any

import pytest

from tests.e2e.test_journeys import PEPS, address, app, breaks_nothing, database, enter, without_scripts
from tests.uploads import making

pytestmark = [pytest.mark.browser, pytest.mark.slow]

__all__ = ["address", "app", "database", "without_scripts"]  # fixtures of the other journeys
DOCUMENTS = "/admin/pep/documents"
LONG = "Autumn report with a title that goes on and on, as those of some schools do, without any end that one could see coming soon"


def test_a_teacher_adds_a_picture_without_scripts_on_a_telephone(
    address: str, without_scripts: Any, tmp_path: pathlib.Path
) -> None:
    page, work = without_scripts, tmp_path / "volcano.jpg"
    work.write_bytes(making.picture(size=(800, 600)))
    page.set_default_timeout(30_000)
    enter(page, address, "teacher")
    page.goto(f"{address}{PEPS}/details/?id=2")
    page.click("text=Add a document…")
    page.select_option("select[name=kind]", "work")
    page.fill("input[name=title]", "My volcano")
    page.click("text=Add it")
    page.wait_for_selector("#file-error")
    assert page.input_value("input[name=title]") == "My volcano" and "Choose the file again" in page.inner_text("#file-hint")
    page.set_input_files("input[name=file]", work)
    page.click("text=Add it")
    page.wait_for_selector("text=“My volcano” is kept.")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    with page.expect_download() as saved:
        page.click("a:has-text('JPEG picture')")
    assert saved.value.suggested_filename == "work-1.jpg" and making.PLACE not in pathlib.Path(saved.value.path()).read_bytes()


def test_a_document_is_added_taken_away_and_put_back_by_keyboard_and_its_pages_break_no_rule(
    address: str, page: Any, tmp_path: pathlib.Path
) -> None:
    report = tmp_path / "report.pdf"
    report.write_bytes(making.pdf())
    page.set_default_timeout(30_000)
    enter(page, address, "officer")
    page.goto(f"{address}{DOCUMENTS}/add/?pep=2")
    breaks_nothing(page, "adding a document")
    page.focus("select[name=kind]")
    page.keyboard.type("School report")
    page.keyboard.press("Tab")
    page.keyboard.type(LONG)
    page.keyboard.press("Tab")
    page.keyboard.type("18 Oct 2024")
    page.keyboard.press("Tab")
    page.keyboard.type("No")
    page.set_input_files("input[name=file]", report)
    page.focus("text=Add it")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=is kept.")
    breaks_nothing(page, "a PEP with a document")
    page.goto(f"{address}{DOCUMENTS}/details/?id=1")
    assert LONG in page.inner_text("h1") and "not the school" in page.inner_text("main")
    breaks_nothing(page, "a document")
    page.focus("text=Take it away…")
    page.keyboard.press("Enter")
    page.wait_for_selector("textarea[name=reason]")
    breaks_nothing(page, "taking a document away")
    page.focus("textarea[name=reason]")
    page.keyboard.type("Another child’s")
    page.focus("button:has-text('Take it away')")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=was taken away")
    breaks_nothing(page, "a document that was taken away")
    page.focus("text=Put it back")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=is back.")
    page.goto(f"{address}/admin/pep/children/details/?id=2#documents")
    breaks_nothing(page, "a child with a document")
