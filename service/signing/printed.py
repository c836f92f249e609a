"""Every word that the letter would print of those who sign it, for whoever looks whether the fonts can."""

from collections.abc import Iterator

from sqlmodel import Session, col, select

from service.model.campaign import Campaign
from service.model.signature import Signature
from service.model.states import SignatureState
from service.signing.party import read_party
from service.store.keyring import Keyring

_AT_A_TIME = 1_000
_GONE = (SignatureState.DECLINED, SignatureState.WITHDRAWN, SignatureState.EXPIRED)


def printed_words(session: Session, keyring: Keyring, campaign: Campaign) -> Iterator[str]:
    """Give, one after the other, the names of all who signed or may, with what stands beside them."""
    mine = (
        Signature.campaign_id == campaign.id,
        col(Signature.state).not_in(_GONE),
        col(Signature.erased_at).is_(None),
    )
    keys, after = keyring.of(session, campaign.id), ""
    while True:
        found = select(Signature).where(*mine, col(Signature.id) > after).order_by(col(Signature.id))
        rows = session.exec(found.limit(_AT_A_TIME)).all()
        for row in rows:
            party = read_party(keys, row)
            beside = (party.acronym, party.qualifier, party.position, party.affiliation, party.place)
            yield " ".join(filter(None, (party.name, *beside)))
        if len(rows) < _AT_A_TIME:
            return
        after = rows[-1].id
        session.expunge_all()
