"""The sign-ons of a letter as the secretariat lists and exports them; it holds names and addresses."""

from collections.abc import Mapping, Sequence

from sqlmodel import Session, col, select

from service.foundation.sealing import CampaignKeys
from service.mail.no_mail import unwritten_to
from service.model.abuse import Listed
from service.model.campaign import Campaign
from service.model.evidence import Evidence
from service.model.resemblance import Resemblance
from service.model.signature import Kind, Signature, standing
from service.signing.abuse.mailboxes import flags_of
from service.signing.organizations.evidence import grade
from service.signing.organizations.proofs import evidence_by_sign_on, speaking_for
from service.signing.party import read_party
from service.signing.queries import all_signatures
from service.signing.unreachable import left_alone
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
    "place",
    "sort_name",
    "website",
    "signs_for",
    "members",
    "condition",
    "evidence",
    "speaks_for_it",
    "resembles",
    "joined_to",
    "provenance",
    "how_agreed",
    "agreed_on",
    "held",
    "decision_by",
    "late_until",
    "signed_at",
    "confirmed_at",
    "correction_asked_at",
    "erased_at",
    "question",
    "note",
    "flags",
    "confirmed_by",
    "machine_like",
    "discreet",
    "mail_stopped",
    "reply_doubt",
    "reply",
)


def list_signatories(session: Session, keyring: Keyring, campaign: Campaign) -> list[dict[str, str]]:
    """List every sign-on of a letter as texts by column, in the order they came."""
    keys = keyring.of(session, campaign.id)
    evidence, alike = evidence_by_sign_on(session, campaign.id), _resembling(session, campaign)
    flags, silent = flags_of(session, campaign), left_alone(session, campaign)
    unwritten = unwritten_to(session, campaign.id)
    return [
        list_row(keys, campaign, row, evidence.get(row.id, ()), resembles=alike.get(row.id, ()))
        | {
            "flags": flags[row.id].words() if row.id in flags else "",
            "mail_stopped": silent.get(row.email_index, Listed.NO_MAIL.value if row.id in unwritten else ""),
        }
        for row in all_signatures(session, campaign)
    ]


def list_row(
    keys: CampaignKeys,
    campaign: Campaign,
    row: Signature,
    evidence: Sequence[Evidence],
    *,
    resembles: Sequence[str],
) -> dict[str, str]:
    """Give one sign-on as texts by column; `resembles` are the ids on which somebody has still to decide."""
    party = read_party(keys, row)
    speaking = speaking_for(keys, row, party, evidence)
    own = {column: str(getattr(party, column)) for column in COLUMNS if hasattr(party, column)}
    return {
        **own,
        "id": row.id,
        "state": row.state.value,
        "standing": standing(row, campaign).value,
        "kind": row.kind.value,
        "visibility": row.visibility.value,
        "members": "; ".join(party.members),
        "evidence": grade(speaking).value if row.kind is Kind.ORGANIZATION else "",
        "speaks_for_it": "; ".join(speaking),
        "resembles": " ".join(resembles),
        "joined_to": row.joined_to or "",
        "provenance": row.provenance.value,
        "held": row.held_reason.value if row.held_reason else "",
        "decision_by": row.decision_by.isoformat() if row.decision_by else "",
        "late_until": row.late_until.isoformat(timespec="seconds") if row.late_until else "",
        "signed_at": row.signed_at.isoformat(timespec="seconds") if row.signed_at else "",
        "confirmed_at": row.confirmed_at.isoformat(timespec="seconds") if row.confirmed_at else "",
        "confirmed_by": row.confirmed_by.value if row.confirmed_by else "",
        "machine_like": "yes" if row.machine_like else "",
        "discreet": "yes" if row.discreet else "",
        "correction_asked_at": (
            row.correction_asked_at.isoformat(timespec="seconds") if row.correction_asked_at else ""
        ),
        "erased_at": row.erased_at.isoformat(timespec="seconds") if row.erased_at else "",
    }


def _resembling(session: Session, campaign: Campaign) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    undecided = select(Resemblance).where(
        Resemblance.campaign_id == campaign.id, col(Resemblance.verdict).is_(None)
    )
    for pair in session.exec(undecided).all():
        found.setdefault(pair.signature_id, []).append(pair.other_id)
    return found
