"""Signatories as CSV that no spreadsheet takes for formulas, and that reads back to the same words."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from service.foundation.safe_cells import safe_cell


def write_signatories(rows: Iterable[Mapping[str, str]], columns: Sequence[str]) -> str:
    """Write rows as CSV (RFC 4180): a header, every cell quoted and safe, lines ended by CRLF.

    Each row has a text for every column; what else it has is left out. Excel reads it as UTF-8 where whoever
    writes the bytes encodes them as `utf-8-sig`.
    """
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([safe_cell(column) for column in columns])
    writer.writerows([safe_cell(row[column]) for column in columns] for row in rows)
    return out.getvalue()
