"""Settle a returned mail: note what became of the message it is about, and leave alone who cannot or will not be written to."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from service.mail.bounce import Report
from service.mail.outbox import insert_once, is_in_doubt, move_message
from service.model.incoming_report import IncomingReport
from service.model.message import AfterState, Message, MessageEvent
from service.model.report_kind import ReportKind
from service.model.states import MessageState
from service.model.suppression import Suppression, SuppressionReason

_AFTER = {
    ReportKind.HARD: AfterState.BOUNCED,
    ReportKind.SOFT: AfterState.BOUNCED,
    ReportKind.POLICY: AfterState.BOUNCED,
    ReportKind.COMPLAINT: AfterState.COMPLAINED,
    ReportKind.DELIVERED: AfterState.DELIVERED,
    ReportKind.DELAYED: AfterState.DELAYED,
    ReportKind.RELAYED: AfterState.RELAYED,
    ReportKind.AT_MX: AfterState.RELAYED,
    ReportKind.DISPLAYED: AfterState.DELIVERED,
    ReportKind.AUTO_REPLY: AfterState.ANSWERED,
}
_CALLED = {ReportKind.AT_MX: "relayed"}
_SUPPRESSES = {
    ReportKind.HARD: SuppressionReason.BOUNCED,
    ReportKind.COMPLAINT: SuppressionReason.COMPLAINED,
}

Mailbox = Callable[[Session, Message], bytes | None]
"""Gives the keyed hash of the mailbox a message went to, within its campaign; None where it may not be suppressed."""


@dataclass(frozen=True, kw_only=True)
class Settled:
    """What a returned mail did: the id of the message it is about, if known, and whether it had come before."""

    message_ref: str | None
    is_new: bool


def settle_report(session: Session, report: Report, *, mailbox: Mailbox, now: datetime) -> Settled:
    """Take one returned mail into account within the caller's transaction; the same one a second time changes nothing.

    What arrived somewhere to be returned was handed over: doubt about its message ends as accepted. A hard bounce
    or a complaint suppresses the mailbox. Policy bounces are noted only; the breaker counts them.
    """
    row = _message_of(session, report)
    kept = IncomingReport(
        fingerprint=report.fingerprint,
        message_ref=row.id if row else None,
        kind=report.kind,
        enhanced_code=report.code[:12],
        received_at=now,
    )
    if not insert_once(session, kept, by=("fingerprint",)):
        return Settled(message_ref=kept.message_ref, is_new=False)
    after = _AFTER.get(report.kind)
    if row is not None and after is not None:
        _note(session, row, report, after, now=now)
        _suppress(session, row, report, mailbox=mailbox, now=now)
    return Settled(message_ref=kept.message_ref, is_new=True)


def report_behind(session: Session, event: MessageEvent) -> IncomingReport | None:
    """Find the returned mail for which an event was noted; None where something else has told of it."""
    kinds = [kind for kind, after in _AFTER.items() if after.value == event.became]
    # Both were written in one transaction, with the same moment.
    found = select(IncomingReport).where(
        col(IncomingReport.received_at) == event.at,
        col(IncomingReport.message_ref) == event.message_id,
        col(IncomingReport.kind).in_(kinds),
    )
    return session.execute(found.order_by(col(IncomingReport.id)).limit(1)).scalar_one_or_none()


def _message_of(session: Session, report: Report) -> Message | None:
    """Find the message: by its return path, which proves itself, or else by a Message-ID that only its readers know."""
    if report.row_id is not None:
        return _locked(session, col(Message.id) == report.row_id)
    for message_id in report.message_ids:
        row = _locked(session, col(Message.message_id) == message_id)
        if row is not None:
            return row
    return None


def _locked(session: Session, which: ColumnElement[bool]) -> Message | None:
    return session.execute(select(Message).where(which).with_for_update()).scalar_one_or_none()


def _note(session: Session, row: Message, report: Report, after: AfterState, *, now: datetime) -> None:
    called = _CALLED.get(report.kind, report.kind.value.replace("_", " "))
    reason = f"a {called} report came back {report.code}".rstrip()
    if is_in_doubt(row):
        move_message(session, row, MessageState.ACCEPTED, reason=f"it was handed over: {reason}", now=now)
    session.add(
        MessageEvent(
            message_id=row.id,
            at=now,
            was=row.state.value,
            became=after.value,
            attempt=row.attempt,
            reason=reason,
        )
    )


def _suppress(session: Session, row: Message, report: Report, *, mailbox: Mailbox, now: datetime) -> None:
    reason = _SUPPRESSES.get(report.kind)
    index = mailbox(session, row) if reason is not None else None
    if reason is None or index is None or row.campaign_id is None:
        return
    wanted = Suppression(campaign_id=row.campaign_id, email_index=index, reason=reason, created_at=now)
    if insert_once(session, wanted, by=("campaign_id", "email_index")):
        return
    if reason is SuppressionReason.COMPLAINED:
        # A complaint says the most: it takes the place of any other reason.
        found = select(Suppression).where(
            col(Suppression.campaign_id) == row.campaign_id, col(Suppression.email_index) == index
        )
        known = session.execute(found).scalar_one()
        known.reason = reason
        session.add(known)
