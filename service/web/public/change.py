"""The page of a changed text: every changed word, and the two answers."""

from flask import Response, request

from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.signing.change import ChangeAnswer, ChangeView, answer_change, look_at_change
from service.store.transaction import reading, transaction
from service.web.differences import shown_passages
from service.web.public.blueprint import public
from service.web.public.protection import form_is_fresh, fresh_nonce
from service.web.render import letter_fragment, page
from service.web.services import services

_ANSWERS: tuple[ChangeAnswer, ...] = ("agree", "withdraw")
_LOOK_AGAIN = Sentence(
    "This page was open for more than an hour, or the text has changed once more;"
    " please look at it and press the button again."
)


@public.get("/change/<token>")
def change_page(token: str) -> Response:
    """Show what changed, and the two answers."""
    return _show(_look(token))


@public.post("/change/<token>")
def answer_to_change(token: str) -> Response:
    """Agree or withdraw; a second time shows the same page."""
    view = _look(token)
    answer = next((one for one in _ANSWERS if one == request.form.get("answer", "")), None)
    if answer is None:
        raise Refused(
            Sentence("Choose one of the two answers on the page of the change; open it again from your mail.")
        )
    if not form_is_fresh(request.form, about=view.seen):
        return _show(view, notice=_LOOK_AGAIN if view.state in {"asked", "kept"} else "")
    here = services()
    try:
        with transaction(here.engine) as session:
            answered = answer_change(
                session, here.keyring, token=token, answer=answer, seen=view.seen, now=here.now()
            )
    except NotFound:
        raise
    except Refused as refusal:
        return _show(_look(token), notice=str(refusal))
    here.wake()
    return _show(answered)


def _look(token: str) -> ChangeView:
    here = services()
    with reading(here.engine) as session:
        return look_at_change(session, here.keyring, token=token, now=here.now())


def _show(view: ChangeView, *, notice: str = "") -> Response:
    return page(
        "public/change.html",
        status=422 if notice else 200,
        reader=view.reader,
        view=view,
        letter=view.letter.with_files_at(request.path),
        letter_html=letter_fragment(view.letter.letter_html),
        passages=shown_passages(view.passages, language=view.letter.language),
        nonce=fresh_nonce(about=view.seen),
        notice=notice,
    )
