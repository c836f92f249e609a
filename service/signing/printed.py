"""Every word that the letter would print of those who sign it, for whoever looks whether the fonts can."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from service.model.campaign import Campaign
from service.model.signature import Signature
from service.model.states import SignatureState
from service.signing.party import read_party
from service.store.keyring import Keyring

_GONE = (SignatureState.DECLINED, SignatureState.WITHDRAWN, SignatureState.EXPIRED)


def printed_words(session: Session, keyring: Keyring, campaign: Campaign, *, most: int) -> Sequence[str]:
    """Give the names, or their Latin forms, and what stands beside them, of the first so many who signed or may."""
    found = select(Signature).where(
        Signature.campaign_id == campaign.id,
        col(Signature.state).not_in(_GONE),
        col(Signature.erased_at).is_(None),
    )
    keys = keyring.of(session, campaign.id)
    words = []
    for row in session.exec(found.order_by(col(Signature.id)).limit(most)):
        party = read_party(keys, row)
        beside = (party.acronym, party.qualifier, party.position, party.affiliation, party.place)
        words.append(" ".join(filter(None, (party.name, *beside))))
    return words
