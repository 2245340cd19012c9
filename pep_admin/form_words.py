"""The choices of single questions of the form as enums: vocabulary.py's neighbour, for what only an answer says.

Stored values never change once released; labels may. No rule stands here, only names.
"""

from __future__ import annotations

from pep_admin.vocabulary import Labelled


class Progress(Labelled):
    """How far a child came from their own start (HB-4.9, pep-form scale 2.1), least first."""

    LESS = "LESS", "Less than expected"
    EXPECTED = "EXP", "As expected"
    MORE = "MORE", "More than expected"


class ChairRole(Labelled):
    """Who led a meeting (HB-2.6): as a rule somebody of the school or of education."""

    DESIGNATED_TEACHER = "designated_teacher", "Designated teacher"
    SCHOOL_STAFF = "school_staff", "Other school staff"
    VIRTUAL_SCHOOL = "virtual_school", "Virtual School"
    SOCIAL_WORKER = "social_worker", "Social worker"
    INDEPENDENT = "independent", "Independent chair"
    OTHER = "other", "Somebody else"

    @property
    def is_education(self) -> bool:
        return self in (ChairRole.DESIGNATED_TEACHER, ChairRole.SCHOOL_STAFF, ChairRole.VIRTUAL_SCHOOL)


class PlaceNamed(Labelled):
    """How far the place that a child moves to is certain (pep-form, section 3)."""

    UNKNOWN = "unknown", "Not known yet"
    APPLIED = "applied", "Applied for"
    OFFERED = "offered", "Offered"
    ACCEPTED = "accepted", "Accepted"


class StatutoryTest(Labelled):
    """National tests and judgements that come once, in the order of a child's years."""

    BASELINE = "baseline", "Reception baseline"
    EYFS = "eyfs", "Early years profile"
    PHONICS = "phonics", "Phonics check"
    PHONICS_AGAIN = "phonics_again", "Phonics recheck"
    KEY_STAGE_1 = "ks1", "End of key stage 1"
    TABLES = "tables", "Times tables check"
    KEY_STAGE_2 = "ks2", "Key stage 2 tests"
    KEY_STAGE_2_JUDGED = "ks2_judged", "Key stage 2, judged by the teacher"


class TestOutcome(Labelled):
    """What came of a national test, by the codes of the returns (pep-form 2.2b to 2.7b)."""

    __test__ = False  # no case of pytest's, for all its name

    TAKEN = "Y", "Taken (Y)"
    NOT_TAKEN = "N", "Not taken (N)"
    GOOD_LEVEL = "GLD", "Good level of development (GLD)"
    NO_GOOD_LEVEL = "NGLD", "Not yet a good level of development"
    BELOW_STANDARD = "Wt", "Not yet at the standard (Wt)"
    AT_STANDARD = "Wa", "At the standard (Wa)"
    UNDER_100 = "NS", "Scaled score under 100 (NS)"
    FROM_100 = "AS", "Scaled score of 100 and over (AS)"
    ENGAGEMENT = "EM", "Engagement model (EM)"
    PRE_1 = "PK1", "Pre-key-stage 1 (PK1)"
    PRE_2 = "PK2", "Pre-key-stage 2 (PK2)"
    PRE_3 = "PK3", "Pre-key-stage 3 (PK3)"
    PRE_4 = "PK4", "Pre-key-stage 4 (PK4)"
    PRE_5 = "PK5", "Pre-key-stage 5 (PK5)"
    PRE_6 = "PK6", "Pre-key-stage 6 (PK6)"
    TOWARDS = "WTS", "Working towards (WTS)"
    NOT_MET = "HNM", "Science: not met (HNM)"
    EXPECTED = "EXS", "Expected (EXS)"
    DEPTH = "GDS", "Greater depth (GDS)"
    BELOW_TEST = "B", "Below the test (B)"
    ABSENT = "A", "Absent, or no judgement (A)"
    NOT_ENTERED = "D", "Did not take it (D)"
    LEFT = "L", "Left the school (L)"
    FROM_ABROAD = "F", "Cannot be judged: came too late (F)"
    MOVED_UP = "P", "Judged in an earlier or later year (P)"
    MARK = "mark", "A mark without a pass line"


_NONE = frozenset({TestOutcome.ABSENT, TestOutcome.LEFT})
_PRE = (TestOutcome.PRE_1, TestOutcome.PRE_2, TestOutcome.PRE_3, TestOutcome.PRE_4)
_PHONICS = _NONE | {TestOutcome.BELOW_STANDARD, TestOutcome.AT_STANDARD, TestOutcome.NOT_ENTERED}
_JUDGED = frozenset({TestOutcome.ENGAGEMENT, *_PRE, TestOutcome.TOWARDS, TestOutcome.EXPECTED, TestOutcome.DEPTH})
OUTCOMES: dict[StatutoryTest, frozenset[TestOutcome]] = {
    StatutoryTest.BASELINE: frozenset({TestOutcome.TAKEN, TestOutcome.NOT_TAKEN}),
    StatutoryTest.EYFS: frozenset({TestOutcome.GOOD_LEVEL, TestOutcome.NO_GOOD_LEVEL, TestOutcome.ABSENT}),
    StatutoryTest.PHONICS: _PHONICS,
    StatutoryTest.PHONICS_AGAIN: _PHONICS,
    StatutoryTest.KEY_STAGE_1: _NONE | _JUDGED,
    StatutoryTest.TABLES: _NONE | {TestOutcome.MARK, TestOutcome.BELOW_TEST, TestOutcome.NOT_ENTERED},
    StatutoryTest.KEY_STAGE_2: _NONE | {TestOutcome.UNDER_100, TestOutcome.FROM_100, TestOutcome.BELOW_TEST,
                                        TestOutcome.NOT_ENTERED},
    StatutoryTest.KEY_STAGE_2_JUDGED: _NONE | _JUDGED | {TestOutcome.PRE_5, TestOutcome.PRE_6, TestOutcome.NOT_MET,
                                                         TestOutcome.FROM_ABROAD, TestOutcome.MOVED_UP},
}
"""By test the outcomes that it has (pep-form 2.2b to 2.7b)."""


class TargetAgreed(Labelled):
    """What the meeting said to a target (HB-3.9)."""

    AGREED = "agreed", "Agreed by everyone"
    CHANGED = "changed", "Agreed after a change"
    NOT_AGREED = "not_agreed", "Not agreed by everyone"


class SenNeed(Labelled):
    """Kinds of special educational need, by the codes of the school census."""

    SPLD = "SPLD", "Specific learning difficulty"
    MLD = "MLD", "Moderate learning difficulty"
    SLD = "SLD", "Severe learning difficulty"
    PMLD = "PMLD", "Profound and multiple learning difficulty"
    SLCN = "SLCN", "Speech, language and communication"
    ASD = "ASD", "Autism"
    SEMH = "SEMH", "Social, emotional and mental health"
    HI = "HI", "Hearing"
    VI = "VI", "Sight"
    MSI = "MSI", "Sight and hearing together"
    PD = "PD", "Physical disability"
    DS = "DS", "Down's syndrome"
    OTH = "OTH", "Another difficulty"
    NSA = "NSA", "Need not assessed yet"


class NextSendStep(Labelled):
    """What is asked for next where there is no EHCP."""

    NONE = "none", "None"
    WATCH = "watch", "Keep watching"
    SENCO = "senco", "Assessment by the SENCo"
    PSYCHOLOGIST = "ep", "Educational psychologist"
    ASKED = "ehc_asked", "EHC assessment asked for"
    AWAITED = "ehc_awaited", "Decision awaited"


class P16Activity(Labelled):
    """What a young person does after Year 11, in the words of the national participation returns."""

    SIXTH_FORM = "SF", "School sixth form"
    COLLEGE = "FE", "College"
    SPECIAL = "SP", "Special provision after 16"
    TRAINING = "TR", "Training or supported internship"
    APPRENTICE = "APP", "Apprenticeship"
    WORK_AND_STUDY = "EMT", "Work with study"
    HIGHER = "HE", "Higher education"
    VOLUNTEER = "VOL", "Volunteering with study"
    CUSTODY = "CUS", "Education in custody"
    PART_TIME = "PT", "Part-time education only"
    RE_ENGAGING = "REN", "On the way back into learning"
    WORK = "EMN", "Work without study"
    GAP = "GAP", "Start agreed for a later day"
    LOOKING = "NAV", "None: looking for something"
    ILL = "NIL", "None: illness"
    PARENT = "NPA", "None: a parent or expecting"
    CARER = "NCA", "None: cares for somebody"
    NONE_OTHER = "NOT", "None: another reason"
    UNKNOWN = "UNK", "Not known"


class Gender(Labelled):
    """As the child describes themselves."""

    GIRL = "girl", "Girl or young woman"
    BOY = "boy", "Boy or young man"
    ANOTHER = "another", "Described in another way"
    UNSAID = "unsaid", "Rather not said"


class Ethnicity(Labelled):
    """The groups of the school census, by its codes."""

    WBRI = "WBRI", "White British"
    WIRI = "WIRI", "White Irish"
    WIRT = "WIRT", "Traveller of Irish heritage"
    WROM = "WROM", "Gypsy or Roma"
    WOTH = "WOTH", "Any other White background"
    MWBC = "MWBC", "White and Black Caribbean"
    MWBA = "MWBA", "White and Black African"
    MWAS = "MWAS", "White and Asian"
    MOTH = "MOTH", "Any other mixed background"
    AIND = "AIND", "Indian"
    APKN = "APKN", "Pakistani"
    ABAN = "ABAN", "Bangladeshi"
    AOTH = "AOTH", "Any other Asian background"
    BCRB = "BCRB", "Black Caribbean"
    BAFR = "BAFR", "Black African"
    BOTH = "BOTH", "Any other Black background"
    CHNE = "CHNE", "Chinese"
    OOTH = "OOTH", "Any other ethnic group"
    REFU = "REFU", "Rather not said"
    NOBT = "NOBT", "Not known yet"


class SdqBand(Labelled):
    """What an SDQ total means, in three steps (pep-form P1.38)."""

    USUAL = "usual", "close to what is usual"
    BORDERLINE = "borderline", "borderline"
    HIGH = "high", "high"


class FirstDocument(Labelled):
    """Papers that college and work ask a young person for."""

    PHOTO_ID = "photo_id", "Photo ID"
    INSURANCE = "insurance", "National Insurance number"
    BANK = "bank", "Bank account"
    IMMIGRATION = "immigration", "Immigration papers, where they need them"


class VoiceHelp(Labelled):
    """How far the adult helped the child to answer."""

    NONE = "none", "Not at all"
    WROTE = "wrote", "Read or wrote for them"
    PICTURES = "pictures", "Chose pictures with them"
    SPOKE = "spoke", "Spoke for them"


class Screening(Labelled):
    """A school's own screening of wellbeing, beside the SDQ of social care."""

    BOXALL = "boxall", "Boxall Profile"
    SDQ = "sdq", "SDQ of the teacher"
    OTHER = "other", "Another one: say which"


class FiguresFrom(Labelled):
    """Where attendance figures were read."""

    SYSTEM = "system", "The school's system"
    SERVICE = "service", "The attendance service"
    BY_HAND = "by_hand", "Counted by hand"


class AccessArrangement(Labelled):
    """What is arranged for a child's exams."""

    TIME = "time", "Extra time"
    READER = "reader", "Reader"
    SCRIBE = "scribe", "Scribe"
    BREAKS = "breaks", "Rest breaks"
    LAPTOP = "laptop", "Laptop"
    ROOM = "room", "Separate room"
    NONE = "none", "None needed"


class HeardInRoom(Labelled):
    """How the meeting heard the child (HB-3.5)."""

    SPOKE = "spoke", "Spoke there"
    WROTE = "wrote", "Had written something"
    SHOWN = "shown", "A picture or film was shown"
    ADULT = "adult", "An adult spoke for them"
    PAGE = "page", "By their page in Part 2"


class AwayBecause(Labelled):
    """Why a child was not at the meeting for all of it (HB-3.5, P3.10)."""

    CHOSE = "chose", "Chose not to"
    YOUNG = "young", "Too young"
    UNWELL = "unwell", "Unwell"
    LESSON = "lesson", "In a lesson they value"
    ADULTS = "adults", "Adults decided"
    OTHER = "other", "Other"
