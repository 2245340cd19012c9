"""A council's own application with its own users, its own page and its own Flask-Admin, on which the plugin is mounted.

Nothing of the standalone application is used here: whoever signs in is named by a cookie of the council's own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flask import Flask, redirect, request, session, url_for
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue
from flask_admin import Admin, BaseView, expose
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy.orm import DeclarativeBase
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from pep_admin.extension import PepAdmin
from pep_admin.permissions import Actor
from pep_admin.vocabulary import Role


class CouncilBase(DeclarativeBase):
    """The council's own tables; none of ours are among them."""


class Parking(BaseView):
    """A page of the council's that has nothing to do with children."""

    @expose("/")
    def index(self) -> str:
        return "Parking permits"


@dataclass
class Council:
    """The application, its database and its own admin, where it has one."""

    app: Flask
    db: SQLAlchemy
    admin: Admin | None

    def visit(self, name: str = "") -> Visitor:
        """Somebody's browser, signed in by that name; nobody's without one."""
        visitor = Visitor(self.app.test_client())
        if name:
            visitor.client.get("/door/", query_string={"as": name})
        return visitor


@dataclass
class Visitor:
    """A person's browser: reads pages, and sends forms with the safety mark of a page that it read."""

    client: FlaskClient

    def get(self, path: str, **asked: Any) -> TestResponse:
        return self.client.get(path, query_string=asked or None)

    def send(self, path: str, fields: Any = (), *, page: str = "/admin/", **typed: Any) -> TestResponse:
        """POST those fields to `path`, with the mark found on `page`; repeated names as a list of pairs in `fields`."""
        mark = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get(page, follow_redirects=True).text)
        assert mark, f"{page} has no form"
        return self.client.post(path, data=MultiDict([("csrf_token", mark[1]), *fields, *typed.items()]))


def make_council(
    url: str, people: dict[str, Actor], *, own_admin: bool = False, csrf: bool = True, plugin: PepAdmin | None = None,
    **mounting: Any,
) -> Council:
    """The council's application; `people` maps the name one signs in by to the actor the plugin knows."""
    app = Flask(__name__)
    app.config.update(SECRET_KEY="council-" * 5, SQLALCHEMY_DATABASE_URI=url, TESTING=True, WTF_CSRF_TIME_LIMIT=None,
                      SQLALCHEMY_ENGINE_OPTIONS={"hide_parameters": True})
    if csrf:
        CSRFProtect(app)
    db = SQLAlchemy(app, model_class=CouncilBase)
    admin = Admin(app, name="Council", url="/office", endpoint="office") if own_admin else None
    if admin is not None:
        admin.add_view(Parking(name="Parking", endpoint="parking"))

    @app.route("/door/")
    def door() -> ResponseReturnValue:
        """Signs in whoever `as` names, and goes back."""
        session.clear()
        session["name"] = request.args.get("as", "")
        return redirect(request.args.get("back") or "/")

    @app.route("/leave/", methods=["POST"])
    def leave() -> ResponseReturnValue:
        session.clear()
        return redirect(url_for("door"))

    (plugin or PepAdmin()).init_app(
        app, admin=admin, db=db, actor=lambda: people.get(session.get("name", "")), is_fresh=lambda: not session.get("stale"),
        sign_in_url=lambda back: url_for("door", back=back), sign_out_url=lambda: url_for("leave"), **mounting,
    )
    return Council(app, db, admin)


def everybody(person_ids: dict[Role, int] | None = None) -> dict[str, Actor]:
    """One actor for each role, named by the role's value."""
    known = person_ids or {}
    return {role.value: Actor(f"council:{role.value}", role.label, frozenset({role}), known.get(role)) for role in Role}
