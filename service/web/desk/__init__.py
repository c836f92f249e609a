"""The secretariat's desk: where coordinators work."""

# Each page puts its routes on the blueprint when it is imported.
from service.web.desk import (
    exports,
    figures,
    guard,
    home,
    printed_names,
    second_looks,
    sign_in,
    signatories,
    signatory,
)
from service.web.desk.blueprint import desk

PAGES = (guard, sign_in, home, signatories, signatory, second_looks, exports, figures, printed_names)

__all__ = ["PAGES", "desk"]
