"""What was asked and answered on the ways that leave by themselves: of each copy singly, of people's messages in numbers alone."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session, col, select

from service.delivery.dossier.bag import safe_name
from service.delivery.parcel import Document
from service.delivery.sendings import SendingSeen
from service.delivery.to_members import counted_for_members
from service.foundation.sealing import CampaignKeys
from service.model.carriage import Carriage
from service.model.delivery import Delivery
from service.model.edition import Edition
from service.store.sealed import open_record

EXCHANGES = "exchanges.json"
"""The name of the file that holds those of one copy."""
_HIDDEN = "…"
_COPY, _MEMBER = "undersigned-exchanges-1", "undersigned-messages-to-member-1"
# What was asked and answered, how it was understood, and each fault that was named.
_OF_A_TRY = ("at", "asked", "status", "answered", "outcome", "said", "faults")


def exchanges_of(session: Session, keys: CampaignKeys, sending_id: str) -> Sequence[Mapping[str, Any]]:
    """Give the handings over of a copy, the first one first, each with what was kept of its tries; [] on any other way."""
    found = select(Carriage).where(Carriage.delivery_id == sending_id)
    return [
        {
            "number": one.number,
            "key": one.key,
            "state": one.state.value,
            "receipt": one.receipt,
            "began_at": _utc(one.began_at),
            "settled_at": _utc(one.settled_at),
            "tries": [{name: tried.get(name) for name in _OF_A_TRY} for tried in _tries(keys, one)],
        }
        for one in session.exec(found.order_by(col(Carriage.number))).all()
    ]


def exchanges_document(channel: str, exchanges: Sequence[Mapping[str, Any]]) -> Document:
    """Write what exchanges_of() gave as a file that a person can read; the same gives the same bytes."""
    return _document(EXCHANGES, {"record": _COPY, "channel": channel, "handings_over": exchanges})


def member_documents(
    session: Session, keys: CampaignKeys, edition: Edition, sendings: Sequence[SendingSeen]
) -> Iterator[Document]:
    """Write, for each Member whom constituents wrote to, how many did, and each answer of the chamber with how often it came.

    Nothing in it belongs to one message: who lives in one district are few. So there is no moment in it, no number of a
    message and nothing that was asked; a fault may quote what a constituent wrote, and is left out as well.
    """
    messages = [one for one in sendings if one.is_message]
    members = dict.fromkeys((one.recipient_id, one.channel) for one in messages)
    for place, (recipient, channel) in enumerate(members, start=1):
        (count,) = counted_for_members(
            [one for one in messages if (one.recipient_id, one.channel) == (recipient, channel)]
        )
        answers = Counter(_answers(session, keys, edition, recipient, channel))
        told = {
            "record": _MEMBER,
            **asdict(count),
            "answers": [
                {"outcome": outcome, "status": status, "answered": answered, "times": times}
                for (outcome, status, answered), times in sorted(answers.items())
            ],
        }
        yield _document(f"{place:02}-{safe_name(channel)}.json", told)


def _answers(
    session: Session, keys: CampaignKeys, edition: Edition, recipient: str, channel: str
) -> Iterator[tuple[str, int, str]]:
    found = (
        select(Carriage)
        .join(Delivery, col(Delivery.id) == Carriage.delivery_id)
        .where(
            Delivery.edition_id == edition.id,
            Delivery.recipient_id == recipient,
            Delivery.channel == channel,
        )
    )
    for one in session.exec(found).all():
        for tried in _tries(keys, one):
            answered = str(tried.get("answered", "")).replace(one.key, _HIDDEN)
            yield str(tried.get("outcome", "")), int(tried.get("status", 0)), answered


def _tries(keys: CampaignKeys, row: Carriage) -> Sequence[dict[str, Any]]:
    return list(open_record(keys, row, "details").get("tries", []))


def _utc(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None


def _document(name: str, record: Mapping[str, Any]) -> Document:
    text = json.dumps(record, ensure_ascii=False, indent=2) + "\n"
    return Document(name=name, media_type="application/json", data=text.encode())
