"""The rooms of the admin: one line a view, in the order of the menu. What all of them share is base.py's and gate.py's."""

from __future__ import annotations

from pep_admin.views.actions import Actions
from pep_admin.views.alerts import Alerts
from pep_admin.views.attending import Attending
from pep_admin.views.audit_log import AuditLog
from pep_admin.views.board import TermBoard
from pep_admin.views.calendars import Calendars, Closures, DaysOff
from pep_admin.views.calls import Calls
from pep_admin.views.care_teams import CareTeams
from pep_admin.views.children import Children
from pep_admin.views.dashboard import Dashboard
from pep_admin.views.deliveries import Deliveries
from pep_admin.views.documents import Documents
from pep_admin.views.drafts import Drafts
from pep_admin.views.exclusion_alerts import ExclusionAlerts
from pep_admin.views.from_mail import FromMail
from pep_admin.views.gate import PepView
from pep_admin.views.grants import Grants
from pep_admin.views.handover import HandoverNotes
from pep_admin.views.import_columns import ImportColumns
from pep_admin.views.imports import Imports
from pep_admin.views.inspections import Inspections
from pep_admin.views.jobs import Jobs
from pep_admin.views.leads import Leads
from pep_admin.views.meetings import Meetings
from pep_admin.views.my_lead import MyLead
from pep_admin.views.my_peps import MyPeps
from pep_admin.views.out_of_reach import PeopleOutOfReach
from pep_admin.views.out_of_turn import OutOfTurn
from pep_admin.views.payments import Payments
from pep_admin.views.people import People
from pep_admin.views.peps import Peps
from pep_admin.views.periods import CarePeriods, Caseloads, Enrolments, Placements
from pep_admin.views.ppg_requests import PpgRequests
from pep_admin.views.records import Consents, SdqScores, Suspensions
from pep_admin.views.referrals import Referrals
from pep_admin.views.reminders import Reminders
from pep_admin.views.roll_over import RollOver
from pep_admin.views.rules import Rulebook
from pep_admin.views.saved import Saved
from pep_admin.views.schools import Schools
from pep_admin.views.targets import Targets
from pep_admin.views.terms import Terms, Years
from pep_admin.views.waivers import Waivers
from pep_admin.views.week import WeekView

VIEWS: tuple[type[PepView], ...] = (
    MyPeps,
    Actions,
    Rulebook,
    TermBoard,
    WeekView,
    Saved,
    Calls,
    OutOfTurn,
    Alerts,
    Reminders,
    Peps,
    Drafts,
    Children,
    Attending,
    Meetings,
    ExclusionAlerts,
    Targets,
    Waivers,
    PpgRequests,
    Payments,
    Referrals,
    Documents,
    HandoverNotes,
    SdqScores,
    Suspensions,
    Consents,
    Enrolments,
    Placements,
    Caseloads,
    CarePeriods,
    Schools,
    Inspections,
    People,
    CareTeams,
    Grants,
    Deliveries,
    PeopleOutOfReach,
    FromMail,
    Leads,
    MyLead,
    Years,
    Terms,
    RollOver,
    Calendars,
    Closures,
    DaysOff,
    Imports,
    ImportColumns,
    Jobs,
    AuditLog,
)

__all__ = ["VIEWS", "Dashboard"]
