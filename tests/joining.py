"""Somebody is invited to a letter's team, and comes, as on the pages: with all that hangs on who invited."""

from service.campaigns.queries import get_campaign
from service.coordinators.accounts import make_coordinator
from service.coordinators.invitations import Offer, invite, take_up
from service.model.coordinator import Role
from service.store.transaction import transaction
from tests.coalition import SLUG, Coalition
from tests.desk import Colleague


def join_team(coalition: Coalition, by: str, *, name: str, role: Role = Role.OWNER) -> Colleague:
    """Invite somebody by an audit name, and let that one come in at this moment."""
    email, keys = f"{name.split()[0].lower()}@mailbox.example", coalition.keyring.desk
    with transaction(coalition.engine) as session:
        letter = get_campaign(session, SLUG)
        offer = Offer(campaign_id=letter.id, role=role)
        invitation = invite(session, keys, email=email, offer=offer, by=by, now=coalition.now)
        row = make_coordinator(session, keys, name=name, email=email, now=coalition.now, language="en")
        take_up(session, invitation, row, now=coalition.now)
    return Colleague(id=row.id, name=name, email=email)
