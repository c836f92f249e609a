"""The secretariat's desk: where coordinators work."""

# Each page puts its routes on the blueprint when it is imported.
from service.web.desk import guard, home, sign_in, text, text_comments, text_versions
from service.web.desk.blueprint import desk

PAGES = (guard, sign_in, home, text, text_comments, text_versions)

__all__ = ["PAGES", "desk"]
