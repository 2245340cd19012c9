"""The wording of one target's outcome: blanks and choices left in, and what is still vague, uncounted, without a time or several.

What it says is advice but for blanks and for fewer than five words. Each sentence has an example of the same kind as the target.
What the target says in its other fields is targets.py's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pep_admin.stems import EXAMPLES, Example, kind_of
from pep_admin.validators.findings import Finding
from pep_admin.vocabulary import Subject, TargetArea

FEWEST_WORDS = 5
MOST_QUOTED = 300
"""Of the words about which something is said: they stand in the sentence, so that a waiver of it is one of these words."""
MOST_PROMISES = 2  # "will ..." in one outcome; with more it is several targets
MOST_DEEDS = 4  # things done in a row, joined by commas or "and": listen, answer, share and take turns


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
_TO_FILL = "insert|enter|add|name|child|pupil|student|number|date|subject|target|term|amount|grade|level|measure|score|time"

# Blanks that a form left for the writer, and choices that nobody made. "his/her" and "activity/task" are words, not blanks.
_BLANKS = _any(
    r"\bX{2,}(?:'s)?\b",
    r"_(?:\s?_)+",
    r"…{2,}|\.{4,}|(?<!\S)(?:…|\.{3})(?!\S)",
    r"(?<=\s)-{3,}(?!\S)|[–—]{2,}|(?<!\S)[-–—](?:\s[-–—])+(?!\S)",
    r"\?{2,}",
    r"\b(?:TBC|TBA|TBD)\b|\bT\.\s?B\.\s?[CAD]\b\.?|(?<![\w/])n/a\b",
    r"\bto be (?:confirmed|decided|added|completed)\b",
    rf"\b(?:{_TERMS})\s*/\s*(?:{_TERMS})(?:\s*/\s*(?:{_TERMS}))*\b",
    rf"\b(?:{_OFTEN})\s*/\s*(?:{_OFTEN})(?:\s*/\s*(?:{_OFTEN}))*\b",
    rf"\b(?:{_TERMS})\s*,\s*(?:{_TERMS}),?\s+or\s+(?:{_TERMS})\b|\b(?:{_TERMS})\s+or\s+(?:{_TERMS})\s+term\b",
    r"\bdelete as (?:appropriate|applicable|necessary)\b",
    rf"\binsert\s+(?:the\s+|a\s+|his\s+|her\s+)?(?:{_TO_FILL})\b",
    r"\(\s*please\b[^()]*\)",
    r"\([^()]*\bto include\W*(?:\)|$)",
    r"\([^()]*\b(?:include|insert|specify|state|choose|select)\b[^()]*(?:…|\.\.\.)\s*(?:\)|$)",
    rf"[\[{{]\s*(?:\.*|_*|(?:please\s+)?(?:{_TO_FILL}|x|an?|how|what|when|where|which|who|whom)\b[^\[\]{{}}]*)\s*[\]}}]",
    rf"<\s*(?:{_TO_FILL})\b[^<>]*>",
    rf"\(\s*(?:(?:child|pupil|student)(?:['’]s)?\s+)?(?:{_TO_FILL})\s*\)",
)
_LONE_MARK = re.compile(
    r"(?<!\S)[_?](?!\S)|(?<=\s)x(?=\s+(?:marks?|words?|times|minutes|hours|sessions|lessons)\b)"
)
_CAPITALS = re.compile(r"\b(?:NUMBER|DATE|AMOUNT|NAME|TARGET|SUBJECT|GRADE|LEVEL|SCORE)\b")
"""Words that hold the place of the real one, where the rest is not in capitals too."""
_LONE_X = re.compile(
    rf"\bX(?=\s*(?:%|/|out of|words?|times|minutes|hours|sessions|lessons|marks?|number|amount|{_SPAN})(?:\W|$))"
    r"|(?:^|(?<=[.!?]\s))X(?=(?:['’]s)?\s+(?:will|can|is|to|has|needs|should)\b)|(?<=from )X(?= to\b)"
    r"|(?<=grade )X\b|(?<=level )X\b|(?<=least )X\b"
)
_NUMERAL = re.compile(r"\bX{1,3}\b")
_ROMAN = re.compile(r"\broman\s+numerals?\b", re.IGNORECASE)

# Figures that are no measure: years, year groups, key stages and dates.
_NO_MEASURE = _any(
    r"\b(?:years?|yr|y|ks|key\s+stage|terms?|class|room|set)\s?\d+\b",
    r"\b\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b",
    rf"\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:{_MONTHS})\b(?:\s+\d{{4}})?",
    rf"\b(?:{_MONTHS})\s+\d{{1,4}}(?:st|nd|rd|th)?\b",
    r"\b20\d\d(?:\s?[-/]\s?\d{2,4})?\b",
    rf"\b(?:in|within|over|after|for|by)\s+(?:the\s+)?(?:(?:next|following|first)\s+)?{_COUNTED_SPAN}",
    r"\b(?:for|towards)\s+(?:\w+\s+){0,2}gcses?\b|\bone[- ]to[- ]one\b|\b(?:1|one)\s?:\s?(?:1|one)\b",
)
_MEASURED = _any(
    r"\d",
    rf"\b(?:{_NUMBERS})\b(?![\s-]+term)",
    r"\b(?:grades?|levels?|scores?|marks|per\s?cent|percentage|standardised|sdq|boxall|gcses?)\b|\bby\s+heart\b",
    r"\b(?:gain|gained|achieve|get|obtain|earn|open|have|has)\s+(?:\w+\s+){0,3}(?:card|licence|badge|place|account|diploma|apprenticeship)\b",
    r"\b(?:pass(?:es|ed)?|certificates?|awards?)\b|\bon\s+time\b",
    r"\b(?:reading|spelling|comprehension)\s+age\b|\bage[- ](?:related|appropriate)\b|\bexpect(?:ed|ations?)\b(?!\s+progress)",
    r"\b(?:daily|weekly|fortnightly)\b|\b(?:every|each)\s+(?!area|aspect|child|class|subject|way)\w",
    r"\bfor\s+the\s+(?:duration|length|rest|whole)\b|\btoilet[- ]trained\b",
    r"(?<!at\s)\btimes\b(?!\s*tables?)|\bper\s+(?:day|week|lesson|session)\b|\ba\s+(?:day|week)\b",
    r"\bindependently\b|(?<!more\s)\bindependen(?:t|ce)\s+(?:in|when|with)\b|\bunaided\b|\bunprompted\b",
    r"\bindependent\s+(?:choices?|reading|tasks?|travel|work|writing)\b|\bwith\s+independence\b",
    r"\b(?:on|by)\s+(?:his|her|their)\s+own\b|\bby\s+(?:him|her|them)sel(?:f|ves)\b",
    r"\bwithout\s+\w",
)

# What can be seen or heard being done.
_SEEN_VERBS = _words(
    "access add answer apply approach arrive ask attend bring calculate calm catch choose clap colour compare "
    "complete contribute copy count cut decode describe discuss divide draw dress eat edit enter explain express find "
    "finish follow form greet hand hold identify interpret invite join label lead leave line list listen look "
    "match measure meet move multiply name notice open order organise pack participate perform plan play point "
    "practise present produce pronounce punctuate put read recall recite recognise record recount reflect request "
    "research resolve respond retell return revise ride say segment select self-regulate sequence share sign sing sit "
    "solve sort sound speak spell stand state stay submit subtract summarise swap swim take talk tell throw tie tidy "
    "trace turn use verbalise visit volunteer wait walk wash wear wipe write"
)
_OTHER_DEEDS = _words("achieve behave come do get go have improve keep learn make start stop try work")
"""Beginnings of a further deed beside those; nothing is seen by them alone."""
# Done, but nobody can see how much of it is enough; and what others do, which says nothing about the child.
_MORE_OF_IT = _any(
    rf"\b(?:{_SEEN_VERBS})(?:s|es)?\b(?:\s+(?!than\b)\w+){{0,3}}?\s+(?:more|less|better|harder|nicely|properly|well)\b(?!\s+than\s+\d)",
    r"\bcatch(?:es)?\s+up\b|\btakes?\s+(?:\w+\s+)?(?:care|ownership|pride|responsibility)\b",
)
_DONE_TO = _any(
    r"\b(?:will|to|should)\s+be\s+(?:given|helped|supported|encouraged|offered|provided|reminded|monitored|taught|prompted)\b"
    r"(?:\s+(?:to|with)\s+\w+)?",
    r"\b(?:will|to|should)\s+(?:have|receive|get)\s+(?:(?!so\b|to\b)\w+\s+){0,3}(?:support|help|opportunit(?:y|ies)|chances?|tuition|"
    r"interventions?|mentoring|therapy)\b(?:\s+to\s+\w+)?",
    r"\b(?:school|staff|teachers?|teaching\s+assistants?|tas?|adults?|we|mentor|carers?|social\s+worker)\s+"
    r"(?:will|to|should)\s+(?:continue\s+to\s+)?\w+",
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
        *("aim", "be", "become", "been", "behave", "build", "built", "continue", "control", "cope", "develop"),
        *("developed", "manage", "should"),
        *("do", "done", "engage", "enjoy", "feel", "focus", "gain", "gained", "get", "grow", "grown", "have"),
        *("improve", "improved", "increase", "increased", "keep", "know", "learn", "learned", "learnt", "like"),
        *("maintain", "need", "progress", "raise", "remain", "settle", "strengthen", "try", "understand"),
        *("to", "want", "work"),
        *("a", "an", "the", "more", "less", "better", "good", "great", "positive", "some", "his", "her", "their"),
    }
)
_SHOWING_VERBS = frozenset({"achieve", "demonstrate", "fulfil", "made", "make", "reach", "show"})
_VAGUE = _any(
    r"\b(?:improv(?:e|es|ed|ing)|try|tries|trying|continu(?:e|es|ing)|behav(?:e|es|ing))\b",
    r"\bwork(?:s|ing)?\s+(?:on|hard|harder|towards)\b",
    r"\b(?:be|become|feel|get|do)\s+(?:\w+\s+)?(?:better|happy|happier|good|nicer|calmer|confident|safe|settled|kinder|well)\b",
    r"\bmak(?:e|es|ing)\s+(?:\w+\s+){0,3}(?:progress|improvements?|efforts?)\b",
    r"\b(?:develop|increase|enjoy|engage|focus|understand|progress)\b",
)
_ENGAGED_IN = _any(r"\b(?:activit(?:y|ies)|club|conversations?|discussions?|games?|groups?|play|tasks?|therapy|work)\b")
_PROGRESS = re.compile(r"\b(?:progress|improvements?|efforts?|sure|potential|right\s+choices|steps\s+forward)\b", re.IGNORECASE)

_TIMED = _any(
    rf"\b(?:{_TERMS})\b|\b(?:{_SEASONS})\b",
    rf"\b(?:by|before|until|in|end of|from|during)\s+(?:\w+\s+){{0,2}}(?:{_MONTHS})\b",
    rf"\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:{_MONTHS})\b|\b(?:{_MONTHS})\s+\d{{1,4}}\b",
    r"\b\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b|\b20\d\d\b",
    r"(?<!long[- ])(?<!short[- ])(?<!in )\bterms?\b(?!\s+of\b)",
    r"\b(?:academic|school|this|next|the)\s+year\b|\bend\s+of\s+(?:the\s+)?(?:(?:reception|nursery)\b|(?:\w+\s+)?year\b|key\s+stage|ks)|\bweek\s+\d+\b",
    r"\bnext\s+(?:pep|meeting|review)\b|\bdaily\s+basis\b",
    rf"\b(?:in|within|over|after|for)\s+(?:the\s+)?(?:next\s+|following\s+|coming\s+)?"
    rf"(?:(?:a|one)\s+(?:{_SPAN})\b|{_COUNTED_SPAN})(?!\s+(?:a|per|each|every)\b)",
    rf"\b(?:in|within|over|after|for)\s+(?:the\s+)?(?:next|following|coming)\s+(?:{_SPAN})\b",
)
_SUBJECTS = re.compile(
    r"\b(?:reading|writing|spelling|maths|science|attendance|behaviour|homework|punctuality|friendships?|confidence|speech)\b",
    re.IGNORECASE,
)
_ABOUT = (
    (Subject.MATHS.value, _any(r"\b(?:maths?|mathematics|numeracy|numbers?|tables|sums?|count\w*|fractions?|arithmetic)\b")),
    (Subject.ENGLISH.value, _any(
        r"\b(?:english|read\w*|writ(?:e|es|ing)|spell\w*|phonics|handwriting|literacy|grammar|vocabulary)\b")),
    (TargetArea.COMMUNICATION.value, _any(r"\b(?:speech|languages?|speak\w*|talk\w*|listen\w*|communicat\w*|conversations?)\b")),
    (TargetArea.SEMH.value, _any(
        r"\b(?:happ(?:y|ier)|behav\w*|attend\w*|anger|angry|emotion\w*|feel\w*|friend\w*|anxi\w*|anxiety|confiden\w*|calm\w*|social|"
        r"resilien\w*|self-esteem|settle\w*|peers|"
        r"relationships?|rude|worr(?:y|ies|ied)|positive|temper)\b")),
    (TargetArea.SENSORY_PHYSICAL.value, _any(r"\b(?:motor|pencil|physical\w*|sensory|hearing|sight|swim\w*|ball|balance)\b")),
    (TargetArea.INDEPENDENCE.value, _any(
        r"\b(?:independen\w*|self-help|organis\w*|dress\w*|toilet\w*|travel\w*|equipment|cook\w*)\b")),
    (TargetArea.COGNITION.value, _any(
        r"\b(?:focus\w*|concentrat\w*|homework|learn\w*|subjects?|lessons?|exams?|gcses?|progress|science)\b")),
)
"""By which words a target tells its kind where nobody has said it, in this order."""
_JOINED = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+|\s*;\s*", re.IGNORECASE)
_AND = re.compile(r"\band\b", re.IGNORECASE)
_AND_WILL = re.compile(r"\b(?:and|;)\s+(?:(?:he|she|they|somebody)\s+)?(?:also\s+)?will\b", re.IGNORECASE)
_DEED = re.compile(rf"\b(?:{_SEEN_VERBS})\b", re.IGNORECASE)
_DEED_FIRST = re.compile(rf"\s*(?:\w+ly\s+)?(?:{_SEEN_VERBS}|{_OTHER_DEEDS})\b", re.IGNORECASE)
_LISTED = re.compile(r"(?m)^[ \t]*(?:[-*•]|\d+[.)])\s+\S|(?<=\s)\d[.)]\s+[^\W\d]")
_RUNS, _BLANK_LINES = re.compile(r"[^\S\n]+"), re.compile(r"\n\s+")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


def check_wording(
    outcome: str, *, child_names: Sequence[str] = (), area: TargetArea | str = "", subject: Subject | str = ""
) -> list[Finding]:
    """What the wording of one outcome lacks (HB-5.2), each with what to add and an example of the same kind.

    Blocking: blanks and choices left in, fewer than five words. Warnings: only a vague verb, only what others do, nothing to
    measure or see, no time, several targets in one. `child_names` are this child's own, so that May or Will is read as a name.
    `area` and `subject` of the target choose the example; where neither is given, the words do.
    """
    text = unnamed(outcome, child_names)
    if left_in := left_open(text):
        quoted = outcome.strip()[:MOST_QUOTED]
        message = f"There is still a blank or a choice left in: “{left_in}”, in “{quoted}”. Put the real words there."
        return [_about_wording("RD-226", message, blocks=True)]
    example = EXAMPLES[kind_of(area, subject) or _guessed(text)]
    if len(_WORD.findall(text)) < FEWEST_WORDS:
        quoted = outcome.strip()[:MOST_QUOTED]
        message = f"“{quoted}” is too short to be a target. Say who will do what, how well and by when, like “{example.whole}”."
        return [_about_wording("SMART-short", message, blocks=True)]
    return list(_advice(text, example))


def left_open(text: str) -> str:
    """The first blank or choice that was left in a text, "" where there is none; the child's name is no blank (`unnamed`)."""
    plain = text.replace("\N{CYRILLIC CAPITAL LETTER HA}", "X").replace("\N{CYRILLIC SMALL LETTER HA}", "x")  # looks the same
    plain = _NUMERAL.sub("twenty", plain) if _ROMAN.search(plain) else plain
    found = _BLANKS.search(plain) or _LONE_X.search(plain) or _LONE_MARK.search(plain)
    found = found or (None if plain.replace("Somebody", "").isupper() else _CAPITALS.search(plain))
    return found.group().strip() if found else ""


def _guessed(text: str) -> str:
    """The kind that the words speak of; English where they tell nothing."""
    return next((kind for kind, words in _ABOUT if words.search(text)), Subject.ENGLISH.value)


def _about_wording(check: str, message: str, *, blocks: bool = False) -> Finding:
    return Finding(check, "HB-5.2", "outcome", message, "blocking" if blocks else "warning")


def _advice(text: str, example: Example) -> Iterator[Finding]:
    measured, adults = is_measurable(text), _DONE_TO.search(text)
    vague = _VAGUE.search(text)
    if adults and not _is_promised(_DONE_TO.sub(" ", text)):
        message = (
            f"“{adults.group().strip()}” says what others do; that belongs to the support. Say what the child will then do, like "
            f"“{example.seen}”."
        )
        yield _about_wording("SMART-whose", message)
    elif vague and not measured:
        message = f"“{vague.group().strip()}” alone can mean anything. Say what will be seen, like “{example.seen}”."
        yield _about_wording("SMART-vague", message)
    if not measured:
        yield _about_wording("RD-227", f"There is nothing to count or see. For example: “{example.counted}”.")
    if not _TIMED.search(text):
        yield _about_wording("SMART-time", "There is no time in it. For example: “by the end of the spring term”.")
    if _is_several(text):
        message = f"This reads like several targets in one. Make one target of each, each as short as “{example.whole}”."
        yield _about_wording("SMART-several", message)


def is_measurable(text: str) -> bool:
    """Whether something in it can be counted, graded or seen: a number, a level, a frequency, independence, something done."""
    plain = _DONE_TO.sub(" ", _NO_MEASURE.sub(" ", text))
    return bool(_MEASURED.search(plain)) or _is_promised(plain)


def _is_promised(text: str) -> bool:
    """Whether something that the child does, and that can be seen or heard, is promised."""
    plain = _MORE_OF_IT.sub(" do ", text)
    return bool(_SEEN.search(plain)) or any(_is_seen(found) for found in _PROMISE.finditer(plain))


def _is_seen(promise: re.Match[str]) -> bool:
    verb = promise["verb"].lower()
    if verb == "engage":
        return bool(_ENGAGED_IN.search(promise["rest"]))
    if verb in _SHOWING_VERBS:
        return not _PROGRESS.search(promise["rest"])
    return verb not in _VAGUE_VERBS


def _is_several(text: str) -> bool:
    own = _DONE_TO.sub(" ", text)
    promises = len(re.findall(r"\bwill\b", own, re.IGNORECASE))
    if len(_LISTED.findall(text)) > 1 or promises > MOST_PROMISES or (promises > 1 and _AND_WILL.search(own)):
        return True
    further = sum(bool(_DEED_FIRST.match(piece)) for piece in _JOINED.split(own)[1:])
    if further >= MOST_DEEDS or (further == MOST_DEEDS - 1 and len(_AND.findall(own)) >= further):
        return True
    return len({found.lower() for found in _SUBJECTS.findall(text)}) > 2 or _is_counted_twice(text)


def _is_counted_twice(text: str) -> bool:
    """Whether several things are joined by "and" or commas, each with a figure of its own: three deeds, or two subjects."""
    pieces = [piece for piece in _JOINED.split(text) if re.search(r"\d", piece)]
    deeds = sum(bool(_DEED.search(piece)) for piece in pieces)
    subjects = {found.lower() for piece in pieces for found in _SUBJECTS.findall(piece)[:1]}
    return deeds > 2 or len(subjects) > 1


def unnamed(text: str, names: Sequence[str]) -> str:
    """The text with the child's own names replaced, as whole words written as the record writes them, or at the start of a
    sentence in any letters; runs of blanks are one, so that no pattern goes through them again and again."""
    text = _BLANK_LINES.sub("\n", _RUNS.sub(" ", text))
    known = sorted((name.strip() for name in names if name.strip()), key=len, reverse=True)
    if not known:
        return text
    either = "|".join(re.escape(name).replace("'", "['’]").replace("’", "['’]") for name in known)
    text = re.sub(rf"(?<!\w)(?:{either})(?!\w)", "Somebody", text)
    return re.sub(rf"(?:^|(?<=[.!?]\s))\s*(?:{either})(?!\w)", "Somebody", text, flags=re.IGNORECASE)
