"""The child's voice by age and way of communicating: which version of the questions there is, and what each of them asks.

The three boxes (good, hard, wanted) are the same for everybody; the prompts beside them follow the version. Which version is asked
of a child is circumstances.py's, where the answers stand is pep_form's. The prompts are ours, after the frames of pep-form.md 4.
"""

from __future__ import annotations

from collections.abc import Mapping

from pep_admin.vocabulary import Labelled


class VoiceVersion(Labelled):
    """Versions of the questions, youngest first."""

    SEEN = "seen", "What we saw"
    FACES = "faces", "Faces and pictures"
    JUNIOR = "junior", "Seven to eleven"
    SENIOR = "senior", "Eleven to sixteen"
    ADULT = "adult", "From sixteen on"


class Face(Labelled):
    """What a child points at. The first three are answers; to pass or not to know is one too, but says nothing of school."""

    GOOD = "good", "Good"
    MIDDLE = "middle", "In between"
    BAD = "bad", "Not good"
    UNSURE = "unsure", "Don't know"
    STOP = "stop", "Stop, pass"


NO_VOICE = frozenset({
    "pass", "passed", "none", "no", "yes", "nothing", "ok", "okay", "fine", "refused", "refused to say", "declined", "no comment",
    "did not want to", "did not want to say", "didn't want to", "didn't want to say", "would not say", "wouldn't say", "not asked",
    "not known", "unknown", "don't know", "do not know", "i don't know", "idk", "dunno", "absent", "not present", "did not attend",
})
"""What tells that nobody was heard, or nothing of what they think: no voice by itself (HB-4.6)."""


def speaks(words: str) -> bool:
    """Whether somebody's own words stand there: two letters at least, other than crosses, and more than that nothing was said."""
    plain = " ".join(words.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").strip(" .,!?-–—“”\"'()").casefold().split())
    letters = {sign for sign in plain if sign.isalnum()}
    return plain not in NO_VOICE and sum(sign.isalnum() for sign in plain) > 1 and not letters <= {"x"}


FACES_THAT_SPEAK = frozenset({Face.GOOD, Face.MIDDLE, Face.BAD})

PROMPTS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    VoiceVersion.SEEN: {
        "child_voice_good": ("Happiest when …", "Goes first to … (a place, a toy, a person)",
                             "Seeks out these friends and adults …", "Did this for the first time this term …"),
        "child_voice_hard": ("Finds hard: noise, a goodbye, being touched, waiting …",),
        "child_voice_want": ("What we think they would say to the meeting, because we saw …",),
    },
    VoiceVersion.FACES: {
        "child_voice_good": ("Draw or tell: the best thing at school", "Who helps me?"),
        "child_voice_hard": ("Draw or tell: a thing I don’t like",),
        "child_voice_want": ("Draw or tell: something I want to get good at", "A wish for school"),
    },
    VoiceVersion.JUNIOR: {
        "child_voice_good": ("What is going well? What are you proud of?", "Which lessons do you like? Who are your friends?"),
        "child_voice_hard": ("Which lessons are hard, and what makes them so?", "Is anyone unkind? What gets in the way?"),
        "child_voice_want": ("What should change next term?", "What would you like to be able to do, or try?"),
    },
    VoiceVersion.SENIOR: {
        "child_voice_good": ("School from 0 to 10: how is it?", "What are you pleased with since last time?"),
        "child_voice_hard": ("Which subjects are not going well, and why do you think so?", "What makes a day hard to come to?"),
        "child_voice_want": ("What would make it one point higher?", "One thing that adults should do by next time?"),
    },
    VoiceVersion.ADULT: {
        "child_voice_good": ("What are you doing now, and is it right for you?", "What have you done that should be on record?"),
        "child_voice_hard": ("What is in the way: the course, money, travel, home, health, confidence?",),
        "child_voice_want": ("What do you want to be doing in a year, and in three?",
                                     "One step that you would take with somebody?"),
    },
}
"""By version and box, what to ask; nobody has to answer everything."""

FACE_QUESTIONS: tuple[tuple[str, str], ...] = (
    ("face_coming", "Coming to school"), ("face_classroom", "My classroom"), ("face_playtime", "Playtime"),
    ("face_lunch", "Lunch"), ("face_reading", "Reading"), ("face_writing", "Writing"), ("face_numbers", "Numbers"),
    ("face_adult", "My grown-up in class"), ("face_friends", "My friends"), ("face_help", "When I need help"),
    ("face_home", "Going home"),
)
"""Key and words of each question that is answered by a face."""

JUNIOR_QUESTIONS: tuple[tuple[str, str], ...] = (
    ("adult", "Which grown-up do you go to? Do they help?"), ("helps", "What helps you learn?"),
    ("need", "Do you have what you need: kit, a quiet place, help with homework, a book you like?"),
    ("outside", "What do you do outside school? What would you like to try?"), ("targets",
    "How did you do with your last targets?"),
    ("grown_up", "What might you do when you grow up?"), ("meeting", "What should grown-ups not talk about with you there?"),
)
SENIOR_QUESTIONS: tuple[tuple[str, str], ...] = (
    ("understood", "Do the teachers who need to know understand you?"),
    ("who_knows", "Who should know that you are in care, who not?"),
    ("friends", "Friends, and anyone who makes life hard, in school or online?"),
    ("wrong", "What happens when things go wrong, and what helps then?"),
    ("support", "Is the extra help any use? Is there something better to spend money on?"),
    ("targets", "Last targets: done, partly, or the wrong target?"),
    ("after", "Options, work experience, after Year 11: ideas, worries, who could you talk to?"),
    ("outside", "What do you do outside school, and what stops you doing more?"),
    ("meeting", "The meeting: where, when, who, what not to miss? Did the last one feel like yours?"),
)
ADULT_QUESTIONS: tuple[tuple[str, str], ...] = (
    ("core", "English and maths: where are you, and what would help?"),
    ("bursary", "Do you know of the bursary? Have you had it?"),
    ("ring", "Who do you ring when it goes wrong?"), ("plan", "What should this plan do that your pathway plan does not?"),
    ("meeting", "Do you want a meeting, and how short?"),
)
"""Code and words of the further questions of each version that is answered in words."""


def prompts_for(version: str, key: str) -> tuple[str, ...]:
    """What that version asks beside that box; () for any other field."""
    return PROMPTS.get(version, {}).get(key, ())
