"""Meetings: booked, moved and called off at the pages, by the school and by social care; what arrives in people's calendars."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from pep_admin import config
from pep_admin.accounts.creating import create_account
from pep_admin.accounts.leaving import child_readers
from pep_admin.models import Attendee, AuditEvent, Child, Delivery, MeetingInvitation, MeetingNotice, Pep, Person, RecordChange
from pep_admin.permissions import SYSTEM
from pep_admin.server.worker import run_once
from pep_admin.vocabulary import Attendance, AttendeeRole, CaseRating, DeliveryState, LeavingReason, Part, PersonKind, Role
from pep_admin.workflow import meetings, peps, roll, sections
from tests.conftest import PASSWORD
from tests.host.foreign_app import Council
from tests.integration.calendar_reader import Event, read_event
from tests.integration.post_office import PostOffice
from tests.integration.test_second_step import make_app
from tests.visiting import Page, Visitor
from tests.world import NOW, TODAY, World, person

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

ADMIN = "/admin/pep"
TEACHER, WORKER, CARER = "tess.lehrer@example.org", "sara.sozial@example.org", "karla@home.example"
OFFICER, HEAD = "ole.amt@example.org", "hanna.amt@example.org"
TEN, THREE = datetime(2024, 11, 26, 10, 0, tzinfo=UTC), datetime(2024, 11, 27, 15, 30, tzinfo=UTC)
"""Both in winter, when London keeps universal time."""
SECRETS = ("Robin", "Musterkind", "Alder", "Quiet room")
"""What no message may hold: the child's names, the school, the place of the meeting."""


TWO_OF_ONE = "With this one Ole Amt has 2 meetings in the week of 25 Nov 2024; an officer can go to 1."


class Calendars:
    """Everybody's mailbox: what came since it was last looked at, by address."""

    def __init__(self, app: Any, office: PostOffice) -> None:
        self.app, self.office, self.read = app, office, 0

    def new(self) -> dict[str, Event]:
        """Let the worker send what is due; the event of each message that arrived, by whom it went to."""
        run_once(self.app)
        found, self.read = self.office.received[self.read :], len(self.office.received)
        found = [(to[0], message) for to, message in found if message.is_multipart()]
        arrived = {to: event_of(message) for to, message in found}
        assert len(arrived) == len(found), "nobody got two"
        return arrived

    def words(self, to: str) -> list[str]:
        """Subject and text of each message that somebody ever got about a meeting."""
        found = [(message, part) for at, message in self.office.received if at == [to] and message.is_multipart()
                 for part in message.walk() if part.get_content_type() == "text/plain"]
        return [f"{message['Subject']}\n{part.get_payload(decode=True).decode()}" for message, part in found]

    def told(self) -> dict[str, tuple[str, int, datetime]]:
        return {to: event.told for to, event in self.new().items()}


def event_of(message: Any) -> Event:
    """The event of a message, which stands in it twice alike: to be taken in, and as a file."""
    parts = {part.get_content_type(): part for part in message.walk()}
    assert message.get_content_type() == "multipart/mixed" and "text/plain" in parts
    shown, file = (parts[kind].get_payload(decode=True) for kind in ("text/calendar", "application/ics"))
    event = read_event(file)
    assert read_event(shown) == event and parts["text/calendar"].get_param("method") == event.method
    everything = "\n".join([str(message["Subject"]), file.decode(), parts["text/plain"].get_payload(decode=True).decode()])
    assert not [secret for secret in SECRETS if secret.casefold() in everything.casefold()], everything
    return event


@pytest.fixture
def pep(world: World) -> int:
    """The first child's PEP is with its writers, no meeting of anybody's is booked; the carer has an address."""
    world.act(SYSTEM)
    carer = world.session.scalars(sa.select(Person).where(Person.last_name == "Pflege")).one()
    carer.email = CARER
    for child_id, worker in ((world.child_id, world.worker), (world.other_child_id, world.other_worker)):
        world.save(world.pep_of(child_id), "meeting", worker, **dict.fromkeys(
            ("meeting_at", "meeting_how", "meeting_place", "carer_preference", "carer_offered", "attendees")))
    found = world.pep_of().id
    for each in world.session.scalars(sa.select(Delivery)):
        each.state = DeliveryState.SENT  # that they have a PEP to write
    world.act(SYSTEM)
    world.session.commit()
    return found


@pytest.fixture
def calendars(council: Council, post_office: PostOffice) -> Calendars:
    council.app.config.update(post_office.settings, PEP_ADMIN_BASE_URL="https://pep.example.org")
    return Calendars(council.app, post_office)


def book(who: Visitor, pep: int, **typed: Any) -> Page:
    page = who.get(f"{ADMIN}/meetings/book/?pep={pep}")
    assert page.status == 200, page.main
    return page.send("meeting_at", **{"meeting_at": "26 Nov 2024 10:00", **typed})


def stands(session: Any) -> tuple[Any, ...]:
    pep = session.scalars(sa.select(Pep).where(Pep.reference == "2425-AUT-0001")).one()
    return pep.meeting_at, session.scalars(sa.select(MeetingNotice.sequence)).all()


# --- booked, moved, called off ---------------------------------------------------------------------------------------------


def test_who_is_invited_gets_an_entry_for_the_calendar_that_names_no_child(pep: int, calendars: Calendars, enter: Any) -> None:
    page = book(enter("teacher"), pep, meeting_how="video", meeting_place="Quiet room", carer_preference="After school")
    assert page.status == 200 and "An invitation goes to Tess Lehrer, Sara Sozial, Karla Pflege." in page.text, page.main
    arrived = calendars.new()
    assert {to: event.told for to, event in arrived.items()} == dict.fromkeys((TEACHER, WORKER, CARER), ("REQUEST", 0, TEN))
    event = arrived[WORKER]
    assert event.at("DTEND") == TEN + timedelta(hours=1) and event.values["STATUS"] == "CONFIRMED"
    assert event.values["UID"] == "2425-aut-0001-1@pep.example.org" and event.values["SUMMARY"] == "PEP meeting 2425-AUT-0001"
    assert event.values["ATTENDEE"] == f"mailto:{WORKER}" and event.values["ORGANIZER"] == "mailto:pep@example.org"
    assert event.values["DESCRIPTION"].endswith(f"https://pep.example.org{ADMIN}/peps/details/?id={pep}")
    assert event.values["DESCRIPTION"].startswith("By video. ") and event.values["CLASS"] == "PRIVATE"
    assert calendars.new() == {}, "each once"


def test_what_is_booked_are_the_answers_of_part_3_and_who_is_invited_stands_there(pep: int, enter: Any, ask: Any) -> None:
    book(enter("worker"), pep, meeting_how="in_person", meeting_place="Quiet room", carer_preference="After school")
    page = enter("teacher").get(f"{ADMIN}/peps/section/?id={pep}&section=meeting")
    values = {each.get("name"): each.get("value") for each in page.tree.xpath("//main//input")}
    assert values["meeting_at"] == "26 Nov 2024 10:00" and values["meeting_place"] == "Quiet room"
    assert values["carer_preference"] == "After school"
    rows = ask(lambda session: [(each.name, each.role.value, each.took_part, each.invited_on)
                                for each in session.scalars(sa.select(Attendee).order_by(Attendee.position))])
    assert rows == [("Tess Lehrer", "designated_teacher", Attendance.NO_ANSWER, TODAY),
                    ("Sara Sozial", "social_worker", Attendance.NO_ANSWER, TODAY),
                    ("Karla Pflege", "carer", Attendance.NO_ANSWER, TODAY)]
    again = book(enter("teacher"), pep, meeting_at="27 Nov 2024 15:30")
    assert again.status == 200 and len(ask(lambda session: session.scalars(sa.select(Attendee)).all())) == 3


def test_a_meeting_that_moves_keeps_its_id_and_counts_each_change(pep: int, calendars: Calendars, enter: Any) -> None:
    teacher, worker = enter("teacher"), enter("worker")
    book(teacher, pep)
    first = calendars.new()
    page = book(worker, pep, meeting_at="27 Nov 2024 15:30")
    assert "Saved. That it was changed is told to Tess Lehrer, Sara Sozial, Karla Pflege." in page.text
    moved = calendars.new()
    assert {to: event.told for to, event in moved.items()} == dict.fromkeys((TEACHER, WORKER, CARER), ("REQUEST", 1, THREE))
    assert {each.values["UID"] for each in (*first.values(), *moved.values())} == {"2425-aut-0001-1@pep.example.org"}
    assert "Saved. Nobody has to be told." in book(worker, pep, meeting_at="27 Nov 2024 15:30").text
    assert calendars.new() == {}, "nothing was changed"
    book(worker, pep, meeting_at="27 Nov 2024 15:30", minutes="90")
    assert {(each.told, each.at("DTEND")) for each in calendars.new().values()} == {
        (("REQUEST", 2, THREE), THREE + timedelta(minutes=90))}


def test_a_day_that_is_changed_in_part_3_itself_moves_the_calendars_too(pep: int, calendars: Calendars, enter: Any) -> None:
    book(enter("teacher"), pep)
    calendars.new()
    page = enter("worker").get(f"{ADMIN}/peps/section/?id={pep}&section=meeting")
    assert page.send("meeting_at", button=("then", "stay"), meeting_at="27 Nov 2024 15:30").status == 200
    assert calendars.told() == dict.fromkeys((TEACHER, WORKER, CARER), ("REQUEST", 1, THREE))
    page = enter("worker").get(f"{ADMIN}/peps/section/?id={pep}&section=meeting")
    assert page.send("meeting_place", button=("then", "stay"), meeting_place="Hall").status == 200
    assert calendars.new() == {}, "where it is does not stand in a calendar"
    page = enter("worker").get(f"{ADMIN}/peps/section/?id={pep}&section=meeting")
    assert page.send("meeting_at", button=("then", "stay"), meeting_at="").status == 200
    assert calendars.told() == dict.fromkeys((TEACHER, WORKER, CARER), ("CANCEL", 2, THREE))


def test_what_is_told_of_a_meeting_that_was_held_wakes_nobody(pep: int, calendars: Calendars, enter: Any) -> None:
    book(enter("teacher"), pep, meeting_at="18 Nov 2024 09:00")
    calendars.new()
    config.move_today(date(2024, 11, 20))
    page = enter("worker").get(f"{ADMIN}/peps/section/?id={pep}&section=meeting")
    assert page.send("meeting_at", button=("then", "stay"), meeting_at="18 Nov 2024 09:15").status == 200
    assert calendars.new() == {}
    page = book(enter("worker"), pep, meeting_at="26 Nov 2024 10:00")
    assert calendars.told() == dict.fromkeys((TEACHER, WORKER, CARER), ("REQUEST", 2, TEN)), "it is held once more"


def test_a_meeting_held_earlier_than_booked_leaves_no_entry_on_the_old_day(pep: int, calendars: Calendars, enter: Any) -> None:
    book(enter("teacher"), pep)
    calendars.new()
    config.move_today(date(2024, 11, 20))
    page = enter("worker").get(f"{ADMIN}/peps/section/?id={pep}&section=meeting")
    assert page.send("meeting_at", button=("then", "stay"), meeting_at="19 Nov 2024 09:15").status == 200
    assert calendars.told() == dict.fromkeys((TEACHER, WORKER, CARER), ("CANCEL", 1, TEN))
    page = enter("worker").get(f"{ADMIN}/peps/section/?id={pep}&section=meeting")
    assert page.send("meeting_at", button=("then", "stay"), meeting_at="19 Nov 2024 09:30").status == 200
    assert calendars.new() == {}, "once"


def test_a_meeting_called_off_is_taken_out_and_the_next_is_another(pep: int, calendars: Calendars, enter: Any, ask: Any) -> None:
    teacher = enter("teacher")
    book(teacher, pep)
    calendars.new()
    page = teacher.get(f"{ADMIN}/peps/details/?id={pep}").link("Call it off…")
    assert "Word goes to Tess Lehrer, Sara Sozial, Karla Pflege" in page.main
    assert "The meeting is off." in page.send().text
    off = calendars.new()
    assert {to: event.told for to, event in off.items()} == dict.fromkeys((TEACHER, WORKER, CARER), ("CANCEL", 1, TEN))
    assert {each.values["STATUS"] for each in off.values()} == {"CANCELLED"}
    assert ask(stands) == (None, [1])
    again = page.send()
    assert again.status == 422 and "No meeting is booked that could be called off" in again.main
    book(teacher, pep)
    assert {(each.told, each.values["UID"]) for each in calendars.new().values()} == {
        (("REQUEST", 0, TEN), "2425-aut-0001-2@pep.example.org")}


def test_a_pep_that_is_closed_takes_its_meeting_out(world: World, pep: int, calendars: Calendars, enter: Any) -> None:
    book(enter("teacher"), pep)
    calendars.new()
    peps.withdraw_pep(world.session, pep, reason="Left care", actor=world.act(world.officer), now=NOW)
    world.session.commit()
    assert calendars.told() == dict.fromkeys((TEACHER, WORKER, CARER), ("CANCEL", 1, TEN))


def test_a_stale_page_calls_nothing_off_and_shows_what_stands_now(pep: int, calendars: Calendars, enter: Any, ask: Any) -> None:
    teacher, worker = enter("teacher"), enter("worker")
    book(teacher, pep)
    stale = teacher.get(f"{ADMIN}/meetings/call-off/?pep={pep}")
    book(worker, pep, meeting_at="27 Nov 2024 15:30")
    calendars.new()
    page = stale.send()
    assert page.status == 409 and "Nothing was called off. It is on 27 Nov 2024, 15:30 now." in page.main, page.main
    assert ask(stands) == (THREE, [1]) and calendars.new() == {}
    assert "The meeting is off." in page.send().text and ask(stands) == (None, [2]), "what the page shows now is called off"


# --- who is told, and who is not -------------------------------------------------------------------------------------------


def test_nobody_hears_of_a_change_to_what_they_were_never_invited_to(pep: int, calendars: Calendars, enter: Any) -> None:
    """The carer comes later: their first message is the invitation, as it stands then."""
    teacher = enter("teacher")
    chosen = people(teacher, pep)
    book(teacher, pep, people=[chosen["Tess Lehrer"], chosen["Sara Sozial"]])
    assert set(calendars.told()) == {TEACHER, WORKER}
    book(teacher, pep, meeting_at="27 Nov 2024 15:30", people=[chosen["Tess Lehrer"], chosen["Sara Sozial"]])
    assert set(calendars.told()) == {TEACHER, WORKER}
    book(teacher, pep, meeting_at="27 Nov 2024 15:30", people=list(chosen.values()))
    assert calendars.told() == {CARER: ("REQUEST", 1, THREE)}
    book(teacher, pep, meeting_at="27 Nov 2024 15:30", people=[chosen["Tess Lehrer"], chosen["Karla Pflege"]])
    assert calendars.told() == {WORKER: ("CANCEL", 2, THREE)}
    book(teacher, pep, people=list(chosen.values()))
    assert calendars.told() == {TEACHER: ("REQUEST", 4, TEN), CARER: ("REQUEST", 4, TEN), WORKER: ("REQUEST", 4, TEN)}


def people(who: Visitor, pep: int) -> dict[str, str]:
    """Who can be invited, by name, with the value of their box."""
    page = who.get(f"{ADMIN}/meetings/book/?pep={pep}")
    boxes = page.tree.xpath("//main//input[@name='people']")
    return {box.getparent().text_content().strip().partition(",")[0]: box.get("value") for box in boxes}


def test_what_waits_while_the_mail_server_is_down_is_judged_when_it_goes(pep: int, calendars: Calendars, enter: Any) -> None:
    teacher = enter("teacher")
    office, calendars.app.config["PEP_ADMIN_MAIL_PORT"] = calendars.office.port, 1  # nobody listens there
    book(teacher, pep)
    assert calendars.new() == {}
    book(teacher, pep, meeting_at="27 Nov 2024 15:30")
    calendars.app.config["PEP_ADMIN_MAIL_PORT"] = office
    assert calendars.told() == dict.fromkeys((TEACHER, WORKER, CARER), ("REQUEST", 1, THREE)), "what was changed since is not sent"


def test_who_never_got_the_invitation_gets_no_word_that_it_is_off(pep: int, calendars: Calendars, enter: Any, ask: Any) -> None:
    teacher = enter("teacher")
    office, calendars.app.config["PEP_ADMIN_MAIL_PORT"] = calendars.office.port, 1
    book(teacher, pep)
    calendars.new()
    teacher.get(f"{ADMIN}/meetings/call-off/?pep={pep}").send()
    calendars.app.config["PEP_ADMIN_MAIL_PORT"] = office
    assert calendars.new() == {}
    why = ask(lambda session: set(session.scalars(sa.select(Delivery.problem).where(Delivery.template.startswith("meeting")))))
    assert why == {"The meeting was changed again before this was sent.", "The meeting was off before they were invited to it."}


def test_the_old_school_hears_nothing_of_a_child_who_has_moved(world: World, pep: int, calendars: Calendars, enter: Any) -> None:
    book(enter("teacher"), pep)  # the letters wait
    child = world.pep_of().child
    roll.change_school(world.session, child, school_id=world.other_school_id, on=TODAY, reason=LeavingReason.HOME_MOVE,
                       actor=world.act(world.officer), today=TODAY, now=NOW)
    world.session.commit()
    arrived = calendars.told()
    assert TEACHER not in arrived and set(arrived) >= {WORKER, CARER}


def test_an_address_that_does_not_work_is_not_offered_and_the_page_says_so(world: World, pep: int, enter: Any) -> None:
    world.act(SYSTEM)
    world.session.scalars(sa.select(Person).where(Person.email == CARER)).one().email = None
    world.session.commit()
    page = enter("teacher").get(f"{ADMIN}/meetings/book/?pep={pep}")
    assert "No address that works is on record for Karla Pflege (carer): please tell them yourself." in page.main
    assert set(people(enter("teacher"), pep)) == {"Tess Lehrer", "Sara Sozial"}
    carer = world.session.scalars(sa.select(Person.id).where(Person.last_name == "Pflege")).one()
    world.session.rollback()
    answer = page.visitor.post(page.url, [*values(page), ("people", str(carer))])
    assert answer.status == 404


def values(page: Page) -> list[tuple[str, str]]:
    return [(key, value) for key, value in page.form("meeting_at").form_values() if key != "meeting_at"] + [
        ("meeting_at", "26 Nov 2024 10:00")]


# --- what is refused -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("typed", "sentence"), [
    ("", "Enter the day and the time of the meeting."),
    ("17 Nov 2024 10:00", "17 Nov 2024 is over."),
    ("26 Nov 2024", "Enter the day and the time, like 18 Nov 2024 14:00."),
    ("26 Nov 2026 10:00", "This PEP’s meeting lies between"),
    ("30 Mar 2025 01:30", "There is no 01:30 on 30 Mar 2025: the clocks go forward that night."),
])
def test_a_day_that_cannot_be_is_refused(pep: int, enter: Any, ask: Any, typed: str, sentence: str) -> None:
    page = book(enter("teacher"), pep, meeting_at=typed, meeting_place="Quiet room")
    assert page.status == 422 and sentence.replace("’", "'") in page.main.replace("’", "'"), page.main
    assert page.tree.xpath("//input[@name='meeting_place']/@value") == ["Quiet room"]
    assert ask(stands) == (None, []) and ask(lambda session: session.scalars(sa.select(MeetingInvitation)).all()) == []


@pytest.mark.parametrize("place", ["https://m.example.org/abc", "www.example.org", "Teams.microsoft.com/l", "us02web.zoom.us/j/9"])
def test_a_link_is_never_kept_as_the_place(pep: int, enter: Any, ask: Any, place: str) -> None:
    page = book(enter("teacher"), pep, meeting_place=place)
    assert page.status == 422 and "Where: a link is never kept here." in page.main and ask(stands) == (None, [])
    assert page.tree.xpath("//input[@name='meeting_place']/@aria-invalid") == ["true"]
    page = enter("worker").get(f"{ADMIN}/peps/section/?id={pep}&section=meeting")
    assert page.send("meeting_at", button=("then", "stay"), meeting_place=place).status == 422, "nor in Part 3"
    assert book(enter("teacher"), pep, meeting_place="By Teams. The school sends the link").status == 200


@pytest.mark.parametrize(("typed", "sentence"), [
    ("23 Nov 2024 10:00", "23 Nov 2024, which is a Saturday."),
    ("25 Dec 2024 10:00", "25 Dec 2024, which is a bank holiday."),
    ("23 Dec 2024 10:00", "23 Dec 2024, which is not a day of term at the child's school."),
    ("26 Nov 2024 03:00", "03:00, before 08:00. Is that the hour?"),
    ("26 Nov 2024 20:15", "20:15, after 20:00. Is that the hour?"),
    ("03 Dec 2024 10:00", "03 Dec 2024, but this PEP is due by 29 Nov 2024."),
    ("26 Nov 2024 08:00", ""),
])
def test_an_unlikely_day_is_booked_and_said(world: World, pep: int, enter: Any, typed: str, sentence: str) -> None:
    page = book(enter("teacher"), pep, meeting_at=typed)
    assert page.status == 200 and ("The meeting is planned for" in page.text) == bool(sentence)
    notes = [" ".join(each.text_content().split()) for each in page.tree.xpath("//*[@aria-label='Before the meeting']")]
    assert sentence in page.text.replace("&#39;", "'") and sentence in " ".join(notes), page.text
    assert page.text.replace("&#39;", "'").count(sentence) == 2 or not sentence, "said when it is saved, and on the page"


def test_two_who_book_at_once_see_each_other(pep: int, enter: Any, ask: Any) -> None:
    teacher, worker = enter("teacher"), enter("worker")
    open_page = teacher.get(f"{ADMIN}/meetings/book/?pep={pep}")
    book(worker, pep)
    page = open_page.send("meeting_at", meeting_at="27 Nov 2024 15:30")
    assert page.status == 409 and "This was saved elsewhere while you had it open" in page.main and "26 Nov 2024" in page.main
    assert ask(stands) == (TEN, [0])
    assert page.send("meeting_at").status == 200 and ask(stands) == (THREE, [1]), "sent again it is the writer's own choice"


@pytest.mark.parametrize(("who", "status"), [("other_teacher", 404), ("other_worker", 404), ("auditor", 403), ("finance", 403)])
def test_others_book_nothing(pep: int, enter: Any, ask: Any, who: str, status: int) -> None:
    for page in ("book", "call-off"):
        assert enter(who).get(f"{ADMIN}/meetings/{page}/?pep={pep}").status == status


def test_a_pep_that_is_with_the_virtual_school_has_no_meeting_to_book(world: World, enter: Any) -> None:
    pep = world.sent_pep().id
    world.session.commit()
    page = enter("teacher").get(f"{ADMIN}/meetings/book/?pep={pep}")
    assert page.status == 403 and "while its Part 3 is open" in page.main
    assert not enter("teacher").get(f"{ADMIN}/peps/details/?id={pep}").links("Move the meeting…")


def test_booking_takes_the_signature_of_part_3_away(world: World, enter: Any, ask: Any) -> None:
    pep = world.written_pep().id
    sections.sign_part(world.session, pep, Part.MEETING, actor=world.act(world.worker), today=TODAY, now=NOW)
    world.session.commit()
    assert book(enter("worker"), pep).status == 200
    assert "Not signed yet" in enter("worker").get(f"{ADMIN}/peps/details/?id={pep}").main


def test_the_page_of_the_pep_says_where_and_how(pep: int, enter: Any) -> None:
    book(enter("teacher"), pep, meeting_how="video", meeting_place="The school sends the link")
    page = enter("worker").get(f"{ADMIN}/peps/details/?id={pep}")
    assert "26 Nov 2024, 10:00: By video, The school sends the link." in page.main, page.main


def test_the_link_of_an_invitation_leads_to_the_pep_and_counts(pep: int, calendars: Calendars, enter: Any, ask: Any) -> None:
    book(enter("teacher"), pep)
    calendars.new()
    (text,) = calendars.words(WORKER)
    link = next(line for line in text.split() if line.startswith("https://pep.example.org/"))
    page = enter("worker").get(link.removeprefix("https://pep.example.org"))
    assert page.status == 200 and page.heading.endswith("2425-AUT-0001"), page.url
    opened = ask(lambda session: {each.person_id for each in session.scalars(sa.select(Delivery)) if each.opened_at})
    assert opened == ask(lambda session: set(session.scalars(sa.select(Person.id).where(Person.email == WORKER))))


def test_what_people_are_told_is_said_and_written_by_what_happened(pep: int, calendars: Calendars, enter: Any) -> None:
    teacher, chosen = enter("teacher"), people(enter("teacher"), pep)
    book(teacher, pep)
    calendars.new()
    page = book(teacher, pep, meeting_at="27 Nov 2024 15:30", people=[chosen["Tess Lehrer"], chosen["Karla Pflege"]])
    assert ("Saved. That it was changed is told to Tess Lehrer, Karla Pflege. That they are no longer expected is told to "
            "Sara Sozial.") in page.text
    calendars.new()
    teacher.get(f"{ADMIN}/meetings/call-off/?pep={pep}").send()
    calendars.new()
    invited, moved, off = calendars.words(CARER)
    assert invited.startswith("A PEP meeting to which you are invited") and "invited to a meeting on 26 Nov 2024, 10:00," in invited
    assert moved.startswith("A PEP meeting has been changed")
    assert "has been moved from 26 Nov 2024, 10:00 to 27 Nov 2024, 15:30." in moved
    assert off.startswith("A PEP meeting is off") and "that was to be on 27 Nov 2024, 15:30 is called off" in off
    _, no_longer = calendars.words(WORKER)
    assert no_longer.startswith("You are no longer expected at a PEP meeting") and "is off" not in no_longer


# --- the calendar file, and who of the Virtual School goes there -------------------------------------------------------------


def test_the_page_hands_out_the_same_entry_as_a_file(pep: int, calendars: Calendars, enter: Any) -> None:
    worker = enter("worker")
    assert worker.client.get(f"{ADMIN}/meetings/calendar/?pep={pep}").status_code == 404, "nothing is booked"
    book(worker, pep, meeting_place="Quiet room")
    sent = calendars.new()[WORKER]
    answer = worker.client.get(f"{ADMIN}/meetings/calendar/?pep={pep}")
    event = read_event(answer.data)
    assert answer.mimetype == "text/calendar" and "attachment" in answer.headers["Content-Disposition"]
    assert event.method == "PUBLISH" and "ATTENDEE" not in event.values
    for name in ("UID", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION"):
        assert event.values[name] == sent.values[name]
    assert not [secret for secret in SECRETS if secret.encode() in answer.data]


def test_times_are_the_same_instant_in_summer(world: World, enter: Any) -> None:
    """10:00 in London on 12 Jun 2025 is 9:00 universal time."""
    config.move_today(date(2025, 5, 6))
    world.launch(on=date(2025, 5, 6), term="summer")
    pep = world.pep_of().id
    world.session.commit()
    book(enter("worker"), pep, meeting_at="12 Jun 2025 10:00")
    event = read_event(enter("worker").client.get(f"{ADMIN}/meetings/calendar/?pep={pep}").data)
    assert event.at("DTSTART") == datetime(2025, 6, 12, 9, 0, tzinfo=UTC)


def test_an_officer_who_is_named_to_go_gets_the_entry_and_who_does_not_go_any_more_loses_it(
    world: World, pep: int, calendars: Calendars, enter: Any
) -> None:
    officer = enter("officer")
    book(enter("teacher"), pep)
    calendars.new()
    page = officer.get(f"{ADMIN}/meetings/officer/?pep={pep}")
    assert "0 of 5" in page.main
    assert page.send("officer", officer=str(world.officer.person_id)).status == 200
    assert calendars.told() == {OFFICER: ("REQUEST", 0, TEN)}
    assert "Ole Amt of the Virtual School goes there." in enter("teacher").get(f"{ADMIN}/peps/details/?id={pep}").main
    officer.get(f"{ADMIN}/meetings/officer/?pep={pep}").send("officer", officer=str(world.head.person_id))
    assert calendars.told() == {OFFICER: ("CANCEL", 1, TEN), HEAD: ("REQUEST", 1, TEN)}
    officer.get(f"{ADMIN}/meetings/officer/?pep={pep}").send("officer", officer="")
    assert calendars.told() == {HEAD: ("CANCEL", 2, TEN)}


def test_two_who_name_somebody_to_go_see_each_other(world: World, pep: int, enter: Any, ask: Any) -> None:
    officer, head = enter("officer"), enter("head")
    book(enter("teacher"), pep)
    stale, twice = (officer.get(f"{ADMIN}/meetings/officer/?pep={pep}") for _ in range(2))
    assert head.get(f"{ADMIN}/meetings/officer/?pep={pep}").send("officer", officer=str(world.head.person_id)).status == 200
    page = stale.send("officer", officer=str(world.officer.person_id))

    def named(session: Any) -> int | None:
        return session.get_one(Pep, pep).attending_officer_id

    assert page.status == 409 and "Hanna Amt is named to go there now" in page.main and ask(named) == world.head.person_id
    assert page.tree.xpath("//option[@selected]/text()") == ["Ole Amt"], "what was chosen stands"
    assert twice.send("officer", officer=str(world.head.person_id)).status == 200, "the same choice is no other"
    book(enter("worker"), pep, meeting_at="27 Nov 2024 15:30")
    page = page.send("officer")
    assert page.status == 409 and "the meeting is on 27 Nov 2024, 15:30" in page.main
    assert page.send("officer").status == 200 and ask(named) == world.officer.person_id


def test_only_the_virtual_schools_own_people_are_sent(world: World, pep: int, enter: Any) -> None:
    page = enter("officer").get(f"{ADMIN}/meetings/officer/?pep={pep}")
    refused = page.send("officer", officer=str(world.teacher.person_id))
    assert refused.status == 422 and "Choose somebody of the Virtual School" in refused.main
    assert enter("teacher").get(f"{ADMIN}/meetings/officer/?pep={pep}").status == 403


def test_only_who_may_read_the_child_is_sent(
    world: World, pep: int, enter: Any, calendars: Calendars, tmp_path: Path, ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the program's own accounts: the finance approver's reads no child; whose has none at all reads nothing."""
    world.act(SYSTEM)
    finance = person(world.session, "Fine", "Zahl", PersonKind.VIRTUAL_SCHOOL)
    nobody = person(world.session, "Nora", "Neu", PersonKind.VIRTUAL_SCHOOL)
    those = [(finance.id, finance.name), (nobody.id, nobody.name)]
    world.session.commit()
    app = make_app(f"sqlite:///{tmp_path / 'world.db'}", tmp_path, calendars.office)
    with app.app_context():
        session = app.extensions["sqlalchemy"].session
        for address, role, person_id in (("fine.zahl@example.org", Role.FINANCE, those[0][0]),
                                         (OFFICER, Role.VS_OFFICER, world.officer.person_id)):
            create_account(session, address, "Somebody", [role], PASSWORD, person_id)
        session.commit()
        session.remove()
    place = calendars.app.extensions["pep_admin"]
    monkeypatch.setitem(calendars.app.extensions, "pep_admin", replace(place, child_readers=child_readers))
    page = enter("officer").get(f"{ADMIN}/meetings/officer/?pep={pep}")
    assert page.tree.xpath("//select[@name='officer']/option/text()") == ["Nobody", "Ole Amt"]
    for number, name in those:
        refused = page.send("officer", officer=str(number))
        assert refused.status == 422 and f"{name} has no account that reads children" in refused.main
    assert ask(lambda session: session.get_one(Pep, pep).attending_officer_id) is None
    assert page.send("officer", officer=str(world.officer.person_id)).status == 200


def test_the_diary_shows_ones_own_fortnight_and_who_has_more_than_can_be_done(world: World, pep: int, enter: Any) -> None:
    other = world.pep_of(world.other_child_id).id
    world.act(SYSTEM)
    world.autumn.year.meetings_a_week = 1
    for each, at in ((pep, TEN), (other, THREE)):
        world.session.get_one(Pep, each).meeting_at = at
        meetings.send_officer(world.session, each, world.officer.person_id, seen=meetings.Shown(at, None), heeded=[TWO_OF_ONE],
                              actor=world.act(world.officer), today=TODAY, now=NOW)
    world.session.commit()
    page = enter("officer").get(f"{ADMIN}/meetings/")
    assert "Meetings I attend in the next fortnight 2" in page.main and "2 of 1: more than can be done" in page.main
    assert page.main.index("Robin Musterkind0") < page.main.index("Jule Musterkind1")
    assert "Week of 25 Nov 2024 2" in page.main
    seen = world.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "meetings.list")).one()
    assert (seen.details["rows"], seen.child_id, seen.actor_name) == (2, None, "Ole Amt")
    world.session.rollback()
    head = enter("head").get(f"{ADMIN}/meetings/")
    assert "Meetings I attend in the next fortnight 0 None." in head.main and "Robin Musterkind0" in head.main


def test_who_is_invited_by_name_has_it_in_their_own_fortnight(world: World, pep: int, enter: Any) -> None:
    world.act(SYSTEM)
    world.session.get_one(Pep, pep).meeting_at = TEN
    world.session.add(Attendee(pep_id=pep, name="hanna  AMT", role=AttendeeRole.VIRTUAL_SCHOOL, took_part=Attendance.NO_ANSWER))
    world.session.commit()
    head = enter("head").get(f"{ADMIN}/meetings/")
    assert "Meetings I attend in the next fortnight 1" in head.main and "hanna AMT, invited by name" in head.main
    officer = enter("officer").get(f"{ADMIN}/meetings/")
    assert "Meetings I attend in the next fortnight 0" in officer.main and "Robin Musterkind0" in officer.main


def test_a_meeting_that_somebody_should_go_to_stands_in_the_diary_with_its_reasons(world: World, pep: int, enter: Any) -> None:
    world.act(SYSTEM)
    world.session.get_one(Pep, pep).meeting_at = TEN
    world.session.commit()
    assert "No meeting is booked that the Virtual School goes to or should." in enter("officer").get(f"{ADMIN}/meetings/").main
    world.act(SYSTEM)
    world.session.get_one(Child, world.child_id).case_rating = CaseRating.RED
    world.session.commit()
    page = enter("officer").get(f"{ADMIN}/meetings/")
    assert "Nobody is named" in page.main and "Priority case: rated Red" in page.main and "last came: not on record" in page.main


def test_who_booked_and_moved_it_stands_in_the_history(pep: int, enter: Any, ask: Any) -> None:
    book(enter("teacher"), pep)
    book(enter("worker"), pep, meeting_at="27 Nov 2024 15:30")

    def names(session: Any) -> list[str]:
        found = session.scalars(sa.select(RecordChange).where(RecordChange.table_name == "pep_pep").order_by(RecordChange.id))
        return [each.actor_name for each in found if "meeting_at" in each.changes]

    assert ask(names)[-2:] == ["Tess Lehrer", "Sara Sozial"]


def test_the_desk_leads_to_booking(pep: int, enter: Callable[[str], Visitor]) -> None:
    for who in ("teacher", "worker"):
        page = enter(who).get(f"{ADMIN}/my_peps/").link("Book the meeting of Robin")
        assert page.heading == "Book the meeting"

