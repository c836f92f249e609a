"""The one Jinja environment: strict, escaping, ours alone; no template ever comes from a user."""

from pathlib import Path

import jinja2

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"

_environment = jinja2.Environment(
    loader=jinja2.FileSystemLoader(TEMPLATES),
    autoescape=jinja2.select_autoescape(enabled_extensions=("html", "xml")),
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    auto_reload=False,
)


def render(name: str, /, **context: object) -> str:
    """Fill the template `name` (a path below `templates/`); `.html` escapes every value, `.txt` escapes none.

    A value the template names and the context lacks raises jinja2.UndefinedError: it is a bug.
    """
    return _environment.get_template(name).render(**context)
