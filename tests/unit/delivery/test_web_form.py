"""What is entered into the form on an office's site, what of it does not fit, and what the person takes along.

`python -m tests.unit.delivery.test_web_form` writes the golden file.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.campaigns.file_ways import FormField, WebForm
from service.delivery.by_hand.entries import write_entries
from service.delivery.channel import Outward
from service.delivery.channels.web_form import CHANNEL
from service.delivery.channels.web_form.fields import fill_in
from service.delivery.channels.web_form.rules import RULES, examine, examine_texts
from service.letter.fit_text import UNITS, size_of
from service.model.recipient import Audience, Recipient, RecipientRole
from tests.unit.letter.golden_letter import BODY, NAMES
from tests.unit.letter.letters import ROLL, copy_of, make_text

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "webform" / "fields.txt"
NOW = datetime(2026, 12, 7, 9, tzinfo=UTC)
OFFICE = Recipient(
    campaign_id="", revision_id="", position=0, role=RecipientRole.TO, copy_kind=Audience.FULL,
    channels=["webform"], details=b"",
)  # fmt: skip
OUTWARD = Outward(smtp=False, mail_from="")
LONG = copy_of(text=make_text(body=BODY), roll=(*ROLL, *NAMES))
OWN = FormField(
    label="Your message",
    text="((signatories)) ask you to speak of the river at the summit.\n\nOn ((date)), ((count)) have signed.",
    limit=500,
    unit="utf16",
)
FORM = WebForm(
    address="https://office.example/write-to-us",
    whole_at="https://rivers.example/letter",
    fields=(
        FormField(label="Name", holds="contact_name"),
        FormField(label="E-mail", holds="contact_email", limit=100, unit="characters"),
        FormField(label="Topic", text="Human rights"),
        FormField(label="Subject", holds="title", limit=80, unit="characters"),
        OWN,
        FormField(label="Anything else", holds="letter", limit=1200, unit="crlf_bytes"),
    ),
)
TOO_LONG = (
    "“Message” is too long: 812 of 500 characters. Shorten it by 312. A field of a form takes only so much: what is longer"
    " it refuses, or cuts off. (HTML Standard, the maxlength attribute; the form itself; looked at on 2026-11-27)"
)


def form_of(*fields: FormField, whole_at: str = "") -> WebForm:
    return WebForm(address="https://office.example/write", whole_at=whole_at, fields=fields)


def details_of(form: WebForm) -> dict[str, Any]:
    fields = [
        {"label": one.label, "holds": one.holds, "text": one.text, "limit": one.limit, "unit": one.unit}
        for one in form.fields
    ]
    return {"webform": {"address": form.address, "whole_at": form.whole_at, "fields": fields}}


def entered(field: FormField, copy=LONG, whole_at: str = "") -> str:
    (filled,) = fill_in(form_of(field, whole_at=whole_at), copy)
    return filled.entry.value


@pytest.mark.parametrize(
    ("holds", "value"),
    [
        ("title", "President Example: protect the river"),
        ("re", "Protect the river when speaking at the Basin Summit"),
        ("signatories", "7 organizations and individuals"),
        ("count", "7"),
        ("coalition", "Coalition for Open Rivers"),
        ("date", "December 7, 2026"),
        ("contact_name", "A. Secretary"),
        ("contact_role", "Secretariat"),
        ("contact_email", "letter@rivers.example"),
        ("contact_phone", "+1 202 555 0100"),
    ],
)
def test_a_field_holds_what_the_letter_says(holds, value):
    assert entered(FormField(label="x", holds=holds), copy_of()) == value


def test_an_authors_text_is_entered_as_it_was_written_with_its_numbers_filled_in():
    assert entered(OWN, copy_of()) == (
        "7 organizations and individuals ask you to speak of the river at the summit.\n\n"
        "On December 7, 2026, 7 have signed."
    )


def test_a_letter_that_fits_is_whole_and_one_that_does_not_names_what_was_left_out():
    whole = entered(FormField(label="x", holds="letter"))
    fitted = entered(
        FormField(label="x", holds="letter", limit=1200), whole_at="https://rivers.example/letter"
    )

    assert whole.endswith(("verify", LONG.check_code[-8:]))
    assert size_of(fitted, "crlf_bytes") <= 1200 < size_of(whole, "crlf_bytes")
    assert fitted.splitlines()[-1].endswith("]")
    assert "https://rivers.example/letter" in fitted


@given(st.integers(min_value=400, max_value=6000), st.sampled_from(UNITS))
def test_what_is_entered_of_a_letter_never_takes_more_than_its_field(limit, unit):
    (filled,) = fill_in(form_of(FormField(label="x", holds="letter", limit=limit, unit=unit)), LONG)

    assert filled.size <= limit
    assert bool(filled.refused) == (not filled.entry.value)


@given(st.text(alphabet="abé😀\n ", min_size=1, max_size=60), st.integers(1, 60), st.sampled_from(UNITS))
def test_an_authors_text_is_refused_exactly_where_it_takes_more_than_its_field(text, limit, unit):
    field = FormField(label="x", text=text, limit=limit, unit=unit)
    # It comes clean: without blanks at its ends.
    too_long = size_of(field.text, unit) > limit

    found = examine_texts(form_of(field))

    assert [one.forbids for one in found] == [True] * too_long


@pytest.mark.parametrize(
    ("field", "rules"),
    [
        (FormField(label="x", text="Speak of the river."), []),
        (FormField(label="x", text="12345", limit=5), []),
        (FormField(label="x", text="12345\n6", limit=7), [("field-limit", True)]),
        (FormField(label="x", text="12345\n6", limit=7, unit="bytes"), []),
        (FormField(label="x", text="😀", limit=1, unit="characters"), []),
        (FormField(label="x", text="😀", limit=1, unit="utf16"), [("field-limit", True)]),
        # The words that take its place are longer than the placeholder.
        (FormField(label="x", text="((signatories))", limit=20), [("field-limit", True)]),
        (FormField(label="x", holds="title", limit=10), [("field-limit", True)]),
        (FormField(label="x", holds="letter", limit=40), [("letter-fitted", True)]),
        (FormField(label="x", holds="letter", limit=1200), []),
    ],
)
def test_what_does_not_fit_is_found_by_its_rule(field, rules):
    found = examine(form_of(field), LONG)

    assert [(one.rule.id, one.forbids) for one in found] == rules
    assert {one.rule for one in found} <= set(RULES)


def test_what_the_letter_does_not_say_is_told_and_forbids_nothing():
    copy = copy_of(contact=None)

    found = examine(form_of(FormField(label="Telephone", holds="contact_phone")), copy)

    assert [(one.rule.id, one.forbids) for one in found] == [("field-filled", False)]
    assert "Telephone" in found[0].found


@pytest.mark.parametrize(
    ("details", "can", "reason"),
    [
        ({}, False, "No form is described for this recipient."),
        (details_of(FORM), True, ""),
        (
            details_of(form_of(FormField(label="Message", text="x" * 812, limit=500, unit="characters"))),
            False,
            TOO_LONG,
        ),
        # What its placeholders will say may be shorter than they are.
        (details_of(form_of(FormField(label="x", text="((organizations))", limit=3))), True, ""),
    ],
)
def test_it_can_go_where_a_form_is_described_and_the_authors_texts_fit(details, can, reason):
    verdict = CHANNEL.check(OFFICE, details, OUTWARD)

    assert (verdict.can, verdict.reason) == (can, reason)


def test_a_person_brings_it_and_no_program():
    assert CHANNEL.by_hand
    assert CHANNEL.documents(copy_of(), details_of(FORM)) == ()
    assert CHANNEL.address(details_of(FORM)) == FORM.address


def written() -> str:
    entries = CHANNEL.entries(LONG, details_of(FORM))
    return write_entries(FORM.address, entries, language="en")


def test_the_fields_read_as_they_were_looked_at():
    assert written() == GOLDEN.read_text()


def test_what_is_entered_stands_whole_between_the_lines():
    between = written().split("-" * 72 + "\n")[1::2]

    assert [one.removesuffix("\n") for one in between] == [one.entry.value for one in fill_in(FORM, LONG)]


if __name__ == "__main__":
    GOLDEN.parent.mkdir(exist_ok=True)
    GOLDEN.write_text(written())
