"""Long work as a job: PDFs of many PEPs asked for on screen, made by a worker, taken away by whoever asked and nobody else."""

from __future__ import annotations

import csv
import io
import re
import stat
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from freezegun import freeze_time
from pypdf import PdfReader

from pep_admin import create_app
from pep_admin.accounts.creating import create_account
from pep_admin.accounts.models import User
from pep_admin.documents import pdf_batch, pep_archive
from pep_admin.documents.pdf_engine import PdfFailed
from pep_admin.models import AuditEvent, Job, Pep
from pep_admin.permissions import SYSTEM
from pep_admin.server import job_leases, worker
from pep_admin.server.worker import run_once
from pep_admin.vocabulary import JobState, LeavingReason, Role
from pep_admin.workflow import roll
from pep_admin.workflow.peps import withdraw_pep
from tests.host.foreign_app import Council
from tests.visiting import Page, Visitor
from tests.world import NOW, TODAY, World

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything
CLOSED = "The account that asked for this has been closed. (DATA-status)"

PEPS, JOBS = "/admin/pep/peps/", "/admin/pep/jobs/"
PASSWORD = "lantern orchard seven kites"
ACCOUNTS = {
    "officer": (Role.VS_OFFICER,), "head": (Role.VS_HEAD,), "teacher": (Role.DESIGNATED_TEACHER,), "worker": (Role.SOCIAL_WORKER,),
    "both": (Role.AUDITOR, Role.DESIGNATED_TEACHER),
}


class Office:
    """The standalone application on the world's database, with people signed in and a worker at hand."""

    def __init__(self, world: World, folder: Path, **settings: str) -> None:
        self.world, self.made = world, folder / "made"
        self.app = create_app({"TESTING": True, "PEP_ADMIN_DATABASE_URL": f"sqlite:///{folder / 'world.db'}",
                               "PEP_ADMIN_INSTANCE_FOLDER": str(folder), "PEP_ADMIN_SECOND_FACTOR": "no",
                               "PEP_ADMIN_TODAY": TODAY.isoformat(), **settings})

    def enter(self, name: str) -> Visitor:
        """Somebody with an account, which is made at their first visit."""
        person = self.world.teacher if name == "both" else getattr(self.world, name)
        with self.app.app_context():
            session = self.app.extensions["sqlalchemy"].session
            create_account(session, f"{name}@x.example", name.title(), list(ACCOUNTS[name]), PASSWORD, person.person_id)
            session.commit()
            session.remove()
        visitor = Visitor(self.app.test_client())
        visitor.get("/account/login").send("email", email=f"{name}@x.example", password=PASSWORD)
        return visitor

    def rows(self, statement: Any) -> list[Any]:
        with self.app.app_context():
            session = self.app.extensions["sqlalchemy"].session
            found = list(session.connection(execution_options={"readonly": True}).execute(statement).all())
            session.remove()
        return found

    def change(self, statement: Any, rows: list[dict[str, Any]] | None = None) -> None:
        with self.app.app_context():
            session = self.app.extensions["sqlalchemy"].session
            session.connection().execute(statement, rows)
            session.commit()
            session.remove()

    def job(self) -> Any:
        """The last job that somebody asked for."""
        return self.rows(sa.select(Job).where(Job.made_by.is_not(None)).order_by(Job.id.desc()).limit(1))[0]

    def files(self) -> list[Path]:
        return sorted(self.made.iterdir()) if self.made.is_dir() else []

    def events(self, action: str) -> list[Any]:
        return self.rows(sa.select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.id))

    def asked(self, visitor: Visitor) -> Page:
        """All PEPs of the list asked for as PDFs: the page of the job."""
        return visitor.get(f"{PEPS}pdfs/").send("seal")

    def made_by(self, visitor: Visitor) -> Page:
        """The same, made by a worker."""
        self.asked(visitor)
        assert run_once(self.app) > 0
        return visitor.get(f"{JOBS}details/?id={self.job().id}")


@pytest.fixture
def office(world: World, tmp_path: Path) -> Iterator[Office]:
    made = Office(world, tmp_path)
    made.change(sa.delete(Job))  # what followed from the world's own moves
    yield made
    with made.app.app_context():
        made.app.extensions["sqlalchemy"].engine.dispose()


def opened(answer: Any) -> tuple[dict[str, bytes], list[dict[str, str]]]:
    """The PDFs of a downloaded archive by their names, and the rows of its manifest."""
    assert answer.status_code == 200 and answer.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.testzip() is None
        files = {name: archive.read(name) for name in archive.namelist()}
    return files, list(csv.DictReader(io.StringIO(files.pop("manifest.csv").decode())))


def taken(visitor: Visitor, job_id: int) -> Any:
    return visitor.client.get(f"{JOBS}file/?id={job_id}", buffered=True)


def elsewhere(do: Callable[[], Any]) -> Any:
    """Done in another thread, as somebody at the pages does while a worker works: it must not share the worker's session."""
    with ThreadPoolExecutor(1) as other:
        return other.submit(do).result()


def launched_spring(world: World) -> int:
    """Two more PEPs, in the spring; gives the number of the autumn term."""
    autumn = world.autumn.id
    world.launch(TODAY, "spring")
    world.session.commit()
    return autumn


# --- from the list to the file -------------------------------------------------------------------------------------------


def test_chosen_peps_are_made_by_a_worker_and_taken_away_by_who_asked(office: Office) -> None:
    olive = office.enter("officer")
    ids = [str(row.id) for row in office.rows(sa.select(Pep.id))]
    preview = olive.get(PEPS).send("rowid", choose=ids, button=("action", "pdfs"))
    assert preview.heading == "PDFs of 2 PEPs" and "2 in the full copy, as social care reads them" in preview.main
    assert "marked as a draft on every page" in preview.main
    assert office.rows(sa.select(Job.id).where(Job.made_by.is_not(None))) == []
    page = preview.send("seal")
    assert page.heading == "PDFs of PEPs" and "It waits for its turn." in page.main
    assert 'http-equiv="refresh" content="5"' in page.text and page.tree.xpath("//progress/@max") == ["2"]
    run_once(office.app)
    done = olive.get(page.url)
    assert "Done." in done.main and "2 PDFs in one ZIP file" in done.main and 'http-equiv="refresh"' not in done.text
    files, manifest = opened(taken(olive, office.job().id))
    references = sorted(row.reference for row in office.rows(sa.select(Pep.reference)))
    assert sorted(files) == [f"{each}-draft.pdf" for each in references]
    assert all(data.startswith(b"%PDF") for data in files.values())
    assert [(row["reference"], row["copy"], row["problem"]) for row in manifest] == [(each, "care", "") for each in references]


def test_each_pep_of_the_file_and_its_being_taken_stand_in_the_audit_log(office: Office) -> None:
    olive = office.enter("officer")
    office.made_by(olive)
    job, who = office.job(), office.rows(sa.select(User.id).where(User.email == "officer@x.example"))[0].id
    read = [(each.actor_id, each.child_id, each.outcome, each.details["audience"]) for each in office.events("pep.pdf")]
    assert read == [(f"user:{who}", child_id, "done", "care") for child_id in (office.world.child_id, office.world.other_child_id)]
    [export] = office.events("pep.export")
    assert (export.actor_id, export.object_type, export.object_id, export.details) == (f"user:{who}", "job", job.id, {"peps": 2})
    assert office.events("job.file") == []
    taken(olive, job.id)
    [event] = office.events("job.file")
    assert (event.actor_id, event.object_id, event.outcome, event.details) == (f"user:{who}", job.id, "done", {"peps": 2})


def test_the_made_file_is_for_its_owner_alone_under_a_name_that_nobody_guesses(office: Office) -> None:
    office.made_by(office.enter("officer"))
    [file] = office.files()
    assert re.fullmatch(r"[0-9a-f]{32}\.zip", file.name) and stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(office.made.stat().st_mode) == 0o700 and office.job().file == file.name
    assert file.name not in str(office.events("job.file")) + str(office.job().payload)


def test_all_that_the_filters_find_are_asked_for_and_not_this_page_alone(office: Office) -> None:
    olive, autumn = office.enter("officer"), launched_spring(office.world)
    assert olive.get(PEPS).link("PDFs of all 4…").heading == "PDFs of 4 PEPs"
    assert olive.get(f"{PEPS}pdfs/?page=7&page_size=20").heading == "PDFs of 4 PEPs"
    preview = olive.get(f"{PEPS}?flt0_term={autumn}").link("PDFs of all 2…")
    assert preview.heading == "PDFs of 2 PEPs"
    preview.send("seal")
    run_once(office.app)
    files, _ = opened(taken(olive, office.job().id))
    wanted = office.rows(sa.select(Pep.reference).where(Pep.term_id == autumn).order_by(Pep.reference))
    assert sorted(files) == [f"{row.reference}-draft.pdf" for row in wanted]
    one = olive.get(f"{PEPS}?search=Musterkind1&flt0_term={autumn}").link("PDFs of this one…")
    assert one.heading == "PDF of one PEP"


def test_a_term_leads_to_the_pdfs_of_its_peps(office: Office) -> None:
    autumn = launched_spring(office.world)
    page = office.enter("head").get(f"/admin/pep/terms/details/?id={autumn}").link("PDFs of this term’s PEPs…")
    assert page.heading == "PDFs of 2 PEPs"


def test_a_closed_pep_is_left_out_and_named(office: Office) -> None:
    world = office.world
    closed = world.pep_of(world.other_child_id)
    withdraw_pep(world.session, closed.id, reason="Entered in error", actor=world.act(world.officer), now=NOW)
    reference = closed.reference
    world.session.commit()
    olive = office.enter("officer")
    preview = olive.get(f"{PEPS}pdfs/")
    assert preview.heading == "PDF of one PEP" and f"{reference}: closed as not needed" in preview.main
    preview.send("seal")
    run_once(office.app)
    _, manifest = opened(taken(olive, office.job().id))
    wanted = office.rows(sa.select(Pep.reference).where(Pep.child_id == world.child_id))
    assert [row["reference"] for row in manifest] == [row.reference for row in wanted]
    nothing = olive.get(f"{PEPS}pdfs/?search=Musterkind1")
    assert "There is nothing to make" in nothing.main and not nothing.tree.xpath("//input[@name='seal']")


def test_what_is_closed_between_the_preview_and_the_confirmation_is_shown_anew(office: Office) -> None:
    world, olive = office.world, office.enter("officer")
    preview = olive.get(f"{PEPS}pdfs/")
    withdraw_pep(world.session, world.pep_of(world.child_id).id, reason="Entered in error", actor=world.act(world.officer), now=NOW)
    world.session.commit()
    again = preview.send("seal")
    assert again.status == 409 and "Something has changed since you looked" in again.main and again.heading == "PDF of one PEP"
    assert office.rows(sa.select(Job.id).where(Job.made_by.is_not(None))) == []
    assert again.send("seal").heading == "PDFs of PEPs"


def test_what_is_closed_while_the_job_waits_is_listed_without_a_pdf(office: Office) -> None:
    world, olive = office.world, office.enter("officer")
    office.asked(olive)
    withdraw_pep(world.session, world.pep_of(world.child_id).id, reason="Entered in error", actor=world.act(world.officer), now=NOW)
    world.session.commit()
    run_once(office.app)
    files, manifest = opened(taken(olive, office.job().id))
    assert len(files) == 1 and sorted(row["problem"] for row in manifest) == ["", "closed"]
    assert "1 was closed, or went out of your sight" in olive.get(f"{JOBS}details/?id={office.job().id}").main


def test_more_than_can_be_made_at_once_is_refused(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    olive = office.enter("officer")
    seal = dict(olive.get(f"{PEPS}pdfs/").form("seal").form_values())
    from pep_admin.views import pdfs
    for module in (pdf_batch, pdfs):
        monkeypatch.setattr(module, "MOST_PDFS", 1)
    page = olive.get(f"{PEPS}pdfs/")
    assert "At most 1 PDFs are made at once" in page.main and not page.tree.xpath("//input[@name='seal']")
    assert olive.post(f"{PEPS}pdfs/", list(seal.items())).status == 422
    assert office.rows(sa.select(Job.id).where(Job.made_by.is_not(None))) == []


def test_nobody_fills_the_queue(office: Office) -> None:
    olive = office.enter("officer")
    assert office.asked(olive).status == 200
    first = office.job()
    more = {"kind": "peps.pdfs", "state": JobState.QUEUED, "tries": 0, "done": 0, "queued_at": NOW, "due_at": NOW, "result": {},
            "made_by": first.made_by, "made_name": "Officer"}
    office.change(sa.insert(Job), [more | {"payload": {"peps": [number]}} for number in range(4)])
    office.change(sa.update(Job).where(Job.id == first.id).values(payload={**first.payload, "peps": []}))
    refused = office.asked(olive)
    assert refused.status == 422 and "5 pieces of your background work are waiting or running" in refused.main
    assert office.asked(office.enter("head")).status == 200


def test_a_pdf_that_cannot_be_made_is_told_and_holds_up_no_other(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    build, calls = pep_archive.build_pep_pdf, []

    def sometimes(*arguments: Any, **named: Any) -> Any:
        calls.append(1)
        if len(calls) == 1:
            raise PdfFailed("layout")
        return build(*arguments, **named)

    monkeypatch.setattr(pep_archive, "build_pep_pdf", sometimes)
    olive = office.enter("officer")
    page = office.made_by(olive)
    assert "1 PDF in one ZIP file" in page.main and "1 could not be made" in page.main
    _, manifest = opened(taken(olive, office.job().id))
    assert [(row["problem"], bool(row["file"])) for row in manifest] == [
        ("A part of this PEP does not fit on a page.", False), ("", True)]


# --- in whose eyes -------------------------------------------------------------------------------------------------------


def test_a_teacher_gets_the_schools_copy_of_their_own_children(office: Office) -> None:
    confidential = "WITHHELD-FROM-SCHOOL"
    world = office.world
    world.save(world.pep_of(world.child_id), "background", world.worker, confidential_history=confidential)
    world.session.commit()
    tess, sara = office.enter("teacher"), office.enter("worker")
    preview = tess.get(f"{PEPS}pdfs/")
    assert preview.heading == "PDF of one PEP" and "1 in the school’s copy" in preview.main
    texts = {}
    for who in (tess, sara):
        office.made_by(who)
        files, [row] = opened(taken(who, office.job().id))
        assert row["reference"] == office.rows(sa.select(Pep.reference).where(Pep.child_id == world.child_id))[0].reference
        [data] = files.values()
        texts[row["copy"]] = "".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)
    assert "School’s copy" in texts["school"] and confidential not in texts["school"] and "Full copy" in texts["care"]
    assert [each.details["audience"] for each in office.events("pep.pdf")] == ["school", "care"]


def test_another_role_lends_no_child_to_make_pdfs_of(office: Office) -> None:
    """An auditor who teaches reads every PEP, and makes PDFs of the own school's alone."""
    both = office.enter("both")
    preview = both.get(f"{PEPS}pdfs/")
    assert preview.heading == "PDF of one PEP" and "1 of children for whom your account may read PEPs" in preview.main
    assert "in the school’s copy" in preview.main
    preview.send("seal")
    run_once(office.app)
    files, _ = opened(taken(both, office.job().id))
    assert len(files) == 1


def test_nobody_sees_stops_or_takes_away_what_another_asked_for(office: Office) -> None:
    page = office.made_by(office.enter("officer"))
    head = office.enter("head")
    job_id = office.job().id
    assert head.get(page.url).status == 404 and taken(head, job_id).status_code == 404
    assert "Nothing in the last week" in head.get(JOBS).main
    token = dict(head.get("/admin/").tree.xpath("//form//input[@name='csrf_token']")[0].items())["value"]
    assert head.post(f"{JOBS}cancel/?id={job_id}", [("csrf_token", token)]).status == 404
    assert [each.object_id for each in office.events("job.file")] == [] and office.job().state is JobState.DONE


def move_away(world: World) -> None:
    """The first child goes to the other school."""
    child = world.pep_of(world.child_id).child
    roll.change_school(world.session, child, actor=world.act(world.officer), today=TODAY, now=NOW, on=TODAY,
                       school_id=world.other_school_id, reason=LeavingReason.HOME_MOVE)
    world.session.commit()


def test_who_lost_sight_of_a_child_cannot_take_the_file_away_any_more(office: Office) -> None:
    world, tess = office.world, office.enter("teacher")
    office.made_by(tess)
    move_away(world)
    answer = taken(tess, office.job().id)
    assert answer.status_code == 403 and "not all of these peps" in answer.get_data(as_text=True).lower()
    assert [each.outcome for each in office.events("job.file")] == ["refused"]


def test_a_child_who_is_out_of_sight_when_the_job_begins_is_not_in_the_file(office: Office) -> None:
    world, tess = office.world, office.enter("teacher")
    office.asked(tess)
    move_away(world)
    run_once(office.app)
    files, [row] = opened(taken(tess, office.job().id))
    assert files == {} and (row["reference"], row["problem"]) == ("", "not-there")
    assert office.events("pep.pdf") == []


def suspend(office: Office, name: str) -> None:
    office.change(sa.update(User).where(User.email == f"{name}@x.example").values(active=False))


def test_an_account_that_was_closed_meanwhile_gets_nothing_made(office: Office) -> None:
    office.asked(office.enter("officer"))
    suspend(office, "officer")
    run_once(office.app)
    job = office.job()
    assert (job.state, job.problem, job.tries) == (JobState.FAILED, CLOSED, 1)
    assert office.files() == [] and office.events("pep.pdf") == []
    assert [(each.outcome, each.object_id) for each in office.events("peps.pdfs")] == [("refused", job.id)]


def test_an_account_that_is_closed_while_the_pdfs_are_made_gets_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.asked(office.enter("officer"))
    build = pep_archive.build_pep_pdf

    def build_and_close(*arguments: Any, **named: Any) -> Any:
        elsewhere(lambda: suspend(office, "officer"))
        return build(*arguments, **named)

    monkeypatch.setattr(pep_archive, "build_pep_pdf", build_and_close)
    run_once(office.app)
    job = office.job()
    assert (job.state, job.problem, job.file) == (JobState.FAILED, CLOSED, None)
    assert office.files() == [] and office.events("pep.pdf") == []


def test_what_is_asked_for_twice_is_made_once(office: Office) -> None:
    olive = office.enter("officer")
    assert office.asked(olive).url == office.asked(olive).url
    assert len(office.rows(sa.select(Job.id).where(Job.made_by.is_not(None)))) == 1
    office.asked(olive).send("csrf_token")  # stopped: now it is asked for anew
    office.asked(olive)
    assert len(office.rows(sa.select(Job.id).where(Job.made_by.is_not(None)))) == 2


def test_what_is_being_stopped_is_not_what_is_asked_for_anew(office: Office) -> None:
    olive = office.enter("officer")
    office.asked(olive)
    office.change(sa.update(Job).where(Job.id == office.job().id).values(state=JobState.RUNNING, cancel_asked_at=NOW))
    office.asked(olive)
    assert len(office.rows(sa.select(Job.id).where(Job.made_by.is_not(None)))) == 2


def test_an_account_that_is_closed_afterwards_gets_no_file(office: Office) -> None:
    olive = office.enter("officer")
    office.made_by(olive)
    suspend(office, "officer")
    answer = taken(olive, office.job().id)
    assert answer.status_code == 302 and "/account/login" in answer.location and office.events("job.file") == []


def test_a_role_that_was_taken_away_meanwhile_is_not_believed(office: Office) -> None:
    olive = office.enter("officer")
    office.asked(olive)
    office.change(sa.update(User).where(User.email == "officer@x.example").values(held="auditor"))
    run_once(office.app)
    assert office.job().state is JobState.FAILED and office.job().problem == "Your account may not make the PDF of a PEP."
    assert office.files() == []


def test_a_role_that_was_taken_away_afterwards_takes_no_file_away(office: Office) -> None:
    olive = office.enter("officer")
    office.made_by(olive)
    office.change(sa.update(User).where(User.email == "officer@x.example").values(held="auditor"))
    assert taken(olive, office.job().id).status_code == 403 and office.events("job.file") == []


def test_a_host_that_cannot_say_who_somebody_is_now_has_the_roles_of_the_asking_believed(
    council: Council, enter: Any, tmp_path: Path
) -> None:
    council.app.extensions["pep_admin"].settings.update(made_folder=tmp_path / "made", font_folder=tmp_path / "fonts")
    run_once(council.app)  # what followed from the world's own moves
    tess = enter("teacher")
    tess.get(f"{PEPS}pdfs/").send("seal")
    assert run_once(council.app) == 1
    page = tess.get(JOBS).link("PDFs of PEPs")
    assert "1 PDF in one ZIP file" in page.main
    files, _ = opened(taken(tess, int(page.url.rpartition("=")[2])))
    assert len(files) == 1


# --- stopping, dying, waiting --------------------------------------------------------------------------------------------


def test_a_job_that_waits_is_stopped_at_once(office: Office) -> None:
    page = office.asked(office.enter("officer")).send("csrf_token")
    assert "It was stopped. Nothing of it was kept." in page.main and office.job().state is JobState.CANCELLED
    assert run_once(office.app) == 0 and office.files() == []
    assert [each.details for each in office.events("job.cancel")] == [{"kind": "peps.pdfs"}]


def test_a_job_is_stopped_in_the_middle_and_leaves_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "BEAT_EVERY", 0.0)
    olive = office.enter("officer")
    page, build, said = office.asked(olive), pep_archive.build_pep_pdf, []

    def build_and_stop(*arguments: Any, **named: Any) -> Any:
        made = build(*arguments, **named)
        said.append(elsewhere(lambda: olive.get(page.url).send("csrf_token").main))
        return made

    monkeypatch.setattr(pep_archive, "build_pep_pdf", build_and_stop)
    run_once(office.app)
    assert len(said) == 1 and "It is being stopped." in said[0]
    job = office.job()
    assert (job.state, job.file, job.done, job.holder) == (JobState.CANCELLED, None, 1, None) and job.ended_at is not None
    assert office.files() == [] and office.events("pep.pdf") == []
    assert "Nothing of it was kept" in olive.get(page.url).main


def test_a_job_that_is_stopped_at_the_last_moment_keeps_nothing_either(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    olive = office.enter("officer")
    page, record = office.asked(olive), pep_archive._manifest

    def stop_and_list(entries: Any) -> str:
        elsewhere(lambda: olive.get(page.url).send("csrf_token"))
        return record(entries)

    monkeypatch.setattr(pep_archive, "_manifest", stop_and_list)
    run_once(office.app)
    assert office.job().state is JobState.CANCELLED and office.files() == [] and office.events("pep.pdf") == []


def test_what_has_ended_is_not_stopped(office: Office) -> None:
    olive = office.enter("officer")
    form = office.asked(olive)
    run_once(office.app)
    assert "It had ended already" in form.send("csrf_token").main and office.job().state is JobState.DONE
    assert len(office.files()) == 1


def test_how_far_it_is_stands_on_the_page(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "BEAT_EVERY", 0.0)
    olive = office.enter("officer")
    page, build, seen = office.asked(olive), pep_archive.build_pep_pdf, []

    def build_and_look(*arguments: Any, **named: Any) -> Any:
        seen.append(elsewhere(lambda: olive.get(page.url)))
        stands.append(elsewhere(lambda: seen[-1].link("Let it stand still")))
        return build(*arguments, **named)

    stands: list[Page] = []
    monkeypatch.setattr(pep_archive, "build_pep_pdf", build_and_look)
    run_once(office.app)
    assert [each.tree.xpath("string(//p[@id='how-far'])") for each in seen] == ["0 of 2 PEPs.", "1 of 2 PEPs."]
    assert seen[1].tree.xpath("//progress/@value") == ["1"] and "1 of 2" in seen[1].tree.xpath("string(//progress)")
    assert 'http-equiv="refresh"' in seen[1].text and 'http-equiv="refresh"' not in stands[1].text
    assert stands[1].tree.xpath("//main//a[text()='Look again']")


def died(office: Office, tries: int = 1) -> None:
    """As if the worker had been killed three minutes ago."""
    gone = datetime.now(UTC) - timedelta(minutes=3)
    office.change(sa.update(Job).where(Job.made_by.is_not(None)).values(
        state=JobState.RUNNING, holder="elsewhere:1", beat_at=gone, tries=tries, done=1))


def test_a_worker_that_dies_is_told_and_another_takes_over(office: Office) -> None:
    olive = office.enter("officer")
    page = office.asked(olive)
    died(office)
    assert "Nothing has been heard of it for some minutes" in olive.get(page.url).main
    assert run_once(office.app) == 1
    assert office.job().tries == 2 and len(opened(taken(olive, office.job().id))[0]) == 2


def test_a_job_whose_workers_die_is_given_up_after_the_third_and_says_so(office: Office) -> None:
    olive = office.enter("officer")
    page = office.asked(olive)
    died(office, tries=3)
    assert run_once(office.app) == 0 and office.job().state is JobState.FAILED and office.files() == []
    assert job_leases.WORKERS_DIED in olive.get(page.url).main and "It did not work." in olive.get(page.url).main


def test_a_defect_is_tried_three_times_and_then_told_without_its_words(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("a child's words")

    monkeypatch.setattr(pep_archive, "build_pep_pdf", broken)
    olive = office.enter("officer")
    page = office.asked(olive)
    run_once(office.app)
    assert "It did not work at the first try, and is tried again by itself." in olive.get(page.url).main
    for number in (1, 2):
        with freeze_time(datetime.now(UTC) + timedelta(hours=number)):
            run_once(office.app)
    told = olive.get(page.url).main
    assert "It did not work. It was tried 3 times (RuntimeError)" in told and "a child's words" not in told and office.files() == []


def test_a_page_says_that_no_worker_runs_and_stops_asking(office: Office) -> None:
    olive = office.enter("officer")
    page = office.asked(olive)
    assert "Nobody is working on this" not in page.main
    long_ago = datetime.now(UTC) - timedelta(seconds=70)
    office.change(sa.update(Job).values(queued_at=long_ago, due_at=long_ago))
    waiting = olive.get(page.url)
    assert "Nobody is working on this" in waiting.main and 'http-equiv="refresh"' not in waiting.text
    alive = {"state": JobState.RUNNING, "beat_at": datetime.now(UTC), "tries": 1}
    office.change(sa.insert(Job).values(kind="other", payload={}, queued_at=long_ago, due_at=long_ago, done=0, result={}, **alive))
    assert "Nobody is working on this" not in olive.get(page.url).main


def test_what_was_made_is_deleted_after_a_day(office: Office) -> None:
    olive = office.enter("officer")
    page = office.made_by(olive)
    half = office.made / f".{'0' * 32}.zip.abc_12"
    half.write_bytes(b"left by a worker that was killed")
    other = office.made / "somebody-elses.txt"
    other.write_text("stays")
    long_ago = datetime.now(UTC) - timedelta(hours=25)
    office.change(sa.update(Job).where(Job.made_by.is_not(None)).values(ended_at=long_ago))
    late = olive.get(page.url)
    assert "It is not kept any more" in late.main and taken(olive, office.job().id).status_code == 404
    with freeze_time(datetime.now(UTC) + timedelta(hours=25)):
        run_once(office.app)
    assert office.files() == [other] and office.job().file is None


def test_a_file_that_is_not_there_is_told(office: Office) -> None:
    olive = office.enter("officer")
    office.made_by(olive)
    office.files()[0].unlink()
    answer = taken(olive, office.job().id)
    assert answer.status_code == 404 and "kept for a day" in answer.get_data(as_text=True)


def test_the_list_of_ones_jobs(office: Office) -> None:
    olive = office.enter("officer")
    assert "Nothing in the last week" in olive.get(JOBS).main
    office.made_by(olive)
    page = olive.get(JOBS)
    assert "Done, the file is ready" in page.main and "2 of 2 PEPs" in page.main
    office.change(sa.update(Job).values(queued_at=datetime.now(UTC) - timedelta(days=8)))
    assert "Nothing in the last week" in olive.get(JOBS).main


# --- names ---------------------------------------------------------------------------------------------------------------


def test_one_pattern_names_the_pdf_of_one_pep_and_those_of_many(world: World, tmp_path: Path) -> None:
    office = Office(world, tmp_path, PEP_ADMIN_PDF_NAME="{lcs_id}_{year}_{term}")
    olive = office.enter("officer")
    pep = world.pep_of(world.child_id).id
    world.session.rollback()
    single = olive.client.get(f"{PEPS}pdf/?id={pep}", buffered=True)
    assert single.headers["Content-Disposition"] == 'attachment; filename="T-0_2024-25_autumn-draft.pdf"'
    office.made_by(olive)
    files, _ = opened(taken(olive, office.job().id))
    assert sorted(files) == ["T-0_2024-25_autumn-draft.pdf", "T-1_2024-25_autumn-draft.pdf"]


def test_the_systems_session_is_not_left_with_the_askers_name(office: Office) -> None:
    """What the worker does next is done as the system again."""
    office.made_by(office.enter("officer"))
    seen = []
    worker.JOB_KINDS["look"] = lambda session, payload, beat: seen.append(session.info["actor"])
    try:
        office.change(sa.insert(Job).values(kind="look", payload={}, state=JobState.QUEUED, queued_at=datetime.now(UTC),
                                            due_at=datetime.now(UTC), tries=0, done=0, result={}))
        run_once(office.app)
    finally:
        del worker.JOB_KINDS["look"]
    assert seen == [SYSTEM]
