"""Put personal data into a row's sealed columns and take it out again."""

import json
from typing import Any, cast

from sqlmodel import SQLModel

from service.foundation.canonical import canonical
from service.foundation.sealing import CampaignKeys, Place


def seal_text(keys: CampaignKeys, row: SQLModel, column: str, text: str) -> bytes:
    """Seal a text for a column of this row; the caller keeps the bytes in that column."""
    return keys.seal(text, place=_place(row, column))


def open_text(keys: CampaignKeys, row: SQLModel, column: str) -> str:
    """Open a sealed column of this row; an empty column gives an empty text."""
    sealed = getattr(row, column)
    return keys.open(sealed, place=_place(row, column)) if sealed else ""


def seal_record(keys: CampaignKeys, row: SQLModel, column: str, record: object) -> bytes:
    """Seal a record, in its canonical form, for a column of this row."""
    return seal_text(keys, row, column, canonical(record).decode())


def open_record(keys: CampaignKeys, row: SQLModel, column: str) -> dict[str, Any]:
    """Open a sealed record of this row; an empty column gives an empty record."""
    text = open_text(keys, row, column)
    return cast(dict[str, Any], json.loads(text)) if text else {}


def seal_bytes(keys: CampaignKeys, row: SQLModel, column: str, data: bytes) -> bytes:
    """Seal a file for a column of this row."""
    return keys.seal_file(data, place=_place(row, column))


def open_bytes(keys: CampaignKeys, row: SQLModel, column: str) -> bytes:
    """Open a sealed file of this row."""
    return keys.open_file(getattr(row, column), place=_place(row, column))


def _place(row: SQLModel, column: str) -> Place:
    return Place(table=str(row.__tablename__), column=column, row=str(row.id))  # type: ignore[attr-defined]  # -- every table with sealed columns has an id
