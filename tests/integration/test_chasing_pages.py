"""The chase on screen and in the post: what goes and went, where no meeting is booked, word to those above, a letter's link.

It is Mon 18 Nov 2024; the PEPs of both children, due on Fri 29 Nov, are with their writers since September.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from pep_admin import config
from pep_admin.cli import main
from pep_admin.models import AcademicYear, AuditEvent, CareTeam, Child, Delivery, Job, Pep, Person, Reminder, School
from pep_admin.permissions import SYSTEM
from pep_admin.queries.chasing import parts_chased
from pep_admin.server import worker
from pep_admin.server.mail import words_of_chase
from pep_admin.vocabulary import DeliveryState, JobState, Part, PepKind, PepStatus, PersonKind
from pep_admin.workflow import chasing, sections
from tests.host.foreign_app import Council
from tests.integration.post_office import PostOffice, text_of
from tests.world import NOW, TODAY, World, person

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

PAGE = "/admin/pep/reminders/"


@pytest.fixture
def world(world: World) -> World:
    """Written and unsigned; the second child's meeting is not booked. Alder School has a head, no team a manager."""
    world.act(SYSTEM)
    for pep in world.session.scalars(sa.select(Pep)):
        pep.delegated_at = datetime(2024, 9, 16, 9, tzinfo=UTC)
    world.pep_of(world.other_child_id).meeting_at = None
    world.session.get_one(School, world.school_id).headteacher = person(world.session, "Hedda", "Rektor", PersonKind.HEADTEACHER)
    world.session.execute(sa.delete(Delivery))
    world.session.commit()
    return world


def remind(world: World) -> None:
    world.act(SYSTEM)
    chasing.send_reminders(world.session, actor=SYSTEM, today=TODAY, now=NOW)
    world.session.commit()


def lettered(world: World) -> list[tuple[str, str]]:
    """Whom letters went to, and how each stands."""
    world.session.expire_all()
    world.act(SYSTEM)
    found = sorted((each.person.last_name, each.state.value) for each in world.session.scalars(sa.select(Delivery)))
    world.session.rollback()
    return found


def rows(page: Any) -> list[list[str]]:
    """The words of the cells of every table on the page."""
    return [[" ".join(cell.text_content().split()) for cell in row.xpath("th|td")] for row in page.tree.xpath("//main//tbody/tr")]


def names_of_children(world: World) -> list[str]:
    world.act(SYSTEM)
    found = [name for child in world.session.scalars(sa.select(Child)) for name in (child.first_name, child.last_name) if name]
    world.session.rollback()
    assert found
    return found


def test_what_goes_and_what_went(world: World, enter: Any, ask: Any) -> None:
    officer = enter("officer")
    before = officer.get(PAGE)
    assert "2024-25: 14 and 5 days before a PEP is due, 1 and 7 days late, and once" in before.main
    assert "Mon 18 Nov 2024, today 4 mails" in before.main and "Mon 25 Nov 2024 4 mails" in before.main
    assert "What went in the last 14 days Nothing." in before.main and "No morning’s reminders have gone yet." in before.main
    reference = ask(lambda session: session.scalars(sa.select(Pep.reference).where(Pep.child_id == world.child_id)).one())
    assert rows(before)[2] == ["Sara Sozial", f"14 days before it is due: {reference} (Part 1, Part 3)"]
    remind(world)
    after = officer.get(PAGE)
    assert ", today" not in after.main and "Mon 25 Nov 2024 4 mails" in after.main
    assert ["Sara Sozial", "18 Nov 2024", "Part 1, 14 days before it is due", reference,
            "Waiting to be sent, to Sara Sozial on 18 Nov 2024", "—"] in rows(after)
    assert all(name not in before.text + after.text for name in names_of_children(world)), "no child is named"


def test_switched_off_it_says_so(world: World, enter: Any) -> None:
    world.session.scalars(sa.select(AcademicYear).where(AcademicYear.name == "2024-25")).one().send_reminders = False
    world.session.commit()
    page = enter("officer").get(PAGE)
    assert "Reminders about the PEPs of 2024-25 are switched off." in page.main
    assert "As things stand today. What is signed, booked or sent until then is left out when its day comes. Nothing." in page.main


def test_no_meeting_booked_by_half_term(world: World, enter: Any, ask: Any) -> None:
    officer = enter("officer")
    assert "No meeting booked by half-term: 1" in officer.get(PAGE).main
    page = officer.get(f"{PAGE}no-meeting/")
    assert "1 PEP without a day for the meeting" in page.main and "Jule" in page.main and "Robin" not in page.main
    assert "Otto Anders Note a call…" in page.main and "21 Oct 2024" in page.main
    (rows,) = ask(lambda session: session.scalars(sa.select(AuditEvent.details).where(
        AuditEvent.action == "reminders.no_meeting")).all())
    assert rows["rows"] == 1
    world.autumn.half_term_from = world.autumn.half_term_to = None
    world.session.commit()
    page = officer.get(f"{PAGE}no-meeting/")
    assert "0 PEPs without" in page.main and "Half-term is not known 1" in page.main
    config.move_today(date(2024, 8, 1))
    assert "No term has begun yet." in officer.get(f"{PAGE}no-meeting/").main


@pytest.mark.parametrize(("changed", "of_child", "counts"), [
    ({}, {}, True),
    ({"initiated_on": date(2024, 10, 7)}, {}, True),  # ten school days: 7 to 18 Oct, half-term is from 21 Oct
    ({"initiated_on": date(2024, 10, 8)}, {}, False),
    ({"initiated_on": date(2024, 11, 14)}, {"entered_care_on": date(2024, 11, 14)}, False),
    ({}, {"entered_care_on": date(2024, 10, 8)}, False),  # back in care since
    ({"status": PepStatus.INITIATED, "delegated_at": None}, {}, False),
    ({"delegated_at": datetime(2024, 10, 21, 9, tzinfo=UTC)}, {}, False),
    ({"delegated_at": datetime(2024, 10, 18, 9, tzinfo=UTC)}, {}, True),
    ({"kind": PepKind.CHANGE, "reason": "Moved"}, {}, False), ({"kind": PepKind.INITIAL}, {}, True),
    ({"meeting_at": datetime(2024, 12, 2, 9, tzinfo=UTC)}, {}, False),
])
def test_who_is_asked_to_have_booked_by_half_term(
    world: World, enter: Any, changed: dict[str, Any], of_child: dict[str, Any], *, counts: bool
) -> None:
    pep = world.pep_of(world.other_child_id)
    for key, value in changed.items():
        setattr(pep, key, value)
    for key, value in of_child.items():
        setattr(world.session.get_one(Child, world.other_child_id), key, value)
    world.session.commit()
    officer = enter("officer")
    page = officer.get(f"{PAGE}no-meeting/")
    assert ("1 PEP without" if counts else "0 PEPs without") in page.main and ("Jule" in page.main) is counts
    assert f"No meeting booked by half-term: {int(counts)}" in officer.get(PAGE).main
    world.act(SYSTEM)
    found = [each for each in parts_chased(world.session, TODAY) if each.part is Part.EDUCATION and each.pep.child_id
             == world.other_child_id and each.facts.half_term_on is not None]
    assert len(found) is int(counts), "the mail says what the page counts"


def test_reminded_is_what_truly_went(world: World, posting: Council, post_office: PostOffice, enter: Any) -> None:
    """The step of 18 Nov is “14 days before”; its mail says that no meeting is booked."""
    officer = enter("officer")

    def reminded() -> str:
        page = officer.get(f"{PAGE}no-meeting/")
        return str(page.tree.xpath("string(//td[@data-label='Reminded'])")).strip()

    assert reminded() == "—"
    remind(world)
    assert reminded() == "—", "it waits to be sent"
    worker.run_once(posting.app)
    assert "No meeting is booked for it" in letters(post_office)["otto.anders@example.org"]
    assert reminded() == "18 Nov 2024"


@pytest.mark.parametrize(("peps", "no_meeting", "said"), [
    (1, 1, " No meeting is booked for it, and it should have been by half-term."),
    (3, 3, " A meeting is booked for none of them, and it should have been by half-term."),
    (3, 2, " No meeting is booked for 2 of them, and it should have been by half-term."), (3, 0, ""),
])
def test_of_how_many_no_meeting_is_booked(peps: int, no_meeting: int, said: str) -> None:
    assert words_of_chase(peps, no_meeting)["meeting"] == said


def test_word_to_those_above_is_shown_first_and_goes_once(world: World, enter: Any, ask: Any) -> None:
    for pep in world.session.scalars(sa.select(Pep)):
        pep.due_on = date(2024, 11, 15)
    world.session.commit()
    officer = enter("officer")
    page = officer.get(f"{PAGE}escalate/")
    assert "Hedda Rektor, hedda.rektor@example.org" in page.main and "Part 2, Tess Lehrer, 3 days late" in page.main
    assert "Nobody to tell 5" in page.main and "Birch School" in page.main and "No team on record" in page.main
    assert all(name not in page.text for name in names_of_children(world))
    sent = page.send("person")
    assert "1 mail goes out shortly." in sent.text and lettered(world) == [("Rektor", "queued")]
    assert "They were told already. Nothing was sent again." in page.send("person").text and len(lettered(world)) == 1
    again = officer.get(f"{PAGE}escalate/")
    assert "There is nobody to tell" in again.main and "Told already 1" in again.main
    world.session.get_one(Person, world.worker.person_id).organisation = "Team North"
    world.session.commit()
    manager = ask(lambda session: session.scalars(sa.select(Person.id).where(Person.last_name == "Zweite")).one())
    made = officer.get("/admin/pep/care_teams/new/").send("name", name="team north", manager=str(manager))
    assert "Sara Sozial" in made.main or "team north" in made.main
    assert "This team is on the list already." in officer.get("/admin/pep/care_teams/new/").send("name", name="Team  North").main
    assert "Olga Zweite, olga.zweite@example.org" in officer.get(f"{PAGE}escalate/").main
    unticked = officer.get(f"{PAGE}escalate/").send("person", person=[])
    assert unticked.status == 422 and "Nothing was sent" in unticked.main and len(lettered(world)) == 1


# --- the letters ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def posting(council: Council, post_office: PostOffice) -> Council:
    """The application, sending through the post office."""
    council.app.config.update(post_office.settings, PEP_ADMIN_BASE_URL="https://pep.example.org")
    return council


def letters(office: PostOffice) -> dict[str, str]:
    """By address, the words of what went there: the last letter."""
    return {to[0]: text_of(message) for to, message in office.received}


def test_the_letters_name_no_child_and_their_link_tells_when_it_was_opened(
    world: World, posting: Council, post_office: PostOffice, enter: Any, ask: Any
) -> None:
    world.session.add(CareTeam(name="Team North", manager=world.session.scalars(sa.select(Person).where(
        Person.last_name == "Rektor")).one()))
    world.session.get_one(Person, world.worker.person_id).organisation = "Team North"
    for pep in world.session.scalars(sa.select(Pep)):
        pep.due_on = date(2024, 11, 8)  # ten days late today, so that those above get word too
    world.session.commit()
    remind(world)
    worker.run_once(posting.app)
    found = letters(post_office)
    assert set(found) == {f"{name}@example.org" for name in ("tess.lehrer", "otto.anders", "sara.sozial", "olga.zweite",
                                                             "hedda.rektor")}
    assert "a PEP still waits for your part, to be written and signed. Sign in to see which" in found["tess.lehrer@example.org"]
    assert "No meeting is booked for it, and it should have been by half-term." in found["otto.anders@example.org"]
    assert "a PEP is late because a part that your school or your team writes" in found["hedda.rektor@example.org"]
    raw = "".join(message.as_string() + text_of(message) for _, message in post_office.received)
    assert all(name not in raw for name in names_of_children(world)), "a letter names a child"

    way = re.search(r"https://pep\.example\.org(/admin/pep/from_mail/\?message=(\d+)&to=desk)", found["tess.lehrer@example.org"])
    assert way
    opened = lambda: ask(lambda session: session.get_one(Delivery, int(way[2])).opened_at)  # noqa: E731  # asked four times
    assert posting.app.test_client().get(way[1]).status_code == 302 and opened() is None, "sign-in first"
    enter("other_teacher").get(way[1])
    assert opened() is None, "somebody else's letter"
    led = enter("teacher").get(way[1])
    first = opened()
    assert led.url.startswith("/admin/pep/my_peps/") and first is not None
    enter("teacher").get(way[1])
    assert opened() == first, "the first time counts"
    page = enter("officer").get("/admin/pep/deliveries/?flt0_opened=yes")
    assert "Tess Lehrer" in page.main and "Otto Anders" not in page.main
    assert enter("teacher").get("/admin/pep/from_mail/?message=999999999999&to=//evil.example").url.startswith("/admin/")


def test_what_was_signed_meanwhile_is_not_reminded_of(world: World, posting: Council, post_office: PostOffice) -> None:
    remind(world)
    pep = world.pep_of(world.child_id)
    sections.sign_part(world.session, pep.id, Part.EDUCATION, actor=world.act(world.teacher), today=TODAY, now=NOW)
    world.session.commit()
    worker.run_once(posting.app)
    assert "tess.lehrer@example.org" not in letters(post_office) and len(post_office.received) == 3
    assert ("Lehrer", "not_needed") in lettered(world)


def test_what_could_not_go_on_its_day_waits_until_they_are_back(world: World, posting: Council, post_office: PostOffice) -> None:
    """Queued on Fri 20 Dec, the last day of term; the mail server answers on Sat 21 Dec. Nobody is there, so it stays."""
    remind(world)
    config.move_today(date(2024, 12, 21))
    worker.run_once(posting.app)
    assert post_office.received == [] and {state for _, state in lettered(world)} == {"queued"}
    world.session.execute(sa.update(Delivery).values(due_at=NOW))
    world.session.commit()
    config.move_today(date(2024, 12, 23))  # a Monday: social workers are there, schools are not
    worker.run_once(posting.app)
    assert set(letters(post_office)) == {"sara.sozial@example.org", "olga.zweite@example.org"}


def test_the_worker_does_it_once_a_day(world: World, posting: Council, post_office: PostOffice, enter: Any, ask: Any) -> None:
    worker.queue_daily(posting.app)
    worker.queue_daily(posting.app)
    jobs = lambda: ask(lambda session: session.execute(  # noqa: E731  # asked three times
        sa.select(Job.once_key, Job.state).where(Job.kind == chasing.REMIND).order_by(Job.id)).all())
    assert [tuple(each) for each in jobs()] == [("chase.remind:2024-11-18", JobState.QUEUED)]
    assert "Those of 18 Nov 2024 are still to go." in enter("officer").get(PAGE).main
    for _ in range(3):
        worker.run_once(posting.app)
        worker.queue_daily(posting.app)
    assert [each.state for each in jobs()] == [JobState.DONE] and len(post_office.received) == 4
    assert "Done last for 18 Nov 2024." in enter("officer").get(PAGE).main
    config.move_today(date(2024, 11, 19))
    worker.queue_daily(posting.app)
    worker.run_once(posting.app)
    assert [each.state for each in jobs()] == [JobState.DONE] * 2 and len(post_office.received) == 4, "nothing new is due"
    assert ask(lambda session: session.scalar(sa.select(sa.func.count()).select_from(Reminder))) == 6
    assert {state for _, state in lettered(world)} == {DeliveryState.SENT.value}


@pytest.fixture
def _quiet_log() -> Iterator[None]:
    """The log of a command does not stay on this process."""
    before = list(logging.root.handlers), logging.root.level
    yield
    logging.root.handlers[:], logging.root.level = before


@pytest.mark.usefixtures("_quiet_log")
def test_the_command_says_what_would_go_and_then_sends_it(world: World, tmp_path: Any) -> None:
    settings = {"PEP_ADMIN_DATABASE_URL": f"sqlite:///{tmp_path / 'world.db'}", "PEP_ADMIN_INSTANCE_FOLDER": str(tmp_path),
                "PEP_ADMIN_TODAY": TODAY.isoformat(), "PEP_ADMIN_SECOND_FACTOR": ""}

    def said(*words: str) -> list[str]:
        done = CliRunner().invoke(main, ["remind", *words], env=settings)
        assert done.exit_code == 0, done.output
        return done.output.splitlines()

    told = ((world.other_teacher, "2425-AUT-0002"), (world.teacher, "2425-AUT-0001"))
    first = [f"  person {who.person_id}: 14 days before it is due, {reference}" for who, reference in told]
    assert said("--dry-run")[:3] == ["4 mails would be sent:", *first] and lettered(world) == []
    assert said()[:3] == ["4 mails will go out:", *first] and len(lettered(world)) == 4
    assert said() == ["0 mails will go out."] and len(lettered(world)) == 4
