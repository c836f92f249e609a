"""The secretariat's desk: where coordinators work."""

# Each page puts its routes on the blueprint when it is imported.
from service.web.desk import (
    calls,
    chasers,
    directory,
    emergency,
    entrance,
    guard,
    history,
    home,
    life,
    member_import,
    members,
    paper,
    sign_on_added,
    text,
    text_versions,
)
from service.web.desk.blueprint import desk

PAGES = (
    calls,
    chasers,
    directory,
    emergency,
    entrance,
    guard,
    history,
    home,
    life,
    member_import,
    members,
    paper,
    sign_on_added,
    text,
    text_versions,
)

__all__ = ["PAGES", "desk"]
