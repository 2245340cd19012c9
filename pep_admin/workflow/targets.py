"""Writing the targets of a PEP, under Part 2: adding, changing and taking away, until the PEP is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pep_admin import audit, queries
from pep_admin.exceptions import NotFound, StaleRecord
from pep_admin.models import Child, Pep, PpgRequest, ProgressNote, Target, TargetReview, clean
from pep_admin.pep_document import keep_marks
from pep_admin.permissions import Actor, Permission, require
from pep_admin.queries import OPEN_TO_WRITE
from pep_admin.validators.findings import Finding
from pep_admin.validators.last_term import place_of_target
from pep_admin.validators.targets import check_wording
from pep_admin.vocabulary import Part, PpgStatus
from pep_admin.workflow.sections import part_changed, require_open, require_writer
from pep_admin.workflow.taking import alike, put, refuse, refuse_twice, take_pep

WRITTEN = frozenset({"area", "subject", "is_strength", "answers_sdq", "need", "support_what", "support_when", "support_where",
                     "support_who", "support_how_often", "outcome", "baseline", "success_measure", "due_on", "look_on", "from_plan",
                     "child_agrees", "child_wording"})
MOST_TARGETS = 12


def save_target(
    session: Session, pep_id: int, values: Mapping[str, Any], *, actor: Actor, target_id: int | None = None,
    version: int | None = None, kept_from: int | None = None,
) -> tuple[Target, list[Finding]]:
    """Write a new target or change one; the target and what its wording still wants.

    `kept_from`: the target of an earlier PEP that goes on in a new one (HB-5.7), as its review in this PEP says.
    A target may be saved unfinished, but not without area, subject and outcome: the rest is asked for when Part 2 is signed.
    A new one that says in everything what one of this PEP says already is that one: a form that came twice makes one target.
    """
    require(actor, Permission.TARGET_WRITE)
    pep = take_pep(session, pep_id, *OPEN_TO_WRITE)
    require_writer(session, actor, Permission.TARGET_WRITE, pep, Part.EDUCATION, "targets")
    require_open(pep, "targets")
    if not str(values.get("outcome") or "").strip():
        raise refuse("RD-225", "HB-5.4", "Say what the child will be able to do.", "outcome")
    if target_id is None and (standing := _said_already(session, pep, values, kept_from)) is not None:
        return standing, _wording(session, pep, standing)
    found = _new_target(session, pep, values, kept_from) if target_id is None else _own_target(session, pep, target_id, version)
    if put(found, {key: values[key] for key in WRITTEN & set(values)}) or target_id is None:
        part_changed(session, pep, Part.EDUCATION)
    session.flush()
    keep_marks(session, pep, {place_of_target(found.id): found.outcome})
    audit.record(session, "target.save", found, child_id=pep.child_id)
    return found, _wording(session, pep, found)


def _said_already(session: Session, pep: Pep, values: Mapping[str, Any], kept_from: int | None) -> Target | None:
    same = select(Target).where(Target.pep_id == pep.id, Target.outcome == clean(values["outcome"].strip()),
                                Target.kept_from_id == kept_from).order_by(Target.id)
    return next((each for each in session.scalars(same)
                 if all(alike(getattr(each, key), values[key]) for key in WRITTEN & set(values))), None)


def _new_target(session: Session, pep: Pep, values: Mapping[str, Any], kept_from: int | None) -> Target:
    if kept_from is not None:
        _require_kept(session, pep, kept_from)
    same = select(Target).where(Target.pep_id == pep.id, Target.outcome == clean(values["outcome"]))
    sentence = "There is a target with these words already. Change that one, or say here what is different."
    refuse_twice(session, same, "target-twice", sentence, "outcome", {key: values[key] for key in WRITTEN & set(values)})
    last, count = session.execute(
        select(func.coalesce(func.max(Target.number), 0), func.count(Target.id)).where(Target.pep_id == pep.id)
    ).one()
    if count >= MOST_TARGETS:
        raise refuse("target-many", "HB-5.9", f"{MOST_TARGETS} targets are as many as a child can carry. Change one instead.")
    found = Target(pep_id=pep.id, number=last + 1, kept_from_id=kept_from)
    session.add(found)
    return found


def _require_kept(session: Session, pep: Pep, target_id: int) -> None:
    if queries.kept_target(session, pep, target_id) is None:
        raise NotFound
    if (copy := queries.copy_of(session, pep.id, target_id)) is not None:
        raise refuse("target-kept-twice", "DATA-unique", f"The kept target is written here already, as target {copy.number}. "
                     "Change that one instead.")


def _own_target(session: Session, pep: Pep, target_id: int, version: int | None) -> Target:
    found = session.scalar(select(Target).where(Target.id == target_id, Target.pep_id == pep.id))
    if found is None:
        raise NotFound
    if version is not None and found.row_version != version:
        raise StaleRecord({key: getattr(found, key) for key in WRITTEN})
    return found


def _wording(session: Session, pep: Pep, target: Target) -> list[Finding]:
    names = session.execute(select(Child.first_name, Child.last_name, Child.known_as).where(Child.id == pep.child_id)).one()
    return check_wording(target.outcome, child_names=[name for name in names if name], area=target.area, subject=target.subject)


def remove_target(session: Session, target_id: int, *, actor: Actor) -> Pep:
    """Take a target away while the PEP is being written; one that money hangs on stays until the request is gone."""
    require(actor, Permission.TARGET_WRITE)
    pep_id = session.scalar(select(Target.pep_id).where(Target.id == target_id))
    if pep_id is None:
        raise NotFound
    pep = take_pep(session, pep_id, *OPEN_TO_WRITE)
    require_writer(session, actor, Permission.TARGET_WRITE, pep, Part.EDUCATION, "targets")
    require_open(pep, "targets")
    found = _own_target(session, pep, target_id, None)
    live = select(PpgRequest.id).where(PpgRequest.target_id == found.id, PpgRequest.status != PpgStatus.WITHDRAWN)
    if session.scalar(live.limit(1)) is not None:
        raise refuse("RD-401", "HB-6.5", f"A request hangs on target {found.number}. Take the request away first.")
    later = select(Pep.reference).join(Target, Target.pep_id == Pep.id).where(Target.kept_from_id == found.id)
    if (reference := session.scalar(later.limit(1))) is not None:
        raise refuse("target-goes-on", "HB-5.7", f"Target {found.number} goes on in {reference}, so it stays here too.")
    looks = select(Pep.reference).join(TargetReview, TargetReview.pep_id == Pep.id).where(TargetReview.target_id == found.id)
    if (reference := session.scalar(looks.limit(1))) is not None:
        raise refuse("target-looked-back", "HB-5.7", f"{reference} already looks back on target {found.number}, so it stays here.")
    for request in session.scalars(select(PpgRequest).where(PpgRequest.target_id == found.id)):
        request.target_id = None
    for note in session.scalars(select(ProgressNote).where(ProgressNote.target_id == found.id)):
        session.delete(note)
    session.flush()
    part_changed(session, pep, Part.EDUCATION)
    keep_marks(session, pep, {place_of_target(found.id): None})
    audit.record(session, "target.remove", found, child_id=pep.child_id)
    session.delete(found)
    session.flush()
    return pep


