"""The rulebook on screen: every rule once, found by its number, with the figures of the academic year on record."""

from __future__ import annotations

from typing import Any

import pytest
from markupsafe import Markup

from pep_admin.rulebook import RULES
from pep_admin.views import rule_links
from tests.world import World

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

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


# --- every refusal and warning ends in its rule, linked ------------------------------------------------------------------------


def links_in(page: Any, where: str) -> list[tuple[str, str, str]]:
    """The links to rules below that place: text, address, where they open."""
    found = page.tree.xpath(f"{where}//a[starts-with(@class, 'rule')]")
    return [(each.text, each.get("href"), each.get("target") or "") for each in found]


def test_a_refused_answer_of_a_section_leads_to_its_rule_and_keeps_what_was_typed(world: World, enter: Any) -> None:
    pep = world.delegated_pep().id
    world.session.commit()
    page = enter("worker").get(f"/admin/pep/peps/section/?id={pep}&section=about").send(next_care_review_on="soon & <b>late</b>")
    assert page.status == 422
    (text, address, target), = links_in(page, "//*[@id='f-next_care_review_on-error']")
    assert (text, address, target) == ("HB-3.3", f"{PAGE}#HB-3.3", "_blank")
    assert page.tree.xpath("string(//input[@name='next_care_review_on']/@value)") == "soon & <b>late</b>"
    assert links_in(page, "//*[@class='summary']") == [("HB-3.3", f"{PAGE}#HB-3.3", "_blank")]
    assert "opens its rule in a new tab. What you typed stays here." in page.main
    assert line(enter("worker").get(address), "HB-3.3").startswith("HB-3.3")


def test_a_refused_record_leads_to_its_rule_also_one_of_data(world: World, enter: Any) -> None:
    child = world.child_id
    world.session.commit()
    page = enter("officer").get(f"/admin/pep/children/edit/?id={child}").send("upn", upn="B80", entered_care_on="01 Jan 2030")
    assert page.status == 422
    assert [each[0] for each in links_in(page, "//*[@id='upn-error']")] == ["DATA-upn"]
    assert [each[0] for each in links_in(page, "//*[@id='entered_care_on-error']")] == ["DATA-dates"]
    assert {each[2] for each in links_in(page, "//main")} == {"_blank"}
    assert page.tree.xpath("//*[@class='summary']//li/a[1]/@href")[0].startswith("#"), "the sentence itself leads to the field"


def test_a_warning_after_a_save_leads_to_its_rule(world: World, enter: Any) -> None:
    child = world.child_id
    world.session.commit()
    page = enter("officer").get(f"/admin/pep/children/edit/?id={child}").send("upn", sen_status="E")
    assert links_in(page, "//*[@class='messages']") == [("HB-3.4", f"{PAGE}#HB-3.4", "")], "nothing is being typed: the same tab"


def test_a_refused_step_and_a_held_one_lead_to_their_rules(world: World, enter: Any) -> None:
    world.launch()
    teacherless, pep = world.pep_of(world.other_child_id), world.pep_of()
    teacherless.writer_id = teacherless.social_worker_id = teacherless.school_id = None
    ids = teacherless.id, pep.id
    world.session.commit()
    officer = enter("officer")
    page = officer.get(f"/admin/pep/peps/details/?id={ids[1]}")
    assert page.status == 200
    listing = officer.get("/admin/pep/peps/")
    held = officer.post("/admin/pep/peps/action/", [*((key, value) for key, value in listing.form("rowid").form_values()
                                                      if key == "csrf_token"), ("action", "delegate"), ("rowid", str(ids[0]))])
    assert ("HB-2.2", f"{PAGE}#HB-2.2", "") in links_in(held, "//main")


def test_numbers_in_what_people_write_break_nothing(council: Any) -> None:
    """Only numbers of rules, in brackets, become links; everything else is escaped as it always was."""
    with council.app.test_request_context("/"):
        assert str(rule_links.ruled("<b>x</b> (HB-6.1)")) == (
            '&lt;b&gt;x&lt;/b&gt; (<span class="rule-inline">HB-6.1</span>)'), "nobody is signed in, so no link"
        assert rule_links.ruled("<b>x</b> (see above)") == "<b>x</b> (see above)", "left to the page, which escapes it"
        assert not hasattr(rule_links.ruled("<b>x</b>"), "__html__")
        assert str(rule_links.ruled("Two. (HB-6.1, DATA-upn) <i>")).endswith(") &lt;i&gt;")
        assert rule_links.ruled(7) == 7 and rule_links.ruled(Markup("<i>(HB-6.1)</i>")) == Markup("<i>(HB-6.1)</i>")
        assert rule_links.codes_in("One. (HB-1.1) Two. (DATA-two-people, HB-1.1)") == ["HB-1.1", "DATA-two-people"]
        assert rule_links.unruled("One. (HB-1.1) Two. (DATA-x)") == "One. Two."
        assert rule_links.rule_url("DATA-nothing-of-ours") is None
        assert rule_links.with_rules(["Choose one.", "Too much. (HB-6.1)"]) == "Choose one. (DATA-shape) Too much. (HB-6.1)"
        assert rule_links.with_rules(["This is not the password."], of_record=False) == "This is not the password."


def test_a_guide_stands_at_its_rule_and_the_words_are_explained(enter: Any) -> None:
    page = enter("teacher").get(f"{PAGE}?q=HB-3.14")
    assert "Say that what they think counts as much as what anybody else thinks." in line(page, "HB-3.14")
    assert "Recorded, warning. Checked: Signing Part 2." in line(page, "HB-3.14")
    assert "Gate Nothing goes on until it is met." in " ".join(
        f"{term.text_content()} {term.getnext().text_content()}" for term in page.tree.xpath("//main//details[1]//dt"))
    assert "Checked: nowhere yet." in line(enter("teacher").get(PAGE), "HB-7.5")


def test_the_year_is_a_link_for_those_who_may_read_years(enter: Any) -> None:
    assert enter("officer").get(PAGE).link("2024-25").heading == "2024-25"
    assert enter("teacher").get(PAGE).tree.xpath("//main//a[text()='2024-25']") == []
