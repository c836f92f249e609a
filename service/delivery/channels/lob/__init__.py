"""By Lob: printed and mailed in the United States, to any country it serves."""

from typing import Any

from service.delivery.channel import Outward, Verdict
from service.delivery.channels.lob.account import MODES, Mode, read_account
from service.delivery.channels.lob.carrier import LobCarrier
from service.delivery.channels.lob.hearing import follow, heard
from service.delivery.channels.lob.rules import RULES, examine
from service.foundation.sentence import Sentence
from service.model.recipient import Recipient


class LobChannel:
    """Sends by an account at Lob, whose record of each letter is the evidence."""

    name = "lob"
    rules = tuple(RULES.values())

    def check(self, recipient: Recipient, details: dict[str, Any], outward: Outward) -> Verdict:
        """Say whether the office has an address; it is not set up until an account is."""
        del recipient, outward
        if not details.get("address"):
            return Verdict(reason=Sentence("No postal address is given for this recipient."))
        return Verdict(
            destinations=1,
            configured=False,
            reason=Sentence("Lob is not set up here: it needs the secret key of an account."),
        )


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
