"""The rulebook on screen: every rule once, found by its number, with the figures of the academic year on record."""

from __future__ import annotations

from typing import Any

import pytest

from pep_admin.rulebook import RULES
from tests.world import World

PAGE = "/admin/pep/rules/"


def codes(page: Any) -> list[str]:
    return [each.text for each in page.tree.xpath("//main//dl[contains(@class, 'rules')]//dt")]


def line(page: Any, code: str) -> str:
    return " ".join(page.tree.xpath(f"string(//*[@id='{code}'])").split())


@pytest.mark.parametrize("who", ["teacher", "worker", "finance", "auditor", "administrator"])
def test_every_rule_stands_there_once_for_everybody(enter: Any, who: str) -> None:
    page = enter(who).get(PAGE)
    assert codes(page) == list(RULES)
    assert all(rule.sentence in page.main for rule in RULES.values())


def test_a_rule_is_found_by_its_number_or_its_words(enter: Any) -> None:
    teacher = enter("teacher")
    assert codes(teacher.get(f"{PAGE}?q=hb-3.1")) == ["HB-3.1"], "not HB-3.10 as well"
    assert codes(teacher.get(f"{PAGE}?q=HB-6")) == [f"HB-6.{number}" for number in range(1, 9)]
    assert codes(teacher.get(f"{PAGE}?q=fully+costed")) == ["HB-6.6"]
    page = teacher.get(f"{PAGE}?q=HB-99")
    assert codes(page) == [] and "No rule fits this search" in page.main
    assert teacher.get(f"{PAGE}?q={'x' * 500}").status == 200
    assert teacher.get(f"{PAGE}?q=%3Cscript%3E").text.count("<script>") == 0


def test_the_figures_beside_a_rule_are_those_of_the_year_on_record(world: World, enter: Any) -> None:
    page = enter("teacher").get(PAGE)
    assert line(page, "HB-6.1").endswith(
        "PPG for a child in a term, up to: £600.00PPG for a child in the year, up to: £1,800.00")
    assert "Working days to open a new child's PEP: 10" in line(page, "HB-1.2")
    for deadline in ("Autumn term, due by: 29 Nov 2024", "Spring term, due by: 28 Feb 2025", "Summer term, due by: 06 Jun 2025"):
        assert deadline in line(page, "HB-1.4")
    assert "By a report card".casefold() in line(page, "HB-3.10").casefold()
    year = world.autumn.year_id
    world.session.rollback()
    enter("head").get(f"/admin/pep/years/edit/?id={year}").send("ppg_term_cap_pence", ppg_term_cap_pence="650")
    assert "up to: £650.00" in line(enter("teacher").get(PAGE), "HB-6.1")


def test_a_finding_leads_to_its_rule(world: World, enter: Any) -> None:
    pep = world.delegated_pep().id
    world.session.commit()
    page = enter("teacher").get(f"/admin/pep/peps/check/?id={pep}")
    links = set(page.tree.xpath("//main//a[contains(@class, 'rule')]/@href"))
    assert f"{PAGE}#HB-2.6" in links
    assert all(link.partition("#")[2] in RULES for link in links)
