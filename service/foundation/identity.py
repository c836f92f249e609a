"""Ids are made in Python, so that no row is ever without one."""

import uuid6

_COUNTER_BITS = 16


def make_ids(count: int) -> list[str]:
    """Make some new ids that sort in their order, by one draw; at most 65,536."""
    first = uuid6.uuid7().int >> _COUNTER_BITS << _COUNTER_BITS
    return [f"{first + place:032x}" for place in range(count)]


def make_id() -> str:
    """Make a new id: 32 hexadecimal digits that sort by the time they were made (RFC 9562, UUID version 7)."""
    return uuid6.uuid7().hex
