"""What a viewer may see of a letter's page, and at which stamp, in one round trip to the database."""

import hmac
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Engine

from service.campaigns.access import NOTHING_HERE, key_of_row, link_secret
from service.foundation.errors import NotFound
from service.foundation.sealing import RootKey
from service.model.campaign import Access
from service.model.states import CampaignState
from service.store.glance import Glance

# One text on either database; no part of it can hold a space.
_SQL = (
    "SELECT c.id || ' ' || c.state || ' ' || c.access || ' ' || CASE WHEN c.published_at IS NULL THEN 0 ELSE 1 END"
    " || ' ' || CASE WHEN c.emergency_at IS NULL THEN c.link_generation ELSE 0 END || ' ' ||"
    " (SELECT COALESCE(SUM(s.step), 0) FROM page_stamp AS s WHERE s.campaign_id = c.id)"
    " FROM campaign AS c WHERE c.slug = ?"
)
_NOBODY = f"- {CampaignState.DRAFT.value} {Access.LINK.value} 0 0 0"
# Of what is not yet, and of what is no more, a page has nothing to show.
_HIDDEN = frozenset({CampaignState.DRAFT.value, CampaignState.PURGED.value})
_PUBLIC = Access.PUBLIC.value
_KEYS_READY = 1024
_NO_GENERATION = "0"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sight:
    """A letter that this viewer may see; `stamp` moves with whatever its page shows."""

    campaign_id: str
    stamp: str


class Lookout:
    """Decides at every view who may see a letter's page, by the rule of seen_campaign()."""

    def __init__(self, engine: Engine, root: RootKey) -> None:
        """Look by connections of its own."""
        self._glance = Glance(engine, _SQL)
        self._secret = link_secret(root)

    def see(self, *, slug: str, key: str) -> Sight:
        """Find the letter of a slug; raises NotFound, always with the same words, where the viewer may not know of it."""
        row = self._glance.text(slug) or _NOBODY
        campaign_id, state, access, published, generation, stamp = row.split(" ")
        # Compared for every slug, so that its time tells nothing.
        has_key = hmac.compare_digest(_expected(self._secret, campaign_id, generation), key.encode())
        # In an emergency no key opens anything.
        has_key = has_key and generation != _NO_GENERATION
        is_open = published == "1" or access == _PUBLIC
        if state in _HIDDEN or not (has_key or is_open):
            raise NotFound(NOTHING_HERE)
        return Sight(campaign_id=campaign_id, stamp=stamp)


@lru_cache(maxsize=_KEYS_READY)
def _expected(secret: bytes, campaign_id: str, generation: str) -> bytes:
    """Derive the key of a letter's unlisted address, which every look compares."""
    return key_of_row(secret, campaign_id, int(generation)).encode()
