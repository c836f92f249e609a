"""To the UN Human Rights Council: a written statement of NGOs in consultative status, as a Word file that a person uploads."""

from typing import Any

from service.delivery.channel import Outward, Verdict
from service.delivery.channels.unhrc.rules import RULES
from service.foundation.sentence import Sentence
from service.model.recipient import Recipient


class CouncilChannel:
    """Makes the statement and what is entered with it; an NGO's own account uploads it, and no program."""

    name = "unhrc"
    rules = RULES

    def check(self, recipient: Recipient, details: dict[str, Any], outward: Outward) -> Verdict:
        """Say whether the office names a session; nothing is ever sent by itself."""
        del recipient, outward
        if not details.get("unhrc_session"):
            return Verdict(
                reason=Sentence("No session of the Human Rights Council is named for this recipient.")
            )
        return Verdict(
            destinations=1,
            configured=False,
            reason=Sentence(
                "A person uploads this statement with the account of an NGO in consultative status; it never leaves by itself."
            ),
        )


CHANNEL = CouncilChannel()
