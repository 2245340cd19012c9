"""The pages of a PEP's sections over HTTP: what is typed is never lost, two people never overwrite one another unseen."""

from __future__ import annotations

import pathlib
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin import create_app
from pep_admin.models import AuditEvent, Pep
from pep_admin.pep_document import read_document
from pep_admin.permissions import SYSTEM
from pep_admin.vocabulary import Audience, Role
from tests.visiting import Page, Visitor, values_of
from tests.world import World

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

PASSWORD = "a kettle on the window sill"
HOSTILE = [
    "\nThe first line is empty, and that stays",
    "Three\n\n\nlines apart,   with   spaces",
    "</textarea><script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)> & £5 ‘quotes’ “and” dashes —",
    "{{ 7 * 7 }} ${7*7} #{7*7}",
    "محمد عبد الله, 李, Zoë, Ṣọlá, می\u200cخواهم, क\u094d\u200dष, 👩\u200d🏫,\ta tab",
    "=HYPERLINK(\"http://x\")",
]


@pytest.fixture
def database(tmp_path: pathlib.Path, written_world: tuple[pathlib.Path, World]) -> str:
    return f"sqlite:///{shutil.copy(written_world[0], tmp_path / 'http.db')}"


@pytest.fixture
def app(database: str, tmp_path: pathlib.Path) -> Any:
    return create_app({"TESTING": True, "PEP_ADMIN_DATABASE_URL": database, "PEP_ADMIN_INSTANCE_FOLDER": str(tmp_path),
                       "PEP_ADMIN_TODAY": "2024-11-18"})


class People(dict[str, Visitor]):
    """Visitors by name, signed in when they are first asked for."""

    def __init__(self, enter: Callable[[str], Visitor]) -> None:
        super().__init__()
        self.enter = enter

    def __missing__(self, name: str) -> Visitor:
        self[name] = self.enter(name)
        return self[name]


@pytest.fixture
def people(app: Any, make_account: Callable[..., None], written_world: tuple[pathlib.Path, World]) -> People:
    world = written_world[1]
    roles = {"teacher": (Role.DESIGNATED_TEACHER, world.teacher), "worker": (Role.SOCIAL_WORKER, world.worker),
             "officer": (Role.VS_OFFICER, world.officer), "other": (Role.DESIGNATED_TEACHER, world.other_teacher)}

    def enter(name: str) -> Visitor:
        role, person = roles[name]
        make_account(f"{name}@x.example", role, person_id=person.person_id, password=PASSWORD)
        visitor = Visitor(app.test_client())
        visitor.get("/account/login").send("email", email=f"{name}@x.example", password=PASSWORD)
        return visitor

    return People(enter)


@pytest.fixture
def stands(database: str, open_session: Callable[..., Session], written_world: tuple[pathlib.Path, World]) -> Callable[[str], Any]:
    """`stands("key")`: what the record of the first child's PEP holds now."""

    def read(key: str) -> Any:
        session = open_session(database)
        pep = session.scalars(select(Pep).where(Pep.child_id == written_world[1].child_id)).one()
        answer = read_document(session, pep, audience=Audience.RULES).answer(key)
        session.close()  # its transaction would hold the pages up
        return answer

    return read


def section(who: Visitor, key: str, pep: int = 1) -> Page:
    return who.get(f"/admin/pep/peps/section/?id={pep}&section={key}")


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_comes_back_as_it_was_typed(people: dict[str, Visitor], stands: Callable[[str], Any], text: str) -> None:
    page = section(people["teacher"], "voice").send("then", button=("then", "stay"), child_voice_good=text)
    assert page.status == 200
    assert stands("child_voice_good") == text
    shown = page.tree.xpath("//textarea[@name='child_voice_good']")[0]
    assert shown.text_content().removeprefix("\n") == text, "a browser takes the first line break away"
    assert not page.tree.xpath("//main//script | //main//img")
    again = page.send("then", button=("then", "stay"))
    assert "Nothing was changed." in again.main


def test_control_characters_are_not_kept_and_a_name_reads_as_it_is_written(
    people: dict[str, Visitor], stands: Callable[[str], Any]
) -> None:
    typed = "I \u202ekool\u202c \u2066here\u2069 \x07and\x1b \x7fthere\x85.\x9b"
    page = section(people["teacher"], "voice").send("then", button=("then", "stay"), child_voice_good=typed,
                                                    voice_gathered_by="Ms \u202egnoL\x0b")
    assert page.status == 200
    assert stands("child_voice_good") == "I \u202ekool\u202c \u2066here\u2069 and there.", "what somebody told is kept as it was"
    assert stands("voice_gathered_by") == "Ms gnoL"
    assert "Nothing was changed." in page.send("then", button=("then", "stay")).main


def test_what_cannot_be_read_is_said_beside_its_field_and_everything_typed_stays(
    people: dict[str, Visitor], stands: Callable[[str], Any]
) -> None:
    before = stands("child_voice_good")
    page = section(people["teacher"], "voice").send("then", voice_gathered_on="31/02/2024", child_voice_good="New words of Robin's")
    assert page.status == 422
    assert page.tree.xpath("string(//textarea[@name='child_voice_good'])").strip() == "New words of Robin's"
    assert "31/02/2024" in page.text
    field = page.tree.xpath("//input[@name='voice_gathered_on']")[0]
    assert field.get("aria-invalid") == "true"
    assert page.tree.xpath(f"//*[@id='{field.get('aria-describedby').split()[-1]}']")
    assert stands("child_voice_good") == before, "nothing of the page was stored"


def test_more_sessions_attended_than_possible_is_refused_by_its_rule(people: dict[str, Visitor]) -> None:
    page = section(people["teacher"], "attendance").send("then", **{"attendance-0-present": "81"})
    assert page.status == 422
    assert "The sessions attended are more than the sessions possible." in page.main


@pytest.mark.parametrize(
    ("key", "typed", "said"),
    [
        ("learning", {"attainment-0-current": ""}, "“Now” is empty in line 1 of “Attainment”."),
        ("strengths", {"strengths": "x" * 5_001}, ": 1 character too many; 5,000 fit."),
        ("strengths", {"strengths": "x" * 6_200}, ": 1,200 characters too many; 5,000 fit."),
        ("attendance", {"attendance-0-possible": "501"},
         "Line 1 of “Attendance this year”: Possible sessions: enter a whole number from 0 to 500."),
        ("attendance", {"attendance-0-possible": "99999999"},
         "Line 1 of “Attendance this year”: Possible sessions: enter a whole number from 0 to 500."),
    ],
)
def test_a_refusal_says_what_is_wrong_in_the_labels_of_the_page(
    people: dict[str, Visitor], key: str, typed: dict[str, str], said: str
) -> None:
    page = section(people["teacher"], key).send("then", **typed)
    assert page.status == 422 and said in page.main


@pytest.mark.parametrize(("day", "fits"), [("1 Jan 1900", False), ("10 Jul 2024", False), ("11 Jul 2024", True),
                                           ("31 Aug 2025", True), ("1 Sep 2025", False)])
def test_a_meeting_lies_within_the_time_of_its_pep(
    people: dict[str, Visitor], stands: Callable[[str], Any], day: str, fits: bool
) -> None:
    """Opened on 9 Sep 2024: sixty days before that is 11 Jul 2024; the academic year ends on 31 Aug 2025."""
    before = stands("meeting_at")
    page = section(people["worker"], "meeting").send("then", button=("then", "stay"), meeting_at=f"{day} 14:00")
    assert page.status == (200 if fits else 422), page.main
    assert (stands("meeting_at") != before) is fits
    if not fits:
        assert "This PEP's meeting lies between 11 Jul 2024 and 31 Aug 2025, so not on " in page.main
        field = page.tree.xpath("//input[@name='meeting_at']")[0]
        assert field.get("value") == f"{day} 14:00" and field.get("aria-invalid") == "true"


def test_two_people_on_one_field_both_see_both_texts_and_the_second_chooses(
    people: dict[str, Visitor], stands: Callable[[str], Any]
) -> None:
    mine, theirs = section(people["teacher"], "strengths"), section(people["officer"], "strengths")
    theirs.send("then", strengths="Words of the Virtual School")
    page = mine.send("then", strengths="Words of the teacher", achievements="A badge for swimming")
    assert page.status == 409
    assert "Words of the Virtual School" in page.main
    assert "Words of the teacher" in page.text and "A badge for swimming" in page.text
    assert stands("strengths") == "Words of the Virtual School"
    after = page.send("then", button=("then", "stay"))
    assert after.status == 200
    assert (stands("strengths"), stands("achievements")) == ("Words of the teacher", "A badge for swimming")


def test_two_people_on_two_fields_of_one_page_never_collide(people: dict[str, Visitor], stands: Callable[[str], Any]) -> None:
    mine, theirs = section(people["teacher"], "strengths"), section(people["officer"], "strengths")
    theirs.send("then", strengths="Words of the Virtual School")
    assert mine.send("then", achievements="A badge for swimming").status == 200
    assert (stands("strengths"), stands("achievements")) == ("Words of the Virtual School", "A badge for swimming")


def test_lines_are_added_changed_and_taken_away_in_one_post(people: dict[str, Visitor], stands: Callable[[str], Any]) -> None:
    page = section(people["worker"], "actions").send("then", button=("then", "stay"), **{
        "actions-0-who": "Tess Lehrer herself", "actions-1-what": "", "actions-1-who": "", "actions-1-by_on": "",
        "actions-2-what": "Ring the tutor", "actions-2-who": "Sara Sozial", "actions-2-by_on": "2024-11-29",
    })
    assert page.status == 200, page.main
    assert [(row["what"], row["who"]) for row in stands("actions")] == [
        ("Arrange the maths tutor and tell the carer the day", "Tess Lehrer herself"), ("Ring the tutor", "Sara Sozial"),
    ]


def test_a_row_of_another_pep_cannot_be_posted(people: dict[str, Visitor], stands: Callable[[str], Any]) -> None:
    page = section(people["worker"], "actions")
    data = [(key, value) for key, value in values_of(page.form("then")) if key not in ("actions-0-id", "actions-0-what")]
    before = stands("actions")
    foreign = [("actions-0-id", "3"), ("actions-0-what", "Something else")]  # the third action is the other child's first
    assert people["worker"].post(page.url, [*data, *foreign]).status == 404
    assert stands("actions") == before


def test_an_answer_that_asks_for_more_keeps_the_writer_on_the_page(people: dict[str, Visitor]) -> None:
    page = section(people["teacher"], "attendance").send("then", button=("then", "next"), behaviour="some")
    assert "this page now asks something more" in page.main
    assert page.tree.xpath("//textarea[@name='behaviour_seen']")


def test_each_reads_what_is_theirs_to_read_and_the_history_stays_with_care(people: dict[str, Visitor]) -> None:
    secret = "Two moves of home"
    assert secret in section(people["worker"], "background").text
    page = section(people["teacher"], "background")
    assert page.status == 200
    assert secret not in page.text and "confidential_history" not in page.text.lower()
    assert not page.tree.xpath("//main//form")
    for path in ("details", "check"):
        assert secret not in people["teacher"].get(f"/admin/pep/peps/{path}/?id=1").text


def test_the_school_cannot_post_what_it_may_not_see(people: dict[str, Visitor], stands: Callable[[str], Any]) -> None:
    page = section(people["worker"], "background")
    data = [(key, value) for key, value in values_of(page.form("then")) if key not in ("csrf_token", "written_by")]
    teacher = people["teacher"]
    token = values_of(section(teacher, "voice").form("then"))
    ours = [(key, value) for key, value in token if key in ("csrf_token", "written_by")]
    before = stands("confidential_history")
    assert teacher.post(page.url, [*ours, *data, ("confidential_history", "Overwritten")]).status == 403
    assert stands("confidential_history") == before


def test_a_pep_that_was_sent_meanwhile_keeps_what_was_typed_on_the_page(
    people: dict[str, Visitor], database: str, open_session: Callable[..., Session], written_world: tuple[pathlib.Path, World]
) -> None:
    page = section(people["teacher"], "strengths")
    session = open_session(database)
    replace(written_world[1], session=session).sent_pep(money=False)
    session.commit()
    session.close()
    late = page.send("then", strengths="Half an hour of typing")
    assert late.status == 409
    assert "Half an hour of typing" in late.text and "nothing was saved" in late.main


def test_every_look_at_a_section_is_recorded_with_its_child(
    people: dict[str, Visitor], database: str, open_session: Callable[..., Session], written_world: tuple[pathlib.Path, World]
) -> None:
    section(people["teacher"], "voice")
    session = open_session(database)
    session.info["actor"] = SYSTEM
    looks = session.scalars(select(AuditEvent).where(AuditEvent.action == "pep.read")).all()
    assert [(look.actor_name, look.child_id, look.details) for look in looks] == [
        ("Teacher", written_world[1].child_id, {"page": "peps.section", "section": "voice"})
    ]


def told_back(page: Page) -> list[tuple[str, str]]:
    """Label and text of what a page says was typed."""
    return [(" ".join(each.xpath("string(dt)").split()), each.xpath("string(dd)")) for each in page.tree.xpath("//dl/div")]


def test_after_signing_in_again_one_reads_what_one_typed_and_nothing_of_the_page(people: dict[str, Visitor]) -> None:
    teacher = people["teacher"]
    page = section(teacher, "learning")
    marks = {value for key, value in values_of(page.form("then")) if key.startswith("base-") or key.endswith("-id")}
    assert len(marks) > 3
    teacher.client.delete_cookie("pep_session")
    lost = page.send("then", button=("then", "next"), attainment_context="A term was missed.",
                     **{"attainment-0-current": "Working towards 5", "attainment-0-on_track": "B"})
    assert lost.status == 401
    kept = lost.send("email", email="teacher@x.example", password=PASSWORD)
    assert kept.heading == "We kept what you typed"
    told = dict(told_back(kept))
    assert told["Attainment, line 1: Now"] == "Working towards 5" and told["What stands behind it"] == "A term was missed."
    assert told["Attainment, line 1: Against age"] == "Below"
    assert not marks & set(told.values()) and not [label for label in told if re.search(r"Base|-|Then|Version", label)]
    saved = kept.send("base-attainment")
    assert "Saved." in saved.main


def test_a_page_that_could_not_be_saved_tells_back_no_number_of_a_row(people: dict[str, Visitor]) -> None:
    officer = people["officer"]
    page = officer.get("/admin/pep/children/change-school/?id=1")
    fields = [(key, value) for key, value in values_of(page.form("row_version")) if key in ("written_by", "row_version")]
    typed = [("school", "2"), ("on", "18 Nov 2024"), ("reason", "home_move")]
    lost = officer.post(page.url, [*fields, ("csrf_token", "gone"), *typed])
    assert lost.status == 400 and "What you typed" in lost.main
    assert told_back(lost) == [("On", "18 Nov 2024"), ("Reason", "Home move")]
