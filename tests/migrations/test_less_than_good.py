"""A tick from before inspections were on record is kept as what was said by hand, and years get the strict rule."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything


def test_a_tick_is_kept_as_said_by_hand(
    empty_database: str, open_engine: Callable[[str], sa.Engine], migrate: Callable[..., None]
) -> None:
    engine = open_engine(empty_database)
    migrate(engine, "upgrade", "0003")
    with engine.begin() as connection:
        for name, ticked in (("Alder", "true"), ("Birch", "false")):
            connection.exec_driver_sql(
                "INSERT INTO pep_school (name, kind, phase, in_borough, less_than_good, payment_method, row_version) "
                f"VALUES ('{name}', 'school', 'primary', true, {ticked}, 'bacs', 1)")
        connection.exec_driver_sql(
            "INSERT INTO pep_academic_year (name, starts_on, ends_on, ppg_term_cap_pence, ppg_year_cap_pence, "
            "post16_year_cap_pence, grant_per_child_pence, sdq_threshold, initiate_working_days, complete_school_days, "
            "amber_is_satisfactory, row_version) "
            "VALUES ('2024-25', '2024-09-01', '2025-08-31', 1, 1, 1, 1, 17, 10, 20, false, 1)")
    migrate(engine, "upgrade", "domain@head")
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT name, less_than_good, less_than_good_by_hand, less_than_good_reason FROM pep_school ORDER BY name").all()
        rules = connection.exec_driver_sql("SELECT graded_rule, card_rule FROM pep_academic_year").one()
    assert [tuple(row) for row in rows] == [("Alder", True, True, "Ticked before inspections were on record"),
                                            ("Birch", False, None, None)]
    assert tuple(rules) == ("any", "any")
    migrate(engine, "downgrade", "0003")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM pep_school WHERE less_than_good").scalar_one() == 1
    engine.dispose()
