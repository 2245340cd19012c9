"""Word to the officer of a child, at once, of what cannot wait for the next list: a risk of exclusion, a suspension (HB-3.6).

The message names no child: it says that something was told, and where it is read. What was told is kept by exclusions.py and
records.py; whether the message may still go is asked when it is sent (queries/officer_letters.py).
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from pep_admin import config, outbox
from pep_admin.models import Child, Delivery
from pep_admin.permissions import Actor
from pep_admin.queries.officer_letters import LETTER, News


def tell_officer(session: Session, child: Child, news: News, key: str, *, actor: Actor) -> Delivery | None:
    """One message for each `key` to that child's officer; None where nobody is, cannot be reached, or says so themselves."""
    officer = child.case_officer
    if officer is None or not officer.has_working_address or officer.id == actor.person_id:
        return None
    return outbox.queue_mail(session, f"officer:{key}", officer, LETTER, now=config.now(), child=child.id, news=news.value)
