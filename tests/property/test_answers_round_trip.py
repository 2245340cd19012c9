"""Stored, shown, posted unchanged: the same digest for every kind of field, so that nothing untouched is written or in conflict."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pep_admin.pep_document import digest, normal
from pep_admin.pep_document.values import loaded, stored
from pep_admin.pep_form import FORM, Field, Kind
from pep_admin.views import section_forms

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=300)
DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))
MINUTES = st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1)).map(
    lambda each: each.replace(second=0, microsecond=0, tzinfo=UTC)
)


def values(found: Field) -> st.SearchStrategy[Any]:
    """Values that a field of that kind may hold, None among them."""
    codes = [code for code, _ in found.choices]
    of_kind: dict[Kind, st.SearchStrategy[Any]] = {
        Kind.LINE: TEXT,
        Kind.PARA: TEXT,
        Kind.DATE: DAYS,
        Kind.MOMENT: MINUTES,
        Kind.NUMBER: st.integers(0, 999_999),
        Kind.MONEY: st.integers(0, 9_999_999_99),
        Kind.YES_NO: st.booleans(),
        Kind.ONE_OF: st.sampled_from(codes or ["x"]),
        Kind.MANY_OF: st.lists(st.sampled_from(codes or ["x"]), unique=True).map(tuple),
    }
    if found.kind is Kind.ROWS:
        row = st.fixed_dictionaries({  # what a line looks back on comes along with the page
            column.key: st.integers(1, 9) if column.key in section_forms.LOOKED_AT else values(column) for column in found.columns
        })
        return st.none() | st.lists(row, max_size=4)
    return st.none() | of_kind[found.kind]


def posted_again(found: Field, value: Any) -> Any:
    """What comes back when the page is filled from a value and sent as it is: browsers send text areas with CRLF."""
    form: dict[str, str] = {f"base-{found.key}": ""}
    many: dict[str, list[str]] = {}
    if found.kind is Kind.ROWS:
        for number, row in enumerate(value or ()):
            for column in found.columns:
                form[f"{found.key}-{number}-{column.key}"] = browser(column, row.get(column.key))
    elif found.kind is Kind.MANY_OF:
        many[found.key] = list(reversed(value or ()))
    else:
        form[found.key] = browser(found, value)
    section = next(each for part in FORM.parts for each in part.sections if found in each.fields)
    posted = section_forms.read_post(section, [found.key], form, lambda key: many.get(key, []))
    assert posted.problems == ()
    return posted.values[found.key]


def browser(found: Field, value: Any) -> str:
    text = section_forms.written(found, value)
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n") if found.kind is Kind.PARA else text


@pytest.mark.parametrize("found", list(FORM.fields()), ids=lambda each: each.key)
@settings(max_examples=25)
@given(data=st.data())
def test_what_is_shown_and_sent_back_unchanged_has_the_digest_it_had(found: Field, data: st.DataObject) -> None:
    value = normal(found, data.draw(values(found)))
    kept = normal(found, loaded(found, stored(found, value))) if "answers" in found.store else value
    assert digest(found, kept) == digest(found, value), "through JSON"
    again = posted_again(found, kept)
    if found.kind is Kind.ROWS and kept:  # a line in which nothing is typed is left out
        typed = [column.key for column in found.columns if column.key not in section_forms.LOOKED_AT]
        kept = tuple(row for row in kept if any(row[key] is not None for key in typed)) or None
    assert digest(found, again) == digest(found, kept)


@pytest.mark.parametrize("found", [each for each in FORM.fields() if each.kind is Kind.PARA], ids=lambda each: each.key)
def test_two_texts_that_differ_have_different_digests(found: Field) -> None:
    assert digest(found, "one") != digest(found, "two")
    assert digest(found, "") == digest(found, None) == digest(found, " \n ")


def test_a_change_of_one_minute_or_one_row_is_seen() -> None:
    at, actions = FORM.field("meeting_at"), FORM.field("actions")
    moment = datetime(2024, 11, 18, 14, 0, tzinfo=UTC)
    assert digest(at, moment) != digest(at, moment + timedelta(minutes=1))
    row = {"id": 1, "what": "Book the tutor", "who": "Tess", "by_on": date(2024, 11, 29)}
    assert digest(actions, [row]) == digest(actions, [row | {"id": None}]), "an id is no answer"
    assert digest(actions, [row]) != digest(actions, [row | {"who": "Sara"}])
