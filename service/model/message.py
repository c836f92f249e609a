"""Message: one e-mail in the outbox, from its cause to what became of it; MessageEvent: each move it made."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from service.foundation.identity import make_id
from service.model.columns import Moment, code
from service.model.states import MessageState


class MessageKind(StrEnum):
    """What an e-mail is for; its priority, expiry and policy hang on it."""

    CONFIRM = "confirm"
    ALREADY = "already"
    LINK = "link"
    APPROVAL = "approval"
    REHEARSAL = "rehearsal"
    ALERT = "alert"
    QUESTION = "question"
    NEEDS_CHECK = "needs_check"
    CLAIMED = "claimed"
    ASKED_ABOUT = "asked_about"
    COUNTERSIGN = "countersign"
    DECLINED = "declined"
    REMINDER = "reminder"
    INVITATION = "invitation"
    THANKS = "thanks"
    CHANGE = "change"
    DELIVERY = "delivery"
    COORDINATOR_INVITATION = "coordinator_invitation"
    DESK_NOTICE = "desk_notice"
    GUEST = "guest"
    SEND_TEST = "send_test"
    PROOF = "proof"
    UPDATE = "update"
    NEWS = "news"
    KIT = "kit"
    DIGEST = "digest"
    CHASE = "chase"


IN_DOUBT = "state = 'uncertain' OR (state = 'queued' AND possible_duplicate)"
"""Of these messages nobody knows whether they arrived; written as the index has it, for databases to know it again."""


class AfterState(StrEnum):
    """What was heard of an e-mail afterwards: events beside its state, which stays what our own hand-over made it."""

    DELIVERED = "delivered"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    DELAYED = "delayed"
    RELAYED = "relayed"
    ANSWERED = "answered_by_machine"
    ABSENT = "absent_at_relay"


# Both databases use the index only for a query that says this word for word.
HEARD = text(f"became IN ({', '.join(repr(after.value) for after in AfterState)})")
"""The condition on an event that it tells what was heard afterwards."""


class Message(SQLModel, table=True):
    """One e-mail. It holds no body and no link: both are made again, the same, whenever it is sent.

    `recipient_ref` is the id of the row written to (a signature, approver or delivery); `occurrence` tells wanted
    repeats apart. At most one row exists for each kind, campaign, recipient and occurrence. `destination` is the
    group of mailboxes it goes to (service/mail/destinations.py), "" until it was first composed. No foreign key leaves
    this table or leads to it: a check for each of 100,000 rows takes as long as writing them.
    """

    __tablename__ = "message"
    __table_args__ = (
        Index(
            "message_due",
            "priority",
            "due_at",
            "id",
            sqlite_where=text("state = 'queued'"),
            postgresql_where=text("state = 'queued'"),
        ),
        Index(
            "message_in_hand",
            "lease_until",
            sqlite_where=text("state IN ('claimed', 'submitting')"),
            postgresql_where=text("state IN ('claimed', 'submitting')"),
        ),
        Index(
            "message_refused",
            "settled_at",
            sqlite_where=text("state = 'refused'"),
            postgresql_where=text("state = 'refused'"),
        ),
        Index(
            "message_in_doubt", "submitted_at", sqlite_where=text(IN_DOUBT), postgresql_where=text(IN_DOUBT)
        ),
        Index(
            "message_held",
            "campaign_id",
            "kind",
            "occurrence",
            sqlite_where=text("state = 'held'"),
            postgresql_where=text("state = 'held'"),
        ),
        Index("message_by_recipient", "recipient_ref"),
        # Until it is taken a mail has no Message-ID, and then it need not stand in this index.
        Index(
            "message_by_message_id",
            "message_id",
            unique=True,
            sqlite_where=text("message_id IS NOT NULL"),
            postgresql_where=text("message_id IS NOT NULL"),
        ),
    )

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    kind: MessageKind = Field(sa_type=code(MessageKind))
    campaign_id: str | None = Field(default=None, max_length=32)
    recipient_ref: str = Field(max_length=32)
    destination: str = Field(default="", max_length=24)
    occurrence: str = Field(max_length=64)
    dedupe_key: str = Field(max_length=200, unique=True)
    state: MessageState = Field(default=MessageState.QUEUED, sa_type=code(MessageState))
    priority: int
    attempt: int = 0
    possible_duplicate: bool = False
    due_at: datetime = Field(sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment)
    created_at: datetime = Field(sa_type=Moment)
    lease_owner: str | None = Field(default=None, max_length=64)
    lease_until: datetime | None = Field(default=None, sa_type=Moment)
    message_id: str | None = Field(default=None, max_length=200)
    dated_at: datetime | None = Field(default=None, sa_type=Moment)
    content_sha256: str | None = Field(default=None, max_length=64)
    relay: str = Field(default="", max_length=255)
    reply_code: int | None = None
    enhanced_code: str = Field(default="", max_length=12)
    remote_queue_id: str = Field(default="", max_length=64)
    tls: str = Field(default="", max_length=64)
    submitted_at: datetime | None = Field(default=None, sa_type=Moment)
    settled_at: datetime | None = Field(default=None, sa_type=Moment)


class MessageEvent(SQLModel, table=True):
    """One move of a message, or what was heard of it afterwards (AfterState); rows are only ever added."""

    __tablename__ = "message_event"
    __table_args__ = (
        Index("message_event_heard", "became", "message_id", sqlite_where=HEARD, postgresql_where=HEARD),
    )

    id: str = Field(default_factory=make_id, primary_key=True, max_length=32)
    message_id: str = Field(max_length=32, index=True)
    at: datetime = Field(sa_type=Moment)
    was: str = Field(max_length=24)
    became: str = Field(max_length=24)
    attempt: int
    reason: str = Field(default="", max_length=200)
