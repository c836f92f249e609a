"""The secretariat's desk: where coordinators work."""

# Each page puts its routes on the blueprint when it is imported.
from service.web.desk import begin, emergency, guard, history, home, life, live, settings, sign_in
from service.web.desk.blueprint import desk

PAGES = (guard, sign_in, home, begin, life, live, settings, emergency, history)

__all__ = ["PAGES", "desk"]
