"""Whom the letter goes to, and how it went: recipients, deliveries, approvers, answers."""

# Each page puts its routes on the blueprint when it is imported.
from service.web.desk.delivering import deliveries, files, recipients

PAGES = (recipients, deliveries, files)

__all__ = ["PAGES"]
