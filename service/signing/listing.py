"""The sign-ons of a letter as the secretariat lists and exports them; it holds names and addresses."""

from sqlmodel import Session

from service.model.campaign import Campaign
from service.model.signature import standing
from service.signing.party import read_party
from service.signing.queries import all_signatures
from service.store.keyring import Keyring

COLUMNS = (
    "id",
    "standing",
    "state",
    "kind",
    "name",
    "name_latin",
    "acronym",
    "email",
    "approver_email",
    "visibility",
    "representative_name",
    "representative_title",
    "position",
    "affiliation",
    "country",
    "category",
    "qualifier",
    "provenance",
    "how_agreed",
    "agreed_on",
    "held",
    "decision_by",
    "signed_at",
    "confirmed_at",
    "question",
    "note",
)


def list_signatories(session: Session, keyring: Keyring, campaign: Campaign) -> list[dict[str, str]]:
    """List every sign-on of a letter as texts by column, in the order they came."""
    keys = keyring.of(session, campaign.id)
    rows = []
    for row in all_signatures(session, campaign):
        party = read_party(keys, row)
        own = {column: str(getattr(party, column)) for column in COLUMNS if hasattr(party, column)}
        rows.append(
            {
                **own,
                "id": row.id,
                "state": row.state.value,
                "standing": standing(row, campaign).value,
                "kind": row.kind.value,
                "visibility": row.visibility.value,
                "provenance": row.provenance.value,
                "held": row.held_reason.value if row.held_reason else "",
                "decision_by": row.decision_by.isoformat() if row.decision_by else "",
                "signed_at": row.signed_at.isoformat(timespec="seconds") if row.signed_at else "",
                "confirmed_at": row.confirmed_at.isoformat(timespec="seconds") if row.confirmed_at else "",
            }
        )
    return rows
