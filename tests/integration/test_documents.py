"""Documents kept with children and behind PEPs, as people add, find, open, take away and put them back (P2.78)."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from pep_admin import create_app, models, queries
from pep_admin.document_words import DocumentKind, MediaType
from pep_admin.documents.pep_pdf import build_pep_pdf
from pep_admin.exceptions import NotAllowed, NotFound, Refused
from pep_admin.models import AuditEvent, Child, EducationSection, Pep, RecordChange, School
from pep_admin.pep_document import read_document
from pep_admin.permissions import SYSTEM, Actor
from pep_admin.queries.documents import content_of
from pep_admin.uploads import Upload
from pep_admin.vocabulary import Audience, Decision, Grade, LeavingReason, PepStatus, Role, SenStatus
from pep_admin.workflow import documents, reviews, roll, sections
from pep_admin.workflow import peps as pep_verbs
from pep_admin.workflow.readiness import readiness
from tests.uploads import making
from tests.visiting import Page, Visitor, values_of
from tests.world import NOW, TODAY, World, accepting

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

DOCUMENTS = "/admin/pep/documents/"
Enter = Callable[[str], Visitor]
Ask = Callable[[Callable[[Session], Any]], Any]
K = DocumentKind
ROOM = 100 * 1024 * 1024


def hand_in(page: Page, data: bytes | None, name: str = "report.pdf", **typed: str) -> Page:
    """Fill in the form that is there, choose a file, and send it as a browser does."""
    form = page.form("file")
    assert form.get("enctype") == "multipart/form-data"
    fields: dict[str, Any] = {**dict(values_of(form)), **typed}
    assert set(typed) <= set(form.fields), f"the form has {sorted(form.fields)}"
    fields["file"] = FileStorage(io.BytesIO(data or b""), name if data is not None else "", name="file")
    boundary, body = encode_multipart(fields)
    answer = page.visitor.client.post(urljoin(page.url, form.get("action") or page.url), data=body,
                                      content_type=f"multipart/form-data; boundary={boundary}", follow_redirects=True)
    asked = f"?{answer.request.query_string.decode()}" if answer.request.query_string else ""
    return Page(page.visitor, answer.request.path + asked, answer)


def an_upload(text: str = "A report") -> Upload:
    """A PDF that was looked at."""
    data = making.pdf(text)
    upload = Upload("report.pdf", MediaType.PDF, data, "")
    return replace(upload, given_sha256=upload.sha256)


def keep(
    world: World, who: Actor, kind: K = K.SCHOOL_REPORT, *, pep: Pep | None = None, text: str = "A report", most: int = ROOM,
    **told: Any,
) -> documents.Added:
    added = documents.add_document(
        world.session, pep.child_id if pep else world.child_id, documents.Told(kind, **{"school_reads": True, **told}),
        an_upload(text), most=most, actor=world.act(who), today=TODAY, now=NOW, pep_id=pep.id if pep else None)
    world.act(SYSTEM)
    return added


def at_rest(world: World) -> None:
    """Let others write: what this session did is stored, and no row of it, when it is looked at, takes the lock again."""
    world.act(SYSTEM)
    world.session.expire_on_commit = False
    world.session.commit()
    world.session.expunge_all()


def titles(page: Page) -> list[str]:
    assert page.tree is not None
    rows = page.tree.xpath("//table[caption[starts-with(normalize-space(), 'Documents')]]/tbody/tr/th")
    return [" ".join(each.text_content().split()) for each in rows]


# --- a teacher adds one --------------------------------------------------------------------------------------------------


def test_a_teacher_adds_a_report_to_a_pep_and_everybody_who_reads_the_pep_can_save_it(world: World, enter: Enter) -> None:
    pep = world.written_pep()
    at_rest(world)
    page = enter("teacher").get(f"/admin/pep/peps/details/?id={pep.id}")
    assert "No document is kept here yet." in page.main
    form = page.link("Add a document…")
    assert form.status == 200 and "school_reads" not in form.form("file").fields, "what the school adds, the school reads"
    done = hand_in(form, data := making.pdf("Canary words"), "Robin’s report.pdf", kind="school_report", title="Autumn report",
                   dated_on="18 Oct 2024")
    assert done.status == 200 and "“Autumn report” is kept." in done.main
    assert titles(done) == ["Autumn report"]
    for who in ("teacher", "worker", "officer", "auditor", "head"):
        page = enter(who).get(f"/admin/pep/peps/details/?id={pep.id}")
        facts = page.link("Autumn report")
        assert "Robin’s report.pdf" in facts.main and "18 Oct 2024" in facts.main
        answer = facts.visitor.client.get(urljoin(facts.url, facts.tree.xpath("//a[starts-with(., 'Save the file')]/@href")[0]))
        assert answer.data == data and answer.mimetype == "application/pdf"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="school-report-1.pdf"', "no name of a child"
        assert answer.headers["X-Content-Type-Options"] == "nosniff" and answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Content-Security-Policy"].endswith("; sandbox")
    assert "sandbox" not in page.answer.headers["Content-Security-Policy"]


def test_each_opening_of_a_file_is_in_the_audit_log_and_no_word_of_it_is(world: World, enter: Enter, ask: Ask) -> None:
    pep = world.written_pep()
    document = keep(world, world.teacher, pep=pep, title="Canary title").document
    at_rest(world)
    number, child_id, who = document.id, pep.child_id, world.worker.id
    enter("worker").client.get(f"{DOCUMENTS}file/?id={number}")
    events = ask(lambda session: [
        (each.actor_id, each.object_type, each.object_id, each.child_id)
        for each in session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "document.file"))])
    assert events == [(who, "document", number, child_id)]
    every = ask(lambda session: [str((each.action, each.object_type, each.details))
                                 for each in session.scalars(sa.select(AuditEvent))])
    assert not [each for each in every if "anary" in each or "report.pdf" in each]
    page = enter("head").get(f"/admin/pep/children/details/?id={child_id}")
    assert f"Opened the file of a document {number}" in page.main and f"Added a document {number}" in page.main


def test_a_picture_of_work_is_kept_without_the_place_where_it_was_taken(world: World, enter: Enter, ask: Ask) -> None:
    pep = world.written_pep()
    at_rest(world)
    form = enter("teacher").get(f"{DOCUMENTS}add/?pep={pep.id}")
    assert "without what the camera wrote beside it" in form.main
    assert hand_in(form, making.picture(), "volcano.jpg", kind="work").status == 200
    [(title, name, data)] = ask(lambda session: [
        (each.title, each.file_name, content_of(session, each)) for each in session.scalars(sa.select(models.Document))])
    assert (title, name) == ("Picture of work", "volcano.jpg") and making.PLACE not in data and data.startswith(b"\xff\xd8\xff")


def test_what_was_typed_stays_when_a_file_is_refused_and_the_page_says_to_choose_it_again(
    world: World, enter: Enter, ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    pep = world.written_pep()
    at_rest(world)
    form = enter("worker").get(f"{DOCUMENTS}add/?pep={pep.id}")
    for data, name, sentence in (
        (None, "", "Choose the file."), (b"", "report.pdf", "This file is empty"), (b"<script>", "x.pdf", "not what its ending"),
        (b"MZ" + b"\x00" * 99, "report.pdf.exe", "ending .exe"), (making.pdf(), "a\u202efdp.exe", "cannot be seen"),
        (making.pdf(root={"/OpenAction": making.action("JavaScript")}), "report.pdf", "more than show pages"),
    ):
        with caplog.at_level(logging.DEBUG):
            page = hand_in(form, data, name, kind="report", title="Dr Moss <b>", dated_on="1 Oct 2024", school_reads="no")
        assert page.status == 422 and sentence in page.tree.xpath("string(//p[@id='file-error'])"), page.main[:500]
        again = page.form("file").fields
        stays = [again[key] for key in ("kind", "title", "dated_on", "school_reads")]
        assert stays == ["report", "Dr Moss <b>", "1 Oct 2024", "no"]
        assert "Choose the file again" in page.tree.xpath("string(//p[@id='file-hint'])")
        assert page.tree.xpath("//div[@role='alert']//a[@href='#file']") and "Error: " in page.tree.xpath("string(//title)")
    assert "Dr Moss" not in caplog.text and "fdp" not in caplog.text
    assert ask(lambda session: session.scalar(sa.select(sa.func.count(models.Document.id)))) == 0
    refused = ask(lambda session: [each.details for each in session.scalars(sa.select(AuditEvent).where(
        AuditEvent.action == "document.add", AuditEvent.outcome == "refused"))])
    assert [each.get("checks") or each.get("codes") for each in refused][1:3] == [["file-empty"], ["file-kind"]]


def test_what_is_said_of_a_document_is_checked_beside_its_field(world: World, enter: Enter) -> None:
    pep = world.written_pep()
    at_rest(world)
    form = enter("officer").get(f"{DOCUMENTS}add/?pep={pep.id}")
    page = hand_in(form, making.pdf(), kind="", dated_on="19 Nov 2024")
    told = {field: page.tree.xpath(f"string(//p[@id='{field}-error'])") for field in ("kind", "dated_on", "school_reads")}
    assert page.status == 422 and "Choose what this document is" in told["kind"] and "still to come" in told["dated_on"]
    assert "whether the school may read" in told["school_reads"] and "HB-3.11" in told["school_reads"]
    page = hand_in(form, making.pdf(), kind="certificate", dated_on="31/02/2024", school_reads="yes", title="x" * 201)
    assert page.status == 422 and "200 characters" in page.main
    assert "cannot be older" in hand_in(form, making.pdf(), kind="certificate", dated_on="1 May 2001", school_reads="yes").main


def test_the_same_file_twice_is_one_document(world: World, enter: Enter, ask: Ask) -> None:
    pep = world.written_pep()
    at_rest(world)
    form = enter("teacher").get(f"{DOCUMENTS}add/?pep={pep.id}")
    first = hand_in(form, making.picture(), "volcano.jpg", kind="work", title="My volcano")
    again = hand_in(form, making.picture(), "copy.jpg", kind="work", title="Another name")
    assert "is kept" in first.main and "This file is here already, as “My volcano”" in again.main
    assert titles(again) == ["My volcano"]
    other = hand_in(form, making.picture(), "volcano.jpg", kind="certificate", title="My award")
    assert sorted(titles(other)) == ["My award", "My volcano"], "under another kind it is another document"
    assert ask(lambda session: session.scalar(sa.select(sa.func.count(models.DocumentContent.id)))) == 2


def test_no_column_is_written_that_the_form_does_not_have(world: World, enter: Enter, ask: Ask) -> None:
    pep, other = world.written_pep(), world.other_child_id
    at_rest(world)
    form = enter("teacher").get(f"{DOCUMENTS}add/?pep={pep.id}")
    strange = {"child_id": str(other), "pep_id": "99", "added_by": "person:1", "removed_at": "2024-01-01", "school_reads": "no",
               "media_type": "text/html", "file_name": "x.html", "id": "77", "sha256": "0", "size": "1"}
    for name, value in strange.items():
        field = form.form("file").makeelement("input", {"type": "hidden", "name": name, "value": value})
        form.form("file").append(field)
    assert hand_in(form, making.pdf(), kind="work").status == 200
    [row] = ask(lambda session: [
        (each.id, each.child_id, each.pep_id, each.added_by, each.removed_at, each.school_reads, each.media_type, each.file_name)
        for each in session.scalars(sa.select(models.Document))])
    assert row == (1, pep.child_id, pep.id, world.teacher.id, None, True, MediaType.PDF, "report.pdf")


# --- who may -------------------------------------------------------------------------------------------------------------


def test_a_strangers_document_is_the_404_of_none_on_every_page(world: World, enter: Enter) -> None:
    pep = world.written_pep()
    number = keep(world, world.teacher, pep=pep).document.id
    at_rest(world)
    for who in ("other_teacher", "other_worker"):
        visitor = enter(who)
        for path in ("details/?id=", "file/?id=", "remove/?id="):
            there, none = visitor.get(f"{DOCUMENTS}{path}{number}"), visitor.get(f"{DOCUMENTS}{path}98765")
            assert (there.status, there.main) == (404, none.main)
        assert visitor.get(f"{DOCUMENTS}add/?pep={pep.id}").status == 404
        assert visitor.get(f"{DOCUMENTS}add/?child={pep.child_id}").status == 404
        assert visitor.get(f"{DOCUMENTS}details/?id=1,2").status == 404
        assert visitor.get(f"{DOCUMENTS}details/?id=99999999999").status == 404
    for path in ("details/?id=", "file/?id=", "remove/?id="):
        assert enter("finance").get(f"{DOCUMENTS}{path}{number}").status == 403
        assert enter("administrator").get(f"{DOCUMENTS}{path}{number}").status == 403
    assert enter("auditor").get(f"{DOCUMENTS}remove/?id={number}").status == 403


def test_a_document_of_social_care_is_not_there_for_the_school(world: World, enter: Enter) -> None:
    pep = world.written_pep()
    number = keep(world, world.worker, K.REPORT, pep=pep, school_reads=False, title="Court papers").document.id
    keep(world, world.worker, K.CERTIFICATE, pep=pep, title="Swimming")
    at_rest(world)
    pages = (f"/admin/pep/peps/details/?id={pep.id}", f"/admin/pep/children/details/?id={pep.child_id}")
    for page in pages:
        assert sorted(titles(enter("worker").get(page))) == ["Court papers", "Swimming"]
        assert titles(enter("teacher").get(page)) == ["Swimming"] and "Court" not in enter("teacher").get(page).text
        assert "Not for the school" in enter("officer").get(page).main and "Who may read it" not in enter("teacher").get(page).main
    teacher = enter("teacher")
    for path in ("details/?id=", "file/?id=", "remove/?id="):
        assert teacher.get(f"{DOCUMENTS}{path}{number}").main == teacher.get(f"{DOCUMENTS}{path}98765").main
    assert enter("auditor").get(f"{DOCUMENTS}details/?id={number}").status == 200


def test_the_school_is_not_told_by_a_second_coming_that_social_care_has_the_file(world: World) -> None:
    pep = world.written_pep()
    hidden = keep(world, world.worker, K.REPORT, pep=pep, school_reads=False)
    assert keep(world, world.teacher, K.REPORT, pep=pep).is_new
    again = keep(world, world.officer, K.REPORT, pep=pep)
    assert not again.is_new and again.document.id == hidden.document.id


def test_who_reads_as_the_school_does_withholds_nothing_from_it(world: World) -> None:
    pep = world.written_pep()
    assert keep(world, world.teacher, pep=pep, school_reads=False).document.school_reads


def test_an_account_that_audits_and_teaches_reads_as_the_school(world: World) -> None:
    pep = world.written_pep()
    number = keep(world, world.worker, K.REPORT, pep=pep, school_reads=False).document.id
    both = replace(world.teacher, roles=frozenset({Role.AUDITOR, Role.DESIGNATED_TEACHER}))
    assert queries.find_document(world.session, number, world.act(both)) is None
    assert queries.documents_of_pep(world.session, pep, both) == []
    with pytest.raises(NotAllowed):
        documents.add_document(world.session, world.other_child_id, documents.Told(K.WORK), an_upload(), most=ROOM,
                               actor=both, today=TODAY, now=NOW)


def test_the_old_school_loses_sight_of_a_child_who_moves_and_the_new_one_has_it(world: World, enter: Enter) -> None:
    pep = world.written_pep()
    number = keep(world, world.teacher, K.EHCP, pep=pep).document.id
    child, other = world.session.get_one(Child, world.child_id), world.session.get_one(School, world.other_school_id)
    roll.change_school(world.session, child, school_id=other.id, on=TODAY - timedelta(days=1), reason=LeavingReason.HOME_MOVE,
                       today=TODAY, now=NOW, actor=world.act(world.officer))
    at_rest(world)
    assert enter("teacher").get(f"{DOCUMENTS}file/?id={number}").status == 404
    assert enter("other_teacher").client.get(f"{DOCUMENTS}file/?id={number}").status_code == 200


def test_a_named_writer_alone_adds_and_another_colleague_of_the_school_does_not(world: World) -> None:
    pep = world.written_pep()
    stranger = replace(world.other_teacher, roles=frozenset({Role.DESIGNATED_TEACHER}))
    with pytest.raises(NotFound):
        keep(world, stranger, pep=pep)
    assert keep(world, world.teacher, pep=pep).is_new and keep(world, world.worker, pep=pep, text="Mine").is_new
    for who in (world.finance, world.auditor, world.administrator):
        with pytest.raises(NotAllowed):
            keep(world, who, pep=pep)


# --- with the child, and behind PEPs --------------------------------------------------------------------------------------


def test_a_plan_is_the_childs_and_stands_behind_the_next_pep_too(world: World, enter: Enter) -> None:
    pep = world.graded_pep()
    at_rest(world)
    page = enter("teacher").get(f"/admin/pep/children/details/?id={pep.child_id}").link("Add a document…")
    assert titles(hand_in(page, making.docx(), "plan.docx", kind="ehcp", title="Plan of 2024")) == ["Plan of 2024"]
    world.launch(on=date(2025, 1, 8), term="spring")
    later = world.pep_of(pep.child_id)
    assert later.id != pep.id
    at_rest(world)
    assert titles(enter("teacher").get(f"/admin/pep/peps/details/?id={later.id}")) == ["Plan of 2024"]


def test_a_sent_pep_keeps_the_documents_of_its_day(world: World) -> None:
    pep = world.written_pep()
    keep(world, world.teacher, pep=pep, title="Report")
    world.sent_pep()
    later = documents.Told(K.EHCP, "Came later", None, True)
    documents.add_document(world.session, pep.child_id, later, an_upload("late"), most=ROOM, actor=world.act(world.officer),
                           today=TODAY, now=NOW + timedelta(days=9))
    world.session.expire_all()
    assert [each.title for each in read_document(world.session, pep, audience=Audience.CARE).papers] == ["Report"]
    with pytest.raises(Refused, match="Sent"):
        keep(world, world.teacher, pep=pep, text="late too")


def test_nothing_is_added_to_a_pep_that_was_sent_and_the_page_says_where_it_goes(world: World, enter: Enter) -> None:
    pep = world.sent_pep()
    at_rest(world)
    page = enter("teacher").get(f"/admin/pep/peps/details/?id={pep.id}")
    assert not page.tree.xpath("//a[.='Add a document…']")
    answer = enter("teacher").get(f"{DOCUMENTS}add/?pep={pep.id}")
    assert "no document is added to it now. One that comes later is added on the child’s page" in answer.main


def test_a_pep_that_was_sent_back_for_a_document_has_been_worked_on_when_it_comes(world: World) -> None:
    pep = world.sent_pep()
    back = accepting(grade=Grade.AMBER, decision=Decision.RETURN, feedback="Please attach the report.", improve="The report.")
    reviews.grade_pep(world.session, pep.id, back, actor=world.act(world.officer), today=TODAY, now=NOW)
    world.act(SYSTEM)
    assert "RD-003" in [each.check for each in readiness(world.session, pep, today=TODAY)]
    keep(world, world.teacher, pep=pep)
    assert "RD-003" not in [each.check for each in readiness(world.session, pep, today=TODAY)]


def test_a_document_takes_no_signature_away(world: World) -> None:
    pep = world.written_pep()
    sections.sign_part(world.session, pep.id, models.words.Part.EDUCATION, actor=world.act(world.teacher), today=TODAY, now=NOW)
    keep(world, world.teacher, pep=pep)
    signed = world.session.scalar(sa.select(EducationSection.signed_at).where(EducationSection.pep_id == pep.id))
    assert signed is not None


def test_a_kept_plan_answers_what_the_readiness_list_asks_for(world: World, enter: Enter) -> None:
    pep = world.written_pep()
    world.session.get_one(Child, pep.child_id).sen_status = SenStatus.EHCP
    world.session.flush()

    def asked() -> list[str]:
        return [each.message for each in readiness(world.session, pep, today=TODAY) if each.check == "RD-238"]

    assert asked() == ["Please add the EHCP as a file, or list it among the documents with where it lies."]
    at_rest(world)
    check = enter("teacher").get(f"/admin/pep/peps/check/?id={pep.id}")
    sentence = "Please add the EHCP as a file, or list it among the documents with where it lies."
    assert check.link(sentence).heading == "Add a document"
    found = keep(world, world.worker, K.EHCP, pep=pep, school_reads=False)
    assert asked() == [], "also where the school does not read it"
    world.act(world.worker)
    documents.remove_document(world.session, found.document.id, reason="Another child’s", actor=world.worker, now=NOW)
    world.act(SYSTEM)
    assert len(asked()) == 1


def test_each_copy_of_a_pep_names_the_documents_that_its_reader_may_know_of(world: World) -> None:
    pep = world.written_pep()
    for kind, reads in ((K.SCHOOL_REPORT, True), (K.WORK, True), (K.REPORT, False), (K.REPORT, True), (K.CERTIFICATE, False)):
        keep(world, world.officer, kind, pep=pep, text=f"{kind}{reads}", school_reads=reads, title=f"{kind.label} {reads}")
    named = {audience: sorted(each.title for each in read_document(world.session, pep, audience=audience).papers)
             for audience in Audience}
    assert named[Audience.CARE] == named[Audience.RULES] == [
        "Certificate False", "Picture of work True", "Report of a professional False", "Report of a professional True",
        "School report True"]
    assert named[Audience.SCHOOL] == ["Picture of work True", "Report of a professional True", "School report True"]
    assert named[Audience.CHILD] == ["Picture of work True"]
    assert named[Audience.PARENT] == ["Picture of work True", "School report True"]


def test_the_pdf_lists_the_documents_by_name(world: World, tmp_path: Path) -> None:
    from pypdf import PdfReader

    pep = world.written_pep()
    keep(world, world.officer, K.REPORT, pep=pep, title="A canary report", school_reads=False, dated_on=date(2024, 10, 1))
    texts = {}
    for audience in (Audience.CARE, Audience.SCHOOL):
        document = read_document(world.session, pep, audience=audience)
        made = build_pep_pdf(document, fonts=tmp_path, made_at=NOW, made_by="Ole Amt", draft=True)
        texts[audience] = " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(made.data)).pages).split())
    assert "A canary report (not for the school) 01 Oct 2024 Ole Amt" in texts[Audience.CARE]
    assert "canary" not in texts[Audience.SCHOOL] and "Documents behind this plan" in texts[Audience.CARE]


# --- room ----------------------------------------------------------------------------------------------------------------


def test_the_documents_of_a_child_stay_within_their_room(world: World) -> None:
    pep = world.written_pep()
    size = keep(world, world.teacher, pep=pep).document.size
    with pytest.raises(Refused) as no:
        keep(world, world.teacher, pep=pep, text="One more", most=size + 10)
    assert no.value.findings[0].field == "file" and "the most is" in no.value.findings[0].message
    assert keep(world, world.teacher, pep=pep, text="One more", most=3 * size).is_new


def test_a_file_that_is_too_large_comes_back_with_what_was_typed_and_one_far_too_large_is_not_read(
    sqlite_url: str, tmp_path: Path
) -> None:
    from tests.security import house as houses

    app = create_app({**houses.settings(sqlite_url, tmp_path), "PEP_ADMIN_DOCUMENT_MEGABYTES": "3"})
    from pep_admin.accounts.creating import create_account
    from tests.world import build_world

    with app.app_context():
        session = app.extensions["sqlalchemy"].session
        session.info["actor"] = SYSTEM
        world = build_world(session())
        create_account(session, "ole@x.example", "Ole", [Role.VS_OFFICER], houses.PASSWORD, world.officer.person_id)
        session.commit()
        session.remove()
    visitor = Visitor(app.test_client())
    visitor.get("/account/login").send("email", email="ole@x.example", password=houses.PASSWORD)
    form = visitor.get(f"{DOCUMENTS}add/?child={world.child_id}")
    assert "up to 3 MB" in form.main
    page = hand_in(form, making.pdf() + b"%" * (4 * 1024 * 1024), kind="work", title="Kept", school_reads="yes")
    assert page.status == 422 and "larger than 3 MB" in page.main and page.form("file").fields["title"] == "Kept"
    fits = making.pdf() + b"%" * (2 * 1024 * 1024 + 500_000)
    page = hand_in(form, fits, kind="work", title="Large", school_reads="yes")
    assert "is kept" in page.main, "larger than any other page's body"
    page = hand_in(form, making.pdf() + b"%" * (8 * 1024 * 1024), kind="work", title="Kept", school_reads="yes")
    assert page.status == 413 and "much larger than a document may be" in page.main
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()


# --- taking away, and back -----------------------------------------------------------------------------------------------


def test_who_added_a_document_takes_it_away_with_the_reason_and_puts_it_back(world: World, enter: Enter, ask: Ask) -> None:
    pep = world.written_pep()
    number = keep(world, world.teacher, pep=pep, title="Wrong one").document.id
    at_rest(world)
    facts = enter("teacher").get(f"{DOCUMENTS}details/?id={number}")
    asks = facts.link("Take it away…")
    assert asks.send("reason", reason="  ").status == 422
    gone = asks.send("reason", reason="It is another child’s")
    assert "“Wrong one” was taken away" in gone.main and "It is another child’s" in gone.main
    assert enter("teacher").client.get(f"{DOCUMENTS}file/?id={number}").status_code == 404, "not to be opened any more"
    assert enter("officer").client.get(f"{DOCUMENTS}file/?id={number}").status_code == 200, "but by the Virtual School"
    assert titles(enter("teacher").get(f"/admin/pep/peps/details/?id={pep.id}")) == ["Wrong one (taken away)"]
    assert titles(enter("worker").get(f"/admin/pep/peps/details/?id={pep.id}")) == []
    back = gone.visitor.get(gone.url).send()
    assert "“Wrong one” is back." in back.main and enter("teacher").client.get(f"{DOCUMENTS}file/?id={number}").status_code == 200
    events = ask(lambda session: list(session.scalars(sa.select(AuditEvent.action).where(
        AuditEvent.object_type == "document", AuditEvent.object_id == number, AuditEvent.action.not_in(("document.read",
                                                                                                        "document.file"))))))
    assert events == ["document.add", "remove_document", "document.remove", "document.put_back"], "the one without a reason too"
    changes = ask(lambda session: [each.changes for each in session.scalars(sa.select(RecordChange).where(
        RecordChange.table_name == "pep_document", RecordChange.verb == "update").order_by(RecordChange.id))])
    assert changes[0]["removed_reason"] == [None, "It is another child’s"] and "sha256" not in str(changes)


def test_a_second_press_and_a_page_that_was_open_too_long_change_nothing(world: World, enter: Enter) -> None:
    pep = world.written_pep()
    number = keep(world, world.teacher, pep=pep).document.id
    at_rest(world)
    first = enter("teacher").get(f"{DOCUMENTS}remove/?id={number}")
    assert first.send("reason", reason="Twice").status == 200
    again = first.send("reason", reason="Other words")
    assert again.status == 422 and "has taken this away" in again.main and "Twice" in again.main
    page = enter("teacher").get(f"{DOCUMENTS}details/?id={number}")
    assert "is back" in page.send().main
    assert "put back already" in page.send().main


def test_what_was_added_anew_is_not_put_back_beside_it(world: World) -> None:
    pep = world.written_pep()
    old = keep(world, world.teacher, pep=pep).document
    documents.remove_document(world.session, old.id, reason="Too early", actor=world.act(world.teacher), now=NOW)
    assert keep(world, world.teacher, pep=pep).is_new
    with pytest.raises(Refused, match="added anew"):
        documents.put_back_document(world.session, old.id, actor=world.act(world.teacher))


def test_of_a_pep_that_was_sent_the_virtual_school_alone_takes_a_document_away(world: World) -> None:
    pep = world.written_pep()
    mine, others = keep(world, world.teacher, pep=pep).document, keep(world, world.worker, pep=pep, text="Hers").document
    with pytest.raises(NotAllowed):
        documents.remove_document(world.session, others.id, reason="Not mine", actor=world.act(world.teacher), now=NOW)
    world.sent_pep()
    with pytest.raises(NotAllowed):
        documents.remove_document(world.session, mine.id, reason="Too late", actor=world.act(world.teacher), now=NOW)
    documents.remove_document(world.session, mine.id, reason="Another child’s", actor=world.act(world.officer), now=NOW)
    assert [each.added_by for each in read_document(world.session, pep, audience=Audience.CARE).papers] == [world.worker.name]


# --- the bytes -----------------------------------------------------------------------------------------------------------


def test_bytes_are_out_of_reach_as_the_child_is(world: World) -> None:
    pep = world.written_pep()
    document = keep(world, world.teacher, pep=pep).document
    assert content_of(world.session, document)
    world.act(world.other_teacher)
    assert content_of(world.session, document) is None
    assert world.session.scalars(sa.select(models.DocumentContent.id)).all() == []


def test_a_file_that_is_gone_is_a_sentence(world: World, enter: Enter) -> None:
    pep = world.written_pep()
    number = keep(world, world.teacher, pep=pep, title="Lost").document.id
    world.session.execute(sa.delete(models.DocumentContent))
    at_rest(world)
    page = enter("officer").get(f"{DOCUMENTS}file/?id={number}")
    assert page.status == 404 and "The file is not here" in page.main and "in a backup" in page.main


def test_when_the_bytes_cannot_be_stored_nothing_is(world: World, enter: Enter, ask: Ask) -> None:
    """The disk is full, or the process ends, between the row and its bytes: one transaction holds both."""
    pep = world.written_pep()
    world.session.execute(sa.text(
        "CREATE TRIGGER full BEFORE INSERT ON pep_document_content BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"))
    at_rest(world)
    form = enter("teacher").get(f"{DOCUMENTS}add/?pep={pep.id}")
    page = hand_in(form, making.pdf(), kind="work", title="Mine")
    assert page.status == 422 and page.form("file").fields["title"] == "Mine"
    assert ask(lambda session: session.scalar(sa.select(sa.func.count(models.Document.id)))) == 0
    assert ask(lambda session: session.scalar(sa.select(sa.func.count(AuditEvent.id)).where(
        AuditEvent.action == "document.add", AuditEvent.outcome == "done"))) == 0


def test_pages_say_nothing_of_a_file_in_their_addresses(world: World, enter: Enter) -> None:
    pep = world.written_pep()
    keep(world, world.officer, pep=pep, title="Robin’s canary")
    at_rest(world)
    for path in (f"/admin/pep/peps/details/?id={pep.id}", f"/admin/pep/children/details/?id={pep.child_id}",
                 f"{DOCUMENTS}details/?id=1"):
        page = enter("teacher").get(path)
        assert "Robin’s canary" in page.main
        assert not [each for each in re.findall(r'(?:href|src|action)="([^"]*)"', page.text) if "canary" in each or "Robin" in each]


def test_a_pep_that_is_closed_as_not_needed_keeps_what_it_had(world: World) -> None:
    pep = world.written_pep()
    keep(world, world.teacher, pep=pep, title="Report")
    pep_verbs.withdraw_pep(world.session, pep.id, reason="Left care", actor=world.act(world.officer), now=NOW)
    world.act(SYSTEM)
    assert pep.status is PepStatus.WITHDRAWN
    assert [each.title for each in read_document(world.session, pep, audience=Audience.CARE).papers] == ["Report"]
