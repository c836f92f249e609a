"""Ask the office of a letter that was sent once more, after the day on which its answer was due."""

from datetime import timedelta

from service.campaigns.contents import open_file
from service.delivery.answers.chase import send_chase
from service.delivery.answers.clock import ClockSeen, set_clock
from service.delivery.follow import follow_deliveries
from service.delivery.offices.identity import office_key
from service.store.transaction import transaction
from tests.coalition import SLUG, Coalition


def chase(coalition: Coalition) -> None:
    """Let the first office be asked, as a coordinator does by a press."""
    with transaction(coalition.engine) as session:
        follow_deliveries(session, now=coalition.now)
        campaign = coalition.campaign()
        file = open_file(session, coalition.keyring, campaign)
        key = office_key(coalition.keyring.of(session, campaign.id), file.recipients[0])
        clock = ClockSeen(due_on=coalition.now.date() - timedelta(days=2), receipt="")
        set_clock(session, coalition.keyring, SLUG, key, clock, by="test", now=coalition.now)
        send_chase(session, coalition.keyring, SLUG, key, text="Please answer.", by="test", now=coalition.now)
