"""Settle the conditions under which organizations have signed: from then on their sign-ons count."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from service.campaigns.queries import lock_campaign
from service.coordinators import audit
from service.foundation.errors import Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.model.campaign import Campaign
from service.model.signature import Signature
from service.model.states import PUT_AWAY
from service.signing.late import refuse_while_it_leaves
from service.signing.organizations.contact import tell_listed
from service.signing.party import read_party, write_party
from service.signing.queries import lock_signature, no_such_sign_on
from service.signing.workplace import Desk
from service.store.keyring import Keyring


def settle(
    session: Session, keyring: Keyring, slug: str, ids: Sequence[str], *, by: str, now: datetime
) -> None:
    """Say that the conditions of these sign-ons are settled; what they were stays sealed with each.

    Raises Refused, and changes nothing, where one of them has none, or while the letter leaves; once it
    was sent, they stand in its next addendum.
    """
    campaign = lock_campaign(session, slug)
    if campaign.state in PUT_AWAY:
        raise Refused(Sentence("“{slug}” is archived; nothing can be decided any more.", slug=slug))
    refuse_while_it_leaves(session, campaign)
    keys = keyring.of(session, campaign.id)
    for signature_id in ids:
        row = _get(session, campaign, signature_id)
        _settle(session, keys, row)
        tell_listed(Desk(session=session, keys=keys, campaign=campaign, now=now), row)
        audit.record(
            session, by=by, act="signature.settle", campaign_id=campaign.id, thing=signature_id, now=now
        )


def _settle(session: Session, keys: CampaignKeys, row: Signature) -> None:
    party = read_party(keys, row)
    if not party.condition:
        raise Refused(
            Sentence("{row} was signed without a condition, so there is nothing to settle.", row=row.id)
        )
    write_party(keys, row, replace(party, condition="", settled=party.condition))
    session.add(row)


def _get(session: Session, campaign: Campaign, signature_id: str) -> Signature:
    row = lock_signature(session, signature_id)
    if row is None or row.campaign_id != campaign.id:
        raise no_such_sign_on(campaign, signature_id)
    return row
