"""How the demonstration writes, signs, sends and grades its PEPs: by the same verbs that people use, as the people of the demo."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin.demo import words
from pep_admin.demo.judgements import attainment
from pep_admin.models import Pep, Target
from pep_admin.pep_document import read_document
from pep_admin.pep_form import NOT_REACHED, Document
from pep_admin.permissions import Actor, audience_for
from pep_admin.school_calendar import academic_year_start
from pep_admin.vocabulary import Part, PpgCategory, Role, SenStatus, Subject, TargetArea
from pep_admin.workflow import peps as pep_verbs
from pep_admin.workflow import ppg, sections, targets

MEETING_DAYS_AFTER_LAUNCH = 45
ASKED_BY_ANSWERS = frozenset({"attendance_low", "child_absent", "not_eet", "other_services", "alternative_provision",
                              "exclusion_concern", "address_shared", "in_learning", "has_sen_plan"})
"""Circumstances of the form that follow from what the demo answers on the same page."""


@dataclass(frozen=True, slots=True)
class Office:
    """The people of the Virtual School and finance, as the demo's accounts act."""

    head: Actor
    officer: Actor
    finance: Actor


def people_of(pep: Pep) -> tuple[Actor, Actor]:
    """The writer and the social worker of a PEP, as they would act when signed in."""
    assert pep.writer is not None and pep.social_worker is not None  # noqa: S101  # the demo names both before writing
    return (
        Actor(f"person:{pep.writer.id}", pep.writer.name, frozenset({Role.DESIGNATED_TEACHER}), pep.writer.id),
        Actor(f"person:{pep.social_worker.id}", pep.social_worker.name, frozenset({Role.SOCIAL_WORKER}), pep.social_worker.id),
    )


def act_as(session: Session, actor: Actor) -> Actor:
    """Let the session's history and scope be this person's."""
    session.info["actor"] = actor
    return actor


def at(day: date) -> datetime:
    """The instant of that day at which something of the demo is done."""
    return datetime(day.year, day.month, day.day, 10, 30, tzinfo=UTC)


def write(
    session: Session, pep: Pep, *, meeting_on: date, unfinished: bool = False, money: bool = True, sdq: int | None = None,
    carer_speaks: bool = True, number: int = 0, virtual_school: str = "",
) -> None:
    """Both writers fill in their parts; an unfinished one stops before the meeting part.

    `sdq` is the total that it tells (a usual one when None); without `carer_speaks` the carer's words were asked for in vain;
    `virtual_school` names who of the Virtual School came to the meeting; `number` tells this child's words from another's.
    """
    teacher, worker = people_of(pep)
    own = {"name": pep.child.called, **words.own_words(number)}
    _save_all(session, pep, _social_care(pep, meeting_on, sdq), worker, meeting_on, own)
    _save_all(session, pep, _education(pep, meeting_on), teacher, meeting_on, own)
    _targets(session, pep, teacher, own, meeting_on, money=money)
    if not unfinished:
        meet(session, pep, meeting_on=meeting_on, carer_speaks=carer_speaks, number=number, virtual_school=virtual_school)


def meet(
    session: Session, pep: Pep, *, meeting_on: date, carer_speaks: bool = True, number: int = 0, virtual_school: str = ""
) -> None:
    """The social worker writes of the meeting; see `write` for what each says."""
    _, worker = people_of(pep)
    meeting = _meeting(pep, meeting_on, pep.child.called, virtual_school)
    if not carer_speaks:
        meeting["voices"] = {**meeting["voices"], "carer_voice": None, "carer_voice_attempts": words.IN_VAIN,
                             "carer_voice_how": NOT_REACHED}
    agreed = [{"id": None, "target_id": each, "agreed": "agreed", "views": None}
              for each in session.scalars(select(Target.id).where(Target.pep_id == pep.id).order_by(Target.number))]
    meeting["actions"] = {**meeting["actions"], "targets_agreed": agreed}
    _save_all(session, pep, meeting, worker, meeting_on, {"name": pep.child.called, **words.own_words(number)})


def sign_and_send(session: Session, pep: Pep, *, today: date, now: datetime) -> None:
    """Each signs their own parts, and the last one sends it."""
    teacher, worker = people_of(pep)
    act_as(session, teacher)
    sections.sign_part(session, pep.id, Part.EDUCATION, actor=teacher, today=today, now=now)
    act_as(session, worker)
    for part in (Part.SOCIAL_CARE, Part.MEETING):
        sections.sign_part(session, pep.id, part, actor=worker, today=today, now=now)
    pep_verbs.submit_pep(session, pep.id, actor=worker, today=today, now=now)


def _save_all(
    session: Session, pep: Pep, pages: Mapping[str, Mapping[str, Any]], actor: Actor, today: date, own: Mapping[str, str]
) -> None:
    """Save the pages of one part one after another, each as it was when the writer opened the part."""
    act_as(session, actor)
    document = read_document(session, pep, audience=audience_for(actor, pep.child))
    for key, values in pages.items():
        filled = {each: _filled(value, own) for each, value in values.items()}
        _save(session, pep, key, filled, actor, today, document)


def _save(
    session: Session, pep: Pep, key: str, values: Mapping[str, Any], actor: Actor, today: date, document: Document
) -> None:
    """Save what the page asks, and that what came over from last term is still right; what the page asks only because of that is
    saved from the one that comes next."""
    base = {found.key: document.digests[found.key] for found in document.form.section(key)[1].fields
            if found.key in document.digests}
    shown = {each: value for each, value in values.items() if each in base}
    written = sections.confirm_carried(session, pep.id, key, shown, base=base, actor=actor, today=today, now=at(today))
    later = {each: value for each, value in values.items()
             if each not in shown and document.form.field(each).asked in ASKED_BY_ANSWERS}
    if later and written.changed:
        anew = read_document(session, pep, audience=audience_for(actor, pep.child))
        _save(session, pep, key, later, actor, today, anew)


def _filled(value: Any, own: Mapping[str, str]) -> Any:
    """Words with this child's own in their blanks, in the lines of a table too."""
    if isinstance(value, list):
        return [{key: _filled(each, own) for key, each in row.items()} for row in value]
    return value.format_map(own) if isinstance(value, str) else value


def _social_care(pep: Pep, meeting_on: date, sdq: int | None) -> dict[str, Mapping[str, Any]]:
    score = {"id": None, "total": 11 + pep.id % 9 if sdq is None else sdq, "completed_on": meeting_on - timedelta(days=30),
             "completed_by": "carer"}
    return {
        "about": {**words.ABOUT, "next_care_review_on": meeting_on + timedelta(days=40),
                  "pathway_plan_on": meeting_on - timedelta(days=60)},
        "responsibility": {
            "parental_responsibility": [
                {"id": None, "name": "The local authority", "relation": "Corporate parent", "gets_reports": True}
            ],
            **words.RESPONSIBILITY,
            "emergency_contacts": _rows(("name", "relation", "phone", "hours"), words.CONTACTS),
        },
        "health": {**words.HEALTH, "sdq": [score]},
        "background": {**words.BACKGROUND, "schooling_gaps": words.GAPS},
    }


def _rows(keys: tuple[str, ...], lines: Iterable[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """Lines of a table as they are posted."""
    return [{"id": None, **dict(zip(keys, line, strict=True))} for line in lines]


def _sessions(until: date) -> int:
    """Half days of school since September, less the week of half-term, and 80 at the most: that many a register could hold."""
    first = academic_year_start(until)
    weekdays = sum((first + timedelta(days=n)).weekday() < 5 for n in range((until - first).days + 1))
    return max(10, min(80, 2 * (weekdays - 5)))


def _education(pep: Pep, meeting_on: date) -> dict[str, Mapping[str, Any]]:
    missed, group, figures_to = max(1, 5 - pep.id % 6), pep.year_group, meeting_on - timedelta(days=4)
    possible = _sessions(figures_to)
    tests = [words.RESULTS[group]] if group in words.RESULTS else []
    return {
        "setting": {
            **words.PLACE,
            "hours_offered": words.HOURS.get(group, 25),
            "p16_course": _rows(("subject", "level", "hours", "resit"), words.COURSES),
            "who_knows": _rows(("who", "why", "child_content"), words.WHO_KNOWS),
            "ey_pattern": _rows(("setting", "sessions", "funded_hours", "key_person", "settling"), words.NURSERY_WEEK),
        },
        "strengths": words.STRENGTHS,
        "voice": {**words.VOICE, "voice_gathered_on": meeting_on - timedelta(days=6)},
        "learning": {
            **words.LEARNING,
            "attainment": attainment(group),
            "statutory_results": _rows(("test", "result"), tests),
            "qualifications_held": _rows(("subject", "level", "grade", "year"), words.HELD),
            "interventions": _rows(("what", "when", "who", "how_often", "paid_from", "working"), words.INTERVENTIONS),
        },
        "attendance": {
            **words.ATTENDANCE,
            "ey_attendance": _rows(("period", "booked", "attended"), words.NURSERY_DAYS),
            "attendance": [
                {
                    "id": None,
                    "possible": possible,
                    "present": possible - missed,
                    "authorised": missed,
                    "unauthorised": 0,
                    "figures_to": figures_to,
                }
            ],
        },
        **_after(pep, meeting_on),
    }


def _after(pep: Pep, meeting_on: date) -> dict[str, Mapping[str, Any]]:
    """What Part 2 says of needs, of the move ahead, of careers, and of the papers behind it."""
    status = pep.child.sen_status
    plan = {SenStatus.EHCP: "ehcp", SenStatus.SUPPORT: "support_plan"}.get(status)
    return {
        "send": {
            **words.SEN, "sen_needs": words.SEN_NEEDS, "ehcp_issued_on": date(2021, 3, 4),
            "ehcp_authority": "The council of the child’s home", "ehcp_provision": words.EHCP_SHORT,
            "sen_plan_review_on": meeting_on + timedelta(days=60),
        },
        "next_steps": {
            **words.TRANSITION, **words.CAREERS, "transition_check_on": date(2025, 10, 10),
            "careers_talk_on": meeting_on - timedelta(days=20),
        },
        "papers": {
            "pep_used_at": _rows(("on", "meeting", "what_followed"), [
                (meeting_on - timedelta(days=25), "Parents’ evening", "The reading target was talked through with the carer.")]),
            "documents": _rows(("kind", "dated_on", "where"), [(plan, date(2024, 9, 16), "The school’s SEN file")] if plan else []),
        },
    }


def _targets(session: Session, pep: Pep, teacher: Actor, own: Mapping[str, str], meeting_on: date, *, money: bool) -> None:
    due = date(2025, 3, 28)
    for each in words.TARGETS:
        values = {key: _filled(value, own) for key, value in each.items()}
        values |= {"area": TargetArea(str(each["area"])), "subject": Subject(str(each["subject"])), "due_on": due,
                   "look_on": date(2025, 1, 20), "child_agrees": "yes"}
        target, _ = targets.save_target(session, pep.id, values, actor=teacher)
        if money and target.subject is Subject.MATHS and pep.year_group not in ("N1", "N2"):
            ppg.save_request(session, pep.id, _request(pep, target.id, meeting_on), actor=teacher, today=meeting_on)


def _request(pep: Pep, target_id: int, meeting_on: date) -> dict[str, Any]:
    hours, rate = (6, 45_00) if pep.year_group in ("12", "13") else (10, 55_00)
    return {
        "target_id": target_id,
        "category": PpgCategory.TUITION_1,
        "provider": "A qualified tutor of the school",
        "description": f"{hours} weekly hours of one-to-one maths tuition",
        "payee_school_id": pep.school_id,
        "payee_name": None,
        "quantity": hours,
        "unit": "hour",
        "unit_cost_pence": rate,
        "amount_pence": hours * rate,
        "starts_on": meeting_on + timedelta(days=14),
        "ends_on": meeting_on + timedelta(days=14 + 7 * hours),
        **words.REQUEST,
    }


def _meeting(pep: Pep, meeting_on: date, name: str, virtual_school: str) -> dict[str, Mapping[str, Any]]:
    at = datetime(meeting_on.year, meeting_on.month, meeting_on.day, 14, 0, tzinfo=UTC)
    came = (
        (name, "child", "part"),
        (pep.social_worker, "social_worker", "attended"),
        (pep.writer, "designated_teacher", "attended"),
        (pep.child.carer or "The carer", "carer", "attended"),
        *(((virtual_school, "virtual_school", "attended"),) if virtual_school else ()),
    )
    return {
        "meeting": {
            **words.MEETING,
            "meeting_at": at,
            "attendees": [
                {"id": None, "name": str(who), "role": role, "took_part": how, "report_received": None} for who, role, how in came
            ],
        },
        "discussion": words.DISCUSSION,
        "voices": {**words.VOICES, "carer_voice_on": meeting_on},
        "actions": {
            **words.NEXT,
            "actions": [
                {
                    "id": None,
                    "what": "Arrange the maths tutor and tell the carer the day",
                    "who": str(pep.writer),
                    "by_on": meeting_on + timedelta(days=14),
                },
                {
                    "id": None,
                    "what": "Ask the dentist for appointments after school",
                    "who": str(pep.child.carer or "The carer"),
                    "by_on": meeting_on + timedelta(days=21),
                },
            ],
            "next_pep_on": date(2025, 2, 12),
        },
    }
