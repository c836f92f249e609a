"""Whatever is written into whichever field is kept as the characters it is, or refused in one sentence that loses nothing."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date

import pytest

from service.model.signature import Kind
from service.web.forms import (
    LONGEST_CONDITION,
    LONGEST_LINE,
    LONGEST_NOTE,
    LONGEST_PLACE,
    LONGEST_QUALIFIER,
    Misfilled,
    read_day,
    read_decision,
    read_line,
    read_mail_wishes,
    read_own_email,
    read_question,
    read_sign_on,
    shown_again,
)
from service.web.organization_forms import read_asked_about, read_officer
from tests.corpus.addresses import MAILBOXES, NO_MAILBOXES, NO_SITES, SITES
from tests.corpus.writing import HIDDEN, LITERAL, OTHER_LINE_ENDS, SEVERAL_LINES, all_of
from tests.unit.web.test_web_forms import ORGANIZATION, PERSON

Read = Callable[[str], object]
RECORDED = {
    kind: read_sign_on(form, kind=kind, language="en")
    for kind, form in ((Kind.ORGANIZATION, ORGANIZATION), (Kind.PERSON, PERSON))
}
LITERAL_TEXTS, LINES = all_of(LITERAL), all_of(SEVERAL_LINES)
HIDDEN_TEXTS = (*all_of(HIDDEN), *OTHER_LINE_ENDS)
CORPUS = (*LITERAL_TEXTS, *LINES, *HIDDEN_TEXTS, *MAILBOXES, *NO_MAILBOXES, *SITES, *NO_SITES)


def of_organization(field: str) -> Read:
    return lambda text: getattr(
        read_sign_on({**ORGANIZATION, field: text}, kind=Kind.ORGANIZATION, language="en"), field
    )


def of_person(field: str) -> Read:
    return lambda text: getattr(read_sign_on({**PERSON, field: text}, kind=Kind.PERSON, language="en"), field)


def of_invitation(field: str) -> Read:
    recorded = RECORDED[Kind.ORGANIZATION]
    return lambda text: getattr(
        read_sign_on({**ORGANIZATION, field: text}, kind=Kind.ORGANIZATION, language="en", recorded=recorded),
        field,
    )


def of_line(kind: Kind, field: str) -> Read:
    form = {
        "name": "River Watch",
        "visibility": "public",
        "representative_name": "A",
        "representative_title": "B",
    }
    return lambda text: getattr(read_line({**form, field: text}, recorded=RECORDED[kind]), field)


def of_officer(field: str) -> Read:
    form = {"officer_name": "Ada", "officer_title": "", "officer_email": "ada@rivers.example"}
    return lambda text: getattr(read_officer({**form, f"officer_{field}": text}), field)


def a_member(text: str) -> object:
    form = {**ORGANIZATION, "name": "Network", "signs_for": "members", "members": text}
    (member,) = read_sign_on(form, kind=Kind.ORGANIZATION, language="en").members
    return member


# Every field of every public form that takes one line, with its longest.
LINE_FIELDS: Mapping[str, tuple[Read, int]] = {
    **{
        f"an organization's {field}": (of_organization(field), longest)
        for field, longest in (
            ("name", LONGEST_LINE),
            ("name_latin", LONGEST_LINE),
            ("acronym", 40),
            ("qualifier", LONGEST_QUALIFIER),
            ("sort_name", LONGEST_LINE),
            ("representative_name", LONGEST_LINE),
            ("representative_title", LONGEST_LINE),
            ("filler_name", LONGEST_LINE),
        )
    },
    **{
        f"a person's {field}": (of_person(field), longest)
        for field, longest in (
            ("name", LONGEST_LINE),
            ("name_latin", LONGEST_LINE),
            ("position", LONGEST_LINE),
            ("affiliation", LONGEST_LINE),
            ("place", LONGEST_PLACE),
            ("sort_name", LONGEST_LINE),
        )
    },
    "an invited organization's qualifier": (of_invitation("qualifier"), LONGEST_QUALIFIER),
    "a member": (a_member, LONGEST_LINE),
    **{
        f"the {field} of an organization's line": (of_line(Kind.ORGANIZATION, field), longest)
        for field, longest in (
            ("name", LONGEST_LINE),
            ("name_latin", LONGEST_LINE),
            ("sort_name", LONGEST_LINE),
            ("acronym", 40),
            ("qualifier", LONGEST_QUALIFIER),
            ("representative_name", LONGEST_LINE),
            ("representative_title", LONGEST_LINE),
        )
    },
    **{
        f"the {field} of a person's line": (of_line(Kind.PERSON, field), LONGEST_LINE)
        for field in ("name", "position", "affiliation")
    },
    "the second officer's name": (of_officer("name"), LONGEST_LINE),
    "the second officer's role": (of_officer("title"), LONGEST_LINE),
    "what is asked about": (lambda text: read_asked_about({"organization": text}), LONGEST_LINE),
}
TEXT_FIELDS: Mapping[str, tuple[Read, int]] = {
    "a condition": (of_organization("condition"), LONGEST_CONDITION),
    "a question": (lambda text: read_question({"question": text}), LONGEST_NOTE),
    "an approver's note": (
        lambda text: read_decision({"decision": "changes", "note": text})[1],
        LONGEST_NOTE,
    ),
}
MAILBOX_FIELDS: Mapping[str, Read] = {
    "an organization's address": of_organization("email"),
    "the approver's address": of_organization("approver_email"),
    "a person's address": of_person("email"),
    "the address for a fresh link": lambda text: read_own_email({"email": text}),
    "the second officer's address": of_officer("email"),
}
CHOICE_FIELDS: Mapping[str, Read] = {
    **{
        f"an organization's {field}": of_organization(field)
        for field in ("visibility", "signs_for", "country")
    },
    "a person's visibility": of_person("visibility"),
    "what becomes of a change": lambda text: read_sign_on(
        {**PERSON, "keeps_on_change": text}, kind=Kind.PERSON, language="en"
    ),
    "the language of mail": lambda text: read_mail_wishes({"language": text}, languages={"en", "bo"}),
    "the day of a decision": lambda text: read_day({"decision_by": text}, today=date(2026, 11, 24)),
    "an approver's decision": lambda text: read_decision({"decision": text}),
}


def written(text: str) -> str:
    """Say by other means than the code does what is kept of a line: its characters, composed, with single spaces."""
    return unicodedata.normalize("NFC", " ".join(unicodedata.normalize("NFC", text).split()))


def refused(read: Read, text: str) -> str:
    """Give the one sentence with which a text is refused, "" where it is taken."""
    try:
        read(text)
    except Misfilled as wrong:
        (sentence,) = wrong.errors.values()
        assert re.fullmatch(r"[^\n]{8,120}\.", sentence), sentence
        assert sentence.isprintable()
        return sentence
    return ""


def test_the_corpus_is_large_and_says_nothing_twice() -> None:
    assert [text for text, times in Counter(CORPUS).items() if times > 1] == []
    assert len(CORPUS) >= 400
    assert len(LITERAL_TEXTS) >= 180
    assert len(HIDDEN_TEXTS) >= 80


@pytest.mark.parametrize("field", LINE_FIELDS)
def test_a_line_is_kept_as_it_was_written_or_refused_for_a_reason_that_holds(field: str) -> None:
    read, longest = LINE_FIELDS[field]
    for text in LITERAL_TEXTS:
        sentence = refused(read, text)
        if not sentence:
            assert read(text) == written(text), ascii(text)
        elif "too long" in sentence:
            assert len(written(text)) > longest, ascii(text)
        else:
            assert "Latin letters may hold no letters of another script" in sentence, (ascii(text), sentence)
            assert "name_latin" in field
            assert not text.isascii()


@pytest.mark.parametrize("field", LINE_FIELDS)
def test_what_nobody_can_see_is_refused_in_every_line(field: str) -> None:
    read, _ = LINE_FIELDS[field]
    # Several members stand on several lines.
    lines = LINES if field != "a member" else ()
    taken = [ascii(text)[:40] for text in (*HIDDEN_TEXTS, *lines) if not refused(read, text)]

    assert taken == []


@pytest.mark.parametrize("field", TEXT_FIELDS)
def test_a_text_keeps_its_lines_and_hides_nothing(field: str) -> None:
    read, longest = TEXT_FIELDS[field]
    for text in (*LITERAL_TEXTS, *LINES):
        kept = unicodedata.normalize("NFC", text.strip()).replace("\r\n", "\n").replace("\r", "\n")
        assert read(text) == kept, ascii(text)
    assert [ascii(text) for text in HIDDEN_TEXTS if len(text) <= longest and not refused(read, text)] == []
    assert "too long" in refused(read, "x" * (longest + 1))


@pytest.mark.parametrize("field", MAILBOX_FIELDS)
def test_an_address_is_one_mailbox_or_refused(field: str) -> None:
    read = MAILBOX_FIELDS[field]

    assert {text: read(text) for text in MAILBOXES} == MAILBOXES
    assert [ascii(text)[:40] for text in NO_MAILBOXES if not refused(read, text)] == []
    # Of what is written into other fields nothing is a mailbox by chance.
    others = [text for text in (*LITERAL_TEXTS, *LINES, *HIDDEN_TEXTS, *SITES, *NO_SITES) if text.strip()]
    assert [ascii(text) for text in others if not refused(read, text)] == []


def test_a_website_is_one_that_can_be_opened_or_refused() -> None:
    read = of_organization("website")

    assert {text: read(text) for text in SITES} == SITES
    assert [ascii(text)[:40] for text in NO_SITES if not refused(read, text)] == []


@pytest.mark.parametrize("field", CHOICE_FIELDS)
def test_a_choice_is_one_of_those_offered(field: str) -> None:
    read = CHOICE_FIELDS[field]

    assert [ascii(text)[:40] for text in CORPUS if not refused(read, text)] == []


def test_what_was_written_is_shown_again_without_what_cannot_be_shown() -> None:
    for text in CORPUS:
        (again,) = shown_again({"name": text}).values()

        again.encode()
        gone = set(text) - set(again)
        assert {unicodedata.category(character) for character in gone} <= {"Cc", "Cf", "Cs"}, ascii(text)
        assert again == "".join(character for character in text if character not in gone)
