"""The page of an approver: a code beside the link, then the exact letter as it would go out, and the decision on it."""

from collections.abc import Mapping

from flask import Response, request

from service.delivery.approve import ApprovalView, decide, look_at_approval
from service.delivery.approvers.code import mail_code, may_pass, tries_left, try_code
from service.delivery.approvers.questions import ask, own_questions
from service.foundation.errors import NotFound
from service.foundation.sentence import Sentence
from service.store.transaction import reading, transaction
from service.web.forms import FormState, Misfilled, read_decision, read_question, shown_again
from service.web.public.blueprint import public
from service.web.public.protection import OPEN_TOO_LONG, form_is_fresh, fresh_nonce, nonce_for
from service.web.render import letter_fragment, page, see_other
from service.web.services import services

WRONG_CODE = Sentence(
    "This is not the code: {n} try is left.", "This is not the code: {n} tries are left.", n=0
)
NO_TRY_LEFT = Sentence(
    "Five codes were wrong, so this link opens nothing for now: ask the secretariat for another code."
)
ASK = "ask"
# What is too long is said by the form itself, once it is seen again.
_LONGEST_KEPT = 20_000


@public.get("/approve/<token>")
def approval_page(token: str) -> Response:
    """Ask for the code; to whoever has given it show the edition, those it goes to, and the form."""
    if not may_look(token):
        return _ask_for_code(token, FormState(values={}))
    return _show(_look(token), FormState(values={}))


@public.post("/approve/<token>")
def take_decision(token: str) -> Response:
    """Take the code, or what the approver says of the letter."""
    entries = request.form.to_dict()
    if not may_look(token):
        return _take_code(token, entries) if "code" in entries else _ask_anew(token, entries)
    if not form_is_fresh(entries):
        return _show(_look(token), FormState(values=shown_again(entries), notice=OPEN_TOO_LONG))
    try:
        if entries.get("decision") == ASK:
            return _take_question(token, read_question({"question": entries.get("note", "")}))
        decision, note = read_decision(entries)
    except Misfilled as wrong:
        errors = {("note" if name == "question" else name): told for name, told in wrong.errors.items()}
        return _show(_look(token), FormState(values=shown_again(entries), errors=errors))
    here = services()
    with transaction(here.engine) as session:
        decide(session, here.keyring, token=token, decision=decision, note=note, now=here.now())
    here.wake()
    return _show(_look(token), FormState(values={}))


@public.post("/approve/<token>/code")
def send_code(token: str) -> Response:
    """Mail the code to the approver, by itself."""
    here, entries = services(), request.form.to_dict()
    if not form_is_fresh(entries):
        return _ask_for_code(token, FormState(values=_written(entries), notice=OPEN_TOO_LONG))
    with transaction(here.engine) as session:
        mail_code(session, token=token, now=here.now())
    here.wake()
    return _ask_for_code(token, FormState(values=_written(entries)), is_mailed=True)


def may_look(token: str) -> bool:
    """Tell whether this request brings the pass that a code gave; raises NotFound for a link that opens nothing."""
    here = services()
    with reading(here.engine) as session:
        return may_pass(
            session, here.keyring, token=token, shown=request.args.get("opened", ""), now=here.now()
        )


def refuse_unless_looking(token: str) -> None:
    """Raise NotFound for whatever stands behind the letter, where the request brings no pass."""
    if not may_look(token):
        raise NotFound(Sentence("This link does not open anything."))


def _take_code(token: str, entries: Mapping[str, str]) -> Response:
    here, written = services(), _written(entries)
    if not form_is_fresh(entries):
        return _ask_for_code(token, FormState(values=written, notice=OPEN_TOO_LONG))
    with transaction(here.engine) as session:
        opened = try_code(session, here.keyring, token=token, typed=entries.get("code", ""), now=here.now())
        left = tries_left(session, token=token, now=here.now())
    if opened and written:
        return _show(_look(token, opened), FormState(values=written), opened=opened)
    if opened:
        return see_other(f"/approve/{token}?opened={opened}")
    errors = {"code": WRONG_CODE.with_values(n=left)} if left else {}
    return _ask_for_code(token, FormState(values=written, errors=errors))


def _ask_anew(token: str, entries: Mapping[str, str]) -> Response:
    """Ask for the code again of whoever read for longer than it opens the letter; what was written goes along."""
    return _ask_for_code(token, FormState(values=_written(entries), notice=OPEN_TOO_LONG))


def _written(entries: Mapping[str, str]) -> Mapping[str, str]:
    given = {name: entries[name][:_LONGEST_KEPT] for name in ("decision", "note") if entries.get(name)}
    return shown_again(given)


def _take_question(token: str, question: str) -> Response:
    here = services()
    with transaction(here.engine) as session:
        ask(session, here.keyring, token=token, question=question, now=here.now())
    here.wake()
    return _show(_look(token), FormState(values={}), is_asked=True)


def _ask_for_code(token: str, form: FormState, *, is_mailed: bool = False) -> Response:
    here = services()
    with reading(here.engine) as session:
        left = tries_left(session, token=token, now=here.now())
    return page(
        "public/approve_code.html",
        status=422 if form.is_wrong else 200,
        form=form,
        left=left,
        locked="" if left else NO_TRY_LEFT,
        is_mailed=is_mailed,
        token=token,
        nonce=nonce_for(f"/approve/{token}"),
        code_nonce=nonce_for(f"/approve/{token}/code"),
    )


def _look(token: str, opened: str = "") -> ApprovalView:
    here = services()
    query = f"?opened={opened or request.args.get('opened', '')}"
    with reading(here.engine) as session:
        return look_at_approval(session, here.keyring, token=token, query=query, now=here.now())


def _show(view: ApprovalView, form: FormState, *, is_asked: bool = False, opened: str = "") -> Response:
    here, token = services(), str((request.view_args or {})["token"])
    with reading(here.engine) as session:
        asked = own_questions(session, here.keyring, token=token, now=here.now())
    return page(
        "public/approve.html",
        status=422 if form.is_wrong else 200,
        letter=view,
        view=view,
        letter_html=letter_fragment(view.letter_html),
        texts=[(name, letter_fragment(html)) for name, html in view.texts],
        form=form,
        asked=asked,
        is_asked=is_asked,
        nonce=fresh_nonce(),
        here=f"/approve/{token}?opened={opened or request.args.get('opened', '')}",
    )
