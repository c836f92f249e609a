"""The only list of channels; adding one adds a line here."""

from collections.abc import Mapping

from service.delivery.channel import Channel
from service.delivery.channels import email, hand_over, own_mailbox, post, unhrc, upr, via, web_form
from service.delivery.packed import Packed

PACKED: Mapping[str, Packed] = {
    channel.name: channel for channel in (web_form.CHANNEL, unhrc.CHANNEL, upr.CHANNEL)
}
"""The ways on which a person enters the letter, or uploads it, at the site of somebody else."""

_SENT: tuple[Channel, ...] = (
    email.CHANNEL,
    own_mailbox.CHANNEL,
    hand_over.CHANNEL,
    via.CHANNEL,
    post.CHANNEL,
    *PACKED.values(),
)
CHANNELS: dict[str, Channel] = {channel.name: channel for channel in _SENT}

BY_HAND = frozenset(name for name, channel in CHANNELS.items() if channel.by_hand)
"""The ways on which a person brings the letter."""
