"""The account at Lob: whose it is, by which key, and whether that key prints anything at all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from service.delivery.channels.lob.address import postal_fields
from service.delivery.setting import Setting
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence

SERVICES = ("", "certified", "certified_return_receipt")
_PLAIN = "plain"
_PRODUCTION = "https://api.lob.com/v1"


class Mode(StrEnum):
    """What a key is good for; the key says so itself by how it begins."""

    LIVE = "live"
    TEST = "test"


MODES: Mapping[Mode, Sentence] = {
    Mode.LIVE: Sentence("Live key: letters are printed, mailed and charged."),
    Mode.TEST: Sentence("Test key: nothing is printed or mailed, and every sending stays unsent."),
}
"""What each mode is called wherever the account is shown."""

SETTINGS: tuple[Setting, ...] = (
    Setting(
        key="key",
        word=Sentence("Secret key", context="of an account that sends"),
        helps=Sentence(
            "Of the account at Lob. With one that begins with live_ letters are printed, mailed and charged; with one that"
            " begins with test_ nothing is printed."
        ),
        secret=True,
    ),
    Setting(
        key="sender",
        word=Sentence("Address of the sender"),
        helps=Sentence(
            "In the United States, as Lob asks: the name on the first line, then the street, then city, state and ZIP code."
        ),
        is_long=True,
    ),
    Setting(
        key="service",
        word=Sentence("How it is mailed"),
        helps=Sentence(
            "Only of a certified letter does the post say that it was delivered, and only within the United States."
        ),
        optional=True,
        one_of=(_PLAIN, *SERVICES[1:]),
        words={
            _PLAIN: Sentence("Plain first-class mail"),
            "certified": Sentence("Certified mail"),
            "certified_return_receipt": Sentence("Certified mail with a return receipt"),
        },
    ),
    Setting(
        key="sides",
        word=Sentence("Sides of the paper"),
        helps=Sentence("Each document begins on a sheet of its own."),
        optional=True,
        one_of=("double", "single"),
        words={"double": Sentence("Print on both sides"), "single": Sentence("Print on one side")},
    ),
    Setting(
        key="colour",
        word=Sentence("In colour"),
        helps=Sentence("Colour costs more."),
        optional=True,
        one_of=("no", "yes"),
        words={"no": Sentence("no"), "yes": Sentence("yes")},
    ),
    Setting(
        key="webhook_secret",
        word=Sentence("Secret of the webhook"),
        helps=Sentence(
            "As Lob shows it beside the webhook: what comes unsigned is not believed. Without it Lob is asked now and then"
            " what became of each letter."
        ),
        secret=True,
        optional=True,
    ),
)
"""What sets up Lob, as a form asks for it."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account at Lob. `sender` are the fields of the address of return; `service` is one of SERVICES."""

    key: str = field(repr=False)
    mode: Mode
    sender: Mapping[str, str] = field(repr=False)
    double_sided: bool
    colour: bool
    service: str
    url: str


def read_account(settings: Mapping[str, str]) -> Account:
    """Read the account from the settings of this way; raises Refused, in one sentence, where it cannot be used.

    `key` is the secret key; `sender` the address of return, a line each, the name first; `sides` "double" (default) or
    "single"; `colour` "yes" or "no" (default); `service` one of SERVICES, or "plain" for the first of them; `url` where Lob
    is asked, for rehearsals.
    """
    key = settings.get("key", "").strip()
    if not key:
        raise Refused(Sentence("Lob is not set up here: it needs the secret key of an account."))
    service = settings.get("service", "").replace(_PLAIN, "")
    if service not in SERVICES:
        raise Refused(Sentence("“{service}” is no service of Lob that is used here.", service=service))
    return Account(
        key=key,
        mode=_mode(key),
        sender=_sender(settings.get("sender", "")),
        double_sided=settings.get("sides", "double") != "single",
        colour=settings.get("colour", "no") == "yes",
        service=service,
        url=settings.get("url", _PRODUCTION).rstrip("/"),
    )


def _mode(key: str) -> Mode:
    beginning, _, rest = key.partition("_")
    if beginning not in set(Mode) or not rest:
        raise Refused(Sentence("This is no key of Lob: one begins with live_ or test_."))
    if rest.startswith("pub_"):
        raise Refused(Sentence("This is a publishable key of Lob, which sends nothing: take the secret key."))
    return Mode(beginning)


def _sender(written: str) -> Mapping[str, str]:
    name, *lines = [line.strip() for line in written.splitlines() if line.strip()] or [""]
    fields = postal_fields(name=name, company="", lines=lines, country="US")
    if not name or not {"address_line1", "address_zip"} <= fields.keys():
        raise Refused(
            Sentence(
                "Lob needs the address of the sender, in the United States: a name, a street, and city, state and ZIP code."
            )
        )
    return fields
