"""Hands letters to the coalition's PEC provider: each once, and looked for among the receipts before it is tried again."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from service.delivery.asking import Asking
from service.delivery.channels.pec.hearing import asked_for, receipts_of
from service.delivery.channels.pec.letter import Letter, examine_letter, read_letter
from service.delivery.channels.pec.message import key_after, number_of
from service.delivery.parcel import Exchange, InDoubt, NotNow, NotTaken, Parcel, Receipt
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.mail.smtp import BEFORE_DATA_SECONDS, END_OF_DATA_SECONDS, SmtpTransport
from service.mail.transport import Answer, Deferred, Rejected, Stage
from service.mail.transport import InDoubt as Unanswered
from service.mail.transport import Receipt as Taken
from service.model.states import DeliveryState

TAKEN = Sentence("Our PEC provider took it to certify it; its receipts tell what becomes of it.")
FOUND = Sentence(
    "An earlier try has reached our PEC provider, as its receipt proves; nothing was sent again."
)
UNFIT = Sentence("This letter cannot go by certified mail; what does not fit stands below.")
NOBODY_KNOWS = Sentence(
    "The PEC provider got all of it and did not answer; nobody can know whether it took it. It can be sent again: its receipts are looked for first."
)
UNREACHABLE = Sentence("The PEC provider cannot be reached, or cannot prove who it is; nothing was sent.")
NOT_READY = Sentence("The PEC provider does not take it for the moment; nothing was taken.")
_REFUSED = Sentence("The PEC provider did not take the letter; its answer stands below.")
_REFUSED_AT: Mapping[Stage, Sentence] = {
    Stage.LOGIN: Sentence(
        "The PEC provider did not accept the user and the password of the mailbox; nothing was sent."
    ),
    Stage.MAIL: Sentence("The PEC provider does not let this mailbox send the letter; nothing was sent."),
    Stage.RCPT: Sentence("The PEC provider did not take the office's address; nothing was sent."),
}
_NOTHING = Exchange(asked="nothing was asked")
_BEFORE_ANY_MAIL = frozenset([Stage.CONNECT, Stage.GREETING, Stage.TLS])


@dataclass(frozen=True, kw_only=True)
class PecCarrier:
    """Hands parcels to the PEC provider by SMTP; it keeps Carrier's promise. Of `asking` it takes whom TLS trusts.

    SMTP knows no keys. So each try of a parcel has the same Message-ID, and before a second one the mailbox is read: what the
    provider has accepted by then is not handed in again, and in place of what has failed goes a message of another one, found
    in the same way. The provider may be silent for some `seconds`, for more at the end.
    """

    asking: Asking
    now: datetime
    seconds: float = BEFORE_DATA_SECONDS
    seconds_at_the_end: float = END_OF_DATA_SECONDS

    def carry(self, parcel: Parcel, *, fence: Callable[[], None]) -> Receipt:
        """Hand one parcel over; the fence is passed when the provider asks for the message, maybe in another thread."""
        letter = self._prepare(parcel)
        rung, exchange = self._look_for(letter) if parcel.tried_before else (None, _NOTHING)
        while rung is DeliveryState.FAILED:
            letter = self._prepare(replace(parcel, key=key_after(letter.key)))
            rung, exchange = self._look_for(letter)
        return self._hand_in(letter, fence) if rung is None else _receipt(letter, FOUND, exchange)

    def _prepare(self, parcel: Parcel) -> Letter:
        try:
            letter = read_letter(parcel, now=self.now)
        except Refused as error:
            raise NotTaken(str(error), exchange=_NOTHING, faults=error.faults) from None
        findings = examine_letter(letter)
        if findings:
            faults = tuple(f"{one.found} {one.instead}".strip() for one in findings)
            raise NotTaken(UNFIT, exchange=_NOTHING, faults=faults)
        return letter

    def _look_for(self, letter: Letter) -> tuple[DeliveryState | None, Exchange]:
        """Say what became of a message that an earlier try may have handed in: by the last receipt that proves anything."""
        told = receipts_of(_number(letter), mailbox=letter.mailbox, asking=self.asking, now=self.now)
        proved = sorted((one.heard for one in told if one.heard.rung), key=lambda heard: heard.at)
        last = proved[-1] if proved else None
        exchange = Exchange(asked=asked_for(letter.mailbox, letter.key), answered=last.says if last else "")
        return last.rung if last else None, exchange

    def _hand_in(self, letter: Letter, fence: Callable[[], None]) -> Receipt:
        asked = (
            f"SMTP {letter.mailbox.relay.name}, Message-ID {letter.envelope.message_id},"
            f" {len(letter.envelope.data):,} bytes, SHA-256 {hashlib.sha256(letter.envelope.data).hexdigest()}"
        )
        transport = SmtpTransport(
            [letter.mailbox.relay],
            ca_file=Path(self.asking.ca_file) if self.asking.ca_file else None,
            timeout=self.seconds,
            end_of_data_timeout=self.seconds_at_the_end,
            connections=1,
        )
        try:
            taken = transport.send(letter.envelope, before_data=fence)
        except (Deferred, Rejected, Unanswered) as error:
            raise _what_became(error, asked=asked) from None
        finally:
            transport.close()
        exchange = Exchange(asked=asked, status=taken.reply_code, answered=_words_of(taken))
        return _receipt(letter, TAKEN, exchange)


def _number(letter: Letter) -> str:
    return number_of(letter.key, letter.envelope.rcpt_to)


def _receipt(letter: Letter, said: Sentence, exchange: Exchange) -> Receipt:
    # No more than this, whatever was found: the rungs above are heard, each from the receipt that proves it.
    return Receipt(number=_number(letter), said=said, rung=DeliveryState.HANDED_OVER, exchange=exchange)


def _what_became(error: Deferred | Rejected | Unanswered, *, asked: str) -> NotNow | NotTaken | InDoubt:
    """Say what an answer, or none, means for the letter; a relay's own words are in none of these errors."""
    answer = error.answer
    exchange = Exchange(asked=asked, status=answer.code or 0, answered=str(answer))
    if isinstance(error, Unanswered):
        return InDoubt(NOBODY_KNOWS, exchange=exchange)
    if isinstance(error, Rejected) or _is_of_the_mailbox(answer):
        said = _REFUSED_AT.get(answer.stage, _REFUSED) if answer.code else _REFUSED
        return NotTaken(said, exchange=exchange, faults=(str(error),))
    is_away = answer.code is None and answer.stage in _BEFORE_ANY_MAIL
    return NotNow(UNREACHABLE if is_away else NOT_READY, exchange=exchange)


def _is_of_the_mailbox(answer: Answer) -> bool:
    """Tell whether our own mailbox is refused for good: another try would only lock it."""
    return answer.stage in {Stage.LOGIN, Stage.MAIL} and (answer.code or 0) // 100 == 5


def _words_of(taken: Taken) -> str:
    queued = f", queued as {taken.remote_queue_id}" if taken.remote_queue_id else ""
    return f"{taken.reply_code} {taken.enhanced_code}{queued}".strip()
