"""The long page of a PEP in a browser: several forms, each saved and drafted by itself, and no typing lost between them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.test_drafts import address, app, file
from tests.e2e.test_journeys import breaks_nothing, enter

pytestmark = [pytest.mark.browser, pytest.mark.slow]
__all__ = ["address", "app", "file"]

WHOLE = "/admin/pep/peps/whole/?id=1"
VOICE, STRENGTHS = "textarea[name=child_voice_good]", "textarea[name=achievements]"


def save(section: str) -> str:
    return f"#s-{section} button:has-text('Save this section')"


def test_what_was_typed_in_one_section_outlives_the_saving_of_another(address: str, page: Any) -> None:
    enter(page, address, "teacher")
    page.goto(f"{address}{WHOLE}")
    breaks_nothing(page, "the long page")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.fill(VOICE, "Half a thought")  # and at once, without leaving the box by hand:
    page.fill(STRENGTHS, "Swam a mile.")
    page.click(save("strengths"))
    page.wait_for_selector("#s-strengths .message-success")
    assert page.url.endswith("&saved=strengths#s-strengths")
    # Back at its place: a browser goes there once the page is laid out, which may be a moment after the message stands.
    page.wait_for_function("Math.abs(document.querySelector('#s-strengths').getBoundingClientRect().top) < 200")
    assert page.input_value(STRENGTHS) == "Swam a mile."
    assert page.input_value(VOICE) == "Half a thought"
    assert "had not saved it" in page.inner_text("#s-voice .draft")
    assert page.locator(".draft").count() == 1
    breaks_nothing(page, "the long page with a draft and a message")
    page.click(save("voice"))
    page.wait_for_selector("#s-voice .message-success")
    assert page.input_value(VOICE) == "Half a thought" and page.locator(".draft").count() == 0


def test_a_form_is_not_sent_before_what_was_typed_in_another_is_kept(address: str, page: Any) -> None:
    enter(page, address, "teacher")
    page.goto(f"{address}{WHOLE}")
    asked: list[str] = []

    def slow(route: Any) -> None:
        page.wait_for_timeout(1_000)
        asked.append("keep")
        route.continue_()

    page.route("**/drafts/keep/", slow)
    page.on("request", lambda request: asked.append("save") if "/section/" in request.url and request.method == "POST" else None)
    page.fill(STRENGTHS, "Swam a mile.")
    page.fill(VOICE, "Half a thought")
    page.focus(STRENGTHS)
    page.evaluate("name => document.querySelector(name).closest('form').requestSubmit()", STRENGTHS)
    page.wait_for_selector("#s-strengths .message-success")
    assert asked.index("keep") < asked.index("save")
    assert page.input_value(VOICE) == "Half a thought"
    assert "had not saved it" in page.inner_text("#s-voice .draft")


def test_the_list_of_what_would_make_it_gold_breaks_no_rule_folded_or_open(address: str, page: Any) -> None:
    enter(page, address, "teacher")
    page.goto(f"{address}/admin/pep/peps/check/?id=1")
    breaks_nothing(page, "check answers")
    page.focus("#gold > summary")
    page.keyboard.press("Enter")
    page.wait_for_selector("#gold[open] li")
    breaks_nothing(page, "what would make it Gold")
