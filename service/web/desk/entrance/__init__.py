"""Coming in at the desk: signing in, proving anew, invitations, the own account, passkeys and the team."""

# Each page puts its routes on the blueprint when it is imported.
from service.web.desk.entrance import prove, sign_in

PAGES = (sign_in, prove)

__all__ = ["PAGES"]
