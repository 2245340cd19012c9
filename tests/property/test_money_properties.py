"""Whatever the amount: what is printed is read back to the penny, and nothing but a plain amount is read."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from pep_admin.money import MOST_PENCE, format_pounds, parse_pounds

PENCE = st.integers(0, MOST_PENCE)
PLAIN = re.compile(r"£?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]{2})?")


@given(PENCE)
def test_what_is_printed_is_read_back(pence: int) -> None:
    assert parse_pounds(format_pounds(pence)) == pence
    assert parse_pounds(format_pounds(pence).replace(",", "").removeprefix("£")) == pence


@given(PENCE, PENCE)
def test_print_keeps_the_order(one: int, other: int) -> None:
    assert (format_pounds(one) == format_pounds(other)) is (one == other)
    assert format_pounds(-one) == ("-" if one else "") + format_pounds(one)


@given(st.text(alphabet="0123456789.,£-+e \u00a0x_", max_size=14))
@example("600.005")
@example("1,00")
def test_nothing_but_a_plain_amount_is_read(text: str) -> None:
    try:
        pence = parse_pounds(text)
    except ValueError as refused:
        assert str(refused).endswith(".")
        plain = PLAIN.fullmatch(text.strip())
        assert plain is None or len(plain[1].replace(",", "").lstrip("0")) > 8
    else:
        typed = PLAIN.fullmatch(text.strip())
        assert typed is not None
        pounds, _, rest = typed.group().lstrip("£").replace(",", "").partition(".")
        assert pence == int(pounds) * 100 + int(rest or 0)


@given(st.text(max_size=20))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    try:
        assert 0 <= parse_pounds(text) <= MOST_PENCE
    except ValueError as refused:
        assert str(refused)[0].isupper() or str(refused).startswith("£")


@given(st.integers(0, 99_999_999), st.text("0123456789", min_size=3, max_size=6))
def test_more_than_two_figures_of_pence_are_never_rounded(pounds: int, pence: str) -> None:
    try:
        parse_pounds(f"{pounds}.{pence}")
    except ValueError:
        return
    raise AssertionError("an amount was rounded")
