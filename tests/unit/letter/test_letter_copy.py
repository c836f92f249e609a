import dataclasses
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.foundation.canonical import canonical
from service.foundation.errors import Refused
from service.letter.audience import is_for_addressee_only, may_show
from service.letter.copy import make_copy
from service.letter.edition import Edition, Office, plain
from tests.unit.letter.letters import (
    MINISTER,
    NEWSROOM,
    PRESIDENT,
    ROLL,
    copy_of,
    make_edition,
    make_person,
    make_signatory,
    make_text,
)

SHOWN = [
    ("public", "public", True),
    ("public", "full", True),
    ("recipient", "public", False),
    ("recipient", "full", True),
    ("counted", "public", False),
    ("counted", "full", False),
    ("public", "nobody", False),
    ("anything", "full", False),
]
PAPER = [(PRESIDENT, "us-letter"), (MINISTER, "a4"), (None, "us-letter")]
HIDDEN = {
    "public": ("Quiet Spring Group", "Bo Hush", "Hidden Well Society"),
    "full": ("Hidden Well Society",),
}


@pytest.mark.parametrize(("shown", "audience", "may"), SHOWN)
def test_one_rule_says_what_an_audience_may_see(shown, audience, may):
    assert may_show(shown, audience) is may


def test_only_names_for_the_addressee_are_not_for_publication():
    assert [is_for_addressee_only(shown) for shown in ("public", "recipient", "counted")] == [
        False,
        True,
        False,
    ]


@pytest.mark.parametrize("audience", ["public", "full"])
def test_a_copy_holds_nothing_of_those_it_withholds(audience):
    copy = copy_of(audience)
    record = json.dumps(copy.as_record(), ensure_ascii=False)

    for name in HIDDEN[audience]:
        assert name not in record
        assert name not in repr(copy)
    for signatory in ROLL:
        assert signatory.salt not in record


@pytest.mark.parametrize("audience", ["public", "full"])
def test_a_commitment_opens_with_salt_and_row_and_never_without(audience):
    copy = copy_of(audience)
    hidden = [one for one in ROLL if not may_show(one.shown, audience)]

    openings = []
    for one in hidden:
        row = {key: value for key, value in plain(one).items() if key != "salt"}
        openings.append(hashlib.sha256(canonical({"salt": one.salt, "row": row})).hexdigest())

    assert copy.withheld.count == len(hidden)
    assert list(copy.withheld.commitments) == sorted(openings)


def test_the_same_person_commits_differently_under_another_salt():
    one = copy_of(roll=(make_signatory("X", shown="counted", salt="a" * 64),))
    other = copy_of(roll=(make_signatory("X", shown="counted", salt="b" * 64),))

    assert one.withheld.commitments != other.withheld.commitments


@pytest.mark.parametrize("salt", ["", "short", "g" * 64])
def test_a_withheld_row_without_its_salt_stops_everything(salt):
    with pytest.raises(ValueError, match="salt"):
        copy_of(roll=(make_signatory("X", shown="counted", salt=salt),))


def test_where_a_hidden_name_stands_in_the_alphabet_cannot_be_seen():
    roll = tuple(make_signatory(name, shown="counted") for name in ("A", "B", "C", "D", "E", "F"))

    assert copy_of(roll=roll).as_record() == copy_of(roll=roll[::-1]).as_record()


def test_a_copy_leaves_out_what_the_letter_does_not_print():
    roll = (make_signatory("X", country="LA", category="c", representative_name="R. Epresentative", order=7),)
    plain = json.dumps(copy_of(roll=roll).as_record())

    assert "LA" not in plain
    assert "Epresentative" not in plain
    assert "R. Epresentative" in json.dumps(copy_of(roll=roll, show_representative=True).as_record())
    assert '"LA"' in json.dumps(copy_of(roll=roll, group_by="country").as_record())


def test_the_number_of_countries_is_told_only_where_the_text_tells_it():
    told = copy_of(text=make_text(body="From ((countries)) countries.")).as_record()

    assert told["numbers"]["countries"] == 4
    assert "countries" not in copy_of().as_record()["numbers"]


def test_numbers_hold_everybody_in_both_copies():
    for audience in ("public", "full"):
        assert copy_of(audience).numbers.signatories == 7


def test_the_check_code_is_the_hash_of_the_canonical_json():
    copy = copy_of()

    assert copy.check_code == hashlib.sha256(canonical(copy.as_record())).hexdigest()
    assert copy.check_code != copy_of("public").check_code


def test_an_office_gets_its_own_salutation_and_address():
    other = dataclasses.replace(PRESIDENT, name="Xi Other", salutation="Excellency,", delivery_line="By hand")
    edition = make_edition(offices=(PRESIDENT, other, MINISTER))

    own = make_copy(edition, audience="full", office=other)
    all_of_them = make_copy(edition, audience="full", office=None)

    assert own.salutation == "Excellency,"
    assert [one.name for one in own.addressees] == ["Xi Other"]
    assert own.delivery_line == "By hand"
    assert all_of_them.salutation == "Dear President Example,"
    assert [(one.name, one.address) for one in all_of_them.addressees] == [
        ("Jane Q. Example", ()),
        ("Xi Other", ()),
    ]


def test_a_cc_office_gets_the_letter_as_it_went_to_the_addressee():
    copy = copy_of("public", MINISTER)

    assert [one.name for one in copy.addressees] == ["Jane Q. Example"]
    assert [one.name for one in copy.cc] == ["Mo Ntana"]
    assert copy.delivery_line == ""


def test_press_is_never_named_in_a_letter():
    assert NEWSROOM.name not in json.dumps(copy_of("public", NEWSROOM).as_record())


@pytest.mark.parametrize(("office", "paper"), PAPER)
def test_paper_is_what_the_office_prints_on(office, paper):
    assert copy_of("public", office).paper == paper


@pytest.mark.parametrize("office", [MINISTER, NEWSROOM])
def test_an_office_for_the_public_copy_is_refused_the_full_one(office):
    with pytest.raises(Refused, match="public copy only"):
        copy_of("full", office)


def test_a_letter_to_nobody_is_refused():
    with pytest.raises(Refused, match="addressed to nobody"):
        copy_of("public", None, offices=(MINISTER,))


@pytest.mark.parametrize("part", ["title", "body", "re", "salutation", "closing", "asks_intro", "ending"])
def test_an_unknown_placeholder_is_refused_wherever_it_stands(part):
    with pytest.raises(Refused, match=r"\(\(cuont\)\)"):
        copy_of(text=make_text(**{part: "We are ((cuont))."}))


def test_an_unknown_placeholder_in_an_own_salutation_is_refused():
    with pytest.raises(Refused, match=r"\(\(name\)\)"):
        copy_of("full", None, offices=(dataclasses.replace(PRESIDENT, salutation="Dear ((name)),"),))


def test_two_brackets_around_words_are_no_placeholder():
    assert copy_of(text=make_text(body="So it is ((we think))."))


def test_a_language_without_words_is_refused():
    with pytest.raises(Refused, match="need words of their own"):
        copy_of(text=make_text(language="cy"))


def test_an_edition_comes_back_from_its_record():
    edition = make_edition(roll=(*ROLL, make_person("ཚེ་རིང་", order=3, name_latin="Tsering")))

    back = Edition.from_record(json.loads(json.dumps(edition.as_record())))

    assert back == edition
    assert back.fingerprint == edition.fingerprint


def test_an_edition_without_contact_comes_back_too():
    edition = make_edition(contact=None)

    assert Edition.from_record(edition.as_record()) == edition


@given(name=st.text(max_size=30), place=st.none() | st.integers(min_value=0, max_value=99))
def test_any_name_comes_back_from_its_record(name, place):
    edition = make_edition(roll=(make_person(name, order=place),))

    assert Edition.from_record(json.loads(json.dumps(edition.as_record()))) == edition


def test_any_change_changes_the_fingerprint():
    whole = make_edition()

    for change in ({"number": 2}, {"roll": ROLL[1:]}, {"event": ""}, {"offices": (PRESIDENT,)}):
        assert make_edition(**change).fingerprint != whole.fingerprint


def test_the_office_of_a_record_is_an_office():
    assert isinstance(Edition.from_record(make_edition().as_record()).offices[0], Office)
