"""The only list of channels; adding one adds a line here."""

from service.delivery.channel import Channel
from service.delivery.channels import email

CHANNELS: dict[str, Channel] = {channel.name: channel for channel in (email.CHANNEL,)}
