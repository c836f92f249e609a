"""The form by which a signatory's name appears otherwise: what would be printed is shown before it is kept."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from flask import Response, request

from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.signing.line import LineChange
from service.signing.own_sign_on import ManageView
from service.signing.party import SignOn
from service.store.transaction import reading, transaction, trial
from service.web.countries import country_options
from service.web.forms import FormState, Misfilled, prefilled_line, read_line, shown_again
from service.web.language import page_language
from service.web.links import token_path
from service.web.public.protection import form_is_fresh, fresh_nonce
from service.web.render import page, see_other
from service.web.services import services

_LOOK_AGAIN = Sentence(
    "This page was open for more than an hour, or the sign-on was changed since; look at it and try again."
)


@dataclass(frozen=True, kw_only=True)
class LineForm:
    """The form below a personal page: the page it belongs to, the verbs that its link may call, and the way back."""

    place: str
    look: Callable[..., ManageView]
    change: Callable[..., LineChange]
    back: str

    def show(self, token: str) -> Response:
        """Show the form, filled in with what is kept."""
        view = self._look(token)
        return self._form(view, token, prefilled_line(view.party))

    def send(self, token: str) -> Response:
        """Show what would be printed; keep it when that was seen, and go back to the page the form belongs to."""
        view, entries = self._look(token), request.form.to_dict()
        values = shown_again(entries)
        if not form_is_fresh(entries, about=view.seen):
            return self._form(view, token, FormState(values=values, notice=_LOOK_AGAIN))
        try:
            given = read_line(entries, recorded=view.party)
            if entries.get("answer") != "keep":
                return self._preview(view, token, values, self._change(token, given, view.seen, opened=trial))
            change = self._change(token, given, view.seen, opened=transaction)
        except Misfilled as wrong:
            return self._form(view, token, FormState(values=values, errors=wrong.errors))
        except NotFound:
            raise
        except Refused as refusal:
            return self._form(view, token, FormState(values=values, notice=str(refusal)))
        return see_other(token_path(self.place, token, done="line" if change.changes_anything else "same"))

    def _look(self, token: str) -> ManageView:
        here = services()
        with reading(here.engine) as session:
            return self.look(session, here.keyring, token=token, now=here.now())

    def _change(
        self, token: str, given: SignOn, seen: str, *, opened: Callable[..., AbstractContextManager[Any]]
    ) -> LineChange:
        here = services()
        with opened(here.engine) as session:
            return self.change(session, here.keyring, token=token, given=given, seen=seen, now=here.now())

    def _form(self, view: ManageView, token: str, form: FormState) -> Response:
        return page(
            "public/manage_line.html",
            status=422 if form.is_wrong else 200,
            reader=view.party.language,
            view=view,
            letter=view.letter,
            kind=view.kind,
            form=form,
            countries=country_options(page_language(reader=view.party.language, letter=view.letter.language)),
            back=token_path(self.place, token),
            back_words=self.back,
            nonce=fresh_nonce(about=view.seen),
        )

    def _preview(
        self, view: ManageView, token: str, values: Mapping[str, str], change: LineChange
    ) -> Response:
        hidden = {name: text for name, text in values.items() if name not in {"nonce", "answer"}}
        return page(
            "public/manage_preview.html",
            reader=view.party.language,
            view=view,
            letter=view.letter,
            change=change,
            hidden=hidden,
            back=token_path(self.place, token),
            form_link=token_path(self.place, token, below="line"),
            nonce=fresh_nonce(about=view.seen),
        )
