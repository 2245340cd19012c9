"""What would make a PEP Gold: advice from the Gold column of the criteria (rubric Q02 to Q25), as far as the form holds it.

No gate and no grade: nothing here is on the readiness list, holds anything up or can be waived, and a person grades (HB-7.2).
What is not here, the program cannot see (Q08, Q15, Q19, Q24), or the readiness list asks it already (Q01, Q10, Q12, Q20).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pep_admin.document_words import DocumentKind
from pep_admin.pep_form import Document, TargetFacts
from pep_admin.validators.answered import HERE, asks, first_words, listed, stands, warning
from pep_admin.validators.findings import Finding
from pep_admin.validators.wording import is_measurable, unnamed
from pep_admin.vocabulary import AttendeeRole, PepKind, PpgStatus

_UNSAID = (
    ("GOLD-Q02", "HB-3.11", "family_time_and_school",
     "Part 1 does not say what school will notice of family time: days, moods, lateness. A sentence helps the school to help; "
     "“nothing seen” is an answer."),
    ("GOLD-Q03", "HB-4.7", "strategies_for_school",
     "The SDQ is high, and Part 1 does not say what helps {name} in class. Name two or three things an adult can do tomorrow."),
    ("GOLD-Q05", "HB-4.6", "voice_changed_what",
     "Nothing says what is different because of what {name} said or showed. Point to a target or an action that exists because of "
     "it."),
    ("GOLD-Q21", "HB-4.3", "transition_handover",
     "{name} moves on. Say what is handed over and to whom, how the journey goes, and the second plan if the first falls through."),
    ("GOLD-Q21", "HB-4.3", "ahead_plan",
     "Something lies ahead of {name} this year. Say what is planned for it: days, people and visits."),
)
"""A question that nobody has to answer, by the criterion that its answer would serve; asked only where the form asks it."""
_EVERYWHERE = frozenset({"voice_changed_what"})
"""Of these what a PEP for extra money asks too: it is a target, a request and this term's voices."""
_WORK = (DocumentKind.WORK, DocumentKind.CERTIFICATE)
_COUNTED = re.compile(r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|half|none|never|cannot|can['’]t"
                      r"|not yet)\b", re.IGNORECASE)
"""A number in words, or that there is nothing yet: a start too."""
_CARER = frozenset({"carer", "carers", "foster"})
_NO_NAMES = frozenset({"and", "the", "mrs"})
SAID_BY: Mapping[str, str] = {"GOLD-Q13": "RD-222", "GOLD-Q14": "RD-230", "GOLD-Q17": "RD-229"}
"""By which check of the readiness list the same is said, on the same row."""


def advise_gold(document: Document, findings: Iterable[Finding] = ()) -> list[Finding]:
    """What stands between this PEP and Gold, in the order of its pages; each finding's `check` names the criterion.

    What `findings`, the readiness list, say already is not said twice. Nothing is asked for that this document does not ask.
    """
    said = {(each.check, each.row) for each in findings}
    return [each for each in _advice(document) if (SAID_BY.get(each.check), each.row) not in said]


def _advice(document: Document) -> Iterator[Finding]:
    funding = document.kind == PepKind.FUNDING
    yield from _unsaid(document, [each for each in _UNSAID if not funding or each[2] in _EVERYWHERE])
    yield from _targets(document)
    yield from _requests(document)
    if not funding:
        yield from _school(document)
        yield from _meeting(document)


def _unsaid(document: Document, questions: Sequence[tuple[str, str, str, str]]) -> Iterator[Finding]:
    """Q02 context that is useful to school, Q03 strategies, Q05 what the child's words changed, Q21 who receives them."""
    for check, code, key, message in questions:
        if asks(document, key) and not stands(document.answer(key)):
            yield warning(check, code, key, message.format(name=document.child.called))


# --- targets and money -----------------------------------------------------------------------------------------------------


def _targets(document: Document) -> Iterator[Finding]:
    """Q14: one target builds on a strength; and each by itself."""
    if document.targets and document.kind != PepKind.FUNDING and not any(each.is_strength for each in document.targets):
        message = f"No target builds on what {document.child.called} is good at. Is there a strength to grow?"
        yield warning("GOLD-Q14", "HB-5.3", "targets", message)
    for target in document.targets:
        yield from _target(document, target)


def _target(document: Document, target: TargetFacts) -> Iterator[Finding]:
    """Q04 scores before and after, Q05 the child's wording, Q16 start and measure, Q17 a day on the way, Q18 all of support."""
    name, row, which = document.child.called, str(target.id), f"Target {target.number}"
    texts = {"where now": target.baseline, "how we will know": target.success_measure}
    unseen = [word for word, text in texts.items() if stands(text) and not _is_seen(text, document.child.names)]
    if unseen:
        message = f"{which}, {listed(unseen)}: say it as a number, or as something that can be seen, so that both can be compared."
        yield warning("GOLD-Q16", "HB-5.2", "targets", message, row)
    if target.answers_sdq and "sdq_high" in document.switches and not all(re.search(r"\d", text) for text in texts.values()):
        message = f"{which} answers the high SDQ: give a score where {name} is now, and the score you hope for."
        yield warning("GOLD-Q04", "HB-4.7", "targets", message, row)
    if target.due_on is not None and target.look_on is None:
        message = f"{which} has no day on which somebody looks at it on the way."
        yield warning("GOLD-Q17", "HB-5.8", "targets", message, row)
    missing = [word for word, text in (("when", target.support_when), ("where", target.support_where)) if not stands(text)]
    if missing:
        message = f"{which} does not say {listed(missing)} the support is given. All five belong there: what, when, where, who, " \
                  "how often."
        yield warning("GOLD-Q18", "HB-5.4", "targets", message, row)
    if not stands(target.child_wording) and _uses_words(document):
        message = f"{which} is not in {name}'s own words. Ask how {name} would say it, and write that down."
        yield warning("GOLD-Q05", "HB-5.9", "targets", message, row)


def _uses_words(document: Document) -> bool:
    """Whether the child says things in words, signs or symbols; who does not is watched, and asked for none."""
    return "voice_seen" not in document.switches


def _is_seen(text: str, names: Sequence[str]) -> bool:
    """Whether it can be counted or seen."""
    return bool(_COUNTED.search(text)) or is_measurable(unnamed(text, names))


def _requests(document: Document) -> Iterator[Finding]:
    """Q05: the child was asked about the money that is asked for."""
    for each in document.requests if _uses_words(document) else ():
        if each.status in (PpgStatus.DRAFT, PpgStatus.REQUESTED) and not stands(each.child_said):
            message = f"Ask {document.child.called} what they think of “{first_words(each.description)}”, and write it down."
            yield warning("GOLD-Q05", "HB-4.6", "requests", message, str(each.id))


# --- the rest of Part 2, and the meeting -----------------------------------------------------------------------------------


def _school(document: Document) -> Iterator[Finding]:
    """Q09 the gap sized, Q11 a plan with its review, Q13 the last targets with the child, Q22 next steps, Q25 a piece of work."""
    name = document.child.called
    unsized = [row.get("subject") or "" for row in document.rows("attainment") if not _whole(row, "expected", "progress")]
    if unsized:
        message = f"{listed(unsized)}: say what is expected at the end of the phase, and the progress from {name}'s own start."
        yield warning("GOLD-Q09", "HB-4.9", "attainment", message)
    if _unfinished(document, "strategies_tried", "worked", "next"):
        message = "For each way of helping with behaviour, say whether it worked and what comes next."
        yield warning("GOLD-Q11", "HB-3.13", "strategies_tried", message)
    for review in document.reviews if "targets_to_review" in document.switches else ():
        if not stands(review.child_view):
            message = f"What does {name} say of the last target “{first_words(review.wording)}”?"
            yield warning("GOLD-Q13", "HB-5.7", "target_reviews", message, str(review.target_id))
    if _unfinished(document, "steps_and_helpers", "helper", "by_on"):
        message = f"Beside {name}'s hopes, name the next steps, each with who helps and by when."
        yield warning("GOLD-Q22", "HB-4.5", "steps_and_helpers", message)
    there = [row.get("kind") for row in document.rows("documents")] + [paper.kind for paper in document.papers]
    if asks(document, "documents") and not any(kind in there for kind in _WORK):
        message = f"Add a picture of {name}'s work or a certificate, or list where it lies."
        yield warning("GOLD-Q25", "HB-4.1", "documents", message)


def _whole(row: Mapping[str, Any], *keys: str) -> bool:
    return all(stands(row.get(key)) for key in keys)


def _unfinished(document: Document, key: str, *columns: str) -> bool:
    """Whether a table that is asked has no line, or one without those columns."""
    rows = document.rows(key)
    return asks(document, key) and not (rows and all(_whole(row, *columns) for row in rows))


def _meeting(document: Document) -> Iterator[Finding]:
    """Q06 how the child took part, Q07 the carer's part, Q23 the reports of professionals."""
    name, came = document.child.called, document.answer("child_attended")
    if came and asks(document, "voice_in_meeting") and not stands(document.answer("voice_in_meeting")):
        there = f"{name} was not at the meeting. Say how the room still" if came == "no" else "Say how the room"
        message = f"{there} heard {name}, in the way that {name} chose: speaking, something written, a picture or film."
        yield warning("GOLD-Q06", "HB-3.5", "voice_in_meeting", message)
    yield from _carer(document)
    unwritten = [row.get("name") or "a professional" for row in document.rows("attendees")
                 if row.get("role") == AttendeeRole.PROFESSIONAL and row.get("took_part") in HERE
                 and not row.get("report_received")]
    if unwritten:
        message = f"Is there a report of {listed(unwritten)}, so that what was said at the meeting can be read again?"
        yield warning("GOLD-Q23", "HB-3.2", "attendees", message)


def _carer(document: Document) -> Iterator[Finding]:
    """Q07: the carer came, or the next meeting is planned by what suits them; and does something that is written down."""
    carers = [row for row in document.rows("attendees") if row.get("role") == AttendeeRole.CARER]
    if not carers and not document.child.carer:
        return
    away = bool(carers) and not any(row.get("took_part") in HERE for row in carers)
    if away and asks(document, "carer_preference") and not stands(document.answer("carer_preference")):
        message = "The carer was not at the meeting. Write down which day, time and place suit them, and plan the next one by that."
        yield warning("GOLD-Q07", "HB-3.1", "carer_preference", message)
    names = [document.child.carer, *(row.get("name") or "" for row in carers)]
    doers = [row.get("who") or "" for row in document.rows("actions")] + [each.support_who for each in document.targets]
    if not _words(doers) & (_words(names) | _CARER):
        message = "No action and no target names the carer. Agree with them on something that they do, with their name beside it."
        yield warning("GOLD-Q07", "HB-3.9", "actions", message)


def _words(texts: Iterable[str]) -> frozenset[str]:
    """The words of some names, without titles and initials."""
    return frozenset(re.findall(r"[^\W\d_]{3,}", " ".join(texts).casefold())) - _NO_NAMES
