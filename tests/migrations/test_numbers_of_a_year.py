"""A year that counted Amber as satisfactory still does; every year gets the usual numbers; no term on record is to be checked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

YEAR = ("INSERT INTO pep_academic_year (name, starts_on, ends_on, ppg_term_cap_pence, ppg_year_cap_pence, post16_year_cap_pence, "
        "grant_per_child_pence, sdq_threshold, initiate_working_days, complete_school_days, amber_is_satisfactory, graded_rule, "
        "card_rule, row_version) VALUES ('{}', '{}-09-01', '{}-08-31', 1, 2, 3, 4, 16, 9, 19, {}, 'two', 'urgent', 7)")
TERM = ("INSERT INTO pep_term (year_id, name, starts_on, ends_on, deadline_on, row_version) "
        "VALUES (1, 'autumn', '2024-09-02', '2024-12-20', '2024-11-29', 1)")
OURS = ("satisfactory_grades, between_school_days, counts_first_day, first_group, two_in_setting, last_day, sdq_from_age, "
        "sdq_to_age, sdq_valid_months, low_attendance_percent, figures_stale_days")


def test_amber_stays_satisfactory_and_the_rest_is_usual(
    empty_database: str, open_engine: Callable[[str], sa.Engine], migrate: Callable[..., None]
) -> None:
    engine = open_engine(empty_database)
    migrate(engine, "upgrade", "0007")
    with engine.begin() as connection:
        connection.exec_driver_sql(YEAR.format("2024-25", 2024, 2025, "true"))
        connection.exec_driver_sql(YEAR.format("2025-26", 2025, 2026, "false"))
        connection.exec_driver_sql(TERM)
    migrate(engine, "upgrade", "domain@head")
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.exec_driver_sql(f"SELECT {OURS} FROM pep_academic_year ORDER BY name")]
        usual = (20, False, "N1", True, "year_13", 4, 16, 12, 95, 28)
        assert rows == [("amber", *usual), ("green", *usual)]
        kept = connection.exec_driver_sql("SELECT sdq_threshold, graded_rule, row_version FROM pep_academic_year").all()
        assert {tuple(row) for row in kept} == {(16, "two", 7)}
        assert not connection.exec_driver_sql("SELECT dates_to_check FROM pep_term").scalar_one()
    migrate(engine, "downgrade", "0007")
    with engine.connect() as connection:
        amber = connection.exec_driver_sql("SELECT amber_is_satisfactory FROM pep_academic_year ORDER BY name").scalars().all()
        assert [bool(each) for each in amber] == [True, False]
    engine.dispose()
