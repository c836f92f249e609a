"""Keep with a sign-on how it appeared before its owner's last change, so that the change can be undone."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from service.model.signature import HeldReason, Signature, Visibility
from service.signing.party import SignOn

OF_THE_LINE = (
    *(
        "name",
        "name_latin",
        "sort_name",
        "acronym",
        "qualifier",
        "country",
        "position",
        "affiliation",
        "place",
    ),
    *("representative_name", "representative_title", "visibility", "signs_for", "members"),
)
"""What of a sign-on its owner changes with the line."""

Judged = Mapping[str, str]
"""What the coalition has said of a sign-on: why it is held and when it was accepted, each empty where it is not."""


def judged(row: Signature) -> Judged:
    """Give what the coalition has said of a sign-on up to now."""
    return {
        "held": row.held_reason.value if row.held_reason else "",
        "accepted": row.accepted_at.isoformat() if row.accepted_at else "",
    }


def remember(row: Signature, was: SignOn, becomes: SignOn, *, before: Judged) -> SignOn:
    """Give the changed sign-on with the line it had, what was said of that, and what the change has made of it."""
    line = {name: getattr(was, name) for name in OF_THE_LINE}
    return replace(becomes, line_before={"line": line, "was": dict(before), "left": dict(judged(row))})


def earlier_line(party: SignOn) -> SignOn | None:
    """Give the sign-on as it appeared before its last change; None where it never was changed (pure)."""
    kept: Mapping[str, Any] = party.line_before.get("line", {})
    if not kept:
        return None
    line = {**kept, "visibility": Visibility(kept["visibility"]), "members": tuple(kept["members"])}
    return replace(party, **line)


def goes_back(party: SignOn, becomes: SignOn) -> bool:
    """Tell whether a change leads to the very line that stood before the last one (pure)."""
    earlier = earlier_line(party)
    return earlier is not None and all(
        getattr(earlier, name) == getattr(becomes, name) for name in OF_THE_LINE
    )


def stands_as_before(row: Signature, party: SignOn, *, since: Judged) -> bool:
    """Let a line that is back be judged as it was, unless the coalition has said something since; tells whether it is."""
    if since != party.line_before["left"]:
        return False
    was = party.line_before["was"]
    row.held_reason = HeldReason(was["held"]) if was["held"] else None
    row.accepted_at = datetime.fromisoformat(was["accepted"]) if was["accepted"] else None
    return True
