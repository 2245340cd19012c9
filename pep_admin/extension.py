"""PepAdmin: mounts the views on a host's Flask-Admin, or on one of its own.

How people sign in, which database there is and what the pages' headers say beyond our own is the host's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar
from weakref import WeakSet

from flask import Blueprint, Flask
from flask_admin import Admin

from pep_admin import history, permissions, signals
from pep_admin.config import MEGABYTE, Environment, read_pdf_name
from pep_admin.deadlines import format_day
from pep_admin.exceptions import ConfigError
from pep_admin.permissions import Actor
from pep_admin.server.database import prepare
from pep_admin.views import VIEWS, Dashboard, draft_pages, looks, shell
from pep_admin.views.gate import PepView
from pep_admin.views.hosting import Host, LastSeen

NAME = "pep_admin"
_watched: WeakSet[Any] = WeakSet()


class PepAdmin:
    """The plugin. `PepAdmin().init_app(app, db=db, actor=…, is_fresh=…, sign_in_url=…)`, once, before the first request.

    `views` are the rooms it mounts; a subclass may leave some out or put subclasses of them in their place.
    """

    views: ClassVar[tuple[type[PepView], ...]] = VIEWS
    front_page: ClassVar[type[Dashboard]] = Dashboard

    def init_app(
        self, app: Flask, *, admin: Admin | None = None, db: Any, actor: Callable[[], Actor | None], is_fresh: Callable[[], bool],
        sign_in_url: Callable[[str], str], sign_out_url: Callable[[], str] | str | None = None, prefix: str = "pep",
        category: str | None = None, account_holders: Callable[[Any, Iterable[int]], set[int]] | None = None,
        last_seen: LastSeen | None = None, actor_of: Callable[[str], Actor | None] | None = None,
        child_readers: Callable[[Any, Iterable[int]], set[int]] | None = None,
    ) -> Host:
        """Mount the views.

        `actor` gives who is signed in as the plugin knows people (None: nobody), `is_fresh` whether they showed lately that it is
        they, `sign_in_url(back)` the page where one signs in, or again, and comes back; `back` is always a GET page.
        `account_holders(session, ids)` gives which people of those numbers have an account that is open, where the host knows,
        `child_readers(session, ids)` whose account reads children's records: they alone are sent to meetings;
        `last_seen` tells when people signed in last, for the page of a school. `actor_of(actor_id)` says who somebody is now to a
        job that works for them, outside a request (None: their account is closed); without it, a job believes the roles of the
        moment at which it was asked for. `sign_out_url` takes a POST. The pages stand under `{admin.url}/{prefix}/`, in the menu
        under `category` if one is given.
        Raises ConfigError when mounted twice, without CSRFProtect, or on a database that cannot be prepared.
        """
        _refuse_unsafe(app)
        with app.app_context():
            prepare(db.engine)
        _watch(db.session.session_factory)
        given = admin is not None
        admin = admin or Admin(name="PEP", url="/admin", endpoint="pep_dashboard")
        place = Host(app, admin, db, actor, is_fresh, sign_in_url, sign_out_url, prefix, category, account_holders, _settings(app),
                     last_seen, actor_of, draft_pages.keep_first, child_readers)
        app.extensions[NAME] = place
        shell.install(app)
        app.register_blueprint(_assets(place))
        self._mount(place, given)
        return place

    def _mount(self, place: Host, given: bool) -> None:
        front = self.front_page(place, url=None if given else place.admin.url)
        if given:
            place.admin.add_view(front)
        else:
            place.admin.init_app(place.app, index_view=front, endpoint="pep_dashboard", url="/admin")
        for view in self.views:
            place.admin.add_view(view(place))


def _refuse_unsafe(app: Flask) -> None:
    if NAME in app.extensions:
        raise ConfigError("PepAdmin is mounted on this application already.")
    if "csrf" not in app.extensions:
        raise ConfigError("Set up flask_wtf.CSRFProtect(app) before PepAdmin: its forms rely on it.")
    if find_spec("flask_babel") and "babel" not in app.extensions:
        raise ConfigError("Flask-Babel is installed, and Flask-Admin then needs it: set up flask_babel.Babel(app) before PepAdmin.")


def _watch(sessions: Any) -> None:
    """Scope, history, signals and looks on the host's sessions, once, however many applications share them."""
    if sessions in _watched:
        return
    permissions.guard(sessions)
    history.watch(sessions)
    signals.deliver_after_commit(sessions)
    looks.watch(sessions)
    _watched.add(sessions)


def _settings(app: Flask) -> dict[str, Any]:
    settings = app.config
    return {
        "authority": settings.get("PEP_ADMIN_AUTHORITY_NAME") or "Virtual School",
        "authority_code": settings.get("PEP_ADMIN_AUTHORITY_CODE") or "",
        "banner": _banner(settings.get("PEP_ADMIN_TODAY")) if settings.get("PEP_ADMIN_ENVIRONMENT") == Environment.DEMO else "",
        "font_folder": settings.get("PEP_ADMIN_FONT_FOLDER") or Path(app.instance_path) / "fonts",
        "made_folder": settings.get("PEP_ADMIN_MADE_FOLDER") or Path(app.instance_path) / "made",
        "document_bytes": (settings.get("PEP_ADMIN_DOCUMENT_MEGABYTES") or 10) * MEGABYTE,
        "child_documents_bytes": (settings.get("PEP_ADMIN_CHILD_DOCUMENTS_MEGABYTES") or 100) * MEGABYTE,
        "pdf_name": read_pdf_name(settings.get("PEP_ADMIN_PDF_NAME")),
    }


def _banner(day: date | None) -> str:
    standing = f" Here, today is {format_day(day)}." if day else ""
    return f"Demo data: every child, school and person here is made up.{standing}"


def _assets(place: Host) -> Blueprint:
    """Our templates, and our few files under `{admin.url}/{prefix}/static`."""
    return Blueprint(shell.ASSETS, "pep_admin", template_folder="templates", static_folder="static/pep",
                     static_url_path=place.own_url("static"))
