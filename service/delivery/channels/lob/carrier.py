"""Hands letters to Lob, which prints and mails them: each envelope once, however often it is tried."""

import contextlib
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from service.delivery.asking import Asking
from service.delivery.binding import Binder
from service.delivery.channels.lob.account import Account, Mode, read_account
from service.delivery.channels.lob.address import address_of, is_domestic
from service.delivery.channels.lob.answers import Taken, read_letter, read_list
from service.delivery.channels.lob.envelopes import Envelope, Printed, pack
from service.delivery.channels.lob.request import Order, form_body, form_fields, headers_of, order_name
from service.delivery.channels.lob.rules import count_pages, examine, is_on_paper
from service.delivery.parcel import Document, Exchange, InDoubt, NotNow, NotTaken, Parcel, Receipt
from service.foundation.errors import Permanent, Refused
from service.foundation.sentence import Sentence
from service.model.states import DeliveryState

ONLY_A_TEST = Sentence(
    "Not sent: the key of this way is a test key, with which Lob prints and mails nothing."
)
IN_PART = Sentence(
    "Lob has taken {n} of {of} envelopes of this letter, {numbers}, and not the next: it can be sent again, which sends what is missing."
)
NOBODY_KNOWS = Sentence(
    "Lob did not say, asked twice, whether it has this letter; nobody can know. It can be sent again: Lob is asked first whether it has it."
)
UNFIT = Sentence("This letter cannot go by Lob; what does not fit stands below.")
_NOTHING = Exchange(asked="nothing was asked")
# With these, Lob says what is wrong with this very letter, or what became of it: then there is no other of its name.
_OF_THE_LETTER = frozenset([200, 413, 422])


@dataclass(frozen=True, kw_only=True)
class _Errand:
    """A parcel as it is handed over: its envelopes, what is printed in each, and what must not be kept of any answer."""

    parcel: Parcel
    account: Account
    envelopes: tuple[Envelope, ...]
    printed: Mapping[int, Document]
    private: frozenset[str]


class LobCarrier:
    """Hands parcels to Lob. Each envelope bears its own name, by which it is looked for before it is ordered again.

    Lob forgets idempotency keys after a day and keeps letters: by the key it makes none twice within that day, by the
    name we find what it has after it.
    """

    def __init__(self, asking: Asking, *, bind: Binder | None = None) -> None:
        """Keep how Lob is asked and, where it can be done, how a letter and its annexes are bound for one envelope."""
        self._asking, self._bind = asking, bind

    def carry(self, parcel: Parcel, *, fence: Callable[[], None]) -> Receipt:
        """Hand one parcel over; with a test key nothing is ever told as sent."""
        errand = self._prepare(parcel)
        try:
            taken = self._hand_over(errand, fence)
        except InDoubt as unclear:
            if errand.account.mode is Mode.TEST:
                raise NotTaken(ONLY_A_TEST, exchange=unclear.exchange) from None
            raise
        if errand.account.mode is Mode.TEST:
            raise NotTaken(ONLY_A_TEST, exchange=taken[0].exchange)
        return _receipt(taken)

    def _prepare(self, parcel: Parcel) -> _Errand:
        try:
            account = read_account(parcel.settings)
        except Refused as error:
            raise NotTaken(str(error), exchange=_NOTHING) from None
        findings = examine(parcel.details, parcel.documents, account, can_bind=self._bind is not None)
        if findings:
            faults = tuple(f"{one.found} {one.instead}".strip() for one in findings)
            raise NotTaken(UNFIT, exchange=_NOTHING, faults=faults)
        envelopes = pack(
            [Printed(document=one, pages=count_pages(one)) for one in parcel.documents],
            domestic=is_domestic(str(parcel.details.get("country", ""))),
            double_sided=account.double_sided,
            together=self._bind is not None,
        )
        return _Errand(
            parcel=parcel,
            account=account,
            envelopes=envelopes,
            printed={one.place: self._printed(one, account) for one in envelopes},
            private=frozenset([account.key, *account.sender.values(), *address_of(parcel.details).values()]),
        )

    def _printed(self, envelope: Envelope, account: Account) -> Document:
        first, *others = envelope.documents
        if self._bind is None or (not others and is_on_paper(first)):
            return first
        try:
            return self._bind(envelope.documents, paper="us-letter", double_sided=account.double_sided)
        except (Refused, Permanent) as error:
            raise NotTaken(str(error), exchange=_NOTHING) from None

    def _hand_over(self, errand: _Errand, fence: Callable[[], None]) -> list[Taken]:
        there = {envelope.place: self._look_for(errand, envelope) for envelope in errand.envelopes}
        if None in there.values():
            fence()
        taken: list[Taken] = []
        for envelope in errand.envelopes:
            try:
                taken.append(
                    there[envelope.place]
                    or self._order(errand, envelope, letter=taken[0].number if taken else "")
                )
            except (NotNow, NotTaken, InDoubt) as stopped:
                if not taken:
                    raise
                numbers = ", ".join(one.number for one in taken)
                said = IN_PART.with_values(n=len(taken), of=envelope.of, numbers=numbers)
                raise InDoubt(said, exchange=stopped.exchange) from None
        return taken

    def _look_for(self, errand: _Errand, envelope: Envelope) -> Taken | None:
        name = order_name(errand.parcel.key, envelope.place)
        query = urlencode({"limit": 1, "metadata[parcel]": name})
        answer = self._asking.ask(
            "GET",
            f"{errand.account.url}/letters?{query}",
            headers=headers_of(errand.account),
            may_repeat=True,
        )
        return read_list(answer, name=name, private=errand.private)

    def _order(self, errand: _Errand, envelope: Envelope, *, letter: str) -> Taken:
        """Order an envelope; where it breaks off, once more by the same key, and then look whether it is there."""
        order = Order(
            name=order_name(errand.parcel.key, envelope.place),
            place=envelope.place,
            of=envelope.of,
            letter=letter,
            document=errand.printed[envelope.place],
        )
        # The same key makes no second letter: what is answered the second time is true of the first as well.
        with contextlib.suppress(InDoubt):
            return self._ask_for(errand, order)
        try:
            return self._ask_for(errand, order)
        except NotTaken as refused:
            if refused.exchange.status in _OF_THE_LETTER:
                raise
            exchange = refused.exchange
        except (InDoubt, NotNow) as unclear:
            exchange = unclear.exchange
        with contextlib.suppress(NotNow, NotTaken, InDoubt):
            found = self._look_for(errand, envelope)
            if found is not None:
                return found
        raise InDoubt(NOBODY_KNOWS, exchange=exchange)

    def _ask_for(self, errand: _Errand, order: Order) -> Taken:
        boundary = hashlib.sha256(order.name.encode()).hexdigest()
        fields = form_fields(order, errand.parcel.details, errand.account)
        answer = self._asking.ask(
            "POST",
            f"{errand.account.url}/letters",
            headers={
                **headers_of(errand.account),
                "Idempotency-Key": order.name,
                "Content-Type": f"multipart/form-data; boundary={boundary}",
            },
            body=form_body(fields, order.document, boundary=boundary),
        )
        return read_letter(answer, private=errand.private)


def _receipt(taken: Sequence[Taken]) -> Receipt:
    first = taken[0]
    if len(taken) > 1:
        said = Sentence(
            "Lob has taken it in {n} envelopes: {numbers}.",
            n=len(taken),
            numbers=", ".join(one.number for one in taken),
        )
    elif first.expected:
        said = Sentence(
            "Lob has taken it as {number}, to be printed and mailed; it expects it there on {day}.",
            number=first.number,
            day=first.expected,
        )
    else:
        said = Sentence("Lob has taken it as {number}, to be printed and mailed.", number=first.number)
    return Receipt(number=first.number, said=said, rung=DeliveryState.HANDED_OVER, exchange=first.exchange)
