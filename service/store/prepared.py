"""Statements that one PostgreSQL connection has prepared, run past the driver's cursors: those take longer than the answer."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

import psycopg
from psycopg import pq

_PLACE = re.compile(r"%\((\w+)\)s")
_TEXT, _BINARY = 0, 1
# PostgreSQL guesses the type of a parameter from where it stands, and in the list of a SELECT it guesses wrong.
_TYPES: Mapping[type, int] = {bool: 16, int: 20, bytes: 17, date: 1082, datetime: 1184}
_READ: Mapping[int, Callable[[bytes], object]] = {
    16: lambda written: written == b"t",
    17: lambda written: bytes.fromhex(written[2:].decode()),
    20: int,
    23: int,
}


class Prepared:
    """The statements of one connection on which each is a transaction by itself."""

    def __init__(self, connection: Any) -> None:
        """Begin with none prepared."""
        self._raw = connection.pgconn
        self._known: dict[tuple[object, ...], tuple[bytes, tuple[str, ...]]] = {}

    def run(self, sql: str, values: Mapping[str, object]) -> list[tuple[Any, ...]]:
        """Run a statement whose parameters are named `%(name)s`, and give its rows.

        Values are texts, whole numbers, truth values, bytes, days, moments and None; so are the cells, moments apart.
        Raises psycopg.Error as the driver does.
        """
        types = tuple(_TYPES.get(type(value), 0) for value in values.values())
        known = self._known.get((sql, types)) or self._prepare(sql, values, types)
        given = [values[name] for name in known[1]]
        result = self._settle(
            self._raw.exec_prepared(
                known[0],
                [_written(value) for value in given],
                [_BINARY if isinstance(value, bytes) else _TEXT for value in given],
            )
        )
        readers = [_READ.get(result.ftype(column), bytes.decode) for column in range(result.nfields)]
        return [
            tuple(_cell(result.get_value(row, column), read) for column, read in enumerate(readers))
            for row in range(result.ntuples)
        ]

    @property
    def is_cut(self) -> bool:
        """Tell whether the connection is gone."""
        return bool(self._raw.status != pq.ConnStatus.OK)

    def _prepare(
        self, sql: str, values: Mapping[str, object], types: tuple[int, ...]
    ) -> tuple[bytes, tuple[str, ...]]:
        order = tuple(dict.fromkeys(_PLACE.findall(sql)))
        numbered = _PLACE.sub(lambda place: f"${order.index(place[1]) + 1}", sql)
        of_type = dict(zip(values, types, strict=True))
        name = f"undersigned_{len(self._known)}".encode()
        self._settle(self._raw.prepare(name, numbered.encode(), [of_type[place] for place in order]))
        self._known[sql, types] = name, order
        return name, order

    def _settle(self, result: Any) -> Any:
        if result.status not in {pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK}:
            raise _error(result, self._raw)
        return result


def _written(value: object) -> bytes | None:
    if value is None or isinstance(value, bytes):
        return value
    if isinstance(value, date):
        return value.isoformat().encode()
    return str(value).encode()


def _cell(written: bytes | None, read: Callable[[bytes], object]) -> object:
    return None if written is None else read(written)


def _error(result: Any, raw: Any) -> psycopg.Error:
    if raw.status != pq.ConnStatus.OK:
        return psycopg.OperationalError("The connection is gone.")
    return psycopg.errors.error_from_result(result)
