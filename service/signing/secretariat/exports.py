"""Lists of signatories as files: asked for, approved by a second coordinator, made in pieces, kept for a day."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from service.campaigns.halt import refuse_if_hidden
from service.coordinators import audit
from service.foundation.errors import NotFound, Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.foundation.spreadsheet_writing import MOST_ROWS, write_csv, write_xlsx
from service.model.campaign import Campaign
from service.model.evidence import Evidence
from service.model.export import Export, ExportForm, ExportPart
from service.model.signature import Signature
from service.signing.listing import COLUMNS, list_row
from service.signing.secretariat.filters import Filter, read_filter
from service.signing.secretariat.table import matching_rows
from service.store.keyring import Keyring
from service.store.sealed import open_bytes, seal_bytes

KEPT_FOR = timedelta(days=1)
WAITS_FOR = timedelta(days=7)
AT_A_TIME = 500
PIECE_BYTES = 1_000_000
# What only the command's list knows, which opens the whole letter at once.
_LEFT_OUT = frozenset({"flags", "mail_stopped", "resembles"})
EXPORTED = tuple(column for column in COLUMNS if column not in _LEFT_OUT)
_WRITERS = {ExportForm.CSV: write_csv, ExportForm.XLSX: write_xlsx}
NO_EXPORT = Sentence("There is no such file.")
_NOT_THERE = Sentence("This file is not there yet, or not any more; ask for it again.")
_NOT_YOURS = Sentence("Only whoever asked for a file can fetch it.")


@dataclass(frozen=True, kw_only=True)
class Watermark:
    """Who asked for a file and who approved it, as its first row names them."""

    asked_by: str
    approved_by: str


def ask_export(
    session: Session, campaign: Campaign, form: ExportForm, asked: Filter, *, by: str, now: datetime
) -> Export:
    """Keep that a file is asked for; whoever asks twice for the same has one. What was typed to search is left out."""
    same = select(Export).where(
        Export.campaign_id == campaign.id,
        Export.asked_by == by,
        Export.form == form,
        col(Export.approved_at).is_(None),
        col(Export.expires_at) > now,
    )
    for known in session.exec(same):
        if known.filter == asked.codes:
            return known
    newest = select(func.max(Export.number)).where(Export.campaign_id == campaign.id)
    row = Export(
        campaign_id=campaign.id,
        number=(session.exec(newest).one() or 0) + 1,
        form=form,
        filter=asked.codes,
        asked_by=by,
        asked_at=now,
        expires_at=now + WAITS_FOR,
    )
    session.add(row)
    session.flush()
    return row


def approve_export(session: Session, export_id: str, *, campaign_id: str, by: str, now: datetime) -> Export:
    """Let a file be made, by the word of a second coordinator; from now on it is kept for a day.

    Raises Refused where its time is over, and while the letter is hidden.
    """
    refuse_if_hidden(session.get_one(Campaign, campaign_id))
    row = get_export(session, export_id, campaign_id=campaign_id)
    if row.approved_at is not None or now >= row.expires_at:
        raise Refused(_NOT_THERE)
    row.approved_by, row.approved_at, row.expires_at = by, now, now + KEPT_FOR
    session.add(row)
    audit.record(
        session,
        by=by,
        act="signatories.export",
        campaign_id=campaign_id,
        thing=f"{row.id} {row.number}",
        now=now,
    )
    return row


def get_export(session: Session, export_id: str, *, campaign_id: str) -> Export:
    """Get one of a letter's; raises NotFound for any other."""
    row = session.get(Export, export_id)
    if row is None or row.campaign_id != campaign_id:
        raise NotFound(NO_EXPORT)
    return row


def exports_of(session: Session, campaign_id: str, *, now: datetime) -> Sequence[Export]:
    """List the files that are asked for or kept, the newest first."""
    found = select(Export).where(Export.campaign_id == campaign_id, col(Export.expires_at) > now)
    return session.exec(found.order_by(col(Export.id).desc()).limit(50)).all()


def to_be_made(session: Session, *, now: datetime) -> Export | None:
    """Find the next file that was approved and is not made yet; those of a letter that is hidden wait."""
    found = select(Export).join(Campaign, col(Campaign.id) == Export.campaign_id)
    ready = found.where(
        col(Export.approved_at).is_not(None),
        col(Export.made_at).is_(None),
        col(Export.expires_at) > now,
        col(Campaign.emergency_at).is_(None),
    )
    return session.exec(ready.order_by(col(Export.approved_at)).limit(1)).first()


def pieces(row: Export, rows: Iterable[Sequence[str]], *, mark: Watermark) -> Iterator[bytes]:
    """Give the file in pieces of about a megabyte: who asked and approved, the columns, then the rows."""
    held = bytearray()
    for part in _WRITERS[row.form](_with_head(row, rows, mark)):
        held += part
        if len(held) >= PIECE_BYTES:
            yield bytes(held)
            held.clear()
    yield bytes(held)


def exported_rows(
    session: Session, keyring: Keyring, campaign: Campaign, row: Export, *, before: str
) -> tuple[Sequence[Sequence[str]], str]:
    """Give the next rows of a file, and the key to go on from; "" after the last."""
    keys = keyring.of(session, campaign.id)
    found, further = matching_rows(
        session, keyring, campaign, read_filter(row.filter), before=before, most=AT_A_TIME
    )
    evidence = _evidence(session, found)
    return [_cells(keys, campaign, one, evidence.get(one.id, ())) for one in found], further


def keep_piece(
    session: Session, keyring: Keyring, campaign_id: str, export_id: str, place: int, data: bytes
) -> None:
    """Keep one piece of a file, sealed by the letter's keys."""
    keys = keyring.of(session, campaign_id)
    part = ExportPart(campaign_id=campaign_id, export_id=export_id, place=place, data=b"")
    part.data = seal_bytes(keys, part, "data", data)
    session.add(part)


def forget_pieces(session: Session, export_id: str) -> None:
    """Delete the pieces of a file: before it is made anew, or when its time is over."""
    session.execute(delete(ExportPart).where(col(ExportPart.export_id) == export_id))


def say_made(session: Session, export_id: str, *, rows: int, now: datetime) -> None:
    """Keep that a file is whole."""
    row = session.get_one(Export, export_id)
    row.made_at, row.rows = now, rows
    session.add(row)


def forget_exports(session: Session, *, now: datetime) -> int:
    """Delete the files whose day is over, piece by piece and whole; gives how many files."""
    over = list(session.exec(select(Export.id).where(col(Export.expires_at) <= now).limit(100)))
    if over:
        session.execute(delete(ExportPart).where(col(ExportPart.export_id).in_(over)))
        session.execute(delete(Export).where(col(Export.id).in_(over)))
    return len(over)


def piece_ids(session: Session, export_id: str, *, campaign_id: str, by: str, now: datetime) -> Sequence[str]:
    """List the pieces of a file for whoever asked for it.

    Raises Refused for anybody else, where it is not there, and while the letter is hidden.
    """
    refuse_if_hidden(session.get_one(Campaign, campaign_id))
    row = get_export(session, export_id, campaign_id=campaign_id)
    if row.asked_by != by:
        raise Refused(_NOT_YOURS)
    if row.made_at is None or now >= row.expires_at:
        raise Refused(_NOT_THERE)
    found = select(ExportPart.id).where(ExportPart.export_id == export_id)
    return session.exec(found.order_by(col(ExportPart.place))).all()


def open_piece(session: Session, keyring: Keyring, piece_id: str) -> bytes:
    """Open one piece."""
    part = session.get_one(ExportPart, piece_id)
    return open_bytes(keyring.of(session, part.campaign_id), part, "data")


def _with_head(row: Export, rows: Iterable[Sequence[str]], mark: Watermark) -> Iterator[Sequence[str]]:
    approved = row.approved_at.isoformat(timespec="seconds") if row.approved_at else ""
    first = (
        f"File {row.number} of this letter: asked for by {mark.asked_by}, approved by {mark.approved_by}, {approved}."
        " It holds names and addresses; delete it when it was used."
    )
    yield (first,)
    yield EXPORTED
    for place, one in enumerate(rows):
        if row.form is ExportForm.XLSX and place >= MOST_ROWS:
            yield ("There are more than one sheet can hold: ask for CSV, or narrow the filters.",)
            return
        yield one


def _cells(
    keys: CampaignKeys, campaign: Campaign, row: Signature, evidence: Sequence[Evidence]
) -> Sequence[str]:
    written = list_row(keys, campaign, row, evidence, resembles=())
    return [written[column] for column in EXPORTED]


def _evidence(session: Session, rows: Sequence[Signature]) -> Mapping[str, list[Evidence]]:
    found: dict[str, list[Evidence]] = {}
    of_these = select(Evidence).where(col(Evidence.signature_id).in_([row.id for row in rows]))
    for piece in session.exec(of_these):
        found.setdefault(piece.signature_id, []).append(piece)
    return found
