"""What is written for the social worker and named officers alone (HB-3.11; pep-form P1.44) is closed to whoever checks the work:
no page, list, export, search or history shows it to an auditor, and no PDF holds it."""

from __future__ import annotations

import pytest

from pep_admin.pep_form import FORM
from tests.security.access_table import LINES
from tests.security.house import House, changed

pytestmark = pytest.mark.slow

ADMIN = "/admin/pep"
PEP = f"{ADMIN}/peps/section/?id={{pep}}&section="
SECRET = {
    "background": ("confidential_history", "Quittenmarmelade was told by the grandmother in the first year."),
    "responsibility": ("family_time_detail", "Quittenmarmelade is brought to each of the visits."),
    "discussion": ("adults_only_notes", "Quittenmarmelade was spoken of when she had gone."),
}
WORD = "Quittenmarmelade"
PLACES = ("details", "check", "whole", "changes", "history", "history/pep")


def tell(house: House) -> None:
    """The social worker writes it down, each in its own box."""
    for section, (key, words) in SECRET.items():
        page = house.visitor("worker").get(house.at(f"{PEP}{section}"))
        form = page.form("then")
        honest = [(name, value) for name, value in form.form_values() if name not in (key, "csrf_token")]
        answer = house.post("worker", f"{PEP}{section}", [*honest, (key, words), ("then", "stay")])
        assert answer.status_code in (200, 303), (section, answer.status_code)


def test_no_page_of_the_auditors_shows_what_is_kept_to_care(house: House) -> None:
    tell(house)
    for section, (key, _) in SECRET.items():
        for who in ("worker", "officer", "head"):
            assert WORD in house.get(who, f"{PEP}{section}").text, "it stands where it is needed"
        shown = house.get("auditor", f"{PEP}{section}")
        label = FORM.field(key).label
        assert shown.status_code == 200 and WORD not in shown.text and label not in shown.text
    doors = [line.address for line in LINES if line.method == "GET" and line.outcome("auditor") == "200"]
    doors += [f"{PEP}{section.key}" for part in FORM.parts for section in part.sections]
    doors += [f"{ADMIN}/peps/{place}/?id={{pep}}" for place in PLACES]
    doors += [f"{ADMIN}/{noun}/?search={WORD[:8]}" for noun in ("children", "peps", "targets", "people")]
    assert [door for door in doors if WORD.encode() in house.get("auditor", door).get_data()] == []


def test_the_auditor_takes_away_no_pdf_and_no_list(house: House) -> None:
    tell(house)
    assert house.get("auditor", f"{ADMIN}/peps/pdf/?id={{pep}}").status_code == 403
    for noun in ("children", "peps", "sdq", "targets"):
        assert house.get("auditor", f"{ADMIN}/{noun}/export/csv/").status_code in (403, 404), noun


def test_the_auditor_cannot_write_what_they_do_not_read(house: House) -> None:
    tell(house)
    before = house.rows()
    answer = house.post("auditor", f"{PEP}background", {"confidential_history": "Overwritten", "then": "stay"})
    assert answer.status_code == 403 and changed(before, house.rows()) == set()


def test_an_address_that_was_shared_and_is_withheld_since_stands_in_no_page_of_the_school(house: House) -> None:
    page = f"{PEP}about"
    for answers in ({"address_withheld_from": "nobody"}, {"home_address": "4 Quittenmarmelade Row"},
                    {"address_withheld_from": "school"}):
        if answers == {"address_withheld_from": "school"}:
            assert WORD in house.get("teacher", page).text, "so far the school reads it"
        form = house.visitor("worker").get(house.at(page)).form("then")
        honest = [(name, value) for name, value in form.form_values() if name not in (*answers, "csrf_token")]
        answer = house.post("worker", page, [*honest, *answers.items(), ("then", "stay")])
        assert answer.status_code in (200, 303)
    doors = [f"{ADMIN}/peps/{place}/?id={{pep}}" for place in PLACES]
    doors += [f"{PEP}{section.key}" for part in FORM.parts for section in part.sections]
    doors += [line.address for line in LINES if line.method == "GET" and line.outcome("teacher") == "200"]
    assert [door for door in doors if WORD.encode() in house.get("teacher", door).get_data()] == []
    told = house.get("officer", f"{ADMIN}/peps/history/?id={{pep}}").text
    assert "Who must not learn" in told and WORD not in told, "what is told of changes may come before a school too"
