"""The line of steps: exactly one is next, unless nothing follows."""

from datetime import UTC, datetime, timedelta

import pytest

from service.campaigns.steps import LifeStep, Reached, life_of
from service.model.campaign import Access, Admit, Campaign, NamesShown, Signers
from service.model.states import CampaignState

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
D, H, N, L, X = Reached.DONE, Reached.HERE, Reached.NEXT, Reached.LATER, Reached.LEFT_OUT


def letter(state, *, published=False):
    return Campaign(
        slug="river",
        state=state,
        access=Access.LINK,
        names_shown=NamesShown.LIVE,
        admit=Admit.EACH,
        signers=Signers.BOTH,
        count_shown_from=1,
        language="en",
        time_zone="UTC",
        deadline_at=NOON + timedelta(days=9),
        grace_seconds=0,
        published_at=NOON if published else None,
        source=b"",
        created_at=NOON,
        changed_at=NOON,
    )


@pytest.mark.parametrize(
    ("state", "published", "answered", "sent", "reached"),
    [
        (CampaignState.DRAFT, False, False, False, [H, N, L, L, L, L, L, L]),
        (CampaignState.FROZEN, False, False, False, [D, H, N, L, L, L, L, L]),
        (CampaignState.OPEN, False, False, False, [D, D, H, N, L, L, L, L]),
        (CampaignState.CLOSED, False, False, False, [D, D, D, H, N, L, L, L]),
        (CampaignState.SENT, False, False, True, [D, D, D, D, H, N, L, L]),
        (CampaignState.SENT, True, False, True, [D, D, D, D, D, H, N, L]),
        # Answered before it is published, or never published.
        (CampaignState.SENT, False, True, True, [D, D, D, D, D, N, H, L]),
        (CampaignState.SENT, True, True, True, [D, D, D, D, D, D, H, N]),
        (CampaignState.ARCHIVED, True, False, True, [D, D, D, D, D, D, X, H]),
        (CampaignState.ARCHIVED, False, False, False, [D, D, D, D, X, X, X, H]),
    ],
)
def test_each_state_has_its_line(state, published, answered, sent, reached):
    stages = life_of(letter(state, published=published), is_answered=answered, was_sent=sent)

    assert [stage.reached for stage in stages] == reached
    assert [stage.step for stage in stages] == list(LifeStep)


def test_a_letter_that_collects_says_its_deadline_for_sign_ons():
    stages = {
        one.step: one.at for one in life_of(letter(CampaignState.OPEN), is_answered=False, was_sent=False)
    }

    assert stages[LifeStep.CLOSED] == NOON + timedelta(days=9)
