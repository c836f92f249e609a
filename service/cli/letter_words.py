"""letter words: print the fixed words of letters in a language, to be filled in or changed."""

import click

from service.cli.context import say
from service.i18n.words_to_fill import words_to_fill


@click.command()
@click.argument("language")
def words(language: str) -> None:
    """Print the table [letter.words] for a language (its BCP 47 tag, like cy or fa), for a campaign file.

    Words that come with the service stand in comments; what is missing is empty, with the English beside it.
    """
    say(words_to_fill(language).rstrip())
