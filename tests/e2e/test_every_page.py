"""Every page that somebody can open by GET breaks no rule of accessibility, wide and narrow, with real records behind it.

The pages are those of the table of access (tests/security), for each role that gets one. A page whose every kind of element it
holds for the roles further up as well is not looked at again.
"""

from __future__ import annotations

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
    return not line.endpoint.endswith((".export", ".static", ".file", ".calendar"))


def kinds_on(text: str) -> set[tuple[str, ...]]:
    """The kinds of elements that a page holds, each by what it is, what it is for and what it stands in."""
    return {tuple(f"{one.tag}.{one.get('class', '')}.{one.get('type', '')}.{one.get('role', '')}"
                  for one in (each, each.getparent()) if one is not None)
            for each in lxml.html.fromstring(text).iter() if isinstance(each.tag, str)}


def is_seen_before(house: House, role: str, path: str, kinds: set[tuple[str, ...]]) -> bool:
    """Whether the roles further up were shown every kind of element on that page."""
    above = [each for each in ROLES[:ROLES.index(role)] if path in pages_of(each)]
    return kinds <= set().union(*(kinds_on(house.get(each, path).text) for each in above))


@pytest.mark.parametrize("role", ROLES)
def test_no_page_that_somebody_can_open_breaks_a_rule(house: House, visit: Any, role: str) -> None:
    page, looked_at = visit(role), 0
    for path in pages_of(role):
        answer = house.get(role, path)
        if answer.mimetype != "text/html" or is_seen_before(house, role, path, kinds_on(answer.text)):
            continue
        came = page.goto(house.at(path))
        assert (came.status, came.request.redirected_from) == (answer.status_code, None), (role, path)
        breaks_nothing(page, f"{role}: {path}")
        looked_at += 1
    assert looked_at or role not in (NOBODY, "head", "teacher", "worker", "administrator"), "nobody shows them anything"
