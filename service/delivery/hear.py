"""Let each delivery hear what came back of its e-mail after the hand-over: proof moves it, anything else is noted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists
from sqlmodel import Session, col, select

from service.delivery.steps import IN_FLIGHT, alert_about, move_delivery, note_delivery
from service.mail.returned import report_behind
from service.model.delivery import Delivery, DeliveryEvent, Proof
from service.model.message import AfterState, Message, MessageEvent, MessageKind
from service.model.report_kind import ReportKind
from service.model.states import DeliveryState

LISTENS = timedelta(days=60)
"""How long after its last step a delivery still listens; mail servers give up within days."""

_HANDED_ON = frozenset({DeliveryState.HANDED_OVER, DeliveryState.ACCEPTED})


@dataclass(frozen=True, kw_only=True)
class _Words:
    """What something heard is called, in the evidence and in the alert that it may cause; and what it proves beyond."""

    evidence: str
    alert: str = ""
    proof: Proof | None = None


_CAME_BACK = _Words(evidence="sent back", alert="came_back")
_BOUNCES: Mapping[ReportKind, _Words] = {
    ReportKind.HARD: _Words(evidence="sent back: there is no such mailbox", alert="no_mailbox"),
    ReportKind.SOFT: _Words(
        evidence="sent back: not taken, for a passing or unclear reason", alert="not_taken"
    ),
    ReportKind.POLICY: _Words(
        evidence="sent back: refused for how or by whom it was sent", alert="turned_away"
    ),
}
_OTHERS: Mapping[AfterState, _Words] = {
    AfterState.DELIVERED: _Words(evidence="its mail server reports that it was delivered"),
    AfterState.RELAYED: _Words(evidence="passed on to a server that reports nothing back"),
    AfterState.DELAYED: _Words(evidence="delayed: a server on its way still tries"),
    AfterState.COMPLAINED: _Words(evidence="reported as unwanted where it arrived", alert="complained"),
    AfterState.ANSWERED: _Words(evidence="an automatic answer came"),
}
_TOLD: Mapping[ReportKind, _Words] = {
    ReportKind.AT_MX: _Words(
        evidence="taken by a mail server that the office's own domain names (MX), which reports nothing further",
        proof=Proof.AT_MX,
    ),
    ReportKind.DISPLAYED: _Words(
        evidence="the reader's mail program reports that it was displayed", proof=Proof.DISPLAYED
    ),
}
_CONTRADICTED = "contradicted"


def hear_of_deliveries(session: Session, *, now: datetime) -> int:
    """Take in what was newly heard of the e-mails of deliveries; gives how many events.

    Each event is taken in once, however often this is called. What is heard of an e-mail whose delivery is still in
    flight waits until it was handed over.
    """
    news = (
        select(Delivery, Message, MessageEvent)
        .join(
            Message, (col(Message.recipient_ref) == Delivery.id) & (col(Message.kind) == MessageKind.DELIVERY)
        )
        .join(MessageEvent, col(MessageEvent.message_id) == Message.id)
        .where(
            col(Delivery.state).not_in(IN_FLIGHT),
            col(Delivery.settled_at) > now - LISTENS,
            col(MessageEvent.became).in_([after.value for after in AfterState]),
            ~exists(select(DeliveryEvent.id).where(DeliveryEvent.heard_ref == MessageEvent.id)),
        )
        .order_by(col(MessageEvent.id))
        .with_for_update(of=Delivery)
    )
    heard = session.exec(news).all()
    for delivery, message, event in heard:
        _hear(session, delivery, message, event, now=now)
    return len(heard)


def _hear(
    session: Session, delivery: Delivery, message: Message, event: MessageEvent, *, now: datetime
) -> None:
    after, here = AfterState(event.became), delivery.state
    # After a further copy, or a person's word that it arrived, what comes of an earlier e-mail is noted and moves nothing.
    carries = message.id == delivery.message_ref
    report = report_behind(session, event)
    words = _words(after, report.kind if report else None)
    code = f" ({report.enhanced_code})" if report and report.enhanced_code else ""
    copy = "" if carries else "an earlier e-mail: "
    evidence = f"{copy}{words.evidence}{code}; Message-ID {message.message_id}"
    proof = words.proof if carries else None
    there = _goes_to(here, after) if carries else None
    if there is None:
        note_delivery(session, delivery, evidence=evidence, heard_ref=event.id, proof=proof, now=now)
    else:
        move_delivery(session, delivery, there, evidence=evidence, heard_ref=event.id, proof=proof, now=now)
    word = _tells(here, after, words, moved=there is not None)
    if word:
        alert_about(session, delivery, message, word, now=now)


def _words(after: AfterState, kind: ReportKind | None) -> _Words:
    if after is AfterState.BOUNCED:
        return _BOUNCES.get(kind, _CAME_BACK) if kind else _CAME_BACK
    return _TOLD.get(kind, _OTHERS[after]) if kind else _OTHERS[after]


def _goes_to(here: DeliveryState, after: AfterState) -> DeliveryState | None:
    """Say to which state something heard of the present e-mail brings a delivery; None where it is evidence and nothing more."""
    if after is AfterState.DELIVERED and here in _HANDED_ON:
        return DeliveryState.DELIVERED
    if after is AfterState.RELAYED and here is DeliveryState.HANDED_OVER:
        return DeliveryState.ACCEPTED
    if after is AfterState.BOUNCED and here in _HANDED_ON | {DeliveryState.DELIVERED}:
        return DeliveryState.FAILED
    return None


def _tells(here: DeliveryState, after: AfterState, words: _Words, *, moved: bool) -> str:
    """Say which alert the secretariat gets; none where a person need do nothing about it."""
    if after is AfterState.DELIVERED:
        return _CONTRADICTED if here is DeliveryState.FAILED else ""
    if after is AfterState.BOUNCED and not moved:
        return ""
    return _CONTRADICTED if here is DeliveryState.DELIVERED and moved else words.alert
