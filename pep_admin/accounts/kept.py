"""Typing outlives the sign-in: a form sent by somebody who is no longer signed in comes back inside the sign-in form.

Afterwards the same person sees what they typed and sends it again with one button; it is never sent by itself, and another person
who signs in does not see it. Nothing is stored: the text travels in the page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import Flask, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import TooManyRequests

from pep_admin.views.errors import WRITER, error_page
from pep_admin.views.gate import SAME_ORIGIN_PATH

SIGN_IN, SIGN_OUT = "security.login", "security.logout"
OWN = ("security.", "account.")
"""Pages that ask who somebody is: nobody is sent away from them to sign in first."""
Again = Callable[[str, int], ResponseReturnValue | None]
AGAIN: dict[str, Again] = {}
"""How a page of sign-in is shown again with a sentence at its head and a status, by its endpoint; None for who cannot be there."""
MARK = "kept-"
ADDRESS, AUTHOR = "kept_address", "kept_author"
LEFT_OUT = frozenset({"csrf_token", WRITER})
SIGN_IN_AGAIN = ("You are no longer signed in, so nothing was saved yet. What you typed is kept in this page: sign in, "
                 "and you can send it again.")
SIGN_IN_FIRST = "You are no longer signed in, so nothing was done. Please sign in and try again."
ONCE_MORE = "This page was open for a long time, so nothing was done yet. Please enter it once more."
ANOTHER = ("Somebody else had typed the text that this page was carrying, so it is not shown and was not saved. "
           "Whoever wrote it can sign in and send it again.")


@dataclass(frozen=True, slots=True)
class Kept:
    """A post that was not carried out: where it was to go, who wrote it (an actor's id), and its fields in order."""

    address: str
    author: str
    fields: tuple[tuple[str, str], ...]


def install(app: Flask) -> None:
    """Catch posts of nobody before they reach a page; must be called before CSRFProtect and after the throttle."""
    app.before_request(_ask_to_sign_in)
    app.register_error_handler(TooManyRequests, _too_many)
    app.register_error_handler(CSRFError, _unmarked)


def keep_through_sign_in(app: Flask, half_way: Callable[[], ResponseReturnValue | None]) -> None:
    """Let the sign-in page answer with what was typed before; called once Flask-Security's pages are there.

    `half_way` gives the page of the second step for who has only taken the first: a redirect would lose what the form carries.
    """
    AGAIN[SIGN_IN] = sign_in_page
    app.jinja_env.globals["kept_through_sign_in"] = carried
    app.view_functions[SIGN_IN] = _showing_what_was_kept(app.view_functions[SIGN_IN], half_way)


def sign_in_page(problem: str, status: int, kept: Kept | None = None) -> ResponseReturnValue:
    """The sign-in form with a sentence at its head, carrying what was typed."""
    return render_template("pep/account/login.html", problem=problem, kept=kept or carried()), status


def carried() -> Kept | None:
    """What the form of sign-in, or of its second step, that was just sent carries."""
    address = request.form.get(ADDRESS, "")
    if not (request.endpoint or "").startswith(OWN) or not SAME_ORIGIN_PATH.fullmatch(address):
        return None
    fields = tuple((name.removeprefix(MARK), text) for name, text in request.form.items(multi=True) if name.startswith(MARK))
    return Kept(address, request.form.get(AUTHOR, ""), fields)


def _ask_to_sign_in() -> ResponseReturnValue | None:
    endpoint = request.endpoint or ""
    if request.method in ("GET", "HEAD", "OPTIONS") or not endpoint or current_user.is_authenticated:
        return None
    if endpoint == SIGN_OUT:
        return redirect(url_for(SIGN_IN))
    if endpoint.startswith(OWN):
        return None
    kept = _typed()
    return sign_in_page(SIGN_IN_AGAIN if kept.fields else SIGN_IN_FIRST, 401, kept)


def _typed() -> Kept:
    fields = tuple((name, text) for name, text in request.form.items(multi=True)
                   if name not in LEFT_OUT and "password" not in name.lower())
    return Kept(request.script_root + request.full_path.rstrip("?"), request.form.get(WRITER, ""), fields)


def _showing_what_was_kept(sign_in: Callable[..., Any], half_way: Callable[[], ResponseReturnValue | None]) -> Callable[..., Any]:
    @wraps(sign_in)
    def page(*args: Any, **kwargs: Any) -> Any:
        answer = sign_in(*args, **kwargs)
        if request.method == "POST" and (kept := carried()) and kept.fields:
            return (what_was_kept() if current_user.is_authenticated else half_way()) or answer
        return answer

    return page


def what_was_kept() -> ResponseReturnValue | None:
    """For who has just come in: what they typed before, to be sent again; None when the form carries nothing."""
    kept = carried()
    return _kept_page(kept) if kept and kept.fields else None


def _kept_page(kept: Kept) -> ResponseReturnValue:
    if kept.author != f"user:{current_user.id}":
        return render_template("pep/error.html", title="Not your text", message=ANOTHER, code=409, kept=[]), 409
    return render_template("pep/account/kept.html", kept=kept)


def _too_many(problem: TooManyRequests) -> ResponseReturnValue:
    again = AGAIN.get(request.endpoint or "")
    shown = again(str(problem.description), 429) if again else None
    if shown is not None:
        answer = make_response(shown)
    else:
        answer = make_response(render_template("pep/error.html", title="Too many tries", message=problem.description, code=429,
                                               kept=[]), 429)
    if problem.retry_after is not None:
        answer.headers["Retry-After"] = str(problem.retry_after)
    return answer


def _unmarked(problem: CSRFError) -> ResponseReturnValue:
    """A post without its session's mark: the sign-in form again, with what it carried; the sign-out button again."""
    if request.endpoint == SIGN_OUT:
        return render_template("pep/account/logout.html"), 400
    if request.endpoint == SIGN_IN and current_user.is_authenticated and (kept := carried()):
        return _kept_page(kept)
    again = AGAIN.get(request.endpoint or "")
    return (again(ONCE_MORE, 400) if again else None) or error_page(problem)
