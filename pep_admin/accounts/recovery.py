"""Recovery codes: eight for the day when telephone or mailbox is out of reach, shown once, each taken once, also in a race.

Only digests under a key are kept. When somebody is asked for one is second_factor.py's matter. Verbs here never commit.
"""

from __future__ import annotations

import re
import secrets
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from pep_admin.accounts import keys
from pep_admin.accounts.models import RecoveryCode, User

HOW_MANY = 8
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""No 0 and O, no 1 and I: they are read from paper."""
GROUPS, GROUP = 4, 4


def make_codes(session: Session, user: User, *, now: datetime) -> list[str]:
    """New codes of 80 bits each in the place of all earlier ones; what is given back can never be read again."""
    forget_codes(session, user)
    made = ["-".join("".join(secrets.choice(LETTERS) for _ in range(GROUP)) for _ in range(GROUPS)) for _ in range(HOW_MANY)]
    session.add_all(RecoveryCode(user_id=user.id, digest=keys.digests(_plain(code))[0], made_at=now) for code in made)
    session.flush()
    return made


def forget_codes(session: Session, user: User) -> None:
    """None of the user's codes works any more."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id), execution_options={"synchronize_session": False})


def spend_code(session: Session, user: User, code: str, *, now: datetime) -> bool:
    """Take the code, however it is grouped and in whatever case; False for one that is not the user's or was taken before."""
    mine = (RecoveryCode.user_id == user.id, RecoveryCode.digest.in_(keys.digests(_plain(code))), RecoveryCode.spent_at.is_(None))
    taken = update(RecoveryCode).where(*mine).values(spent_at=now).returning(RecoveryCode.id)
    return session.execute(taken, execution_options={"synchronize_session": False}).first() is not None


def codes_left(session: Session, user: User) -> int:
    """How many of the user's codes were not taken yet."""
    left = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.user_id == user.id, RecoveryCode.spent_at.is_(None))
    return session.scalar(left) or 0


def _plain(code: str) -> str:
    return re.sub(r"[^0-9A-Z]", "", code.upper())
