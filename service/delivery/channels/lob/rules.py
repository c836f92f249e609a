"""What Lob asks of a letter and of an address, and what of one letter does not fit (pure)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from service.delivery.channels.lob.account import Account
from service.delivery.channels.lob.address import address_of, is_domestic
from service.delivery.channels.lob.envelopes import Printed, most_sheets, sheets_of
from service.delivery.parcel import Document
from service.delivery.rules import Finding, Rule
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.letter.annex_file import check_annex, page_sizes

_SPECIFICATION = "Lob API 1.22.0, OpenAPI description of 29 May 2026"
_CHECKED = date(2026, 11, 27)
_LONGEST_NAME = 40
_LONGEST_STREET = 50
_LONGEST_STREET_ABROAD = 200
# The only territory of the list of countries that Lob names as one it does not serve.
_NOT_SERVED = frozenset(["PS"])
PDF = "application/pdf"
US_LETTER = frozenset([(612, 792)])


def _rule(id_: str, says: Sentence, section: str) -> Rule:
    return Rule(id=id_, says=says, source=f"{_SPECIFICATION}, {section}", checked=_CHECKED)


RULES: Mapping[str, Rule] = {
    one.id: one
    for one in (
        _rule(
            "country",
            Sentence("The country of the office must be known, and be one that Lob serves."),
            "country_extended",
        ),
        _rule(
            "address",
            Sentence("An address has a street, a city and a postal code; in the United States also a state."),
            "inline_address",
        ),
        _rule(
            "name-length",
            Sentence("Name and office may each have 40 characters on the envelope."),
            "address_editable_us",
        ),
        _rule(
            "street-length",
            Sentence("Both lines of the street together may have 50 characters, abroad 200 each."),
            "error, address_length_exceeds_limit",
        ),
        _rule("file", Sentence("Every document is a PDF whose pages can be counted."), "ltr_file"),
        _rule("paper", Sentence("The pages have the size US Letter."), "ltr_file"),
        _rule(
            "sheets",
            Sentence("An envelope holds 60 sheets, abroad 6, the sheet with the address among them."),
            "ltr_file",
        ),
    )
}


def examine(
    details: Mapping[str, object], documents: Sequence[Document], account: Account, *, can_bind: bool
) -> tuple[Finding, ...]:
    """Give what of this letter does not fit, the address first; with `can_bind` pages of any size are fitted to the paper."""
    printed: list[Printed] = []
    unfit: list[Finding] = []
    for document in documents:
        try:
            printed.append(Printed(document=document, pages=count_pages(document)))
        except Refused as error:
            unfit.append(_uncounted(document, error))
            continue
        if not can_bind and not is_on_paper(document):
            unfit.append(_other_paper(document))
    domestic = is_domestic(str(details.get("country", "")))
    return (
        *_of_address(details),
        *unfit,
        *_of_sheets(printed, domestic=domestic, double_sided=account.double_sided),
    )


def count_pages(document: Document) -> int:
    """Count the pages of a document; raises Refused for what is no PDF that could be read."""
    if document.media_type != PDF:
        raise Refused(Sentence("{name} is no PDF.", name=document.name))
    return check_annex(document.data, name=document.name)


def is_on_paper(document: Document) -> bool:
    """Tell whether all pages have the one size that Lob prints."""
    return page_sizes(document.data, name=document.name) == US_LETTER


def _uncounted(document: Document, error: Refused) -> Finding:
    found = Sentence("The pages of {name} cannot be counted.", name=document.name)
    return Finding(rule=RULES["file"], found=found, instead=str(error))


def _other_paper(document: Document) -> Finding:
    return Finding(
        rule=RULES["paper"],
        found=Sentence("{name} has pages of another size than US Letter.", name=document.name),
        instead=Sentence("Save it again on US Letter, or print and post it yourselves."),
    )


def _of_address(details: Mapping[str, object]) -> Iterator[Finding]:
    country = str(details.get("country", "")).upper()
    if not country or country in _NOT_SERVED:
        found = Sentence("Lob does not serve this country.") if country else Sentence("No country is given.")
        yield Finding(rule=RULES["country"], found=found)
    fields = address_of(details)
    if not {"name", "address_line1", "address_zip"} <= fields.keys():
        yield Finding(
            rule=RULES["address"],
            found=Sentence("The lines of the address do not tell street, city and postal code."),
            instead=Sentence(
                "Write the street on a line of its own, and city and postal code together on the next."
            ),
        )
        return
    yield from _of_lengths(fields, domestic=is_domestic(country))


def _of_lengths(fields: Mapping[str, str], *, domestic: bool) -> Iterator[Finding]:
    for name in ("name", "company"):
        length = len(fields.get(name, ""))
        if length > _LONGEST_NAME:
            yield Finding(
                rule=RULES["name-length"],
                found=Sentence("A line of the name has {n} characters.", n=length),
                instead=Sentence("Give a shorter form of the name or of the office."),
            )
    lengths = [len(fields.get(name, "")) for name in ("address_line1", "address_line2")]
    longest, most = (sum(lengths), _LONGEST_STREET) if domestic else (max(lengths), _LONGEST_STREET_ABROAD)
    if longest > most:
        yield Finding(
            rule=RULES["street-length"],
            found=Sentence("The street has {n} characters; {most} may be.", n=longest, most=most),
            instead=Sentence("Abbreviate the street, or leave the building's name out."),
        )


def _of_sheets(printed: Sequence[Printed], *, domestic: bool, double_sided: bool) -> Iterator[Finding]:
    most = most_sheets(domestic=domestic)
    for one in printed:
        sheets = sheets_of([one], double_sided=double_sided)
        if sheets > most:
            yield Finding(
                rule=RULES["sheets"],
                found=Sentence(
                    "{name} takes {n} sheets with its address; an envelope holds {most}.",
                    name=one.document.name,
                    n=sheets,
                    most=most,
                ),
                instead=_help(double_sided=double_sided),
            )


def _help(*, double_sided: bool) -> Sentence:
    if double_sided:
        return Sentence("Print and post it yourselves, or send a shorter document.")
    return Sentence("Print on both sides, or print and post it yourselves.")
