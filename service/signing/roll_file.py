"""The signatories file that a secretariat writes: read whole, or refused with every faulty row in it."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.campaigns.hints import did_you_mean, shown
from service.campaigns.source_text import source_text
from service.foundation.addresses import comparable_address
from service.foundation.errors import Refused
from service.foundation.safe_cells import plain_cell
from service.foundation.sentence import Sentence, said_of
from service.foundation.written import fold_name
from service.signing.roll_columns import READERS, SignatoryRow, faults_in_row

MOST_ROWS = 20_000

_WHAT = Sentence("The signatories file")
_ALWAYS_NEEDED = ("kind", "name")
_NOT_CSV = Sentence(
    "cannot be read as CSV: a quotation mark is opened and not closed, or stands inside a quoted cell without being"
    " doubled ({doubled}), or a cell is longer than {longest} characters. What follows was not read.",
    doubled='""',
    longest="131,072",
)
_NEEDED_TO_INVITE = (*_ALWAYS_NEEDED, "email")
_SAME_ORGANIZATION = Sentence("is the same organization as on line {line}: keep one of the two rows.")
_SAME_PERSON = Sentence(
    "is the same person, at the same address, as on line {line}: keep one of the two rows."
)
_SAME_NAME = Sentence(
    "is, without an e-mail address to tell them apart, the same person as on line {line}: keep one of the two rows."
)


def read_signatories(data: bytes, *, attested: bool) -> tuple[SignatoryRow, ...]:
    """Read a signatories file: CSV with a header row, UTF-8, at most 1 MB and 20,000 rows.

    Cells are separated by commas, or by semicolons where the header says so. Where `attested`, the rows have
    agreed elsewhere and need no e-mail address. Raises Refused for a faulty file: its `faults` are all of them,
    one sentence each with the column and the line. They never quote a cell, which may hold a name.
    """
    text = source_text(data, what=_WHAT)
    reading = _Reading(attested=attested)
    rows = reading.rows(text)
    if reading.faults:
        raise _refusal(reading.faults)
    return rows


@dataclass(frozen=True, kw_only=True)
class RowFault:
    """What is wrong on a line: in which column ("" where that is the whole line), as a sentence without its subject."""

    line: int
    column: str
    told: str

    @property
    def whole(self) -> str:
        """The sentence with the place that it speaks of."""
        if not self.column:
            return Sentence("Line {line} {told}", line=self.line, told=self.told)
        return said_of(Sentence("{key} (line {line})", key=self.column, line=self.line), self.told)


def read_rows(
    columns: Sequence[str], lines: Iterable[tuple[int, Sequence[str]]], *, attested: bool
) -> tuple[tuple[SignatoryRow, ...], tuple[RowFault, ...]]:
    """Read lines whose columns are known by name, as read_signatories() does; gives the good rows and all faults."""
    reading = _Reading(attested=attested)
    found = [reading.row(list(columns), list(cells), line=line) for line, cells in lines]
    return tuple(row for row in found if row is not None), tuple(reading.faults)


class _Reading:
    """One pass through a file, gathering its faults."""

    def __init__(self, *, attested: bool) -> None:
        self.attested = attested
        self.needed = _ALWAYS_NEEDED if attested else _NEEDED_TO_INVITE
        self.faults: list[RowFault] = []
        self.seen: dict[tuple[str, ...], int] = {}

    def rows(self, text: str) -> tuple[SignatoryRow, ...]:
        lines = self._lines(text)
        first, header = next(lines, (1, []))
        columns = self._columns(header, line=first)
        if not columns:
            return ()
        found = []
        for count, (line, cells) in enumerate(lines, start=1):
            if count > MOST_ROWS:
                self._add(
                    line,
                    Sentence(
                        "is one row too many: a file holds at most {most}; divide it.", most=f"{MOST_ROWS:,}"
                    ),
                )
                break
            found.append(self.row(columns, cells, line=line))
        if not found and not self.faults:
            self._add(first, Sentence("names the columns, but no row follows."))
        return tuple(row for row in found if row is not None)

    def _lines(self, text: str) -> Iterator[tuple[int, list[str]]]:
        """Give each row that is not empty, with the line it begins on."""
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
        begins = 1
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield begins, [plain_cell(cell) for cell in cells]
                begins = reader.line_num + 1
        except csv.Error:
            self._add(begins, _NOT_CSV)

    def _columns(self, header: list[str], *, line: int) -> list[str]:
        """Give the name of each column, "" for one that is not known; nothing where this is no header at all."""
        columns = [cell.strip().casefold() for cell in header]
        known = [column if column in READERS else "" for column in columns]
        if any(known):
            for told in _faults_of_header(columns, self.needed):
                self._add(line, told)
            return known
        if not self.faults:
            needed = ", ".join(self.needed)
            self._add(
                line,
                Sentence(
                    "must name the columns, at least {needed}, separated by commas or semicolons.",
                    needed=needed,
                ),
            )
        return []

    def row(self, columns: list[str], cells: list[str], *, line: int) -> SignatoryRow | None:
        """Read one line; None where it is faulty."""
        if len(cells) != len(columns):
            self._add(
                line,
                Sentence(
                    "has {n} cell where the header has {wanted}.",
                    "has {n} cells where the header has {wanted}.",
                    n=len(cells),
                    wanted=len(columns),
                ),
            )
            return None
        written = {
            column: cell for column, cell in zip(columns, cells, strict=True) if column and cell.strip()
        }
        before = len(self.faults)
        for column in self.needed:
            if column in columns and column not in written:
                self._add_in(column, line, Sentence("is missing."))
        values = self._values(written, line=line)
        for column, told in faults_in_row(values, written, attested=self.attested):
            self._add_in(column, line, told)
        has_identity = {"kind", "name"} <= values.keys() and ("email" in values) == ("email" in written)
        if has_identity:
            self._refuse_twins(values, line=line)
        return SignatoryRow(**values, line=line) if has_identity and len(self.faults) == before else None

    def _values(self, written: Mapping[str, str], *, line: int) -> dict[str, Any]:
        values: dict[str, Any] = {"status": "agreed"} if self.attested else {}
        for column, cell in written.items():
            try:
                values[column] = READERS[column](cell)
            except Refused as refusal:
                self._add_in(column, line, str(refusal))
        return values

    def _refuse_twins(self, values: Mapping[str, Any], *, line: int) -> None:
        key, told = _identity(values)
        first = self.seen.setdefault(key, line)
        if first != line:
            self._add_in("name", line, told.with_values(line=first))

    def _add(self, line: int, told: str) -> None:
        self.faults.append(RowFault(line=line, column="", told=told))

    def _add_in(self, column: str, line: int, told: str) -> None:
        self.faults.append(RowFault(line=line, column=column, told=told))


def _faults_of_header(columns: list[str], needed: tuple[str, ...]) -> Iterator[str]:
    for number, column in enumerate(columns, start=1):
        if not column:
            yield Sentence("has no name in column {number}: name that column or delete it.", number=number)
        elif column not in READERS:
            hint = did_you_mean(column, READERS)
            yield Sentence(
                "has an unknown name, {name}, in column {number}. {hint}",
                name=f'"{shown(column)}"',
                number=number,
                hint=hint,
            )
        elif column in columns[: number - 1]:
            yield Sentence("names the column {column} twice.", column=column)
    for column in needed:
        if column not in columns:
            yield Sentence("lacks the column {column}.", column=column)


def _identity(values: Mapping[str, Any]) -> tuple[tuple[str, ...], Sentence]:
    """Give what makes a signatory one and the same, and how to say that it is there twice.

    An organization is its folded name, a person its folded name and mailbox, as in the table of signatures:
    two people of one name and without an address would there be one, and the second be lost.
    """
    name = fold_name(values["name"])
    if values["kind"] == "organization":
        return ("organization", name), _SAME_ORGANIZATION
    if "email" in values:
        mailbox = comparable_address(values["email"])
        return ("person", name, mailbox), _SAME_PERSON
    return ("person", name, ""), _SAME_NAME


def _separator(text: str) -> str:
    """Tell by the header what separates cells: the semicolon where it splits off more columns that we know."""
    header = text.lstrip("\r\n").partition("\n")[0]

    def known(separator: str) -> int:
        return sum(part.strip(' "\r').casefold() in READERS for part in header.split(separator))

    return ";" if known(";") > known(",") else ","


def _refusal(faults: list[RowFault]) -> Refused:
    told = tuple(fault.whole for fault in sorted(faults, key=lambda fault: fault.line))
    return Refused(
        Sentence(
            "The signatories file has one fault, so nothing was imported; mend and import it again.",
            "The signatories file has {n} faults, so nothing was imported; mend and import it again.",
            n=len(told),
        ),
        faults=told,
    )
