"""What a way of sending must be able to do."""

from dataclasses import dataclass
from typing import Any, Protocol

from service.model.recipient import Recipient


@dataclass(frozen=True, kw_only=True)
class Outward:
    """What this installation can send with."""

    smtp: bool
    mail_from: str


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Whether a channel can take a letter to a recipient: to how many addresses, or why not."""

    destinations: int = 0
    configured: bool = True
    reason: str = ""

    @property
    def can(self) -> bool:
        """Tell whether it can."""
        return self.destinations > 0 and self.configured


class Channel(Protocol):
    """One way of sending, in a folder of its own, a stranger to all others."""

    name: str

    def check(self, recipient: Recipient, details: dict[str, Any], outward: Outward) -> Verdict:
        """Say whether this channel can take the letter to this recipient.

        `configured` is False where the installation lacks something; `reason` then says what, in one sentence.
        A channel that cannot must never be asked to carry.
        """
