"""The page that tries every copy before anything leaves: by which way it can go, and by which rule not."""

from flask import Response

from service.coordinators.permissions import Act
from service.delivery.channel_words import channel_word
from service.delivery.otherwise import fall_backs
from service.delivery.preflight import preflight as look_through
from service.web.desk.blueprint import get
from service.web.desk.delivering.making import making_to_send
from service.web.desk.delivering.ways import set_up_at
from service.web.desk.page import desk_page
from service.web.desk.visit import letter_here, looking
from service.web.services import services


@get("/letters/<slug>/preflight", Act.DELIVER)
def preflight(slug: str) -> Response:
    """Make every copy as its way would get it, and show what was found of each; nothing leaves."""
    here = services()
    making = making_to_send()
    with looking() as session:
        campaign = letter_here(session)
        _, lines = look_through(
            session, here.keyring, campaign, here.outward, making, public_url=here.public_url, now=here.now()
        )
        spare = fall_backs(session, here.keyring, campaign, lines, here.outward)
    return desk_page(
        "preflight.html",
        part="desk.deliveries",
        lines=lines,
        spare=spare,
        channel_word=channel_word,
        set_up_at=set_up_at(slug),
        base=f"/desk/letters/{slug}",
    )
