"""Hears what becomes of a letter at Pingen: its webhooks, and its record where it is asked (pure but for `follow`)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service.delivery.asking import Asking
from service.delivery.channels.pingen.account import Mode, read_account
from service.delivery.channels.pingen.answers import ENDED
from service.delivery.channels.pingen.house import enter
from service.delivery.parcel import Heard
from service.delivery.signed import is_signed
from service.delivery.withheld import read_record
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.model.states import DeliveryState

_ISSUE = "webhook_issues"
EVENTS: Mapping[str, tuple[DeliveryState | None, Sentence]] = {
    "webhook_sent": (
        DeliveryState.ACCEPTED,
        Sentence("Pingen has printed the letter and given it to the post."),
    ),
    "webhook_delivered": (DeliveryState.DELIVERED, Sentence("The post says that the letter was delivered.")),
    "webhook_undeliverable": (
        DeliveryState.FAILED,
        Sentence("The post could not deliver the letter and sends it back."),
    ),
    _ISSUE: (None, Sentence("Pingen reports a difficulty with the letter: {reason}. Look at it there.")),
}
_UNKNOWN: tuple[None, Sentence] = (
    None,
    Sentence("Pingen reports something that is not known here; look at the letter there."),
)
_NOT_PRINTED = Sentence("Pingen does not print the letter: {reason}.")
_IN_A_TRIAL = Sentence("Only a trial, nothing was mailed. {said}")
_STATES: Mapping[str, str] = {
    "sent": "webhook_sent",
    "delivered": "webhook_delivered",
    "undeliverable": "webhook_undeliverable",
}


def heard(
    body: bytes, headers: Mapping[str, str], *, settings: Mapping[str, str], now: datetime
) -> Heard | None:
    """Read a webhook; None for what concerns no letter.

    `body` are the bytes as they came, `headers` have small names. Raises Refused where it is not signed with our
    `signing_key`, where none is set, where it is another organisation's, and for what is no event. Pingen signs no time
    and tries for hours: a late one counts as much, and what is heard twice has the same key.
    """
    if not is_signed(body, secret=settings.get("signing_key", ""), signature=headers.get("signature", "")):
        raise Refused(Sentence("This was not signed by Pingen with our key."))
    record = read_record(body)
    data = _record(record.get("data"))
    related = _record(data.get("relationships"))
    if _related_id(related, "organisation") != settings.get("organisation"):
        raise Refused(Sentence("This is about another organisation at Pingen."))
    # An event of an e-mail or an electronic bill has the same shape.
    number = _related_id(related, "letter") or _related_id(related, "deliverable", kind="letters")
    if not number:
        return None
    attributes = _record(data.get("attributes"))
    kind = str(data.get("type", ""))
    rung, said = EVENTS.get(kind, _UNKNOWN)
    if kind == _ISSUE:
        reason = str(attributes.get("reason") or "").rstrip(".") or "-"
        has_ended = _status_of(record.get("included"), number) in ENDED
        rung, said = (DeliveryState.FAILED, _NOT_PRINTED) if has_ended else (rung, said)
        said = said.with_values(reason=reason)
    event = _related_id(related, "event") or str(data.get("id", ""))
    key = f"pingen {number} {kind} {event}" if kind == _ISSUE else f"pingen {number} {kind}"
    return _told(
        number,
        key=key,
        said=said,
        rung=rung,
        at=_read_moment(attributes.get("created_at"), now),
        settings=settings,
    )


def follow(number: str, *, settings: Mapping[str, str], asking: Asking, now: datetime) -> tuple[Heard, ...]:
    """Ask Pingen what became of a letter; the same things have the same keys as when they are heard by webhook.

    Raises NotNow or NotTaken where Pingen does not say, Refused where the account cannot be used.
    """
    account = read_account(settings)
    house = enter(asking, account, private=frozenset([account.client_id, account.client_secret]))
    status = house.look(number).status
    kind = _STATES.get(status)
    if kind:
        rung, said = EVENTS[kind]
        return (
            _told(number, key=f"pingen {number} {kind}", said=said, rung=rung, at=now, settings=settings),
        )
    if status in ENDED:
        said = _NOT_PRINTED.with_values(reason=status)
        key = f"pingen {number} {status}"
        return (_told(number, key=key, said=said, rung=DeliveryState.FAILED, at=now, settings=settings),)
    return ()


def _told(
    number: str,
    *,
    key: str,
    said: Sentence,
    rung: DeliveryState | None,
    at: datetime,
    settings: Mapping[str, str],
) -> Heard:
    if settings.get("mode") != Mode.PRODUCTION.value:
        rung, said = None, _IN_A_TRIAL.with_values(said=said)
    return Heard(number=number, key=key, says=said, rung=rung, at=at)


def _related_id(related: Mapping[str, Any], name: str, *, kind: str = "") -> str:
    data = _record(_record(related.get(name)).get("data"))
    return str(data.get("id") or "") if not kind or data.get("type") == kind else ""


def _status_of(included: object, number: str) -> str:
    for one in included if isinstance(included, list) else []:
        record = _record(one)
        if record.get("type") == "letters" and record.get("id") == number:
            return str(_record(record.get("attributes")).get("status", ""))
    return ""


def _record(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _read_moment(written: object, now: datetime) -> datetime:
    try:
        found = datetime.fromisoformat(str(written))
    except ValueError:
        return now
    return found if found.tzinfo else now
