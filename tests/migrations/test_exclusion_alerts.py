"""A plan that said of a risk of exclusion, before alerts, that the Virtual School was told: from the upgrade on that is so."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from tests.migrations.test_waivers_of_voices import STATEMENTS

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

PART = "INSERT INTO pep_education_section (id, pep_id, answers, sensitive_answers, row_version) VALUES (1, 1, '{}', '{{}}', 1)"


@pytest.mark.parametrize(("answer", "status", "alerts"), [
    ("true", "in_progress", 1), ("false", "in_progress", 0), ("true", "complete", 0),
])
def test_an_answer_that_stands_opens_its_alert(
    empty_database: str, open_engine: Callable[[str], sa.Engine], migrate: Callable[..., None], answer: str, status: str,
    alerts: int,
) -> None:
    engine = open_engine(empty_database)
    migrate(engine, "upgrade", "0007")
    with engine.begin() as connection:
        for statement in (*STATEMENTS[:-1], PART.format(f'{{"exclusion_risk": {answer}}}')):
            connection.exec_driver_sql(statement.replace("'complete'", f"'{status}'"))
    migrate(engine, "upgrade", "domain@head")
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT child_id, pep_id, concern, happened, closed_on FROM pep_exclusion_alert").all()
    said = "Part 2 of 2425-AUT-0001 says that there is a risk of suspension or exclusion."
    assert [tuple(row) for row in rows] == [(1, 1, "risk", said, None)] * alerts
    migrate(engine, "downgrade", "0007")
    engine.dispose()
