"""Beside what a section reads from the record: where its reader puts it right, or whom to tell."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.visiting import Visitor
from tests.world import World

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

PAGE = "/admin/pep/peps/section/?id={}&section={}"


def test_a_reader_is_led_to_the_record_or_told_whom_to_tell(world: World, enter: Callable[[str], Visitor]) -> None:
    number = world.delegated_pep().id
    world.session.commit()
    teacher, worker, officer = enter("teacher"), enter("worker"), enter("officer")
    attendance = teacher.get(PAGE.format(number, "attendance"))
    assert "?child=1" in attendance.link("Record a suspension…").url
    assert "Record a suspension" not in worker.get(PAGE.format(number, "attendance")).main
    consents = PAGE.format(number, "responsibility")
    assert "?child=1" in worker.get(consents).link("Record a consent…").url
    assert "Record a consent" not in teacher.get(consents).main
    setting = PAGE.format(number, "setting")
    assert "tell the Virtual School, which keeps it." in teacher.get(setting).main
    assert "/children/details/?id=1" in officer.get(setting).link("to the child’s page").url
