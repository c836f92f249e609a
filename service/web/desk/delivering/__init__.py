"""Whom the letter goes to, and how it went: recipients, deliveries, approvers, answers."""

# Each page puts its routes on the blueprint when it is imported.
from service.web.desk.delivering import approvers, deliveries, files, recipients

PAGES = (recipients, deliveries, files, approvers)

__all__ = ["PAGES"]
