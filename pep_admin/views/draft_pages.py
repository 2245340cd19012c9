"""How a page keeps what is typed into it: which page it is, the seal that says so, the draft filled in, what is told of one.

Section pages, targets, requests and notes on targets have drafts. How one is kept is workflow/drafts.py's; the routes stand in
drafts.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from flask import current_app, request, url_for
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.routing import BuildError
from wtforms import StringField

from pep_admin import queries
from pep_admin.models import Draft, Pep, PpgRequest, Target
from pep_admin.pep_document import form_of
from pep_admin.pep_form import Section
from pep_admin.permissions import Actor, Permission, can
from pep_admin.queries.drafts import drafts_of, find_draft, peps_in_sight
from pep_admin.validators.reopening import is_open
from pep_admin.views.base_forms import TypedField
from pep_admin.views.gate import PepView
from pep_admin.views.pep_words import closed_because
from pep_admin.views.section_forms import BASE, Question, as_typed
from pep_admin.views.typed import told
from pep_admin.vocabulary import Part, PpgStatus
from pep_admin.workflow.drafts import Page, Typed, saved_with
from pep_admin.workflow.ppg import may_ask

T = TypeVar("T")

VERSION = "row_version"
ON_PAGE = "page"
"""The word in the address of throwing a draft away that leads back to the draft's own page."""
_RUN = re.compile(r"[0-9a-f]{32}")
OUT_OF_SIGHT = ("This child’s PEP is not yours to write any more, so this cannot be saved there. If it should be, call the Virtual "
                "School.")


@dataclass(frozen=True, slots=True)
class Desk:
    """What a page that keeps drafts gives its template; `draft` is the actor's own, where there is one of this page.

    `moved`: somebody saved where the actor had typed since the draft began; saving will show both. `touched` are the questions that
    were touched on the page that was just sent and is shown again. `unasked`: what of the draft its page has no question for now.
    """

    seal: str
    keep_url: str
    mark_url: str
    drop_url: str
    draft: Draft | None
    moved: bool = False
    touched: tuple[str, ...] = ()
    unasked: Sequence[tuple[str, str]] = ()

    @property
    def text(self) -> Sequence[tuple[str, str]]:
        """(label, text) of the draft."""
        return text_of(self.draft) if self.draft else ()


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A draft in a list: the way back to its page, or why there is none; what was typed as (label, text)."""

    draft: Draft
    url: str
    why_not: str
    text: Sequence[tuple[str, str]]


# --- which page it is --------------------------------------------------------------------------------------------------


def of_section(pep: Pep, section: Section) -> Page:
    """The page of one section."""
    return _page(pep, f"section:{section.key}", section.title)


def of_target(pep: Pep, row: Target | None) -> Page:
    """The page where a target is written: that one, or a new one, perhaps one kept from last term that the address names."""
    return _page(pep, f"target:{row.id}" if row else f"target:new{_named('from')}", str(row) if row else "A new target")


def of_request(pep: Pep, row: PpgRequest | None) -> Page:
    """The page where money is asked for: that request, or a new one, perhaps under a target that the address names."""
    if row is not None:
        return _page(pep, f"request:{row.id}", "A Pupil Premium request")
    return _page(pep, f"request:new{_named('target')}", "A new Pupil Premium request")


def _named(word: str) -> str:
    """The number that the address gives under that word, as a place ends; "" without one."""
    number = request.args.get(word, "")
    return f":{number}" if number.isascii() and number.isdigit() and len(number) <= 10 else ""


def of_note(row: Target) -> Page:
    """The page of a note on a target."""
    return _page(row.pep, f"note:{row.id}", f"A note on {str(row).lower()}")


def _page(pep: Pep, place: str, title: str) -> Page:
    return Page(pep.id, pep.child_id, place, f"{title}, {pep.reference}")


# --- the seal ----------------------------------------------------------------------------------------------------------


def _seals() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="pep_admin.draft")


def seal(actor: Actor, page: Page, names: Iterable[str]) -> str:
    """That this person was given that page to write on, with questions of those names: said by us, so that it can be believed when
    the page sends its text, whatever has become of the PEP by then."""
    return str(_seals().dumps([actor.id, page.pep_id, page.child_id, page.place, page.heading, list(names)]))


def read_seal(text: str, actor: Actor) -> tuple[Page, frozenset[str]] | None:
    """The page and the names of its questions; None for what we did not give that person."""
    try:
        owner, pep_id, child_id, place, heading, names = _seals().loads(text)
    except (BadData, ValueError, TypeError):
        return None
    return (Page(pep_id, child_id, place, heading), frozenset(names)) if owner == actor.id else None


def typed_of(names: frozenset[str], form: MultiDict[str, str]) -> Typed:
    """What was touched of those questions, as a page sends it; nothing else of the form."""
    touched = dict.fromkeys(name for name in form.getlist("touched") if name in names)
    found: dict[str, list[tuple[str, str]]] = {name: [] for name in touched}
    for name, text in form.items(multi=True):
        if (question := name.removeprefix(BASE).partition("-")[0]) in found:
            found[question].append((name, text))
    if found and VERSION in form:
        found[VERSION] = [(VERSION, form[VERSION])]
    return found


def run_of_form() -> str:
    """The mark of the showing of the page that was just sent; "" where no script ran."""
    run = request.form.get("run", "")
    return run if _RUN.fullmatch(run) else ""


def saving(view: PepView, verb: Callable[..., T], page: Page, is_saved: Callable[[T], bool] = lambda _: True) -> Callable[..., T]:
    """That verb, and the draft of the page that was just sent goes with it."""
    return saved_with(verb, page, run=run_of_form(), now=view.now, is_saved=is_saved)


# --- on the page -------------------------------------------------------------------------------------------------------


def desk(
    view: PepView, page: Page, names: Iterable[str], drafts: Mapping[str, Draft] | None = None, pressed: str = ON_PAGE,
) -> Desk | None:
    """What the page's template needs to keep drafts; None where the host mounted no drafts, or the actor may have none.

    `drafts`: the actor's own of that PEP by place, where they were read already. `pressed`: the word for where throwing away leads
    back to.
    """
    keep, mark = view.way_to("pep_drafts.keep"), view.way_to("pep_drafts.mark")
    if keep is None or mark is None:
        return None
    draft = None
    if request.method != "POST":
        draft = find_draft(view.db_session, view.actor, page.pep_id, page.place) if drafts is None else drafts.get(page.place)
    drop = view.way_to("pep_drafts.drop", id=draft.id, back=pressed) if draft else None
    known = list(names)
    touched = tuple(name for name in request.form.get("touched", "").split() if name in known)
    return Desk(seal(view.actor, page, known), keep, mark, drop or "", draft, touched=touched)


def filled_in(asked: list[Question], here: Desk | None) -> tuple[list[Question], Desk | None]:
    """The questions of a section with the draft in those that it touched; each of them keeps the base that the draft began on."""
    if here is None or here.draft is None:
        return asked, here
    post = as_post(here.draft)
    moved = any(post.get(f"{BASE}{each.field.key}", each.base) != each.base for each in asked)
    shown = {each.field.key for each in asked}
    return as_typed(asked, post, post.getlist), replace(here, moved=moved, unasked=text_of(here.draft, without=shown))


def filled_form(form: Any, here: Desk | None, version: int) -> tuple[int, Desk | None]:
    """The version that a target's or a request's form is sent with, once the draft is put into the form; `version` is the row's."""
    if here is None or here.draft is None:
        return version, here
    fill(form, here.draft)
    began = version_of(here.draft, version)
    return began, replace(here, moved=began != version, unasked=text_of(here.draft, without={each.name for each in form}))


def as_post(draft: Draft) -> MultiDict[str, str]:
    """A draft as the form that it was typed into would send it."""
    return MultiDict([(name, text) for pairs in draft.fields.values() for name, text in pairs])


def fill(form: Any, draft: Draft) -> None:
    """Put a draft over what the form holds of the record, as it was typed; nothing is judged by it."""
    posted = as_post(draft)
    for name in draft.fields:
        if name not in form:
            continue
        each = form[name]
        each.process(posted, data=each.object_data)
        if isinstance(each, StringField) and not isinstance(each, TypedField):
            each.data = posted.get(name, "")


def version_of(draft: Draft, otherwise: int) -> int:
    """The row's version that the draft began on."""
    text = as_post(draft).get(VERSION, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else otherwise


def say_kept(view: PepView, page: Page) -> None:
    """Beside the sentence that a page is closed: that what was typed there is not lost."""
    if find_draft(view.db_session, view.actor, page.pep_id, page.place):
        view.say("What you had typed there is kept under “My unfinished texts”.", "warning")


# --- in a list ---------------------------------------------------------------------------------------------------------


def unfinished(view: PepView, pep_id: int | None = None) -> list[Unfinished]:
    """The actor's own drafts, the newest first; of one PEP where it is named."""
    found = drafts_of(view.db_session, view.actor, pep_id)
    peps = peps_in_sight(view.db_session, [each.pep_id for each in found])
    return [_unfinished(view, each, peps.get(each.pep_id)) for each in found]


def _unfinished(view: PepView, draft: Draft, pep: Pep | None) -> Unfinished:
    why_not = why_closed(view.db_session, view.actor, pep, draft.place)
    url = "" if why_not else page_of(view, draft) or ""
    return Unfinished(draft, url, why_not, text_of(draft))


def page_of(view: PepView, draft: Draft) -> str | None:
    """The page that a draft was typed into, as it is now, be it closed to its writer."""
    return view.way_to(_door(draft.place), **_address(draft))


def text_of(draft: Draft, without: Collection[str] = ()) -> list[tuple[str, str]]:
    """(label, text) of what was typed, without marks of the page and without those questions."""
    try:
        door = url_for(_door(draft.place))
    except BuildError:  # a host that leaves that room out
        door = None
    typed = [pair for name, pairs in draft.fields.items() if name not in without for pair in pairs]
    return told(typed, door)


def _door(place: str) -> str:
    return {"section": "pep_peps.section", "target": "pep_targets.write", "request": "pep_ppg_requests.write",
            "note": "pep_targets.note"}[place.partition(":")[0]]


def _address(draft: Draft) -> dict[str, Any]:
    kind, key, under = (*draft.place.split(":"), "")[:3]
    if kind == "section":
        return {"id": draft.pep_id, "section": key}
    if key != "new":
        return {"id": key}
    return {"pep": draft.pep_id, **({"from" if kind == "target" else "target": under} if under else {})}


def why_closed(session: Session, actor: Actor, pep: Pep | None, place: str) -> str:
    """Why what was typed there cannot be saved there now; "" where it can. `pep` is None where the actor sees it no more."""
    kind, key = (*place.split(":"), "")[:2]
    if pep is None:
        return OUT_OF_SIGHT
    takes = pep.status in (queries.NOTED if kind == "note" else queries.OPEN_TO_WRITE)
    if not takes or (kind != "note" and not is_open(pep.reopened, {"target": "targets", "request": "money"}.get(kind, key))):
        return f"This PEP {closed_because(pep, shut=takes)}, so this cannot be saved there now."
    if not _writes(actor, pep, kind, key):
        return "This part of the PEP is written by somebody else now, so you cannot save it there."
    return _gone(session, pep, kind, key)


def _writes(actor: Actor, pep: Pep, kind: str, key: str) -> bool:
    match kind:
        case "section":
            return can(actor, Permission.PEP_WRITE, pep, Part(form_of(pep.form_version).section(key)[0].part), key)
        case "target":
            return can(actor, Permission.TARGET_WRITE, pep, Part.EDUCATION, "targets")
        case "request":
            return may_ask(actor, pep)
        case _:
            return can(actor, Permission.TARGET_WRITE)


def _gone(session: Session, pep: Pep, kind: str, key: str) -> str:
    """That what was being changed was taken away meanwhile; "" where it stands, or is new."""
    if not key.isdigit():
        return ""
    if kind == "request":
        is_there = select(PpgRequest.id).where(PpgRequest.id == int(key), PpgRequest.pep_id == pep.id,
                                               PpgRequest.status == PpgStatus.DRAFT)
        return "" if session.scalar(is_there) else "This request was taken away or decided on meanwhile."
    is_there = select(Target.id).where(Target.id == int(key), Target.pep_id == pep.id)
    return "" if session.scalar(is_there) else "This target was taken away meanwhile."
