"""Find every message in the sources, and bring the catalogues to them: `make catalogues`, or read by the tests."""

import ast
import functools
import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from service.i18n.catalogue import FOLDER, catalogue_file, plural_forms
from service.i18n.languages import ENGLISH, OFFERED
from tests.house.repository import files, named

TEMPLATE = FOLDER / "undersigned.pot"
FOR_TRANSLATORS = "translators:"
_FUNCTIONS = ("gettext", "_", "ngettext", "pgettext", "npgettext")
# No date, no version and no line number: a catalogue changes where its messages do, and nowhere else.
_HEADER = """\
# {title}
msgid ""
msgstr ""
"Project-Id-Version: Undersigned\\n"
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
{plural}"""


@dataclass(frozen=True, kw_only=True)
class Found:
    """A message and where it stands; `plural` and `context` are empty where there is none."""

    message: str
    plural: str = ""
    context: str = ""
    place: str
    line: int
    comments: tuple[str, ...] = ()


@functools.cache
def find_messages() -> tuple[Found, ...]:
    """Find every message of the templates and of the service."""
    templates, modules = files(".html", ".txt", under="templates"), files(".py", under="service")
    return (
        *(message for path in templates for message in _in_template(path)),
        *(message for path in modules for message in in_python(path.read_text(), named(path))),
    )


def in_python(source: str, place: str) -> Iterator[Found]:
    """Find each Sentence(…) of a module; raises ValueError for one whose words are not written out."""
    remarks = dict(_remarks(source))
    for node in ast.walk(ast.parse(source)):
        if not (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Sentence"
        ):
            continue
        context = [keyword.value for keyword in node.keywords if keyword.arg == "context"]
        words = [part.value for part in (*node.args, *context) if isinstance(part, ast.Constant)]
        if not node.args or len(words) != len(node.args) + len(context):
            raise ValueError(
                f"{place}:{node.lineno}: write the words of a Sentence out, so that they are found."
            )
        message, plural = (*words[: len(node.args)], "")[:2]
        remark = remarks.get(node.lineno - 1)
        yield Found(
            message=message,
            plural=plural,
            context=words[-1] if context else "",
            place=place,
            line=node.lineno,
            comments=(remark,) if remark else (),
        )


def make_catalog(language: str = "", *, known: Catalog | None = None) -> Catalog:
    """Put the messages into a catalogue, with the translations that are `known` of them."""
    catalog = Catalog(locale=language.replace("-", "_") or None, fuzzy=False)
    for found in find_messages():
        words = (found.message, found.plural) if found.plural else found.message
        old = known.get(found.message, found.context or None) if known else None
        is_same_kind = old is not None and isinstance(old.string, str) is not bool(found.plural)
        catalog.add(
            words,
            string=old.string if old and is_same_kind else None,
            locations=[(found.place, found.line)],
            flags=old.flags if old else (),
            auto_comments=found.comments,
            user_comments=old.user_comments if old else (),
            context=found.context or None,
        )
    return catalog


def write_template() -> str:
    """Give the text of the catalogues' template."""
    title = "Every message of Undersigned, for translators; docs/translating.md says how. Written by `make catalogues`."
    return _written(make_catalog(), _HEADER.format(title=title, language="", plural=""))


def write_catalogue(language: str) -> str:
    """Give the text of a language's catalogue, with all messages of the sources and the translations it has."""
    path = catalogue_file(language)
    known = read_catalogue(language) if path.exists() else None
    catalog = make_catalog(language, known=known)
    name = next(offered.name for offered in OFFERED if offered.tag == language)
    forms = f"{catalog.num_plurals}; plural={catalog.plural_expr}"
    header = _HEADER.format(
        title=f"{name}. Machine-made, to be reviewed by a native reader; docs/translating.md says how.\n"
        f"# Forms of a message with a number, in this order: {', '.join(plural_forms(language))}.",
        language=language.replace("-", "_"),
        plural=f'"Plural-Forms: nplurals={forms};\\n"\n',
    )
    return _written(catalog, header)


def read_catalogue(language: str) -> Catalog:
    """Read a language's catalogue as it stands."""
    with catalogue_file(language).open("rb") as file:
        return read_po(file, locale=language.replace("-", "_"))


def translated_languages() -> list[str]:
    """Give the languages that have a catalogue: all that are offered but English."""
    return [language.tag for language in OFFERED if language is not ENGLISH]


def untranslated(language: str) -> list[str]:
    """Give the messages that a catalogue lacks, or that a person has marked as doubtful."""
    missing = []
    for message in read_catalogue(language):
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.id and (not all(forms) or message.fuzzy):
            missing.append(message.id if isinstance(message.id, str) else message.id[0])
    return missing


def _in_template(path: Path) -> Iterator[Found]:
    options = {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}
    for line, function, words, comments in babel_extract(
        io.BytesIO(path.read_bytes()), _FUNCTIONS, [FOR_TRANSLATORS], options
    ):
        said = [words] if isinstance(words, str) else [word for word in words if word is not None]
        context = said.pop(0) if function in {"pgettext", "npgettext"} else ""
        message, plural = said[:2] if function.startswith("n") else (said[0], "")
        yield Found(
            message=message,
            plural=plural,
            context=context,
            place=named(path),
            line=line,
            comments=tuple(comments),
        )


def _remarks(source: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        words = token.string.removeprefix("#").strip()
        if token.type == tokenize.COMMENT and words.startswith(FOR_TRANSLATORS):
            yield token.start[0], words


def _written(catalog: Catalog, header: str) -> str:
    file = io.BytesIO()
    write_po(file, catalog, width=0, omit_header=True, sort_by_file=True, include_lineno=False)
    return header + "\n" + file.getvalue().decode().lstrip("\n")


def main() -> None:
    """Write the template and all catalogues, and tell what they lack."""
    FOLDER.mkdir(exist_ok=True)
    TEMPLATE.write_text(write_template())
    print(f"{named(TEMPLATE)}: {len(make_catalog())} messages")
    for language in translated_languages():
        text = write_catalogue(language)
        catalogue_file(language).write_text(text)
        print(f"{named(catalogue_file(language))}: {len(untranslated(language))} to translate")


if __name__ == "__main__":
    main()
