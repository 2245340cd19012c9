"""Pages of a PEP that is past them, and its heading: what was sent is headed by the names it keeps, and offers no form in vain."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pep_admin.models import Child, School
from pep_admin.permissions import SYSTEM
from pep_admin.vocabulary import PepStatus
from pep_admin.workflow import peps
from tests.visiting import Visitor
from tests.world import NOW, World

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

Enter = Callable[[str], Visitor]
PEPS = "/admin/pep/peps"
STEPS = ("edit/?id={pep}", "writer/?id={pep}", "sign/?id={pep}&part=education", "grade/?id={pep}", "withdraw/?id={pep}")
OVER = {
    PepStatus.IN_PROGRESS: {"grade": "and only a PEP that was sent to the Virtual School can be graded."},
    PepStatus.SUBMITTED: {"writer": "so its writer cannot be changed now.", "sign": "so its parts cannot be signed now."},
    PepStatus.COMPLETE: {
        "edit": "so it cannot be changed now.", "writer": "so its writer cannot be changed now.",
        "sign": "so its parts cannot be signed now.",
        "grade": "and only a PEP that was sent to the Virtual School can be graded.",
        "withdraw": "so it cannot be closed as not needed."},
}
OVER[PepStatus.WITHDRAWN] = OVER[PepStatus.COMPLETE]


def brought_to(world: World, status: PepStatus) -> int:
    pep = {PepStatus.IN_PROGRESS: world.written_pep, PepStatus.SUBMITTED: world.sent_pep, PepStatus.COMPLETE: world.graded_pep,
           PepStatus.WITHDRAWN: world.written_pep}[status](money=False)
    if status is PepStatus.WITHDRAWN:
        peps.withdraw_pep(world.session, pep.id, reason="Not needed", actor=world.act(world.officer), now=NOW)
    found = pep.id
    world.session.commit()
    return found


@pytest.mark.parametrize("status", OVER)
def test_a_step_that_is_over_leads_back_with_a_sentence(world: World, enter: Enter, status: PepStatus) -> None:
    pep, officer = brought_to(world, status), enter("officer")
    said = {}
    for step in STEPS:
        page = officer.get(f"{PEPS}/{step.format(pep=pep)}")
        assert page.status == 200
        if page.url == f"{PEPS}/details/?id={pep}":
            said[step.partition("/")[0]] = page.tree.xpath("string(//p[contains(@class, 'message')])")
        else:
            assert page.form() is not None
    assert said == {step: f"Note: 2425-AUT-0001 is “{status.label}”, {sentence}" for step, sentence in OVER[status].items()}


def test_what_was_sent_is_headed_by_the_names_it_keeps(world: World, enter: Enter) -> None:
    pep = brought_to(world, PepStatus.SUBMITTED)
    world.act(SYSTEM)
    world.session.get_one(Child, world.child_id).known_as = "Neu"
    world.session.get_one(Child, world.other_child_id).known_as = "Neuer"
    world.session.get_one(School, world.school_id).name = "Renamed Academy"
    other = world.pep_of(world.other_child_id).id
    world.session.commit()
    officer = enter("officer")
    for path in ("check/?id={pep}", "history/?id={pep}", "section/?id={pep}&section=voice", "withdraw/?id={pep}"):
        told = [officer.get(f"{PEPS}/{path.format(pep=each)}").tree.xpath("string(//p[@class='whose'])") for each in (pep, other)]
        assert told == ["Robin, Alder School · Autumn 2024-25", "Neuer, Birch School · Autumn 2024-25"], path


def test_a_post_to_a_step_that_is_over_is_still_refused_by_its_verb(world: World, enter: Enter) -> None:
    pep, officer = brought_to(world, PepStatus.IN_PROGRESS), enter("officer")
    form = officer.get(f"{PEPS}/withdraw/?id={pep}")
    world.graded_pep(money=False)
    world.session.commit()
    again = form.send("reason", reason="Not needed after all")
    assert again.status == 422 and "Nothing was" in again.main
