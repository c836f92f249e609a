"""The browser of whoever comes in: what it calls itself, the cookies it gets, and where it goes on."""

from flask import Response, request

from service.coordinators.enter import Browser, Entered
from service.foundation.sentence import Sentence
from service.web.desk.carrying import FIELD, Carried, open_carried
from service.web.desk.cookie import read_cookie, read_device, set_cookie, set_device
from service.web.desk.device import browser_words
from service.web.desk.guard import csrf_mark, way_back
from service.web.desk.page import door_page
from service.web.render import see_other
from service.web.services import services

OF_ANOTHER = Sentence(
    "What was written before belonged to another account. It was not sent, and is not shown to you."
)


def present_browser() -> Browser:
    """Tell what this request comes from."""
    public_url = services().public_url
    return Browser(
        words=browser_words(request.headers.get("User-Agent", "")),
        device=read_device(public_url),
        session=read_cookie(public_url),
    )


def carried_along() -> Carried | None:
    """Give the form that goes along with this request, if any."""
    return open_carried(request.values.get(FIELD, ""))


def go_on(coordinator_id: str, *, secret: str, language: str = "") -> Response:
    """Answer whoever has just proved who it is: what was written is offered to be sent on, else the page that was wanted."""
    carried = carried_along()
    if carried is None:
        return see_other(way_back())
    is_own = carried.coordinator_id == coordinator_id
    return door_page(
        "send_on.html",
        reader=language,
        address=carried.address,
        carried=request.values[FIELD] if is_own else "",
        csrf=csrf_mark(secret),
        sentence="" if is_own else OF_ANOTHER,
    )


def give_cookies(response: Response, entered: Entered) -> Response:
    """Give the browser what it is known by from now on."""
    public_url = services().public_url
    set_cookie(response, public_url, entered.secret)
    set_device(response, public_url, entered.device)
    return response
