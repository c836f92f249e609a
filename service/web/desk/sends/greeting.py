"""The coalition's greeting in the mails that ask for a confirmation and that thank: written, looked at, tested, put in use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, request

from service.campaigns.contents import open_file
from service.coordinators.permissions import Act
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.i18n.languages import ENGLISH, OFFERED, find_offered
from service.model.campaign import Campaign
from service.schedules.sends.compose import Preview
from service.schedules.sends.greetings import look_at_greeting, send_greeting_test
from service.signing.greetings import (
    LONGEST_GREETING,
    MOST_LINES,
    Greeted,
    Greetings,
    keep_greeting_draft,
    leave_greeting,
    open_greetings,
    place_of,
    read_greeting,
    use_greeting,
)
from service.signing.own_words import PLACEHOLDERS
from service.web.desk.blueprint import get, post
from service.web.desk.page import desk_page, done
from service.web.desk.sends.pages import PART
from service.web.desk.sends.shown import mail_page
from service.web.desk.visit import acting, letter, letter_row, looking, visit
from service.web.forms import FormState, shown_again
from service.web.services import services

_ROWS = 7
"""One of so many readers is chosen, by the clock or by hand."""
_TAGS = tuple(language.tag for language in OFFERED)


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """Which mail is looked at, in which language, as which of its readers gets it."""

    mail: Greeted
    language: str
    row: int


@get("/letters/<slug>/sends/greeting", Act.SEND)
def greeting(slug: str) -> Response:
    """Show what is written, and how a reader would get it."""
    del slug
    return _page()


@post("/letters/<slug>/sends/greeting", Act.SEND)
def keep_greeting(slug: str) -> Response:
    """Keep what is written as a draft: no mail says it yet."""
    here = services()
    words, errors = _read(request.form)
    if errors:
        return _page(FormState(values=shown_again(request.form), errors=errors), status=422)
    with acting() as session:
        keep_greeting_draft(session, here.keyring, slug, words, by=visit().by, now=here.now())
    return done(_here(), Sentence("Kept as a draft: no mail says it before you put it in use."))


@post("/letters/<slug>/sends/greeting/use", Act.SEND)
def use_greeting_now(slug: str) -> Response:
    """Let all mails from now on greet so."""
    here = services()
    with acting() as session:
        use_greeting(session, here.keyring, slug, by=visit().by, now=here.now())
    return done(
        _here(), Sentence("In use: every mail from now on greets so."), undo={"action": f"{_here()}/leave"}
    )


@post("/letters/<slug>/sends/greeting/leave", Act.SEND)
def leave_greeting_out(slug: str) -> Response:
    """Let all mails have the usual words alone again."""
    here = services()
    with acting() as session:
        leave_greeting(session, here.keyring, slug, by=visit().by, now=here.now())
    return done(
        _here(),
        Sentence("Taken out: the mails have their usual words alone. What you wrote is still here."),
        undo={"action": f"{_here()}/use"},
    )


@post("/letters/<slug>/sends/greeting/test", Act.SEND)
def try_greeting(slug: str) -> Response:
    """Mail one of the two mails to the coordinator alone, marked as a test."""
    del slug
    here, who, asked = services(), visit(), _asked(request.form)
    with acting() as session:
        send_greeting_test(
            session,
            letter_row(session),
            mail=asked.mail,
            language=asked.language,
            coordinator_id=who.coordinator_id,
            by=who.by,
            now=here.now(),
        )
    return done(_here(), Sentence("A test is on its way to your own address, and to nobody else."))


@get("/letters/<slug>/sends/greeting/mail", Act.SEND)
def look_at_greeting_mail(slug: str) -> Response:
    """Show the mail as HTML, alone on a page on which nothing can run or load."""
    del slug
    with looking() as session:
        campaign = letter_row(session)
        return mail_page(_look(session, campaign, _greetings(session).draft, _asked(request.args)).mail.html)


def _page(form: FormState | None = None, *, status: int = 200) -> Response:
    with looking() as session:
        campaign, kept = letter_row(session), _greetings(session)
        first = _first_tags(session, campaign)
        written = [(mail, tag) for tag in _TAGS for mail in Greeted if place_of(mail, tag) in kept.draft]
        asked = _asked(request.args, otherwise=written[0] if written else None)
        look = _look(session, campaign, kept.draft, asked) if kept.draft else None
        is_used = campaign.greeting_id is not None
    return desk_page(
        "sends/greeting.html",
        part=PART,
        status=status,
        form=form or FormState(values=dict(kept.draft)),
        first=first,
        others=[tag for tag in _TAGS if tag not in first],
        language_names={one.tag: one.name for one in OFFERED},
        mails=[one.value for one in Greeted],
        written=[(mail.value, tag) for mail, tag in written],
        asked={"mail": asked.mail.value, "language": asked.language, "row": asked.row},
        next_row=(asked.row + 1) % _ROWS,
        look=look,
        is_used=is_used,
        is_changed=is_used and kept.draft != kept.used,
        placeholders=PLACEHOLDERS,
        longest=LONGEST_GREETING,
        most_lines=MOST_LINES,
    )


def _read(entries: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Read each text by its place; gives the words, and a sentence for each that is none."""
    words: dict[str, str] = {}
    errors: dict[str, str] = {}
    for place in (place_of(mail, tag) for tag in _TAGS for mail in Greeted):
        if not entries.get(place, "").strip():
            continue
        try:
            words[place] = read_greeting(entries[place])
        except Refused as refusal:
            errors[place] = str(refusal)
    return words, errors


def _asked(entries: Mapping[str, str], *, otherwise: tuple[Greeted, str] | None = None) -> _Asked:
    usual = otherwise or (Greeted.CONFIRM, _own_tag(letter().language))
    mail = next((one for one in Greeted if one.value == entries.get("mail")), usual[0])
    language = next((tag for tag in _TAGS if tag == entries.get("language")), usual[1])
    row = entries.get("row", "")
    # Another reader each time that it is not said which.
    number = int(row) if row.isascii() and row.isdigit() and len(row) < 3 else services().now().second
    return _Asked(mail=mail, language=language, row=number % _ROWS)


def _look(session: Any, campaign: Campaign, words: Mapping[str, str], asked: _Asked) -> Preview:
    return look_at_greeting(
        session,
        services().keyring,
        campaign,
        words,
        mail=asked.mail,
        language=asked.language,
        number=asked.row,
    )


def _greetings(session: Any) -> Greetings:
    return open_greetings(session, services().keyring.of(session, letter().id))


def _first_tags(session: Any, campaign: Campaign) -> Sequence[str]:
    """Give the languages that readers are likeliest to have: the letter's own, and those of its translations."""
    file = open_file(session, services().keyring, campaign)
    return list(
        dict.fromkeys(map(_own_tag, [file.language, *(text.language for text in file.letter.translations)]))
    )


def _own_tag(language: str) -> str:
    """Give the language of mails that a letter in this one gets; British English has the words of English."""
    found = find_offered(language)
    return next((tag for tag in _TAGS if tag in {found, found.partition("-")[0]}), ENGLISH.tag)


def _here() -> str:
    return f"/desk/letters/{letter().slug}/sends/greeting"
