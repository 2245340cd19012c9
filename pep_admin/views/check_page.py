"""*Check answers* put in the order of its reader: what is theirs first, then what others owe, part by part with its counts.

What is wanting is the readiness list's own and is only shared out here; how it is shown is templates/pep/peps/check.html's.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from pep_admin.pep_form import Document
from pep_admin.permissions import Actor, owns_part
from pep_admin.validators.findings import Finding
from pep_admin.views.pep_page import TARGET_CHECKS, PepPage
from pep_admin.vocabulary import Part


@dataclass(frozen=True, slots=True)
class Share:
    """What one part still wants. `open` is False where it is others', to be folded away."""

    key: str
    title: str
    whose: str
    findings: tuple[Finding, ...]
    open: bool

    @property
    def counted(self) -> str:
        """In words: how much stops the PEP and how much is only to be looked at."""
        notes = sum(each.severity == "warning" for each in self.findings)
        stops = len(self.findings) - notes
        return ", ".join(filter(None, (f"{stops} to fix" if stops else "", f"{notes} to check" if notes else ""))) or "nothing"


def shares_of(page: PepPage, actor: Actor) -> list[Share]:
    """The readiness list by part: the reader's own first, then the whole PEP's, then what others owe. All is open to who owns no
    part, such as the Virtual School. A part that wants nothing is left out."""
    pep, helping = page.pep, actor.helps_with(page.pep.id)
    own = [card.part for card in page.cards if owns_part(actor, pep, card.part)]
    helps = [each for each in page.findings if _helps(page.document, each, helping)] if Part.EDUCATION not in own else []
    every = not own and not helping
    yours = [Share("yours", "What you were asked to write", "yours", tuple(helps), True)]
    others: list[Share] = []
    for card in page.cards:
        found = tuple(each for each in page.findings if each.part == card.part.value and each not in helps)
        mine = card.part in own
        share = Share(card.part.value, card.part.label, "yours" if mine else card.owner, found, every or mine)
        (yours if mine else others).append(share)
    known = {card.part.value for card in page.cards}
    rest = Share("whole", "The PEP as a whole", "", tuple(each for each in page.findings if each.part not in known), True)
    return [share for share in (*yours, rest, *others) if share.findings]


def _helps(document: Document, finding: Finding, helping: Collection[str]) -> bool:
    return finding.part == Part.EDUCATION.value and section_of(document, finding) in helping


def section_of(document: Document, finding: Finding) -> str:
    """The section, or what stands beside them, in which a finding is mended."""
    if is_target(finding):
        return "targets"
    try:
        return document.form.section_of(finding.field).key
    except KeyError:
        return "money" if finding.part == Part.EDUCATION.value else ""


def is_target(finding: Finding) -> bool:
    """Whether it is mended where the targets are written."""
    return finding.check in TARGET_CHECKS or finding.field == "targets" or finding.check.startswith("SMART-")
