"""By Pingen: printed near the office and mailed, in Europe and beyond, to the address that it reads from the page."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from service.delivery.asking import Asking
from service.delivery.binding import bind
from service.delivery.channel import Outward, Verdict
from service.delivery.channels.pingen.account import MODES, SETTINGS, Mode, read_account
from service.delivery.channels.pingen.carrier import PingenCarrier
from service.delivery.channels.pingen.hearing import follow, heard
from service.delivery.channels.pingen.rules import RULES, examine
from service.delivery.letter_mail import Making
from service.delivery.parcel import Document, Heard, Parcel
from service.delivery.posted import behind_window
from service.delivery.rules import Finding
from service.delivery.setting import Standing
from service.foundation.sentence import Sentence
from service.letter.copy import Copy
from service.model.recipient import Recipient


class PingenChannel:
    """Sends by an account at Pingen, whose record of each letter is the evidence."""

    name = "pingen"
    by_hand = False
    steps = ()
    rules = tuple(RULES.values())
    settings = SETTINGS

    def check(self, recipient: Recipient, details: dict[str, Any], outward: Outward) -> Verdict:
        """Say whether the office has an address and the letter an account; in staging nothing reaches anybody."""
        del recipient
        if not details.get("address"):
            return Verdict(reason=Sentence("No postal address is given for this recipient."))
        return Verdict.by(lambda: self._standing(outward.settings.get(self.name, {})))

    def try_settings(self, values: Mapping[str, str], *, now: datetime) -> Standing:
        """Say in which of Pingen's houses the account is; raises Refused where it cannot be used."""
        del now
        return self._standing(values)

    def _standing(self, values: Mapping[str, str]) -> Standing:
        mode = read_account(values).mode
        return Standing(says=MODES[mode], is_trial=mode is Mode.STAGING)

    def documents(self, copy: Copy, details: Mapping[str, Any], making: Making) -> Sequence[Document]:
        """Make the letter so that its first page bears the office's address where Pingen reads it: behind the window of its country's envelope."""
        return behind_window(copy, details, making)

    def examine_parcel(self, parcel: Parcel) -> Sequence[Finding]:
        """Give what of a parcel does not fit."""
        return examine(parcel.details, parcel.documents, can_bind=True)

    def carrier(self, asking: Asking, *, now: datetime) -> PingenCarrier:
        """Give what hands letters over."""
        del now
        return PingenCarrier(asking, bind=bind)

    def heard(
        self, body: bytes, headers: Mapping[str, str], *, settings: Mapping[str, str], now: datetime
    ) -> Heard | None:
        """Read a webhook."""
        return heard(body, headers, settings=settings, now=now)

    def follow(
        self, number: str, *, settings: Mapping[str, str], asking: Asking, now: datetime
    ) -> Sequence[Heard]:
        """Ask what became of a letter."""
        return follow(number, settings=settings, asking=asking, now=now)


CHANNEL = PingenChannel()

__all__ = [
    "CHANNEL",
    "MODES",
    "RULES",
    "Mode",
    "PingenCarrier",
    "PingenChannel",
    "examine",
    "follow",
    "heard",
    "read_account",
]
