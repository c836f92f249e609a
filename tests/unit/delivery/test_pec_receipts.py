"""What receipts of certified mail prove: the true rung, or none; openssl says of each signature what we say."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID

from service.delivery.channels.pec.receipt import PROVES, Sent, hear
from service.delivery.channels.pec.signed import read_authorities
from service.model.states import DELIVERY, DeliveryState
from tests.doubles.pec_provider import (
    DOMAIN,
    MESSAGE_ID,
    NOW,
    OFFICE,
    OURS,
    Says,
    make_authority,
    openssl_accepts,
)

SENT = {MESSAGE_ID: Sent(number="parcel-1", sender=OURS, is_for=OFFICE.__eq__)}
ROOT = make_authority()
PROVIDER = ROOT.provider()
DAY = timedelta(days=1)


def told(raw, *, authority=ROOT, sent=SENT, now=NOW):
    return hear(raw, sent=sent.get, authorities=read_authorities(authority.pem), now=now)


def heard(raw, **differently):
    return told(raw, **differently).heard


@pytest.mark.parametrize(
    ("kind", "error", "more", "rung", "words"),
    [
        ("accettazione", "nessuno", "", DeliveryState.ACCEPTED, "nothing is known of the office yet"),
        (
            "presa-in-carico",
            "nessuno",
            "",
            DeliveryState.ACCEPTED,
            "does not lie in the office's mailbox yet",
        ),
        (
            "avvenuta-consegna",
            "nessuno",
            "",
            DeliveryState.DELIVERED,
            "It lies in the office's certified mailbox",
        ),
        ("non-accettazione", "altro", "", DeliveryState.FAILED, "did not accept it: another reason"),
        (
            "errore-consegna",
            "no-dest",
            f"5.1.1 - {OFFICE} unknown",
            DeliveryState.FAILED,
            "no such mailbox (5.1.1).",
        ),
        ("errore-consegna", "no-dominio", "", DeliveryState.FAILED, "its domain has no certified mail."),
        (
            "preavviso-errore-consegna",
            "altro",
            "5.4.1 timeout",
            None,
            "why it has not: another reason, which the receipt gives (5.4.1).",
        ),
        ("rilevazione-virus", "virus", "", DeliveryState.FAILED, "a virus was found in it."),
    ],
)
def test_each_kind_of_receipt_proves_its_rung_and_no_more(kind, error, more, rung, words, tmp_path):
    raw = PROVIDER.receipt(Says(kind=kind, error=error, more=more))

    told_of = told(raw)

    assert openssl_accepts(raw, ROOT, tmp_path)
    assert told_of.heard.rung is rung
    assert words in told_of.heard.says
    assert "@" not in told_of.heard.says
    assert told_of.heard.number == "parcel-1"
    assert told_of.heard.at == datetime(2026, 11, 27, 10, 30, 5, tzinfo=UTC)
    assert told_of.receipt.data == raw
    assert len(told_of.receipt.sha256) == 64


def test_only_the_receipt_of_the_delivery_proves_that_it_was_delivered():
    delivered = {kind for kind, meaning in PROVES.items() if meaning.rung is DeliveryState.DELIVERED}

    assert delivered == {"avvenuta-consegna"}
    # None of them is a rung that a sending cannot come to once it was handed over.
    assert {meaning.rung for meaning in PROVES.values()} - {None} <= set(
        DELIVERY.moves[DeliveryState.HANDED_OVER]
    )


def test_where_the_mailbox_of_the_office_is_not_certified_it_says_that_no_proof_will_come():
    raw = PROVIDER.receipt(Says(kind="accettazione", recipients=((OFFICE, "esterno"),)))

    assert heard(raw).rung is DeliveryState.ACCEPTED
    assert "no receipt will ever prove" in heard(raw).says


@pytest.mark.parametrize(
    "raw",
    [
        b"From: minister@pec.office.example\r\nSubject: Your letter\r\n\r\nThank you.\r\n",
        b"",
        b"\xff\xfe\x00 no mail at all",
        PROVIDER.receipt(Says(kind="posta-certificata")),
        PROVIDER.receipt(Says(kind="accettazione")).replace(b"From:", b"X-Trasporto: errore\r\nFrom:", 1),
    ],
    ids=["an answer", "nothing", "rubbish", "a certified message", "an envelope of what is not certified"],
)
def test_what_does_not_say_that_it_is_a_receipt_is_left_to_others(raw):
    assert told(raw) is None


GENUINE = Says()
ATTACK = (
    b"From: attacker@pec.elsewhere.example\r\nX-Ricevuta: avvenuta-consegna\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: application/xml; name="daticert.xml"\r\n'
    b'Content-Disposition: inline; filename="daticert.xml"\r\n\r\n' + GENUINE.xml.encode()
)
OTHER_ROOT = make_authority("another root")
SECOND = {"second@rivers.example": Sent(number="parcel-2", sender=OURS, is_for=OFFICE.__eq__)}
RSA, RSA_WITH_SHA_384 = bytes.fromhex("2a864886f70d010101"), bytes.fromhex("2a864886f70d01010c")
NO_PROOF = {
    "changed daticert": (
        lambda: PROVIDER.mail(
            GENUINE, PROVIDER.content(GENUINE), PROVIDER.sign(PROVIDER.content(Says(kind="accettazione")))
        ),
        "changed after it was signed",
    ),
    "an acceptance shown as a delivery": (
        lambda: PROVIDER.receipt(Says(kind="accettazione", header_kind="avvenuta-consegna")),
        "calls itself something else",
    ),
    "another message in the headers": (
        lambda: PROVIDER.receipt(Says(header_id="second@rivers.example")),
        "names two different messages",
    ),
    "another message in what is certified": (
        lambda: PROVIDER.receipt(Says(message_id="second@rivers.example", header_id=MESSAGE_ID)),
        "names two different messages",
    ),
    "a message that we never sent": (
        lambda: PROVIDER.receipt(Says(message_id="theirs@elsewhere.example")),
        "about no message of ours",
    ),
    "our number in a message of somebody else": (
        lambda: PROVIDER.receipt(Says(sender="attacker@pec.elsewhere.example")),
        "another mailbox sent",
    ),
    "delivered to another mailbox": (
        lambda: PROVIDER.receipt(Says(handed_to="attacker@pec.elsewhere.example")),
        "another mailbox than the office's",
    ),
    "accepted for another mailbox": (
        lambda: PROVIDER.receipt(Says(kind="accettazione", recipients=(("x@y.example", "certificato"),))),
        "another mailbox than the office's",
    ),
    "delivered to nobody in particular": (
        lambda: PROVIDER.receipt(xmls=[re.sub(rb"<consegna>.*</consegna>", b"", GENUINE.xml.encode())]),
        "another mailbox than the office's",
    ),
    "a success that is an error": (
        lambda: PROVIDER.receipt(Says(error="no-dest")),
        "a success and an error at once",
    ),
    "another authority": (lambda: OTHER_ROOT.provider().receipt(), "No authority that is trusted here"),
    "an authority that only bears the name": (
        lambda: make_authority("forged", named="root").provider().receipt(),
        "No authority that is trusted here",
    ),
    "an expired certificate": (
        lambda: ROOT.provider(since=NOW - 9 * DAY, until=NOW - DAY).receipt(),
        "was not valid when the receipt came",
    ),
    "a certificate of the future": (
        lambda: ROOT.provider(since=NOW + DAY).receipt(),
        "was not valid when the receipt came",
    ),
    "a certificate for the web": (
        lambda: ROOT.provider(purpose=ExtendedKeyUsageOID.SERVER_AUTH).receipt(),
        "No authority that is trusted here",
    ),
    "a certificate for keeping secrets": (
        lambda: ROOT.provider(usage=("key_encipherment",)).receipt(),
        "No authority that is trusted here",
    ),
    "the certificate of a provider without its key": (
        lambda: PROVIDER.robbed_of_its_name().receipt(),
        "is not that of its certificate",
    ),
    "a certificate that a provider has issued": (
        lambda: PROVIDER.as_an_authority().provider("pec.elsewhere.example").receipt(),
        "No authority that is trusted here",
    ),
    "a certificate of another address": (
        lambda: ROOT.provider("pec.elsewhere.example").receipt(
            Says(header_sender=f"posta-certificata@{DOMAIN}")
        ),
        "another address than its certificate is for",
    ),
    "a digest that is not safe": (
        lambda: PROVIDER.receipt(digest=hashes.SHA224()),
        "a digest that is not safe",
    ),
    "a certified message that carries a receipt": (
        lambda: PROVIDER.receipt(
            Says(kind="posta-certificata", header_kind="avvenuta-consegna"), carried=ATTACK
        ).replace(b"X-Trasporto:", b"X-Ricevuta:", 1),
        "calls itself something else",
    ),
    "nothing certified, but in the message carried": (
        lambda: PROVIDER.receipt(carried=ATTACK, xmls=[]),
        "certifies nothing",
    ),
    "certified twice": (
        lambda: PROVIDER.receipt(xmls=[GENUINE.xml.encode(), Says(kind="accettazione").xml.encode()]),
        "certifies nothing",
    ),
    "a document type of its own": (
        lambda: PROVIDER.receipt(Says(before='<!DOCTYPE postacert [<!ENTITY a "b">]>\n')),
        "not written as it should be",
    ),
    "no document": (lambda: PROVIDER.receipt(xmls=[b"<postacert"]), "not written as it should be"),
    "another document": (
        lambda: PROVIDER.receipt(xmls=[b"<postacert tipo='avvenuta-consegna'/>"]),
        "not written as it should be",
    ),
    "a day that is none": (lambda: PROVIDER.receipt(Says(day="31/02/2026")), "not written as it should be"),
    "no signature": (
        lambda: PROVIDER.receipt().replace(b"multipart/signed", b"multipart/mixed", 1),
        "is not signed",
    ),
    "half a mail": (lambda: PROVIDER.receipt()[:-20], "is not signed"),
    "a signature that is none": (
        lambda: PROVIDER.mail(GENUINE, PROVIDER.content(GENUINE), b"signed, the provider"),
        "cannot be read",
    ),
    "a signature of nobody": (
        lambda: PROVIDER.mail(GENUINE, PROVIDER.content(GENUINE), b""),
        "cannot be read",
    ),
    "a signature by another digest than it names": (
        lambda: PROVIDER.mail(
            GENUINE,
            PROVIDER.content(GENUINE),
            PROVIDER.sign(PROVIDER.content(GENUINE))[::-1].replace(RSA[::-1], RSA_WITH_SHA_384[::-1], 1)[
                ::-1
            ],
        ),
        "cannot be read",
    ),
    "a part that nobody signed": (
        lambda: PROVIDER.receipt().replace(
            b"\r\n------08FC--",
            b"\r\n------08FC\r\nContent-Type: text/plain\r\n\r\nDelivered\r\n------08FC--",
        ),
        "is not signed",
    ),
    "two headers of a kind": (
        lambda: PROVIDER.receipt().replace(
            b"X-Riferimento-Message-ID:", b"X-Riferimento-Message-ID: <a@b>\r\nX-Riferimento-Message-ID:", 1
        ),
        "names two different messages",
    ),
}


@pytest.mark.parametrize("forgery", NO_PROOF)
def test_what_is_no_proof_has_no_rung_and_says_why_in_one_sentence(forgery):
    make, words = NO_PROOF[forgery]

    found = heard(make(), sent=SENT | SECOND)

    assert found.rung is None
    assert words in found.says
    assert found.says.endswith(".")
    assert found.says.count(". ") == 0
    assert "@" not in found.says
    assert found.at == NOW
    assert found.key != heard(PROVIDER.receipt()).key


def test_what_proves_nothing_is_noted_where_it_says_that_it_belongs():
    forged = OTHER_ROOT.provider().receipt()

    assert heard(forged).number == "parcel-1"
    assert heard(PROVIDER.receipt(Says(message_id="theirs@elsewhere.example"))).number == ""


def test_two_that_prove_nothing_are_two_things_and_each_is_one_however_often_it_comes():
    forged, other = OTHER_ROOT.provider().receipt(), PROVIDER.receipt(Says(error="altro"))

    assert heard(forged).key == heard(forged).key
    assert heard(forged).key != heard(other).key


def test_nothing_is_proved_while_nobody_is_trusted():
    found = hear(PROVIDER.receipt(), sent=SENT.get, authorities=(), now=NOW)

    assert found.heard.rung is None
    assert "No authority for certified mail is trusted here" in found.heard.says


@pytest.mark.parametrize(
    "forged",
    [
        lambda: OTHER_ROOT.provider().receipt(),
        lambda: ROOT.provider(since=NOW - 9 * DAY, until=NOW - DAY).receipt(),
        lambda: PROVIDER.mail(GENUINE, PROVIDER.content(GENUINE), PROVIDER.sign(b"something else")),
        lambda: PROVIDER.robbed_of_its_name().receipt(),
        lambda: PROVIDER.as_an_authority().provider("pec.elsewhere.example").receipt(),
    ],
    ids=["another authority", "expired", "changed", "another key", "issued by a provider"],
)
def test_openssl_refuses_what_we_refuse(forged, tmp_path):
    raw = forged()

    assert not openssl_accepts(raw, ROOT, tmp_path)
    assert heard(raw).rung is None


@pytest.mark.parametrize(
    "make",
    [
        lambda: PROVIDER.receipt(open_ended=True),
        lambda: PROVIDER.receipt(digest=hashes.SHA512()),
        lambda: ROOT.provider("curve.example", curve=True).receipt(),
        lambda: ROOT.below("agency").provider().receipt(),
        lambda: ROOT.below("agency", mail_domains=(DOMAIN,)).provider().receipt(),
        lambda: PROVIDER.receipt(carried=b"From: x@y.example\r\n\r\nThe letter\r\n"),
    ],
    ids=[
        "open ends",
        "SHA-512",
        "elliptic curve",
        "below another",
        "for some domains alone",
        "with the message",
    ],
)
def test_signatures_are_taken_as_programs_write_them(make, tmp_path):
    raw = make()

    assert openssl_accepts(raw, ROOT, tmp_path)
    assert heard(raw).rung is DeliveryState.DELIVERED


def test_an_authority_below_another_may_be_trusted_by_itself_and_only_for_its_domains():
    agency = ROOT.below("agency", mail_domains=("pec.elsewhere.example",))

    assert heard(agency.provider("pec.elsewhere.example").receipt(), authority=agency).rung
    assert heard(agency.provider().receipt(), authority=agency).rung is None
    assert heard(PROVIDER.receipt(), authority=agency).rung is None


def test_a_receipt_that_comes_again_is_the_same_however_it_was_stored():
    raw = PROVIDER.receipt()
    again = b"Received: from a by b\r\nX-Spam: no\r\n" + raw
    signed_anew = PROVIDER.receipt(open_ended=True)

    alike = [heard(one) for one in (raw, again, signed_anew, raw.replace(b"\r\n", b"\n"))]

    assert {one.key for one in alike} == {alike[0].key}
    assert {one.rung for one in alike} == {DeliveryState.DELIVERED}


def test_receipts_that_tell_different_things_are_different_things():
    kinds = [
        Says(kind=kind, error="altro" if not meaning.succeeds else "nessuno")
        for kind, meaning in PROVES.items()
    ]
    others = [Says(number="another"), Says(message_id="second@rivers.example")]

    keys = [heard(PROVIDER.receipt(says), sent=SENT | SECOND).key for says in [*kinds, *others]]

    assert len(set(keys)) == len(keys)
    assert {len(key) for key in keys} == {32}


def test_the_certified_words_are_read_as_they_are_whatever_stands_around_them():
    spaced = GENUINE.xml.replace(f">{OFFICE}<", f">\n  {OFFICE.upper()} <").replace(
        f"&lt;{MESSAGE_ID}&gt;", f"\n&lt;{MESSAGE_ID}&gt; "
    )

    assert heard(PROVIDER.receipt(xmls=[spaced.encode()])).rung is DeliveryState.DELIVERED
