"""The quick way to write a mail gives the bytes of the library's way, whatever the words."""

from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.mail import compose
from service.mail.envelope import Draft
from service.mail.quick import quick_content

ID = "<abcdefghijklmnopqrstuvwxyz@rivers.example>"
LINE = st.text(st.characters(blacklist_categories=["Cc", "Cs"]), max_size=200)
TEXT = st.lists(
    st.one_of(
        LINE, st.text("ab =.é\t", max_size=170), st.just("From the river"), st.text("x", max_size=1200)
    ),
    max_size=25,
).map(lambda lines: "".join(f"{line}\n" for line in lines))


def draft(text: str, html: str) -> Draft:
    return Draft(
        to="anna@lakes.example",
        subject="Rivers",
        text=text,
        html=html,
        sender_name="Coalition",
        reply_to=None,
        language="en",
        unsubscribe_url=None,
    )


@given(TEXT, st.one_of(st.just(""), TEXT))
@example("", "")
@example(("é" * 4 + "a" * 150 + "\n") * 10, "")
@example("no end of line", "<p>é")
@example("é\n" * 10 + "x" * 77 + " \n", "")
@example("é" * 10 + "\n" + "a" * 68 + "\n", "")
def test_the_bytes_are_those_of_the_library(text: str, html: str) -> None:
    mail = draft(text, html)

    assert quick_content(mail, ID) == compose._library_content(mail, ID)


@pytest.mark.parametrize("line", ["plain", "grüß dich und dein Haus", "Привет, соседи", "a" * 500])
def test_it_is_read_as_it_was_meant(line: str) -> None:
    text = f"{line}\n" * 12

    read = message_from_bytes(quick_content(draft(text, f"<p>{text}"), ID), policy=default)

    parts = [part.get_content() for part in read.iter_parts()]  # type: ignore[attr-defined]  # -- the policy gives EmailMessage
    assert [part.splitlines() for part in parts] == [text.splitlines(), f"<p>{text}".splitlines()]
