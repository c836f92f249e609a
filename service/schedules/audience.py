"""To whom a schedule writes: a rule that is evaluated at the moment it is due."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlmodel import col, select

from service.foundation.sealing import CampaignKeys
from service.model.campaign import Campaign
from service.model.evidence import Evidence, EvidenceKind
from service.model.letter_revision import LetterRevision
from service.model.message import Message, MessageKind
from service.model.signature import Kind, Signature
from service.model.states import MessageState, SignatureState
from service.model.suppression import Suppression
from service.signing.invite import FIRST_INVITATION
from service.signing.party import email_index
from service.signing.proof_answers import is_printed
from service.store.one_by_one import is_there

MAILED = (
    MessageKind.CONFIRM,
    MessageKind.INVITATION,
    MessageKind.REMINDER,
    MessageKind.CHANGE,
    MessageKind.PROOF,
    MessageKind.UPDATE,
    MessageKind.NEWS,
    MessageKind.KIT,
)
"""The kinds of mail that count as having been written to."""

_DID_NOT_GO = (MessageState.CANCELLED, MessageState.SUPPRESSED, MessageState.REFUSED, MessageState.EXPIRED)


@dataclass(frozen=True, kw_only=True)
class Audience:
    """Whom a schedule writes to; what is empty does not matter.

    `countries` (ISO 3166-1 alpha-2) lie sealed and are looked at in memory. `evidence` means a piece of one of these
    kinds was found. `revision` is the number of the text that was signed. With `decides_today` only those are meant
    whose own decision is on the day that it is due, as the schedule's zone reads it; with `printed` only those who
    count and whose name the letter prints; with `uninvited` only those whose first invitation was never posted, and
    however late they came. Whoever was written to within `spare_hours` is left out.
    """

    states: tuple[SignatureState, ...] = ()
    kinds: tuple[Kind, ...] = ()
    languages: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    evidence: tuple[EvidenceKind, ...] = ()
    revision: int = 0
    decides_today: bool = False
    printed: bool = False
    uninvited: bool = False
    spare_hours: int = 0

    def as_record(self) -> dict[str, Any]:
        """Give what matters, as a JSON-able record."""
        named = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {name: list(value) if isinstance(value, tuple) else value for name, value in named if value}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Audience":
        """Read what as_record() gave."""
        return cls(
            states=tuple(map(SignatureState, record.get("states", ()))),
            kinds=tuple(map(Kind, record.get("kinds", ()))),
            languages=tuple(record.get("languages", ())),
            countries=tuple(record.get("countries", ())),
            evidence=tuple(map(EvidenceKind, record.get("evidence", ()))),
            revision=record.get("revision", 0),
            decides_today=record.get("decides_today", False),
            printed=record.get("printed", False),
            uninvited=record.get("uninvited", False),
            spare_hours=record.get("spare_hours", 0),
        )


def is_meant(
    audience: Audience, campaign: Campaign, keys: CampaignKeys, *, due_at: datetime, day: date
) -> Sequence[ColumnElement[bool]]:
    """Say in SQL which sign-ons of a letter an audience means at `due_at`, when its zone reads `day`.

    Nobody is meant without a mailbox, whose mailbox is to be left alone, or who came only after `due_at`, unless the
    audience is of the uninvited; countries are not looked at here.
    """
    wanted = [
        col(Signature.campaign_id) == campaign.id,
        col(Signature.state).in_(audience.states),
        col(Signature.email_index) != email_index(keys, ""),
        ~_is_left_alone(campaign),
        ~_was_invited() if audience.uninvited else _was_there(before=due_at),
    ]
    if audience.kinds:
        wanted.append(col(Signature.kind).in_(audience.kinds))
    if audience.languages:
        wanted.append(col(Signature.language).in_(audience.languages))
    if audience.evidence:
        wanted.append(_has_evidence(audience.evidence))
    if audience.revision:
        wanted.append(_stands_on(audience.revision))
    if audience.decides_today:
        wanted.append(col(Signature.decision_by) == day)
    if audience.printed:
        wanted.append(is_printed(campaign))
    if audience.spare_hours:
        wanted.append(~was_written_to(since=due_at - timedelta(hours=audience.spare_hours)))
    return wanted


def was_written_to(*, since: datetime) -> ColumnElement[bool]:
    """Say in SQL of a sign-on that a mail was meant for it after this moment, whether it waits or has gone."""
    return is_there(col(Message.recipient_ref) == col(Signature.id), *sparing_mails(since=since))


def sparing_mails(*, since: datetime) -> Sequence[ColumnElement[bool]]:
    """Say in SQL of a mail that it counts as having written to its recipient after this moment, whether it waits or has gone."""
    return (
        col(Message.kind).in_(MAILED),
        col(Message.due_at) > since,
        col(Message.state).not_in(_DID_NOT_GO),
    )


def _is_left_alone(campaign: Campaign) -> ColumnElement[bool]:
    return and_(
        # Asked once: PostgreSQL reads a table of few rows whole for each sign-on, which of a million takes seconds.
        is_there(col(Suppression.campaign_id) == campaign.id),
        is_there(
            col(Suppression.campaign_id) == col(Signature.campaign_id),
            col(Suppression.email_index) == col(Signature.email_index),
        ),
    )


def _was_there(*, before: datetime) -> ColumnElement[bool]:
    # Who has signed or was invited since then has just had a mail of it.
    has_not_signed_since = or_(col(Signature.signed_at).is_(None), col(Signature.signed_at) < before)
    return and_(col(Signature.created_at) < before, has_not_signed_since)


def _was_invited() -> ColumnElement[bool]:
    return is_there(
        col(Message.recipient_ref) == col(Signature.id),
        col(Message.kind) == MessageKind.INVITATION,
        col(Message.occurrence) == FIRST_INVITATION,
    )


def _has_evidence(kinds: tuple[EvidenceKind, ...]) -> ColumnElement[bool]:
    return exists().where(
        col(Evidence.signature_id) == col(Signature.id),
        col(Evidence.kind).in_(kinds),
        col(Evidence.found_at).is_not(None),
    )


def _stands_on(number: int) -> ColumnElement[bool]:
    numbered = select(LetterRevision.id).where(
        LetterRevision.campaign_id == Signature.campaign_id, LetterRevision.number == number
    )
    return col(Signature.revision_id).in_(numbered)
