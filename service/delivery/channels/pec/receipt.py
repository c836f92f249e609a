"""Say which rung a receipt of certified mail proves of which message, and of anything that is no proof, why it is none (pure)."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from service.delivery.channels.pec.daticert import Certified, read_daticert
from service.delivery.channels.pec.parts import Head, certified_data, read_head, take_apart
from service.delivery.channels.pec.signed import Authorities, signer_of
from service.delivery.channels.pec.unproven import Unproven
from service.delivery.parcel import Document, Heard
from service.foundation.sentence import Sentence
from service.model.states import DeliveryState


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One message that left by certified mail: the `number` of its parcel, from which mailbox, and whether it went to an address.

    `is_for` is asked for addresses in small letters.
    """

    number: str
    sender: str
    is_for: Callable[[str], bool]


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a receipt tells, and the receipt itself, byte for byte as it came: with its signature it is the evidence.

    `is_genuine` tells whether it is a receipt of this message, signed by a provider: of another, nothing is evidence.
    """

    heard: Heard
    receipt: Document
    is_genuine: bool


@dataclass(frozen=True, kw_only=True)
class _Meaning:
    """Which rung a kind of receipt proves, in which words; of those that `succeed`, nothing may have gone wrong."""

    rung: DeliveryState | None
    says: Sentence
    succeeds: bool = False


PROVES: Mapping[str, _Meaning] = {
    "accettazione": _Meaning(
        rung=DeliveryState.ACCEPTED,
        says=Sentence("Our own PEC provider accepted it to pass it on; nothing is known of the office yet."),
        succeeds=True,
    ),
    "presa-in-carico": _Meaning(
        rung=DeliveryState.ACCEPTED,
        says=Sentence("The office's PEC provider took it over; it does not lie in the office's mailbox yet."),
        succeeds=True,
    ),
    "avvenuta-consegna": _Meaning(
        rung=DeliveryState.DELIVERED,
        says=Sentence("It lies in the office's certified mailbox; whether it was read nobody knows."),
        succeeds=True,
    ),
    "preavviso-errore-consegna": _Meaning(
        rung=None,
        says=Sentence("It has not reached the office yet and may still do so; why it has not: {why}."),
    ),
    "non-accettazione": _Meaning(
        rung=DeliveryState.FAILED,
        says=Sentence("Our own PEC provider did not accept it: {why}."),
    ),
    "errore-consegna": _Meaning(
        rung=DeliveryState.FAILED,
        says=Sentence("It did not reach the office's mailbox: {why}."),
    ),
    "rilevazione-virus": _Meaning(
        rung=DeliveryState.FAILED,
        says=Sentence("A PEC provider on its way stopped it: {why}."),
    ),
}
"""What each kind of receipt proves, and never more (RFC 6109, section 3)."""

_WHY: Mapping[str, Sentence] = {
    "nessuno": Sentence("no reason is given"),
    "no-dest": Sentence("there is no such mailbox"),
    "no-dominio": Sentence("its domain has no certified mail"),
    "virus": Sentence("a virus was found in it"),
    "altro": Sentence("another reason, which the receipt gives"),
}
_NEVER_PROVED = Sentence(
    "Our own PEC provider accepted it, but the office's mailbox is not certified: no receipt will ever prove that it arrived."
)
_CODE = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])")


def hear(
    raw: bytes, *, sent: Callable[[str], Sent | None], authorities: Authorities, now: datetime
) -> Told | None:
    """Say what a mail that came to the PEC mailbox proves; None where it does not even say that it is a receipt.

    `sent` finds the message of a Message-ID, given without its brackets; `now` is when the mail came. A receipt that proves
    nothing has no rung, and one sentence that says why; the same receipt has the same key however often it comes, and none that
    proves nothing has the key of one that proves something.
    """
    head = read_head(raw)
    if not head.kind:
        return None
    digest = hashlib.sha256(raw).hexdigest()
    receipt = Document(name=f"receipt-{digest[:12]}.eml", media_type="message/rfc822", data=raw)
    try:
        certified = _certified(raw, head, authorities=authorities, now=now)
        message = _message_of(certified, head, sent)
        heard, is_genuine = _heard(certified, message), True
    except Unproven as unproven:
        claimed, is_genuine = sent(head.about), False
        heard = Heard(
            number=claimed.number if claimed else "",
            key=_key("unproven", digest),
            says=str(unproven),
            rung=None,
            at=now,
        )
    return Told(heard=heard, receipt=receipt, is_genuine=is_genuine)


def _certified(raw: bytes, head: Head, *, authorities: Authorities, now: datetime) -> Certified:
    """Give what a provider has certified: nothing that its signature does not cover."""
    signed = take_apart(raw)
    signer = signer_of(signed.content, signed.signature, authorities=authorities, at=now)
    if head.sender not in signer.emails:
        raise Unproven(
            Sentence("The receipt comes from another address than its certificate is for: it proves nothing.")
        )
    return read_daticert(certified_data(signed.content))


def _message_of(certified: Certified, head: Head, sent: Callable[[str], Sent | None]) -> Sent:
    """Find the message that a receipt is about; what is signed decides, and nothing may speak against it."""
    if certified.kind != head.kind or certified.kind not in PROVES:
        raise Unproven(
            Sentence("The receipt calls itself something else than it certifies: it proves nothing.")
        )
    if not certified.message_id or certified.message_id != head.about:
        raise Unproven(Sentence("The receipt names two different messages: it proves nothing."))
    message = sent(certified.message_id)
    if message is None:
        raise Unproven(Sentence("The receipt is about no message of ours: it proves nothing."))
    # Whoever has a certified mailbox can send himself a message with our number, and has a genuine receipt of that.
    if certified.sender != message.sender.lower():
        raise Unproven(
            Sentence("The receipt is about a message that another mailbox sent: it proves nothing.")
        )
    is_named = any(map(message.is_for, certified.recipients))
    if not message.is_for(certified.handed_to) and (_is_of_one(certified) or not is_named):
        raise Unproven(Sentence("The receipt is about another mailbox than the office's: it proves nothing."))
    return message


def _is_of_one(certified: Certified) -> bool:
    """Tell whether a receipt is about one mailbox alone: that of a delivery always says which."""
    return bool(certified.handed_to) or certified.kind == "avvenuta-consegna"


def _heard(certified: Certified, message: Sent) -> Heard:
    meaning = PROVES[certified.kind]
    if meaning.succeeds and certified.error != "nessuno":
        raise Unproven(Sentence("The receipt certifies a success and an error at once: it proves nothing."))
    return Heard(
        number=message.number,
        key=_key(
            certified.kind, certified.number, certified.message_id, certified.handed_to, certified.error
        ),
        says=_says(certified, meaning, message),
        rung=meaning.rung,
        at=certified.at,
    )


def _says(certified: Certified, meaning: _Meaning, message: Sent) -> Sentence:
    ours = [kept for address, kept in certified.recipients.items() if message.is_for(address)]
    if certified.kind == "accettazione" and ours and not any(ours):
        return _NEVER_PROVED
    if meaning.succeeds:
        return meaning.says
    # Of the provider's own words the code alone: the rest may hold an address.
    code = _CODE.search(certified.more)
    why = _WHY[certified.error]
    return meaning.says.with_values(
        why=Sentence("{reason} ({code})", reason=why, code=code[0]) if code else why
    )


def _key(*parts: str) -> str:
    """Give 32 hexadecimal digits of these parts, alike for alike ones only."""
    told = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(told.encode()).hexdigest()[:32]
