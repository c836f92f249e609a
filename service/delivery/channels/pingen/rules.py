"""What Pingen asks of a letter, and what of one letter does not fit (pure)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from service.delivery.channels.pingen.address import meant_lines
from service.delivery.parcel import Document
from service.delivery.rules import Finding, Rule
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.letter.annex_file import check_annex, page_sizes

PDF = "application/pdf"
A4 = frozenset([(595, 842)])
_KIT = "Pingen's own client for Python and for n8n"
_CHECKED = date(2026, 11, 27)


def _rule(id_: str, says: Sentence, section: str) -> Rule:
    return Rule(id=id_, says=says, source=f"{_KIT}, {section}", checked=_CHECKED)


RULES: Mapping[str, Rule] = {
    one.id: one
    for one in (
        _rule("country", Sentence("The country of the office must be known."), "attributes of a letter"),
        _rule(
            "address",
            Sentence("The address is read from the first page, and must be there."),
            "attributes of a letter",
        ),
        _rule("file", Sentence("Every document is a PDF whose pages can be counted."), "upload of a file"),
        _rule("paper", Sentence("The pages are A4."), "upload of a file"),
        _rule(
            "one-file",
            Sentence("A letter and its annexes are one file, the address on its first page."),
            "upload of a file",
        ),
    )
}


def examine(
    details: Mapping[str, object], documents: Sequence[Document], *, can_bind: bool
) -> tuple[Finding, ...]:
    """Give what of this letter does not fit; with `can_bind` annexes are bound behind the letter, on its paper."""
    return (
        *_of_address(details),
        *(
            finding
            for place, one in enumerate(documents)
            for finding in _of_file(one, bound=place > 0 and can_bind)
        ),
        *_of_number(documents, can_bind=can_bind),
    )


def count_pages(document: Document) -> int:
    """Count the pages of a document; raises Refused for what is no PDF that could be read."""
    if document.media_type != PDF:
        raise Refused(Sentence("{name} is no PDF.", name=document.name))
    return check_annex(document.data, name=document.name)


def _of_address(details: Mapping[str, object]) -> Iterator[Finding]:
    if not str(details.get("country", "")):
        yield Finding(rule=RULES["country"], found=Sentence("No country is given."))
    if not details.get("address") or not meant_lines(details):
        yield Finding(rule=RULES["address"], found=Sentence("No postal address is given."))


def _of_file(document: Document, *, bound: bool) -> Iterator[Finding]:
    try:
        count_pages(document)
    except Refused as error:
        found = Sentence("The pages of {name} cannot be counted.", name=document.name)
        yield Finding(rule=RULES["file"], found=found, instead=str(error))
        return
    sizes = page_sizes(document.data, name=document.name)
    if sizes != A4 and not bound:
        yield Finding(
            rule=RULES["paper"],
            found=Sentence("{name} has pages that are not A4.", name=document.name),
            instead=Sentence("Print and post it yourselves, or by a printer of that country."),
        )


def _of_number(documents: Sequence[Document], *, can_bind: bool) -> Iterator[Finding]:
    if len(documents) > 1 and not can_bind:
        yield Finding(
            rule=RULES["one-file"],
            found=Sentence("This letter has {n} documents.", n=len(documents)),
            instead=Sentence("Print and post it yourselves, or leave the annexes out."),
        )
