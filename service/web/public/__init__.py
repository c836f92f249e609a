"""The public pages: a letter, its sign-on, and what personal links open."""

# Each page puts its routes on the blueprint when it is imported.
from service.web.public import approve, confirm, home, invitation, leave, letter, sign, status
from service.web.public.blueprint import public

PAGES = (home, letter, sign, confirm, invitation, leave, approve, status)

__all__ = ["PAGES", "public"]
