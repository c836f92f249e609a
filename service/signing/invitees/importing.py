"""Bring a spreadsheet in by steps: kept sealed, its columns chosen, all rows checked, then imported part by part."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session, select

from service.coordinators import audit
from service.foundation.errors import NotFound, Refused
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.foundation.spreadsheet import Sheet, read_spreadsheet
from service.model.campaign import Campaign
from service.model.member_import import MemberImport
from service.signing.invite import import_rows, refuse_wrong_time
from service.signing.invitees.import_check import Check, Choices, check_sheet
from service.signing.invitees.import_columns import guess_columns
from service.signing.workplace import Desk
from service.store.keyring import Keyring
from service.store.sealed import open_record, seal_record

KEPT_FOR = timedelta(days=1)
"""So long an import can be gone on with, and undone; then its spreadsheet is deleted."""
HELD_FOR = timedelta(seconds=60)
"""So long the invitations of an import wait before they leave: an undo within that time reaches them all."""
AT_ONCE = 200
"""So many rows one transaction imports."""

_GONE = Sentence("There is no such import any more: a spreadsheet is deleted a day after it was uploaded.")
_BEGAN = Sentence("The import of this file has begun; undo it first, then upload the file again.")


@dataclass(frozen=True, kw_only=True)
class ImportView:
    """Where an import stands: of `total` rows so many are `reached`, the last of them on the line `reached_line`."""

    id: str
    choices: Choices
    total: int
    reached: int
    reached_line: int
    left_out: tuple[int, ...]
    made: int
    known: int
    created_at: datetime
    has_begun: bool
    is_finished: bool
    is_undone: bool


def keep_upload(
    session: Session, keyring: Keyring, campaign: Campaign, data: bytes, *, by: str, now: datetime
) -> str:
    """Keep an uploaded spreadsheet, sealed, with what its columns seem to hold; gives the import's id.

    Raises Refused for what is no spreadsheet, and where the letter invites nobody now.
    """
    refuse_wrong_time(session, campaign, attest="", now=now)
    sheet = read_spreadsheet(data)
    columns = guess_columns(sheet.header)
    choices = Choices(
        columns=columns,
        kind="column" if "kind" in columns else "organization",
        visibility="column" if "visibility" in columns else "counted",
    )
    row = MemberImport(
        campaign_id=campaign.id, created_at=now, data=b"", choices=choices.as_record(), left_out=[], made=[]
    )
    record = {
        "header": sheet.header,
        "header_line": sheet.header_line,
        "lines": sheet.lines,
        "valueless": sorted(sheet.valueless),
    }
    row.data = seal_record(keyring.of(session, campaign.id), row, "data", record)
    session.add(row)
    audit.record(session, by=by, act="members.upload", campaign_id=campaign.id, thing=row.id, now=now)
    session.flush()
    return row.id


def get_import(session: Session, campaign: Campaign, import_id: str, *, now: datetime) -> MemberImport:
    """Get an import of this letter to look at; raises NotFound for any other, and once its day is over."""
    row = session.get(MemberImport, import_id)
    if row is None or row.campaign_id != campaign.id or now >= row.created_at + KEPT_FOR:
        raise NotFound(_GONE)
    return row


def lock_import(session: Session, campaign: Campaign, import_id: str, *, now: datetime) -> MemberImport:
    """Get an import to change it; raises as get_import() does."""
    session.exec(select(MemberImport.id).where(MemberImport.id == import_id).with_for_update()).one_or_none()
    return get_import(session, campaign, import_id, now=now)


def view_of(keys: CampaignKeys, row: MemberImport) -> ImportView:
    """Tell where an import stands."""
    lines = [line for line, _ in open_sheet(keys, row).lines if line not in row.left_out]
    return ImportView(
        id=row.id,
        choices=Choices.of(row.choices),
        total=len(lines),
        reached=sum(line <= row.reached for line in lines),
        reached_line=row.reached,
        left_out=tuple(row.left_out),
        made=len(row.made),
        known=row.known,
        created_at=row.created_at,
        has_begun=row.began_at is not None,
        is_finished=row.finished_at is not None,
        is_undone=row.undone_at is not None,
    )


def open_sheet(keys: CampaignKeys, row: MemberImport) -> Sheet:
    """Open the cells of an import."""
    kept = open_record(keys, row, "data")
    return Sheet(
        header=tuple(kept["header"]),
        header_line=kept["header_line"],
        lines=tuple((line, tuple(cells)) for line, cells in kept["lines"]),
        # What was uploaded by an earlier version says nothing of it.
        valueless=frozenset((line, place) for line, place in kept.get("valueless", ())),
    )


def check_import(session: Session, keys: CampaignKeys, campaign: Campaign, row: MemberImport) -> Check:
    """Check every row of an import as it would be imported now."""
    return check_sheet(
        session, keys, campaign, open_sheet(keys, row), Choices.of(row.choices), left_out=set(row.left_out)
    )


def choose_columns(session: Session, row: MemberImport, choices: Choices) -> None:
    """Keep what the columns hold; raises Refused once the import has begun."""
    _refuse_begun(row)
    row.choices = choices.as_record()
    session.add(row)


def leave_out(session: Session, row: MemberImport, lines: Collection[int], *, back: bool) -> None:
    """Leave lines out of an import, or take them `back` into it; raises Refused once it has begun."""
    _refuse_begun(row)
    before = set(row.left_out)
    row.left_out = sorted(before - set(lines) if back else before | set(lines))
    session.add(row)


def import_next(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    import_id: str,
    *,
    reached: int,
    by: str,
    now: datetime,
) -> bool:
    """Import the next part, of the lines behind `reached`; tells whether that was the last.

    Whoever asks twice for the same part has it once. Raises Refused while any row is faulty, and where the letter
    invites nobody now.
    """
    row, keys = lock_import(session, campaign, import_id, now=now), keyring.of(session, campaign.id)
    if row.finished_at is not None or row.reached != reached:
        return row.finished_at is not None
    sheet, choices, left_out = open_sheet(keys, row), Choices.of(row.choices), set(row.left_out)
    if row.began_at is None:
        checked = check_sheet(session, keys, campaign, sheet, choices, left_out=left_out)
        if not checked.is_whole:
            raise Refused(
                Sentence("Some rows are still faulty: correct them in the file, or leave them out.")
            )
        if not checked.good:
            raise Refused(Sentence("No row is left to be imported."))
        row.began_at = now
    todo = [one for one in sheet.lines if one[0] > reached and one[0] not in left_out]
    part = replace(sheet, lines=tuple(todo[:AT_ONCE]))
    good = check_sheet(session, keys, campaign, part, choices, left_out=()).good
    desk = Desk(session=session, keys=keys, campaign=campaign, now=now)
    report = import_rows(desk, good, attest="", by=by, invited_at=now + HELD_FOR)
    row.made = [*row.made, *report.made]
    row.known += report.known
    row.reached = part.lines[-1][0] if part.lines else row.reached
    if len(todo) <= AT_ONCE:
        row.finished_at = now
    session.add(row)
    return row.finished_at is not None


def _refuse_begun(row: MemberImport) -> None:
    if row.began_at is not None:
        raise Refused(_BEGAN)
