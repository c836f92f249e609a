"""The tags of a Word template: the names of our blocks, and no code."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from service.foundation.errors import Refused
from service.foundation.sentence import Sentence

_ALLOWED = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name)


class TagReader(ImmutableSandboxedEnvironment):
    """A sandbox that fills in names and does nothing else; it remembers which name each part held.

    Its from_string raises Refused for anything that is not the name of a block.
    """

    def __init__(self, known: frozenset[str]) -> None:
        """Know the names that may be filled in."""
        super().__init__(autoescape=True)
        self.known = known
        self.held: list[Counter[str]] = []

    def from_string(self, source: Any, *others: Any, **more: Any) -> Any:
        """Make a template of a part's text, once it was found to hold nothing but names."""
        try:
            tree = self.parse(source)
        except TemplateError as error:
            raise Refused(
                Sentence("The Word template holds a tag that cannot be read: {reason}.", reason=error.message)
            ) from error
        for node in tree.find_all(nodes.Node):
            if not isinstance(node, _ALLOWED):
                raise Refused(
                    Sentence("The Word template holds code: only the names of blocks may stand in {{ }}.")
                )
        names = [node.name for node in tree.find_all(nodes.Name)]
        for name in names:
            if name not in self.known:
                raise Refused(
                    Sentence(
                        "The Word template names “{name}”, which does not exist: use {known}.",
                        name=name,
                        known=", ".join(sorted(self.known)),
                    )
                )
        self.held.append(Counter(names))
        return super().from_string(source, *others, **more)


@dataclass(frozen=True)
class OurXml:
    """XML of ours, in which every word of others was escaped: it is filled in as it is."""

    xml: str

    def __html__(self) -> str:
        """Give what Jinja need not escape any more."""
        return self.xml


def as_xml(blocks: Mapping[str, str]) -> dict[str, OurXml]:
    """Say of blocks that they are XML of ours."""
    return {name: OurXml(xml) for name, xml in blocks.items()}
