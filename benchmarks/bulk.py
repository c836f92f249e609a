"""Which mail is sent in bulk, and how it is queued: all that changes here when the measured kind does.

It is the invitation, with a long call, and rows written here as the outbox writes them: the product has no kind yet
whose own verb queues a mail to all signatories at once.
"""

import time
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlmodel import Session, col

from service.campaigns.queries import get_campaign
from service.foundation.identity import make_id
from service.mail.policy import POLICIES
from service.model.message import Message, MessageEvent, MessageKind
from service.model.signature import Signature
from service.model.states import MessageState, SignatureState
from service.store.transaction import transaction
from service.wiring import Services

KIND = MessageKind.INVITATION
AUDIENCE = SignatureState.INVITED
IS_OWN_VERB = False
"""Whether the product's own verb queues the mails, so that the promise about its speed can be measured."""

CALL = """\
Fourteen people are in prison because they read the height of a river and told their neighbors. In May they are to be \
tried, far from the villages that they warned.

What is new since we last wrote:

- The ministry has answered our first letter with two lines, and has not said when it will open the archive.
- Two more councils have voted to sign, and a federation decides next week.
"""


@dataclass(frozen=True, kw_only=True)
class Queued:
    """How many mails were queued, and how many seconds that took to its commit."""

    mails: int
    seconds: float


def queue_bulk(services: Services, slug: str, *, occurrence: int) -> Queued:
    """Queue one mail to each signatory of a letter, committed; another `occurrence` is another mail to the same."""
    began = time.monotonic()
    with transaction(services.engine) as session:
        mails = _post(session, slug, occurrence=occurrence, now=services.clock())
    return Queued(mails=mails, seconds=time.monotonic() - began)


def _post(session: Session, slug: str, *, occurrence: int, now: datetime) -> int:
    campaign, policy = get_campaign(session, slug), POLICIES[KIND]
    audience = select(col(Signature.id)).where(
        col(Signature.campaign_id) == campaign.id, col(Signature.state) == AUDIENCE
    )
    message = Message(
        kind=KIND,
        campaign_id=campaign.id,
        recipient_ref="",
        occurrence=str(occurrence),
        dedupe_key="",
        priority=policy.priority,
        due_at=now,
        expires_at=now + policy.expires_after,
        created_at=now,
    ).model_dump()
    messages = [
        {
            **message,
            "id": make_id(),
            "recipient_ref": signature_id,
            "dedupe_key": f"{KIND.value}|{campaign.id}|{signature_id}|{occurrence}",
        }
        for signature_id in session.execute(audience).scalars()
    ]
    event = MessageEvent(
        message_id="", at=now, was="", became=MessageState.QUEUED.value, attempt=0, reason="posted"
    ).model_dump()
    session.execute(insert(Message), messages)
    session.execute(
        insert(MessageEvent), [{**event, "id": make_id(), "message_id": row["id"]} for row in messages]
    )
    return len(messages)
