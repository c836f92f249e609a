"""The editions of a letter and their sendings, as the desk shows them: who decided what, and how far each has come."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from service.campaigns.queries import WITHOUT_ITS_ROLL, approvers_of
from service.delivery.approve import decisions_on
from service.delivery.check import recipient_label
from service.delivery.copies import copy_with_code
from service.delivery.kept_steps import Kept, kept_of
from service.delivery.ladder import Ladder, StepSeen, ladder
from service.delivery.offices.checks import CHECKED
from service.delivery.registry import BY_HAND, CARRIED
from service.delivery.steps import is_embargoed
from service.delivery.to_members import counted_for_members, is_message
from service.foundation.errors import NotFound
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.letter.copy import Copy
from service.model.audit_event import AuditEvent
from service.model.campaign import Campaign
from service.model.carriage import Carriage
from service.model.delivery import Delivery
from service.model.edition import Decision, Edition, EditionKind
from service.model.message import Message
from service.model.recipient import Recipient
from service.model.states import CarriageState, DeliveryState, MessageState
from service.store.keyring import Keyring
from service.store.sealed import open_record, open_text

NO_SUCH_EDITION = Sentence("There is no such edition of this letter.")
NO_SUCH_SENDING = Sentence("There is no such sending of this letter.")
_OPEN = frozenset({DeliveryState.FAILED, DeliveryState.UNCERTAIN})
_WAITING = frozenset({CarriageState.WAITING, CarriageState.NOT_NOW})
_STOPPABLE = frozenset({DeliveryState.READY, DeliveryState.CARRYING})


@dataclass(frozen=True, kw_only=True)
class DecisionSeen:
    """One approver and what it said of an edition; `decision` is None while it has not."""

    approver: str
    name: str
    decision: Decision | None
    at: datetime | None
    note: str


@dataclass(frozen=True, kw_only=True)
class EditionSeen:
    """An edition and what was decided about it."""

    id: str
    number: int
    kind: EditionKind
    fingerprint: str
    frozen_at: datetime
    voided_at: datetime | None
    released_at: datetime | None
    released_by: str
    decisions: Sequence[DecisionSeen]

    @property
    def approved(self) -> int:
        """How many have approved exactly this one."""
        return sum(one.decision is Decision.APPROVED for one in self.decisions)

    @property
    def has_changes(self) -> bool:
        """Whether somebody asked for changes, so that it can never leave."""
        return any(one.decision is Decision.CHANGES for one in self.decisions)

    @property
    def stands(self) -> bool:
        """Whether it may still be released."""
        return self.voided_at is None and self.released_at is None and not self.has_changes


@dataclass(frozen=True, kw_only=True)
class SendingSeen:
    """One sending with its ladder and every step that was kept of it; `faults` are the other side's, where it was not taken."""

    id: str
    office: str
    recipient_id: str
    channel: str
    copy_kind: str
    check_code: str
    state: DeliveryState
    ladder: Ladder
    steps: Sequence[StepSeen]
    pictures: Sequence[str] = ()
    receipts: Sequence[str] = ()
    faults: Sequence[str] = ()
    is_embargoed: bool = False

    @property
    def waits_for_a_person(self) -> bool:
        """Whether it was released and a person is to bring it."""
        return self.channel in BY_HAND and self.state is DeliveryState.READY and not self.is_embargoed

    @property
    def is_message(self) -> bool:
        """Whether it is one signatory's message to the own Member, and no copy of the letter."""
        return is_message(self)

    @property
    def can_be_settled(self) -> bool:
        """Whether a person may decide on it: again, or arrived."""
        return self.state in _OPEN

    @property
    def can_be_stopped(self) -> bool:
        """Whether it has not left yet."""
        return self.state in _STOPPABLE


def editions_seen(session: Session, keyring: Keyring, campaign: Campaign) -> Sequence[EditionSeen]:
    """List the editions of a letter, the newest first."""
    keys = keyring.of(session, campaign.id)
    found = select(Edition).where(Edition.campaign_id == campaign.id).order_by(col(Edition.number).desc())
    rows = session.exec(found.options(WITHOUT_ITS_ROLL)).all()
    return [_edition(session, keys, campaign, row) for row in rows]


def edition_seen(session: Session, keyring: Keyring, campaign: Campaign, edition_id: str) -> EditionSeen:
    """Show one edition; raises NotFound for one of another letter."""
    row = edition_of(session, campaign, edition_id)
    return _edition(session, keyring.of(session, campaign.id), campaign, row)


def edition_of(session: Session, campaign: Campaign, edition_id: str) -> Edition:
    """Get an edition of a letter by its id; raises NotFound for one of another letter."""
    row = session.get(Edition, edition_id, options=[WITHOUT_ITS_ROLL])
    if row is None or row.campaign_id != campaign.id:
        raise NotFound(NO_SUCH_EDITION)
    return row


def sendings_of(
    session: Session, keyring: Keyring, campaign: Campaign, edition_id: str
) -> Sequence[SendingSeen]:
    """List the sendings of an edition, in the order of the letter's recipients."""
    keys = keyring.of(session, campaign.id)
    found = (
        select(Delivery, Recipient)
        .join(Recipient, col(Recipient.id) == Delivery.recipient_id)
        .where(Delivery.campaign_id == campaign.id, Delivery.edition_id == edition_id)
        .order_by(col(Recipient.position), col(Delivery.channel), col(Delivery.destination))
    )
    kept = kept_of(session, keys, edition_id)
    return [
        _sending(keys, delivery, office, kept, waits=is_embargoed(office, campaign))
        for delivery, office in session.exec(found).all()
    ]


def leaves_next(session: Session, edition_id: str) -> datetime | None:
    """Give the moment at which the next copy of an edition leaves by itself; None where none waits for that."""
    by_mail = (
        select(func.min(Message.due_at))
        .join(Delivery, col(Delivery.message_ref) == col(Message.id))
        .where(Delivery.edition_id == edition_id, Message.state == MessageState.QUEUED)
    )
    by_others = (
        select(func.min(Carriage.due_at))
        .join(Delivery, col(Delivery.id) == col(Carriage.delivery_id))
        .where(Delivery.edition_id == edition_id, col(Carriage.state).in_(_WAITING))
    )
    moments = [session.exec(by_mail).first(), session.exec(by_others).first()]
    return min((moment for moment in moments if moment is not None), default=None)


def sending_of(session: Session, campaign: Campaign, sending_id: str) -> Delivery:
    """Get a sending of a letter by its id; raises NotFound for one of another letter."""
    row = session.get(Delivery, sending_id)
    if row is None or row.campaign_id != campaign.id:
        raise NotFound(NO_SUCH_SENDING)
    return row


def copy_sent(session: Session, keyring: Keyring, campaign: Campaign, delivery: Delivery) -> Copy | None:
    """Give the very copy that a sending carries; None where somebody has left since and it can be made no more."""
    edition = session.get_one(Edition, delivery.edition_id)
    office = session.get_one(Recipient, delivery.recipient_id)
    return copy_with_code(session, keyring, campaign, edition, office, check_code=delivery.check_code)


def evidence_record(
    session: Session, keyring: Keyring, campaign: Campaign, edition_id: str
) -> dict[str, Any]:
    """Give all that is known of an edition and its sendings as plain values, for a file: states by their codes."""
    edition = edition_seen(session, keyring, campaign, edition_id)
    sendings = sendings_of(session, keyring, campaign, edition_id)
    return {
        "letter": campaign.slug,
        "edition": edition.number,
        "kind": edition.kind.value,
        "fingerprint": edition.fingerprint,
        "frozen": edition.frozen_at.isoformat(),
        "released": edition.released_at.isoformat() if edition.released_at else None,
        "void": edition.voided_at.isoformat() if edition.voided_at else None,
        "solo": campaign.solo,
        "recipients_checked_by": _checked_by(session, campaign, edition.fingerprint),
        "approvals": [
            {"name": one.name, "decision": one.decision.value, "at": one.at.isoformat()}
            for one in edition.decisions
            if one.decision is not None and one.at is not None
        ],
        "sendings": [
            {
                "recipient": one.office,
                "channel": one.channel,
                "copy": one.copy_kind,
                "check_code": one.check_code,
                "state": one.state.value,
                "steps": [
                    {
                        "at": step.at.isoformat(),
                        "was": step.was,
                        "became": step.became,
                        "evidence": step.evidence,
                        **({"proof": step.proof.value} if step.proof else {}),
                    }
                    for step in one.steps
                ],
            }
            for one in sendings
            if not one.is_message
        ],
        # Of a signatory's message nothing is told singly: who lives in one district are few.
        "messages_to_members": [asdict(one) for one in counted_for_members(sendings)],
    }


def _checked_by(session: Session, campaign: Campaign, fingerprint: str) -> str | None:
    """Give by whom the recipients were checked when an edition was released, as the chained history has it."""
    found = select(AuditEvent.act).where(
        AuditEvent.campaign_id == campaign.id,
        AuditEvent.thing == fingerprint,
        col(AuditEvent.act).startswith(CHECKED),
    )
    act = session.exec(found.order_by(col(AuditEvent.id).desc()).limit(1)).first()
    return act.removeprefix(CHECKED) if act else None


def _edition(session: Session, keys: CampaignKeys, campaign: Campaign, row: Edition) -> EditionSeen:
    said = {one.approver_id: one for one in decisions_on(session, row)}
    decisions = []
    for approver in approvers_of(session, campaign):
        one = said.get(approver.id)
        decisions.append(
            DecisionSeen(
                approver=approver.id,
                name=str(open_record(keys, approver, "details").get("name", "")),
                decision=one.decision if one else None,
                at=one.decided_at if one else None,
                note=open_text(keys, one, "note") if one else "",
            )
        )
    return EditionSeen(
        id=row.id,
        number=row.number,
        kind=row.kind,
        fingerprint=row.fingerprint,
        frozen_at=row.frozen_at,
        voided_at=row.voided_at,
        released_at=row.released_at,
        released_by=row.released_by,
        decisions=decisions,
    )


def _sending(
    keys: CampaignKeys, delivery: Delivery, office: Recipient, kept: Kept, *, waits: bool
) -> SendingSeen:
    steps = kept.steps.get(delivery.id, ())
    return SendingSeen(
        id=delivery.id,
        office=recipient_label(open_record(keys, office, "details")),
        recipient_id=delivery.recipient_id,
        channel=delivery.channel,
        copy_kind=delivery.copy_kind.value,
        check_code=delivery.check_code,
        state=delivery.state,
        ladder=ladder(
            delivery.state,
            steps,
            by_hand=delivery.channel in BY_HAND,
            is_mail=delivery.channel not in CARRIED,
            is_embargoed=waits,
        ),
        faults=kept.faults.get(delivery.id, ()),
        is_embargoed=waits,
        steps=steps,
        pictures=kept.pictures.get(delivery.id, ()),
        receipts=kept.receipts.get(delivery.id, ()),
    )
