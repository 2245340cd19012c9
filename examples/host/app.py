"""The council's application: its people, its own list of laptops, its Flask-Admin, and in twenty lines the plugin.

Nothing of the standalone application is used. What the council brings is marked below; first_rows.py fills an empty database.
"""

from __future__ import annotations

import logging
import re
import time
from datetime import date
from pathlib import Path
from typing import Any

from flask import Flask, redirect, render_template_string, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_admin import Admin, AdminIndexView, expose
from flask_admin.contrib.sqla import ModelView
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from werkzeug.security import check_password_hash

from pep_admin import PepAdmin, signals
from pep_admin.config import kept_secret, move_today
from pep_admin.permissions import Actor
from pep_admin.server.database import engine_options
from pep_admin.vocabulary import Role

log = logging.getLogger("council")

FRESH_SECONDS = 15 * 60
A_DAY_OF_2024 = date(2024, 11, 18)
"""The example stands in the autumn that its made-up children belong to. In earnest, leave the day alone."""
LOCAL_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\\]*")


# --- 1. the council's own tables, on its own base: none of the plugin's are among them -----------------------------------


class CouncilBase(DeclarativeBase):
    """Base of the council's tables."""


db = SQLAlchemy(model_class=CouncilBase)


class Employee(CouncilBase):
    """Somebody who works for the council, or with it. `pep_person_id` names the plugin's Person they are, where they are one."""

    __tablename__ = "employee"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    job: Mapped[str]
    pep_person_id: Mapped[int | None]


class Laptop(CouncilBase):
    """Something of the council's that has nothing to do with children."""

    __tablename__ = "laptop"

    id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str]
    lent_to: Mapped[str | None]


# --- 2. who acts: the council's jobs as the plugin's roles ---------------------------------------------------------------

JOBS = {
    "virtual school": frozenset({Role.VS_OFFICER}),
    "virtual school head": frozenset({Role.VS_HEAD}),
    "payments": frozenset({Role.FINANCE}),
    "teacher": frozenset({Role.DESIGNATED_TEACHER}),
    "social worker": frozenset({Role.SOCIAL_WORKER}),
    "internal audit": frozenset({Role.AUDITOR}),
}


def signed_in() -> Employee | None:
    """The council's own idea of who is there."""
    return db.session.get(Employee, session["employee"]) if "employee" in session else None


def actor() -> Actor | None:
    """The same person as the plugin knows people; a job that it does not know has no role, and every page answers 403."""
    who = signed_in()
    if who is None:
        return None
    return Actor(f"employee:{who.id}", who.name, JOBS.get(who.job, frozenset()), who.pep_person_id)


def is_fresh() -> bool:
    """Whether they gave their password within a quarter of an hour: the plugin asks before money is released."""
    return bool(time.time() - session.get("since", 0) < FRESH_SECONDS)


# --- 3. the council's own pages ------------------------------------------------------------------------------------------

SIGN_IN = """<!doctype html><html lang="en-GB"><meta charset="utf-8"><title>Sign in – Northmoor Council</title>
<h1>Northmoor Council</h1>{% if wrong %}<p role="alert">That name and password do not belong together.</p>{% endif %}
<form method="post"><input type="hidden" name="csrf_token" value="{{ csrf_token() }}">
<p><label>Name <input name="login" autocomplete="username"></label></p>
<p><label>Password <input type="password" name="password" autocomplete="current-password"></label></p>
<p><button>Sign in</button></p></form></html>"""


class Front(AdminIndexView):
    """The council's front page, with Flask-Admin's own look; the plugin's pages stand in its menu."""

    def is_accessible(self) -> bool:
        return signed_in() is not None

    def inaccessible_callback(self, name: str, **kwargs: Any) -> ResponseReturnValue:
        return redirect(url_for("sign_in", back=request.full_path.rstrip("?")))

    @expose("/")
    def index(self) -> ResponseReturnValue:
        return self.render("admin/index.html")


class Laptops(ModelView):
    """The council's own list, as it was before the plugin came."""

    def is_accessible(self) -> bool:
        return signed_in() is not None

    def inaccessible_callback(self, name: str, **kwargs: Any) -> ResponseReturnValue:
        return redirect(url_for("sign_in", back=request.full_path.rstrip("?")))


def sign_in() -> ResponseReturnValue:
    """Sign in, or give the password once more, and go back to a page of this site."""
    back = request.args.get("back", "")
    if request.method == "GET":
        return render_template_string(SIGN_IN)
    who = db.session.scalar(select(Employee).where(Employee.login == request.form.get("login", "")))
    if who is None or not check_password_hash(who.password_hash, request.form.get("password", "")):
        return render_template_string(SIGN_IN, wrong=True), 401
    session.clear()
    session.update(employee=who.id, since=time.time())
    return redirect(back if LOCAL_PATH.fullmatch(back) else url_for("office.index"))


def sign_out() -> ResponseReturnValue:
    """Only by POST."""
    session.clear()
    return redirect(url_for("sign_in"))


# --- 4. put together -----------------------------------------------------------------------------------------------------


def create_council(folder: Path, url: str | None = None) -> Flask:
    """The council's application, its files in `folder`; `url` names another database than a SQLite file there."""
    app = Flask("council", instance_path=str(folder.absolute()))
    folder.mkdir(parents=True, exist_ok=True)
    url = url or f"sqlite:///{folder.absolute() / 'council.db'}"
    app.config.update(
        SECRET_KEY=kept_secret(folder), SESSION_COOKIE_SAMESITE="Lax", WTF_CSRF_TIME_LIMIT=None,
        SQLALCHEMY_DATABASE_URI=url, SQLALCHEMY_ENGINE_OPTIONS=engine_options(url),
        PEP_ADMIN_AUTHORITY_NAME="Northmoor Virtual School", PEP_ADMIN_ENVIRONMENT="demo", PEP_ADMIN_TODAY=A_DAY_OF_2024,
    )
    move_today(A_DAY_OF_2024)
    db.init_app(app)
    CSRFProtect(app)  # before the plugin: its forms rely on it
    app.add_url_rule("/sign-in/", "sign_in", sign_in, methods=["GET", "POST"])
    app.add_url_rule("/sign-out/", "sign_out", sign_out, methods=["POST"])
    app.add_url_rule("/", "start", lambda: redirect(url_for("office.index")))
    admin = Admin(app, name="Northmoor Council", url="/office", index_view=Front(name="Start", url="/office", endpoint="office"))
    admin.add_view(Laptops(Laptop, db, name="Laptops"))
    PepAdmin().init_app(
        app,
        admin=admin,
        db=db,
        actor=actor,
        is_fresh=is_fresh,
        sign_in_url=lambda back: url_for("sign_in", back=back),
        sign_out_url=lambda: url_for("sign_out"),
        category="Virtual School",
    )
    signals.funding_released.connect(tell_the_ledger, app)
    return app


def tell_the_ledger(sender: Flask, request_ids: list[int], pence: int) -> None:
    """What the council does when the plugin has let money go: heard after the commit, with ids and amounts, never names."""
    log.info("%s requests released, %s pence", len(request_ids), pence)
