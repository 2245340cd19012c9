"""SMART targets: what the wording lacks (check_wording), what a target lacks (check_target), what the set of them lacks.

Blocking are only blanks, missing pieces and impossible dates; how well something is worded is advice, given as a warning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Protocol

from pep_admin.circumstances import said
from pep_admin.deadlines import format_day
from pep_admin.pep_form import Document, TargetFacts
from pep_admin.validators.findings import Finding
from pep_admin.vocabulary import Part, PepKind, Subject, TargetArea

FEWEST_WORDS = 5
MOST_PROMISES = 2  # "will ..." in one outcome; with more it is several targets
_EDUCATION = Part.EDUCATION.value


class TargetLike(Protocol):
    """What check_target reads; the Target row and TargetFacts fit."""

    @property
    def id(self) -> int: ...
    @property
    def need(self) -> str: ...
    @property
    def outcome(self) -> str: ...
    @property
    def baseline(self) -> str: ...
    @property
    def success_measure(self) -> str: ...
    @property
    def due_on(self) -> date | None: ...
    @property
    def support_what(self) -> str: ...
    @property
    def support_who(self) -> str: ...
    @property
    def support_how_often(self) -> str: ...


# --- the wording -----------------------------------------------------------------------------------------------------------


def _words(text: str) -> str:
    """An alternation of the words in `text`, longest first, inner blanks matching any white space."""
    return "|".join(re.sub(r"_", r"\\s+", word) for word in sorted(text.split(), key=len, reverse=True))


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


_TERMS = "autumn|spring|summer"
_OFTEN = "daily|weekly|fortnightly|monthly|termly"
_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|"
    "dec(?:ember)?"
)
_SEASONS = "christmas|easter|whitsun|half[- ]term|february half|the holidays"
_NUMBERS = _words("two three four five six seven eight nine ten eleven twelve fifteen twenty thirty half twice once")
_SPAN = "days?|weeks?|months?|half[- ]terms?|terms?|years?"
_COUNTED_SPAN = rf"(?:\d+|{_NUMBERS})\s+(?:school\s+)?(?:{_SPAN})\b"
_TO_FILL = "insert|enter|add|name|child|pupil|student|number|date|subject|target|term"

# Blanks that a form left for the writer, and choices that nobody made. "his/her" and "activity/task" are words, not blanks.
_BLANKS = _any(
    r"\bX{2,}(?:'s)?\b",
    r"_{2,}",
    r"…{2,}|\.{4,}",
    r"\?{2,}",
    r"\b(?:TBC|TBA|TBD)\b",
    r"\bto be (?:confirmed|decided|added|completed)\b",
    rf"\b(?:{_TERMS})\s*/\s*(?:{_TERMS})(?:\s*/\s*(?:{_TERMS}))*\b",
    rf"\b(?:{_OFTEN})\s*/\s*(?:{_OFTEN})(?:\s*/\s*(?:{_OFTEN}))*\b",
    r"\bdelete as (?:appropriate|applicable|necessary)\b",
    r"\([^()]*\bto include\W*(?:\)|$)",
    r"\([^()]*\b(?:include|insert|specify|state|choose|select)\b[^()]*(?:…|\.\.\.)\s*(?:\)|$)",
    rf"[\[{{]\s*(?:\.*|_*|(?:please\s+)?(?:{_TO_FILL}|x)\b[^\]}}]*)[\]}}]",
    rf"<\s*(?:{_TO_FILL})\b[^<>]*>",
    r"\(\s*(?:(?:child|pupil|student)(?:['’]s)?\s+)?name\s*\)",
)
_LONE_X = re.compile(rf"\bX(?=\s*(?:%|/|out of|words?|times|minutes|hours|sessions|lessons|marks?|{_SPAN})(?:\W|$))")

# Figures that are no measure: years, year groups, key stages and dates.
_NO_MEASURE = _any(
    r"\b(?:years?|yr|y|ks|key\s+stage|terms?|class|room|set)\s?\d+\b",
    r"\b\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b",
    rf"\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:{_MONTHS})\b(?:\s+\d{{4}})?",
    rf"\b(?:{_MONTHS})\s+\d{{1,4}}(?:st|nd|rd|th)?\b",
    r"\b20\d\d(?:\s?[-/]\s?\d{2,4})?\b",
    rf"\b(?:in|within|over|after|for|by)\s+(?:the\s+)?(?:(?:next|following|first)\s+)?{_COUNTED_SPAN}",
)
_MEASURED = _any(
    r"\d",
    rf"\b(?:{_NUMBERS})\b(?![\s-]+term)",
    r"\b(?:grades?|levels?|scores?|marks|per\s?cent|percentage|standardised|sdq|boxall|gcses?)\b",
    r"\b(?:pass(?:es|ed)?|certificates?|awards?)\b|\bon\s+time\b",
    r"\b(?:reading|spelling|comprehension)\s+age\b|\bage[- ](?:related|appropriate)\b|\bexpect(?:ed|ations?)\b",
    r"\b(?:daily|weekly|fortnightly|every|each)\b",
    r"(?<!at\s)\btimes\b(?!\s*tables?)|\bper\s+(?:day|week|lesson|session)\b|\ba\s+(?:day|week)\b",
    r"\bindependen(?:t|tly|ce)\b|\bunaided\b|\bunprompted\b",
    r"\b(?:on|by)\s+(?:his|her|their)\s+own\b|\bby\s+(?:him|her|them)sel(?:f|ves)\b",
    r"\bwithout\s+(?:\w+\s+){0,2}(?:help|support|prompt\w*|remind\w*|assistance|asked)\b",
)

# What can be seen or heard being done.
_SEEN_VERBS = _words(
    "access add answer apply approach arrive ask attend bring calculate calm catch choose clap colour compare "
    "complete contribute copy count cut decode describe discuss divide draw dress eat edit enter explain express find "
    "finish follow form gain greet hand hold identify interpret invite join label lead leave line list listen look "
    "match measure meet move multiply name notice open order organise pack participate perform plan play point "
    "practise present produce pronounce punctuate put read recall recite recognise record recount reflect request "
    "research resolve respond retell return revise ride say segment select self-regulate sequence share sign sing sit "
    "solve sort sound speak spell stand state stay submit subtract summarise swap swim take talk tell throw tie tidy "
    "trace turn use verbalise visit volunteer wait walk wash wear wipe write"
)
_SEEN = _any(
    rf"(?:^|[.;]\s+|\bto\s+|\band\s+|\bor\s+|\bby\s+)(?:\w+ly\s+)?(?:{_SEEN_VERBS})\b",
    rf"\b(?:{_SEEN_VERBS})(?:s|es)\b",
    r"\bby\s+(?!spring|being|behaving|continuing|developing|doing|getting|improving|making|trying|working)\w+ing\b",
)
_PROMISE = re.compile(
    r"\b(?:will|can|able\s+to)\s+(?:(?:not|no\s+longer|also|then|now|\w+ly|be\s+able\s+to|begin\s+to|start\s+to|"
    r"learn\s+(?:how\s+)?to|continue\s+to|have)\s+)*(?P<verb>[\w-]+)(?P<rest>(?:\s+[\w-]+){0,4})",
    re.IGNORECASE,
)
_VAGUE_VERBS = frozenset(
    {
        *("aim", "be", "become", "been", "behave", "build", "built", "continue", "cope", "develop", "developed"),
        *("do", "done", "engage", "enjoy", "feel", "focus", "gain", "gained", "get", "grow", "grown", "have"),
        *("improve", "improved", "increase", "increased", "keep", "know", "learn", "learned", "learnt", "like"),
        *("maintain", "need", "progress", "raise", "remain", "settle", "strengthen", "try", "understand"),
        *("want", "work"),
        *("a", "an", "the", "more", "less", "better", "good", "great", "positive", "some", "his", "her", "their"),
    }
)
_SHOWING_VERBS = frozenset({"make", "made", "show", "demonstrate"})
_VAGUE = _any(
    r"\b(?:improv(?:e|es|ed|ing)|try|tries|trying|continu(?:e|es|ing)|behav(?:e|es|ing))\b",
    r"\bwork(?:s|ing)?\s+(?:on|hard|harder|towards)\b",
    r"\b(?:be|become|feel|get|do)\s+(?:\w+\s+)?(?:better|happy|happier|good|nicer|calmer|confident|safe|settled|kinder|well)\b",
    r"\bmak(?:e|es|ing)\s+(?:\w+\s+){0,3}(?:progress|improvements?|efforts?)\b",
    r"\b(?:develop|increase|enjoy|engage|focus|understand|progress)\b",
)
_PROGRESS = re.compile(r"\b(?:progress|improvements?|efforts?|sure)\b", re.IGNORECASE)

_TIMED = _any(
    rf"\b(?:{_TERMS})\b|\b(?:{_SEASONS})\b",
    rf"\b(?:by|before|until|in|end of|from|during)\s+(?:\w+\s+){{0,2}}(?:{_MONTHS})\b",
    rf"\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:{_MONTHS})\b|\b(?:{_MONTHS})\s+\d{{1,4}}\b",
    r"\b\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b|\b20\d\d\b",
    r"(?<!long[- ])(?<!short[- ])(?<!in )\bterms?\b(?!\s+of\b)",
    r"\b(?:academic|school|this|next|the)\s+year\b|\bend\s+of\s+(?:the\s+)?(?:year|key\s+stage|ks)\b|\bweek\s+\d+\b",
    r"\bnext\s+(?:pep|meeting|review)\b|\bdaily\s+basis\b",
    rf"\b(?:in|within|over|after|for)\s+(?:the\s+)?(?:next\s+|following\s+|coming\s+)?"
    rf"(?:(?:a|one)\s+(?:{_SPAN})\b|{_COUNTED_SPAN})(?!\s+(?:a|per|each|every)\b)",
    rf"\b(?:in|within|over|after|for)\s+(?:the\s+)?(?:next|following|coming)\s+(?:{_SPAN})\b",
)
_SUBJECTS = re.compile(
    r"\b(?:reading|writing|spelling|maths|science|attendance|behaviour|homework|punctuality|friendships?|confidence|speech)\b",
    re.IGNORECASE,
)
_LISTED = re.compile(r"(?m)^\s*(?:[-*•]|\d+[.)])\s+\S")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


def check_wording(outcome: str, *, child_names: Sequence[str] = ()) -> list[Finding]:
    """What the wording of one outcome lacks (HB-5.2), each with what to add and an example.

    Blocking: blanks and choices left in, fewer than five words. Warnings: only a vague verb, nothing to measure or see, no
    time, several targets in one. `child_names` are this child's own, so that May or Will is read as a name.
    """
    text = _unnamed(outcome, child_names)
    left_in = _BLANKS.search(text) or _LONE_X.search(text)
    if left_in:
        message = f"There is still a blank or a choice left in: “{left_in.group().strip()}”. Put the real words there."
        return [_about_wording("RD-226", message, blocks=True)]
    if len(_WORD.findall(text)) < FEWEST_WORDS:
        message = (
            "This is too short to be a target. Say who will do what, how well and by when, like “Sam will spell 20 of the 30 "
            "Year 3 words by the end of the spring term”."
        )
        return [_about_wording("SMART-short", message, blocks=True)]
    return list(_advice(text))


def _about_wording(check: str, message: str, *, blocks: bool = False) -> Finding:
    return Finding(check, "HB-5.2", "outcome", message, "blocking" if blocks else "warning")


def _advice(text: str) -> Iterator[Finding]:
    measured = is_measurable(text)
    vague = _VAGUE.search(text)
    if vague and not measured:
        message = (
            f"“{vague.group().strip()}” alone can mean anything. Say what will be seen, like “will put up a hand and ask for "
            "help in three lessons a day”."
        )
        yield _about_wording("SMART-vague", message)
    if not measured:
        message = "There is nothing to count or see. For example: “...reads 40 of the 50 words, checked each Friday”."
        yield _about_wording("RD-227", message)
    if not _TIMED.search(text):
        yield _about_wording("SMART-time", "There is no time in it. For example: “by the end of the spring term”.")
    if _is_several(text):
        message = "This reads like several targets in one. Make one target of each, so that each can be reached."
        yield _about_wording("SMART-several", message)


def is_measurable(text: str) -> bool:
    """Whether something in it can be counted, graded or seen: a number, a level, a frequency, independence, something done."""
    plain = _NO_MEASURE.sub(" ", text)
    return bool(_MEASURED.search(plain) or _SEEN.search(plain)) or any(_is_seen(found) for found in _PROMISE.finditer(plain))


def _is_seen(promise: re.Match[str]) -> bool:
    verb = promise["verb"].lower()
    if verb in _SHOWING_VERBS:
        return not _PROGRESS.search(promise["rest"])
    return verb not in _VAGUE_VERBS


def _is_several(text: str) -> bool:
    if len(_LISTED.findall(text)) > 1 or len(re.findall(r"\bwill\b", text, re.IGNORECASE)) > MOST_PROMISES:
        return True
    return len({found.lower() for found in _SUBJECTS.findall(text)}) > 2


def _unnamed(text: str, names: Sequence[str]) -> str:
    """The text with the child's own names replaced, as whole words written as the record writes them."""
    known = sorted((name.strip() for name in names if name.strip()), key=len, reverse=True)
    if not known:
        return text
    return re.sub(rf"(?<!\w)(?:{'|'.join(re.escape(name) for name in known)})(?!\w)", "Somebody", text)


# --- one target ------------------------------------------------------------------------------------------------------------

_PIECES = (
    ("need", "need"),
    ("outcome", "outcome"),
    ("baseline", "start (where the child is now)"),
    ("success_measure", "measure (how we will know)"),
    ("due_on", "date"),
    ("support_what", "support (what)"),
    ("support_who", "name of who gives the support"),
    ("support_how_often", "word on how often"),
)
_TEXTS = ("need", "baseline", "success_measure", "support_what", "support_who", "support_how_often")


def check_target(
    target: TargetLike, *, number: int, meeting_on: date | None, year_ends_on: date | None, child_names: Sequence[str] = ()
) -> list[Finding]:
    """One target by itself: RD-225 its pieces, RD-226 blanks, RD-227 something to see, RD-228 its date, and advice on wording.

    `year_ends_on` is the last day it may be due: the end of the school year, or of the next PEP's term if that is later.
    `row` of each finding is the target's id.
    """
    found = [
        *_pieces(target, number),
        *_wording_of(target, number, child_names),
        *_blanks_elsewhere(target, number, child_names),
        *_due(target, number, meeting_on, year_ends_on),
    ]
    return [replace(finding, part=_EDUCATION, row=str(target.id)) for finding in found]


def _pieces(target: TargetLike, number: int) -> Iterator[Finding]:
    missing = [(key, word) for key, word in _PIECES if not _stands(getattr(target, key))]
    if missing:
        words = [f"no {word}" for _, word in missing]
        listed = ", ".join(words[:-1]) + (" and " if len(words) > 1 else "") + words[-1]
        yield Finding("RD-225", "HB-5.2", missing[0][0], f"Target {number} has {listed}.")


def _stands(value: object) -> bool:
    return bool(value.strip()) if isinstance(value, str) else value is not None


def _wording_of(target: TargetLike, number: int, names: Sequence[str]) -> Iterator[Finding]:
    """The wording's findings, less what the target says in its own fields: its measure and its date."""
    if not said(target.outcome):
        return
    measured = bool(target.success_measure.strip()) and is_measurable(_unnamed(target.success_measure, names))
    for finding in check_wording(target.outcome, child_names=names):
        answered_by_measure = measured and finding.check in ("RD-227", "SMART-vague")
        answered_by_date = target.due_on is not None and finding.check == "SMART-time"
        if not answered_by_measure and not answered_by_date:
            yield replace(finding, message=f"Target {number}: {finding.message}")


def _blanks_elsewhere(target: TargetLike, number: int, names: Sequence[str]) -> Iterator[Finding]:
    for key in _TEXTS:
        text = _unnamed(getattr(target, key), names)
        left_in = _BLANKS.search(text) or _LONE_X.search(text)
        if left_in:
            message = f"Target {number} still has a blank or a choice left in: “{left_in.group().strip()}”."
            yield Finding("RD-226", "HB-5.2", key, message)


def _due(target: TargetLike, number: int, meeting_on: date | None, year_ends_on: date | None) -> Iterator[Finding]:
    due_on = target.due_on
    if due_on is None:
        return
    if meeting_on and due_on < meeting_on:
        message = f"Target {number} is due on {format_day(due_on)}, before the meeting on {format_day(meeting_on)}."
        yield Finding("RD-228", "HB-5.2", "due_on", message)
    elif year_ends_on and due_on > year_ends_on:
        message = f"Target {number} is due on {format_day(due_on)}; {format_day(year_ends_on)} is the latest day it can be."
        yield Finding("RD-228", "HB-5.2", "due_on", message)


# --- the set ---------------------------------------------------------------------------------------------------------------


def check_target_set(document: Document) -> list[Finding]:
    """The targets together: RD-223, RD-224 English and Maths or why not, RD-230 balance, RD-231 a high SDQ answered.

    The literacy and number targets of the early years count as English and Maths. A funding PEP needs one target of any kind.
    """
    if document.kind == PepKind.FUNDING:
        message = "There is no target yet. Extra money serves a target: add the one it is for."
        return [] if document.targets else [_of_set("RD-225", "HB-6.5", "targets", message)]
    return [*_english_and_maths(document), *_balance(document.targets), *_sdq_answered(document)]


def _of_set(check: str, code: str, field: str, message: str) -> Finding:
    return Finding(check, code, field, message, part=_EDUCATION)


def _english_and_maths(document: Document) -> Iterator[Finding]:
    for check, subject in (("RD-223", Subject.ENGLISH), ("RD-224", Subject.MATHS)):
        field = f"{subject.value}_exception"
        has_one = any(target.subject == subject for target in document.targets)
        if not has_one and not said(document.answer(field)):
            message = f"There is no {subject.label} target. Add one, or say why this term is an exception."
            yield _of_set(check, "HB-5.1", field, message)


def _balance(targets: Sequence[TargetFacts]) -> Iterator[Finding]:
    if len(targets) < 2:
        return
    schoolwork = all(target.subject != Subject.OTHER or target.area == TargetArea.COGNITION for target in targets)
    difficulties = not any(target.is_strength for target in targets)
    about = " and ".join(word for word, holds in (("schoolwork", schoolwork), ("difficulties", difficulties)) if holds)
    if about:
        message = f"All targets are about {about}. Is there something personal, or a strength to grow?"
        yield replace(_of_set("RD-230", "HB-5.3", "targets", message), severity="warning")


def _sdq_answered(document: Document) -> Iterator[Finding]:
    if "sdq_high" not in document.switches or any(target.answers_sdq for target in document.targets):
        return
    if not said(document.answer("sdq_answer_reason")):
        message = "The SDQ is high: mark a target as answering it, or say what is being done instead."
        yield _of_set("RD-231", "HB-4.7", "sdq_answer_reason", message)
