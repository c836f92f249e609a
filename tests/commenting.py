"""A draft beside the letter, and a guest who may comment on it."""

from service.campaigns.queries import get_campaign
from service.signing.commenting.guests import Invited, invite_guest
from service.store.transaction import transaction
from tests.coalition import SLUG, Coalition, letter_file

DRAFT = "next-letter"


def add_guest(coalition: Coalition, *, email: str = "dora@drafters.example") -> str:
    """Load another letter, which is a draft, and invite somebody to comment on it; gives the path of the link."""
    coalition.load(letter_file().replace(SLUG.encode(), DRAFT.encode()))
    with transaction(coalition.engine) as session:
        invited = Invited(name="Dora Drafter", email=email)
        campaign = get_campaign(session, DRAFT)
        invite_guest(session, coalition.keyring, campaign, invited, by="test", now=coalition.now)
    return f"/comment/{coalition.deliver_mail().newest_token('comment')}"
