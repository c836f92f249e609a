"""The public pages: a letter, its sign-on, and what personal links open."""

# Each page puts its routes on the blueprint when it is imported.
from service.web.public import (
    approve,
    asked,
    change,
    chase,
    comment,
    confirm,
    embed,
    enclosures,
    fresh_link,
    hear,
    home,
    invitation,
    kit,
    leave,
    letter,
    manage,
    member,
    not_me,
    organization,
    over,
    proof,
    receipt,
    sign,
    status,
    verify,
    waiting,
)
from service.web.public.blueprint import public

PAGES = (
    *(home, letter, enclosures, embed, sign, waiting, confirm, not_me, change, comment, proof),
    *(
        invitation,
        chase,
        manage,
        member,
        kit,
        receipt,
        fresh_link,
        leave,
        approve,
        asked,
        organization,
        over,
        verify,
        status,
        hear,
    ),
)

__all__ = ["PAGES", "public"]
