"""How many addresses one coordinator may reveal, one by one: so many in an hour, and as many again for each fresh proof."""

from datetime import datetime, timedelta

from sqlmodel import Session, select

from service.coordinators import audit
from service.coordinators.accounts import actor
from service.coordinators.lately import things_since
from service.coordinators.sessions import FRESH_FOR
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.model.coordinator import Coordinator

MOST_REVEALED = 30
"""So many in an hour, over all letters; a person who calls through a list seldom needs more."""
WITHIN = timedelta(hours=1)
OF_MEMBERS, OF_SIGN_ONS = "members.reveal", "signature.reveal"
TOO_MANY = Sentence(
    "You have seen {n} addresses within an hour. Prove anew that it is you, and you may see {n} more.",
    n=MOST_REVEALED,
)


def may_reveal(session: Session, coordinator_id: str, *, proved_at: datetime, now: datetime) -> bool:
    """Tell whether a coordinator who last proved at `proved_at` to be there may be shown another address.

    A proof opens the next ones while it is fresh; a sign-in is one, too.
    """
    since = now - WITHIN
    if now - proved_at <= FRESH_FOR:
        since = max(since, proved_at)
    shown = things_since(session, by=actor(coordinator_id), acts=(OF_MEMBERS, OF_SIGN_ONS), since=since)
    return len(shown) < MOST_REVEALED


def keep_revealed(
    session: Session,
    *,
    act: str,
    campaign_id: str,
    thing: str,
    coordinator_id: str,
    proved_at: datetime,
    now: datetime,
) -> None:
    """Keep that a coordinator is shown the addresses of one sign-on; raises Refused where a fresh proof is needed first."""
    # Two that are asked for at once are counted one after the other.
    session.exec(select(Coordinator.id).where(Coordinator.id == coordinator_id).with_for_update()).one()
    if not may_reveal(session, coordinator_id, proved_at=proved_at, now=now):
        raise Refused(TOO_MANY)
    audit.record(session, by=actor(coordinator_id), act=act, campaign_id=campaign_id, thing=thing, now=now)
