"""Fields that a form does not have: every column of every table is sent along with an honest form, and none of them is taken.

What each form may change is written down here by hand, as `table.column`, `+table` for new rows and `-table` for rows that go.
"""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa

from pep_admin.accounts import tickets
from pep_admin.accounts.models import AccountsBase, TicketKind, User
from pep_admin.models import Base
from tests.security.house import PASSWORD, House, added, changed

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

ADMIN = "/admin/pep"
STRANGE = "STRANGE"
KEPT = "+pep_record_change"  # the history of what did change


@dataclass(frozen=True)
class Form:
    """A page with its form, who fills it in and how, which columns may move, and what a new row must hold."""

    who: str
    page: str
    having: str
    typed: dict[str, str]
    may_change: str
    new: dict[str, dict[str, Any]] = field(default_factory=dict)
    status: int = 303

    def __str__(self) -> str:
        return f"{self.who} {self.page.removeprefix(ADMIN)}"


CARE = {"date_of_birth": "01 Feb 2012", "entered_care_on": "04 Nov 2024", "legal_status": "C1", "sen_status": "N", "lcs_id": "N-1"}
COST = {"category": "TUITION_1", "description": "Two hours of maths", "provider": "A tutor", "quantity": "1", "unit": "hour",
        "unit_cost_pence": "20", "amount_pence": "20", "payee": "school"}

FORMS = (
    Form("officer", f"{ADMIN}/children/new/", "date_of_birth", {"first_name": "Neu", "last_name": "Musterkind9", **CARE},
         "+pep_child +pep_care_episode +pep_job",
         {"pep_child": {"left_care_on": None, "school_id": None, "social_worker_id": None, "carer_id": None, "row_version": 1,
                        "known_as": None, "upn": None, "notified_on": None}}),
    Form("officer", f"{ADMIN}/children/edit/?id={{child}}", "date_of_birth", {"known_as": "Rob"},
         "pep_child.known_as pep_child.row_version"),
    Form("officer", f"{ADMIN}/children/change-school/?id={{child}}", "on",
         {"school": "{other_school}", "on": "18 Nov 2024", "reason": "home_move"},
         "pep_child.school_id pep_child.row_version pep_enrolment.ended_on pep_enrolment.leaving_reason pep_enrolment.row_version "
         "+pep_enrolment pep_pep.school_id pep_pep.writer_id pep_pep.row_version pep_ppg_request.payee_school_id "
         "pep_ppg_request.row_version +pep_delivery +pep_job",
         {"pep_enrolment": {"started_on": "2024-11-18", "ended_on": None, "leaving_reason": None}}),
    Form("officer", f"{ADMIN}/children/change-worker/?id={{child}}", "person",
         {"person": "{other_worker_person}", "on": "18 Nov 2024"},
         "pep_child.social_worker_id pep_child.row_version pep_caseload.ended_on pep_caseload.row_version +pep_caseload "
         "pep_pep.social_worker_id pep_pep.row_version +pep_delivery +pep_job", {"pep_caseload": {"ended_on": None}}),
    Form("officer", f"{ADMIN}/children/change-home/?id={{child}}", "carer", {"kind": "kinship", "on": "18 Nov 2024"},
         "pep_child.carer_id pep_child.row_version pep_care_placement.ended_on pep_care_placement.row_version +pep_care_placement "
         "+pep_job",
         {"pep_care_placement": {"ended_on": None}}),
    Form("officer", f"{ADMIN}/children/leave-care/?id={{child}}", "on", {"on": "17 Nov 2024", "reason": "Went home"},
         "pep_child.left_care_on pep_child.row_version pep_care_episode.ended_on pep_care_episode.end_reason "
         "pep_care_episode.row_version pep_care_placement.ended_on pep_care_placement.row_version pep_child.carer_id"),
    Form("officer", f"{ADMIN}/children/return-to-care/?id={{left_child}}", "on", {"on": "18 Nov 2024", "legal_status": "C1"},
         "pep_child.entered_care_on pep_child.left_care_on pep_child.legal_status pep_child.row_version "
         "+pep_care_episode +pep_job", {"pep_care_episode": {"ended_on": None, "end_reason": None}}),
    Form("officer", f"{ADMIN}/children/undo/?id={{left_child}}&what=care", "reason", {"reason": "Did not leave"},
         "pep_child.left_care_on pep_child.row_version pep_care_episode.ended_on pep_care_episode.end_reason "
         "pep_care_episode.row_version pep_care_placement.ended_on pep_care_placement.row_version +pep_job"),
    Form("worker", f"{ADMIN}/sdq/add/?child={{child}}", "total",
         {"total": "21", "completed_on": "04 Nov 2024", "completed_by": "teacher"}, "+pep_sdq_score",
         {"pep_sdq_score": {"pep_id": None, "row_version": 1}}),
    Form("worker", f"{ADMIN}/sdq/edit/?id={{sdq}}", "total", {"total": "13"}, "pep_sdq_score.total pep_sdq_score.row_version"),
    Form("teacher", f"{ADMIN}/suspensions/add/?child={{child}}", "advice",
         {"school": "{school}", "kind": "suspension", "started_on": "14 Nov 2024"}, "+pep_suspension",
         {"pep_suspension": {"ended_on": None, "half_days": None, "row_version": 1}}),
    Form("teacher", f"{ADMIN}/suspensions/edit/?id={{suspension}}", "advice", {"half_days": "3"},
         "pep_suspension.half_days pep_suspension.row_version"),
    Form("worker", f"{ADMIN}/consents/add/?child={{child}}", "matter", {"matter": "abroad", "who_decides": "parent"},
         "+pep_consent",
         {"pep_consent": {"decision": None, "given_on": None, "row_version": 1}}),
    Form("worker", f"{ADMIN}/consents/edit/?id={{consent}}", "matter", {"decision": "yes", "given_on": "04 Nov 2024"},
         "pep_consent.decision pep_consent.given_on pep_consent.row_version"),
    Form("officer", f"{ADMIN}/people/replace/?id={{person}}", "successor", {"successor": "{other_person}", "on": "18 Nov 2024"},
         "pep_school.designated_teacher_id pep_school.row_version pep_pep.writer_id pep_pep.row_version +pep_delivery "
         "+pep_job"),
    Form("officer", f"{ADMIN}/calls/note/?person={{person}}", "words",
         {"words": "Will send it", "spoke_on": "18 Nov 2024", "follow_up_on": "20 Nov 2024"},
         "+pep_call_note pep_call_note.settled_on pep_call_note.row_version",
         {"pep_call_note": {"settled_on": None, "pep_id": None, "row_version": 1}}),
    Form("officer", f"{ADMIN}/care_teams/new/", "name", {"name": "Team South", "manager": "{other_worker_person}"},
         "+pep_care_team", {"pep_care_team": {"name": "Team South", "row_version": 1}}),
    Form("officer", f"{ADMIN}/care_teams/edit/?id={{team}}", "name", {"manager": "{other_worker_person}"},
         "pep_care_team.manager_id pep_care_team.row_version"),
    Form("teacher", f"{ADMIN}/meetings/book/?pep={{pep}}", "minutes", {"meeting_at": "26 Nov 2024 10:00"},
         "pep_pep.meeting_at pep_pep.row_version +pep_meeting_notice +pep_meeting_invitation +pep_delivery",
         {"pep_meeting_notice": {"sequence": 0, "minutes": 60, "called_off_at": None, "row_version": 1}}),
    Form("officer", f"{ADMIN}/meetings/officer/?pep={{pep}}", "officer", {"officer": "{officer_person}"},
         "pep_pep.attending_officer_id pep_pep.row_version"),
    Form("officer", f"{ADMIN}/out_of_turn/settle/?child={{child}}&kind=risk&row={{alert}}", "how",
         {"how": "waved", "reason": "They talked"}, "+pep_settled_change",
         {"pep_settled_change": {"pep_id": None, "undone_on": None, "settled_on": "2024-11-18", "row_version": 1}}),
    Form("officer", f"{ADMIN}/alerts/advise/?child={{child}}&kind=suspension&occurrence={{suspension}}", "advice",
         {"advice": "Work is set, and a talk on coming back", "advised_on": "18 Nov 2024"}, "+pep_alert_advice",
         {"pep_alert_advice": {"kind": "suspension", "advised_name": "Ole Amt", "row_version": 1}}),
    Form("officer", f"{ADMIN}/saved/new/?list=peps&flt0_stage=late", "name", {"name": "Late"}, "+pep_saved_question",
         {"pep_saved_question": {"shared": 0, "of_list": "peps", "owner_name": "Ole Amt", "row_version": 1}}),
    Form("officer", f"{ADMIN}/saved/change/?id={{saved}}", "name", {"name": "Late"},
         "pep_saved_question.name pep_saved_question.row_version"),
    Form("teacher", f"{ADMIN}/grants/sections/?pep={{pep}}", "note",
         {"email": "nele.neu@example.org", "first_name": "Nele", "last_name": "Neu", "sections": "strengths",
          "ends_on": "02 Dec 2024"},
         "+pep_grant +pep_person",
         {"pep_grant": {"starts_on": "2024-11-18", "ended_at": None, "row_version": 1},
          "pep_person": {"kind": "school_staff", "left_on": None, "bounced_on": None, "phone": None}}),
    Form("worker", f"{ADMIN}/grants/cover/", "email",
         {"email": "olga.zweite@example.org", "starts_on": "18 Nov 2024", "ends_on": "02 Dec 2024"},
         "+pep_grant +pep_delivery", {"pep_grant": {"pep_id": None, "sections": None, "note": "", "ended_at": None}}),
    *(Form("officer", f"{ADMIN}/{noun}/edit/?id={{{place}}}", "reason_of_correction",
           {"started_on": day, "reason_of_correction": "One day too early"}, effects)
      for noun, place, day, effects in (
          ("enrolments", "enrolment", "02 Feb 2023", "pep_enrolment.started_on pep_enrolment.row_version"),
          ("placements", "home", "02 Feb 2023", "pep_care_placement.started_on pep_care_placement.row_version"),
          ("caseloads", "caseload", "02 Feb 2023", "pep_caseload.started_on pep_caseload.row_version"),
          ("care_periods", "care_period", "02 Feb 2023", "pep_care_episode.started_on pep_care_episode.row_version "
           "pep_child.entered_care_on pep_child.row_version"))),
    Form("officer", f"{ADMIN}/schools/new/", "urn", {"name": "Cedar School", "kind": "school", "phase": "primary"}, "+pep_school",
         {"pep_school": {"urn": None, "designated_teacher_id": None, "row_version": 1}}),
    Form("officer", f"{ADMIN}/schools/edit/?id={{school}}", "urn", {"town": "Bury"}, "pep_school.town pep_school.row_version"),
    Form("teacher", f"{ADMIN}/my_lead/answer/?school={{school}}", "email",
         {"first_name": "Nele", "last_name": "Neu", "email": "nele.neu@house.example"},
         "pep_lead_question.new_first_name pep_lead_question.new_email pep_lead_question.answered_at "
         "pep_lead_question.row_version"),
    Form("other_teacher", f"{ADMIN}/my_lead/answer/?school={{other_school}}", "email",
         {"first_name": "Nele", "last_name": "Neu", "email": "nele.neu@house.example"}, "+pep_lead_question",
         {"pep_lead_question": {"answer": "other", "decision": None, "decided_by": None, "decision_reason": None, "new_from": None,
                                "row_version": 1}}),
    Form("officer", f"{ADMIN}/leads/ask/", "run", {}, "+pep_lead_question +pep_delivery",
         {"pep_lead_question": {"answer": None, "answered_at": None, "new_email": None, "decision": None, "row_version": 1}}),
    Form("officer", f"{ADMIN}/leads/accept/?id={{lead}}", "reason", {"reason": "Called the school"},
         "+pep_person pep_school.designated_teacher_id pep_school.row_version pep_pep.writer_id pep_pep.row_version +pep_delivery "
         "pep_lead_question.decision pep_lead_question.decided_at pep_lead_question.decided_by pep_lead_question.decided_name "
         "pep_lead_question.decision_reason pep_lead_question.row_version +pep_job",
         {"pep_person": {"first_name": "Nova", "kind": "designated_teacher", "left_on": None, "bounced_on": None, "phone": None}}),
    Form("officer", f"{ADMIN}/leads/decline/?id={{lead}}", "reason", {"reason": "Not so"},
         "pep_lead_question.decision pep_lead_question.decided_at pep_lead_question.decided_by pep_lead_question.decided_name "
         "pep_lead_question.decision_reason pep_lead_question.row_version"),
    Form("officer", f"{ADMIN}/people/new/", "email", {"first_name": "Nia", "last_name": "Neu", "kind": "carer"}, "+pep_person",
         {"pep_person": {"bounced_on": None, "left_on": None, "email": None, "row_version": 1}}),
    Form("officer", f"{ADMIN}/people/edit/?id={{person}}", "email", {"phone": "0161"}, "pep_person.phone pep_person.row_version"),
    Form("officer", f"{ADMIN}/import_columns/match/?id={{import}}", "register-urn", {"register-name": "1", "register-urn": "2"},
         "+pep_column_match +pep_import_page -pep_import_page pep_import.digest pep_import.outcome pep_import_file.places"),
    Form("officer", f"{ADMIN}/imports/outcome/?id={{import}}", "seal", {"rows": "good"}, "+pep_school pep_import.loaded_at",
         {"pep_school": {"urn": "100001", "name": "Elm School", "finance_reference": None, "payment_method": "bacs",
                         "row_version": 1, "designated_teacher_id": None, "headteacher_id": None,
                         "less_than_good": 0, "successor_id": None}}),
    Form("head", f"{ADMIN}/years/edit/?id={{year}}", "sdq_threshold", {"sdq_threshold": "16"},
         "pep_academic_year.sdq_threshold pep_academic_year.row_version"),
    Form("head", f"{ADMIN}/years/next/?id={{last_year}}", "summer_ends_on", {"summer_ends_on": "16 Jul 2027"},
         "+pep_academic_year +pep_term",
         {"pep_academic_year": {"name": "2026-27", "starts_on": "2026-09-01", "ends_on": "2027-08-31", "row_version": 1,
                                "ppg_term_cap_pence": 60000, "sdq_threshold": 17}}),
    Form("head", f"{ADMIN}/terms/edit/?id={{term}}", "deadline_on", {"deadline_on": "12 Dec 2024"},
         "pep_term.deadline_on pep_term.row_version pep_pep.due_on pep_pep.row_version"),
    Form("officer", f"{ADMIN}/calendars/add/", "summer_half_to", {"year": "{year}", "school": "{other_school}"},
         "+pep_school_calendar", {"pep_school_calendar": {"local_authority_code": None, "row_version": 1}}),
    Form("head", f"{ADMIN}/calendars/new/", "summer_half_to", {"year": "{year}", "local_authority_code": "353"},
         "+pep_school_calendar", {"pep_school_calendar": {"school_id": None, "autumn_starts_on": None}}),
    Form("officer", f"{ADMIN}/calendars/edit/?id={{calendar}}", "note", {"note": "By telephone"},
         "pep_school_calendar.note pep_school_calendar.row_version"),
    Form("head", f"{ADMIN}/calendars/remove/?id={{authority_calendar}}", "reason", {"reason": "Twice"}, "-pep_school_calendar"),
    Form("officer", f"{ADMIN}/closures/add/?calendar={{calendar}}", "starts_on",
         {"kind": "closure", "starts_on": "05 Dec 2024", "ends_on": "06 Dec 2024"}, "+pep_closure",
         {"pep_closure": {"kind": "closure", "ends_on": "2024-12-06", "note": None, "row_version": 1}}),
    Form("officer", f"{ADMIN}/closures/edit/?id={{closure}}", "note", {"note": "Phonics"},
         "pep_closure.note pep_closure.row_version"),
    Form("officer", f"{ADMIN}/closures/remove/?id={{closure}}", "reason", {"reason": "Open after all"}, "-pep_closure"),
    Form("head", f"{ADMIN}/days_off/new/", "day_on", {"day_on": "04 Jun 2025", "name": "A coronation"}, "+pep_non_working_day",
         {"pep_non_working_day": {"row_version": 1}}),
    Form("head", f"{ADMIN}/days_off/edit/?id={{day_off}}", "day_on", {"name": "Another jubilee"},
         "pep_non_working_day.name pep_non_working_day.row_version"),
    Form("head", f"{ADMIN}/days_off/remove/?id={{day_off}}", "reason", {"reason": "Called off"}, "-pep_non_working_day"),
    Form("officer", f"{ADMIN}/inspections/add/?school={{school}}&on=12+Nov+2024", "published_on",
         {"quality_of_education": "3"}, "+pep_inspection pep_school.less_than_good pep_school.row_version",
         {"pep_inspection": {"regime": "graded", "overall": None, "card_inclusion": None, "inspected_on": "2024-11-12",
                             "row_version": 1}}),
    Form("officer", f"{ADMIN}/inspections/edit/?id={{inspection}}", "published_on", {"published_on": "08 Apr 2024"},
         "pep_inspection.published_on pep_inspection.row_version"),
    Form("officer", f"{ADMIN}/inspections/remove/?id={{inspection}}", "reason", {"reason": "Another school"}, "-pep_inspection"),
    Form("officer", f"{ADMIN}/peps/edit/?id={{pep}}", "due_rule", {"due_on": "12 Dec 2024"}, "pep_pep.due_on pep_pep.row_version"),
    Form("officer", f"{ADMIN}/peps/writer/?id={{pep}}", "writer_id", {"writer_id": "{other_person}"},
         "pep_pep.writer_id pep_pep.row_version +pep_job"),
    Form("officer", f"{ADMIN}/peps/open/?child={{child}}", "kind", {"kind": "change", "reason": "A new carer"},
         "+pep_pep +pep_social_care_section +pep_education_section +pep_meeting_section",
         {"pep_pep": {"status": "initiated", "grade": None, "submitted_at": None, "completed_at": None, "meeting_at": None,
                      "next_pep_on": None, "closing_reason": None, "row_version": 1, "reason": "A new carer"}}),
    Form("officer", f"{ADMIN}/peps/withdraw/?id={{pep}}", "reason", {"reason": "Entered in error"},
         "pep_pep.status pep_pep.closing_reason pep_pep.row_version pep_ppg_request.status pep_ppg_request.row_version "
         "+pep_frozen_facts +pep_job"),
    Form("teacher", f"{ADMIN}/peps/section/?id={{pep}}&section=strengths", "strengths", {"strengths": "Kind"},
         "pep_education_section.answers pep_education_section.row_version"),
    Form("worker", f"{ADMIN}/peps/section/?id={{pep}}&section=about", "first_language", {"first_language": "Polish"},
         "pep_social_care_section.answers pep_social_care_section.row_version"),
    Form("teacher", f"{ADMIN}/peps/sign/?id={{pep}}&part=education", "part", {},
         "pep_education_section.signed_by pep_education_section.signed_name pep_education_section.signed_at "
         "pep_education_section.row_version"),
    Form("teacher", f"{ADMIN}/targets/write/?pep={{pep}}", "outcome",
         {"area": "cognition", "subject": "english", "outcome": "Robin will read a page aloud"}, "+pep_target",
         {"pep_target": {"number": 4, "row_version": 1, "is_strength": 0, "from_plan": None}}),
    Form("teacher", f"{ADMIN}/targets/write/?id={{target}}", "outcome", {"baseline": "Now"},
         "pep_target.baseline pep_target.row_version"),
    Form("teacher", f"{ADMIN}/targets/note/?id={{target}}", "what", {"what": "Reads 30 of the 40 words", "seen_on": "18 Nov 2024"},
         "+pep_progress_note", {"pep_progress_note": {"with_child": 0, "seen_on": "2024-11-18"}}),
    Form("officer", f"{ADMIN}/targets/strike/?id={{target}}&note={{remark}}", "reason", {"reason": "About another child"},
         "pep_progress_note.struck_at pep_progress_note.struck_name pep_progress_note.struck_reason"),
    Form("teacher", f"{ADMIN}/documents/remove/?id={{document}}", "reason", {"reason": "Another child’s"},
         "pep_document.removed_by pep_document.removed_name pep_document.removed_at pep_document.removed_reason "
         "pep_document.row_version"),
    Form("teacher", f"{ADMIN}/targets/remove/?id={{free_target}}", "", {}, "-pep_target -pep_wording"),
    Form("teacher", f"{ADMIN}/ppg_requests/write/?pep={{pep}}", "amount_pence", {**COST, "target_id": "{free_target}"},
         "+pep_ppg_request",
         {"pep_ppg_request": {"status": "draft", "approved_pence": None, "decided_by": None, "decided_name": None, "row_version": 1,
                              "decided_on": None, "decision_reason": None, "amount_pence": 20_00, "payee_name": None}}),
    Form("teacher", f"{ADMIN}/ppg_requests/write/?id={{draft}}", "amount_pence", {"description": "Ten hours of maths"},
         "pep_ppg_request.description pep_ppg_request.row_version"),
    Form("teacher", f"{ADMIN}/ppg_requests/withdraw/?id={{draft}}", "", {}, "pep_ppg_request.status pep_ppg_request.row_version"),
    Form("officer", f"{ADMIN}/ppg_requests/withdraw-approved/?id={{approved}}", "reason", {"reason": "The tutor has gone"},
         "pep_ppg_request.status pep_ppg_request.approved_pence pep_ppg_request.decided_by pep_ppg_request.decision_reason "
         "pep_ppg_request.row_version pep_allocation.reserved_pence"),
    Form("head", f"{ADMIN}/waivers/withdraw/?id={{waiver}}", "reason", {"reason": "A tutor was found"},
         "pep_waiver.ended_by pep_waiver.ended_name pep_waiver.ended_at pep_waiver.ended_reason"),
    Form("officer", f"{ADMIN}/attending/say/?child={{child}}&kind=send", "reason", {"reason": "Waits for a plan"},
         "+pep_attending_note", {"pep_attending_note": {"kind": "send", "pep_id": None, "set_name": "Ole Amt"}}),
    Form("officer", f"{ADMIN}/attending/clear/?id={{note}}", "reason", {"reason": "Settled"},
         "pep_attending_note.cleared_by pep_attending_note.cleared_name pep_attending_note.cleared_at "
         "pep_attending_note.cleared_reason pep_attending_note.row_version"),
    Form("other_teacher", f"{ADMIN}/attending/ask/?pep={{other_pep}}", "reason", {"reason": "Please come"}, "+pep_attending_note",
         {"pep_attending_note": {"kind": "school_asks", "set_name": "Otto Anders", "cleared_at": None}}),
    Form("teacher", f"{ADMIN}/peps/answer/?id={{sent_pep}}&review={{question}}", "answer", {"answer": "Ms O’Brien"},
         "pep_qa_review.answer pep_qa_review.answered_by pep_qa_review.answered_name pep_qa_review.answered_at"),
    Form("teacher", f"{ADMIN}/exclusion_alerts/tell/?child={{graded_child}}", "happened",
         {"concern": "suspension", "since_on": "18 Nov 2024", "happened": "Two days", "tried": "A key adult"},
         "+pep_exclusion_alert",
         {"pep_exclusion_alert": {"concern": "suspension", "told_name": "Tess Lehrer", "told_on": "2024-11-18", "advice": None,
                                  "closed_on": None, "pep_id": None}}),
    Form("teacher", f"{ADMIN}/handover_notes/?child={{child}}", "words", {"words": "Reads best alone"}, "+pep_handover_note",
         {"pep_handover_note": {"words": "Reads best alone", "noted_name": "Tess Lehrer", "noted_on": "2024-11-18",
                                "row_version": 1}}),
    Form("officer", f"{ADMIN}/exclusion_alerts/advise/?id={{alert}}", "advice", {"advice": "Meet first"},
         "pep_exclusion_alert.advice pep_exclusion_alert.advised_on pep_exclusion_alert.advised_by "
         "pep_exclusion_alert.advised_name pep_exclusion_alert.awaits_advice pep_exclusion_alert.row_version"),
    Form("officer", f"{ADMIN}/exclusion_alerts/close/?id={{alert}}", "outcome", {"outcome": "Over"},
         "pep_exclusion_alert.outcome pep_exclusion_alert.closed_on pep_exclusion_alert.closed_by "
         "pep_exclusion_alert.closed_name pep_exclusion_alert.row_version"),
    Form("officer", f"{ADMIN}/peps/grade/?id={{sent_pep}}", "feedback",
         {"grade": "gold", "decision": "accept", "feedback": "Led by the child."},
         "pep_pep.status pep_pep.grade pep_pep.completed_at pep_pep.row_version +pep_qa_review pep_ppg_request.status "
         "pep_ppg_request.approved_pence pep_ppg_request.decided_by pep_ppg_request.decided_name pep_ppg_request.decided_on "
         "pep_ppg_request.row_version", {"pep_qa_review": {"grade": "gold", "kind": "first"}}, status=200),
    Form("officer", f"{ADMIN}/peps/pdfs/", "seal", {}, "+pep_job",
         {"pep_job": {"kind": "peps.pdfs", "state": "queued", "tries": 0, "done": 0, "total": 6, "file": None, "result": "{}",
                      "made_name": "Ole Amt", "cancel_asked_at": None, "ended_at": None, "once_key": None, "holder": None}}),
    Form("officer", f"{ADMIN}/jobs/details/?id={{job}}", "", {}, "pep_job.state pep_job.cancel_asked_at pep_job.ended_at"),
    Form("officer", f"{ADMIN}/referrals/remove/?id={{referral}}", "reason", {"reason": "Asked for by mistake"},
         "-pep_early_years_referral"),
    Form("officer", f"{ADMIN}/referrals/told/?id={{referral}}", "told_on", {"told_on": "18 Nov 2024"},
         "pep_early_years_referral.told_on pep_early_years_referral.told_by pep_early_years_referral.told_name "
         "pep_early_years_referral.row_version"),
    Form("finance", f"{ADMIN}/ppg_requests/release-all/", "rowid", {},
         "pep_ppg_request.status pep_ppg_request.row_version +pep_funding_release pep_allocation.reserved_pence "
         "pep_allocation.released_pence +pep_delivery",
         {"pep_funding_release": {"kind": "release", "number": 1, "pence": 550_00, "alone_reason": None}}, status=200),
    Form("teacher", "/account/change", "new_password",
         {"password": PASSWORD, "new_password": "copper meadow nine doors", "new_password_confirm": "copper meadow nine doors"},
         "account_user.password account_user.fs_uniquifier account_user.current_login_at account_user.last_login_ip "
         "account_user.login_count +pep_delivery", status=302),
    Form("administrator", f"{ADMIN}/accounts/suspend/?id={{account}}", "reason", {"reason": "left"},
         "account_user.active account_user.fs_uniquifier account_user.row_version"),
    Form("administrator", f"{ADMIN}/accounts/end-sessions/?id={{account}}", "row_version", {},
         "account_user.fs_uniquifier account_user.row_version"),
)
"""Each way in which a form writes. Those whose answer needs another state are tried elsewhere with their verbs."""


def every_column() -> Iterator[tuple[str, str]]:
    """Each column and relationship of each table by name, with something that could be its value and is not."""
    values = {int: "1", bool: "y", str: STRANGE, dict: '{"x": "STRANGE"}', datetime.date: "01 Jan 2001",
              datetime.datetime: "2001-01-01T00:00:00+00:00"}
    for table in (*Base.metadata.sorted_tables, *AccountsBase.metadata.sorted_tables):
        for column in table.columns:
            if column.name == "next":
                continue  # in any form that is where to go afterwards, and refused as such
            kind = getattr(column.type, "enum_class", None)
            yield column.name, list(kind)[-1].value if kind else values.get(column.type.python_type, STRANGE)
    for mapper in Base.registry.mappers:
        for relation in mapper.relationships:
            yield relation.key, "1"
    yield from (("role", "vs_head"), ("roles", "vs_head"), ("is_admin", "1"), ("all_rows", "1"), ("actor", "system"))


def problems_on(page: str) -> list[str]:
    """What a page that came back complains of."""
    found = re.findall(r'class="(?:error|summary|lead)".*?</(?:p|ul)>', page, re.DOTALL)
    return [" ".join(re.sub("<[^>]+>", " ", each).split()) for each in found]


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_only_what_the_form_asks_is_taken(house: House, form: Form) -> None:
    element = house.visitor(form.who).get(house.at(form.page)).form(form.having)
    asked = {each.get("name") for each in element.xpath(".//*[@name]")}
    typed = {name: house.at(text) for name, text in form.typed.items()}
    assert set(typed) <= asked, "the test types where there is no field"
    honest = [(name, value) for name, value in element.form_values() if name not in typed and name != "csrf_token"]
    extra = {name: value for name, value in every_column() if name not in asked}
    assert len(extra) > 150
    before = house.rows()
    target = element.get("action") or house.at(form.page)
    answer = house.post(form.who, target.replace("{", "{{").replace("}", "}}"), [*honest, *typed.items(), *extra.items()])
    assert answer.status_code == form.status, problems_on(answer.text)
    after = house.rows()
    assert changed(before, after) - {KEPT} == set(form.may_change.split())
    for table, columns in form.new.items():
        row = added(before, after, table)
        assert {name: row[name] for name in columns} == columns
    assert not any(STRANGE in str(row) for row in after.values())


def test_every_form_of_the_application_is_among_them(house: House) -> None:
    """A new route that takes a form gets its line here, or a word on where it is tried."""
    elsewhere = {
        "pep_years.create_view", "pep_terms.create_view",  # the code of the other forms of their kind
        "pep_peps.action_view", "pep_ppg_requests.action_view", "pep_peps.delegate_confirm",  # take ids and versions only
        "pep_children.action_view", "pep_children.caseload_confirm",  # ids, versions, a worker and a day: test_replacing_people
        "pep_terms.launch",  # takes nothing
        "pep_schools.action_view",  # takes ids
        "pep_roll_over.index_view", "pep_roll_over.confirm",  # need a child at the end of a phase: below
        "pep_peps.send", "pep_peps.recall", "pep_ppg_requests.decide", "pep_payments.batch",  # need a PEP in another state: below
        "pep_attending.cancel", "pep_peps.open_sections",  # take nothing
        "pep_documents.add", "pep_documents.put_back",  # takes a file: test_documents; takes nothing
        "pep_ppg_requests.work_out",  # stores nothing: test_targets_with_money
        "pep_drafts.keep", "pep_drafts.drop",  # one's own typed text, which is no record: test_draft_pages; takes nothing
        "pep_my_peps.figures",  # a table of many PEPs: test_figure_grid
        "pep_grants.end", "pep_calls.settle", "pep_actions.done", "pep_actions.not_done", "pep_meetings.call_off",  # take nothing
        "pep_saved.remove",  # likewise
        "pep_out_of_turn.again", "pep_out_of_turn.first",  # take nothing, and the name of a run
        "pep_reminders.escalate",  # takes ids of people only: test_chasing_pages
        "pep_deliveries.send_again", "pep_deliveries.note_return", "pep_deliveries.undo_return",  # likewise
        "pep_deliveries.mend",  # needs a message that went or failed: test_deliveries
        "pep_waivers.waive",  # needs a gate that stands: test_waivers
        "pep_imports.new", "pep_imports.discard",  # takes a file: below; takes nothing
        "pep_import_columns.change",  # a column of each remembered heading: below
        "security.login", "security.logout", "security.verify",  # write the account's own sign-in only
        "account.code", "account.mail_code", "account.recovery", "account.forgotten",  # likewise, or a ticket
        "account.set_up", "account.set_up_app", "account.set_up_mail",  # take a code only
        "account.link", "pep_accounts.invite", "pep_accounts.change",  # below
        "pep_accounts.reactivate", "pep_accounts.resend", "pep_accounts.send_reset",  # the code of suspending
        "pep_accounts.reset_factor",  # likewise
        "pep_my_account.end_one", "pep_my_account.end_others", "pep_my_account.new_codes",  # take a session's key or nothing
    }
    adapter = house.app.url_map.bind("localhost")
    tried = set()
    for form in FORMS:
        page = house.visitor(form.who).get(house.at(form.page))
        action = page.form(form.having).get("action") or house.at(form.page)
        tried.add(adapter.match(action.partition("?")[0], method="POST")[0])
    posts = {rule.endpoint for rule in house.app.url_map.iter_rules() if "POST" in (rule.methods or set())}
    assert posts - tried - elsewhere == set()


def test_a_plan_and_the_roll_take_their_choices_alone(house: House) -> None:
    """A child of Year 11 until August: what is planned is the step and the school, and the roll takes nothing but the seal."""
    child = house.plan.places["child"]
    house.change(sa.text("UPDATE pep_child SET date_of_birth = '2008-05-14' WHERE id = :id").bindparams(id=child))
    page = house.visitor("officer").get(f"{ADMIN}/roll_over/").form(f"step_{child}")
    typed = {f"school_{child}": "Birch"}
    honest = [(name, value) for name, value in page.form_values() if name not in typed and name != "csrf_token"]
    extra = [(name, value) for name, value in every_column() if name not in {*typed, *(name for name, _ in honest)}]
    before = house.rows()
    assert house.post("officer", f"{ADMIN}/roll_over/", [*honest, *typed.items(), *extra]).status_code == 303
    after = house.rows()
    assert changed(before, after) - {KEPT} == {"+pep_planned_move"}
    plan = added(before, after, "pep_planned_move")
    assert (plan["step"], plan["rolled_at"], plan["keeps_group"], plan["child_id"]) == ("moves", None, 0, child)
    confirm = house.visitor("officer").get(f"{ADMIN}/roll_over/confirm/").form("seal")
    honest = [(name, value) for name, value in confirm.form_values() if name != "csrf_token"]
    extra = [(name, value) for name, value in every_column() if name not in {name for name, _ in honest}]
    answer = house.post("officer", confirm.get("action"), [*honest, *extra])
    assert answer.status_code == 303
    assert changed(after, house.rows()) - {KEPT} == {
        "pep_child.school_id", "pep_child.row_version", "pep_enrolment.ended_on", "pep_enrolment.leaving_reason",
        "pep_enrolment.row_version", "+pep_job", "+pep_enrolment", "pep_planned_move.rolled_at", "pep_planned_move.row_version",
        "pep_pep.school_id", "pep_pep.writer_id", "pep_pep.row_version", "pep_ppg_request.payee_school_id",
        "pep_ppg_request.row_version", "+pep_delivery"}


def test_a_file_is_handed_in_with_its_choices_alone(house: House) -> None:
    """Nothing of it is stored yet, and whose it is does not come from the form."""
    before = house.rows()
    fields = {name: value for name, value in every_column() if name not in ("kind", "which", "authorities")}
    file = (io.BytesIO(b"URN,EstablishmentName\n100002,Oak School\n"), "register.csv")
    answer = house.ask("officer", "POST", f"{ADMIN}/imports/new/?kind=schools", data={
        **fields, "csrf_token": house.mark("officer"), "written_by": house.actor_id("officer"), "register": file})
    assert answer.status_code == 303
    after = house.rows()
    assert changed(before, after) == {"+pep_import", "+pep_import_file", "+pep_import_page", "+pep_job"}
    kept = added(before, after, "pep_import")
    assert (kept["made_by"], kept["kind"], kept["loaded_at"]) == (house.actor_id("officer"), "schools", None)
    assert not any(STRANGE in str(row) for row in after.values())


def test_what_is_remembered_takes_its_column_from_outside_and_no_heading(house: House) -> None:
    house.change(sa.text("INSERT INTO pep_column_match (kind, part, heading, plain, \"column\", made_by, made_name, made_at) "
                         "VALUES ('roll', 'roll', 'Born', 'born', 'notified_on', 'x', 'X', '2024-11-18 10:00:00')"))
    before = house.rows()
    (key,) = [row_id for table, row_id in before if table == "pep_column_match"]
    fields = [*every_column(), (f"column-{key}", "date_of_birth")]
    answer = house.post("officer", f"{ADMIN}/import_columns/change/?kind=roll&part=roll", fields)
    assert answer.status_code == 303
    after = house.rows()
    assert changed(before, after) == {f"pep_column_match.{name}" for name in ("column", "made_by", "made_name", "made_at")}
    assert (after["pep_column_match", key]["made_by"], after["pep_column_match", key]["column"]) == (
        house.actor_id("officer"), "date_of_birth")


def test_a_batch_takes_no_figure_from_outside(house: House) -> None:
    version = house.row("pep_ppg_request", house.plan.places["approved"])["row_version"]
    chosen = [("rowid", "{approved}"), (house.at("version-{approved}"), str(version))]
    assert house.post("finance", f"{ADMIN}/ppg_requests/release/", chosen).status_code == 200
    page = house.visitor("finance").get(f"{ADMIN}/payments/batch/").form("mark")
    mark = dict(page.form_values())["mark"]
    before = house.rows()
    extra = [(name, value) for name, value in every_column() if name != "mark"]
    assert house.post("finance", f"{ADMIN}/payments/batch/", [("mark", mark), *extra]).status_code == 303
    after = house.rows()
    assert changed(before, after) - {KEPT} == {"+pep_payment_batch", "+pep_payment_line"}
    batch, line = added(before, after, "pep_payment_batch"), added(before, after, "pep_payment_line")
    assert (batch["total_pence"], batch["line_count"], line["pence"], line["payee"]) == (550_00, 1, 550_00, "Alder School")
    assert batch["made_by"] == house.actor_id("finance")


def test_a_verdict_takes_no_status_from_outside(house: House) -> None:
    """Approving less needs the amount and its reason; neither the columns nor another person's name come from the form."""
    signed_off = sa.text("UPDATE pep_pep SET status = 'complete', grade = 'gold' WHERE id = :id")
    house.change(signed_off.bindparams(id=house.plan.places["sent_pep"]))
    page = house.visitor("officer").get(house.at(f"{ADMIN}/ppg_requests/decide/?id={{requested}}")).form("verdict")
    typed = {"verdict": "less", "amount": "500", "reason": "Fewer hours"}
    honest = [(name, value) for name, value in page.form_values() if name not in typed and name != "csrf_token"]
    extra = [(name, value) for name, value in every_column() if name not in {*typed, "row_version"}]
    before = house.rows()
    answer = house.post("officer", f"{ADMIN}/ppg_requests/decide/?id={{requested}}", [*honest, *typed.items(), *extra])
    assert answer.status_code == 303
    after = house.rows()
    decided = ("status", "approved_pence", "decided_by", "decided_name", "decided_on", "decision_reason", "row_version")
    assert changed(before, after) - {KEPT} == {"pep_allocation.reserved_pence", *(f"pep_ppg_request.{name}" for name in decided)}
    row = house.row("pep_ppg_request", house.plan.places["requested"])
    assert (row["status"], row["approved_pence"], row["decided_by"]) == ("approved", 500_00, house.actor_id("officer"))


@pytest.mark.parametrize(("path", "typed", "may_change", "holds"), [
    ("invite/", {"name": "Nia Neu", "email": "nia.neu@house.example", "roles": "finance"},
     "+account_user +account_ticket +pep_delivery",
     {"held": "finance", "password": None, "active": 1, "person_id": None, "second_factor": None, "row_version": 1,
      "login_count": None}),
    ("change/?id={account}", {"name": "Hanna Neu", "roles": "vs_officer"},
     "account_user.name account_user.held account_user.row_version", {"held": "vs_officer", "active": 1, "second_factor": None}),
])
def test_an_account_takes_its_name_address_and_roles_from_outside_and_nothing_else(
    house: House, path: str, typed: dict[str, str], may_change: str, holds: dict[str, Any]
) -> None:
    page = house.visitor("administrator").get(house.at(f"{ADMIN}/accounts/{path}")).send("email", **typed)
    sure = [(name, value) for name, value in page.form("sure").form_values() if name != "csrf_token"]
    names = {name for name, _ in sure}
    extra = [(name, value) for name, value in every_column() if name not in names]
    before = house.rows()
    assert house.post("administrator", f"{ADMIN}/accounts/{path}", [*sure, *extra]).status_code in (200, 303)
    after = house.rows()
    assert changed(before, after) == set(may_change.split())
    known = ("account_user", house.plan.places["account"])
    row = added(before, after, "account_user") if "+account_user" in may_change else after[known]
    assert {name: row[name] for name in holds} == holds and STRANGE not in str(row)


def test_a_link_sets_a_password_and_nothing_else(house: House) -> None:
    with house.app.app_context():
        session = house.app.extensions["sqlalchemy"].session
        user = session.get(User, house.plan.places["account"])
        ticket = tickets.issue(session, TicketKind.RESET, user, now=datetime.datetime.now(datetime.UTC))
        session.commit()
        link = tickets.link_of(ticket).partition("/account/")[2]
        session.remove()
    before, new = house.rows(), "copper meadow nine doors"
    extra = [(name, value) for name, value in every_column() if name != "password"]
    assert house.post("nobody", f"/account/{link}", [("password", new), ("again", new), *extra]).status_code == 303
    assert changed(before, house.rows()) == {"account_user.password", "account_user.fs_uniquifier", "account_ticket.spent_at",
                                             "+pep_delivery"}
