"""The PEC mailbox as data, the rules of certified mail, and what the channel says before any of it is set."""

import dataclasses

import pytest

from service.delivery.channel import Outward
from service.delivery.channels.pec import CHANNEL
from service.delivery.channels.pec.ber import OID, SEQUENCE, oid, only, pieces
from service.delivery.channels.pec.rules import MOST_BYTES, RULES, Message, examine
from service.delivery.channels.pec.settings import SETTINGS, read_mailbox
from service.delivery.channels.pec.unproven import Unproven
from service.foundation.errors import Refused
from service.model.recipient import Audience, Recipient, RecipientRole
from tests.doubles.pec_provider import NOW, OFFICE, OURS, make_authority

ROOT = make_authority()
SET = {
    "address": OURS,
    "smtp_url": "smtps://coalition:s3cret@smtps.pec.provider.example:465",
    "imap_url": "imaps://coalition:s3cret@imaps.pec.provider.example",
    "authorities": ROOT.pem,
}
GOOD = Message(
    mailbox=OURS,
    sender=OURS,
    envelope_sender=OURS,
    recipients=[OFFICE],
    envelope_recipients=[OFFICE],
    size=3_000_000,
)


def office(settings=None, **details):
    recipient = Recipient(
        campaign_id="",
        revision_id="",
        position=0,
        role=RecipientRole.TO,
        copy_kind=Audience.FULL,
        channels=["pec"],
        details=b"",
    )
    outward = Outward(smtp=True, mail_from=OURS, settings={"pec": settings} if settings else {})
    return CHANNEL.check(recipient, details, outward)


def test_a_mailbox_that_is_set_is_read_and_shows_no_password():
    mailbox = read_mailbox(SET, now=NOW)

    assert mailbox.address == OURS
    assert len(mailbox.authorities) == 1
    assert mailbox.headers == {"X-TipoRicevuta": "completa"}
    assert (mailbox.relay.host, mailbox.inbox.host) == (
        "smtps.pec.provider.example",
        "imaps.pec.provider.example",
    )
    assert "s3cret" not in repr(mailbox)


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"address": ""}, "Address of the PEC mailbox is missing."),
        ({"address": "coalition"}, "is not one that mail can be sent to"),
        ({"smtp_url": "http://a:b@host"}, "Where it sends must look like smtps://user:password@host."),
        ({"smtp_url": "smtps://host"}, "Where it sends must look like"),
        ({"imap_url": "imap://a:b@host"}, "Where its receipts are read must look like imaps://"),
        ({"imap_url": "imaps://a:b@[host"}, "Where its receipts are read must look like"),
        ({"smtp_url": "smtps://a:b@host smtps://a:b@other"}, "Where it sends must look like"),
        ({"authorities": "no certificate"}, "are not certificates in PEM form"),
        ({"receipt": "ogni"}, "is none of those that there are"),
    ],
)
def test_each_fault_of_what_was_set_is_said_without_what_was_set(wrong, fault):
    with pytest.raises(Refused) as refused:
        read_mailbox(SET | wrong, now=NOW)

    assert len(refused.value.faults) == 1
    assert fault in refused.value.faults[0]
    assert "s3cret" not in str(refused.value.faults)


def test_authorities_that_have_all_expired_are_a_fault():
    with pytest.raises(Refused) as refused:
        read_mailbox(SET, now=NOW.replace(year=NOW.year + 20))

    assert refused.value.faults == ("Every certificate of the trusted authorities has expired.",)


def test_every_setting_says_what_it_is_for():
    assert all(setting.word and setting.helps for setting in SETTINGS)
    assert {setting.key for setting in SETTINGS if setting.secret} == {"smtp_url", "imap_url"}


def test_nothing_can_go_this_way_before_it_is_set_up():
    verdict = office(pec=OFFICE)

    assert not verdict.can
    assert not verdict.configured
    assert verdict.reason.startswith("Set up the coalition's PEC mailbox first")


def test_an_office_without_a_certified_mailbox_cannot_be_reached_this_way():
    verdict = office(emails=["office@office.example"])

    assert not verdict.can
    assert verdict.reason == "No PEC address is given for this recipient."


def test_with_a_mailbox_it_can():
    verdict = office(SET, pec=OFFICE)

    assert verdict.can
    assert (CHANNEL.by_hand, CHANNEL.settings) == (False, SETTINGS)


def test_what_settings_are_good_for_is_said_in_one_sentence():
    both = {**SET, "authorities": ROOT.pem + make_authority("other").pem}

    assert CHANNEL.try_settings(both, now=NOW).says == (
        f"Letters go from {OURS}; a receipt is believed where one of 2 authorities stands behind it."
    )
    with pytest.raises(Refused) as refused:
        CHANNEL.try_settings({**SET, "authorities": ""}, now=NOW)
    assert refused.value.faults == ("Trusted authorities is missing.",)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:25",
        "localhost",
        "db",
        "10.0.0.5",
        "[::1]:993",
        "169.254.169.254",
        "2130706433",
        "relay.internal",
    ],
)
def test_nobody_makes_the_service_speak_to_machines_that_only_it_can_reach(host):
    inside = {"smtp_url": f"smtps://a:b@{host}", "imap_url": f"imaps://a:b@{host}"}

    with pytest.raises(Refused) as refused:
        CHANNEL.try_settings({**SET, **inside}, now=NOW)

    assert [fault.partition(" must name a provider's server")[1] != "" for fault in refused.value.faults] == [
        True
    ] * 2


def test_a_mailbox_that_is_set_up_in_half_says_what_is_missing_and_no_password():
    verdict = office({**SET, "imap_url": "", "smtp_url": "smtps://coalition:s3cret@"}, pec=OFFICE)

    assert not verdict.configured
    assert "Where its receipts are read is missing." in verdict.reason
    assert "Where it sends must look like smtps://user:password@host." in verdict.reason
    assert "s3cret" not in verdict.reason


def test_an_address_that_is_none_is_said_before_anything_is_set():
    verdict = office(SET, pec="presidency")

    assert not verdict.can
    assert verdict.reason.startswith("The office's PEC address")


@pytest.mark.parametrize(
    ("differing", "rule", "forbids"),
    [
        ({}, None, False),
        ({"sender": "letter@rivers.example"}, "from-the-mailbox", True),
        ({"envelope_sender": "bounce@rivers.example"}, "from-the-mailbox", True),
        ({"sender": OURS.upper()}, None, False),
        ({"bcc": ["file@rivers.example"]}, "named-recipients", True),
        ({"recipients": ["cabinet@office.example"]}, "named-recipients", True),
        ({"recipients": [OFFICE, OURS], "envelope_recipients": [OFFICE, OURS]}, "one-recipient", True),
        ({"size": MOST_BYTES}, None, False),
        ({"size": MOST_BYTES + 1}, "size", True),
        ({"certified": False}, "certified-mailbox", False),
        ({"certified": True}, None, False),
    ],
)
def test_each_rule_finds_what_does_not_fit_it(differing, rule, forbids):
    found = examine(dataclasses.replace(GOOD, **differing))

    assert [finding.rule.id for finding in found] == ([rule] if rule else [])
    assert [finding.forbids for finding in found] == ([forbids] if rule else [])
    assert all(finding.rule in RULES and finding.instead for finding in found)


@pytest.mark.parametrize(
    "data",
    [
        b"0",
        b"0\x05",
        b"0\x81\x05abcde",
        b"0\x82\x00\x80",
        b"0\x80",
        b"0\x80\x00\x00",
        b"\x1f\x81\x00\x00",
        b"0\x85\x01\x00\x00\x00\x00",
    ],
    ids=["no length", "cut", "a long length", "a padded length", "no end", "open", "a long tag", "endless"],
)  # fmt: skip -- one case beside the other
def test_what_is_not_written_strictly_is_not_read(data):
    with pytest.raises(Unproven):
        pieces(data)


def test_open_ends_are_read_only_where_they_may_stand_and_not_too_deep():
    open_ended = b"0\x80\x06\x01\x2a\x00\x00"

    assert pieces(open_ended, open_ended=True)[0].content == b"\x06\x01\x2a"
    (outer,) = only(open_ended, SEQUENCE, open_ended=True)
    assert only(outer.content, OID)[0].content == b"\x2a"
    with pytest.raises(Unproven):
        pieces(b"0\x80" * 1000, open_ended=True)
    with pytest.raises(Unproven):
        pieces(b"\x04\x80\x00\x00", open_ended=True)


def test_object_identifiers_are_written_as_they_stand_in_signatures():
    assert oid("1.2.840.113549.1.7.2").hex() == "2a864886f70d010702"
    assert oid("2.16.840.1.101.3.4.2.1").hex() == "608648016503040201"
