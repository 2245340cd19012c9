"""A waiver from before other gates could be waived stands as what it was: one voice; and the older program finds it again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

STATEMENTS = (
    "INSERT INTO pep_academic_year (id, name, starts_on, ends_on, ppg_term_cap_pence, ppg_year_cap_pence, post16_year_cap_pence, "
    "grant_per_child_pence, sdq_threshold, initiate_working_days, complete_school_days, amber_is_satisfactory, graded_rule, "
    "card_rule, row_version) VALUES (1, '2024-25', '2024-09-01', '2025-08-31', 1, 1, 1, 1, 17, 10, 20, false, 'any', 'any', 1)",
    "INSERT INTO pep_term (id, year_id, name, starts_on, ends_on, deadline_on, row_version) "
    "VALUES (1, 1, 'autumn', '2024-09-02', '2024-12-20', '2024-11-29', 1)",
    "INSERT INTO pep_form_version (id, digest, declared, created_at) VALUES (1, 'd', '{}', '2024-09-02 10:00:00')",
    "INSERT INTO pep_child (id, first_name, last_name, date_of_birth, entered_care_on, legal_status, sen_status, row_version) "
    "VALUES (1, 'Robin', 'Musterkind', '2011-05-14', '2023-02-01', 'C2', 'N', 1)",
    "INSERT INTO pep_pep (id, child_id, reference, term_id, form_version_id, kind, status, year_group, initiated_on, due_on, "
    "due_rule, row_version) "
    "VALUES (1, 1, '2425-AUT-0001', 1, 1, 'termly', 'complete', '9', '2024-09-09', '2024-11-29', 'The deadline', 1)",
    "INSERT INTO pep_waiver (id, pep_id, \"check\", reason, waived_by, waived_name, waived_at) "
    "VALUES (1, 1, 'RD-308', 'In hospital', 'person:5', 'Hanna Amt', '2024-11-18 10:30:00')",
)


def test_a_waived_voice_stands(empty_database: str, open_engine: Callable[[str], sa.Engine], migrate: Callable[..., None]) -> None:
    engine = open_engine(empty_database)
    migrate(engine, "upgrade", "0007")
    with engine.begin() as connection:
        for statement in STATEMENTS:
            connection.exec_driver_sql(statement)
    migrate(engine, "upgrade", "domain@head")
    with engine.begin() as connection:
        row = connection.exec_driver_sql(
            "SELECT \"check\", field, row_key, code, sentence, school_reads, ended_at, reason FROM pep_waiver").one()
        assert tuple(row) == ("RD-308", "", "", "HB-4.6", "The carer's voice is missing from the PEP.", False, None, "In hospital")
        connection.exec_driver_sql(
            "INSERT INTO pep_waiver (id, pep_id, \"check\", field, row_key, code, sentence, school_reads, reason, waived_by, "
            "waived_name, waived_at) VALUES (2, 1, 'RD-224', 'maths_exception', '', 'HB-5.1', 'None', false, 'A tutor', 'p', 'H', "
            "'2024-11-18 10:30:00')")
        numbers = connection.exec_driver_sql(
            "SELECT new_to_roll_days, school_move_days, attend_year_groups FROM pep_academic_year").one()
    assert tuple(numbers) == (90, 90, "N2, 6, 11")
    migrate(engine, "downgrade", "0007")
    with engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT id, \"check\", reason FROM pep_waiver").all()
    assert [tuple(row) for row in kept] == [(1, "RD-308", "In hospital")], "what the older program does not know is not there"
    engine.dispose()
