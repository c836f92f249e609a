"""Kits for members: to how many they would go, what the mail says, and the button that sends them."""

from flask import Response, request

from service.coordinators.permissions import Act
from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.kit.send import KitsView, look_at_kits, send_kits
from service.schedules.show_facts import has_show
from service.web.desk.blueprint import get, post
from service.web.desk.page import desk_page, done
from service.web.desk.sends.pages import PART
from service.web.desk.visit import acting, letter, letter_here, looking, visit
from service.web.services import services

_NOBODY_NEW = Sentence("Every member has had its kit already; nothing was sent.")


@get("/letters/<slug>/kits", Act.SEE_NAMES)
def kits(slug: str) -> Response:
    """Show whom kits would go to, and the mail to one of them; before the release they can go under embargo."""
    del slug
    with looking() as session:
        goes_by_show = has_show(letter_here(session))
    view, why_not = _look(under_embargo=False)
    is_early = view is None
    if view is None:
        view, why_not_early = _look(under_embargo=True)
        why_not = why_not if view is not None else why_not_early
    return desk_page(
        "sends/kits.html",
        part=PART,
        view=view,
        why_not=why_not,
        is_early=is_early,
        goes_by_show=goes_by_show,
    )


@post("/letters/<slug>/kits", Act.SEND)
def mail_kits(slug: str) -> Response:
    """Mail each member its kit, once for each edition; under embargo only where that was chosen."""
    here = services()
    with acting() as session:
        sent = send_kits(
            session,
            here.keyring,
            slug,
            under_embargo=request.form.get("embargo") == "yes",
            by=visit().by,
            now=here.now(),
        )
    said = Sentence(
        "The kit is on its way to {n} member.", "The kits are on their way to {n} members.", n=sent.new
    )
    return done(f"/desk/letters/{letter().slug}/kits", said if sent.new else _NOBODY_NEW)


def _look(*, under_embargo: bool) -> tuple[KitsView | None, str]:
    here = services()
    try:
        with looking() as session:
            view = look_at_kits(
                session,
                here.keyring,
                letter().slug,
                under_embargo=under_embargo,
                public_url=here.public_url,
                now=here.now(),
            )
    except NotFound:
        raise
    except Refused as refusal:
        return None, str(refusal)
    return view, ""
