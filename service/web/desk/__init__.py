"""The secretariat's desk: where coordinators work."""

# Each page puts its routes on the blueprint when it is imported.
from service.web.desk import guard, home, sends, sign_in
from service.web.desk.blueprint import desk

PAGES = (guard, sign_in, home, sends)

__all__ = ["PAGES", "desk"]
