"""What a way of sending must be able to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from service.foundation.sentence import Sentence
from service.model.recipient import Recipient


@dataclass(frozen=True, kw_only=True)
class Outward:
    """What this installation can send with, and by the name of each way what the letter has set up for it."""

    smtp: bool
    mail_from: str
    settings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


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

    @property
    def name(self) -> str:
        """What it is called in a campaign file."""
        ...

    @property
    def by_hand(self) -> bool:
        """Whether a person brings what goes this way: once released it waits for that; all else leaves by itself."""
        ...

    @property
    def steps(self) -> Sequence[Sentence]:
        """What that person does, in order."""
        ...

    def check(self, recipient: Recipient, details: dict[str, Any], outward: Outward) -> Verdict:
        """Say whether this channel can take the letter to this recipient.

        `configured` is False where the installation lacks something; `reason` then says what, in one sentence.
        A channel that cannot must never be asked to carry.
        """


@dataclass(frozen=True, kw_only=True)
class ByHand:
    """A way on which a person brings the letter: what to do, and what of the office's details it cannot do without."""

    name: str
    steps: Sequence[Sentence]
    needs: str = ""
    missing: Sentence | str = ""
    by_hand: bool = True

    def check(self, recipient: Recipient, details: dict[str, Any], outward: Outward) -> Verdict:
        """Say whether the office's details hold what is needed."""
        del recipient, outward
        if self.needs and not details.get(self.needs):
            return Verdict(reason=self.missing)
        return Verdict(destinations=1)
