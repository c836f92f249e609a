"""What coordinators write down about a sign-on, for one another; the words lie sealed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from service.coordinators import audit
from service.foundation.errors import Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.foundation.written import clean_text
from service.model.signature import Signature
from service.model.signature_note import SignatureNote
from service.store.sealed import open_text, seal_text

LONGEST_NOTE = 2_000


@dataclass(frozen=True, kw_only=True)
class Note:
    """One note, as it is read."""

    at: datetime
    by: str
    words: str


def read_note(text: str) -> str:
    """Clean what was typed as a note; raises Refused where it is empty or too long."""
    words = clean_text(text, what=Sentence("The note"), longest=LONGEST_NOTE)
    if not words:
        raise Refused(Sentence("Write the note, or leave the page as it is."))
    return words


def add_note(
    session: Session, keys: CampaignKeys, row: Signature, words: str, *, by: str, now: datetime
) -> None:
    """Keep a note about a sign-on; the same words twice in a minute, as by a second click, are kept once."""
    newest = notes_of(session, keys, row.id)[:1]
    if (
        newest
        and (newest[0].words, newest[0].by) == (words, by)
        and (now - newest[0].at).total_seconds() < 60
    ):
        return
    note = SignatureNote(campaign_id=row.campaign_id, signature_id=row.id, at=now, by=by, words=b"")
    note.words = seal_text(keys, note, "words", words)
    session.add(note)
    audit.record(session, by=by, act="signature.note", campaign_id=row.campaign_id, thing=row.id, now=now)


def notes_of(session: Session, keys: CampaignKeys, signature_id: str) -> Sequence[Note]:
    """List the notes about a sign-on, the newest first."""
    found = select(SignatureNote).where(SignatureNote.signature_id == signature_id)
    rows = session.exec(found.order_by(col(SignatureNote.id).desc())).all()
    return [Note(at=row.at, by=row.by, words=open_text(keys, row, "words")) for row in rows]


def forget_notes(session: Session, signature_id: str) -> None:
    """Delete all notes about a sign-on that is erased."""
    session.flush()
    session.execute(delete(SignatureNote).where(col(SignatureNote.signature_id) == signature_id))
