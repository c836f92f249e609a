"""What the web door is given from outside, and how its pages reach it."""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

from flask import Flask, current_app
from sqlalchemy import Engine

from service.delivery.channel import Outward
from service.delivery.letter_mail import MOST_BYTES
from service.foundation.clock import Clock
from service.foundation.sealing import CampaignKeys
from service.letter.fonts import Fonts
from service.letter.preview import Previewer
from service.mail.domain.checks import Finding
from service.metrics.exposition import Exposition
from service.metrics.measures import Measuring
from service.signing.abuse.visit import Caution
from service.signing.receiving import Reception
from service.store.direct import Direct
from service.store.keyring import Keyring
from service.store.transaction import reading
from service.web.kept import KeptLetters

_NAME = "undersigned"


@dataclass(frozen=True, kw_only=True)
class WebServices:
    """Everything that the pages work with; `wake` tells the sender that mail may be waiting, after a commit.

    `embed_on` names the sites on which a letter may be embedded, as a content policy lists them. A count may be as old as
    `count_lag`. `metrics_allow` names the networks from which /metrics may be read, and `measurings` read what stands
    there beside what is always measured. `outward` is what a letter can be sent with, in mails of `letter_mail_bytes` at most,
    and `relay_sizes` tells how many bytes our relays take, by their names: call it while no transaction is open.
    `look_at_sender` asks the network for the sender's DNS; None while no mail can be sent.
    `filing_domain` is where copies come in of what people send from their own mailboxes, "" where no mail does.
    `reminder_lead` is how long before a deadline its last reminder goes.
    """

    engine: Engine
    keyring: Keyring
    clock: Clock
    public_url: str
    trusted_proxies: int
    onion_location: str
    wake: Callable[[], None]
    caution: Caution = field(default_factory=Caution)
    embed_on: str = ""
    count_lag: timedelta = timedelta(0)
    reminder_lead: timedelta = timedelta(days=1)
    fonts: Fonts = field(default_factory=Fonts)
    word_template: Path | None = None
    outward: Outward = field(default_factory=lambda: Outward(smtp=False, mail_from=""))
    letter_mail_bytes: int = MOST_BYTES
    relay_sizes: Callable[[], Mapping[str, int]] = dict
    metrics_allow: str = ""
    filing_domain: str = ""
    measurings: Sequence[Measuring] = ()
    look_at_sender: Callable[[], Sequence[Finding]] | None = None

    def now(self) -> datetime:
        """Tell the moment of this request."""
        return self.clock()

    @functools.cached_property
    def lasting(self) -> Direct:
        """The line for statements that come by the thousand."""
        return Direct(self.engine)

    @functools.cached_property
    def reception(self) -> Reception:
        """Where forms are received."""
        fleeting = Direct(self.engine, lasting=False)
        return Reception(self.keyring, lasting=self.lasting, fleeting=fleeting)

    def keys_of(self, campaign_id: str) -> CampaignKeys:
        """Give a letter's keys; raises Permanent where they were shredded."""
        known = self.keyring.known(campaign_id)
        if known is not None:
            return known
        with reading(self.engine) as session:
            return self.keyring.of(session, campaign_id)

    @functools.cached_property
    def exposition(self) -> Exposition:
        """What monitors are told."""
        return Exposition(self.engine, self.clock, self.measurings)

    @functools.cached_property
    def previewer(self) -> Previewer:
        """The typesetters that show a draft while it is written."""
        return Previewer(self.fonts)

    @functools.cached_property
    def letters(self) -> KeptLetters:
        """The letters as everybody sees them."""
        return KeptLetters(self.engine, self.keyring)


def give_services(app: Flask, services: WebServices) -> None:
    """Hand the services to an application, once."""
    app.extensions[_NAME] = services


def services() -> WebServices:
    """Get the services of the application that answers this request."""
    return cast(WebServices, current_app.extensions[_NAME])
