"""Kits for members: to how many they would go, what the mail says, and the button that sends them."""

from flask import Response, request

from service.coordinators.permissions import Act
from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.kit.send import KitsView, look_at_kits, may_send_kits, send_kits
from service.schedules.show_facts import has_show
from service.signing.queries import more_count_than
from service.web.desk.blueprint import get, post
from service.web.desk.page import desk_page, done
from service.web.desk.sends.pages import PART
from service.web.desk.visit import acting, letter, letter_here, letter_row, looking, visit
from service.web.services import services

_COUNTED_AT_ONCE = 5_000
"""Of a letter with more sign-ons, whom kits would go to is not counted by itself."""
_NOBODY_NEW = Sentence("Every member has had its kit already; nothing was sent.")


@get("/letters/<slug>/kits", Act.SEE_NAMES)
def kits(slug: str) -> Response:
    """Show whom kits would go to, and the mail to one of them; before the release they can go under embargo."""
    del slug
    with looking() as session:
        goes_by_show = has_show(letter_here(session))
        # To count them opens the whole letter: of a large one it is done when it is asked for.
        is_counted = request.args.get("count") == "yes" or not more_count_than(
            session, letter_row(session), _COUNTED_AT_ONCE
        )
    may_go, view, why_not = _look(under_embargo=False, is_counted=is_counted)
    is_early = not may_go
    if is_early:
        may_go, view, why_not_early = _look(under_embargo=True, is_counted=is_counted)
        why_not = why_not if may_go else why_not_early
    return desk_page(
        "sends/kits.html",
        part=PART,
        view=view,
        may_go=may_go,
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


def _look(*, under_embargo: bool, is_counted: bool) -> tuple[bool, KitsView | None, str]:
    """Tell whether kits may go, what would go where that is counted, and else why not."""
    here, slug = services(), letter().slug
    try:
        with looking() as session:
            may_send_kits(session, slug, under_embargo=under_embargo)
            if not is_counted:
                return True, None, ""
            view = look_at_kits(
                session,
                here.keyring,
                slug,
                under_embargo=under_embargo,
                public_url=here.public_url,
                now=here.now(),
            )
    except NotFound:
        raise
    except Refused as refusal:
        return False, None, str(refusal)
    return True, view, ""
