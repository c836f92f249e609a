"""The coalition's own words in the mail that brings the final copy to those who signed: written, looked at, tested."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, request

from service.campaigns.contents import open_file
from service.coordinators.permissions import Act
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.i18n.languages import OFFERED
from service.model.own_words import Purpose
from service.schedules.sends.compose import Preview
from service.schedules.sends.final_copies import (
    keep_final_copy_words,
    look_at_final_copy,
    send_final_copy_test,
)
from service.signing.own_words import PLACEHOLDERS, OwnText, find_own_words, open_own_words, read_words
from service.signing.update_words import UpdateWords
from service.web.desk.blueprint import get, post
from service.web.desk.page import desk_page, done
from service.web.desk.sends.pages import PART
from service.web.desk.sends.shown import SAMPLES, mail_page, sample_row
from service.web.desk.visit import acting, letter, letter_row, looking, visit
from service.web.forms import FormState, shown_again
from service.web.services import services


@get("/letters/<slug>/sends/final-copy", Act.SEND)
def final_copy_words(slug: str) -> Response:
    """Show the words that stand before ours in the mail of the final copy, and how a reader would get it."""
    del slug
    return _page()


@post("/letters/<slug>/sends/final-copy", Act.SEND)
def keep_final_copy(slug: str) -> Response:
    """Keep those words; empty ones leave the mail as it is by itself."""
    here = services()
    entries = _by_language(request.form)
    text, errors = _read(entries)
    if errors:
        return _page(FormState(values=shown_again(entries), errors=errors), status=422)
    with acting() as session:
        keep_final_copy_words(session, here.keyring, slug, text, by=visit().by, now=here.now())
    return done(_here(), Sentence("The words of the final copy are kept."))


@post("/letters/<slug>/sends/final-copy/test", Act.SEND)
def try_final_copy(slug: str) -> Response:
    """Mail the final copy's words to the coordinator alone, marked as a test."""
    del slug
    here, who = services(), visit()
    with acting() as session:
        send_final_copy_test(
            session,
            letter_row(session),
            language=_language(request.form),
            coordinator_id=who.coordinator_id,
            by=who.by,
            now=here.now(),
        )
    return done(_here(), Sentence("A test is on its way to your own address, and to nobody else."))


@get("/letters/<slug>/sends/final-copy/mail", Act.SEND)
def look_at_final_copy_mail(slug: str) -> Response:
    """Show the mail as HTML, alone on a page on which nothing can run or load."""
    del slug
    with looking() as session:
        return mail_page(_look(session).mail.html)


def _page(form: FormState | None = None, *, status: int = 200) -> Response:
    here = services()
    with looking() as session:
        file = open_file(session, here.keyring, letter_row(session))
        row = find_own_words(session, letter().id, Purpose.FINAL_COPY)
        text = open_own_words(here.keyring.of(session, letter().id), row) if row is not None else {}
        look = _look(session)
    tags = _tags()
    first = {tags[0], *(one.language for one in file.letter.translations)}
    return desk_page(
        "sends/final_copy.html",
        part=PART,
        form=form or FormState(values=_written(text)),
        status=status,
        first=[tag for tag in tags if tag in first],
        others=[tag for tag in tags if tag not in first],
        written=[tag for tag in tags if tag in text],
        language_names={one.tag: one.name for one in OFFERED},
        asked=_language(request.args),
        row=sample_row(request.args),
        next_row=(sample_row(request.args) + 1) % SAMPLES,
        look=look,
        placeholders=PLACEHOLDERS,
    )


def _look(session: Any) -> Preview:
    here = services()
    return look_at_final_copy(
        session,
        here.keyring,
        letter_row(session),
        language=_language(request.args),
        number=sample_row(request.args),
        public_url=here.public_url,
        now=here.now(),
    )


def _by_language(entries: Mapping[str, str]) -> Mapping[str, str]:
    """Give what was filled in; one pair of words, as the page of the release before has it, is in the letter's language."""
    if any(key.startswith("body-") for key in entries):
        return entries
    # Read as no words at all, a page opened before an upgrade would take away those that are kept.
    return {f"{name}-{letter().language}": entries.get(name, "") for name in ("subject", "body")}


def _read(entries: Mapping[str, str]) -> tuple[OwnText, dict[str, str]]:
    """Read the words by their language; gives them, and a sentence for each that are none."""
    text: dict[str, UpdateWords] = {}
    errors: dict[str, str] = {}
    for tag in _tags():
        subject, body = entries.get(f"subject-{tag}", ""), entries.get(f"body-{tag}", "")
        if not (subject.strip() or body.strip()):
            continue
        try:
            text[tag] = read_words(subject, body, needs_subject=False)
        except Refused as refusal:
            errors[f"body-{tag}"] = str(refusal)
    return text, errors


def _written(text: OwnText) -> dict[str, str]:
    subjects = {f"subject-{tag}": one.subject for tag, one in text.items()}
    return {**subjects, **{f"body-{tag}": one.body for tag, one in text.items()}}


def _tags() -> Sequence[str]:
    """Give the languages in which it may be written: the letter's own first, whose variant a reader of its language gets too."""
    own = letter().language
    near = {own, own.partition("-")[0]}
    return [own, *(one.tag for one in OFFERED if one.tag not in near)]


def _language(entries: Mapping[str, str]) -> str:
    wanted = entries.get("language", "")
    return wanted if wanted in _tags() else ""


def _here() -> str:
    return f"/desk/letters/{letter().slug}/sends/final-copy"
