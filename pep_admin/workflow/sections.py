"""Writing the parts of a PEP and signing them, each by whom permissions.py names; a changed part is unsigned again.

How answers are kept is pep_document.py's; what must stand in a part is validators/peps.py's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from pep_admin import audit
from pep_admin.attainment_words import kept
from pep_admin.circumstances import explained
from pep_admin.exceptions import NotAllowed, NotFound, Refused
from pep_admin.models import Pep, PepPart
from pep_admin.pep_document import Written, confirm_answers, digest, form_of, read_document, take_part, write_answers
from pep_admin.pep_form import Document, Field, Form, Section, applies, visible
from pep_admin.permissions import Actor, Permission, audience_for, owns_part, require, require_on, stands_in, writes_part
from pep_admin.queries import OPEN_TO_WRITE
from pep_admin.validators.findings import blocking
from pep_admin.validators.peps import check_posted
from pep_admin.validators.reopening import check_open
from pep_admin.vocabulary import Part
from pep_admin.workflow import invitations
from pep_admin.workflow.exclusions import tell_of_answer
from pep_admin.workflow.follow_up import ask_follow_up
from pep_admin.workflow.readiness import part_findings
from pep_admin.workflow.taking import all_or_nothing, refuse, take_pep

ALERTING = frozenset({"part_time", "part_time_plan"})
"""Answers that an officer may have to hear of at once."""
LONGEST_NAME = 200
"""Of a signature."""


@dataclass(frozen=True, slots=True)
class Saved(Written):
    """What a save did, and who is told of a change to the meeting with it."""

    told: invitations.News = field(default_factory=invitations.News)


def require_writer(
    session: Session, actor: Actor, permission: Permission, pep: Pep, part: Part, section: str | None = None
) -> None:
    """Raise NotAllowed unless the actor holds the permission on this child and writes that part, or that section, of that PEP."""
    require_on(session, actor, permission, pep.child_id)
    if not writes_part(actor, pep, part, section):
        raise NotAllowed(permission.value, f"{part.label} is written by somebody else.")


def save_section(
    session: Session, pep_id: int, section_key: str, values: Mapping[str, Any], *, base: Mapping[str, str], actor: Actor,
    today: date, now: datetime,
) -> Saved:
    """Store the posted fields of one section; what changed, or the conflicts with what somebody saved meanwhile.

    `values` are parsed values, `base` the digests that the page was filled with. Raises Refused for values that do not fit their
    fields, NotFound for a field that is not on this page for this person; nothing is stored then.
    """
    pep, document, section = take_section(session, pep_id, section_key, actor)
    written = write_section(session, pep, document, section, values, base=base, actor=actor, today=today)
    return _tell_calendars(session, pep, written, today, now)


def confirm_carried(
    session: Session, pep_id: int, section_key: str, values: Mapping[str, Any], *, base: Mapping[str, str], actor: Actor,
    today: date, now: datetime,
) -> Saved:
    """`save_section`, and what came over from last term on that page is still right (HB-1.6); all or nothing.

    Only answers of `base` are confirmed, the digests that the page was filled with: what is another by now is a conflict, and
    nothing is stored or confirmed unseen. The part keeps its signature where no answer changed.
    """
    pep, document, section = take_section(session, pep_id, section_key, actor)
    seen = {key: base[key] for key in writable(document.with_answers(values), section.fields) if key in base}
    with all_or_nothing(session) as step:
        written = write_section(session, pep, document, section, values, base=base, actor=actor, today=today)
        if written.conflicts is None:
            kept = confirm_answers(session, pep, Part(document.form.section(section_key)[0].part), seen)
            written = replace(written, confirmed=kept.confirmed) if kept.conflicts is None else kept
        if written.conflicts is not None:
            step.rollback()
    saved = _tell_calendars(session, pep, written, today, now)
    if saved.confirmed:
        audit.record(session, "pep.confirm_carried", pep, fields=list(saved.confirmed), section=section.key)
    return saved


def take_section(session: Session, pep_id: int, section_key: str, actor: Actor) -> tuple[Pep, Document, Section]:
    """The PEP under its lock, what the actor sees of it, and the section, which they may write."""
    require(actor, Permission.PEP_WRITE)
    pep = take_pep(session, pep_id, *OPEN_TO_WRITE)
    part_form, section = form_of(pep.form_version).section(section_key)
    require_writer(session, actor, Permission.PEP_WRITE, pep, Part(part_form.part), section.key)
    return pep, read_document(session, pep, audience=audience_for(actor, pep.child)), section


def _tell_calendars(session: Session, pep: Pep, written: Written, today: date, now: datetime) -> Saved:
    """Those who were invited to the meeting are told of a change to it, whichever page it was made on (HB-3.1)."""
    changed = not invitations.TOLD.isdisjoint(written.changed)
    told = invitations.follow(session, pep, today=today, now=now) if changed else invitations.News()
    return Saved(written.changed, written.confirmed, written.conflicts, told)


def write_section(
    session: Session, pep: Pep, document: Document, section: Section, values: Mapping[str, Any], *, base: Mapping[str, str],
    actor: Actor, today: date,
) -> Written:
    """`save_section` for a PEP that is taken, by somebody who is known to write it; `document` is what they see of it."""
    part = Part(document.form.section(section.key)[0].part)
    require_open(pep, section.key, document.form)
    fields = {found.key: found for found in section.fields}
    values = {key: _in_words(document, fields[key], value, base.get(key)) if key in fields else value
              for key, value in values.items()}
    document = document.with_answers(values)
    if set(values) - set(writable(document, section.fields)):
        raise NotFound
    if wrong := check_posted(document, fields, values, today=today):
        raise Refused(wrong)
    with all_or_nothing(session):
        written = write_answers(session, pep, part, values, base=base, actor=actor)
        if written.changed:
            part_changed(session, pep, part)
            session.flush()
        if "exclusion_risk" in written.changed and values["exclusion_risk"] is True:
            tell_of_answer(session, pep, actor=actor, today=today)
        if not ALERTING.isdisjoint(written.changed):
            ask_follow_up(session)
    if written.changed:
        audit.record(session, "pep.write", pep, fields=list(written.changed), section=section.key)
    return written


def _in_words(document: Document, found: Field, value: Any, base: str | None) -> Any:
    """Lines of attainment with their values in the words of the scale. What nobody touched stays as it stands, whatever its words:
    saving a page unread takes no signature away."""
    if found.store != "rows:Attainment" or not value or digest(found, value) == base:
        return value
    return tuple(kept(row, document.child.year_group, document.year) for row in value)


def require_open(pep: Pep, section: str, form: Form | None = None) -> None:
    """Raise Refused for what stays as it was signed, where the PEP was sent back for other sections alone (HB-7.1)."""
    if wrong := check_open(form or form_of(pep.form_version), pep.reopened, section):
        raise Refused(wrong)


def writable(document: Document, fields: tuple[Field, ...]) -> list[str]:
    """Keys of those fields that this audience may see in this phase, whatever their conditions say just now: a condition may turn
    with the very post that carries the answer, and an answer whose condition is false is kept and not read."""
    return [found.key for found in fields if visible(found, document.audience) and applies_ever(found, document)]


def applies_ever(found: Field, document: Document) -> bool:
    """Whether the field belongs to this phase, with its conditions left open."""
    return applies(found, document.phase, (document.switches | {found.asked}) - {found.unless})


def part_changed(session: Session, pep: Pep, part: Part) -> None:
    """Something in a part is another now: its signature goes, and a PEP that was sent back has been worked on (RD-003)."""
    unsign(session, pep, part)
    take_part(session, pep, part).reopened_at = None


def unsign(session: Session, pep: Pep, part: Part) -> None:
    """Changing a signed part takes its signature away."""
    row = take_part(session, pep, part)
    if row.signed_at is not None:
        _clear(row)
        audit.record(session, "pep.unsign", pep, part=part.value)


def _clear(row: PepPart) -> None:
    row.signed_by = row.signed_name = row.signed_at = row.signed_reason = None


def unsign_parts(session: Session, pep: Pep, parts: Collection[Part], now: datetime) -> None:
    """Parts that are sent back are signed anew, one by one."""
    for part in parts:
        row = take_part(session, pep, part)
        _clear(row)
        row.reopened_at = now


def _for_its_owner(actor: Actor, pep: Pep, part: Part) -> str:
    """Who signs, and for whom: the writer of Part 2, the social worker of the others, where one is on record."""
    owner = (pep.writer or (pep.school and pep.school.designated_teacher)) if part is Part.EDUCATION else pep.social_worker
    return f"{actor.name}, for {owner.name}" if owner else actor.name


def sign_part(
    session: Session, pep_id: int, part: Part, *, actor: Actor, today: date, now: datetime, reason: str = ""
) -> Pep:
    """Sign one part, dated on its own. The Virtual School may sign for somebody, with the reason.

    Raises Refused with everything that the part still needs.
    """
    require(actor, Permission.PEP_SIGN)
    pep = take_pep(session, pep_id, *OPEN_TO_WRITE)
    require_writer(session, actor, Permission.PEP_SIGN, pep, part)
    own = owns_part(actor, pep, part)
    if not own:
        require(actor, Permission.PEP_SIGN_FOR)
        if not explained(reason):
            raise refuse("RD-316", "HB-2.6", "You sign for somebody else: say why, in a few words.", "reason")
    row = take_part(session, pep, part)
    if row.signed_at is not None:
        raise refuse("sign-twice", "DATA-status", f"{part.label} is signed already, by {row.signed_name}.")
    if wrong := blocking(part_findings(session, pep, part, today=today)):
        raise Refused(wrong)
    cover = stands_in(actor, pep, part)
    name = f"{actor.name}, in place of {cover.name}" if cover else actor.name if own else _for_its_owner(actor, pep, part)
    row.signed_by, row.signed_name, row.signed_at = actor.id, name[:LONGEST_NAME], now
    row.signed_reason = None if own else reason.strip()
    session.flush()
    audit.record(session, "pep.sign", pep, part=part.value, for_somebody=not own, covers=cover.person_id if cover else None)
    return pep
