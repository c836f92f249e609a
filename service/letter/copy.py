"""The copy: what one audience gets of an edition, and nothing more."""

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, NoReturn

from service.foundation.canonical import digest
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.i18n.formats import isolate, write_date, write_number
from service.i18n.words import Words, count_signatories, words_for
from service.letter.audience import is_for_addressee_only, may_show
from service.letter.edition import (
    ADDED_LATER,
    Audience,
    Contact,
    Edition,
    GroupBy,
    Kind,
    Office,
    Order,
    OtherText,
    Signatory,
    Supplement,
    Text,
    Translation,
    plain,
)
from service.letter.enclosed import BESIDE, Annex, Logo, WordLook
from service.letter.roll import Numbers, count_roll, ordered

PLACEHOLDERS = ("count", "organizations", "individuals", "signatories", "countries", "event", "date")

_PLACEHOLDER = re.compile(r"\(\(\s*([A-Za-z_]+)\s*\)\)")
_SALT = re.compile(r"[0-9a-f]{64}")
_RECORD = "undersigned-copy-1"
# CLDR, supplemental measurement data: where a letter goes on US Letter paper.
_US_LETTER = frozenset(["BZ", "CA", "CL", "CO", "CR", "GT", "MX", "NI", "PA", "PH", "PR", "SV", "US", "VE"])


@dataclass(frozen=True, kw_only=True)
class Addressee:
    """One to whom the letter is addressed, as the inside address prints it."""

    name: str
    position: str
    office: str
    address: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Line:
    """A signatory as a copy names it: what this letter prints of it, the rest left out."""

    kind: Kind
    name: str
    name_latin: str
    acronym: str
    country: str
    category: str
    qualifier: str
    representative_name: str
    representative_title: str
    position: str
    affiliation: str
    place: str = field(default="", metadata=ADDED_LATER)
    for_network: bool = field(default=False, metadata=ADDED_LATER)
    through: str = field(default="", metadata=ADDED_LATER)


@dataclass(frozen=True, kw_only=True)
class Withheld:
    """Those whom this copy does not name: how many, and a salted commitment (SHA-256) to each row.

    The commitments stand in their own order, so that no place in the alphabet can be read from them.
    """

    count: int
    commitments: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Copy:
    """One audience's copy: the text with its placeholders beside it, the names it may see, the numbers.

    `paper` ("us-letter" or "a4") says how it is printed, `word` by which template its Word file is made; neither is part
    of the record. `seal` is a secret of the edition that every copy carries: without it whoever guesses the names of a copy could make up its check code, and have the
    guess confirmed where codes are checked.
    """

    number: int
    slug: str
    coalition: str
    letterhead: tuple[str, ...]
    contact: Contact | None
    text: Text
    placeholders: tuple[tuple[str, str], ...]
    salutation: str
    addressees: tuple[Addressee, ...]
    delivery_line: str
    cc: tuple[Addressee, ...]
    lines: tuple[Line, ...]
    numbers: Numbers
    withheld: Withheld
    date: date
    audience: Audience
    names_for_addressee_only: bool
    order: Order
    group_by: GroupBy
    revision: int
    revision_sha256: str
    check_at: str
    other_texts: tuple[OtherText, ...] = field(default=(), metadata=ADDED_LATER)
    seal: str = field(default="", metadata=ADDED_LATER)
    supplement: Supplement | None = field(default=None, metadata=ADDED_LATER)
    logos: tuple[Logo, ...] = field(default=(), metadata=ADDED_LATER)
    annexes: tuple[Annex, ...] = field(default=(), metadata=ADDED_LATER)
    translation: Translation = field(default="", metadata=ADDED_LATER)
    paper: str
    word: WordLook | None = field(default=None, repr=False, compare=False, metadata=BESIDE)

    @functools.cached_property
    def check_code(self) -> str:
        """The SHA-256 of the copy's canonical JSON, 64 hexadecimal digits: what the copy prints."""
        return digest(self.as_record())

    def as_record(self) -> dict[str, Any]:
        """Give the copy as plain values: every word it says, and of a withheld row only the commitment."""
        record: dict[str, Any] = {"record": _RECORD, **plain(self)}
        del record["paper"]
        record["placeholders"] = dict(self.placeholders)
        if "countries" not in record["placeholders"]:
            # A country that only a withheld signatory comes from would show in the number.
            del record["numbers"]["countries"]
        return record

    def fill(self, text: str) -> str:
        """Put what the placeholders stand for into a text; raises Refused for a placeholder that is unknown."""
        values = dict(self.placeholders)

        def value(match: re.Match[str]) -> str:
            return values[match[1]] if match[1] in values else _refuse_placeholder(match[0])

        return _PLACEHOLDER.sub(value, text)


def make_copy(edition: Edition, *, audience: Audience, office: Office | None) -> Copy:
    """Make the copy of an edition that `audience` ("full", "public" or "unnamed") may see.

    Addressed to `office` alone, with its own salutation, where it is one of those the letter is written to;
    else (None, cc, press) to all of those. The same three give the same copy. Raises Refused for a
    placeholder that is unknown, a language without its words, an edition addressed to nobody, and a full
    copy for an office that gets the public one. A withheld row without its salt is a bug: ValueError.
    """
    if audience not in ("full", "public", "unnamed"):
        raise Refused(Sentence("There is no “{audience}” copy: choose full or public.", audience=audience))
    if office is not None and audience == "full" and office.copy != "full":
        raise Refused(
            Sentence(
                "{name} gets the public copy only: compile the public copy for this office.", name=office.name
            )
        )
    edition = _without_hidden_corrections(edition, audience)
    words = words_for(edition.text.language, edition.text.words)
    addressed = _addressed(edition, office)
    numbers = count_roll(edition.roll)
    shown = [signatory for signatory in edition.roll if may_show(signatory.shown, audience)]
    hidden = [signatory for signatory in edition.roll if not may_show(signatory.shown, audience)]
    return Copy(
        number=edition.number,
        slug=edition.slug,
        coalition=edition.coalition,
        letterhead=edition.letterhead,
        contact=edition.contact,
        text=edition.text,
        placeholders=_placeholders(edition, numbers, words),
        salutation=_salutation(edition, addressed),
        addressees=tuple(_as_addressee(one, with_address=len(addressed) == 1) for one in addressed),
        delivery_line=office.delivery_line if office is not None and office in addressed else "",
        cc=tuple(_as_addressee(one, with_address=False) for one in edition.offices if one.role == "cc"),
        lines=tuple(
            _line(signatory, edition)
            for signatory in ordered(
                shown, order=edition.order, language=words.language, sorting=edition.sorting
            )
        ),
        numbers=numbers,
        withheld=Withheld(count=len(hidden), commitments=tuple(sorted(map(_commitment, hidden)))),
        date=edition.date,
        audience=audience,
        names_for_addressee_only=any(is_for_addressee_only(signatory.shown) for signatory in shown),
        order=edition.order,
        group_by=edition.group_by,
        revision=edition.revision,
        revision_sha256=edition.revision_sha256,
        check_at=edition.check_at,
        other_texts=edition.other_texts,
        seal=_seal(edition, audience),
        supplement=edition.supplement,
        logos=edition.logos,
        annexes=edition.annexes,
        translation=edition.translation,
        paper=_paper(office or addressed[0]),
        word=edition.word,
    )


def used_placeholders(parts: Iterable[str]) -> frozenset[str]:
    """Find the placeholders that parts of a text use; raises Refused for one that is unknown."""
    return frozenset[str]().union(*map(_used_in, parts))


@functools.lru_cache(maxsize=256)
def _used_in(part: str) -> frozenset[str]:
    matches = list(_PLACEHOLDER.finditer(part))
    for match in matches:
        if match[1] not in PLACEHOLDERS:
            _refuse_placeholder(match[0])
    return frozenset(match[1] for match in matches)


def _without_hidden_corrections(edition: Edition, audience: Audience) -> Edition:
    """Leave out of a correction whom this audience was never shown: not even a number says that they took a name back."""
    if edition.supplement is None or edition.supplement.kind != "correction":
        return edition
    return replace(edition, roll=tuple(one for one in edition.roll if may_show(one.shown, audience)))


def _addressed(edition: Edition, office: Office | None) -> tuple[Office, ...]:
    if office is not None and office.role == "to":
        return (office,)
    addressed = tuple(one for one in edition.offices if one.role == "to")
    if not addressed:
        raise Refused(Sentence("The letter is addressed to nobody: add an office it is written to."))
    return addressed


def _salutation(edition: Edition, addressed: tuple[Office, ...]) -> str:
    own = addressed[0].salutation if len(addressed) == 1 else ""
    return own or edition.text.salutation


def _placeholders(edition: Edition, numbers: Numbers, words: Words) -> tuple[tuple[str, str], ...]:
    language = words.language
    values = {
        "count": write_number(numbers.signatories, language),
        "organizations": write_number(numbers.organizations, language),
        "individuals": write_number(numbers.individuals, language),
        "signatories": count_signatories(numbers.organizations, numbers.individuals, words),
        "countries": write_number(numbers.countries, language),
        "event": isolate(edition.event, within=language),
        "date": write_date(edition.date, language),
    }
    own = (office.salutation for office in edition.offices)
    used = used_placeholders((*_parts(edition.text), *own))
    return tuple((name, values[name]) for name in PLACEHOLDERS if name in used)


def _parts(text: Text) -> Iterable[str]:
    yield from (text.title, text.subtitle, text.re, text.salutation, text.body)
    yield from (text.asks_intro, *text.asks, text.ending, text.closing)


def _refuse_placeholder(written: str) -> NoReturn:
    known = ", ".join(f"(({name}))" for name in PLACEHOLDERS)
    raise Refused(
        Sentence(
            "The text holds {written}, which stands for nothing: use one of {known}.",
            written=written,
            known=known,
        )
    )


def _as_addressee(office: Office, *, with_address: bool) -> Addressee:
    return Addressee(
        name=office.name,
        position=office.position,
        office=office.office,
        address=office.address if with_address else (),
    )


def _line(signatory: Signatory, edition: Edition) -> Line:
    is_person = signatory.kind == "person"
    with_country = edition.show_country or edition.group_by == "country"
    with_representative = edition.show_representative and not is_person
    return Line(
        kind=signatory.kind,
        name=signatory.name,
        name_latin=signatory.name_latin,
        acronym="" if is_person else signatory.acronym,
        country=signatory.country if with_country else "",
        category=signatory.category if edition.group_by == "category" else "",
        qualifier=signatory.qualifier,
        representative_name=signatory.representative_name if with_representative else "",
        representative_title=signatory.representative_title if with_representative else "",
        position=signatory.position if is_person else "",
        affiliation=signatory.affiliation if is_person else "",
        place=signatory.place,
        for_network=signatory.for_network,
        through=signatory.through,
    )


def _commitment(signatory: Signatory) -> str:
    if not _SALT.fullmatch(signatory.salt):
        raise ValueError("a withheld row needs a salt of 64 hexadecimal digits")
    row = plain(signatory)
    salt = row.pop("salt")
    return digest({"salt": salt, "row": row})


def _seal(edition: Edition, audience: Audience) -> str:
    """Make what nobody can guess of the salts of all rows; of no salt can anything be told from it.

    It is another for each audience: whoever holds a public copy must not be able to test what a full one says.
    """
    salts = sorted(signatory.salt for signatory in edition.roll)
    return digest({"seal": audience, "salts": salts}) if salts else ""


def _paper(office: Office) -> str:
    return "us-letter" if office.country.upper() in _US_LETTER else "a4"
