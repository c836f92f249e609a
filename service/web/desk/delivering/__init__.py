"""Whom the letter goes to, and how it went: recipients, deliveries, approvers, answers."""

# Each page puts its routes on the blueprint when it is imported.
from service.web.desk.delivering import (
    answers,
    approvers,
    by_hand,
    deliveries,
    dossiers,
    files,
    office_import,
    preflight,
    recipients,
    telling,
    ways,
)

PAGES = (
    recipients,
    office_import,
    ways,
    preflight,
    deliveries,
    files,
    by_hand,
    dossiers,
    approvers,
    answers,
    telling,
)

__all__ = ["PAGES"]
