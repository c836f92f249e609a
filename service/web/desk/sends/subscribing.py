"""The private address of one's calendar: made, ended, and what programs read there."""

from flask import Response

from service.coordinators.calendar_link import calendar_reader, end_calendar_link, make_calendar_link
from service.coordinators.permissions import Act
from service.foundation.calendar_file import MEDIA_TYPE
from service.foundation.sentence import Sentence
from service.schedules.sends.subscribed import subscribed_calendar
from service.web.desk.blueprint import get, post
from service.web.desk.page import desk_page, done
from service.web.desk.visit import acting, looking, visit
from service.web.render import Page, answer
from service.web.services import services

_CALENDAR = "/desk/calendar"


@post("/calendar/link", Act.FACTORS)
def make_calendar_address() -> Page:
    """Make the address, in place of any before, and show it this once."""
    here = services()
    with acting() as session:
        token = make_calendar_link(session, here.keyring.desk, visit().coordinator_id, now=here.now())
    return desk_page("sends/calendar_link.html", address=f"{here.public_url}{_CALENDAR}/{token}.ics")


@post("/calendar/link/end", Act.OWN)
def end_calendar_address() -> Response:
    """End the address."""
    who, now = visit(), services().now()
    with acting() as session:
        end_calendar_link(session, who.coordinator_id, by=who.by, now=now)
    return done(_CALENDAR, Sentence("The address opens nothing any more."))


@get("/calendar/<token>.ics", Act.COME_IN)
def calendar_file(token: str) -> Response:
    """Give the calendar to whatever program knows its address."""
    here = services()
    with looking() as session:
        data = subscribed_calendar(
            session,
            here.keyring,
            calendar_reader(session, token),
            public_url=here.public_url,
            lead=here.reminder_lead,
            now=here.now(),
        )
    given = answer(data, media_type=MEDIA_TYPE)
    given.headers["Content-Disposition"] = 'attachment; filename="letters.ics"'
    return given
