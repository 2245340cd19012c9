"""A target and its money in a browser: what a row comes to and leaves is said while it is typed, and without scripts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.test_drafts import address, app, file
from tests.e2e.test_journeys import PASSWORD, breaks_nothing, enter, without_scripts

pytestmark = [pytest.mark.browser, pytest.mark.slow]
__all__ = ["PASSWORD", "address", "app", "file", "without_scripts"]

TARGET, PEP = "/admin/pep/targets/write/?id=2", "/admin/pep/peps/details/?id=1"
FIGURES, AMOUNT = "[data-live=figures]", "input[name=amount_pence]"


def said(page: Any, words: str) -> None:
    page.wait_for_function("([place, words]) => document.querySelector(place).innerText.replace(/\\s+/g, ' ').includes(words)",
                           arg=[FIGURES, words])


def test_the_figures_follow_the_keys_and_the_amount_follows_the_sum(address: str, page: Any) -> None:
    enter(page, address, "teacher")
    page.goto(f"{address}{TARGET}")
    page.click("button:has-text('Save, and ask for Pupil Premium for it')")
    page.wait_for_selector("h1:has-text('Ask for Pupil Premium')")
    breaks_nothing(page, "asking for money under a target")
    page.set_viewport_size({"width": 1280, "height": 900})
    assert page.locator(FIGURES).get_attribute("role") == "status"
    assert not page.locator("button:has-text('Work it out')").is_visible(), "the script does it"
    said(page, "Say how many and what one costs")
    page.fill("input[name=quantity]", "10")
    page.fill("input[name=unit_cost_pence]", "55")
    said(page, "10 × £55.00 is £550.00. With this row, £50.00 of £600.00 is left in Autumn 2024-25.")
    page.wait_for_function("place => document.querySelector(place).value === '550.00'", arg=AMOUNT)
    sent: list[str] = []
    page.on("request", lambda each: sent.append(each.post_data or "") if "/work-out/" in each.url else None)
    page.fill("input[name=quantity]", "11")
    said(page, "That makes £605.00 for this child in Autumn 2024-25; £600.00 is the limit and £600.00 is left.")
    assert not [each for each in sent if "amount_pence=550.00" in each], "an amount that nobody typed is not held against the sum"
    assert page.input_value(AMOUNT) == "605.00" and "not £550.00" not in page.inner_text(FIGURES)
    breaks_nothing(page, "over the limit")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.fill(AMOUNT, "500")
    said(page, "11 × £55.00 is £605.00, not £500.00.")
    page.fill("input[name=quantity]", "10")
    said(page, "10 × £55.00 is £550.00, not £500.00.")
    assert page.input_value(AMOUNT) == "500", "what somebody typed is theirs"
    page.fill(AMOUNT, "550")
    said(page, "With this row, £50.00 of £600.00 is left")
    page.select_option("select[name=category]", "TUITION_1")
    page.fill("[name=description]", "Ten weekly hours of maths")
    page.fill("[name=provider]", "A tutor")
    page.fill("input[name=unit]", "hour")
    page.click("button:has-text('Save, and add another row')")
    page.wait_for_selector("[data-live=target] table")
    assert "Left this term: £50.00 of £600.00" in page.inner_text("main")
    page.select_option("select[name=target_id]", "1")
    page.wait_for_function("() => document.querySelector('[data-live=target]').innerText.includes('Target 1: the need')")
    assert page.locator("[data-live=target] table").count() == 0
    page.goto(f"{address}{PEP}")
    assert "Asked for under target 2: £550.00" in page.inner_text("main")
    breaks_nothing(page, "a PEP with money under a target")
    page.goto(f"{address}{TARGET}")
    breaks_nothing(page, "a target with its money")


def test_without_scripts_a_button_works_it_out(address: str, without_scripts: Any) -> None:
    page = without_scripts
    enter(page, address, "teacher")
    page.goto(f"{address}/admin/pep/ppg_requests/write/?pep=1&target=2")
    page.fill("[name=description]", "Ten weekly hours of maths")
    page.fill("input[name=quantity]", "10")
    page.fill("input[name=unit_cost_pence]", "55")
    page.click("button:has-text('Work it out')")
    page.wait_for_selector(f"{FIGURES}:has-text('10 × £55.00 is £550.00.')")
    assert page.input_value(AMOUNT) == "550.00" and page.input_value("[name=description]") == "Ten weekly hours of maths"
