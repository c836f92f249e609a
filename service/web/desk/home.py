"""The first pages of the desk: the letters of a coordinator, and where one of them stands."""

from flask import Response

from service.campaigns.mine import letters_of
from service.coordinators.permissions import Act
from service.web.desk.blueprint import get
from service.web.desk.page import desk_page
from service.web.desk.visit import looking, visit
from service.web.services import services


@get("/", Act.OWN)
def letters() -> Response:
    """List the letters in which the coordinator has a role."""
    with looking() as session:
        mine = letters_of(session, services().keyring, visit().coordinator_id)
    return desk_page("letters.html", letters=mine)


@get("/letters/<slug>/", Act.LOOK)
def overview(slug: str) -> Response:
    """Show where a letter stands."""
    del slug
    return desk_page("overview.html")
