"""The one Jinja environment for each language: strict, escaping, ours alone; no template ever comes from a user."""

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import jinja2

from service.i18n.catalogue import Catalogue, catalogue
from service.i18n.formats import country_name, direction, write_date, write_number
from service.i18n.languages import ENGLISH
from service.i18n.moments import write_clock, write_day, write_moment, write_month, write_weekday, write_when
from service.i18n.own_names import listed_name

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"

_GETTEXT = ("gettext", "ngettext", "pgettext", "npgettext")


def render(name: str, /, *, language: str = ENGLISH.tag, **context: object) -> str:
    """Fill the template `name` (a path below `templates/`); `.html` escapes every value, `.txt` escapes none.

    The interface's words come in `language`, one of those offered: what stands in `{% trans %}` or `_()`, and every
    Sentence, wherever a template writes it. Templates and their macros also know `language`, `direction`, and the
    functions `write_date`, `write_day`, `write_month`, `write_weekday`, `write_clock`, `write_when`, `write_moment`, `write_number`
    and `write_country` (of its code), which write in that language; `write_language` names a language in itself.
    A value the template names and the context lacks raises jinja2.UndefinedError: it is a bug.
    """
    return _environment(language).get_template(name).render(**context)


@cache
def _environment(language: str) -> jinja2.Environment:
    # One for each language: macros that are imported see the globals of their environment, and nothing of a context.
    return _make_environment(catalogue(language))


def _make_environment(spoken: Catalogue) -> jinja2.Environment:
    language = spoken.language
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=jinja2.select_autoescape(enabled_extensions=("html", "xml")),
        extensions=["jinja2.ext.i18n"],
        undefined=jinja2.StrictUndefined,
        finalize=spoken.say,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.policies["ext.i18n.trimmed"] = True
    _speak(environment, spoken)
    environment.globals.update(
        language=language,
        direction=direction(language),
        write_date=partial(write_date, language=language),
        write_moment=partial(write_moment, language=language),
        write_when=partial(write_when, language=language),
        write_clock=partial(write_clock, language=language),
        write_day=partial(write_day, language=language),
        write_month=partial(write_month, language=language),
        write_weekday=partial(write_weekday, language=language),
        write_number=partial(write_number, language=language),
        write_country=partial(country_name, language=language),
        write_language=listed_name,
    )
    return environment


def _speak(environment: jinja2.Environment, spoken: Catalogue) -> None:
    """Give the environment the catalogue; Jinja escapes what is filled in, for a message is HTML of ours."""
    install: Callable[..., None] = vars(environment)["install_gettext_callables"]
    install(
        spoken.gettext, spoken.ngettext, newstyle=True, pgettext=spoken.pgettext, npgettext=spoken.npgettext
    )
    known: dict[str, Any] = {name: environment.globals[name] for name in _GETTEXT}
    environment.globals.update({name: _with_values_said(known[name], spoken) for name in _GETTEXT})


def _with_values_said(look_up: Callable[..., str], spoken: Catalogue) -> Callable[..., str]:
    @jinja2.pass_context
    def looked_up(context: jinja2.runtime.Context, *words: Any, **values: Any) -> str:
        # Where a number chooses the form it comes last, and the message calls it "num".
        number = {"num": words[-1]} if isinstance(words[-1], int) else {}
        said = {name: spoken.numbered(value) for name, value in {**number, **values}.items()}
        return look_up(context, *words, **said)

    return looked_up
