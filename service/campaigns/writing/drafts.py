"""Keep what a coordinator types before it is saved, so that nothing of it is lost."""

import json
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, update
from sqlmodel import Session, col, select

from service.campaigns.writing.words import WrittenText
from service.model.text_draft import TextDraft
from service.store.insert import insert_or
from service.store.keyring import Keyring
from service.store.sealed import open_text, seal_text


@dataclass(frozen=True, kw_only=True, repr=False)
class Typed:
    """A text that was typed and not saved; `base` is the digest of the one that was present when it was begun.

    `notes` are the codes of what could not be kept of a file that it was read from.
    """

    text: WrittenText
    base: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, repr=False)
class Unsaved(Typed):
    """An unsaved text that was kept, and when."""

    saved_at: datetime


def keep_draft(
    session: Session,
    keyring: Keyring,
    *,
    campaign_id: str,
    who: str,
    typed: Typed,
    now: datetime,
) -> None:
    """Keep the unsaved text of a coordinator in its language, in place of the one there was."""
    text, base, notes = typed.text, typed.base, typed.notes
    keys = keyring.of(session, campaign_id)
    known = _row(session, campaign_id, who, text.language)
    row = known or TextDraft(
        campaign_id=campaign_id,
        coordinator_id=who,
        language=text.language,
        base=base,
        content=b"",
        saved_at=now,
    )
    content = json.dumps({"text": text.as_record(), "notes": list(notes)}, ensure_ascii=False)
    sealed = seal_text(keys, row, "content", content)
    row.base, row.saved_at, row.content, row.thrown_at = base, now, sealed, None
    if known is not None:
        session.add(row)
        session.flush()
        return
    # Two tabs may keep their first words at one moment: the later ones stand, sealed for the row that is there.
    kept = session.execute(
        insert_or(session, row)
        .on_conflict_do_nothing(index_elements=["campaign_id", "coordinator_id", "language"])
        .returning(col(TextDraft.id))
    ).first()
    if kept is None:
        keep_draft(session, keyring, campaign_id=campaign_id, who=who, typed=typed, now=now)


def unsaved_of(
    session: Session, keyring: Keyring, *, campaign_id: str, who: str, language: str
) -> Unsaved | None:
    """Open a coordinator's unsaved text in a language, where there is one."""
    row = _row(session, campaign_id, who, language)
    return _open(session, keyring, row) if row is not None and row.thrown_at is None else None


def all_unsaved(session: Session, keyring: Keyring, *, campaign_id: str, who: str) -> dict[str, Unsaved]:
    """Open all unsaved texts of a coordinator in a letter, by language."""
    rows = session.exec(
        select(TextDraft).where(
            TextDraft.campaign_id == campaign_id,
            TextDraft.coordinator_id == who,
            col(TextDraft.thrown_at).is_(None),
        )
    ).all()
    return {row.language: _open(session, keyring, row) for row in rows}


def throw_away(session: Session, *, campaign_id: str, who: str, language: str, now: datetime) -> bool:
    """Throw an unsaved text away, so that it can be had back; tells whether there was one."""
    thrown = session.execute(
        update(TextDraft)
        .where(*_mine(campaign_id, who, language), col(TextDraft.thrown_at).is_(None))
        .values(thrown_at=now)
        .returning(col(TextDraft.id))
    )
    return thrown.first() is not None


def have_back(session: Session, *, campaign_id: str, who: str, language: str) -> bool:
    """Have an unsaved text back that was thrown away; tells whether there is one."""
    back = session.execute(
        update(TextDraft)
        .where(*_mine(campaign_id, who, language))
        .values(thrown_at=None)
        .returning(col(TextDraft.id))
    )
    return back.first() is not None


def drop_draft(session: Session, *, campaign_id: str, who: str, language: str) -> None:
    """Drop an unsaved text for good: it was saved."""
    row = _row(session, campaign_id, who, language)
    if row is not None:
        session.delete(row)
        session.flush()


def _open(session: Session, keyring: Keyring, row: TextDraft) -> Unsaved:
    content = json.loads(open_text(keyring.of(session, row.campaign_id), row, "content"))
    text = replace(WrittenText.from_record(content["text"]), language=row.language)
    return Unsaved(text=text, base=row.base, saved_at=row.saved_at, notes=tuple(content["notes"]))


def _row(session: Session, campaign_id: str, who: str, language: str) -> TextDraft | None:
    return session.exec(select(TextDraft).where(*_mine(campaign_id, who, language))).one_or_none()


def _mine(campaign_id: str, who: str, language: str) -> tuple[ColumnElement[bool], ...]:
    return (
        col(TextDraft.campaign_id) == campaign_id,
        col(TextDraft.coordinator_id) == who,
        col(TextDraft.language) == language,
    )
