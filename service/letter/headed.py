"""What every paper says of itself, whatever it is: its language, its author, its day and its title."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Headed:
    """The head of a paper: `language` a BCP 47 tag, `direction` "ltr" or "rtl", `day` by ISO 8601, `coalition` who wrote it."""

    language: str
    direction: str
    coalition: str
    day: str
    title: str
