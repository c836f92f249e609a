"""The style sheets of drawing programs, as far as a logo needs them: plain rules that become attributes (pure)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from service.foundation.errors import Refused
from service.foundation.sentence import Sentence

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE = re.compile(r"\s*([^{}@]+)\{([^{}@]*)\}")
_SELECTOR = re.compile(r"([A-Za-z]*)(?:([.#])([A-Za-z_][\w-]*))?")
_PROPERTY = re.compile(r"-?[a-z][a-z-]*")
_MOST_RULES = 500
_UNSAFE = re.compile(r"@|\\|expression|javascript|url\s*\(\s*[\"']?\s*[^#\"'\s]", re.IGNORECASE)

Declarations = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What a rule says of the elements of a name, a class or an id; each part may be empty."""

    element: str
    mark: str
    word: str
    declarations: Declarations

    def applies_to(self, element: str, attributes: Mapping[str, str]) -> bool:
        """Tell whether the rule speaks of such an element."""
        if self.element and self.element != element:
            return False
        if self.mark == "#":
            return attributes.get("id") == self.word
        return self.mark != "." or self.word in attributes.get("class", "").split()


def rules_of(sheet: str, *, name: str) -> tuple[Rule, ...]:
    """Read a style sheet: rules for elements, classes and ids, the weaker ones first, as they are overruled.

    Raises Refused, naming the file, for what reaches out and for selectors that are more than a name, a class or an id.
    """
    rest = _COMMENT.sub("", sheet).strip()
    found: list[Rule] = []
    while rest:
        match = _RULE.match(rest)
        if match is None or len(found) > _MOST_RULES:
            raise Refused(
                Sentence(
                    "{name} has a style sheet that cannot be taken over: save it with presentation attributes.",
                    name=name,
                )
            )
        said = declarations(match[2], name=name)
        found.extend(_rule(selector.strip(), said, name) for selector in match[1].split(","))
        rest = rest[match.end() :].strip()
    return tuple(sorted(found, key=lambda rule: (rule.mark == "#", rule.mark == ".")))


def declarations(text: str, *, name: str) -> Declarations:
    """Read declarations like `fill:#024; stroke:none`; raises Refused, naming the file, for what reaches out."""
    bare = _COMMENT.sub("", text)
    if _UNSAFE.search(bare):
        raise Refused(
            Sentence(
                "{name} refers to something outside of itself: save the logo as plain SVG with all it needs.",
                name=name,
            )
        )
    return tuple(_declared(bare))


def _declared(text: str) -> Iterator[tuple[str, str]]:
    for part in text.split(";"):
        key, colon, value = part.partition(":")
        key = key.strip().lower()
        if colon and _PROPERTY.fullmatch(key):
            yield key, value.replace("!important", "").strip()


def _rule(selector: str, said: Declarations, name: str) -> Rule:
    match = _SELECTOR.fullmatch(selector)
    if match is None or not selector:
        raise Refused(
            Sentence(
                "{name} has a style sheet that cannot be taken over: save it with presentation attributes.",
                name=name,
            )
        )
    return Rule(element=match[1], mark=match[2] or "", word=match[3] or "", declarations=said)
