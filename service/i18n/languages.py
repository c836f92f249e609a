"""The languages of the interface, and which of them a reader gets (pure)."""

from collections.abc import Iterator
from dataclasses import dataclass

LONGEST_HEADER = 500
"""Characters of Accept-Language that are read; browsers write fewer than a hundred."""


@dataclass(frozen=True, kw_only=True)
class Language:
    """A language by its tag (BCP 47), its script (ISO 15924), and the name that its readers call it by."""

    tag: str
    script: str
    name: str


ENGLISH = Language(tag="en", script="Latn", name="English")
OFFERED = (
    ENGLISH,
    Language(tag="fr", script="Latn", name="Français"),
    Language(tag="es", script="Latn", name="Español"),
    Language(tag="ar", script="Arab", name="العربية"),
    Language(tag="ug", script="Arab", name="ئۇيغۇرچە"),
    Language(tag="bo", script="Tibt", name="བོད་ཡིག"),
    Language(tag="zh-Hans", script="Hans", name="简体中文"),
)
"""Every language that pages and mails are written in, English first: all others fall back to it."""

# British English has the words of English and writes dates in its own way.
_VARIANTS = {"en-gb": "en-GB"}
_TRADITIONAL = frozenset({"tw", "hk", "mo"})


def offered_tags() -> tuple[str, ...]:
    """Give the tag of every offered language, the variants that only write dates differently included."""
    return (*(language.tag for language in OFFERED), *_VARIANTS.values())


def find_offered(tag: str) -> str:
    """Give the offered language that a reader of `tag` reads; empty where there is none.

    Regions do not matter ("fr-CA" is "fr"), a script does: "zh-TW" and "ug-Latn" are not offered.
    """
    parts = tag.strip().replace("_", "-").lower().split("-")
    if "-".join(parts) in _VARIANTS:
        return _VARIANTS["-".join(parts)]
    script = next((part for part in parts[1:] if len(part) == 4 and part.isalpha()), "")
    if parts[0] == "zh" and not script and _TRADITIONAL & set(parts[1:]):
        script = "hant"
    for language in OFFERED:
        if parts[0] == language.tag.partition("-")[0] and script in {"", language.script.lower()}:
            return language.tag
    return ""


def accepted_language(header: str) -> str:
    """Give the offered language that an Accept-Language header likes best (RFC 9110, section 12.5.4); or "".

    What is malformed in it is passed over; the first of equals wins.
    """
    wanted = sorted(_weighted(header[:LONGEST_HEADER]), key=lambda choice: -choice[1])
    return next((found for tag, weight in wanted if weight > 0 and (found := find_offered(tag))), "")


def choose_language(*, asked: str = "", reader: str = "", accepted: str = "", letter: str = "") -> str:
    """Settle the language of one page; always one that is offered.

    The page's own address comes first (`asked`), then the `reader` where a personal link says who reads, then the
    header Accept-Language as it came (`accepted`), then the letter's language, then English.
    """
    found = (
        find_offered(asked),
        find_offered(reader),
        accepted_language(accepted),
        find_offered(letter),
    )
    return next((tag for tag in found if tag), ENGLISH.tag)


def mail_language(*, reader: str, letter: str) -> str:
    """Settle the language of a mail: the reader's, else the letter's, else English."""
    return choose_language(reader=reader, letter=letter)


def _weighted(header: str) -> Iterator[tuple[str, float]]:
    for item in header.split(","):
        tag, _, parameter = item.partition(";")
        name, _, value = parameter.strip().partition("=")
        weight = _weight(value) if name.strip().lower() == "q" else 1.0
        yield tag, weight


def _weight(text: str) -> float:
    # float() would take "nan", "inf" and "1_0" as well.
    digits = text.strip()
    if not digits.replace(".", "", 1).isdigit() or not digits.isascii():
        return 0.0
    return min(float(digits), 1.0)
