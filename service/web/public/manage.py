"""The pages behind a signatory's own link: see the sign-on, change it, take it back, take it along."""

import json
from collections.abc import Callable, Mapping
from functools import partial

from flask import Response, request

from service.delivery.constituents.ask import Offer, offer_of
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.letter.audience import may_show
from service.signing.erase import erase, what_remains
from service.signing.line import ask_correction, change_line, hide, undo_line
from service.signing.mail_wishes import change_mail
from service.signing.manage import look_at_sign_on, undo, withdraw
from service.signing.own_data import own_data
from service.signing.own_sign_on import ManageView
from service.signing.proof import Proof, own_proof
from service.store.transaction import reading, transaction
from service.web.forms import (
    FormState,
    Misfilled,
    read_mail_wishes,
    shown_again,
)
from service.web.language import page_language
from service.web.languages import language_options
from service.web.links import letter_path, token_path
from service.web.public.blueprint import public
from service.web.public.kit import give_own_kit
from service.web.public.line import LineForm
from service.web.public.protection import OPEN_TOO_LONG, form_is_fresh, fresh_nonce
from service.web.render import letter_fragment, page, see_other
from service.web.services import services

_ACTS: Mapping[str, tuple[Callable[..., ManageView], str]] = {
    "withdraw": (withdraw, ""),
    "undo": (undo, Sentence("The withdrawal is undone: the sign-on stands as it stood before.")),
    "undo-line": (undo_line, Sentence("Undone: the name appears as it did before.")),
    "hide": (
        hide,
        Sentence("The name is hidden: no page and no later copy shows it. The sign-on goes on to count."),
    ),
    "correct": (
        partial(ask_correction, wanted=True),
        Sentence("The coalition knows that you want those who have the letter to be told."),
    ),
    "no-correction": (
        partial(ask_correction, wanted=False),
        Sentence("Nobody who has the letter is told anything."),
    ),
}
_BELOW = ("text", "evidence", "receipt", "line", "mail", "erase", "member")
"""The pages below a sign-on's own."""
_DONE = {
    "line": Sentence("Kept: from now on the name appears like this."),
    "same": Sentence("Nothing was changed."),
    "mail": Sentence("Kept: that is how we write to you."),
}
_LINE = LineForm(
    place="manage", look=look_at_sign_on, change=change_line, back=Sentence("Back to your sign-on")
)


@public.get("/manage/<token>")
def manage_page(token: str) -> Response:
    """Show a signatory its own sign-on."""
    return _show(_look(token), token, done=_DONE.get(request.args.get("done", ""), ""))


@public.post("/manage/<token>")
def act_on_sign_on(token: str) -> Response:
    """Do one of the acts that need no form: withdraw, undo, hide, ask for a correction, take the data along."""
    answer = request.form.get("answer", "")
    if not form_is_fresh(request.form):
        return _show(_look(token), token, notice=OPEN_TOO_LONG)
    if answer == "data":
        return _data(token)
    if answer == "kit":
        return give_own_kit(token)
    if answer not in _ACTS:
        raise Refused(
            Sentence("Choose on the page of your sign-on what you want to do; open it again from your mail.")
        )
    act, done = _ACTS[answer]
    here = services()
    with transaction(here.engine) as session:
        view = act(session, here.keyring, token=token, now=here.now())
    here.wake()
    return _show(view, token, done=done)


@public.get("/manage/<token>/line")
def line_page(token: str) -> Response:
    """Show the form by which a name appears otherwise."""
    return _LINE.show(token)


@public.post("/manage/<token>/line")
def change_own_line(token: str) -> Response:
    """Show first what would be printed; keep it when that was seen."""
    return _LINE.send(token)


@public.get("/manage/<token>/mail")
def mail_page(token: str) -> Response:
    """Show in which language we write, whether discreetly, and whether of later letters too."""
    view = _look(token)
    values = {
        "language": view.party.language or view.letter.language,
        "news": "yes" if view.party.wants_news else "",
        "discreet": "yes" if view.party.discreet else "",
    }
    return _mail_page(view, token, FormState(values=values))


@public.post("/manage/<token>/mail")
def change_own_mail(token: str) -> Response:
    """Keep how we write to a signatory."""
    view, entries = _look(token), request.form.to_dict()
    values = shown_again(entries)
    if not form_is_fresh(entries):
        return _mail_page(view, token, FormState(values=values, notice=OPEN_TOO_LONG))
    offered = {tag for tag, _ in language_options(view.party.language or view.letter.language)}
    try:
        wishes = read_mail_wishes(entries, languages=offered)
    except Misfilled as wrong:
        return _mail_page(view, token, FormState(values=values, errors=wrong.errors))
    here = services()
    with transaction(here.engine) as session:
        change_mail(session, here.keyring, token=token, wishes=wishes, now=here.now())
    return see_other(token_path("manage", token, done="mail"))


@public.get("/manage/<token>/erase")
def erase_page(token: str) -> Response:
    """Say what erasing does and what remains."""
    return _erase_page(token)


@public.post("/manage/<token>/erase")
def erase_sign_on(token: str) -> Response:
    """Erase; a second time shows the same page."""
    if not form_is_fresh(request.form):
        return _erase_page(token, notice=OPEN_TOO_LONG)
    here = services()
    with transaction(here.engine) as session:
        erase(session, here.keyring, token=token, now=here.now())
    here.wake()
    return see_other(token_path("manage", token))


@public.get("/manage/<token>/text")
def signed_text_page(token: str) -> Response:
    """Show the very text that was signed, with the signatory's own line."""
    here = services()
    with reading(here.engine) as session:
        view = look_at_sign_on(session, here.keyring, token=token, now=here.now())
        proof: Proof = own_proof(session, here.keyring, token=token, now=here.now())
    return page(
        "public/signed_text.html",
        reader=view.party.language,
        view=view,
        letter=view.letter,
        proof=proof,
        letter_html=letter_fragment(
            proof.html(page_language(reader=view.party.language, letter=view.letter.language))
        ),
        back=token_path("manage", token),
    )


def _data(token: str) -> Response:
    here = services()
    with reading(here.engine) as session:
        record = own_data(session, here.keyring, token=token, now=here.now())
    response = Response(json.dumps(record, ensure_ascii=False, indent=1) + "\n", mimetype="application/json")
    # The name of the file says nothing of the letter: it will lie among others.
    response.headers["Content-Disposition"] = 'attachment; filename="sign-on.json"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _look(token: str) -> ManageView:
    here = services()
    with reading(here.engine) as session:
        return look_at_sign_on(session, here.keyring, token=token, now=here.now())


def _member_offer(token: str) -> Offer:
    here = services()
    with reading(here.engine) as session:
        return offer_of(session, here.keyring, token=token, now=here.now())


def _show(view: ManageView, token: str, *, done: str = "", notice: str = "") -> Response:
    shown = view.party.language or view.letter.language
    member = _member_offer(token)
    return page(
        "public/manage.html",
        status=422 if notice else 200,
        reader=view.party.language,
        view=view,
        letter=view.letter,
        letter_link=letter_path(view.letter.slug, view.letter.key),
        own=token_path("manage", token),
        below={name: token_path("manage", token, below=name) for name in _BELOW},
        change_link=token_path("change", view.change_token) if view.change_token else "",
        language_name=dict(language_options(shown)).get(shown, shown),
        offers_member=member.leads_on,
        member_is_over=member.is_over,
        offers_kit=view.counts and may_show(view.visibility.value, "public"),
        nonce=fresh_nonce(),
        done=done,
        notice=notice,
    )


def _mail_page(view: ManageView, token: str, form: FormState) -> Response:
    return page(
        "public/manage_mail.html",
        status=422 if form.is_wrong else 200,
        reader=view.party.language,
        view=view,
        letter=view.letter,
        form=form,
        languages=language_options(view.party.language or view.letter.language),
        back=token_path("manage", token),
        nonce=fresh_nonce(),
    )


def _erase_page(token: str, *, notice: str = "") -> Response:
    here = services()
    with reading(here.engine) as session:
        view = look_at_sign_on(session, here.keyring, token=token, now=here.now())
        remains = what_remains(session, here.keyring, token=token, now=here.now())
    return page(
        "public/manage_erase.html",
        status=422 if notice else 200,
        reader=view.party.language,
        view=view,
        letter=view.letter,
        remains=remains,
        back=token_path("manage", token),
        nonce=fresh_nonce(),
        notice=notice,
    )
