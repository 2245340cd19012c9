"""The page of one PEP and its bulk pages, used as people use them: the next step, posts that come twice, results in words."""

from __future__ import annotations

import csv
import io
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.serving import make_server

from pep_admin import config
from pep_admin.deadlines import format_day
from pep_admin.demo import writing
from pep_admin.models import AuditEvent, Child, Delivery, Pep, QaReview, School, Target
from pep_admin.permissions import SYSTEM
from pep_admin.vocabulary import Grade, Part, PepKind, PepStatus
from pep_admin.workflow import delegation, reviews, sections
from pep_admin.workflow import peps as verbs
from pep_admin.year_words import SatisfactoryGrades
from tests.host.foreign_app import Council
from tests.visiting import Page, Visitor
from tests.world import NOW, TODAY, World, accepting

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

PEPS, CHILDREN = "/admin/pep/peps/", "/admin/pep/children/"
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture
def made(world: World) -> Callable[[Callable[[], Pep]], int]:
    """`made(world.sent_pep)`: the id of the PEP that this made, committed."""

    def make(verb: Callable[[], Pep]) -> int:
        pep_id = verb().id
        world.session.commit()
        return pep_id

    return make


@pytest.fixture
def opened(world: World, made: Any) -> int:
    """A PEP of the first child beside the term's own, opened and sent to nobody yet."""
    return made(lambda: verbs.initiate_pep(  # type: ignore[no-any-return]  # a fixture's answer has no type
        world.session, world.pep_of().child, world.autumn, kind=PepKind.CHANGE, reason="A new home",
        actor=world.act(world.officer), today=TODAY, now=NOW))


def signed_pep(world: World) -> Pep:
    pep = world.written_pep()
    teacher, worker = writing.people_of(pep)
    for part, who in ((Part.EDUCATION, teacher), (Part.SOCIAL_CARE, worker), (Part.MEETING, worker)):
        sections.sign_part(world.session, pep.id, part, actor=world.act(who), today=TODAY, now=NOW)
    return pep


def page_of(who: Visitor, pep: int) -> Page:
    page = who.get(f"{PEPS}details/?id={pep}")
    assert page.status == 200
    return page


def column(ask: Any, pep: int, name: str) -> Any:
    return ask(lambda session: getattr(session.get_one(Pep, pep), name))


def mails(ask: Any) -> int:
    return ask(lambda session: session.scalar(sa.select(sa.func.count(Delivery.id))))  # type: ignore[no-any-return]  # a fixture's answer has no type


def offers_nothing(page: Page) -> bool:
    """No step of the PEP; what was agreed last time can be ticked off at any time."""
    return not page.tree.xpath("//main//form[@method='post' and not(contains(@action, '/actions/'))]")


# --- the next step -------------------------------------------------------------------------------------------------------


def test_a_pep_that_was_only_opened_says_that_its_writers_come_first(enter: Any, opened: int) -> None:
    officer, teacher = enter("officer"), enter("teacher")
    for page in (page_of(officer, opened), officer.get(f"{PEPS}check/?id={opened}")):
        assert "It has not been sent to its writers yet" in page.main and "this PEP can go" not in page.main
        assert "2 people get one message each." in page.send("rowid").main
    for page in (page_of(teacher, opened), teacher.get(f"{PEPS}check/?id={opened}")):
        assert "It has not been sent to its writers yet" in page.main and "The Virtual School does that." in page.main
        assert offers_nothing(page)


def test_it_goes_to_its_writer_from_its_own_page_and_to_another_one_again(enter: Any, ask: Any, opened: int) -> None:
    officer = enter("officer")
    after = page_of(officer, opened).send("rowid").send("rowid")
    assert after.heading == "1 PEP sent to its writer" and offers_nothing(after)
    assert column(ask, opened, "status") is PepStatus.IN_PROGRESS
    other = ask(lambda session: session.scalar(sa.select(School.designated_teacher_id).where(School.name == "Birch School")))
    named = page_of(officer, opened).link("Name the writer").send("writer_id", writer_id=str(other))
    assert "Otto Anders writes the school's part." in named.main and "Send to its writer again…" in named.main
    assert "Otto.Anders@example.org".lower() in named.send("rowid").main


def test_the_check_page_says_who_takes_the_next_step(enter: Any, world: World, made: Any) -> None:
    pep = made(lambda: signed_pep(world))
    check = f"{PEPS}check/?id={pep}"
    assert "this PEP can go." in enter("teacher").get(check).main
    assert "Nothing is wanting: those who write this PEP can send it." in enter("auditor").get(check).main
    sent = enter("teacher").get(check).send()
    assert "Sent to the Virtual School." in sent.main
    assert "It was sent, and is with the Virtual School." in enter("teacher").get(check).main


def test_a_missing_target_is_told_where_targets_are_written(enter: Any, world: World, opened: int) -> None:
    page = page_of(enter("teacher"), opened)
    [exceptions] = page.tree.xpath("//li[a[contains(., 'Targets: exceptions')]]")
    assert "still needed" not in exceptions.text_content()
    [targets] = page.tree.xpath("//section[@aria-labelledby='targets']")
    assert "There is no English target." in targets.text_content() and "There is no Maths target." in targets.text_content()


def test_what_is_missing_is_a_link_to_those_alone_who_may_open_its_page(enter: Any, opened: int) -> None:
    for who, links in (("teacher", True), ("auditor", False), ("finance", False)):
        page = enter(who).get(f"{PEPS}check/?id={opened}")
        if page.status == 200:
            assert "There is no English target." in page.main
            assert bool(page.tree.xpath("//main//a[contains(@href, '/targets/write/')]")) is links, who


# --- posts that come twice -----------------------------------------------------------------------------------------------


def test_a_second_send_is_told_that_the_first_one_went(enter: Any, ask: Any, world: World, made: Any) -> None:
    pep = made(lambda: signed_pep(world))
    teacher, worker = page_of(enter("teacher"), pep), page_of(enter("worker"), pep)
    assert "Sent to the Virtual School." in teacher.send().main
    before = column(ask, pep, "row_version"), mails(ask)
    for page in (teacher, worker):
        again = page.send()
        assert again.status == 200 and again.url == f"{PEPS}details/?id={pep}"
        assert "It was sent already, on 18 Nov 2024 by Tess Lehrer. Nothing was sent again." in again.main
        assert "Not done" not in again.main
    assert (column(ask, pep, "row_version"), mails(ask)) == before


def test_a_send_from_a_page_older_than_the_grade_is_told_so(enter: Any, world: World, made: Any) -> None:
    pep = made(lambda: signed_pep(world))
    page = page_of(enter("teacher"), pep)
    verbs.submit_pep(world.session, pep, actor=world.act(world.teacher), today=TODAY, now=NOW)
    reviews.grade_pep(world.session, pep, accepting(), actor=world.act(world.officer), today=TODAY, now=NOW)
    world.session.commit()
    assert "by Tess Lehrer. Nothing was sent again. It is “Signed off” now." in page.send().main


def test_a_second_signature_and_a_second_closing_are_told(enter: Any, ask: Any, world: World, made: Any) -> None:
    pep = made(world.written_pep)
    page = enter("teacher").get(f"{PEPS}sign/?id={pep}&part=education")
    page.send("part")
    again = page.send("part")
    assert again.status == 200 and "Part 2 · Education is signed already, by Tess Lehrer." in again.main
    page = enter("officer").get(f"{PEPS}withdraw/?id={pep}")
    page.send("reason", reason="Entered in error")
    again = page.send("reason", reason="Entered in error, I think")
    assert again.status == 200 and "It was closed already, by Ole Amt: Entered in error" in again.main
    assert column(ask, pep, "closing_reason") == "Entered in error"


def test_a_second_taking_back_is_told_and_a_refused_one_has_its_own_heading(enter: Any, world: World, made: Any) -> None:
    pep = made(world.sent_pep)
    page, late = page_of(enter("teacher"), pep), page_of(enter("worker"), pep)
    assert "Taken back." in page.send().main
    assert "It was taken back already, by Tess Lehrer." in page.send().main
    assert "Sent to the Virtual School." in page_of(enter("teacher"), pep).send().main
    question = reviews.Grading(None, reviews.Decision.ASK, "Which tutor is it?")
    reviews.grade_pep(world.session, pep, question, actor=world.act(world.officer), today=TODAY, now=config.now())
    world.session.commit()
    refused = late.send()
    assert refused.status == 422 and refused.heading == "Not taken back"
    assert "Not taken back" in refused.tree.xpath("string(//title)") and "Not sent" not in refused.text
    assert "The Virtual School has begun to read this PEP." in refused.main and "HB-7.1" in refused.main


def test_the_same_form_sends_to_writers_once(enter: Any, ask: Any, opened: int) -> None:
    preview = page_of(enter("officer"), opened).send("rowid")
    preview.send("rowid")
    before = column(ask, opened, "row_version"), mails(ask)
    again = preview.send("rowid")
    assert again.status == 200 and again.heading == "Nothing was sent again" and offers_nothing(again)
    assert "18 Nov 2024" in again.main and "Ole Amt" in again.main
    assert (column(ask, opened, "row_version"), mails(ask)) == before


def test_the_same_form_sends_again_to_writers_once(enter: Any, ask: Any, world: World, made: Any) -> None:
    """A PEP that is being written already keeps its status when its writer gets another message."""
    preview = page_of(enter("officer"), made(world.written_pep)).send("rowid")
    before = mails(ask)
    assert preview.send("rowid").heading == "1 PEP sent to its writer" and mails(ask) == before + 2
    assert preview.send("rowid").heading == "Nothing was sent again" and mails(ask) == before + 2


def test_what_a_colleague_sent_meanwhile_is_told_and_the_rest_is_asked_for_anew(
    enter: Any, ask: Any, world: World, opened: int
) -> None:
    both = [str(opened), str(ask(lambda _: world.pep_of(world.other_child_id).id))]
    listing = enter("officer").get(PEPS)
    preview = listing.send("rowid", button=("action", "delegate"), choose=both)
    world.act(world.head)
    delegation.delegate_peps(world.session, [opened], actor=world.head, now=NOW, run="the head's own")
    world.session.commit()
    before = mails(ask)
    asked = preview.send("rowid")
    assert asked.status == 409 and "Hanna Amt" in asked.main and mails(ask) == before
    assert dict(asked.form("rowid").form_values())["rowid"] == both[1]
    assert asked.send("rowid").heading == "1 PEP sent to its writer" and mails(ask) == before + 2


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"grade": "gold", "decision": "accept", "feedback": "Led by the child."}, "Gold · accepted"),
        ({"grade": "amber", "decision": "return", "feedback": "Thin.", "improve": "Say how."}, "Amber · sent back"),
        ({"decision": "ask", "feedback": "Which tutor is it?"}, "A question was asked"),
    ],
)
def test_the_same_grading_counts_once(enter: Any, ask: Any, world: World, made: Any, typed: dict[str, str], told: str) -> None:
    pep = made(lambda: signed_pep(world))
    page_of(enter("teacher"), pep).send()
    page = page_of(enter("officer"), pep).link("Grade")
    assert f"1 PEP: {told}" in page.send("feedback", **typed).heading
    assert told in page_of(enter("teacher"), pep).main
    before = column(ask, pep, "row_version"), mails(ask)
    again = page.send("feedback", **typed)
    assert again.status == 200 and again.heading == "Nothing was graded again" and offers_nothing(again)
    assert told in again.main and "Ole Amt" in again.main and "18 Nov 2024" in again.main
    assert (column(ask, pep, "row_version"), mails(ask)) == before
    assert ask(lambda session: session.scalar(sa.select(sa.func.count(QaReview.id)))) == 1
    other = page.send("feedback", **(typed | {"feedback": "Something else."}))
    assert other.status == (200 if typed["decision"] == "ask" else 409), "another grading is no repetition"


@pytest.mark.parametrize("counting", list(SatisfactoryGrades))
def test_the_grading_page_says_which_grades_let_money_go_in_that_year(
    enter: Any, world: World, made: Any, counting: SatisfactoryGrades
) -> None:
    pep = made(world.sent_pep)
    world.act(SYSTEM)
    world.session.get_one(Pep, pep).term.year.satisfactory_grades = counting
    world.session.commit()
    page = page_of(enter("officer"), pep).link("Grade")
    assert f"Satisfactory: {counting.label}." in page.main and "with Amber the money waits" not in page.main


def test_a_pep_that_was_sent_again_may_be_sent_back_with_the_same_words(enter: Any, ask: Any, world: World, made: Any) -> None:
    pep = made(world.sent_pep)
    typed = {"grade": "amber", "decision": "return", "feedback": "Thin.", "improve": "Say how."}
    page_of(enter("officer"), pep).link("Grade").send("feedback", **typed)
    world.session.expire_all()
    world.save(world.pep_of(), "strengths", world.teacher, strengths="Kind, and patient with the little ones.")
    made(world.sent_pep)
    after = page_of(enter("officer"), pep).link("Grade").send("feedback", **typed)
    assert after.heading == "1 PEP: Amber · sent back"
    assert ask(lambda session: session.scalar(sa.select(sa.func.count(QaReview.id)))) == 2


# --- grading many --------------------------------------------------------------------------------------------------------


def test_equal_findings_stand_once_with_the_peps_that_they_concern(enter: Any, ask: Any, world: World, made: Any) -> None:
    both = [made(world.sent_pep), made(lambda: world.sent_pep(child_id=world.other_child_id))]
    names = [column(ask, each, "reference") for each in both]
    world.act(SYSTEM)
    for target in world.session.scalars(sa.select(Target)):
        target.success_measure = ""
    world.session.commit()
    listing = enter("officer").get(PEPS)
    page = listing.send("rowid", button=("action", "grade"), choose=[str(each) for each in both])
    lines = [" ".join(each.text_content().split()) for each in page.tree.xpath("//section[contains(@class,'findings')]//li")]
    measure = [each for each in lines if "Target 1 has no measure" in each]
    assert len(measure) == 1 and measure[0].endswith(f"{names[0]}, {names[1]}")
    refused = page.send("feedback", grade="gold", decision="accept", feedback="Well done.")
    assert refused.status == 422
    held = [" ".join(each.text_content().split()) for each in refused.tree.xpath("//div[@role='alert']//li")]
    assert len([each for each in held if "Target 1 has no measure" in each]) == 1
    assert all(names[0] in each or names[1] in each for each in held)


# --- when it is due ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("day", "fits"), [("08 Sep 2024", False), ("09 Sep 2024", True), ("31 Aug 2025", True),
                                           ("01 Sep 2025", False), ("12 Dec 2099", False)])
def test_a_pep_is_due_within_its_own_time(enter: Any, ask: Any, world: World, made: Any, day: str, fits: bool) -> None:
    pep = made(world.written_pep)
    page = enter("officer").get(f"{PEPS}edit/?id={pep}").send("due_on", due_on=day)
    if fits:
        assert page.status == 200 and format_day(column(ask, pep, "due_on")) == day
        return
    assert page.status == 422 and day in page.text
    assert "this PEP is due between 09 Sep 2024, when it was opened, and 31 Aug 2025, the end of 2024-25." in page.main
    assert str(column(ask, pep, "due_on")) == "2024-11-29"


def test_nothing_of_a_finished_pep_is_changed(enter: Any, ask: Any, world: World, made: Any) -> None:
    officer, ids = enter("officer"), (world.pep_of().id, world.pep_of(world.other_child_id).id)
    world.session.rollback()
    opened = {pep: officer.get(f"{PEPS}edit/?id={pep}") for pep in ids}
    graded = made(lambda: world.graded_pep(Grade.GREEN))
    closed = made(lambda: verbs.withdraw_pep(world.session, world.pep_of(world.other_child_id).id, reason="Left care",
                                             actor=world.act(world.officer), now=NOW))
    for pep in (graded, closed):
        after = opened[pep].send("due_on", due_on="12 Dec 2024", due_rule="As agreed", reason="Another one")
        assert after.status == 409 and "12 Dec 2024" in after.text and "As agreed" in after.text
        again = officer.get(f"{PEPS}edit/?id={pep}")
        assert again.url == f"{PEPS}details/?id={pep}" and "so it cannot be changed now." in again.text
        version = column(ask, pep, "row_version")
        after = opened[pep].send("due_on", due_on="12 Dec 2024", due_rule="As agreed", reason="Another one", row_version=version)
        assert after.status == 422 and "so this cannot be done to it now." in after.main
        assert 'value="12 Dec 2024"' in after.text and "As agreed" in after.text
        row = [column(ask, pep, name) for name in ("due_rule", "reason")]
        assert row == ["Deadline of Autumn 2024-25", None] and str(column(ask, pep, "due_on")) == "2024-11-29"
    refusals = sa.select(sa.func.count(AuditEvent.id)).where(AuditEvent.outcome == "refused")
    assert ask(lambda session: session.scalar(refusals)) == 2


# --- lists ---------------------------------------------------------------------------------------------------------------


def test_a_child_in_the_list_is_a_way_to_the_childs_page(enter: Any, world: World) -> None:
    for name in ("officer", "teacher", "worker", "auditor"):
        page = enter(name).get(PEPS).link("Robin Musterkind0")
        assert page.status == 200 and page.url == f"{CHILDREN}details/?id={world.child_id}"
    exported = enter("officer").get(f"{PEPS}export/csv/").text
    assert "Robin Musterkind0" in exported and "<a" not in exported


def test_every_heading_of_an_export_is_plain_english(council: Council, enter: Any) -> None:
    """No column's own name in capitals, as "Next Pep On" was: after the first word only names and short forms have any."""
    exports = [view.noun for view in council.app.extensions["pep_admin"].admin._views if "export" in getattr(view, "opens", {})]
    assert {"peps", "children", "schools", "people", "ppg_requests"} <= set(exports)
    head, wrong = enter("head"), []
    for noun in exports:
        text = head.get(f"/admin/pep/{noun}/export/csv/").text.removeprefix("\ufeff")
        for heading in next(csv.reader(io.StringIO(text))):
            words = re.findall(r"[A-Za-z_]+", re.sub("Virtual School|Early Years Team", "office", heading))
            if any("_" in word or (word[0].isupper() and not word.isupper()) for word in words[1:]) or "_" in words[0]:
                wrong.append(f"{noun}: {heading}")
    assert wrong == []


# --- in a browser --------------------------------------------------------------------------------------------------------


@pytest.fixture
def served(council: Council) -> Iterator[str]:
    """The council's application on a free port of this machine."""
    server = make_server("127.0.0.1", 0, council.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(timeout=10)
    server.server_close()


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 375])
def test_a_name_of_a_hundred_letters_stays_within_the_page(served: str, page: Any, world: World, made: Any, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    pep = made(world.sent_pep)
    world.act(SYSTEM)
    world.session.get_one(Child, world.child_id).last_name = "Wolfeschlegelstein" * 5 + "hausenberg"
    world.session.get_one(School, world.school_id).name = "S" * 100
    world.session.commit()
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{served}/door/?as=officer&back=/admin/")
    for path in (PEPS, f"{PEPS}details/?id={pep}", f"{PEPS}grade/?id={pep}", f"{PEPS}history/?id={pep}", CHILDREN,
                 f"{CHILDREN}details/?id={world.child_id}", f"{CHILDREN}edit/?id={world.child_id}"):
        page.goto(f"{served}{path}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} is wider than the window"
        wide = "[...document.querySelectorAll('.list-frame, h1, .trail')].every(each => each.scrollWidth <= each.clientWidth)"
        assert page.evaluate(wide), f"something on {path} is wider than its place"
        result = Axe().run(page, options={"runOnly": AXE_TAGS})
        assert [(each["id"], each["nodes"][0]["html"]) for each in result.response["violations"]] == [], path


@pytest.mark.browser
@pytest.mark.slow
def test_in_a_narrow_window_the_peps_to_grade_are_cards(served: str, page: Any, world: World, made: Any) -> None:
    both = made(world.sent_pep), made(lambda: world.sent_pep(child_id=world.other_child_id))
    page.set_viewport_size({"width": 375, "height": 900})
    page.goto(f"{served}/door/?as=officer&back={PEPS}")
    for each in both:
        page.check(f"#row-{each}")
    page.click("button[value=grade]")
    page.get_by_role("heading", name="Grade 2 PEPs").wait_for()
    table = page.get_by_role("table", name="PEPs to grade")
    assert table.get_by_role("rowheader").count() == 2 and table.get_by_role("columnheader").count() == 7
    for cell in table.get_by_role("cell").all():
        box = cell.bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= 375 and box["height"] < 120
