"""What would leave with an edition: how many sign it, and by which way it can go to whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from service.delivery.channel import Outward
from service.delivery.check import Line, check
from service.delivery.fitted import fitted
from service.delivery.registry import PACKED
from service.delivery.sendings import EditionSeen, edition_of
from service.delivery.signed_by import signatories_phrase
from service.delivery.supplement import recipients_of
from service.model.campaign import Campaign
from service.signing.roll import frozen_letter
from service.signing.secretariat.kept_figures import known_of_edition
from service.store.keyring import Keyring


@dataclass(frozen=True, kw_only=True)
class Leaving:
    """What a release would send: `phrase` is in the letter's language, and there is no line of what does not stand.

    `untried` are the ways on which a copy was not looked into: it is made, and may not fit, where it is released.
    """

    phrase: str
    lines: Sequence[Line] = ()
    untried: frozenset[str] = frozenset()


def what_leaves(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    seen: EditionSeen,
    outward: Outward,
    *,
    now: datetime,
) -> Leaving:
    """Say how many sign an edition and how it can go to whom; the roll of a letter of many is not opened for that."""
    row = edition_of(session, campaign, seen.id)
    phrase = known_of_edition(session, keyring, campaign, row.id)
    letter = frozen_letter(session, keyring, row) if phrase is None else None
    said = signatories_phrase(letter, campaign.language) if letter is not None else phrase or ""
    if not seen.stands:
        return Leaving(phrase=said)
    offices = {one.id for one in recipients_of(session, keyring, campaign, row)}
    checked = check(session, keyring, campaign, outward, now=now)
    lines = [line for line in checked if line.recipient.id in offices]
    if letter is None:
        return Leaving(phrase=said, lines=lines, untried=frozenset(PACKED))
    return Leaving(phrase=said, lines=fitted(keyring.of(session, campaign.id), lines, letter, now=now))
