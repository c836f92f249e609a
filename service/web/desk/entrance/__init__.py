"""Coming in at the desk: signing in, proving anew, invitations, the own account, passkeys and the team."""

# Each page puts its routes on the blueprint when it is imported.
from service.web.desk.entrance import (
    account,
    administering,
    by_sheet,
    invitations,
    own_factors,
    own_passkeys,
    prove,
    sign_in,
    team,
)

PAGES = (sign_in, prove, invitations, account, own_factors, own_passkeys, team, by_sheet, administering)

__all__ = ["PAGES"]
