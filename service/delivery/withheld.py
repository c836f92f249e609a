"""Keeps out of the evidence what belongs to a person or opens a door (pure)."""

import json
import re
from collections.abc import Collection, Iterable
from typing import Any

_SHORTEST = 3
_MOST_KEPT = 2_000


def withhold(text: str, values: Iterable[str]) -> str:
    """Put an ellipsis for each of these values in a text, in capitals or not; what has less than three letters stays.

    Of the text, the first 2,000 characters are given.
    """
    parts = sorted({value.strip() for value in values}, key=len, reverse=True)
    written = "|".join(re.escape(part) for part in parts if len(part) >= _SHORTEST)
    return (re.sub(written, "…", text, flags=re.IGNORECASE) if written else text)[:_MOST_KEPT]


def read_record(data: bytes) -> dict[str, Any]:
    """Read a JSON object that somebody else wrote; empty for anything else."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def pick(record: dict[str, Any], names: Collection[str]) -> dict[str, Any]:
    """Give the plain values of these names, and nothing else of a record."""
    return {
        name: value
        for name, value in record.items()
        if name in names and isinstance(value, str | int | float | bool)
    }
