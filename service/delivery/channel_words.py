"""What each way of sending is called on pages."""

from collections.abc import Mapping

from service.foundation.sentence import Sentence

_WORDS: Mapping[str, Sentence] = {
    "own_mailbox": Sentence("from your own mailbox", context="a way of sending"),
    "hand_over": Sentence("handed over in person", context="a way of sending"),
    "via": Sentence("through somebody else", context="a way of sending"),
    "email": Sentence("e-mail", context="a way of sending"),
    "post": Sentence("post", context="a way of sending"),
    "lob": Sentence("printed and posted by Lob", context="a way of sending"),
    "pingen": Sentence("printed and posted by Pingen", context="a way of sending"),
    "webform": Sentence("a form on the office's site", context="a way of sending"),
    "cwc": Sentence("US House (Communicating with Congress)", context="a way of sending"),
    "soapbox": Sentence("US Senate (SOAPBox)", context="a way of sending"),
    "regulations": Sentence("regulations.gov", context="a way of sending"),
    "unhrc": Sentence("statement to the UN Human Rights Council", context="a way of sending"),
    "upr": Sentence("Universal Periodic Review", context="a way of sending"),
    "pec": Sentence("certified e-mail (PEC)", context="a way of sending"),
    "archive": Sentence("archive", context="a way of sending"),
}


def channel_word(name: str) -> str:
    """Say what a way of sending is called; one that nobody has named yet is called by its code (pure)."""
    return _WORDS.get(name, name)
