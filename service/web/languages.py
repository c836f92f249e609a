"""The languages that forms offer, each by its own name."""

from collections.abc import Collection, Mapping
from functools import cache

from service.campaigns.codes import READER_LANGUAGES
from service.i18n.own_names import listed_name
from service.i18n.words import shipped_languages

LANGUAGES = (
    ("en", "English"),
    ("fr", "Français"),
    ("es", "Español"),
    ("ar", "العربية"),
    ("ug", "ئۇيغۇرچە"),
    ("bo", "བོད་ཡིག"),
    ("zh-Hans", "简体中文"),
)
"""Those in which a signatory may be written to."""
OTHER = "__other"
"""What the name of the field ends in that takes the tag of a language which a list lacks."""


def language_options(present: str) -> tuple[tuple[str, str], ...]:
    """Give tag and name of every language on offer, and the present one where it is another, such as "en-GB"."""
    known = dict(LANGUAGES)
    if present and present not in known:
        base = known.get(present.partition("-")[0], present)
        return ((present, f"{base} ({present})"), *LANGUAGES)
    return LANGUAGES


@cache
def mail_languages() -> tuple[tuple[str, str], ...]:
    """Give tag and name of every language that the secretariat may choose for somebody's mail."""
    return tuple((tag, listed_name(tag)) for tag in READER_LANGUAGES)


def letter_languages(but: Collection[str] = ()) -> tuple[tuple[str, str], ...]:
    """Give tag and name of every language that letters have words for, by name; `but` are left out."""
    return tuple(one for one in _letter_languages() if one[0] not in but)


def with_others(entries: Mapping[str, str]) -> dict[str, str]:
    """Put a language that was given by its tag in the place of the one that was chosen from the list (pure)."""
    found = dict(entries)
    for name, text in entries.items():
        if name.endswith(OTHER) and text.strip():
            found[name.removesuffix(OTHER)] = text.strip()
    return found


@cache
def _letter_languages() -> tuple[tuple[str, str], ...]:
    named = ((tag, listed_name(tag)) for tag in shipped_languages())
    return tuple(sorted(named, key=lambda one: one[1].casefold()))
