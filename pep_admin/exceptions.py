"""The few ways in which the program says no. Each carries what a person needs to act on; none carries SQL or values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from pep_admin.validators.findings import Finding


class PepAdminError(Exception):
    """Base of everything this package raises on purpose."""


class ConfigError(PepAdminError):
    """A setting is missing or contradicts another; the message says what to change."""


class Refused(PepAdminError):
    """A verb said no; `findings` says why, each with its rule. Nothing was changed.

    `instead` is what has to be kept all the same: whoever runs the verb rolls back first and then runs it, with the session, in a
    transaction of its own.
    """

    def __init__(self, findings: Iterable[Finding], *, instead: Callable[[Session], None] | None = None) -> None:
        self.findings = tuple(findings)
        self.instead = instead
        super().__init__(" ".join(finding.sentence for finding in self.findings) or "This cannot be done now.")


class SaidAlready(Refused):
    """A form was sent twice: just what it says is on record, so that nothing of it is left to save."""


class NotAllowed(PepAdminError):
    """The actor lacks a permission, or the two-person rule forbids this one."""

    def __init__(self, permission: str, message: str = "You may not do this.") -> None:
        self.permission = permission
        super().__init__(message)


class NotFound(PepAdminError):
    """The row does not exist, or is outside the actor's scope: the two are never told apart."""


class StaleRecord(PepAdminError):
    """Somebody saved the same row first; `saved` holds what stands there now, by field key."""

    def __init__(self, saved: Mapping[str, object] | None = None) -> None:
        self.saved = dict(saved or {})
        super().__init__("This was saved elsewhere while you had it open. Nothing was overwritten.")


class TooOften(PepAdminError):
    """Asked for more often than any person asks for it; in `seconds` it is done again."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"This was asked for too often. Please wait {seconds} seconds.")


class NoActor(PepAdminError):
    """A scoped table was read, or a tracked row written, with nobody set as acting: a defect in the caller."""
