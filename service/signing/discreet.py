"""Make a mail say nothing on its outside: for those whose mailbox others may look into (pure)."""

import re
from collections.abc import Mapping
from dataclasses import replace

from service.mail.envelope import Draft
from service.model.message import MessageKind

SUBJECTS: Mapping[MessageKind, str] = {
    MessageKind.CONFIRM: "Please confirm your request",
    MessageKind.ALREADY: "Your request",
    MessageKind.REMINDER: "A reminder of your request",
    MessageKind.INVITATION: "A question to you",
    MessageKind.THANKS: "Your request is done",
}
"""The subject of each kind of mail; "A message for you" for every other."""

_ANY_OTHER = "A message for you"
# Long enough to fill what telephones show of a mail while they are locked.
_LEAD = (
    "This message belongs to a request of yours. You asked for messages that say nothing on the outside,"
    " so what it is about stands below. Read on where nobody looks over your shoulder."
)
_TITLE = re.compile(r"<title>.*?</title>", re.DOTALL)
_BODY = re.compile(r"(<body[^>]*>)")


def discreetly(draft: Draft, kind: MessageKind) -> Draft:
    """Give the same mail without a name in From and with a subject that names neither letter nor coalition.

    Nor is the coalition's address its Reply-To; it still stands in the text.
    """
    subject = SUBJECTS.get(kind, _ANY_OTHER)
    html = _TITLE.sub(lambda _: f"<title>{subject}</title>", draft.html, count=1)
    return replace(
        draft,
        sender_name="",
        subject=subject,
        reply_to=None,
        text=f"{_wrapped(_LEAD)}\n\n\n{draft.text}",
        html=_BODY.sub(lambda found: f"{found[1]}\n<p>{_LEAD}</p>\n<hr>", html, count=1),
    )


def _wrapped(text: str, *, columns: int = 76) -> str:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) + 1 > columns:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)
