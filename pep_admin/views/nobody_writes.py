"""What a page says where nobody is named to write the school's part of a PEP (HB-2.2): why, who may, and whom to ask.

Who may be named is the verb's own gate (workflow/delegation.py); nothing is named here.
"""

from __future__ import annotations

from pep_admin.models import Pep
from pep_admin.permissions import Actor, Permission, can
from pep_admin.queries import OPEN_TO_WRITE


def told_of_nobody(pep: Pep, actor: Actor) -> str:
    """In words, to the one who reads; "" where somebody writes it, and of a PEP that is not written now."""
    if pep.status not in OPEN_TO_WRITE or pep.writer_id is not None or (pep.school and pep.school.designated_teacher_id):
        return ""
    if pep.school is None:
        why = "Nobody is named to write Part 2. Without a school the social worker writes it, or an officer of the Virtual School."
        asks = "Call the Virtual School and ask them to name you, or one of their officers."
    else:
        why = f"Nobody is named to write Part 2: {pep.school.name} has no designated teacher on record."
        asks = "Call the Virtual School and ask them to name somebody."
    if may_name(actor):
        return why
    return f"{why} {asks if actor.is_person(pep.social_worker_id) else 'The Virtual School names somebody.'}"


def may_name(actor: Actor) -> bool:
    """Whether they name writers themselves, so that the way to do it is shown."""
    return can(actor, Permission.PEP_EDIT)
