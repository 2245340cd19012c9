"""The standalone host: settings, database, headers and error pages, sign-in, and then the plugin on top.

What a page shows is the plugin's; what a setting means is config.py's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, redirect, render_template, request, send_from_directory
from flask.typing import ResponseReturnValue
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import select
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.middleware.proxy_fix import ProxyFix

from pep_admin import config as settings_module
from pep_admin.accounts import leaving, sign_in
from pep_admin.accounts.models import User
from pep_admin.accounts.my_account import MyAccount
from pep_admin.accounts.screens import Accounts
from pep_admin.accounts.seen import last_seen
from pep_admin.config import Environment, Settings, as_flask_config, kept_secret, read_settings
from pep_admin.extension import PepAdmin
from pep_admin.server.database import engine_options, is_busy_or_full, prepare
from pep_admin.views import errors, request_log
from pep_admin.views.gate import refuse_strange_request
from pep_admin.views.larger_files import allow_larger_files

ADMIN = "/admin/"
LARGEST_REQUEST, LARGEST_TEXT = 2 * 1024 * 1024, 1024 * 1024
POLICY = ("default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; object-src 'none'; base-uri 'none'; "
          "frame-ancestors 'none'; form-action 'self'")
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
ONE_YEAR = "max-age=31536000; includeSubDomains"
# Pages of the whole host beside those that the plugin words itself.
WORDS = {
    405: ("Not done this way", "This address cannot be used like that. Nothing was changed."),
    429: ("Too many tries", "Please wait a little and try again."),
    503: ("Busy at the moment", "Something else is being saved right now, so this was not. Please try again in a minute."),
}
CODES = (400, 401, 403, 404, 405, 409, 413, 500, 503)


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """The application, ready to serve; `config` wins over the environment and may hold Flask's own keys as well.

    Raises ConfigError when settings are unknown, unreadable or contradict one another. Touches no table: the database may still be
    without them.
    """
    given = dict(config or {})
    settings = read_settings(given)
    app = Flask("pep_admin", instance_path=str(settings.folder), static_folder=None)
    app.config.update(_flask_config(settings))
    app.config.update({key: value for key, value in given.items() if key not in settings_module.FIELDS})
    settings_module.move_today(settings.today)
    db = _database(app, settings)
    request_log.install(app)
    _guard_requests(app, db, settings)
    idle, absolute = timedelta(minutes=settings.session_idle_minutes), timedelta(hours=settings.session_hours)
    sign_in.install(app, db, idle=idle, absolute=absolute)
    CSRFProtect(app)
    place = PepAdmin().init_app(app, db=db, actor=sign_in.actor, is_fresh=sign_in.is_fresh, sign_in_url=sign_in.sign_in_url,
                                sign_out_url=sign_in.sign_out_url, account_holders=leaving.open_accounts, last_seen=last_seen,
                                actor_of=sign_in.actor_of, child_readers=leaving.child_readers)
    for view in (Accounts, MyAccount):
        place.admin.add_view(view(place))
    _own_pages(app, db)
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]  # as Flask's manual says
    return app


def _flask_config(settings: Settings) -> dict[str, Any]:
    in_earnest = settings.environment is Environment.PRODUCTION
    return {
        **as_flask_config(settings),
        "PEP_ADMIN_FONT_FOLDER": settings.fonts,
        "PEP_ADMIN_MADE_FOLDER": settings.made_files,
        "SECRET_KEY": settings.secret_key or kept_secret(settings.folder),
        "PEP_ADMIN_SECOND_FACTOR": settings.asks_second_factor,
        "PEP_ADMIN_SECOND_FACTOR_KEY": settings.second_factor_key or kept_secret(settings.folder, "second_factor_key"),
        "SESSION_COOKIE_NAME": "__Host-pep" if in_earnest else "pep_session",
        "SESSION_COOKIE_SECURE": in_earnest,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "MAX_CONTENT_LENGTH": LARGEST_REQUEST,
        "MAX_FORM_MEMORY_SIZE": LARGEST_TEXT,
        "TRUSTED_HOSTS": settings.hosts,
        "WTF_CSRF_TIME_LIMIT": None,
        "PREFERRED_URL_SCHEME": settings.base_url.partition(":")[0],
        "SQLALCHEMY_DATABASE_URI": settings.database,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(settings.database),
    }


def _database(app: Flask, settings: Settings) -> SQLAlchemy:
    if not settings.database_url:
        settings.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    db = SQLAlchemy(app)
    with app.app_context():
        prepare(db.engine)
    return db


# --- around every request ----------------------------------------------------------------------------------------------


def _guard_requests(app: Flask, db: SQLAlchemy, settings: Settings) -> None:
    """What holds for every answer; registered first, so that it comes first in and last out."""

    @app.after_request
    def close_the_database(response: Response) -> Response:
        # The session's row is written after this, on a connection of its own: it must not wait for a transaction of this request.
        db.session.close()
        return response

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if settings.environment is Environment.PRODUCTION:
            response.headers.setdefault("Strict-Transport-Security", ONE_YEAR)
        if not (request.endpoint or "").endswith("static"):
            response.headers["Cache-Control"] = "no-store"
        if request.endpoint == "security.logout" and request.method == "POST":
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response

    app.before_request(allow_larger_files)
    app.before_request(refuse_strange_request)
    for code in CODES:
        app.register_error_handler(code, _error_page)
    app.register_error_handler(OperationalError, _busy_or_broken)


def _error_page(problem: Exception) -> ResponseReturnValue:
    """The page for an HTTP error anywhere; plain text where no page can be made."""
    if isinstance(problem, SecurityError):
        return _plain("This site is not known by that name.", 400)
    code = (problem.code if isinstance(problem, HTTPException) else None) or 500
    try:
        return errors.error_page(problem) if code in errors.PAGES else _page(code)
    except Exception:
        current_app.logger.exception("the page for an error could not be made")
        return _plain("Something went wrong, and nothing was saved. Please try again.", code)


def _page(code: int) -> ResponseReturnValue:
    title, message = WORDS[code]
    again = request.full_path.rstrip("?") if code == 503 else None
    page = render_template("pep/error.html", title=title, message=message, code=code, kept=errors.kept(), again=again)
    return page, code


def _plain(sentence: str, code: int) -> ResponseReturnValue:
    return Response(sentence, code, mimetype="text/plain")


def _busy_or_broken(problem: OperationalError) -> ResponseReturnValue:
    """503 with what was typed when the database is busy or full; anything else is a broken page."""
    if not is_busy_or_full(problem):
        raise problem
    session = current_app.extensions["sqlalchemy"].session()
    session.rollback()
    session.connection(execution_options={"readonly": True})  # the page itself must not wait for the lock again
    answer = current_app.make_response(_page(503))
    answer.headers["Retry-After"] = "60"
    return answer


# --- the host's own pages ----------------------------------------------------------------------------------------------


def _own_pages(app: Flask, db: SQLAlchemy) -> None:
    @app.get("/")
    def front() -> ResponseReturnValue:
        return redirect(ADMIN)

    @app.get("/favicon.ico")
    def favicon() -> ResponseReturnValue:
        return send_from_directory(Path(__file__).parent / "static" / "pep", "favicon.svg", mimetype="image/svg+xml")

    @app.get("/healthz")
    def healthz() -> ResponseReturnValue:
        try:
            db.session.execute(select(User.id).where(User.id == 0))
        except SQLAlchemyError:
            return _plain("not ok", 503)
        return _plain("ok", 200)
