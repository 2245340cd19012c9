"""How a page keeps what is typed into it: the seal that says which page it is, the draft filled in, what is told of one.

Which pages these are is draft_places.py's, how a draft is kept workflow/drafts.py's; the routes stand in drafts.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from flask import current_app, request, url_for
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy.exc import DBAPIError
from werkzeug.datastructures import MultiDict
from werkzeug.routing import BuildError
from wtforms import StringField

from pep_admin.exceptions import NotAllowed, Refused
from pep_admin.models import Child, Draft, Pep
from pep_admin.pep_document import form_of
from pep_admin.permissions import Actor
from pep_admin.queries.drafts import drafts_of, find_draft, in_sight
from pep_admin.views.attainment_lines import SUBJECT
from pep_admin.views.base_forms import TypedField
from pep_admin.views.draft_places import address_of, door_of, part_of, why_closed
from pep_admin.views.errors import KEPT_FIRST
from pep_admin.views.gate import PepView, begin
from pep_admin.views.posted_lines import GIVEN
from pep_admin.views.section_forms import BASE, Question, as_typed, is_as_filled_in
from pep_admin.views.typed import told
from pep_admin.vocabulary import Part
from pep_admin.workflow.drafts import Page, Typed, keep_drafts, saved_with

T = TypeVar("T")

VERSION = "row_version"
KEEPS_NOTHING = ("pep_drafts.keep", "pep_ppg_requests.work_out")
"""Routes that a script asks while somebody types: the one keeps by itself, the other only reckons."""
ON_PAGE = "page"
"""The word in the address of throwing a draft away that leads back to the draft's own page."""
_RUN = re.compile(r"[0-9a-f]{32}")
_LINE = re.compile(r"[a-z_]+-([0-9]+)-([a-z_]+)")
_HEADS_A_LINE = ("id", SUBJECT, GIVEN)
"""Columns that say what a line is about: alone they say nothing."""


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
    """A draft in a list: the way back to its page, or why there is none; what was typed as (label, text); whose child it is, where
    its page is of no PEP and the child is in sight."""

    draft: Draft
    url: str
    why_not: str
    text: Sequence[tuple[str, str]]
    whose: str = ""


# --- the seal ----------------------------------------------------------------------------------------------------------


def _seals() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="pep_admin.draft")


@dataclass(frozen=True, slots=True)
class Sealed:
    """One page, or one child's part of a page about many: the names of its questions, and what stands before each of them there."""

    page: Page
    names: Sequence[str]
    before: str = ""


def seal(actor: Actor, parts: Iterable[Sealed]) -> str:
    """That this person was given these pages to write on, with questions of those names: said by us, so that it can be believed
    when the page sends its text, whatever has become of the PEP by then."""
    told = [[page.pep_id, page.child_id, page.place, page.heading, each.before, list(each.names)]
            for each in parts for page in (each.page,)]
    return str(_seals().dumps([actor.id, told]))


def read_seal(text: str, actor: Actor) -> list[Sealed] | None:
    """The pages and the names of their questions; None for what we did not give that person."""
    try:
        owner, told = _seals().loads(text)
        parts = [Sealed(Page(pep_id, child_id, place, heading), names, before)
                 for pep_id, child_id, place, heading, before, names in told]
    except (BadData, ValueError, TypeError):
        return None
    return parts if owner == actor.id else None


def typed_of(parts: Sequence[Sealed], form: MultiDict[str, str], touched: Collection[str]) -> list[tuple[Page, Typed]]:
    """What was touched of those pages, by page; nothing else of the form. `touched` are the questions as the page names them."""
    found = [(each.page, _typed(each, form, [name for name in touched if name.startswith(each.before)])) for each in parts]
    return [(page, typed) for page, typed in found if typed]


def _typed(part: Sealed, form: MultiDict[str, str], touched: Iterable[str]) -> dict[str, list[tuple[str, str]]]:
    names = set(part.names)
    wanted = dict.fromkeys(name for each in touched if (name := each.removeprefix(part.before)) in names)
    found: dict[str, list[tuple[str, str]]] = {name: [] for name in wanted}
    for full, text in form.items(multi=True):
        name = full.removeprefix(part.before)
        if full.startswith(part.before) and (question := _question_of(name)) in found:
            found[question].append((name, text))
    if part.before:
        found = {question: _saying(pairs) for question, pairs in found.items()}
    if found and VERSION in form:
        found[VERSION] = [(VERSION, form[VERSION])]
    return found


def _question_of(name: str) -> str:
    return name.removeprefix(BASE).partition("-")[0]


def _saying(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Without the lines of a table that only say what they are about: a grid has one ready for each subject."""
    line = {name: _LINE.fullmatch(name) for name, _ in pairs}
    said = {found[1] for name, text in pairs if (found := line[name]) and found[2] not in _HEADS_A_LINE and text.strip()}
    return [(name, text) for name, text in pairs if (found := line[name]) is None or found[1] in said]


def _changed(part: Sealed, form: MultiDict[str, str]) -> list[str]:
    """The questions in which something was typed, as the page names them: filled in, and not as the record has it. A page without
    scripts sends all of its boxes, and what others wrote in them is not the writer's own to keep."""
    own = MultiDict((name.removeprefix(part.before), text) for name, text in form.items(multi=True) if name.startswith(part.before))
    filled = dict.fromkeys(_question_of(name) for name, text in own.items(multi=True) if text.strip() and not name.startswith(BASE))
    return [f"{part.before}{name}" for name in filled if name in set(part.names) and not is_as_filled_in(name, own)]


def keep_first(view: PepView) -> None:
    """Keep what a page without scripts has just sent, before anything is done with it: whatever refuses it, its text is there. What
    saves it drops it again in the same transaction. Nothing is said where it cannot be kept."""
    parts = read_seal(request.form.get("seal", ""), view.actor)
    if parts is None or run_of_form() or request.endpoint in KEEPS_NOTHING or request.form.get("then") == "work_out":
        return
    if view.way_to("pep_drafts.keep") is None:
        return
    typed = typed_of(parts, request.form, [name for each in parts for name in _changed(each, request.form)])
    if not typed:
        return
    session = view.db_session
    begin(session, "write")
    try:
        keep_drafts(session, typed, run="", actor=view.actor, now=view.now)
        session.commit()
        request.environ[KEPT_FIRST] = True
    except (Refused, NotAllowed, DBAPIError):
        session.rollback()
    begin(session, "readonly")


def run_of_form() -> str:
    """The mark of the showing of the page that was just sent; "" where no script ran."""
    run = request.form.get("run", "")
    return run if _RUN.fullmatch(run) else ""


def of_form(view: PepView, page: Page, form: Any, version: int = 0) -> tuple[int, Desk | None]:
    """The desk of a page that is one form, with the draft put into it; and the version that it is sent with, from the row's."""
    return filled_form(form, desk(view, page, [each.name for each in form]), version)


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
    draft = None
    if request.method != "POST" and view.way_to("pep_drafts.keep"):
        draft = find_draft(view.db_session, view.actor, page) if drafts is None else drafts.get(page.place)
    return desk_of(view, [Sealed(page, list(names))], draft, pressed)


def desk_of(view: PepView, parts: Sequence[Sealed], draft: Draft | None = None, pressed: str = ON_PAGE) -> Desk | None:
    """The same for a page of several parts; `draft` is what the whole of it shows, where it does."""
    keep, mark = view.way_to("pep_drafts.keep"), view.way_to("pep_drafts.mark")
    if keep is None or mark is None:
        return None
    drop = view.way_to("pep_drafts.drop", id=draft.id, back=pressed) if draft else None
    known = {f"{each.before}{name}" for each in parts for name in each.names}
    touched = tuple(name for name in request.form.get("touched", "").split() if name in known)
    return Desk(seal(view.actor, parts), keep, mark, drop or "", draft, touched=touched)


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
    if find_draft(view.db_session, view.actor, page):
        view.say("What you had typed there is kept under “My unfinished texts”.", "warning")


# --- in a list ---------------------------------------------------------------------------------------------------------


def unfinished(view: PepView, pep_id: int | None = None) -> list[Unfinished]:
    """The actor's own drafts, the newest first; of one PEP where it is named."""
    found = drafts_of(view.db_session, view.actor, pep_id)
    return [_unfinished(view, each, about) for each, about in zip(found, _about(view, found), strict=True)]


def unsaved_in(view: PepView, pep: Pep, *parts: Part) -> list[tuple[str, str]]:
    """What the actor typed into those parts of a PEP and did not save: the title of each page and its address, "" where it is
    closed. A signature does not cover it."""
    form = form_of(pep.form_version)
    return [(each.draft.heading.removesuffix(f", {pep.reference}"), each.url) for each in unfinished(view, pep.id)
            if part_of(form, each.draft.place) in parts]


def _about(view: PepView, drafts: Sequence[Draft]) -> list[Pep | Child | None]:
    """The PEP or the child that each of those drafts is of; None where it is out of sight."""
    peps, children = in_sight(view.db_session, drafts)
    return [children.get(each.child_id) if each.pep_id is None else peps.get(each.pep_id) for each in drafts]


def _unfinished(view: PepView, draft: Draft, about: Pep | Child | None) -> Unfinished:
    why_not = why_closed(view.db_session, view.actor, draft, about)
    url = "" if why_not else page_of(view, draft) or ""
    return Unfinished(draft, url, why_not, text_of(draft), whose=about.name if isinstance(about, Child) else "")


def why_closed_now(view: PepView, kept: Sequence[Draft]) -> list[str]:
    """Why what was just kept cannot be saved on its pages now, each reason once; none where all of it can."""
    why = (why_closed(view.db_session, view.actor, each, about) for each, about in zip(kept, _about(view, kept), strict=True))
    return [each for each in dict.fromkeys(why) if each]


def page_of(view: PepView, draft: Draft) -> str | None:
    """The page that a draft was typed into, as it is now, be it closed to its writer."""
    return view.way_to(door_of(draft.place), **address_of(draft))


def text_of(draft: Draft, without: Collection[str] = ()) -> list[tuple[str, str]]:
    """(label, text) of what was typed, without marks of the page and without those questions."""
    try:
        door = url_for(door_of(draft.place))
    except BuildError:  # a host that leaves that room out
        door = None
    typed = [pair for name, pairs in draft.fields.items() if name not in without for pair in pairs]
    return told(typed, door)
