"""Make the things that tests need, with sensible values for all that a test does not care about."""

import itertools
from datetime import datetime, timedelta

from sqlmodel import Session

from service.foundation.sealing import CampaignKeys
from service.model.campaign import Access, Admit, Campaign, NamesShown, Signers
from service.model.letter_revision import LetterRevision
from service.model.signature import Kind, Provenance, Signature, Visibility
from service.model.states import CampaignState, SignatureState
from service.signing.party import SignOn, email_index, name_index, write_party
from service.store.keyring import Keyring

_numbers = itertools.count(1)


def make_campaign(session: Session, keyring: Keyring, *, now: datetime, **changed: object) -> Campaign:
    """Make an open campaign with a frozen revision; it has no file, so it cannot be shown or compiled."""
    values: dict[str, object] = {
        "slug": f"letter-{next(_numbers)}",
        "state": CampaignState.OPEN,
        "access": Access.LINK,
        "names_shown": NamesShown.AFTER_PUBLICATION,
        "admit": Admit.EVERYONE,
        "signers": Signers.BOTH,
        "count_shown_from": 1,
        "language": "en",
        "time_zone": "UTC",
        "deadline_at": now + timedelta(days=7),
        "grace_seconds": 24 * 3600,
        "source": b"",
        "created_at": now,
        "changed_at": now,
    }
    campaign = Campaign(**{**values, **changed})
    session.add(campaign)
    session.flush()
    keyring.make(session, campaign.id, now=now)
    revision = LetterRevision(campaign_id=campaign.id, number=1, sha256="a" * 64, content=b"", frozen_at=now)
    session.add(revision)
    session.flush()
    campaign.revision_id = revision.id
    session.add(campaign)
    session.flush()
    return campaign


def make_sign_on(**changed: object) -> SignOn:
    """Make what an organization's form would give."""
    number = next(_numbers)
    values: dict[str, object] = {
        "kind": Kind.ORGANIZATION,
        "name": f"River Watch {number}",
        "email": f"office{number}@rivers.example",
        "visibility": Visibility.PUBLIC,
    }
    return SignOn(**{**values, **changed})


def make_signature(
    session: Session, keys: CampaignKeys, campaign: Campaign, *, now: datetime, **changed: object
) -> Signature:
    """Make a sign-on that counts, unless what is changed says otherwise."""
    sign_on = changed.pop("sign_on", None) or make_sign_on(kind=changed.pop("kind", Kind.ORGANIZATION))
    assert isinstance(sign_on, SignOn)
    values: dict[str, object] = {
        "campaign_id": campaign.id,
        "kind": sign_on.kind,
        "state": SignatureState.CONFIRMED,
        "provenance": Provenance.FORM,
        "revision_id": campaign.revision_id,
        "accepted_at": now,
        "confirmed_at": now,
        "signed_at": now,
        "visibility": sign_on.visibility,
        "name_index": name_index(keys, sign_on.kind, sign_on.name),
        "email_index": email_index(keys, sign_on.email),
        "name": b"",
        "details": b"",
        "created_at": now,
    }
    row = Signature(**{**values, **changed})
    write_party(keys, row, sign_on)
    row.condition = changed.get("condition", row.condition)
    session.add(row)
    session.flush()
    return row
