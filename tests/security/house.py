"""A house with everybody signed in: the small world of tests/world.py with PEPs in every state, and an account for each role.

It is built once in a run (and worker) and copied for each test, sessions and all: each role has signed in through the page, once.
Names of places that begin with `other_` are school B's; all others belong to school A, its teacher and its social worker.
"""

from __future__ import annotations

import hashlib
import io
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from pep_admin import create_app, models
from pep_admin.accounts.creating import create_account
from pep_admin.accounts.models import AccountsBase, User
from pep_admin.document_words import DocumentKind, MediaType
from pep_admin.meeting_words import AttendingNoteKind
from pep_admin.models import (
    AcademicYear,
    Attainment,
    AuditEvent,
    Base,
    CareEpisode,
    CarePlacement,
    Caseload,
    Child,
    Closure,
    Consent,
    Enrolment,
    Inspection,
    NonWorkingDay,
    PaymentBatch,
    PaymentLine,
    Pep,
    PpgRequest,
    QaReview,
    School,
    SchoolCalendar,
    SdqScore,
    Suspension,
    Target,
)
from pep_admin.permissions import SYSTEM, Actor
from pep_admin.review_words import ChangeKind, Settling
from pep_admin.school_words import ClosureKind, ExclusionConcern, InspectionRegime, OfstedGrade
from pep_admin.uploads import Upload
from pep_admin.validators.waivers import Gate
from pep_admin.vocabulary import (
    ConsentBy,
    ConsentFor,
    Decision,
    LegalStatus,
    PersonKind,
    PlacementKind,
    Role,
    SenStatus,
    Subject,
    SuspensionKind,
    SuspensionReason,
)
from pep_admin.workflow import (
    attending,
    calendars,
    calls,
    documents,
    exclusions,
    grants,
    inspections,
    leads,
    out_of_turn,
    payments,
    progress,
    reviews,
    roll,
    waivers,
)
from pep_admin.workflow.drafts import DROP_OLD
from pep_admin.workflow.records import save_record
from pep_admin.workflow.referrals import record_referral
from tests.uploads import making
from tests.visiting import Visitor
from tests.world import NOW, TODAY, World, actor_of, build_world, person

NOBODY = "nobody"
PEOPLE: Mapping[str, Role] = {
    "head": Role.VS_HEAD,
    "officer": Role.VS_OFFICER,
    "finance": Role.FINANCE,
    "teacher": Role.DESIGNATED_TEACHER,
    "other_teacher": Role.DESIGNATED_TEACHER,
    "worker": Role.SOCIAL_WORKER,
    "other_worker": Role.SOCIAL_WORKER,
    "auditor": Role.AUDITOR,
    "administrator": Role.ADMINISTRATOR,
}
ROLES = (NOBODY, *PEOPLE)
HELPER = "helper"
"""A colleague of school A to whom its teacher gave one section of the first child's PEP; test_helping.py walks their way."""
PASSWORD = "lantern orchard seven kites"
SECRET = "the tests' own secret, long enough to be one"
COOKIE = "pep_session"
MISSING = 987_654
"""An id that no row has."""
UNFINISHED = frozenset({"pep_draft"})
LOGS = frozenset({"pep_audit_event", "account_session", "account_attempt"})
"""Tables that may grow by looking, by being refused and by signing in."""
_MARK = re.compile(r'name="csrf_token"[^>]*?value="([^"]+)"')
_CHANGING = re.compile(r'name="csrf_token"[^>]*?value="[^"]+"|data-draft="[^"]+"|name="seal" value="[^"]+"')

Rows = dict[tuple[str, int], dict[str, Any]]


@dataclass(frozen=True)
class Plan:
    """What is known of a house before it is opened: where things are, and by what cookie and mark each role is known."""

    places: Mapping[str, int]
    cookies: Mapping[str, str]
    marks: Mapping[str, str]


def settings(url: str, folder: Path) -> dict[str, Any]:
    """The application's settings on that database; errors become pages, as in life."""
    return {"PEP_ADMIN_DATABASE_URL": url, "PEP_ADMIN_INSTANCE_FOLDER": str(folder), "PEP_ADMIN_TODAY": TODAY.isoformat(),
            "PEP_ADMIN_SECRET_KEY": SECRET}


def build(session: Session, url: str, folder: Path) -> Plan:
    """Fill a migrated database, and sign everybody in. `session` is the program's own on that database."""
    world = build_world(session, children=6)
    for child_id in (world.child_id, world.other_child_id):
        pep = world.written_pep(child_id=child_id)
        if child_id == world.other_child_id:
            pep.meeting_at = NOW + timedelta(days=7)  # somebody can still be asked to come
        _records(world, child_id)
        _papers(world, child_id)
    children = list(session.scalars(sa.select(Child.id).order_by(Child.id)))
    children.append(_left_long_ago(world))
    world.graded_pep(child_id=children[2])
    paid = world.graded_pep(child_id=children[3])
    asking = world.sent_pep(child_id=children[4])
    reviews.grade_pep(session, asking.id, reviews.Grading(None, Decision.ASK, "Which tutor is it?"), actor=world.act(world.officer),
                      today=TODAY, now=NOW)
    question = session.scalars(sa.select(QaReview.id).where(QaReview.pep_id == asking.id)).one()
    request_ids = [each.id for each in world.requests_of(paid)]
    payments.release_requests(session, request_ids, actor=world.act(world.finance), today=TODAY, now=NOW)
    payments.batch_releases(session, actor=world.finance, now=NOW)
    lead = leads.name_lead(session, world.school_id, first_name="Nova", last_name="Neu", email="nova.neu@house.example",
                           from_on=None, actor=world.act(world.teacher), now=NOW)
    said = _let_pass_and_to_meet(world)
    referral, _ = (record_referral(session, world.pep_of(each).id, wanted="Six visits of a therapist", pence=300_00,
                                   actor=world.act(world.officer), today=TODAY) for each in children[:2])
    first = world.requests_of(world.pep_of(children[0]))[0].target_id or 0
    remark = progress.note_progress(session, first, seen_on=TODAY, what="Asks for help", with_child=False,
                                    actor=world.act(world.teacher), today=TODAY, now=NOW)
    helper, given = _given(world)
    world.act(SYSTEM)
    places = given | {"lead": lead.id, "referral": referral.id, "remark": remark.id,
              "question": question}
    places |= said | _places(session, world, children) | _schooling(world)
    world.act(SYSTEM)
    places["action"] = session.scalars(sa.select(models.AgreedAction.id).where(
        models.AgreedAction.pep_id == places["pep"]).order_by(models.AgreedAction.id)).first() or 0
    places["call"] = calls.note_call(
        session, world.teacher.person_id or 0, words="Promised it for Friday", spoke_on=TODAY, follow_up_on=date(2024, 11, 22),
        actor=world.act(world.officer), today=TODAY).id
    places["other_settled"] = out_of_turn.settle_change(
        session, world.other_child_id, ChangeKind.RISK, said["other_alert"], how=Settling.WAVED, reason="They talked",
        actor=world.act(world.officer), today=TODAY, now=NOW).id
    world.act(SYSTEM)
    team = models.CareTeam(name="Team North")
    session.add(team)
    session.flush()
    places["team"] = team.id
    places["mail"] = session.scalars(sa.select(models.Delivery.id).order_by(models.Delivery.id)).first() or 0
    session.commit()
    app = create_app(settings(url, folder))
    places |= {"account": _make_accounts(app, world, helper)}
    signed_in = {name: _sign_in(app, name) for name in (*PEOPLE, HELPER)}
    places |= {"import": _looked_at(app, signed_in["officer"]), "job": _asked_for(app, signed_in["officer"]),
               "saved": _kept(app, signed_in["officer"])}
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()
    cookies, marks = ({name: pair[number] for name, pair in signed_in.items()} for number in (0, 1))
    return Plan(places, cookies, marks)


def _let_pass_and_to_meet(world: World) -> dict[str, int]:
    """Waivers of the first child's PEP, for a day on which it had no English and no Maths target; an independent chair that the
    child needs, and that their school asks the Virtual School to come; another child with significant needs.
    """
    session, pep = world.session, world.pep_of(world.child_id)
    targets = session.scalars(sa.select(Target).where(Target.pep_id == pep.id)).all()
    subjects = [target.subject for target in targets]
    for target in targets:
        target.subject = Subject.OTHER
    session.flush()
    waiver, _ = (_waive(world, pep, gate) for gate in (Gate("RD-223", "english_exception"), Gate("RD-224", "maths_exception")))
    world.act(SYSTEM)
    for target, subject in zip(targets, subjects, strict=True):
        target.subject = subject
    note, _ = (
        attending.say_needed(session, session.get_one(Child, child_id), kind, reason="They disagree",
                             actor=world.act(world.officer), now=NOW)
        for child_id, kind in ((world.child_id, AttendingNoteKind.CHAIR), (world.other_child_id, AttendingNoteKind.SEND))
    )
    asks = attending.ask_to_attend(session, pep.id, reason="Please come", actor=world.act(world.teacher),
                                   now=NOW - timedelta(days=28))  # before the meeting
    return {"waiver": waiver, "note": note.id, "asks": asks.id} | _at_risk(world)


def _given(world: World) -> tuple[Actor, dict[str, int]]:
    """A section of the first child's PEP for a colleague, and one that was taken back; the colleague."""
    world.act(SYSTEM)
    mia = person(world.session, "Mia", "Kollege", PersonKind.SCHOOL_STAFF)
    standing, over = (
        grants.give_sections(world.session, world.pep_of(world.child_id).id, grants.Named(mia.email or ""), keys,
                             ends_on=date(2024, 12, 2), actor=world.act(world.teacher), today=TODAY, now=NOW)
        for keys in (["next_steps"], ["setting"])
    )
    grants.end_grant(world.session, over.id, actor=world.teacher, now=NOW)
    world.act(SYSTEM)
    return actor_of(mia, Role.DESIGNATED_TEACHER), {"grant": standing.id, "ended_grant": over.id, "helper_person": mia.id}


def _at_risk(world: World) -> dict[str, int]:
    """What each school told of its first child."""
    told = exclusions.Telling(ExclusionConcern.RISK, TODAY, "A fight at lunch", "A key adult")
    alert, other = (exclusions.tell_exclusion_risk(world.session, child_id, told, actor=world.act(teacher), today=TODAY).id
                    for child_id, teacher in ((world.child_id, world.teacher), (world.other_child_id, world.other_teacher)))
    return {"alert": alert, "other_alert": other}


def _waive(world: World, pep: Pep, gate: Gate) -> int:
    stands = waivers.find_gate(world.session, pep, gate, today=TODAY)
    assert stands is not None
    return waivers.waive_gate(world.session, pep.id, gate, reason="A tutor begins in spring", sentence=stands.message,
                              actor=world.act(world.head), today=TODAY, now=NOW).id


def _left_long_ago(world: World) -> int:
    """A child who was in care, without a school, a worker or a PEP."""
    facts = {"first_name": "Gone", "last_name": "Musterkind9", "date_of_birth": date(2012, 2, 1), "lcs_id": "T-9",
             "entered_care_on": date(2022, 2, 1), "legal_status": LegalStatus.C2, "sen_status": SenStatus.NONE}
    who = {"actor": world.act(world.officer), "today": TODAY}
    child = roll.take_into_care(world.session, facts=facts, placement_kind=PlacementKind.FOSTER, **who)
    roll.leave_care(world.session, child, on=date(2023, 2, 1), reason="Went home", now=NOW, **who)
    return child.id


def _records(world: World, child_id: int) -> None:
    """A suspension and a consent of that child; an SDQ total came with the PEP."""
    school_id = world.session.get_one(Child, child_id).school_id
    for row in (
        Suspension(child_id=child_id, school_id=school_id, kind=SuspensionKind.SUSPENSION, started_on=date(2024, 10, 7),
                   ended_on=date(2024, 10, 8), half_days=4, reason=SuspensionReason.DB, told_us_on=date(2024, 10, 7)),
        Consent(child_id=child_id, matter=ConsentFor.DAY_TRIP, who_decides=ConsentBy.CARER),
    ):
        save_record(world.session, row, actor=world.act(world.officer), today=TODAY)


def _papers(world: World, child_id: int) -> None:
    """A report that the child's teacher added to the PEP, and one of social care that the school is not told of."""
    teacher, worker = (world.teacher, world.worker) if child_id == world.child_id else (world.other_teacher, world.other_worker)
    pep_id = world.pep_of(child_id).id
    for who, kind, text in ((teacher, DocumentKind.SCHOOL_REPORT, "Report"), (worker, DocumentKind.REPORT, "Court")):
        data = making.pdf(f"{text} {child_id}")
        digest = hashlib.sha256(data).hexdigest()
        upload = Upload("report.pdf", MediaType.PDF, data, digest)
        documents.add_document(
            world.session, child_id, documents.Told(kind, text, None, who is teacher), upload, most=len(data) * 10,
            actor=world.act(who), today=TODAY, now=NOW, pep_id=pep_id)
    world.act(SYSTEM)


def _schooling(world: World) -> dict[str, int]:
    """School A's calendar with a closure, an authority's calendar, a day off, an inspection of school A."""
    session, year, head = world.session, world.autumn.year, world.act(world.head)
    school = session.get_one(School, world.school_id)
    calendar, authority = SchoolCalendar(year=year, school=school), SchoolCalendar(year=year, local_authority_code="352")
    closure = Closure(calendar=calendar, kind=ClosureKind.INSET, starts_on=date(2025, 2, 10), ends_on=date(2025, 2, 10))
    day_off = NonWorkingDay(day_on=date(2025, 6, 3), name="A jubilee")
    inspection = Inspection(school_id=school.id, inspected_on=date(2024, 3, 12), regime=InspectionRegime.OVERALL,
                            overall=OfstedGrade.GOOD)
    for each in (calendar, authority):
        calendars.save_calendar(session, each, actor=head)
    calendars.save_closure(session, closure, actor=head)
    calendars.save_day_off(session, day_off, actor=head)
    inspections.save_inspection(session, inspection, actor=head, today=TODAY)
    world.act(SYSTEM)
    return {"calendar": calendar.id, "authority_calendar": authority.id, "closure": closure.id, "day_off": day_off.id,
            "inspection": inspection.id}


RECORDS = {"sdq": SdqScore, "suspension": Suspension, "consent": Consent, "enrolment": Enrolment, "home": CarePlacement,
           "caseload": Caseload, "care_period": CareEpisode, "document": models.Document}


def _records_of(session: Session, child_id: int) -> dict[str, int]:
    found = {}
    for name, model in RECORDS.items():
        found[name] = session.scalars(sa.select(model.id).where(model.child_id == child_id).order_by(model.id)).first() or 0
    return found


def _places(session: Session, world: World, children: list[int]) -> dict[str, int]:
    pep, other_pep, approved, paid, sent, waiting = (world.pep_of(child_id) for child_id in children[:6])
    places = {
        "child": world.child_id, "other_child": world.other_child_id,
        "school": world.school_id, "other_school": world.other_school_id,
        "pep": pep.id, "other_pep": other_pep.id, "graded_pep": approved.id, "graded_child": approved.child_id,
        "left_child": children[6],
        "paid_pep": paid.id, "sent_pep": sent.id, "new_pep": waiting.id, "term": pep.term_id, "year": pep.term.year_id,
        "last_year": session.scalars(sa.select(AcademicYear.id).order_by(AcademicYear.starts_on.desc())).first() or 0,
        "person": world.teacher.person_id or 0, "other_person": world.other_teacher.person_id or 0,
        "officer_person": world.officer.person_id or 0,
        "worker_person": world.worker.person_id or 0, "other_worker_person": world.other_worker.person_id or 0,
        "batch": session.scalars(sa.select(PaymentBatch.id)).one(), "line": session.scalars(sa.select(PaymentLine.id)).one(),
        "event": session.scalars(sa.select(AuditEvent.id).order_by(AuditEvent.id).limit(1)).one(),
        "draft": world.requests_of(pep)[0].id, "other_draft": world.requests_of(other_pep)[0].id,
        "approved": world.requests_of(approved)[0].id, "released": world.requests_of(paid)[0].id,
        "requested": world.requests_of(sent)[0].id,
    }
    for name, child_id in (("", world.child_id), ("other_", world.other_child_id)):
        places |= {f"{name}{kind}": row_id for kind, row_id in _records_of(session, child_id).items()}
    graded = session.scalars(sa.select(Target.id).where(Target.pep_id == approved.id).order_by(Target.id)).first()
    places["graded_target"] = graded or 0
    for name, each in (("", pep), ("other_", other_pep)):
        asked = session.get_one(PpgRequest, places[f"{name}draft"]).target_id
        free = session.scalars(sa.select(Target.id).where(Target.pep_id == each.id, Target.id != asked).order_by(Target.id)).first()
        attainment = session.scalars(sa.select(Attainment.id).where(Attainment.pep_id == each.id).order_by(Attainment.id)).first()
        places |= {f"{name}target": asked or 0, f"{name}free_target": free or 0, f"{name}attainment": attainment or 0}
    return places


def _make_accounts(app: Flask, world: World, helper: Actor) -> int:
    """An account for each role; the number of the head's. What somebody added before they had one is theirs with it."""
    papers = models.Document.__table__
    with app.app_context():
        session = app.extensions["sqlalchemy"].session
        for name, role in {**PEOPLE, HELPER: Role.DESIGNATED_TEACHER}.items():
            who = helper if name == HELPER else getattr(world, name)
            user = create_account(session, address(name), who.name, [role], PASSWORD, who.person_id)
            session.flush()
            session.execute(sa.update(papers).where(papers.c.added_by == who.id).values(added_by=f"user:{user.id}"))
        session.commit()
        heads: int = session.scalars(sa.select(User.id).where(User.email == address("head"))).one()
        session.remove()
    return heads


def address(name: str) -> str:
    """The e-mail address that role signs in by."""
    return f"{name}@house.example"


def _looked_at(app: Flask, signed_in: tuple[str, str]) -> int:
    """A file that the officer has had looked at: one new school and one row to mend."""
    client = app.test_client()
    client.set_cookie(COOKIE, signed_in[0])
    file = io.BytesIO(b"URN,EstablishmentName\n100001,Elm School\n7,Short number\n")
    fields = {"csrf_token": signed_in[1], "register": (file, "register.csv")}
    answer = client.post("/admin/pep/imports/new/?kind=schools", data=fields)
    assert answer.status_code == 303, "the officer could not hand in a file"
    return int(answer.location.rpartition("id=")[2])


def _asked_for(app: Flask, signed_in: tuple[str, str]) -> int:
    """PDFs of the signed-off PEPs that the officer has asked for; no worker runs."""
    path = "/admin/pep/peps/pdfs/?flt0_status=complete"
    client = app.test_client()
    client.set_cookie(COOKIE, signed_in[0])
    seal = re.search(r'name="seal" value="([0-9a-f]+)"', client.get(path).text)
    assert seal, "there is nothing to make PDFs of"
    answer = client.post(path, data={"csrf_token": signed_in[1], "seal": seal[1]})
    assert answer.status_code == 303, "the officer could not ask for PDFs"
    return int(answer.location.rpartition("id=")[2])


def _kept(app: Flask, signed_in: tuple[str, str]) -> int:
    """A question that the officer keeps and shares."""
    client = app.test_client()
    client.set_cookie(COOKIE, signed_in[0])
    fields = {"csrf_token": signed_in[1], "name": "Being written", "shared": "y"}
    answer = client.post("/admin/pep/saved/new/?list=peps&flt0_stage=open", data=fields)
    assert answer.status_code == 303, "the officer could not keep a question"
    with app.app_context():
        found: int = app.extensions["sqlalchemy"].session.execute(sa.text("SELECT id FROM pep_saved_question")).scalar_one()
        app.extensions["sqlalchemy"].session.rollback()
    return found


def _sign_in(app: Flask, name: str) -> tuple[str, str]:
    client = app.test_client()
    form = {"csrf_token": mark_of(client.get("/account/login").text), "email": address(name), "password": PASSWORD}
    assert client.post("/account/login", data=form).status_code == 302, f"{name} could not sign in"
    mark = mark_of(client.get("/admin/", follow_redirects=True).text)
    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    return cookie.value, mark


def mark_of(page: str) -> str:
    """The mark against forged posts that the first form of a page carries."""
    found = _MARK.search(page)
    assert found, "The page has no form with a mark"
    return found[1]


class House:
    """A copy of the house, served: who visits it, what stands in its database."""

    def __init__(self, plan: Plan, url: str, folder: Path, renew: Callable[[], None]) -> None:
        self.plan, self.url, self._renew = plan, url, renew
        self.app = create_app(settings(url, folder))
        self._looking = sa.create_engine(url)
        self._clients: dict[str, FlaskClient] = {}
        self._nobodys_mark = ""
        with self.app.app_context():
            self._engine = self.app.extensions["sqlalchemy"].engine

    def close(self) -> None:
        self._engine.dispose()
        self._looking.dispose()

    # --- visiting ------------------------------------------------------------------------------------------------------

    def at(self, text: str) -> str:
        """An address with the names of places in braces filled in."""
        return text.format_map(self.plan.places)

    def client(self, who: str) -> FlaskClient:
        """That person's browser."""
        if who not in self._clients:
            client = self._clients[who] = self.app.test_client()
            if who != NOBODY:
                client.set_cookie(COOKIE, self.plan.cookies[who])
                with client.session_transaction() as kept:  # they signed in when the house was built, perhaps long ago
                    kept["fs_paa"] = time.time()
        return self._clients[who]

    def visitor(self, who: str) -> Visitor:
        """The same, for reading pages and filling in their forms."""
        return Visitor(self.client(who))

    def ask(self, who: str, method: str, path: str, **more: Any) -> TestResponse:
        """Any request of theirs, read to its end."""
        return self.client(who).open(self.at(path), method=method, buffered=True, **more)

    def get(self, who: str, path: str) -> TestResponse:
        return self.ask(who, "GET", path)

    def post(self, who: str, path: str, fields: Iterable[tuple[str, str]] | Mapping[str, str] = ()) -> TestResponse:
        """A form of theirs, with the mark of their session."""
        pairs = list(fields.items()) if isinstance(fields, Mapping) else list(fields)
        filled = [(name, self.at(text) if text.startswith("{") else text) for name, text in pairs]
        return self.ask(who, "POST", path, data=MultiDict([("csrf_token", self.mark(who)), *filled]))

    def mark(self, who: str) -> str:
        if who != NOBODY:
            return self.plan.marks[who]
        if not self._nobodys_mark:
            self._nobodys_mark = mark_of(self.client(NOBODY).get("/account/login").text)
        return self._nobodys_mark

    # --- the database --------------------------------------------------------------------------------------------------

    def rows(self, *, without: frozenset[str] = LOGS) -> Rows:
        """Every row of every table by (table, id), but of those tables. What a page without scripts keeps of its text, for its
        writer alone, is no record, nor is the job that sweeps it: test_drafts.py and test_drafts_of_more_pages.py have them."""
        found: Rows = {}
        with self._looking.connect() as connection:
            for table in (*Base.metadata.sorted_tables, *AccountsBase.metadata.sorted_tables):
                if table.name not in without | UNFINISHED:
                    key = next(iter(table.primary_key)).name
                    rows = connection.exec_driver_sql(f"SELECT * FROM {table.name}").mappings()
                    found |= {(table.name, row[key]): dict(row) for row in rows if row.get("kind") != DROP_OLD}
        return found

    def row(self, table: str, row_id: int) -> dict[str, Any]:
        return self.rows()[table, row_id]

    def last_event(self) -> int:
        """The id of the newest audit event."""
        with self._looking.connect() as connection:
            return int(connection.exec_driver_sql("SELECT max(id) FROM pep_audit_event").scalar_one())

    def events(self, after: int = 0, **wanted: Any) -> list[Any]:
        """Audit events with those columns beyond that id, oldest first."""
        table = AuditEvent.__table__
        criteria = (table.c.id > after, *(table.c[name] == value for name, value in wanted.items()))
        with self._looking.connect() as connection:
            return list(connection.execute(sa.select(table).where(*criteria).order_by(table.c.id)).all())

    def actor_id(self, who: str) -> str:
        """As the audit log names that role's account."""
        with self._looking.connect() as connection:
            return f"user:{connection.execute(sa.select(User.id).where(User.email == address(who))).scalar_one()}"

    def change(self, *statements: Any) -> None:
        """Run statements past all of the program, to set a stage."""
        with self._looking.begin() as connection:
            for statement in statements:
                connection.execute(statement)

    def restore(self) -> None:
        """Everything as it was at the start, sessions too."""
        self._renew()
        self._forget_visitors()

    def _forget_visitors(self) -> None:
        self._clients, self._nobodys_mark = {}, ""


def changed(before: Rows, after: Rows) -> set[str]:
    """What differs, as `table.column`, `+table` for new rows and `-table` for those that are gone."""
    found = {f"+{key[0]}" for key in after.keys() - before.keys()} | {f"-{key[0]}" for key in before.keys() - after.keys()}
    for key in before.keys() & after.keys():
        found |= {f"{key[0]}.{column}" for column, value in before[key].items() if value != after[key][column]}
    return found


def added(before: Rows, after: Rows, table: str) -> dict[str, Any]:
    """The one new row of that table."""
    (key,) = [each for each in after.keys() - before.keys() if each[0] == table]
    return after[key]


OF_EACH_ANSWER = ("Content-Length", "Set-Cookie", "X-Request-Id")


def told(answer: TestResponse, *asked: int | str) -> tuple[int, str, list[tuple[str, str]]]:
    """All that an answer tells, but for the mark against forged posts and the number that was asked for, which it may repeat."""
    text = _CHANGING.sub("", answer.get_data(as_text=True))
    headers = [(name, value) for name, value in answer.headers if name not in OF_EACH_ANSWER]
    for number in asked:
        text = re.sub(rf"(?<![0-9]){number}(?![0-9])", "ASKED", text)
        headers = [(name, re.sub(rf"(?<![0-9]){number}(?![0-9])", "ASKED", value)) for name, value in headers]
    return answer.status_code, text, headers

