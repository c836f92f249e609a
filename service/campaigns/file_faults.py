"""What is wrong with a campaign file's keys and values: told key by key, as the end of a sentence."""

import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from service.campaigns import file_tables as tables
from service.campaigns import file_ways as ways
from service.campaigns.hints import did_you_mean, one_of, shown
from service.campaigns.toml_lines import Path
from service.foundation.sentence import Sentence

MOST_FAULTS_TOLD = 1000


class Fault(NamedTuple):
    """One thing that is wrong: where, and the sentence about it without its subject."""

    path: Path
    told: str
    near: str = ""
    """The faulty words inside a long value, so that their own line can be named."""


def file_or_faults(values: Mapping[str, Any]) -> tables.CampaignFile | list[Fault]:
    """Make a campaign file of what TOML says, or tell every key and value that is wrong by itself.

    The validation error goes no further than this: it quotes the values, and no log may.
    """
    try:
        return tables.CAMPAIGN_FILE.validate_python(values)
    except ValidationError as error:
        return faults_of(error)


def faults_of(error: ValidationError) -> list[Fault]:
    """Tell every key and value that a validation found wrong by itself."""
    told = error.errors(include_url=False)
    # A suggestion takes time, and nobody reads the thousandth.
    plain = [Fault(details["loc"], Sentence("is wrong too.")) for details in told[MOST_FAULTS_TOLD:]]
    return [*(_fault(details) for details in told[:MOST_FAULTS_TOLD]), *plain]


def key_name(path: Path) -> str:
    """Write a path as people do: `letter.asks[2]` is the second ask."""
    name = ""
    for part in path:
        name += f"[{part + 1}]" if isinstance(part, int) else f".{shown(part)}"
    return name.removeprefix(".")


def _fault(details: ErrorDetails) -> Fault:
    path: Path = details["loc"]
    told = _TELL.get(details["type"], _otherwise)(details)
    hidden = re.search(r"\(U\+([0-9A-F]{4,6})\)", told)
    return Fault(path=path, told=told, near=chr(int(hidden[1], 16)) if hidden else "")


def _unknown(details: ErrorDetails) -> str:
    *above, key = _names(details["loc"])
    table = _TABLES.get(tuple(above), tables.CampaignFile)
    hint = _other_table(key, table) or did_you_mean(key, _keys(table))
    return Sentence("is not a key that a campaign file has here. {hint}", hint=hint)


def _other_table(key: str, here: type) -> str:
    """Say where a key belongs that is known, and stands in the wrong table."""
    if key in _keys(tables.CampaignFile) and here is not tables.CampaignFile:
        return Sentence("It belongs at the top of the file, before the first [table].")
    homes = [path[0] for path, table in _TABLES.items() if len(path) == 1 and key in _keys(table)]
    if len(homes) != 1 or here is not tables.CampaignFile:
        return ""
    return Sentence("It belongs in {table}.", table=f"[{homes[0]}]")


def _keys(table: type) -> list[str]:
    own = {key for _, key in tables.FOUND_BY_LOADING}
    return [field.name for field in fields(table) if field.name not in own]


def _kind(value: object) -> Sentence:
    return next(word for kind, word in _KINDS if isinstance(value, kind))


def _choice(details: ErrorDetails) -> str:
    allowed = re.findall(r"'([^']*)'", details["ctx"]["expected"])
    value = details["input"]
    hint = did_you_mean(value, allowed) if isinstance(value, str) else ""
    return Sentence("must be {allowed}. {hint}", allowed=one_of(allowed), hint=hint)


def _tables_or_list(details: ErrorDetails) -> str:
    if _names(details["loc"]) in _LISTS:
        table = f"[[{'.'.join(_names(details['loc']))}]]"
        return Sentence("must be written with double brackets, {table}, once for each.", table=table)
    return Sentence(
        "must be a list in square brackets, like {example}, not {kind}.",
        example='["one", "two"]',
        kind=_kind(details["input"]),
    )


def _table(details: ErrorDetails) -> str:
    name = ".".join(_names(details["loc"]))
    if isinstance(details["loc"][-1], int):
        return Sentence("must be a table of its own, under {table}.", table=f"[[{name}]]")
    return Sentence("must be a table: {table} on a line of its own, with its keys below.", table=f"[{name}]")


def _names(path: Path) -> tuple[str, ...]:
    """Give a path without the places in lists: the name of a table."""
    return tuple(part for part in path if isinstance(part, str))


def _missing(details: ErrorDetails) -> str:
    path = details["loc"]
    meaning = _MEANING_IN_ANNEX if "annexes" in path else _MEANING
    return meaning.get(str(path[-1]), _REQUIRED)


def _otherwise(details: ErrorDetails) -> str:
    return Sentence("cannot be taken: {reason}.", reason=details["msg"])


_TABLES: Mapping[tuple[str, ...], type] = {
    (): tables.CampaignFile,
    ("event",): tables.Event,
    ("contact",): tables.Contact,
    ("press",): tables.Press,
    ("show",): tables.Show,
    ("letterhead",): tables.Letterhead,
    ("signatories",): tables.SignatoriesShown,
    ("letter",): tables.Letter,
    ("letter", "translations"): tables.Translation,
    ("letter", "annexes"): tables.AnnexFile,
    ("approvers",): tables.Approver,
    ("recipients",): tables.Recipient,
    ("recipients", "webform"): ways.WebForm,
    ("recipients", "webform", "fields"): ways.FormField,
    ("recipients", "unhrc"): ways.Council,
    ("recipients", "unhrc", "ngos"): ways.Ngo,
    ("recipients", "upr"): ways.Review,
}

_LISTS = frozenset(
    {
        ("approvers",),
        ("recipients",),
        ("letter", "translations"),
        ("letter", "annexes"),
        ("recipients", "webform", "fields"),
        ("recipients", "unhrc", "ngos"),
    }
)
"""The tables that a file may hold more than once."""

# In this order: a truth value is an int to Python, and a moment is a date.
_KINDS: tuple[tuple[type, Sentence], ...] = (
    (bool, Sentence("true or false", context="what a value is")),
    (int, Sentence("a number", context="what a value is")),
    (float, Sentence("a number", context="what a value is")),
    (str, Sentence("text in quotation marks", context="what a value is")),
    (list, Sentence("a list", context="what a value is")),
    (dict, Sentence("a table", context="what a value is")),
    (datetime, Sentence("a date with a time", context="what a value is")),
    (date, Sentence("a date without a time", context="what a value is")),
    (object, Sentence("a time without a date", context="what a value is")),
)

_REQUIRED = Sentence("is missing: it is required.")

_MEANING: Mapping[str, Sentence] = {
    "slug": Sentence(
        "is missing: give the short name that its web address will have, like {example}.",
        example='slug = "clean-river"',
    ),
    "coalition": Sentence("is missing: say who collects and sends."),
    "reply_to": Sentence("is missing: give the address that answers go to."),
    "time_zone": Sentence(
        "is missing: name the zone of all moments here, like {example}.",
        example='time_zone = "Europe/Brussels"',
    ),
    "opens": Sentence(
        "is missing: say when sign-ons begin, like {example}.", example="opens = 2026-11-24T09:00:00"
    ),
    "deadline": Sentence(
        "is missing: say until when sign-ons are taken, like {example}.",
        example="deadline = 2026-12-05T17:00:00",
    ),
    "letter": Sentence("is missing: begin the text with {table}.", table="[letter]"),
    "recipients": Sentence(
        "is missing: name at least one under {table}, with {example}.",
        table="[[recipients]]",
        example='role = "to"',
    ),
    "title": Sentence("is missing: give the headline of the letter."),
    "salutation": Sentence(
        "is missing: give the salutation, like {example}.", example='salutation = "Dear President Example,"'
    ),
    "body": Sentence("is missing: give the text of the letter."),
}

_MEANING_IN_ANNEX: Mapping[str, Sentence] = {
    "title": Sentence("is missing: say what the annex is, like {example}.", example='title = "Cases"'),
    "file": Sentence(
        "is missing: name the PDF that lies beside the campaign file, like {example}.",
        example='file = "cases.pdf"',
    ),
}

_TELL: Mapping[str, Callable[[ErrorDetails], str]] = {
    "refused": lambda details: str(details["ctx"]["told"]),
    "missing": _missing,
    "unexpected_keyword_argument": _unknown,
    "string_type": lambda details: Sentence(
        "must be text in quotation marks, not {kind}.", kind=_kind(details["input"])
    ),
    "bool_type": lambda details: Sentence(
        "must be true or false without quotation marks, not {kind}.", kind=_kind(details["input"])
    ),
    "int_type": lambda details: Sentence("must be a whole number, not {kind}.", kind=_kind(details["input"])),
    "greater_than_equal": lambda details: Sentence("must be {least} or more.", least=details["ctx"]["ge"]),
    "less_than_equal": lambda details: Sentence("must be {most} or less.", most=details["ctx"]["le"]),
    "date_type": lambda details: Sentence(
        "must be a date alone, like 2026-12-10, not {kind}.", kind=_kind(details["input"])
    ),
    "datetime_type": lambda details: Sentence(
        "must be a date with a time, like 2026-12-05T17:00:00, not {kind}.", kind=_kind(details["input"])
    ),
    "literal_error": _choice,
    "tuple_type": _tables_or_list,
    "dataclass_type": _table,
}
