"""What goes to a house that prints and mails: documents, an office, parcels; and how a carry of one is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from service.delivery.asking import Asking
from service.delivery.parcel import (
    Carrier,
    Document,
    Exchange,
    InDoubt,
    NotNow,
    NotTaken,
    Parcel,
    Receipt,
)
from tests.doubles.loopback_http import House
from tests.enclosing import make_pdf

ASKING = Asking(ca_file=str(Path(__file__).parent / "doubles" / "nobody.pem"))
"""Trusts one authority, whose key nobody has: all those of a system take longer to be read than a house to answer."""
KEY = "0k5f7t2m9q4z8x1c6v3b0n7l5j2h9g4d"
AT_HOME = {
    "name": "Jane Q. Example",
    "position": "President of the Republic",
    "office": "The Presidential Office",
    "address": ["1 Palace Square", "Capital City, DC 20500"],
    "country": "US",
}
ABROAD = {
    "name": "Jürg Muster",
    "position": "Bundespräsident",
    "office": "Bundeskanzlei",
    "address": ["Bundeshaus West 1", "3003 Bern", "Schweiz"],
    "country": "CH",
}


def document(*, pages: int = 2, name: str = "letter.pdf", letter_paper: bool = True) -> Document:
    """Make a document of so many pages, on US Letter or on A4."""
    data = make_pdf(pages=pages, words=name)
    data = data.replace(b"[0 0 595 842]", b"[0 0 612 792]") if letter_paper else data
    return Document(name=name, media_type="application/pdf", data=data)


def parcel(
    *documents: Document, settings: Mapping[str, str], details: Mapping[str, object], key: str = KEY
) -> Parcel:
    """Make a parcel."""
    return Parcel(key=key, details=details, settings=settings, documents=documents or (document(),))


@dataclass
class Told:
    """What a carry told, how often its fence was called, and what had been asked by then."""

    receipt: Receipt | None = None
    error: NotNow | NotTaken | InDoubt | None = None
    fences: int = 0
    asked_before: int = 0

    @property
    def exchange(self) -> Exchange:
        """What is kept as evidence."""
        found = self.receipt or self.error
        assert found is not None
        return found.exchange

    @property
    def words(self) -> str:
        """All that may be shown, logged or kept of it, but for the faults."""
        return f"{self.receipt!r} {self.error!r} {self.error} {self.exchange!r}"


def carry(carrier: Carrier, sent: Parcel, house: House) -> Told:
    """Carry a parcel and note how it went."""
    told = Told()

    def fence() -> None:
        told.fences += 1
        told.asked_before = len(house.asked)

    try:
        told.receipt = carrier.carry(sent, fence=fence)
    except (NotNow, NotTaken, InDoubt) as error:
        told.error = error
    return told
