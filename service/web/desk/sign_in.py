"""Come in at the desk, and leave it."""

from flask import Response

from service.coordinators.permissions import Act
from service.coordinators.sessions import end_session
from service.web.desk.blueprint import get, post
from service.web.desk.cookie import drop_cookie
from service.web.desk.guard import SIGN_IN
from service.web.desk.visit import acting, visit
from service.web.render import page, see_other
from service.web.services import services


@get("/sign-in", Act.COME_IN)
def sign_in() -> Response:
    """Show how to come in."""
    return page("desk/sign_in.html")


@post("/sign-out", Act.OWN)
def sign_out() -> Response:
    """End this session."""
    who, here = visit(), services()
    with acting() as session:
        end_session(session, who.session_id, coordinator_id=who.coordinator_id, now=here.now())
    response = see_other(SIGN_IN)
    drop_cookie(response, here.public_url)
    return response
