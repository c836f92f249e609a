"""The call to sign as text that a coordinator copies into a mailbox or messenger of its own."""

from flask import request

from service.campaigns.codes import READER_LANGUAGES
from service.coordinators.permissions import Act
from service.signing.invitees.call_words import write_call
from service.web.desk.blueprint import get
from service.web.desk.members import PART, members_path
from service.web.desk.page import desk_page
from service.web.desk.visit import letter_row, looking
from service.web.forms import FormState
from service.web.languages import mail_languages
from service.web.render import Page
from service.web.services import services


@get("/letters/<slug>/members/calls", Act.INVITE_MEMBERS)
def calls(slug: str) -> Page:
    """Show the call as a mail and as a short message, in a language."""
    here, asked = services(), request.args.get("language", "")
    with looking() as session:
        words = write_call(
            session,
            here.keyring,
            letter_row(session),
            public_url=here.public_url,
            language=asked if asked in READER_LANGUAGES else "",
        )
    form = FormState(values={"language": words.language})
    return desk_page(
        "calls.html", part=PART, form=form, words=words, languages=mail_languages(), path=members_path(slug)
    )
