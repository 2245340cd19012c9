"""Named questions to the database, and the facts that rules ask for: one room a subject, all asked for by this name.

Facts for rules are read unscoped, as columns and never entities, each with its reason: a teacher's cap check must count the old
school's requests without showing them. Everything that is shown to people is read scoped.
"""

from pep_admin.queries.asked import Asked, asked_under
from pep_admin.queries.attending import asks_of, children_to_meet, reasons_to_meet
from pep_admin.queries.calendars import Calendars, counted_peps, is_working_day_in, peps_due_by, terms_of
from pep_admin.queries.caps import grant_facts, periods, ppg_facts_for, scheme_for
from pep_admin.queries.children import names_of
from pep_admin.queries.documents import documents_of_child, documents_of_pep, find_document
from pep_admin.queries.documents import may_read as may_read_document
from pep_admin.queries.exclusions import open_alert_of, open_alerts
from pep_admin.queries.front_page import DUE_SOON_DAYS, front_page_counts
from pep_admin.queries.inspections import is_latest, is_less_than_good, latest_inspections, less_than_good_rule
from pep_admin.queries.kept import Life, copy_of, kept_target, life_of_target
from pep_admin.queries.last_term import names_at_school, outcomes_of, peps_before, places_copied
from pep_admin.queries.lateness import delays, late_now, late_with
from pep_admin.queries.launch import LaunchCandidate, launch_candidates
from pep_admin.queries.ledger import Waiting, allocation_differences, unbatched_releases, waiting_for_batch
from pep_admin.queries.past_scope import Columns
from pep_admin.queries.people import WRITING_KINDS, possible_writers
from pep_admin.queries.peps import ONE_A_TERM, OPEN_TO_WRITE, last_reviews, peps_of_term
from pep_admin.queries.progress import NOTED, notes_of
from pep_admin.queries.requests import RequestStep, approved_requests, effects_of_request, life_of_request, requested_pence
from pep_admin.queries.terms import day_bounds, find_term, known_terms, next_deadlines, term_of, terms_so_far
from pep_admin.queries.waivers import count_waivers, reads_reason, standing_waivers, waivers_of

__all__ = [
    "DUE_SOON_DAYS",
    "NOTED",
    "ONE_A_TERM",
    "OPEN_TO_WRITE",
    "WRITING_KINDS",
    "Asked",
    "Calendars",
    "Columns",
    "LaunchCandidate",
    "Life",
    "RequestStep",
    "Waiting",
    "allocation_differences",
    "approved_requests",
    "asked_under",
    "asks_of",
    "children_to_meet",
    "copy_of",
    "count_waivers",
    "counted_peps",
    "day_bounds",
    "delays",
    "documents_of_child",
    "documents_of_pep",
    "effects_of_request",
    "find_document",
    "find_term",
    "front_page_counts",
    "grant_facts",
    "is_latest",
    "is_less_than_good",
    "is_working_day_in",
    "kept_target",
    "known_terms",
    "last_reviews",
    "late_now",
    "late_with",
    "latest_inspections",
    "launch_candidates",
    "less_than_good_rule",
    "life_of_request",
    "life_of_target",
    "may_read_document",
    "names_at_school",
    "names_of",
    "next_deadlines",
    "notes_of",
    "open_alert_of",
    "open_alerts",
    "outcomes_of",
    "peps_before",
    "peps_due_by",
    "peps_of_term",
    "periods",
    "places_copied",
    "possible_writers",
    "ppg_facts_for",
    "reads_reason",
    "reasons_to_meet",
    "requested_pence",
    "scheme_for",
    "standing_waivers",
    "term_of",
    "terms_of",
    "terms_so_far",
    "unbatched_releases",
    "waiting_for_batch",
    "waivers_of",
]
