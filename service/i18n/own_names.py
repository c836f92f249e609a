"""What a language calls itself."""

from babel import Locale


def own_name(tag: str) -> str:
    """Name a language in itself, for a switch between texts: "français" for "fr"."""
    locale = Locale.parse(tag, sep="-")
    return locale.get_display_name(locale.language if not locale.script else str(locale)) or tag
