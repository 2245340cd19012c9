"""A person at the pages: opens them, fills in the forms that are really there, follows where they lead.

A form is posted with every field the page gave it, as a browser would, changed where the person types. No script runs.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

import lxml.html
from werkzeug.datastructures import MultiDict


class Page:
    """An answer, read as HTML."""

    def __init__(self, visitor: Visitor, url: str, answer: Any) -> None:
        self.visitor, self.url, self.status, self.answer = visitor, url, answer.status_code, answer
        self.text: str = answer.get_data(as_text=True) if answer.mimetype in ("text/html", "text/csv") else ""
        self.tree = lxml.html.fromstring(self.text) if self.text and answer.mimetype == "text/html" else None

    @property
    def main(self) -> str:
        """The words of the page's main part, in one line."""
        assert self.tree is not None
        return " ".join(self.tree.xpath("string(//main)").split())

    @property
    def heading(self) -> str:
        assert self.tree is not None
        return " ".join(self.tree.xpath("string(//h1)").split())

    def form(self, having: str = "") -> Any:
        """The form of the main part that has a field or button of that name; without a name, the only one that posts."""
        assert self.tree is not None
        forms = [form for form in self.tree.xpath("//main//form") if (form.get("method") or "get").lower() == "post"]
        if having:
            forms = [form for form in forms if form.xpath(f".//*[@name='{having}']")]
        assert len(forms) == 1, f"{len(forms)} forms on {self.url}: {self.heading}"
        return forms[0]

    def send(self, having: str = "", /, *, button: tuple[str, str] | None = None, choose: list[str] | None = None,
             **typed: Any) -> Page:
        """Type into that form and send it; a name that the form does not have fails. A list fills several boxes of one name."""
        form = self.form(having)
        names = {each.get("name") for each in form.xpath(".//*[@name]")}
        data = [(key, value) for key, value in values_of(form) if key not in typed]
        for key, value in typed.items():
            assert key in names, f"The form on {self.url} has no field {key}; it has {sorted(filter(None, names))}"
            data += [(key, str(each)) for each in (value if isinstance(value, list) else [value])]
        if choose is not None:
            data = [(key, value) for key, value in data if key != "rowid"] + [("rowid", each) for each in choose]
        if button:
            data.append(button)
        return self.visitor.post(urljoin(self.url, form.get("action") or self.url), data)

    def links(self, text: str) -> list[str]:
        """Where the links of the main part with that text lead."""
        assert self.tree is not None
        return [each.get("href") for each in self.tree.xpath("//main//a") if " ".join(each.text_content().split()) == text]

    def link(self, text: str) -> Page:
        """Follow the link of the main part with that text."""
        assert self.tree is not None
        found = [each for each in self.tree.xpath("//main//a") if " ".join(each.text_content().split()) == text]
        assert found, f"No link “{text}” on {self.url}"
        return self.visitor.get(urljoin(self.url, found[0].get("href")))


def values_of(form: Any) -> list[tuple[str, str]]:
    """What a browser sends of a form as it stands; it takes the first line break of a text area away."""
    areas = set(form.xpath(".//textarea/@name"))
    return [(key, value.removeprefix("\n") if key in areas else value) for key, value in form.form_values()]


class Visitor:
    """One person's client."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def get(self, url: str) -> Page:
        answer = self.client.get(url, follow_redirects=True)
        return Page(self, answer.request.path + (f"?{answer.request.query_string.decode()}" if answer.request.query_string else ""),
                    answer)

    def post(self, url: str, data: list[tuple[str, str]]) -> Page:
        answer = self.client.post(url, data=MultiDict(data), follow_redirects=True)
        return Page(self, answer.request.path + (f"?{answer.request.query_string.decode()}" if answer.request.query_string else ""),
                    answer)
