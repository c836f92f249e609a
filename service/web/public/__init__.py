"""The public pages: a letter, its sign-on, and what personal links open."""

# Each page puts its routes on the blueprint when it is imported.
from service.web.public import (
    approve,
    change,
    confirm,
    home,
    invitation,
    leave,
    letter,
    not_me,
    sign,
    status,
    waiting,
)
from service.web.public.blueprint import public

PAGES = (home, letter, sign, waiting, confirm, not_me, change, invitation, leave, approve, status)

__all__ = ["PAGES", "public"]
