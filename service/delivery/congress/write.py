"""Write a constituent's letter as the XML that both chambers take (pure)."""

from typing import Any

from lxml import etree

from service.delivery.congress.letter import ConstituentLetter, Node, tree_of
from service.delivery.parcel import Document

MEDIA_TYPE = "application/xml"

Element = Any


def write_letter(letter: ConstituentLetter) -> Document:
    """Write it as one document, `letter.xml`; the same letter gives the same bytes.

    It has been examined: a character that XML has no place for raises ValueError, without the text that holds it.
    """
    try:
        root = _element(tree_of(letter))
    except ValueError:
        raise ValueError("a text holds a character that XML has no place for") from None
    data = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return Document(name="letter.xml", media_type=MEDIA_TYPE, data=data)


def _element(node: Node) -> Element:
    name, inside = node
    element = etree.Element(name)
    if isinstance(inside, str):
        element.text = inside
        return element
    element.extend(_element(child) for child in inside)
    return element
