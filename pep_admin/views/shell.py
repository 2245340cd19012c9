"""The frame around every page: who is signed in, where they may go, what the header and the banner say.

The template asks for it by `pep_shell()`, also on the host's own pages that extend pep/base.html.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, has_request_context, request, url_for
from flask_admin.menu import BaseMenu

from pep_admin.deadlines import format_day
from pep_admin.money import format_pounds
from pep_admin.permissions import Actor
from pep_admin.views import cells, formats, rule_links, saved_tabs, typed
from pep_admin.views.errors import WRITER
from pep_admin.views.hosting import host, present_actor

ASSETS = "pep_assets"
FOLDER = Path(__file__).parents[1] / "static" / "pep"


@dataclass(frozen=True, slots=True)
class Place:
    """A page one may go to."""

    text: str
    url: str
    here: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Places under a heading of the menu; the first group has none."""

    heading: str
    places: list[Place]


def asset(name: str) -> str:
    """The address of a file of ours, new whenever the file is."""
    return url_for(f"{ASSETS}.static", filename=name, v=_stamp(name))


@dataclass(frozen=True, slots=True)
class Shell:
    """What pep/base.html needs around a page."""

    authority: str
    banner: str
    actor: Actor | None
    groups: list[Group]
    home: str
    sign_out: str | None
    writer: str = WRITER

    def asset(self, name: str) -> str:
        """The address of a file of ours, new whenever the file is."""
        return asset(name)


def shell() -> Shell:
    """The frame of the page being made."""
    place, actor = host(), present_actor()
    return Shell(
        authority=str(place.settings.get("authority") or "Virtual School"), banner=str(place.settings.get("banner") or ""),
        actor=actor, groups=_groups() if actor else [], home=place.admin.url or "/", sign_out=place.way_out() if actor else None,
    )


def install(app: Flask) -> None:
    """Give the templates their frame and the ways in which values are written."""
    app.jinja_env.globals.update(pep_shell=shell, pep_asset=asset, pep_rule=rule_links.rule,
                                 pep_saved=saved_tabs.of_list)
    app.jinja_env.filters.update(pep_shown=formats.shown, pep_day=format_day, pep_moment=formats.moment,
                                 pep_pounds=format_pounds, pep_tag=formats.tag, pep_verdict=formats.verdict, pep_typed=typed.told,
                                 pep_breaking=cells.breaking, pep_ruled=rule_links.ruled, pep_unruled=rule_links.unruled,
                                 pep_codes=rule_links.codes_in, pep_rules_of=rule_links.with_rules)


@cache
def _stamp(name: str) -> str:
    return hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:12]


def _groups() -> list[Group]:
    loose, groups = Group("", []), []
    for item in [*host().admin.menu(), *host().admin.menu_links()]:
        if not (item.is_accessible() and item.is_visible()):
            continue
        if item.is_category():
            groups.append(Group(str(item.name), [_place(each) for each in item.get_children() if not each.is_category()]))
        else:
            loose.places.append(_place(item))
    return [each for each in (loose, *groups) if each.places]


def _place(item: BaseMenu) -> Place:
    url = item.get_url() or "#"
    return Place(str(item.name), url, _is_here(item))


def _is_here(item: Any) -> bool:
    view = getattr(item, "_view", None)
    return view is not None and has_request_context() and request.blueprint == view.endpoint
