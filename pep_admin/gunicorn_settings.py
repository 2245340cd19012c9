"""How gunicorn runs the program: `gunicorn --config python:pep_admin.gunicorn_settings pep_admin.wsgi:application`.

Only what gunicorn asks for stands here, under the names that it asks by; each may be given to it by an option instead. The worker
for mail and jobs is a process of its own.
"""

from __future__ import annotations

import logging
import os
from typing import Any

import click
from gunicorn.glogging import Logger

from pep_admin import command_base
from pep_admin.config import log_format  # not the module: gunicorn would take its name for a setting
from pep_admin.exceptions import PepAdminError
from pep_admin.server import logs

bind = "127.0.0.1:8000"
workers = int(os.environ.get("WEB_CONCURRENCY", "3"))
worker_class, threads = "gthread", 8
timeout, graceful_timeout, keepalive = 120, 30, 5  # seconds
limit_request_line = 8190  # the address of a list with many filters is long
secure_scheme_headers: dict[str, str] = {}  # PEP_ADMIN_PROXY_HOPS says which proxies are believed, and nothing else does
forwarder_headers = ""
accesslog = None  # each request is an event of our own log
control_socket_disable = True


class _Ours(Logger):  # type: ignore[misc]  # gunicorn carries no types
    """What gunicorn says goes through the program's own lines."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        logs.install(log_format())
        for each in (self.error_log, self.access_log):
            each.handlers, each.propagate = [], True


logger_class = _Ours


def on_starting(server: Any) -> None:
    """Before any process is made: settings that contradict one another, and a database that is not ready, are said once."""
    try:
        command_base.require_ready(command_base.application())
    except (PepAdminError, click.ClickException) as refusal:
        logging.getLogger("pep_admin.serving").error("%s", refusal)
        raise SystemExit(1) from None
