"""An officer's Friday in a real browser, a week before the deadline: questions, sending out, mail, telephone, a meeting, the board.

It is Fri 22 Nov 2024, and the PEPs of the term are due on Fri 29 Nov. Two are with their writers since September, four are opened
and not sent out; of these one child has neither school nor social worker on record. What a number counts is shown elsewhere; here
it is followed to its list. Mail goes to a real server.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from pep_admin import create_app
from pep_admin.demo import writing
from pep_admin.models import Child, Delivery, Pep, Person
from pep_admin.permissions import SYSTEM
from pep_admin.server.worker import queue_daily, run_once
from pep_admin.vocabulary import LegalStatus, PlacementKind, Role, SenStatus
from pep_admin.workflow import delegation, roll
from tests.e2e.hands import Hands
from tests.integration.calendar_reader import read_event
from tests.integration.post_office import PostOffice, opened, text_of
from tests.world import World, build_world

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PASSWORD = "a kettle on the window sill"
ADMIN = "/admin/pep"
FRIDAY, SENT_OUT = date(2024, 11, 22), datetime(2024, 9, 16, 9, tzinfo=UTC)
TESS, OTTO, SARA, OLGA = (f"{name}@example.org" for name in ("tess.lehrer", "otto.anders", "sara.sozial", "olga.zweite"))


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with opened(PostOffice()) as found:
        yield found


@pytest.fixture
def friday(sqlite_url: str, open_session: Callable[..., Session]) -> World:
    """Six children: Robin's meeting was on 28 Oct, Jule's is not booked, three PEPs wait to be sent out, and Neo's is nobody's."""
    world = build_world(session := open_session(sqlite_url), children=5)
    facts = {"first_name": "Neo", "last_name": "Nirgends", "date_of_birth": date(2012, 3, 1), "lcs_id": "N-1",
             "entered_care_on": date(2023, 2, 1), "notified_on": date(2023, 2, 2), "legal_status": LegalStatus.C2,
             "sen_status": SenStatus.NONE}
    roll.take_into_care(session, actor=SYSTEM, today=FRIDAY, facts=facts, school_id=None, social_worker_id=None, carer_id=None,
                        placement_kind=PlacementKind.FOSTER)
    world.launch()
    first, second = world.pep_of(), world.pep_of(world.other_child_id)
    delegation.delegate_peps(session, [first.id, second.id], actor=world.act(world.officer), now=SENT_OUT, run="september")
    writing.write(session, first, meeting_on=date(2024, 10, 28), money=False)
    world.act(SYSTEM)
    for child in session.scalars(sa.select(Child)):
        child.case_officer_id = world.officer.person_id if child.id != world.other_child_id else None
    session.get_one(Person, world.teacher.person_id).phone = "01632 960123"
    session.execute(sa.delete(Delivery))  # what was sent in September
    session.commit()
    return world


@pytest.fixture
def app(friday: World, sqlite_url: str, office: PostOffice, tmp_path: Any) -> Any:
    friday.session.rollback()
    return create_app({"TESTING": True, "PEP_ADMIN_DATABASE_URL": sqlite_url, "PEP_ADMIN_INSTANCE_FOLDER": str(tmp_path),
                       "PEP_ADMIN_TODAY": FRIDAY.isoformat(), "PEP_ADMIN_BASE_URL": "https://pep.example.org", **office.settings})


@pytest.fixture
def officer(live_server: str, page: Any, make_account: Callable[..., None], friday: World) -> Any:
    """A page in which the officer has signed in, without a mouse."""
    page.set_default_timeout(20_000)
    make_account("ole@x.example", Role.VS_OFFICER, person_id=friday.officer.person_id, password=PASSWORD)
    page.goto(f"{live_server}/")
    page.focus("input[name=email]")
    page.keyboard.type("ole@x.example")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    enter(page)
    assert page.inner_text("h1") == "What needs doing"
    return page


@pytest.fixture
def on_the_telephone(live_server: str, browser: Any, make_account: Callable[..., None], friday: World) -> Iterator[Hands]:
    """The officer at 375 px and without scripts."""
    make_account("ole@x.example", Role.VS_OFFICER, person_id=friday.officer.person_id, password=PASSWORD)
    context = browser.new_context(java_script_enabled=False, viewport={"width": 375, "height": 800}, locale="en-GB")
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto(f"{live_server}/")
    page.fill("input[name=email]", "ole@x.example")
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    yield Hands(page, live_server)
    context.close()


def enter(page: Any, at: str = "") -> None:
    """Press Enter, on that element where one is named, and wait for the page it leads to."""
    if at:
        page.focus(at)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def post(app: Any, office: PostOffice) -> dict[str, Any]:
    """Let the worker send what is due; what arrived, by address, each of whom got one letter. None names a child.

    That Neo has no school is told to the officer by itself, and left out here.
    """
    before = len(office.received)
    while run_once(app):
        pass
    new = [(to, message) for [to], message in office.received[before:]]
    raw = "".join(message.as_string() + text_of(part) for _, message in new for part in message.walk() if not part.is_multipart())
    assert not [name for name in ("Robin", "Jule", "Neo", "Musterkind", "Nirgends") if name in raw], raw
    new = [(to, message) for to, message in new if not message["Subject"].startswith("A child needs you")]
    found = dict(new)
    assert len(found) == len(new), "one letter a person"
    return found


def rows(page: Any) -> int:
    return int(page.locator("main tbody tr").count())


# --- the questions -------------------------------------------------------------------------------------------------------


def test_my_week_leads_to_the_questions_and_each_number_opens_its_list(officer: Any) -> None:
    page, found = officer, {}
    assert page.inner_text("#week") == "My week"
    for card in range(page.locator("section[aria-labelledby=week] .card").count()):
        number, title = follow_card(page, f"section[aria-labelledby=week] .card >> nth={card}")
        found[title] = number
        page.go_back()
    # Robin met on 28 Oct; Neo has no school; all but Robin lack an SDQ, and Jule is not the officer's; four writers have no
    # account, and Neo's part is nobody's.
    mine = {"Held and not written": 1, "No school or part-time": 1, "SDQ missing or unanswered": 4, "People out of reach": 5}
    assert found == mine
    enter(page, "main a:has-text('All fifteen questions')")
    assert page.locator("main .card").count() == 15
    assert {title: number for title, number in cards(page).items() if number} == mine, "the front page leaves out what is nothing"
    enter(page, "main nav a:has-text('All children')")
    every = cards(page)
    for card in range(15):
        follow_card(page, f"main .card >> nth={card}")
        page.go_back()
    assert {title: number for title, number in every.items() if number} == {
        **mine, "No meeting booked": 1, "SDQ missing or unanswered": 5}, "Jule's too"


def cards(page: Any) -> dict[str, int]:
    found = page.locator("main .card").all()
    return {card.locator("a").inner_text(): int(card.locator(".card-number").inner_text()) for card in found}


def follow_card(page: Any, where: str) -> tuple[int, str]:
    """By keyboard to the list of a number, which is as long; the number and its title."""
    number, title = int(page.inner_text(f"{where} >> .card-number")), page.inner_text(f"{where} >> a")
    enter(page, f"{where} >> a")
    assert page.inner_text("h1") == title and rows(page) == number, title
    assert page.inner_text("main .lead").startswith(f"{number}. ")
    return number, title


def test_filters_are_saved_as_a_tab_and_a_number_of_the_board_is_its_list(officer: Any) -> None:
    page = officer
    page.click("nav.menu-wide a:text-is('PEPs')")
    page.select_option("main select[name$=_status]", label="Opened")
    page.click("main button:has-text('Show')")
    opened_now = rows(page)
    assert opened_now == 4
    page.click("text=Save this question…")
    page.fill("input[name=name]", "To send out")
    page.check("input[name=shared]")
    page.click("main form button[type=submit]")
    assert "“To send out” is kept." in page.inner_text("main")
    page.click("nav.menu-wide a:text-is('PEPs')")
    assert rows(page) == 6
    page.click("nav[aria-label='Saved questions'] a:text-is('To send out')")
    assert rows(page) == opened_now
    assert page.get_attribute("nav[aria-label='Saved questions'] a:text-is('To send out')", "aria-current") == "page"

    page.click("nav.menu-wide a:has-text('board')")
    page.select_option("#by", "school")
    page.click("main button:has-text('Show')")
    numbers = page.locator("main table.board tbody a")
    # All: three stages and the children; Alder: two and the children; Birch: two and the children; no school: one and the children.
    assert numbers.count() == 12
    for place in range(numbers.count()):
        text = numbers.nth(place).inner_text()
        numbers.nth(place).click()
        assert rows(page) == int(re.match(r"[0-9]+", text)[0]), text  # type: ignore[index]  # a number stands there
        page.go_back()
    page.click("main table.board tr.whole td[data-label='Not sent out'] a")
    page.check("main [data-all] input")
    page.click("main button[name=action][value=delegate]")
    assert page.inner_text("h1") == "Send 3 of 4 to their writers", "the bulk action stands behind the number"


# --- sending out, and the mail -------------------------------------------------------------------------------------------


def test_sending_out_by_keyboard_one_letter_each_and_a_wrong_address_is_mended(officer: Any, app: Any, office: PostOffice) -> None:
    page = officer
    office.answers[OTTO] = "550 no such user"
    enter(page, "nav.menu-wide a:text-is('PEPs')")
    page.focus("main [data-all] input")
    page.keyboard.press("Space")
    enter(page, "main button[name=action][value=delegate]")
    assert page.inner_text("h1") == "Send 5 of 6 to their writers"
    going, held = (page.locator(f"main section:has(h2:text-is('{title}'))") for title in ("Going", "Held, and why"))
    told = [[cell.inner_text() for cell in row.locator("td, th").all()] for row in going.locator("tbody tr").all()]
    assert [(line[2], line[3]) for line in told].count(("Tess Lehrer", TESS)) == 3 and len(told) == 5
    assert [(line[2], line[3]) for line in told].count(("Otto Anders", OTTO)) == 2
    assert held.locator("tbody tr").count() == 1
    assert "Neo Nirgends" in held.inner_text() and "This child has no school and no social worker on record." in held.inner_text()
    assert "4 people get one message each. It names no child" in page.inner_text("main .lead")
    enter(page, "main form button.button[type=submit]")
    assert page.inner_text("h1") == "5 PEPs sent to their writers" and "4 messages queued. 1 held." in page.inner_text("main")

    letters = post(app, office)
    assert set(letters) == {TESS, SARA, OLGA}, "one a person; Otto's was refused"
    assert "3 PEPs to write your part of" in text_of(letters[TESS])

    enter(page, "nav.menu-wide a:text-is('Mail')")
    page.select_option("main select[name$=_state]", label="Refused by their mail server")
    enter(page, "main .bar-send button")
    assert rows(page) == 1 and "The mail server refused the address (550)." in page.inner_text("main tbody")
    enter(page, "main tbody a")
    page.focus("main input[name=email]")
    page.keyboard.press("Control+A")
    page.keyboard.type("otto.a@example.org")
    enter(page)
    assert "The address of Otto Anders is mended, and the message goes out again shortly." in page.inner_text("main")
    again = post(app, office)
    assert set(again) == {"otto.a@example.org"} and "2 PEPs to write your part of" in text_of(again["otto.a@example.org"])
    page.reload()
    assert "Sent" in page.inner_text("main") and "otto.a@example.org" in page.inner_text("main")


# --- the telephone, a meeting, reminders -------------------------------------------------------------------------------


def test_on_a_telephone_without_scripts_ring_book_and_see_who_is_reminded(
    on_the_telephone: Hands, app: Any, office: PostOffice, friday: World
) -> None:
    officer = on_the_telephone
    ring = officer.get(f"{ADMIN}/calls/")
    assert "4 people owe a part of a PEP" in ring.main and "01632 960123" in ring.main
    officer.browser.click("main a:has-text('Note the call… with Tess Lehrer')")
    note = officer.get(officer.browser.url)
    noted = note.send("words", words="Will sign on Monday", follow_up_on="26 Nov 2024")
    assert "The call is noted." in noted.main and "3 people owe a part of a PEP" in noted.main
    assert "Rung, and not to be rung before a later day: 1" in noted.main and "Ring again on 26 Nov 2024" in noted.main

    pep = friday.pep_of(friday.other_child_id).id
    friday.session.rollback()
    officer.get(f"{ADMIN}/peps/details/?id={pep}")
    officer.browser.click("main a:has-text('Book the meeting')")
    booking = officer.get(officer.browser.url)
    booked = booking.send("meeting_at", meeting_at="28 Nov 2024 15:30", meeting_how="video", carer_preference="After school")
    assert "An invitation goes to Otto Anders, Olga Zweite." in booked.text
    invited = post(app, office)
    assert set(invited) == {OTTO, OLGA}
    parts = {part.get_content_type(): part for part in invited[OTTO].walk()}
    event = read_event(parts["application/ics"].get_payload(decode=True))
    assert event.told == ("REQUEST", 0, datetime(2024, 11, 28, 15, 30, tzinfo=UTC))
    assert "Jule" not in str(event.values) and event.values["SUMMARY"].startswith("PEP meeting 2425-AUT-")

    # Both were due 14 days before, on 15 Nov; whoever was rung is left alone until the day that was agreed.
    reminders = officer.get(f"{ADMIN}/reminders/").main
    assert "Fri 22 Nov 2024, today 3 mails" in reminders
    assert re.search(r"Held back by a call .*Tess Lehrer.*26 Nov 2024", reminders)
    queue_daily(app)
    assert set(post(app, office)) == {SARA, OTTO, OLGA}
    after = officer.get(f"{ADMIN}/reminders/")
    assert "Done last for 22 Nov 2024." in after.main and "today 3 mails" not in after.main
    assert officer.browser.evaluate("document.documentElement.scrollWidth <= innerWidth")


# --- nothing is cut off ----------------------------------------------------------------------------------------------------


def test_the_board_and_its_list_stand_within_the_window(officer: Any, live_server: str, friday: World) -> None:
    friday.act(SYSTEM)
    friday.session.execute(sa.update(Pep).values(due_on=date(2024, 11, 1)), execution_options={"history_kept": True})
    friday.session.commit()
    page, cut = officer, ("[...document.querySelectorAll('main tbody td, main tbody th')].filter((each) => each.offsetParent"
                          " && each.scrollWidth > each.clientWidth + 1).map((each) => each.textContent)")
    for width in (1280, 375):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{live_server}/admin/pep/board/children/?stage=late")
        assert page.locator("main .late").count() > 0
        wide = "(() => { const each = document.querySelector('.list-frame'); return each.scrollWidth - each.clientWidth; })()"
        assert page.evaluate(wide) <= 0, f"the list is cut at {width}"
        assert page.evaluate(cut) == []
        page.goto(f"{live_server}/admin/pep/board/")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(cut) == [], "a label runs into its number"
    over = ("[...document.querySelectorAll('.board td[data-label]')].filter((each) => "
            "getComputedStyle(each, '::before').whiteSpace === 'nowrap').length")
    assert page.evaluate(over) == 0, "a label is not broken into lines"
