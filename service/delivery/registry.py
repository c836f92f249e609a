"""The only list of channels; adding one adds a line here."""

from collections.abc import Mapping, Sequence

from service.delivery.channel import Carried, Channel, Examined, Follows, Hears, OfPeople, Settable
from service.delivery.channels import (
    cwc,
    email,
    hand_over,
    lob,
    own_mailbox,
    pec,
    pingen,
    post,
    regulations,
    soapbox,
    unhrc,
    upr,
    via,
    web_form,
)
from service.delivery.packed import Packed
from service.foundation.sentence import Sentence

CARRIERS: dict[str, Carried] = {
    channel.name: channel for channel in (lob.CHANNEL, pingen.CHANNEL, regulations.CHANNEL, pec.CHANNEL)
}
"""The ways that leave by themselves over the network, without a mail of ours."""

PEOPLE: dict[str, OfPeople] = {channel.name: channel for channel in (cwc.CHANNEL, soapbox.CHANNEL)}
"""The ways by which single signatories write to their Members."""

OF_PEOPLE = frozenset(PEOPLE)
"""Their names."""

CARRIED = frozenset(CARRIERS) | OF_PEOPLE
"""The names of all ways that leave by themselves, without a mail of ours."""

HEARING: dict[str, Hears] = {name: way for name, way in CARRIERS.items() if isinstance(way, Hears)}
"""The ways whose other side tells by itself what becomes of a copy."""

FOLLOWED: dict[str, Follows] = {name: way for name, way in CARRIERS.items() if isinstance(way, Follows)}
"""The ways whose other side can be asked."""

EXAMINED: dict[str, Examined] = {**CARRIERS}
"""The ways that look at the very documents before anything leaves."""

SETTABLE: dict[str, Settable] = {**EXAMINED, **PEOPLE}
"""The ways that a letter sets up for itself."""

PACKED: Mapping[str, Packed] = {
    channel.name: channel for channel in (web_form.CHANNEL, unhrc.CHANNEL, upr.CHANNEL)
}
"""The ways on which a person enters the letter, or uploads it, at the site of somebody else."""

_ALL: tuple[Channel, ...] = (
    email.CHANNEL,
    own_mailbox.CHANNEL,
    hand_over.CHANNEL,
    via.CHANNEL,
    post.CHANNEL,
    *PACKED.values(),
    *SETTABLE.values(),
)

CHANNELS: dict[str, Channel] = {channel.name: channel for channel in _ALL}

BY_HAND = frozenset(name for name, channel in CHANNELS.items() if channel.by_hand)
"""The ways on which a person brings the letter."""

MAILED = frozenset((email.CHANNEL.name, own_mailbox.CHANNEL.name, pec.CHANNEL.name))
"""The ways by which a copy comes as a mail with files that hang on it."""

POSTED = frozenset((post.CHANNEL.name, pingen.CHANNEL.name))
"""The ways on which an envelope's window shows the address that stands on the first page."""

FILED: Mapping[str, Sequence[Sentence]] = {own_mailbox.CHANNEL.name: own_mailbox.FILED_STEPS}
"""The ways of which a copy is filed that comes to an address of ours, and what a person does there, with that `address`."""
