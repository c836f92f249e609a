"""Column kinds shared by the tables: moments with their zone, codes by value, records, sealed bytes."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, LargeBinary, String, TypeDecorator

CODE_LENGTH = 24


class Moment(TypeDecorator[datetime]):
    """A moment in UTC; naive times are refused, and SQLite, which forgets zones, gets UTC put back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Bring the moment to UTC; raises ValueError for a time without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment without its zone cannot be kept.")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 -- SQLAlchemy names the arguments
        """Give the moment back in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def code(kind: type[StrEnum]) -> type[TypeDecorator[Any]]:
    """Make the column kind that keeps an enumeration by its values, as text of at most 24 characters."""

    class Code(TypeDecorator[Any]):
        impl = String(CODE_LENGTH)
        cache_ok = True

        def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 -- SQLAlchemy names the arguments
            return None if value is None else kind(value).value

        def process_result_value(self, value: Any, dialect: Dialect) -> StrEnum | None:  # noqa: ARG002 -- SQLAlchemy names the arguments
            return None if value is None else kind(value)

    return Code


Record = JSON
"""Lists and mappings that hold no personal data."""

Sealed = LargeBinary
"""Frozen bytes, opened only by a campaign's keys and with their place (foundation/sealing.py)."""

Blind = LargeBinary
"""A keyed hash, equal for equal values of one campaign."""
