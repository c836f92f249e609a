"""What is heard later: that the agency has published the comment, which it looks through first (pure)."""

from collections.abc import Sequence
from datetime import datetime

from service.delivery.channels.regulations.answers import read_json
from service.delivery.parcel import Heard
from service.foundation.sentence import Sentence
from service.model.states import DeliveryState


def found_in(body: bytes) -> Sequence[str]:
    """Read the ids of the comments that a search found (GET /comments), in its order."""
    data = read_json(body).get("data")
    resources = [one for one in data if isinstance(one, dict)] if isinstance(data, list) else []
    return [one["id"] for one in resources if isinstance(one.get("id"), str) and one["id"]]


def read_posted(body: bytes, *, number: str, now: datetime) -> Heard | None:
    """Read a published comment (GET /comments/{id}); None where it is not that of the tracking number.

    Read again it gives the same `key`. A comment that was taken down again proves no rung.
    """
    data = read_json(body).get("data")
    attributes = data.get("attributes") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(attributes, dict):
        return None
    if attributes.get("trackingNbr") != number or not number:
        return None
    posted_as = str(data.get("id", ""))
    if attributes.get("withdrawn") is True:
        return Heard(
            number=number,
            key=f"{number}:withdrawn",
            says=Sentence("The agency has withdrawn the comment {comment}.", comment=posted_as),
            rung=None,
            at=now,
        )
    return Heard(
        number=number,
        key=f"{number}:posted",
        says=Sentence("The agency has published the comment as {comment}.", comment=posted_as),
        rung=DeliveryState.DELIVERED,
        at=now,
    )
