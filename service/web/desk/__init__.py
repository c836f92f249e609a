"""The secretariat's desk: where coordinators work."""

# Each page puts its routes on the blueprint when it is imported.
from service.web.desk import (
    begin,
    calls,
    chasers,
    delivering,
    directory,
    emergency,
    entrance,
    guard,
    history,
    home,
    life,
    live,
    member_import,
    members,
    second_looks,
    settings,
    sign_on_added,
    signatories,
    signatory,
    text,
    text_comments,
    text_versions,
)
from service.web.desk.blueprint import desk

PAGES = (
    begin,
    calls,
    chasers,
    delivering,
    directory,
    emergency,
    entrance,
    guard,
    history,
    home,
    life,
    live,
    member_import,
    members,
    second_looks,
    settings,
    sign_on_added,
    signatories,
    signatory,
    text,
    text_comments,
    text_versions,
)

__all__ = ["PAGES", "desk"]
