"""As a member I want to hear how the letter fares, and to stop that by one click without leaving the letter."""

import re
from urllib.parse import urlsplit

import pytest

from service.mail import outbox
from service.mail.brakes.canary import UNDO
from service.mail.envelope import Envelope
from service.model.states import MessageState
from service.model.update import Update, UpdateAudience
from service.signing.update_words import UpdateWords
from service.signing.updates import keep_update_links, post_update, start_update
from service.store.transaction import reading, transaction
from tests.coalition import PUBLIC_URL, SLUG, Coalition, Mail, letter_file
from tests.stories.visitor import Visitor, words_of

FIRST = UpdateWords(subject="We go on Tuesday", body="The **office** will see us.")
SECOND = UpdateWords(subject="They answered", body="Read on.")


def tell(
    coalition: Coalition, words: UpdateWords, audience: UpdateAudience = UpdateAudience.SIGNATORIES
) -> list[Envelope]:
    """Send an update and give the mails that went out."""
    before = len(coalition.postbox.kept)
    with transaction(coalition.engine) as session:
        update = start_update(
            session, coalition.keyring, SLUG, words, audience=audience, by="test", now=coalition.now
        )
        keep_update_links(session, coalition.keyring, update.update, now=coalition.now)
        post_update(session, coalition.keyring, update, after=None, now=coalition.now)
    coalition.now += UNDO
    coalition.deliver_mail()
    return coalition.postbox.kept[before:]


@pytest.fixture
def coalition(coalition: Coalition) -> Coalition:
    """Give a coalition with two sign-ons that count; one of them asked for news."""
    coalition.open(letter_file(more='admit = "everyone"'))
    coalition.sign_and_confirm("Lake Alliance")
    return coalition.sign_and_confirm("River Watch", wants_news=True).deliver_mail()


def one_click_path(envelope: Envelope) -> str:
    """Take the address to unsubscribe at out of the bytes of the mail, as a mail program does."""
    [url] = re.findall(rb"\r\nList-Unsubscribe: <(https://[^>\r\n]+)>\r\n", envelope.data)
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in envelope.data
    parts = urlsplit(url.decode())
    assert f"{parts.scheme}://{parts.netloc}" == PUBLIC_URL
    assert not parts.query
    return parts.path


def test_everyone_who_signed_reads_it(coalition: Coalition) -> None:
    sent = [Mail.read(envelope.data) for envelope in tell(coalition, FIRST)]

    assert sorted(mail.to for mail in sent) == ["lake@members.example", "river@members.example"]
    for mail in sent:
        assert mail.subject == "We go on Tuesday"
        assert "The office will see us." in mail.text
        assert "<strong>office</strong>" in mail.html
        assert "Keep the river open" in mail.text


def test_its_links_open_what_they_say(coalition: Coalition, visitor: Visitor) -> None:
    coalition.wait(days=390)

    envelope = next(kept for kept in tell(coalition, FIRST) if kept.rcpt_to == "lake@members.example")

    coalition.wait(days=30)
    [manage] = re.findall(rf"{PUBLIC_URL}(/manage/\S+)", Mail.read(envelope.data).text)
    assert "Lake Alliance" in words_of(visitor.open(manage))
    assert "Press the button" in words_of(visitor.open(one_click_path(envelope)))


def test_one_click_stops_the_next_one_and_keeps_the_sign_on(coalition: Coalition, visitor: Visitor) -> None:
    envelope = next(kept for kept in tell(coalition, FIRST) if kept.rcpt_to == "lake@members.example")
    foreign = {"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"}

    answers = [
        visitor.post(one_click_path(envelope), {"List-Unsubscribe": "One-Click"}, headers=foreign)
        for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert all("Set-Cookie" not in answer.headers for answer in answers)
    assert coalition.counts().signatories == 2
    assert [kept.rcpt_to for kept in tell(coalition, SECOND)] == ["river@members.example"]
    with reading(coalition.engine) as session:
        assert outbox.counts(session)[MessageState.SUPPRESSED] == 1


def test_one_click_stops_what_already_waits(coalition: Coalition, visitor: Visitor) -> None:
    envelope = next(kept for kept in tell(coalition, FIRST) if kept.rcpt_to == "lake@members.example")
    with transaction(coalition.engine) as session:
        update = start_update(
            session,
            coalition.keyring,
            SLUG,
            SECOND,
            audience=UpdateAudience.SIGNATORIES,
            by="test",
            now=coalition.now,
        )
        post_update(session, coalition.keyring, update, after=None, now=coalition.now)
    before = len(coalition.postbox.kept)

    visitor.post(one_click_path(envelope), {"List-Unsubscribe": "One-Click"})
    coalition.now += UNDO
    coalition.deliver_mail()

    assert [kept.rcpt_to for kept in coalition.postbox.kept[before:]] == ["river@members.example"]


def test_looking_at_the_link_stops_nothing(coalition: Coalition, visitor: Visitor) -> None:
    path = one_click_path(tell(coalition, FIRST)[0])

    visitor.open(path)
    visitor.open(path, method="HEAD")
    visitor.open(f"{path}?List-Unsubscribe=One-Click")
    visitor.post(path, {})

    assert len(tell(coalition, SECOND)) == 2


def test_news_go_only_to_who_asked(coalition: Coalition) -> None:
    sent = tell(coalition, FIRST, UpdateAudience.NEWS)

    assert [kept.rcpt_to for kept in sent] == ["river@members.example"]
    assert "asked for news" in Mail.read(sent[0].data).text


def test_who_leaves_before_it_goes_out_gets_none(coalition: Coalition, visitor: Visitor) -> None:
    tell(coalition, FIRST)
    [mine] = {
        token
        for envelope in coalition.postbox.kept
        if envelope.rcpt_to == "lake@members.example"
        for token in re.findall(rf"{PUBLIC_URL}(/manage/\S+)", Mail.read(envelope.data).text)
    }
    visitor.send(mine, {})

    assert [kept.rcpt_to for kept in tell(coalition, SECOND)] == ["river@members.example"]


def test_a_mail_of_a_list_names_neither_letter_nor_path(coalition: Coalition) -> None:
    one, other = tell(coalition, FIRST)
    [label] = re.findall(rb"\r\nList-Id: (<[a-z2-7]{26}\.rivers\.example>)\r\n", one.data)

    assert label in other.data
    assert b"\r\nPrecedence: bulk\r\n" in one.data
    assert SLUG.encode() not in one.data.partition(b"\r\n\r\n")[0]


def test_of_an_update_nothing_is_legible_at_rest(coalition: Coalition) -> None:
    tell(coalition, FIRST)

    with reading(coalition.engine) as session:
        [row] = session.execute(Update.__table__.select()).all()
    assert not any(
        secret in value for value in row if isinstance(value, bytes) for secret in (b"Tuesday", b"office")
    )
