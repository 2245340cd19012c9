"""Results of national tests on the page of learning: what is offered, and what is refused (P2.45, RD-220)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from pep_admin.models import Child
from pep_admin.permissions import SYSTEM
from tests.visiting import Visitor
from tests.world import World

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

PAGE = "/admin/pep/peps/section/?id={}&section=learning"
LINE = "statutory_results-0-{}"


@pytest.fixture
def page(world: World, enter: Callable[[str], Visitor]) -> str:
    world.act(SYSTEM)
    world.session.get_one(Child, world.child_id).date_of_birth = date(2019, 5, 14)
    world.session.commit()
    pep = world.delegated_pep()
    pep.year_group = "1"
    world.session.commit()
    number = pep.id
    world.session.rollback()
    return PAGE.format(number)


def test_a_child_of_year_1_is_offered_what_it_has_come_to(page: str, enter: Callable[[str], Visitor]) -> None:
    offered = enter("teacher").get(page).text
    assert all(f'<option value="{test}"' in offered for test in ("baseline", "eyfs", "phonics"))
    assert not any(f'<option value="{test}"' in offered for test in ("phonics_again", "ks1", "tables", "ks2", "ks2_judged"))


def test_a_test_that_is_years_off_is_refused_and_one_of_this_year_is_kept(page: str, enter: Callable[[str], Visitor]) -> None:
    opened = enter("teacher").get(page)
    told = {"test": "ks2", "taken_in": "2031-32", "result": "119"}
    refused = opened.send(LINE.format("test"), **{LINE.format(key): value for key, value in told.items()})
    assert refused.status == 422 and "is in Year 1; the key stage 2 tests come in Year 6." in refused.main
    told = {"test": "phonics", "taken_in": "2024-25", "result": "41"}
    refused = refused.send(LINE.format("test"), **{LINE.format(key): value for key, value in told.items()})
    assert refused.status == 422 and "A mark of the phonics check lies from 0 to 40." in refused.main
    kept = refused.send(LINE.format("test"), **{LINE.format("result"): "33"})
    assert kept.status == 200
    assert 'value="33"' in enter("teacher").get(page).text
