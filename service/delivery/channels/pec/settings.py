"""The coalition's PEC mailbox as data: what has to be set, what each thing is for, and what is wrong with what was set (pure)."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from service.delivery.channels.pec.signed import Authorities, read_authorities
from service.delivery.setting import Setting, faults_in
from service.foundation.addresses import ascii_address, normal_address
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.mail.mailbox import Mailbox as Inbox
from service.mail.mailbox import parse_mailbox_url
from service.mail.relay import Relay, parse_smtp_urls

RECEIPTS = ("completa", "breve", "sintetica")
"""Which receipt of the delivery is asked for: with the whole message, with hashes of its files, or with neither."""

_NOT_SET_UP = Sentence("The PEC mailbox is not set up.")
# A name of several labels, the last of letters: no address, and none that only our own network knows.
_IS_OUTSIDE = re.compile(r"(?:[A-Za-z0-9-]{1,63}\.)+(?:[A-Za-z]{2,63}|xn--[A-Za-z0-9-]{1,59})\.?")
_WITHIN = (".localhost", ".local", ".internal", ".lan", ".home.arpa", ".localdomain")

SETTINGS: tuple[Setting, ...] = (
    Setting(
        key="address",
        word=Sentence("Address of the PEC mailbox"),
        helps=Sentence("From here the letter is sent, and here its receipts arrive."),
    ),
    Setting(
        key="smtp_url",
        word=Sentence("Where it sends"),
        helps=Sentence(
            "As the provider says, with the user and the password of the mailbox: {example}. In a password, {marks} are"
            " written {codes}.",
            example="smtps://user:password@host",
            marks="/ ? # %",
            codes="%2F %3F %23 %25",
        ),
        secret=True,
    ),
    Setting(
        key="imap_url",
        word=Sentence("Where its receipts are read"),
        helps=Sentence(
            "As the provider says, in the same way: {example}. Receipts are read and left where they are.",
            example="imaps://user:password@host",
        ),
        secret=True,
    ),
    Setting(
        key="authorities",
        word=Sentence("Trusted authorities"),
        helps=Sentence(
            "Certificates in PEM form of those who stand behind the providers of certified mail. AgID publishes its own; "
            "a receipt that no trusted authority stands behind proves nothing here."
        ),
        is_long=True,
    ),
    Setting(
        key="receipt",
        word=Sentence("Receipt of the delivery"),
        helps=Sentence("With the whole message (completa) it proves what lies in the mailbox, too."),
        optional=True,
        one_of=RECEIPTS,
        words={
            "completa": Sentence("With the whole message (completa)"),
            "breve": Sentence("With hashes of its files (breve)"),
            "sintetica": Sentence("With neither (sintetica)"),
        },
    ),
)
"""What sets up certified mail, as a form asks for it."""


@dataclass(frozen=True, kw_only=True)
class Mailbox:
    """The coalition's mailbox at its PEC provider: its `address`, by which `relay` it sends, in which `inbox` receipts lie."""

    address: str
    relay: Relay
    inbox: Inbox
    authorities: Authorities = field(repr=False)
    receipt: str = RECEIPTS[0]

    @property
    def headers(self) -> Mapping[str, str]:
        """What a message from here has among its headers, beside what every mail has."""
        return {"X-TipoRicevuta": self.receipt}


def read_mailbox(values: Mapping[str, str], *, now: datetime | None) -> Mailbox:
    """Read the mailbox that was set; raises Refused with every single fault.

    Where `now` is None, it is not looked at whether the authorities still hold.
    """
    given = {key: value.strip() for key, value in values.items()}
    faults = tuple(_faults(given, now=now))
    if faults:
        raise Refused(_NOT_SET_UP, faults)
    return Mailbox(
        address=ascii_address(normal_address(given["address"])),
        relay=_relay(given["smtp_url"]),
        inbox=parse_mailbox_url(given["imap_url"]),
        authorities=read_authorities(given["authorities"]),
        receipt=given.get("receipt") or RECEIPTS[0],
    )


def refuse_within(mailbox: Mailbox) -> None:
    """Raise Refused for a mailbox at no provider's name: nobody may make this service speak to machines that only it can reach."""
    hosts = {SETTINGS[1].word: mailbox.relay.host, SETTINGS[2].word: mailbox.inbox.host}
    faults = tuple(
        Sentence(
            "{what} must name a provider's server, like {example}.", what=word, example="mail.example.it"
        )
        for word, host in hosts.items()
        if not _IS_OUTSIDE.fullmatch(host) or host.lower().rstrip(".").endswith(_WITHIN)
    )
    if faults:
        raise Refused(_NOT_SET_UP, faults)


def _faults(given: Mapping[str, str], *, now: datetime | None) -> Iterator[str]:
    yield from (fault for _, fault in faults_in(SETTINGS, given))
    yield from _address_faults(given.get("address", ""))
    yield from _place_faults(SETTINGS[1].word, given.get("smtp_url", ""), read=_relay, scheme="smtps")
    yield from _place_faults(
        SETTINGS[2].word, given.get("imap_url", ""), read=parse_mailbox_url, scheme="imaps"
    )
    yield from _authority_faults(given.get("authorities", ""), now=now)


def _address_faults(address: str) -> Iterator[str]:
    try:
        if address:
            normal_address(address)
    except Refused as refusal:
        yield str(refusal)


def _place_faults(word: Sentence, url: str, *, read: Callable[[str], object], scheme: str) -> Iterator[str]:
    try:
        if url:
            read(url)
    except Refused:
        # What these say is about a setting of the whole installation.
        yield Sentence(
            "{what} must look like {example}.", what=word, example=f"{scheme}://user:password@host"
        )


def _relay(url: str) -> Relay:
    relays = parse_smtp_urls(url)
    if len(relays) != 1 or not relays[0].user:
        raise Refused(_NOT_SET_UP)
    return relays[0]


def _authority_faults(pem: str, *, now: datetime | None) -> Iterator[str]:
    try:
        authorities = read_authorities(pem) if pem else ()
    except Refused as refusal:
        yield str(refusal)
        return
    if pem and now is not None and all(one.not_valid_after_utc < now for one in authorities):
        yield Sentence("Every certificate of the trusted authorities has expired.")
