"""A PEP as one long page: what stands on it for whom, saving in place and back at the place, refusals, drafts, statements."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import copy
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin

import lxml.html
import pytest
import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from pep_admin.models import FormVersion, Pep
from pep_admin.pep_document import read_document
from pep_admin.pep_form import FORM, Form, digest_of, snapshot
from pep_admin.vocabulary import Audience
from tests.integration.test_draft_pages import keep
from tests.visiting import Visitor, values_of
from tests.world import World

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

PEPS = "/admin/pep/peps/"
WHOLE = f"{PEPS}whole/?id=1"
SECTION = f"{PEPS}section/?id=1&section=voice"
Enter = Callable[[str], Visitor]


def whole(who: Visitor) -> Any:
    page = who.get(WHOLE)
    assert page.status == 200
    return page


def shown(page: Any) -> list[str]:
    """The keys of the sections on the page, in order."""
    return [each.removeprefix("s-") for each in page.tree.xpath("//main//section[starts-with(@id, 's-')]/@id")]


def written(page: Any) -> set[str]:
    """The keys of those sections that have a form."""
    return {each.removeprefix("s-") for each in page.tree.xpath("//main//section[starts-with(@id, 's-')][.//form]/@id")}


def keys_of(part: str) -> set[str]:
    return {section.key for each in FORM.parts if each.part == part for section in each.sections}


@pytest.fixture
def stands(ask: Any) -> Callable[[str], Any]:
    """`stands("key")`: what the record holds now."""
    return lambda key: ask(lambda session: read_document(session, session.get_one(Pep, 1), audience=Audience.RULES).answer(key))


# --- what stands on it -------------------------------------------------------------------------------------------------------


def test_every_section_of_the_list_is_there_in_its_order_and_the_contents_lead_to_it(enter: Enter) -> None:
    teacher = enter("teacher")
    before: Any = teacher.get(f"{PEPS}details/?id=1")
    listed = [re.findall(r"section=(\w+)", each)[0]
              for each in before.tree.xpath("//section[@id='parts']//ul[@class='sections']//a/@href")]
    page = whole(teacher)
    assert shown(page) == listed and len(listed) > 12
    ids = page.tree.xpath("//*/@id")
    assert len(ids) == len(set(ids)), "no name stands for two places"
    links = page.tree.xpath("//nav[@class='contents']//a/@href")
    assert [each for each in links if each != "#targets"] == [f"#s-{each}" for each in listed]
    assert set(links) <= {f"#{each}" for each in ids}
    assert page.tree.xpath("count(//main//section[@id='s-strengths']/h3)") == 1
    assert "The three parts" not in page.main and "Target 1:" in page.main


def test_what_somebody_writes_is_a_form_and_the_rest_is_text(enter: Enter) -> None:
    for who, parts in (("teacher", ("education", "meeting")), ("worker", ("social_care", "meeting")),
                       ("officer", ("social_care", "education", "meeting")), ("auditor", ())):
        page = whole(enter(who))
        mine = set(shown(page)) & set().union(*(keys_of(each) for each in parts))
        assert written(page) == mine, who
        forms = page.tree.xpath("//main//section[starts-with(@id, 's-')]//form")
        assert [each.get("action") for each in forms] == [
            f"{PEPS}section/?id=1&section={key}&back=whole" for key in shown(page) if key in mine]
        buttons = page.tree.xpath("//main//section[starts-with(@id, 's-')]//form//button[1]")
        assert all(each.text_content().startswith("Save this section: ") for each in buttons)
        assert len({each.text_content() for each in buttons}) == len(mine), "each is named after its section"
    answers = whole(enter("teacher")).tree.xpath("//section[@id='s-about']//dd")
    assert answers and not whole(enter("teacher")).tree.xpath("//section[@id='s-about']//*[self::input or self::textarea]")


def test_what_is_kept_from_the_school_is_not_on_its_page(enter: Enter, world: World) -> None:
    world.save(world.session.get_one(Pep, 1), "background", world.worker, confidential_history="zebra")
    world.session.commit()
    page = whole(enter("teacher"))
    assert "zebra" not in page.text and "Confidential history" not in page.text
    assert "zebra" in whole(enter("worker")).main
    assert enter("other_teacher").get(WHOLE).status == 404


def test_a_section_that_asks_its_reader_nothing_is_left_out(enter: Enter, world: World) -> None:
    world.save(world.session.get_one(Pep, 1), "attendance", world.teacher, behaviour="none")
    world.session.commit()
    page = whole(enter("teacher"))
    assert "money_effect" not in shown(page), "no earlier money"
    assert "money_effect" not in "".join(page.tree.xpath("//nav[@class='contents']//a/@href"))


def test_a_pep_that_was_sent_is_read_here_and_written_nowhere(enter: Enter, world: World) -> None:
    world.sent_pep()
    world.session.commit()
    page = whole(enter("teacher"))
    assert not written(page) and "is “Sent to the Virtual School”, so it is here to read." in page.main
    assert not page.tree.xpath("//script[contains(@src, 'drafts.js')]")


def test_the_choice_is_an_address_and_nothing_else(enter: Enter) -> None:
    teacher = enter("teacher")
    page = teacher.get(f"{PEPS}details/?id=1").link("Show as one long page")
    assert page.url == WHOLE and "Set-Cookie" not in page.answer.headers
    assert page.link("Show as a list of sections").url == f"{PEPS}details/?id=1"


# --- saving in place -----------------------------------------------------------------------------------------------------------


def send(page: Any, name: str, **typed: str) -> Any:
    """The raw answer to that section's form."""
    form = page.form(name)
    data = [(key, value) for key, value in values_of(form) if key not in typed] + list(typed.items()) + [("then", "back")]
    return page.visitor.client.post(urljoin(page.url, form.get("action")), data=MultiDict(data))


def test_saving_leads_back_to_the_section_and_says_so_there(enter: Enter, stands: Any) -> None:
    page = whole(enter("teacher"))
    answer = send(page, "achievements", achievements="Swam a mile.")
    assert (answer.status_code, answer.location) == (303, f"{WHOLE}&saved=strengths#s-strengths")
    assert stands("achievements") == "Swam a mile."
    after = page.visitor.get(answer.location)
    (there,) = after.tree.xpath("//main//div[@class='messages']")
    assert there.xpath("ancestor::section[@id='s-strengths']") and "Saved." in there.text_content()
    assert not page.visitor.get(answer.location).tree.xpath("//main//div[@class='messages']"), "said once"


def test_a_strange_word_in_the_address_says_nothing(enter: Enter) -> None:
    teacher = enter("teacher")
    send(whole(teacher), "achievements", achievements="Swam a mile.")
    page: Any = teacher.get(f"{WHOLE}&saved=nonsense")
    (there,) = page.tree.xpath("//main//div[@class='messages']")
    assert page.status == 200 and not there.xpath("ancestor::section")


def test_what_cannot_be_saved_is_shown_on_the_sections_own_page_and_leads_back_when_it_is_mended(enter: Enter, stands: Any) -> None:
    page = whole(enter("teacher"))
    refused = page.send("voice_gathered_on", button=("then", "back"), voice_gathered_on="the 40th", child_voice_good="I like maths")
    assert refused.status == 422 and refused.heading.startswith("The child")
    (box,) = refused.tree.xpath("//textarea[@name='child_voice_good']")
    assert box.text_content().strip() == "I like maths" and stands("child_voice_good") != "I like maths"
    assert refused.links("Back without saving") == [f"{WHOLE}#s-voice"]
    mended = refused.send("then", button=("then", "back"), voice_gathered_on="14 Nov 2024")
    assert mended.url == f"{WHOLE}&saved=voice" and stands("child_voice_good") == "I like maths"


def test_a_colleagues_save_is_shown_as_on_the_sections_own_page(enter: Enter, stands: Any) -> None:
    page = whole(enter("teacher"))
    enter("officer").get(SECTION).send("then", button=("then", "stay"), child_voice_good="The officer's")
    both = page.send("child_voice_good", button=("then", "back"), child_voice_good="The teacher's")
    assert both.status == 409 and "The officer's" in both.main and stands("child_voice_good") == "The officer's"
    after = both.send("then", button=("then", "back"))
    assert after.url == f"{WHOLE}&saved=voice" and stands("child_voice_good") == "The teacher's"


def test_a_section_that_asks_more_after_saving_says_so_in_its_place(enter: Enter) -> None:
    page = whole(enter("teacher"))
    after = page.send("behaviour", button=("then", "back"), behaviour="some")
    assert after.url == f"{WHOLE}&saved=attendance"
    assert "this page now asks something more" in after.main
    assert after.tree.xpath("//section[@id='s-attendance']//*[@name='behaviour_seen']")


def test_the_list_of_sections_goes_on_as_before(enter: Enter) -> None:
    page: Any = enter("teacher").get(SECTION).send("then", button=("then", "back"))
    assert page.url == f"{PEPS}details/?id=1"
    stays = enter("teacher").get(SECTION)
    assert "Save and stay" in stays.main and "Save this section" not in stays.main


def test_a_closed_pep_keeps_what_was_typed_in_sight(enter: Enter, world: World) -> None:
    page = whole(enter("teacher"))
    world.sent_pep()
    world.session.commit()
    late = page.send("achievements", button=("then", "back"), achievements="Too late, zebra")
    assert late.status == 409 and "Too late, zebra" in late.main and "This PEP cannot be written in now" in late.main


# --- drafts --------------------------------------------------------------------------------------------------------------------


def only(page: Any, key: str) -> Any:
    """The page with the form of that section alone, as `keep` looks at one."""
    (section,) = page.tree.xpath(f"//section[@id='s-{key}']")
    one = copy(page)
    one.tree = lxml.html.fromstring(lxml.html.tostring(section, encoding="unicode"))
    return one


def test_each_form_keeps_its_own_draft_and_shows_it_again(enter: Enter, stands: Any) -> None:
    page = whole(enter("teacher"))
    for key, name, text in (("voice", "child_voice_good", "Half a thou"), ("strengths", "achievements", "Half a mile")):
        assert keep(only(page, key), **{name: text}).status_code == 200
    again = whole(enter("teacher"))
    for name, text in (("child_voice_good", "Half a thou"), ("achievements", "Half a mile")):
        (box,) = again.tree.xpath(f"//textarea[@name='{name}']")
        assert box.text_content().strip() == text and stands(name) != text
    banners = again.tree.xpath("//section[@class='draft']/ancestor::section[starts-with(@id, 's-')]/@id")
    assert banners == ["s-strengths", "s-voice"]
    ids = again.tree.xpath("//*/@id")
    assert len(ids) == len(set(ids))
    assert len(again.tree.xpath("//script[contains(@src, 'drafts.js')]")) == 1
    saved = again.send("achievements", button=("then", "back"))
    assert stands("achievements") == "Half a mile"
    assert saved.tree.xpath("//section[@class='draft']/ancestor::section[starts-with(@id, 's-')]/@id") == ["s-voice"]
    assert "Half a thou" in saved.main, "the other form's draft is still there"


def test_nobody_sees_anothers_draft(enter: Enter) -> None:
    keep(only(whole(enter("teacher")), "voice"), child_voice_good="zebra")
    for who in ("officer", "worker", "auditor"):
        assert "zebra" not in enter(who).get(WHOLE).text


# --- statements ----------------------------------------------------------------------------------------------------------------


def regrouped(many: bool) -> Form:
    """The form's fields in three sections, or each in a section of its own."""
    parts = []
    for part in FORM.parts:
        (first, *_), fields = part.sections, tuple(FORM.fields(part.part))
        alone = tuple(replace(first, key="last_targets" if each.key == "target_reviews" else f"only_{each.key}", title=each.label,
                              fields=(each,)) for each in fields)
        together = (replace(first, key="last_targets" if part.part == "education" else f"all_of_{part.part}", fields=fields),)
        parts.append(replace(part, sections=alone if many else together))
    return Form(tuple(parts))


def test_many_sections_take_as_many_statements_as_three(enter: Enter, ask: Any) -> None:
    said: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    def count(many: bool) -> tuple[int, int]:
        def store(session: Any) -> None:
            for version in session.scalars(sa.select(FormVersion)):
                declared = snapshot(regrouped(many))
                version.declared, version.digest = declared, digest_of(declared)
            session.commit()

        ask(store)
        who = enter("teacher")
        assert keep(only(whole(who), "only_achievements" if many else "last_targets"), achievements="A draft").status_code == 200
        said.clear()
        sections = len(shown(whole(who)))
        return len(said), sections

    sa.event.listen(sa.engine.Engine, "before_cursor_execute", hear)
    try:
        (few, three), (lots, more) = count(many=False), count(many=True)
    finally:
        sa.event.remove(sa.engine.Engine, "before_cursor_execute", hear)
    assert three == 3 and more > 60
    assert abs(few - lots) <= 2 and max(few, lots) <= 79, (few, lots)
