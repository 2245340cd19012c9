"""Typing is never lost, over HTTP: what the script of a page sends is kept for its writer alone, and the page fills it in again."""

from __future__ import annotations

import pathlib
import re
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from pep_admin import create_app
from pep_admin.models import Child, Draft, Pep, PpgRequest, School, Target
from pep_admin.permissions import SYSTEM
from pep_admin.vocabulary import LeavingReason, PepStatus, Role
from pep_admin.workflow import roll
from tests.visiting import Page, Visitor, values_of
from tests.world import NOW, TODAY, World

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

PASSWORD = "a kettle on the window sill"
SECTION = "/admin/pep/peps/section/?id=1&section=voice"
NEW_TARGET = "/admin/pep/targets/write/?pep=1"
LIST = "/admin/pep/drafts/"
RUN, OTHER_RUN = "1" * 32, "2" * 32


@pytest.fixture
def file(tmp_path: pathlib.Path, written_world: tuple[pathlib.Path, World]) -> pathlib.Path:
    return pathlib.Path(shutil.copy(written_world[0], tmp_path / "http.db"))


@pytest.fixture
def app(file: pathlib.Path, tmp_path: pathlib.Path) -> Any:
    return create_app({"TESTING": True, "PEP_ADMIN_DATABASE_URL": f"sqlite:///{file}", "PEP_ADMIN_INSTANCE_FOLDER": str(tmp_path),
                       "PEP_ADMIN_TODAY": "2024-11-18"})


@pytest.fixture
def enter(app: Any, make_account: Callable[..., None], written_world: tuple[pathlib.Path, World]) -> Callable[[str], Visitor]:
    """`enter("teacher")`: somebody who has signed in; asked again, they sign in again, in another browser."""
    world, known = written_world[1], set()
    roles = {"teacher": (Role.DESIGNATED_TEACHER, world.teacher), "worker": (Role.SOCIAL_WORKER, world.worker),
             "officer": (Role.VS_OFFICER, world.officer), "head": (Role.VS_HEAD, world.head),
             "other": (Role.DESIGNATED_TEACHER, world.other_teacher), "auditor": (Role.AUDITOR, world.auditor)}

    def come(name: str) -> Visitor:
        role, person = roles[name]
        if name not in known:
            make_account(f"{name}@x.example", role, person_id=person.person_id, password=PASSWORD)
            known.add(name)
        visitor = Visitor(app.test_client())
        visitor.get("/account/login").send("email", email=f"{name}@x.example", password=PASSWORD)
        return visitor

    return come


@pytest.fixture
def stage(file: pathlib.Path, open_session: Callable[..., Session]) -> Callable[[Callable[[Session], Any]], Any]:
    """`stage(lambda session: …)`: something done or read past the pages, as the system, and committed."""

    def do(act: Callable[[Session], Any]) -> Any:
        session = open_session(f"sqlite:///{file}", SYSTEM)
        found = act(session)
        session.commit()
        session.close()
        return found

    return do


def form_of(page: Page) -> Any:
    return page.tree.xpath("//form[@data-draft]")[0]


def keep(page: Page, run: str = RUN, **typed: Any) -> Any:
    """What the script of that page sends when those inputs were typed into; the answer."""
    form = form_of(page)
    touched = list(dict.fromkeys(name.split("-")[0] for name in typed))
    fields = [(name, value) for name, value in values_of(form)
              if name in ("csrf_token", "written_by", "row_version")
              or (name.removeprefix("base-").split("-")[0] in touched and name not in typed)]
    for name, value in typed.items():
        fields += [(name, each) for each in (value if isinstance(value, list) else [value])]
    fields += [*(("touched", each) for each in touched), ("run", run), ("seal", form.get("data-draft"))]
    return page.visitor.client.post(form.get("data-draft-keep"), data=MultiDict(fields))


def shown(page: Page, name: str) -> str:
    """What stands in that box of the page."""
    (box,) = page.tree.xpath(f"//main//form//*[@name='{name}']")
    return box.text_content().removeprefix("\n") if box.tag == "textarea" else box.get("value", "")


def drafts(session: Session) -> list[Any]:
    return list(session.execute(select(Draft.heading, Draft.fields).order_by(Draft.id)))


TYPED = "\n  He said “I like maths”,\n\n</textarea><b>&amp; £5 é محمد, and   spaces  "


def test_what_was_typed_into_a_section_is_there_when_its_writer_comes_back(enter: Callable[[str], Visitor]) -> None:
    answer = keep(enter("teacher").get(SECTION), child_voice_good=TYPED)
    assert answer.status_code == 200
    assert re.fullmatch(r"Draft saved \d\d:\d\d\. Only you see it; it is not in the record until you press Save\.",
                        answer.get_json()["said"])
    again = enter("teacher").get(SECTION)
    assert shown(again, "child_voice_good") == TYPED
    assert "You typed this on 18 Nov 2024 at " in again.main
    assert "had not saved it" in again.main
    assert "Throw it away…" in again.main


def test_a_draft_is_no_part_of_the_record(
    enter: Callable[[str], Visitor], stage: Callable[..., Any], written_world: tuple[pathlib.Path, World]
) -> None:
    before = stage(lambda session: _counts(session))
    keep(enter("teacher").get(SECTION), child_voice_good="Only mine, zebra")
    assert stage(lambda session: _counts(session)) == before
    for who in ("officer", "head", "worker", "auditor"):
        visitor = enter(who)
        for path in (SECTION, "/admin/pep/peps/details/?id=1", "/admin/pep/peps/check/?id=1", "/admin/pep/peps/history/?id=1", LIST,
                     "/admin/pep/children/details/?id=1", "/admin/pep/audit_log/", "/admin/pep/drafts/drop/?id=1"):
            page = visitor.get(path)
            assert "zebra" not in page.text, (who, path)
            assert "had not saved" not in page.text, (who, path)
    assert enter("officer").get("/admin/pep/drafts/drop/?id=1").status == 404
    assert enter("other").get("/admin/pep/drafts/drop/?id=1").status == 404
    assert enter("auditor").get(LIST).status == 403


def _counts(session: Session) -> dict[str, int]:
    tables = ("pep_record_change", "pep_education_section", "pep_social_care_section", "pep_pep", "pep_target")
    counts = {each: session.connection().exec_driver_sql(f"SELECT count(*) FROM {each}").scalar_one() for each in tables}
    versions = session.connection().exec_driver_sql("SELECT sum(row_version) FROM pep_education_section").scalar_one()
    return {**counts, "versions": versions}


def test_that_a_draft_exists_is_told_in_the_audit_log_once_and_without_its_words(
    enter: Callable[[str], Visitor], stage: Callable[..., Any]
) -> None:
    page = enter("teacher").get(SECTION)
    keep(page, child_voice_good="zebra")
    keep(page, child_voice_good="zebra and okapi")
    told = stage(lambda session: session.connection().exec_driver_sql(
        "SELECT action, child_id, details FROM pep_audit_event WHERE object_type = 'draft'").all())
    assert [(each[0], each[1]) for each in told] == [("draft.keep", 1)]
    assert "zebra" not in told[0][2]
    assert "section:voice" in told[0][2]


def test_only_what_was_touched_is_kept_and_the_rest_is_the_records(
    enter: Callable[[str], Visitor], stage: Callable[..., Any]
) -> None:
    keep(enter("teacher").get(SECTION), child_voice_good="Mine")
    officer = enter("officer").get(SECTION)
    officer.send("then", button=("then", "stay"), child_voice_hard="Theirs, of another field")
    kept = stage(lambda session: drafts(session)[0].fields)
    assert set(kept) == {"child_voice_good"}
    again = enter("teacher").get(SECTION)
    assert (shown(again, "child_voice_good"), shown(again, "child_voice_hard")) == ("Mine", "Theirs, of another field")
    assert "This page was saved elsewhere since" not in again.main
    saved = again.send("then", button=("then", "stay"))
    assert saved.status == 200
    assert stage(drafts) == []


def test_a_colleague_who_saved_first_is_not_overwritten_and_both_texts_are_shown(
    enter: Callable[[str], Visitor], stage: Callable[..., Any]
) -> None:
    keep(enter("teacher").get(SECTION), child_voice_good="Mine")
    enter("officer").get(SECTION).send("then", button=("then", "stay"), child_voice_good="Theirs")
    again = enter("teacher").get(SECTION)
    assert shown(again, "child_voice_good") == "Mine"
    assert "This page was saved elsewhere since" in again.main
    both = again.send("then", button=("then", "stay"))
    assert both.status == 409
    assert "Theirs" in both.main
    assert shown(both, "child_voice_good") == "Mine"
    assert len(stage(drafts)) == 1, "a conflict saves nothing, so the draft stays"
    done = both.send("then", button=("then", "stay"))
    assert done.status == 200
    assert stage(drafts) == []
    assert "had not saved" not in done.main


def test_what_a_page_still_sends_after_it_was_saved_does_not_bring_the_draft_back(
    enter: Callable[[str], Visitor], stage: Callable[..., Any]
) -> None:
    page = enter("teacher").get(NEW_TARGET)
    values = {"area": "cognition", "subject": "maths", "outcome": "Robin will add fractions by 28 Mar 2025"}
    assert page.send("outcome", run=RUN, **values).status == 200
    late = keep(page, outcome="Robin will add fractions by 28 Mar 2025")
    assert (late.status_code, late.get_json()) == (409, {"said": "What this page held was saved already."})
    assert "had not saved" not in page.visitor.get(NEW_TARGET).main
    later = keep(page, OTHER_RUN, outcome="A second one")
    assert later.status_code == 200, "typed after Back, on the same page"
    assert shown(page.visitor.get(NEW_TARGET), "outcome") == "A second one"


@pytest.mark.parametrize("run", [RUN, ""])
def test_a_new_target_its_draft_and_its_saving(enter: Callable[[str], Visitor], stage: Callable[..., Any], run: str) -> None:
    page = enter("teacher").get(NEW_TARGET)
    typed = {"outcome": "  Robin will …\r\nso that", "is_strength": "y", "due_on": "some day in spring", "area": "semh"}
    assert keep(page, run, **typed).status_code == 200
    again = enter("teacher").get(NEW_TARGET)
    assert shown(again, "outcome").replace("\r\n", "\n") == "  Robin will …\nso that"
    assert shown(again, "due_on") == "some day in spring"
    assert again.tree.xpath("//input[@name='is_strength']/@checked")
    assert again.tree.xpath("//select[@name='area']/option[@selected]/@value") == ["semh"]
    refused = again.send("outcome", run=run)
    assert refused.status == 422
    assert len(stage(drafts)) == 1, "what was refused is not saved, so the draft stays"
    done = refused.send("outcome", run=run, due_on="28 Mar 2025", subject="english", outcome="Robin will read 40 words")
    assert done.status == 200
    assert [each.fields for each in stage(drafts)] == ([{}] if run else []), "nothing is left of the text"
    assert "had not saved" not in enter("teacher").get(NEW_TARGET).main


def test_a_box_that_was_unticked_stays_unticked(enter: Callable[[str], Visitor], stage: Callable[..., Any]) -> None:
    first = stage(lambda session: session.scalars(select(Target.id).where(Target.pep_id == 1).order_by(Target.id)).first())
    path = f"/admin/pep/targets/write/?id={first}"
    teacher = enter("teacher")
    teacher.get(path).send("outcome", is_strength="y")
    assert teacher.get(path).tree.xpath("//input[@name='is_strength']/@checked")
    assert keep(teacher.get(path), is_strength=[]).status_code == 200
    assert not teacher.get(path).tree.xpath("//input[@name='is_strength']/@checked")


def test_a_target_that_a_colleague_saved_meanwhile_shows_both(enter: Callable[[str], Visitor], stage: Callable[..., Any]) -> None:
    first = stage(lambda session: session.scalars(select(Target.id).where(Target.pep_id == 1).order_by(Target.id)).first())
    path = f"/admin/pep/targets/write/?id={first}"
    keep(enter("teacher").get(path), outcome="Mine will be read")
    enter("officer").get(path).send("outcome", outcome="Theirs will be read")
    again = enter("teacher").get(path)
    assert "This page was saved elsewhere since" in again.main
    both = again.send("outcome")
    assert both.status == 409
    assert "Theirs will be read" in both.main
    assert form_of(both) is not None, "the page goes on keeping what is typed"
    assert both.send("outcome").status == 200
    assert stage(lambda session: session.get_one(Target, first).outcome) == "Mine will be read"
    assert stage(drafts) == []


def test_a_request_and_its_draft(enter: Callable[[str], Visitor], stage: Callable[..., Any]) -> None:
    first = stage(lambda session: session.scalars(select(Target.id).where(Target.pep_id == 1).order_by(Target.id)).first())
    path = f"/admin/pep/ppg_requests/write/?pep=1&target={first}"
    typed = {"description": "Ten hours", "quantity": "ten", "unit_cost_pence": "55", "other_money": ["ehcp", "school"],
             "payee": "named", "payee_name": "A tutor", "target_id": str(first)}
    assert keep(enter("teacher").get(path), **typed).status_code == 200
    again = enter("teacher").get(path)
    assert {name: shown(again, name) for name in ("description", "quantity", "unit_cost_pence", "payee_name")} == {
        "description": "Ten hours", "quantity": "ten", "unit_cost_pence": "55", "payee_name": "A tutor"}
    assert again.tree.xpath("//input[@name='other_money'][@checked]/@value") == ["ehcp", "school"]
    assert again.tree.xpath("//input[@name='payee'][@checked]/@value") == ["named"]
    assert "had not saved" not in enter("teacher").get("/admin/pep/ppg_requests/write/?pep=1").main, "that is another page"
    listed = enter("teacher").get(LIST)
    assert "A new Pupil Premium request, 2425-AUT-0001" in listed.main
    assert "Ten hours" in listed.main
    assert shown(listed.link("Go on writing: A new Pupil Premium request, 2425-AUT-0001"), "quantity") == "ten"
    saved = again.send("description", quantity="10", unit="hour", amount_pence="550", category="TUITION_1")
    assert saved.status == 200, saved.main
    assert stage(lambda session: session.scalars(select(PpgRequest.description)).all()) == ["Ten hours"]
    assert stage(drafts) == []


def test_a_note_and_its_draft(enter: Callable[[str], Visitor], stage: Callable[..., Any]) -> None:
    first = stage(lambda session: session.scalars(select(Target.id).where(Target.pep_id == 1).order_by(Target.id)).first())
    path = f"/admin/pep/targets/note/?id={first}"
    keep(enter("teacher").get(path), what="He read a page", with_child="y")
    again = enter("teacher").get(path)
    assert shown(again, "what") == "He read a page"
    assert shown(again, "seen_on") == "18 Nov 2024"
    assert again.tree.xpath("//input[@name='with_child']/@checked")
    assert "The note was saved" in again.send("what").main
    assert stage(drafts) == []


def test_lines_of_a_table_are_kept_whole(enter: Callable[[str], Visitor]) -> None:
    path = "/admin/pep/peps/section/?id=1&section=meeting"
    page = enter("worker").get(path)
    (*_, name) = [each for each in page.tree.xpath("//form//input/@name") if re.fullmatch(r"attendees-\d+-name", each)]
    assert keep(page, **{name: "Frau Beispiel"}).status_code == 200
    again = enter("worker").get(path)
    assert shown(again, name) == "Frau Beispiel"
    assert [shown(again, each) for each in ("attendees-0-name",)] == [shown(page, "attendees-0-name")]


# --- when the page is closed to its writer -------------------------------------------------------------------------------


def test_a_pep_that_was_sent_meanwhile_shows_its_writer_what_they_had_typed(
    enter: Callable[[str], Visitor], stage: Callable[..., Any]
) -> None:
    teacher = enter("teacher")
    page, target = teacher.get(SECTION), teacher.get(NEW_TARGET)
    keep(page, child_voice_good="Before it went")
    keep(target, outcome="Before it went too")
    stage(lambda session: setattr(session.get_one(Pep, 1), "status", PepStatus.SUBMITTED))
    late = keep(page, child_voice_good="After it went")
    assert late.status_code == 200
    assert "Kept for you at" in late.get_json()["said"]
    assert "so this cannot be saved there now" in late.get_json()["said"]
    closed = teacher.get(SECTION)
    assert "What you had typed" in closed.main
    assert "After it went" in closed.main
    assert not closed.tree.xpath("//form[@data-draft]")
    away = teacher.get(NEW_TARGET)
    assert "What you had typed there is kept under “My unfinished texts”." in away.main
    listed = teacher.get(LIST)
    assert "so this cannot be saved there now" in listed.main
    assert "Before it went too" in listed.main
    assert "Go on writing" not in listed.main


def test_a_child_who_moved_away_leaves_the_writer_their_own_text_and_nothing_else(
    enter: Callable[[str], Visitor], stage: Callable[..., Any]
) -> None:
    teacher = enter("teacher")
    page = teacher.get(SECTION)
    keep(page, child_voice_good="I wrote this")

    def move(session: Session) -> None:
        other = session.scalars(select(School.id).where(School.name == "Birch School")).one()
        roll.change_school(session, session.get_one(Child, 1), school_id=other, on=TODAY - timedelta(days=1),
                           reason=LeavingReason.HOME_MOVE, actor=SYSTEM, today=TODAY, now=NOW)

    stage(move)
    assert teacher.get(SECTION).status == 404
    posted = page.send("then", button=("then", "stay"), child_voice_good="I wrote this, and more", touched="child_voice_good")
    assert posted.status == 404
    assert "kept for you under My unfinished texts" in posted.main
    assert "I wrote this, and more" in posted.main
    late = keep(page, child_voice_good="I wrote this, and yet more")
    assert late.status_code == 200
    assert "call the Virtual School" in late.get_json()["said"]
    assert "Robin" not in late.text and "Musterkind" not in late.text
    listed = teacher.get(LIST)
    assert "I wrote this, and yet more" in listed.main
    assert "call the Virtual School" in listed.main
    assert "The child's voice, 2425-AUT-0001" in listed.main
    assert "Robin" not in listed.text and "Musterkind" not in listed.text and "Alder" not in listed.text
    gone = listed.link("Throw it away… " + stage(drafts)[0].heading).send()
    assert "There is nothing that you typed and did not save." in gone.main
    assert stage(drafts) == []


def test_a_pep_that_is_closed_as_not_needed_takes_its_drafts_along_and_keeps_no_more(
    enter: Callable[[str], Visitor], stage: Callable[..., Any]
) -> None:
    page = enter("teacher").get(SECTION)
    keep(page, child_voice_good="Mine")
    enter("officer").get("/admin/pep/peps/withdraw/?id=1").send("reason", reason="Left care")
    assert stage(drafts) == []
    late = keep(page, child_voice_good="Mine, later")
    assert late.status_code == 409
    assert "closed as not needed" in late.get_json()["said"]
    assert stage(drafts) == []


def test_throwing_away_asks_first_and_leaves_the_record(enter: Callable[[str], Visitor], stage: Callable[..., Any]) -> None:
    teacher = enter("teacher")
    before = shown(teacher.get(SECTION), "child_voice_good")
    keep(teacher.get(SECTION), child_voice_good="A slip")
    asks = teacher.get(SECTION).link("Throw it away…")
    assert asks.heading == "Throw your unfinished text away?"
    assert "A slip" in asks.main
    assert len(stage(drafts)) == 1
    back = asks.send()
    assert "was thrown away" in back.main
    assert shown(back, "child_voice_good") == before
    assert stage(drafts) == []


WHOLE = "/admin/pep/peps/whole/?id=1"


@pytest.mark.parametrize(("pressed_on", "is_sent", "back"), [
    (LIST, False, LIST), (SECTION, False, SECTION), (WHOLE, False, WHOLE), (LIST, True, LIST), (SECTION, True, SECTION),
    (WHOLE, True, WHOLE),
])
def test_throwing_away_leads_back_to_where_it_was_pressed(
    enter: Callable[[str], Visitor], stage: Callable[..., Any], pressed_on: str, is_sent: bool, back: str
) -> None:
    keep(enter("teacher").get(SECTION), child_voice_good="Not this")
    if is_sent:
        stage(lambda session: setattr(session.get_one(Pep, 1), "status", PepStatus.SUBMITTED))
    (leads,) = enter("teacher").get(pressed_on).tree.xpath("//main//a[contains(., 'Throw it away')]/@href")
    asking = enter("teacher").get(leads)
    (kept,) = asking.tree.xpath("//main//a[normalize-space() = 'Keep it']/@href")
    assert kept.partition("#")[0] == back
    answer = asking.visitor.client.post(leads, data=dict(values_of(asking.tree.xpath("//main//form")[0])))
    assert (answer.status_code, answer.location.partition("#")[0]) == (303, back)
    assert answer.location.partition("#")[2] == ("s-voice" if back == WHOLE else "")
    assert stage(drafts) == []


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/admin/pep/children/", "whole&back=page", ""])
def test_no_address_leads_anywhere_else(enter: Callable[[str], Visitor], stage: Callable[..., Any], back: str) -> None:
    keep(enter("teacher").get(SECTION), child_voice_good="Not this")
    number = stage(lambda session: session.scalars(select(Draft.id)).one())
    asking = enter("teacher").get(f"/admin/pep/drafts/drop/?id={number}&back={back}")
    assert asking.tree.xpath("//main//a[normalize-space() = 'Keep it']/@href") == [LIST]


# --- what is refused -----------------------------------------------------------------------------------------------------


def test_a_session_that_is_over_keeps_nothing_and_a_new_one_goes_on_with_its_own_mark(
    app: Any, enter: Callable[[str], Visitor], stage: Callable[..., Any]
) -> None:
    page = enter("teacher").get(SECTION)
    page.visitor.client.delete_cookie("pep_session")
    assert keep(page, child_voice_good="Typed after the end").status_code == 401
    assert page.visitor.client.get("/admin/pep/drafts/mark/").status_code == 302
    page.visitor.get("/account/login").send("email", email="teacher@x.example", password=PASSWORD)
    assert keep(page, child_voice_good="Typed after the end").status_code == 400, "the mark was of the session that ended"
    told = page.visitor.client.get("/admin/pep/drafts/mark/").get_json()
    form = form_of(page)
    assert told["writer"] == form.xpath(".//input[@name='written_by']/@value")[0]
    form.xpath(".//input[@name='csrf_token']")[0].set("value", told["mark"])
    assert keep(page, child_voice_good="Typed after the end").status_code == 200
    assert shown(enter("teacher").get(SECTION), "child_voice_good") == "Typed after the end"


def test_somebody_else_who_signs_in_keeps_nothing_of_it(enter: Callable[[str], Visitor], stage: Callable[..., Any]) -> None:
    page, officer = enter("teacher").get(SECTION), enter("officer")
    mark = officer.client.get("/admin/pep/drafts/mark/").get_json()["mark"]
    form_of(page).xpath(".//input[@name='csrf_token']")[0].set("value", mark)
    page.visitor = officer
    assert keep(page, child_voice_good="Not theirs").status_code == 409
    form_of(page).xpath(".//input[@name='written_by']")[0].getparent().remove(
        form_of(page).xpath(".//input[@name='written_by']")[0])
    assert keep(page, child_voice_good="Not theirs").status_code == 400, "the seal names the teacher"
    assert stage(drafts) == []


@pytest.mark.parametrize("seal", ["", "nonsense", "WzEsMl0.abcdef"])
def test_a_page_that_we_did_not_give_keeps_nothing(enter: Callable[[str], Visitor], stage: Callable[..., Any], seal: str) -> None:
    page = enter("teacher").get(SECTION)
    form_of(page).set("data-draft", seal)
    assert keep(page, child_voice_good="x").status_code == 400
    assert stage(drafts) == []


def test_only_fields_of_that_page_are_kept(enter: Callable[[str], Visitor], stage: Callable[..., Any]) -> None:
    page = enter("teacher").get(SECTION)
    form = form_of(page)
    fields = [("csrf_token", form.xpath(".//input[@name='csrf_token']/@value")[0]), ("seal", form.get("data-draft")),
              ("run", "x" * 99), ("touched", "status"), ("status", "complete"), ("touched", "child_voice_good"),
              ("child_voice_good", "Mine"), ("care_history", "not asked here"), ("touched", "care_history")]
    assert page.visitor.client.post(form.get("data-draft-keep"), data=MultiDict(fields)).status_code == 200
    (kept,) = stage(drafts)
    assert kept.fields == {"child_voice_good": [["child_voice_good", "Mine"]]}


def test_more_than_a_page_holds_is_refused_with_a_sentence(enter: Callable[[str], Visitor], stage: Callable[..., Any]) -> None:
    answer = keep(enter("teacher").get(SECTION), child_voice_good="a" * 600_000)
    assert answer.status_code == 413
    assert "500,000 characters" in answer.get_json()["said"]
    assert stage(drafts) == []


def test_marks_that_no_text_can_hold_are_dropped_as_in_the_record(
    enter: Callable[[str], Visitor], stage: Callable[..., Any]
) -> None:
    page = enter("teacher").get(SECTION)
    assert keep(page, child_voice_good="a\u202eb\x07c").status_code == 200
    assert stage(drafts)[0].fields["child_voice_good"][-1][1] == "a\u202ebc"
    assert keep(page, child_voice_good="a\x00b").status_code == 400


def test_a_busy_database_answers_with_a_sentence_and_the_next_try_is_kept(
    app: Any, file: pathlib.Path, enter: Callable[[str], Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = enter("teacher").get(SECTION)
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()  # its next connections wait less long
    monkeypatch.setattr("pep_admin.server.database.PRAGMAS", ("busy_timeout=200", "journal_mode=WAL", "foreign_keys=ON"))
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        busy = keep(page, child_voice_good="Under load")
        assert busy.status_code == 503
        assert "Something else is being saved right now" in busy.text
        other.execute("ROLLBACK")
    assert keep(page, child_voice_good="Under load").status_code == 200
    assert shown(enter("teacher").get(SECTION), "child_voice_good") == "Under load"


def test_a_full_disk_answers_with_a_sentence(
    app: Any, file: pathlib.Path, enter: Callable[[str], Visitor], stage: Callable[..., Any]
) -> None:
    page = enter("teacher").get(SECTION)
    with app.app_context():
        engine = app.extensions["sqlalchemy"].engine
        engine.dispose()
    with closing(sqlite3.connect(file)) as other:
        pages = other.execute("PRAGMA page_count").fetchone()[0]

    def small(dbapi: Any, *_: Any) -> None:
        dbapi.execute(f"PRAGMA max_page_count={pages}")

    sa.event.listen(engine, "connect", small)
    full = keep(page, child_voice_good="a long text " * 30_000)
    sa.event.remove(engine, "connect", small)
    assert (full.status_code, full.get_json()) == (503, {"said": "The database is busy or full just now."})
    with app.app_context():
        engine.dispose()
    assert stage(drafts) == []
    assert keep(page, child_voice_good="a long text " * 30_000).status_code == 200


def test_a_forged_post_keeps_nothing(enter: Callable[[str], Visitor], stage: Callable[..., Any]) -> None:
    page = enter("teacher").get(SECTION)
    form_of(page).xpath(".//input[@name='csrf_token']")[0].set("value", "another")
    assert keep(page, child_voice_good="x").status_code == 400
    assert page.visitor.client.get("/admin/pep/drafts/keep/").status_code == 405
    assert stage(drafts) == []


def test_the_pages_own_list_of_what_is_unfinished(enter: Callable[[str], Visitor]) -> None:
    teacher = enter("teacher")
    keep(teacher.get(SECTION), child_voice_good="Mine")
    page = teacher.get("/admin/pep/peps/details/?id=1")
    assert "What you typed and have not saved" in page.main
    assert "What you typed and have not saved" not in enter("officer").get("/admin/pep/peps/details/?id=1").main
    assert "What you typed and have not saved" not in teacher.get(LIST).main


# --- how fast ----------------------------------------------------------------------------------------------------------


def test_a_script_that_runs_away_is_told_to_wait_whichever_worker_it_meets_and_its_last_text_is_kept(
    enter: Callable[[str], Visitor], file: pathlib.Path, tmp_path: pathlib.Path, stage: Callable[..., Any]
) -> None:
    teacher = enter("teacher")
    page = teacher.get(SECTION)
    other_app = create_app({"TESTING": True, "PEP_ADMIN_DATABASE_URL": f"sqlite:///{file}", "PEP_ADMIN_TODAY": "2024-11-18",
                            "PEP_ADMIN_INSTANCE_FOLDER": str(tmp_path)})
    other = Visitor(other_app.test_client())
    other.get("/account/login").send("email", email="teacher@x.example", password=PASSWORD)
    pages, started = [page, other.get(SECTION)], time.monotonic()
    answers = []
    for number in range(600):
        answers.append(keep(pages[number % 2], child_voice_good=f"text {number}"))
        if answers[-1].status_code != 200:
            break
    took = time.monotonic() - started
    refused = answers[-1]
    assert refused.status_code == 429
    assert 120 <= len(answers) - 1 <= 121 + 2 * took
    assert refused.headers["Retry-After"] == "1"
    assert refused.get_json() == {"said": "Your pages sent more at once than is kept. It is tried again in a second."}
    assert stage(drafts)[0].fields["child_voice_good"][-1] == ["child_voice_good", f"text {len(answers) - 2}"]

    assert keep(enter("officer").get(SECTION), child_voice_good="Another's").status_code == 200
    saved = page.send("then", button=("then", "stay"), child_voice_hard="The form itself is never held up")
    assert saved.status == 200
    assert shown(saved, "child_voice_hard") == "The form itself is never held up"

    while (answer := keep(teacher.get(SECTION), child_voice_good="The last text")).status_code == 429:
        time.sleep(int(answer.headers["Retry-After"]))
    assert shown(enter("teacher").get(SECTION), "child_voice_good") == "The last text"


def test_what_is_refused_counts_too_and_leaves_no_line_more_in_the_log(
    enter: Callable[[str], Visitor], stage: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pep_admin.workflow.drafts.AT_ONCE", 3)
    monkeypatch.setattr("pep_admin.workflow.drafts.APART", 60_000)
    page = enter("teacher").get(NEW_TARGET)
    stage(lambda session: session.execute(sa.text("UPDATE pep_pep SET status = 'withdrawn'")))
    assert [keep(page, outcome="x").status_code for _ in range(5)] == [409, 409, 409, 429, 429]
    told = stage(lambda session: session.connection().exec_driver_sql(
        "SELECT count(*) FROM pep_audit_event WHERE outcome = 'refused' AND action = 'keep_drafts'").scalar_one())
    assert told == 3
