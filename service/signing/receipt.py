"""The receipt of a confirmed sign-on: what was signed, when, how it is named, and what comes next."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from service.foundation.errors import NotFound
from service.foundation.sentence import Sentence
from service.model.campaign import Campaign
from service.model.letter_revision import LetterRevision
from service.model.link_token import Purpose
from service.model.signature import Kind, Signature, Standing, standing
from service.model.states import SignatureState
from service.signing.naming import HOW_NAMED, standing_text
from service.signing.own_sign_on import look_at_holder
from service.signing.page import LetterView, view_for_holder
from service.signing.party import read_party
from service.signing.proof_line import proof_line
from service.store.keyring import Keyring
from service.store.links import find_link


@dataclass(frozen=True, kw_only=True)
class Step:
    """What comes next, and when, in the time zone of the letter."""

    what: str
    when: datetime


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What a signatory may keep; a discreet reader shows of it only what names nobody.

    `reader` is the language in which its owner is written to.
    """

    letter: LetterView
    name: str
    kind: Kind
    reader: str
    how_named: str
    printed_line: str
    standing_text: str
    signed_day: date
    confirmed_day: date
    revision: int
    fingerprint: str
    steps: tuple[Step, ...]


def receipt_of_owner(session: Session, keyring: Keyring, *, token: str, now: datetime) -> Receipt:
    """Give the receipt to the holder of the personal link; raises NotFound where there is nothing to confirm."""
    holder = look_at_holder(session, keyring, token=token, now=now)
    return _receipt(session, keyring, holder.campaign, holder.signature, now=now)


def receipt_of_confirmation(session: Session, keyring: Keyring, *, token: str, now: datetime) -> Receipt:
    """Give the receipt by the link that confirmed; raises NotFound where that link confirmed nothing."""
    link = find_link(session, token, Purpose.CONFIRM)
    signature, campaign = session.get(Signature, link.row_id), session.get(Campaign, link.campaign_id)
    if signature is None or campaign is None or link.generation != signature.generation:
        raise NotFound(Sentence("This link does not open anything."))
    return _receipt(session, keyring, campaign, signature, now=now)


def _receipt(
    session: Session, keyring: Keyring, campaign: Campaign, row: Signature, *, now: datetime
) -> Receipt:
    revision = session.get(LetterRevision, row.revision_id) if row.revision_id else None
    if row.state is not SignatureState.CONFIRMED or row.erased_at is not None or revision is None:
        raise NotFound(Sentence("This link does not open anything."))
    party = read_party(keyring.of(session, campaign.id), row)
    return Receipt(
        letter=view_for_holder(session, keyring, campaign, row, now=now),
        name=party.name,
        kind=row.kind,
        reader=party.language,
        how_named=HOW_NAMED[row.visibility],
        printed_line=proof_line(session, keyring, campaign, row, now=now),
        standing_text=standing_text(row, campaign),
        signed_day=_day(campaign, row.signed_at or row.created_at),
        confirmed_day=_day(campaign, row.confirmed_at or row.created_at),
        revision=revision.number,
        fingerprint=revision.sha256,
        steps=_steps(campaign, row, now=now),
    )


def _steps(campaign: Campaign, row: Signature, *, now: datetime) -> tuple[Step, ...]:
    planned = [(Sentence("Sign-ons are taken until"), campaign.deadline_at)]
    if standing(row, campaign) is Standing.COUNTED:
        # When the letter goes is known to those who count, and to nobody who only says that it signs.
        if campaign.send_at:
            planned.append((Sentence("The letter is planned to be sent"), campaign.send_at))
        if campaign.publish_at:
            planned.append((Sentence("It is planned to become public"), campaign.publish_at))
    zone = ZoneInfo(campaign.time_zone)
    return tuple(Step(what=what, when=moment.astimezone(zone)) for what, moment in planned if moment > now)


def _day(campaign: Campaign, moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(campaign.time_zone)).date()
