"""Conditions that are looked up row by row, and rows that are given by their ids, whatever a database guesses of their number."""

import json
from collections.abc import Sequence

from sqlalchemy import JSON, ColumnElement, Select, func, literal, select
from sqlmodel import Session


def is_there(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Say in SQL that a row like this exists, to be looked up by its index for each row of the statement around it.

    EXISTS leaves PostgreSQL the choice to join the tables as a whole. While a table grows by many rows a second it takes
    it for nearly empty, and then reads all of it for each row: minutes instead of a moment.
    """
    one = select(literal(1)).where(*conditions).limit(1)
    return one.scalar_subquery().is_not(None)


def given_ids(session: Session, ids: Sequence[str]) -> Select[str]:
    """Select these ids, in their order."""
    # A list in JSON is written in a tenth of the time that the driver takes for an array.
    if session.get_bind().dialect.name == "postgresql":
        return select(func.json_array_elements_text(literal(list(ids), JSON)).label("id"))
    return select(func.json_each(json.dumps(list(ids))).table_valued("value").c.value.label("id"))
