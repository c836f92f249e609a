"""The secretariat's desk: where coordinators work."""

# Each page puts its routes on the blueprint when it is imported.
from service.web.desk import (
    delivering,
    emergency,
    entrance,
    guard,
    history,
    home,
    life,
    member_import,
    members,
    second_looks,
    signatories,
    signatory,
    text,
    text_versions,
)
from service.web.desk.blueprint import desk

PAGES = (
    delivering,
    emergency,
    entrance,
    guard,
    history,
    home,
    life,
    member_import,
    members,
    second_looks,
    signatories,
    signatory,
    text,
    text_versions,
)

__all__ = ["PAGES", "desk"]
