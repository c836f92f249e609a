"""The page of an approver: the exact letter as it would go out, and the decision on it."""

from flask import Response, request

from service.delivery.approve import ApprovalView, decide, look_at_approval
from service.store.transaction import reading, transaction
from service.web.forms import FormState, Misfilled, read_decision, shown_again
from service.web.public.blueprint import public
from service.web.public.protection import OPEN_TOO_LONG, form_is_fresh, fresh_nonce
from service.web.render import letter_fragment, page
from service.web.services import services


@public.get("/approve/<token>")
def approval_page(token: str) -> Response:
    """Show the edition, those it goes to, and the form."""
    return _show(_look(token), FormState(values={}))


@public.post("/approve/<token>")
def take_decision(token: str) -> Response:
    """Keep the decision; the latest one stands."""
    entries = request.form.to_dict()
    if not form_is_fresh(entries):
        return _show(_look(token), FormState(values=shown_again(entries), notice=OPEN_TOO_LONG))
    try:
        decision, note = read_decision(entries)
    except Misfilled as wrong:
        return _show(_look(token), FormState(values=shown_again(entries), errors=wrong.errors))
    here = services()
    with transaction(here.engine) as session:
        decide(session, here.keyring, token=token, decision=decision, note=note, now=here.now())
    here.wake()
    return _show(_look(token), FormState(values={}))


def _look(token: str) -> ApprovalView:
    here = services()
    with reading(here.engine) as session:
        return look_at_approval(session, here.keyring, token=token, now=here.now())


def _show(view: ApprovalView, form: FormState) -> Response:
    return page(
        "public/approve.html",
        status=422 if form.is_wrong else 200,
        letter=view,
        view=view,
        letter_html=letter_fragment(view.letter_html),
        form=form,
        nonce=fresh_nonce(),
    )
