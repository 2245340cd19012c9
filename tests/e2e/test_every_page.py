"""Every page that somebody can open by GET breaks no rule of accessibility, wide and narrow, with real records behind it.

The pages are those of the table of access (tests/security), for each role that gets one. A page that another role was shown in the
same shape, the same elements one in another, is looked at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import lxml.html
import pytest

from tests.e2e.test_journeys import breaks_nothing
from tests.security.access_table import LINES, Line
from tests.security.conftest import built, house, served
from tests.security.house import COOKIE, NOBODY, ROLES, House

pytestmark = [pytest.mark.browser, pytest.mark.slow]

__all__ = ["built", "house", "served"]  # fixtures of the tests of security
ALSO = (
    "/admin/pep/peps/section/?id={pep}&section=learning", "/admin/pep/peps/section/?id={pep}&section=next_steps",
    "/admin/pep/peps/section/?id={pep}&section=attendance", "/admin/pep/peps/section/?id={pep}&section=discussion",
    "/admin/pep/targets/write/?pep={pep}", "/admin/pep/ppg_requests/write/?pep={pep}", "/admin/pep/documents/add/?child={child}",
    "/admin/pep/children/?search=nobody", "/admin/pep/documents/?search=nothing", "/admin/pep/children/details/?id=987654",
)
"""Doors that the table knows by another of their addresses, an empty list, and a page that is not there."""


@pytest.fixture
def app(house: House) -> Any:
    return house.app


@pytest.fixture
def visit(house: House, browser: Any, live_server: str) -> Iterator[Any]:
    """`visit(role)`: a page of a browser in which that role has signed in."""
    opened = []

    def come(role: str) -> Any:
        context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB", base_url=live_server)
        context.set_default_timeout(20_000)
        if role != NOBODY:
            kept = house.client(role).get_cookie(COOKIE)
            assert kept is not None
            context.add_cookies([{"name": COOKIE, "value": kept.value, "url": live_server}])
        opened.append(context)
        return context.new_page()

    yield come
    for each in opened:
        each.close()


def pages_of(role: str) -> list[str]:
    """The addresses that the table gives to that role, and those beside it."""
    own = [line.address for line in LINES if line.method == "GET" and line.outcome(role) == "200" and is_page(line)]
    return [*own, *(ALSO if role != NOBODY else ())]


def is_page(line: Line) -> bool:
    """Whether that door leads to a page: a file or an answer for a script is none, which the answer itself says too."""
    return not line.endpoint.endswith((".export", ".static", ".file"))


def shape_of(text: str) -> str:
    """A page without its words: its elements in their order, with what they are for."""
    tree = lxml.html.fromstring(text)
    parts = [f"{each.tag} {each.get('class', '')} {each.get('type', '')} {each.get('role', '')}" for each in tree.iter()
             if isinstance(each.tag, str)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def is_seen_before(house: House, role: str, path: str, shape: str) -> bool:
    """Whether a role that stands further up was shown that page in that shape."""
    above = [each for each in ROLES[:ROLES.index(role)] if path in pages_of(each)]
    return any(shape_of(house.get(each, path).text) == shape for each in above)


@pytest.mark.parametrize("role", ROLES)
def test_no_page_that_somebody_can_open_breaks_a_rule(house: House, visit: Any, role: str) -> None:
    page, looked_at = visit(role), 0
    for path in pages_of(role):
        answer = house.get(role, path)
        if answer.mimetype != "text/html" or is_seen_before(house, role, path, shape_of(answer.text)):
            continue
        came = page.goto(house.at(path))
        assert (came.status, came.request.redirected_from) == (answer.status_code, None), (role, path)
        breaks_nothing(page, f"{role}: {path}")
        looked_at += 1
    assert looked_at or role in ("other_teacher", "other_worker"), "nobody shows them anything"
