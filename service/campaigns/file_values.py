"""The kinds of values that a campaign file holds: each checked, and brought to its one form."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Strict
from pydantic_core import PydanticCustomError

from service.campaigns.codes import country_code, letter_language, time_zone
from service.campaigns.letter_words import words_table
from service.foundation import addresses
from service.foundation.addresses import normal_address
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.foundation.written import clean_line, clean_text
from service.i18n.words import Given

LONGEST_TITLE = 300
LONGEST_ASK = 4000
LONGEST_BODY = 100_000

ONLY_KNOWN_KEYS = ConfigDict(extra="forbid")

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{1,58}[a-z0-9]")
_LONGEST_WEB_ADDRESS = 500


def checked_by(check: Callable[[str], str]) -> AfterValidator:
    """Let pydantic collect what `check` refuses; with `what=""` its sentence is the part after the key."""

    def checked(text: str) -> str:
        try:
            return check(text)
        except Refused as refusal:
            raise PydanticCustomError("refused", "{told}", {"told": str(refusal)}) from refusal

    return AfterValidator(checked)


def _line(longest: int) -> AfterValidator:
    return checked_by(lambda text: clean_line(text, what="", longest=longest))


def _text(longest: int) -> AfterValidator:
    return checked_by(lambda text: clean_text(text, what="", longest=longest))


def _filled(text: str) -> str:
    if not text:
        raise Refused(Sentence("is empty: write it, or take it out where it is not required."))
    return text


def _slug(text: str) -> str:
    if not _SLUG.fullmatch(text):
        raise Refused(
            Sentence(
                "must be 3 to 60 lower-case letters (a to z), digits and hyphens, with no hyphen at either "
                "end."
            )
        )
    return text


def web_address(text: str) -> str:
    """Bring the address of a page to its form; raises Refused for one that does not begin with https://, and for one with a password."""
    found = clean_line(text, what="", longest=_LONGEST_WEB_ADDRESS)
    try:
        page = addresses.web_address(found, what="")
    except Refused as refusal:
        raise Refused(_NO_WEB_ADDRESS) from refusal
    if not page.lower().startswith("https:"):
        raise Refused(_NO_WEB_ADDRESS)
    return page


def _local(moment: datetime) -> datetime:
    if moment.tzinfo is not None:
        told = Sentence(
            "must be without Z or an offset like +01:00: moments here are local to {zone}.", zone="time_zone"
        )
        raise PydanticCustomError("refused", "{told}", {"told": told})
    return moment


_NO_WEB_ADDRESS = Sentence(
    "must be the address of a page that begins with https://, without a name or password in it."
)

Written = Annotated[str, Strict()]
_FILLED = checked_by(_filled)

OptionalLine = Annotated[Written, _line(200)]
Line = Annotated[OptionalLine, _FILLED]
OptionalTitle = Annotated[Written, _line(LONGEST_TITLE)]
Title = Annotated[OptionalTitle, _FILLED]
OptionalText = Annotated[Written, _text(LONGEST_ASK)]
Text = Annotated[OptionalText, _FILLED]
OptionalBody = Annotated[Written, _text(LONGEST_BODY)]
Body = Annotated[OptionalBody, _FILLED]
Slug = Annotated[Written, checked_by(_slug)]
Address = Annotated[Written, checked_by(lambda text: normal_address(text, what=""))]
OptionalAddress = Annotated[Written, checked_by(lambda text: normal_address(text, what="") if text else "")]
Country = Annotated[Written, checked_by(lambda text: country_code(text, what="") if text else "")]
Language = Annotated[Written, checked_by(lambda text: letter_language(text, what=""))]
FixedWords = Annotated[Given, BeforeValidator(words_table)]
Zone = Annotated[Written, checked_by(lambda text: time_zone(text, what=""))]
Moment = Annotated[datetime, Strict(), AfterValidator(_local)]
Day = Annotated[date, Strict()]
WebAddress = Annotated[Written, checked_by(web_address)]
OptionalWebAddress = Annotated[Written, checked_by(lambda text: web_address(text) if text else "")]
Flag = Annotated[bool, Strict()]
Whole = Annotated[int, Strict()]
Yes = Annotated[Flag | None, AfterValidator(lambda said: said or None)]
"""Yes, or not said."""
