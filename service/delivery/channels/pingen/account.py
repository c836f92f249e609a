"""The account at Pingen: whose it is, and whether what it takes is printed at all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from service.delivery.setting import Setting
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence

PRODUCTS = ("cheap", "fast", "bulk", "premium")
"""Registered mail is not among them: for it Pingen prints another address over the one that it has read."""


class Mode(StrEnum):
    """Which of Pingen's two houses the account is in."""

    PRODUCTION = "production"
    STAGING = "staging"


MODES: Mapping[Mode, Sentence] = {
    Mode.PRODUCTION: Sentence("Production: letters are printed, mailed and charged."),
    Mode.STAGING: Sentence("Staging: nothing is printed or mailed, and every sending stays unsent."),
}
"""What each mode is called wherever the account is shown."""

SETTINGS: tuple[Setting, ...] = (
    Setting(
        key="mode",
        word=Sentence("Which of Pingen's houses"),
        helps=Sentence("An application belongs to one of them."),
        one_of=tuple(mode.value for mode in Mode),
        words={mode.value: said for mode, said in MODES.items()},
    ),
    Setting(
        key="client_id",
        word=Sentence("Identifier of the application"),
        helps=Sentence("Of an application with client credentials, as Pingen shows it."),
    ),
    Setting(
        key="client_secret",
        word=Sentence("Secret of the application"),
        helps=Sentence("Pingen shows it once, when the application is made."),
        secret=True,
    ),
    Setting(
        key="organisation",
        word=Sentence("Identifier of the organisation"),
        helps=Sentence("Of the organisation at Pingen that pays for the letters."),
    ),
    Setting(
        key="product",
        word=Sentence("How it is mailed"),
        helps=Sentence(
            "Registered mail is not offered: for it Pingen prints another address over the one that it has read."
        ),
        optional=True,
        one_of=PRODUCTS,
        words={
            "cheap": Sentence("The cheapest mail"),
            "fast": Sentence("Fast mail"),
            "bulk": Sentence("Bulk mail"),
            "premium": Sentence("Premium mail"),
        },
    ),
    Setting(
        key="sides",
        word=Sentence("Sides of the paper"),
        helps=Sentence("Each document begins on a sheet of its own."),
        optional=True,
        one_of=("duplex", "simplex"),
        words={"duplex": Sentence("Print on both sides"), "simplex": Sentence("Print on one side")},
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
        key="signing_key",
        word=Sentence("Signing key of the webhooks"),
        helps=Sentence(
            "As Pingen shows it beside the webhook: what comes unsigned is not believed. Without it Pingen is asked now and"
            " then what became of each letter."
        ),
        secret=True,
        optional=True,
    ),
)
"""What sets up Pingen, as a form asks for it."""
_URLS = {
    Mode.PRODUCTION: ("https://api.pingen.com", "https://identity.pingen.com"),
    Mode.STAGING: ("https://api-staging.pingen.com", "https://identity-staging.pingen.com"),
}


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account at Pingen; `product` is one of PRODUCTS, `url` where letters are handed over, `identity_url` where tokens are given."""

    client_id: str = field(repr=False)
    client_secret: str = field(repr=False)
    organisation: str
    mode: Mode
    product: str
    duplex: bool
    colour: bool
    url: str
    identity_url: str


def read_account(settings: Mapping[str, str]) -> Account:
    """Read the account from the settings of this way; raises Refused, in one sentence, where it cannot be used.

    `client_id` and `client_secret` of an application with client credentials, `organisation` its identifier there;
    `mode` "production" or "staging"; `product` one of PRODUCTS ("cheap" by default); `sides` "duplex" (default) or
    "simplex"; `colour` "yes" or "no" (default); `url` and `identity_url` where Pingen is asked, for rehearsals.
    """
    missing = [name for name in ("client_id", "client_secret", "organisation") if not settings.get(name)]
    if missing:
        raise Refused(
            Sentence(
                "Pingen is not set up here: it needs an application's identifier and secret, and the organisation."
            )
        )
    written = settings.get("mode", "")
    if written not in set(Mode):
        raise Refused(
            Sentence(
                "Say whether this account of Pingen is the real one, production, or for trials, staging."
            )
        )
    product = settings.get("product", PRODUCTS[0])
    if product not in PRODUCTS:
        raise Refused(Sentence("“{product}” is no product of Pingen that is used here.", product=product))
    mode = Mode(written)
    url, identity_url = _URLS[mode]
    return Account(
        client_id=settings["client_id"],
        client_secret=settings["client_secret"],
        organisation=settings["organisation"],
        mode=mode,
        product=product,
        duplex=settings.get("sides", "duplex") != "simplex",
        colour=settings.get("colour", "no") == "yes",
        url=settings.get("url", url).rstrip("/"),
        identity_url=settings.get("identity_url", identity_url).rstrip("/"),
    )
