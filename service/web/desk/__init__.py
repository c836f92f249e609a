"""The secretariat's desk: where coordinators work."""

# Each page puts its routes on the blueprint when it is imported.
from service.web.desk import emergency, guard, history, home, life, sign_in
from service.web.desk.blueprint import desk

PAGES = (guard, sign_in, home, life, emergency, history)

__all__ = ["PAGES", "desk"]
