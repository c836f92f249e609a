"""The table of fixed words that a language needs, as a campaign file has it, to be filled in by who speaks it."""

from babel import Locale

from service.i18n.catalogue import plural_forms
from service.i18n.formats import Noun, settle_language
from service.i18n.words import COUNTED, KEYS, missing_words, told_words, words_for


def words_to_fill(language: str) -> str:
    """Write a [letter.words] table in TOML: a word that is missing is empty and has its English beside it.

    A word that is shipped stands in a comment, to be changed where a coalition wants its own. Raises Refused for a tag
    that no language has.
    """
    tag = settle_language(language)
    missing = frozenset(missing_words(tag))
    name = Locale.parse(tag, sep="-").get_display_name("en") or tag
    lines = [
        f"# The fixed words of letters in {name} ({tag}).",
        "# What stands in braces is filled in and must stay. The forms one, few … are those of CLDR's plural rules:",
        "# take out each that is as the form other.",
        "[letter.words]",
    ]
    lines += (_empty(key, tag) if key in missing else f"# {key} = {_written(key, tag)}" for key in KEYS)
    return "\n".join(lines) + "\n"


def _empty(key: str, language: str) -> str:
    forms = ", ".join(f'{form} = ""' for form in plural_forms(language))
    return (
        f"{key} = {{ {forms} }}  # {_written(key, 'en')}"
        if key in COUNTED
        else f'{key} = ""  # {_written(key, "en")}'
    )


def _written(key: str, language: str) -> str:
    if missing_words(language):
        # A language that lacks a word lacks all but those that its script has.
        return _quoted(told_words(language)[key]["other"])
    word = getattr(words_for(language), key)
    if not isinstance(word, Noun):
        return _quoted(str(word))
    forms = ((form, str(getattr(word, form))) for form in plural_forms(language))
    return "{ " + ", ".join(f"{form} = {_quoted(said)}" for form, said in forms if said) + " }"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\u00a0", "\\u00A0") + '"'
