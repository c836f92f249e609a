"""Take out of a chamber's words whatever is a person's: it may repeat what a letter says, and evidence is kept (pure)."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from service.delivery.congress.letter import OWN_WORDS
from service.delivery.congress.schema import parsed, texts_of
from service.delivery.parcel import Exchange

HIDDEN = "…"

_VALUE = re.compile(r"(The value ').*?(' is invalid)", re.DOTALL)
# Only from where a word begins: tried at each of its letters, one long word would take seconds.
_ADDRESS = re.compile(r"(?<![^\s<>\"'@])[^\s<>\"'@]+@[^\s<>\"'@]+")
# A Y, an N or an initial tells nobody apart.
_SHORTEST = 2


@dataclass(frozen=True, kw_only=True, repr=False)
class Veil:
    """Hides the constituent of one letter, every e-mail address and the chamber's key."""

    secrets: re.Pattern[str] | None

    def over(self, text: str) -> str:
        """Give a text without them."""
        shown = _ADDRESS.sub(HIDDEN, _VALUE.sub(rf"\1{HIDDEN}\2", text))
        return self.secrets.sub(HIDDEN, shown) if self.secrets else shown

    def over_exchange(self, exchange: Exchange) -> Exchange:
        """Give an exchange whose answer is without them; what was asked has none."""
        return replace(exchange, answered=self.over(exchange.answered))


def veil_of(data: bytes, *, key: str) -> Veil:
    """Make the veil of a letter, b"" for none, and of the key by which it is sent."""
    secrets = {key, *_personal(data)}
    shapes = {
        shape
        for secret in secrets
        for shape in (secret, html.escape(secret), html.escape(secret, quote=False))
    }
    # The longest first: a name may be a part of an address.
    hidden = [_hiding(shape) for shape in sorted(shapes, key=len, reverse=True) if len(shape) >= _SHORTEST]
    return Veil(secrets=re.compile("|".join(hidden), re.IGNORECASE) if hidden else None)


def _hiding(shape: str) -> str:
    # So short a name stands inside of other words: only the name itself is hidden.
    return re.escape(shape) if len(shape) > _SHORTEST else rf"(?-i:\b{re.escape(shape)}\b)"


def _personal(data: bytes) -> Iterator[str]:
    document = parsed(data)
    if document is None:
        return
    for part in document.iterfind("Constituent"):
        yield from (text.strip() for _, text in texts_of(part))
    yield from ((part.text or "").strip() for part in document.iterfind(f"Message/{OWN_WORDS}"))
