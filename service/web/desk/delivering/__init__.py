"""Whom the letter goes to, and how it went: recipients, deliveries, approvers, answers."""

# Each page puts its routes on the blueprint when it is imported.
from service.web.desk.delivering import (
    answers,
    approvers,
    by_hand,
    deliveries,
    files,
    preflight,
    recipients,
    ways,
)

PAGES = (recipients, ways, preflight, deliveries, files, by_hand, approvers, answers)

__all__ = ["PAGES"]
