"""By e-mail: the letter as text and as PDF, from the coalition's own domain to each address of the office."""

from typing import Any

from service.delivery.channel import Outward, Verdict
from service.foundation.sentence import Sentence
from service.model.recipient import Recipient


class EmailChannel:
    """Sends through the outbox; what the relay answered is the evidence."""

    name = "email"
    by_hand = False
    steps = ()
    settings = ()

    def check(self, recipient: Recipient, details: dict[str, Any], outward: Outward) -> Verdict:  # noqa: ARG002 -- the protocol names the arguments
        """Say how many addresses of the office the letter can go to."""
        addresses = len(details.get("emails", ()))
        if not addresses:
            return Verdict(reason=Sentence("No e-mail address is given for this recipient."))
        if not outward.smtp or not outward.mail_from:
            return Verdict(
                destinations=addresses,
                configured=False,
                reason=Sentence(
                    "Set {first} and {second} first.",
                    first="UNDERSIGNED_SMTP_URL",
                    second="UNDERSIGNED_MAIL_FROM",
                ),
            )
        return Verdict(destinations=addresses)


CHANNEL = EmailChannel()
