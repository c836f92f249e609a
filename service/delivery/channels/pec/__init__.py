"""By Italian certified mail (PEC): an ordinary mail from the coalition's certified mailbox, proved by its providers' receipts."""

from typing import Any

from service.delivery.channel import Outward, Verdict
from service.delivery.channels.pec.rules import RULES
from service.delivery.channels.pec.settings import Mailbox
from service.foundation.sentence import Sentence
from service.model.recipient import Recipient


class PecChannel:
    """Sends by the coalition's own PEC provider; what the providers certify is the evidence."""

    name = "pec"
    rules = RULES

    def check(self, recipient: Recipient, details: dict[str, Any], outward: Outward) -> Verdict:
        """Say whether the letter can go to the PEC mailbox of this office: not yet, as no mailbox of ours can be set up."""
        # What this installation sends mail with is not what a provider of certified mail takes it from.
        del recipient, outward
        return check_with(details, None)


def check_with(details: dict[str, Any], mailbox: Mailbox | None) -> Verdict:
    """Say whether a letter can go to the PEC mailbox of an office, named as `pec` in its details, by this one of ours."""
    if not details.get("pec"):
        return Verdict(reason=Sentence("No PEC address is given for this recipient."))
    if mailbox is None:
        return Verdict(
            destinations=1,
            configured=False,
            reason=Sentence(
                "Set up the coalition's PEC mailbox first: its address, where it sends and receives, and whom it trusts."
            ),
        )
    return Verdict(destinations=1)


CHANNEL = PecChannel()
