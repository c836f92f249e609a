"""Hears what becomes of a letter at Lob: its webhooks, and its record where it is asked (pure but for `follow`)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from service.delivery.asking import Asking
from service.delivery.channels.lob.account import Mode, read_account
from service.delivery.channels.lob.request import headers_of
from service.delivery.parcel import Heard, NotNow
from service.delivery.signed import is_signed
from service.delivery.withheld import read_record
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.model.states import DeliveryState

WINDOW = timedelta(minutes=5)
"""How old or how far ahead a webhook may be, by the time that is signed with it."""
_MILLISECONDS = 100_000_000_000
_LETTER, _CERTIFIED = "letter.", "certified."
_OK = 200

# What an event proves, and its words. Lob calls a plain letter delivered once the carrier's vehicle has left the area:
# nobody saw it arrive, so that is one rung lower than what a certified letter's own record proves.
EVENTS: Mapping[str, tuple[DeliveryState | None, Sentence]] = {
    "created": (None, Sentence("Lob has made the letter's record.")),
    "rendered_pdf": (None, Sentence("Lob has set the letter's pages for printing.")),
    "rendered_thumbnails": (None, Sentence("Lob has set the letter's pages for printing.")),
    "mailed": (DeliveryState.ACCEPTED, Sentence("Lob says that the post has taken the letter.")),
    "in_transit": (DeliveryState.ACCEPTED, Sentence("The post is carrying the letter.")),
    "in_local_area": (DeliveryState.ACCEPTED, Sentence("The letter has come to the post near the office.")),
    "processed_for_delivery": (
        DeliveryState.ACCEPTED,
        Sentence("The post is about to bring the letter to the office."),
    ),
    "re-routed": (DeliveryState.ACCEPTED, Sentence("The post has sent the letter on to another address.")),
    "international_exit": (
        DeliveryState.ACCEPTED,
        Sentence("The letter has left the United States; nothing more is heard of it by this way."),
    ),
    "delivered": (
        DeliveryState.ACCEPTED,
        Sentence("The carrier's vehicle has passed the address; nobody has signed for the letter."),
    ),
    "certified.pickup_available": (
        DeliveryState.ACCEPTED,
        Sentence("The letter waits at the post office to be fetched."),
    ),
    "certified.delivered": (
        DeliveryState.DELIVERED,
        Sentence("The post says that the certified letter was delivered."),
    ),
    "certified.issue": (
        None,
        Sentence("The post reports a difficulty with the certified letter: look at it at Lob."),
    ),
    "returned_to_sender": (DeliveryState.FAILED, Sentence("The post sends the letter back.")),
    "failed": (DeliveryState.FAILED, Sentence("Lob could not print the letter; nothing was mailed.")),
    "rejected": (DeliveryState.FAILED, Sentence("Lob did not make the letter; nothing was mailed.")),
    "deleted": (DeliveryState.FAILED, Sentence("The letter was cancelled at Lob; nothing is mailed.")),
    "viewed": (None, Sentence("Somebody has opened a link that is printed in the letter.")),
}
_UNKNOWN: tuple[None, Sentence] = (
    None,
    Sentence("Lob reports something that is not known here; look at the letter there."),
)
_IN_A_TEST = Sentence("Only a test, nothing was mailed. {said}")
_OTHER_ENVELOPE = Sentence("Envelope {envelope}, beside the letter's own. {said}")


def heard(
    body: bytes, headers: Mapping[str, str], *, settings: Mapping[str, str], now: datetime
) -> Heard | None:
    """Read a webhook; None for what concerns no letter.

    `body` are the bytes as they came, `headers` have small names. Raises Refused where it is not signed with our
    `webhook_secret`, where none is set, where it comes more than five minutes late or early, and for what is no event.
    """
    stamp = headers.get("lob-signature-timestamp", "").strip()
    signed = is_signed(
        stamp.encode() + b"." + body,
        secret=settings.get("webhook_secret", ""),
        signature=headers.get("lob-signature", ""),
    )
    if not signed:
        raise Refused(Sentence("This was not signed by Lob with our secret."))
    if abs(now - _moment_of(stamp)) > WINDOW:
        raise Refused(Sentence("This was signed too long ago; nothing is made of it."))
    event = read_record(body)
    kind = event.get("event_type")
    name = str(kind.get("id", "")) if isinstance(kind, dict) else ""
    if not name.startswith(_LETTER) or name.startswith("letter.return_envelope."):
        return None
    record = event.get("body")
    letter = record if isinstance(record, dict) else {}
    return _told(
        name.removeprefix(_LETTER),
        number=str(event.get("reference_id") or letter.get("id") or ""),
        letter=letter,
        at=_read_moment(event.get("date_created")) or now,
        is_test=_is_test(settings),
    )


def follow(number: str, *, settings: Mapping[str, str], asking: Asking, now: datetime) -> tuple[Heard, ...]:
    """Ask Lob what became of a letter; the same things have the same keys as when they are heard by webhook.

    Raises NotNow where Lob does not answer, Refused where the account cannot be used.
    """
    account = read_account(settings)
    answer = asking.ask(
        "GET", f"{account.url}/letters/{number}", headers=headers_of(account), may_repeat=True
    )
    letter = read_record(answer.body)
    if answer.status != _OK or letter.get("id") != number:
        raise NotNow(
            Sentence("Lob did not say what became of the letter."),
            exchange=replace(answer.exchange, answered=""),
        )
    is_test = account.mode is Mode.TEST
    events = letter.get("tracking_events")
    told = []
    if letter.get("status") == "failed":
        told.append(_told("failed", number=number, letter=letter, at=now, is_test=is_test))
    for event in events if isinstance(events, list) else []:
        if isinstance(event, dict):
            name = str(event.get("name", "")).lower().replace(" ", "_")
            kind = f"{_CERTIFIED}{name}" if event.get("type") == "certified" else name
            at = _read_moment(event.get("time")) or now
            told.append(_told(kind, number=number, letter=letter, at=at, is_test=is_test))
    return tuple(told)


def _told(kind: str, *, number: str, letter: Mapping[str, Any], at: datetime, is_test: bool) -> Heard:
    metadata = letter.get("metadata")
    ours = metadata if isinstance(metadata, dict) else {}
    rung, said = EVENTS.get(kind) or EVENTS.get(kind.removeprefix(_CERTIFIED)) or _UNKNOWN
    beside = str(ours.get("letter", ""))
    if beside:
        # An annex in an envelope of its own says nothing of where the letter is.
        rung, said = None, _OTHER_ENVELOPE.with_values(envelope=str(ours.get("envelope", "")), said=said)
    if is_test or ours.get("mode") == Mode.TEST.value:
        rung, said = None, _IN_A_TEST.with_values(said=said)
    return Heard(number=beside or number, key=f"lob {number} {kind}", says=said, rung=rung, at=at)


def _is_test(settings: Mapping[str, str]) -> bool:
    return not settings.get("key", "").startswith(f"{Mode.LIVE.value}_")


def _moment_of(stamp: str) -> datetime:
    """Read a time in seconds of the epoch, or in thousandths of them."""
    if not stamp.isdecimal() or len(stamp) > len(str(_MILLISECONDS)) + 2:
        raise Refused(Sentence("This was signed without a time."))
    seconds = int(stamp)
    return datetime.fromtimestamp(seconds / 1000 if seconds >= _MILLISECONDS else seconds, UTC)


def _read_moment(written: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(written))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
