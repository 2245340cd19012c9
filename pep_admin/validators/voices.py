"""The three voices (HB-4.6): whose own words are in a PEP, and what is said where they are not."""

from __future__ import annotations

from collections.abc import Iterator

from pep_admin.circumstances import CHILD_VOICE, child_spoke, is_pass, is_voice, said
from pep_admin.pep_form import NOT_REACHED, Document
from pep_admin.validators.answered import warning
from pep_admin.validators.findings import Finding, Severity

VOICE_CHECKS = {"child": "RD-202", "carer": "RD-308", "social worker": "RD-309"}
"""By which check of the readiness list each voice is missed; a waiver names it."""


def voices_missing(document: Document) -> tuple[str, ...]:
    """Whose own words are not in the document (HB-4.6): of "child", "carer", "social worker". Attempts are no words."""
    heard = {
        "child": child_spoke(document.answers),
        "carer": _carer_spoke(document),
        "social worker": is_voice(document.answer("social_worker_voice")),
    }
    return tuple(voice for voice, there in heard.items() if not there)


def check_child_voice(document: Document) -> Iterator[Finding]:
    """RD-202 no voice, RD-240 (warning) nothing said of what goes well, is hard or is wanted."""
    name = document.child.called
    yield from check_child_words(document)
    words = {"child_voice_good": "going well", "child_voice_hard": "hard", "child_voice_want": "wanted"}
    there = [word for key, word in words.items() if said(document.answer(key)) and not is_pass(document.answer(key))]
    absent = {key: word for key, word in words.items() if not said(document.answer(key))}
    if there and absent:
        unsaid = " or ".join(absent.values())
        message = f"{name} has said what is {' and '.join(there)}, but nothing yet about what is {unsaid}."
        yield warning("RD-240", "HB-4.6", next(iter(absent)), message)


def check_child_words(document: Document) -> Iterator[Finding]:
    """RD-202: the child's own words, or how they were sought."""
    if not child_spoke(document.answers):
        yield _missing(document, "RD-202", CHILD_VOICE[0], "child_voice_attempts", f"{document.child.called}'s")


def check_adult_voices(document: Document) -> Iterator[Finding]:
    """RD-308, RD-309: the carer's and the social worker's own words, or how they were sought."""
    if not _carer_spoke(document):
        yield _missing(document, "RD-308", "carer_voice", "carer_voice_attempts", "The carer's")
    if not is_voice(document.answer("social_worker_voice")):
        yield _missing(document, "RD-309", "social_worker_voice", "social_worker_voice_attempts", "The social worker's")


def _carer_spoke(document: Document) -> bool:
    """Whether the carer's own words stand there; of one who was not reached there are none (P3.24)."""
    return is_voice(document.answer("carer_voice")) and document.answer("carer_voice_how") != NOT_REACHED


def _missing(document: Document, check: str, key: str, attempts: str, whose: str) -> Finding:
    """RD-202, RD-308, RD-309: neither words nor attempts stop sending; attempts alone stop sign-off and money."""
    severity: Severity = "signoff" if said(document.answer(attempts)) else "blocking"
    waits = "it cannot be signed off, and no money released, until the Virtual School has seen to it."
    if severity == "signoff":
        message = f"{whose} voice is missing; it is said how it was sought. The PEP may be sent, but {waits}"
    else:
        message = f"{whose} voice is missing. It may be sent with “asked on, by whom, how often, why not”, but then {waits}"
    return Finding(check, "HB-4.6", key, message, severity)
