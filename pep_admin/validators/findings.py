"""Finding: what a check says. Checks return lists of these and never raise; verbs decide what a severity stops."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["blocking", "signoff", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a check has to say.

    `check` is the check's own id (RD-… of the readiness list), `code` the rule it stands for (HB-… or DATA-…), `field` the
    key of the field it is about ("" for the whole record), `message` a sentence its reader can act on. `blocking` stops
    saving or sending, `signoff` lets it be sent but neither signed off nor paid, `warning` is shown and recorded.
    `part` and `row` say where to look: the part's value and the row's id ("" when it is not about a row).
    """

    check: str
    code: str
    field: str
    message: str
    severity: Severity = "blocking"
    part: str = ""
    row: str = ""

    @property
    def sentence(self) -> str:
        """The message with its rule behind it, where it is said as plain text."""
        return f"{self.message} ({self.code})"


def blocking(findings: Iterable[Finding]) -> list[Finding]:
    """Those that stop the record from moving at all."""
    return [finding for finding in findings if finding.severity == "blocking"]


def stopping_signoff(findings: Iterable[Finding]) -> list[Finding]:
    """Those that stop sign-off and money: blocking ones and the sign-off ones."""
    return [finding for finding in findings if finding.severity in ("blocking", "signoff")]
