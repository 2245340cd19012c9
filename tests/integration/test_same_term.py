"""A second PEP of one term says which PEP its answers came from."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pep_admin.vocabulary import PepKind
from pep_admin.workflow import delegation
from pep_admin.workflow import peps as verbs
from tests.visiting import Visitor
from tests.world import NOW, TODAY, World, child

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything


def test_answers_of_the_same_term_come_from_the_pep_before(world: World, enter: Callable[[str], Visitor]) -> None:
    world.graded_pep()
    other = verbs.initiate_pep(world.session, child(world.session, world.child_id), world.autumn, kind=PepKind.NEED,
                               reason="More help", actor=world.act(world.officer), today=TODAY, now=NOW)
    delegation.delegate_peps(world.session, [other.id], actor=world.officer, now=NOW, run="two")
    number = other.id
    world.session.commit()
    page = enter("worker").get(f"/admin/pep/peps/section/?id={number}&section=about").main
    assert "Came over from 2425-AUT-0001. Still right?" in page and "from last term" not in page
