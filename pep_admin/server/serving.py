"""Serving the application from one process with its worker beside it: what `pep-admin serve` and the demo run.

Which application it is, and what it says to the one who started it, is the caller's matter.
"""

from __future__ import annotations

import errno
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from threading import Event, Thread
from typing import Any

from flask import Flask

from pep_admin.exceptions import ConfigError
from pep_admin.server.database import WEB_THREADS

log = logging.getLogger("pep_admin.serving")

PORTS_TRIED = 20
RESTART_SECONDS = 5.0
END_SECONDS = 10
GRACE_SECONDS = 20.0
"""How long requests that are being answered may take to end, once the program is asked to."""


def open_port(host: str, port: int, *, exactly: bool = False) -> socket.socket:
    """A listening socket at that port, or, unless `exactly`, at the next of twenty that is free; ConfigError when there is none."""
    for number in range(port, min(port + (1 if exactly else PORTS_TRIED), 65_536)):
        try:
            return socket.create_server((host, number), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=1024)
        except OSError as problem:
            if problem.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise ConfigError(f"It is not possible to listen on {host}: {problem.strerror}.") from None
    if exactly:
        raise ConfigError(f"Port {port} is taken, and a proxy would look for the program there. Name another with --port.")
    raise ConfigError(f"No port from {port} to {port + PORTS_TRIED - 1} is free; name another with --port.")


def address_of(listening: socket.socket) -> str:
    """The address to open in a browser."""
    host, port = listening.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104  # only named
    return f"http://{shown}:{port}"


def serve(app: Flask, listening: socket.socket, *, worker_command: list[str] | None, environ: Mapping[str, str]) -> None:
    """Answer requests until SIGTERM or Ctrl+C, and finish those that were begun; the worker, where there is one, is started, kept
    alive and ended with it."""
    from waitress.server import create_server

    server = create_server(app, sockets=[listening], threads=WEB_THREADS, ident=None,
                           clear_untrusted_proxy_headers=not app.config.get("PEP_ADMIN_PROXY_HOPS"))
    with_worker = _Companion(worker_command, environ) if worker_command else None
    try:
        _run_until_asked_to_leave(server)
    finally:
        server.close()
        if with_worker:
            with_worker.end()


def _run_until_asked_to_leave(server: Any) -> None:
    """The server's own loop; its own way of ending would cut off an answer that is still being sent."""
    leaving = Event()

    def leave(*_: Any) -> None:
        leaving.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a second Ctrl+C does not wait
        server.pull_trigger()

    def turn() -> None:
        server.asyncore.loop(timeout=1, use_poll=True, map=server._map, count=1)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, leave)
    while not leaving.is_set():
        turn()
    log.info("Asked to end: requests that were begun are finished first.")
    server.del_channel()  # out of the loop, so that no connection is taken any more
    server.socket.close()
    until = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < until and any(map(_is_busy, list(server.active_channels.values()))):
        turn()
    server.task_dispatcher.shutdown(timeout=1)


def _is_busy(channel: Any) -> bool:
    """Whether a request is being read, answered or sent on that connection."""
    return bool(channel.request or channel.requests or channel.total_outbufs_len)


def stop_on_signals() -> Event:
    """An event that SIGTERM and Ctrl+C set."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def worker_command(*more: str) -> list[str]:
    """How a worker is started that ends with this process."""
    return [sys.executable, "-m", "pep_admin.cli", "worker", "--parent", str(os.getpid()), *more]


class _Companion:
    """A child process that is started again when it dies, until it is ended."""

    def __init__(self, command: list[str], environ: Mapping[str, str]) -> None:
        self._command, self._environ = command, dict(environ)
        self._ending = Event()
        self._child = self._start()
        Thread(target=self._keep_alive, name="keeps the worker alive", daemon=True).start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command, env=self._environ, stdin=subprocess.DEVNULL)  # noqa: S603  # our own command

    def _keep_alive(self) -> None:
        while not self._ending.is_set():
            code = self._child.wait()
            if self._ending.wait(RESTART_SECONDS):
                return
            log.warning("The worker ended (exit status %s) and is started again.", code)
            self._child = self._start()

    def end(self) -> None:
        self._ending.set()
        self._child.terminate()
        try:
            self._child.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._child.kill()
