"""A copy as it is posted: whoever gets it, an envelope's window shows that office's address and no other."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.delivery.letter_mail import Making, letter_documents
from service.delivery.parcel import Document
from service.foundation.errors import Refused
from service.letter.address_sheet import render_address_sheet, sheet_name
from service.letter.copy import Addressee, Copy
from service.letter.fonts import Fonts
from service.letter.windows import Layout, layout_for_post

_PDF = "application/pdf"


@dataclass(frozen=True, kw_only=True)
class Posted:
    """The documents of a copy that goes by post, what lies on top first, and whether a window shows the address on it."""

    documents: tuple[Document, ...]
    in_window: bool


def posted(copy: Copy, details: Mapping[str, Any], making: Making) -> Posted:
    """Compile a copy for the office of `details` as it is posted, or without its address where no window takes that."""
    try:
        return Posted(documents=behind_window(copy, details, making), in_window=True)
    except Refused:
        # The letter was released: it is not to fail now by what an address is like. What fails by the letter fails again.
        return Posted(documents=letter_documents(copy, making), in_window=False)


def behind_window(copy: Copy, details: Mapping[str, Any], making: Making) -> tuple[Document, ...]:
    """Compile a copy whose first page bears the address of the office of `details` where an envelope's window shows it.

    A letter that is written to this office alone bears it itself. Any other, as for those who get it as cc or for the press,
    stays as its addressees have it, and a sheet with the address lies on top. Raises AddressTooLong, and as
    letter_documents() does.
    """
    layout = layout_for_post(country=str(details.get("country") or ""), paper=copy.paper)
    sheet = sheet_on_top(copy, details, layout=layout, fonts=making.fonts)
    if sheet is None:
        return letter_documents(copy, making, layout=layout)
    return (sheet, *letter_documents(copy, making))


def sheet_on_top(copy: Copy, details: Mapping[str, Any], *, layout: Layout, fonts: Fonts) -> Document | None:
    """Set the address sheet that lies on a copy for the office of `details`; None where the letter is written to this office alone.

    Raises AddressTooLong.
    """
    office = _office(details)
    if copy.addressees == (office,):
        return None
    sheet = render_address_sheet(copy, office, layout=layout, fonts=fonts)
    return Document(name=sheet_name(copy), media_type=_PDF, data=sheet)


def _office(details: Mapping[str, Any]) -> Addressee:
    name, position, office = (str(details.get(part) or "") for part in ("name", "position", "office"))
    address = tuple(str(line) for line in details.get("address") or ())
    return Addressee(name=name, position=position, office=office, address=address)
