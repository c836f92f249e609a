"""A draft beside the letter, and a guest who may comment on it."""

from service.campaigns.queries import get_campaign
from service.signing.commenting.guests import Invited, invite_guest
from service.store.transaction import transaction
from tests.coalition import SLUG, Coalition, letter_file

DRAFT = "next-letter"


def add_guest(coalition: Coalition, *, email: str = "dora@drafters.example") -> str:
    """Invite somebody to comment on another letter, which is a draft; gives the path of the link."""
    invite_to_draft(coalition, email=email)
    return f"/comment/{coalition.deliver_mail().newest_token('comment')}"


def invite_to_draft(coalition: Coalition, *, email: str = "dora@drafters.example") -> None:
    """Load another letter, which is a draft, and invite somebody to comment on it."""
    coalition.load(letter_file().replace(SLUG.encode(), DRAFT.encode()))
    with transaction(coalition.engine) as session:
        invited = Invited(name="Dora Drafter", email=email)
        campaign = get_campaign(session, DRAFT)
        invite_guest(session, coalition.keyring, campaign, invited, by="test", now=coalition.now)
