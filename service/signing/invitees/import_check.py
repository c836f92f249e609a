"""Check every row of a spreadsheet before anything is done with it: its faults, and whether it is new, known or like another."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlmodel import Session, col, select

from service.foundation.addresses import masked_address
from service.foundation.safe_cells import plain_cell
from service.foundation.sealing import CampaignKeys, Place
from service.foundation.searched import fold_for_search
from service.foundation.sentence import Sentence
from service.foundation.spreadsheet import Sheet
from service.model.campaign import Campaign
from service.model.signature import Kind, Signature
from service.signing.organizations.likeness import Named, likeness, worth_a_look
from service.signing.party import email_index, name_index
from service.signing.roll_columns import SignatoryRow
from service.signing.roll_file import RowFault, read_rows

BY_COLUMN = "column"
"""Of a choice that holds for all rows: each row says it itself."""

_NO_VALUE = Sentence("holds a formula that came to no value: put the value itself into the cell.")
_MOST_LIKENED = 5_000
_MOST_PAIRS = 2_000_000
_AT_ONCE = 400
_KINDS: Mapping[str, str] = {
    "organization": "organization; organisation; org; ngo; group; association; ong; organización; verein; gruppe;"
    " organisatie; organizzazione; organização; kurum; организация; منظمة; 组织; 団体; 단체; non-profit; nonprofit; network",
    "person": "person; individual; personal; people; personne; individu; particulier; persona; individuo; einzelperson;"
    " persoon; individuo; pessoa; birey; kişi; человек; физлицо; فرد; شخص; 个人; 個人; 개인",
}
_KIND_OF = {fold_for_search(word): kind for kind, words in _KINDS.items() for word in words.split(";")}


class Verdict(StrEnum):
    """What would become of a row."""

    NEW = "new"
    KNOWN = "known"
    ALIKE = "alike"
    FAULTY = "faulty"
    LEFT_OUT = "left_out"


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What the columns hold, "" where one is passed over, and what holds for all rows."""

    columns: tuple[str, ...]
    kind: str = "organization"
    visibility: str = "counted"
    language: str = ""

    def as_record(self) -> dict[str, Any]:
        """Give them to be kept: codes only."""
        return {
            "columns": list(self.columns),
            "kind": self.kind,
            "visibility": self.visibility,
            "language": self.language,
        }

    @staticmethod
    def of(record: Mapping[str, Any]) -> "Choices":
        """Take them out of what was kept."""
        return Choices(
            columns=tuple(record["columns"]),
            kind=record["kind"],
            visibility=record["visibility"],
            language=record["language"],
        )


@dataclass(frozen=True, kw_only=True, repr=False)
class RowSeen:
    """One row as a person looks at it before it is imported; `like` names what it could be taken for."""

    line: int
    name: str
    address: str
    kind: str
    verdict: Verdict
    faults: tuple[tuple[str, str], ...] = ()
    like: str = ""


@dataclass(frozen=True, kw_only=True, repr=False)
class Check:
    """All rows of a spreadsheet, and those that can be imported as they stand."""

    seen: tuple[RowSeen, ...]
    good: tuple[SignatoryRow, ...]
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        """Tell whether no row is faulty, but for those that are left out."""
        return not self.counts.get(Verdict.FAULTY, 0)


@dataclass(frozen=True, kw_only=True)
class _Known:
    """Who is on the letter's list already."""

    names: Collection[bytes]
    mailboxes: Collection[tuple[bytes, bytes]]


def check_sheet(
    session: Session,
    keys: CampaignKeys,
    campaign: Campaign,
    sheet: Sheet,
    choices: Choices,
    *,
    left_out: Collection[int],
) -> Check:
    """Check all rows as the signatories file is checked; of two of one signatory the second is at fault, but not once one is left out."""
    columns, lines = _with_choices(sheet, choices)
    wanted = [(line, cells) for line, cells in lines if line not in left_out]
    rows, faults = _with_values(sheet, choices, read_rows(columns, wanted, attested=False))
    told = _told(sheet, choices, faults)
    good = {row.line: row for row in rows}
    known = _known(session, keys, campaign, rows)
    alike = _alike(session, keys, campaign, rows)
    seen = tuple(
        _seen(keys, line, dict(zip(columns, cells, strict=True)), good.get(line), told, known, alike)
        if line not in left_out
        else _left_out(line, dict(zip(columns, cells, strict=True)))
        for line, cells in lines
    )
    counts = {verdict.value: sum(row.verdict is verdict for row in seen) for verdict in Verdict}
    return Check(seen=seen, good=tuple(rows), counts=counts)


def letter_of_column(place: int) -> str:
    """Give a column's letters as spreadsheets show them: A for 0, AA for 26."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _with_choices(sheet: Sheet, choices: Choices) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Put what holds for all rows beside what each says, and bring their words for kinds to ours."""
    places = [place for place, column in enumerate(choices.columns) if column]
    columns = [choices.columns[place] for place in places]
    more = {"kind": choices.kind, "visibility": choices.visibility, "language": choices.language}
    added = {
        name: value for name, value in more.items() if name not in columns and value not in {"", BY_COLUMN}
    }
    lines = []
    for line, cells in sheet.lines:
        own = [_in_our_words(choices.columns[place], plain_cell(cells[place])) for place in places]
        lines.append((line, [*own, *added.values()]))
    return [*columns, *added], lines


def _in_our_words(column: str, cell: str) -> str:
    if column == "kind":
        return _KIND_OF.get(fold_for_search(cell), cell)
    if column in {"visibility", "signs_for", "status", "country", "language"}:
        return cell.strip()
    if column == "website" and cell.strip() and "://" not in cell:
        return f"https://{cell.strip()}"
    return cell


def _with_values(
    sheet: Sheet, choices: Choices, read: tuple[Sequence[SignatoryRow], Sequence[RowFault]]
) -> tuple[Sequence[SignatoryRow], Sequence[RowFault]]:
    """Find at fault each cell in use that holds a formula without a value, in place of what its emptiness would be."""
    used = {place: column for place, column in enumerate(choices.columns) if column}
    without = {(line, used[place]) for line, place in sheet.valueless if place in used}
    lines = {line for line, _ in without}
    found = [RowFault(line=line, column=column, told=_NO_VALUE) for line, column in sorted(without)]
    found += [one for one in read[1] if (one.line, one.column) not in without]
    return [row for row in read[0] if row.line not in lines], found


def _told(sheet: Sheet, choices: Choices, faults: Sequence[RowFault]) -> dict[int, list[tuple[str, str]]]:
    """Say of each faulty line what is wrong, each with where: the column's letter and its own name."""
    where = {column: place for place, column in enumerate(choices.columns) if column}
    told: dict[int, list[tuple[str, str]]] = {}
    for fault in faults:
        place = where.get(fault.column)
        column = "" if place is None else f"{letter_of_column(place)} “{sheet.header[place]}”"
        told.setdefault(fault.line, []).append((column, fault.told))
    return told


def _seen(
    keys: CampaignKeys,
    line: int,
    cells: Mapping[str, str],
    row: SignatoryRow | None,
    told: Mapping[int, Sequence[tuple[str, str]]],
    known: _Known,
    alike: Mapping[int, str],
) -> RowSeen:
    if row is None:
        return RowSeen(
            line=line,
            name=cells.get("name", "")[:200],
            address=_masked(cells.get("email", "")),
            kind=cells.get("kind", ""),
            verdict=Verdict.FAULTY,
            faults=tuple(told.get(line, (("", Sentence("This row cannot be read.")),))),
        )
    verdict = (
        Verdict.KNOWN if _is_known(keys, row, known) else Verdict.ALIKE if line in alike else Verdict.NEW
    )
    return RowSeen(
        line=line,
        name=row.name,
        address=_masked(row.email),
        kind=row.kind,
        verdict=verdict,
        like=alike.get(line, "") if verdict is Verdict.ALIKE else "",
    )


def _left_out(line: int, cells: Mapping[str, str]) -> RowSeen:
    return RowSeen(
        line=line,
        name=cells.get("name", "")[:200],
        address=_masked(cells.get("email", "")),
        kind=cells.get("kind", ""),
        verdict=Verdict.LEFT_OUT,
    )


def _masked(address: str) -> str:
    return masked_address(address) if "@" in address else "…" if address else ""


def _known(session: Session, keys: CampaignKeys, campaign: Campaign, rows: Sequence[SignatoryRow]) -> _Known:
    # An organization is found by its name and a person by the mailbox, as the indexes have them.
    organizations = {
        name_index(keys, Kind.ORGANIZATION, row.name) for row in rows if row.kind == Kind.ORGANIZATION.value
    }
    people = {_mailbox(keys, row) for row in rows if row.kind != Kind.ORGANIZATION.value}
    found: list[tuple[bytes, bytes]] = []
    for kind, column, wanted in (
        (Kind.ORGANIZATION, col(Signature.name_index), sorted(organizations)),
        (Kind.PERSON, col(Signature.email_index), sorted(people)),
    ):
        for first in range(0, len(wanted), _AT_ONCE):
            some = select(Signature.name_index, Signature.email_index).where(
                Signature.campaign_id == campaign.id,
                Signature.kind == kind,
                column.in_(wanted[first : first + _AT_ONCE]),
            )
            found += session.exec(some).all()
    return _Known(names={name for name, _ in found}, mailboxes=set(found))


def _mailbox(keys: CampaignKeys, row: SignatoryRow) -> bytes:
    return email_index(keys, row.approver_email or row.email)


def _is_known(keys: CampaignKeys, row: SignatoryRow, known: _Known) -> bool:
    name = name_index(keys, Kind(row.kind), row.name)
    if row.kind == Kind.ORGANIZATION.value:
        return name in known.names
    return (name, _mailbox(keys, row)) in known.mailboxes


def _alike(
    session: Session, keys: CampaignKeys, campaign: Campaign, rows: Sequence[SignatoryRow]
) -> Mapping[int, str]:
    """Name for each row another organization, of the list or of an earlier row, that a reader would take it for."""
    organizations = [row for row in rows if row.kind == Kind.ORGANIZATION.value]
    there = _names_there(session, keys, campaign) if organizations else []
    if len(organizations) * (len(there) + len(organizations)) > _MOST_PAIRS:
        # Names that look the same are found when they sign; here it would take too long.
        return {}
    found, before = {}, there
    for row in organizations:
        mine = Named(name=row.name, name_latin=row.name_latin, acronym=row.acronym)
        near = (before[place] for place in worth_a_look(row.name, before))
        like = next((name for name in near if name != row.name and likeness(mine, Named(name=name))), "")
        if like:
            found[row.line] = like
        before.append(row.name)
    return found


def _names_there(session: Session, keys: CampaignKeys, campaign: Campaign) -> list[str]:
    some = (
        select(Signature.id, Signature.name)
        .where(
            Signature.campaign_id == campaign.id,
            Signature.kind == Kind.ORGANIZATION,
            col(Signature.erased_at).is_(None),
        )
        .order_by(col(Signature.id).desc())
        .limit(_MOST_LIKENED)
    )
    return [
        keys.open(name, place=Place(table="signature", column="name", row=key))
        for key, name in session.exec(some).all()
        if name
    ]
