"""Whether the copy of each recipient fits the way by which a person is to enter or upload it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from service.campaigns.queries import latest_edition
from service.delivery.channel import Verdict
from service.delivery.check import Line
from service.delivery.copies import copy_for
from service.delivery.registry import PACKED
from service.delivery.rules import refusal
from service.foundation.sealing import CampaignKeys
from service.letter.edition import Edition as Letter
from service.model.campaign import Campaign
from service.signing.draft_view import letter_to_look_at
from service.signing.roll import frozen_letter
from service.store.keyring import Keyring
from service.store.sealed import open_record


def fitted(keys: CampaignKeys, lines: Sequence[Line], letter: Letter, *, now: datetime) -> Sequence[Line]:
    """Give the lines with all that is found of each one's copy of a letter: by the first that forbids it, it cannot go that way."""
    return tuple(_fitted(keys, line, letter, now=now) for line in lines)


def fitted_now(
    session: Session, keyring: Keyring, campaign: Campaign, lines: Sequence[Line], *, now: datetime
) -> Sequence[Line]:
    """Give the same of what was proposed last, or else of the letter as it stands; it is only made where a line goes such a way."""
    if not any(line.channel in PACKED and line.verdict.can for line in lines):
        return lines
    edition = latest_edition(session, campaign)
    if edition is None or edition.voided_at is not None:
        letter = letter_to_look_at(session, keyring, campaign, now=now)
    else:
        letter = frozen_letter(session, keyring, edition)
    return fitted(keyring.of(session, campaign.id), lines, letter, now=now)


def _fitted(keys: CampaignKeys, line: Line, letter: Letter, *, now: datetime) -> Line:
    way = PACKED.get(line.channel)
    if way is None or not line.verdict.can:
        return line
    details = open_record(keys, line.recipient, "details")
    found = tuple(way.examine(copy_for(letter, line.recipient), details, now=now))
    forbids = next((one for one in found if one.forbids), None)
    if forbids is None:
        return replace(line, verdict=replace(line.verdict, findings=found))
    # Where the reason stands alone, as in the evidence of a sending, it has its rule and source with it.
    return replace(line, verdict=Verdict(reason=refusal(forbids), findings=found))
