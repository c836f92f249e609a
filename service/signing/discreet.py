"""Make a mail say nothing on its outside: for those whose mailbox others may look into (pure)."""

import re
from collections.abc import Mapping
from dataclasses import replace

from service.foundation.sentence import Sentence
from service.i18n.catalogue import catalogue
from service.mail.compose import wrap_lines
from service.mail.envelope import Draft
from service.model.message import MessageKind

SUBJECTS: Mapping[MessageKind, Sentence] = {
    MessageKind.CONFIRM: Sentence("Please confirm your request"),
    MessageKind.ALREADY: Sentence("Your request"),
    MessageKind.REMINDER: Sentence("A reminder of your request"),
    MessageKind.INVITATION: Sentence("A question to you"),
    MessageKind.THANKS: Sentence("Your request is done"),
}
"""The subject of each kind of mail; "A message for you" for every other."""

_ANY_OTHER = Sentence("A message for you")
# Long enough to fill what telephones show of a mail while they are locked.
_LEAD = Sentence(
    "This message belongs to a request of yours. You asked for messages that say nothing on the outside,"
    " so what it is about stands below. Read on where nobody looks over your shoulder."
)
_TITLE = re.compile(r"<title>.*?</title>", re.DOTALL)
_BODY = re.compile(r"(<body[^>]*>)")


def discreetly(draft: Draft, kind: MessageKind) -> Draft:
    """Give the same mail with nobody's name in From, and a subject in its language that names neither letter nor coalition.

    Nor is the coalition's address its Reply-To; it still stands in the text.
    """
    spoken = catalogue(draft.language)
    subject, lead = str(spoken.say(SUBJECTS.get(kind, _ANY_OTHER))), str(spoken.say(_LEAD))
    html = _TITLE.sub(lambda _: f"<title>{subject}</title>", draft.html, count=1)
    return replace(
        draft,
        sender_name="",
        subject=subject,
        reply_to=None,
        text=f"{wrap_lines(lead)}\n\n{draft.text}",
        html=_BODY.sub(lambda found: f"{found[1]}\n<p>{lead}</p>\n<hr>", html, count=1),
    )
