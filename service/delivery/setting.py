"""One thing that is set up for a way of sending, as a form asks for it (pure)."""

from dataclasses import dataclass

from service.foundation.sentence import Sentence


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One thing that is set for a way: its `key`, its word on the form, what it is for; of a few, one is chosen."""

    key: str
    word: Sentence
    helps: Sentence
    secret: bool = False
    optional: bool = False
    one_of: tuple[str, ...] = ()
    is_long: bool = False
