"""The log of contacts with an office: what was said, by whom and when, and what comes next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from service.campaigns.contents import open_file
from service.campaigns.queries import lock_campaign
from service.coordinators import audit
from service.delivery.offices.edit import find_office
from service.delivery.offices.identity import key_of, office_index
from service.foundation.errors import NotFound
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.model.campaign import Campaign
from service.model.office import ContactKind, ContactNote
from service.store.keyring import Keyring
from service.store.sealed import open_record, seal_record

PART = 20
NO_SUCH_NOTE = Sentence("There is no such note.")


@dataclass(frozen=True, kw_only=True)
class Contact:
    """What somebody notes of a contact: what was said, and the next step with its day, if there is one."""

    kind: ContactKind
    said: str
    next_step: str = ""
    next_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Noted:
    """A contact that was noted."""

    id: str
    contact: Contact
    by: str
    at: datetime
    done_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Log:
    """Some of the contacts with an office, the newest first; `later` is the key to go on from, "" at the end."""

    notes: Sequence[Noted]
    later: str


@dataclass(frozen=True, kw_only=True)
class NextStep:
    """What is still to be done about an office."""

    note: str
    step: str
    on: date | None


def keep_contact(
    session: Session, keyring: Keyring, slug: str, key: str, contact: Contact, *, by: str, now: datetime
) -> ContactNote:
    """Note a contact with an office; a next step takes the place of the one before."""
    campaign = lock_campaign(session, slug)
    keys, file = keyring.of(session, campaign.id), open_file(session, keyring, campaign)
    details = file.recipients[find_office(keys, file, key)].as_record()
    row = ContactNote(
        campaign_id=campaign.id,
        office_index=office_index(keys, details),
        kind=contact.kind,
        details=b"",
        has_next=bool(contact.next_step),
        next_on=contact.next_on,
        noted_by=by,
        noted_at=now,
    )
    row.details = seal_record(keys, row, "details", {"said": contact.said, "next": contact.next_step})
    if contact.next_step:
        _end_steps(session, campaign, row.office_index, now=now)
    session.add(row)
    session.flush()
    audit.record(session, by=by, act="recipient.contact", campaign_id=campaign.id, thing=row.id, now=now)
    return row


def mark_step(
    session: Session, campaign_id: str, note_id: str, *, done: bool, by: str, now: datetime
) -> ContactNote:
    """Keep that a next step is done, or, to take that back, that it is not; raises NotFound for no note of this letter."""
    row = session.get(ContactNote, note_id)
    if row is None or row.campaign_id != campaign_id or not row.has_next:
        raise NotFound(NO_SUCH_NOTE)
    row.done_at = now if done else None
    session.add(row)
    act = "recipient.step-done" if done else "recipient.step-open"
    audit.record(session, by=by, act=act, campaign_id=campaign_id, thing=row.id, now=now)
    return row


def contacts_of(session: Session, keys: CampaignKeys, index: bytes, *, before: str = "") -> Log:
    """List the contacts with an office, those noted before a note, the newest first."""
    found = select(ContactNote).where(
        ContactNote.campaign_id == keys.campaign, ContactNote.office_index == index
    )
    if before:
        found = found.where(col(ContactNote.id) < before)
    rows = session.exec(found.order_by(col(ContactNote.id).desc()).limit(PART + 1)).all()
    return Log(
        notes=[_noted(keys, row) for row in rows[:PART]], later=rows[PART - 1].id if rows[PART:] else ""
    )


def next_steps(session: Session, keys: CampaignKeys) -> Mapping[str, NextStep]:
    """Give what is still to be done about each office, by its key."""
    rows = session.exec(
        select(ContactNote)
        .where(
            ContactNote.campaign_id == keys.campaign,
            col(ContactNote.has_next),
            col(ContactNote.done_at).is_(None),
        )
        .order_by(col(ContactNote.id))
    ).all()
    return {
        key_of(row.office_index): NextStep(
            note=row.id, step=_noted(keys, row).contact.next_step, on=row.next_on
        )
        for row in rows
    }


def _end_steps(session: Session, campaign: Campaign, index: bytes, *, now: datetime) -> None:
    waiting = select(ContactNote).where(
        ContactNote.campaign_id == campaign.id,
        ContactNote.office_index == index,
        col(ContactNote.has_next),
        col(ContactNote.done_at).is_(None),
    )
    for row in session.exec(waiting).all():
        row.done_at = now
        session.add(row)


def _noted(keys: CampaignKeys, row: ContactNote) -> Noted:
    details = open_record(keys, row, "details")
    contact = Contact(kind=row.kind, said=details["said"], next_step=details["next"], next_on=row.next_on)
    return Noted(id=row.id, contact=contact, by=row.noted_by, at=row.noted_at, done_at=row.done_at)
