"""What the secretariat reads of a letter: counts, editions, and the exact step of each sending."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlmodel import Session, col, select

from service.campaigns.queries import present_revision
from service.campaigns.revise import revisions_of
from service.delivery.approve import decisions_on
from service.delivery.check import recipient_label
from service.delivery.kept_steps import steps_of
from service.delivery.ladder import StepSeen
from service.model.campaign import Campaign
from service.model.delivery import Delivery
from service.model.edition import Decision, Edition
from service.model.message import AfterState, MessageEvent
from service.model.recipient import Recipient
from service.model.signature import Signature, standing
from service.model.states import DeliveryState, SignatureState
from service.signing.queries import all_signatures, counts
from service.store.keyring import Keyring
from service.store.sealed import open_record, open_text


def campaign_report(session: Session, keyring: Keyring, campaign: Campaign) -> dict[str, Any]:
    """Report on a letter in plain values; moments are ISO 8601 in the letter's zone."""
    found = counts(session, campaign)
    revision = present_revision(session, campaign) if campaign.revision_id else None
    return {
        "slug": campaign.slug,
        "state": campaign.state.value,
        "access": campaign.access.value,
        "opens": _moment(campaign, campaign.opens_at),
        "deadline": _moment(campaign, campaign.deadline_at),
        "closed": _moment(campaign, campaign.closed_at),
        "published": _moment(campaign, campaign.published_at),
        "revision": revision.number if revision else None,
        "sha256": revision.sha256 if revision else None,
        "revisions": _revisions(session, keyring, campaign),
        "counted": {
            "signatories": found.signatories,
            "organizations": found.organizations,
            "individuals": found.individuals,
        },
        "sign_ons": _standings(session, campaign),
        "editions": _editions(session, keyring, campaign),
        "sendings": _sendings(session, campaign),
        "deliveries": _deliveries(session, keyring, campaign),
    }


def _standings(session: Session, campaign: Campaign) -> dict[str, int]:
    numbers: dict[str, int] = {}
    for row in all_signatures(session, campaign):
        word = standing(row, campaign).value
        numbers[word] = numbers.get(word, 0) + 1
    return numbers


def _revisions(session: Session, keyring: Keyring, campaign: Campaign) -> list[dict[str, Any]]:
    keys = keyring.of(session, campaign.id)
    confirmed = (
        select(Signature.revision_id, func.count())
        .where(Signature.campaign_id == campaign.id, Signature.state == SignatureState.CONFIRMED)
        .group_by(col(Signature.revision_id))
    )
    numbers = dict(session.exec(confirmed).all())
    return [
        {
            "number": row.number,
            "sha256": row.sha256,
            "final": _moment(campaign, row.frozen_at),
            "objections_until": _moment(campaign, row.objections_until),
            "reason": open_text(keys, row, "reason"),
            "confirmed_on_it": numbers.get(row.id, 0),
            "present": row.id == campaign.revision_id,
        }
        for row in revisions_of(session, campaign)
    ]


def _editions(session: Session, keyring: Keyring, campaign: Campaign) -> list[dict[str, Any]]:
    keys = keyring.of(session, campaign.id)
    rows = session.exec(
        select(Edition).where(Edition.campaign_id == campaign.id).order_by(col(Edition.number))
    )
    return [
        {
            "number": row.number,
            "kind": row.kind.value,
            "fingerprint": row.fingerprint,
            "frozen": _moment(campaign, row.frozen_at),
            "approvals": sum(one.decision is Decision.APPROVED for one in decisions_on(session, row)),
            "changes_asked": sum(one.decision is Decision.CHANGES for one in decisions_on(session, row)),
            "notes": [text for one in decisions_on(session, row) if (text := open_text(keys, one, "note"))],
            "released": _moment(campaign, row.released_at),
            "void": _moment(campaign, row.voided_at),
            "solo": campaign.solo,
        }
        for row in rows.all()
    ]


def _sendings(session: Session, campaign: Campaign) -> dict[str, int]:
    found = (
        select(Delivery.state, func.count())
        .where(Delivery.campaign_id == campaign.id)
        .group_by(col(Delivery.state))
        .order_by(col(Delivery.state))
    )
    return {DeliveryState(state).value: number for state, number in session.exec(found).all()}


def _deliveries(session: Session, keyring: Keyring, campaign: Campaign) -> list[dict[str, Any]]:
    keys = keyring.of(session, campaign.id)
    found = (
        select(Delivery, Recipient)
        .join(Recipient, col(Recipient.id) == Delivery.recipient_id)
        .where(Delivery.campaign_id == campaign.id)
        .order_by(col(Recipient.position), col(Delivery.channel), col(Delivery.destination))
    )
    steps = steps_of(session, col(Delivery.campaign_id) == campaign.id)
    return [
        {
            "id": delivery.id,
            "recipient": recipient_label(open_record(keys, recipient, "details")),
            "channel": delivery.channel,
            "copy": delivery.copy_kind.value,
            "state": delivery.state.value,
            "evidence": _evidence(steps.get(delivery.id, ()), _absence(session, delivery)),
            "check_code": delivery.check_code,
        }
        for delivery, recipient in session.exec(found).all()
    ]


def _evidence(steps: Sequence[StepSeen], absence: Sequence[str]) -> str:
    """Give what proves the step that brought a delivery to where it is, and all that was noted since (pure)."""
    moves = [place for place, step in enumerate(steps) if step.was != step.became]
    since = steps[moves[-1] :] if moves else steps
    return " · ".join(dict.fromkeys([*(step.evidence for step in since), *absence]))


def _absence(session: Session, delivery: Delivery) -> list[str]:
    """Tell a person who is to decide on a copy in doubt what the relay's ledger proves."""
    if delivery.state is not DeliveryState.UNCERTAIN:
        return []
    found = select(MessageEvent.reason).where(
        MessageEvent.message_id == delivery.message_ref, MessageEvent.became == AfterState.ABSENT.value
    )
    return list(session.exec(found.limit(1)))


def _moment(campaign: Campaign, moment: datetime | None) -> str | None:
    return moment.astimezone(ZoneInfo(campaign.time_zone)).isoformat(timespec="seconds") if moment else None
