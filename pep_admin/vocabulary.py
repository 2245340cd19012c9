"""The words of the field as enums, each with the label people read on screen, and no rule. Stored values are for ever."""

from __future__ import annotations

from enum import StrEnum


class Labelled(StrEnum):
    """An enum whose members are stored by value and read by label."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Labelled:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label or value.replace("_", " ").capitalize()
        return member


class Role(Labelled):
    """What an account may be; an account may be several."""

    VS_HEAD = "vs_head", "Virtual School head"
    VS_OFFICER = "vs_officer", "Virtual School officer"
    FINANCE = "finance", "Finance approver"
    DESIGNATED_TEACHER = "designated_teacher", "Designated teacher"
    SOCIAL_WORKER = "social_worker", "Social worker"
    AUDITOR = "auditor", "Auditor (reads only)"
    ADMINISTRATOR = "administrator", "Administrator (accounts and settings)"


class TermName(Labelled):
    AUTUMN = "autumn"
    SPRING = "spring"
    SUMMER = "summer"


class SenStatus(Labelled):
    """Special educational needs, in the census letters."""

    NONE = "N", "No SEN"
    SUPPORT = "K", "SEN support"
    EHCP = "E", "Education, health and care plan"


class LegalStatus(Labelled):
    """The looked-after return's codes (SSDA903) that put a child on the roll."""

    C1 = "C1", "Interim care order (C1)"
    C2 = "C2", "Full care order (C2)"
    D1 = "D1", "Freeing order (D1)"
    E1 = "E1", "Placement order (E1)"
    V2 = "V2", "Accommodated under section 20 (V2)"
    L1 = "L1", "Police protection (L1)"
    L2 = "L2", "Emergency protection order (L2)"
    L3 = "L3", "Child assessment order (L3)"
    J1 = "J1", "Remanded to care (J1)"
    J2 = "J2", "Placed under PACE (J2)"
    J3 = "J3", "Youth rehabilitation order (J3)"
    W1 = "W1", "Wardship (W1)"


class PersonKind(Labelled):
    DESIGNATED_TEACHER = "designated_teacher", "Designated teacher"
    SOCIAL_WORKER = "social_worker", "Social worker"
    HEADTEACHER = "headteacher", "Headteacher"
    SCHOOL_STAFF = "school_staff", "Other school staff"
    CARER = "carer", "Carer"
    VIRTUAL_SCHOOL = "virtual_school", "Virtual School"
    PROFESSIONAL = "professional", "Other professional"


class SchoolKind(Labelled):
    """What sort of setting it is; every one is a School."""

    SCHOOL = "school", "School"
    SPECIAL = "special", "Special school"
    NURSERY = "nursery", "Nursery"
    COLLEGE = "college", "College"
    ALTERNATIVE = "alternative", "Alternative provision"
    TRAINING = "training", "Training provider"


class SchoolPhase(Labelled):
    EARLY_YEARS = "early_years", "Early years"
    PRIMARY = "primary", "Primary"
    SECONDARY = "secondary", "Secondary"
    ALL_THROUGH = "all_through", "All-through"
    POST_16 = "post_16", "Post-16"


class PaymentMethod(Labelled):
    JOURNAL = "journal", "Journal transfer"
    BACS = "bacs", "BACS"
    INVOICE = "invoice", "Invoice"


class PlacementKind(Labelled):
    """Where a child lives: the 903 groups in plain words."""

    FOSTER = "foster", "Foster home"
    KINSHIP = "kinship", "Relative or friend"
    RESIDENTIAL = "residential", "Children's home"
    SUPPORTED = "supported", "Supported accommodation"
    PARENTS = "parents", "With parents"
    ADOPTIVE = "adoptive", "Placed for adoption"
    SECURE = "secure", "Secure unit or custody"
    OTHER = "other", "Other"


class RollMove(Labelled):
    """A move on the roll, as far as one can be taken back that was entered by mistake."""

    SCHOOL = "school", "Move of school"
    WORKER = "worker", "Change of social worker"
    HOME = "home", "Move of home"
    CARE = "care", "End of care"


class LeavingReason(Labelled):
    """Why an enrolment ended (HB-4.1 asks for it)."""

    PHASE = "phase", "End of phase"
    HOME_MOVE = "home_move", "Moved home"
    PARENTAL_CHOICE = "choice", "Choice of school"
    EXCLUDED = "excluded", "Permanently excluded"
    CLOSED = "closed", "Setting closed"
    CORRECTION = "correction", "Entered in error"
    OTHER = "other", "Other"


class NextStep(Labelled):
    UNKNOWN = "unknown", "Not known yet"
    MOVES = "moves", "Goes to this one"
    STAYS = "stays", "Stays there"


class Phase(Labelled):
    """The phase of the document (HB table of pep-form), from the year group."""

    EARLY_YEARS = "EY", "Early years"
    PRIMARY = "PRI", "Primary"
    SECONDARY = "SEC", "Secondary"
    POST_16 = "P16", "Post-16"


class Scheme(Labelled):
    """Which money a child falls under (HB-6.1 to 6.3)."""

    SCHOOL_AGE = "school_age", "Pupil Premium Plus"
    POST_16 = "post_16", "Post-16 Pupil Premium Plus"
    EARLY_YEARS = "early_years", "Early Years Pupil Premium"


class PepKind(Labelled):
    INITIAL = "initial", "Initial"
    TERMLY = "termly", "Termly"
    CHANGE = "change", "After a change"
    NEED = "need", "Because of need"
    FUNDING = "funding", "Extra funding"


class PepStatus(Labelled):
    INITIATED = "initiated", "Opened"
    IN_PROGRESS = "in_progress", "Being written"
    SUBMITTED = "submitted", "Sent to the Virtual School"
    RETURNED = "returned", "Sent back"
    COMPLETE = "complete", "Signed off"
    WITHDRAWN = "withdrawn", "Closed, not needed"


class Part(Labelled):
    """The three parts of a PEP and who owns each (HB-2.3 to 2.5)."""

    SOCIAL_CARE = "social_care", "Part 1 · Social care"
    EDUCATION = "education", "Part 2 · Education"
    MEETING = "meeting", "Part 3 · The meeting"


class Audience(Labelled):
    """For whose eyes a document is read; RULES is never shown to anyone, AUDIT reads of CARE's what is not kept apart (HB-3.11)."""

    CARE = "care", "Social care and Virtual School"
    AUDIT = "audit", "Auditor"
    SCHOOL = "school", "School"
    CHILD = "child", "The child"
    PARENT = "parent", "Carer or parent"
    RULES = "rules", "The program's own checks"

    @property
    def is_of_the_office(self) -> bool:
        """Whether it reads of a child's record what social care's side does, which the school does not."""
        return self in (Audience.CARE, Audience.AUDIT)


class TargetArea(Labelled):
    """The handbook's five areas (HB-5.6)."""

    COGNITION = "cognition", "Cognition and learning"
    SEMH = "semh", "Social, emotional and mental health"
    COMMUNICATION = "communication", "Speech, language and communication"
    SENSORY_PHYSICAL = "sensory_physical", "Sensory and physical"
    INDEPENDENCE = "independence", "Independence and self-help"


class Subject(Labelled):
    ENGLISH = "english", "English"
    MATHS = "maths", "Maths"
    OTHER = "other", "Other"


class TargetOutcome(Labelled):
    """What became of a target (pep-form 2.11)."""

    NOT_STARTED = "NOT", "Not started"
    SOME = "SOME", "Some progress"
    MOST = "MOST", "Nearly there"
    MET = "MET", "Achieved"
    EXCEEDED = "OVER", "Gone further"
    DROPPED = "DROP", "No longer right"


class ChildAgrees(Labelled):
    """Whether the child agrees or understands (HB-3.8, HB-5.9)."""

    YES = "yes", "Yes"
    PARTLY = "partly", "Partly"
    NO = "no", "No"
    NOT_ASKED = "not_asked", "Could not say or not asked"


class TargetNext(Labelled):
    CLOSE = "close", "Close it"
    KEEP = "keep", "Keep it going"
    CHANGE = "change", "Change it"


class PpgCategory(Labelled):
    """What a request is for (pep-form section 5); the X_ ones are barred (HB-6.4)."""

    TUITION_1 = "TUITION_1", "One-to-one tuition"
    TUITION_GROUP = "TUITION_GROUP", "Small-group tuition"
    LITERACY_NUMERACY = "LITERACY_NUMERACY", "Literacy or numeracy programme"
    IN_CLASS = "IN_CLASS", "Extra adult time in class"
    MENTOR = "MENTOR", "Mentoring or coaching"
    THERAPY = "THERAPY", "Counselling or therapy"
    SEMH = "SEMH", "Emotional support in school"
    SALT = "SALT", "Speech and language"
    ASSESS = "ASSESS", "Specialist assessment"
    EQUIPMENT = "EQUIPMENT", "Learning equipment"
    ICT = "ICT", "Software or hardware"
    BOOKS = "BOOKS", "Books and revision guides"
    ENRICH = "ENRICH", "Clubs, music, sport, arts"
    TRIP = "TRIP", "Visit with a learning purpose"
    EXAM = "EXAM", "Exam or award fee"
    TRANSITION = "TRANSITION", "Help with a move"
    ATTEND = "ATTEND", "Attendance and re-engagement"
    EXTENDED = "EXTENDED", "Study outside the school day"
    CAREERS = "CAREERS", "Careers and work"
    STAFF = "STAFF", "Staff training about this child"
    REWARD = "REWARD", "Reward tied to a target"
    OTHER = "OTHER", "Something else, explained"
    X_ADMIN = "X_ADMIN", "Administration (not allowed)"
    X_CLOTHING = "X_CLOTHING", "Clothing (not allowed)"
    X_TRANSPORT = "X_TRANSPORT", "Transport (not allowed)"


class PpgStatus(Labelled):
    DRAFT = "draft", "Draft"
    REQUESTED = "requested", "Requested"
    APPROVED = "approved", "Approved"
    DECLINED = "declined", "Declined"
    RELEASED = "released", "Released"
    WITHDRAWN = "withdrawn", "Withdrawn"


class ReleaseKind(Labelled):
    RELEASE = "release", "Release"
    VOID = "void", "Void"
    RETURN = "return", "Money returned"


class Grade(Labelled):
    """HB-7.2, best first."""

    GOLD = "gold", "Gold"
    GREEN = "green", "Green"
    AMBER = "amber", "Amber"
    RED = "red", "Red"


class Decision(Labelled):
    ACCEPT = "accept", "Accept: sign it off"
    ASK = "ask", "Ask one question; nothing reopens"
    RETURN = "return", "Send it back to be changed"


class ReviewKind(Labelled):
    FIRST = "first", "First check"
    DIP_SAMPLE = "dip_sample", "Dip sample"
    MODERATION = "moderation", "Moderation"


class MeetingHow(Labelled):
    IN_PERSON = "in_person", "In person"
    VIDEO = "video", "By video"
    BOTH = "both", "Some in the room, some by video"


class Attendance(Labelled):
    """How somebody took part in the meeting (HB-3.2)."""

    ATTENDED = "attended", "Attended"
    PART = "part", "Attended part"
    APOLOGIES = "apologies", "Sent apologies"
    NO_ANSWER = "no_answer", "No answer"


class AttendeeRole(Labelled):
    CHILD = "child", "The child"
    SOCIAL_WORKER = "social_worker", "Social worker"
    DESIGNATED_TEACHER = "designated_teacher", "Designated teacher"
    CARER = "carer", "Carer"
    PARENT = "parent", "Parent"
    VIRTUAL_SCHOOL = "virtual_school", "Virtual School"
    SCHOOL_STAFF = "school_staff", "Other school staff"
    PROFESSIONAL = "professional", "Other professional"


class OnTrack(Labelled):
    """Attainment against age (pep-form scale 2.1), lowest first; NA has no place in the order."""

    WELL_BELOW = "WB", "Well below"
    BELOW = "B", "Below"
    EXPECTED = "ON", "At age-related expectation"
    ABOVE = "AB", "Above"
    NOT_ASSESSED = "NA", "Not assessed yet"


class SdqBy(Labelled):
    CARER = "carer", "Carer"
    TEACHER = "teacher", "Teacher"
    YOUNG_PERSON = "young_person", "Young person"


class SuspensionKind(Labelled):
    """How a school sent a child away (HB-3.6)."""

    SUSPENSION = "suspension", "Suspension"
    PERMANENT = "permanent", "Permanent exclusion"


class SuspensionReason(Labelled):
    """The reasons of the national school census, by its codes."""

    PP = "PP", "Physical assault against a pupil"
    PA = "PA", "Physical assault against an adult"
    VP = "VP", "Verbal abuse or threat against a pupil"
    VA = "VA", "Verbal abuse or threat against an adult"
    OW = "OW", "Offensive weapon or prohibited item"
    BU = "BU", "Bullying"
    RA = "RA", "Racist abuse"
    LG = "LG", "Abuse about sexual orientation or gender identity"
    DS = "DS", "Abuse about disability"
    SM = "SM", "Sexual misconduct"
    DA = "DA", "Drugs or alcohol"
    DM = "DM", "Damage"
    TH = "TH", "Theft"
    MT = "MT", "Misuse of social media or technology"
    PH = "PH", "Breaking measures that protect public health"
    DB = "DB", "Persistent or general disruptive behaviour"


class ConsentFor(Labelled):
    """What somebody must agree to for the child (HB-3.7); the first ten are asked for every child."""

    DAY_TRIP = "day_trip", "Day trips in school hours"
    OVERNIGHT = "overnight", "Overnight trip in the UK"
    ABROAD = "abroad", "Trip abroad"
    PHOTOS_INSIDE = "photos_inside", "Photos used inside school"
    PHOTOS_PUBLIC = "photos_public", "Photos or name in public"
    INTERNET = "internet", "Internet and school devices"
    REPORTS = "reports", "Who gets school reports"
    SLIPS = "slips", "Who gets permission slips"
    PARENTS_EVENING = "parents_evening", "Who comes to parents' evenings"
    FIRST_AID = "first_aid", "Everyday first aid and medicines"
    EMERGENCY = "emergency", "Emergency treatment"
    ADVENTURE = "adventure", "Adventurous activities and swimming"
    RSE = "rse", "Relationships and sex education, collective worship"
    COUNSELLING = "counselling", "School counselling and outside therapists"
    BIOMETRIC = "biometric", "Fingerprint or face systems"
    RESULTS = "results", "Exam results and data sharing after 16"
    WORK_EXPERIENCE = "work_experience", "Work experience"
    PART_TIME_WORK = "part_time_work", "Part-time work"


class ConsentDecision(Labelled):
    YES = "yes", "Agreed"
    NO = "no", "Not agreed"
    EACH_TIME = "each_time", "To be asked each time"


class ConsentBy(Labelled):
    """Who decides."""

    CARER = "carer", "Carer"
    SOCIAL_WORKER = "social_worker", "Social worker"
    MANAGER = "manager", "Social worker's manager"
    PARENT = "parent", "Parent with parental responsibility"
    YOUNG_PERSON = "young_person", "The young person"
    OTHER = "other", "Somebody else"


class CaseRating(Labelled):
    """How the Virtual School's own meetings rate a child's case (HB-3.10); not the grade of a PEP."""

    RED = "red", "Red"
    AMBER = "amber", "Amber"
    GREEN = "green", "Green"


class DeliveryState(Labelled):
    QUEUED = "queued", "Waiting to be sent"
    SENDING = "sending", "Being sent"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed, will be tried again"
    REFUSED = "refused", "Refused by their mail server"
    CAME_BACK = "came_back", "It came back"
    NO_ROUTE = "no_route", "Not sent: has left, or no address that works"
    GIVEN_UP = "given_up", "Given up after many tries"
    NOT_NEEDED = "not_needed", "Not needed any more"


class JobState(Labelled):
    QUEUED = "queued", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Stopped"


class RowFate(Labelled):
    """What becomes of a row of a file that is brought in, in the order of the tabs."""

    NEW = "new", "New"
    CHANGED = "changed", "Changed"
    UNCHANGED = "unchanged", "Unchanged"
    REFUSED = "refused", "Refused"
    WAITING = "waiting", "To be settled by hand"
