"""The way of one PEP in real browsers, at one sitting: from the letter in the post to the day it is sent, back, and sent again.

What is typed is way.py's, which the tests over HTTP go too; here it goes through the boxes and buttons of the pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy.orm import Session

from pep_admin import create_app
from pep_admin.server.worker import run_once
from pep_admin.vocabulary import Role
from tests.e2e.hands import Hands
from tests.integration import way
from tests.integration.post_office import PostOffice, opened, text_of
from tests.world import World, build_world

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PASSWORD = "a kettle on the window sill"
PEPS = "/admin/pep/peps"


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with opened(PostOffice()) as found:
        yield found


@pytest.fixture
def plain_world(sqlite_url: str, open_session: Callable[..., Session]) -> World:
    """Children with their schools and people; the autumn term is launched, and nothing has been sent to anybody."""
    world = build_world(open_session(sqlite_url))
    world.launch()
    world.session.commit()
    return world


@pytest.fixture
def app(plain_world: World, sqlite_url: str, office: PostOffice, tmp_path: Any) -> Any:
    return create_app({"TESTING": True, "PEP_ADMIN_DATABASE_URL": sqlite_url, "PEP_ADMIN_INSTANCE_FOLDER": str(tmp_path),
                       "PEP_ADMIN_TODAY": "2024-11-18", "PEP_ADMIN_BASE_URL": "https://pep.example.org", **office.settings})


@pytest.fixture(params=["at a desk", "on a telephone without scripts"])
def window(request: Any) -> dict[str, Any]:
    """What kind of browser they have."""
    if request.param == "at a desk":
        return {"viewport": {"width": 1280, "height": 900}}
    return {"viewport": {"width": 375, "height": 800}, "java_script_enabled": False}


@pytest.fixture
def come(
    browser: Any, window: dict[str, Any], live_server: str, make_account: Callable[..., None], plain_world: World
) -> Iterator[Callable[..., Hands]]:
    """`come("teacher", at="/…")`: that person of the world at a browser of their own, signing in where a link leads."""
    roles = {"officer": Role.VS_OFFICER, "teacher": Role.DESIGNATED_TEACHER, "worker": Role.SOCIAL_WORKER}
    for name, role in roles.items():
        make_account(f"{name}@x.example", role, person_id=getattr(plain_world, name).person_id, password=PASSWORD)
    contexts = []

    def do(name: str, at: str = "/admin/") -> Hands:
        context = browser.new_context(locale="en-GB", **window)
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{live_server}{at}")
        page.fill("input[name=email]", f"{name}@x.example")
        page.fill("input[name=password]", PASSWORD)
        with page.expect_navigation():
            page.press("input[name=password]", "Enter")
        return Hands(page, live_server)

    yield do
    for each in contexts:
        each.close()


def test_from_the_letter_to_the_sent_pep_back_and_sent_again(
    app: Any, come: Callable[..., Hands], office: PostOffice, plain_world: World
) -> None:
    officer = come("officer")
    pep = str(plain_world.pep_of().id)
    plain_world.session.close()
    preview = officer.get(f"{PEPS}/").send("rowid", button=("action", "delegate"), choose=[pep])
    assert "1 PEP sent to its writer" in preview.send("rowid").heading
    while run_once(app):
        pass
    letters = {recipients[0]: text_of(message) for recipients, message in office.received}
    assert len(letters) == 2 and not any("Robin" in text or "Musterkind" in text for text in letters.values())
    ways = {to: re.search(r"https://pep\.example\.org(\S+)", text)[1] for to, text in letters.items()}  # type: ignore[index]  # one each

    teacher, worker = (come(who, at=ways[to]) for who, to in (("teacher", "tess.lehrer@example.org"),
                                                              ("worker", "sara.sozial@example.org")))
    assert urlsplit(teacher.browser.url).path == "/admin/pep/my_peps/", "the link leads to the desk, past signing in"
    teacher.browser.click(f"main a[href*='details/?id={pep}'] >> nth=0")
    teacher.browser.wait_for_selector("h2:has-text('The three parts')")

    way.write_social_care(worker, pep)
    way.write_education(teacher, pep)
    way.write_targets_and_money(teacher, pep)
    way.write_meeting(worker, pep)
    way.sign_and_send(teacher, worker, pep)

    back = officer.get(f"{PEPS}/grade/?id={pep}").send(
        "feedback", grade="amber", decision="return", feedback="What did Robin say about fractions?", improve="Ask again.",
        sections="voice")
    assert back.heading == "1 PEP: Amber · sent back"
    seen = teacher.get(f"{PEPS}/details/?id={pep}")
    assert "Sent back to be changed: The child's voice." in seen.main and "What did Robin say about fractions?" in seen.main
    way.save(way.section(teacher, pep, "voice"), child_voice_hard="Fractions, when we have to do them fast.")
    signed = teacher.get(f"{PEPS}/sign/?id={pep}&part=education").send("part")
    assert "the PEP was sent to the Virtual School." in signed.main, "Parts 1 and 3 kept their signatures"
    changed = officer.get(f"{PEPS}/changes/?id={pep}").main
    assert "Fractions, when we have to do them fast." in changed
