"""To the Universal Periodic Review and to UN treaty bodies: a submission on one country, as a Word file that a person uploads."""

from typing import Any

from service.delivery.channel import Outward, Verdict
from service.delivery.channels.upr.frames import FRAMES
from service.delivery.channels.upr.rules import RULES
from service.foundation.sentence import Sentence
from service.model.recipient import Recipient


class ReviewChannel:
    """Makes the submission; a registered person uploads it, and no program."""

    name = "upr"
    rules = RULES

    def check(self, recipient: Recipient, details: dict[str, Any], outward: Outward) -> Verdict:
        """Say whether the office names a review that is known here; nothing is ever sent by itself."""
        del recipient, outward
        review = details.get("upr_review")
        if not review:
            return Verdict(reason=Sentence("No review is named for this recipient."))
        if review not in FRAMES:
            return Verdict(
                reason=Sentence(
                    "What the review “{review}” takes is not known here: make this copy yourself.",
                    review=review,
                )
            )
        return Verdict(
            destinations=1,
            configured=False,
            reason=Sentence(
                "A registered person uploads this submission at the site of the United Nations; it never leaves by itself."
            ),
        )


CHANNEL = ReviewChannel()
