"""One sign-on as the secretariat looks at it: what was given, what speaks for it, and what it looks like."""

from collections.abc import Sequence

from sqlalchemy import or_
from sqlmodel import Session, col, select

from service.foundation.sealing import CampaignKeys
from service.model.campaign import Campaign
from service.model.evidence import Evidence, EvidenceKind
from service.model.resemblance import Resemblance
from service.model.signature import Signature
from service.signing.listing import list_row
from service.signing.organizations.proofs import evidence_of
from service.signing.party import read_party
from service.signing.queries import get_signature, no_such_sign_on
from service.store.keyring import Keyring
from service.store.sealed import open_record, open_text


def show_signatory(
    session: Session, keyring: Keyring, campaign: Campaign, signature_id: str
) -> dict[str, object]:
    """Give all that is known of one sign-on; it holds names and addresses. Raises Refused where there is none."""
    row = get_signature(session, signature_id)
    if row is None or row.campaign_id != campaign.id:
        raise no_such_sign_on(campaign, signature_id)
    keys = keyring.of(session, campaign.id)
    evidence = evidence_of(session, row.id)
    return {
        **list_row(keys, campaign, row, evidence, resembles=()),
        "settled": read_party(keys, row).settled,
        "second_officer": _second_officer(keys, evidence),
        "attested_how": _attested(keys, evidence),
        "resembles": _resembles(session, keys, row),
        "stands_for": [
            one.id for one in session.exec(select(Signature).where(Signature.joined_to == row.id))
        ],
    }


def _second_officer(keys: CampaignKeys, evidence: Sequence[Evidence]) -> str:
    for piece in evidence:
        if piece.kind is EvidenceKind.COUNTERSIGNED:
            asked = open_record(keys, piece, "details")
            word = "has countersigned" if piece.found_at else "was asked"
            return f"{asked['name']} {asked['title']} <{asked['email']}> {word}"
    return ""


def _attested(keys: CampaignKeys, evidence: Sequence[Evidence]) -> str:
    pieces = (piece for piece in evidence if piece.kind is EvidenceKind.ATTESTED)
    return "; ".join(str(open_record(keys, piece, "details")["how"]) for piece in pieces)


def _resembles(session: Session, keys: CampaignKeys, row: Signature) -> list[dict[str, str]]:
    mine = or_(col(Resemblance.signature_id) == row.id, col(Resemblance.other_id) == row.id)
    found = []
    for pair in session.exec(select(Resemblance).where(mine)).all():
        other = session.get(Signature, pair.other_id if pair.signature_id == row.id else pair.signature_id)
        if other is not None:
            found.append(
                {
                    "id": other.id,
                    "name": open_text(keys, other, "name"),
                    "likeness": pair.likeness.value,
                    "verdict": pair.verdict.value if pair.verdict else "",
                }
            )
    return found
