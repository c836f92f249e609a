"""Say from when on a letter takes sign-ons that is opened ahead of its time, and when its invitations leave."""

from datetime import datetime

from service.model.campaign import Campaign
from service.schedules.opening import Inviting
from service.signing.invite import leaves_at
from service.signing.page import deadline_text
from service.web.desk.visit import visit
from service.web.language import page_language


def takes_from(campaign: Campaign, *, now: datetime) -> str:
    """Write the moment from which on sign-ons are taken and invitations leave; "" where that is at once."""
    at = leaves_at(campaign, now=now)
    return deadline_text(campaign, page_language(reader=visit().language), at=at) if at is not None else ""


def goes_apart(campaign: Campaign, inviting: Inviting) -> str:
    """Write when invitations leave whose moment is not that from which sign-ons are taken; "" where it is, or nobody is invited."""
    if inviting.at is None or inviting.at == campaign.opens_at or not inviting.number:
        return ""
    return deadline_text(campaign, page_language(reader=visit().language), at=inviting.at)
