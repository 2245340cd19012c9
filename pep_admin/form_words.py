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


class StatutoryTest(Labelled):
    """National tests and judgements that come once, in the order of a child's years."""

    EYFS = "eyfs", "Early years profile"
    PHONICS = "phonics", "Phonics check"
    TABLES = "tables", "Times tables check"
    KEY_STAGE_2 = "ks2", "Key stage 2 tests"


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
