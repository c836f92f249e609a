"""Certified mail: what the provider answers and certifies is told as that, and the mailbox says what an earlier try has left."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace

import pytest

from service.delivery.channels.pec import CHANNEL
from service.delivery.channels.pec.carrier import FOUND, NOT_READY, UNREACHABLE, PecCarrier
from service.delivery.channels.pec.message import Words, make_documents, number_of
from service.delivery.parcel import Document, InDoubt, NotNow, NotTaken, Parcel, Receipt
from service.foundation.errors import Refused
from service.model.states import DeliveryState
from tests.carriers import ASKING, PATIENCE
from tests.doubles.loopback_http import Fault, Reply
from tests.doubles.pec_house import PASSWORD, PecHouse, open_pec_house
from tests.doubles.pec_provider import DOMAIN, NOW, OFFICE, OURS, Says, make_authority
from tests.printing import KEY

ACCEPTED, DELIVERED, FAILED = DeliveryState.ACCEPTED, DeliveryState.DELIVERED, DeliveryState.FAILED
NUMBER = number_of(KEY, OFFICE)
LETTER = Document(name="letter.pdf", media_type="application/pdf", data=b"%PDF-1.7 the letter")
WORDS = Words(
    subject="An open letter", text="Keep the river clean.\n", sender_name="Coalition", language="en"
)


@pytest.fixture
def house() -> Iterator[PecHouse]:
    with open_pec_house() as house:
        yield house


def parcel(
    house: PecHouse, *, again: bool = False, files: tuple[Document, ...] = (LETTER,), **set_: str
) -> Parcel:
    return Parcel(
        key=KEY,
        details={"pec": house.office},
        settings={**house.settings, **set_},
        documents=make_documents(WORDS, *files),
        tried_before=again,
    )


def carry(house: PecHouse, sent: Parcel | None = None) -> Receipt | NotNow | NotTaken | InDoubt:
    carrier = PecCarrier(asking=ASKING, now=NOW, seconds=PATIENCE, seconds_at_the_end=PATIENCE)
    try:
        return carrier.carry(sent or parcel(house), fence=lambda: None)
    except (NotNow, NotTaken, InDoubt) as told:
        return told


def follow(house: PecHouse, number: str = NUMBER, *, now=NOW, **set_: str):
    return CHANNEL.follow(number, settings={**house.settings, **set_}, asking=ASKING, now=now)


def test_a_provider_that_takes_one_command_at_a_time_is_spoken_to_as_well(house: PecHouse) -> None:
    house.pipelining = False

    assert isinstance(carry(house), Receipt)
    assert len(house.letters) == 1


def test_it_arrives_as_it_was_written_and_no_more_is_told_than_that_it_was_taken(house: PecHouse) -> None:
    told = carry(house)

    [message] = house.letters
    assert isinstance(told, Receipt)
    assert (told.number, told.rung) == (NUMBER, DeliveryState.HANDED_OVER)
    assert OFFICE not in told.number
    assert message["Message-ID"] == f"<{KEY}@pec.rivers.example>"
    assert message["X-TipoRicevuta"] == "completa"
    assert message.get_body().get_content().strip() == WORDS.text.strip()
    assert [one.get_content() for one in message.iter_attachments()] == [LETTER.data]
    assert told.exchange.status == 250
    assert told.exchange.answered == "250 2.0.0, queued as 4PecZab12"
    assert ", SHA-256 " in told.exchange.asked


@pytest.mark.parametrize(
    ("command", "status", "words", "told"),
    [
        ("CONNECT", 421, "4.3.2 closed for maintenance", NotNow),
        ("CONNECT", 554, "5.7.1 no service", NotNow),
        ("AUTH", 454, "4.7.0 Temporary authentication failure", NotNow),
        ("AUTH", 535, "5.7.8 Authentication failed", NotTaken),
        ("MAIL", 450, "4.7.1 slow down", NotNow),
        ("MAIL", 452, "4.2.2 the mailbox is full", NotNow),
        ("MAIL", 553, "5.7.1 not your address", NotTaken),
        ("RCPT", 451, "4.7.1 try later", NotNow),
        ("RCPT", 550, "5.1.1 unknown", NotTaken),
        ("DATA", 451, "4.3.0 try later", NotNow),
        ("DATA", 554, "5.5.1 none of that", NotTaken),
        ("END", 421, "4.3.2 going down", NotNow),
        ("END", 451, "4.3.0 try later", NotNow),
        ("END", 552, "5.3.4 too big", NotTaken),
        ("END", 554, "5.6.0 not this", NotTaken),
        ("END", 354, "2.0.0 go on then", InDoubt),
        ("END", 999, "9.9.9 what is that", InDoubt),
    ],
)
def test_each_answer_of_the_provider_is_told_as_what_it_is(
    house: PecHouse, command: str, status: int, words: str, told: type
) -> None:
    house.faults.append(Fault(of=command, manner="instead", reply=Reply(status=status, body=words.encode())))

    answer = carry(house)

    assert isinstance(answer, told)
    assert house.letters == []
    assert words.split(" ", 1)[1] not in f"{answer!r} {answer} {answer.exchange}"


def test_a_wrong_password_is_for_a_person_to_mend_and_stands_nowhere(house: PecHouse) -> None:
    wrong = f"smtp://coalition:another-one@127.0.0.1:{house.port}"

    told = carry(house, parcel(house, smtp_url=wrong))

    assert isinstance(told, NotTaken)
    assert "did not accept the user and the password" in str(told)
    assert house.asked.count("AUTH") >= 1
    assert "another-one" not in f"{told!r} {told} {told.faults} {told.exchange}"


def test_a_provider_that_greets_nobody_is_told_from_one_that_asks_to_wait(house: PecHouse) -> None:
    house.faults += [Fault(of="CONNECT", manner="break before")]
    assert str(carry(house)) == UNREACHABLE
    house.faults += [Fault(of="MAIL", manner="instead", reply=Reply(status=450, body=b"4.7.1 later"))]
    assert str(carry(house)) == NOT_READY


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"settings": {}}, "The PEC mailbox is not set up."),
        ({"details": {}}, "The office's PEC address is missing."),
        ({"details": {"pec": "nobody"}}, "The office's PEC address"),
        ({"documents": (LETTER,)}, "The parcel holds no words"),
    ],
)
def test_what_cannot_go_asks_nobody(house: PecHouse, other: dict[str, object], said: str) -> None:
    told = carry(house, replace(parcel(house), **other))

    assert isinstance(told, NotTaken)
    assert str(told).startswith(said)
    assert house.asked == []


def test_a_message_of_more_than_30_mb_asks_nobody(house: PecHouse) -> None:
    large = replace(LETTER, data=bytes(23_000_000))

    told = carry(house, parcel(house, files=(large,)))

    assert isinstance(told, NotTaken)
    assert "and 30 MB are taken" in told.faults[0]
    assert house.asked == []


def test_its_receipts_climb_the_ladder_and_stay_where_they_are(house: PecHouse) -> None:
    carry(house)

    first, second = follow(house), follow(house)

    assert [(one.number, one.rung) for one in first] == [(NUMBER, ACCEPTED), (NUMBER, DELIVERED)]
    assert first == second
    hashes = [hashlib.sha256(raw).hexdigest() for raw in house.box.mails.values()]
    assert [one.says.split()[-1].rstrip(".") for one in first] == hashes
    assert len(house.box.mails) == 2
    assert set().union(*house.box.flags.values()) == set()


def test_before_a_receipt_comes_nothing_is_known(house: PecHouse) -> None:
    house.is_slow = True
    carry(house)

    assert follow(house) == ()
    house.arrive()
    assert [one.rung for one in follow(house)] == [ACCEPTED, DELIVERED]


def test_the_same_receipt_sent_twice_is_heard_once(house: PecHouse) -> None:
    carry(house)
    house.box.put(next(iter(house.box.mails.values())))

    assert [one.rung for one in follow(house)] == [ACCEPTED, DELIVERED]


def test_an_office_whose_mailbox_is_not_certified_proves_nothing_more(house: PecHouse) -> None:
    house.is_certified = False
    carry(house)

    [heard] = follow(house)

    assert heard.rung is ACCEPTED
    assert "no receipt will ever prove" in heard.says


def test_a_message_against_the_rules_is_taken_by_smtp_and_refused_by_a_receipt(house: PecHouse) -> None:
    # The mailbox was set up with an address that is not the one of its password.
    told = carry(house, parcel(house, address="another@pec.rivers.example"))

    assert isinstance(told, Receipt)
    assert house.letters == []
    assert [one.rung for one in follow(house)] == [FAILED]


def test_what_only_looks_like_a_receipt_is_said_and_proves_nothing(house: PecHouse) -> None:
    says = Says(message_id=f"{KEY}@pec.rivers.example", recipients=((house.office, "certificato"),))
    stranger = make_authority("stranger").provider()
    forged = [
        house.provider.robbed_of_its_name().receipt(says),
        stranger.receipt(says),
        house.provider.receipt(says).replace(b"multipart/signed", b"multipart/mixed"),
        house.provider.receipt(says.differing(sender="else@pec.else.example")),
        house.provider.receipt(says.differing(recipients=(("else@pec.office.example", "certificato"),))),
    ]
    for one in forged:
        house.box.put(one)

    heard = follow(house)

    assert [one.rung for one in heard] == [None] * len(forged)
    assert all("it proves nothing. The receipt in the mailbox has" in one.says for one in heard)
    assert {one.number for one in heard} == {NUMBER}
    told = carry(house, parcel(house, again=True))
    assert isinstance(told, Receipt)
    assert len(house.letters) == 1


def test_a_receipt_is_judged_by_when_it_came(house: PecHouse) -> None:
    carry(house)
    years_later = NOW.replace(year=NOW.year + 3)

    heard = follow(house, now=years_later)

    assert [one.rung for one in heard] == [ACCEPTED, DELIVERED]
    house.box.arrived = "27-Nov-2029 11:30:06 +0100"
    assert [one.rung for one in follow(house)] == [None, None]


def test_a_mailbox_that_cannot_be_read_tells_nothing_and_nothing_is_sent_again(house: PecHouse) -> None:
    house.faults.append(Fault(of="END", manner="break after"))
    assert isinstance(carry(house), InDoubt)
    house.box.drops_at = "UID SEARCH"

    told = carry(house, parcel(house, again=True))

    assert isinstance(told, NotNow)
    assert len(house.letters) == 1
    assert "secret" not in f"{told!r} {told.exchange}"
    with pytest.raises(NotNow):
        follow(house)


def test_what_was_in_doubt_is_found_by_its_receipt(house: PecHouse) -> None:
    house.faults.append(Fault(of="END", manner="break after"))
    assert isinstance(carry(house), InDoubt)
    asked = list(house.asked)

    told = carry(house, parcel(house, again=True))

    assert isinstance(told, Receipt)
    assert (told.number, told.said, told.rung) == (NUMBER, FOUND, DeliveryState.HANDED_OVER)
    assert house.asked == asked


def test_what_a_receipt_says_has_failed_may_go_again(house: PecHouse) -> None:
    house.is_unknown = True
    carry(house)
    assert [one.rung for one in follow(house)] == [ACCEPTED, FAILED]
    house.is_unknown = False

    told = carry(house, parcel(house, again=True))

    assert isinstance(told, Receipt)
    assert told.said != FOUND
    assert len(house.letters) == 2
    # It is another message: what is heard of the first says nothing of it.
    assert [one.rung for one in follow(house)] == [ACCEPTED, FAILED]
    assert [one.rung for one in follow(house, told.number)] == [ACCEPTED, DELIVERED]
    # What is there by now is not sent a third time.
    third = carry(house, parcel(house, again=True))
    assert (third.said, third.number) == (FOUND, told.number)
    assert len(house.letters) == 2


def test_without_a_mailbox_nothing_is_heard(house: PecHouse) -> None:
    with pytest.raises(Refused):
        follow(house, imap_url="")


def test_the_simulator_signs_as_a_provider_does(house: PecHouse) -> None:
    carry(house)

    assert all(f"posta-certificata@{DOMAIN}".encode() in mail for mail in house.box.mails.values())
    assert OURS.encode() in next(iter(house.box.mails.values()))
    assert PASSWORD.encode() not in b"".join(house.box.mails.values())
