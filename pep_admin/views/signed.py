"""What a page says of a signature that a change takes away: before somebody changes a signed part, and after they did.

That it goes is workflow/sections.part_changed's; who signs, and how, is signing.py's.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin.models import PARTS
from pep_admin.vocabulary import Part


def is_signed(session: Session, pep_id: int, part: Part) -> bool:
    """Whether that part of the PEP is signed as the record stands now."""
    model = PARTS[part]
    return session.scalar(select(model.signed_at).where(model.pep_id == pep_id)) is not None


def before(session: Session, pep_id: int, part: Part) -> str:
    """What a change would do to a part that is signed; "" for one that is not."""
    return warning(part) if is_signed(session, pep_id, part) else ""


def warning(part: Part) -> str:
    """Before: what a change would do."""
    return f"{part.label} is signed. Saving a change here takes the signature away, and it has to be signed again."


def told(part: Part) -> str:
    """After: what the change did."""
    return f"{part.label} was signed and is another now, so its signature is gone: it has to be signed again."
