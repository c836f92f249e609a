"""Mail leaves signed, and what the fence compares does not hang on the key; on each database."""

import hashlib
from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import Engine

from service.foundation.errors import Permanent, Refused
from service.foundation.sealing import RootKey
from service.mail.dkim import Algorithm, DkimKey, DkimSigner, make_private_key
from service.mail.dkim_keys import make_dkim_keys, open_dkim_keys
from service.mail.envelope import Envelope
from service.model.site_secret import SiteSecret
from service.model.states import MessageState
from service.store.site_secrets import make_secret, open_secret
from service.store.transaction import reading, transaction
from tests.doubles.house import BREAKS_AND_ARRIVES, House, in_parallel
from tests.doubles.verifier import DOMAIN, Verifier, both_signer

SELECTORS = ("s1", "e1")


@pytest.fixture
def house(engine: Engine) -> House:
    return House(engine, signer=both_signer())


def unsigned(envelope: Envelope) -> bytes:
    return envelope.data[envelope.data.index(b"\r\nFrom:") + 2 :]


def test_what_leaves_is_signed_by_both_keys_as_of_its_date(house: House) -> None:
    house.post()

    house.send()

    [sent] = house.postbox.kept
    dated_at = house.row().dated_at
    assert dated_at is not None
    assert f"t={int(dated_at.timestamp())};".encode() in sent.data
    with time_machine.travel(house.time, tick=False):
        assert Verifier().verdicts(sent.data) == [True, True]


def test_the_fence_keeps_the_hash_of_the_unsigned_bytes(house: House) -> None:
    house.post()

    house.send()

    [sent] = house.postbox.kept
    assert house.row().content_sha256 == hashlib.sha256(unsigned(sent)).hexdigest()


def test_a_second_copy_has_the_same_bytes_with_its_signatures(house: House) -> None:
    house.post()
    house.postbox.fail_next(BREAKS_AND_ARRIVES)

    house.send()
    house.wait(timedelta(minutes=16))
    house.send()

    first, second = house.postbox.kept
    assert first.data == second.data


def test_a_second_copy_goes_also_when_the_key_was_changed_in_between(house: House) -> None:
    house.post()
    house.postbox.fail_next(BREAKS_AND_ARRIVES)

    house.send()
    house.signer = DkimSigner((DkimKey(make_private_key(Algorithm.RSA), selector="s2"),), domain=DOMAIN)
    house.wait(timedelta(minutes=16))
    house.send()

    first, second = house.postbox.kept
    assert unsigned(first) == unsigned(second)
    assert first.data != second.data


class Broken(DkimKey):
    def make_signature(self, data: bytes) -> bytes:
        raise ValueError(len(data))


def test_a_mail_that_cannot_be_signed_waits_and_does_not_leave_unsigned(house: House) -> None:
    broken = Broken(make_private_key(Algorithm.ED25519), selector="s1")
    house.signer = DkimSigner((broken,), domain=DOMAIN)
    house.post()

    house.send()

    assert (house.state(), house.postbox.kept) == (MessageState.QUEUED, [])


def test_keys_are_made_once_and_open_as_they_were_made(engine: Engine, root: RootKey, noon: datetime) -> None:
    with transaction(engine) as session:
        assert make_dkim_keys(session, root, SELECTORS, now=noon) == SELECTORS
    with transaction(engine) as session:
        first = open_dkim_keys(session, root, SELECTORS)
        assert make_dkim_keys(session, root, SELECTORS, now=noon) == ()
    with reading(engine) as session:
        again = open_dkim_keys(session, root, SELECTORS)

    assert [key.algorithm for key in again] == list(Algorithm)
    assert [key.record for key in again] == [key.record for key in first]


def test_a_second_selector_may_come_later(engine: Engine, root: RootKey, noon: datetime) -> None:
    with transaction(engine) as session:
        make_dkim_keys(session, root, ("s1",), now=noon)
        with pytest.raises(Refused, match=r"selector e1.*undersigned init"):
            open_dkim_keys(session, root, SELECTORS)

        assert make_dkim_keys(session, root, SELECTORS, now=noon) == ("e1",)


def test_two_that_make_a_secret_at_once_end_with_one(engine: Engine, root: RootKey, noon: datetime) -> None:
    made: list[bool] = []

    def make(place: int) -> None:
        with transaction(engine) as session:
            made.append(make_secret(session, root, "a", make=lambda: bytes([place]), now=noon))

    in_parallel(4, make)

    assert sorted(made) == [False, False, False, True]


def test_a_secret_lies_wrapped_and_opens_under_its_name_and_root_key_only(
    engine: Engine, root: RootKey, noon: datetime
) -> None:
    secret = b"private" * 8
    with transaction(engine) as session:
        make_secret(session, root, "a", make=lambda: secret, now=noon)
        row = session.get(SiteSecret, "a")
        assert row is not None
        session.add(SiteSecret(name="b", wrapped=row.wrapped, created_at=noon))

    with reading(engine) as session:
        assert open_secret(session, root, "a") == secret
        assert open_secret(session, root, "c") is None
        assert b"private" not in row.wrapped
        with pytest.raises(Permanent, match="root key"):
            open_secret(session, root, "b")
        with pytest.raises(Permanent, match="root key"):
            open_secret(session, RootKey(b"x" * 32), "a")
