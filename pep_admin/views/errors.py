"""What a refused or broken request looks like, the headers of every page, and a database's refusal in plain words.

The pages keep what was typed. Who is refused and why is gate.py's.
"""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import HTTPException

from pep_admin.models import Base
from pep_admin.validators.findings import Finding
from pep_admin.views.hosting import host, present_actor, request_id, way_back

WRITER = "written_by"
KEEP_NOTHING = "pep_admin.keep_nothing"
SANDBOXED = "pep_admin.sandboxed"
"""Stands in the environment of a request that is answered with somebody's file, which may do nothing in a browser."""
SAVED = "pep_admin.saved"
"""Stands in the environment of a request whose verb has been committed: what fails after that does not undo it."""
KEPT_FIRST = "pep_admin.kept_first"
"""Stands in the environment of a request whose typed words were kept as a draft before anything was done with them."""
NEVER_KEPT = re.compile(r"csrf_token|written_by|.*(password|secret|code).*", re.IGNORECASE)

PAGES: dict[int, tuple[str, str]] = {
    400: ("This could not be read", "The page was asked for in a way that it does not know. Nothing was saved."),
    401: ("Please sign in again", "You are no longer signed in, so nothing was saved. What you typed is kept below."),
    403: ("Not open to your account", "Your account may not do this. Nothing was changed."),
    404: ("Page not found", "There is no such page or record, or it is not one that you may see."),
    409: ("This was changed meanwhile", "This record was changed while you had it open. Nothing of theirs was overwritten."),
    413: ("Too much at once", "What was sent is larger than a page may be. Go back, shorten the longest text, and send it again."),
    500: ("Something went wrong", "The page could not be finished, and nothing was saved. Please try again; if it happens again, "
                                  "give the reference below to whoever looks after this system."),
}
AFTER_SAVING = ("What you sent was saved; only the page after it could not be finished. Look at the record before you send "
                "anything again. If it happens again, give the reference below to whoever looks after this system.")
UNTIED = "The page was open so long, or in so many windows, that its safety mark is no longer valid. Nothing was saved yet."

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
                               "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

TAKEN = "Another record already has this. Check whether it is there already."


def install(blueprint: Blueprint) -> None:
    """Headers, and an error page for each code by its number: a host's own handler for all of them would win otherwise."""
    blueprint.after_request(add_headers)
    for code in PAGES:
        blueprint.register_error_handler(code, error_page)


def add_headers(response: Response) -> Response:
    """The headers of every page of ours."""
    for name, value in HEADERS.items():
        response.headers[name] = value
    if request.environ.get(SANDBOXED):
        response.headers["Content-Security-Policy"] += "; sandbox"
    return response


def error_page(problem: Exception) -> ResponseReturnValue:
    """The page for an HTTP error; what was typed stands on it, except where the body was never read."""
    code, title, message = _words_of(problem)
    if code == 500:
        current_app.logger.error("request %s failed", request_id())
    return render_template(
        "pep/error.html", title=title, message=message, code=code, kept=[] if code == 413 else kept(),
        again=request.full_path.rstrip("?") if code in (400, 401) else None,
        sign_in=host().sign_in_url(way_back(host().admin.url or "/")) if code == 401 else None,
        reference=request_id() if code == 500 else None, drafts=_drafts(code),
    ), code


def _drafts(code: int) -> str | None:
    """Where the text of a page that is no longer its writer's to save is kept for them; None where none was kept."""
    kept_by_script = code == 404 and request.method == "POST" and request.form.get("touched")
    kept_first = code in (403, 404, 409, 500) and request.environ.get(KEPT_FIRST) and not request.environ.get(SAVED)
    return f"{host().own_url('drafts')}/" if kept_by_script or kept_first else None


def _words_of(problem: Exception) -> tuple[int, str, str]:
    code = (problem.code if isinstance(problem, HTTPException) else None) or 500
    if isinstance(problem, CSRFError):
        return (401, *PAGES[401]) if present_actor() is None else (400, "Please confirm", UNTIED)
    title, message = PAGES.get(code, PAGES[500])
    if code == 500 and request.environ.get(SAVED):
        return code, title, AFTER_SAVING
    if isinstance(problem, HTTPException) and problem.description != type(problem).description:
        message = str(problem.description)
    return code, title, message


def kept() -> list[tuple[str, str]]:
    """What was typed in the form that was refused, in its order, without passwords and marks of ours."""
    if request.method != "POST" or request.environ.get(KEEP_NOTHING) or request.environ.get(SAVED):
        return []
    return [(name, value.replace("\x00", "")) for name, value in request.form.items(multi=True) if not NEVER_KEPT.fullmatch(name)]


def broken_constraint(problem: IntegrityError) -> Finding:
    """A database's refusal as a finding; neither SQL nor a value is quoted."""
    if column := _unique_column(problem):
        return Finding("unique", "DATA-unique", column, TAKEN)
    return Finding("constraint", "DATA-constraint", "", "This would contradict itself or another record, so nothing was saved. "
                   "Check the dates and the numbers, and whether the same thing is there already.")


def _unique_column(problem: IntegrityError) -> str:
    """The column of a broken one-column unique constraint, by either database's way of naming it."""
    told: Any = problem.orig
    name = getattr(getattr(told, "diag", None), "constraint_name", None) or str(told)
    for table in Base.metadata.tables.values():
        for column in table.columns:
            sqlite, postgres = f"UNIQUE constraint failed: {table.name}.{column.name}", f"uq_{table.name}_{column.name}"
            if column.unique and name in (sqlite, postgres):
                return column.name
    return ""
