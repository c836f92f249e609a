"""By Lob: printed and mailed in the United States, to any country it serves."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from service.delivery.asking import Asking
from service.delivery.binding import bind
from service.delivery.channel import Outward, Verdict
from service.delivery.channels.lob.account import MODES, SETTINGS, Mode, read_account
from service.delivery.channels.lob.carrier import LobCarrier
from service.delivery.channels.lob.hearing import follow, heard
from service.delivery.channels.lob.rules import RULES, examine
from service.delivery.letter_mail import Making, letter_documents
from service.delivery.parcel import Document, Heard, Parcel
from service.delivery.rules import Finding
from service.delivery.setting import Standing
from service.foundation.sentence import Sentence
from service.letter.copy import Copy
from service.model.recipient import Recipient


class LobChannel:
    """Sends by an account at Lob, whose record of each letter is the evidence."""

    name = "lob"
    by_hand = False
    steps = ()
    rules = tuple(RULES.values())
    settings = SETTINGS

    def check(self, recipient: Recipient, details: dict[str, Any], outward: Outward) -> Verdict:
        """Say whether the office has an address and the letter an account; with a test key nothing reaches anybody."""
        del recipient
        if not details.get("address"):
            return Verdict(reason=Sentence("No postal address is given for this recipient."))
        return Verdict.by(lambda: self._standing(outward.settings.get(self.name, {})))

    def try_settings(self, values: Mapping[str, str], *, now: datetime) -> Standing:
        """Say what the account's key is good for; raises Refused where it cannot be used."""
        del now
        return self._standing(values)

    def _standing(self, values: Mapping[str, str]) -> Standing:
        mode = read_account(values).mode
        return Standing(says=MODES[mode], is_trial=mode is Mode.TEST)

    def documents(self, copy: Copy, details: Mapping[str, Any], making: Making) -> Sequence[Document]:
        """Make the letter as a PDF: Lob prints the address on a sheet in front of it, so that it needs no window."""
        del details
        return letter_documents(copy, making)

    def examine_parcel(self, parcel: Parcel) -> Sequence[Finding]:
        """Give what of a parcel does not fit."""
        return examine(parcel.details, parcel.documents, read_account(parcel.settings), can_bind=True)

    def carrier(self, asking: Asking, *, now: datetime) -> LobCarrier:
        """Give what hands letters over."""
        del now
        return LobCarrier(asking, bind=bind)

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


CHANNEL = LobChannel()

__all__ = [
    "CHANNEL",
    "MODES",
    "RULES",
    "LobCarrier",
    "LobChannel",
    "Mode",
    "examine",
    "follow",
    "heard",
    "read_account",
]
