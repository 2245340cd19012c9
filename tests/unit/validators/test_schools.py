"""A school's record by itself: a name, and register numbers in their shape where they are known. Values by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from pep_admin.validators.findings import blocking
from pep_admin.validators.schools import check_school


def found(**changes: Any) -> list[tuple[str, str]]:
    facts = {"urn": "105300", "name": "Elm School", "local_authority_code": "351", "laestab": "3512000", "ukprn": "10037232"}
    return [(each.check, each.field) for each in blocking(check_school(SimpleNamespace(**{**facts, **changes})))]


@pytest.mark.parametrize("changes", [{}, {"urn": None}, {"urn": "", "local_authority_code": None, "laestab": "", "ukprn": None},
                                     {"name": "X" * 200}, {"local_authority_code": "001"}])
def test_a_school_with_a_name_and_numbers_in_their_shape_is_taken(changes: dict[str, Any]) -> None:
    assert found(**changes) == []


@pytest.mark.parametrize(("changes", "told"), [
    ({"name": None}, ("SCHOOL-name", "name")), ({"name": "  "}, ("SCHOOL-name", "name")),
    ({"name": "X" * 201}, ("CHILD-name", "name")), ({"urn": "10530"}, ("URN-shape", "urn")),
    ({"local_authority_code": "35"}, ("SCHOOL-local-authority-code", "local_authority_code")),
    ({"local_authority_code": "35A"}, ("SCHOOL-local-authority-code", "local_authority_code")),
    ({"laestab": "351200"}, ("SCHOOL-laestab", "laestab")), ({"ukprn": "00372320"}, ("SCHOOL-ukprn", "ukprn")),
    ({"ukprn": "100372321"}, ("SCHOOL-ukprn", "ukprn")),
])
def test_what_cannot_be_a_schools_is_told_at_its_field(changes: dict[str, Any], told: tuple[str, str]) -> None:
    assert found(**changes) == [told]
