"""One event for each request that was answered, and the number under which it stands everywhere: log, audit log, page, header.

Said is which route, never which address: what stands behind its question mark, what was typed, and who somebody is by name stay
out. How a line looks is server/logs.py's.
"""

from __future__ import annotations

import logging
import time
from types import TracebackType
from typing import Any

from flask import Flask, Response, request

from pep_admin.permissions import Actor
from pep_admin.server.logs import event
from pep_admin.views.hosting import can_be_id, request_id

HEADER = "X-Request-Id"
BEGAN = "pep_admin.began"
log = logging.getLogger("pep_admin.requests")


def install(app: Flask) -> None:
    """Number each request of the application, and say when it was answered and how; to be called before other hooks are added."""
    app.before_request(_begin)
    app.after_request(_end)
    app.log_exception = _unexpected  # type: ignore[method-assign]  # Flask's own would print the address and the error's words


def _begin() -> None:
    request.environ[BEGAN] = time.monotonic()
    request_id()


def _end(response: Response) -> Response:
    response.headers[HEADER] = request_id()
    if not _is_dull(response):
        took = time.monotonic() - request.environ.get(BEGAN, time.monotonic())
        event(log, "request", endpoint=request.endpoint, method=_method(), status=response.status_code,
              duration_ms=round(took * 1000), actor_id=_actor_id(), **_row())
    return response


def _is_dull(response: Response) -> bool:
    """Files of the pages and the question whether the program is well are asked for all the time."""
    asked = request.endpoint or ""
    return response.status_code < 400 and (asked.endswith(("static", "favicon")) or asked == "healthz")


def _method() -> str:
    """The method; one that nobody knows was made up by whoever asked, and may be any word."""
    return request.method if request.method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS") else "other"


def _actor_id() -> str | None:
    """Who acts, where that was asked in this request."""
    actor = request.environ.get("pep_admin.actor")
    return actor.id if isinstance(actor, Actor) else None


def _row() -> dict[str, Any]:
    """The number of the row that was asked for."""
    asked = request.args.get("id", "")
    return {"row_id": int(asked)} if can_be_id(asked) else {}


def _unexpected(exc_info: tuple[type, BaseException, TracebackType | None] | tuple[None, None, None]) -> None:
    event(log, "unexpected error", level=logging.ERROR, problem=exc_info[1], endpoint=request.endpoint, method=_method(),
          actor_id=_actor_id())
