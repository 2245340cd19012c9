"""Typing is never lost on the pages beside the document: the grid, asking, answering, telling, giving away; and without scripts.

Robin is Tess's, at Alder School; today is 18 Nov 2024. How drafts are kept at all is test_draft_pages.py's.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from pep_admin import config
from pep_admin.models import AttendanceSummary, AttendingNote, ExclusionAlert, Grant, HandoverNote, ProgressNote, Target
from pep_admin.permissions import SYSTEM
from pep_admin.vocabulary import Decision, LeavingReason
from pep_admin.workflow import reviews, roll
from tests.host.foreign_app import make_council
from tests.integration.test_draft_pages import OTHER_RUN, RUN, form_of, shown
from tests.visiting import Page, Visitor, values_of
from tests.world import NOW, TODAY, World, build_world, child

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

ADMIN = "/admin/pep"
GRID, LIST = f"{ADMIN}/my_peps/figures/", f"{ADMIN}/drafts/"
Ask = Callable[[Callable[[Session], Any]], Any]
Enter = Callable[[str], Visitor]


def question_of(name: str) -> str:
    """The question that an input is of, as the script of the page tells it: a PEP's reference stays before it."""
    before, found, rest = name.rpartition("--")
    return f"{before}{found}{rest.removeprefix('base-').split('-')[0]}"


def keep(page: Page, run: str = RUN, **typed: str) -> Any:
    """What the script of that page sends when those inputs were typed into; the answer."""
    form = form_of(page)
    touched = dict.fromkeys(question_of(name) for name in typed)
    fields = [(name, value) for name, value in values_of(form)
              if name in ("csrf_token", "written_by", "row_version") or (question_of(name) in touched and name not in typed)]
    fields += [*typed.items(), *(("touched", each) for each in touched), ("run", run), ("seal", form.get("data-draft"))]
    return page.visitor.client.post(form.get("data-draft-keep"), data=fields_of(fields))


def fields_of(pairs: list[tuple[str, str]]) -> Any:
    found: dict[str, list[str]] = {}
    for name, text in pairs:
        found.setdefault(name, []).append(text)
    return found


def drafts(ask: Ask) -> list[str]:
    wanted = sa.text("SELECT heading FROM pep_draft WHERE spent_at IS NULL ORDER BY id")  # past the net: nobody else reads them
    return list(ask(lambda session: session.connection().execute(wanted).scalars().all()))


def count(ask: Ask, model: Any) -> int:
    return int(ask(lambda session: session.scalar(sa.select(sa.func.count(model.id)))))


# --- pages of one form ---------------------------------------------------------------------------------------------------


def delegated(world: World) -> int:
    pep = world.delegated_pep()
    number, pep.meeting_at = pep.id, None
    world.session.commit()
    return number


def asked(world: World) -> tuple[int, int]:
    """A PEP that was sent, and the question that the Virtual School asked of it."""
    pep = world.sent_pep(money=False)
    review = reviews.grade_pep(world.session, pep.id, reviews.Grading(None, Decision.ASK, "Which tutor is it?"),
                               actor=world.act(world.officer), today=TODAY, now=NOW)
    found = (pep.id, review.id)
    world.session.commit()
    return found


PAGES = {
    "ask": ("attending/ask/?pep={pep}", "reason", "Asking the Virtual School to come, 2425-AUT-0001", AttendingNote),
    "give": ("grants/sections/?pep={pep}", "note", "Asking a colleague, 2425-AUT-0001", Grant),
    "alert": ("exclusion_alerts/tell/?child={child}", "happened", "Telling the Virtual School of an exclusion risk",
              ExclusionAlert),
    "handover": ("handover_notes/?child={child}", "words", "Hand-over note of Alder School", HandoverNote),
}
WORDS = "\n  He said “stop”, then <left>.\n\nزين & Zoë  "


@pytest.mark.parametrize("which", PAGES)
def test_what_was_typed_is_kept_for_its_writer_until_it_is_thrown_away(which: str, world: World, enter: Enter, ask: Ask) -> None:
    path, field, heading, model = PAGES[which]
    url = f"{ADMIN}/{path.format(pep=delegated(world), child=world.child_id)}"
    page = enter("teacher").get(url)
    answer = keep(page, **{field: WORDS})
    assert answer.status_code == 200 and answer.get_json()["said"].startswith("Draft saved "), answer.text
    assert drafts(ask) == [heading] and count(ask, model) == 0
    again = enter("teacher").get(url)
    assert shown(again, field) == WORDS and "had not saved it" in again.main
    assert enter("officer").get(LIST).main.endswith("There is nothing that you typed and did not save.")
    listed = enter("teacher").get(LIST)
    assert heading in listed.main and "زين & Zoë" in listed.main
    assert shown(listed.link(f"Go on writing: {heading}"), field) == WORDS
    assert again.link("Throw it away…").send().status == 200 and drafts(ask) == []
    assert shown(enter("teacher").get(url), field) == ""


FILLED = {
    "ask": {"reason": WORDS}, "handover": {"words": WORDS},
    "give": {"email": "m.kollege@example.org", "first_name": "Mia", "last_name": "Kollege", "sections": ["learning"],
             "note": "Please\nlook"},
    "alert": {"concern": "risk", "since_on": "15 Nov 2024", "happened": WORDS, "tried": "A quiet room"},
}


@pytest.mark.parametrize("which", PAGES)
def test_saving_drops_the_draft_and_what_the_page_still_sends(which: str, world: World, enter: Enter, ask: Ask) -> None:
    path, field, _, model = PAGES[which]
    url = f"{ADMIN}/{path.format(pep=delegated(world), child=world.child_id)}"
    keep(enter("teacher").get(url), **{field: "Begun"})
    page = enter("teacher").get(url)
    typed = FILLED[which]
    if which == "alert":
        typed = {**typed, "concern": page.tree.xpath("//*[@name='concern']//@value[. != '']")[0]}
    after = page.send(field, **typed, run=RUN)
    assert after.status == 200, after.main
    assert drafts(ask) == [] and count(ask, model) == 1
    assert keep(page, **{field: "Late"}).status_code == 409 and drafts(ask) == []
    if which != "give":
        assert enter("teacher").get(LIST).main.endswith("There is nothing that you typed and did not save.")


def test_an_answer_to_the_virtual_school_is_kept_and_closed_once_somebody_answered(world: World, enter: Enter, ask: Ask) -> None:
    pep, review = asked(world)
    url = f"{ADMIN}/peps/answer/?id={pep}&review={review}"
    assert keep(enter("teacher").get(url), answer=WORDS).status_code == 200
    assert shown(enter("teacher").get(url), "answer") == WORDS
    assert "had not saved it" not in enter("worker").get(url).main
    assert enter("worker").get(url).send("answer", answer="Ms Rivers, since October").status == 200
    late = enter("teacher").get(url)
    assert "No answer is waited for any more." in late.main and "What you had typed" in late.main and "زين & Zoë" in late.main
    listed = enter("teacher").get(LIST)
    assert "No answer is waited for there any more." in listed.main
    assert not listed.tree.xpath("//main//a[starts-with(., 'Go on')]")


def test_the_child_moves_while_the_school_tells_of_a_risk(world: World, enter: Enter, ask: Ask) -> None:
    page = enter("teacher").get(f"{ADMIN}/exclusion_alerts/tell/?child={world.child_id}")
    world.session.commit()
    roll.change_school(world.session, child(world.session, world.child_id), school_id=world.other_school_id,
                       on=TODAY - timedelta(days=1), reason=LeavingReason.HOME_MOVE, actor=world.act(SYSTEM), today=TODAY, now=NOW)
    world.session.commit()
    late = keep(page, happened="Mine, typed too late")
    assert late.status_code == 200 and "not among yours any more" in late.get_json()["said"]
    listed = enter("teacher").get(LIST)
    assert "Mine, typed too late" in listed.main and "Telling the Virtual School of an exclusion risk" in listed.main
    assert "Robin" not in listed.text and not listed.tree.xpath("//main//a[starts-with(., 'Go on')]")
    assert count(ask, ExclusionAlert) == 0


# --- the grid ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def four(both_databases: str, open_session: Callable[..., Session]) -> World:
    """Four children with an empty PEP each, two of them Tess's, on either database."""
    made = build_world(open_session(both_databases), children=4)
    made.launch()
    made.session.commit()
    return made


@pytest.fixture
def tess(four: World, both_databases: str) -> Any:
    config.move_today(TODAY)
    council = make_council(both_databases, {"teacher": four.teacher})
    yield Visitor(council.visit("teacher").client)
    with council.app.app_context():
        council.db.session.remove()
        council.db.engine.dispose()


FIRST, SECOND = "2425-AUT-0001", "2425-AUT-0003"


def line(reference: str, of: str = "attendance", number: int = 0, **typed: str) -> dict[str, str]:
    return {f"{reference}--{of}-{number}-{name}": text for name, text in typed.items()}


def kept_of(world: World) -> dict[str, list[str]]:
    """By heading, the questions that a draft holds."""
    world.session.expire_all()
    found = world.session.execute(sa.text("SELECT heading, fields FROM pep_draft WHERE spent_at IS NULL ORDER BY heading")).all()
    world.session.rollback()
    return {heading: sorted(json.loads(fields) if isinstance(fields, str) else fields) for heading, fields in found}


def test_figures_typed_into_the_grid_are_kept_child_by_child(four: World, tess: Visitor) -> None:
    answer = keep(tess.get(GRID), **line(FIRST, possible="100"), **line(SECOND, possible="many"))
    assert answer.status_code == 200 and answer.get_json()["said"].startswith("Draft saved "), answer.text
    heading = "Attendance and behaviour"
    assert kept_of(four) == {f"{heading}, {FIRST}": ["attendance"], f"{heading}, {SECOND}": ["attendance"]}
    again = tess.get(GRID)
    assert "What you typed for 2 children and had not saved is filled in below" in again.main
    assert shown(again, f"{FIRST}--attendance-0-possible") == "100" and shown(again, f"{SECOND}--attendance-0-possible") == "many"
    one = tess.get(f"{ADMIN}/peps/section/?id=1&section=attendance")
    assert shown(one, "attendance-0-possible") == "100" and "had not saved it" in one.main


def test_saving_the_grid_drops_what_was_saved_and_leaves_the_rest(four: World, tess: Visitor) -> None:
    page = tess.get(GRID)
    keep(page, **line(FIRST, possible="100"), **line(SECOND, possible="many"))
    right = {"possible": "100", "present": "93", "authorised": "5", "unauthorised": "2", "figures_to": "15 Nov 2024"}
    after = tess.get(GRID).send("csrf_token", run=RUN, **line(FIRST, **right))
    assert after.status == 422 and "Saved for 1 child, not yet for 1" in after.main
    assert kept_of(four) == {f"Attendance and behaviour, {SECOND}": ["attendance"]}
    late = keep(page, **line(FIRST, possible="99"))
    assert late.status_code == 409 and kept_of(four) == {f"Attendance and behaviour, {SECOND}": ["attendance"]}
    assert four.session.scalars(sa.select(AttendanceSummary.present)).all() == [93]
    four.session.rollback()


def test_what_was_typed_into_the_rest_of_a_section_outlives_the_grid(four: World, tess: Visitor) -> None:
    keep(tess.get(f"{ADMIN}/peps/section/?id=1&section=attendance"), OTHER_RUN, behaviour="The bus")
    keep(tess.get(GRID), **line(FIRST, possible="100"))
    right = {"possible": "100", "present": "100", "figures_to": "15 Nov 2024"}
    assert tess.get(GRID).send("csrf_token", run=RUN, **line(FIRST, **right)).status == 200
    assert kept_of(four) == {f"Attendance and behaviour, {FIRST}": ["behaviour"]}


def test_a_draft_of_one_subject_leaves_the_others_to_fill_in(four: World, tess: Visitor) -> None:
    grid = f"{GRID}?of=attainment"
    keep(tess.get(grid), **line(FIRST, "attainment", 1, current="Grade 4"))
    again = tess.get(grid)
    subjects = again.tree.xpath("//tr[.//a[contains(., 'Musterkind0')]]/td[@data-label='Subject']")
    assert sorted(each.text_content().strip() for each in subjects) == ["English", "Maths", "Science"]
    inputs = again.tree.xpath(f"//input[starts-with(@name, '{FIRST}--') and @value]")
    filled = {each.get("name"): each.get("value") for each in inputs}
    assert [value for name, value in filled.items() if name.endswith("-current") and value] == ["Grade 4"]
    one = tess.get(f"{ADMIN}/peps/section/?id=1&section=learning")
    current = one.tree.xpath("//input[starts-with(@name, 'attainment-') and contains(@name, '-current')]/@value")
    assert [each for each in current if each] == ["Grade 4"]
    assert again.send("csrf_token", run=OTHER_RUN, **{
        name.replace("-current", "-on_track"): "ON" for name in filled if name.endswith("-current") and filled[name]}).status == 200
    assert kept_of(four) == {}


# --- without scripts -----------------------------------------------------------------------------------------------------


def test_a_page_without_scripts_that_is_refused_has_its_text_kept(world: World, enter: Enter, ask: Ask) -> None:
    url = f"{ADMIN}/peps/section/?id={delegated(world)}&section=voice"
    page = enter("teacher").get(url)
    sent = page.send("then", button=("then", "stay"), child_voice_good="x" * 50_000)
    assert sent.status == 422
    assert drafts(ask) == ["The child's voice, 2425-AUT-0001"]
    assert "had not saved it" in enter("teacher").get(url).main


def test_what_a_page_without_scripts_saved_leaves_no_draft(world: World, enter: Enter, ask: Ask) -> None:
    url = f"{ADMIN}/peps/section/?id={delegated(world)}&section=voice"
    assert enter("teacher").get(url).send("then", button=("then", "stay"), child_voice_good="I like it").status == 200
    assert drafts(ask) == []


def test_a_page_without_scripts_of_a_child_who_moved_is_kept_and_said_so(world: World, enter: Enter, ask: Ask) -> None:
    page = enter("teacher").get(f"{ADMIN}/peps/section/?id={delegated(world)}&section=voice")
    roll.change_school(world.session, child(world.session, world.child_id), school_id=world.other_school_id,
                       on=TODAY - timedelta(days=1), reason=LeavingReason.HOME_MOVE, actor=world.act(SYSTEM), today=TODAY, now=NOW)
    world.session.commit()
    sent = page.send("then", button=("then", "stay"), child_voice_good="Typed without scripts")
    assert sent.status == 404 and "kept for you under My unfinished texts" in sent.main
    listed = sent.link("My unfinished texts")
    assert "Typed without scripts" in listed.main and "call the Virtual School" in listed.main


def test_a_note_that_was_sent_twice_without_scripts_leaves_nothing_unfinished(world: World, enter: Enter, ask: Ask) -> None:
    world.written_pep(money=False)
    world.session.commit()
    page = enter("teacher").get(f"{ADMIN}/targets/note/?id={ask(lambda session: session.scalar(sa.select(Target.id)))}")
    assert "The note was saved" in page.send("what", what="Read two pages aloud").main
    twice = page.send("what", what="Read two pages aloud")
    assert "You have written this note already. It is on record." in twice.main
    assert count(ask, ProgressNote) == 1 and drafts(ask) == []


def test_the_same_news_told_twice_without_scripts_leaves_nothing_unfinished(world: World, enter: Enter, ask: Ask) -> None:
    page = enter("teacher").get(f"{ADMIN}/exclusion_alerts/tell/?child={world.child_id}")
    typed = {**FILLED["alert"], "concern": page.tree.xpath("//*[@name='concern']//@value[. != '']")[0]}
    for _ in range(2):
        assert "The Virtual School has been told" in page.send("happened", **typed).main
        assert drafts(ask) == [] and count(ask, ExclusionAlert) == 1


def test_nobody_lays_a_text_beside_a_page_that_they_were_not_given(world: World, enter: Enter, ask: Ask) -> None:
    page = enter("teacher").get(f"{ADMIN}/peps/section/?id={delegated(world)}&section=voice")
    forged = page.send("then", button=("then", "stay"), child_voice_good="x" * 50_000, seal="forged")
    assert forged.status == 422 and drafts(ask) == []
    theirs = form_of(page).get("data-draft")
    other = enter("worker").get(f"{ADMIN}/peps/section/?id=1&section=background")
    posted = [(name, text) for name, text in values_of(form_of(other)) if name not in ("seal", "what_school_needs_to_know")]
    posted += [("seal", theirs), ("child_voice_good", "Laid beside it"), ("then", "stay"),
               ("what_school_needs_to_know", "x" * 50_000)]
    assert other.visitor.post(other.url, posted).status == 422
    assert drafts(ask) == []


# --- signing -------------------------------------------------------------------------------------------------------------


def test_who_signs_is_told_of_their_own_unsaved_text(world: World, enter: Enter) -> None:
    number = world.written_pep(money=False).id
    target = world.target_of(world.pep_of()).id
    world.session.commit()
    teacher, page_of = enter("teacher"), f"{ADMIN}/peps/section/?id={number}&section="
    sign, check = f"{ADMIN}/peps/sign/?id={number}&part=education", f"{ADMIN}/peps/check/?id={number}"
    assert "unsaved text" not in teacher.get(sign).main + teacher.get(check).main
    assert keep(teacher.get(f"{page_of}voice"), child_voice_good="I read to the little ones.").status_code == 200
    page = teacher.get(sign)
    told = "Please check: you have unsaved text in The child's voice. It is not part of what you sign."
    assert told in page.main and page.main.index(told) < page.main.index("I have read this part")
    assert page.link("The child's voice").heading == "The child's voice"
    assert "unsaved text in The child's voice. It is not part of what is signed and sent." in teacher.get(check).main
    keep(teacher.get(f"{ADMIN}/targets/write/?id={target}"), outcome="Robin will read six books.")
    assert "unsaved text in Target 1" in teacher.get(sign).main
    worker = enter("worker")
    assert "unsaved text" not in worker.get(f"{ADMIN}/peps/sign/?id={number}&part=social_care").main, "nobody else's"
    assert keep(worker.get(f"{page_of}meeting"), chair="Olive Lehrer").status_code == 200
    assert "unsaved text" not in worker.get(f"{ADMIN}/peps/sign/?id={number}&part=social_care").main, "not of another part"
    assert "unsaved text in The meeting." in worker.get(f"{ADMIN}/peps/sign/?id={number}&part=meeting").main
    assert page.send("part", part="education").status == 200
    world.session.rollback()
    world.act(SYSTEM)
    signed = sa.text("SELECT signed_name FROM pep_education_section WHERE pep_id = :pep")
    assert world.session.connection().execute(signed, {"pep": number}).scalar_one() == "Tess Lehrer", "it warns and stops nothing"
