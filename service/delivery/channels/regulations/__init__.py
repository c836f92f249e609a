"""To regulations.gov, version 4: one comment of an organization with the letter's PDF, on one document of an agency."""

from typing import Any

from service.delivery.channel import Outward, Verdict
from service.delivery.channels.regulations.rules import RULES
from service.foundation.sentence import Sentence
from service.model.recipient import Recipient


class RegulationsChannel:
    """Submits by the comment API; the tracking number is the receipt."""

    name = "regulations"
    rules = RULES

    def check(self, recipient: Recipient, details: dict[str, Any], outward: Outward) -> Verdict:
        """Say whether the office names the document that the comment is about; nothing sets this way up yet."""
        del recipient, outward
        if not details.get("regulations_document"):
            return Verdict(reason=Sentence("No document of regulations.gov is named for this recipient."))
        return Verdict(
            destinations=1,
            configured=False,
            reason=Sentence("No key of regulations.gov that may comment is set up here."),
        )


CHANNEL = RegulationsChannel()
