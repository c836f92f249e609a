"""Reading the public forms: what is taken, and the one sentence for each thing that is wrong."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.foundation.sentence import Sentence
from service.model.edition import Decision
from service.model.signature import Kind, Visibility
from service.signing.party import SignOn
from service.web.forms import (
    Misfilled,
    blank_sign_on,
    prefilled_sign_on,
    read_day,
    read_decision,
    read_question,
    read_sign_on,
    shown_again,
)

ORGANIZATION = {
    "name": "River Watch",
    "representative_name": "Ada Example",
    "representative_title": "Chair",
    "authority": "yes",
    "email": "ada@rivers.example",
    "visibility": "public",
}
PERSON = {"name": "Ada Example", "email": "ada@rivers.example", "visibility": "recipient"}
KINDS = {Kind.ORGANIZATION: ORGANIZATION, Kind.PERSON: PERSON}


def errors_of(kind: Kind, **changes: str) -> dict[str, str]:
    """Read a good form with some fields changed, and give what is wrong with it."""
    try:
        read_sign_on({**KINDS[kind], **changes}, kind=kind, language="en")
    except Misfilled as wrong:
        return wrong.errors
    return {}


@pytest.mark.parametrize(
    ("kind", "field", "text", "sentence"),
    [
        (Kind.ORGANIZATION, "name", "", "Enter the name of the organization."),
        (Kind.ORGANIZATION, "name", " \t ", "Enter the name of the organization."),
        (Kind.ORGANIZATION, "name", "x" * 201, "The name is too long: at most 200 characters."),
        (Kind.ORGANIZATION, "name", "x" * 1_000_000, "The name is too long: at most 200 characters."),
        (Kind.ORGANIZATION, "name", "River\nWatch", "The name must be on one line."),
        (
            Kind.ORGANIZATION,
            "name",
            "River\0Watch",
            "The name holds a character that cannot be shown (U+0000).",
        ),
        (
            Kind.ORGANIZATION,
            "name",
            "River\u202eWatch",
            "The name holds a character that cannot be shown (U+202E).",
        ),
        (
            Kind.ORGANIZATION,
            "name",
            "R\ufffdseau",
            "One letter arrived broken (\ufffd); type this field again.",
        ),
        (Kind.ORGANIZATION, "name", "!!!", "The name must hold at least one letter or digit."),
        (
            Kind.ORGANIZATION,
            "name_latin",
            "Река",
            "The name in Latin letters may hold no letters of another script.",
        ),
        (
            Kind.ORGANIZATION,
            "qualifier",
            "x" * 81,
            "The words after the name is too long: at most 80 characters.",
        ),
        (Kind.ORGANIZATION, "country", "ZZ", "Choose a country from the list, or leave it out."),
        (
            Kind.ORGANIZATION,
            "website",
            "javascript:alert(1)",
            "Write the website's address like https://example.org, or leave it out.",
        ),
        (
            Kind.ORGANIZATION,
            "website",
            "https://a@b.example",
            "Write the website's address like https://example.org, or leave it out.",
        ),
        (
            Kind.ORGANIZATION,
            "website",
            "http://[",
            "Write the website's address like https://example.org, or leave it out.",
        ),
        (
            Kind.ORGANIZATION,
            "representative_name",
            "",
            "Enter the name of the person who represents the organization.",
        ),
        (
            Kind.ORGANIZATION,
            "representative_title",
            "",
            "Enter that person's role, for example “Chair” or “Executive Director”.",
        ),
        (Kind.ORGANIZATION, "authority", "", "Tick the box to say that you may sign for this organization."),
        (Kind.ORGANIZATION, "email", "", "Your e-mail address is missing."),
        (
            Kind.ORGANIZATION,
            "email",
            "a@b.example, c@d.example",
            "Your e-mail address must be a single address, like name@example.org.",
        ),
        (
            Kind.ORGANIZATION,
            "email",
            "a@b.example\nBcc: c@d.example",
            "Your e-mail address must be a single address, like name@example.org.",
        ),
        (
            Kind.ORGANIZATION,
            "email",
            "nobody",
            "Your e-mail address is not one that mail can be sent to; write it like name@example.org.",
        ),
        (
            Kind.ORGANIZATION,
            "approver_email",
            "nobody",
            "The approver's e-mail address is not one that mail can be sent to; write it like name@example.org.",
        ),
        (Kind.ORGANIZATION, "visibility", "", "Choose how you want to be named."),
        (Kind.PERSON, "visibility", "everybody", "Choose how you want to be named."),
        (Kind.PERSON, "name", "", "Enter your name, or choose to be counted only."),
        (Kind.PERSON, "keeps_on_change", "maybe", "Choose what happens to your sign-on if the text changes."),
    ],
)
def test_a_wrong_field_gets_its_one_sentence(kind: Kind, field: str, text: str, sentence: str) -> None:
    assert errors_of(kind, **{field: text}) == {field: sentence}


def test_everything_wrong_is_said_at_once_in_the_order_of_the_page() -> None:
    with pytest.raises(Misfilled) as caught:
        read_sign_on({}, kind=Kind.ORGANIZATION, language="en")

    assert list(caught.value.errors) == [
        "name",
        "representative_name",
        "representative_title",
        "authority",
        "email",
        "visibility",
    ]


def test_an_organization_is_read_whole() -> None:
    form = {
        **ORGANIZATION,
        "name": "  Réseau   des Sept Rives ",
        "acronym": "RSR",
        "country": "FR",
        "website": "septrives.example",
        "qualifier": "in its own name",
        "filler_name": "Oliver Tenby",
        "approver_email": "Chair@Rivers.Example",
        "keeps_on_change": "keep",
        "news": "yes",
    }

    assert read_sign_on(form, kind=Kind.ORGANIZATION, language="fr") == SignOn(
        kind=Kind.ORGANIZATION,
        name="Réseau des Sept Rives",
        acronym="RSR",
        country="FR",
        website="https://septrives.example",
        qualifier="in its own name",
        representative_name="Ada Example",
        representative_title="Chair",
        authority=True,
        filler_name="Oliver Tenby",
        email="ada@rivers.example",
        approver_email="Chair@rivers.example",
        visibility=Visibility.PUBLIC,
        keeps_on_change=True,
        wants_news=True,
        language="fr",
    )


def test_a_person_who_is_only_counted_needs_no_name() -> None:
    sign_on = read_sign_on({**PERSON, "name": "", "visibility": "counted"}, kind=Kind.PERSON, language="en")

    assert (sign_on.name, sign_on.visibility) == ("", Visibility.COUNTED)


def test_whoever_says_nothing_is_asked_about_changes_and_gets_no_news() -> None:
    sign_on = read_sign_on(PERSON, kind=Kind.PERSON, language="en")

    assert (sign_on.keeps_on_change, sign_on.wants_news) == (False, False)


def test_joiners_stay_in_names_that_need_them() -> None:
    assert (
        read_sign_on({**PERSON, "name": "نیک\u200cخواه"}, kind=Kind.PERSON, language="en").name
        == "نیک\u200cخواه"
    )


def test_an_invitation_keeps_name_and_addresses_on_record() -> None:
    recorded = read_sign_on(
        {**ORGANIZATION, "approver_email": "chair@rivers.example"}, kind=Kind.ORGANIZATION, language="en"
    )
    form = {
        **ORGANIZATION,
        "name": "Another",
        "email": "thief@evil.example",
        "approver_email": "thief@evil.example",
    }

    read = read_sign_on(form, kind=Kind.ORGANIZATION, language="en", recorded=recorded)

    assert (read.name, read.email, read.approver_email) == (
        recorded.name,
        recorded.email,
        recorded.approver_email,
    )


def test_the_form_of_an_invitation_shows_no_address() -> None:
    recorded = read_sign_on(
        {**ORGANIZATION, "website": "rivers.example"}, kind=Kind.ORGANIZATION, language="en"
    )

    values = prefilled_sign_on(recorded).values

    assert values["website"] == "https://rivers.example"
    assert "ada@rivers.example" not in values.values()


def test_nothing_is_chosen_for_a_person_and_an_organization_is_public_unless_it_says_else() -> None:
    assert "visibility" not in blank_sign_on(Kind.PERSON).values
    assert blank_sign_on(Kind.ORGANIZATION).value("visibility") == "public"


def test_what_was_typed_comes_back_without_control_characters() -> None:
    assert shown_again({"name": "a\0b\u202ec", "note": "one\ntwo"}) == {"name": "abc", "note": "one\ntwo"}


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("2026-12-01", date(2026, 12, 1)),
        ("2026-11-24", date(2026, 11, 24)),
        ("2026-11-23", "The day of your decision must not be in the past."),
        ("", "Give the day of your decision, like 2026-12-01."),
        ("1.12.2026", "Give the day of your decision, like 2026-12-01."),
    ],
)
def test_a_day_of_decision_is_today_or_later(text: str, outcome: date | str) -> None:
    try:
        found: date | str = read_day({"decision_by": text}, today=date(2026, 11, 24))
    except Misfilled as wrong:
        found = wrong.errors["decision_by"]

    assert found == outcome


def test_a_question_is_not_empty() -> None:
    with pytest.raises(Misfilled, match="Write your question"):
        read_question({"question": "  "})


def test_an_approver_decides_or_is_asked_to() -> None:
    assert read_decision({"decision": "changes", "note": "ask 2\r\nis wrong"}) == (
        Decision.CHANGES,
        "ask 2\nis wrong",
    )
    with pytest.raises(Misfilled, match="Choose whether you approve"):
        read_decision({"note": "well"})


@given(
    st.dictionaries(
        st.sampled_from([*ORGANIZATION, "country", "website", "name_latin", "news"]), st.text(max_size=300)
    )
)
def test_any_form_is_read_or_refused_in_sentences(entries: dict[str, str]) -> None:
    for kind in Kind:
        sentences = errors_of(kind, **entries).values()

        assert all(sentence.endswith(".") for sentence in sentences)
        # A plain string could not be said in the reader's language, nor what it says is wrong.
        said = [sentence for sentence in sentences if isinstance(sentence, Sentence)]
        assert len(said) == len(sentences)
        assert all(isinstance(sentence.values.get("what", sentence), Sentence) for sentence in said)
