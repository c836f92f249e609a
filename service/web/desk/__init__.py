"""The secretariat's desk: where coordinators work."""

# Each page puts its routes on the blueprint when it is imported.
from service.web.desk import exports, figures, guard, home, second_looks, sign_in, signatories, signatory
from service.web.desk.blueprint import desk

PAGES = (guard, sign_in, home, signatories, signatory, second_looks, exports, figures)

__all__ = ["PAGES", "desk"]
