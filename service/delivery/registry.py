"""The only list of channels; adding one adds a line here."""

from service.delivery.channel import Carried, Channel, Examined, Follows, Hears, Settable
from service.delivery.channels import (
    email,
    hand_over,
    lob,
    own_mailbox,
    pec,
    pingen,
    post,
    regulations,
    via,
)

CARRIERS: dict[str, Carried] = {
    channel.name: channel for channel in (lob.CHANNEL, pingen.CHANNEL, regulations.CHANNEL, pec.CHANNEL)
}
"""The ways that leave by themselves over the network, without a mail of ours."""

CARRIED = frozenset(CARRIERS)
"""Their names."""

HEARING: dict[str, Hears] = {name: way for name, way in CARRIERS.items() if isinstance(way, Hears)}
"""The ways whose other side tells by itself what becomes of a copy."""

FOLLOWED: dict[str, Follows] = {name: way for name, way in CARRIERS.items() if isinstance(way, Follows)}
"""The ways whose other side can be asked."""

EXAMINED: dict[str, Examined] = {**CARRIERS}
"""The ways that look at the very documents before anything leaves."""

SETTABLE: dict[str, Settable] = {**EXAMINED}
"""The ways that a letter sets up for itself."""

_ALL: tuple[Channel, ...] = (
    email.CHANNEL,
    own_mailbox.CHANNEL,
    hand_over.CHANNEL,
    via.CHANNEL,
    post.CHANNEL,
    *SETTABLE.values(),
)

CHANNELS: dict[str, Channel] = {channel.name: channel for channel in _ALL}

BY_HAND = frozenset(name for name, channel in CHANNELS.items() if channel.by_hand)
"""The ways on which a person brings the letter."""
