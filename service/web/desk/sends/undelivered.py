"""What did not arrive, and how its reader is reached otherwise: another address, a code by telephone, the secretariat's word."""

from flask import Response, request

from service.coordinators.permissions import Act
from service.foundation.errors import NotFound
from service.foundation.sentence import Sentence
from service.model.message import MessageKind
from service.schedules.sends.undelivered import list_undelivered
from service.signing.codes import spaced
from service.signing.unreachable import change_address, give_code, is_of_letter
from service.web.desk.blueprint import get, post
from service.web.desk.page import desk_page, done
from service.web.desk.sends.pages import PART
from service.web.desk.sends.shown import on_clocks
from service.web.desk.visit import acting, letter, letter_row, looking, visit
from service.web.forms import Misfilled, read_own_email
from service.web.services import services

_NONE = Sentence("This letter has no such sign-on.")
_KINDS = {
    MessageKind.CONFIRM: Sentence("Confirming mail"),
    MessageKind.REMINDER: Sentence("Reminder"),
    MessageKind.INVITATION: Sentence("Invitation or reminder"),
    MessageKind.PROOF: Sentence("Proof of the printed line"),
    MessageKind.UPDATE: Sentence("Update"),
    MessageKind.NEWS: Sentence("News"),
    MessageKind.KIT: Sentence("Kit"),
    MessageKind.THANKS: Sentence("Thanks"),
    MessageKind.CHANGE: Sentence("Question about a changed text"),
}
_OTHER = Sentence("Another mail")


@get("/letters/<slug>/undelivered", Act.LOOK)
def undelivered(slug: str) -> Response:
    """List what came back or was refused."""
    del slug
    here = services()
    with looking() as session:
        found = list_undelivered(
            session, here.keyring, letter_row(session), before=request.args.get("before", "")[:32] or None
        )
    rows = [{"one": row, "at": on_clocks(row.at), "kind": _KINDS.get(row.kind, _OTHER)} for row in found.rows]
    return desk_page("sends/undelivered.html", part=PART, rows=rows, more=found.more)


@post("/letters/<slug>/undelivered/<sign_on>/address", Act.MODERATE)
def give_other_address(slug: str, sign_on: str) -> Response:
    """Write to another address for a sign-on that waits for its confirmation."""
    here = services()
    _known(sign_on)
    try:
        email = read_own_email(request.form)
    except Misfilled as wrong:
        return done(_list(), Sentence("{why}", why=next(iter(wrong.errors.values()))))
    with acting() as session:
        change_address(session, here.keyring, slug, sign_on, email, by=visit().by, now=here.now())
    return done(_list(), Sentence("A confirming mail is on its way to the other address."))


@post("/letters/<slug>/undelivered/<sign_on>/code", Act.MODERATE)
def give_spoken_code(slug: str, sign_on: str) -> Response:
    """Make a code to be read out by telephone, and show it this once."""
    here = services()
    _known(sign_on)
    with acting() as session:
        code = give_code(session, here.keyring, slug, sign_on, by=visit().by, now=here.now())
    return desk_page("sends/code.html", part=PART, code=spaced(code), sign_on="")


def _known(sign_on: str) -> None:
    with looking() as session:
        if not is_of_letter(session, letter().id, sign_on):
            raise NotFound(_NONE)


def _list() -> str:
    return f"/desk/letters/{letter().slug}/undelivered"
