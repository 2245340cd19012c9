"""How alike two texts are, whether a text sounds like an adult, and which words in it stand where a child's name would.

Words alone are compared here, in favour of silence: people do say the same thing twice. What is made of it is last_term.py's.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

ALIKE = 0.9
"""Of the words of two texts, in their order, this share is the same."""
ENOUGH_WORDS = 8
"""A shorter answer may well be the same again, word for word."""
_YEAR = re.compile(r"20[0-9]{2}")
_WORD = re.compile(r"[^\W_]+")
_NUMBERS = frozenset({
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "fifteen", "twenty",
    "thirty", "forty", "fifty", "once", "twice", "daily", "weekly", "half", "all", "every",
})
_TIMES = frozenset({
    "autumn", "winter", "spring", "summer", "easter", "christmas", "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep",
    "sept", "oct", "nov", "dec",
})


def words_of(text: str) -> tuple[str, ...]:
    """The words and figures of a text, without capitals, marks and line ends."""
    return tuple(_WORD.findall(text.casefold()))


def almost_same(now: str, before: str) -> bool:
    """Whether two texts have the same words, or, from eight words on, nearly all of them in the same order."""
    return _alike(words_of(now), words_of(before))


def _alike(mine: Sequence[str], theirs: Sequence[str]) -> bool:
    if not mine or not theirs:
        return False
    if min(len(mine), len(theirs)) < ENOUGH_WORDS or mine == theirs:
        return mine == theirs
    known = set(theirs)
    shared = sum(word in known for word in mine)  # no more of them can match: what cannot be alike costs next to nothing
    total = len(mine) + len(theirs)
    return 2 * shared >= ALIKE * total and SequenceMatcher(None, mine, theirs, autojunk=False).ratio() >= ALIKE


def voice_comes_again(now: Mapping[str, str], before: Iterable[str]) -> str | None:
    """The key of an answer that was given last time too, None for none: a long one by itself, short ones only all together."""
    earlier = [text for text in before if words_of(text)]
    for key, text in now.items():
        if len(words_of(text)) >= ENOUGH_WORDS and any(almost_same(text, each) for each in earlier):
            return key
    spoken = [key for key, text in now.items() if words_of(text)]
    return spoken[0] if spoken and almost_same(" ".join(now[key] for key in spoken), " ".join(earlier)) else None


class Outcome(NamedTuple):
    """An outcome as it is compared: its words, without terms and months, and apart its figures, without years."""

    words: tuple[str, ...]
    figures: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Outcome:
        words = [word for word in words_of(text) if word not in _TIMES]
        figures = tuple(word for word in words if word in _NUMBERS or (word.isdigit() and not _YEAR.fullmatch(word)))
        return cls(tuple(word for word in words if not word.isdigit()), figures)

    def is_again(self, before: Outcome) -> bool:
        """Whether it is that one again, whatever term or month it names; with other figures it is another step."""
        return self.figures == before.figures and _alike(self.words, before.words)


def judgements_stand_still(now: Iterable[Mapping[str, Any]], before: Iterable[Mapping[str, Any]]) -> bool:
    """Whether two subjects or more are judged, and each exactly as last time."""
    mine, theirs = _judged(now), _judged(before)
    return len(mine) > 1 and all(theirs.get(subject) == judged for subject, judged in mine.items())


def _judged(rows: Iterable[Mapping[str, Any]]) -> dict[tuple[str, ...], tuple[Any, Any]]:
    return {words_of(str(row.get("subject") or "")): (words_of(str(row.get("current") or "")), row.get("on_track")) for row in rows}


# --- one child's own words ---------------------------------------------------------------------------------------------


def mark_of(text: str | None, names: Collection[str]) -> str | None:
    """What tells one wording from another in 32 hex digits, the child's own names set aside; None for fewer than eight words.

    Two children's plans have the same mark where they say the same with only the name changed, or where that was forgotten. Nothing
    can be read from it.
    """
    own = {word for name in (*names, *names_in_subject([text or ""])) for word in words_of(name)}
    words = ["\N{BULLET}" if word in own else word for word in words_of(text or "")]
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:32] if len(words) >= ENOUGH_WORDS else None


_FIRST_PERSON = re.compile(r"(?<!\w)(?:i|im|ive|me|my|mine|myself|we|us|our)(?!\w)", re.IGNORECASE)
_SPOKEN = re.compile(r"[“”\"]|(?<!\w)[\u2018']\w|\b(?:saw|seen|observed|watched)\b", re.IGNORECASE)
_OF_SOMEBODY = (
    "is", "was", "has", "likes", "enjoys", "finds", "feels", "says", "said", "wants", "would", "loves", "needs", "can",
    "cannot", "does", "thinks", "struggles", "gets", "prefers", "dislikes", "hates", "hopes", "reports", "reported", "states",
    "stated", "presents", "engages", "tends", "appears", "seems", "expressed", "talks",
)
_OF_HER_OR_HIM = (
    "enjoys", "finds", "feels", "prefers", "struggles", "presents", "engages", "reports", "reported", "states", "stated",
    "expressed", "hopes", "tends", "appears", "dislikes",
)


def sounds_adult(text: str, names: Collection[str]) -> bool:
    """Whether what should be a child's words tells of the child from outside: by name, as he or she, as “the pupil”.

    Never where somebody speaks of themselves, is quoted, or says that they saw it.
    """
    if len(words_of(text)) < 4 or _FIRST_PERSON.search(text) or _SPOKEN.search(text):
        return False
    own = "|".join(re.escape(name) for name in names if name.strip())
    by_name = rf"(?:{own})" if own else r"(?!)"
    told = rf"(?<!\w)(?:(?:{by_name}|(?:the|this) (?:child|pupil|student|learner|young person)) (?:{'|'.join(_OF_SOMEBODY)})" \
           rf"|(?:he|she) (?:{'|'.join(_OF_HER_OR_HIM)}))(?!\w)"
    return re.search(told, text, re.IGNORECASE) is not None


# --- somebody else's name ----------------------------------------------------------------------------------------------

_SUBJECT = re.compile(
    r"(?P<name>(?<![\w’'-])[^\W\d_][^\W\d_’'-]+)(?:[’']s\b| (?:will|is|was|has|can|could|should|would|needs|wants|likes|enjoys"
    r"|finds|feels|struggles|reads|writes|uses|works|attends|joins|asks|knows|makes|gets|finishes|completes|continues|achieves"
    r"|manages)\b)"
)
_ENDS = (".", "!", "?", ":", ";", ",", "-", "–")  # dashes part two names too
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "sir", "st", "coach", "nurse", "aunty", "auntie", "uncle"})
_BEFORE_A_NAME = frozenset({
    "when", "if", "once", "while", "as", "because", "although", "since", "that", "and", "then", "so", "but", "after",
    "before", "for", "with", "how", "what", "in", "on", "at", "by", "to", "from", "of", "the", "a", "an", "this", "now",
    "today", "also", "until", "where", "why", "both",
})
_ALSO_WORDS = frozenset({
    "april", "may", "june", "august", "summer", "autumn", "sunday", "monday", "tuesday", "wednesday", "thursday", "friday",
    "saturday", "hope", "grace", "faith", "joy", "will", "mark", "art", "rose", "bill", "rob", "sky", "dawn", "max", "grant",
    "chance", "chase", "star", "angel", "page", "story", "harmony", "destiny", "justice", "charity", "patience", "pat",
    "sandy", "van", "miles", "progress", "reading", "maths", "english", "science", "music", "history", "school", "mum", "dad",
    "he", "she", "they", "it", "this", "that", "these", "those", "there", "who", "what", "everybody", "everyone", "nobody",
    "somebody", "teacher", "staff",
})


def names_in_subject(texts: Iterable[str]) -> Iterator[str]:
    """Capitalised words that stand where a person does: somebody “will”, “is”, “needs”, or something is theirs.

    Not the surname after a title or a first name, nor a name that is a word of its own.
    """
    for text in texts:
        for found in _SUBJECT.finditer(text):
            name, before = found["name"], text[: found.start()]
            last_word = before.rstrip(" .").rpartition(" ")[2]
            same_sentence = before.endswith(" ") and not before.rstrip(" ").endswith(_ENDS)
            after_a_name = same_sentence and last_word[:1].isupper() and last_word.casefold() not in _BEFORE_A_NAME
            if name[0].isupper() and name.casefold() not in _ALSO_WORDS and not after_a_name \
                    and last_word.casefold() not in _TITLES:
                yield name
