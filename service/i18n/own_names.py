"""What a language calls itself, and what another one calls it."""

from functools import cache

from babel import Locale, UnknownLocaleError

from service.i18n.languages import OFFERED


def own_name(tag: str) -> str:
    """Name a language in itself, for a switch between texts: "français" for "fr"."""
    locale = Locale.parse(tag, sep="-")
    return locale.get_display_name(locale.language if not locale.script else str(locale)) or tag


@cache
def listed_name(tag: str) -> str:
    """Name a language in itself as it stands alone or in a list: "Français" for "fr"; the tag where nobody knows it."""
    offered = {one.tag: one.name for one in OFFERED}
    if tag in offered:
        return offered[tag]
    try:
        name = own_name(tag)
    except (ValueError, UnknownLocaleError):
        return tag
    return name[:1].upper() + name[1:]


def name_within(tag: str, *, within: str) -> str:
    """Name a language in another one, whose letters need no font of its own: "French" for "fr" within "en".

    The tag itself where that language has no name for it.
    """
    locale, reader = Locale.parse(tag, sep="-"), Locale.parse(within, sep="-")
    return locale.get_display_name(str(reader)) or tag
