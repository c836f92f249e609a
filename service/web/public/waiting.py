"""The page that waits for a confirmation: the code from the mail, the mail once more, another address."""

from flask import Response, request

from service.foundation.addresses import normal_address
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.signing.codes import typed_code
from service.signing.confirm import PendingView
from service.signing.waiting import (
    WaitingView,
    confirm_by_code,
    correct_address,
    look_at_waiting,
    send_again,
)
from service.store.transaction import reading, transaction
from service.web.forms import FormState, shown_again
from service.web.links import letter_path, token_path
from service.web.public.blueprint import public
from service.web.public.protection import OPEN_TOO_LONG, TRAP, asking_by, form_is_fresh, nonce_for, visit_of
from service.web.render import page, see_other
from service.web.services import services

# The same for a wrong code, an old one, one too many, and one of a sign-on that stands already.
_NOT_THIS_CODE = Sentence(
    "This code does not fit, or its time is over. Type the six digits of the newest message, or use its link."
)
_SIX_DIGITS = Sentence("Type the six digits of the code that stands in the message.")
_LOOK_FIRST = Sentence(
    "The code is right, but the form was filled in once more since then. Open the link in the newest message,"
    " look at what is confirmed, and press the button there."
)
_BLANK = FormState(values={})


@public.get("/waiting/<token>")
def waiting_page(token: str) -> Response:
    """Show what comes next; the page knows nothing of who has signed."""
    return _show(token, _look(token), said=request.args.get("done", ""))


@public.post("/waiting/<token>")
def take_code(token: str) -> Response:
    """Confirm by the code that was typed."""
    view, entries = _look(token), request.form.to_dict()
    values = shown_again(entries)
    if not form_is_fresh(entries):
        return _show(token, view, code=FormState(values=values, notice=OPEN_TOO_LONG))
    code = typed_code(entries.get("code", ""))
    if not code:
        return _show(token, view, code=FormState(values=values, errors={"code": _SIX_DIGITS}))
    here = services()
    with transaction(here.engine) as session:
        answer = confirm_by_code(session, here.keyring, token=token, code=code, now=here.now())
    if answer.confirmed is not None:
        here.wake()
        return _confirmed(
            answer.confirmed, receipt_link=token_path("confirm", answer.confirming, below="receipt")
        )
    wrong = _LOOK_FIRST if answer.has_changed else _NOT_THIS_CODE
    return _show(token, view, code=FormState(values={}, errors={"code": wrong}))


@public.post("/waiting/<token>/again")
def mail_again(token: str) -> Response:
    """Write once more, if there is a reason to; the answer is the same."""
    view = _look(token)
    if not form_is_fresh(request.form):
        return _show(token, view, code=FormState(values={}, notice=OPEN_TOO_LONG))
    here = services()
    with transaction(here.engine) as session:
        send_again(session, here.keyring, token=token, asking=asking_by(request.form), now=here.now())
    here.wake()
    return see_other(token_path("waiting", token, done="again"))


@public.post("/waiting/<token>/address")
def mend_address(token: str) -> Response:
    """Send the form again with another address."""
    view, entries = _look(token), request.form.to_dict()
    values = shown_again(entries)
    if not form_is_fresh(entries):
        return _show(token, view, address=FormState(values=values, notice=OPEN_TOO_LONG))
    here = services()
    try:
        address = normal_address(entries.get("address", ""), what=Sentence("The right e-mail address"))
    except Refused as refusal:
        return _show(token, view, address=FormState(values=values, errors={"address": str(refusal)}))
    with transaction(here.engine) as session:
        newer = correct_address(
            session, here.keyring, token=token, address=address, visit=visit_of(entries), now=here.now()
        )
    here.wake()
    return see_other(token_path("waiting", newer, done="address"))


def _look(token: str) -> WaitingView:
    here = services()
    with reading(here.engine) as session:
        return look_at_waiting(session, here.keyring, token=token, now=here.now())


def _show(
    token: str,
    view: WaitingView,
    *,
    code: FormState = _BLANK,
    address: FormState = _BLANK,
    said: str = "",
) -> Response:
    own = token_path("waiting", token)
    paths = {"code": own, "again": f"{own}/again", "address": f"{own}/address"}
    return page(
        "public/waiting.html",
        status=422 if code.is_wrong or address.is_wrong else 200,
        view=view,
        letter=view.letter,
        letter_link=letter_path(view.letter.slug, view.letter.key),
        paths=paths,
        nonces={name: nonce_for(path) for name, path in paths.items()},
        code=code,
        address=address,
        wrong=address if address.is_wrong else code,
        said=said,
        trap=TRAP,
    )


def _confirmed(view: PendingView, *, receipt_link: str) -> Response:
    return page(
        "public/confirmed.html",
        view=view,
        letter=view.letter,
        receipt_link=receipt_link,
    )
