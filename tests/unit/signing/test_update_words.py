"""The file of an update becomes its words, or is refused in one sentence."""

import re
from datetime import UTC, datetime

import pytest

from service.campaigns.file import read_campaign_file
from service.foundation.errors import Refused
from service.foundation.sealing import KEY_BYTES, RootKey
from service.mail.compose import Rendered
from service.model.update import UpdateAudience
from service.signing.update_words import (
    LONGEST_BODY,
    UpdateText,
    UpdateWords,
    list_label,
    read_update,
    update_id,
    write_update,
)
from tests.coalition import letter_file

LINK, STOP = "https://letters.example/manage/M", "https://letters.example/unsubscribe/U"


@pytest.mark.parametrize(
    "data",
    [
        b"# We go on Tuesday\n\nThe office\nwill see us.\n",
        b"# We go on Tuesday\r\n\r\nThe office\r\nwill see us.\r\n",
        b"\xef\xbb\xbf\n#   We go  on Tuesday  \nThe office\nwill see us.",
    ],
)
def test_the_first_line_is_the_subject_and_the_rest_is_the_text(data: bytes) -> None:
    assert read_update(data) == UpdateWords(subject="We go on Tuesday", body="The office\nwill see us.")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"No mark\n\nText.\n", "no subject"),
        (b"#No space\n\nText.\n", "no subject"),
        (b"# \n\nText.\n", "no subject"),
        (b"## Second level\n\nText.\n", "no subject"),
        (b"# Subject alone\n \n", "no text"),
        (b"# " + b"s" * 151 + b"\n\nText.\n", "The subject is too long"),
        (b"# Subject\n\n" + b"word " * 4_001, "The text of the update is too long"),
        (b"# Subject\n\n" + b"w" * 1_000_000, "too large"),
        (b"# Subject\n\n\0\x01\x02", "NUL byte"),
        (b"\x89PNG\r\n\x1a\n\0", "NUL byte"),
        (b"# Subject\n\nRen\xe9e\n", "UTF-8"),
        ("# Sub\u202eject\n\nText.\n".encode(), "cannot be shown"),
        (b"# Subject\n\nA bell: \x07\n", "cannot be shown"),
        (b"# Subject\n\nText[^1].\n\n[^1]: A note.\n", "footnotes"),
    ],
)
def test_what_is_no_update_is_refused_in_one_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(Refused, match=re.escape(sentence)) as refused:
        read_update(data)

    assert "\n" not in str(refused.value)


def written(body: str, *, link: str = LINK, stop: str = STOP, language: str = "en") -> Rendered:
    file = read_campaign_file(letter_file(), now=datetime(2026, 11, 24, tzinfo=UTC))
    return write_update(
        UpdateWords(subject="We go on Tuesday", body=body),
        file,
        audience=UpdateAudience.SIGNATORIES,
        language=language,
        link=link,
        unsubscribe_link=stop,
    )


def test_the_coalitions_words_keep_their_language_in_a_mail_that_speaks_the_readers() -> None:
    mail = written("We write in **English**.", language="ar")

    assert '<html lang="ar" dir="rtl">' in mail.html
    assert re.search(
        r'<div lang="en" dir="ltr">\s*<p dir="auto">We write in <strong>English</strong>', mail.html
    )


def test_two_recipients_mails_differ_in_their_links_alone() -> None:
    one = written("Text.", link="https://l.example/manage/ONE", stop="https://l.example/unsubscribe/ONE")
    other = written("Text.", link="https://l.example/manage/TWO", stop="https://l.example/unsubscribe/TWO")

    assert one.subject == other.subject == "We go on Tuesday"
    assert (one.text.replace("ONE", "TWO"), one.html.replace("ONE", "TWO")) == (other.text, other.html)


def test_markdown_is_read_and_html_is_not() -> None:
    mail = written("On **Tuesday**:\n\n- one\n- two\n\n<script>alert(1)</script> {{ 7*7 }}")

    assert "<strong>Tuesday</strong>" in mail.html
    assert "<li>" in mail.html
    assert "<script>" not in mail.html
    assert "- one\n- two\n" in mail.text.replace("• ", "- ").replace("– ", "- ")
    assert "49" not in mail.text + mail.html


def test_a_long_link_keeps_the_line_below_it_apart() -> None:
    address = "https://river.example/" + "a" * 90

    lines = written(f"See:\\\n{address}\\\nand come.").text.split("\n")

    assert "and come." in lines


def test_an_id_hangs_on_letter_audience_and_words() -> None:
    root = RootKey(bytes(range(KEY_BYTES)))
    (one, _), (other, _) = root.make_campaign_keys("one"), root.make_campaign_keys("other")
    words, more = UpdateWords(subject="S", body="T"), UpdateWords(subject="S", body="T!")
    to, news = UpdateAudience.SIGNATORIES, UpdateAudience.NEWS

    ids = [
        update_id(one, UpdateText(words=words), to),
        update_id(other, UpdateText(words=words), to),
        update_id(one, UpdateText(words=words), news),
        update_id(one, UpdateText(words=more), to),
    ]

    assert len(set(ids)) == 4
    assert all(re.fullmatch("[0-9a-f]{32}", made) for made in ids)
    assert update_id(one, UpdateText(words=UpdateWords(subject="S", body="T")), to) == ids[0]


def test_the_name_of_a_list_is_stable_and_says_nothing() -> None:
    root = RootKey(bytes(range(KEY_BYTES)))
    (one, _), (other, _) = root.make_campaign_keys("clean-river"), root.make_campaign_keys("other")

    assert re.fullmatch("[a-z2-7]{26}", list_label(one))
    assert list_label(one) == list_label(one) != list_label(other)


def test_the_longest_update_is_shown_whole_by_those_who_cut_at_102_kb() -> None:
    words = ("The **office** & [we](https://rivers.example/).\n\n" * 2000)[:LONGEST_BODY]

    assert len(written(words).html.encode()) < 102_000
