"""What offices answer: first the secretariat's, then the signatories', then everybody's, each by a person's press."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from service.campaigns.contents import open_file
from service.campaigns.queries import editions_out, lock_campaign, lock_campaign_of
from service.coordinators import audit
from service.delivery.answers.gone import sendings_to
from service.delivery.offices.edit import find_office
from service.delivery.offices.identity import office_index
from service.delivery.steps import move_delivery
from service.foundation.errors import NotFound, Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.foundation.written import clean_line, clean_text
from service.model.campaign import Campaign
from service.model.office import OfficeReply
from service.model.states import DELIVERY, DeliveryState
from service.store.keyring import Keyring
from service.store.sealed import open_bytes, open_record, seal_bytes, seal_record

LONGEST_REPLY = 20_000
LARGEST_FILE = 200_000
"""Bytes; what a form may bring in all is 256 KB."""
NOT_SENT_THERE = Sentence(
    "The letter has not gone to this recipient, so there is nothing that it could have answered."
)
SAY_SOMETHING = Sentence("Paste the answer, or add its file.")
NO_SUCH_REPLY = Sentence("There is no such answer.")
NOT_PUBLIC_YET = Sentence("The letter itself is not public yet; its answer can be published once it is.")
ALREADY_PUBLIC = Sentence("This answer is public already.")
TOO_LARGE = Sentence("The file is larger than {n} KB: keep it elsewhere, and paste here what it says.", n=200)
NO_WORDS = Sentence("Write what is to stand on the page.")
NOT_SAID_YET = Sentence(
    "The letter itself is not public yet; that no answer came can be said on its page once it is."
)
NOT_SILENT = Sentence("Note first that no answer came; then the letter's page can say so.")
NOT_OVER = Sentence("That day is still to come: nobody knows yet whether an answer will have come by then.")
BEFORE_IT_LEFT = Sentence("The letter had not been sent by that day.")
OVER = Sentence("How this letter ended is kept once it was sent.")


class Outcome(StrEnum):
    """How a letter ended."""

    ANSWERED = "answered"
    NO_ANSWER = "no_answer"


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer as it is brought in: its day, its words, and a file with its name."""

    came_on: date
    text: str = ""
    file_name: str = ""
    file: bytes = b""


@dataclass(frozen=True, kw_only=True)
class ReplySeen:
    """An answer that is kept, and who was told of it."""

    id: str
    office: str
    came_on: date
    text: str
    file_name: str
    public_text: str
    told_at: datetime | None
    published_at: datetime | None


def keep_reply(
    session: Session, keyring: Keyring, slug: str, key: str, reply: Reply, *, by: str, now: datetime
) -> OfficeReply:
    """Keep an office's answer for the secretariat, and move what it was sent to "answered"; nobody else is told.

    Raises Refused where nothing has gone to that office, the answer is empty, or its file too large.
    """
    campaign = lock_campaign(session, slug)
    keys, file = keyring.of(session, campaign.id), open_file(session, keyring, campaign)
    office = file.recipients[find_office(keys, file, key)]
    index = office_index(keys, office.as_record())
    sent = sendings_to(session, keys, campaign, index)
    if not sent:
        raise Refused(NOT_SENT_THERE)
    row = OfficeReply(
        campaign_id=campaign.id,
        office_index=index,
        came_on=reply.came_on,
        details=b"",
        kept_by=by,
        kept_at=now,
    )
    row.details = seal_record(keys, row, "details", _details(office.name, reply))
    row.file = seal_bytes(keys, row, "file", reply.file) if reply.file else None
    session.add(row)
    session.flush()
    for delivery in sent:
        if DELIVERY.may_move(delivery.state, DeliveryState.ANSWERED):
            evidence = f"attested by {by}: an answer came on {reply.came_on.isoformat()}"
            move_delivery(session, delivery, DeliveryState.ANSWERED, evidence=evidence, now=now)
    campaign.outcome, campaign.silent_until = Outcome.ANSWERED.value, None
    campaign.changed_at = now
    session.add(campaign)
    audit.record(session, by=by, act="answer.keep", campaign_id=campaign.id, thing=row.id, now=now)
    return row


def mark_told(session: Session, campaign_id: str, reply_id: str, *, by: str, now: datetime) -> None:
    """Keep that an update about an answer was planned for the signatories."""
    row = get_reply(session, campaign_id, reply_id)
    row.told_by, row.told_at = by, now
    session.add(row)
    audit.record(session, by=by, act="answer.tell", campaign_id=campaign_id, thing=row.id, now=now)


def publish_reply(
    session: Session, keyring: Keyring, campaign_id: str, reply_id: str, *, text: str, by: str, now: datetime
) -> None:
    """Let these words of an answer stand on the letter's public page; raises Refused while the letter is not public."""
    campaign, row = lock_campaign_of(session, campaign_id), get_reply(session, campaign_id, reply_id)
    if campaign.published_at is None:
        raise Refused(NOT_PUBLIC_YET)
    if row.published_at is not None:
        raise Refused(ALREADY_PUBLIC)
    words = clean_text(text, what=Sentence("What is published"), longest=LONGEST_REPLY)
    if not words:
        raise Refused(NO_WORDS)
    keys = keyring.of(session, campaign_id)
    row.details = seal_record(keys, row, "details", {**open_record(keys, row, "details"), "public": words})
    _show(session, campaign, row, at=now, by=by, now=now)
    audit.record(session, by=by, act="answer.publish", campaign_id=campaign_id, thing=row.id, now=now)


def take_back_reply(session: Session, campaign_id: str, reply_id: str, *, by: str, now: datetime) -> None:
    """Take an answer off the letter's public page again."""
    campaign, row = lock_campaign_of(session, campaign_id), get_reply(session, campaign_id, reply_id)
    _show(session, campaign, row, at=None, by=by, now=now)
    audit.record(session, by=by, act="answer.take-back", campaign_id=campaign_id, thing=row.id, now=now)


def keep_outcome(
    session: Session,
    campaign_id: str,
    outcome: Outcome | None,
    *,
    silent_until: date | None = None,
    by: str,
    now: datetime,
) -> None:
    """Keep how a letter ended, for the secretariat: a person says so, never a clock.

    Nothing is published by it, unless `silent_until` is given: then the letter's page says that by that day no answer had
    come, until another outcome is kept, or an answer. Raises Refused where that cannot be said.
    """
    campaign = lock_campaign_of(session, campaign_id)
    out = editions_out(session, campaign)
    if not out:
        raise Refused(OVER)
    if silent_until is not None:
        _refuse_unless_silent(campaign, outcome, silent_until, left_at=out[0].released_at, now=now)
    campaign.outcome, campaign.silent_until = outcome.value if outcome else "", silent_until
    campaign.changed_at = now
    session.add(campaign)
    thing = outcome.value if outcome else "open"
    act = "answer.outcome" if silent_until is None else "answer.silence"
    audit.record(session, by=by, act=act, campaign_id=campaign_id, thing=thing, now=now)


def replies_of(session: Session, keys: CampaignKeys) -> Sequence[ReplySeen]:
    """List the answers to a letter, the newest first."""
    found = select(OfficeReply).where(OfficeReply.campaign_id == keys.campaign)
    rows = session.exec(found.order_by(col(OfficeReply.id).desc())).all()
    return [_seen(keys, row) for row in rows]


def reply_file(session: Session, keys: CampaignKeys, reply_id: str) -> tuple[str, bytes]:
    """Give the file of an answer with its name; raises NotFound where it has none."""
    row = get_reply(session, keys.campaign, reply_id)
    if row.file is None:
        raise NotFound(NO_SUCH_REPLY)
    return open_record(keys, row, "details")["file_name"], open_bytes(keys, row, "file")


def get_reply(session: Session, campaign_id: str, reply_id: str) -> OfficeReply:
    """Get an answer to a letter; raises NotFound for one to another."""
    row = session.get(OfficeReply, reply_id)
    if row is None or row.campaign_id != campaign_id:
        raise NotFound(NO_SUCH_REPLY)
    return row


def _refuse_unless_silent(
    campaign: Campaign, outcome: Outcome | None, until: date, *, left_at: datetime | None, now: datetime
) -> None:
    zone = ZoneInfo(campaign.time_zone)
    if outcome is not Outcome.NO_ANSWER:
        raise Refused(NOT_SILENT)
    if campaign.published_at is None:
        raise Refused(NOT_SAID_YET)
    if until > now.astimezone(zone).date():
        raise Refused(NOT_OVER)
    if left_at is not None and until < left_at.astimezone(zone).date():
        raise Refused(BEFORE_IT_LEFT)


def _details(office: str, reply: Reply) -> dict[str, str]:
    text = clean_text(reply.text, what=Sentence("The answer"), longest=LONGEST_REPLY)
    if not text and not reply.file:
        raise Refused(SAY_SOMETHING)
    if len(reply.file) > LARGEST_FILE:
        raise Refused(TOO_LARGE)
    name = clean_line(reply.file_name, what=Sentence("The name of the file"))
    return {"office": office, "text": text, "file_name": name, "public": ""}


def _show(
    session: Session, campaign: Campaign, row: OfficeReply, *, at: datetime | None, by: str, now: datetime
) -> None:
    row.published_at, row.published_by = at, by if at else ""
    campaign.changed_at = now
    session.add_all((row, campaign))
    session.flush()


def _seen(keys: CampaignKeys, row: OfficeReply) -> ReplySeen:
    details = open_record(keys, row, "details")
    return ReplySeen(
        id=row.id,
        office=details["office"],
        came_on=row.came_on,
        text=details["text"],
        file_name=details["file_name"],
        public_text=details["public"],
        told_at=row.told_at,
        published_at=row.published_at,
    )
