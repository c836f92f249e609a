"""By Pingen: printed near the office and mailed, in Europe and beyond, to the address that it reads from the page."""

from typing import Any

from service.delivery.channel import Outward, Verdict
from service.delivery.channels.pingen.account import MODES, Mode, read_account
from service.delivery.channels.pingen.carrier import PingenCarrier
from service.delivery.channels.pingen.hearing import follow, heard
from service.delivery.channels.pingen.rules import RULES, examine
from service.foundation.sentence import Sentence
from service.model.recipient import Recipient


class PingenChannel:
    """Sends by an account at Pingen, whose record of each letter is the evidence."""

    name = "pingen"
    rules = tuple(RULES.values())

    def check(self, recipient: Recipient, details: dict[str, Any], outward: Outward) -> Verdict:
        """Say whether the office has an address; it is not set up until an account is."""
        del recipient, outward
        if not details.get("address"):
            return Verdict(reason=Sentence("No postal address is given for this recipient."))
        return Verdict(
            destinations=1,
            configured=False,
            reason=Sentence(
                "Pingen is not set up here: it needs an application's identifier and secret, and the organisation."
            ),
        )


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
