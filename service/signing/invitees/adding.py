"""Add a sign-on that was agreed elsewhere: it counts at once, with the words that show it kept sealed."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from service.campaigns.queries import lock_campaign
from service.foundation.errors import Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.model.agreed_source import AgreedSource
from service.model.campaign import Campaign
from service.model.chaser import Chase
from service.model.signature import Kind, Signature, Visibility
from service.signing.invite import AGREED, import_rows
from service.signing.invitees.acts import lock_invited
from service.signing.party import SignOn, email_index, name_index, read_party, write_party
from service.signing.roll_columns import SignatoryRow
from service.signing.workplace import Desk
from service.store.keyring import Keyring
from service.store.sealed import open_text, seal_text

LONGEST_SOURCE = 20_000
_LONGEST_HOW = 200
_STANDS = Sentence("They have signed already: nothing is left to add.")
_HAS_LEFT = Sentence("They declined or took their sign-on back; only they themselves can sign now.")
_NO_CAMPAIGN_TEXT = Sentence("The text of the letter is not final yet, so nobody can have agreed to it.")


@dataclass(frozen=True, kw_only=True, repr=False)
class Agreed:
    """Who agreed, as a coordinator noted it: a `member` of the list by its id, else a name that is new."""

    member: str
    kind: Kind
    name: str
    email: str
    visibility: Visibility
    source: str


@dataclass(frozen=True, kw_only=True)
class Added:
    """The sign-on that stands now, by its id: whether its owner is told by mail, and whether it is one of the invited."""

    id: str
    is_told: bool
    is_listed: bool


def add_agreed(
    session: Session, keyring: Keyring, slug: str, agreed: Agreed, *, by: str, now: datetime
) -> Added:
    """Let a sign-on stand that was agreed elsewhere, and mail its owner how it stands; it may have come by the form, unconfirmed.

    Raises Refused in a sentence where the letter takes none, or that one has answered otherwise.
    """
    campaign = lock_campaign(session, slug)
    if campaign.revision_id is None:
        raise Refused(_NO_CAMPAIGN_TEXT)
    desk = Desk(session=session, keys=keyring.of(session, campaign.id), campaign=campaign, now=now)
    before = lock_invited(session, campaign, agreed.member) if agreed.member else None
    party = read_party(desk.keys, before) if before is not None else None
    row = _row(agreed, party, campaign, now=now)
    report = import_rows(desk, (row,), attest=row.how_agreed, by=by)
    signature = before or _of(desk, row, report.made)
    if not (report.added or report.agreed) or signature is None:
        raise Refused(_STANDS if before is None or before.confirmed_at else _HAS_LEFT)
    if party is not None:
        _keep_beside(desk, signature, party)
    _keep_source(desk, signature, agreed.source, by=by)
    return Added(id=signature.id, is_told=signature.email is not None, is_listed=signature.invited)


def sources_of(session: Session, keys: CampaignKeys, signature_id: str) -> Sequence[tuple[datetime, str]]:
    """Give what shows that a sign-on was agreed to, each with when it was kept."""
    found = (
        select(AgreedSource).where(AgreedSource.signature_id == signature_id).order_by(col(AgreedSource.id))
    )
    return [(row.kept_at, open_text(keys, row, "words")) for row in session.exec(found).all()]


def _row(agreed: Agreed, party: SignOn | None, campaign: Campaign, *, now: datetime) -> SignatoryRow:
    today = now.astimezone(ZoneInfo(campaign.time_zone)).date()
    given: dict[str, Any] = {
        "visibility": agreed.visibility.value,
        "status": AGREED,
        "how_agreed": _in_short(agreed.source),
        "agreed_on": today,
    }
    if party is None:
        return SignatoryRow(line=1, kind=agreed.kind.value, name=agreed.name, email=agreed.email, **given)
    names = {name for name in vars(SignatoryRow(line=1, kind="person", name="")) if hasattr(party, name)}
    kept = {name: getattr(party, name) for name in names - {"kind", *given}}
    return SignatoryRow(line=1, kind=party.kind.value, **kept, **given)


def _in_short(source: str) -> str:
    """Give the first words of a source on one line, for lists: what cannot be shown is left out."""
    plain = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in source)
    short = " ".join(plain.split())
    return short if len(short) <= _LONGEST_HOW else f"{short[: _LONGEST_HOW - 1]}…"


def _of(desk: Desk, row: SignatoryRow, made: Sequence[str]) -> Signature | None:
    """Find the sign-on of a new name: the one that was made, or the one that now stands."""
    if made:
        return desk.session.get(Signature, made[0])
    kind = Kind(row.kind)
    found = select(Signature).where(
        Signature.campaign_id == desk.campaign.id,
        Signature.kind == kind,
        Signature.name_index == name_index(desk.keys, kind, row.name),
    )
    if kind is Kind.PERSON:
        found = found.where(Signature.email_index == email_index(desk.keys, row.email))
    return desk.session.exec(found).one_or_none()


def _keep_beside(desk: Desk, signature: Signature, party: SignOn) -> None:
    """Keep what the row of a list cannot carry, such as that somebody wants discreet mail."""
    now = read_party(desk.keys, signature)
    write_party(
        desk.keys,
        signature,
        replace(
            now,
            discreet=party.discreet,
            keeps_on_change=party.keeps_on_change,
            wants_news=party.wants_news,
            filler_name=party.filler_name,
            place=party.place,
            question=party.question,
            reply=party.reply,
            reply_doubt=party.reply_doubt,
        ),
    )
    desk.session.add(signature)


def _keep_source(desk: Desk, signature: Signature, source: str, *, by: str) -> None:
    row = AgreedSource(
        campaign_id=desk.campaign.id, signature_id=signature.id, words=b"", kept_by=by, kept_at=desk.now
    )
    row.words = seal_text(desk.keys, row, "words", source)
    desk.session.add(row)
    chase = desk.session.exec(select(Chase).where(Chase.signature_id == signature.id)).one_or_none()
    if chase is not None:
        chase.left_out_at = None
        desk.session.add(chase)
    desk.session.flush()
