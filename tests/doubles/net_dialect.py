"""What the House's .NET service says of a letter that does not fit the schema: read from the RELAX NG, in the words of 2021."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from lxml import etree

RNG = "{http://relaxng.org/ns/structure/1.0}"
LOOSE = {f"{RNG}optional", f"{RNG}zeroOrMore", f"{RNG}choice"}

Element = Any


def net_faults(data: bytes, schema: bytes) -> list[str]:
    """Say what is wrong; a faulty value is said twice, as it was seen."""
    rules = etree.fromstring(schema)
    (root,) = rules.find(f"{RNG}start")
    return [fault for fault, times in _faults(etree.fromstring(data), root, rules) for _ in range(times)]


def _faults(element: Element, rule: Element, rules: Element) -> Iterator[tuple[str, int]]:
    children = dict(_children(rule, rules, is_needed=True))
    if not children:
        yield from ((fault, 2) for fault in _value_faults(element, rule, rules))
        return
    by_name = {child.get("name"): child for child in children}
    for child in element:
        if child.tag not in by_name:
            yield (
                f"The element '{element.tag}' has invalid child element '{child.tag}'. {_expected(by_name)}",
                1,
            )
        else:
            yield from _faults(child, by_name[child.tag], rules)
    there = [child.tag for child in element]
    missing = [child.get("name") for child, is_needed in children.items() if is_needed]
    missing = [name for name in missing if name not in there]
    words = ["OrganizationStatement", "ConstituentMessage"]
    if element.tag == "Message" and not set(words) & set(there):
        missing += words
    if missing:
        yield f"The element '{element.tag}' has incomplete content. {_expected(missing)}", 1
    if set(words) <= set(there) and there.index(words[0]) > there.index(words[1]):
        yield f"The element 'Message' has invalid child element '{words[0]}'.", 1


def _expected(names: Iterable[str]) -> str:
    return f"List of possible elements expected: '{', '.join(names)}'."


def _children(rule: Element, rules: Element, *, is_needed: bool) -> Iterator[tuple[Element, bool]]:
    for part in rule:
        if part.tag == f"{RNG}element":
            yield part, is_needed
        elif part.tag == f"{RNG}ref":
            yield from _children(_definition(part, rules), rules, is_needed=is_needed)
        else:
            yield from _children(part, rules, is_needed=is_needed and part.tag not in LOOSE)


def _value_faults(element: Element, rule: Element, rules: Element) -> Iterator[str]:
    (inside,) = rule
    kind = "String"
    if inside.tag == f"{RNG}ref":
        kind, (inside,) = inside.get("name"), _definition(inside, rules)
    text = element.text or ""
    start = f"The '{element.tag}' element is invalid - The value '{text}' is invalid according to its datatype '{kind}' - "
    limits = {parameter.get("name"): parameter.text for parameter in inside.findall(f"{RNG}param")}
    words = [value.text for value in inside.iter(f"{RNG}value")]
    if words and text not in words:
        yield f"{start}The Enumeration constraint failed."
    if "pattern" in limits and not re.fullmatch(limits["pattern"], text):
        yield f"{start}The Pattern constraint failed."
    if len(text) < int(limits.get("minLength", 0)):
        yield f"{start}The actual length is less than the MinLength value."
    if len(text) > int(limits.get("maxLength", len(text))):
        yield f"{start}The actual length is greater than the MaxLength value."


def _definition(ref: Element, rules: Element) -> Element:
    return rules.find(f"{RNG}define[@name='{ref.get('name')}']")
