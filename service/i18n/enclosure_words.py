"""How a letter lists what is enclosed with it."""

from service.i18n.formats import count, isolate, write_number
from service.i18n.words import Words, fill_in


def enclosures_label(number: int, words: Words) -> str:
    """Write what stands before the list of what is enclosed; empty where nothing is."""
    return count(number, words.enclosures, words.language)


def enclosure_line(title: str, pages: int, words: Words) -> str:
    """Write the line of one enclosure, without its number: "Cases (PDF, 12 pages)"."""
    said = count(pages, words.pages, words.language)
    return fill_in(words.enclosure, title=isolate(title, within=words.language), pages=said)


def enclosure_number(place: int, language: str) -> str:
    """Write the number of an enclosure: "1."."""
    return f"{write_number(place, language)}."
