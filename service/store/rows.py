"""Hand many rows of values to one statement: a table of values that both databases read from one JSON parameter."""

import json
from collections.abc import Mapping, Sequence

from sqlmodel import Session

ROWS = "rows"
"""The name of the parameter that holds them; its value is what `pack` gives."""


def values_table(session: Session, columns: Mapping[str, str]) -> str:
    """Give the SQL of a table `v` with these columns, each with its type (text or integer), for a FROM clause."""
    if session.get_bind().dialect.name == "postgresql":
        typed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        return f"json_to_recordset(CAST(:{ROWS} AS json)) AS v({typed})"
    read = ", ".join(f"json_extract(value, '$.{name}') AS {name}" for name in columns)
    return f"(SELECT {read} FROM json_each(:{ROWS})) AS v"


def pack(rows: Sequence[Mapping[str, object]]) -> str:
    """Write rows as the parameter of a statement; their values are texts, whole numbers and None."""
    return json.dumps(rows, separators=(",", ":"))
