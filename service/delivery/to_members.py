"""What became of signatories' messages to their Members of Congress: numbers for each Member, and nobody's name (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from service.delivery.registry import OF_PEOPLE
from service.model.states import DeliveryState

_NO_MESSAGE = frozenset({DeliveryState.NOT_CONFIGURED, DeliveryState.REFUSED})
_ACCEPTED = frozenset(
    {
        DeliveryState.HANDED_OVER,
        DeliveryState.ACCEPTED,
        DeliveryState.DELIVERED,
        DeliveryState.ANSWERED,
    }
)
_ON_THEIR_WAY = frozenset({DeliveryState.PLANNED, DeliveryState.READY, DeliveryState.CARRYING})


class Sending(Protocol):
    """What has to be known of a sending to count it."""

    @property
    def office(self) -> str:
        """The name of the office."""
        ...

    @property
    def recipient_id(self) -> str:
        """Its row."""
        ...

    @property
    def channel(self) -> str:
        """The way that it goes."""
        ...

    @property
    def state(self) -> DeliveryState:
        """Where it stands."""
        ...


@dataclass(frozen=True, kw_only=True)
class MemberCount:
    """How many messages were released to one Member by one way, and how many of them stand where."""

    office: str
    channel: str
    released: int
    accepted: int
    on_their_way: int
    in_doubt: int
    stopped: int
    not_accepted: int


def is_message(sending: Sending) -> bool:
    """Tell whether a sending is one signatory's message to the own Member, and no copy of the letter."""
    return sending.channel in OF_PEOPLE and sending.state not in _NO_MESSAGE


def counted_for_members(sendings: Sequence[Sending]) -> Sequence[MemberCount]:
    """Count the messages of an edition for each Member, in the order of its sendings."""
    messages = [one for one in sendings if is_message(one)]
    places = dict.fromkeys((one.recipient_id, one.channel) for one in messages)
    return [_count([one for one in messages if (one.recipient_id, one.channel) == place]) for place in places]


def _count(sendings: Sequence[Sending]) -> MemberCount:
    states = [one.state for one in sendings]
    accepted, on_their_way = (sum(state in group for state in states) for group in (_ACCEPTED, _ON_THEIR_WAY))
    in_doubt, stopped = states.count(DeliveryState.UNCERTAIN), states.count(DeliveryState.CANCELLED)
    return MemberCount(
        office=sendings[0].office,
        channel=sendings[0].channel,
        released=len(states),
        accepted=accepted,
        on_their_way=on_their_way,
        in_doubt=in_doubt,
        stopped=stopped,
        not_accepted=len(states) - accepted - on_their_way - in_doubt - stopped,
    )
