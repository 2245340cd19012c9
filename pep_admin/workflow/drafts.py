"""Typing is never lost: what somebody has typed and not saved is kept for them alone, until it is saved or thrown away.

A draft is no part of the record: nothing is checked, unsigned or told by it, and history holds nothing of it. It is kept even when
the PEP is no longer theirs to write, or out of their sight (decision 0017). Which pages have drafts is views/draft_pages.py's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Delete, case, delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from pep_admin import audit, outbox
from pep_admin.exceptions import NotFound, Refused, SaidAlready, TooOften
from pep_admin.models import Draft, DraftPace
from pep_admin.permissions import Actor, Permission, require
from pep_admin.queries.drafts import status_of_pep
from pep_admin.validators.findings import Finding
from pep_admin.vocabulary import PepStatus
from pep_admin.workflow.taking import refuse

T = TypeVar("T")

KEPT_FOR = timedelta(days=90)
"""A text that nobody has gone on with for a term is not coming back, and is personal data without a use by then."""
MARK_KEPT_FOR = timedelta(days=1)
"""How long a page that was saved is remembered: what it still sends comes within seconds."""
MOST_CHARACTERS = 500_000
"""Of one draft. The fullest page of the form holds less, since each of its boxes has its own limit."""
DROP_OLD = "drafts.drop_old"

APART = 500
"""Milliseconds from one save to the next that a person's pages may keep up for good. The script of a page saves five seconds after
the last key and on leaving a field: eight windows that are typed into at once are still slower."""
AT_ONCE = 120
"""Saves that may come faster than that before anything has to wait: a long page that is left with all of its forms open, or a quick
hand through the boxes to tick, is some dozens. What sends more is a script that went wrong."""

Typed = Mapping[str, Sequence[tuple[str, str]]]
"""What was touched, by the name of the question: the names and texts of its inputs, with the base of the question."""


@dataclass(frozen=True, slots=True)
class Page:
    """The page that a draft is of: whose PEP (None: of the child alone), which place on it, what heads it."""

    pep_id: int | None
    child_id: int
    place: str
    heading: str


def keep_draft(session: Session, page: Page, typed: Typed, *, run: str, actor: Actor, now: datetime) -> Draft:
    """Keep what was typed on one page, question by question, over what was kept of it before. The caller knows that the actor had
    the page; the PEP may be closed to them by now.

    `run` marks one showing of the page. Raises Refused for more text than a page holds (draft-long), for a page that was saved
    meanwhile (draft-spent), and for a PEP that was closed as not needed or is gone (draft-closed).
    """
    require(actor, Permission.DRAFT_OWN)
    if _length(typed) > MOST_CHARACTERS:
        raise _too_long()
    if page.pep_id is not None and status_of_pep(session, page.pep_id) in (None, PepStatus.WITHDRAWN):
        raise refuse("draft-closed", "DATA-status", "This PEP was closed as not needed, so nothing more is kept of it. Copy what "
                     "you need from this page before you leave it.")
    found, is_new = _take(session, page, actor, now)
    if run and found.spent_run == run:
        raise refuse("draft-spent", "DATA-status", "What this page held was saved already.")
    fields = {**found.fields, **{name: [list(pair) for pair in pairs] for name, pairs in typed.items()}}
    if _length(fields) > MOST_CHARACTERS:
        raise _too_long()
    if is_new or found.saved_at.date() != now.date():
        _queue_drop(session, now)
    if is_new or found.spent_at is not None:
        audit.record(session, "draft.keep", found, child_id=page.child_id, pep=page.pep_id, place=page.place)
    found.fields, found.heading, found.saved_at, found.spent_at = fields, page.heading, now, None
    session.flush()
    return found


def keep_drafts(
    session: Session, texts: Sequence[tuple[Page, Typed]], *, run: str, actor: Actor, now: datetime
) -> tuple[list[Draft], list[Finding]]:
    """Keep what was typed on a page about several PEPs, the draft of each by itself: what was kept, and why the rest was not.

    Raises Refused where nothing of it could be kept.
    """
    kept: list[Draft] = []
    why_not: list[Finding] = []
    for page, typed in texts:
        try:
            kept.append(keep_draft(session, page, typed, run=run, actor=actor, now=now))
        except Refused as refused:  # before anything of that draft was written
            why_not += refused.findings
    if why_not and not kept:
        raise Refused(why_not)
    return kept, why_not


def _too_long() -> Refused:
    return refuse("draft-long", "DATA-shape", f"This is more than the {MOST_CHARACTERS:,} characters that are kept of a page. "
                  "Save what is finished, or shorten the longest text.")


def count_save(session: Session, *, actor: Actor, at: datetime) -> None:
    """Count one save of the actor's pages; raises TooOften where they send more than anybody types. `at`: by the true clock.

    One statement judges and counts, so that workers that get saves of one person together count each of them. What is refused here
    is not counted: who waits as long as they are told gets through.
    """
    require(actor, Permission.DRAFT_OWN)
    dialect = _dialect(session)
    now, last = round(at.timestamp() * 1000), APART * (AT_ONCE - 1)
    is_clock_put_back = DraftPace.empty_at > now + 2 * AT_ONCE * APART
    goes_on_from = case((is_clock_put_back, now), (DraftPace.empty_at > now, DraftPace.empty_at), else_=now)
    counted = dialect.insert(DraftPace).values(owner=actor.id, empty_at=now + APART).on_conflict_do_update(
        index_elements=[DraftPace.owner], set_={"empty_at": goes_on_from + APART},
        where=or_(DraftPace.empty_at <= now + last, is_clock_put_back)).returning(DraftPace.empty_at)
    if session.scalar(counted) is None:
        empty_at = session.scalars(select(DraftPace.empty_at).where(DraftPace.owner == actor.id)).one()
        raise TooOften(max(1, math.ceil((empty_at - now - last) / 1000)))


def paced(verb: Callable[..., T], *, at: datetime) -> Callable[..., T]:
    """That verb, which keeps a draft, and in the same transaction it is counted."""

    @wraps(verb)
    def keep(session: Session, *arguments: Any, actor: Actor, **named: Any) -> T:
        count_save(session, actor=actor, at=at)
        return verb(session, *arguments, actor=actor, **named)

    return keep


def drop_draft(session: Session, page: Page, *, run: str = "", actor: Actor, now: datetime) -> None:
    """Nothing is left of what the actor typed there: it was saved. What the page of that `run` still sends is not kept again."""
    session.execute(_gone(Draft.owner == actor.id, Draft.spent_at < now - MARK_KEPT_FOR))
    if not run:
        session.execute(_gone(Draft.owner == actor.id, Draft.pep_id == page.pep_id, Draft.place == page.place))
        return
    found, _ = _take(session, page, actor, now)
    found.fields, found.spent_run, found.spent_at = {}, run, now
    session.flush()


def drop_questions(session: Session, pages: Iterable[Page], key: str, *, run: str = "", actor: Actor, now: datetime) -> None:
    """Nothing is left of what the actor typed into that question of those pages; what they typed into others of them stays."""
    for page in pages:
        mine = select(Draft).where(Draft.owner == actor.id, Draft.pep_id == page.pep_id, Draft.place == page.place)
        found = session.scalar(mine.with_for_update().execution_options(populate_existing=True))
        others = {name: pairs for name, pairs in found.fields.items() if name != key} if found is not None else {}
        if found is None or not others:
            drop_draft(session, page, run=run, actor=actor, now=now)
            continue
        found.fields = others
        found.spent_run = run or found.spent_run
    session.flush()


def throw_away(session: Session, draft_id: int, *, actor: Actor) -> Draft:
    """The writer does not want it any more."""
    require(actor, Permission.DRAFT_OWN)
    found = session.scalar(select(Draft).where(Draft.id == draft_id, Draft.owner == actor.id))
    if found is None:
        raise NotFound
    audit.record(session, "draft.throw_away", found, child_id=found.child_id, pep=found.pep_id, place=found.place)
    session.delete(found)
    session.flush()
    return found


def drop_drafts_of(session: Session, pep_ids: Iterable[int]) -> None:
    """Everybody's drafts of PEPs that are closed as not needed, unread."""
    session.execute(_gone(Draft.pep_id.in_(list(pep_ids))))


def drop_old(session: Session, *, now: datetime) -> None:
    """Drafts that nobody has gone on with for as long as they are kept, and old marks of saved pages."""
    for old in (Draft.saved_at < now - KEPT_FOR, Draft.spent_at < now - MARK_KEPT_FOR):
        session.execute(_gone(old))
    whole = round((now - KEPT_FOR).timestamp() * 1000)
    session.execute(delete(DraftPace).where(DraftPace.empty_at < whole).execution_options(synchronize_session=False))


def saved_with(
    verb: Callable[..., T], page: Page, *, run: str, now: datetime, is_saved: Callable[[T], bool] = lambda _: True,
) -> Callable[..., T]:
    """That verb, which saves a page of the actor's, and in the same transaction the draft of that page goes; also where the page
    was sent twice and its words are on record already."""

    def drop(session: Session, actor: Actor) -> None:
        drop_draft(session, page, run=run, actor=actor, now=now)

    @wraps(verb)
    def save(session: Session, *arguments: Any, actor: Actor, **named: Any) -> T:
        try:
            done = verb(session, *arguments, actor=actor, **named)
        except SaidAlready as refused:
            refused.instead = refused.instead or (lambda after: drop(after, actor))
            raise
        if is_saved(done):
            drop(session, actor)
        return done

    return save


def _take(session: Session, page: Page, actor: Actor, now: datetime) -> tuple[Draft, bool]:
    """The actor's draft of that page, locked, made empty where there is none; and whether it is new. Two windows may keep at once.
    """
    dialect = _dialect(session)
    values = {"owner": actor.id, "child_id": page.child_id, "pep_id": page.pep_id, "place": page.place, "heading": page.heading,
              "fields": {}, "saved_at": now}
    made = session.scalar(dialect.insert(Draft).values(values).on_conflict_do_nothing().returning(Draft.id))
    mine = select(Draft).where(Draft.owner == actor.id, Draft.pep_id == page.pep_id, Draft.place == page.place)
    found = session.scalars(mine.with_for_update().execution_options(populate_existing=True)).one()
    return found, made is not None


def _dialect(session: Session) -> Any:
    """Where the database's own INSERT … ON CONFLICT is."""
    return postgresql if session.get_bind().dialect.name == "postgresql" else sqlite


def _gone(*which: ColumnElement[bool]) -> Delete:
    return delete(Draft).where(*which).execution_options(synchronize_session=False)


def _length(fields: Mapping[str, Any]) -> int:
    return sum(len(name) + len(text) for pairs in fields.values() for name, text in pairs)


def _queue_drop(session: Session, now: datetime) -> None:
    """Have old drafts swept once those of today are old: one job for a day, however many drafts."""
    job = outbox.queue_job(session, DROP_OLD, now=now, once_key=f"{DROP_OLD}:{now:%Y-%m-%d}")
    job.due_at = now + KEPT_FOR
