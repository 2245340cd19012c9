"""The words of the demonstration: invented names, schools and answers. Every one of them is plainly made up."""

from __future__ import annotations

FIRST_NAMES = (
    "Amber",
    "Basil",
    "Clover",
    "Dill",
    "Elowen",
    "Fern",
    "Gale",
    "Hazel",
    "Indigo",
    "Juniper",
    "Kestrel",
    "Linden",
    "Maple",
    "Nettle",
    "Olive",
    "Perry",
    "Quill",
    "Rowan",
    "Sorrel",
    "Teasel",
    "Umber",
    "Vetch",
    "Willow",
    "Yarrow",
    "Zoë",
)
LAST_NAMES = ("Acornfield", "Bellweather", "Cloudberry", "Dandelight", "Everbrook", "Fiddlewood", "Gooseberry", "Honeythorn",
              "Inkwell", "Jackdaw", "Kettlewick", "Lanternhill", "Mossbank", "Nutbourne", "Otterfold", "Puddlecombe",
              "Quillfeather", "Ravenscroft-Example", "Sparrowmere", "Thistledown", "Underhill-Example", "Windlestraw")
SCHOOLS = (
    ("Bramble Lane Primary (fictional)", "school", "primary"),
    ("Copperbeech Primary (fictional)", "school", "primary"),
    ("Dovecote Infant and Junior (fictional)", "school", "primary"),
    ("Elder Tree Academy (fictional)", "school", "secondary"),
    ("Foxglove High (fictional)", "school", "secondary"),
    ("Greenfinch Community School (fictional)", "school", "secondary"),
    ("Hawthorn Park Special School (fictional)", "special", "all_through"),
    ("Ivy House Nursery (fictional)", "nursery", "early_years"),
    ("Jasmine Sixth Form College (fictional)", "college", "post_16"),
    ("Kingfisher Primary (fictional)", "school", "primary"),
    ("Lapwing High (fictional)", "school", "secondary"),
    ("Magpie Workshop, alternative provision (fictional)", "alternative", "secondary"),
)
CARE_TEAMS = ("Beacon team (fictional)", "Lantern team (fictional)", "Harbour team (fictional)")
PHASE_OF_GROUP = {"N1": "early_years", "N2": "early_years", "R": "primary", **{str(year): "primary" for year in range(1, 7)},
                  **{str(year): "secondary" for year in range(7, 12)}, "12": "post_16", "13": "post_16"}

ABOUT = {"first_language": "English", "interpreter_needed": False, "communicates_by": ("speech",), "permanence_plan": "stay",
         "address_withheld_from": "nobody", "placement_change_expected": False,
         "faith_and_culture": "Keeps no faith; likes to be home for Lunar New Year with the carer’s family.",
         "home_address": "12 Example Row, Exampleton", "iro": "Mr Bracken", "personal_adviser": "Ms Waymark"}
RESPONSIBILITY = {
    "reports_to": "The social worker and the carer",
    "slips_signed_by": "The carer for day trips, the social worker for nights away",
    "restricted_any": False,
    "daily_liaison": "The carer, by telephone before nine",
    "family_time_and_school": "Sees family every second Saturday; Mondays after it can be quiet.",
}
CONTACTS = (("The carer", "Carer", "01632 960101", "At any time"),
            ("The duty social worker", "Social worker", "01632 960102", "9 to 5"))
"""Name, relation, telephone (of the numbers kept for invented people), when they answer."""
HEALTH = {
    "health_conditions": "Short-sighted; glasses live in the bag. No allergies known.",
    "other_services": False,
    "health_effect_on_learning": "Wears glasses for reading; tires in the last lesson of the day. None seen otherwise.",
    "emotional_needs": "Finds changes of adult hard, and goes quiet rather than asking. A calm word before the lesson helps.",
    "mental_health_support": "none",
    "sdq_missing_reason": None,
}
BACKGROUND = {
    "what_school_needs_to_know": "Please tell {name} early about cover teachers, visits and changes of room.",
    "confidential_history": "Two moves of home in the first year in care. Held by the social worker.",
    "disruption_before_care": "weeks",
}
GAPS = "Between the two schools {name} was taught at home by a tutor for two hours each morning, in English and maths."
PLACE = {
    "governor": "Mrs Quince", "part_time": False, "p16_activity": "FE", "p16_bursary": "granted",
    "p16_bursary_use": "£600, for travel and a set of books",
    "key_adult": "{adult}", "tutor_group": "The class of {adult}", "alternative_provision": False,
}
WHO_KNOWS = (("The designated teacher", "Writes this plan", True), ("The head", "Leads the school", True),
             ("{adult}", "Sees {name} each morning", True))
"""Name or role, why they know that the child is in care, and whether the child is content with that."""
NURSERY_WEEK = (("This nursery", 5, 15, "Sunny", "Waves goodbye at the window, then goes to the sand."),)
NURSERY_DAYS = (("September to the day of the meeting", 60, 56),)
"""Of a nursery child: the week with its sessions and hours, and how many sessions were booked and attended."""
INTERVENTIONS = (("Small reading group", "Mon, Wed, Fri, library", "Ms Verse", "Three times a week", "The school", "Yes"),)
HOURS = {"1": 22, "2": 22, "3": 24, "4": 24, "5": 24, "6": 24, "12": 17, "13": 17}
"""Hours of teaching offered each week, by year group; 25 in secondary school."""
COURSES = (("Animal care", "Level 2 diploma", 14, False), ("English", "GCSE", 3, True))
HELD = (("English", "GCSE", "3", "2024"), ("Food preparation", "Level 1 award", "Pass", "2024"))
"""What a young person has passed already: subject, level, grade, year."""
RESULTS = {"1": ("eyfs", "Expected in 14 of 17 goals"), "2": ("phonics", "34 of 40"), "5": ("tables", "21 of 25"),
           "7": ("ks2", "Reading 101, maths 98, grammar 103")}
"""By year group, the national test of the year before."""
SEN = {
    "sen_provision": "Help with working memory: short instructions, a written list, and time to answer.",
    "sen_plan": True, "access_arrangements": ("time",),
}
SEN_NEEDS, EHCP_SHORT = ("MLD", "SLCN"), "Fifteen hours of an adult beside {name}, speech therapy every second week."
CAREERS = {"ahead_plan": "Two open evenings with the carer in October; the child makes a list of questions for each.",
           "careers_adviser": "Mr Compass", "careers_experience": "A week’s work in May is being found.",
           "careers_light": "A vet came to tell of her work; would like to see where books are printed."}
TRANSITION = {
    "transition_to": "Not known yet", "transition_contact": "Is named when the place is offered",
    "transition_visits": "An open evening in October with the carer; two more visits in the summer term.",
    "transition_child_asks": "“Will my friends be there, and who do I go to when it is too loud?”",
}
STRENGTHS = {
    "achievements": "{name} read aloud in assembly for the first time, and finished the ten-mile sponsored walk.",
    "strengths": "Kind to younger children, notices when somebody is left out, and draws with great patience.",
    "leisure_interests": "Drawing, swimming on Thursdays, and the allotment at home. Would like to try the drums.",
}
VOICE = {
    "child_voice_good": "I like {lesson} now because we {doing}. {adult} lets me sit near the front.",
    "child_voice_hard": "The {sums} questions. And when people talk all at once {noisy}.",
    "child_voice_want": "I want {adult} to go over {sums} questions with me, not in front of everyone.",
    "face_coming": "good", "face_playtime": "good", "face_lunch": "middle", "face_numbers": "bad", "face_adult": "good",
    "seen_yes_no": "Pulls a hand for more; turns the whole body away for no.",
    "seen_comforted": "{adult}, the blue blanket, and the quiet corner by the window.",
    "voice_gathered_by": "The designated teacher",
    "voice_how": ("talk_dt", "drawing"),
    "voice_help": "wrote",
    "voice_changed_what": "The tutor comes to a room of their own, because {name} asked for it.",
    "wants_to_attend": "part",
    "hopes": "To be picked for the swimming squad, and to read to the little ones.",
    "long_term_hopes": "To be a vet or somebody who draws animals for books.",
}
LEARNING = {
    "next_send_step": "none",
    "attainment_context": "Maths is about a year behind after two schools in one year; reading has caught up since September.",
    "wellbeing_in_school": "Settled with two adults and a small group of friends; finds assemblies and supply days hard.",
    "one_priority": "Ten minutes of {sums} each morning, before the day begins.",
    "favourite_and_hardest": "Art and PE first; long pieces of writing last.",
    "needs_and_provision": "Small reading group three times a week, which is working; a quiet place at lunch, used most days.",
    "changes_ahead": "None expected this year.",
}
ATTENDANCE = {
    "behaviour": "none",
    "exclusion_risk": False,
    "attendance_source": "system",
    "p16_attendance": 93,
    "friends_and_bullying": "Two steady friends; nobody is unkind just now.",
    "attendance_reasons": "Two days of illness and three dental visits; the carer now asks for late appointments.",
}
MEETING = {"meeting_how": "in_person", "meeting_place": "School library", "carer_preference": "After two, in school",
           "joined_ehcp_review": False, "chair": "The designated teacher",
           "chair_role": "designated_teacher", "child_attended": "part",
           "child_absent_kind": "chose", "child_absent_reason": "Chose to come for the first half and then go to swimming."}
DISCUSSION = {
    "discussion": "Began with the assembly and the walk, with {name} in the room. Reading has come on; maths needs its own time. "
    "Friends are steady. Homework is done at the kitchen table with help.\nA move of class in January was talked through.",
    "reports_and_slips_discussed": True,
}
VOICES = {
    "carer_voice": "{name} comes home talking about {lesson} and {adult}. "
    "Homework is easier than last year, but maths ends in tears.",
    "carer_voice_how": "meeting", "carer_voice_by": "The social worker",
    "carer_part": "Reads with {name} each evening and takes {name} to swimming.",
    "social_worker_voice": "This is a good plan. A steady school is what the care plan needs most, "
    "and {name} feels listened to here, in {lesson} and by {adult}.",
}
IN_VAIN = "Asked by telephone on 4, 11 and 18 October by the social worker; the carer is in hospital."
NEXT = {"after_how_it_went": "“It was okay. They listened to the maths thing.”", "child_understands": "yes",
        "child_agrees": "yes", "copy_wanted": "full"}

REQUEST = {
    "measure_before": "9 of 20 fraction questions",
    "measure_after": "16 of 20 fraction questions",
    "beyond_ordinary": "Everybody may come to the maths club; nobody else is taught alone.",
    "other_money": "school",
    "child_said": "“If it is Ms Okafor’s room and not in front of everyone, yes.”",
}
TARGETS = (
    {
        "area": "cognition",
        "subject": "english",
        "is_strength": True,
        "answers_sdq": False,
        "need": "Reads fluently but rarely finishes a book; comprehension is strong when the subject interests {name}.",
        "support_what": "A book chosen together and talked over",
        "support_when": "Tuesday and Friday, form time",
        "support_where": "Library",
        "support_who": "Ms Verse, form tutor",
        "support_how_often": "Twice a week",
        "outcome": "{name} will read {books} whole books and tell {listener} about each one by the end of the spring term.",
        "baseline": "One book finished since September",
        "success_measure": "All {books} books finished, each with a page in the reading diary",
    },
    {
        "area": "cognition",
        "subject": "maths",
        "is_strength": False,
        "answers_sdq": False,
        "need": "A year behind in maths; loses marks on {sums} questions, as the October test showed.",
        "support_what": "One-to-one maths tuition",
        "support_when": "Wednesday after school",
        "support_where": "Room 12",
        "support_who": "A qualified tutor",
        "support_how_often": "Weekly, ten hours",
        "outcome": "{name} will answer {right} of 20 {sums} questions correctly in the class test by the end of the spring term.",
        "baseline": "9 of 20 in October",
        "success_measure": "{right} of 20 in the March test",
    },
    {
        "area": "semh",
        "subject": "other",
        "is_strength": False,
        "answers_sdq": True,
        "need": "Goes quiet when worried and does not ask for help.",
        "support_what": "A daily check-in and an exit card",
        "support_when": "8.40 each morning",
        "support_where": "Pastoral room",
        "support_who": "Mr Lumen, key adult",
        "support_how_often": "Daily",
        "outcome": "{name} will use the exit card or ask {listener} for help at least {often} times a week "
        "by the end of the spring term.",
        "baseline": "Once a week in October",
        "success_measure": "{often} times a week, counted in the check-in book",
    },
)

_NINE = {
    "lesson": ("science", "art", "history", "music", "geography", "cooking", "drama", "computing", "PE"),
    "doing": ("do real experiments", "use real clay", "dress up as Romans", "play the big drums", "draw maps of the park",
              "eat what we make", "put on plays of our own", "build little robots", "have new climbing ropes"),
    "sums": ("fraction", "decimal", "percentage", "times-table", "time", "angle", "money", "measuring", "place-value"),
    "books": ("four", "five", "three", "six", "seven", "two", "eight", "nine", "ten"),
    "often": ("3", "4", "5", "2", "6", "7", "8", "9", "10"),
}
_ELEVEN = {
    "adult": ("Mr Lumen", "Ms Harbour", "Mr Fennel", "Mrs Applewhite", "Mr Osier", "Ms Verbena", "Mr Tansy", "Mrs Larkspur",
              "Ms Campion", "Mr Burdock", "Mrs Speedwell"),
    "noisy": ("at lunch", "in the corridor", "on the bus", "in the hall", "at the gate", "in the dinner queue", "in assembly",
              "after break", "in the changing room", "in the library", "at home time"),
    "right": ("16", "17", "18", "15", "14", "13", "12", "19", "11", "20", "10"),
    "listener": ("an adult", "the librarian", "the key adult", "a teaching assistant", "the tutor", "the class teacher",
                 "the head of year", "the school nurse", "a mentor", "the carer", "the SENCo"),
}


def own_words(number: int) -> dict[str, str]:
    """What stands in the blanks of one child's words; no two numbers under ninety-nine give a text with two blanks the same."""
    return {key: each[number % len(each)] for words in (_NINE, _ELEVEN) for key, each in words.items()}
