"""Write a table as CSV or XLSX, piece by piece: no cell of it is a formula, and nothing of it touches a disk."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence

from service.foundation.safe_cells import safe_cell

Row = Sequence[str]
MOST_ROWS = 1_048_000
"""What one sheet of XLSX holds is a little more (1,048,576)."""

# What XML 1.0 cannot hold; a spreadsheet would call the whole file broken.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST_CELL = 32_767
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_SHEET_TYPE}.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>'
        '<sheet name="Signatories" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
    ),
}


def write_csv(rows: Iterable[Row]) -> Iterator[bytes]:
    """Give the file piece by piece: every cell quoted and safe, lines ended by CRLF, a mark by which Excel reads UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    yield b"\xef\xbb\xbf"
    for row in rows:
        writer.writerow([safe_cell(cell) for cell in row])
        yield out.getvalue().encode()
        out.seek(0)
        out.truncate()


def write_xlsx(rows: Iterable[Row]) -> Iterator[bytes]:
    """Give the file piece by piece: one sheet, every cell a text that stands in its row.

    Cells are safe as those of a CSV are, for many save the one as the other.
    """
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in _PARTS.items():
            package.writestr(name, text)
        with package.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            for row in rows:
                sheet.write(_xml_row(row))
                yield sink.taken()
            sheet.write(b"</sheetData></worksheet>")
    yield sink.taken()


def _xml_row(row: Row) -> bytes:
    cells = "".join(
        f'<c t="inlineStr"><is><t xml:space="preserve">{_xml(safe_cell(cell))}</t></is></c>' for cell in row
    )
    return f"<row>{cells}</row>".encode()


def _xml(text: str) -> str:
    kept = _NOT_XML.sub("\ufffd", text)[:_LONGEST_CELL]
    return kept.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


class _Sink:
    """Where the package is written, from which pieces are taken as they come; it cannot be sought in."""

    def __init__(self) -> None:
        self._held = bytearray()

    def write(self, data: bytes) -> int:
        self._held += data
        return len(data)

    def flush(self) -> None:
        """Keep nothing back."""

    def close(self) -> None:
        """End nothing: what was written is still to be taken."""

    def taken(self) -> bytes:
        """Give what was written since it was last asked."""
        held = bytes(self._held)
        self._held.clear()
        return held
