"""The directory: members that agreed to be kept for next letters, under keys of its own, whatever becomes of the letter."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, select

from service.campaigns.queries import find_campaign
from service.coordinators import audit
from service.coordinators.permissions import Act, may
from service.foundation.addresses import comparable_address
from service.foundation.errors import NotFound
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.foundation.written import fold_name
from service.model.campaign import Campaign
from service.model.chaser import Chase
from service.model.coordinator import Membership
from service.model.directory_entry import DirectoryEntry
from service.model.signature import Kind, Signature
from service.model.states import SignatureState
from service.model.suppression import Suppression, SuppressionReason
from service.signing.consents import WORDING
from service.signing.invite import ImportReport, import_rows
from service.signing.invitees.acts import lock_invited
from service.signing.invitees.chasers import chaser_names
from service.signing.party import SignOn, read_party
from service.signing.roll_columns import SignatoryRow
from service.signing.workplace import Desk
from service.store.insert import insert_or
from service.store.keyring import Keyring
from service.store.sealed import open_record, seal_record

MOST_KEPT = 5_000
"""So many of a letter's signatories are gone through at a time."""
_KEPT = (
    "name",
    "email",
    "acronym",
    "name_latin",
    "sort_name",
    "representative_name",
    "representative_title",
    "second_email",
    "phone",
    "messenger",
    "position",
    "affiliation",
    "country",
    "category",
    "website",
    "language",
    "chaser",
)
_NOBODY = Sentence("There is nobody of this kind in the directory.")
# What a sign-on's owner ticked on the form, with the version of its words.
_TICKED = "asked on the form for news of later letters"


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of a letter's signatories that was gone through: how many are new, and whom the next begins after, None at the end."""

    new: int
    last: str | None


def keep_willing(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    *,
    after: str = "",
    most: int = MOST_KEPT,
    by: str,
    now: datetime,
) -> Part:
    """Keep for next letters whoever of this letter's signatories asked for news of them: the next `most` after one's id.

    Whoever has stopped our mail since, or called it unwanted, is not kept: the purge forgets that they did.
    """
    stopped = select(Suppression.email_index).where(
        Suppression.campaign_id == campaign.id, Suppression.reason != SuppressionReason.BOUNCED
    )
    found = (
        select(Signature)
        .where(
            Signature.campaign_id == campaign.id,
            Signature.state == SignatureState.CONFIRMED,
            col(Signature.wants_news),
            col(Signature.erased_at).is_(None),
            col(Signature.email).is_not(None),
            col(Signature.email_index).not_in(stopped),
            col(Signature.id) > after,
        )
        .order_by(col(Signature.id))
        .limit(most)
    )
    keys, rows = keyring.of(session, campaign.id), session.exec(found).all()
    chasers, new = _chasers_of(session, keys, campaign, [row.id for row in rows]), 0
    for row in rows:
        consent = {
            "how": _TICKED,
            "wording": row.wording or WORDING,
            "at": _day(row.signed_at or row.created_at),
        }
        party = _with_chaser(read_party(keys, row), chasers.get(row.id, ""))
        new += _keep(session, keyring.directory, campaign, party, consent, now=now)
    audit.record(session, by=by, act="directory.keep", campaign_id=campaign.id, thing=str(new), now=now)
    return Part(new=new, last=rows[-1].id if len(rows) == most else None)


def keep_all_willing(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    *,
    at_once: int = MOST_KEPT,
    by: str,
    now: datetime,
) -> None:
    """Keep every one of them, however many there are, in one transaction: who is known already costs a look only."""
    after: str | None = ""
    while after is not None:
        part = keep_willing(session, keyring, campaign, after=after, most=at_once, by=by, now=now)
        after = part.last


def keep_one(
    session: Session, keyring: Keyring, campaign: Campaign, member: str, how: str, *, by: str, now: datetime
) -> bool:
    """Keep one of the invited who told the secretariat so, with `how` it did; tells whether that one is new."""
    row = lock_invited(session, campaign, member)
    keys = keyring.of(session, campaign.id)
    party = _with_chaser(
        read_party(keys, row), _chasers_of(session, keys, campaign, [row.id]).get(row.id, "")
    )
    new = _keep(session, keyring.directory, campaign, party, {"how": how, "at": _day(now)}, now=now)
    audit.record(session, by=by, act="directory.keep", campaign_id=campaign.id, thing=row.id, now=now)
    return new


def invite_kept(
    desk: Desk, keyring: Keyring, ids: Collection[str], *, coordinator_id: str, by: str
) -> ImportReport:
    """Invite members of the directory to a letter; whom it knows already stays as it is there."""
    slugs = letters_of(desk.session, coordinator_id)
    found = select(DirectoryEntry).where(
        col(DirectoryEntry.id).in_(ids), col(DirectoryEntry.source_letter).in_(list(slugs))
    )
    rows = [
        _row(open_record(keyring.directory, row, "details"), row.kind, line)
        for line, row in enumerate(desk.session.exec(found.order_by(col(DirectoryEntry.id))).all(), start=1)
    ]
    if not rows:
        raise NotFound(_NOBODY)
    return import_rows(desk, rows, attest="", by=by)


def forget_entry(session: Session, slug: str, entry_id: str, *, by: str, now: datetime) -> None:
    """Delete one member from the directory; raises NotFound for any that was not kept from this letter."""
    # Of a letter that was purged, too: what is kept for next letters is all that is left of its members.
    campaign = find_campaign(session, slug)
    row = session.get(DirectoryEntry, entry_id)
    if campaign is None or row is None or row.source_letter != campaign.id:
        raise NotFound(_NOBODY)
    session.delete(row)
    audit.record(session, by=by, act="directory.forget", campaign_id=campaign.id, thing=row.id, now=now)


def forget_party(session: Session, keyring: Keyring, campaign_id: str, party: SignOn) -> None:
    """Delete from the directory whom its owner takes out of a letter for good, or who wants no more news."""
    keys = keyring.directory
    session.execute(
        delete(DirectoryEntry).where(
            col(DirectoryEntry.source_letter) == campaign_id,
            col(DirectoryEntry.name_index) == _name_index(keys, party),
            col(DirectoryEntry.email_index) == _email_index(keys, party),
        )
    )


def _keep(
    session: Session,
    keys: CampaignKeys,
    campaign: Campaign,
    party: SignOn,
    consent: Mapping[str, str],
    *,
    now: datetime,
) -> bool:
    name, email = _name_index(keys, party), _email_index(keys, party)
    known = select(DirectoryEntry.id).where(
        DirectoryEntry.source_letter == campaign.id,
        DirectoryEntry.name_index == name,
        DirectoryEntry.email_index == email,
    )
    if session.exec(known).first() is not None:
        return False
    row = DirectoryEntry(
        source_letter=campaign.id,
        kind=party.kind,
        name_index=name,
        email_index=email,
        details=b"",
        consent=b"",
        kept_at=now,
    )
    details = {name: getattr(party, name) for name in _KEPT if getattr(party, name)}
    if party.approver_email and not party.approver_from_form:
        details["approver_email"] = party.approver_email
    row.details = seal_record(keys, row, "details", details)
    row.consent = seal_record(keys, row, "consent", dict(consent))
    session.flush()
    one = insert_or(session, row).on_conflict_do_nothing(
        index_elements=["source_letter", "name_index", "email_index"]
    )
    return session.execute(one.returning(col(DirectoryEntry.id))).first() is not None


def letters_of(session: Session, coordinator_id: str) -> Mapping[str, str]:
    """Give the letters, by id with their slugs, whose contacts are open to a coordinator."""
    found = (
        select(Membership, Campaign.slug)
        .join(Campaign, col(Campaign.id) == col(Membership.campaign_id))
        .where(Membership.coordinator_id == coordinator_id)
    )
    return {
        one.campaign_id: slug for one, slug in session.exec(found).all() if may(one.role, Act.SEE_CONTACTS)
    }


def _chasers_of(
    session: Session, keys: CampaignKeys, campaign: Campaign, ids: Collection[str]
) -> Mapping[str, str]:
    """Name who chases each of these of a letter's invited that were given to somebody, by the sign-on's id."""
    names = chaser_names(session, keys, campaign)
    given = select(Chase).where(col(Chase.signature_id).in_(ids), col(Chase.chaser_id).is_not(None))
    return {one.signature_id: names.get(one.chaser_id or "", "") for one in session.exec(given).all()}


def _with_chaser(party: SignOn, chaser: str) -> SignOn:
    return replace(party, chaser=chaser) if chaser else party


def _row(details: Mapping[str, Any], kind: Kind, line: int) -> SignatoryRow:
    return SignatoryRow(line=line, kind=kind.value, **details)


def _name_index(keys: CampaignKeys, party: SignOn) -> bytes:
    return keys.blind(f"{party.kind.value}-name", fold_name(party.name))


def _email_index(keys: CampaignKeys, party: SignOn) -> bytes:
    return keys.blind("email", comparable_address(party.email) if party.email else "")


def _day(moment: datetime) -> str:
    return moment.date().isoformat()
