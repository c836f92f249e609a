"""When a letter that goes out or has gone out may still be joined: one sign-on at a time, by a person's decision."""

from sqlmodel import Session

from service.campaigns.queries import released_edition
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.model.campaign import Campaign
from service.model.states import CampaignState


def refuse_while_it_leaves(session: Session, campaign: Campaign) -> None:
    """Raise Refused while a released letter is on its way: what it says is settled, and nothing can follow it yet.

    Once it was sent, whoever is added stands in its next addendum.
    """
    if campaign.state is not CampaignState.SENT and released_edition(session, campaign) is not None:
        raise Refused(
            Sentence(
                "“{slug}” was already released and is leaving; once it was sent, late sign-ons can be added "
                "one by one, for an addendum.",
                slug=campaign.slug,
            )
        )


def is_late(campaign: Campaign) -> bool:
    """Tell whether a letter was sent, so that a sign-on that is confirmed now waits for a decision of the secretariat."""
    return campaign.state is CampaignState.SENT


def joins_by_addendum(campaign: Campaign) -> str:
    """Say what follows for whoever counts from now on, where the letter was sent; empty before that."""
    if not is_late(campaign):
        return ""
    return (
        f"The letter was sent: whoever counts now stands in its next addendum, `undersigned deliver {campaign.slug}"
        " --propose-addendum`."
    )
