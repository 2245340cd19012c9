"""Which sections are open where a PEP was sent back for some of them alone (HB-7.1)."""

from __future__ import annotations

from pep_admin.pep_form import FORM
from pep_admin.validators.reopening import check_open, is_open, may_be_named, parts_reopened, titles_of
from pep_admin.vocabulary import Part


def test_where_nothing_was_named_everything_is_open() -> None:
    assert is_open(None, "voice") and is_open(None, "targets") and check_open(FORM, None, "voice") == []
    assert parts_reopened(FORM, None) == {Part.SOCIAL_CARE, Part.EDUCATION, Part.MEETING}


def test_what_was_named_is_open_and_nothing_else() -> None:
    named = ["targets", "voice"]
    assert [is_open(named, key) for key in ("voice", "targets", "target_exceptions", "attendance", "money")] == [
        True, True, True, False, False], "why there is no target goes with the targets"
    assert not is_open([], "voice"), "an empty list opens nothing"
    assert check_open(FORM, named, "voice") == [] == check_open(FORM, named, "target_exceptions")
    [refused] = check_open(FORM, named, "attendance")
    assert (refused.check, refused.code, refused.severity) == ("RETURN-section", "HB-7.1", "blocking")
    assert refused.message == ("The Virtual School sent back “The child's voice”, “Targets” alone. Ask it to open the rest, "
                               "if this has to change too.")


def test_the_parts_of_what_was_named_are_signed_anew() -> None:
    for key in ("voice", "money", "targets"):
        assert parts_reopened(FORM, [key]) == {Part.EDUCATION}
    assert parts_reopened(FORM, ["discussion", "voice"]) == {Part.EDUCATION, Part.MEETING}
    assert parts_reopened(FORM, ["no_such_section"]) == frozenset(), "a section of an earlier form signs nothing away"


def test_what_can_be_named_stands_in_the_order_of_the_form_with_its_part() -> None:
    named = may_be_named(FORM)
    assert named["voice"] == (Part.EDUCATION, "The child's voice") and named["targets"] == (Part.EDUCATION, "Targets")
    assert named["money"] == (Part.EDUCATION, "Pupil Premium requests") and "target_exceptions" not in named
    some = [key for key in named if key in ("attendance", "voice", "targets", "discussion")]
    assert some == ["voice", "attendance", "discussion", "targets"]
    assert titles_of(FORM, ["targets", "voice", "gone"]) == ["The child's voice", "Targets"]
