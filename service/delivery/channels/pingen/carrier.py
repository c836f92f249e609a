"""Hands letters to Pingen, which prints and mails them, once the address that it reads is the one that we meant."""

import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from service.delivery.asking import Asking
from service.delivery.binding import Binder
from service.delivery.channels.pingen.account import Account, Mode, read_account
from service.delivery.channels.pingen.address import is_same_address, meant_lines
from service.delivery.channels.pingen.answers import (
    AT_WORK,
    ENDED,
    READY,
    REFUSED,
    SUBMITTED,
    WAIT,
    Letter,
    again_after,
    errors_of,
    is_refusal,
)
from service.delivery.channels.pingen.house import House, enter
from service.delivery.channels.pingen.rules import count_pages, examine
from service.delivery.parcel import Document, Exchange, InDoubt, NotNow, NotTaken, Parcel, Receipt
from service.foundation.errors import Permanent, Refused
from service.foundation.sentence import Sentence
from service.model.states import DeliveryState

ONLY_A_TRIAL = Sentence("Not sent: this account is in Pingen's staging, which prints and mails nothing.")
UNFIT = Sentence("This letter cannot go by Pingen; what does not fit stands below.")
MISREAD = Sentence(
    "Not sent: the address that Pingen read from the first page is not the one that was meant; both stand below."
)
OTHER_PAGES = Sentence("Not sent: Pingen counts {there} pages, and the letter has {here}.")
NOT_READY = Sentence("Not sent: Pingen cannot print this file; its own words stand below.")
STILL_READING = Sentence("Pingen is still reading the file; nothing was sent.")
CAME_BACK = Sentence("This letter was submitted to Pingen before and did not arrive; look at it there.")
NOBODY_KNOWS = Sentence(
    "Pingen did not say, asked twice, whether it sends this letter; nobody can know. It can be sent again: Pingen is asked first whether it did."
)
_NOTHING = Exchange(asked="nothing was asked")
_PAUSES = (1.0, 2.0, 3.0, 5.0, 8.0)
_LATER = timedelta(minutes=2)
_TOO_MANY = 429
# After it was submitted; whatever else has ended never went anywhere.
_BACK = frozenset(["undeliverable", "rejected"])


@dataclass(frozen=True, kw_only=True)
class _Errand:
    """A parcel as it is handed over: what is printed, how many pages that is, and the address that was meant."""

    parcel: Parcel
    account: Account
    document: Document
    pages: int
    meant: tuple[str, ...]
    private: frozenset[str]

    @property
    def name(self) -> str:
        """The name of its file there, which no other parcel and no other document has."""
        return f"{self.parcel.key}-{self.document.sha256[:12]}"


class PingenCarrier:
    """Hands parcels to Pingen: uploaded, made, read back, compared and only then submitted.

    Nothing before the submission sends anything, and whatever breaks off there may go again. A letter is found again by
    the name of its file, and is submitted once.
    """

    def __init__(
        self, asking: Asking, *, bind: Binder | None = None, wait: Callable[[float], None] = time.sleep
    ) -> None:
        """Keep how Pingen is asked, how annexes are bound behind a letter, and how to wait while it reads a file."""
        self._asking, self._bind, self._wait = asking, bind, wait

    def carry(self, parcel: Parcel, *, fence: Callable[[], None]) -> Receipt:
        """Hand one parcel over; from an account in staging nothing is ever told as sent."""
        errand = self._prepare(parcel)
        try:
            letter = self._hand_over(errand, fence)
        except InDoubt as unclear:
            if errand.account.mode is Mode.STAGING:
                raise NotTaken(ONLY_A_TRIAL, exchange=unclear.exchange) from None
            raise
        if errand.account.mode is Mode.STAGING:
            raise NotTaken(ONLY_A_TRIAL, exchange=letter.exchange)
        return _receipt(letter)

    def _prepare(self, parcel: Parcel) -> _Errand:
        try:
            account = read_account(parcel.settings)
        except Refused as error:
            raise NotTaken(str(error), exchange=_NOTHING) from None
        findings = examine(parcel.details, parcel.documents, can_bind=self._bind is not None)
        if findings:
            faults = tuple(f"{one.found} {one.instead}".strip() for one in findings)
            raise NotTaken(UNFIT, exchange=_NOTHING, faults=faults)
        try:
            document = self._printed(parcel.documents, account)
            pages = count_pages(document)
        except (Refused, Permanent) as error:
            raise NotTaken(str(error), exchange=_NOTHING) from None
        meant = meant_lines(parcel.details)
        private = frozenset([account.client_id, account.client_secret, *meant])
        return _Errand(
            parcel=parcel, account=account, document=document, pages=pages, meant=meant, private=private
        )

    def _printed(self, documents: Sequence[Document], account: Account) -> Document:
        # The letter alone goes as it is: where its address stands must not move.
        if self._bind is None or len(documents) == 1:
            return documents[0]
        return self._bind(documents, paper="a4", double_sided=account.duplex)

    def _hand_over(self, errand: _Errand, fence: Callable[[], None]) -> Letter:
        house = enter(self._asking, errand.account, private=errand.private)
        earlier = self._earlier(house, errand)
        if earlier is not None and earlier.status in SUBMITTED:
            return earlier
        fence()
        letter = self._read(house, earlier or self._made(house, errand))
        if letter.status in SUBMITTED:
            return letter
        self._compare(house, errand, letter)
        return self._submit(house, letter, key=f"{errand.name}-send")

    def _earlier(self, house: House, errand: _Errand) -> Letter | None:
        """Find what an earlier try has left there: what was submitted before all else, then this very file."""
        found = house.find(errand.parcel.key)
        for letter in found:
            if letter.status in _BACK:
                raise NotTaken(CAME_BACK, exchange=letter.exchange)
            if letter.status in SUBMITTED:
                return letter
        same = (one for one in found if one.file == f"{errand.name}.pdf" and one.status not in ENDED)
        return next(same, None)

    def _made(self, house: House, errand: _Errand) -> Letter:
        file = house.upload(errand.document)
        return house.create(file, name=f"{errand.name}.pdf", key=f"{errand.name}-create")

    def _read(self, house: House, letter: Letter) -> Letter:
        """Wait until Pingen has read the file; raises NotNow where it takes long, NotTaken where it cannot be printed."""
        for pause in _PAUSES:
            if letter.status not in AT_WORK:
                break
            self._wait(pause)
            letter = house.look(letter.number)
        if letter.status in AT_WORK:
            raise NotNow(STILL_READING, exchange=letter.exchange, again_after=_LATER)
        if letter.status == READY or letter.status in SUBMITTED:
            return letter
        faults: tuple[str, ...] = ()
        with contextlib.suppress(NotNow, NotTaken):
            faults = house.reasons(letter.number)
        raise NotTaken(NOT_READY, exchange=letter.exchange, faults=faults or (letter.status,))

    def _compare(self, house: House, errand: _Errand, letter: Letter) -> None:
        country = str(errand.parcel.details.get("country", ""))
        faults: tuple[str, ...] = ()
        said = MISREAD
        if letter.pages != errand.pages:
            said = OTHER_PAGES.with_values(there=letter.pages, here=errand.pages)
        elif not is_same_address(errand.meant, country, read=letter.address, read_country=letter.country):
            # They are personal: they stand here alone, neither in the message nor in what is kept.
            faults = (
                Sentence("Meant: {address}", address=_in_one_line([*errand.meant, country])),
                Sentence(
                    "Read: {address}", address=_in_one_line([*letter.address.splitlines(), letter.country])
                ),
            )
        else:
            return
        with contextlib.suppress(NotNow, NotTaken):
            # So that nobody submits it there by hand.
            house.delete(letter.number)
        raise NotTaken(said, exchange=letter.exchange, faults=faults)

    def _submit(self, house: House, letter: Letter, *, key: str) -> Letter:
        """Submit a letter by one key; where nobody can tell what became of that, once more by the same."""
        with contextlib.suppress(InDoubt):
            return self._submit_once(house, letter, key=key)
        try:
            return self._submit_once(house, letter, key=key)
        except (NotNow, NotTaken, InDoubt) as unclear:
            # That the second was not taken says nothing of the first.
            raise InDoubt(NOBODY_KNOWS, exchange=unclear.exchange) from None

    def _submit_once(self, house: House, letter: Letter, *, key: str) -> Letter:
        try:
            answer = house.submit(letter.number, key=key)
        except InDoubt:
            there = self._seen(house, letter)
            if there.status in SUBMITTED:
                return there
            raise
        there = house.letter_in(answer) or letter
        if there.status not in SUBMITTED:
            there = self._seen(house, there)
        if there.status in SUBMITTED:
            return there
        if answer.status == _TOO_MANY:
            raise NotNow(WAIT, exchange=answer.exchange, again_after=again_after(answer.headers))
        if is_refusal(answer.status):
            faults = errors_of(answer, private=house.private)
            raise NotTaken(REFUSED, exchange=answer.exchange, faults=faults)
        raise InDoubt(NOBODY_KNOWS, exchange=answer.exchange)

    def _seen(self, house: House, letter: Letter) -> Letter:
        with contextlib.suppress(NotNow, NotTaken):
            return house.look(letter.number)
        return letter


def _in_one_line(lines: Sequence[str]) -> str:
    return " / ".join(line.strip() for line in lines if line.strip())


def _receipt(letter: Letter) -> Receipt:
    if letter.status == "awaiting_credits":
        said = Sentence(
            "Pingen has taken it as {number}, and prints it once the account has enough money.",
            number=letter.number,
        )
    else:
        said = Sentence("Pingen has taken it as {number}, to be printed and mailed.", number=letter.number)
    return Receipt(number=letter.number, said=said, rung=DeliveryState.HANDED_OVER, exchange=letter.exchange)
