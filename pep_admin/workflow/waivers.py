"""Letting one PEP pass a gate with a reason: the head's alone. Caps, barred spending and the law have no such door.

What a gate is stands in validators/; here is only that it was waived, by whom and why.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from pep_admin import audit, queries
from pep_admin.circumstances import said
from pep_admin.models import Pep, Waiver
from pep_admin.pep_document import read_document
from pep_admin.permissions import Actor, Permission, require
from pep_admin.validators.peps import VOICE_CHECKS, voices_missing
from pep_admin.vocabulary import Audience, PepStatus
from pep_admin.workflow.taking import refuse, take_pep


def waive_voices(
    session: Session, pep_id: int, *, reason: str, actor: Actor, now: datetime, version: int | None = None
) -> list[Waiver]:
    """Let the money of a signed-off PEP go although a voice could not be had (HB-4.6): one waiver for each that is missing.

    Raises Refused without a reason, before sign-off, and where nothing is missing that was not waived already.
    """
    require(actor, Permission.GATE_WAIVE)
    pep = take_pep(session, pep_id, PepStatus.COMPLETE, version=version)
    voices = unwaived_voices(session, pep)
    if not voices:
        raise refuse("waive-nothing", "HB-4.6", f"No voice of {pep.reference} holds money back, so there is nothing to waive.")
    if not said(reason):
        raise refuse("waive-reason", "DATA-reason", "Say why the money goes without these words.", "reason")
    made = [
        Waiver(pep_id=pep.id, check=VOICE_CHECKS[voice], reason=reason.strip(), waived_by=actor.id, waived_name=actor.name,
               waived_at=now)
        for voice in voices
    ]
    session.add_all(made)
    session.flush()
    audit.record(session, "pep.waive", pep, checks=[each.check for each in made])
    return made


def unwaived_voices(session: Session, pep: Pep) -> tuple[str, ...]:
    """Whose words are missing and hold the money back: of "child", "carer", "social worker"."""
    waived = {each.check for each in queries.waivers_of(session, [pep.id]).get(pep.id, [])}
    missing = voices_missing(read_document(session, pep, audience=Audience.RULES))
    return tuple(voice for voice in missing if VOICE_CHECKS[voice] not in waived)
