"""What must not be stored of posted answers: what does not fit, a meeting that cannot be this PEP's, days that cannot be meant."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from pep_admin.pep_form import FORM
from pep_admin.validators.findings import blocking
from pep_admin.validators.peps import check_posted
from tests.unit.conftest import TODAY, Make

OPENED = date(2024, 9, 9)  # as the document of conftest.py says; the child was born on 1 Mar 2015


def posted(a_document: Make, values: dict[str, Any], **changes: Any) -> list[tuple[str, str, str]]:
    fields = {key: FORM.field(key) for key in values}
    found = check_posted(a_document(**changes), fields, values, today=TODAY)
    assert blocking(found) == found
    return [(each.check, each.field, each.row) for each in found]


@pytest.mark.parametrize("values", [
    {}, {"hopes": "To swim."}, {"next_care_review_on": None}, {"next_care_review_on": date(2015, 3, 1)},
    {"next_care_review_on": date(2026, 9, 9)}, {"meeting_at": None}, {"meeting_at": datetime(2024, 7, 11, 9, 0, tzinfo=UTC)},
    {"meeting_at": datetime(2025, 8, 31, 12, 0, tzinfo=UTC)}, {"sdq": ()},
    {"sdq": ({"total": 40, "completed_on": TODAY, "completed_by": "carer"},)},
    {"attendance": ({"possible": 10, "present": 9, "figures_to": TODAY},)},
    {"actions": ({"what": "Ask", "who": "Ms Green", "by_on": date(2024, 12, 6)},)}, {"actions": None},
])
def test_what_can_be_meant_is_stored(a_document: Make, values: dict[str, Any]) -> None:
    assert posted(a_document, values) == []


@pytest.mark.parametrize(("values", "told"), [
    ({"hopes": "x" * 5_001}, ("shape", "hopes", "")),
    ({"next_care_review_on": date(2015, 2, 28)}, ("PEP-day", "next_care_review_on", "")),  # before the child was born
    ({"next_care_review_on": date(2026, 9, 10)}, ("PEP-day", "next_care_review_on", "")),  # two years and a day after 9 Sep 2024
    ({"next_care_review_on": date(2201, 1, 1)}, ("shape", "next_care_review_on", "")),  # told once
    ({"meeting_at": datetime(2024, 7, 10, 9, 0, tzinfo=UTC)}, ("MEET-span", "meeting_at", "")),  # 61 days before the opening
    ({"meeting_at": datetime(2025, 9, 1, 12, 0, tzinfo=UTC)}, ("MEET-span", "meeting_at", "")),
    ({"sdq": ({"total": 9, "completed_on": date(2024, 11, 27), "completed_by": "carer"},)}, ("SDQ-day", "sdq", "0-completed_on")),
    ({"attendance": ({"possible": 10, "present": 9, "figures_to": date(2024, 11, 27)},)},
     ("attendance-day", "attendance", "0-figures_to")),
    ({"actions": ({"what": "Ask", "who": "Ms Green", "by_on": date(2024, 12, 6)},
                  {"what": "Ask", "who": "Ms Green", "by_on": date(1999, 12, 6)})}, ("PEP-day", "actions", "1-by_on")),
])
def test_what_cannot_be_meant_is_refused_at_its_box(a_document: Make, values: dict[str, Any], told: tuple[str, str, str]) -> None:
    assert posted(a_document, values) == [told]


def test_a_total_that_is_none_is_told_once_by_its_line(a_document: Make) -> None:
    [finding] = check_posted(a_document(), {"sdq": FORM.field("sdq")}, {"sdq": (
        {"total": 12, "completed_on": date(2024, 9, 10), "completed_by": "carer"},
        {"total": 12, "completed_on": date(2015, 2, 28), "completed_by": "carer"})}, today=TODAY)
    assert finding.row == "1-completed_on" and finding.message.startswith("Line 2 of “SDQ score”: ")


def test_a_pep_that_was_never_opened_counts_from_today(a_document: Make) -> None:
    values = {"next_care_review_on": date(2026, 11, 26)}
    assert posted(a_document, values, initiated_on=None) == []
    assert posted(a_document, {"next_care_review_on": date(2026, 11, 27)}, initiated_on=None) == [
        ("PEP-day", "next_care_review_on", "")]
    assert posted(a_document, {"meeting_at": datetime(2020, 1, 1, tzinfo=UTC)}, initiated_on=None) == []
