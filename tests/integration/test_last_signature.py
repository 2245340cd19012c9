"""The last signature sends the PEP (HB-2.6), in one press and one transaction; where something else stops it, that is said.

The child of the world is Robin; Tess signs Part 2, Sara the rest. Nothing is signed when a test begins.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from pep_admin.models import Pep
from pep_admin.vocabulary import Part, PepStatus
from pep_admin.workflow import peps, sections
from tests.visiting import Page, Visitor, values_of
from tests.world import NOW, TODAY, World

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

PEPS = "/admin/pep/peps"
Enter = Callable[[str], Visitor]
Ask = Callable[[Callable[[Session], Any]], Any]


def signed_but(world: World, last: Part) -> int:
    """A written PEP in which all parts are signed but that one."""
    pep = world.written_pep(money=False)
    for part in Part:
        if part is not last:
            who = world.teacher if part is Part.EDUCATION else world.worker
            sections.sign_part(world.session, pep.id, part, actor=world.act(who), today=TODAY, now=NOW)
    number = pep.id
    world.session.commit()
    return number


def stands(ask: Ask, number: int) -> PepStatus:
    return ask(lambda session: session.get_one(Pep, number).status)  # type: ignore[no-any-return]  # as it is


def buttons(page: Page) -> list[str]:
    assert page.tree is not None
    return [" ".join(each.text_content().split()) for each in page.tree.xpath("//main//form//button")]


def test_the_last_signature_sends(world: World, enter: Enter, ask: Ask) -> None:
    number = signed_but(world, Part.EDUCATION)
    page = enter("teacher").get(f"{PEPS}/sign/?id={number}&part=education")
    assert "This is the last signature: it sends the PEP" in page.main and buttons(page) == ["Sign and send", "Sign only"]
    after = page.send("part")
    assert "Part 2 · Education is signed, and the PEP was sent to the Virtual School. It can be taken back" in after.main
    assert stands(ask, number) is PepStatus.SUBMITTED
    again = page.send("part")
    assert again.status == 200 and "sent" in again.main and stands(ask, number) is PepStatus.SUBMITTED
    back = next(form for form in after.tree.xpath("//main//form") if "recall" in (form.get("action") or ""))
    assert "Taken back." in after.visitor.post(back.get("action"), values_of(back)).main
    assert stands(ask, number) is PepStatus.IN_PROGRESS


def test_the_last_signer_may_sign_and_not_send_yet(world: World, enter: Enter, ask: Ask) -> None:
    number = signed_but(world, Part.EDUCATION)
    after = enter("teacher").get(f"{PEPS}/sign/?id={number}&part=education").send(
        "part", button=("then", "only"))
    assert "It was the last: send the PEP to the Virtual School now." in after.main and stands(ask, number) is PepStatus.IN_PROGRESS


def test_while_others_have_not_signed_nothing_is_sent(world: World, enter: Enter, ask: Ask) -> None:
    pep = world.written_pep(money=False)
    number = pep.id
    world.session.commit()
    page = enter("teacher").get(f"{PEPS}/sign/?id={number}&part=education")
    assert "last signature" not in page.main and buttons(page) == ["Sign"]
    after = page.send("part")
    assert "Part 2 · Education is signed." in after.main and "It was the last" not in after.main
    assert stands(ask, number) is PepStatus.IN_PROGRESS


def test_what_stops_the_pep_is_said_and_the_signature_stands(world: World, enter: Enter, ask: Ask) -> None:
    """The day of the next meeting is asked of the whole PEP (RD-306 is a part's own; this one is not)."""
    number = signed_but(world, Part.EDUCATION)
    page = enter("teacher").get(f"{PEPS}/sign/?id={number}&part=education")
    sections_of = ask(lambda session: session.get_one(Pep, number).meeting_at)
    assert sections_of is not None
    pep = world.session.get_one(Pep, number)
    world.act(world.officer)
    pep.meeting_at = None
    world.session.commit()
    after = page.send("part")
    assert stands(ask, number) is PepStatus.IN_PROGRESS
    assert "It was the last, but something still stops the PEP: it is listed here." in after.main
    assert after.heading.startswith("Check answers")


def test_the_verb_signs_and_sends_together_or_only_signs(world: World) -> None:
    number = signed_but(world, Part.MEETING)
    pep = peps.sign_and_send(world.session, number, Part.MEETING, actor=world.act(world.worker), today=TODAY, now=NOW)
    assert (pep.status, pep.submitted_at) == (PepStatus.SUBMITTED, NOW)


def test_who_signs_for_somebody_without_saying_why_is_asked_again_in_the_same_place(world: World, enter: Enter, ask: Ask) -> None:
    number = world.written_pep(money=False).id
    world.session.commit()
    page = enter("officer").get(f"{PEPS}/sign/?id={number}&part=education").send("part")
    assert page.status == 422 and "You sign for somebody else: say why, in a few words." in page.main
    assert page.tree is not None and page.tree.xpath("//textarea[@name='reason']/@aria-invalid") == ["true"]
    assert "is signed" in page.send("part", reason="She told me on the telephone").main
    shown = enter("officer").get(f"{PEPS}/details/?id={number}").main
    assert "Signed by Ole Amt, for Tess Lehrer, " in shown and "(She told me on the telephone)" in shown


def test_a_part_that_nobody_owns_is_signed_without_a_name_beside_it(world: World) -> None:
    pep = world.written_pep(money=False)
    pep.social_worker_id = None
    world.session.flush()
    sections.sign_part(world.session, pep.id, Part.SOCIAL_CARE, actor=world.act(world.officer), today=TODAY, now=NOW,
                       reason="Nobody is there")
    assert sections.take_part(world.session, pep, Part.SOCIAL_CARE).signed_name == "Ole Amt"
