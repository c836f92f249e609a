"""Coming in at the desk: signing in, proving anew, invitations, the own account, passkeys and the team."""

# Each page puts its routes on the blueprint when it is imported.
from service.web.desk.entrance import invitations, prove, sign_in

PAGES = (sign_in, prove, invitations)

__all__ = ["PAGES"]
