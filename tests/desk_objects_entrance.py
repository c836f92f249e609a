"""What addresses of the team's pages name, made in a letter."""

from sqlmodel import Session

from service.campaigns.queries import get_campaign
from service.coordinators.accounts import give_role, make_coordinator
from service.model.coordinator import Role
from tests.coalition import Coalition


def make_colleague(session: Session, coalition: Coalition, slug: str) -> str:
    """Make somebody of a letter's team."""
    row = make_coordinator(
        session, coalition.keyring.desk, name="Col League", email="col@secretariat.example", now=coalition.now
    )
    campaign = get_campaign(session, slug)
    give_role(session, coordinator_id=row.id, campaign_id=campaign.id, role=Role.EDITOR, now=coalition.now)
    return row.id
