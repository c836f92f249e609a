"""Ids are made in Python, so that no row is ever without one."""

import uuid6


def make_id() -> str:
    """Make a new id: 32 hexadecimal digits that sort by the time they were made (RFC 9562, UUID version 7)."""
    return uuid6.uuid7().hex
