"""Rows of another school: whoever asks for one is told what they would be told of a row that does not exist, word for word.

Each address is first tried with a row of one's own, so that a 404 is the row's and not the address's.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from pep_admin.models import Pep
from pep_admin.pep_document import read_document
from pep_admin.permissions import SYSTEM
from pep_admin.vocabulary import Audience
from tests.security.house import MISSING, House, changed, told

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

PEPS, TARGETS, MONEY, CHILDREN, PAPERS = (
    f"/admin/pep/{noun}" for noun in ("peps", "targets", "ppg_requests", "children", "documents"))
OTHERS_WORDS = re.compile("Musterkind1|Jule")
HOSTILE = {"outcome": "Taken over", "description": "Taken over", "reason": "Taken over", "child_voice_good": "Taken over"}

READ = (
    (f"{CHILDREN}/details/?id={{}}", "child"),
    (f"{PEPS}/details/?id={{}}", "pep"),
    (f"{PEPS}/check/?id={{}}", "pep"),
    (f"{PEPS}/section/?id={{}}&section=voice", "pep"),
    (f"{PEPS}/section/?id={{}}&section=background", "pep"),
    (f"{PEPS}/pdf/?id={{}}", "pep"),
    (f"{TARGETS}/details/?id={{}}", "target"),
    (f"{PAPERS}/details/?id={{}}", "document"),
    (f"{PAPERS}/file/?id={{}}", "document"),
    (f"{PAPERS}/add/?pep={{}}", "pep"),
    (f"{PAPERS}/add/?child={{}}", "child"),
    (f"{MONEY}/details/?id={{}}", "draft"),
)
WRITTEN_BY_TEACHERS = (
    (f"{TARGETS}/write/?id={{}}", "target"),
    (f"{TARGETS}/write/?pep={{}}", "pep"),
    (f"{TARGETS}/remove/?id={{}}", "free_target"),
    (f"{PAPERS}/remove/?id={{}}", "document"),
    (f"{MONEY}/write/?id={{}}", "draft"),
    (f"{MONEY}/write/?pep={{}}", "pep"),
    (f"{MONEY}/withdraw/?id={{}}", "draft"),
)
FOR_TEACHERS_ALONE = (("/admin/pep/handover_notes/?child={}", "child"),)
POSTED = (
    (f"{PEPS}/section/?id={{}}&section=voice", "pep"),
    (f"{PEPS}/sign/?id={{}}&part=education", "pep"),
    (f"{PEPS}/send/?id={{}}", "pep"),
    (f"{PEPS}/recall/?id={{}}", "pep"),
    (f"{PAPERS}/put-back/?id={{}}", "document"),
    *WRITTEN_BY_TEACHERS,
)


def foreign(place: str) -> str:
    return f"other_{place}"


@pytest.mark.parametrize(("who", "stranger"), [("teacher", "other_teacher"), ("worker", "other_worker")])
def test_reading_a_foreign_row_is_the_404_of_no_row(either_house: House, who: str, stranger: str) -> None:
    house, pages = either_house, READ + (WRITTEN_BY_TEACHERS + FOR_TEACHERS_ALONE if who == "teacher" else ())
    last = house.last_event()
    for address, place in pages:
        row = house.plan.places[foreign(place)]
        answers = [told(house.get(who, address.format(asked)), row, MISSING) for asked in (row, MISSING)]
        assert answers[0] == answers[1], address
        assert answers[0][0] == 404, address
        assert not OTHERS_WORDS.search(answers[0][1])
    looked = [each for each in house.events(after=last) if each.action.endswith((".read", ".pdf", ".file"))]
    assert looked == [], "nothing was looked at"
    for address, place in pages:
        if "/pdf/" not in address:
            assert house.get(who, address.format(house.plan.places[place])).status_code == 200, address
            assert house.get(stranger, address.format(house.plan.places[foreign(place)])).status_code == 200, address


@pytest.mark.parametrize("who", ["teacher", "worker"])
def test_writing_to_a_foreign_row_is_the_404_of_no_row(either_house: House, who: str) -> None:
    house = either_house
    before = house.rows()
    for address, place in POSTED:
        row = house.plan.places[foreign(place)]
        answers = [told(house.post(who, address.format(asked), HOSTILE), row, MISSING) for asked in (row, MISSING)]
        assert answers[0] == answers[1], address
        assert answers[0][0] == 404, address
        assert not OTHERS_WORDS.search(answers[0][1]), address
    assert changed(before, house.rows()) == set()


def test_the_same_posts_reach_ones_own_rows(house: House) -> None:
    """Else the 404 above would say nothing."""
    answers = {}
    for address, place in POSTED:
        answers[address] = house.post("teacher", address.format(house.plan.places[place]), HOSTILE).status_code
        house.restore()
    assert answers == {
        f"{PEPS}/section/?id={{}}&section=voice": 303, f"{PEPS}/sign/?id={{}}&part=education": 303, f"{PEPS}/send/?id={{}}": 422,
        f"{PEPS}/recall/?id={{}}": 422, f"{TARGETS}/write/?id={{}}": 422, f"{TARGETS}/write/?pep={{}}": 422,
        f"{TARGETS}/remove/?id={{}}": 303, f"{PAPERS}/remove/?id={{}}": 303, f"{PAPERS}/put-back/?id={{}}": 303,
        f"{MONEY}/write/?id={{}}": 422, f"{MONEY}/write/?pep={{}}": 422,
        f"{MONEY}/withdraw/?id={{}}": 303}


# --- ids inside a form ---------------------------------------------------------------------------------------------------


def filled(house: House, who: str, path: str, having: str) -> list[tuple[str, str]]:
    """The form of a page as a browser would send it, without its mark."""
    form = house.visitor(who).get(house.at(path)).form(having)
    return [(name, value) for name, value in form.form_values() if name != "csrf_token"]


def with_typed(fields: list[tuple[str, str]], **typed: str) -> list[tuple[str, str]]:
    return [(name, value) for name, value in fields if name not in typed] + list(typed.items())


@pytest.mark.parametrize("path", [f"{MONEY}/write/?id={{draft}}", f"{MONEY}/write/?pep={{pep}}"])
def test_a_request_cannot_be_hung_on_a_foreign_target(either_house: House, path: str) -> None:
    """Neither on one out of sight, nor on that of another PEP that the teacher writes as well."""
    house = either_house
    before, rows = house.rows(), (house.plan.places["other_target"], house.plan.places["graded_target"])
    costed = {"quantity": "1", "unit": "hour", "unit_cost_pence": "20", "amount_pence": "20", "category": "TUITION_1",
              "description": "One hour", "provider": "A tutor", "payee": "school"}
    fields = filled(house, "teacher", path, "target_id")
    answers = [told(house.post("teacher", path, with_typed(fields, **costed, target_id=str(asked))), *rows, MISSING)
               for asked in (*rows, MISSING)]
    assert answers[0] == answers[1] == answers[2] and answers[0][0] == 404
    assert changed(before, house.rows()) == set()
    own = house.post("teacher", path, with_typed(fields, **costed, target_id=str(house.plan.places["free_target"])))
    assert own.status_code == 303


def test_a_foreign_target_is_not_offered_when_an_address_names_it(house: House) -> None:
    row = house.plan.places["other_target"]
    answers = [told(house.get("teacher", f"{MONEY}/write/?pep={{pep}}&target={asked}"), row, MISSING) for asked in (row, MISSING)]
    assert answers[0] == answers[1] and answers[0][0] == 200


def test_an_address_with_two_records_does_not_mix_them(house: House) -> None:
    """The row's own PEP counts, whatever PEP stands beside it."""
    before = house.rows()
    for path in (f"{TARGETS}/write/?id={{target}}&pep={{other_pep}}", f"{MONEY}/write/?id={{draft}}&pep={{other_pep}}"):
        page = house.get("teacher", path)
        assert page.status_code == 200 and not OTHERS_WORDS.search(page.text)
    for path in (f"{TARGETS}/write/?id={{other_target}}&pep={{pep}}", f"{MONEY}/write/?id={{other_draft}}&pep={{pep}}"):
        assert house.get("teacher", path).status_code == 404
        assert house.post("teacher", path, HOSTILE).status_code == 404
    assert changed(before, house.rows()) == set()


def digest_of(house: House, open_session: Any, key: str) -> str:
    """The base that a page of that field would carry."""
    session = open_session(house.url, SYSTEM)
    pep = session.get_one(Pep, house.plan.places["pep"])
    digest: str = read_document(session, pep, audience=Audience.SCHOOL).digests[key]
    session.close()
    return digest


def test_a_line_of_a_foreign_table_is_not_taken_over(either_house: House, open_session: Any) -> None:
    house = either_house
    row, before = house.plan.places["other_attainment"], house.rows()
    line = {"attainment-0-subject": "Maths", "attainment-0-current": "Taken over", "attainment-0-expected": "x",
            "attainment-0-on_track": "ON", "base-attainment": digest_of(house, open_session, "attainment")}
    path = f"{PEPS}/section/?id={{pep}}&section=learning"
    answers = [told(house.post("teacher", path, {**line, "attainment-0-id": str(asked)}), row, MISSING) for asked in (row, MISSING)]
    assert answers[0] == answers[1] and answers[0][0] == 404
    assert changed(before, house.rows()) == set()
    own = house.post("teacher", path, {**line, "attainment-0-id": str(house.plan.places["attainment"])})
    assert own.status_code == 303 and house.row("pep_attainment", house.plan.places["attainment"])["current"] == "Taken over"


def test_a_foreign_target_cannot_be_looked_back_on(either_house: House) -> None:
    house = either_house
    opened = house.post("officer", f"{PEPS}/open/?child={{graded_child}}", {"kind": "change", "reason": "A new carer"})
    path = f"{PEPS}/section/?id={opened.location.rpartition('=')[2]}&section=last_targets"
    fields = filled(house, "teacher", path, "target_reviews-0-outcome")
    typed = {"target_reviews-0-outcome": "MET", "target_reviews-0-what_happened": "x", "target_reviews-0-support_effect": "helped",
             "target_reviews-0-next": "close"}
    before, row, missing = house.rows(), house.plan.places["other_target"], 98_765
    posts = [with_typed(fields, **typed, **{"target_reviews-0-target_id": str(asked)}) for asked in (row, missing)]
    answers = [told(house.post("teacher", path, each), row, missing) for each in posts]
    assert answers[0] == answers[1] and answers[0][0] == 404
    assert changed(before, house.rows()) == set()
    assert house.post("teacher", path, with_typed(fields, **typed)).status_code == 303


@pytest.mark.parametrize(("path", "field"), [
    (f"{CHILDREN}/new/", "school"), (f"{CHILDREN}/new/", "social_worker"), (f"{CHILDREN}/new/", "carer"),
    (f"{CHILDREN}/change-school/?id={{child}}", "school"), (f"{CHILDREN}/change-worker/?id={{child}}", "person"),
    (f"{CHILDREN}/change-home/?id={{child}}", "carer"), ("/admin/pep/schools/edit/?id={school}", "designated_teacher"),
    ("/admin/pep/schools/edit/?id={school}", "headteacher"), (f"{MONEY}/write/?id={{draft}}", "payee_school"),
])
def test_a_choice_that_is_not_offered_stands_beside_its_field(house: House, path: str, field: str) -> None:
    """Out of nothing, or of the wrong kind: the child's social worker as a school's teacher, say."""
    before = house.rows()
    for asked in (MISSING, 2_147_483_648, house.plan.places["worker_person"] if field not in ("social_worker", "person") else
                  house.plan.places["person"]):
        if field in ("school", "payee_school") and asked < 1_000:
            continue  # a school's id may be anybody's
        answer = house.post("officer", path, with_typed(filled(house, "officer", path, field), **{field: str(asked)}))
        assert answer.status_code == 422 and "Choose one from the list." in answer.text, asked
    assert changed(before, house.rows()) == set()


def test_nobody_can_be_made_the_writer_out_of_nothing(house: House) -> None:
    before = house.rows()
    assert house.post("officer", f"{PEPS}/writer/?id={{pep}}", {"writer_id": str(MISSING)}).status_code == 404
    assert changed(before, house.rows()) == set()


# --- many rows at once ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("who", "path", "form", "rows"), [
    ("officer", f"{PEPS}/action/", {"action": "grade"}, ("sent_pep",)),
    ("officer", f"{PEPS}/action/", {"action": "delegate"}, ("new_pep",)),
    ("teacher", f"{PEPS}/action/", {"action": "pdfs"}, ("pep",)),
    ("officer", f"{PEPS}/delegate/", {}, ("new_pep",)),
    ("officer", f"{PEPS}/grade/confirm/", {"grade": "gold", "decision": "accept", "feedback": "Led by the child."}, ("sent_pep",)),
    ("finance", f"{MONEY}/action/", {"action": "release"}, ("approved",)),
    ("finance", f"{MONEY}/release/", {"alone_reason": ""}, ("approved",)),
])
def test_one_row_that_is_not_there_stops_all(
    either_house: House, who: str, path: str, form: dict[str, str], rows: tuple[str]
) -> None:
    house, before = either_house, either_house.rows()
    table = "pep_ppg_request" if path.startswith(MONEY) else "pep_pep"
    own = [("rowid", str(house.plan.places[place])) for place in rows]
    own += [(f"version-{row}", str(house.row(table, int(row))["row_version"])) for _, row in list(own)]
    for strange in (str(MISSING), "-1", "0", "1,2", "x", "", "2147483648"):
        answer = house.post(who, path, [*form.items(), *own, ("rowid", strange)])
        assert answer.status_code == 404, strange
    assert changed(before, house.rows()) == set()
    assert house.post(who, path, [*form.items(), *own]).status_code == 200


def test_a_writer_is_offered_pdfs_alone_and_has_no_other_action(house: House) -> None:
    for who, offered in (("teacher", {"pdfs"}), ("worker", {"pdfs"}), ("auditor", set())):
        page = house.get(who, f"{PEPS}/").text
        assert set(re.findall(r'name="action" value="(\w+)"', page)) == offered and ('name="rowid"' in page) is bool(offered)
        for action, code in (("grade", 403), ("delegate", 403), ("delete", 404), ("", 404), ("grade_peps", 404)):
            assert house.post(who, f"{PEPS}/action/", {"action": action, "rowid": "{pep}"}).status_code == code
    assert house.post("officer", f"{MONEY}/action/", {"action": "release", "rowid": "{approved}"}).status_code == 403


# --- lists ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("noun", ["children", "peps", "targets", "ppg_requests"])
def test_a_list_never_holds_a_foreign_row(house: House, noun: str) -> None:
    """However it is searched, sorted and paged: the rows in it are those of the one child's PEPs that the teacher may see."""
    for asked in ("", "?search=Jule", "?search=AUT-0002", "?page_size=100", "?page=1", "?sort=0&desc=1", "?sort=1"):
        answer = house.get("teacher", f"/admin/pep/{noun}/{asked}")
        assert answer.status_code == 200
        rows = re.search(r"<tbody.*</tbody>", answer.text, re.DOTALL)
        held = rows[0] if rows else ""
        assert not OTHERS_WORDS.search(held) and "AUT-0002" not in held, asked
        assert bool(held) == (asked not in ("?search=Jule", "?search=AUT-0002")), asked


def test_a_filter_by_a_foreign_row_finds_nothing(house: House) -> None:
    bar = house.get("teacher", f"{CHILDREN}/").text
    school = re.search(r'name="(flt[0-9]+_school)"', bar)
    assert school and "Birch School" not in bar, "the filter bar is no directory"
    answers = [told(house.get("teacher", f"{CHILDREN}/?{school[1]}={asked}"), house.plan.places["other_school"], MISSING)
               for asked in (house.plan.places["other_school"], MISSING)]
    assert answers[0] == answers[1] and answers[0][0] == 200


# --- what a relation to the child decides --------------------------------------------------------------------------------


def test_a_teacher_loses_sight_of_a_child_who_moves(house: House) -> None:
    """A live session, bookmarks and a half-written form are worth nothing from then on; the new school sees it all (A21)."""
    # The new school takes away no document that the old one added.
    pages = [(address, place) for address, place in READ + WRITTEN_BY_TEACHERS
             if "/pdf/" not in address and "/documents/remove/" not in address]
    for address, place in pages:
        assert house.get("teacher", address.format(house.plan.places[place])).status_code == 200
        assert house.get("other_teacher", address.format(house.plan.places[place])).status_code == 404
    path = f"{CHILDREN}/change-school/?id={{child}}"
    fields = with_typed(filled(house, "officer", path, "school"), school=str(house.plan.places["other_school"]), on="17 Nov 2024",
                        reason="home_move")
    assert house.post("officer", path, fields).status_code == 303
    for address, place in pages:
        assert house.get("teacher", address.format(house.plan.places[place])).status_code == 404, address
        assert house.get("other_teacher", address.format(house.plan.places[place])).status_code == 200, address
    for address, place in POSTED:
        assert house.post("teacher", address.format(house.plan.places[place]), HOSTILE).status_code == 404, address


def test_a_teacher_loses_sight_also_of_what_was_signed_off(house: House) -> None:
    """A complete PEP keeps the old school and its writer, for the record and the money; it is no window to the child."""
    pages = (f"{CHILDREN}/details/?id={{graded_child}}", f"{PEPS}/details/?id={{graded_pep}}", f"{MONEY}/details/?id={{approved}}")
    assert [house.get("teacher", page).status_code for page in pages] == [200, 200, 200]
    path = f"{CHILDREN}/change-school/?id={{graded_child}}"
    fields = with_typed(filled(house, "officer", path, "school"), school=str(house.plan.places["other_school"]), on="17 Nov 2024",
                        reason="home_move")
    assert house.post("officer", path, fields).status_code == 303
    assert house.row("pep_pep", house.plan.places["graded_pep"])["writer_id"] == house.plan.places["person"]
    assert [house.get("teacher", page).status_code for page in pages] == [404, 404, 404]
    assert [house.get("other_teacher", page).status_code for page in pages] == [200, 200, 200]


def test_a_worker_loses_sight_of_a_child_who_gets_another(house: House) -> None:
    path = f"{CHILDREN}/change-worker/?id={{child}}"
    other = str(house.plan.places["other_worker_person"])
    fields = with_typed(filled(house, "officer", path, "person"), person=other, on="18 Nov 2024")
    assert house.post("officer", path, fields).status_code == 303
    for address, place in READ:
        if "/pdf/" not in address:
            assert house.get("worker", address.format(house.plan.places[place])).status_code == 404, address
            assert house.get("other_worker", address.format(house.plan.places[place])).status_code == 200, address


@pytest.mark.slow
def test_what_is_withheld_from_school_stands_on_no_page_of_a_teacher(house: House) -> None:
    """HB-3.11: nor in the PDF, nor where the teacher's pages say what is still wanting."""
    withheld = "Two moves of home in the first year in care"
    assert withheld in house.get("worker", f"{PEPS}/section/?id={{pep}}&section=background").text
    sections = re.findall(r"section=([a-z_]+)", house.get("worker", f"{PEPS}/details/?id={{pep}}").text)
    assert "background" in sections and "voice" in sections
    pages = [f"{PEPS}/section/?id={{pep}}&section={key}" for key in sorted(set(sections))]
    pages += [address.replace("{}", f"{{{place}}}") for address, place in READ + WRITTEN_BY_TEACHERS
              if "/pdf/" not in address and "/file/" not in address]
    for page in pages:
        answer = house.get("teacher", page)
        assert answer.status_code in (200, 404), page
        assert withheld not in answer.text, page
