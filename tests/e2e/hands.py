"""A person at a real browser who does what tests/visiting.py does by HTTP: so that a way told once is gone by hand too.

What is typed goes into the boxes that the page shows, and buttons are pressed; nothing is posted past the page.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

import lxml.html

from tests.visiting import Page


class ByHand(Page):
    """The page that stands in the browser, read as it came and written in with its keys."""

    def __init__(self, visitor: Any, status: int) -> None:
        self.visitor, self.url, self.status = visitor, visitor.browser.url, status
        self.text = visitor.browser.content()
        self.tree = lxml.html.fromstring(self.text)

    def send(self, having: str = "", /, *, button: tuple[str, str] | None = None, choose: list[str] | None = None,
             **typed: Any) -> ByHand:
        """Type into that form and press its button, the one of that name and value or its first."""
        form, browser = self._form(having), self.visitor.browser
        browser.evaluate("document.querySelectorAll('main details').forEach(each => each.open = true)")
        for name, value in typed.items():
            self._type(form.locator(f"[name='{name}']"), value, name)
        for number in choose or ():
            form.locator(f"input[name=rowid][value='{number}']").check()
        wanted = f"button[name='{button[0]}'][value='{button[1]}']" if button else "button.button[type=submit]"
        with browser.expect_navigation() as gone:
            form.locator(wanted).first.click()
        return ByHand(self.visitor, gone.value.status)

    def link(self, text: str) -> ByHand:
        with self.visitor.browser.expect_navigation() as gone:
            self.visitor.browser.locator("main a", has_text=text).first.click()
        return ByHand(self.visitor, gone.value.status)

    def _form(self, having: str) -> Any:
        forms = self.visitor.browser.locator("main form[method=post]")
        found = [forms.nth(number) for number in range(forms.count())]
        if having:
            found = [form for form in found if form.locator(f"[name='{having}']").count()]
        assert len(found) == 1, f"{len(found)} forms on {self.url}: {self.heading}"
        return found[0]

    @staticmethod
    def _type(boxes: Any, value: Any, name: str) -> None:
        assert boxes.count(), f"There is no box {name}"
        first = boxes.first
        kind = first.evaluate("each => each.tagName === 'INPUT' ? each.type : each.tagName.toLowerCase()")
        for one in value if isinstance(value, list) else [value]:
            if kind == "hidden":
                assert first.input_value() == str(one), f"{name} is the page's own and another"
            elif kind in ("radio", "checkbox"):
                first.page.locator(f"main [name='{name}'][value='{one}']").check()
            elif kind == "select":
                first.select_option(str(one))
            else:
                first.fill(str(one))


class Hands:
    """Somebody signed in at a browser of their own; `get` types an address."""

    def __init__(self, browser: Any, address: str) -> None:
        self.browser, self.address = browser, address

    def get(self, path: str) -> ByHand:
        answer = self.browser.goto(urljoin(self.address, path))
        return ByHand(self, answer.status)
