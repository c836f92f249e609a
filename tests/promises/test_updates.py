"""What an update promises, on each database: every mailbox of its audience gets it once, wherever it was broken off."""

import re
from collections import Counter
from datetime import datetime, timedelta

import pytest
import sqlmodel
from sqlalchemy import Engine, select
from sqlmodel import Session, col

from service.campaigns.contents import seal_file
from service.campaigns.file import read_campaign_file
from service.foundation.errors import Refused
from service.foundation.sealing import RootKey
from service.mail import outbox
from service.mail.brakes.canary import UNDO
from service.mail.mould import Filled
from service.mail.view.listing import look_at
from service.model.link_token import LinkToken, Purpose
from service.model.message import Message, MessageKind
from service.model.signature import HeldReason, Signature
from service.model.states import CampaignState, MessageState, SignatureState
from service.model.update import Update, UpdateAudience
from service.signing.party import email_index
from service.signing.sign import LINKS_LIVE
from service.signing.unsubscribe import unsubscribe
from service.signing.update_mails import UpdateMails
from service.signing.update_words import UpdateWords
from service.signing.updates import UpdateStart, keep_update_links, look_at_update, post_update, start_update
from service.store import insert
from service.store.keyring import Keyring
from service.store.links import Link, find_link, keep_link, link_token
from service.store.transaction import reading, transaction
from tests.coalition import letter_file
from tests.doubles.house import in_parallel
from tests.make import make_campaign, make_sign_on, make_signature

NOBODY = dict.fromkeys(MessageKind, lambda _, __: "")

WORDS = UpdateWords(subject="We go on Tuesday", body="The **office** will see us.")
SIGNATORIES, NEWS = UpdateAudience.SIGNATORIES, UpdateAudience.NEWS


class Letter:
    """An open letter and its signatories."""

    def __init__(self, engine: Engine, root: RootKey, now: datetime) -> None:
        self.engine, self.keyring, self.now = engine, Keyring(root), now
        with transaction(engine) as session:
            self.campaign = make_campaign(session, self.keyring, now=now)
            self.keys = self.keyring.of(session, self.campaign.id)

    def signed(self, number: int = 1, *, email: str = "", **changed: object) -> list[str]:
        given = {key: changed.pop(key) for key in ("wants_news", "kind", "email", "name") if key in changed}
        if email:
            given["email"] = email
        with transaction(self.engine) as session:
            return [
                make_signature(
                    session,
                    self.keys,
                    self.campaign,
                    now=self.now,
                    sign_on=make_sign_on(**given),
                    **changed,
                ).id
                for _ in range(number)
            ]

    def change(self, signature: str, **changed: object) -> None:
        with transaction(self.engine) as session:
            row = session.get(Signature, signature)
            for name, value in changed.items():
                setattr(row, name, value)
            session.add(row)

    def start(self, words: UpdateWords = WORDS, audience: UpdateAudience = SIGNATORIES) -> UpdateStart:
        with transaction(self.engine) as session:
            return start_update(
                session,
                self.keyring,
                self.campaign.slug,
                words,
                audience=audience,
                by="test",
                now=self.now,
            )

    def post(self, update: UpdateStart, *, parts: int | None = None) -> int:
        """Post so many parts of an update, or all."""
        while self.keep_links(update):
            pass
        new, last = 0, None
        while parts is None or parts > 0:
            with transaction(self.engine) as session:
                posted = post_update(session, self.keyring, update, after=last, now=self.now)
            new, last = new + posted.new, posted.last
            if last is None:
                break
            parts = parts - 1 if parts is not None else None
        return new

    def keep_links(self, update: UpdateStart) -> int:
        with transaction(self.engine) as session:
            return keep_update_links(session, self.keyring, update.update, now=self.now)

    def send(self, words: UpdateWords = WORDS, audience: UpdateAudience = SIGNATORIES) -> int:
        return self.post(self.start(words, audience))

    def messages(self) -> list[Message]:
        with reading(self.engine) as session:
            return list(session.execute(select(Message).order_by(col(Message.id))).scalars())

    def whom(self) -> list[str]:
        return sorted(message.recipient_ref for message in self.messages())


@pytest.fixture
def letter(engine: Engine, root: RootKey, noon: datetime) -> Letter:
    return Letter(engine, root, noon)


@pytest.fixture
def in_small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(insert, "_ROWS_AT_ONCE", {"sqlite": 3, "postgresql": 3})


def test_everyone_who_signed_gets_it_once(letter: Letter) -> None:
    everyone = letter.signed(5)

    assert (letter.send(), letter.send()) == (5, 0)

    assert letter.whom() == sorted(everyone)


def test_around_its_words_each_reader_is_spoken_to_in_their_language(letter: Letter) -> None:
    readers = {}
    with transaction(letter.engine) as session:
        give_a_file(session, letter)
    for language, direction in (("en", "ltr"), ("ar", "rtl"), ("fr", "ltr"), ("", "ltr")):
        [signature] = letter.signed()
        letter.change(signature, language=language, discreet=language == "fr")
        readers[signature] = f'<html lang="{language or "en"}" dir="{direction}">'
    letter.post(letter.start())
    mails = UpdateMails(keyring=letter.keyring, public_url="https://letters.example")
    with reading(letter.engine) as session:
        rows = session.exec(sqlmodel.select(Message)).all()
        made = mails.many(session, rows)
        for row, filled in zip(rows, made, strict=True):
            assert isinstance(filled, Filled)
            draft = filled.pattern.draft(to=filled.to, tokens=filled.tokens)
            assert draft == mails(session, row)
            assert readers[row.recipient_ref] in draft.html
            assert f'lang="{draft.language}"' in readers[row.recipient_ref]
            assert "The <strong>office</strong> will see us." in draft.html


def test_a_row_of_many_is_like_a_row_of_one(letter: Letter) -> None:
    [one] = letter.signed()
    update = letter.start()
    letter.post(update)
    with transaction(letter.engine) as session:
        outbox.post(
            session,
            kind=MessageKind.UPDATE,
            recipient_ref="by-hand",
            occurrence=update.update,
            now=letter.now,
            campaign_id=letter.campaign.id,
        )

    of_many, of_one = (
        message.model_dump()
        for message in sorted(letter.messages(), key=lambda row: row.recipient_ref == "by-hand")
    )

    assert of_many.pop("dedupe_key") == of_one.pop("dedupe_key").replace("by-hand", one)
    # Few wait for a moment in which the send can be undone; what goes by itself goes at once.
    assert of_many.pop("due_at") == of_one.pop("due_at") + UNDO
    for row in (of_many, of_one):
        row.pop("recipient_ref")
        assert re.fullmatch(r"[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}", row.pop("id"))
    assert of_many == of_one


def test_the_evidence_of_each_mail_begins_with_its_post(letter: Letter) -> None:
    letter.signed(4)
    letter.send()
    letter.send()

    with reading(letter.engine) as session:
        looked = [look_at(session, row.id, addresses=NOBODY) for row in letter.messages()]

    assert [[(step.became, step.reason, step.at) for step in one.steps] for one in looked] == [
        [("queued", "posted", letter.now)]
    ] * 4


@pytest.mark.usefixtures("in_small_parts")
@pytest.mark.parametrize("parts", [0, 1, 2, 3])
def test_what_was_broken_off_is_completed_by_starting_again(letter: Letter, parts: int) -> None:
    everyone = letter.signed(8)
    broken = letter.start()
    assert letter.post(broken, parts=parts) == min(3 * parts, 8)

    assert letter.send() == 8 - min(3 * parts, 8)

    assert letter.whom() == sorted(everyone)
    with reading(letter.engine) as session:
        row = session.get(Update, broken.update)
        assert row is not None
        assert (row.recipients, row.posted_at) == (8, letter.now)


@pytest.mark.usefixtures("in_small_parts")
def test_two_who_start_it_at_once_send_it_once(letter: Letter) -> None:
    everyone = letter.signed(8)
    letter.start()

    in_parallel(4, lambda _: letter.send())

    assert letter.whom() == sorted(everyone)


def test_a_mailbox_behind_several_sign_ons_gets_it_once_even_when_the_first_leaves(letter: Letter) -> None:
    first, second = (letter.signed(email="desk@rivers.example")[0] for _ in range(2))
    [other] = letter.signed()
    assert letter.send() == 2
    assert letter.whom() == sorted([first, other])

    letter.change(first, state=SignatureState.WITHDRAWN)

    assert letter.send() == 0
    assert letter.send(UpdateWords(subject="Next", body="More.")) == 2
    assert Counter(letter.whom()) == {first: 1, second: 1, other: 2}


@pytest.mark.parametrize(
    "changed",
    [
        {"state": SignatureState.PENDING},
        {"state": SignatureState.WITHDRAWN},
        {"state": SignatureState.DECLINED},
        {"held_reason": HeldReason.SECOND_CLAIM},
        {"accepted_at": None},
    ],
    ids=["unconfirmed", "withdrawn", "declined", "held", "not accepted"],
)
def test_who_does_not_stand_behind_the_letter_gets_nothing(
    letter: Letter, changed: dict[str, object]
) -> None:
    [standing] = letter.signed()
    letter.signed(**changed)

    letter.send()

    assert letter.whom() == [standing]


def test_who_signed_an_earlier_text_is_told_as_well(letter: Letter) -> None:
    earlier = letter.signed(revision_id=None)

    letter.send()

    assert letter.whom() == earlier


def test_who_was_added_without_a_mailbox_gets_nothing(letter: Letter) -> None:
    [standing] = letter.signed()
    letter.change(letter.signed()[0], email=None, email_index=index_of_nobody(letter))

    letter.send()

    assert letter.whom() == [standing]


def index_of_nobody(letter: Letter) -> bytes:
    return email_index(letter.keys, "")


def test_news_go_to_those_who_asked_for_them(letter: Letter) -> None:
    letter.signed(2)
    asked = letter.signed(2, wants_news=True)

    letter.send(audience=NEWS)

    assert letter.whom() == sorted(asked)
    assert {message.kind for message in letter.messages()} == {MessageKind.NEWS}


def test_the_same_words_to_the_other_audience_are_another_update(letter: Letter) -> None:
    letter.signed(wants_news=True)

    assert (letter.send(), letter.send(audience=NEWS)) == (1, 1)


def test_nobody_of_another_letter_is_told(letter: Letter, root: RootKey) -> None:
    other = Letter(letter.engine, root, letter.now)
    other.signed(2, email="desk@rivers.example")
    mine = letter.signed(email="desk@rivers.example")

    letter.send()

    assert letter.whom() == mine


def test_it_is_the_last_in_the_queue_and_never_goes_twice_by_itself(letter: Letter) -> None:
    letter.signed()
    letter.send()

    [message] = letter.messages()
    assert (message.state, message.priority) == (MessageState.QUEUED, 3)
    with transaction(letter.engine) as session:
        mine = session.get(Message, message.id)
        assert mine is not None
        for state in (MessageState.CLAIMED, MessageState.SUBMITTING):
            outbox.move_message(session, mine, state, reason="", now=letter.now)
        outbox.leave_in_doubt(session, mine, reason="", now=letter.now)
        assert mine.state is MessageState.UNCERTAIN


def test_its_words_lie_sealed(letter: Letter) -> None:
    letter.signed()
    start = letter.start()

    with reading(letter.engine) as session:
        update = session.get_one(Update, start.update)
    assert WORDS.subject.encode() not in update.subject
    assert b"office" not in update.body


def test_looking_changes_nothing(letter: Letter) -> None:
    letter.signed(2, wants_news=True)
    letter.signed(accepted_at=None)
    with transaction(letter.engine) as session:
        give_a_file(session, letter)

    def look() -> tuple[int, int, int]:
        with reading(letter.engine) as session:
            view = look_at_update(
                session,
                letter.keyring,
                letter.campaign.slug,
                WORDS,
                audience=SIGNATORIES,
                public_url="https://letters.example",
                now=letter.now,
            )
            assert "The office will see us." in view.mail.text
            return view.recipients, view.known, view.waiting

    assert look() == (2, 0, 1)
    assert letter.messages() == []
    letter.send()
    assert look() == (2, 2, 1)


def give_a_file(session: Session, letter: Letter) -> None:
    seal_file(letter.keys, letter.campaign, read_campaign_file(letter_file(), now=letter.now))
    session.add(letter.campaign)


@pytest.mark.parametrize("state", [CampaignState.DRAFT, CampaignState.FROZEN])
def test_a_letter_that_is_not_open_yet_has_nobody_to_tell(letter: Letter, state: CampaignState) -> None:
    letter.signed()
    with transaction(letter.engine) as session:
        letter.campaign.state = state
        session.add(letter.campaign)

    with pytest.raises(Refused, match="not open yet"):
        letter.start()


@pytest.mark.parametrize("audience", list(UpdateAudience))
def test_where_nobody_is_there_to_be_told_it_says_so(letter: Letter, audience: UpdateAudience) -> None:
    with pytest.raises(Refused, match="nobody to send this to"):
        letter.start(audience=audience)


@pytest.mark.parametrize("lives", [None, timedelta(days=3)], ids=["no link", "a link that ends soon"])
def test_the_links_in_it_live_for_a_year(letter: Letter, lives: timedelta | None) -> None:
    [mine] = letter.signed(generation=2)
    manage = Link(purpose=Purpose.MANAGE, row_id=mine, generation=2)
    if lives is not None:
        with transaction(letter.engine) as session:
            keep_link(session, letter.keys, manage, expires_at=letter.now + lives, now=letter.now)
    update = letter.start()

    assert letter.keep_links(update) == 1
    assert letter.keep_links(update) == 0

    with reading(letter.engine) as session:
        links = session.execute(select(LinkToken)).scalars().all()
        assert {link.purpose for link in links} == {Purpose.MANAGE, Purpose.UNSUBSCRIBE}
        assert all(link.expires_at > letter.now + timedelta(days=365) for link in links)
        assert find_link(session, link_token(letter.keys, manage), Purpose.MANAGE).row_id == mine


def test_who_opts_out_by_one_sign_on_is_not_written_to_for_another(letter: Letter) -> None:
    first, second = (
        letter.signed(email="zoe@lakes.example", name="One"),
        letter.signed(email="zoe@lakes.example", name="Two"),
    )
    letter.send()
    (message,) = letter.messages()
    (other,) = {*first, *second} - {message.recipient_ref}
    with transaction(letter.engine) as session:
        give_a_file(session, letter)
        # A sender has it in hand, made and signed.
        row = session.get_one(Message, message.id)
        row.state, row.lease_owner, row.lease_until = MessageState.CLAIMED, "sender", letter.now
        session.add(row)
        link = Link(purpose=Purpose.UNSUBSCRIBE, row_id=other)
        keep_link(session, letter.keys, link, expires_at=letter.now + timedelta(days=1), now=letter.now)

    with transaction(letter.engine) as session:
        unsubscribe(session, letter.keyring, token=link_token(letter.keys, link), now=letter.now)

    (message,) = letter.messages()
    assert message.state is MessageState.CANCELLED


def test_many_links_are_kept_at_once_and_each_lives_on_by_itself(letter: Letter) -> None:
    many = letter.signed(30)
    soon, long = letter.now + timedelta(days=3), letter.now + timedelta(days=900)
    for one, end in ((many[0], soon), (many[1], long)):
        with transaction(letter.engine) as session:
            keep_link(
                session, letter.keys, Link(purpose=Purpose.MANAGE, row_id=one), expires_at=end, now=letter.now
            )
    update = letter.start()

    assert (letter.keep_links(update), letter.keep_links(update)) == (30, 0)

    with reading(letter.engine) as session:
        links = session.execute(select(LinkToken)).scalars().all()
    ends = {(link.row_id, link.purpose): link.expires_at for link in links}
    assert len(links) == len(ends) == 60
    assert ends[many[1], Purpose.MANAGE] == long
    assert set(ends.values()) == {long, letter.now + LINKS_LIVE}
    assert {link.created_at for link in links} == {letter.now}
