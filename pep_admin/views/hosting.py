"""The host that mounted the plugin, and what a request asks of it: who acts, under which number the request stands.

Which page opens to whom is gate.py's; the frame around a page is shell.py's.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from flask import Flask, abort, current_app, request
from flask_admin import Admin

from pep_admin import config
from pep_admin.permissions import Actor
from pep_admin.queries.grants import with_grants

HIGHEST_ID = 2_147_483_647
"""The highest id a row can have (a PostgreSQL integer); anything above it is asked for by nobody of ours."""

LastSeen = Callable[[Sequence[int]], Mapping[int, datetime | None]]
"""For ids of persons: when each of those who have an account signed in last, None for never; who has none is left out."""


@dataclass(frozen=True, slots=True)
class Host:
    """What the application that mounts the plugin gave it; found in `app.extensions["pep_admin"]`."""

    app: Flask
    admin: Admin
    db: Any
    actor: Callable[[], Actor | None]
    is_fresh: Callable[[], bool]
    sign_in_url: Callable[[str], str]
    sign_out_url: Callable[[], str] | str | None = None
    prefix: str = "pep"
    category: str | None = None
    account_holders: Callable[[Any, Iterable[int]], set[int]] | None = None
    """Of those people's numbers, the ones who can sign in; None where the host does not say."""
    settings: dict[str, Any] = field(default_factory=dict)
    """`authority` (the name in the header), `banner` ("" for none), `font_folder`, `made_folder`, `pdf_name`,
    `document_bytes` and `child_documents_bytes` (the most of one document, and of all of a child)."""
    last_seen: LastSeen | None = None
    actor_of: Callable[[str], Actor | None] | None = None
    arriving: Callable[[Any], None] | None = None
    """What is done with what a form brings before its page does anything: given the view, once it is known who acts."""
    child_readers: Callable[[Any, Iterable[int]], set[int]] | None = None
    """Of those people's numbers, the ones whose account reads children's records; None where the host does not say."""

    def own_url(self, noun: str) -> str:
        """`{admin.url}/{prefix}/<noun>`, absolute."""
        return f"{(self.admin.url or '').rstrip('/')}/{self.prefix}/{noun}"

    def way_out(self) -> str | None:
        """The address that a POST signs out at, where the host has one."""
        return self.sign_out_url() if callable(self.sign_out_url) else self.sign_out_url


def host() -> Host:
    """The host of the current application."""
    return cast(Host, current_app.extensions["pep_admin"])


def present_actor() -> Actor | None:
    """Who acts in this request, asked of the host once, with what others let them write today."""
    if "pep_admin.actor" not in request.environ:
        actor = host().actor()
        request.environ["pep_admin.actor"] = actor and with_grants(host().db.session(), actor, config.today())
    return cast("Actor | None", request.environ["pep_admin.actor"])


def request_id() -> str:
    """The number under which this request stands in the history, the audit log and an error page."""
    return cast(str, request.environ.setdefault("pep_admin.request_id", uuid.uuid4().hex))


def can_be_id(text: object) -> bool:
    """Whether what came in an address or a form is plain digits, of a number that a row can have."""
    return re.fullmatch(r"[0-9]{1,10}", str(text)) is not None and int(str(text)) <= HIGHEST_ID


def whole_id(text: object) -> int:
    """An id as it came in an address or a form; 404 unless a row can have it."""
    if not can_be_id(text):
        abort(404)
    return int(str(text))


def way_back(otherwise: str) -> str:
    """A GET page to come back to after signing in: the one that was asked for, where it can be read, else another."""
    rule = request.url_rule
    if rule is not None and "GET" in (rule.methods or ()):
        return request.script_root + request.full_path.rstrip("?")
    return otherwise
