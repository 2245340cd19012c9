"""Word to the officer of a child, at once, of what cannot wait for the next list: a risk of exclusion, a suspension (HB-3.6).

A child without an officer is every officer's. The message names no child: it says that something was told, and where it is read.
What was told is kept by exclusions.py and records.py; whether the message may still go is asked when it is sent
(queries/officer_letters.py).
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin import config, outbox
from pep_admin.models import Child, Delivery, Person
from pep_admin.permissions import Actor
from pep_admin.queries.officer_letters import LETTER, News, officers, whose


def tell_officers_of(session: Session, child: Child, news: News, key: str, *, actor: Actor, today: date) -> list[Delivery]:
    """One message for each `key` to everybody whose that child is; not to who cannot be reached, or says so themselves."""
    told = whose(child.case_officer_id, officers(session, today))
    people = session.scalars(select(Person).where(Person.id.in_(told), Person.id != (actor.person_id or 0)).order_by(Person.id))
    return [outbox.queue_mail(session, f"officer:{each.id}:{key}", each, LETTER, now=config.now(), child=child.id, news=news.value)
            for each in people if each.has_working_address]
