"""Saved questions as tabs above their list: which filters an address asks for, where a saved one leads, and whether it still can.

A saved question is filters by their keys and the word that was searched for, never an address: each filter is looked up in the list
that stands today.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from sqlalchemy import select

from pep_admin.models import SavedQuestion
from pep_admin.permissions import Permission
from pep_admin.queries.saved import saved_questions
from pep_admin.review_words import SavedList
from pep_admin.stages import Stage
from pep_admin.views.filters import Related, asked_for, fits
from pep_admin.views.gate import PepView
from pep_admin.views.hosting import host

BOARD_KEYS = ("by", "group", "stage")
LONGEST_GROUP = 200
FILTER = re.compile(r"flt\d+_")
"""How the name of a filter begins in an address."""
SEARCH = "search"
"""The key of the search word among the filters: no filter has it."""


@dataclass(frozen=True, slots=True)
class Tab:
    """A saved question: where it leads, None where a filter of it is no longer there; whether the list shows just that."""

    saved: SavedQuestion
    url: str | None
    here: bool = False


@dataclass(frozen=True, slots=True)
class Tabs:
    """What stands above a list: the saved questions, where the one asked for now can be kept (None: nothing to keep), and where
    all of them are kept in order."""

    tabs: tuple[Tab, ...]
    keep: str | None
    manage: str | None


def view_of(of_list: SavedList) -> Any:
    """The view of that list, as it is mounted."""
    return next((each for each in host().admin._views if each.endpoint == f"pep_{of_list.value}"), None)


def asked_now(of_list: SavedList) -> dict[str, str]:
    """The filters of that list that this request's address asks for, each by its key, and its search word; what is neither is left
    out."""
    if of_list is SavedList.BOARD:
        found = {key: request.args.get(key, "")[:LONGEST_GROUP] for key in BOARD_KEYS}
        return {key: value for key, value in found.items() if value and _fits_board(key, value)}
    view = view_of(of_list)
    if view is None:
        return {}
    keys = {index: key for key, (index, _) in (view._filter_args or {}).items()}
    found = {keys[index]: str(value) for index, _, value in view._get_list_filter_args() or ()}
    word = view._get_list_extra_args().search if view.column_searchable_list else None
    return {**found, SEARCH: word} if word else found


def asks_for_unknown(of_list: SavedList) -> bool:
    """Whether this request's address asks for a filter that the list has not, or for what that filter does not offer: what was left
    out of it would ask for more than was meant."""
    if of_list is SavedList.BOARD:
        return any(not _fits_board(key, value) for key in BOARD_KEYS if (value := request.args.get(key, "")))
    view = view_of(of_list)
    asked = ((name.partition("_")[2], value) for name, value in request.args.items(multi=True) if FILTER.match(name))
    return any(value.strip() and not _stands(view, key, value.strip(), look=False) for key, value in asked)


def _fits_board(key: str, value: str) -> bool:
    from pep_admin.views.board import BY, LATE

    return {"by": value in BY, "stage": value == LATE or value in {each.value for each in Stage}}.get(key, True)


def url_of(saved: SavedQuestion, *, look: bool = False) -> str | None:
    """Where a saved question leads; None where one of its filters, or what it asks for there, is no longer offered. `look`: whether
    the rows are there as well that it asks for by their number, a statement each."""
    asked = {str(key): str(value) for key, value in saved.asked.items()}
    view = view_of(saved.of_list)
    if view is None or not asked or not view.may_open("index_view"):
        return None
    if saved.of_list is SavedList.BOARD:
        known = all(key in BOARD_KEYS and _fits_board(key, value) for key, value in asked.items())
        return url_for("pep_board.children", **_any(asked)) if known else None
    if not all(_stands(view, key, value, look=look) for key, value in asked.items()):
        return None
    return url_for(f"{view.endpoint}.index_view", **_any(_query(saved.of_list, asked)))


def _any(query: Mapping[str, str]) -> dict[str, Any]:
    return dict(query)


def _stands(view: Any, key: str, value: str, *, look: bool) -> bool:
    if key == SEARCH:
        return bool(view.column_searchable_list) and bool(value.strip())
    _, each = (view._filter_args or {}).get(key, (None, None))
    if each is None or not view.shows(key) or not fits(each, value):
        return False
    if look and isinstance(each, Related) and value.isdigit():
        return host().db.session.scalar(select(each.model.id).where(each.model.id == int(value))) is not None
    return True


def words_of(saved: SavedQuestion) -> str:
    """What it asks for, filter by filter, and its search word: "Stage, Status, search for “Alder”"."""
    if saved.of_list is SavedList.BOARD:
        return ", ".join({"by": "Grouped", "group": "Group", "stage": "Stage"}.get(key, key) for key in saved.asked)
    filters: Mapping[str, Any] = getattr(view_of(saved.of_list), "_filter_args", None) or {}
    words = [str(filters[key][1].name) if key in filters else f"“{key}”, which is no longer there"
             for key in saved.asked if key != SEARCH]
    return ", ".join([*words, f"search for “{saved.asked[SEARCH]}”"] if SEARCH in saved.asked else words)


def of_list(view: PepView, noun: str) -> Tabs | None:
    """The tabs above the list of that noun; None where it has none, or they are not for the one who acts."""
    if noun not in {each.value for each in SavedList} or not view.may(Permission.QUESTION_KEEP):
        return None
    which = SavedList(noun)
    now = asked_now(which)
    tabs = tuple(Tab(each, url_of(each), each.asked == now) for each in saved_questions(view.db_session, which))
    keep = view.way_to("pep_saved.new", list=noun, **_query(which, now)) if now else None
    return Tabs(tabs, keep, view.way_to("pep_saved.index_view") if tabs else None)


def of_all_lists(view: PepView) -> list[Tab]:
    """Every saved question, by its list and name."""
    if not view.may(Permission.QUESTION_KEEP):
        return []
    return [Tab(each, url_of(each, look=True)) for each in saved_questions(view.db_session)]


def _query(which: SavedList, asked: Mapping[str, str]) -> dict[str, str]:
    if which is SavedList.BOARD:
        return dict(asked)
    word = {SEARCH: asked[SEARCH]} if SEARCH in asked else {}
    return {**asked_for(**{key: value for key, value in asked.items() if key != SEARCH}), **word}
