"""A way into a chamber of Congress, as the list of all ways knows it."""

import re
from dataclasses import dataclass
from typing import Any

from service.delivery.asking import Asking
from service.delivery.channel import Outward, Verdict
from service.delivery.congress.carrier import OFFICE, CongressCarrier
from service.delivery.congress.chamber import Chamber
from service.delivery.congress.rhythm import Rhythm
from service.delivery.congress.rules import rules_of
from service.delivery.rules import Rule
from service.foundation.clock import Clock
from service.foundation.sentence import Sentence
from service.model.recipient import Recipient


@dataclass(frozen=True, kw_only=True)
class CongressChannel:
    """Letters of constituents to offices of one chamber; off until an installation is set up for it.

    The coalition's own letter does not go this way: each letter here is one person's, who asked for it.
    """

    name: str
    chamber: Chamber
    rhythm: Rhythm

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All that the chamber asks of a letter."""
        return rules_of(self.chamber)

    def check(self, recipient: Recipient, details: dict[str, Any], outward: Outward) -> Verdict:
        """Say whether the office has a code of this chamber; that anything is set up is not said yet by `outward`."""
        del recipient, outward  # The protocol names them.
        code = str(details.get(OFFICE, ""))
        if not code:
            return Verdict(reason=Sentence("No code of the office is given for this recipient."))
        if not re.fullmatch(self.chamber.office, code):
            return Verdict(
                reason=Sentence(
                    "“{code}” is no code of an office there; they are like {like}.",
                    code=code,
                    like=self.chamber.office_like,
                )
            )
        return Verdict(
            destinations=1,
            configured=False,
            reason=Sentence(
                "Letters to {chamber} are off: nothing is set up for them.", chamber=self.chamber.name
            ),
        )

    def carrier(self, asking: Asking, clock: Clock) -> CongressCarrier:
        """Make what hands letters over; all that one process makes keep one rhythm."""
        return CongressCarrier(chamber=self.chamber, asking=asking, clock=clock, rhythm=self.rhythm)
