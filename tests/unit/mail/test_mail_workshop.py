"""A mail that is made in the workshop's process has the bytes that it would have in ours."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from service.mail.cast import Cast, Filling, Slot
from service.mail.dkim import Algorithm, DkimKey, DkimSigner, make_private_key
from service.mail.workshop import Order, Workshop

DATED_AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
TOKEN = "t" * 43
CAST = Cast(
    [
        b"From: letters@rivers.example\r\nTo: ",
        Slot(value="to"),
        b"\r\nDate: ",
        Slot(value="date"),
        b"\r\nMessage-ID: ",
        Slot(value="id"),
        b"\r\n\r\nhttps://letters.example/manage/",
        Slot(value="0", breaks=(10,)),
        b"\r\nGr\xfc\xdfe\r\n",
    ]
)


def order(to: str = "anna@lakes.example", token: str = TOKEN) -> Order:
    filling = Filling(
        to=to,
        date="Tue, 24 Nov 2026 12:00:00 +0000",
        message_id="<abc@rivers.example>",
        tokens=(token,),
    )
    return Order(cast=CAST, filling=filling, dated_at=DATED_AT)


@pytest.fixture(scope="module")
def signer() -> DkimSigner:
    keys = [DkimKey(make_private_key(algorithm), selector=algorithm.name.lower()) for algorithm in Algorithm]
    return DkimSigner(keys, domain="rivers.example")


@pytest.fixture
def workshop(signer: DkimSigner) -> Iterator[Workshop]:
    workshop = Workshop(signer)
    yield workshop
    workshop.close()


def test_it_makes_the_same_bytes_and_signatures(signer: DkimSigner, workshop: Workshop) -> None:
    orders = [order(f"person{number}@lakes.example") for number in range(40)]

    made = [*workshop.make(orders[:30]), *workshop.make(orders[30:])]

    for finished, asked in zip(made, orders, strict=True):
        data = CAST.fill(asked.filling)
        assert finished is not None
        assert finished.data == signer.sign(data, at=DATED_AT)
        assert finished.content_sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("wrong", [order(token="short"), order(to="anna@lakes.example\r\nBcc: x@y.example")])
def test_what_cannot_be_made_spoils_no_other(workshop: Workshop, wrong: Order) -> None:
    first, second, third = workshop.make([order(), wrong, order()])

    assert second is None
    assert first is not None
    assert first == third


def test_where_the_process_is_gone_it_says_so(workshop: Workshop) -> None:
    workshop.make([order()])
    workshop._process.kill()
    workshop._process.wait()

    with pytest.raises(OSError):  # noqa: PT011 -- which one depends on the pipe
        workshop.make([order()])


def test_threads_that_share_it_each_get_their_own(signer: DkimSigner, workshop: Workshop) -> None:
    def ask(thread: int) -> bool:
        orders = [order(f"person{thread}.{number}@lakes.example") for number in range(8)]
        done = [workshop.make(orders) for _ in range(5)]
        expected = [CAST.fill(one.filling) for one in orders]
        return all(
            finished is not None and finished.data.endswith(data)
            for made in done
            for finished, data in zip(made, expected, strict=True)
        )

    with ThreadPoolExecutor(6) as threads:
        assert all(threads.map(ask, range(6)))


def test_the_answer_to_another_question_is_never_taken(workshop: Workshop) -> None:
    workshop.make([order()])
    workshop._ask([order("somebody.else@lakes.example")])

    with pytest.raises(OSError, match="another question"):
        workshop.make([order()])
    with pytest.raises(OSError, match="gone"):
        workshop.make([order()])
