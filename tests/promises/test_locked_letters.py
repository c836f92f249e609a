"""Who locks a letter goes on with what it has become, not with what was read before the lock was there."""

from service.campaigns.queries import get_campaign, lock_campaign, lock_campaign_of
from service.model.states import CampaignState
from service.store.engine import make_engine
from service.store.transaction import transaction
from tests.coalition import SLUG, Coalition


def test_on_postgresql_a_letter_that_was_closed_meanwhile_is_closed(postgresql_url, root, noon):
    engine = make_engine(postgresql_url)
    coalition = Coalition(engine=engine, root=root, now=noon).open()
    # On SQLite nobody else can write while this transaction is open.
    with transaction(engine) as session:
        read = get_campaign(session, SLUG)
        assert read.state is CampaignState.OPEN
        coalition.close()

        assert lock_campaign(session, SLUG).state is CampaignState.CLOSED
        assert lock_campaign_of(session, read.id).state is CampaignState.CLOSED
    engine.dispose()
