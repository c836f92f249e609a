"""Hands constituents' letters to a chamber of Congress: looked at once more, checked there where that can be, then sent."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from service.delivery.asking import Answer, Asking
from service.delivery.congress.answers import (
    SAYS,
    Meaning,
    again_after,
    meaning_of_sending,
    meaning_of_validation,
)
from service.delivery.congress.chamber import Chamber, SetUp, opens_again, set_up
from service.delivery.congress.faults import explain, read_faults
from service.delivery.congress.placeholders import placeholders_in
from service.delivery.congress.rhythm import Rhythm
from service.delivery.congress.schema import faults_by_schema, parsed, texts_of
from service.delivery.congress.veil import Veil, veil_of
from service.delivery.congress.write import MEDIA_TYPE
from service.delivery.parcel import Exchange, InDoubt, NotNow, NotTaken, Parcel, Receipt
from service.foundation.clock import Clock
from service.foundation.sentence import Sentence
from service.model.states import DeliveryState

OFFICE = "office_code"
"""The name under which an office's details hold the chamber's code of it."""

_NOTHING_ASKED = Exchange(asked="")
_LONGEST_SAID = 300


@dataclass(frozen=True, kw_only=True)
class CongressCarrier:
    """Carries letters to one chamber; it keeps Carrier's promise. `rhythm` is shared by all carriers to the same chamber."""

    chamber: Chamber
    asking: Asking
    clock: Clock
    rhythm: Rhythm

    def carry(self, parcel: Parcel, *, fence: Callable[[], None]) -> Receipt:
        """Hand one letter over; raises NotNow, NotTaken or InDoubt.

        The fence is passed before the chamber's own check, which is given all that the letter says. A test system's yes is
        NotTaken: no office gets what goes there.
        """
        sending = _looked_at(parcel, self.chamber)
        now = self.clock()
        if (opens := opens_again(self.chamber, now=now)) is not None:
            raise NotNow(
                Sentence("The service is closed for maintenance; the letter goes when it opens."),
                exchange=_NOTHING_ASKED,
                again_after=opens - now,
            )
        fence()
        if sending.setup.place.validate:
            self._check(sending)
        return self._send(sending)

    def _check(self, sending: "_Sending") -> None:
        answer = self._ask(sending, sending.setup.place.validate, may_repeat=True)
        meaning = meaning_of_validation(answer.status, answer.text)
        if meaning is not Meaning.TAKEN:
            raise self._not_taken(sending, answer, meaning)

    def _send(self, sending: "_Sending") -> Receipt:
        answer = self._ask(sending, sending.setup.place.message, may_repeat=self.chamber.knows_keys)
        meaning = meaning_of_sending(answer.status, answer.text, chamber=self.chamber)
        if meaning is Meaning.KNOWN and sending.parcel.tried_before:
            # It went through the first time, and only the answer was lost.
            meaning = Meaning.TAKEN
        if meaning in (Meaning.NOT_TAKEN, Meaning.NOT_NOW):
            raise self._not_taken(sending, answer, meaning)
        if meaning is not Meaning.TAKEN:
            raise InDoubt(_DOUBTS[meaning], exchange=answer.exchange)
        if sending.setup.is_test:
            raise NotTaken(
                Sentence("The test system took the letter; no office gets what goes there."),
                exchange=answer.exchange,
            )
        return Receipt(
            number=sending.parcel.key,
            said=sending.veil.over(answer.text.strip())[:_LONGEST_SAID] or str(answer.status),
            rung=DeliveryState.ACCEPTED,
            exchange=answer.exchange,
        )

    def _ask(self, sending: "_Sending", path: str, *, may_repeat: bool) -> Answer:
        self.rhythm.wait()
        answer = self.asking.ask(
            "POST",
            sending.setup.address(path),
            shown_as=sending.setup.shown(path),
            headers={"Content-Type": MEDIA_TYPE},
            body=sending.data,
            may_repeat=may_repeat,
        )
        exchange = sending.veil.over_exchange(answer.exchange)
        asked = f"{exchange.asked}, SHA-256 {hashlib.sha256(sending.data).hexdigest()}"
        return replace(answer, exchange=replace(exchange, asked=asked))

    def _not_taken(self, sending: "_Sending", answer: Answer, meaning: Meaning) -> NotNow | NotTaken:
        if meaning is Meaning.NOT_NOW:
            return NotNow(
                SAYS.get(answer.status, _BROKEN_DOWN),
                exchange=answer.exchange,
                again_after=again_after(answer.headers, now=self.clock()),
            )
        faults = read_faults(answer.body, veil=sending.veil)
        says = SAYS.get(answer.status) or (
            Sentence("The chamber did not take the letter. {fault}", fault=faults[0].says)
            if faults
            else _REFUSED
        )
        return NotTaken(says, exchange=answer.exchange, faults=tuple(fault.words for fault in faults))


@dataclass(frozen=True, kw_only=True, repr=False)
class _Sending:
    parcel: Parcel
    setup: SetUp
    data: bytes
    veil: Veil


_BROKEN_DOWN = Sentence(
    "The service broke down, or answered what it never answers; the letter is tried again."
)
_REFUSED = Sentence("The chamber did not take the letter, and did not say why.")
_DOUBTS: Mapping[Meaning, Sentence] = {
    Meaning.NOBODY_KNOWS: Sentence("The answer does not say whether the letter arrived; nobody can know."),
    Meaning.KNOWN: Sentence(
        "The chamber has a letter of this number already, and none was sent from here: a person must look."
    ),
}


def _looked_at(parcel: Parcel, chamber: Chamber) -> _Sending:
    """Look once more at what is about to go: another program may have made it."""
    setup = set_up(chamber, parcel.settings)
    if isinstance(setup, Sentence):
        raise NotTaken(setup, exchange=_NOTHING_ASKED)
    data = parcel.documents[0].data if parcel.documents else b""
    veil = veil_of(data, key=setup.key)
    if faults := faults_by_schema(data, chamber):
        explained = explain(faults, veil=veil)
        raise NotTaken(
            Sentence("The letter does not fit the chamber's schema. {fault}", fault=explained[0].says),
            exchange=_NOTHING_ASKED,
            faults=tuple(fault.words for fault in explained),
        )
    texts = list(texts_of(parsed(data)))
    if refusal := _refusal(parcel, dict(texts), (text for _, text in texts)):
        raise NotTaken(refusal, exchange=_NOTHING_ASKED)
    return _Sending(parcel=parcel, setup=setup, data=data, veil=veil)


def _refusal(parcel: Parcel, texts: Mapping[str, str], all_texts: Iterable[str]) -> Sentence | None:
    if texts["DeliveryId"] != parcel.key:
        return Sentence("The letter's number is not that of its sending.")
    if texts["MemberOffice"] != parcel.details.get(OFFICE):
        return Sentence("The letter is not for the office that it is sent to.")
    if texts.get("AddressValidation", "").upper() == "Y":
        return Sentence("The letter says that the address was checked, and nobody has.")
    if any(placeholders_in(text) for text in all_texts):
        return Sentence("The letter still has something in it that is to be filled in.")
    return None
