"""The secretariat's desk: where coordinators work."""

# Each page puts its routes on the blueprint when it is imported.
from service.web.desk import entrance, guard, home
from service.web.desk.blueprint import desk

PAGES = (guard, entrance, home)

__all__ = ["PAGES", "desk"]
