"""The page of the proof round: one's own line as the letter will print it, and the two answers."""

from flask import Response, request

from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.signing.proof_page import ProofView, agree_to_line, fix_line, look_at_line, look_at_proof
from service.store.transaction import reading, transaction
from service.web.links import token_path
from service.web.public.blueprint import public
from service.web.public.line import LineForm
from service.web.public.protection import form_is_fresh, fresh_nonce
from service.web.render import page, see_other
from service.web.services import services

_LOOK_AGAIN = Sentence(
    "This page was open for more than an hour, or the line was changed since;"
    " please look at it and press the button again."
)
_FORM = LineForm(
    place="proof", look=look_at_line, change=fix_line, back=Sentence("Back to the line as it is now")
)


@public.get("/proof/<token>")
def proof_page(token: str) -> Response:
    """Show the line, and the two answers while they count."""
    return _show(_look(token), token)


@public.post("/proof/<token>")
def answer_proof(token: str) -> Response:
    """Keep that the line is right, or go on to the form that changes it; a second time shows the same page."""
    view, answer = _look(token), request.form.get("answer", "")
    if answer == "fix":
        return see_other(token_path("proof", token, below="line"))
    if answer != "right":
        raise Refused(
            Sentence("Choose one of the two answers on the page of your line; open it again from your mail.")
        )
    if view.state != "asked":
        return _show(view, token)
    if not form_is_fresh(request.form, about=view.seen):
        return _show(view, token, notice=_LOOK_AGAIN)
    here = services()
    try:
        with transaction(here.engine) as session:
            agree_to_line(session, here.keyring, token=token, seen=view.seen, now=here.now())
    except NotFound:
        raise
    except Refused as refusal:
        return _show(_look(token), token, notice=str(refusal))
    return see_other(token_path("proof", token))


@public.get("/proof/<token>/line")
def proof_line_page(token: str) -> Response:
    """Show the form by which the name appears otherwise."""
    return _FORM.show(token)


@public.post("/proof/<token>/line")
def fix_proof_line(token: str) -> Response:
    """Show first what would be printed; keep it when that was seen, and ask again whether it is right."""
    return _FORM.send(token)


def _look(token: str) -> ProofView:
    here = services()
    with reading(here.engine) as session:
        return look_at_proof(session, here.keyring, token=token, now=here.now())


def _show(view: ProofView, token: str, *, notice: str = "") -> Response:
    return page(
        "public/proof.html",
        status=422 if notice else 200,
        reader=view.reader,
        view=view,
        letter=view.letter,
        line_link=token_path("proof", token, below="line"),
        nonce=fresh_nonce(about=view.seen),
        notice=notice,
    )
