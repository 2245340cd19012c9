"""Beginnings of targets to start from, ten for each of the five areas (HB-5.6) and for English and Maths (HB-5.1), and for each of
these an example that says what a wording still lacks. Plain data; how a wording is judged is validators/wording.py's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pep_admin.vocabulary import Subject, TargetArea

_GAP = re.compile(r"\[[^\[\]]+\]")


@dataclass(frozen=True, slots=True)
class Stem:
    """A target with gaps: `{name}` stands for the child, `[which]` for what only its writer knows.

    `filling` has one way to fill each gap, in their order; it shows that the filled stem is a target, and what goes where.
    """

    text: str
    filling: tuple[str, ...]

    def for_child(self, name: str) -> str:
        """The stem with the child's name and its gaps still open: no target can be sent so (HB-5.2)."""
        return self.text.replace("{name}", name)

    def filled(self, name: str) -> str:
        """The stem with its own example in the gaps."""
        words = iter(self.filling)
        return _GAP.sub(lambda _: next(words), self.for_child(name))


@dataclass(frozen=True, slots=True)
class Example:
    """How the same thing is said well: a `whole` target; what is `seen`, after "like"; what is `counted`."""

    whole: str
    seen: str
    counted: str


def kind_of(area: str, subject: str) -> str:
    """The kind that stems and examples go by: the subject where it is English or Maths, else the area; "" where it is neither."""
    if subject in (Subject.ENGLISH, Subject.MATHS):
        return str(subject)
    return str(area) if area in list(TargetArea) else ""


def _of(*pairs: tuple[str, str]) -> tuple[Stem, ...]:
    return tuple(Stem(text, tuple(filling.split("|"))) for text, filling in pairs)


TERM = "the end of the spring term"

STEMS: Mapping[str, tuple[Stem, ...]] = {
    Subject.ENGLISH.value: _of(
        ("{name} will read [how many] of the [which] words without help, so that a page is read with fewer stops, by [when]",
         f"40|50 most common|{TERM}"),
        ("{name} will read aloud at home for [how many] minutes a day, so that their reading age rises to [which], by [when]",
         f"15|9 years|{TERM}"),
        ("{name} will spell [how many] of the [which] words in the weekly test, so that others can read what is written, by "
         "[when]", f"20|30 Year 3|{TERM}"),
        ("{name} will write [how much] with [which marks] in place, so that each sentence is clear, by [when]",
         "a paragraph of five sentences|capital letters and full stops|half-term"),
        ("{name} will answer [how many] out of [how many] questions about what a text suggests, so that a grade [which] is "
         "within reach, by [when]", f"6|10|4|{TERM}"),
        ("{name} will plan a piece of [which] writing alone and finish it in [how long], so that the exam can be completed, by "
         "[when]", "persuasive|45 minutes|the mock exams in January"),
        ("{name} will check each piece of work for [what] and correct [how many] mistakes, so that the final copy is their best,"
         " by [when]", "missing commas|three|Easter"),
        ("{name} will sound out and blend words with [which sounds], [how many] out of ten, so that new words can be read, by "
         "[when]", f"two consonants together|eight|{TERM}"),
        ("{name} will tell the story of [which book] in the right order and write [how many] sentences about it, so that its "
         "plot is understood, by [when]", f"the class reader|six|{TERM}"),
        ("{name} will use [how many] new words about [which subject] in talk and in writing each week, so that lessons are "
         "followed, by [when]", "five|the topic|the end of the autumn term"),
    ),
    Subject.MATHS.value: _of(
        ("{name} will recall the [which] times tables, [how many] out of 20 in two minutes, so that division becomes quicker, by"
         " [when]", f"3 and 4|18|{TERM}"),
        ("{name} will add and subtract numbers to [which] with no apparatus, [how many] right out of ten, so that longer sums "
         "can be tried, by [when]", f"100|eight|{TERM}"),
        ("{name} will solve [how many] out of ten word problems with [how many] steps, so that they know which sum to do, by "
         "[when]", f"seven|two|{TERM}"),
        ("{name} will raise their score in [which test] from [which] to [which], so that a grade [which] is within reach, by "
         "[when]", f"the maths paper|32|45|4|{TERM}"),
        ("{name} will tell the time to [how exactly] on a clock with hands, so that they can keep to a timetable, by [when]",
         "five minutes|half-term"),
        ("{name} will count [what] to [which number] without missing one, so that they can share and compare, by [when]",
         "objects|20|the end of the summer term"),
        ("{name} will show the working in [how many] answers a week, so that marks for method are gained, by [when]",
         "five|the mock exams in January"),
        ("{name} will pay for [what] with the right coins and check the change, [how often], so that they can shop alone, by "
         "[when]", f"a snack|once a week|{TERM}"),
        ("{name} will turn fractions into decimals and percentages, [how many] right out of ten, so that the unit on [what] can "
         "be followed, by [when]", f"nine|ratio|{TERM}"),
        ("{name} will finish [how many] sessions of [which programme] a week, so that the gaps from [which year] are closed, by "
         "[when]", f"two|the online practice|Year 7|{TERM}"),
    ),
    TargetArea.COGNITION.value: _of(
        ("{name} will start a task within [how many] minutes of the instruction, in [how many] lessons out of five, so that the "
         "work is finished, by [when]", "two|four|half-term"),
        ("{name} will stay with one task for [how many] minutes without a reminder, so that more of each lesson is learnt, by "
         "[when]", f"15|{TERM}"),
        ("{name} will use [which aid] to remember the steps of a task, [how often], so that less help is needed, by [when]",
         f"a checklist|every day|{TERM}"),
        ("{name} will hand in [what] on time for [how many] weeks in a row, so that nothing is missed, by [when]",
         "the homework|six|Easter"),
        ("{name} will explain what was learnt in [which lesson] to [whom] in three sentences, so that it is remembered, by "
         "[when]", "science|the key adult|half-term"),
        ("{name} will complete the [how many] missed units of [which subject], so that the course can go on, by [when]",
         f"three|science|{TERM}"),
        ("{name} will plan revision for [which exams] and keep to [how many] sessions a week, so that the grades wished for are "
         "reached, by [when]", "the summer exams|four|May"),
        ("{name} will ask [how many] questions a lesson when something is unclear, so that mistakes are noticed at once, by "
         "[when]", "two|half-term"),
        ("{name} will bring [which project] to an end and present it to [whom], so that a talent is seen by others, by [when]",
         "the art portfolio|the year group|the end of the summer term"),
        ("{name} will sort and match [what] by [how many] features, so that new ideas can be joined to known ones, by [when]",
         "pictures|two|the end of the summer term"),
    ),
    TargetArea.SEMH.value: _of(
        ("{name} will name the feeling and ask [whom] for a break before leaving the room, [how many] times out of five, so that"
         " lessons are not lost, by [when]", f"the class teacher|four|{TERM}"),
        ("{name} will use [which strategy] when worried, [how often], so that the day can go on, by [when]",
         f"slow breathing|once a day|{TERM}"),
        ("{name} will come to school on [how many] days out of ten, so that attendance rises to [which] %, by [when]",
         f"nine|90|{TERM}"),
        ("{name} will play or talk with [whom] at break, [how often], so that there is a friend to turn to, by [when]",
         "two classmates|three times a week|half-term"),
        ("{name} will meet [whom] [how often] and say what went well and what was hard, so that worries are shared early, by "
         "[when]", f"the mentor|once a week|{TERM}"),
        ("{name} will stay in [which lessons] for the whole time, [how many] days a week, so that learning is caught up, by "
         "[when]", f"English and maths|four|{TERM}"),
        ("{name} will answer an adult's request without shouting, [how many] times out of ten, so that trust can grow, by [when]",
         f"eight|{TERM}"),
        ("{name} will take part in [which club] [how often], so that a strength is seen and friends are found, by [when]",
         f"the drama club|once a week|{TERM}"),
        ("{name} will bring the SDQ total down from [which] to below [which], so that school feels easier, by [when]",
         "21|17|the end of the academic year"),
        ("{name} will write or draw [how many] things they are proud of each week and show them to [whom], so that they see "
         "their own worth, by [when]", f"three|the carer|{TERM}"),
    ),
    TargetArea.COMMUNICATION.value: _of(
        ("{name} will follow an instruction with [how many] steps the first time, [how many] times out of five, so that work can"
         " begin at once, by [when]", f"two|four|{TERM}"),
        ("{name} will speak in sentences of [how many] words to ask for [what], so that others understand, by [when]",
         f"five|what is needed|{TERM}"),
        ("{name} will wait for a turn and answer on the same subject, [how many] times in a talk of ten minutes, so that friends"
         " listen too, by [when]", f"four|{TERM}"),
        ("{name} will use [which signs or symbols] to make a choice, [how often], so that wishes are heard, by [when]",
         f"picture cards|every day|{TERM}"),
        ("{name} will say the sounds [which] clearly in [how many] out of ten words, so that people outside the family "
         "understand, by [when]", f"s and f|eight|{TERM}"),
        ("{name} will learn [how many] words of [which topic] and use each in a sentence, so that the lesson is followed, by "
         "[when]", "ten|the new topic|half-term"),
        ("{name} will tell [whom] what happened at [when or where] in the right order, so that a quarrel can be settled in "
         "words, by [when]", f"the key adult|break|{TERM}"),
        ("{name} will ask for help with [a word, card or hand], [how many] times a lesson, so that nobody has to guess, by "
         "[when]", "a raised hand|two|half-term"),
        ("{name} will speak for [how many] minutes to [whom] about [what], so that the spoken exam can be taken, by [when]",
         "three|a small group|a hobby|Easter"),
        ("{name} will answer questions with [which question words] about a picture, [how many] out of ten, so that stories are "
         "understood, by [when]", f"who, what and where|eight|{TERM}"),
    ),
    TargetArea.SENSORY_PHYSICAL.value: _of(
        ("{name} will ask for a movement break before becoming restless, [how many] times a day, so that whole lessons can be "
         "attended, by [when]", "two|half-term"),
        ("{name} will hold a pencil with [which grip] for [how many] minutes, so that writing does not hurt, by [when]",
         f"three fingers|ten|{TERM}"),
        ("{name} will wear [which aid] for [how long], so that the teacher is heard and seen, by [when]",
         "the hearing aids|the whole school day|half-term"),
        ("{name} will use [which aid] in [which place] without being reminded, so that noise is bearable, by [when]",
         "ear defenders|the dining hall|half-term"),
        ("{name} will type [how many] words a minute, so that a laptop can be used in the exams, by [when]", f"25|{TERM}"),
        ("{name} will cut along [which line] with scissors, [how many] times out of five, so that tools can be used safely, by "
         "[when]", f"a curved line|four|{TERM}"),
        ("{name} will throw and catch [what] from [how far], [how many] times out of ten, so that playground games can be "
         "joined, by [when]", "a large ball|two metres|seven|the end of the summer term"),
        ("{name} will swim [how far] without help, so that water is safe and fun, by [when]",
         "10 metres|the end of the summer term"),
        ("{name} will sit at the table with feet on the floor for [how many] minutes, so that the hands are free to work, by "
         "[when]", f"20|{TERM}"),
        ("{name} will try [how many] new foods or textures [how often], so that meals with others are easier, by [when]",
         f"one|a week|{TERM}"),
    ),
    TargetArea.INDEPENDENCE.value: _of(
        ("{name} will pack a bag from a checklist [how often], so that everything needed is there, by [when]",
         "every evening|half-term"),
        ("{name} will travel from [where] to [where] alone, [how often], so that college can be reached, by [when]",
         "home|school|twice a week|the end of the summer term"),
        ("{name} will dress for PE within [how many] minutes without help, so that the lesson starts with the others, by [when]",
         f"ten|{TERM}"),
        ("{name} will cook [how many] simple meals and clear up afterwards, so that living alone is less strange, by [when]",
         "three|the end of the academic year"),
        ("{name} will keep a diary of what is due and tick it off [how often], so that deadlines are met, by [when]",
         f"every day|{TERM}"),
        ("{name} will manage [how much] a week by writing down what is spent, so that it lasts, by [when]", f"£10|{TERM}"),
        ("{name} will wash hands and use the toilet without being asked, [how many] days out of five, so that school is "
         "comfortable, by [when]", "four|half-term"),
        ("{name} will find the way between [which lessons] with a map and arrive on time, [how many] days a week, so that nobody"
         " has to fetch them, by [when]", "all lessons|four|half-term"),
        ("{name} will apply for [how many] places at [where] with [whom], so that the step after school is safe, by [when]",
         f"three|colleges|the careers adviser|{TERM}"),
        ("{name} will choose between [what and what] and say why, [how often], so that their own wishes count, by [when]",
         "two activities|every day|half-term"),
    ),
}
"""By kind: a subject's value, or an area's."""

EXAMPLES: Mapping[str, Example] = {
    Subject.ENGLISH.value: Example(
        "Sam will spell 20 of the 30 Year 3 words by the end of the spring term", "will write five sentences with full stops",
        "...reads 40 of the 50 words, checked each Friday"),
    Subject.MATHS.value: Example(
        "Sam will recall the 3 and 4 times tables, 18 out of 20, by the end of the spring term",
        "will solve seven out of ten problems with two steps", "...gets 18 of 20 sums right in the Friday test"),
    TargetArea.COGNITION.value: Example(
        "Sam will work on one task for 15 minutes without a reminder by the end of the spring term",
        "will start within two minutes and tick off each step", "...starts within two minutes in four lessons out of five"),
    TargetArea.SEMH.value: Example(
        "Sam will tell an adult when he is worried, four times out of five, by the end of the spring term",
        "will put up a hand and ask for a break in three lessons a day", "...stays in four of five lessons, as the register shows"),
    TargetArea.COMMUNICATION.value: Example(
        "Sam will follow an instruction of two steps, four times out of five, by the end of the spring term",
        "will wait for a turn and answer in a whole sentence", "...asks in sentences of five words, in the therapist's check"),
    TargetArea.SENSORY_PHYSICAL.value: Example(
        "Sam will hold a pencil with three fingers for ten minutes by the end of the spring term",
        "will ask for a movement break before getting up", "...catches the ball seven times out of ten"),
    TargetArea.INDEPENDENCE.value: Example(
        "Sam will pack his bag from a checklist every evening by the end of the spring term",
        "will dress for PE without help within ten minutes", "...packs the bag alone on four days out of five"),
}
"""By the same kinds."""
