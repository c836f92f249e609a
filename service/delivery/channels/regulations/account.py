"""The key by which comments are submitted: whose receipt it is, whether it is real, and who has certified what the terms ask."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from service.delivery.setting import Setting
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence


class Mode(StrEnum):
    """Which of the two services is asked; a key is good for one of them."""

    LIVE = "live"
    STAGING = "staging"


MODES: Mapping[Mode, Sentence] = {
    Mode.LIVE: Sentence("The real service: comments are submitted to the agency."),
    Mode.STAGING: Sentence("The staging service: no agency gets anything, and every sending stays unsent."),
}
"""What each mode is called wherever the account is shown."""

SETTINGS: tuple[Setting, ...] = (
    Setting(
        key="mode",
        word=Sentence("Which service"),
        helps=Sentence("A key is good for one of them."),
        one_of=tuple(mode.value for mode in Mode),
        words={mode.value: said for mode, said in MODES.items()},
    ),
    Setting(
        key="api_key",
        word=Sentence("Key of the comment API"),
        helps=Sentence(
            "One that may post comments; the General Services Administration gives it on request."
        ),
        secret=True,
    ),
    Setting(
        key="certified",
        word=Sentence("Terms of participation"),
        helps=Sentence(
            "The comment comes from real persons and was gathered by lawful means, and its signatories could read the user"
            " notice, the privacy notice and the document at regulations.gov."
        ),
        one_of=("yes",),
        words={"yes": Sentence("I certify this for the coalition")},
    ),
    Setting(
        key="receipt_email",
        word=Sentence("Address for the receipt"),
        helps=Sentence(
            "regulations.gov sends its own receipt there. The tracking number is kept here in any case."
        ),
        optional=True,
    ),
)
"""What sets up regulations.gov, as a form asks for it."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """A key of regulations.gov, and what was said with it."""

    api_key: str = field(repr=False)
    mode: Mode
    receipt_email: str = field(repr=False)
    certified: bool


def read_account(settings: Mapping[str, str]) -> Account:
    """Read the account from the settings of this way; raises Refused, in one sentence, where it cannot be used.

    `api_key` is the key; `mode` "live" or "staging"; `receipt_email` may be missing; `certified` is "yes" where a coordinator
    has certified what the terms of participation ask.
    """
    key = settings.get("api_key", "").strip()
    if not key:
        raise Refused(Sentence("No key of regulations.gov that may comment is set up here."))
    if not (key.isascii() and key.isprintable()):
        raise Refused(Sentence("This is no key of regulations.gov: it has letters and figures alone."))
    mode = settings.get("mode", "")
    if mode not in set(Mode):
        raise Refused(
            Sentence("Say whether this key is for the real service of regulations.gov or for trials.")
        )
    return Account(
        api_key=key,
        mode=Mode(mode),
        receipt_email=settings.get("receipt_email", ""),
        certified=settings.get("certified") == "yes",
    )
