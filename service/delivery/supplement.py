"""Propose what comes after a letter that was sent, an addendum or a correction, and say who gets it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session, col, select

from service.campaigns.queries import (
    editions_out,
    latest_edition,
    lock_campaign,
    present_recipients,
    released_edition,
)
from service.delivery.copies import copy_for
from service.delivery.propose import Proposal, ask_approvers, freeze_edition, still_stands
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.letter.edition import Edition
from service.letter.supplement import says_anything
from service.model.campaign import Campaign
from service.model.delivery import Delivery
from service.model.edition import Edition as EditionRow
from service.model.edition import EditionKind
from service.model.recipient import Recipient
from service.model.states import GONE_OUT, DeliveryState
from service.signing.roll import frozen_letter
from service.signing.supplements import addendum_now, correction_now
from service.store.keyring import Keyring

_NOW = {EditionKind.ADDENDUM: addendum_now, EditionKind.CORRECTION: correction_now}
# A copy in doubt may have arrived, and one that waits for publication will.
_HAS_IT = GONE_OUT | {DeliveryState.UNCERTAIN}
_GETS_IT = _HAS_IT | {DeliveryState.READY, DeliveryState.CARRYING}


def propose_supplement(
    session: Session, keyring: Keyring, slug: str, *, kind: EditionKind, by: str, now: datetime
) -> Proposal:
    """Freeze an addendum or a correction of a letter that was sent, and mail each approver a link to it.

    Proposing again while nothing has changed gives the same edition. Raises Refused where the letter was not sent,
    there is nobody to tell of, or nobody who may be told.
    """
    campaign = lock_campaign(session, slug)
    keys = keyring.of(session, campaign.id)
    latest = latest_edition(session, campaign)
    row, letter = _unchanged(session, keyring, campaign, latest, kind, now=now)
    new = row is None
    if row is None:
        number = latest.number + 1 if latest else 1
        letter = _NOW[kind](session, keyring, campaign, number=number, now=now)
        sent = released_edition(session, campaign)
        row = freeze_edition(session, keyring, campaign, letter, follows=sent, now=now)
        if not recipients_of(session, keyring, campaign, row):
            raise Refused(
                Sentence(
                    "Nobody who got the letter may see the names that have changed, so there is nothing to send."
                )
            )
    assert letter is not None
    asked = ask_approvers(session, keys, campaign, row, new=new, by=by, now=now)
    return Proposal(edition=row, letter=letter, unconfirmed=(), on_earlier_text=(), new=new, approvers=asked)


def recipients_of(
    session: Session, keyring: Keyring, campaign: Campaign, row: EditionRow
) -> Sequence[Recipient]:
    """List who gets an edition.

    An addendum goes to those who got the letter, a correction to those whose copy had the name; neither to anybody to
    whom it would name nobody.
    """
    offices = present_recipients(session, campaign)
    if row.kind is EditionKind.LETTER:
        return offices
    letter = frozen_letter(session, keyring, row)
    told = [office for office in offices if says_anything(letter, office.copy_kind.value)]
    if row.kind is EditionKind.ADDENDUM:
        got = _recipients_that(session, released_edition(session, campaign), _GETS_IT)
        return [office for office in told if office.id in got]
    return [office for office in told if _had_the_names(session, keyring, campaign, letter, office)]


def refuse_if_changed(
    session: Session, keyring: Keyring, campaign: Campaign, row: EditionRow, *, now: datetime
) -> None:
    """Raise Refused where an addendum or a correction would say something else now than when it was proposed."""
    frozen = frozen_letter(session, keyring, row)
    today = _NOW[row.kind](session, keyring, campaign, number=row.number, now=now)
    if replace(today, date=frozen.date, sorting=frozen.sorting) != frozen:
        raise Refused(
            Sentence(
                "Somebody has joined, left, or thought better of it since edition {number} was proposed; "
                "propose again, so that nobody is named against their will.",
                number=row.number,
            )
        )


def _unchanged(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    latest: EditionRow | None,
    kind: EditionKind,
    *,
    now: datetime,
) -> tuple[EditionRow, Edition] | tuple[None, None]:
    """Find the edition that is proposed already, where it still says what it would say now."""
    if latest is None or latest.kind is not kind or latest.released_at is not None:
        return None, None
    frozen = frozen_letter(session, keyring, latest)
    today = _NOW[kind](session, keyring, campaign, number=latest.number, now=now)
    if (
        not still_stands(session, latest)
        or replace(today, date=frozen.date, sorting=frozen.sorting) != frozen
    ):
        return None, None
    return latest, frozen


def _recipients_that(
    session: Session, row: EditionRow | None, states: frozenset[DeliveryState]
) -> frozenset[str]:
    if row is None:
        return frozenset()
    found = select(Delivery.recipient_id).where(
        Delivery.edition_id == row.id, col(Delivery.state).in_(states)
    )
    return frozenset(session.exec(found).all())


def _had_the_names(
    session: Session, keyring: Keyring, campaign: Campaign, correction: Edition, office: Recipient
) -> bool:
    """Tell whether an office has the copy in which the names stand that are taken back: its check code tells which copy it is."""
    assert correction.supplement is not None
    corrected = next(
        row for row in editions_out(session, campaign) if row.number == correction.supplement.edition
    )
    codes = select(Delivery.check_code).where(
        Delivery.edition_id == corrected.id,
        Delivery.recipient_id == office.id,
        col(Delivery.state).in_(_HAS_IT),
    )
    as_it_was = copy_for(frozen_letter(session, keyring, corrected), office)
    return as_it_was.check_code in session.exec(codes).all()
