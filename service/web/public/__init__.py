"""The public pages: a letter, its sign-on, and what personal links open."""

# Each page puts its routes on the blueprint when it is imported.
from service.web.public import (
    approve,
    change,
    confirm,
    fresh_link,
    home,
    invitation,
    leave,
    letter,
    manage,
    not_me,
    receipt,
    sign,
    status,
    waiting,
)
from service.web.public.blueprint import public

PAGES = (
    *(home, letter, sign, waiting, confirm, not_me, change, invitation),
    *(manage, receipt, fresh_link, leave, approve, status),
)

__all__ = ["PAGES", "public"]
