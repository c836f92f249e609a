"""The countries a form offers, in the order of their names."""

from functools import cache

from service.campaigns.codes import countries
from service.foundation.written import fold_name
from service.i18n.formats import country_name


@cache
def country_options(language: str) -> tuple[tuple[str, str], ...]:
    """Give code and name of every country, sorted as a reader of the language looks for them."""
    named = ((code, country_name(code, language)) for code in countries())
    return tuple(sorted(named, key=lambda option: fold_name(option[1])))
