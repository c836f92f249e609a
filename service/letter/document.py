"""The document: a copy laid out in its parts, in the reader's language, without any format."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from service.foundation.canonical import canonical
from service.i18n.enclosure_words import enclosure_line, enclosures_label
from service.i18n.formats import country_name, direction, isolate, write_date
from service.i18n.own_names import name_within
from service.i18n.paper_words import draft_mark
from service.i18n.supplement_words import taken_back
from service.i18n.words import Words, comma_between, undersigned, withheld, words_for
from service.letter.copy import Addressee, Copy, Line
from service.letter.edition import Contact, Kind, Notes, OtherText
from service.letter.enclosed import Logo
from service.letter.headed import Headed
from service.letter.markdown import Block, Blocks, Run, read_markdown
from service.letter.roll import grouped

_LONGEST_RUNNING_TITLE = 64
_GROUP = 8


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A stretch of a signatory's line: `glue` is ours, `text` is theirs and must be isolated for bidi."""

    glue: str = ""
    text: str = ""
    role: Literal["name", "latin", "acronym", "detail", "end"] = "detail"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A signatory as printed: its line, and below it whoever signed for it."""

    line: tuple[Piece, ...]
    below: tuple[Piece, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Entries:
    """Entries of one group; the heading is empty where there is only one group."""

    heading: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, kw_only=True)
class Section:
    """All organizations, or all persons; the heading is empty where there is only one section."""

    kind: Kind
    heading: str
    groups: tuple[Entries, ...]


@dataclass(frozen=True, kw_only=True)
class Document(Headed):
    """A letter in the order in which it is read; an empty part is left out.

    `draft`, `courtesy` and `not_for_publication` are the marks that belong on each page. `paper` is "us-letter" or "a4". Labels are in the letter's language. `page`
    holds {page} and {pages}, and `more` says of a roll that was cut how many names do not stand here.
    `enclosures` are the lines of the annexes, not numbered yet. `words` are those that the labels were taken from.
    `volume` says which volume of the names this is, `in_volumes` that they stand in volumes of their own.
    """

    paper: str
    draft: str
    not_for_publication: str
    letterhead: tuple[str, ...]
    subtitle: str
    running_title: str
    date: str
    addressees: tuple[tuple[str, ...], ...]
    delivery_line: str
    re_label: str
    re: str
    salutation: str
    body: Blocks
    asks_intro: Blocks
    asks: tuple[Blocks, ...]
    ending: Blocks
    closing: str
    undersigned: str
    sections: tuple[Section, ...]
    identification: str
    withheld: str
    cc_label: str
    cc: tuple[str, ...]
    notes_label: str
    notes_place: Notes
    notes: tuple[Blocks, ...]
    contact_label: str
    contact: tuple[str, ...]
    check_label: str
    check_code: str
    check_at: str
    page: str
    words: Words
    other_texts_label: str = ""
    other_texts: tuple[str, ...] = ()
    more: str = ""
    volume: str = ""
    in_volumes: str = ""
    enclosures_label: str = ""
    enclosures: tuple[str, ...] = ()
    logos: tuple[Logo, ...] = ()
    courtesy: str = ""

    @property
    def marks(self) -> tuple[str, ...]:
        """The marks that this letter bears on each page."""
        return tuple(filter(None, (self.draft, self.courtesy, self.not_for_publication)))


def make_document(copy: Copy, *, check_code: str | None = None) -> Document:
    """Lay out a copy: fill the placeholders, read the Markdown once, put every line into words.

    Its check code is the copy's, unless another is given: "" for what cannot be checked. Raises Refused for a placeholder that is unknown.
    """
    text = copy.text
    words = words_for(text.language, text.words)
    language = words.language
    # In the order in which they are printed, or the notes of the ending would be numbered before those of the asks.
    written = read_markdown([text.body, text.asks_intro, *text.asks, text.ending], fill=copy.fill)
    body, asks_intro, *asks, ending = written.parts
    title = copy.fill(text.title)
    return Document(
        language=language,
        direction=direction(language),
        paper=copy.paper,
        coalition=copy.coalition,
        day=copy.date.isoformat(),
        draft="" if copy.number else draft_mark(copy.revision, words),
        not_for_publication=words.not_for_publication if copy.names_for_addressee_only else "",
        letterhead=copy.letterhead or (copy.coalition,),
        title=title,
        subtitle=copy.fill(text.subtitle),
        running_title=_shorten(title),
        date=write_date(copy.date, language),
        addressees=tuple(_inside_address(one) for one in copy.addressees),
        delivery_line=copy.delivery_line,
        re_label=words.re if text.re else "",
        re=copy.fill(text.re),
        salutation=copy.fill(copy.salutation),
        body=body,
        asks_intro=asks_intro,
        asks=tuple(asks),
        ending=ending,
        closing=copy.fill(text.closing),
        undersigned=_above_names(copy, words),
        sections=make_sections(copy),
        identification=words.identification if any(line.affiliation for line in copy.lines) else "",
        withheld=_withheld(copy, words),
        cc_label=words.cc if copy.cc else "",
        cc=tuple(_on_one_line(one, words) for one in copy.cc),
        notes_label=words.notes if written.notes else "",
        notes_place=text.footnotes,
        notes=written.notes,
        contact_label=words.contact if copy.contact else "",
        contact=_contact(copy.contact),
        check_label=words.check_code,
        check_code=copy.check_code if check_code is None else check_code,
        check_at=copy.check_at,
        page=words.page,
        enclosures_label=enclosures_label(len(copy.annexes), words),
        enclosures=tuple(enclosure_line(one.title, one.pages, words) for one in copy.annexes),
        logos=copy.logos,
        words=words,
        courtesy=_as_mark(words.courtesy) if copy.translation == "courtesy" else "",
        other_texts_label=words.other_languages if copy.other_texts else "",
        other_texts=tuple(_other_text(one, copy, words) for one in copy.other_texts),
    )


def make_sections(copy: Copy) -> tuple[Section, ...]:
    """Lay out the signatories of a copy only."""
    return _sections(copy, words_for(copy.text.language, copy.text.words))


def plain_runs(runs: Sequence[Run]) -> str:
    """Give the bare words of runs, a line break as a space."""
    return "".join(" " if run.kind == "break" else run.text + plain_runs(run.runs) for run in runs)


def plain_blocks(blocks: Sequence[Block]) -> str:
    """Give the bare words of blocks, one line for each paragraph."""
    lines = []
    for block in blocks:
        lines.append(plain_runs(block.runs))
        lines.extend(plain_blocks(item) for item in block.items)
    return "\n".join(filter(None, lines))


def plain_pieces(pieces: Sequence[Piece]) -> str:
    """Give a signatory's line as one string, nothing isolated."""
    return "".join(piece.glue + piece.text for piece in pieces)


def copy_json(copy: Copy) -> bytes:
    """Write the canonical JSON of a copy: sorted keys, NFC, LF (RFC 8785). Its SHA-256 is the check code."""
    return canonical(copy.as_record())


def _shorten(title: str) -> str:
    if len(title) <= _LONGEST_RUNNING_TITLE:
        return title
    return title[: _LONGEST_RUNNING_TITLE - 1].rsplit(" ", 1)[0].rstrip(" ,;:–—-") + "…"


def _inside_address(one: Addressee) -> tuple[str, ...]:
    return tuple(filter(None, (one.name, one.position, one.office, *one.address)))


def _on_one_line(one: Addressee, words: Words) -> str:
    parts = [part for part in (one.name, one.position, one.office) if part]
    return comma_between(parts, words).join(parts)


def _as_mark(word: str) -> str:
    return word[0].upper() + word[1:]


def _other_text(text: OtherText, copy: Copy, words: Words) -> str:
    language = words.language
    status = f" ({words.authentic if text.status == 'authentic' else words.courtesy})"
    if copy.translation == "courtesy" and text.status == "authentic":
        # Nothing was signed with a translation that binds nobody.
        status = ""
    name = isolate(name_within(text.language, within=language), within=language)
    groups = " ".join(text.sha256[place : place + _GROUP] for place in range(0, len(text.sha256), _GROUP))
    return f"{name}{status} {isolate(f'SHA-256 {groups}', within=language)}"


def _contact(contact: Contact | None) -> tuple[str, ...]:
    if contact is None:
        return ()
    # A telephone number stays on one line.
    phone = contact.phone.replace(" ", "\u00a0")
    return tuple(filter(None, (contact.name, contact.role, contact.email, phone)))


def _above_names(copy: Copy, words: Words) -> str:
    if copy.supplement is not None and copy.supplement.kind == "correction":
        return taken_back(len(copy.lines), words)
    return undersigned(copy.numbers.organizations, copy.numbers.individuals, words)


def _withheld(copy: Copy, words: Words) -> str:
    if copy.audience == "unnamed":
        return words.unnamed if copy.withheld.count else ""
    return withheld(copy.withheld.count, words, after_names=bool(copy.lines))


def _sections(copy: Copy, words: Words) -> tuple[Section, ...]:
    kinds: tuple[Kind, ...] = ("organization", "person")
    headings: dict[Kind, str] = {
        "organization": words.heading_organizations,
        "person": words.heading_individuals,
    }
    present = [kind for kind in kinds if any(line.kind == kind for line in copy.lines)]
    return tuple(
        Section(
            kind=kind,
            heading=headings[kind] if len(present) > 1 else "",
            groups=_groups(copy, [line for line in copy.lines if line.kind == kind], words),
        )
        for kind in present
    )


def _before(detail: str, words: Words) -> str:
    """Give what parts a detail from the name: a qualifier in brackets of its own follows it as it is."""
    return {"(": " ", "（": ""}.get(detail[0], words.comma)


def _groups(copy: Copy, lines: list[Line], words: Words) -> tuple[Entries, ...]:
    groups = grouped(lines, by=copy.group_by, order=copy.order, language=words.language)
    rest = words.heading_others if len(groups) > 1 else ""
    with_country = copy.group_by != "country"
    return tuple(
        Entries(
            heading=group.heading or rest,
            entries=tuple(_entry(line, words, with_country=with_country) for line in group.rows),
        )
        for group in groups
    )


def _entry(line: Line, words: Words, *, with_country: bool) -> Entry:
    pieces = [Piece(text=line.name, role="name")]
    aside: list[tuple[str, Literal["latin", "acronym"]]] = []
    if line.name_latin and line.name_latin != line.name:
        aside.append((line.name_latin, "latin"))
    if line.acronym and line.acronym != line.name:
        aside.append((line.acronym, "acronym"))
    opened, _, closed = words.brackets.partition("{inside}")
    for place, (text, role) in enumerate(aside):
        pieces.append(Piece(glue=words.comma if place else opened, text=text, role=role))
    if aside:
        pieces.append(Piece(glue=closed, role="end"))
    country = country_name(line.country, words.language) if line.country and with_country else ""
    details = [line.qualifier, line.position, line.affiliation, line.place, country]
    pieces.extend(Piece(glue=_before(text, words), text=text) for text in details if text)
    if line.for_network:
        pieces.append(Piece(glue=f"{words.comma}{words.for_network}", role="end"))
    if line.through:
        pieces.append(Piece(glue=f"{words.comma}{words.through} ", text=line.through))
    signed_by = [text for text in (line.representative_name, line.representative_title) if text]
    below = (Piece(glue=words.comma if place else "", text=text) for place, text in enumerate(signed_by))
    return Entry(line=tuple(pieces), below=tuple(below))
