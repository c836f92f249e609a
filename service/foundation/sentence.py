"""A sentence that remembers how it was put together, so that a door can say it in another language."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

_PLACE = re.compile(r"\{(\w+)\}")


def fill(words: str, values: Mapping[str, object]) -> str:
    """Put values where their names stand in braces; nothing else in braces means anything.

    What is empty leaves no space at either end: of "{what} is missing." it makes "is missing.", the words behind a name
    that stands elsewhere. Raises KeyError for a name without a value: it is a bug.
    """
    filled = _PLACE.sub(lambda place: str(values[place[1]]), words)
    return filled.strip(" ") if "" in values.values() else filled


class Sentence(str):
    """English words with their values filled in: a plain string for rooms, logs, audit, files and commands.

    `Sentence("{what} is too long.", what=Sentence("The name"))` is "The name is too long.". A door that speaks another
    language finds `message`, `plural` and `context` in its catalogue and fills in `values` anew, Sentences among them
    in that language too. With a `plural`, the number `n` among the values decides: Sentence("{n} name", "{n} names", n=2).
    `context` tells apart two meanings of the same English words. All three are written out where the sentence is made,
    never put together: `make catalogues` finds them by reading the source.
    """

    message: str
    plural: str
    context: str
    values: Mapping[str, Any]

    def __new__(cls, message: str, plural: str = "", /, *, context: str = "", **values: object) -> "Sentence":
        """Fill in the English words."""
        chosen = plural if plural and values["n"] != 1 else message
        sentence = super().__new__(cls, fill(chosen, values) if values else chosen)
        sentence.message, sentence.plural, sentence.context = message, plural, context
        sentence.values = values
        return sentence

    def as_record(self) -> list[Any]:
        """Give what it was made of as a JSON-able record: Sentences among its values, numbers, and texts."""
        return [
            self.message,
            self.plural,
            self.context,
            {name: _record(value) for name, value in self.values.items()},
        ]

    @classmethod
    def from_record(cls, record: list[Any]) -> "Sentence":
        """Make the sentence again of which as_record() gave this; raises ValueError or TypeError for anything else."""
        message, plural, context, values = record
        made = {
            name: cls.from_record(value) if isinstance(value, list) else value
            for name, value in values.items()
        }
        return cls(message, plural, context=context, **made)

    def with_values(self, **values: object) -> "Sentence":
        """Give the same sentence with other values: one of a table is filled in where it is needed."""
        return type(self)(self.message, self.plural, context=self.context, **values)

    def __str__(self) -> str:
        """Stay what it is: an exception is asked for its words by str(), and they must not be lost there."""
        return self

    def __getnewargs_ex__(self) -> tuple[tuple[str, str], dict[str, Any]]:
        """Let a copy be made of what it was made of."""
        return (self.message, self.plural), {"context": self.context, **self.values}


_BESIDE = Sentence("{what} {told}", what="", told="")


def in_a_row(sentences: Iterable[str]) -> str:
    """Join sentences, one after the other, so that each is said in the reader's language; "" of none."""
    row = tuple(sentences)
    if len(row) < 2:
        return row[0] if row else ""
    # Halved, so that a thousand of them are not a thousand deep.
    half = len(row) // 2
    return Sentence("{one} {other}", one=in_a_row(row[:half]), other=in_a_row(row[half:]))


def said_of(what: str, told: str, *, otherwise: Sentence = _BESIDE) -> str:
    """Say of `what` the words that were told of nothing: with their `what` filled in, else as `otherwise` says both."""
    if isinstance(told, Sentence) and told.values.get("what") == "":
        return told.with_values(**{**told.values, "what": what})
    return otherwise.with_values(what=what, told=told)


def _record(value: object) -> object:
    if isinstance(value, Sentence):
        return value.as_record()
    return value if isinstance(value, int) else str(value)
