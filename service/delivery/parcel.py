"""What a way of sending carries, what comes of it, and what is heard of it later: frozen values that name no way (pure)."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from service.foundation.errors import Permanent, Transient, Uncertain
from service.model.states import DeliveryState


@dataclass(frozen=True, kw_only=True)
class Document:
    """One file as it goes out: a plain file name, its media type, its bytes."""

    name: str
    media_type: str
    data: bytes

    @property
    def sha256(self) -> str:
        """The SHA-256 of its bytes, as 64 hexadecimal digits."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """One copy for one office by one way.

    `key` is the same for every try of one sending, and for no other: 32 of a-z and 0-9. `details` are the office's, as its
    row holds them sealed; `settings` are of this way, as the installation or the letter has them. The first of `documents`
    is the letter itself. `tried_before` says that an earlier try of the same key has passed its fence: what the other side
    has under it may be ours.
    """

    key: str
    details: Mapping[str, object]
    settings: Mapping[str, str]
    documents: Sequence[Document]
    tried_before: bool = False


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """What was asked and what was answered, kept as evidence: no key, password or personal address stands in it.

    `asked` is a line such as "POST https://…/v2/message, 2,310 bytes, SHA-256 …"; `status` is 0 where nothing was answered;
    `answered` are the first 64 KiB of the answer.
    """

    asked: str
    status: int = 0
    answered: str = ""


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What the other side said when it took a parcel: its number there, its words, and the rung that this proves, no more."""

    number: str
    said: str
    rung: DeliveryState
    exchange: Exchange


@dataclass(frozen=True, kw_only=True)
class Heard:
    """Something that was heard of a parcel later: of which `number`, and the rung it proves, None where it proves none.

    `key` is the same however often the same thing is heard. `says` is one sentence. `receipt` is what proves it, byte for byte
    as it came, where that is a file that proves it to anybody.
    """

    number: str
    key: str
    says: str
    rung: DeliveryState | None
    at: datetime
    receipt: Document | None = field(default=None, repr=False)


class NotNow(Transient):
    """Nothing of it arrived, and it may go again as it is; `again_after` where the other side has said when."""

    def __init__(self, message: str, *, exchange: Exchange, again_after: timedelta | None = None) -> None:
        """Keep the sentence, what was exchanged, and when to try again."""
        super().__init__(message)
        self.exchange, self.again_after = exchange, again_after


class NotTaken(Permanent):
    """The other side did not take it and will not as it stands; `faults` are its own words, one for each."""

    def __init__(self, message: str, *, exchange: Exchange, faults: tuple[str, ...] = ()) -> None:
        """Keep the sentence, what was exchanged, and the single faults."""
        super().__init__(message)
        self.exchange, self.faults = exchange, faults


class InDoubt(Uncertain):
    """Nobody can know whether it arrived: a person looks at the evidence and decides."""

    def __init__(self, message: str, *, exchange: Exchange) -> None:
        """Keep the sentence and what was exchanged."""
        super().__init__(message)
        self.exchange = exchange


class Carrier(Protocol):
    """What hands parcels over by one way.

    It promises: no byte of a parcel leaves before `fence` has returned, which is called once for each carry at most, and what
    that raises passes through unchanged. What it tells is true: NotNow and NotTaken only where the parcel cannot have arrived,
    InDoubt where nobody knows. The same key never makes two letters where the other side knows keys. No text of an exception
    holds an address, a name or a secret.
    """

    def carry(self, parcel: Parcel, *, fence: Callable[[], None]) -> Receipt:
        """Hand one parcel over; raises NotNow, NotTaken or InDoubt."""
        ...
