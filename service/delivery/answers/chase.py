"""Ask an office once more, politely, by a person's press: a mail as careful as the letter's own."""

from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from service.campaigns.contents import open_file
from service.campaigns.queries import lock_campaign, present_recipients
from service.coordinators import audit
from service.delivery.answers.clock import ChaseReady, chase_ready, chases_of, clocks_of
from service.delivery.answers.gone import NOT_GONE_YET, gone_to
from service.delivery.offices.edit import find_office
from service.delivery.offices.identity import key_of, office_index
from service.foundation.errors import Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.foundation.written import clean_text
from service.mail import outbox
from service.model.campaign import Campaign
from service.model.message import MessageKind
from service.model.office import OfficeChase, OfficeReply
from service.model.recipient import Recipient
from service.store.keyring import Keyring
from service.store.sealed import open_record, seal_record

LONGEST = 4000
NOT_READY = Sentence(
    "No question to this office is ready: the day has not passed, a week has not, or three were sent."
)
NO_MAILBOX = Sentence("This office has no e-mail address; call or write to it, and note that.")
NO_WORDS = Sentence("Write what the office is asked.")
DRAFT = Sentence(
    "We wrote to you about “{title}”, and would be grateful for your answer. If a colleague is the right person to ask, we"
    " would thank you for a word on whom to write to."
)


def ready_for(
    session: Session,
    keys: CampaignKeys,
    campaign: Campaign,
    index: bytes,
    *,
    gone: Collection[bytes],
    now: datetime,
) -> ChaseReady:
    """Say which question to an office comes next, and from which day on, by the letter's clock; `gone` as gone_to() gives them."""
    zone = ZoneInfo(campaign.time_zone)
    clock = clocks_of(session, keys).get(key_of(index))
    answered = select(OfficeReply.id).where(
        OfficeReply.campaign_id == campaign.id, OfficeReply.office_index == index
    )
    return chase_ready(
        clock.due_on if clock else None,
        [one.sent_at.astimezone(zone).date() for one in chases_of(session, keys, index)],
        has_gone=index in gone,
        is_answered=session.exec(answered.limit(1)).first() is not None,
        today=now.astimezone(zone).date(),
    )


def send_chase(
    session: Session, keyring: Keyring, slug: str, key: str, *, text: str, by: str, now: datetime
) -> OfficeChase:
    """Mail an office the question that is ready, once; raises Refused where none is, nothing has gone there, or it has no mailbox."""
    campaign = lock_campaign(session, slug)
    keys, file = keyring.of(session, campaign.id), open_file(session, keyring, campaign)
    place = find_office(keys, file, key)
    office = file.recipients[place]
    index = office_index(keys, office.as_record())
    gone = gone_to(session, keys, campaign)
    if index not in gone:
        raise Refused(NOT_GONE_YET)
    ready = ready_for(session, keys, campaign, index, gone=gone, now=now)
    if not ready.is_ready:
        raise Refused(NOT_READY)
    if not office.emails:
        raise Refused(NO_MAILBOX)
    words = clean_text(text, what=Sentence("The question"), longest=LONGEST)
    if not words:
        raise Refused(NO_WORDS)
    row = OfficeChase(
        campaign_id=campaign.id,
        office_index=index,
        recipient_id=present_recipients(session, campaign)[place].id,
        number=ready.number,
        details=b"",
        sent_by=by,
        sent_at=now,
    )
    row.details = seal_record(keys, row, "details", {"text": words})
    session.add(row)
    session.flush()
    for destination in range(len(office.emails)):
        outbox.post(
            session,
            kind=MessageKind.CHASE,
            campaign_id=campaign.id,
            recipient_ref=row.id,
            occurrence=str(destination),
            now=now,
        )
    audit.record(session, by=by, act="answer.chase", campaign_id=campaign.id, thing=row.id, now=now)
    return row


def chase_mail(
    session: Session, keys: CampaignKeys, chase_id: str, occurrence: str
) -> tuple[str, str, dict[str, object]] | None:
    """Give the address, the words and the office of one mail of a question; None where they are gone."""
    row = session.get(OfficeChase, chase_id)
    office = session.get(Recipient, row.recipient_id) if row else None
    if row is None or office is None or not office.details:
        return None
    details = open_record(keys, office, "details")
    return str(details["emails"][int(occurrence)]), str(open_record(keys, row, "details")["text"]), details
