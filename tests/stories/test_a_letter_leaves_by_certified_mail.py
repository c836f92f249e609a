"""A letter goes by certified mail: handed to the provider once, and as far as the receipts in the mailbox prove."""

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import bagit
import pytest
from sqlalchemy import Engine
from sqlmodel import select

from service.delivery.carrying.carry import settle_left_behind
from service.delivery.carrying.follow import ask_after
from service.delivery.dossier import verify
from service.delivery.parcel import Document
from service.delivery.receipts import LARGEST_RECEIPT, MOST_RECEIPTS, keep_receipt
from service.delivery.settle import send_again
from service.foundation.sealing import RootKey
from service.model.delivery_file import DeliveryFile
from service.model.states import DeliveryState
from service.store.sealed import open_bytes
from service.store.transaction import reading, transaction
from tests.carriers import ASKING
from tests.carrying import carriages, carry, cart, delivery_of, evidence, file_by, kept_of, released
from tests.coalition import SLUG, Coalition
from tests.desk import AtTheDesk, add_colleague
from tests.doubles.loopback_http import Fault
from tests.doubles.pec_house import PASSWORD, PecHouse, open_pec_house
from tests.doubles.pec_provider import OFFICE, OURS, Says, make_authority
from tests.stories.test_a_dossier_proves_the_delivery import certificate_of, made, written
from tests.stories.test_a_letter_speaks_several_languages import FRENCH
from tests.stories.visitor import Door


@pytest.fixture
def house() -> Iterator[PecHouse]:
    with open_pec_house() as house:
        yield house


@pytest.fixture
def sent(engine: Engine, root: RootKey, noon: datetime, house: PecHouse) -> Coalition:
    """Give a letter that was released and goes to one office by certified mail alone."""
    file = file_by("pec").replace(b'country = "US"', f'country = "US"\npec = "{OFFICE}"'.encode())
    coalition = Coalition(engine=engine, root=root, now=noon)
    return released(coalition, "pec", house.settings, file=file)


def state(coalition: Coalition) -> DeliveryState:
    return delivery_of(coalition, "pec").state


def ask(coalition: Coalition) -> int:
    coalition.now += timedelta(hours=2)
    return ask_after(cart(coalition, asking=ASKING))


def test_it_leaves_once_and_climbs_as_its_receipts_prove(sent: Coalition, house: PecHouse) -> None:
    house.is_slow = True
    assert carry(sent, asking=ASKING) == 1
    assert carry(sent, asking=ASKING) == 0
    [message] = house.letters
    assert message.get_body().get_content().count("Lake Alliance") >= 1
    assert [one.get_content_type() for one in message.iter_attachments()] == ["application/pdf"]
    assert state(sent) is DeliveryState.HANDED_OVER

    assert ask(sent) == 0
    house.arrive()
    assert ask(sent) == 2

    assert state(sent) is DeliveryState.DELIVERED
    assert any("lies in the office's certified mailbox" in one for one in evidence(sent))
    kept = str([kept_of(sent, one) for one in carriages(sent)])
    assert PASSWORD not in kept
    assert not any(address in "".join(evidence(sent)) for address in (OURS, OFFICE, PASSWORD))


def test_the_text_that_was_signed_in_another_language_goes_along(
    engine: Engine, root: RootKey, noon: datetime, house: PecHouse
) -> None:
    file = file_by("pec").replace(b'country = "US"', f'country = "US"\npec = "{OFFICE}"'.encode())
    coalition = Coalition(engine=engine, root=root, now=noon)
    released(coalition, "pec", house.settings, file=file + FRENCH.encode())

    assert carry(coalition, asking=ASKING) == 1

    [message] = house.letters
    names = [one.get_filename() for one in message.iter_attachments()]
    assert [name.rpartition("-full")[2] for name in names] == [".pdf", "-fr.pdf"]
    assert "in each of them as a PDF: French." in " ".join(message.get_body().get_content().split())


def test_in_doubt_it_is_sent_again_by_a_persons_word_and_found_by_its_receipt(
    sent: Coalition, house: PecHouse
) -> None:
    house.faults.append(Fault(of="END", manner="break after"))
    carry(sent, asking=ASKING)
    assert state(sent) is DeliveryState.UNCERTAIN

    with transaction(sent.engine) as session:
        send_again(session, sent.keyring, SLUG, delivery_of(sent, "pec").id, by="ada", now=sent.now)
    sent.now += timedelta(minutes=1)
    carry(sent, asking=ASKING)

    assert len(house.letters) == 1
    assert state(sent) is DeliveryState.HANDED_OVER
    ask(sent)
    assert state(sent) is DeliveryState.DELIVERED
    assert settle_left_behind(cart(sent)) == 0


def test_sent_again_after_a_doubt_that_ended_badly_the_old_receipts_say_nothing_of_it(
    sent: Coalition, house: PecHouse
) -> None:
    house.faults.append(Fault(of="END", manner="break after"))
    house.is_unknown = True
    carry(sent, asking=ASKING)
    assert state(sent) is DeliveryState.UNCERTAIN
    house.is_unknown, house.is_slow = False, True

    with transaction(sent.engine) as session:
        send_again(session, sent.keyring, SLUG, delivery_of(sent, "pec").id, by="ada", now=sent.now)
    sent.now += timedelta(minutes=1)
    carry(sent, asking=ASKING)

    assert len(house.letters) == 2
    assert ask(sent) == 0
    assert state(sent) is DeliveryState.HANDED_OVER
    house.arrive()
    ask(sent)
    assert state(sent) is DeliveryState.DELIVERED


def kept(coalition: Coalition) -> list[bytes]:
    """Open the receipts that are kept, the oldest first."""
    with reading(coalition.engine) as session:
        rows = session.exec(select(DeliveryFile).order_by(DeliveryFile.id)).all()
        keys = coalition.keyring.of(session, coalition.campaign().id)
        files = [open_bytes(keys, row, "file") for row in rows]
        for row, data in zip(rows, files, strict=True):
            assert (row.media_type, row.kept_by) == ("message/rfc822", "pec")
            assert row.sha256 == hashlib.sha256(data).hexdigest()
            # Sealed: no word of it lies in the database.
            assert b"X-Ricevuta" not in row.file
        return files


def test_its_receipts_are_kept_as_they_came(sent: Coalition, house: PecHouse) -> None:
    carry(sent, asking=ASKING)
    assert kept(sent) == []

    ask(sent)

    assert kept(sent) == list(house.box.mails.values())
    assert all(hashlib.sha256(one).hexdigest() in "".join(evidence(sent)) for one in kept(sent))


def test_a_receipt_that_is_read_again_or_sent_twice_is_kept_once(sent: Coalition, house: PecHouse) -> None:
    house.is_certified = False
    carry(sent, asking=ASKING)
    assert ask(sent) == 1
    [first] = house.box.mails.values()
    house.box.put(first)

    assert ask(sent) == 0

    assert kept(sent) == [first]


def test_what_only_looks_like_a_receipt_is_noted_and_not_kept(sent: Coalition, house: PecHouse) -> None:
    house.is_certified = False
    carry(sent, asking=ASKING)
    ask(sent)
    [first] = house.box.mails.values()
    about = next(one.key for one in carriages(sent)) + "@" + OURS.rpartition("@")[2]
    says = Says(message_id=about, sender=OURS, recipients=((OFFICE, "certificato"),))
    house.box.put(make_authority("stranger").provider().receipt(says))

    assert ask(sent) == 1

    assert kept(sent) == [first]
    assert "it proves nothing" in evidence(sent)[-1]


def test_what_is_too_large_and_one_too_many_stay_in_the_mailbox(sent: Coalition) -> None:
    def keep(data: bytes) -> bool:
        document = Document(name="receipt.eml", media_type="message/rfc822", data=data)
        with transaction(sent.engine) as session:
            return keep_receipt(session, sent.keyring, delivery_of(sent, "pec"), document, now=sent.now)

    assert not keep(bytes(LARGEST_RECEIPT + 1))
    assert [keep(str(number).encode()) for number in range(MOST_RECEIPTS + 1)] == [
        *[True] * MOST_RECEIPTS,
        False,
    ]


def test_a_receipt_can_be_saved_at_the_desk_and_is_no_picture(sent: Coalition, house: PecHouse) -> None:
    carry(sent, asking=ASKING)
    ask(sent)
    olga = AtTheDesk(Door(sent).app(), sent, add_colleague(sent))

    shown = olga.open(f"editions/{delivery_of(sent, 'pec').edition_id}").text
    links = re.findall(r'href="[^"]*/(receipts/[^"]*)"', shown)

    assert "/pictures/" not in shown
    answers = [olga.open(link) for link in links]
    assert [one.data for one in answers] == list(house.box.mails.values())
    assert all(one.headers["Content-Type"].startswith("message/rfc822") for one in answers)
    names = [f"receipt-{hashlib.sha256(one).hexdigest()[:12]}.eml" for one in house.box.mails.values()]
    assert [one.headers["Content-Disposition"] for one in answers] == [
        f'attachment; filename="{name}"' for name in names
    ]
    assert olga.open(links[0].replace("receipts", "pictures")).status_code == 404
    assert olga.open("receipts/" + "0" * 32).status_code == 404


def test_the_dossier_holds_its_receipts_and_what_was_asked(
    sent: Coalition, house: PecHouse, tmp_path: Path
) -> None:
    carry(sent, asking=ASKING)
    ask(sent)

    bag = made(sent)

    folder = "data/sendings/01-pec"
    receipts = [bag.files[f"{folder}/receipt-{number}.eml"] for number in (1, 2)]
    assert receipts == list(house.box.mails.values())
    [told] = certificate_of(bag)["sendings"]
    assert {f"{folder}/receipt-1.eml", f"{folder}/receipt-2.eml"} <= {one["file"] for one in told["files"]}
    proofs = {one["file"]: one["sha256"] for one in certificate_of(bag)["proofs"]}
    assert proofs[f"{folder}/receipt-2.eml"] == hashlib.sha256(receipts[1]).hexdigest()
    [handed] = json.loads(bag.files[f"{folder}/exchanges.json"])["handings_over"]
    assert handed["tries"][0]["asked"].startswith("SMTP ")
    assert handed["tries"][0]["answered"].startswith("250 ")
    assert not any(PASSWORD.encode() in data for data in bag.files.values())
    there = written(bag, tmp_path / "dossier")
    assert verify.check(there)[1] == []
    assert bagit.Bag(str(there)).validate()
    (there / folder / "receipt-2.eml").write_bytes(receipts[1].replace(b"avvenuta-consegna", b"accettazione"))
    assert verify.check(there)[1]
