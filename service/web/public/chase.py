"""The page of a chaser: its own invited, a message to copy for each, and what they said."""

from collections.abc import Mapping
from datetime import date

from flask import Response, request

from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.model.chaser import Said
from service.signing.invitees.chase_page import (
    LONGEST_NOTE,
    ChaseView,
    Spoken,
    ask_again,
    look_at_chase,
    note_said,
)
from service.store.transaction import reading, transaction
from service.web.forms import FormState, Misfilled, Reader, shown_again
from service.web.links import token_path
from service.web.public.blueprint import public
from service.web.public.protection import OPEN_TOO_LONG, form_is_fresh, fresh_nonce
from service.web.render import page, see_other
from service.web.services import services

_WHAT_SAID = Sentence("Choose what they said.")
_WHICH_DAY = Sentence("Give the day on which their board decides, like 2026-12-01.")


@public.get("/chase/<token>")
def chase_page(token: str) -> Response:
    """Show whom this chaser was given."""
    return _show(_look(token), FormState(values={}))


@public.post("/chase/<token>")
def take_chase(token: str) -> Response:
    """Keep what one of them said, or have the invitation sent again; what is wrong comes back with what was written."""
    entries = request.form.to_dict()
    values = shown_again(entries)
    if not form_is_fresh(entries):
        return _show(_look(token), FormState(values=values, notice=OPEN_TOO_LONG))
    try:
        _take(token, entries)
    except Misfilled as wrong:
        return _show(_look(token), FormState(values=values, errors=wrong.errors))
    except NotFound:
        raise
    except Refused as refusal:
        return _show(_look(token), FormState(values=values, notice=str(refusal)))
    services().wake()
    # Back to where it was written: a list of many is long on a phone.
    member, told = entries.get("member", "")[:32], "again" if entries.get("again") else "noted"
    return see_other(f"{token_path('chase', token, done=told, of=member)}#of-{member}")


def _take(token: str, entries: Mapping[str, str]) -> None:
    here, chase_id = services(), entries.get("member", "")[:32]
    if entries.get("again"):
        with transaction(here.engine) as session:
            ask_again(session, here.keyring, token=token, chase_id=chase_id, now=here.now())
        return
    word = _read(entries)
    with transaction(here.engine) as session:
        note_said(
            session,
            here.keyring,
            token=token,
            chase_id=chase_id,
            word=word,
            now=here.now(),
        )


def _read(entries: Mapping[str, str]) -> Spoken:
    reader = Reader(entries)

    def said(text: str) -> Said:
        if text not in set(Said):
            raise Refused(_WHAT_SAID)
        return Said(text)

    def day(text: str) -> date | None:
        if not text.strip():
            return None
        try:
            return date.fromisoformat(text.strip())
        except ValueError as error:
            raise Refused(_WHICH_DAY) from error

    word = reader.read("said", said, Said.YES)
    decides_on = reader.read("decides_on", day, None)
    if word is Said.BOARD and decides_on is None:
        reader.errors.setdefault("decides_on", _WHICH_DAY)
    note = reader.line("note", Sentence("The note"), longest=LONGEST_NOTE)
    reader.refuse_if_wrong()
    return Spoken(said=word, decides_on=decides_on, note=note)


def _look(token: str) -> ChaseView:
    here = services()
    with reading(here.engine) as session:
        return look_at_chase(session, here.keyring, token=token, now=here.now())


def _show(view: ChaseView, form: FormState) -> Response:
    return page(
        "public/chase.html",
        status=422 if form.is_wrong else 200,
        reader=view.reader,
        letter=view,
        view=view,
        form=form,
        done=request.args.get("done", ""),
        done_of=request.args.get("of", ""),
        nonce=fresh_nonce(),
    )
