"""The sheet that is posted in front of a letter which is addressed to somebody else: for whom it is, and of what a copy."""

from dataclasses import replace

from service.i18n.formats import isolate
from service.letter.compile import file_name
from service.letter.copy import Addressee, Copy, Withheld
from service.letter.document import Document, make_document
from service.letter.fonts import Fonts
from service.letter.markdown import Block, Run
from service.letter.render_pdf import render_pdf
from service.letter.windows import Layout

# The sheet stays one page; of more the letter tells.
_MOST_ADDRESSED = 6
_NOBODY = Withheld(count=0, commitments=())


def render_address_sheet(copy: Copy, office: Addressee, *, layout: Layout, fonts: Fonts) -> bytes:
    """Set the sheet on which the address of `office` stands behind an envelope's window, as a PDF; the same values give the same bytes.

    Below stand the letter's title and day, whom it is addressed to where that is not many, and "cc" where it names the office so. It holds
    neither text nor names, and no check code: it is no part of the letter. Raises as render_pdf() does.
    """
    return render_pdf(
        make_address_sheet(copy, office), profile="mail", attachment=b"", fonts=fonts, layout=layout
    )


def make_address_sheet(copy: Copy, office: Addressee) -> Document:
    """Lay the sheet out (pure)."""
    bare = replace(
        copy,
        text=replace(copy.text, re="", body="", asks_intro="", asks=(), ending="", closing=""),
        salutation="",
        addressees=(office,),
        delivery_line="",
        cc=tuple(one for one in copy.cc if one == replace(office, address=())),
        lines=(),
        withheld=_NOBODY,
        check_at="",
        other_texts=(),
        annexes=(),
    )
    document = make_document(bare, check_code="")
    told = copy.addressees if len(copy.addressees) <= _MOST_ADDRESSED else ()
    return replace(
        document,
        body=tuple(_addressed_to(one, document.language) for one in told),
        undersigned="",
        check_label="",
        page="",
    )


def sheet_name(copy: Copy) -> str:
    """Name the file of a copy's address sheet."""
    return f"{file_name(copy, 'pdf').removesuffix('.pdf')}-address-sheet.pdf"


def _addressed_to(one: Addressee, language: str) -> Block:
    lines = [isolate(line, within=language) for line in (one.name, one.position, one.office) if line]
    runs = [Run(kind="text", text=line) for line in lines]
    parted = [part for run in runs for part in (Run(kind="break"), run)]
    return Block(kind="paragraph", runs=tuple(parted[1:]))
