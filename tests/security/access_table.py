"""Who gets what at which door: every route of the application, for each role, as the Virtual School would say it.

Written by hand from what each role is for (HB-2.1 to 2.6, HB-6.7, HB-3.11), never from the program's own tables: it is the second
opinion. Whoever adds a route adds its line here. What a row in braces is, house.py says: all of them are school A's, so that
`other_teacher` and `other_worker` are strangers to them.

An outcome is the status of the answer; `in` is the way to the sign-in page. A method that has no line is 405 for everybody.
A POST is one that could not succeed, where there is such a one: without the row's version (409), or without what is needed (422).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.security.house import ROLES


@dataclass(frozen=True)
class Line:
    """One door: method, endpoint, an address with places in braces, the outcomes in the order of ROLES, what is posted."""

    method: str
    endpoint: str
    address: str
    outcomes: str
    form: Mapping[str, str] = field(default_factory=dict)

    def outcome(self, role: str) -> str:
        told = self.outcomes.split()
        assert len(told) == len(ROLES), f"{self.endpoint} has {len(told)} outcomes"
        return told[ROLES.index(role)]


def get(endpoint: str, address: str, outcomes: str) -> Line:
    return Line("GET", endpoint, address, outcomes)


def post(endpoint: str, address: str, outcomes: str, **form: str) -> Line:
    return Line("POST", endpoint, address, outcomes, form)


EDUCATION = "?id={pep}&part=education"
STEPS = "/admin/pep/peps"
MONEY = "/admin/pep/ppg_requests"
WAIVERS, MEET, PAPERS = "/admin/pep/waivers", "/admin/pep/attending", "/admin/pep/documents"
ALERTS = "/admin/pep/exclusion_alerts"

LINES = (
    # What everybody may have, signed in or not.
    get("front",                         "/",                                      "302 302 302 302 302 302 302 302 302 302"),
    get("favicon",                       "/favicon.ico",                           "200 200 200 200 200 200 200 200 200 200"),
    get("healthz",                       "/healthz",                               "200 200 200 200 200 200 200 200 200 200"),
    get("pep_assets.static",             "/admin/pep/static/pep.css",              "200 200 200 200 200 200 200 200 200 200"),

    # One's own account. Nothing right is typed: the page says so and stays.
    #                                                                              nobody head officer finance teacher other_teacher
    #                                                                              worker other_worker auditor administrator
    get("security.login",                "/account/login",                         "200 302 302 302 302 302 302 302 302 302"),
    post("security.login",               "/account/login",                         "200 302 302 302 302 302 302 302 302 302"),
    post("security.logout",              "/account/logout",                        "in  in  in  in  in  in  in  in  in  in"),
    get("security.verify",               "/account/verify",                        "in  200 200 200 200 200 200 200 200 200"),
    post("security.verify",              "/account/verify",                        "in  200 200 200 200 200 200 200 200 200"),
    get("security.change_password",      "/account/change",                        "in  200 200 200 200 200 200 200 200 200"),
    post("security.change_password",     "/account/change",                        "in  200 200 200 200 200 200 200 200 200"),

    # Before one is in: a second code, a forgotten password, a link. The house asks for no second code, so nobody is
    # half-way; a link that works is tried with its own tests.
    get("account.code",                  "/account/code",                          "in  302 302 302 302 302 302 302 302 302"),
    post("account.code",                 "/account/code",
         "in  302 302 302 302 302 302 302 302 302", code="000000"),
    post("account.mail_code",            "/account/code/mail",                     "in  302 302 302 302 302 302 302 302 302"),
    get("account.recovery",              "/account/recovery",                      "in  302 302 302 302 302 302 302 302 302"),
    post("account.recovery",             "/account/recovery",
         "in  302 302 302 302 302 302 302 302 302", code="A"),
    get("account.set_up",                "/account/set-up",                        "in  302 302 302 302 302 302 302 302 302"),
    post("account.set_up",               "/account/set-up",                        "in  302 302 302 302 302 302 302 302 302"),
    get("account.set_up_app",            "/account/set-up/app",                    "in  302 302 302 302 302 302 302 302 302"),
    post("account.set_up_app",           "/account/set-up/app",
         "in  302 302 302 302 302 302 302 302 302", code="000000"),
    get("account.set_up_mail",           "/account/set-up/mail",                   "in  302 302 302 302 302 302 302 302 302"),
    post("account.set_up_mail",          "/account/set-up/mail",
         "in  302 302 302 302 302 302 302 302 302", code="000000"),
    get("account.forgotten",             "/account/forgotten",                     "200 200 200 200 200 200 200 200 200 200"),
    post("account.forgotten",            "/account/forgotten",                     "200 200 200 200 200 200 200 200 200 200"),
    get("account.link",                  "/account/link/x",                        "410 410 410 410 410 410 410 410 410 410"),
    post("account.link",                 "/account/link/x",                        "410 410 410 410 410 410 410 410 410 410"),

    # One's own account, and the accounts of all, which are the administrator's alone.
    #                                                                              nobody head officer finance teacher other_teacher
    #                                                                              worker other_worker auditor administrator
    get("pep_my_account.index",          "/admin/pep/my_account/",                 "in  200 200 200 200 200 200 200 200 200"),
    post("pep_my_account.end_one",       "/admin/pep/my_account/end/",             "401 404 404 404 404 404 404 404 404 404"),
    post("pep_my_account.end_others",    "/admin/pep/my_account/end-others/",      "401 303 303 303 303 303 303 303 303 303"),
    get("pep_my_account.new_codes",      "/admin/pep/my_account/new-codes/",       "in  200 200 200 200 200 200 200 200 200"),
    post("pep_my_account.new_codes",     "/admin/pep/my_account/new-codes/",       "401 422 422 422 422 422 422 422 422 422"),
    get("pep_accounts.index_view",       "/admin/pep/accounts/",                   "in  403 403 403 403 403 403 403 403 200"),
    get("pep_accounts.details_view",     "/admin/pep/accounts/details/?id={account}", "in  403 403 403 403 403 403 403 403 200"),
    get("pep_accounts.invite",           "/admin/pep/accounts/invite/",            "in  403 403 403 403 403 403 403 403 200"),
    post("pep_accounts.invite",          "/admin/pep/accounts/invite/",            "401 403 403 403 403 403 403 403 403 422"),
    get("pep_accounts.change",           "/admin/pep/accounts/change/?id={account}", "in  403 403 403 403 403 403 403 403 200"),
    post("pep_accounts.change",          "/admin/pep/accounts/change/?id={account}", "401 403 403 403 403 403 403 403 403 422"),
    get("pep_accounts.suspend",          "/admin/pep/accounts/suspend/?id={account}", "in  403 403 403 403 403 403 403 403 200"),
    post("pep_accounts.suspend",         "/admin/pep/accounts/suspend/?id={account}", "401 403 403 403 403 403 403 403 403 409",
         reason="left"),
    get("pep_accounts.reactivate",       "/admin/pep/accounts/reactivate/?id={account}", "in  403 403 403 403 403 403 403 403 200"),
    post("pep_accounts.reactivate",      "/admin/pep/accounts/reactivate/?id={account}", "401 403 403 403 403 403 403 403 403 409",
         reason="back"),
    get("pep_accounts.resend",           "/admin/pep/accounts/resend/?id={account}", "in  403 403 403 403 403 403 403 403 200"),
    post("pep_accounts.resend",          "/admin/pep/accounts/resend/?id={account}", "401 403 403 403 403 403 403 403 403 409"),
    get("pep_accounts.send_reset",       "/admin/pep/accounts/send-reset/?id={account}",
        "in  403 403 403 403 403 403 403 403 200"),
    post("pep_accounts.send_reset",      "/admin/pep/accounts/send-reset/?id={account}",
         "401 403 403 403 403 403 403 403 403 409"),
    get("pep_accounts.reset_factor",     "/admin/pep/accounts/reset-factor/?id={account}",
        "in  403 403 403 403 403 403 403 403 200"),
    post("pep_accounts.reset_factor",    "/admin/pep/accounts/reset-factor/?id={account}",
         "401 403 403 403 403 403 403 403 403 409", reason="lost", proof="seen"),
    get("pep_accounts.end_sessions",     "/admin/pep/accounts/end-sessions/?id={account}",
        "in  403 403 403 403 403 403 403 403 200"),
    post("pep_accounts.end_sessions",    "/admin/pep/accounts/end-sessions/?id={account}",
         "401 403 403 403 403 403 403 403 403 409"),

    # The front page is everybody's who works here; who only writes PEPs is led on to their own desk.
    #                                                                              nobody head officer finance teacher other_teacher
    #                                                                              worker other_worker auditor administrator
    get("pep_dashboard.index",           "/admin/",                                "in  200 200 200 302 302 302 302 200 200"),
    # The desk of those who write a part: the Virtual School may, on behalf. Nothing is typed into the grid here.
    get("pep_my_peps.index_view",        "/admin/pep/my_peps/",                    "in  200 200 403 200 200 200 200 403 403"),
    get("pep_my_peps.figures",           "/admin/pep/my_peps/figures/",            "in  200 200 403 200 200 200 200 403 403"),
    # A file of one's own meetings ahead: here nobody has one (test_own_meetings).
    get("pep_my_peps.calendar",          "/admin/pep/my_peps/calendar/",           "in  404 404 403 404 200 404 200 403 403"),
    post("pep_my_peps.figures",          "/admin/pep/my_peps/figures/",            "401 303 303 403 303 303 303 303 403 403"),

    # Children: read by the Virtual School, their own school and worker, the auditor. Finance and the administrator see no child.
    get("pep_children.index_view",       "/admin/pep/children/",                   "in  200 200 403 200 200 200 200 200 403"),
    get("pep_children.details_view",     "/admin/pep/children/details/?id={child}", "in  200 200 403 200 404 200 404 200 403"),
    get("pep_children.export",           "/admin/pep/children/export/csv/",        "in  200 200 403 403 403 403 403 403 403"),
    get("pep_children.create_view",      "/admin/pep/children/new/",               "in  200 200 403 403 403 403 403 403 403"),
    post("pep_children.create_view",     "/admin/pep/children/new/",               "401 422 422 403 403 403 403 403 403 403"),
    get("pep_children.edit_view",        "/admin/pep/children/edit/?id={child}",   "in  200 200 403 403 403 403 403 403 403"),
    post("pep_children.edit_view",       "/admin/pep/children/edit/?id={child}",   "401 409 409 403 403 403 403 403 403 403"),
    get("pep_children.change_school",    "/admin/pep/children/change-school/?id={child}",
        "in  200 200 403 403 403 403 403 403 403"),
    post("pep_children.change_school",   "/admin/pep/children/change-school/?id={child}",
         "401 409 409 403 403 403 403 403 403 403"),
    get("pep_children.change_worker",    "/admin/pep/children/change-worker/?id={child}",
        "in  200 200 403 403 403 403 403 403 403"),
    post("pep_children.change_worker",   "/admin/pep/children/change-worker/?id={child}",
         "401 409 409 403 403 403 403 403 403 403"),
    get("pep_children.change_home",      "/admin/pep/children/change-home/?id={child}",
        "in  200 200 403 403 403 403 403 403 403"),
    post("pep_children.change_home",     "/admin/pep/children/change-home/?id={child}",
         "401 409 409 403 403 403 403 403 403 403"),
    get("pep_children.leave_care",       "/admin/pep/children/leave-care/?id={child}",
        "in  200 200 403 403 403 403 403 403 403"),
    post("pep_children.leave_care",      "/admin/pep/children/leave-care/?id={child}",
         "401 409 409 403 403 403 403 403 403 403"),
    post("pep_children.action_view",     "/admin/pep/children/action/",
         "401 200 200 403 403 403 403 403 403 403", action="caseload", rowid="{child}"),
    post("pep_children.caseload_confirm", "/admin/pep/children/caseload/",
         "401 409 409 403 403 403 403 403 403 403", rowid="{child}"),
    get("pep_children.return_to_care",   "/admin/pep/children/return-to-care/?id={child}",
        "in  200 200 403 403 403 403 403 403 403"),
    post("pep_children.return_to_care",  "/admin/pep/children/return-to-care/?id={child}",
         "401 409 409 403 403 403 403 403 403 403"),
    get("pep_children.undo",             "/admin/pep/children/undo/?id={child}&what=school",
        "in  200 200 403 403 403 403 403 403 403"),
    post("pep_children.undo",            "/admin/pep/children/undo/?id={child}&what=school",
         "401 409 409 403 403 403 403 403 403 403"),

    # What is recorded between PEPs: the SDQ and consents are the social worker's (HB-4.7, 3.7), suspensions the school's (HB-3.6).
    get("pep_sdq.index_view",               "/admin/pep/sdq/",
        "in  200 200 403 200 200 200 200 200 403"),
    get("pep_sdq.details_view",             "/admin/pep/sdq/details/?id={sdq}",
        "in  200 200 403 200 404 200 404 200 403"),
    get("pep_sdq.export",                   "/admin/pep/sdq/export/csv/",
        "in  200 200 403 403 403 403 403 403 403"),
    get("pep_sdq.add",              "/admin/pep/sdq/add/?child={child}",
        "in  200 200 403 403 403 200 404 403 403"),
    post("pep_sdq.add",             "/admin/pep/sdq/add/?child={child}",
         "401 422 422 403 403 403 422 404 403 403"),
    get("pep_sdq.edit_view",                "/admin/pep/sdq/edit/?id={sdq}",
        "in  200 200 403 403 403 200 404 403 403"),
    post("pep_sdq.edit_view",               "/admin/pep/sdq/edit/?id={sdq}",
         "401 409 409 403 403 403 409 404 403 403"),
    get("pep_suspensions.index_view",       "/admin/pep/suspensions/",
        "in  200 200 403 200 200 200 200 200 403"),
    get("pep_suspensions.details_view",     "/admin/pep/suspensions/details/?id={suspension}",
        "in  200 200 403 200 404 200 404 200 403"),
    get("pep_suspensions.export",           "/admin/pep/suspensions/export/csv/",
        "in  200 200 403 403 403 403 403 403 403"),
    get("pep_suspensions.add",      "/admin/pep/suspensions/add/?child={child}",
        "in  200 200 403 200 404 403 403 403 403"),
    post("pep_suspensions.add",     "/admin/pep/suspensions/add/?child={child}",
         "401 422 422 403 422 404 403 403 403 403"),
    get("pep_suspensions.edit_view",        "/admin/pep/suspensions/edit/?id={suspension}",
        "in  200 200 403 200 404 403 403 403 403"),
    post("pep_suspensions.edit_view",       "/admin/pep/suspensions/edit/?id={suspension}",
         "401 409 409 403 409 404 403 403 403 403"),
    get("pep_consents.index_view",          "/admin/pep/consents/",
        "in  200 200 403 200 200 200 200 200 403"),
    get("pep_consents.details_view",        "/admin/pep/consents/details/?id={consent}",
        "in  200 200 403 200 404 200 404 200 403"),
    get("pep_consents.export",              "/admin/pep/consents/export/csv/",
        "in  200 200 403 403 403 403 403 403 403"),
    get("pep_consents.add",         "/admin/pep/consents/add/?child={child}",
        "in  200 200 403 403 403 200 404 403 403"),
    post("pep_consents.add",        "/admin/pep/consents/add/?child={child}",
         "401 422 422 403 403 403 422 404 403 403"),
    get("pep_consents.edit_view",           "/admin/pep/consents/edit/?id={consent}",
        "in  200 200 403 403 403 200 404 403 403"),
    post("pep_consents.edit_view",          "/admin/pep/consents/edit/?id={consent}",
         "401 409 409 403 403 403 409 404 403 403"),

    # Periods: reading is the Virtual School's and the auditor's (homes are not the school's to read), correcting the office's.
    get("pep_enrolments.index_view", "/admin/pep/enrolments/",
        "in  200 200 403 403 403 403 403 200 403"),
    get("pep_enrolments.details_view", "/admin/pep/enrolments/details/?id={enrolment}",
        "in  200 200 403 403 403 403 403 200 403"),
    get("pep_enrolments.export", "/admin/pep/enrolments/export/csv/",
        "in  200 200 403 403 403 403 403 403 403"),
    get("pep_enrolments.edit_view", "/admin/pep/enrolments/edit/?id={enrolment}",
        "in  200 200 403 403 403 403 403 403 403"),
    post("pep_enrolments.edit_view", "/admin/pep/enrolments/edit/?id={enrolment}",
         "401 409 409 403 403 403 403 403 403 403"),
    get("pep_placements.index_view", "/admin/pep/placements/",
        "in  200 200 403 403 403 403 403 200 403"),
    get("pep_placements.details_view", "/admin/pep/placements/details/?id={home}",
        "in  200 200 403 403 403 403 403 200 403"),
    get("pep_placements.export", "/admin/pep/placements/export/csv/",
        "in  200 200 403 403 403 403 403 403 403"),
    get("pep_placements.edit_view", "/admin/pep/placements/edit/?id={home}",
        "in  200 200 403 403 403 403 403 403 403"),
    post("pep_placements.edit_view", "/admin/pep/placements/edit/?id={home}",
         "401 409 409 403 403 403 403 403 403 403"),
    get("pep_caseloads.index_view", "/admin/pep/caseloads/",
        "in  200 200 403 403 403 403 403 200 403"),
    get("pep_caseloads.details_view", "/admin/pep/caseloads/details/?id={caseload}",
        "in  200 200 403 403 403 403 403 200 403"),
    get("pep_caseloads.export", "/admin/pep/caseloads/export/csv/",
        "in  200 200 403 403 403 403 403 403 403"),
    get("pep_caseloads.edit_view", "/admin/pep/caseloads/edit/?id={caseload}",
        "in  200 200 403 403 403 403 403 403 403"),
    post("pep_caseloads.edit_view", "/admin/pep/caseloads/edit/?id={caseload}",
         "401 409 409 403 403 403 403 403 403 403"),
    get("pep_care_periods.index_view", "/admin/pep/care_periods/",
        "in  200 200 403 403 403 403 403 200 403"),
    get("pep_care_periods.details_view", "/admin/pep/care_periods/details/?id={care_period}",
        "in  200 200 403 403 403 403 403 200 403"),
    get("pep_care_periods.export", "/admin/pep/care_periods/export/csv/",
        "in  200 200 403 403 403 403 403 403 403"),
    get("pep_care_periods.edit_view", "/admin/pep/care_periods/edit/?id={care_period}",
        "in  200 200 403 403 403 403 403 403 403"),
    post("pep_care_periods.edit_view", "/admin/pep/care_periods/edit/?id={care_period}",
         "401 409 409 403 403 403 403 403 403 403"),

    # Schools and people: the Virtual School's address book; the auditor reads it.
    get("pep_schools.index_view",        "/admin/pep/schools/",                    "in  200 200 403 403 403 403 403 200 403"),
    get("pep_schools.details_view",      "/admin/pep/schools/details/?id={school}", "in  200 200 403 403 403 403 403 200 403"),
    get("pep_schools.export",            "/admin/pep/schools/export/csv/",         "in  200 200 403 403 403 403 403 403 403"),
    get("pep_schools.create_view",       "/admin/pep/schools/new/",                "in  200 200 403 403 403 403 403 403 403"),
    post("pep_schools.create_view",      "/admin/pep/schools/new/",                "401 422 422 403 403 403 403 403 403 403"),
    get("pep_schools.edit_view",         "/admin/pep/schools/edit/?id={school}",   "in  200 200 403 403 403 403 403 403 403"),
    post("pep_schools.edit_view",        "/admin/pep/schools/edit/?id={school}",   "401 409 409 403 403 403 403 403 403 403"),
    get("pep_people.index_view",         "/admin/pep/people/",                     "in  200 200 403 403 403 403 403 200 403"),
    get("pep_people.details_view",       "/admin/pep/people/details/?id={person}", "in  200 200 403 403 403 403 403 200 403"),
    get("pep_people.export",             "/admin/pep/people/export/csv/",          "in  200 200 403 403 403 403 403 403 403"),
    get("pep_people.create_view",        "/admin/pep/people/new/",                 "in  200 200 403 403 403 403 403 403 403"),
    post("pep_people.create_view",       "/admin/pep/people/new/",                 "401 422 422 403 403 403 403 403 403 403"),
    get("pep_people.edit_view",          "/admin/pep/people/edit/?id={person}",    "in  200 200 403 403 403 403 403 403 403"),
    post("pep_people.edit_view",         "/admin/pep/people/edit/?id={person}",    "401 409 409 403 403 403 403 403 403 403"),
    get("pep_people.replace",            "/admin/pep/people/replace/?id={person}", "in  200 200 403 403 403 403 403 403 403"),
    post("pep_people.replace",           "/admin/pep/people/replace/?id={person}", "401 422 422 403 403 403 403 403 403 403"),

    # The board of the term: how the Virtual School follows it.
    get("pep_board.index_view",          "/admin/pep/board/",                      "in  200 200 403 403 403 403 403 200 403"),
    get("pep_board.children",            "/admin/pep/board/children/",             "in  200 200 403 403 403 403 403 200 403"),

    # The mail that went to people: the office's.
    get("pep_deliveries.index_view",     "/admin/pep/deliveries/",                 "in  200 200 403 403 403 403 403 200 403"),
    get("pep_deliveries.details_view",   "/admin/pep/deliveries/details/?id={mail}", "in  200 200 403 403 403 403 403 200 403"),
    post("pep_deliveries.send_again",    "/admin/pep/deliveries/send-again/?id={mail}", "401 303 303 403 403 403 403 403 403 403"),
    post("pep_deliveries.note_return",   "/admin/pep/deliveries/came-back/?id={mail}", "401 303 303 403 403 403 403 403 403 403"),
    post("pep_deliveries.undo_return",    "/admin/pep/deliveries/not-back/?id={mail}", "401 303 303 403 403 403 403 403 403 403"),
    post("pep_deliveries.mend",          "/admin/pep/deliveries/mend/?id={mail}",  "401 422 422 403 403 403 403 403 403 403"),

    # What was agreed at meetings: read by whoever sees the child, ticked off by those who work with it.
    get("pep_actions.index_view",        "/admin/pep/actions/?whose=all",          "in  200 200 403 200 200 200 200 200 403"),
    post("pep_actions.done",             "/admin/pep/actions/done/?id={action}",   "401 303 303 403 303 404 303 404 403 403"),
    post("pep_actions.not_done",         "/admin/pep/actions/not-done/?id={action}", "401 303 303 403 303 404 303 404 403 403"),

    # Meetings: booked by whoever writes Part 3 of the PEP; the diary is the Virtual School's.
    get("pep_meetings.index_view",       "/admin/pep/meetings/",                   "in  200 200 403 403 403 403 403 200 403"),
    get("pep_meetings.send_officer",     "/admin/pep/meetings/officer/?pep={pep}", "in  200 200 403 403 403 403 403 403 403"),
    post("pep_meetings.send_officer",    "/admin/pep/meetings/officer/?pep={pep}",
         "401 422 422 403 403 403 403 403 403 403", officer="{person}"),
    get("pep_meetings.book",             "/admin/pep/meetings/book/?pep={pep}",    "in  200 200 403 200 404 200 404 403 403"),
    post("pep_meetings.book",            "/admin/pep/meetings/book/?pep={pep}",    "401 422 422 403 422 404 422 404 403 403"),
    get("pep_meetings.call_off",         "/admin/pep/meetings/call-off/?pep={pep}", "in  200 200 403 200 404 200 404 403 403"),
    post("pep_meetings.call_off",        "/admin/pep/meetings/call-off/?pep={pep}", "401 422 422 403 422 404 422 404 403 403"),
    get("pep_meetings.calendar",         "/admin/pep/meetings/calendar/?pep={other_pep}",
        "in  200 200 403 404 200 404 200 200 403"),  # the first PEP has no meeting ahead

    # Whom to ring, and what was said: the office's alone.
    get("pep_handover_notes.leave",      "/admin/pep/handover_notes/?child={child}", "in  200 200 403 200 404 403 403 403 403"),
    post("pep_handover_notes.leave",     "/admin/pep/handover_notes/?child={child}", "401 422 422 403 422 404 403 403 403 403"),
    get("pep_calls.index_view",          "/admin/pep/calls/",                      "in  200 200 403 403 403 403 403 403 403"),
    get("pep_calls.note",                "/admin/pep/calls/note/?person={person}", "in  200 200 403 403 403 403 403 403 403"),
    post("pep_calls.note",               "/admin/pep/calls/note/?person={person}", "401 422 422 403 403 403 403 403 403 403"),
    post("pep_calls.settle",             "/admin/pep/calls/settle/?id={call}",     "401 303 303 403 403 403 403 403 403 403"),
    # The chase: the office's, to the auditor a list. The way in from a letter opens nothing and leads everybody on.
    get("pep_reminders.index_view",      "/admin/pep/reminders/",                  "in  200 200 403 403 403 403 403 200 403"),
    get("pep_reminders.no_meeting",      "/admin/pep/reminders/no-meeting/",       "in  200 200 403 403 403 403 403 200 403"),
    get("pep_reminders.escalate",        "/admin/pep/reminders/escalate/",         "in  200 200 403 403 403 403 403 403 403"),
    post("pep_reminders.escalate",       "/admin/pep/reminders/escalate/",         "401 422 422 403 403 403 403 403 403 403"),
    get("pep_from_mail.index_view",      "/admin/pep/from_mail/?message=1&to=link", "in 302 302 302 302 302 302 302 302 302"),
    get("pep_care_teams.index_view",     "/admin/pep/care_teams/",                 "in  200 200 403 403 403 403 403 200 403"),
    get("pep_care_teams.details_view",   "/admin/pep/care_teams/details/?id={team}", "in  200 200 403 403 403 403 403 200 403"),
    get("pep_care_teams.create_view",    "/admin/pep/care_teams/new/",             "in  200 200 403 403 403 403 403 403 403"),
    post("pep_care_teams.create_view",   "/admin/pep/care_teams/new/",             "401 422 422 403 403 403 403 403 403 403"),
    get("pep_care_teams.edit_view",      "/admin/pep/care_teams/edit/?id={team}",  "in  200 200 403 403 403 403 403 403 403"),
    post("pep_care_teams.edit_view",     "/admin/pep/care_teams/edit/?id={team}",  "401 409 409 403 403 403 403 403 403 403"),
    # The Virtual School's own week, its reviews out of turn, and the questions it keeps: `saved` is the officer's, shared.
    get("pep_week.index_view",           "/admin/pep/week/",                       "in  200 200 403 403 403 403 403 403 403"),
    get("pep_week.lines",                "/admin/pep/week/lines/?question=held&whose=all",
        "in  200 200 403 403 403 403 403 403 403"),
    get("pep_week.export",               "/admin/pep/week/export/csv/?question=held&whose=all",
        "in  200 200 403 403 403 403 403 403 403"),
    get("pep_out_of_turn.index_view",    "/admin/pep/out_of_turn/",                "in  200 200 403 403 403 403 403 403 403"),
    get("pep_out_of_turn.settle",        "/admin/pep/out_of_turn/settle/?child={child}&kind=risk&row={alert}",
        "in  200 200 403 403 403 403 403 403 403"),
    post("pep_out_of_turn.settle",       "/admin/pep/out_of_turn/settle/?child={child}&kind=risk&row={alert}",
         "401 422 422 403 403 403 403 403 403 403", how="waved"),
    post("pep_out_of_turn.again",        "/admin/pep/out_of_turn/again/?id={other_settled}",
         "401 303 303 403 403 403 403 403 403 403"),
    post("pep_out_of_turn.first",        "/admin/pep/out_of_turn/first/?child={child}",
         "401 303 303 403 403 403 403 403 403 403"),
    get("pep_alerts.index_view",         "/admin/pep/alerts/",                     "in  200 200 403 403 403 403 403 403 403"),
    get("pep_alerts.advise",             "/admin/pep/alerts/advise/?child={child}&kind=suspension&occurrence={suspension}",
        "in  200 200 403 403 403 403 403 403 403"),
    post("pep_alerts.advise",            "/admin/pep/alerts/advise/?child={child}&kind=suspension&occurrence={suspension}",
         "401 422 422 403 403 403 403 403 403 403"),
    get("pep_saved.index_view",          "/admin/pep/saved/",                      "in  200 200 403 403 403 403 403 403 403"),
    get("pep_saved.new",                 "/admin/pep/saved/new/?list=peps&flt0_stage=late",
        "in  200 200 403 403 403 403 403 403 403"),
    post("pep_saved.new",                "/admin/pep/saved/new/?list=peps&flt0_stage=late",
         "401 422 422 403 403 403 403 403 403 403"),
    get("pep_saved.change",              "/admin/pep/saved/change/?id={saved}",    "in  403 200 403 403 403 403 403 403 403"),
    post("pep_saved.change",             "/admin/pep/saved/change/?id={saved}",    "401 403 422 403 403 403 403 403 403 403"),
    post("pep_saved.remove",             "/admin/pep/saved/remove/?id={saved}",    "401 403 303 403 403 403 403 403 403 403"),
    get("pep_out_of_reach.index_view",   "/admin/pep/out_of_reach/",               "in  200 200 403 403 403 403 403 200 403"),

    # Who writes in whose place: theirs to give whose work it is, and the office's; to the auditor a list.
    get("pep_grants.index_view",         "/admin/pep/grants/",                     "in  200 200 403 403 403 403 403 200 403"),
    get("pep_grants.details_view",       "/admin/pep/grants/details/?id={grant}",  "in  200 200 403 403 403 403 403 200 403"),
    get("pep_grants.sections",           "/admin/pep/grants/sections/?pep={pep}",  "in  200 200 403 200 404 403 404 403 403"),
    post("pep_grants.sections",          "/admin/pep/grants/sections/?pep={pep}",  "401 422 422 403 422 404 403 404 403 403"),
    get("pep_grants.cover",              "/admin/pep/grants/cover/?person={person}", "in  200 200 403 200 404 404 404 403 403"),
    post("pep_grants.cover",             "/admin/pep/grants/cover/?person={person}", "401 422 422 403 422 404 404 404 403 403"),
    get("pep_grants.end",                "/admin/pep/grants/end/?id={grant}",      "in  200 200 403 200 404 404 404 403 403"),
    post("pep_grants.end",               "/admin/pep/grants/end/?id={ended_grant}", "401 422 422 403 422 404 404 404 403 403"),

    # Years and terms: the head's to change; an officer launches a term.
    #                                                                              nobody head officer finance teacher other_teacher
    #                                                                              worker other_worker auditor administrator
    get("pep_years.index_view",          "/admin/pep/years/",                      "in  200 200 403 403 403 403 403 200 403"),
    get("pep_years.details_view",        "/admin/pep/years/details/?id={year}",    "in  200 200 403 403 403 403 403 200 403"),
    get("pep_years.create_view",         "/admin/pep/years/new/",                  "in  200 403 403 403 403 403 403 403 403"),
    post("pep_years.create_view",        "/admin/pep/years/new/",                  "401 422 403 403 403 403 403 403 403 403"),
    get("pep_years.edit_view",           "/admin/pep/years/edit/?id={year}",       "in  200 403 403 403 403 403 403 403 403"),
    post("pep_years.edit_view",          "/admin/pep/years/edit/?id={year}",       "401 409 403 403 403 403 403 403 403 403"),
    get("pep_years.next_year",           "/admin/pep/years/next/?id={last_year}",  "in  200 403 403 403 403 403 403 403 403"),
    post("pep_years.next_year",          "/admin/pep/years/next/?id={last_year}",  "401 422 403 403 403 403 403 403 403 403"),
    get("pep_terms.index_view",          "/admin/pep/terms/",                      "in  200 200 403 403 403 403 403 200 403"),
    get("pep_terms.details_view",        "/admin/pep/terms/details/?id={term}",    "in  200 200 403 403 403 403 403 200 403"),
    get("pep_terms.create_view",         "/admin/pep/terms/new/",                  "in  200 403 403 403 403 403 403 403 403"),
    post("pep_terms.create_view",        "/admin/pep/terms/new/",                  "401 422 403 403 403 403 403 403 403 403"),
    get("pep_terms.edit_view",           "/admin/pep/terms/edit/?id={term}",       "in  200 403 403 403 403 403 403 403 403"),
    post("pep_terms.edit_view",          "/admin/pep/terms/edit/?id={term}",       "401 409 403 403 403 403 403 403 403 403"),
    get("pep_terms.launch",              "/admin/pep/terms/launch/?id={term}",     "in  200 200 403 403 403 403 403 403 403"),
    post("pep_terms.launch",             "/admin/pep/terms/launch/?id={term}",     "401 200 200 403 403 403 403 403 403 403"),

    # PEPs: read by all who see the child; Part 2 is the teacher's, Parts 1 and 3 the worker's (the teacher takes notes in 3); the
    # steps around it the office's.
    get("pep_peps.index_view",           f"{STEPS}/",                              "in  200 200 403 200 200 200 200 200 403"),
    get("pep_peps.details_view",         f"{STEPS}/details/?id={{pep}}",           "in  200 200 403 200 404 200 404 200 403"),
    get("pep_peps.check_answers",        f"{STEPS}/check/?id={{pep}}",             "in  200 200 403 200 404 200 404 200 403"),
    get("pep_peps.whole",                f"{STEPS}/whole/?id={{pep}}",             "in  200 200 403 200 404 200 404 200 403"),
    get("pep_peps.whole_history",        f"{STEPS}/history/?id={{pep}}",           "in  200 200 403 403 403 403 403 200 403"),
    get("pep_peps.export",               f"{STEPS}/export/csv/",                   "in  200 200 403 403 403 403 403 403 403"),
    get("pep_peps.pdf",                  f"{STEPS}/pdf/?id={{pep}}",               "in  200 200 403 200 404 200 404 403 403"),
    get("pep_peps.pdf_batch",            f"{STEPS}/pdfs/",                         "in  200 200 403 200 200 200 200 403 403"),
    post("pep_peps.pdf_batch",           f"{STEPS}/pdfs/",                         "401 409 409 403 409 404 409 404 403 403",
         rowid="{pep}"),
    get("pep_peps.section",              f"{STEPS}/section/?id={{pep}}&section=voice",
        "in  200 200 403 200 404 200 404 200 403"),
    post("pep_peps.section",             f"{STEPS}/section/?id={{pep}}&section=voice",
         "401 303 303 403 303 404 403 404 403 403"),
    get("pep_peps.sign",                 f"{STEPS}/sign/{EDUCATION}",              "in  200 200 403 200 404 403 404 403 403"),
    post("pep_peps.sign",                f"{STEPS}/sign/{EDUCATION}",              "401 422 422 403 303 404 403 404 403 403"),
    post("pep_peps.send",                f"{STEPS}/send/?id={{pep}}",              "401 422 422 403 422 404 422 404 403 403"),
    get("pep_peps.changes",              f"{STEPS}/changes/?id={{pep}}",           "in  200 200 403 200 404 200 404 200 403"),
    get("pep_peps.answer",               f"{STEPS}/answer/?id={{sent_pep}}&review={{question}}",
        "in  200 200 403 200 404 200 404 403 403"),
    post("pep_peps.answer",              f"{STEPS}/answer/?id={{sent_pep}}&review={{question}}",
         "401 422 422 403 422 404 422 404 403 403"),
    post("pep_peps.recall",              f"{STEPS}/recall/?id={{pep}}",            "401 422 422 403 422 404 422 404 403 403"),
    get("pep_peps.withdraw",             f"{STEPS}/withdraw/?id={{pep}}",          "in  200 200 403 403 403 403 403 403 403"),
    post("pep_peps.withdraw",            f"{STEPS}/withdraw/?id={{pep}}",          "401 422 422 403 403 403 403 403 403 403"),
    get("pep_peps.open_pep",             f"{STEPS}/open/?child={{child}}",         "in  200 200 403 403 403 403 403 403 403"),
    post("pep_peps.open_pep",            f"{STEPS}/open/?child={{child}}",         "401 422 422 403 403 403 403 403 403 403",
         kind="change", reason=""),
    get("pep_peps.name_writer",          f"{STEPS}/writer/?id={{pep}}",            "in  200 200 403 403 403 403 403 403 403"),
    post("pep_peps.name_writer",         f"{STEPS}/writer/?id={{sent_pep}}",       "401 422 422 403 403 403 403 403 403 403",
         writer_id="{person}"),
    get("pep_peps.edit_view",            f"{STEPS}/edit/?id={{pep}}",              "in  200 200 403 403 403 403 403 403 403"),
    post("pep_peps.edit_view",           f"{STEPS}/edit/?id={{pep}}",              "401 409 409 403 403 403 403 403 403 403"),
    post("pep_peps.action_view",         f"{STEPS}/action/",                       "401 200 200 403 403 403 403 403 403 403",
         action="grade", rowid="{sent_pep}"),
    post("pep_peps.delegate_confirm",    f"{STEPS}/delegate/",                     "401 409 409 403 403 403 403 403 403 403",
         rowid="{new_pep}"),
    get("pep_peps.grade_one",            f"{STEPS}/grade/?id={{sent_pep}}",        "in  200 200 403 403 403 403 403 403 403"),
    post("pep_peps.grade_confirm",       f"{STEPS}/grade/confirm/",                "401 409 409 403 403 403 403 403 403 403",
         rowid="{sent_pep}", decision="accept"),
    post("pep_peps.open_sections",       f"{STEPS}/open-sections/?id={{pep}}",     "401 303 303 403 403 403 403 403 403 403"),

    # Targets: Part 2's writer and the office write them.
    #                                                                              nobody head officer finance teacher other_teacher
    #                                                                              worker other_worker auditor administrator
    get("pep_targets.index_view",        "/admin/pep/targets/",                    "in  200 200 403 200 200 200 200 200 403"),
    get("pep_targets.details_view",      "/admin/pep/targets/details/?id={target}", "in  200 200 403 200 404 200 404 200 403"),
    get("pep_targets.write",             "/admin/pep/targets/write/?id={target}",  "in  200 200 403 200 404 403 404 403 403"),
    post("pep_targets.write",            "/admin/pep/targets/write/?pep={pep}",    "401 422 422 403 422 404 403 404 403 403"),
    get("pep_targets.note",              "/admin/pep/targets/note/?id={target}",   "in  200 200 403 200 404 200 404 403 403"),
    post("pep_targets.note",             "/admin/pep/targets/note/?id={target}",   "401 422 422 403 422 404 422 404 403 403"),
    # A note is struck by the account that wrote it, and by the Virtual School.
    get("pep_targets.strike",            "/admin/pep/targets/strike/?id={target}&note={remark}",
        "in  200 200 403 403 404 403 404 403 403"),
    post("pep_targets.strike",           "/admin/pep/targets/strike/?id={target}&note={remark}",
         "401 422 422 403 403 404 403 404 403 403"),
    get("pep_targets.remove",            "/admin/pep/targets/remove/?id={target}", "in  200 200 403 200 404 403 404 403 403"),
    post("pep_targets.remove",           "/admin/pep/targets/remove/?id={target}", "401 422 422 403 422 404 403 404 403 403"),

    # Documents: read as the child is, added by who writes a part of the PEP, taken away by who added it and by the office.
    # `document` came from the teacher.
    get("pep_documents.index_view",      f"{PAPERS}/",                             "in  200 200 403 200 200 200 200 200 403"),
    get("pep_documents.export",          f"{PAPERS}/export/csv/",                  "in  200 200 403 403 403 403 403 403 403"),
    get("pep_documents.details_view",    f"{PAPERS}/details/?id={{document}}",     "in  200 200 403 200 404 200 404 200 403"),
    get("pep_documents.file",            f"{PAPERS}/file/?id={{document}}",        "in  200 200 403 200 404 200 404 200 403"),
    get("pep_documents.add",             f"{PAPERS}/add/?pep={{pep}}",             "in  200 200 403 200 404 200 404 403 403"),
    post("pep_documents.add",            f"{PAPERS}/add/?pep={{pep}}",             "401 422 422 403 422 404 422 404 403 403"),
    get("pep_documents.remove",          f"{PAPERS}/remove/?id={{document}}",      "in  200 200 403 200 404 403 404 403 403"),
    post("pep_documents.remove",         f"{PAPERS}/remove/?id={{document}}",      "401 422 422 403 422 404 403 404 403 403"),
    post("pep_documents.put_back",       f"{PAPERS}/put-back/?id={{document}}",    "401 303 303 403 303 404 403 404 403 403"),

    # Money: asked for in Part 2, decided by the office, let go by finance or the head. An officer who approves does not release.
    # What the head let pass: waived and withdrawn by the head alone, read by the Virtual School and the auditor.
    get("pep_waivers.index_view",        f"{WAIVERS}/",                            "in  200 200 403 403 403 403 403 200 403"),
    get("pep_waivers.details_view",      f"{WAIVERS}/details/?id={{waiver}}",      "in  200 200 403 403 403 403 403 200 403"),
    get("pep_waivers.export",            f"{WAIVERS}/export/csv/",                 "in  200 200 403 403 403 403 403 403 403"),
    get("pep_waivers.waive",             f"{WAIVERS}/waive/?pep={{pep}}&check=RD-316",
        "in  200 403 403 403 403 403 403 403 403"),
    post("pep_waivers.waive",            f"{WAIVERS}/waive/?pep={{pep}}&check=RD-316",
         "401 422 403 403 403 403 403 403 403 403"),
    get("pep_waivers.withdraw",          f"{WAIVERS}/withdraw/?id={{waiver}}",     "in  200 403 403 403 403 403 403 403 403"),
    post("pep_waivers.withdraw",         f"{WAIVERS}/withdraw/?id={{waiver}}",     "401 422 403 403 403 403 403 403 403 403"),

    # Whom to meet: the Virtual School's list, which the auditor reads. A school asks about its own PEP (HB-3.10).
    get("pep_attending.index_view",      f"{MEET}/",                               "in  200 200 403 403 403 403 403 200 403"),
    get("pep_attending.export",          f"{MEET}/export/csv/",                    "in  200 200 403 403 403 403 403 403 403"),
    get("pep_attending.say_needed",      f"{MEET}/say/?child={{child}}&kind=send", "in  200 200 403 403 403 403 403 403 403"),
    post("pep_attending.say_needed",     f"{MEET}/say/?child={{child}}&kind=send", "401 422 422 403 403 403 403 403 403 403"),
    get("pep_attending.clear",           f"{MEET}/clear/?id={{note}}",             "in  200 200 403 403 403 403 403 403 403"),
    post("pep_attending.clear",          f"{MEET}/clear/?id={{note}}",             "401 422 422 403 403 403 403 403 403 403"),
    get("pep_attending.ask",             f"{MEET}/ask/?pep={{pep}}",               "in  403 403 403 303 404 403 404 403 403"),
    post("pep_attending.ask",            f"{MEET}/ask/?pep={{pep}}",               "401 403 403 403 422 404 403 404 403 403"),
    post("pep_attending.cancel",         f"{MEET}/cancel/?id={{note}}",            "401 403 403 403 404 404 404 404 403 403"),

    # A risk of exclusion is told by school and social worker, of their own; the Virtual School advises (HB-3.6). Never finance's.
    get("pep_exclusion_alerts.index_view", f"{ALERTS}/",                           "in  200 200 403 200 200 200 200 200 403"),
    get("pep_exclusion_alerts.details_view", f"{ALERTS}/details/?id={{alert}}",    "in  200 200 403 200 404 200 404 200 403"),
    get("pep_exclusion_alerts.export",   f"{ALERTS}/export/csv/",                  "in  200 200 403 403 403 403 403 403 403"),
    get("pep_exclusion_alerts.tell",     f"{ALERTS}/tell/?child={{child}}",        "in  200 200 403 200 404 200 404 403 403"),
    post("pep_exclusion_alerts.tell",    f"{ALERTS}/tell/?child={{child}}",        "401 422 422 403 422 404 422 404 403 403"),
    get("pep_exclusion_alerts.advise",   f"{ALERTS}/advise/?id={{alert}}",         "in  200 200 403 403 403 403 403 403 403"),
    post("pep_exclusion_alerts.advise",  f"{ALERTS}/advise/?id={{alert}}",         "401 409 409 403 403 403 403 403 403 403"),
    get("pep_exclusion_alerts.close",    f"{ALERTS}/close/?id={{alert}}",          "in  200 200 403 403 403 403 403 403 403"),
    post("pep_exclusion_alerts.close",   f"{ALERTS}/close/?id={{alert}}",          "401 409 409 403 403 403 403 403 403 403"),

    get("pep_ppg_requests.index_view",   f"{MONEY}/",                              "in  200 200 200 200 200 200 200 200 403"),
    get("pep_ppg_requests.details_view", f"{MONEY}/details/?id={{draft}}",         "in  200 200 200 200 404 200 404 200 403"),
    get("pep_ppg_requests.export",       f"{MONEY}/export/csv/",                   "in  200 200 200 403 403 403 403 403 403"),
    get("pep_ppg_requests.write",        f"{MONEY}/write/?id={{draft}}",           "in  200 200 403 200 404 403 404 403 403"),
    post("pep_ppg_requests.write",       f"{MONEY}/write/?pep={{pep}}",            "401 422 422 403 422 404 403 404 403 403"),
    post("pep_ppg_requests.work_out",    f"{MONEY}/work-out/?pep={{pep}}",         "401 200 200 403 200 404 403 404 403 403"),
    get("pep_ppg_requests.withdraw",     f"{MONEY}/withdraw/?id={{draft}}",        "in  200 200 403 200 404 403 404 403 403"),
    post("pep_ppg_requests.withdraw",    f"{MONEY}/withdraw/?id={{approved}}",     "401 422 422 403 422 404 403 404 403 403"),
    get("pep_ppg_requests.decide",       f"{MONEY}/decide/?id={{requested}}",      "in  200 200 403 403 403 403 403 403 403"),
    post("pep_ppg_requests.decide",      f"{MONEY}/decide/?id={{requested}}",      "401 422 422 403 403 403 403 403 403 403"),
    get("pep_ppg_requests.withdraw_approved", f"{MONEY}/withdraw-approved/?id={{approved}}",
        "in  200 200 403 403 403 403 403 403 403"),
    post("pep_ppg_requests.withdraw_approved", f"{MONEY}/withdraw-approved/?id={{approved}}",
         "401 409 409 403 403 403 403 403 403 403"),
    # A gate is the head's alone to open (handbook, preamble).
    post("pep_ppg_requests.action_view", f"{MONEY}/action/",                       "401 200 403 200 403 403 403 403 403 403",
         action="release", rowid="{approved}"),
    get("pep_ppg_requests.release_all",  f"{MONEY}/release-all/",                  "in  200 403 200 403 403 403 403 403 403"),
    post("pep_ppg_requests.release_confirm", f"{MONEY}/release/",                  "401 409 403 409 403 403 403 403 403 403",
         rowid="{approved}"),
    get("pep_referrals.index_view",      "/admin/pep/referrals/",                  "in  200 200 403 200 200 200 200 200 403"),
    get("pep_referrals.details_view",    "/admin/pep/referrals/details/?id={referral}", "in  200 200 403 200 404 200 404 200 403"),
    get("pep_referrals.export",          "/admin/pep/referrals/export/csv/",       "in  200 200 403 403 403 403 403 403 403"),
    get("pep_referrals.told",            "/admin/pep/referrals/told/?id={referral}", "in  200 200 403 403 403 403 403 403 403"),
    post("pep_referrals.told",           "/admin/pep/referrals/told/?id={referral}", "401 409 409 403 403 403 403 403 403 403"),
    # Whoever asked for it takes it away, too; here that is none of the others.
    get("pep_referrals.remove",          "/admin/pep/referrals/remove/?id={referral}", "in  200 200 403 403 404 403 404 403 403"),
    post("pep_referrals.remove",         "/admin/pep/referrals/remove/?id={referral}", "401 409 409 403 403 404 403 404 403 403",
         reason="asked for by mistake"),
    get("pep_payments.index_view",       "/admin/pep/payments/",                   "in  200 200 200 403 403 403 403 200 403"),
    get("pep_payments.details_view",     "/admin/pep/payments/details/?id={batch}", "in  200 200 200 403 403 403 403 200 403"),
    get("pep_payments.csv",              "/admin/pep/payments/csv/?id={batch}",    "in  200 200 200 403 403 403 403 200 403"),
    get("pep_payments.batch",            "/admin/pep/payments/batch/",             "in  200 403 200 403 403 403 403 403 403"),
    post("pep_payments.batch",           "/admin/pep/payments/batch/",             "401 409 403 409 403 403 403 403 403 403"),

    # Files that bring records in: the office's, each person's own.
    get("pep_imports.index_view",        "/admin/pep/imports/",                    "in  200 200 403 403 403 403 403 403 403"),
    get("pep_imports.new",               "/admin/pep/imports/new/?kind=schools",   "in  200 200 403 403 403 403 403 403 403"),
    post("pep_imports.new",              "/admin/pep/imports/new/?kind=schools",   "401 422 422 403 403 403 403 403 403 403"),
    get("pep_imports.outcome",           "/admin/pep/imports/outcome/?id={import}", "in  404 200 403 403 403 403 403 403 403"),
    get("pep_imports.mend",              "/admin/pep/imports/mend/?id={import}&part=register",
        "in  404 200 403 403 403 403 403 403 403"),
    post("pep_imports.confirm",          "/admin/pep/imports/confirm/?id={import}", "401 404 409 403 403 403 403 403 403 403"),
    post("pep_imports.discard",          "/admin/pep/imports/discard/?id={import}", "401 404 303 403 403 403 403 403 403 403"),
    # What is remembered of headings is the team's; a file that waits for its columns is its own person's.
    get("pep_import_columns.index_view", "/admin/pep/import_columns/",             "in  200 200 403 403 403 403 403 403 403"),
    post("pep_import_columns.change",    "/admin/pep/import_columns/change/?kind=schools&part=register",
         "401 422 422 403 403 403 403 403 403 403", **{"column-9": "urn"}),
    get("pep_import_columns.match",      "/admin/pep/import_columns/match/?id={import}",
        "in  404 200 403 403 403 403 403 403 403"),
    post("pep_import_columns.match",     "/admin/pep/import_columns/match/?id={import}",
         "401 404 422 403 403 403 403 403 403 403"),

    # The roll in September: the office's. The house's children are all in the middle of their schools: nothing is to be decided.
    get("pep_roll_over.index_view",      "/admin/pep/roll_over/",                  "in  200 200 403 403 403 403 403 403 403"),
    post("pep_roll_over.index_view",     "/admin/pep/roll_over/",                  "401 303 303 403 403 403 403 403 403 403"),
    get("pep_roll_over.confirm",         "/admin/pep/roll_over/confirm/",          "in  200 200 403 403 403 403 403 403 403"),
    post("pep_roll_over.confirm",        "/admin/pep/roll_over/confirm/",          "401 303 303 403 403 403 403 403 403 403"),

    # Who is designated teacher: asked and decided by the office (HB-2.2), read by the auditor, answered by the one it is about.
    #                                                                              nobody head officer finance teacher other_teacher
    #                                                                              worker other_worker auditor administrator
    post("pep_schools.action_view",      "/admin/pep/schools/action/",             "401 200 200 403 403 403 403 403 403 403",
         action="leads", rowid="{school}"),
    get("pep_leads.index_view",          "/admin/pep/leads/",                      "in  200 200 403 403 403 403 403 200 403"),
    get("pep_leads.details_view",        "/admin/pep/leads/details/?id={lead}",    "in  200 200 403 403 403 403 403 200 403"),
    get("pep_leads.ask",                 "/admin/pep/leads/ask/",                  "in  200 200 403 403 403 403 403 403 403"),
    post("pep_leads.ask",                "/admin/pep/leads/ask/",                  "401 404 404 403 403 403 403 403 403 403",
         rowid="987654"),
    get("pep_leads.accept",              "/admin/pep/leads/accept/?id={lead}",     "in  200 200 403 403 403 403 403 403 403"),
    post("pep_leads.accept",             "/admin/pep/leads/accept/?id={lead}",     "401 422 422 403 403 403 403 403 403 403"),
    get("pep_leads.decline",             "/admin/pep/leads/decline/?id={lead}",    "in  200 200 403 403 403 403 403 403 403"),
    post("pep_leads.decline",            "/admin/pep/leads/decline/?id={lead}",    "401 422 422 403 403 403 403 403 403 403"),
    get("pep_my_lead.index_view",        "/admin/pep/my_lead/",                    "in  403 403 403 200 200 403 403 403 403"),
    get("pep_my_lead.answer",            "/admin/pep/my_lead/answer/?school={school}",
        "in  403 403 403 200 404 403 403 403 403"),
    post("pep_my_lead.answer",           "/admin/pep/my_lead/answer/?school={school}",
         "401 403 403 403 422 404 403 403 403 403"),

    # Long work: each person's own. The officer has asked for PDFs, and nothing is made yet.
    #                                                                              nobody head officer finance teacher other_teacher
    #                                                                              worker other_worker auditor administrator
    get("pep_jobs.index_view",           "/admin/pep/jobs/",                       "in  200 200 403 200 200 200 200 403 403"),
    get("pep_jobs.details_view",         "/admin/pep/jobs/details/?id={job}",      "in  404 200 403 404 404 404 404 403 403"),
    post("pep_jobs.cancel",              "/admin/pep/jobs/cancel/?id={job}",       "401 404 303 403 404 404 404 404 403 403"),
    get("pep_jobs.file",                 "/admin/pep/jobs/file/?id={job}",         "in  404 404 403 404 404 404 404 403 403"),

    # Texts that are not saved yet: of those who write, each their own and nobody else's. Nobody has typed anything here, and a page
    # sends nothing without the seal that it was given with.
    #                                                                              nobody head officer finance teacher other_teacher
    #                                                                              worker other_worker auditor administrator
    get("pep_drafts.index_view",         "/admin/pep/drafts/",                     "in  200 200 403 200 200 200 200 403 403"),
    post("pep_drafts.keep",              "/admin/pep/drafts/keep/",
         "401 400 400 403 400 400 400 400 403 403", seal="none"),
    get("pep_drafts.mark",               "/admin/pep/drafts/mark/",                "in  200 200 403 200 200 200 200 403 403"),
    get("pep_drafts.drop",               "/admin/pep/drafts/drop/?id=1",           "in  404 404 403 404 404 404 404 403 403"),
    post("pep_drafts.drop",              "/admin/pep/drafts/drop/?id=1",           "401 404 404 403 404 404 404 404 403 403"),

    # The audit log: the head's and the auditor's. Nobody changes it.
    get("pep_audit_log.index_view",      "/admin/pep/audit_log/",                  "in  200 403 403 403 403 403 403 200 403"),
    get("pep_audit_log.details_view",    "/admin/pep/audit_log/details/?id={event}", "in  200 403 403 403 403 403 403 200 403"),

    # The rulebook is everybody's who is signed in.
    get("pep_rules.index",               "/admin/pep/rules/",                      "in  200 200 200 200 200 200 200 200 200"),

    # Calendars, closures and inspections of schools: read like schools, kept by the office; what holds for more than one school is
    # the head's, like years and terms.
    get("pep_calendars.index_view", "/admin/pep/calendars/",
        "in  200 200 403 403 403 403 403 200 403"),
    get("pep_calendars.details_view", "/admin/pep/calendars/details/?id={calendar}",
        "in  200 200 403 403 403 403 403 200 403"),
    get("pep_calendars.add", "/admin/pep/calendars/add/",
        "in  200 200 403 403 403 403 403 403 403"),
    post("pep_calendars.add", "/admin/pep/calendars/add/",
         "401 422 422 403 403 403 403 403 403 403"),
    get("pep_calendars.edit_view", "/admin/pep/calendars/edit/?id={calendar}",
        "in  200 200 403 403 403 403 403 403 403"),
    post("pep_calendars.edit_view", "/admin/pep/calendars/edit/?id={calendar}",
         "401 409 409 403 403 403 403 403 403 403"),
    get("pep_calendars.remove", "/admin/pep/calendars/remove/?id={calendar}",
        "in  200 200 403 403 403 403 403 403 403"),
    post("pep_calendars.remove", "/admin/pep/calendars/remove/?id={calendar}",
         "401 409 409 403 403 403 403 403 403 403", reason="wrong"),
    get("pep_closures.index_view", "/admin/pep/closures/",
        "in  200 200 403 403 403 403 403 200 403"),
    get("pep_closures.details_view", "/admin/pep/closures/details/?id={closure}",
        "in  200 200 403 403 403 403 403 200 403"),
    get("pep_closures.add", "/admin/pep/closures/add/?calendar={calendar}",
        "in  200 200 403 403 403 403 403 403 403"),
    post("pep_closures.add", "/admin/pep/closures/add/?calendar={calendar}",
         "401 422 422 403 403 403 403 403 403 403"),
    get("pep_closures.edit_view", "/admin/pep/closures/edit/?id={closure}",
        "in  200 200 403 403 403 403 403 403 403"),
    post("pep_closures.edit_view", "/admin/pep/closures/edit/?id={closure}",
         "401 409 409 403 403 403 403 403 403 403"),
    get("pep_closures.remove", "/admin/pep/closures/remove/?id={closure}",
        "in  200 200 403 403 403 403 403 403 403"),
    post("pep_closures.remove", "/admin/pep/closures/remove/?id={closure}",
         "401 409 409 403 403 403 403 403 403 403", reason="wrong"),
    get("pep_inspections.index_view", "/admin/pep/inspections/",
        "in  200 200 403 403 403 403 403 200 403"),
    get("pep_inspections.details_view", "/admin/pep/inspections/details/?id={inspection}",
        "in  200 200 403 403 403 403 403 200 403"),
    get("pep_inspections.add", "/admin/pep/inspections/add/?school={school}&on=12+Nov+2024",
        "in  200 200 403 403 403 403 403 403 403"),
    post("pep_inspections.add", "/admin/pep/inspections/add/?school={school}&on=12+Nov+2024",
         "401 422 422 403 403 403 403 403 403 403"),
    get("pep_inspections.edit_view", "/admin/pep/inspections/edit/?id={inspection}",
        "in  200 200 403 403 403 403 403 403 403"),
    post("pep_inspections.edit_view", "/admin/pep/inspections/edit/?id={inspection}",
         "401 409 409 403 403 403 403 403 403 403"),
    get("pep_inspections.remove", "/admin/pep/inspections/remove/?id={inspection}",
        "in  200 200 403 403 403 403 403 403 403"),
    post("pep_inspections.remove", "/admin/pep/inspections/remove/?id={inspection}",
         "401 409 409 403 403 403 403 403 403 403", reason="wrong"),
    get("pep_inspections.export", "/admin/pep/inspections/export/csv/",
        "in  200 200 403 403 403 403 403 403 403"),
    get("pep_calendars.create_view", "/admin/pep/calendars/new/",
        "in  200 403 403 403 403 403 403 403 403"),
    post("pep_calendars.create_view", "/admin/pep/calendars/new/",
         "401 422 403 403 403 403 403 403 403 403"),
    get("pep_days_off.index_view", "/admin/pep/days_off/",
        "in  200 200 403 403 403 403 403 200 403"),
    get("pep_days_off.details_view", "/admin/pep/days_off/details/?id={day_off}",
        "in  200 200 403 403 403 403 403 200 403"),
    get("pep_days_off.create_view", "/admin/pep/days_off/new/",
        "in  200 403 403 403 403 403 403 403 403"),
    post("pep_days_off.create_view", "/admin/pep/days_off/new/",
         "401 422 403 403 403 403 403 403 403 403"),
    get("pep_days_off.edit_view", "/admin/pep/days_off/edit/?id={day_off}",
        "in  200 403 403 403 403 403 403 403 403"),
    post("pep_days_off.edit_view", "/admin/pep/days_off/edit/?id={day_off}",
         "401 409 403 403 403 403 403 403 403 403"),
    get("pep_days_off.remove", "/admin/pep/days_off/remove/?id={day_off}",
        "in  200 403 403 403 403 403 403 403 403"),
    post("pep_days_off.remove", "/admin/pep/days_off/remove/?id={day_off}",
         "401 409 403 403 403 403 403 403 403 403", reason="wrong"),
)

TABLE: Mapping[tuple[str, str], Line] = {(line.endpoint, line.method): line for line in LINES}
