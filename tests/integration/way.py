"""The way of one PEP over the pages, step by step, as its people go it: written, signed, sent, graded, paid.

Figures by hand: ten hours at £55.00 are £550.00; £600.00 a term leave £50.00. Who the people are, and how the child came onto the
roll, is each test's own matter; the child is called Robin, the teacher Tess Lehrer, the social worker Sara Sozial.
"""

from __future__ import annotations

from typing import Any

from tests.visiting import Page, Visitor

VOICE = "I like it when Mr Lumen lets me read to the little ones. Zoë helps me — “loads”."
ADMIN = "/admin/pep"


def section(who: Visitor, pep: str, key: str) -> Page:
    page = who.get(f"{ADMIN}/peps/section/?id={pep}&section={key}")
    assert page.status == 200
    return page


def save(page: Page, **typed: Any) -> Page:
    after = page.send("then", button=("then", "stay"), **typed)
    assert after.status == 200, after.main
    assert "Saved." in after.main, after.main
    return after


def write(teacher: Visitor, worker: Visitor, pep: str) -> None:
    """Every part, two targets and a request for £550.00."""
    write_social_care(worker, pep)
    write_education(teacher, pep)
    write_targets_and_money(teacher, pep)
    write_meeting(worker, pep)


def write_social_care(worker: Visitor, pep: str) -> None:
    save(section(worker, pep, "about"), first_language="English", interpreter_needed="no", communicates_by=["speech"],
         permanence_plan="stay", next_care_review_on="12 Dec 2024", iro="Ira Ober", address_withheld_from="nobody")
    save(section(worker, pep, "about"), home_address="7 Elm Close")
    save(section(worker, pep, "responsibility"), **{
        "parental_responsibility-0-name": "The local authority", "parental_responsibility-0-relation": "Corporate parent",
        "parental_responsibility-0-gets_reports": "yes", "restricted_any": "no",
        "reports_to": "The social worker", "slips_signed_by": "The carer",
    })
    save(section(worker, pep, "health"), **{
        "health_conditions": "None known", "other_services": "no", "health_effect_on_learning": "None seen",
        "emotional_needs": "Quiet when worried", "mental_health_support": "none",
        "sdq-0-total": "12", "sdq-0-completed_on": "1 Oct 2024", "sdq-0-completed_by": "carer",
    })
    save(section(worker, pep, "background"), what_school_needs_to_know="Tell Robin early about changes.",
         confidential_history="Two moves in the first year.", disruption_before_care="weeks")


def write_education(teacher: Visitor, pep: str) -> None:
    save(section(teacher, pep, "setting"), **{
        "key_adult": "Ms Rivers", "tutor_group": "4B",
        "who_knows-0-who": "The designated teacher and the head", "who_knows-0-why": "They answer for it",
    })
    save(section(teacher, pep, "strengths"), achievements="Read in assembly", strengths="Patient", leisure_interests="Swimming")
    save(
        section(teacher, pep, "voice"),
        child_voice_good=VOICE,
        child_voice_hard="Fractions",
        child_voice_want="Help with maths",
        voice_gathered_on="4 Nov 2024",
        voice_gathered_by="Tess Lehrer",
        voice_how=["talk_dt"],
        wants_to_attend="all",
        hopes="The swimming squad",
        long_term_hopes="A vet",
    )
    save(section(teacher, pep, "learning"), **{
        "attainment-0-subject": "English", "attainment-0-current": "At age-related expectation", "attainment-0-on_track": "ON",
        "attainment-1-subject": "Maths", "attainment-1-current": "Below", "attainment-1-on_track": "B",
        "attainment-2-subject": "Science", "attainment-2-current": "Set 3 of 5", "attainment-2-on_track": "ON",
        "attainment_context": "A year behind in maths", "needs_and_provision": "A reading group", "changes_ahead": "None expected",
        "wellbeing_in_school": "Settled with one adult", "next_send_step": "none",
    })
    save(section(teacher, pep, "attendance"), **{
        "attendance-0-possible": "90", "attendance-0-present": "88", "attendance-0-figures_to": "8 Nov 2024", "behaviour": "none",
        "exclusion_risk": "no",
    })


def write_targets_and_money(teacher: Visitor, pep: str) -> None:
    smart = {"need": "Behind after two schools", "support_what": "Tuition", "support_who": "A tutor", "support_how_often": "Weekly",
             "baseline": "9 of 20 in October", "success_measure": "16 of 20 in March", "due_on": "28 Mar 2025", "area": "cognition"}
    for subject, outcome in (("english", "Robin will read four whole books by the end of the spring term."),
                             ("maths", "Robin will answer 16 of 20 fraction questions by the end of the spring term.")):
        page = teacher.get(f"{ADMIN}/targets/write/?pep={pep}").send("outcome", outcome=outcome, subject=subject, **smart)
        assert page.status == 200, page.main
    page = teacher.get(f"{ADMIN}/peps/details/?id={pep}").link("Ask for Pupil Premium for target 2")
    assert "£600.00" in page.main
    asked = {"category": "TUITION_1", "description": "Ten weekly hours of one-to-one maths", "provider": "A tutor",
             "quantity": "10", "unit": "hour", "unit_cost_pence": "55", "amount_pence": "560", "starts_on": "25 Nov 2024",
             "ends_on": "14 Feb 2025", "measure_before": "9 of 20", "measure_after": "16 of 20",
             "beyond_ordinary": "Nobody else is taught alone"}
    wrong = page.send("amount_pence", other_money=["school"], **asked)
    assert wrong.status == 422 and "HB-6.6" in wrong.main and "£550.00" in wrong.main
    assert "Ten weekly hours of one-to-one maths" in wrong.text, "what was typed stays"
    page = wrong.send("amount_pence", amount_pence="£550.00")
    assert page.status == 200 and "£550.00" in page.main, page.main
    assert "£50.00" in teacher.get(f"{ADMIN}/peps/details/?id={pep}").main, "left this term"


def write_meeting(worker: Visitor, pep: str) -> None:
    """The social worker writes what the meeting was; one more of those who were there at a time."""
    came = {}
    for number, (name, role) in enumerate((("Robin", "child"), ("Sara Sozial", "social_worker"),
                                           ("Tess Lehrer", "designated_teacher"),
                                           ("Karla Pflege", "carer"))):
        if number:
            save(section(worker, pep, "meeting"), **came)
        came = {f"attendees-{number}-name": name, f"attendees-{number}-role": role, f"attendees-{number}-took_part": "attended"}
    save(section(worker, pep, "meeting"), **came, meeting_at="12 Nov 2024 14:00", meeting_how="in_person",
         meeting_place="Library", chair="Tess Lehrer",
         chair_role="designated_teacher", child_attended="whole")
    save(section(worker, pep, "discussion"), discussion="Began with the assembly.", reports_and_slips_discussed="yes")
    save(section(worker, pep, "voices"), carer_voice="Robin talks about school now.", carer_part="Reads every evening",
         carer_voice_how="meeting", carer_voice_on="12 Nov 2024", carer_voice_by="Sara Sozial",
         social_worker_voice="A steady school is what is needed.")
    save(section(worker, pep, "actions"), **{
        "actions-0-what": "Book the tutor", "actions-0-who": "Tess Lehrer", "actions-0-by_on": "29 Nov 2024",
        "next_pep_on": "12 Feb 2025",
    })


def sign_and_send(teacher: Visitor, worker: Visitor, pep: str) -> None:
    """Each signs their own; the last signature sends it."""
    for who, part in ((teacher, "education"), (worker, "social_care"), (worker, "meeting")):
        page = who.get(f"{ADMIN}/peps/sign/?id={pep}&part={part}").send("part")
        assert "is signed" in page.main, page.main
    assert "the PEP was sent to the Virtual School." in page.main, page.main


def grade_gold(officer: Visitor, pep: str) -> None:
    """By the bulk action with its preview; that approves the request."""
    listing = officer.get(f"{ADMIN}/peps/?flt0_status=submitted")
    preview = listing.send("rowid", button=("action", "grade"), choose=[pep])
    refused = preview.send("feedback", grade="gold", decision="accept")
    assert refused.status == 422 and "HB-7.2" in refused.main
    page = refused.send("feedback", feedback="Led by the child's own words.")
    assert "1 PEP: Gold · accepted" in page.heading


def release(finance: Visitor, payee: str) -> None:
    """The one request that stands, by the bulk action with its preview; a second time nothing."""
    listing = finance.get(f"{ADMIN}/ppg_requests/")
    request_id = listing.tree.xpath("//main//input[@name='rowid']/@value")[0]
    preview = listing.send("rowid", button=("action", "release"), choose=[request_id])
    assert "£550.00" in preview.main and payee in preview.main
    done = preview.send("rowid")
    assert "£550.00" in done.main
    again = finance.get(f"{ADMIN}/ppg_requests/").send("rowid", button=("action", "release"), choose=[request_id])
    assert "released already. Nothing was released again." in again.main
    assert not again.tree.xpath("//main//form[@method='post']"), "there is nothing left to confirm"


def pay(finance: Visitor) -> list[str]:
    """A batch of what waits; gives the lines of its CSV, headings first."""
    assert "£550.00" in finance.get(f"{ADMIN}/payments/").main
    batch = added(finance.get(f"{ADMIN}/payments/batch/").send())
    answer = finance.client.get(f"{ADMIN}/payments/csv/?id={batch}")
    return answer.get_data().decode("utf-8-sig").splitlines()


def added(page: Page) -> str:
    """The id of what was just added, from the address of its page."""
    assert page.status == 200 and "id=" in page.url, page.main
    return page.url.rpartition("id=")[2]
