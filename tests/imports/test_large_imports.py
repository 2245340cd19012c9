"""Large files: looked at and loaded by a job, with progress on the import's own page, stopped without a trace."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from freezegun import freeze_time

from pep_admin.imports import large
from pep_admin.models import AuditEvent, Import, ImportFile, ImportPage, Job, School
from pep_admin.server import worker
from pep_admin.server.worker import run_once
from pep_admin.vocabulary import JobState
from tests.imports.making import csv_of, school
from tests.imports.test_import_screens import IMPORTS, Office
from tests.integration.test_jobs import elsewhere
from tests.visiting import Page, values_of

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

REGISTER = csv_of([school(number) for number in range(100_001, 102_002)])
"""2,001 open schools: one row more than a request looks at."""


@pytest.fixture
def office(sqlite_url: str, tmp_path: Path) -> Office:
    return Office(sqlite_url, tmp_path)


def job(office: Office) -> Any:
    return office.ask(sa.select(Job).where(Job.made_by.is_not(None)).order_by(Job.id.desc()).limit(1))[0]


def looked_at(office: Office, data: bytes = REGISTER) -> Page:
    """The outcome of a large file, looked at by a worker."""
    page = office.look(data)
    assert run_once(office.app) > 0
    return office.olive.get(page.url)


def stop(page: Page) -> Page:
    """The button of a page where something is being done."""
    form = next(each for each in page.tree.xpath("//main//form") if "/jobs/cancel/" in each.get("action"))
    return page.visitor.post(form.get("action"), values_of(form))


def test_a_large_file_is_looked_at_and_loaded_in_the_background(office: Office) -> None:
    page = office.look(REGISTER)
    assert page.status == 200 and "being looked at" in page.heading and 'http-equiv="refresh"' in page.text
    assert "It waits for its turn." in page.main and "being looked at" in office.olive.get(IMPORTS).main
    assert office.ask(sa.select(ImportPage.id)) == [] and office.urns() == []
    run_once(office.app)
    seen = office.olive.get(page.url)
    assert "what would be done" in seen.heading and "New 2,001" in seen.main and office.urns() == []
    loading = seen.send("seal", button=("rows", "all"))
    assert "being loaded" in loading.heading and office.urns() == []
    run_once(office.app)
    done = office.olive.get(page.url)
    assert "2,001 schools added, 0 changed" in done.main and len(office.urns()) == 2_001
    assert office.ask(sa.select(ImportFile.id)) == []  # nothing is left to mend
    assert [each.object_id for each in office.ask(sa.select(AuditEvent).where(AuditEvent.action == "import.schools"))] == [1]
    names = {each.actor_name for each in office.ask(sa.select(AuditEvent).where(AuditEvent.action.like("import.%")))}
    assert names == {"Olive"}


def test_a_file_of_two_thousand_rows_is_looked_at_at_once(office: Office) -> None:
    page = office.look(csv_of([school(number) for number in range(100_001, 102_001)]))
    assert "New 2,000" in page.main and office.ask(sa.select(Job.id).where(Job.made_by.is_not(None))) == []


def test_a_file_of_a_megabyte_is_a_jobs_however_few_its_rows(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large, "LARGE_BYTES", 500)
    assert "being looked at" in office.look(csv_of([school(100_001), school(100_002)])).heading


def test_the_job_page_leads_to_the_outcome(office: Office) -> None:
    looked_at(office)
    page = office.olive.get("/admin/pep/jobs/").link("Looking at a file")
    assert "2,001 of 2,001 rows" in office.olive.get("/admin/pep/jobs/").main
    assert "New 2,001" in page.link("Go to the file’s outcome").main


def test_progress_counts_rows(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "BEAT_EVERY", 0.0)
    page, seen = office.look(REGISTER), []

    def look_at_the_page(beat: Callable[..., None]) -> None:
        seen.append(elsewhere(lambda: office.olive.get(page.url)).tree.xpath("string(//p[@id='how-far'])"))

    watch(monkeypatch, look_at_the_page)
    run_once(office.app)
    assert seen[:3] == ["0 of 2,001 rows.", "1,000 of 2,001 rows.", "2,000 of 2,001 rows."]


def watch(monkeypatch: pytest.MonkeyPatch, do: Callable[..., None]) -> None:
    """Call `do` after each beat that tells how far the work is."""
    told = large._told

    def watched(tables: Any, beat: Any) -> Any:
        def loud(done: int, total: int) -> None:
            beat(done, total)
            do(beat)
        return told(tables, loud)

    monkeypatch.setattr(large, "_told", watched)


def test_looking_is_stopped_in_the_middle_and_the_file_is_gone(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "BEAT_EVERY", 0.0)
    page, said = office.look(REGISTER), []
    watch(monkeypatch, lambda beat: said.append(elsewhere(lambda: stop(office.olive.get(page.url)).main)) if not said else None)
    run_once(office.app)
    assert "It is being stopped." in said[0] and job(office).state is JobState.CANCELLED and job(office).done < 2_001
    assert [office.ask(sa.select(each.id)) for each in (Import, ImportFile, ImportPage, School)] == [[], [], [], []]
    assert office.olive.get(page.url).status == 404


def test_looking_is_stopped_while_it_waits(office: Office) -> None:
    assert "It was stopped" in stop(office.look(REGISTER)).main
    assert run_once(office.app) == 0 and office.ask(sa.select(Import.id)) == []


def test_loading_is_stopped_in_the_middle_and_can_be_asked_for_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "BEAT_EVERY", 0.0)
    page = looked_at(office)
    loading, said = page.send("seal", button=("rows", "all")), []
    watch(monkeypatch, lambda beat: said.append(elsewhere(lambda: stop(loading))) if not said else None)
    run_once(office.app)
    assert job(office).state is JobState.CANCELLED and office.urns() == []
    again = office.olive.get(page.url)
    assert "New 2,001" in again.main and "Nothing is stored yet" in again.main
    again.send("seal", button=("rows", "all"))
    run_once(office.app)
    assert len(office.urns()) == 2_001


def test_what_changed_meanwhile_is_shown_and_not_stored(office: Office) -> None:
    page = looked_at(office)
    page.send("seal", button=("rows", "all"))
    office.add(urn="100002", name="By hand")
    run_once(office.app)
    again = office.olive.get(page.url)
    assert "Something has changed since you looked" in again.main and "Changed 1" in again.main and office.urns() == ["100002"]
    again.send("seal", button=("rows", "all"))
    run_once(office.app)
    done = office.olive.get(page.url)
    assert "2,000 schools added, 1 changed" in done.main and "Something has changed" not in done.main


def test_what_changed_while_it_was_being_stored_is_not_stored_either(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the comparing that can be stopped and the one under the lock."""
    page = looked_at(office)
    page.send("seal", button=("rows", "all"))
    confirm = large.confirm_import

    def late(*arguments: Any, **named: Any) -> Any:
        elsewhere(lambda: office.add(urn="100002", name="By hand"))
        return confirm(*arguments, **named)

    monkeypatch.setattr(large, "confirm_import", late)
    run_once(office.app)
    assert office.urns() == ["100002"] and "Something has changed since you looked" in office.olive.get(page.url).main


def test_an_outcome_that_was_not_seen_is_not_confirmed(office: Office) -> None:
    page = looked_at(office)
    fields = [(key, "another" if key == "seal" else value) for key, value in values_of(page.form("seal"))]
    answer = office.olive.post(page.form("seal").get("action"), [*fields, ("rows", "all")])
    assert answer.status == 409 and job(office).kind == large.LOOK


def test_refused_rows_stop_a_large_file_at_once(office: Office) -> None:
    page = looked_at(office, csv_of([school(number) for number in range(100_001, 102_002)] + [school("7")]))
    refused = page.send("seal", button=("rows", "all"))
    assert refused.status == 422 and "1 row is refused, so nothing was loaded" in refused.main and job(office).kind == large.LOOK
    refused.send("seal", button=("rows", "good"))
    run_once(office.app)
    assert len(office.urns()) == 2_001
    assert "Download the rows that are not loaded" in office.olive.get(page.url).main


def test_while_a_job_is_at_work_nothing_else_is_done_to_its_file(office: Office) -> None:
    page = looked_at(office)
    page.send("seal", button=("rows", "all"))
    assert page.send("seal", button=("rows", "all")).status == 409
    (discard,) = page.form("seal").xpath(".//button/@formaction")
    assert "being worked on just now" in office.olive.post(discard, values_of(page.form("seal"))).main
    assert len(office.ask(sa.select(Job.id).where(Job.kind == large.LOAD))) == 1


def test_a_file_whose_looking_failed_can_be_forgotten(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("a cell of the file")

    monkeypatch.setattr(large, "make_plan", broken)
    page = office.look(REGISTER)
    for number in range(3):
        with freeze_time(datetime.now(UTC) + timedelta(hours=number)):
            run_once(office.app)
    failed = office.olive.get(page.url)
    assert "It did not work. It was tried 3 times (RuntimeError)" in failed.main and "a cell of the file" not in failed.main
    assert "could not be looked at" in office.olive.get(IMPORTS).main
    assert "forgotten" in failed.send("csrf_token").main and office.ask(sa.select(Import.id)) == []


def test_a_loading_that_failed_says_so_and_can_be_tried_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    page = looked_at(office)
    page.send("seal", button=("rows", "all"))

    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("a cell of the file")

    with monkeypatch.context() as patched:
        patched.setattr(large, "confirm_import", broken)
        for number in range(3):
            with freeze_time(datetime.now(UTC) + timedelta(hours=number)):
                run_once(office.app)
    failed = office.olive.get(page.url)
    assert "It did not work (RuntimeError)." in failed.main and office.urns() == []
    failed.send("seal", button=("rows", "all"))
    run_once(office.app)
    assert len(office.urns()) == 2_001


@pytest.mark.parametrize("state", ["look", "load"])
def test_both_databases_stop_at_the_last_moment(
    both_databases: str, tmp_path: Path, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked to stop after everything was compared: what was written with the mark of being done is not stored."""
    office = Office(both_databases, tmp_path)
    page = office.look(REGISTER) if state == "look" else looked_at(office).send("seal", button=("rows", "all"))
    module, name = (large, "record_look") if state == "look" else (large, "confirm_import")
    original = getattr(module, name)

    def stopped_meanwhile(session: Any, *arguments: Any, **named: Any) -> Any:
        if state == "load":
            elsewhere(lambda: stop(page))
        done = original(session, *arguments, **named)
        if state == "look" and session.get_bind().dialect.name == "postgresql":  # SQLite lets nobody write now
            elsewhere(lambda: stop(page))
        return done

    monkeypatch.setattr(module, name, stopped_meanwhile)
    run_once(office.app)
    is_kept = state == "look" and "sqlite" in both_databases
    assert job(office).state is (JobState.DONE if is_kept else JobState.CANCELLED)
    assert office.urns() == [] and len(office.ask(sa.select(Import.id))) == (0 if state == "look" and not is_kept else 1)
    with office.app.app_context():
        office.app.extensions["sqlalchemy"].engine.dispose()
