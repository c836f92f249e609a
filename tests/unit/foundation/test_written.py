"""What people write is brought to one form, or refused with the reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.foundation.errors import Refused
from service.foundation.written import clean_line, clean_text, fold_name


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        ("  Friends  of\tthe Lake ", "Friends of the Lake"),
        ("E\u0301cole", "École"),
        ("ئۇيغۇر ئاكادېمىيىسى", "ئۇيغۇر ئاكادېمىيىسى"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("བོད་ཀྱི་རིག་གཞུང", "བོད་ཀྱི་རིག་གཞུང"),
        ("Nguyễn Thị Hồng", "Nguyễn Thị Hồng"),
        ('{{ 7*7 }} #read("/etc/passwd") <b>', '{{ 7*7 }} #read("/etc/passwd") <b>'),
        ("", ""),
    ],
)
def test_a_line_keeps_what_its_writer_meant(given_, kept):
    assert clean_line(given_, what="The name") == kept


@pytest.mark.parametrize(
    ("given_", "reason"),
    [
        ("two\nlines", "on one line"),
        ("a\u2028b", "on one line"),
        ("a\u202eb", "U+202E"),
        ("a\u2066b", "U+2066"),
        ("zero\u200bwidth", "U+200B"),
        ("Amnesty\u200cInternational", "U+200C"),
        ("nul\0", "U+0000"),
        ("soft\u00adhyphen", "U+00AD"),
        ("tag\U000e0041", "U+E0041"),
        ("joined\u034fnowhere", "U+034F"),
        ("\u2800", "U+2800"),
        ("\u3164", "U+3164"),
        ("note\U0001d173", "U+1D173"),
        ("z" + "\u0301\u0302\u0303\u0304\u0305\u0306", "too many marks"),
        ("a" * 201, "at most 200"),
        ("a" * 1_000_000, "at most 200"),
    ],
)
def test_a_line_that_hides_something_is_refused_with_the_reason(given_, reason):
    with pytest.raises(Refused, match="The name") as refusal:
        clean_line(given_, what="The name")

    assert reason in str(refusal.value)


def test_a_text_keeps_its_lines():
    assert clean_text("one\r\ntwo\rthree\n", what="The call") == "one\ntwo\nthree"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ärzte für Flüsse e.V.", "arzte fur flusse E V"),
        ("ＮＧＯ　Forum", "NGO Forum"),
        ("River—Watch", "river watch"),
        ("Straße", "STRASSE"),
    ],
)
def test_two_spellings_of_one_name_fold_to_the_same(one, other):
    assert fold_name(one) == fold_name(other)


@pytest.mark.parametrize(("one", "other"), [("བོད", "བད"), ("कि", "क"), ("River Watch", "River Watch Two")])
def test_two_names_do_not_fold_to_the_same(one, other):
    assert fold_name(one) != fold_name(other)


@given(st.text(max_size=120))
def test_what_is_kept_stays_as_it_is_when_cleaned_again(text):
    try:
        kept = clean_line(text, what="The name")
    except Refused:
        return

    assert clean_line(kept, what="The name") == kept
    assert fold_name(fold_name(kept)) == fold_name(kept)
