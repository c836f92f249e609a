"""The secretariat's desk: where coordinators work."""

# Each page puts its routes on the blueprint when it is imported.
from service.web.desk import delivering, guard, home, sign_in
from service.web.desk.blueprint import desk

PAGES = (guard, sign_in, home, delivering)

__all__ = ["PAGES", "desk"]
