"""When people signed in last, as the plugin asks it of its host. What an account is, and its sessions, stand elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select

from pep_admin.accounts.doors import database
from pep_admin.accounts.models import User


def last_seen(person_ids: Sequence[int]) -> Mapping[int, datetime | None]:
    """By person: the last sign-in of their accounts, None for never; who has no account that works is left out."""
    asked = select(User.person_id, func.max(User.current_login_at)).where(User.person_id.in_(person_ids), User.active)
    found = database().execute(asked.group_by(User.person_id))
    return {person_id: at for person_id, at in found if person_id is not None}
