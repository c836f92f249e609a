"""One letter as Lob is asked for it: the fields and the file, as a form of several parts (pure)."""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from service.delivery.channels.lob.account import Account
from service.delivery.channels.lob.address import address_of, is_domestic
from service.delivery.parcel import Document

VERSION = "2024-01-01"
_LINE = "\r\n"


@dataclass(frozen=True, kw_only=True)
class Order:
    """One envelope to be ordered.

    `name` is its own for ever, by which it is found again and never made twice. `letter` is the number that Lob gave the
    envelope with the letter itself, "" in that envelope's own order.
    """

    name: str
    place: int
    of: int
    letter: str
    document: Document


def order_name(key: str, place: int) -> str:
    """Name an envelope of a parcel by the parcel's key and its place, counted from 1."""
    return f"{key}-{place}"


def form_fields(order: Order, details: Mapping[str, object], account: Account) -> tuple[tuple[str, str], ...]:
    """Give the fields of an order, without its file."""
    country = str(details.get("country", ""))
    return (
        *_address("to", address_of(details)),
        *_address("from", account.sender),
        ("color", _yes(value=account.colour)),
        ("double_sided", _yes(value=account.double_sided)),
        ("address_placement", "insert_blank_page"),
        ("mail_type", "usps_first_class"),
        *_service(account.service, domestic=is_domestic(country)),
        ("use_type", "operational"),
        ("metadata[parcel]", order.name),
        ("metadata[envelope]", f"{order.place} of {order.of}"),
        *((("metadata[letter]", order.letter),) if order.letter else ()),
        ("metadata[mode]", account.mode.value),
    )


def form_body(fields: tuple[tuple[str, str], ...], document: Document, *, boundary: str) -> bytes:
    """Write fields and file as multipart/form-data (RFC 7578); the same give the same bytes."""
    parts = b"".join(
        f'--{boundary}{_LINE}Content-Disposition: form-data; name="{name}"{_LINE}{_LINE}{value}{_LINE}'.encode()
        for name, value in fields
    )
    head = (
        f'--{boundary}{_LINE}Content-Disposition: form-data; name="file"; filename="letter.pdf"{_LINE}'
        f"Content-Type: {document.media_type}{_LINE}{_LINE}"
    )
    return parts + head.encode() + document.data + f"{_LINE}--{boundary}--{_LINE}".encode()


def headers_of(account: Account) -> dict[str, str]:
    """Give what every request bears: the key as the user of Basic authentication, and the version that we speak."""
    secret = base64.b64encode(f"{account.key}:".encode()).decode()
    return {"Authorization": f"Basic {secret}", "Lob-Version": VERSION, "Accept": "application/json"}


def _address(side: str, fields: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in fields.items():
        # A line that ends early would begin another part of the form.
        yield f"{side}[{name}]", " ".join(value.split())


def _service(service: str, *, domestic: bool) -> Iterator[tuple[str, str]]:
    if service:
        yield "extra_service", service if domestic else "registered"


def _yes(*, value: bool) -> str:
    return "true" if value else "false"
