"""What a viewer may see of a letter's page, and at which stamp, in one round trip to the database."""

import hmac
from dataclasses import dataclass

from service.campaigns.access import NOTHING_HERE, key_of_row, link_secret
from service.foundation.errors import NotFound
from service.foundation.sealing import RootKey
from service.model.campaign import Access
from service.model.states import CampaignState
from service.store.glance import Glance

_SQL = (
    "SELECT c.id, c.state, c.access, c.published_at IS NOT NULL, c.link_generation,"
    " (SELECT COALESCE(SUM(s.step), 0) FROM page_stamp AS s WHERE s.campaign_id = c.id)"
    " FROM campaign AS c WHERE c.slug = ?"
)
_NOBODY = ("", CampaignState.DRAFT.value, Access.LINK.value, False, 0, 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sight:
    """A letter that this viewer may see; `stamp` moves with whatever its page shows."""

    campaign_id: str
    stamp: int


class Lookout:
    """Decides at every view who may see a letter's page, by the rule of seen_campaign()."""

    def __init__(self, glance: Glance, root: RootKey) -> None:
        """Look by this glance."""
        self._glance = glance
        self._secret = link_secret(root)

    def see(self, *, slug: str, key: str) -> Sight:
        """Find the letter of a slug; raises NotFound, always with the same words, where the viewer may not know of it."""
        row = self._glance.row(_SQL, slug) or _NOBODY
        campaign_id, state, access, is_published, generation, stamp = row
        # Compared for every slug, so that its time tells nothing.
        expected = key_of_row(self._secret, campaign_id, generation)
        has_key = hmac.compare_digest(expected.encode(), key.encode())
        is_open = is_published or access == Access.PUBLIC.value
        if state == CampaignState.DRAFT.value or not (has_key or is_open):
            raise NotFound(NOTHING_HERE)
        return Sight(campaign_id=campaign_id, stamp=int(stamp))
