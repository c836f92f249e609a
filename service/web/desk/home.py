"""The first pages of the desk: the letters of a coordinator, and where one of them stands."""

from datetime import timedelta

from flask import Response

from service.campaigns.mine import letters_of
from service.coordinators.permissions import Act
from service.model.states import CampaignState
from service.schedules.digest_words import time_left
from service.schedules.overview import numbers_of, overview_of
from service.signing.page import unlisted_address
from service.web.desk.blueprint import get
from service.web.desk.next_thing import todo_of
from service.web.desk.page import desk_page, pages_for
from service.web.desk.visit import PURGED, letter_row, looking, visit
from service.web.services import services


@get("/", Act.OWN)
def letters() -> Response:
    """List the letters in which the coordinator has a role."""
    with looking() as session:
        mine = letters_of(session, services().keyring, visit().coordinator_id)
    return desk_page("letters.html", letters=mine)


@get("/letters/<slug>/", Act.LOOK)
def overview(slug: str) -> Response:
    """Show where a letter stands, and the one thing to do next."""
    del slug
    here, who = services(), visit()
    now, pages = here.now(), pages_for(who)
    with looking() as session:
        campaign = letter_row(session)
        if who.letter is not None and who.letter.is_purged:
            return desk_page("purged.html", part="desk.overview", sentence=PURGED, pages=pages)
        numbers = numbers_of(session, here.keyring, campaign)
        found = overview_of(session, here.keyring, campaign, numbers, by=who.by, now=now)
        address = here.public_url + unlisted_address(here.keyring, campaign)
    todo = todo_of(campaign, found, there=pages, role=who.role)
    grace = timedelta(seconds=campaign.grace_seconds)
    return desk_page(
        "overview.html",
        overview=found,
        todo=todo,
        todo_path=_path(pages.get(todo.endpoint, ""), todo.stands),
        left=time_left(campaign.deadline_at, grace=grace, at=now),
        # A letter that was closed before its deadline takes none, however many days are left.
        takes_sign_ons=campaign.state in {CampaignState.DRAFT, CampaignState.FROZEN, CampaignState.OPEN},
        hours_left=max(0, (campaign.deadline_at - now) // timedelta(hours=1)),
        campaign=campaign,
        address=address,
        pages=pages,
    )


def _path(page: str, stands: str) -> str:
    return f"{page}?stands={stands}" if page and stands else page
