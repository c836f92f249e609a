"""The only list of channels; adding one adds a line here."""

from service.delivery.channel import Channel
from service.delivery.channels import email, hand_over, own_mailbox, post, via

CHANNELS: dict[str, Channel] = {
    channel.name: channel
    for channel in (email.CHANNEL, own_mailbox.CHANNEL, hand_over.CHANNEL, via.CHANNEL, post.CHANNEL)
}

BY_HAND = frozenset(name for name, channel in CHANNELS.items() if channel.by_hand)
"""The ways on which a person brings the letter."""
