"""The schema of a chamber, what it says of a document, and what a document says (pure)."""

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from service.delivery.congress.chamber import Chamber

_FILE = Path(__file__).with_name("cwc_schema_v2.rng")
_RNG = "{http://relaxng.org/ns/structure/1.0}"

Element = Any


def faults_by_schema(data: bytes, chamber: Chamber) -> tuple[str, ...]:
    """Say what the chamber's schema finds wrong with a document, in libxml2's words; () where it is valid."""
    document = parsed(data)
    if document is None:
        return ("The document is not well-formed XML",)
    # Made anew each time: what it found last is a part of it, and several threads may ask.
    schema = etree.RelaxNG(_schema(chamber))
    if schema.validate(document):
        return ()
    return tuple(dict.fromkeys(str(entry.message) for entry in schema.error_log)) or ("It is not valid",)


def parsed(data: bytes, *, mend: bool = False) -> Element | None:
    """Read XML that others may have written: nothing is fetched, no entity is filled in; None for what is none.

    With `mend` what was cut off is read as far as it goes.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=mend)
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError):
        return None


def texts_of(document: Element) -> Iterator[tuple[str, str]]:
    """Give each element that holds no other, with its text, in order."""
    for element in document.iter(etree.Element):
        if not len(element):
            yield str(element.tag), element.text or ""


@functools.cache
def _schema(chamber: Chamber) -> Element:
    """Derive a chamber's schema from that of the House, which comes out as it is."""
    schema = etree.fromstring(_FILE.read_bytes())
    _set(schema, "MemberOffice", "pattern", chamber.office)
    _set(
        schema,
        "BillTypeAbbreviation",
        "pattern",
        "|".join(bill.replace(".", r"\.") for bill in chamber.bills),
    )
    _set(schema, "Organization", "minLength", str(chamber.least_organization))
    if chamber.prefixes:
        _allow_only(_find(schema, "Prefix"), chamber.prefixes)
    return schema


def _find(schema: Element, name: str) -> Element:
    return schema.find(f".//{_RNG}element[@name='{name}']")


def _set(schema: Element, name: str, parameter: str, value: str) -> None:
    _find(schema, name).find(f".//{_RNG}param[@name='{parameter}']").text = value


def _allow_only(element: Element, words: tuple[str, ...]) -> None:
    for child in list(element):
        element.remove(child)
    choice = etree.SubElement(element, f"{_RNG}choice")
    for word in words:
        etree.SubElement(choice, f"{_RNG}value").text = word
