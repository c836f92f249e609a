"""What is wrong with a campaign file's keys and values: told key by key, as the end of a sentence."""

import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from service.campaigns import file_tables as tables
from service.campaigns.hints import did_you_mean, one_of, shown
from service.campaigns.toml_lines import Path

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
    plain = [Fault(details["loc"], "is wrong too.") for details in told[MOST_FAULTS_TOLD:]]
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
    *above, key = (part for part in details["loc"] if isinstance(part, str))
    table = _TABLES.get(tuple(above), tables.CampaignFile)
    hint = _other_table(key, table) or did_you_mean(key, _keys(table))
    return f"is not a key that a campaign file has here.{hint}"


def _other_table(key: str, here: type) -> str:
    """Say where a key belongs that is known, and stands in the wrong table."""
    if key in _keys(tables.CampaignFile) and here is not tables.CampaignFile:
        return " It belongs at the top of the file, before the first [table]."
    homes = [path[0] for path, table in _TABLES.items() if len(path) == 1 and key in _keys(table)]
    return f" It belongs in [{homes[0]}]." if len(homes) == 1 and here is tables.CampaignFile else ""


def _keys(table: type) -> list[str]:
    own = {key for _, key in tables.FOUND_BY_LOADING}
    return [field.name for field in fields(table) if field.name not in own]


def _kind(value: object) -> str:
    return next(word for kind, word in _KINDS if isinstance(value, kind))


def _choice(details: ErrorDetails) -> str:
    allowed = re.findall(r"'([^']*)'", details["ctx"]["expected"])
    value = details["input"]
    hint = did_you_mean(value, allowed) if isinstance(value, str) else ""
    return f"must be {one_of(allowed)}.{hint}"


def _tables_or_list(details: ErrorDetails) -> str:
    key = details["loc"][-1]
    if key in {"approvers", "recipients", "translations", "annexes"}:
        name = f"letter.{key}" if key in {"translations", "annexes"} else key
        return f"must be written with double brackets, [[{name}]], once for each."
    return f'must be a list in square brackets, like ["one", "two"], not {_kind(details["input"])}.'


def _table(details: ErrorDetails) -> str:
    key = details["loc"][-1]
    if isinstance(key, int):
        return f"must be a table of its own, under [[{key_name(details['loc'][:-1])}]]."
    return f"must be a table: [{key}] on a line of its own, with its keys below."


def _missing(details: ErrorDetails) -> str:
    path = details["loc"]
    meaning = _MEANING_IN_ANNEX if "annexes" in path else _MEANING
    return f"is missing: {meaning.get(str(path[-1]), 'it is required')}."


def _otherwise(details: ErrorDetails) -> str:
    return f"cannot be taken: {details['msg']}."


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
}

# In this order: a truth value is an int to Python, and a moment is a date.
_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "true or false"),
    (int, "a number"),
    (float, "a number"),
    (str, "text in quotation marks"),
    (list, "a list"),
    (dict, "a table"),
    (datetime, "a date with a time"),
    (date, "a date without a time"),
    (object, "a time without a date"),
)

_MEANING: Mapping[str, str] = {
    "slug": 'give the short name that its web address will have, like slug = "clean-river"',
    "coalition": "say who collects and sends",
    "reply_to": "give the address that answers go to",
    "time_zone": 'name the zone of all moments here, like time_zone = "Europe/Brussels"',
    "opens": "say when sign-ons begin, like opens = 2026-11-24T09:00:00",
    "deadline": "say until when sign-ons are taken, like deadline = 2026-12-05T17:00:00",
    "letter": "begin the text with [letter]",
    "recipients": 'name at least one under [[recipients]], with role = "to"',
    "title": "give the headline of the letter",
    "salutation": 'give the salutation, like salutation = "Dear President Example,"',
    "body": "give the text of the letter",
}

_MEANING_IN_ANNEX: Mapping[str, str] = {
    "title": 'say what the annex is, like title = "Cases"',
    "file": 'name the PDF that lies beside the campaign file, like file = "cases.pdf"',
}

_TELL: Mapping[str, Callable[[ErrorDetails], str]] = {
    "refused": lambda details: str(details["ctx"]["told"]),
    "missing": _missing,
    "unexpected_keyword_argument": _unknown,
    "string_type": lambda details: f"must be text in quotation marks, not {_kind(details['input'])}.",
    "bool_type": lambda details: (
        f"must be true or false without quotation marks, not {_kind(details['input'])}."
    ),
    "int_type": lambda details: f"must be a whole number, not {_kind(details['input'])}.",
    "greater_than_equal": lambda details: f"must be {details['ctx']['ge']} or more.",
    "less_than_equal": lambda details: f"must be {details['ctx']['le']} or less.",
    "date_type": lambda details: f"must be a date alone, like 2026-12-10, not {_kind(details['input'])}.",
    "datetime_type": lambda details: (
        f"must be a date with a time, like 2026-12-05T17:00:00, not {_kind(details['input'])}."
    ),
    "literal_error": _choice,
    "tuple_type": _tables_or_list,
    "dataclass_type": _table,
}
