"""What a letter on paper says of drafts and of the volumes that its names stand in."""

from service.i18n.formats import write_number
from service.i18n.words import Words, fill_in


def draft_mark(revision: int, words: Words) -> str:
    """Write the mark of a draft: "DRAFT v3, not for circulation"."""
    return fill_in(words.draft, n=write_number(revision, words.language))


def volume_line(place: int, last: int, words: Words) -> str:
    """Write which volume of the names this is: "Volume 2 of 5"."""
    language = words.language
    return fill_in(words.volume, place=write_number(place, language), last=write_number(last, language))


def in_volumes_line(names: int, last: int, words: Words) -> str:
    """Write where so many names stand: "The 100,000 names stand in volumes 1 to 5 …"."""
    language = words.language
    return fill_in(words.in_volumes, names=write_number(names, language), last=write_number(last, language))
