"""A real mail server in the tests' own process, which keeps what it gets and answers as it is told."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from typing import Any

from aiosmtpd.controller import Controller


class PostOffice:
    """A mail server that keeps what it gets and answers as it is told, by recipient."""

    def __init__(self) -> None:
        self.received: list[Any] = []
        self.answers: dict[str, str] = {}
        self.data_answer = "250 OK"
        self.port = 0

    @property
    def settings(self) -> dict[str, Any]:
        """What an application is told to send its mail here."""
        return {"PEP_ADMIN_MAIL_SERVER": "127.0.0.1", "PEP_ADMIN_MAIL_PORT": self.port, "PEP_ADMIN_MAIL_USE_TLS": False,
                "PEP_ADMIN_MAIL_FROM": "pep@example.org", "PEP_ADMIN_MAIL_BACKEND": "smtp"}

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.data_answer.startswith("250"):
            self.received.append((envelope.rcpt_tos, message_from_bytes(envelope.content)))
        return self.data_answer


@contextmanager
def opened(office: PostOffice, **more: Any) -> Iterator[PostOffice]:
    """The office at a free port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        office.port = probe.getsockname()[1]
    controller = Controller(office, hostname="127.0.0.1", port=office.port, **more)
    controller.start()
    try:
        yield office
    finally:
        controller.stop()


def text_of(message: Any) -> str:
    """The words of a letter as their reader sees them."""
    return str(message.get_payload(decode=True).decode().replace("\r\n", "\n"))
