"""The page of an invitation: sign, say when a decision comes, ask, or decline."""

from collections.abc import Mapping

from flask import Response, request

from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.signing.invitation import Answer, Given, InvitationView, answer_invitation, look_at_invitation
from service.signing.waiting import wait_after_invitation
from service.store.transaction import reading, transaction
from service.web.countries import country_options
from service.web.forms import (
    FormState,
    Misfilled,
    prefilled_sign_on,
    read_day,
    read_question,
    read_sign_on,
    shown_again,
)
from service.web.language import page_language
from service.web.links import token_path
from service.web.public.blueprint import public
from service.web.public.protection import OPEN_TOO_LONG, form_is_fresh, fresh_nonce
from service.web.render import letter_fragment, page, see_other
from service.web.services import services

_ANSWERS: tuple[Answer, ...] = ("sign", "intend", "question", "decline")


@public.get("/invitation/<token>")
def invitation_page(token: str) -> Response:
    """Show the letter and the four answers; after an answer, what it means."""
    view = _look(token)
    answered = _answer(request.args.get("answered", ""))
    if answered is not None and answered != "sign":
        return page(
            "public/answered.html",
            reader=view.prefill.language,
            view=view,
            letter=view.letter,
            answered=answered,
            link=token_path("invitation", token),
        )
    return _show(view, answer="sign", form=prefilled_sign_on(view.prefill))


@public.post("/invitation/<token>")
def take_answer(token: str) -> Response:
    """Take one of the answers; where something is wrong with it, the page comes back with what was written."""
    entries = request.form.to_dict()
    view = _look(token)
    answer = _answer(entries.get("answer", ""))
    if answer is None:
        raise Refused(
            Sentence("Choose one of the answers on the invitation's page; open it again from your mail.")
        )
    values = shown_again(entries)
    if not form_is_fresh(entries):
        return _show(view, answer=answer, form=FormState(values=values, notice=OPEN_TOO_LONG))
    try:
        waiting = _keep(token, view, answer, entries)
    except Misfilled as wrong:
        return _show(view, answer=answer, form=FormState(values=values, errors=wrong.errors))
    except NotFound:
        raise
    except Refused as refusal:
        return _show(view, answer=answer, form=FormState(values=values, notice=str(refusal)))
    services().wake()
    if waiting:
        return see_other(token_path("waiting", waiting))
    return see_other(token_path("invitation", token, answered=answer))


def _keep(token: str, view: InvitationView, answer: Answer, entries: Mapping[str, str]) -> str:
    """Keep an answer; where it was to sign, give the token of the page that waits."""
    here = services()
    given = _given(view, answer, entries)
    with transaction(here.engine) as session:
        answer_invitation(session, here.keyring, token=token, answer=answer, given=given, now=here.now())
        if given.sign_on is None:
            return ""
        return wait_after_invitation(
            session,
            here.keyring,
            invitation=token,
            sign_on=given.sign_on,
            form=entries["nonce"],
            now=here.now(),
        )


def _given(view: InvitationView, answer: Answer, entries: Mapping[str, str]) -> Given:
    if answer == "sign":
        kind, language = view.prefill.kind, _language(view)
        return Given(sign_on=read_sign_on(entries, kind=kind, language=language, recorded=view.prefill))
    if answer == "intend":
        today = services().now().astimezone(view.letter.deadline.tzinfo).date()
        return Given(decision_by=read_day(entries, today=today))
    return Given(question=read_question(entries)) if answer == "question" else Given()


def _answer(text: str) -> Answer | None:
    return next((answer for answer in _ANSWERS if answer == text), None)


def _look(token: str) -> InvitationView:
    here = services()
    with reading(here.engine) as session:
        return look_at_invitation(
            session, here.keyring, token=token, text=request.args.get("text", ""), now=here.now()
        )


def _language(view: InvitationView) -> str:
    return page_language(reader=view.prefill.language, letter=view.letter.language)


def _show(view: InvitationView, *, answer: Answer, form: FormState) -> Response:
    blank = FormState(values={})
    return page(
        "public/invitation.html",
        status=422 if form.is_wrong else 200,
        reader=view.prefill.language,
        view=view,
        letter=view.letter.with_files_at(request.path),
        letter_html=letter_fragment(view.letter.letter_html),
        call_html=letter_fragment(view.letter.call_html),
        kind=view.prefill.kind,
        answer=answer,
        own_path=request.path,
        pack=f"{request.path}/pack.pdf",
        form=form,
        sign_form=form if answer == "sign" else prefilled_sign_on(view.prefill),
        intend_form=form if answer == "intend" else blank,
        question_form=form if answer == "question" else blank,
        countries=country_options(_language(view)),
        nonce=fresh_nonce(),
    )
